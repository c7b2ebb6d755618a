;;;; Layout order of blocks, dominators and loops, for the allocator.

(in-package #:astralisp.compiler)

(defun order-blocks (mfunc)
  "Put the cold blocks of MFUNC last and drop what cannot be reached.
Every block but the first then stands behind one of its predecessors."
  (let ((blocks (mfunc-blocks mfunc)))
    (spread-cold blocks)
    (let ((placed '()) (left '()) (order 0) (entry (first blocks)))
      (dolist (block blocks)
        (setf (mblock-order block) -1))
      (flet ((place (block)
               (if (or (eq block entry)
                       (some-placed-p (mblock-preds block)))
                   (progn (setf (mblock-order block) order)
                          (incf order)
                          (push block placed))
                   (push block left))))
        (dolist (block blocks)
          (unless (mblock-cold block) (place block)))
        (setq left (reverse left))
        (dolist (block blocks)
          (when (mblock-cold block) (setq left (append left (list block)))))
        ;; Place the rest, round by round, until a round places nothing.
        (loop
          (let ((todo left) (before order))
            (setq left '())
            (dolist (block todo) (place block))
            (setq left (reverse left))
            (when (or (null left) (= order before)) (return)))))
      (setq placed (nreverse placed))
      (dolist (block placed)
        (when (some #'unplaced-p (mblock-preds block))
          (setf (mblock-preds block)
                (remove-if #'unplaced-p (mblock-preds block)))))
      (setf (mfunc-blocks mfunc) placed))))

(defun unplaced-p (block)
  (= (mblock-order block) -1))

(defun some-placed-p (blocks)
  (dolist (block blocks nil)
    (when (>= (mblock-order block) 0) (return t))))

(defun spread-cold (blocks)
  "Make every block cold that is reached only through cold blocks, or from
which all ways end in an error."
  (loop
    (let ((changed nil))
      (dolist (block (cdr blocks))
        (when (and (not (mblock-cold block)) (doomed-p block))
          (setf (mblock-cold block) t)
          (setq changed t)))
      (unless changed (return))))
  (dolist (block blocks)
    (setf (mblock-mark block) nil))
  (let ((stack (list (first blocks))))
    (loop
      (when (null stack) (return))
      (let ((block (pop stack)))
        (unless (eq (mblock-mark block) :hot)
          (setf (mblock-mark block) :hot)
          (dolist (succ (mblock-succs block))
            (unless (mblock-cold succ) (push succ stack)))))))
  (dolist (block blocks)
    (setf (mblock-cold block) (not (eq (mblock-mark block) :hot)))))

(defun doomed-p (block)
  "True when BLOCK ends in an error or goes on to cold blocks only."
  (if (mblock-succs block)
      (every #'mblock-cold (mblock-succs block))
      (eq (minst-op (car (last (mblock-instructions block))))
          :unreachable)))

;;; Dominators: Cooper, Harvey and Kennedy, "A simple, fast dominance
;;; algorithm".  A dominator always stands earlier in the layout order.

(defun find-dominators (mfunc)
  "Set the immediate dominator of every block of MFUNC; the entry's is
itself."
  (let ((entry (first (mfunc-blocks mfunc))))
    (dolist (block (mfunc-blocks mfunc))
      (setf (mblock-idom block) nil))
    (setf (mblock-idom entry) entry)
    (loop
      (let ((changed nil))
        (dolist (block (cdr (mfunc-blocks mfunc)))
          (let ((new nil))
            (dolist (pred (mblock-preds block))
              (when (mblock-idom pred)
                (setq new (if new (common-block-dominator pred new) pred))))
            (unless (eq new (mblock-idom block))
              (setf (mblock-idom block) new)
              (setq changed t))))
        (unless changed (return))))))

(defun common-block-dominator (a b)
  (loop
    (when (eq a b) (return a))
    (if (> (mblock-order a) (mblock-order b))
        (setq a (mblock-idom a))
        (setq b (mblock-idom b)))))

(defun block-dominates-p (a b)
  "True when block A dominates block B."
  (let ((order (mblock-order a)))
    (loop
      (cond ((eq a b) (return t))
            ((<= (mblock-order b) order) (return nil))
            (t (setq b (mblock-idom b)))))))

;;; Loops

(defun find-loops (mfunc)
  "Set the loop depth of every block of MFUNC, and the blocks of each loop."
  (dolist (block (mfunc-blocks mfunc))
    (setf (mblock-depth block) 0 (mblock-mark block) nil))
  (dolist (header (mfunc-blocks mfunc))
    (let ((body '()))
      (dolist (pred (mblock-preds header))
        (when (and (>= (mblock-order pred) (mblock-order header))
                   (block-dominates-p header pred))
          (setq body (add-loop-body header pred body))))
      (setf (mblock-loop-blocks header) body)
      (dolist (block body)
        (incf (mblock-depth block))))))

(defun add-loop-body (header tail body)
  "Add to BODY the blocks from which TAIL is reached without HEADER."
  (let ((stack (list tail)))
    (unless (eq (mblock-mark header) header)
      (setf (mblock-mark header) header)
      (push header body))
    (loop
      (when (null stack) (return body))
      (let ((block (pop stack)))
        (unless (eq (mblock-mark block) header)
          (setf (mblock-mark block) header)
          (push block body)
          (dolist (pred (mblock-preds block))
            (push pred stack)))))))

;;; Loops in one piece

(defun gather-loops (mfunc)
  "Change the order of blocks of MFUNC so that the blocks of each loop, cold
ones aside, follow each other.  Returns true if anything changed."
  (let* ((old (mfunc-blocks mfunc))
         (new (gather-blocks old nil)))
    (if (every #'eq old new)
        nil
        (let ((order 0))
          (dolist (block new)
            (setf (mblock-order block) order)
            (incf order))
          (setf (mfunc-blocks mfunc) new)
          t))))

(defun gather-blocks (blocks inside)
  "BLOCKS with the loops among them in one piece; not the loop of the header
INSIDE, to which they all belong."
  (let ((result '()))
    (loop
      (when (null blocks) (return (nreverse result)))
      (let* ((block (first blocks)) (body (mblock-loop-blocks block)))
        (cond ((or (null body) (eq block inside))
               (push block result)
               (setq blocks (cdr blocks)))
              (t
               (dolist (member body) (setf (mblock-mark member) block))
               (let ((in '()) (out '()))
                 (dolist (other blocks)
                   (if (and (eq (mblock-mark other) block)
                            (eq (mblock-cold other) (mblock-cold block)))
                       (push other in)
                       (push other out)))
                 (dolist (member (gather-blocks (nreverse in) block))
                   (push member result))
                 (setq blocks (nreverse out)))))))))
