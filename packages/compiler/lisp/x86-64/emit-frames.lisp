;;;; Frames: which blocks have one, entry and exit, polls.

(in-package #:astralisp.compiler)

;;; A block needs a frame when it calls, touches a slot or may fault.  From
;;; there on, whatever hot code follows has it too; a cold block makes a frame
;;; for itself and takes it away when it goes back to hot code without one.
;;; So the quick way out of a function costs no frame.

(defconstant +most-cold-frames+ 4
  "A function with more cold blocks that make a frame makes it at its entry.")

(defun place-frames (mfunc)
  "Decide for each block of MFUNC if the frame exists in it."
  (let ((everywhere (mfunc-unwind-slots mfunc)))
    (dolist (block (mfunc-blocks mfunc))
      (setf (mblock-frame block)
            (if (or everywhere (block-needs-frame-p block)) t nil)))
    (spread-frames mfunc)
    (place-prologues mfunc)
    ;; Many small frames cost more room than one saves time.
    (when (> (count-if (lambda (block)
                         (and (mblock-cold block) (mblock-prologue block)))
                       (mfunc-blocks mfunc))
             +most-cold-frames+)
      (dolist (block (mfunc-blocks mfunc))
        (setf (mblock-frame block) t))
      (place-prologues mfunc))))

(defun spread-frames (mfunc)
  "Where a frame exists it goes on existing, but for cold blocks that lead to
hot ones without."
  (loop
    (let ((changed nil))
      (dolist (block (mfunc-blocks mfunc))
        (when (and (not (mblock-frame block))
                   (some (lambda (pred)
                           (and (mblock-frame pred)
                                (or (mblock-cold block)
                                    (not (mblock-cold pred)))))
                         (mblock-preds block)))
          (setf (mblock-frame block) t)
          (setq changed t)))
      (unless changed (return)))))

(defun place-prologues (mfunc)
  (dolist (block (mfunc-blocks mfunc))
    (setf (mblock-prologue block)
          (and (mblock-frame block)
               (every (lambda (pred) (not (mblock-frame pred)))
                      (mblock-preds block))))))

(defun block-needs-frame-p (block)
  (or (mblock-entry-stores block)
      (some #'minst-needs-frame-p (mblock-instructions block))))

(defun minst-needs-frame-p (minst)
  (or (and (minst-call minst) (not (eq (minst-op minst) :tail-call)))
      (member (minst-op minst)
              '(:argument-at :push-unwind :pop-unwind :unwind-values
                :system))
      (and (minst-site minst)
           (member (minst-op minst) '(:load :store)))
      (some (lambda (move)
              (or (slot-place-p (move-dst move))
                  (slot-place-p (move-src move))))
            (minst-gap minst))
      (some (lambda (use) (slot-place-p (use-place use)))
            (minst-uses minst))
      (stored-definition-p minst)))

(defun slot-place-p (place)
  (cond ((vreg-p place)
         (not (or (vreg-constant place) (vreg-incoming place))))
        ((use-p place) (eq (use-how place) :out))
        (t nil)))

(defun stored-definition-p (minst)
  (or (and (minst-dst minst)
           (eq (vreg-policy (minst-dst minst)) :def))
      (some (lambda (def) (eq (vreg-policy (car def)) :def))
            (minst-defs minst))))

;;; Entry and exit

(defun frame-octets ()
  (* 8 (+ (mfunc-slot-count *emitted*) (mfunc-outgoing *emitted*))))

(defun emit-prologue ()
  "Make the frame and poll, which also finds that the stack is at its end."
  (let ((asm *asm*) (size (frame-octets)))
    (emit-push-r asm +rbp+)
    (emit-mov-rr asm 64 +rbp+ +rsp+)
    (when (> size 0)
      (emit-sub-ri asm 64 +rsp+ size))
    (setq *framed* t)
    (unless (mfunc-no-poll *emitted*)
      (emit-poll nil))))

(defun emit-poll (minst)
  "Poll; MINST is the safepoint, NIL at the entry, where no slot is live."
  (let ((back (make-label)) (slow (make-label)))
    (emit-cmp-rm *asm* 64 +rsp+ +thread+ +thread-limit+)
    (emit-jcc-l *asm* +cc-b+ slow)
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* slow)
      (emit-trampoline-call 'poll minst)
      (emit-jmp-l *asm* back))))

(defun emit-trampoline-call (name minst)
  "Call the trampoline NAME out of line, in a frame made here if need be, with
the stack map of MINST."
  (let ((framed *framed*) (label (make-label)))
    (unless framed
      (emit-push-r *asm* +rbp+)
      (emit-mov-rr *asm* 64 +rbp+ +rsp+))
    (emit-call-l *asm* (trampoline-fixup name))
    (bind-label *asm* label)
    (note-point label minst 0)
    (unless framed
      (emit-pop-r *asm* +rbp+))))

(defun trampoline-fixup (name)
  "A reference to the trampoline NAME, a symbol of any package."
  (make-fixup :rel32 (cons :trampoline
                           (intern (symbol-name name) '#:keyword))))

(defun emit-epilogue ()
  "Take the frame away; no flags change."
  (if (> (frame-octets) 0)
      (emit-leave *asm*)
      (emit-pop-r *asm* +rbp+)))

(defun emit-entry (mfunc)
  "Emit what stands before the first block of MFUNC."
  (let ((func (mfunc-func mfunc)))
    (unless (func-local func)
      (emit-align *asm* 16))
    (bind-label *asm* (mfunc-start-label mfunc))
    (unless (func-local func)
      (bind-label *asm* (mfunc-entry-label mfunc))
      (emit-count-check (func-min-args func) (func-max-args func)))
    (bind-label *asm* (mfunc-direct-label mfunc))))

(defun emit-count-check (minimum maximum)
  (flet ((check (count code)
           (if (= count 0)
               (emit-test-rr *asm* 32 +count-register+ +count-register+)
               (emit-cmp-ri *asm* 32 +count-register+ count))
           (emit-jcc-l *asm* code (trampoline-fixup 'argument-count-error))))
    (cond ((eql minimum maximum) (check minimum +cc-ne+))
          (t
           (when (> minimum 0) (check minimum +cc-b+))
           (when maximum (check maximum +cc-a+))))))

(define-emitter :poll (minst)
  (emit-poll minst))

(define-emitter :argument-at (minst)
  ;; A fixnum index is 8 times the number; argument 4 is at rbp + 16.
  (emit-mov-rm *asm* 64 (result minst) +rbp+ -16 (operand minst 0) 1))
