;;;; How threads print, what ROOM and TIME tell, warnings about argument counts.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun begins-p (text object)
  (let ((printed (let ((*package* (find-package "COMMON-LISP-USER")))
                   (prin1-to-string object))))
    (or (eql 0 (search text printed)) printed)))

(define-test thread-prints
    (let ((thread (astralisp:make-thread (lambda () 1) :name "worker")))
      (astralisp:join-thread thread)
      (begins-p "#<THREAD \"worker\" finished {" thread))
  => "T")

(define-test mutex-prints
    (let* ((mutex (astralisp:make-mutex :name "m"))
           (free (begins-p "#<MUTEX \"m\" free {" mutex)))
      (list free (astralisp:with-mutex (mutex)
                   (begins-p "#<MUTEX \"m\" held by \"" mutex))))
  => "(T T)")

(define-test semaphore-prints
    (begins-p "#<SEMAPHORE count 3 {" (astralisp:make-semaphore :count 3))
  => "T")

(define-test room-tells-collections
    (let ((text (with-output-to-string (*standard-output*) (room))))
      (list (numberp (search "heap: " text)) (numberp (search "code: " text))
            (numberp (search " minor (" text))))
  => "(T T T)")

(define-test time-tells-allocation
    (let ((text (with-output-to-string (*trace-output*)
                  (time (make-list 1000)))))
      (numberp (search "16,000 octets allocated" text)))
  => "T")

(defun takes-two (a b) (list a b))
(defun takes-any (a &optional (b 1) &key c) (list a b c))

(defun warnings-of (form)
  "How many warnings the compiler has for FORM."
  (let ((count 0))
    (handler-bind ((warning (lambda (condition)
                              (setq count (+ count 1))
                              (muffle-warning condition))))
      (compile nil (list 'lambda '() form)))
    count))

(define-test argument-counts-are-checked
    (mapcar #'warnings-of
            '((takes-two 1 2) (takes-two 1) (takes-two 1 2 3) (car) (car 1 2)
              (takes-any 1) (takes-any) (takes-any 1 2 :c 3) (list)
              (flet ((takes-two (x) x)) (takes-two 1))))
  => "(0 1 1 1 1 0 1 0 0 0)")
