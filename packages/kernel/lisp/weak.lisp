;;;; Weak pointers and the entries of weak tables at the end of a collection.
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

;;; Weak pairs (Hayes, Ephemerons, OOPSLA 1997). When all that is strongly
;;; reachable is traced, an entry whose key (or value, as the weakness says) is
;;; alive lets its other half be traced, which may keep more entries: until a
;;; pass over all of them finds nothing new. A chain of entries against the order
;;; of the passes would take one for each of its links, so after +WEAK-PASSES+
;;; everything left is kept until the next collection.

(defconstant +weak-key+ 1 "The value lives if the key does.")
(defconstant +weak-value+ 2 "The key lives if the value does.")
(defconstant +weak-key-or-value+ 4 "Each lives if the other does.")
(defconstant +weak-finalizer+ 5 "The value lives, also when the key is gone.")
(defconstant +weak-passes+ 100 "How often the entries are looked at.")

(defwired alive-p (value full)
  "1 if VALUE is not on its way out."
  (if (pointer-word-p value)
      (if (= full 0)
          (if (in-nursery-p value)
              (if (= +forward-tag+
                     (logand 15 (word (reference-address value))))
                  1
                  0)
              1)
          (if (= +nil-word+ (marked-value value))
              (if (= value +nil-word+) 1 0)
              1))
      1))

(defwired trace-weak-slot (at full)
  (set-weak-progress 1)
  (if (= full 0)
      (progn (promote-slot at)
             (drain-promoted))
      (progn (mark-slot at)
             (drain-marked)))
  0)

(defwired trace-weak-entry (at weakness full)
  "Trace what the entry at the address AT keeps alive by now."
  (let-fixnum ((key (alive-p (word at) full))
               (value (alive-p (word at 8) full)))
    (if (and (= value 0)
             (or (= weakness +weak-finalizer+)
                 (and (= key 1)
                      (or (= weakness +weak-key+)
                          (= weakness +weak-key-or-value+)))))
        (trace-weak-slot (+ at 8) full))
    (if (and (= key 0) (= value 1)
             (or (= weakness +weak-value+) (= weakness +weak-key-or-value+)))
        (trace-weak-slot at full))
    0))

(defwired trace-all-of-entry (at full)
  (if (= 0 (alive-p (word at) full))
      (trace-weak-slot at full))
  (if (= 0 (alive-p (word at 8) full))
      (trace-weak-slot (+ at 8) full))
  0)

(defwired trace-weak-pairs (address passes full)
  "One pass over the entries of the weak pairs at ADDRESS."
  (let-fixnum ((info (weak-pairs-end address))
               (weakness (shift-right (word info) 3)))
    (do-range (at (word info 16) (word info 24) 16)
      (if (< passes +weak-passes+)
          (trace-weak-entry at weakness full)
          (trace-all-of-entry at full)))
    0))

(defwired trace-weak-chain (full)
  "Trace what the weak pairs keep alive, those as well that are met meanwhile."
  (let ((passes 0))
    (declare (type fixnum passes))
    (set-weak-progress 1)
    (while (/= 0 (weak-progress))
      (set-weak-progress 0)
      (let ((at (weak-pairs-chain)))
        (declare (type fixnum at))
        (while (> at 8)
          (trace-weak-pairs at passes full)
          (setq at (word at 8))))
      (if (/= full 0)
          (recover-from-overflow))
      (setq passes (1+ passes)))
    0))

(defwired finish-weak-slot (at full)
  "Bring the slot at the address AT up to date: what it leads to is alive."
  (let ((value (word at)))
    (declare (type fixnum value))
    (if (pointer-word-p value)
        (set-word at 0 (if (= full 0)
                           (promoted-value value)
                           (marked-value value))))
    0))

(defwired finish-weak-entry (at weakness full)
  "Drop the entry at the address AT, or bring it up to date: 8, the word of the
fixnum 1, if it was dropped, else 0."
  (let-fixnum ((key (alive-p (word at) full))
               (value (alive-p (word at 8) full)))
    (if (and (= key 1) (= value 1))
        (progn
          (finish-weak-slot at full)
          (finish-weak-slot (+ at 8) full)
          0)
        (progn
          (set-word at 0 +unbound-marker+)
          (if (= weakness +weak-finalizer+)
              (progn
                (finish-weak-slot (+ at 8) full)
                (set-finalizers-due 1))
              (set-word at 8 +nil-word+))
          8))))

(defwired finish-weak-pairs (full)
  "Trace what the weak pairs met keep alive, and drop their other entries."
  (trace-weak-chain full)
  (let ((at (weak-pairs-chain)))
    (declare (type fixnum at))
    (set-weak-pairs-chain 0)
    (while (> at 8)
      (let-fixnum ((next (word at 8))
                   (info (weak-pairs-end at))
                   (weakness (shift-right (word info) 3))
                   (dropped (word info 8)))
        (do-range (entry (word info 16) (word info 24) 16)
          (setq dropped (+ dropped (finish-weak-entry entry weakness full))))
        (set-word info 8 dropped)
        (set-word at 8 0)
        (setq at next)))
    (if (/= 0 (finalizers-due))
        (set-word (running-structure) +thread-limit+ +poll-now+))
    0))
