;;;; The end of the system and saved worlds: other processes of it are watched.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun form-text (form)
  "FORM as text; symbols of the tests are read in the present package there."
  (with-standard-io-syntax
    (let ((*package* (find-package "ASTRALISP.TEST")))
      (prin1-to-string form))))

(defun run-world (program forms &rest options)
  "What PROGRAM, a world, writes when it evaluates FORMS, and its exit code."
  (let* ((process nil)
         (text (with-output-to-string (out)
                 (setq process
                       (apply #'astralisp:run-program program
                              (mapcan (lambda (form)
                                        (list "--eval"
                                              (form-text form)))
                                      forms)
                              :output out :error :output options)))))
    (list (remove #\Newline text) (astralisp:process-exit-code process))))

(defun run-this-world (&rest forms)
  (run-world "/proc/self/exe" forms))

(defmacro with-saved-world ((name text &rest forms) &body body)
  "BODY with NAME bound to where a world may be saved that evaluates FORMS, and TEXT
to what this world said."
  (let ((directory (gensym)))
    `(astralisp:with-temporary-directory (,directory)
       (let* ((,name (namestring (merge-pathnames "world" ,directory)))
              (,text (run-world "/proc/self/exe" (list ,@forms))))
         (declare (ignorable ,text))
         ,@body))))

(define-test exit-code-and-cleanup-forms
    (run-this-world
     '(unwind-protect (astralisp:quit 3) (princ "cleaned")))
  => "(\"cleaned\" 3)")

(define-test exit-aborting
    (run-this-world
     '(setq astralisp:*exit-hooks* (list (lambda () (princ "hook"))))
     '(unwind-protect (astralisp:exit 3 :abort t) (princ "cleaned")))
  => "(\"(#<FUNCTION (LAMBDA :TOP-LEVEL-FORM)>)\" 3)")

(define-test exit-hooks-in-order
    (run-this-world
     '(progn (setq astralisp:*exit-hooks*
              (list (lambda () (princ "one "))
                    (lambda () (error "an error"))
                    (lambda () (princ "three ") (astralisp:exit 9))
                    (lambda () (princ "four"))))
             nil)
     '(astralisp:exit 2))
  => "(\"NILerror in an exit hook: an errorone three four\" 9)")

(define-test exit-hooks-at-the-end-of-the-program
    (run-this-world
     '(progn (push (lambda () (princ "hook")) astralisp:*exit-hooks*)
             (values)))
  => "(\"hook\" 0)")

(define-test exit-from-another-thread
    (run-this-world
     '(unwind-protect
       (astralisp:join-thread
        (astralisp:make-thread
         (lambda ()
           (unwind-protect (astralisp:exit 7) (princ "thread ")))))
       (princ "main ")))
  => "(\"main thread \" 7)")

(define-test exit-ends-other-threads
    (run-this-world
     '(progn
       (astralisp:make-thread
        (lambda () (unwind-protect (sleep 1000) (princ "cleaned"))))
       (astralisp:thread-yield)
       (astralisp:exit 5)))
  => "(\"cleaned\" 5)")

(define-test exit-does-not-wait-for-ever
    ;; The other thread refuses to end.
    (second (run-this-world
             '(progn
               (astralisp:make-thread
                (lambda () (astralisp:without-interrupts (sleep 1000))))
               (astralisp:thread-yield)
               (astralisp:exit 5 :timeout 0.01))))
  => "5")

(define-test errors-end-with-status-1
    (second (run-this-world '(error "an error"))) => "1")

(define-test saved-world-is-a-program
    (with-saved-world (name text
                       '(defun saved-function (x) (list :called x))
                       '(defvar *saved-list* (list 1 "two" 3.0d0))
                       '(defclass saved-class () ((slot :initform 'value)))
                       '(defvar *saved-instance* (make-instance 'saved-class))
                       `(astralisp:save-world
                         ,name
                         :toplevel
                         (lambda ()
                           (prin1 (list (saved-function 1) *saved-list*
                                        (slot-value *saved-instance* 'slot)
                                        (astralisp:command-line-arguments)))
                           (astralisp:exit 12))))
      (list (second text)
            (run-world name '() :input nil)
            (let ((process (astralisp:run-program name '("--eval" "é"))))
              (astralisp:process-exit-code process))
            (probe-file (concatenate 'string name ".new~"))))
  => "(0 (\"((:CALLED 1) (1 \\\"two\\\" 3.0d0) VALUE NIL)\" 12) 12 NIL)")

(define-test saved-world-as-listener
    (with-saved-world (name text
                       '(defun saved-function (x) (list :called x))
                       `(astralisp:save-world ,name))
      (run-world name '((saved-function 2)
                        (let ((sum 0))
                          (dotimes (i 100000 sum)
                            (incf sum (length (make-list 10))))))))
  => "(\"(:CALLED 2)1000000\" 0)")

(define-test saved-world-saved-again
    (with-saved-world (name text '(defvar *x* 1)
                            `(astralisp:save-world ,name))
      (run-world name `((defvar *y* (+ *x* 1)) (astralisp:save-world ,name)))
      (run-world name '((list *x* *y*))))
  => "(\"(1 2)\" 0)")

(define-test saved-world-hooks
    (with-saved-world (name text
                       `(progn
                          (setq astralisp:*save-hooks*
                                (list (lambda () (princ "save ")))
                                astralisp:*init-hooks*
                                (list (lambda () (princ "init "))
                                      (lambda () (princ "again ")))
                                astralisp:*exit-hooks*
                                (list (lambda () (princ "exit"))))
                          (unwind-protect
                               (astralisp:save-world
                                ,name :toplevel (lambda () (princ "top ")))
                            (princ "cleaned"))))
      (list text (run-world name '())))
  => "((\"save cleaned\" 0) (\"init again top exit\" 0))")

(define-test saved-world-environment
    ;; What belongs to the process is new: variables, directory, streams, threads.
    (with-saved-world (name text
                       '(astralisp:setenv "SAVED_VARIABLE" "old")
                       '(astralisp:chdir "/usr/")
                       '(defvar *stream* (open "/dev/null"))
                       '(defvar *process*
                         (astralisp:run-program "true" '() :output :stream))
                       '(setq *default-pathname-defaults* #p"/usr/")
                       `(astralisp:save-world ,name))
      (run-world name
                 '((list (astralisp:getenv "SAVED_VARIABLE")
                         (astralisp:getcwd)
                         *default-pathname-defaults*
                         (open-stream-p *stream*)
                         (handler-case (read-char *stream*)
                           (stream-error () :closed))
                         (astralisp:process-status *process*)
                         (length (astralisp:all-threads))
                         (with-open-file (in "/dev/null")
                           (read-char in nil :end))
                         (astralisp:process-exit-code
                          (astralisp:run-program "true" '()))))
                 :directory "/tmp/"
                 :environment '("SAVED_VARIABLE=new")))
  => "(\"(\\\"new\\\" #P\\\"/tmp/\\\" #P\\\"\\\" NIL :CLOSED :EXITED 1 :END 0)\" 0)")

(define-test saved-world-flushes-streams
    (with-saved-world (name text
                       `(defvar *stream* (open ,(concatenate 'string name ".text")
                                               :direction :output))
                       '(progn (write-string "written" *stream*) (values))
                       `(astralisp:save-world ,name))
      (with-open-file (in (concatenate 'string name ".text"))
        (values (read-line in))))
  => "\"written\"")

(define-test saved-world-with-threads
    (with-saved-world (name text
                       '(defvar *thread*
                         (astralisp:make-thread (lambda () (sleep 1000))
                          :name "sleeper"))
                       `(handler-case (astralisp:save-world ,name)
                          (error (condition)
                            (princ (not (null (search "sleeper"
                                                      (princ-to-string
                                                       condition)))))))
                       `(handler-bind
                            ((error (lambda (condition)
                                      (invoke-restart
                                       (find-if (lambda (restart)
                                                  (string= "END-THREADS"
                                                           (restart-name
                                                            restart)))
                                                (compute-restarts
                                                 condition))))))
                          (astralisp:save-world ,name)))
      (list (second text)
            (run-world name '((astralisp:thread-alive-p *thread*)))))
  => "(0 (\"NIL\" 0))")

(define-test saved-world-nowhere
    (run-this-world
     '(handler-case (astralisp:save-world "/no/such/directory/world")
       (file-error () :file-error)))
  => "(\":FILE-ERROR\" 0)")

(define-test world-without-program
    (with-saved-world (name text `(astralisp:save-world ,name :executable nil))
      (with-open-file (in name :element-type '(unsigned-byte 8))
        (map 'string #'code-char
             (loop repeat 8 collect (read-byte in)))))
  => "\"ASTRAWLD\"")
