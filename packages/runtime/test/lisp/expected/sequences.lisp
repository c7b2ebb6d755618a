;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((length
    "(0 2 3 4 2 3 3)")
   (length-bad
    "error TYPE-ERROR")
   (length-dotted
    "error TYPE-ERROR")
   (elt
    "(2 3 #\\a 1 8 6)")
   (elt-list-end
    "error TYPE-ERROR")
   (elt-vector-end
    "error TYPE-ERROR")
   (elt-fill-pointer
    "error TYPE-ERROR")
   (elt-negative
    "error TYPE-ERROR")
   (setf-elt
    "((A 2) #(1 B) \"zb\")")
   (subseq
    "((2 3 4) (2 3) \"el\" #() #*011 #(2 3) #(2) NIL)")
   (subseq-end
    "error TYPE-ERROR")
   (subseq-start
    "error TYPE-ERROR")
   (subseq-order
    "error TYPE-ERROR")
   (setf-subseq
    "((A B C) (1 A B 4) \"XY\" \"abXYef\")")
   (copy-seq
    "((1 2) \"ab\" #(1 2) NIL)")
   (fill
    "((0 0 0) (1 0 3) #(1 X X) \"aaa\" #*1100 #(9 9))")
   (replace
    "((A B 3) #(1 #\\x #\\y) \"abXYef\" #(1 1 2 3 5) #(3 4 5 4 5) (1 1 2 3 4) (9 10 3) #(1 2 0))")
   (reverse
    "((3 2 1) \"cba\" #(2 1) #*001 #(3 2 1) (3 2 1) #(4 3 2 1) \"cba\" NIL)")
   (make-sequence
    "((A A) #(0 0) \"zz\" #(1 1) #*111 #(7 7))")
   (make-sequence-length
    "error TYPE-ERROR")
   (make-sequence-type
    "error TYPE-ERROR")
   (concatenate
    "((1 2 #\\a) \"abc\" #() #(1 2 1 0) #(1 2) NIL \"x\")")
   (map
    "((2 3) #(11 22) \"ABC\" NIL ((1 #\\a X) (2 #\\b Y)) #*10)")
   (map-nil
    "(NIL (6 4))")
   (map-into
    "((11 22 3) #(1 2 3) \"XYZ\" #(6 7 8 9) #(6))")
   (every-some
    "(T NIL T T T 20 NIL T T T T)")
   (reduce
    "(6 0 -4 2 (((1 2) 3) 4) (((0 1) 2) 3) (1 (2 (3 0))) 3 1 5 (2))")
   (find
    "(2 NIL #\\b 2.0 (3 B) 3 4 NIL NIL \"b\" 2 2 4 3 NIL (3))")
   (position
    "(1 2 5 NIL 2 0 2 1 1 1)")
   (count
    "(2 3 1 2 1 1 1 2)")
   (mismatch
    "(2 NIL 2 2 1 NIL 2 2 NIL 1 1)")
   (search
    "(1 NIL 1 0 5 1 3 1 NIL 1 3)")
   (remove
    "((2 3) \"bnn\" #(2 1) (1 2) (1) (1) (1 3) #(2 4) ((2)) (1 2 3) (3) (1 2) (1 2) NIL #*00 #(2) (2 1))")
   (delete
    "((2 3) \"bnn\" (1) #(2) (2 1) NIL (2 1))")
   (substitute
    "((X 2 X) \"bxnxna\" \"banxnx\" (1 0 0) #(0 2) (1 0 1) (X 2) (X 2 X) #(0 2 0) (1 0 3) (1 2))")
   (remove-duplicates
    "((1 3 2) \"bna\" (1 2 3) (\"A\" \"a\") ((2 B) (1 C)) #(1 2) NIL (1 1 2 1) (1 2) (2))")
   (remove-duplicates-long
    "((6 5 4 3 2 1 0) (0 6 5 4 3 2 1))")
   (sort
    "((1 2 3) #(3 2 1) \"ehllo\" NIL ((1 A) (2 B)) (1) #(1 2 3) #(1 5 9))")
   (stable-sort
    "(((0 B) (0 D) (1 A) (1 C)) #((0 B) (0 D) (0 F) (0 H) (0 J) (1 A) (1 C) (1 E) (1 I) (2 G)))")
   (sort-big
    "(T T 1000 40 32079700)")
   (merge
    "((1 2 3 4 5) #(1 2 3) \"abcde\" ((1 A) (1 B)) NIL)")
   (coerce
    "(#(1 2) (1 2) (#\\a #\\b) \"ab\" #*10 1.0 0.5d0 #\\a #\\A 1 #C(1.5 0.0) 1 3 #(1 2) #() #C(1.0d0 0.0d0) 2.0 #(1 2 3) #(#\\a #\\b #\\c) #(1 2) 5)")
   (coerce-bad
    "error TYPE-ERROR")
   (coerce-lambda
    "25")
   (substitute-from-the-end
    "((1 2 3 4 5) #(1 2 3 9 5 9) (A B X B X) \"abxca\")")))
