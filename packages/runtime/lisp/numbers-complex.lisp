;;;; Elementary functions of complex numbers.

(in-package #:astralisp.runtime)

;;; After W. Kahan, "Branch cuts for complex elementary functions, or much ado
;;; about nothing's sign bit", 1987: the signs of zeros tell the sides of branch
;;; cuts.

(defun float-parts (number)
  "The parts of the complex NUMBER as floats of one format."
  (let ((re (%realpart number)) (im (%imagpart number)))
    (if (or (%double-float-p re) (%double-float-p im))
        (values (real-to-double re) (real-to-double im))
        (values (real-to-single re) (real-to-single im)))))

(defun complex-abs (number)
  (%mv-let (x y) (float-parts number)
    (if (%double-float-p x)
        (hypotenuse x y)
        (%double-to-single
         (hypotenuse (%single-to-double x) (%single-to-double y))))))

(defun hypotenuse (x y)
  "The square root of X^2 + Y^2, doubles, without overflow on the way."
  (let* ((x (double-abs x))
         (y (double-abs y))
         (greater (if (%double< x y) y x)))
    (cond ((or (%double< most-positive-double-float x)
               (%double< most-positive-double-float y))
           double-float-positive-infinity)
          ((not (%double< 0d0 greater)) (d+ x y))
          (t
           (let* ((k (cond ((%double< 1d150 greater) -600)
                           ((%double< greater 1d-150) 600)
                           (t 0)))
                  (a (scale-double x k))
                  (b (scale-double y k)))
             (with-product (p pe) a a
               (with-product (q qe) b b
                 (with-sum (s e) p q
                   (scale-double
                    (values (square-root-of-sum s (d+ e pe qe)))
                    (%fx- 0 k))))))))))

(defun phase (number)
  "The angle of NUMBER in the complex plane, from -pi to pi."
  (cond ((%complexp number)
         (atan (%imagpart number) (%realpart number)))
        ((floatp number)
         (if (minusp (float-sign number)) (float pi number) (float 0 number)))
        ((minusp number) (%double-to-single pi))
        (t 0f0)))

(defun cis (radians)
  "The complex number of magnitude 1 and angle RADIANS."
  (unless (realp radians) (number-type-error radians 'real))
  (complex (cos radians) (sin radians)))

(defun complex-exp (z)
  (%mv-let (x y) (float-parts z)
    (let ((magnitude (exp x)))
      (%make-complex (two-arg-* magnitude (cos y))
                     (two-arg-* magnitude (sin y))))))

(defun complex-log (z)
  (%mv-let (x y) (float-parts z)
    (let* ((double (%double-float-p x))
           (xd (real-to-double x))
           (yd (real-to-double y))
           (re (log-hypotenuse xd yd)))
      (%make-complex (if double re (%double-to-single re)) (atan y x)))))

(defun log-hypotenuse (x y)
  "log (sqrt (X^2 + Y^2)), accurate also where that is near 1."
  (let ((h (hypotenuse x y)))
    (if (and (%double< 0.5d0 h) (%double< h 2d0))
        (with-product (p pe) x x
          (with-product (q qe) y y
            (with-sum (s e) p q
              (d* 0.5d0 (values (logarithm-of-sum s (d+ e pe qe)))))))
        (log-double h))))

(defun complex-sqrt (z)
  (%mv-let (x y) (float-parts z)
    (if (and (zerop x) (zerop y))
        (%make-complex (float 0 x) y)
        (let* ((m (abs z))
               ;; The part that does not cancel.
               (t1 (sqrt (two-arg-/ (two-arg-+ (abs x) m) 2)))
               (t2 (two-arg-/ (abs y) (two-arg-* 2 t1))))
          (if (minusp x)
              (%make-complex t2 (float-sign y t1))
              (%make-complex t1 (float-sign y t2)))))))

(defun times-i (z)
  (%make-complex (negate (%imagpart z)) (%realpart z)))

(defun over-i (z)
  (%make-complex (%imagpart z) (negate (%realpart z))))

(defun complex-sinh (z)
  (%mv-let (x y) (float-parts z)
    (%make-complex (two-arg-* (sinh x) (cos y))
                   (two-arg-* (cosh x) (sin y)))))

(defun complex-cosh (z)
  (%mv-let (x y) (float-parts z)
    (%make-complex (two-arg-* (cosh x) (cos y))
                   (two-arg-* (sinh x) (sin y)))))

(defun complex-tanh (z)
  (%mv-let (x y) (float-parts z)
    (if (two-arg-> (abs x) 22)
        (%make-complex (float-sign x)
                       (two-arg-* (two-arg-* 4 (two-arg-* (sin y) (cos y)))
                                  (exp (two-arg-* -2 (abs x)))))
        (let* ((tangent (tan y))
               (beta (two-arg-+ 1 (two-arg-* tangent tangent)))
               (s (sinh x))
               (rho (sqrt (two-arg-+ 1 (two-arg-* s s))))
               (n (two-arg-+ 1 (two-arg-* beta (two-arg-* s s)))))
          (%make-complex (two-arg-/ (two-arg-* beta (two-arg-* rho s)) n)
                         (two-arg-/ tangent n))))))

(defun complex-sin (z)
  (over-i (complex-sinh (times-i z))))

(defun complex-cos (z)
  (complex-cosh (times-i z)))

(defun complex-tan (z)
  (over-i (complex-tanh (times-i z))))

(defun complex-asin (z)
  (%mv-let (x y) (float-parts z)
    (declare (ignore y))
    (let ((a (sqrt (two-arg-- 1 z)))
          (b (sqrt (two-arg-+ 1 z))))
      (%make-complex
       (atan x (realpart (two-arg-* a b)))
       (asinh (imagpart (two-arg-* (conjugate a) b)))))))

(defun complex-acos (z)
  (let ((a (sqrt (two-arg-- 1 z)))
        (b (sqrt (two-arg-+ 1 z))))
    (%make-complex
     (two-arg-* 2 (atan (realpart a) (realpart b)))
     (asinh (imagpart (two-arg-* (conjugate b) a))))))

(defun complex-asinh (z)
  (over-i (complex-asin (times-i z))))

(defun complex-acosh (z)
  (let ((a (sqrt (two-arg-- z 1)))
        (b (sqrt (two-arg-+ z 1))))
    (%make-complex
     (asinh (realpart (two-arg-* (conjugate a) b)))
     (two-arg-* 2 (atan (imagpart a) (realpart b))))))

(defun complex-atanh (z)
  ;; (log (1 + z) - log (1 - z)) / 2, with the imaginary part by one ATAN.
  (%mv-let (x y) (float-parts z)
    (let* ((double (%double-float-p x))
           (x (real-to-double x))
           (y (real-to-double y))
           (plus (d+ 1d0 x))
           (minus (d- 1d0 x))
           (re (d* 0.5d0 (d- (log-hypotenuse plus y) (log-hypotenuse minus y))))
           (im (d* 0.5d0 (d+ (atan2-double y plus) (atan2-double y minus)))))
      (if double
          (%make-complex re im)
          (%make-complex (%double-to-single re) (%double-to-single im))))))

(defun complex-atan (z)
  (over-i (complex-atanh (times-i z))))
