;;;; Gabriel's BOYER: a rewriting theorem prover on lists and property lists.

(in-package #:astralisp.bench)

;;; After R. P. Gabriel, "Performance and Evaluation of Lisp Systems" (1985),
;;; 3.14: rules (EQUAL left right) are kept on the head of their left side; a
;;; term is rewritten from the inside out, then proved by splitting IFs. The
;;; rules here are a selection that rewrites the same kind of terms.

(defvar *rules*
  '((equal (and p q) (if p (if q (t) (f)) (f)))
    (equal (or p q) (if p (t) (if q (t) (f))))
    (equal (not p) (if p (f) (t)))
    (equal (implies p q) (if p (if q (t) (f)) (t)))
    (equal (iff x y) (and (implies x y) (implies y x)))
    (equal (if (if a b c) d e) (if a (if b d e) (if c d e)))
    (equal (plus (plus x y) z) (plus x (plus y z)))
    (equal (equal (plus a b) (zero)) (and (zerop a) (zerop b)))
    (equal (equal (plus a b) (plus a c)) (equal (fix b) (fix c)))
    (equal (difference x x) (zero))
    (equal (times x (plus y z)) (plus (times x y) (times x z)))
    (equal (times (times x y) z) (times x (times y z)))
    (equal (equal (times x y) (zero)) (or (zerop x) (zerop y)))
    (equal (append (append x y) z) (append x (append y z)))
    (equal (reverse (append a b)) (append (reverse b) (reverse a)))
    (equal (length (reverse x)) (length x))
    (equal (member a (append b c)) (or (member a b) (member a c)))
    (equal (member a (reverse x)) (member a x))
    (equal (remainder y 1) (zero))
    (equal (lessp (remainder x y) y) (not (zerop y)))
    (equal (remainder x x) (zero))
    (equal (lessp (plus x y) (plus x z)) (lessp y z))
    (equal (difference (plus x y) x) (fix y))
    (equal (difference (plus y x) x) (fix y))
    (equal (times x (difference c w)) (difference (times c x) (times w x)))
    (equal (zerop x) (or (equal x (zero)) (not (numberp x))))
    (equal (gt x y) (lessp y x))
    (equal (le x y) (not (lessp y x)))
    (equal (ge x y) (not (lessp x y)))
    (equal (boolean x) (or (equal x (t)) (equal x (f))))
    (equal (even1 x) (if (zerop x) (t) (odd (sub1 x))))
    (equal (nlistp x) (not (listp x)))))

(defun add-rule (rule)
  (push rule (get (car (second rule)) 'rules)))

(defvar *bindings* '())

(defun unify-p (pattern term)
  "Match PATTERN against TERM; bindings of variables go to *BINDINGS*."
  (cond ((consp pattern)
         (and (consp term)
              (eq (car pattern) (car term))
              (unify-arguments-p (cdr pattern) (cdr term))))
        ((not (symbolp pattern)) (equal pattern term))
        (t (let ((bound (assoc pattern *bindings*)))
             (cond (bound (equal (cdr bound) term))
                   (t (push (cons pattern term) *bindings*) t))))))

(defun unify-arguments-p (patterns terms)
  (cond ((null patterns) (null terms))
        ((null terms) nil)
        (t (and (unify-p (car patterns) (car terms))
                (unify-arguments-p (cdr patterns) (cdr terms))))))

(defun substitute-bindings (bindings term)
  (if (consp term)
      (cons (car term)
            (mapcar (lambda (argument)
                      (substitute-bindings bindings argument))
                    (cdr term)))
      (let ((bound (assoc term bindings)))
        (if bound (cdr bound) term))))

(defun rewrite (term)
  (if (consp term)
      (rewrite-with-rules (cons (car term) (mapcar #'rewrite (cdr term)))
                          (get (car term) 'rules))
      term))

(defun rewrite-with-rules (term rules)
  (dolist (rule rules term)
    (setf *bindings* '())
    (when (unify-p (second rule) term)
      (return (rewrite (substitute-bindings *bindings* (third rule)))))))

(defun true-p (term known)
  (or (equal term '(t)) (member term known :test #'equal)))

(defun false-p (term known)
  (or (equal term '(f)) (member term known :test #'equal)))

(defun tautology-p (term true false)
  (cond ((true-p term true) t)
        ((false-p term false) nil)
        ((not (consp term)) nil)
        ((eq (car term) 'if)
         (destructuring-bind (test then else) (cdr term)
           (cond ((true-p test true) (tautology-p then true false))
                 ((false-p test false) (tautology-p else true false))
                 (t (and (tautology-p then (cons test true) false)
                         (tautology-p else true (cons test false)))))))
        (t nil)))

(defvar *theorem*
  '(implies (and (implies x y)
                 (and (implies y z) (and (implies z u) (implies u w))))
            (implies x w)))

(defvar *instance*
  '((x . (f (plus (plus a b) (plus c (zero)))))
    (y . (f (times (times a b) (plus c d))))
    (z . (f (reverse (append (append a b) (nil)))))
    (u . (equal (plus a b) (difference x y)))
    (w . (lessp (remainder a b) (member a (length b))))))

(define-kernel kernel-boyer (t t)
  (dolist (rule *rules*)
    (remprop (car (second rule)) 'rules))
  (mapc #'add-rule *rules*)
  (let* ((term (substitute-bindings *instance* *theorem*))
         (proved nil))
    (dotimes (i 12)
      (setf proved (tautology-p (rewrite term) '() '())))
    (list proved
          (tautology-p (rewrite '(implies (and p q) (or q p))) '() '()))))
