;;;; Finalizers: functions called when objects are gone.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; An EQ table whose keys are the objects, not kept alive, and whose values are
;;; lists of finalizers, which are. The collector leaves the value of an entry
;;; whose key is gone (weak.lisp) and lets the next poll start a thread that
;;; calls the functions.

(defstruct (finalizer (:constructor make-finalizer (function)))
  "FUNCTION is to be called without arguments."
  function)

(defvar *finalizers* (make-hash-table :test 'eq :weakness :finalizer)
  "The finalizers of objects that are alive, as far as is known.")
(defvar *finalizing* nil "True while a thread is calling finalizers.")

(defun finalize (object function)
  "Let FUNCTION, a function without arguments, be called some time after OBJECT is
gone, and return OBJECT. It must not refer to OBJECT, or that never goes. It is
called in another thread, or by GC. An object may have several. Signal a
TYPE-ERROR if OBJECT is a number, a character or a symbol: these never go."
  (check-finalizer object function)
  (without-switching
    (push (make-finalizer function) (gethash object *finalizers*)))
  object)

(defun cancel-finalization (object)
  "Let no function be called when OBJECT is gone; return whether one would have
been."
  (without-switching
    (remhash object *finalizers*)))

(defun next-finalizer ()
  "Take one finalizer that is due, or NIL."
  (without-switching
    (if (null **values-of-the-dead**)
        (take-values-of-the-dead *finalizers*))
    (let ((finalizers (car **values-of-the-dead**)))
      (if finalizers
          (progn
            (if (null (cdr finalizers))
                (pop **values-of-the-dead**)
                (setf (car **values-of-the-dead**) (cdr finalizers)))
            (car finalizers))
          nil))))

(defun run-finalizers ()
  "Call the functions of all objects that are gone. An error in one is reported
as a warning."
  (let ((finalizer (next-finalizer)))
    (while finalizer
      (handler-case (funcall (finalizer-function finalizer))
        (error (condition)
          (warn "a finalizer failed: ~A" condition)))
      (setq finalizer (next-finalizer)))))

(defun start-finalizers ()
  "Let a thread of their own call the functions that are due. Without memory for
it they wait until more are."
  (set-finalizers-due 0)
  (if (not *finalizing*)
      (handler-case
          (progn
            (setq *finalizing* t)
            (make-thread (lambda ()
                           (unwind-protect (run-finalizers)
                             (setq *finalizing* nil)))
                         :name "finalizers"))
        (storage-condition () (setq *finalizing* nil)))))

(setq **after-collection** #'run-finalizers)
