;;;; Package-local nicknames: names of packages that hold while another package
;;;; is the current one. FIND-PACKAGE, and all that uses it, sees them first.

(in-package #:astralisp.runtime)

(defun package-local-nicknames (package)
  "Return an alist of the nicknames that hold while the package that PACKAGE
designates is current, strings, and the packages they mean."
  (mapcar (lambda (entry) (cons (car entry) (cdr entry)))
          (%package-local-nicknames (find-package-or-error package))))

(defun package-locally-nicknamed-by-list (package)
  "Return a list of the packages that have a local nickname for the package that
PACKAGE designates."
  (let ((package (find-package-or-error package)))
    (remove-if-not (lambda (other)
                     (rassoc package (%package-local-nicknames other)))
                   (list-all-packages))))

(defun add-package-local-nickname (nickname package
                                   &optional (where *package*))
  "Let NICKNAME, a string designator, mean PACKAGE while the package WHERE is
current; return WHERE's package. Signal a correctable PACKAGE-ERROR when
NICKNAME means another package there, or is the name of a standard package."
  (let* ((name (coerce (string nickname) 'simple-string))
         (package (find-package-or-error package))
         (where (find-package-or-error where))
         (known (cdr (assoc name (%package-local-nicknames where)
                            :test #'string=))))
    (cond ((eq known package) where)
          (t
           (check-package-lock where "adding a local nickname to")
           (cond (known
                  (cerror "Let it mean the new package." 'simple-package-error
                          :package where
                          :format-control "the local nickname ~A of ~A means ~
                                           ~A already"
                          :format-arguments (list name (package-name where)
                                                  (package-name known))))
                 ((or (member name '("COMMON-LISP" "CL" "KEYWORD")
                              :test #'string=)
                      (string= name (package-name where))
                      (member name (package-nicknames where)
                              :test #'string=))
                  (cerror "Let it be a local nickname all the same."
                          'simple-package-error
                          :package where
                          :format-control "the name ~A should not mean ~
                                           another package in ~A"
                          :format-arguments (list name
                                                  (package-name where)))))
           (%add-package-local-nickname name package where)))))

(defun remove-package-local-nickname (nickname &optional (where *package*))
  "Let NICKNAME mean nothing particular while the package WHERE is current;
return true if it did."
  (let ((name (string nickname))
        (where (find-package-or-error where)))
    (when (assoc name (%package-local-nicknames where) :test #'string=)
      (check-package-lock where "removing a local nickname of")
      (%remove-package-local-nickname (coerce name 'simple-string) where)
      t)))
