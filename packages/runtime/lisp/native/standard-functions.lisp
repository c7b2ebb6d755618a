;;;; Standard functions that every engine defines for itself, on the native one.

(in-package #:astralisp.runtime)

(defun list (&rest elements)
  "Return a list of ELEMENTS. CLHS LIST."
  elements)

(defun list* (first &rest others)
  "Return a list of the arguments whose last is its tail. CLHS LIST*."
  (if (null others)
      first
      ;; The &REST list is fresh: its last cons is cut off.
      (let ((list (cons first others)))
        (do ((tail list (%cdr tail)))
            ((null (%cdr (%cdr tail)))
             (%set-cdr tail (%car (%cdr tail)))
             list)))))

(defun values (&rest values)
  "Return the arguments as values. CLHS VALUES."
  (%values-list values))

(defun funcall (function &rest arguments)
  "Call FUNCTION with ARGUMENTS. CLHS FUNCALL."
  (apply function arguments))

(defun apply (function argument &rest more)
  "Call FUNCTION with the arguments, the last of which is a list of arguments.
CLHS APPLY."
  (if (null more)
      (apply function argument)
      (apply function (apply (function list*) argument more))))

(defun code-char (code)
  "Return the character with CODE, or NIL. CLHS CODE-CHAR."
  (if (and (%fixnump code) (>= code 0) (< code #x110000))
      (%code-char code)
      nil))

;;; A keyword is its own value and at home in the package KEYWORD.
(defun keywordp (object)
  "True if OBJECT is a keyword. CLHS KEYWORDP."
  (and (symbolp object)
       object
       (eq (%global-value object) object)
       (let ((package (symbol-package object)))
         (and package (string= (package-name package) "KEYWORD")))))

(defun numerator (rational)
  "Return the numerator of RATIONAL in lowest terms. CLHS NUMERATOR."
  (cond ((%ratiop rational)
         (%raw-load-boxed (%object-address rational) 8))
        ((integerp rational) rational)
        (t (%type-error rational 'rational))))

(defun denominator (rational)
  "Return the denominator of RATIONAL in lowest terms. CLHS DENOMINATOR."
  (cond ((%ratiop rational)
         (%raw-load-boxed (%object-address rational) 16))
        ((integerp rational) 1)
        (t (%type-error rational 'rational))))

;;; EQL of objects with headers: numbers of one type and value.

(defun same-digits-p (a b)
  (let ((length (%bignum-length a)))
    (and (eql length (%bignum-length b))
         (dotimes (i length t)
           (unless (%word= (%bignum-digit a i) (%bignum-digit b i))
             (return nil))))))

(defun %slow-eql (a b)
  "True if A and B, which are not EQ, are numbers of the same type and value."
  (cond ((%bignump a) (and (%bignump b) (same-digits-p a b)))
        ((%double-float-p a)
         (and (%double-float-p b)
              (%word= (%double-bits a) (%double-bits b))))
        ((%ratiop a)
         (and (%ratiop b)
              (eql (numerator a) (numerator b))
              (eql (denominator a) (denominator b))))
        ((%complexp a)
         (and (%complexp b)
              (eql (%realpart a) (%realpart b))
              (eql (%imagpart a) (%imagpart b))))
        (t nil)))

(defun %features ()
  "Return the features of this engine."
  '(:astralisp :common-lisp :ansi-cl :ieee-floating-point :little-endian
    :64-bit :package-local-nicknames :native :x86-64))
