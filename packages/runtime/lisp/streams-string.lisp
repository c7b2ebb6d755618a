;;;; String streams, and the streams made of other streams.

(in-package #:astralisp.runtime)

(defstruct (string-stream (:include ansi-stream) (:constructor nil) (:copier nil)
                          (:conc-name %string-stream-))
  "A stream that reads or writes a string."
  ;; Input: the string, next index and end. Output: buffer and fill.
  (string "")
  (index 0)
  (end 0))

;;; Input.

(defstruct (string-input-stream
            (:include string-stream) (:predicate nil) (:copier nil)
            (:constructor %make-string-input-stream
                (string index end start
                 &aux (in #'string-in) (control #'string-input-control)))
            (:conc-name %string-input-))
  (start 0))

(defun string-in (stream)
  (let ((index (%string-stream-index stream)))
    (if (%fx< index (%string-stream-end stream))
        (progn
          (setf (%string-stream-index stream) (%fx+ index 1))
          (%string-ref (%string-stream-string stream) index))
        nil)))

(defun string-input-index (stream)
  "The index in its string of the character that STREAM reads next."
  (let ((index (%fx- (%string-stream-index stream)
                     (%string-input-start stream))))
    (if (%stream-pushed stream) (%fx- index 1) index)))

(defun string-input-control (stream operation argument)
  (case operation
    (:listen (if (%fx< (%string-stream-index stream)
                       (%string-stream-end stream))
                 t
                 :end))
    (:position (string-input-index stream))
    (:set-position
     (let* ((start (%string-input-start stream))
            (end (%string-stream-end stream))
            (index (case argument
                     (:start start)
                     (:end end)
                     (t (%fx+ start argument)))))
       (when (and (%fx<= start index) (%fx<= index end))
         (setf (%stream-pushed stream) nil
               (%string-stream-index stream) index)
         t)))))

(defun make-string-input-stream (string &optional (start 0) end)
  "A stream that reads the characters of STRING from START to END."
  (%mv-let (data offset length) (string-data string)
    (let ((end (check-bounds start end length)))
      (%make-string-input-stream data (%fx+ offset start) (%fx+ offset end)
                                 (%fx+ offset start)))))

(defmacro with-input-from-string
    ((variable string &key index (start 0) end) &body body)
  "Bind VARIABLE around BODY to a stream that reads STRING from START to END;
store where it stopped into the place INDEX."
  (if index
      (%mv-let (forms declarations) (parse-body body nil)
        (let ((first (temporary "START")))
          `(let* ((,first ,start)
                  (,variable (make-string-input-stream ,string ,first ,end)))
             ,@declarations
             (multiple-value-prog1 (progn ,@forms)
               (setf ,index (%fx+ ,first (string-input-index ,variable)))))))
      `(let ((,variable (make-string-input-stream ,string ,start ,end)))
         ,@body)))

;;; Output.

(defstruct (string-output-stream
            (:include string-stream) (:predicate nil) (:copier nil)
            (:constructor %make-string-output-stream
                (string element-type
                 &aux (out #'string-out) (out-string #'string-out-string)
                   (control #'string-output-control)))
            (:conc-name %string-output-)))

(defun string-out (stream character)
  (let ((buffer (%string-stream-string stream))
        (fill (%string-stream-index stream)))
    (when (%fx= fill (%vector-length buffer))
      (setq buffer (grown-string buffer fill))
      (setf (%string-stream-string stream) buffer))
    (%set-string-ref buffer fill character)
    (setf (%string-stream-index stream) (%fx+ fill 1))))

(defun string-out-string (stream string start end)
  (let* ((buffer (%string-stream-string stream))
         (fill (%string-stream-index stream))
         (count (%fx- end start))
         (new-fill (%fx+ fill count)))
    (when (%fx> new-fill (%vector-length buffer))
      (let ((new (%make-vector #x2C (%fx* 2 new-fill))))
        (%replace new 0 buffer 0 fill)
        (setf (%string-stream-string stream) new)
        (setq buffer new)))
    (%replace buffer fill string start count)
    (setf (%string-stream-index stream) new-fill)))

(defun string-output-control (stream operation argument)
  (case operation
    (:string-length (if (characterp argument) 1 (length argument)))
    (:position (%string-stream-index stream))
    (:clear-output nil)))

(defun make-string-output-stream (&key (element-type 'character))
  "A stream that collects what is written for GET-OUTPUT-STREAM-STRING."
  (%make-string-output-stream (%make-vector #x2C 40) element-type))

(defun get-output-stream-string (string-output-stream)
  "The characters written to STRING-OUTPUT-STREAM since the last such call."
  (unless (%instance-of-p string-output-stream (%layout string-output-stream))
    (error 'type-error :datum string-output-stream
                       :expected-type 'string-stream))
  (when (null (%string-output-element-type string-output-stream))
    (return-from get-output-stream-string
      (make-array 0 :element-type nil)))
  (let* ((fill (%string-stream-index string-output-stream))
         (result (%make-vector #x2C fill)))
    (%replace result 0 (%string-stream-string string-output-stream) 0 fill)
    (setf (%string-stream-index string-output-stream) 0)
    result))

;;; Output to a string with a fill pointer.

(defstruct (fill-pointer-stream
            (:include string-stream) (:predicate nil) (:copier nil)
            (:constructor %make-fill-pointer-stream
                (string &aux (out #'fill-pointer-out)
                   (out-string #'fill-pointer-out-string)
                   (control #'ignore-control)))
            (:conc-name %fill-pointer-)))

(defun fill-pointer-out (stream character)
  (vector-push-extend character (%string-stream-string stream)))

(defun fill-pointer-out-string (stream string start end)
  (let ((target (%string-stream-string stream)))
    (do ((i start (%fx+ i 1)))
        ((%fx>= i end))
      (vector-push-extend (%string-ref string i) target))))

(defmacro with-output-to-string
    ((variable &optional string &key element-type) &body body)
  "Bind VARIABLE around BODY to a stream and return what was written to it as a
string; or append that to STRING, which has a fill pointer, and return BODY's
values."
  (cond (string
         `(let ((,variable (%make-fill-pointer-stream
                            ,(if element-type
                                 `(prog1 ,string ,element-type)
                                 string))))
            ,@body))
        (t
         (%mv-let (forms declarations) (parse-body body nil)
           `(let ((,variable (make-string-output-stream
                              ,@(when element-type
                                  `(:element-type ,element-type)))))
              ,@declarations
              ,@forms
              (get-output-stream-string ,variable))))))

;;; Streams that pass on: IN and OUT are NIL, so that input-stream and
;;; output-stream go on to the target.

(defstruct (synonym-stream
            (:include ansi-stream (in nil) (in-octet nil) (out nil) (out-string nil)
             (out-octet nil) (control #'synonym-control))
            (:predicate nil) (:copier nil)
            (:constructor %make-synonym-stream (symbol)))
  "A stream that stands for the value of a variable."
  (symbol nil :read-only t))

(defun synonym-control (stream operation argument)
  (let ((target (symbol-value (synonym-stream-symbol stream))))
    (case operation
      ((:input-target :output-target) target)
      (:close nil)
      (t (stream-control target operation argument)))))

(defun make-synonym-stream (symbol)
  "A stream that reads and writes the stream that is SYMBOL's value."
  (unless (symbolp symbol)
    (error 'type-error :datum symbol :expected-type 'symbol))
  (%make-synonym-stream symbol))

(defstruct (two-way-stream
            (:include ansi-stream (in nil) (in-octet nil) (out nil) (out-string nil)
             (out-octet nil) (control #'two-way-control))
            (:predicate nil) (:copier nil)
            (:constructor %make-two-way-stream (input-stream output-stream)))
  "A stream that reads one stream and writes another."
  (input-stream nil :read-only t)
  (output-stream nil :read-only t))

(defun two-way-control (stream operation argument)
  (case operation
    (:input-target (two-way-stream-input-stream stream))
    (:output-target (two-way-stream-output-stream stream))
    ((:finish :force :clear-output)
     (stream-control (two-way-stream-output-stream stream) operation argument))
    ((:listen :clear-input :interactive-p)
     (stream-control (two-way-stream-input-stream stream)
                     operation argument))))

(defun check-input-stream (stream)
  (unless (input-stream-p stream)
    (stream-direction-error stream '(satisfies input-stream-p))))

(defun check-output-stream (stream)
  (unless (output-stream-p stream)
    (stream-direction-error stream '(satisfies output-stream-p))))

(defun make-two-way-stream (input-stream output-stream)
  "A stream that reads INPUT-STREAM and writes OUTPUT-STREAM."
  (check-input-stream input-stream)
  (check-output-stream output-stream)
  (%make-two-way-stream input-stream output-stream))

;;; An echo stream: what is read is also written.

(defstruct (echo-stream
            (:include ansi-stream (in #'echo-in) (in-octet #'echo-in-octet)
             (out nil) (out-string nil) (out-octet nil)
             (control #'echo-control))
            (:predicate nil) (:copier nil)
            (:constructor %make-echo-stream (input-stream output-stream)))
  "A stream that writes what it reads."
  (input-stream nil :read-only t)
  (output-stream nil :read-only t))

(defun echo-in (stream)
  (let ((character
          (read-char-from (input-stream (echo-stream-input-stream stream)))))
    (when character
      (write-char character (echo-stream-output-stream stream)))
    character))

(defun echo-in-octet (stream)
  (let ((byte (read-byte (echo-stream-input-stream stream) nil nil)))
    (when byte
      (write-byte byte (echo-stream-output-stream stream)))
    byte))

(defun echo-control (stream operation argument)
  (case operation
    (:output-target (echo-stream-output-stream stream))
    (:peek-source (echo-stream-input-stream stream))
    (:element-type (stream-element-type (echo-stream-input-stream stream)))
    (:listen (listen-or-end (echo-stream-input-stream stream)))
    ((:finish :force :clear-output)
     (stream-control (output-stream (echo-stream-output-stream stream))
                     operation argument))
    ((:clear-input :interactive-p)
     (stream-control (input-stream (echo-stream-input-stream stream))
                     operation argument))))

(defun make-echo-stream (input-stream output-stream)
  "A stream that reads INPUT-STREAM and writes to OUTPUT-STREAM both what is
written to it and what is read from it."
  (check-input-stream input-stream)
  (check-output-stream output-stream)
  (%make-echo-stream input-stream output-stream))

;;; Several streams as one.

(defstruct (broadcast-stream
            (:include ansi-stream (out #'broadcast-out)
             (out-string #'broadcast-out-string)
             (out-octet #'broadcast-out-octet) (control #'broadcast-control))
            (:predicate nil) (:copier nil)
            (:constructor %make-broadcast-stream (streams)))
  "A stream that writes to any number of others."
  (streams nil :read-only t))

(defun broadcast-out (stream character)
  (dolist (target (broadcast-stream-streams stream))
    (write-char-to (output-stream target) character)))

(defun broadcast-out-string (stream string start end)
  (dolist (target (broadcast-stream-streams stream))
    (write-simple-string-to (output-stream target) string start end)))

(defun broadcast-out-octet (stream integer)
  (dolist (target (broadcast-stream-streams stream))
    (write-byte integer target)))

(defun broadcast-control (stream operation argument)
  (let ((streams (broadcast-stream-streams stream))
        (result nil))
    (case operation
      ((:finish :force :clear-output)
       (dolist (target streams)
         (stream-control (output-stream target) operation argument)))
      (:output-p t)
      (:element-type (if streams (stream-element-type (car (last streams))) t))
      (:string-length (if streams
                          (file-string-length (car (last streams)) argument)
                          1))
      (:external-format
       (and streams (stream-external-format (car (last streams)))))
      ((:position :length)
       (if (null streams)
           0
           (dolist (target streams result)
             (setq result (stream-control (output-stream target) operation
                                          argument))))))))

(defun make-broadcast-stream (&rest streams)
  "A stream whose output goes to all STREAMS."
  (dolist (stream streams)
    (check-output-stream stream))
  (%make-broadcast-stream streams))

(defstruct (concatenated-stream
            (:include ansi-stream (in #'concatenated-in)
             (in-octet #'concatenated-in-octet)
             (control #'concatenated-control))
            (:predicate nil) (:copier nil)
            (:constructor %make-concatenated-stream (streams)))
  "A stream that reads others one after the other."
  (streams nil)
  ;; The one that the last character came from: it gets back what is unread.
  (source nil))

(defun concatenated-source (stream)
  (or (concatenated-stream-source stream)
      (error 'simple-stream-error
             :stream stream
             :format-control "no character has been read from ~S yet"
             :format-arguments (list stream))))

(defmacro next-of-concatenated (stream form)
  ;; The value of FORM for the first stream, dropping those at their end.
  `(block nil
     (tagbody
      again
        (let ((source (car (concatenated-stream-streams ,stream))))
          (when (null source) (return nil))
          (let ((element ,form))
            (when element (return element)))
          (setf (concatenated-stream-streams ,stream)
                (cdr (concatenated-stream-streams ,stream)))
          (go again)))))

(defun concatenated-in (stream)
  (next-of-concatenated
   stream
   (progn
     (setf (concatenated-stream-source stream) source)
     (read-char-from (input-stream source)))))

(defun concatenated-peek-source (stream)
  "The first of its streams that is not at its end, or NIL."
  (next-of-concatenated stream (and (peek-char-from (input-stream source))
                                    source)))

(defun concatenated-in-octet (stream)
  (next-of-concatenated stream (read-byte source nil nil)))

(defun concatenated-control (stream operation argument)
  (declare (ignore argument))
  (case operation
    (:input-p t)
    (:element-type
     (let ((source (car (concatenated-stream-streams stream))))
       (if source (stream-element-type source) t)))
    (:listen
     (dolist (source (concatenated-stream-streams stream) :end)
       (let ((answer (listen-or-end source)))
         (unless (eq answer :end)
           (return answer)))))
    (:peek-source (concatenated-peek-source stream))
    (:clear-input nil)))

(defun make-concatenated-stream (&rest streams)
  "A stream that reads STREAMS one after the other."
  (dolist (stream streams)
    (check-input-stream stream))
  (%make-concatenated-stream streams))

;;; What the standard names among the readers of these structures.

(macrolet ((document (&rest names-and-texts)
             (let ((forms '()))
               (dolist (entry names-and-texts)
                 (push `(set-documentation ',(car entry) 'function
                                           ,(car (cdr entry)))
                       forms))
               `(progn ,@(nreverse-onto forms nil)))))
  (document
   (synonym-stream-symbol
    "The symbol whose value the synonym stream stands for.")
   (two-way-stream-input-stream "The stream that the two-way stream reads.")
   (two-way-stream-output-stream "The stream that the two-way stream writes.")
   (echo-stream-input-stream "The stream that the echo stream reads.")
   (echo-stream-output-stream "The stream that the echo stream writes.")
   (broadcast-stream-streams "The streams that the broadcast stream writes.")
   (concatenated-stream-streams
    "The streams that the concatenated stream has not yet read to their ends.")
   (random-state-p "True if the argument is a random state.")))
