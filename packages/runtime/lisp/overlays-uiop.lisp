;;;; What the functions of UIOP do here that ask the implementation.

(in-package #:astralisp.runtime)

;;; The operating system. UIOP wants to know one: file names are written here as on
;;; Unix, on every platform.

(define-uiop ("UIOP/OS" "OS-UNIX-P") ()
  t)

(when-uiop-has ("UIOP/OS" "DETECT-OS" detect-os)
  (funcall detect-os))

(define-uiop ("UIOP/OS" "IMPLEMENTATION-TYPE") ()
  :astralisp)

(define-uiop ("UIOP/OS" "OPERATING-SYSTEM" original) ()
  (or (funcall original)
      (if (probe-file "/proc/version") :linux nil)))

(when-uiop-has ("UIOP/OS" "GETENV" name)
  (setf (fdefinition name) #'getenv)
  (eval `(defsetf ,name setenv)))

(define-uiop ("UIOP/OS" "HOSTNAME") ()
  (machine-instance))

(define-uiop ("UIOP/OS" "GETCWD") ()
  (getcwd))

(define-uiop ("UIOP/OS" "CHDIR") (name)
  (when name
    (chdir name)))

;;; Package-local nicknames: UIOP imports their functions only from packages of
;;; systems that it knows, and does without where it knows none.

(defvar *nickname-functions* '(add-package-local-nickname
                               remove-package-local-nickname
                               package-local-nicknames)
  "What UIOP exports about package-local nicknames.")

(defun reexport-nickname-functions (package)
  (import *nickname-functions* package)
  (export *nickname-functions* package))

(when-uiop-has ("UIOP/PACKAGE" "FIND-PACKAGE*" find)
  (reexport-nickname-functions
   (or (find-package "UIOP/PACKAGE-LOCAL-NICKNAMES")
       (make-package "UIOP/PACKAGE-LOCAL-NICKNAMES" :use '()))))

(define-uiop ("UIOP/PACKAGE" "ENSURE-PACKAGE" original)
    (name &rest options &key local-nicknames &allow-other-keys)
  (let ((package (apply original name options)))
    (dolist (entry (package-local-nicknames package))
      (remove-package-local-nickname (car entry) package))
    (dolist (entry local-nicknames)
      (add-package-local-nickname (string (first entry))
                                  (find-package (second entry)) package))
    (when (member (package-name package) '("UIOP/PACKAGE*" "UIOP")
                  :test #'string=)
      (reexport-nickname-functions package))
    package))

;;; Files.

;;; Without a branch for us, its documentation became its value.
(when-uiop-has ("UIOP/PATHNAME" "*UNSPECIFIC-PATHNAME-TYPE*" type)
  (set type nil))

(define-uiop ("UIOP/FILESYSTEM" "DELETE-EMPTY-DIRECTORY") (directory)
  (delete-directory directory))

(define-uiop ("UIOP/FILESYSTEM" "DELETE-DIRECTORY-TREE")
    (directory &key (validate nil validate-given) (if-does-not-exist :error))
  (let ((directory (uiop "ENSURE-PATHNAME" directory
                         :want-pathname t :want-non-wild t
                         :want-physical t :want-directory t)))
    (cond ((not (and validate-given (uiop "CALL-FUNCTION" validate directory)))
           (uiop "PARAMETER-ERROR" "~S was asked to delete ~S but it is not valid"
                 'delete-directory-tree directory))
          ((or (probe-file directory) (eq if-does-not-exist :error))
           (delete-directory directory :recursive t)))))

;;; The image.

(define-uiop ("UIOP/IMAGE" "QUIT") (&optional (code 0) (finish-output t))
  (when finish-output
    (uiop "FINISH-OUTPUTS"))
  (quit code :abort (not finish-output)))

(define-uiop ("UIOP/IMAGE" "RAW-PRINT-BACKTRACE")
    (&key (stream *debug-io*) count condition)
  (declare (ignore condition))
  (print-backtrace :stream stream :count (or count 50)))

(define-uiop ("UIOP/IMAGE" "RAW-COMMAND-LINE-ARGUMENTS") ()
  (%command-line))

;;; Compiling.

(define-uiop ("UIOP/LISP-BUILD" "GET-OPTIMIZATION-SETTINGS") ()
  (mapcar (lambda (quality)
            (list quality (cdr (assoc quality **policy**))))
          '(speed space safety debug compilation-speed)))
