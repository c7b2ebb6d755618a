;;;; Files of the Linux process.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Names go to the kernel as octets in a fixed buffer, ended by a 0; vectors of
;;; the heap are read and written in place, by functions in which the thread
;;; cannot be stopped, so that the vector stays where it is.

(defconstant +current-directory+ -100 "AT_FDCWD.")
(defconstant +second-name+ 4096 "Offset of a second name in the buffer.")

(defun encode-character (code address)
  "Put the UTF-8 octets of the character CODE at ADDRESS; how many they are."
  (declare (type fixnum code address))
  (if (< code 128)
      (progn (set-octet address 0 code)
             1)
      (let ((count (cond ((< code #x800) 2) ((< code #x10000) 3) (t 4))))
        (declare (type fixnum count))
        (do-range (i 1 count)
          (set-octet (+ address (- count i)) 0 (+ 128 (logand code 63)))
          (setq code (shift-right code 6)))
        (set-octet address 0
                   (+ code (logand #xFF (shift-right #xFF00 count))))
        count)))

(defun put-name (name offset)
  "Put the string NAME into the buffer; its address, or NIL if it is too long."
  (let* ((address (+ +linux-buffer+ offset)) (at address)
         (length (length name)))
    (declare (type fixnum address at length))
    (if (>= (shift-left length 2) +second-name+)
        nil
        (progn
          (do-range (i 0 length)
            (setq at (+ at (encode-character (char-code (char name i)) at))))
          (set-octet at 0 0)
          address))))

(defmacro with-name ((address name &optional (offset 0)) form)
  "The value of FORM with ADDRESS of the buffer that holds NAME; ENAMETOOLONG."
  `(let ((,address (put-name ,name ,offset)))
     (if ,address ,form -36)))

(defun linux-open-file (name direction)
  (let ((flags (case direction
                 (:input 0)
                 (:output (cl:+ 1 #o100 #o1000))
                 (:overwrite 1)
                 (:append (cl:+ 1 #o100 #o2000))
                 (:new (cl:+ 1 #o100 #o200))
                 (t (cl:+ 2 #o100)))))
    (with-name (path name)
      (call-openat +current-directory+ path (cl:+ flags #o2000000)
                   (if (eq direction :new) #o600 #o666)))))

(defun linux-close-file (fd)
  (call-close fd))

(defun linux-file-length (fd)
  (let ((result (call-fstat fd +linux-scratch+)))
    (if (cl:< result 0) result (word +linux-scratch+ 48))))

(defun linux-seek-file (fd position)
  (call-lseek fd position 0))

(defun linux-probe-file (name)
  (let ((result (with-name (path name)
                  (call-stat path +linux-scratch+))))
    (cond ((cl:< result 0) nil)
          ((cl:= #o40000 (cl:logand #o170000 (half +linux-scratch+ 24)))
           :directory)
          (t :file))))

(defun linux-true-name (name)
  "The kernel knows the true name of an open file; NAME where /proc is not mounted."
  ;; O_PATH and O_CLOEXEC: no right to read the file is needed.
  (let ((fd (with-name (path name)
              (call-openat +current-directory+ path #o12000000 0))))
    (if (cl:< fd 0)
        name
        (let ((result (link-target (format nil "/proc/self/fd/~D" fd))))
          (call-close fd)
          (or result name)))))

(defun link-target (name)
  "What the symbolic link NAME names, or NIL."
  (let ((target (linux-read-link name)))
    (if (stringp target) target nil)))

(defun linux-file-write-seconds (name)
  (let ((result (with-name (path name)
                  (call-stat path +linux-scratch+))))
    (if (cl:< result 0) nil (word +linux-scratch+ 88))))

(defun linux-delete-file (name)
  (with-name (path name)
    (let ((result (call-unlink path)))
      ;; EISDIR: a directory that is empty may go too.
      (if (cl:= result -21) (call-rmdir path) result))))

(defun linux-rename-file (from to)
  (with-name (path from)
    (with-name (target to +second-name+)
      (call-rename path target))))

(defun linux-make-directory (name mode)
  (with-name (path name)
    (call-mkdir path mode)))

(defun file-kind-of-mode (mode)
  (case (cl:logand #o170000 mode)
    (#o100000 :file)
    (#o040000 :directory)
    (#o120000 :link)
    (#o010000 :pipe)
    (#o140000 :socket)
    (#o020000 :character-device)
    (#o060000 :block-device)
    (t :other)))

(defun linux-file-status (name follow)
  (let ((result (with-name (path name)
                  (if follow
                      (call-stat path +linux-scratch+)
                      (call-lstat path +linux-scratch+)))))
    (flet ((number (offset)
             (%raw-load-u64 +linux-scratch+ offset))
           (time (offset)
             (cl:+ 2208988800 (%raw-load-s64 +linux-scratch+ offset))))
      (if (cl:< result 0)
          result
          (let ((mode (half +linux-scratch+ 24)))
            (list (file-kind-of-mode mode) (cl:logand #o7777 mode)
                  (number 48) (time 88) (time 72) (time 104) (number 8)
                  (number 0) (number 16) (half +linux-scratch+ 28)
                  (half +linux-scratch+ 32)))))))

(defun linux-read-link (name)
  (let ((count (with-name (path name +second-name+)
                 (call-readlink path +linux-buffer+ (cl:1- +second-name+)))))
    (if (cl:< count 0)
        count
        (progn (set-octet (cl:+ +linux-buffer+ count) 0 0)
               (c-string +linux-buffer+)))))

(defun linux-make-link (target name hard)
  (with-name (from target)
    (with-name (to name +second-name+)
      (if hard (call-link from to) (call-symlink from to)))))

(defun linux-change-directory (name)
  (with-name (path name)
    (call-chdir path)))

(defun linux-current-directory ()
  (let ((result (call-getcwd +linux-buffer+ +linux-buffer-size+)))
    (if (cl:< result 0)
        "/"
        (let ((name (c-string +linux-buffer+)))
          (if (string= name "/") name (concatenate 'string name "/"))))))

(defun linux-terminal-p (fd)
  (cl:= 0 (call-ioctl fd #x5401 +linux-scratch+)))

(defun linux-list-directory (name)
  (let ((fd (linux-open-file name :input))
        (names '()))
    (if (cl:< fd 0)
        fd
        (loop
          (let ((count (call-getdents fd +linux-buffer+
                                      +linux-buffer-size+)))
            (when (cl:<= count 0)
              (call-close fd)
              (return (if (cl:< count 0) count (nreverse names))))
            (setq names (directory-names count names)))))))

(defun directory-names (count names)
  "NAMES with those of COUNT octets of directory entries in front."
  (let ((at 0))
    (while (cl:< at count)
      (let* ((entry (cl:+ +linux-buffer+ at))
             (name (c-string (cl:+ entry 19))))
        (unless (or (string= name ".") (string= name ".."))
          (push (if (cl:= 4 (octet entry 18))
                    (concatenate 'string name "/")
                    name)
                names))
        (setq at (cl:+ at (%raw-load-u16 entry 16)))))
    names))

;;; Vectors of octets

(defun linux-read-vector (fd vector start end)
  "Read into the octet VECTOR; the count, or a negative error number."
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum fd start end))
  (call-read fd (+ (%object-address vector) 16 start) (- end start)))

(defun linux-write-vector (fd vector start end)
  "Write from the octet VECTOR; the count, or a negative error number."
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum fd start end))
  (call-write fd (+ (%object-address vector) 16 start) (- end start)))

(defun linux-write-error-output (vector start end)
  "Write all on the standard error stream; the count, or a negative error number."
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum start end))
  (let ((result (linux-write-console 2 (+ (%object-address vector) 16 start)
                                     (- end start))))
    (declare (type fixnum result))
    (if (< result 0) result (- end start))))
