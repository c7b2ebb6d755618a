;;;; The structures by which the functions on streams work on Gray streams: see
;;;; streams.lisp (GRAY-SHIM).

(in-package #:astralisp.runtime)

(defun gray-shim (stream)
  "The structure that does the work of the Gray stream STREAM."
  (or (and (slot-boundp stream 'shim) (slot-value stream 'shim))
      (setf (slot-value stream 'shim)
            (%make-gray-shim :object stream
                             :in #'gray-in
                             :in-octet #'gray-in-octet
                             :out #'gray-out
                             :out-string #'gray-out-string
                             :out-octet #'gray-out-octet
                             :control #'gray-control))))

(defun stream-to-show (stream)
  "The stream that STREAM is for the user: methods and reader macros get it."
  (if (gray-shim-p stream)
      (%gray-shim-object stream)
      stream))

(defun gray-in (shim)
  (character-or-nil (stream-read-char (%gray-shim-object shim))))

(defun gray-in-octet (shim)
  (character-or-nil (stream-read-byte (%gray-shim-object shim))))

(defun gray-out (shim character)
  (stream-write-char (%gray-shim-object shim) character))

(defun gray-out-string (shim string start end)
  (stream-write-string (%gray-shim-object shim) string start end))

(defun gray-out-octet (shim integer)
  (stream-write-byte (%gray-shim-object shim) integer))

(defun gray-read-line (stream eof-error-p eof-value)
  (multiple-value-bind (line missing-newline-p) (stream-read-line stream)
    (if (and missing-newline-p (eql 0 (length line)))
        (values (at-end stream eof-error-p eof-value) t)
        (values line missing-newline-p))))

(defun gray-control (shim operation argument)
  (let ((stream (%gray-shim-object shim)))
    (case operation
      (:finish (stream-finish-output stream))
      (:force (stream-force-output stream))
      (:clear-output (stream-clear-output stream))
      (:clear-input (stream-clear-input stream))
      (:listen (if (stream-listen stream) t nil))
      (:position (stream-file-position stream))
      (:set-position (stream-file-position stream argument))
      (:element-type (stream-element-type stream))
      (:interactive-p (interactive-stream-p stream))
      (:close (close stream :abort argument))
      (t nil))))
