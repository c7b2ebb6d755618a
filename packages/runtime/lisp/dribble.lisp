;;;; DRIBBLE: a session at the console is also written to a file.

(in-package #:astralisp.runtime)

;;; While dribbling, the methods of the console's streams are functions that call
;;; the former ones and write to the file too.

(defvar *dribble* nil
  "NIL, or the stream of the file that is written and a function that ends it.")

(defun record-stream (stream file)
  "Let what is read from and written to STREAM go to FILE too; return a function
that ends this."
  (let ((in (%stream-in stream))
        (out (%stream-out stream))
        (out-string (%stream-out-string stream)))
    (setf (%stream-in stream)
          (lambda (stream)
            (let ((character (funcall in stream)))
              (when character
                (write-char-to file character))
              character))
          (%stream-out stream)
          (lambda (stream character)
            (funcall out stream character)
            (write-char-to file character))
          (%stream-out-string stream)
          (lambda (stream string start end)
            (funcall out-string stream string start end)
            (write-simple-string-to file string start end)))
    (lambda ()
      (setf (%stream-in stream) in
            (%stream-out stream) out
            (%stream-out-string stream) out-string))))

(defun start-dribble (pathname)
  (let* ((file (open pathname :direction :output :if-exists :append
                              :if-does-not-exist :create))
         (ends (list (record-stream *stdin* file)
                     (record-stream *stdout* file)
                     (record-stream *stderr* file))))
    (setq *dribble* (cons file (lambda () (mapc #'funcall ends))))))

(defun end-dribble ()
  (let ((dribble *dribble*))
    (setq *dribble* nil)
    (funcall (cdr dribble))
    (close (car dribble))))

(defun dribble (&optional pathname)
  "Write what is read and written at the console also to the file PATHNAME, at its
end; without PATHNAME, stop that. Return no values. An error is signalled when
a session is written already. CLHS DRIBBLE."
  (cond ((null pathname)
         (when *dribble*
           (end-dribble)))
        (*dribble*
         (error "the session is written already, to ~A"
                (namestring (car *dribble*))))
        (t (start-dribble pathname)))
  (values))
