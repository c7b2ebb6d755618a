;;;; Weak hash tables on the JavaScript engine, where all of their entries are
;;;; kept; finalizers, which JavaScript calls when no Lisp is running.

(in-package #:astralisp.runtime)

(defun %make-weak-pairs (capacity weakness)
  (declare (ignore weakness))
  (%make-vector #x20 (%fx* 2 capacity)))

(defun %weak-pairs-dropped (pairs capacity)
  (declare (ignore pairs capacity))
  0)

(defun finalize (object function)
  "Let FUNCTION, a function without arguments, be called some time after OBJECT is
gone, and return OBJECT. It must not refer to OBJECT, or that never goes. An
object may have several. Signal a TYPE-ERROR if OBJECT is a number, a character
or a symbol: these never go."
  (check-finalizer object function)
  (%register-finalizer object
                       (lambda ()
                         (handler-case (funcall function)
                           (error (condition)
                             (warn "a finalizer failed: ~A" condition))))))

(defun cancel-finalization (object)
  "Let no function be called when OBJECT is gone; return whether one would have
been."
  (check-finalizer object #'identity)
  (%unregister-finalizer object))
