;;;; The process: its number, arguments, environment variables, current directory.

(in-package #:astralisp.runtime)

(defun getpid ()
  "The number by which the operating system knows this process; 1 where there are
no others."
  (%process-id))

(defun command-line-arguments ()
  "The arguments of the command that started the system, a list of strings,
without the name of the command."
  (cdr (%command-line)))

;;; Environment variables.

(defun environment-text (object what)
  (let ((text (coerce (string object) 'simple-string)))
    (when (find (%code-char 0) text)
      (error "~A of an environment variable must not have a character with the ~
              code 0: ~S"
             what text))
    text))

(defun environment-name (name)
  (let ((text (environment-text name "the name")))
    (when (or (string= text "") (find #\= text))
      (error "~S cannot be the name of an environment variable: it must not be ~
              empty nor have a ="
             text))
    text))

(defun getenv (name)
  "The value of the environment variable NAME, a string, or NIL."
  (%getenv (coerce (string name) 'simple-string)))

(defun (setf getenv) (value name)
  (let ((name (environment-name name)))
    (%set-environment name (and value (environment-text value "the value"))))
  value)

(defun setenv (name value)
  "Let the environment variable NAME have VALUE, a string, or not exist when that
is NIL: here, and in the programs started from now on. Return VALUE."
  (setf (getenv name) value))

(defun unsetenv (name)
  "Remove the environment variable NAME; return true if there was one."
  (let ((name (environment-name name)))
    (prog1 (not (null (%getenv name)))
      (%set-environment name nil))))

(defun environ ()
  "A list of all environment variables: fresh strings, NAME=VALUE."
  (%environment))

;;; The current directory.

(defun getcwd ()
  "The pathname of the current directory of the system. Relative names of files are
merged with *DEFAULT-PATHNAME-DEFAULTS* first; only what is still relative then
means a file in this directory."
  (native-pathname (%current-directory)))

(defun chdir (pathspec)
  "Make the directory PATHSPEC the current one, for all threads; return it. When
*DEFAULT-PATHNAME-DEFAULTS* has an absolute directory, it becomes PATHSPEC as well,
so that relative names mean files there. Signal FILE-ERROR if there is no such
directory."
  (check-file-operation (%change-directory (native-namestring pathspec))
                        (pathname pathspec) "enter")
  (let ((directory (getcwd)))
    (when (eq :absolute (car (%pathname-directory *default-pathname-defaults*)))
      (setq *default-pathname-defaults* directory))
    directory))
