;;;; Hash codes for the four equality predicates: fixnums of 28 bits, the same
;;;; on every engine but for objects that are hashed by their identity.

(in-package #:astralisp.runtime)

(defmacro hash-mix (a b)
  `(%fx-and #xfffffff (%fx+ (%fx* 31 ,a) ,b)))

(declaim (inline hash-spread))

;;; Let the high bits of the 28-bit HASH take part in the low ones.
(defun hash-spread (hash)
  (let ((hash (%fx-and #xfffffff (%fx* hash 45))))
    (%fx-xor hash (%fx-xor (%fx-shift-right hash 15)
                           (%fx-shift-right hash 7)))))

(defun hash-fixnum (n)
  (let ((n (if (%fx< n 0) (%fx-not n) n)))
    (hash-spread
     (%fx-xor (%fx-and n #xfffffff)
              (%fx-and (%fx-shift-right n 28) #xffffff)))))

(defun hash-integer (n)
  (if (%fixnump n)
      (hash-fixnum n)
      (let ((hash (%fx-and (integer-length n) #xfffffff)))
        ;; Up to 8 times 28 bits from the low end, and the top.
        (dotimes (i 8)
          (setq hash (hash-mix hash (%logand (%ash n (* -28 i)) #xfffffff))))
        (hash-spread
         (hash-mix hash (%logand (%ash n (- 28 (integer-length n)))
                                 #xfffffff))))))

(defun hash-number (x)
  (cond ((integerp x) (hash-integer x))
        ((%double-float-p x) (hash-integer (%double-bits x)))
        ((%single-float-p x) (hash-integer (%single-bits x)))
        ((%ratiop x) (hash-mix (hash-integer (numerator x))
                               (hash-integer (denominator x))))
        (t (hash-mix (hash-number (%realpart x))
                     (hash-number (%imagpart x))))))

(defun hash-simple-string (string start end)
  (let ((hash 0))
    (while (%fx< start end)
      (setq hash (hash-mix hash (%char-code (%string-ref string start)))
            start (%fx+ start 1)))
    (hash-spread hash)))

;;; The hash of a symbol for tables. The low 32 bits of its own hash come from
;;; its name, and SXHASH uses only these; what an engine may have put above them
;;; tells symbols of one name apart.
(defmacro symbol-code (symbol)
  `(let ((hash (%symbol-hash ,symbol)))
     (%fx-and #xfffffff (%fx-xor hash (%fx-shift-right hash 28)))))

(defun eq-hash (x)
  (cond ((symbolp x) (symbol-code x))
        ((%fixnump x) (hash-fixnum x))
        ((characterp x) (hash-spread (%char-code x)))
        ((integerp x) (hash-integer x))
        (t (hash-spread (%fx-and #xfffffff (%identity-hash x))))))

(defun eql-hash (x)
  (cond ((symbolp x) (symbol-code x))
        ((%fixnump x) (hash-fixnum x))
        ((numberp x) (hash-number x))
        (t (eq-hash x))))

;;; Hashes of conses look at no more than BUDGET parts. IDENTITY-P: objects
;;; compared by EQ may be hashed by identity, which SXHASH may not do.

(defun equal-hash (x)
  (if (symbolp x)
      (symbol-code x)
      (equal-hash-within x 4 t)))

(defun equal-hash-within (x depth identity-p)
  (cond ((symbolp x)
         (if identity-p
             (symbol-code x)
             (%fx-and #xfffffff (%symbol-hash x))))
        ((%fixnump x) (hash-fixnum x))
        ((%simple-string-p x) (hash-simple-string x 0 (%vector-length x)))
        ((consp x) (hash-list x depth identity-p))
        ((numberp x) (hash-number x))
        ((characterp x) (eq-hash x))
        ((stringp x)
         (with-vector-storage (data offset length) x
           (hash-simple-string data offset (%fx+ offset length))))
        ((bit-vector-p x) (hash-bits x))
        ((pathname-instance-p x)
         (equal-hash-within (namestring x) depth nil))
        (identity-p (eq-hash x))
        (t (hash-kind x))))

(defun hash-list (list depth identity-p)
  (let ((hash 261)
        (budget 12))
    (if (eql depth 0)
        hash
        (progn
          (while (and (consp list) (%fx> budget 0))
            (setq hash (hash-mix hash
                                 (equal-hash-within (%car list)
                                                    (%fx- depth 1)
                                                    identity-p))
                  list (%cdr list)
                  budget (%fx- budget 1)))
          (unless (consp list)
            (setq hash (hash-mix hash
                                 (equal-hash-within list (%fx- depth 1)
                                                    identity-p))))
          (hash-spread hash)))))

(defun hash-bits (vector)
  (with-vector-storage (data offset length) vector
    (let ((hash length))
      (dotimes (i (min length 64) (hash-spread hash))
        (setq hash (hash-mix hash (%bit-ref data (%fx+ offset i))))))))

;;; A hash for objects that EQUAL compares by identity: by their kind only.
(defun hash-kind (x)
  (cond ((%instancep x)
         (let ((name (%instance-ref (%instance-layout x) 0)))
           (if (symbolp name) (eq-hash name) 5)))
        ((%vector-code x) 7)
        ((functionp x) 11)
        (t 13)))

(defun sxhash (object)
  "Return a hash code of OBJECT: the same for objects that are EQUAL.
CLHS SXHASH."
  (equal-hash-within object 4 nil))

;;; True when the equal hash of X depends on identities that a collection may
;;; change (see %IDENTITY-HASH).
(defun identity-hashed-p (x depth)
  (cond ((or (symbolp x) (%fixnump x) (characterp x) (numberp x)) nil)
        ((consp x)
         (let ((budget 12))
           (loop-forever
             (cond ((not (consp x)) (return (identity-hashed-p x depth)))
                   ((eql depth 0) (return nil))
                   ((eql budget 0) (return nil))
                   ((identity-hashed-p (%car x) (%fx- depth 1))
                    (return t)))
             (setq x (%cdr x)
                   budget (%fx- budget 1)))))
        ((or (stringp x) (bit-vector-p x) (pathname-instance-p x)) nil)
        (t t)))

;;; EQUALP.

(defun equalp-hash (x)
  (equalp-hash-within x 4))

(defun equalp-hash-within (x depth)
  (cond ((symbolp x) (symbol-code x))
        ((characterp x) (hash-spread (folded-code x)))
        ((numberp x) (equalp-hash-number x))
        ((eql depth 0) 3)
        ((%simple-string-p x) (equalp-hash-string x))
        ((consp x) (equalp-hash-list x depth))
        ((vectorp x) (equalp-hash-vector x depth))
        ((arrayp x) (hash-mix (array-rank x) (array-total-size x)))
        ((not (%instancep x)) (eq-hash x))
        ((hash-table-p x) (hash-mix 19 (hash-table-count x)))
        ((structure-object-p x)
         (let ((hash (eq-hash (%instance-ref (%instance-layout x) 0))))
           (dotimes (i (min 4 (%instance-length x)) hash)
             (setq hash (hash-mix hash (equalp-hash-within
                                        (%instance-ref x i)
                                        (%fx- depth 1)))))))
        (t (eq-hash x))))

;;; Numbers that are = have one hash: that of their rational value.
(defun equalp-hash-number (x)
  (cond ((or (%double-float-p x) (%single-float-p x))
         (if (not (finite-double-p (real-to-double x)))
             23
             (hash-number (rational x))))
        ((%complexp x)
         (if (= 0 (%imagpart x))
             (equalp-hash-number (%realpart x))
             (hash-mix (equalp-hash-number (%realpart x))
                       (equalp-hash-number (%imagpart x)))))
        (t (hash-number x))))

(defun equalp-hash-list (list depth)
  (let ((hash 261)
        (budget 12))
    (while (and (consp list) (%fx> budget 0))
      (setq hash (hash-mix hash (equalp-hash-within (%car list)
                                                    (%fx- depth 1)))
            list (%cdr list)
            budget (%fx- budget 1)))
    (hash-spread (if (consp list)
                     hash
                     (hash-mix hash (equalp-hash-within
                                     list (%fx- depth 1)))))))

;;; The same for a simple string: characters hash by their codes.
(defun equalp-hash-string (string)
  (let* ((length (%vector-length string))
         (end (if (%fx< length 256) length 256))
         (hash length)
         (i 0))
    (while (%fx< i end)
      (setq hash (hash-mix hash
                           (hash-spread (folded-code (%string-ref string i))))
            i (%fx+ i 1)))
    (hash-spread hash)))

(defun equalp-hash-vector (vector depth)
  (with-vector-storage (data offset length) vector
    (let ((hash length))
      (dotimes (i (min length (if (stringp vector) 256 12))
                  (hash-spread hash))
        (setq hash (hash-mix hash
                             (equalp-hash-within
                              (%vref data (%fx+ offset i))
                              (%fx- depth 1))))))))
