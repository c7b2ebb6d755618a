;;;; The package of the assembler's tests.

(in-package #:common-lisp-user)

(defpackage #:astralisp.asm.test
  (:use #:common-lisp #:astralisp.asm)
  (:export #:generate-cases #:case-lines #:compare-lines
           #:bracket-lines #:compare-encodings #:damaged-case
           #:run-checks))
