;;;; Exponentials and logarithms in double-float arithmetic of our own.

(in-package #:astralisp.runtime)

;;; The same operations in the same order on every engine give the same bits:
;;; only + - * / and square root are used, each correctly rounded by IEEE 754.
;;; Where one double is too coarse, a number is the unevaluated sum of two
;;; ("high" and "low"). T. J. Dekker, "A floating-point technique for extending
;;; the available precision", 1971. Arguments are reduced by tables, which are
;;; computed when first used, in integer arithmetic, so that the polynomials
;;; need few terms: Taylor's. Errors are below 0.52 units in the last place for
;;; LOG, EXP and EXPT.

(defmacro d+ (x &rest more)
  (dolist (y more x) (setq x `(%double+ ,x ,y))))

(defmacro d- (x y &rest more)
  (setq x `(%double- ,x ,y))
  (dolist (z more x) (setq x `(%double- ,x ,z))))

(defmacro d* (x &rest more)
  (dolist (y more x) (setq x `(%double* ,x ,y))))

(defmacro d/ (x y)
  `(%double/ ,x ,y))

(defmacro with-doubles (bindings &body body)
  "LET* of variables that are all double-floats."
  (let ((variables nil))
    (dolist (binding bindings)
      (push (car binding) variables))
    `(let* ,bindings
       (declare (type double-float ,@variables))
       ,@body)))

(defmacro with-sum ((sum error) a b &body body)
  "Bind SUM to A + B rounded and ERROR to what the rounding lost."
  (let ((part (temporary "PART")))
    `(with-doubles ((,sum (d+ ,a ,b))
                    (,part (d- ,sum ,a))
                    (,error (d+ (d- ,a (d- ,sum ,part)) (d- ,b ,part))))
       ,@body)))

(defmacro with-product ((product error) a b &body body)
  "Bind PRODUCT to A * B rounded and ERROR to what the rounding lost. A and B
are variables, below 2^996."
  (let ((ah (temporary "PART")) (al (temporary "PART"))
        (bh (temporary "PART")) (bl (temporary "PART")))
    `(with-doubles ((,product (d* ,a ,b))
                    (,ah (d* 134217729d0 ,a))
                    (,ah (d- ,ah (d- ,ah ,a)))
                    (,al (d- ,a ,ah))
                    (,bh (d* 134217729d0 ,b))
                    (,bh (d- ,bh (d- ,bh ,b)))
                    (,bl (d- ,b ,bh))
                    (,error (d- (d* ,al ,bl)
                                (d- ,product (d* ,ah ,bh) (d* ,al ,bh)
                                    (d* ,ah ,bl)))))
       ,@body)))

(defmacro values-of-sum (high low)
  "Return HIGH + LOW, of which HIGH is the greater, as a rounded sum and its
error."
  (let ((h (temporary "PART")) (l (temporary "PART")) (s (temporary "PART")))
    `(with-doubles ((,h ,high) (,l ,low) (,s (d+ ,h ,l)))
       (values ,s (d+ (d- ,h ,s) ,l)))))

(defmacro polynomial (z &rest coefficients)
  "The value at Z of the polynomial with COEFFICIENTS, each a ratio or a list of
a numerator and a denominator, the constant first. By Horner's rule."
  (let ((result nil))
    (dolist (c (reverse-onto coefficients nil) result)
      (let ((c (rational-to-double (numerator c) (denominator c))))
        (setq result (if result `(d+ ,c (d* ,z ,result)) c))))))

;;; Fixed-point integers with a given number of fraction bits, from which tables
;;; and constants are made.

(defun fixed-to-double (fixed bits)
  (rational-to-double fixed (%ash 1 bits)))

(defun split-fixed (fixed bits)
  "FIXED with BITS fraction bits as two doubles."
  (let* ((high (fixed-to-double fixed bits))
         (exact (rational high))
         (rest (%integer- fixed
                          (values (%integer-truncate
                                   (%ash (numerator exact) bits)
                                   (denominator exact))))))
    (values high (fixed-to-double rest bits))))

(defun fixed-arc-tangent (numerator denominator bits alternate)
  "The arc tangent of NUMERATOR / DENOMINATOR, or without ALTERNATE its
hyperbolic arc tangent, in fixed point."
  (let* ((square-n (%integer* numerator numerator))
         (square-d (%integer* denominator denominator))
         (power (values (%integer-truncate (%ash numerator bits) denominator)))
         (sum power)
         (k 3)
         (subtract alternate))
    (block nil
      (tagbody
       again
         (setq power (values (%integer-truncate (%integer* power square-n)
                                                square-d)))
         (when (eql power 0) (return sum))
         (let ((term (values (%integer-truncate power k))))
           (setq sum (if subtract
                         (%integer- sum term)
                         (%integer+ sum term))))
         (when alternate (setq subtract (not subtract)))
         (setq k (%fx+ k 2))
         (go again)))))

(defun fixed-pi (bits)
  "Pi in fixed point, by Machin's formula; the last few bits are not exact."
  (%integer- (%integer* 16 (fixed-arc-tangent 1 5 bits t))
             (%integer* 4 (fixed-arc-tangent 1 239 bits t))))

;;; Powers of two as doubles, for exponents from -1074 to 1023.

(defvar *powers-of-two* nil)

(defun powers-of-two ()
  (or *powers-of-two*
      (let ((table (%make-vector #x2B 2098)))
        (dotimes (i 2098)
          (%set-double-ref table i
                           (%make-double
                            (if (%fx< i 52)
                                (%ash 1 i)
                                (%ash (%fx- i 51) 52)))))
        (setq *powers-of-two* table))))

(defun scale-double (x k)
  "X times 2^K, rounded twice when the result is subnormal."
  (let ((table (powers-of-two)))
    (cond ((%fx> k 1023)
           (setq k (min (%fx- k 1023) 1023))
           (d* (d* x (%double-ref table 2097))
               (%double-ref table (%fx+ k 1074))))
          ((%fx< k -1022)
           (setq k (max (%fx+ k 1022) -1074))
           (d* (d* x (%double-ref table 52)) (%double-ref table (%fx+ k 1074))))
          (t (d* x (%double-ref table (%fx+ k 1074)))))))

(defun double-exponent (x)
  "The exponent of the positive normal double X: 0 for 1."
  (%fx- (%ash (%double-bits x) -52) 1023))

;;; The exponential. e^x = 2^q 2^(j/64) e^r, where 64 q + j is the integer
;;; nearest to 64 x / log 2, so that |r| < 0.0055.

(defvar *exponential-table* nil)

(defun exponential-table ()
  (or *exponential-table*
      (setq *exponential-table* (make-exponential-table))))

(defun make-exponential-table ()
  ;; 2^(j/64) as high and low double, j from 0 to 63.
  (let* ((bits 160)
         (table (%make-vector #x2B 128))
         (root (%ash 2 bits))
         (power (%ash 1 bits)))
    (dotimes (i 6)
      (setq root (integer-square-root (%ash root bits))))
    (dotimes (j 64 table)
      (%mv-let (high low) (split-fixed power bits)
        (%set-double-ref table (%fx+ j j) high)
        (%set-double-ref table (%fx+ (%fx+ j j) 1) low))
      (setq power (%ash (%integer* power root) (%fx- 0 bits))))))

(defun exponential (h l)
  "e^(H + L) as high and low double and a power of two; |H| < 800."
  (let* ((table (exponential-table))
         (n (%double-truncate-fixnum
             (d+ (d* h 92.33248261689366d0)
                 (if (%double< h 0d0) -0.5d0 0.5d0))))
         (j (%fx-and n 63)))
    (with-doubles ((nd (%integer-to-double n))
                   (a (d- h (d* nd 0.010830424696223417d0)))
                   (b (d* nd 2.572804622364244d-14)))
      (with-sum (r e) a (%double-negate b)
        (with-doubles ((low (d+ e l (d* nd 3.657490447762224d-25)))
                       (square (d* r r))
                       (p (d+ r (d+ low
                                    (d* low r)
                                    (d* square
                                        (polynomial r 1/2 1/6 1/24 1/120
                                                    1/720)))))
                       (high (%double-ref table (%fx+ j j)))
                       (tail (d+ (%double-ref table (%fx+ (%fx+ j j) 1))
                                 (d* high p)))
                       (sum (d+ high tail)))
          (values sum
                  (d+ (d- high sum) tail)
                  (%fx-shift-right (%fx- n j) 6)))))))

(defun exp-double (x)
  (cond ((not (%double= x x)) x)
        ((%double< 709.8d0 x) double-float-positive-infinity)
        ((%double< x -746d0) 0d0)
        (t (%mv-let (high low k) (exponential x 0d0)
             (declare (ignore low))
             (scale-double high k)))))

;;; The logarithm. x = 2^k m with m from 0.703 to 1.406; c = j/128 is near to m
;;; and log x = k log 2 + log c + log (1 + z), where z = (m - c) / c, |z| <
;;; 1/180. The high parts of log 2 and log c are multiples of 2^-42, so their
;;; sum is exact.

(defvar *logarithm-table* nil)

(defun logarithm-table ()
  (or *logarithm-table* (setq *logarithm-table* (make-logarithm-table))))

(defun make-logarithm-table ()
  ;; log (j/128) for j from 90 to 180, from
  ;; log ((j+1)/j) = 2 artanh (1 / (2j + 1)).
  (let ((bits 160)
        (table (%make-vector #x2B 182))
        (logarithm 0))
    (flet ((store (j)
             (let* ((high (%ash (%ash logarithm -118) 118))
                    (i (%fx* 2 (%fx- j 90))))
               (%set-double-ref table i (fixed-to-double high bits))
               (%set-double-ref table (%fx+ i 1)
                                (fixed-to-double (%integer- logarithm high)
                                                 bits))))
           (below (j)
             (%integer* 2 (fixed-arc-tangent 1 (%fx+ (%fx* 2 j) 1) bits nil))))
      (store 128)
      (do ((j 129 (%fx+ j 1)))
          ((%fx> j 180))
        (setq logarithm (%integer+ logarithm (below (%fx- j 1))))
        (store j))
      (setq logarithm 0)
      (do ((j 127 (%fx- j 1)))
          ((%fx< j 90) table)
        (setq logarithm (%integer- logarithm (below j)))
        (store j)))))

(defun logarithm (h l)
  "The natural logarithm of H + L as high and low double. H is positive and
finite."
  (if (%double< h 2.2250738585072014d-308)
      (logarithm-parts (d* h 18014398509481984d0) 0d0 -54)
      (logarithm-parts h l 0)))

(defun logarithm-parts (h l k)
  (let ((exponent (double-exponent h))
        (table (logarithm-table)))
    (let ((m (scale-double h (%fx- 0 exponent)))
          (ml (scale-double l (%fx- 0 exponent)))
          (k (%fx+ k exponent)))
      (declare (type double-float m ml))
      (when (%double< 1.40625d0 m)
        (setq m (d* m 0.5d0) ml (d* ml 0.5d0) k (%fx+ k 1)))
      (let* ((j (%double-truncate-fixnum (d+ (d* m 128d0) 0.5d0)))
             (i (%fx* 2 (%fx- j 90))))
        (with-doubles ((c (d* (%integer-to-double j) 0.0078125d0))
                       (kd (%integer-to-double k))
                       (base (d+ (d* kd 0.6931471805598903d0)
                                 (%double-ref table i)))
                       (base-low (d+ (d* kd 5.497923018708371d-14)
                                     (%double-ref table (%fx+ i 1))))
                       (difference (d- m c))
                       (z (d/ difference c)))
          (with-product (p pe) z c
            (with-doubles ((zl (d/ (d+ (d- difference p pe) ml) c)))
              (with-product (q qe) z z
                (with-doubles ((half (d* -0.5d0 q))
                               (cube (d* (d* z q)
                                         (polynomial z 1/3 -1/4 1/5 -1/6 1/7
                                                     -1/8 1/9 -1/10))))
                  (with-sum (s1 e1) base z
                    (with-sum (s2 e2) s1 half
                      (values-of-sum
                       s2
                       (d+ (d- (d+ e1 e2 zl) (d* 0.5d0 qe) (d* zl z))
                           cube base-low)))))))))))))

(defun log-double (x)
  "The natural logarithm of the double X, which is not negative."
  (cond ((%double< 0d0 x)
         (if (%double< most-positive-double-float x)
             x
             (values (logarithm x 0d0))))
        ((%double= x 0d0) (d/ -1d0 0d0))
        (t x)))

;;; Powers.

(defun expt-double (x y)
  "X to the power Y, both doubles, X not negative."
  (cond ((%double= y 0d0) 1d0)
        ((%double= x 1d0) 1d0)
        ((not (and (%double= x x) (%double= y y))) (d+ x y))
        ((%double= x 0d0) (if (%double< y 0d0) (d/ 1d0 0d0) 0d0))
        ((%double< most-positive-double-float x)
         (if (%double< y 0d0) 0d0 x))
        (t
         (%mv-let (lh ll) (logarithm x 0d0)
           (let ((estimate (d* lh y)))
             (cond ((%double< 710d0 estimate) double-float-positive-infinity)
                   ((%double< estimate -746d0) 0d0)
                   (t (with-product (p e) lh y
                        (%mv-let (high low k)
                            (exponential p (d+ e (d* ll y)))
                          (declare (ignore low))
                          (scale-double high k))))))))))

(defun odd-double-p (y)
  (and (%double< (double-abs y) 9007199254740992d0)
       (oddp (%double-to-integer y))))

(defun expt-integer-double (x power)
  "The double X to the integer POWER."
  (let ((y (%integer-to-double power)))
    (if (or (%double< x 0d0) (eql x -0d0))
        (let ((result (expt-double (%double-negate x) y)))
          (if (oddp power) (%double-negate result) result))
        (expt-double x y))))

;;; Generic functions.

;;; RESULT, unless it is too large a float for what OPERATION made of OPERANDS.
(defun check-overflow (result operation &rest operands)
  (if (and (floatp result)
           (float-infinity-p result)
           (notany (lambda (x)
                     (and (floatp x)
                          (or (float-infinity-p x) (float-nan-p x))))
                   operands)
           (float-trap-enabled-p 3))
      (error 'floating-point-overflow :operation operation
                                      :operands operands)
      result))

(defun exp (number)
  "e to the power NUMBER. CLHS EXP."
  (check-overflow (plain-exp number) 'exp number))

(defun plain-exp (number)
  (cond ((%double-float-p number) (exp-double number))
        ((%complexp number) (complex-exp number))
        (t (%double-to-single (exp-double (real-to-double number))))))

(defun log-magnitude (x)
  "The logarithm of the positive real X, high and low."
  (if (and (rationalp x)
           (not (< -1000 (%fx- (integer-length (numerator x))
                                  (integer-length (denominator x)))
                      1000)))
      (let* ((k (%fx- (integer-length (numerator x))
                      (integer-length (denominator x))))
             (kd (%integer-to-double k)))
        (%mv-let (h l)
            (logarithm (real-to-double (two-arg-/ x (expt 2 k))) 0d0)
          (with-doubles ((high (d* kd 0.6931471805598903d0)))
            (with-sum (s e) high h
              (values-of-sum s (d+ e l (d* kd 5.497923018708371d-14)))))))
      (logarithm (real-to-double x) 0d0)))

(defun natural-log (number)
  (cond ((%complexp number) (complex-log number))
        ((not (realp number)) (number-type-error number 'number))
        ((zerop number)
         (division-by-zero-error 'log number 0))
        ((minusp number)
         (canonical-complex (natural-log (negate number))
                            (if (%double-float-p number)
                                pi
                                (%double-to-single pi))))
        ((%double-float-p number) (log-double number))
        ((%single-float-p number)
         (%double-to-single (log-double (%single-to-double number))))
        (t (%double-to-single (values (log-magnitude number))))))

(defun log (number &optional (base nil base-p))
  "The logarithm of NUMBER to BASE; the natural logarithm without BASE."
  (cond ((not base-p) (natural-log number))
        ((and (realp number) (realp base) (finite-positive-p number)
              (finite-positive-p base))
         (%mv-let (xh xl) (log-magnitude number)
           (%mv-let (bh bl) (log-magnitude base)
             (let ((quotient (values (divide-sums xh xl bh bl))))
               (if (or (%double-float-p number) (%double-float-p base))
                   quotient
                   (%double-to-single quotient))))))
        ((and (numberp base) (zerop base))
         (if (or (%double-float-p number) (%double-float-p base)) 0d0 0f0))
        (t (two-arg-/ (natural-log number) (natural-log base)))))

(defun finite-positive-p (real)
  (and (plusp real)
       (or (rationalp real) (two-arg-<= real most-positive-double-float))))

(defun divide-sums (ah al bh bl)
  "(AH + AL) / (BH + BL) as high and low double."
  (with-doubles ((q (d/ ah bh)))
    (if (finite-double-p q)
        (with-product (p e) q bh
          (values-of-sum q (d/ (d- (d+ (d- ah p e) al) (d* q bl)) bh)))
        (values q 0d0))))

(defun sqrt (number)
  "The square root of NUMBER, complex when NUMBER is negative."
  (cond ((%double-float-p number)
         (if (%double< number 0d0)
             (%make-complex 0d0 (%double-sqrt (%double-negate number)))
             (%double-sqrt number)))
        ((%complexp number) (complex-sqrt number))
        ((%single-float-p number)
         (if (%single< number 0f0)
             (%make-complex 0f0 (%single-sqrt (%single-negate number)))
             (%single-sqrt number)))
        ((minusp number)
         (%make-complex 0f0 (sqrt (negate number))))
        (t (%double-to-single (%double-sqrt (real-to-double number))))))

(defun expt (base power)
  "BASE to POWER. Exact for a rational BASE and an integer POWER."
  (unless (numberp base) (number-type-error base 'number))
  (unless (numberp power) (number-type-error power 'number))
  (check-overflow (plain-expt base power) 'expt base power))

(defun plain-expt (base power)
  (cond ((integerp power) (expt-integer base power))
        ((zerop base)
         (if (plusp (realpart power))
             (two-arg-* base power)
             (division-by-zero-error 'expt base power)))
        ((or (%complexp base) (%complexp power))
         (exp (two-arg-* power (log base))))
        (t (expt-real base power))))

(defun expt-integer (base power)
  (cond ((eql power 0) (two-arg-+ 1 (two-arg-* base 0)))
        ((%double-float-p base) (expt-integer-double base power))
        ((%single-float-p base)
         (%double-to-single
          (expt-integer-double (%single-to-double base) power)))
        ((%ratiop base)
         (if (minusp power)
             (two-arg-/ 1 (expt-integer base (negate power)))
             (%make-ratio (integer-expt (numerator base) power)
                          (integer-expt (denominator base) power))))
        ((and (integerp base) (minusp power))
         (two-arg-/ 1 (expt-integer base (negate power))))
        ((eql base 2) (%ash 1 power))
        ((minusp power) (two-arg-/ 1 (integer-expt base (negate power))))
        (t (integer-expt base power))))

(defun expt-real (base power)
  "BASE to POWER, reals, POWER not an integer, BASE not zero."
  (let ((double (or (%double-float-p base) (%double-float-p power)))
        (x (real-to-double base))
        (y (real-to-double power)))
    (cond ((or (not (%double< x 0d0))
               (and (finite-double-p y)
                    (or (%double< 9007199254740992d0 (double-abs y))
                        (%double= y (%integer-to-double
                                     (%double-to-integer y))))))
           (let ((result (expt-double (double-abs x) y)))
             (when (and (%double< x 0d0) (odd-double-p y))
               (setq result (%double-negate result)))
             (if double result (%double-to-single result))))
          (t
           (let ((zero (if double 0d0 0f0)))
             (exp (two-arg-* power (log (float base zero)))))))))
