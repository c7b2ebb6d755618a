;;;; Trigonometric and hyperbolic functions of reals, and their inverses.

(in-package #:astralisp.runtime)

;;; Built like numbers-elementary.lisp: each kernel takes and returns sums of
;;; two doubles, so that the last rounding is nearly the only one that counts.

;;; Reduction to |r| <= pi/4 by a multiple of pi/2. Up to 2^20 pi/2, in three
;;; parts of pi/2, whose multiples are exact but for the last; beyond, and where
;;; r nearly vanishes, in integers.

(defun reduce-quarter-turns (x)
  "X modulo pi/2 as high and low double, and the number of quarter turns mod 4."
  (if (%double<= (double-abs x) 0.7853981633974483d0)
      (values x 0d0 0)
      (if (%double< (double-abs x) 1647099d0)
          (let ((n (%double-truncate-fixnum
                    (d+ (d* x 0.6366197723675814d0)
                        (if (%double< x 0d0) -0.5d0 0.5d0)))))
            (with-doubles ((nd (%integer-to-double n))
                           (b (d* nd -1.5707963267341256d0))
                           (c (d* nd -6.077100506303966d-11))
                           (d (d* nd -2.0222662487959506d-21)))
              (with-sum (s1 e1) x b
                (with-sum (s2 e2) s1 c
                  (if (%double< (double-abs s2) 1d-7)
                      (reduce-quarter-turns-exactly x)
                      (%mv-let (h l) (values-of-sum s2 (d+ e1 e2 d))
                        (values h l (%fx-and n 3))))))))
          (reduce-quarter-turns-exactly x))))

(defvar *two-over-pi* nil
  "2/pi with 1300 fraction bits, once it has been needed.")

(defun two-over-pi ()
  (or *two-over-pi*
      (setq *two-over-pi*
            (%ash (values (%integer-truncate (%ash 1 2700) (fixed-pi 1364)))
                  -35))))

(defun reduce-quarter-turns-exactly (x)
  (%mv-let (significand exponent sign) (integer-decode-float x)
    ;; turns * 2^shift = |x| 2/pi.
    (let* ((turns (%integer* significand (two-over-pi)))
           (shift (%fx- 1300 exponent))
           (n (%ash (%integer+ turns (%ash 1 (%fx- shift 1))) (%fx- 0 shift)))
           (fraction (%ash (%integer- turns (%ash n shift)) (%fx- 200 shift)))
           (product (%ash (%integer* (%integer* fraction sign) (fixed-pi 200))
                          -100)))
      (%mv-let (high low) (split-fixed product 301)
        (values high low (%logand (%integer* n sign) 3))))))

;;; Kernels for |h + l| <= pi/4.

(defun sine-kernel (h l)
  "sin (H + L) as high and low double."
  (with-doubles ((z (d* h h))
                 (p (polynomial z -1/6 1/120 -1/5040 1/362880 -1/39916800
                                1/6227020800 -1/1307674368000
                                1/355687428096000)))
    (values-of-sum h (d+ (d* (d* h z) p) (d* l (d- 1d0 (d* 0.5d0 z)))))))

(defun cosine-kernel (h l)
  "cos (H + L) as high and low double."
  (with-product (z ze) h h
    (with-doubles ((half (d* 0.5d0 z))
                   (w (d- 1d0 half))
                   (p (polynomial z 1/24 -1/720 1/40320 -1/3628800 1/479001600
                                  -1/87178291200 1/20922789888000)))
      (values-of-sum w (d- (d+ (d- (d- 1d0 w) half) (d* (d* z z) p))
                           (d* 0.5d0 ze) (d* h l))))))

(defun sin-double (x)
  (if (not (finite-double-p x))
      (d- x x)
      (%mv-let (h l n) (reduce-quarter-turns x)
        (if (and (eq n 0) (%double= h 0d0))
            x
            (%mv-let (high low)
                (if (eq (%fx-and n 1) 0) (sine-kernel h l) (cosine-kernel h l))
              (declare (ignore low))
              (if (%fx< n 2) high (%double-negate high)))))))

(defun cos-double (x)
  (if (not (finite-double-p x))
      (d- x x)
      (%mv-let (h l n) (reduce-quarter-turns x)
        (%mv-let (high low)
            (if (eq (%fx-and n 1) 0) (cosine-kernel h l) (sine-kernel h l))
          (declare (ignore low))
          (if (or (eq n 0) (eq n 3)) high (%double-negate high))))))

(defun tan-double (x)
  (cond ((not (finite-double-p x)) (d- x x))
        ((%double< (double-abs x) 1d-9) x)
        (t
         (%mv-let (h l n) (reduce-quarter-turns x)
           (%mv-let (sh sl) (sine-kernel h l)
             (%mv-let (ch cl) (cosine-kernel h l)
               (if (eq (%fx-and n 1) 0)
                   (values (divide-sums sh sl ch cl))
                   (%double-negate (values (divide-sums ch cl sh sl))))))))))

;;; The arc tangent. atan x = atan c + atan z with z = (x - c) / (1 + x c) for a
;;; tabulated c near to x.

(defvar *arc-tangent-table* nil)

(defun arc-tangent-table ()
  (or *arc-tangent-table*
      (setq *arc-tangent-table* (make-arc-tangent-table))))

(defun arc-tangent-node (i)
  "Entry I of the table is the arc tangent of the two values' quotient."
  (if (%fx< i 57)
      (values (%fx+ i 8) 64)
      (let ((octave (%fx-truncate (%fx- i 57) 33)))
        (values (%fx-shift-left
                 (%fx+ 32 (%fx- (%fx- i 57) (%fx* octave 33))) octave)
                32))))

(defun make-arc-tangent-table ()
  ;; 57 nodes from 1/8 to 1 in steps of 1/64, then 33 for each octave up to 32.
  (let* ((bits 160)
         (table (%make-vector #x2B 444))
         (angle (fixed-arc-tangent 1 8 bits t))
         (n 1)
         (d 8))
    (dotimes (i 222 table)
      (%mv-let (n2 d2) (arc-tangent-node i)
        (let ((rise (%fx- (%fx* n2 d) (%fx* n d2))))
          (unless (eq rise 0)
            (setq angle
                  (%integer+ angle
                             (fixed-arc-tangent
                              rise (%fx+ (%fx* d d2) (%fx* n n2)) bits t)))))
        (setq n n2 d d2))
      (%mv-let (high low) (split-fixed angle bits)
        (%set-double-ref table (%fx+ i i) high)
        (%set-double-ref table (%fx+ (%fx+ i i) 1) low)))))

(defun arc-tangent (h l)
  "atan (H + L) as high and low double; H is not negative."
  (cond ((%double< h 0.125d0)
         (arc-tangent-kernel h l 0d0 0d0))
        ((%double< h 1d0)
         (let ((j (%double-truncate-fixnum (d+ (d* h 64d0) 0.5d0))))
           (arc-tangent-near h l (%fx- j 8)
                             (d* (%integer-to-double j) 0.015625d0))))
        ((%double< h 32d0)
         (let* ((octave (double-exponent h))
                (scale (%integer-to-double (%fx-shift-left 1 octave)))
                (j (%double-truncate-fixnum
                    (d+ (d/ (d* h 32d0) scale) 0.5d0))))
           (arc-tangent-near h l
                             (%fx+ (%fx+ 57 (%fx* 33 octave)) (%fx- j 32))
                             (d* (d* (%integer-to-double j) scale) 0.03125d0))))
        ((%double< h 1d18)
         (with-doubles ((z (d/ -1d0 h)))
           (with-product (p e) z h
             (arc-tangent-kernel z (d/ (d- -1d0 p e (d* z l)) h)
                                 1.5707963267948966d0 6.123233995736766d-17))))
        ((%double= h h) (values 1.5707963267948966d0 6.123233995736766d-17))
        (t (values h 0d0))))

(defun arc-tangent-near (h l i c)
  (let ((table (arc-tangent-table)))
    (with-product (p pe) h c
      (with-sum (d de) 1d0 p
        (with-doubles ((de (d+ de pe (d* l c)))
                       (difference (d- h c))
                       (z (d/ difference d)))
          (with-product (q qe) z d
            (arc-tangent-kernel
             z
             (d/ (d- (d+ (d- difference q qe) l) (d* z de)) d)
             (%double-ref table (%fx+ i i))
             (%double-ref table (%fx+ (%fx+ i i) 1)))))))))

(defun arc-tangent-kernel (z zl base base-low)
  "BASE + BASE-LOW + atan (Z + ZL) for |Z| <= 1/8."
  (with-doubles ((square (d* z z))
                 (cube (d* (d* z square)
                           (polynomial square -1/3 1/5 -1/7 1/9 -1/11 1/13
                                       -1/15 1/17 -1/19 1/21))))
    (with-sum (s e) base z
      (values-of-sum s (d+ (d- (d+ e base-low zl) (d* zl square)) cube)))))

(defun atan-double (x)
  (if (or (%double< x 0d0) (%double= x 0d0))
      (if (%double= x 0d0)
          x
          (%double-negate (values (arc-tangent (%double-negate x) 0d0))))
      (values (arc-tangent x 0d0))))

(defun atan2-double (y x)
  "The angle of the point (X, Y), from -pi to pi."
  (let ((negative-y (minusp (float-sign y)))
        (negative-x (minusp (float-sign x)))
        (y (double-abs y))
        (x (double-abs x)))
    (cond ((not (and (%double= x x) (%double= y y))) (d+ x y))
          (t
           (%mv-let (h l) (first-quadrant-angle y x)
             (when negative-x
               (%mv-let (h2 l2)
                   (with-sum (s e) 3.141592653589793d0 (%double-negate h)
                     (values-of-sum
                      s (d+ e (d- 1.2246467991473532d-16 l))))
                 (setq h h2 l l2)))
             (if negative-y (%double-negate h) h))))))

(defun first-quadrant-angle (y x)
  (let ((greater (if (%double< x y) y x)))
    (cond ((%double= y 0d0) (values 0d0 0d0))
          ((%double= x 0d0)
           (values 1.5707963267948966d0 6.123233995736766d-17))
          ((%double< most-positive-double-float greater)
           (cond ((%double< x y)
                  (values 1.5707963267948966d0 6.123233995736766d-17))
                 ((%double< y x) (values 0d0 0d0))
                 (t (values 0.7853981633974483d0 3.061616997868383d-17))))
          (t
           (let ((scale (cond ((%double< 1d200 greater) 1d-200)
                              ((%double< greater 1d-200) 1d200)
                              (t 1d0))))
             (with-doubles ((ys (d* y scale))
                            (xs (d* x scale))
                            (q (d/ ys xs)))
               (cond ((%double< q 1d-20) (values (d/ y x) 0d0))
                     ((%double< 1d18 q)
                      (values 1.5707963267948966d0 6.123233995736766d-17))
                     (t (with-product (p e) q xs
                          (arc-tangent q (d/ (d- ys p e) xs)))))))))))

(defun square-root-of-sum (p pe)
  "The square root of P + PE as high and low double."
  (with-doubles ((s (%double-sqrt p)))
    (if (%double= s 0d0)
        (values 0d0 0d0)
        (with-product (q qe) s s
          (values-of-sum s (d/ (d+ (d- p q qe) pe) (d* 2d0 s)))))))

(defun opposite-leg (x)
  "The square root of 1 - X^2 as high and low double, for 0 <= X <= 1."
  (with-sum (a ae) 1d0 (%double-negate x)
    (with-sum (b be) 1d0 x
      (with-product (p pe) a b
        (square-root-of-sum p (d+ pe (d* a be) (d* b ae)))))))

(defun arc-sine (x)
  "asin X as high and low double, for 0 <= X <= 1."
  (cond ((%double< x 1d-9) (values x 0d0))
        ((%double= x 1d0) (values 1.5707963267948966d0 6.123233995736766d-17))
        (t (%mv-let (sh sl) (opposite-leg x)
             (%mv-let (q ql) (divide-sums x 0d0 sh sl)
               (arc-tangent q ql))))))

(defun asin-double (x)
  (if (%double< x 0d0)
      (%double-negate (values (arc-sine (%double-negate x))))
      (if (%double= x 0d0) x (values (arc-sine x)))))

(defun arc-cosine (x)
  "acos X as high and low double, for 0 <= X <= 1."
  (if (%double< x 1d-18)
      (values 1.5707963267948966d0 (d- 6.123233995736766d-17 x))
      (%mv-let (sh sl) (opposite-leg x)
        (%mv-let (q ql) (divide-sums sh sl x 0d0)
          (arc-tangent q ql)))))

(defun acos-double (x)
  (if (%double< x 0d0)
      (%mv-let (h l) (arc-cosine (%double-negate x))
        (with-sum (s e) 3.141592653589793d0 (%double-negate h)
          (d+ s (d+ e (d- 1.2246467991473532d-16 l)))))
      (%mv-let (h l) (arc-cosine x)
        (d+ h l))))

;;; Hyperbolic functions.

(defun small-hyperbolic-sine (x)
  "sinh X as high and low double, for |X| <= 1/2."
  (with-doubles ((z (d* x x)))
    (values-of-sum x (d* (d* x z)
                         (polynomial z 1/6 1/120 1/5040 1/362880
                                     1/39916800 1/6227020800
                                     1/1307674368000)))))

(defun exponential-pair (x)
  "e^X as a sum, e^-X as a sum, for |X| < 40."
  (%mv-let (h l k) (exponential x 0d0)
    (let ((h (scale-double h k))
          (l (scale-double l k)))
      (%mv-let (rh rl) (divide-sums 1d0 0d0 h l)
        (values h l rh rl)))))

(defun half-exponential (x)
  "e^X / 2 for X >= 40."
  (if (%double< 711d0 x)
      (d* x most-positive-double-float)
      (%mv-let (h l k) (exponential x 0d0)
        (declare (ignore l))
        (scale-double h (%fx- k 1)))))

(defun sinh-double (x)
  (let ((a (double-abs x)))
    (cond ((%double<= a 0.5d0)
           (values (small-hyperbolic-sine x)))
          ((not (%double= x x)) x)
          (t
           (let ((result
                   (if (%double< a 40d0)
                       (%mv-let (h l rh rl) (exponential-pair a)
                         (with-sum (s e) h (%double-negate rh)
                           (d* 0.5d0 (d+ s (d+ e (d- l rl))))))
                       (half-exponential a))))
             (if (%double< x 0d0) (%double-negate result) result))))))

(defun cosh-double (x)
  (let ((a (double-abs x)))
    (cond ((not (%double= x x)) x)
          ((%double< a 40d0)
           (%mv-let (h l rh rl) (exponential-pair a)
             (with-sum (s e) h rh
               (d* 0.5d0 (d+ s (d+ e (d+ l rl)))))))
          (t (half-exponential a)))))

(defun tanh-double (x)
  (let ((a (double-abs x)))
    (cond ((not (%double= x x)) x)
          ((%double< a 1d-9) x)
          ((%double< 22d0 a) (if (%double< x 0d0) -1d0 1d0))
          (t
           (%mv-let (h l rh rl) (exponential-pair x)
             (%mv-let (sh sl)
                 (if (%double<= a 0.5d0)
                     (small-hyperbolic-sine x)
                     (with-sum (s e) h (%double-negate rh)
                       (values (d* 0.5d0 s) (d* 0.5d0 (d+ e (d- l rl))))))
               (with-sum (c ce) h rh
                 (values (divide-sums sh sl (d* 0.5d0 c)
                                      (d* 0.5d0 (d+ ce (d+ l rl))))))))))))

(defun asinh-double (x)
  (let ((a (double-abs x)))
    (cond ((not (%double< 1d-9 a)) x)
          ((%double< most-positive-double-float a) x)
          (t
           (let ((result
                   (if (%double< 1d18 a)
                       (%mv-let (h l) (logarithm a 0d0)
                         (d+ h (d+ l 0.6931471805599453d0)))
                       (with-product (p pe) a a
                         (with-sum (q qe) 1d0 p
                           (%mv-let (rh rl) (square-root-of-sum q (d+ qe pe))
                             (with-sum (s e) rh a
                               (values (logarithm-of-sum s (d+ e rl))))))))))
             (if (%double< x 0d0) (%double-negate result) result))))))

(defun logarithm-of-sum (h l)
  (%mv-let (h l) (values-of-sum h l)
    (logarithm h l)))

(defun acosh-double (x)
  "The inverse hyperbolic cosine of X >= 1."
  (cond ((not (%double<= x most-positive-double-float)) x)
        ((%double< 1d18 x)
         (%mv-let (h l) (logarithm x 0d0)
           (d+ h (d+ l 0.6931471805599453d0))))
        (t
         (with-doubles ((a (d- x 1d0)))
           (with-sum (b be) x 1d0
             (with-product (p pe) a b
               (%mv-let (rh rl) (square-root-of-sum p (d+ pe (d* a be)))
                 (with-sum (s e) x rh
                   (values (logarithm-of-sum s (d+ e rl)))))))))))

(defun atanh-double (x)
  "The inverse hyperbolic tangent of X, |X| <= 1."
  (let ((a (double-abs x)))
    (cond ((not (%double< 1d-9 a)) x)
          ((%double= a 1d0) (d/ x 0d0))
          (t
           (with-sum (n ne) 1d0 a
             (with-sum (d de) 1d0 (%double-negate a)
               (%mv-let (q ql) (divide-sums n ne d de)
                 (%mv-let (h l) (logarithm q ql)
                   (declare (ignore l))
                   (d* (if (%double< x 0d0) -0.5d0 0.5d0) h)))))))))

;;; Generic functions.

(defmacro define-elementary (name (number) double complex docstring
                             &optional (domain t))
  ;; DOMAIN: a test of the double NUMBER; outside it the answer is complex.
  `(defun ,name (,number)
     ,docstring
     (cond ((%complexp ,number) (,complex ,number))
           ((not (realp ,number)) (number-type-error ,number 'number))
           (t
            (let ((original ,number)
                  (,number (real-to-double ,number)))
              (cond ,@(unless (eq domain t)
                        `(((not ,domain)
                           (,complex
                            (if (%double-float-p original)
                                (%make-complex ,number 0d0)
                                (%make-complex (real-to-single original)
                                               0f0))))))
                    ((%double-float-p original) (,double ,number))
                    (t (%double-to-single (,double ,number)))))))))

(define-elementary sin (radians) sin-double complex-sin
  "The sine of RADIANS.")

(define-elementary cos (radians) cos-double complex-cos
  "The cosine of RADIANS.")

(define-elementary tan (radians) tan-double complex-tan
  "The tangent of RADIANS.")

(define-elementary sinh (number) sinh-double complex-sinh
  "The hyperbolic sine of NUMBER.")

(define-elementary cosh (number) cosh-double complex-cosh
  "The hyperbolic cosine of NUMBER.")

(define-elementary tanh (number) tanh-double complex-tanh
  "The hyperbolic tangent of NUMBER.")

(define-elementary asin (number) asin-double complex-asin
  "The arc sine of NUMBER, complex outside -1 to 1."
  (not (%double< 1d0 (double-abs number))))

(define-elementary acos (number) acos-double complex-acos
  "The arc cosine of NUMBER, complex outside -1 to 1."
  (not (%double< 1d0 (double-abs number))))

(define-elementary asinh (number) asinh-double complex-asinh
  "The inverse hyperbolic sine of NUMBER.")

(define-elementary acosh (number) acosh-double complex-acosh
  "The inverse hyperbolic cosine of NUMBER, complex below 1."
  (not (%double< number 1d0)))

(define-elementary atanh (number) atanh-double complex-atanh
  "The inverse hyperbolic tangent of NUMBER, complex outside -1 to 1."
  (not (%double< 1d0 (double-abs number))))

(define-elementary arc-tangent-of (number) atan-double complex-atan
  "The arc tangent of NUMBER.")

(defun atan (number1 &optional (number2 nil number2-p))
  "The arc tangent of NUMBER1, or the angle of the point (NUMBER2, NUMBER1)."
  (cond ((not number2-p) (arc-tangent-of number1))
        ((not (realp number1)) (number-type-error number1 'real))
        ((not (realp number2)) (number-type-error number2 'real))
        (t
         (let ((angle (atan2-double (real-to-double number1)
                                    (real-to-double number2))))
           (if (or (%double-float-p number1) (%double-float-p number2))
               angle
               (%double-to-single angle))))))
