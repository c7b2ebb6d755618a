;;;; Kernels of CLOS: slots, dispatch, next methods, making instances; structures.

(in-package #:astralisp.bench)

(defclass shape ()
  ((name :initarg :name :initform 'shape :reader shape-name)
   (weight :initarg :weight :initform 1 :accessor shape-weight)
   (colour :initform :red)))

(defclass square (shape)
  ((side :initarg :side :initform 2 :accessor square-side)))

(defclass circle (shape)
  ((radius :initarg :radius :initform 3 :accessor circle-radius)))

(defclass big-circle (circle) ())

(defgeneric area (shape))
(defmethod area ((shape square)) (* (square-side shape) (square-side shape)))
(defmethod area ((shape circle)) (* 3 (circle-radius shape)))
(defmethod area ((shape big-circle)) (* 2 (call-next-method)))

(defgeneric meets (a b))
(defmethod meets ((a square) (b square)) 1)
(defmethod meets ((a square) (b circle)) 2)
(defmethod meets ((a circle) (b square)) 3)
(defmethod meets ((a shape) (b shape)) 4)

(defgeneric grow (shape by)
  (:method ((shape shape) by) (incf (shape-weight shape) by)))
(defmethod grow :before ((shape square) by)
  (incf (square-side shape) by))
(defmethod grow :after ((shape shape) by)
  (decf (shape-weight shape) by))
(defmethod grow :around ((shape circle) by)
  (let ((result (call-next-method)))
    (if (= by 0) result (1+ result))))

(defgeneric kind (object))
(defmethod kind ((object integer)) 1)
(defmethod kind ((object symbol)) 2)
(defmethod kind ((object string)) 3)
(defmethod kind ((object cons)) 4)
(defmethod kind ((object (eql 42))) 5)

(defun make-shapes ()
  (vector (make-instance 'square) (make-instance 'circle)
          (make-instance 'big-circle)))

(define-kernel kernel-clos-readers 21999984
  (let ((shapes (make-shapes))
        (sum 0))
    (dotimes (i 1000000)
      (let ((shape (svref shapes (mod i 3))))
        (when (shape-name shape)
          (incf sum (shape-weight shape)))))
    (* 6 sum)))

(define-kernel kernel-clos-writers 1000000
  (let ((square (make-instance 'square)))
    (dotimes (i 1000000)
      (setf (square-side square) (1+ i)))
    (square-side square)))

(define-kernel kernel-clos-slot-value 1000000
  (let ((square (make-instance 'square :weight 0)))
    (dotimes (i 1000000)
      (when (eq (slot-value square 'colour) :red)
        (incf (slot-value square 'weight))))
    (shape-weight square)))

(define-kernel kernel-clos-with-slots 1500000
  (let ((square (make-instance 'square :side 1 :weight 0)))
    (with-slots (side weight) square
      (dotimes (i 500000)
        (incf weight (+ side side side))))
    (shape-weight square)))

(define-kernel kernel-clos-dispatch 9000000
  (let ((shapes (make-shapes))
        (sum 0))
    (dotimes (i 500000)
      (incf sum (area (svref shapes 0)))
      (incf sum (area (svref shapes 1)))
      (decf sum 4))
    (* 2 sum)))

(define-kernel kernel-clos-multiple-dispatch 2833332
  (let ((shapes (make-shapes))
        (sum 0))
    (dotimes (i 1000000 sum)
      (incf sum (meets (svref shapes (mod i 3)) (svref shapes (mod i 2)))))))

(define-kernel kernel-clos-next-method 9000000
  (let ((circle (make-instance 'big-circle))
        (sum 0))
    (dotimes (i 500000 sum)
      (incf sum (area circle)))))

(define-kernel kernel-clos-combination (200002 300001)
  (let ((square (make-instance 'square))
        (circle (make-instance 'circle))
        (sum 0))
    (dotimes (i 200000)
      (grow square 1)
      (incf sum (grow circle 0)))
    (list (square-side square) (+ 100001 sum))))

(define-kernel kernel-clos-built-in 1700000
  (let ((objects (vector 1 'a "text" '(1) 42 nil))
        (sum 0))
    (dotimes (i 600000 sum)
      (incf sum (kind (svref objects (mod i 6)))))))

(define-kernel kernel-clos-make-instance 200000
  (let ((count 0))
    (dotimes (i 100000 count)
      (when (make-instance 'square :side i :name 'x)
        (incf count))
      (when (make-instance 'circle)
        (incf count)))))

(defmethod initialize-instance :after ((shape big-circle) &key)
  (setf (shape-weight shape) 9))

(define-kernel kernel-clos-initialize 900000
  (let ((sum 0))
    (dotimes (i 100000 sum)
      (incf sum (shape-weight (make-instance 'big-circle :radius i))))))

(define-kernel kernel-clos-types 266667
  (let ((shapes (make-shapes))
        (count 0))
    (dotimes (i 100000 count)
      (let ((shape (svref shapes (mod i 3))))
        (when (typep shape 'shape) (incf count))
        (when (typep shape 'circle) (incf count))
        (typecase shape
          (big-circle)
          (square (incf count 2))
          (circle (incf count)))
        (class-of shape)))))

;;; Structures

(defstruct point (x 0) (y 0))
(defstruct (point-3 (:include point)) (z 0 :type fixnum))

(define-kernel kernel-structures 1500000
  (let ((sum 0)
        (point (make-point-3 :x 1 :z 2)))
    (dotimes (i 500000 sum)
      (let ((copy (copy-point-3 point)))
        (incf (point-y copy))
        (incf (point-3-z copy))
        (when (and (point-p copy) (typep copy 'point-3))
          (incf sum (- (point-3-z copy) 0)))))))
