;;;; The environment variables: those the system was started with, then changed.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defvar *environment* :unread
  "An alist of names and values, or :UNREAD before anybody asked. Entries that are
no assignments have the value NIL.")

(defun split-assignment (string)
  (let ((end (position #\= string :start (cl:min 1 (length string)))))
    (if end
        (cons (subseq string 0 end) (subseq string (cl:1+ end)))
        (cons string nil))))

(defun environment-alist ()
  (if (eq *environment* :unread)
      (setq *environment*
            (mapcar #'split-assignment (platform-environment))))
  *environment*)

(defun environment-entry (name)
  (let ((entry (assoc name (environment-alist) :test #'string=)))
    (and (cdr entry) entry)))

(defun %getenv (name)
  "The value of the environment variable NAME, or NIL."
  (cdr (environment-entry name)))

(defun %set-environment (name value)
  "Let the environment variable NAME have VALUE; none for NIL."
  (let ((entry (environment-entry name)))
    (cond ((null value)
           (setq *environment*
                 (remove name *environment* :key #'car :test #'string=)))
          (entry (setf (cdr entry) value))
          (t (setq *environment*
                   (append *environment* (list (cons name value))))))
    value))

(defun %environment ()
  "A fresh list of strings, NAME=VALUE."
  (mapcar (lambda (entry)
            (if (cdr entry)
                (concatenate 'string (car entry) "=" (cdr entry))
                (car entry)))
          (environment-alist)))
