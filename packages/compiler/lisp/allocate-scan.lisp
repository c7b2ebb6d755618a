;;;; The scan: registers for values, instruction by instruction.

(in-package #:astralisp.compiler)

;;; One pass over the blocks in layout order keeps, for the point it stands
;;; at, which value is in which register; a value that is in none is in its
;;; home.  A value that must leave its register is stored ("transition") or
;;; not, as STORED says; which of the stores are done at all is decided when
;;; all are known (allocate-homes.lisp).  No register survives a call, so
;;; before one everything that is still needed goes home.
;;;
;;; The changes before an instruction form its gap, a parallel move: sources
;;; are the places at the gap's start (SOURCE-PLACE), whatever has been
;;; decided since.

(defvar *registers* (make-array 32 :initial-element nil)
  "The VREG that each register holds, or NIL.")
(defvar *live* nil "A vector of the values that are live here.")
(defvar *live-count* 0 "How many of *LIVE* are in use.")
(defvar *time* 0 "The number of the instruction whose gap is made.")
(defvar *touched* '() "Values whose register changed in this gap.")
(defvar *next-calls* '() "Positions of calls from here on.")
(defvar *horizon* 0
  "Calls behind this position do not concern the block at hand: it is the end
of the innermost loop, or of the hot blocks.")
(defconstant +far+ 1000000000 "Behind every position.")

;;; The set of live values

(defun add-live (vreg)
  (when (= (vreg-live-index vreg) -1)
    (when (= *live-count* (length *live*))
      (let ((larger (make-array (* 2 *live-count*) :initial-element nil)))
        (replace larger *live*)
        (setq *live* larger)))
    (setf (svref *live* *live-count*) vreg
          (vreg-live-index vreg) *live-count*)
    (incf *live-count*)))

(defun remove-live (vreg)
  (let ((index (vreg-live-index vreg)))
    (unless (= index -1)
      (decf *live-count*)
      (let ((last (svref *live* *live-count*)))
        (setf (svref *live* index) last
              (vreg-live-index last) index
              (vreg-live-index vreg) -1)))))

;;; Registers

(defun free-home-p (vreg)
  "True when the home of VREG never needs a store."
  (or (vreg-constant vreg) (vreg-incoming vreg)))

(defun touch (vreg)
  "The register of VREG is about to change in this gap."
  (unless (= (vreg-old-time vreg) *time*)
    (setf (vreg-old-time vreg) *time*
          (vreg-old-register vreg) (vreg-register vreg))
    (push vreg *touched*)))

(defun leave-register (vreg)
  (let ((register (vreg-register vreg)))
    (unless (= register -1)
      (setf (svref *registers* register) nil
            (vreg-register vreg) -1))))

(defun enter-register (vreg register)
  (leave-register vreg)
  (setf (svref *registers* register) vreg
        (vreg-register vreg) register))

(defun source-place (vreg)
  "Where VREG is at the start of this gap."
  (let ((register (if (= (vreg-old-time vreg) *time*)
                      (vreg-old-register vreg)
                      (vreg-register vreg))))
    (cond ((= register -1)
           (setf (vreg-home-used vreg) t)
           vreg)
          (t register))))

(defun next-use (vreg)
  "The position of the next use of VREG, or NIL."
  (let ((here (* 2 *time*)))
    (loop
      (let ((uses (vreg-uses vreg)))
        (cond ((null uses) (return nil))
              ((< (car uses) here) (setf (vreg-uses vreg) (cdr uses)))
              (t (return (car uses))))))))

(defun use-after (vreg)
  "The position of the next use of VREG behind this instruction, or NIL."
  (let ((uses (progn (next-use vreg) (vreg-uses vreg)))
        (here (* 2 *time*)))
    (loop
      (cond ((null uses) (return nil))
            ((<= (car uses) here) (setq uses (cdr uses)))
            (t (return (car uses)))))))

(defun next-call ()
  "The position of the next call in layout order, +FAR+ if none matters."
  (let ((here (* 2 *time*)))
    (loop
      (cond ((null *next-calls*) (return +far+))
            ((< (car *next-calls*) here) (pop *next-calls*))
            ((> (car *next-calls*) *horizon*) (return +far+))
            (t (return (car *next-calls*)))))))

(defun parked-p (vreg)
  "True when VREG need not be in a register: a call comes before its use."
  (let ((use (use-after vreg)) (call (next-call)))
    (and (< call +far+) (or (null use) (> use call)))))

(defun store-home (vreg minst)
  "VREG leaves its register before MINST: see that its home holds it."
  (unless (or (vreg-stored vreg) (free-home-p vreg))
    (let* ((place (source-place vreg))
           (move (make-move vreg place vreg)))
      (setf (move-store move) t)
      (push move (minst-gap minst))
      (push minst (vreg-transitions vreg))
      (setf (vreg-stored vreg) t))))

(defun evict (vreg minst)
  (store-home vreg minst)
  (touch vreg)
  (leave-register vreg))

(defun free-register-p (register avoid)
  (and (null (svref *registers* register))
       (not (logbitp register avoid))))

(defun next-hint (vreg)
  "The register in which an instruction wants VREG before it must go home
for a call, or -1."
  (let ((here (* 2 *time*)))
    (loop
      (let ((hints (vreg-hints vreg)))
        (cond ((null hints) (return -1))
              ((< (car (car hints)) here)
               (setf (vreg-hints vreg) (cdr hints)))
              ((> (car (car hints)) (next-call)) (return -1))
              (t (return (cdr (car hints)))))))))

(defun good-hint-p (register class avoid minst)
  "True when REGISTER suits CLASS and is free, or can be made free at no
cost because its value must go home soon anyway."
  (and (>= register 0)
       (eql (svref (target-classes *target*) register) class)
       (not (logbitp register avoid))
       (let ((holder (svref *registers* register)))
         (cond ((null holder) t)
               ((and minst (not (= (vreg-live-index holder) -1))
                     (parked-p holder))
                (evict holder minst)
                t)
               (t nil)))))

(defun hinted-register (vreg avoid minst)
  "The register that VREG would like best, when it can be had; else NIL."
  (let ((class (vreg-class vreg)) (hint (next-hint vreg))
        (other (vreg-hint-vreg vreg)))
    (cond ((good-hint-p hint class avoid minst) hint)
          ((null other) nil)
          ((good-hint-p (vreg-def-register other) class avoid nil)
           (vreg-def-register other))
          ((good-hint-p (next-hint other) class avoid minst)
           (next-hint other))
          (t nil))))

(defun plain-free-register (class avoid)
  (dolist (register (class-order class) nil)
    (when (free-register-p register avoid)
      (return register))))

(defun victim-register (class avoid)
  "The register of CLASS whose value is needed last."
  (let ((best nil) (best-use -1))
    (dolist (register (class-order class))
      (unless (logbitp register avoid)
        (let* ((holder (svref *registers* register))
               (use (or (use-after holder) (ash +far+ -1)))
               (use (if (= (vreg-live-index holder) -1)
                        (+ use +far+)
                        use)))
          (when (> use best-use)
            (setq best register best-use use)))))
    (unless best
      (error "no register left in class ~D" class))
    best))

(defun take-register (vreg avoid minst)
  "A register for VREG, not in the set AVOID; empty when this returns."
  (or (hinted-register vreg avoid minst)
      (plain-free-register (vreg-class vreg) avoid)
      (let ((register (victim-register (vreg-class vreg) avoid)))
        (evict (svref *registers* register) minst)
        register)))

;;; Instructions

(defun bit-of (register)
  (ash 1 register))

(defun claimed-registers (minst)
  "The set of registers MINST uses or destroys by number."
  (let ((set 0))
    (dolist (use (minst-uses minst))
      (when (integerp (use-how use))
        (setq set (logior set (bit-of (use-how use))))))
    (dolist (register (minst-clobbers minst) set)
      (setq set (logior set (bit-of register))))))

(defun killed-p (vreg minst)
  "True when MINST is the last to need VREG."
  (dolist (use (minst-uses minst) nil)
    (when (and (eq (use-vreg use) vreg) (use-kill use))
      (return t))))

(defun operand-in-register-p (vreg minst)
  "True when MINST reads VREG where it stands."
  (dolist (use (minst-uses minst) nil)
    (when (and (eq (use-vreg use) vreg)
               (or (eq (use-how use) :reg) (eq (use-how use) :any)))
      (return t))))

(defun vacate-claims (minst claims)
  "Move away what is in the way of the registers in CLAIMS."
  (dolist (use (minst-uses minst))
    (when (integerp (use-how use))
      (vacate (use-how use) minst claims
              (and (eql (vreg-register (use-vreg use)) (use-how use))
                   (not (member (use-how use) (minst-clobbers minst)))
                   (not (eql (minst-fixed minst) (use-how use)))))))
  (dolist (register (minst-clobbers minst))
    (vacate register minst claims nil))
  (unless (= (minst-fixed minst) -1)
    (vacate (minst-fixed minst) minst
            (logior claims (bit-of (minst-fixed minst))) nil)))

(defun vacate (register minst claims keep)
  (let ((holder (svref *registers* register)))
    (when (and holder (not keep))
      (let ((read (operand-in-register-p holder minst)))
        (cond ((and (not read) (killed-p holder minst)))
              ((and (not read) (= (vreg-live-index holder) -1))
               (touch holder)
               (leave-register holder))
              (t
               (let ((new (plain-free-register (vreg-class holder) claims)))
                 (cond (new
                        (touch holder)
                        (enter-register holder new))
                       (t (evict holder minst))))))))))

(defun bring-operands (minst claims)
  "Put the :REG operands of MINST in registers; return the set of those
that it reads."
  (let ((used 0))
    (dolist (use (minst-uses minst))
      (let ((register (vreg-register (use-vreg use))))
        (when (and (not (= register -1))
                   (member (use-how use) '(:reg :any)))
          (setq used (logior used (bit-of register))))))
    (dolist (use (minst-uses minst))
      (let* ((vreg (use-vreg use)) (how (use-how use)))
        (when (and (= (vreg-register vreg) -1)
                   (or (eq how :reg)
                       (and (eq how :any) (worth-loading-p vreg claims used))))
          (let ((new (take-register vreg (logior claims used) minst)))
            (touch vreg)
            (enter-register vreg new)
            (setq used (logior used (bit-of new)))))))
    used))

(defun worth-loading-p (vreg claims used)
  "True when VREG is needed again before a call and a register is free."
  (and (null (vreg-constant vreg))
       (let ((use (use-after vreg)))
         (and use (< use (next-call))
              (plain-free-register (vreg-class vreg)
                                   (logior claims used))))))

(defun tied-use (minst)
  (dolist (use (minst-uses minst) nil)
    (when (eq (use-how use) :tied) (return use))))

(defun swap-operands (minst)
  "Exchange the operands of a commutative MINST when that saves a copy."
  (let* ((uses (minst-uses minst))
         (a (first uses)) (b (second uses))
         (register (vreg-register (use-vreg b))))
    (when (and (use-kill b) (not (= register -1))
               (not (eq (use-vreg a) (use-vreg b)))
               (or (not (use-kill a))
                   (= register (wanted-register (minst-dst minst)))))
      (setf (use-how b) :tied (use-how a) :any
            (minst-uses minst) (cons b (cons a (cddr uses)))))))

(defun wanted-register (vreg)
  "The register VREG should be in, or -1."
  (let ((other (vreg-hint-vreg vreg)) (hint (next-hint vreg)))
    (cond ((>= hint 0) hint)
          ((null other) -1)
          ((>= (vreg-def-register other) 0) (vreg-def-register other))
          (t (next-hint other)))))

(defun place-tied (minst use claims used)
  "Choose the register of the result of MINST, into which USE is copied."
  (let* ((vreg (use-vreg use)) (dst (minst-dst minst))
         (avoid (logior claims used))
         (own (vreg-register vreg))
         (register
           (cond ((not (= (minst-fixed minst) -1)) (minst-fixed minst))
                 ((and (not (= own -1)) (not (logbitp own avoid))
                       (eql (vreg-class vreg) (vreg-class dst))
                       (or (use-kill use)
                           (and (parked-p vreg)
                                (not (vreg-constant vreg)))))
                  (let ((hint (hinted-register dst avoid nil)))
                    (cond (hint hint)
                          (t (unless (use-kill use) (evict vreg minst))
                             own))))
                 (t (take-register dst avoid minst))))
         (source (source-place vreg)))
    (unless (eql source register)
      (push (make-move register source vreg) (minst-gap minst)))
    (setf (use-place use) register)
    register))

(defun finish-gap (minst)
  "Add the moves of the values that changed their register in this gap."
  (dolist (vreg *touched*)
    (let ((register (vreg-register vreg)))
      (unless (or (= register -1) (= register (vreg-old-register vreg)))
        (push (make-move register (source-place vreg) vreg)
              (minst-gap minst)))))
  (setq *touched* '()))

(defun set-places (minst)
  (dolist (use (minst-uses minst))
    (let ((how (use-how use)) (vreg (use-vreg use)))
      (cond ((eq how :reg)
             (setf (use-place use) (vreg-register vreg)))
            ((eq how :any)
             (setf (use-place use)
                   (cond ((= (vreg-register vreg) -1)
                          (setf (vreg-home-used vreg) t)
                          vreg)
                         (t (vreg-register vreg)))))
            ((eq how :tied))
            (t (let ((source (source-place vreg))
                     (destination (if (integerp how) how use)))
                 (setf (use-place use) how)
                 (unless (eql source destination)
                   (push (make-move destination source vreg)
                         (minst-gap minst)))))))))

(defun kill-operands (minst)
  (dolist (use (minst-uses minst))
    (when (use-kill use)
      (leave-register (use-vreg use))
      (remove-live (use-vreg use)))))

(defun define-result (vreg register)
  "VREG, just made, is in REGISTER."
  (let ((holder (svref *registers* register)))
    (when holder
      (unless (= (vreg-live-index holder) -1)
        (error "register ~D still holds a live value" register))
      (leave-register holder)))
  (setf (vreg-def-register vreg) register
        (vreg-stored vreg) (or (vreg-keep-home vreg) (free-home-p vreg)))
  (when (or (> (vreg-use-count vreg) 0) (vreg-keep-home vreg))
    (enter-register vreg register)
    (add-live vreg)))

(defun place-result (minst claims used)
  "A register for the result of MINST that is not tied; before the kills."
  (let* ((dst (minst-dst minst)) (avoid claims))
    (cond ((not (= (minst-fixed minst) -1)) (minst-fixed minst))
          (t
           (when (minst-early minst) (setq avoid (logior avoid used)))
           (let ((dying (dying-set minst)))
             (or (hinted-result-register dst avoid dying minst)
                 (plain-free-register (vreg-class dst) avoid)
                 (dying-register (vreg-class dst) avoid dying)
                 (take-register dst (logior avoid used) minst)))))))

(defun dying-set (minst)
  "The set of registers whose values MINST is the last to need."
  (let ((set 0))
    (dolist (use (minst-uses minst) set)
      (let ((register (vreg-register (use-vreg use))))
        (when (and (use-kill use) (not (= register -1)))
          (setq set (logior set (bit-of register))))))))

(defun hinted-result-register (dst avoid dying minst)
  (let ((class (vreg-class dst)))
    (flet ((dying-p (register)
             (and (>= register 0) (logbitp register dying)
                  (not (logbitp register avoid))
                  (eql (svref (target-classes *target*) register) class))))
      (cond ((dying-p (next-hint dst)) (next-hint dst))
            ((and (vreg-hint-vreg dst)
                  (dying-p (vreg-def-register (vreg-hint-vreg dst))))
             (vreg-def-register (vreg-hint-vreg dst)))
            ((hinted-register dst (logior avoid dying) minst))
            (t (dying-register class avoid dying))))))

(defun dying-register (class avoid dying)
  (dolist (register (class-order class) nil)
    (when (and (logbitp register dying) (not (logbitp register avoid)))
      (return register))))

(defun note-site (minst)
  "Record the boxed values that live across the safepoint MINST."
  (let ((live '()))
    (dotimes (i *live-count*)
      (let ((vreg (svref *live* i)))
        (when (and (eql (vreg-class vreg) 0) (not (free-home-p vreg)))
          (push (cons vreg (if (= (vreg-register vreg) -1)
                               t
                               (vreg-stored vreg)))
                live))))
    (setf (minst-live minst) live)))

(defun allocate-minst (minst)
  "Give the operands and the result of MINST their places."
  (setq *time* (minst-number minst))
  (let* ((claims (claimed-registers minst)) (used 0) (tied (tied-use minst))
         (register nil) (dst (minst-dst minst)))
    (unless (= claims 0) (vacate-claims minst claims))
    (when (and tied (minst-swappable minst)) (swap-operands minst)
      (setq tied (tied-use minst)))
    (setq used (bring-operands minst claims))
    (when tied
      (setq register (place-tied minst tied claims used)))
    (set-places minst)
    (finish-gap minst)
    (when (and dst (not tied))
      (setq register (place-result minst claims used))
      ;; What had to leave for the result stays out.
      (setq *touched* '()))
    (when (minst-site minst) (note-site minst))
    (kill-operands minst)
    (when dst (define-result dst register))
    (dolist (def (minst-defs minst))
      (define-result (car def) (cdr def)))))

(defun allocate-call (minst)
  "The same for a call: everything that lives on goes home."
  (setq *time* (minst-number minst))
  (set-places minst)
  (dolist (use (minst-uses minst))
    (when (use-kill use) (remove-live (use-vreg use))))
  (dotimes (register 32)
    (let ((vreg (svref *registers* register)))
      (when vreg
        (unless (= (vreg-live-index vreg) -1)
          (store-home vreg minst))
        (leave-register vreg))))
  (setq *touched* '())
  (when (minst-site minst) (note-site minst))
  (when (minst-dst minst)
    (define-result (minst-dst minst) (minst-fixed minst)))
  (dolist (def (minst-defs minst))
    (define-result (car def) (cdr def))))
