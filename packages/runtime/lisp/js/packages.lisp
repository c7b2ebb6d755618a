;;;; Iteration over packages on the JavaScript engine, which itself provides the
;;;; package functions of the standard.

(in-package #:astralisp.runtime)

;;; STRING as a simple string for the engine; NIL if it is no string.
(defun simple-string-of (string)
  (cond ((%simple-string-p string) string)
        ((stringp string) (coerce string 'simple-string))
        (t nil)))

;;; The present symbols of PACKAGE, then the inherited ones.
(defun call-with-symbols (function package)
  (let ((package (find-package-or-error package)))
    (dolist (kind '(:internal :external :inherited))
      (dolist (symbol (%package-symbols package kind))
        (funcall function symbol)))))

(defun call-with-external-symbols (function package)
  (dolist (symbol (%package-symbols (find-package-or-error package)
                                    :external))
    (funcall function symbol)))
