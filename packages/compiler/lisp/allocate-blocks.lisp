;;;; Where values are at the borders of blocks.

(in-package #:astralisp.compiler)

;;; An exit state is a list of (vreg register stored) for the values that
;;; are in registers at the end of a block; the other live ones are at home.
;;; An entry state is the same for the start of a block, its parameters
;;; included.  Only edges made by a :JUMP can differ in the two.

(defun exit-entry (vreg block)
  "The entry of VREG in the exit state of BLOCK, or NIL."
  (assoc vreg (mblock-exit-state block)))

(defun leave-block (block)
  "Note the state at the end of BLOCK, whose terminator is done."
  (let ((state '()))
    (dotimes (register 32)
      (let ((vreg (svref *registers* register)))
        (when (and vreg (not (= (vreg-live-index vreg) -1)))
          (push (list vreg register (vreg-stored vreg)) state))))
    (setf (mblock-exit-state block) state
          (mblock-done block) t)))

(defun clear-state ()
  (dotimes (register 32)
    (let ((vreg (svref *registers* register)))
      (when vreg (leave-register vreg))))
  (dotimes (i *live-count*)
    (setf (vreg-live-index (svref *live* i)) -1))
  (setq *live-count* 0))

(defun done-preds (block)
  (let ((done '()))
    (dolist (pred (mblock-preds block))
      (when (mblock-done pred) (push pred done)))
    (nreverse done)))

(defun enter-block (block cold-start)
  "Set up the state at the start of BLOCK."
  (clear-state)
  (setq *time* (ash (mblock-start block) -1)
        *horizon* (cond ((mblock-cold block) (mblock-end block))
                        ((mblock-inner-end block))
                        (t cold-start)))
  (dolist (vreg (mblock-live-in block))
    (setf (vreg-register vreg) -1
          (vreg-stored vreg) t)
    (add-live vreg))
  (let ((preds (done-preds block)))
    (unless (or (null preds) (mblock-unwind-entry block))
      (if (and (null (cdr (mblock-preds block))))
          (inherit-state block (first preds))
          (merge-states block preds))
      (load-for-loop block))
    (place-params block preds)
    (note-entry-state block)
    (dolist (pred preds)
      (connect pred block))))

(defun live-here-p (vreg)
  (not (= (vreg-live-index vreg) -1)))

(defun inherit-state (block pred)
  "BLOCK has the one predecessor PRED."
  (declare (ignore block))
  (dolist (entry (mblock-exit-state pred))
    (let ((vreg (first entry)))
      (when (live-here-p vreg)
        (enter-register vreg (second entry))
        (setf (vreg-stored vreg) (third entry))))))

(defun merge-states (block preds)
  "Choose registers for what the done PREDS of BLOCK have in registers."
  (dolist (entry (mblock-exit-state (first preds)))
    (let ((vreg (first entry)))
      (when (live-here-p vreg)
        (merge-value block vreg preds))))
  (dolist (pred (cdr preds))
    (dolist (entry (mblock-exit-state pred))
      (let ((vreg (first entry)))
        (when (and (live-here-p vreg) (= (vreg-register vreg) -1)
                   (not (exit-entry vreg (first preds)))
                   (wanted-here-p block vreg))
          (merge-value block vreg preds))))))

(defun load-for-loop (block)
  "At the header of a loop without calls, take into registers what the loop
uses and its predecessors have at home."
  (when (and (mblock-loop-end block) (not (mblock-loop-calls block)))
    (dolist (vreg (mblock-live-in block))
      (when (and (= (vreg-register vreg) -1) (wanted-here-p block vreg)
                 (roomy-p (vreg-class vreg)))
        (enter-register vreg (plain-free-register (vreg-class vreg) 0))
        (setf (vreg-stored vreg) t)))))

(defun wanted-here-p (block vreg)
  "True when VREG should be in a register at the start of BLOCK, which has
several predecessors."
  (let ((use (next-use vreg)) (call (next-call)))
    (cond ((mblock-loop-end block)
           (and use (< use (mblock-loop-end block))
                (or (not (mblock-loop-calls block)) (< use call))))
          (t (and use (< use call))))))

(defun merge-value (block vreg preds)
  (let ((everywhere t) (stored t) (choice nil))
    (dolist (pred preds)
      (let ((entry (exit-entry vreg pred)))
        (cond ((null entry) (setq everywhere nil))
              (t (unless (third entry) (setq stored nil))
                 (when (and (null choice)
                            (null (svref *registers* (second entry))))
                   (setq choice (second entry)))))))
    (unless choice
      (setq choice (plain-free-register (vreg-class vreg) 0)))
    (when (and choice
               (or (wanted-here-p block vreg)
                   (and everywhere (not stored)
                        (not (mblock-loop-end block)))
                   (and (mblock-loop-end block)
                        (not (mblock-loop-calls block))
                        (roomy-p (vreg-class vreg)))))
      (enter-register vreg choice)
      (setf (vreg-stored vreg) stored))))

(defun roomy-p (class)
  "True when three registers of CLASS and more are free."
  (let ((free 0))
    (dolist (register (class-order class) (> free 3))
      (when (null (svref *registers* register)) (incf free)))))

;;; Parameters

(defun parameter-places (index preds)
  "The places of argument INDEX in the jumps of PREDS to BLOCK."
  (let ((places '()))
    (dolist (pred preds)
      (let ((jump (car (last (mblock-instructions pred)))))
        (when (eq (minst-op jump) :jump)
          (push (use-place (nth index (minst-uses jump))) places))))
    (nreverse places)))

(defun place-params (block preds)
  (let ((index 0))
    (dolist (vreg (mblock-params block))
      (let ((register (param-register block vreg
                                      (parameter-places index preds))))
        (incf index)
        (setf (vreg-def-block vreg) block)
        (add-live vreg)
        (cond (register
               (enter-register vreg register)
               (setf (vreg-def-register vreg) register
                     (vreg-stored vreg) (vreg-keep-home vreg)))
              (t (setf (vreg-register vreg) -1
                       (vreg-stored vreg) t
                       (vreg-home-used vreg) t
                       (vreg-policy vreg) :edges)))))
    (dolist (vreg (mblock-params block))
      (when (= (vreg-use-count vreg) 0)
        (unless (vreg-keep-home vreg)
          (leave-register vreg)
          (remove-live vreg))))))

(defun param-register (block vreg places)
  "The register that parameter VREG of BLOCK should have, or NIL."
  (let ((class (vreg-class vreg)) (use (next-use vreg)))
    (flet ((free-p (register)
             (and (integerp register) (>= register 0)
                  (null (svref *registers* register))
                  (eql (svref (target-classes *target*) register) class))))
      (cond ((and (null use) (not (mblock-loop-end block))) nil)
            ((and use (> use (next-call)) (not (some #'integerp places)))
             nil)
            ((free-p (next-hint vreg)) (next-hint vreg))
            ((find-if #'free-p places))
            (t (plain-free-register class 0))))))

(defun note-entry-state (block)
  (let ((state '()))
    (dotimes (register 32)
      (let ((vreg (svref *registers* register)))
        (when vreg
          (push (list vreg register (vreg-stored vreg)) state))))
    (setf (mblock-entry-state block) state)))

;;; Edges

(defun connect (pred block)
  "Make the moves for the edge from PRED to BLOCK; both are done, or BLOCK
has at least its entry state."
  (let ((jump (car (last (mblock-instructions pred)))))
    (when (eq (minst-op jump) :jump)
      (connect-params jump block)
      (dolist (entry (mblock-exit-state pred))
        (let ((vreg (first entry)))
          (when (member vreg (mblock-live-in block))
            (leave-on-edge entry jump block))))
      (dolist (entry (mblock-entry-state block))
        (let ((vreg (first entry)))
          (unless (or (member vreg (mblock-params block))
                      (exit-entry vreg pred))
            (setf (vreg-home-used vreg) t)
            (push (make-move (second entry) vreg vreg)
                  (minst-gap jump))))))))

(defun leave-on-edge (entry jump block)
  "The value of ENTRY is in a register before JUMP to BLOCK."
  (let* ((vreg (first entry)) (register (second entry))
         (there (assoc vreg (mblock-entry-state block))))
    (when (and (not (third entry))
               (not (free-home-p vreg))
               (or (null there) (third there)))
      (let ((move (make-move vreg register vreg)))
        (setf (move-store move) t)
        (push move (minst-gap jump))
        (push jump (vreg-transitions vreg))))
    (when (and there (not (= (second there) register)))
      (push (make-move (second there) register vreg) (minst-gap jump)))))

(defun connect-params (jump block)
  (let ((uses (minst-uses jump)))
    (dolist (vreg (mblock-params block))
      (let* ((place (use-place (pop uses)))
             (there (assoc vreg (mblock-entry-state block)))
             (destination (if there (second there) vreg)))
        (unless (or (eql place destination)
                    (and (null there) (not (vreg-home-used vreg))))
          (push (make-move destination place (if (integerp place)
                                                 vreg
                                                 place))
                (minst-gap jump)))))))
