;;;; The octets of one instruction: prefixes, opcode, ModRM, SIB, immediates.

(in-package #:astralisp.asm)

;;; FLAGS is what ENCODING-FLAGS computes. OPCODE is a big-endian integer of one
;;; to three octets. These functions are the path that all emitters share.

(defmacro put-prefixes (flags)
  "Inside WITH-OCTETS: append the legacy prefixes in FLAGS."
  `(when (logtest ,flags #x11ff)
     (when (logtest ,flags +address-size-flag+)
       (put #x67))
     (when (logtest ,flags +operand-size-flag+)
       (put #x66))
     (when (logtest ,flags 255)
       (put (logand ,flags 255)))))

(defmacro put-opcode (opcode)
  "Inside WITH-OCTETS: append OPCODE, the value of a variable."
  `(progn
     (when (> ,opcode 255)
       (when (> ,opcode 65535)
         (put (logand (ash ,opcode -16) 255)))
       (put (logand (ash ,opcode -8) 255)))
     (put (logand ,opcode 255))))

(deftype flags () '(integer 0 65535))
(deftype opcode () '(integer 0 16777215))
(deftype register () '(integer 0 15))
(deftype offset () '(integer 0 281474976710655))

(defun %put-op (asm flags opcode)
  "Append an instruction without operands in its octets."
  (declare (type flags flags) (type opcode opcode))
  (with-octets (asm 16)
    (put-prefixes flags)
    (when (logtest flags +wide-flag+)
      (put #x48))
    (put-opcode opcode)))

(defun %put-plus (asm flags opcode register)
  "Append an instruction with REGISTER in its opcode."
  (declare (type flags flags) (type opcode opcode) (type register register))
  (with-octets (asm 16)
    (put-prefixes flags)
    (let ((rex (logior (logand (ash flags -8) 8) (ash register -3)))
          (full (+ opcode (logand register 7))))
      (declare (type opcode full))
      (when (or (> rex 0)
                (and (logtest flags +octet-rm-flag+) (> register 3)))
        (put (logior #x40 rex)))
      (put-opcode full))))

(defun %put-rr (asm flags opcode reg rm)
  "Append an instruction with the registers REG and RM in ModRM."
  (declare (type flags flags) (type opcode opcode) (type register reg rm))
  (with-octets (asm 16)
    (put-prefixes flags)
    (let ((rex (logior (logand (ash flags -8) 8)
                       (logand (ash reg -1) 4)
                       (ash rm -3))))
      (when (or (> rex 0)
                (and (logtest flags #x600)
                     (or (and (logtest flags +octet-reg-flag+) (> reg 3))
                         (and (logtest flags +octet-rm-flag+) (> rm 3)))))
        (put (logior #x40 rex)))
      (put-opcode opcode)
      (put (logior #xc0 (ash (logand reg 7) 3) (logand rm 7))))))

(defun %put-rm (asm flags opcode reg trail base disp index scale)
  "Append an instruction with register REG and a memory operand in ModRM.
TRAIL is the number of octets that will follow the operand."
  (declare (type flags flags) (type opcode opcode) (type register reg))
  (if (and (typep disp '(signed-byte 32)) (null index) (typep base 'register))
      (with-octets (asm 16)
        (put-prefixes flags)
        (let ((rex (logior (logand (ash flags -8) 8)
                           (logand (ash reg -1) 4)
                           (ash base -3)))
              (reg-field (ash (logand reg 7) 3))
              (rm (logand base 7)))
          (when (or (> rex 0)
                    (and (logtest flags +octet-reg-flag+) (> reg 3)))
            (put (logior #x40 rex)))
          (put-opcode opcode)
          (cond
            ((and (= disp 0) (/= rm 5))
             (put (logior reg-field rm))
             (when (= rm 4)
               (put #x24)))
            ((<= -128 disp 127)
             (put (logior #x40 reg-field rm))
             (when (= rm 4)
               (put #x24))
             (put (logand disp 255)))
            (t
             (put (logior #x80 reg-field rm))
             (when (= rm 4)
               (put #x24))
             (put-32 disp)))))
      (%put-general asm flags opcode reg trail base disp index scale)))

(defun scale-bits (scale)
  "The SIB scale field of SCALE."
  (case scale
    (1 0)
    (2 #x40)
    (4 #x80)
    (8 #xc0)
    (t (assembly-error "a scale is 1, 2, 4 or 8" scale))))

(defun %put-general (asm flags opcode reg trail base disp index scale)
  "The general case of %PUT-RM."
  (declare (type flags flags) (type opcode opcode) (type register reg))
  (when (eql index 4)
    (assembly-error "the stack pointer cannot be an index"))
  (with-octets (asm 16)
    (put-prefixes flags)
    (let ((rex (logior (logand (ash flags -8) 8)
                       (logand (ash reg -1) 4)
                       (if index (logand (ash index -2) 2) 0)
                       (if (typep base 'register) (ash base -3) 0))))
      (declare (type (integer 0 15) rex))
      (when (or (> rex 0)
                (and (logtest flags +octet-reg-flag+) (> reg 3)))
        (put (logior #x40 rex))))
    (put-opcode opcode))
  (let ((reg-field (ash (logand reg 7) 3)))
    (cond
      ((eql base 16)
       (%put-rip-operand asm reg-field disp trail))
      ((not (null base))
       (%put-based asm reg-field base disp index scale))
      (t
       (%put-baseless asm reg-field disp index scale)))))

(defun %put-rip-operand (asm reg-field disp trail)
  "Append a RIP-relative operand: DISP is an integer, label or fixup."
  (declare (type (integer 0 63) reg-field))
  (with-octets (asm 5)
    (put (logior reg-field 5))
    (let ((number (if (integerp disp) disp 0)))
      (check-disp number)
      (unless (integerp disp)
        (add-fixup asm (if (fixup-p disp) disp (make-fixup :rel32 disp))
                   at (+ at 4 trail)))
      (put-32 number))))

(defun check-disp (disp)
  "Signal ASSEMBLY-ERROR unless DISP fits 32 bits, sign-extended."
  (unless (typep disp '(signed-byte 32))
    (assembly-error "this displacement does not fit 32 bits" disp)))

(defun %put-based (asm reg-field base disp index scale)
  "Append ModRM, SIB and displacement of an operand with a base."
  (declare (type (integer 0 63) reg-field) (type register base))
  (with-octets (asm 6)
    (let* ((low (logand base 7))
           (number (if (integerp disp) disp 0))
           (mod (cond
                  ((not (integerp disp)) #x80)
                  ((and (= disp 0) (/= low 5)) 0)
                  ((<= -128 disp 127) #x40)
                  (t #x80))))
      (declare (type (integer 0 128) mod))
      (check-disp number)
      (cond
        (index
         (put (logior mod reg-field 4))
         (put (logior (the (integer 0 192) (scale-bits scale))
                      (ash (logand (the register index) 7) 3)
                      low)))
        (t
         (put (logior mod reg-field low))
         (when (= low 4)
           (put #x24))))
      (cond
        ((= mod #x40) (put (logand number 255)))
        ((= mod #x80)
         (unless (integerp disp)
           (add-fixup asm (absolute-fixup disp :abs32) at (+ at 4)))
         (put-32 number))))))

(defun absolute-fixup (datum kind)
  "DATUM when it is a fixup, else a fixup of KIND to it."
  (if (fixup-p datum)
      datum
      (make-fixup kind datum)))

(defun %put-baseless (asm reg-field disp index scale)
  "Append ModRM, SIB and displacement of an operand without a base."
  (declare (type (integer 0 63) reg-field))
  (with-octets (asm 6)
    (let ((number (if (integerp disp) disp 0))
          (long-mode (eql (asm-mode asm) 64)))
      (if long-mode
          (check-disp number)
          (check-range number 32))
      (cond
        ((or index long-mode)
         (put (logior reg-field 4))
         (put (if index
                  (logior (the (integer 0 192) (scale-bits scale))
                          (ash (logand (the register index) 7) 3)
                          5)
                  #x25)))
        (t
         (put (logior reg-field 5))))
      (unless (integerp disp)
        (add-fixup asm
                   (absolute-fixup disp (if long-mode :abs32 :abs32u))
                   at (+ at 4)))
      (put-32 number))))

;;; Immediates.

(defun %put-imm8 (asm value)
  "Append an 8-bit immediate."
  (unless (and (integerp value) (<= -128 value 255))
    (assembly-error "this immediate does not fit 8 bits" value))
  (with-octets (asm 1)
    (put (logand value 255))))

(defun %put-imm16 (asm value)
  "Append a 16-bit immediate, or a fixup for one."
  (if (typep value '(integer -32768 65535))
      (with-octets (asm 2)
        (put-16 value))
      (%put-late asm value :abs16 2)))

(defun %put-imm32 (asm value)
  "Append a 32-bit immediate of a 32-bit operation, or a fixup for one."
  (if (typep value '(integer -2147483648 4294967295))
      (with-octets (asm 4)
        (put-32 value))
      (%put-late asm value :abs32u 4)))

(defun %put-simm32 (asm value)
  "Append a 32-bit immediate of a 64-bit operation, or a fixup for one."
  (if (typep value '(signed-byte 32))
      (with-octets (asm 4)
        (put-32 value))
      (%put-late asm value :abs32 4)))

(defun %put-imm64 (asm value)
  "Append a 64-bit immediate, or a fixup for one."
  (if (typep value '(integer -9223372036854775808 18446744073709551615))
      (with-octets (asm 8)
        (dotimes (i 8)
          (put (logand (ash value (* -8 i)) 255))))
      (%put-late asm value :abs64 8)))

(defun %put-late (asm datum kind length)
  "Append a field for DATUM, a fixup, label or expression."
  (when (integerp datum)
    (assembly-error "this immediate does not fit its field" datum))
  (with-octets (asm 8)
    (add-fixup asm (absolute-fixup datum kind) at (+ at length))
    (dotimes (i length)
      (put 0))))
