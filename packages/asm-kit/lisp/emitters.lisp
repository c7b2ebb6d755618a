;;;; Emitters: one function for each instruction shape that compilers use.

(in-package #:astralisp.asm)

;;; DEFINE-EMITTERS makes the functions from the instruction table, so that at
;;; run time nothing is searched or matched: an emitter dispatches on the size
;;; and calls the core with constants. They are for 64-bit mode.

(eval-when (:compile-toplevel :load-toplevel :execute)

(defparameter *emitter-specifications*
  '(((add or adc sbb and sub xor cmp) (rr) (rm) (mr) (ri) (mi))
    ((test) (rr) (mr) (ri) (mi))
    ((mov) (rr) (rm) (mr) (ri :name %emit-mov-ri) (mi))
    ((movabs) (ri))
    ((movzx) (rr :name emit-movzx8-rr :type rm8)
             (rm :name emit-movzx8-rm :type rm8)
             (rr :name emit-movzx16-rr :type rm16)
             (rm :name emit-movzx16-rm :type rm16))
    ((movsx) (rr :name emit-movsx8-rr :type rm8)
             (rm :name emit-movsx8-rm :type rm8)
             (rr :name emit-movsx16-rr :type rm16)
             (rm :name emit-movsx16-rm :type rm16))
    ((movsxd) (rr) (rm))
    ((lea) (rm))
    ((not neg inc dec mul div idiv) (r) (m))
    ((imul) (r) (m) (rr) (rm) (rri) (rmi))
    ((rol ror rcl rcr shl shr sar) (ri) (mi) (rc) (mc))
    ((shld shrd) (rri) (rrc))
    ((cmovo) (rr :name emit-cmov-rr :condition t)
             (rm :name emit-cmov-rm :condition t))
    ((seto) (r :name emit-setcc-r :condition t)
            (m :name emit-setcc-m :condition t))
    ((bt bts btr btc) (rr) (ri) (mr) (mi))
    ((bsf bsr popcnt lzcnt tzcnt) (rr) (rm))
    ((bswap) (r))
    ((xchg xadd cmpxchg) (rr) (mr))
    ((cmpxchg8b cmpxchg16b) (m))
    ((push) (r :size 64) (m :size 64) (i :size 64))
    ((pop) (r :size 64) (m :size 64))
    ((jmp call) (r :size 64) (m :size 64))
    ((ret) () (i))
    ((cbw cwde cdqe cwd cdq cqo leave nop int3 ud2 hlt cli sti cld std clc stc
      cmc pushfq popfq pause mfence lfence sfence cpuid rdtsc rdtscp rdmsr
      wrmsr swapgs syscall sysretq iretq fninit)
     ())
    ((int) (i))
    ((lgdt lidt sgdt sidt invlpg fxsave64 fxrstor64 ldmxcsr stmxcsr clflush
      prefetcht0)
     (m))
    ((ltr) (r))
    ((rdrand) (r))
    ((movsd movss movapd movaps movupd movups movdqa movdqu movq)
     (xx) (xm) (mx))
    ((movd) (xr :name %emit-movd-xr) (rx :name %emit-movd-rx))
    ((movq) (xr :name %emit-movq-xr) (rx :name %emit-movq-rx))
    ((addsd subsd mulsd divsd minsd maxsd sqrtsd
      addss subss mulss divss minss maxss sqrtss
      addpd subpd mulpd divpd minpd maxpd sqrtpd
      addps subps mulps divps minps maxps sqrtps
      ucomisd ucomiss comisd comiss andpd andps andnpd andnps orpd orps
      xorpd xorps pxor por pand unpcklpd unpcklps cvtss2sd cvtsd2ss)
     (xx) (xm))
    ((cvtsi2sd cvtsi2ss) (xr) (xm))
    ((cvttsd2si cvtsd2si cvttss2si cvtss2si) (rx) (rm))
    ((roundsd roundss) (xxi))
    ((movmskpd) (rx)))
  "What emitters there are: (MNEMONICS (SIGNATURE OPTION...)...).
A letter of a signature is an operand: R register, M memory, I immediate, X xmm
register, C the register CL.")

(defun letter-matches-p (letter type immediate-p)
  "Can an operand written as LETTER have the operand TYPE?
The accumulator counts as register only beside an immediate."
  (member type
          (ecase letter
            (#\R (if immediate-p
                     '(r8 r16 r32 r64 rm8 rm16 rm32 rm64 g32 g64
                       al ax eax rax)
                     '(r8 r16 r32 r64 rm8 rm16 rm32 rm64 g16 g32 g64)))
            (#\M '(rm8 rm16 rm32 rm64 m m8 m16 m32 m64 m128 xm32 xm64 xm128))
            (#\I '(ib ibs iub iw id ids iq one))
            (#\X '(x y xm32 xm64 xm128))
            (#\C '(cl)))))

(defun signature-matches-p (letters e)
  "Do the operands of the encoding E have the shape of the string LETTERS?"
  (let ((types (encoding-operands e))
        (immediate-p (find #\I letters)))
    (and (= (length letters) (length types))
         (every (lambda (letter type)
                  (letter-matches-p letter type immediate-p))
                letters types))))

(defun operation-size (e)
  "The size that the caller of an emitter names to get the encoding E."
  (if (intersection '(r8 rm8 al) (encoding-operands e))
      (or (encoding-size e) 8)
      (encoding-size e)))

(defun emitter-encodings (mnemonic letters options)
  "The encodings that the emitter of MNEMONIC and LETTERS chooses from."
  (let ((type (getf options :type))
        (size (getf options :size)))
    (remove-if-not (lambda (e)
                     (and (encoding-in-mode-p e 64)
                          (signature-matches-p letters e)
                          (or (null type) (member type (encoding-operands e)))
                          (or (null size) (eql size (operation-size e)))))
                   (entry-encodings (assoc mnemonic *instruction-table*)))))

(defun immediate-test (type)
  "A form that tells whether the immediate suits an operand of TYPE."
  (case type
    ((one) '(eql imm 1))
    ((ibs) '(typep imm '(integer -128 127)))
    ((ids) '(signed-32-operand-p imm))
    ((al ax eax rax) '(eql reg 0))
    (t nil)))

(defun encoding-test (e)
  "A form that tells whether the encoding E suits REG and IMM."
  (let ((tests (remove nil (mapcar #'immediate-test (encoding-operands e)))))
    (if (null tests)
        t
        (cons 'and tests))))

(defun immediate-form (type)
  "The form that appends the immediate operand of TYPE, or nil."
  (case type
    ((ib ibs iub) '(%put-imm8 asm imm))
    ((iw) '(%put-imm16 asm imm))
    ((id) '(%put-imm32 asm imm))
    ((ids) '(%put-simm32 asm imm))
    ((iq) '(%put-imm64 asm imm))
    (t nil)))

(defun emitter-variables (letters)
  "The variable of each operand of LETTERS, nil for CL."
  (let ((registers (if (= 1 (count-if (lambda (c) (find c "RX")) letters))
                       '(reg)
                       '(dst src))))
    (map 'list
         (lambda (letter)
           (ecase letter
             ((#\R #\X) (pop registers))
             (#\M 'base)
             (#\I 'imm)
             (#\C nil)))
         letters)))

(defun operand-forms (e letters opcode)
  "The forms that append the encoding E, operand variables as in LETTERS."
  (let ((flags (encoding-flags e 64))
        (reg (encoding-digit e))
        (rm nil)
        (code nil)
        (result '()))
    (mapc (lambda (type variable)
            (case (operand-role type (encoding-plus-p e))
              ((reg) (setq reg variable))
              ((rm) (setq rm variable))
              ((opcode) (setq code variable))))
          (encoding-operands e) (emitter-variables letters))
    (push (cond
            ((consp (encoding-modrm e))
             (error "no such emitter"))
            (code `(%put-plus asm ,flags ,opcode ,code))
            ((null rm) `(%put-op asm ,flags ,opcode))
            ((eq rm 'base)
             `(%put-rm asm ,flags ,opcode ,reg ,(encoding-trail e)
                       base disp index scale))
            (t `(%put-rr asm ,flags ,opcode ,reg ,rm)))
          result)
    (dolist (type (encoding-operands e) (reverse result))
      (when (immediate-form type)
        (push (immediate-form type) result)))))

(defun encoding-clauses (encodings letters condition)
  "The form that chooses among ENCODINGS of one size and appends."
  (let ((clauses '()))
    (dolist (e encodings)
      (let ((test (encoding-test e))
            (opcode (if condition
                        `(+ ,(encoding-opcode e) cc)
                        (fixed-opcode e))))
        (push (cons test (operand-forms e letters opcode)) clauses)
        (when (eq test t)
          (return))))
    (setq clauses (reverse clauses))
    (if (eq (first (first clauses)) t)
        `(progn ,@(rest (first clauses)))
        `(cond ,@clauses))))

(defun fixed-opcode (e)
  "The opcode of the encoding E, with its ModRM octet when that is fixed."
  (if (integerp (encoding-modrm e))
      (+ (* 256 (encoding-opcode e)) (encoding-modrm e))
      (encoding-opcode e)))

(defun emitter-parameters (letters sized condition)
  "The lambda list of an emitter."
  (let ((variables (remove nil (emitter-variables letters))))
    (append '(asm)
            (if sized '(size) '())
            (if condition '(cc) '())
            (remove 'base variables)
            (if (member 'base variables)
                '(base disp &optional index (scale 1))
                '()))))

(defun emitter-name (mnemonic letters options)
  "The name of the emitter of MNEMONIC and LETTERS."
  (or (getf options :name)
      (symbol-named "EMIT-"
                    (if (string= letters "")
                        (symbol-name mnemonic)
                        (concatenate 'string (symbol-name mnemonic) "-"
                                     letters)))))

(defun emitter-sizes (encodings)
  "The different operation sizes of ENCODINGS, widest first."
  (sort (remove-duplicates (remove nil (mapcar #'operation-size encodings)))
        #'>))

(defun emitter-definition (mnemonic letters options)
  "The DEFUN of one emitter."
  (let* ((encodings (emitter-encodings mnemonic letters options))
         (sizes (emitter-sizes encodings))
         (condition (getf options :condition))
         (sized (rest sizes)))
    (when (null encodings)
      (error "the table has no ~a ~a" mnemonic letters))
    `(defun ,(emitter-name mnemonic letters options)
         ,(emitter-parameters letters sized condition)
       ,(concatenate 'string "Append " (symbol-name mnemonic)
                     " to ASM; operands as the name says, memory last.")
       ,(if sized
            `(ecase size
               ,@(mapcar
                  (lambda (size)
                    (list size
                          (encoding-clauses
                           (remove-if-not (lambda (e)
                                            (eql size (operation-size e)))
                                          encodings)
                           letters condition)))
                  sizes))
            (encoding-clauses encodings letters condition)))))

(defun call-with-emitters (function)
  "Call FUNCTION with mnemonic, letters and options of every emitter."
  (dolist (group *emitter-specifications*)
    (dolist (mnemonic (first group))
      (dolist (specification (rest group))
        (funcall function
                 mnemonic
                 (string (or (first specification) ""))
                 (rest specification))))))

(defun table-opcode (mnemonic &rest types)
  "The opcode of the row of MNEMONIC with exactly the operand TYPES."
  (let ((encodings (entry-encodings (assoc mnemonic *instruction-table*))))
    (encoding-opcode
     (find-if (lambda (e) (equal types (encoding-operands e)))
              encodings))))) ; eval-when

(defun signed-32-operand-p (imm)
  "Does IMM fit a sign-extended 32-bit field?"
  (if (integerp imm)
      (typep imm '(signed-byte 32))
      (and (fixup-p imm) (eq (fixup-kind imm) :abs32))))

(defmacro define-emitters ()
  "Define the functions of *EMITTER-SPECIFICATIONS*."
  (let ((definitions '()))
    (call-with-emitters
     (lambda (mnemonic letters options)
       (push (emitter-definition mnemonic letters options) definitions)))
    `(progn ,@(reverse definitions))))

(define-emitters)

(defmacro opcode-of (mnemonic &rest types)
  "The opcode of the row of MNEMONIC with the operand TYPES, a constant."
  (apply #'table-opcode mnemonic types))

;;; Emitters that are more than one row of the table.

(defun emit-mov-ri (asm size dst imm)
  "Append MOV of the immediate IMM to the register DST, in the shortest form.
A fixup of kind :ABS32, :ABS32U or :ABS64 chooses its form."
  (if (and (eql size 64)
           (if (integerp imm)
               (typep imm '(integer 0 4294967295))
               (and (fixup-p imm) (eq (fixup-kind imm) :abs32u))))
      (%emit-mov-ri asm 32 dst imm)
      (%emit-mov-ri asm size dst imm)))

(defun emit-mov-xr (asm size dst src)
  "Append MOVD or MOVQ from general register SRC to xmm register DST."
  (ecase size
    (32 (%emit-movd-xr asm dst src))
    (64 (%emit-movq-xr asm dst src))))

(defun emit-mov-rx (asm size dst src)
  "Append MOVD or MOVQ from xmm register SRC to general register DST."
  (ecase size
    (32 (%emit-movd-rx asm dst src))
    (64 (%emit-movq-rx asm dst src))))

(defun emit-mov-rcr (asm dst number)
  "Append MOV from control register NUMBER to DST."
  (%put-rr asm 0 (opcode-of mov g64 cr) number dst))

(defun emit-mov-crr (asm number src)
  "Append MOV from SRC to control register NUMBER."
  (%put-rr asm 0 (opcode-of mov cr g64) number src))

(defun emit-mov-rdr (asm dst number)
  "Append MOV from debug register NUMBER to DST."
  (%put-rr asm 0 (opcode-of mov g64 dr) number dst))

(defun emit-mov-drr (asm number src)
  "Append MOV from SRC to debug register NUMBER."
  (%put-rr asm 0 (opcode-of mov dr g64) number src))

(defun emit-mov-rsr (asm dst number)
  "Append MOV from segment register NUMBER (es cs ss ds fs gs) to 32-bit DST."
  (%put-rr asm 0 (opcode-of mov g32 sreg) number dst))

(defun emit-mov-srr (asm number src)
  "Append MOV from SRC to segment register NUMBER (es cs ss ds fs gs)."
  (%put-rr asm 0 (opcode-of mov sreg g32) number src))

(defmacro define-sized-emitter (name (&rest parameters) rows &rest body)
  "Define NAME, which appends the row of ROWS for its size, then BODY.
A row is (SIZE FLAGS MNEMONIC TYPE...)."
  `(defun ,name (asm size ,@parameters)
     ,(concatenate 'string "Append the instruction of SIZE that "
                   (symbol-name name) " names.")
     (ecase size
       ,@(mapcar (lambda (row)
                   `(,(first row)
                     (%put-op asm ,(second row) ,(apply #'table-opcode
                                                        (cddr row)))))
                 rows))
     ,@body))

(define-sized-emitter emit-movs ()
  ((64 #x800 movsq) (32 0 movsd) (16 #x100 movsw) (8 0 movsb)))
(define-sized-emitter emit-stos ()
  ((64 #x800 stosq) (32 0 stosd) (16 #x100 stosw) (8 0 stosb)))
(define-sized-emitter emit-lods ()
  ((64 #x800 lodsq) (32 0 lodsd) (16 #x100 lodsw) (8 0 lodsb)))
(define-sized-emitter emit-scas ()
  ((64 #x800 scasq) (32 0 scasd) (16 #x100 scasw) (8 0 scasb)))
(define-sized-emitter emit-cmps ()
  ((64 #x800 cmpsq) (32 0 cmpsd) (16 #x100 cmpsw) (8 0 cmpsb)))
(define-sized-emitter emit-in-i (port)
  ((32 0 in eax iub) (16 #x100 in ax iub) (8 0 in al iub))
  (%put-imm8 asm port))
(define-sized-emitter emit-out-i (port)
  ((32 0 out iub eax) (16 #x100 out iub ax) (8 0 out iub al))
  (%put-imm8 asm port))
(define-sized-emitter emit-in-dx ()
  ((32 0 in eax dx) (16 #x100 in ax dx) (8 0 in al dx)))
(define-sized-emitter emit-out-dx ()
  ((32 0 out dx eax) (16 #x100 out dx ax) (8 0 out dx al)))

;;; Prefixes.

(defun emit-lock (asm)
  "Append the LOCK prefix for the next instruction to ASM."
  (emit-octet asm #xf0))

(defun emit-rep (asm)
  "Append the REP (REPE) prefix for the next instruction to ASM."
  (emit-octet asm #xf3))

(defun emit-repne (asm)
  "Append the REPNE prefix for the next instruction to ASM."
  (emit-octet asm #xf2))

(defun emit-fs (asm)
  "Append the FS segment prefix for the next instruction to ASM."
  (emit-octet asm #x64))

(defun emit-gs (asm)
  "Append the GS segment prefix for the next instruction to ASM."
  (emit-octet asm #x65))

;;; Jumps and calls.

(defun %put-branch (asm short-opcode opcode target)
  "Append a jump to TARGET: a label (the jump may become short), or a fixup."
  (let ((field (if (eql (asm-mode asm) 16) 2 4)))
    (when (label-p target)
      (add-event asm :branch target short-opcode
                 (+ field (if (> opcode 255) 2 1))))
    (%put-op asm 0 opcode)
    (if (label-p target)
        (with-octets (asm 4)
          (dotimes (i field)
            (put 0)))
        (%put-late asm target (if (= field 2) :rel16 :rel32) field))))

(defun emit-jmp-l (asm target)
  "Append JMP to TARGET, a label or a fixup of kind :REL32."
  (%put-branch asm (opcode-of jmp rel8) (opcode-of jmp rel32) target))

(defun emit-jcc-l (asm cc target)
  "Append the jump on condition CC to TARGET, a label or :REL32 fixup."
  (%put-branch asm (+ (opcode-of jo rel8) cc) (+ (opcode-of jo rel32) cc)
               target))

(defun emit-call-l (asm target)
  "Append CALL of TARGET, a label or a fixup of kind :REL32."
  (%put-op asm 0 (opcode-of call rel32))
  (%put-late asm target :rel32 4))

(defmacro define-numbers (prefix names)
  "Define constants +PREFIXname+ numbered from 0."
  (let ((number -1))
    `(progn
       ,@(mapcar (lambda (name)
                   (setq number (+ number 1))
                   `(defconstant ,(symbol-named "+"
                                                (concatenate
                                                 'string prefix
                                                 (symbol-name name) "+"))
                      ,number
                      ,(concatenate 'string "The number of "
                                    (symbol-name name) ".")))
                 names))))

(define-numbers ""
  (rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15 rip))

(define-numbers "CC-" (o no b ae e ne be a s ns p np l ge le g))
