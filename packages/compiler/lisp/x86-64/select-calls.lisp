;;;; Selection of calls, returns, unwinding.

(in-package #:astralisp.compiler)

(defparameter *trampoline-arguments*
  '(("JUMP-TO-UNWIND" 0 7 6) ("APPLY" 3 7) ("CALL-OBJECT" 3 7 6 8 9))
  "The registers of the arguments of trampolines that do not take them as
functions do.")

(defun argument-uses (args how)
  "Uses that put the values ARGS where a callee finds them: four registers,
then stack words; HOW is :OUT, or :IN for a tail call."
  (let ((uses '()) (index 0) (registers *argument-registers*))
    (dolist (arg args)
      (let ((vreg (value arg)))
        (cond (registers
               (push (use-in vreg (pop registers)) uses))
              (t
               (let ((use (make-use vreg how)))
                 (setf (use-extra use) index)
                 (incf index)
                 (push use uses))))))
    (when (eq how :out)
      (setf (mfunc-outgoing *mfunc*)
            (max (mfunc-outgoing *mfunc*) index)))
    (nreverse uses)))

(defun stack-words (args)
  (max 0 (- (length args) +register-arguments+)))

(defun call-parts (ins)
  "The target (a list (kind datum)), the arguments of the call INS and the
use of the function register, or NIL."
  (let ((args (ins-args ins)))
    (ecase (ins-opname ins)
      ((:call :tail-call)
       (values (list :cell (ins-datum ins)) args nil))
      ((:call-local :tail-call-local)
       (if (ins-get ins :self)
           (values (list :direct (func-mark (ins-datum ins))) (cdr args)
                   (use-in (value (car args)) +function-register+))
           (values (list :direct (func-mark (ins-datum ins))) args nil)))
      ((:call-function :tail-call-function)
       (values (list :register nil) (cdr args)
               (use-in (value (car args)) +function-register+)))
      ((:call-trampoline :tail-call-trampoline)
       (values (list :trampoline (ins-datum ins)) args nil)))))

(defun make-call (ins tail)
  "The MINST for the call INS, not yet appended; with TAIL it returns what
the call returns."
  (multiple-value-bind (target args self) (call-parts ins)
    (let* ((trampoline (eq (first target) :trampoline))
           (jump (and tail (not trampoline)
                      (<= (stack-words args) (mfunc-incoming *mfunc*))))
           (minst (make-minst (if jump :tail-call :call)))
           (uses (cond (trampoline (trampoline-uses (second target) args))
                       (jump (argument-uses args :in))
                       (t (argument-uses args :out)))))
      (setf (minst-uses minst) (if self (cons self uses) uses)
            (minst-call minst) t
            (minst-site minst) (not jump)
            (minst-position minst) (ins-position ins)
            (minst-imm minst) (if trampoline nil (length args))
            (minst-extra minst) (if jump 0 (stack-words args))
            (minst-more minst) target)
      (when (and tail (not jump))
        (setf (minst-wants minst) '(:return)))
      minst)))

(defun trampoline-uses (name args)
  "Uses that put ARGS where the trampoline NAME wants them."
  (let ((registers (or (cdr (assoc (symbol-name name)
                                   *trampoline-arguments*
                                   :test #'string=))
                       *argument-registers*))
        (uses '()))
    (dolist (arg args)
      (push (use-in (value arg) (pop registers)) uses))
    (nreverse uses)))

(define-selector (:call :call-local :call-function :call-trampoline) (ins)
  (let ((minst (make-call ins nil)))
    (setf (minst-dst minst) (value ins)
          (minst-fixed minst) (first *argument-registers*))
    (push minst *minsts*)
    (put-values ins minst)))

(define-selector (:tail-call :tail-call-local :tail-call-function
                  :tail-call-trampoline)
    (ins)
  (push (make-call ins t) *minsts*))

;;; Multiple values

(defun put-values (ins minst)
  "Make what stands behind the call INS and reads its values results of
MINST.  WANTS of MINST: numbers of the values to make NIL when there are
fewer, :REST when the rest is wanted as a list."
  (let ((late '()) (wants '()) (count nil))
    (dolist (reader (value-readers ins))
      (let ((vreg (value reader)))
        (ecase (ins-opname reader)
          (:value-count
           (setq count vreg)
           (push (cons vreg +count-register+) (minst-defs minst)))
          (:values-rest
           (push :rest wants)
           (push (cons vreg (second *argument-registers*))
                 (minst-defs minst)))
          (:value
           (let ((index (ins-datum reader)))
             (cond ((= index 0) (push reader late))
                   ((< index 4)
                    (push index wants)
                    (push (cons vreg (nth index *argument-registers*))
                          (minst-defs minst)))
                   (t (push reader late))))))))
    (when (and late (null count)
               (some (lambda (reader) (/= 0 (ins-datum reader))) late))
      (setq count (make-vreg (mfunc-vreg-count *mfunc*) 1))
      (incf (mfunc-vreg-count *mfunc*))
      (setf (mfunc-vregs *mfunc*)
            (append (mfunc-vregs *mfunc*) (list count)))
      (push (cons count +count-register+) (minst-defs minst)))
    (setf (minst-wants minst) (sort-wants wants))
    (dolist (reader (nreverse late))
      (if (= (ins-datum reader) 0)
          (put-result reader :copy (use-tied (value ins)))
          (setf (minst-imm (put-result reader :late-value (use-reg count)))
                (ins-datum reader))))))

(defun sort-wants (wants)
  (if (member :rest wants)
      (append (sort (remove :rest wants) #'<) (list :rest))
      (sort wants #'<)))

(defun value-readers (ins)
  "The instructions right behind INS that read its values."
  (let ((readers '()) (next (ins-next ins)))
    (loop
      (cond ((null next) (return))
            ((member (ins-opname next) '(:value :value-count :values-rest))
             (when (eq (replacement (first (ins-args next))) ins)
               (push next readers)))
            ((not (vreg-p (ins-mark next))) (return))
            ((null (vreg-constant (ins-mark next))) (return)))
      (setq next (ins-next next)))
    (nreverse readers)))

;; PUT-VALUES has done these.
(define-selector (:value :value-count :values-rest) (ins)
  (declare (ignore ins))
  nil)

(define-selector :unwind-values (ins)
  (let ((minst (put-result ins :unwind-values)))
    (setf (minst-fixed minst) (first *argument-registers*)
          (minst-clobbers minst) '()
          (mblock-unwind-entry *mblock*) t
          (minst-site minst) t)
    (put-values ins minst)))

;;; Returns

(define-selector :return (ins)
  (let ((index 0) (uses '()))
    (dolist (arg (ins-args ins))
      (when (>= index 4)
        (put-thread-value (value arg) index))
      (incf index))
    (setq index 0)
    (dolist (arg (ins-args ins))
      (when (< index 4)
        (push (use-in (value arg) (nth index *argument-registers*)) uses))
      (incf index))
    (let ((minst (apply #'put :return (nreverse uses))))
      (setf (minst-imm minst) index))))

(defun put-thread-value (vreg index)
  (let* ((immediate (vreg-immediate vreg))
         (minst (if immediate
                    (put :thread-store)
                    (put :thread-store (use-reg vreg)))))
    (setf (minst-imm minst) (+ +thread-values+ (* 8 (- index 4)))
          (minst-more minst) immediate)))

(define-selector :return-list-values (ins)
  (put :return-list-values
       (use-in (argument ins 0) (first *argument-registers*))
       (use-in (argument ins 1) (second *argument-registers*))))

(define-selector :unreachable (ins)
  (declare (ignore ins))
  (put :unreachable))

;;; Unwinding

(define-selector :push-unwind (ins)
  (let* ((target (blok-mark (second (ins-targets ins))))
         (slot (unwind-slot target))
         (minst (if (ins-args ins)
                    (put :push-unwind (use-reg (argument ins 0)))
                    (put :push-unwind))))
    (setf (mblock-unwind-entry target) t
          (minst-imm minst) slot
          (minst-more minst) (ins-datum ins)
          (minst-targets minst) (mblock-succs *mblock*))))

(defun unwind-slot (target)
  "The first of the frame slots of the unwind block whose target is TARGET."
  (let ((depth 0) (outer (mblock-unwind target)))
    (loop
      (when (null outer) (return))
      (incf depth)
      (setq outer (mblock-unwind outer)))
    (let ((slot (* +unwind-block-words+ depth)))
      (push (cons target slot) (mfunc-unwind-slots *mfunc*))
      (setf (mfunc-fixed-slots *mfunc*)
            (max (mfunc-fixed-slots *mfunc*)
                 (+ slot +unwind-block-words+)))
      slot)))

(define-selector :pop-unwind (ins)
  (declare (ignore ins))
  (let ((minst (put :pop-unwind)))
    (setf (minst-imm minst)
          (cdr (assoc (mblock-unwind *mblock*)
                      (mfunc-unwind-slots *mfunc*))))))

(define-selector :unwind-to (ins)
  (let ((minst (put :unwind-to)))
    (setf (minst-uses minst)
          (trampoline-uses 'jump-to-unwind (ins-args ins))
          (minst-call minst) t)))
