;;;; The compiler of the JavaScript engine, seen from Lisp: what it reports, and
;;;; COMPILE-FILE.

(in-package #:astralisp.runtime)

;;; The engine calls these two: an error in a form that is compiled is reported, and
;;; signalled again when the form is run.

(defun guarded-expansion (expander form environment)
  "FORM expanded by the macro function EXPANDER; when that fails two values, what is
to be said and T."
  (handler-case (values (funcall *macroexpand-hook* expander form environment))
    (error (condition)
      (values (simple-string-of
               (format nil "cannot be compiled: ~A" condition))
              t))))

(defun report-malformed-form (form text code)
  "Report TEXT, why FORM cannot be compiled, as the diagnostic CODE."
  (report-diagnostic
   (make-condition 'compiler-warning
                   :severity :error :code code :text text :form form
                   :source *source* :place (place-of-form form))))

(defun place-of-form (form)
  "Where FORM, or else the top-level form around it, stands in *SOURCE*; or NIL."
  (if *form-places*
      (or (gethash form *form-places*)
          (gethash *toplevel-form* *form-places*))
      nil))

;;; Files.

(defun evaluate-at-compile-time (form environment)
  "Evaluate FORM, a part of the file that is being compiled; report an error."
  (handler-case (%eval form environment)
    (error (condition)
      (report-malformed-form
       form (format nil "cannot be evaluated: ~A" condition) "C0002"))))

(defun object-load-forms (object)
  "Forms that make and fill an object like OBJECT when a file is loaded, or NIL when
its slots are to be copied (CLHS 3.2.4.2.2)."
  (if (hash-table-p object)
      (values `(make-hash-table :test ',(hash-table-test object)
                                :size ,(hash-table-count object))
              (let ((entries '()))
                (maphash (lambda (key value) (push (cons key value) entries))
                         object)
                `(fill-literal-table ',object ',entries)))
      (literal-load-forms object)))

(defun fill-literal-table (table entries)
  (loop for (key . value) in entries
        do (setf (gethash key table) value)))

(defun compile-file (input-file &key output-file
                                  (verbose *compile-verbose*)
                                  (print *compile-print*)
                                  (external-format :default))
  "Compile the forms of the file INPUT-FILE to an object file for LOAD. Return
its truename, whether there were warnings, and whether one of them was more than a
style warning; also those that macros and EVAL-WHEN forms signal count. With PRINT
write the beginning of each form. Signal FILE-ERROR when a file cannot be read or
written, STREAM-DECODING-ERROR when INPUT-FILE is not in EXTERNAL-FORMAT. CLHS
COMPILE-FILE."
  (let* ((source (source-to-compile input-file))
         (output (compile-file-pathname source :output-file output-file))
         (writer (%js-object-writer))
         (signalled nil)
         (serious nil))
    (when verbose
      (format t "~&; compiling ~A~%" (namestring source)))
    (multiple-value-bind (value warnings failed)
        (let ((*package* *package*)
              (*readtable* *readtable*)
              (*compile-file-pathname* source)
              (*compile-file-truename* (truename source)))
          (handler-bind ((warning
                           (lambda (condition)
                             (setq signalled t)
                             (unless (typep condition 'style-warning)
                               (setq serious t)))))
            (call-counting-diagnostics
             (lambda ()
               (call-keeping-policy
                (lambda ()
                  (compile-file-forms source external-format print
                                      writer)))))))
      (declare (ignore value))
      (write-object-text output (funcall writer))
      (values (truename output)
              (or signalled warnings)
              (or serious failed)))))

(defun source-to-compile (input-file)
  "The file that COMPILE-FILE means by INPUT-FILE: itself, or with the type lisp."
  (let ((input (merge-pathnames input-file)))
    (if (or (probe-file input) (pathname-type input))
        input
        (merge-pathnames input (make-pathname :type "lisp")))))

(defun write-object-text (output text)
  (with-open-file (stream output :direction :output :if-exists :supersede
                                 :external-format :utf-8)
    (write-string text stream)))

(defun compile-file-forms (source external-format print writer)
  "Compile the forms of the file SOURCE with WRITER."
  (with-open-file (stream source :external-format external-format)
    (skip-byte-order-mark stream)
    (let ((*source* (make-source-text (namestring source) nil
                                      external-format))
          (*evaluation-debug* nil)
          (end (list nil)))
      (loop
        (multiple-value-bind (form places) (read-form-to-compile stream end)
          (when (eq form end)
            (return))
          (let ((*form-places* places)
                (*toplevel-form* form))
            (when print
              (print-compiled-form form))
            (funcall writer form)))))))

(defun read-form-to-compile (stream end)
  "The next form of STREAM that can be read, or END, and a table of the places of its
conses. Report what cannot be read, and go on at the next line that begins with an
open parenthesis."
  (loop
    (let ((places (make-hash-table :test 'eq)))
      (handler-case
          (let ((*source-table* places))
            (return (values (read-preserving-whitespace stream nil end)
                            places)))
        (end-of-file (condition)
          (report-unreadable-form stream condition)
          (return (values end places)))
        (error (condition)
          (report-unreadable-form stream condition)
          (skip-to-line-with-form stream))))))

(defun report-unreadable-form (stream condition)
  (let ((position (%stream-count stream)))
    (report-diagnostic
     (make-condition 'compiler-warning
                     :severity :error :code "C0003"
                     :text (princ-to-string condition)
                     :source *source*
                     :place (cons (max 0 (- position 1)) position)))))

(defun skip-to-line-with-form (stream)
  (loop
    (read-line stream nil)
    (when (member (peek-char nil stream nil #\() '(#\())
      (return))))

(defun print-compiled-form (form)
  "Write the beginning of FORM for COMPILE-FILE with :PRINT."
  (let ((*print-length* 2)
        (*print-level* 2)
        (*print-pretty* nil))
    (format t "~&; ~S~%" form)))

(defun load-object-file (truename)
  "Load the file TRUENAME if it is an object file; return whether it is."
  (let ((loader (%js-object-loader (simple-string-of (namestring truename)))))
    (when loader
      (let ((*package* *package*)
            (*readtable* *readtable*)
            (*load-pathname* truename)
            (*load-truename* truename))
        (call-keeping-policy loader))
      t)))

(setq *binary-loader* #'load-object-file)
