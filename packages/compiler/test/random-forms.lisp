;;;; Random programs: what the front end makes of them against SBCL.

(defpackage #:astralisp.random-forms
  (:use #:common-lisp)
  (:export #:random-program))

(in-package #:astralisp.random-forms)

;;; Programs are closed expressions over integers that end, since every loop
;;; counts.  VARS are the variables in scope, FUNS local functions with their
;;; number of parameters, BLOCKS names to return from.

(defstruct scope (vars '()) (funs '()) (blocks '()) (tags '()) (catches '()))

(defvar *state* (make-random-state nil))
(defun pick (list) (nth (random (length list) *state*) list))
(defun chance (n) (= 0 (random n *state*)))

(defun random-integer ()
  (case (random 6 *state*)
    (0 (random 10 *state*))
    (1 (- (random 10 *state*)))
    (2 (- (random 2000 *state*) 1000))
    (3 (pick (list 1152921504606846975 -1152921504606846976
                   1152921504606846976 18446744073709551615 4294967296
                   9223372036854775807 -9223372036854775808)))
    (4 (random (expt 2 61) *state*))
    (t (random 3 *state*))))

(defun extend (scope &key vars funs blocks catches)
  (let ((new (copy-scope scope)))
    (setf (scope-vars new) (append vars (scope-vars scope)))
    (setf (scope-funs new) (append funs (scope-funs scope)))
    (setf (scope-blocks new) (append blocks (scope-blocks scope)))
    (setf (scope-catches new) (append catches (scope-catches scope)))
    new))

(defvar *names* 0)
(defun fresh (prefix)
  (intern (format nil "~A~D" prefix (incf *names*)) '#:astralisp.random-forms))

(defun leaf (scope)
  (if (and (scope-vars scope) (not (chance 3)))
      (pick (scope-vars scope))
      (random-integer)))

(defun test-form (depth scope)
  (case (random 7 *state*)
    (0 `(< ,(form depth scope) ,(form depth scope)))
    (1 `(= ,(form depth scope) ,(form depth scope)))
    (2 `(eql ,(form depth scope) ,(leaf scope)))
    (3 `(and ,(test-form (1- depth) scope) ,(test-form (1- depth) scope)))
    (4 `(or ,(test-form (1- depth) scope) ,(test-form (1- depth) scope)))
    (5 `(not ,(test-form (1- depth) scope)))
    (t (pick (list `(evenp ,(form depth scope)) `(plusp ,(form depth scope))
                   `(zerop ,(leaf scope)) t nil
                   `(typep ,(leaf scope) 'fixnum))))))

(defun small (depth scope)
  "A form whose value stays small."
  `(logand ,(form depth scope) ,(pick '(7 255 1023))))

(defun arithmetic (depth scope)
  (let ((a (form depth scope)) (b (form depth scope)))
    (case (random 14 *state*)
      ((0 1) `(+ ,a ,b)) ((2 3) `(- ,a ,b))
      (4 `(* ,(small depth scope) ,(small depth scope)))
      (5 `(logand ,a ,b)) (6 `(logior ,a ,b)) (7 `(logxor ,a ,b))
      (8 `(lognot ,a)) (9 `(ash ,a ,(- (random 20 *state*) 12)))
      (10 `(1+ ,a)) (11 `(floor ,a ,(pick '(1 2 3 7 16 -3 1000))))
      (12 `(mod ,a ,(pick '(1 2 8 10 -7)))) (t `(max ,a ,b)))))

(defun binding-form (depth scope)
  (let* ((var (fresh "V")) (inner (extend scope :vars (list var))))
    (case (random 4 *state*)
      (0 `(let ((,var ,(form depth scope)))
            ,@(if (chance 2)
                  `((setq ,var ,(form depth inner)))
                  '())
            ,(form depth inner)))
      (1 `(let ((,var (logand ,(form depth scope) 65535)))
            (declare (type (unsigned-byte 16) ,var))
            ,(form depth inner)))
      (2 (let ((other (fresh "V")))
           `(multiple-value-bind (,var ,other)
                ,(pick (list `(floor ,(form depth scope) 7)
                             `(values ,(form depth scope)
                                      ,(form depth scope))
                             `(truncate ,(form depth scope) 1000)))
              ,(form depth (extend inner :vars (list other))))))
      (t (let ((other (fresh "V")))
           `(let* ((,var ,(form depth scope))
                   (,other ,(form depth inner)))
              ,(form depth (extend inner :vars (list other)))))))))

(defun loop-form (depth scope)
  (let* ((i (fresh "I")) (sum (fresh "S")) (block (fresh "B"))
         (inner (extend scope :vars (list i sum)
                              :blocks (list block))))
    (case (random 3 *state*)
      (0 `(let ((,sum 0))
            (dotimes (,i ,(pick '(0 1 3 6)) ,sum)
              (setq ,sum
                    (logand 1048575
                            (+ ,sum
                               ,(form depth (extend scope :vars
                                                    (list i sum)))))))))
      (1 `(block ,block
            (let ((,sum ,(form depth scope)))
              (dotimes (,i 5 ,sum)
                (when ,(test-form depth inner)
                  (return-from ,block ,(form depth inner)))
                (setq ,sum (logxor ,sum ,(form depth inner)))))))
      (t (let ((f (fresh "F")))
           `(labels ((,f (,i ,sum)
                       (if (>= ,i ,(pick '(0 2 5)))
                           ,sum
                           (,f (1+ ,i)
                               (logand 16777215
                                       ,(form depth
                                              (extend scope
                                                      :vars (list i sum))))))))
              (,f 0 ,(form depth scope))))))))

(defun function-form (depth scope)
  (let* ((f (fresh "F")) (p (fresh "P")) (q (fresh "Q"))
         (body (form depth (extend scope :vars (list p q))))
         (inner (extend scope :funs (list (list f 2)))))
    (case (random 4 *state*)
      (0 `(flet ((,f (,p ,q) ,body)) ,(form depth inner)))
      (1 `(flet ((,f (,p &optional (,q ,(leaf scope))) ,body))
            (+ (,f ,(form depth scope)) (,f ,(form depth scope)
                                            ,(form depth scope)))))
      (2 `(funcall (lambda (,p &key (,q ,(leaf scope))) ,body)
                   ,(form depth scope) ,@(if (chance 2)
                                             `(,(intern (symbol-name q) :keyword)
                                               ,(form depth scope))
                                             '())))
      (t `(let ((,f (lambda (,p ,q) ,body)))
            ,(if (chance 2)
                 `(+ (funcall ,f ,(form depth scope) ,(form depth scope))
                     (funcall ,f ,(leaf scope) ,(leaf scope)))
                 `(apply ,f (list ,(form depth scope)
                                  ,(form depth scope)))))))))

(defun control-form (depth scope)
  (let* ((block (fresh "B")) (tag (fresh "TAG")) (v (fresh "V"))
         (inside (extend scope :blocks (list block)))
         (caught (extend scope :catches (list tag))))
    (case (random 6 *state*)
      (0 `(block ,block ,(form depth inside)))
      (1 `(catch ',tag ,(form depth caught)))
      (2 `(let ((,v ,(form depth scope)))
            (+ (block ,block
                 (unwind-protect ,(form depth (extend inside :vars (list v)))
                   (setq ,v ,(form depth (extend scope :vars (list v))))))
               ,v)))
      (3 `(block ,block
            (funcall (lambda () ,(form depth inside)))))
      (4 `(case ,(small depth scope)
            (0 ,(form depth scope)) ((1 2 3) ,(form depth scope))
            (t ,(form depth scope))))
      (t `(let ((,v 0))
            (tagbody
             again
               (setq ,v (1+ ,v))
               (if (< ,v ,(pick '(1 3)))
                   (progn ,(form depth (extend scope :vars (list v)))
                          (go again))))
            ,v)))))

(defun exit-form (depth scope)
  (cond ((and (scope-blocks scope) (chance 2))
         `(return-from ,(pick (scope-blocks scope)) ,(form depth scope)))
        ((scope-catches scope)
         `(throw ',(pick (scope-catches scope)) ,(form depth scope)))
        (t (form depth scope))))

(defun form (depth scope)
  (if (<= depth 0)
      (leaf scope)
      (let ((depth (1- depth)))
        (case (random 12 *state*)
          ((0 1 2) (arithmetic depth scope))
          (3 `(if ,(test-form depth scope) ,(form depth scope)
                  ,(form depth scope)))
          ((4 5) (binding-form depth scope))
          (6 (loop-form depth scope))
          (7 (function-form depth scope))
          (8 (control-form depth scope))
          (9 (if (scope-funs scope)
                 `(,(first (pick (scope-funs scope))) ,(form depth scope)
                   ,(form depth scope))
                 (leaf scope)))
          (10 (if (chance 3) (exit-form depth scope) (leaf scope)))
          (t (let ((var (and (scope-vars scope) (pick (scope-vars scope)))))
               (if (and var (chance 2)
                        (not (char= #\I (char (symbol-name var) 0))))
                   `(setq ,var ,(let ((f (form depth scope)))
                                  `(logand 65535 ,f)))
                   (leaf scope))))))))

(defun random-program (seed)
  "A list with one DEFUN and a call of it, the same for the same SEED."
  (let ((*state* (sb-ext:seed-random-state seed)) (*names* 0))
    (let ((args (list (random-integer) (random-integer))))
      `((defun random-function (a b)
          ,@(if (chance 3) '((declare (type integer a))) '())
          ,(form 4 (make-scope :vars '(a b))))
        (random-function ,@args)))))
