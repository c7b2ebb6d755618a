;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((eq-eql
    "(T T NIL T NIL T NIL T T T NIL)")
   (equal
    "(T NIL NIL NIL T T T NIL NIL NIL)")
   (equalp
    "(T T T T NIL T NIL T T)")
   (gethash
    "(1 (TWO T) (NIL NIL) 9 F 3 11 11 EQL T NIL)")
   (remhash
    "(T NIL 9 NIL 16 0 NIL AGAIN AGAIN)")
   (tests-of-tables
    "((NIL NIL NIL NIL NIL 5 6 NIL 8 NIL EQL) (1 NIL 2 NIL NIL 5 6 7 8 NIL EQUAL) (1 1 2 3 4 5 6 7 8 2 EQUALP))")
   (eq-table
    "(1 NIL 2 3)")
   (growth
    "(1500 1124750 7 NIL 499)")
   (maphash-change
    "(NIL 10 8 NIL)")
   (with-hash-table-iterator
    "((0 . 0) (1 . 10) (2 . 20) (3 . 30) (4 . 40))")
   (loop-tables
    "((1 2) 3)")
   (equalp-tables
    "(T NIL NIL)")
   (equalp-keys
    "(V N N)")
   (sxhash
    "(T T T T T T)")
   (make-hash-table-options
    "(T T T)")
   (gethash-bad
    "error TYPE-ERROR")
   (numbers-as-keys
    "(2102 777 -5 55 NIL)")
   (identity-keys-survive-collections
    "(0 3000 3000 2999)")))
