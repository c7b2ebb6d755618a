;;;; The console of the pc platform: glyphs, terminal, keyboard, line editing.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +test-screen+ #xFD000000 "Where the simulated framebuffer lies.")
(defconstant +test-pitch+ 4096 "As QEMU has it.")
(defconstant +test-thread+ #x60010000 "A thread structure.")

(cl-user::map-memory +test-screen+ (cl:+ +test-screen+ (cl:* 768 4096)))

(defun start-test-screen (columns rows)
  (%raw-fill-words +pc-state+ 512 0)
  (set-tick-kilohertz 1000000)
  (loop for (offset value) in `((0 ,+test-screen+) (4 0) (8 ,(cl:* 8 columns))
                                (12 ,(cl:* 16 rows)) (16 ,+test-pitch+)
                                (20 32))
        do (%raw-store-u32 #x6800 offset value))
  (start-glyphs)
  (start-screen #x6800))

(defun show (text)
  (loop for octet across (sb-ext:string-to-octets text :external-format :utf-8)
        do (screen-write octet))
  (paint-screen))

(defun row-text (row)
  "The characters of ROW as wanted, found by their glyphs."
  (let ((names (make-hash-table)))
    (loop for code from #xFFFF downto 32
          unless (cl:= 0 (character-glyph code))
            do (setf (gethash (character-glyph code) names) (code-char code)))
    (string-right-trim
     " "
     (coerce (loop for column below (screen-columns)
                   for cell = (half (cell-address +wanted-cells+
                                                  (cl:+ column
                                                        (cl:* row
                                                              (screen-columns)))))
                   collect (gethash (cl:logand cell #xFFFF) names (code-char #xFFFD)))
             'string))))

(defun cell-colors (row column)
  (let ((cell (half (cell-address +wanted-cells+
                                  (cl:+ column (cl:* row (screen-columns)))))))
    (list (ldb (byte 4 16) cell) (ldb (byte 4 20) cell))))

(defun pixel (x y)
  (%raw-load-u32 +test-screen+ (cl:+ (cl:* 4 x) (cl:* +test-pitch+ y))))

(defun check-painting ()
  "Every dot of the framebuffer is what the cells wanted say."
  (dotimes (row (screen-rows))
    (dotimes (column (screen-columns))
      (let* ((index (cl:+ column (cl:* row (screen-columns))))
             (cell (half (cell-address +wanted-cells+ index)))
             (ink (ldb (byte 4 16) cell))
             (paper (ldb (byte 4 20) cell))
             (glyph (ldb (byte 16 0) cell)))
        (when (and (cl:= (cursor-hidden) 0) (cl:= row (cursor-row))
                   (cl:= column (min (cursor-column)
                                     (cl:1- (screen-columns)))))
          (rotatef ink paper))
        (dotimes (y 16)
          (dotimes (x 8)
            (let ((dot (logbitp (cl:- 7 x)
                                (octet (cl:+ +console-font+ (cl:* 16 glyph)
                                             y)))))
              (cl-user::check
               (cl:= (pixel (cl:+ x (cl:* 8 column)) (cl:+ y (cl:* 16 row)))
                     (word +palette+ (cl:* 8 (if dot ink paper))))
               row column x y))))))))

(defun expect-rows (&rest rows)
  (loop for row from 0
        for text in rows
        do (cl-user::check (string= text (row-text row)) row text
                           (row-text row))))

(defun test-terminal ()
  (start-test-screen 40 6)
  (show (format nil "one~%two~cTWO~%tab~cx~%ab~c~cX" #\Return #\Tab
                #\Backspace #\Backspace))
  (expect-rows "one" "TWO" "tab     x" "Xb" "" "")
  (show (format nil "~%5~%6~%7~%8"))
  (expect-rows "tab     x" "Xb" "5" "6" "7" "8")
  (show (format nil "~c[2J~c[HGrüße λ→~c[3;5HX~c[2Dyz~c[1;1H~c[K" #\Escape
                #\Escape #\Escape #\Escape #\Escape #\Escape))
  (expect-rows "" "" "   yz" "")
  (show (format nil "Grüße λ→ ─┼│ ☃"))
  (cl-user::check (string= "Grüße λ→ ─┼│ �" (row-text 0)) (row-text 0))
  (check-painting)
  (show (format nil "~c[31;44m!~c[1m!~c[7m!~c[m!" #\Escape #\Escape #\Escape
                #\Escape))
  (let ((column (position #\! (row-text 0))))
    (cl-user::check
     (equal (loop for i from column below (cl:+ column 4)
                  collect (cell-colors 0 i))
            '((1 4) (9 4) (4 9) (7 0)))
     column (loop for i from column below (cl:+ column 4)
                  collect (cell-colors 0 i))))
  (check-painting)
  ;; A line longer than the screen goes on in the next row.
  (show (format nil "~c[2J~c[H~a" #\Escape #\Escape
                (make-string 45 :initial-element #\w)))
  (expect-rows (make-string 40 :initial-element #\w) "wwwww")
  (check-painting))

(defun test-any-octets (seed)
  "Whatever comes, the cursor stays on the screen and the screen is painted."
  (let ((state (sb-ext:seed-random-state seed)))
    (start-test-screen 20 5)
    (loop repeat 3000
          do (screen-write (case (random 6 state)
                             (0 27)
                             (1 91)
                             (2 (cl:+ 48 (random 12 state)))
                             (3 (cl:+ 64 (random 64 state)))
                             (t (random 256 state))))
             (cl-user::check (and (cl:<= 0 (cursor-column) 20)
                                  (cl:<= 0 (cursor-row) 4))
                             (cursor-column) (cursor-row)))
    (paint-screen)
    (check-painting)))

;;; Keys and lines

(defun type-text (text)
  (loop for octet across (sb-ext:string-to-octets text :external-format :utf-8)
        do (type-octet octet +test-thread+)))

(defun read-input ()
  "What the reader gets: a string, NIL for the end of input."
  (let ((count (pc-console-read #x7000 4096)))
    (if (cl:= count -1)
        nil
        (sb-ext:octets-to-string
         (coerce (loop for i below count collect (octet #x7000 i))
                 '(vector (unsigned-byte 8)))
         :external-format :utf-8))))

(defun keys (&rest parts)
  "PARTS as one string; a keyword stands for a key."
  (apply #'concatenate 'string
         (mapcar (lambda (part)
                   (if (stringp part)
                       part
                       (ecase part
                         (:left (format nil "~c[D" #\Escape))
                         (:right (format nil "~c[C" #\Escape))
                         (:up (format nil "~c[A" #\Escape))
                         (:down (format nil "~c[B" #\Escape))
                         (:home (format nil "~c[H" #\Escape))
                         (:end (format nil "~c[F" #\Escape))
                         (:delete (format nil "~c[3~~" #\Escape))
                         (:back (string (code-char 127)))
                         (:enter (string #\Return))
                         (:kill (string (code-char 21))))))
                 parts)))

(defun expect-line (expected &rest parts)
  (type-text (apply #'keys parts))
  (let ((line (read-input)))
    (cl-user::check (equal line (format nil "~a~%" expected)) line expected)))

(defun test-lines ()
  (start-test-screen 40 6)
  (cl-user::check (equal "" (read-input)))
  (expect-line "(+ 1 2)" "(+ 1 2)" :enter)
  (expect-line "abc" "abx" :back "c" :enter)
  (expect-line "grüß" "grüßé" :back :enter)
  (expect-line "1234" "234" :home "1" :enter)
  (expect-line "aXc" "abc" :left :left :delete "X" :enter)
  (expect-line "axbc" "abc" :left :left "x" :end :enter)
  (expect-line "new" "old" :kill "new" :enter)
  (expect-line "new" :up :enter)
  (expect-line "axbc!" :up :up :up "!" :enter)
  (expect-line "z" :up :down "z" :enter)
  (expect-line "" :back :back :left :enter)
  (type-text (format nil "a~cb~c" #\Return #\Return))
  (cl-user::check (equal (format nil "a~%") (read-input)))
  (cl-user::check (equal (format nil "b~%") (read-input)))
  (type-text (string (code-char 4)))
  (cl-user::check (null (read-input)))
  (cl-user::check (equal "" (read-input)))
  ;; The echo is on the screen.
  (show (format nil "~c[2J~c[H" #\Escape #\Escape))
  (expect-line "hello wörld" "hllo wörl" :home :right "e" :end "d" :enter)
  (expect-rows "hello wörld")
  ;; Ctrl-C: the line is dropped and the thread hears of it.
  (%raw-store-u64 +test-thread+ 64 0)
  (type-text "abandoned")
  (cl-user::check (equal "" (read-input)))
  (type-text (string (code-char 3)))
  (cl-user::check (logbitp 2 (%raw-load-u64 +test-thread+ 64)))
  (cl-user::check (cl:= +poll-now+ (word +test-thread+)))
  (show (format nil "~c[2J~c[H" #\Escape #\Escape))
  (expect-line "next" "next" :enter)
  (expect-rows "^C" "next"))

(defun scan (&rest codes)
  (dolist (code codes) (scan-code code +test-thread+))
  (coerce (loop for octet = (take-input)
                until (cl:= octet -1)
                collect (code-char octet))
          'string))

(defun test-keyboard ()
  (start-test-screen 40 6)
  (start-keyboard)
  (start-cursor-keys)
  (flet ((expect (text &rest codes)
           (let ((typed (apply #'scan codes)))
             (cl-user::check (string= text typed) text typed codes))))
    ;; The rows of a US keyboard, each key pressed and released.
    (loop for (first text) in '((2 "1234567890-=") (16 "qwertyuiop[]")
                                (30 "asdfghjkl;'`") (43 "\\zxcvbnm,./"))
          do (loop for code from first
                   for char across text
                   do (expect (string char) code (cl:+ code 128))))
    (expect "A" #x2A 30 158 #xAA)
    (expect "a" 30)
    (expect "!" #x36 2 #xB6)
    (expect "Q" 58 16)
    (expect "1q" 2 #x2A 16 #xAA)
    (expect "q" 58 16)
    (expect (string (code-char 1)) 29 30 158 157)
    (expect (keys :up) #xE0 #x48 #xE0 #xC8)
    (expect (keys :left :right) #xE0 75 #xE0 77)
    (expect (keys :home :end :delete) #xE0 71 #xE0 79 #xE0 83)
    (expect (format nil "~cx" #\Escape) 56 45 184)
    (expect (format nil "~c" #\Return) 28)
    (expect "" #xE0 #x2A #xE0 #xAA #xE1 #x1D #x9D)
    ;; Ctrl-C is no input but an event.
    (%raw-store-u64 +test-thread+ 64 0)
    (expect "" 29 46 174 157)
    (cl-user::check (logbitp 2 (%raw-load-u64 +test-thread+ 64)))
    (loop for code below 256 do (scan code))))

(test-terminal)
(loop for seed below 5 do (test-any-octets seed))
(test-lines)
(test-keyboard)
