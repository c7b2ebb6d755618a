;;;; The kernels that the bootstrap is measured by, for AstraLisp and for SBCL.

(in-package #:common-lisp-user)

(defun fib (n)
  (if (< n 2)
      n
      (+ (fib (- n 1)) (fib (- n 2)))))

(defun tak (x y z)
  (if (not (< y x))
      z
      (tak (tak (- x 1) y z)
           (tak (- y 1) z x)
           (tak (- z 1) x y))))

(defun queens-safe-p (queen distance placed)
  (if (null placed)
      t
      (if (or (= (car placed) queen)
              (= (car placed) (+ queen distance))
              (= (car placed) (- queen distance)))
          nil
          (queens-safe-p queen (+ distance 1) (cdr placed)))))

(defun nqueens (size row placed)
  (if (= row size)
      1
      (let ((count 0)
            (column 0))
        (loop
          (if (= column size) (return count))
          (if (queens-safe-p column 1 placed)
              (setq count (+ count (nqueens size (+ row 1) (cons column placed)))))
          (setq column (+ column 1))))))

(defvar *depth* 0)

(defun count-bindings (n)
  (if (= n 0)
      *depth*
      (let ((*depth* (+ *depth* 1)))
        (count-bindings (- n 1)))))

(defun special-binding (rounds)
  (let ((sum 0))
    (loop
      (if (= rounds 0) (return sum))
      (setq sum (+ sum (count-bindings 100))
            rounds (- rounds 1)))))
