;;;; Instructions as text, in the Intel syntax of llvm-objdump, and as LAP.

(in-package #:astralisp.asm)

(defun hexadecimal (number)
  "NUMBER as 0x and lower-case hexadecimal digits."
  (let ((digits '()))
    (loop
      (push (char "0123456789abcdef" (logand number 15)) digits)
      (setq number (ash number -4))
      (when (= number 0)
        (return)))
    (concatenate 'string "0x" (coerce digits 'string))))

(defun decimal (number)
  "NUMBER in decimal digits."
  (let ((digits '())
        (rest (abs number)))
    (loop
      (multiple-value-bind (quotient digit) (floor rest 10)
        (push (char "0123456789" digit) digits)
        (setq rest quotient))
      (when (= rest 0)
        (return)))
    (when (< number 0)
      (push #\- digits))
    (coerce digits 'string)))

(defun join-strings (strings separator)
  "STRINGS with SEPARATOR between them."
  (let ((result ""))
    (dolist (string strings result)
      (setq result (if (string= result "")
                       string
                       (concatenate 'string result separator string))))))

(defun size-text (size)
  "The word for a memory operand of SIZE bits."
  (if size
      (concatenate 'string (car (rassoc size *size-names*)) " ptr ")
      ""))

(defun displacement-text (disp first-p)
  "DISP as it stands in an address, after other terms unless FIRST-P."
  (cond
    (first-p (decimal disp))
    ((< disp 0) (concatenate 'string " - " (decimal (- disp))))
    (t (concatenate 'string " + " (decimal disp)))))

(defun memory-text (operand)
  "The text of the memory OPERAND."
  (let* ((size (mem-address-size operand))
         (base (mem-base operand))
         (index (mem-index operand))
         (disp (mem-disp operand))
         (terms '()))
    (when index
      (let ((name (reg-name (numbered-register :gpr size index))))
        (push (if (eql (mem-scale operand) 1)
                  name
                  (concatenate 'string (decimal (mem-scale operand)) "*" name))
              terms)))
    (when base
      (push (cond
              ((/= base 16) (reg-name (numbered-register :gpr size base)))
              ((= size 32) "eip")
              (t "rip"))
            terms))
    (concatenate 'string
                 (size-text (mem-size operand))
                 (if (mem-segment operand)
                     (concatenate 'string (reg-name (mem-segment operand)) ":")
                     "")
                 "["
                 (join-strings terms " + ")
                 (if (and (eql disp 0) terms)
                     ""
                     (displacement-text disp (null terms)))
                 "]")))

(defun immediate-text (type value)
  "The text of the immediate VALUE of TYPE."
  (case type
    ((rel8 rel16 rel32) (hexadecimal value))
    ((ib) (decimal (signed-immediate value 8)))
    ((iq) (decimal (signed-immediate value 64)))
    (t (decimal value))))

(defun operand-text (type operand)
  "The text of OPERAND of TYPE."
  (cond
    ((reg-p operand) (reg-name operand))
    ((mem-p operand) (memory-text operand))
    ((far-p operand)
     (concatenate 'string (decimal (far-segment operand)) ":"
                  (decimal (far-offset operand))))
    (t (immediate-text type operand))))

(defun instruction-text (instruction)
  "INSTRUCTION as a line of Intel syntax, without end of line."
  (let ((operands (join-strings
                   (mapcar #'operand-text
                           (encoding-operands
                            (instruction-encoding instruction))
                           (instruction-operands instruction))
                   ", "))
        (words (append (instruction-prefixes instruction)
                       (list (instruction-mnemonic instruction)))))
    (join-strings (append words (if (string= operands "")
                                    '()
                                    (list operands)))
                  " ")))

(defun instruction-form (instruction)
  "INSTRUCTION as a LAP form that EMIT-INSTRUCTION turns into such octets."
  (append (instruction-prefixes instruction)
          (list (instruction-mnemonic instruction))
          (instruction-operands instruction)))

(defun disassemble-octets (octets start end address &optional (mode 64))
  "Disassemble OCTETS from START to END, which stand at ADDRESS in memory.
Return a list of (ADDRESS LENGTH TEXT). What is no instruction of the table is
one octet long and reads \"(bad)\"."
  (let ((result '()))
    (loop
      (when (>= start end)
        (return (reverse result)))
      (multiple-value-bind (length instruction)
          (decode-instruction octets start end address mode)
        (push (list address length
                    (if instruction
                        (instruction-text instruction)
                        "(bad)"))
              result)
        (setq start (+ start length)
              address (+ address length))))))
