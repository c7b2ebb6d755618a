;;;; Environments, MACROEXPAND-ALL, PARSE-MACRO, ENCLOSE: extensions.

(in-package #:astralisp.test)

(defun same-p (result expected)
  "True, or RESULT when it is not EQUAL to EXPECTED."
  (or (equal result expected) result))

(defmacro env-twice (x) `(list ,x ,x))

(define-test expand-all-simple
    (same-p
     (list (astralisp:macroexpand-all '(env-twice (env-twice a)))
           (astralisp:macroexpand-all '(lambda (x) (env-twice x)))
           (astralisp:macroexpand-all '(if (env-twice 1) 'a (quote (env-twice 2))))
           (astralisp:macroexpand-all '(block env-twice (env-twice 1))))
     '((list (list a a) (list a a))
      #'(lambda (x) (list x x))
      (if (list 1 1) 'a '(env-twice 2))
      (block env-twice (list 1 1))))
  => "T")

(define-test expand-all-local
    (same-p
     (list (astralisp:macroexpand-all
            '(macrolet ((m (x) `(car ,x))) (m (env-twice 1))))
           (astralisp:macroexpand-all
            '(symbol-macrolet ((s (car c))) (list s) (let ((s 1)) s)))
           (astralisp:macroexpand-all
            '(flet ((env-twice (x) x)) (env-twice 1)))
           (astralisp:macroexpand-all
            '(symbol-macrolet ((s t1)) (setq s 2))))
     '((locally (car (list 1 1)))
      (locally (list (car c)) (let ((s 1)) s))
      (flet ((env-twice (x) x)) (env-twice 1))
      (locally (progn (setq t1 2)))))
  => "T")

(define-test expand-all-means-the-same
    (let ((form '(let ((sum 0))
                  (dolist (x '(1 2 3) sum)
                    (macrolet ((add (y) `(incf sum ,y)))
                      (when (oddp x) (add (* x 10))))))))
      (list (eval form) (eval (astralisp:macroexpand-all form))))
  => "(40 40)")

(define-test environment-augmented
    (same-p
     (let ((env (astralisp:augment-environment
                 nil :variable '(a b) :symbol-macro '((s (car x)))
                     :function '(f) :macro (list (list 'm (lambda (form env)
                                                            (declare (ignore env))
                                                            (cadr form))))
                     :declare '((special b) (type fixnum a) (inline f)
                                (optimize (safety 3))))))
       (list (multiple-value-list (astralisp:variable-information 'a env))
             (multiple-value-list (astralisp:variable-information 'b env))
             (multiple-value-list (astralisp:variable-information 's env))
             (multiple-value-list (astralisp:function-information 'f env))
             (multiple-value-list (astralisp:function-information 'm env))
             (assoc 'safety (astralisp:declaration-information 'optimize env))
             (macroexpand '(m 1) env)
             (macroexpand 's env)))
     '((:lexical t ((type . fixnum)))
      (:special t nil)
      (:symbol-macro t nil)
      (:function t ((inline . inline)))
      (:macro t nil)
      (safety 3)
      1
      (car x)))
  => "T")

(define-test environment-global
    (same-p
     (list (multiple-value-list (astralisp:variable-information '*print-base*))
           (multiple-value-list (astralisp:variable-information 'pi))
           (multiple-value-list (astralisp:variable-information 'no-such-thing))
           (multiple-value-list (astralisp:function-information 'if))
           (multiple-value-list (astralisp:function-information 'when))
           (multiple-value-list (astralisp:function-information 'mapcar))
           (multiple-value-list (astralisp:function-information 'no-such-thing)))
     '((:special nil nil)
      (:constant nil nil)
      (nil nil nil)
      (:special-form nil nil)
      (:macro nil nil)
      (:function nil nil)
      (nil nil nil)))
  => "T")

(defmacro env-kind (name &environment environment)
  `',(list (astralisp:variable-information name environment)
           (astralisp:function-information name environment)))

(define-test environment-of-macros
    (list (let ((x 1)) (declare (ignorable x)) (env-kind x))
          (symbol-macrolet ((y 1)) (env-kind y))
          (flet ((z () 1)) (declare (ignorable #'z)) (env-kind z))
          (macrolet ((w () 1)) (env-kind w)))
  => "((:LEXICAL NIL) (:SYMBOL-MACRO NIL) (NIL :FUNCTION) (NIL :MACRO))")

(define-test parse-macro-and-enclose
    (let ((function (astralisp:enclose
                     (astralisp:parse-macro 'm '(a &optional (b 2) &rest c)
                                            '((list a b c))))))
      (list (funcall function '(m 1) nil) (funcall function '(m 1 3 4) nil)))
  => "((1 2 NIL) (1 3 (4)))")

(define-test whole-pattern-in-macrolet
  (macrolet ((m (&whole (name a . rest) b c)
               `(quote (,name ,a ,rest ,b ,c))))
    (m 1 2))
  => "(M 1 (2) 1 2)")
