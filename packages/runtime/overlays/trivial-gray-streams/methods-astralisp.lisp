;;;; The implementation's functions call those of trivial-gray-streams.

(in-package #:trivial-gray-streams)

(defmethod astralisp:stream-read-sequence
    ((stream fundamental-input-stream) sequence &optional (start 0) end)
  (or-fallback
    (stream-read-sequence stream sequence start (or end (length sequence)))))

(defmethod astralisp:stream-write-sequence
    ((stream fundamental-output-stream) sequence &optional (start 0) end)
  (or-fallback
    (stream-write-sequence stream sequence start (or end (length sequence)))))

(defmethod astralisp:stream-file-position
    ((stream fundamental-stream) &optional position)
  (if position
      (setf (stream-file-position stream) position)
      (stream-file-position stream)))
