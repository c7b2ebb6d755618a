;;;; The listener, scripts, and the arguments of the command line (CLHS 25.1.1).

(in-package #:astralisp.runtime)

;;; At the prompt the extensions are at hand.
(use-package "ASTRALISP" "COMMON-LISP-USER")

(defun remember-form (form)
  (setq +++ ++ ++ + + form))

(defun remember-values (values)
  (setq /// // // / / values
        *** ** ** * * (car values)))

(defun print-values (values stream)
  (fresh-line stream)
  (if (null values)
      (format stream "; no values~%")
      (dolist (value values)
        (prin1 value stream)
        (terpri stream))))

(defun eval-and-print (form stream)
  "Evaluate FORM as the listener does and print its values on STREAM."
  (setq - form)
  (let ((values (multiple-value-list (let ((*evaluation-debug* 2))
                                       (eval form)))))
    (remember-form form)
    (remember-values values)
    (print-values values stream)))

(defun skip-line (stream)
  "Forget what is left of the line after a mistake."
  (when (stream-control (input-stream stream) :interactive-p)
    (stream-control (input-stream stream) :clear-input)
    (setf (%stream-pushed (input-stream stream)) nil)))

(defvar *line-ended* nil
  "True if the form read last was the last on its line.")

(defun read-form-or-complain (stream)
  "The next form from STREAM; %END at its end; %NONE after the message when it
is malformed."
  (handler-case
      (let ((form (read-preserving-whitespace stream nil '%end)))
        (setq *line-ended* (skip-blank-rest stream))
        form)
    (end-of-file (condition)
      (format stream "~&error: ~A~%" condition)
      '%end)
    (reader-error (condition)
      (skip-line stream)
      (write-error-message condition (output-stream stream))
      '%none)))

(defun skip-blank-rest (stream)
  "Take the blanks behind a form up to the end of its line, so that what the
program reads next begins on a new line; return whether the end came."
  (let ((source (input-stream stream)))
    (do () ((not (or (%stream-pushed source)
                     (eq (stream-control source :listen) t)))
            nil)
      (let ((character (peek-char-from source)))
        (unless (and character (whitespace-code-p (%char-code character)))
          (return nil))
        (read-char-from source)
        (when (eq character #\Newline)
          (return t))))))

(defun prompt-name ()
  "The shortest name of the present package."
  (let ((name (package-name *package*)))
    (dolist (nickname (package-nicknames *package*) name)
      (when (< (length nickname) (length name))
        (setq name nickname)))))

(defun read-at-prompt (prompt stream)
  "The next form from STREAM behind PROMPT, a string, see READ-FORM-OR-COMPLAIN."
  (flet ((write-prompt ()
           (fresh-line stream)
           (write-string prompt stream)
           (finish-output stream)))
    (write-prompt)
    (let ((*prompt-writer* #'write-prompt))
      (read-form-or-complain stream))))

(defun read-eval-print (stream)
  "One turn of the listener on STREAM; NIL at the end of its input."
  (let ((form (read-at-prompt (format nil "~A> " (prompt-name)) stream)))
    (cond ((eq form '%end) nil)
          ((eq form '%none) t)
          (t (eval-and-print form stream) t))))

(defun listener-loop (stream)
  "Read forms from STREAM, evaluate them and print their values, until the input
ends."
  (let ((*debugger-level* 0)
        (*debugger-enabled* t)
        (more t))
    (do () ((not more))
      (with-simple-restart (abort "return to the listener")
        (setq more (read-eval-print stream))))
    (fresh-line stream)
    (finish-output stream)
    (values)))

;;; Arguments and scripts.

(defun run-script (stream)
  "Evaluate the forms read from STREAM without prompts. An error that nobody
handles ends the system with status 1."
  (let ((*debugger-enabled* nil))
    (load stream)))

(defun eval-argument (text)
  "Evaluate the forms in the string TEXT and print their values."
  (let ((*debugger-enabled* nil))
    (with-input-from-string (in text)
      (do ((form (read in nil in) (read in nil in)))
          ((eq form in))
        (let ((values (multiple-value-list (eval form))))
          (when values
            (print-values values *standard-output*)))))))

(defun write-usage (stream)
  (format stream "~&arguments: --eval FORM, --load FILE, --script (forms from ~
    standard input), --repl, --help~%"))

(defun usage-error (text)
  (format *error-output* "~&error: ~A~%" text)
  (write-usage *error-output*)
  (quit 2))

(defun run-arguments (arguments)
  "Do what ARGUMENTS of the command line say; return true if they say what to do
instead of a listener."
  (let ((done nil)
        (listener nil))
    (do () ((null arguments))
      (let ((word (pop arguments)))
        (flet ((operand ()
                 (if arguments
                     (pop arguments)
                     (usage-error (format nil "~A needs an operand" word))))
               (word-p (&rest words)
                 (member word words :test #'string=)))
          (cond ((word-p "--eval" "-e") (eval-argument (operand)) (setq done t))
                ((word-p "--load" "-l")
                 (let ((*debugger-enabled* nil))
                   (load (operand)))
                 (setq done t))
                ((word-p "--script") (run-script *stdin*) (setq done t))
                ((word-p "--repl") (setq listener t))
                ((word-p "--stress"))
                ((word-p "--help")
                 (write-usage *standard-output*)
                 (setq done t))
                (t (usage-error
                    (format nil "the argument ~A is not known" word)))))))
    (and done (not listener))))

(defun run-repl ()
  "Obey the arguments of the command line; when none of them says what to do, be
a listener on the terminal until the input ends."
  ;; An engine's own hook ends here: this listener has a debugger.
  (setq *debugger-hook* nil)
  (reset-console)
  (unless (run-arguments (command-line-arguments))
    (format t "~&AstraLisp ready~%")
    (let ((*print-pretty* t))
      (listener-loop *terminal-io*)))
  (finish-output *standard-output*)
  (values))
