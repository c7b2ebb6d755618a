;;;; Pathnames with the Unix syntax of namestrings.

(in-package #:astralisp.runtime)

;;; A namestring is directory parts with slashes, then name.type. In it `*`
;;; stands for anything (as a whole part :WILD), `**` as a directory for any
;;; directories, `?` for one character; a backslash takes the next character
;;; literally. Strings in a pathname are as in the namestring, so one with a
;;; bare `*` is a pattern.

(defstruct (pathname (:predicate pathnamep) (:copier nil)
                     (:conc-name %pathname-)
                     (:constructor %make-pathname
                         (host device directory name type version)))
  "The name of a file in parts."
  (host nil :read-only t)
  (device nil :read-only t)
  (directory nil :read-only t)
  (name nil :read-only t)
  (type nil :read-only t)
  (version nil :read-only t))

(defvar *default-pathname-defaults* (%make-pathname nil nil nil nil nil nil)
  "The pathname that fills what others leave out.")

;;; Parsing.

(defun parse-directory-part (part)
  (cond ((string= part "..") :up)
        ((string= part "*") :wild)
        ((string= part "**") :wild-inferiors)
        (t part)))

(defun split-directory (namestring)
  "The directory of NAMESTRING and the rest behind its last slash."
  (let ((parts '())
        (start 0)
        (i 0)
        (length (length namestring))
        (absolute nil))
    (do () ((%fx>= i length))
      (let ((character (char namestring i)))
        (cond ((eq character #\\) (setq i (%fx+ i 1)))
              ((eq character #\/)
               (if (%fx= i 0)
                   (setq absolute t)
                   (let ((part (subseq namestring start i)))
                     (unless (or (string= part "") (string= part "."))
                       (push (parse-directory-part part) parts))))
               (setq start (%fx+ i 1)))))
      (setq i (%fx+ i 1)))
    (values (cond (absolute (cons :absolute (nreverse parts)))
                  ((null parts) nil)
                  (t (cons :relative (nreverse parts))))
            (subseq namestring start)
            (%fx> start 0))))

(defun split-name (rest)
  "Name and type in REST, the part of a namestring behind the last slash."
  (let ((dot nil)
        (i 1)
        (length (length rest)))
    (do () ((%fx>= i length))
      (let ((character (char rest i)))
        (cond ((eq character #\\) (setq i (%fx+ i 1)))
              ((eq character #\.) (setq dot i))))
      (setq i (%fx+ i 1)))
    (flet ((part (string)
             (if (string= string "*") :wild string)))
      (cond ((%fx= length 0) (values nil nil))
            ((or (string= rest ".") (string= rest "..")) (values rest nil))
            ((and dot (%fx< 0 dot))
             (values (part (subseq rest 0 dot))
                     (part (subseq rest (%fx+ dot 1)))))
            (t (values (part rest) nil))))))

(defun parse-unix-namestring (namestring)
  (%mv-let (directory rest slash) (split-directory namestring)
    (%mv-let (name type) (split-name rest)
      (cond ((and (null directory) slash)
             ;; Only "./".
             (%make-pathname nil nil '(:relative) name type nil))
            ((equal name "..")
             (%make-pathname nil nil
                             (append (or directory '(:relative)) '(:up))
                             nil nil nil))
            ((equal name ".")
             (%make-pathname nil nil (or directory '(:relative))
                             nil nil nil))
            (t (%make-pathname nil nil directory name type nil))))))

(defun parse-namestring
    (thing &optional host (default-pathname *default-pathname-defaults*)
     &key (start 0) end junk-allowed)
  "The pathname written in the string THING from START to END, and the index
where it ends; THING itself if it is a pathname."
  (declare (ignore default-pathname junk-allowed))
  (cond ((stringp thing)
         (let* ((end (check-bounds start end (length thing)))
                (string (subseq thing start end)))
           (values (or (parse-logical-namestring string host)
                       (parse-unix-namestring string))
                   end)))
        (t (values (pathname thing) start))))

(defun designated-pathname (object)
  "The pathname that OBJECT stands for, or NIL."
  (cond ((pathnamep object) object)
        ((stringp object) (values (parse-namestring object)))
        ((synonym-stream-p* object)
         (designated-pathname (symbol-value (synonym-stream-symbol object))))
        ((streamp object) (stream-control object :pathname))
        (t nil)))

(defun pathname (pathspec)
  "The pathname that PATHSPEC, a pathname, string or file stream, stands for."
  (or (designated-pathname pathspec)
      (error 'type-error
             :datum pathspec
             :expected-type '(or pathname string file-stream))))

(defun synonym-stream-p* (object)
  (%instance-of-p object (%layout synonym-stream)))

;;; Namestrings.

(defun part-string (part)
  (cond ((null part) "")
        ((eq part :wild) "*")
        ((eq part :wild-inferiors) "**")
        ((or (eq part :up) (eq part :back)) "..")
        ((stringp part) part)
        (t "")))

(defun directory-string (directory)
  (let ((pieces '()))
    (cond ((eq directory :wild) "**/")
          ((stringp directory)
           (concatenate 'string "/" directory "/"))
          (t
           (when (eq (car directory) :absolute)
             (push "/" pieces))
           (when (and (eq (car directory) :relative) (null (cdr directory)))
             (push "./" pieces))
           (dolist (part (cdr directory))
             (push (part-string part) pieces)
             (push "/" pieces))
           (apply #'concatenate 'string (nreverse pieces))))))

(defun directory-namestring (pathname)
  "The directory part of the namestring of PATHNAME."
  (directory-string (%pathname-directory (pathname pathname))))

(defun file-namestring (pathname)
  "The name and type part of the namestring of PATHNAME."
  (let* ((pathname (pathname pathname))
         (name (part-string (%pathname-name pathname)))
         (type (%pathname-type pathname)))
    (if type
        (concatenate 'string name "." (part-string type))
        name)))

(defun host-namestring (pathname)
  "The host part of the namestring of PATHNAME; empty without one."
  (let ((host (%pathname-host (pathname pathname))))
    (if (stringp host) host "")))

(defun namestring (pathname)
  "The whole name of PATHNAME as a string that reads back as an equal pathname."
  (let ((pathname (pathname pathname)))
    (if (logical-pathname-p pathname)
        (logical-namestring pathname)
        (concatenate 'string (directory-namestring pathname)
                     (file-namestring pathname)))))

(defun enough-namestring
    (pathname &optional (defaults *default-pathname-defaults*))
  "A short namestring that gives PATHNAME when merged with DEFAULTS."
  (let* ((pathname (pathname pathname))
         (directory (%pathname-directory pathname))
         (prefix (%pathname-directory (pathname defaults))))
    (if (and (eq (car directory) :absolute) (eq (car prefix) :absolute)
             (do ((d directory (cdr d))
                  (p prefix (cdr p)))
                 ((null p) t)
               (unless (equal (car d) (car p)) (return nil))))
        (let ((rest (nthcdr (length prefix) directory)))
          (concatenate 'string
                       (if rest (directory-string (cons :relative rest)) "")
                       (file-namestring pathname)))
        (namestring pathname))))

(defun native-namestring (pathspec)
  "The namestring of PATHSPEC for the operating system: merged with the
defaults, without the backslashes. Signals FILE-ERROR when it is wild."
  (let ((pathname (translate-logical-pathname (merge-pathnames pathspec))))
    (when (wild-pathname-p pathname)
      (error 'simple-file-error
             :pathname pathname
             :format-control "~S is wild: it names no one file"
             :format-arguments (list pathname)))
    (remove-backslashes (namestring pathname))))

(defun remove-backslashes (string)
  (if (find #\\ string)
      (with-output-to-string (out)
        (let ((i 0))
          (do () ((%fx>= i (length string)))
            (when (and (eq (char string i) #\\)
                       (%fx< (%fx+ i 1) (length string)))
              (setq i (%fx+ i 1)))
            (write-char (char string i) out)
            (setq i (%fx+ i 1)))))
      string))

(defun add-backslashes (string)
  "STRING, a name from the operating system, as part of a namestring."
  (if (find-if (lambda (c) (find c "*?[\\")) string)
      (with-output-to-string (out)
        (dotimes (i (length string))
          (when (find (char string i) "*?[\\")
            (write-char #\\ out))
          (write-char (char string i) out)))
      string))

;;; Parts.

(defmacro define-pathname-part (name accessor docstring)
  `(defun ,name (pathname &key case)
     ,docstring
     (declare (ignore case))
     (,accessor (pathname pathname))))

(define-pathname-part pathname-host %pathname-host
  "The host of PATHNAME.")

(define-pathname-part pathname-device %pathname-device
  "The device of PATHNAME: NIL.")

(define-pathname-part pathname-directory %pathname-directory
  "The directory of PATHNAME: NIL or a list that begins with :ABSOLUTE or
:RELATIVE.")

(define-pathname-part pathname-name %pathname-name
  "The name of PATHNAME: a string, :WILD or NIL.")

(define-pathname-part pathname-type %pathname-type
  "The type of PATHNAME: a string, :WILD or NIL.")

(defun pathname-version (pathname)
  "The version of PATHNAME."
  (%pathname-version (pathname pathname)))

(defun canonical-directory (directory)
  (cond ((stringp directory) (list :absolute directory))
        ((eq directory :wild) (list :absolute :wild-inferiors))
        ((null directory) nil)
        (t
         (unless (and (consp directory)
                      (or (eq (car directory) :absolute)
                          (eq (car directory) :relative)))
           (error 'type-error :datum directory
                              :expected-type '(or string list)))
         (let ((parts '()))
           (dolist (part (cdr directory))
             (cond ((and (eq part :back) parts (stringp (car parts)))
                    (pop parts))
                   ((and (stringp part) (string= part ".")))
                   ((and (stringp part) (string= part "")))
                   ((and (stringp part) (string= part "..")) (push :up parts))
                   ((and (stringp part) (string= part "*")) (push :wild parts))
                   (t (push part parts))))
           (cons (car directory) (nreverse parts))))))

(defun make-pathname
    (&key (host nil host-p) (device nil device-p) (directory nil directory-p)
       (name nil name-p) (type nil type-p) (version nil version-p)
       (defaults nil defaults-p) case)
  "A pathname of the given parts; missing ones are taken from DEFAULTS."
  (declare (ignore case))
  (let ((defaults (if defaults-p
                      (pathname defaults)
                      (%make-pathname (%pathname-host
                                       *default-pathname-defaults*)
                                      nil nil nil nil nil))))
    (flet ((part (value)
             (if (equal value "*") :wild value)))
      (make-pathname-of-host
       (if host-p host (%pathname-host defaults))
       (if device-p device (%pathname-device defaults))
       (if directory-p
           (canonical-directory directory)
           (%pathname-directory defaults))
       (if name-p (part name) (%pathname-name defaults))
       (if type-p (part type) (%pathname-type defaults))
       (if version-p version (%pathname-version defaults))))))

(defun make-pathname-of-host (host device directory name type version)
  (if (and host (find-logical-host host))
      (%make-logical-pathname host :unspecific directory name type version)
      (%make-pathname host device directory name type version)))

;;; Merging.

(defun merge-directories (directory defaults)
  (cond ((null directory) defaults)
        ((and (eq (car directory) :relative) defaults)
         (let ((parts (reverse defaults)))
           (dolist (part (cdr directory))
             (if (and (eq part :back) (stringp (car parts)))
                 (pop parts)
                 (push part parts)))
           (nreverse parts)))
        (t directory)))

(defun merge-pathnames
    (pathname &optional (default-pathname *default-pathname-defaults*)
                (default-version :newest))
  "PATHNAME with its missing parts taken from DEFAULT-PATHNAME; a relative
directory is one under that of DEFAULT-PATHNAME."
  (let ((pathname (pathname pathname))
        (defaults (pathname default-pathname)))
    (make-pathname-of-host
     (or (%pathname-host pathname) (%pathname-host defaults))
     (or (%pathname-device pathname) (%pathname-device defaults))
     (merge-directories (%pathname-directory pathname)
                        (%pathname-directory defaults))
     (or (%pathname-name pathname) (%pathname-name defaults))
     (or (%pathname-type pathname) (%pathname-type defaults))
     (or (%pathname-version pathname)
         (and (null (%pathname-name pathname)) (%pathname-version defaults))
         default-version))))

(defun pathname-equal (a b)
  "True if the pathnames A and B have equal parts."
  (and (equal (%pathname-host a) (%pathname-host b))
       (equal (%pathname-directory a) (%pathname-directory b))
       (equal (%pathname-name a) (%pathname-name b))
       (equal (%pathname-type a) (%pathname-type b))
       (logical-pathname-equal-version a b)))

(defun logical-pathname-equal-version (a b)
  (flet ((version (pathname)
           (let ((version (%pathname-version pathname)))
             (if (eq version :newest) nil version))))
    (equal (version a) (version b))))

(set-documentation 'pathnamep 'function
  "True if the argument is a pathname.")
