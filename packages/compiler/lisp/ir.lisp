;;;; The intermediate representation: functions, blocks, instructions.

(in-package #:astralisp.compiler)

(defvar *show-passes* '() "Names of the passes whose output is printed.")

;;; A FUNC is a list of BLOKs; a BLOK is a doubly linked list of INS, the
;;; last of which is its terminator.  Every value is an INS; a block
;;; parameter (phi) is an INS with op :PARAM that stands in BLOK-PARAMS and
;;; not in the list.  Only a :JUMP passes arguments, so the target of any
;;; other terminator has no parameters and exactly one predecessor.

(defstruct (op (:constructor %make-op (name arity result effects terminator)))
  "What is known of an operation.  ARITY is the number of arguments or NIL.
RESULT is a representation.  EFFECTS is a bit set, see EFFECT-BIT."
  name arity result effects terminator
  (argument-types nil) (facts nil) (typer nil) (lowerer nil) (tester nil)
  (selector nil))

(defstruct (ins (:constructor %make-ins (op args datum)))
  "One instruction and the value it makes.  REP is one of :BOXED :WORD
:DOUBLE :SINGLE :NONE.  DATUM is the immediate named in the op table, ATTRS a
property list of further ones, NAME the variable the value belongs to."
  op args datum
  (rep :boxed)
  (type nil)
  (attrs nil)
  (targets nil)
  (block nil)
  (prev nil)
  (next nil)
  (number 0)
  (position nil)
  (site nil)
  (name nil)
  (uses 0)
  (forward nil)
  (low nil)
  (mark nil))

(defstruct (blok (:constructor %make-blok (func number)))
  "A basic block.  PREDS are the blocks whose terminator leads here.  UNWIND
is the innermost unwind target active in the block: what is live there is
live through the whole of this block."
  func number
  (first nil)
  (last nil)
  (params nil)
  (preds nil)
  (unwind nil)
  (cold nil)
  (loop-header nil)
  (depth 0)
  (sealed nil)
  (defs nil)
  (incomplete nil)
  (mark nil))

(defstruct (func (:constructor %make-func (name)))
  "A function.  Callers pass MIN-ARGS to MAX-ARGS arguments (NIL: any
number), checked at the full entry; a LOCAL function has only the direct
entry and exactly MIN-ARGS.  BLOCKS are in layout order, entry first."
  name
  (min-args 0)
  (max-args 0)
  (lambda-list nil)
  (blocks nil)
  (entry nil)
  (local nil)
  (closed nil)
  (children nil)
  (parent nil)
  (values-count 0)
  (blocks-count 0)
  (has-unwind nil)
  (no-poll nil)
  (effects nil)
  (policy nil)
  (position nil)
  (documentation nil)
  (notes nil)
  (node nil)
  (unit nil)
  (mark nil))

(declaim (inline ins-opname))
(defun ins-opname (ins)
  "The name of the operation of INS, a symbol."
  (op-name (ins-op ins)))

;;; Effects

(defconstant +reads+ 1 "Reads memory that may change.")
(defconstant +writes+ 2 "Writes memory.")
(defconstant +allocates+ 4 "Takes fresh memory.")
(defconstant +calls+ 8 "Calls: every register is lost, anything may happen.")
(defconstant +faults+ 16 "May trap.")
(defconstant +polls+ 32 "May stop the thread.")
(defconstant +control+ 64 "Must stay where it is.")

(defun effect-bits (names)
  "The bit set of the effect keywords NAMES."
  (let ((bits 0))
    (dolist (name names bits)
      (setq bits
            (logior bits
                    (ecase name
                      (:reads +reads+) (:writes +writes+)
                      (:allocates +allocates+) (:calls +calls+)
                      (:faults +faults+) (:polls +polls+)
                      (:control +control+)))))))

;;; The op table

(defvar *op-names* '() "The names of all low operations, newest first.")

(defun find-op (name)
  "The operation called NAME, or NIL."
  (get name 'op))

(defun define-op-function (name arity result effects terminator)
  "Enter the operation NAME in the table."
  (setf (get name 'op)
        (%make-op name arity result (effect-bits effects) terminator))
  (setq *op-names* (cons name *op-names*))
  name)

(defmacro define-ops (result effects &rest entries)
  "Define operations of one RESULT and EFFECTS; an entry is (ARITY NAME...)."
  (let ((forms '()))
    (dolist (entry entries)
      (dolist (name (cdr entry))
        (setq forms
              (cons (list 'define-op-function
                          (list 'quote name) (car entry) result
                          (list 'quote effects) nil)
                    forms))))
    (cons 'progn (reverse forms))))

(defmacro define-terminators (&rest entries)
  "Define terminators; an entry is (ARITY EFFECTS NAME...)."
  (let ((forms '()))
    (dolist (entry entries)
      (dolist (name (cddr entry))
        (setq forms
              (cons (list 'define-op-function
                          (list 'quote name) (car entry) :none
                          (list 'quote (cons :control (cadr entry))) t)
                    forms))))
    (cons 'progn (reverse forms))))

;;; Literals.  DATUM: the object, the integer (-2^63 to 2^64-1), the bits;
;;; the name of a structure type (its layout), of a function (its cell).
(define-ops :boxed () (0 :constant :layout :cell))
(define-ops :word () (0 :word :layout-word :static-address))
(define-ops :double () (0 :double))
(define-ops :single () (0 :single))

;;; Block parameters and incoming arguments.  :ARGUMENT DATUM is the index:
;;; those below 4 stand in the entry block before anything else, later ones
;;; may stand wherever the argument is known to exist.  :ARGUMENT-AT takes a
;;; boxed fixnum index of at least 4.
(define-ops :boxed (:control) (0 :param :argument :self) (1 :argument-at))
(define-ops :word (:control) (0 :argument-count))

;;; Memory.  DATUM: width :BOXED :U8 ... :U64 :S8 ... :S64 :DOUBLE :SINGLE.
;;; Arguments of :LOAD: base [index]; of :STORE: base [index] value.  The
;;; address is base + index * :SCALE + :DISP; a boxed base needs its tag in
;;; :DISP; a boxed index is the tagged word itself.  :BARRIER T: mark card.
(define-ops :boxed (:reads) (nil :load))
(define-ops :none (:writes) (nil :store))
;;; DATUM of :THREAD-LOAD and :THREAD-STORE: the octet offset.
(define-ops :boxed (:reads) (0 :thread-load))
(define-ops :none (:writes) (1 :thread-store :mark-card))
;;; Arguments: base (word), old, new | base, delta.  DATUM :WORD or :BOXED.
(define-ops :boxed (:writes :control)
  (3 :compare-and-swap) (2 :atomic-add :exchange))

;;; Raw words
(define-ops :word ()
  (2 :word+ :word- :word* :word-and :word-or :word-xor :word-shl :word-shr
     :word-sar :word-rotl :word-mul-high)
  (1 :word-not :word-neg :word-popcount :word-length :word-trailing-zeros))
(define-ops :word (:control)
  (2 :word-div :word-rem :word-sdiv :word-srem :word-mul-wide)
  (3 :word-div-wide :word-add-carry :word-sub-borrow))
;;; Result number DATUM (1...) of the instruction right before.
(define-ops :word (:control) (1 :second-result))

;;; Boxed fixnums, modulo the word; the shifts have a constant DATUM.
(define-ops :boxed ()
  (2 :fixnum+ :fixnum- :fixnum* :fixnum-and :fixnum-or :fixnum-xor)
  (1 :fixnum-not :fixnum-neg :fixnum-shl :fixnum-sar))

;;; Conversions
(define-ops :word () (1 :fixnum-to-word :boxed-bits :unbox-word))
(define-ops :boxed () (1 :word-to-fixnum :bits-boxed :box-single))
(define-ops :boxed (:allocates) (1 :box-signed :box-unsigned :box-double))
(define-ops :double () (1 :unbox-double :word-to-double :bits-double
                          :single-to-double))
(define-ops :single () (1 :unbox-single :bits-single :double-to-single
                          :word-to-single))
(define-ops :word () (1 :double-bits :single-bits :double-to-word
                        :single-to-word))

;;; Floats
(define-ops :double ()
  (2 :double+ :double- :double* :double/) (1 :double-sqrt :double-neg))
(define-ops :single ()
  (2 :single+ :single- :single* :single/) (1 :single-sqrt :single-neg))

;;; Allocation.  :ALLOCATE: DATUM is the lowtag of the result, :SIZE its
;;; octets (a multiple of 16), argument k is word k (boxed or word), the rest
;;; zero.  :ALLOCATE-OCTETS: size word in, address word out.
(define-ops :boxed (:allocates) (2 :cons) (nil :allocate :make-closure))
(define-ops :word (:allocates) (1 :allocate-octets))

;;; Calls.  DATUM: the name | the func | the trampoline's name.
;;; :CALL-FUNCTION has the function (known to be one) as first argument; so
;;; has :CALL-LOCAL with :SELF T.  Attribute :VALUES :ONE or :ANY.
(define-ops :boxed (:calls :reads :writes :allocates :faults :polls :control)
  (nil :call :call-local :call-function :call-trampoline))
;;; Right after an :ANY call or :UNWIND-VALUES, its argument.  :VALUE DATUM i
;;; is NIL beyond the count; :VALUES-REST is NIL for one value, fixnum 0 for
;;; none, else the fresh list of the values after the first.
(define-ops :boxed (:control) (1 :value) (0 :unwind-values))
(define-ops :boxed (:control :allocates :polls) (1 :values-rest))
(define-ops :word (:control) (1 :value-count))

;;; Dynamic variables.  DATUM: the symbol; the count.  :SYMBOL-VALUE gives
;;; the unbound marker when unbound.
(define-ops :boxed (:reads) (0 :symbol-value :symbol-global-value))
(define-ops :none (:writes) (1 :set-symbol-value :set-symbol-global-value))
(define-ops :none (:writes :control) (1 :bind :unbind-to) (0 :unbind))
(define-ops :word (:reads :control) (0 :binding-sp))

;;; Unwinding: the terminator :PUSH-UNWIND opens the block.
(define-ops :none (:writes :control) (0 :pop-unwind))
(define-ops :none (:polls :control :reads :writes) (0 :poll))

;;; Machine operations: DATUM names it, arguments and results are words.
(define-ops :word (:reads :writes :control)
  (nil :system))

;;; Terminators.  :BRANCH: DATUM is the condition, targets then and else.
;;; :OVERFLOW-BRANCH: DATUM is + - * or NEG; its own value is the boxed
;;; result, good in the first target; the second is taken on overflow.
;;; :SWITCH: a word; target i for i, the last one for all others.
;;; :PUSH-UNWIND: DATUM :CATCH :PROTECT or :BLOCK; argument the tag or the
;;; value cell; targets the body and the unwind target.
(define-terminators
  (nil () :jump :branch :switch :return :unreachable)
  (2 () :return-list-values)
  (nil () :overflow-branch)
  (nil (:writes) :push-unwind)
  (nil (:calls :reads :writes :allocates :faults :polls)
       :tail-call :tail-call-local :tail-call-function
       :tail-call-trampoline :unwind-to))
(setf (op-result (find-op :overflow-branch)) :boxed)

;;; Conditions of :BRANCH, each with its arguments and their representation.
;;; With attribute :N: a constant operand.
(defparameter *conditions*
  '((:eq :boxed :boxed) (:fixnump :boxed) (:both-fixnump :boxed :boxed)
    (:lowtag :boxed) (:type-code :boxed) (:type-code-range :boxed)
    (:immediate-kind :boxed) (:consp :boxed) (:symbolp :boxed)
    (:layout-is :boxed)
    (:fixnum< :boxed :boxed) (:fixnum<= :boxed :boxed)
    (:fixnum= :boxed :boxed) (:fixnum-below :boxed :boxed)
    (:fixnum-test :boxed :boxed)
    (:word< :word :word) (:word<= :word :word) (:word= :word :word)
    (:word-signed< :word :word) (:word-signed<= :word :word)
    (:word-test :word :word)
    (:double< :double :double) (:double<= :double :double)
    (:double= :double :double)
    (:single< :single :single) (:single<= :single :single)
    (:single= :single :single))
  "Name and argument representations.  :LOWTAG and :TYPE-CODE compare with :N
\(:TYPE-CODE after lowtag 15 or 11 is known); :TYPE-CODE-RANGE is :N to :M
inclusive; :IMMEDIATE-KIND compares the low octet with :N; :LAYOUT-IS
compares word 0 of an instance with the layout named :N; :FIXNUM-BELOW is
the unsigned comparison; the tests ask whether the AND is not zero.")
