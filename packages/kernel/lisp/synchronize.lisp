;;;; Mutexes, condition variables, semaphores, mailboxes.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Only polls switch threads, and there is none between looking at a slot and
;;; setting it: so a mutex that nobody holds is taken without more ado.

(defstruct (mutex (:constructor %make-mutex (name recursive)))
  "Held by at most one thread: OWNER; RECURSIVE is true if that may take it
again: DEPTH times so far."
  name recursive (owner nil) (depth 0) (queue (make-queue)))

(defun make-mutex (&key name recursive)
  "Return a mutex that nobody holds, called NAME. With RECURSIVE the thread that
holds it may take it again and must give it back as often."
  (%make-mutex name recursive))

(defun acquire-mutex (mutex &key (wait t) timeout)
  "Take MUTEX, waiting until it is free, at most TIMEOUT seconds if that is not
NIL, not at all when WAIT is NIL. Return true if it was taken. Signal
THREAD-ERROR when the running thread holds it already and it is not recursive."
  (let ((self (%current-thread)))
    (cond ((null (mutex-owner mutex))
           (setf (mutex-owner mutex) self)
           t)
          ((eq self (mutex-owner mutex))
           (if (not (mutex-recursive mutex))
               (mutex-failure mutex "this thread holds ~S already"))
           (setf (mutex-depth mutex) (1+ (mutex-depth mutex)))
           t)
          (wait (wait-for-mutex mutex (deadline timeout)))
          (t nil))))

(defun wait-for-mutex (mutex deadline)
  (without-switching
    (if (waiting-until (null (mutex-owner mutex)) (mutex-queue mutex) deadline)
        (progn
          (setf (mutex-owner mutex) (%current-thread))
          t)
        nil)))

(defun mutex-failure (mutex control)
  (error 'simple-thread-error
         :thread (%current-thread)
         :format-control control :format-arguments (list mutex)))

(defun release-mutex (mutex)
  "Give MUTEX back; return it. Signal THREAD-ERROR when the running thread does
not hold it."
  (declare (effects :no-poll))
  (cond ((not (eq (%current-thread) (mutex-owner mutex)))
         (mutex-failure mutex "this thread does not hold ~S"))
        ((/= 0 (mutex-depth mutex))
         (setf (mutex-depth mutex) (1- (mutex-depth mutex))))
        (t
         (setf (mutex-owner mutex) nil)
         (if (not (queue-empty-p (mutex-queue mutex)))
             (without-switching
               (wake-one (mutex-queue mutex))))))
  mutex)

(defun holding-mutex-p (mutex)
  "True if the running thread holds MUTEX."
  (eq (%current-thread) (mutex-owner mutex)))

(defmacro with-mutex ((mutex &key (wait t) timeout) &body body)
  "Evaluate BODY while holding MUTEX; return its values. When MUTEX cannot be
taken as WAIT and TIMEOUT say (see ACQUIRE-MUTEX), return NIL instead."
  (let ((lock (gensym "MUTEX")) (held (gensym "HELD")))
    `(let ((,lock ,mutex) (,held nil))
       (unwind-protect
            (if (setq ,held (acquire-mutex ,lock
                                           ,@(if (eq wait t)
                                                 '()
                                                 (list :wait wait))
                                           ,@(if timeout
                                                 (list :timeout timeout)
                                                 '())))
                (locally ,@body))
         (if ,held
             (release-mutex ,lock))))))

(defmacro with-recursive-mutex ((mutex &key timeout) &body body)
  "Like WITH-MUTEX, but when the running thread holds MUTEX already, only
evaluate BODY."
  (let ((lock (gensym "MUTEX")) (function (gensym "BODY")))
    `(let ((,lock ,mutex))
       (flet ((,function () ,@body))
         (if (holding-mutex-p ,lock)
             (,function)
             (with-mutex (,lock :timeout ,timeout)
               (,function)))))))

;;; Synchronized hash tables

(defun call-holding-mutex (mutex function)
  (with-mutex (mutex)
    (funcall function)))

(setq **mutex-functions**
      (cons (lambda () (make-mutex :name "hash table" :recursive t))
            #'call-holding-mutex))

;;; Condition variables

(defstruct (condition-variable (:constructor %make-condition-variable (name)))
  "Where threads wait until another says that something has changed."
  name (queue (make-queue)))

(defun make-condition-variable (&key name)
  "Return a condition variable called NAME that no thread waits for."
  (%make-condition-variable name))

(defun condition-wait (variable mutex &key timeout)
  "Release MUTEX, wait for a notification of VARIABLE, at most TIMEOUT seconds if
that is not NIL, take MUTEX again. Return NIL when the time is up, else true,
which may be without a notification: look at what you wait for in a loop."
  (let ((deadline (deadline timeout)) (self (%current-thread)))
    (if (not (eq self (mutex-owner mutex)))
        (mutex-failure mutex "this thread does not hold ~S"))
    (without-switching
      (let ((depth (mutex-depth mutex)) (left t))
        (setf (mutex-depth mutex) 0
              (thread-notified self) nil)
        (release-mutex mutex)
        (unwind-protect
             (progn
               (wait (condition-variable-queue variable) deadline)
               (setq left nil))
          (if (and left (thread-notified self))
              (wake-one (condition-variable-queue variable)))
          (wait-for-mutex mutex nil)
          (setf (mutex-depth mutex) depth))
        (or (thread-notified self)
            (null deadline)
            (< (platform-clock-ns) deadline))))))

(defun condition-notify (variable &optional (count 1))
  "Let COUNT threads that wait for VARIABLE go on, or as many as there are."
  (without-switching
    (dotimes (i count)
      (if (queue-empty-p (condition-variable-queue variable))
          (return))
      (wake-one (condition-variable-queue variable)))))

(defun condition-broadcast (variable)
  "Let all threads that wait for VARIABLE go on."
  (without-switching
    (wake-all (condition-variable-queue variable))))

;;; Semaphores

(defstruct (semaphore (:constructor %make-semaphore (name count)))
  "COUNT permits."
  name count (queue (make-queue)))

(defun make-semaphore (&key name (count 0))
  "Return a semaphore called NAME with COUNT permits."
  (check-type count (and fixnum unsigned-byte))
  (%make-semaphore name count))

(defun semaphore-wait (semaphore &key (count 1) timeout)
  "Take COUNT permits of SEMAPHORE, waiting until there are as many, at most
TIMEOUT seconds if that is not NIL. Return true if they were taken, else NIL."
  (let ((deadline (deadline timeout)))
    (without-switching
      (if (waiting-until (>= (semaphore-count semaphore) count)
                         (semaphore-queue semaphore) deadline)
          (progn
            (setf (semaphore-count semaphore)
                  (- (semaphore-count semaphore) count))
            ;; What is left may be enough for the next.
            (if (/= 0 (semaphore-count semaphore))
                (wake-one (semaphore-queue semaphore)))
            t)
          nil))))

(defun try-semaphore (semaphore &optional (count 1))
  "Take COUNT permits of SEMAPHORE if there are as many; return whether."
  (semaphore-wait semaphore :count count :timeout 0))

(defun semaphore-signal (semaphore &optional (count 1))
  "Give SEMAPHORE COUNT permits; return it."
  (without-switching
    (setf (semaphore-count semaphore) (+ (semaphore-count semaphore) count))
    (wake-one (semaphore-queue semaphore))
    semaphore))

;;; Mailboxes

(defstruct (mailbox (:constructor %make-mailbox (name)))
  "Messages on their way to whoever receives them."
  name (messages (make-queue)) (queue (make-queue)))

(defun make-mailbox (&key name)
  "Return a mailbox called NAME without messages."
  (%make-mailbox name))

(defun send-message (mailbox message)
  "Put MESSAGE into MAILBOX; return it."
  (without-switching
    (enqueue message (mailbox-messages mailbox))
    (wake-one (mailbox-queue mailbox))
    message))

(defun receive-message (mailbox &key timeout)
  "Take the oldest message out of MAILBOX, waiting until there is one, at most
TIMEOUT seconds if that is not NIL. Return it and T, or NIL and NIL when the
time is up."
  (let ((deadline (deadline timeout)))
    (without-switching
      (if (waiting-until (not (queue-empty-p (mailbox-messages mailbox)))
                         (mailbox-queue mailbox) deadline)
          (let ((message (dequeue (mailbox-messages mailbox))))
            ;; Who was passed over by a message may have to go on.
            (if (not (queue-empty-p (mailbox-messages mailbox)))
                (wake-one (mailbox-queue mailbox)))
            (values message t))
          (values nil nil)))))

(defun try-receive-message (mailbox)
  "The oldest message of MAILBOX and T, or NIL and NIL when it is empty."
  (receive-message mailbox :timeout 0))

(defun receive-pending-messages (mailbox &optional count)
  "Take all messages out of MAILBOX, or the COUNT oldest; return them in a list,
oldest first. Do not wait."
  (without-switching
    (let ((messages (queue-head (mailbox-messages mailbox))))
      (if (or (null count) (cl:>= count (length messages)))
          (progn
            (setf (mailbox-messages mailbox) (make-queue))
            messages)
          (let ((taken '()))
            (dotimes (i count (nreverse taken))
              (push (dequeue (mailbox-messages mailbox)) taken)))))))

(defun mailbox-count (mailbox)
  "Return how many messages are in MAILBOX."
  (length (queue-head (mailbox-messages mailbox))))

(defun mailbox-empty-p (mailbox)
  "True if no message is in MAILBOX."
  (queue-empty-p (mailbox-messages mailbox)))

;;; The terminal: a thread in the debugger keeps it until it leaves.

(defvar *terminal-owner* nil "The thread that alone may read the console.")
(defvar *terminal-queue* (make-queue) "Threads that wait for the terminal.")
(defvar *terminal-turns* 0 "How often a thread gave the terminal back.")

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
        (cond ((null before)
               (setq *terminal-turns* (1+ *terminal-turns*))
               (wake-all *terminal-queue*)
               (wake-readers 0)))))))

(defun read-terminal (attempt)
  "What *TERMINAL-READER* is: call ATTEMPT until it reads something or the input
ends. Whoever waited at a prompt while another thread had the terminal writes it
again."
  (let ((turns *terminal-turns*) (count 0))
    (declare (type fixnum count))
    (while (= count 0)
      (wait-for-terminal)
      (cond ((not (= turns *terminal-turns*))
             (setq turns *terminal-turns*)
             (funcall *prompt-writer*)))
      (without-switching
        (if (or (null *terminal-owner*)
                (eq *terminal-owner* (%current-thread)))
            (setq count (funcall attempt #'console-octets-in))))
      (if (= count 0)
          (wait-for-descriptor 0 1 nil)))
    (max count 0)))
