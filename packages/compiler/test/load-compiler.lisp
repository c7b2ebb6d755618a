;;;; Loads the front end of the compiler into SBCL, for tests.

(in-package #:cl-user)

(declaim (sb-ext:muffle-conditions sb-ext:compiler-note style-warning warning))
(setf sb-ext:*evaluator-mode* :compile)
(setf *compile-verbose* nil *load-verbose* nil)

(defvar *root* (merge-pathnames "../../" (or *load-truename* *default-pathname-defaults*)))

(defun read-names (file)
  (with-open-file (in (merge-pathnames file *root*)) (read in)))

(unless (find-package "ASTRALISP.PRIMITIVES")
  (let ((package (make-package "ASTRALISP.PRIMITIVES" :use '())))
    (dolist (name (read-names "runtime/lisp/primitives.lisp-expr"))
      (export (intern name package) package))))
(unless (find-package "ASTRALISP.RUNTIME")
  (make-package "ASTRALISP.RUNTIME" :use '("COMMON-LISP" "ASTRALISP.PRIMITIVES")))

(load (merge-pathnames "shim.lisp" (or *load-truename* *default-pathname-defaults*)))
(load (merge-pathnames "diagnostics-shim.lisp"
                       (or *load-truename* *default-pathname-defaults*)))

(handler-bind ((warning #'muffle-warning))
  (load (merge-pathnames "asm-kit/lisp/package.lisp" *root*)))

(defun load-file (name)
  (let ((file (merge-pathnames (concatenate 'string "compiler/lisp/" name ".lisp") *root*)))
    (handler-bind ((warning #'muffle-warning))
      (load file))))

(defparameter *front-end*
  '("package" "layout" "ir" "ir-edit" "runtime-calls" "types" "specifiers"
    "host" "diagnostics" "muffling" "node" "environment" "check-declarations"
    "primitives" "primitives-system" "convert" "call-checks"
    "form-checks" "format-checks" "unused"
    "definitions" "convert-lambda" "function-types" "convert-special" "transforms"
    "analyze" "analyze-variables" "build-values" "build-nodes" "build-calls"
    "build-control" "typing" "conflicts" "optimize" "lower" "lower-checks"
    "lower-arithmetic" "lower-memory" "lower-system" "cleanup" "branches" "effects" "driver"))

(mapc #'load-file *front-end*)
