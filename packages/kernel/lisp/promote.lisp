;;;; Old space: where survivors go; copying them out of the nursery.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Survivors are bump-allocated in runs of free lines (Blackburn and McKinley,
;;; Immix, PLDI 2008). What does not fit in the current run and is larger than
;;; a line goes to a spare block, so that a run is not given up for it.

(defwired next-run-in-block (block line)
  "Take the first run of free lines of BLOCK from LINE on; true if any."
  (let-fixnum ((lines (line-octet block)) (first line))
    (while (and (< first +block-lines+) (/= 0 (octet lines first)))
      (setq first (1+ first)))
    (if (= first +block-lines+)
        0
        (let-fixnum ((last first))
          (while (and (< last +block-lines+) (= 0 (octet lines last)))
            (set-octet lines last 1)
            (setq last (1+ last)))
          (set-half (block-info-half block) 0
                    (- (half (block-info-half block)) (- last first)))
          (set-run-pointer (+ block (shift-left first +line-shift+)))
          (set-run-end (+ block (shift-left last +line-shift+)))
          (set-run-cursor (run-end))
          1))))

(defwired take-fresh-block ()
  "The lowest free block as a small block whose lines are all taken, or 0."
  (let ((block (find-free-blocks 1)))
    (declare (type fixnum block))
    (if (= block 0)
        0
        (progn
          (take-blocks block 1 +small-block+)
          (%raw-fill-words (line-octet block) 16 #x0101010101010101)
          block))))

(defwired next-run ()
  "Take the next run of free lines, in a block in use or a fresh one; 0 when
no memory is left."
  (let-fixnum ((at (run-cursor)) (end (heap-frontier)) (found 0))
    (while (and (= found 0) (< at end))
      (let ((block (logand at (- +block-size+))))
        (declare (type fixnum block))
        (if (and (= +small-block+ (block-kind block))
                 (/= 0 (half (block-info-half block))))
            (setq found (next-run-in-block
                         block (shift-right (- at block) +line-shift+))))
        (setq at (+ block +block-size+))))
    (if (/= found 0)
        1
        (let ((block (take-fresh-block)))
          (declare (type fixnum block))
          (set-run-cursor (max end (heap-frontier)))
          (set-run-pointer block)
          (set-run-end (if (= block 0) 0 (+ block +block-size+)))
          block))))

(defwired allocate-spare (size)
  "SIZE octets of the spare block, or of a new one; 0 when none is left."
  (if (> (+ (spare-pointer) size) (spare-end))
      (let ((block (take-fresh-block)))
        (declare (type fixnum block))
        (close-spare)
        (set-spare-pointer block)
        (set-spare-end (if (= block 0) 0 (+ block +block-size+)))))
  (let ((address (spare-pointer)))
    (declare (type fixnum address))
    (if (/= address 0)
        (set-spare-pointer (+ address size)))
    address))

(defwired release-lines (from end)
  "Make the whole lines from FROM below END free again: they were not used."
  (let ((at (round-up from +line-size+)))
    (declare (type fixnum at))
    (if (< at end)
        (let ((block (logand at (- +block-size+))))
          (declare (type fixnum block))
          (set-half (block-info-half block) 0
                    (+ (half (block-info-half block))
                       (shift-right (- end at) +line-shift+)))))
    (while (< at end)
      (set-octet (line-octet at) 0 0)
      (setq at (+ at +line-size+)))
    0))

(defwired close-spare ()
  (if (/= 0 (spare-end))
      (release-lines (spare-pointer) (spare-end)))
  (set-spare-pointer 0)
  (set-spare-end 0)
  0)

(defwired close-runs ()
  "Give back what is left of the current run and the spare block."
  (if (/= 0 (run-end))
      (release-lines (run-pointer) (run-end)))
  (set-run-pointer 0)
  (set-run-end 0)
  (close-spare))

(defwired allocate-old (size)
  "SIZE octets of old space for a small object; it gets its start bit. The
collector has made sure that enough blocks are free."
  (let ((address (run-pointer)))
    (declare (type fixnum address))
    (while (> (+ address size) (run-end))
      (if (> size +line-size+)
          (progn
            (setq address (allocate-spare size))
            (if (= address 0)
                (collector-failed 1))
            (set-start-bit address)
            (return-from allocate-old address))
          (progn
            (if (< (run-pointer) (run-end))
                (release-lines (run-pointer) (run-end)))
            (if (= 0 (next-run))
                (collector-failed 1))
            (setq address (run-pointer)))))
    (set-run-pointer (+ address size))
    (set-start-bit address)
    address))

;;; The stack of references whose objects have still to be scanned. A word
;;; whose low bits are 0 is an address within the object of the reference
;;; below it: scanning stopped there.

(defmacro mark-stack-empty-p ()
  '(<= (mark-pointer) +mark-stack+))

(defmacro push-reference (reference)
  "Note that the object of REFERENCE has to be scanned."
  (let ((top (gensym)))
    `(let ((,top (mark-pointer)))
       (declare (type fixnum ,top))
       (if (>= ,top (mark-limit))
           (set-mark-overflow 1)
           (progn (set-word ,top 0 ,reference)
                  (set-mark-pointer (+ ,top 8)))))))

(defwired push-rest (reference address)
  "Note that the object of REFERENCE has still to be scanned from ADDRESS on.
The caller has seen to it that two words fit."
  (let ((top (mark-pointer)))
    (declare (type fixnum top))
    (set-word top 0 reference)
    (set-word top 8 address)
    (set-mark-pointer (+ top 16))
    0))

(defmacro pop-word ()
  "Take the top word off the mark stack."
  (let ((top (gensym)))
    `(let ((,top (- (mark-pointer) 8)))
       (declare (type fixnum ,top))
       (set-mark-pointer ,top)
       (word ,top))))

;;; Promotion

(defmacro in-nursery-p (word)
  `(= (shift-right +nursery-base+ +nursery-shift+)
      (shift-right ,word +nursery-shift+)))

(defwired allocate-survivor (size)
  (let-fixnum ((address (run-pointer)) (end (+ address size)))
    (if (> end (run-end))
        (allocate-old size)
        (let-fixnum ((at (start-octet address)))
          (set-run-pointer end)
          ;; The start bit, without a call.
          (set-octet at 0 (logior (octet at) (granule-bit address)))
          address))))

(defwired copy-survivor (to from size)
  "Copy the SIZE octets, a multiple of 16, of an object. The instruction that
copies strings takes longer to begin than a small object takes to copy."
  (if (> size 256)
      (%raw-copy-words to from (shift-right size 3))
      (let-fixnum ((at 0))
        (while (< at size)
          (%raw-store-u64 (+ to at) 0 (%raw-load-u64 (+ from at) 0))
          (%raw-store-u64 (+ to at) 8 (%raw-load-u64 (+ from at) 8))
          (setq at (+ at 16)))))
  0)

;;; What the first word of an object tells without a look at the rest of it.

(defmacro header-code (word)
  "The type code of the header WORD; 0 for the first word of anything else."
  `(if (= +header-tag+ (logand ,word 15))
       (logand 255 (shift-right ,word 8))
       0))

(defmacro counted-code-p (code)
  "Does the header count of an object of type CODE tell its size?"
  `(and (< +symbol-code+ ,code) (< ,code +simple-vector-code+)
        (/= ,code +code-code+)))

(defmacro raw-code-p (code)
  "Has an object of type CODE no boxed slots?"
  `(or (= ,code #x13) (= ,code #x15)
       (and (< +simple-vector-code+ ,code) (<= ,code +string-code+))))

(defwired promote (reference)
  "The new reference to the nursery object of REFERENCE, copied if need be."
  (let-fixnum ((tag (reference-tag reference))
               (from (- reference tag))
               (first (word from)))
    (if (= +forward-tag+ (logand first 15))
        (+ (- first +forward-tag+) tag)
        (let-fixnum ((code (header-code first))
                     (size (cond ((= tag +cons-lowtag+) 16)
                                 ((counted-code-p code)
                                  (round-up (+ 8 (shift-left
                                                  (shift-right first 32) 3))
                                            16))
                                 (t (object-size from))))
                     (to (allocate-survivor size)))
          (if (= size 16)
              (progn
                (%raw-store-u64 to 0 (%raw-load-u64 from 0))
                (%raw-store-u64 to 8 (%raw-load-u64 from 8)))
              (copy-survivor to from size))
          (set-word from 0 (+ to +forward-tag+))
          (set-promoted-octets (+ (promoted-octets) size))
          (if (not (raw-code-p code))
              (push-reference (+ to tag)))
          (+ to tag)))))

(defmacro promote-slot (slot)
  "Promote what SLOT, an address, leads to; update it."
  (let ((at (gensym)) (value (gensym)))
    `(let-fixnum ((,at ,slot) (,value (word ,at)))
       (if (and (pointer-word-p ,value) (in-nursery-p ,value))
           (set-word ,at 0 (the fixnum (promote ,value)))))))

(defwired promote-layout (address)
  "The same for the word 0 of the instance at ADDRESS."
  (let ((value (word address)))
    (declare (type fixnum value))
    (if (in-nursery-p value)
        (set-word address 0
                  (+ (- (promote (+ (- value +layout-tag+) +instance-lowtag+))
                        +instance-lowtag+)
                     +layout-tag+)))
    0))

(define-scanner promote-slots promote-slot promote-layout)

(defwired drain-promoted ()
  "Scan every object that was promoted and not yet scanned."
  (while (not (mark-stack-empty-p))
    (let-fixnum ((reference (pop-word)) (tag (reference-tag reference))
                 (address (- reference tag)))
      (if (= tag +cons-lowtag+)
          (progn
            (promote-slot (+ address 8))
            (promote-slot address))
          (promote-slots address address
                         (+ address (object-size address))))))
  0)
