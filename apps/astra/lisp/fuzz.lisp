;;;; What a world makes of bad input: a line for each case, and the state of the heap
;;;; now and then. The judge of these lines is apps/astra/src/fuzz/judge.ts.

(defpackage #:astralisp.fuzz
  (:use #:common-lisp)
  (:export #:try #:check-heap #:at-once #:joined #:*seconds*))

(in-package #:astralisp.fuzz)

(defvar *seconds* 2
  "How long a case may take.")

(defvar *threads-before* 1
  "How many threads there were before a case.")

;;; Engines differ in whether there are threads, timeouts and a heap to look at.

(defmacro limited (&body body)
  #+native `(ext:with-timeout (*seconds*) ,@body)
  #-native `(progn ,@body))

(defun at-once (count function)
  "Let COUNT threads call FUNCTION; what JOINED wants. Without threads: call it."
  #+native (loop repeat count
                 collect (ext:make-thread
                          (lambda ()
                            (handler-case (funcall function)
                              (serious-condition (condition) condition)))))
  #-native (loop repeat count
                 collect (handler-case (funcall function)
                           (serious-condition (condition) condition))))

(defun joined (threads)
  "Wait for the end of THREADS; signal the first condition that one met."
  (dolist (thread threads :joined)
    (let ((result #+native (ext:join-thread thread :default nil)
                  #-native thread))
      (when (typep result 'condition)
        (error result)))))

(defun end-threads ()
  "Destroy the threads that a case left behind."
  #+native (dolist (thread (ext:all-threads))
             (unless (or (eq thread (ext:main-thread))
                         (eq thread (ext:current-thread)))
               (ignore-errors (ext:destroy-thread thread))
               (ignore-errors (ext:join-thread thread :timeout 2))))
  nil)

(defun check-heap (index)
  "Write whether memory is in order; end the world if it is not."
  #+native (let ((damage (ext:verify-heap)))
             (format t "~&@~D heap ~:[ok~;~:*BAD ~{~A~^; ~}~]~%" index damage)
             (finish-output)
             (when damage
               (ext:quit 3)))
  #-native (format t "~&@~D heap ok~%" index))

(defun one-line (text)
  "TEXT with nothing in it that a line cannot have."
  (with-output-to-string (stream)
    (loop for character across text
          for code = (char-code character)
          do (if (or (< 31 code 127) (< 160 code #xD800))
                 (write-char character stream)
                 (format stream "{~X}" code)))))

(defun report (condition)
  "The line for a case that ended with CONDITION."
  (handler-case
      (limited (format nil "~S ~A" (type-of condition)
                       (one-line (princ-to-string condition))))
    (serious-condition (second)
      (format nil "UNREADABLE ~S: ~S" (type-of condition) (type-of second)))))

(defun show (values)
  "Print VALUES, which must be possible; a line of text."
  (let ((*print-circle* t) (*print-length* 12) (*print-level* 6))
    (one-line (format nil "value~{ ~S~}" values))))

;;; Kinds of cases

(defun read-all (text)
  "Read everything in TEXT; print it so that it can be read, as far as it can."
  (let ((objects (with-input-from-string (stream text)
                   (loop for object = (read stream nil stream)
                         until (eq object stream)
                         collect object))))
    (let ((*print-circle* t) (*print-length* 50) (*print-level* 20))
      (prin1-to-string objects)
      (let ((*print-pretty* t))
        (prin1-to-string objects)))
    objects))

(defun evaluate-all (text)
  "Read and evaluate the forms of TEXT in turn; the values of the last."
  (let ((values '()))
    (with-input-from-string (stream text)
      (loop for form = (read stream nil stream)
            until (eq form stream)
            do (setf values (multiple-value-list (eval form)))))
    values))

(defun run (kind text)
  (handler-bind ((warning #'muffle-warning))
    (if (string= kind "reader")
        (list (length (read-all text)))
        (evaluate-all text))))

(defun call-isolated (function)
  "Call FUNCTION with streams that lead nowhere and a package of its own."
  (let* ((output (make-string-output-stream))
         (nothing (make-two-way-stream (make-concatenated-stream) output))
         (package (make-package "FUZZ" :use '("COMMON-LISP"))))
    (import '(at-once joined) package)
    (unwind-protect
         (with-standard-io-syntax
           (let ((*package* package)
                 (*print-readably* nil)
                 (*standard-output* output) (*error-output* output)
                 (*trace-output* output) (*standard-input* nothing)
                 (*query-io* nothing) (*debug-io* nothing)
                 (*terminal-io* nothing))
             (funcall function)))
      (end-threads)
      (ignore-errors (delete-package package)))))

(defun answer (kind text)
  (handler-case (limited (show (run kind text)))
    (serious-condition (condition) (report condition))))

(defun try (index kind text)
  "Write a line with what the case TEXT of that KIND came to."
  (format t "~&@~D " index)
  (finish-output)
  (let ((line (handler-case (call-isolated (lambda () (answer kind text)))
                (serious-condition (condition)
                  (format nil "ESCAPED ~S" (type-of condition))))))
    (write-line line)
    (finish-output)))
