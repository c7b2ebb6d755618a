;;;; Code whose types cannot be right still signals what is wrong, where it is wrong.

(in-package #:astralisp.test)

(defun report-of (form)
  "What compiling and calling the lambda expression FORM comes to."
  (handler-case
      (handler-bind ((warning #'muffle-warning))
        (let ((*error-output* (make-broadcast-stream)))
          (funcall (compile nil form))))
    (error (condition)
      (list (error-class condition)
            (and (typep condition 'type-error)
                 (type-error-datum condition))))))

(define-test comparison-that-never-returns
    (list (report-of '(lambda ()
                       (let ((x nil))
                         (tagbody
                          a
                            (if (<= x 0) (go b))
                            (setq x (1- x))
                            (go a)
                          b))))
          (report-of '(lambda ()
                       (let ((x "s"))
                         (tagbody a (if (< 5 x) (go b)) (go a) b))))
          (report-of '(lambda () (loop repeat nil collect 1))))
  => "((TYPE-ERROR NIL) (TYPE-ERROR \"s\") (TYPE-ERROR NIL))")

(define-test lambda-lists-of-the-system
    (handler-case (funcall 'get)
      (error (condition)
        (and (search "(SYMBOL INDICATOR" (princ-to-string condition)) t)))
  => "T")

(define-test wrong-numbers-for-generic-functions
    (handler-case (funcall 'change-class)
      (error (condition)
        (subseq (princ-to-string condition) 0 39)))
  => "\"CHANGE-CLASS is called with 0 arguments\"")
