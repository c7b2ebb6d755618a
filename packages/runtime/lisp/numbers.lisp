;;;; Numbers: predicates, contagion, and the arithmetic of two and of many
;;;; arguments.

(in-package #:astralisp.runtime)

;;; Every operation on two numbers is one table by the types of both, written
;;; with DEFINE-CONTAGIOUS. Integers are the engine's (%INTEGER+ …); ratios and
;;; complex numbers are made of them here; a float meets a rational by
;;; conversion of the rational (rounded to nearest, ties to even), except in
;;; comparisons, which are exact. Floating point is IEEE 754; which exceptions
;;; are errors says float-traps.lisp.

(defun number-type-error (datum expected)
  (error 'type-error :datum datum :expected-type expected))

(defun division-by-zero-error (operation x y)
  (error 'division-by-zero :operation operation :operands (list x y)))

;;; Predicates.

(defun floatp (object)
  "True if OBJECT is a float."
  (or (%double-float-p object) (%single-float-p object)))

(defun rationalp (object)
  "True if OBJECT is an integer or a ratio."
  (or (integerp object) (%ratiop object)))

(defun realp (object)
  "True if OBJECT is an integer, a ratio or a float."
  (or (integerp object) (%double-float-p object) (%ratiop object)
      (%single-float-p object)))

(defun numberp (object)
  "True if OBJECT is a number."
  (or (integerp object) (%double-float-p object) (%ratiop object)
      (%single-float-p object) (%complexp object)))

(defun complexp (object)
  "True if OBJECT is a complex number."
  (%complexp object))

;;; Tests that trap for no operand: comparisons with numbers that are none are
;;; quiet.
(defmacro finite-double-p (double)
  `(and (%double<= ,double 1.7976931348623157d308)
        (%double<= -1.7976931348623157d308 ,double)))

(defmacro finite-single-p (single)
  `(and (%single<= ,single 3.4028235f38)
        (%single<= -3.4028235f38 ,single)))

;;; Conversions that contagion needs.

;;; FLOAT, the result of OPERATION on OPERANDS, which are finite, unless it is out
;;; of range and overflow is an error.
(defun check-range (float operation &rest operands)
  (if (and (not (if (%double-float-p float)
                    (finite-double-p float)
                    (finite-single-p float)))
           (float-trap-enabled-p 3))
      (error 'floating-point-overflow :operation operation
                                      :operands operands)
      float))

(defun integer-to-single (integer)
  "The single-float nearest to INTEGER, ties to even."
  (let ((length (integer-length integer)))
    (if (%fx<= length 53)
        (%double-to-single (%integer-to-double integer))
        (check-range (rational-to-single integer 1) 'float integer))))

(defun integer-to-double (integer)
  (if (%fixnump integer)
      (%integer-to-double integer)
      (check-range (%integer-to-double integer) 'float integer)))

(defun ratio-to-double (ratio)
  (check-range (rational-to-double (numerator ratio) (denominator ratio))
               'float ratio))

(defun ratio-to-single (ratio)
  (check-range (rational-to-single (numerator ratio) (denominator ratio))
               'float ratio))

(defun integer-negative-p (integer)
  (if (%fixnump integer)
      (%fx< integer 0)
      (%fx< (%integer-compare integer 0) 0)))

(defun integer-abs (integer)
  (if (integer-negative-p integer) (%integer- 0 integer) integer))

(defun integer-gcd (a b)
  "The greatest common divisor of the integers A and B, not negative."
  (let ((a (integer-abs a))
        (b (integer-abs b)))
    (block nil
      (tagbody
       again
         (if (%fx< (%integer-compare a b) 0)
             (let ((c a))
               (setq a b b c)))
         (when (eql b 0) (return a))
         (when (and (%fixnump a) (%fixnump b))
           (return (fixnum-gcd a b)))
         (%mv-let (c d) (gcd-step a b)
           (setq a c b d))
         (go again)))))

;;; D. H. Lehmer's method (Knuth, The Art of Computer Programming, volume 2,
;;; 4.5.2, algorithm L): the quotients of Euclid's algorithm are found from the
;;; leading bits of A and B as long as these decide them, then applied at once.
(defun gcd-step (a b)
  "A pair with the greatest common divisor of A and B, not negative, A not less
than B and not a fixnum, and nearer to its end."
  (let* ((bits (%fx- (integer-length most-positive-fixnum) 3))
         (shift (%fx- bits (integer-length a)))
         (x (%ash a shift))
         (y (%ash b shift))
         (aa 1) (ab 0) (ba 0) (bb 1))
    (declare (type fixnum x y aa ab ba bb))
    ;; Invariant: (aa a + ab b, ba a + bb b) is where the algorithm has come to.
    (block nil
      (tagbody
       again
         (when (or (eq 0 (%fx+ y ba)) (eq 0 (%fx+ y bb)))
           (return))
         (let ((q (%fx-truncate (%fx+ x aa) (%fx+ y ba))))
           (unless (%fx= q (%fx-truncate (%fx+ x ab) (%fx+ y bb)))
             (return))
           (let ((next-a (%fx- aa (%fx* q ba)))
                 (next-b (%fx- ab (%fx* q bb)))
                 (next-y (%fx- x (%fx* q y))))
             (setq aa ba ba next-a
                   ab bb bb next-b
                   x y y next-y)))
         (go again)))
    (if (eq ab 0)
        (values b (nth-value 1 (%integer-truncate a b)))
        (values (%integer+ (%integer* aa a) (%integer* ab b))
                (%integer+ (%integer* ba a) (%integer* bb b))))))

(defun fixnum-gcd (a b)
  (block nil
    (tagbody
     again
       (when (eq b 0) (return a))
       (let ((r (%fx-rem a b)))
         (setq a b b r))
       (go again))))

(defun make-rational (numerator denominator)
  "NUMERATOR / DENOMINATOR in lowest terms; DENOMINATOR is not zero."
  (when (integer-negative-p denominator)
    (setq numerator (%integer- 0 numerator)
          denominator (%integer- 0 denominator)))
  (let ((g (integer-gcd numerator denominator)))
    (unless (eql g 1)
      (setq numerator (values (%integer-truncate numerator g))
            denominator (values (%integer-truncate denominator g))))
    (if (eql denominator 1)
        numerator
        (%make-ratio numerator denominator))))

;;; Contagion.

(defmacro define-contagious
    (name (x y) (&key integer ratio double single complex) docstring)
  "Define NAME as a function of two numbers. In RATIO both are rationals and not
both integers; in DOUBLE and SINGLE both are floats of that format; in COMPLEX
at least one is complex. Without COMPLEX, complex arguments are a type error."
  (let ((wrong (if complex ''number ''real)))
    (flet ((given (type)
             ;; One row of the table: X has TYPE; the test order of Y is by
             ;; frequency.
             (let ((wrong-y `(number-type-error ,y ,wrong)))
               (cond
                 ((eq type :integer)
                  `(cond ((integerp ,y) ,integer)
                         ((%double-float-p ,y)
                          (let ((,x (integer-to-double ,x))) ,double))
                         ((%ratiop ,y) ,ratio)
                         ((%single-float-p ,y)
                          (let ((,x (integer-to-single ,x))) ,single))
                         ,@(when complex `(((%complexp ,y) ,complex)))
                         (t ,wrong-y)))
                 ((eq type :double)
                  `(cond ((%double-float-p ,y) ,double)
                         ((integerp ,y)
                          (let ((,y (integer-to-double ,y))) ,double))
                         ((%single-float-p ,y)
                          (let ((,y (%single-to-double ,y))) ,double))
                         ((%ratiop ,y)
                          (let ((,y (ratio-to-double ,y))) ,double))
                         ,@(when complex `(((%complexp ,y) ,complex)))
                         (t ,wrong-y)))
                 ((eq type :single)
                  `(cond ((%single-float-p ,y) ,single)
                         ((%double-float-p ,y)
                          (let ((,x (%single-to-double ,x))) ,double))
                         ((integerp ,y)
                          (let ((,y (integer-to-single ,y))) ,single))
                         ((%ratiop ,y)
                          (let ((,y (ratio-to-single ,y))) ,single))
                         ,@(when complex `(((%complexp ,y) ,complex)))
                         (t ,wrong-y)))
                 (t
                  `(cond ((or (integerp ,y) (%ratiop ,y)) ,ratio)
                         ((%double-float-p ,y)
                          (let ((,x (ratio-to-double ,x))) ,double))
                         ((%single-float-p ,y)
                          (let ((,x (ratio-to-single ,x))) ,single))
                         ,@(when complex `(((%complexp ,y) ,complex)))
                         (t ,wrong-y)))))))
      `(defun ,name (,x ,y)
         ,docstring
         (cond ((integerp ,x) ,(given :integer))
               ((%double-float-p ,x) ,(given :double))
               ((%ratiop ,x) ,(given :ratio))
               ((%single-float-p ,x) ,(given :single))
               ,@(when complex
                   `(((%complexp ,x)
                      (if (numberp ,y)
                          ,complex
                          (number-type-error ,y 'number)))))
               (t (number-type-error ,x ,wrong)))))))

(defun ratio+ (x y)
  (let ((nx (numerator x)) (dx (denominator x))
        (ny (numerator y)) (dy (denominator y)))
    (make-rational (%integer+ (%integer* nx dy) (%integer* ny dx))
                   (%integer* dx dy))))

(defun ratio- (x y)
  (let ((nx (numerator x)) (dx (denominator x))
        (ny (numerator y)) (dy (denominator y)))
    (make-rational (%integer- (%integer* nx dy) (%integer* ny dx))
                   (%integer* dx dy))))

(defun ratio* (x y)
  (make-rational (%integer* (numerator x) (numerator y))
                 (%integer* (denominator x) (denominator y))))

(defun rational/ (x y)
  (when (eql y 0) (division-by-zero-error '/ x y))
  (make-rational (%integer* (numerator x) (denominator y))
                 (%integer* (denominator x) (numerator y))))

(defun integer/ (x y)
  (when (eql y 0) (division-by-zero-error '/ x y))
  (%mv-let (q r) (%integer-truncate x y)
    (if (eql r 0) q (make-rational x y))))

;;; Complex numbers: the parts have one type; a rational one with imaginary part
;;; 0 is not complex.

(defun canonical-complex (real imaginary)
  (cond ((and (rationalp real) (rationalp imaginary))
         (if (eql imaginary 0)
             real
             (%make-complex real imaginary)))
        ((or (%double-float-p real) (%double-float-p imaginary))
         (%make-complex (real-to-double real) (real-to-double imaginary)))
        (t
         (%make-complex (real-to-single real) (real-to-single imaginary)))))

(defun real-part (x)
  (if (%complexp x) (%realpart x) x))

(defun imaginary-part (x)
  (if (%complexp x) (%imagpart x) 0))

(defun complex+ (x y)
  (cond ((not (%complexp x))
         (canonical-complex (two-arg-+ x (%realpart y)) (%imagpart y)))
        ((not (%complexp y))
         (canonical-complex (two-arg-+ (%realpart x) y) (%imagpart x)))
        (t
         (canonical-complex (two-arg-+ (%realpart x) (%realpart y))
                            (two-arg-+ (%imagpart x) (%imagpart y))))))

(defun complex- (x y)
  (cond ((not (%complexp x))
         (canonical-complex (two-arg-- x (%realpart y))
                            (two-arg-- 0 (%imagpart y))))
        ((not (%complexp y))
         (canonical-complex (two-arg-- (%realpart x) y) (%imagpart x)))
        (t
         (canonical-complex (two-arg-- (%realpart x) (%realpart y))
                            (two-arg-- (%imagpart x) (%imagpart y))))))

(defun complex* (x y)
  (cond ((not (%complexp x))
         (canonical-complex (two-arg-* x (%realpart y))
                            (two-arg-* x (%imagpart y))))
        ((not (%complexp y))
         (canonical-complex (two-arg-* (%realpart x) y)
                            (two-arg-* (%imagpart x) y)))
        (t
         (let ((a (%realpart x)) (b (%imagpart x))
               (c (%realpart y)) (d (%imagpart y)))
           (canonical-complex (two-arg-- (two-arg-* a c) (two-arg-* b d))
                              (two-arg-+ (two-arg-* a d) (two-arg-* b c)))))))

(defun complex/ (x y)
  (if (not (%complexp y))
      (canonical-complex (two-arg-/ (%realpart x) y)
                         (two-arg-/ (%imagpart x) y))
      (let ((a (real-part x)) (b (imaginary-part x))
            (c (%realpart y)) (d (%imagpart y)))
        (if (and (rationalp a) (rationalp b) (rationalp c))
            (let ((n (two-arg-+ (two-arg-* c c) (two-arg-* d d))))
              (canonical-complex
               (two-arg-/ (two-arg-+ (two-arg-* a c) (two-arg-* b d)) n)
               (two-arg-/ (two-arg-- (two-arg-* b c) (two-arg-* a d)) n)))
            (float-complex/ a b c d)))))

(defun float-complex/ (a b c d)
  ;; Smith's method: no overflow in c*c + d*d.
  (if (two-arg->= (abs c) (abs d))
      (let* ((r (two-arg-/ d c))
             (n (two-arg-+ c (two-arg-* d r))))
        (canonical-complex
         (two-arg-/ (two-arg-+ a (two-arg-* b r)) n)
         (two-arg-/ (two-arg-- b (two-arg-* a r)) n)))
      (let* ((r (two-arg-/ c d))
             (n (two-arg-+ (two-arg-* c r) d)))
        (canonical-complex
         (two-arg-/ (two-arg-+ (two-arg-* a r) b) n)
         (two-arg-/ (two-arg-- (two-arg-* b r) a) n)))))

(define-contagious two-arg-+ (x y)
  (:integer (%integer+ x y)
   :ratio (ratio+ x y)
   :double (%double+ x y)
   :single (%single+ x y)
   :complex (complex+ x y))
  "The sum of the numbers X and Y.")

(define-contagious two-arg-- (x y)
  (:integer (%integer- x y)
   :ratio (ratio- x y)
   :double (%double- x y)
   :single (%single- x y)
   :complex (complex- x y))
  "The difference of the numbers X and Y.")

(define-contagious two-arg-* (x y)
  (:integer (%integer* x y)
   :ratio (ratio* x y)
   :double (%double* x y)
   :single (%single* x y)
   :complex (complex* x y))
  "The product of the numbers X and Y.")

(define-contagious two-arg-/ (x y)
  (:integer (integer/ x y)
   :ratio (rational/ x y)
   :double (%double/ x y)
   :single (%single/ x y)
   :complex (complex/ x y))
  "The quotient of the numbers X and Y. Signals DIVISION-BY-ZERO when both are
rational and Y is 0.")

;;; Comparison: exact between floats and rationals. ORDER answers -1, 0, 1, or 2
;;; when a NaN makes the numbers unordered.

(defun order-doubles (x y)
  (cond ((%double< x y) -1)
        ((%double= x y) 0)
        ((%double< y x) 1)
        (t 2)))

(defun order-rationals (x y)
  (%integer-compare (%integer* (numerator x) (denominator y))
                    (%integer* (numerator y) (denominator x))))

(defun order-double-rational (x y)
  (cond ((not (%double= x x)) 2)
        ((finite-double-p x)
         (if (and (%fixnump y) (%fx<= (integer-length y) 53))
             (order-doubles x (%integer-to-double y))
             (order-rationals (rational x) y)))
        ;; An infinity.
        ((%double< x 0d0) -1)
        (t 1)))

(defun reverse-order (order)
  (if (eq order 2) 2 (%fx- 0 order)))

(defun order (x y)
  "Compare the real numbers X and Y: -1, 0, 1, or 2 when they are unordered.
Signals TYPE-ERROR when one is not real."
  (cond ((integerp x)
         (cond ((integerp y) (%integer-compare x y))
               (t (reverse-order (order y x)))))
        ((%double-float-p x)
         (cond ((%double-float-p y) (order-doubles x y))
               ((%single-float-p y) (order-doubles x (%single-to-double y)))
               ((rationalp y) (order-double-rational x y))
               (t (number-type-error y 'real))))
        ((%single-float-p x) (order (%single-to-double x) y))
        ((%ratiop x)
         (cond ((rationalp y) (order-rationals x y))
               ((%double-float-p y) (reverse-order (order-double-rational y x)))
               ((%single-float-p y)
                (reverse-order
                 (order-double-rational (%single-to-double y) x)))
               (t (number-type-error y 'real))))
        (t (number-type-error x 'real))))

(defun two-arg-< (x y)
  "True if the real X is less than the real Y."
  (cond ((and (%fixnump x) (%fixnump y)) (%fx< x y))
        ((and (%double-float-p x) (%double-float-p y)) (%double< x y))
        ((realp x) (eq (order x y) -1))
        (t (number-type-error x 'real))))

(defun two-arg-> (x y)
  "True if the real X is greater than the real Y."
  (cond ((and (%fixnump x) (%fixnump y)) (%fx> x y))
        ((and (%double-float-p x) (%double-float-p y)) (%double< y x))
        ((realp x) (eq (order x y) 1))
        (t (number-type-error x 'real))))

(defun two-arg-<= (x y)
  "True if the real X is not greater than the real Y."
  (cond ((and (%fixnump x) (%fixnump y)) (%fx<= x y))
        ((and (%double-float-p x) (%double-float-p y)) (%double<= x y))
        ((realp x) (%fx<= (order x y) 0))
        (t (number-type-error x 'real))))

(defun two-arg->= (x y)
  "True if the real X is not less than the real Y."
  (cond ((and (%fixnump x) (%fixnump y)) (%fx>= x y))
        ((and (%double-float-p x) (%double-float-p y)) (%double<= y x))
        ((realp x)
         (let ((order (order x y)))
           (or (eq order 0) (eq order 1))))
        (t (number-type-error x 'real))))

(defun two-arg-= (x y)
  "True if the numbers X and Y are equal in value."
  (cond ((and (%fixnump x) (%fixnump y)) (eq x y))
        ((and (%double-float-p x) (%double-float-p y)) (%double= x y))
        ((or (%complexp x) (%complexp y))
         (cond ((not (numberp x)) (number-type-error x 'number))
               ((not (numberp y)) (number-type-error y 'number))
               (t (and (eq (order (real-part x) (real-part y)) 0)
                       (eq (order (imaginary-part x) (imaginary-part y)) 0)))))
        ((not (realp x)) (number-type-error x 'number))
        ((not (realp y)) (number-type-error y 'number))
        (t (eq (order x y) 0))))

;;; Any number of arguments.

(defun + (&rest numbers)
  "The sum of NUMBERS; 0 without any."
  (declare (dynamic-extent numbers))
  (if (null numbers)
      0
      (let ((sum (car numbers)))
        (unless (numberp sum) (number-type-error sum 'number))
        (dolist (number (cdr numbers) sum)
          (setq sum (two-arg-+ sum number))))))

(defun * (&rest numbers)
  "The product of NUMBERS; 1 without any."
  (declare (dynamic-extent numbers))
  (if (null numbers)
      1
      (let ((product (car numbers)))
        (unless (numberp product) (number-type-error product 'number))
        (dolist (number (cdr numbers) product)
          (setq product (two-arg-* product number))))))

(defun negate (number)
  (cond ((integerp number) (%integer- 0 number))
        ((%double-float-p number) (%double-negate number))
        ((%single-float-p number) (%single-negate number))
        ((%ratiop number)
         (%make-ratio (%integer- 0 (numerator number)) (denominator number)))
        ((%complexp number)
         (%make-complex (negate (%realpart number))
                        (negate (%imagpart number))))
        (t (number-type-error number 'number))))

(defun - (number &rest more)
  "NUMBER less each of MORE; without MORE, NUMBER with the opposite sign."
  (declare (dynamic-extent more))
  (if (null more)
      (negate number)
      (dolist (subtrahend more number)
        (setq number (two-arg-- number subtrahend)))))

(defun / (number &rest more)
  "NUMBER divided by each of MORE; without MORE, its reciprocal.
Signals DIVISION-BY-ZERO for a rational division by 0."
  (declare (dynamic-extent more))
  (if (null more)
      (two-arg-/ 1 number)
      (dolist (divisor more number)
        (setq number (two-arg-/ number divisor)))))

(defun 1+ (number)
  "NUMBER plus 1."
  (two-arg-+ number 1))

(defun 1- (number)
  "NUMBER less 1."
  (two-arg-- number 1))

(defmacro define-chain (name two-arg type docstring)
  ;; A comparison that holds when it holds for every pair of neighbours.
  `(defun ,name (number &rest more)
     ,docstring
     (declare (dynamic-extent more))
     (unless (,(if (eq type 'real) 'realp 'numberp) number)
       (number-type-error number ',type))
     (let ((result t))
       (dolist (next more result)
         (unless (,two-arg number next)
           (setq result nil))
         (setq number next)))))

(define-chain < two-arg-< real
  "True if NUMBER and MORE rise strictly.")

(define-chain > two-arg-> real
  "True if NUMBER and MORE fall strictly.")

(define-chain <= two-arg-<= real
  "True if NUMBER and MORE never fall.")

(define-chain >= two-arg->= real
  "True if NUMBER and MORE never rise.")

(define-chain = two-arg-= number
  "True if NUMBER and MORE are all equal in value.")

(defun /= (number &rest more)
  "True if no two of NUMBER and MORE are equal in value."
  (unless (numberp number) (number-type-error number 'number))
  (let ((result t))
    (do ((numbers (cons number more) (cdr numbers)))
        ((null numbers) result)
      (dolist (other (cdr numbers))
        (when (two-arg-= (car numbers) other)
          (setq result nil))))))

(defun max (number &rest more)
  "The greatest of the reals NUMBER and MORE."
  (declare (dynamic-extent more))
  (unless (realp number) (number-type-error number 'real))
  (dolist (other more number)
    (when (two-arg-> other number)
      (setq number other))))

(defun min (number &rest more)
  "The least of the reals NUMBER and MORE."
  (declare (dynamic-extent more))
  (unless (realp number) (number-type-error number 'real))
  (dolist (other more number)
    (when (two-arg-< other number)
      (setq number other))))

;;; Questions about one number.

(defun zerop (number)
  "True if NUMBER is zero."
  (cond ((integerp number) (eql number 0))
        ((%double-float-p number) (%double= number 0d0))
        ((%single-float-p number) (%single= number 0f0))
        ((%ratiop number) nil)
        ((%complexp number)
         (and (zerop (%realpart number)) (zerop (%imagpart number))))
        (t (number-type-error number 'number))))

(defun plusp (number)
  "True if the real NUMBER is greater than zero."
  (cond ((%fixnump number) (%fx> number 0))
        ((integerp number) (not (integer-negative-p number)))
        ((%double-float-p number) (%double< 0d0 number))
        ((%single-float-p number) (%single< 0f0 number))
        ((%ratiop number) (not (integer-negative-p (numerator number))))
        (t (number-type-error number 'real))))

(defun minusp (number)
  "True if the real NUMBER is less than zero."
  (cond ((integerp number) (integer-negative-p number))
        ((%double-float-p number) (%double< number 0d0))
        ((%single-float-p number) (%single< number 0f0))
        ((%ratiop number) (integer-negative-p (numerator number)))
        (t (number-type-error number 'real))))

(defun evenp (integer)
  "True if INTEGER is even."
  (cond ((%fixnump integer) (eq (%fx-and integer 1) 0))
        ((integerp integer) (eql (%logand integer 1) 0))
        (t (number-type-error integer 'integer))))

(defun oddp (integer)
  "True if INTEGER is odd."
  (not (evenp integer)))

(defun abs (number)
  "The magnitude of NUMBER."
  (cond ((integerp number) (integer-abs number))
        ((%double-float-p number) (double-abs number))
        ((%single-float-p number)
         (%make-single (%fx-and (%single-bits number) #x7FFFFFFF)))
        ((%ratiop number) (if (minusp number) (negate number) number))
        ((%complexp number) (complex-abs number))
        (t (number-type-error number 'number))))

;;; The sum of -0.0 and 0.0 is 0.0.
(defun double-abs (x)
  (if (%double< x 0d0)
      (%double-negate x)
      (%double+ x 0d0)))

(defun signum (number)
  "A number of magnitude one (or zero) with the direction of NUMBER."
  (cond ((rationalp number)
         (cond ((minusp number) -1) ((eql number 0) 0) (t 1)))
        ((%complexp number)
         (if (zerop number) number (two-arg-/ number (abs number))))
        ((zerop number) number)
        (t (float (if (minusp number) -1 1) number))))

(defun realpart (number)
  "The real part of NUMBER."
  (unless (numberp number) (number-type-error number 'number))
  (real-part number))

(defun imagpart (number)
  "The imaginary part of NUMBER: 0 of the same sign and format for a real."
  (cond ((%complexp number) (%imagpart number))
        ((floatp number) (two-arg-* 0 number))
        ((rationalp number) 0)
        (t (number-type-error number 'number))))

(defun conjugate (number)
  "NUMBER with the opposite imaginary part."
  (cond ((%complexp number)
         (%make-complex (%realpart number) (negate (%imagpart number))))
        ((numberp number) number)
        (t (number-type-error number 'number))))

(defun complex (realpart &optional (imagpart 0))
  "The complex number of REALPART and IMAGPART; a rational when IMAGPART is 0
and both are rational."
  (unless (realp realpart) (number-type-error realpart 'real))
  (unless (realp imagpart) (number-type-error imagpart 'real))
  (canonical-complex realpart imagpart))

(defun upgraded-complex-part-type (typespec &optional environment)
  "The type of the parts of the complex numbers that hold parts of TYPESPEC."
  (declare (ignore environment))
  (cond ((subtypep typespec nil) nil)
        ((subtypep typespec 'single-float) 'single-float)
        ((subtypep typespec 'double-float) 'double-float)
        ((subtypep typespec 'rational) 'rational)
        ((subtypep typespec 'float) 'float)
        (t 'real)))
