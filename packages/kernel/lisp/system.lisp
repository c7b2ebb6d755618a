;;;; The system primitives of docs/primitives.md over the platform.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Descriptors 0, 1 and 2 are the console. Scratch memory of the platform is
;;; shared, so no thread switch may come between its uses.

(defun console-octets-out (vector start end)
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum start end))
  (platform-console-write (+ (%object-address vector) 16 start)
                          (- end start)))

(defun console-octets-in (vector start end)
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum start end))
  (platform-console-read (+ (%object-address vector) 16 start)
                         (- end start)))

(defun write-descriptor (fd vector start end)
  "%WRITE-OCTETS for a descriptor of Linux; other threads run while it would
block."
  (let ((at start) (result 0))
    (declare (type fixnum at result))
    (while (and (< at end) (>= result 0))
      (setq result (linux-write-vector fd vector at end))
      (cond ((> result 0) (setq at (+ at result)))
            ((= result -11)
             (wait-for-descriptor fd 4 nil)
             (setq result 0))
            ;; Interrupted.
            ((= result -4) (setq result 0))))
    (if (< result 0) result (- end start))))

(defun %write-octets (fd vector start end)
  "Write the octets of VECTOR from START below END to FD; return how many, or a
negative error number."
  (cond ((memory-descriptor-p fd)
         (without-switching (write-memory-file fd vector start end)))
        ((or (= fd 1) (not (on-linux-p)))
         (let ((result (console-octets-out vector start end)))
           (if (cl:< result 0) result (- end start))))
        ((= fd 2) (linux-write-error-output vector start end))
        (t (write-descriptor fd vector start end))))

(defun read-console (vector start end)
  "Wait for console input; other threads run. How many octets, 0 at its end."
  (let ((count 0))
    (declare (type fixnum count))
    (wait-for-terminal)
    (setq count (console-octets-in vector start end))
    (while (= count 0)
      (wait-for-descriptor 0 1 nil)
      (wait-for-terminal)
      (setq count (console-octets-in vector start end)))
    (max count 0)))

(defun read-descriptor (fd vector start end)
  "%READ-OCTETS for a descriptor of Linux; other threads run while it would
block."
  (let ((count (linux-read-vector fd vector start end)))
    (declare (type fixnum count))
    (while (or (= count -4) (= count -11))
      (if (= count -11)
          (wait-for-descriptor fd 1 nil))
      (setq count (linux-read-vector fd vector start end)))
    count))

(defun %read-octets (fd vector start end)
  "Read at least one octet from FD into VECTOR from START below END; return how
many, 0 at the end, or a negative error number."
  (cond ((>= start end) 0)
        ((= fd 0) (read-console vector start end))
        ((memory-descriptor-p fd)
         (without-switching (read-memory-file fd vector start end)))
        ((not (on-linux-p)) 0)
        (t (read-descriptor fd vector start end))))

(defun %input-ready-p (fd)
  "True if reading from FD would not wait."
  (or (memory-descriptor-p fd)
      (not (on-linux-p))
      (= 1 (without-switching (block-for-descriptor fd 1 0)))))

;;; Files are in memory or on the platform: which, the name or the descriptor says.

(defmacro on-name-of ((in-memory on-platform) name &rest more)
  `(without-switching
     (if (memory-name-p ,name)
         (,in-memory ,name ,@more)
         (,on-platform ,name ,@more))))

(defmacro on-descriptor ((in-memory on-platform) fd &rest more)
  `(without-switching
     (if (memory-descriptor-p ,fd)
         (,in-memory ,fd ,@more)
         (,on-platform ,fd ,@more))))

(defun %open-file (name direction)
  "Open the file NAME; a descriptor or a negative error number."
  (on-name-of (open-memory-file platform-open-file) name direction))

(defun %close-file (fd)
  "Close FD."
  (on-descriptor (close-memory-file platform-close-file) fd))

(defun %file-length (fd)
  "The length in octets of the open file FD."
  (on-descriptor (memory-file-size platform-file-length) fd))

(defun %seek-file (fd position)
  "Go to POSITION in FD; that, or a negative error number."
  (on-descriptor (seek-memory-file platform-seek-file) fd position))

(defun %probe-file (name)
  ":FILE, :DIRECTORY or NIL."
  (on-name-of (probe-memory-file platform-probe-file) name))

(defun %true-name (name)
  "The absolute NAME of a file or directory that exists without symbolic links."
  (on-name-of (identity platform-true-name) name))

(defun %delete-file (name)
  "Delete NAME; 0 or a negative error number."
  (on-name-of (delete-memory-file platform-delete-file) name))

(defun %rename-file (from to)
  "Rename FROM to TO; 0 or a negative error number."
  (without-switching
    (cond ((and (memory-name-p from) (memory-name-p to))
           (rename-memory-file from to))
          ((or (memory-name-p from) (memory-name-p to)) -18)
          (t (platform-rename-file from to)))))

(defun %make-directory (name &optional (mode #o777))
  "Make the directory NAME, with MODE but for the process's mask; 0 or a negative
error number."
  (on-name-of (make-memory-directory platform-make-directory) name mode))

(defun %file-status (name follow)
  "What is known of the file NAME, symbolic links followed if FOLLOW: a list of its
kind, permissions, size, times of modification, access and change (universal times),
inode, device, links, user, group; or a negative error number."
  (on-name-of (memory-file-status platform-file-status) name follow))

(defun %read-link (name)
  "What the symbolic link NAME holds, or a negative error number."
  (on-name-of (read-memory-link platform-read-link) name))

(defun %make-link (target name hard)
  "Make NAME a symbolic link to TARGET or, if HARD, another name of it; 0 or a
negative error number."
  (if (memory-name-p name)
      +no-file-system+
      (without-switching (platform-make-link target name hard))))

(defun %change-directory (name)
  "Make NAME the current directory; 0 or a negative error number."
  (without-switching (platform-change-directory name)))

(defun %list-directory (name)
  "The names in the directory NAME, or a negative error number."
  (on-name-of (list-memory-directory platform-list-directory) name))

(defun %file-write-date (name)
  "The universal time of the last change of NAME, or NIL."
  (let ((seconds (on-name-of (memory-file-write-seconds
                              platform-file-write-seconds)
                             name)))
    (and seconds (+ seconds 2208988800))))

(defun %current-directory ()
  "The name of the current directory, with a final slash."
  (without-switching (platform-current-directory)))

(defun %terminal-p (fd)
  "Is FD a terminal?"
  (platform-terminal-p fd))

(defun %real-time-ns ()
  "Nanoseconds since some fixed moment."
  (platform-clock-ns))

(defun %run-time-ns ()
  "Nanoseconds of processor time used."
  (platform-run-time-ns))

(defun %universal-time ()
  "Seconds since 1900."
  (+ (platform-wall-clock) 2208988800))

(defun %exit (code)
  "End the system with the exit status CODE."
  (platform-power-off code))

(defun %command-line ()
  "The list of command-line arguments."
  (platform-command-line))

(defun %platform ()
  "The name of the platform."
  (if (on-linux-p) :linux :pc))

(defun %process-id ()
  "The number of this process; 1 where there is no other."
  (if (on-linux-p) (linux-process-id) 1))
