;;;; Locks of packages: what a locked package holds, and what its symbols name,
;;;; is changed only while it, or a package that implements it, is current.

(in-package #:astralisp.runtime)

(defvar *package-locks* t
  "False where locks of packages do not count.")

(define-condition package-lock-violation (simple-package-error)
  ((symbol :initarg :symbol :initform nil
           :reader package-lock-violation-symbol))
  (:documentation "A locked package, or what one of its symbols names, would be
changed. The restarts CONTINUE and UNLOCK-PACKAGE let it happen."))

(set-documentation 'package-lock-violation-symbol 'function
      "Return the symbol whose definition the CONDITION, a PACKAGE-LOCK-VIOLATION,
protects, or NIL when it is about a package as a whole.")

(defun package-property (package key)
  (getf (%package-properties package) key))

(defun set-package-property (package key value)
  (let ((properties (copy-list (%package-properties package))))
    (setf (getf properties key) value)
    (%set-package-properties package properties)
    value))

(defun package-locked-p (package)
  "True if the package that PACKAGE designates is locked."
  (package-property (find-package-or-error package) :locked))

(defun lock-package (package)
  "Lock the package that PACKAGE designates; return T."
  (set-package-property (find-package-or-error package) :locked t))

(defun unlock-package (package)
  "Unlock the package that PACKAGE designates; return T."
  (set-package-property (find-package-or-error package) :locked nil)
  t)

(defun package-implemented-by-list (package)
  "Return a list of the packages that may change the locked package that
PACKAGE designates while they are current; it is one of them."
  (let ((package (find-package-or-error package)))
    (cons package
          (remove nil (mapcar #'%find-package
                              (package-property package :implementers))))))

;;; The names of IMPLEMENTERS, which need not exist yet.
(defun implementer-names (implementers)
  (mapcar (lambda (designator)
            (let ((name (if (packagep designator)
                            (package-name designator)
                            (string designator))))
              (if (%simple-string-p name) name (copy-seq name))))
          (if (listp implementers) implementers (list implementers))))

(defun add-implementation-package (implementers &optional (package *package*))
  "Let IMPLEMENTERS, a package designator or a list of them, change PACKAGE
while they are current, even when it is locked; return T."
  (let ((package (find-package-or-error package)))
    (set-package-property
     package :implementers
     (union (implementer-names implementers)
            (package-property package :implementers)
            :test #'string=))
    t))

(defun remove-implementation-package
    (implementers &optional (package *package*))
  "Take IMPLEMENTERS, a package designator or a list of them, from the packages
that may change the locked package PACKAGE; return T."
  (let ((package (find-package-or-error package)))
    (set-package-property
     package :implementers
     (set-difference (package-property package :implementers)
                     (implementer-names implementers)
                     :test #'string=))
    t))

;;; What DEFPACKAGE's clauses :LOCK and :IMPLEMENT ask for.
(defun protect-package (package clauses)
  (dolist (clause clauses)
    (case (car clause)
      (:implement
       (dolist (name (cdr clause))
         (add-implementation-package package name)))
      (:lock
       (if (cadr clause)
           (lock-package package)
           (unlock-package package))))))

;;; Violations

(defun violates-lock-p (package)
  (and **package-locks**
       (package-property package :locked)
       *package-locks*
       (not (eq package *package*))
       (not (member (package-name *package*)
                    (package-property package :implementers)
                    :test #'equal))))

(defun signal-lock-violation (package symbol action)
  (restart-case
      (error 'package-lock-violation
             :package package :symbol symbol
             :format-control "~A would change the locked package ~A"
             :format-arguments (list action (package-name package)))
    (continue ()
      :report "Do it all the same."
      nil)
    (unlock-package ()
      :report (lambda (stream)
                (format stream "Unlock the package ~A and go on."
                        (package-name package)))
      (unlock-package package))))

;; Files before this one call it when packages are not locked yet.
(defun check-package-lock (package control &rest arguments)
  "Signal PACKAGE-LOCK-VIOLATION if PACKAGE is locked here. CONTROL says what
would happen to it."
  (when (violates-lock-p package)
    (signal-lock-violation
     package nil (format nil "~? ~A" control arguments
                         (package-name package)))))

(defun locks-disabled-in-p (environment)
  (and environment
       (eq (funcall environment :function 'locks-disabled) :macro)))

(defun violates-symbol-lock-p (name environment)
  "True if the home package of NAME, a function name, is locked here and in
ENVIRONMENT."
  (let* ((symbol (if (consp name) (cadr name) name))
         (package (and (symbolp symbol) (symbol-package symbol))))
    (and package
         (violates-lock-p package)
         (not (locks-disabled-in-p environment)))))

(defun assert-symbol-unlocked (name action environment)
  "Signal PACKAGE-LOCK-VIOLATION if the home package of NAME, a function name, is
locked here and in ENVIRONMENT. ACTION says what would happen to NAME."
  (when (violates-symbol-lock-p name environment)
    (let ((symbol (if (consp name) (cadr name) name)))
      (signal-lock-violation (symbol-package symbol) symbol
                             (format nil "~A ~S" action name)))))

(defmacro without-package-locks (&body body)
  "Compile and evaluate BODY without regard to locks of packages."
  `(macrolet ((locks-disabled () nil))
     (let ((*package-locks* nil))
       ,@body)))

;;; What is locked from the start: it counts when **PACKAGE-LOCKS** is true. A
;;; cold world sets that behind its initialisers (RUN-INITIALISERS), which run
;;; in no particular package.

(dolist (name '("COMMON-LISP" "ASTRALISP" "ASTRALISP.PRIMITIVES"))
  (add-implementation-package '("ASTRALISP.RUNTIME" "ASTRALISP.COMPILER"
                                "ASTRALISP.KERNEL")
                              name)
  (lock-package name))
