;;;; What the compiler reports, and what COMPILE and COMPILE-FILE return.

(in-package #:astralisp.test)

(defun codes-of (function)
  "The codes of the diagnostics signalled while FUNCTION runs, in order, and its
values."
  (let ((codes '()))
    (let ((values (multiple-value-list
                   (handler-bind ((ext:compiler-diagnostic
                                    (lambda (condition)
                                      (push (ext:diagnostic-code condition)
                                            codes)
                                      (muffle-warning condition))))
                     (funcall function)))))
      (values (reverse codes) values))))

(defun lambda-codes (expression)
  (values (codes-of (lambda () (compile nil expression)))))

(defun written-by (expression)
  "What COMPILE writes about the lambda EXPRESSION, and what it returns besides."
  (let* ((values nil)
         (text (with-output-to-string (*error-output*)
                 (setf values (rest (multiple-value-list
                                     (compile nil expression)))))))
    (list values (not (null (search "C0" text))))))

(defvar *care-file* "astralisp-care-test.lisp")

(defun file-codes (&rest lines)
  "The codes of the diagnostics of COMPILE-FILE of a file of LINES, and its second
and third value when nobody muffles them."
  (with-open-file (stream *care-file* :direction :output
                                      :if-exists :supersede)
    (dolist (line lines) (write-line line stream)))
  (let ((codes (codes-of (lambda () (compile-file *care-file*)))))
    (multiple-value-bind (output warnings failure)
        (let ((*error-output* (make-broadcast-stream)))
          (compile-file *care-file*))
      (delete-file output)
      (delete-file *care-file*)
      (list codes warnings failure))))

(define-test care-nothing-to-say
    (list (lambda-codes '(lambda (x) (list x)))
          (written-by '(lambda (x) (list x))))
  => "(NIL ((NIL NIL) NIL))")

(define-test care-undefined-function
    (list (lambda-codes '(lambda (x) (no-such-function x) (no-such-function)))
          (written-by '(lambda (x) (no-such-function x))))
  => "((\"C0101\") ((T NIL) T))")

(define-test care-undefined-variable
    (list (lambda-codes '(lambda () no-such-variable))
          (written-by '(lambda () no-such-variable)))
  => "((\"C0102\") ((T T) T))")

(define-test care-argument-counts
    (list (lambda-codes '(lambda (x) (car x x)))
          (lambda-codes '(lambda (x) (member x x :tset #'eq)))
          (lambda-codes '(lambda (x) (member x x :test)))
          (lambda-codes '(lambda (x) (member x x :tset 1 :allow-other-keys t)))
          (lambda-codes '(lambda (x) (flet ((f (a) a)) (f x x))))
          (lambda-codes '(lambda (x) ((lambda (a b) (list a b)) x))))
  => "((\"C0201\") (\"C0203\") (\"C0202\") NIL (\"C0201\") (\"C0201\"))")

(define-test care-unused
    (list (lambda-codes '(lambda (x) 1))
          (lambda-codes '(lambda (x) (declare (ignore x)) 1))
          (lambda-codes '(lambda (x) (declare (ignorable x)) 1))
          (lambda-codes '(lambda (x) (declare (ignore x)) x))
          (lambda-codes '(lambda (x) (let ((y x)) (setq y 2) 3)))
          (lambda-codes '(lambda () (flet ((f () 1)) 2)))
          (lambda-codes '(lambda () (labels ((f () 1))
                                      (declare (ignore #'f))
                                      2))))
  => "((\"C0301\") NIL NIL (\"C0304\") (\"C0303\") (\"C0302\") NIL)")

(define-test care-types
    (list (lambda-codes '(lambda () (car 5)))
          (lambda-codes '(lambda (x) (declare (type string x)) (+ x 1)))
          (lambda-codes '(lambda () (the fixnum "text")))
          (lambda-codes '(lambda (x) (if (consp x) (car x) 1)))
          (lambda-codes '(lambda () (length 5))))
  => "((\"C0401\") (\"C0401\") (\"C0401\") NIL (\"C0401\"))")

(define-test care-declarations
    (list (lambda-codes '(lambda (x) (declare (no-such-thing x)) x))
          (lambda-codes '(lambda (x) (declare (ignore y)) x))
          (lambda-codes '(lambda (x) (declare (type no-such-type x)) x))
          (lambda-codes '(lambda (x) (declare ((integer 0 3) x)) x)))
  => "((\"C0601\") (\"C0603\") (\"C0103\") NIL)")

(define-test care-errors-in-forms
    (list (lambda-codes '(lambda (x) (if x)))
          (lambda-codes '(lambda () (setq pi 3)))
          (lambda-codes '(lambda () (let ((pi 3)) pi)))
          (lambda-codes '(lambda (x) (if) (car x x)))
          (lambda-codes '(lambda () (dolist)))
          (handler-case (funcall (let ((*error-output*
                                         (make-broadcast-stream)))
                                   (compile nil '(lambda (x) (if x))))
                                 1)
            (program-error () :program-error)))
  => "((\"C0001\") (\"C0502\") (\"C0502\") (\"C0001\" \"C0201\") (\"C0002\") :PROGRAM-ERROR)")

(define-test care-file-goes-on
    (file-codes "(defun care-a (x) (care-b x))"
                "(defun care-c () (no-such-package::f))"
                "(defun care-b (x y) (list x y))"
                "(defun care-a (x) (list x)"
                "(defun care-d () (setq pi 2))")
  => "((\"C0003\" \"C0003\" \"C0502\" \"C0201\") T T)")

(define-test care-file-duplicates
    (file-codes "(defun care-e (x) (care-f x))"
                "(defun care-f (x) x)"
                "(defun care-e (x) (list x))")
  => "((\"C0501\") T T)")

(define-test care-file-clean
    (file-codes "(defmacro care-m (x) `(car ,x))"
                "(defun care-g (x) (if (consp x) (care-g (care-m x)) x))")
  => "(NIL NIL NIL)")

(define-test care-muffled-is-not-counted
    (multiple-value-list
     (handler-bind ((warning #'muffle-warning))
       (let ((values (rest (multiple-value-list
                            (compile nil '(lambda (x) (car x x)))))))
         (values-list values))))
  => "(NIL NIL)")

(define-test care-unit-puts-off
    (let ((codes '()))
      (handler-bind ((ext:compiler-diagnostic
                       (lambda (condition)
                         (push (ext:diagnostic-code condition) codes)
                         (muffle-warning condition))))
        (with-compilation-unit ()
          (compile nil '(lambda () (care-later)))
          (push :inside codes)))
      (reverse codes))
  => "(:INSIDE \"C0101\")")

(define-test care-chain
    (let ((chain nil))
      (handler-bind ((ext:compiler-diagnostic
                       (lambda (condition)
                         (setf chain (list (ext:diagnostic-form condition)
                                           (ext:diagnostic-chain condition)))
                         (muffle-warning condition))))
        (compile nil '(lambda (y) (macrolet ((m (x) `(car ,x ,x))) (m y)))))
      chain)
  => "((M Y) ((M Y)))")

(define-test care-hint
    (let ((hint nil))
      (handler-bind ((ext:compiler-diagnostic
                       (lambda (condition)
                         (setf hint (ext:diagnostic-hint condition))
                         (muffle-warning condition))))
        (compile nil '(lambda (x) (mapcarr #'car x))))
      hint)
  => "\"did you mean MAPCAR?\"")

(define-test care-report
    (with-output-to-string (*error-output*)
      (compile nil '(lambda (x) (car x x))))
  => "\"warning[C0201]: CAR is called with 2 arguments
  --> (CAR X X)
   = help: its arguments are (A)
\"")

(define-test care-file-defines-functions
    (file-codes "(defun care-h (x) (list (care-i x) (care-j x) (care-k x)))"
                "(defgeneric care-i (x))"
                "(defclass care-l () ((j :accessor care-j)))"
                "(define-condition care-n (error) ((k :reader care-k)))"
                "(defun care-o (x) (setf (care-j x) 1))")
  => "(NIL NIL NIL)")

(define-test care-load-looks-forward
    (progn
      (with-open-file (stream *care-file* :direction :output
                                          :if-exists :supersede)
        (write-line "(defun care-p (x) (care-q x))" stream)
        (write-line "(defun care-q (x) (care-nobody x))" stream))
      (prog1 (values (codes-of (lambda ()
                                 (with-compilation-unit (:override t)
                                   (load *care-file*)))))
        (delete-file *care-file*)))
  => "(\"C0101\")")

(define-test care-unreached
    (list (file-codes "(defun care-r (x) (error x) (print x))")
          (file-codes "(defun care-s (x) (return-from care-s 1) (print x))")
          (file-codes "(defun care-t (x)"
                      "  (if (consp x) (if (listp x) 1 (print x)) 2))")
          (file-codes "(defun care-u (x) (if (listp x) 1 (print x)))"))
  => "(((\"C0701\") NIL NIL) ((\"C0701\") NIL NIL) ((\"C0701\") NIL NIL) (NIL NIL NIL))")

(declaim (ftype (function (string &optional fixnum) t) care-declared))
(defun care-declared (a &optional b) (list a b))

(define-test care-declared-types
    (list (lambda-codes '(lambda () (care-declared 5)))
          (lambda-codes '(lambda () (care-declared "a" 'b)))
          (lambda-codes '(lambda () (care-declared "a" 1))))
  => "((\"C0401\") (\"C0401\") NIL)")

;;; What a form shows by itself.

(define-test care-format
    (list (lambda-codes '(lambda (x) (format nil "~a ~a" x)))
          (lambda-codes '(lambda (x) (format nil "~a" x x)))
          (lambda-codes '(lambda (x) (format nil "~a ~y" x)))
          (lambda-codes '(lambda (x) (error "~{~a~^, ~}: ~:[no~;yes ~a~]"
                                            x x x)))
          (lambda-codes '(lambda (x) (format nil "~a~:*~a~@[~a~] ~vd~p" x x x
                                             x x)))
          (lambda-codes '(lambda (x) (format nil "~<~a~;~a~>~@?" x x "" x)))
          (lambda-codes '(lambda (x) (cerror "~a" "~(~a~" x))))
  => "((\"C0204\") (\"C0204\") (\"C0403\") NIL NIL NIL (\"C0403\"))")

(define-test care-literals
    (list (lambda-codes '(lambda () (sort '(2 1) #'<)))
          (lambda-codes '(lambda (x) (setf (aref "abc" 0) x)))
          (lambda-codes '(lambda (x) (nconc x '(1))))
          (lambda-codes '(lambda (x) (nconc '(1) x)))
          (lambda-codes '(lambda (x) (delete x (list 1 2)))))
  => "((\"C0503\") (\"C0503\") NIL (\"C0503\") NIL)")

(define-test care-cases
    (list (lambda-codes '(lambda (x) (case x (1 2) ((3 1) 4))))
          (lambda-codes '(lambda (x) (case x ('a 2))))
          (lambda-codes '(lambda (x) (case x (t 1) (2 3))))
          (lambda-codes '(lambda (x) (case x (1 2) ((t) 3) (t 4)))))
  => "((\"C0504\") (\"C0504\") (\"C0504\") NIL)")

(define-test care-bindings
    (list (lambda-codes '(lambda () (let ((a 1 2)) a)))
          (lambda-codes '(lambda () (let ((a 1) (a 2)) a)))
          (lambda-codes '(lambda () (let* ((a 1) (a (1+ a))) a)))
          (lambda-codes '(lambda (a &key a) a))
          (lambda-codes '(lambda () (labels ((f () (f))) 1)))
          (lambda-codes '(lambda () (multiple-value-bind (a b) (values 1)
                                      (list a b)))))
  => "((\"C0001\") (\"C0001\") NIL (\"C0001\") (\"C0302\") (\"C0205\"))")

(define-test care-types-named
    (list (lambda-codes '(lambda () (handler-case 1 (no-such-type () 2))))
          (lambda-codes '(lambda (x) (typep x 'no-such-type)))
          (lambda-codes '(lambda (x) (typecase x (no-such-type 2))))
          (file-codes "(defstruct care-slots (a \"x\" :type fixnum) b)"
                      "(defclass care-slots-2 () ((a :initform 1 :type list)))"
                      "(defstruct (care-slots-3 (:constructor m (a)))"
                      "  (a nil :type fixnum))"))
  => "((\"C0103\") (\"C0103\") (\"C0103\") ((\"C0401\" \"C0401\") T T))")

;;; FTYPE

(declaim (ftype (function (integer) string) care-promised)
         (ftype (function (t) (values string &optional)) (setf care-promised)))
(eval '(defun care-promised (n) (if (< n 0) "minus" (car (list n)))))
(define-test care-ftype-is-checked
    (list (care-promised -1)
          (handler-case (care-promised 1)
            (type-error (error) (type-error-datum error)))
          (handler-case (funcall 'care-promised (first '("a")))
            (type-error (error) (type-error-datum error))))
  => "(\"minus\" 1 \"a\")")
(define-test care-ftype-conflicts
    (list (file-codes "(declaim (ftype (function (integer) string) care-h))"
                      "(defun care-h (n) (1+ n))")
          (file-codes "(declaim (ftype (function (t t) t) care-i))"
                      "(defun care-i (n) n)")
          (file-codes "(declaim (ftype (function (t &optional t) t) care-j))"
                      "(defun care-j (n &optional m) (list n m))"))
  => "(((\"C0401\") T T) ((\"C0402\") T NIL) (NIL NIL NIL))")

;;; MUFFLE-CONDITIONS inside of code

(define-test care-muffled-lexically
    (list (written-by '(lambda (x y)
                        (declare (ext:muffle-conditions style-warning))
                        x))
          (written-by '(lambda (x)
                        (locally (declare (ext:muffle-conditions warning))
                          (no-such-function x (car 1 2) no-such-variable))))
          (written-by '(lambda ()
                        (locally (declare (ext:muffle-conditions warning))
                          (car 1 2))
                        (cdr 1 2)))
          (written-by '(lambda ()
                        (locally (declare (ext:muffle-conditions warning))
                          (locally
                              (declare (ext:unmuffle-conditions style-warning))
                            (let ((x 1)) (car 1 2))))))
          (written-by '(lambda ()
                        (let ((x (car 1 2)))
                          (declare (ext:muffle-conditions style-warning))
                          2))))
  => "(((NIL NIL) NIL) ((NIL NIL) NIL) ((T T) T) ((T NIL) T) ((T T) T))")
(define-test care-muffled-definition
    (file-codes "(defun care-k (x)"
                "  (declare (ext:muffle-conditions style-warning))"
                "  (flet ((f () (care-unknown))) 1))"
                "(locally (declare (ext:muffle-conditions warning))"
                "  (defun care-l (x) (car 1 2)))")
  => "(NIL NIL NIL)")

(define-test care-mistake-stays-in-its-form
    (handler-bind ((warning #'muffle-warning))
      (funcall (compile nil '(lambda ()
                              (loop named q for a in (list 0)
                                    do (return-from q a)
                                    finally (return 9))))))
  => "0")
