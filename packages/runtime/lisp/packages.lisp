;;;; Packages: macros and what is the same on every engine (CLHS 11). The
;;;; functions are in js/packages.lisp and native/packages.lisp.

(in-package #:astralisp.runtime)

(defun package-failure (package control &rest arguments)
  (error 'simple-package-error
         :package package
         :format-control control :format-arguments arguments))

;;; The package called NAME, or NIL; with one, a correctable error.
(defun taken-name-p (name what-else)
  (let ((other (%find-package name)))
    (when other
      (cerror what-else 'simple-package-error
              :package other
              :format-control "a package is named ~A already"
              :format-arguments (list name)))
    other))

(defun free-nicknames (nicknames)
  (remove-if (lambda (nickname)
               (taken-name-p nickname "Leave out that nickname."))
             nicknames))

(defun imported-symbol (name package)
  (multiple-value-bind (symbol status) (find-symbol (string name) package)
    (unless status
      (cerror "Make it." 'simple-package-error
              :package package
              :format-control "~A has no symbol called ~A"
              :format-arguments (list package name))
      (setq symbol (intern (string name) package)))
    symbol))

(defun find-package-or-error (designator)
  (or (find-package designator)
      (error 'simple-package-error
             :package designator
             :format-control "no package is named ~A"
             :format-arguments (list designator))))

;;; The clauses of DEFPACKAGE with strings for symbols.
(defun package-clause (clause)
  (case (car clause)
    ((:nicknames :use :shadow :intern :export :import-from
                 :shadowing-import-from)
     (cons (car clause) (mapcar #'string (cdr clause))))
    (:local-nicknames
     (cons (car clause)
           (mapcar (lambda (pair) (mapcar #'string pair)) (cdr clause))))
    (:documentation clause)
    ((:size :lock :implement) clause)
    (t (error 'simple-program-error
              :format-control "~S is not an option of DEFPACKAGE"
              :format-arguments (list clause)))))

(defmacro defpackage (name &rest clauses)
  "Define the package NAME as CLAUSES say; return it. CLHS DEFPACKAGE."
  (let ((all clauses)
        (documentation (cadr (assq :documentation clauses)))
        (protection (remove-if-not (lambda (clause)
                                     (memq (car clause) '(:lock :implement)))
                                   clauses))
        (clauses (remove-if (lambda (clause)
                              (memq (car clause)
                                    '(:documentation :size :lock :implement)))
                            (mapcar #'package-clause clauses))))
    (check-single-options all)
    (check-package-clauses clauses)
    `(eval-always
       (check-nicknames ,(string name)
                        ',(mapcan (lambda (clause)
                                    (if (eq (car clause) :nicknames)
                                        (copy-list (cdr clause))
                                        '()))
                                  clauses))
       (let ((package (%define-package ,(string name) ',clauses)))
         ,@(when documentation
             `((setf (documentation package t) ,documentation)))
         ,@(when protection
             `((protect-package package ',protection)))
         package))))

(defun check-single-options (clauses)
  (dolist (option '(:size :documentation))
    (when (< 1 (count option clauses :key #'car))
      (error 'simple-program-error
             :format-control "the option ~S of DEFPACKAGE is given twice"
             :format-arguments (list option)))))

;;; NICKNAMES for the package NAME must not be names of other packages.
(defun check-nicknames (name nicknames)
  (dolist (nickname nicknames)
    (let ((other (%find-package nickname)))
      (unless (or (null other) (equal name (package-name other)))
        (error 'simple-package-error
               :package other
               :format-control "~S cannot be a nickname of ~A: it names the ~
                                package ~A"
               :format-arguments (list nickname name
                                       (package-name other)))))))

;;; The names in clauses that must be disjoint.
(defun check-package-clauses (clauses)
  (let ((creating nil)
        (interned nil)
        (exported nil))
    (dolist (clause clauses)
      (case (car clause)
        (:shadow (setq creating (append (cdr clause) creating)))
        (:intern (setq interned (append (cdr clause) interned)))
        (:export (setq exported (append (cdr clause) exported)))
        ((:import-from :shadowing-import-from)
         (setq creating (append (cddr clause) creating)))))
    (let ((clash (or (duplicate-string (append creating interned))
                     (car (intersection interned exported :test #'equal)))))
      (when clash
        (error 'simple-program-error
               :format-control "~S is in clauses of DEFPACKAGE that exclude ~
                                each other"
               :format-arguments (list clash))))))

(defun duplicate-string (strings)
  (do ((tail strings (cdr tail)))
      ((null tail) nil)
    (when (member (car tail) (cdr tail) :test #'equal)
      (return (car tail)))))

;;; Iteration. Engines define CALL-WITH-SYMBOLS and CALL-WITH-EXTERNAL-SYMBOLS.

(defun call-with-all-symbols (function)
  (dolist (package (list-all-packages))
    (call-with-symbols function package)))

;;; The entries (symbol status package) of PACKAGES whose status is in TYPES.
(defun package-iteration-entries (packages types)
  (let ((entries nil))
    (dolist (designator (if (listp packages) packages (list packages)))
      (let ((package (find-package-or-error designator)))
        (call-with-symbols
         (lambda (symbol)
           (multiple-value-bind (found status)
               (find-symbol (symbol-name symbol) package)
             (declare (ignore found))
             (when (memq status types)
               (push (list symbol status package) entries))))
         package)))
    (nreverse entries)))

(defmacro with-package-iterator ((name packages &rest types) &body body)
  "Evaluate BODY, in which (NAME) returns true, a symbol, its status and its
package, for each symbol of PACKAGES of TYPES in turn; then NIL.
CLHS WITH-PACKAGE-ITERATOR."
  (when (or (null types)
            (set-difference types '(:internal :external :inherited)))
    (error 'simple-program-error
           :format-control "~S are not kinds of symbols in a package"
           :format-arguments (list types)))
  (let ((entries (temporary "ENTRIES"))
        (next (temporary "NEXT")))
    `(let ((,entries (package-iteration-entries ,packages ',types)))
       (flet ((,next ()
                (if ,entries
                    (let ((entry (pop ,entries)))
                      (values t (first entry) (second entry) (third entry)))
                    nil)))
         (macrolet ((,name () '(,next)))
           ,@body)))))
