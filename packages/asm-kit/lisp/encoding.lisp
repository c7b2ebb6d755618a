;;;; Encodings: the rows of the instruction table, one for each operand size.

(in-package #:astralisp.asm)

(eval-when (:compile-toplevel :load-toplevel :execute)

(defstruct encoding
  "One way to encode one instruction at one operand size."
  mnemonic     ; lower-case string
  operands     ; list of operand types, V replaced by the size
  size         ; operand size that needs a prefix or REX.W, or nil
  prefix       ; mandatory prefix: 0, #x66, #xf2 or #xf3
  no-prefix-p  ; none of those three may stand before the opcode
  opcode       ; octets of the opcode as one big-endian integer
  digit        ; content of ModRM.reg, or nil
  modrm        ; nil, t, or the ModRM octet itself
  plus-p       ; the opcode's low three bits are a register
  modes        ; nil (all), 64 (64-bit only) or 32 (not in 64-bit mode)
  default64-p  ; size 64 needs no REX.W; :always: no other size in 64-bit mode
  w0-p         ; size 32 needs no prefix in any mode
  address-size ; address size that the row demands, or nil
  implicit-p)  ; no operand shows the size: it must be the mode's own

(defun sized-operand (type size)
  "The operand type TYPE at operand size SIZE."
  (let ((row (assoc type '((rv r16 r32 r64) (rmv rm16 rm32 rm64)
                           (gv g16 g32 g64) (mv m16 m32 m64)
                           (accv ax eax rax) (iz iw id ids) (iv iw id iq)
                           (relv rel16 rel32 rel32) (ptrv ptr16 ptr32)
                           (moffsv moffs16 moffs32 moffs64)))))
    (if (null row)
        type
        (nth (case size (16 1) (32 2) (t 3)) row))))

(defun size-showing-p (type)
  "Does an operand of TYPE, as written, tell the operand size?"
  (member type '(rv rmv gv mv accv moffsv)))

(defun parse-row (mnemonic row)
  "The encoding that ROW of the table describes, its V not yet replaced."
  (let ((e (make-encoding :mnemonic mnemonic :operands (first row)
                          :prefix 0 :opcode 0)))
    (dolist (item (rest row) e)
      (cond
        ((integerp item)
         (setf (encoding-opcode e) (+ (* 256 (encoding-opcode e)) item)))
        ((consp item) (setf (encoding-modrm e) (second item)))
        (t
         (ecase item
           ((/r) (setf (encoding-modrm e) t))
           ((/0 /1 /2 /3 /4 /5 /6 /7)
            (setf (encoding-modrm e) t
                  (encoding-digit e)
                  (position item '(/0 /1 /2 /3 /4 /5 /6 /7))))
           ((+r) (setf (encoding-plus-p e) t))
           ((np) (setf (encoding-no-prefix-p e) t))
           ((p66) (setf (encoding-prefix e) #x66))
           ((pf2) (setf (encoding-prefix e) #xf2))
           ((pf3) (setf (encoding-prefix e) #xf3))
           ((o16) (setf (encoding-size e) 16))
           ((o32) (setf (encoding-size e) 32))
           ((w) (setf (encoding-size e) 64
                      (encoding-modes e) 64))
           ((w0) (setf (encoding-size e) 32
                       (encoding-w0-p e) t))
           ((v) (setf (encoding-implicit-p e) t))
           ((d64) (setf (encoding-default64-p e) t))
           ((f64) (setf (encoding-default64-p e) :always))
           ((a16) (setf (encoding-address-size e) 16))
           ((a32) (setf (encoding-address-size e) 32))
           ((a64) (setf (encoding-address-size e) 64))
           ((only64) (setf (encoding-modes e) 64))
           ((not64) (setf (encoding-modes e) 32))))))))

(defun encoding-at-size (template size)
  "TEMPLATE with V replaced by SIZE, or nil when no mode has that."
  (let ((e (copy-encoding template))
        (default64 (encoding-default64-p template)))
    (setf (encoding-size e) size
          (encoding-implicit-p e)
          (notany #'size-showing-p (encoding-operands template))
          (encoding-operands e)
          (mapcar (lambda (type) (sized-operand type size))
                  (encoding-operands template)))
    (cond
      ((= size 64)
       (if (eql (encoding-modes template) 32)
           (return-from encoding-at-size nil)
           (setf (encoding-modes e) 64)))
      ((if (= size 32) default64 (eq default64 :always))
       (setf (encoding-modes e) 32)))
    e))

(defun row-encodings (mnemonic row)
  "The list of the encodings of ROW."
  (let ((template (parse-row mnemonic row)))
    (if (or (encoding-implicit-p template)
            (some (lambda (type) (not (eq type (sized-operand type 32))))
                  (encoding-operands template)))
        (let ((result '()))
          (dolist (size '(64 32 16) result)
            (let ((e (encoding-at-size template size)))
              (when e (push e result)))))
        (list template))))

(defun entry-encodings (entry)
  "The list of the encodings of a table ENTRY, in order of preference."
  (let ((mnemonic (string-downcase (symbol-name (first entry))))
        (result '()))
    (dolist (row (rest entry) (reverse result))
      (dolist (e (row-encodings mnemonic row))
        (push e result)))))

(defun encoding-in-mode-p (e mode)
  "Does the encoding E exist in MODE?"
  (case (encoding-modes e)
    (64 (= mode 64))
    (32 (/= mode 64))
    (t t)))

;;; What the emitting functions are told about an encoding is one integer:
;;; bits 0-7 the mandatory prefix, then the flags below.

(defconstant +operand-size-flag+ #x100)
(defconstant +octet-reg-flag+ #x200)
(defconstant +octet-rm-flag+ #x400)
(defconstant +wide-flag+ #x800)
(defconstant +address-size-flag+ #x1000)

(defun encoding-flags (e mode)
  "The flags integer of the encoding E in MODE."
  (let ((flags (encoding-prefix e))
        (size (encoding-size e))
        (address-size (encoding-address-size e))
        (types (encoding-operands e)))
    (when (and (if (= mode 16) (eql size 32) (eql size 16))
               (not (encoding-w0-p e)))
      (setq flags (+ flags +operand-size-flag+)))
    (when (and (eql size 64) (not (encoding-default64-p e)))
      (setq flags (+ flags +wide-flag+)))
    (when (and address-size (/= address-size mode))
      (setq flags (+ flags +address-size-flag+)))
    (when (and (member 'r8 types) (not (encoding-plus-p e)))
      (setq flags (+ flags +octet-reg-flag+)))
    (when (or (member 'rm8 types)
              (and (member 'r8 types) (encoding-plus-p e)))
      (setq flags (+ flags +octet-rm-flag+)))
    flags))

(defun operand-role (type plus-p)
  "Where an operand of TYPE is encoded: REG, RM, OPCODE, IMM or FIXED."
  (case type
    ((r8 r16 r32 r64) (if plus-p 'opcode 'reg))
    ((x sreg cr dr) 'reg)
    ((rm8 rm16 rm32 rm64 g16 g32 g64 m m8 m16 m32 m48 m64 m80 m128
      y xm32 xm64 xm128)
     'rm)
    ((ib ibs iub iw id ids iq rel8 rel16 rel32 ptr16 ptr32
      moffs8 moffs16 moffs32 moffs64)
     'imm)
    (t 'fixed)))

(defun immediate-length (type)
  "The number of octets an operand of TYPE adds behind ModRM, or 0."
  (case type
    ((ib ibs iub rel8) 1)
    ((iw rel16) 2)
    ((id ids rel32 ptr16) 4)
    ((ptr32) 6)
    ((iq) 8)
    (t 0)))

(defun encoding-trail (e)
  "The number of immediate octets behind ModRM of the encoding E."
  (let ((sum 0))
    (dolist (type (encoding-operands e) sum)
      (setq sum (+ sum (immediate-length type))))))) ; eval-when

(defvar *encodings* nil
  "Hash table from mnemonic to encodings, or nil before its first use.")

(defun all-encodings ()
  "The list of all encodings, in table order."
  (let ((result '()))
    (dolist (entry *instruction-table* (reverse result))
      (dolist (e (entry-encodings entry))
        (push e result)))))

(defun find-encodings (mnemonic)
  "The encodings of MNEMONIC, a lower-case string; nil when unknown."
  (when (null *encodings*)
    (let ((table (make-hash-table :test 'equal)))
      (dolist (entry *instruction-table*)
        (setf (gethash (string-downcase (symbol-name (first entry))) table)
              (entry-encodings entry)))
      (setq *encodings* table)))
  (values (gethash mnemonic *encodings*)))
