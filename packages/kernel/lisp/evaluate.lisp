;;;; Evaluation: every form is compiled, then run.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Forms that need no code are looked at here; PROGN and EVAL-WHEN are taken apart,
;;; so that each form sees what those before it defined.

(defun compiler-function (name)
  "The function called NAME, a string, in the package of the compiler."
  (let ((symbol (find-symbol name "ASTRALISP.COMPILER")))
    (if (and symbol (fboundp symbol))
        (fdefinition symbol)
        (error "this world has no native compiler"))))

(defun %compile (lambda-expression name &optional environment)
  "Return the compiled function of LAMBDA-EXPRESSION, called NAME; the macros of
ENVIRONMENT are seen in it."
  (funcall (compiler-function "INSTALL-UNIT")
           (funcall (compiler-function "COMPILE-LAMBDA") lambda-expression
                    name environment)))

(defun evaluate-compiled (form environment)
  (let ((function (%compile (list 'lambda '() form) :top-level-form environment))
        (*evaluated-macros* '()))
    (funcall function)))

(defun evaluate-definition (form environment)
  "Evaluate FORM, (%DEFUN name lambda-list . body)."
  (let ((name (second form)))
    (note-function-defined name (third form))
    (%set-fdefinition name (%compile (cons 'lambda (cddr form)) name
                                     environment))))

(defun macro-definition-p (form)
  "Is FORM (%SET-MACRO-FUNCTION 'name (%NAMED-LAMBDA ...))?"
  (let ((name (second form)) (function (third form)))
    (and (consp name) (eq (car name) 'quote)
         (consp function) (eq (car function) '%named-lambda))))

(defun evaluate-macro-definition (form environment)
  (destructuring-bind (name lambda-list &rest body) (cdr (third form))
    (%set-macro-function (second (second form))
                         (%compile (list* 'lambda lambda-list body) name
                                   environment))))

(defun evaluate-all (forms environment)
  (let ((results '(nil)))
    (dolist (form forms (values-list results))
      (setq results (multiple-value-list (%eval form environment))))))

(defun evaluate-cons (form environment)
  (case (car form)
    (quote (second form))
    (progn (evaluate-all (cdr form) environment))
    (%defun (evaluate-definition form environment))
    (%set-macro-function
     (if (macro-definition-p form)
         (evaluate-macro-definition form environment)
         (evaluate-compiled form environment)))
    (eval-when
        (if (intersection '(:execute eval) (second form))
            (evaluate-all (cddr form) environment)
            nil))
    (t
     (let ((expander (and (symbolp (car form))
                          (macro-function (car form) environment))))
       (if expander
           (let ((expansion (funcall *macroexpand-hook* expander form
                                     environment))
                 (*evaluated-macros* (cons form *evaluated-macros*)))
             (note-evaluated-definition form)
             (%eval expansion environment))
           (evaluate-compiled form environment))))))

(defun %eval (form environment)
  "Evaluate FORM; ENVIRONMENT is that of macros in it. Return its values."
  (cond ((consp form) (evaluate-cons form environment))
        ((not (symbolp form)) form)
        ((or (null form) (eq form t) (keywordp form)) form)
        ((and (null environment)
              (member (%variable-kind form) '(:special :constant :global)))
         (symbol-value form))
        (t (evaluate-compiled form environment))))

(defun %apply-failure (list)
  "Signal what is wrong with LIST, whose elements were to be the arguments of a
call: it is no proper list, or it has more than 1023 elements."
  (if (and (listp list) (nthcdr 1023 list))
      (error 'simple-program-error
             :format-control "a call with more than ~D arguments: use REDUCE, ~
                              or pass a list"
             :format-arguments '(1023))
      (error 'type-error :datum list :expected-type 'list)))
