;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((print-atoms
    "(1 -5 1/2 1.5 2.5d0 #\\a \"a\\\"b\\\\c\" :KEY FOO NIL T #C(1 2))")
   (print-symbols
    "(|a b| |1| 1+ |1+2| |.| |..| || |a:b| |Foo| |#a| |a#| - |+1| |1e5| |1/2| |^1| _ |1_000| :|foo| |A;B| |'A| |A\\|B| |A\\\\B| |a| ABC)")
   (print-qualified
    "(\"COMMON-LISP:CAR\" \":FOO\" \"ASTRALISP.TEST::PRINT-QUALIFIED\" \"COMMON-LISP:NIL\")")
   (print-uninterned
    "(\"#:FOO\" \"FOO\" \"FOO\")")
   (print-cases
    "((\"FOO-BAR\" \":KEY\" \"|Foo|\" \"|foo bar|\" \"F1X2\" \"NIL\") (\"foo-bar\" \":key\" \"|Foo|\" \"|foo bar|\" \"f1x2\" \"nil\") (\"Foo-Bar\" \":Key\" \"|Foo|\" \"|foo bar|\" \"F1x2\" \"Nil\"))")
   (print-readtable-cases
    "((\"ZEBRA\" \"Zebra\" \"zebra\" \"A-b\") (\"zebra\" \"zebra\" \"zebra\" \"a-b\") (\"Zebra\" \"Zebra\" \"zebra\" \"A-b\") (\"ZEBRA\" \"ZEBRA\" \"ZEBRA\" \"A-B\") (\"ZEBRA\" \"Zebra\" \"zebra\" \"A-b\") (\"ZEBRA\" \"Zebra\" \"Zebra\" \"A-B\") (\"ZEBRA\" \"Zebra\" \"zebra\" \"A-b\") (\"ZEBRA\" \"Zebra\" \"zebra\" \"A-b\") (\"ZEBRA\" \"Zebra\" \"zebra\" \"A-b\") (\"zebra\" \"Zebra\" \"ZEBRA\" \"A-b\") (\"zebra\" \"Zebra\" \"ZEBRA\" \"A-b\") (\"zebra\" \"Zebra\" \"ZEBRA\" \"A-b\"))")
   (print-lists
    "((1 2 . 3) (A (B (C))) (NIL) (1 2 3) (A . \"b\"))")
   (print-length-level
    "(\"(A (B (C D) E) #(1 2 3 4) F G)\" \"#\" \"(A # # F G)\" \"(A (B # E) #(1 2 3 4) F G)\" \"(...)\" \"#\" \"(...)\" \"(...)\" \"(A ...)\" \"#\" \"(A ...)\" \"(A ...)\" \"(A (B (C D) E) #(1 2 3 ...) ...)\" \"#\" \"(A # # ...)\" \"(A (B # E) #(1 2 3 ...) ...)\")")
   (print-arrays
    "(#(1 2 3) #() #2A((1 2) (3 4)) #*1011 #* #(\"a\" #\\b) #0A5 #2A() #3A(((X X) (X X)) ((X X) (X X))) #(7 7 7) #(1 1))")
   (print-no-array
    "(\"#<\" \"\\\"str\\\"\")")
   (print-bases
    "((\"0\" \"11111111\" \"-1111101000\" \"10110/111\") (\"#b0\" \"#b11111111\" \"#b-1111101000\" \"#b10110/111\") (\"0\" \"100110\" \"-1101001\" \"211/21\") (\"#3r0\" \"#3r100110\" \"#3r-1101001\" \"#3r211/21\") (\"0\" \"377\" \"-1750\" \"26/7\") (\"#o0\" \"#o377\" \"#o-1750\" \"#o26/7\") (\"0\" \"255\" \"-1000\" \"22/7\") (\"0.\" \"255.\" \"-1000.\" \"#10r22/7\") (\"0\" \"FF\" \"-3E8\" \"16/7\") (\"#x0\" \"#xFF\" \"#x-3E8\" \"#x16/7\") (\"0\" \"73\" \"-RS\" \"M/7\") (\"#36r0\" \"#36r73\" \"#36r-RS\" \"#36rM/7\"))")
   (print-circular
    "(\"#1=(1 2 3 . #1#)\" \"(#1=(1 . #2=(2)) #1# #2#)\" \"#1=#(#1# 2)\" \"(#1=(A) B . #1#)\" \"(#1=#:G #1#)\" \"(#1=\\\"abc\\\" #1#)\" \"#1=(#1# . #2=(#2#))\" \"(1 1 A A)\")")
   (print-quotes
    "(\"'A\" \"#'CAR\" \"''B\" \"'(QUOTE)\" \"'(QUOTE A B)\")")
   (princ-objects
    "(\"a\" \"b\" \"(C d e)\" \"Foo\" \"KEY\" \"#(x)\")")
   (print-functions-of-streams
    "\"
A \\\"b\\\"cde

F\"")
   (write-to-string-keys
    "(\"#xFF\" \"(A (B #))\" \"(1 2 ...)\" \"abc\" \"x\")")
   (print-structures
    "(#S(PRINT-THING :A 1 :B 2) <own 5> (<own (1)>) #<thing> \"#\" \"#S(PRINT-THING :A NIL ...)\")")
   (print-readably
    ":NOT-READABLE")
   (print-conditions
    "\"a 1 b\"")
   (standard-syntax
    "(\"(A 10 \\\"b\\\")\" 12)")
   (print-pathnames
    "(\"#P\\\"a/b.c\\\"\" \"x/y\")")
   (pretty-fits
    "\"(A B (C D))\"")
   (pretty-long-list
    "\"(10 20 30 40 50 60
 70 80 90 100 110
 120)\"")
   (pretty-defun
    "\"(DEFUN FOO (X Y)
  (LET ((A 1) (B 2))
    (WHEN (> A B)
      (FORMAT T \\\"hello ~a\\\" A))
    (LIST A B X Y)))\"")
   (logical-blocks
    "(\"<1 2 3>\" \"<AAAAAAAA
 BBBBBBBB
 CCCCCCCC>\" \"; one
; two\" \"(AAA BBB CCC DDD
 EEE FFF GGG)\" \"(AAAAA
 BBBBB
 CCCCC
 DDDDD)\" \"(head x
      y
   z\")")
   (format-blocks
    "(\"(ALPHA
 BETA
 GAMMA-DELTA-EPS)\" \"(ALPHA BETA
 GAMMA-DELTA-EPS)\" \"one two three four
five six seven\" \"(FOO (BAR BAZ QUUX)
      (ZOT ZORT))\")")
   (pprint-tables
    "(\"(A [B] C)\" \"(<1> X)\")")))
