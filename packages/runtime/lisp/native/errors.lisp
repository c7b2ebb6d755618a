;;;; What compiled code calls when a check fails (docs/primitives.md).

(in-package #:astralisp.runtime)

(defun %type-error (datum expected-type)
  "DATUM is not of EXPECTED-TYPE."
  (%signal-engine-error :type datum expected-type))

(defun %bounds-error (vector index)
  "INDEX is no valid index of VECTOR."
  (%signal-engine-error :type index
                        (if (and (integerp index)
                                 (vectorp vector))
                            (list 'integer 0 (list (length vector)))
                            'unsigned-byte)))

(defun %odd-key-arguments (count)
  "Keyword arguments do not come in pairs: there are COUNT words."
  (%signal-engine-error :odd-keys (calling-function) count))

(defun %unknown-key (key)
  "KEY is no keyword argument of the function that is called."
  (%signal-engine-error :unknown-key key (calling-function)))

(defun %division-by-zero-error (dividend)
  "DIVIDEND was to be divided by zero."
  (%signal-engine-error :division-by-zero (list dividend 0) '/))

(defun calling-function ()
  "The name of the function whose argument parsing failed."
  (car (%frame-name 2)))
