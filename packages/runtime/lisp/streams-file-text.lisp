;;;; File streams of characters: what is read and written in external formats.

(in-package #:astralisp.runtime)

;;; Input. Codes below the limit DIRECT are taken from the buffer at once; for
;;; others the decoder of the format is called.

(defun file-in (stream)
  (let ((start (%file-stream-start stream)))
    (if (%fx< start (%file-stream-end stream))
        (let ((octet (%u8ref (%file-stream-in-buffer stream) start)))
          (cond ((%fx< octet (%file-stream-direct stream))
                 (setf (%file-stream-start stream) (%fx+ start 1))
                 (%code-char octet))
                (t (decode-from-file stream nil))))
        (decode-from-file stream nil))))

(defun decode-from-file (stream final)
  "The next character of STREAM; with FINAL all octets that will come are in its
buffer."
  (if (and (eq (%file-stream-start stream) (%file-stream-end stream))
           (or final (not (refill-file-stream stream))))
      nil
      (let ((start (%file-stream-start stream)))
        (%mv-let (code next)
            (funcall (%file-stream-decoder stream)
                     (%file-stream-in-buffer stream) start
                     (%file-stream-end stream) final)
          (cond ((%fx>= code 0)
                 (setf (%file-stream-start stream) next
                       (%file-stream-last-size stream) (%fx- next start))
                 (%code-char code))
                ((eq code +incomplete+)
                 (decode-from-file stream (not (refill-file-stream stream))))
                (t (replace-malformed stream next final)))))))

(defun replace-malformed (stream next final)
  "What to read instead of the octets of STREAM up to NEXT in its buffer."
  (let* ((start (%file-stream-start stream))
         (instead (or (%format-replacement (%file-stream-format stream))
                      (malformed-input stream start next))))
    (setf (%file-stream-start stream) next
          (%file-stream-last-size stream) (%fx- next start))
    (cond ((eq instead :end) nil)
          ((eql (length instead) 0) (decode-from-file stream final))
          (t
           (when (%fx> (length instead) 1)
             (setf (%file-stream-instead stream) (cdr (coerce instead 'list))
                   (%stream-in stream) #'file-in-instead))
           (char instead 0)))))

(defun file-in-instead (stream)
  "The next character of a replacement."
  (let ((character (pop (%file-stream-instead stream))))
    (unless (%file-stream-instead stream)
      (setf (%stream-in stream) #'file-in))
    (setf (%file-stream-last-size stream) 0)
    character))

(defun malformed-input (stream start next)
  "Signal that the octets START to NEXT in the buffer of STREAM are no character;
return the string to read instead, or :END."
  (restart-case
      (replace-coding-error 'stream-decoding-error
                            :stream stream
                            :external-format
                            (%format-designator (%file-stream-format stream))
                            :octets (subseq (%file-stream-in-buffer stream)
                                            start next)
                            :position (file-stream-now stream))
    (attempt-resync ()
      :report "Leave these octets out."
      "")
    (force-end-of-file ()
      :report "Behave as if the end of the stream was here."
      :end)
    (input-replacement (value)
      :report "Read another character or string instead."
      :interactive read-replacement
      (replacement-string value))))

(defun take-characters (stream string fill limit)
  "Put into STRING from FILL, at most to LIMIT, the characters whose octets are all
in the buffer of STREAM, up to a newline or malformed octets; return where they
end."
  (let* ((buffer (%file-stream-in-buffer stream))
         (decoder (%file-stream-decoder stream))
         (direct (%file-stream-direct stream))
         (at (%file-stream-start stream))
         (end (%file-stream-end stream))
         (first fill)
         (code 0)
         (next 0))
    (block nil
      (tagbody
       again
         (when (or (%fx>= at end) (%fx>= fill limit)) (return))
         (setq code (%u8ref buffer at))
         (if (%fx< code direct)
             (setq next (%fx+ at 1))
             (progn
               (%mv-let (decoded after) (funcall decoder buffer at end nil)
                 (setq code decoded
                       next after))
               (when (%fx< code 0) (return))
               (setf (%file-stream-last-size stream) (%fx- next at))))
         (when (eq code 10) (return))
         (%set-string-ref string fill (%code-char code))
         (setq at next
               fill (%fx+ fill 1))
         (go again)))
    (setf (%file-stream-start stream) at
          (%stream-count stream) (%fx+ (%stream-count stream)
                                       (%fx- fill first)))
    fill))

;;; Output.

(defun put-encoded (stream code)
  "Write the character CODE to STREAM by the encoder of its format."
  (when (%fx> (%fx+ (%file-stream-fill stream) +code-room+) +file-buffer-size+)
    (send-file-output stream))
  (let ((next (funcall (%file-stream-encoder stream) code
                       (%file-stream-out-buffer stream)
                       (%file-stream-fill stream))))
    (if (%fx>= next 0)
        (setf (%file-stream-fill stream) next)
        (put-replacement stream code))))

(defun put-replacement (stream code)
  "Write to STREAM what stands for the character CODE, which its format lacks."
  (let* ((format (%file-stream-format stream))
         (replacement (%format-replacement format)))
    (do () ((and replacement (encodable-p format replacement)))
      (setq replacement (unencodable-output stream format code)))
    (dotimes (i (length replacement))
      (put-encoded stream (%char-code (char replacement i))))))

(defun unencodable-output (stream format code)
  "Signal that FORMAT lacks the character CODE, which is for STREAM; return the
string to write instead."
  (restart-case
      (replace-coding-error 'stream-encoding-error
                            :stream stream
                            :external-format (%format-designator format)
                            :code code
                            :position (file-stream-now stream))
    (output-nothing ()
      :report "Leave this character out."
      "")
    (output-replacement (value)
      :report "Write another character or string instead."
      :interactive read-replacement
      (replacement-string value))))

(defun file-out (stream character)
  (unless (eq (%file-stream-end stream) 0)
    (prepare-output stream))
  (let ((code (%char-code character)))
    (if (%fx< code (%file-stream-direct stream))
        (put-octet stream code)
        (put-encoded stream code)))
  (when (and (eq character #\Newline) (%file-stream-interactive stream))
    (send-file-output stream)))

(defun file-out-string (stream string start end)
  (unless (eq (%file-stream-end stream) 0)
    (prepare-output stream))
  (let ((newline nil)
        (direct (%file-stream-direct stream)))
    (do ((i start (%fx+ i 1)))
        ((%fx>= i end))
      (let ((code (%char-code (%string-ref string i))))
        (when (eq code 10) (setq newline t))
        (if (%fx< code direct)
            (put-octet stream code)
            (put-encoded stream code))))
    (when (and newline (%file-stream-interactive stream))
      (send-file-output stream))))

(defun text-size (stream object)
  "How many octets OBJECT, a character or string, takes when it is written to
STREAM now, or NIL when it cannot be."
  (let* ((format (%file-stream-format stream))
         (scratch (%make-vector #x22 +code-room+))
         (size 0))
    (labels ((add (string instead)
               (dotimes (i (length string))
                 (let ((next (funcall (%file-stream-encoder stream)
                                      (%char-code (char string i))
                                      scratch 0)))
                   (cond ((%fx>= next 0) (setq size (%fx+ size next)))
                         ((null instead) (return-from text-size nil))
                         (t (add instead nil)))))))
      (when (and (%format-marked format) (eql 0 (file-stream-now stream)))
        (add (string (code-char #xFEFF)) nil))
      (add (string object) (%format-replacement format)))
    size))

;;; Byte order marks. A stream whose format has them begins with other methods,
;;; also when it has been moved: they look for the mark, or write it.

(defun set-text-methods (stream)
  "Let STREAM, if it is one of characters, read and write them."
  (when (eq (%stream-element-type stream) 'character)
    (let ((marked (%format-marked (%file-stream-format stream))))
      (when (%file-stream-in-buffer stream)
        (setf (%stream-in stream) (if marked #'file-in-marked #'file-in)))
      (when (%file-stream-out-buffer stream)
        (setf (%stream-out stream) (if marked #'file-out-marked #'file-out)
              (%stream-out-string stream) (if marked
                                              #'file-out-string-marked
                                              #'file-out-string))))))

(defun set-file-format (stream format)
  "Let STREAM use the functions of FORMAT."
  (setf (%file-stream-decoder stream) (%format-decoder format)
        (%file-stream-encoder stream) (%format-encoder format)
        (%file-stream-direct stream) (%format-direct format)))

(defun read-mark (stream)
  "Use the format that the mark at the start of STREAM, which is there, says."
  (let ((format (%file-stream-format stream)))
    (do () ((or (%fx>= (octets-at-hand stream) (%format-unit format))
                (not (refill-file-stream stream)))))
    (%mv-let (chosen next)
        (find-mark format (%file-stream-in-buffer stream)
                   (%file-stream-start stream) (%file-stream-end stream))
      (unless (eq chosen format)
        (set-file-format stream chosen)
        (setf (%file-stream-start stream) next)))))

(defun file-in-marked (stream)
  (let ((now (file-stream-now stream)))
    (cond ((eql now 0) (read-mark stream))
          ((move-file-stream stream 0)
           (read-mark stream)
           (move-file-stream stream now)))
    (setf (%stream-in stream) #'file-in)
    (file-in stream)))

(defun write-mark (stream)
  "Write a mark if STREAM is at its start."
  (setf (%stream-out stream) #'file-out
        (%stream-out-string stream) #'file-out-string)
  (when (eql 0 (file-stream-now stream))
    (file-out stream (code-char #xFEFF))))

(defun file-out-marked (stream character)
  (write-mark stream)
  (file-out stream character))

(defun file-out-string-marked (stream string start end)
  (write-mark stream)
  (file-out-string stream string start end))
