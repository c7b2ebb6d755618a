;;;; OPEN, and the streams that exist from the start.

(in-package #:astralisp.runtime)

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
                            (position 0) interactive
                            (external-format **lenient-utf-8**))
  "A stream on the file descriptor FD for INPUT, OUTPUT or both."
  (%mv-let (width signed) (integer-element-type element-type)
    (let ((stream (%make-file-stream :fd fd :pathname pathname
                                     :element-type (if width
                                                       element-type
                                                       'character)
                                     :position position
                                     :interactive interactive
                                     :width (or width 1) :signed signed
                                     :format external-format
                                     :control #'file-control)))
      (when input
        (setf (%file-stream-in-buffer stream)
              (%make-vector #x22 +file-buffer-size+)
              (%stream-in-octet stream) #'file-in-octet))
      (when output
        (setf (%file-stream-out-buffer stream)
              (%make-vector #x22 +file-buffer-size+)
              (%stream-out-octet stream) #'file-out-octet))
      (set-file-format stream external-format)
      (set-text-methods stream)
      stream)))

;;; For those who copy.

(defun octets-at-hand (stream)
  "How many octets of the file STREAM can be read without asking the system."
  (%fx- (%file-stream-end stream) (%file-stream-start stream)))

(defun octet-file-stream-p (stream)
  "Is STREAM a file stream of octets?"
  (and (file-stream-p stream)
       (eq (%file-stream-width stream) 1)
       (not (%file-stream-signed stream))
       (not (eq (%stream-element-type stream) 'character))))

(defun take-octets (stream vector start)
  "Read what the file STREAM has at the moment, at least one octet, at most a
buffer, into VECTOR from START on; return how many, 0 at the end."
  (if (or (%fx< (%file-stream-start stream) (%file-stream-end stream))
          (refill-file-stream stream))
      (let* ((from (%file-stream-start stream))
             (count (min (%fx- (%file-stream-end stream) from)
                         (%fx- (%vector-length vector) start))))
        (%replace vector start (%file-stream-in-buffer stream) from count)
        (setf (%file-stream-start stream) (%fx+ from count))
        count)
      0))

(defun put-octets (stream vector end)
  "Write the octets of VECTOR below END to the file STREAM and send them on."
  (check-open stream)
  (unless (eq (%file-stream-end stream) 0)
    (prepare-output stream))
  (send-file-output stream)
  (setf (%file-stream-position stream)
        (%integer+ (%file-stream-position stream) end))
  (send-octets stream vector end))

(defun file-stream-p (object)
  (%instance-of-p object (%layout file-stream)))

(defun abandon-file-stream (stream)
  "Close STREAM, which is not one of the console, for a world that is saved."
  (when (and (%stream-open-p stream)
             (not (member stream (list *stdin* *stdout* *stderr*))))
    (ignore-errors (send-file-output stream))
    (setf (%file-stream-fd stream) -1)
    (close-stream-methods stream)))

(defun make-octets-stream (octets element-type external-format)
  "A stream from which the vector OCTETS is read; there is no file."
  (let ((stream (make-fd-stream -1 :input t :element-type element-type
                                   :external-format external-format)))
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

(defun open-for-input (pathname name element-type format if-does-not-exist)
  (if (and (null (%probe-file name)) (not (eq if-does-not-exist :error)))
      (if (eq if-does-not-exist :create)
          (progn
            (%close-file (open-descriptor pathname name :append))
            (open-for-input pathname name element-type format :error))
          nil)
      (make-fd-stream (open-descriptor pathname name :input)
                      :input t :element-type element-type
                      :external-format format :pathname pathname)))

(defun follow-mark (stream name format)
  "Let STREAM, which will change the file NAME, use the format of its text: the one
that its byte order mark says, if FORMAT has such."
  (when (%format-marked format)
    (let ((reader (make-fd-stream (open-descriptor name name :input)
                                  :input t :external-format format)))
      (read-mark reader)
      (setf (%file-stream-decoder stream) (%file-stream-decoder reader)
            (%file-stream-encoder stream) (%file-stream-encoder reader))
      (close-file-stream reader nil))))

(defun open-for-output
    (pathname name input element-type format if-exists if-does-not-exist)
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
                                     :external-format format
                                     :pathname pathname)))
      (setf (%file-stream-final-name stream) final
            (%file-stream-delete-on-abort stream) delete)
      (when (and exists (member if-exists '(:append :overwrite)))
        (follow-mark stream name format))
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
IF-DOES-NOT-EXIST says so. Signals FILE-ERROR when it cannot be opened, and
UNKNOWN-EXTERNAL-FORMAT."
  (let* ((format (find-external-format external-format))
         (pathname (merge-pathnames filespec))
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
      (:input (open-for-input pathname name element-type format
                              if-does-not-exist))
      (:output (open-for-output pathname name nil element-type format if-exists
                                if-does-not-exist))
      (:io (open-for-output pathname name t element-type format if-exists
                            if-does-not-exist))
      (:probe
       (let ((stream (open-for-input pathname name element-type format
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
