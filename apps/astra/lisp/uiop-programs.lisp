;;;; Tests of UIOP's functions that start programs: portable, so that SBCL is asked the
;;;; same: sbcl --eval '(require "asdf")' --load uiop-programs.lisp
;;;;             --eval '(astralisp.uiop-programs:run-tests)'

(defpackage #:astralisp.uiop-programs
  (:use #:common-lisp)
  (:export #:run-tests))

(in-package #:astralisp.uiop-programs)

(defvar *tests* '()
  "Names, functions and the values expected, the last first.")

(defmacro define-test (name form expected)
  "The list of the values of FORM is EQUALP to EXPECTED."
  `(push (list ',name (lambda () (multiple-value-list ,form)) ',expected) *tests*))

(defun run-tests ()
  "Run all tests; how many passed, how many failed."
  (let ((passed 0)
        (failed 0))
    (dolist (test (reverse *tests*) (values passed failed))
      (let ((values (handler-case (funcall (second test))
                      (error (condition)
                        (list :error (princ-to-string condition))))))
        (cond ((equalp values (third test)) (incf passed))
              (t (format t "~&~A: ~S instead of ~S~%" (first test) values
                         (third test))
                 (incf failed)))))))

(defmacro with-file ((variable &optional (text "")) &body body)
  `(uiop:with-temporary-file (:pathname ,variable)
     (with-open-file (out ,variable :direction :output :if-exists :supersede)
       (write-string ,text out))
     ,@body))

;;; RUN-PROGRAM.

(define-test output-string
  (uiop:run-program '("echo" "a b" "c") :output :string)
  (#.(format nil "a b c~%") nil 0))
(define-test output-stripped
  (uiop:run-program '("echo" "text") :output '(:string :stripped t)) ("text" nil 0))
(define-test output-lines
  (uiop:run-program "echo one; echo two" :output :lines) (("one" "two") nil 0))
(define-test output-line
  (uiop:run-program "echo one; echo two" :output :line) ("one" nil 0))
(define-test output-forms
  (uiop:run-program "echo '(1 2) 3'" :output :forms) (((1 2) 3) nil 0))
(define-test output-form
  (uiop:run-program "echo '(1 2) 3'" :output :form) ((1 2) nil 0))
(define-test output-nil (uiop:run-program "echo text") (nil nil 0))
(define-test output-function
  (uiop:run-program "echo text" :output (lambda (stream) (read-char stream)))
  (#\t nil 0))
(define-test output-stream
  (with-output-to-string (out)
    (uiop:run-program "echo text" :output out))
  (#.(format nil "text~%")))
(define-test output-standard
  (with-output-to-string (*standard-output*)
    (uiop:run-program '("echo" "text") :output t))
  (#.(format nil "text~%")))
(define-test output-file
  (with-file (path)
    (uiop:run-program '("echo" "text") :output path)
    (uiop:run-program "echo more" :output path :if-output-exists :append)
    (uiop:read-file-lines path))
  (("text" "more")))
(define-test output-file-exists
  (with-file (path)
    (handler-case (uiop:run-program "echo text" :output path
                                                :if-output-exists :error)
      (file-error () :exists)))
  (:exists))
(define-test error-output-string
  (uiop:run-program "echo out; echo err >&2" :output :string :error-output :string)
  (#.(format nil "out~%") #.(format nil "err~%") 0))
(define-test error-output-with-output
  (uiop:run-program "echo out; echo err >&2" :output :lines :error-output :output)
  (("out" "err") nil 0))
(define-test error-output-of-list
  (uiop:run-program '("sh" "-c" "echo out; echo err >&2") :output :lines
                                                          :error-output :lines)
  (("out") ("err") 0))
(define-test input-string
  (with-input-from-string (in (format nil "b~%a~%"))
    (uiop:run-program '("sort") :input in :output :lines))
  (("a" "b") nil 0))
(define-test input-list
  (uiop:run-program "cat" :input '("text") :output :string) ("text" nil 0))
(define-test input-function
  (uiop:run-program '("cat") :input (lambda (stream) (write-string "text" stream))
                             :output :string)
  ("text" nil 0))
(define-test input-file
  (with-file (path "text")
    (uiop:run-program '("cat") :input path :output :string))
  ("text" nil 0))
(define-test input-nothing
  (uiop:run-program '("cat") :input nil :output :string) ("" nil 0))
(define-test input-missing
  (handler-case (uiop:run-program '("cat") :input "/no/such/file")
    (file-error () :missing))
  (:missing))
(define-test characters
  (uiop:run-program '("printf" "%s" "é€𝄞") :output :string) ("é€𝄞" nil 0))
(define-test arguments-are-not-for-a-shell
  (uiop:run-program '("printf" "[%s]" "" "$HOME" "*" "a  b" "'") :output :string)
  ("[][$HOME][*][a  b][']" nil 0))
(define-test force-shell
  (uiop:run-program '("printf" "[%s]" "$HOME" "a  b") :output :string
                                                      :force-shell t)
  ("[$HOME][a  b]" nil 0))
(define-test string-without-shell
  (uiop:run-program "echo a; echo b" :force-shell nil :output :lines)
  (("a" "b") nil 0))
(define-test exit-code
  (uiop:run-program "exit 3" :ignore-error-status t) (nil nil 3))
(define-test exit-code-is-an-error
  (handler-case (uiop:run-program '("sh" "-c" "exit 3"))
    (uiop:subprocess-error (condition)
      (values (uiop:subprocess-error-code condition)
              (uiop:subprocess-error-command condition))))
  (3 ("sh" "-c" "exit 3")))
(define-test exit-code-continued
  (handler-bind ((uiop:subprocess-error #'continue))
    (uiop:run-program "echo text; exit 3" :output :line))
  ("text" nil 3))
(define-test exit-by-signal
  (uiop:run-program "kill -9 $$" :ignore-error-status t) (nil nil 137))
(define-test no-such-program
  (handler-case (uiop:run-program '("no-such-program-at-all"))
    (error () :error))
  (:error))
(define-test directory-given
  (uiop:run-program '("pwd") :directory "/usr/" :output :line) ("/usr" nil 0))
(define-test directory-changed
  (uiop:with-current-directory ("/usr/")
    (uiop:run-program '("pwd") :output :line))
  ("/usr" nil 0))
(define-test stream-is-refused
  (handler-case (uiop:run-program "true" :output :stream)
    (error () :error))
  (:error))
(define-test much-output
  (length (uiop:run-program "head -c 300000 /dev/zero | tr '\\0' x" :output :string))
  (300000))
(define-test much-of-both
  (mapcar #'length
          (butlast
           (multiple-value-list
            (uiop:run-program
             '("sh" "-c" "head -c 300000 /dev/zero | tr '\\0' x
                          head -c 300000 /dev/zero | tr '\\0' y >&2")
             :output :string :error-output :string))))
  ((300000 300000)))

;;; LAUNCH-PROGRAM.

(define-test launch
  (let ((process (uiop:launch-program '("cat") :input :stream :output :stream)))
    (write-line "text" (uiop:process-info-input process))
    (finish-output (uiop:process-info-input process))
    (let ((line (read-line (uiop:process-info-output process)))
          (alive (and (uiop:process-alive-p process) t)))
      (close (uiop:process-info-input process))
      (list line alive
            (read-line (uiop:process-info-output process) nil :end)
            (uiop:process-info-error-output process)
            (typep (uiop:process-info-pid process) '(integer 2))
            (uiop:wait-process process)
            (uiop:process-alive-p process)
            (progn (uiop:close-streams process)
                   (open-stream-p (uiop:process-info-output process))))))
  (("text" t :end nil t 0 nil nil)))
(define-test launch-error-output
  (let ((process (uiop:launch-program "echo err >&2; exit 4"
                                      :error-output :stream)))
    (multiple-value-prog1
        (values (read-line (uiop:process-info-error-output process))
                (uiop:wait-process process)
                (uiop:wait-process process))
      (uiop:close-streams process)))
  ("err" 4 4))
(define-test launch-error-output-to-output
  (let ((process (uiop:launch-program "echo out; echo err >&2" :output :stream
                                                               :error-output
                                                               :output)))
    (multiple-value-prog1
        (values (read-line (uiop:process-info-output process))
                (read-line (uiop:process-info-output process)))
      (uiop:wait-process process)
      (uiop:close-streams process)))
  ("out" "err"))
(define-test terminate
  (let ((process (uiop:launch-program '("sleep" "1000"))))
    (uiop:terminate-process process)
    (uiop:wait-process process))
  (143 15))
(define-test terminate-urgently
  (let ((process (uiop:launch-program '("sleep" "1000"))))
    (uiop:terminate-process process :urgent t)
    (uiop:wait-process process)
    (uiop:wait-process process))
  (137 9))

;;; Environment, directories, temporary files.

(define-test environment-variable
  (progn (setf (uiop:getenv "ASTRALISP_TEST") "value")
         (values (uiop:getenv "ASTRALISP_TEST")
                 (uiop:getenvp "ASTRALISP_TEST")
                 (uiop:run-program "echo $ASTRALISP_TEST" :output :line)))
  ("value" "value" "value"))
(define-test current-directory
  (let ((before (uiop:getcwd)))
    (unwind-protect
         (progn (uiop:chdir "/usr/")
                (list (namestring (uiop:getcwd))
                      (uiop:run-program '("pwd") :output :line)))
      (uiop:chdir before)))
  (("/usr/" "/usr")))
(define-test temporary-file
  (uiop:with-temporary-file (:stream stream :pathname path :keep t)
    (write-string "text" stream)
    :close-stream
    (prog1 (uiop:read-file-string path)
      (delete-file path)))
  ("text"))
(define-test temporary-file-deleted
  (let ((kept nil))
    (uiop:with-temporary-file (:pathname path :prefix "astra" :type "x")
      (setq kept path))
    (values (pathname-type kept) (uiop:file-exists-p kept)))
  ("x" nil))
(define-test directory-tree-with-link
  (with-file (kept "text")
    (let ((tree (uiop:ensure-directory-pathname
                 (format nil "~A-tree" (namestring kept)))))
      (ensure-directories-exist (uiop:subpathname tree "a/b/"))
      (uiop:run-program (list "ln" "-s" (namestring kept)
                              (namestring (uiop:subpathname tree "a/link"))))
      (uiop:delete-directory-tree tree :validate t)
      (values (uiop:directory-exists-p tree) (uiop:read-file-string kept)
              (uiop:delete-directory-tree tree :validate t
                                               :if-does-not-exist :ignore)
              (handler-case (uiop:delete-directory-tree tree :validate t)
                (error () :error)))))
  (nil "text" nil :error))
