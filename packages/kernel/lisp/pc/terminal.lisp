;;;; What octets do to the screen: UTF-8, control characters, escapes.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The sequences are those of ECMA-48 that listeners and editors use: colours,
;;; cursor movement, erasing, showing and hiding the cursor.

(defconstant +pen-bold+ 256 "Of PEN: ink is bright.")
(defconstant +pen-reverse+ 512 "Of PEN: ink and paper change places.")
(defconstant +most-parameters+ 8 "Of an escape sequence.")

(defmacro parameter (index)
  `(word (+ +pc-state+ 384 (shift-left ,index 3))))

(defmacro set-parameter (index value)
  `(set-word (+ +pc-state+ 384 (shift-left ,index 3)) 0 ,value))

(defwired pen-colors ()
  "Ink + 16 paper as the pen paints now."
  (let-fixnum ((ink (logand (pen) 15))
               (paper (logand 15 (shift-right (pen) 4))))
    (if (and (/= 0 (logand (pen) +pen-bold+)) (< ink 8))
        (increment ink 8))
    (if (= 0 (logand (pen) +pen-reverse+))
        (logior ink (shift-left paper 4))
        (logior paper (shift-left ink 4)))))

(defwired move-cursor (row column)
  "Put the cursor there, or as near as the screen reaches."
  (set-cursor-row (max 0 (min row (1- (screen-rows)))))
  (set-cursor-column (max 0 (min column (1- (screen-columns)))))
  (set-screen-dirty 1)
  0)

(defwired next-line ()
  (if (< (cursor-row) (1- (screen-rows)))
      (set-cursor-row (+ (cursor-row) 1))
      (scroll-cells))
  (set-screen-dirty 1)
  0)

(defwired show-character (code)
  "Write the character CODE; past the last column it goes to the next line."
  (if (>= (cursor-column) (screen-columns))
      (progn
        (set-cursor-column 0)
        (next-line)))
  (set-half (cell-address +wanted-cells+
                          (+ (cursor-column)
                             (* (cursor-row) (screen-columns))))
            0
            (make-cell (character-glyph code) (pen-colors)))
  (set-cursor-column (+ (cursor-column) 1))
  (set-screen-dirty 1)
  0)

(defwired control-character (octet)
  (cond ((= octet 10)
         (set-cursor-column 0)
         (next-line))
        ((= octet 13) (move-cursor (cursor-row) 0))
        ((= octet 8)
         (move-cursor (cursor-row)
                      (- (min (cursor-column) (1- (screen-columns))) 1)))
        ((= octet 9)
         (move-cursor (cursor-row)
                      (logand (+ (cursor-column) 8) -8)))
        ((= octet 27) (set-escape-state 1)))
  0)

;;; UTF-8. TEXT-LEFT octets of the character TEXT-CODE are still to come.

(defwired show-octet (octet)
  (if (and (> (text-left) 0) (= #x80 (logand octet #xC0)))
      (progn
        (set-text-code (logior (shift-left (text-code) 6) (logand octet 63)))
        (set-text-left (- (text-left) 1))
        (if (= 0 (text-left)) (show-character (text-code))))
      (progn
        (if (> (text-left) 0) (show-character +unknown-character+))
        (set-text-left 0)
        (cond ((< octet 32) (control-character octet))
              ((< octet 127) (show-character octet))
              ((= octet 127) 0)
              ((and (>= octet #xC2) (< octet #xE0))
               (set-text-code (logand octet 31))
               (set-text-left 1))
              ((and (>= octet #xE0) (< octet #xF0))
               (set-text-code (logand octet 15))
               (set-text-left 2))
              ((and (>= octet #xF0) (< octet #xF5))
               (set-text-code (logand octet 7))
               (set-text-left 3))
              (t (show-character +unknown-character+)))))
  0)

;;; Escape sequences: ESC [ parameters final. ESCAPE-STATE 1 behind ESC, 2
;;; behind [, 3 behind [ and a private mark.

(defwired begin-parameters ()
  (set-escape-state 2)
  (set-escape-count 0)
  (do-range (i 0 +most-parameters+)
    (set-parameter i 0))
  0)

(defwired escape-octet (octet)
  "OCTET came inside an escape sequence."
  (cond ((= (escape-state) 1)
         (if (= octet 91) (begin-parameters) (set-escape-state 0)))
        ((and (>= octet 48) (<= octet 57))
         (set-parameter (escape-count)
                        (min 9999 (+ (* 10 (parameter (escape-count)))
                                     (- octet 48)))))
        ((= octet 59)
         (set-escape-count (min (+ (escape-count) 1)
                                (1- +most-parameters+))))
        ((= octet 63) (set-escape-state 3))
        ((>= octet 64)
         (if (= (escape-state) 3)
             (private-mode octet)
             (control-sequence octet))
         (set-escape-state 0))
        ((< octet 32) (set-escape-state 0)))
  0)

(defwired private-mode (final)
  "ESC [ ? 25 h shows the cursor, l hides it."
  (if (= 25 (parameter 0))
      (progn
        (set-cursor-hidden (if (= final 108) 1 0))
        (set-screen-dirty 1)))
  0)

(defwired erase-display (mode)
  "0 from the cursor, 1 up to it, 2 all."
  (let-fixnum ((here (+ (cursor-column) (* (cursor-row) (screen-columns))))
               (end (* (screen-rows) (screen-columns))))
    (clear-cells (if (= mode 0) here 0)
                 (if (= mode 1) (min end (+ here 1)) end))))

(defwired erase-line (mode)
  (let-fixnum ((start (* (cursor-row) (screen-columns)))
               (end (+ start (screen-columns)))
               (here (min end (+ start (cursor-column)))))
    (clear-cells (if (= mode 0) here start)
                 (if (= mode 1) (min end (+ here 1)) end))))

(defwired set-color (value)
  "The parameter VALUE of ESC [ m."
  (let-fixnum ((old (pen)) (ink (logand old (lognot 15)))
               (paper (logand old (lognot 240))))
    (set-pen
     (cond ((= value 0) +blank-pen+)
           ((= value 1) (logior old +pen-bold+))
           ((= value 7) (logior old +pen-reverse+))
           ((= value 22) (logand old (lognot +pen-bold+)))
           ((= value 27) (logand old (lognot +pen-reverse+)))
           ((and (>= value 30) (<= value 37)) (logior ink (- value 30)))
           ((= value 39) (logior ink 7))
           ((and (>= value 40) (<= value 47))
            (logior paper (shift-left (- value 40) 4)))
           ((= value 49) paper)
           ((and (>= value 90) (<= value 97)) (logior ink (- value 82)))
           ((and (>= value 100) (<= value 107))
            (logior paper (shift-left (- value 92) 4)))
           (t old))))
  0)

(defwired control-sequence (final)
  "Do what ESC [ parameters FINAL says; what is not known is ignored."
  (let-fixnum ((first (parameter 0)) (count (max 1 first))
               (row (cursor-row)) (column (cursor-column)))
    (cond ((= final 65) (move-cursor (- row count) column))
          ((= final 66) (move-cursor (+ row count) column))
          ((= final 67) (move-cursor row (+ column count)))
          ((= final 68) (move-cursor row (- column count)))
          ((= final 71) (move-cursor row (1- count)))
          ((or (= final 72) (= final 102))
           (move-cursor (1- count) (1- (max 1 (parameter 1)))))
          ((= final 74) (erase-display first))
          ((= final 75) (erase-line first))
          ((= final 109)
           (do-range (i 0 (+ (escape-count) 1))
             (set-color (parameter i))))
          ((= final 115) (set-saved-cursor (logior (shift-left row 16) column)))
          ((= final 117)
           (move-cursor (shift-right (saved-cursor) 16)
                        (logand (saved-cursor) #xFFFF)))))
  0)

(defwired screen-write (octet)
  "OCTET is the next one of the text for the screen."
  (if (/= 0 (screen-address))
      (if (= 0 (escape-state)) (show-octet octet) (escape-octet octet)))
  0)
