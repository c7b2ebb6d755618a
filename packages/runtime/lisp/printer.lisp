;;;; The printer: variables, entry points, circularity, lists (CLHS 22).

(in-package #:astralisp.runtime)

(defmacro define-printer-variables (&rest entries)
  (let ((forms '()))
    (dolist (entry entries)
      (push `(defvar ,@entry) forms))
    `(progn ,@(nreverse-onto forms nil))))

(define-printer-variables
  (*print-array* t "True if the elements of arrays are printed.")
  (*print-base* 10 "The radix in which rationals are printed.")
  (*print-case* :upcase
   "The case of symbols printed: :UPCASE, :DOWNCASE or :CAPITALIZE.")
  (*print-circle* nil
   "True if circular and shared structure is found and printed with labels.")
  (*print-escape* t "True if objects are printed so that they can be read.")
  (*print-gensym* t "True if uninterned symbols are printed with #:.")
  (*print-length* nil "How many elements of one list or vector are printed.")
  (*print-level* nil "How deep nested objects are printed.")
  (*print-lines* nil "How many lines of one pretty-printed object are printed.")
  (*print-miser-width* nil
   "The width at which the pretty printer begins to save space.")
  (*print-pprint-dispatch* nil "The table of pretty-printing functions.")
  (*print-pretty* nil "True if objects are laid out over lines for people.")
  (*print-radix* nil "True if rationals are printed with their radix.")
  (*print-readably* nil "True if what cannot be read back is an error.")
  (*print-right-margin* nil "The width of lines of the pretty printer."))

(defvar *print-depth* 0
  "How many objects are around the one that is being printed.")

(defvar *circle-table* nil
  "While *PRINT-CIRCLE* matters: an EQ hash table. In the first pass, from
objects to :ONCE or :AGAIN; in the second, of those met again, to their
numbers.")

(defvar *circle-counting* nil
  "True in the first pass over a circular object.")

(defvar *labelled-object* nil
  "The object that has just had its label looked at, for the logical block that
may print it.")

(defvar *circle-number* 0
  "The last label number that was given.")

;;; Entry points.

(defun print-to (object designator)
  "Print OBJECT as the printer variables say on the stream of DESIGNATOR."
  (output-object object (output-stream designator)))

(defun prin1 (object &optional output-stream)
  "Print OBJECT so that it can be read back, on OUTPUT-STREAM; return it."
  (let ((*print-escape* t))
    (print-to object output-stream))
  object)

(defun princ (object &optional output-stream)
  "Print OBJECT for people, on OUTPUT-STREAM; return it."
  (let ((*print-escape* nil)
        (*print-readably* nil))
    (print-to object output-stream))
  object)

(defun print (object &optional output-stream)
  "Print a newline, OBJECT as by PRIN1, and a space, on OUTPUT-STREAM; return
it."
  (let ((stream (output-stream output-stream)))
    (write-char-to stream #\Newline)
    (prin1 object stream)
    (write-char-to stream #\Space))
  object)

(defun pprint (object &optional output-stream)
  "Print a newline and OBJECT laid out over lines, on OUTPUT-STREAM; return no
values."
  (let ((stream (output-stream output-stream))
        (*print-pretty* t)
        (*print-escape* t))
    (write-char-to stream #\Newline)
    (print-to object stream))
  (values))

(defun write
    (object &key stream
              ((:array *print-array*) *print-array*)
              ((:base *print-base*) *print-base*)
              ((:case *print-case*) *print-case*)
              ((:circle *print-circle*) *print-circle*)
              ((:escape *print-escape*) *print-escape*)
              ((:gensym *print-gensym*) *print-gensym*)
              ((:length *print-length*) *print-length*)
              ((:level *print-level*) *print-level*)
              ((:lines *print-lines*) *print-lines*)
              ((:miser-width *print-miser-width*) *print-miser-width*)
              ((:pprint-dispatch *print-pprint-dispatch*)
               *print-pprint-dispatch*)
              ((:pretty *print-pretty*) *print-pretty*)
              ((:radix *print-radix*) *print-radix*)
              ((:readably *print-readably*) *print-readably*)
              ((:right-margin *print-right-margin*) *print-right-margin*))
  "Print OBJECT on STREAM with the printer variables changed as the other
arguments say; return it."
  (print-to object stream)
  object)

(defun write-to-string (object &rest keys &key &allow-other-keys)
  "What WRITE prints of OBJECT with KEYS, as a string."
  (let ((stream (make-string-output-stream)))
    (apply #'write object :stream stream keys)
    (get-output-stream-string stream)))

(defun prin1-to-string (object)
  "What PRIN1 prints of OBJECT, as a string."
  (let ((stream (make-string-output-stream)))
    (prin1 object stream)
    (get-output-stream-string stream)))

(defun princ-to-string (object)
  "What PRINC prints of OBJECT, as a string."
  (if (%simple-string-p object)
      (copy-seq object)
      (let ((stream (make-string-output-stream)))
        (princ object stream)
        (get-output-stream-string stream))))

;;; One object. Atoms without parts need no care; others may be circular, too
;;; deep, or pretty.

(defun output-object (object stream)
  (cond ((and (integerp object) (not *print-pretty*))
         (output-integer object stream))
        ((and (symbolp object)
              (or (null object) (symbol-package object) (not *print-circle*)))
         (if (and *print-pretty* *print-pprint-dispatch*)
             (output-dispatched object stream)
             (output-symbol object stream)))
        ((or (characterp object) (numberp object))
         (output-dispatched object stream))
        ((null *print-circle*) (output-dispatched object stream))
        (*circle-table* (output-labelled object stream))
        (t (output-circular object stream))))

(defun call-twice-for-labels (function stream)
  "Call FUNCTION twice with a stream: first to count what is met again, then for
good with STREAM."
  (let ((*circle-table* (make-hash-table :test 'eq))
        (*circle-number* 0)
        (*labelled-object* nil))
    (let ((*circle-counting* t))
      (funcall function (make-broadcast-stream)))
    (funcall function stream)))

(defun output-circular (object stream)
  (call-twice-for-labels (lambda (stream) (output-labelled object stream))
                         stream))

(defun output-labelled (object stream)
  (unless (output-label object stream)
    (setq *labelled-object* object)
    (output-dispatched object stream)))

(defun output-label (object stream)
  "Write the label of OBJECT if it is shared. True if nothing more is to be
written of it."
  (let ((entry (gethash object *circle-table*)))
    (cond (*circle-counting*
           (setf (gethash object *circle-table*) (if entry :again :once))
           (if entry t nil))
          ((eq entry :again)
           (let ((number (%fx+ *circle-number* 1)))
             (setq *circle-number* number)
             (setf (gethash object *circle-table*) number)
             (write-char-to stream #\#)
             (write-string-to stream (integer-digits number 10))
             (write-char-to stream #\=)
             nil))
          ((%fixnump entry)
           (write-char-to stream #\#)
           (write-string-to stream (integer-digits entry 10))
           (write-char-to stream #\#)
           t)
          (t nil))))

(defun shared-tail-p (tail)
  "True if TAIL, the rest of a list being printed, needs a label."
  (and *circle-table*
       (let ((entry (gethash tail *circle-table*)))
         (if *circle-counting*
             ;; Noted here, since only labelled objects are elsewhere.
             (progn
               (setf (gethash tail *circle-table*) (if entry :again :once))
               entry)
             (not (or (null entry) (eq entry :once)))))))

(defun output-dispatched (object stream)
  (if (and *print-pretty* *print-pprint-dispatch*)
      (output-pretty object stream)
      (output-ordinary object stream)))

(defun too-deep-p (stream)
  "At *PRINT-LEVEL*, write what stands for an object and return true."
  (if (and *print-level* (not *print-readably*)
           (%fx>= *print-depth* *print-level*))
      (progn (write-char-to stream #\#) t)
      nil))

(defmacro with-print-depth ((stream) &body body)
  "Run BODY one level deeper, or write # at *PRINT-LEVEL*."
  `(unless (too-deep-p ,stream)
     (let ((*print-depth* (%fx+ *print-depth* 1)))
       ,@body)))

(defun length-limit ()
  (if *print-readably* nil *print-length*))

(defun output-ordinary (object stream)
  "Print OBJECT by its type."
  (cond ((symbolp object) (output-symbol object stream))
        ((consp object) (output-cons object stream))
        ((integerp object) (output-integer object stream))
        ((%simple-string-p object) (output-string object stream))
        ((numberp object) (output-number object stream))
        ((characterp object) (output-character object stream))
        ((%instancep object) (output-instance object stream))
        ((arrayp object) (output-array object stream))
        ((functionp object) (output-function object stream))
        (t (output-other object stream))))

;;; Lists.

(defun output-cons (list stream)
  (cond ((and (eq (car list) 'quote) (one-argument-p list))
         (write-char-to stream #\')
         (output-object (cadr list) stream))
        ((and (eq (car list) 'function) (one-argument-p list))
         (write-string-to stream "#'")
         (output-object (cadr list) stream))
        (t (with-print-depth (stream)
             (write-char-to stream #\()
             (output-elements list stream)
             (write-char-to stream #\))))))

(defun one-argument-p (form)
  (and (consp (cdr form))
       (null (cddr form))
       (not (and *circle-table* (not *circle-counting*)
                 (gethash (cdr form) *circle-table*)
                 (not (eq (gethash (cdr form) *circle-table*) :once))))))

(defun output-elements (list stream)
  (let ((limit (length-limit))
        (count 0))
    (block nil
      (tagbody
       again
         (when (and limit (%fx>= count limit))
           (write-string-to stream "...")
           (return))
         (output-object (car list) stream)
         (setq list (cdr list)
               count (%fx+ count 1))
         (when (null list) (return))
         (write-char-to stream #\Space)
         (when (or (atom list) (shared-tail-p list))
           (write-string-to stream ". ")
           (if (and (consp list) *circle-counting*)
               nil
               (output-object list stream))
           (return))
         (go again)))))

;;; Numbers.

(defun output-radix (base stream)
  (case base
    (2 (write-string-to stream "#b"))
    (8 (write-string-to stream "#o"))
    (16 (write-string-to stream "#x"))
    (t (write-char-to stream #\#)
     (write-string-to stream (integer-digits base 10))
     (write-char-to stream #\r))))

(defun write-integer-digits (integer base stream)
  (when (integer-negative-p integer)
    (write-char-to stream #\-)
    (setq integer (%integer- 0 integer)))
  (write-string-to stream (integer-digits integer base)))

(defun output-integer (integer stream)
  (let ((base *print-base*))
    (when (and *print-radix* (not (eql base 10)))
      (output-radix base stream))
    (write-integer-digits integer base stream)
    (when (and *print-radix* (eql base 10))
      (write-char-to stream #\.))))

(defun output-number (number stream)
  (cond ((%ratiop number)
         (when *print-radix*
           (output-radix *print-base* stream))
         (write-integer-digits (numerator number) *print-base* stream)
         (write-char-to stream #\/)
         (write-integer-digits (denominator number) *print-base* stream))
        ((%complexp number)
         (write-string-to stream "#C(")
         (output-object (realpart number) stream)
         (write-char-to stream #\Space)
         (output-object (imagpart number) stream)
         (write-char-to stream #\)))
        (t (write-float number stream))))
