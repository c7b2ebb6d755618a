;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((make-condition
    "(\"pear\" 3 100 5 5 T T NIL \"bad pear\" BAD-FRUIT \"worse\")")
   (signal
    "(NIL NIL \"x\")")
   (handler-case
    "(1 2 BAD-FRUIT (1 2) (2 1) 3 1 2 NIL (1 2))")
   (handler-bind
    "error ERROR")
   (handler-order
    "(INNER CAUGHT)")
   (ignore-errors
    "((1 2) (NIL T))")
   (error-types
    "(SIMPLE-ERROR BAD-FRUIT WORSE-FRUIT SIMPLE-WARNING SIMPLE-CONDITION)")
   (simple-condition-slots
    "(\"a ~S b\" (5))")
   (restart-case
    "(1 2 (1 2 NIL) (1 2) (USED \"fig\") 2)")
   (restart-no-such
    "error CONTROL-ERROR")
   (restart-bind
    "((DONE DONE) (2 1))")
   (compute-restarts
    "((INNER OUTER) OUTER NIL)")
   (restart-test
    "(T NIL)")
   (restart-association
    "(NIL T NIL)")
   (restart-case-associates
    "(NIL T)")
   (with-simple-restart
    "((NIL T) 3 \"Skip 5.\")")
   (cerror
    "(NIL CAUGHT)")
   (warn-muffled
    "(NIL NIL 2)")
   (warn-not-warning
    "error TYPE-ERROR")
   (standard-restarts
    "((USE 3) (STORE 4) WENT-ON ABORTED)")
   (check-type
    "(NIL \"s\" 7)")
   (assert
    "(NIL FAILED \"kiwi\" 2)")
   (non-local-unwinding
    "(DONE (HANDLED CLEANED))")
   (handler-is-outside
    "\"in\"")
   (dynamic-handlers
    "CAUGHT")
   (break-on-signals
    "NIL")
   (standard-readers
    "((1 SYMBOL) SURELY-UNBOUND SURELY-UNDEFINED T)")
   (use-value-unbound
    "(42)")
   (use-value-undefined
    "(1 2)")
   (debugger-hook
    "error SIMPLE-ERROR")
   (invoke-debugger-hook
    "FRUIT")
   (condition-class-hierarchy
    "(T T T T T T T T T T T T T T T T T T T T T NIL)")
   (class-allocation
    "(9)")
   (restart-interactive
    "(ASKED 1 2)")
   (nested-handler-case-rethrow
    "(OUTER \"one\")")
   (conditions-cerror-in-restart-case
    "(1 NIL 2)")
   (conditions-undefined-function-as-value
    "(NO-SUCH-FUNCTION (SETF NO-SUCH-FUNCTION) NIL)")))
