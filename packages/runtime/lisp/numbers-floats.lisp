;;;; Floats: constants, conversion to and from rationals, exponents and signs.

(in-package #:astralisp.runtime)

;;; Short floats are single-floats and long floats are double-floats.

(defmacro define-float-constants (&rest names-and-values)
  ;; Each entry: name, alias, value, documentation.
  (let ((forms nil))
    (dolist (entry names-and-values)
      (let ((value-and-documentation (cdr (cdr entry))))
        (push `(defconstant ,(car entry) ,@value-and-documentation) forms)
        (push `(defconstant ,(car (cdr entry)) ,@value-and-documentation)
              forms)))
    `(progn ,@forms)))

(define-float-constants
  (most-positive-single-float most-positive-short-float
   3.4028235f38 "The greatest finite float of its format.")
  (most-negative-single-float most-negative-short-float
   -3.4028235f38 "The least finite float of its format.")
  (least-positive-single-float least-positive-short-float
   1.4012985f-45 "The smallest positive float of its format.")
  (least-negative-single-float least-negative-short-float
   -1.4012985f-45 "The negative float of its format nearest to zero.")
  (least-positive-normalized-single-float least-positive-normalized-short-float
   1.1754944f-38 "The smallest positive float with full precision.")
  (least-negative-normalized-single-float least-negative-normalized-short-float
   -1.1754944f-38 "The negative float with full precision nearest to zero.")
  (single-float-epsilon short-float-epsilon
   5.960465f-8 "The smallest float that added to 1 gives another float.")
  (single-float-negative-epsilon short-float-negative-epsilon
   2.9802326f-8 "The smallest float that taken from 1 gives another float.")
  (most-positive-double-float most-positive-long-float
   1.7976931348623157d308 "The greatest finite float of its format.")
  (most-negative-double-float most-negative-long-float
   -1.7976931348623157d308 "The least finite float of its format.")
  (least-positive-double-float least-positive-long-float
   4.9406564584124654d-324 "The smallest positive float of its format.")
  (least-negative-double-float least-negative-long-float
   -4.9406564584124654d-324
   "The negative float of its format nearest to zero.")
  (least-positive-normalized-double-float least-positive-normalized-long-float
   2.2250738585072014d-308 "The smallest positive float with full precision.")
  (least-negative-normalized-double-float least-negative-normalized-long-float
   -2.2250738585072014d-308
   "The negative float with full precision nearest to zero.")
  (double-float-epsilon long-float-epsilon
   1.1102230246251568d-16
   "The smallest float that added to 1 gives another float.")
  (double-float-negative-epsilon long-float-negative-epsilon
   5.551115123125784d-17
   "The smallest float that taken from 1 gives another float."))

(defconstant pi 3.141592653589793d0
  "The ratio of a circle's circumference to its diameter.")

;;; Rationals to floats, rounded to nearest, ties to even.

(defun rational-float-bits (numerator denominator precision least-exponent)
  "The bits, without sign, of the float nearest to NUMERATOR / DENOMINATOR, both
positive, in the format with PRECISION bits whose least normal exponent is
LEAST-EXPONENT; the bits of infinity when it is too great."
  (let* ((shift (%fx- (%fx+ precision 2)
                      (%fx- (integer-length numerator)
                            (integer-length denominator))))
         (sticky nil)
         (quotient 0))
    ;; The quotient has PRECISION + 2 or + 3 bits.
    (%mv-let (q r)
        (if (%fx>= shift 0)
            (%integer-truncate (%ash numerator shift) denominator)
            (%integer-truncate numerator (%ash denominator (%fx- 0 shift))))
      (setq quotient q
            sticky (not (eql r 0))))
    (let* ((length (integer-length quotient))
           (exponent (%fx- (%fx- length 1) shift))
           (kept (if (%fx< exponent least-exponent)
                     (%fx- precision (%fx- least-exponent exponent))
                     precision))
           (drop (%fx- length kept)))
      (if (%fx< kept 0)
          0
          (let* ((significand (%ash quotient (%fx- 0 drop)))
                 (rest (%integer- quotient (%ash significand drop)))
                 (side (%integer-compare rest (%ash 1 (%fx- drop 1)))))
            (when (or (eq side 1)
                      (and (eq side 0)
                           (or sticky (oddp significand))))
              (setq significand (%integer+ significand 1)))
            (assemble-float-bits significand exponent precision
                                 least-exponent))))))

(defun assemble-float-bits (significand exponent precision least-exponent)
  (let ((greatest (%fx- 1 least-exponent))
        (fraction-bits (%fx- precision 1)))
    (cond ((%fx< exponent least-exponent) significand)
          ((%fx> exponent greatest)
           (%ash (%fx+ (%fx+ greatest greatest) 1) fraction-bits))
          ;; A significand rounded up to the next power of two carries into the
          ;; exponent, and from the greatest exponent to infinity.
          (t (%integer+ (%ash (%fx+ (%fx- exponent least-exponent) 1)
                              fraction-bits)
                        (%integer- significand (%ash 1 fraction-bits)))))))

(defun rational-to-double (numerator denominator)
  "The double-float nearest to NUMERATOR / DENOMINATOR; infinity when it is out
of range. DENOMINATOR is positive."
  (cond ((eql numerator 0) 0d0)
        ((integer-negative-p numerator)
         (%double-negate
          (rational-to-double (%integer- 0 numerator) denominator)))
        (t (%make-double
            (rational-float-bits numerator denominator 53 -1022)))))

(defun rational-to-single (numerator denominator)
  "The single-float nearest to NUMERATOR / DENOMINATOR; infinity when it is out
of range. DENOMINATOR is positive."
  (cond ((eql numerator 0) 0f0)
        ((integer-negative-p numerator)
         (%single-negate
          (rational-to-single (%integer- 0 numerator) denominator)))
        (t (%make-single
            (rational-float-bits numerator denominator 24 -126)))))

(defun real-to-double (real)
  (cond ((%double-float-p real) real)
        ((integerp real) (integer-to-double real))
        ((%single-float-p real) (%single-to-double real))
        ((%ratiop real) (ratio-to-double real))
        (t (number-type-error real 'real))))

(defun real-to-single (real)
  (cond ((%single-float-p real) real)
        ((%double-float-p real) (%double-to-single real))
        ((integerp real) (integer-to-single real))
        ((%ratiop real) (ratio-to-single real))
        (t (number-type-error real 'real))))

(defun float (number &optional (prototype nil prototype-p))
  "NUMBER as a float: of the format of PROTOTYPE if given, else unchanged if it
is a float, else a single-float."
  (cond ((not prototype-p)
         (if (floatp number) number (real-to-single number)))
        ((%double-float-p prototype) (real-to-double number))
        ((%single-float-p prototype) (real-to-single number))
        (t (number-type-error prototype 'float))))

;;; Taking floats apart. A finite float is sign * significand * 2^exponent.

(defun decode-float-bits (bits fraction-bits bias)
  "Significand and exponent of a float from its BITS (without sign)."
  (let ((fraction (%logand bits (%integer- (%ash 1 fraction-bits) 1)))
        (biased (%ash bits (%fx- 0 fraction-bits))))
    (if (eq biased 0)
        (values fraction (%fx- 1 (%fx+ bias fraction-bits)))
        (values (%logior fraction (%ash 1 fraction-bits))
                (%fx- biased (%fx+ bias fraction-bits))))))

(defun check-finite (float operation)
  (unless (if (%double-float-p float)
              (finite-double-p float)
              (finite-single-p float))
    (error 'floating-point-invalid-operation
           :operation operation :operands (list float))))

(defun integer-decode-float (float)
  "The significand of FLOAT as an integer, its exponent, and its sign, 1 or -1."
  (cond ((%double-float-p float)
         (check-finite float 'integer-decode-float)
         (let ((bits (%double-bits float)))
           (%mv-let (significand exponent)
               (decode-float-bits (%logand bits #x7FFFFFFFFFFFFFFF) 52 1023)
             (values significand exponent
                     (if (eql (%ash bits -63) 0) 1 -1)))))
        ((%single-float-p float)
         (check-finite float 'integer-decode-float)
         (let ((bits (%single-bits float)))
           (%mv-let (significand exponent)
               (decode-float-bits (%logand bits #x7FFFFFFF) 23 127)
             (values significand exponent
                     (if (eql (%ash bits -31) 0) 1 -1)))))
        (t (number-type-error float 'float))))

(defun decode-float (float)
  "The significand of FLOAT as a float from 1/2 to 1, its exponent, and its sign
as a float, 1 or -1."
  (%mv-let (significand exponent sign) (integer-decode-float float)
    (let ((length (integer-length significand)))
      (values (if (%double-float-p float)
                  (rational-to-double significand (%ash 1 length))
                  (rational-to-single significand (%ash 1 length)))
              (if (eql significand 0) 0 (%fx+ exponent length))
              (float sign float)))))

(defun scale-float (float integer)
  "FLOAT times 2 to the power INTEGER."
  (check-integer integer)
  (cond ((not (floatp float)) (number-type-error float 'float))
        ((zerop float) float)
        (t (let ((integer (max -5000 (min 5000 integer))))
             (%mv-let (significand exponent sign) (integer-decode-float float)
               (let* ((power (%fx+ exponent integer))
                      (n (%integer* sign (if (%fx>= power 0)
                                             (%ash significand power)
                                             significand)))
                      (d (if (%fx>= power 0) 1 (%ash 1 (%fx- 0 power)))))
                 (check-range (if (%double-float-p float)
                                  (rational-to-double n d)
                                  (rational-to-single n d))
                              'scale-float float integer)))))))

(defun float-radix (float)
  "The radix of FLOAT: 2."
  (unless (floatp float) (number-type-error float 'float))
  2)

(defun float-digits (float)
  "The number of bits of a significand in the format of FLOAT."
  (cond ((%double-float-p float) 53)
        ((%single-float-p float) 24)
        (t (number-type-error float 'float))))

(defun float-precision (float)
  "The number of significant bits of FLOAT; 0 for zero."
  (%mv-let (significand exponent sign) (integer-decode-float float)
    (declare (ignore exponent sign))
    (integer-length significand)))

(defun float-sign (float-1 &optional (float-2 nil float-2-p))
  "The magnitude of FLOAT-2 (default 1) with the sign of FLOAT-1."
  (let ((negative
          (cond ((%double-float-p float-1)
                 (not (eql (%ash (%double-bits float-1) -63) 0)))
                ((%single-float-p float-1)
                 (not (eql (%ash (%single-bits float-1) -31) 0)))
                (t (number-type-error float-1 'float))))
        (magnitude (if float-2-p (abs float-2) (float 1 float-1))))
    (if negative (negate magnitude) magnitude)))

;;; Floats to rationals.

(defun rational (number)
  "The rational exactly equal to the real NUMBER."
  (cond ((rationalp number) number)
        ((floatp number)
         (%mv-let (significand exponent sign) (integer-decode-float number)
           (let ((integer (%integer* sign significand)))
             (if (%fx>= exponent 0)
                 (%ash integer exponent)
                 (make-rational integer (%ash 1 (%fx- 0 exponent)))))))
        (t (number-type-error number 'real))))

(defun rationalize (number)
  "The simplest rational that rounds to the real NUMBER."
  (cond ((rationalp number) number)
        ((not (floatp number)) (number-type-error number 'real))
        ((zerop number) 0)
        (t
         (%mv-let (significand exponent sign) (integer-decode-float number)
           (if (%fx>= exponent 0)
               (%integer* sign (%ash significand exponent))
               (let ((denominator (%ash 1 (%fx- 1 exponent)))
                     (twice (%integer+ significand significand)))
                 (two-arg-* sign
                            (simplest-rational
                             (make-rational (%integer- twice 1) denominator)
                             (make-rational (%integer+ twice 1)
                                            denominator)))))))))

(defun simplest-rational (low high)
  "The rational with the least denominator between LOW and HIGH, both positive,
by their common continued fraction."
  (let ((whole (ceiling low)))
    (if (two-arg-<= whole high)
        whole
        (let ((floor (%integer- whole 1)))
          (two-arg-+ floor
                     (two-arg-/ 1 (simplest-rational
                                   (two-arg-/ 1 (two-arg-- high floor))
                                   (two-arg-/ 1 (two-arg-- low floor)))))))))

;;; Infinities.

(defconstant double-float-positive-infinity (%make-double #x7FF0000000000000)
  "The double-float greater than all others.")

(defconstant double-float-negative-infinity (%make-double #xFFF0000000000000)
  "The double-float less than all others.")

(defconstant single-float-positive-infinity (%make-single #x7F800000)
  "The single-float greater than all others.")

(defconstant single-float-negative-infinity (%make-single #xFF800000)
  "The single-float less than all others.")

(defun float-infinity-p (float)
  "True if FLOAT is an infinity."
  (let ((x (real-to-double float)))
    (and (%double= x x) (not (finite-double-p x)))))

(defun float-nan-p (float)
  "True if FLOAT is not a number."
  (let ((x (real-to-double float)))
    (not (%double= x x))))
