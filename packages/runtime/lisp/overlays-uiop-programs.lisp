;;;; What UIOP's functions do here that start programs and write images.

(in-package #:astralisp.runtime)

;;; UIOP's PROCESS-INFO has a slot for the process of the implementation; its
;;; functions are written anew where they ask that, and its own otherwise.

(defun uiop-symbol (package name)
  (find-symbol name package))

(defun process-info-slot (info name)
  (slot-value info (uiop-symbol "UIOP/LAUNCH-PROGRAM" name)))

(defun (setf process-info-slot) (value info name)
  (setf (slot-value info (uiop-symbol "UIOP/LAUNCH-PROGRAM" name)) value))

(defun launch-program-function (name &rest arguments)
  "Call the function NAME of UIOP's, exported or not."
  (apply (uiop-symbol "UIOP/LAUNCH-PROGRAM" name) arguments))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "PROCESS-INFO-PID") (info)
  (process-pid (process-info-slot info "PROCESS")))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "PROCESS-ALIVE-P") (info)
  (process-alive-p (process-info-slot info "PROCESS")))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "%PROCESS-STATUS") (info)
  (let* ((process (process-info-slot info "PROCESS"))
         (status (process-status process)))
    (if (eq status :running)
        :running
        (values status (process-exit-code process)))))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "WAIT-PROCESS") (info)
  (let* ((process (process-wait (process-info-slot info "PROCESS")))
         (code (process-exit-code process)))
    (cond ((eq :signaled (process-status process))
           (setf (process-info-slot info "EXIT-CODE") (+ 128 code)
                 (process-info-slot info "SIGNAL-CODE") code)
           (values (+ 128 code) code))
          (t (setf (process-info-slot info "EXIT-CODE") code)))))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "TERMINATE-PROCESS") (info &key urgent)
  (process-kill (process-info-slot info "PROCESS") (if urgent :kill :term)))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "%POSIX-SEND-SIGNAL") (info signal)
  (process-kill (process-info-slot info "PROCESS") signal))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "%NORMALIZE-IO-SPECIFIER" original)
    (specifier &optional role)
  (cond ((eq specifier :interactive) t)
        ((and (eq specifier :output) (eq role :error-output)) :output)
        (t (funcall original specifier role))))

(defun launch-command (command)
  "The program and its arguments that UIOP's COMMAND, a string or a list, means."
  (if (stringp command)
      (list "/bin/sh" "-c" command)
      command))

(define-uiop ("UIOP/LAUNCH-PROGRAM" "LAUNCH-PROGRAM")
    (command &rest keys
             &key input (if-input-does-not-exist :error) output
             (if-output-exists :supersede) error-output
             (if-error-output-exists :supersede) (element-type 'character)
             (external-format :default) directory
             (environment nil environment-p)
             &allow-other-keys)
  (declare (ignorable keys))
  (launch-program-function "%HANDLE-IF-DOES-NOT-EXIST" input
                           if-input-does-not-exist)
  (launch-program-function "%HANDLE-IF-EXISTS" output if-output-exists)
  (launch-program-function "%HANDLE-IF-EXISTS" error-output
                           if-error-output-exists)
  (flet ((specifier (value role)
           (launch-program-function "%NORMALIZE-IO-SPECIFIER" value role)))
    (let ((info (make-instance (uiop-symbol "UIOP/LAUNCH-PROGRAM"
                                            "PROCESS-INFO")))
          (command (launch-command command)))
      (launched-info
       info
       (apply #'run-program (first command) (rest command)
              :wait nil
              :input (specifier input :input)
              :output (specifier output :output) :if-output-exists :append
              :error (specifier error-output :error-output)
              :if-error-exists :append
              :directory directory
              :element-type (if (eq element-type :default)
                                'character
                                element-type)
              (append
               (if (eq external-format :default)
                   '()
                   (list :external-format external-format))
               (if environment-p (list :environment environment) '())))))))

(defun launched-info (info process)
  "INFO, which is about PROCESS now."
  (setf (process-info-slot info "PROCESS") process
        (process-info-slot info "INPUT-STREAM") (process-input process)
        (process-info-slot info "OUTPUT-STREAM") (process-output process)
        (process-info-slot info "ERROR-OUTPUT-STREAM") (process-error process))
  info)

;;; RUN-PROGRAM is UIOP's own but for the choice of how to do it.

(define-uiop ("UIOP/RUN-PROGRAM" "%SYSTEM")
    (command &rest keys &key input output error-output &allow-other-keys)
  (when (member :stream (list input output error-output))
    (uiop "PARAMETER-ERROR" "~S: ~S is not allowed as synchronous I/O redirection ~
                             argument"
          'run-program :stream))
  (uiop "WAIT-PROCESS"
        (apply (uiop-symbol "UIOP" "LAUNCH-PROGRAM")
               (funcall (uiop-symbol "UIOP/RUN-PROGRAM"
                                     "%NORMALIZE-SYSTEM-COMMAND")
                        command)
               keys)))

(define-uiop ("UIOP/RUN-PROGRAM" "RUN-PROGRAM")
    (command &rest keys
             &key (force-shell nil force-shell-given) &allow-other-keys)
  (apply (uiop-symbol "UIOP/RUN-PROGRAM"
                      (if (or force-shell
                              (and (stringp command)
                                   (not force-shell-given)))
                          "%USE-SYSTEM"
                          "%USE-LAUNCH-PROGRAM"))
         command keys))

;;; Images.

(defun uiop-image-variable (name)
  (symbol-value (uiop-symbol "UIOP/IMAGE" name)))

(defun (setf uiop-image-variable) (value name)
  (setf (symbol-value (uiop-symbol "UIOP/IMAGE" name)) value))

(define-uiop ("UIOP/IMAGE" "ARGV0" original) ()
  (if (eq :executable (uiop-image-variable "*IMAGE-DUMPED-P*"))
      (car (%command-line))
      (funcall original)))

(define-uiop ("UIOP/IMAGE" "DUMP-IMAGE")
    (filename &key output-name executable
              (postlude (uiop-image-variable "*IMAGE-POSTLUDE*"))
              (dump-hook (uiop-image-variable "*IMAGE-DUMP-HOOK*")))
  (declare (ignore output-name))
  (setf (uiop-image-variable "*IMAGE-DUMPED-P*") (if executable :executable t)
        (uiop-image-variable "*IMAGE-RESTORED-P*") :in-regress
        (uiop-image-variable "*IMAGE-POSTLUDE*") postlude)
  (uiop "STANDARD-EVAL-THUNK" postlude)
  (setf (uiop-image-variable "*IMAGE-DUMP-HOOK*") dump-hook)
  (uiop "CALL-IMAGE-DUMP-HOOK")
  (setf (uiop-image-variable "*IMAGE-RESTORED-P*") nil)
  ;; Either is a program of its own, one that obeys its command line as this one.
  (save-world filename :toplevel (if executable
                                     (uiop-symbol "UIOP" "RESTORE-IMAGE")
                                     nil)))
