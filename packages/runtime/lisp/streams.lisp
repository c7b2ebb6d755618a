;;;; Streams: the object, its methods, and the functions on characters.

(in-package #:astralisp.runtime)

;;; A stream is a structure whose slots hold its methods:
;;;   in          (stream) -> character, NIL at the end
;;;   in-octet    (stream) -> integer, NIL at the end
;;;   out         (stream character)
;;;   out-string  (stream simple-string start end)
;;;   out-octet   (stream integer)
;;;   control     (stream operation argument) -> the operation's answer
;;; A stream whose IN (or OUT) is NIL passes on to another one, its target;
;;; every function first goes to the end of that chain. Unread characters, the
;;; column and the count of characters read are kept here, the same for all
;;; kinds.
;;;
;;; The type STREAM has the structures ANSI-STREAM and the instances of
;;; FUNDAMENTAL-STREAM (gray/), for each of which such a structure does the work:
;;; CHECK-STREAM finds it.
;;;
;;; Operations of CONTROL: :finish :force :clear-output :clear-input :listen
;;; :close (argument: abort) :position, :set-position (argument: position,
;;; :start or :end) :length :interactive-p :external-format, :string-length
;;; (argument: a character or string), :input-target :output-target.

(defstruct (ansi-stream (:constructor nil) (:copier nil)
                        (:conc-name %stream-))
  "A source or sink of characters or integers that is made by the system."
  (open-p t)
  (element-type 'character)
  (in #'refuse-input)
  (in-octet #'refuse-octet-input)
  (out #'refuse-output)
  (out-string #'refuse-string-output)
  (out-octet #'refuse-octet-output)
  (control #'ignore-control)
  ;; A character that was unread, or NIL.
  (pushed nil)
  ;; The column of the next character written.
  (column 0)
  ;; The number of characters read, of lines among them, and the count at which
  ;; the present line began.
  (count 0)
  (line 1)
  (line-start 0)
  ;; The count at which the line before began, for unread newlines.
  (last-line-start 0))

(defun stream-direction-error (stream expected)
  (error 'type-error :datum stream :expected-type expected))

(defun check-open (stream)
  (unless (%stream-open-p stream)
    (error 'simple-stream-error
           :stream stream
           :format-control "the stream ~S is closed"
           :format-arguments (list stream))))

(defun refuse-input (stream)
  (check-open stream)
  (stream-direction-error stream '(satisfies input-stream-p)))

(defun refuse-octet-input (stream)
  (check-open stream)
  (stream-direction-error stream '(satisfies binary-input-stream-p)))

(defun refuse-output (stream character)
  (declare (ignore character))
  (check-open stream)
  (stream-direction-error stream '(satisfies output-stream-p)))

(defun refuse-string-output (stream string start end)
  (declare (ignore string start end))
  (check-open stream)
  (stream-direction-error stream '(satisfies output-stream-p)))

(defun refuse-octet-output (stream integer)
  (declare (ignore integer))
  (check-open stream)
  (stream-direction-error stream '(satisfies binary-output-stream-p)))

(defun ignore-control (stream operation argument)
  (declare (ignore stream operation argument))
  nil)

(defun stream-control (stream operation &optional argument)
  (funcall (%stream-control stream) stream operation argument))

(defun close-stream-methods (stream)
  "Make every method of STREAM signal that it is closed."
  (setf (%stream-open-p stream) nil
        (%stream-in stream) #'refuse-input
        (%stream-in-octet stream) #'refuse-octet-input
        (%stream-out stream) #'refuse-output
        (%stream-out-string stream) #'refuse-string-output
        (%stream-out-octet stream) #'refuse-octet-output
        (%stream-pushed stream) nil))

(defglobal **fundamental-stream** nil
  "The class FUNDAMENTAL-STREAM once there is one.")

(defun gray-stream-p (object)
  (and **fundamental-stream**
       (%instancep object)
       (not (ansi-stream-p object))
       (instance-of-class-p object **fundamental-stream**)))

(defun streamp (object)
  "True if OBJECT is a stream. CLHS STREAMP."
  (or (ansi-stream-p object)
      (gray-stream-p object)))

(defun check-stream (object)
  "The structure that does the work of the stream OBJECT. Signals TYPE-ERROR when
it is none."
  (cond ((ansi-stream-p object) object)
        ((gray-stream-p object) (gray-shim object))
        (t (error 'type-error :datum object :expected-type 'stream))))

;;; A structure that does the work of a Gray stream, and that stream. What has a
;;; generic function of its own is passed on to it.
(defstruct (gray-shim (:include ansi-stream) (:copier nil)
                      (:constructor %make-gray-shim)
                      (:conc-name %gray-shim-))
  object)

;;; From a designator to the stream that does the work.

(defvar *readtable*)
(defvar *standard-input*)
(defvar *standard-output*)
(defvar *error-output*)
(defvar *terminal-io*)
(defvar *query-io*)
(defvar *debug-io*)
(defvar *trace-output*)

(defun input-stream (designator)
  (let ((stream (cond ((null designator) *standard-input*)
                      ((eq designator t) *terminal-io*)
                      (t designator))))
    (setq stream (check-stream stream))
    (if (%stream-in stream)
        stream
        (input-stream (stream-control stream :input-target)))))

(defun output-stream (designator)
  (let ((stream (cond ((null designator) *standard-output*)
                      ((eq designator t) *terminal-io*)
                      (t designator))))
    (setq stream (check-stream stream))
    (if (%stream-out stream)
        stream
        (output-stream (stream-control stream :output-target)))))

;;; Reading characters.

(defun read-char-from (stream)
  "The next character of STREAM, the end of its chain, or NIL."
  (let ((character (%stream-pushed stream)))
    (if character
        (setf (%stream-pushed stream) nil)
        (setq character (funcall (%stream-in stream) stream)))
    (when character
      (let ((count (%fx+ (%stream-count stream) 1)))
        (setf (%stream-count stream) count)
        (when (eq character #\Newline)
          (setf (%stream-line stream) (%fx+ (%stream-line stream) 1)
                (%stream-last-line-start stream) (%stream-line-start stream)
                (%stream-line-start stream) count))))
    character))

(defun unread-char-to (character stream)
  (cond ((eq (%stream-in stream) #'concatenated-in)
         (unread-char-to character
                         (input-stream (concatenated-source stream))))
        ((gray-shim-p stream)
         (stream-unread-char (%gray-shim-object stream) character))
        (t (setf (%stream-pushed stream) character)))
  (setf (%stream-count stream) (%fx- (%stream-count stream) 1))
  (when (eq character #\Newline)
    (setf (%stream-line stream) (%fx- (%stream-line stream) 1)
          (%stream-line-start stream) (%stream-last-line-start stream)))
  nil)

(defun peek-char-from (stream)
  (or (%stream-pushed stream)
      (let ((source (if (eq (%stream-in stream) #'file-in)
                        nil
                        (stream-control stream :peek-source))))
        (cond (source (peek-char-from (input-stream source)))
              ((gray-shim-p stream)
               (character-or-nil
                (stream-peek-char (%gray-shim-object stream))))
              (t
               (setf (%stream-pushed stream)
                     (funcall (%stream-in stream) stream)))))))

(defun character-or-nil (object)
  "What a generic function on Gray streams returned, with NIL for the end."
  (if (eq object :eof) nil object))

(defun at-end (stream eof-error-p eof-value)
  (if eof-error-p
      (error 'end-of-file :stream stream)
      eof-value))

(defun read-char (&optional stream (eof-error-p t) eof-value recursive-p)
  "The next character of STREAM. At its end: END-OF-FILE is signalled, or
without EOF-ERROR-P, EOF-VALUE is returned."
  (declare (ignore recursive-p))
  (let ((stream (input-stream stream)))
    (or (read-char-from stream)
        (at-end stream eof-error-p eof-value))))

(defun read-char-no-hang
    (&optional stream (eof-error-p t) eof-value recursive-p)
  "As READ-CHAR, but NIL if STREAM has no character ready."
  (let ((stream (input-stream stream)))
    (cond ((gray-shim-p stream)
           (let ((answer (stream-read-char-no-hang
                          (%gray-shim-object stream))))
             (if (eq answer :eof)
                 (at-end (%gray-shim-object stream) eof-error-p eof-value)
                 answer)))
          ((listen-or-end stream)
           (read-char stream eof-error-p eof-value recursive-p))
          (t nil))))

(defun unread-char (character &optional stream)
  "Put CHARACTER, the last one read, back in front of STREAM."
  (unread-char-to character (input-stream stream)))

(defun peek-char
    (&optional peek-type stream (eof-error-p t) eof-value recursive-p)
  "The next character of STREAM, which stays there. PEEK-TYPE T skips white
space first; a character skips to that character. EOF-ERROR-P, EOF-VALUE: as in
READ-CHAR."
  (declare (ignore recursive-p))
  (let ((stream (input-stream stream)))
    (block nil
      (tagbody
       again
         (let ((character (peek-char-from stream)))
           (when (null character)
             (return (at-end stream eof-error-p eof-value)))
           (when (cond ((null peek-type) t)
                       ((eq peek-type t)
                        (not (eq (character-entry character *readtable*)
                                 :whitespace)))
                       (t (eq character peek-type)))
             (return character))
           (read-char-from stream)
           (go again))))))

(defun listen-or-end (designator)
  (let ((stream (input-stream designator)))
    (or (%stream-pushed stream)
        (stream-control stream :listen))))

(defun listen (&optional input-stream)
  "True if INPUT-STREAM has a character ready."
  (let ((answer (listen-or-end input-stream)))
    (and answer (not (eq answer :end)))))

(defun clear-input (&optional input-stream)
  "Forget what waits in INPUT-STREAM, if it is interactive."
  (let ((stream (input-stream input-stream)))
    (setf (%stream-pushed stream) nil)
    (stream-control stream :clear-input)
    nil))

(defun read-line (&optional stream (eof-error-p t) eof-value recursive-p)
  "The characters of STREAM up to the next newline, as a string, and whether the
end of STREAM came first. EOF-ERROR-P, EOF-VALUE: as in READ-CHAR."
  (declare (ignore recursive-p))
  (let* ((stream (input-stream stream))
         (buffer (%make-vector #x2C 80))
         (fill 0))
    (block nil
      (when (gray-shim-p stream)
        (return (gray-read-line (%gray-shim-object stream) eof-error-p
                                eof-value)))
      (tagbody
       again
         (when (and (eq (%stream-in stream) #'file-in)
                    (null (%stream-pushed stream)))
           (setq fill (take-characters stream buffer fill
                                       (%vector-length buffer))))
         (let ((character (read-char-from stream)))
           (cond ((null character)
                  (return (if (eq fill 0)
                              (values (at-end stream eof-error-p eof-value) t)
                              (values (%shrink-vector buffer fill) t))))
                 ((eq character #\Newline)
                  (return (values (%shrink-vector buffer fill) nil))))
           (when (%fx= fill (%vector-length buffer))
             (setq buffer (grown-string buffer fill)))
           (%set-string-ref buffer fill character)
           (setq fill (%fx+ fill 1))
           (go again))))))

(defun grown-string (string fill)
  "A simple string twice as long as STRING, with its first FILL characters."
  (let ((new (%make-vector #x2C (%fx* 2 (%vector-length string)))))
    (%replace new 0 string 0 fill)
    new))

;;; Writing characters.

(defun write-char-to (stream character)
  "Write CHARACTER to STREAM, the end of its chain."
  (funcall (%stream-out stream) stream character)
  (cond ((eq character #\Newline) (setf (%stream-column stream) 0))
        ((eq character #\Tab)
         (setf (%stream-column stream)
               (%fx+ (%fx-or (%stream-column stream) 7) 1)))
        (t (setf (%stream-column stream)
                 (%fx+ (%stream-column stream) 1))))
  character)

(defun write-simple-string-to (stream string start end)
  (funcall (%stream-out-string stream) stream string start end)
  (let ((i (%fx- end 1)))
    (block nil
      (tagbody
       again
         (cond ((%fx< i start)
                (setf (%stream-column stream)
                      (%fx+ (%stream-column stream) (%fx- end start)))
                (return))
               ((eq (%string-ref string i) #\Newline)
                (setf (%stream-column stream) (%fx- (%fx- end i) 1))
                (return)))
         (setq i (%fx- i 1))
         (go again))))
  nil)

(defun write-string-to (stream string)
  "Write the whole of STRING to STREAM, the end of its chain."
  (if (%simple-string-p string)
      (write-simple-string-to stream string 0 (%vector-length string))
      (%mv-let (data offset length) (string-data string)
        (write-simple-string-to stream data offset (%fx+ offset length)))))

(defun string-data (string)
  "The simple string that holds STRING's characters, the index of the first, and
their number. Signals TYPE-ERROR when STRING is not a string."
  (if (%simple-string-p string)
      (values string 0 (%vector-length string))
      (let ((data string)
            (offset 0))
        (unless (stringp string)
          (error 'type-error :datum string :expected-type 'string))
        (do () ((not (%array-header-p data)))
          (setq offset (%fx+ offset (%array-offset data))
                data (%array-data data)))
        (if (%simple-string-p data)
            (values data offset (length string))
            (values "" 0 0)))))

(defun check-bounds (start end length)
  "END, or LENGTH for NIL. Signals TYPE-ERROR when START to END are not within
LENGTH."
  (let ((end (or end length)))
    (unless (and (%fixnump end) (%fx<= 0 end) (%fx<= end length))
      (error 'type-error :datum end :expected-type `(integer 0 ,length)))
    (unless (and (%fixnump start) (%fx<= 0 start) (%fx<= start end))
      (error 'type-error :datum start :expected-type `(integer 0 ,end)))
    end))

(defun write-char (character &optional stream)
  "Write CHARACTER to STREAM and return it."
  (unless (characterp character)
    (error 'type-error :datum character :expected-type 'character))
  (write-char-to (output-stream stream) character))

(defun write-string (string &optional stream &key (start 0) end)
  "Write the characters of STRING from START to END to STREAM; return STRING."
  (let ((stream (output-stream stream)))
    (%mv-let (data offset length) (string-data string)
      (let ((end (check-bounds start end length)))
        (write-simple-string-to stream data (%fx+ offset start)
                                (%fx+ offset end))))
    string))

(defun write-line (string &optional stream &key (start 0) end)
  "Write the characters of STRING from START to END and a newline to STREAM;
return STRING."
  (write-string string stream :start start :end end)
  (write-char-to (output-stream stream) #\Newline)
  string)

(defun terpri (&optional stream)
  "Write a newline to STREAM; return NIL."
  (let ((stream (output-stream stream)))
    (if (gray-shim-p stream)
        (stream-terpri (%gray-shim-object stream))
        (write-char-to stream #\Newline)))
  nil)

(defun fresh-line (&optional stream)
  "Write a newline to STREAM unless it is at the start of a line; return whether
one was written."
  (let ((stream (output-stream stream)))
    (cond ((gray-shim-p stream)
           (if (stream-fresh-line (%gray-shim-object stream)) t nil))
          ((eq (column-of stream) 0) nil)
          (t (write-char-to stream #\Newline)
             t))))

(defun finish-output (&optional stream)
  "Wait until everything written to STREAM has arrived; return NIL."
  (stream-control (output-stream stream) :finish)
  nil)

(defun force-output (&optional stream)
  "Send on everything written to STREAM; return NIL."
  (stream-control (output-stream stream) :force)
  nil)

(defun clear-output (&optional stream)
  "Forget what was written to STREAM and has not been sent; return NIL."
  (stream-control (output-stream stream) :clear-output)
  nil)

;;; Octets and other integers.

(defun read-byte (stream &optional (eof-error-p t) eof-value)
  "The next integer of the binary STREAM. EOF-ERROR-P, EOF-VALUE: as in
READ-CHAR."
  (let* ((stream (check-stream stream))
         (stream (if (%stream-in stream) stream (input-stream stream))))
    (or (funcall (%stream-in-octet stream) stream)
        (at-end stream eof-error-p eof-value))))

(defun write-byte (byte stream)
  "Write the integer BYTE to the binary STREAM; return it."
  (let* ((stream (check-stream stream))
         (stream (if (%stream-out stream) stream (output-stream stream))))
    (unless (integerp byte)
      (error 'type-error :datum byte :expected-type 'integer))
    (funcall (%stream-out-octet stream) stream byte)
    byte))

(defun character-stream-p (stream)
  (subtypep (stream-element-type stream) 'character))

(defun read-sequence (sequence stream &key (start 0) end)
  "Fill SEQUENCE from START to END with elements of STREAM; return the index of
the first element that was not filled."
  (let ((stream (input-stream stream)))
    (if (gray-shim-p stream)
        (stream-read-sequence (%gray-shim-object stream) sequence start end)
        (fill-from-stream sequence stream start
                          (check-bounds start end (length sequence))))))

(defun fill-from-stream (sequence stream start end)
  (if (and (%simple-string-p sequence) (character-stream-p stream))
      (fill-string-from-stream sequence stream start end)
      (fill-elements-from-stream sequence stream start end)))

(defun fill-string-from-stream (string stream start end)
  (let ((index start))
    (do () ((%fx>= index end) index)
      (when (and (eq (%stream-in stream) #'file-in)
                 (null (%stream-pushed stream)))
        (setq index (take-characters stream string index end)))
      (when (%fx< index end)
        (let ((character (read-char-from stream)))
          (when (null character) (return index))
          (%set-string-ref string index character)
          (setq index (%fx+ index 1)))))))

(defun rest-of-stream (stream)
  "What is left of the characters of the file STREAM, as a simple string."
  (let* ((stream (input-stream stream))
         (text (make-string (+ 1 (file-length stream))))
         (end 0))
    (do () ((progn
              (setq end (fill-string-from-stream text stream end (length text)))
              (< end (length text)))
            (shrunk-vector text end))
      ;; A replacement may be longer than what it stands for.
      (setq text (grown-string text end)))))

(defun skip-byte-order-mark (stream)
  "Take the mark that others write at the start even of UTF-8 out of STREAM."
  (when (eql (peek-char nil stream nil) (code-char #xFEFF))
    (read-char-from (input-stream stream))))

(defun fill-elements-from-stream (sequence stream start end)
  (let ((characters (character-stream-p stream))
        (index start))
    (flet ((next ()
             (if characters
                 (read-char-from stream)
                 (funcall (%stream-in-octet stream) stream))))
      (if (listp sequence)
          (do ((tail (nthcdr start sequence) (cdr tail)))
              ((%fx>= index end) index)
            (let ((element (next)))
              (when (null element) (return index))
              (rplaca tail element)
              (setq index (%fx+ index 1))))
          (do () ((%fx>= index end) index)
            (let ((element (next)))
              (when (null element) (return index))
              (setf (aref sequence index) element)
              (setq index (%fx+ index 1))))))))

(defun write-sequence (sequence stream &key (start 0) end)
  "Write the elements of SEQUENCE from START to END to STREAM; return SEQUENCE."
  (let ((stream (output-stream stream)))
    (cond ((gray-shim-p stream)
           (stream-write-sequence (%gray-shim-object stream) sequence start
                                  end))
          ((stringp sequence)
           (write-string sequence stream :start start :end end))
          (t (write-elements sequence stream start
                             (check-bounds start end (length sequence)))))
    sequence))

(defun write-elements (sequence stream start end)
  (flet ((put (element)
           (if (characterp element)
               (write-char-to stream element)
               (write-byte element stream))))
    (if (listp sequence)
        (let ((tail (nthcdr start sequence)))
          (dotimes (i (%fx- end start))
            (put (car tail))
            (setq tail (cdr tail))))
        (do ((i start (%fx+ i 1)))
            ((%fx>= i end))
          (put (aref sequence i))))))

;;; Questions about streams. Those that Gray streams may answer by methods are
;;; generic functions (gray/), whose methods for the system's streams call these.

(defun ansi-input-stream-p (stream)
  "True if STREAM can be read."
  (check-stream stream)
  (let ((in (%stream-in stream)))
    (if in
        (or (not (eq in #'refuse-input))
            (not (eq (%stream-in-octet stream) #'refuse-octet-input))
            (eq (stream-control stream :input-p) t))
        (let ((target (stream-control stream :input-target)))
          (and target (input-stream-p target))))))

(defun ansi-output-stream-p (stream)
  "True if STREAM can be written."
  (check-stream stream)
  (let ((out (%stream-out stream)))
    (if out
        (or (not (eq out #'refuse-output))
            (not (eq (%stream-out-octet stream) #'refuse-octet-output))
            (eq (stream-control stream :output-p) t))
        (let ((target (stream-control stream :output-target)))
          (and target (output-stream-p target))))))

(defun ansi-open-stream-p (stream)
  "True if STREAM has not been closed."
  (%stream-open-p (check-stream stream)))

(defun ansi-interactive-stream-p (stream)
  "True if a person seems to be at the other end of STREAM."
  (check-stream stream)
  (if (%stream-in stream)
      (if (stream-control stream :interactive-p) t nil)
      (interactive-stream-p (stream-control stream :input-target))))

(defun ansi-stream-element-type (stream)
  "The type of the elements of STREAM."
  (check-stream stream)
  (cond ((null (%stream-in stream))
         (stream-element-type (stream-control stream :input-target)))
        ((stream-control stream :element-type))
        (t (%stream-element-type stream))))

(defun stream-external-format (stream)
  "The external format of STREAM, a file stream, which OPEN takes: a keyword or a
list; :DEFAULT when it has none."
  (or (stream-control (check-stream stream) :external-format) :default))

(defun close-ansi-stream (stream abort)
  "End the use of STREAM: with ABORT without the effects it had, as far as that
can be. Return true if it was open."
  (check-stream stream)
  (if (%stream-open-p stream)
      (progn
        (stream-control stream :close abort)
        (close-stream-methods stream)
        t)
      nil))

(defun file-position (stream &optional (position nil position-p))
  "The position of the file STREAM in its file, or NIL; with POSITION (an index,
:START or :END), move there and return true if that was possible."
  (let* ((stream (check-stream stream))
         (stream (if (%stream-in stream) stream (input-stream stream))))
    (if position-p
        (stream-control stream :set-position position)
        (stream-control stream :position))))

(defun file-length (stream)
  "The number of elements of the file of STREAM."
  (or (stream-control (check-stream stream) :length)
      (error 'type-error :datum stream :expected-type 'file-stream)))

(defun file-string-length (stream object)
  "By how much OBJECT, a character or string, written to STREAM would move its
position; NIL when it cannot be written, or nobody knows."
  (unless (or (characterp object) (stringp object))
    (type-failure object '(or character string)))
  (stream-control (check-stream stream) :string-length object))

(defun utf-8-length (code)
  (cond ((%fx< code #x80) 1)
        ((%fx< code #x800) 2)
        ((%fx< code #x10000) 3)
        (t 4)))

(defun stream-column (stream)
  "The column of the next character written to STREAM."
  (let ((stream (output-stream stream)))
    (if (gray-shim-p stream)
        (or (stream-line-column (%gray-shim-object stream)) 0)
        (column-of stream))))

(defun column-of (stream)
  "As stream-column for the end of a chain: what STREAM itself knows of its
column, or the count kept for it."
  (or (stream-control stream :column) (%stream-column stream)))

;;; Until there are generic functions:
(%set-fdefinition 'input-stream-p #'ansi-input-stream-p)
(%set-fdefinition 'output-stream-p #'ansi-output-stream-p)
(%set-fdefinition 'stream-element-type #'ansi-stream-element-type)
