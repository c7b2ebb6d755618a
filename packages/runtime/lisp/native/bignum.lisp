;;;; Integers that are not fixnums, on the native engine: sum, product, order.

(in-package #:astralisp.runtime)

;;; A bignum has 64-bit digits in two's complement, the least significant first,
;;; in shortest form: the last digit is not just the sign of the one before, and
;;; what a fixnum (61 bits) can hold is one. Words are declared (unsigned-byte
;;; 64), which the compiler keeps in raw registers. An operation makes a fixnum
;;; operand into a bignum of one digit, works on digits, and returns through
;;; NORMALIZE-BIGNUM. What gets only bignums that another function here has made
;;; or tested is compiled with safety 0.

(declaim (inline bignum-sign bignum-negative-p))

(defmacro with-words (bindings &body body)
  "LET* of variables that are all words."
  (let ((variables '()))
    (dolist (binding bindings)
      (push (car binding) variables))
    `(let* ,bindings
       (declare (type (unsigned-byte 64) ,@variables))
       ,@body)))

(defmacro do-digits ((index start end) &body body)
  "Run BODY with INDEX from START up to but not including END."
  (let ((limit (temporary "END"))
        (again (temporary "AGAIN")))
    `(let ((,index ,start)
           (,limit ,end))
       (declare (type fixnum ,index ,limit))
       (tagbody
          ,again
          (if (%fx< ,index ,limit)
              (progn ,@body
                     (setq ,index (%fx+ ,index 1))
                     (go ,again)))))))

(defun to-bignum (integer)
  "INTEGER as a bignum, which for a fixnum is not in shortest form."
  (declare (optimize (speed 3) (safety 0)))
  (if (%fixnump integer)
      (let ((bignum (%bignum-allocate 1)))
        (%set-bignum-digit bignum 0 (%signed-word integer))
        bignum)
      integer))

(defmacro sign-word (word)
  "All bits of the result are the highest one of WORD."
  `(%word- 0 (%word-shift-right ,word 63)))

(defun bignum-sign (bignum)
  "The digit that could stand above the last one: 0, or all ones."
  (declare (optimize (speed 3) (safety 0)))
  (with-words ((top (%bignum-digit bignum (%fx- (%bignum-length bignum) 1))))
    (sign-word top)))

(defun bignum-negative-p (bignum)
  (declare (optimize (speed 3) (safety 0)))
  (with-words ((top (%bignum-digit bignum (%fx- (%bignum-length bignum) 1))))
    (%word= (%word-shift-right top 63) 1)))

(defun normalize-bignum (bignum)
  "The integer that the digits of the fresh BIGNUM mean, in its proper form."
  (declare (optimize (speed 3) (safety 0)))
  (let ((n (%bignum-length bignum)))
    (declare (type fixnum n))
    (tagbody
     again
       (if (%fx> n 1)
           (with-words ((top (%bignum-digit bignum (%fx- n 1)))
                        (next (%bignum-digit bignum (%fx- n 2))))
             (if (%word= top (sign-word next))
                 (progn
                   (setq n (%fx- n 1))
                   (go again))))))
    (if (%fx= n 1)
        (with-words ((word (%bignum-digit bignum 0)))
          (if (%word= (%word-shift-right
                       (%word+ word (%word-shift-left 1 60)) 61)
                      0)
              (%word-signed word)
              (shortened-bignum bignum n)))
        (shortened-bignum bignum n))))

(defun shortened-bignum (bignum n)
  (declare (optimize (speed 3) (safety 0)))
  (if (%fx= n (%bignum-length bignum))
      bignum
      (%bignum-shorten bignum n)))

;;; Sum and difference.

(defun copy-digits (to to-start from start end)
  (declare (optimize (speed 3) (safety 0)))
  (do-digits (i start end)
    (%set-bignum-digit to (%fx+ to-start (%fx- i start))
                       (%bignum-digit from i)))
  to)

(defun extended-bignum (bignum sign)
  "BIGNUM with one more digit, SIGN."
  (declare (optimize (speed 3) (safety 0)))
  (declare (type (unsigned-byte 64) sign))
  (let* ((n (%bignum-length bignum))
         (result (%bignum-allocate (%fx+ n 1))))
    (copy-digits result 0 bignum 0 n)
    (%set-bignum-digit result n sign)
    result))

(defun bignum-add (a b)
  "The sum of the bignums A and B, A not shorter than B."
  (declare (optimize (speed 3) (safety 0)))
  (let* ((la (%bignum-length a))
         (lb (%bignum-length b))
         (result (%bignum-allocate la)))
    (declare (type fixnum la lb))
    (with-words ((carry 0)
                 (sign-a (bignum-sign a))
                 (sign-b (bignum-sign b)))
      (do-digits (i 0 lb)
        (%mv-let (sum out) (%word-add-carry (%bignum-digit a i)
                                            (%bignum-digit b i) carry)
          (declare (type (unsigned-byte 64) sum out))
          (%set-bignum-digit result i sum)
          (setq carry out)))
      (do-digits (i lb la)
        (%mv-let (sum out) (%word-add-carry (%bignum-digit a i) sign-b carry)
          (declare (type (unsigned-byte 64) sum out))
          (%set-bignum-digit result i sum)
          (setq carry out)))
      ;; The sign of a sum of equal signs shows an overflow.
      (if (and (%word= sign-a sign-b)
               (not (%word= sign-a (bignum-sign result))))
          (extended-bignum result sign-a)
          (normalize-bignum result)))))

(defun bignum-subtract (a b)
  "The difference of the bignums A and B."
  (declare (optimize (speed 3) (safety 0)))
  (let* ((la (%bignum-length a))
         (lb (%bignum-length b))
         (n (if (%fx< la lb) lb la))
         (result (%bignum-allocate n)))
    (declare (type fixnum la lb n))
    (with-words ((borrow 0)
                 (sign-a (bignum-sign a))
                 (sign-b (bignum-sign b)))
      (do-digits (i 0 n)
        (with-words ((x (if (%fx< i la) (%bignum-digit a i) sign-a))
                     (y (if (%fx< i lb) (%bignum-digit b i) sign-b)))
          (%mv-let (difference out) (%word-subtract-borrow x y borrow)
            (declare (type (unsigned-byte 64) difference out))
            (%set-bignum-digit result i difference)
            (setq borrow out))))
      (if (and (not (%word= sign-a sign-b))
               (not (%word= sign-a (bignum-sign result))))
          (extended-bignum result sign-a)
          (normalize-bignum result)))))

(defun %integer+ (a b)
  "The sum of the integers A and B."
  (let ((a (to-bignum a))
        (b (to-bignum b)))
    (if (%fx< (%bignum-length a) (%bignum-length b))
        (bignum-add b a)
        (bignum-add a b))))

(defun %integer- (a b)
  "The difference of the integers A and B."
  (bignum-subtract (to-bignum a) (to-bignum b)))

;;; Products.

(defun subtract-high (result start b)
  "Subtract the digits of B from those of RESULT from START; the borrow is
lost."
  (declare (optimize (speed 3) (safety 0)))
  (declare (type fixnum start))
  (with-words ((borrow 0))
    (do-digits (i 0 (%bignum-length b))
      (%mv-let (difference out)
          (%word-subtract-borrow (%bignum-digit result (%fx+ start i))
                                 (%bignum-digit b i) borrow)
        (declare (type (unsigned-byte 64) difference out))
        (%set-bignum-digit result (%fx+ start i) difference)
        (setq borrow out))))
  nil)

(defconstant +karatsuba-digits+ 48
  "From this length on the shorter factor is split.")

(defun bignum-multiply (a b)
  "The product of the bignums A and B. The digits are multiplied as if unsigned;
a negative factor then counts 2^64n too much, which is taken off again."
  (declare (optimize (speed 3) (safety 0)))
  (let ((la (%bignum-length a))
        (lb (%bignum-length b)))
    (declare (type fixnum la lb))
    (if (and (%fx>= la +karatsuba-digits+) (%fx>= lb +karatsuba-digits+))
        (karatsuba-signed a b)
        (let ((result (%bignum-allocate (%fx+ la lb))))
          (%call-trampoline 'multiply-digits result a b)
          (if (bignum-negative-p a)
              (subtract-high result la b))
          (if (bignum-negative-p b)
              (subtract-high result lb a))
          (normalize-bignum result)))))

(defun bignum-slice (bignum start end)
  "The digits of the non-negative BIGNUM from START to END as an integer."
  (declare (optimize (speed 3) (safety 0)))
  (let* ((n (%bignum-length bignum))
         (end (if (%fx< n end) n end)))
    (declare (type fixnum n start end))
    (if (%fx>= start end)
        0
        (let ((result (%bignum-allocate (%fx+ (%fx- end start) 1))))
          (copy-digits result 0 bignum start end)
          (normalize-bignum result)))))

(defun karatsuba-signed (a b)
  (let* ((negative (not (eq (bignum-negative-p a) (bignum-negative-p b))))
         (product (karatsuba (if (bignum-negative-p a) (%integer- 0 a) a)
                             (if (bignum-negative-p b) (%integer- 0 b) b))))
    (if negative (%integer- 0 product) product)))

(defun karatsuba (a b)
  "The product of the non-negative integers A and B."
  (if (or (%fixnump a) (%fixnump b)
          (%fx< (%bignum-length a) +karatsuba-digits+)
          (%fx< (%bignum-length b) +karatsuba-digits+))
      (bignum-multiply (to-bignum a) (to-bignum b))
      (let* ((la (%bignum-length a))
             (lb (%bignum-length b))
             (half (%fx-shift-right (%fx+ (if (%fx< la lb) lb la) 1) 1))
             (a0 (bignum-slice a 0 half))
             (a1 (bignum-slice a half la))
             (b0 (bignum-slice b 0 half))
             (b1 (bignum-slice b half lb))
             (low (karatsuba a0 b0))
             (high (karatsuba a1 b1))
             (middle (%integer- (karatsuba (%integer+ a0 a1) (%integer+ b0 b1))
                                (%integer+ low high)))
             (result (%bignum-allocate (%fx+ (%fx+ la lb) 1))))
        (add-at result 0 low)
        (add-at result half middle)
        (add-at result (%fx+ half half) high)
        (normalize-bignum result))))

(defun add-at (result start integer)
  "Add the non-negative INTEGER to the digits of RESULT from START."
  (declare (optimize (speed 3) (safety 0)))
  (let* ((b (to-bignum integer))
         (n (%bignum-length result))
         (lb (%bignum-length b)))
    (declare (type fixnum start n lb))
    (with-words ((carry 0))
      (do-digits (i start n)
        (let ((j (%fx- i start)))
          (declare (type fixnum j))
          (if (and (%fx>= j lb) (%word= carry 0))
              (return-from add-at nil))
          (with-words ((digit (if (%fx< j lb) (%bignum-digit b j) 0)))
            (%mv-let (sum out)
                (%word-add-carry (%bignum-digit result i) digit carry)
              (declare (type (unsigned-byte 64) sum out))
              (%set-bignum-digit result i sum)
              (setq carry out))))))
    nil))

(defun %integer* (a b)
  "The product of the integers A and B."
  (let ((a (to-bignum a))
        (b (to-bignum b)))
    (if (%fx< (%bignum-length a) (%bignum-length b))
        (bignum-multiply b a)
        (bignum-multiply a b))))

;;; Order.

(defun bignum-compare (a b)
  (declare (optimize (speed 3) (safety 0)))
  (let ((la (%bignum-length a))
        (lb (%bignum-length b))
        (negative (bignum-negative-p a)))
    (declare (type fixnum la lb))
    (cond ((not (eq negative (bignum-negative-p b))) (if negative -1 1))
          ((%fx< la lb) (if negative 1 -1))
          ((%fx> la lb) (if negative -1 1))
          (t
           (let ((i (%fx- la 1)))
             (declare (type fixnum i))
             (block nil
               (tagbody
                again
                  (if (%fx< i 0) (return 0))
                  (with-words ((x (%bignum-digit a i))
                               (y (%bignum-digit b i)))
                    (if (not (%word= x y))
                        (return (if (%word< x y) -1 1))))
                  (setq i (%fx- i 1))
                  (go again))))))))

(defun %integer-compare (a b)
  "-1, 0 or 1: the order of the integers A and B."
  (cond ((%fixnump a)
         (cond ((%fixnump b) (cond ((%fx< a b) -1) ((%fx= a b) 0) (t 1)))
               ((bignum-negative-p b) 1)
               (t -1)))
        ((%fixnump b) (if (bignum-negative-p a) -1 1))
        (t (bignum-compare a b))))
