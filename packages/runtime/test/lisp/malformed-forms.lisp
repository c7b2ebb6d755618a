;;;; Forms that cannot be compiled: they are reported, and signal an error when they are
;;;; reached; what is around them is run. And how declarations change calls.

(in-package #:astralisp.test)

(defmacro always-fails (&rest arguments)
  (declare (ignore arguments))
  (error "always"))

(defmacro reported-and-signalled (&body forms)
  "What FORMS, as the body of a function, note of the steps before their error."
  `(let ((*situations* '()))
     (multiple-value-bind (function warnings failure)
         (let ((*error-output* (make-broadcast-stream)))
           (compile nil '(lambda () ,@forms)))
       (list (handler-case (funcall function)
               (program-error () (reverse *situations*)))
             warnings failure))))

(define-test an-error-in-a-macro-is-signalled-when-reached
  (reported-and-signalled (push 1 *situations*) (always-fails)
                          (push 2 *situations*))
  => "((1) T T)")
(define-test an-error-in-a-branch-not-taken
  (reported-and-signalled (if *situations* (progn (always-fails) 1) :fine))
  => "(:FINE T T)")
(define-test a-malformed-special-form
  (reported-and-signalled (push 1 *situations*) (if))
  => "((1) T T)")
(define-test the-form-around-an-error-does-not-run
  (reported-and-signalled (push 1 *situations*)
                          (list (push 2 *situations*) (always-fails)))
  => "((1) T T)")
(define-test nothing-is-wrong
  (reported-and-signalled (push 1 *situations*) :fine)
  => "(:FINE NIL NIL)")
(define-test an-error-in-a-macro-at-top-level-is-its-own
  (list (handler-case (eval '(always-fails))
          (program-error () :program-error)
          (simple-error () :simple-error))
        (let ((*situations* '()))
          (handler-case (eval '(progn (push 1 *situations*) (always-fails)))
            (error () *situations*))))
  => "(:SIMPLE-ERROR (1))")
(define-test warnings-of-a-malformed-form-can-be-muffled
  (let ((seen '()))
    (handler-bind ((warning (lambda (condition)
                              (push (astralisp:diagnostic-code condition) seen)
                              (muffle-warning condition))))
      (compile nil '(lambda () (if) (progn (always-fails) 1))))
    (sort seen #'string<))
  => "(\"C0001\" \"C0002\")")

;;; Calls.

(defun called-as-written (x)
  (list :called x))
(define-compiler-macro called-as-written (x)
  `(list :expanded ,x))

(define-test notinline-keeps-a-call
  (funcall (compile nil '(lambda ()
                          (list (called-as-written 1)
                           (locally (declare (notinline called-as-written))
                             (list (called-as-written 2)
                              (locally (declare (inline called-as-written))
                                (called-as-written 3))))))))
  => "((:EXPANDED 1) ((:CALLED 2) (:EXPANDED 3)))")
(define-test primitives-count-their-arguments
  (loop for call in '((symbol-name) (symbol-name a b) (car) (rplaca (1))
                      (char-code #\a 1) (numerator) (boundp) (boundp a))
        unless (handler-case (progn (apply (car call) (cdr call)) nil)
                 (program-error () t))
          collect call)
  => "((BOUNDP A))")
