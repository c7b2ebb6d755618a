;;;; Loads the back end and what its tests stand on into SBCL.

(in-package #:cl-user)

(require :sb-posix)
(declaim (sb-ext:muffle-conditions sb-ext:compiler-note style-warning warning))

(defparameter *packages*
  (merge-pathnames "../../../" (make-pathname :name nil :type nil
                                              :defaults *load-truename*)))

(defun load-source (path)
  (handler-bind ((warning #'muffle-warning))
    (load (merge-pathnames path *packages*))))

(defun make-primitives-package ()
  "The package ASTRALISP.PRIMITIVES; names of COMMON-LISP are those."
  (let ((package (make-package "ASTRALISP.PRIMITIVES" :use '())))
    (with-open-file (in (merge-pathnames "runtime/lisp/primitives.lisp-expr"
                                         *packages*))
      (dolist (name (read in))
        (let ((standard (find-symbol name "COMMON-LISP")))
          (when standard (import (list standard) package))
          (export (list (if standard standard (intern name package)))
                  package))))))

(unless (find-package "ASTRALISP.PRIMITIVES") (make-primitives-package))

(dolist (name '("package" "instruction-table" "encoding" "buffer" "core"
                "emitters" "operand" "lap" "decoder" "printer"))
  (load-source (format nil "asm-kit/lisp/~A.lisp" name)))
(load-source "compiler/test/diagnostics-shim.lisp")
(load-source "compiler/lisp/package.lisp")
(use-package '#:astralisp.asm '#:astralisp.compiler)
(export (list (intern "LAP-CODE-UNIT" '#:astralisp.compiler))
        '#:astralisp.compiler)
(unless (find-package "ASTRALISP.KERNEL")
  (make-package "ASTRALISP.KERNEL"
                :use '("COMMON-LISP" "ASTRALISP.PRIMITIVES")))

;;; What the linker asks its host about: packages without nicknames, floats.

(defun astralisp.primitives::%package-local-nicknames (package)
  (declare (ignore package))
  '())

(setf (symbol-function (find-symbol "%SINGLE-BITS" "ASTRALISP.PRIMITIVES"))
      (lambda (single)
        (ldb (byte 32 0) (sb-kernel:single-float-bits single))))

;;; The files behind the front end, in the order of the system definition.
(defun back-end-files ()
  (with-open-file (in (merge-pathnames "compiler/lisp/astralisp-compiler.asd"
                                       *packages*))
    (let ((components (getf (cddr (read in)) :components)))
      (loop for (nil name feature) in (member "code-unit" components
                                              :key #'second :test #'equal)
            unless (or feature (member name '("toplevel" "build-world")
                                       :test #'string=))
              collect name))))

(dolist (name (append '("layout" "ir" "ir-edit" "effects") (back-end-files)))
  (load-source (format nil "compiler/lisp/~A.lisp" name)))
(load-source "kernel/lisp/x86-64/trampolines.lisp")

(dolist (name '("ir-text" "world" "interpret" "random-programs"
                "random-test" "small-tests" "move-tests"))
  (load-source (format nil "compiler/test/backend/~A.lisp" name)))
