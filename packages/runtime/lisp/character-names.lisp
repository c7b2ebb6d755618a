;;;; Names of characters (CLHS 13.1.7): CHAR-NAME, NAME-CHAR.

(in-package #:astralisp.runtime)

(defmacro digits-literal (string)
  "A vector of octets: the digits of STRING, #\\# for 0 and so on to #\\~ without
the backslash, in lines."
  (let ((digits (%make-vector #x22 (length string)))
        (count 0))
    (dotimes (i (length string) (%shrink-vector digits count))
      (let ((code (char-code (char string i))))
        (unless (= code 10)
          (%set-u8ref digits count (- code (if (> code 92) 36 35)))
          (setq count (+ count 1)))))))

;;; The names of the standard, and of control characters, as in SBCL; the first one
;;; is what CHAR-NAME returns.
(defglobal **character-names**
  '((10 "Newline" "Linefeed") (32 "Space" "Sp") (0 "Nul" "Null") (1 "Soh")
    (2 "Stx") (3 "Etx") (4 "Eot") (5 "Enq") (6 "Ack") (7 "Bel")
    (8 "Backspace" "Bs") (9 "Tab" "Ht") (11 "Vt") (12 "Page" "Ff")
    (13 "Return" "Cr") (14 "So") (15 "Si") (16 "Dle") (17 "Dc1") (18 "Dc2")
    (19 "Dc3") (20 "Dc4") (21 "Nak") (22 "Syn") (23 "Etb") (24 "Can")
    (25 "Em") (26 "Sub") (27 "Esc" "Escape") (28 "Fs") (29 "Gs") (30 "Rs")
    (31 "Us") (127 "Rubout" "Del" "Delete") (130 "Break-Permitted")
    (131 "No-Break-Permitted") (133 "Next-Line") (134 "Start-Selected-Area")
    (135 "End-Selected-Area") (136 "Character-Tabulation-Set")
    (137 "Character-Tabulation-With-Justification")
    (138 "Line-Tabulation-Set") (139 "Partial-Line-Forward")
    (140 "Partial-Line-Backward") (141 "Reverse-Linefeed")
    (142 "Single-Shift-Two") (143 "Single-Shift-Three")
    (144 "Device-Control-String") (145 "Private-Use-One")
    (146 "Private-Use-Two") (147 "Set-Transmit-State") (148 "Cancel-Character")
    (149 "Message-Waiting") (150 "Start-Guarded-Area")
    (151 "End-Guarded-Area") (152 "Start-String")
    (154 "Single-Character-Introducer") (155 "Control-Sequence-Introducer")
    (156 "String-Terminator") (157 "Operating-System-Command")
    (158 "Privacy-Message") (159 "Application-Program-Command")
    (160 "NO-BREAK_SPACE" "Nbsp")))

;;; Names of Unicode, with underscores for spaces. The table (character-name-
;;; tables.lisp) has two parts, both of digits to the base 91:
;;;
;;; The words of the names. A word is a digit, 38 and the number of letters that it
;;; shares with the word before, and digits for its other letters.
;;;
;;; The names in chunks, of at most 32 characters with successive codes. A chunk is
;;; the distance of its first code from the end of the chunk before (two numbers,
;;; 256s and rest), the number of its names, and these. A name is a digit, nine
;;; times how many words it shares with the name before plus how many others it has,
;;; or 90 and two digits for them; then the numbers of the other words.
;;;
;;; A number below 50 is one digit. The next 39 * 91 have first digits from 50, and
;;; another one; those after them have first digits from 89, and two others.
;;;
;;; On first use the words are spelled out, and the places of the chunks noted.

(defconstant +name-letters+ 38)
(defconstant +letters+ "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

(defstruct (name-index (:copier nil) (:predicate nil) (:conc-name %names-)
                       (:constructor make-name-index
                           (letters starts codes places)))
  ;; The letters of all words, and where each word starts there.
  letters
  starts
  ;; The first code of each chunk, and where in the digits its number of names is.
  codes
  places
  ;; Codes and 1, 0 for none, by the hashes of names; NIL until NAME-CHAR needs it.
  (hashed nil))

(defglobal **name-index** nil)

(defun name-number (at)
  "The number at AT of the names' digits, and where it ends."
  (let* ((digits **name-chunks**)
         (first (%u8ref digits at)))
    (cond ((%fx< first 50) (values first (%fx+ at 1)))
          ((%fx< first 89)
           (values (%fx+ (%fx+ 50 (%fx* 91 (%fx- first 50)))
                         (%u8ref digits (%fx+ at 1)))
                   (%fx+ at 2)))
          (t
           (values (%fx+ (%fx+ 3599 (%fx* 8281 (%fx- first 89)))
                         (%fx+ (%fx* 91 (%u8ref digits (%fx+ at 1)))
                               (%u8ref digits (%fx+ at 2))))
                   (%fx+ at 3))))))

(defun spell-words ()
  "The letters of all words as a string, and a vector of where each starts."
  (let ((letters (%make-vector #x22 +name-letter-count+))
        (starts (%make-vector #x24 (%fx+ 1 +name-word-count+)))
        (count 0)
        (start 0)
        (fill 0))
    (dotimes (i (%vector-length **name-words**))
      (let ((digit (%u8ref **name-words** i)))
        (cond ((%fx< digit +name-letters+)
               (%set-u8ref letters fill
                           (%char-code (%string-ref +letters+ digit)))
               (setq fill (%fx+ fill 1)))
              (t
               (dotimes (j (%fx- digit +name-letters+))
                 (%set-u8ref letters (%fx+ fill j)
                             (%u8ref letters (%fx+ start j))))
               (%set-u32ref starts count fill)
               (setq start fill
                     fill (%fx+ fill (%fx- digit +name-letters+))
                     count (%fx+ count 1))))))
    (%set-u32ref starts count fill)
    (values letters starts)))

(defun skip-names (at)
  "Where the chunk whose number of names is at AT ends, and that number."
  (let ((count (%u8ref **name-chunks** at)))
    (setq at (%fx+ at 1))
    (dotimes (i count (values at count))
      (%mv-let (kept new next) (name-words-digit at)
        (declare (ignore kept))
        (setq at next)
        (dotimes (j new)
          (%mv-let (word next) (name-number at)
            (declare (ignore word))
            (setq at next)))))))

(defun name-words-digit (at)
  "How many words the name at AT shares, how many it has, and where they are."
  (let ((digit (%u8ref **name-chunks** at)))
    (if (eq digit 90)
        (values (%u8ref **name-chunks** (%fx+ at 1))
                (%u8ref **name-chunks** (%fx+ at 2))
                (%fx+ at 3))
        (values (%fx-truncate digit 9) (%fx-rem digit 9) (%fx+ at 1)))))

(defun find-chunks ()
  "The first codes of all chunks, and their places."
  (let ((codes (%make-vector #x24 +name-chunk-count+))
        (places (%make-vector #x24 +name-chunk-count+))
        (at 0)
        (code 0))
    (dotimes (i +name-chunk-count+ (values codes places))
      (%mv-let (high next) (name-number at)
        (%mv-let (low place) (name-number next)
          (setq code (%fx+ code (%fx+ (%fx* 256 high) low)))
          (%set-u32ref codes i code)
          (%set-u32ref places i place)
          (%mv-let (end count) (skip-names place)
            (setq at end
                  code (%fx+ code count))))))))

(defun name-index ()
  (or **name-index**
      (%mv-let (letters starts) (spell-words)
        (%mv-let (codes places) (find-chunks)
          (setq **name-index**
                (make-name-index letters starts codes places))))))

(defun map-chunk (function chunk)
  "Call FUNCTION with each code of the CHUNK, the words of its name (a vector that
changes) and their number; stop when it returns true, and return that."
  (let* ((index (name-index))
         (at (%u32ref (%names-places index) chunk))
         (code (%u32ref (%names-codes index) chunk))
         (end (%fx+ code (%u8ref **name-chunks** at)))
         (words (%make-vector #x20 32)))
    (setq at (%fx+ at 1))
    (do ((code code (%fx+ code 1)))
        ((%fx= code end) nil)
      (%mv-let (kept new next) (name-words-digit at)
        (setq at next)
        (dotimes (i new)
          (%mv-let (word next) (name-number at)
            (%set-svref words (%fx+ kept i) word)
            (setq at next)))
        (let ((answer (funcall function code words (%fx+ kept new))))
          (when answer
            (return answer)))))))

(defun name-of-words (words count)
  "The name of the first COUNT of WORDS: with underscores, but not before hyphens."
  (let* ((index (name-index))
         (letters (%names-letters index))
         (starts (%names-starts index))
         (name (%make-vector #x2C 120))
         (fill 0))
    (dotimes (i count (%shrink-vector name fill))
      (let* ((word (%svref words i))
             (start (%u32ref starts word))
             (end (%u32ref starts (%fx+ word 1))))
        (unless (or (eq i 0) (eq (%u8ref letters start) 45))
          (%set-string-ref name fill #\_)
          (setq fill (%fx+ fill 1)))
        (do ((at start (%fx+ at 1)))
            ((%fx= at end))
          (%set-string-ref name fill (%code-char (%u8ref letters at)))
          (setq fill (%fx+ fill 1)))))))

(defun chunk-of-code (code)
  "The number of the last chunk that begins at or before CODE."
  (let ((codes (%names-codes (name-index)))
        (low 0)
        (high +name-chunk-count+))
    (while (%fx> (%fx- high low) 1)
      (let ((middle (%fx-shift-right (%fx+ low high) 1)))
        (if (%fx<= (%u32ref codes middle) code)
            (setq low middle)
            (setq high middle))))
    low))

(defun listed-name (code)
  "The name of the character CODE in the table, or NIL."
  (map-chunk (lambda (other words count)
               (if (eq other code) (name-of-words words count) nil))
             (chunk-of-code code)))

;;; From a name to its code: a vector with open addressing.

(defconstant +name-hash-mask+ #xFFFF)

(defun name-hash (name)
  (let ((hash 0))
    (dotimes (i (%vector-length name) hash)
      (setq hash (%fx-and #xFFFFFF
                          (%fx+ (%fx* hash 31)
                                (%char-code (%string-ref name i))))))))

(defun hash-names ()
  (let ((table (%make-vector #x24 (+ 1 +name-hash-mask+))))
    (dotimes (chunk +name-chunk-count+ table)
      (map-chunk (lambda (code words count)
                   (let ((cell (%fx-and +name-hash-mask+
                                        (name-hash
                                         (name-of-words words count)))))
                     (while (not (eq 0 (%u32ref table cell)))
                       (setq cell (%fx-and +name-hash-mask+ (%fx+ cell 1))))
                     (%set-u32ref table cell (%fx+ code 1))
                     nil))
                 chunk))))

(defun listed-name-code (name)
  "The code of the character whose name in the table is NAME, in upper case, or NIL."
  (let* ((index (name-index))
         (table (or (%names-hashed index)
                    (setf (%names-hashed index) (hash-names))))
         (cell (%fx-and +name-hash-mask+ (name-hash name)))
         (code (%u32ref table cell)))
    (while (not (or (eq code 0)
                    (string= name (listed-name (%fx- code 1)))))
      (setq cell (%fx-and +name-hash-mask+ (%fx+ cell 1))
            code (%u32ref table cell)))
    (if (eq code 0) nil (%fx- code 1))))

;;; Names with the code in them.

(defun hexadecimal (code)
  "The digits of CODE, at least four."
  (let ((digits '())
        (n code))
    (while (or (> n 0) (< (fixnum-length digits) 4))
      (push (digit-char (logand n 15) 16) digits)
      (setq n (ash n -4)))
    (coerce-to-string digits)))

(defun coerce-to-string (characters)
  (let ((string (%make-vector #x2C (length-of-list characters)))
        (i 0))
    (dolist (character characters string)
      (%set-string-ref string i character)
      (setq i (%fx+ i 1)))))

(defun numbered-name (code)
  (dolist (range **numbered-names** nil)
    (when (and (%fx<= (car range) code) (%fx<= code (cadr range)))
      (return (concatenate 'string (caddr range) (hexadecimal code))))))

(defun hexadecimal-code (name start)
  "The code whose hexadecimal digits NAME has from START, or NIL."
  (let ((code 0))
    (if (< start (length name) (+ start 8))
        (do ((i start (+ i 1)))
            ((= i (length name)) (if (< code char-code-limit) code nil))
          (let ((weight (digit-char-p (char name i) 16)))
            (unless weight
              (return nil))
            (setq code (+ (* code 16) weight))))
        nil)))

(defun numbered-code (name)
  "The code of the character called NAME that NUMBERED-NAME names, or NIL."
  (let* ((hyphen (position #\- name :from-end t))
         (code (and hyphen (hexadecimal-code name (+ hyphen 1)))))
    (if (and code (equal name (numbered-name code))) code nil)))

(defun unnamed-code (name)
  "The code that NAME, U0041 or U+0041, says, or NIL."
  (if (and (> (length name) 1) (char= (char name 0) #\U))
      (hexadecimal-code name (if (char= (char name 1) #\+) 2 1))
      nil))

;;; Hangul syllables: of a first consonant, a vowel, and perhaps a last consonant.

(defglobal **hangul-parts**
  '(#("G" "GG" "N" "D" "DD" "R" "M" "B" "BB" "S" "SS" "" "J" "JJ" "C" "K" "T" "P"
      "H")
    #("A" "AE" "YA" "YAE" "EO" "E" "YEO" "YE" "O" "WA" "WAE" "OE" "YO" "U" "WEO"
      "WE" "WI" "YU" "EU" "YI" "I")
    #("" "G" "GG" "GS" "N" "NJ" "NH" "D" "L" "LG" "LM" "LB" "LS" "LT" "LP" "LH"
      "M" "B" "BS" "S" "SS" "NG" "J" "C" "K" "T" "P" "H")))

(defconstant +hangul+ "HANGUL_SYLLABLE_")

(defun hangul-name (code)
  (let ((n (- code #xAC00)))
    (if (< -1 n 11172)
        (concatenate 'string +hangul+
                     (svref (first **hangul-parts**) (floor n 588))
                     (svref (second **hangul-parts**) (floor (mod n 588) 28))
                     (svref (third **hangul-parts**) (mod n 28)))
        nil)))

(defun hangul-code (name)
  "The code of the syllable called NAME, or NIL."
  (labels ((begins-p (part start)
             (let ((end (+ start (length part))))
               (and (<= end (length name))
                    (string= part name :start2 start :end2 end)
                    end)))
           (find-parts (parts start n)
             ;; A letter may begin several parts: all are tried.
             (if (null parts)
                 (and (= start (length name)) n)
                 (dotimes (i (length (car parts)) nil)
                   (let* ((end (begins-p (svref (car parts) i) start))
                          (code (and end
                                     (find-parts (cdr parts) end
                                                 (+ (* n (length (car parts)))
                                                    i)))))
                     (when code
                       (return code)))))))
    (let* ((start (begins-p +hangul+ 0))
           (n (and start (find-parts **hangul-parts** start 0))))
      (and n (+ #xAC00 n)))))

;;; The functions.

(defun char-name (character)
  "Return the name of CHARACTER: that of the standard, that of Unicode 15 with
underscores for spaces, or U and the code in hexadecimal. CLHS CHAR-NAME."
  (let* ((code (char-code character))
         (entry (assoc-eql code **character-names**)))
    (cond (entry (cadr entry))
          ((listed-name code))
          ((hangul-name code))
          ((numbered-name code))
          (t (concatenate 'string "U" (hexadecimal code))))))

(defun name-char (name)
  "Return the character that CHAR-NAME calls NAME, in any case, or NIL; also U+ and
a code in hexadecimal is a name. CLHS NAME-CHAR."
  (let ((name (string-upcase (string name))))
    (dolist (entry **character-names**)
      (dolist (own (cdr entry))
        (when (string-equal own name)
          (return-from name-char (%code-char (car entry))))))
    (let ((code (or (unnamed-code name)
                    (numbered-code name)
                    (hangul-code name)
                    (listed-name-code name))))
      (if code (%code-char code) nil))))
