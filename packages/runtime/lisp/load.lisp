;;;; LOAD, modules, and the process (CLHS 24.1).

(in-package #:astralisp.runtime)

(defvar *load-pathname* nil
  "The pathname of the file that is being loaded.")

(defvar *load-truename* nil
  "The truename of the file that is being loaded.")

(defvar *load-print* nil
  "Whether LOAD prints the values of each form, by default.")

(defvar *load-verbose* nil
  "Whether LOAD says what it loads, by default.")

(defvar *load-stream* nil
  "The stream that LOAD reads.")

(defvar *form-start* nil
  "The line and column at which the form being loaded begins.")

(defvar *binary-loader* nil
  "A function of a truename that loads the file if it is compiled code and
returns true, or returns NIL.")

(defvar *after-load-form* nil
  "NIL or a function that LOAD calls behind each form of a source file.")

(defun skip-to-form (stream)
  "Skip white space and line comments; remember where the next form begins."
  (do ((character (peek-char t stream nil nil)
                  (peek-char t stream nil nil)))
      ((not (eql character #\;)))
    (read-line stream nil nil))
  (setq *form-start* (cons (%stream-line stream)
                           (+ 1 (- (%stream-count stream)
                                   (%stream-line-start stream))))))

(defun load-forms (stream print)
  (let ((source (input-stream stream))
        (end (list nil)))
    (do () (nil)
      (skip-to-form source)
      (let* ((places (if *source* (make-hash-table :test 'eq) nil))
             (form (let ((*source-table* places))
                     (read source nil end))))
        (when (eq form end)
          (return))
        (let ((values (let ((*form-places* places)
                            (*toplevel-form* form))
                        (load-form form))))
          (when print
            (dolist (value values)
              (fresh-line)
              (prin1 value)
              (terpri))))
        (when *after-load-form*
          (funcall *after-load-form*))))))

(defun load-form (form)
  "The list of the values of FORM, a form of a file."
  (restart-case (multiple-value-list (%eval form nil))
    (skip-form ()
      :report "Skip this form and go on with the file."
      '())))

(defun call-keeping-policy (function)
  "Call FUNCTION; what it proclaims of OPTIMIZE ends with it."
  (let ((policy **policy**))
    (unwind-protect (funcall function)
      (setq **policy** policy))))

(defun load-stream (stream truename pathname verbose print)
  (let ((*load-pathname* pathname)
        (*load-truename* truename)
        (*load-stream* stream)
        (*form-start* nil)
        (*source* (source-of-stream stream truename))
        (*form-places* nil)
        (*evaluation-debug* nil)
        (*package* *package*)
        (*readtable* *readtable*))
    (when verbose
      (format t "~&; loading ~A~%" (if truename
                                       (namestring truename)
                                       stream)))
    (call-keeping-policy
     (lambda ()
       (call-with-file-unit (lambda () (load-forms stream print)))))
    t))

(defun source-of-stream (stream truename)
  "The source text for reports about the forms of STREAM, the file TRUENAME, or
NIL."
  (if (and truename (member :native *features*))
      (make-source-text (namestring truename) nil
                        (stream-external-format stream))
      nil))

(defun source-for-load (filespec)
  "The file that LOAD means by FILESPEC, not merged with the defaults yet: itself, or
with the type lisp."
  (let ((pathname (pathname filespec)))
    (if (and (null (pathname-type (merge-pathnames pathname)))
             (not (probe-file pathname)))
        (let ((source (make-pathname :type "lisp" :defaults pathname)))
          (if (probe-file source) source pathname))
        pathname)))

(defun load
    (filespec &key (verbose *load-verbose*) (print *load-print*)
                (if-does-not-exist :error) (external-format :default))
  "Read the forms of the file or stream FILESPEC and evaluate them one by one;
return true. *PACKAGE*, *READTABLE* and what is proclaimed of OPTIMIZE are
restored at the end. Signals
FILE-ERROR when there is no such file, unless IF-DOES-NOT-EXIST is NIL; then
return NIL; and STREAM-DECODING-ERROR when it is not in EXTERNAL-FORMAT."
  (if (and (streamp filespec) (not (stream-control filespec :pathname)))
      (load-stream filespec nil nil verbose print)
      (let* ((pathname (if (streamp filespec)
                           (pathname filespec)
                           (source-for-load filespec)))
             (truename (probe-file pathname)))
        (cond ((streamp filespec)
               (load-stream filespec truename pathname verbose print))
              ((null truename)
               (if if-does-not-exist
                   (error 'simple-file-error
                          :pathname pathname
                          :format-control "there is no file ~A to load"
                          :format-arguments (list (namestring pathname)))
                   nil))
              ((and *binary-loader* (funcall *binary-loader* truename)) t)
              (t (load-overlaid
                  truename
                  (lambda ()
                    (with-open-file (stream truename
                                            :external-format external-format)
                      (skip-byte-order-mark stream)
                      (load-stream stream truename
                                   (merge-pathnames pathname) verbose
                                   print)))))))))

;;; Compiled files.

(defun compile-file-pathname (input-file &key output-file &allow-other-keys)
  "Return the pathname that COMPILE-FILE would write for INPUT-FILE: OUTPUT-FILE,
or INPUT-FILE with the type object. CLHS COMPILE-FILE-PATHNAME."
  (if output-file
      (merge-pathnames output-file)
      (merge-pathnames (make-pathname :type "object")
                       (merge-pathnames input-file))))

;;; Modules.

(defvar *modules* '()
  "The names of the modules that have been provided.")

(defvar *module-loaders* '()
  "Functions of a module name that load it and return true, or return NIL.")

(defun provide (module-name)
  "Note that the module MODULE-NAME is there."
  (pushnew (string module-name) *modules* :test #'string=)
  t)

(defun require (module-name &optional pathname-list)
  "Load the module MODULE-NAME, from the files of PATHNAME-LIST if given, unless
it is there already. Signals an error when nobody knows it."
  (let ((name (string module-name)))
    (cond ((member name *modules* :test #'string=) '())
          (pathname-list
           (dolist (pathname (if (listp pathname-list)
                                 pathname-list
                                 (list pathname-list)))
             (load pathname))
           (list name))
          ((some (lambda (loader) (funcall loader name)) *module-loaders*)
           (list name))
          (t (error "no module is named ~A" name)))))

;;; The process.

(defglobal **after-collection** nil)    ; what calls finalizers, or NIL

(defun gc (&key full)
  "Collect garbage, with FULL in the whole heap, and call the finalizers of what
is gone. Return T."
  (%collect-garbage full)
  (when **after-collection**
    (funcall **after-collection**))
  t)

(defun heap-usage ()
  "How many octets of the heap are in use, and how many there are."
  (%heap-usage))

;;; What the system is.

(defun lisp-implementation-type ()
  "The name of this Lisp."
  "AstraLisp")

(defun lisp-implementation-version ()
  "The version of this Lisp."
  "0.0.0")

(defun machine-type ()
  "The kind of machine."
  (cond ((member :x86-64 *features*) "x86-64")
        ((member :javascript *features*) "JavaScript")
        (t nil)))

(defun machine-version ()
  "The version of the machine: not known, NIL."
  nil)

(defun machine-instance ()
  "The name of this machine: not known, NIL."
  nil)

(defun software-type ()
  "The name of the operating system."
  "AstraLisp OS")

(defun software-version ()
  "The version of the operating system."
  (lisp-implementation-version))

(defun short-site-name ()
  "The short name of the place: not known, NIL."
  nil)

(defun long-site-name ()
  "The long name of the place: not known, NIL."
  nil)
