;;;; Random functions in low SSA.

(in-package #:astralisp.compiler)

(defvar *rs* nil "The random state.")
(defvar *rf* nil "The function being made.")
(defvar *rb* nil "The block being filled.")
(defvar *pool* '() "Values in sight: (kind . ins).")
(defvar *budget* 0 "Instructions left to make.")
(defvar *leafy* nil "True: calls stand in cold blocks only.")

(defun rnd (n) (random n *rs*))
(defun pick (&rest list) (nth (rnd (length list)) list))

(defun gen (name &optional args datum attrs)
  (let ((ins (append-ins *rb* (new-ins *rf* name args datum attrs))))
    (when (and (func-policy *rf*) (zerop (rnd 4)))
      (setf (ins-name ins) (pick 'x 'y 'z 'u 'v 'w)))
    ins))

;;; The back end asks a policy this only; here a policy is that number.
(unless (fboundp 'policy-debug)
  (setf (symbol-function 'policy-debug) (lambda (policy) policy)))

(defun pool-values (kind)
  (let ((found '()))
    (dolist (entry *pool* found)
      (when (eq (car entry) kind) (push (cdr entry) found)))))

(defun random-literal (kind)
  (ecase kind
    (:fix (gen :constant '() (case (rnd 4)
                               (0 (- (rnd 100) 50))
                               (1 (- (rnd (expt 2 40)) (expt 2 39)))
                               (2 (pick +most-positive-fixnum+
                                        +most-negative-fixnum+ 0 1 -1))
                               (t (rnd 1000000)))))
    (:word (gen :word '() (case (rnd 4)
                            (0 (rnd 100))
                            (1 (rnd (expt 2 64)))
                            (2 (pick 0 1 (1- (expt 2 64)) (expt 2 63) 255))
                            (t (rnd (expt 2 32))))))
    (:double (gen :double '()
                  (let ((d (coerce (- (rnd 1000) 500) 'double-float)))
                    (logior (ash (ldb (byte 32 0)
                                      (sb-kernel:double-float-high-bits d))
                                 32)
                            (sb-kernel:double-float-low-bits d)))))
    (:box (gen :box-signed (list (random-value :word))))
    (:dbox (gen :box-double (list (random-value :double))))
    (:cons (gen :cons (list (random-value :fix) (random-value :fix))))))

(defun random-value (kind)
  (let ((values (pool-values kind)))
    (if (and values (< (rnd 8) 7))
        (if (< (rnd 3) 1)
            (nth (rnd (min 4 (length values))) (reverse values))
            (nth (rnd (length values)) values))
        (random-literal kind))))

(defun add-to-pool (kind ins)
  (push (cons kind ins) *pool*)
  ins)

(defun random-conversion ()
  (case (rnd 4)
    (0 (add-to-pool :word (gen :fixnum-to-word (list (random-value :fix)))))
    (1 (add-to-pool :fix
                    (gen :word-to-fixnum
                         (list (gen :word-shr
                                    (list (random-value :word)
                                          (gen :word '() 8)))))))
    (2 (add-to-pool :word (gen :unbox-word
                               (list (random-value :box)))))
    (t (add-to-pool :box (gen (pick :box-signed :box-unsigned)
                              (list (random-value :word)))))))

(defun random-double-instruction ()
  (case (rnd 5)
    (0 (add-to-pool :double
                    (gen :word-to-double
                         (list (gen :word-and
                                    (list (random-value :word)
                                          (gen :word '() 65535)))))))
    (1 (add-to-pool :word (gen :double-bits (list (random-value :double)))))
    (2 (add-to-pool :double (gen :double-neg (list (random-value :double)))))
    (3 (if (zerop (rnd 2))
           (add-to-pool :dbox (gen :box-double (list (random-value :double))))
           (add-to-pool :double
                        (gen :unbox-double
                             (list (random-value :dbox))))))
    (t (add-to-pool :double (gen (pick :double+ :double-)
                                 (list (random-value :double) (random-value :double)))))))

(defun random-instruction ()
  (flet ((fix () (random-value :fix)) (word () (random-value :word)))
    (case (rnd 14)
      ((0 1 2)
       (add-to-pool :fix
                    (gen (pick :fixnum+ :fixnum- :fixnum-and :fixnum-or
                               :fixnum-xor :fixnum* :fixnum+ :fixnum-)
                         (list (fix) (fix)))))
      (3 (add-to-pool :fix (gen (pick :fixnum-not :fixnum-neg)
                                (list (fix)))))
      (4 (add-to-pool :fix (gen (pick :fixnum-shl :fixnum-sar)
                                (list (fix)) (1+ (rnd 20)))))
      ((5 6)
       (add-to-pool :word
                    (gen (pick :word+ :word- :word* :word-and :word-or
                               :word-xor :word-mul-high)
                         (list (word) (word)))))
      (7 (add-to-pool :word
                      (gen (pick :word-shl :word-shr :word-sar :word-rotl)
                           (list (word)
                                 (if (zerop (rnd 2))
                                     (gen :word '() (rnd 64))
                                     (gen :word-and
                                          (list (word)
                                                (gen :word '() 63))))))))
      (8 (add-to-pool :word
                      (gen (pick :word-not :word-neg :word-popcount
                                 :word-length :word-trailing-zeros)
                           (list (word)))))
      (9 (let ((divisor (gen :word-or (list (word) (gen :word '() 1)))))
           (add-to-pool :word
                        (gen (pick :word-div :word-rem)
                             (list (word) divisor)))))
      (10 (random-conversion))
      (11 (random-double-instruction))
      (12 (case (rnd 3)
            (0 (add-to-pool :cons (gen :cons (list (fix) (fix)))))
            (1 (add-to-pool :fix (gen :load (list (random-value :cons)) :boxed
                                      (list :disp (pick -7 1)))))
            (t (gen :store (list (random-value :cons) (fix)) :boxed
                    (list :disp (pick -7 1) :barrier t)))))
      (t (case (rnd 3)
           (0 (gen :poll))
           (1 (let ((wide (gen :word-mul-wide (list (word) (word)))))
                (add-to-pool :word wide)
                (add-to-pool :word (gen :second-result (list wide) 1))))
           (t (let* ((a (word)) (b (word))
                     (carry (gen :word-and (list (word) (gen :word '() 1))))
                     (sum (gen (pick :word-add-carry :word-sub-borrow)
                               (list a b carry))))
                (add-to-pool :word sum)
                (add-to-pool :word (gen :second-result (list sum) 1)))))))))

(defun random-call ()
  (if (and *leafy* (not (blok-cold *rb*)) (plusp (rnd 5)))
      (random-instruction)
      (random-plain-call)))

(defun random-plain-call ()
  (let* ((count (rnd 7)) (args '()) (call nil)
         (name (pick 'helper-0 'helper-1 'helper-2 'helper-3)))
    (dotimes (i count) (push (random-value :fix) args))
    (setq count (pick 1 2 5 6))
    (setq args (subseq (append args (list (random-value :fix)
                                          (random-value :fix)
                                          (random-value :fix)
                                          (random-value :fix)
                                          (random-value :fix)
                                          (random-value :fix)))
                       0 (ecase name
                           (helper-0 1) (helper-1 2) (helper-2 5)
                           (helper-3 6))))
    (setq call (gen :call args name (list :values :any)))
    (add-to-pool :fix call)
    (when (zerop (rnd 2))
      (let ((second (gen :value (list call) 1)))
        (when (zerop (rnd 4))
          (add-to-pool :word (gen :value-count (list call))))
        ;; HELPER-1 returns one value only: the second is NIL.
        (if (eq name 'helper-1)
            (add-to-pool :word (gen :boxed-bits (list second)))
            (add-to-pool :fix second))
        (return-from random-plain-call)))
    (when (zerop (rnd 4))
      (add-to-pool :word (gen :value-count (list call))))))

;;; Control flow.  Each of these leaves *RB* at a block that goes on.

(defun jump-to (blok args)
  (let ((jump (gen :jump args)))
    (setf (ins-targets jump) (list blok)
          (blok-preds blok) (append (blok-preds blok) (list *rb*)))))

(defun start-blok (blok)
  (setf (func-blocks *rf*) (append (func-blocks *rf*) (list blok)))
  (setq *rb* blok))

(defun end-blok (name args datum attrs &rest targets)
  (let ((ins (gen name args datum attrs)))
    (setf (ins-targets ins) targets)
    (dolist (target targets ins)
      (setf (blok-preds target)
            (append (blok-preds target) (list *rb*))))))

(defun random-branch (then else)
  (flet ((fix () (random-value :fix)) (word () (random-value :word)))
    (case (rnd 4)
      (0 (end-blok :branch (list (fix) (fix))
                   (pick :fixnum< :fixnum<= :fixnum= :fixnum-below :eq
                         :fixnum-test)
                   '() then else))
      (1 (end-blok :branch (list (word) (word))
                   (pick :word< :word<= :word= :word-signed<
                         :word-signed<= :word-test)
                   '() then else))
      (2 (end-blok :branch (list (random-value :double)
                                 (random-value :double))
                   (pick :double< :double<= :double=) '() then else))
      (t (end-blok :branch (list (fix)) :fixnump '() then else)))))

(defun rep-of (kind)
  (ecase kind
    ((:fix :box :dbox :cons) :boxed) (:word :word) (:double :double)))

(defun random-join-kinds ()
  (let ((kinds '()))
    (dotimes (i (rnd 4) kinds)
      (push (pick :fix :word :double :fix) kinds))))

(defun add-params (blok kinds)
  (dolist (kind kinds)
    (let ((param (new-param blok)))
      (setf (ins-rep param) (rep-of kind))
      (add-to-pool kind param))))

(defun random-diamond ()
  (let ((then (new-blok *rf*)) (else (new-blok *rf*)) (join (new-blok *rf*))
        (kinds (random-join-kinds)) (pool nil) (cold (zerop (rnd (if *leafy* 2 3)))))
    (if (zerop (rnd 3))
        (let ((ins (end-blok :overflow-branch
                             (list (random-value :fix) (random-value :fix))
                             (pick '+ '- '*) '() then else))
              (before *pool*))
          (setq pool before)
          (start-blok then)
          (add-to-pool :fix ins))
        (progn (random-branch then else)
               (setq pool *pool*)
               (start-blok then)))
    (random-code (rnd 6))
    (jump-to join (mapcar #'random-value kinds))
    (setq *pool* pool)
    (start-blok else)
    (setf (blok-cold else) cold)
    (when (and cold *leafy*) (random-plain-call))
    (unless (and cold *leafy* (zerop (rnd 2)))
      (random-code (rnd 6)))
    (when cold (setf (blok-cold *rb*) t))
    (jump-to join (mapcar #'random-value kinds))
    (setq *pool* pool)
    (start-blok join)
    (add-params join kinds)))

(defun random-loop ()
  (let* ((header (new-blok *rf*)) (body (new-blok *rf*)) (exit (new-blok *rf*))
         (kinds (random-join-kinds))
         (initial (mapcar #'random-value kinds))
         (limit (gen :constant '() (1+ (rnd 8)))) (pool nil))
    (jump-to header (cons (gen :constant '() 0) initial))
    (start-blok header)
    (let ((counter (new-param header)))
      (add-params header kinds)
      (setq pool *pool*)
      (end-blok :branch (list counter limit) :fixnum< '() body exit)
      (start-blok body)
      (add-to-pool :fix counter)
      (random-code (1+ (rnd 8)))
      (gen :poll)
      (let ((next (gen :fixnum+ (list counter (gen :constant '() 1)))))
        (jump-to header (cons next (mapcar #'random-value kinds)))))
    (setq *pool* pool)
    (start-blok exit)))

(defun random-switch ()
  (let* ((word (gen :word-and (list (random-value :word)
                                    (gen :word '() 7))))
         (cases '()) (join (new-blok *rf*)) (pool *pool*))
    (dotimes (i 4) (push (new-blok *rf*) cases))
    (apply #'end-blok :switch (list word) nil '() cases)
    (dolist (blok cases)
      (setq *pool* pool)
      (start-blok blok)
      (random-code (rnd 3))
      (jump-to join (list (random-value :fix))))
    (setq *pool* pool)
    (start-blok join)
    (add-params join '(:fix))))

(defun random-code (count)
  (dotimes (i count)
    (when (> *budget* 0)
      (decf *budget*)
      (case (rnd 12)
        (0 (random-diamond))
        (1 (random-loop))
        (2 (random-call))
        (3 (if (zerop (rnd 3)) (random-switch) (random-call)))
        (t (random-instruction))))))

(defun random-return ()
  "Return a mixture of all that is in sight."
  (let ((sum (gen :constant '() 0)) (words (gen :word '() 0)))
    (dolist (ins (pool-values :fix))
      (setq sum (gen :fixnum-xor
                     (list ins (gen :fixnum+ (list sum sum))))))
    (dolist (ins (pool-values :word))
      (setq words (gen :word-xor
                       (list (gen :word-rotl (list words
                                                   (gen :word '() 3)))
                             ins))))
    (dolist (ins (pool-values :double))
      (setq words (gen :word-xor
                       (list (gen :word-rotl (list words
                                                   (gen :word '() 5)))
                             (gen :double-bits (list ins))))))
    (gen :return (list sum
                       (gen :word-to-fixnum
                            (list (gen :word-and
                                       (list words
                                             (gen :word '()
                                                  (1- (expt 2 60)))))))
                       (random-value :fix)))))

(defun random-func (name seed size)
  "A function of three arguments, made from SEED."
  (let* ((*rs* (sb-ext:seed-random-state seed)) (*rf* (%make-func name))
         (*rb* nil) (*pool* '()) (*budget* size) (*leafy* (evenp seed))
         (count (1+ (rnd 6))))
    (setf (func-min-args *rf*) count (func-max-args *rf*) count)
    ;; Every third function keeps its variables for the debugger.
    (when (= 0 (mod seed 3)) (setf (func-policy *rf*) 2))
    (let ((entry (new-blok *rf*)))
      (setf (func-entry *rf*) entry)
      (start-blok entry)
      (dotimes (i count)
        (add-to-pool :fix (gen :argument '() i)))
      (loop
        (when (<= *budget* 0) (return))
        (random-code 3))
      (random-return))
    *rf*))

(defparameter *helpers* "
function helper-0 1 1
  b0
    v0 = argument 0
    v1 = constant 17
    v2 = fixnum+ v0 v1
    v3 = fixnum-xor v2 v0
    return v3 v2
function helper-1 2 2
  b0
    v0 = argument 0
    v1 = argument 1
    v2 = fixnum- v0 v1
    return v2
function helper-2 5 5
  b0
    v0 = argument 0
    v1 = argument 1
    v2 = argument 2
    v3 = argument 3
    v4 = argument 4
    v5 = call helper-0 v4
    v6 = fixnum+ v0 v1
    v7 = fixnum-xor v2 v3
    v8 = fixnum+ v6 v7
    v9 = fixnum- v8 v5
    return v9 v4 v6
function helper-3 6 6
  b0
    v0 = argument 0
    v1 = argument 1
    v2 = argument 2
    v3 = argument 3
    v4 = argument 4
    v5 = argument 5
    v6 = fixnum- v0 v5
    v7 = fixnum-xor v6 v4
    tail-call helper-2 v7 v1 v2 v3 v4
")
