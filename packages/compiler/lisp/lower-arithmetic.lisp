;;;; Arithmetic and comparisons in low operations.

(in-package #:astralisp.compiler)

;;; Modular arithmetic: a sum whose only use is LOGAND with a mask of at most
;;; 64 bits need not be exact above bit 63; it is computed in a word.

(defun word-mask-p (value)
  (let ((mask (literal-integer value)))
    (and mask (<= 0 mask +u64-limit+))))

(defun modular-operation-p (ins)
  (member (ins-opname ins)
          '(two-arg-+ two-arg-- two-arg-* %integer+ %integer- %integer*
            %logand %logior %logxor %lognot)))

(defun word-operand-p (value)
  "Can the low 64 bits of VALUE be had without a call?"
  (let ((value (replacement value)))
    (or (ty-word-p (value-ty value)) (eq (ins-mark value) :modular))))

(defun mark-modular-value (value)
  "Mark VALUE, only the low 64 bits of which count, if it can be a word."
  (let ((ins (replacement value)))
    (when (and (modular-operation-p ins)
               (eql 1 (ins-uses ins))
               (not (ty-word-p (value-ty ins))))
      (dolist (arg (ins-args ins)) (mark-modular-value arg))
      (let ((good t))
        (dolist (arg (ins-args ins))
          (unless (word-operand-p arg) (setq good nil)))
        (when good (setf (ins-mark ins) :modular))))))

;;; A sum whose only use is the check that it is a fixnum is checked where it
;;; overflows, and not again.

(defun checked-arithmetic-p (ins)
  "Is INS a check for a fixnum of a sum with no other use?"
  (and (eq (ins-opname ins) :check)
       (ty-subtype-p *ty-fixnum* (ins-datum ins))
       (ty-bits-p (ins-datum ins) +ty-fixnum+)
       (let ((value (replacement (car (ins-args ins)))))
         (and (eql 1 (ins-uses value))
              (member (ins-opname value)
                      '(two-arg-+ two-arg-- two-arg-* %integer+ %integer-
                        %integer*))
              (notany #'null (mapcar #'maybe-fixnum-p (ins-args value)))
              (not (float-only-p value))))))

(defun float-only-p (ins)
  (let ((found nil))
    (dolist (arg (ins-args ins) found)
      (when (ty-bits-p (value-ty arg) (logior +ty-single+ +ty-double+))
        (setq found t)))))

(defun mark-modular (func)
  "Find the arithmetic of FUNC that is modulo 2^64 or checked when it is made."
  (dolist (blok (func-blocks func))
    (do-instructions (ins blok)
      (when (checked-arithmetic-p ins)
        (setf (ins-mark (replacement (car (ins-args ins)))) :checked))
      (when (eq (ins-opname ins) '%logand)
        (let ((a (car (ins-args ins))) (b (cadr (ins-args ins))))
          (cond ((word-mask-p b) (mark-modular-value a))
                ((word-mask-p a) (mark-modular-value b))))))))

;;; The shape of a two-argument operation: by types

(defun both-ty-p (predicate a b)
  (and (funcall predicate (value-ty a)) (funcall predicate (value-ty b))))

(defun double-operation-p (a b)
  "Are A and B doubles, or one a double and one a fixnum or a literal?"
  (let ((ta (value-ty a)) (tb (value-ty b)))
    (and (not (ty-empty-p ta)) (not (ty-empty-p tb))
         (or (and (ty-bits-p ta +ty-double+) (double-operand-p b))
             (and (ty-bits-p tb +ty-double+) (double-operand-p a))))))

(defun double-operand-p (value)
  (let ((ty (value-ty value)))
    (or (ty-bits-p ty +ty-double+)
        (ty-bits-p ty +ty-single+)
        (ty-s64-p ty))))

(defun double-comparison-p (a b)
  "Like DOUBLE-OPERATION-P, where rounding would change the outcome."
  (and (double-operation-p a b)
       (exact-as-double-p (value-ty a)) (exact-as-double-p (value-ty b))))

(defun exact-as-double-p (ty)
  (or (not (ty-bits-p ty +ty-integer+))
      (ty-within-p ty (- (expt 2 53)) (expt 2 53))))

(defun single-operation-p (a b)
  (let ((ta (value-ty a)) (tb (value-ty b)))
    (and (not (ty-empty-p ta)) (not (ty-empty-p tb))
         (ty-bits-p ta +ty-single+) (ty-bits-p tb +ty-single+))))

(defun word-operation-p (ins)
  "Can INS be done in words?  Its result fits, or only its low bits count."
  (and (or (eq (ins-mark ins) :modular)
           (and (ty-word-p (value-ty ins)) (not (ty-empty-p (value-ty ins)))
                (not (ty-fixnum-p (value-ty ins)))))
       (let ((good t))
         (dolist (arg (ins-args ins) good)
           (unless (word-operand-p arg) (setq good nil))))))

(defun all-fixnums-p (ins)
  (let ((good t))
    (dolist (arg (ins-args ins) good)
      (unless (ty-fixnum-p (value-ty arg)) (setq good nil)))))

(defun fixnum-result-p (ins)
  (ty-fixnum-p (value-ty ins)))

(defun require-fixnums (values slow)
  "Go on where all VALUES are fixnums, else to the block SLOW."
  (let ((unknown '()))
    (dolist (value values)
      (unless (ty-fixnum-p (value-ty value)) (push value unknown)))
    (when unknown
      (let ((good (low-block)) (lows (as-all-boxed (nreverse unknown))))
        (low-branch (if (cdr lows) :both-fixnump :fixnump) lows
                    good (edge-to slow))
        (go-on good)))))

(defun maybe-fixnum-p (value)
  (/= 0 (logand +ty-fixnum+ (ty-bits (value-ty value)))))

(defun slow-call (ins name)
  "Call the global function NAME with the arguments of INS."
  (typed-low (ins-type ins) :call (as-all-boxed (ins-args ins)) name))

(defun lower-with-overflow (ins name low-name slow)
  "INS on numbers: fixnums inline with an overflow test, others by a call of
SLOW.  NAME is the datum of :OVERFLOW-BRANCH; LOW-NAME the operation when it
cannot overflow."
  (if (notany #'null (mapcar #'maybe-fixnum-p (ins-args ins)))
      (multiple-value-bind (join param) (low-join (ins-type ins))
        (let ((cold (cold-block)) (args (ins-args ins)) (result nil))
          (require-fixnums args cold)
          (cond ((or (null name) (fixnum-sum-p ins))
                 (setq result (low low-name (as-all-boxed args))))
                (t
                 (let ((good (low-block)))
                   (setq result
                         (low-end :overflow-branch (as-all-boxed args)
                                  (list good (edge-to cold)) name))
                   (go-on good))))
          (setf (ins-type result) *ty-fixnum*)
          (low-jump join result)
          (go-on cold)
          (low-jump join (checked-slow-call ins slow))
          (go-on join)
          (when (eq (ins-mark ins) :checked)
            (setf (ins-type param) *ty-fixnum*))
          param))
      (slow-call ins slow)))

(defun checked-slow-call (ins slow)
  "SLOW-CALL, with the check that INS be a fixnum if it is marked for it."
  (let ((result (slow-call ins slow)))
    (when (eq (ins-mark ins) :checked)
      (check-low result (ins-type ins) *ty-fixnum* 'fixnum))
    result))

(defun fixnum-sum-p (ins)
  "Do fixnum arguments of INS give a fixnum, whatever the others give?"
  (let ((types '()))
    (dolist (arg (ins-args ins))
      (push (ty-and (value-ty arg) *ty-fixnum*) types))
    (setq types (nreverse types))
    (let ((ty (if (cdr types)
                  (funcall (op-typer (ins-op ins)) ins *ty-number*
                           (car types) (cadr types))
                  (funcall (op-typer (ins-op ins)) ins *ty-number*
                           (car types)))))
      (ty-fixnum-p ty))))

(defun lower-arithmetic (ins name fixnum-name word-name double-name
                         single-name slow)
  "A generic sum, difference or product."
  (let ((a (car (ins-args ins))) (b (cadr (ins-args ins))))
    (cond ((and (all-fixnums-p ins) (fixnum-result-p ins))
           (low fixnum-name (as-all-boxed (ins-args ins))))
          ((eq (ins-mark ins) :checked)
           (lower-with-overflow ins name fixnum-name slow))
          ((word-operation-p ins)
           (low word-name (list (as-word a) (as-word b))))
          ((double-operation-p a b)
           (low double-name (list (make-it-double a) (make-it-double b))))
          ((single-operation-p a b)
           (low single-name (list (as-single a) (as-single b))))
          (t (lower-with-overflow ins name fixnum-name slow)))))

(define-lowering (two-arg-+) (ins)
  (lower-arithmetic ins '+ :fixnum+ :word+ :double+ :single+ 'two-arg-+))
(define-lowering (two-arg--) (ins)
  (lower-arithmetic ins '- :fixnum- :word- :double- :single- 'two-arg--))
(define-lowering (two-arg-*) (ins)
  (lower-arithmetic ins '* :fixnum* :word* :double* :single* 'two-arg-*))
(define-lowering (%integer+) (ins)
  (lower-arithmetic ins '+ :fixnum+ :word+ :double+ :single+ '%integer+))
(define-lowering (%integer-) (ins)
  (lower-arithmetic ins '- :fixnum- :word- :double- :single- '%integer-))
(define-lowering (%integer*) (ins)
  (lower-arithmetic ins '* :fixnum* :word* :double* :single* '%integer*))

(define-lowering (two-arg-/) (ins a b)
  (cond ((double-operation-p a b)
         (low :double/ (list (make-it-double a) (make-it-double b))))
        ((single-operation-p a b)
         (low :single/ (list (as-single a) (as-single b))))
        (t (slow-call ins 'two-arg-/))))

(define-lowering (%negate) (ins a)
  (let ((ty (value-ty a)))
    (cond ((and (ty-fixnum-p ty) (fixnum-result-p ins))
           (low :fixnum-neg (list (as-boxed a))))
          ((word-operation-p ins) (low :word-neg (list (as-word a))))
          ((and (ty-bits-p ty +ty-double+) (not (ty-empty-p ty)))
           (low :double-neg (list (as-double a))))
          ((and (ty-bits-p ty +ty-single+) (not (ty-empty-p ty)))
           (low :single-neg (list (as-single a))))
          (t (lower-negation ins a)))))

(defun lower-negation (ins a)
  (multiple-value-bind (join param) (low-join (ins-type ins))
    (let ((cold (cold-block)) (good (low-block)))
      (require-fixnums (ins-args ins) cold)
      (let ((result (low-end :overflow-branch (list (as-boxed a))
                             (list good (edge-to cold)) 'neg)))
        (go-on good)
        (low-jump join result))
      (go-on cold)
      ;; Not 0 - x, which would lose the sign of a float zero.
      (low-jump join (low :call (list (as-boxed a) (low-constant -1))
                          'two-arg-*))
      (go-on join)
      param)))

;;; Bits

(defun lower-logical (ins fixnum-name word-name slow)
  (let ((args (ins-args ins)))
    (cond ((all-fixnums-p ins) (low fixnum-name (as-all-boxed args)))
          ((word-operation-p ins)
           (low word-name (list (as-word (car args)) (as-word (cadr args)))))
          (t (lower-with-overflow ins nil fixnum-name slow)))))

(define-lowering (%logior) (ins) (lower-logical ins :fixnum-or :word-or '%logior))
(define-lowering (%logxor) (ins)
  (lower-logical ins :fixnum-xor :word-xor '%logxor))

(define-lowering (%logand) (ins a b)
  (cond ((all-fixnums-p ins)
         (low :fixnum-and (list (as-boxed a) (as-boxed b))))
        ((and (or (word-mask-p a) (word-mask-p b))
              (word-operand-p a) (word-operand-p b))
         (let ((word (low :word-and (list (as-word a) (as-word b)))))
           (if (fixnum-result-p ins)
               (low :word-to-fixnum (list word))
               word)))
        ((word-operation-p ins)
         (low :word-and (list (as-word a) (as-word b))))
        (t (lower-with-overflow ins nil :fixnum-and '%logand))))

(define-lowering (%lognot) (ins a)
  (cond ((all-fixnums-p ins) (low :fixnum-not (list (as-boxed a))))
        ((word-operation-p ins) (low :word-not (list (as-word a))))
        (t (multiple-value-bind (join param) (low-join (ins-type ins))
             (let ((cold (cold-block)))
               (require-fixnums (list a) cold)
               (low-jump join (low :fixnum-not (list (as-boxed a))))
               (go-on cold)
               (low-jump join (slow-call ins '%lognot))
               (go-on join)
               param)))))

(defun shift-right-fixnum (value count)
  "The fixnum VALUE shifted right by the literal COUNT."
  (low :fixnum-sar (list (as-boxed value)) (min count 60)))

(define-lowering (%ash) (ins a n)
  (let ((ta (value-ty a)) (tn (value-ty n)) (count (literal-integer n)))
    (cond ((and (eql count 0) (ty-subtype-p ta *ty-integer*)) (low-of a))
          ((and count (< count 0) (ty-fixnum-p ta))
           (shift-right-fixnum a (- count)))
          ((and count (< count 0) (ty-word-p ta))
           (lower-word-shift-right ins a (- count)))
          ((and count (< count 61) (ty-fixnum-p ta) (fixnum-result-p ins))
           (low :fixnum-shl (list (as-boxed a)) count))
          ((and count (< count 64) (word-operation-p ins))
           (low :word-shl (list (as-word a) (low :word '() count))))
          ((and (ty-fixnum-p ta) (ty-within-p tn -4096 0))
           (lower-variable-shift-right a n))
          ((and (ty-fixnum-p ta) (fixnum-result-p ins) (ty-within-p tn 0 62))
           (low :word-to-fixnum
                (list (low :word-shl (list (as-word a) (as-word n))))))
          ((and count (< 0 count 61) (maybe-fixnum-p a))
           (lower-checked-shift ins a count))
          ((and (ty-fixnum-p ta) (not (ty-empty-p ta)) (maybe-fixnum-p n))
           (lower-any-shift ins a n))
          (t (slow-call ins '%ash)))))

(defun lower-word-shift-right (ins a count)
  (if (> count 63)
      (if (ty-u64-p (value-ty a))
          (low-constant 0)
          (low :word-sar (list (as-word a) (low :word '() 63))))
      (let ((word (low (if (ty-u64-p (value-ty a)) :word-shr :word-sar)
                       (list (as-word a) (low :word '() count)))))
        (if (fixnum-result-p ins)
            (low :word-to-fixnum (list word))
            word))))

(defun lower-variable-shift-right (a n)
  "The fixnum A shifted right by minus N, at least 0: more than 63 is 63."
  (multiple-value-bind (join param) (low-join *ty-fixnum*)
    (let ((near (low-block)) (far (cold-block))
          (count (low :word-neg (list (as-word n)))))
      (low-branch :word< (list count (low :word '() 64)) near far)
      (go-on near)
      (low-jump join (low :word-to-fixnum
                          (list (low :word-sar (list (as-word a) count)))))
      (go-on far)
      (low-jump join (low :fixnum-sar (list (as-boxed a)) 60))
      (go-on join)
      param)))

(defun lower-checked-shift (ins a count)
  "A shifted left by the literal COUNT: a fixnum if shifting back restores."
  (multiple-value-bind (join param) (low-join (ins-type ins))
    (let ((cold (cold-block)) (good (low-block)))
      (require-fixnums (list a) cold)
      (let* ((low (as-boxed a))
             (word (low :word-shl (list (low :boxed-bits (list low))
                                        (low :word '() count))))
             (back (low :word-sar (list word (low :word '() count)))))
        (low-branch :word= (list back (low :boxed-bits (list low)))
                    good (edge-to cold))
        (go-on good)
        (low-jump join (low :bits-boxed (list word))))
      (go-on cold)
      (low-jump join (slow-call ins '%ash))
      (go-on join)
      param)))

(defun lower-any-shift (ins a n)
  "The fixnum A shifted by N: to the right inline."
  (multiple-value-bind (join param) (low-join (ins-type ins))
    (let ((cold (cold-block)) (right (low-block)))
      (require-fixnums (list n) cold)
      (low-branch :fixnum<= (list (as-boxed n) (low-constant 0))
                  right (edge-to cold))
      (go-on right)
      (low-jump join (lower-variable-shift-right a n))
      (go-on cold)
      (low-jump join (slow-call ins '%ash))
      (go-on join)
      param)))

(define-lowering (integer-length) (ins a)
  (if (and (ty-word-p (value-ty a)) (ty-lo (value-ty a))
           (>= (ty-lo (value-ty a)) 0))
      (low :word-to-fixnum (list (low :word-length (list (as-word a)))))
      (slow-call ins 'integer-length)))

(define-lowering (logcount) (ins a)
  (if (and (ty-word-p (value-ty a)) (ty-lo (value-ty a))
           (>= (ty-lo (value-ty a)) 0))
      (low :word-to-fixnum (list (low :word-popcount (list (as-word a)))))
      (slow-call ins 'logcount)))

(define-lowering (%integer-compare) (ins) (slow-call ins '%integer-compare))

;;; Fixnums, modulo the fixnum width

(defmacro define-fixnum-operations (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 `(define-lowering (,(car entry)) (ins a b)
                    (low ,(cadr entry) (list (as-boxed a) (as-boxed b)))))
               entries)))

(define-fixnum-operations
  (%fx+ :fixnum+) (%fx- :fixnum-) (%fx* :fixnum*) (%fx-and :fixnum-and)
  (%fx-or :fixnum-or) (%fx-xor :fixnum-xor))

(define-lowering (%fx-not) (ins a) (low :fixnum-not (list (as-boxed a))))

(define-lowering (%fx-shift-left) (ins a n)
  (let ((count (literal-integer n)))
    (if count
        (low :fixnum-shl (list (as-boxed a)) count)
        (low :bits-boxed
             (list (low :word-shl (list (low :boxed-bits (list (as-boxed a)))
                                        (as-word n))))))))

(define-lowering (%fx-shift-right) (ins a n)
  (let ((count (literal-integer n)))
    (if count
        (shift-right-fixnum a count)
        (low :word-to-fixnum
             (list (low :word-sar (list (as-word a) (as-word n))))))))

;;; Division.  The quotient of two tagged words is the plain quotient, their
;;; remainder the tagged remainder.

(defun tagged (value) (low :boxed-bits (list (as-boxed value))))

(defun low-quotient (a b)
  (low :word-to-fixnum (list (low :word-sdiv (list (tagged a) (tagged b))))))

(defun low-remainder (a b)
  (low :bits-boxed (list (low :word-srem (list (tagged a) (tagged b))))))

(define-lowering (%fx-truncate) (ins a b) (low-quotient a b))
(define-lowering (%fx-rem) (ins a b) (low-remainder a b))

(defun power-of-two (value)
  "K when VALUE is the literal 2^k, else NIL."
  (let ((integer (literal-integer value)))
    (and integer (> integer 0) (= integer (ash 1 (- (integer-length integer) 1)))
         (- (integer-length integer) 1))))

(defun not-negative-p (value)
  (let ((lo (ty-lo (value-ty value)))) (and lo (>= lo 0))))

(defun adjust-floor (value remainder quotient divisor)
  "QUOTIENT less 1 (or, without one, REMAINDER plus DIVISOR) when REMAINDER
is negative; VALUE tells whether it can be."
  (if (not-negative-p value)
      (or quotient remainder)
      (multiple-value-bind (join param) (low-join *ty-fixnum*)
        (let ((negative (low-block)) (fine (low-block)))
          (low-branch :fixnum< (list remainder (low-constant 0))
                      negative fine)
          (go-on negative)
          (low-jump join
                    (if quotient
                        (low :fixnum- (list quotient (low-constant 1)))
                        (low :fixnum+ (list remainder (as-boxed divisor)))))
          (go-on fine)
          (low-jump join (or quotient remainder))
          (go-on join)
          param))))

(define-lowering (%positive-floor) (ins a b)
  (let ((k (power-of-two b)))
    (if k
        (shift-right-fixnum a k)
        (let ((quotient (low-quotient a b)))
          (adjust-floor a (if (not-negative-p a) nil (low-remainder a b))
                        quotient b)))))

(define-lowering (%positive-mod) (ins a b)
  (if (power-of-two b)
      (low :fixnum-and
           (list (as-boxed a) (low-constant (- (literal-integer b) 1))))
      (adjust-floor a (low-remainder a b) nil b)))

(define-lowering (%positive-truncate) (ins a b)
  (let ((k (power-of-two b)))
    (if (and k (not-negative-p a))
        (shift-right-fixnum a k)
        (low-quotient a b))))

(define-lowering (%positive-rem) (ins a b)
  (if (and (power-of-two b) (not-negative-p a))
      (low :fixnum-and
           (list (as-boxed a) (low-constant (- (literal-integer b) 1))))
      (low-remainder a b)))

;;; Comparisons.  RELATION is :< :<= or :=; > and >= swap the arguments.

(defun condition-name (family relation)
  (ecase family
    (:fixnum (ecase relation
               (:< :fixnum<) (:<= :fixnum<=) (:= :fixnum=)))
    (:unsigned (ecase relation (:< :word<) (:<= :word<=) (:= :word=)))
    (:signed (ecase relation
               (:< :word-signed<) (:<= :word-signed<=) (:= :word=)))
    (:double (ecase relation (:< :double<) (:<= :double<=) (:= :double=)))
    (:single (ecase relation (:< :single<) (:<= :single<=) (:= :single=)))))

(defun word-family (a b)
  "How to compare the integers A and B as words, or NIL."
  (let ((ta (value-ty a)) (tb (value-ty b)))
    (cond ((or (ty-empty-p ta) (ty-empty-p tb)) nil)
          ((and (ty-u64-p ta) (ty-u64-p tb)) :unsigned)
          ((and (ty-s64-p ta) (ty-s64-p tb)) :signed)
          (t nil))))

(defun lower-comparison (relation a b slow then else)
  (let ((family (word-family a b)))
    (flet ((compare (family convert)
             (low-branch (condition-name family relation)
                         (list (funcall convert a) (funcall convert b))
                         (edge-to then) (edge-to else))))
      (cond ((and (ty-fixnum-p (value-ty a)) (ty-fixnum-p (value-ty b)))
             (compare :fixnum #'as-boxed))
            (family (compare family #'as-word))
            ((double-comparison-p a b) (compare :double #'make-it-double))
            ((single-operation-p a b) (compare :single #'as-single))
            (t (lower-generic-comparison relation a b slow then else))))))

(defun lower-generic-comparison (relation a b slow then else)
  (let ((cold (cold-block)))
    (cond ((and (maybe-fixnum-p a) (maybe-fixnum-p b))
           (require-fixnums (list a b) cold)
           (low-branch (condition-name :fixnum relation)
                       (list (as-boxed a) (as-boxed b))
                       (edge-to then) (edge-to else)))
          (t (low-jump cold)))
    (go-on cold)
    (let ((result (low :call (list (as-boxed a) (as-boxed b)) slow)))
      (low-branch :eq (list result (low-constant nil))
                  (edge-to else) (edge-to then)))))

(define-test (two-arg-<) (ins then else a b)
  (lower-comparison :< a b 'two-arg-< then else))
(define-test (two-arg->) (ins then else a b)
  (lower-comparison :< b a 'two-arg-< then else))
(define-test (two-arg-<=) (ins then else a b)
  (lower-comparison :<= a b 'two-arg-<= then else))
(define-test (two-arg->=) (ins then else a b)
  (lower-comparison :<= b a 'two-arg-<= then else))
(define-test (two-arg-=) (ins then else a b)
  (lower-comparison := a b 'two-arg-= then else))

(defmacro define-plain-comparisons (convert family &rest entries)
  "Each entry (NAME RELATION SWAPPED-P)."
  `(progn
     ,@(mapcar
        (lambda (entry)
          `(define-test (,(car entry)) (ins then else a b)
             (low-branch (condition-name ,family ,(cadr entry))
                         ,(if (caddr entry)
                              `(list (,convert b) (,convert a))
                              `(list (,convert a) (,convert b)))
                         (edge-to then) (edge-to else))))
        entries)))

(define-plain-comparisons as-boxed :fixnum
  (%fx< :< nil) (%fx> :< t) (%fx<= :<= nil) (%fx>= :<= t) (%fx= := nil))
(define-plain-comparisons as-word :unsigned
  (%word< :< nil) (%word<= :<= nil) (%word= := nil))
(define-plain-comparisons as-double :double
  (%double< :< nil) (%double<= :<= nil) (%double= := nil))
(define-plain-comparisons as-single :single
  (%single< :< nil) (%single<= :<= nil) (%single= := nil))

;;; Floats

(defmacro define-float-operations (convert &rest entries)
  `(progn
     ,@(mapcar
        (lambda (entry)
          (if (= 1 (caddr entry))
              `(define-lowering (,(car entry)) (ins a)
                 (low ,(cadr entry) (list (,convert a))))
              `(define-lowering (,(car entry)) (ins a b)
                 (low ,(cadr entry) (list (,convert a) (,convert b))))))
        entries)))

(define-float-operations as-double
  (%double+ :double+ 2) (%double- :double- 2) (%double* :double* 2)
  (%double/ :double/ 2) (%double-sqrt :double-sqrt 1)
  (%double-negate :double-neg 1) (%double-bits :double-bits 1)
  (%double-to-single :double-to-single 1))
(define-float-operations as-single
  (%single+ :single+ 2) (%single- :single- 2) (%single* :single* 2)
  (%single/ :single/ 2) (%single-sqrt :single-sqrt 1)
  (%single-negate :single-neg 1) (%single-bits :single-bits 1)
  (%single-to-double :single-to-double 1))
(define-float-operations as-word
  (%make-double :bits-double 1) (%make-single :bits-single 1))

(define-lowering (%integer-to-double) (ins a)
  (if (ty-s64-p (value-ty a))
      (low :word-to-double (list (as-word a)))
      (multiple-value-bind (join param) (low-join *ty-double*)
        (setf (ins-rep param) :double)
        (let ((cold (cold-block)))
          (require-fixnums (list a) cold)
          (low-jump join
                    (low :word-to-double
                         (list (low :fixnum-to-word (list (as-boxed a))))))
          (go-on cold)
          (low-jump join (low :unbox-double
                              (list (low :call (list (as-boxed a))
                                         '%integer-to-double))))
          (go-on join)
          param))))

(define-lowering (%double-truncate-fixnum) (ins a)
  (low :word-to-fixnum (list (low :double-to-word (list (as-double a))))))

(define-lowering (%double-to-integer) (ins) (slow-call ins '%double-to-integer))

(define-lowering (%coerce-double) (ins a)
  (cond ((double-operand-p a) (make-it-double a))
        (t (low :unbox-double
                (list (low :call (list (as-boxed a))
                           (runtime-name "REAL-TO-DOUBLE")))))))
