;;;; Runs the kernels and prints a line for each: its name and nanoseconds for a round.

(in-package #:common-lisp-user)

(defun now-ns ()
  #+astralisp (astralisp.primitives:%real-time-ns)
  #-astralisp (* (get-internal-real-time)
                 (floor 1000000000 internal-time-units-per-second)))

(defun measure (name rounds function)
  (funcall function)
  (let ((start (now-ns)))
    (dotimes (i rounds)
      (funcall function))
    (princ name)
    (princ " ")
    (princ (floor (- (now-ns) start) rounds))
    (terpri)))

(defun measure-all ()
  (measure "fib" 8 (lambda () (fib 32)))
  (measure "tak" 15 (lambda () (tak 24 16 8)))
  (measure "nqueens" 8 (lambda () (nqueens 8 0 nil)))
  (measure "nqueens-10" 3 (lambda () (nqueens 10 0 nil)))
  (measure "special" 4 (lambda () (special-binding 100000))))
