;;;; Full collection: marking, and moving objects out of sparse blocks.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The nursery is empty when this begins. Objects in blocks with the flag
;;; +EVACUATED+ move to fresh blocks when they are met first; every slot that
;;; leads to them is updated when it is scanned, which happens once for each
;;; slot of each live object. Objects that find no room stay and are marked
;;; where they are. All others are marked in place.

(defwired evacuation-address (size)
  "Where an object of SIZE octets that leaves its block goes, or 0."
  (if (/= 0 (compacting))
      (let ((address (linear-address size)))
        (declare (type fixnum address))
        (if (= address 0)
            (set-compacting 2))
        address)
      (if (> (+ (run-pointer) size) (run-end))
          (if (< (free-blocks) (+ 1 +promotion-reserve+))
              0
              (let ((block (find-free-blocks 1)))
                (declare (type fixnum block))
                (take-blocks block 1 +small-block+)
                (set-run-pointer (+ block size))
                (set-run-end (+ block +block-size+))
                block))
          (let ((address (run-pointer)))
            (declare (type fixnum address))
            (set-run-pointer (+ address size))
            address))))

(defwired mark-in-place (reference)
  (let-fixnum ((tag (reference-tag reference))
               (address (- reference tag))
               (at (mark-octet address))
               (bits (octet at))
               (bit (granule-bit address)))
    (if (= 0 (logand bits bit))
        (progn
          (set-octet at 0 (logior bits bit))
          ;; A cons lies in one line.
          (if (= tag +cons-lowtag+)
              (set-octet (line-octet address) 0 1)
              (mark-lines address (object-size address)))
          (push-reference reference)))
    reference))

(defwired evacuate (reference)
  "The new reference to the object of REFERENCE in a block to be left."
  (let-fixnum ((tag (reference-tag reference))
               (from (- reference tag))
               (first (word from)))
    (cond ((= +forward-tag+ (logand first 15))
           (+ (- first +forward-tag+) tag))
          ((mark-bit-p from) reference)
          (t
           (let-fixnum ((size (object-size from))
                        (to (evacuation-address size)))
             (if (= to 0)
                 (mark-in-place reference)
                 (progn
                   (%raw-copy-words to from (shift-right size 3))
                   (set-word from 0 (+ to +forward-tag+))
                   (set-moved-objects (1+ (moved-objects)))
                   (set-start-bit to)
                   (set-mark-bit to)
                   (mark-lines to size)
                   (push-reference (+ to tag))
                   (+ to tag))))))))

(defwired mark-reference (reference)
  "Mark the heap object of REFERENCE; its reference from now on."
  (if (/= 0 (logand +evacuated+
                    (block-kind (reference-address reference))))
      (evacuate reference)
      (mark-in-place reference)))

(defmacro mark-slot (slot)
  "Mark what SLOT, an address, leads to; update it."
  (let ((at (gensym)) (value (gensym)))
    `(let-fixnum ((,at ,slot) (,value (word ,at)))
       (if (and (pointer-word-p ,value) (>= ,value +heap-base+))
           (set-word ,at 0 (the fixnum (mark-reference ,value)))))))

(defwired mark-layout (address)
  (let ((value (word address)))
    (declare (type fixnum value))
    (if (>= value +heap-base+)
        (set-word address 0
                  (+ (- (mark-reference
                         (+ (- value +layout-tag+) +instance-lowtag+))
                        +instance-lowtag+)
                     +layout-tag+)))
    0))

(define-scanner mark-slots mark-slot mark-layout)

(defconstant +scan-limit+ 4096
  "Octets of a large object scanned before what was found is followed.")

(defwired scan-marked (reference from)
  "Scan the object of REFERENCE from the address FROM on."
  (let-fixnum ((address (reference-address reference))
               (end (+ address (object-size address))))
    ;; Without room to note where to go on, all of it is scanned now.
    (if (and (> (- end from) +scan-limit+)
             (< (+ (mark-pointer) 8) (mark-limit)))
        (let ((stop (+ from +scan-limit+)))
          (declare (type fixnum stop))
          (push-rest reference stop)
          (mark-slots address from stop))
        (mark-slots address from end))
    0))

(defwired drain-marked ()
  (while (not (mark-stack-empty-p))
    (let-fixnum ((top (pop-word)) (tag (reference-tag top)))
      (cond ((= tag +cons-lowtag+)
             ;; The car is followed first: lists are longer than deep.
             (mark-slot (+ top (- 8 +cons-lowtag+)))
             (mark-slot (- top +cons-lowtag+)))
            ((pointer-word-p top)
             (scan-marked top (reference-address top)))
            (t (scan-marked (pop-word) top)))))
  0)

(defwired rescan-block (block)
  "Scan all marked objects of BLOCK once more."
  (let-fixnum ((at block) (end (+ block +block-size+)))
    (while (< at end)
      (setq at (next-object at end))
      (if (< at end)
          (progn
            (if (mark-bit-p at)
                (progn
                  (scan-marked (object-reference at) at)
                  (drain-marked)))
            (setq at (+ at 16)))))
    0))

(defwired recover-from-overflow ()
  "After the mark stack was too small: scan marked objects until all that they
lead to is marked."
  (while (/= 0 (mark-overflow))
    (set-mark-overflow 0)
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (let ((kind (logand +kind-mask+ (block-kind block))))
        (declare (type fixnum kind))
        (if (or (= kind +small-block+) (= kind +large-head+))
            (rescan-block block)))))
  0)

;;; Compaction for saving a world: everything moves, packed in the order in
;;; which it is met, small objects within blocks, large ones on whole blocks.

(defwired linear-address (size)
  (if (> size +large-size+)
      (let-fixnum ((count (shift-right (+ size (1- +block-size+))
                                       +block-shift+))
                   (block (find-free-blocks count)))
        (if (/= block 0)
            (progn
              (take-blocks block count +large-tail+)
              (clear-memory block (shift-left count +block-shift+))
              (set-octet (block-kind-octet block) 0 +large-head+)
              (set-half (block-info-half block) 0 count)
              (do-range (i 1 count)
                (set-half (block-info-half
                           (+ block (shift-left i +block-shift+)))
                          0 i))))
        block)
      (progn
        (if (> (+ (linear-pointer) size) (linear-block-end))
            (let ((block (find-free-blocks 1)))
              (declare (type fixnum block))
              (if (= block 0)
                  (return-from linear-address 0))
              (take-blocks block 1 +small-block+)
              (set-linear-pointer block)
              (set-linear-block-end (+ block +block-size+))))
        (let ((address (linear-pointer)))
          (declare (type fixnum address))
          (set-linear-pointer (+ address size))
          address))))

;;; Choosing what to move

(defwired used-lines (block)
  "How many lines of BLOCK hold something."
  (let-fixnum ((at (line-octet block)) (end (+ at +block-lines+)) (count 0))
    (while (< at end)
      (setq count (+ count (octet at)))
      (setq at (1+ at)))
    count))

(defwired choose-evacuation ()
  "Flag sparse small blocks, as many as their survivors surely find room; in
stress mode any small blocks."
  (let-fixnum ((most (if (= 0 (stress-size)) 64 1024))
               (sparse (if (= 0 (stress-size)) 32 (1+ +block-lines+)))
               (room (* +block-lines+
                        (min most (- (free-blocks)
                                     (+ 16 +promotion-reserve+))))))
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (if (and (> room 0) (= +small-block+ (block-kind block)))
          (let ((used (used-lines block)))
            (declare (type fixnum used))
            (if (and (> used 0) (< used sparse) (< used room))
                (progn
                  (setq room (- room used))
                  (set-octet (block-kind-octet block) 0
                             (logior +small-block+ +evacuated+)))))))
    0))

(defwired flag-all-blocks ()
  "Flag every block in use, so that everything moves."
  (do-range (block +heap-base+ (heap-frontier) +block-size+)
    (let ((kind (block-kind block)))
      (declare (type fixnum kind))
      (if (or (= kind +small-block+) (= kind +large-head+)
              (= kind +large-tail+))
          (set-octet (block-kind-octet block) 0 (logior kind +evacuated+)))))
  0)

;;; After marking

(defwired clear-marks ()
  (let ((octets (- (heap-frontier) +heap-base+)))
    (declare (type fixnum octets))
    (clear-memory +marks+ (shift-right octets 7))
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (if (/= +reserved-block+ (block-kind block))
          (clear-memory (line-octet block) +block-lines+)))
    0))

(defwired sweep-small (block)
  (let ((used (used-lines block)))
    (declare (type fixnum used))
    (if (= used 0)
        (free-block block)
        (progn
          (set-octet (block-kind-octet block) 0 +small-block+)
          (set-half (block-info-half block) 0 (- +block-lines+ used))
          (%raw-copy-words (start-octet block) (mark-octet block) 32)))
    0))

(defwired sweep-large (head)
  "Free the blocks of the large object at HEAD unless it is marked; how many
octets of blocks it has."
  (let-fixnum ((octets (shift-left (half (block-info-half head))
                                   +block-shift+))
               (end (+ head octets)))
    (if (mark-bit-p head)
        (do-range (block head end +block-size+)
          (set-octet (block-kind-octet block) 0
                     (logand +kind-mask+ (block-kind block))))
        (do-range (block head end +block-size+)
          (free-block block)))
    octets))

(defwired sweep ()
  "Make everything that is not marked free again."
  (let-fixnum ((at +heap-base+) (end (heap-frontier)))
    (while (< at end)
      (let ((kind (logand +kind-mask+ (block-kind at))))
        (declare (type fixnum kind))
        (setq at
              (+ at
                 (cond ((= kind +small-block+)
                        (sweep-small at)
                        +block-size+)
                       ((= kind +large-head+) (sweep-large at))
                       (t +block-size+))))))
    0))
