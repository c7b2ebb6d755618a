;;;; Taking over the heap of an image: its blocks enter the block table.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired adopt-small (block used)
  "BLOCK of the image holds objects back to back in its first USED octets."
  (let ((lines (shift-right (+ used (1- +line-size+)) +line-shift+)))
    (declare (type fixnum lines))
    (set-octet (block-kind-octet block) 0 +small-block+)
    (do-range (i 0 lines)
      (set-octet (line-octet block) i 1))
    (set-half (block-info-half block) 0 (- +block-lines+ lines))
    (note-starts block (+ block used))))

(defwired adopt-large (head)
  "The large object at HEAD; how many octets its blocks have."
  (let-fixnum ((size (object-size head))
               (count (shift-right (+ size (1- +block-size+)) +block-shift+)))
    (set-octet (block-kind-octet head) 0 +large-head+)
    (set-half (block-info-half head) 0 count)
    (set-start-bit head)
    (do-range (i 1 count)
      (let ((block (+ head (shift-left i +block-shift+))))
        (declare (type fixnum block))
        (set-octet (block-kind-octet block) 0 +large-tail+)
        (set-half (block-info-half block) 0 i)))
    (shift-left count +block-shift+)))

(defwired adopt-image ()
  "Enter the blocks of the heap image into the table, by its block list."
  (let-fixnum ((entry (1+ (word (+ +world-base+ 168))))
               (end (world-heap-free))
               (at +heap-base+))
    (set-free-blocks (- (free-blocks)
                        (shift-right (- end +heap-base+) +block-shift+)))
    (set-heap-frontier end)
    (set-free-hint end)
    (while (< at end)
      (let-fixnum ((word (half entry)) (kind (shift-right word 24))
                   (octets +block-size+))
        (cond ((= kind +small-block+)
               (adopt-small at (logand word #xFFFFFF)))
              ((= kind +large-head+) (setq octets (adopt-large at))))
        (setq at (+ at octets))
        (setq entry (+ entry (shift-right octets (- +block-shift+ 2))))))
    (set-full-threshold (+ (blocks-in-use) (max (blocks-in-use) 1024)))
    0))
