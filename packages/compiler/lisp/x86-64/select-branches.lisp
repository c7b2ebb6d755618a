;;;; Selection of jumps and branches.

(in-package #:astralisp.compiler)

(defun put-terminator (minst)
  "Set the targets of MINST, the last of its block."
  (setf (minst-targets minst) (mblock-succs *mblock*))
  minst)

(define-selector :jump (ins)
  (let ((uses '()))
    (dolist (arg (ins-args ins))
      (push (use-any (value arg)) uses))
    (put-terminator (apply #'put :jump (nreverse uses)))))

(define-selector :poll (ins)
  (declare (ignore ins))
  (unless (mfunc-no-poll *mfunc*)
    (setf (minst-site (put :poll)) t)))

(define-selector :switch (ins)
  (let ((minst (put :switch (use-in (argument ins 0) 0))))
    (setf (minst-clobbers minst) (list 0))
    (put-terminator minst)))

(define-selector :overflow-branch (ins)
  (let* ((kind (intern-arithmetic (ins-datum ins)))
         (args (mapcar #'replacement (ins-args ins)))
         (a (first args)) (b (second args)))
    (when (and b (member kind '(:add :imul)) (vreg-immediate (value a)))
      (let ((c a)) (setq a b b c)))
    (let ((minst (if (eq kind :imul)
                     (put-result ins :overflow-multiply
                                 (use-reg (value a)) (use-any (value b)))
                     (put-overflow ins kind (value a)
                                   (if b (value b) nil)))))
      (setf (minst-more minst) kind)
      (put-terminator minst))))

(defun intern-arithmetic (name)
  (cond ((string= (symbol-name name) "+") :add)
        ((string= (symbol-name name) "-") :sub)
        ((string= (symbol-name name) "*") :imul)
        (t :neg)))

(defun put-overflow (ins kind a b)
  (cond ((null b) (put-result ins :overflow-alu (use-tied a)))
        ((vreg-immediate b)
         (let ((minst (put-result ins :overflow-alu (use-tied a))))
           (setf (minst-imm minst) (vreg-immediate b))
           minst))
        (t
         (let ((minst (put-result ins :overflow-alu
                                  (use-tied a) (use-any b))))
           (setf (minst-swappable minst) (eq kind :add))
           minst))))

;;; Branches: MORE is the condition code under which the first target is
;;; taken; the OP says what is compared.

(defparameter *comparisons*
  (list (list :eq +cc-e+ +cc-e+)
        (list :fixnum= +cc-e+ +cc-e+) (list :word= +cc-e+ +cc-e+)
        (list :fixnum< +cc-l+ +cc-g+) (list :fixnum<= +cc-le+ +cc-ge+)
        (list :word-signed< +cc-l+ +cc-g+)
        (list :word-signed<= +cc-le+ +cc-ge+)
        (list :fixnum-below +cc-b+ +cc-a+)
        (list :word< +cc-b+ +cc-a+) (list :word<= +cc-be+ +cc-ae+))
  "Condition, its code, its code with exchanged operands.")

(define-selector :branch (ins)
  (let* ((condition (ins-datum ins))
         (comparison (assoc condition *comparisons*)))
    (if comparison
        (put-comparison ins (second comparison) (third comparison))
        (ecase condition
          ((:fixnum-test :word-test)
           (put-test ins))
          ((:fixnump :lowtag :consp :symbolp)
           (put-check ins condition (use-reg (argument ins 0))))
          (:both-fixnump (put-both-fixnump ins))
          ((:type-code :type-code-range :immediate-kind :layout-is)
           (put-check ins condition (use-reg (argument ins 0))))
          ((:double< :double<= :double= :single< :single<= :single=)
           (put-float-comparison ins condition))))))

(defun put-comparison (ins code swapped)
  (let ((a (argument ins 0)) (b (argument ins 1)))
    (when (and (vreg-constant a) (not (vreg-constant b)))
      (let ((c a)) (setq a b b c code swapped)))
    (let ((minst (if (vreg-immediate b)
                     (put :compare (use-any a))
                     (put :compare (use-reg a) (use-any b)))))
      (setf (minst-imm minst) (vreg-immediate b)
            (minst-more minst) code)
      (put-terminator minst))))

(defun put-test (ins)
  (let ((a (argument ins 0)) (b (argument ins 1)))
    (when (and (vreg-constant a) (not (vreg-constant b)))
      (let ((c a)) (setq a b b c)))
    (let ((minst (if (vreg-immediate b)
                     (put :test (use-reg a))
                     (put :test (use-reg a) (use-reg b)))))
      (setf (minst-imm minst) (vreg-immediate b)
            (minst-more minst) +cc-ne+)
      (put-terminator minst))))

(defun put-check (ins condition &rest uses)
  (let ((minst (apply #'put :check uses)))
    (setf (minst-more minst) condition
          (minst-imm minst)
          (if (eq condition :layout-is)
              (constant-index :layout (ins-get ins :n))
              (ins-get ins :n))
          (minst-extra minst) (ins-get ins :m))
    (put-terminator minst)))

(defun put-both-fixnump (ins)
  (let ((a (argument ins 0)) (b (argument ins 1)))
    (cond ((vreg-immediate a)
           (put-check ins :fixnump (use-reg b)))
          ((vreg-immediate b)
           (put-check ins :fixnump (use-reg a)))
          (t (put-check ins :both-fixnump (use-reg a) (use-reg b))))))

(defun put-float-comparison (ins condition)
  (let ((a (argument ins 0)) (b (argument ins 1)))
    (unless (member condition '(:double= :single=))
      ;; a < b is "b above a": the unordered case sets carry.
      (let ((c a)) (setq a b b c)))
    (let ((minst (put :float-compare (use-reg a) (use-any b))))
      (setf (minst-more minst) condition)
      (put-terminator minst))))
