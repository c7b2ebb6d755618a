;;;; Division with quotient and remainder, and what is built on it: gcd, isqrt.

(in-package #:astralisp.runtime)

;;; TRUNCATE is the one that divides; FLOOR, CEILING and ROUND correct its
;;; answer.

(defun finite-double-to-integer (double)
  (unless (finite-double-p double)
    (error 'floating-point-invalid-operation
           :operation 'truncate :operands (list double)))
  (%double-to-integer double))

(defun truncate-doubles (x y)
  (let* ((quotient (finite-double-to-integer (%double/ x y)))
         (whole (%integer-to-double quotient)))
    (values quotient (%double- x (%double* whole y)))))

(defun truncate-singles (x y)
  (let* ((quotient (finite-double-to-integer
                    (%single-to-double (%single/ x y))))
         (whole (integer-to-single quotient)))
    (values quotient (%single- x (%single* whole y)))))

(defun truncate-rationals (x y)
  (let ((quotient
          (values (%integer-truncate
                   (%integer* (numerator x) (denominator y))
                   (%integer* (denominator x) (numerator y))))))
    (values quotient (two-arg-- x (two-arg-* quotient y)))))

(define-contagious truncate-numbers (x y)
  (:integer (%integer-truncate x y)
   :ratio (truncate-rationals x y)
   :double (truncate-doubles x y)
   :single (truncate-singles x y))
  "Quotient of X and Y toward zero, and the remainder. Y is not zero.")

(defun check-divisor (operation number divisor)
  (cond ((not (realp number)) (number-type-error number 'real))
        ((not (realp divisor)) (number-type-error divisor 'real))
        ((zerop divisor) (division-by-zero-error operation number divisor))))

(defun truncate (number &optional (divisor 1))
  "The quotient of NUMBER and DIVISOR rounded toward zero, and the remainder.
Signals DIVISION-BY-ZERO when DIVISOR is zero."
  (cond ((and (integerp number) (integerp divisor))
         (when (eql divisor 0)
           (division-by-zero-error 'truncate number divisor))
         (%integer-truncate number divisor))
        (t (check-divisor 'truncate number divisor)
           (truncate-numbers number divisor))))

(defun floor (number &optional (divisor 1))
  "The quotient of NUMBER and DIVISOR rounded down, and the remainder, which has
the sign of DIVISOR. Signals DIVISION-BY-ZERO when DIVISOR is zero."
  (check-divisor 'floor number divisor)
  (%mv-let (quotient remainder) (truncate-numbers number divisor)
    (if (if (minusp divisor) (plusp remainder) (minusp remainder))
        (values (%integer- quotient 1) (two-arg-+ remainder divisor))
        (values quotient remainder))))

(defun ceiling (number &optional (divisor 1))
  "The quotient of NUMBER and DIVISOR rounded up, and the remainder, whose sign
is opposite to DIVISOR's. Signals DIVISION-BY-ZERO when DIVISOR is zero."
  (check-divisor 'ceiling number divisor)
  (%mv-let (quotient remainder) (truncate-numbers number divisor)
    (if (if (minusp divisor) (minusp remainder) (plusp remainder))
        (values (%integer+ quotient 1) (two-arg-- remainder divisor))
        (values quotient remainder))))

(defun round (number &optional (divisor 1))
  "The quotient of NUMBER and DIVISOR rounded to nearest, ties to even, and the
remainder. Signals DIVISION-BY-ZERO when DIVISOR is zero."
  (check-divisor 'round number divisor)
  (%mv-let (quotient remainder) (truncate-numbers number divisor)
    (let ((side (order (two-arg-* 2 (abs remainder)) (abs divisor))))
      (if (or (eq side 1) (and (eq side 0) (oddp quotient)))
          (if (eq (minusp remainder) (minusp divisor))
              (values (%integer+ quotient 1) (two-arg-- remainder divisor))
              (values (%integer- quotient 1) (two-arg-+ remainder divisor)))
          (values quotient remainder)))))

(defun rem (number divisor)
  "The remainder of TRUNCATE: it has the sign of NUMBER."
  (%mv-let (quotient remainder) (truncate number divisor)
    (declare (ignore quotient))
    remainder))

(defun mod (number divisor)
  "The remainder of FLOOR: it has the sign of DIVISOR."
  (%mv-let (quotient remainder) (floor number divisor)
    (declare (ignore quotient))
    remainder))

;;; The same with the quotient as a float.

(defun quotient-float (quotient number divisor)
  "QUOTIENT in the float format of NUMBER and DIVISOR; a zero keeps the sign of
the exact quotient."
  (let ((zero (cond ((or (%double-float-p number) (%double-float-p divisor))
                     0d0)
                    (t 0f0))))
    (if (and (eql quotient 0)
             (not (eq (negative-sign-p number) (negative-sign-p divisor))))
        (negate zero)
        (float quotient zero))))

(defun negative-sign-p (number)
  (if (floatp number)
      (minusp (float-sign number))
      (minusp number)))

(defmacro define-float-division (name integer-name docstring)
  `(defun ,name (number &optional (divisor 1))
     ,docstring
     (%mv-let (quotient remainder) (,integer-name number divisor)
       (values (quotient-float quotient number divisor) remainder))))

(define-float-division ftruncate truncate
  "As TRUNCATE of NUMBER and DIVISOR, but the quotient is a float.")

(define-float-division ffloor floor
  "As FLOOR of NUMBER and DIVISOR, but the quotient is a float.")

(define-float-division fceiling ceiling
  "As CEILING of NUMBER and DIVISOR, but the quotient is a float.")

(define-float-division fround round
  "As ROUND of NUMBER and DIVISOR, but the quotient is a float.")

;;; Number theory.

(defun check-integer (object)
  (unless (integerp object) (number-type-error object 'integer))
  object)

(defun gcd (&rest integers)
  "The greatest common divisor of INTEGERS; 0 without any."
  (declare (dynamic-extent integers))
  (let ((result 0))
    (dolist (integer integers result)
      (setq result (integer-gcd result (check-integer integer))))))

(defun lcm (&rest integers)
  "The least common multiple of INTEGERS; 1 without any."
  (declare (dynamic-extent integers))
  (let ((result 1))
    (dolist (integer integers result)
      (check-integer integer)
      (setq result
            (if (or (eql integer 0) (eql result 0))
                0
                (integer-abs
                 (%integer* result
                            (values (%integer-truncate
                                     integer
                                     (integer-gcd result integer))))))))))

(defun isqrt (natural)
  "The greatest integer whose square is not greater than NATURAL."
  (unless (and (integerp natural) (not (integer-negative-p natural)))
    (number-type-error natural 'unsigned-byte))
  (integer-square-root natural))

(defun integer-square-root (n)
  (let ((length (integer-length n)))
    (if (%fx<= length 52)
        (%double-to-integer (%double-sqrt (%integer-to-double n)))
        ;; The root of the upper half is half of the digits; Newton's method
        ;; from above gives the rest.
        (let* ((k (%fx-shift-right length 2))
               (x (%ash (%integer+ 1 (integer-square-root
                                      (%ash n (%fx- 0 (%fx+ k k)))))
                        k)))
          (block nil
            (tagbody
             again
               (let ((y (%ash (%integer+ x (values (%integer-truncate n x)))
                              -1)))
                 (when (%fx>= (%integer-compare y x) 0)
                   (return x))
                 (setq x y)
                 (go again))))))))

(defun integer-expt (base power)
  "The number BASE to the non-negative integer POWER, by repeated squaring."
  (if (eql power 0)
      (two-arg-+ 1 (two-arg-* base 0))
      (let ((result nil))
        (block nil
          (tagbody
           again
             (when (oddp power)
               (setq result (if result (two-arg-* result base) base)))
             (setq power (%ash power -1))
             (when (eql power 0)
               (return result))
             (setq base (two-arg-* base base))
             (go again))))))
