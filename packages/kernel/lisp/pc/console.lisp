;;;; The console: serial line, keyboard and screen as one; line editing.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Input is given to the reader by lines, as a Unix terminal does. A line can
;;; be edited until Enter: Backspace and Delete, the cursor keys, Home and End,
;;; Ctrl-A E B F D U K, and Up and Down for the lines before it.

(defconstant +edit-line+ #x60D20000 "The line being edited or read.")
(defconstant +edit-line-size+ 4096 "Octets that a line may have.")
(defconstant +history+ #x60D30000 "Lines entered before, each zero-ended.")
(defconstant +history-lines+ 32 "A power of two.")
(defconstant +history-size+ 1024 "Octets kept of each.")

(define-kernel-words #x6000C400
  (line-length 0 "Octets in the line.")
  (line-position 8 "Where the cursor stands in it.")
  (line-ready 16 "Octets of the line that can be read, 0 while it is edited.")
  (line-taken 24 "Octets of those that were read.")
  (line-end 32 "Not 0: Ctrl-D on an empty line.")
  (input-state 40 "1 behind ESC, 2 behind ESC [.")
  (input-number 48 "The number in an escape sequence.")
  (history-count 56 "Lines ever kept.")
  (history-place 64 "Which line Up or Down brought."))

(defwired console-octet (octet)
  "Write OCTET to the serial line and the screen."
  (serial-write octet)
  (screen-write octet)
  0)

(defwired discard-line ()
  "Forget the line being edited: Ctrl-C was typed. One that was entered and not
yet read to its end stays."
  (if (= 0 (line-ready))
      (progn
        (if (> (line-length) 0)
            (progn
              (console-octet 94)
              (console-octet 67)
              (console-octet 10)))
        (set-line-length 0)
        (set-line-position 0)))
  (set-input-state 0)
  (set-line-dropped 0)
  0)

(defwired pc-console-write (address count)
  "Write the COUNT octets at ADDRESS."
  (if (/= 0 (line-dropped))
      (discard-line))
  (do-range (i 0 count)
    (console-octet (octet (+ address i))))
  (paint-soon)
  count)

;;; The line on the screen. Octets 80h-BFh belong to the character before.

(defwired show-line (from end)
  (do-range (i from end)
    (console-octet (octet (+ +edit-line+ i))))
  0)

(defwired characters (from end)
  "How many characters the octets FROM below END of the line make."
  (let-fixnum ((count 0))
    (do-range (i from end)
      (if (/= #x80 (logand #xC0 (octet (+ +edit-line+ i)))) (increment count)))
    count))

(defwired write-times (octet count)
  (do-range (i 0 count)
    (console-octet octet))
  0)

(defwired cursor-left (from end)
  "Move back over what the octets FROM below END show."
  (write-times 8 (characters from end)))

(defwired previous-position (position)
  (let-fixnum ((at (max 0 (- position 1))))
    (while (and (> at 0) (= #x80 (logand #xC0 (octet (+ +edit-line+ at)))))
      (increment at -1))
    at))

(defwired next-position (position)
  (let-fixnum ((at (min (line-length) (+ position 1))))
    (while (and (< at (line-length))
                (= #x80 (logand #xC0 (octet (+ +edit-line+ at)))))
      (increment at))
    at))

(defwired go-to (position)
  "Move the cursor to POSITION in the line."
  (if (< position (line-position))
      (cursor-left position (line-position))
      (show-line (line-position) position))
  (set-line-position position)
  0)

(defwired delete-octets (from end)
  "Take the octets FROM below END out of the line; the cursor goes there."
  (go-to from)
  (let-fixnum ((gone (characters from end)) (left (- (line-length) end)))
    (do-range (i 0 left)
      (set-octet (+ +edit-line+ from i) 0 (octet (+ +edit-line+ end i))))
    (set-line-length (+ from left))
    (show-line from (line-length))
    (write-times 32 gone)
    (write-times 8 gone)
    (cursor-left from (line-length))))

(defwired insert-octet (octet)
  (let-fixnum ((length (line-length)) (position (line-position)) (at length))
    (if (< length (- +edit-line-size+ 2))
        (progn
          (while (> at position)
            (set-octet (+ +edit-line+ at) 0 (octet (+ +edit-line+ at) -1))
            (increment at -1))
          (set-octet (+ +edit-line+ position) 0 octet)
          (set-line-length (+ length 1))
          (set-line-position (+ position 1))
          (show-line position (+ length 1))
          (cursor-left (+ position 1) (+ length 1)))))
  0)

;;; Lines before this one

(defmacro history-line (number)
  `(+ +history+ (* +history-size+ (logand ,number (1- +history-lines+)))))

(defwired keep-line ()
  "Remember the line, if it is not empty nor too long."
  (let-fixnum ((length (line-length)) (to (history-line (history-count))))
    (if (and (> length 0) (< length +history-size+))
        (progn
          (do-range (i 0 length)
            (set-octet (+ to i) 0 (octet (+ +edit-line+ i))))
          (set-octet (+ to length) 0 0)
          (set-history-count (+ (history-count) 1)))))
  (set-history-place (history-count))
  0)

(defwired recall (number)
  "Replace the line by the one remembered as NUMBER; by nothing when that is
none."
  (if (and (>= number 0) (<= number (history-count))
           (> number (- (history-count) +history-lines+)))
      (let-fixnum ((from (history-line number)))
        (delete-octets 0 (line-length))
        (set-history-place number)
        (if (< number (history-count))
            (while (/= 0 (octet from))
              (insert-octet (octet from))
              (increment from)))))
  0)

;;; Keys

(defwired finish-line ()
  (go-to (line-length))
  (keep-line)
  (console-octet 10)
  (set-octet (+ +edit-line+ (line-length)) 0 10)
  (set-line-ready (+ (line-length) 1))
  0)

(defwired end-of-input-key ()
  "Ctrl-D: end of input on an empty line, else Delete."
  (if (= 0 (line-length))
      (set-line-end 1)
      (delete-octets (line-position) (next-position (line-position)))))

(defwired edit-key (final)
  "The key whose escape sequence ended with FINAL."
  (let-fixnum ((at (line-position)) (end (line-length)))
    (cond ((= final 65) (recall (- (history-place) 1)))
          ((= final 66) (recall (+ (history-place) 1)))
          ((= final 67) (go-to (next-position at)))
          ((= final 68) (go-to (previous-position at)))
          ((= final 72) (go-to 0))
          ((= final 70) (go-to end))
          ((and (= final 126) (= 3 (input-number)))
           (delete-octets at (next-position at)))))
  0)

(defwired control-key (octet)
  (let-fixnum ((at (line-position)) (end (line-length)))
    (cond ((or (= octet 13) (= octet 10)) (finish-line))
          ((or (= octet 8) (= octet 127))
           (if (> at 0) (delete-octets (previous-position at) at)))
          ((= octet 1) (go-to 0))
          ((= octet 5) (go-to end))
          ((= octet 2) (go-to (previous-position at)))
          ((= octet 6) (go-to (next-position at)))
          ((= octet 4) (end-of-input-key))
          ((= octet 21) (delete-octets 0 at))
          ((= octet 11) (delete-octets at end))
          ((= octet 16) (edit-key 65))
          ((= octet 14) (edit-key 66))
          ((= octet 9) (insert-octet 32) (insert-octet 32))
          ((= octet 27) (set-input-state 1))))
  0)

(defwired edit-octet (octet)
  "OCTET was typed into the line."
  (cond ((= 1 (input-state))
         (set-input-state (if (= octet 91) 2 0))
         (set-input-number 0))
        ((= 2 (input-state))
         (if (and (>= octet 48) (<= octet 57))
             (set-input-number (- octet 48))
             (if (>= octet 64)
                 (progn
                   (set-input-state 0)
                   (edit-key octet)))))
        ((or (< octet 32) (= octet 127)) (control-key octet))
        (t (insert-octet octet)))
  0)

(defwired read-line-octets (address count)
  "Octets of the finished line, at most COUNT."
  (let-fixnum ((octets (min count (- (line-ready) (line-taken)))))
    (do-range (i 0 octets)
      (set-octet (+ address i) 0 (octet (+ +edit-line+ (line-taken) i))))
    (set-line-taken (+ (line-taken) octets))
    (if (= (line-taken) (line-ready))
        (progn
          (set-line-ready 0)
          (set-line-taken 0)
          (set-line-length 0)
          (set-line-position 0)))
    octets))

(defwired edit-input ()
  "Put what was typed into the line, as far as Enter or Ctrl-D."
  (let-fixnum ((octet 0))
    (if (/= 0 (line-dropped))
        (discard-line))
    (while (and (= 0 (line-ready)) (= 0 (line-end)) (/= octet -1))
      (setq octet (take-input))
      (if (/= octet -1) (edit-octet octet)))
    (paint-soon))
  0)

(defwired pc-console-read (address count)
  "Octets of input, at most COUNT, to ADDRESS: how many; 0 when there is none
yet, -1 at the end of input."
  (if (/= 0 (script-present))
      (read-script address count)
      (progn
        (if (= 0 (line-ready)) (edit-input))
        (if (/= 0 (line-ready))
            (read-line-octets address count)
            (if (/= 0 (line-end))
                (progn
                  (set-line-end 0)
                  -1)
                0)))))

