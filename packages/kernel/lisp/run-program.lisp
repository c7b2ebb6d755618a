;;;; RUN-PROGRAM: other programs as processes, their input and output.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; First each of the three standard descriptors of the program is connected to
;;; what the caller named; then the program is started; then what was only for the
;;; program is closed here, and our ends of pipes become streams or are copied.

(defstruct (connection (:constructor make-connection (spec child own)))
  "SPEC is what the caller named, CHILD the descriptor that the program gets, to be
closed here if OWN; PIPE our end of a pipe, or NIL."
  spec child own (pipe nil))

(defun connection-failed (program code)
  (error 'process-problem :program program :code code))

(defun take-descriptor (fd spec)
  "FD if it is one, else signal an error about the file SPEC."
  (if (cl:< fd 0)
      (error 'simple-file-error
             :pathname spec
             :format-control "cannot open ~A for a program: ~A"
             :format-arguments (list spec (system-error-text fd)))
      (raised-descriptor fd)))

(defun raised-descriptor (fd)
  "FD, or a copy beyond 2 in its place: where a standard descriptor is closed, what
is opened gets its number."
  (if (cl:> fd 2)
      fd
      ;; F_DUPFD_CLOEXEC.
      (let ((copy (call-fcntl fd 1030 3)))
        (linux-close-file fd)
        copy)))

(defun open-for-program (spec direction)
  (let ((name (native-namestring spec)))
    (take-descriptor (without-switching (linux-open-for-child name direction))
                     spec)))

(defun connect-null (direction)
  (make-connection nil (open-for-program "/dev/null" direction) t))

(defun connect-pipe (spec input-p)
  "A pipe, whose end to read from is the program's if INPUT-P."
  (multiple-value-bind (from to) (without-switching (linux-make-pipe))
    (let* ((from (take-descriptor from spec))
           (to (raised-descriptor to))
           (connection (make-connection spec (if input-p from to) t))
           (pipe (if input-p to from)))
      (linux-do-not-block pipe)
      (setf (connection-pipe connection) pipe)
      connection)))

(defun file-designator-p (object)
  (or (stringp object) (pathnamep object)))

(defun connect-input (spec if-does-not-exist)
  (cond ((null spec) (connect-null :input))
        ((eq spec t) (make-connection t 0 nil))
        ((or (eq spec :stream) (streamp spec)) (connect-pipe spec t))
        ((file-designator-p spec)
         (if (and (eq if-does-not-exist :create) (not (probe-file spec)))
             (linux-close-file (open-for-program spec :append)))
         (make-connection spec (open-for-program spec :input) t))
        (t (specification-error spec '(member nil t :stream)))))

(defun connect-output (spec if-exists standard)
  "SPEC T means the descriptor STANDARD of this system."
  (cond ((null spec) (connect-null :supersede))
        ((eq spec t) (make-connection t standard nil))
        ((or (eq spec :stream) (streamp spec)) (connect-pipe spec nil))
        ((file-designator-p spec)
         (make-connection spec
                          (open-for-program spec (ecase if-exists
                                                   (:error :new)
                                                   (:append :append)
                                                   (:supersede :supersede)))
                          t))
        (t (specification-error spec '(member nil t :stream :output)))))

(defun specification-error (spec kinds)
  (error 'type-error :datum spec
                     :expected-type (list 'or kinds 'stream 'string 'pathname)))

;;; Names and arguments

(defun checked-string (object)
  "The string that OBJECT, a string or a pathname, gives to the system."
  (let ((string (if (pathnamep object) (native-namestring object) object)))
    (if (not (stringp string))
        (error 'type-error :datum object :expected-type '(or string pathname)))
    (if (find (code-char 0) string)
        (error "~S has a character with the code 0: the system takes it for the ~
                end of the string"
               string))
    string))

(defun environment-string (entry)
  (checked-string (if (consp entry)
                      (concatenate 'string (car entry) "=" (cdr entry))
                      entry)))

(defun split-search-path (path)
  "The directories of PATH, with final slashes."
  (let ((start 0) (result '()))
    (loop
      (let* ((end (or (position #\: path :start start) (length path)))
             (name (subseq path start end)))
        (push (cond ((string= name "") "./")
                    ((char= #\/ (char name (cl:1- (length name)))) name)
                    (t (concatenate 'string name "/")))
              result)
        (if (cl:= end (length path))
            (return (nreverse result)))
        (setq start (cl:1+ end))))))

(defun program-files (program search)
  "The names of the files that PROGRAM, a string, may mean."
  (if (and search (not (find #\/ program)))
      (mapcar (lambda (directory)
                (absolute-namestring
                 (concatenate 'string directory program)))
              (split-search-path (or (%getenv "PATH")
                                     "/usr/local/bin:/usr/bin:/bin")))
      (list (absolute-namestring program))))

;;; Starting

(defun flush-standard-streams ()
  "What was written here comes before what the program writes."
  (ignore-errors (finish-output *standard-output*))
  (ignore-errors (finish-output *error-output*))
  (ignore-errors (finish-output *stdout*)))

(defun start-process (process programs environment directory connections)
  "Start PROCESS; note its id."
  (multiple-value-bind (id stage)
      (without-switching
        (multiple-value-bind (id stage)
            (linux-start-program programs
                                 (cons (%process-program process)
                                       (%process-arguments process))
                                 environment directory
                                 (mapcar #'connection-child connections))
          (if (cl:> id 0)
              (setf (%process-pid process) id
                    (gethash id *processes*) process))
          (values id stage)))
    (if (cl:< id 0)
        (error 'process-problem
               :code id
               :program (if (eq stage :directory)
                            directory
                            (%process-program process))
               :action (case stage
                         (:directory "the directory cannot be entered:")
                         (t "the program cannot be run:"))))
    process))

(defun close-connections (connections pipes-p)
  "Close what is the program's, with PIPES-P also our ends of pipes."
  (dolist (connection connections)
    (if (connection-own connection)
        (linux-close-file (connection-child connection)))
    (if (and pipes-p (connection-pipe connection))
        (linux-close-file (connection-pipe connection)))))

(defun start-connected
    (process programs environment directory input output error)
  "Start PROCESS with what the functions INPUT, OUTPUT and ERROR connect it to;
return these connections. ERROR gets what OUTPUT returns."
  (let ((connections '()) (started nil))
    (unwind-protect
         (progn
           (push (funcall input) connections)
           (push (funcall output) connections)
           (push (funcall error (first connections)) connections)
           (setq connections (nreverse connections))
           (start-process process programs environment directory connections)
           (setq started t)
           connections)
      (close-connections connections (not started)))))

(defun attach-input (process connection element-type format)
  "Give PROCESS its stream to write to, or begin to copy."
  (let ((spec (connection-spec connection)) (fd (connection-pipe connection)))
    (if (eq spec :stream)
        (setf (%process-input process)
              (make-fd-stream fd :output t :element-type element-type
                                 :external-format format)))
    (if (streamp spec)
        (start-copier process
                      (make-fd-stream fd :output t
                                         :element-type (pipe-type spec)
                                         :external-format format)
                      (lambda (pipe) (copy-to-program spec pipe))))))

(defun pipe-type (stream)
  "The element type of a pipe that is copied from or to STREAM."
  (if (octet-stream-p stream) '(unsigned-byte 8) 'character))

(defun attach-output (process connection element-type format wait receive)
  "Call RECEIVE with a stream to read from, or begin to copy. When the caller will
WAIT, what the program writes is collected, so that it need not wait for a reader."
  (let ((spec (connection-spec connection)) (fd (connection-pipe connection)))
    (cond ((null fd))
          ((streamp spec)
           (start-copier process
                         (make-fd-stream fd :input t
                                            :element-type (pipe-type spec)
                                            :external-format format)
                         (lambda (pipe) (copy-from-program pipe spec))))
          (wait
           (start-copier process
                         (make-fd-stream fd :input t
                                            :element-type '(unsigned-byte 8))
                         (lambda (pipe)
                           (funcall receive
                                    (make-octets-stream
                                     (collect-octets pipe) element-type format)))))
          (t (funcall receive
                      (make-fd-stream fd :input t
                                         :element-type element-type
                                         :external-format format))))))

(defun attach-streams (process connections element-type format wait)
  (destructuring-bind (input output error) connections
    (attach-input process input element-type format)
    (attach-output process output element-type format wait
                   (lambda (stream) (setf (%process-output process) stream)))
    (if (not (eq :output (connection-spec error)))
        (attach-output process error element-type format wait
                       (lambda (stream)
                         (setf (%process-error process) stream))))))

(defun wait-for-program (process)
  "Wait for the end of PROCESS; whoever leaves before that ends it."
  (let ((left t))
    (unwind-protect
         (progn
           (process-wait process)
           (setq left nil))
      (if left
          (progn
            (process-kill process)
            (process-close process))))))

(defun run-program
    (program arguments
     &key input output error (if-input-does-not-exist :error)
          (if-output-exists :error) (if-error-exists :error)
          (environment nil environment-p) directory (search t) (wait t) pty
          status-hook (element-type 'character)
          (external-format **lenient-utf-8**))
  "Start PROGRAM, a string or pathname, with ARGUMENTS, a list of strings and
pathnames; return a process. With WAIT (the default) return when it has ended and
all its output is here. With SEARCH a PROGRAM without a slash is looked for in the
directories of the environment variable PATH.

INPUT is what the program reads: NIL nothing, T the standard input of this system,
a string or pathname a file, a stream what is read from it by a thread, :STREAM what
is written to PROCESS-INPUT (not with WAIT). OUTPUT and ERROR are where its output
goes: NIL nowhere, T to that of this system, a string or pathname to a file, a stream
to it, :STREAM to where PROCESS-OUTPUT and PROCESS-ERROR can be read; ERROR :OUTPUT
to the same place as its output. IF-INPUT-DOES-NOT-EXIST is :ERROR or :CREATE,
IF-OUTPUT-EXISTS and IF-ERROR-EXISTS are :ERROR, :SUPERSEDE or :APPEND. Streams of
:STREAM have the ELEMENT-TYPE. Characters are octets as EXTERNAL-FORMAT says: UTF-8,
what is malformed read as the replacement character.

ENVIRONMENT is a list of strings NAME=VALUE or of conses of strings; else the program
gets the variables of this system. It runs in DIRECTORY, or in the current directory.
STATUS-HOOK is called with the process, in a new thread, whenever it stops, goes on
or ends. Signal PROCESS-PROBLEM when PROGRAM cannot be run, FILE-ERROR when a file
cannot be opened, UNSUPPORTED-OPERATION when there are no processes, or with PTY."
  (if pty
      (error 'unsupported-operation
             :operation "a terminal of its own for a program (PTY)"
             :remedy "use pipes (:STREAM), or the program `script`"))
  (if (not (on-linux-p))
      (unsupported 'run-program))
  (if (and wait (eq input :stream))
      (error "nobody could write to the :INPUT :STREAM of a program that is waited ~
              for: use :WAIT NIL, or give it a stream"))
  (let ((process (%make-process (checked-string program)
                                (mapcar #'checked-string arguments)
                                status-hook))
        (format (find-external-format external-format)))
    (flush-standard-streams)
    (attach-streams
     process
     (start-connected
      process
      (program-files (%process-program process) search)
      (if environment-p
          (mapcar #'environment-string environment)
          (%environment))
      (and directory
           (checked-string (absolute-namestring
                            (native-namestring directory))))
      (lambda ()
        (connect-input input if-input-does-not-exist))
      (lambda ()
        (connect-output output if-output-exists 1))
      (lambda (output)
        (if (eq error :output)
            (make-connection :output (connection-child output) nil)
            (connect-output error if-error-exists 2))))
     element-type format wait)
    (if wait
        (wait-for-program process))
    process))
