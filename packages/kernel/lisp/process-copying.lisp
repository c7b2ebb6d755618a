;;;; Copying between streams and the pipes of processes, by threads.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Each stream that is copied has a thread of its own: it waits for the pipe, or
;;; for whatever the stream waits for, and no other has to wait for it.

(defun octet-stream-p (stream)
  "Does STREAM transfer integers?"
  (let ((type (stream-element-type stream)))
    (and (not (eq type t))
         (not (null type))
         (values (subtypep type 'integer)))))

(defun copy-characters (in out)
  "Copy IN up to its end to OUT, which gets what there is when IN has no more at
the moment."
  (let ((buffer (make-string 4096)) (character nil) (count 0))
    (declare (type fixnum count))
    (loop
      (setq character (read-char in nil nil)
            count 0)
      (if (null character)
          (return nil))
      (while (and character
                  (progn
                    (setf (schar buffer count) character)
                    (setq count (1+ count))
                    (< count 4096))
                  (listen in))
        (setq character (read-char in nil nil)))
      (write-string buffer out :end count)
      (if (< count 4096)
          (force-output out)))))

(defun octet-buffer (size)
  (make-array size :element-type '(unsigned-byte 8)))

(defun copy-octets-in (in out)
  "Copy the integers of IN, any stream, to the pipe OUT."
  (let ((buffer (octet-buffer 8192)) (count 0))
    (loop
      (setq count (if (octet-file-stream-p in)
                      (take-octets in buffer 0)
                      (read-sequence buffer in)))
      (if (eql count 0)
          (return nil))
      (put-octets out buffer count))))

(defun copy-octets-out (in out)
  "Copy the octets of the pipe IN to OUT, as they come."
  (let ((buffer (octet-buffer 8192)) (count 0))
    (loop
      (setq count (take-octets in buffer 0))
      (if (eql count 0)
          (return nil))
      (if (octet-file-stream-p out)
          (put-octets out buffer count)
          (write-sequence buffer out :end count)))))

(defun copy-to-program (source out)
  "Copy SOURCE to the pipe OUT. That the program does not read it all is good."
  (handler-case (progn
                  (if (octet-stream-p source)
                      (copy-octets-in source out)
                      (copy-characters source out))
                  (finish-output out))
    (system-stream-error (condition)
      (if (not (and (eq out (stream-error-stream condition))
                    (eql -32 (system-stream-error-code condition))))
          (error condition)))))

(defun copy-from-program (in target)
  "Copy the pipe IN to TARGET."
  (if (octet-stream-p target)
      (copy-octets-out in target)
      (copy-characters in target))
  (finish-output target))

(defun collect-octets (in)
  "The octets of the pipe IN, up to its end, in a vector."
  (let ((vector (octet-buffer 16384)) (fill 0) (count 0))
    (declare (type fixnum fill count))
    (loop
      (setq count (take-octets in vector fill))
      (if (= count 0)
          (return (subseq vector 0 fill)))
      (setq fill (+ fill count))
      (if (> (+ fill 8192) (length vector))
          (setq vector (replace (octet-buffer (* 2 (length vector))) vector
                                :end2 fill))))))

;;; The threads

(defvar *stream-variables*
  '(*standard-input* *standard-output* *error-output* *trace-output*
    *terminal-io* *query-io* *debug-io*)
  "What a synonym stream may mean: to a copier the same as to its maker.")

(defun start-copier (process pipe function)
  "Let a thread call FUNCTION with the stream PIPE, then close that. PROCESS knows
the thread, and what error it met."
  (let* ((values (mapcar #'symbol-value *stream-variables*))
         (thread
           (make-thread
            (lambda ()
              (progv *stream-variables* values
                (unwind-protect
                     (handler-case (funcall function pipe)
                       (error (condition)
                         (setf (%process-problem process) condition)))
                  (close pipe :abort t))))
            :name (format nil "copier of process ~D"
                          (%process-pid process)))))
    (push thread (%process-copiers process))))
