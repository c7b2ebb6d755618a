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
  (let ((asm *asm*) (name (intern-operation (minst-more minst))))
    (case name
      (:syscall (emit-syscall asm) (clear-registers '(7 6 8 9)))
      (:in-u8 (emit-in-dx asm 8) (emit-movzx8-rr asm 32 +rax+ +rax+))
      (:in-u16 (emit-in-dx asm 16) (emit-movzx16-rr asm 32 +rax+ +rax+))
      (:in-u32 (emit-in-dx asm 32))
      (:out-u8 (emit-out-dx asm 8))
      (:out-u16 (emit-out-dx asm 16))
      (:out-u32 (emit-out-dx asm 32))
      (:raw-copy-words
       (emit-rep asm) (emit-movs asm 64) (clear-registers '(7 6)))
      (:raw-fill-words
       (emit-rep asm) (emit-stos asm 64) (clear-registers '(7)))
      (:frame-pointer (emit-mov-rr asm 64 +rax+ +rbp+))
      (:stack-pointer (emit-mov-rr asm 64 +rax+ +rsp+))
      (:thread-pointer (emit-mov-rr asm 64 +rax+ +thread+))
      (:set-thread-pointer (emit-mov-rr asm 64 +thread+ +rax+))
      (:pause (emit-pause asm))
      (:halt (emit-hlt asm))
      (:fence (emit-mfence asm))
      (:breakpoint (emit-int3 asm))
      (:clear-registers (clear-registers *boxed-order*))
      (t (emit-privileged asm name)))))

(defun emit-privileged (asm name)
  "Emit the operation NAME that only a kernel on the bare machine may do."
  (ecase name
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
    (:read-cr0 (emit-mov-rcr asm +rax+ 0))
    (:read-cr2 (emit-mov-rcr asm +rax+ 2))
    (:read-cr3 (emit-mov-rcr asm +rax+ 3))
    (:read-cr4 (emit-mov-rcr asm +rax+ 4))
    (:write-cr0 (emit-mov-crr asm 0 +rax+))
    (:write-cr3 (emit-mov-crr asm 3 +rax+))
    (:write-cr4 (emit-mov-crr asm 4 +rax+))
    (:tlb-flush
     (emit-mov-rcr asm +rax+ 3)
     (emit-mov-crr asm 3 +rax+))
    (:interrupt-flag
     (emit-pushfq asm)
     (emit-pop-r asm +rax+)
     (emit-shr-ri asm 32 +rax+ 9)
     (emit-and-ri asm 32 +rax+ 1))
    (:invalidate-page (emit-invlpg-m asm +rax+ 0))
    (:load-gdt (emit-lgdt-m asm +rax+ 0))
    (:load-idt (emit-lidt-m asm +rax+ 0))
    (:load-task-register (emit-ltr-r asm +rax+))
    (:disable-interrupts (emit-cli asm))
    (:enable-interrupts (emit-sti asm))))

(defun intern-operation (name)
  (first (find-system-operation name)))
