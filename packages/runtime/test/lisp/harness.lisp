;;;; The test harness: portable Common Lisp, the same on every engine and on the
;;;; oracle. A test is a form; its result is the printed text of its values, or
;;;; the class of the error it signals. Expected texts are given with the test,
;;;; or recorded from SBCL (record.lisp).

(defpackage #:astralisp.test
  (:use #:common-lisp)
  (:export #:define-test #:run-tests #:set-expected #:write-results))

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
                   type-error program-error simple-error error condition))
    (when (typep condition class)
      (return class))))

(defun result-text (function)
  "The printed values of FUNCTION, or the class of the error it signals."
  (let ((*package* (find-package "ASTRALISP.TEST"))
        (*print-pretty* nil)
        (*print-circle* nil)
        (*print-base* 10)
        (*print-case* :upcase))
    (handler-case
        (let ((values (multiple-value-list (funcall function))))
          (with-output-to-string (stream)
            (loop for (value . more) on values
                  do (prin1 value stream)
                     (when more
                       (write-string " ; " stream)))))
      (error (condition)
        (format nil "error ~A" (error-class condition))))))

(defun run-tests ()
  "Run all tests in the order of their definition, print a line for each and a
count; return true if none failed."
  (let ((count 0)
        (failures 0))
    (dolist (test (reverse *tests*))
      (let ((expected (expected-text test))
            (got (result-text (cadr test))))
        (incf count)
        (cond ((equal expected got)
               (format t "~(~A~) ok~%" (car test)))
              (t
               (incf failures)
               (format t "~(~A~) FAIL expected ~A got ~A~%" (car test)
                       expected got)))))
    (format t "~D tests, ~D failures~%" count failures)
    (finish-output)
    (and (plusp count) (zerop failures))))

(defun write-results (stream)
  "Write to STREAM a form that records the results of all tests that expect
none of their own."
  (format stream ";;;; Results of the tests on SBCL, recorded by ~
                  record.lisp; a data table.~2%~
                  (in-package #:astralisp.test)~2%(set-expected~% '(")
  (let ((first t))
    (dolist (test (reverse *tests*))
      (unless (cddr test)
        (format stream "~:[~%   ~;~](~(~S~)~%    ~S)" first (car test)
                (result-text (cadr test)))
        (setf first nil))))
  (format stream "))~%"))
