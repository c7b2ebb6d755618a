;;;; The high operations: argument types, result types; a data table.

(in-package #:astralisp.compiler)

;;; A primitive is a function the compiler open-codes.  ARGUMENTS are type
;;; names of *PRIMITIVE-TYPES*; a checked use tests them.  EFFECTS: :PURE,
;;; :READS, :WRITES or :CALLS.

(defparameter *primitive-types*
  (list (cons 't *ty-t*) (cons 'fixnum *ty-fixnum*)
        (cons 'index *ty-index*) (cons 'natural *ty-natural*)
        (cons 'count (integer-ty 0 (- (expt 2 40) 1)))
        (cons 'integer *ty-integer*) (cons 'number *ty-number*)
        (cons 'real *ty-real*) (cons 'double *ty-double*)
        (cons 'single *ty-single*) (cons 'character *ty-character*)
        (cons 'code *ty-char-code*) (cons 'list *ty-list*)
        (cons 'cons *ty-cons*) (cons 'boolean *ty-boolean*)
        (cons 'symbol *ty-symbol*) (cons 'function *ty-function*)
        (cons 'null *ty-null*)
        (cons 'simple-vector *ty-simple-vector*) (cons 'string *ty-string*)
        (cons 'instance *ty-instance*) (cons 'other *ty-other*)
        (cons 'vector (bits-ty +ty-simple-arrays+))
        (cons 'array (bits-ty (logior +ty-simple-arrays+
                                      +ty-array-header+)))
        (cons 'header (bits-ty +ty-array-header+))
        (cons 'ratio (bits-ty +ty-ratio+)) (cons 'complex
                                                 (bits-ty +ty-complex+))
        (cons 'bignum (bits-ty +ty-bignum+))
        (cons 'marker (bits-ty +ty-marker+))
        (cons 'true *ty-true*)
        (cons 'bit *ty-bit*) (cons 'u64 *ty-u64*) (cons 's64 *ty-s64*)
        (cons 'u8 (integer-ty 0 255)) (cons 'u16 (integer-ty 0 65535))
        (cons 'u32 (integer-ty 0 #xFFFFFFFF))
        (cons 's8 (integer-ty -128 127))
        (cons 's16 (integer-ty -32768 32767))
        (cons 's32 (integer-ty (- (expt 2 31)) (- (expt 2 31) 1)))
        (cons 'shift (integer-ty 0 63)) (cons 'sign (integer-ty -1 1))
        (cons 'tag (integer-ty 0 15))
        (cons 'vector-code (ty-or *ty-null* (integer-ty #x20 #x2C))))
  "The types that the table of primitives names.")

(defun primitive-type (name)
  (let ((entry (assoc name *primitive-types*)))
    (if entry (cdr entry) (error "no primitive type ~S" name))))

(defun define-primitive-function (name arguments result effects)
  (let* ((types (mapcar #'primitive-type arguments))
         (op (%make-op name (length arguments) :boxed
                       (case effects
                         (:pure 0) (:reads +reads+)
                         (:writes (logior +reads+ +writes+))
                         (t (effect-bits '(:reads :writes :allocates :calls
                                           :faults :polls :control))))
                       nil)))
    (setf (op-argument-types op) types)
    (setf (op-facts op) (list :high t :result (primitive-type result)))
    (setf (get name 'op) op)
    name))

(defmacro define-primitives (effects &rest entries)
  "Each entry: (NAME... (ARGUMENT-TYPE...) RESULT-TYPE)."
  (let ((forms '()))
    (dolist (entry entries)
      (let* ((result (car (last entry)))
             (arguments (cadr (reverse entry))))
        (dolist (name (butlast entry 2))
          (push `(define-primitive-function ',name ',arguments ',result
                   ,effects)
                forms))))
    `(progn ,@(reverse forms))))

(defun op-fact (op key) (getf (op-facts op) key))

(defun set-op-fact (name key value)
  (setf (getf (op-facts (get name 'op)) key) value))

;;; Predicates

(define-primitives :pure
  (eq eql (t t) boolean)
  (not null atom consp listp symbolp characterp functionp integerp
       simple-vector-p arrayp vectorp stringp numberp realp rationalp floatp
       simple-string-p complexp bit-vector-p simple-bit-vector-p
       %fixnump %bignump %ratiop %complexp %double-float-p %single-float-p
       %simple-string-p %array-header-p %instancep %funcallable-p
       %unbound-marker-p keywordp (t) boolean))

(defmacro define-type-predicates (&rest entries)
  "Each entry (NAME BITS-FORM): NAME tests for the kinds BITS."
  `(progn
     ,@(mapcar (lambda (entry)
                 `(set-op-fact ',(car entry) :test-type
                               (bits-ty ,(cadr entry))))
               entries)))

(define-type-predicates
  (not +ty-null+) (null +ty-null+) (atom (logandc2 +ty-all+ +ty-cons+))
  (consp +ty-cons+) (listp +ty-list+) (symbolp +ty-any-symbol+)
  (characterp +ty-character+) (functionp +ty-any-function+)
  (integerp +ty-integer+) (simple-vector-p +ty-simple-vector+)
  (arrayp (logior +ty-simple-arrays+ +ty-array-header+))
  (numberp +ty-number+) (realp +ty-real+)
  (rationalp (logior +ty-integer+ +ty-ratio+))
  (floatp (logior +ty-single+ +ty-double+)) (complexp +ty-complex+)
  (simple-string-p +ty-string+)
  (simple-bit-vector-p (vector-code-bit +bit-vector-code+))
  (%fixnump +ty-fixnum+) (%bignump +ty-bignum+) (%ratiop +ty-ratio+)
  (%complexp +ty-complex+) (%double-float-p +ty-double+)
  (%single-float-p +ty-single+) (%simple-string-p +ty-string+)
  (%array-header-p +ty-array-header+) (%instancep +ty-instance+)
  (%funcallable-p +ty-funcallable+) (%unbound-marker-p +ty-marker+))

;;; Conses and symbols

(define-primitives :reads
  (car cdr (list) t) (%car %cdr (t) t)
  (symbol-name (symbol) string) (symbol-package (symbol) t)
  (symbol-plist (symbol) list) (%symbol-info (t) list)
  (%symbol-hash (t) natural) (%global-value (t) t)
  (%symbol-cell (t) t) (%cell-function (t) function) (%cell-name (t) t))
(define-primitives :pure
  (cons (t t) cons))
(define-primitives :writes
  (rplaca rplacd (cons t) cons) (%set-car %set-cdr (t t) t)
  (%set-symbol-plist %set-symbol-package %set-symbol-info
                     %set-global-value %set-symbol-cell (t t) t)
  (%set-cell-function (t t) t))

;;; Characters

(define-primitives :pure
  (char-code (character) code) (%char-code (t) code)
  (%code-char (t) character)
  (two-arg-char= two-arg-char< two-arg-char> two-arg-char<= two-arg-char>=
                 (character character) boolean))

;;; Integers and generic arithmetic

(define-primitives :pure
  (two-arg-+ two-arg-- two-arg-* two-arg-/ (number number) number)
  (%negate (number) number)
  (two-arg-< two-arg-> two-arg-<= two-arg->= (real real) boolean)
  (two-arg-= (number number) boolean)
  (%integer+ %integer- %integer* (integer integer) integer)
  (%integer-compare (integer integer) sign)
  (%logand %logior %logxor (integer integer) integer)
  (%lognot (integer) integer) (%ash (integer integer) integer)
  (integer-length (integer) count) (logcount (integer) count)
  (%fx+ %fx- %fx* %fx-and %fx-or %fx-xor %fx-truncate %fx-rem
        (fixnum fixnum) fixnum)
  (%fx-not (fixnum) fixnum)
  (%fx-shift-left %fx-shift-right (fixnum shift) fixnum)
  (%fx< %fx= %fx> %fx<= %fx>= (fixnum fixnum) boolean)
  (%positive-truncate %positive-floor %positive-rem %positive-mod
                      (fixnum fixnum) fixnum)
  (%realpart %imagpart (complex) real)
  (%ratio-numerator %ratio-denominator (ratio) integer))

;;; Floats

(define-primitives :pure
  (%double+ %double- %double* %double/ (double double) double)
  (%double< %double= %double<= (double double) boolean)
  (%double-sqrt %double-negate (double) double)
  (%double-bits (double) u64) (%make-double (u64) double)
  (%integer-to-double (integer) double)
  (%double-to-integer (double) integer)
  (%double-to-single (double) single) (%single-to-double (single) double)
  (%single-bits (single) u32) (%make-single (u32) single)
  (%single+ %single- %single* %single/ (single single) single)
  (%single< %single= %single<= (single single) boolean)
  (%single-sqrt %single-negate (single) single)
  (%double-truncate-fixnum (double) fixnum)
  (%coerce-double (real) double))

;;; Vectors.  ROW-MAJOR: the data of any simple vector.

(define-primitives :reads
  (svref (simple-vector index) t) (schar (string index) character)
  (char (array index) character)
  (%svref (t index) t) (%string-ref (t index) character)
  (%u8ref (t index) u8) (%u16ref (t index) u16) (%u32ref (t index) u32)
  (%u64ref (t index) u64) (%s8ref (t index) s8) (%s16ref (t index) s16)
  (%s32ref (t index) s32) (%s64ref (t index) s64)
  (%single-ref (t index) single) (%double-ref (t index) double)
  (%bit-ref (t index) bit)
  (%vref (vector index) t) (%aref-1 (array index) t)
  (%aref-2 (array index index) t)
  (%array-data %array-fill (header) t)
  (%array-offset %array-total %array-flags (header) natural)
  (%array-rank (header) natural) (%array-dimension (header index) natural))
(define-primitives :pure
  (%vector-length (t) index) (length (t) index)
  (%vector-code (t) vector-code))
(define-primitives :writes
  (%set-svref %set-string-ref %set-u8ref %set-u16ref %set-u32ref %set-u64ref
              %set-s8ref %set-s16ref %set-s32ref %set-s64ref %set-single-ref
              %set-double-ref %set-bit-ref (t index t) t)
  (%store-svref (simple-vector index t) t)
  (%store-schar (string index character) character)
  (%set-vref (vector index t) t) (%set-aref-1 (array index t) t)
  (%set-aref-2 (array index index t) t)
  (%set-array-data %set-array-offset %set-array-total %set-array-fill
                   %set-array-flags (header t) t)
  (%set-array-dimension (header index t) t)
  (%shrink-vector (t index) t))

;;; Instances, cells, functions

(define-primitives :reads
  (%instance-layout (instance) instance) (%instance-length (instance) index)
  (%instance-ref (t index) t) (%value-cell-ref (t) t)
  (%closure-ref (t index) t) (%function-code (t) t)
  (%weak-pointer-value (t) t)
  (%unbound-marker () marker) (%%absent () marker))
(define-primitives :pure
  (%instance-of-p (t t) boolean) (%make-instance (instance) instance)
  (%make-value-cell (t) other) (%make-ratio (integer integer) ratio)
  (%make-complex (real real) complex))
(define-primitives :writes
  (%set-instance-layout (instance t) t) (%set-instance-ref (t index t) t)
  (%set-value-cell (t t) t) (%set-closure-ref (t index t) t))

;;; Made by build: a special variable, a global one, an argument by index,
;;; the list of saved values.

(define-primitives :calls
  (%%special (t) t) (%%global-variable (t) t)
  (%%saved-list (t t) list) (%%rest-or-zero (t) t))
(define-primitives :reads
  (%%stack-argument (fixnum) t))

;;; High instructions that are no functions: a copy with a better type, a
;;; checked one, a copy related to another number, what FUNCALL needs.

(define-ops :boxed () (1 :refine) (2 :refine-relation))
(define-ops :boxed (:control) (1 :check :callable))
(define-terminators (1 () :if))
