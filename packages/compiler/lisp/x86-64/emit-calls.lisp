;;;; Emission of calls, returns and unwinding.

(in-package #:astralisp.compiler)

(defun emit-count (count target)
  "Load the argument COUNT unless the callee of TARGET does not look."
  (when (and count
             (not (and (eq (first target) :direct)
                       (fixed-arguments-p (second target)))))
    (emit-mov-ri *asm* 32 +count-register+ count)))

(defun fixed-arguments-p (mfunc)
  (let ((func (mfunc-func mfunc)))
    (eql (func-min-args func) (func-max-args func))))

(defun emit-load-function (name)
  "Put the function of the cell of NAME into the function register."
  (emit-mov-rm *asm* 64 +function-register+ nil
               (make-fixup :abs32 (cons :cell name)
                           (* 8 +cell-function-slot+))))

(defconstant +entry-displacement+ -3 "From a function to its entry word.")

(define-emitter :call (minst)
  (let* ((target (minst-more minst)) (label (make-label)))
    (emit-count (minst-imm minst) target)
    (ecase (first target)
      (:cell
       (emit-load-function (second target))
       (emit-call-m *asm* +function-register+ +entry-displacement+))
      (:register
       (emit-call-m *asm* +function-register+ +entry-displacement+))
      (:direct
       (emit-call-l *asm* (mfunc-direct-label (second target))))
      (:trampoline
       (emit-call-l *asm* (trampoline-fixup (second target)))))
    (bind-label *asm* label)
    (note-point label minst (minst-extra minst))
    (cond ((eq (first (minst-wants minst)) :return)
           (emit-return))
          (t (emit-wanted-values minst)))))

(define-emitter :tail-call (minst)
  (let ((target (minst-more minst)))
    (emit-count (minst-imm minst) target)
    (when *framed* (emit-epilogue))
    (ecase (first target)
      (:cell
       (emit-load-function (second target))
       (emit-jmp-m *asm* +function-register+ +entry-displacement+))
      (:register
       (emit-jmp-m *asm* +function-register+ +entry-displacement+))
      (:direct
       (emit-jmp-l *asm* (mfunc-direct-label (second target)))))))

(defun emit-wanted-values (minst)
  "Make values that did not arrive NIL, and a list of the rest if wanted."
  (let ((wants (minst-wants minst)))
    (when (integerp (first wants))
      (emit-mov-ri *asm* 32 +scratch+ +nil-word+))
    (dolist (want wants)
      (cond ((integerp want)
             (emit-cmp-ri *asm* 32 +count-register+ (1+ want))
             (emit-cmov-rr *asm* 64 +cc-b+
                           (nth want *argument-registers*) +scratch+))
            (t (emit-values-rest minst))))))

(defun emit-values-rest (minst)
  (let ((back (make-label)) (slow (make-label)))
    (emit-cmp-ri *asm* 32 +count-register+ 1)
    (emit-jcc-l *asm* +cc-ne+ slow)
    (emit-mov-ri *asm* 32 (second *argument-registers*) +nil-word+)
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* slow)
      (emit-trampoline-call 'save-values minst)
      (emit-jmp-l *asm* back))))

(define-emitter :late-value (minst)
  (let ((index (minst-imm minst)) (done (make-label))
        (register (result minst)))
    (emit-mov-ri *asm* 32 register +nil-word+)
    (emit-cmp-ri *asm* 32 (operand minst 0) index)
    (emit-jcc-l *asm* +cc-be+ done)
    (emit-mov-rm *asm* 64 register +thread+
                 (+ +thread-values+ (* 8 (- index 4))))
    (bind-label *asm* done)))

(defun emit-return ()
  (when *framed* (emit-epilogue))
  (emit-ret *asm*))

(define-emitter :return (minst)
  (let ((count (minst-imm minst)))
    (when (= count 0)
      (emit-mov-ri *asm* 32 (first *argument-registers*) +nil-word+))
    (emit-mov-ri *asm* 32 +count-register+ count)
    (emit-return)))

(define-emitter :return-list-values (minst)
  (declare (ignore minst))
  (let ((slow (make-label)))
    (emit-cmp-ri *asm* 64 (second *argument-registers*) +nil-word+)
    (emit-jcc-l *asm* +cc-ne+ slow)
    (emit-mov-ri *asm* 32 +count-register+ 1)
    (emit-return)
    (with-stub
      (bind-label *asm* slow)
      (when *framed* (emit-epilogue))
      (emit-jmp-l *asm* (trampoline-fixup 'values-list)))))

(define-emitter :unreachable (minst)
  (declare (ignore minst))
  (emit-ud2 *asm*))

;;; Unwind blocks: six words, the lowest in the highest slot

(defun unwind-displacement (slot)
  "The distance from rbp to the unwind block whose first slot is SLOT."
  (* -8 (+ slot +unwind-block-words+)))

(define-emitter :push-unwind (minst)
  (let* ((base (unwind-displacement (minst-imm minst)))
         (kind (minst-more minst))
         (target (second (minst-targets minst))))
    (flet ((fill-word (offset)
             (emit-mov-mr *asm* 64 +scratch+ +rbp+ (+ base offset))))
      (emit-mov-rm *asm* 64 +scratch+ +thread+ +thread-unwind+)
      (fill-word +unwind-previous+)
      (emit-mov-mr *asm* 64 +rbp+ +rbp+ (+ base +unwind-fp+))
      (emit-mov-mr *asm* 64 +rsp+ +rbp+ (+ base +unwind-sp+))
      (emit-lea-rm *asm* 64 +scratch+ +rip+ (mblock-label target))
      (fill-word +unwind-pc+)
      (emit-mov-rm *asm* 64 +scratch+ +thread+ +thread-binding-sp+)
      (fill-word +unwind-binding-sp+)
      (if (eq kind :protect)
          (emit-mov-mi *asm* 64 +unbound-marker+ +rbp+
                       (+ base +unwind-tag+))
          (emit-mov-mr *asm* 64 (operand minst 0) +rbp+
                       (+ base +unwind-tag+)))
      (emit-lea-rm *asm* 64 +scratch+ +rbp+ base)
      (emit-mov-mr *asm* 64 +scratch+ +thread+ +thread-unwind+)
      (when (eq kind :block)
        (emit-mov-mr *asm* 64 +scratch+ (operand minst 0)
                     (- (* 8 +value-cell-slot+) +other-lowtag+))))
    (emit-jump (first (minst-targets minst)))))

(define-emitter :pop-unwind (minst)
  (let ((base (unwind-displacement (minst-imm minst))))
    (emit-mov-rm *asm* 64 +scratch+ +rbp+ (+ base +unwind-previous+))
    (emit-mov-mr *asm* 64 +scratch+ +thread+ +thread-unwind+)))

(define-emitter :unwind-values (minst)
  (emit-wanted-values minst))

(define-emitter :unwind-to (minst)
  (let ((label (make-label)))
    (emit-call-l *asm* (trampoline-fixup 'jump-to-unwind))
    (bind-label *asm* label)
    (note-point label minst 0)))
