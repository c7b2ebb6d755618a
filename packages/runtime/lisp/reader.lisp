;;;; The reader: objects, tokens, numbers and symbols (CLHS 2.2, 2.3).

(in-package #:astralisp.runtime)

(defvar *read-base* 10
  "The radix in which the reader takes integers and ratios.")

(defvar *read-eval* t
  "True if the reader may evaluate #. forms.")

(defvar *read-suppress* nil
  "True while the reader skips what it reads.")

(defvar *consing-dot* nil
  "True where a single dot may stand: between elements of a list.")

(defvar *labels* nil
  "An alist from the numbers of #n= to objects or placeholders, for one READ.")

(defvar *source-table* nil
  "NIL, or an EQ hash table in which the reader records for each cons where it
was read: a pair of the counts of characters before its start and its end.")

(defvar *backquote-depth* 0
  "How many backquotes more than commas are around what is being read.")

(defvar *object-place* nil
  "The line and column at which the outermost object being read begins.")

;;; What stands for a consing dot, and for the character that closes a list.
(defglobal **dot** (list 'dot))
(defglobal **close** (list 'close))

;;; Errors say where they are: the line and column after which reading stopped.

(defun reader-problem (stream control &rest arguments)
  "Signal READER-ERROR on STREAM with the message formatted from CONTROL and
ARGUMENTS."
  (let ((source (input-stream stream)))
    (error 'simple-reader-error
           :stream stream
           :format-control "~? (line ~D, column ~D)"
           :format-arguments
           (list control arguments (%stream-line source)
                 (%fx- (%stream-count source) (%stream-line-start source))))))

(define-condition unfinished-form (end-of-file)
  ((place :initarg :place :initform nil :reader unfinished-form-place))
  (:report (lambda (condition stream)
             (format stream "the input ends inside ~:[an object~;the object ~
                             that begins at line ~:*~D, column ~D~]"
                     (car (unfinished-form-place condition))
                     (cdr (unfinished-form-place condition)))))
  (:documentation "The end of a file was met inside an object being read."))

(defun read-required-char (stream)
  "The next character of STREAM; END-OF-FILE when there is none."
  (or (read-char-from (if (%stream-in stream) stream (input-stream stream)))
      (error 'unfinished-form :stream stream :place *object-place*)))

;;; Objects. The stream of these functions is the end of its chain.

(defun read-object (stream eof-error-p eof-value)
  "Read one object from STREAM."
  (block nil
    (tagbody
     again
       (let ((character (read-char-from stream)))
         (when (null character)
           (return (at-end stream eof-error-p eof-value)))
         (let ((entry (character-entry character *readtable*))
               (outermost (null *object-place*)))
           (when outermost
             (setq *object-place* (present-place stream)))
           (cond ((eq entry :whitespace))
                 ((macro-entry-p entry)
                  (let ((values (call-macro-character entry stream
                                                      character)))
                    (when values
                      (return (car values)))))
                 (t (return (read-token-object stream character))))
           (when outermost
             (setq *object-place* nil))))
       (go again))))

(defun present-place (stream)
  "The line and column of the character that was read last."
  (cons (%stream-line stream)
        (%fx- (%stream-count stream) (%stream-line-start stream))))

(defun call-macro-character (entry stream character)
  (if (macro-entry-dispatch entry)
      (call-dispatch-character entry stream character)
      (multiple-value-list
       (funcall (macro-entry-function entry) stream character))))

(defun read-required (stream)
  "Read an object inside another one."
  (let ((*consing-dot* nil)
        (stream (input-stream stream))
        (end **close**))
    (let ((object (read-object stream nil end)))
      (if (eq object end)
          (error 'unfinished-form :stream stream :place *object-place*)
          object))))

(defun call-with-reader (function stream eof-error-p eof-value recursive-p)
  (if recursive-p
      (funcall function stream eof-error-p eof-value)
      (let ((*labels* nil)
            (*object-place* nil)
            (*backquote-depth* 0)
            (*consing-dot* nil))
        (funcall function stream eof-error-p eof-value))))

(defun read-preserving-whitespace
    (&optional input-stream (eof-error-p t) eof-value recursive-p)
  "Read an object from INPUT-STREAM and leave the character behind it there. At
the end of the stream: END-OF-FILE is signalled, or without EOF-ERROR-P,
EOF-VALUE is returned."
  (call-with-reader #'read-object (input-stream input-stream)
                    eof-error-p eof-value recursive-p))

(defun read (&optional input-stream (eof-error-p t) eof-value recursive-p)
  "Read an object from INPUT-STREAM. At the end of the stream: END-OF-FILE is
signalled, or without EOF-ERROR-P, EOF-VALUE is returned. Signals READER-ERROR
when the text is malformed."
  (let* ((stream (input-stream input-stream))
         (object (call-with-reader #'read-object stream
                                   eof-error-p eof-value recursive-p)))
    (unless recursive-p
      ;; One white character belongs to the token it ends.
      (let ((next (%stream-pushed stream)))
        (when (and next
                   (eq (character-entry next *readtable*) :whitespace))
          (read-char-from stream))))
    object))

(defun read-from-string
    (string &optional (eof-error-p t) eof-value
     &key (start 0) end preserve-whitespace)
  "Read an object from STRING between START and END; return it and the index of
the first character not read. EOF-ERROR-P, EOF-VALUE: as in READ."
  (let ((stream (make-string-input-stream string start end)))
    (values (if preserve-whitespace
                (read-preserving-whitespace stream eof-error-p eof-value)
                (read stream eof-error-p eof-value))
            (%fx+ start (string-input-index stream)))))

(defun read-delimited-list (char &optional input-stream recursive-p)
  "Read objects from INPUT-STREAM up to the character CHAR; return their list."
  (let ((stream (input-stream input-stream)))
    (flet ((read-list (stream eof-error-p eof-value)
             (declare (ignore eof-error-p eof-value))
             (read-elements stream char nil)))
      (call-with-reader #'read-list stream t nil recursive-p))))

(defun read-elements (stream close dots)
  "The list of objects read from STREAM up to the character CLOSE. With DOTS,
before the last a dot may stand."
  (let* ((head (cons nil nil))
         (last head))
    (block nil
      (tagbody
       again
         (let ((object (read-element stream close dots)))
           (cond ((eq object **close**) (return))
                 ((eq object **dot**)
                  (unless *read-suppress*
                    (read-list-tail stream close head last)
                    (return)))
                 (t (let ((cell (cons object nil)))
                      (%set-cdr last cell)
                      (setq last cell)))))
         (go again)))
    (cdr head)))

(defun read-list-tail (stream close head last)
  "Read what follows a dot and put it behind the cons LAST."
  (when (eq last head)
    (reader-problem stream "nothing before the dot in a list"))
  (let ((tail (read-element stream close nil)))
    (when (eq tail **close**)
      (reader-problem stream "nothing after the dot in a list"))
    (rplacd last tail))
  (unless (eq (read-element stream close nil) **close**)
    (reader-problem stream "more than one object after the dot in a list")))

(defun read-element (stream close dots)
  "The next object, or **CLOSE** when CLOSE came first, or **DOT**."
  (block nil
    (tagbody
     again
       (let* ((character (read-required-char stream))
              (entry (character-entry character *readtable*)))
         (cond ((eq character close) (return **close**))
               ((eq entry :whitespace))
               ((macro-entry-p entry)
                (let ((values (let ((*consing-dot* nil))
                                (call-macro-character entry stream
                                                      character))))
                  (when values
                    (return (car values)))))
               (t
                (return (let ((*consing-dot* dots))
                          (read-token-object stream character)))))
         (go again)))))

;;; Tokens: a string and for each character whether it was escaped. ESCAPES is
;;; NIL while nothing was.

(defstruct (token (:constructor make-token (string fill escapes escaped))
                  (:copier nil) (:predicate nil))
  string
  fill
  ;; A string of #\e and #\space in parallel to STRING, or NIL.
  escapes
  ;; True if an escape character occurred, even around nothing.
  escaped)

(defun add-to-token (token character escaped)
  (let ((string (token-string token))
        (fill (token-fill token)))
    (when (%fx= fill (%vector-length string))
      (setq string (grown-string string fill))
      (setf (token-string token) string)
      (when (token-escapes token)
        (setf (token-escapes token)
              (grown-string (token-escapes token) fill))))
    (%set-string-ref string fill character)
    (when (and escaped (null (token-escapes token)))
      (setf (token-escapes token) (%make-vector #x2C (%vector-length string)))
      (%fill (token-escapes token) #\Space 0 fill))
    (when (token-escapes token)
      (%set-string-ref (token-escapes token) fill (if escaped #\e #\Space)))
    (setf (token-fill token) (%fx+ fill 1))))

(defun escaped-at-p (token index)
  (and (token-escapes token)
       (eq (%string-ref (token-escapes token) index) #\e)))

(defun read-token (stream first)
  "The token that begins with the character FIRST; FIRST may be NIL for none."
  (let ((token (make-token (%make-vector #x2C 32) 0 nil nil))
        (readtable *readtable*)
        (stream (input-stream stream))
        (character (or first (read-char-from (input-stream stream)))))
    (do () ((null character))
      (let ((entry (character-entry character readtable)))
        (cond ((null entry)
               (when (invalid-constituent-p (%char-code character))
                 (reader-problem stream "~S may not stand in a token"
                                 character))
               (add-to-token token character nil))
              ((eq entry :single-escape)
               (setf (token-escaped token) t)
               (add-to-token token (read-required-char stream) t))
              ((eq entry :multiple-escape)
               (setf (token-escaped token) t)
               (read-escaped-part stream token readtable))
              ((and (macro-entry-p entry)
                    (macro-entry-non-terminating-p entry))
               (add-to-token token character nil))
              (t (unread-char-to character stream)
                 (return))))
      (setq character (read-char-from stream)))
    token))

(defun invalid-constituent-p (code)
  "True if the character with CODE has the trait INVALID, CLHS 2.1.4.2."
  (and (%fx< code 128)
       (member code '(8 9 10 12 13 32 127))
       t))

(defun read-escaped-part (stream token readtable)
  (do ((character (read-required-char stream) (read-required-char stream)))
      ((eq (character-entry character readtable) :multiple-escape))
    (add-to-token token
                  (if (eq (character-entry character readtable) :single-escape)
                      (read-required-char stream)
                      character)
                  t)))

(defun read-token-object (stream first)
  (let ((token (read-token stream first)))
    (if *read-suppress*
        (if (and *consing-dot* (lone-dot-p token)) **dot** nil)
        (token-object stream token))))

(defun lone-dot-p (token)
  (and (%fx= (token-fill token) 1)
       (not (token-escaped token))
       (eq (%string-ref (token-string token) 0) #\.)))

(defun token-object (stream token)
  "The dot, number or symbol that TOKEN is."
  (cond ((token-escaped token) (token-symbol stream token))
        ((lone-dot-p token)
         (if *consing-dot*
             **dot**
             (reader-problem stream "a dot outside a list")))
        ((only-dots-p token)
         (reader-problem stream "a token of nothing but dots"))
        (t
         (or (number-in-string (token-string token) 0 (token-fill token)
                               *read-base* stream)
             (token-symbol stream token)))))

(defun only-dots-p (token)
  (dotimes (i (token-fill token) t)
    (unless (eq (%string-ref (token-string token) i) #\.)
      (return nil))))

;;; Numbers. The syntax is CLHS 2.3.1; STREAM is only for errors.

(defun digits-end (string start end radix)
  "The index behind the digits in RADIX that begin at START."
  (do ((i start (%fx+ i 1)))
      ((or (%fx>= i end)
           (not (digit-weight (%string-ref string i) radix)))
       i)))

(defun number-in-string (string start end radix stream)
  "The number that STRING from START to END is, or NIL if it is none."
  (let* ((first (%string-ref string start))
         (sign (or (eq first #\+) (eq first #\-)))
         (negative (eq first #\-))
         (begin (if sign (%fx+ start 1) start)))
    (if (or (%fx>= begin end)
            ;; Most symbols begin with a letter: be quick.
            (let ((c (%string-ref string begin)))
              (and (not (digit-weight c 10))
                   (not (eq c #\.))
                   (not (digit-weight c radix)))))
        nil
        (or (rational-in-string string begin end radix negative stream)
            (decimal-in-string string begin end negative stream)))))

(defun rational-in-string (string begin end radix negative stream)
  (let ((stop (digits-end string begin end radix)))
    (cond ((%fx= stop begin) nil)
          ((%fx= stop end)
           (signed-integer string begin stop radix negative))
          ((and (eq (%string-ref string stop) #\/)
                (%fx< (%fx+ stop 1) end)
                (%fx= (digits-end string (%fx+ stop 1) end radix) end))
           (let ((denominator (parse-digits string (%fx+ stop 1) end radix)))
             (if (eql denominator 0)
                 (reader-problem stream "the ratio ~A has the denominator 0"
                                 (string-part string begin end))
                 (make-rational (signed-integer string begin stop radix
                                                negative)
                                denominator))))
          (t nil))))

(defun signed-integer (string start end radix negative)
  (let ((integer (parse-digits string start end radix)))
    (if negative (%integer- 0 integer) integer)))

(defun decimal-in-string (string begin end negative stream)
  "The decimal integer (with a dot at its end) or float in STRING, or NIL."
  (let* ((stop (digits-end string begin end 10))
         (whole (%fx> stop begin))
         (dot (and (%fx< stop end) (eq (%string-ref string stop) #\.)))
         (after (if dot (%fx+ stop 1) stop))
         (fraction-end (if dot (digits-end string after end 10) stop)))
    (cond ((and dot whole (%fx= after end))
           (signed-integer string begin stop 10 negative))
          ((and dot (%fx> fraction-end after) (%fx= fraction-end end))
           (make-float-token string begin stop after fraction-end 0
                             #\e negative stream))
          ((and (%fx< fraction-end end)
                (or (%fx> fraction-end after) whole))
           (exponent-in-string string begin stop after fraction-end end
                               negative stream))
          (t nil))))

(defun exponent-in-string
    (string begin stop after fraction-end end negative stream)
  (let* ((marker (char-downcase (%string-ref string fraction-end)))
         (next (%fx+ fraction-end 1))
         (sign (and (%fx< next end)
                    (or (eq (%string-ref string next) #\+)
                        (eq (%string-ref string next) #\-))))
         (digits (if sign (%fx+ next 1) next)))
    (if (and (or (eq marker #\e) (eq marker #\s) (eq marker #\f)
                 (eq marker #\d) (eq marker #\l))
             (%fx< digits end)
             (%fx= (digits-end string digits end 10) end))
        (make-float-token string begin stop after fraction-end
                          (signed-integer string digits end 10
                                          (and sign
                                               (eq (%string-ref string next)
                                                   #\-)))
                          marker negative stream)
        nil)))

(defun make-float-token
    (string begin stop after fraction-end exponent marker negative stream)
  (let* ((fraction-length (%fx- fraction-end after))
         (whole (if (%fx> stop begin) (parse-digits string begin stop 10) 0))
         (digits (if (%fx> fraction-length 0)
                     (%integer+ (%integer* whole
                                           (integer-expt 10 fraction-length))
                                (parse-digits string after fraction-end 10))
                     whole))
         (double (case marker
                   ((#\d #\l) t)
                   (#\e (if (member *read-default-float-format*
                                    '(double-float long-float))
                            t nil))
                   (t nil)))
         (float (if (%fx< (integer-length exponent) 30)
                    (make-decimal-float digits
                                        (%fx- exponent fraction-length) double)
                    (if (eql digits 0) (if double 0d0 0f0) nil))))
    (cond ((null float)
           (reader-problem stream "a ~A cannot represent ~A"
                           (if double 'double-float 'single-float)
                           (string-part string begin fraction-end)))
          (negative (negate float))
          (t float))))

;;; Symbols.

(defun token-marker (token start)
  "The index of the first unescaped colon from START, or NIL."
  (do ((i start (%fx+ i 1)))
      ((%fx>= i (token-fill token)) nil)
    (when (and (eq (%string-ref (token-string token) i) #\:)
               (not (escaped-at-p token i)))
      (return i))))

(defun token-name (token start end)
  "The characters of TOKEN from START to END in the case of the readtable."
  (let ((name (string-part (token-string token) start end))
        (case (%readtable-case *readtable*)))
    (when (eq case :invert)
      (setq case (inverted-case token start end)))
    (case case
      (:upcase
       (dotimes (i (%fx- end start))
         (unless (escaped-at-p token (%fx+ start i))
           (%set-string-ref name i (char-upcase (%string-ref name i))))))
      (:downcase
       (dotimes (i (%fx- end start))
         (unless (escaped-at-p token (%fx+ start i))
           (%set-string-ref name i (char-downcase (%string-ref name i)))))))
    name))

(defun inverted-case (token start end)
  "What :INVERT means for the token: :UPCASE, :DOWNCASE or :PRESERVE."
  (let ((upper nil)
        (lower nil))
    (do ((i start (%fx+ i 1)))
        ((%fx>= i end))
      (unless (escaped-at-p token i)
        (let ((character (%string-ref (token-string token) i)))
          (cond ((upper-case-p character) (setq upper t))
                ((lower-case-p character) (setq lower t))))))
    (cond ((and upper lower) :preserve)
          (upper :downcase)
          (lower :upcase)
          (t :preserve))))

(defun token-symbol (stream token)
  (let ((colon (token-marker token 0))
        (end (token-fill token)))
    (if (null colon)
        (values (intern (token-name token 0 end) *package*))
        (let* ((double (and (%fx< (%fx+ colon 1) end)
                            (eq (token-marker token (%fx+ colon 1))
                                (%fx+ colon 1))))
               (start (%fx+ colon (if double 2 1))))
          (when (or (token-marker token start)
                    (and (%fx= start end) (not (token-escaped token))))
            (reader-problem stream "misplaced colon in ~A"
                            (string-part (token-string token) 0 end)))
          (if (%fx= colon 0)
              (values (intern (token-name token start end)
                              (find-package "KEYWORD")))
              (qualified-symbol stream (token-name token 0 colon)
                                (token-name token start end) double))))))

(defun qualified-symbol (stream package-name name internal)
  (let ((package (find-package package-name)))
    (when (null package)
      (reader-problem stream "no package is named ~A (in the symbol ~A~A~A)"
                      package-name package-name (if internal "::" ":") name))
    (if internal
        (values (intern name package))
        (%mv-let (symbol status) (find-symbol name package)
          (cond ((eq status :external) symbol)
                ((null status)
                 (reader-problem stream "package ~A has no symbol named ~A"
                                 package-name name))
                (t
                 (reader-problem stream
                                 "the symbol ~A is not external in package ~A"
                                 name package-name)))))))
