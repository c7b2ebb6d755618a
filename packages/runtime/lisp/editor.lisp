;;;; ED: an editor of lines, for any terminal.

(in-package #:astralisp.runtime)

(defvar *ed-functions* '()
  "Functions of the argument of ED: the first that returns true has done the
editing. When none does, there is the editor of lines.")

(defstruct (edit-buffer (:copier nil) (:predicate nil) (:conc-name edit-)
                        (:constructor make-edit-buffer (pathname lines)))
  pathname
  ;; A list of strings, and the number of the present one; 0: before the first.
  lines
  (at 0)
  (changed nil))

(defun file-lines (pathname)
  (if (and pathname (probe-file pathname))
      (with-open-file (stream pathname)
        (let ((lines '()))
          (do ((line (read-line stream nil nil) (read-line stream nil nil)))
              ((null line) (nreverse lines))
            (push line lines))))
      '()))

(defun save-buffer (buffer pathname stream)
  (let ((pathname (if (string= pathname "")
                      (edit-pathname buffer)
                      (merge-pathnames pathname))))
    (cond ((null pathname) (format stream "~&which file?~%"))
          (t
           (with-open-file (out pathname :direction :output
                                         :if-exists :supersede)
             (dolist (line (edit-lines buffer))
               (write-line line out)))
           (setf (edit-changed buffer) nil
                 (edit-pathname buffer) pathname)
           (format stream "~&~D lines written to ~A~%"
                   (length (edit-lines buffer)) (namestring pathname))))))

(defun replace-lines (buffer start end new)
  "Put the lines NEW in the place of those from number START up to and with END."
  (let ((lines (edit-lines buffer)))
    (setf (edit-lines buffer)
          (append (subseq lines 0 (- start 1)) new (nthcdr end lines))
          (edit-changed buffer) t
          (edit-at buffer) (min (+ start (max 0 (- (length new) 1)))
                                (length (edit-lines buffer))))))

(defun show-lines (buffer start end stream)
  (do ((number start (+ number 1))
       (tail (nthcdr (- start 1) (edit-lines buffer)) (cdr tail)))
      ((or (> number end) (null tail)))
    (format stream "~&~4D  ~A~%" number (car tail)))
  (setf (edit-at buffer) end))

(defun read-new-lines (stream)
  "Lines up to one that is a single dot."
  (let ((lines '()))
    (do ((line (read-line stream nil ".") (read-line stream nil ".")))
        ((string= line ".") (nreverse lines))
      (push line lines))))

(defun substitute-text (line old new)
  "LINE with NEW for each OLD."
  (let ((start 0)
        (parts '()))
    (do ((found (search old line) (search old line :start2 start)))
        ((or (null found) (string= old ""))
         (apply #'concatenate 'string
                (reverse (cons (subseq line start) parts))))
      (push (subseq line start found) parts)
      (push new parts)
      (setq start (+ found (length old))))))

(defun substitute-in-lines (buffer start end argument stream)
  "Do the command s: ARGUMENT is /old/new/ with any character for the slash."
  (let* ((mark (if (string= argument "") nil (char argument 0)))
         (middle (and mark (position mark argument :start 1)))
         (last (and middle (or (position mark argument :start (+ middle 1))
                               (length argument)))))
    (if (null middle)
        (format stream "~&s needs /old/new/~%")
        (let ((old (subseq argument 1 middle))
              (new (subseq argument (+ middle 1) last)))
          (replace-lines buffer start end
                         (mapcar (lambda (line) (substitute-text line old new))
                                 (subseq (edit-lines buffer) (- start 1) end)))
          (show-lines buffer start end stream)))))

(defun find-line (buffer text stream)
  "Go to the next line that holds TEXT."
  (let* ((count (length (edit-lines buffer)))
         (found (dotimes (i count nil)
                  (let ((number (+ 1 (mod (+ (edit-at buffer) i) count))))
                    (when (search text (nth (- number 1) (edit-lines buffer)))
                      (return number))))))
    (if found
        (show-lines buffer found found stream)
        (format stream "~&not found~%"))))

(defun line-address (text buffer start)
  "The line number at START of TEXT, or NIL, and the index behind it."
  (let ((character (if (< start (length text)) (char text start) #\Space)))
    (cond ((char= character #\.) (values (edit-at buffer) (+ start 1)))
          ((char= character #\$)
           (values (length (edit-lines buffer)) (+ start 1)))
          (t (parse-integer text :start start :junk-allowed t)))))

(defun parse-edit-command (text buffer)
  "The first and last line that the command TEXT is about, its letter or NIL, and
the rest."
  (multiple-value-bind (start index) (line-address text buffer 0)
    (let ((end start))
      (when (and (< index (length text)) (char= (char text index) #\,))
        (multiple-value-setq (end index)
          (line-address text buffer (+ index 1)))
        (setq start (or start 1)
              end (or end (length (edit-lines buffer)))))
      (values start end
              (if (< index (length text)) (char text index) nil)
              (string-trim " " (subseq text (min (length text)
                                                 (+ index 1))))))))

(defun write-editor-help (stream)
  (format stream "~&  Before a command: a line number, . (this line), $ (the ~
    last), or two with a comma.~@
                    ~2Tp print  a append behind  i insert before  c change  ~
    d delete~@
                    ~2Ts/old/new/ substitute  /text find  n go to line n~@
                    ~2Tw [file] write  e evaluate the forms  q quit  Q quit ~
    without writing~@
                    ~2TNew text ends with a line that is a single dot.~%"))

(defun evaluate-buffer (buffer stream)
  (handler-case
      (with-input-from-string
          (in (format nil "~{~A~%~}" (edit-lines buffer)))
        (let ((*package* *package*))
          (load in)))
    (error (condition) (format stream "~&error: ~A~%" condition))))

(defun obey-edit-command (buffer text stream)
  "Obey the command TEXT; return true if the session ends."
  (multiple-value-bind (start end letter argument)
      (parse-edit-command text buffer)
    (let* ((count (length (edit-lines buffer)))
           (first (or start (edit-at buffer)))
           (last (or end first)))
      (flet ((with-lines (function)
               (if (and (<= 1 first last) (<= last count))
                   (funcall function)
                   (format stream "~&there is no such line~%"))
               nil)
             (add (before)
               (if (<= 0 first count)
                   (replace-lines buffer (max before 1) (- (max before 1) 1)
                                  (read-new-lines stream))
                   (format stream "~&there is no such line~%"))
               nil))
        (case letter
          ((nil #\p)
           (when (and (null letter) (null start))
             (setq first (+ (edit-at buffer) 1)
                   last first))
           (with-lines (lambda () (show-lines buffer first last stream))))
          (#\a (add (+ first 1)))
          (#\i (add first))
          (#\c (with-lines (lambda ()
                             (replace-lines buffer first last
                                            (read-new-lines stream)))))
          (#\d (with-lines (lambda () (replace-lines buffer first last '()))))
          (#\s (with-lines (lambda ()
                             (substitute-in-lines buffer first last argument
                                                  stream))))
          (#\/ (find-line buffer (string-right-trim "/" argument) stream) nil)
          (#\w (save-buffer buffer argument stream) nil)
          (#\e (evaluate-buffer buffer stream) nil)
          (#\q (cond ((edit-changed buffer)
                      (format stream "~&not written: w writes, Q quits~%")
                      nil)
                     (t t)))
          (#\Q t)
          (t (write-editor-help stream) nil))))))

(defun edit-session (buffer)
  (let ((stream *query-io*))
    (format stream "~&~@[~A, ~]~D line~:P; h for help~%"
            (and (edit-pathname buffer) (namestring (edit-pathname buffer)))
            (length (edit-lines buffer)))
    (do ((done nil)) (done)
      (fresh-line stream)
      (write-string "ed> " stream)
      (finish-output stream)
      (let ((line (read-line stream nil nil)))
        (setq done (or (null line)
                       (obey-edit-command buffer (string-trim " " line)
                                          stream)))))))

(defun edit-buffer-for (x)
  "The buffer with what ED is to edit for X."
  (cond ((null x) (make-edit-buffer nil '()))
        ((or (stringp x) (pathnamep x))
         (let ((pathname (merge-pathnames x)))
           (make-edit-buffer pathname (file-lines pathname))))
        (t
         (multiple-value-bind (file line) (function-source-location x)
           (unless (and file (probe-file file))
             (error "the source of ~S is not at hand" x))
           (let ((buffer (make-edit-buffer (pathname file) (file-lines file))))
             (setf (edit-at buffer) (max 0 (- line 1)))
             buffer)))))

(defun ed (&optional x)
  "Edit X: a file, the file that defines the function named X, or without X a new
text. What edits is the first of *ED-FUNCTIONS* that returns true for X, or an
editor of lines on *QUERY-IO*, whose command h lists the others. Return no
values. CLHS ED."
  (unless (some (lambda (function) (funcall function x)) *ed-functions*)
    (edit-session (edit-buffer-for x)))
  (values))
