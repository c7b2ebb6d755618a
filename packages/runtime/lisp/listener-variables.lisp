;;;; The variables of the listener: - + ++ +++ * ** *** / // /// (CLHS 25.2).

(in-package #:astralisp.runtime)

(defmacro define-listener-variables (&rest entries)
  (let ((forms '()))
    (dolist (entry entries)
      (push `(defvar ,(car entry) nil ,(cadr entry)) forms))
    `(progn ,@(nreverse-onto forms nil))))

(define-listener-variables
  (- "The form that the listener is evaluating.")
  (+ "The last form evaluated.")
  (++ "The form before the last.")
  (+++ "The form before the form before the last.")
  (* "The first value of the last form.")
  (** "The first value of the form before the last.")
  (*** "The first value of the form before the form before the last.")
  (/ "The list of the values of the last form.")
  (// "The list of the values of the form before the last.")
  (/// "The list of the values of the form before the form before the last."))
