;;;; Positions, live ranges, last uses and register hints.

(in-package #:astralisp.compiler)

;;; Instruction K reads at position 2K and writes at 2K + 1; ranges are
;;; half-open and listed in rising order.

(defvar *call-positions* nil
  "Positions of the calls of the function, rising.")

(defun number-instructions (mfunc)
  "Number the instructions of MFUNC in layout order and collect its calls."
  (let ((number 1) (calls '()))
    (dolist (block (mfunc-blocks mfunc))
      (setf (mblock-start block) (* 2 number))
      (incf number)
      (dolist (minst (mblock-instructions block))
        (setf (minst-number minst) number
              (minst-block minst) block)
        (when (minst-call minst)
          (push (* 2 number) calls)
          (setf (mblock-has-call block) t))
        (incf number))
      (setf (mblock-end block) (* 2 number)))
    (setq *call-positions* (nreverse calls))
    (dolist (block (mfunc-blocks mfunc))
      (finish-loop block))))

(defun finish-loop (header)
  "Find the end of the hot part of the loop of HEADER and if it calls."
  (when (mblock-loop-blocks header)
    (let ((end 0) (calls nil))
      (dolist (block (mblock-loop-blocks header))
        (unless (and (mblock-cold block) (not (mblock-cold header)))
          (setq end (max end (mblock-end block)))
          (when (mblock-has-call block) (setq calls t))))
      (setf (mblock-loop-end header) end
            (mblock-loop-calls header) calls)
      ;; Headers come in layout order, so the innermost loop has the last word.
      (dolist (block (mblock-loop-blocks header))
        (setf (mblock-inner-end block) end)))))

;;; Live-in sets: from each use back to the definition.

(defun find-definitions (mfunc)
  "Note where each virtual register of MFUNC is defined, and in VREG-MARK the
blocks that use it from outside."
  (dolist (block (mfunc-blocks mfunc))
    (dolist (vreg (mblock-params block))
      (setf (vreg-def-block vreg) block))
    (dolist (minst (mblock-instructions block))
      (when (minst-dst minst)
        (setf (vreg-def-block (minst-dst minst)) block
              (vreg-def-minst (minst-dst minst)) minst))
      (dolist (def (minst-defs minst))
        (setf (vreg-def-block (car def)) block
              (vreg-def-minst (car def)) minst))))
  (dolist (block (mfunc-blocks mfunc))
    (dolist (minst (mblock-instructions block))
      (dolist (use (minst-uses minst))
        (let ((vreg (use-vreg use)))
          (when (and (not (vreg-constant vreg))
                     (not (eq (vreg-def-block vreg) block))
                     (not (eq (car (vreg-mark vreg)) block)))
            (push block (vreg-mark vreg))))))))

(defun find-live-in (mfunc regions)
  "Set the live-in lists of the blocks of MFUNC.  REGIONS is an alist from
unwind targets to the blocks that are under them."
  (dolist (block (mfunc-blocks mfunc))
    (setf (mblock-mark block) nil))
  (dolist (vreg (mfunc-vregs mfunc))
    (let ((stack (vreg-mark vreg)))
      (setf (vreg-mark vreg) nil)
      (loop
        (when (null stack) (return))
        (let ((block (pop stack)))
          (unless (eq (mblock-mark block) vreg)
            (setf (mblock-mark block) vreg)
            (push vreg (mblock-live-in block))
            (dolist (pred (mblock-preds block))
              (unless (eq pred (vreg-def-block vreg))
                (push pred stack)))
            (when (mblock-unwind-entry block)
              (setf (vreg-keep-home vreg) t)
              (dolist (inside (cdr (assoc block regions)))
                (unless (eq inside (vreg-def-block vreg))
                  (push inside stack))))))))))

(defun unwind-regions (mfunc)
  "An alist from each unwind target of MFUNC to the blocks under it."
  (let ((regions '()))
    (dolist (block (mfunc-blocks mfunc))
      (when (mblock-unwind-entry block)
        (push (list block) regions)))
    (when regions
      (dolist (block (mfunc-blocks mfunc))
        (let ((target (mblock-unwind block)))
          (loop
            (when (null target) (return))
            (let ((region (assoc target regions)))
              (when region (push block (cdr region))))
            (setq target (mblock-unwind target))))))
    regions))

;;; Live ranges, last uses, hints: one pass backwards.

(defun add-range (vreg start end)
  (let ((first (car (vreg-ranges vreg))))
    (cond ((and first (<= (car first) end))
           (when (< start (car first)) (setf (car first) start))
           (when (> end (cdr first)) (setf (cdr first) end)))
          (t (push (cons start end) (vreg-ranges vreg))))))

(defun start-range (vreg position)
  "The definition of VREG is at POSITION."
  (let ((first (car (vreg-ranges vreg))))
    (if (and first (< (car first) position) (<= position (cdr first)))
        (setf (car first) position)
        (unless (and first (= (car first) position))
          (push (cons position (1+ position)) (vreg-ranges vreg))))))

(defun build-ranges (mfunc)
  "Set ranges, use positions, kill flags and hints in MFUNC."
  (dolist (block (reverse (mfunc-blocks mfunc)))
    (let ((start (mblock-start block)) (end (mblock-end block)))
      (flet ((live-out (vregs)
               (dolist (vreg vregs)
                 (unless (eq (vreg-mark vreg) block)
                   (setf (vreg-mark vreg) block)
                   (add-range vreg start end)))))
        (dolist (succ (mblock-succs block))
          (live-out (mblock-live-in succ)))
        (let ((target (mblock-unwind block)))
          (loop
            (when (null target) (return))
            (live-out (mblock-live-in target))
            (setq target (mblock-unwind target)))))
      (dolist (minst (reverse (mblock-instructions block)))
        (scan-minst-backwards minst block start))
      (dolist (vreg (mblock-params block))
        (setf (vreg-mark vreg) nil)
        (start-range vreg start)))))

(defun scan-minst-backwards (minst block start)
  (let ((position (* 2 (minst-number minst))))
    (when (minst-dst minst)
      (start-range (minst-dst minst) (1+ position)))
    (dolist (def (minst-defs minst))
      (start-range (car def) (1+ position)))
    (dolist (use (minst-uses minst))
      (let ((vreg (use-vreg use)) (how (use-how use)))
        (unless (eq (vreg-mark vreg) block)
          (setf (vreg-mark vreg) block
                (use-kill use) t)
          (unless (vreg-constant vreg)
            (add-range vreg start (1+ position))))
        (setf (vreg-uses vreg) (cons position (vreg-uses vreg)))
        (incf (vreg-use-count vreg))
        (cond ((integerp how)
               (push (cons position how) (vreg-hints vreg)))
              ((and (eq how :tied) (minst-dst minst))
               (setf (vreg-hint-vreg vreg) (minst-dst minst))))))
    (when (eq (minst-op minst) :jump)
      (let ((params (mblock-params (first (minst-targets minst)))))
        (dolist (use (minst-uses minst))
          (setf (vreg-hint-vreg (use-vreg use)) (pop params)))))))

(defun analyze-liveness (mfunc)
  "All of the above, on an MFUNC whose blocks are in their final order."
  (number-instructions mfunc)
  (find-definitions mfunc)
  (find-live-in mfunc (unwind-regions mfunc))
  (build-ranges mfunc))
