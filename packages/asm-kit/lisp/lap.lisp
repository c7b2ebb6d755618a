;;;; LAP: programs of S-expressions, and any instruction of the table.

(in-package #:astralisp.asm)

;;; This is the general path: it searches the table for the first encoding whose
;;; operand types suit. Compilers use the emitters instead.

;;; From operands to octets.

(defun segment-octet (segment)
  "The prefix octet of the register SEGMENT."
  (nth (reg-number segment) '(#x26 #x2e #x36 #x3e #x64 #x65)))

(defun memory-address-size (operand mode)
  "The address size of the memory OPERAND in MODE."
  (let ((size (or (mem-address-size operand) mode)))
    (when (or (and (= mode 64) (= size 16)) (and (/= mode 64) (= size 64)))
      (assembly-error "this mode has no such address size" size))
    size))

(defun wants-rex-p (operand)
  "Does OPERAND need a REX prefix?"
  (cond
    ((reg-p operand)
     (or (> (reg-number operand) 7)
         (and (eq (reg-class operand) :gpr)
              (eql (reg-size operand) 8)
              (> (reg-number operand) 3))))
    ((mem-p operand)
     (or (and (mem-base operand) (< 7 (mem-base operand) 16))
         (and (mem-index operand) (> (mem-index operand) 7))))
    (t nil)))

(defun check-registers (asm operands flags)
  "Signal ASSEMBLY-ERROR for registers that exclude each other or the mode.
Return FLAGS, changed for ah to bh."
  (let ((rex (or (logtest flags +wide-flag+) (some #'wants-rex-p operands)))
        (high (some (lambda (o) (and (reg-p o) (eq (reg-class o) :high)))
                    operands)))
    (when (and rex (/= (asm-mode asm) 64))
      (assembly-error "this register exists only in 64-bit mode"))
    (when (and rex high)
      (assembly-error "ah, bh, ch and dh cannot stand beside a REX prefix"))
    (if high
        (logand flags (lognot (logior +octet-reg-flag+ +octet-rm-flag+)))
        flags)))

(defun emit-encoding (asm e operands)
  "Append the instruction of the encoding E with OPERANDS to ASM."
  (let* ((mode (asm-mode asm))
         (flags (check-registers asm operands (encoding-flags e mode)))
         (reg (encoding-digit e))
         (rm nil)
         (code nil))
    (mapc (lambda (type operand)
            (when (and (mem-p operand) (mem-segment operand))
              (emit-octet asm (segment-octet (mem-segment operand))))
            (case (operand-role type (encoding-plus-p e))
              ((reg) (setq reg (reg-number operand)))
              ((rm) (setq rm operand))
              ((opcode) (setq code (reg-number operand)))))
          (encoding-operands e) operands)
    (cond
      (code (%put-plus asm flags (encoding-opcode e) code))
      ((null rm) (%put-op asm flags (fixed-opcode e)))
      ((reg-p rm) (%put-rr asm flags (encoding-opcode e) reg (reg-number rm)))
      (t (emit-memory asm flags e reg rm)))
    (mapc (lambda (type operand) (emit-immediate asm e type operand))
          (encoding-operands e) operands)
    nil))

(defun emit-memory (asm flags e reg operand)
  "Append prefixes, opcode, ModRM and SIB of E for the memory OPERAND."
  (let* ((mode (asm-mode asm))
         (size (memory-address-size operand mode)))
    (when (/= size mode)
      (setq flags (logior flags +address-size-flag+)))
    (if (= size 16)
        (emit-16-bit-memory asm flags (encoding-opcode e) reg operand)
        (%put-rm asm flags (encoding-opcode e) reg (encoding-trail e)
                 (mem-base operand) (mem-disp operand)
                 (mem-index operand) (mem-scale operand)))))

(defun short-address-code (base index)
  "The ModRM.rm of the 16-bit address BASE + INDEX, nil for none."
  (let ((registers (sort (remove nil (list base index)) #'<)))
    (cond
      ((null registers) nil)
      (t
       (or (cdr (assoc registers
                       '(((3 6) . 0) ((3 7) . 1) ((5 6) . 2) ((5 7) . 3)
                         ((6) . 4) ((7) . 5) ((5) . 6) ((3) . 7))
                       :test #'equal))
           (assembly-error "16-bit addresses have no such registers"))))))

(defun emit-16-bit-memory (asm flags opcode reg operand)
  "Append an instruction whose memory OPERAND has a 16-bit address."
  (unless (eql (mem-scale operand) 1)
    (assembly-error "16-bit addresses have no scale"))
  (let* ((rm (short-address-code (mem-base operand) (mem-index operand)))
         (disp (mem-disp operand))
         (number (if (integerp disp) (signed-immediate disp 16) 0))
         (mod (cond
                ((null rm) 0)
                ((not (integerp disp)) #x80)
                ((and (eql number 0) (/= rm 6)) 0)
                ((<= -128 number 127) #x40)
                (t #x80))))
    (check-range number 16)
    (%put-op asm flags opcode)
    (with-octets (asm 1)
      (put (logior mod (ash reg 3) (or rm 6))))
    (cond
      ((or (null rm) (= mod #x80))
       (%put-imm16 asm (if (integerp disp) number disp)))
      ((= mod #x40)
       (%put-imm8 asm number)))))

(defun emit-immediate (asm e type operand)
  "Append what OPERAND of TYPE adds behind ModRM."
  (case type
    ((ib iub)
     (if (integerp operand)
         (%put-imm8 asm operand)
         (%put-late asm operand :abs8 1)))
    ((ibs)
     (%put-imm8 asm (signed-immediate operand (or (encoding-size e) 32))))
    ((iw) (%put-imm16 asm operand))
    ((id) (%put-imm32 asm operand))
    ((ids)
     (%put-simm32 asm (if (integerp operand)
                          (signed-immediate operand 64)
                          operand)))
    ((iq) (%put-imm64 asm operand))
    ((rel8) (%put-late asm (jump-target operand) :rel8 1))
    ((rel16) (%put-late asm (jump-target operand) :rel16 2))
    ((rel32) (%put-late asm (jump-target operand) :rel32 4))
    ((ptr16)
     (%put-imm16 asm (far-offset operand))
     (%put-imm16 asm (far-segment operand)))
    ((ptr32)
     (%put-imm32 asm (far-offset operand))
     (%put-imm16 asm (far-segment operand)))
    ((moffs8 moffs16 moffs32 moffs64)
     (ecase (asm-mode asm)
       (16 (%put-imm16 asm (mem-disp operand)))
       (32 (%put-imm32 asm (mem-disp operand)))
       (64 (%put-imm64 asm (mem-disp operand)))))))

(defun jump-target (operand)
  "OPERAND of a jump, an address when it is an integer."
  (if (integerp operand)
      (%make-expression operand)
      operand))

;;; Choosing the encoding.

(defvar *condition-aliases*
  '(("z" . "e") ("nz" . "ne") ("c" . "b") ("nc" . "ae") ("nae" . "b")
    ("nb" . "ae") ("na" . "be") ("nbe" . "a") ("pe" . "p") ("po" . "np")
    ("nge" . "l") ("nl" . "ge") ("ng" . "le") ("nle" . "g"))
  "Other names of conditions.")

(defvar *mnemonic-aliases*
  '(("sal" . "shl") ("loopz" . "loope") ("loopnz" . "loopne")
    ("iretw" . "iret") ("pushfw" . "pushf") ("popfw" . "popf")
    ("fwait" . "wait") ("xlat" . "xlatb"))
  "Other names of instructions.")

(defun encodings-for (name)
  "The encodings of the mnemonic NAME or what it is an alias of, or nil."
  (or (find-encodings name)
      (let ((alias (cdr (assoc name *mnemonic-aliases* :test #'string=))))
        (and alias (find-encodings alias)))
      (dolist (prefix '("j" "set" "cmov") nil)
        (let ((length (length prefix)))
          (when (and (> (length name) length)
                     (string= prefix name :end2 length))
            (let ((alias (cdr (assoc (subseq name length) *condition-aliases*
                                     :test #'string=))))
              (when alias
                (return (find-encodings
                         (concatenate 'string prefix alias))))))))))

(defvar *demanded-size* nil
  "The operand size that a prefix O16 or O32 demands, or nil.")

(defun default-size-p (e mode)
  "Is the operand size of the encoding E the one MODE takes by itself?"
  (eql (encoding-size e)
       (cond
         (*demanded-size* *demanded-size*)
         ((= mode 16) 16)
         ((and (= mode 64) (encoding-default64-p e)) 64)
         (t 32))))

(defun encoding-suits-p (e operands mode)
  "Can the encoding E express OPERANDS in MODE?"
  (and (encoding-in-mode-p e mode)
       (= (length operands) (length (encoding-operands e)))
       (or (not (encoding-implicit-p e)) (default-size-p e mode))
       (every (lambda (type operand)
                (operand-matches-p type operand (encoding-size e)))
              (encoding-operands e) operands)
       ;; The opcode of XCHG EAX, EAX in this form means NOP.
       (not (and (encoding-plus-p e)
                 (= (encoding-opcode e) #x90)
                 (eql (reg-number (first operands)) 0)
                 (eql (reg-number (second operands)) 0)))))

(defun check-memory-size (suitable operands)
  "Signal ASSEMBLY-ERROR when OPERANDS leave open the size of memory."
  (let ((position (position-if #'mem-p operands)))
    (when (and position (null (mem-size (nth position operands))))
      (let ((sizes (mapcar (lambda (e)
                             (memory-type-size
                              (nth position (encoding-operands e))))
                           suitable)))
        (when (rest (remove-duplicates sizes))
          (assembly-error "this memory operand needs a size"))))))

(defun choose-encoding (name encodings operands mode)
  "The best of the ENCODINGS of the instruction NAME for OPERANDS in MODE."
  (let ((suitable (remove-if-not (lambda (e)
                                   (encoding-suits-p e operands mode))
                                 encodings)))
    (when (null suitable)
      (assembly-error "this instruction has no such operands" name))
    (check-memory-size suitable operands)
    (first suitable)))

(defun short-and-long-p (encodings)
  "Are ENCODINGS those of a jump that has a short and a long form?"
  (and (rest encodings)
       (equal (encoding-operands (first encodings)) '(rel8))))

(defun emit-operation (asm name operands)
  "Append the instruction NAME (a lower-case string) with OPERANDS."
  (let* ((encodings (encodings-for name))
         (two-forms-p (short-and-long-p encodings)))
    (when (null encodings)
      (assembly-error "no instruction has this name" name))
    (if (and two-forms-p
             (null *demanded-size*)
             (= (length operands) 1)
             (label-p (first operands)))
        (%put-branch asm
                     (encoding-opcode (first encodings))
                     (encoding-opcode (second encodings))
                     (first operands))
        ;; The distance to a number is not known yet: take the long form.
        (let ((e (choose-encoding name
                                  (if two-forms-p (rest encodings) encodings)
                                  operands (asm-mode asm))))
          (when (and *demanded-size* (null (encoding-size e)))
            (emit-size-prefix asm))
          (emit-encoding asm e operands)))))

(defun emit-size-prefix (asm)
  "Append the operand size prefix if the demanded size is not the mode's."
  (unless (eq (= *demanded-size* 16) (= (asm-mode asm) 16))
    (emit-octet asm #x66)))

(defun far-operands (name operands)
  "OPERANDS of the instruction NAME; segment and offset as one far pointer."
  (if (and (= (length operands) 2)
           (member name '("jmpf" "callf") :test #'string=))
      (list (make-far (first operands) (second operands)))
      operands))

;;; Statements.

(defvar *prefixes*
  '(("lock" . #xf0) ("rep" . #xf3) ("repe" . #xf3) ("repz" . #xf3)
    ("repne" . #xf2) ("repnz" . #xf2)
    ("o16" . 16) ("o32" . 32) ("a16" . :a16) ("a32" . :a32))
  "The prefixes that LAP can put before an instruction.")

(defun prefix-octet (prefix mode)
  "The octet of PREFIX in MODE, or nil when MODE needs none."
  (case prefix
    ((:a16) (if (= mode 16) nil #x67))
    ((:a32) (if (= mode 32) nil #x67))
    (t prefix)))

(defun emit-data (asm items length names)
  "Append ITEMS as fields of LENGTH octets."
  (dolist (item items)
    (if (and (stringp item) (= length 1))
        (map nil (lambda (c) (emit-octet asm (char-code c))) item)
        (let ((value (parse-expression item names)))
          (if (integerp value)
              (emit-field asm value length)
              (emit-field asm
                          (absolute-fixup value
                                          (ecase length
                                            (1 :abs8) (2 :abs16)
                                            (4 :abs32u) (8 :abs64)))
                          length))))))

(defun define-name (name value names)
  "Let NAME mean VALUE. Signal ASSEMBLY-ERROR when it means something."
  (when (nth-value 1 (gethash (string name) names))
    (assembly-error "this name is defined or used already" name))
  (setf (gethash (string name) names) value))

(defun emit-directive (asm name arguments names)
  "Obey the directive NAME; answer nil when there is none of that name."
  (let ((values (if (member name '("align" "bits" "pad-to" "fill")
                            :test #'string=)
                    (mapcar (lambda (form) (parse-expression form names))
                            arguments)
                    '())))
    (cond
      ((string= name "db") (emit-data asm arguments 1 names))
      ((string= name "dw") (emit-data asm arguments 2 names))
      ((string= name "dd") (emit-data asm arguments 4 names))
      ((string= name "dq") (emit-data asm arguments 8 names))
      ((string= name "align") (emit-align asm (first values) (second values)))
      ((string= name "bits") (setf (asm-mode asm) (first values)))
      ((string= name "pad-to")
       (emit-pad-to asm (first values) (or (second values) 0)))
      ((string= name "fill")
       (dotimes (i (first values))
         (emit-octet asm (or (second values) 0))))
      ((string= name "equ")
       (define-name (first arguments)
           (parse-expression (second arguments) names)
         names))
      (t (return-from emit-directive nil)))
    t))

(defun emit-statement (asm form names)
  "Append the LAP statement FORM."
  (let* ((name (name-string (first form)))
         (prefix (assoc name *prefixes* :test #'string=)))
    (cond
      ((member (cdr prefix) '(16 32))
       (let ((*demanded-size* (cdr prefix)))
         (emit-statement asm (rest form) names)))
      (prefix
       (let ((octet (prefix-octet (cdr prefix) (asm-mode asm))))
         (when octet
           (emit-octet asm octet))
         (when (rest form)
           (emit-statement asm (rest form) names))))
      ((emit-directive asm name (rest form) names))
      (t
       (emit-operation asm name
                       (far-operands name
                                     (mapcar (lambda (operand)
                                               (parse-operand operand names))
                                             (rest form))))))
    nil))

(defun mentions-here-p (form)
  "Does $ occur in FORM?"
  (cond
    ((consp form)
     (or (mentions-here-p (first form)) (mentions-here-p (rest form))))
    ((symbolp form) (string= (symbol-name form) "$"))
    (t nil)))

(defun emit-form (asm form names)
  "Append FORM, a label or statement; return the name of a label, else nil."
  (cond
    ((and form (or (symbolp form) (stringp form)))
     (let ((label (name-value form names)))
       (unless (label-p label)
         (assembly-error "this name is not a label" form))
       (bind-label asm label)
       form))
    ((consp form)
     (when (mentions-here-p form)
       (setf (gethash "$" names) (bind-label asm (make-label '$))))
     (handler-case (emit-statement asm form names)
       (assembly-error (condition)
         (assembly-error (assembly-error-message condition) form)))
     nil)
    (t (assembly-error "this is no statement" form))))

(defun make-names (bindings)
  "A table of the names in the alist BINDINGS."
  (let ((names (make-hash-table :test 'equal)))
    (dolist (binding bindings names)
      (setf (gethash (string (car binding)) names) (cdr binding)))))

(defun emit-lap (asm forms &optional bindings)
  "Append the LAP program FORMS to ASM; return an alist of names and labels.
BINDINGS is an alist of names known beforehand, to labels or integers.
Signal ASSEMBLY-ERROR for what cannot be assembled."
  (let ((names (make-names bindings))
        (result '()))
    (dolist (form forms (reverse result))
      (let ((name (emit-form asm form names)))
        (when name
          (push (cons name (gethash (string name) names)) result))))))

(defun emit-instruction (asm form)
  "Append the instruction that the LAP FORM describes to ASM.
Symbols in FORM are registers; labels and fixups stand as objects."
  (emit-form asm form (make-names '()))
  nil)

(defun assemble-lap (mode origin forms)
  "Assemble the LAP program FORMS in MODE (16, 32 or 64) at address ORIGIN.
Return its octets and an alist of label names and addresses.
Signal ASSEMBLY-ERROR for what cannot be assembled."
  (let* ((asm (make-asm :mode mode :origin origin))
         (labels (emit-lap asm forms)))
    (multiple-value-bind (octets fixups) (finalize-asm asm)
      (when fixups
        (assembly-error "nothing resolves this reference"
                        (fixup-datum (first fixups))))
      (values octets
              (mapcar (lambda (entry)
                        (cons (car entry)
                              (+ origin (label-offset (cdr entry)))))
                      labels)))))
