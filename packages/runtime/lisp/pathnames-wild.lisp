;;;; Wild and logical pathnames.

(in-package #:astralisp.runtime)

(defun wild-part-p (part)
  (or (eq part :wild)
      (eq part :wild-inferiors)
      (and (stringp part)
           (let ((i 0)
                 (found nil))
             (do () ((or found (%fx>= i (length part))) found)
               (let ((character (char part i)))
                 (cond ((eq character #\\) (setq i (%fx+ i 1)))
                       ((or (eq character #\*) (eq character #\?))
                        (setq found t))))
               (setq i (%fx+ i 1)))))))

(defun wild-pathname-p (pathname &optional field-key)
  "True if the part FIELD-KEY of PATHNAME, or with NIL any part, is wild."
  (let ((pathname (pathname pathname)))
    (flet ((wild (key)
             (case key
               (:host nil)
               (:device nil)
               (:directory (some #'wild-part-p
                                 (cdr (%pathname-directory pathname))))
               (:name (wild-part-p (%pathname-name pathname)))
               (:type (wild-part-p (%pathname-type pathname)))
               (:version (eq (%pathname-version pathname) :wild))
               (t (error 'type-error
                         :datum key
                         :expected-type '(member nil :host :device :directory
                                          :name :type :version))))))
      (if field-key
          (wild field-key)
          (or (wild :directory) (wild :name) (wild :type) (wild :version))))))

;;; Matching. A match yields the list of what each wild part stood for.

(defun match-string (string pattern)
  "What the wild characters of PATTERN stand for in STRING; second value:
whether it matches."
  (labels ((match (i j)
             (cond ((%fx= j (length pattern))
                    (values '() (%fx= i (length string))))
                   ((eq (char pattern j) #\*)
                    (do ((end i (%fx+ end 1)))
                        ((%fx> end (length string)) (values nil nil))
                      (%mv-let (rest found) (match end (%fx+ j 1))
                        (when found
                          (return (values (cons (subseq string i end) rest)
                                          t))))))
                   ((%fx= i (length string)) (values nil nil))
                   ((eq (char pattern j) #\?)
                    (%mv-let (rest found) (match (%fx+ i 1) (%fx+ j 1))
                      (values (cons (subseq string i (%fx+ i 1)) rest) found)))
                   ((and (eq (char pattern j) #\\)
                         (%fx< (%fx+ j 1) (length pattern)))
                    (match i (%fx+ j 1)))
                   ((eq (char pattern j) (char string i))
                    (match (%fx+ i 1) (%fx+ j 1)))
                   (t (values nil nil)))))
    (match 0 0)))

(defun match-part (part pattern)
  (cond ((or (null pattern) (eq pattern :wild))
         (values (list part) t))
        ((equal part pattern) (values '() t))
        ((and (stringp part) (stringp pattern) (wild-part-p pattern))
         (match-string part pattern))
        (t (values nil nil))))

(defun match-directory (directory pattern)
  (cond ((null pattern) (values '() (null directory)))
        ((eq (car pattern) :wild-inferiors)
         (do ((taken '() (cons (car rest) taken))
              (rest directory (cdr rest)))
             (nil)
           (%mv-let (matches found) (match-directory rest (cdr pattern))
             (when found
               (return (values (cons (reverse taken) matches) t))))
           (when (null rest)
             (return (values nil nil)))))
        ((null directory) (values nil nil))
        (t (%mv-let (first found) (match-part (car directory) (car pattern))
             (if found
                 (%mv-let (rest found)
                     (match-directory (cdr directory) (cdr pattern))
                   (values (append first rest) found))
                 (values nil nil))))))

(defun match-pathname (pathname wildcard)
  "Three lists of matches (directory, name, type); fourth value: whether
PATHNAME matches WILDCARD."
  (%mv-let (directory d)
      (if (null (%pathname-directory wildcard))
          (values '() t)
          (match-directory (%pathname-directory pathname)
                           (%pathname-directory wildcard)))
    (%mv-let (name n) (match-part (%pathname-name pathname)
                                  (%pathname-name wildcard))
      (%mv-let (type ty) (match-part (%pathname-type pathname)
                                     (%pathname-type wildcard))
        (values directory name type (and d n ty))))))

(defun pathname-match-p (pathname wildcard)
  "True if PATHNAME matches WILDCARD, whose missing parts match everything."
  (%mv-let (directory name type found)
      (match-pathname (pathname pathname) (pathname wildcard))
    (declare (ignore directory name type))
    found))

(defun fill-pattern (pattern matches)
  "The string PATTERN with its wild characters replaced by MATCHES in turn."
  (with-output-to-string (out)
    (dotimes (i (length pattern))
      (let ((character (char pattern i)))
        (if (or (eq character #\*) (eq character #\?))
            (write-string (let ((match (pop matches)))
                            (if (stringp match) match ""))
                          out)
            (write-char character out))))))

(defun fill-part (pattern source matches)
  (cond ((null pattern) source)
        ((eq pattern :wild) (if matches (car matches) source))
        ((and (stringp pattern) (wild-part-p pattern))
         (fill-pattern pattern matches))
        (t pattern)))

(defun fill-directory (pattern source matches)
  (if (null pattern)
      source
      (let ((result '()))
        (dolist (part pattern (nreverse result))
          (cond ((eq part :wild-inferiors)
                 (dolist (taken (pop matches))
                   (push taken result)))
                ((eq part :wild) (push (pop matches) result))
                ((wild-part-p part)
                 (push (fill-pattern part (list (pop matches))) result))
                (t (push part result)))))))

(defun translate-pathname (source from-wildcard to-wildcard &key)
  "TO-WILDCARD with its wild parts replaced by what those of FROM-WILDCARD match
in SOURCE. Signals an error when SOURCE does not match."
  (let ((source (pathname source))
        (from (pathname from-wildcard))
        (to (pathname to-wildcard)))
    (%mv-let (directory name type found) (match-pathname source from)
      (unless found
        (error 'simple-file-error
               :pathname source
               :format-control "~S does not match ~S"
               :format-arguments (list source from)))
      (make-pathname-of-host
       (%pathname-host to)
       nil
       (fill-directory (%pathname-directory to) (%pathname-directory source)
                       directory)
       (fill-part (%pathname-name to) (%pathname-name source) name)
       (fill-part (%pathname-type to) (%pathname-type source) type)
       (%pathname-version source)))))

;;; Logical pathnames: HOST:DIR;DIR;NAME.TYPE.VERSION.

(defstruct (logical-pathname
            (:include pathname) (:predicate logical-pathname-p) (:copier nil)
            (:constructor %make-logical-pathname
                (host device directory name type version)))
  "A pathname that is translated into another before use.")

(defvar *logical-hosts* '()
  "An alist of logical host names and their translations.")

(defun find-logical-host (name)
  (and (stringp name)
       (assoc name *logical-hosts* :test #'string-equal)))

(defun logical-pathname-translations (host)
  "The translations of the logical HOST: a list of lists of two wild pathnames."
  (cdr (or (find-logical-host host)
           (error 'type-error :datum host :expected-type 'logical-host))))

(defun (setf logical-pathname-translations) (translations host)
  (let ((name (string-upcase host)))
    (unless (find-logical-host name)
      (push (list name) *logical-hosts*))
    (setf (cdr (find-logical-host name))
          (mapcar (lambda (rule)
                    (list (let ((from (car rule)))
                            (if (stringp from)
                                (or (parse-logical-namestring from name)
                                    (pathname from))
                                from))
                          (pathname (cadr rule))))
                  translations)))
  translations)

(defun load-logical-pathname-translations (host)
  "Make sure that HOST has translations; NIL if it had them already. Signals an
error otherwise: there is no place to load them from."
  (if (find-logical-host host)
      nil
      (error 'simple-error
             :format-control "no translations for the logical host ~S"
             :format-arguments (list host))))

(defun split-at (string separator)
  (let ((parts '())
        (start 0))
    (dotimes (i (length string))
      (when (eq (char string i) separator)
        (push (subseq string start i) parts)
        (setq start (%fx+ i 1))))
    (nreverse (cons (subseq string start) parts))))

(defun logical-part (string)
  (cond ((string= string "*") :wild)
        ((string= string "**") :wild-inferiors)
        (t (string-upcase string))))

(defun logical-version (string)
  (cond ((null string) nil)
        ((string-equal string "NEWEST") :newest)
        ((string= string "*") :wild)
        (t (parse-integer string :junk-allowed t))))

(defun parse-logical-namestring (string host)
  "The logical pathname written in STRING, or NIL if it names no logical host."
  (let* ((colon (position #\: string))
         (prefix (and colon (subseq string 0 colon)))
         (host (cond ((find-logical-host prefix))
                     ((and (null prefix) host) (find-logical-host host)))))
    (if (null host)
        nil
        (let* ((parts (split-at (if prefix
                                    (subseq string (%fx+ colon 1))
                                    string)
                                #\;))
               (file (split-at (car (last parts)) #\.))
               (directory (mapcar #'logical-part (butlast parts)))
               (relative (and directory (equal (car directory) ""))))
          (%make-logical-pathname
           (car host) :unspecific
           (cond (relative (cons :relative (cdr directory)))
                 (t (cons :absolute directory)))
           (if (string= (car file) "") nil (logical-part (car file)))
           (if (cadr file) (logical-part (cadr file)) nil)
           (logical-version (caddr file)))))))

(defun logical-namestring (pathname)
  (with-output-to-string (out)
    (write-string (%pathname-host pathname) out)
    (write-char #\: out)
    (let ((directory (%pathname-directory pathname)))
      (when (eq (car directory) :relative)
        (write-char #\; out))
      (dolist (part (cdr directory))
        (write-string (part-string part) out)
        (write-char #\; out)))
    (when (%pathname-name pathname)
      (write-string (part-string (%pathname-name pathname)) out))
    (when (%pathname-type pathname)
      (write-char #\. out)
      (write-string (part-string (%pathname-type pathname)) out))
    (let ((version (%pathname-version pathname)))
      (when version
        (write-char #\. out)
        (cond ((eq version :newest) (write-string "NEWEST" out))
              ((eq version :wild) (write-char #\* out))
              (t (write-string (integer-digits version 10) out)))))))

(defun logical-pathname (pathspec)
  "The logical pathname that PATHSPEC stands for."
  (let ((pathname (pathname pathspec)))
    (unless (logical-pathname-p pathname)
      (error 'type-error :datum pathspec :expected-type 'logical-pathname))
    pathname))

(defun translate-logical-pathname (pathname &key)
  "PATHNAME, with logical pathnames translated until none is left."
  (let ((pathname (pathname pathname)))
    (if (logical-pathname-p pathname)
        (dolist (rule (logical-pathname-translations (%pathname-host pathname))
                      (error 'simple-file-error
                             :pathname pathname
                             :format-control "no translation for ~S"
                             :format-arguments (list pathname)))
          (when (pathname-match-p pathname (car rule))
            (return (translate-logical-pathname
                     (translate-logical-match pathname rule)))))
        pathname)))

(defun translate-logical-match (pathname rule)
  ;; Logical names are upper case, files' names lower case.
  (flet ((lower (part)
           (if (stringp part) (string-downcase part) part)))
    (let ((to (cadr rule)))
      (if (logical-pathname-p to)
          (translate-pathname pathname (car rule) to)
          (translate-pathname
           (%make-pathname nil nil
                           (mapcar #'lower (%pathname-directory pathname))
                           (lower (%pathname-name pathname))
                           (lower (%pathname-type pathname))
                           (%pathname-version pathname))
           (let ((from (car rule)))
             (%make-pathname nil nil
                             (mapcar #'lower (%pathname-directory from))
                             (lower (%pathname-name from))
                             (lower (%pathname-type from))
                             (%pathname-version from)))
           to)))))
