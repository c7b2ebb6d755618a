;;;; STEP: the calls of functions in a form, one by one (CLHS STEP).

(in-package #:astralisp.runtime)

;;; The form is expanded by MACROEXPAND-ALL, which puts a call of CALL-STEPPED
;;; around each call of a function, and then compiled and run like any other.
;;; The functions that it calls run as they were compiled.

(defvar *step-depth* 0
  "How many calls are around the one that is stepped.")

(defvar *step-limit* nil
  "Calls deeper than this are not shown; NIL: all are.")

(defvar *step-asks* nil
  "True while the person at the console is asked at each call.")

(defun stepped-call-p (operator)
  "True if calls of OPERATOR are what the user wrote: those to internal functions
come from expansions."
  (not (or (special-operator-p operator)
           (member (symbol-package operator)
                   (list (find-package "ASTRALISP.PRIMITIVES")
                         (find-package "ASTRALISP.RUNTIME"))))))

(defun stepped-call (form walked)
  "WALKED, the expansion of the call FORM, so that it is shown."
  (if (stepped-call-p (car form))
      `(call-stepped ',form (lambda () ,walked))
      walked))

(defun call-stepped (form function)
  "Call FUNCTION, the code of FORM, as the person at the console wants it."
  (if (and *step-limit* (> *step-depth* *step-limit*))
      (funcall function)
      (let ((depth *step-depth*)
            (*trace-depth* *step-depth*))
        (write-trace-line "~S" form)
        (when *step-asks*
          (ask-step form depth))
        (let ((values (let ((*step-depth* (+ depth 1)))
                        (multiple-value-list (funcall function)))))
          (when (or (null *step-limit*) (<= depth *step-limit*))
            (write-trace-line "~S =>~{ ~S~}" form values))
          (values-list values)))))

(defun write-step-help (stream)
  (format stream "~&  step, s       go on to the next call, also inside this~@
                    ~2Tnext, n       do this call without showing those inside~@
                    ~2Tout, o        go on to the end of the call around this~@
                    ~2Tcontinue, c   go on to the end of the form, silently~@
                    ~2Tquit, q       give up the form: the restart ABORT~@
                    ~2Tprint, p      print the form again~@
                    ~2Tbacktrace, b  write the frames~@
                    ~2Tform          evaluate it; its variables are global~%"))

(defun ask-step (form depth)
  "Read and obey commands until one says how to go on."
  (let ((stream *debug-io*))
    (do () (nil)
      (fresh-line stream)
      (write-string "step> " stream)
      (finish-output stream)
      (let ((command (read-form-or-complain stream)))
        (cond ((eq command '%end)
               (setq *step-asks* nil)
               (return))
              ((eq command '%none))
              ((step-command-p command "STEP" "S")
               (setq *step-limit* nil)
               (return))
              ((step-command-p command "NEXT" "N")
               (setq *step-limit* depth)
               (return))
              ((step-command-p command "OUT" "O")
               (setq *step-limit* (- depth 1))
               (return))
              ((step-command-p command "CONTINUE" "C")
               (setq *step-limit* -1)
               (return))
              ((step-command-p command "QUIT" "Q") (abort))
              ((step-command-p command "PRINT" "P")
               (let ((*print-pretty* t))
                 (format stream "~&~S~%" form)))
              ((step-command-p command "BACKTRACE" "B")
               (print-backtrace :stream stream))
              ((step-command-p command "HELP" "H" "?")
               (write-step-help stream))
              (t (handler-case (eval-and-print command stream)
                   (error (condition)
                     (format stream "~&error: ~A~%" condition)))))))))

(defun step-command-p (command &rest names)
  (and (symbolp command)
       (member (symbol-name command) names :test #'string=)))

(defun call-with-stepping (function)
  (let ((*step-depth* 0)
        (*step-limit* nil)
        (*step-asks* *debugger-enabled*))
    (funcall function)))

(defmacro step (form &environment environment)
  "Evaluate FORM and return its values. At each call of a function written in it,
also in the expansions of its macros, the call and then its values are written to
*TRACE-OUTPUT*; under a listener, a command is read from *DEBUG-IO* before: STEP,
NEXT, OUT, CONTINUE, QUIT, PRINT, BACKTRACE, HELP, or a form to evaluate."
  `(call-with-stepping
    (lambda ()
      ,(let ((*call-wrapper* #'stepped-call))
         (macroexpand-all form environment)))))
