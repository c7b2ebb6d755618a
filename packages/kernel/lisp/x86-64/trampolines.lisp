;;;; The trampolines of x86-64: what no Lisp function can do.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; docs/calling-convention.md, "Trampolines", says what each one takes and
;;; gives.  Offsets from r15 are those of the thread structure, displacements
;;; -3 (entry word of a function), -7 and 1 (car and cdr) carry the tags.
;;; NIL is 10001117h.

(defparameter *saving-trampolines*
  '((align 16)
    poll                                ; keeps all registers, calls Lisp
    (push rbp) (mov rbp rsp) (push rdi)
    (lea rdi (mem rip poll-part)) (jmp save-registers)
    poll-part
    (xor edi edi)
    (mov (mem qword r15 0) 0)           ; no poll before the limit is set anew
    (xor ecx ecx)
    (mov rbx (mem (fixup :abs32 (:cell . %poll-slow) 8)))
    (call (mem qword rbx -3))
    poll-return
    (jmp restore-registers)

    (align 16)
    allocate
    (push rbp) (mov rbp rsp) (push rdi)
    (lea rdi (mem rip allocate-part)) (jmp save-registers)
    allocate-part
    (lea rdi (mem (* rax 8)))
    (mov ecx 1)
    (mov rbx (mem (fixup :abs32 (:cell . %allocate-slow) 8)))
    (call (mem qword rbx -3))
    allocate-return
    (sar rdi 3)
    (mov (mem rbp -72) rdi)             ; where rax is kept
    (jmp restore-registers)

    (align 16)
    binding-overflow
    (push rbp) (mov rbp rsp) (push rdi)
    (lea rdi (mem rip overflow-part)) (jmp save-registers)
    overflow-part
    (xor edi edi)
    (xor ecx ecx)
    (mov rbx (mem (fixup :abs32 (:cell . %binding-stack-exhausted) 8)))
    (call (mem qword rbx -3))
    overflow-return
    (ud2)

    (align 16)
    fault-entry                         ; rax kind, rdx address, [rsp] pc
    (push rbp) (mov rbp rsp) (push rdi)
    (lea rdi (mem rip fault-part)) (jmp save-registers)
    fault-part
    (lea rdi (mem (* rax 8)))
    (lea rsi (mem (* rdx 8)))
    (mov rax (mem rbp 8))
    (lea r8 (mem (* rax 8)))
    (mov ecx 3)
    (mov rbx (mem (fixup :abs32 (:cell . %handle-fault) 8)))
    (call (mem qword rbx -3))
    fault-return
    (ud2)

    save-registers                      ; slots 0-7 boxed, 8-12 raw, then xmm
    (push rsi) (push r8) (push r9) (push rbx)
    (push r12) (push r13) (push r14)
    (push rax) (push rcx) (push rdx) (push r10) (push r11)
    (sub rsp 520) (and rsp -16)
    (fxsave64 (mem rsp))
    (jmp rdi)

    restore-registers
    (fxrstor64 (mem rsp))
    (lea rsp (mem rbp -104))
    (pop r11) (pop r10) (pop rdx) (pop rcx) (pop rax)
    (pop r14) (pop r13) (pop r12)
    (pop rbx) (pop r9) (pop r8) (pop rsi) (pop rdi)
    (pop rbp)
    (ret))
  "Entries that keep every register in a frame of their own, so that it is a
frame like any other to the collector, and call Lisp: no Lisp function can keep
all registers.")

(defparameter *call-trampolines*
  '((align 16)
    undefined-function                  ; keeps the arguments and rbx
    (mov rax (mem (fixup :abs32 (:cell . %undefined-function) 8)))
    (jmp (mem qword rax -3))

    (align 16)
    call-object                         ; keeps the arguments
    (cmp rbx #x10001117) (je a-symbol)
    (lea eax (mem rbx -11)) (test al 15) (je a-function)
    (lea eax (mem rbx -15)) (test al 15) (jne no-function)
    (cmp (mem byte rbx -14) #x10) (jne no-function)
    a-symbol
    (mov rax (mem rbx 1))               ; its cell
    (cmp rax #x10001117) (je no-function)
    (mov rbx (mem rax -7))
    a-function
    (jmp (mem qword rbx -3))
    no-function
    (mov rax (mem (fixup :abs32 (:cell . %call-non-function) 8)))
    (jmp (mem qword rax -3))

    (align 16)
    call-funcallable                    ; entry of a funcallable instance
    (mov rbx (mem rbx 21))              ; its first slot: the function
    (jmp (mem qword rbx -3))

    (align 16)
    argument-count-error
    (mov rdi rbx)
    (lea rsi (mem (* rcx 8)))
    (mov ecx 2)
    (mov rbx (mem (fixup :abs32 (:cell . %argument-count-error) 8)))
    (jmp (mem qword rbx -3))

    (align 16)
    apply                               ; rbx function, rdi list
    (push rbp) (mov rbp rsp)
    (mov rax rdi) (xor ecx ecx)
    count-next
    (cmp rax #x10001117) (je counted)
    (mov edx eax) (and edx 15) (cmp edx 7) (jne no-arguments)
    (inc ecx) (cmp ecx 1023) (ja no-arguments)
    (mov rax (mem rax 1)) (jmp count-next)
    no-arguments                        ; not a list, or a very long one
    (leave)
    (mov ecx 1)
    (mov rbx (mem (fixup :abs32 (:cell . %apply-failure) 8)))
    (jmp (mem qword rbx -3))
    counted
    (mov rax rdi)
    (cmp ecx 4) (jbe in-registers)
    (lea rdx (mem (* rcx 8) -32)) (sub rsp rdx)
    in-registers
    (cmp rax #x10001117) (je spread)
    (mov rdi (mem rax -7)) (mov rax (mem rax 1))
    (cmp rax #x10001117) (je spread)
    (mov rsi (mem rax -7)) (mov rax (mem rax 1))
    (cmp rax #x10001117) (je spread)
    (mov r8 (mem rax -7)) (mov rax (mem rax 1))
    (cmp rax #x10001117) (je spread)
    (mov r9 (mem rax -7)) (mov rax (mem rax 1))
    (xor edx edx)
    spread-next
    (cmp rax #x10001117) (je spread)
    (mov r10 (mem rax -7)) (mov (mem rsp (* rdx 8)) r10)
    (inc edx) (mov rax (mem rax 1)) (jmp spread-next)
    spread
    (call (mem qword rbx -3))
    apply-return
    (leave)
    (ret))
  "Entries between a caller and a callee that must not touch the argument
registers, or that push a number of arguments known only when they run.")

(defparameter *value-trampolines*
  '((align 16)
    values-list                         ; rdi first, rsi list of the others
    (cmp rsi #x10001117) (jne not-one)
    (mov ecx 1) (ret)
    not-one
    (test rsi rsi) (jne several)
    (mov edi #x10001117) (xor ecx ecx) (ret)
    several
    (mov rax (mem rsi 1)) (mov rsi (mem rsi -7)) (mov ecx 2)
    (cmp rax #x10001117) (je listed)
    (mov r8 (mem rax -7)) (mov rax (mem rax 1)) (inc ecx)
    (cmp rax #x10001117) (je listed)
    (mov r9 (mem rax -7)) (mov rax (mem rax 1)) (inc ecx)
    list-next
    (cmp rax #x10001117) (je listed)
    (cmp ecx 1024) (jae listed)
    (mov rdx (mem rax -7)) (mov (mem r15 (* rcx 8) 992) rdx)
    (inc ecx) (mov rax (mem rax 1)) (jmp list-next)
    listed
    (ret)

    (align 16)
    save-values                         ; values, rcx; gives rdi, rsi
    (push rbp) (mov rbp rsp)
    (lea rax (mem (* rcx 8))) (push rax)
    (mov rax rcx) (sub rax 4) (jbe saved)
    (lea rdx (mem (* rax 8))) (sub rsp rdx)
    save-next
    (mov rdx (mem r15 (* rax 8) 1016)) (mov (mem rsp (* rax 8) -8) rdx)
    (dec rax) (jnz save-next)
    saved
    (mov rbx (mem (fixup :abs32 (:cell . list) 8)))
    (call (mem qword rbx -3))
    save-return
    (mov rcx (mem rbp -8)) (shr rcx 3)
    (leave)
    (jz no-values)
    (mov rsi (mem rdi 1)) (mov rdi (mem rdi -7))
    (ret)
    no-values
    (xor esi esi)
    (ret)

    (align 16)
    jump-to-unwind                      ; rax block, rdi, rsi as above
    (mov rdx (mem rax 0)) (mov (mem r15 32) rdx)
    (mov rdx (mem rax 32)) (mov (mem r15 24) rdx)
    (mov rbp (mem rax 8)) (mov rsp (mem rax 16))
    (push (mem qword rax 24))
    (jmp values-list))
  "Entries that put values into, or take them from, the value registers.")

(defparameter *thread-trampolines*
  '((align 16)
    switch-thread                       ; rdi thread structure, a fixnum
    (sar rdi 3)
    (mov (mem r15 136) rsp) (mov (mem r15 144) rbp)
    (stmxcsr (mem dword r15 216))
    (mov r15 rdi)
    (ldmxcsr (mem dword r15 216))
    (mov rsp (mem r15 136)) (mov rbp (mem r15 144))
    (mov edi #x10001117) (mov ecx 1)
    (ret)

    (align 16)
    read-float-modes                    ; MXCSR as a fixnum
    (push rax)
    (stmxcsr (mem dword rsp))
    (mov edi (mem dword rsp)) (shl rdi 3)
    (pop rax)
    (mov ecx 1)
    (ret)

    (align 16)
    check-float                         ; keeps all; a fault if there was one
    (push rax) (push rax)
    (stmxcsr (mem dword rsp))
    (mov eax (mem dword rsp)) (shr eax 7) (not eax)
    (and eax (mem dword rsp)) (test eax 61)
    (lea rsp (mem rsp 8))
    (jne float-fault)
    (pop rax)
    (ret)
    float-fault
    (pop rax)
    (mov eax 2) (xor edx edx)
    (jmp fault-entry)

    (align 16)
    write-float-modes                   ; rdi MXCSR as a fixnum
    (sar rdi 3)
    (push rdi)
    (ldmxcsr (mem dword rsp))
    (pop rdi)
    (mov edi #x10001117) (mov ecx 1)
    (ret)

    (align 16)
    clear-registers
    (xor ebx ebx) (xor esi esi) (xor edi edi) (xor r8d r8d)
    (xor r9d r9d) (xor r12d r12d) (xor r13d r13d) (xor r14d r14d)
    (ret)

    (align 16)
    linux-entry                         ; rsp at argc; becomes world-entry
    (mov (mem #x10000068) rsp)
    (mov (mem dword #x10000058) 1)
    (align 16)
    world-entry
    (mov r15 (mem #x10000090))
    (mov rsp (mem #x10000098))
    (xor ebp ebp)
    (call clear-registers)
    (xor ecx ecx)
    (mov rbx (mem (fixup :abs32 (:cell . %world-start) 8)))
    (call (mem qword rbx -3))
    (ud2)

    (align 16)
    thread-entry
    (xor ebp ebp)
    (call clear-registers)
    (xor ecx ecx)
    (mov rbx (mem (fixup :abs32 (:cell . %thread-main) 8)))
    (call (mem qword rbx -3))
    (ud2))
  "Entries that change the stack or the thread register.")

;;; The context of an interrupted thread (ucontext): r15 at 96, rdx 136, rax
;;; 144, rsp 160, rip 168.
(defparameter *signal-trampolines*
  '((align 16)
    signal-entry                        ; rdi signal, rsi siginfo, rdx context
    (mov rax (mem rdx 96))
    (mov r8d #x9b0)                     ; ILL TRAP BUS FPE SEGV
    (bt r8d edi) (jc a-fault)
    (bts (mem qword rax 64) rdi)
    (mov (mem qword rax 0) -8)          ; the next poll of the thread stops
    (ret)
    a-fault
    (xor eax eax)
    (cmp edi 11) (je kind-known)
    (cmp edi 7) (je kind-known)
    (mov eax 3)
    (cmp edi 4) (je kind-known)
    (mov eax 4)
    (cmp edi 5) (je kind-known)
    (mov eax 1)
    (cmp (mem dword rsi 8) 1) (je kind-known)
    (mov eax 2)
    kind-known
    (mov (mem rdx 144) rax)
    (mov rax (mem rsi 16)) (mov (mem rdx 136) rax)
    (mov rcx (mem rdx 160)) (sub rcx 8)
    (mov rax (mem rdx 168)) (mov (mem rcx) rax)
    (mov (mem rdx 160) rcx)
    (lea rax (mem rip fault-entry)) (mov (mem rdx 168) rax)
    (ret)

    (align 16)
    signal-return
    (mov eax 15)
    (syscall))
  "The signal handler of Linux, which runs with raw registers on its own stack
while Lisp code stands at any instruction.")

(defparameter *digit-trampolines*
  '((align 16)
    multiply-digits                     ; rdi zeros, rsi and r8 bignums
    (mov ecx (mem dword rsi -11))       ; how many digits they have
    (mov r10d (mem dword r8 -11))
    (lea rsi (mem rsi (* rcx 8) -7))    ; behind the digits of the first
    (lea rdi (mem rdi (* rcx 8) -7))    ; and as far into the result
    (mov r11 rcx) (neg r11)
    multiply-row
    (mov rbx (mem r8 -7))
    (mov r12 r11)
    (xor r13d r13d)
    multiply-next
    (mov rax (mem rsi (* r12 8)))
    (mul rbx)
    (add rax r13) (adc rdx 0)
    (add (mem rdi (* r12 8)) rax) (adc rdx 0)
    (mov r13 rdx)
    (inc r12) (jnz multiply-next)
    (mov (mem rdi) r13)
    (add rdi 8) (add r8 8)
    (dec r10) (jnz multiply-row)
    digits-done                         ; leave objects in boxed registers
    (xor ebx ebx) (xor esi esi) (xor r8d r8d) (xor r12d r12d)
    (xor r13d r13d)
    (mov edi #x10001117) (mov ecx 1)
    (ret)

    (align 16)
    subtract-product                    ; rdi bignum, rsi index of a digit in
    (lea rdi (mem rdi rsi -7))          ; it; r8 bignum, r9 how many digits of
    (add rdi r9)                        ; that; [r15 + 1024] the factor
    (lea r8 (mem r8 r9 -7))
    (mov r11 r9) (neg r11)
    (mov r10 (mem r15 1024))
    (mov (mem qword r15 1024) 0)        ; the collector reads this area
    (xor ecx ecx)
    subtract-next
    (mov rax (mem r8 r11))
    (mul r10)
    (add rax rcx) (adc rdx 0)
    (sub (mem rdi r11) rax) (adc rdx 0)
    (mov rcx rdx)
    (add r11 8) (jnz subtract-next)
    (xor r8d r8d)
    (sub (mem rdi) rcx)
    (sbb edi edi) (and edi 8)           ; the borrow as a fixnum
    (mov ecx 1)
    (ret))
  "The two inner loops of multiplication and division of bignums: compiled Lisp
has no carry flag that lives from one digit to the next. They call nothing and
cannot be stopped, so raw words may be in boxed registers meanwhile.")

(defun trampoline-forms ()
  "All LAP forms of the trampolines."
  (append *saving-trampolines* *call-trampolines* *value-trampolines*
          *thread-trampolines* *signal-trampolines* *digit-trampolines*))

(defparameter *trampoline-entries*
  '(undefined-function poll allocate binding-overflow fault-entry call-object
    call-funcallable argument-count-error apply values-list save-values jump-to-unwind
    switch-thread clear-registers linux-entry world-entry thread-entry
    read-float-modes write-float-modes check-float
    signal-entry signal-return multiply-digits subtract-product)
  "The labels that are entries.")

(defparameter *trampoline-points*
  '((poll-return (0 1 2 3 4 5 6 7) 0) (allocate-return (0 1 2 3 4 5 6 7) 0)
    (overflow-return (0 1 2 3 4 5 6 7) 0) (fault-return (0 1 2 3 4 5 6 7) 0)
    (apply-return () 255) (save-return () 255))
  "Return addresses and the boxed slots of the frames they return to.")

(defun trampoline-code-unit (&optional (forms '()) (entries '()) (points '()))
  "Return the code unit of the trampolines, with LAP FORMS, their ENTRIES and
stack map POINTS appended."
  (astralisp.compiler:lap-code-unit
   'trampolines
   (append (trampoline-forms) forms)
   (append *trampoline-entries* entries)
   (append *trampoline-points* points)))
