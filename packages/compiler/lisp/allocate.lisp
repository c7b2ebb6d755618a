;;;; The register allocator: its passes in order.

(in-package #:astralisp.compiler)

(defun allocate-registers (mfunc)
  "Give every operand of MFUNC its place and every gap its moves; number the
frame slots; settle the stack maps.  Returns MFUNC."
  (order-blocks mfunc)
  (find-dominators mfunc)
  (find-loops mfunc)
  (when (gather-loops mfunc)
    (find-dominators mfunc)
    (find-loops mfunc))
  (analyze-liveness mfunc)
  (scan-blocks mfunc)
  (choose-policies mfunc)
  (assign-slots mfunc)
  (note-definition-stores mfunc)
  (settle-sites mfunc)
  mfunc)

(defun scan-blocks (mfunc)
  "The scan over all blocks of MFUNC, in their order."
  (let ((*registers* (make-array 32 :initial-element nil))
        (*live* (make-array 64 :initial-element nil))
        (*live-count* 0) (*time* 0) (*touched* '())
        (*next-calls* *call-positions*) (*horizon* 0)
        (cold-start (cold-start mfunc)))
    (dolist (block (mfunc-blocks mfunc))
      (enter-block block cold-start)
      (dolist (minst (mblock-instructions block))
        (cond ((eq (minst-op minst) :jump) (allocate-jump minst))
              ((minst-call minst) (allocate-call minst))
              (t (allocate-minst minst))))
      (leave-block block)
      (let ((succ (first (mblock-succs block))))
        (when (and succ (mblock-start-known-p succ block))
          (connect block succ))))))

(defun mblock-start-known-p (succ block)
  "True when the entry state of SUCC has been chosen when BLOCK ends."
  (<= (mblock-order succ) (mblock-order block)))

(defun cold-start (mfunc)
  (let ((start 0))
    (dolist (block (mfunc-blocks mfunc) start)
      (unless (mblock-cold block) (setq start (mblock-end block))))))

(defun allocate-jump (minst)
  "The arguments of a jump stay where they are until its edge is made."
  (setq *time* (minst-number minst))
  (dolist (use (minst-uses minst))
    (setf (use-place use) (source-place (use-vreg use))))
  (dolist (use (minst-uses minst))
    (when (use-kill use)
      (let ((vreg (use-vreg use)))
        (leave-register vreg)
        (remove-live vreg)))))

(defun note-definition-stores (mfunc)
  "Where a value with policy :DEF is no result of an instruction inside its
block, put its store at the start of the block where it is first known."
  (dolist (block (mfunc-blocks mfunc))
    (dolist (vreg (mblock-params block))
      (when (and (eq (vreg-policy vreg) :def)
                 (not (= (vreg-def-register vreg) -1)))
        (push vreg (mblock-entry-stores block))))
    (let ((last (car (last (mblock-instructions block)))))
      (when (and (minst-dst last)
                 (eq (vreg-policy (minst-dst last)) :def))
        (push (minst-dst last)
              (mblock-entry-stores (first (mblock-succs block))))))))
