;;;; The debugger: message, restarts, backtrace, evaluation (CLHS 9).

(in-package #:astralisp.runtime)

(defvar *debugger-enabled* t
  "True if errors that nobody handles enter the debugger; NIL if they end the
system with a message, a backtrace and exit status 1.")

(defvar *debugger-level* 0
  "How many debuggers are active, one inside the other.")

(defvar *debugger-condition* nil
  "The condition that the debugger was entered with.")

(defvar *debugger-frames* '()
  "The frames below the error, the newest first.")

(defvar *line-ended*)

(defvar *debugger-frame* 0
  "The number of the frame that is looked at.")

;;; Frames are lists: function (name or object), arguments, source, and where
;;; the engine knows them an alist of local variables.

(defun frame-function (frame) (car frame))
(defun frame-arguments (frame) (cadr frame))
(defun frame-source (frame) (caddr frame))
(defun frame-locals (frame) (cadddr frame))

(defun frame-name (frame)
  (let ((function (frame-function frame)))
    (if (functionp function)
        (or (%function-name function) function)
        function)))

(defun signalling-name-p (name)
  "True if frames of the function NAME are the machinery of signalling."
  (member name '(enter-debugger invoke-debugger error cerror signal warn break
                 signal-condition %signal-engine-error signal-and-debug
                 undefined-function-failure unbound-variable-failure
                 current-frames backtrace print-backtrace debugger-session
                 run-debugger report-fatal-error %backtrace)))

(defun current-frames ()
  "The frames of the present thread without those that signal an error."
  (let* ((frames (%backtrace))
         (rest frames)
         (last nil))
    (dotimes (i 25)
      (when (null rest) (return))
      (when (signalling-name-p (frame-name (car rest)))
        (setq last rest))
      (setq rest (cdr rest)))
    (if last (cdr last) frames)))

(defun backtrace ()
  "The frames of the present thread, the newest first: lists of a function name,
the arguments as far as they are known, and a description of the source."
  (mapcar (lambda (frame)
            (list* (frame-name frame) (cdr frame)))
          (current-frames)))

(defun print-frame-value (object stream)
  "Print OBJECT, a value in a frame; engines give a symbol ? for a value that is
gone."
  (if (and (symbolp object) (string= (symbol-name object) "?"))
      (write-char #\? stream)
      (print-short object stream)))

(defun print-frame (number frame stream)
  (format stream "~&~4D: " number)
  (write-char #\( stream)
  (let ((name (frame-name frame)))
    (if (stringp name)
        (write-string name stream)
        (print-short name stream)))
  (dolist (argument (frame-arguments frame))
    (write-char #\Space stream)
    (print-frame-value argument stream))
  (write-char #\) stream)
  (let ((source (frame-source frame)))
    (cond ((and (consp source) (not (eql (cdr source) 0)))
           (format stream "  ~A:~A" (car source) (cdr source)))
          ((consp source) (format stream "  ~A" (car source)))
          (source (format stream "  ~A" source))))
  (terpri stream))

(defun print-frames (frames limit stream)
  (let ((number 0))
    (dolist (frame frames)
      (when (and limit (>= number limit))
        (format stream "~&  ... ~D more~%" (- (length frames) number))
        (return))
      (print-frame number frame stream)
      (setq number (+ number 1)))))

(defun print-backtrace (&key (stream *debug-io*) (count 50))
  "Write up to COUNT frames of the present thread to STREAM."
  (print-frames (current-frames) count (output-stream stream))
  (values))

;;; Messages. Nothing in them may fail: an error while one is written is caught.

(defun write-safely (function stream)
  "Call FUNCTION with STREAM; an error in it is noted there."
  (handler-case (funcall function stream)
    (error (condition)
      (format stream "#<~(~A~) while this was written>" (type-of condition)))))

(defun write-error-message (condition stream)
  (fresh-line stream)
  (write-string (cond ((typep condition 'serious-condition) "error: ")
                      ((typep condition 'warning) "warning: ")
                      (t "signal: "))
                stream)
  (write-safely (lambda (stream)
                  (let ((*print-length* 20)
                        (*print-level* 6)
                        (*print-circle* t)
                        (*print-readably* nil)
                        (*print-pretty* nil))
                    (princ condition stream)))
                stream)
  (write-safely (lambda (stream)
                  (format stream "~%  [~(~S~)]~%" (type-of condition)))
                stream)
  (when (and *load-truename* *form-start*)
    (format stream "  loading ~A, the form at line ~D, column ~D~%"
            (namestring *load-truename*)
            (car *form-start*) (cdr *form-start*))))

(defun write-restarts (restarts stream)
  (when restarts
    (format stream "restarts (type a number):~%")
    (let ((number 0))
      (dolist (restart restarts)
        (format stream "~4D: ~@[[~A] ~]" number (restart-name restart))
        (write-safely (lambda (stream) (report-restart restart stream)) stream)
        (terpri stream)
        (setq number (+ number 1))))))

(defun write-debugger-help (stream)
  (format stream "~&  number      take that restart~@
                    ~2T:bt [n]     write the frames (n of them)~@
                    ~2T:frame n    look at frame n; :up, :down: the one beside~@
                    ~2T:locals     write the variables of the frame~@
                    ~2T:error      write the message and the restarts again~@
                    ~2T:continue   take the restart CONTINUE~@
                    ~2T:abort      take the restart ABORT (also end of input)~@
                    ~2Tform        evaluate it; * is the last value~%"))

;;; Without a person: message, frames, exit.

(defun report-fatal-error (condition)
  (let ((stream *error-output*))
    ;; What the program wrote before comes first.
    (ignore-errors (finish-output *standard-output*))
    (write-safely (lambda (stream) (write-error-message condition stream))
                  stream)
    (write-safely (lambda (stream)
                    (print-frames (current-frames) 30 (output-stream stream)))
                  stream)
    (quit 1)))

;;; The session.

(defun debugger-locals (stream)
  (let ((frame (nth *debugger-frame* *debugger-frames*)))
    (cond ((null frame) (format stream "~&there is no frame~%"))
          (t
           (print-frame *debugger-frame* frame stream)
           (let ((locals (frame-locals frame)))
             (if (null locals)
                 (format stream "~&  no variables are known~%")
                 (dolist (entry locals)
                   (format stream "~&  ~A = " (car entry))
                   (print-frame-value (cdr entry) stream)
                   (terpri stream))))))))

(defun select-frame (number stream)
  (if (and (integerp number) (<= 0 number)
           (< number (length *debugger-frames*)))
      (progn
        (setq *debugger-frame* number)
        (print-frame number (nth number *debugger-frames*) stream))
      (format stream "~&there is no frame ~S~%" number)))

(defun read-rest-of-line (stream)
  "The forms on the rest of the line."
  (let ((line (read-line stream nil ""))
        (forms '()))
    (with-input-from-string (in line)
      (do ((form (read in nil in) (read in nil in)))
          ((eq form in) (nreverse forms))
        (push form forms)))))

(defun take-restart (restart stream)
  (if restart
      (invoke-restart-interactively restart)
      (format stream "~&there is no such restart~%")))

(defun run-debugger-command (command condition restarts stream)
  "Obey COMMAND if it is one; return whether it was."
  (flet ((argument ()
           (if *line-ended* nil (car (read-rest-of-line stream)))))
    (cond ((integerp command)
           (take-restart (and (<= 0 command) (nth command restarts)) stream))
          ((member command '(:help :h :?)) (write-debugger-help stream))
          ((member command '(:bt :backtrace))
           (print-frames *debugger-frames* (or (argument) 50) stream))
          ((member command '(:frame :f)) (select-frame (argument) stream))
          ((eq command :down) (select-frame (- *debugger-frame* 1) stream))
          ((eq command :up) (select-frame (+ *debugger-frame* 1) stream))
          ((member command '(:locals :l))
           (let ((number (argument)))
             (when number
               (select-frame number stream)))
           (debugger-locals stream))
          ((member command '(:error :e))
           (write-error-message condition stream)
           (write-restarts restarts stream))
          ((member command '(:abort :a :q))
           (take-restart (or (find 'abort restarts :key #'restart-name)
                             (car (last restarts)))
                         stream))
          ((member command '(:continue :c))
           (take-restart (find-restart 'continue condition) stream))
          (t (return-from run-debugger-command nil)))
    t))

(defun leave-debugger (restarts)
  "Take the outermost ABORT of RESTARTS, the last restart, or end the system."
  (let ((restart (or (find 'abort restarts :key #'restart-name :from-end t)
                     (car (last restarts)))))
    (if restart (invoke-restart restart) (quit 1))))

(defun debugger-turn (condition restarts stream)
  "One turn of the debugger: prompt, read a command or form, obey it."
  (let ((form (read-at-prompt (format nil "debug ~D> " *debugger-level*)
                              stream)))
    (cond ((eq form '%end)
           (terpri stream)
           (leave-debugger restarts))
          ((eq form '%none))
          ((run-debugger-command form condition restarts stream))
          (t (eval-and-print form stream)))))

(defun debugger-session (condition restarts stream)
  (let ((level *debugger-level*))
    (do () (nil)
      (with-simple-restart (abort "return to debugger level ~D" level)
        (do () (nil)
          (debugger-turn condition restarts stream))))))

(defun run-debugger (condition)
  (let* ((*debugger-level* (+ *debugger-level* 1))
         (*debugger-condition* condition)
         (*debugger-frames* (current-frames))
         (*debugger-frame* 0)
         (*print-readably* nil)
         (*print-escape* t)
         (restarts (compute-restarts condition))
         (stream *debug-io*))
    (finish-output *standard-output*)
    (write-error-message condition stream)
    (write-restarts restarts stream)
    (when (eql *debugger-level* 1)
      (format stream ":help lists the commands~%"))
    (debugger-session condition restarts stream)))

(defvar *terminal-guard* (lambda (function) (funcall function))
  "Calls its argument while no other thread reads from the terminal; engines
with threads put a function of their own here.")

(defun enter-debugger (condition)
  "What INVOKE-DEBUGGER does at last: a session, or the end of the system."
  (cond ((not *debugger-enabled*) (report-fatal-error condition))
        ((> *debugger-level* 30)
         (write-string "error: too many nested errors" *error-output*)
         (terpri *error-output*)
         (leave-debugger (compute-restarts)))
        (t (funcall *terminal-guard*
                    (lambda () (run-debugger condition))))))
