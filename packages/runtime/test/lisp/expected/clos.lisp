;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((clos-make-instance-defaults
    "(7 2 :RED (1 2) (COLORED-SPOT COLORED SPOT STANDARD-OBJECT T))")
   (clos-make-instance-initargs
    "(1 :GREEN NIL)")
   (clos-make-instance-bad-initarg
    "error PROGRAM-ERROR")
   (clos-make-instance-odd
    "error PROGRAM-ERROR")
   (clos-make-instance-allow-others
    "4")
   (clos-make-instance-no-class
    ":ERROR")
   (clos-make-instance-built-in
    ":ERROR")
   (clos-shared-slot
    "3")
   (clos-slot-access
    "(T NIL NIL 3 (2 3) -3 NIL)")
   (clos-slot-unbound-error
    "error CELL-ERROR")
   (clos-slot-missing-error
    ":ERROR")
   (clos-unbound-slot-name
    "(Y SPOT)")
   (clos-slot-missing-method
    "((:MISSING FOO SLOT-VALUE NIL) 2 T)")
   (clos-slot-value-of-structure-and-condition
    "(1)")
   (clos-types-of-instances
    "(COLORED-SPOT T T T T NIL T NIL (T T) (NIL T) (T T))")
   (clos-classes-of-built-in
    "(NULL SYMBOL SYMBOL CHARACTER RATIO DOUBLE-FLOAT SINGLE-FLOAT COMPLEX CONS STANDARD-CLASS FUNCTION)")
   (clos-dispatch
    "((:INTEGER :PLAIN T (:NUMBER :CHANGED (:T :CHANGED))) (:FIVE :X (:INTEGER :X T (:NUMBER :CHANGED (:T :CHANGED)))) (:NUMBER NIL (:T NIL)) (:NULL NIL (:SYMBOL NIL (:T NIL))) (:SYMBOL 1 (:T 1)) (:T NIL) (:FIVE NIL (:INTEGER :PLAIN T (:NUMBER :CHANGED (:T :CHANGED)))) (:INTEGER :PLAIN T (:NUMBER :CHANGED (:T :CHANGED))))")
   (clos-method-roles
    "((:INTEGER :AROUND :BEFORE-INTEGER :BEFORE-NUMBER) (:AROUND :BEFORE-INTEGER :BEFORE-NUMBER :AFTER-NUMBER :AFTER-INTEGER :AROUND-END))")
   (clos-two-arguments
    "(:INTEGER-NUMBER :NUMBER-INTEGER :INTEGER-NUMBER (:NUMBERS NIL) :NUMBER-INTEGER :INTEGER-NUMBER)")
   (clos-no-applicable
    "error ERROR")
   (clos-too-few-arguments
    "error PROGRAM-ERROR")
   (clos-too-many-arguments
    "error PROGRAM-ERROR")
   (clos-keywords-of-methods
    "((6 1) (:N NIL))")
   (clos-unknown-keyword
    "error PROGRAM-ERROR")
   (clos-unknown-keyword-allowed
    "NIL")
   (clos-setf-generic
    "(42 42)")
   (clos-method-objects
    "(NIL T 3)")
   (clos-remove-and-add-method
    "(:INTEGER-NUMBER :NUMBER-INTEGER :INTEGER-NUMBER)")
   (clos-incongruent-lambda-list
    ":ERROR")
   (clos-ordinary-function-is-not-generic
    "error PROGRAM-ERROR")
   (clos-local-generic-recursion
    ":DONE")
   (clos-combinations
    "((:TOTAL 11) 10 (:T :INTEGER) (3) (((:INTEGER 3) (:INTEGER 3) :NAMED) (:NUMBER :NUMBER :BEFORE)))")
   (clos-combination-without-method
    ":ERROR")
   (clos-change-class-keeps-slots
    "(COLORED-SPOT 1 2 :PINK (1 2))")
   (clos-change-class-back
    "(SPOT 1 NIL)")
   (clos-update-for-different-class
    "(5 (:WAS :BLUE))")
   (clos-redefinition
    "(2 :C :D :E NIL T :D (((D E F) (A) (A 1)) ((D E F) (A) (A 1))))")
   (clos-redefinition-of-superclass
    "(1 2 3 4)")
   (clos-redefinition-with-shared-slots
    "(10 4 3)")
   (clos-instances-made-obsolete
    "(1 2)")
   (clos-forward-reference
    "(:ERROR 2)")
   (clos-precedence-conflict
    ":ERROR")
   (clos-reinitialize
    "(T 1 5)")
   (clos-structures-have-classes
    "((:PART 1 NIL) (:DERIVED (:PART 1 3) (1 3)) DERIVED-PART)")
   (clos-print-object-methods
    "(\"<1,->\" \"<1,2> (<part>)\")")
   (clos-conditions-have-classes
    "(\"odd: 3\" ODD-THING 4)")
   (clos-load-forms
    "(ALLOCATE-INSTANCE T)")
   (clos-no-load-form
    ":ERROR")
   (clos-class-names-can-change
    "(NAMED-TWO T NIL)")
   (clos-find-class-nil
    "NIL")
   (clos-groups-have-an-order
    "((TWO OTHER) NO-ORDER)")
   (clos-keys-of-an-implicit-generic
    "(2 UNKNOWN)")
   (clos-applicable-methods-count
    "(1 TOO-FEW)")
   (clos-no-generic-for-an-unknown-class
    "(UNKNOWN NIL)")))
