;;;; Threads, second part: limits of time, errors, bindings, timers, interrupts;
;;;; engines: hosted and metal worlds.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defmacro problem-of (&body body)
  "The problem of the JOIN-THREAD-ERROR that BODY signals."
  `(handler-case (progn ,@body)
     (ext:join-thread-error (condition)
       (ext:join-thread-error-problem condition))))

(defun sleeper (&optional (seconds 100))
  (ext:make-thread (lambda () (sleep seconds))))

(define-test join-oneself
    (problem-of (ext:join-thread (ext:current-thread)))
  => ":SELF")

(define-test join-in-vain
    (let ((thread (sleeper)))
      (prog1 (list (problem-of (ext:join-thread thread :timeout 0.01))
                   (ext:join-thread thread :timeout 0.01 :default :later)
                   (progn (ext:destroy-thread thread)
                          (problem-of (ext:join-thread thread)))
                   (ext:join-thread thread :default :gone))))
  => "(:TIMEOUT :LATER :ENDED :GONE)")

(define-test aborted-thread
    (let ((thread (ext:make-thread (lambda () (invoke-restart 'abort)))))
      (problem-of (ext:join-thread thread)))
  => ":ENDED")

(define-test dead-threads-are-left-alone
    (let ((thread (ext:make-thread (lambda () 1))))
      (ext:join-thread thread)
      (flet ((refused (function)
               (handler-case (funcall function)
                 (ext:interrupt-thread-error (c)
                   (eq thread (ext:thread-error-thread c))))))
        (list (refused (lambda () (ext:interrupt-thread thread #'list)))
              (refused (lambda () (ext:destroy-thread thread))))))
  => "(T T)")

(define-test main-thread-stays
    (handler-case (ext:destroy-thread (ext:main-thread))
      (ext:thread-error () :refused))
  => ":REFUSED")

(define-test thread-arguments-and-name
    (let ((thread (ext:make-thread #'list :arguments '(1 2) :name "a")))
      (setf (ext:thread-name thread) "b")
      (list (ext:thread-name thread) (ext:join-thread thread)
            (ext:threadp thread) (ext:threadp 1)))
  => "(\"b\" (1 2) T NIL)")

(defvar *bound-in-thread* :global)

(define-test thread-bindings
    (flet ((value (&rest options)
             (ext:join-thread
              (apply #'ext:make-thread (lambda () *bound-in-thread*) options))))
      (list (value)
            (value :initial-bindings '((*bound-in-thread* . (+ 1 2))))
            (let ((ext:*default-thread-bindings*
                    '((*bound-in-thread* . :default))))
              (list (value)
                    (value :initial-bindings '((*bound-in-thread* . 1)))))
            *bound-in-thread*))
  => "(:GLOBAL 3 (:DEFAULT 1) :GLOBAL)")

;;; Locks

(define-test mutex-timeout
    (let* ((mutex (ext:make-mutex :name "m"))
           (gate (ext:make-semaphore))
           (holder (ext:make-thread
                    (lambda ()
                      (ext:with-mutex (mutex)
                        (ext:semaphore-signal gate)
                        (sleep 100))))))
      (ext:semaphore-wait gate)
      (prog1 (list (ext:acquire-mutex mutex :wait nil)
                   (ext:acquire-mutex mutex :timeout 0.01)
                   (ext:with-mutex (mutex :timeout 0.01) :not-reached)
                   (eq holder (ext:mutex-owner mutex))
                   (ext:mutex-name mutex)
                   (progn (ext:destroy-thread holder)
                          (ext:with-mutex (mutex :timeout 10) :free)))
        (ext:join-thread holder :default nil)))
  => "(NIL NIL NIL T \"m\" :FREE)")

(define-test recursive-mutex
    (let ((mutex (ext:make-mutex :recursive t)))
      (list (ext:with-mutex (mutex)
              (ext:with-mutex (mutex) (ext:holding-mutex-p mutex)))
            (ext:holding-mutex-p mutex)
            (let ((other (ext:make-mutex)))
              (ext:with-recursive-mutex (other)
                (ext:with-recursive-mutex (other) (values :inside))))))
  => "(T NIL :INSIDE)")

(define-test mutex-of-another
    (handler-case (ext:release-mutex (ext:make-mutex))
      (ext:thread-error () :refused))
  => ":REFUSED")

(define-test condition-wait-timeout
    (let ((mutex (ext:make-mutex :recursive t))
          (changed (ext:make-condition-variable :name "c")))
      (ext:with-mutex (mutex)
        (ext:with-mutex (mutex)
          (list (ext:condition-wait changed mutex :timeout 0.01)
                (ext:holding-mutex-p mutex)))))
  => "(NIL T)")

(define-test condition-notify-some
    (let ((mutex (ext:make-mutex)) (changed (ext:make-condition-variable))
          (ready (ext:make-semaphore)) (woken 0))
      (let ((threads (loop repeat 5
                           collect (ext:make-thread
                                    (lambda ()
                                      (ext:with-mutex (mutex)
                                        (ext:semaphore-signal ready)
                                        (ext:condition-wait changed mutex)
                                        (incf woken)))))))
        (ext:semaphore-wait ready :count 5)
        (ext:with-mutex (mutex) (ext:condition-notify changed 2))
        (sleep 0.05)
        (prog1 (list woken)
          (ext:with-mutex (mutex) (ext:condition-broadcast changed))
          (mapc #'ext:join-thread threads))))
  => "(2)")

(define-test semaphore-timeouts
    (let ((semaphore (ext:make-semaphore :count 3 :name "s")))
      (list (ext:try-semaphore semaphore 4)
            (ext:semaphore-wait semaphore :count 2)
            (ext:semaphore-count semaphore)
            (ext:semaphore-wait semaphore :count 2 :timeout 0.01)
            (progn (ext:semaphore-signal semaphore 5)
                   (ext:semaphore-count semaphore))
            (ext:try-semaphore semaphore)))
  => "(NIL T 1 NIL 6 T)")

(define-test semaphore-passes-on
    ;; A permit that wakes a thread which is ended goes to the next one.
    (let* ((semaphore (ext:make-semaphore))
           (first (ext:make-thread (lambda () (ext:semaphore-wait semaphore))))
           (second (ext:make-thread (lambda ()
                                      (ext:semaphore-wait semaphore)
                                      :got-it))))
      (ext:thread-yield)
      (ext:without-interrupts
        (ext:semaphore-signal semaphore)
        (ext:destroy-thread first))
      (ext:join-thread first :default nil)
      (ext:join-thread second :timeout 10))
  => ":GOT-IT")

(define-test mailbox-timeouts
    (let ((box (ext:make-mailbox :name "b")))
      (flet ((receive (&rest options)
               (multiple-value-list
                (apply #'ext:receive-message box options))))
        (list (receive :timeout 0.01)
              (progn (dolist (x '(1 nil 3 4 5)) (ext:send-message box x))
                     (ext:mailbox-count box))
              (receive) (receive :timeout 0)
              (ext:receive-pending-messages box 1)
              (ext:receive-pending-messages box)
              (ext:mailbox-empty-p box))))
  => "((NIL NIL) 5 (1 T) (NIL T) (3) (4 5) T)")

;;; Timers and interrupts

(define-test with-timeout
    (list (handler-case (ext:with-timeout (0.02) (loop))
            (ext:timeout (c) (list :out (ext:timeout-seconds c))))
          (handler-case (ext:with-timeout (0.02) (sleep 100))
            (ext:timeout () :out))
          (multiple-value-list (ext:with-timeout (100) (values 1 2)))
          (ext:with-timeout (nil) :no-limit)
          (ext:all-timers))
  => "((:OUT 0.02) :OUT (1 2) :NO-LIMIT NIL)")

(define-test with-timeout-nested
    (handler-case
        (ext:with-timeout (0.02)
          (handler-case (ext:with-timeout (100) (loop))
            (error (c) (list :inner (ext:timeout-seconds c)))))
      (ext:timeout () :outer))
  => "(:INNER 0.02)")

(define-test with-timeout-continued
    (handler-bind ((ext:timeout #'continue))
      (let ((start (get-internal-real-time)))
        (ext:with-timeout (0.01)
          (loop until (> (- (get-internal-real-time) start)
                         (* 0.05 internal-time-units-per-second))))
        :went-on))
  => ":WENT-ON")

(define-test timer-repeats
    (let* ((box (ext:make-mailbox))
           (timer (ext:make-timer (lambda () (ext:send-message box :tick))
                                  :name "ticker")))
      (ext:schedule-timer timer 0.01 :repeat 0.01)
      (prog1 (list (loop repeat 3
                         collect (ext:receive-message box :timeout 10))
                   (ext:timer-scheduled-p timer)
                   (ext:unschedule-timer timer)
                   (ext:timer-scheduled-p timer)
                   (ext:unschedule-timer timer))))
  => "((:TICK :TICK :TICK) T T NIL NIL)")

(define-test timer-interrupts-a-thread
    (let* ((thread (ext:make-thread (lambda ()
                                      (catch 'out (sleep 100)))))
           (timer (ext:make-timer (lambda () (throw 'out :in-time))
                                  :thread thread)))
      (ext:thread-yield)
      (ext:schedule-timer timer 0.02)
      (ext:join-thread thread :timeout 10))
  => ":IN-TIME")

(define-test timers-in-order
    (let ((box (ext:make-mailbox)))
      (dolist (ms '(60 20 40))
        (let ((ms ms))
          (ext:schedule-timer
           (ext:make-timer (lambda () (ext:send-message box ms)))
           (/ ms 1000))))
      (loop repeat 3 collect (ext:receive-message box :timeout 10)))
  => "(20 40 60)")

(define-test interrupts-are-put-off
    (let* ((box (ext:make-mailbox)) (events '())
           (thread (ext:make-thread
                    (lambda ()
                      (ext:without-interrupts
                        (ext:send-message box :ready)
                        (sleep 0.02)
                        (push :first events)
                        (ext:with-interrupts (ext:thread-yield))
                        (push :second events))
                      (ext:thread-yield)
                      (push :third events)))))
      (ext:receive-message box)
      (ext:interrupt-thread thread (lambda () (push :interrupt events)))
      (ext:join-thread thread)
      (reverse events))
  => "(:FIRST :INTERRUPT :SECOND :THIRD)")

(define-test interrupts-come-afterwards
    (let* ((box (ext:make-mailbox))
           (thread (ext:make-thread
                    (lambda ()
                      (catch 'out
                        (ext:without-interrupts
                          (ext:send-message box :ready)
                          (sleep 0.02)
                          (ext:send-message box :done))
                        (loop))))))
      (ext:receive-message box)
      (ext:interrupt-thread thread (lambda () (throw 'out :left)))
      (list (ext:receive-message box) (ext:join-thread thread :timeout 10)))
  => "(:DONE :LEFT)")
