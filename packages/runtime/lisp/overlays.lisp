;;;; Overlays: ASDF and UIOP learn about this system while LOAD reads their file.

(in-package #:astralisp.runtime)

;;; UIOP asks the implementation through #+ and #-, and has no branch for this one:
;;; some of its functions signal NOT-IMPLEMENTED-ERROR, two top-level forms stop the
;;; load, and others call such functions while the file is being loaded. The file is
;;; read as it is. Behind each of its forms the functions below take the places of
;;; those that are there by then; what a form refuses only because it does not know
;;; the system is skipped. docs/third-party.md lists the overlays.

(defvar *overlays* '()
  "Alist from file names, as \"asdf.lisp\", to functions of a truename and of a
function that loads that file; they load it, or return NIL when it is not the file
they are for.")

(defun load-overlaid (truename continue)
  "Load the file TRUENAME by calling CONTINUE, or through the overlay for it."
  (let ((overlay (cdr (assoc (file-namestring truename) *overlays*
                             :test #'equal))))
    (or (and overlay (funcall overlay truename continue))
        (funcall continue))))

;;; What to do as soon as a symbol has a function or value.

(defvar *uiop-entries* '()
  "A list of (package-name name installer); INSTALLER is a function of the symbol.")

(defun add-uiop-entry (package name installer)
  (setq *uiop-entries*
        (append (remove-if (lambda (entry)
                             (and (equal (first entry) package)
                                  (equal (second entry) name)))
                           *uiop-entries*)
                (list (list package name installer)))))

(defmacro define-uiop ((package name &optional (original (make-symbol "ORIGINAL")))
                       lambda-list &body body)
  "Define what the function NAME of PACKAGE becomes; ORIGINAL is bound to what it
was."
  (let ((symbol (make-symbol "SYMBOL")))
    `(add-uiop-entry
      ,package ,name
      (lambda (,symbol)
        (let ((,original (and (fboundp ,symbol) (fdefinition ,symbol))))
          (declare (ignorable ,original))
          (setf (fdefinition ,symbol) (lambda ,lambda-list ,@body)))))))

(defmacro when-uiop-has ((package name symbol) &body body)
  "Run BODY with SYMBOL bound to the symbol NAME of PACKAGE as soon as it has a
function or value."
  `(add-uiop-entry ,package ,name (lambda (,symbol)
                                    (declare (ignorable ,symbol))
                                    ,@body)))

(defun ready-uiop-symbol (package name)
  (let ((symbol (and (find-package package)
                     (find-symbol name package))))
    (and symbol
         (or (fboundp symbol) (boundp symbol))
         symbol)))

(defun install-ready (entries)
  "Install those of ENTRIES whose symbols are ready; return the others."
  (remove-if (lambda (entry)
               (let ((symbol (ready-uiop-symbol (first entry) (second entry))))
                 (when symbol
                   (funcall (third entry) symbol)
                   t)))
             entries))

(defun uiop (name &rest arguments)
  "Call the function of UIOP called NAME."
  (apply (find-symbol name "UIOP") arguments))

;;; Loading ASDF.

(defvar *refusals* '("ASDF is not supported on your implementation"
                     "Congratulations for trying ASDF on an operating system")
  "How messages begin with which ASDF's file refuses a system it does not know.")

(defun refusal-p (condition)
  (let ((text (princ-to-string condition)))
    (some (lambda (start)
            (eql 0 (search start text)))
          *refusals*)))

(defun asdf-file-p (truename)
  "Does TRUENAME begin as ASDF's file does?"
  (with-open-file (stream truename :external-format **lenient-utf-8**)
    (dotimes (i 4 nil)
      (when (search "This is ASDF" (read-line stream nil ""))
        (return t)))))

(defun load-asdf-file (truename continue)
  "Load ASDF from TRUENAME by calling CONTINUE, if it is ASDF, and adapt it."
  (when (asdf-file-p truename)
    (let* ((pending *uiop-entries*)
           (nicknames (member :package-local-nicknames *features*))
           (*after-load-form* (lambda ()
                                (setq pending (install-ready pending)))))
      ;; UIOP knows this feature of some systems only, and stops at others.
      (setq *features* (remove :package-local-nicknames *features*))
      (pushnew :asdf-unicode *features*)
      (unwind-protect
           ;; Without a branch for us some functions ignore their parameters, and
           ;; some code is not reached.
           (handler-bind (((or style-warning compiler-note) #'muffle-warning)
                          (error (lambda (condition)
                                   (when (refusal-p condition)
                                     (invoke-restart 'skip-form)))))
             (funcall continue))
        (when nicknames
          (pushnew :package-local-nicknames *features*)))
      (keep-asdf)
      (unless (fboundp 'compile-file)
        (load-asdf-systems-from-source))
      t)))

(defun keep-asdf ()
  "ASDF compiles and loads itself before anything else when it finds its own sources:
here it is what it is, as where it comes with the implementation."
  (let ((version (funcall (ready-uiop-symbol "ASDF" "ASDF-VERSION"))))
    (dolist (name '("asdf" "uiop"))
      (funcall (ready-uiop-symbol "ASDF" "REGISTER-IMMUTABLE-SYSTEM")
               name :version version))))

(setq *overlays* (list (cons "asdf.lisp" #'load-asdf-file)))

;;; An engine without COMPILE-FILE loads the sources of systems.

(defun load-asdf-systems-from-source ()
  "Let ASDF's operations COMPILE-OP do nothing, and LOAD-OP load the source."
  (with-input-from-string
      (stream "(in-package #:asdf)
(defmethod perform ((operation compile-op) (component cl-source-file)))
(defmethod output-files ((operation compile-op) (component cl-source-file))
  (values '() t))
(defmethod input-files ((operation load-op) (component cl-source-file))
  (list (component-pathname component)))
(defmethod perform ((operation load-op) (component cl-source-file))
  (let ((*compile-file-pathname* (component-pathname component))
        (*compile-file-truename* (truename (component-pathname component))))
    (perform-lisp-load-source operation component)))")
    (load stream)))

;;; Where libraries are, and the overlays of some, systems that take their places.

(defvar *source-directories* '("/usr/share/common-lisp/source/" "/image/source/")
  "Where the sources of public libraries may be.")

(defvar *overlay-directories* '("/image/overlays/")
  "Where the overlays of public libraries may be: NAME/NAME.asd.")

(defun find-below (directories name)
  "The first pathname NAME below one of DIRECTORIES that exists, or NIL."
  (dolist (directory directories nil)
    (let ((found (probe-file (concatenate 'string directory name))))
      (when found
        (return found)))))

(defun library-source (name)
  "Return the truename of the file or directory NAME among the sources of public
libraries, such as \"cl-asdf/build/asdf.lisp\". Signals FILE-ERROR when there is no
such file."
  (or (find-below *source-directories* name)
      (error 'simple-file-error
             :pathname name
             :format-control "there is no ~A below~{ ~A~}: install the Debian ~
                              package that has it"
             :format-arguments (list name *source-directories*))))

(defun find-overlay-system (name)
  "The system definition file of the overlay for the system NAME, or NIL."
  (find-below *overlay-directories* (format nil "~A/~:*~A.asd" name)))

(when-uiop-has ("ASDF/SYSTEM-REGISTRY" "*SYSTEM-DEFINITION-SEARCH-FUNCTIONS*"
                functions)
  (pushnew 'find-overlay-system (symbol-value functions)))

;;; Libraries on an image are found behind all other registries.

(defun image-source-registry ()
  "ASDF's source registry of the libraries on the image."
  (if (probe-file "/image/source/")
      '(:source-registry (:tree "/image/source/") :inherit-configuration)
      '(:source-registry :inherit-configuration)))

(when-uiop-has ("ASDF/SOURCE-REGISTRY" "*DEFAULT-SOURCE-REGISTRIES*" registries)
  (setf (symbol-value registries)
        (append (symbol-value registries) '(image-source-registry))))

;;; Modules: (require "asdf"), and behind it all systems that ASDF finds.

(defun provide-asdf (name)
  "Load ASDF if NAME means it; true when that has been done."
  (when (member name '("asdf" "uiop") :test #'string-equal)
    (load (library-source "cl-asdf/build/asdf.lisp"))
    t))

(defun provide-system (name)
  "Load the system NAME if ASDF is there and finds it; true when that has been done."
  (let ((provide (ready-uiop-symbol "ASDF" "MODULE-PROVIDE-ASDF")))
    (and provide (funcall provide name))))

(setq *module-loaders* (union *module-loaders* '(provide-asdf provide-system)))
