;;;; Machine instructions on virtual registers, and the target's registers.

(in-package #:astralisp.compiler)

;;; Selection makes an MFUNC of MBLOCKs of MINSTs; the allocator gives every
;;; USE and every result a place; emission reads the places.  A place is a
;;; register number (general 0-15, float 16-31) or the value's home in
;;; memory, which the VREG itself stands for: a frame slot, an incoming stack
;;; word, or a constant that is made again where it is needed.

(defstruct (vreg (:constructor make-vreg (number class)))
  "A virtual register: one SSA value.  CLASS is 0 boxed, 1 raw, 2 float.
CONSTANT, if any, is a CONST it can be made from; INCOMING an index of an
incoming stack word that always holds it.  PINNED: its slot stays its own for the debugger."
  number class
  (constant nil) (incoming nil) (name nil) (ins nil)
  ;; Live range facts: positions of uses, rising; blocks it is live into.
  (uses '()) (use-count 0) (ranges '())
  (def-block nil) (def-minst nil)
  ;; State of the scan.
  (register -1) (stored nil) (live-index -1) (hints '()) (hint-vreg nil)
  (old-register -1) (old-time -1)
  ;; Decisions.
  (def-register -1) (transitions '()) (home-used nil) (keep-home nil) (pinned nil)
  (policy nil) (first-store nil) (slot nil) (slot-hint nil) (mark nil))

(defstruct (const (:constructor make-const (kind datum)))
  "What a rematerialised value is: KIND :WORD (DATUM the 64-bit integer,
signed or not), :BOXED-WORD (the same, as a tagged word), :CONSTANT (an index
of the unit's boxed constants), :STATIC (an address fixup datum, addend in
EXTRA), :DOUBLE or :SINGLE (bits)."
  kind datum (extra 0))

(defstruct (use (:constructor make-use (vreg how)))
  "An operand.  HOW: a register number (a copy is there when the instruction
starts), :REG, :ANY (register or memory), :TIED (a copy is in the result's
register), :OUT (stack word EXTRA of the outgoing arguments), :IN (word EXTRA
of the incoming ones).  KILL: the value dies here.  PLACE is the answer."
  vreg how (kill nil) (place nil) (extra nil))

(defstruct (minst (:constructor make-minst (op)))
  "A machine instruction.  DST is its result, in register FIXED unless -1;
DEFS further results, a list of (vreg . register).  CLOBBERS: registers it
destroys, before or after it reads its operands.  CALL: no register survives
it.  SITE: it needs a stack map.  GAP: moves done in parallel before it."
  op
  (uses '()) (dst nil) (fixed -1) (defs '()) (clobbers '()) (call nil)
  (site nil) (swappable nil) (early nil)
  (imm nil) (extra nil) (more nil) (targets '()) (wants '())
  (position nil) (block nil) (number 0) (gap '()) (live '()) (names '()) (label nil))

(defstruct (mblock (:constructor make-mblock (number)))
  "A basic block of machine instructions.  PARAMS are VREGs; the arguments of
a :JUMP stand in its USES in the same order."
  number
  (instructions '()) (params '()) (preds '()) (succs '()) (cold nil)
  (unwind nil) (unwind-entry nil) (depth 0)
  (loop-blocks '()) (loop-end nil) (has-call nil) (loop-calls nil)
  (inner-end nil)
  (live-in '()) (start 0) (end 0)
  (idom nil) (order -1) (entry-state nil) (exit-state nil) (done nil)
  (entry-stores '()) (mark nil) (label nil) (framed-label nil) (frame nil)
  (prologue nil))

(defstruct (mfunc (:constructor make-mfunc (name)))
  "A function of machine instructions, BLOCKS in layout order."
  name (func nil) (blocks '()) (vregs '()) (vreg-count 0) (block-count 0)
  (fixed-slots 0) (slot-count 0) (outgoing 0)
  (unwind-slots '()) (incoming 0) (number 0)
  (entry-label nil) (direct-label nil) (start-label nil) (end-label nil)
  (no-poll nil))

(defstruct (move (:constructor make-move (dst src vreg)))
  "One move of a gap.  DST and SRC: a register number, a VREG (its home), or
for DST a USE with HOW :OUT or :IN.  VREG is the value moved.  STORE: this is a spill
store of VREG, done only when its policy says so."
  dst src vreg (store nil))

;;; Debugging

(defvar *pin-variables* nil
  "True in a function with (debug 2) or more: the values of its variables keep
their slots to the end, so that a debugger always finds them.")

;;; The target

(defstruct (target (:constructor make-target))
  "What the allocator must know of a machine.  ORDERS: for each class a list
of registers in order of preference.  CLASSES: for each register number the
class it can be allocated for, or NIL."
  name orders classes)

(defvar *target* nil "The TARGET that code is being made for.")

(declaim (inline class-order))
(defun class-order (class)
  "The allocatable registers of CLASS, best first."
  (svref (target-orders *target*) class))
