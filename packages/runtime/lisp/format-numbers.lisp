;;;; FORMAT: directives for integers (CLHS 22.3.2).

(in-package #:astralisp.runtime)

(defun insert-commas (digits comma interval)
  "DIGITS with COMMA between each group of INTERVAL."
  (let* ((length (length digits))
         (first (mod length interval))
         (result (make-string-output-stream)))
    (dotimes (i length)
      (when (and (%fx> i 0) (eql (mod (- i first) interval) 0))
        (write-char comma result))
      (write-char (char digits i) result))
    (get-output-stream-string result)))

(defun write-integer (stream integer radix directive
                      mincol padchar comma interval)
  (if (not (integerp integer))
      ;; Anything else is printed as by ~A in the radix.
      (let ((*print-base* radix)
            (*print-radix* nil))
        (princ integer stream))
      (let* ((digits (integer-digits (abs integer) radix))
             (digits (if (directive-colon directive)
                         (insert-commas digits comma interval)
                         digits))
             (sign (cond ((minusp integer) "-")
                         ((directive-at directive) "+")
                         (t "")))
             (length (+ (length digits) (length sign))))
        (when (and mincol (< length mincol))
          (write-padding stream padchar (- mincol length)))
        (write-string sign stream)
        (write-string digits stream)))
  nil)

(defun format-integer (stream state directive radix)
  (with-parameters ((mincol nil) (padchar #\Space character)
                    (comma #\, character) (interval 3))
      (state directive)
    (write-integer stream (next-argument state directive) radix directive
                   mincol padchar comma interval)))

(define-directive #\D (stream state directive)
  (format-integer stream state directive 10))

(define-directive #\B (stream state directive)
  (format-integer stream state directive 2))

(define-directive #\O (stream state directive)
  (format-integer stream state directive 8))

(define-directive #\X (stream state directive)
  (format-integer stream state directive 16))

(define-directive #\R (stream state directive)
  (with-parameters ((radix nil) (mincol nil) (padchar #\Space character)
                    (comma #\, character) (interval 3))
      (state directive)
    (let ((integer (next-argument state directive)))
      (cond (radix
             (write-integer stream integer (check-radix radix) directive
                            mincol padchar comma interval))
            ((not (integerp integer))
             (directive-problem directive "~S is not an integer" integer))
            ((directive-at directive)
             (write-roman stream integer (directive-colon directive)
                          directive))
            ((directive-colon directive) (write-ordinal stream integer))
            (t (write-cardinal stream integer)))
      nil)))

(defun write-roman (stream integer old directive)
  (unless (and (< 0 integer) (< integer (if old 5000 4000)))
    (directive-problem directive "~D has no Roman numeral" integer))
  (dolist (entry (if old
                     '((1000 . "M") (500 . "D") (100 . "C") (50 . "L")
                       (10 . "X") (5 . "V") (1 . "I"))
                     '((1000 . "M") (900 . "CM") (500 . "D") (400 . "CD")
                       (100 . "C") (90 . "XC") (50 . "L") (40 . "XL")
                       (10 . "X") (9 . "IX") (5 . "V") (4 . "IV") (1 . "I"))))
    (do () ((< integer (car entry)))
      (write-string (cdr entry) stream)
      (setq integer (- integer (car entry))))))

;;; English.

(defvar *units*
  #("zero" "one" "two" "three" "four" "five" "six" "seven" "eight" "nine" "ten"
    "eleven" "twelve" "thirteen" "fourteen" "fifteen" "sixteen" "seventeen"
    "eighteen" "nineteen"))

(defvar *tens*
  #("" "ten" "twenty" "thirty" "forty" "fifty" "sixty" "seventy" "eighty"
    "ninety"))

(defvar *thousands*
  #("" " thousand" " million" " billion" " trillion" " quadrillion"
    " quintillion" " sextillion" " septillion" " octillion" " nonillion"
    " decillion" " undecillion" " duodecillion" " tredecillion"
    " quattuordecillion" " quindecillion" " sexdecillion" " septendecillion"
    " octodecillion" " novemdecillion" " vigintillion"))

(defvar *ordinal-units*
  #("zeroth" "first" "second" "third" "fourth" "fifth" "sixth" "seventh"
    "eighth" "ninth" "tenth" "eleventh" "twelfth" "thirteenth" "fourteenth"
    "fifteenth" "sixteenth" "seventeenth" "eighteenth" "nineteenth"))

(defvar *ordinal-tens*
  #("" "tenth" "twentieth" "thirtieth" "fortieth" "fiftieth" "sixtieth"
    "seventieth" "eightieth" "ninetieth"))

(defun write-hundreds (stream n)
  "Write the number N from 1 to 999 in words."
  (multiple-value-bind (hundreds rest) (truncate n 100)
    (when (> hundreds 0)
      (write-string (svref *units* hundreds) stream)
      (write-string " hundred" stream)
      (when (> rest 0)
        (write-char #\Space stream)))
    (cond ((eql rest 0))
          ((< rest 20) (write-string (svref *units* rest) stream))
          (t
           (multiple-value-bind (tens ones) (truncate rest 10)
             (write-string (svref *tens* tens) stream)
             (when (> ones 0)
               (write-char #\- stream)
               (write-string (svref *units* ones) stream)))))))

(defun write-thousands (stream n period)
  "Write N, greater than 0, times 1000 to the PERIOD in words."
  (multiple-value-bind (beyond here) (truncate n 1000)
    (when (> beyond 0)
      (write-thousands stream beyond (+ period 1))
      (when (> here 0)
        (write-char #\Space stream)))
    (when (> here 0)
      (write-hundreds stream here)
      (if (< period (length *thousands*))
          (write-string (svref *thousands* period) stream)
          (progn
            (write-string " times ten to the " stream)
            (write-ordinal stream (* 3 period))
            (write-string " power" stream))))))

(defun write-cardinal (stream integer)
  (cond ((eql integer 0) (write-string "zero" stream))
        (t
         (when (minusp integer)
           (write-string "negative " stream))
         (write-thousands stream (abs integer) 0))))

(defun write-ordinal (stream integer)
  (when (minusp integer)
    (write-string "negative " stream))
  (let ((n (abs integer)))
    (multiple-value-bind (above below) (truncate n 100)
      (when (> above 0)
        (write-thousands stream (* above 100) 0))
      (cond ((and (> above 0) (eql below 0)) (write-string "th" stream))
            (t
             (when (> above 0)
               (write-char #\Space stream))
             (write-small-ordinal stream below))))))

(defun write-small-ordinal (stream n)
  (if (< n 20)
      (write-string (svref *ordinal-units* n) stream)
      (multiple-value-bind (tens ones) (truncate n 10)
        (cond ((eql ones 0) (write-string (svref *ordinal-tens* tens) stream))
              (t (write-string (svref *tens* tens) stream)
                 (write-char #\- stream)
                 (write-string (svref *ordinal-units* ones) stream))))))
