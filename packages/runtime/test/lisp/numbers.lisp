;;;; Tests of numbers (CLHS 12).

(in-package #:astralisp.test)

(defun spread (function &rest lists)
  "The values of FUNCTION for all combinations of an element of each of LISTS; errors
are named."
  (if (null lists)
      (list (handler-case (multiple-value-list (funcall function))
              (error (condition) (error-class condition))))
      (mapcan (lambda (element)
                (apply #'spread
                       (lambda (&rest more) (apply function element more))
                       (cdr lists)))
              (car lists))))

(defvar *integers*
  (list 0 1 -1 2 -7 10 (expt 2 31) (- (expt 2 53)) (1+ (expt 2 60))
        (- (expt 2 64)) (expt 10 30)))
(defvar *rationals* (append *integers* '(1/2 -1/3 22/7 -1000000007/3)))
(defvar *reals* (append *rationals* '(0.5 -2.25 1.0d0 -3.75d0 1d20)))
(defvar *numbers* (append *reals* '(#c(1 2) #c(1/2 -1) #c(0.5 2.0)
                                    #c(1d0 -2d0))))

(define-test add (spread #'+ *numbers* *numbers*))
(define-test subtract (spread #'- *numbers* *numbers*))
(define-test multiply (spread #'* *numbers* *numbers*))
(define-test divide
  (spread #'/ *rationals* (remove 0 *rationals*)))
(define-test divide-floats
  (spread #'/ '(1.5 -2.0d0 3 1/4) '(0.5 -8.0d0 4 2/3)))
(define-test divide-by-zero (spread #'/ *rationals* '(0)))
(define-test equal-numbers (spread #'= *numbers* *numbers*))
(define-test less (spread #'< *reals* *reals*))
(define-test less-or-equal (spread #'<= *reals* *reals*))
(define-test greater (spread #'> *reals* *reals*))
(define-test chains
  (list (< 1 2 3) (< 1 3 2) (<= 1 1 2) (/= 1 2 1) (/= 1 2 3) (= 1 1.0 1d0)
        (> 3 2 1) (>= 3 3 1) (< 1) (/= 5)))
(define-test comparison-errors
  (list (spread #'< '(a #c(1 2)) '(1)) (spread #'= '(a) '(1))
        (spread #'= '(1) '(a))))
(define-test exact-comparison
  (list (= 1/3 (/ 1.0 3)) (< (expt 2 53) (1+ (expt 2d0 53)))
        (= (1+ (expt 2 53)) (expt 2d0 53)) (< 1/10 0.1) (> 1/10 0.1d0)
        (= 0.1 0.1d0) (< (expt 10 400) 1d308)))

(define-test truncate-rationals (spread #'truncate *rationals* '(3 -7/2)))
(define-test floor-rationals (spread #'floor *rationals* '(3 -7/2)))
(define-test ceiling-rationals (spread #'ceiling *rationals* '(3 -7/2)))
(define-test round-rationals (spread #'round *rationals* '(3 -7/2 2)))
(define-test round-floats
  (list (spread #'round '(0.5 1.5 2.5 -0.5 -1.5 2.5d0 7.25d0))
        (spread #'truncate '(2.7 -2.7d0 1d15) '(1 2 0.5d0))
        (spread #'floor '(2.7 -2.7d0) '(1 -2 0.5))
        (spread #'ceiling '(2.25 -2.25d0) '(1 -2))))
(define-test float-rounding
  (list (spread #'ffloor '(7 -7 5/2 2.5 -2.5d0) '(2 1))
        (spread #'fround '(5/2 2.5 3.5d0) '(1))
        (spread #'ftruncate '(-5/2 2.75d0) '(1))
        (spread #'fceiling '(5/2 -2.5) '(1))))
(define-test mod-rem
  (list (spread #'mod *integers* '(7 -7)) (spread #'rem *integers* '(7 -7))
        (mod -1 1/3) (rem 5.5 2) (mod -5.5d0 2)))
(define-test gcd-lcm
  (list (gcd) (lcm) (gcd 12 -18) (gcd 0 5) (lcm 4 6) (lcm 0 5)
        (gcd (expt 6 40) (expt 10 30)) (lcm 21 6 14)
        (handler-case (gcd 1.0) (type-error () :type))))
(define-test expt-exact
  (list (expt 2 100) (expt -3 5) (expt 2 -3) (expt 1/2 10) (expt 2/3 -2)
        (expt 0 0) (expt 2.0 3) (expt 2d0 -1) (expt #c(0 1) 2) (expt 7 0)
        (expt 10 25)))
(define-test isqrt
  (list (mapcar #'isqrt (list 0 1 2 3 4 99 100 (expt 10 40) (1- (expt 10 40))
                              (expt 2 201)))
        (handler-case (isqrt -1) (type-error () :type))))
(define-test sqrt-log-exp
  (list (sqrt 4) (sqrt -4) (sqrt 2d0) (sqrt 16d0) (exp 0) (exp 1d0) (log 1)
        (log 8 2) (log 100 10) (log 2d0) (log -1d0) (exp 0d0)))
(define-test trigonometry
  (list (sin 0) (sin 1d0) (cos 1d0) (tan 1d0) (asin 1d0) (acos 0.5d0)
        (atan 1d0) (atan 1 -1) (atan -1d0 -1d0) (sinh 1d0) (cosh 1d0)
        (tanh 0.5d0) (sin 1.0) (cos 2.0) (atan 3.0)))
(define-test complex-parts
  (list (complex 1 0) (complex 1 2.0) (realpart #c(1 2)) (imagpart 5)
        (imagpart 2.5) (conjugate #c(1 2)) (abs #c(3 4)) (abs -5/2)
        (phase #c(0 1)) (signum -2.5) (signum 0) (signum #c(0 -3.0))
        (cis 0)))
(define-test max-min
  (list (max 1 2.0) (max 3 2 1) (min 1 1/2) (max 1d0 2) (min -1) (max 5 5)))
(define-test predicates
  (mapcar (lambda (x)
            (list (zerop x) (numberp x) (rationalp x) (integerp x) (floatp x)
                  (realp x) (complexp x)))
          *numbers*))
(define-test signs
  (mapcar (lambda (x) (list (plusp x) (minusp x) (signum x) (abs x)))
          *reals*))
(define-test parity
  (mapcar (lambda (x) (list (evenp x) (oddp x))) *integers*))

(define-test bitwise
  (list (spread #'logand *integers* *integers*)
        (spread #'logior *integers* *integers*)
        (spread #'logxor *integers* *integers*)))
(define-test bitwise-others
  (mapcar (lambda (f) (spread f '(0 5 -6 1267650600228229401496703205376)
                              '(3 -4 -1267650600228229401496703205377)))
          (list #'logeqv #'lognand #'lognor #'logandc1 #'logandc2 #'logorc1
                #'logorc2 #'logtest)))
(define-test lognot-count-length
  (mapcar (lambda (x) (list (lognot x) (logcount x) (integer-length x)))
          *integers*))
(define-test ash (spread #'ash *integers* '(0 1 -1 5 -5 64 -64 100)))
(define-test logbitp
  (spread #'logbitp '(0 1 5 31 60 64 200) '(0 -1 33 1267650600228229401496703205376)))
(define-test bytes
  (list (ldb (byte 4 2) 255) (dpb 5 (byte 4 2) 0) (mask-field (byte 4 2) 255)
        (deposit-field 255 (byte 4 2) 0) (ldb-test (byte 4 2) 3)
        (byte-size (byte 4 2)) (byte-position (byte 4 2))
        (ldb (byte 70 3) (expt 3 60)) (dpb -1 (byte 64 64) 0)))
(define-test setf-ldb
  (let ((x (list 0 255)))
    (setf (ldb (byte 4 4) (car x)) 9
          (mask-field (byte 4 0) (cadr x)) 0)
    (incf (ldb (byte 2 0) (car x)))
    x))
(define-test boole
  (mapcar (lambda (op) (boole op 12 10))
          (list boole-clr boole-set boole-1 boole-2 boole-c1 boole-c2 boole-and
                boole-ior boole-xor boole-eqv boole-nand boole-nor boole-andc1
                boole-andc2 boole-orc1 boole-orc2)))

(define-test float-conversion
  (list (float 1/3) (float 1/3 1d0) (float 5) (float 2.5d0) (float 2.5d0 1.0)
        (float (expt 10 30) 1d0) (float 123456789123456789/1000 1d0)
        (coerce 1/10 'double-float) (float (1+ (expt 2 24)))
        (float (+ 1 (expt 2 24) (expt 2 25)) 1.0)))
(define-test decode-floats
  (mapcar (lambda (x)
            (list (multiple-value-list (decode-float x))
                  (multiple-value-list (integer-decode-float x))
                  (float-sign x) (float-digits x) (float-precision x)
                  (float-radix x) (scale-float x 3) (scale-float x -5)))
          '(1.0 -0.75 1.5d0 -1d100 3.14159 1d-300)))
(define-test rationals-of-floats
  (mapcar (lambda (x) (list (rational x) (rationalize x)))
          '(0.5 0.1 -0.1d0 3.14159265 1d-10 1d20 0.333333 2.0)))
(define-test float-signs
  (list (float-sign -2.0) (float-sign -2.0 3d0) (float-sign 0.0 -1.0)
        (minusp -0.0) (zerop -0.0) (= 0.0 -0.0) (eql 0.0 -0.0)))
(define-test float-limits
  (list most-positive-double-float least-positive-normalized-double-float
        double-float-epsilon single-float-epsilon most-positive-single-float
        double-float-negative-epsilon single-float-negative-epsilon pi
        most-negative-single-float least-positive-normalized-single-float))

(define-test parse-integer
  (list (parse-integer "42") (parse-integer " -17 ")
        (parse-integer "ff" :radix 16) (parse-integer "x12y" :start 1 :end 3)
        (multiple-value-list (parse-integer "12abc" :junk-allowed t))
        (multiple-value-list (parse-integer "abc" :junk-allowed t))
        (multiple-value-list (parse-integer "  +5  "))
        (parse-integer "123456789012345678901234567890")
        (parse-integer "zz" :radix 36)))
(define-test parse-integer-errors
  (mapcar (lambda (string)
            (handler-case (parse-integer string)
              (parse-error () :parse)))
          '("" " " "12a" "+" "1 2")))
(define-test long-digits
  (let* ((n (- (expt 7 500) 1))
         (text (format nil "~D" n)))
    (list (= n (parse-integer text)) (length text)
          (string= (format nil "~36R" n)
                   (write-to-string n :base 36 :radix nil))
          (subseq text 0 30))))
(define-test number-type-errors
  (mapcar (lambda (f) (handler-case (funcall f 'a 1)
                        (type-error () :type)))
          (list #'+ #'- #'* #'/ #'< #'logand #'ash #'floor #'max #'expt)))

;;; What must be the same on every engine, since SBCL's differ.

(define-test random-sequence
  (let ((state (make-random-state nil)))
    (declare (ignorable state))
    (let ((a (loop with s = (make-random-state state)
                   repeat 20 collect (random 1000 s)))
          (b (loop with s = (make-random-state state)
                   repeat 20 collect (random 1000 s))))
      (list (equal a b) (every (lambda (x) (< -1 x 1000)) a)
            (> (length (remove-duplicates a)) 10))))
  => "(T T T)")
(define-test random-ranges
  (list (loop repeat 200 always (< -1 (random 7) 7))
        (loop repeat 50 always (< -1 (random (expt 10 40)) (expt 10 40)))
        (loop repeat 50 always (let ((x (random 2.5d0)))
                                 (and (typep x 'double-float)
                                      (<= 0 x) (< x 2.5d0))))
        (loop repeat 50 always (typep (random 1.0) 'single-float))
        (handler-case (random 0) (type-error () :type))
        (handler-case (random -1.0) (type-error () :type)))
  => "(T T T T :TYPE :TYPE)")
(define-test identities
  (loop for x in '(0.1d0 0.5d0 1.5d0 2.75d0)
        always (and (< (abs (- 1 (+ (expt (sin x) 2) (expt (cos x) 2))))
                       1d-15)
                    (< (abs (- x (log (exp x)))) 1d-15)
                    (< (abs (- x (tan (atan x)))) 1d-15)
                    (< (abs (- x (asinh (sinh x)))) 1d-15)
                    (< (abs (- (tanh x) (/ (sinh x) (cosh x)))) 1d-15)))
  => "T")

;;; Big integers by what must hold of them, with sizes around those at which the
;;; methods change.
(defun big-number (bits seed)
  (let ((n seed))
    (loop while (< (integer-length n) bits)
          do (setf n (+ (* n 6364136223846793005) seed 1442695040888963407)))
    (let ((n (ldb (byte bits 0) n)))
      (if (oddp seed) n (- n)))))
(define-test bignum-identities
  (let ((wrong '())
        (sizes '(5 61 63 64 65 128 200 640 3000 3072 3100 6200 20000)))
    (flet ((check (what true)
             (unless true (pushnew what wrong))))
      (loop for bits in sizes
            do (loop for more in sizes
                     for seed from 1
                     do (let* ((a (big-number bits (+ seed 17)))
                               (b (big-number more (+ seed 91)))
                               (product (* a b)))
                          (check :square (= (* (+ a b) (- a b))
                                            (- (* a a) (* b b))))
                          (check :order (= product (* b a)))
                          (unless (zerop b)
                            (check :exact (= a (/ product b)))
                            (multiple-value-bind (q r) (floor a b)
                              (check :floor (= a (+ (* q b) r)))
                              (check :rest (< (abs r) (abs b))))
                            (multiple-value-bind (q r) (truncate (1- product) b)
                              (check :truncate (= (1- product) (+ (* q b) r)))))
                          (let ((d (gcd (* a 6) (* b 10))))
                            (check :gcd (or (zerop a) (zerop b)
                                            (and (zerop (mod (* a 6) d))
                                                 (zerop (mod (* b 10) d))
                                                 (= 1 (gcd (/ (* a 6) d)
                                                           (/ (* b 10) d)))))))
                          (let ((root (isqrt (* a a))))
                            (check :isqrt (= root (abs a))))
                          (check :text (= product
                                          (parse-integer
                                           (prin1-to-string product))))))))
    wrong)
  => "NIL")
