;;;; Runs the public ANSI suite (ansi-test), unmodified, form by form and test by test.
;;;; `astra conformance` starts it in a copy of the suite and reads what it prints.

(defpackage #:astralisp.conformance
  (:use #:common-lisp)
  (:export #:run))

(in-package #:astralisp.conformance)

;;; What the driver prints for its reader are lines that begin with +MARK+; whatever
;;; else comes between them was written by the suite:
;;;   loading CHAPTER
;;;   bad-form CHAPTER FILE:LINE  a form could not be loaded; the report follows
;;;   total COUNT           all is loaded
;;;   start INDEX CHAPTER NAME
;;;   passed | failed | hung | inactive       how that test ended
;;;   | TEXT                a line of the report of a failure
;;;   heap OCTETS           in use after a full collection, before and after the tests
;;;   damaged TEXT          something that the collector would not have made so
;;;   end
(defconstant +mark+ "#!conformance ")

(defvar *out* *standard-output*
  "Where the driver writes, whatever a test does to the standard streams.")

(defvar *chapter* "auxiliary"
  "The chapter that is being loaded, a string.")

(defvar *chapters* '()
  "Pairs of the name of a test and its chapter, as they were loaded.")

(defun say (control &rest arguments)
  "Write a line for the reader of the driver's output."
  (with-standard-io-syntax
    (format *out* "~%~A~?~%" +mark+ control arguments)
    (finish-output *out*)))

(defun say-report (text)
  "Write TEXT, what went wrong, line by line."
  (with-standard-io-syntax
    (with-input-from-string (in text)
      (loop for line = (read-line in nil)
            while line
            do (format *out* "~%~A| ~A" +mark+ line)))
    (finish-output *out*)))

(defun rt (name)
  "The symbol NAME, a string, of the suite's own tester."
  (or (find-symbol name "REGRESSION-TEST")
      (error "the suite has no ~A in its package REGRESSION-TEST" name)))

(defun call-rt (name &rest arguments)
  (apply (rt name) arguments))

(defun entries ()
  (rest (symbol-value (rt "*ENTRIES*"))))

(defun test-name (entry)
  (with-standard-io-syntax
    (let ((*package* (find-package "CL-TEST")))
      (string-downcase (prin1-to-string (call-rt "NAME" entry))))))

(defun condition-text (condition)
  (handler-case (with-standard-io-syntax
                  (let ((*print-readably* nil))
                    (format nil "~A: ~A" (type-of condition) condition)))
    (error () "a condition whose report fails")))

;;; Loading.

(defun place-of-form ()
  "Where the form being loaded stands in the suite."
  (let ((start (symbol-value (find-symbol "*FORM-START*" "ASTRALISP.RUNTIME"))))
    (format nil "~A:~A"
            (if *load-truename* (file-namestring *load-truename*) "?")
            (if start (car start) "?"))))

(defun skip-bad-form (condition)
  "Report CONDITION, which a form of the suite signals, and go on behind the form."
  (let ((restart (find-restart (find-symbol "SKIP-FORM" "ASTRALISP.RUNTIME")
                               condition)))
    (when restart
      (say "bad-form ~A ~A" *chapter* (place-of-form))
      (say-report (condition-text condition))
      (invoke-restart restart))))

(defun load-suite-file (file)
  (handler-bind ((warning #'muffle-warning)
                 (error #'skip-bad-form))
    (let ((*error-output* (make-broadcast-stream)))
      (load file))))

(defun load-chapter (chapter)
  "Load the tests of CHAPTER, the name of a directory of the suite."
  (let ((before (length (entries)))
        (*chapter* chapter)
        (*package* (find-package "CL-TEST")))
    (say "loading ~A" chapter)
    (load-suite-file (format nil "~A/load.lsp" chapter))
    (let ((new (nthcdr before (entries))))
      (dolist (entry new)
        (push (cons (call-rt "NAME" entry) chapter) *chapters*)))))

;;; The time limit.

(defvar *serial* 0
  "Counts the tests: what the watcher saw running may have ended since.")

(defvar *deadline* nil
  "The internal real time at which the running test has hung.")

(defun start-watcher (seconds)
  "Interrupt this thread whenever a test takes longer than SECONDS, where there are
threads."
  (when (fboundp (find-symbol "MAKE-THREAD" "ASTRALISP"))
    (let ((thread (funcall (find-symbol "%CURRENT-THREAD" "ASTRALISP.KERNEL")))
          (units (* seconds internal-time-units-per-second)))
      (declare (ignorable units))
      (funcall (find-symbol "MAKE-THREAD" "ASTRALISP")
               (lambda ()
                 (loop
                   (sleep 1)
                   (let ((serial *serial*)
                         (deadline *deadline*))
                     (when (and deadline (> (get-internal-real-time) deadline))
                       (setf *deadline* nil)
                       (funcall (find-symbol "INTERRUPT-THREAD" "ASTRALISP")
                                thread
                                (lambda ()
                                  (when (eql serial *serial*)
                                    (throw 'abandoned :hung))))))))
               :name "watcher"))))

;;; Running.

(defun run-entry (entry limit)
  "Run the test ENTRY, at most LIMIT seconds; how it ended and the text of its
report."
  (let* ((text (make-string-output-stream))
         (outcome
           (catch 'abandoned
             (incf *serial*)
             (setf *deadline*
                   (+ (get-internal-real-time)
                      (* limit internal-time-units-per-second)))
             (let ((*debugger-hook*
                     (lambda (condition hook)
                       (declare (ignore hook))
                       (format text "~&it entered the debugger: ~A~%"
                               (condition-text condition))
                       (throw 'abandoned :failed))))
               (if (call-rt "DO-ENTRY" entry text) :passed :failed)))))
    (setf *deadline* nil)
    (incf *serial*)
    (values outcome (get-output-stream-string text))))

(defun run-entries (first limit wanted)
  "Run the tests from number FIRST on, or those of WANTED, a list of names."
  (let ((table (make-hash-table :test 'equal))
        (suite (find-package "CL-TEST"))
        (index -1))
    (loop for (name . chapter) in *chapters*
          do (setf (gethash name table) chapter))
    (dolist (entry (entries))
      (incf index)
      (let ((name (test-name entry)))
        (when (and (>= index first)
                   (or (null wanted)
                       (member name wanted :test #'string-equal)))
          (say "start ~D ~A ~A" index (gethash (call-rt "NAME" entry) table) name)
          (if (call-rt "HAS-DISABLED-NOTE" entry)
              (say "inactive")
              (let ((*package* suite))
                (multiple-value-bind (outcome text) (run-entry entry limit)
                  (unless (eq outcome :passed)
                    (say-report text))
                  (say "~(~A~)" outcome)))))))))

(defun say-heap ()
  (when (find-symbol "GC" "ASTRALISP")
    (funcall (find-symbol "GC" "ASTRALISP") :full t)
    (say "heap ~D" (values (funcall (find-symbol "HEAP-USAGE" "ASTRALISP"))))
    ;; JavaScript has no heap of its own.
    (when (fboundp (find-symbol "VERIFY-HEAP" "ASTRALISP"))
      (dolist (text (funcall (find-symbol "VERIFY-HEAP" "ASTRALISP")))
        (say "damaged ~A" (substitute #\Space #\Newline text))))))

(defun run (&key root chapters (first 0) (limit 60) tests (stress 0))
  "Load CHAPTERS, names of directories, of the suite in the directory ROOT, an
absolute name, and run its tests from number FIRST on, or only TESTS, a list of
names; a test hangs when it takes longer than LIMIT seconds. The collector runs
whenever STRESS octets have been allocated, unless that is 0."
  (let ((*package* (find-package "COMMON-LISP-USER"))
        (*load-pathname* nil)
        (*load-truename* nil))
    (setf *out* *standard-output*)
    (setf *default-pathname-defaults* (pathname root))
    (load-suite-file "gclload1.lsp")
    (mapc #'load-chapter chapters)
    (say "total ~D" (length (entries)))
    (setf *default-pathname-defaults* (truename #p"sandbox/"))
    (start-watcher limit)
    (say-heap)
    (when (> stress 0)
      (funcall (find-symbol "SET-COLLECTOR-STRESS" "ASTRALISP") stress))
    (run-entries first limit tests)
    (say-heap)
    (say "end")))
