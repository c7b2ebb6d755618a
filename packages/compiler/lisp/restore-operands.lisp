;;;; Overflow paths make their operands again instead of keeping them.

(in-package #:astralisp.compiler)

;;; The result of an :OVERFLOW-BRANCH is known in both of its targets, wrapped
;;; in the second.  There an operand is the result less the other one, so it
;;; need not live on beside the result: the fast path is one instruction on
;;; one register.  The second target may pass the operand on to the block that
;;; does the general operation; it then goes as an argument.

(defun restore-operands (func)
  "Change the overflow paths of FUNC as said above; it stays low SSA."
  (count-hot-uses func)
  (do-blocks (blok func)
    (let ((ins (terminator blok)))
      (when (and (eq (ins-opname ins) :overflow-branch)
                 (not (string= (symbol-name (ins-datum ins)) "*")))
        (restore-operand func ins)))))

(defun count-hot-uses (func)
  "Leave in the mark of each value how often hot blocks use it."
  (do-blocks (blok func)
    (dolist (param (blok-params blok)) (setf (ins-mark param) 0))
    (do-instructions (ins blok) (setf (ins-mark ins) 0)))
  (do-blocks (blok func)
    (unless (blok-cold blok)
      (do-instructions (ins blok)
        (dolist (arg (ins-args ins))
          (incf (ins-mark (replacement arg))))))))

(defun literal-p (ins)
  (member (ins-opname ins) '(:constant :bits-boxed)))

(defun restore-operand (func ins)
  (let* ((args (mapcar #'replacement (ins-args ins)))
         (a (first args)) (b (second args))
         (sum (string= (symbol-name (ins-datum ins)) "+"))
         (overflow (second (ins-targets ins))))
    (when (and sum (or (literal-p a)
                       (and (not (literal-p b))
                            (< (ins-mark b) (ins-mark a)))))
      (let ((c a)) (setq a b b c)))
    (unless (or (literal-p a) (eq a b))
      (if (and (eq (ins-opname (blok-first overflow)) :jump)
               (not (member a (jump-arguments overflow))))
          (let ((general (first (ins-targets (blok-first overflow)))))
            (when (and (blok-cold general) (used-in-p a general)
                       (every-jump-p general))
              (pass-operand func ins overflow general a b sum)))
          (when (used-in-p a overflow)
            (replace-in-blok a (restored-operand func ins overflow b sum)
                             overflow))))))

(defun jump-arguments (blok)
  (mapcar #'replacement (ins-args (blok-first blok))))

(defun every-jump-p (blok)
  "True when all predecessors of BLOK end with a jump."
  (dolist (pred (blok-preds blok) t)
    (unless (eq (ins-opname (terminator pred)) :jump) (return nil))))

(defun used-in-p (value blok)
  (do-instructions (ins blok)
    (dolist (arg (ins-args ins))
      (when (eq (replacement arg) value)
        (return-from used-in-p t))))
  nil)

(defun replace-in-blok (old new blok)
  "Change the uses of OLD in BLOK, but for NEW itself, to NEW."
  (do-instructions (ins blok)
    (unless (eq ins new)
      (setf (ins-args ins)
            (mapcar (lambda (arg)
                      (if (eq (replacement arg) old) new arg))
                    (ins-args ins))))))

(defun restored-operand (func ins overflow b sum)
  "The operand of INS that is not B, made again at the start of OVERFLOW."
  (let ((restored (if b
                      (new-ins func (if sum :fixnum- :fixnum+)
                               (list ins b) nil)
                      (new-ins func :fixnum-neg (list ins) nil))))
    (setf (ins-position restored) (ins-position ins)
          (ins-mark restored) 0)
    (insert-before (blok-first overflow) restored)))

(defun pass-operand (func ins overflow general a b sum)
  "Give the block GENERAL a parameter in place of A: from OVERFLOW it is A
made again, from elsewhere A itself."
  (let ((restored (restored-operand func ins overflow b sum))
        (param (new-param general)))
    (setf (ins-name param) (ins-name a)
          (ins-mark param) 0)
    (replace-in-blok a param general)
    (dolist (pred (blok-preds general))
      (let ((jump (terminator pred)))
        (setf (ins-args jump)
              (append (ins-args jump)
                      (list (if (eq pred overflow) restored a))))))))
