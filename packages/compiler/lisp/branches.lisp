;;;; Branches whose outcome is known from an earlier branch.

(in-package #:astralisp.compiler)

;;; The marks of the blocks hold their immediate dominators.  A branch target
;;; has one predecessor, so what a branch tells holds in all that its target
;;; dominates.

(defconstant +branch-search+ 24 "How many dominators a search looks at.")

(defun known-outcome (branch blok)
  "What BRANCH would do at the end of BLOK: :THEN, :ELSE or NIL when that is
not known."
  (let ((place blok) (steps 0))
    (loop
      (let ((above (blok-mark place)))
        (when (or (null above) (eq above place) (> steps +branch-search+))
          (return nil))
        (setq steps (+ steps 1))
        (let ((last (blok-last above)))
          (when (and (eq (ins-opname last) :branch)
                     (not (eq (first (ins-targets last))
                              (second (ins-targets last)))))
            (let ((outcome
                    (cond ((eq place (first (ins-targets last)))
                           (implied-outcome last t branch))
                          ((eq place (second (ins-targets last)))
                           (implied-outcome last nil branch))
                          (t nil))))
              (when outcome (return outcome)))))
        (setq place above)))))

(defun same-operands-p (a b)
  (and (same-value-p (first (ins-args a)) (first (ins-args b)))
       (or (null (cdr (ins-args a)))
           (same-value-p (second (ins-args a)) (second (ins-args b))))))

(defun swapped-operands-p (a b)
  (and (same-value-p (first (ins-args a)) (second (ins-args b)))
       (same-value-p (second (ins-args a)) (first (ins-args b)))))

(defun implied-outcome (earlier taken branch)
  "What BRANCH does where EARLIER was TAKEN (or not), NIL when that does not
follow."
  (let ((known (ins-datum earlier)) (wanted (ins-datum branch)))
    (cond ((and (eq known wanted)
                (= (length (ins-args earlier)) (length (ins-args branch)))
                (equal (ins-attrs earlier) (ins-attrs branch))
                (same-operands-p earlier branch))
           (if taken :then :else))
          ((eq wanted :fixnump)
           (implied-fixnum earlier taken branch))
          ((eq wanted :fixnum-below)
           (implied-below earlier taken branch))
          (t nil))))

(defun implied-fixnum (earlier taken branch)
  (let ((value (first (ins-args branch))))
    (case (ins-datum earlier)
      (:both-fixnump
       (if (and taken
                (or (same-value-p value (first (ins-args earlier)))
                    (same-value-p value (second (ins-args earlier)))))
           :then
           nil))
      ((:lowtag :consp :immediate-kind)
       (if (and taken (same-value-p value (first (ins-args earlier))))
           :else
           nil))
      (t nil))))

(defun implied-below (earlier taken branch)
  "An index that is not negative and less than the length is below it."
  (let* ((index (replacement (first (ins-args branch))))
         (lo (and (ins-type index) (ty-lo (ins-type index)))))
    (if (and lo (>= lo 0) (ty-fixnum-p (ins-type index))
             (or (and taken (eq (ins-datum earlier) :fixnum<)
                      (same-operands-p earlier branch))
                 (and (not taken) (eq (ins-datum earlier) :fixnum<=)
                      (swapped-operands-p earlier branch))))
        :then
        nil)))

(defun drop-known-branches (func)
  "Turn the branches of FUNC whose outcome is known into jumps, and lead the
jumps to a branch past it where they know better; return true if any."
  (let ((changed nil))
    (dolist (blok (func-blocks func))
      (let ((last (blok-last blok)))
        (when (eq (ins-opname last) :branch)
          (let ((outcome (known-outcome last blok)))
            (cond (outcome
                   (set-jump last (if (eq outcome :then)
                                      (first (ins-targets last))
                                      (second (ins-targets last))))
                   (setq changed t))
                  ((and (eq last (blok-first blok))
                        (null (blok-params blok))
                        (lead-jumps-past blok last))
                   (setq changed t)))))))
    changed))

(defun set-jump (ins target)
  (setf (ins-attrs ins) '())
  (make-jump ins target))

(defun lead-jumps-past (blok branch)
  "BLOK is nothing but BRANCH: jumps to it that know the outcome go on to the
target; return true if any does."
  (let ((changed nil) (edges (list nil nil)))
    (dolist (pred (blok-preds blok))
      (let ((jump (blok-last pred)))
        (when (and (eq (ins-opname jump) :jump) (not (eq pred blok))
                   (not (blok-cold pred)))
          (let ((outcome (known-outcome branch pred)))
            (when outcome
              (let ((index (if (eq outcome :then) 0 1)))
                (unless (nth index edges)
                  (setf (nth index edges) t)
                  (put-edge branch index))
                (setf (ins-targets jump)
                      (ins-targets
                       (blok-last (nth index (ins-targets branch)))))
                (setq changed t)))))))
    changed))

(defun put-edge (branch index)
  "Let target number INDEX of BRANCH be a new block that jumps to the old."
  (let* ((blok (ins-block branch)) (func (blok-func blok))
         (edge (new-blok func)) (jump (new-ins func :jump '() nil)))
    (setf (blok-unwind edge) (blok-unwind blok))
    (setf (blok-cold edge) (blok-cold blok))
    (setf (ins-targets jump) (list (nth index (ins-targets branch))))
    (append-ins edge jump)
    (setf (ins-targets branch)
          (if (= index 0)
              (list edge (second (ins-targets branch)))
              (list (first (ins-targets branch)) edge)))
    (setf (func-blocks func) (append (func-blocks func) (list edge)))
    edge))

(defun settle-branches (func)
  "Drop the known branches of FUNC and what can no longer be reached."
  (when (drop-known-branches func)
    (setf (func-blocks func) (reachable-in-order func))
    (recompute-preds func)
    (merge-blocks func)
    (resolve-arguments func)
    (simplify-params func)
    (resolve-arguments func)))

(defun cool-down (func)
  "Cold are blocks that end in no return, that only lead to cold blocks, or
that only cold blocks lead to."
  (dolist (blok (reverse (func-blocks func)))
    (let ((next (successors blok)))
      (when (or (eq (ins-opname (blok-last blok)) :unreachable)
                (and next (every #'blok-cold next)))
        (setf (blok-cold blok) t))))
  (dolist (blok (func-blocks func))
    (when (and (blok-preds blok) (every #'blok-cold (blok-preds blok)))
      (setf (blok-cold blok) t)))
  (setf (blok-cold (func-entry func)) nil))
