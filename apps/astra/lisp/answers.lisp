;;;; What an implementation answers to programs: portable Common Lisp, read by AstraLisp
;;;; and by the implementations it is compared with. A line for each program.

(defpackage #:astralisp.answers
  (:use #:common-lisp)
  (:export #:answer))

(in-package #:astralisp.answers)

(defvar *budget* 0
  "How many more objects the answer shows.")

(defun standard-class-name (condition)
  "The most specific standard class of CONDITION."
  (dolist (class '(end-of-file reader-error parse-error stream-error
                   division-by-zero floating-point-overflow
                   floating-point-underflow floating-point-invalid-operation
                   arithmetic-error unbound-variable undefined-function
                   cell-error package-error file-error print-not-readable
                   control-error type-error program-error error
                   storage-condition condition))
    (when (typep condition class)
      (return class))))

(defun own-class-name (condition)
  "The class of CONDITION if the program defined it, or the standard one."
  (if (eq (symbol-package (type-of condition)) *package*)
      (type-of condition)
      (standard-class-name condition)))

(defun show-character (character stream)
  "Write CHARACTER so that neither names nor encodings of characters matter."
  (let ((code (char-code character)))
    (if (< 32 code 127)
        (prin1 character stream)
        (format stream "#\\U+~X" code))))

(defun show-text (text stream)
  (loop for character across text
        for code = (char-code character)
        do (if (< 31 code 127)
               (write-char character stream)
               (format stream "{~X}" code))))

(defun show-symbol (symbol stream)
  "Write SYMBOL; the number of one that GENSYM made is left out."
  (if (symbol-package symbol)
      (prin1 symbol stream)
      (format stream "#:~A" (string-right-trim "0123456789"
                                               (symbol-name symbol)))))

(defun show-list (list stream)
  (write-char #\( stream)
  (loop for tail = list then (cdr tail)
        do (show (car tail) stream)
           (cond ((null (cdr tail)) (return))
                 ((minusp *budget*) (write-string " ..." stream) (return))
                 ((atom (cdr tail))
                  (write-string " . " stream)
                  (show (cdr tail) stream)
                  (return))
                 (t (write-char #\Space stream))))
  (write-char #\) stream))

(defun show-array (array stream)
  (if (vectorp array)
      (write-string "#(" stream)
      (format stream "#A~S(" (array-dimensions array)))
  (dotimes (index (if (vectorp array) (length array) (array-total-size array)))
    (when (plusp index)
      (write-char #\Space stream))
    (when (minusp *budget*)
      (write-string "..." stream)
      (return))
    (show (row-major-aref array index) stream))
  (write-char #\) stream))

(defun show (object stream)
  "Write OBJECT to STREAM as every implementation should."
  (decf *budget*)
  (typecase object
    (cons (show-list object stream))
    (symbol (show-symbol object stream))
    (character (show-character object stream))
    (float (write-string (string-downcase (prin1-to-string object)) stream))
    (string (show-text (prin1-to-string object) stream))
    ((or number bit-vector) (write-string (prin1-to-string object) stream))
    (array (show-array object stream))
    (hash-table (format stream "#<table ~D>" (hash-table-count object)))
    (function (write-string "#<function>" stream))
    (condition (format stream "#<~A>" (own-class-name object)))
    (package (format stream "#<package ~A>" (package-name object)))
    (class (format stream "#<class ~A>" (class-name object)))
    (t (show-instance object stream))))

(defun show-slot (object slot stream)
  (cond ((not (slot-exists-p object slot)))
        ((slot-boundp object slot)
         (format stream " ~A=" slot)
         (show (slot-value object slot) stream))
        (t (format stream " ~A unbound" slot))))

(defun show-instance (object stream)
  "Write the class of OBJECT if the program defined it, and some slots."
  (let ((class (class-of object)))
    (cond ((not (eq (symbol-package (class-name class)) *package*))
           (write-string "#<object>" stream))
          ((typep object 'structure-object)
           (format stream "#<~A>" (class-name class)))
          (t (format stream "#<~A" (class-name class))
             (dolist (name '("A" "B" "E" "Z"))
               (show-slot object (intern name) stream))
             (write-string ">" stream)))))

(defun show-values (values)
  (let ((*budget* 400))
    (with-output-to-string (stream)
      (loop for (value . more) on values
            do (show value stream)
               (when more
                 (write-string " ; " stream))))))

(defun report-error (condition)
  (format nil "error ~A" (standard-class-name condition)))

(defun result (text output)
  "What the program TEXT comes to; what it writes goes to OUTPUT."
  (let ((*standard-output* output)
        (*error-output* (make-broadcast-stream))
        (*trace-output* (make-broadcast-stream)))
    (block nil
      (let ((*debugger-hook* (lambda (condition hook)
                               (declare (ignore hook))
                               (return (report-error condition)))))
        (handler-case
            (handler-bind ((warning #'muffle-warning))
              (show-values (multiple-value-list
                            (eval (read-from-string text)))))
          (serious-condition (condition) (report-error condition)))))))

(defun answer (index text)
  "Write a line with what the program of that INDEX comes to."
  (let* ((output (make-string-output-stream))
         (package (make-package "PROGRAM" :use '("COMMON-LISP")))
         (line (with-standard-io-syntax
                 (let ((*package* package)
                       (*print-readably* nil))
                   (result text output))))
         (written (get-output-stream-string output)))
    (delete-package package)
    (format t "~&@~D ~A" index line)
    (when (plusp (length written))
      (write-string " | " *standard-output*)
      (show-text written *standard-output*))
    (terpri)
    (finish-output)))
