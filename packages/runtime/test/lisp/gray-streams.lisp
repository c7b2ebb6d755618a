;;;; Tests of streams that are defined by methods.

(in-package #:astralisp.test)

(defclass upper-stream (ext:fundamental-character-output-stream)
  ((text :initform '() :accessor upper-text)
   (column :initform 0 :accessor upper-column)))
(defmethod ext:stream-write-char ((stream upper-stream) character)
  (push (char-upcase character) (upper-text stream))
  (if (char= character #\Newline)
      (setf (upper-column stream) 0)
      (incf (upper-column stream)))
  character)
(defmethod ext:stream-line-column ((stream upper-stream))
  (upper-column stream))
(defun upper-string (stream)
  (coerce (reverse (upper-text stream)) 'string))

(define-test gray-output
  (let ((stream (make-instance 'upper-stream)))
    (write-char #\a stream)
    (write-string "bcdef" stream :start 1 :end 4)
    (fresh-line stream)
    (fresh-line stream)
    (terpri stream)
    (format stream "~A ~S ~10T|~%" 'x "y")
    (prin1 '(a "b" #\c) stream)
    (write-sequence "seq" stream :start 1)
    (write-line "line" stream)
    (print 1.5 stream)
    (list (upper-string stream) (finish-output stream)))
  => "(\"ACDE

X \\\"Y\\\"     |
(A \\\"B\\\" #\\\\C)EQLINE

1.5 \" NIL)")

(defclass list-input-stream (ext:fundamental-character-input-stream)
  ((characters :initarg :characters :accessor stream-characters)))
(defun list-input (string)
  (make-instance 'list-input-stream :characters (coerce string 'list)))
(defmethod ext:stream-read-char ((stream list-input-stream))
  (if (stream-characters stream)
      (pop (stream-characters stream))
      :eof))
(defmethod ext:stream-unread-char ((stream list-input-stream) character)
  (push character (stream-characters stream))
  nil)

(define-test gray-input
  (let ((stream (list-input "ab (c . \"d\") 12 end")))
    (list (read-char stream) (peek-char nil stream) (read stream)
          (peek-char t stream) (read stream)
          (read-preserving-whitespace stream)
          (listen stream) (read-line stream)))
  => "(#\\a #\\b B #\\( (C . \"d\") 12 T \" end\")")
(define-test gray-input-by-lines
  (let ((stream (list-input "first line
last")))
    (list (multiple-value-list (read-line stream))
          (read-char-no-hang stream)
          (let ((string (make-string 5 :initial-element #\-)))
            (list (read-sequence string stream) string))
          (read-char stream nil :end) (listen stream)
          (multiple-value-list (read-line stream nil :none))))
  => "((\"first line\" NIL) #\\l (3 \"ast--\") :END NIL (:NONE T))")
(define-test gray-end-of-file
  (read-char (list-input "")) => "error END-OF-FILE")
(define-test gray-reader-macros
  (let ((*readtable* (copy-readtable nil)))
    (set-macro-character #\! (lambda (stream character)
                               (declare (ignore character))
                               (list :read (read stream))))
    (read (list-input "!a")))
  => "(:READ A)")

(defclass octets-stream (ext:fundamental-binary-input-stream
                         ext:fundamental-binary-output-stream)
  ((octets :initform '() :accessor stream-octets)))
(defmethod ext:stream-read-byte ((stream octets-stream))
  (if (stream-octets stream)
      (pop (stream-octets stream))
      :eof))
(defmethod ext:stream-write-byte ((stream octets-stream) integer)
  (setf (stream-octets stream) (append (stream-octets stream)
                                       (list integer)))
  integer)
(define-test gray-octets
  (let ((stream (make-instance 'octets-stream)))
    (write-byte 1 stream)
    (write-sequence #(2 3 4) stream)
    (let ((octets (make-array 3)))
      (list (read-byte stream) (read-sequence octets stream) octets
            (read-byte stream nil :end) (stream-element-type stream))))
  => "(1 3 #(2 3 4) :END (UNSIGNED-BYTE 8))")

(define-test gray-questions
  (let ((stream (make-instance 'upper-stream)))
    (list (streamp stream) (typep stream 'stream) (input-stream-p stream)
          (output-stream-p stream) (open-stream-p stream) (close stream)
          (open-stream-p stream) (close stream)
          (interactive-stream-p stream) (stream-element-type stream)
          (subtypep 'upper-stream 'stream)
          (subtypep 'file-stream 'stream)))
  => "(T T NIL T T T NIL NIL NIL CHARACTER T T)")

(defvar *gray-stream* nil)
(define-test gray-below-other-streams
  (let* ((*gray-stream* (make-instance 'upper-stream))
         (two-way (make-two-way-stream (list-input "in put")
                                       *gray-stream*)))
    (write-string "one " (make-synonym-stream '*gray-stream*))
    (write-string "two " (make-broadcast-stream *gray-stream*
                                                *gray-stream*))
    (format two-way "~A" (read two-way))
    (let ((*standard-output* *gray-stream*))
      (princ " three"))
    (list (upper-string *gray-stream*) (output-stream-p two-way)
          (read (make-concatenated-stream (list-input "a b") *standard-input*))))
  => "(\"ONE TWO TWO IN THREE\" T A)")

(defclass gray-shown () ())
(defmethod print-object ((object gray-shown) stream)
  (format stream "~A" (type-of stream)))
(define-test gray-printer-gets-the-stream
  (let ((stream (make-instance 'upper-stream)))
    (prin1 (make-instance 'gray-shown) stream)
    (upper-string stream))
  => "\"UPPER-STREAM\"")

(defmethod close ((stream list-input-stream) &key abort)
  (list :closed abort (call-next-method)))
(define-test gray-close
  (with-open-stream (stream (list-input "a"))
    (close stream :abort t))
  => "(:CLOSED T T)")
(define-test gray-not-a-stream
  (write-char #\a 5) => "error TYPE-ERROR")
