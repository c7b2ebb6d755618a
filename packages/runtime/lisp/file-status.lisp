;;;; What files are: kind, size, times, links; directories as a whole.

(in-package #:astralisp.runtime)

(defstruct (file-status (:copier nil)
                        (:constructor %make-file-status
                            (kind mode size modified accessed changed inode
                             device links user group)))
  "What the system knows of a file; times are universal times."
  kind mode size modified accessed changed inode device links user group)

(document-functions
  (file-status-p "True if the argument is a FILE-STATUS.")
  (file-status-kind "Return the kind of file of the FILE-STATUS, as FILE-KIND.")
  (file-status-mode "Return the permission bits of the FILE-STATUS, below #o10000.")
  (file-status-size "Return the size of the FILE-STATUS in octets.")
  (file-status-modified
   "Return when what is in the file of the FILE-STATUS was last changed.")
  (file-status-accessed "Return when the file of the FILE-STATUS was last read.")
  (file-status-changed
   "Return when anything about the file of the FILE-STATUS was last changed.")
  (file-status-inode
   "Return the number of the FILE-STATUS that no other file of its device has.")
  (file-status-device "Return the number of the device of the FILE-STATUS.")
  (file-status-links "Return how many names the file of the FILE-STATUS has.")
  (file-status-user "Return the number of the user who owns the FILE-STATUS.")
  (file-status-group "Return the number of the group that owns the FILE-STATUS."))

(defun status-name (pathspec follow)
  "The native name of PATHSPEC. One with a slash at its end would be followed."
  (let* ((name (native-namestring pathspec))
         (last (%fx- (length name) 1)))
    (if (and (not follow) (%fx> last 0) (eq #\/ (char name last)))
        (subseq name 0 last)
        name)))

(defun file-status (pathspec &key (follow t))
  "What the system knows of the file PATHSPEC, or with FOLLOW NIL, when it is a
symbolic link, of the link: a FILE-STATUS. Signal FILE-ERROR if there is no file."
  (let ((answer (%file-status (status-name pathspec follow) follow)))
    (check-file-operation answer (pathname pathspec) "find")
    (apply #'%make-file-status answer)))

(defun file-kind (pathspec &key (follow t))
  "What the file PATHSPEC is, or with FOLLOW NIL, when it is a symbolic link, the
link: :FILE, :DIRECTORY, :LINK, :PIPE, :SOCKET, :CHARACTER-DEVICE, :BLOCK-DEVICE,
:OTHER; NIL if there is none."
  (let ((answer (%file-status (status-name pathspec follow) follow)))
    (if (consp answer) (car answer) nil)))

;;; Links.

(defun read-link (pathspec)
  "The pathname that the symbolic link PATHSPEC holds; a relative one begins at the
link's directory. Signal FILE-ERROR if it is no symbolic link."
  (let ((answer (%read-link (status-name pathspec nil))))
    (when (eql answer -22)
      (error 'simple-file-error
             :pathname (pathname pathspec)
             :format-control "~A is no symbolic link"
             :format-arguments (list (namestring pathspec))))
    (check-file-operation answer (pathname pathspec) "read the link")
    (parse-unix-namestring (add-backslashes answer))))

(defun make-link (target pathspec &key hard)
  "Make PATHSPEC a symbolic link that holds TARGET, a string or a pathname that is
not merged with any other; with HARD one more name of the file TARGET. Return the
pathname of the link. Signal FILE-ERROR if that fails."
  (check-file-operation
   (%make-link (cond (hard (native-namestring target))
                     ((stringp target) (coerce target 'simple-string))
                     (t (remove-backslashes (namestring target))))
               (status-name pathspec nil) hard)
   (pathname pathspec) "make the link")
  (merge-pathnames pathspec))

;;; Directories.

(defun delete-native-tree (name pathname)
  "Delete the directory NAME, which ends with a slash, and all in it. Links are
deleted, not followed."
  (dolist (entry (check-file-operation (%list-directory name) pathname "list"))
    (let ((path (concatenate 'string name entry)))
      (if (eq #\/ (char entry (%fx- (length entry) 1)))
          (delete-native-tree path pathname)
          (check-file-operation (%delete-file path) (native-pathname path)
                                "delete"))))
  (check-file-operation (%delete-file name) pathname "delete"))

(defun delete-directory (pathspec &key recursive)
  "Delete the directory PATHSPEC, which must be empty unless RECURSIVE is true; then
all in it is deleted first (symbolic links, not what they mean). Return T. Signal
FILE-ERROR if that fails or PATHSPEC is no directory."
  (let ((name (status-name pathspec nil))
        (pathname (pathname pathspec)))
    (case (file-kind pathspec :follow nil)
      ((nil) (check-file-operation -2 pathname "delete"))
      (:directory)
      (:link (error 'simple-file-error
                    :pathname pathname
                    :format-control "~A is a symbolic link: DELETE-FILE deletes it"
                    :format-arguments (list name)))
      (t (check-file-operation -20 pathname "delete")))
    (let ((name (concatenate 'string name "/")))
      (if recursive
          (delete-native-tree name pathname)
          (check-file-operation (%delete-file name) pathname "delete")))
    t))

;;; Temporary files.

(defun temporary-directory ()
  "The pathname of the directory for temporary files: the environment variable
TMPDIR names it, else it is /tmp/."
  (let ((name (%getenv "TMPDIR")))
    (if (and name (%fx> (length name) 0))
        (native-directory name)
        (native-pathname "/tmp/"))))

(defun native-directory (name)
  (native-pathname
   (absolute-namestring
    (if (eq #\/ (char name (%fx- (length name) 1)))
        name
        (concatenate 'string name "/")))))

(defun call-with-new-name (function prefix type directory)
  "Call FUNCTION with native names until it does not answer that there is such a
file; the pathname then. FUNCTION returns a negative error number if it fails."
  (let ((state (make-random-state t))
        (base (native-namestring (or directory (temporary-directory)))))
    (do ((count 0 (%fx+ count 1))) (nil)
      (let* ((name (format nil "~A~A~36,8,'0R~@[.~A~]" base prefix
                           (random 2821109907456 state) type))
             (answer (funcall function name)))
        (unless (and (eql answer -17) (%fx< count 100))
          (check-file-operation answer (native-pathname name) "make")
          (return (native-pathname name)))))))

(defun make-temporary-file (&key (prefix "lisp-") type directory)
  "Make a new empty file that only this user can read and write; return its
pathname. Its name begins with the string PREFIX, its type is the string TYPE, if
that is not NIL; it is in DIRECTORY, or in that for temporary files."
  (call-with-new-name (lambda (name)
                        (let ((fd (%open-file name :new)))
                          (if (%fx< fd 0) fd (%close-file fd))))
                      prefix type directory))

(defun make-temporary-directory (&key (prefix "lisp-") directory)
  "Make a new directory that only this user can use; return its pathname. Its name
begins with the string PREFIX; it is in DIRECTORY, or in that for temporary files."
  (native-directory
   (native-namestring
    (call-with-new-name (lambda (name) (%make-directory name #o700))
                        prefix nil directory))))

(defmacro with-temporary-file ((variable &key (prefix "lisp-") type directory)
                               &body body)
  "Evaluate BODY with VARIABLE bound to the pathname of a new empty file, made by
MAKE-TEMPORARY-FILE with PREFIX, TYPE and DIRECTORY; at the end it is deleted if it
is still there."
  `(call-with-temporary (make-temporary-file :prefix ,prefix :type ,type
                                             :directory ,directory)
                        (lambda (,variable) ,@body)))

(defmacro with-temporary-directory ((variable &key (prefix "lisp-") directory)
                                    &body body)
  "Evaluate BODY with VARIABLE bound to the pathname of a new directory, made by
MAKE-TEMPORARY-DIRECTORY with PREFIX and DIRECTORY; at the end it is deleted with all
in it, if it is still there."
  `(call-with-temporary (make-temporary-directory :prefix ,prefix
                                                  :directory ,directory)
                        (lambda (,variable) ,@body)))

(defun call-with-temporary (pathname function)
  (unwind-protect (funcall function pathname)
    (case (file-kind pathname :follow nil)
      ((nil))
      (:directory (delete-directory pathname :recursive t))
      (t (delete-file pathname)))))
