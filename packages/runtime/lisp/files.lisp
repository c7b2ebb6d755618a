;;;; Operations on files as a whole: existence, names, directories.

(in-package #:astralisp.runtime)

(defun absolute-namestring (name)
  "NAME, a native namestring, as an absolute one without `..` parts."
  (if (and (%fx> (length name) 0) (eq (char name 0) #\/))
      name
      (concatenate 'string (%current-directory) name)))

(defun resolve-up (directory)
  (let ((parts '()))
    (dolist (part directory (nreverse parts))
      (if (and (or (eq part :up) (eq part :back)) (stringp (car parts)))
          (pop parts)
          (push part parts)))))

(defun native-pathname (name)
  "The pathname of the native absolute NAME; a directory ends with a slash."
  (let ((pathname (parse-unix-namestring (add-backslashes name))))
    (%make-pathname nil nil (resolve-up (%pathname-directory pathname))
                    (%pathname-name pathname) (%pathname-type pathname)
                    (%pathname-version pathname))))

(defun existing-file (pathspec links-p)
  "The full name of the file PATHSPEC, with LINKS-P as it is, symbolic links and all;
NIL if there is none."
  (let* ((name (absolute-namestring (native-namestring pathspec)))
         (kind (%probe-file name)))
    (when (and kind (not links-p))
      (setq name (%true-name name)))
    (case kind
      (:file (native-pathname name))
      (:directory
       (native-pathname
        (if (eq (char name (%fx- (length name) 1)) #\/)
            name
            (concatenate 'string name "/"))))
      (t nil))))

(defun probe-file (pathspec)
  "The truename of the file PATHSPEC, or NIL if there is none."
  (existing-file pathspec nil))

(defun truename (filespec)
  "The full name of the file FILESPEC, symbolic links followed. Signals FILE-ERROR
if there is none."
  (or (probe-file filespec)
      (error 'simple-file-error
             :pathname (pathname filespec)
             :format-control "there is no file ~A"
             :format-arguments (list (namestring filespec)))))

(defun check-file-operation (answer pathname verb)
  (when (and (integerp answer) (minusp answer))
    (error 'simple-file-error
           :pathname pathname
           :format-control "cannot ~A ~A: ~A"
           :format-arguments (list verb (namestring pathname)
                                   (system-error-text answer))))
  answer)

(defun delete-file (filespec)
  "Delete the file FILESPEC; return T. Signals FILE-ERROR if that fails."
  (check-file-operation (%delete-file (native-namestring filespec))
                        (pathname filespec) "delete")
  t)

(defun rename-file (filespec new-name)
  "Rename the file FILESPEC to NEW-NAME, whose missing parts are FILESPEC's;
return the new name, the old truename and the new truename."
  (let* ((old (or (existing-file filespec t)
                  (truename filespec)))
         (new (merge-pathnames new-name (merge-pathnames filespec))))
    (check-file-operation (%rename-file (native-namestring old)
                                        (native-namestring new))
                          old "rename")
    (values new old (truename new))))

(defun file-write-date (pathspec)
  "The universal time at which the file PATHSPEC was last written, or NIL."
  (truename pathspec)
  (%file-write-date (native-namestring pathspec)))

(defun file-author (pathspec)
  "The author of the file PATHSPEC: not known, NIL."
  (truename pathspec)
  nil)

(defun user-homedir-pathname (&optional host)
  "The home directory of the user."
  (declare (ignore host))
  (let ((home (%getenv "HOME")))
    (if (and home (%fx> (length home) 0))
        (native-pathname (if (eq (char home (%fx- (length home) 1)) #\/)
                             home
                             (concatenate 'string home "/")))
        (native-pathname "/"))))

(defun ensure-directories-exist (pathspec &key verbose mode)
  "Make the directories of PATHSPEC that do not exist; return PATHSPEC and
whether any was made."
  (declare (ignore mode))
  (let* ((pathname (translate-logical-pathname (merge-pathnames pathspec)))
         (directory (%pathname-directory pathname))
         (made nil))
    (when (wild-pathname-p pathname :directory)
      (error 'simple-file-error
             :pathname pathname
             :format-control "~S has a wild directory"
             :format-arguments (list pathname)))
    (do ((n 2 (%fx+ n 1)))
        ((%fx> n (length directory)))
      (let ((name (remove-backslashes
                   (directory-string (subseq directory 0 n)))))
        (unless (%probe-file name)
          (when verbose
            (write-line name *standard-output*))
          (check-file-operation (%make-directory name) pathname
                                "make the directories of")
          (setq made t))))
    (values pathspec made)))

;;; DIRECTORY.

(defun directory-entries (name)
  "The names in the directory NAME (native), directories with a final slash."
  (let ((entries (%list-directory (if (string= name "") "./" name))))
    (if (listp entries) (sort entries #'string<) '())))

(defun expand-directory (base parts)
  "The native names of the directories under BASE that match PARTS."
  (if (null parts)
      (list base)
      (let ((part (car parts))
            (result '()))
        (flet ((below (pattern rest)
                 (dolist (entry (directory-entries base))
                   (let ((last (%fx- (length entry) 1)))
                     (when (eq (char entry last) #\/)
                       (let ((plain (subseq entry 0 last)))
                         (when (or (eq pattern t)
                                   (nth-value 1 (match-part plain pattern)))
                           (setq result
                                 (append result
                                         (expand-directory
                                          (concatenate 'string base entry)
                                          rest))))))))))
          (cond ((eq part :wild-inferiors)
                 (setq result (expand-directory base (cdr parts)))
                 (below t parts))
                ((wild-part-p part) (below part (cdr parts)))
                (t (let ((next (concatenate 'string base
                                            (remove-backslashes
                                             (part-string part))
                                            "/")))
                     (when (eq (%probe-file next) :directory)
                       (setq result (expand-directory next (cdr parts)))))))
          result))))

(defun check-directory-path (pathname)
  "Signal FILE-ERROR if the directory of PATHNAME goes up from where it cannot."
  (do ((parts (%pathname-directory pathname) (cdr parts)))
      ((null (cdr parts)))
    (when (and (member (car parts) '(:absolute :wild-inferiors))
               (member (cadr parts) '(:up :back)))
      (error 'simple-file-error
             :pathname pathname
             :format-control "~S has no directory above ~S in ~S"
             :format-arguments (list (cadr parts) (car parts) pathname)))))

(defun directory (pathspec &key)
  "The truenames of the files that match PATHSPEC."
  (check-directory-path (pathname pathspec))
  (let* ((pathname (translate-logical-pathname (merge-pathnames pathspec)))
         (directory (%pathname-directory pathname))
         (name (%pathname-name pathname))
         (type (%pathname-type pathname))
         (result '()))
    (dolist (base (expand-directory
                   (if (eq (car directory) :absolute)
                       "/"
                       (%current-directory))
                   (cdr directory)))
      (if (null name)
          (push (native-pathname base) result)
          (dolist (entry (directory-entries base))
            (let* ((last (%fx- (length entry) 1))
                   (folder (eq (char entry last) #\/)))
              (%mv-let (entry-name entry-type)
                  (split-name (if folder (subseq entry 0 last) entry))
                (when (and (nth-value 1 (match-part entry-name name))
                           (if type
                               (nth-value 1 (match-part entry-type type))
                               (null entry-type)))
                  (push (native-pathname (concatenate 'string base entry))
                        result)))))))
    (nreverse result)))
