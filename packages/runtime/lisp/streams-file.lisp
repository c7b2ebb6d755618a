;;;; File streams: octets through a buffer, and where they are in the file.

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
  ;; How characters are written: the format, its functions (those of what a byte
  ;; order mark says), and the limit of the codes that are octets themselves.
  (format nil)
  (decoder nil)
  (encoder nil)
  (direct 0)
  ;; How many octets the last character read had that DIRECT does not tell of.
  (last-size 1)
  ;; The rest of a replacement that is being read.
  (instead nil)
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
  "Read more octets into the buffer of STREAM, where few are left; NIL at the end."
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
  (let* ((fd (%file-stream-fd stream))
         (count (if (and *terminal-reader* (eql fd 0))
                    (fill-from-terminal stream)
                    (fill-buffer stream
                                 (lambda (buffer start end)
                                   (%read-octets fd buffer start end))))))
    (when (%fx< count 0)
      (stream-file-error stream "cannot read" count))
    (%fx> count 0)))

(defun fill-buffer (stream read)
  "Read octets behind those left in the buffer of STREAM by READ, a function of a
vector, start and end. Return how many, or a negative error number."
  (let* ((buffer (%file-stream-in-buffer stream))
         (rest (keep-octets stream buffer))
         (count (funcall read buffer rest (%vector-length buffer))))
    (when (%fx> count 0)
      (setf (%file-stream-end stream) (%fx+ rest count)
            (%file-stream-position stream)
            (%integer+ (%file-stream-position stream) count)))
    count))

;;; Several threads may wait for the terminal, each inside of a read from the same
;;; stream: what one finds when it goes on need not be what it left.

(defvar *terminal-reader* nil
  "NIL, or a function of a function ATTEMPT, by which engines with threads read from
the terminal: it calls ATTEMPT, while no other thread runs or owns the terminal,
until that returns another number than 0, and returns it. ATTEMPT gets a function of
a vector, start and end that reads what is there, perhaps nothing.")

(defvar *prompt-writer* (lambda () nil)
  "Writes anew the prompt at which this thread waits, when another thread has used
the terminal meanwhile.")

(defun fill-from-terminal (stream)
  (let ((rest (keep-octets stream (%file-stream-in-buffer stream)))
        (position (%file-stream-position stream)))
    (funcall *terminal-reader*
             (lambda (read)
               (if (and (%fx< (%file-stream-start stream)
                              (%file-stream-end stream))
                        (not (and (eql rest (%file-stream-end stream))
                                  (eql position
                                       (%file-stream-position stream)))))
                   ;; What another thread left.
                   1
                   (fill-buffer stream read))))))

(defun keep-octets (stream buffer)
  "Move what is left in BUFFER of STREAM to its start; return how much that is."
  (let* ((start (%file-stream-start stream))
         (rest (%fx- (%file-stream-end stream) start)))
    (dotimes (i rest)
      (%set-u8ref buffer i (%u8ref buffer (%fx+ start i))))
    (setf (%file-stream-start stream) 0
          (%file-stream-end stream) rest)
    rest))

(defun next-octet (stream)
  (let ((start (%file-stream-start stream)))
    (cond ((%fx< start (%file-stream-end stream))
           (setf (%file-stream-start stream) (%fx+ start 1))
           (%u8ref (%file-stream-in-buffer stream) start))
          ((refill-file-stream stream) (next-octet stream))
          (t nil))))

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
    (cond ((null pushed) position)
          ((%fx< (%char-code pushed) (%file-stream-direct stream))
           (%integer- position 1))
          (t (%integer- position (%file-stream-last-size stream))))))

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
                (%stream-pushed stream) nil
                (%file-stream-instead stream) nil)
          (set-text-methods stream)
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
    (:external-format (%format-designator (%file-stream-format stream)))
    (:string-length (text-size stream argument))
    (:pathname (%file-stream-pathname stream))))
