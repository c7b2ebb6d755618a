;;;; Operands of any instruction: registers, memory, far pointers.

(in-package #:astralisp.asm)

(defstruct (reg (:constructor %make-reg (name class size number)))
  "A register; CLASS is :GPR, :HIGH (ah to bh), :XMM, :SEGMENT, :CONTROL
or :DEBUG."
  name class size number)

(defstruct mem
  "A memory operand. SIZE in bits or nil; BASE a register number, 16 for RIP,
or nil; DISP an integer, label, expression or fixup."
  (size nil)
  (segment nil)
  (base nil)
  (index nil)
  (scale 1)
  (disp 0)
  (address-size nil))

(defstruct (far (:constructor make-far (segment offset)))
  "A far pointer."
  segment offset)

(defvar *registers* nil
  "Hash table from lower-case name to register, or nil before its first use.")

(defvar *register-names*
  '((:gpr 64 "rax" "rcx" "rdx" "rbx" "rsp" "rbp" "rsi" "rdi"
     "r8" "r9" "r10" "r11" "r12" "r13" "r14" "r15")
    (:gpr 32 "eax" "ecx" "edx" "ebx" "esp" "ebp" "esi" "edi"
     "r8d" "r9d" "r10d" "r11d" "r12d" "r13d" "r14d" "r15d")
    (:gpr 16 "ax" "cx" "dx" "bx" "sp" "bp" "si" "di"
     "r8w" "r9w" "r10w" "r11w" "r12w" "r13w" "r14w" "r15w")
    (:gpr 8 "al" "cl" "dl" "bl" "spl" "bpl" "sil" "dil"
     "r8b" "r9b" "r10b" "r11b" "r12b" "r13b" "r14b" "r15b")
    (:high 8 nil nil nil nil "ah" "ch" "dh" "bh")
    (:xmm 128 "xmm0" "xmm1" "xmm2" "xmm3" "xmm4" "xmm5" "xmm6" "xmm7"
     "xmm8" "xmm9" "xmm10" "xmm11" "xmm12" "xmm13" "xmm14" "xmm15")
    (:segment 16 "es" "cs" "ss" "ds" "fs" "gs")
    (:control 64 "cr0" "cr1" "cr2" "cr3" "cr4" "cr5" "cr6" "cr7"
     "cr8" "cr9" "cr10" "cr11" "cr12" "cr13" "cr14" "cr15")
    (:debug 64 "dr0" "dr1" "dr2" "dr3" "dr4" "dr5" "dr6" "dr7"
     "dr8" "dr9" "dr10" "dr11" "dr12" "dr13" "dr14" "dr15"))
  "The names of the registers: (CLASS SIZE NAME-OF-0 NAME-OF-1 ...).")

(defun register-table ()
  "The hash table of registers by name, made at first use."
  (when (null *registers*)
    (let ((table (make-hash-table :test 'equal)))
      (dolist (row *register-names*)
        (let ((number 0))
          (dolist (name (rest (rest row)))
            (when name
              (setf (gethash name table)
                    (%make-reg name (first row) (second row) number)))
            (setq number (+ number 1)))))
      (setq *registers* table)))
  *registers*)

(defun named-register (name)
  "The register called NAME, a lower-case string, or nil."
  (values (gethash name (register-table))))

(defun numbered-register (class size number)
  "The register NUMBER of CLASS and SIZE, or nil when there is none."
  (dolist (row *register-names* nil)
    (when (and (eq (first row) class) (eql (second row) size))
      (let ((name (nth number (rest (rest row)))))
        (return (and name (named-register name)))))))

(defvar *size-names*
  '(("byte" . 8) ("word" . 16) ("dword" . 32) ("fword" . 48) ("qword" . 64)
    ("tbyte" . 80) ("xmmword" . 128) ("oword" . 128))
  "The words for the size of a memory operand.")

;;; What a program writes.

(defun name-string (name)
  "The lower-case string for NAME, a symbol or string."
  (string-downcase (string name)))

(defun name-value (name names)
  "The meaning of NAME in the hash table NAMES: a label when it is new."
  (let ((key (string name)))
    (multiple-value-bind (value found) (gethash key names)
      (if found
          value
          (setf (gethash key names) (make-label name))))))

(defun parse-expression (form names)
  "FORM with its names replaced: an integer, label, fixup or expression."
  (cond
    ((or (integerp form) (label-p form) (fixup-p form) (expression-p form))
     form)
    ((or (symbolp form) (stringp form)) (name-value form names))
    ((eq (operator-of form) :fixup)
     (make-fixup (second form) (third form)
                 (if (rest (rest (rest form))) (fourth form) 0)))
    ((operator-of form)
     (let ((tree (cons (operator-of form)
                       (mapcar (lambda (f) (parse-expression f names))
                               (rest form)))))
       (if (every #'integerp (rest tree))
           (values (expression-parts tree))
           (%make-expression tree))))
    (t (assembly-error "this is no operand" form))))

(defun operator-of (form)
  "The arithmetic operator that heads FORM, :FIXUP, or nil."
  (and (consp form)
       (or (symbolp (first form)) (stringp (first form)))
       (cdr (assoc (name-string (first form))
                   '(("+" . +) ("-" . -) ("*" . *) ("ash" . ash)
                     ("logand" . logand) ("logior" . logior)
                     ("fixup" . :fixup))
                   :test #'string=))))

(defun register-named-by (form)
  "The register that FORM, a symbol or string, names, or nil."
  (and form
       (or (symbolp form) (stringp form))
       (named-register (name-string form))))

(defun parse-operand (form names)
  "The operand that FORM denotes."
  (cond
    ((or (reg-p form) (mem-p form) (far-p form)) form)
    ((register-named-by form) (register-named-by form))
    ((and (consp form) (not (integerp (first form)))
          (or (symbolp (first form)) (stringp (first form)))
          (string= (name-string (first form)) "mem"))
     (parse-memory (rest form) names))
    ((and (consp form) (or (symbolp (first form)) (stringp (first form)))
          (string= (name-string (first form)) "far"))
     (make-far (parse-expression (second form) names)
               (parse-expression (third form) names)))
    (t (parse-expression form names))))

(defun parse-memory (terms names)
  "The memory operand of the form (mem . TERMS)."
  (let ((operand (make-mem)))
    (dolist (term terms)
      (let ((register (register-named-by term))
            (size (and (or (symbolp term) (stringp term))
                       (cdr (assoc (name-string term) *size-names*
                                   :test #'string=)))))
        (cond
          (size (setf (mem-size operand) size))
          (register (add-register-term operand register 1))
          ((and (or (symbolp term) (stringp term))
                (string= (name-string term) "rip"))
           (setf (mem-base operand) 16
                 (mem-address-size operand) 64))
          ((and (eq (operator-of term) '*)
                (register-named-by (second term)))
           (add-register-term operand (register-named-by (second term))
                              (third term)))
          (t (add-displacement operand (parse-expression term names))))))
    (when (and (mem-base operand) (mem-index operand))
      (order-registers operand))
    operand))

(defun add-register-term (operand register scale)
  "Add SCALE times REGISTER to the memory OPERAND."
  (let ((number (reg-number register))
        (size (reg-size register)))
    (cond
      ((eq (reg-class register) :segment)
       (setf (mem-segment operand) register))
      ((not (and (eq (reg-class register) :gpr) (> size 8)))
       (assembly-error "this register cannot address memory"
                       (reg-name register)))
      (t
       (when (and (mem-address-size operand)
                  (/= size (mem-address-size operand)))
         (assembly-error "registers of two sizes in one address"
                         (reg-name register)))
       (setf (mem-address-size operand) size)
       (cond
         ((and (eql scale 1) (null (mem-base operand)))
          (setf (mem-base operand) number))
         ((null (mem-index operand))
          (setf (mem-index operand) number
                (mem-scale operand) scale))
         (t (assembly-error "too many registers in one address"
                            (reg-name register))))))))

(defun order-registers (operand)
  "Make a stack pointer the base when it stands as an unscaled index."
  (when (and (eql (mem-index operand) 4) (eql (mem-scale operand) 1))
    (setf (mem-index operand) (mem-base operand)
          (mem-base operand) 4)))

(defun add-displacement (operand value)
  "Add VALUE to the displacement of the memory OPERAND."
  (let ((old (mem-disp operand)))
    (setf (mem-disp operand)
          (cond
            ((eql old 0) value)
            ((and (integerp old) (integerp value)) (+ old value))
            ((or (fixup-p old) (fixup-p value))
             (assembly-error "a fixup stands alone as displacement"))
            (t (%make-expression (list '+ old value)))))))

;;; Which operand suits which type of the table.

(defun memory-type-size (type)
  "The size in bits of memory of the operand TYPE; nil when it has none."
  (case type
    ((rm8 m8 moffs8) 8)
    ((rm16 m16 moffs16) 16)
    ((rm32 m32 xm32 moffs32) 32)
    ((m48) 48)
    ((rm64 m64 xm64 moffs64) 64)
    ((m80) 80)
    ((m128 xm128) 128)
    (t nil)))

(defun register-type-size (type)
  "The size of a general register of the operand TYPE, or nil."
  (case type
    ((r8 rm8) 8)
    ((r16 rm16 g16) 16)
    ((r32 rm32 g32) 32)
    ((r64 rm64 g64) 64)
    (t nil)))

(defun fixed-register-name (type)
  "The name of the only register of the operand TYPE, or nil."
  (case type
    ((al) "al") ((ax) "ax") ((eax) "eax") ((rax) "rax") ((cl) "cl") ((dx) "dx")
    ((es) "es") ((cs) "cs") ((ss) "ss") ((ds) "ds") ((fs) "fs") ((gs) "gs")
    (t nil)))

(defun register-matches-p (type register)
  "Does REGISTER suit the operand TYPE?"
  (let ((class (reg-class register)))
    (case type
      ((sreg) (eq class :segment))
      ((cr) (eq class :control))
      ((dr) (eq class :debug))
      ((x y xm32 xm64 xm128) (eq class :xmm))
      (t
       (let ((name (fixed-register-name type)))
         (if name
             (string= name (reg-name register))
             (and (or (eq class :gpr) (eq class :high))
                  (eql (reg-size register) (register-type-size type)))))))))

(defun memory-matches-p (type operand)
  "Does the memory OPERAND suit the operand TYPE?"
  (case type
    ((m) t)
    ((moffs8 moffs16 moffs32 moffs64)
     (and (null (mem-base operand))
          (null (mem-index operand))
          (or (null (mem-size operand))
              (eql (mem-size operand) (memory-type-size type)))))
    (t
     (let ((size (memory-type-size type)))
       (and size
            (or (null (mem-size operand)) (eql (mem-size operand) size)))))))

(defun signed-immediate (value size)
  "VALUE as the signed number with the same SIZE low bits, if it has SIZE bits."
  (if (and (>= value (ash 1 (- size 1))) (< value (ash 1 size)))
      (- value (ash 1 size))
      value))

(defun immediate-matches-p (type value size)
  "Does the integer VALUE suit an immediate TYPE at operand SIZE?"
  (case type
    ((one) (eql value 1))
    ((iub) (<= 0 value 255))
    ((ib) (<= -128 value 255))
    ((ibs) (<= -128 (signed-immediate value (or size 32)) 127))
    ((iw) (<= -32768 value 65535))
    ((id) (<= -2147483648 value 4294967295))
    ((ids) (typep (signed-immediate value 64) '(signed-byte 32)))
    ((iq) (<= (- (ash 1 63)) value (- (ash 1 64) 1)))
    ((rel8 rel16 rel32) t)
    (t nil)))

(defun operand-matches-p (type operand size)
  "Does OPERAND suit the operand TYPE of an encoding of operand SIZE?"
  (cond
    ((reg-p operand) (register-matches-p type operand))
    ((mem-p operand) (memory-matches-p type operand))
    ((far-p operand) (member type '(ptr16 ptr32)))
    ((integerp operand) (immediate-matches-p type operand size))
    ;; Labels and expressions: their value is not known, so take the widest.
    (t (member type '(ib iw id ids iq rel8 rel16 rel32)))))
