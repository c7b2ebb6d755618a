;;;; Tests of the names of characters; SBCL's table (Unicode 10) is the oracle.

(in-package #:astralisp.test)

(define-test character-names-of-blocks
  (mapcar (lambda (code) (char-name (code-char code)))
          '(#x41 #x7E #xE4 #x3B1 #x416 #x5D0 #xF39 #x1100 #x20AC #x2603 #xAC00
            #xD7A3 #xF900 #xFFFD #x10000 #x1D11E #x1F5CF #x1F600 #x1F937 #xE0100)))

(define-test character-names-of-controls
  (let ((names '()))
    (dotimes (code #xA1 (nreverse names))
      (unless (member code '(#x80 #x81 #x84 #x99))
        (push (char-name (code-char code)) names)))))

(define-test character-names-read
  (list (char-code #\GREEK_SMALL_LETTER_ALPHA)
        (char-code #\hangul_syllable_gag)
        (char-code #\Latin_Small_Letter_Sharp_S)
        (name-char "GREEK SMALL LETTER ALPHA") (name-char "NO_SUCH_NAME")
        (name-char "latin_small_letter_a") (name-char "")
        (name-char "HANGUL_SYLLABLE_") (name-char "HANGUL_SYLLABLE_GAGA")
        (char-code (name-char "CJK_COMPATIBILITY_IDEOGRAPH-F900"))
        (name-char "CJK_COMPATIBILITY_IDEOGRAPH-0F900")
        (name-char "CJK_COMPATIBILITY_IDEOGRAPH-4E00")))

;;; Every 7th code, and a sum of all letters: of names that SBCL has too.

(defun character-names-sum (first last)
  (let ((sum 0))
    (do ((code first (+ code 7)))
        ((> code last) sum)
      (let ((name (char-name (code-char code))))
        (unless (and (char= (char name 0) #\U) (digit-char-p (char name 1) 16))
          (dotimes (i (length name))
            (setq sum (mod (+ (* sum 131) (char-code (char name i)))
                           1000003))))))))

(define-test character-names-sums
  (list (character-names-sum #x20 #x7E)
        (character-names-sum #xA1 #x52F)
        (character-names-sum #xFB1D #xFB4F)
        (character-names-sum #x1D400 #x1D7FF)
        (character-names-sum #xAC00 #xD7A3)))

(define-test character-names-beyond-the-oracle
  (mapcar (lambda (code) (char-name (code-char code)))
          '(#x378 #x870 #x4E00 #x17000 #x18B00 #x1FAE8 #xD800 #x10FFFF))
  => #.(format nil "(\"U0378\" \"ARABIC_LETTER_ALEF_WITH_ATTACHED_FATHA\" ~
                    \"CJK_UNIFIED_IDEOGRAPH-4E00\" \"TANGUT_IDEOGRAPH-17000\" ~
                    \"KHITAN_SMALL_SCRIPT_CHARACTER-18B00\" \"SHAKING_FACE\" ~
                    \"UD800\" \"U10FFFF\")"))

(define-test character-names-are-unique
  (let ((wrong '()))
    (do ((code 0 (+ code 3)))
        ((>= code #x20000) wrong)
      (unless (eql (name-char (char-name (code-char code))) (code-char code))
        (push code wrong))))
  => "NIL")

(define-test character-names-are-not-guessed
  (mapcar #'name-char '("U" "U+" "U110000" "U0000000041" "Ux" "LATIN" "-" "_"
                        "TANGUT_IDEOGRAPH-" "CJK_UNIFIED_IDEOGRAPH-AC00"))
  => "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)")
