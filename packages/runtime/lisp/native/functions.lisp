;;;; Function cells, function objects, code objects on the native engine.

(in-package #:astralisp.runtime)

;;; A name that is called has a cell in static space, at an address below 2 GiB
;;; that compiled code holds as an immediate. An undefined name's cell holds a
;;; function object of the trampoline UNDEFINED-FUNCTION whose value 0 is the
;;; name. The layouts are those of docs/object-layout.md.

(defun %trampoline-address (name)
  "Return the address of the trampoline or static entry called like the symbol
NAME."
  (let ((string (symbol-name name)))
    ;; Element 2 of the roots of the world is an alist of names and addresses.
    (dolist (pair (%svref (%raw-load-boxed #x10000050 0) 2)
                  (error "no trampoline is named ~A" string))
      (when (string= (symbol-name (%car pair)) string)
        (return (%cdr pair))))))

(defglobal **undefined-entry** 0)

(defun undefined-entry ()
  (when (eql **undefined-entry** 0)
    (setq **undefined-entry** (%trampoline-address 'undefined-function)))
  **undefined-entry**)

;;; The function object that an undefined NAME has.
(defun make-undefined-function (name)
  (let ((entry (undefined-entry))
        (address (%allocate 32)))
    (%raw-store-u64 address 0 (%header #x30 0 3))
    (%raw-store-word address 8 entry)
    ;; The trampolines are the first object of code space.
    (%raw-store-boxed address 16 (%address-object #x14000000 15))
    (%raw-store-boxed address 24 name)
    (%address-object address 11)))

(defun undefined-function-p (function)
  (eql (%function-entry function) (undefined-entry)))

(defun %make-function (entry code)
  "Return a function object without closed-over values that enters the code
object CODE at the address ENTRY."
  (let ((address (%allocate 32)))
    (%raw-store-u64 address 0 (%header #x30 0 2))
    (%raw-store-word address 8 entry)
    (%raw-store-boxed address 16 code)
    (%address-object address 11)))

(defun space-failure (space)
  (error 'storage-condition-error :space space))

(defun %make-code (size constant-count)
  "Return a zeroed code object of SIZE octets, a multiple of 16, with room for
CONSTANT-COUNT boxed constants. Signal a STORAGE-CONDITION when code space is
full."
  (let ((address (%allocate-code size)))
    (when (eql address 0)
      (space-failure :code))
    (%raw-store-u64 address 0 (%header #x18 0 (+ constant-count 3)))
    (%raw-store-boxed address 8 size)
    (%raw-store-boxed address 16 nil)
    (%raw-store-boxed address 24 nil)
    (%address-object address 15)))

;;; Cells

(defun make-cell (name)
  (let ((undefined (make-undefined-function name))
        (address (%allocate-static 32)))
    (when (eql address 0)
      (space-failure :static))
    (%raw-store-u64 address 0 (%header #x11 0 3))
    (%raw-store-boxed address 8 undefined)
    (%raw-store-boxed address 16 name)
    (%raw-store-boxed address 24 nil)
    (%mark-card address)
    (%mark-card (+ address 24))
    (%address-object address 15)))

;;; The cell of NAME, or NIL when it has none yet. The word for the cell of NIL is
;;; its cdr as well (docs/object-layout.md), which must stay NIL.
(defun find-cell (name)
  (cond ((null name) (info nil :cell))
        ((symbolp name) (%symbol-cell name))
        (t (info (%car (%cdr name)) :setf-cell))))

(defun %ensure-cell (name)
  "Return the function cell of NAME, a symbol or (SETF symbol); make it if need
be."
  (or (find-cell name)
      (let ((cell (make-cell name)))
        (cond ((null name) (set-info nil :cell cell))
              ((symbolp name) (%set-symbol-cell name cell))
              (t (set-info (%car (%cdr name)) :setf-cell cell)))
        cell)))

(defun %fdefinition (name)
  "Return the function called NAME, a symbol or (SETF symbol), or NIL."
  (let ((cell (find-cell name)))
    (and cell
         (let ((function (%cell-function cell)))
           (if (undefined-function-p function) nil function)))))

(defun %set-fdefinition (name function)
  "Make FUNCTION the function called NAME; return it."
  (%set-cell-function (%ensure-cell name) function)
  function)

(defun %fmakunbound (name)
  "Leave NAME without a function; return it."
  (let ((cell (find-cell name)))
    (when cell
      (%set-cell-function cell (make-undefined-function name)))
    name))

;;; What a function knows of itself: debug information of its code object is
;;; #(maps functions source …), functions a vector of
;;; #(name start end entry lambda-list frame-slots variables).

(defun code-debug (code slot)
  (let ((debug (%raw-load-boxed (%object-address code) 24)))
    (and (simple-vector-p debug)
         (< slot (%vector-length debug))
         (%svref debug slot))))

;;; The distance from CODE to its first instruction.
(defun code-start-offset (code)
  (let ((count (%raw-load-u32 (%object-address code) 4)))
    (logand (+ (* 8 (+ count 1)) 15) -16)))

;;; The record of the function of CODE that starts at, or holds, OFFSET.
(defun code-function-record (code offset)
  (let ((records (code-debug code 1))
        (found nil))
    (when (simple-vector-p records)
      (dotimes (i (%vector-length records))
        (let ((record (%svref records i)))
          (when (and (<= (%svref record 1) offset)
                     (< offset (%svref record 2)))
            (setq found record)))))
    found))

(defun function-record (function)
  (let ((code (%function-code function)))
    (code-function-record code
                          (- (%function-entry function)
                             (%object-address code)
                             (code-start-offset code)))))

(defun %function-name (function)
  "Return the name of FUNCTION, or NIL."
  (let ((record (function-record function)))
    (cond ((%funcallable-p function) (funcallable-name function))
          (record (%svref record 0))
          ((undefined-function-p function) (%closure-ref function 0))
          (t nil))))

(defun %set-function-name (function name)
  "Functions keep the name they were compiled with; return NAME."
  (declare (ignore function))
  name)

(defun %function-lambda-list (function)
  "Return the lambda list of FUNCTION, or NIL when it is not known."
  (let ((record (function-record function)))
    (if (%funcallable-p function)
        (funcallable-lambda-list function)
        (and record (%svref record 4)))))

;;; Calls that find no function

(defun %undefined-function (&rest arguments)
  "What a call of an undefined name runs: it offers restarts and calls what
they give with ARGUMENTS."
  (let ((name (%closure-ref (%self) 0)))
    (apply (%signal-engine-error :undefined-function name nil) arguments)))

(defun %call-non-function (&rest arguments)
  "What the call of an object that is no function runs."
  (apply (%coerce-to-function (%self)) arguments))

(defun %coerce-to-function (object)
  "Return the function that OBJECT designates: itself, or what is called so."
  (cond ((functionp object) object)
        ((symbolp object)
         (or (%fdefinition object)
             (%signal-engine-error :undefined-function object nil)))
        ((and (consp object) (eq (%car object) 'setf))
         (or (%fdefinition object)
             (%signal-engine-error :undefined-function object nil)))
        (t (%type-error object '(or function symbol)))))

;;; A generic function is called through a closure over it.
(defun called-function (function)
  "FUNCTION, or the generic function that it dispatches for."
  (if (equal (%function-name function) '(lambda make-discriminator))
      (dotimes (i (%fx- (%raw-load-u32 (%object-address function) 4) 2)
                  function)
        (when (%funcallable-p (%closure-ref function i))
          (return (%closure-ref function i))))
      function))

(defun %argument-count-error (function count)
  "A call of FUNCTION had COUNT arguments, too few or too many."
  (%signal-engine-error :argument-count (called-function function) count))

(defun %wrong-argument-count (function count)
  "A call of FUNCTION had COUNT arguments, too few or too many."
  (%signal-engine-error :argument-count function count))

(defun %apply (function list)
  "Call FUNCTION with the elements of LIST."
  (if (nthcdr 1024 list)
      (error 'simple-program-error
             :format-control "a call with more than 1023 arguments")
      (apply (%coerce-to-function function) list)))

;;; Macros and kinds of variables: info of symbols, under the same keys as on
;;; every engine.

(defun %macro-function (symbol)
  "Return the macro function of SYMBOL, or NIL."
  (info symbol :macro))

(defun %set-macro-function (symbol function)
  "Make FUNCTION (or NIL: none) the macro function of SYMBOL."
  (set-info symbol :macro function)
  function)

(defun %variable-kind (symbol)
  "Return :SPECIAL, :CONSTANT, :GLOBAL, :SYMBOL-MACRO or NIL."
  (info symbol :variable-kind))

(defun %set-variable-kind (symbol kind)
  "Make KIND the kind of the variable SYMBOL."
  (set-info symbol :variable-kind kind)
  kind)
