;;;; Machine instructions to octets: blocks, branches, frames, stubs.

(in-package #:astralisp.compiler)

(defmacro define-emitter (names (minst) &body body)
  "Emit the machine instructions NAMES by BODY; *ASM* is the buffer."
  (let ((forms '()))
    (dolist (name (if (listp names) names (list names)))
      (push (list 'setf (list 'get name ''emitter) 'emitter) forms))
    (append (list 'let
                  (list (list 'emitter
                              (append (list 'lambda (list minst)) body))))
            forms)))

(defmacro with-stub (&body body)
  "Have BODY emit code behind the function, in the frame state of here."
  `(push (let ((framed *framed*))
           (lambda ()
             (let ((*framed* framed)) ,@body)))
         *stubs*))

(defvar *emitted* nil "The MFUNC being emitted.")
(defvar *next-block* nil "The block that is emitted next, or NIL.")

(defun note-point (label minst outgoing)
  "A stack map for MINST, or an empty one if that is NIL, belongs at LABEL;
where there is no frame no slot is live."
  (push (if (and minst *framed*)
            (list label (minst-live minst) outgoing (minst-position minst)
                  (minst-names minst))
            (list label '() outgoing
                  (if minst (minst-position minst) nil) '()))
        *points*))

;;; Blocks

(defun emit-func (mfunc)
  "Emit MFUNC, whose operands have places."
  (let ((*emitted* mfunc) (*stubs* '()) (*framed* nil))
    (place-frames mfunc)
    (dolist (block (mfunc-blocks mfunc))
      (setf (mblock-label block) (make-label)
            (mblock-framed-label block) (make-label)))
    (emit-entry mfunc)
    (do ((rest (blocks-with-code mfunc) (cdr rest)))
        ((null rest))
      (let ((*next-block* (second rest)))
        (emit-block (first rest))))
    (emit-stubs)
    (bind-label *asm* (mfunc-end-label mfunc))))

(defun blocks-with-code (mfunc)
  "The blocks of MFUNC that are more than a jump to another one; the targets
of all branches are changed to those."
  (dolist (block (mfunc-blocks mfunc))
    (let ((last (car (last (mblock-instructions block)))))
      (when (minst-targets last)
        (setf (minst-targets last)
              (mapcar #'forward-block (minst-targets last))))))
  (remove-if (lambda (block)
               (and (mblock-preds block)
                    (not (eq (forward-block block) block))))
             (mfunc-blocks mfunc)))

(defun plain-jump-target (block)
  "The target of the jump that is all of BLOCK, or NIL."
  (let* ((jump (first (mblock-instructions block)))
         (target (first (minst-targets jump))))
    (and (eq (minst-op jump) :jump)
         (null (minst-gap jump))
         (null (mblock-entry-stores block))
         (not (mblock-prologue block))
         (same-frame-p block target)
         target)))

(defun forward-block (block)
  "The block that a jump to BLOCK may go to at once; it goes to itself. Of blocks
that jump in a circle that is the first."
  ;; MARK is where BLOCK was when the steps were last a power of two.
  (let ((mark nil) (steps 0) (limit 1))
    (loop
      (let ((next (plain-jump-target block)))
        (when (null next)
          (return block))
        (when (eq block mark)
          (return (first-of-circle block)))
        (when (= steps limit)
          (setq mark block steps 0 limit (* 2 limit)))
        (setq block next)
        (incf steps)))))

(defun first-of-circle (block)
  "The block with the lowest number on the way of jumps from BLOCK to itself."
  (let ((first block)
        (next (plain-jump-target block)))
    (loop
      (when (eq next block)
        (return first))
      (when (< (mblock-number next) (mblock-number first))
        (setq first next))
      (setq next (plain-jump-target next)))))

(defun same-frame-p (block target)
  "True when a jump from BLOCK to TARGET neither makes nor takes a frame."
  (or (eq (mblock-frame block) (mblock-frame target))
      (and (not (mblock-frame block)) (mblock-prologue target))))

(defun emit-stubs ()
  (loop
    (when (null *stubs*) (return))
    (let ((stubs (reverse *stubs*)))
      (setq *stubs* '())
      (dolist (stub stubs) (funcall stub)))))

(defun emit-block (block)
  (bind-label *asm* (mblock-label block))
  (setq *framed* (mblock-frame block))
  (when (mblock-prologue block)
    (setq *framed* nil)
    (emit-prologue)
    (bind-label *asm* (mblock-framed-label block)))
  (dolist (vreg (mblock-entry-stores block))
    (emit-move vreg (vreg-def-register vreg)))
  (dolist (minst (mblock-instructions block))
    (when (minst-gap minst)
      (emit-gap (minst-gap minst)))
    (funcall (or (get (minst-op minst) 'emitter)
                 (error "no emitter for ~S" (minst-op minst)))
             minst)
    (emit-definition-stores minst)))

(defun emit-definition-stores (minst)
  (let ((dst (minst-dst minst)))
    (when (and dst (eq (vreg-policy dst) :def) (null (minst-targets minst)))
      (emit-move dst (vreg-def-register dst))))
  (dolist (def (minst-defs minst))
    (when (eq (vreg-policy (car def)) :def)
      (emit-move (car def) (vreg-def-register (car def))))))

;;; Jumps

(defun target-label (block)
  "Where to jump to reach BLOCK: behind its prologue if the frame exists."
  (if (and *framed* (mblock-prologue block))
      (mblock-framed-label block)
      (mblock-label block)))

(defun next-block-p (block)
  "True when BLOCK is reached by going on."
  (and (eq block *next-block*)
       (not (and *framed* (mblock-prologue block)))))

(defun emit-jump (block)
  (unless (next-block-p block)
    (emit-jmp-l *asm* (target-label block))))

(defun emit-branch (minst code)
  "Branch to the first target of MINST under CODE, else to the second."
  (let ((then (first (minst-targets minst)))
        (else (second (minst-targets minst))))
    (cond ((next-block-p then)
           (emit-jcc-l *asm* (logxor code 1) (target-label else)))
          (t (emit-jcc-l *asm* code (target-label then))
             (emit-jump else)))))

(define-emitter :entry (minst)
  (declare (ignore minst))
  nil)

(define-emitter :jump (minst)
  (let ((target (first (minst-targets minst))))
    (cond ((and (mblock-frame target) (not *framed*)
                (not (mblock-prologue target)))
           (emit-prologue))
          ((and *framed* (not (mblock-frame target)))
           (emit-epilogue)))
    (if (and (lone-test-p target) (not (next-block-p target)))
        (emit-again (first (mblock-instructions target)))
        (emit-jump target))))

(defun lone-test-p (block)
  "True when BLOCK is a loop header that only tests and branches: a jump back
to it can as well do that itself."
  (let ((minst (first (mblock-instructions block))))
    (and (mblock-loop-end block)
         (member (minst-op minst) '(:compare :check :test :float-compare))
         (null (minst-gap minst))
         (null (mblock-entry-stores block))
         (not (mblock-prologue block)))))

(defun emit-again (minst)
  (funcall (get (minst-op minst) 'emitter) minst))

(define-emitter :copy (minst)
  (declare (ignore minst))
  nil)

(define-emitter :compare (minst)
  (emit-compare (operand minst 0)
                (if (minst-imm minst) nil (operand minst 1))
                (minst-imm minst))
  (emit-branch minst (minst-more minst)))

(defun emit-compare (a b literal)
  (cond ((and literal (integerp a))
         (if (= literal 0)
             (emit-test-rr *asm* 64 a a)
             (emit-cmp-ri *asm* 64 a literal)))
        ((and literal (constant-place a))
         (emit-constant +scratch+ (constant-place a))
         (emit-cmp-ri *asm* 64 +scratch+ literal))
        (literal
         (multiple-value-bind (base disp) (place-address a)
           (emit-cmp-mi *asm* 64 literal base disp)))
        (t (emit-alu :cmp 64 a b))))

(define-emitter :test (minst)
  (let ((a (operand minst 0)) (literal (minst-imm minst)))
    (cond ((null literal) (emit-test-rr *asm* 64 a (operand minst 1)))
          ((<= 0 literal 127) (emit-test-ri *asm* 8 a literal))
          ((<= 0 literal 2147483647) (emit-test-ri *asm* 32 a literal))
          (t (emit-test-ri *asm* 64 a literal))))
  (emit-branch minst (minst-more minst)))

(define-emitter :check (minst)
  (let ((a (operand minst 0)) (n (minst-imm minst)))
    (ecase (minst-more minst)
      (:fixnump
       (emit-test-ri *asm* 8 a +fixnum-mask+)
       (emit-branch minst +cc-e+))
      (:both-fixnump
       (emit-mov-rr *asm* 32 +scratch+ a)
       (emit-or-rr *asm* 32 +scratch+ (operand minst 1))
       (emit-test-ri *asm* 8 +scratch+ +fixnum-mask+)
       (emit-branch minst +cc-e+))
      (:lowtag
       (emit-lowtag-test a n)
       (emit-branch minst +cc-e+))
      (:consp (emit-consp minst a))
      (:symbolp (emit-symbolp minst a))
      (:type-code
       (emit-cmp-mi *asm* 8 (signed-octet n) a (code-displacement minst))
       (emit-branch minst +cc-e+))
      (:type-code-range
       (emit-movzx8-rm *asm* 32 +scratch+ a (code-displacement minst))
       (emit-sub-ri *asm* 32 +scratch+ n)
       (emit-cmp-ri *asm* 32 +scratch+ (- (minst-extra minst) n))
       (emit-branch minst +cc-be+))
      (:immediate-kind
       (emit-cmp-ri *asm* 8 a (signed-octet n))
       (emit-branch minst +cc-e+))
      (:layout-is
       (emit-mov-rm *asm* 64 +scratch+ a (- +instance-lowtag+))
       (emit-sub-ri *asm* 64 +scratch+
                    (- +layout-tag+ +instance-lowtag+))
       (emit-cmp-rm *asm* 64 +scratch+ +rip+ (constant-fixup n))
       (emit-branch minst +cc-e+)))))

(defun signed-octet (n)
  (if (> n 127) (- n 256) n))

(defun code-displacement (minst)
  "The distance from the tagged pointer to the octet of the type code: codes
from #x30 on are those of functions."
  (- +header-code-octet+
     (if (>= (minst-imm minst) +function-code+)
         +function-lowtag+
         +other-lowtag+)))

(defun emit-lowtag-test (register tag)
  "Set ZF when the low tag of REGISTER is TAG."
  (emit-lea-rm *asm* 32 +scratch+ register (- tag))
  (emit-test-ri *asm* 8 +scratch+ +lowtag-mask+))

(defun emit-consp (minst a)
  (let ((then (first (minst-targets minst)))
        (else (second (minst-targets minst))))
    (emit-lowtag-test a +cons-lowtag+)
    (emit-jcc-l *asm* +cc-ne+ (target-label else))
    (emit-cmp-ri *asm* 64 a +nil-word+)
    (if (next-block-p then)
        (emit-jcc-l *asm* +cc-e+ (target-label else))
        (progn (emit-jcc-l *asm* +cc-ne+ (target-label then))
               (emit-jump else)))))

(defun emit-symbolp (minst a)
  (let ((then (first (minst-targets minst)))
        (else (second (minst-targets minst))))
    (emit-cmp-ri *asm* 64 a +nil-word+)
    (emit-jcc-l *asm* +cc-e+ (target-label then))
    (emit-lowtag-test a +other-lowtag+)
    (emit-jcc-l *asm* +cc-ne+ (target-label else))
    (emit-cmp-mi *asm* 8 +symbol-code+ a
                 (- +header-code-octet+ +other-lowtag+))
    (emit-branch minst +cc-e+)))

(define-emitter :float-compare (minst)
  (let* ((a (float-number (operand minst 0))) (b (operand minst 1))
         (condition (minst-more minst))
         (single (member condition '(:single< :single<= :single=))))
    (if (integerp b)
        (if single
            (emit-ucomiss-xx *asm* a (float-number b))
            (emit-ucomisd-xx *asm* a (float-number b)))
        (multiple-value-bind (base disp) (place-address b)
          (if single
              (emit-ucomiss-xm *asm* a base disp)
              (emit-ucomisd-xm *asm* a base disp))))
    (ecase condition
      ((:double< :single<) (emit-branch minst +cc-a+))
      ((:double<= :single<=) (emit-branch minst +cc-ae+))
      ((:double= :single=)
       (emit-jcc-l *asm* +cc-p+
                   (target-label (second (minst-targets minst))))
       (emit-branch minst +cc-e+)))))

(define-emitter :switch (minst)
  (let* ((targets (minst-targets minst))
         (cases (butlast targets))
         (table (make-label)))
    (emit-cmp-ri *asm* 64 0 (length cases))
    (emit-jcc-l *asm* +cc-ae+ (target-label (car (last targets))))
    (emit-lea-rm *asm* 64 +scratch+ +rip+ table)
    (emit-movsxd-rm *asm* 0 +scratch+ 0 0 4)
    (emit-add-rr *asm* 64 0 +scratch+)
    (emit-jmp-r *asm* 0)
    (with-stub
      (emit-align *asm* 4 0)
      (bind-label *asm* table)
      (dolist (target cases)
        (emit-difference *asm* 32 (target-label target) table)))))
