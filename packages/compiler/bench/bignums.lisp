;;;; Kernels of big integers and of the other numbers.

(in-package #:astralisp.bench)

(defun factorial (n)
  (if (= n 0) 1 (* n (factorial (1- n)))))

(defun product-between (low high)
  (if (= low high)
      low
      (let ((middle (floor (+ low high) 2)))
        (* (product-between low middle) (product-between (1+ middle) high)))))

(define-kernel kernel-big-factorial 8530
  (integer-length (repeat 50 (factorial 1000))))

(define-kernel kernel-big-factorial-tree 256924
  (integer-length (product-between 1 20001)))

(define-kernel kernel-big-fibonacci 13884
  (integer-length (let ((a 0) (b 1))
                    (dotimes (i 20000 a)
                      (psetf a b b (+ a b))))))

(defun big-number (bits factor)
  "An integer of about BITS bits without a pattern."
  (let ((n factor))
    (loop while (< (integer-length n) bits)
          do (setf n (+ (* n n) factor)))
    (ldb (byte bits 0) n)))

;;; The order of size in which a method of multiplying pays differs from system
;;; to system, so there are several sizes.

(defun multiply-often (bits count)
  (let ((a (big-number bits 1234567891)) (b (big-number bits 987654321235)))
    (mod (repeat count (* a b)) 1000003)))

(define-kernel kernel-big-multiply-256 583286
  (multiply-often 256 500000))

(define-kernel kernel-big-multiply-4k 888866
  (multiply-often 4096 10000))

(define-kernel kernel-big-multiply-64k 489450
  (multiply-often 65536 100))

(define-kernel kernel-big-multiply-1m 999719
  (multiply-often 1048576 1))

(defun divide-often (bits count)
  (let ((a (big-number (* 2 bits) 1234567891))
        (b (big-number bits 987654321235)))
    (multiple-value-bind (quotient remainder)
        (let ((q 0) (r 0))
          (dotimes (i count (values q r))
            (multiple-value-setq (q r) (floor a b))))
      (+ (mod quotient 1000003) (mod remainder 1000003)))))

(define-kernel kernel-big-divide-256 758810
  (divide-often 256 100000))

(define-kernel kernel-big-divide-4k 1028790
  (divide-often 4096 4000))

(define-kernel kernel-big-divide-256k 1647063
  (divide-often 262144 1))

(define-kernel kernel-big-print-small 309
  (let ((n (big-number 1024 12345678919)))
    (length (repeat 1000 (let ((*print-base* 10)) (prin1-to-string n))))))

(define-kernel kernel-big-print-large 30103
  (length (prin1-to-string (big-number 100000 12345678919))))

(define-kernel kernel-big-read-small 1024
  (let ((text (prin1-to-string (big-number 1024 12345678919))))
    (integer-length (repeat 2000 (parse-integer text)))))

(define-kernel kernel-big-read-large 99999
  (let ((text (prin1-to-string (big-number 100000 12345678919))))
    (integer-length (parse-integer text))))

(define-kernel kernel-big-expt 31700
  (let ((base (cons 3 20000)))
    (integer-length (repeat 200 (expt (car base) (cdr base))))))

(define-kernel kernel-big-modular 100
  (let ((modulus (1- (ash 1 521)))
        (base 3)
        (result 1))
    ;; 3^(2^521 - 2) is the inverse of 3.
    (do ((exponent (- modulus 2) (ash exponent -1)))
        ((zerop exponent))
      (when (oddp exponent)
        (setf result (mod (* result base) modulus)))
      (setf base (mod (* base base) modulus)))
    (dotimes (i 20000)
      (setf result (mod (* result result) (+ modulus (* 2 i)))))
    (logand result 255)))

(define-kernel kernel-big-isqrt (10000 2500)
  (let ((n (big-number 20000 99999999977)))
    (list (integer-length (repeat 100 (isqrt n)))
          (integer-length (isqrt (ash n -15000))))))

(define-kernel kernel-big-gcd 1999999943
  (let ((common 1999999943)
        (a (big-number 4096 12345678919))
        (b (big-number 4096 98765432123)))
    (gcd common
         (repeat 100 (gcd (* common a) (* common b))))))

(define-kernel kernel-big-bits 24558
  (let ((a (big-number 8192 12345678919))
        (b (big-number 8192 98765432123))
        (length 0))
    (dotimes (i 20000 length)
      (setf length (+ (integer-length (logand a (logxor a b)))
                      (integer-length (logior a (lognot b)))
                      (integer-length (ash (ash a 100) -100))))
      (logcount a)
      (ldb (byte 64 1000) a))))

(define-kernel kernel-ratios 1
  (let ((sum 0))
    (repeat 200
      (setf sum 0)
      (loop for i from 1 to 200
            do (incf sum (/ 1 (* i (1+ i))))))
    (- (denominator sum) (numerator sum))))

(define-kernel kernel-words 0
  ;; A 64-bit mixing function: integers between fixnum and bignum.
  (let ((x 88172645463325252))
    (dotimes (i 100000)
      (setf x (logxor x (ldb (byte 64 0) (ash x 13))))
      (setf x (logxor x (ash x -7)))
      (setf x (logxor x (ldb (byte 64 0) (ash x 17)))))
    (mod x 17)))

(define-kernel kernel-random t
  (let ((state (make-random-state nil))
        (sum 0))
    (dotimes (i 100000)
      (incf sum (random 100 state))
      (random 1d0 state)
      (random 1000000000000 state))
    (random (expt 10 50) state)
    (< 4900000 sum 5000000)))

(define-kernel kernel-transcendental 217192
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (i 100000)
      (let ((x (/ (float (1+ i) 1d0) 100000d0)))
        (incf sum (+ (sin x) (cos x) (exp x) (log x) (atan x) (sqrt x)
                     (tan (* 0.5d0 x)) (- (expt x 2.5d0) 1.5d0)))))
    (round sum)))

(define-kernel kernel-generic-arithmetic 580000
  ;; Numbers whose types only the run knows.
  (let ((numbers (list 1 2.5d0 3/2 -4 1.5f0 1000000000000))
        (count 0))
    (dotimes (i 20000)
      (dolist (n numbers)
        (when (< (- n) (* n 2) (+ n 1000000000001) (* 1.5d0 1d13))
          (incf count))
        (when (= (floor n) (truncate (max n (floor n))))
          (incf count))
        (incf count (if (zerop (- n n)) 2 0))
        (incf count (if (plusp (abs n)) 1 0))))
    count))

(define-kernel kernel-mod-floor 0
  (let ((sum 0))
    (declare (fixnum sum))
    (dotimes (i 1000000)
      (incf sum (- (mod i 17) (rem i 17)))
      (incf sum (- (floor i 8) (ash i -3)))
      (incf sum (- (truncate i 10) (floor i 10))))
    sum))
