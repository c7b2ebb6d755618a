;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((cxr
    "((1 2) (4 (5 6)) (3) (7 8 9 10) 1 4 3 7 8 (9 10) (2) ((5 6)) NIL (5 6))")
   (ordinals
    "(1 2 3 4 5 6 7 8 9 10 (2 3 4 5 6 7 8 9 10 11))")
   (car-of-atom
    "error TYPE-ERROR")
   (cdr-of-string
    "error TYPE-ERROR")
   (car-nil
    "(NIL NIL)")
   (setf-cxr
    "(:B (2 :A) :C)")
   (setf-ordinals
    "(A 2 B 4 5 6 7 8 9 C 11)")
   (copy-list-dotted
    "(1 2 . 3)")
   (copy-list-bad
    "error TYPE-ERROR")
   (copy-tree
    "((1 . 2) (3 (4 . 5)) . 6)")
   (copy-alist
    "(((1 . 2) NIL (3 . 4)) ((1 . 9) NIL (3 . 4)))")
   (list-length
    "(0 1 2 NIL)")
   (list-length-dotted
    "error TYPE-ERROR")
   (make-list
    "((NIL NIL NIL) (X X))")
   (make-list-bad
    "error TYPE-ERROR")
   (append
    "(NIL 1 (1 . 2) (1 2 3 . 4) (1 2 3 4 5))")
   (append-dotted
    "error TYPE-ERROR")
   (nconc
    "(NIL NIL (1 2 3 . 4) (1 2))")
   (revappend
    "((3 2 1 4) (3 2 1 4 . 5))")
   (last
    "((3) NIL (2 3) (1 2 3) 3 (2 . 3) NIL)")
   (butlast
    "((1 2) (1 2 3) (1) NIL (1) NIL)")
   (nbutlast
    "((1 2) (1 2) NIL)")
   (ldiff-tailp
    "((1 2) (1 2 3) (1 2 3 . 4) T T NIL T)")
   (nth
    "error TYPE-ERROR")
   (nth-negative
    "error TYPE-ERROR")
   (setf-nth
    "(1 B 13)")
   (endp
    "(T NIL)")
   (endp-bad
    "error TYPE-ERROR")
   (list*
    "(1 (1 . 2) (1 2 3))")
   (apply-list*
    "(1 2 3 4 5)")
   (acons-pairlis
    "(((1 . 2) (3 . 4)) ((2 . B) (1 . A) (Z . Z)))")
   (push-pop
    "((7 0 1 2) ((\"a\") NIL) 7 (0 1 2) A ((\"a\") NIL))")
   (pushnew-key
    "((3 C) (1 A) (2 B))")
   (mapcar
    "((2 3 4) (11 22) ((1 A X) (2 B Y)) (1 2) (1 4 9) NIL)")
   (mapcar-dotted
    "error TYPE-ERROR")
   (mapc
    "((1 2 3) (8 9) (9 8 (2 . B) (1 . A)))")
   (mapcan
    "((1 1 3 3) (1 3 2 4) 3)")
   (maplist
    "(((1 2 3) (2 3) (3)) ((1 2 3 4 5) (2 4 5)) (1 2 3 2 3 3))")
   (mapl
    "((1 2) ((2) (1 2)))")
   (member
    "((2 3) NIL (2.0 3) (\"b\") ((3)) (1 2) (1) (NIL 2) (3 4) (2 3))")
   (member-dotted
    "error TYPE-ERROR")
   (member-bignum
    "T")
   (assoc
    "((2 . B) NIL (\"x\" . 2) (3 . B) (NIL . 3) (1.0 . B) (-3 . A) (2 . B) (1 . B))")
   (assoc-bad-entry
    "error TYPE-ERROR")
   (rassoc
    "((2 . B) NIL (B . 2) (B . 1) (2 . \"b\"))")
   (adjoin
    "((1 2 3) (2 3) ((1)) ((1)) ((1) (1)))")
   (union
    "((1 2 3 4) (1) (1 2 3) 2 3)")
   (intersection
    "((2 3) (1 3) (\"a\"))")
   (set-difference
    "((1 3) NIL (2 3) (1))")
   (set-exclusive-or
    "((1 4) (1 5) NIL)")
   (subsetp
    "(T NIL T T)")
   (big-sets
    "(150 50 50 100 T)")
   (test-order
    "((1 2) (1 3) (1 2))")
   (subst
    "((X (B X) . X) (A X) (0 (A 0)) (0 (0 0 . 0) . 0) (X (B X)) (0 (A 0) 0) (X))")
   (subst-sharing
    "T")
   (sublis
    "((1 (2 C) . 1) (1 (1 B)) (Y Z) (A B))")
   (tree-equal
    "(T NIL NIL T T NIL)")
   (getf
    "(1 NIL 9 :B 5 6 (:Z 6 :B 5) T (:Z 6 :B 5) NIL 11 (:NEW 11 :Z 6 :B 5))")
   (get-properties
    ":B ; 2 ; (:B 2)")
   (get-properties-none
    "NIL ; NIL ; NIL")
   (symbol-plist
    "(1 NONE (:Y 2) T (:Y 2) NIL)")
   (tree-depth
    "10000")
   (values-list
    "1 ; 2 ; 3")
   (values-list-none
    "")))
