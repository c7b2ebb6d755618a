;;;; Tests of ASDF and UIOP in this system: what the overlay of UIOP defines, and
;;;; the life of a small system. Debian's ASDF comes without its own tests.

(defpackage #:astralisp.asdf-tests
  (:use #:common-lisp)
  (:export #:run-tests))

(in-package #:astralisp.asdf-tests)

(defvar *tests* '()
  "Names and functions, the last first.")

(defmacro define-test (name form)
  "FORM must be true."
  `(push (cons ',name (lambda () ,form)) *tests*))

(defvar *folder* nil
  "A folder for the tests' files.")

(defun write-file (name text)
  (with-open-file (out (uiop:subpathname *folder* name)
                       :direction :output :if-exists :supersede)
    (write-string text out)))

(defun read-file (name)
  (uiop:read-file-string (uiop:subpathname *folder* name)))

(defun run-tests ()
  "Run all tests; how many passed, how many failed."
  (let ((passed 0)
        (failed 0)
        (*folder* (uiop:ensure-directory-pathname
                   (uiop:subpathname (uiop:temporary-directory)
                                     "astralisp-asdf-tests"))))
    (ensure-directories-exist *folder*)
    (unwind-protect
         (dolist (test (reverse *tests*) (values passed failed))
           (let ((result (handler-case (funcall (cdr test))
                           (error (condition)
                             (format t "~&~A: ~A~%" (car test) condition)
                             nil))))
             (cond (result (incf passed))
                   (t (format t "~&~A failed~%" (car test))
                      (incf failed)))))
      (uiop:delete-directory-tree *folder* :validate t))))

;;; The system as UIOP sees it.

(define-test implementation
  (and (eq :astralisp (uiop:implementation-type))
       (eql 0 (search "astralisp" (uiop:implementation-identifier)))))
(define-test operating-system
  (and (uiop:os-unix-p) (uiop:featurep :os-unix) (not (uiop:os-windows-p))))
(define-test environment-variable-missing
  (null (uiop:getenv "ASTRALISP_NO_SUCH_VARIABLE")))
(define-test arguments (listp (uiop:raw-command-line-arguments)))
(define-test optimization-settings
  (equal '(speed space safety debug compilation-speed)
         (mapcar #'first (uiop:get-optimization-settings))))
(define-test backtrace
  (stringp (with-output-to-string (stream)
             (uiop:print-backtrace :stream stream :count 3))))

;;; Files.

(define-test current-directory
  (uiop:absolute-pathname-p (uiop:getcwd)))
(define-test change-directory
  (equal (truename *folder*)
         (uiop:with-current-directory (*folder*) (uiop:getcwd))))
(define-test write-and-read
  (progn (write-file "text.txt" (format nil "one~%two~%"))
         (equal '("one" "two")
                (uiop:read-file-lines (uiop:subpathname *folder* "text.txt")))))
(define-test directory-listing
  (progn (ensure-directories-exist (uiop:subpathname *folder* "sub/"))
         (and (equal '("text")
                     (mapcar #'pathname-name (uiop:directory-files *folder*)))
              (= 1 (length (uiop:subdirectories *folder*)))
              (uiop:directory-exists-p (uiop:subpathname *folder* "sub/"))
              (not (uiop:file-exists-p (uiop:subpathname *folder* "sub/"))))))
(define-test copy-and-rename
  (let ((source (uiop:subpathname *folder* "text.txt"))
        (copy (uiop:subpathname *folder* "copy.txt"))
        (target (uiop:subpathname *folder* "renamed.txt")))
    (uiop:copy-file source copy)
    (uiop:rename-file-overwriting-target copy target)
    (and (not (probe-file copy))
         (equal (read-file "text.txt") (read-file "renamed.txt")))))
(define-test empty-directory-is-deleted
  (let ((directory (uiop:subpathname *folder* "sub/")))
    (uiop:delete-empty-directory directory)
    (not (uiop:directory-exists-p directory))))
(define-test tree-is-deleted
  (let ((directory (uiop:subpathname *folder* "tree/")))
    (ensure-directories-exist (uiop:subpathname directory "a/b/"))
    (write-file "tree/a/b/file" "x")
    (uiop:delete-directory-tree directory :validate t)
    (not (uiop:directory-exists-p directory))))
(define-test temporary-file
  (uiop:with-temporary-file (:stream stream :pathname path)
    (write-line "x" stream)
    (not (null path))))

;;; Programs and images: uiop-programs.lisp has more of them.

(define-test programs-where-there-are-processes
  (handler-case (progn (uiop:run-program '("true"))
                       (eq :linux (ext:platform-name)))
    (ext:unsupported-operation ()
      (not (eq :linux (ext:platform-name))))))
(define-test environment-variable-is-set
  (progn (setf (uiop:getenv "ASTRALISP_TEST_VARIABLE") "value")
         (equal "value" (uiop:getenvp "ASTRALISP_TEST_VARIABLE"))))
(define-test image-is-a-program
  (or (not (eq :linux (ext:platform-name)))
      (let ((image (namestring (uiop:subpathname *folder* "image"))))
        (uiop:run-program
         (list "/proc/self/exe" "--eval" "(require \"asdf\")" "--eval"
               (format nil "(progn
                 (setf uiop:*image-entry-point*
                       (lambda ()
                         (prin1 (list :started uiop:*command-line-arguments*
                                      (uiop:argv0)))
                         nil)
                       uiop:*lisp-interaction* nil)
                 (uiop:dump-image ~S :executable t))"
                       image)))
        (multiple-value-bind (form error code)
            (uiop:run-program (list image "one" "two") :output :form
                                                       :ignore-error-status t)
          (declare (ignore error))
          (equal (list form code)
                 (list (list :started '("one" "two") image) 1))))))

;;; Packages.

(define-test define-package-with-local-nickname
  (progn
    (eval '(uiop:define-package #:astralisp.asdf-tests.nicknamed
            (:use #:common-lisp)
            (:local-nicknames (#:words #:uiop))))
    (let ((*package* (find-package "ASTRALISP.ASDF-TESTS.NICKNAMED")))
      (eq (find-package "WORDS") (find-package "UIOP")))))

;;; A system: compiled, loaded, compiled again when a file has changed.

(defvar *log* '()
  "What the files of the system did when they were loaded, the last first.")

(defun write-system (value)
  (write-file "astralisp-sample.asd"
              "(defsystem \"astralisp-sample\"
                 :version \"1.2\" :serial t
                 :components ((:file \"one\") (:module \"part\"
                               :components ((:file \"two\"))))
                 :in-order-to ((test-op (test-op \"astralisp-sample/tests\"))))
               (defsystem \"astralisp-sample/tests\"
                 :depends-on (\"astralisp-sample\")
                 :perform (test-op (operation component)
                           (push :tested astralisp.asdf-tests::*log*)))")
  (write-file "one.lisp" (format nil "(push ~S astralisp.asdf-tests::*log*)" value))
  (ensure-directories-exist (uiop:subpathname *folder* "part/"))
  (write-file "part/two.lisp" "(push :two astralisp.asdf-tests::*log*)"))

(define-test load-system
  (progn
    (write-system :one)
    (asdf:load-asd (uiop:subpathname *folder* "astralisp-sample.asd"))
    (setq *log* '())
    (asdf:load-system "astralisp-sample")
    (equal '(:one :two) (reverse *log*))))
(define-test load-again-does-nothing
  (progn (setq *log* '())
         (asdf:load-system "astralisp-sample")
         (null *log*)))
(define-test force
  (progn (asdf:load-system "astralisp-sample" :force t)
         (equal '(:one :two) (reverse *log*))))
(define-test test-system
  (progn (setq *log* '())
         (asdf:test-system "astralisp-sample")
         (equal '(:tested) *log*)))
(define-test system-data
  (and (equal "1.2" (asdf:component-version (asdf:find-system "astralisp-sample")))
       (equal (truename (uiop:subpathname *folder* "one.lisp"))
              (truename (asdf:system-relative-pathname "astralisp-sample"
                                                       "one.lisp")))))
(define-test missing-system
  (handler-case (asdf:load-system "astralisp-no-such-system")
    (asdf:missing-component () t)))
(define-test require-finds-systems
  (progn (asdf:clear-system "astralisp-sample")
         (push *folder* asdf:*central-registry*)
         (setq *log* '())
         (unwind-protect (require "astralisp-sample")
           (pop asdf:*central-registry*))
         (equal '(:one :two) (reverse *log*))))
