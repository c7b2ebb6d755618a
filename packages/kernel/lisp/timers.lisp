;;;; Timers for programs: functions called later, and limits of time.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The scheduler keeps the timers (RUN-TIMERS): there is no thread of theirs.

(defun make-timer (function &key name (thread t))
  "Return a timer, not yet scheduled, that calls FUNCTION without arguments: in
a new thread when THREAD is T, else as an interrupt of the thread THREAD."
  (%make-timer function name thread))

(defun fire-timer (timer)
  "Let the function of TIMER be called."
  (let ((thread (timer-thread timer)))
    (if (eq thread t)
        ;; Without memory for a thread this call is lost.
        (handler-case
            (make-thread (timer-function timer)
                         :name (or (timer-name timer) "timer"))
          (storage-condition () nil))
        (if (thread-alive-p thread)
            (ask-thread thread (timer-function timer))))))

(defun remove-timer (timer)
  (setf *timers* (delete timer *timers* :test #'eq)
        (timer-time timer) nil))

(defun schedule-timer (timer delay &key repeat)
  "Let TIMER call its function in DELAY seconds, a real number, and then, if
REPEAT is not NIL, every REPEAT seconds; return TIMER. Scheduled before, it is
only scheduled anew."
  (let ((time (deadline delay))
        (period (and repeat
                     (cl:max 1000000
                             (cl:truncate (cl:* repeat 1000000000))))))
    (without-switching
      (remove-timer timer)
      (setf (timer-time timer) time
            (timer-repeat timer) period
            *timers* (insert-timer timer *timers*))
      (arm-timer))
    timer))

(defun unschedule-timer (timer)
  "Let TIMER not call its function any more; return true if it would have."
  (without-switching
    (prog1 (not (null (timer-time timer)))
      (remove-timer timer))))

(defun timer-scheduled-p (timer)
  "True if TIMER will call its function."
  (not (null (timer-time timer))))

(defun all-timers ()
  "Return a list of the timers that are scheduled, soonest first."
  (copy-list *timers*))

(defun call-with-timeout (seconds function)
  "Call FUNCTION; when it takes longer than SECONDS, unless that is NIL, signal
TIMEOUT in it, with a restart CONTINUE. Return its values."
  (if (null seconds)
      (funcall function)
      (let* ((active t)
             (timer (make-timer
                     (lambda ()
                       (if active
                           (cerror "Go on without a limit." 'timeout
                                   :seconds seconds)))
                     :name "timeout" :thread (%current-thread))))
        (unwind-protect
             (progn
               (schedule-timer timer seconds)
               (funcall function))
          (setq active nil)
          (unschedule-timer timer)))))

(defmacro with-timeout ((seconds) &body body)
  "Evaluate BODY and return its values; when it takes longer than SECONDS, signal
TIMEOUT (an error, correctable by CONTINUE) wherever it is. Without a limit when
SECONDS is NIL."
  `(call-with-timeout ,seconds (lambda () ,@body)))
