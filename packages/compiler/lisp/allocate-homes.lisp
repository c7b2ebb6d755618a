;;;; Which spill stores are done, and which frame slot is whose.

(in-package #:astralisp.compiler)

;;; Policies of a value whose home is used: :DEF, one store right after its
;;; definition; :FIRST, one store at the transition that dominates all
;;; others; :ALL, a store at each transition; :EDGES, a block parameter that
;;; is born at home.

(defun store-policy (vreg)
  "How VREG gets into its home."
  (let* ((transitions (vreg-transitions vreg))
         (first (first-transition transitions))
         (def-block (vreg-def-block vreg))
         (depth (mblock-depth def-block)))
    (flet ((hoisted-p (minst)
             (<= (mblock-depth (minst-block minst)) depth))
           (cold-p (minst)
             (and (mblock-cold (minst-block minst))
                  (not (mblock-cold def-block)))))
      (cond ((vreg-keep-home vreg) :def)
            ((and first (or (hoisted-p first) (cold-p first)))
             (setf (vreg-first-store vreg) first)
             :first)
            ((every #'cold-p transitions) :all)
            ((and (every #'hoisted-p transitions)
                  (<= (- (length transitions)
                         (count-if #'cold-p transitions))
                      2))
             :all)
            (t :def)))))

(defun first-transition (transitions)
  "The one of TRANSITIONS that dominates all the others, or NIL."
  (let ((first nil))
    (dolist (minst transitions)
      (when (or (null first) (< (minst-number minst) (minst-number first)))
        (setq first minst)))
    (and first
         (every (lambda (minst)
                  (block-dominates-p (minst-block first) (minst-block minst)))
                transitions)
         first)))

(defun choose-policies (mfunc)
  "Set the policy of every value of MFUNC whose home is used."
  (dolist (vreg (mfunc-vregs mfunc))
    (unless (or (free-home-p vreg) (vreg-policy vreg))
      (when (or (vreg-home-used vreg) (vreg-transitions vreg)
                (vreg-keep-home vreg))
        (setf (vreg-policy vreg) (store-policy vreg)))))
  (dolist (block (mfunc-blocks mfunc))
    (dolist (minst (mblock-instructions block))
      (when (minst-gap minst)
        (setf (minst-gap minst)
              (remove-if (lambda (move) (idle-store-p move minst))
                         (minst-gap minst)))))))

(defun idle-store-p (move minst)
  "True when MOVE is a store that the policy of its value leaves out."
  (and (move-store move)
       (let* ((vreg (move-vreg move)) (policy (vreg-policy vreg)))
         (not (or (eq policy :all)
                  (and (eq policy :first)
                       (eq minst (vreg-first-store vreg))))))))

;;; Slots

(defun ranges-meet-p (a b)
  "True when the lists of ranges A and B have a common position."
  (loop
    (cond ((or (null a) (null b)) (return nil))
          ((<= (cdr (car a)) (car (car b))) (setq a (cdr a)))
          ((<= (cdr (car b)) (car (car a))) (setq b (cdr b)))
          (t (return t)))))

(defun assign-slots (mfunc)
  "Give every value of MFUNC with a policy a frame slot."
  (let ((slots '()) (count (mfunc-fixed-slots mfunc))
        (vregs (remove-if-not #'vreg-policy (mfunc-vregs mfunc))))
    (setq vregs (stable-sort (copy-list vregs) #'<
                             :key (lambda (vreg)
                                    (car (first (vreg-ranges vreg))))))
    (dolist (vreg vregs)
      (let ((slot (find-slot vreg slots)))
        (unless slot
          (setq slot (list count))
          (incf count)
          (setq slots (append slots (list slot))))
        (push (slot-ranges vreg) (cdr slot))
        (setf (vreg-slot vreg) (first slot))
        (let ((other (vreg-hint-vreg vreg)))
          (when (and other (vreg-policy other) (null (vreg-slot other)))
            (setf (vreg-slot-hint other) (first slot))))))
    (setf (mfunc-slot-count mfunc) count)))

(defun slot-ranges (vreg)
  "Where the slot of VREG must be its own."
  (let ((ranges (vreg-ranges vreg)))
    (if (vreg-pinned vreg)
        (list (cons (car (first ranges)) +far+))
        ranges)))

(defun find-slot (vreg slots)
  (let ((ranges (slot-ranges vreg)) (tries 0))
    (flet ((fits-p (slot)
             (every (lambda (other) (not (ranges-meet-p ranges other)))
                    (cdr slot))))
      (let ((hinted (and (vreg-slot-hint vreg)
                         (assoc (vreg-slot-hint vreg) slots))))
        (if (and hinted (fits-p hinted))
            hinted
            (dolist (slot slots nil)
              (when (fits-p slot) (return slot))
              (incf tries)
              (when (> tries 40) (return nil))))))))

;;; Safepoints

(defun settle-sites (mfunc)
  "Replace the live values noted at each site of MFUNC by their slots, rising,
and keep those that are variables for the debugger."
  (dolist (block (mfunc-blocks mfunc))
    (dolist (minst (mblock-instructions block))
      (when (minst-site minst)
        (let* ((pinned (pinned-values mfunc minst))
               (slots (mapcar #'vreg-slot pinned))
               (names (newest-values pinned)))
          (dolist (entry (minst-live minst))
            (let ((vreg (car entry)))
              (when (and (not (vreg-pinned vreg))
                         (home-valid-p vreg (cdr entry) minst))
                (when (vreg-name vreg) (push vreg names))
                (push (vreg-slot vreg) slots))))
          (dolist (slot (fixed-live-slots mfunc block))
            (push slot slots))
          (setf (minst-live minst) (sort slots #'<)
                (minst-names minst) names))))))

(defun pinned-values (mfunc minst)
  "The pinned values of MFUNC that are in their slots at MINST."
  (let ((pinned '()))
    (when *pin-variables*
      (dolist (vreg (mfunc-vregs mfunc))
        (when (and (vreg-pinned vreg) (vreg-slot vreg)
                   (defined-before-p vreg minst))
          (push vreg pinned))))
    pinned))

(defun newest-values (vregs)
  "Those of VREGS that are the last of their name."
  (let ((newest '()))
    (dolist (vreg vregs newest)
      (let ((other (find (vreg-name vreg) newest :key #'vreg-name)))
        (cond ((null other) (push vreg newest))
              ((> (car (first (vreg-ranges vreg)))
                  (car (first (vreg-ranges other))))
               (setq newest (cons vreg (remove other newest)))))))))

(defun defined-before-p (vreg minst)
  "True when VREG is defined on all ways to MINST.  The result of a terminator
is stored in its first target."
  (let* ((def (vreg-def-minst vreg)) (here (minst-block minst))
         (block (if (and def (minst-targets def))
                    (first (mblock-succs (vreg-def-block vreg)))
                    (vreg-def-block vreg))))
    (if (and (eq block here) (eq block (vreg-def-block vreg)))
        (< (car (first (vreg-ranges vreg))) (* 2 (minst-number minst)))
        (block-dominates-p block here))))

(defun home-valid-p (vreg stored minst)
  "True when at MINST the slot of VREG may be read later without a store."
  (let ((first (vreg-first-store vreg)))
    (case (vreg-policy vreg)
      ((nil) nil)
      ((:def) t)
      ((:first)
       (if (eq (minst-block first) (minst-block minst))
           (<= (minst-number first) (minst-number minst))
           (block-dominates-p (minst-block first) (minst-block minst))))
      (t stored))))

(defun fixed-live-slots (mfunc block)
  "The boxed slots live all through BLOCK: the tags of unwind blocks."
  (let ((slots '()) (target (mblock-unwind block)))
    (loop
      (when (null target) (return slots))
      (let ((entry (assoc target (mfunc-unwind-slots mfunc))))
        (when entry (push (cdr entry) slots)))
      (setq target (mblock-unwind target)))))
