;;;; Files kept in the world itself: all files of a machine without a file system, and
;;;; what is below /image/ on every platform.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A name is absolute, without a final slash; the root is "". The operations answer
;;; with Unix error numbers, as those of the platform do. What a saved world holds is
;;; there when it starts again. Callers keep other threads from running.

(defstruct (memory-file (:constructor make-memory-file (seconds)))
  "Octets from 0 below LENGTH, last changed at SECONDS since 1970."
  (octets (make-array 64 :element-type '(unsigned-byte 8)))
  (length 0)
  (seconds 0))

(defstruct (memory-opening (:constructor make-memory-opening (file position)))
  "FILE as somebody has opened it, reading and writing at POSITION."
  file position)

(defconstant +first-memory-descriptor+ 1048576
  "Descriptors from here on are of files in memory; Linux has none so high.")

(defconstant +included-seconds+ 946684800
  "When included files were changed, for all that can be seen, so that equal files
make equal images; directories as well.")

(defvar *memory-files* (make-hash-table :test 'equal)
  "Files by name; a directory is :DIRECTORY.")

(defvar *memory-openings* (make-array 16 :initial-element nil)
  "Openings by descriptor, from the first descriptor of memory files on.")

(defvar *memory-directory* ""
  "The current directory where all files are in memory.")

(dolist (name '("" "/image" "/tmp"))
  (setf (gethash name *memory-files*) :directory))

(defun image-name-p (name)
  (and (cl:>= (length name) 6)
       (string= "/image" name :end2 6)
       (or (cl:= 6 (length name))
           (char= #\/ (char name 6)))))

(defun memory-name-p (name)
  "Does NAME name a file in memory?"
  (or (not (on-linux-p)) (image-name-p name)))

(defun memory-descriptor-p (fd)
  "Is FD an open file in memory?"
  (cl:>= fd +first-memory-descriptor+))

;;; Names.

(defun name-parts (name)
  "The parts of NAME between slashes."
  (let ((start 0) (parts '()))
    (loop
      (let ((end (position #\/ name :start start)))
        (push (subseq name start end) parts)
        (if (null end)
            (return (nreverse parts)))
        (setq start (cl:1+ end))))))

(defun memory-name (name)
  "NAME as it stands in the table: absolute, without parts . and .. and a final
slash."
  (let ((parts '()))
    (dolist (part (name-parts (if (and (string/= name "")
                                       (char= #\/ (char name 0)))
                                  name
                                  (concatenate 'string *memory-directory* "/"
                                               name))))
      (cond ((or (string= part "") (string= part ".")))
            ((string= part "..") (pop parts))
            (t (push part parts))))
    (apply #'concatenate 'string
           (mapcan (lambda (part) (list "/" part)) (nreverse parts)))))

(defun memory-entry (name)
  (gethash (memory-name name) *memory-files*))

(defun memory-directory-of (name)
  "The name of the directory of the file with the table's name NAME."
  (subseq name 0 (position #\/ name :from-end t)))

(defun child-of (directory name)
  "What of NAME comes behind DIRECTORY and a slash when it is directly in it."
  (let ((start (length directory)))
    (and (cl:> (length name) start)
         (string= directory name :end2 start)
         (char= #\/ (char name start))
         (not (find #\/ name :start (cl:+ 1 start)))
         (subseq name (cl:+ 1 start)))))

;;; Opening.

(defun new-memory-file (name)
  "A new empty file NAME, or an error number."
  (if (and (string/= name "")
           (eq :directory (gethash (memory-directory-of name) *memory-files*)))
      (setf (gethash name *memory-files*)
            (make-memory-file (platform-wall-clock)))
      -2))

(defun free-opening ()
  "The index of a descriptor that is not in use."
  (or (position nil *memory-openings*)
      (let ((size (length *memory-openings*))
            (old *memory-openings*))
        (setq *memory-openings*
              (make-array (cl:* 2 size) :initial-element nil))
        (replace *memory-openings* old)
        size)))

(defun open-memory-file (name direction)
  "A descriptor of the file NAME, or a negative error number; DIRECTION as for
%OPEN-FILE."
  (let* ((name (memory-name name))
         (file (gethash name *memory-files*))
         (new nil))
    (when (and (null file) (not (member direction '(:input :overwrite))))
      (setq new (new-memory-file name)
            file new))
    (cond ((and file (eq direction :new) (not (eq new file))) -17)
          ((null file) -2)
          ((eq file :directory) (if (eq direction :input) -2 -21))
          ((integerp file) file)
          (t
           (when (eq direction :output)
             (setf (memory-file-length file) 0))
           (let ((index (free-opening)))
             (setf (svref *memory-openings* index)
                   (make-memory-opening
                    file
                    (if (eq direction :append) (memory-file-length file) 0)))
             (cl:+ +first-memory-descriptor+ index))))))

(defun memory-opening (fd)
  (svref *memory-openings* (cl:- fd +first-memory-descriptor+)))

(defun close-memory-file (fd)
  "Forget the descriptor FD."
  (setf (svref *memory-openings* (cl:- fd +first-memory-descriptor+)) nil)
  0)

(defun memory-file-size (fd)
  "The length in octets of the open file FD."
  (memory-file-length (memory-opening-file (memory-opening fd))))

(defun seek-memory-file (fd position)
  "Go to POSITION in FD; return it."
  (setf (memory-opening-position (memory-opening fd)) position))

;;; Reading and writing.

(defun read-memory-file (fd vector start end)
  "Read into the octets of VECTOR from START below END; how many came."
  (let* ((opening (memory-opening fd))
         (file (memory-opening-file opening))
         (from (memory-opening-position opening))
         (count (cl:min (cl:- end start)
                        (cl:max 0 (cl:- (memory-file-length file) from)))))
    (replace vector (memory-file-octets file)
             :start1 start :start2 from :end2 (cl:+ from count))
    (setf (memory-opening-position opening) (cl:+ from count))
    count))

(defun write-memory-file (fd vector start end)
  "Write the octets of VECTOR from START below END; how many."
  (let* ((opening (memory-opening fd))
         (file (memory-opening-file opening))
         (from (memory-opening-position opening))
         (count (cl:- end start)))
    (reserve-octets file (cl:+ from count))
    (when (cl:> from (memory-file-length file))
      (fill (memory-file-octets file) 0
            :start (memory-file-length file) :end from))
    (replace (memory-file-octets file) vector
             :start1 from :start2 start :end2 end)
    (setf (memory-file-length file) (cl:max (memory-file-length file)
                                            (cl:+ from count))
          (memory-file-seconds file) (platform-wall-clock)
          (memory-opening-position opening) (cl:+ from count))
    count))

(defun reserve-octets (file size)
  "Let FILE have room for SIZE octets."
  (let ((old (memory-file-octets file)))
    (when (cl:< (length old) size)
      (setf (memory-file-octets file)
            (replace (make-array (cl:max size (cl:* 2 (length old)))
                                 :element-type '(unsigned-byte 8))
                     old :end2 (memory-file-length file))))))

;;; Names and directories.

(defun probe-memory-file (name)
  ":FILE, :DIRECTORY or NIL."
  (let ((entry (memory-entry name)))
    (cond ((null entry) nil)
          ((eq entry :directory) :directory)
          (t :file))))

(defun list-memory-directory (name)
  "The names in the directory NAME, directories with a final slash, sorted; or a
negative error number."
  (let ((directory (memory-name name))
        (names '()))
    (if (not (eq :directory (gethash directory *memory-files*)))
        -2
        (progn
          (maphash (lambda (name entry)
                     (let ((child (child-of directory name)))
                       (when child
                         (push (if (eq entry :directory)
                                   (concatenate 'string child "/")
                                   child)
                               names))))
                   *memory-files*)
          (sort names #'string<)))))

(defun delete-memory-file (name)
  "Delete the file or the empty directory NAME; 0 or a negative error number."
  (cond ((null (memory-entry name)) -2)
        ((consp (list-memory-directory name)) -39)
        (t (remhash (memory-name name) *memory-files*)
           0)))

(defun rename-memory-file (from to)
  "Rename the file FROM to TO; 0 or a negative error number."
  (let ((file (memory-entry from))
        (name (memory-name to)))
    (cond ((not (memory-file-p file)) -2)
          ((not (eq :directory
                    (gethash (memory-directory-of name) *memory-files*)))
           -2)
          (t (remhash (memory-name from) *memory-files*)
             (setf (gethash name *memory-files*) file)
             0))))

(defun make-memory-directory (name &optional mode)
  "Make the directory NAME; 0 or a negative error number."
  (declare (ignore mode))
  (let ((name (memory-name name)))
    (cond ((gethash name *memory-files*) -17)
          ((not (eq :directory
                    (gethash (memory-directory-of name) *memory-files*)))
           -2)
          (t (setf (gethash name *memory-files*) :directory)
             0))))

(defun memory-file-write-seconds (name)
  "Seconds since 1970 of the last change of NAME, or NIL; directories do not know."
  (let ((file (memory-entry name)))
    (cond ((null file) nil)
          ((eq file :directory) +included-seconds+)
          (t (memory-file-seconds file)))))

(defun memory-file-status (name follow)
  "What is known of NAME, as %FILE-STATUS has it, or a negative error number."
  (declare (ignore follow))
  (let ((entry (memory-entry name)))
    (if (null entry)
        -2
        (let ((time (cl:+ 2208988800 (memory-file-write-seconds name)))
              (directory-p (eq entry :directory)))
          (list (if directory-p :directory :file)
                (if directory-p #o755 #o644)
                (if directory-p 0 (memory-file-length entry))
                time time time (sxhash (memory-name name)) 0 1 0 0)))))

(defun read-memory-link (name)
  "There are no links in memory: a negative error number."
  (if (memory-entry name) -22 -2))

(defun enter-memory-directory (name)
  "Make NAME the current directory; 0 or a negative error number."
  (let ((entry (memory-entry name)))
    (cond ((null entry) -2)
          ((not (eq entry :directory)) -20)
          (t (setq *memory-directory* (memory-name name))
             0))))

(defun memory-current-directory ()
  "The name of the current directory, with a final slash."
  (concatenate 'string *memory-directory* "/"))

;;; Putting files on an image.

(defun ensure-memory-directories (name)
  "Make the directories above the file NAME of the table that are not there."
  (let ((directory (memory-directory-of name)))
    (when (null (gethash directory *memory-files*))
      (ensure-memory-directories directory)
      (make-memory-directory directory))))

(defun include-file (from name)
  "Copy the file FROM of the platform to the file NAME below /image/, whose
directories are made; return how many octets it has."
  (ensure-memory-directories (memory-name name))
  (with-open-file (in from :element-type '(unsigned-byte 8))
    (with-open-file (out name :element-type '(unsigned-byte 8)
                              :direction :output :if-exists :supersede)
      (let ((octets (make-array (file-length in)
                                :element-type '(unsigned-byte 8))))
        (read-sequence octets in)
        (write-sequence octets out)
        (finish-output out)
        (setf (memory-file-seconds (memory-entry name)) +included-seconds+)
        (length octets)))))
