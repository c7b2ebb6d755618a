;;;; Selection of arithmetic and conversions.

(in-package #:astralisp.compiler)

;;; Two-operand arithmetic: :ALU, the first operand tied to the result; MORE
;;; names the operation; IMM is the second operand when it is a literal.

(defun put-alu (ins name a b commutative)
  "Append the operation NAME on the VREGs A and B."
  (when (and commutative (vreg-immediate a) (not (vreg-immediate b)))
    (let ((c a)) (setq a b b c)))
  (let ((immediate (vreg-immediate b)))
    (cond ((and immediate (not (vreg-constant a))
                (member name '(:add :sub)) (small-p (- immediate)))
           (put-lea ins a (if (eq name :add) immediate (- immediate))))
          (immediate
           (let ((minst (put-result ins :alu (use-tied a))))
             (setf (minst-more minst) name
                   (minst-imm minst) immediate)))
          (t
           (let ((minst (put-result ins :alu (use-tied a) (use-any b))))
             (setf (minst-more minst) name
                   (minst-swappable minst) commutative))))))

(defun put-lea (ins a disp)
  "Append the addition of A and the literal DISP."
  (let ((minst (put-result ins :lea (use-reg a))))
    (setf (minst-imm minst) disp)
    minst))

(define-selector (:word+ :fixnum+) (ins)
  (put-alu ins :add (argument ins 0) (argument ins 1) t))

(define-selector (:word- :fixnum-) (ins)
  (put-alu ins :sub (argument ins 0) (argument ins 1) nil))

(define-selector (:word-and :fixnum-and) (ins)
  (put-alu ins :and (argument ins 0) (argument ins 1) t))

(define-selector (:word-or :fixnum-or) (ins)
  (put-alu ins :or (argument ins 0) (argument ins 1) t))

(define-selector (:word-xor :fixnum-xor) (ins)
  (put-alu ins :xor (argument ins 0) (argument ins 1) t))

(define-selector :word* (ins)
  (put-multiply ins (argument ins 0) (argument ins 1)))

(defun put-multiply (ins a b)
  (when (vreg-immediate a)
    (let ((c a)) (setq a b b c)))
  (if (vreg-immediate b)
      (put-literal-product ins a (vreg-immediate b))
      (let ((minst (put-result ins :alu (use-tied a) (use-any b))))
        (setf (minst-more minst) :imul
              (minst-swappable minst) t))))

(defun put-literal-product (ins a literal)
  "Append the product of A and LITERAL: a shift if that is a power of two."
  (if (and (> literal 1) (= 0 (logand literal (1- literal))))
      (put-shift ins :shl a (1- (integer-length literal)))
      (setf (minst-imm (put-result ins :multiply-literal (use-any a)))
            literal)))

(define-selector :fixnum* (ins)
  (let ((a (argument ins 0)) (b (argument ins 1)))
    (when (vreg-immediate a)
      (let ((c a)) (setq a b b c)))
    (if (vreg-immediate b)
        (put-literal-product ins a (ash (vreg-immediate b) -3))
        (put-result ins :fixnum-multiply (use-reg a) (use-any b)))))

(define-selector (:word-not) (ins)
  (put-unary ins :not))

(define-selector (:word-neg :fixnum-neg) (ins)
  (put-unary ins :neg))

(defun put-unary (ins name)
  (let ((minst (put-result ins :unary (use-tied (argument ins 0)))))
    (setf (minst-more minst) name)))

(define-selector :fixnum-not (ins)
  (let ((minst (put-result ins :alu (use-tied (argument ins 0)))))
    (setf (minst-more minst) :xor
          (minst-imm minst) -8)))

;;; Shifts

(defun put-shift (ins name a count)
  "Append the shift NAME of A by the literal COUNT."
  (let ((minst (put-result ins :shift (use-tied a))))
    (setf (minst-more minst) name
          (minst-imm minst) count)
    minst))

(defun select-shift (ins name)
  (let ((count (vreg-word (argument ins 1))))
    (if count
        (put-shift ins name (argument ins 0) (logand count 63))
        (let ((minst (put-result ins :shift
                                 (use-tied (argument ins 0))
                                 (use-in (argument ins 1) 1))))
          (setf (minst-more minst) name)))))

(define-selector :word-shl (ins) (select-shift ins :shl))
(define-selector :word-shr (ins) (select-shift ins :shr))
(define-selector :word-sar (ins) (select-shift ins :sar))
(define-selector :word-rotl (ins) (select-shift ins :rol))

(define-selector :fixnum-shl (ins)
  (put-shift ins :shl (argument ins 0) (ins-datum ins)))

(define-selector :fixnum-sar (ins)
  (put-result ins :fixnum-sar (use-tied (argument ins 0)))
  (setf (minst-imm (first *minsts*)) (ins-datum ins)))

(define-selector :fixnum-to-word (ins)
  (put-shift ins :sar (argument ins 0) 3))

(define-selector :word-to-fixnum (ins)
  (let ((minst (put-result ins :lea (use-reg (argument ins 0)))))
    (setf (minst-imm minst) 0
          (minst-extra minst) 8)))

;;; Wide multiplication and division

(defun second-result-of (ins)
  "The :SECOND-RESULT of INS that stands behind it, or NIL."
  (let ((next (ins-next ins)))
    (if (and next (eq (ins-opname next) :second-result))
        next
        nil)))

(defun put-fixed (ins op result uses)
  "Append OP on rax and rdx; the result is in the register RESULT, a second
result in the other one."
  (let ((minst (apply #'put-result ins op uses))
        (second (second-result-of ins)))
    (setf (minst-fixed minst) result
          (minst-clobbers minst) (list 0 2)
          (minst-more minst) (ins-opname ins))
    (when second
      (setf (minst-defs minst)
            (list (cons (value second) (- 2 result)))))
    minst))

(define-selector :second-result (ins)
  (unless (minst-defs (first *minsts*))
    (error "the second result ~S stands alone" (ins-number ins))))

(define-selector (:word-mul-high :word-mul-wide) (ins)
  (put-fixed ins :multiply-wide
             (if (eq (ins-opname ins) :word-mul-high) 2 0)
             (list (use-in (argument ins 0) 0)
                   (use-any (argument ins 1)))))

(define-selector (:word-div :word-rem :word-sdiv :word-srem) (ins)
  (may-trap
   (put-fixed ins :divide
              (if (member (ins-opname ins) '(:word-div :word-sdiv)) 0 2)
              (list (use-in (argument ins 0) 0)
                    (use-any (argument ins 1))))))

(define-selector :word-div-wide (ins)
  (may-trap
   (put-fixed ins :divide 0
              (list (use-in (argument ins 0) 2)
                    (use-in (argument ins 1) 0)
                    (use-any (argument ins 2))))))

(define-selector (:word-add-carry :word-sub-borrow) (ins)
  (let ((minst (put-result ins :add-carry (use-tied (argument ins 0))
                           (use-any (argument ins 1))
                           (use-reg (argument ins 2))))
        (second (second-result-of ins)))
    (setf (minst-more minst) (ins-opname ins)
          (minst-clobbers minst) (list 2))
    (when second
      (setf (minst-defs minst) (list (cons (value second) 2))))))

;;; Bits

(define-selector :word-popcount (ins)
  (let ((minst (put-result ins :popcount (use-tied (argument ins 0)))))
    (setf (minst-clobbers minst) (list 2))))

(define-selector :word-length (ins)
  (put-result ins :word-length (use-any (argument ins 0))))

(define-selector :word-trailing-zeros (ins)
  (put-result ins :trailing-zeros (use-any (argument ins 0))))

;;; Conversions

(define-selector (:boxed-bits :bits-boxed) (ins)
  (put-result ins :copy (use-tied (argument ins 0))))

(define-selector :unbox-word (ins)
  (put-result ins :unbox-word (use-reg (argument ins 0))))

(define-selector (:box-signed :box-unsigned) (ins)
  (let ((minst (put-result ins (ins-opname ins)
                           (use-reg (argument ins 0)))))
    (setf (minst-site minst) t)))

(define-selector :box-double (ins)
  (may-trap (put :check-double (use-reg (argument ins 0))))
  (put-allocation ins 16 +other-lowtag+)
  (let ((header (put :store-halves (use-reg (value ins)))))
    (setf (minst-imm header) (- +other-lowtag+)
          (minst-more header)
          (+ +header-tag+ (* 256 +double-code+) 4294967296)))
  (put-store (value ins) nil (argument ins 0) (- 8 +other-lowtag+) 1
             :double nil nil))

(define-selector :unbox-double (ins)
  (let ((minst (put-result ins :load (use-reg (argument ins 0)))))
    (setf (minst-imm minst) (- 8 +other-lowtag+)
          (minst-more minst) :double)))

(define-selector :box-single (ins)
  (may-trap (put-result ins :box-single (use-reg (argument ins 0)))))

(define-selector (:unbox-single :bits-double :double-bits
                  :bits-single :single-bits :word-to-double
                  :word-to-single :double-neg :single-neg)
    (ins)
  (put-result ins (ins-opname ins) (use-reg (argument ins 0))))

(define-selector (:double-to-word :single-to-word :double-to-single
                  :single-to-double :double-sqrt :single-sqrt)
    (ins)
  (may-trap (put-result ins (ins-opname ins) (use-any (argument ins 0)))))

;;; Floats

(define-selector (:double+ :double* :single+ :single*) (ins)
  (put-float ins t))

(define-selector (:double- :double/ :single- :single/) (ins)
  (put-float ins nil))

(defun put-float (ins commutative)
  (let ((minst (may-trap (put-result ins :float (use-tied (argument ins 0))
                                     (use-any (argument ins 1))))))
    (setf (minst-more minst) (ins-opname ins)
          (minst-swappable minst) commutative)))
