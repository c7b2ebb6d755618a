;;;; Documentation of what engines define: special operators, primitives, slot
;;;; readers; a data table.

(in-package #:astralisp.runtime)

(defun document (kind entries)
  (dolist (entry entries)
    (unless (named-documentation (car entry) kind)
      (set-documentation
       (car entry) kind
       (string-append (cadr entry) " CLHS "
                      (symbol-name (car entry)) ".")))))

(document 'function
          '((apply
             "Call FUNCTION with the other arguments, the last of which is
a list of arguments.")
            (atom
             "True if OBJECT is not a cons.")
            (boundp
             "True if SYMBOL has a value.")
            (car
             "Return the car of the cons LIST; NIL for NIL.")
            (cdr
             "Return the cdr of the cons LIST; NIL for NIL.")
            (char-code
             "Return the code of CHARACTER.")
            (characterp
             "True if OBJECT is a character.")
            (code-char
             "Return the character with CODE, or NIL.")
            (cons
             "Return a new cons of CAR and CDR.")
            (consp
             "True if OBJECT is a cons.")
            (denominator
             "Return the denominator of the RATIONAL.")
            (numerator
             "Return the numerator of the RATIONAL.")
            (eq
             "True if X and Y are the same object.")
            (eql
             "True if X and Y are the same object, or numbers or
characters of one type and value.")
            (funcall
             "Call FUNCTION with ARGUMENTS.")
            (functionp
             "True if OBJECT is a function.")
            (integer-length
             "Return the number of bits of INTEGER, less its sign.")
            (integerp
             "True if OBJECT is an integer.")
            (logcount
             "Return the number of bits of INTEGER that differ from its
sign.")
            (keywordp
             "True if OBJECT is a symbol of the package KEYWORD.")
            (list
             "Return a new list of the arguments.")
            (list*
             "Return a list of the arguments, the last of which is its
tail.")
            (listp
             "True if OBJECT is a cons or NIL.")
            (make-symbol
             "Return a new uninterned symbol called NAME.")
            (makunbound
             "Take the value of SYMBOL away; return SYMBOL.")
            (not
             "True if X is NIL.")
            (null
             "True if OBJECT is NIL.")
            (rplaca
             "Make OBJECT the car of CONS; return CONS.")
            (rplacd
             "Make OBJECT the cdr of CONS; return CONS.")
            (schar
             "Return the character of the simple STRING at INDEX.")
            (set
             "Make VALUE the value of SYMBOL; return VALUE.")
            (simple-vector-p
             "True if OBJECT is a simple vector of any objects.")
            (svref
             "Return the element of the simple VECTOR at INDEX.")
            (symbol-name
             "Return the name of SYMBOL, a string.")
            (symbol-package
             "Return the home package of SYMBOL, or NIL.")
            (symbol-plist
             "Return the property list of SYMBOL.")
            (symbol-value
             "Return the value of SYMBOL; signal UNBOUND-VARIABLE without
one.")
            (symbolp
             "True if OBJECT is a symbol.")
            (values
             "Return the arguments as values.")
            (delete-package
             "Delete PACKAGE; return whether it was there.")
            (export
             "Make SYMBOLS external in PACKAGE; return T.")
            (find-all-symbols
             "Return the symbols called STRING of all packages.")
            (find-package
             "Return the package called NAME, or NIL.")
            (find-symbol
             "Return the symbol called STRING accessible in PACKAGE, and
how it is accessible; or two NIL.")
            (import
             "Make SYMBOLS present in PACKAGE; return T.")
            (intern
             "Return the symbol called STRING accessible in PACKAGE, made
if need be, and how it was accessible before.")
            (list-all-packages
             "Return a fresh list of all packages.")
            (make-package
             "Make the package PACKAGE-NAME with nicknames and used
packages.")
            (package-name
             "Return the name of PACKAGE; NIL if it is deleted.")
            (package-nicknames
             "Return the nicknames of PACKAGE.")
            (package-shadowing-symbols
             "Return the shadowing symbols of PACKAGE.")
            (package-use-list
             "Return the packages that PACKAGE uses.")
            (package-used-by-list
             "Return the packages that use PACKAGE.")
            (packagep
             "True if OBJECT is a package.")
            (rename-package
             "Give PACKAGE a new name and nicknames; return it.")
            (shadow
             "Make symbols called SYMBOL-NAMES present and shadowing in
PACKAGE; return T.")
            (shadowing-import
             "Make SYMBOLS present and shadowing in PACKAGE; return T.")
            (unexport
             "Make SYMBOLS internal in PACKAGE; return T.")
            (unintern
             "Remove SYMBOL from PACKAGE; return whether it was present.")
            (unuse-package
             "Let PACKAGE no longer use PACKAGES-TO-UNUSE; return T.")
            (use-package
             "Let PACKAGE use PACKAGES-TO-USE; return T.")
            (hash-table-count
             "Return the number of entries of HASH-TABLE.")
            (hash-table-p
             "True if OBJECT is a hash table.")
            (hash-table-rehash-size
             "Return the growth HASH-TABLE was made with.")
            (hash-table-rehash-threshold
             "Return the threshold HASH-TABLE was made with.")
            (hash-table-test
             "Return the symbol that names the test of HASH-TABLE.")
            (arithmetic-error-operands
             "Return the operands of the operation that failed.")
            (arithmetic-error-operation
             "Return the operation that failed.")
            (cell-error-name
             "Return the name of what had no value.")
            (file-error-pathname
             "Return the pathname of the file of the error.")
            (package-error-package
             "Return the package of the error, or its name.")
            (print-not-readable-object
             "Return the object that could not be printed readably.")
            (simple-condition-format-arguments
             "Return the arguments for the format control of CONDITION.")
            (simple-condition-format-control
             "Return the format control of CONDITION.")
            (stream-error-stream
             "Return the stream of the error.")
            (type-error-datum
             "Return the object that was not of the type expected.")
            (type-error-expected-type
             "Return the type that was expected.")
            (unbound-slot-instance
             "Return the instance whose slot was unbound.")
            (block
             "Evaluate FORMS; RETURN-FROM NAME leaves them.")
            (catch
             "Evaluate FORMS; THROW to the value of TAG leaves them.")
            (eval-when
             "Evaluate FORMS when the file is compiled, loaded or
evaluated, as SITUATIONS say.")
            (flet
             "Evaluate FORMS with local functions that do not see each
other.")
            (function
             "Return the function called NAME, or the closure of a lambda
expression.")
            (go
             "Go to TAG of the innermost TAGBODY that has it.")
            (if
             "Evaluate THEN if TEST is true, else ELSE.")
            (labels
             "Evaluate FORMS with local functions that see each other.")
            (let
             "Evaluate FORMS with variables bound in parallel.")
            (let*
             "Evaluate FORMS with variables bound in sequence.")
            (load-time-value
             "Evaluate FORM once, when the code is loaded.")
            (locally
             "Evaluate FORMS with declarations.")
            (macrolet
             "Evaluate FORMS with local macros.")
            (multiple-value-call
             "Call FUNCTION with all values of FORMS.")
            (multiple-value-prog1
             "Evaluate all forms; return the values of the first.")
            (progn
             "Evaluate FORMS; return the values of the last.")
            (progv
             "Evaluate FORMS with the special variables SYMBOLS bound to
VALUES.")
            (quote
             "Return OBJECT, unevaluated.")
            (return-from
             "Leave the innermost block NAME with the values of RESULT.")
            (setq
             "Set variables to the values of forms, in sequence.")
            (symbol-macrolet
             "Evaluate FORMS with symbols that stand for forms.")
            (tagbody
             "Evaluate statements; GO goes to a tag among them.")
            (the
             "Return the values of FORM, declared to be of TYPE.")
            (throw
             "Leave the innermost CATCH whose tag is that of TAG.")
            (unwind-protect
             "Evaluate PROTECTED-FORM, and then CLEANUP-FORMS however it
is left.")))

(document 'variable
          '((*package*
             "The current package.")
            (most-positive-fixnum
             "The largest fixnum.")
            (most-negative-fixnum
             "The smallest fixnum.")
            (nil
             "The empty list, and false.")
            (t
             "True.")))
