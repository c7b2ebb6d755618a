;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((struct-basic
    "(10 7 0 T NIL NIL #S(POINT :X 10 :Y 7) #S(POINT :X 10 :Y 7) T NIL \"A point.\")")
   (struct-function-objects
    "((1 2) #S(POINT :X 0 :Y 3) T)")
   (struct-wrong-type
    "error TYPE-ERROR")
   (struct-setf-wrong
    "error TYPE-ERROR")
   (struct-copy-wrong
    "error TYPE-ERROR")
   (struct-include
    "(7 1 3 7 T T NIL #S(POINT3 :X 9 :Y 1 :Z 3) 9 9)")
   (struct-options
    "(#S(BARE :BARE-A NIL :BARE-B B) 1 NIL NIL NIL)")
   (struct-boa
    "(#S(BOA :A 1 :B 5 :C 3 :D NIL :E 6 :F (1 5) :G 70) #S(BOA :A 1 :B 2 :C 3 :D (:E 9) :E 9 :F (1 2) :G 70) #S(BOA :A 1 :B 2 :C 3 :D 4 :E 50 :F 60 :G 1) #S(BOA :A X :B 2 :C 3 :D 4 :E 50 :F 60 :G 70))")
   (struct-aux
    "#S(COUNTED :N 4 :M 8)")
   (struct-initforms
    "(1 2 GIVEN 2)")
   (struct-typed
    "((1 NEW) NEW #(VECTY VA 2) 2 T NIL (NIL NAMED-LISTY 1 NIL) T NIL 1 #(1 9) 2 (NIL 20 3) 4 5 (1 NEW) NIL)")
   (struct-printing
    "(<shown (A \"b\")> <shown 1> it:text)")
   (struct-read-only
    "(5 REFUSED)")
   (struct-redefinition-same
    "(T 1)")
   (struct-local
    "3")
   (struct-equalp
    "(T NIL NIL)")
   (struct-many
    "4950")
   (struct-symbol-case
    "1")
   (struct-unknown-key
    "error PROGRAM-ERROR")
   (struct-slot-nil
    "(#S(ODD-SLOTS :NIL 1 :T 2) 1 2)")
   (struct-empty
    "(#S(EMPTY) T)")
   (reading-structures
    "#S(POINT :X 5 :Y 6) ; 19")
   (struct-slot-names-like-variables
    "5")))
