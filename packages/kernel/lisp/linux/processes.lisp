;;;; Starting other programs as Linux processes.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; VFORK: the child runs in this memory, on this stack below the caller's frame,
;;; while this process stands still, until it becomes another program or ends. All
;;; it needs lies in a block of mapped memory, made before: the words below, then
;;; lists of addresses that a 0 ends, then the strings. There it also says why it
;;; failed. Nothing of the block is an object.

(defconstant +spawn-arguments+ 0 "The list of argument strings.")
(defconstant +spawn-environment+ 8 "The list of environment strings.")
(defconstant +spawn-directory+ 16 "The name of a directory to enter, or 0.")
(defconstant +spawn-programs+ 24 "The list of file names to try.")
(defconstant +spawn-descriptors+ 32 "Three words: what become 0, 1 and 2.")
(defconstant +spawn-error+ 56 "Why it failed: an error number, or 0.")
(defconstant +spawn-stage+ 64 "At what: 1 descriptors, 2 directory, 3 program.")
(defconstant +spawn-mask+ 72 "The signals that were blocked before.")
(defconstant +spawn-all-signals+ 80 "A set of all signals.")
(defconstant +spawn-lists+ 96 "Where the lists begin.")
(defconstant +closed-descriptor+ #x7FFFFFFF "Stands for one that is not open.")

(defwired give-up-spawn (block stage code)
  "In the child: note why it failed and end."
  (set-word block +spawn-stage+ stage)
  (set-word block +spawn-error+ (- code))
  (call-exit 127))

(defwired reset-child-signals ()
  "Handlers of this world must not run in the child, which shares its memory until
it is another program; and that program expects SIGPIPE to be deadly."
  (set-action 2 0 0)
  (set-action 4 0 0)
  (set-action 5 0 0)
  (set-action 7 0 0)
  (set-action 8 0 0)
  (set-action 11 0 0)
  (set-action 13 0 0)
  (set-action 14 0 0)
  (set-action 17 0 0))

(defwired place-child-descriptors (block)
  "Let the three descriptors of BLOCK be 0, 1 and 2; all others end with this
program."
  ;; First out of the way: one of them may be in the place of another.
  (do-range (i 0 3)
    (let-fixnum ((slot (+ block +spawn-descriptors+ (shift-left i 3)))
                 ;; F_DUPFD_CLOEXEC.
                 (fd (call-fcntl (word slot) 1030 3)))
      ;; A standard descriptor that is closed here is closed there.
      (if (and (< fd 0) (or (/= fd -9) (> (word slot) 2)))
          (give-up-spawn block 1 fd))
      (set-word slot 0 (if (< fd 0) +closed-descriptor+ fd))))
  (do-range (i 0 3)
    (let ((fd (word block (+ +spawn-descriptors+ (shift-left i 3)))))
      (declare (type fixnum fd))
      (if (= fd +closed-descriptor+)
          (call-close i)
          (call-dup2 fd i))))
  ;; CLOSE_RANGE_CLOEXEC; an old Linux does without.
  (call-close-range 3 #xFFFFFFFF 4))

(defwired run-first-program (block)
  "Become the first of the programs of BLOCK that there is; return why not."
  (let-fixnum ((list (word block +spawn-programs+))
               (problem -2)
               (result 0))
    (while (/= 0 (word list))
      (setq result (call-execve (word list)
                                (word block +spawn-arguments+)
                                (word block +spawn-environment+)))
      ;; ENOENT and ENOTDIR: it may be in the next directory. EACCES as well, but
      ;; that tells more when no other is found.
      (cond ((= result -13) (setq problem -13))
            ((and (/= result -2) (/= result -20))
             (give-up-spawn block 3 result)))
      (setq list (+ list 8)))
    problem))

(defwired run-child (block)
  "What the child does. Does not return."
  (reset-child-signals)
  (place-child-descriptors block)
  (if (/= 0 (word block +spawn-directory+))
      (let ((result (call-chdir (word block +spawn-directory+))))
        (declare (type fixnum result))
        (if (< result 0)
            (give-up-spawn block 2 result))))
  (call-sigprocmask 2 (+ block +spawn-mask+) 0 8)
  (give-up-spawn block 3 (run-first-program block)))

(defwired start-child (block)
  "Start what BLOCK says; the process id, or a negative error number."
  (%raw-store-u64 block +spawn-all-signals+ #xFFFFFFFFFFFFFFFF)
  (set-word block +spawn-error+ 0)
  (call-sigprocmask 2 (+ block +spawn-all-signals+) (+ block +spawn-mask+) 8)
  ;; Vfork, not in a function of its own: there is no way back out of one, since
  ;; the child overwrites the stack from here on.
  (let ((pid (%syscall 58 0 0 0 0 0 0)))
    (declare (type fixnum pid))
    (if (= pid 0)
        (run-child block))
    (call-sigprocmask 2 (+ block +spawn-mask+) 0 8)
    (if (and (> pid 0) (/= 0 (word block +spawn-error+)))
        (progn
          (call-wait4 pid +linux-scratch+ 0 0)
          (- (word block +spawn-error+)))
        pid)))

;;; Making the block

(defun encoded-size (string)
  "How many octets STRING and a 0 behind it take."
  (let ((size 1))
    (declare (type fixnum size))
    (do-range (i 0 (length string))
      (setq size (+ size (utf-8-length (char-code (char string i))))))
    size))

(defun put-string (string address)
  "Put STRING and a 0 at ADDRESS; the address behind."
  (declare (type fixnum address))
  (do-range (i 0 (length string))
    (setq address (+ address (encode-character (char-code (char string i))
                                               address))))
  (set-octet address 0 0)
  (1+ address))

(defun put-spawn-block (block lists descriptors directory-p)
  "Fill BLOCK: LISTS are the arguments, environment, programs and directories,
lists of strings."
  (let ((list (+ block +spawn-lists+)) (slots '()))
    (declare (type fixnum list))
    (dolist (strings lists)
      (push list slots)
      (setq list (+ list (shift-left (1+ (length strings)) 3))))
    (destructuring-bind (directory programs environment arguments) slots
      (set-word block +spawn-arguments+ arguments)
      (set-word block +spawn-environment+ environment)
      (set-word block +spawn-programs+ programs)
      (let ((text list) (at arguments))
        (declare (type fixnum text at))
        (dolist (strings lists)
          (dolist (string strings)
            (set-word at 0 text)
            (setq text (put-string string text)
                  at (+ at 8)))
          (set-word at 0 0)
          (setq at (+ at 8))))
      (set-word block +spawn-directory+ (if directory-p (word directory) 0)))
    (do-range (i 0 3)
      (set-word block (+ +spawn-descriptors+ (shift-left i 3))
                (pop descriptors)))))

(defun call-with-mapped-memory (octets function)
  "Call FUNCTION with the address of OCTETS of fresh memory; its value, or a
negative error number."
  (let* ((size (page-up octets))
         (address (call-mmap 0 size 3 +private-anonymous+ -1 0)))
    (declare (type fixnum size address))
    (if (< address 0)
        address
        (unwind-protect (funcall function address)
          (call-munmap address size)))))

(defun linux-start-program (programs arguments environment directory descriptors)
  "Start the first of the files PROGRAMS that exists, in DIRECTORY (or NIL), with
the three DESCRIPTORS as 0, 1 and 2. Return the process id, or a negative error
number and at what it failed: :DESCRIPTORS, :DIRECTORY or :PROGRAM. To be called
without switching."
  (let* ((lists (list arguments environment programs
                      (if directory (list directory) '())))
         (size +spawn-lists+)
         (stage :program))
    (declare (type fixnum size))
    (dolist (strings lists)
      (setq size (+ size 8))
      (dolist (string strings)
        (setq size (+ size 8 (encoded-size string)))))
    (values
     (call-with-mapped-memory
      size
      (lambda (block)
        (put-spawn-block block lists descriptors directory)
        (prog1 (start-child block)
          (case (word block +spawn-stage+)
            (1 (setq stage :descriptors))
            (2 (setq stage :directory))))))
     stage)))

;;; Changes of children

(defun linux-child-change (pid block)
  "What has become of the child PID, or of any for -1: its id, its state (:EXITED,
:SIGNALED, :STOPPED or :RUNNING) and the code or signal; the id 0 when nothing has
happened, or a negative error number. With BLOCK wait for its end."
  ;; WNOHANG, WUNTRACED, WCONTINUED.
  (let ((id (call-wait4 pid +linux-scratch+ (if block 0 11) 0)))
    (declare (type fixnum id))
    (if (<= id 0)
        (values id nil nil)
        (let-fixnum ((status (half +linux-scratch+ 0))
                     (low (logand status 127))
                     (high (logand 255 (shift-right status 8))))
          (cond ((= status #xFFFF) (values id :running nil))
                ((= low 0) (values id :exited high))
                ((= low 127) (values id :stopped high))
                (t (values id :signaled low)))))))

(defun linux-signal-process (pid signal)
  "Send SIGNAL to PID, or to the process group -PID; 0 or a negative error number."
  (call-kill pid signal))

(defun linux-process-id ()
  "The id of this process."
  (call-getpid))

;;; Pipes

(defun linux-make-pipe ()
  "Two descriptors, to read from and to write to, or a negative error number."
  ;; O_CLOEXEC.
  (let ((result (call-pipe2 +linux-scratch+ #o2000000)))
    (if (cl:< result 0)
        (values result result)
        (values (half +linux-scratch+ 0) (half +linux-scratch+ 4)))))

(defun linux-do-not-block (fd)
  "Let reading from and writing to FD not wait."
  ;; F_SETFL, O_NONBLOCK.
  (call-fcntl fd 4 #o4000))

(defun linux-open-for-child (name direction)
  "A descriptor of the file NAME; DIRECTION is :INPUT, or for output :SUPERSEDE,
:APPEND or :NEW. Or a negative error number."
  (with-name (path name)
    (call-openat +current-directory+ path
                 (cl:+ #o2000000
                       (ecase direction
                         (:input 0)
                         (:supersede (cl:+ 1 #o100 #o1000))
                         (:append (cl:+ 1 #o100 #o2000))
                         (:new (cl:+ 1 #o100 #o200))))
                 #o666)))
