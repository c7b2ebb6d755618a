;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((typep-atomic
    "((0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30) NIL (0) (0 1 2 3) (3) (0 1) (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 24 25 26 27 28 29 30) (22 23) (0 22 23) (0 19 20 21 22 23 25 26 27) (4 5 6 7 8 9 10 11 12 13 14 15 16) (4 5 6 7 8 9 10 11 12 13 14) (4 5 6 7 8 9 10 11 12) (4 5 6 7 8 9 10 11) (12) (13 14) (13) (14) (15 16) (4 5) (10 11) (4 5 6 7 8 9) (4 5 6 7 8 9 10 11) (4 5 7 8 9 10) (17 18) (17 18) (19 27) (19) (19 20 21 24 25 26 27) (19 20 21 25 26 27) (20) (19 20 21 24 26) (21) (21) (28) (28) (29) (30))")
   (typep-numeric
    "((4 5 7) (5 7) (6 11) (4 5 7 8 9 10) (4 5 7) (4 5 6) (4 5 7) (4 5 12 13) (13) (13) (4 5 12) (13) (14) (16) (15) (4 5 7 8 9) (5))")
   (typep-compound
    "((0 1 2 3 19 27) (6 7 8 9 10 11) (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 24 25 26 27 28 29 30) (2 4) (5) NIL (22 23) (22) (23) (0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30) NIL (4 5 6 7 8 9 10 11 12 13 14 15 16) (0) (1 2) (0 7 8 9 10))")
   (typep-arrays
    "((20 24 25) (24) (24) (24) (20 25) (20 26 27) (25) (19 20 21 26) (20) (19 27) (21) (26) (19) (20) (21) (26) NIL (19 20 21 25 26 27) (27) (19) (19 20 21 25 26 27))")
   (deftype
    "(T NIL T T NIL T NIL T NIL T NIL)")
   (subtypep-atomic
    "((T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T))")
   (subtypep-ranges
    "((T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (NIL T) (T T) (NIL T) (T T))")
   (subtypep-compound
    "((T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T) (T T))")
   (subtypep-arrays
    "((T T) (T T) (T T) (T T) (NIL T) (T T) (T T) (T T) (T T) (T T) (NIL T) (T T) (NIL T) (T T) (NIL T))")
   (subtypep-unknown
    "(NIL NIL)")
   (type-of
    "NIL")
   (type-of-examples
    "(NULL BOOLEAN SYMBOL KEYWORD CONS SINGLE-FLOAT DOUBLE-FLOAT RATIO STANDARD-CHAR BIT (SIMPLE-VECTOR 2) (SIMPLE-BIT-VECTOR 2) HASH-TABLE)")
   (structure-types
    "(T T NIL T NIL DOG T NIL T NIL T T NIL (T T))")
   (condition-types
    "(T NIL T T T)")
   (float-zeros-in-types
    "(NIL T T T NIL T)")
   (signatures-cannot-be-tested
    ":ERROR")))
