;;;; Bignums as bits, and their conversion to and from doubles.

(in-package #:astralisp.runtime)

;;; Safety 0: the arguments are looked at first, or are digits made here.

(defun check-integer-argument (object)
  "Signal TYPE-ERROR unless OBJECT is an integer: compiled code calls these
functions with whatever is no fixnum."
  (if (not (integerp object))
      (error 'type-error :datum object :expected-type 'integer)))

(defmacro define-bignum-logical (name operation docstring)
  `(defun ,name (a b)
     ,docstring
     (declare (optimize (speed 3) (safety 0)))
     (check-integer-argument a)
     (check-integer-argument b)
     (if (and (%fixnump a) (%fixnump b))
         (%word-signed (,operation (%signed-word a) (%signed-word b)))
         (let* ((a (to-bignum a))
                (b (to-bignum b))
                (la (%bignum-length a))
                (lb (%bignum-length b))
                (n (if (%fx< la lb) lb la))
                (result (%bignum-allocate n)))
           (declare (type fixnum la lb n))
           (with-words ((sign-a (bignum-sign a))
                        (sign-b (bignum-sign b)))
             (do-digits (i 0 (if (%fx< la lb) la lb))
               (%set-bignum-digit result i (,operation (%bignum-digit a i)
                                                       (%bignum-digit b i))))
             (do-digits (i lb la)
               (%set-bignum-digit result i (,operation (%bignum-digit a i)
                                                       sign-b)))
             (do-digits (i la lb)
               (%set-bignum-digit result i (,operation sign-a
                                                       (%bignum-digit b i)))))
           (normalize-bignum result)))))

(define-bignum-logical %logand %word-and
  "The bitwise and of the integers A and B.")

(define-bignum-logical %logior %word-or
  "The bitwise or of the integers A and B.")

(define-bignum-logical %logxor %word-xor
  "The bitwise exclusive or of the integers A and B.")

(defun %lognot (a)
  "The bitwise complement of the integer A."
  (declare (optimize (speed 3) (safety 0)))
  (check-integer-argument a)
  (if (%fixnump a)
      (%fx-not a)
      (let* ((n (%bignum-length a))
             (result (%bignum-allocate n)))
        (declare (type fixnum n))
        (do-digits (i 0 n)
          (%set-bignum-digit result i (%word-not (%bignum-digit a i))))
        (normalize-bignum result))))

;;; Shifts.

(defconstant +greatest-shift+ 68719476736
  "Shifts left by this many bits and more cannot fit any heap.")

(defun %ash (a n)
  "The integer A shifted left by N bits, right when N is negative."
  (check-integer-argument a)
  (check-integer-argument n)
  (cond ((eq a 0) 0)
        ((not (%fixnump n))
         (cond ((not (bignum-negative-p n))
                (%signal-engine-error :heap-exhausted n nil))
               ((%fixnump a) (if (%fx< a 0) -1 0))
               ((bignum-negative-p a) -1)
               (t 0)))
        ((%fx>= n 0)
         (if (%fx>= n +greatest-shift+)
             (%signal-engine-error :heap-exhausted n nil)
             (shift-left (to-bignum a) n)))
        ((%fixnump a)
         (if (%fx< n -63)
             (if (%fx< a 0) -1 0)
             (%fx-shift-right a (%fx- 0 n))))
        ((%fx< n (%fx- 0 +greatest-shift+)) (if (bignum-negative-p a) -1 0))
        (t (shift-right a (%fx- 0 n)))))

(defun shift-left (a n)
  (declare (optimize (speed 3) (safety 0)) (type fixnum n))
  (let* ((la (%bignum-length a))
         (skip (%fx-shift-right n 6))
         (bits (%fx-and n 63))
         (result (%bignum-allocate (%fx+ (%fx+ la skip) 1))))
    (declare (type fixnum la skip bits))
    (with-words ((carry 0))
      (do-digits (i 0 la)
        (with-words ((digit (%bignum-digit a i)))
          (%set-bignum-digit result (%fx+ i skip)
                             (%word-or (%word-shift-left digit bits) carry))
          (if (%fx> bits 0)
              (setq carry (%word-shift-right digit (%fx- 64 bits))))))
      (with-words ((sign (bignum-sign a)))
        (%set-bignum-digit result (%fx+ la skip)
                           (if (%fx= bits 0)
                               sign
                               (%word-or (%word-shift-left sign bits)
                                         carry)))))
    (normalize-bignum result)))

(defun shift-right (a n)
  (declare (optimize (speed 3) (safety 0)) (type fixnum n))
  (let* ((la (%bignum-length a))
         (skip (%fx-shift-right n 6))
         (bits (%fx-and n 63))
         (count (%fx- la skip)))
    (declare (type fixnum la skip bits count))
    (if (%fx<= count 0)
        (if (bignum-negative-p a) -1 0)
        (let ((result (%bignum-allocate count)))
          (with-words ((sign (bignum-sign a)))
            (do-digits (i 0 count)
              (with-words ((digit (%bignum-digit a (%fx+ i skip)))
                           (next (if (%fx< (%fx+ i 1) count)
                                     (%bignum-digit a (%fx+ (%fx+ i skip) 1))
                                     sign)))
                (%set-bignum-digit
                 result i
                 (if (%fx= bits 0)
                     digit
                     (%word-or (%word-shift-right digit bits)
                               (%word-shift-left next (%fx- 64 bits))))))))
          (normalize-bignum result)))))

;;; Counting bits.

(defun integer-length (integer)
  "How many bits INTEGER has in two's complement, without its sign."
  (declare (optimize (speed 3) (safety 0)))
  (check-integer-argument integer)
  (if (%fixnump integer)
      (with-words ((word (%signed-word integer)))
        (%word-length (%word-xor word (sign-word word))))
      (let ((last (%fx- (%bignum-length integer) 1)))
        (declare (type fixnum last))
        (with-words ((top (%bignum-digit integer last)))
          (%fx+ (%fx* 64 last)
                (%word-length (%word-xor top (sign-word top))))))))

(defun logcount (integer)
  "How many bits of INTEGER are 1, or when it is negative 0."
  (declare (optimize (speed 3) (safety 0)))
  (check-integer-argument integer)
  (if (%fixnump integer)
      (with-words ((word (%signed-word integer)))
        (%word-count-bits (%word-xor word (sign-word word))))
      (let ((count 0))
        (declare (type fixnum count))
        (with-words ((sign (bignum-sign integer)))
          (do-digits (i 0 (%bignum-length integer))
            (setq count
                  (%fx+ count
                        (%word-count-bits
                         (%word-xor (%bignum-digit integer i) sign))))))
        count)))

;;; Doubles.

(defun %integer-to-double (integer)
  "The double-float nearest to INTEGER, ties to even."
  (if (%fixnump integer)
      (fixnum-to-double integer)
      (bignum-to-double integer)))

(defun fixnum-to-double (fixnum)
  (declare (type fixnum fixnum))
  (%integer-to-double fixnum))

(defun bignum-to-double (bignum)
  (let* ((digits (magnitude bignum 0))
         (n (unsigned-length digits)))
    (declare (type fixnum n))
    (with-words ((top (%bignum-digit digits (%fx- n 1))))
      (let* ((length (%word-length top))
             (shift (%fx- 64 length))
             (exponent (%fx- (%fx+ (%fx* 64 (%fx- n 1)) length) 1)))
        (declare (type fixnum length shift exponent))
        ;; The highest 64 bits, and whether anything is below them.
        (with-words ((next (if (%fx> n 1)
                               (%bignum-digit digits (%fx- n 2))
                               0))
                     (bits (if (%fx= shift 0)
                               top
                               (%word-or (%word-shift-left top shift)
                                         (%word-shift-right next length))))
                     (below (if (%fx= shift 0)
                                next
                                (%word-shift-left next shift))))
          (let ((sticky (or (not (%word= below 0))
                            (digits-below-p digits (%fx- n 2)))))
            (assemble-double bits sticky exponent
                             (bignum-negative-p bignum))))))))

(defun digits-below-p (digits end)
  "True if one of DIGITS before END is not 0."
  (do-digits (i 0 end)
    (if (not (%word= (%bignum-digit digits i) 0))
        (return-from digits-below-p t)))
  nil)

(defun assemble-double (bits sticky exponent negative)
  "The double with the 64 leading BITS, rounded, and EXPONENT of the first."
  (declare (type (unsigned-byte 64) bits) (type fixnum exponent))
  (with-words ((rest (%word-and bits 2047))
               (significand (%word-shift-right bits 11))
               (sign (if negative (%word-shift-left 1 63) 0)))
    (if (or (%word< 1024 rest)
            (and (%word= rest 1024)
                 (or sticky (%word= (%word-and significand 1) 1))))
        (setq significand (%word+ significand 1)))
    (if (%fx> exponent 1023)
        (%make-double (%word-or sign (%word-shift-left 2047 52)))
        ;; The leading bit of the significand adds one to the exponent; a carry
        ;; out of rounding adds another.
        (%make-double
         (%word-or sign
                   (%word+ (%word-shift-left (%signed-word
                                              (%fx+ exponent 1022))
                                             52)
                           significand))))))

(defun %double-to-integer (double)
  "The finite DOUBLE without its fraction, as an integer."
  (with-words ((bits (%double-bits double)))
    (let* ((biased (%word-signed (%word-and (%word-shift-right bits 52) 2047)))
           (shift (%fx- biased 1075))
           (significand
             (%word-signed
              (%word-or (%word-and bits (%word- (%word-shift-left 1 52) 1))
                        (%word-shift-left 1 52))))
           (integer (cond ((%fx< biased 1023) 0)
                          ((%fx<= shift 0)
                           (%fx-shift-right significand (%fx- 0 shift)))
                          (t (shift-left (to-bignum significand) shift)))))
      (if (%word= (%word-shift-right bits 63) 1)
          (%integer- 0 integer)
          integer))))
