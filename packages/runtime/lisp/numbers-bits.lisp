;;;; Integers as bits: the logical operations, bytes, BOOLE.

(in-package #:astralisp.runtime)

(defmacro define-logical (name (x y) two-arg identity docstring)
  `(defun ,name (&rest integers)
     ,docstring
     (declare (dynamic-extent integers))
     (let ((result ,identity))
       (dolist (,y integers result)
         (check-integer ,y)
         (setq result (let ((,x result)) ,two-arg))))))

(define-logical logand (x y) (%logand x y) -1
  "The bitwise and of INTEGERS; -1 without any.")

(define-logical logior (x y) (%logior x y) 0
  "The bitwise or of INTEGERS; 0 without any.")

(define-logical logxor (x y) (%logxor x y) 0
  "The bitwise exclusive or of INTEGERS; 0 without any.")

(define-logical logeqv (x y) (%lognot (%logxor x y)) -1
  "The bitwise equivalence of INTEGERS; -1 without any.")

(defun lognot (integer)
  "The bitwise complement of INTEGER."
  (%lognot (check-integer integer)))

(defun lognand (integer-1 integer-2)
  "The complement of the and of INTEGER-1 and INTEGER-2."
  (%lognot (%logand (check-integer integer-1) (check-integer integer-2))))

(defun lognor (integer-1 integer-2)
  "The complement of the or of INTEGER-1 and INTEGER-2."
  (%lognot (%logior (check-integer integer-1) (check-integer integer-2))))

(defun logandc1 (integer-1 integer-2)
  "The and of the complement of INTEGER-1 with INTEGER-2."
  (%logand (%lognot (check-integer integer-1)) (check-integer integer-2)))

(defun logandc2 (integer-1 integer-2)
  "The and of INTEGER-1 with the complement of INTEGER-2."
  (%logand (check-integer integer-1) (%lognot (check-integer integer-2))))

(defun logorc1 (integer-1 integer-2)
  "The or of the complement of INTEGER-1 with INTEGER-2."
  (%logior (%lognot (check-integer integer-1)) (check-integer integer-2)))

(defun logorc2 (integer-1 integer-2)
  "The or of INTEGER-1 with the complement of INTEGER-2."
  (%logior (check-integer integer-1) (%lognot (check-integer integer-2))))

(defun logtest (integer-1 integer-2)
  "True if INTEGER-1 and INTEGER-2 have a 1 bit in common."
  (not (eql (%logand (check-integer integer-1) (check-integer integer-2)) 0)))

(defun logbitp (index integer)
  "True if bit INDEX of INTEGER is 1."
  (unless (and (integerp index) (not (integer-negative-p index)))
    (number-type-error index 'unsigned-byte))
  (check-integer integer)
  (if (%fixnump index)
      (eql (%logand (%ash integer (%fx- 0 index)) 1) 1)
      (integer-negative-p integer)))

(defun ash (integer count)
  "INTEGER shifted left by COUNT bits, or right when COUNT is negative."
  (check-integer integer)
  (check-integer count)
  (cond ((%fixnump count) (%ash integer count))
        ((integer-negative-p count) (if (integer-negative-p integer) -1 0))
        ((eql integer 0) 0)
        (t (%signal-engine-error :heap-exhausted integer nil))))

;;; Byte specifiers are conses (size . position).

(defun byte (size position)
  "A byte specifier for SIZE bits from bit POSITION."
  (unless (and (integerp size) (not (integer-negative-p size)))
    (number-type-error size 'unsigned-byte))
  (unless (and (integerp position) (not (integer-negative-p position)))
    (number-type-error position 'unsigned-byte))
  (cons size position))

(defun byte-size (bytespec)
  "The number of bits of BYTESPEC."
  (car bytespec))

(defun byte-position (bytespec)
  "The number of the lowest bit of BYTESPEC."
  (cdr bytespec))

(defun low-mask (size)
  (%integer- (ash 1 size) 1))

(defun ldb (bytespec integer)
  "The bits of INTEGER that BYTESPEC names, as a non-negative integer."
  (%logand (ash integer (negate (byte-position bytespec)))
           (low-mask (byte-size bytespec))))

(defun ldb-test (bytespec integer)
  "True if a bit of INTEGER named by BYTESPEC is 1."
  (not (eql (ldb bytespec integer) 0)))

(defun mask-field (bytespec integer)
  "INTEGER with all bits but those of BYTESPEC cleared."
  (%logand (check-integer integer)
           (ash (low-mask (byte-size bytespec)) (byte-position bytespec))))

(defun dpb (newbyte bytespec integer)
  "INTEGER with the bits of BYTESPEC replaced by the low bits of NEWBYTE."
  (let* ((mask (low-mask (byte-size bytespec)))
         (position (byte-position bytespec)))
    (%logior (%logand (check-integer integer) (%lognot (ash mask position)))
             (ash (%logand (check-integer newbyte) mask) position))))

(defun deposit-field (newbyte bytespec integer)
  "INTEGER with the bits of BYTESPEC replaced by those bits of NEWBYTE."
  (let ((mask (ash (low-mask (byte-size bytespec)) (byte-position bytespec))))
    (%logior (%logand (check-integer integer) (%lognot mask))
             (%logand (check-integer newbyte) mask))))

(defun byte-setf-expansion (bytespec place env reader writer)
  ;; The five values for (READER BYTESPEC PLACE), stored through WRITER.
  (multiple-value-bind (temporaries values stores store-form access-form)
      (get-setf-expansion place env)
    (let ((byte (temporary "BYTE"))
          (store (temporary "NEW")))
      (values (cons byte temporaries)
              (cons bytespec values)
              (list store)
              `(let ((,(car stores) (,writer ,store ,byte ,access-form))
                     ,@(cdr stores))
                 ,store-form
                 ,store)
              `(,reader ,byte ,access-form)))))

(define-setf-expander ldb (bytespec place &environment env)
  (byte-setf-expansion bytespec place env 'ldb 'dpb))

(define-setf-expander mask-field (bytespec place &environment env)
  (byte-setf-expansion bytespec place env 'mask-field 'deposit-field))

;;; BOOLE: the constant is the truth table of the operation, as four bits: bit
;;; 2x + y of it is the answer for bits x and y.

(defconstant boole-clr 0 "BOOLE operation: 0.")
(defconstant boole-nor 1 "BOOLE operation: as LOGNOR.")
(defconstant boole-andc1 2 "BOOLE operation: as LOGANDC1.")
(defconstant boole-c1 3 "BOOLE operation: complement of the first.")
(defconstant boole-andc2 4 "BOOLE operation: as LOGANDC2.")
(defconstant boole-c2 5 "BOOLE operation: complement of the second.")
(defconstant boole-xor 6 "BOOLE operation: as LOGXOR.")
(defconstant boole-nand 7 "BOOLE operation: as LOGNAND.")
(defconstant boole-and 8 "BOOLE operation: as LOGAND.")
(defconstant boole-eqv 9 "BOOLE operation: as LOGEQV.")
(defconstant boole-2 10 "BOOLE operation: the second.")
(defconstant boole-orc1 11 "BOOLE operation: as LOGORC1.")
(defconstant boole-1 12 "BOOLE operation: the first.")
(defconstant boole-orc2 13 "BOOLE operation: as LOGORC2.")
(defconstant boole-ior 14 "BOOLE operation: as LOGIOR.")
(defconstant boole-set 15 "BOOLE operation: -1.")

(defun boole (op integer-1 integer-2)
  "Combine INTEGER-1 and INTEGER-2 bitwise by OP, one of the BOOLE constants."
  (unless (and (%fixnump op) (%fx>= op 0) (%fx<= op 15))
    (number-type-error op '(integer 0 15)))
  (let* ((x (check-integer integer-1))
         (y (check-integer integer-2))
         (result 0))
    (unless (eq (%fx-and op 1) 0)
      (setq result (%lognot (%logior x y))))
    (unless (eq (%fx-and op 2) 0)
      (setq result (%logior result (%logand (%lognot x) y))))
    (unless (eq (%fx-and op 4) 0)
      (setq result (%logior result (%logand x (%lognot y)))))
    (unless (eq (%fx-and op 8) 0)
      (setq result (%logior result (%logand x y))))
    result))
