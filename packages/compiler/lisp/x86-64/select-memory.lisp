;;;; Selection of loads, stores and inline allocation.

(in-package #:astralisp.compiler)

;;; A memory operand of a MINST: its first use is the base (none when the
;;; base is a literal address: EXTRA is then :ABSOLUTE), the second the index
;;; if EXTRA, the scale, is an integer; IMM is the displacement.

(defun scale-of (ins)
  (or (ins-get ins :scale) 1))

(defun displacement-of (ins)
  (or (ins-get ins :disp) 0))

(defun fold-address (base index disp scale)
  "Fold literals: return uses, displacement and EXTRA for a MINST."
  (let ((base-word (vreg-word base))
        (index-word (and index (vreg-word index))))
    (when (and index-word (small-p (+ disp (* index-word scale))))
      (setq disp (+ disp (* index-word scale))
            index nil))
    (cond ((and base-word (null index)
                (<= 0 (+ base-word disp) 2147483647))
           (values '() (+ base-word disp) :absolute))
          ((and base-word index (small-p (+ base-word disp)))
           (values (list (use-reg index)) (+ base-word disp)
                   (- scale)))
          (index
           (values (list (use-reg base) (use-reg index)) disp scale))
          (t (values (list (use-reg base)) disp nil)))))

(define-selector :load (ins)
  (let* ((args (ins-args ins))
         (index (if (cdr args) (value (second args)) nil)))
    (multiple-value-bind (uses disp extra)
        (fold-address (value (first args)) index (displacement-of ins)
                      (scale-of ins))
      (let ((minst (apply #'put-result ins :load uses)))
        (setf (minst-imm minst) disp
              (minst-extra minst) extra
              (minst-more minst) (ins-datum ins)
              (minst-site minst) (ins-get ins :faults))))))

(define-selector :store (ins)
  (let* ((args (ins-args ins))
         (index (if (cddr args) (value (second args)) nil))
         (value (value (car (last args)))))
    (put-store (value (first args)) index value
               (displacement-of ins) (scale-of ins)
               (ins-datum ins)
               (and (ins-get ins :barrier)
                    (null (vreg-word value)))
               (ins-get ins :faults))))

(defun put-store (base index value disp scale width barrier faults)
  "Append a store.  MORE is (width barrier immediate-or-nil)."
  (multiple-value-bind (uses disp extra)
      (fold-address base index disp scale)
    (let* ((immediate (if (member width '(:double :single))
                          nil
                          (vreg-immediate value)))
           (minst (apply #'put :store
                         (if immediate
                             uses
                             (append uses (list (use-reg value)))))))
      (setf (minst-imm minst) disp
            (minst-extra minst) extra
            (minst-more minst) (list width barrier immediate)
            (minst-site minst) faults))))

(define-selector :thread-load (ins)
  (let ((minst (put-result ins :thread-load)))
    (setf (minst-imm minst) (ins-datum ins))))

(define-selector :thread-store (ins)
  (let* ((value (argument ins 0)) (immediate (vreg-immediate value))
         (minst (if immediate
                    (put :thread-store)
                    (put :thread-store (use-reg value)))))
    (setf (minst-imm minst) (ins-datum ins)
          (minst-more minst) immediate)))

(define-selector :mark-card (ins)
  (put :mark-card (use-reg (argument ins 0))))

(define-selector :argument-at (ins)
  (put-result ins :argument-at (use-reg (argument ins 0))))

;;; Atomic operations

(define-selector :compare-and-swap (ins)
  (let ((minst (put-result ins :compare-and-swap
                           (use-reg (argument ins 0))
                           (use-in (argument ins 1) 0)
                           (use-reg (argument ins 2)))))
    (setf (minst-imm minst) (displacement-of ins)
          (minst-clobbers minst) (list 0)
          (minst-early minst) t)))

(define-selector (:atomic-add :exchange) (ins)
  (let ((minst (put-result ins (ins-opname ins)
                           (use-tied (argument ins 1))
                           (use-reg (argument ins 0)))))
    (setf (minst-imm minst) (displacement-of ins))))

;;; Allocation

(defun put-allocation (ins size tag)
  "Append the bump allocation of SIZE octets; the result is the value of INS,
tagged with TAG, its memory zero.  Right behind another allocation the two are
done at once: the second object is found from the first."
  (let ((other (allocation-before)))
    (if (and other (<= (+ size (minst-imm other)) 1024))
        (let ((minst (put-result ins :lea (use-reg (minst-dst other)))))
          (setf (minst-imm minst)
                (+ (- (minst-imm other) (minst-extra other)) tag))
          (incf (minst-imm other) size))
        (let ((minst (put-result ins :allocate)))
          (setf (minst-imm minst) size
                (minst-extra minst) tag
                (minst-site minst) t)))))

(defun allocation-before ()
  "The :ALLOCATE of this block behind which only instructions stand that
neither call nor stop, or NIL."
  (dolist (minst *minsts* nil)
    (cond ((eq (minst-op minst) :allocate) (return minst))
          ((or (minst-call minst) (minst-site minst)
               (not (member (minst-op minst)
                            '(:store :store-halves :closure-header :lea
                              :load :alu :float :shift :copy))))
           (return nil)))))

(defun put-initial (ins value word tag)
  "Append the store of VALUE into WORD of the fresh object INS."
  (let ((literal (vreg-word value)) (disp (- (* 8 word) tag)))
    (cond ((eql literal 0))
          ((and literal (not (small-p literal)))
           (let ((minst (put :store-halves (use-reg (value ins)))))
             (setf (minst-imm minst) disp
                   (minst-more minst) literal)))
          (t (put-store (value ins) nil value disp 1 :boxed nil nil)))))

(define-selector :cons (ins)
  (put-allocation ins 16 +cons-lowtag+)
  (put-initial ins (argument ins 0) 0 +cons-lowtag+)
  (put-initial ins (argument ins 1) 1 +cons-lowtag+))

(define-selector :allocate (ins)
  (let ((tag (ins-datum ins)) (word 0))
    (put-allocation ins (ins-get ins :size) tag)
    (dolist (arg (ins-args ins))
      (put-initial ins (value arg) word tag)
      (incf word))))

(define-selector :make-closure (ins)
  (let* ((values (ins-args ins)) (count (length values))
         (size (* 16 (ceiling (* 8 (+ +function-values-slot+ count)) 16)))
         (word +function-values-slot+))
    (put-allocation ins size +function-lowtag+)
    (let ((minst (put :closure-header (use-reg (value ins)))))
      (setf (minst-imm minst) (+ +function-values-slot+ count -1)
            (minst-more minst) (func-mark (ins-datum ins))))
    (dolist (value values)
      (put-initial ins (value value) word +function-lowtag+)
      (incf word))))

(define-selector :allocate-octets (ins)
  (let ((minst (put-result ins :allocate-octets
                           (use-in (argument ins 0) 0))))
    (setf (minst-fixed minst) 0
          (minst-clobbers minst) (list 0)
          (minst-site minst) t)))

;;; Dynamic variables

(define-selector :symbol-value (ins)
  (let ((minst (put-result ins :symbol-value)))
    (setf (minst-imm minst) (constant-index :datum (ins-datum ins))
          (minst-more minst) (ins-datum ins))))

(define-selector :symbol-global-value (ins)
  (let ((minst (put-result ins :symbol-global-value)))
    (setf (minst-imm minst) (constant-index :datum (ins-datum ins)))))

(define-selector (:set-symbol-value :set-symbol-global-value) (ins)
  (let ((minst (put (ins-opname ins) (use-reg (argument ins 0)))))
    (setf (minst-imm minst) (constant-index :datum (ins-datum ins))
          (minst-more minst) (ins-datum ins))))

(define-selector :bind (ins)
  (let ((minst (put :bind (use-reg (argument ins 0)))))
    (setf (minst-more minst) (ins-datum ins)
          (minst-clobbers minst) (list 0)
          (minst-site minst) t)))

(define-selector :unbind (ins)
  (let ((minst (put :unbind)))
    (setf (minst-imm minst) (ins-datum ins)
          (minst-clobbers minst) (list 0 2))))

(define-selector :unbind-to (ins)
  (let ((minst (put :unbind-to (use-reg (argument ins 0)))))
    (setf (minst-clobbers minst) (list 0 2))))

(define-selector :binding-sp (ins)
  (let ((minst (put-result ins :thread-load)))
    (setf (minst-imm minst) +thread-binding-sp+)))
