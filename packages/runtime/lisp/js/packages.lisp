;;;; Packages on the JavaScript engine, which itself provides the functions of the
;;;; standard: here are iteration, and what has restarts in front of some of them.

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

(defglobal **engine-functions**
  (list :make-package #'make-package :delete-package #'delete-package
        :import #'import :define-package #'%define-package)
  "The functions that those below stand in front of.")

(defmacro call-engine (name &rest arguments)
  `(funcall (getf **engine-functions** ,name) ,@arguments))

(defun %find-package (name)
  (let ((*package* (load-time-value (find-package "KEYWORD"))))
    (find-package name)))

(defun make-package (name &key nicknames (use '()))
  "Make a package NAME with NICKNAMES that uses the packages USE.
Signal a correctable package-error when a name is taken. CLHS MAKE-PACKAGE."
  (or (taken-name-p (string name) "Return that package.")
      (call-engine :make-package (string name)
                   :nicknames (free-nicknames (mapcar #'string nicknames))
                   :use use)))

(defun delete-package (package)
  "Delete PACKAGE; its symbols get no home. Signal a correctable package-error
when others use it. CLHS DELETE-PACKAGE."
  (let ((package (or (find-package package)
                     (cerror "Do nothing."
                             'simple-package-error
                             :package package
                             :format-control "no package is named ~A"
                             :format-arguments (list package)))))
    (when (and (packagep package) (package-name package))
      (let ((users (package-used-by-list package)))
        (when users
          (cerror "Let them use it no longer."
                  'simple-package-error
                  :package package
                  :format-control "~A is used by ~A"
                  :format-arguments (list (package-name package)
                                          (mapcar #'package-name users)))
          (dolist (user users)
            (unuse-package package user))))
      (call-engine :delete-package package))))

(defun import (symbols &optional (package *package*))
  "Make SYMBOLS present in PACKAGE; return T. Signal a correctable
package-error at a name conflict. CLHS IMPORT."
  (let ((package (find-package-or-error package)))
    (dolist (symbol (if (listp symbols) symbols (list symbols)) t)
      (multiple-value-bind (other status)
          (find-symbol (symbol-name symbol) package)
        (cond ((and status (not (eq other symbol)))
               (cerror "Shadow the other symbol."
                       'simple-package-error
                       :package package
                       :format-control "importing ~S conflicts with ~S"
                       :format-arguments (list symbol other))
               (shadowing-import (list symbol) package))
              (t (call-engine :import (list symbol) package)))))))

(defun %define-package (name clauses)
  "Make or extend the package NAME as the CLAUSES of DEFPACKAGE say."
  (dolist (clause clauses)
    (when (memq (car clause) '(:import-from :shadowing-import-from))
      (dolist (item (cddr clause))
        (imported-symbol item (cadr clause)))))
  (call-engine :define-package name clauses))
