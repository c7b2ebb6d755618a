;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((char-predicates
    "((T T NIL T T T T NIL 10) (T T T NIL T T T NIL NIL) (NIL T NIL NIL NIL T T 5 5) (NIL NIL NIL NIL NIL T T NIL NIL) (NIL NIL NIL NIL NIL NIL T NIL NIL) (NIL NIL NIL NIL NIL T T NIL NIL) (T T NIL T T T T NIL 15) (T T NIL T T T T NIL NIL) (NIL NIL NIL NIL NIL NIL NIL NIL NIL) (NIL NIL NIL NIL NIL T T NIL NIL))")
   (char-case
    "((65 97) (65 97) (48 48) (201 233) (201 233) (223 223) (376 255) (376 255) (913 945) (937 969) (931 963) (962 962) (1046 1078) (1046 1078) (1025 1105) (1025 1105) (1039 1119) (256 257) (256 257) (305 305) (304 304) (312 312) (329 329) (383 383) (8544 8544) (9398 9398) (65313 65345) (66560 66600) (215 215) (247 247))")
   (char-case-bmp
    "(2266 37381106 43248756)")
   (letters
    "(41687 4259480446)")
   (char-names
    "(\"Space\" \"Newline\" \"Tab\" \"Page\" \"Rubout\" \"Return\" \"Backspace\" \"Nul\")")
   (name-char
    "(32 10 9 10 127 0 NIL)")
   (char-comparison
    "(T NIL T NIL NIL T T NIL T T T T NIL NIL T T T T T T)")
   (char-bad
    "error TYPE-ERROR")
   (char-upcase-bad
    "error TYPE-ERROR")
   (digits
    "(#\\7 #\\B NIL 35 NIL 97 65 #\\B)")
   (character
    "(#\\a #\\b #\\C)")
   (character-bad
    "error TYPE-ERROR")
   (string
    "(\"ABC\" \"x\" \"s\" \"zz\" 3 T NIL T T NIL)")
   (string-bad
    "error TYPE-ERROR")
   (char
    "(\"aBC\" #\\a #\\B \"Xy\" #\\y)")
   (char-end
    "error TYPE-ERROR")
   (schar-bad
    "error TYPE-ERROR")
   (string-equality
    "(T NIL T T T T NIL 2 NIL 2 T NIL)")
   (string-order
    "(2 NIL 2 NIL 0 2 3 2 3 NIL 2 0 3 0 3 2 0 NIL)")
   (string-bounds
    "error TYPE-ERROR")
   (string-case
    "(\"ABC1\" \"abc\" \"Hello World\" \"hELlo\" \"It'S 3rd X-Ray\" \"HEllo\" \"Elm 13c Arthur;Fig Don'T\" \"A\" \"STRAßE É\")")
   (nstring-case
    "(\"hello world\" \"hello world\" \"hello world\" \"hello world\")")
   (string-trim
    "(\"a b\" \"axy\" \"c\" \"\" \"abc\" \"s\" \"B\")")
   (string-compare-many
    "(((NIL NIL 0) (0 0 NIL) (0 0 NIL) (0 0 NIL) (0 0 NIL) (0 0 NIL) (0 0 NIL) (0 0 NIL) (0 0 NIL)) ((NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (1 1 NIL) (1 1 NIL) (0 0 NIL) (1 1 NIL) (1 1 NIL) (NIL 0 0)) ((NIL NIL 0) (0 NIL NIL) (NIL NIL 1) (0 1 NIL) (0 1 NIL) (0 0 NIL) (0 1 NIL) (0 1 NIL) (0 0 NIL)) ((NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (NIL NIL 2) (NIL NIL 1) (0 0 NIL) (2 2 NIL) (2 2 NIL) (NIL 0 0)) ((NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (1 NIL NIL) (NIL NIL 2) (0 0 NIL) (1 2 NIL) (1 2 NIL) (NIL 0 0)) ((NIL NIL 0) (NIL NIL 0) (NIL NIL 0) (NIL NIL 0) (NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (NIL NIL 0) (NIL NIL 0)) ((NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (NIL NIL 2) (NIL NIL 1) (0 0 NIL) (NIL NIL 3) (2 2 NIL) (NIL 0 0)) ((NIL NIL 0) (NIL NIL 1) (NIL NIL 0) (NIL NIL 2) (NIL NIL 1) (0 0 NIL) (NIL NIL 2) (NIL NIL 3) (NIL 0 0)) ((NIL NIL 0) (0 NIL NIL) (NIL NIL 0) (0 NIL NIL) (0 NIL NIL) (0 NIL NIL) (0 NIL NIL) (0 NIL NIL) (NIL NIL 1)))")))
