;;;; TRACE of functions, (SETF f) and methods, with options; lies at safety 1.

(in-package #:astralisp.test)

(defvar *place* nil)
(defun traced-one (x) (list x))
(defun traced-two (x) (traced-one (+ x 1)))
(defun (setf traced-place) (value x) (setf *place* (list value x)))
(defgeneric traced-generic (x))
(defmethod traced-generic ((x integer)) (list :integer x (call-next-method)))
(defmethod traced-generic ((x number)) (list :number x))

(defmacro with-trace-output (&body forms)
  `(let ((*package* (find-package "ASTRALISP.TEST")))
     (with-output-to-string (*trace-output*) ,@forms)))

(define-test trace-functions
    (with-trace-output
      (trace traced-one traced-two)
      (traced-two 1)
      (untrace traced-one traced-two)
      (traced-two 1))
  => "\"0: (TRACED-TWO 1)
  1: (TRACED-ONE 2)
  1: TRACED-ONE returned (2)
0: TRACED-TWO returned (2)
\"")

(define-test trace-setf-and-method
    (with-trace-output
      (trace (setf traced-place) (method traced-generic (integer)))
      (setf (traced-place 1) 2)
      (traced-generic 5)
      (traced-generic 5.0)
      (untrace)
      (traced-generic 5))
  => "\"0: ((SETF TRACED-PLACE) 2 1)
0: (SETF TRACED-PLACE) returned (2 1)
0: ((METHOD TRACED-GENERIC (INTEGER)) 5)
0: (METHOD TRACED-GENERIC (INTEGER)) returned (:INTEGER 5 (:NUMBER 5))
\"")

(define-test trace-options
    (with-trace-output
      (trace traced-one
             :condition #'oddp
             :report (lambda (name event list depth)
                       (format *trace-output* "~A ~A ~A ~A~%" name event list
                               depth)))
      (traced-one 1)
      (traced-one 2)
      (untrace traced-one))
  => "\"TRACED-ONE CALL (1) 0
TRACED-ONE RETURN ((1)) 0
\"")

;;; Declarations that lie

(defstruct lying (count 0 :type fixnum))
(defvar *lying* 0)
(declaim (type fixnum *lying*))

(defun lie (expression &rest arguments)
  "The values of the lambda EXPRESSION called with ARGUMENTS, or the class of the
error."
  (let ((function (handler-bind ((warning #'muffle-warning))
                    (compile nil expression))))
    (handler-case (apply function arguments)
      (error (condition) (error-class condition)))))

(define-test lies-about-types
    (remove
     'type-error
     (list (lie '(lambda (x) (the fixnum x)) 'a)
          (lie '(lambda (x) (declare (type fixnum x)) x) 'a)
          (lie '(lambda (x) (let ((y 0)) (declare (type fixnum y))
                              (setq y x) y))
               'a)
          (lie '(lambda (x) (setq *lying* x)) 'a)
          (lie '(lambda (x) (let ((*lying* x)) *lying*)) 'a)
          (lie '(lambda (x) (let* ((*lying* x)) *lying*)) 'a)
          (lie '(lambda (*lying*) *lying*) 'a)
          (lie '(lambda (x) (make-lying :count x)) 'a)
          (lie '(lambda (x y) (setf (lying-count x) y)) (make-lying) 'a)))
  => "NIL")

(define-test lies-about-arguments
    (list (lie '(lambda (x) (ash x 0)) nil)
          (lie '(lambda (x) (ash x 0)) 1.5)
          (lie '(lambda (x) (progn (ash x 0) 1)) 'a)
          (lie '(lambda (x) (dpb 1 (byte 1 0) 0 x)) nil)
          (lie '(lambda (x) (progn (length x) 1)) 4)
          (lie '(lambda (x) (list (ash x 0) (dpb 1 (byte 1 0) x))) 4))
  => "(TYPE-ERROR TYPE-ERROR TYPE-ERROR PROGRAM-ERROR TYPE-ERROR (4 5))")

(define-test dynamic-extent-that-escapes
    (list (lie '(lambda (x) (let ((l (list x x)))
                              (declare (dynamic-extent l))
                              l))
               1)
          (lie '(lambda (&rest r) (declare (dynamic-extent r)) r) 1 2 3 4 5 6))
  => "((1 1) (1 2 3 4 5 6))")

;;; THE passes all values on and checks the first

(defun two-values () (values 1 2))

(define-test the-passes-values
    (list (multiple-value-list (the integer (two-values)))
          (lie '(lambda () (the symbol (two-values))))
          (multiple-value-bind (a b) (the integer (two-values)) (list a b))
          (multiple-value-list (funcall (lambda () (the integer (floor 7 2))))))
  => "((1 2) TYPE-ERROR (1 2) (3 1))")

;;; Free special declarations are not for the forms of the lambda list

(define-test special-declarations-reach-bodies
    (let ((x :outer))
      (declare (special x))
      (let ((x :inner))
        (list (let* ((y x)) (declare (special x)) (list x y))
              ((lambda (&optional (y x)) (declare (special x)) (list x y))))))
  => "((:OUTER :INNER) (:OUTER :INNER))")
