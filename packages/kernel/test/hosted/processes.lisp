;;;; Other programs as processes; only a process of Linux has them.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun shell (text &rest options)
  (apply #'astralisp:run-program "sh" (list "-c" text) options))

(defun shell-output (text &rest options)
  "What the shell command TEXT writes."
  (with-output-to-string (out)
    (apply #'shell text :output out options)))

(defun rest-of-stream (stream)
  (with-output-to-string (out)
    (loop for character = (read-char stream nil)
          while character do (write-char character out))))

(defun process-problem-text (function)
  (handler-case (progn (funcall function) :none)
    (error (condition) (princ-to-string condition))))

(defun open-descriptors ()
  "How many descriptors this process has open."
  (astralisp:gc :full t)
  (length (astralisp.primitives:%list-directory "/proc/self/fd")))

(define-test program-exit-codes
    (mapcar (lambda (code)
              (astralisp:process-exit-code (shell (format nil "exit ~D" code))))
            '(0 1 7 255))
  => "(0 1 7 255)")

(define-test program-arguments
    (shell-output "for a in \"$@\"; do echo \"[$a]\"; done" :error nil)
  => "\"\"")

(define-test program-arguments-any-character
    (let ((arguments (list "" " " "a b" "$HOME" "'\"\\" "*" "é€𝄞"
                           (format nil "x~%y") "-n")))
      (equal (format nil "~{[~A]~}" arguments)
             (with-output-to-string (out)
               (astralisp:run-program "printf" (cons "[%s]" arguments)
                                      :output out))))
  => "T")

(define-test program-argument-with-nul
    (handler-case (astralisp:run-program
                   "echo" (list (format nil "a~Cb" (code-char 0))))
      (astralisp:process-problem () :started)
      (error (condition)
        (not (null (search "has a character with the code 0"
                           (princ-to-string condition))))))
  => "T")

(defmacro define-problem-test (name form text)
  "FORM signals an error with the message TEXT."
  `(define-test ,name (process-problem-text (lambda () ,form))
     => ,(prin1-to-string text)))

(define-problem-test program-missing
    (astralisp:run-program "no-such-program" '())
  "the program cannot be run: no-such-program: no such file or directory")

(define-problem-test program-not-executable
    (astralisp:run-program "/dev/null" '())
  "the program cannot be run: /dev/null: permission denied")

(define-problem-test program-not-searched
    (astralisp:run-program "ls" '() :search nil :directory "/tmp/")
  "the program cannot be run: ls: no such file or directory")

(define-problem-test program-without-directory
    (shell "true" :directory "/no/such/")
  "the directory cannot be entered: /no/such/: no such file or directory")

(define-test program-too-many-octets
    (process-problem-text
     (lambda ()
       (astralisp:run-program "true" (list (make-string 3000000
                                                        :initial-element
                                                        #\x)))))
  => "\"the program cannot be run: true: the arguments and environment variables are too long\"")

(define-test program-environment
    (list (shell-output "echo $A-$B" :environment '("A=1" ("B" . "é")))
          (shell-output "echo ${PATH:+there}"))
  => "(\"1-é
\" \"there
\")")

(define-test program-directory
    (shell-output "pwd" :directory "/usr/")
  => "\"/usr
\"")

(define-test program-input-and-output
    (list (with-input-from-string (in (format nil "b~%a~%"))
            (shell-output "sort" :input in))
          (shell-output "cat")
          (shell-output "echo out; echo err >&2" :error :output)
          (with-output-to-string (error)
            (shell "echo out; echo err >&2" :error error)))
  => "(\"a
b
\" \"\" \"out
err
\" \"err
\")")

(define-test program-collected-output
    (let ((process (shell "echo a; echo b >&2; exit 3" :output :stream
                                                       :error :stream)))
      (list (astralisp:process-status process)
            (astralisp:process-exit-code process)
            (rest-of-stream (astralisp:process-output process))
            (rest-of-stream (astralisp:process-error process))))
  => "(:EXITED 3 \"a
\" \"b
\")")

(define-test program-stream-to-write-to
    (let ((process (shell "while read x; do echo \"<$x>\"; done"
                          :input :stream :output :stream :wait nil)))
      (flet ((ask (text)
               (write-line text (astralisp:process-input process))
               (finish-output (astralisp:process-input process))
               (read-line (astralisp:process-output process))))
        (list (ask "one") (ask "two")
              (astralisp:process-alive-p process)
              (progn (close (astralisp:process-input process))
                     (read-line (astralisp:process-output process) nil :end))
              (astralisp:process-exit-code
               (astralisp:process-wait process))
              (progn (astralisp:process-close process)
                     (open-stream-p (astralisp:process-output process))))))
  => "(\"<one>\" \"<two>\" T :END 0 NIL)")

(define-test program-nobody-can-write
    (shell "cat" :input :stream)
  => "error SIMPLE-ERROR")

(define-test program-binary-streams
    (let ((process (astralisp:run-program
                    "cat" '() :input :stream :output :stream :wait nil
                              :element-type '(unsigned-byte 8)))
          (octets '(0 255 128 10 13)))
      (dolist (octet octets)
        (write-byte octet (astralisp:process-input process)))
      (close (astralisp:process-input process))
      (prog1 (equal octets
                    (loop for octet = (read-byte (astralisp:process-output
                                                  process)
                                                 nil)
                          while octet collect octet))
        (astralisp:process-wait process)
        (astralisp:process-close process)))
  => "T")

;;; More than a pipe holds, on both streams at once, and in the other direction.

(define-test program-much-of-both
    (flet ((command (count)
             (format nil "head -c ~D /dev/zero | tr '\\0' x >&2 & ~
                          head -c ~:*~D /dev/zero | tr '\\0' y; wait"
                     count)))
      (let* ((error (make-string-output-stream))
             (output (shell-output (command 300000) :error error)))
        (list (length output) (count #\y output)
              (count #\x (get-output-stream-string error)))))
  => "(300000 300000 300000)")

(define-test program-much-through
    (let ((text (make-string 500000 :initial-element #\é)))
      (with-input-from-string (in text)
        (string= text (shell-output "cat" :input in))))
  => "T")

(define-test program-that-does-not-read
    ;; The copier meets EPIPE; that is no error and no death.
    (with-input-from-string (in (make-string 500000 :initial-element #\x))
      (shell-output "exec 0<&-; echo done" :input in))
  => "\"done
\"")

(define-test program-stream-nobody-reads
    (let ((process (shell "exec 0<&-; echo closed; exec cat <&1"
                          :input :stream :output :stream :wait nil)))
      (read-line (astralisp:process-output process))
      (prog1 (handler-case
                 (loop (write-line "text" (astralisp:process-input process))
                       (finish-output (astralisp:process-input process)))
               (stream-error (condition)
                 (not (null (search "broken pipe"
                                    (princ-to-string condition))))))
        (astralisp:process-close process)
        (astralisp:process-kill process :kill)
        (astralisp:process-wait process)))
  => "T")

(define-test program-files
    (let ((file (format nil "/tmp/astralisp-test-~D" (random 1000000000))))
      (flet ((contents ()
               (shell-output "cat" :input file)))
        (unwind-protect
             (list (progn (shell "echo one" :output file) (contents))
                   (progn (shell "echo two" :output (pathname file)
                                            :if-output-exists :append)
                          (contents))
                   (progn (shell "echo three >&2" :error file
                                                  :if-error-exists :supersede)
                          (contents))
                   (handler-case (shell "true" :output file)
                     (file-error () :exists))
                   (handler-case (shell "true" :input "/no/such/file")
                     (file-error () :missing)))
          (delete-file file))))
  => "(\"one
\" \"one
two
\" \"three
\" :EXISTS :MISSING)")

;;; Signals and states.

(define-test program-ended-by-signal
    (flet ((run (text)
             (let ((process (shell text)))
               (list (astralisp:process-status process)
                     (astralisp:process-exit-code process)))))
      (list (run "kill -TERM $$") (run "kill -KILL $$") (run "kill -SEGV $$")))
  => "((:SIGNALED 15) (:SIGNALED 9) (:SIGNALED 11))")

(define-test program-stopped-and-continued
    (let ((process (shell "kill -STOP $$; exit 4" :wait nil)))
      (list (and (astralisp:process-wait process :stopped t) t)
            (astralisp:process-status process)
            (astralisp:process-exit-code process)
            (astralisp:process-alive-p process)
            (astralisp:process-kill process :cont)
            (astralisp:process-exit-code (astralisp:process-wait process))
            (astralisp:process-kill process :term)))
  => "(T :STOPPED 19 T T 4 NIL)")

(define-test program-signals-are-reset
    ;; SIGPIPE is deadly in it, nothing is blocked or ignored.
    (list (shell-output "yes | head -1")
          (shell-output "grep -E '^Sig(Blk|Ign)' /proc/self/status | tr -d '\\t'"))
  => "(\"y
\" \"SigBlk:0000000000000000
SigIgn:0000000000000000
\")")

(define-test program-descriptors-of-others
    ;; Nothing but 0, 1 and 2, and what ls itself opens.
    (with-open-file (in "/dev/null")
      (let ((other (shell "sleep 20" :input :stream :output :stream
                                     :wait nil)))
        (unwind-protect
             (shell-output "ls /proc/self/fd | tr '\\n' ' '")
          (astralisp:process-kill other)
          (astralisp:process-wait other)
          (astralisp:process-close other))))
  => "\"0 1 2 3 \"")

(define-test program-status-hook
    (let ((box (astralisp:make-mailbox)))
      (let ((process (shell "exit 5" :wait nil
                                     :status-hook
                                     (lambda (process)
                                       (astralisp:send-message
                                        box process)))))
        (list (eq process (astralisp:receive-message box :timeout 20))
              (astralisp:process-exit-code process))))
  => "(T 5)")

;;; Threads.

(define-test other-threads-run-while-one-waits
    (let* ((process (shell "read x" :input :stream :wait nil))
           (thread (astralisp:make-thread
                    (lambda ()
                      (write-line "x" (astralisp:process-input process))
                      (finish-output (astralisp:process-input process))))))
      (astralisp:process-wait process)
      (astralisp:join-thread thread)
      (astralisp:process-close process)
      (astralisp:process-exit-code process))
  => "0")

(define-test thread-reads-while-others-compute
    (let* ((process (shell "echo line" :output :stream :wait nil))
           (stop nil)
           (busy (astralisp:make-thread (lambda () (loop until stop))))
           (line (read-line (astralisp:process-output process))))
      (setq stop t)
      (astralisp:join-thread busy)
      (astralisp:process-wait process)
      (astralisp:process-close process)
      line)
  => "\"line\"")

(define-test process-wait-with-limit
    (let ((process (shell "exec sleep 100" :wait nil)))
      (list (astralisp:process-wait process :timeout 0.02)
            (astralisp:process-status process)
            (astralisp:process-kill process :kill)
            (astralisp:process-status (astralisp:process-wait process))))
  => "(NIL :RUNNING T :SIGNALED)")

(define-test program-is-ended-with-its-caller
    (let ((start (get-universal-time)))
      (handler-case (astralisp:with-timeout (0.05) (shell "exec sleep 100"))
        (astralisp:timeout ()
          (list :timeout (< (- (get-universal-time) start) 50)))))
  => "(:TIMEOUT T)")

(define-test interrupt-while-waiting
    ;; Ctrl-C interrupts the first thread, in whatever it waits.
    (let ((process (shell "exec sleep 100" :wait nil)))
      (unwind-protect
           (handler-case
               (progn
                 (shell (format nil "(sleep 0.1; kill -INT ~D) &"
                                (astralisp:getpid)))
                 (astralisp:process-wait process :timeout 50))
             (astralisp:interrupt () :interrupted))
        (astralisp:process-kill process :kill)
        (astralisp:process-wait process)))
  => ":INTERRUPTED")

(define-test many-processes-leave-nothing
    (let ((before (open-descriptors)))
      (dotimes (i 60)
        (shell "true")
        (shell-output "echo x")
        (ignore-errors (astralisp:run-program "no-such-program" '()))
        (let ((process (shell "cat" :input :stream :output :stream :wait nil)))
          (astralisp:process-close process)
          (astralisp:process-wait process)))
      (list (- (open-descriptors) before)
            (shell-output (format nil "ps -o stat= --ppid ~D | grep -c Z"
                                  (astralisp:getpid)))))
  => "(0 \"0
\")")

(define-test many-processes-at-once
    (let ((processes (loop for i below 50
                           collect (shell (format nil "exit ~D" i)
                                          :wait nil))))
      (reduce #'+ (mapcar (lambda (process)
                            (astralisp:process-exit-code
                             (astralisp:process-wait process)))
                          processes)))
  => "1225")

(define-test pty-is-not-supported
    (handler-case (shell "true" :pty t)
      (astralisp:unsupported-operation (condition)
        (astralisp:unsupported-operation-platform condition)))
  => ":LINUX")

(define-test program-octets-of-a-file
    ;; Octets, of which many would be no characters, and more than a buffer holds.
    (astralisp:with-temporary-file (from)
      (astralisp:with-temporary-file (to)
        (with-open-file (out from :direction :output :if-exists :overwrite
                                  :element-type '(unsigned-byte 8))
          (dotimes (i 70000)
            (write-byte (mod (* i i) 251) out)))
        (with-open-file (in from :element-type '(unsigned-byte 8))
          (read-byte in)
          (with-open-file (out to :direction :output :if-exists :overwrite
                                  :element-type '(unsigned-byte 8))
            (write-byte 7 out)
            (astralisp:run-program "cat" '() :input in :output out)
            (write-byte 8 out)))
        (let ((octets (make-array 70001 :element-type '(unsigned-byte 8))))
          (with-open-file (in to :element-type '(unsigned-byte 8))
            (list (read-sequence octets in)
                  (aref octets 0)
                  (aref octets 70000)
                  (loop for i from 1 below 70000
                        always (= (aref octets i) (mod (* i i) 251))))))))
  => "(70001 7 8 T)")

(define-test program-external-formats
    (list (shell-output "printf 'a\\351'" :external-format :latin-1)
          (equal (list #\a (code-char #xFFFD))
                 (coerce (shell-output "printf 'a\\351'") 'list))
          (read-line (astralisp:process-output
                      (shell "printf 'a\\351\\n'" :output :stream
                             :external-format :latin-1)))
          (with-input-from-string (in "é")
            (length (shell-output "od -An -tx1 | tr -d ' \\n'" :input in
                                  :external-format :latin-1))))
  => "(\"aé\" T \"aé\" 2)")

(define-test program-without-standard-output
    ;; What a world opens must not take the place of its output that is closed.
    (astralisp:process-exit-code
     (shell "exec \"$WORLD\" --eval \"$FORM\" >&-"
            :environment
            (list (cons "WORLD" (namestring
                                 (astralisp:read-link "/proc/self/exe")))
                  "PATH=/usr/bin:/bin"
                  (cons "FORM" "(quit (+ 5 (process-exit-code
                    (run-program \"test\" '(\"-e\" \"/dev/fd/1\")
                                 :output t))))"))))
  => "6")
