;;;; System calls of Linux on x86-64.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defmacro define-system-calls (&rest definitions)
  "Each of DEFINITIONS is (name number parameters): a wired function."
  `(progn
     ,@(mapcar
        (lambda (definition)
          (let ((parameters (third definition)))
            (list 'defwired (first definition) parameters
                  (append (list '%syscall (second definition))
                          parameters
                          (subseq '(0 0 0 0 0 0) (length parameters))))))
        definitions)))

(define-system-calls
  (call-read 0 (fd address count))
  (call-write 1 (fd address count))
  (call-close 3 (fd))
  (call-stat 4 (path buffer))
  (call-fstat 5 (fd buffer))
  (call-lstat 6 (path buffer))
  (call-lseek 8 (fd offset whence))
  (call-mmap 9 (address octets protection flags fd offset))
  (call-mprotect 10 (address octets protection))
  (call-munmap 11 (address octets))
  (call-sigaction 13 (signal action old size))
  (call-sigprocmask 14 (how set old size))
  (call-ioctl 16 (fd request argument))
  (call-setitimer 38 (which new old))
  (call-getpid 39 ())
  (call-dup2 33 (old new))
  (call-execve 59 (path arguments environment))
  (call-wait4 61 (pid status options usage))
  (call-fcntl 72 (fd operation argument))
  (call-chdir 80 (path))
  (call-link 86 (from to))
  (call-symlink 88 (target path))
  (call-fchmod 91 (fd mode))
  (call-exit 231 (code))
  (call-kill 62 (pid signal))
  (call-getcwd 79 (buffer size))
  (call-rename 82 (from to))
  (call-mkdir 83 (path mode))
  (call-rmdir 84 (path))
  (call-unlink 87 (path))
  (call-readlink 89 (path buffer size))
  (call-sysinfo 99 (buffer))
  (call-sigaltstack 131 (new old))
  (call-getdents 217 (fd buffer size))
  (call-clock-gettime 228 (clock buffer))
  (call-openat 257 (directory path flags mode))
  (call-ppoll 271 (fds count timeout mask size))
  (call-pipe2 293 (fds flags))
  (call-getrandom 318 (buffer count flags))
  (call-close-range 436 (first last flags)))

;;; Scratch memory of these routines, apart from that of PANIC.

(defconstant +linux-scratch+ #x60004800 "Structures for system calls.")
(defconstant +linux-buffer+ #x60005000 "Names and directories, 8 KiB.")
(defconstant +linux-buffer-size+ 8192 "Octets of it.")
(defconstant +asynchronous-signals+ #x12002
  "The signals that become events, as a set: SIGINT, SIGALRM, SIGCHLD.")

(defwired clock-reading (clock)
  (call-clock-gettime clock +linux-scratch+)
  (+ (* 1000000000 (word +linux-scratch+)) (word +linux-scratch+ 8)))

(defwired linux-clock-ns ()
  (clock-reading 1))

(defwired linux-run-time-ns ()
  (clock-reading 2))

(defwired linux-wall-clock ()
  (call-clock-gettime 0 +linux-scratch+)
  (word +linux-scratch+))

(defwired linux-console-write (address count)
  (linux-write-console 1 address count))

(defwired linux-write-console (fd address count)
  "Write to the standard output or error stream. Who reads it no more ends the
process, as if SIGPIPE were not ignored."
  (let ((result (linux-write-all fd address count)))
    (declare (type fixnum result))
    (if (= result -32)
        (progn
          (set-action 13 0 0)
          (call-kill (call-getpid) 13)))
    result))

(defwired set-action (signal handler flags)
  "Handle SIGNAL by HANDLER: an address, 0 (the default) or 1 (not at all)."
  (let ((action +linux-scratch+))
    (declare (type fixnum action))
    (set-word action 0 handler)
    ;; SA_RESTORER.
    (set-word action 8 (+ #x04000000 flags))
    (set-word action 16 (%static-address signal-return))
    ;; The asynchronous signals wait while one is handled.
    (set-word action 24 +asynchronous-signals+)
    (call-sigaction signal action 0 8)))

(defwired linux-write-all (fd address count)
  "Write COUNT octets at ADDRESS; 0 or a negative error number."
  (let ((result 0))
    (declare (type fixnum result))
    (while (and (> count 0) (>= result 0))
      (setq result (call-write fd address count))
      (cond ((> result 0)
             (setq address (+ address result))
             (setq count (- count result)))
            ;; Interrupted, or a non-blocking descriptor that is full.
            ((= result -4) (setq result 0))
            ((= result -11)
             (block-for-descriptor fd 4 -1)
             (setq result 0))))
    (min result 0)))

(defwired block-for-descriptor (fd events ns)
  "Wait until FD is ready for EVENTS (1 input, 4 output), at most NS
nanoseconds, or without limit when negative. 1 if it is ready."
  (let-fixnum ((poll (+ +linux-scratch+ 64)) (timeout (+ +linux-scratch+ 32)))
    (set-half poll 0 fd)
    (set-half poll 4 events)
    (set-word timeout 0 (%fx-truncate ns 1000000000))
    (set-word timeout 8 (%fx-rem ns 1000000000))
    (if (> (call-ppoll poll 1 (if (< ns 0) 0 timeout) 0 8) 0) 1 0)))

(defwired linux-console-read (address count)
  (if (= 0 (block-for-descriptor 0 1 0))
      0
      (let ((result (call-read 0 address count)))
        (declare (type fixnum result))
        (cond ((> result 0) result)
              ((= result 0) -1)
              ((or (= result -4) (= result -11)) 0)
              (t -1)))))

(defwired linux-set-timer (ns)
  ;; ITIMER_REAL: no interval, microseconds rounded up.
  (let ((microseconds (%fx-truncate (+ ns 999) 1000)))
    (declare (type fixnum microseconds))
    (set-word +linux-scratch+ 0 0)
    (set-word +linux-scratch+ 8 0)
    (set-word +linux-scratch+ 16 (%fx-truncate microseconds 1000000))
    (set-word +linux-scratch+ 24 (%fx-rem microseconds 1000000))
    (call-setitimer 0 +linux-scratch+ 0)
    0))

(defwired linux-wait-for-event (ns)
  ;; Signals stay blocked between the look at the state word and the wait, so
  ;; that none can come just before it and be slept over.
  (let-fixnum ((set (+ +linux-scratch+ 80)) (old (+ +linux-scratch+ 88))
               (timeout (+ +linux-scratch+ 32)))
    (set-word set 0 +asynchronous-signals+)
    (call-sigprocmask 0 set old 8)
    (if (= 0 (word (running-structure) +thread-state+))
        (progn
          (set-word timeout 0 (%fx-truncate ns 1000000000))
          (set-word timeout 8 (%fx-rem ns 1000000000))
          (set-word (+ set 16) 0 0)
          (call-ppoll +poll-table+ (polled-descriptors)
                      (if (< ns 0) 0 timeout) (+ set 16) 8))
        (linux-poll-descriptors))
    (set-word set 0 +asynchronous-signals+)
    (call-sigprocmask 1 set 0 8)
    0))

(defwired linux-poll-descriptors ()
  (let ((timeout (+ +linux-scratch+ 32)))
    (declare (type fixnum timeout))
    (set-word timeout 0 0)
    (set-word timeout 8 0)
    (call-ppoll +poll-table+ (polled-descriptors) timeout 0 8)))

;;; Memory

(defconstant +private-anonymous+ #x4022 "MAP_PRIVATE ANONYMOUS NORESERVE.")

(defwired linux-map-at (address octets protection)
  "Map zeroed memory exactly at ADDRESS; 0 or a negative error number."
  (let ((result (call-mmap address octets protection
                           (+ #x10 +private-anonymous+) -1 0)))
    (declare (type fixnum result))
    (if (= result address) 0 result)))

(defwired linux-map-pages (address octets)
  (if (= 0 (linux-map-at address octets 3)) 0 -1))

(defwired linux-unmap-pages (address octets)
  (call-munmap address octets))

(defwired linux-protect-pages (address octets mode)
  (call-mprotect address octets mode))

(defwired linux-fresh-memory-zero ()
  1)

(defwired linux-random (address count)
  (call-getrandom address count 0))

(defwired linux-heap-hot ()
  0)

(defwired linux-power-off (code)
  (call-exit code))

(defwired linux-reset ()
  (call-exit 3))

(defun linux-tick ()
  nil)

(defun linux-start-devices ()
  nil)
