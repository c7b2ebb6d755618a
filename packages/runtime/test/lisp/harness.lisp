;;;; The test harness: portable Common Lisp, the same on every engine and on the
;;;; oracle. A test is a form; its result is the printed text of its values, or
;;;; the class of the error it signals. Expected texts are given with the test,
;;;; or recorded from SBCL (record.lisp).

(defpackage #:astralisp.test
  (:use #:common-lisp)
  (:export #:define-test #:run-tests #:run-tests-and-exit #:set-expected
           #:write-results))

(in-package #:astralisp.test)

(defvar *tests* '()
  "The tests defined so far, last first: (name function . expected), where
EXPECTED is a list of one text, or NIL.")

(defvar *expected* '()
  "Lists of a test's name and the text recorded for it.")

(defmacro define-test (name form &optional arrow expected)
  "Define the test NAME: FORM has the result recorded for NAME, or, written
FORM => EXPECTED, the text EXPECTED. Return NAME."
  (assert (member arrow '(nil =>)))
  `(add-test ',name (lambda () ,form) ',(and arrow (list expected))))

(defun add-test (name function expected)
  (when (assoc name *tests*)
    (error "two tests are called ~S" name))
  (push (list* name function expected) *tests*)
  name)

(defun set-expected (entries)
  "Add ENTRIES, lists of a name and a text, to the expected results."
  (setf *expected* (append entries *expected*)))

(defun expected-text (test)
  (or (cadr (cdr test))
      (cadr (assoc (car test) *expected*))))

(defun error-class (condition)
  "The most specific standard class of CONDITION."
  (dolist (class '(end-of-file reader-error parse-error stream-error
                   division-by-zero floating-point-overflow arithmetic-error
                   unbound-variable undefined-function cell-error
                   package-error file-error print-not-readable control-error
                   type-error program-error simple-error error
                   storage-condition condition))
    (when (typep condition class)
      (return class))))

(defun values-text (values)
  (let ((text ""))
    (do ((tail values (cdr tail)))
        ((null tail) text)
      (setf text (concatenate 'string text (prin1-to-string (car tail))
                              (if (cdr tail) " ; " ""))))))

(defun result-text (function)
  "The printed values of FUNCTION, or the class of the error it signals."
  (let ((*package* (find-package "ASTRALISP.TEST"))
        (*print-pretty* nil)
        (*print-circle* nil)
        (*print-base* 10)
        (*print-case* :upcase))
    (handler-case (values-text (multiple-value-list (funcall function)))
      (serious-condition (condition)
        (concatenate 'string "error "
                     (symbol-name (error-class condition)))))))

(defun write-words (&rest words)
  (dolist (word words)
    (princ word)
    (write-char #\Space))
  (terpri))

(defun run-test (test)
  "Run TEST, print a line for it, return true if it passed."
  (let ((expected (expected-text test))
        (got (result-text (cadr test)))
        (name (string-downcase (symbol-name (car test)))))
    (cond ((equal expected got)
           (write-words name "ok")
           t)
          (t
           (write-words name "FAIL" expected "got" got)
           nil))))

(defun run-tests ()
  "Run all tests in the order of their definition, print a line for each and a
count; return true if none failed."
  (let ((count 0)
        (failures 0))
    (dolist (test (reverse *tests*))
      (incf count)
      (unless (run-test test)
        (incf failures)))
    (princ (- count failures))
    (princ " passed, ")
    (princ failures)
    (princ " failed")
    (terpri)
    (finish-output)
    (and (plusp count) (zerop failures))))

(defun run-tests-and-exit ()
  "Run all tests, then end the process with status 0 if none failed, else 1."
  (funcall (find-symbol "%EXIT" "ASTRALISP.PRIMITIVES")
           (if (run-tests) 0 1)))

(defun write-results (stream)
  "Write to STREAM a form that records the results of all tests that expect
none of their own."
  (write-string ";;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '(" stream)
  (let ((between ""))
    (dolist (test (reverse *tests*))
      (unless (cddr test)
        (write-string between stream)
        (write-string "(" stream)
        (write-string (string-downcase (symbol-name (car test))) stream)
        (write-string "
    " stream)
        (prin1 (result-text (cadr test)) stream)
        (write-string ")" stream)
        (setf between "
   "))))
  (write-string "))
" stream))
