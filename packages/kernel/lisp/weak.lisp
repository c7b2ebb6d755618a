;;;; Weak pointers at the end of a collection.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired promoted-value (value)
  "What a weak pointer to VALUE holds after a minor collection."
  (if (in-nursery-p value)
      (let ((first (word (reference-address value))))
        (declare (type fixnum first))
        (if (= +forward-tag+ (logand first 15))
            (+ (- first +forward-tag+) (reference-tag value))
            +nil-word+))
      value))

(defwired marked-value (value)
  "What a weak pointer to VALUE holds after a full collection."
  (if (>= value +heap-base+)
      (let-fixnum ((address (reference-address value))
                   (first (word address)))
        (cond ((= +forward-tag+ (logand first 15))
               (+ (- first +forward-tag+) (reference-tag value)))
              ((mark-bit-p address) value)
              (t +nil-word+)))
      value))

(defwired finish-weak-pointers (full)
  "Give every weak pointer met the new reference of its value, or NIL."
  (let ((at (weak-chain)))
    (declare (type fixnum at))
    (set-weak-chain 0)
    (while (> at 8)
      (let-fixnum ((next (word at 16)) (value (word at 8)))
        (set-word at 16 0)
        (if (pointer-word-p value)
            (set-word at 8 (if (= full 0)
                               (promoted-value value)
                               (marked-value value))))
        (setq at next)))
    0))
