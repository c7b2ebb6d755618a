;;;; The form in which a world is saved: compact, without traces of its past.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The heap is compacted with the threads left out, memory between objects is
;;; zeroed, and a block list is added as an object of its own: the octets depend
;;; only on the objects and their order. The process ends with that.

(defconstant +saved-header+ #x60001000 "Copy of the header, without traces.")

(defwired last-block-end ()
  "The end of the last block in use."
  (let ((at (heap-frontier)))
    (declare (type fixnum at))
    (while (and (> at +heap-base+)
                (= +free-block+ (block-kind (- at +block-size+))))
      (setq at (- at +block-size+)))
    at))

(defwired small-block-used (block)
  "The octets from the start of BLOCK to the end of its last object."
  (let ((last (covering-object (- (+ block +block-size+) 16) block)))
    (declare (type fixnum last))
    (if (= last 0) 0 (- (+ last (object-size last)) block))))

(defwired add-block-list ()
  "Make the vector that the header names at 168, in blocks of its own."
  (let-fixnum ((in-use (shift-right (- (last-block-end) +heap-base+)
                                    +block-shift+))
               ;; Room for its own blocks as well.
               (entries (+ in-use 2 (shift-right in-use 10)))
               (octets (round-16 (+ 16 (shift-left entries 2))))
               (address (allocate-large octets)))
    (if (/= address 0)
        (progn
          (set-word address 0 (+ +header-tag+ (shift-left #x24 8)))
          (set-word address 8 (shift-left entries 3))
          (set-word (+ +world-base+ 168) 0 (+ address +other-lowtag+))))
    address))

(defwired describe-block (block)
  "The entry of BLOCK in the block list. What it does not use is zeroed."
  (let ((kind (block-kind block)))
    (declare (type fixnum kind))
    (cond ((= kind +small-block+)
           (let ((used (small-block-used block)))
             (declare (type fixnum used))
             (clear-memory (+ block used) (- +block-size+ used))
             (+ (shift-left kind 24) used)))
          ((= kind +large-head+)
           (let-fixnum ((size (object-size block))
                        (blocks (half (block-info-half block))))
             (clear-memory (+ block size)
                           (- (shift-left blocks +block-shift+) size))
             (+ (shift-left kind 24) +block-size+)))
          ((= kind +large-tail+) (shift-left kind 24))
          (t
           (clear-memory block +block-size+)
           0))))

(defwired fill-block-list (list)
  (let-fixnum ((end (last-block-end)) (entry (+ list 16)))
    (do-range (block +heap-base+ end +block-size+)
      (set-half entry 0 (describe-block block))
      (setq entry (+ entry 4)))
    (set-world-heap-free end)
    0))

(defwired prepare-header ()
  "A copy of the world header without what belongs to this run."
  (clear-memory +saved-header+ 4096)
  (%raw-copy-words +saved-header+ +world-base+ 512)
  (clear-memory (+ +saved-header+ 88) 40)
  (set-word +saved-header+ 184 0)
  (set-word +saved-header+ 192 0)
  (set-word +saved-header+ 200 (1+ (identity-epoch)))
  0)

(defwired write-part (fd from end)
  "Write FROM up to END, filled up with zeros to whole pages."
  (linux-write-all fd from (- (page-up end) from)))

(defwired write-world (fd)
  "Write all parts; 0 or a negative error number."
  (let ((result (linux-write-all fd +saved-header+ 4096)))
    (declare (type fixnum result))
    (if (= result 0)
        (setq result (write-part fd +static-base+ (world-static-free))))
    (if (= result 0)
        (setq result (write-part fd +code-base+ (world-code-free))))
    (if (= result 0)
        (setq result (write-part fd +heap-base+ (world-heap-free))))
    result))

(defwired freeze-world (fp)
  "Bring the heap into the form that is saved; 0 if there is no room for it."
  (set-ignore-threads 1)
  (if (= 0 (compact-heap fp))
      0
      (let ((list (add-block-list)))
        (declare (type fixnum list))
        (if (= list 0)
            0
            (progn (fill-block-list list)
                   1)))))
