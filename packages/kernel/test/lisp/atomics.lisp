;;;; Atomic places among threads.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun among-threads (count function)
  "Call FUNCTION in COUNT threads, with its number; wait for all."
  (mapc #'ext:join-thread
        (loop for i below count
              collect (let ((i i))
                        (ext:make-thread (lambda () (funcall function i)))))))

(define-test atomic-counters
    (let ((cell (list 0)) (vector (vector 0)))
      (among-threads 4 (lambda (i)
                         (dotimes (k 5000)
                           (ext:atomic-incf (car cell))
                           (ext:atomic-decf (svref vector 0) i)
                           (when (= 0 (mod k 100))
                             (ext:thread-yield)))))
      (list cell vector))
  => "((20000) #(-30000))")

;;; Known bad: with a switch between reading and storing, counts are lost.
(define-test counters-that-are-not-atomic
    (let ((cell (list 0)))
      (among-threads 4 (lambda (i)
                         (declare (ignore i))
                         (dotimes (k 100)
                           (let ((n (car cell)))
                             (ext:thread-yield)
                             (setf (car cell) (1+ n))))))
      (< (car cell) 400))
  => "T")

(define-test atomic-stack
    (let ((stack (list '())) (taken (list '())))
      (among-threads 4 (lambda (i)
                         (dotimes (k 2000)
                           (if (evenp i)
                               (ext:atomic-push (+ k (* 10000 i)) (car stack))
                               (let ((top (ext:atomic-pop (car stack))))
                                 (when top
                                   (ext:atomic-push top (car taken))))))))
      (let ((all (append (car stack) (car taken))))
        (list (length all) (length (remove-duplicates all)))))
  => "(4000 4000)")
