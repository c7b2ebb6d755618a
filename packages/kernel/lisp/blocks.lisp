;;;; The block table: start bits, mark bits, lines, kinds; taking blocks.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A start bit says that an object begins at these 16 octets. Start bits cover
;;; static and code space too; mark bits, lines and kinds only the heap.
;;; Invariants between collections: in small and large blocks exactly the
;;; objects whose memory has not been reclaimed have a start bit; a line octet
;;; is 0 exactly when no such object touches the line and no run was taken
;;; over it; free blocks have neither start bits nor dirty cards.

(defconstant +free-block+ 0 "Kind: nothing in it.")
(defconstant +small-block+ 1 "Kind: objects up to 8 KiB, none crosses its end.")
(defconstant +large-head+ 2 "Kind: first block of a large object.")
(defconstant +large-tail+ 3 "Kind: further block of a large object.")
(defconstant +reserved-block+ 4 "Kind: a thread's memory, not the collector's.")
(defconstant +kind-mask+ 15 "The kind proper.")
(defconstant +evacuated+ 128 "Flag of a kind: survivors leave this block.")

(defmacro start-octet (address)
  "Address of the octet with the start bit of ADDRESS."
  `(+ +starts+ (shift-right ,address 7)))

(defmacro mark-octet (address)
  "Address of the octet with the mark bit of ADDRESS."
  `(+ +marks+ (shift-right (- ,address +heap-base+) 7)))

(defmacro granule-bit (address)
  "The bit of ADDRESS in its octet."
  `(shift-left 1 (logand (shift-right ,address 4) 7)))

(defmacro line-octet (address)
  "Address of the octet of the line that holds ADDRESS."
  `(+ +lines+ (shift-right (- ,address +heap-base+) +line-shift+)))

(defmacro block-kind-octet (address)
  "Address of the octet with the kind of the block that holds ADDRESS."
  `(+ +kinds+ (shift-right (- ,address +heap-base+) +block-shift+)))

(defmacro block-info-half (address)
  "Address of the 32 bits about the block that holds ADDRESS: large-head, the
number of blocks; large-tail, how many blocks before it the head is; small, the
number of free lines."
  `(+ +infos+ (shift-left (shift-right (- ,address +heap-base+) +block-shift+)
                          2)))

(defmacro block-kind (address)
  `(octet (block-kind-octet ,address)))

(defwired set-start-bit (address)
  (let ((at (start-octet address)))
    (declare (type fixnum at))
    (set-octet at 0 (logior (octet at) (granule-bit address)))))

(defwired clear-start-bit (address)
  (let ((at (start-octet address)))
    (declare (type fixnum at))
    (set-octet at 0 (logand (octet at) (logxor 255 (granule-bit address))))))

(defmacro start-bit-p (address)
  `(/= 0 (logand (octet (start-octet ,address)) (granule-bit ,address))))

(defmacro mark-bit-p (address)
  `(/= 0 (logand (octet (mark-octet ,address)) (granule-bit ,address))))

(defwired set-mark-bit (address)
  (let ((at (mark-octet address)))
    (declare (type fixnum at))
    (set-octet at 0 (logior (octet at) (granule-bit address)))))

(defwired covering-object (address lowest)
  "The address of the last object that begins at or before ADDRESS, not before
LOWEST; or 0."
  (let-fixnum ((at (start-octet address))
               (first (start-octet lowest))
               (bits (logand (octet at)
                             (1- (shift-left (granule-bit address) 1)))))
    (while (and (= bits 0) (> at first))
      (if (and (= 0 (logand at 3)) (> (- at 4) first))
          (if (= 0 (half (- at 4)))
              (setq at (- at 4))
              (progn (setq at (1- at))
                     (setq bits (octet at))))
          (progn (setq at (1- at))
                 (setq bits (octet at)))))
    (if (= bits 0)
        0
        (let-fixnum ((bit 7))
          (while (= 0 (logand bits (shift-left 1 bit)))
            (setq bit (1- bit)))
          (let ((found (+ (shift-left (- at +starts+) 7) (shift-left bit 4))))
            (declare (type fixnum found))
            (if (< found lowest) 0 found))))))

(defwired next-object (address end)
  "The address of the first object that begins at or after ADDRESS and before
END; or END."
  (let-fixnum ((at (start-octet address))
               (bits (logand (octet at)
                             (lognot (1- (granule-bit address)))))
               (last (start-octet (- end 16))))
    (while (and (= bits 0) (< at last))
      (setq at (1+ at))
      (while (and (= 0 (logand at 3)) (< (+ at 4) last) (= 0 (half at)))
        (setq at (+ at 4)))
      (setq bits (octet at)))
    (if (= bits 0)
        end
        (let-fixnum ((bit 0))
          (while (= 0 (logand bits (shift-left 1 bit)))
            (setq bit (1+ bit)))
          (min end (+ (shift-left (- at +starts+) 7) (shift-left bit 4)))))))

;;; Filling and copying memory

(defwired clear-memory (address octets)
  "Zero OCTETS (a multiple of 8) from ADDRESS (a multiple of 8)."
  (%raw-fill-words address (shift-right octets 3) 0))

(defwired mark-lines (address size)
  "Note that an object of SIZE octets lies at ADDRESS."
  (let-fixnum ((first (line-octet address))
               (last (line-octet (- (+ address size) 1))))
    (set-octet first 0 1)
    (while (< first last)
      (setq first (1+ first))
      (set-octet first 0 1))))

;;; Blocks

(defwired find-free-blocks (count)
  "The address of COUNT adjacent free blocks, lowest first, or 0."
  (let-fixnum ((at (free-hint)) (run 0) (limit (heap-limit)) (seen 0)
               (found 0))
    (while (and (= found 0) (< at limit))
      (if (= +free-block+ (block-kind at))
          (progn
            (if (= seen 0)
                (progn (setq seen 1) (set-free-hint at)))
            (setq run (1+ run))
            (if (= run count)
                (setq found (- at (shift-left (1- count) +block-shift+)))))
          (setq run 0))
      (setq at (+ at +block-size+)))
    found))

(defwired take-blocks (address count kind)
  "Make COUNT free blocks from ADDRESS blocks of KIND."
  (let-fixnum ((end (+ address (shift-left count +block-shift+))))
    (do-range (at address end +block-size+)
      (set-octet (block-kind-octet at) 0 kind)
      (set-half (block-info-half at) 0 0))
    (set-free-blocks (- (free-blocks) count))
    (if (= address (free-hint))
        (set-free-hint end))
    (if (> end (heap-frontier))
        (set-heap-frontier end))
    address))

(defwired free-block (address)
  "Give back one block: it is empty."
  (set-octet (block-kind-octet address) 0 +free-block+)
  (set-half (block-info-half address) 0 0)
  (clear-memory (start-octet address) 256)
  (clear-memory (line-octet address) +block-lines+)
  (clear-memory (+ +card-table+ (shift-right address +card-shift+)) 64)
  (set-free-blocks (1+ (free-blocks)))
  (if (< address (free-hint))
      (set-free-hint address))
  0)

(defwired allocate-large (size)
  "Blocks for one object of SIZE octets: its address (zeroed memory), or 0."
  (let-fixnum ((count (shift-right (+ size (1- +block-size+)) +block-shift+))
               (address (find-free-blocks count))
               (frontier (heap-frontier)))
    (if (= address 0)
        0
        (let-fixnum ((end (+ address (shift-left count +block-shift+))))
          (if (= 0 (fresh-is-zero))
              (setq frontier end))
          (if (< address frontier)
              (clear-memory address (- (min end frontier) address)))
          (take-blocks address count +large-tail+)
          (set-octet (block-kind-octet address) 0 +large-head+)
          (set-half (block-info-half address) 0 count)
          (do-range (i 1 count)
            (set-half (block-info-half (+ address
                                          (shift-left i +block-shift+)))
                      0 i))
          (set-start-bit address)
          (set-large-octets (+ (large-octets) size))
          address))))
