;;;; Emission of arithmetic and conversions.

(in-package #:astralisp.compiler)

(define-emitter :alu (minst)
  (let ((to (result minst)) (name (minst-more minst)))
    (if (minst-imm minst)
        (emit-alu-literal name 64 to (minst-imm minst))
        (emit-alu name 64 to (operand minst 1)))))

(define-emitter :lea (minst)
  (let ((to (result minst)) (from (operand minst 0)) (disp (minst-imm minst))
        (scale (minst-extra minst)))
    (cond ((eql scale 8)
           (emit-lea-rm *asm* 64 to nil disp from 8))
          ((eql to from)
           (cond ((= disp 128) (emit-sub-ri *asm* 64 to -128))
                 (t (emit-add-ri *asm* 64 to disp))))
          (t (emit-lea-rm *asm* 64 to from disp)))))

(define-emitter :multiply-literal (minst)
  (let ((to (result minst)) (from (operand minst 0)))
    (cond ((integerp from)
           (emit-imul-rri *asm* 64 to from (minst-imm minst)))
          (t
           (emit-move to from)
           (emit-imul-rri *asm* 64 to to (minst-imm minst))))))

(define-emitter :fixnum-multiply (minst)
  (emit-scaled-product minst)
  (emit-mov-rr *asm* 64 (result minst) +scratch+))

(defun emit-scaled-product (minst)
  "Leave the product of the fixnums of MINST in the scratch register."
  (emit-mov-rr *asm* 64 +scratch+ (operand minst 0))
  (emit-sar-ri *asm* 64 +scratch+ +fixnum-shift+)
  (let ((b (operand minst 1)))
    (if (and (vreg-p b) (vreg-immediate b))
        (emit-imul-rri *asm* 64 +scratch+ +scratch+ (vreg-immediate b))
        (emit-alu :imul 64 +scratch+ b))))

(define-emitter :overflow-multiply (minst)
  (emit-scaled-product minst)
  (emit-jcc-l *asm* +cc-o+ (target-label (second (minst-targets minst))))
  (emit-mov-rr *asm* 64 (result minst) +scratch+)
  (emit-jump (first (minst-targets minst))))

(define-emitter :overflow-alu (minst)
  (let ((to (result minst)) (kind (minst-more minst)))
    (cond ((eq kind :neg) (emit-neg-r *asm* 64 to))
          ((minst-imm minst)
           (emit-alu-literal kind 64 to (minst-imm minst)))
          (t (emit-alu kind 64 to (operand minst 1))))
    (emit-branch minst +cc-no+)))

(define-emitter :unary (minst)
  (if (eq (minst-more minst) :neg)
      (emit-neg-r *asm* 64 (result minst))
      (emit-not-r *asm* 64 (result minst))))

(define-emitter :shift (minst)
  (let ((to (result minst)) (count (minst-imm minst)) (asm *asm*))
    (ecase (minst-more minst)
      (:shl (if count
                (emit-shl-ri asm 64 to count)
                (emit-shl-rc asm 64 to)))
      (:shr (if count
                (emit-shr-ri asm 64 to count)
                (emit-shr-rc asm 64 to)))
      (:sar (if count
                (emit-sar-ri asm 64 to count)
                (emit-sar-rc asm 64 to)))
      (:rol (if count
                (emit-rol-ri asm 64 to count)
                (emit-rol-rc asm 64 to))))))

(define-emitter :fixnum-sar (minst)
  (let ((to (result minst)))
    (emit-sar-ri *asm* 64 to (minst-imm minst))
    (emit-and-ri *asm* 64 to (- (1+ +fixnum-mask+)))))

;;; Wide operations on rdx and rax

(define-emitter :multiply-wide (minst)
  (emit-with-operand minst (lambda (register)
                             (emit-mul-r *asm* 64 register))
                     (lambda (base disp) (emit-mul-m *asm* 64 base disp))))

(defun emit-with-operand (minst on-register on-memory)
  "Call one of the functions with the last operand of MINST."
  (let ((place (use-place (car (last (minst-uses minst))))))
    (if (integerp place)
        (funcall on-register place)
        (multiple-value-bind (base disp) (place-address place)
          (funcall on-memory base disp)))))

(define-emitter :divide (minst)
  (let ((signed (member (minst-more minst) '(:word-sdiv :word-srem))))
    (cond (signed (emit-cqo *asm*))
          ((eq (minst-more minst) :word-div-wide))
          (t (emit-xor-rr *asm* 32 +rdx+ +rdx+)))
    (note-fault minst)
    (emit-with-operand minst
                       (lambda (register)
                         (if signed
                             (emit-idiv-r *asm* 64 register)
                             (emit-div-r *asm* 64 register)))
                       (lambda (base disp)
                         (if signed
                             (emit-idiv-m *asm* 64 base disp)
                             (emit-div-m *asm* 64 base disp))))))

(define-emitter :add-carry (minst)
  (let ((to (result minst)))
    ;; Carry := the third operand is not 0.
    (emit-mov-rr *asm* 64 +scratch+ (operand minst 2))
    (emit-neg-r *asm* 64 +scratch+)
    (emit-alu (if (eq (minst-more minst) :word-add-carry) :adc :sbb)
              64 to (operand minst 1))
    (emit-mov-ri *asm* 32 +rdx+ 0)
    (emit-adc-rr *asm* 32 +rdx+ +rdx+)))

;;; Bits

(defun emit-bit-scan (minst reverse if-zero adjust)
  (let ((to (result minst)) (from (operand minst 0)) (some (make-label)))
    (if (integerp from)
        (if reverse
            (emit-bsr-rr *asm* 64 +scratch+ from)
            (emit-bsf-rr *asm* 64 +scratch+ from))
        (multiple-value-bind (base disp) (place-address from)
          (if reverse
              (emit-bsr-rm *asm* 64 +scratch+ base disp)
              (emit-bsf-rm *asm* 64 +scratch+ base disp))))
    (emit-jcc-l *asm* +cc-ne+ some)
    (emit-mov-ri *asm* 64 +scratch+ if-zero)
    (bind-label *asm* some)
    (emit-lea-rm *asm* 64 to +scratch+ adjust)))

(define-emitter :word-length (minst)
  (emit-bit-scan minst t -1 1))

(define-emitter :trailing-zeros (minst)
  (emit-bit-scan minst nil 64 0))

(define-emitter :popcount (minst)
  ;; The sum of neighbours, in parallel: pairs, nibbles, octets, and the sum
  ;; of all octets by a multiplication.  popcnt is not on every machine.
  (let ((asm *asm*) (to (result minst)))
    (flet ((halve (mask shift)
             (emit-movabs-ri asm +scratch+ mask)
             (emit-mov-rr asm 64 +rdx+ to)
             (emit-shr-ri asm 64 +rdx+ shift)
             (emit-and-rr asm 64 +rdx+ +scratch+)
             (emit-and-rr asm 64 to +scratch+)
             (emit-add-rr asm 64 to +rdx+)))
      (halve #x5555555555555555 1)
      (halve #x3333333333333333 2)
      (halve #x0f0f0f0f0f0f0f0f 4)
      (emit-movabs-ri asm +scratch+ #x0101010101010101)
      (emit-imul-rr asm 64 to +scratch+)
      (emit-shr-ri asm 64 to 56))))

;;; Floats

(defparameter *float-emitters*
  (list (list :double+ #'emit-addsd-xx #'emit-addsd-xm)
        (list :double- #'emit-subsd-xx #'emit-subsd-xm)
        (list :double* #'emit-mulsd-xx #'emit-mulsd-xm)
        (list :double/ #'emit-divsd-xx #'emit-divsd-xm)
        (list :double-sqrt #'emit-sqrtsd-xx #'emit-sqrtsd-xm)
        (list :single+ #'emit-addss-xx #'emit-addss-xm)
        (list :single- #'emit-subss-xx #'emit-subss-xm)
        (list :single* #'emit-mulss-xx #'emit-mulss-xm)
        (list :single/ #'emit-divss-xx #'emit-divss-xm)
        (list :single-sqrt #'emit-sqrtss-xx #'emit-sqrtss-xm)
        (list :double-to-single #'emit-cvtsd2ss-xx #'emit-cvtsd2ss-xm)
        (list :single-to-double #'emit-cvtss2sd-xx #'emit-cvtss2sd-xm))
  "Operation, emitters for register and memory.")

(defun emit-float (name to place)
  (let ((emitters (assoc name *float-emitters*)))
    (if (integerp place)
        (funcall (second emitters) *asm* (float-number to)
                 (float-number place))
        (multiple-value-bind (base disp) (place-address place)
          (funcall (third emitters) *asm* (float-number to) base disp)))))

(define-emitter :float (minst)
  (note-fault minst)
  (emit-float (minst-more minst) (result minst) (operand minst 1)))

(define-emitter (:double-sqrt :single-sqrt :double-to-single
                 :single-to-double)
    (minst)
  (note-fault minst)
  (emit-float (minst-op minst) (result minst) (operand minst 0)))

(define-emitter :double-neg (minst)
  (emit-mov-rx *asm* 64 +scratch+ (float-number (operand minst 0)))
  (emit-btc-ri *asm* 64 +scratch+ 63)
  (emit-mov-xr *asm* 64 (float-number (result minst)) +scratch+))

(define-emitter :single-neg (minst)
  (emit-mov-rx *asm* 32 +scratch+ (float-number (operand minst 0)))
  (emit-btc-ri *asm* 32 +scratch+ 31)
  (emit-mov-xr *asm* 32 (float-number (result minst)) +scratch+))

;;; Machines there are that note float exceptions and do not trap: QEMU without
;;; virtualization. So a result without a finite value is looked at when it
;;; becomes an object: the trampoline traps in their place.

(defun emit-check-exponent (register mask minst)
  "REGISTER holds the sign and the exponent of a float; MASK, all its bits."
  (let ((odd (make-label)) (back (make-label)))
    (emit-add-ri *asm* 32 register 1)
    (emit-test-ri *asm* 32 register mask)
    (emit-jcc-l *asm* +cc-e+ odd)
    (bind-label *asm* back)
    (with-stub
      (let ((label (make-label)))
        (bind-label *asm* odd)
        (emit-call-l *asm* (trampoline-fixup 'check-float))
        (bind-label *asm* label)
        (when (minst-site minst)
          (note-point label minst 0))
        (emit-jmp-l *asm* back)))))

(define-emitter :check-double (minst)
  (emit-mov-rx *asm* 64 +scratch+ (float-number (operand minst 0)))
  (emit-shr-ri *asm* 64 +scratch+ 52)
  (emit-check-exponent +scratch+ #x7FF minst))

(define-emitter :box-single (minst)
  (emit-mov-rx *asm* 32 +scratch+ (float-number (operand minst 0)))
  (emit-mov-rr *asm* 32 (result minst) +scratch+)
  (emit-shr-ri *asm* 32 (result minst) 23)
  (emit-check-exponent (result minst) #xFF minst)
  (emit-shl-ri *asm* 64 +scratch+ +single-shift+)
  (emit-lea-rm *asm* 64 (result minst) +scratch+ +single-tag+))

(define-emitter :unbox-single (minst)
  (emit-mov-rr *asm* 64 +scratch+ (operand minst 0))
  (emit-shr-ri *asm* 64 +scratch+ +single-shift+)
  (emit-mov-xr *asm* 32 (float-number (result minst)) +scratch+))

(define-emitter :bits-double (minst)
  (emit-mov-xr *asm* 64 (float-number (result minst)) (operand minst 0)))

(define-emitter :double-bits (minst)
  (emit-mov-rx *asm* 64 (result minst) (float-number (operand minst 0))))

(define-emitter :bits-single (minst)
  (emit-mov-xr *asm* 32 (float-number (result minst)) (operand minst 0)))

(define-emitter :single-bits (minst)
  (emit-mov-rx *asm* 32 (result minst) (float-number (operand minst 0))))

(define-emitter :word-to-double (minst)
  (let ((to (float-number (result minst))))
    (emit-xorps-xx *asm* to to)
    (emit-cvtsi2sd-xr *asm* 64 to (operand minst 0))))

(define-emitter :word-to-single (minst)
  (let ((to (float-number (result minst))))
    (emit-xorps-xx *asm* to to)
    (emit-cvtsi2ss-xr *asm* 64 to (operand minst 0))))

(define-emitter :double-to-word (minst)
  (let ((place (operand minst 0)))
    (if (integerp place)
        (emit-cvttsd2si-rx *asm* 64 (result minst) (float-number place))
        (multiple-value-bind (base disp) (place-address place)
          (emit-cvttsd2si-rm *asm* 64 (result minst) base disp)))))

(define-emitter :single-to-word (minst)
  (let ((place (operand minst 0)))
    (if (integerp place)
        (emit-cvttss2si-rx *asm* 64 (result minst) (float-number place))
        (multiple-value-bind (base disp) (place-address place)
          (emit-cvttss2si-rm *asm* 64 (result minst) base disp)))))
