;;;; Division of bignums: D. E. Knuth, The Art of Computer Programming, volume
;;;; 2, 4.3.1, algorithm D.

;;; Functions whose arguments are digits and their numbers get them from
;;; %INTEGER-TRUNCATE, which has looked at its own: hence safety 0.

(in-package #:astralisp.runtime)

(defun magnitude (bignum extra)
  "The digits of the absolute value of BIGNUM, unsigned, in a fresh bignum with
EXTRA more digits of 0."
  (let* ((n (%bignum-length bignum))
         (result (%bignum-allocate (%fx+ n extra))))
    (declare (type fixnum n))
    (if (bignum-negative-p bignum)
        (with-words ((borrow 0))
          (do-digits (i 0 n)
            (%mv-let (digit out)
                (%word-subtract-borrow 0 (%bignum-digit bignum i) borrow)
              (declare (type (unsigned-byte 64) digit out))
              (%set-bignum-digit result i digit)
              (setq borrow out))))
        (copy-digits result 0 bignum 0 n))
    result))

(defun unsigned-length (bignum)
  "How many digits of BIGNUM are left without the zeros at its end; at least 1."
  (let ((n (%bignum-length bignum)))
    (declare (type fixnum n))
    (tagbody
     again
       (if (and (%fx> n 1)
                (%word= (%bignum-digit bignum (%fx- n 1)) 0))
           (progn
             (setq n (%fx- n 1))
             (go again))))
    n))

(defun divide-by-word (digits n word)
  "Divide the first N unsigned DIGITS by WORD in place; return the remainder as
a fresh bignum of two digits."
  (declare (type fixnum n) (type (unsigned-byte 64) word)
           (optimize (speed 3) (safety 0)))
  (let ((remainder (%bignum-allocate 2)))
    (with-words ((rest 0))
      (do-digits (k 0 n)
        (let ((i (%fx- (%fx- n k) 1)))
          (%mv-let (q r) (%word-divide rest (%bignum-digit digits i) word)
            (declare (type (unsigned-byte 64) q r))
            (%set-bignum-digit digits i q)
            (setq rest r))))
      (%set-bignum-digit remainder 0 rest))
    remainder))

(defun shift-digits-left (digits n shift)
  "Shift the first N DIGITS left by SHIFT bits, 0 to 63, in place; what leaves
at the top is lost."
  (declare (type fixnum n shift) (optimize (speed 3) (safety 0)))
  (if (%fx> shift 0)
      (with-words ((carry 0))
        (do-digits (i 0 n)
          (with-words ((digit (%bignum-digit digits i)))
            (%set-bignum-digit digits i
                               (%word-or (%word-shift-left digit shift) carry))
            (setq carry (%word-shift-right digit (%fx- 64 shift)))))))
  nil)

(defun shift-digits-right (digits n shift)
  "Shift the first N DIGITS right by SHIFT bits, 0 to 63, in place."
  (declare (type fixnum n shift) (optimize (speed 3) (safety 0)))
  (if (%fx> shift 0)
      (do-digits (i 0 n)
        (with-words ((digit (%word-shift-right (%bignum-digit digits i) shift))
                     (next (if (%fx< (%fx+ i 1) n)
                               (%bignum-digit digits (%fx+ i 1))
                               0)))
          (%set-bignum-digit digits i
                             (%word-or digit
                                       (%word-shift-left
                                        next (%fx- 64 shift)))))))
  nil)

(defun estimate-digit (u j v n)
  "The digit of the quotient for U from J on, or one more (D3). V has N digits,
the highest bit set."
  (declare (type fixnum j n) (optimize (speed 3) (safety 0)))
  (with-words ((u2 (%bignum-digit u (%fx+ j n)))
               (u1 (%bignum-digit u (%fx+ j (%fx- n 1))))
               (u0 (%bignum-digit u (%fx+ j (%fx- n 2))))
               (v1 (%bignum-digit v (%fx- n 1)))
               (v0 (%bignum-digit v (%fx- n 2)))
               (q 0)
               (r 0))
    (let ((exact t))
      ;; R is what is left of u2 u1; EXACT is false once it exceeds a digit.
      (if (%word< u2 v1)
          (%mv-let (quotient rest) (%word-divide u2 u1 v1)
            (declare (type (unsigned-byte 64) quotient rest))
            (setq q quotient r rest))
          (progn
            (setq q (%word-not 0)
                  r (%word+ u1 v1))
            (if (%word< r v1) (setq exact nil))))
      (tagbody
       again
         (if exact
             (%mv-let (low high) (%word-multiply q v0)
               (declare (type (unsigned-byte 64) low high))
               (if (or (%word< r high)
                       (and (%word= r high) (%word< u0 low)))
                   (progn
                     (setq q (%word- q 1)
                           r (%word+ r v1))
                     (if (not (%word< r v1))
                         (go again))))))))
    q))

(defun subtract-multiple (u j v n q)
  "Subtract Q times V, of N digits, from U from J on; return true when the
result is negative (D4)."
  (declare (type fixnum j n) (type (unsigned-byte 64) q)
           (optimize (speed 3) (safety 0)))
  ;; Words are no arguments: this one goes through the area for values.
  (%thread-store 1024 q)
  (not (eq 0 (%call-trampoline 'subtract-product u j v n))))

(defun add-back (u j v n)
  "Add V to U from J on (D6)."
  (declare (type fixnum j n) (optimize (speed 3) (safety 0)))
  (with-words ((carry 0))
    (do-digits (i 0 n)
      (%mv-let (sum out)
          (%word-add-carry (%bignum-digit u (%fx+ j i)) (%bignum-digit v i)
                           carry)
        (declare (type (unsigned-byte 64) sum out))
        (%set-bignum-digit u (%fx+ j i) sum)
        (setq carry out)))
    (%set-bignum-digit u (%fx+ j n)
                       (%word+ (%bignum-digit u (%fx+ j n)) carry)))
  nil)

(defun divide-digits (u lu v lv)
  "Divide U by V, unsigned with LU and LV digits; U has a digit to spare. U
becomes the remainder; the quotient is a fresh bignum with a digit of 0 at its
end."
  (declare (type fixnum lu lv) (optimize (speed 3) (safety 0)))
  (let* ((shift (%fx- 64 (%word-length (%bignum-digit v (%fx- lv 1)))))
         (count (%fx+ (%fx- lu lv) 1))
         (quotient (%bignum-allocate (%fx+ count 1))))
    (declare (type fixnum shift count))
    (shift-digits-left v lv shift)
    (shift-digits-left u (%fx+ lu 1) shift)
    (do-digits (k 0 count)
      (let ((j (%fx- (%fx- count k) 1)))
        (declare (type fixnum j))
        (with-words ((q (estimate-digit u j v lv)))
          (if (subtract-multiple u j v lv q)
              (progn
                (setq q (%word- q 1))
                (add-back u j v lv)))
          (%set-bignum-digit quotient j q))))
    (shift-digits-right u (%fx+ lu 1) shift)
    quotient))

(defun bignum-truncate (a b)
  "Quotient and remainder of the bignums A and B; B is not zero."
  (let* ((u (magnitude a 2))
         (v (magnitude b 1))
         (lu (unsigned-length u))
         (lv (unsigned-length v))
         (negative-a (bignum-negative-p a))
         (negative (not (eq negative-a (bignum-negative-p b))))
         (quotient 0)
         (remainder 0))
    (declare (type fixnum lu lv))
    (cond ((%fx< lu lv) (setq remainder (normalize-bignum u)))
          ((%fx= lv 1)
           (let ((rest (divide-by-word u lu (%bignum-digit v 0))))
             (setq quotient (normalize-bignum u)
                   remainder (normalize-bignum rest))))
          (t
           (setq quotient (normalize-bignum (divide-digits u lu v lv))
                 remainder (normalize-bignum u))))
    (values (if negative (%integer- 0 quotient) quotient)
            (if negative-a (%integer- 0 remainder) remainder))))

(defun %integer-truncate (a b)
  "The quotient of the integers A and B toward zero, and the remainder. Signals
DIVISION-BY-ZERO when B is 0."
  (cond ((eq b 0) (division-by-zero-error 'truncate a b))
        ((and (%fixnump a) (%fixnump b) (not (eq b -1)))
         (let ((quotient (%fx-truncate a b)))
           (values quotient (%fx- a (%fx* quotient b)))))
        (t (bignum-truncate (to-bignum a) (to-bignum b)))))
