;;;; The end of the system: QUIT, cleanup forms, exit hooks.

(in-package #:astralisp.runtime)

;;; An engine whose main thread runs its program in CALL-UNTIL-EXIT ends the system
;;; there: a throw runs the cleanup forms on the way. Other threads ask it to do so.

(defvar *exit-hooks* '()
  "Functions without arguments that are called, the first first, when the system
ends by QUIT, EXIT or because its program has ended. An error in one is reported
and does not keep the others from being called.")

(defvar *init-hooks* '()
  "Functions without arguments that a world written by SAVE-WORLD calls, the first
first, before its top-level function.")

(defvar *save-hooks* '()
  "Functions without arguments that SAVE-WORLD calls, the first first, before
anything else. An error in one is SAVE-WORLD's.")

(defvar *exit-possible* nil
  "True in a thread that CALL-UNTIL-EXIT is at the bottom of.")

(defvar *exit-elsewhere* nil
  "NIL, or a function of an exit code and a time limit that another thread than the
main thread ends the system with.")

(defvar *end-other-threads* nil
  "NIL, or a function of a time limit that ends all threads but this one.")

(defvar *exit-timeout* 10
  "How many seconds other threads have for their cleanup forms.")

(defun exit (&optional (code 0) &key abort (timeout 10))
  "End the system with the exit status CODE, an integer: first the cleanup forms of
this thread and of the main thread are run, then the functions of *EXIT-HOOKS*, then
those of the other threads, for which TIMEOUT seconds remain; last, what was written is
sent on. With ABORT none of that is done. QUIT is another name for EXIT."
  (unless (integerp code)
    (error 'type-error :datum code :expected-type 'integer))
  (cond (abort (%exit code))
        (*exit-possible*
         (setq *exit-timeout* timeout)
         (throw '%exit code))
        (*exit-elsewhere*
         (setq *exit-timeout* timeout)
         (funcall *exit-elsewhere* code timeout))
        (t (end-system code))))

(defun quit (&optional (code 0) &key abort (timeout 10))
  "End the system with the exit status CODE; see EXIT."
  (exit code :abort abort :timeout timeout))

(defun call-until-exit (function)
  "Call FUNCTION; when it returns, or calls EXIT, end the system. When it throws a
function to %EXIT, call that instead, with all bindings undone."
  (let ((result (catch '%exit
                  (let ((*exit-possible* t))
                    (funcall function))
                  0)))
    (if (functionp result)
        (funcall result)
        (end-system result))))

(defun report-exit-error (condition)
  (ignore-errors
   (format *stderr* "~&error in an exit hook: ~A~%" condition)))

(defun end-system (code)
  "Call the exit hooks, each only once, and end the system with CODE, or what EXIT in
one of them says."
  (do () ((null *exit-hooks*))
    (let ((result (catch '%exit
                    (let ((*exit-possible* t))
                      (handler-case (funcall (pop *exit-hooks*))
                        (error (condition) (report-exit-error condition))))
                    nil)))
      (when (integerp result)
        (setq code result))))
  (when *end-other-threads*
    (ignore-errors (funcall *end-other-threads* *exit-timeout*)))
  (ignore-errors (finish-output *standard-output*))
  (ignore-errors (finish-output *error-output*))
  (ignore-errors (finish-output *stdout*))
  (%exit code))
