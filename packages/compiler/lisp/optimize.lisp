;;;; Type propagation over high SSA, and what follows from it.

(in-package #:astralisp.compiler)

;;; Conditional propagation (Wegman and Zadeck 1991) in reverse post-order:
;;; types only grow from "no object", a block counts once it can be reached.
;;; Passes repeat from the first loop whose parameters have grown; integer
;;; bounds that keep growing are widened.

(defun number-blocks (func)
  "Number the blocks of FUNC in order from 0."
  (let ((number 0))
    (dolist (blok (func-blocks func))
      (setf (blok-number blok) number)
      (setq number (+ number 1)))
    (setf (func-blocks-count func) number)))

(defun mark-loops (func)
  "Mark the headers of loops: the targets of edges that lead back."
  (dolist (blok (func-blocks func))
    (setf (blok-loop-header blok) nil))
  (dolist (blok (func-blocks func))
    (dolist (target (successors blok))
      (when (<= (blok-number target) (blok-number blok))
        (setf (blok-loop-header target) t)))))

(defun jump-argument (jump index)
  (nth index (ins-args jump)))

(defun param-ty (index blok)
  "The type that the predecessors of BLOK reached so far give parameter INDEX."
  (let ((ty *ty-none*))
    (dolist (pred (blok-preds blok) ty)
      (when (blok-mark pred)
        (setq ty (ty-or ty (value-ty (jump-argument (blok-last pred)
                                                    index))))))))

(defparameter *upper-steps*
  (list #x10FFFF (- (expt 2 32) 1) (- (expt 2 56) 1) +most-positive-fixnum+
        (- (expt 2 64) 1))
  "Where growing upper bounds stop.")

(defparameter *lower-steps*
  (list 0 -1 (- (expt 2 56)) +most-negative-fixnum+ (- (expt 2 63)))
  "Where growing lower bounds stop.")

(defun widen (old new count)
  "NEW, a larger type than OLD, with bounds on the steps."
  (let ((lo (ty-lo new)) (hi (ty-hi new)))
    (when (and hi (ty-hi old) (> hi (ty-hi old)))
      (setq hi (if (> count 12)
                   nil
                   (find-if (lambda (step) (>= step hi)) *upper-steps*))))
    (when (and lo (ty-lo old) (< lo (ty-lo old)))
      (setq lo (if (> count 12)
                   nil
                   (find-if (lambda (step) (<= step lo)) *lower-steps*))))
    (if (and (eql lo (ty-lo new)) (eql hi (ty-hi new)))
        new
        (make-ty (if (/= 0 (logand (ty-bits new) +ty-integer+))
                     (logior (ty-bits new) +ty-integer+)
                     (ty-bits new))
                 lo hi (ty-name new)))))

(defun update-params (blok)
  "Recompute the parameters of BLOK; return true if one has grown."
  (let ((index 0) (grown nil))
    (dolist (param (blok-params blok) grown)
      (let ((old (ins-type param))
            (new (param-ty index blok)))
        (cond ((null old) (setf (ins-type param) new)
               (setf (ins-mark param) 0)
               (unless (ty-empty-p new) (setq grown t)))
              ((not (ty-subtype-p new old))
               (setf (ins-mark param) (+ (ins-mark param) 1))
               (let ((union (ty-or old new)))
                 (setf (ins-type param)
                       (if (> (ins-mark param) 1)
                           (widen old union (ins-mark param))
                           union)))
               (setq grown t))))
      (setq index (+ index 1)))))

(defun infer (ins)
  "The type of INS from the types of its arguments."
  (let ((op (ins-op ins)))
    (cond ((op-typer op)
           (let ((args (ins-args ins)) (result (op-fact op :result)))
             (case (op-arity op)
               (1 (funcall (op-typer op) ins result (value-ty (car args))))
               (2 (funcall (op-typer op) ins result (value-ty (car args))
                           (value-ty (cadr args))))
               (3 (funcall (op-typer op) ins result (value-ty (car args))
                           (value-ty (cadr args)) (value-ty (caddr args))))
               (t result))))
          ((op-fact op :test-type)
           (infer-test ins (op-fact op :test-type)))
          ((op-fact op :high) (op-fact op :result))
          (t (infer-low ins)))))

(defun infer-test (ins test)
  (let ((ty (value-ty (car (ins-args ins)))))
    (cond ((ty-empty-p ty) *ty-none*)
          ((ty-subtype-p ty test) *ty-true*)
          ((ty-disjoint-p ty test) *ty-null*)
          (t *ty-boolean*))))

(defun infer-low (ins)
  (case (ins-opname ins)
    (:constant (datum-ty (ins-datum ins)))
    ((:refine :check)
     (let ((ty (value-ty (car (ins-args ins)))))
       (ty-and ty (ins-datum ins))))
    (:refine-relation
     (relate (value-ty (car (ins-args ins)))
             (value-ty (cadr (ins-args ins)))
             (ins-datum ins)))
    (:call (let ((name (ins-datum ins)))
             (or (and (symbolp name) (get name 'result-type)) *ty-t*)))
    (:cons *ty-cons*)
    ((:make-closure :self :callable) *ty-function*)
    (:layout *ty-instance*)
    (:cell *ty-other*)
    (:word-to-fixnum (or (ins-type ins) *ty-fixnum*))
    (t *ty-t*)))

(defun relate (a b relation)
  "The members of type A that stand in RELATION to some member of B."
  (let ((a (ty-and a *ty-number*)) (lo (ty-lo b)) (hi (ty-hi b)))
    (if (or (not (ty-bits-p b +ty-integer+)) (ty-empty-p b)
            (= 0 (logand (ty-bits a) +ty-integer+)))
        a
        (let ((clip (case relation
                      (:< (integer-ty nil (bound- hi 1)))
                      (:<= (integer-ty nil hi))
                      (:> (integer-ty (bound+ lo 1) nil))
                      (:>= (integer-ty lo nil))
                      (t (integer-ty lo hi)))))
          (ty-or (ty-and a clip)
                 (ty-minus-bits a +ty-integer+))))))

(defun follow-terminator (last)
  "Mark the blocks that LAST may lead to as reached."
  (case (ins-opname last)
    (:if
     (let ((ty (value-ty (car (ins-args last))))
           (targets (ins-targets last)))
       (unless (ty-bits-p ty +ty-null+)
         (setf (blok-mark (car targets)) t))
       (when (/= 0 (logand (ty-bits ty) +ty-null+))
         (setf (blok-mark (cadr targets)) t))))
    (t (dolist (target (ins-targets last))
         (setf (blok-mark target) t)))))

(defun visit-block (blok)
  "Infer the types in BLOK, up to an instruction that never returns."
  (unless (blok-loop-header blok) (update-params blok))
  (let ((ins (blok-first blok)))
    (loop
      (when (null ins)
        (follow-terminator (blok-last blok))
        (return))
      (unless (eq (ins-rep ins) :none)
        (setf (ins-type ins) (infer ins))
        (when (and (ty-empty-p (ins-type ins))
                   (not (op-terminator (ins-op ins))))
          (return)))
      (setq ins (ins-next ins)))))

(defun cut-dead-ends (func)
  "Behind an instruction of FUNC that never returns nothing follows."
  (dolist (blok (func-blocks func))
    (let ((ins (blok-first blok)))
      (loop
        (when (null ins) (return))
        (when (and (not (eq (ins-rep ins) :none)) (ins-type ins)
                   (ty-empty-p (ins-type ins))
                   (not (op-terminator (ins-op ins))))
          (dolist (target (successors blok))
            (setf (blok-preds target) (remove blok (blok-preds target))))
          (drop-behind ins)
          (append-ins blok (new-ins func :unreachable '() nil))
          (return))
        (setq ins (ins-next ins))))))

(defun drop-behind (ins)
  "Delete the instructions behind INS in its block."
  (loop
    (let ((next (ins-next ins)))
      (when (null next) (return))
      (delete-ins next))))

(defun propagate-types (func)
  "Give every value of FUNC its type; blocks not reached keep mark NIL."
  (number-blocks func)
  (mark-loops func)
  (dolist (blok (func-blocks func)) (setf (blok-mark blok) nil))
  (setf (blok-mark (func-entry func)) t)
  (let ((start (func-blocks func)) (rounds 0))
    (loop
      (when (null start) (return))
      (dolist (blok start)
        (when (and (blok-loop-header blok) (= rounds 0))
          (update-params blok))
        (when (blok-mark blok) (visit-block blok)))
      (setq rounds (+ rounds 1))
      (setq start (grown-loop func))))
  (narrow-types func))

(defun grown-loop (func)
  "Update all loop headers; return the blocks from the first grown one on."
  (let ((found nil))
    (do ((tail (func-blocks func) (cdr tail)))
        ((null tail) found)
      (let ((blok (car tail)))
        (when (and (blok-loop-header blok) (blok-mark blok)
                   (update-params blok)
                   (null found))
          (setq found tail))))))

(defun narrow-types (func)
  "One pass that takes back what widening went too far."
  (let ((changed nil))
    (dolist (blok (func-blocks func))
      (when (and (blok-loop-header blok) (blok-mark blok))
        (let ((index 0))
          (dolist (param (blok-params blok))
            (let ((new (ty-and (ins-type param)
                               (param-ty index blok))))
              (unless (or (ty-empty-p new)
                          (ty-equal new (ins-type param)))
                (setf (ins-type param) new)
                (setq changed t)))
            (setq index (+ index 1))))))
    (when changed
      (dolist (blok (func-blocks func))
        (when (blok-mark blok) (visit-block blok))))))

;;; What follows

(defun unreachable-value-p (ins)
  (and (ins-type ins) (ty-empty-p (ins-type ins))))

(defun constant-of-type (ty)
  "The only member of TY, and true, when TY is known to have only one."
  (cond ((= (ty-bits ty) +ty-null+) (values nil t))
        ((= (ty-bits ty) +ty-true+) (values t t))
        ((and (= (ty-bits ty) +ty-fixnum+) (eql (ty-lo ty) (ty-hi ty)))
         (values (ty-lo ty) t))
        (t (values nil nil))))

(defun checked-types-hold-p (ins)
  "Have the arguments of the high instruction INS the types it asks for?"
  (let ((good t) (args (ins-args ins)))
    (dolist (ty (op-argument-types (ins-op ins)))
      (unless (ty-subtype-p (value-ty (pop args)) ty) (setq good nil)))
    (setq args (ins-args ins))
    (dolist (ty (get (ins-opname ins) 'argument-types) good)
      (when (and args (not (ty-subtype-p (value-ty (pop args)) ty)))
        (setq good nil)))))

(defun flushable-p (ins)
  "May INS be dropped when its value is not used?"
  (let ((op (ins-op ins)))
    (cond ((op-terminator op) nil)
          ((op-fact op :high)
           (and (not (ins-effect-p ins (logior +writes+ +calls+)))
                (or (getf (ins-attrs ins) :unsafe)
                    (checked-types-hold-p ins))))
          ((member (ins-opname ins)
                   '(:param :argument :argument-count :self :value
                     :values-rest :value-count :refine :refine-relation
                     :second-result :binding-sp))
           t)
          ((eq (ins-opname ins) :check)
           (ty-subtype-p (value-ty (car (ins-args ins))) (ins-datum ins)))
          ((eq (ins-opname ins) :callable) nil)
          (t (not (ins-effect-p ins (logior +writes+ +calls+ +control+)))))))

(defun fold-constants (blok)
  "Replace the instructions of BLOK whose value is known."
  (do-instructions (ins blok)
    (when (and (ins-type ins) (not (eq (ins-opname ins) :constant))
               (not (eq (ins-rep ins) :none)))
      (multiple-value-bind (datum known) (constant-of-type (ins-type ins))
        (when (and known (flushable-p ins)
                   (not (op-terminator (ins-op ins))))
          (let ((new (new-ins (blok-func blok) :constant '() datum)))
            (setf (ins-type new) (ins-type ins))
            (setf (ins-forward ins) new)
            (insert-before ins new)
            (delete-ins ins)))))))

(defun make-jump (ins target)
  "Turn the terminator INS into a jump to TARGET without arguments."
  (setf (ins-op ins) (find-op :jump))
  (setf (ins-args ins) '())
  (setf (ins-datum ins) nil)
  (setf (ins-targets ins) (list target)))

(defun prune-branches (func)
  "Drop the blocks of FUNC that propagation did not reach."
  (let ((dropped nil))
    (dolist (blok (func-blocks func))
      (if (null (blok-mark blok))
          (setq dropped t)
          (let ((last (blok-last blok)))
            (when (eq (ins-opname last) :if)
              (let ((targets (ins-targets last)))
                (cond ((null (blok-mark (car targets)))
                       (make-jump last (cadr targets)))
                      ((null (blok-mark (cadr targets)))
                       (make-jump last (car targets)))))))))
    (when dropped
      (setf (func-blocks func)
            (remove-if-not #'blok-mark (func-blocks func)))
      (dolist (blok (func-blocks func))
        (setf (blok-preds blok)
              (remove-if-not #'blok-mark (blok-preds blok)))))))

(defun remove-param (blok param index value)
  "PARAM, number INDEX of BLOK, is VALUE."
  (setf (ins-forward param) value)
  (setf (blok-params blok) (remove param (blok-params blok)))
  (dolist (pred (blok-preds blok))
    (let ((jump (blok-last pred)))
      (setf (ins-args jump) (without-nth index (ins-args jump))))))

(defun without-nth (index list)
  (if (= index 0)
      (cdr list)
      (let ((result '()))
        (dotimes (i index) (push (pop list) result))
        (nreconc result (cdr list)))))

(defun same-argument (blok param index)
  "The one value that all jumps pass for PARAM besides itself, or NIL."
  (let ((same nil) (good t))
    (dolist (pred (blok-preds blok))
      (let ((value (replacement (nth index (ins-args (blok-last pred))))))
        (cond ((eq value param) nil)
              ((null same) (setq same value))
              ((not (eq same value)) (setq good nil)))))
    (if good same nil)))

(defun simplify-params (func)
  "Remove the parameters that are always the same value."
  (let ((changed t))
    (loop
      (unless changed (return))
      (setq changed nil)
      (dolist (blok (func-blocks func))
        (let ((index 0))
          (dolist (param (blok-params blok))
            (let ((same (same-argument blok param index)))
              (cond (same
                     (remove-param blok param index same)
                     (setq changed t))
                    (t (setq index (+ index 1)))))))))))

;;; Dead code: mark from what must stay.

(defun remove-dead (func)
  "Drop the instructions and parameters of FUNC that nothing needs."
  (let ((work '()))
    (dolist (blok (func-blocks func))
      (dolist (param (blok-params blok)) (setf (ins-mark param) nil))
      (do-instructions (ins blok)
        (setf (ins-mark ins) nil)
        (unless (flushable-p ins)
          (setf (ins-mark ins) :needed)
          (push ins work))))
    (loop
      (when (null work) (return))
      (let ((ins (pop work)))
        (unless (eq (ins-opname ins) :jump)
          (dolist (arg (ins-args ins))
            (let ((value (replacement arg)))
              (unless (ins-mark value)
                (setf (ins-mark value) :needed)
                (push value work)))))
        (when (eq (ins-opname ins) :param)
          (setq work (need-arguments ins work)))))
    (dolist (blok (func-blocks func)) (drop-unmarked blok))))

(defun need-arguments (param work)
  "What jumps pass for the needed PARAM is needed."
  (let ((index (position param (blok-params (ins-block param)))))
    (dolist (pred (blok-preds (ins-block param)) work)
      (let ((value (replacement (nth index (ins-args (blok-last pred))))))
        (unless (ins-mark value)
          (setf (ins-mark value) :needed)
          (push value work))))))

(defun drop-unmarked (blok)
  (let ((index 0))
    (dolist (param (blok-params blok))
      (cond ((ins-mark param) (setq index (+ index 1)))
            (t (remove-param blok param index nil)))))
  (do-instructions (ins blok)
    (unless (or (ins-mark ins) (op-terminator (ins-op ins)))
      (delete-ins ins))))

(defun drop-refinements (func)
  "Replace each refinement by its argument where no type is lost."
  (dolist (blok (func-blocks func))
    (do-instructions (ins blok)
      (when (and (eq (ins-opname ins) :check)
                 (ty-subtype-p (value-ty (car (ins-args ins)))
                               (ins-datum ins)))
        (setf (ins-forward ins) (replacement (car (ins-args ins))))
        (delete-ins ins)))))

(defun optimize-high (func)
  "Types, constants, branches, dead code of high SSA."
  (propagate-types func)
  (report-conflicts func)
  (report-unreached func)
  (cut-dead-ends func)
  (prune-branches func)
  (dolist (blok (func-blocks func)) (fold-constants blok))
  (drop-refinements func)
  (simplify-params func)
  (remove-dead func)
  func)
