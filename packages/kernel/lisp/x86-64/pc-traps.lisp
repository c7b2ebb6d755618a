;;;; The trap entries of the pc platform, in LAP.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Read on the host, with the trampolines, into whose code unit these forms
;;; go. Vector N enters at pc-trap-stubs + 16 N. The frame that PC-TRAP gets:
;;; words 0-14 r15 r14 … r8 rdi rsi rbp rbx rdx rcx rax, 15 vector, 16 error
;;; code, 17 rip, 18 cs, 19 rflags, 20 rsp, 21 ss.

(defparameter *trap-vectors* 48 "Exceptions 0-31 and interrupts 32-47.")

(defun trap-has-code-p (vector)
  "Does the processor push an error code for VECTOR (Intel SDM 3A, 6.3.1)?"
  (member vector '(8 10 11 12 13 14 17 21 29 30)))

(defun trap-stub (vector)
  "Entry of VECTOR. Justified: only the entry knows which vector it is."
  `((align 16)
    ,@(if (trap-has-code-p vector) '() '((push 0)))
    (push ,vector)
    (jmp trap-common)))

(defun trap-common ()
  "Save, call (PC-TRAP frame), restore what the frame then says.
Justified: no Lisp function keeps all registers, or ends with IRETQ."
  '((align 16)
    trap-common
    (push rax) (push rcx) (push rdx) (push rbx) (push rbp) (push rsi)
    (push rdi) (push r8) (push r9) (push r10) (push r11) (push r12)
    (push r13) (push r14) (push r15)
    (cld)
    (mov rdi rsp) (shl rdi 3)
    (mov ecx 1)
    (mov rbx (mem (fixup :abs32 (:cell . pc-trap) 8)))
    (call (mem qword rbx -3))
    (pop r15) (pop r14) (pop r13) (pop r12) (pop r11) (pop r10) (pop r9)
    (pop r8) (pop rdi) (pop rsi) (pop rbp) (pop rbx) (pop rdx) (pop rcx)
    (pop rax)
    (add rsp 16)
    (iretq)))

(defun pc-idle ()
  "Sleep until the next interrupt. Justified: STI takes effect behind the
instruction that follows it, so an interrupt cannot come before HLT."
  '((align 16)
    pc-idle
    (sti) (hlt)
    (mov edi #x10001117) (mov ecx 1)
    (ret)))

(defun pc-random-bits ()
  "A random fixnum from the processor. Justified: RDRAND has no primitive."
  '((align 16)
    pc-random-bits
    (rdrand rdi) (jae pc-random-bits)
    (shl rdi 4) (shr rdi 1)
    (mov ecx 1)
    (ret)))

(defun pc-trap-program ()
  "Return the LAP forms to append to those of the trampolines."
  (append '((align 16) pc-trap-stubs)
          (let ((forms '()))
            (dotimes (vector *trap-vectors* forms)
              (setq forms (append forms (trap-stub vector)))))
          (trap-common) (pc-idle) (pc-random-bits)))

(defun pc-trap-entries ()
  "Return the labels of the program that are entries."
  '(pc-trap-stubs pc-idle pc-random-bits))
