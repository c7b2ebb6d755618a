;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((make-array
    "(#(7 7 7) #2A((A A) (A A)) #0A5 #() #(1 2) #2A((1 2 3) (4 5 6)) #2A(() ()) #0AX #*111 \"qq\" #(1.0d0 1.0d0) #(65535 65535) #(1 2) #(0 0))")
   (make-array-defaults
    "(#(0 0) #*00 #(0.0d0 0.0d0) 2)")
   (make-array-negative
    "error TYPE-ERROR")
   (element-types
    "(T BIT CHARACTER SINGLE-FLOAT DOUBLE-FLOAT (UNSIGNED-BYTE 8) (UNSIGNED-BYTE 32) (UNSIGNED-BYTE 64) T (SIGNED-BYTE 8) (SIGNED-BYTE 16) (SIGNED-BYTE 32) (SIGNED-BYTE 64) BIT (SIGNED-BYTE 8) (UNSIGNED-BYTE 8) T T T BIT)")
   (array-properties
    "(2 (2 3) 3 6 5 5 2 T NIL T NIL T NIL T T NIL NIL (#(1 1 1 1 1) 3) (NIL 0) 0 NIL CHARACTER T BIT T T NIL T NIL 5)")
   (aref
    "(6 X 10 5 #2A((1 X 3) (4 5 L)) #0A10 #3A(((0 0) (0 0)) ((0 5) (0 0))) 5 L #2A((1 X 3) (4 5 L)) #\\b 1 1)")
   (aref-outside
    "error TYPE-ERROR")
   (aref-negative
    "error TYPE-ERROR")
   (aref-2d-outside
    "error TYPE-ERROR")
   (aref-not-array
    "error TYPE-ERROR")
   (aref-beyond-fill
    "3")
   (set-wrong-element
    "error TYPE-ERROR")
   (set-wrong-char
    "error TYPE-ERROR")
   (svref
    "(#(1 B 3) 3)")
   (svref-bad
    "error TYPE-ERROR")
   (svref-outside
    "error TYPE-ERROR")
   (bits
    "(#*0101 1 0 #2A((0 0) (1 0)) 1)")
   (bit-operations
    "(#*0001 #*0111 #*0110 #*1001 #*1110 #*1000 #*0100 #*0010 #*1101 #*1011 #*1100 #*0001 #*0110 #2A((1 1)))")
   (fill-pointers
    "(0 1 #(A B 0 1) 2 B #(A B 0 1) 3 3 3 NIL 4)")
   (vector-push-extend
    "(0 1 2 #(1 2 3) 3 T)")
   (vector-push-string
    "(\"abcdefghijklmnopqrst\" T 20 \"ABCDEFGHIJKLMNOPQRST\")")
   (fill-pointer-none
    "error TYPE-ERROR")
   (displaced
    "(#2A((1 2 X) (4 Y 6)) #(X 4 Y 6) #(4 Y) 2 #(4 Y 6) (4 Y) #(6 Y 4 X) 2)")
   (displaced-string
    "(\"cde\" T T #\\d \"cde!\" T T)")
   (adjust-array
    "(#2A((1)) T #2A((1)) #(1 2 3 N) 2 #(1 2 3 N) #(1 2) #(1 2 0 0) #(8 9))")
   (adjust-displaced
    "(#(C D) #(C D) #(C D) NIL #(C D))")
   (adjusted-base
    "#(CHANGED 3)")
   (big-arrays
    "(#(18446744073709551615 18446744073709551615) #(-9223372036854775808 -9223372036854775808) #(-128 -128) #(1.5 1.5))")
   (array-equality
    "(NIL T T T T T NIL T NIL T T)")
   (vector-function
    "(#() #(1 2 3) #(A B))")
   (limits
    "(T T T)")))
