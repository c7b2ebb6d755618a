;;;; Printing arrays, structures, and what has no readable syntax.

(in-package #:astralisp.runtime)

;;; Arrays.

(defun output-array (array stream)
  (cond ((stringp array) (output-string array stream))
        ((not (or *print-array* *print-readably*))
         (output-unreadable array stream))
        ((bit-vector-p array) (output-bit-vector array stream))
        ((and *print-readably* (not (eq t (array-element-type array))))
         (output-typed-array array stream))
        ((vectorp array)
         (with-print-depth (stream)
           (write-string-to stream "#(")
           (output-vector-elements array 0 (length array) stream)
           (write-char-to stream #\))))
        ((and *print-readably* (not (readable-dimensions-p array)))
         (error 'print-not-readable :object array))
        (t
         (write-char-to stream #\#)
         (write-string-to stream (integer-digits (array-rank array) 10))
         (write-char-to stream #\A)
         (output-array-level array (array-dimensions array) 0 stream))))

(defun output-typed-array (array stream)
  "Print ARRAY as #A(element-type dimensions contents), from which READ makes an
array of the same type."
  (write-string-to stream "#A(")
  (output-object (array-element-type array) stream)
  (write-char-to stream #\Space)
  (output-object (array-dimensions array) stream)
  (write-char-to stream #\Space)
  (output-array-level array (array-dimensions array) 0 stream)
  (write-char-to stream #\)))

(defun readable-dimensions-p (array)
  "True if the contents of ARRAY tell its dimensions: behind a 0 only zeros are
known."
  (let ((tail (member 0 (array-dimensions array))))
    (every #'zerop tail)))

(defun output-vector-elements (array start end stream)
  "Print the elements of ARRAY in row-major order from START to END."
  (let ((limit (length-limit)))
    (do ((i start (%fx+ i 1)))
        ((%fx>= i end))
      (unless (%fx= i start)
        (write-char-to stream #\Space))
      (when (and limit (%fx>= (%fx- i start) limit))
        (write-string-to stream "...")
        (return))
      (output-object (row-major-aref array i) stream))))

(defun output-bit-vector (vector stream)
  (write-string-to stream "#*")
  (dotimes (i (length vector))
    (write-char-to stream (if (eq (aref vector i) 0) #\0 #\1))))

(defun output-array-level (array dimensions start stream)
  "Print the part of ARRAY that begins at START and has DIMENSIONS."
  (if (null dimensions)
      (output-object (row-major-aref array start) stream)
      (with-print-depth (stream)
        (write-char-to stream #\()
        (let ((step (apply #'* (cdr dimensions)))
              (limit (length-limit)))
          (dotimes (i (car dimensions))
            (unless (eq i 0)
              (write-char-to stream #\Space))
            (when (and limit (%fx>= i limit))
              (write-string-to stream "...")
              (return))
            (output-array-level array (cdr dimensions)
                                (%fx+ start (%fx* i step)) stream)))
        (write-char-to stream #\)))))

;;; Instances.

(defglobal **booted** nil
  "True once the generic functions of the system and their methods are there:
later methods are the user's.")

(defun output-instance (object stream)
  (if **booted**
      (print-object object (stream-to-show stream))
      (output-plain-instance object stream)))

(defun output-by-kind (object stream)
  "Print OBJECT as objects of its kind are printed that no method is for."
  (cond ((%instancep object) (output-plain-instance object stream))
        (t (output-unreadable object stream))))

(defun output-plain-instance (object stream)
  (%mv-let (kind function) (find-structure-printer object)
    (cond ((eq kind :object) (funcall function object stream))
          ((eq kind :function) (funcall function object stream *print-depth*))
          ((typep object 'condition) (output-condition object stream))
          ((typep object 'structure-object) (output-structure object stream))
          (t (output-unreadable object stream)))))

(defun output-structure (object stream)
  "Print the structure OBJECT as #S(NAME :SLOT value ...)."
  (with-print-depth (stream)
    (write-string-to stream "#S(")
    (output-object (type-of object) stream)
    (let* ((description (%instance-ref (%instance-layout object) 9))
           (limit (length-limit))
           (count 0))
      (dolist (slot (structure-slots description))
        (write-char-to stream #\Space)
        (when (and limit (%fx>= count limit))
          (write-string-to stream "...")
          (return))
        (write-char-to stream #\:)
        (output-symbol-name (symbol-name (slot-name slot)) stream)
        (write-char-to stream #\Space)
        (let ((value (%instance-ref object (slot-index slot))))
          (if (%unbound-marker-p value)
              (write-string-to stream "#<unbound>")
              (output-object value stream)))
        (setq count (%fx+ count 1))))
    (write-char-to stream #\))))

(defun output-condition (condition stream)
  (if (or *print-escape* *print-readably*)
      (output-unreadable condition stream)
      ;; The parts of a message are objects of their own: no labels across them.
      (let ((*circle-table* nil)
            (*circle-counting* nil))
        (report-condition condition stream))))

;;; Unreadable objects.

(defun refuse-unreadable (object)
  (when *print-readably*
    (error 'print-not-readable :object object)))

(defun call-with-unreadable (object stream type identity body)
  (refuse-unreadable object)
  (let ((stream (output-stream stream)))
    (write-string-to stream "#<")
    (when type
      (let ((*print-length* 3) (*print-level* 2))
        (prin1 (type-of object) stream))
      (write-char-to stream #\Space))
    (when body
      (funcall body))
    (when identity
      (when (or body (not type))
        (write-char-to stream #\Space))
      (write-char-to stream #\{)
      (write-string-to stream (integer-digits (%identity-hash object) 16))
      (write-char-to stream #\}))
    (write-char-to stream #\>)
    nil))

(defmacro print-unreadable-object
    ((object stream &key type identity) &body body)
  "Write OBJECT to STREAM as #<...>: its type if TYPE, what BODY writes, and a
number that tells it from others if IDENTITY. Signals PRINT-NOT-READABLE when
*PRINT-READABLY* is true."
  `(call-with-unreadable ,object ,stream ,type ,identity
                         ,(if body `(lambda () ,@body) nil)))

(defun output-unreadable (object stream)
  (print-unreadable-object (object stream :type t :identity t)))

(defun output-function (function stream)
  (let ((name (%function-name function)))
    (cond ((%funcallable-p function) (print-object function stream))
          (t
           (print-unreadable-object (function stream :identity (null name))
             (write-string-to stream
                              (if (compiled-function-p function)
                                  "FUNCTION"
                                  "INTERPRETED-FUNCTION"))
             (when name
               (write-char-to stream #\Space)
               (prin1 name stream)))))))

(defun output-package (package stream)
  (print-unreadable-object (package stream)
    (write-string-to stream "PACKAGE ")
    (prin1 (or (package-name package) :deleted) stream)))

(defun output-hash-table (table stream)
  (print-unreadable-object (table stream :identity t)
    (write-string-to stream "HASH-TABLE :TEST ")
    (prin1 (hash-table-test table) stream)
    (write-string-to stream " :COUNT ")
    (prin1 (hash-table-count table) stream)))

(defun output-pathname (pathname stream)
  (let ((name (namestring pathname)))
    (when (and *print-readably*
               (not (pathname-equal pathname (pathname name))))
      (error 'print-not-readable :object pathname))
    (cond ((or *print-escape* *print-readably*)
           (write-string-to stream "#P")
           (output-string name stream))
          (t (write-string-to stream name)))))

(defun output-stream-object (stream output)
  (let* ((pathname (and (%stream-open-p stream)
                        (stream-control stream :pathname)))
         (note (cond ((not (%stream-open-p stream)) "closed")
                     (pathname (namestring pathname)))))
    (if note
        (print-unreadable-object (stream output :type t :identity t)
          (write-string note output))
        (print-unreadable-object (stream output :type t :identity t)))))

(defun output-random-state (state stream)
  (write-string-to stream "#.(ext:restore-random-state ")
  (let ((words (random-state-words state)))
    (dotimes (i 4)
      (unless (eq i 0) (write-char-to stream #\Space))
      (write-integer-digits (%u32ref words i) 10 stream)))
  (write-char-to stream #\)))

(defun output-other (object stream)
  (cond ((packagep object) (output-package object stream))
        ((hash-table-p object) (output-hash-table object stream))
        (t (output-unreadable object stream))))

(set-structure-printer 'ansi-stream :object #'output-stream-object)
(set-structure-printer 'pathname :object #'output-pathname)
(set-structure-printer 'random-state :object #'output-random-state)
(set-structure-printer 'readtable :object #'output-unreadable)

(when (info 'hash-table :structure)
  (set-structure-printer 'hash-table :object #'output-hash-table)
  (set-structure-printer 'weak-pointer :object #'output-weak-pointer))
(when (info 'package :structure)
  (set-structure-printer 'package :object #'output-package))

(defmacro with-standard-io-syntax (&body body)
  "Run BODY with all reader and printer variables as the standard has them, so
that what it prints can be read."
  `(let ((*package* (find-package "COMMON-LISP-USER"))
         (*print-array* t)
         (*print-base* 10)
         (*print-case* :upcase)
         (*print-circle* nil)
         (*print-escape* t)
         (*print-gensym* t)
         (*print-length* nil)
         (*print-level* nil)
         (*print-lines* nil)
         (*print-miser-width* nil)
         (*print-pprint-dispatch* *standard-pprint-dispatch*)
         (*print-pretty* nil)
         (*print-radix* nil)
         (*print-readably* t)
         (*print-right-margin* nil)
         (*read-base* 10)
         (*read-default-float-format* 'single-float)
         (*read-eval* t)
         (*read-suppress* nil)
         (*readtable* *standard-readtable*))
     ,@body))

(defvar *standard-pprint-dispatch* nil
  "The initial value of *PRINT-PPRINT-DISPATCH*.")
