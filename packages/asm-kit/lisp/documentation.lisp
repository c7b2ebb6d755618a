;;;; Documentation of the accessors that others use.

(in-package #:astralisp.asm)

(defun document-functions (documents)
  "Give each function name of the alist DOCUMENTS its documentation."
  (dolist (pair documents)
    (setf (documentation (car pair) 'function) (cdr pair))))

(document-functions
 '((asm-position . "Return the offset in ASM at which the next octet goes.")
   (asm-mode . "Return the width in bits that ASM assembles for: 16, 32, 64.")
   (asm-origin . "Return the address of the first octet of ASM, or NIL.")
   (label-p . "True if OBJECT is a label.")
   (label-name . "Return the name of LABEL, for messages.")
   (label-offset . "Return the offset that LABEL is bound to, or NIL.")
   (fixup-p . "True if OBJECT is a fixup.")
   (fixup-kind . "Return the kind of FIXUP: how its field is filled in.")
   (fixup-datum . "Return what FIXUP refers to, as its maker gave it.")
   (fixup-addend . "Return the integer that is added to the target of FIXUP.")
   (fixup-offset . "Return where in the code the field of FIXUP is.")
   (assembly-error-message . "Return what CONDITION says, a string.")
   (assembly-error-form . "Return the form that CONDITION is about, or NIL.")
   (instruction-mnemonic
    . "Return the mnemonic of INSTRUCTION, a lower-case string.")
   (instruction-operands
    . "Return the operands of INSTRUCTION: registers, memory operands, integers.")
   (instruction-length . "Return how many octets INSTRUCTION has.")))
