;;;; Instruction selection for x86-64: its frame, operands and constants.

(in-package #:astralisp.compiler)

;;; Every value of low SSA becomes a VREG (kept in INS-MARK); constants become
;;; VREGs that are made again where they are needed and cost nothing here.
;;; The selector of an operation appends MINSTs to the block at hand.

(defvar *mfunc* nil "The function that instructions are selected for.")
(defvar *mblock* nil "The block they are appended to.")
(defvar *minsts* '() "Its instructions so far, last first.")
(defvar *selected* nil "The INS that is being selected.")
(defvar *constants* nil "The CONSTANT-TABLE of the unit at hand.")

(defstruct (constant-table (:constructor make-constant-table ()))
  "The boxed constants of a unit, last first, and how many."
  (entries '()) (count 0))

(defun constant-index (kind datum)
  "The index of the constant (KIND . DATUM) in the unit at hand."
  (let ((table *constants*) (index 0))
    (dolist (entry (constant-table-entries table))
      (when (and (eq (car entry) kind)
                 (if (eq kind :datum)
                     (eql (cdr entry) datum)
                     (equal (cdr entry) datum)))
        (return-from constant-index
          (- (constant-table-count table) index 1)))
      (incf index))
    (push (cons kind datum) (constant-table-entries table))
    (incf (constant-table-count table))
    (1- (constant-table-count table))))

(defmacro define-selector (names (ins) &body body)
  "Select the operations NAMES by BODY, with INS bound to the instruction."
  (let ((forms '()))
    (dolist (name (if (listp names) names (list names)))
      (push (list 'setf (list 'op-selector (list 'find-op name)) 'selector)
            forms))
    (append (list 'let
                  (list (list 'selector
                              (append (list 'lambda (list ins)) body))))
            forms)))

;;; Operands

(defun value (ins)
  "The VREG of the value INS."
  (ins-mark (replacement ins)))

(defun argument (ins index)
  "The VREG of argument INDEX of INS."
  (value (nth index (ins-args ins))))

(defun use-reg (vreg) (make-use vreg :reg))
(defun use-any (vreg) (make-use vreg :any))
(defun use-tied (vreg) (make-use vreg :tied))
(defun use-in (vreg register) (make-use vreg register))

(defun put (op &rest uses)
  "Append the machine instruction OP with USES and return it."
  (let ((minst (make-minst op)))
    (setf (minst-uses minst) uses
          (minst-position minst) (ins-position *selected*))
    (push minst *minsts*)
    minst))

(defun put-result (ins op &rest uses)
  "The same; the result is the value of INS."
  (let ((minst (make-minst op)))
    (setf (minst-uses minst) uses
          (minst-position minst) (ins-position *selected*)
          (minst-dst minst) (value ins))
    (push minst *minsts*)
    minst))

(defun may-trap (minst)
  "MINST may trap. Where that can end in an exit into this function, its pc gets
a stack map: what is needed behind the exit may move before."
  (when (mblock-unwind *mblock*)
    (setf (minst-site minst) t))
  minst)

;;; Constants

(defun signed-word (integer)
  "INTEGER, between -2^63 and 2^64, as a signed 64-bit number."
  (if (>= integer 9223372036854775808)
      (- integer 18446744073709551616)
      integer))

(defun immediate-word (datum)
  "The tagged word of the immediate object DATUM, or NIL."
  (cond ((integerp datum)
         (if (<= +most-negative-fixnum+ datum +most-positive-fixnum+)
             (* 8 datum)
             nil))
        ((null datum) +nil-word+)
        ((eq datum t) +t-word+)
        ((characterp datum)
         (+ (* 256 (char-code datum)) +character-tag+))
        ((typep datum 'single-float)
         (signed-word (+ (* (%single-bits datum) 4294967296) +single-tag+)))
        (t nil)))

(defun ins-constant (ins)
  "The CONST that the value INS can be made from, or NIL."
  (case (ins-opname ins)
    (:constant
     (let ((word (immediate-word (ins-datum ins))))
       (if word
           (make-const :boxed-word word)
           (make-const :constant
                       (constant-index :datum (ins-datum ins))))))
    (:layout
     (make-const :constant (constant-index :layout (ins-datum ins))))
    (:cell
     (make-const :constant (constant-index :cell (ins-datum ins))))
    (:word (make-const :word (signed-word (ins-datum ins))))
    (:double (make-const :double (ins-datum ins)))
    (:single (make-const :single (ins-datum ins)))
    (:layout-word
     (make-const :layout (constant-index :layout (ins-datum ins))))
    (:static-address
     (make-const :static (intern (symbol-name (ins-datum ins)) '#:keyword)))
    (:bits-boxed
     (let ((from (replacement (first (ins-args ins)))))
       (if (eq (ins-opname from) :word)
           (make-const :boxed-word (signed-word (ins-datum from)))
           nil)))
    (:make-closure
     (if (null (ins-args ins))
         (make-const :constant
                     (constant-index :function
                                     (mfunc-index (ins-datum ins))))
         nil))
    (t nil)))

(defun mfunc-index (func)
  "The index of the entry of FUNC in the unit at hand."
  (mfunc-number (func-mark func)))

(defun small-p (integer)
  (<= -2147483648 integer 2147483647))

(defun vreg-immediate (vreg)
  "The signed 32-bit immediate that VREG stands for, or NIL."
  (let ((const (vreg-constant vreg)))
    (if (and const
             (or (eq (const-kind const) :word)
                 (eq (const-kind const) :boxed-word))
             (small-p (const-datum const)))
        (const-datum const)
        nil)))

(defun vreg-word (vreg)
  "The 64-bit literal that VREG stands for, or NIL."
  (let ((const (vreg-constant vreg)))
    (if (and const
             (or (eq (const-kind const) :word)
                 (eq (const-kind const) :boxed-word)))
        (const-datum const)
        nil)))

;;; The walk

(defun rep-class (rep)
  (ecase rep
    (:boxed 0)
    (:word 1)
    ((:double :single) 2)))

(defun new-vreg (ins)
  "Make the VREG of the value INS."
  (let* ((mfunc *mfunc*)
         (vreg (make-vreg (mfunc-vreg-count mfunc)
                          (rep-class (ins-rep ins)))))
    (incf (mfunc-vreg-count mfunc))
    (push vreg (mfunc-vregs mfunc))
    (setf (vreg-name vreg) (ins-name ins)
          (vreg-ins vreg) ins
          (vreg-constant vreg) (ins-constant ins)
          (ins-mark ins) vreg)
    (when (and (eq (ins-opname ins) :argument)
               (>= (ins-datum ins) +register-arguments+))
      (setf (vreg-incoming vreg)
            (- (ins-datum ins) +register-arguments+)))
    (when (and *pin-variables* (named-by-user-p (ins-name ins))
               (eql (vreg-class vreg) 0)
               (not (vreg-constant vreg)) (not (vreg-incoming vreg)))
      (setf (vreg-pinned vreg) t
            (vreg-keep-home vreg) t))
    vreg))

(defun make-mblocks (func mfunc)
  "Make the machine blocks of FUNC and the VREGs of all its values."
  (do-blocks (blok func)
    (let ((block (make-mblock (blok-number blok))))
      (setf (blok-mark blok) block
            (mblock-cold block) (blok-cold blok))
      (push block (mfunc-blocks mfunc))
      (dolist (param (blok-params blok))
        (push (new-vreg param) (mblock-params block)))
      (setf (mblock-params block) (nreverse (mblock-params block)))
      (do-instructions (ins blok)
        (unless (eq (ins-rep ins) :none)
          (new-vreg ins)))))
  (setf (mfunc-blocks mfunc) (nreverse (mfunc-blocks mfunc))
        (mfunc-vregs mfunc) (nreverse (mfunc-vregs mfunc)))
  (do-blocks (blok func)
    (let ((block (blok-mark blok)))
      (when (blok-unwind blok)
        (setf (mblock-unwind block) (blok-mark (blok-unwind blok))))
      (dolist (target (successors blok))
        (let ((succ (blok-mark target)))
          (setf (mblock-succs block)
                (append (mblock-succs block) (list succ))
                (mblock-preds succ)
                (append (mblock-preds succ) (list block))))))))

(defun select-func (mfunc)
  "Fill MFUNC with the machine instructions of its FUNC."
  (let* ((func (mfunc-func mfunc)) (*mfunc* mfunc))
    (setf (mfunc-no-poll mfunc) (func-no-poll func)
          (mfunc-incoming mfunc)
          (max 0 (- (func-min-args func) +register-arguments+)))
    (restore-operands func)
    (make-mblocks func mfunc)
    (do-blocks (blok func)
      (select-blok blok func))
    mfunc))

(defun select-blok (blok func)
  (let ((*mblock* (blok-mark blok)) (*minsts* '()))
    (when (eq blok (func-entry func))
      (select-entry func))
    (do-instructions (ins blok)
      (let ((vreg (ins-mark ins)))
        (unless (and (vreg-p vreg)
                     (or (vreg-constant vreg) (vreg-incoming vreg)))
          (setq *selected* ins)
          (funcall (or (op-selector (ins-op ins))
                       (error "no selector for ~S" (ins-opname ins)))
                   ins))))
    (setf (mblock-instructions *mblock*) (nreverse *minsts*))))

(defun select-entry (func)
  "Append the instruction that defines what comes in registers."
  (let ((defs '()))
    (do-blocks (blok func)
      (do-instructions (ins blok)
        (let ((vreg (ins-mark ins)))
          (case (ins-opname ins)
            (:argument
             (unless (vreg-incoming vreg)
               (push (cons vreg (nth (ins-datum ins)
                                     *argument-registers*))
                     defs)))
            (:self (push (cons vreg +function-register+) defs))
            (:argument-count
             (push (cons vreg +count-register+) defs))))))
    (let ((minst (make-minst :entry)))
      (setf (minst-defs minst) (nreverse defs))
      (push minst *minsts*))))

;; SELECT-ENTRY has done these.
(define-selector (:argument :self :argument-count) (ins)
  (declare (ignore ins))
  nil)
