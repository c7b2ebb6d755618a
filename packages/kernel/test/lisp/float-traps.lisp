;;;; Float traps: what is needed behind an exit moves while the trap is handled;
;;;; modes belong to threads.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defmacro seven-on-error (form)
  "The value of FORM, or 7 after a full collection if it is an error."
  `(block nil
     (handler-bind ((arithmetic-error
                      (lambda (condition)
                        (declare (ignore condition))
                        (astralisp:gc)
                        (astralisp:gc :full t)
                        (return 7))))
       ,form)))

(defun divide-doubles-and-keep (x y n)
  (declare (double-float x y) (optimize speed))
  (let* ((list (list n (list 2) 3))
         (quotient (seven-on-error (list (+ 1d0 (/ x y))))))
    (list quotient list)))

(defun divide-fixnums-and-keep (x y n)
  (declare (fixnum x y) (optimize speed))
  (let* ((list (list n (list 2) 3))
         (quotient (seven-on-error (truncate x y))))
    (list quotient list)))

(define-test traps-and-collections
    (list (loop for i below 6
                always (equal (divide-doubles-and-keep
                               1d0 (float (mod i 2) 1d0) i)
                              (list (if (evenp i) 7 '(2d0)) (list i '(2) 3))))
          (loop for i below 4
                always (equal (divide-fixnums-and-keep 5 (mod i 2) i)
                              (list (if (evenp i) 7 5) (list i '(2) 3)))))
  => "(T T)")

(define-test modes-of-threads
    (ext:with-float-traps-masked (:divide-by-zero)
      (let ((thread (ext:make-thread
                     (lambda ()
                       (list (ext:float-traps)
                             (handler-case (/ 1d0 (car (list 0d0)))
                               (division-by-zero () :zero)))))))
        (dotimes (i 10) (ext:thread-yield))
        (list (ext:join-thread thread)
              (= (/ 1d0 (car (list 0d0)))
                 ext:double-float-positive-infinity))))
  => "(((:INVALID :DIVIDE-BY-ZERO :OVERFLOW) :ZERO) T)")

(define-test rounding-modes
    (let ((one-third (lambda (mode)
                       (let ((before (ext:float-rounding-mode)))
                         (unwind-protect
                              (progn (setf (ext:float-rounding-mode) mode)
                                     (/ 1d0 (car (list 3d0))))
                           (setf (ext:float-rounding-mode) before))))))
      (mapcar (lambda (mode)
                (rational (- (funcall one-third mode)
                             (funcall one-third :nearest))))
              '(:zero :positive-infinity :negative-infinity)))
  => "(0 1/18014398509481984 0)")

;;; QEMU notes small results, but does not trap: only results that are not finite
;;; are looked at.
(define-test underflow-as-an-error
    (handler-case (ext:with-float-traps-enabled (:underflow)
                    (let ((product (* 1d-300 (car (list 1d-300)))))
                      (if (member :underflow (ext:float-exceptions))
                          :underflow
                          product)))
      (floating-point-underflow () :underflow))
  => ":UNDERFLOW")
