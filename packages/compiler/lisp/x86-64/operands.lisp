;;;; Places as x86-64 operands.

(in-package #:astralisp.compiler)

(defvar *asm* nil "The assembler buffer.")
(defvar *framed* nil "True where the function's frame exists.")
(defvar *stubs* '() "Functions that emit code out of line, last first.")
(defvar *points* '()
  "Safepoints of the unit: (label slots outgoing position variables), last
first.")
(defvar *literals* '() "Raw literals of the unit: (label size bits).")

(defun float-number (register)
  "The encoding number of the float REGISTER."
  (- register 16))

(defun float-place-p (place)
  (and (integerp place) (>= place 16)))

;;; Constants in memory

(defun constant-fixup (index)
  "A reference to boxed constant INDEX, relative to rip."
  (make-fixup :rel32 (cons :constant index)))

(defun literal-label (size bits)
  "The label of a raw literal of SIZE octets."
  (dolist (entry *literals*)
    (when (and (= (second entry) size) (= (third entry) bits))
      (return-from literal-label (first entry))))
  (let ((label (make-label)))
    (push (list label size bits) *literals*)
    label))

(defun place-address (place)
  "Return base register (or nil) and displacement of PLACE in memory."
  (cond ((use-p place)
         (if (eq (use-how place) :out)
             (values +rsp+ (* 8 (use-extra place)))
             (incoming-address (use-extra place))))
        ((vreg-constant place) (constant-address (vreg-constant place)))
        ((vreg-incoming place) (incoming-address (vreg-incoming place)))
        (t (values +rbp+ (* -8 (1+ (vreg-slot place)))))))

(defun incoming-address (index)
  (if *framed*
      (values +rbp+ (+ 16 (* 8 index)))
      (values +rsp+ (+ 8 (* 8 index)))))

(defun constant-address (const)
  (let ((datum (const-datum const)))
    (ecase (const-kind const)
      (:constant (values +rip+ (constant-fixup datum)))
      ((:word :boxed-word :double)
       (values +rip+ (literal-label 8 datum)))
      (:single (values +rip+ (literal-label 4 datum))))))

;;; Moves between places

(defun emit-literal (register word)
  "Put the 64-bit WORD into the general REGISTER; flags are kept."
  (let ((asm *asm*))
    (cond ((<= 0 word 4294967295) (emit-mov-ri asm 32 register word))
          (t (emit-mov-ri asm 64 register word)))))

(defun emit-constant (register const)
  "Put CONST into the general REGISTER."
  (let ((asm *asm*) (datum (const-datum const)))
    (ecase (const-kind const)
      ((:word :boxed-word :double) (emit-literal register datum))
      (:single (emit-mov-ri asm 32 register datum))
      (:constant (emit-mov-rm asm 64 register +rip+ (constant-fixup datum)))
      (:layout
       (emit-mov-rm asm 64 register +rip+ (constant-fixup datum))
       (emit-lea-rm asm 64 register register
                    (- +layout-tag+ +instance-lowtag+)))
      (:static
       (emit-mov-ri asm 32 register
                    (make-fixup :abs32u (cons :static datum)))))))

(defun emit-float-constant (register const)
  (let ((number (float-number register)))
    (cond ((eql (const-datum const) 0)
           (emit-xorps-xx *asm* number number))
          ((eq (const-kind const) :single)
           (multiple-value-bind (base disp) (constant-address const)
             (emit-movss-xm *asm* number base disp)))
          (t
           (multiple-value-bind (base disp) (constant-address const)
             (emit-movsd-xm *asm* number base disp))))))

(defun constant-place (place)
  "The CONST that PLACE stands for, or NIL."
  (if (vreg-p place) (vreg-constant place) nil))

(defun emit-move (to from)
  "Move the word at place FROM to place TO; flags are kept unless a float
constant 0 is made.  Memory to memory goes through a scratch register."
  (let ((asm *asm*))
    (cond ((integerp to)
           (cond ((integerp from) (emit-register-move to from))
                 ((constant-place from)
                  (if (>= to 16)
                      (emit-float-constant to (constant-place from))
                      (emit-constant to (constant-place from))))
                 (t (multiple-value-bind (base disp) (place-address from)
                      (if (>= to 16)
                          (emit-movsd-xm asm (float-number to) base disp)
                          (emit-mov-rm asm 64 to base disp))))))
          ((integerp from)
           (multiple-value-bind (base disp) (place-address to)
             (if (>= from 16)
                 (emit-movsd-mx asm (float-number from) base disp)
                 (emit-mov-mr asm 64 from base disp))))
          (t (emit-memory-move to from)))))

(defun emit-register-move (to from)
  (let ((asm *asm*))
    (cond ((and (>= to 16) (>= from 16))
           (emit-movaps-xx asm (float-number to) (float-number from)))
          ((>= to 16) (emit-mov-xr asm 64 (float-number to) from))
          ((>= from 16) (emit-mov-rx asm 64 to (float-number from)))
          (t (emit-mov-rr asm 64 to from)))))

(defun emit-memory-move (to from)
  "Move FROM to TO, both in memory or a constant, through xmm15."
  (let* ((const (constant-place from))
         (word (if (and const
                        (member (const-kind const) '(:word :boxed-word)))
                   (const-datum const)
                   nil)))
    (multiple-value-bind (base disp) (place-address to)
      (cond ((and word (small-p word))
             (emit-mov-mi *asm* 64 word base disp))
            ((and const (member (const-kind const) '(:layout :static)))
             ;; These have no memory home; r11 may be holding a cycle.
             (emit-push-r *asm* +scratch+)
             (emit-constant +scratch+ const)
             (emit-mov-rx *asm* 64 +scratch+ (float-number +float-scratch+))
             (emit-pop-r *asm* +scratch+)
             (emit-movsd-mx *asm* (float-number +float-scratch+) base disp))
            (t
             (multiple-value-bind (from-base from-disp)
                 (place-address from)
               (emit-movsd-xm *asm* (float-number +float-scratch+)
                              from-base from-disp))
             (emit-movsd-mx *asm* (float-number +float-scratch+)
                            base disp))))))

(defun emit-gap (moves)
  "Do MOVES at once."
  ;; HELD: the scratch register that last took the source of a cycle.
  (let ((held nil))
    (order-moves moves
                 (lambda (to from class)
                   (let ((scratch (if (eql class 2)
                                      +float-scratch+
                                      +scratch+)))
                     (when (eq to :scratch)
                       (setq held scratch))
                     (emit-gap-move (if (eq to :scratch) scratch to)
                                    (if (eq from :scratch) scratch from)
                                    held))))))

(defun emit-gap-move (to from held)
  "Move FROM to TO and keep the scratch register HELD: a cycle may have places of
both classes, and then each scratch register must carry words of either."
  (if (and (eql held +float-scratch+)
           (not (integerp to)) (not (integerp from))
           (not (constant-place from)))
      (progn (emit-move +scratch+ from)
             (emit-move to +scratch+))
      (emit-move to from)))

;;; Two-operand instructions: a register and any place

(defparameter *alu-emitters*
  (list (list :add #'emit-add-rr #'emit-add-rm #'emit-add-ri)
        (list :sub #'emit-sub-rr #'emit-sub-rm #'emit-sub-ri)
        (list :and #'emit-and-rr #'emit-and-rm #'emit-and-ri)
        (list :or #'emit-or-rr #'emit-or-rm #'emit-or-ri)
        (list :xor #'emit-xor-rr #'emit-xor-rm #'emit-xor-ri)
        (list :cmp #'emit-cmp-rr #'emit-cmp-rm #'emit-cmp-ri)
        (list :adc #'emit-adc-rr #'emit-adc-rm #'emit-adc-ri)
        (list :sbb #'emit-sbb-rr #'emit-sbb-rm #'emit-sbb-ri)
        (list :imul #'emit-imul-rr #'emit-imul-rm nil))
  "Operation, emitters for register, memory and literal.")

(defun emit-alu (name size register place)
  "Emit the operation NAME on REGISTER and PLACE."
  (let ((emitters (assoc name *alu-emitters*)))
    (cond ((integerp place)
           (funcall (second emitters) *asm* size register place))
          ((and (vreg-immediate place) (fourth emitters))
           (funcall (fourth emitters) *asm* size register
                    (vreg-immediate place)))
          ((and (constant-place place)
                (member (const-kind (constant-place place))
                        '(:layout :static)))
           (emit-constant +scratch+ (constant-place place))
           (funcall (second emitters) *asm* size register +scratch+))
          (t (multiple-value-bind (base disp) (place-address place)
               (funcall (third emitters) *asm* size register base disp))))))

(defun emit-alu-literal (name size register literal)
  (funcall (fourth (assoc name *alu-emitters*)) *asm* size register literal))

;;; Access to what an instruction was given

(defun operand (minst index)
  "The place of operand INDEX of MINST."
  (use-place (nth index (minst-uses minst))))

(defun result (minst)
  "The register of the result of MINST."
  (vreg-def-register (minst-dst minst)))

(defmacro with-memory ((base disp index scale) minst &body body)
  "Bind the parts of the memory operand of MINST."
  `(multiple-value-bind (,base ,disp ,index ,scale) (memory-parts ,minst)
     ,@body))

(defun memory-parts (minst)
  (let ((extra (minst-extra minst)))
    (cond ((eq extra :absolute) (values nil (minst-imm minst) nil 1))
          ((null extra)
           (values (operand minst 0) (minst-imm minst) nil 1))
          ((< extra 0)
           (values nil (minst-imm minst) (operand minst 0) (- extra)))
          (t (values (operand minst 0) (minst-imm minst) (operand minst 1)
                     extra)))))

(defun memory-use-count (minst)
  "How many of the uses of MINST are its memory operand."
  (let ((extra (minst-extra minst)))
    (cond ((eq extra :absolute) 0)
          ((null extra) 1)
          ((< extra 0) 1)
          (t 2))))
