;;;; The code unit: what the compiler hands to the linker and the loader.

(in-package #:astralisp.compiler)

;;; A unit becomes one code object (docs/object-layout.md). Its boxed constants
;;; stand before its octets, so code finds them by a distance known here:
;;; octet O of the code lies at  code object + (code-unit-code-start unit) + O.

(defstruct code-unit
  "The compiled form of one or more functions that share a code object.
NAME is the name of the first; OCTETS an (unsigned-byte 8) vector, a multiple
of 16 long; ENTRIES a list of CODE-ENTRY; CONSTANTS a list of (kind . datum) in
the order of their words, see CODE-CONSTANT-KINDS; FIXUPS a list of CODE-FIXUP;
MAPS an octet vector, the encoded stack maps; FUNCTIONS a list of CODE-FUNCTION;
CALLS the names of the global functions it calls or names, without repetition;
TRAMPOLINES the names of the trampolines it uses; EFFECTS a list of
(function name . declared effects); USES what UNIT-OF-LAMBDA found it to use, a
vector or NIL; SOURCE the lambda expression it was made of, or NIL."
  name octets (entries '()) (constants '()) (fixups '()) maps
  (functions '()) (calls '()) (trampolines '()) (effects '())
  (uses nil) (source nil))

(defun code-constant-kinds ()
  "Return what the car of an element of CODE-UNIT-CONSTANTS may be.
:DATUM the literal object itself; :LAYOUT the name of a structure type, stands
for its layout; :FUNCTION the index of an entry, stands for the function object
of that entry without closed-over values (one object for each entry of a unit);
:CELL a function name, stands for its function cell."
  '(:datum :layout :function :cell))

(defstruct code-entry
  "A place where a function object may point: OFFSET in the octets (16-aligned),
NAME, LAMBDA-LIST, MINIMUM and MAXIMUM argument count (nil: no maximum), and
DIRECT, the offset of the entry behind the argument count check."
  offset name lambda-list minimum maximum direct)

(defstruct code-fixup
  "A field of 4 octets (FIELD :ABS32 or :REL32) or 8 (:ABS64) at OFFSET of the
octets that becomes: address of the TARGET + ADDEND, for :REL32 less the
address behind the field. KIND says what TARGET is:
:CELL function name, stands for the header of its cell (+8: the function);
:TRAMPOLINE its name, stands for its first instruction;
:STATIC name of a static object of the linker, stands for its header;
:TLS symbol, stands for its thread-local index in octets (it gets one);
:CODE ignored, stands for the unit's code object itself, i.e. its header."
  field kind offset target (addend 0))

(defstruct code-function
  "Debug record of one function: NAME, octets from START to END, ENTRY (offset),
LAMBDA-LIST, FRAME-SLOTS and VARIABLES, a list of
(name class slot-or-nil start-offset end-offset), class :BOXED or :RAW."
  name start end entry lambda-list frame-slots (variables '()))

(defun code-unit-code-start (unit)
  "Return the distance from the code object of UNIT to its octets.
It is the header and the words up to the last constant, rounded up to 16."
  (code-start-for (length (code-unit-constants unit))))

(defun code-start-for (constants)
  "Return the distance from a code object with so many CONSTANTS to its code."
  (* 16 (ceiling (* 8 (+ +code-constants-slot+ constants)) 16)))

(defun code-unit-size (unit)
  "Return the octets of the code object that UNIT becomes."
  (+ (code-unit-code-start unit) (length (code-unit-octets unit))))
