;;;; Tests of the reader (CLHS 2, 23).

(in-package #:astralisp.test)

(defun read-text (string)
  "What STRING reads as, or the class of the error."
  (handler-case (read-from-string string)
    (error (condition) (error-class condition))))

(define-test read-numbers
  (mapcar #'read-text
          '("1" "-1" "+1" "1." "-1." "1/2" "-3/4" "1.5" ".5" "-.5" "+.5e3" "1e3"
            "1.e3" "1d3" "1f3" "1s3" "1l3" "1e+3" "1E-3" "+.1" "-5/10"
            "12345678901234567890" "#b101" "#o17" "#xFF" "#xff/2" "#3r12"
            "#12r1b" "#36rZZ" "#c(1 2)" "#c(1.0 2)" "#C(1/2 3)")))
(define-test read-symbols
  (mapcar #'read-text
          '("foo" "1a" "1+" "+" "-" "--1" "1--" "+a" "1_0" "|a|b" "a\\b" "\\1"
            "|1|" ":foo" "cl:car" "cl::car" "..." "a.b" "1.5.2" "a|B c|d" "||"
            "1e" "1e+" "|a\\|b|" "FooBar" "a/b" "/" "1/" "/2")))
(define-test read-lists
  (mapcar #'read-text
          '("()" "( )" "(a . b)" "(a . b )" "(a . (b))" "(a .b)" "(1 .5)"
            "(a (b . c) . d)" "(a;b
)" "(a #|x|# b)" "(quote . a)" "#||# z" "; c
 d")))
(define-test read-errors
  (mapcar #'read-text
          '("(" "(a" "(a ." "\"abc" "#|x" ")" "(. a)" "(a . b c)" "(a .)" "."
            ".." "#<foo>" "#)" "# a" "1/0" "a:b:c" "cl:no-such-symbol"
            "no-such-package:foo" "#37r1" "#b2" "#c(1)" "#2(1 2 3)" "#2*101"
            "#\\no-such-name" "#1#" ",a" "")))
(define-test read-characters
  (mapcar (lambda (string) (char-name (read-from-string string)))
          '("#\\Space" "#\\space" "#\\Rubout" "#\\Linefeed"))
  => "(\"Space\" \"Space\" \"Rubout\" \"Newline\")")
(define-test read-graphic-characters
  (mapcar #'read-text
          '("#\\a" "#\\A" "#\\Newline" "#\\(" "#\\)"
            "#\\x" "#\\|" "#\\Tab" "(#\\))" "#\\;")))
(define-test read-strings
  (mapcar #'read-text '("\"\"" "\"a\\\"b\"" "\"a\\\\b\"" "\"a
b\"" "\"λ∀𝄞\"")))
(define-test read-vectors
  (mapcar #'read-text
          '("#(1 2 3)" "#4(1 2)" "#()" "#*101" "#8*01" "#*" "#2A((1 2)(3 4))"
            "#0A5" "#1A(1 2)" "#(a #(b))")))
(define-test read-features
  (let ((*features* '(:alpha :beta)))
    (mapcar #'read-text
            '("(#+alpha a)" "(#-alpha a)" "(#+gamma a b)" "(#+(or) a b)"
              "(#+(and) a)" "(#+(not gamma) a)" "(#+(and alpha beta) a)"
              "(#+(or gamma beta) a)" "(#+gamma #'(weird #<) b)"
              "(#+gamma foo:bar b)"))))
(define-test read-evaluated
  (list (read-text "#.(+ 1 2)")
        (let ((*read-eval* nil)) (read-text "#.(+ 1 2)"))))
(define-test read-labels
  (let ((*print-circle* t))
    (mapcar (lambda (string) (prin1-to-string (read-from-string string)))
            '("(#1=(b) #1#)" "#1=(a #1# )" "#1=(a . #1#)"
              "#1=(#2=(x) #1# . #2#)" "#1=#(1 #1# (a #1#))"))))
(define-test read-uninterned
  (let ((symbol (read-from-string "#:foo")))
    (list (symbol-name symbol) (symbol-package symbol))))
(define-test read-suppressed
  (let ((*read-suppress* t))
    (mapcar #'read-text '("foo:bar" "(1 2)" "#\\xyzzy" "1.5.5"))))
(define-test read-base
  (let ((*read-base* 16))
    (mapcar #'read-text '("ff" "10" "10." "1e5" "abz" "-A/B"))))
(define-test readtable-cases
  (mapcar (lambda (case)
            (let ((*readtable* (copy-readtable nil)))
              (setf (readtable-case *readtable*) case)
              (mapcar (lambda (string)
                        (symbol-name (read-from-string string)))
                      '("foo" "FOO" "Foo" "a\\Bc" "|x|Y"))))
          '(:upcase :downcase :preserve :invert)))
(define-test backquote
  (let ((x 1) (y '(2 3)) (z '(4 . 5)))
    (declare (ignorable x y z))
    (list `(a ,x ,@y b) `(a . ,x) `(,@y . ,x) `(,@y) `((,x) (,@y ,@y))
          `#(a ,x ,@y) `(,x . z) `(1 ,@z) `,x)))
(define-test read-nested-backquote
  (let* ((x 1) (y '(2 3)))
    (declare (ignorable x y))
    (flet ((c (x) (list :c x)) (d (&rest y) (cons :d y)))
      (declare (ignorable #'c #'d))
      (list (eval `(let ((z 5)) (declare (ignorable z)) `(b ,z ,',x ,,@y)))
            (eval (eval '``(a ,,(+ 1 2) ,',(* 2 3))))))))
(define-test macro-characters
  (let ((*readtable* (copy-readtable nil)))
    (set-macro-character #\! (lambda (stream character)
                               (declare (ignore character))
                               (list :not (read stream t nil t))))
    (set-macro-character #\] (get-macro-character #\)))
    (set-macro-character #\[ (lambda (stream character)
                               (declare (ignore character))
                               (read-delimited-list #\] stream t)))
    (set-dispatch-macro-character #\# #\!
                                  (lambda (stream sub number)
                                    (list sub number (read stream t nil t))))
    (make-dispatch-macro-character #\?)
    (set-dispatch-macro-character #\? #\a (lambda (stream sub number)
                                            (declare (ignore stream sub))
                                            (* 2 number)))
    (set-syntax-from-char #\% #\;)
    (list (read-from-string "!a") (read-from-string "[1 [2 3] 4]")
          (read-from-string "#5!x") (read-from-string "?21a")
          (read-from-string "(a % comment
 b)")
          (read-from-string "a!b"))))
(define-test read-positions
  (list (multiple-value-list (read-from-string "abc def"))
        (multiple-value-list (read-from-string "abc def" t nil
                                               :preserve-whitespace t))
        (multiple-value-list (read-from-string "(a)b"))
        (multiple-value-list (read-from-string " xyz" t nil :start 2))
        (read-from-string "" nil :end)))
(define-test read-sequence-of-forms
  (with-input-from-string (s "a (b) \"c\" 1")
    (loop for x = (read s nil :end) until (eq x :end) collect x)))
(defstruct read-point x y)
(define-test read-structure
  (let ((p (read-from-string "#S(astralisp.test::read-point :x 1 :y 2)")))
    (list (read-point-x p) (read-point-y p))))
