;;;; The framebuffer: cells wanted, cells shown, painting the difference.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A cell is 32 bits: glyph, ink << 16, paper << 20. Writing changes only the
;;; cells wanted; painting compares them with those shown and draws what
;;; differs. So scrolling costs a copy of a few KiB, however fast text comes.

(defconstant +palette+ #x60C71000 "16 colours, in words.")
(defconstant +pair-table+ #x60C71080 "Four words: the colours of two dots.")
(defconstant +blank-pen+ 7 "Light grey on black.")
(defconstant +paint-interval-ns+ 30000000 "At least so long between paints.")
(defconstant +most-cells+ #x10000 "Cells that there is room for.")

(defmacro cell-address (base index)
  `(+ ,base (shift-left ,index 2)))

(defwired make-cell (glyph pen)
  "PEN is ink + 16 paper."
  (logior glyph (shift-left pen 16)))

(defwired start-palette ()
  (let-fixnum ((at +palette+))
    (do-range (color 0 16)
      (let-fixnum ((high (if (< color 8) #xAA #xFF))
                   (low (if (< color 8) 0 #x55)))
        (set-word at 0
                  (logior (shift-left (if (= 0 (logand color 1)) low high) 16)
                          (shift-left (if (= 0 (logand color 2)) low high) 8)
                          (if (= 0 (logand color 4)) low high)))
        (increment at 8)))
    ;; Softer white, brown, black and blue than the pure ones.
    (set-word (+ +palette+ 0) 0 #x101418)
    (set-word (+ +palette+ 24) 0 #xAA7700)
    (set-word (+ +palette+ 32) 0 #x4060D0)
    (set-word (+ +palette+ 56) 0 #xC8CCD0)
    (set-word (+ +palette+ 64) 0 #x707880))
  0)

(defwired start-screen (description)
  "Use the framebuffer at DESCRIPTION (docs/boot.md), if there is one."
  (let-fixnum ((address (logior (half description)
                                (shift-left (half description 4) 32)))
               (columns (shift-right (half description 8) 3))
               (rows (min (shift-right (half description 12) 4)
                          (%fx-truncate +most-cells+ (max columns 1)))))
    (set-cursor-shown -1)
    (if (and (/= address 0) (= 32 (half description 20))
             (> columns 0) (> rows 0))
        (progn
          (set-screen-pitch (half description 16))
          (set-screen-columns columns)
          (set-screen-rows rows)
          (set-pen +blank-pen+)
          (start-palette)
          (clear-cells 0 (* rows columns))
          (do-range (i 0 (* rows columns))
            (set-half (cell-address +shown-cells+ i) 0 #xFFFFFFFF))
          (set-screen-address address)
          (clear-screen-memory (* 16 rows)))))
  0)

(defwired clear-screen-memory (lines)
  "Paint all LINES of dots in the colour of paper."
  (let-fixnum ((color (word +palette+)))
    (do-range (line 0 lines)
      (%raw-fill-words (+ (screen-address) (* line (screen-pitch)))
                       (shift-left (screen-columns) 2)
                       (logior color (shift-left color 32)))))
  0)

(defwired clear-cells (from end)
  "Blank the cells FROM below END."
  (let-fixnum ((blank (make-cell (character-glyph 32)
                                 (logand (pen) #xF0))))
    (setq blank (logior blank (shift-left +blank-pen+ 16)))
    (do-range (i from end)
      (set-half (cell-address +wanted-cells+ i) 0 blank))
    (set-screen-dirty 1))
  0)

(defwired scroll-cells ()
  "Move all rows up by one; the last becomes blank."
  (let-fixnum ((columns (screen-columns))
               (kept (* columns (- (screen-rows) 1))))
    (%raw-copy-words +wanted-cells+ (cell-address +wanted-cells+ columns)
                     (shift-right (+ kept 1) 1))
    (clear-cells kept (+ kept columns)))
  0)

;;; Painting

(defwired set-pair-colors (pen)
  "Fill the table of pairs of dots: bit 1 says the left dot is ink."
  (let-fixnum ((ink (word +palette+ (shift-left (logand pen 15) 3)))
               (paper (word +palette+ (shift-left (shift-right pen 4) 3))))
    (set-word +pair-table+ 0 (logior paper (shift-left paper 32)))
    (set-word +pair-table+ 8 (logior paper (shift-left ink 32)))
    (set-word +pair-table+ 16 (logior ink (shift-left paper 32)))
    (set-word +pair-table+ 24 (logior ink (shift-left ink 32))))
  0)

(defmacro dot-pair (bits shift)
  "The word of the two dots of BITS at SHIFT; at -3 the lowest."
  `(word (+ +pair-table+
            (logand 24 ,(if (cl:< shift 0)
                            `(shift-left ,bits ,(cl:- shift))
                            `(shift-right ,bits ,shift))))))

(defwired draw-cell (index cell)
  "Paint CELL at the place of cell INDEX."
  (let-fixnum ((columns (screen-columns))
               (row (%fx-truncate index columns))
               (at (+ (screen-address)
                      (* row 16 (screen-pitch))
                      (shift-left (- index (* row columns)) 5)))
               (glyph (glyph-address (logand cell #xFFFF))))
    (set-pair-colors (logand 255 (shift-right cell 16)))
    (do-range (line 0 16)
      (let-fixnum ((bits (octet (+ glyph line))))
        (set-word at 0 (dot-pair bits 3))
        (set-word at 8 (dot-pair bits 1))
        (set-word at 16 (dot-pair bits -1))
        (set-word at 24 (dot-pair bits -3))
        (increment at (screen-pitch)))))
  0)

(defwired swap-colors (cell)
  (let-fixnum ((pen (shift-right cell 16)))
    (make-cell (logand cell #xFFFF)
               (logior (shift-left (logand pen 15) 4) (shift-right pen 4)))))

(defwired paint-screen ()
  "Draw every cell that is not shown as wanted; the cursor is a cell with its
colours swapped."
  (let-fixnum ((cursor (if (/= 0 (cursor-hidden))
                           -1
                           (+ (min (cursor-column) (1- (screen-columns)))
                              (* (cursor-row) (screen-columns)))))
               (count (* (screen-rows) (screen-columns))))
    (do-range (i 0 count)
      (let-fixnum ((cell (half (cell-address +wanted-cells+ i))))
        (if (= i cursor) (setq cell (swap-colors cell)))
        (if (/= cell (half (cell-address +shown-cells+ i)))
            (progn
              (set-half (cell-address +shown-cells+ i) 0 cell)
              (draw-cell i cell))))))
  (set-screen-dirty 0)
  0)

(defwired paint-now ()
  "Show what was written, if there is a screen and anything changed."
  (if (and (/= 0 (screen-address)) (/= 0 (screen-dirty)))
      (progn
        (paint-screen)
        (set-screen-painted (pc-clock-ns))))
  0)

(defwired paint-soon ()
  "Show what was written if the last painting was long enough ago; otherwise
see to it that a timer event comes then."
  (if (and (/= 0 (screen-address)) (/= 0 (screen-dirty)))
      (let-fixnum ((due (+ (screen-painted) +paint-interval-ns+)))
        (if (>= (pc-clock-ns) due)
            (paint-now)
            (if (or (= 0 (alarm-time)) (> (alarm-time) due))
                (progn
                  (set-alarm-time due)
                  (arm-alarm due))))))
  0)
