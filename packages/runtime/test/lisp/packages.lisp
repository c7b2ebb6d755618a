;;;; Tests of packages (CLHS 11).

(in-package #:astralisp.test)

(defpackage #:ta (:use) (:export #:ex #:ey) (:nicknames #:ta-nick) (:intern #:in))
(defpackage #:tb (:use #:ta) (:import-from #:ta #:in) (:shadow #:own))
(defpackage #:tc (:use #:cl #:ta) (:shadow #:car) (:export #:car #:thing)
  (:documentation "Package TC.") (:size 10))
(define-test find-package
  (list (package-name (find-package "TA")) (package-name (find-package :ta-nick))
        (find-package "NOWHERE") (package-nicknames :ta)
        (mapcar #'package-name (package-use-list :tb))
        (sort (mapcar #'package-name (package-used-by-list :ta)) #'string<)
        (mapcar #'symbol-name (package-shadowing-symbols :tb))
        (packagep (find-package :cl)) (packagep 'cl)
        (documentation (find-package :tc) t)))
(define-test find-symbol
  (flet ((f (name package)
           (multiple-value-bind (s status) (find-symbol name package)
             (list (and s (symbol-name s)) status))))
    (list (f "EX" :ta) (f "EX" :tb) (f "IN" :ta) (f "IN" :tb) (f "NONE" :ta)
          (f "CAR" :tc) (f "CDR" :tc) (f "NIL" :cl))))
(define-test shadowing (list (eq 'tc:car 'cl:car) (symbol-package 'cl:car)
                             (package-name (symbol-package 'tc:car))))
(define-test intern
  (let ((p (make-package "TEST-INTERN" :use nil)))
    (prog1
        (list (multiple-value-list (intern "FOO" p))
              (nth-value 1 (intern "FOO" p)) (nth-value 1 (find-symbol "FOO" p))
              (export (find-symbol "FOO" p) p) (nth-value 1 (find-symbol "FOO" p))
              (unexport (find-symbol "FOO" p) p)
              (nth-value 1 (find-symbol "FOO" p)))
      (delete-package p))))
(define-test keywords
  (list (keywordp (intern "NEW-KEY" :keyword)) (symbol-value (intern "K2" :keyword))
        (nth-value 1 (find-symbol "K2" :keyword)) (keywordp 'a)))
(define-test unintern
  (let* ((p (make-package "TEST-UNINTERN" :use '(:ta))) (s (intern "S" p)))
    (prog1 (list (unintern s p) (symbol-package s) (find-symbol "S" p) (unintern s p))
      (delete-package p))))
(define-test import
  (let ((p (make-package "TEST-IMPORT" :use nil)))
    (prog1 (list (import 'cl:list p) (eq (find-symbol "LIST" p) 'cl:list)
                 (nth-value 1 (find-symbol "LIST" p))
                 (shadowing-import 'ta::in p) (mapcar #'symbol-name
                                                      (package-shadowing-symbols p)))
      (delete-package p))))
(define-test import-conflict
  (let ((p (make-package "TEST-CONFLICT" :use nil)))
    (unwind-protect (progn (intern "LIST" p) (import 'cl:list p))
      (delete-package p))))
(define-test use-conflict
  (let ((p (make-package "TEST-USE" :use nil)))
    (unwind-protect (progn (intern "EX" p) (use-package :ta p))
      (delete-package p))))
(define-test use-package
  (let ((p (make-package "TEST-USE-2" :use nil)))
    (prog1 (list (use-package :ta p) (nth-value 1 (find-symbol "EX" p))
                 (unuse-package :ta p) (find-symbol "EX" p))
      (delete-package p))))
(define-test shadow
  (let ((p (make-package "TEST-SHADOW" :use '(:cl))))
    (prog1 (list (shadow "CAR" p) (eq (find-symbol "CAR" p) 'cl:car)
                 (shadow '(#:foo) p) (nth-value 1 (find-symbol "FOO" p)))
      (delete-package p))))
(define-test rename-package
  (let ((p (make-package "TEST-RENAME" :use nil :nicknames '("TR"))))
    (rename-package p "TEST-RENAMED" '("TRD"))
    (prog1 (list (package-name p) (package-nicknames p) (find-package "TR")
                 (eq p (find-package "TRD")))
      (delete-package p))))
(define-test delete-package
  (let ((p (make-package "TEST-DELETE" :use nil)))
    (list (delete-package p) (package-name p) (find-package "TEST-DELETE")
          (member p (list-all-packages)))))
(define-test delete-used (delete-package (identity :ta)) => "error PACKAGE-ERROR")
(define-test no-package (intern "X" (identity "NO-SUCH-PACKAGE")))
(define-test make-twice (make-package (identity "TA")))
(define-test export-inaccessible (export (identity 'cl:car) (identity :ta)))
(define-test do-symbols
  (flet ((names (list) (sort (mapcar #'symbol-name (remove-duplicates list)) #'string<)))
    (let ((a nil) (b nil) (c nil))
      (do-symbols (s :ta) (push s a))
      (do-external-symbols (s :ta) (push s b))
      (do-symbols (s :tb) (push s c))
      (list (names a) (names b) (names c)
            (do-symbols (s :ta 'result)) (do-external-symbols (s :ta) (return 'early))))))
(define-test do-all-symbols
  (let ((found nil))
    (do-all-symbols (s) (when (eq s 'ta::in) (setf found t)))
    found))
(define-test cl-externals
  (let ((n 0)) (do-external-symbols (s :cl) (incf n)) n))
(define-test with-package-iterator
  (let ((r nil))
    (with-package-iterator (next '(:ta :tb) :internal :external)
      (loop (multiple-value-bind (more s status p) (next)
              (unless more (return))
              (push (list (symbol-name s) status (package-name p)) r))))
    (sort (mapcar (lambda (x) (concatenate 'string (first x) (symbol-name (second x))
                                           (third x)))
                  r)
          #'string<)))
(define-test find-all-symbols
  (member 'ta::in (find-all-symbols "IN")) => "(TA::IN)")
(define-test symbol-package
  (list (symbol-package 'cl:car) (symbol-package (make-symbol "X"))))
(define-test gentemp
  (let ((s (gentemp "GT" :ta)))
    (prog1 (list (subseq (symbol-name s) 0 2) (eq s (find-symbol (symbol-name s) :ta)))
      (unintern s :ta))))
(define-test defpackage-again
  (list (package-name (defpackage #:ta (:use) (:export #:ex #:ey) (:intern #:in)
                        (:nicknames #:ta-nick)))))
(define-test defpackage-clash
  (eval '(defpackage #:td (:export #:a) (:intern #:a))) => "error PROGRAM-ERROR")
(define-test printing-symbols
  (list 'ta:ex 'ta::in 'tb::own :key 'cl:car '#:unint 'local))

(define-test package-documentation
  (progn
    (eval '(defpackage "DOCUMENTED" (:use) (:documentation "one")))
    (let ((before (documentation (find-package "DOCUMENTED") t)))
      (delete-package "DOCUMENTED")
      (eval '(defpackage "DOCUMENTED" (:use)))
      (list before (documentation (find-package "DOCUMENTED") t))))
  => "(\"one\" NIL)")
(define-test package-options-once
  (eval '(defpackage "TWICE" (:use) (:size 1) (:size 2)))
  => "error PROGRAM-ERROR")
(define-test package-nickname-of-another
  (eval '(defpackage "CLASHING" (:use) (:nicknames "CL")))
  => "error PACKAGE-ERROR")
