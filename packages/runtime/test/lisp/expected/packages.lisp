;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((find-package
    "(\"TA\" \"TA\" NIL (\"TA-NICK\") (\"TA\") (\"TB\" \"TC\") (\"OWN\") T NIL \"Package TC.\")")
   (find-symbol
    "((\"EX\" :EXTERNAL) (\"EX\" :INHERITED) (\"IN\" :INTERNAL) (\"IN\" :INTERNAL) (NIL NIL) (\"CAR\" :EXTERNAL) (\"CDR\" :INHERITED) (NIL :EXTERNAL))")
   (shadowing
    "(NIL #<PACKAGE \"COMMON-LISP\"> \"TC\")")
   (intern
    "((#:FOO NIL) :INTERNAL :INTERNAL T :EXTERNAL T :INTERNAL)")
   (keywords
    "(T :K2 :EXTERNAL NIL)")
   (unintern
    "(T NIL NIL NIL)")
   (import
    "(T T :INTERNAL T (\"IN\"))")
   (import-conflict
    "error PACKAGE-ERROR")
   (use-conflict
    "error PACKAGE-ERROR")
   (use-package
    "(T :INHERITED T NIL)")
   (shadow
    "(T NIL T :INTERNAL)")
   (rename-package
    "(\"TEST-RENAMED\" (\"TRD\") NIL T)")
   (delete-package
    "(T NIL NIL NIL)")
   (no-package
    "error PACKAGE-ERROR")
   (make-twice
    "error PACKAGE-ERROR")
   (export-inaccessible
    "error PACKAGE-ERROR")
   (do-symbols
    "((\"EX\" \"EY\" \"IN\") (\"EX\" \"EY\") (\"EX\" \"EY\" \"IN\" \"OWN\") RESULT EARLY)")
   (do-all-symbols
    "T")
   (cl-externals
    "978")
   (with-package-iterator
    "(\"EXEXTERNALTA\" \"EYEXTERNALTA\" \"ININTERNALTA\" \"ININTERNALTB\" \"OWNINTERNALTB\")")
   (symbol-package
    "(#<PACKAGE \"COMMON-LISP\"> NIL)")
   (gentemp
    "(\"GT\" T)")
   (defpackage-again
    "(\"TA\")")
   (printing-symbols
    "(TA:EX TA::IN TB::OWN :KEY CAR #:UNINT LOCAL)")))
