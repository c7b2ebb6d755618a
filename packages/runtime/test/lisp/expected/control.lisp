;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((and-or
    "(T 1 2 NIL NIL 3 1 (1 2) (1) (1 2))")
   (cond
    "(NIL NIL 3 2 (1) (1 2) B)")
   (when-unless
    "(NIL NIL 3 4 NIL)")
   (case
    "(B 1 NIL YES NO TT CHAR FLOAT 1 NIL 3)")
   (ecase-hit
    "2")
   (ecase-miss
    "error TYPE-ERROR")
   (ccase-store
    "(ONE 1)")
   (typecase
    "(I 2 L NIL S F)")
   (etypecase-miss
    "error TYPE-ERROR")
   (ctypecase-store
    "(STR \"s\")")
   (prog1-prog2
    "(1 2 3)")
   (prog
    "((2 1 0) (1 2) NIL)")
   (do
    "((3 2 1 0) (3 3) 6 NIL 2 6)")
   (do-closures
    "(2 1 0)")
   (dolist
    "((NIL (3 2 1)) FOUND NONE (1 3))")
   (dolist-go
    "(2 4)")
   (dolist-dotted
    "error TYPE-ERROR")
   (dotimes
    "((3 (2 1 0)) 0 0 4 ((2 0) (1 1) (0 2) 2 1 0))")
   (dotimes-closures
    "(3 2 1)")
   (multiple-values
    "(NIL (1 2) (1 2 NIL) 2 NIL 3 (1 2 3 4) 1 (1 1 2) (1 2) (1 2) (1 2 3 4 5 6 7))")
   (many-values
    "T")
   (psetq
    "(NIL 2 1 NIL 3 2)")
   (rotatef-shiftf
    "(NIL (2 3 1) 2 (3 1 9) NIL (3 1 0) 2 (3 1 0))")
   (rotatef-values
    "(3 4 1 2)")
   (incf-decf
    "(6 3 11 (11 3) (1 (11 3)) 3)")
   (incf-order
    "((ARRAY 1 10) #(1 12 3))")
   (setf-multiple
    "(3 1 2 (3) NIL)")
   (setf-values
    "((7 8 9) 7 (8 2) 9)")
   (setf-the
    "5")
   (setf-apply
    "(5 #2A((0 0) (5 0)))")
   (push-order
    "((ITEM PLACE) (NIL (1)))")
   (setf-function
    "(9 (1 3) 3 (1 3) NIL NIL)")
   (defsetf-short
    "(3 4 (4))")
   (defsetf-long
    "((1 A B 4) 1)")
   (define-setf-expander
    "((1 2 X) #((7 Y)))")
   (define-modify-macro
    "((1 2 3) (B Z) #((A) (B Z)) 1)")
   (symbol-macrolet
    "((1 . 11) #(1 (1 . 11) 3))")
   (define-symbol-macro
    "(5 (5))")
   (macrolet
    "(8 (1 5 6) (1 2 6) (1 2 3))")
   (macrolet-shadow
    "(MINE 3)")
   (macroexpand-environment
    "((BAR 1) (CAR Z))")
   (macroexpand
    "(((CAR X) NIL) (X NIL) T)")
   (destructuring-bind
    "(1 2 3 5 T (:F 6 :Q 1) 6 7 8 (1 7))")
   (destructuring-whole
    "((1 2 3) 1 (2 3))")
   (destructuring-nil
    "2")
   (lambda-lists
    "((1 2 NIL 2 NIL 5 NIL 3 (5 3)) (1 3 T 3 NIL 5 NIL 4 (5 4)) (1 3 T 4 NIL 5 NIL 4 (5 4)) (1 3 T 4 (:K 9) 9 T 4 (9 4)) (1 3 T 4 (:L 7 :K 8) 8 T 7 (8 7)))")
   (keyword-names
    "((1 2) (5 2) (1 6) (1 2))")
   (allow-other-keys
    "(1 3 4)")
   (unknown-key
    "error PROGRAM-ERROR")
   (odd-keys
    "error PROGRAM-ERROR")
   (too-many-arguments
    "error PROGRAM-ERROR")
   (too-few-arguments
    "error PROGRAM-ERROR")
   (block-return
    "(1 2 4)")
   (catch-throw
    "(1 (1 2) 1 5)")
   (throw-nowhere
    "error CONTROL-ERROR")
   (unwind-protect
    "(1 2 (1 2) (CLEANUP INNER OUTER))")
   (unwind-override
    "2")
   (tagbody
    "(NIL (A B B B))")
   (tagbody-closure
    "5")
   (special-binding
    "(1 2 4 5 1)")
   (special-unwind
    "1")
   (progv
    "((7 NIL) 1 3 NIL)")
   (local-special
    "((2 1) 1)")
   (unbound
    "error UNBOUND-VARIABLE")
   (undefined
    "error UNDEFINED-FUNCTION")
   (labels
    "(T NIL NIL)")
   (closures
    "1")
   (eval-when
    "(1 NIL)")
   (load-time-value
    "3")
   (eval
    "(3 A :K 8 (1 3))")
   (funcall-designators
    "(1 1 6 (1 2) 9)")
   (apply-improper
    "error TYPE-ERROR")
   (function-objects
    "(3 T 4 T NIL)")
   (fdefinition
    "((:NEW 1) NIL NIL)")
   (special-operator-p
    "(T NIL NIL)")
   (constantp
    "(T T T T NIL T T)")
   (defconstant
    "(3 T \"Three.\")")
   (documentation
    "(\"Some documentation.\" \"Macro documentation.\" \"Other.\" \"Other.\" NIL)")
   (compiler-macro-function
    "(T NIL)")
   (defvar
    "(1 2)")
   (gensym
    "(\"G7\" \"X8\" 9 NIL \"G3\")")
   (copy-symbol
    "(1 2 NIL \"S\")")
   (nested-backquote
    "((A 1 2 3 . Z) #(1 1 2 3) (1 1) (2 3 . 1))")
   (stack-depth
    "5000")
   (eval-when-forms-see-those-before
    "2")
   (case-with-many-clauses
    "((0) (961) (3481) :ERROR)")
   (psetq-of-symbol-macros
    "(#(0 2 2 4 4 5) 4)")
   (special-declaration-over-the-result
    "(:GOOD :GOOD :BAD)")))
