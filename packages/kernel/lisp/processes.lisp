;;;; Processes of the operating system that were started here.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; When a child stops, ends or goes on, the signal SIGCHLD becomes an event of the
;;; scheduler, which calls REAP-CHILDREN: so a child that nobody waits for leaves
;;; nothing behind. Who waits for a process waits in its queue.

(defstruct (process (:constructor %make-process (program arguments status-hook))
                    (:copier nil) (:conc-name %process-))
  "A program that was started. COPIERS are the threads that copy from and to
streams; PROBLEM is what one of them met; QUEUE is who waits."
  program arguments status-hook (pid nil) (status :running) (code nil)
  (input nil) (output nil) (error nil) (copiers '()) (problem nil)
  (queue (make-queue)))

(defvar *processes* (make-hash-table)
  "The processes that have not ended, by their ids.")

(defun process-over-p (process)
  (member (%process-status process) '(:exited :signaled)))

(defun note-process-change (process status code)
  "PROCESS has the STATUS now. To be called without switching."
  (setf (%process-status process) status
        (%process-code process) code)
  (if (process-over-p process)
      (remhash (%process-pid process) *processes*))
  (wake-all (%process-queue process))
  (let ((hook (%process-status-hook process)))
    (if hook
        ;; Without memory for a thread this call is lost.
        (handler-case (make-thread hook :name "status hook"
                                        :arguments (list process))
          (storage-condition () nil)))))

(defun reap-children ()
  "Note what has become of all processes. To be called without switching."
  (loop
    (multiple-value-bind (id status code) (linux-child-change -1 nil)
      (if (<= id 0)
          (return nil)
          (let ((process (gethash id *processes*)))
            (if process
                (note-process-change process status code)))))))

(defun look-at-processes ()
  (if (on-linux-p)
      (without-switching (reap-children))))

;;; What programs see

(defun process-status (process)
  "Return :RUNNING, :STOPPED, :EXITED or :SIGNALED (ended by a signal), what the
PROCESS is just now."
  (look-at-processes)
  (%process-status process))

(defun process-alive-p (process)
  "True if PROCESS has not ended; it may be stopped."
  (look-at-processes)
  (not (process-over-p process)))

(defun process-exit-code (process)
  "Return the exit code of PROCESS; the number of the signal that ended it when its
status is :SIGNALED, or stopped it when that is :STOPPED; NIL while it runs."
  (look-at-processes)
  (%process-code process))

(defun process-pid (process)
  "Return the number by which the operating system knows PROCESS."
  (%process-pid process))

(defun process-input (process)
  "Return the stream whose output PROCESS reads as its standard input, if it was
started with :INPUT :STREAM, else NIL."
  (%process-input process))

(defun process-output (process)
  "Return the stream from which the standard output of PROCESS can be read, if it
was started with :OUTPUT :STREAM, else NIL."
  (%process-output process))

(defun process-error (process)
  "Return the stream from which the error output of PROCESS can be read, if it was
started with :ERROR :STREAM, else NIL."
  (%process-error process))

(defun process-wait (process &key timeout stopped)
  "Wait until PROCESS has ended, or with STOPPED until it has ended or is stopped,
and until all has been copied from and to the streams it was started with; other
threads run meanwhile. Return PROCESS, or NIL when that takes longer than TIMEOUT
seconds (NIL: no limit). An error that came up while copying is signalled here."
  (let ((deadline (deadline timeout)))
    (if (without-switching
          (reap-children)
          (waiting-until (or (process-over-p process)
                             (and stopped
                                  (eq :stopped (%process-status process))))
                         (%process-queue process) deadline))
        (if (or (not (process-over-p process))
                (wait-for-copiers process deadline))
            (progn
              (report-copying-problem process)
              process)
            nil)
        nil)))

(defun wait-for-copiers (process deadline)
  "Wait until the copiers of PROCESS have ended; NIL when DEADLINE comes first."
  (dolist (thread (%process-copiers process) t)
    (if (not (or (eq thread (%current-thread))
                 (without-switching
                   (waiting-until (not (thread-alive-p thread))
                                  (thread-joiners thread) deadline))))
        (return nil))))

(defun report-copying-problem (process)
  (let ((problem (%process-problem process)))
    (if problem
        (progn
          (setf (%process-problem process) nil)
          (error problem)))))

(defvar *signal-numbers*
  '(:hup 1 :int 2 :quit 3 :ill 4 :trap 5 :abrt 6 :bus 7 :fpe 8 :kill 9 :usr1 10
    :segv 11 :usr2 12 :pipe 13 :alrm 14 :term 15 :chld 17 :cont 18 :stop 19
    :tstp 20 :ttin 21 :ttou 22 :winch 28)
  "Names and numbers of signals.")

(defun signal-number (signal)
  (if (integerp signal)
      signal
      (or (getf *signal-numbers* signal)
          (error 'type-error :datum signal
                             :expected-type '(or (integer 0 64)
                                              (member :hup :int :quit :kill
                                               :term :stop :cont :usr1
                                               :usr2))))))

(defun process-kill (process &optional (signal :term))
  "Send SIGNAL to PROCESS: a number, or :HUP, :INT, :QUIT, :KILL, :TERM, :STOP,
:CONT, :USR1, :USR2 …. Return T, or NIL when it has ended. Signal PROCESS-PROBLEM
when that is not allowed."
  (let ((number (signal-number signal)))
    (without-switching
      (if (on-linux-p)
          (reap-children))
      ;; Not reaped, so its id is still its own.
      (if (process-over-p process)
          nil
          (let ((result (linux-signal-process (%process-pid process) number)))
            (if (cl:< result 0)
                (error 'process-problem
                       :program (%process-program process) :code result
                       :action "the signal cannot be sent to"))
            t)))))

(defun process-close (process)
  "Close the streams of PROCESS; it may go on. Return PROCESS."
  (flet ((end (stream)
           (if (and stream (open-stream-p stream))
               ;; Who should read the rest may have ended.
               (handler-case (close stream)
                 (stream-error () (close stream :abort t))))))
    (end (%process-input process))
    (end (%process-output process))
    (end (%process-error process)))
  process)

(define-condition process-problem (error)
  ((program :initarg :program :reader process-problem-program)
   (code :initarg :code :reader process-problem-code)
   (action :initarg :action :initform "the program cannot be run:"
           :reader process-problem-action))
  (:report
   (lambda (condition stream)
     (format stream "~A ~A: ~A"
             (process-problem-action condition)
             (process-problem-program condition)
             (system-error-text (process-problem-code condition)))))
  (:documentation "A program could not be started, or a process not be reached."))

(setf (documentation 'process-problem-program 'function)
      "Return the name of the program that the CONDITION, a PROCESS-PROBLEM, is
about."
      (documentation 'process-problem-code 'function)
      "Return the negated number of the system's error that the CONDITION, a
PROCESS-PROBLEM, reports."
      (documentation 'process-p 'function)
      "True if the argument is a process made by RUN-PROGRAM.")

(defun print-process (process stream)
  (print-unreadable-object (process stream :type t)
    (format stream "~A ~A ~(~A~)~@[ ~D~]"
            (%process-pid process) (%process-program process)
            (%process-status process) (%process-code process))))

(set-structure-printer 'process :object 'print-process)
