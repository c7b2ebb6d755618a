;;;; Tests of characters and strings (CLHS 13, 16).

(in-package #:astralisp.test)

(define-test char-predicates
  (mapcar (lambda (c)
            (list (and (alpha-char-p c) t) (and (alphanumericp c) t)
                  (and (upper-case-p c) t) (and (lower-case-p c) t)
                  (and (both-case-p c) t) (and (graphic-char-p c) t)
                  (and (standard-char-p c) t) (digit-char-p c)
                  (digit-char-p c 16)))
          '(#\a #\Z #\5 #\Space #\Newline #\! #\f #\g #\Tab #\_)))
(define-test char-case
  (mapcar (lambda (code)
            (let ((c (code-char code)))
              (list (char-code (char-upcase c)) (char-code (char-downcase c)))))
          '(97 65 48 233 201 223 255 376 945 937 963 962 1078 1046 1105 1025
            1119 257 256 305 304 312 329 383 8544 9398 65313 66560 215 247)))
(define-test char-case-bmp
  (let ((bad nil))
    (loop for code from 128 below 70000
          for c = (code-char code)
          ;; Not the digraphs in title case, which are neither.
          do (when (and (both-case-p c)
                        (not (member code '(453 456 459 498))))
               (push (list code (char-code (char-upcase c))
                           (char-code (char-downcase c)))
                     bad)))
    (list (length bad) (reduce #'+ (mapcar #'second bad))
          (reduce #'+ (mapcar #'third bad)))))
(define-test letters
  (let ((sum 0) (count 0))
    (loop for code from 128 below #x30000 by 3
          do (when (alpha-char-p (code-char code))
               (incf count)
               (incf sum code)))
    (list count sum)))
(define-test char-names
  (mapcar #'char-name '(#\Space #\Newline #\Tab #\Page #\Rubout #\Return
                        #\Backspace #\Nul)))
(define-test name-char
  (mapcar (lambda (name)
            (let ((character (name-char name)))
              (and character (char-code character))))
          '("space" "NEWLINE" "Tab" "Linefeed" "rubout" "nul"
            "nothing-such")))
(define-test char-comparison
  (list (char= #\a #\a) (char= #\a #\b) (char= #\a) (char= #\a #\a #\b)
        (char/= #\a #\b #\a) (char/= #\a #\b #\c) (char< #\a #\b #\c)
        (char< #\a #\c #\b) (char> #\b #\a) (char<= #\a #\a #\b)
        (char>= #\b #\b #\a) (char-equal #\a #\A) (char-equal #\a #\A #\b)
        (char-not-equal #\a #\A) (char-lessp #\a #\B) (char-greaterp #\b #\A)
        (char-not-greaterp #\a #\A) (char-not-lessp #\A #\a)
        (apply #'char< '(#\a #\b)) (funcall #'char= #\x #\x)))
(define-test char-bad (char= (identity 1) #\a))
(define-test char-upcase-bad (char-upcase (identity "a")))
(define-test digits
  (list (digit-char 7) (digit-char 11 16) (digit-char 11) (digit-char-p #\z 36)
        (digit-char-p #\8 8) (char-int #\a) (char-code #\A) (code-char 66)))
(define-test character
  (list (character #\a) (character "b") (character 'c)))
(define-test character-bad (character (identity "ab")))
(define-test string
  (list (string 'abc) (string #\x) (string "s") (make-string 2 :initial-element #\z)
        (length (make-string 3)) (stringp "a") (stringp 'a) (simple-string-p "a")
        (stringp (make-array 2 :element-type 'character :fill-pointer 1))
        (simple-string-p (make-array 2 :element-type 'character :fill-pointer 1))))
(define-test string-bad (string (identity 1)))
(define-test char
  (let ((s (copy-seq "abc"))
        (f (make-array 3 :element-type 'character :fill-pointer 2
                         :initial-contents "xyz")))
    (setf (char s 1) #\B (schar s 2) #\C (char f 0) #\X)
    (list s (char s 0) (schar s 1) f (char f 1))))
(define-test char-end (char (identity "abc") 3))
(define-test schar-bad (schar (identity "abc") -1))
(define-test string-equality
  (list (string= "abc" "abc") (string= "abc" "abd") (string= 'abc "ABC")
        (string= "abc" "xbcx" :start1 1 :start2 1 :end2 3) (string= #\a "a")
        (string-equal "aBc" "AbC") (string-equal "a" "ab") (string/= "abc" "abd")
        (string/= "abc" "abc") (string-not-equal "abc" "ABD")
        (string= "" "") (string= "a" "")))
(define-test string-order
  (list (string< "abc" "abd") (string< "abd" "abc") (string< "ab" "abc")
        (string< "abc" "abc") (string> "b" "a") (string> "abc" "ab")
        (string<= "abc" "abc") (string<= "abc" "abd") (string>= "abc" "abc")
        (string>= "a" "b") (string-lessp "abc" "ABD") (string-greaterp "B" "a")
        (string-not-greaterp "abc" "ABC") (string-not-lessp "b" "A")
        (string< "xabc" "abd" :start1 1) (string<= "ab" "abc")
        (string< 'a 'b) (string> "ab" "abc")))
(define-test string-bounds (string= (identity "abc") "abc" :start1 4))
(define-test string-case
  (list (string-upcase "aBc1") (string-downcase 'abc) (string-capitalize "hello wORLD")
        (string-upcase "hello" :start 1 :end 3) (string-capitalize "it's 3rd x-ray")
        (string-downcase "HELLO" :start 2) (string-capitalize "ELM 13c arthur;fig don't")
        (string-upcase #\a) (string-upcase "straße é")))
(define-test nstring-case
  (let ((s (copy-seq "hello World")))
    (list (nstring-upcase s :end 3) (nstring-capitalize s) (nstring-downcase s) s)))
(define-test string-trim
  (list (string-trim " " "  a b  ") (string-left-trim "xy" "xyyxaxy")
        (string-right-trim '(#\a #\b) "cabab") (string-trim "a" "aaa")
        (string-trim "" "abc") (string-trim #(#\Space) " s ") (string-trim "A" 'aba)))
(define-test string-compare-many
  (let ((strings '("" "a" "A" "ab" "aB" "b" "abc" "abd" "B")))
    (loop for a in strings
          collect (loop for b in strings
                        collect (list (string< a b) (string-lessp a b)
                                      (string>= a b))))))
