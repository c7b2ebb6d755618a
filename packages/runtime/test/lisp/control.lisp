;;;; Tests of control macros, binding, iteration, places (CLHS 3, 5, 6).

(in-package #:astralisp.test)

(define-test and-or
  (list (and) (and 1) (and 1 2) (and nil 2) (or) (or nil 3) (or 1 2)
        (multiple-value-list (or nil (values 1 2)))
        (multiple-value-list (or (values 1 2) 3))
        (multiple-value-list (and 1 (values 1 2)))))
(define-test cond
  (list (cond) (cond (nil 1)) (cond (3)) (cond (nil) (t 1 2))
        (multiple-value-list (cond ((values 1 2))))
        (multiple-value-list (cond (t (values 1 2))))
        (cond ((= 1 2) 'a) ((= 1 1) 'b) (t 'c))))
(define-test when-unless
  (list (when t) (when nil 1) (when 1 2 3) (unless nil 4) (unless t 4)))
(define-test case
  (list (case 3 (1 'a) ((2 3) 'b)) (case 'x (x 1) (t 2)) (case 9 (1 2))
        (case nil (nil 'no) (t 'yes)) (case nil ((nil) 'no) (t 'yes))
        (case 't ((t) 'tt) (otherwise 'o)) (case #\a ((#\b #\a) 'char))
        (case 1.0 (1 'int) (1.0 'float)) (case 5 (otherwise 1))
        (case 1 (1)) (case 'otherwise ((otherwise) 3))))
(define-test ecase-hit (ecase 'b (a 1) ((b c) 2)))
(define-test ecase-miss (ecase (identity 9) (1 'a)))
(define-test ccase-store
  (let ((x 5))
    (handler-bind ((type-error (lambda (c) (store-value 1 c))))
      (list (ccase x (1 'one) (2 'two)) x))))
(define-test typecase
  (list (typecase 1 (string 's) (integer 'i)) (typecase "x" (symbol 1) (t 2))
        (typecase nil (list 'l) (null 'n)) (typecase 1.5 (integer 1))
        (etypecase 'a (symbol 's)) (typecase 3 ((integer 5) 'big)
                                     ((or symbol fixnum) 'f))))
(define-test etypecase-miss (etypecase (identity 3) (string 1)))
(define-test ctypecase-store
  (let ((x 5))
    (handler-bind ((type-error (lambda (c) (store-value "s" c))))
      (list (ctypecase x (string 'str)) x))))
(define-test prog1-prog2
  (let ((x 0)) (list (prog1 (incf x) (incf x)) (prog2 1 2 (incf x)) x)))
(define-test prog
  (list (prog ((i 0) (l nil))
         a (push i l) (incf i) (when (< i 3) (go a)) (return l))
        (prog* ((a 1) (b (+ a 1))) (return (list a b)))
        (prog (x) (declare (ignorable x)) 5)))
(define-test do
  (list (do ((i 0 (1+ i)) (l nil (cons i l))) ((= i 4) l))
        (do* ((i 0 (1+ i)) (j i i)) ((= i 3) (list i j)))
        (do ((x '(1 2 3) (cdr x)) (sum 0 (+ sum (car x)))) ((null x) sum))
        (do ((i 0 (+ i 1))) ((= i 3)))
        (do (i) (t 1 2))
        (do ((i 0 (1+ i))) (nil) (when (> i 5) (return i)))))
(define-test do-closures
  (let ((fs (do ((i 0 (1+ i)) (l nil)) ((= i 3) l)
              (let ((j i)) (push (lambda () j) l)))))
    (mapcar #'funcall fs)))
(define-test dolist
  (let ((r nil))
    (list (dolist (x '(1 2 3) (list x r)) (push x r))
          (dolist (x '(1 2 3)) (when (= x 2) (return 'found)))
          (dolist (x nil 'none) (push x r))
          (let ((l (list 1 2 3)))
            (dolist (x l l) (when (= x 1) (setf (cdr l) (cddr l))))))))
(define-test dolist-go
  (let ((r nil))
    (dolist (x '(1 2 3 4) (nreverse r))
      (when (oddp x) (go skip))
      (push x r)
      skip)))
(define-test dolist-dotted (dolist (x (identity '(1 . 2))) x))
(define-test dotimes
  (let ((r nil))
    (list (dotimes (i 3 (list i r)) (push i r)) (dotimes (i 0 i))
          (dotimes (i -2 i)) (dotimes (i 10) (when (= i 4) (return i)))
          (let ((n 3)) (dotimes (i n r) (decf n) (push (list i n) r))))))
(define-test dotimes-closures
  (let ((fs nil))
    (dotimes (i 3) (let ((j i)) (push (lambda () (incf j)) fs)))
    (mapcar #'funcall fs)))
(define-test multiple-values
  (list (multiple-value-list (values)) (multiple-value-list (values 1 2))
        (multiple-value-bind (a b c) (values 1 2) (list a b c))
        (nth-value 1 (values 1 2 3)) (nth-value 5 (values 1))
        (let ((n 2)) (nth-value n (values 1 2 3)))
        (multiple-value-call #'list 1 (values 2 3) (values) 4)
        (multiple-value-prog1 (values 1 2) 3)
        (let (a b) (list (multiple-value-setq (a b) (values 1 2 3)) a b))
        (let ((x (list 1 2))) (multiple-value-setq () (values 1)) x)
        (multiple-value-list (let ((x 1)) (values x (1+ x))))
        (multiple-value-list (funcall (lambda () (values 1 2 3 4 5 6 7))))))
(define-test many-values
  (let ((l (make-list 19 :initial-element 1)))
    (equal l (multiple-value-list (apply #'values l)))))
(define-test psetq
  (let ((a 1) (b 2)) (list (psetq a b b a) a b (psetf a (+ a b) b a) a b)))
(define-test rotatef-shiftf
  (let ((a 1) (b 2) (c 3) (l (list 1 2 3)))
    (list (rotatef a b c) (list a b c) (shiftf a b c 9) (list a b c)
          (rotatef (first l) (third l)) l
          (let ((i 0)) (shiftf (nth (incf i) l) (nth (incf i) l) 0)) l)))
(define-test rotatef-values
  (let ((a 1) (b 2) (c 3) (d 4))
    (rotatef (values a b) (values c d))
    (list a b c d)))
(define-test incf-decf
  (let ((x 5) (l (list 1 2)))
    (list (incf x) (decf x 3) (incf (car l) 10) l
          (let ((i 0)) (incf (nth (incf i) l)) (list i l)) x)))
(define-test incf-order
  (let ((log nil) (v (vector 1 2 3)))
    (flet ((note (x) (push x log) x))
      (incf (aref (progn (note 'array) v) (note 1)) (note 10))
      (list (reverse log) v))))
(define-test setf-multiple
  (let (a b (c (list 1)))
    (list (setf a 1 b (1+ a) (car c) (+ a b)) a b c (setf))))
(define-test setf-values
  (let (a b (l (list 1 2)))
    (list (multiple-value-list (setf (values a (car l) b) (values 7 8 9 10)))
          a l b)))
(define-test setf-the (let ((x 1)) (setf (the fixnum x) 5) x))
(define-test setf-apply
  (let ((a (make-array '(2 2) :initial-element 0)))
    (setf (apply #'aref a '(1 0)) 5)
    (list (aref a 1 0) a)))
(define-test push-order
  (let ((log nil) (l (list nil nil)))
    (push (progn (push 'item log) 1)
          (nth (progn (push 'place log) 1) l))
    (list (reverse log) l)))
(defun (setf second-thing) (value list) (setf (second list) value))
(define-test setf-function
  (let ((l (list 1 2)))
    (list (setf (second-thing l) 9) l
          (funcall #'(setf second-thing) 3 l) l
          (not (fboundp '(setf second-thing))) (fboundp '(setf no-such)))))
(defvar *box* (list 0))
(defun box-value () (car *box*))
(defun set-box-value (v) (setf (car *box*) v))
(defsetf box-value set-box-value)
(define-test defsetf-short
  (list (setf (box-value) 3) (incf (box-value)) *box*))
(defun middle (list start end) (subseq list start end))
(defsetf middle (list start &optional (end 2)) (new)
  `(progn (replace ,list ,new :start1 ,start :end1 ,end) ,new))
(define-test defsetf-long
  (let ((l (list 1 2 3 4)) (i 0))
    (setf (middle l (incf i) 3) '(a b))
    (list l i)))
(define-setf-expander lastguy (x &environment env)
  (multiple-value-bind (temps vals stores setter getter)
      (get-setf-expansion x env)
    (let ((store (gensym)))
      (values temps vals (list store)
              `(let ((,(car stores) (append (butlast ,getter)
                                            (list ,store))))
                 ,setter ,store)
              `(car (last ,getter))))))
(defun lastguy (x) (car (last x)))
(define-test define-setf-expander
  (let ((a (list 1 2 3)) (b (vector (list 7 8))))
    (setf (lastguy a) 'x)
    (setf (lastguy (aref b 0)) 'y)
    (list a b)))
(define-modify-macro appendf (&rest args) append "Append to a place.")
(define-test define-modify-macro
  (let ((x '(1)) (v (vector '(a) '(b))) (i 0))
    (appendf x '(2) '(3))
    (list x (appendf (svref v (incf i)) '(z)) v i)))
(define-test symbol-macrolet
  (let ((v (vector 1 2 3)))
    (symbol-macrolet ((x (aref v 1)))
      (setq x 10) (incf x) (push 1 x) (list x v))))
(define-symbol-macro the-box (car *box*))
(define-test define-symbol-macro
  (progn (setf the-box 4) (incf the-box) (list the-box *box*)))
(define-test macrolet
  (macrolet ((twice (x) `(* 2 ,x))
             (opt (a &optional (b 5) &key (c 6)) `(list ,a ,b ,c)))
    (list (twice 4) (opt 1) (opt 1 2) (opt 1 2 :c 3))))
(define-test macrolet-shadow
  (macrolet ((shadowed (x) `(quote ,x)))
    (flet ((shadowed (x) (list 'mine x))) (shadowed 3))))
(defmacro env-test (form &environment env)
  `',(macroexpand form env))
(define-test macroexpand-environment
  (macrolet ((foo (x) `(bar ,x)))
    (symbol-macrolet ((sm (car z)))
      (list (env-test (foo 1)) (env-test sm)))))
(define-test macroexpand
  (list (multiple-value-list (macroexpand-1 '(car x)))
        (multiple-value-list (macroexpand 'x))
        (nth-value 1 (macroexpand-1 '(when 1 2)))))
(define-test destructuring-bind
  (destructuring-bind (a (b . c) &optional (d 4 d-p) &rest e &key f ((:g (h i)) '(7 8))
                       &allow-other-keys &aux (j (list a h)))
      '(1 (2 . 3) 5 :f 6 :q 1)
    (list a b c d d-p e f h i j)))
(define-test destructuring-whole
  (destructuring-bind (&whole w a . b) '(1 2 3) (list w a b)))
(define-test destructuring-short
  (destructuring-bind (a b) (identity '(1)) (list a b)) => "error PROGRAM-ERROR")
(define-test destructuring-long
  (destructuring-bind (a b) (identity '(1 2 3)) (list a b))
  => "error PROGRAM-ERROR")
(define-test destructuring-key
  (destructuring-bind (&key a) (identity '(:b 1)) a) => "error PROGRAM-ERROR")
(define-test destructuring-nil
  (destructuring-bind (() a) '(() 2) a))
(define-test lambda-lists
  (flet ((f (a &optional (b 2 b-p) (c b) &rest r &key (k 5 k-p) (l (+ a b))
             &aux (m (list k l)))
           (list a b b-p c r k k-p l m)))
    (list (f 1) (f 1 3) (f 1 3 4) (f 1 3 4 :k 9) (f 1 3 4 :l 7 :k 8))))
(define-test keyword-names
  (flet ((f (&key ((:a b) 1) ((c d) 2)) (list b d)))
    (list (f) (f :a 5) (f 'c 6) (f :a 1 :a 2))))
(define-test allow-other-keys
  (flet ((f (&key a) a) (g (&key a &allow-other-keys) a))
    (list (f :a 1 :b 2 :allow-other-keys t) (g :z 1 :a 3)
          (f :allow-other-keys nil :a 4))))
(define-test unknown-key
  (funcall (lambda (&key a) a) (identity :b) 1))
(define-test odd-keys (apply (lambda (&key a) a) '(:a)))
(define-test too-many-arguments (funcall (lambda (a) a) 1 2))
(define-test too-few-arguments (funcall (lambda (a b) (list a b)) 1))
(define-test block-return
  (list (block a (return-from a 1) 2)
        (block nil (mapcar (lambda (x) (when (= x 2) (return x))) '(1 2 3)))
        (block a (block b (return-from a (return-from b 3))) 4)))
(define-test catch-throw
  (list (catch 'a (throw 'a 1) 2)
        (multiple-value-list (catch 'a (throw 'a (values 1 2))))
        (catch 'a (catch 'b (throw 'a 1)) 2)
        (flet ((f () (throw 'x 5))) (catch 'x (f) 6))))
(define-test throw-nowhere (throw (identity 'nowhere) 1))
(define-test unwind-protect
  (let ((log nil))
    (list (block a
            (unwind-protect (return-from a 1) (push 'cleanup log)))
          (catch 'x
            (unwind-protect
                 (unwind-protect (throw 'x 2) (push 'inner log))
              (push 'outer log)))
          (multiple-value-list
           (unwind-protect (values 1 2) (values 3 4)))
          (reverse log))))
(define-test unwind-override
  (block a (unwind-protect (return-from a 1) (return-from a 2))))
(define-test tagbody
  (let ((r nil) (i 0))
    (list (tagbody
             (go b)
           a (push 'a r) (go end)
           b (push 'b r) (incf i) (if (< i 3) (go b) (go a))
           end)
          r)))
(define-test tagbody-closure
  (let ((n 0))
    (tagbody
     again
       (incf n)
       (funcall (lambda () (when (< n 5) (go again)))))
    n))
(defvar *special* 1)
(defun special-value () *special*)
(define-test special-binding
  (list (special-value) (let ((*special* 2)) (special-value))
        (let ((*special* 3)) (setq *special* 4) (special-value))
        (let* ((*special* 5) (x (special-value))) x)
        (special-value)))
(define-test special-unwind
  (progn (catch 'x (let ((*special* 9)) (throw 'x 1))) (special-value)))
(define-test progv
  (list (progv '(*special* other) '(7) (list *special* (boundp 'other)))
        *special*
        (progv '(pv-new) '(3) (symbol-value 'pv-new)) (boundp 'pv-new)))
(define-test local-special
  (let ((x 1)) (declare (special x))
    (flet ((get-x () (locally (declare (special x)) x)))
      (list (let ((x 2)) (list x (get-x))) (get-x)))))
(define-test unbound (symbol-value (gensym)))
(define-test undefined (funcall (gensym)))
(define-test labels
  (labels ((ev (n) (if (= n 0) t (od (1- n)))) (od (n) (if (= n 0) nil (ev (1- n)))))
    (list (ev 10) (od 10) (ev 1001))))
(define-test closures
  (let* ((n 0) (up (lambda () (incf n))) (down (lambda () (decf n))))
    (funcall up) (funcall up) (funcall down) n))
(define-test eval-when
  (list (eval '(eval-when (:execute) 1)) (eval '(eval-when (:load-toplevel) 1))))
(define-test load-time-value (load-time-value (+ 1 2)))
(define-test eval
  (list (eval '(let ((x 1)) (+ x 2))) (eval ''a) (eval :k)
        (funcall (eval '(lambda (x) (* x 2))) 4)
        (funcall (compile nil '(lambda (a &optional (b 3)) (list a b))) 1)))
(define-test funcall-designators
  (list (funcall 'car '(1)) (funcall #'car '(1)) (apply '+ 1 '(2 3))
        (apply #'list 1 2 nil) (apply #'max '(3 9 2))))
(define-test apply-improper (apply #'list (identity 3)))
(define-test function-objects
  (list (funcall (constantly 3) 1 2) (funcall (complement #'evenp) 3)
        (identity 4) (functionp #'car) (functionp 'car)))
(define-test fdefinition
  (progn
    (setf (fdefinition 'a-new-function) (lambda (x) (list :new x)))
    (list (funcall 'a-new-function 1) (not (fboundp 'a-new-function))
          (progn (fmakunbound 'a-new-function) (fboundp 'a-new-function)))))
(define-test special-operator-p
  (list (special-operator-p 'if) (special-operator-p 'car)
        (special-operator-p 'when)))
(define-test constantp
  (list (constantp 1) (constantp ''a) (constantp :k) (constantp nil)
        (constantp 'a-variable) (constantp "s") (constantp pi)))
(defconstant +three+ 3 "Three.")
(define-test defconstant
  (list +three+ (constantp '+three+) (documentation '+three+ 'variable)))
(defun documented (x) "Some documentation." x)
(defmacro documented-macro () "Macro documentation." nil)
(define-test documentation
  (list (documentation 'documented 'function)
        (documentation 'documented-macro 'function)
        (setf (documentation 'documented 'function) "Other.")
        (documentation 'documented 'function)
        (documentation 'no-such-thing 'function)))
(define-compiler-macro documented (x) `(list :compiled ,x))
(define-test compiler-macro-function
  (list (functionp (compiler-macro-function 'documented))
        (compiler-macro-function 'car-of-nothing)))
(defvar *defvar-test* 1 "First.")
(defvar *defvar-test* 2)
(defparameter *parameter-test* 1)
(defparameter *parameter-test* 2)
(define-test defvar (list *defvar-test* *parameter-test*))
(define-test gensym
  (let ((*gensym-counter* 7))
    (list (symbol-name (gensym)) (symbol-name (gensym "X")) *gensym-counter*
          (symbol-package (gensym)) (symbol-name (gensym 3)))))
(define-test copy-symbol
  (let ((s (make-symbol "S")))
    (setf (symbol-value s) 1 (get s 'p) 2)
    (let ((c (copy-symbol s t)) (d (copy-symbol s)))
      (list (symbol-value c) (get c 'p) (boundp d) (symbol-name d)))))
(define-test nested-backquote
  (let ((x 1) (y '(2 3)))
    (list `(a ,x ,@y . z) `#(1 ,x ,@y) (eval (eval ``(list ,,x ',',x))) `(,@y . ,x))))
(define-test stack-depth
  (labels ((f (n) (if (= n 0) 0 (1+ (f (1- n)))))) (f 5000)))
(define-test eval-when-forms-see-those-before
  (eval '(eval-when (:load-toplevel :execute)
          (defvar *eval-when-special* 1)
          (defun eval-when-reader () *eval-when-special*)
          (let ((*eval-when-special* 2)) (eval-when-reader)))))
(define-test case-with-many-clauses
  (macrolet ((many (key)
               `(case ,key
                  ,@(let ((clauses '()))
                      (dotimes (i 60 clauses)
                        (push (list i (* i i)) clauses)))
                  (t (error "none")))))
    (flet ((f (x) (list (many x))))
      (list (f 0) (f 31) (f 59)
            (handler-case (f 60) (error () :error))))))

(define-test values-list-of-what-is-none
  (flet ((try (list) (handler-case (values-list list)
                       (type-error () :type))))
    (list (try '(1 . 2)) (try 'a) (try (list* 1 2 3 4 5 6))
          (multiple-value-list (values-list '(1 2 3 4 5 6)))
          (try (make-list 100000))))
  => "(:TYPE :TYPE :TYPE (1 2 3 4 5 6) :TYPE)")
(define-test psetq-of-symbol-macros
  (let ((i 0) (a (vector 0 1 2 3 4 5)))
    (symbol-macrolet ((x (aref a (incf i))))
      (psetq x (incf i) x (incf i)))
    (list a i)))
(define-test special-declaration-over-the-result
  (let ((x :good))
    (declare (special x))
    (let ((x :bad))
      (list (dolist (e nil x) (declare (special x)))
            (dotimes (e 0 x) (declare (special x)))
            x))))
