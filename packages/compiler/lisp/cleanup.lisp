;;;; Low SSA made smaller: merged blocks, common subexpressions, dead code.

(in-package #:astralisp.compiler)

(defun resolve-arguments (func)
  "Let every argument be the value it was replaced by."
  (dolist (blok (func-blocks func))
    (do-instructions (ins blok)
      (do ((tail (ins-args ins) (cdr tail)))
          ((null tail))
        (setf (car tail) (replacement (car tail)))))))

(defun merge-blocks (func)
  "Join each block with its successor where no other edge leads there."
  (dolist (blok (func-blocks func)) (setf (blok-mark blok) t))
  (dolist (blok (func-blocks func))
    (when (blok-mark blok)
      (loop
        (let ((next (mergeable-successor blok)))
          (unless next (return))
          (merge-with blok next)))))
  (setf (func-blocks func) (remove-if-not #'blok-mark (func-blocks func))))

(defun mergeable-successor (blok)
  (let ((last (blok-last blok)))
    (and (eq (ins-opname last) :jump)
         (let ((next (car (ins-targets last))))
           (and (not (eq next blok))
                (not (eq next (func-entry (blok-func blok))))
                (null (cdr (blok-preds next)))
                (eq (blok-unwind next) (blok-unwind blok))
                next)))))

(defun merge-with (blok next)
  "Append the contents of NEXT, only reached from BLOK, to BLOK."
  (let ((args (ins-args (blok-last blok))))
    (dolist (param (blok-params next))
      (let ((value (replacement (pop args))))
        (when (and (ins-name param) (null (ins-name value)))
          (setf (ins-name value) (ins-name param)))
        (setf (ins-forward param) value)))
    (delete-ins (blok-last blok))
    (let ((ins (blok-first next)))
      (loop
        (when (null ins) (return))
        (let ((following (ins-next ins)))
          (append-ins blok ins)
          (setq ins following))))
    (setf (blok-mark next) nil)
    (unless (blok-cold next) (setf (blok-cold blok) nil))
    (dolist (target (successors blok))
      (setf (blok-preds target)
            (substitute blok next (blok-preds target))))))

;;; Common subexpressions by value numbers over the dominator tree.  Loads
;;; are common within a block while nothing is written.

(defun immediate-dominators (func)
  "Set the mark of each block of FUNC, in reverse post-order, to its
immediate dominator (Cooper, Harvey, Kennedy 2001)."
  (let ((order (post-order func)) (changed t))
    (let ((number (length order)))
      (dolist (blok order)
        (setq number (- number 1))
        (setf (blok-number blok) number)
        (setf (blok-mark blok) nil)))
    (setf (blok-mark (func-entry func)) (func-entry func))
    (loop
      (unless changed (return order))
      (setq changed nil)
      (dolist (blok order)
        (unless (eq blok (func-entry func))
          (let ((new nil))
            (dolist (pred (blok-preds blok))
              (when (blok-mark pred)
                (setq new (if new (common-dominator pred new) pred))))
            (unless (eq new (blok-mark blok))
              (setf (blok-mark blok) new)
              (setq changed t))))))))

(defun common-dominator (a b)
  ;; Numbers fall along reverse post-order: the entry has the greatest.
  (loop
    (when (eq a b) (return a))
    (if (< (blok-number a) (blok-number b))
        (setq a (blok-mark a))
        (setq b (blok-mark b)))))

(defun post-order (func)
  "The blocks of FUNC in reverse post-order."
  (let ((order '()) (stack '()) (seen (make-array (func-blocks-count func)
                                                  :initial-element nil)))
    (let ((number 0))
      (dolist (blok (func-blocks func))
        (setf (blok-number blok) number)
        (setq number (+ number 1))))
    (setf (svref seen (blok-number (func-entry func))) t)
    (push (cons (func-entry func) (reverse (successors (func-entry func))))
          stack)
    (loop
      (when (null stack) (return order))
      (let ((top (car stack)))
        (if (null (cdr top))
            (progn (push (car top) order) (pop stack))
            (let ((next (pop (cdr top))))
              (unless (svref seen (blok-number next))
                (setf (svref seen (blok-number next)) t)
                (push (cons next (reverse (successors next))) stack))))))))

(defun pure-low-p (ins)
  "Is INS worth sharing and without effect?"
  (and (not (eq (ins-rep ins) :none))
       (or (= 0 (op-effects (ins-op ins)))
           (ins-get ins :immutable)
           (member (ins-opname ins) '(:box-double :box-signed :box-unsigned)))
       (not (member (ins-opname ins)
                    '(:constant :word :double :single :cell :layout
                      :layout-word :static-address :overflow-branch
                      :allocate :make-closure :cons)))))

(defun low-key (value)
  "VALUE, or its literal datum when it is one."
  value)

(defun same-computation-p (a b)
  (and (eq (ins-op a) (ins-op b))
       (eql (ins-datum a) (ins-datum b))
       (let ((x (ins-args a)) (y (ins-args b)) (same t))
         (loop
           (when (or (null x) (null y))
             (return (and same (null x) (null y)
                          (equal (ins-attrs a) (ins-attrs b)))))
           (unless (same-value-p (car x) (car y)) (return nil))
           (setq x (cdr x) y (cdr y))))))

(defun same-value-p (a b)
  (let ((a (replacement a)) (b (replacement b)))
    (or (eq a b)
        (and (eq (ins-op a) (ins-op b))
             (member (ins-opname a) '(:constant :word :double))
             (eql (ins-datum a) (ins-datum b))))))

(defun value-hash (value)
  (let ((value (replacement value)))
    (if (member (ins-opname value) '(:constant :word :double :single))
        1
        (ins-number value))))

(defconstant +buckets+ 256 "Size of the table of known computations.")

(defun computation-hash (ins)
  (let ((hash (length (ins-args ins))))
    (dolist (arg (ins-args ins) hash)
      (setq hash (logand (+ (* 31 hash) (value-hash arg)) (- +buckets+ 1))))))

(defun share-computations (func)
  "Replace computations of FUNC already made by a dominating block."
  (let ((order (immediate-dominators func))
        (table (make-array +buckets+ :initial-element '())))
    (dolist (blok order)
      (do-instructions (ins blok)
        (when (pure-low-p ins)
          (let* ((hash (computation-hash ins))
                 (known (find-known ins (svref table hash))))
            (cond (known
                   (setf (ins-forward ins) known)
                   (delete-ins ins))
                  (t (push ins (svref table hash)))))))
      (share-loads blok))))

(defun find-known (ins candidates)
  (dolist (other candidates nil)
    (when (and (same-computation-p ins other)
               (dominates-p (ins-block other) (ins-block ins)))
      (return other))))

(defun dominates-p (a b)
  (loop
    (cond ((eq a b) (return t))
          ((>= (blok-number b) (blok-number a)) (return nil)))
    (setq b (blok-mark b))))

(defun share-loads (blok)
  "Within BLOK a load is the same as an earlier one if nothing was written
between them."
  (let ((loads '()) (count 0))
    (do-instructions (ins blok)
      (cond ((eq (ins-opname ins) :load)
             (let ((known (find-if (lambda (other)
                                     (and (eq (ins-rep ins) (ins-rep other))
                                          (same-computation-p ins other)))
                                   loads)))
               (cond (known
                      (setf (ins-forward ins) known)
                      (delete-ins ins))
                     ((< count 12)
                      (setq count (+ count 1))
                      (push ins loads)))))
            ((ins-effect-p ins (logior +writes+ +calls+ +polls+))
             (setq loads '() count 0))))))

;;; Dead low code

(defun low-flushable-p (ins)
  (let ((op (ins-op ins)))
    (cond ((op-terminator op) nil)
          ((member (ins-opname ins)
                   '(:param :argument :argument-count :self :value
                     :values-rest :value-count :second-result :binding-sp
                     :word-div :word-rem :word-sdiv :word-srem))
           t)
          (t (not (ins-effect-p ins
                                (logior +writes+ +calls+ +control+)))))))

(defun remove-dead-low (func)
  "Drop the low instructions and parameters that nothing needs."
  (let ((work '()))
    (dolist (blok (func-blocks func))
      (dolist (param (blok-params blok)) (setf (ins-mark param) nil))
      (do-instructions (ins blok)
        (setf (ins-mark ins) nil)
        (unless (low-flushable-p ins)
          (setf (ins-mark ins) :needed)
          (push ins work))))
    (loop
      (when (null work) (return))
      (let ((ins (pop work)))
        (unless (eq (ins-opname ins) :jump)
          (dolist (arg (ins-args ins))
            (let ((value (replacement arg)))
              (unless (ins-mark value)
                (setf (ins-mark value) :needed)
                (push value work)))))
        (when (eq (ins-opname ins) :param)
          (setq work (need-arguments ins work)))))
    (dolist (blok (func-blocks func)) (drop-unmarked blok))))

;;; Polls and order

(defun add-polls (func)
  "Put the blocks of FUNC in reverse post-order, and a poll in front of every
jump back to a loop."
  (setf (func-blocks func) (post-order func))
  (number-blocks func)
  (mark-loops func)
  (unless (func-no-poll func)
    (dolist (blok (func-blocks func))
      (let ((back nil))
        (dolist (target (successors blok))
          (when (<= (blok-number target) (blok-number blok)) (setq back t)))
        (when back
          (insert-before (blok-last blok) (new-ins func :poll '() nil)))))))

(defun number-values (func)
  "Number the values of FUNC densely in block order."
  (let ((number 0))
    (dolist (blok (func-blocks func))
      (dolist (param (blok-params blok))
        (setf (ins-number param) number)
        (setq number (+ number 1)))
      (do-instructions (ins blok)
        (setf (ins-number ins) number)
        (setq number (+ number 1))))
    (setf (func-values-count func) number)))

(defun cold-last (func)
  "Put the cold blocks of FUNC behind the others."
  (let ((warm '()) (cold '()))
    (dolist (blok (func-blocks func))
      (if (blok-cold blok) (push blok cold) (push blok warm)))
    (setf (func-blocks func) (append (nreverse warm) (nreverse cold)))))

(defun clean-up (func)
  "Everything after lowering."
  (resolve-arguments func)
  (merge-blocks func)
  (resolve-arguments func)
  (simplify-params func)
  (share-computations func)
  (resolve-arguments func)
  (settle-branches func)
  (remove-dead-low func)
  (add-polls func)
  (cool-down func)
  (cold-last func)
  (number-values func)
  func)
