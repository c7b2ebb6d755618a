;;;; The collector, exhaustion and faults as programs see them.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun collect-all ()
  (astralisp:gc :full t))

(define-test weak-pointers-break
    (let* ((kept (list 1 2))
           (strong (astralisp:make-weak-pointer kept))
           (weak (astralisp:make-weak-pointer (list 3 4))))
      (collect-all)
      (collect-all)
      (list (eq kept (astralisp:weak-pointer-value strong))
            (astralisp:weak-pointer-value weak)))
  => "(T NIL)")

(define-test graphs-survive
    (let ((table (make-hash-table :test 'eq)) (keys '()) (good 0))
      (dotimes (i 2000)
        (let ((key (cons i (make-string (mod i 7)))))
          (push key keys)
          (setf (gethash key table) i)))
      (dotimes (i 4)
        (make-array 200000)
        (collect-all))
      (dolist (key keys good)
        (when (eql (car key) (gethash key table))
          (incf good))))
  => "2000")

(define-test large-vectors
    (let ((vectors (loop for i below 20
                         collect (make-array (* 3000 (1+ i))
                                             :initial-element i))))
      (collect-all)
      (loop for vector in vectors
            for i from 0
            always (and (= (length vector) (* 3000 (1+ i)))
                        (every (lambda (x) (eql x i)) vector))))
  => "T")

(define-test old-objects-see-new-ones
    (let ((vector (make-array 5000 :initial-element nil)))
      (collect-all)
      (dotimes (i 5000)
        (setf (svref vector i) (list i)))
      (make-list 100000)
      (collect-all)
      (loop for i below 5000 always (equal (svref vector i) (list i))))
  => "T")

(define-test garbage-is-reclaimed
    (let ((before (progn (collect-all) (astralisp:heap-usage))))
      (dotimes (i 200)
        (make-array 100000))
      (collect-all)
      (< (- (astralisp:heap-usage) before) 10000000))
  => "T")

(define-test stack-exhaustion-again-and-again
    (labels ((deep (n) (if (= n 0) 0 (+ 1 (deep (- n 1))))))
      (loop repeat 3
            collect (handler-case (deep 100000000)
                      (storage-condition () :exhausted))))
  => "(:EXHAUSTED :EXHAUSTED :EXHAUSTED)")

(define-test cleanups-run-when-the-stack-is-exhausted
    (let ((ran 0))
      (labels ((deep (n)
                 (unwind-protect (+ 1 (deep (+ n 1)))
                   (incf ran))))
        (handler-case (deep 0)
          (storage-condition () (> ran 100)))))
  => "T")

(define-test absurd-sizes
    (handler-case (make-array 100000000000)
      (storage-condition () :storage)
      (error () :error))
  => ":STORAGE")

(define-test bad-addresses
    (handler-case
        (funcall 'astralisp.primitives:%raw-load-u8 64 0)
      (error (condition) (type-of condition)))
  => "ASTRALISP:MEMORY-FAULT")

(define-test many-bindings
    (labels ((bind (n)
               (let ((*print-base* 10))
                 (if (= n 0) *print-base* (+ 0 (bind (- n 1)))))))
      (list (bind 1000)
            (handler-case (bind 10000000)
              (storage-condition () :exhausted))
            (bind 1000)))
  => "(10 :EXHAUSTED 10)")

(define-test throws-through-frames
    (labels ((deep (n) (if (= n 0) (throw 'out (values 1 2 3 4 5 6)) (list (deep (- n 1))))))
      (multiple-value-list (catch 'out (deep 1000))))
  => "(1 2 3 4 5 6)")

(define-test dead-blocks
    (let ((exit (block nil (lambda () (return 1)))))
      (funcall exit))
  => "error CONTROL-ERROR")

(define-test backtraces-have-names
    (labels ((inner () (astralisp:backtrace)) (outer () (list (inner))))
      (consp (first (outer))))
  => "T")
