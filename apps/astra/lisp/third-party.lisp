;;;; Loads public libraries, runs their own tests, and says what came of it.

(defpackage #:astralisp.third-party
  (:use #:common-lisp)
  (:export #:*folder* #:*samples* #:check))

(in-package #:astralisp.third-party)

;;; The command `astra third-party` sends this file and then one call of CHECK for
;;; each library. It understands lines that begin with "third-party:".

(defvar *folder* nil
  "The name of the folder of this file in the world, with a final slash.")

(defvar *samples* nil
  "The name of a folder with files for tests, with a final slash.")

(defun say (name control &rest arguments)
  "Tell the command about the library NAME."
  (format t "~&third-party: ~A ~?~%" name control arguments)
  (finish-output))

(defun call-named (package name &rest arguments)
  "Call the function NAME of PACKAGE, which libraries define."
  (apply (the-function package name) arguments))

(defun the-function (package name)
  (symbol-function (the-symbol package name)))

(defun the-symbol (package name)
  (let ((home (or (find-package package)
                  (error "there is no package ~A" package))))
    (or (find-symbol name home)
        (error "there is no symbol ~A in ~A" name package))))

(defun value-of (package name)
  (symbol-value (the-symbol package name)))

(defun load-system (system)
  (call-named "ASDF" "LOAD-SYSTEM" system))

;;; Ways to run tests. Each answers how many passed and how many failed.

(defgeneric run-tests (runner argument)
  (:documentation "Run the tests loaded; RUNNER says which framework they use."))

(defmethod run-tests ((runner (eql :none)) argument)
  (declare (ignore argument))
  (values 0 0))

(defmethod run-tests ((runner (eql :asdf)) argument)
  (declare (ignore argument))
  (load (concatenate 'string *folder* "asdf-tests.lisp"))
  (multiple-value-bind (passed failed)
      (call-named "ASTRALISP.ASDF-TESTS" "RUN-TESTS")
    (if (eq :linux (ext:platform-name))
        (multiple-value-bind (more-passed more-failed)
            (progn
              (load (concatenate 'string *folder* "uiop-programs.lisp"))
              (call-named "ASTRALISP.UIOP-PROGRAMS" "RUN-TESTS"))
          (values (+ passed more-passed) (+ failed more-failed)))
        (values passed failed))))

(defun forget-tests ()
  "Forget the tests of libraries before this one."
  (when (find-package "REGRESSION-TEST")
    (call-named "REGRESSION-TEST" "REM-ALL-TESTS")))

(defun count-regression-tests (package)
  "Run the tests of PACKAGE, a copy of MIT's RT."
  (call-named package "DO-TESTS")
  (let ((all (length (rest (value-of package "*ENTRIES*"))))
        (expected (value-of package "*EXPECTED-FAILURES*"))
        (pending (call-named package "PENDING-TESTS")))
    (let ((failed (length (set-difference pending expected :test #'equal))))
      (values (- all failed) failed))))

(defmethod run-tests ((runner (eql :rt)) package)
  (count-regression-tests (or package "REGRESSION-TEST")))

(defmethod run-tests ((runner (eql :rt-twice)) package)
  ;; As the tests of alexandria run: interpreted, then compiled.
  (declare (ignore package))
  (multiple-value-bind (passed failed)
      (count-regression-tests "REGRESSION-TEST")
    (set (the-symbol "REGRESSION-TEST" "*COMPILE-TESTS*") t)
    (multiple-value-bind (more-passed more-failed)
        (count-regression-tests "REGRESSION-TEST")
      (values (+ passed more-passed) (+ failed more-failed)))))

;;; Iterate lists tests that it expects to fail everywhere; the one named here also
;;; fails in SBCL, ECL, Clozure CL, CLISP and ABCL, and the list says so for them.

(defmethod run-tests ((runner (eql :iterate)) argument)
  (declare (ignore argument))
  (set (the-symbol "REGRESSION-TEST" "*EXPECTED-FAILURES*")
       (cons (the-symbol "ITERATE.TEST" "IN-STREAM.2")
             (value-of "ITERATE.TEST" "*TESTS-EXPECTED-TO-FAIL*")))
  (count-regression-tests "REGRESSION-TEST"))

(defmethod run-tests ((runner (eql :fiveam)) suite)
  (let* ((results (call-named "IT.BESE.FIVEAM" "RUN" suite))
         (passed (count-type "IT.BESE.FIVEAM" "TEST-PASSED" results))
         (skipped (count-type "IT.BESE.FIVEAM" "TEST-SKIPPED" results)))
    (call-named "IT.BESE.FIVEAM" "EXPLAIN!" results)
    (values passed (- (length results) passed skipped))))

(defun count-type (package name list)
  (let ((type (the-symbol package name)))
    (count-if (lambda (object) (typep object type)) list)))

(defmethod run-tests ((runner (eql :stefil)) package)
  (let ((result (nth-value 1 (call-named package "RUN"))))
    (let ((all (call-named "HU.DWIM.STEFIL" "TEST-COUNT-OF" result))
          (failed (length (call-named "HU.DWIM.STEFIL" "FAILURE-DESCRIPTIONS-OF"
                                      result))))
      (values (max 0 (- all failed)) failed))))

(defmethod run-tests ((runner (eql :results)) package)
  ;; A list of results, of which some FAILED-P.
  (let* ((results (call-named package "RUN-TESTS"))
         (failed (count-if (the-function package "FAILED-P") results)))
    (values (- (length results) failed) failed)))

;;; Edi Weitz's suites print a line for what fails and answer whether all is well.

(defun call-with-captured-output (function)
  "Call FUNCTION; return its value, and what it wrote, which is also shown."
  (let* ((copy (make-string-output-stream))
         (*standard-output* (make-broadcast-stream *standard-output* copy)))
    (values (funcall function) (get-output-stream-string copy))))

(defun count-lines (text predicate)
  (with-input-from-string (stream text)
    (loop for line = (read-line stream nil nil)
          while line
          count (funcall predicate line))))

(defun numbered-line-p (line)
  "Is LINE the report of a failure: a number and a colon?"
  (let ((colon (position #\: line)))
    (and colon
         (plusp colon)
         (every (lambda (character)
                  (or (digit-char-p character) (char= #\Space character)))
                (subseq line 0 colon)))))

(defun count-forms (name)
  "How many forms the file NAME among the sources has."
  (with-open-file (stream (astralisp:library-source name)
                          :external-format :latin-1)
    (let ((*package* (find-package "CL-PPCRE-TEST")))
      (loop for form = (read stream nil stream)
            until (eq form stream)
            count t))))

(defmethod run-tests ((runner (eql :ppcre)) argument)
  (declare (ignore argument))
  (multiple-value-bind (success output)
      (call-with-captured-output (the-function "CL-PPCRE-TEST" "RUN-ALL-TESTS"))
    (let ((all (+ (count-forms "cl-ppcre/test/perltestdata")
                  (count-forms "cl-ppcre/test/simple")
                  5))
          (failed (count-lines output #'numbered-line-p)))
      (values (- all failed) (if success failed (max failed 1))))))

(defun failure-line-p (line)
  (or (search "failed" line) (search "not signalled" line)))

(defparameter *flexi-suites*
  '("COMPARE-FILES" "STRING-TESTS" "SEQUENCE-TESTS" "ERROR-HANDLING-TESTS"
    "UNREAD-CHAR-TESTS" "COLUMN-TESTS" "MAKE-EXTERNAL-FORMAT-TESTS"
    "PEEK-BYTE-TESTS" "IN-MEMORY-STREAM-TESTS")
  "The suites of flexi-streams: functions that answer whether all went well.")

(defmethod run-tests ((runner (eql :flexi-streams)) argument)
  (declare (ignore argument))
  (let ((passed 0)
        (failed 0))
    (dolist (name *flexi-suites* (values passed failed))
      (multiple-value-bind (success output)
          (call-with-captured-output (the-function "FLEXI-STREAMS-TEST" name))
        (if success
            (incf passed)
            (incf failed (max 1 (count-lines output #'failure-line-p))))))))

;;; chipz wants a directory with files and their compressed forms. Salza2 makes
;;; those but for bzip2's, which come with the samples where there is a bzip2.

(defun copy-sample (source folder)
  (let ((target (make-pathname :defaults folder :name (pathname-name source)
                               :type (pathname-type source))))
    (call-named "UIOP" "COPY-FILE" source target)
    target))

(defun compress-sample (name folder)
  (dolist (format '("DEFLATE" "ZLIB" "GZIP"))
    (call-named "CHIPZ-TESTS" "RUN-SALZA2"
                (the-symbol "SALZA2" (concatenate 'string format "-COMPRESSOR"))
                name
                (make-pathname :defaults folder :name (pathname-name name)
                               :type format))))

(defun prepare-samples (folder)
  "Fill FOLDER with samples and their compressed forms."
  (ensure-directories-exist folder)
  (dolist (source (directory (concatenate 'string *samples* "*.uncompressed")))
    (compress-sample (copy-sample source folder) folder))
  (let ((compressed (directory (concatenate 'string *samples* "*.bzip2")))
        (formats (the-symbol "CHIPZ-TESTS" "*FORMATS*"))
        (bzip2 (the-symbol "CHIPZ-TESTS" "BZIP2")))
    (unless compressed
      (set formats (remove bzip2 (symbol-value formats))))
    (dolist (source compressed)
      (rename-file (copy-sample source folder)
                   (make-pathname :type "BZIP2")))))

(defmethod run-tests ((runner (eql :chipz)) argument)
  (declare (ignore argument))
  (load (astralisp:library-source "chipz/tests.lisp"))
  (let ((folder (call-named "UIOP" "SUBPATHNAME"
                            (call-named "UIOP" "TEMPORARY-DIRECTORY")
                            "astralisp-chipz-tests/")))
    (unwind-protect
         (progn
           (prepare-samples folder)
           (let ((output (nth-value
                          1 (call-with-captured-output
                             (lambda ()
                               (call-named "CHIPZ-TESTS" "RUN-ALL-TESTS"
                                           folder))))))
             (values (count-lines output (starts-with "; PASSED"))
                     (count-lines output (starts-with "; FAILED")))))
      (call-named "UIOP" "DELETE-DIRECTORY-TREE" folder :validate t))))

(defun starts-with (start)
  "A predicate of lines that begin with START."
  (lambda (line) (eql 0 (search start line))))

;;; One library.

(defun seconds-since (start)
  (/ (float (- (get-internal-real-time) start)) internal-time-units-per-second))

(defun call-reporting (name function)
  "Call FUNCTION; an error in it is reported, with a backtrace, and the answer is NIL."
  (block nil
    (handler-bind ((warning #'muffle-warning)
                   (error (lambda (condition)
                            (astralisp:print-backtrace :stream *standard-output*)
                            (say name "error ~A: ~A" (type-of condition) condition)
                            (return nil))))
      (funcall function))))

(defun check (name &key (systems '()) (tests '()) (runner :none) argument)
  "Load SYSTEMS of the library NAME and then TESTS, systems of its tests, and run
them with RUNNER and ARGUMENT; tell the command."
  (let ((start (get-internal-real-time)))
    (say name "begins")
    (when (call-reporting name (lambda ()
                                 (require "asdf")
                                 (mapc #'load-system systems)
                                 t))
      (say name "loaded ~,1F" (seconds-since start))
      (setq start (get-internal-real-time))
      (call-reporting name (lambda ()
                             (forget-tests)
                             (mapc #'load-system tests)
                             (multiple-value-bind (passed failed)
                                 (run-tests runner argument)
                               (say name "tested ~D ~D ~,1F" passed failed
                                    (seconds-since start)))
                             t)))
    (say name "ends")))
