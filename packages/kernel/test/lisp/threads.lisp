;;;; Threads and what they wait for; engines: hosted and metal worlds.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defvar *tally* 0)
(defvar *local* :global)

(defun start (function)
  (astralisp:make-thread function))

(defun finish (threads)
  (mapcar #'astralisp:join-thread threads))

(defun times (count function)
  (let ((results '()))
    (dotimes (i count (nreverse results))
      (push (funcall function i) results))))

(define-test thread-values
    (multiple-value-list
     (astralisp:join-thread (start (lambda () (values 1 :two "three")))))
  => "(1 :TWO \"three\")")

(define-test thread-names
    (let ((thread (astralisp:make-thread (lambda () 1) :name "worker")))
      (list (astralisp:thread-name thread)
            (astralisp:join-thread thread)
            (astralisp:thread-alive-p thread)))
  => "(\"worker\" 1 NIL)")

(define-test threads-many
    (reduce #'+ (finish (times 200 (lambda (i) (start (lambda () i))))))
  => "19900")

(define-test threads-share-the-processor
    ;; Neither would end if the other were not run as well.
    (let* ((turn 0)
           (one (start (lambda () (loop until (> turn 0)) (setq turn 2))))
           (two (start (lambda () (setq turn 1) (loop until (> turn 1)) :ok))))
      (astralisp:join-thread one)
      (astralisp:join-thread two))
  => ":OK")

(define-test mutex-excludes
    (let ((mutex (astralisp:make-mutex)) (count 0))
      (finish
       (times 8 (lambda (i)
                  (declare (ignore i))
                  (start (lambda ()
                           (dotimes (k 100)
                             (astralisp:with-mutex (mutex)
                               (let ((old count))
                                 (when (zerop (mod k 10))
                                   (astralisp:thread-yield))
                                 (setq count (+ old 1))))))))))
      count)
  => "800")

(define-test mutex-is-released-by-errors
    (let ((mutex (astralisp:make-mutex)))
      (ignore-errors (astralisp:with-mutex (mutex) (error "inside")))
      (astralisp:with-mutex (mutex) :free))
  => ":FREE")

(define-test mutex-twice
    (let ((mutex (astralisp:make-mutex)))
      (astralisp:with-mutex (mutex)
        (astralisp:with-mutex (mutex) :not-reached)))
  => "error ERROR")

(define-test specials-belong-to-threads
    (let ((*local* :outer))
      (list (astralisp:join-thread (start (lambda () *local*)))
            (astralisp:join-thread
             (start (lambda ()
                      (let ((*local* :inner))
                        (astralisp:thread-yield)
                        *local*))))
            *local*))
  => "(:GLOBAL :INNER :OUTER)")

(define-test sleepers-wake-in-order
    (let ((order '()) (mutex (astralisp:make-mutex)))
      (finish
       (mapcar (lambda (ms)
                 (start (lambda ()
                          (sleep (/ ms 1000))
                          (astralisp:with-mutex (mutex)
                            (push ms order)))))
               '(600 200 400 1)))
      (reverse order))
  => "(1 200 400 600)")

(define-test sleep-takes-its-time
    (let ((start (get-internal-real-time)))
      (sleep 0.05)
      (<= 0.05
          (/ (- (get-internal-real-time) start)
             internal-time-units-per-second)
          5))
  => "T")

(define-test condition-variable-hand-over
    (let ((mutex (astralisp:make-mutex))
          (changed (astralisp:make-condition-variable))
          (queue '()) (received '()))
      (let ((consumer
              (start (lambda ()
                       (dotimes (i 50)
                         (astralisp:with-mutex (mutex)
                           (loop while (null queue)
                                 do (astralisp:condition-wait changed mutex))
                           (push (pop queue) received)))))))
        (dotimes (i 50)
          (astralisp:with-mutex (mutex)
            (setq queue (append queue (list i)))
            (astralisp:condition-notify changed)))
        (astralisp:join-thread consumer)
        (equal (reverse received) (loop for i below 50 collect i))))
  => "T")

(define-test semaphore-counts
    (let ((semaphore (astralisp:make-semaphore :count 2)) (inside 0) (most 0))
      (finish
       (times 10 (lambda (i)
                   (declare (ignore i))
                   (start (lambda ()
                            (astralisp:semaphore-wait semaphore)
                            (incf inside)
                            (setq most (max most inside))
                            (astralisp:thread-yield)
                            (decf inside)
                            (astralisp:semaphore-signal semaphore))))))
      (list inside most))
  => "(0 2)")

(define-test mailbox-keeps-the-order
    (let* ((box (astralisp:make-mailbox))
           (sender (start (lambda ()
                            (dotimes (i 100)
                              (astralisp:send-message box i))
                            (astralisp:send-message box nil)))))
      (prog1 (loop for message = (astralisp:receive-message box)
                   while message sum message)
        (astralisp:join-thread sender)))
  => "4950")

(define-test mailbox-empty
    (multiple-value-list
     (astralisp:try-receive-message (astralisp:make-mailbox)))
  => "(NIL NIL)")

(define-test interrupt-runs-in-the-thread
    (let* ((box (astralisp:make-mailbox))
           (thread (start (lambda ()
                            (catch 'out
                              (astralisp:send-message box :ready)
                              (loop))))))
      (astralisp:receive-message box)
      (astralisp:interrupt-thread
       thread
       (lambda ()
         (astralisp:send-message box :interrupted)
         (throw 'out :left)))
      (list (astralisp:receive-message box) (astralisp:join-thread thread)))
  => "(:INTERRUPTED :LEFT)")

(define-test destroy-cleans-up
    (let* ((cleaned nil)
           (thread (start (lambda ()
                            (unwind-protect (loop (sleep 10))
                              (setq cleaned t))))))
      (astralisp:thread-yield)
      (astralisp:destroy-thread thread)
      (astralisp:join-thread thread :default nil)
      (list cleaned (astralisp:thread-alive-p thread)))
  => "(T NIL)")

(define-test errors-are-handled-in-their-thread
    (finish
     (times 3 (lambda (i)
                (start (lambda ()
                         (handler-case (if (= i 1) (error "no") i)
                           (error () :caught)))))))
  => "(0 :CAUGHT 2)")

(define-test collections-while-threads-wait
    (let* ((gate (astralisp:make-semaphore))
           (threads
             (times 20 (lambda (i)
                         (start (lambda ()
                                  (let ((data (list i (make-array 10) "x")))
                                    (astralisp:semaphore-wait gate)
                                    (first data))))))))
      (dotimes (i 5)
        (astralisp:thread-yield)
        (make-list 10000)
        (astralisp:gc :full t))
      (dotimes (i 20) (astralisp:semaphore-signal gate))
      (equal (finish threads) (loop for i below 20 collect i)))
  => "T")

(define-test deep-recursion-in-a-thread
    (labels ((deep (n) (if (= n 0) 0 (+ 1 (deep (- n 1))))))
      (astralisp:join-thread
       (start (lambda ()
                (list (deep 5000)
                      (handler-case (deep 10000000)
                        (storage-condition () :exhausted))
                      (deep 5000))))))
  => "(5000 :EXHAUSTED 5000)")

(define-test all-threads-lists-the-living
    (let* ((gate (astralisp:make-semaphore))
           (thread (start (lambda () (astralisp:semaphore-wait gate)))))
      (prog1 (list (not (null (member thread (astralisp:all-threads)))))
        (astralisp:semaphore-signal gate)
        (astralisp:join-thread thread)))
  => "(T)")
