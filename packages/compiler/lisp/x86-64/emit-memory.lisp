;;;; Emission of loads, stores, allocation and dynamic variables.

(in-package #:astralisp.compiler)

(defun note-fault (minst)
  "MINST, emitted next, may fault: its own pc gets a stack map."
  (when (minst-site minst)
    (let ((label (make-label)))
      (bind-label *asm* label)
      (note-point label minst 0))))

(define-emitter :load (minst)
  (let ((asm *asm*) (to (result minst)))
    (note-fault minst)
    (with-memory (base disp index scale) minst
      (ecase (minst-more minst)
        ((:boxed :u64 :s64) (emit-mov-rm asm 64 to base disp index scale))
        (:u32 (emit-mov-rm asm 32 to base disp index scale))
        (:s32 (emit-movsxd-rm asm to base disp index scale))
        (:u16 (emit-movzx16-rm asm 32 to base disp index scale))
        (:s16 (emit-movsx16-rm asm 64 to base disp index scale))
        (:u8 (emit-movzx8-rm asm 32 to base disp index scale))
        (:s8 (emit-movsx8-rm asm 64 to base disp index scale))
        (:double (emit-movsd-xm asm (float-number to) base disp index scale))
        (:single (emit-movss-xm asm (float-number to) base disp index
                                scale))))))

(defun width-bits (width)
  (ecase width
    ((:boxed :u64 :s64 :double) 64)
    ((:u32 :s32 :single) 32)
    ((:u16 :s16) 16)
    ((:u8 :s8) 8)))

(defun wrap-literal (literal bits)
  "LITERAL modulo BITS, signed."
  (if (= bits 64)
      literal
      (let ((low (logand literal (1- (ash 1 bits)))))
        (if (logbitp (1- bits) low) (- low (ash 1 bits)) low))))

(define-emitter :store (minst)
  (let* ((asm *asm*) (more (minst-more minst)) (width (first more))
         (bits (width-bits width)) (literal (third more))
         (count (memory-use-count minst)))
    (note-fault minst)
    (with-memory (base disp index scale) minst
      (cond (literal
             (emit-mov-mi asm bits (wrap-literal literal bits)
                          base disp index scale))
            ((eq width :double)
             (emit-movsd-mx asm (float-number (operand minst count))
                            base disp index scale))
            ((eq width :single)
             (emit-movss-mx asm (float-number (operand minst count))
                            base disp index scale))
            (t (emit-mov-mr asm bits (operand minst count)
                            base disp index scale)))
      (when (second more)
        (emit-lea-rm asm 64 +scratch+ base disp index scale)
        (emit-mark-card)))))

(defun emit-mark-card ()
  "Mark the card of the address in the scratch register."
  (emit-shr-ri *asm* 64 +scratch+ +card-shift+)
  (emit-mov-mi *asm* 8 1 +scratch+ +card-table+))

(define-emitter :mark-card (minst)
  (emit-mov-rr *asm* 64 +scratch+ (operand minst 0))
  (emit-mark-card))

(define-emitter :store-halves (minst)
  (let* ((word (minst-more minst)) (disp (minst-imm minst))
         (low (logand word 4294967295))
         (high (logand (ash word -32) 4294967295))
         (base (operand minst 0)))
    (emit-mov-mi *asm* 32 (wrap-literal low 32) base disp)
    (unless (= high 0)
      (emit-mov-mi *asm* 32 (wrap-literal high 32) base (+ disp 4)))))

(define-emitter :thread-load (minst)
  (let ((to (result minst)))
    (if (>= to 16)
        (emit-movsd-xm *asm* (float-number to) +thread+ (minst-imm minst))
        (emit-mov-rm *asm* 64 to +thread+ (minst-imm minst)))))

(define-emitter :thread-store (minst)
  (if (minst-more minst)
      (emit-mov-mi *asm* 64 (minst-more minst) +thread+ (minst-imm minst))
      (emit-mov-mr *asm* 64 (operand minst 0) +thread+ (minst-imm minst))))

;;; Atomic operations

(define-emitter :compare-and-swap (minst)
  (emit-lock *asm*)
  (emit-cmpxchg-mr *asm* 64 (operand minst 2) (operand minst 0)
                   (minst-imm minst))
  (emit-move (result minst) 0))

(define-emitter :atomic-add (minst)
  (emit-lock *asm*)
  (emit-xadd-mr *asm* 64 (result minst) (operand minst 1) (minst-imm minst)))

(define-emitter :exchange (minst)
  (emit-xchg-mr *asm* 64 (result minst) (operand minst 1) (minst-imm minst)))

;;; Allocation

(defun emit-allocation (size minst)
  "Leave the address behind SIZE fresh octets in the scratch register."
  (let ((asm *asm*) (slow (make-label)) (back (make-label)))
    (emit-mov-rm asm 64 +scratch+ +thread+ +thread-allocation-pointer+)
    (emit-add-ri asm 64 +scratch+ size)
    (emit-cmp-rm asm 64 +scratch+ +thread+ +thread-allocation-end+)
    (emit-jcc-l asm +cc-a+ slow)
    (emit-mov-mr asm 64 +scratch+ +thread+ +thread-allocation-pointer+)
    (bind-label asm back)
    (with-stub
      (bind-label *asm* slow)
      (emit-slow-allocation size minst)
      (emit-jmp-l *asm* back))))

(defun emit-slow-allocation (size minst)
  (let ((framed *framed*) (label (make-label)))
    (unless framed
      (emit-push-r *asm* +rbp+)
      (emit-mov-rr *asm* 64 +rbp+ +rsp+))
    (emit-push-r *asm* +rax+)
    (emit-mov-ri *asm* 32 +rax+ size)
    (emit-call-l *asm* (trampoline-fixup 'allocate))
    (bind-label *asm* label)
    (note-point label minst 0)
    (emit-lea-rm *asm* 64 +scratch+ +rax+ size)
    (emit-pop-r *asm* +rax+)
    (unless framed
      (emit-pop-r *asm* +rbp+))))

(define-emitter :allocate (minst)
  (let ((size (minst-imm minst)))
    (emit-allocation size minst)
    (emit-lea-rm *asm* 64 (result minst) +scratch+
                 (- (minst-extra minst) size))))

(define-emitter :allocate-octets (minst)
  (let ((asm *asm*) (slow (make-label)) (back (make-label)))
    (emit-mov-rm asm 64 +scratch+ +thread+ +thread-allocation-pointer+)
    (emit-add-rr asm 64 +rax+ +scratch+)
    (emit-cmp-rm asm 64 +rax+ +thread+ +thread-allocation-end+)
    (emit-jcc-l asm +cc-a+ slow)
    (emit-mov-mr asm 64 +rax+ +thread+ +thread-allocation-pointer+)
    (emit-mov-rr asm 64 +rax+ +scratch+)
    (bind-label asm back)
    (with-stub
      (bind-label *asm* slow)
      (emit-sub-rr *asm* 64 +rax+ +scratch+)
      (emit-trampoline-call 'allocate minst)
      (emit-jmp-l *asm* back))))

(define-emitter :closure-header (minst)
  (let ((base (operand minst 0)))
    (emit-mov-mi *asm* 32 (+ +header-tag+ (* 256 +function-code+))
                 base (- +function-lowtag+))
    (emit-mov-mi *asm* 32 (minst-imm minst) base (- 4 +function-lowtag+))
    (emit-lea-rm *asm* 64 +scratch+ +rip+
                 (mfunc-entry-label (minst-more minst)))
    (emit-mov-mr *asm* 64 +scratch+ base
                 (- (* 8 +function-entry-slot+) +function-lowtag+))
    (emit-lea-rm *asm* 64 +scratch+ +rip+
                 (make-fixup :rel32 (cons :code-object nil)))
    (emit-mov-mr *asm* 64 +scratch+ base
                 (- (* 8 +function-code-slot+) +function-lowtag+))))

;;; Boxing words

(defun emit-bignum (minst digits)
  "Box the word in operand 0 of MINST as a bignum of DIGITS digits."
  (let* ((size (* 16 (ceiling (* 8 (1+ digits)) 16)))
         (to (result minst)) (from (operand minst 0)))
    (emit-slow-or-fast-bignum size minst)
    (emit-lea-rm *asm* 64 +scratch+ +scratch+ (- +other-lowtag+ size))
    (emit-mov-mi *asm* 32 (+ +header-tag+ (* 256 +bignum-code+))
                 +scratch+ (- +other-lowtag+))
    (emit-mov-mi *asm* 32 digits +scratch+ (- 4 +other-lowtag+))
    (emit-mov-mr *asm* 64 from +scratch+ (- 8 +other-lowtag+))
    (emit-mov-rr *asm* 64 to +scratch+)))

(defun emit-slow-or-fast-bignum (size minst)
  (emit-allocation size minst))

(define-emitter :box-signed (minst)
  (let ((big (make-label)) (back (make-label)) (from (operand minst 0)))
    (emit-imul-rri *asm* 64 +scratch+ from 8)
    (emit-jcc-l *asm* +cc-o+ big)
    (emit-mov-rr *asm* 64 (result minst) +scratch+)
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* big)
      (emit-bignum minst 1)
      (emit-jmp-l *asm* back))))

(define-emitter :box-unsigned (minst)
  (let ((big (make-label)) (two (make-label)) (back (make-label))
        (from (operand minst 0)))
    (emit-mov-rr *asm* 64 +scratch+ from)
    (emit-shr-ri *asm* 64 +scratch+ (1- +fixnum-bits+))
    (emit-jcc-l *asm* +cc-ne+ big)
    (emit-lea-rm *asm* 64 (result minst) nil 0 from 8)
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* big)
      (emit-test-rr *asm* 64 from from)
      (emit-jcc-l *asm* +cc-s+ two)
      (emit-bignum minst 1)
      (emit-jmp-l *asm* back)
      (bind-label *asm* two)
      (emit-bignum minst 2)
      (emit-jmp-l *asm* back))))

(define-emitter :unbox-word (minst)
  (let ((big (make-label)) (back (make-label)) (from (operand minst 0))
        (to (result minst)))
    (emit-test-ri *asm* 8 from +fixnum-mask+)
    (emit-jcc-l *asm* +cc-ne+ big)
    (emit-mov-rr *asm* 64 to from)
    (emit-sar-ri *asm* 64 to +fixnum-shift+)
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* big)
      (emit-mov-rm *asm* 64 to from (- 8 +other-lowtag+))
      (emit-jmp-l *asm* back))))

;;; Dynamic variables

(defun tls-fixup (symbol &optional (kind :abs32))
  (make-fixup kind (cons :tls symbol)))

(defconstant +symbol-value-displacement+ -7 "From a symbol to its value.")

(define-emitter :symbol-value (minst)
  (let ((to (result minst)) (done (make-label)))
    (emit-mov-rm *asm* 64 to +thread+ (tls-fixup (minst-more minst)))
    (emit-cmp-ri *asm* 64 to +no-thread-value-marker+)
    (emit-jcc-l *asm* +cc-ne+ done)
    (emit-mov-rm *asm* 64 +scratch+ +rip+ (constant-fixup (minst-imm minst)))
    (emit-mov-rm *asm* 64 to +scratch+ +symbol-value-displacement+)
    (bind-label *asm* done)))

(define-emitter :symbol-global-value (minst)
  (emit-mov-rm *asm* 64 +scratch+ +rip+ (constant-fixup (minst-imm minst)))
  (emit-mov-rm *asm* 64 (result minst) +scratch+
               +symbol-value-displacement+))

(defun emit-set-global (minst)
  (emit-mov-rm *asm* 64 +scratch+ +rip+ (constant-fixup (minst-imm minst)))
  (emit-mov-mr *asm* 64 (operand minst 0) +scratch+
               +symbol-value-displacement+)
  (emit-add-ri *asm* 64 +scratch+ +symbol-value-displacement+)
  (emit-mark-card))

(define-emitter :set-symbol-value (minst)
  (let ((global (make-label)) (back (make-label)) (symbol (minst-more minst)))
    (emit-cmp-mi *asm* 64 +no-thread-value-marker+ +thread+
                 (tls-fixup symbol))
    (emit-jcc-l *asm* +cc-e+ global)
    (emit-mov-mr *asm* 64 (operand minst 0) +thread+ (tls-fixup symbol))
    (bind-label *asm* back)
    (with-stub
      (bind-label *asm* global)
      (emit-set-global minst)
      (emit-jmp-l *asm* back))))

(define-emitter :set-symbol-global-value (minst)
  (emit-set-global minst))

(define-emitter :bind (minst)
  (let ((asm *asm*) (full (make-label)) (symbol (minst-more minst)))
    (emit-mov-rm asm 64 +scratch+ +thread+ +thread-binding-sp+)
    (emit-cmp-rm asm 64 +scratch+ +thread+ +thread-binding-end+)
    (emit-jcc-l asm +cc-ae+ full)
    (emit-mov-ri asm 32 +rax+ (tls-fixup symbol :abs32u))
    (emit-mov-mr asm 64 +rax+ +scratch+ 0)
    (emit-mov-rm asm 64 +rax+ +thread+ (tls-fixup symbol))
    (emit-mov-mr asm 64 +rax+ +scratch+ 8)
    (emit-add-ri asm 64 +scratch+ 16)
    (emit-mov-mr asm 64 +scratch+ +thread+ +thread-binding-sp+)
    (emit-mov-mr asm 64 (operand minst 0) +thread+ (tls-fixup symbol))
    (with-stub
      (bind-label *asm* full)
      (emit-trampoline-call 'binding-overflow minst)
      (emit-ud2 *asm*))))

(defun emit-unbind-one ()
  "Undo the binding at the scratch register, whose index is a slot lower."
  (emit-mov-rm *asm* 64 +rax+ +scratch+ -16)
  (emit-mov-rm *asm* 64 +rdx+ +scratch+ -8)
  (emit-mov-mr *asm* 64 +rdx+ +thread+ 0 +rax+ 1)
  (emit-sub-ri *asm* 64 +scratch+ 16))

(define-emitter :unbind (minst)
  (emit-mov-rm *asm* 64 +scratch+ +thread+ +thread-binding-sp+)
  (dotimes (i (minst-imm minst))
    (emit-unbind-one))
  (emit-mov-mr *asm* 64 +scratch+ +thread+ +thread-binding-sp+))

(define-emitter :unbind-to (minst)
  (let ((again (make-label)) (done (make-label)))
    (emit-mov-rm *asm* 64 +scratch+ +thread+ +thread-binding-sp+)
    (bind-label *asm* again)
    (emit-cmp-rr *asm* 64 +scratch+ (operand minst 0))
    (emit-jcc-l *asm* +cc-be+ done)
    (emit-unbind-one)
    (emit-jmp-l *asm* again)
    (bind-label *asm* done)
    (emit-mov-mr *asm* 64 +scratch+ +thread+ +thread-binding-sp+)))
