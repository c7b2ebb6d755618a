;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((read-numbers
    "(1 -1 1 1 -1 1/2 -3/4 1.5 0.5 -0.5 500.0 1000.0 1000.0 1000.0d0 1000.0 1000.0 1000.0d0 1000.0 0.001 0.1 -1/2 12345678901234567890 5 15 255 255/2 5 23 1295 #C(1 2) #C(1.0 2.0) #C(1/2 3))")
   (read-symbols
    "(FOO |1A| 1+ + - |--1| 1-- +A |1_0| |aB| |Ab| |1| |1| :FOO CAR CAR READER-ERROR A.B |1.5.2| |AB cD| || |1E| 1E+ |a\\|b| FOOBAR A/B / |1/| /2)")
   (read-lists
    "(NIL NIL (A . B) (A . B) (A B) (A .B) (1 0.5) (A (B . C) . D) (A) (A B) (QUOTE . A) Z D)")
   (read-errors
    "(END-OF-FILE END-OF-FILE END-OF-FILE END-OF-FILE END-OF-FILE READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR READER-ERROR END-OF-FILE)")
   (read-graphic-characters
    "(#\\a #\\A #\\Newline #\\( #\\) #\\x #\\| #\\Tab (#\\)) #\\;)")
   (read-strings
    "(\"\" \"a\\\"b\" \"a\\\\b\" \"a
b\" \"λ∀𝄞\")")
   (read-vectors
    "(#(1 2 3) #(1 2 2 2) #() #*101 #*01111111 #* #2A((1 2) (3 4)) #0A5 #(1 2) #(A #(B)))")
   (read-features
    "((A) NIL (B) (B) (A) (A) (A) (A) READER-ERROR (B))")
   (read-evaluated
    "(3 READER-ERROR)")
   (read-labels
    "(\"(#1=(B) #1#)\" \"#1=(A #1#)\" \"#1=(A . #1#)\" \"#1=(#2=(X) #1# . #2#)\" \"#1=#(1 #1# (A #1#))\")")
   (read-uninterned
    "(\"FOO\" NIL)")
   (read-suppressed
    "(NIL NIL NIL NIL)")
   (read-base
    "(255 16 10 485 ABZ -10/11)")
   (readtable-cases
    "((\"FOO\" \"FOO\" \"FOO\" \"ABC\" \"xY\") (\"foo\" \"foo\" \"foo\" \"aBc\" \"xy\") (\"foo\" \"FOO\" \"Foo\" \"aBc\" \"xY\") (\"FOO\" \"foo\" \"Foo\" \"ABC\" \"xy\"))")
   (backquote
    "((A 1 2 3 B) (A . 1) (2 3 . 1) (2 3) ((1) (2 3 2 3)) #(A 1 2 3) (1 . Z) (1 4 . 5) 1)")
   (read-nested-backquote
    "((B 5 1 2 3) (A 3 6))")
   (macro-characters
    "((:NOT A) (1 (2 3) 4) (#\\! 5 X) 42 (A B) A)")
   (read-positions
    "((ABC 4) (ABC 3) ((A) 3) (YZ 4) :END)")
   (read-sequence-of-forms
    "(A (B) \"c\" 1)")
   (read-structure
    "(1 2)")))
