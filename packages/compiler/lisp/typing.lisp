;;;; The result types of high operations, with integer ranges.

(in-package #:astralisp.compiler)

(defmacro define-typer (names (&rest parameters) &body body)
  "Define the result type of the primitives NAMES from the types of their
arguments, bound to PARAMETERS; the variable RESULT is the declared type."
  `(dolist (name ',names)
     (setf (op-typer (get name 'op))
           (lambda (ins result ,@parameters)
             (declare (ignorable ins result ,@parameters))
             ,@body))))

(defun value-ty (value)
  "The type of VALUE; no object while it is not known to be reached."
  (or (ins-type (replacement value)) *ty-none*))

(defun bounds (ty)
  "LO and HI of TY, clipped to T when TY is no integer type."
  (values (ty-lo ty) (ty-hi ty)))

(defun float-result (a b)
  "The kinds of a sum of numbers of the types A and B, not both integers."
  (let ((bits 0) (ba (ty-bits a)) (bb (ty-bits b)))
    (let ((both (logior ba bb)))
      (when (/= 0 (logand both +ty-double+)) (setq bits +ty-double+))
      (when (/= 0 (logand both +ty-single+))
        (setq bits (logior bits +ty-single+)))
      (when (/= 0 (logand both +ty-complex+))
        (setq bits (logior bits +ty-complex+ +ty-ratio+ +ty-integer+)))
      (when (/= 0 (logand both +ty-ratio+))
        (setq bits (logior bits +ty-ratio+ +ty-integer+))))
    bits))

(defun only-float-p (a b bit others)
  (and (ty-bits-p a (logior bit others)) (ty-bits-p b (logior bit others))
       (or (ty-bits-p a bit) (ty-bits-p b bit))))

(defun number-result (a b lo hi)
  "The type of an operation on A and B that gives LO to HI on integers."
  (let ((a (ty-and a *ty-number*)) (b (ty-and b *ty-number*)))
    (cond ((or (ty-empty-p a) (ty-empty-p b)) *ty-none*)
          ((and (ty-bits-p a +ty-integer+) (ty-bits-p b +ty-integer+))
           (integer-ty lo hi))
          ((only-float-p a b +ty-double+ +ty-real+) *ty-double*)
          ((only-float-p a b +ty-single+
                         (logior +ty-single+ +ty-integer+ +ty-ratio+))
           *ty-single*)
          ((and (/= 0 (logand (ty-bits a) +ty-integer+))
                (/= 0 (logand (ty-bits b) +ty-integer+)))
           (let ((bits (float-result a b)))
             (if (= 0 (logand bits +ty-integer+))
                 (make-ty (logior bits +ty-integer+) lo hi nil)
                 (bits-ty bits))))
          (t (bits-ty (logior (float-result a b)))))))

(defun bound+ (a b) (if (and a b) (+ a b) nil))
(defun bound- (a b) (if (and a b) (- a b) nil))

(define-typer (two-arg-+ %integer+) (a b)
  (number-result a b (bound+ (ty-lo a) (ty-lo b))
                 (bound+ (ty-hi a) (ty-hi b))))

(define-typer (two-arg-- %integer-) (a b)
  (number-result a b (bound- (ty-lo a) (ty-hi b))
                 (bound- (ty-hi a) (ty-lo b))))

(define-typer (%negate) (a)
  (number-result a *ty-bit* (bound- 0 (ty-hi a)) (bound- 0 (ty-lo a))))

(defun product-bounds (a b)
  "The least and greatest product, NIL when unbounded."
  (let ((al (ty-lo a)) (ah (ty-hi a)) (bl (ty-lo b)) (bh (ty-hi b)))
    (if (and al ah bl bh)
        (let ((p (* al bl)) (q (* al bh)) (r (* ah bl)) (s (* ah bh)))
          (values (min p q r s) (max p q r s)))
        (values (if (and al bl (>= al 0) (>= bl 0)) (* al bl) nil) nil))))

(define-typer (two-arg-* %integer*) (a b)
  (multiple-value-bind (lo hi) (product-bounds a b)
    (number-result a b lo hi)))

(define-typer (two-arg-/) (a b)
  (cond ((only-float-p a b +ty-double+ +ty-real+) *ty-double*)
        (t *ty-number*)))

(defun decided (always never)
  "The boolean type of a test that is ALWAYS true, NEVER true, or neither."
  (cond (always *ty-true*) (never *ty-null*) (t *ty-boolean*)))

(defun always-less-p (a b)
  (and (ty-bits-p a +ty-integer+) (ty-bits-p b +ty-integer+)
       (ty-hi a) (ty-lo b) (< (ty-hi a) (ty-lo b))))

(defun never-less-p (a b)
  (and (ty-bits-p a +ty-integer+) (ty-bits-p b +ty-integer+)
       (ty-lo a) (ty-hi b) (>= (ty-lo a) (ty-hi b))))

(defun reached-p (a b)
  (and (not (ty-empty-p a)) (not (ty-empty-p b))))

(define-typer (two-arg-< %fx<) (a b)
  (if (reached-p a b)
      (decided (always-less-p a b) (never-less-p a b))
      *ty-none*))
(define-typer (two-arg-> %fx>) (a b)
  (if (reached-p a b)
      (decided (always-less-p b a) (never-less-p b a))
      *ty-none*))
(define-typer (two-arg-<= %fx<=) (a b)
  (if (reached-p a b)
      (decided (never-less-p b a) (always-less-p b a))
      *ty-none*))
(define-typer (two-arg->= %fx>=) (a b)
  (if (reached-p a b)
      (decided (never-less-p a b) (always-less-p a b))
      *ty-none*))

(define-typer (two-arg-= %fx=) (a b)
  (if (reached-p a b)
      (decided (and (ty-constant-integer a)
                    (eql (ty-constant-integer a) (ty-constant-integer b)))
               (or (always-less-p a b) (always-less-p b a)))
      *ty-none*))

(define-typer (eq eql) (a b)
  (cond ((not (reached-p a b)) *ty-none*)
        ((eq (replacement (car (ins-args ins)))
             (replacement (cadr (ins-args ins))))
         *ty-true*)
        ((ty-disjoint-p a b) *ty-null*)
        ((and (ty-constant-integer a) (ty-fixnum-p a)
              (eql (ty-constant-integer a) (ty-constant-integer b)))
         *ty-true*)
        ((and (= (ty-bits a) (ty-bits b))
              (or (= (ty-bits a) +ty-null+) (= (ty-bits a) +ty-true+)))
         *ty-true*)
        (t *ty-boolean*)))

(define-typer (%instance-of-p) (a layout)
  (let* ((name (ins-datum (plain-value (cadr (ins-args ins)))))
         (ty (%make-ty +ty-instance+ nil nil name)))
    (cond ((ty-empty-p a) *ty-none*)
          ((and (symbolp name) (ty-subtype-p a ty)) *ty-true*)
          ((ty-disjoint-p a *ty-instance*) *ty-null*)
          (t *ty-boolean*))))

;;; Bits

(defun widest-bits (a b c d)
  "The least 2^k - 1 such that A, B, C, D need k bits and a sign."
  (- (ash 1 (max (integer-length a) (integer-length b)
                 (integer-length c) (integer-length d)))
     1))

(defun power-above (n)
  "The least 2^k - 1 that is not below N (not negative)."
  (- (ash 1 (integer-length n)) 1))

(define-typer (%logand) (a b)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (bl (ty-lo b)) (bh (ty-hi b)))
    (cond ((and al (>= al 0) bl (>= bl 0))
           (integer-ty 0 (cond ((null ah) bh) ((null bh) ah) (t (min ah bh)))))
          ((and al (>= al 0)) (integer-ty 0 ah))
          ((and bl (>= bl 0)) (integer-ty 0 bh))
          ((and al ah bl bh)
           (let ((m (widest-bits al ah bl bh)))
             (integer-ty (- -1 m) m)))
          (t *ty-integer*))))

(define-typer (%logior %logxor) (a b)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (bl (ty-lo b)) (bh (ty-hi b)))
    (cond ((and al ah bl bh)
           (let ((m (widest-bits al ah bl bh)))
             (if (and (>= al 0) (>= bl 0))
                 (integer-ty 0 m)
                 (integer-ty (- -1 m) m))))
          ((and al (>= al 0) bl (>= bl 0)) (integer-ty 0 nil))
          (t *ty-integer*))))

(define-typer (%lognot) (a)
  (integer-ty (bound- -1 (ty-hi a)) (bound- -1 (ty-lo a))))

(define-typer (%ash) (a n)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (nl (ty-lo n)) (nh (ty-hi n)))
    (if (and al ah nl nh (<= nh 128) (>= nl -1000))
        (integer-ty (min (ash al nl) (ash al nh))
                    (max (ash ah nl) (ash ah nh)))
        (integer-ty (if (and al (>= al 0)) 0 nil)
                    (if (and nh (<= nh 0) ah (>= ah 0)) ah nil)))))

(define-typer (%fx-shift-right) (a n)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (nl (ty-lo n)) (nh (ty-hi n)))
    (if (and al ah nl nh (>= nl 0))
        (integer-ty (min (ash al (- nl)) (ash al (- nh)))
                    (max (ash ah (- nl)) (ash ah (- nh))))
        *ty-fixnum*)))

(defun clip (lo hi)
  "The fixnums from LO to HI, or all when they may wrap around."
  (let ((ty (integer-ty lo hi)))
    (if (ty-fixnum-p ty) ty *ty-fixnum*)))

(define-typer (%fx+) (a b)
  (clip (bound+ (ty-lo a) (ty-lo b)) (bound+ (ty-hi a) (ty-hi b))))
(define-typer (%fx-) (a b)
  (clip (bound- (ty-lo a) (ty-hi b)) (bound- (ty-hi a) (ty-lo b))))
(define-typer (%fx*) (a b)
  (multiple-value-bind (lo hi) (product-bounds a b) (clip lo hi)))
(define-typer (%fx-and) (a b)
  (let ((al (ty-lo a)) (bl (ty-lo b)))
    (cond ((and al (>= al 0) bl (>= bl 0) (ty-hi a) (ty-hi b))
           (integer-ty 0 (min (ty-hi a) (ty-hi b))))
          ((and al (>= al 0) (ty-hi a)) (integer-ty 0 (ty-hi a)))
          ((and bl (>= bl 0) (ty-hi b)) (integer-ty 0 (ty-hi b)))
          (t *ty-fixnum*))))
(define-typer (%fx-or %fx-xor) (a b)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (bl (ty-lo b)) (bh (ty-hi b)))
    (if (and al ah bl bh (>= al 0) (>= bl 0))
        (integer-ty 0 (min +most-positive-fixnum+
                           (power-above (max ah bh))))
        *ty-fixnum*)))
(define-typer (%fx-shift-left) (a n)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (nh (ty-hi n)))
    (if (and al ah nh (<= nh 64))
        (clip (min al (ash al nh)) (max ah (ash ah nh)))
        *ty-fixnum*)))

(define-typer (%positive-mod %positive-rem) (a b)
  (let ((hi (if (ty-hi b) (max 0 (- (ty-hi b) 1)) nil)))
    (if (or (eq (ins-opname ins) '%positive-mod)
            (and (ty-lo a) (>= (ty-lo a) 0)))
        (integer-ty 0 (if (and hi (ty-hi a) (ty-lo a) (>= (ty-lo a) 0))
                          (min hi (ty-hi a))
                          hi))
        (integer-ty (if hi (- hi) nil) hi))))

(define-typer (%positive-truncate %positive-floor) (a b)
  (let ((al (ty-lo a)) (ah (ty-hi a)) (least (max 1 (or (ty-lo b) 1))))
    (if (and al ah)
        (integer-ty (if (< al 0) (floor al least) 0)
                    (if (< ah 0) 0 (floor ah least)))
        *ty-fixnum*)))

;;; The rest

(define-typer (%%second) (first)
  (if (eq '%cpuid (ins-opname (replacement (car (ins-args ins)))))
      (integer-ty 0 #xFFFFFFFF)
      *ty-u64*))
(define-typer (%value-cell-ref) (a) *ty-t*)
(define-typer (%vref %aref-1) (v i) (element-ty v))
(define-typer (%aref-2) (array i j)
  (let ((code (ty-array-shape array)))
    (if code (code-element-ty code) *ty-t*)))
(define-typer (%vector-code) (v)
  (let ((code (ty-vector-code v)))
    (cond ((ty-empty-p v) *ty-none*)
          (code (integer-ty code code))
          ((ty-bits-p v +ty-simple-arrays+)
           (integer-ty +simple-vector-code+ +string-code+))
          ((= 0 (logand (ty-bits v) +ty-simple-arrays+)) *ty-null*)
          (t result))))
(define-typer (char) (v i) *ty-character*)

(defun element-ty (vector)
  "The type of the elements of a vector of type VECTOR."
  (let ((bits (ty-bits vector)))
    (cond ((= bits +ty-string+) *ty-character*)
          ((= bits (vector-code-bit +double-vector-code+)) *ty-double*)
          ((= bits (vector-code-bit +single-vector-code+)) *ty-single*)
          ((= bits (vector-code-bit +bit-vector-code+)) *ty-bit*)
          (t (let ((entry (assoc bits (integer-vector-types))))
               (if entry (cdr entry) *ty-t*))))))

(defvar *integer-vector-types* nil "Alist of kind bits and element types.")

(defun integer-vector-types ()
  (or *integer-vector-types*
      (setq *integer-vector-types*
            (mapcar (lambda (entry)
                      (cons (vector-code-bit (car entry))
                            (primitive-type (cdr entry))))
                    (list (cons +u8-vector-code+ 'u8)
                          (cons +u16-vector-code+ 'u16)
                          (cons +u32-vector-code+ 'u32)
                          (cons +u64-vector-code+ 'u64)
                          (cons +s8-vector-code+ 's8)
                          (cons +s16-vector-code+ 's16)
                          (cons +s32-vector-code+ 's32)
                          (cons +s64-vector-code+ 's64))))))

;;; Full calls whose result type is known
(defmacro define-result-types (&rest entries)
  `(progn ,@(mapcar (lambda (entry)
                      `(setf (get ',(car entry) 'result-type)
                             (primitive-type ',(cadr entry))))
                    entries)))

(define-result-types
  (length index) (list-length t) (append t) (reverse t)
  (char-upcase character) (char-downcase character)
  (gensym symbol) (make-symbol symbol) (intern symbol)
  (sxhash natural) (make-list list) (copy-list list)
  (string-length index) (%slow-eql boolean) (equal boolean)
  (two-arg-+ number) (two-arg-- number) (two-arg-* number)
  (two-arg-/ number) (%logand integer) (%logior integer) (%logxor integer)
  (%lognot integer) (%ash integer)
  (%coerce-to-function function) (symbol-name string)
  (concatenate t) (array-total-size index) (fill-pointer index))
