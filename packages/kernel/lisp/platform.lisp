;;;; The platform protocol: what the kernel asks of the machine below it.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; docs/kernel.md, "Platform protocol", has the contracts. One world runs on
;;; every platform; which one it is stands in the world header.

(defmacro on-linux-p ()
  '(= 1 (world-platform)))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defun platform-symbol (prefix name)
    (intern (concatenate 'string prefix (symbol-name name))
            '#:astralisp.kernel)))

(defmacro define-platform-operation (name parameters definer documentation)
  "PLATFORM-NAME calls LINUX-NAME or PC-NAME with PARAMETERS."
  (list definer (platform-symbol "PLATFORM-" name) parameters
        documentation
        (list 'if '(on-linux-p)
              (cons (platform-symbol "LINUX-" name) parameters)
              (cons (platform-symbol "PC-" name) parameters))))

(define-platform-operation start () defwired
  "Make memory usable; return the end of the heap.")
(define-platform-operation start-devices () defun
  "Start timers and devices: heap and threads work.")
(define-platform-operation fresh-memory-zero () defwired
  "1 if heap memory never used is zero.")
(define-platform-operation clock-ns () defwired
  "Monotonic nanoseconds.")
(define-platform-operation run-time-ns () defwired
  "Nanoseconds of processor time used.")
(define-platform-operation wall-clock () defwired
  "Seconds since 1970-01-01 UTC.")
(define-platform-operation console-write (address count) defwired
  "Write COUNT octets at ADDRESS on the console.")
(define-platform-operation console-read (address count) defwired
  "Put at most COUNT octets of input at ADDRESS; how many, or -1 at the end.")
(define-platform-operation set-timer (ns) defwired
  "One timer event in NS nanoseconds, or none for 0.")
(define-platform-operation wait-for-event (ns) defwired
  "Idle until something happens, at most NS nanoseconds (-1: no limit).")
(define-platform-operation poll-descriptors () defwired
  "Note in the poll table which descriptors are ready; do not wait.")
(define-platform-operation map-pages (address octets) defwired
  "Make memory usable and zero; 0, or -1 when there is none.")
(define-platform-operation unmap-pages (address octets) defwired
  "Give memory back.")
(define-platform-operation protect-pages (address octets mode) defwired
  "MODE 0 no access, 1 read, 3 read and write.")
(define-platform-operation random (address count) defwired
  "Fill COUNT octets at ADDRESS with random ones.")
(define-platform-operation tick () defun
  "Periodic work of the platform, at timer events.")
(define-platform-operation heap-hot () defwired
  "Called at the end of a full collection.")
(define-platform-operation power-off (code) defwired
  "End the system with exit status CODE.")
(define-platform-operation reset () defwired
  "Start the machine again.")
(define-platform-operation command-line () defun
  "The list of the arguments, strings.")
(define-platform-operation environment () defun
  "The environment variables it was started with: strings, NAME=VALUE.")

;;; Files: metal has none yet.

(defmacro define-file-operation (name parameters otherwise documentation)
  `(defun ,(platform-symbol "PLATFORM-" name) ,parameters
     ,documentation
     (if (on-linux-p)
         (,(platform-symbol "LINUX-" name) ,@parameters)
         ,otherwise)))

(defconstant +no-file-system+ -38 "Error number: there is no file system.")

(define-file-operation open-file (name direction) +no-file-system+
  "A file descriptor, or a negative error number.")
(define-file-operation close-file (fd) +no-file-system+
  "Close FD.")
(define-file-operation file-length (fd) +no-file-system+
  "The length of the file in octets.")
(define-file-operation seek-file (fd position) +no-file-system+
  "Go to POSITION; that, or a negative error number.")
(define-file-operation probe-file (name) nil
  ":FILE, :DIRECTORY or NIL.")
(define-file-operation true-name (name) name
  "The name of a file that exists, without symbolic links.")
(define-file-operation delete-file (name) +no-file-system+
  "0 or a negative error number.")
(define-file-operation rename-file (from to) +no-file-system+
  "0 or a negative error number.")
(define-file-operation make-directory (name mode) +no-file-system+
  "0 or a negative error number.")
(define-file-operation file-status (name follow) +no-file-system+
  "A list as of %FILE-STATUS, or a negative error number.")
(define-file-operation read-link (name) +no-file-system+
  "A string, or a negative error number.")
(define-file-operation make-link (target name hard) +no-file-system+
  "0 or a negative error number.")
(define-file-operation change-directory (name) (enter-memory-directory name)
  "0 or a negative error number.")
(define-file-operation list-directory (name) +no-file-system+
  "The names in a directory, or a negative error number.")
(define-file-operation file-write-seconds (name) nil
  "Seconds since 1970 of the last change, or NIL.")
(define-file-operation current-directory () (memory-current-directory)
  "The name of the current directory, with a final slash.")
(define-file-operation terminal-p (fd) (cl:< fd 3)
  "Is FD a terminal?")
