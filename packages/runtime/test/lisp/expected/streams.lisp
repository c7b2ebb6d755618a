;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((string-input
    "(#\\a #\\b \"b\" #\\c NIL (\"cd\" T) :EOF :END :SIGNALLED)")
   (string-input-bounds
    "((#\\2 #\\3) 4)")
   (peek-types
    "(#\\a #\\c #\\c #\\x #\\x :END)")
   (string-output
    "\"abcd
line
y
end\"")
   (output-stream-string
    "(\"one\" \"\" \"x\")")
   (fill-pointer-output
    "\"hello!\"")
   (long-output
    "10000")
   (broadcast
    "(\"both\" \"both\" 2)")
   (concatenated
    "(\"abcd\" :END)")
   (two-way
    "(\"input\" \"output\" T T T)")
   (echo
    "\"ab\"")
   (synonym
    "(\"via\" *SYNONYM-TARGET*)")
   (stream-predicates
    "(T NIL T NIL NIL T T NIL NIL T T)")
   (sequences-of-streams
    "(3 \"abc\" 3 (1 #\\d #\\e 4) 3 #(#\\f #\\g #\\h NIL NIL NIL))")
   (write-sequences
    "\"abcefg\"")
   (input-errors
    "(:REFUSED :REFUSED :REFUSED)")
   (file-text
    "(\"héllo ∀𝄞\" \"line 2\" :END 22 T #\\h T)")
   (file-append
    "(\"héllo ∀𝄞\" \"line 2\" \"more\")")
   (file-overwrite
    "\"ab23456789\" ; T")
   (file-both-ways
    "(#\\a \"aZ23456789\")")
   (file-octets
    "(300 0 T 10 #(1 2 3 4 5 6 7 8 9 10) 43 :END)")
   (file-signed
    "(-5 100)")
   (file-wide
    "(2 4000000000 7)")
   (file-missing
    "(NIL :ERROR :ERROR NIL NIL)")
   (file-abort
    "(:THROWN NIL)")
   (file-operations
    "(\"/tmp/astralisp-a.txt\" 3 NIL \"/tmp/astralisp-b.txt\" T (\"/tmp/astralisp-b.txt\") T NIL :ERROR)")
   (closed-stream
    "(T NIL :REFUSED)")
   (pathname-parts
    "(((:RELATIVE \"a\") \"b\" \"c\") ((:ABSOLUTE \"x\" \"y\") \"z\" \"lisp\") (NIL \"foo\" NIL) (NIL \"foo.tar\" \"gz\") (NIL \".emacs\" NIL) ((:ABSOLUTE) NIL NIL) ((:RELATIVE \"a\") NIL NIL) ((:RELATIVE :UP) \"a\" NIL) (NIL :WILD \"lisp\") ((:ABSOLUTE \"a\" :WILD-INFERIORS) \"b\" :WILD) (NIL NIL NIL))")
   (namestrings
    "(\"a/b.c\" \"/x/y/z.lisp\" \"foo\" \".emacs\" \"/\" \"a/\" \"*.lisp\" \"/a/**/b.*\" \"\")")
   (make-pathnames
    "(\"z/q.r\" \"/a/b/\" \"/d/x.z\" \"y.t\" \"*.c\")")
   (merging
    "(\"/a/b/foo.txt\" \"/a/b/foo.d\" \"/a/b/x/foo.d\" \"/x/foo.d\" \"/a/b/c.d\" \"/a/x/b.c\")")
   (enough
    "(\"b/c.d\" \"c.d\" \"/x/y\")")
   (pathname-matching
    "(T NIL T NIL T T)")
   (pathname-translation
    "\"/z/b/foo.fasl\"")
   (wild
    "(NIL T T T T)")
   (pathnames-equal
    "(T NIL T NIL)")
   (calendar
    "((0 0 0 1 1 1900 0 NIL 0) (1 0 0 1 1 1900 0 NIL 0) (59 59 23 1 1 1900 0 NIL 0) (0 0 0 2 1 1900 1 NIL 0) (0 0 0 1 1 1970 3 NIL 0) (0 20 21 2 8 2023 2 NIL 0) (0 0 0 1 1 2024 0 NIL 0) (59 59 23 28 2 2030 3 NIL 0) (39 46 17 20 11 2216 2 NIL 0))")
   (calendar-back
    "T")
   (time-zones
    "(3155691600 (0 0 8 1 1 2000 5 NIL -3))")
   (load-file
    "(T \"KEYWORD\" \"/tmp/astralisp-runtime-test.txt\" \"ASTRALISP.TEST\" NIL)")
   (modules
    "(T NIL T)")
   (concatenated-unread-goes-to-its-source
    "(ABC #\\) #\\) D)")
   (concatenated-peek-stays-in-its-source
    "(#\\x #\\x #\\y \"yz\")")
   (element-type-by-name
    "(3 1 2 255 :END)")))
