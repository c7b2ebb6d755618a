;;;; The names of Gray streams that the library's file of streams asks for.

(in-package #:chipz)

;;; It defines these variables without a value where it knows none.

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defvar *binary-input-stream-class* 'astralisp:fundamental-binary-input-stream
    "The class above that of the library's streams.")
  (defvar *stream-read-byte-function* 'astralisp:stream-read-byte
    "The generic function that reads an octet.")
  (defvar *stream-read-sequence-function* 'astralisp:stream-read-sequence
    "The generic function that reads octets."))
