;;;; Emission of machine operations.

(in-package #:astralisp.compiler)

(defun clear-registers (registers)
  "Make boxed REGISTERS that held raw words valid again."
  (dolist (register registers)
    (emit-xor-rr *asm* 32 register register)))

(defun emit-merge-halves ()
  "rax := rdx:rax of 32 bits each."
  (emit-shl-ri *asm* 64 +rdx+ 32)
  (emit-or-rr *asm* 64 +rax+ +rdx+))

(define-emitter :system (minst)
  (let ((asm *asm*) (n (minst-imm minst)))
    (ecase (intern-operation (minst-more minst))
      (:syscall (emit-syscall asm) (clear-registers '(7 6 8 9)))
      (:in8 (emit-in-dx asm 8) (emit-movzx8-rr asm 32 +rax+ +rax+))
      (:in16 (emit-in-dx asm 16) (emit-movzx16-rr asm 32 +rax+ +rax+))
      (:in32 (emit-in-dx asm 32))
      (:out8 (emit-out-dx asm 8))
      (:out16 (emit-out-dx asm 16))
      (:out32 (emit-out-dx asm 32))
      (:cpuid
       (emit-cpuid asm)
       (emit-mov-rr asm 32 +r10+ +rbx+)
       (clear-registers '(3)))
      (:read-tsc (emit-rdtsc asm) (emit-merge-halves))
      (:read-msr (emit-rdmsr asm) (emit-merge-halves))
      (:write-msr
       (emit-mov-rr asm 64 +rdx+ +rax+)
       (emit-shr-ri asm 64 +rdx+ 32)
       (emit-wrmsr asm))
      (:read-cr (emit-mov-rcr asm +rax+ n))
      (:write-cr (emit-mov-crr asm n +rax+))
      (:raw-copy-words
       (emit-rep asm) (emit-movs asm 64) (clear-registers '(7 6)))
      (:raw-fill-words
       (emit-rep asm) (emit-stos asm 64) (clear-registers '(7)))
      (:frame-pointer (emit-mov-rr asm 64 +rax+ +rbp+))
      (:stack-pointer (emit-mov-rr asm 64 +rax+ +rsp+))
      (:thread-pointer (emit-mov-rr asm 64 +rax+ +thread+))
      (:set-thread-pointer (emit-mov-rr asm 64 +thread+ +rax+))
      (:read-flags (emit-pushfq asm) (emit-pop-r asm +rax+))
      (:invlpg (emit-invlpg-m asm +rax+ 0))
      (:lgdt (emit-lgdt-m asm +rax+ 0))
      (:lidt (emit-lidt-m asm +rax+ 0))
      (:ltr (emit-ltr-r asm +rax+))
      (:pause (emit-pause asm))
      (:hlt (emit-hlt asm))
      (:cli (emit-cli asm))
      (:sti (emit-sti asm))
      (:fence (emit-mfence asm))
      (:wbinvd (emit-instruction asm '(wbinvd)))
      (:breakpoint (emit-int3 asm))
      (:clear-registers
       (clear-registers *boxed-order*)))))

(defun intern-operation (name)
  (first (find-system-operation name)))
