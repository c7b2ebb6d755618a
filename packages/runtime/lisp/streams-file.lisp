;;;; File streams: octets through a buffer, characters as UTF-8.

(in-package #:astralisp.runtime)

(defstruct (file-stream (:include ansi-stream) (:constructor %make-file-stream)
                        (:copier nil) (:predicate nil)
                        (:conc-name %file-stream-))
  "A stream of characters or integers to or from a file descriptor."
  (fd -1)
  (pathname nil)
  ;; Octets read and not yet taken: from START to END in IN-BUFFER.
  (in-buffer nil)
  (start 0)
  (end 0)
  ;; Octets written and not yet sent: up to FILL in OUT-BUFFER.
  (out-buffer nil)
  (fill 0)
  ;; The position in the file of the end of IN-BUFFER, or of its use for output.
  (position 0)
  ;; Octets per integer and whether the integer has a sign.
  (width 1)
  (signed nil)
  (interactive nil)
  ;; The name to rename to at the end, and what to delete on abort.
  (final-name nil)
  (delete-on-abort nil))

(defconstant +file-buffer-size+ 8192)

(define-condition system-stream-error (simple-stream-error)
  ((code :initarg :code :reader system-stream-error-code))
  (:documentation "The operating system refused to read or write; CODE is its
negated error number."))

(defun stream-file-error (stream operation code)
  (let ((pathname (%file-stream-pathname stream)))
    (error 'system-stream-error
           :stream stream :code code
           :format-control "~A ~A: ~A"
           :format-arguments (list operation
                                   (or pathname (%file-stream-fd stream))
                                   (system-error-text code)))))

(defvar *system-errors*
  '(1 "operation not permitted" 2 "no such file or directory"
    3 "no such process" 4 "interrupted" 5 "input or output error"
    7 "the arguments and environment variables are too long"
    8 "not a program that can be run" 9 "bad file descriptor"
    10 "no such child process" 11 "try again later" 12 "out of memory"
    13 "permission denied" 16 "device or resource busy" 17 "file exists"
    18 "the two names are on different devices" 20 "not a directory"
    21 "is a directory" 22 "invalid argument" 23 "too many open files in all"
    24 "too many open files" 26 "the program is running" 27 "file too large"
    28 "no space left on device" 29 "no position can be set"
    30 "read-only file system" 31 "too many links" 32 "broken pipe"
    36 "the name is too long" 38 "the system cannot do this"
    39 "directory not empty" 40 "too many symbolic links")
  "Error numbers of Unix and what they mean.")

(defun system-error-text (code)
  "What the negated Unix error number CODE means."
  (or (getf *system-errors* (integer-abs code))
      (concatenate 'string "system error "
                   (integer-digits (integer-abs code) 10))))

;;; Input.

(defvar *interactive-outputs* '()
  "Streams to finish before waiting for input from a person.")

(defun refill-file-stream (stream)
  "Read octets into the empty buffer of STREAM; NIL at the end."
  (and (%fx>= (%file-stream-fd stream) 0)
       (fill-input-buffer stream)))

(defun fill-input-buffer (stream)
  (when (%file-stream-interactive stream)
    (dolist (output *interactive-outputs*)
      (send-file-output output)
      ;; What the person types ends with a newline.
      (setf (%stream-column output) 0)))
  (unless (eq (%file-stream-fill stream) 0)
    (send-file-output stream))
  (let* ((buffer (%file-stream-in-buffer stream))
         (count (%read-octets (%file-stream-fd stream) buffer
                              0 (%vector-length buffer))))
    (when (%fx< count 0)
      (stream-file-error stream "cannot read" count))
    (setf (%file-stream-start stream) 0
          (%file-stream-end stream) count
          (%file-stream-position stream)
          (%integer+ (%file-stream-position stream) count))
    (%fx> count 0)))

(defun next-octet (stream)
  (let ((start (%file-stream-start stream)))
    (cond ((%fx< start (%file-stream-end stream))
           (setf (%file-stream-start stream) (%fx+ start 1))
           (%u8ref (%file-stream-in-buffer stream) start))
          ((refill-file-stream stream) (next-octet stream))
          (t nil))))

(defun next-continuation (stream)
  "The low six bits of the next octet if it continues a character, else NIL."
  (if (or (%fx< (%file-stream-start stream) (%file-stream-end stream))
          (refill-file-stream stream))
      (let* ((start (%file-stream-start stream))
             (octet (%u8ref (%file-stream-in-buffer stream) start)))
        (if (eq (%fx-and octet #xC0) #x80)
            (progn
              (setf (%file-stream-start stream) (%fx+ start 1))
              (%fx-and octet #x3F))
            nil))
      nil))

(defun file-in (stream)
  (let ((octet (next-octet stream)))
    (cond ((null octet) nil)
          ((%fx< octet #x80) (%code-char octet))
          ((%fx< octet #xC2) (%code-char #xFFFD))
          ((%fx< octet #xE0) (decode-more stream (%fx-and octet #x1F) 1 #x80))
          ((%fx< octet #xF0) (decode-more stream (%fx-and octet #x0F) 2 #x800))
          ((%fx< octet #xF5)
           (decode-more stream (%fx-and octet #x07) 3 #x10000))
          (t (%code-char #xFFFD)))))

(defun decode-more (stream code count least)
  ;; Malformed sequences read as the replacement character.
  (dotimes (i count)
    (let ((bits (next-continuation stream)))
      (when (null bits)
        (return-from decode-more (%code-char #xFFFD)))
      (setq code (%fx-or (%fx-shift-left code 6) bits))))
  (if (or (%fx< code least) (%fx>= code #x110000)
          (eq (%fx-and code #x1FF800) #xD800))
      (%code-char #xFFFD)
      (%code-char code)))

(defun file-in-octet (stream)
  (let ((width (%file-stream-width stream))
        (first (next-octet stream)))
    (cond ((null first) nil)
          ((and (eq width 1) (not (%file-stream-signed stream))) first)
          (t
           (let ((value first))
             (do ((i 1 (%fx+ i 1)))
                 ((%fx>= i width))
               (setq value (%logior (%ash value 8)
                                    (or (next-octet stream) 0))))
             (let ((bits (%fx* 8 width)))
               (if (and (%file-stream-signed stream)
                        (not (eql (%ash value (%fx- 1 bits)) 0)))
                   (%integer- value (%ash 1 bits))
                   value)))))))

;;; Output.

(defun send-octets (stream buffer end)
  "Write the octets of BUFFER up to END to the descriptor of STREAM."
  (let ((start 0))
    (do () ((%fx>= start end))
      (let ((count (%write-octets (%file-stream-fd stream) buffer start end)))
        (when (%fx< count 0)
          (stream-file-error stream "cannot write" count))
        (setq start (%fx+ start count))))))

(defun send-file-output (stream)
  (let ((fill (%file-stream-fill stream)))
    (unless (eq fill 0)
      ;; Emptied first: an error must not send the octets again.
      (setf (%file-stream-fill stream) 0
            (%file-stream-position stream)
            (%integer+ (%file-stream-position stream) fill))
      (send-octets stream (%file-stream-out-buffer stream) fill))))

(defun prepare-output (stream)
  "Give back what was read ahead of the present position of STREAM."
  (let ((ahead (%fx- (%file-stream-end stream) (%file-stream-start stream))))
    (when (%fx> ahead 0)
      (let ((position (%integer- (%file-stream-position stream) ahead)))
        (%seek-file (%file-stream-fd stream) position)
        (setf (%file-stream-position stream) position)))
    (setf (%file-stream-start stream) 0
          (%file-stream-end stream) 0)))

(defun put-octet (stream octet)
  (when (%fx>= (%file-stream-fill stream) +file-buffer-size+)
    (send-file-output stream))
  (let ((fill (%file-stream-fill stream)))
    (%set-u8ref (%file-stream-out-buffer stream) fill octet)
    (setf (%file-stream-fill stream) (%fx+ fill 1))))

(defun put-code (stream code)
  "Write the character with CODE to STREAM as UTF-8."
  (flet ((continuation (shift)
           (put-octet stream (%fx-or #x80 (%fx-and #x3F (%fx-shift-right
                                                         code shift))))))
    (cond ((%fx< code #x80) (put-octet stream code))
          ((%fx< code #x800)
           (put-octet stream (%fx-or #xC0 (%fx-shift-right code 6)))
           (continuation 0))
          ((%fx< code #x10000)
           (put-octet stream (%fx-or #xE0 (%fx-shift-right code 12)))
           (continuation 6)
           (continuation 0))
          (t
           (put-octet stream (%fx-or #xF0 (%fx-shift-right code 18)))
           (continuation 12)
           (continuation 6)
           (continuation 0)))))

(defun file-out (stream character)
  (unless (eq (%file-stream-end stream) 0)
    (prepare-output stream))
  (put-code stream (%char-code character))
  (when (and (eq character #\Newline) (%file-stream-interactive stream))
    (send-file-output stream)))

(defun file-out-string (stream string start end)
  (unless (eq (%file-stream-end stream) 0)
    (prepare-output stream))
  (let ((newline nil))
    (do ((i start (%fx+ i 1)))
        ((%fx>= i end))
      (let ((code (%char-code (%string-ref string i))))
        (when (eq code 10) (setq newline t))
        (if (%fx< code #x80)
            (put-octet stream code)
            (put-code stream code))))
    (when (and newline (%file-stream-interactive stream))
      (send-file-output stream))))

(defun file-out-octet (stream integer)
  (let* ((width (%file-stream-width stream))
         (bits (%fx* 8 width))
         (limit (%ash 1 (if (%file-stream-signed stream) (%fx- bits 1) bits))))
    (unless (and (%fx< (%integer-compare integer limit) 0)
                 (%fx>= (%integer-compare
                         integer
                         (if (%file-stream-signed stream) (negate limit) 0))
                        0))
      (error 'type-error :datum integer
                         :expected-type (%stream-element-type stream)))
    (unless (eq (%file-stream-end stream) 0)
      (prepare-output stream))
    (do ((shift (%fx- 8 bits) (%fx+ shift 8)))
        ((%fx> shift 0))
      (put-octet stream (%logand (%ash integer shift) #xFF)))))

;;; Everything else.

(defun file-stream-now (stream)
  "The position of STREAM in octets."
  (let ((position (%integer+
                   (%integer- (%file-stream-position stream)
                              (%fx- (%file-stream-end stream)
                                    (%file-stream-start stream)))
                   (%file-stream-fill stream)))
        (pushed (%stream-pushed stream)))
    (if pushed
        (%integer- position (utf-8-length (%char-code pushed)))
        position)))

(defun file-stream-octets (stream)
  (send-file-output stream)
  (%file-length (%file-stream-fd stream)))

(defun move-file-stream (stream target)
  (send-file-output stream)
  (let* ((width (%file-stream-width stream))
         (octets (case target
                   (:start 0)
                   (:end (file-stream-octets stream))
                   (t (%integer* target width))))
         (answer (%seek-file (%file-stream-fd stream) octets)))
    (if (minusp answer)
        nil
        (progn
          (setf (%file-stream-start stream) 0
                (%file-stream-end stream) 0
                (%file-stream-position stream) octets
                (%stream-pushed stream) nil)
          t))))

(defun close-file-stream (stream abort)
  (unwind-protect
       (unless (and abort (not (%file-stream-interactive stream)))
         (send-file-output stream))
    (%close-file (%file-stream-fd stream))
    ;; The number may soon mean another file.
    (setf (%file-stream-fd stream) -1))
  (let ((temporary (%file-stream-delete-on-abort stream))
        (final (%file-stream-final-name stream)))
    (cond ((and abort temporary) (%delete-file temporary))
          (final (%rename-file temporary final)))))

(defun file-control (stream operation argument)
  (case operation
    ((:finish :force) (send-file-output stream))
    (:clear-output (setf (%file-stream-fill stream) 0))
    (:clear-input
     (when (%file-stream-interactive stream)
       (setf (%file-stream-start stream) (%file-stream-end stream))))
    (:listen
     (cond ((%fx< (%file-stream-start stream) (%file-stream-end stream)) t)
           ((%file-stream-interactive stream) nil)
           ((not (%input-ready-p (%file-stream-fd stream))) nil)
           ((refill-file-stream stream) t)
           (t :end)))
    (:close (close-file-stream stream argument))
    (:position
     (if (eq (%file-stream-width stream) 1)
         (file-stream-now stream)
         (values (%integer-truncate (file-stream-now stream)
                                    (%file-stream-width stream)))))
    (:set-position (move-file-stream stream argument))
    (:length
     (values (%integer-truncate (file-stream-octets stream)
                                (%file-stream-width stream))))
    (:interactive-p (%file-stream-interactive stream))
    (:external-format :utf-8)
    (:pathname (%file-stream-pathname stream))))

;;; Making file streams.

(defun integer-element-type (element-type)
  "Octets per element of the type of integers ELEMENT-TYPE, and whether it is
signed; NIL if ELEMENT-TYPE is one of characters."
  (flet ((octets (bits) (%fx-shift-right (%fx+ bits 7) 3)))
    (cond ((member element-type '(character base-char standard-char
                                  extended-char :default))
           (values nil nil))
          ((eq element-type 'unsigned-byte) (values 1 nil))
          ((eq element-type 'signed-byte) (values 1 t))
          ((eq element-type 'integer) (values 8 t))
          ((eq element-type 'bit) (values 1 nil))
          ((and (consp element-type) (eq (car element-type) 'unsigned-byte)
                (integerp (cadr element-type)))
           (values (octets (cadr element-type)) nil))
          ((and (consp element-type) (eq (car element-type) 'signed-byte)
                (integerp (cadr element-type)))
           (values (octets (cadr element-type)) t))
          ((and (consp element-type) (eq (car element-type) 'integer)
                (integerp (cadr element-type)) (integerp (caddr element-type)))
           (let ((signed (minusp (cadr element-type)))
                 (bits (max (integer-length (cadr element-type))
                            (integer-length (caddr element-type)))))
             (values (octets (max 1 (if signed (%fx+ bits 1) bits))) signed)))
          ((subtypep element-type 'character) (values nil nil))
          ((subtypep element-type 'integer)
           (do ((width 1 (%fx+ width 1)))
               ((%fx> width 64) (values 8 t))
             (let ((bits (%fx* 8 width)))
               (cond ((subtypep element-type `(unsigned-byte ,bits))
                      (return (values width nil)))
                     ((subtypep element-type `(signed-byte ,bits))
                      (return (values width t)))))))
          (t (error 'type-error
                    :datum element-type
                    :expected-type '(satisfies stream-element-type-p))))))

(defun make-fd-stream (fd &key input output (element-type 'character) pathname
                            (position 0) interactive)
  "A stream on the file descriptor FD for INPUT, OUTPUT or both."
  (%mv-let (width signed) (integer-element-type element-type)
    (let ((stream (%make-file-stream :fd fd :pathname pathname
                                     :element-type (if width
                                                       element-type
                                                       'character)
                                     :position position
                                     :interactive interactive
                                     :width (or width 1) :signed signed
                                     :control #'file-control)))
      (when input
        (setf (%file-stream-in-buffer stream)
              (%make-vector #x22 +file-buffer-size+))
        (if width
            (setf (%stream-in-octet stream) #'file-in-octet)
            (setf (%stream-in stream) #'file-in
                  (%stream-in-octet stream) #'file-in-octet)))
      (when output
        (setf (%file-stream-out-buffer stream)
              (%make-vector #x22 +file-buffer-size+))
        (if width
            (setf (%stream-out-octet stream) #'file-out-octet)
            (setf (%stream-out stream) #'file-out
                  (%stream-out-string stream) #'file-out-string
                  (%stream-out-octet stream) #'file-out-octet)))
      stream)))

;;; For those who copy.

(defun octets-at-hand (stream)
  "How many octets of the file STREAM can be read without asking the system."
  (%fx- (%file-stream-end stream) (%file-stream-start stream)))

(defun file-stream-p (object)
  (%instance-of-p object (%layout file-stream)))

(defun abandon-file-stream (stream)
  "Close STREAM, which is not one of the console, for a world that is saved."
  (when (and (%stream-open-p stream)
             (not (member stream (list *stdin* *stdout* *stderr*))))
    (ignore-errors (send-file-output stream))
    (setf (%file-stream-fd stream) -1)
    (close-stream-methods stream)))

(defun make-octets-stream (octets element-type)
  "A stream from which the vector OCTETS is read; there is no file."
  (let ((stream (make-fd-stream -1 :input t :element-type element-type)))
    (setf (%file-stream-end stream) (length octets)
          (%file-stream-position stream) (length octets))
    (when (%fx> (length octets) 0)
      (setf (%file-stream-in-buffer stream) octets))
    stream))

;;; OPEN.

(defun file-problem (pathname control &rest arguments)
  (error 'simple-file-error
         :pathname pathname
         :format-control (concatenate 'string "cannot open ~A: " control)
         :format-arguments (cons pathname arguments)))

(defun open-descriptor (pathname name direction)
  (let ((fd (%open-file name direction)))
    (if (%fx< fd 0)
        (file-problem pathname "~A" (system-error-text fd))
        fd)))

(defun open-for-input (pathname name element-type if-does-not-exist)
  (if (and (null (%probe-file name)) (not (eq if-does-not-exist :error)))
      (if (eq if-does-not-exist :create)
          (progn
            (%close-file (open-descriptor pathname name :append))
            (open-for-input pathname name element-type :error))
          nil)
      (make-fd-stream (open-descriptor pathname name :input)
                      :input t :element-type element-type
                      :pathname pathname)))

(defun open-for-output
    (pathname name input element-type if-exists if-does-not-exist)
  (let ((exists (%probe-file name))
        (fd nil)
        (opened name)
        (final nil)
        (delete nil))
    (cond ((and exists (eq if-exists nil)) (return-from open-for-output nil))
          ((and exists (eq if-exists :error))
           (file-problem pathname "it exists already"))
          ((and (not exists) (eq if-does-not-exist nil))
           (return-from open-for-output nil))
          ((and (not exists) (eq if-does-not-exist :error))
           (file-problem pathname "no such file or directory")))
    (cond ((not exists)
           (setq fd (open-descriptor pathname name (if input :io :output))
                 delete name))
          ((eq if-exists :append)
           (setq fd (open-descriptor pathname name (if input :io :append))))
          ((eq if-exists :overwrite)
           (setq fd (open-descriptor pathname name
                                     (if input :io :overwrite))))
          ((member if-exists '(:supersede :new-version :rename
                               :rename-and-delete))
           (when (eq if-exists :rename)
             (%rename-file name (concatenate 'string name ".bak")))
           (setq opened (if (eq if-exists :rename)
                            name
                            (concatenate 'string name ".new~"))
                 final (if (eq if-exists :rename) nil name)
                 delete opened
                 fd (open-descriptor pathname opened
                                     (if input :io :output))))
          (t (error 'type-error
                    :datum if-exists
                    :expected-type '(member nil :error :new-version :rename
                                     :rename-and-delete :overwrite :append
                                     :supersede))))
    (let ((stream (make-fd-stream fd :input input :output t
                                     :element-type element-type
                                     :pathname pathname)))
      (setf (%file-stream-final-name stream) final
            (%file-stream-delete-on-abort stream) delete)
      (when (eq if-exists :append)
        (setf (%file-stream-position stream) (%file-length fd))
        (when input
          (move-file-stream stream :end)))
      stream)))

(defun open (filespec &key (direction :input) (element-type 'character)
                        (if-exists nil if-exists-p)
                        (if-does-not-exist nil if-does-not-exist-p)
                        (external-format :default))
  "A stream to or from the file FILESPEC, or NIL when IF-EXISTS or
IF-DOES-NOT-EXIST says so. Signals FILE-ERROR when it cannot be opened."
  (declare (ignore external-format))
  (let* ((pathname (merge-pathnames filespec))
         (name (native-namestring pathname))
         (if-exists
           (cond (if-exists-p if-exists)
                 ((eq (pathname-version filespec) :newest) :new-version)
                 (t :error)))
         (if-does-not-exist
           (cond (if-does-not-exist-p if-does-not-exist)
                 ((eq direction :input) :error)
                 ((eq direction :probe) nil)
                 ((member if-exists '(:overwrite :append)) :error)
                 (t :create))))
    (when (eq element-type :default)
      (setq element-type 'character))
    (when (and (eq (%probe-file name) :directory)
               (not (eq direction :probe)))
      (file-problem pathname "is a directory"))
    (case direction
      (:input (open-for-input pathname name element-type if-does-not-exist))
      (:output (open-for-output pathname name nil element-type if-exists
                                if-does-not-exist))
      (:io (open-for-output pathname name t element-type if-exists
                            if-does-not-exist))
      (:probe
       (let ((stream (open-for-input pathname name element-type
                                     if-does-not-exist)))
         (when stream (close stream))
         stream))
      (t (error 'type-error :datum direction
                            :expected-type '(member :input :output :io
                                             :probe))))))

(defmacro with-open-stream ((variable stream) &body body)
  "Bind VARIABLE to STREAM around BODY and close it at the end."
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((abort (temporary "ABORT")))
      `(let ((,variable ,stream)
             (,abort t))
         ,@declarations
         (unwind-protect (multiple-value-prog1 (progn ,@forms)
                           (setq ,abort nil))
           (when ,variable
             (close ,variable :abort ,abort)))))))

(defmacro with-open-file ((variable filespec &rest options) &body body)
  "Bind VARIABLE around BODY to a stream on the file FILESPEC, opened as OPTIONS
say, and close it at the end: with :ABORT when BODY was left by a non-local
exit."
  `(with-open-stream (,variable (open ,filespec ,@options))
     ,@body))

;;; The streams that exist from the start.

(defvar *stdin* (make-fd-stream 0 :input t :interactive (%terminal-p 0)))
(defvar *stdout* (make-fd-stream 1 :output t :interactive t))
(defvar *stderr* (make-fd-stream 2 :output t :interactive t))

(setq *interactive-outputs* (list *stdout* *stderr*))

(defun reset-console ()
  "Look anew at who is at the other end of the standard descriptors: the streams
may come from a saved world."
  (setf (%file-stream-interactive *stdin*) (%terminal-p 0)
        (%file-stream-start *stdin*) 0
        (%file-stream-end *stdin*) 0
        (%stream-pushed *stdin*) nil
        (%stream-column *stdout*) 0
        (%stream-column *stderr*) 0))

(defvar *terminal-io* (make-two-way-stream *stdin* *stdout*)
  "The stream to and from the person at the console.")

(defvar *standard-input* (make-synonym-stream '*stdin*)
  "The stream that is read by default.")

(defvar *standard-output* (make-synonym-stream '*stdout*)
  "The stream that is written by default.")

(defvar *error-output* (make-synonym-stream '*stderr*)
  "The stream for warnings and error messages.")

(defvar *query-io* (make-synonym-stream '*terminal-io*)
  "The stream for questions to the person at the console.")

(defvar *debug-io* (make-synonym-stream '*terminal-io*)
  "The stream of the debugger.")

(defvar *trace-output* (make-synonym-stream '*standard-output*)
  "The stream for TRACE and TIME.")

(defun y-or-n-p (&optional control &rest arguments)
  "Ask on *QUERY-IO* the question formatted from CONTROL and ARGUMENTS until the
answer is y or n; return true for y."
  (apply #'ask-until
         (lambda (answer)
           (cond ((string-equal answer "y") :yes)
                 ((string-equal answer "n") :no)))
         "(y or n) " control arguments))

(defun yes-or-no-p (&optional control &rest arguments)
  "Ask on *QUERY-IO* the question formatted from CONTROL and ARGUMENTS until the
answer is yes or no; return true for yes."
  (apply #'ask-until
         (lambda (answer)
           (cond ((string-equal answer "yes") :yes)
                 ((string-equal answer "no") :no)))
         "(yes or no) " control arguments))

(defun ask-until (classify hint control &rest arguments)
  (block nil
    (tagbody
     again
       (fresh-line *query-io*)
       (when control
         (apply #'format *query-io* control arguments)
         (write-char #\Space *query-io*))
       (write-string hint *query-io*)
       (finish-output *query-io*)
       (let ((answer (funcall classify
                              (string-trim " " (read-line *query-io*)))))
         (when answer
           (return (eq answer :yes))))
       (go again))))
