;;;; The entries of weak hash tables, which the collector knows (docs/object-layout.md).

(in-package #:astralisp.runtime)

(defun %make-weak-pairs (capacity weakness)
  "Return room for CAPACITY keys and values in turn, to be read by %SVREF, that
a collection drops as the number WEAKNESS says."
  (let* ((count (+ 5 (* 2 capacity)))
         (octets (logand (+ 8 (* 8 count) 15) -16))
         (address (if (<= octets 4096)
                      (%allocate octets)
                      (%allocate-large octets))))
    (%raw-store-u64 address 0 (%header #x17 0 count))
    (let ((pairs (%address-object address 15)))
      (%set-svref pairs (* 2 capacity) weakness)
      pairs)))

(defun %weak-pairs-dropped (pairs capacity)
  "Return how many entries of PAIRS, which has CAPACITY of them, were dropped."
  (%svref pairs (+ 1 (* 2 capacity))))
