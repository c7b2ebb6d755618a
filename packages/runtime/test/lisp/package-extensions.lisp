;;;; Tests of package-local nicknames and locks of packages: what
;;;; docs/extensions.md says.

(in-package #:astralisp.test)

(defpackage #:a-package-with-a-long-name (:use) (:export #:thing))
(defpackage #:nicknaming (:use #:cl)
  (:local-nicknames (#:short #:a-package-with-a-long-name) (#:l #:cl))
  (:local-nicknames (#:x #:ext)))

(defmacro in-nicknaming (&body body)
  `(let ((*package* (find-package "NICKNAMING"))) ,@body))

(define-test local-nickname-found
  (list (find-package "SHORT")
        (in-nicknaming (package-name (find-package :short)))
        (in-nicknaming (package-name (find-package "L"))))
  => "(NIL \"A-PACKAGE-WITH-A-LONG-NAME\" \"COMMON-LISP\")")
(define-test local-nickname-read
  (in-nicknaming (list (eq (read-from-string "short:thing")
                           'a-package-with-a-long-name:thing)
                       (eq (read-from-string "l:car") 'car)))
  => "(T T)")
(define-test local-nickname-printed
  (in-nicknaming (prin1-to-string 'a-package-with-a-long-name:thing))
  => "\"SHORT:THING\"")
(define-test local-nickname-interned
  (in-nicknaming (let ((symbol (intern "FRESH" "SHORT")))
                   (prog1 (package-name (symbol-package symbol))
                     (unintern symbol "SHORT"))))
  => "\"A-PACKAGE-WITH-A-LONG-NAME\"")
(define-test local-nicknames-listed
  (list (sort (mapcar #'car (ext:package-local-nicknames :nicknaming)) #'string<)
        (mapcar #'package-name
                (ext:package-locally-nicknamed-by-list
                 :a-package-with-a-long-name)))
  => "((\"L\" \"SHORT\" \"X\") (\"NICKNAMING\"))")
(define-test local-nickname-added
  (let ((p (make-package "NICKNAMER" :use '())))
    (unwind-protect
         (list (eq p (ext:add-package-local-nickname "N" :cl p))
               (eq p (ext:add-package-local-nickname "N" :cl p))
               (let ((*package* p)) (package-name (find-package "N")))
               (ext:remove-package-local-nickname "N" p)
               (ext:remove-package-local-nickname "N" p)
               (let ((*package* p)) (find-package "N")))
      (delete-package p)))
  => "(T T \"COMMON-LISP\" T NIL NIL)")
(define-test local-nickname-taken
  (ext:add-package-local-nickname "SHORT" :cl :nicknaming)
  => "error PACKAGE-ERROR")
(define-test local-nickname-standard
  (ext:add-package-local-nickname "CL" :keyword :nicknaming)
  => "error PACKAGE-ERROR")
(define-test local-nickname-continued
  (let ((p (make-package "NICKNAMER" :use '())))
    (unwind-protect
         (progn (ext:add-package-local-nickname "N" :cl p)
                (handler-bind ((package-error #'continue))
                  (ext:add-package-local-nickname "N" :keyword p))
                (let ((*package* p)) (package-name (find-package "N"))))
      (delete-package p)))
  => "\"KEYWORD\"")
(define-test local-nickname-of-deleted
  (let ((p (make-package "NICKNAMED" :use '())))
    (ext:add-package-local-nickname "GONE" p :nicknaming)
    (delete-package p)
    (in-nicknaming (find-package "GONE")))
  => "NIL")
(define-test local-nickname-defpackage-error
  (eval '(defpackage #:wrong (:local-nicknames (#:n #:no-such-package))))
  => "error PACKAGE-ERROR")

;;; Locks

(defpackage #:locked (:use) (:export #:inside #:known) (:lock t))
(defpackage #:implementer (:use #:cl) (:implement #:locked))

(defmacro violates (&body body)
  "The symbol of the violation that BODY makes, or the package's name."
  `(handler-case (progn ,@body :done)
     (ext:package-lock-violation (condition)
       (or (ext:package-lock-violation-symbol condition)
           (package-name (package-error-package condition))))))

(define-test standard-packages-locked
  (mapcar #'ext:package-locked-p '(:cl :ext :keyword :cl-user :locked))
  => "(T T NIL NIL T)")
(define-test lock-definitions
  (mapcar (lambda (form) (if (eq (violates (eval form)) 'locked:inside) 1 0))
          '((defun locked:inside (x) x) (defmacro locked:inside (x) x) (defvar locked:inside)
            (defparameter locked:inside 1) (defconstant locked:inside 1)
            (defun (setf locked:inside) (x) x) (deftype locked:inside () t)
            (defstruct locked:inside a) (define-symbol-macro locked:inside 1)
            (define-condition locked:inside () ()) (defsetf locked:inside foo)
            (define-compiler-macro locked:inside (&rest r) r)
            (declaim (special locked:inside))
            (define-modify-macro locked:inside () 1+)))
  => "(1 1 1 1 1 1 1 1 1 1 1 1 1 1)")
(define-test lock-functions
  (list (violates (setf (symbol-function 'locked:inside) #'car))
        (violates (setf (fdefinition 'car) #'cdr))
        (violates (setf (macro-function 'locked:inside) (macro-function 'when)))
        (violates (fmakunbound 'cons))
        (violates (setf (get 'locked:inside 'x) 1)))
  => "(LOCKED:INSIDE CAR LOCKED:INSIDE CONS :DONE)")
(define-test lock-packages
  (mapcar
   (lambda (x) (if (equal x "LOCKED") 1 x))
   (list (violates (intern "NEW" :locked))
         (violates (intern "INSIDE" :locked))
         (violates (unintern 'locked:inside :locked))
         (violates (import 'car :locked))
         (violates (shadowing-import 'car :locked))
         (violates (shadow "NEW" :locked))
         (violates (unexport 'locked:known :locked))
         (violates (export 'locked:known :locked))
         (violates (use-package :nicknaming :locked))
         (violates (rename-package :locked "UNLOCKED"))
         (violates (ext:add-package-local-nickname "N" :cl :locked))
         (violates (delete-package :locked))
         (find-symbol "NEW" :locked)))
  => "(1 :DONE 1 1 1 1 1 :DONE 1 1 1 1 NIL)")
(define-test lock-does-not-hold-inside
  (list (let ((*package* (find-package :locked)))
          (violates (intern "HERE" :locked)))
        (let ((*package* (find-package :implementer)))
          (violates (eval `(defun ,(intern "HERE" :locked) () 1)))
          (funcall (find-symbol "HERE" :locked)))
        (mapcar #'package-name (ext:package-implemented-by-list :locked)))
  => "(:DONE 1 (\"LOCKED\" \"IMPLEMENTER\"))")
(define-test lock-ignored
  (list (violates (ext:without-package-locks (intern "THERE" :locked)))
        (violates (eval '(ext:without-package-locks
                          (defun locked:inside () 2))))
        (funcall 'locked:inside)
        (violates (ext:without-package-locks (fmakunbound 'locked:inside))))
  => "(:DONE :DONE 2 :DONE)")
(define-test lock-continued
  (list (handler-bind ((ext:package-lock-violation #'continue))
          (symbol-name (intern "CONTINUED" :locked)))
        (ext:package-locked-p :locked)
        (handler-bind ((ext:package-lock-violation
                         (lambda (c)
                           (invoke-restart (find-restart 'ext:unlock-package c)))))
          (symbol-name (intern "UNLOCKED" :locked)))
        (ext:package-locked-p :locked)
        (symbol-name (intern "FREE" :locked))
        (ext:lock-package :locked) (ext:package-locked-p :locked)
        (ext:unlock-package :locked) (ext:package-locked-p :locked)
        (ext:lock-package :locked))
  => "(\"CONTINUED\" T \"UNLOCKED\" NIL \"FREE\" T T T NIL T)")
(define-test lock-report
  (handler-case (eval '(defun car (x) x))
    (ext:package-lock-violation (c) (princ-to-string c)))
  => "\"defining the function CAR would change the locked package COMMON-LISP\"")
(define-test car-is-whole (car '(1 2)) => "1")

;;; A locked definition that is never reached does nothing.
(define-test locked-but-not-reached
  (list (eval '(when nil (defun cl:car (x) x)))
        (eval '(unless t (defmacro cl:when (x) x)))
        (eval '(when nil (defconstant cl:pi 3)))
        (handler-case (eval '(when t (defun cl:car (x) x)))
          (ext:package-lock-violation () :locked))
        (car '(1)))
  => "(NIL NIL NIL :LOCKED 1)")
