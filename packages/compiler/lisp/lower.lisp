;;;; High SSA to low SSA: the frame, representations, branches.

(in-package #:astralisp.compiler)

;;; Every block is walked once in reverse post-order.  The low value of a
;;; high one is in INS-LOW; its representation is chosen by its type where it
;;; is made, and by the type for block parameters; uses convert it.  Types
;;; are always asked of the high value.  Literals are made anew at each use.

(defvar *lower-func* nil "The function being lowered.")
(defvar *out* nil "The block that receives low instructions.")
(defvar *place* nil "The block that last received instructions.")
(defvar *origin* nil "The high block being lowered.")
(defvar *lowered* '() "Low blocks made so far, newest first.")
(defvar *cold* '() "Cold low blocks, newest first.")

(defmacro define-lowering (names (ins &rest args) &body body)
  "Define how the high operations NAMES become low ones: BODY returns the low
value (or NIL); ARGS are bound to the high arguments of INS."
  `(let ((lowerer (lambda (,ins)
                    (declare (ignorable ,ins))
                    ,(bind-arguments ins args body))))
     (dolist (name ',names)
       (setf (op-lowerer (get name 'op)) lowerer))))

(defmacro define-test (names (ins then else &rest args) &body body)
  "Define the operations NAMES as tests: BODY branches to the low blocks THEN
or ELSE."
  `(let ((tester (lambda (,ins ,then ,else)
                   (declare (ignorable ,ins))
                   ,(bind-arguments ins args body))))
     (dolist (name ',names)
       (setf (op-tester (get name 'op)) tester)
       (unless (op-lowerer (get name 'op))
         (setf (op-lowerer (get name 'op)) #'lower-as-boolean)))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun bind-arguments (ins args body)
    (let ((bindings '()) (index 0))
      (dolist (arg args)
        (push `(,arg (nth ,index (ins-args ,ins))) bindings)
        (setq index (+ index 1)))
      `(let ,(nreverse bindings)
         (declare (ignorable ,@args))
         ,@body))))

;;; Making low instructions

(defun low (name args &optional datum attrs)
  "Append a low instruction; ARGS are low values."
  (let ((new (new-ins *lower-func* name args datum attrs)))
    (setf (ins-position new) *position*)
    (append-ins *out* new)))

(defun typed-low (ty name args &optional datum attrs)
  "Like LOW, for a value of the type TY."
  (let ((new (low name args datum attrs)))
    (setf (ins-type new) ty)
    new))

(defun low-block ()
  "A new block behind the one in hand."
  (let ((blok (new-blok *lower-func*)))
    (setf (blok-unwind blok) (blok-unwind *origin*))
    (if (blok-cold *place*)
        (progn (setf (blok-cold blok) t) (push blok *cold*))
        (push blok *lowered*))
    blok))

(defun cold-block ()
  "A new block that is seldom reached."
  (let ((blok (new-blok *lower-func*)))
    (setf (blok-unwind blok) (blok-unwind *origin*))
    (setf (blok-cold blok) t)
    (push blok *cold*)
    blok))

(defun low-end (name args targets &optional datum attrs)
  "End the low block in hand."
  (let ((new (low name args datum attrs)))
    (setf (ins-targets new) targets)
    (setq *out* nil)
    new))

(defun low-jump (blok &rest args)
  (low-end :jump args (list blok)))

(defun low-branch (condition args then else &optional n m)
  (low-end :branch args (list then else) condition
           (if n (if m (list :n n :m m) (list :n n)) '())))

(defun go-on (blok)
  "Go on filling BLOK."
  (setq *place* blok)
  (setq *out* blok))

(defun edge-to (blok)
  "A new block that only jumps to BLOK, for a branch to BLOK."
  (let ((edge (if (blok-cold blok) (cold-block) (low-block)))
        (out *out*))
    (setq *out* edge)
    (low-jump blok)
    (setq *out* out)
    edge))

(defun low-join (ty)
  "A new block with one boxed parameter of type TY; the block, the
parameter."
  (let* ((blok (low-block)) (param (new-param blok)))
    (setf (ins-type param) ty)
    (values blok param)))

(defmacro branching (condition args (&rest then) (&rest else))
  "Branch on CONDITION; THEN and ELSE are forms run in their blocks."
  (let ((yes (gensym)) (no (gensym)))
    `(let ((,yes (low-block)) (,no (low-block)))
       (low-branch ,condition ,args ,yes ,no)
       (go-on ,yes)
       ,@then
       (go-on ,no)
       ,@else)))

;;; Representations

(defun literal-of (value)
  "The high literal that VALUE is, or NIL."
  (let ((plain (plain-value value)))
    (if (eq (ins-opname plain) :constant) plain nil)))

(defun literal-integer (value)
  "The integer that the high VALUE always is, or NIL."
  (let ((literal (literal-of value)))
    (cond ((and literal (integerp (ins-datum literal))) (ins-datum literal))
          ((and (ins-type value) (ty-constant-integer (ins-type value)))
           (ty-constant-integer (ins-type value)))
          (t nil))))

(defun fixnum-datum-p (datum)
  (and (integerp datum)
       (<= +most-negative-fixnum+ datum +most-positive-fixnum+)))

(defun low-constant (datum)
  (typed-low (datum-ty datum) :constant '() datum))

(defun low-of (value)
  "The low value of the high VALUE, in its own representation."
  (let ((literal (literal-of value)))
    (if literal
        (low-constant (ins-datum literal))
        (let ((value (replacement value)))
          (or (ins-low value)
              (low-constant nil))))))

(defun box-low (low ty)
  "The low value LOW of type TY as a tagged word."
  (case (ins-rep low)
    (:boxed low)
    (:word (typed-low ty
                      (cond ((ty-fixnum-p ty) :word-to-fixnum)
                            ((ty-u64-p ty) :box-unsigned)
                            (t :box-signed))
                      (list low)))
    (:double (typed-low *ty-double* :box-double (list low)))
    (:single (typed-low *ty-single* :box-single (list low)))
    (t (error "no value"))))

(defun as-boxed (value)
  "The high VALUE as a tagged word."
  (box-low (low-of value) (value-ty value)))

(defun as-all-boxed (values)
  (let ((result '()))
    (dolist (value values (nreverse result))
      (push (as-boxed value) result))))

(defun word-of-low (low ty)
  "LOW, an integer of type TY, as the low 64 bits of it."
  (case (ins-rep low)
    (:word low)
    (t (if (ty-fixnum-p ty)
           (low :fixnum-to-word (list low))
           (low :unbox-word (list low))))))

(defun as-word (value)
  "The high integer VALUE as a word: its low 64 bits."
  (let ((integer (literal-integer value)))
    (if integer
        (low :word '() (low-bits integer))
        (word-of-low (low-of value) (value-ty value)))))

(defun low-bits (integer)
  "INTEGER modulo 2^64 as a datum of :WORD."
  (if (<= +s64-least+ integer +u64-limit+)
      integer
      (logand integer +u64-limit+)))

(defun double-datum-bits (datum)
  "The 64 bits of the literal number DATUM as a double-float."
  (%double-bits (if (integerp datum) (%integer-to-double datum) datum)))

(defun as-double (value)
  "The high double VALUE (or integer that converts exactly) unboxed."
  (let ((literal (literal-of value)))
    (if (and literal (typep (ins-datum literal) 'double-float))
        (low :double '() (double-datum-bits (ins-datum literal)))
        (double-of-low (low-of value) (value-ty value)))))

(defun double-of-low (low ty)
  (case (ins-rep low)
    (:double low)
    (:single (low :single-to-double (list low)))
    (:word (low :word-to-double (list low)))
    (t (cond ((ty-fixnum-p ty)
              (low :word-to-double (list (low :fixnum-to-word (list low)))))
             ((ty-bits-p ty +ty-single+)
              (low :single-to-double (list (low :unbox-single (list low)))))
             (t (low :unbox-double (list low)))))))

(defun as-single (value)
  "The high single-float VALUE unboxed."
  (let ((literal (literal-of value)))
    (if literal
        (low :single '() (%single-bits (ins-datum literal)))
        (let ((low (low-of value)))
          (if (eq (ins-rep low) :single)
              low
              (low :unbox-single (list low)))))))

(defun as-rep (value rep)
  (case rep
    (:boxed (as-boxed value))
    (:word (as-word value))
    (:double (as-double value))
    (t (as-single value))))

(defun make-it-double (value)
  "The high VALUE, a double or a small integer, as an unboxed double."
  (let ((literal (literal-of value)))
    (if (and literal (integerp (ins-datum literal)))
        (low :double '() (double-datum-bits (ins-datum literal)))
        (as-double value))))

;;; Representations of block parameters

(defun float-maker-p (value rep)
  "Is the high VALUE made unboxed, in representation REP?"
  (let* ((plain (plain-value value)) (op (ins-op plain)))
    (or (eq (ins-opname plain) :constant)
        (eq (ins-rep plain) rep)
        (and (op-fact op :high)
             (not (member (op-name op)
                          '(%value-cell-ref %instance-ref car cdr %car %cdr
                            svref %svref %%special)))))))

(defun choose-param-rep (blok param index)
  (let* ((ty (value-ty param))
         (rep (cond ((ty-empty-p ty) :boxed)
                    ((ty-bits-p ty +ty-double+) :double)
                    ((ty-bits-p ty +ty-single+) :single)
                    ((ty-fixnum-p ty) :boxed)
                    ((ty-word-p ty) :word)
                    (t :boxed))))
    (when (member rep '(:double :single))
      (let ((made nil))
        (dolist (pred (blok-preds blok))
          (when (float-maker-p (nth index (ins-args (blok-last pred))) rep)
            (setq made t)))
        (unless made (setq rep :boxed))))
    (setf (ins-rep param) rep)
    (setf (ins-low param) param)))

(defun choose-param-reps (func)
  (dolist (blok (func-blocks func))
    (let ((index 0))
      (dolist (param (blok-params blok))
        (choose-param-rep blok param index)
        (setq index (+ index 1))))))

;;; Tests

(defun count-uses (func)
  "Count in INS-USES the uses of each value; in INS-MARK those by an :IF of
its own block."
  (dolist (blok (func-blocks func))
    (dolist (param (blok-params blok))
      (setf (ins-uses param) 0)
      (setf (ins-mark param) 0))
    (do-instructions (ins blok)
      (setf (ins-uses ins) 0)
      (setf (ins-mark ins) 0)))
  (dolist (blok (func-blocks func))
    (do-instructions (ins blok)
      (dolist (arg (ins-args ins))
        (let ((value (replacement arg)))
          (setf (ins-uses value) (+ 1 (ins-uses value)))
          (when (and (eq (ins-opname ins) :if)
                     (eq (ins-block value) blok))
            (setf (ins-mark value) (+ 1 (ins-mark value)))))))))

(defun delayed-p (ins)
  "Is INS a test that only the :IF behind it uses? A test that nothing uses is there
for the error it signals: the code behind it is never reached."
  (and (op-tester (ins-op ins))
       (/= 0 (ins-uses ins))
       (eql (ins-mark ins) (ins-uses ins))))

(defun lower-as-boolean (ins)
  "The test INS as a value: T or NIL."
  (let ((yes (low-block)) (no (low-block)))
    (funcall (op-tester (ins-op ins)) ins yes no)
    (multiple-value-bind (join param) (low-join *ty-boolean*)
      (go-on yes)
      (low-jump join (low-constant t))
      (go-on no)
      (low-jump join (low-constant nil))
      (go-on join)
      param)))

(defun lower-if (ins)
  (let* ((value (replacement (car (ins-args ins))))
         (then (car (ins-targets ins))) (else (cadr (ins-targets ins)))
         (literal (literal-of value)))
    (cond (literal (low-jump (if (ins-datum literal) then else)))
          ((and (op-tester (ins-op value)) (delayed-p value)
                (null (ins-low value)))
           (let ((*position* (ins-position value)))
             (test-into value then else)))
          (t (low-branch :eq (list (as-boxed value) (low-constant nil))
                         else then)))))

(defun test-into (value then else)
  "Branch on the test VALUE to the high blocks THEN and ELSE.  A tester may
branch to a block once only, so it gets fresh ones."
  (let ((yes (low-block)) (no (low-block)))
    (funcall (op-tester (ins-op value)) value yes no)
    (go-on yes)
    (low-jump then)
    (go-on no)
    (low-jump else)))

;;; The walk

(defun lower-ins (ins)
  (let ((op (ins-op ins)))
    (cond ((delayed-p ins) nil)
          ((op-lowerer op)
           (let ((low (funcall (op-lowerer op) ins)))
             (when low
               (when (and (ins-name ins) (null (ins-name low)))
                 (setf (ins-name low) (ins-name ins)))
               (when (null (ins-type low))
                 (setf (ins-type low) (ins-type ins)))
               (setf (ins-low ins) low))))
          (t (lower-other ins)))))

(defun lower-other (ins)
  "An instruction that is low already, or has no value."
  (case (ins-opname ins)
    (:constant nil)
    (:refine (lower-refine ins))
    (:refine-relation (lower-refine ins))
    (:if (lower-if ins))
    (:jump (lower-jump ins))
    (:word-to-fixnum
     (setf (ins-low ins)
           (typed-low (ins-type ins) :word-to-fixnum
                      (list (low-of (car (ins-args ins)))))))
    (:unbind-to (low :unbind-to (list (as-word (car (ins-args ins))))))
    (t (let ((args (as-all-boxed (ins-args ins))))
         (setf (ins-args ins) args)
         (setf (ins-prev ins) nil)
         (setf (ins-next ins) nil)
         (append-ins *out* ins)
         (setf (ins-low ins) ins)
         (when (op-terminator (ins-op ins)) (setq *out* nil))))))

(defun lower-refine (ins)
  "A refinement is its argument, seen with another type."
  (let ((value (car (ins-args ins))))
    (unless (literal-of value)
      (setf (ins-low ins) (low-of value)))))

(defun lower-jump (ins)
  (let* ((target (car (ins-targets ins))) (args '()) (rest (ins-args ins)))
    (dolist (param (blok-params target))
      (push (as-rep (pop rest) (ins-rep param)) args))
    (low-end :jump (nreverse args) (list target))))

(defun lower-block (blok)
  (let ((ins (blok-first blok)) (next nil))
    (setf (blok-first blok) nil)
    (setf (blok-last blok) nil)
    (setq *origin* blok)
    (go-on blok)
    (push blok *lowered*)
    (loop
      (when (or (null ins) (null *out*)) (return))
      (setq next (ins-next ins))
      (let ((*position* (or (ins-position ins) *position*)))
        (lower-ins ins))
      (setq ins next))))

(defun recompute-preds (func)
  (dolist (blok (func-blocks func)) (setf (blok-preds blok) '()))
  (dolist (blok (func-blocks func))
    (dolist (target (successors blok))
      (push blok (blok-preds target)))))

(defun lower-function (func)
  "Turn the high SSA of FUNC into low SSA."
  (let ((*lower-func* func) (*out* nil) (*lowered* '()) (*cold* '())
        (*position* (func-position func)))
    (count-uses func)
    (mark-modular func)
    (choose-param-reps func)
    (dolist (blok (func-blocks func)) (lower-block blok))
    (setf (func-blocks func)
          (append (nreverse *lowered*) (nreverse *cold*)))
    (setf (func-blocks func) (reachable-in-order func))
    (recompute-preds func)
    func))

(defun reachable-in-order (func)
  "The blocks of FUNC that can be reached, in the order they have."
  (dolist (blok (func-blocks func)) (setf (blok-mark blok) nil))
  (let ((work (list (func-entry func))))
    (setf (blok-mark (func-entry func)) t)
    (loop
      (when (null work) (return))
      (dolist (target (successors (pop work)))
        (unless (blok-mark target)
          (setf (blok-mark target) t)
          (push target work)))))
  (remove-if-not #'blok-mark (func-blocks func)))
