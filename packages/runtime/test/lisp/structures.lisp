;;;; Tests of structures (CLHS 8).

(in-package #:astralisp.test)

(defstruct point "A point." (x 0) (y 0 :type integer))
(define-test struct-basic
  (let ((p (make-point :x 1 :y 2)) (q (make-point)))
    (setf (point-x p) 10)
    (incf (point-y p) 5)
    (list (point-x p) (point-y p) (point-x q) (point-p p) (point-p 1)
          (point-p nil) p (copy-point p) (equalp p (copy-point p))
          (equal p (copy-point p)) (documentation 'point 'structure))))
(define-test struct-function-objects
  (list (mapcar #'point-x (list (make-point :x 1) (make-point :x 2)))
        (funcall 'make-point :y 3) (funcall #'point-p (make-point))))
(define-test struct-wrong-type (point-x (identity 5)))
(define-test struct-setf-wrong (setf (point-x (identity "s")) 1))
(define-test struct-copy-wrong (copy-structure (identity 5)))
(defstruct (point3 (:include point (x 7)) (:conc-name p3-)) (z 3))
(define-test struct-include
  (let ((p (make-point3 :y 1)))
    (list (p3-x p) (p3-y p) (p3-z p) (point-x p) (point-p p) (point3-p p)
          (point3-p (make-point)) p (setf (point-x p) 9) (p3-x p))))
(defstruct (bare (:constructor new-bare) (:copier nil) (:predicate nil)
                 (:conc-name nil))
  bare-a (bare-b 'b))
(define-test struct-options
  (list (new-bare) (bare-a (new-bare :bare-a 1)) (fboundp 'copy-bare)
        (fboundp 'bare-p) (fboundp 'make-bare)))
(defstruct (boa (:constructor make-boa (a &optional (b 5) c &rest d
                                          &key (e 6) &aux (f (list a b))))
                (:constructor key-boa) (:constructor a-boa (a)))
  (a 1) (b 2) (c 3) (d 4) (e 50) (f 60) (g 70))
(define-test struct-boa
  (list (make-boa 1) (make-boa 1 2 3 :e 9) (key-boa :g 1) (a-boa 'x)))
(defstruct (counted (:constructor counted (n &aux (m (* n 2))))) n m)
(define-test struct-aux (counted 4))
(defvar *count* 0)
(defstruct lazily (id (incf *count*)))
(define-test struct-initforms
  (list (lazily-id (make-lazily)) (lazily-id (make-lazily))
        (lazily-id (make-lazily :id 'given)) *count*))
(defstruct (listy (:type list)) a (b 2))
(defstruct (named-listy (:type list) :named (:initial-offset 1)) a b)
(defstruct (vecty (:type vector) :named) (a 1) b)
(defstruct (byte-vecty (:type (vector (unsigned-byte 8)))) (a 1) (b 2))
(defstruct (listy-2 (:type list) (:include listy (b 20)) (:conc-name l2-)) c)
(define-test struct-typed
  (let ((l (make-listy :a 1)) (v (make-vecty :b 2)) (n (make-named-listy :a 1)))
    (setf (listy-b l) 'new (vecty-a v) 'va)
    (list l (listy-b l) v (vecty-b v) (vecty-p v) (vecty-p #(1)) n
          (named-listy-p n) (named-listy-p '(1)) (named-listy-a n)
          (make-byte-vecty :b 9) (byte-vecty-b (make-byte-vecty))
          (make-listy-2 :c 3) (l2-c (make-listy-2 :c 4)) (l2-a '(5 6 7))
          (copy-listy l) (fboundp 'listy-p))))
(defstruct (shown (:print-function
                   (lambda (s stream depth)
                     (declare (ignore depth))
                     (write-string "<shown " stream)
                     (prin1 (shown-v s) stream)
                     (write-string ">" stream))))
  v)
(defstruct (shown-too (:include shown)))
(defstruct (object-shown (:print-object print-it)) v)
(defun print-it (object stream)
  (write-string "it:" stream)
  (princ (object-shown-v object) stream))
(define-test struct-printing
  (list (make-shown :v '(a "b")) (make-shown-too :v 1)
        (make-object-shown :v "text")))
(defstruct (fixed (:constructor make-fixed (a))) (a 1 :read-only t))
(define-test struct-read-only
  (list (fixed-a (make-fixed 5))
        (handler-case (progn (eval '(setf (fixed-a (make-fixed 5)) 1)) 'set)
          (error () 'refused))))
(define-test struct-redefinition-same
  (let ((p (make-point :x 1)))
    (eval '(defstruct point (x 0) (y 0 :type integer)))
    (list (point-p p) (point-x p))))
(define-test struct-local
  (eval '(progn (defstruct fresh-one a) (fresh-one-a (make-fresh-one :a 3)))))
(define-test struct-equalp
  (list (equalp (make-point :x "A") (make-point :x "a"))
        (equalp (make-point :x 1) (make-point :x 2))
        (equalp (make-point) (make-point3))))
(define-test struct-many
  (let ((l (loop for i below 100 collect (make-point :x i))))
    (reduce #'+ l :key #'point-x)))
(define-test struct-symbol-case
  (eval '(progn (defstruct |Mixed| |aB|) (|Mixed-aB| (|MAKE-Mixed| :|aB| 1)))))
(define-test struct-unknown-key
  (apply #'make-point (identity '(:q 1))))
(defstruct empty)
(define-test struct-slot-nil
  (eval '(progn (defstruct odd-slots nil (t 2))
          (let ((odd (make-odd-slots :nil 1)))
            (list odd (odd-slots-nil odd) (odd-slots-t odd))))))
(define-test struct-empty (list (make-empty) (empty-p (make-empty))))
(define-test reading-structures (read-from-string "#S(point :x 5 :y 6)"))
(define-test struct-slot-names-like-variables
  (eval '(let ((x 5)) (defstruct outer (x 1) (y x)) (outer-y (make-outer)))))
