;;;; Kernels of the collector: stores into old objects, holes, large vectors.

(in-package #:astralisp.bench)

(define-kernel kernel-gc-old-to-young 100000
  ;; Young conses hang on an old vector, all over it.
  (let ((old (make-array 100000 :initial-element nil))
        (n 1))
    (dotimes (i 1000000)
      (setf n (mod (* n 16807) 2147483647))
      (setf (svref old (mod n 100000)) (list i n)))
    (dotimes (i 100000)
      (setf (svref old i) (list i)))
    (let ((count 0))
      (dotimes (i 100000 count)
        (when (= i (car (svref old i)))
          (incf count))))))

(define-kernel kernel-gc-queue 1000000
  ;; A queue of medium age: every object survives for a while.
  (let* ((head (list nil))
         (tail head)
         (length 0)
         (served 0))
    (dotimes (i 1000000 served)
      (setf (cdr tail) (list (cons i i))
            tail (cdr tail))
      (incf length)
      (when (> length 20000)
        (pop head)
        (decf length))
      (incf served))))

(define-kernel kernel-gc-fragments 20000
  ;; Objects of many sizes, every second of which dies old.
  (let ((kept (make-array 20000 :initial-element nil))
        (count 0))
    (dotimes (round 25)
      (dotimes (i 20000)
        (when (or (= round 0) (= (mod i 2) (mod round 2)))
          (setf (svref kept i)
                (make-array (1+ (mod (* i 7) 50)) :initial-element i)))))
    (dotimes (i 20000 count)
      (when (= i (svref (svref kept i) 0))
        (incf count)))))

(define-kernel kernel-gc-large 300
  ;; Vectors larger than a nursery, a few of them alive.
  (let ((kept (make-array 4 :initial-element nil))
        (count 0))
    (dotimes (i 300 count)
      (setf (svref kept (mod i 4))
            (make-array 50000 :initial-element i))
      (when (= i (svref (svref kept (mod i 4)) 49999))
        (incf count)))))

(define-kernel kernel-gc-octets 2000
  (let ((kept (make-array 16 :initial-element nil)))
    (dotimes (i 2000 i)
      (setf (svref kept (mod i 16))
            (make-array 100000 :element-type '(unsigned-byte 8))))
    2000))

(define-kernel kernel-gc-closures 499999500000
  (let ((list '())
        (sum 0))
    (dotimes (i 1000000)
      (let ((n i))
        (push (lambda () n) list))
      (when (= 0 (mod i 1000))
        (dolist (function list)
          (incf sum (funcall function)))
        (setf list '())))
    (dolist (function list sum)
      (incf sum (funcall function)))))

(define-kernel kernel-gc-doubles 500000500000d0
  ;; Boxed floats in a list.
  (let ((list '()) (sum 0d0))
    (dotimes (round 10)
      (setf list '())
      (dotimes (i 100000)
        (push (* 1d0 (+ 1 i (* round 100000))) list))
      (dolist (x list)
        (incf sum x)))
    sum))

(defun make-deep-list (depth)
  (let ((list '()))
    (dotimes (i depth list)
      (setf list (list i list)))))

(define-kernel kernel-gc-deep 200000
  ;; A chain that a marker must not follow by recursion, collected as a whole.
  (let ((chain (make-deep-list 200000)))
    (repeat 2
      #+sbcl (sb-ext:gc :full t)
      #+astralisp (astralisp:gc :full t))
    (do ((count 0 (1+ count))
         (rest chain (second rest)))
        ((null rest) count))))
