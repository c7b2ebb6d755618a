;;;; Streams whose behaviour is defined by methods (the proposal
;;;; STREAM-DEFINITION-BY-USER of D. Gray, with the additions that are common).

(in-package #:astralisp.runtime)

;;; The class STREAM has the system's streams and these.

(let ((class (make-class-object 'built-in-class 'stream
                                (list (named-class 't)))))
  (let ((ansi (structure-class-named 'ansi-stream)))
    (link-class ansi (list (structure-class-named 'structure-object) class))
    (setf (%class-precedence-list ansi) (std-precedence-list ansi))))

(defmethod mop:validate-superclass ((class standard-class)
                                    (superclass built-in-class))
  (or (eq superclass (named-class 'stream))
      (call-next-method)))

(defclass fundamental-stream (standard-object stream)
  ((open-p :initform t)
   (shim :initform nil))
  (:documentation "The superclass of all streams defined by methods."))

(setq **fundamental-stream** (find-class 'fundamental-stream))

(defclass fundamental-input-stream (fundamental-stream) ()
  (:documentation "Streams to be read."))
(defclass fundamental-output-stream (fundamental-stream) ()
  (:documentation "Streams to be written."))
(defclass fundamental-character-stream (fundamental-stream) ()
  (:documentation "Streams of characters."))
(defclass fundamental-binary-stream (fundamental-stream) ()
  (:documentation "Streams of integers."))
(defclass fundamental-character-input-stream
    (fundamental-input-stream fundamental-character-stream) ()
  (:documentation "Streams of characters to be read: a class of them has
methods on STREAM-READ-CHAR and STREAM-UNREAD-CHAR."))
(defclass fundamental-character-output-stream
    (fundamental-output-stream fundamental-character-stream) ()
  (:documentation "Streams of characters to be written: a class of them has
methods on STREAM-WRITE-CHAR and STREAM-LINE-COLUMN."))
(defclass fundamental-binary-input-stream
    (fundamental-input-stream fundamental-binary-stream) ()
  (:documentation "Streams of integers to be read: a class of them has a method
on STREAM-READ-BYTE."))
(defclass fundamental-binary-output-stream
    (fundamental-output-stream fundamental-binary-stream) ()
  (:documentation "Streams of integers to be written: a class of them has a
method on STREAM-WRITE-BYTE."))

;;; Reading characters.

(defgeneric stream-read-char (stream)
  (:documentation "Return the next character of STREAM, or :EOF."))

(defgeneric stream-unread-char (stream character)
  (:documentation "Put CHARACTER, the last one read, back; return NIL."))

(defgeneric stream-read-char-no-hang (stream)
  (:documentation "Return the next character of STREAM, :EOF, or NIL if there is
none at the moment.")
  (:method ((stream fundamental-input-stream))
    (stream-read-char stream)))

(defgeneric stream-peek-char (stream)
  (:documentation "Return the next character of STREAM, which stays there, or
:EOF.")
  (:method ((stream fundamental-input-stream))
    (let ((character (stream-read-char stream)))
      (unless (eq character :eof)
        (stream-unread-char stream character))
      character)))

(defgeneric stream-listen (stream)
  (:documentation "True if STREAM has a character at the moment.")
  (:method ((stream fundamental-input-stream))
    (let ((character (stream-read-char-no-hang stream)))
      (cond ((null character) nil)
            ((eq character :eof) nil)
            (t (stream-unread-char stream character)
               t)))))

(defgeneric stream-read-line (stream)
  (:documentation "Return the characters up to the next newline as a string, and
true if the end of STREAM came first.")
  (:method ((stream fundamental-input-stream))
    (let ((characters (make-string-output-stream)))
      (loop
        (let ((character (stream-read-char stream)))
          (cond ((eq character :eof)
                 (return (values (get-output-stream-string characters) t)))
                ((eql character #\Newline)
                 (return (values (get-output-stream-string characters) nil)))
                (t (write-char character characters))))))))

(defgeneric stream-clear-input (stream)
  (:documentation "Forget what waits in STREAM; return NIL.")
  (:method ((stream fundamental-input-stream))
    nil))

;;; Writing characters.

(defgeneric stream-write-char (stream character)
  (:documentation "Write CHARACTER to STREAM; return it."))

(defgeneric stream-line-column (stream)
  (:documentation "Return the column of the next character written to STREAM, or
NIL if it is not known.")
  (:method ((stream fundamental-output-stream))
    nil))

(defgeneric stream-line-length (stream)
  (:documentation "Return the length of the lines of STREAM, or NIL.")
  (:method ((stream fundamental-output-stream))
    nil))

(defgeneric stream-start-line-p (stream)
  (:documentation "True if STREAM is certainly at the start of a line.")
  (:method ((stream fundamental-output-stream))
    (eql 0 (stream-line-column stream))))

(defgeneric stream-write-string (stream string &optional start end)
  (:documentation "Write the characters of STRING from START to END to STREAM;
return STRING.")
  (:method ((stream fundamental-output-stream) string &optional (start 0) end)
    (let ((end (or end (length string))))
      (do ((i start (+ i 1)))
          ((>= i end) string)
        (stream-write-char stream (char string i))))))

(defgeneric stream-terpri (stream)
  (:documentation "Write a newline to STREAM; return NIL.")
  (:method ((stream fundamental-output-stream))
    (stream-write-char stream #\Newline)
    nil))

(defgeneric stream-fresh-line (stream)
  (:documentation "Write a newline to STREAM unless it is at the start of a
line; return whether one was written.")
  (:method ((stream fundamental-output-stream))
    (if (stream-start-line-p stream)
        nil
        (progn (stream-terpri stream)
               t))))

(defgeneric stream-advance-to-column (stream column)
  (:documentation "Write blanks to STREAM up to COLUMN; return true if its
column is known.")
  (:method ((stream fundamental-output-stream) column)
    (let ((now (stream-line-column stream)))
      (when now
        (dotimes (i (- column now))
          (stream-write-char stream #\Space))
        t))))

(defgeneric stream-finish-output (stream)
  (:documentation "Wait until everything written to STREAM has arrived.")
  (:method ((stream fundamental-output-stream))
    nil))

(defgeneric stream-force-output (stream)
  (:documentation "Send on everything written to STREAM.")
  (:method ((stream fundamental-output-stream))
    nil))

(defgeneric stream-clear-output (stream)
  (:documentation "Forget what was written to STREAM and has not been sent.")
  (:method ((stream fundamental-output-stream))
    nil))

;;; Integers, sequences, positions.

(defgeneric stream-read-byte (stream)
  (:documentation "Return the next integer of STREAM, or :EOF."))

(defgeneric stream-write-byte (stream integer)
  (:documentation "Write INTEGER to STREAM; return it."))

(defgeneric stream-read-sequence (stream sequence &optional start end)
  (:documentation "Fill SEQUENCE from START to END with elements of STREAM;
return the index of the first element that was not filled."))

(defun read-into-sequence (sequence start end read)
  (let ((end (check-bounds start end (length sequence))))
    (do ((i start (+ i 1)))
        ((>= i end) i)
      (let ((element (funcall read)))
        (when (eq element :eof)
          (return i))
        (setf (elt sequence i) element)))))

(defmethod stream-read-sequence ((stream fundamental-character-input-stream)
                                 sequence &optional (start 0) end)
  (read-into-sequence sequence start end
                 (lambda () (stream-read-char stream))))

(defmethod stream-read-sequence ((stream fundamental-binary-input-stream)
                                 sequence &optional (start 0) end)
  (read-into-sequence sequence start end
                 (lambda () (stream-read-byte stream))))

(defgeneric stream-write-sequence (stream sequence &optional start end)
  (:documentation "Write the elements of SEQUENCE from START to END to STREAM;
return SEQUENCE."))

(defmethod stream-write-sequence ((stream fundamental-output-stream)
                                  sequence &optional (start 0) end)
  (let ((end (check-bounds start end (length sequence))))
    (if (stringp sequence)
        (stream-write-string stream sequence start end)
        (do ((i start (+ i 1)))
            ((>= i end))
          (let ((element (elt sequence i)))
            (if (characterp element)
                (stream-write-char stream element)
                (stream-write-byte stream element)))))
    sequence))

(defgeneric stream-file-position (stream &optional position)
  (:documentation "Return the position of STREAM in what it reads or writes, or
NIL; with POSITION, an index, :START or :END, move there and return true if that
was possible.")
  (:method ((stream fundamental-stream) &optional position)
    (declare (ignore position))
    nil))

;;; Functions of the standard that have methods for such streams; the system has
;;; used ordinary ones up to now.

(mapc #'%fmakunbound
      '(input-stream-p output-stream-p stream-element-type))

(defgeneric close (stream &key abort)
  (:documentation "End the use of STREAM: with ABORT without the effects it had,
as far as that can be. Return true if it was open. CLHS CLOSE.")
  (:method (stream &key abort)
    (close-ansi-stream stream abort))
  (:method ((stream fundamental-stream) &key abort)
    (declare (ignore abort))
    (prog1 (slot-value stream 'open-p)
      (setf (slot-value stream 'open-p) nil))))

(defgeneric open-stream-p (stream)
  (:documentation "True if STREAM has not been closed. CLHS OPEN-STREAM-P.")
  (:method (stream)
    (ansi-open-stream-p stream))
  (:method ((stream fundamental-stream))
    (slot-value stream 'open-p)))

(defgeneric input-stream-p (stream)
  (:documentation "True if STREAM can be read. CLHS INPUT-STREAM-P.")
  (:method (stream)
    (ansi-input-stream-p stream))
  (:method ((stream fundamental-stream))
    nil)
  (:method ((stream fundamental-input-stream))
    t))

(defgeneric output-stream-p (stream)
  (:documentation "True if STREAM can be written. CLHS OUTPUT-STREAM-P.")
  (:method (stream)
    (ansi-output-stream-p stream))
  (:method ((stream fundamental-stream))
    nil)
  (:method ((stream fundamental-output-stream))
    t))

(defgeneric interactive-stream-p (stream)
  (:documentation "True if a person seems to be at the other end of STREAM.
CLHS INTERACTIVE-STREAM-P.")
  (:method (stream)
    (ansi-interactive-stream-p stream))
  (:method ((stream fundamental-stream))
    nil))

(defgeneric stream-element-type (stream)
  (:documentation "Return the type of the elements of STREAM.
CLHS STREAM-ELEMENT-TYPE.")
  (:method (stream)
    (ansi-stream-element-type stream))
  (:method ((stream fundamental-character-stream))
    'character)
  (:method ((stream fundamental-binary-stream))
    '(unsigned-byte 8)))
