;;;; Checks that need no outside oracle: round trips, emitters, LAP, errors.

(in-package #:astralisp.asm.test)

;;; A check is a function without arguments that returns how many things it
;;; looked at and a list of strings, one for each failure.

(defvar *failures* '())
(defvar *count* 0)

(defun note (true-p &rest words)
  "Count a thing looked at; unless TRUE-P it failed, as WORDS say."
  (setq *count* (+ *count* 1))
  (unless true-p
    (let ((*print-pretty* nil))
      (push (format nil "~{~a~^ ~}" words) *failures*))))

(defun octet-list (octets)
  (coerce octets 'list))

(defun disassembly (octets mode address)
  "The texts of OCTETS, one instruction after the other."
  (mapcar #'third
          (disassemble-octets octets 0 (length octets) address mode)))

;;; Encoding what was decoded.

(defun encode-again (instruction mode address)
  (let ((asm (make-asm :mode mode :origin address)))
    (emit-instruction asm (instruction-form instruction))
    (values (finalize-asm asm))))

(defun check-round-trip (item)
  "The octets of ITEM decode to something that encodes the same."
  (let ((octets (case-octets item))
        (mode (case-mode item))
        ;; Octets hold distances; low addresses do not wrap at 16 bits.
        (address 4096))
    (multiple-value-bind (length instruction)
        (decode-instruction octets 0 (length octets) address mode)
      (cond
        ((or (null instruction) (/= length (length octets)))
         (note nil "does not decode:" octets))
        ((ambiguous-p item)
         (note t))
        (t
         (let ((again (encode-again instruction mode address)))
           (note (or (equalp again octets)
                     (and (shorter-row-p item again)
                          (same-texts-p (disassembly again mode address)
                                        (list (instruction-text
                                               instruction)))))
                 mode (instruction-text instruction) octets again)))))))

(defun ambiguous-p (item)
  "Does text not tell all of ITEM: PUSH of a number at the other size?"
  (let ((e (case-encoding item)))
    (and (astralisp.asm::encoding-implicit-p e)
         (not (astralisp.asm::default-size-p e (case-mode item))))))

(defun same-texts-p (texts others)
  "Do both disassemblies say the same, but for the sign of an immediate?"
  (flet ((start (text)
           (remove-part "abs"
                        (subseq text 0 (or (position #\, text :from-end t)
                                           (position #\space text)
                                           (length text))))))
    (or (equal texts others)
        (equal (mapcar #'start texts) (mapcar #'start others)))))

(defun shorter-row-p (item again)
  "May AGAIN differ from ITEM? Only if a row with preference was taken, which
for jumps to numbers is the long one."
  (or (<= (length again) (length (case-octets item)))
      (equal (astralisp.asm::encoding-operands (case-encoding item))
             '(astralisp.asm::rel8))))

(defun round-trip-check ()
  (dolist (mode '(64 32 16))
    (dolist (item (generate-cases mode))
      (when (case-octets item)
        (check-round-trip item)))))

;;; Emitters against the general path.

(defun emitter-operand (letter e position)
  "A random LAP operand for LETTER of an emitter whose row is E."
  (let ((type (nth position (astralisp.asm::encoding-operands e))))
    (ecase letter
      ((#\R #\X)
       (if (astralisp.asm::fixed-register-name type)
           (fixed-operand type)
           (random-register type 64)))
      (#\M (choose (remove-if (lambda (m)
                                (or (astralisp.asm::mem-segment m)
                                    (eql (astralisp.asm::mem-address-size m)
                                         32)))
                              (long-memories type))))
      (#\I (let ((values (if (eq type 'astralisp.asm::one)
                             '(1)
                             (immediates type
                                         (astralisp.asm::encoding-size e)))))
             (choose values)))
      (#\C (fixed-operand 'astralisp.asm::cl)))))

(defun emitter-arguments (letters operands)
  "The arguments that stand for OPERANDS: memory last."
  (let ((plain '())
        (memory '()))
    (map nil
         (lambda (letter operand)
           (case letter
             (#\M (setq memory
                        (list (astralisp.asm::mem-base operand)
                              (astralisp.asm::mem-disp operand)
                              (astralisp.asm::mem-index operand)
                              (astralisp.asm::mem-scale operand))))
             (#\C nil)
             (#\I (push operand plain))
             (t (push (astralisp.asm::reg-number operand) plain))))
         letters operands)
    (append (reverse plain) memory)))

(defun emitted (function arguments)
  "The octets that the emitter FUNCTION makes of ARGUMENTS."
  (let ((asm (make-asm)))
    (apply function asm arguments)
    (values (finalize-asm asm))))

(defun condition-mnemonic (mnemonic cc)
  "The instruction of condition CC in the family of MNEMONIC, for 0."
  (let ((name (astralisp.asm::name-string mnemonic)))
    (concatenate 'string (subseq name 0 (- (length name) 1))
                 (nth cc '("o" "no" "b" "ae" "e" "ne" "be" "a"
                           "s" "ns" "p" "np" "l" "ge" "le" "g")))))

(defun check-emitter-row (mnemonic letters options e sized)
  "Compare one emitter with the general path for the row E."
  (dotimes (round 8)
    (let* ((position -1)
           (operands (map 'list (lambda (letter)
                                  (setq position (+ position 1))
                                  (emitter-operand letter e position))
                          letters))
           (cc (random-below 16))
           (condition (getf options :condition))
           (name (if condition
                     (condition-mnemonic mnemonic cc)
                     (astralisp.asm::name-string mnemonic)))
           (expected (emitted #'emit-instruction
                              (list (cons name operands))))
           (actual (emitted (astralisp.asm::emitter-name mnemonic letters
                                                         options)
                            (append
                             (if sized
                                 (list (astralisp.asm::operation-size e))
                                 '())
                             (if condition (list cc) '())
                             (emitter-arguments letters operands)))))
      (note (or (equalp expected actual)
                (same-effect-p mnemonic expected actual))
            name operands expected actual))))

(defun same-effect-p (mnemonic expected actual)
  "May the two encodings of MNEMONIC differ? XCHG has a form of its own for the
accumulator, and numbers above 2^31 may be written without their sign."
  (case mnemonic
    ((astralisp.asm::xchg)
     (= (length (disassembly expected 64 0))
        (length (disassembly actual 64 0))
        1))
    (t
     (same-texts-p (disassembly expected 64 0)
                   (disassembly actual 64 0)))))

(defun check-emitter (mnemonic letters options)
  (let* ((encodings (astralisp.asm::emitter-encodings mnemonic letters
                                                      options))
         (sized (rest (astralisp.asm::emitter-sizes encodings))))
    (dolist (e encodings)
      (check-emitter-row mnemonic letters options e sized))))

(defun emitter-check ()
  (setq *seed* 2)
  (astralisp.asm::call-with-emitters #'check-emitter)
  (special-emitter-check))

(defun check-text (text function &rest arguments)
  "FUNCTION with ARGUMENTS emits what disassembles as TEXT."
  (let ((actual (disassembly (emitted function arguments) 64 0)))
    (note (equal (list text) actual) text actual)))

(defun special-emitter-check ()
  (check-text "mov eax, 4294967295" 'emit-mov-ri 64 0 4294967295)
  (check-text "mov rax, -1" 'emit-mov-ri 64 0 -1)
  (check-text "movabs r9, 4294967296" 'emit-mov-ri 64 9 4294967296)
  (check-text "movq xmm3, r10" 'emit-mov-xr 64 3 10)
  (check-text "movd xmm3, ecx" 'emit-mov-xr 32 3 1)
  (check-text "movq r10, xmm9" 'emit-mov-rx 64 10 9)
  (check-text "movd ecx, xmm3" 'emit-mov-rx 32 1 3)
  (check-text "mov r8, cr3" 'emit-mov-rcr 8 3)
  (check-text "mov cr3, rdi" 'emit-mov-crr 3 7)
  (check-text "mov rax, dr7" 'emit-mov-rdr 0 7)
  (check-text "mov dr0, rax" 'emit-mov-drr 0 0)
  (check-text "mov eax, ds" 'emit-mov-rsr 0 3)
  (check-text "mov ss, eax" 'emit-mov-srr 2 0)
  (dolist (row '((64 "q") (32 "d") (16 "w") (8 "b")))
    (dolist (operation '((emit-movs "movs") (emit-stos "stos")
                         (emit-lods "lods") (emit-scas "scas")
                         (emit-cmps "cmps")))
      (check-text (concatenate 'string (second operation) (second row))
                  (first operation) (first row))))
  (check-text "in eax, 112" 'emit-in-i 32 112)
  (check-text "out 128, al" 'emit-out-i 8 128)
  (check-text "in ax, dx" 'emit-in-dx 16)
  (check-text "out dx, al" 'emit-out-dx 8)
  (check-text "lock xadd qword ptr [rcx + 8], rdx"
              (lambda (asm)
                (emit-lock asm)
                (emit-xadd-mr asm 64 2 1 8)))
  (check-text "rep stosq" (lambda (asm) (emit-rep asm) (emit-stos asm 64)))
  (check-text "repne scasb" (lambda (asm) (emit-repne asm) (emit-scas asm 8)))
  (check-text "mov rax, qword ptr gs:[16]"
              (lambda (asm) (emit-gs asm) (emit-mov-rm asm 64 0 nil 16)))
  (check-text "mov rax, qword ptr fs:[16]"
              (lambda (asm) (emit-fs asm) (emit-mov-rm asm 64 0 nil 16))))

;;; Jumps: programs of random jumps, alignments and filling.

(defun random-program (asm labels places)
  "Fill ASM with jumps among LABELS, bound in the order PLACES says."
  (dolist (place places)
    (bind-label asm (nth place labels))
    (dotimes (i (random-below 6))
      (let ((label (choose labels)))
        (case (random-below 6)
          (0 (emit-jmp-l asm label))
          (1 (emit-call-l asm label))
          (2 (emit-align asm (choose '(1 2 4 8 16 32))))
          (3 (dotimes (j (random-below 60)) (emit-nop asm)))
          (4 (emit-lea-rm asm 64 3 16 label))
          (t (emit-jcc-l asm (random-below 16) label)))))))

(defun jump-text-p (text)
  (or (char= (char text 0) #\j) (starts-with "call 0x" text)))

(defun check-jumps (octets addresses)
  "Every jump in OCTETS goes to one of ADDRESSES and is as short as can be."
  (dolist (line (disassemble-octets octets 0 (length octets) 0))
    (let ((text (third line)))
      (note (string/= text "(bad)") "bad code at" (first line))
      (when (jump-text-p text)
        (let* ((target (last-number text))
               (distance (- target (+ (first line) 2))))
          (note (member target addresses) text "goes to no label")
          (note (or (char= (char text 0) #\c)
                    (= (second line) 2)
                    (not (<= -128 distance 127))
                    ;; A jump that crosses an alignment may stay long.
                    (<= -160 distance 160))
                text "at" (first line) "could be short"))))))

(defun jump-check ()
  (setq *seed* 3)
  (dotimes (round 200)
    (let ((asm (make-asm))
          (labels '())
          (places '()))
      (dotimes (i 12)
        (push (make-label i) labels)
        (push i places))
      (random-program asm labels places)
      (multiple-value-bind (octets fixups) (finalize-asm asm)
        (note (null fixups) "fixups were left")
        (check-jumps octets (mapcar #'label-offset labels))))))

;;; Fixups, data, LAP.

(defun fixup-check ()
  (let ((asm (make-asm))
        (label (make-label "code")))
    (emit-call-l asm (make-fixup :rel32 'there))
    (emit-mov-rm asm 64 0 nil (make-fixup :abs32 'cell 8))
    (emit-mov-ri asm 64 1 (make-fixup :abs64 'far))
    (emit-mov-ri asm 64 1 (make-fixup :abs32u 'low))
    (emit-mov-ri asm 64 1 (make-fixup :abs32 'signed))
    (emit-cmp-mi asm 64 100000 16 (make-fixup :rel32 'near))
    (bind-label asm label)
    (emit-qword asm (make-fixup :abs64 label))
    (multiple-value-bind (octets fixups) (finalize-asm asm)
      (note (equal (mapcar (lambda (f)
                             (list (fixup-kind f) (fixup-offset f)
                                   (if (label-p (fixup-datum f))
                                       (label-offset (fixup-datum f))
                                       (fixup-datum f))
                                   (fixup-addend f)))
                           fixups)
                   '((:rel32 1 there 0) (:abs32 9 cell 8) (:abs64 15 far 0)
                     (:abs32u 24 low 0) (:abs32 31 signed 0)
                     (:rel32 38 near -4) (:abs64 46 46 0)))
            fixups)
      (note (= (length octets) 54) "length" (length octets))
      (note (equal (disassembly (subseq octets 0 46) 64 0)
                   '("call 0x5" "mov rax, qword ptr [0]" "movabs rcx, 0"
                     "mov ecx, 0" "mov rcx, 0"
                     "cmp qword ptr [rip], 100000"))
            (disassembly (subseq octets 0 46) 64 0)))))

(defvar *boot-sector*
  '((bits 16)
    start
    (jmpf 0 entry)
    entry
    (cli)
    (xor ax ax)
    (mov ds ax)
    (mov sp (- start 16))
    (mov si message)
    next
    (lodsb)
    (test al al)
    (jz done)
    (mov ah 14)
    (int 16)
    (jmp next)
    done
    (o32 lgdt (mem gdt-pointer))
    (mov eax cr0)
    (or al 1)
    (mov cr0 eax)
    (jmpf 8 protected)
    (bits 32)
    protected
    (mov eax 16)
    (mov ds eax)
    (mov esp (mem stack))
    (lea edi (mem ebx (* ecx 4) (- end start)))
    (rep movsd)
    (loop protected)
    (jmp (mem dword vector))
    message
    (db "Hi" 13 10 0)
    (align 4 0)
    gdt-pointer
    (dw (- gdt-end gdt -1))
    (dd gdt)
    gdt
    (dq 0)
    gdt-end
    stack
    (dd 32768)
    vector
    (dd (+ start 5))
    end
    (pad-to 510)
    (dw #xaa55))
  "A program that uses most of LAP.")

(defun lap-check ()
  (multiple-value-bind (octets labels) (assemble-lap 16 31744 *boot-sector*)
    (note (= (length octets) 512) "boot sector of" (length octets))
    (note (equal (octet-list (subseq octets 510)) '(#x55 #xaa))
          "no signature")
    (let* ((entry (cdr (assoc 'entry labels)))
           (protected (cdr (assoc 'protected labels)))
           (message (cdr (assoc 'message labels)))
           (real-mode (disassembly (subseq octets (- entry 31744)
                                           (- protected 31744))
                                   16 entry))
           (flat (disassembly (subseq octets (- protected 31744)
                                      (- message 31744))
                              32 protected)))
      (note (= entry (+ 31744 5)) "entry at" entry)
      (note (equal real-mode
                   (list "cli" "xor ax, ax" "mov ds, ax" "mov sp, 31728"
                         (format nil "mov si, ~d" message)
                         "lodsb" "test al, al"
                         (hex-jump "je" (cdr (assoc 'done labels)))
                         "mov ah, 14" "int 16"
                         (hex-jump "jmp" (cdr (assoc 'next labels)))
                         (format nil "lgdt [~d]"
                                 (cdr (assoc 'gdt-pointer labels)))
                         "mov eax, cr0" "or al, 1" "mov cr0, eax"
                         (format nil "jmpf 8:~d" protected)))
            real-mode)
      (note (equal flat
                   (list "mov eax, 16" "mov ds, eax"
                         (format nil "mov esp, dword ptr [~d]"
                                 (cdr (assoc 'stack labels)))
                         (format nil "lea edi, [ebx + 4*ecx + ~d]"
                                 (- (cdr (assoc 'end labels)) 31744))
                         "rep movsd"
                         (hex-jump "loop" protected)
                         (format nil "jmp dword ptr [~d]"
                                 (cdr (assoc 'vector labels)))))
            flat))))

(defun hex-jump (mnemonic address)
  (concatenate 'string mnemonic " " (astralisp.asm::hexadecimal address)))

;;; Errors.

(defun check-error (message mode &rest forms)
  "Assembling FORMS signals an error that contains MESSAGE."
  (let ((text (handler-case (progn (assemble-lap mode 0 forms) "no error")
                (assembly-error (condition)
                  (assembly-error-message condition)))))
    (note (search message text) forms "signals" text)))

(defun error-check ()
  (check-error "needs a size" 64 '(mov (mem rax) 1))
  (check-error "needs a size" 64 '(movzx eax (mem rax)))
  (check-error "needs a size" 64 '(cvtsi2sd xmm0 (mem rax)))
  (check-error "no instruction has this name" 64 '(move rax rbx))
  (check-error "no such operands" 64 '(mov rax ebx))
  (check-error "no such operands" 64 '(add rax 4294967296))
  (check-error "no such operands" 64 '(push es))
  (check-error "no instruction" 64 '(bogus))
  (check-error "cannot be an index" 64 '(mov rax (mem rax (* rsp 2))))
  (check-error "scale" 64 '(mov rax (mem rax (* rbx 3))))
  (check-error "two sizes" 64 '(mov rax (mem rax ebx)))
  (check-error "cannot address memory" 64 '(mov rax (mem al)))
  (check-error "REX" 64 '(mov ah r8b))
  (check-error "64-bit mode" 32 '(mov al r8b))
  (check-error "no such operands" 32 '(mov rax rbx))
  (check-error "address size" 64 '(mov rax (mem bx)))
  (check-error "16-bit addresses" 16 '(mov ax (mem ax)))
  (check-error "not bound" 64 '(jmp nowhere))
  (check-error "not bound" 64 '(mov rax (mem rip nowhere)))
  (check-error "bound twice" 64 'here 'here)
  (check-error "longer" 64 '(db 1 2 3) '(pad-to 2))
  (check-error "does not fit" 64 '(db 256))
  (check-error "does not fit" 64 'start '(fill 200) '(loop start))
  (check-error "apply to labels" 64 '(dd (* 2 start)) 'start)
  (check-error "neither number nor address" 64 '(dd (+ x x)) 'x)
  (check-error "nothing resolves" 64 '(call (fixup :rel32 outside)))
  (check-error "not a label" 64 '(equ x 1) 'x)
  (check-error "is defined" 64 'x '(equ x 1))
  (check-error "no statement" 64 17))

;;; The decoder takes anything.

(defun fuzz-check ()
  (setq *seed* 4)
  (dolist (mode '(64 32 16))
    (dotimes (round 200)
      (let ((octets (make-array 64 :element-type '(unsigned-byte 8)
                                   :initial-element 0))
            (next 0))
        (dotimes (i 64)
          (setf (aref octets i) (random-below 256)))
        (dolist (line (disassemble-octets octets 0 64 0 mode))
          (note (and (= (first line) next)
                     (<= 1 (second line) 15)
                     (> (length (third line)) 0))
                line "after" next)
          (setq next (+ next (second line))))
        (note (= next 64) "ended at" next)))))

;;; The package: what it exports exists and says what it is.

(defun described-p (symbol)
  (or (documentation symbol 'function)
      (documentation symbol 'variable)
      (documentation symbol 'type)
      (documentation symbol 'structure)))

(defun accessor-p (symbol)
  "Is SYMBOL an accessor or predicate that a described structure defines?"
  (some (lambda (prefix) (starts-with prefix (symbol-name symbol)))
        '("ASM-" "LABEL-" "FIXUP-" "INSTRUCTION-" "ASSEMBLY-ERROR-")))

(defun export-check ()
  (let ((package (find-package '#:astralisp.asm)))
    (do-external-symbols (symbol package)
      (note (or (fboundp symbol) (boundp symbol) (find-class symbol nil))
            symbol "is exported and is nothing")
      (note (or (described-p symbol) (accessor-p symbol))
            symbol "has no docstring"))
    (do-symbols (symbol package)
      (when (and (eq (symbol-package symbol) package)
                 (starts-with "EMIT-" (symbol-name symbol))
                 (fboundp symbol)
                 (described-p symbol)
                 (emitter-symbol-p symbol))
        (note (eq (nth-value 1 (find-symbol (symbol-name symbol) package))
                  :external)
              symbol "is not exported")))))

(defun emitter-symbol-p (symbol)
  "Is SYMBOL the name of an emitter of the specifications?"
  (let ((found nil))
    (astralisp.asm::call-with-emitters
     (lambda (mnemonic letters options)
       (when (eq symbol (astralisp.asm::emitter-name mnemonic letters options))
         (setq found t))))
    found))

;;; For the runner.

(defun damaged-case (cases)
  "CASES with one octet of the middle case wrong; comparisons must see it."
  (let* ((copy (copy-list cases))
         (tail (nthcdr (floor (length cases) 2) copy)))
    (loop
      (when (case-octets (first tail))
        (return))
      (setq tail (rest tail)))
    (let* ((item (copy-test-case (first tail)))
           (octets (copy-seq (case-octets item)))
           (last (- (length octets) 1)))
      (setf (aref octets last) (logxor 1 (aref octets last))
            (case-octets item) octets
            (first tail) item))
    copy))

(defun run-checks ()
  "Run all checks; return a list of (NAME COUNT FAILURES)."
  (mapcar (lambda (name)
            (let ((*count* 0)
                  (*failures* '()))
              (funcall name)
              (list name *count*
                    (if (= *count* 0)
                        '("it looked at nothing")
                        (reverse *failures*)))))
          '(round-trip-check emitter-check jump-check fixup-check lap-check
            error-check fuzz-check export-check)))
