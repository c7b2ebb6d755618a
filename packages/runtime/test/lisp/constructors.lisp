;;;; Tests of MAKE-INSTANCE with constant arguments, whose calls keep what they
;;;; found out about the class.

(in-package #:astralisp.test)

(defvar *counter* 0)

(defclass made ()
  ((a :initarg :a :initarg :other-a)
   (b :initform (incf *counter*) :initarg :b)
   (c)
   (d :initform :d)))

(defun made-values (object)
  (mapcar (lambda (name)
            (if (slot-boundp object name) (slot-value object name) :unbound))
          '(a b c d)))

(defun make-made (x y)
  (make-instance 'made :b x :other-a y))

(define-test constructor-slots
  (let ((*counter* 10))
    (list (made-values (make-made 1 2)) (made-values (make-made 3 4))
          (made-values (make-instance 'made :a 1 :other-a 2))))
  => "((2 1 :UNBOUND :D) (4 3 :UNBOUND :D) (1 11 :UNBOUND :D))")

(define-test constructor-initforms
  (let ((*counter* 10))
    (loop repeat 3 collect (second (made-values (make-instance 'made)))))
  => "(11 12 13)")

(define-test constructor-invalid-initarg
  (make-instance 'made :c 1)
  => "error PROGRAM-ERROR")

(define-test constructor-unknown-class
  (make-instance 'never-made :c 1)
  => "error TYPE-ERROR")

(defclass redefined () ((x :initarg :x :initform 1)))
(defun make-redefined (x)
  (let ((object (make-instance 'redefined :x x)))
    (list (slot-value object 'x)
          (slot-exists-p object 'y)
          (and (slot-exists-p object 'y) (slot-value object 'y)))))

(define-test constructor-redefined-class
  (list (make-redefined 1) (make-redefined 2)
        (progn (eval '(defclass redefined ()
                       ((y :initform 7) (x :initarg :x))))
               (make-redefined 3))
        (make-redefined 4))
  => "((1 NIL NIL) (2 NIL NIL) (3 T 7) (4 T 7))")

(defclass with-method () ((x :initarg :x)))
(defun make-with-method (x)
  (slot-value (make-instance 'with-method :x x) 'x))

(define-test constructor-new-method
  (list (make-with-method 1) (make-with-method 2)
        (progn (eval '(defmethod initialize-instance :after
                       ((object with-method) &key x more)
                       (setf (slot-value object 'x) (list x more))))
               (make-with-method 3))
        (make-with-method 4)
        (slot-value (make-instance 'with-method :x 1 :more 2) 'x))
  => "(1 2 (3 NIL) (4 NIL) (1 2))")

(defclass defaulted ()
  ((x :initarg :x) (y :initarg :y :initform :no))
  (:default-initargs :y (incf *counter*)))
(defun make-defaulted (x)
  (slot-value (make-instance 'defaulted :x x) 'y))

(define-test constructor-default-initargs
  (let ((*counter* 0))
    (list (make-defaulted 1) (make-defaulted 1) (make-defaulted 1)
          (slot-value (make-instance 'defaulted :y :given) 'y)))
  => "(1 2 3 :GIVEN)")

(defclass sharing () ((x :allocation :class :initform 1 :initarg :x) (y :initarg :y)))
(defun make-sharing (y)
  (let ((object (make-instance 'sharing :y y)))
    (list (slot-value object 'x) (slot-value object 'y))))

(define-test constructor-shared-slot
  (list (make-sharing 1) (make-sharing 2)
        (slot-value (make-instance 'sharing :x 5) 'x) (make-sharing 3))
  => "((1 1) (1 2) 5 (5 3))")

(defclass first-named () ())
(defclass second-named () ())
(defun make-named ()
  (class-name (class-of (make-instance 'renamed))))

(define-test constructor-renamed-class
  (progn
    (setf (find-class 'renamed) (find-class 'first-named))
    (list (make-named) (make-named)
          (progn (setf (find-class 'renamed) (find-class 'second-named))
                 (make-named))
          (make-named)))
  => "(FIRST-NAMED FIRST-NAMED SECOND-NAMED SECOND-NAMED)")

(defmethod make-instance ((class (eql 'special-named)) &rest initargs &key)
  (list :special initargs))

(define-test constructor-own-method
  (list (make-instance 'special-named) (make-instance 'special-named :x 1))
  => "((:SPECIAL NIL) (:SPECIAL (:X 1)))")

(defclass ordered () ((a :initarg :a) (b :initarg :b)))
(define-test constructor-order-of-evaluation
  (let* ((order '())
         (object (make-instance 'ordered :b (progn (push :b order) 1)
                                         :a (progn (push :a order) 2))))
    (list (reverse order) (slot-value object 'a) (slot-value object 'b)))
  => "((:B :A) 2 1)")
