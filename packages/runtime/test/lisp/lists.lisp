;;;; Tests of conses and lists (CLHS 14).

(in-package #:astralisp.test)

(define-test cxr
  (let ((x '(((1 2) 3) (4 (5 6)) 7 8 9 10)))
    (list (caar x) (cadr x) (cdar x) (cddr x) (caaar x) (caadr x) (cadar x)
          (caddr x) (cadddr x) (cddddr x) (cdaar x) (cdadr x) (cddar x)
          (cadadr x))))
(define-test ordinals
  (let ((x '(1 2 3 4 5 6 7 8 9 10 11)))
    (list (first x) (second x) (third x) (fourth x) (fifth x) (sixth x)
          (seventh x) (eighth x) (ninth x) (tenth x) (rest x))))
(define-test car-of-atom (car (identity 3)))
(define-test cdr-of-string (cdr (identity "abc")))
(define-test car-nil (list (car nil) (cdr nil)))
(define-test setf-cxr
  (let ((x (list 1 (list 2 3) 4)))
    (setf (cadr (cadr x)) :a (car x) :b (cddr x) '(:c))
    x))
(define-test setf-ordinals
  (let ((x (list 1 2 3 4 5 6 7 8 9 10 11)))
    (setf (first x) 'a (third x) 'b (tenth x) 'c)
    x))
(define-test copy-list-dotted (copy-list '(1 2 . 3)))
(define-test copy-list-bad (copy-list (identity 'a)))
(define-test copy-tree (copy-tree '((1 . 2) (3 (4 . 5)) . 6)))
(define-test copy-alist
  (let* ((x (list (cons 1 2) nil (cons 3 4)))
         (y (copy-alist x)))
    (setf (cdr (first y)) 9)
    (list x y)))
(define-test list-length
  (list (list-length '()) (list-length '(1)) (list-length '(1 2))
        (list-length (let ((x (list 1 2 3))) (setf (cdddr x) x) x))))
(define-test list-length-dotted (list-length (identity '(1 2 . 3))))
(define-test make-list (list (make-list 3) (make-list 2 :initial-element 'x)))
(define-test make-list-bad (make-list (identity -1)))
(define-test append
  (list (append) (append 1) (append '(1) 2) (append nil nil '(1 2) nil '(3) 4)
        (append '(1) '(2) '(3) '(4 5))))
(define-test append-dotted (append (identity '(1 . 2)) '(3)))
(define-test nconc
  (list (nconc) (nconc nil) (nconc (list 1 2) nil (list 3) 4)
        (nconc nil (list 1) (list 2))))
(define-test revappend
  (list (revappend '(1 2 3) '(4)) (nreconc (list 1 2 3) '(4 . 5))))
(define-test last
  (list (last '(1 2 3)) (last '(1 2 3) 0) (last '(1 2 3) 2) (last '(1 2 3) 9)
        (last '(1 2 . 3) 0) (last '(1 2 . 3)) (last nil)))
(define-test butlast
  (list (butlast '(1 2 3)) (butlast '(1 2 3) 0) (butlast '(1 2 3) 2)
        (butlast '(1 2 3) 4) (butlast '(1 2 . 3)) (butlast nil)))
(define-test nbutlast
  (let ((x (list 1 2 3 4)))
    (list (nbutlast x 2) x (nbutlast (list 1) 1))))
(define-test ldiff-tailp
  (let* ((x '(1 2 3 . 4)) (y (cddr x)))
    (list (ldiff x y) (ldiff x 4) (ldiff x 5) (tailp y x) (tailp 4 x)
          (tailp '(3) x) (tailp nil '(1)))))
(define-test nth
  (list (nth 0 '(1 2)) (nth 5 '(1 2)) (nthcdr 1 '(1 2)) (nthcdr 0 'a)
        (nthcdr 2 '(1 2 . 3))))
(define-test nth-negative (nth (identity -1) '(1 2)))
(define-test setf-nth
  (let ((x (list 1 2 3))) (setf (nth 1 x) 'b) (incf (nth 2 x) 10) x))
(define-test endp (list (endp nil) (endp '(1))))
(define-test endp-bad (endp (identity 3)))
(define-test list* (list (list* 1) (list* 1 2) (list* 1 2 '(3))))
(define-test apply-list* (apply #'list* 1 2 '(3 (4 5))))
(define-test acons-pairlis
  (list (acons 1 2 '((3 . 4))) (pairlis '(1 2) '(a b) '((z . z)))))
(define-test push-pop
  (let ((x (list 1 2)) (y (list nil nil)))
    (push 0 x) (push 'a (second y)) (pushnew 1 x) (pushnew 7 x)
    (pushnew "a" (first y) :test #'equal)
    (pushnew "a" (first y) :test #'equal)
    (list x y (pop x) x (pop (second y)) y)))
(define-test pushnew-key
  (let ((x (list '(1 a) '(2 b))))
    (pushnew '(1 c) x :key #'car) (pushnew '(3 c) x :key #'car) x))
(define-test mapcar
  (list (mapcar #'1+ '(1 2 3)) (mapcar #'+ '(1 2 3) '(10 20))
        (mapcar #'list '(1 2) '(a b) '(x y z)) (mapcar 'car '((1) (2)))
        (mapcar (lambda (x) (* x x)) '(1 2 3)) (mapcar #'1+ nil)))
(define-test mapcar-dotted (mapcar #'1+ (identity '(1 2 . 3))))
(define-test mapc
  (let ((r nil))
    (list (mapc (lambda (x y) (push (cons x y) r)) '(1 2 3) '(a b))
          (mapc (lambda (x) (push x r)) '(8 9)) r)))
(define-test mapcan
  (list (mapcan (lambda (x) (if (oddp x) (list x x) nil)) '(1 2 3))
        (mapcan #'list '(1 2) '(3 4)) (mapcan #'identity (list nil 3))))
(define-test maplist
  (list (maplist #'identity '(1 2 3)) (maplist #'append '(1 2) '(3 4 5))
        (mapcon #'copy-list '(1 2 3))))
(define-test mapl
  (let ((r nil)) (list (mapl (lambda (x) (push x r)) '(1 2)) r)))
(define-test member
  (list (member 2 '(1 2 3)) (member 9 '(1 2)) (member 2.0 '(1 2.0 3))
        (member "b" '("a" "b") :test #'equal)
        (member 3 '((1) (3)) :key #'car) (member 2 '(3 1 2) :test #'>)
        (member 2 '(2 2 1) :test-not #'eql) (member nil '(1 nil 2))
        (member-if #'oddp '(2 3 4)) (member-if-not #'oddp '(1 2 3))))
(define-test member-dotted (member 9 (identity '(1 2 . 3))))
(define-test member-bignum
  (let ((n (expt 10 30))) (not (null (member n (list 1 (+ (1- n) 1)))))))
(define-test assoc
  (list (assoc 2 '((1 . a) nil (2 . b))) (assoc 9 '((1 . a)))
        (assoc "x" '(("y" . 1) ("x" . 2)) :test #'string=)
        (assoc 2 '((1 . a) (3 . b)) :test #'<) (assoc nil '(nil (nil . 3)))
        (assoc 1.0 '((1 . a) (1.0 . b))) (assoc 3 '((-3 . a)) :key #'abs)
        (assoc-if #'evenp '((1 . a) (2 . b)))
        (assoc-if-not #'evenp '((2 . a) (1 . b)))))
(define-test assoc-bad-entry (assoc 3 (identity '((1 . 2) 5 (3 . 4)))))
(define-test rassoc
  (list (rassoc 'b '((1 . a) (2 . b))) (rassoc 9 nil)
        (rassoc-if #'evenp '((a . 1) (b . 2)))
        (rassoc-if-not #'evenp '((a . 2) (b . 1)))
        (rassoc "b" '((1 . "a") (2 . "b")) :test #'equal)))
(define-test adjoin
  (list (adjoin 1 '(2 3)) (adjoin 2 '(2 3)) (adjoin '(1) '((1)) :test #'equal)
        (adjoin '(1 2) '((1)) :key #'car) (adjoin '(1) '((1)))))
(defun sorted (list) (sort (copy-list list) #'<))
(define-test union
  (list (sorted (union '(1 2 3) '(2 3 4))) (sorted (union nil '(1)))
        (sorted (nunion (list 1 2) (list 2 3)))
        (length (union '("a") '("a" "b") :test #'equal))
        (length (union '((1) (2)) '((1) (3)) :key #'car))))
(define-test intersection
  (list (sorted (intersection '(1 2 3) '(2 3 4)))
        (sorted (nintersection (list 1 2 3) '(3 1)))
        (intersection '("a") '("a" "b") :test #'equal)))
(define-test set-difference
  (list (sorted (set-difference '(1 2 3) '(2))) (set-difference '(1) '(1))
        (sorted (nset-difference (list 1 2 3) '(1 4)))
        (set-difference '(1 2) '(1) :test-not #'eql)))
(define-test set-exclusive-or
  (list (sorted (set-exclusive-or '(1 2 3) '(2 3 4)))
        (sorted (nset-exclusive-or (list 1 2) (list 2 5)))
        (set-exclusive-or '("a") '("a") :test #'equal)))
(define-test subsetp
  (list (subsetp '(1 2) '(2 1 3)) (subsetp '(1 4) '(1 2)) (subsetp nil nil)
        (subsetp '("a") '("a") :test #'equal)))
(define-test big-sets
  (let ((a nil) (b nil))
    (dotimes (i 100) (push i a) (push (* 2 i) b))
    (list (length (union a b)) (length (intersection a b))
          (length (set-difference a b)) (length (set-exclusive-or a b))
          (subsetp '(2 4 6) b))))
(define-test test-order
  (let ((calls nil))
    (member 1 '(2 3) :test (lambda (a b) (push (list a b) calls) nil))
    (intersection '(1) '(2) :test (lambda (a b) (push (list a b) calls) nil))
    calls))
(define-test both-tests (member 1 '(1) :test #'eql :test-not #'eql)
  => "error PROGRAM-ERROR")
(define-test subst
  (list (subst 'x 'a '(a (b a) . a)) (subst 'x '(b) '(a (b)) :test #'equal)
        (subst-if 0 #'numberp '(1 (a 2))) (subst-if-not 0 #'consp '(1 (a 2)))
        (nsubst 'x 'a (list 'a (list 'b 'a)))
        (nsubst-if 0 #'numberp (list 1 (list 'a 2) 3))
        (subst 'x 1 '((1 . 2)) :key (lambda (x) (if (consp x) (car x) x)))))
(define-test subst-sharing
  (let ((x '(1 (2 3)))) (eq (subst 'a 'b x) x)))
(define-test sublis
  (list (sublis '((a . 1) (b . 2)) '(a (b c) . a))
        (nsublis '((a . 1)) (list 'a (list 'a 'b)))
        (sublis '(("x" . y)) '("x" z) :test #'equal)
        (sublis nil '(a b))))
(define-test tree-equal
  (list (tree-equal '(1 (2 . 3)) '(1 (2 . 3))) (tree-equal '(1 2) '(1 3))
        (tree-equal '("a") '("a")) (tree-equal '("a") '("A") :test #'equalp)
        (tree-equal 1 1) (tree-equal '(1) 1)))
(define-test getf
  (let ((p (list :a 1 :b 2)))
    (list (getf p :a) (getf p :c) (getf p :c 9) (get-properties p '(:b :c))
          (setf (getf p :b) 5) (setf (getf p :z) 6) p (remf p :a) p
          (remf p :q) (incf (getf p :new 10)) p)))
(define-test get-properties (get-properties '(:a 1 :b 2) '(:b)))
(define-test get-properties-none (get-properties '(:a 1) '(:b)))
(define-test symbol-plist
  (let ((s (gensym)))
    (setf (get s :x) 1 (get s :y) 2)
    (list (get s :x) (get s :z 'none) (symbol-plist s) (and (remprop s :x) t)
          (symbol-plist s) (remprop s :q))))
(define-test tree-depth
  (let ((x nil)) (dotimes (i 10000) (setf x (cons i x)))
    (length (copy-tree x))))
(define-test values-list (values-list '(1 2 3)))
(define-test values-list-none (values-list nil))

;;; A RETURN in the function of a mapping is for the block around that.
(define-test mapc-return
  (list (block nil (mapc (lambda (x) (when (= x 2) (return :out))) '(1 2 3)))
        (block nil (mapcar (lambda (x) (return x)) '(1 2 3))))
  => "(:OUT 1)")
(define-test map-literal-functions
  (list (mapcar #'list '(1 2 3) '(a b))
        (mapcar (lambda (x y z) (+ x y z)) '(1 2) '(3 4) '(5 6 7))
        (maplist #'identity '(1 2))
        (mapcan (lambda (x) (if (evenp x) (list x x))) '(1 2 3 4))
        (mapcon #'copy-list '(1 2))
        (let ((sum 0))
          (list (mapc (lambda (x y) (incf sum (* x y))) '(1 2) '(3 4)) sum))
        (let ((tails '()))
          (list (mapl (lambda (tail) (push tail tails)) '(1 2)) tails)))
  => "(((1 A) (2 B)) (9 12) ((1 2) (2)) (2 2 4 4) (1 2 2) ((1 2) 11) ((1 2) ((2) (1 2))))")
