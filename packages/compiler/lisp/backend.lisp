;;;; From functions in low SSA to a code unit.

(in-package #:astralisp.compiler)

(defvar *verify-allocation* nil
  "True: check what the register allocator did in every function.")

(defun func-tree (func)
  "FUNC and all functions inside it, outermost first."
  (let ((list (list func)))
    (dolist (child (func-children func) list)
      (setq list (append list (func-tree child))))))

(defun generate-unit (func)
  "Return the CODE-UNIT of FUNC, in low SSA, and of the functions inside it.
The entry of FUNC is the first of its entries."
  (let* ((*target* *x86-64*)
         (*constants* (make-constant-table))
         (*asm* (make-asm)) (*points* '()) (*literals* '())
         (mfuncs (make-mfuncs (func-tree func))))
    (dolist (mfunc mfuncs)
      (let ((*pin-variables* (debugged-p mfunc)))
        (select-func mfunc)
        (note-machine-pass :select mfunc)
        (allocate-registers mfunc)
        (note-machine-pass :allocate mfunc)
        (when *verify-allocation* (verify-allocation mfunc))))
    (dolist (mfunc mfuncs)
      (emit-func mfunc))
    (emit-literals)
    (emit-align *asm* 16 0)
    (finish-unit func mfuncs)))

(defun debugged-p (mfunc)
  (let ((policy (func-policy (mfunc-func mfunc))))
    (and policy (>= (policy-debug policy) 2))))

(defun note-machine-pass (name mfunc)
  "Print MFUNC if the pass NAME is to be shown."
  (when (member name *show-passes*)
    (write-string ";;; " *standard-output*)
    (write-line (string-downcase (symbol-name name)) *standard-output*)
    (print-mfunc mfunc *standard-output*)))

(defun make-mfuncs (funcs)
  "An MFUNC for each of FUNCS, known by its FUNC-MARK."
  (let ((mfuncs '()) (number 0))
    (dolist (func funcs)
      (let ((mfunc (make-mfunc (func-name func))))
        (setf (func-mark func) mfunc
              (mfunc-func mfunc) func
              (mfunc-start-label mfunc) (make-label)
              (mfunc-entry-label mfunc) (make-label)
              (mfunc-direct-label mfunc) (make-label)
              (mfunc-end-label mfunc) (make-label))
        (unless (func-local func)
          (setf (mfunc-number mfunc) number)
          (incf number))
        (push mfunc mfuncs)))
    (nreverse mfuncs)))

(defun emit-literals ()
  (when *literals*
    (emit-align *asm* 8 0))
  (dolist (entry (reverse *literals*))
    (when (= (second entry) 8) (emit-literal-data entry)))
  (dolist (entry (reverse *literals*))
    (when (= (second entry) 4) (emit-literal-data entry))))

(defun emit-literal-data (entry)
  (bind-label *asm* (first entry))
  (if (= (second entry) 8)
      (emit-qword *asm* (third entry))
      (emit-dword *asm* (third entry))))

(defun finish-unit (func mfuncs)
  (multiple-value-bind (octets fixups) (finalize-asm *asm*)
    (let* ((constants (reverse (constant-table-entries *constants*)))
           (start (code-start-for (length constants)))
           (entries '()) (functions '()) (calls '()) (trampolines '())
           (left '()) (points (settle-points)))
      (dolist (mfunc mfuncs)
        (unless (func-local (mfunc-func mfunc))
          (push (mfunc-entry mfunc) entries))
        (push (mfunc-debug mfunc points) functions))
      (dolist (fixup fixups)
        (let ((kind (car (fixup-datum fixup)))
              (target (cdr (fixup-datum fixup))))
          (case kind
            (:constant
             (patch-relative octets fixup
                             (- (* 8 (+ +code-constants-slot+ target))
                                start)))
            (:code-object
             (patch-relative octets fixup (- +other-lowtag+ start)))
            (t
             (when (eq kind :cell)
               (setq calls (adjoin target calls :test #'equal)))
             (when (eq kind :trampoline)
               (setq trampolines (adjoin target trampolines)))
             (push (fixup-record fixup kind target) left)))))
      (make-code-unit
       :name (func-name func) :octets octets :entries (nreverse entries)
       :constants constants :fixups (nreverse left)
       :maps (encode-stack-maps points)
       :functions (nreverse functions) :calls (nreverse calls)
       :trampolines (nreverse trampolines)
       :effects (unit-effects mfuncs)))))

(defun patch-relative (octets fixup target)
  "Resolve FIXUP, relative to its end, to offset TARGET of the code."
  (let ((at (fixup-offset fixup)))
    (put-u32 octets at
             (logand (- (+ target (fixup-addend fixup)) (+ at 4))
                     4294967295))))

(defun fixup-record (fixup kind target)
  (make-code-fixup :field (if (eq (fixup-kind fixup) :abs32u)
                              :abs32
                              (fixup-kind fixup))
                   :kind kind :offset (fixup-offset fixup)
                   :target target :addend (fixup-addend fixup)))

(defun settle-points ()
  "The safepoints with offsets for labels, in rising order."
  (let ((points '()))
    (dolist (point *points*)
      (push (cons (label-offset (first point)) (cdr point)) points))
    (stable-sort points #'< :key #'first)))

(defun mfunc-entry (mfunc)
  (let ((func (mfunc-func mfunc)))
    (make-code-entry :offset (label-offset (mfunc-entry-label mfunc))
                     :name (func-name func)
                     :lambda-list (func-lambda-list func)
                     :minimum (func-min-args func)
                     :maximum (func-max-args func)
                     :direct (label-offset (mfunc-direct-label mfunc)))))

(defun mfunc-debug (mfunc points)
  (let ((func (mfunc-func mfunc)))
    (make-code-function
     :name (func-name func)
     :start (label-offset (mfunc-start-label mfunc))
     :end (label-offset (mfunc-end-label mfunc))
     :entry (if (func-local func)
                nil
                (label-offset (mfunc-entry-label mfunc)))
     :lambda-list (func-lambda-list func)
     :frame-slots (mfunc-slot-count mfunc)
     :variables (mfunc-variables mfunc points))))

(defun mfunc-variables (mfunc points)
  "The variables of MFUNC and where the debugger finds them: (name class slot
start end), in which the safepoints from START to END are in a row."
  (let ((start (label-offset (mfunc-start-label mfunc)))
        (end (label-offset (mfunc-end-label mfunc)))
        (open '()) (variables '()))
    (dolist (point points)
      (when (and (< start (first point)) (<= (first point) end))
        (let ((live (fifth point)) (still '()))
          (dolist (record open)
            (cond ((member (first record) live)
                   (setf (fifth (cdr record)) (1+ (first point)))
                   (push record still))
                  (t (push (cdr record) variables))))
          (dolist (vreg live)
            (unless (or (assoc vreg still)
                        (not (named-by-user-p (vreg-name vreg))))
              (push (list vreg (vreg-name vreg) :boxed (vreg-slot vreg)
                          (first point) (1+ (first point)))
                    still)))
          (setq open still))))
    (dolist (record open) (push (cdr record) variables))
    (nreverse variables)))

;;; The names of symbols that macros make depend on what was expanded before.
(defun named-by-user-p (name)
  (and (symbolp name) name (symbol-package name)))

(defun unit-effects (mfuncs)
  (let ((effects '()))
    (dolist (mfunc mfuncs)
      (let ((func (mfunc-func mfunc)))
        (when (func-effects func)
          (push (cons (func-name func) (func-effects func)) effects))))
    (nreverse effects)))
