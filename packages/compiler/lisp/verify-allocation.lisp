;;;; A check of the register allocator: does each use read what it should?

(in-package #:astralisp.compiler)

;;; The allocated function is run on names instead of values: a state is a
;;; list of (place key . values that the place holds).  States meet by
;;; intersection and are iterated to a fixed point; then every operand must
;;; find its value.  A safepoint empties the boxed slots that its stack map
;;; leaves out, a call all registers, a block without a frame all slots, so a
;;; wrong stack map is found as well.

(defvar *state* '() "Alist from place keys to the values there.")
(defvar *checking* nil "True in the last round, when errors count.")
(defvar *verified* nil "The MFUNC being checked.")

(defun verify-allocation (mfunc)
  "Signal an error unless each operand of MFUNC reads its own value."
  (place-frames mfunc)
  (let ((states '()) (*verified* mfunc) (*checking* nil)
        (entry (first (mfunc-blocks mfunc))))
    (push (cons entry '()) states)
    (loop
      (let ((changed nil))
        (dolist (block (mfunc-blocks mfunc))
          (let ((state (assoc block states)))
            (when state
              (dolist (edge (verify-block block (cdr state)))
                (let ((old (assoc (car edge) states)))
                  (if (null old)
                      (progn (push (cons (car edge) (cdr edge)) states)
                             (setq changed t))
                      (let ((new (meet-states (cdr old) (cdr edge))))
                        (unless (= (state-size new)
                                   (state-size (cdr old)))
                          (setf (cdr old) new)
                          (setq changed t)))))))))
        (unless changed (return))))
    (setq *checking* t)
    (dolist (block (mfunc-blocks mfunc) t)
      (let ((state (assoc block states)))
        (when state (verify-block block (cdr state)))))))

(defun state-size (state)
  (let ((size 0))
    (dolist (entry state size)
      (incf size (length (cdr entry))))))

(defun meet-states (a b)
  (let ((meet '()))
    (dolist (entry a (nreverse meet))
      (let ((common (intersection (cdr entry)
                                  (cdr (assoc (car entry) b)))))
        (when common (push (cons (car entry) common) meet))))))

(defun holds-p (key vreg)
  (member vreg (cdr (assoc key *state*))))

(defun forget-value (vreg)
  (setq *state* (mapcar (lambda (entry)
                          (cons (car entry) (remove vreg (cdr entry))))
                        *state*)))

(defun forget-places (test)
  (setq *state* (remove-if (lambda (entry) (funcall test (car entry)))
                           *state*)))

(defun register-key-p (key) (< key 32))

(defun slot-key-p (key) (>= key 1000000))

(defun set-place-values (key vregs)
  (setq *state* (cons (cons key vregs)
                      (remove key *state* :key #'car))))

(defun check-place (place vreg minst)
  "PLACE must hold VREG before MINST."
  (let ((key (place-key place)))
    (when (and *checking*
               (not (if key
                        (or (holds-p key vreg)
                            (eql key (and (vreg-incoming vreg)
                                          (place-key vreg))))
                        (and (vreg-p place)
                             (same-constant-p place vreg)))))
      (error "~S ~D of ~S: place ~S does not hold value ~D"
             (minst-op minst) (minst-number minst) (mfunc-name *verified*)
             (or key :constant) (vreg-number vreg)))))

(defun same-constant-p (place vreg)
  (eq (vreg-constant place) (vreg-constant vreg)))

;;; One block: the list of (successor . state)

(defun verify-block (block state)
  (let ((*state* state))
    (unless (mblock-frame block) (forget-places #'slot-key-p))
    (when (mblock-prologue block) (forget-places #'slot-key-p))
    (when (mblock-unwind-entry block) (forget-places #'register-key-p))
    (dolist (vreg (mblock-entry-stores block))
      (verify-move vreg (vreg-def-register vreg) vreg))
    (let ((edges '()))
      (dolist (minst (mblock-instructions block))
        (verify-gap (minst-gap minst))
        (verify-uses minst)
        (verify-results minst)
        (when (or (minst-targets minst))
          (dolist (succ (mblock-succs block))
            (push (cons succ (state-on-edge minst succ)) edges))))
      edges)))

(defun verify-move (destination source vreg)
  (let* ((from (place-key source)) (to (place-key destination))
         (values (if from
                     (cdr (assoc from *state*))
                     (list source))))
    (when (and (vreg-p source) (vreg-incoming source))
      (setq values (adjoin source values)))
    (set-place-values to (if (and (null from)) (list vreg source) values))))

(defun verify-gap (moves)
  (let ((before *state*) (results '()))
    (dolist (move moves)
      (let ((*state* before))
        (verify-move (move-dst move) (move-src move) (move-vreg move))
        (push (first *state*) results)))
    (dolist (result results)
      (set-place-values (car result) (cdr result)))))

(defun verify-uses (minst)
  (unless (eq (minst-op minst) :jump)
    (dolist (use (minst-uses minst))
      (let ((place (use-place use)))
        (check-place (if (symbolp place) use place) (use-vreg use) minst)
        (when (and *checking* (eq (use-how use) :reg)
                   (or (member place (minst-clobbers minst))
                       (and (minst-early minst)
                            (eql place (vreg-def-register
                                        (minst-dst minst))))))
          (error "~S ~D destroys its operand" (minst-op minst)
                 (minst-number minst)))))))

(defun verify-results (minst)
  (when (minst-site minst)
    (let ((live (minst-live minst)))
      (setq *state*
            (mapcar (lambda (entry)
                      (if (and (slot-key-p (car entry))
                               (not (member (- (car entry) 1000000) live)))
                          (cons (car entry)
                                (remove 0 (cdr entry) :key #'vreg-class))
                          entry))
                    *state*)))
    (verify-live-slots minst))
  (when (minst-call minst) (forget-places #'register-key-p))
  (dolist (register (minst-clobbers minst))
    (set-place-values register '()))
  (when (minst-dst minst)
    (forget-value (minst-dst minst))
    (verify-result (minst-dst minst) (vreg-def-register (minst-dst minst))
                   (null (minst-targets minst))))
  (dolist (def (minst-defs minst))
    (forget-value (car def))
    (verify-result (car def) (cdr def) t)))

(defun verify-result (vreg register stored)
  (set-place-values register (list vreg))
  (when (and stored (eq (vreg-policy vreg) :def))
    (verify-move vreg register vreg)))

(defun verify-live-slots (minst)
  "Every slot in the map of MINST must hold something boxed."
  (when *checking*
    (dolist (slot (minst-live minst))
      (unless (or (< slot (mfunc-fixed-slots *verified*))
                  (member 0 (cdr (assoc (+ 1000000 slot) *state*))
                          :key #'vreg-class))
        (error "~S ~D: slot ~D of the stack map is not boxed"
               (minst-op minst) (minst-number minst) slot)))))

(defun state-on-edge (minst succ)
  "The state at the start of SUCC; the arguments of a jump get their names."
  (if (eq (minst-op minst) :jump)
      (let ((pairs (mapcar (lambda (use param)
                             (cons (use-vreg use) param))
                           (minst-uses minst) (mblock-params succ))))
        (mapcar (lambda (entry)
                  (cons (car entry) (rename-values (cdr entry) pairs)))
                *state*))
      *state*))

(defun rename-values (vregs pairs)
  (let ((new '()))
    (dolist (vreg vregs)
      (unless (rassoc vreg pairs) (pushnew vreg new))
      (dolist (pair pairs)
        (when (eq (car pair) vreg) (pushnew (cdr pair) new))))
    new))
