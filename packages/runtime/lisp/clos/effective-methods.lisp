;;;; Effective methods: methods combined into one function of the arguments
;;;; (CLHS 7.6.6).

(in-package #:astralisp.runtime)

;;; What runs of a method is a function of the arguments alone: the next method
;;; is built into it. So a combination costs nothing when it is called.

(defun method-runner (method next next-methods)
  "The function of the arguments that METHOD runs, where NEXT is that of the
next method or NIL, and NEXT-METHODS the methods that a method function by AMOP
is given."
  (case (%method-kind method)
    (:plain (%method-code method))
    (:next (funcall (the function (%method-code method)) next method))
    (t
     (let ((function (%method-function method)))
       (lambda (&rest arguments)
         (funcall function arguments next-methods))))))

(defun method-chain (methods)
  "The function that runs the first of METHODS with the others as its next
methods; NIL without methods."
  (if methods
      (method-runner (car methods) (method-chain (cdr methods))
                     (cdr methods))
      nil))

(defun function-as-method (function)
  "A method that does FUNCTION, which takes the arguments."
  (let ((method (make-metaobject 'standard-method)))
    (setf (%method-code method) function
          (%method-kind method) :plain)
    method))

(defun methods-around (methods inner)
  "The function that runs METHODS, each the next of the one before, and INNER,
a function, as the next of the last."
  (let ((last (list (function-as-method inner))))
    (labels ((chain (methods)
               (if (null methods)
                   inner
                   (method-runner (car methods) (chain (cdr methods))
                                  (append (cdr methods) last)))))
      (chain methods))))

(defun no-next (method arguments)
  "What CALL-NEXT-METHOD does in METHOD when there is no next method."
  (apply #'no-next-method (%method-generic-function method) method
         arguments))

(defun method-amop-function (method)
  "METHOD-FUNCTION of METHOD: a function of the list of arguments and the list
of next methods."
  (or (%method-function method)
      (setf (%method-function method)
            (lambda (arguments next-methods)
              (apply (method-runner method (method-chain next-methods)
                                    next-methods)
                     arguments)))))

;;; CLHS CALL-NEXT-METHOD: arguments to which other methods apply are an error.
(defun check-next-arguments (method old new)
  (let ((gf (%method-generic-function method)))
    (unless (equal (sorted-applicable-methods gf old)
                   (sorted-applicable-methods gf new))
      (error "CALL-NEXT-METHOD in ~S with the arguments ~S: other methods ~
              apply to them than to the original arguments ~S"
             method new old))))

;;; The standard combination.

(defun split-by-role (gf methods)
  (let ((around '()) (before '()) (primary '()) (after '()))
    (dolist (method methods)
      (let ((qualifiers (%method-qualifiers method)))
        (cond ((null qualifiers) (push method primary))
              ((cdr qualifiers) (invalid-qualifiers gf method))
              (t
               (case (car qualifiers)
                 (:around (push method around))
                 (:before (push method before))
                 (:after (push method after))
                 (t (invalid-qualifiers gf method)))))))
    (values (nreverse around) (nreverse before) (nreverse primary) after)))

(defun invalid-qualifiers (gf method)
  (error "the method combination ~S of ~S has no role for methods with the ~
          qualifiers ~S"
         (%combination-name (%gf-combination gf)) (%gf-name gf)
         (%method-qualifiers method)))

(defun standard-effective (gf methods)
  (multiple-value-bind (around before primary after)
      (split-by-role gf methods)
    (when (null primary)
      (return-from standard-effective (no-primary gf)))
    (let* ((main (method-chain primary))
           (inner (if (or before after)
                      (with-before-and-after
                       (mapcar (lambda (m) (method-chain (list m))) before)
                       main
                       (mapcar (lambda (m) (method-chain (list m))) after))
                      main)))
      (if around
          (methods-around around inner)
          inner))))

(defun no-primary (gf)
  (lambda (&rest arguments)
    (error "the generic function ~S has no primary method for ~
            the arguments ~S"
           (%gf-name gf) arguments)))

(defun with-before-and-after (before main after)
  (lambda (&rest arguments)
    (dolist (function before)
      (apply (the function function) arguments))
    (if after
        (multiple-value-prog1 (apply (the function main) arguments)
          (dolist (function after)
            (apply (the function function) arguments)))
        (apply (the function main) arguments))))

;;; Keywords (CLHS 7.6.5): a call may have those of the generic function and of
;;; all methods that apply.

(defun accepted-keywords (gf methods)
  "The keywords that a call of GF to which METHODS apply may have; second value
true if it may have any."
  (let* ((shape (%gf-shape gf))
         (keys (gf-shape-keys shape))
         (any (gf-shape-allow-p shape)))
    (dolist (method methods)
      (let ((own (lambda-list-shape (%method-lambda-list method))))
        (when (or (gf-shape-allow-p own)
                  (and (gf-shape-rest-named-p own)
                       (not (gf-shape-key-p own))
                       (not (gf-shape-key-p shape))))
          (setq any t))
        (setq keys (union (gf-shape-keys own) keys))))
    (values keys any)))

(defun keyword-checked (gf methods function)
  "FUNCTION, preceded by a check of the keywords if GF has some."
  (let* ((shape (%gf-shape gf))
         (start (+ (gf-shape-required shape) (gf-shape-optional shape))))
    (if (not (gf-shape-key-p shape))
        function
        (multiple-value-bind (keys any) (accepted-keywords gf methods)
          (if any
              function
              (lambda (&rest arguments)
                (check-keywords gf (nthcdr start arguments) keys)
                (apply (the function function) arguments)))))))

(defun check-keywords (gf initargs keys)
  (when (oddp (length initargs))
    (error 'simple-program-error
           :format-control "~S is called with an odd number of keyword ~
                            arguments"
           :format-arguments (list (%gf-name gf))))
  (unless (getf initargs :allow-other-keys)
    (do ((tail initargs (cddr tail)))
        ((null tail))
      (unless (or (memq (car tail) keys)
                  (eq (car tail) :allow-other-keys))
        (error 'unknown-keyword-error
               :function (%gf-name gf) :keyword (car tail))))))

;;; The effective method of a set of methods, kept with the generic function.

(defun effective-function (gf methods)
  (let ((known (assoc methods (%gf-effective gf) :test #'equal)))
    (if known
        (cdr known)
        (let ((function (keyword-checked gf methods
                                         (combined-function gf methods))))
          (push (cons methods function) (%gf-effective gf))
          function))))

(defun combined-function (gf methods)
  (cond ((and **custom-dispatch** (not (standard-gf-p gf)))
         (multiple-value-bind (form)
             (compute-effective-method gf (%gf-combination gf) methods)
           (effective-form-function gf form)))
        ((eq (%gf-combination gf) (standard-combination))
         (standard-effective gf methods))
        (t
         (let ((type (%combination-type (%gf-combination gf))))
           (if (functionp (cdr type))
               (effective-form-function
                gf
                (funcall (cdr type) gf methods
                         (%combination-options (%gf-combination gf))))
               (standard-effective gf methods))))))

;;; Effective method forms, made by DEFINE-METHOD-COMBINATION and by methods on
;;; COMPUTE-EFFECTIVE-METHOD, are compiled. In them CALL-METHOD becomes a call
;;; of a function that is built here.

(defvar *effective-gf* nil
  "The generic function whose effective method is being made.")

(defun effective-form-function (gf form)
  (or (simple-form-function form)
      (let* ((shape (%gf-shape gf))
             (*effective-gf* gf)
             (variables '()))
        (dotimes (i (gf-shape-required shape))
          (push (temporary "ARGUMENT") variables))
        (compile nil (effective-lambda (nreverse variables)
                                       (gf-shape-rest-p shape) form)))))

(defun effective-lambda (variables rest-p form)
  (let* ((rest (and rest-p (temporary "REST")))
         (call (lambda (function)
                 (if rest-p
                     `(apply ',function ,@variables ,rest)
                     `(funcall ',function ,@variables)))))
    `(lambda (,@variables ,@(and rest-p `(&rest ,rest)))
       (declare (ignorable ,@variables ,@(and rest-p (list rest))))
       ;; The methods of a form are found when its macros are expanded.
       (macrolet ((call-method (method &optional next-methods)
                    (funcall ',(lambda (method next)
                                 (funcall call
                                          (call-method-function method next)))
                             method next-methods))
                  (%with-call-arguments (variable &body body)
                    (list* 'let
                           (list (list variable
                                       '(list* ,@variables
                                         ,(if rest-p rest ''nil))))
                           body)))
         ,form))))

(defun form-as-method (object)
  "The method that OBJECT in a CALL-METHOD form stands for."
  (if (and (consp object) (eq (car object) 'make-method))
      (function-as-method (form-function (cadr object)))
      object))

(defun form-function (form)
  (effective-form-function *effective-gf* form))

(defun call-method-function (method next-methods)
  (let ((method (form-as-method method))
        (next (mapcar #'form-as-method next-methods)))
    (method-runner method (method-chain next) next)))

;;; (call-method m (next...)) alone needs no compiler.
(defun simple-form-function (form)
  (and (consp form)
       (eq (car form) 'call-method)
       (not (consp (cadr form)))
       (every #'%instancep (caddr form))
       (call-method-function (cadr form) (caddr form))))
