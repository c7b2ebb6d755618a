;;;; Tests of conditions and restarts (CLHS 9).

(in-package #:astralisp.test)

(define-condition fruit (condition)
  ((name :initarg :name :initform "apple" :reader fruit-name)
   (weight :initarg :weight :accessor fruit-weight)))
(define-condition bad-fruit (fruit error)
  ((age :initarg :age :reader fruit-age :initform (+ 1 2)))
  (:report (lambda (c s)
             (write-string "bad " s) (write-string (fruit-name c) s)))
  (:default-initargs :weight 100))
(define-condition worse-fruit (bad-fruit) () (:report "worse"))
(define-test make-condition
  (let ((c (make-condition 'bad-fruit :name "pear")))
    (list (fruit-name c) (fruit-age c) (fruit-weight c)
          (setf (fruit-weight c) 5) (fruit-weight c)
          (typep c 'fruit) (typep c 'error) (typep c 'warning)
          (princ-to-string c) (type-of c)
          (princ-to-string (make-condition 'worse-fruit)))))
(define-test unbound-condition-slot
  (fruit-weight (make-condition 'fruit)) => "error CELL-ERROR")
(define-test wrong-reader (fruit-name (identity 3)) => "error ERROR")
(define-test readers-are-generic
  (progn
    (eval '(progn
            (defclass named-thing () ((name :initarg :name :reader name-of-it)))
            (define-condition named-trouble (error)
              ((name :initarg :name :accessor name-of-it)))))
    (list (name-of-it (make-instance 'named-thing :name 1))
          (name-of-it (make-condition 'named-trouble :name 2))
          (let ((trouble (make-condition 'named-trouble :name 3)))
            (setf (name-of-it trouble) 4)
            (name-of-it trouble))))
  => "(1 2 4)")
(define-test signal
  (list (signal 'fruit) (signal "nothing ~A" 1)
        (handler-case (signal 'fruit :name "x") (fruit (c) (fruit-name c)))))
(define-test handler-case
  (list (handler-case 1 (error () 2))
        (handler-case (error "x") (error () 2))
        (handler-case (error 'bad-fruit) (type-error () 1) (fruit (c) (type-of c)))
        (multiple-value-list (handler-case (values 1 2) (error () 3)))
        (handler-case (values 1 2) (error () 3) (:no-error (a b) (list b a)))
        (handler-case (error "x") (error () 3) (:no-error () 4))
        (handler-case (car (identity 1)) (type-error (c) (type-error-datum c)))
        (handler-case (handler-case (error "a") (type-error () 1)) (error () 2))
        (handler-case (signal 'fruit) (error () 1))
        (multiple-value-list (handler-case (error "x")
                               (error (c) (declare (ignore c)) (values 1 2))))))
(define-test handler-bind
  (let ((log nil))
    (list (handler-bind ((error (lambda (c) (declare (ignore c)) (push 1 log)))
                         (condition (lambda (c) (declare (ignore c)) (push 2 log))))
            (handler-bind ((fruit (lambda (c) (declare (ignore c)) (push 3 log))))
              (signal 'bad-fruit)
              'returned))
          (reverse log))))
(define-test handler-order
  (let ((log nil))
    (handler-bind ((error (lambda (c) (declare (ignore c)) (push 'outer log))))
      (handler-case
          (handler-bind ((error (lambda (c)
                                  (declare (ignore c))
                                  (push 'inner log)
                                  (error 'bad-fruit))))
            (error "first"))
        (bad-fruit () (push 'caught log))))
    (reverse log)))
(define-test ignore-errors
  (list (multiple-value-list (ignore-errors (values 1 2)))
        (let ((v (multiple-value-list (ignore-errors (error "x")))))
          (list (first v) (typep (second v) 'simple-error)))))
(define-test error-types
  (flet ((caught (f) (handler-case (funcall f) (error (c) (type-of c)))))
    (list (caught (lambda () (error "x"))) (caught (lambda () (error 'bad-fruit)))
          (caught (lambda () (error (make-condition 'worse-fruit))))
          (handler-case (warn "w") (warning (c) (type-of c)))
          (handler-case (signal "s") (condition (c) (type-of c))))))
(define-test simple-condition-slots
  (handler-case (error "a ~S b" 5)
    (simple-error (c) (list (simple-condition-format-control c)
                            (simple-condition-format-arguments c)))))
(define-test restart-case
  (list (restart-case 1 (foo () 2))
        (restart-case (invoke-restart 'foo) (foo () 2))
        (restart-case (invoke-restart 'foo 1 2) (foo (a &optional b c) (list a b c)))
        (multiple-value-list (restart-case (invoke-restart 'v) (v () (values 1 2))))
        (handler-bind ((error (lambda (c) (invoke-restart 'use (fruit-name c)))))
          (restart-case (error 'bad-fruit :name "fig") (use (x) (list 'used x))))
        (restart-case (restart-case (invoke-restart 'a) (b () 1)) (a () 2))))
(define-test restart-no-such (invoke-restart (identity 'no-such-restart)))
(define-test restart-bind
  (let ((log nil))
    (list (restart-bind ((foo (lambda (x) (push x log) 'done)))
            (list (invoke-restart 'foo 1) (invoke-restart 'foo 2)))
          log)))
(define-test compute-restarts
  (restart-case
      (restart-bind ((inner (lambda ())))
        (list (mapcar #'restart-name
                      (subseq (compute-restarts) 0 2))
              (restart-name (find-restart 'outer)) (find-restart 'nowhere)))
    (outer () 1)))
(define-test restart-test
  (restart-case (list (not (find-restart 'hidden)) (not (find-restart 'seen)))
    (hidden () :test (lambda (c) (declare (ignore c)) nil) 1)
    (seen () :test (lambda (c) (declare (ignore c)) t) 1)))
(define-test restart-association
  (let ((a (make-condition 'fruit)) (b (make-condition 'fruit)))
    (restart-case
        (with-condition-restarts a (list (find-restart 'r))
          (list (not (find-restart 'r a)) (not (find-restart 'r b))
                (not (find-restart 'r))))
      (r () 1))))
(define-test restart-case-associates
  (let ((other (make-condition 'fruit)))
    (handler-bind ((error (lambda (c)
                            (invoke-restart 'r (list (not (find-restart 'r c))
                                                     (not (find-restart 'r other)))))))
      (restart-case (error "x") (r (v) v)))))
(define-test with-simple-restart
  (list (multiple-value-list
         (with-simple-restart (skip "Skip ~A." 1) (invoke-restart 'skip) 2))
        (with-simple-restart (skip "Skip.") 3)
        (with-simple-restart (skip "Skip ~D." 5)
          (princ-to-string (find-restart 'skip)))))
(define-test cerror
  (list (handler-bind ((error #'continue)) (cerror "Go on." "bad ~A" 1))
        (handler-case (cerror "Go on." 'bad-fruit) (fruit () 'caught))))
(define-test warn-muffled
  (let ((n 0))
    (handler-bind ((warning (lambda (c) (incf n) (muffle-warning c))))
      (list (warn "x ~A" 1) (warn 'simple-warning :format-control "y") n))))
(define-test warn-printed
  (let ((*error-output* (make-string-output-stream)))
    (warn "look ~A" 5)
    (search "look 5" (string-downcase (get-output-stream-string *error-output*))))
  => "9")
(define-test warn-not-warning (warn (identity 'bad-fruit)))
(define-test standard-restarts
  (list (restart-case (use-value 3) (use-value (x) (list 'use x)))
        (restart-case (store-value 4) (store-value (x) (list 'store x)))
        (restart-case (continue) (continue () 'went-on))
        (restart-case (abort) (abort () 'aborted))))
(define-test muffle-warning-none (muffle-warning) => "error CONTROL-ERROR")
(define-test check-type
  (let ((x 5) (y "s"))
    (list (check-type x integer)
          (handler-case (check-type y integer) (type-error (c) (type-error-datum c)))
          (handler-bind ((type-error (lambda (c) (store-value 7 c))))
            (check-type y integer "an integer") y))))
(define-test assert
  (let ((x 1))
    (list (assert (= x 1)) (handler-case (assert (= x 2)) (error () 'failed))
          (handler-case (assert (= x 2) (x) 'bad-fruit :name "kiwi")
            (bad-fruit (c) (fruit-name c)))
          (handler-bind ((error (lambda (c) (setf x 2) (continue c))))
            (assert (= x 2)) x))))
(define-test non-local-unwinding
  (let ((log nil))
    (list (handler-case
              (unwind-protect (error "x") (push 'cleaned log))
            (error () (push 'handled log) 'done))
          log)))
(define-test handler-is-outside
  (handler-case
      (handler-bind ((error (lambda (c) (declare (ignore c)) (signal 'fruit :name "in"))))
        (handler-bind ((fruit (lambda (c) (declare (ignore c)) 'never)))
          (error "x")))
    (fruit (c) (fruit-name c))))
(define-test dynamic-handlers
  (labels ((f (n) (if (= n 0) (error "deep") (f (1- n)))))
    (handler-case (f 100) (error () 'caught))))
(define-test break-on-signals
  (let ((*break-on-signals* nil)) (signal "x")))
(define-test standard-readers
  (list (handler-case (error 'type-error :datum 1 :expected-type 'symbol)
          (type-error (c) (list (type-error-datum c) (type-error-expected-type c))))
        (handler-case (symbol-value 'surely-unbound)
          (unbound-variable (c) (cell-error-name c)))
        (handler-case (funcall 'surely-undefined)
          (undefined-function (c) (cell-error-name c)))
        (handler-case (/ 5 (identity 0))
          (division-by-zero (c) (typep c 'arithmetic-error)))))
(define-test use-value-unbound
  (handler-bind ((unbound-variable (lambda (c) (use-value 42 c))))
    (list surely-unbound-too)))
(define-test use-value-undefined
  (handler-bind ((undefined-function (lambda (c) (use-value 'list c))))
    (surely-undefined-too 1 2)))
(define-test debugger-hook
  (catch 'out
    (let ((*debugger-hook* (lambda (c hook)
                             (declare (ignore hook))
                             (throw 'out (list 'hooked (princ-to-string c)
                                               *debugger-hook*)))))
      (error "into the debugger"))))
(define-test invoke-debugger-hook
  (catch 'out
    (let ((*debugger-hook* (lambda (c h) (declare (ignore h)) (throw 'out (type-of c)))))
      (invoke-debugger (make-condition 'fruit)))))
(define-test condition-class-hierarchy
  (mapcar (lambda (pair) (subtypep (first pair) (second pair)))
          '((simple-error error) (type-error error) (end-of-file stream-error)
            (reader-error parse-error) (reader-error stream-error)
            (unbound-variable cell-error) (undefined-function cell-error)
            (unbound-slot cell-error) (division-by-zero arithmetic-error)
            (floating-point-overflow arithmetic-error) (package-error error)
            (file-error error) (print-not-readable error) (style-warning warning)
            (simple-warning simple-condition) (storage-condition serious-condition)
            (control-error error) (program-error error) (error serious-condition)
            (serious-condition condition) (warning condition) (warning error))))
(define-condition a-slot () ((v :allocation :class :initform 1 :initarg :v
                                :accessor a-slot-v)))
(define-test class-allocation
  (let ((a (make-condition 'a-slot)) (b (make-condition 'a-slot)))
    (setf (a-slot-v a) 9)
    (list (a-slot-v b))))
(define-test restart-interactive
  (restart-case (invoke-restart-interactively 'ask)
    (ask (a b) :interactive (lambda () (list 1 2)) (list 'asked a b))))
(define-test nested-handler-case-rethrow
  (handler-case
      (handler-case (error 'bad-fruit :name "one")
        (bad-fruit (c) (error 'worse-fruit :name (fruit-name c))))
    (worse-fruit (c) (list 'outer (fruit-name c)))))

(define-test condition-types-by-class
  (list (typep (make-condition (find-class 'type-error)) 'type-error)
        (typep (make-condition '(or program-error type-error))
               '(or program-error type-error))
        (typep (make-condition '(and condition simple-error))
               'simple-error))
  => "(T T T)")
(define-test overflow-of-powers
  (mapcar (lambda (function)
            (handler-case (funcall function)
              (floating-point-overflow () :overflow)))
          (list (lambda () (exp 1000d0)) (lambda () (expt 2f0 200))
                (lambda () (exp 1000)) (lambda () (expt 10d0 400d0))))
  => "(:OVERFLOW :OVERFLOW :OVERFLOW :OVERFLOW)")
(define-test lists-that-are-not-proper
  (mapcar (lambda (function)
            (handler-case (funcall function) (type-error () :type-error)))
          (list (lambda () (copy-alist '((a . b) . c)))
                (lambda () (get-properties '(a 1 b) '(c)))))
  => "(:TYPE-ERROR :TYPE-ERROR)")

;;; What random programs found.

(define-condition conditions-numbered (error)
  ((number :initarg :number :reader conditions-number)))
(define-test conditions-cerror-in-restart-case
  (list (handler-case (restart-case (cerror "go on" 'conditions-numbered
                                            :number 1)
                        (skip () 'skipped))
          (conditions-numbered (condition) (conditions-number condition)))
        (handler-bind ((conditions-numbered #'continue))
          (restart-case (cerror "go on" 'conditions-numbered :number 1)
            (skip () 'skipped)))
        (handler-case (cerror "go on ~A"
                              (make-condition 'conditions-numbered :number 2)
                              :argument)
          (conditions-numbered (condition) (conditions-number condition)))))
(define-test conditions-undefined-function-as-value
  (let ((trace '()))
    (list (handler-case (list #'no-such-function (push 1 trace))
            (undefined-function (condition) (cell-error-name condition)))
          (handler-case (list #'(setf no-such-function) (push 2 trace))
            (undefined-function (condition) (cell-error-name condition)))
          trace)))
