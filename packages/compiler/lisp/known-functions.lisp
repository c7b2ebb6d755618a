;;;; What a running system knows of its functions: how many arguments they take.

(in-package #:astralisp.compiler)

(defun present-lambda-list (name)
  "The lambda list of the function that NAME names now, and true; NIL and NIL if
it names none or nothing is recorded of it."
  (let ((function (%fdefinition name)))
    (if (and function (%function-name function))
        (values (%function-lambda-list function) t)
        (values nil nil))))

(setq *global-lambda-list* #'present-lambda-list)
