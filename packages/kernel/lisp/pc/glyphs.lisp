;;;; The glyphs of the console: drawn ones, and those composed from parts.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Glyph N stands at +CONSOLE-FONT+ + 16 N, a row an octet; +GLYPH-INDEX+ has
;;; for each character below 10000h its glyph. Glyph 0 stands for all others.

(defconstant +unknown-character+ #xFFFD "Drawn for what has no glyph.")

(defmacro glyph-address (glyph)
  `(+ +console-font+ (shift-left ,glyph 4)))

(defwired character-glyph (code)
  "The number of the glyph of the character CODE."
  (if (< code #x10000)
      (%raw-load-u16 +glyph-index+ (shift-left code 1))
      0))

(defwired new-glyph (code)
  "The address of an empty glyph for the character CODE."
  (let-fixnum ((glyph (glyph-count)) (address (glyph-address glyph)))
    (set-glyph-count (+ glyph 1))
    (%raw-store-u16 +glyph-index+ (shift-left code 1) glyph)
    (%raw-fill-words address 2 0)
    address))

(defwired set-dots (address row bits)
  "Set the dots BITS in ROW of the glyph at ADDRESS."
  (set-octet (+ address row) 0 (logior bits (octet (+ address row))))
  0)

(defun install-pictures (octets)
  (do-range (at 0 (%vector-length octets) 16)
    (let ((glyph (new-glyph (+ (* 256 (%u8ref octets at))
                               (%u8ref octets (+ at 1))))))
      (do-range (row 0 14)
        (set-dots glyph (+ row 1) (%u8ref octets (+ at row 2)))))))

;;; Letters with accents. On a capital there is room for two rows of accent
;;; when its third row is left out.

(defun accent-rows (accent)
  "The dots of ACCENT, two rows."
  (cond ((eq accent :grave) '(#x10 #x08))
        ((eq accent :acute) '(#x08 #x10))
        ((eq accent :circumflex) '(#x10 #x28))
        ((eq accent :tilde) '(#x34 #x58))
        ((eq accent :ring) '(#x18 #x18))
        (t '(#x00 #x24))))

(defwired copy-letter (to from capital)
  "Copy the glyph at FROM; a CAPITAL (not 0) moves down over its third row."
  (do-range (row 0 16)
    (let-fixnum ((source (if (and (/= capital 0) (<= row 4)) (- row 1) row)))
      (if (>= source 0)
          (set-dots to row (octet (+ from source))))))
  0)

(defun compose-letter (code base accent)
  "The character CODE is the character BASE with ACCENT."
  (let ((to (new-glyph code))
        (from (glyph-address (character-glyph base)))
        (capital (if (< code #xE0) 1 0)))
    (copy-letter to from capital)
    (if (eq accent :cedilla)
        (do-range (row 12 15)
          (set-dots to row
                    (octet (+ (glyph-address (character-glyph #xB8)) row))))
        (let ((rows (accent-rows accent))
              (first (if (= capital 1) 0 2)))
          (set-dots to first (%car rows))
          (set-dots to (+ first 1) (%car (%cdr rows)))))))

(defun compose-letters ()
  "The accented letters of Latin-1, capital and small."
  (let ((letters
          '((65 0 :grave :acute :circumflex :tilde :diaeresis :ring)
            (67 7 :cedilla)
            (69 8 :grave :acute :circumflex :diaeresis)
            (73 12 :grave :acute :circumflex :diaeresis)
            (78 17 :tilde)
            (79 18 :grave :acute :circumflex :tilde :diaeresis)
            (85 25 :grave :acute :circumflex :diaeresis)
            (89 29 :acute))))
    (dolist (letter letters)
      (let ((base (%car letter)) (code (+ #xC0 (%car (%cdr letter)))))
        (dolist (accent (%cdr (%cdr letter)))
          (compose-letter code base accent)
          (compose-letter (+ code 32) (if (= base 73) #x131 (+ base 32))
                          accent)
          (setq code (+ code 1)))))
    (compose-letter #xFF 121 :diaeresis)))

;;; Lines: a band of 1, 2 or 4 dots from each side that has an arm to the far
;;; side of the band in the middle; a double line is a band of 4 whose inside
;;; is taken out again.

(defwired band-start (weight)
  "Distance of the band of a light, heavy or double line from dot 0 or 4."
  (if (= weight 3) 2 3))

(defwired band-end (weight)
  (if (= weight 1) 4 (if (= weight 2) 5 6)))

(defwired fill-dots (address left right top bottom)
  "Set dots LEFT to RIGHT (below) in the rows TOP to BOTTOM (below)."
  (let-fixnum ((bits (- (shift-right 256 left) (shift-right 256 right))))
    (do-range (row top bottom)
      (set-dots address row bits)))
  0)

(defwired clear-dots (address left right top bottom)
  (let-fixnum ((bits (- (shift-right 256 left) (shift-right 256 right))))
    (do-range (row top bottom)
      (set-octet (+ address row) 0
                 (logand (octet (+ address row)) (logxor 255 bits)))))
  0)

(defwired draw-arms (address left right up down)
  "Draw lines of those weights (0 none) from the middle to the four sides."
  (let-fixnum ((across (max left right)) (along (max up down))
               (weight (max across along))
               (x (band-start weight)) (x-end (band-end weight))
               (y (+ x 4)) (y-end (+ x-end 4)))
    (if (/= left 0) (fill-dots address 0 x-end y y-end))
    (if (/= right 0) (fill-dots address x 8 y y-end))
    (if (/= up 0) (fill-dots address x x-end 0 y-end))
    (if (/= down 0) (fill-dots address x x-end y 16))
    (if (= weight 3)
        (progn
          (if (/= left 0) (clear-dots address 0 5 7 9))
          (if (/= right 0) (clear-dots address 3 8 7 9))
          (if (/= up 0) (clear-dots address 3 5 0 9))
          (if (/= down 0) (clear-dots address 3 5 7 16))))
    0))

(defun draw-lines ()
  "The box-drawing characters that join lines of one weight."
  (dolist (set '((1 #x2500 #x2502 #x250C #x2510 #x2514 #x2518
                  #x251C #x2524 #x252C #x2534 #x253C)
                 (2 #x2501 #x2503 #x250F #x2513 #x2517 #x251B
                  #x2523 #x252B #x2533 #x253B #x254B)
                 (3 #x2550 #x2551 #x2554 #x2557 #x255A #x255D
                  #x2560 #x2563 #x2566 #x2569 #x256C)))
    (let ((weight (%car set)) (codes (%cdr set)))
      ;; Arms: 8 left, 4 right, 2 up, 1 down.
      (dolist (arms '(12 3 5 9 6 10 7 11 13 14 15))
        (draw-arms (new-glyph (%car codes))
                   (if (= 0 (logand arms 8)) 0 weight)
                   (if (= 0 (logand arms 4)) 0 weight)
                   (if (= 0 (logand arms 2)) 0 weight)
                   (if (= 0 (logand arms 1)) 0 weight))
        (setq codes (%cdr codes))))))

(defun draw-blocks ()
  "Rounded corners, blocks and shades."
  (dolist (corner '((#x256D 0 1 0 1) (#x256E 1 0 0 1)
                    (#x256F 1 0 1 0) (#x2570 0 1 1 0)))
    (let ((glyph (new-glyph (%car corner))) (arms (%cdr corner)))
      (draw-arms glyph (%car arms) (%car (%cdr arms))
                 (%car (%cdr (%cdr arms)))
                 (%car (%cdr (%cdr (%cdr arms)))))
      (clear-dots glyph 3 4 7 8)))
  (dolist (area '((#x2580 0 8 0 8) (#x2584 0 8 8 16) (#x2588 0 8 0 16)
                  (#x258C 0 4 0 16) (#x2590 4 8 0 16)))
    (let ((sides (%cdr area)))
      (fill-dots (new-glyph (%car area)) (%car sides) (%car (%cdr sides))
                 (%car (%cdr (%cdr sides)))
                 (%car (%cdr (%cdr (%cdr sides)))))))
  (dolist (shade '((#x2591 #x88 #x22) (#x2592 #xAA #x55) (#x2593 #x77 #xDD)))
    (let ((glyph (new-glyph (%car shade))))
      (do-range (row 0 16)
        (set-dots glyph row
                  (if (= 0 (logand row 1))
                      (%car (%cdr shade))
                      (%car (%cdr (%cdr shade)))))))))

(defun start-glyphs ()
  "Fill the font and the index."
  (%raw-fill-words +glyph-index+ #x4000 0)
  (set-glyph-count 1)
  (install-pictures (font-pictures))
  (compose-letters)
  (draw-lines)
  (draw-blocks)
  (let ((unknown (glyph-address (character-glyph +unknown-character+))))
    (%raw-copy-words +console-font+ unknown 2))
  ;; A space that does not break is a space.
  (%raw-store-u16 +glyph-index+ (* 2 #xA0) (character-glyph 32)))
