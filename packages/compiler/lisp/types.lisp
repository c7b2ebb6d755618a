;;;; The lattice of types: sets of primitive kinds with integer ranges.

(in-package #:astralisp.compiler)

;;; A TY is a bit set of kinds; when integers are among them LO and HI bound
;;; them (NIL: unbounded); when BITS is exactly the instance bit NAME may be
;;; the structure type all members belong to; when it is exactly the array header
;;; bit NAME may be the shape that all have: a number (ARRAY-SHAPE).

(defstruct (ty (:constructor %make-ty (bits lo hi name)))
  "A set of objects: see above."
  bits lo hi name)

(defconstant +ty-fixnum+ 1 "Kind bit.")
(defconstant +ty-bignum+ 2 "Kind bit.")
(defconstant +ty-ratio+ 4 "Kind bit.")
(defconstant +ty-single+ 8 "Kind bit.")
(defconstant +ty-double+ 16 "Kind bit.")
(defconstant +ty-complex+ 32 "Kind bit.")
(defconstant +ty-character+ 64 "Kind bit.")
(defconstant +ty-null+ 128 "Kind bit.")
(defconstant +ty-cons+ 256 "Kind bit.")
(defconstant +ty-true+ 512 "Kind bit: the symbol T.")
(defconstant +ty-symbol+ 1024 "Kind bit: symbols but NIL and T.")
(defconstant +ty-function+ 2048 "Kind bit: functions but funcallable ones.")
(defconstant +ty-funcallable+ 4096 "Kind bit: funcallable instances.")
(defconstant +ty-instance+ 8192 "Kind bit.")
(defconstant +ty-array-header+ 16384 "Kind bit.")
(defconstant +ty-marker+ 32768 "Kind bit.")
(defconstant +ty-other+ 65536 "Kind bit: cells, code, weak pointers.")
(defconstant +ty-vector-shift+ 17 "Kind bit of type code #x20.")
(defconstant +ty-bits+ 30 "Number of kind bits.")

(defun vector-code-bit (code)
  "The kind bit of simple vectors with type code CODE."
  (ash 1 (+ +ty-vector-shift+ (- code +simple-vector-code+))))

(defun ty-vector-code (ty)
  "The type code when TY has only simple vectors of one element type, or NIL."
  (let ((bits (ty-bits ty)) (found nil))
    (dotimes (i 13 found)
      (when (= bits (vector-code-bit (+ +simple-vector-code+ i)))
        (setq found (+ +simple-vector-code+ i))))))

(defconstant +ty-integer+ 3 "Kind bits.")
(defconstant +ty-real+ 31 "Kind bits.")
(defconstant +ty-number+ 63 "Kind bits.")
(defconstant +ty-list+ 384 "Kind bits.")
(defconstant +ty-boolean+ 640 "Kind bits.")
(defconstant +ty-any-symbol+ 1664 "Kind bits.")
(defconstant +ty-any-function+ 6144 "Kind bits.")
(defconstant +ty-simple-vector+ 131072 "Kind bit.")
(defconstant +ty-string+ 536870912 "Kind bit of simple strings.")
(defconstant +ty-simple-arrays+ 1073610752 "Kind bits of codes #x20-#x2C.")
(defconstant +ty-all+ 1073741823 "Every kind bit.")

(defun normalize-bits (bits lo hi)
  "BITS with the fixnum and bignum bits that LO and HI allow."
  (let ((result (logandc2 bits +ty-integer+)))
    (if (or (= 0 (logand bits +ty-integer+))
            (and lo hi (< hi lo)))
        result
        (progn
          (when (and (/= 0 (logand bits +ty-fixnum+))
                     (or (null lo) (<= lo +most-positive-fixnum+))
                     (or (null hi) (>= hi +most-negative-fixnum+)))
            (setq result (logior result +ty-fixnum+)))
          (when (and (/= 0 (logand bits +ty-bignum+))
                     (or (null lo) (null hi)
                         (< lo +most-negative-fixnum+)
                         (> hi +most-positive-fixnum+)))
            (setq result (logior result +ty-bignum+)))
          result))))

(defun make-ty (bits lo hi name)
  "The type of the kinds BITS; fixnums alone get the fixnum bounds."
  (let ((bits (normalize-bits bits lo hi)))
    (cond ((= 0 (logand bits +ty-integer+))
           (setq lo nil hi nil))
          ((= +ty-fixnum+ (logand bits +ty-integer+))
           (when (or (null lo) (< lo +most-negative-fixnum+))
             (setq lo +most-negative-fixnum+))
           (when (or (null hi) (> hi +most-positive-fixnum+))
             (setq hi +most-positive-fixnum+))))
    (%make-ty bits lo hi
              (if (or (= bits +ty-instance+) (= bits +ty-array-header+))
                  name
                  nil))))

(defun array-shape (code rank)
  "The name of the type of simple arrays of RANK dimensions, not 1, whose
elements are in a vector of type CODE."
  (+ (* 256 rank) code))

(defun array-shape-ty (code rank)
  (make-ty +ty-array-header+ nil nil (array-shape code rank)))

(defun ty-array-shape (ty)
  "Element type code and rank of the simple arrays of type TY, or NIL."
  (if (integerp (ty-name ty))
      (values (logand (ty-name ty) 255) (ash (ty-name ty) -8))
      (values nil nil)))

(defun bits-ty (bits)
  "The type of all objects of the kinds BITS."
  (make-ty bits nil nil nil))

(defun integer-ty (lo hi)
  "The type of the integers from LO to HI (NIL: unbounded)."
  (make-ty +ty-integer+ lo hi nil))

(defparameter *ty-t* (bits-ty +ty-all+) "Every object.")
(defparameter *ty-none* (bits-ty 0) "No object.")
(defparameter *ty-fixnum* (bits-ty +ty-fixnum+) "Type.")
(defparameter *ty-integer* (bits-ty +ty-integer+) "Type.")
(defparameter *ty-number* (bits-ty +ty-number+) "Type.")
(defparameter *ty-real* (bits-ty +ty-real+) "Type.")
(defparameter *ty-double* (bits-ty +ty-double+) "Type.")
(defparameter *ty-single* (bits-ty +ty-single+) "Type.")
(defparameter *ty-character* (bits-ty +ty-character+) "Type.")
(defparameter *ty-null* (bits-ty +ty-null+) "Type.")
(defparameter *ty-cons* (bits-ty +ty-cons+) "Type.")
(defparameter *ty-list* (bits-ty +ty-list+) "Type.")
(defparameter *ty-true* (bits-ty +ty-true+) "Type.")
(defparameter *ty-boolean* (bits-ty +ty-boolean+) "Type.")
(defparameter *ty-symbol* (bits-ty +ty-any-symbol+) "Type.")
(defparameter *ty-function* (bits-ty +ty-any-function+) "Type.")
(defparameter *ty-simple-vector* (bits-ty +ty-simple-vector+) "Type.")
(defparameter *ty-string* (bits-ty +ty-string+) "Simple strings.")
(defparameter *ty-instance* (bits-ty +ty-instance+) "Type.")
(defparameter *ty-other* (bits-ty +ty-other+) "Type.")
(defparameter *ty-index* (integer-ty 0 (- (expt 2 56) 1)) "Lengths.")
(defparameter *ty-natural* (integer-ty 0 +most-positive-fixnum+) "Type.")
(defparameter *ty-u64* (integer-ty 0 (- (expt 2 64) 1)) "Type.")
(defparameter *ty-s64* (integer-ty (- (expt 2 63)) (- (expt 2 63) 1)) "Type.")
(defparameter *ty-char-code* (integer-ty 0 #x10FFFF) "Type.")
(defparameter *ty-bit* (integer-ty 0 1) "Type.")

(defun ty-empty-p (ty) (= 0 (ty-bits ty)))

(defun lower-bound-or (a b)
  (cond ((null a) nil) ((null b) nil) ((<= a b) a) (t b)))

(defun upper-bound-or (a b)
  (cond ((null a) nil) ((null b) nil) ((>= a b) a) (t b)))

(defun ty-or (a b)
  "The least type that holds the members of A and B."
  (cond ((eq a b) a)
        ((= 0 (ty-bits a)) b)
        ((= 0 (ty-bits b)) a)
        (t
         (let ((bits (logior (ty-bits a) (ty-bits b)))
               (ia (logand (ty-bits a) +ty-integer+))
               (ib (logand (ty-bits b) +ty-integer+)))
           (cond ((= 0 (logior ia ib))
                  (if (and (= bits (ty-bits a)) (ty-name a)
                           (eql (ty-name a) (ty-name b)))
                      a
                      (%make-ty bits nil nil nil)))
                 ((= 0 ia) (%make-ty bits (ty-lo b) (ty-hi b) nil))
                 ((= 0 ib) (%make-ty bits (ty-lo a) (ty-hi a) nil))
                 (t (%make-ty bits
                              (lower-bound-or (ty-lo a) (ty-lo b))
                              (upper-bound-or (ty-hi a) (ty-hi b))
                              nil)))))))

(defun ty-and (a b)
  "A type that holds what A and B have in common."
  (cond ((eq a b) a)
        ((= (ty-bits a) +ty-all+)
         (if (or (ty-lo a) (ty-hi a)) (ty-and-slowly a b) b))
        (t (ty-and-slowly a b))))

(defun ty-and-slowly (a b)
  (make-ty (logand (ty-bits a) (ty-bits b))
           (cond ((null (ty-lo a)) (ty-lo b))
                 ((null (ty-lo b)) (ty-lo a))
                 ((>= (ty-lo a) (ty-lo b)) (ty-lo a))
                 (t (ty-lo b)))
           (cond ((null (ty-hi a)) (ty-hi b))
                 ((null (ty-hi b)) (ty-hi a))
                 ((<= (ty-hi a) (ty-hi b)) (ty-hi a))
                 (t (ty-hi b)))
           (or (ty-name a) (ty-name b))))

(defun ty-minus-bits (ty bits)
  "TY without the kinds BITS."
  (if (= 0 (logand (ty-bits ty) bits))
      ty
      (make-ty (logandc2 (ty-bits ty) bits) (ty-lo ty) (ty-hi ty)
               (ty-name ty))))

(defun ty-equal (a b)
  "Are A and B the same type?"
  (or (eq a b)
      (and (= (ty-bits a) (ty-bits b))
           (eql (ty-lo a) (ty-lo b))
           (eql (ty-hi a) (ty-hi b))
           (eql (ty-name a) (ty-name b)))))

(defun ty-subtype-p (a b)
  "Are all members of A surely members of B?"
  (or (eq a b)
      (and (= 0 (logandc2 (ty-bits a) (ty-bits b)))
           (or (= 0 (logand (ty-bits a) +ty-integer+))
               (and (or (null (ty-lo b))
                        (and (ty-lo a) (<= (ty-lo b) (ty-lo a))))
                    (or (null (ty-hi b))
                        (and (ty-hi a) (<= (ty-hi a) (ty-hi b))))))
           (or (null (ty-name b))
               (= 0 (logand (ty-bits a) (ty-bits b)))
               (eql (ty-name a) (ty-name b))
               (and (ty-name a) (symbolp (ty-name b))
                    (structure-subtype-p (ty-name a) (ty-name b)))))))

(defun ty-bits-p (ty bits)
  "Is every member of TY of one of the kinds BITS?"
  (= 0 (logandc2 (ty-bits ty) bits)))

(defun ty-disjoint-p (a b)
  "Has surely no object both types?"
  (ty-empty-p (ty-and a b)))

(defun ty-fixnum-p (ty) (ty-bits-p ty +ty-fixnum+))

(defun ty-within-p (ty lo hi)
  "Are all members of TY integers from LO to HI?"
  (and (ty-bits-p ty +ty-integer+)
       (ty-lo ty) (>= (ty-lo ty) lo)
       (ty-hi ty) (<= (ty-hi ty) hi)))

(defconstant +u64-limit+ (- (expt 2 64) 1) "Greatest u64.")
(defconstant +s64-limit+ (- (expt 2 63) 1) "Greatest s64.")
(defconstant +s64-least+ (- (expt 2 63)) "Least s64.")

(defun ty-u64-p (ty) (ty-within-p ty 0 +u64-limit+))
(defun ty-s64-p (ty) (ty-within-p ty +s64-least+ +s64-limit+))
(defun ty-word-p (ty) (or (ty-u64-p ty) (ty-s64-p ty)))

(defun ty-constant-integer (ty)
  "The only member of TY if TY is one integer, else NIL."
  (if (and (ty-lo ty) (ty-hi ty) (ty-bits-p ty +ty-integer+)
           (/= 0 (ty-bits ty)) (= (ty-lo ty) (ty-hi ty)))
      (ty-lo ty)
      nil))

;;; Printing

(defparameter *kind-names*
  '("fixnum" "bignum" "ratio" "single" "double" "complex" "character" "null"
    "cons" "true" "symbol" "function" "funcallable" "instance" "header"
    "marker" "other" "simple-vector" "bits" "u8" "u16" "u32" "u64" "s8" "s16"
    "s32" "s64" "singles" "doubles" "string")
  "Of the kind bits in order.")

(defun ty-text (ty)
  "TY in a few characters."
  (let ((text ""))
    (if (> (logcount (ty-bits ty)) 15)
        (setq text (if (= (ty-bits ty) +ty-all+) "t" "most"))
        (let ((bit 0))
          (dolist (name *kind-names*)
            (when (logbitp bit (ty-bits ty))
              (setq text (concatenate 'string text
                                      (if (string= text "") "" "|") name)))
            (setq bit (+ bit 1)))))
    (when (or (ty-lo ty) (ty-hi ty))
      (setq text (concatenate 'string text "["
                              (if (ty-lo ty) (prin1-to-string (ty-lo ty)) "")
                              ".."
                              (if (ty-hi ty) (prin1-to-string (ty-hi ty)) "")
                              "]")))
    (if (ty-name ty)
        (concatenate 'string text " " (princ-to-string (ty-name ty)))
        text)))

;;; The type of an object of the host that stands for a target object

(defun datum-ty (datum)
  "The type of the literal DATUM."
  (cond ((null datum) *ty-null*)
        ((eq datum t) *ty-true*)
        ((symbolp datum) (bits-ty +ty-symbol+))
        ((integerp datum) (integer-ty datum datum))
        ((consp datum) *ty-cons*)
        ((characterp datum) *ty-character*)
        ((stringp datum)
         (if (typep datum 'simple-array)
             *ty-string*
             (bits-ty +ty-array-header+)))
        ((typep datum 'double-float) *ty-double*)
        ((floatp datum) *ty-single*)
        ((typep datum 'ratio) (bits-ty +ty-ratio+))
        ((complexp datum) (bits-ty +ty-complex+))
        ((simple-vector-p datum) *ty-simple-vector*)
        ((arrayp datum)
         (bits-ty (logior +ty-simple-arrays+ +ty-array-header+)))
        (t (bits-ty (logand +ty-all+ (lognot +ty-number+))))))
