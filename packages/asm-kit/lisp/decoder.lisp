;;;; The decoder: octets back to an instruction of the table.

(in-package #:astralisp.asm)

;;; The table is indexed by opcode map and opcode octet. Of the encodings under
;;; one opcode those with a mandatory prefix are tried first, then those with
;;; REX.W, then the others in table order.

(defstruct instruction
  "A decoded instruction."
  length
  mnemonic   ; lower-case string
  operands   ; list of registers, memory operands, far pointers, integers
  prefixes   ; list of strings
  address
  encoding)

(defstruct (scan (:constructor make-scan (octets start position end mode)))
  "The state of decoding one instruction; POSITION is the next octet's."
  octets start position end mode
  (rep nil)
  (operand-size-p nil)
  (address-size-p nil)
  (lock-p nil)
  (segment nil)
  (rex 0)
  (modrm 0))

(defun next-octet (scan)
  "The next octet of SCAN. Throw to TRUNCATED when there is none."
  (let ((position (scan-position scan)))
    (when (or (>= position (scan-end scan))
              (>= (- position (scan-start scan)) 15))
      (throw 'truncated nil))
    (setf (scan-position scan) (+ position 1))
    (aref (scan-octets scan) position)))

(defun next-number (scan length)
  "The next LENGTH octets of SCAN as an unsigned number."
  (let ((number 0))
    (dotimes (i length number)
      (setq number (+ number (ash (next-octet scan) (* 8 i)))))))

(defun next-signed (scan length)
  "The next LENGTH octets of SCAN as a signed number."
  (signed-immediate (next-number scan length) (* 8 length)))

;;; Prefixes and opcode.

(defun scan-prefixes (scan)
  "Read the prefixes of SCAN and return the octet behind them."
  (loop
    (let ((octet (next-octet scan)))
      (case octet
        (#x66 (setf (scan-operand-size-p scan) t))
        (#x67 (setf (scan-address-size-p scan) t))
        ((#xf2 #xf3) (setf (scan-rep scan) octet))
        (#xf0 (setf (scan-lock-p scan) t))
        ((#x26 #x2e #x36 #x3e #x64 #x65)
         (setf (scan-segment scan)
               (numbered-register
                :segment 16
                (position octet '(#x26 #x2e #x36 #x3e #x64 #x65)))))
        (t
         (when (and (= (scan-mode scan) 64) (= (ash octet -4) 4))
           (setf (scan-rex scan) octet
                 octet (next-octet scan)))
         (return octet))))))

(defun scan-opcode (scan)
  "Read prefixes and opcode of SCAN; return the key for *DECODE-INDEX*."
  (let ((octet (scan-prefixes scan)))
    (if (/= octet #x0f)
        octet
        (let ((second (next-octet scan)))
          (case second
            (#x38 (+ #x200 (next-octet scan)))
            (#x3a (+ #x300 (next-octet scan)))
            (t (+ #x100 second)))))))

(defvar *decode-index* nil
  "Vector from opcode key to encodings, or nil before its first use.")

(defun opcode-key (opcode)
  "The index key of the integer OPCODE."
  (+ (logand opcode 255)
     (cond
       ((< opcode 256) 0)
       ((< opcode 65536) #x100)
       ((= (ash opcode -8) #x0f38) #x200)
       (t #x300))))

(defun encoding-rank (e)
  "The order in which encodings of one opcode are tried: low numbers first."
  (+ (if (or (/= (encoding-prefix e) 0) (encoding-no-prefix-p e)) 0 2)
     (if (eql (encoding-size e) 64) 0 1)))

(defun decode-index ()
  "The index of the table by opcode, made at first use."
  (when (null *decode-index*)
    (let ((index (make-array 1024 :initial-element '())))
      (dolist (e (all-encodings))
        (let ((key (opcode-key (encoding-opcode e))))
          (dotimes (i (if (encoding-plus-p e) 8 1))
            (push e (svref index (+ key i))))))
      (dotimes (key 1024)
        (setf (svref index key)
              (stable-sort (reverse (svref index key)) #'<
                           :key #'encoding-rank)))
      (setq *decode-index* index)))
  *decode-index*)

;;; Which encoding it is.

(defun scan-size (scan default64-p)
  "The effective operand size of SCAN."
  (cond
    ((logtest (scan-rex scan) 8) 64)
    ((scan-operand-size-p scan) (if (= (scan-mode scan) 16) 32 16))
    ((= (scan-mode scan) 16) 16)
    ((and default64-p (= (scan-mode scan) 64)) 64)
    (t 32)))

(defun scan-address-size (scan)
  "The effective address size of SCAN."
  (if (scan-address-size-p scan)
      (if (= (scan-mode scan) 32) 16 32)
      (scan-mode scan)))

(defun prefix-suits-p (scan e)
  "Do the prefixes of SCAN agree with the mandatory ones of E?"
  (let ((prefix (encoding-prefix e)))
    (cond
      ((encoding-no-prefix-p e)
       (not (or (scan-rep scan) (scan-operand-size-p scan))))
      ((= prefix 0) t)
      ((= prefix #x66)
       (and (scan-operand-size-p scan) (null (scan-rep scan))))
      (t (eql prefix (scan-rep scan))))))

(defun size-suits-p (scan e)
  "Does the operand size of SCAN agree with E?"
  (let ((size (encoding-size e)))
    (cond
      ((null size) t)
      ((or (= (encoding-prefix e) #x66)
           (encoding-no-prefix-p e)
           (encoding-w0-p e))
       (eql (= size 64) (logtest (scan-rex scan) 8)))
      (t (eql size (scan-size scan (encoding-default64-p e)))))))

(defun modrm-suits-p (e modrm)
  "Does the octet MODRM, nil at the end of the code, agree with E?"
  (cond
    ((null (encoding-modrm e)) t)
    ((null modrm) nil)
    ((integerp (encoding-modrm e)) (= modrm (encoding-modrm e)))
    (t
     (let ((register-p (= (ash modrm -6) 3)))
       (and (or (null (encoding-digit e))
                (= (encoding-digit e) (logand (ash modrm -3) 7)))
            (every (lambda (type)
                     (case type
                       ((m m8 m16 m32 m48 m64 m80 m128) (not register-p))
                       ((g16 g32 g64 y) register-p)
                       (t t)))
                   (encoding-operands e)))))))

(defun find-encoding (scan key)
  "The encoding that the opcode KEY of SCAN means, or nil."
  (let* ((position (scan-position scan))
         (modrm (if (< position (scan-end scan))
                    (aref (scan-octets scan) position)
                    nil)))
    (dolist (e (svref (decode-index) key) nil)
      (when (and (encoding-in-mode-p e (scan-mode scan))
                 (prefix-suits-p scan e)
                 (size-suits-p scan e)
                 (modrm-suits-p e modrm)
                 (or (null (encoding-address-size e))
                     (= (encoding-address-size e) (scan-address-size scan)))
                 ;; With REX.B, 90 is XCHG R8, RAX and not NOP.
                 (not (and (= key #x90)
                           (logtest (scan-rex scan) 1)
                           (not (encoding-plus-p e)))))
        (return e)))))

;;; Operands.

(defun extended (scan bit field)
  "FIELD extended by the REX BIT (1, 2 or 4) of SCAN."
  (if (logtest (scan-rex scan) bit)
      (+ field 8)
      field))

(defun scan-register (scan type number)
  "The register NUMBER of the operand TYPE. Throw TRUNCATED when none exists."
  (let ((size (register-type-size type)))
    (or (case type
          ((x y xm32 xm64 xm128) (numbered-register :xmm 128 number))
          ((sreg)
           (let ((segment (logand number 7)))
             (and (< segment 6) (numbered-register :segment 16 segment))))
          ((cr) (numbered-register :control 64 number))
          ((dr) (numbered-register :debug 64 number))
          (t
           (if (and (eql size 8) (= (scan-rex scan) 0) (> number 3))
               (numbered-register :high 8 number)
               (numbered-register :gpr size number))))
        (throw 'truncated nil))))

(defun scan-memory (scan type)
  "The memory operand of TYPE that ModRM of SCAN begins."
  (let* ((size (scan-address-size scan))
         (operand (make-mem :size (memory-type-size type)
                            :segment (scan-segment scan)
                            :address-size size)))
    (if (= size 16)
        (scan-16-bit-memory scan operand)
        (scan-long-memory scan operand))
    operand))

(defun scan-16-bit-memory (scan operand)
  "Fill in the memory OPERAND with a 16-bit address."
  (let ((mod (ash (scan-modrm scan) -6))
        (registers (nth (logand (scan-modrm scan) 7)
                        '((3 6) (3 7) (5 6) (5 7) (6) (7) (5) (3)))))
    (cond
      ((and (= mod 0) (equal registers '(5)))
       (setf (mem-disp operand) (next-number scan 2)))
      (t
       (setf (mem-base operand) (first registers)
             (mem-index operand) (second registers)
             (mem-disp operand) (case mod
                                  (0 0)
                                  (1 (next-signed scan 1))
                                  (t (next-signed scan 2))))))))

(defun scan-long-memory (scan operand)
  "Fill in the memory OPERAND with a 32-bit or 64-bit address."
  (let* ((mod (ash (scan-modrm scan) -6))
         (rm (logand (scan-modrm scan) 7))
         (sib (if (= rm 4) (next-octet scan) nil))
         (low (if sib (logand sib 7) rm)))
    (when sib
      (let ((index (extended scan 2 (logand (ash sib -3) 7))))
        (unless (= index 4)
          (setf (mem-index operand) index
                (mem-scale operand) (ash 1 (ash sib -6))))))
    (cond
      ((not (and (= mod 0) (= low 5)))
       (setf (mem-base operand) (extended scan 1 low)))
      ((and (null sib) (= (scan-mode scan) 64))
       (setf (mem-base operand) 16)))
    (setf (mem-disp operand)
          (cond
            ((= mod 1) (next-signed scan 1))
            ((or (= mod 2) (not (mem-base operand))
                 (eql (mem-base operand) 16))
             (next-signed scan 4))
            (t 0)))))

(defun jump-address (scan length address)
  "The target of the jump whose LENGTH octets of distance come next."
  (let* ((distance (next-signed scan length))
         (target (+ address distance
                    (- (scan-position scan) (scan-start scan)))))
    (logand target
            (ecase (scan-size scan t)
              (16 #xffff)
              (32 #xffffffff)
              (64 #xffffffffffffffff)))))

(defun scan-immediate (scan type address)
  "The value of the immediate operand TYPE that comes next."
  (ecase type
    ((ib iub) (next-number scan 1))
    ((ibs) (next-signed scan 1))
    ((iw) (next-number scan 2))
    ((id) (next-number scan 4))
    ((ids) (next-signed scan 4))
    ((iq) (next-number scan 8))
    ((rel8) (jump-address scan 1 address))
    ((rel16) (jump-address scan 2 address))
    ((rel32) (jump-address scan 4 address))
    ((ptr16 ptr32)
     (let ((offset (next-number scan (if (eq type 'ptr16) 2 4))))
       (make-far (next-number scan 2) offset)))
    ((moffs8 moffs16 moffs32 moffs64)
     (let ((size (scan-address-size scan)))
       (make-mem :size (memory-type-size type)
                 :segment (scan-segment scan)
                 :address-size size
                 :disp (next-number scan (floor size 8)))))))

(defun scan-operand (scan e type opcode address)
  "The operand of TYPE of the encoding E."
  (ecase (operand-role type (encoding-plus-p e))
    ((reg)
     (scan-register scan type
                    (extended scan 4 (logand (ash (scan-modrm scan) -3) 7))))
    ((rm)
     (if (= (ash (scan-modrm scan) -6) 3)
         (scan-register scan type
                        (extended scan 1 (logand (scan-modrm scan) 7)))
         (scan-memory scan type)))
    ((opcode)
     (scan-register scan type (extended scan 1 (logand opcode 7))))
    ((imm) (scan-immediate scan type address))
    ((fixed) (if (eq type 'one)
                 1
                 (named-register (fixed-register-name type))))))

(defun scan-operands (scan e opcode address)
  "The operands of the encoding E: ModRM first, then immediates in order."
  (let ((memory '())
        (types (encoding-operands e)))
    (when (encoding-modrm e)
      (setf (scan-modrm scan) (next-octet scan)))
    ;; The octets of a memory operand come before those of any immediate.
    (dolist (type types)
      (unless (eq (operand-role type (encoding-plus-p e)) 'imm)
        (push (scan-operand scan e type opcode address) memory)))
    (setq memory (reverse memory))
    (mapcar (lambda (type)
              (if (eq (operand-role type (encoding-plus-p e)) 'imm)
                  (scan-operand scan e type opcode address)
                  (pop memory)))
            types)))

(defun prefix-names (scan e)
  "The prefixes of SCAN that E does not account for."
  (let ((rep (and (= (encoding-prefix e) 0) (scan-rep scan)))
        (result '()))
    (case rep
      (#xf3 (push "rep" result))
      (#xf2 (push "repne" result)))
    (when (scan-lock-p scan)
      (push "lock" result))
    result))

(defun decode-scan (scan address)
  "The instruction at the start of SCAN, or nil."
  (let* ((key (scan-opcode scan))
         (e (find-encoding scan key)))
    (if (null e)
        nil
        (let ((operands (scan-operands scan e key address)))
          (make-instruction
           :length (- (scan-position scan) (scan-start scan))
           :mnemonic (encoding-mnemonic e)
           :operands operands
           :prefixes (prefix-names scan e)
           :address address
           :encoding e)))))

(defun decode-instruction (octets start end address mode)
  "Decode the instruction in OCTETS from START that may reach to END.
Return its length and an INSTRUCTION, or 1 and nil when it is none. ADDRESS is
where it stands in memory, MODE is 16, 32 or 64."
  (let ((instruction
          (catch 'truncated
            (decode-scan (make-scan octets start start end mode) address))))
    (if instruction
        (values (instruction-length instruction) instruction)
        (values 1 nil))))
