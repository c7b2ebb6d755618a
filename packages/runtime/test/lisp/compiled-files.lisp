;;;; Tests of COMPILE-FILE and LOAD of what it makes.

(in-package #:astralisp.test)

(defun compiled-and-loaded (text)
  "The value of *RESULT* after the file with TEXT has been compiled and loaded."
  (let ((source "/tmp/astralisp-compiled-file.lisp")
        (*package* (find-package "ASTRALISP.TEST")))
    (with-open-file (out source :direction :output :if-exists :supersede)
      (write-string text out))
    (let ((object (compile-file source)))
      (unwind-protect (load object)
        (delete-file object)
        (delete-file source)))
    (symbol-value (find-symbol "*RESULT*" "ASTRALISP.TEST"))))

(define-test circular-structure-literal
  (compiled-and-loaded
   "(eval-when (:compile-toplevel :load-toplevel :execute)
      (defstruct literal-node a b))
    (defparameter *result*
      (let ((node '#.(let ((node (make-literal-node)))
                       (setf (literal-node-a node) (list 1 node)
                             (literal-node-b node) node)
                       node)))
        (list (eq node (literal-node-b node))
              (eq node (second (literal-node-a node))))))")
  => "(T T)")
(define-test package-literal
  (compiled-and-loaded
   "(defparameter *result*
      (let ((list '(#1=#.(find-package \"KEYWORD\") #1#)))
        (list (eq (first list) (find-package \"KEYWORD\"))
              (eq (first list) (second list)))))")
  => "(T T)")
(define-test hash-table-literal
  (compiled-and-loaded
   "(defparameter *result*
      (let ((table '#.(let ((table (make-hash-table :test 'equal)))
                        (setf (gethash \"a\" table) '(1 2)
                              (gethash 'b table) table)
                        table)))
        (list (gethash \"a\" table) (eq table (gethash 'b table))
              (hash-table-test table) (hash-table-count table))))")
  => "((1 2) T EQUAL 2)")
(define-test policy-is-of-its-file
  (let ((before astralisp.runtime::**policy**))
    (compiled-and-loaded "(declaim (optimize (speed 3) (debug 0)))
                          (defparameter *result* nil)")
    (equal before astralisp.runtime::**policy**))
  => "T")

;;; CLHS 3.2.3.1: what is done at compile time, and what when the file is loaded.

(defvar *situations* '() "What the forms of a file have said.")

(define-test situations-of-eval-when
  (let ((*situations* '()))
    (compiled-and-loaded
     "(eval-when (:compile-toplevel) (push :compile *situations*))
      (eval-when (:load-toplevel) (push :load *situations*))
      (eval-when (:execute) (push :execute *situations*))
      (eval-when (:compile-toplevel :load-toplevel)
        (push :both *situations*)
        (eval-when (:execute) (push :inner *situations*))
        (let () (eval-when (:compile-toplevel) (push :never *situations*))))
      (macrolet ((note (x) (push :expansion *situations*)
                   `(push ,x *situations*)))
        (note :expanded))
      (defparameter *result* nil)")
    (reverse *situations*))
  => "(:COMPILE :BOTH :INNER :EXPANSION :LOAD :BOTH :EXPANDED)")
(define-test a-file-is-compiled-without-being-run
  (compiled-and-loaded
   "(defmacro twice (x) `(list ,x ,x))
    (defun not-run-yet () (twice 1))
    (eval-when (:compile-toplevel)
      (setq *situations* (fboundp 'not-run-yet)))
    (defparameter *result*
      (list (not-run-yet) *situations* (macro-function 'not-run-yet)))")
  => "((1 1) NIL NIL)")
(define-test literals-shared-by-forms
  (compiled-and-loaded
   "(eval-when (:compile-toplevel)
      (setq *situations* (list 'a (make-symbol \"B\") \"c\")))
    (defparameter *shared* '#.*situations*)
    (defun shared () (list '#.*situations* '#.(second *situations*)))
    (defparameter *result*
      (list (eq (second *shared*) (second (shared)))
            (eq *shared* (first (shared)))))")
  => "(T T)")
(defclass literal-point ()
  ((x :initarg :x :reader literal-x)
   (self :initform nil :accessor literal-self)))
(defmethod make-load-form ((point literal-point) &optional environment)
  (declare (ignore environment))
  (values `(make-instance 'literal-point :x ',(literal-x point))
          `(setf (literal-self ,point) ',point)))
(define-test objects-made-by-load-forms
  (compiled-and-loaded
   "(defmacro a-point () (make-instance 'literal-point :x '(1 2)))
    (defparameter *result*
      (let ((point (a-point)))
        (list (literal-x point) (eq point (literal-self point)))))")
  => "((1 2) T)")
(define-test errors-in-a-file-that-is-compiled
  (let ((*error-output* (make-broadcast-stream)))
    (compiled-and-loaded
     "(defmacro fails () (error \"always\"))
      (defun in-part () (push :before *situations*) (fails))
      (setq *situations* '())
      (defparameter *result*
        (list (handler-case (in-part)
                (program-error () *situations*))))"))
  => "((:BEFORE))")
(define-test warnings-of-compile-file
  (let ((*error-output* (make-broadcast-stream))
        (source "/tmp/astralisp-warnings.lisp"))
    (flet ((outcome (text)
             (with-open-file (out source :direction :output
                                         :if-exists :supersede)
               (write-string text out))
             (multiple-value-bind (file warnings failure) (compile-file source)
               (delete-file file)
               (delete-file source)
               (list warnings failure))))
      (list (outcome "(defun literal-fine (x) x)")
            (outcome "(eval-when (:compile-toplevel) (warn 'style-warning))")
            (outcome "(eval-when (:compile-toplevel) (warn \"w\"))")
            (outcome "(defun literal-bad () (if))")
            (outcome "(defun literal-open ()"))))
  => "((NIL NIL) (T NIL) (T T) (T T) (T T))")
