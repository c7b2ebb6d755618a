;;;; Declarations that silence what is reported of the code they are about.

(in-package #:astralisp.compiler)

;;; (DECLARE (MUFFLE-CONDITIONS type...)) and UNMUFFLE-CONDITIONS hold for the
;;; body of the form that they belong to. What is found late, by type propagation
;;; or at the end of the compilation unit, has only the site of a form in hand: so
;;; the declarations stand in sites, among the expansions, as (:muffle . list of
;;; declarations) in a vector.

(defun muffling-p (specifier)
  (and (consp specifier)
       (member (car specifier) '(muffle-conditions unmuffle-conditions))))

(defun muffling-expansions (specifiers)
  "*EXPANSIONS* with what the declarations SPECIFIERS silence."
  (let ((found (remove-if-not #'muffling-p specifiers)))
    (if found
        (cons (vector :muffle (reverse found)) *expansions*)
        *expansions*)))

(defun muffling-entry-p (entry)
  "Is ENTRY, of a site, one of declarations and not of an expansion?"
  (and (simple-vector-p entry) (eql (length entry) 2)))

(defmacro with-muffling ((specifiers) &body body)
  "Evaluate BODY, which converts what the declarations SPECIFIERS are about."
  `(let* ((*expansions* (muffling-expansions ,specifiers))
          (*site* (if *site* (cons (car *site*) *expansions*) nil)))
     ,@body))

(defun muffled-at-p (condition site)
  "Do declarations around SITE silence CONDITION? The innermost decides."
  (dolist (entry (cdr site) nil)
    (when (muffling-entry-p entry)
      (dolist (specifier (svref entry 1))
        (when (some (lambda (type) (typep condition type)) (cdr specifier))
          (return-from muffled-at-p
            (eq (car specifier) 'muffle-conditions)))))))
