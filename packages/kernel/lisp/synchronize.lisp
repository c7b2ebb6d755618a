;;;; Mutexes, condition variables, semaphores, mailboxes.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defstruct (mutex (:constructor %make-mutex (name)))
  "Held by at most one thread: OWNER."
  name (owner nil) (queue (make-queue)))

(defun make-mutex (&key name)
  "Return a mutex that nobody holds, called NAME."
  (%make-mutex name))

(defun acquire-mutex (mutex)
  "Take MUTEX, waiting until it is free. Signal an error when the running thread
holds it already."
  (without-switching
    (let ((self (%current-thread)))
      (if (eq self (mutex-owner mutex))
          (error "this thread holds ~S already" mutex))
      (while (mutex-owner mutex)
        (wait (mutex-queue mutex) nil))
      (setf (mutex-owner mutex) self)
      mutex)))

(defun release-mutex (mutex)
  "Give MUTEX back. Signal an error when the running thread does not hold it."
  (without-switching
    (if (not (eq (%current-thread) (mutex-owner mutex)))
        (error "this thread does not hold ~S" mutex))
    (setf (mutex-owner mutex) nil)
    (wake-one (mutex-queue mutex))
    mutex))

(defun call-with-mutex (mutex function)
  (acquire-mutex mutex)
  (unwind-protect (funcall function)
    (release-mutex mutex)))

(defmacro with-mutex ((mutex) &body body)
  "Do BODY while holding MUTEX."
  `(call-with-mutex ,mutex (lambda () ,@body)))

;;; Condition variables

(defstruct (condition-variable (:constructor make-condition-variable ()))
  "Where threads wait until another says that something has changed."
  (queue (make-queue)))

(defun condition-wait (variable mutex)
  "Release MUTEX, wait for a notification of VARIABLE, take MUTEX again. It may
return without a notification: look at what you wait for in a loop."
  (without-switching
    (release-mutex mutex)
    (unwind-protect (wait (condition-variable-queue variable) nil)
      (acquire-mutex mutex))))

(defun condition-notify (variable)
  "Let one thread that waits for VARIABLE go on."
  (without-switching
    (wake-one (condition-variable-queue variable))))

(defun condition-broadcast (variable)
  "Let all threads that wait for VARIABLE go on."
  (without-switching
    (wake-all (condition-variable-queue variable))))

;;; Semaphores

(defstruct (semaphore (:constructor make-semaphore (&optional (count 0))))
  "COUNT permits."
  (count 0) (queue (make-queue)))

(defun semaphore-wait (semaphore)
  "Take a permit of SEMAPHORE, waiting until there is one."
  (without-switching
    (while (= 0 (semaphore-count semaphore))
      (wait (semaphore-queue semaphore) nil))
    (setf (semaphore-count semaphore) (1- (semaphore-count semaphore)))
    semaphore))

(defun semaphore-signal (semaphore)
  "Give SEMAPHORE a permit."
  (without-switching
    (setf (semaphore-count semaphore) (1+ (semaphore-count semaphore)))
    (wake-one (semaphore-queue semaphore))
    semaphore))

;;; Mailboxes

(defstruct (mailbox (:constructor make-mailbox ()))
  "Messages on their way to whoever receives them."
  (messages (make-queue)) (queue (make-queue)))

(defun send-message (mailbox message)
  "Put MESSAGE into MAILBOX."
  (without-switching
    ;; In a list, so that NIL can be sent.
    (enqueue (list message) (mailbox-messages mailbox))
    (wake-one (mailbox-queue mailbox))
    message))

(defun receive-message (mailbox)
  "Take the oldest message out of MAILBOX, waiting until there is one."
  (without-switching
    (while (queue-empty-p (mailbox-messages mailbox))
      (wait (mailbox-queue mailbox) nil))
    (car (dequeue (mailbox-messages mailbox)))))

(defun try-receive-message (mailbox)
  "The oldest message of MAILBOX and T, or NIL and NIL when it is empty."
  (without-switching
    (let ((message (dequeue (mailbox-messages mailbox))))
      (if message
          (values (car message) t)
          (values nil nil)))))

;;; The terminal: a thread in the debugger keeps it until it leaves.

(defvar *terminal-owner* nil "The thread that alone may read the console.")
(defvar *terminal-queue* (make-queue) "Threads that wait for the terminal.")

(defun wait-for-terminal ()
  "Wait until no other thread owns the terminal."
  (without-switching
    (while (not (or (null *terminal-owner*)
                    (eq *terminal-owner* (%current-thread))))
      (wait *terminal-queue* nil))))

(defun call-with-terminal (function)
  "Call FUNCTION while the running thread owns the terminal."
  (wait-for-terminal)
  (let ((before *terminal-owner*))
    (setq *terminal-owner* (%current-thread))
    (unwind-protect (funcall function)
      (without-switching
        (setq *terminal-owner* before)
        (if (null before)
            (wake-all *terminal-queue*))))))
