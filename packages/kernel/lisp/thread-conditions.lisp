;;;; What can go wrong with threads, as conditions.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(define-condition thread-error (error)
  ((thread :initarg :thread :initform nil :reader thread-error-thread))
  (:documentation "Something cannot be done with a thread or a lock."))

(define-condition simple-thread-error (simple-condition thread-error) ()
  (:documentation "A THREAD-ERROR that says what is wrong."))

(define-condition join-thread-error (thread-error)
  ((problem :initarg :problem :reader join-thread-error-problem))
  (:report
   (lambda (condition stream)
     (format stream
             (case (join-thread-error-problem condition)
               (:self "~S cannot wait for its own end")
               (:timeout "~S has not ended in time")
               (t "~S has ended without returning values"))
             (thread-error-thread condition))))
  (:documentation "JOIN-THREAD has no values to return."))

(define-condition interrupt-thread-error (thread-error) ()
  (:report
   (lambda (condition stream)
     (format stream "~S has ended: it cannot be interrupted"
             (thread-error-thread condition))))
  (:documentation "A thread that has ended is interrupted."))

(define-condition timeout (error)
  ((seconds :initarg :seconds :initform nil :reader timeout-seconds))
  (:report
   (lambda (condition stream)
     (format stream "the time is up~@[: ~A seconds~]"
             (timeout-seconds condition))))
  (:documentation "The time of a WITH-TIMEOUT is up."))

(setf (documentation 'thread-error-thread 'function)
      "Return the thread that the CONDITION, a THREAD-ERROR, is about, or NIL."
      (documentation 'join-thread-error-problem 'function)
      "Return why JOIN-THREAD has no values: :SELF, :TIMEOUT or :ENDED."
      (documentation 'timeout-seconds 'function)
      "Return the limit that was set, in seconds, or NIL.")
