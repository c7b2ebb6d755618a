;;;; The package of the assembler and disassembler.

(in-package #:common-lisp-user)

(defpackage #:astralisp.asm
  (:use #:common-lisp)
  (:export
   ;; Buffers, labels, fixups.
   #:make-asm #:reset-asm #:asm #:asm-position #:asm-mode #:asm-origin
   #:label #:make-label #:label-p #:label-name #:label-offset #:label-bound-p
   #:bind-label #:fixup #:make-fixup #:fixup-p #:fixup-kind #:fixup-offset
   #:fixup-datum #:fixup-addend #:finalize-asm
   #:assembly-error #:assembly-error-message #:assembly-error-form
   #:emit-octet #:emit-word #:emit-dword #:emit-qword #:emit-octets
   #:emit-difference #:emit-align #:emit-pad-to
   ;; LAP and any instruction of the table.
   #:assemble-lap #:emit-lap #:emit-instruction
   ;; The decoder.
   #:bios-boot-image #:disassemble-octets #:decode-instruction #:instruction-text
   #:instruction-mnemonic #:instruction-operands #:instruction-length
   #:instruction-form
   ;; Register and condition numbers.
   #:+rax+ #:+rcx+ #:+rdx+ #:+rbx+ #:+rsp+ #:+rbp+ #:+rsi+ #:+rdi+
   #:+r8+ #:+r9+ #:+r10+ #:+r11+ #:+r12+ #:+r13+ #:+r14+ #:+r15+ #:+rip+
   #:+cc-o+ #:+cc-no+ #:+cc-b+ #:+cc-ae+ #:+cc-e+ #:+cc-ne+ #:+cc-be+
   #:+cc-a+ #:+cc-s+ #:+cc-ns+ #:+cc-p+ #:+cc-np+ #:+cc-l+ #:+cc-ge+
   #:+cc-le+ #:+cc-g+
   ;; One emitter for each shape of instruction; a test compares this list
   ;; with *EMITTER-SPECIFICATIONS*.
   #:emit-adc-mi #:emit-adc-mr #:emit-adc-ri #:emit-adc-rm #:emit-adc-rr
   #:emit-add-mi #:emit-add-mr #:emit-add-ri #:emit-add-rm #:emit-add-rr
   #:emit-addpd-xm #:emit-addpd-xx #:emit-addps-xm #:emit-addps-xx
   #:emit-addsd-xm #:emit-addsd-xx #:emit-addss-xm #:emit-addss-xx
   #:emit-and-mi #:emit-and-mr #:emit-and-ri #:emit-and-rm #:emit-and-rr
   #:emit-andnpd-xm #:emit-andnpd-xx #:emit-andnps-xm #:emit-andnps-xx
   #:emit-andpd-xm #:emit-andpd-xx #:emit-andps-xm #:emit-andps-xx
   #:emit-bsf-rm #:emit-bsf-rr #:emit-bsr-rm #:emit-bsr-rr #:emit-bswap-r
   #:emit-bt-mi #:emit-bt-mr #:emit-bt-ri #:emit-bt-rr #:emit-btc-mi
   #:emit-btc-mr #:emit-btc-ri #:emit-btc-rr #:emit-btr-mi #:emit-btr-mr
   #:emit-btr-ri #:emit-btr-rr #:emit-bts-mi #:emit-bts-mr #:emit-bts-ri
   #:emit-bts-rr #:emit-call-l #:emit-call-m #:emit-call-r #:emit-cbw
   #:emit-cdq #:emit-cdqe #:emit-clc #:emit-cld #:emit-clflush-m #:emit-cli
   #:emit-cmc #:emit-cmov-rm #:emit-cmov-rr #:emit-cmp-mi #:emit-cmp-mr
   #:emit-cmp-ri #:emit-cmp-rm #:emit-cmp-rr #:emit-cmps #:emit-cmpxchg-mr
   #:emit-cmpxchg-rr #:emit-cmpxchg16b-m #:emit-cmpxchg8b-m #:emit-comisd-xm
   #:emit-comisd-xx #:emit-comiss-xm #:emit-comiss-xx #:emit-cpuid
   #:emit-cqo #:emit-cvtsd2si-rm #:emit-cvtsd2si-rx #:emit-cvtsd2ss-xm
   #:emit-cvtsd2ss-xx #:emit-cvtsi2sd-xm #:emit-cvtsi2sd-xr
   #:emit-cvtsi2ss-xm #:emit-cvtsi2ss-xr #:emit-cvtss2sd-xm
   #:emit-cvtss2sd-xx #:emit-cvtss2si-rm #:emit-cvtss2si-rx
   #:emit-cvttsd2si-rm #:emit-cvttsd2si-rx #:emit-cvttss2si-rm
   #:emit-cvttss2si-rx #:emit-cwd #:emit-cwde #:emit-dec-m #:emit-dec-r
   #:emit-div-m #:emit-div-r #:emit-divpd-xm #:emit-divpd-xx #:emit-divps-xm
   #:emit-divps-xx #:emit-divsd-xm #:emit-divsd-xx #:emit-divss-xm
   #:emit-divss-xx #:emit-fninit #:emit-fs #:emit-fxrstor64-m
   #:emit-fxsave64-m #:emit-gs #:emit-hlt #:emit-idiv-m #:emit-idiv-r
   #:emit-imul-m #:emit-imul-r #:emit-imul-rm #:emit-imul-rmi #:emit-imul-rr
   #:emit-imul-rri #:emit-in-dx #:emit-in-i #:emit-inc-m #:emit-inc-r
   #:emit-int-i #:emit-int3 #:emit-invlpg-m #:emit-iretq #:emit-jcc-l
   #:emit-jmp-l #:emit-jmp-m #:emit-jmp-r #:emit-ldmxcsr-m #:emit-lea-rm
   #:emit-leave #:emit-lfence #:emit-lgdt-m #:emit-lidt-m #:emit-lock
   #:emit-lods #:emit-ltr-r #:emit-lzcnt-rm #:emit-lzcnt-rr #:emit-maxpd-xm
   #:emit-maxpd-xx #:emit-maxps-xm #:emit-maxps-xx #:emit-maxsd-xm
   #:emit-maxsd-xx #:emit-maxss-xm #:emit-maxss-xx #:emit-mfence
   #:emit-minpd-xm #:emit-minpd-xx #:emit-minps-xm #:emit-minps-xx
   #:emit-minsd-xm #:emit-minsd-xx #:emit-minss-xm #:emit-minss-xx
   #:emit-mov-crr #:emit-mov-drr #:emit-mov-mi #:emit-mov-mr #:emit-mov-rcr
   #:emit-mov-rdr #:emit-mov-ri #:emit-mov-rm #:emit-mov-rr #:emit-mov-rsr
   #:emit-mov-rx #:emit-mov-srr #:emit-mov-xr #:emit-movabs-ri
   #:emit-movapd-mx #:emit-movapd-xm #:emit-movapd-xx #:emit-movaps-mx
   #:emit-movaps-xm #:emit-movaps-xx #:emit-movdqa-mx #:emit-movdqa-xm
   #:emit-movdqa-xx #:emit-movdqu-mx #:emit-movdqu-xm #:emit-movdqu-xx
   #:emit-movmskpd-rx #:emit-movq-mx #:emit-movq-xm #:emit-movq-xx
   #:emit-movs #:emit-movsd-mx #:emit-movsd-xm #:emit-movsd-xx
   #:emit-movss-mx #:emit-movss-xm #:emit-movss-xx #:emit-movsx16-rm
   #:emit-movsx16-rr #:emit-movsx8-rm #:emit-movsx8-rr #:emit-movsxd-rm
   #:emit-movsxd-rr #:emit-movupd-mx #:emit-movupd-xm #:emit-movupd-xx
   #:emit-movups-mx #:emit-movups-xm #:emit-movups-xx #:emit-movzx16-rm
   #:emit-movzx16-rr #:emit-movzx8-rm #:emit-movzx8-rr #:emit-mul-m
   #:emit-mul-r #:emit-mulpd-xm #:emit-mulpd-xx #:emit-mulps-xm
   #:emit-mulps-xx #:emit-mulsd-xm #:emit-mulsd-xx #:emit-mulss-xm
   #:emit-mulss-xx #:emit-neg-m #:emit-neg-r #:emit-nop #:emit-not-m
   #:emit-not-r #:emit-or-mi #:emit-or-mr #:emit-or-ri #:emit-or-rm
   #:emit-or-rr #:emit-orpd-xm #:emit-orpd-xx #:emit-orps-xm #:emit-orps-xx
   #:emit-out-dx #:emit-out-i #:emit-pand-xm #:emit-pand-xx #:emit-pause
   #:emit-pop-m #:emit-pop-r #:emit-popcnt-rm #:emit-popcnt-rr #:emit-popfq
   #:emit-por-xm #:emit-por-xx #:emit-prefetcht0-m #:emit-push-i
   #:emit-push-m #:emit-push-r #:emit-pushfq #:emit-pxor-xm #:emit-pxor-xx
   #:emit-rcl-mc #:emit-rcl-mi #:emit-rcl-rc #:emit-rcl-ri #:emit-rcr-mc
   #:emit-rcr-mi #:emit-rcr-rc #:emit-rcr-ri #:emit-rdmsr #:emit-rdrand-r
   #:emit-rdtsc #:emit-rdtscp #:emit-rep #:emit-repne #:emit-ret
   #:emit-ret-i #:emit-rol-mc #:emit-rol-mi #:emit-rol-rc #:emit-rol-ri
   #:emit-ror-mc #:emit-ror-mi #:emit-ror-rc #:emit-ror-ri
   #:emit-roundsd-xxi #:emit-roundss-xxi #:emit-sar-mc #:emit-sar-mi
   #:emit-sar-rc #:emit-sar-ri #:emit-sbb-mi #:emit-sbb-mr #:emit-sbb-ri
   #:emit-sbb-rm #:emit-sbb-rr #:emit-scas #:emit-setcc-m #:emit-setcc-r
   #:emit-sfence #:emit-sgdt-m #:emit-shl-mc #:emit-shl-mi #:emit-shl-rc
   #:emit-shl-ri #:emit-shld-rrc #:emit-shld-rri #:emit-shr-mc #:emit-shr-mi
   #:emit-shr-rc #:emit-shr-ri #:emit-shrd-rrc #:emit-shrd-rri #:emit-sidt-m
   #:emit-sqrtpd-xm #:emit-sqrtpd-xx #:emit-sqrtps-xm #:emit-sqrtps-xx
   #:emit-sqrtsd-xm #:emit-sqrtsd-xx #:emit-sqrtss-xm #:emit-sqrtss-xx
   #:emit-stc #:emit-std #:emit-sti #:emit-stmxcsr-m #:emit-stos
   #:emit-sub-mi #:emit-sub-mr #:emit-sub-ri #:emit-sub-rm #:emit-sub-rr
   #:emit-subpd-xm #:emit-subpd-xx #:emit-subps-xm #:emit-subps-xx
   #:emit-subsd-xm #:emit-subsd-xx #:emit-subss-xm #:emit-subss-xx
   #:emit-swapgs #:emit-syscall #:emit-sysretq #:emit-test-mi #:emit-test-mr
   #:emit-test-ri #:emit-test-rr #:emit-tzcnt-rm #:emit-tzcnt-rr
   #:emit-ucomisd-xm #:emit-ucomisd-xx #:emit-ucomiss-xm #:emit-ucomiss-xx
   #:emit-ud2 #:emit-unpcklpd-xm #:emit-unpcklpd-xx #:emit-unpcklps-xm
   #:emit-unpcklps-xx #:emit-wrmsr #:emit-xadd-mr #:emit-xadd-rr
   #:emit-xchg-mr #:emit-xchg-rr #:emit-xor-mi #:emit-xor-mr #:emit-xor-ri
   #:emit-xor-rm #:emit-xor-rr #:emit-xorpd-xm #:emit-xorpd-xx
   #:emit-xorps-xm #:emit-xorps-xx))
