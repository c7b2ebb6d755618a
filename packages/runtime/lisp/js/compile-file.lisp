;;;; COMPILE-FILE on the JavaScript engine (CLHS 3.2.3, 3.2.4).
;;;;
;;;; A compiled file is text: +FILE-HEADER+, then the forms to evaluate, without
;;;; macro calls. What has no readable syntax is written as a reference to one of
;;;; the FILE-OBJECTS: uninterned symbols and objects with load forms, which forms
;;;; before it make. JavaScript is made of it when it is loaded.

(in-package #:astralisp.runtime)

(defconstant +file-header+ ";;; AstraLisp compiled file for the JavaScript engine"
  "The first line of a compiled file.")

(defvar *file-output* nil "The stream that a compiled file is written to.")
(defvar *file-literals* nil "What COMPILE-FILE has written: objects to references.")
(defvar *file-count* 0 "How many references it has written.")
(defvar *file-objects* nil "What LOAD has made: by number.")
(defvar *file-failure* nil "True if a form of the file cannot be compiled.")

;;; References

(defstruct (file-reference (:constructor make-file-reference (number name)))
  "What stands in the text of a compiled file for an object without syntax: NAME of
an uninterned symbol, else NIL."
  number name)

(defun output-file-reference (reference stream)
  (let ((name (file-reference-name reference)))
    (if name
        (format stream "#.(~S ~D ~S)" 'file-symbol
                (file-reference-number reference) name)
        (format stream "#.(~S ~D)" 'file-object
                (file-reference-number reference)))))

(set-structure-printer 'file-reference :object #'output-file-reference)

(defun file-object (number)
  "The object NUMBER of the compiled file that is being loaded."
  (gethash number *file-objects*))

(defun set-file-object (number object)
  (setf (gethash number *file-objects*) object))

(defun file-symbol (number name)
  "The uninterned symbol NUMBER, called NAME, of that file."
  (or (gethash number *file-objects*)
      (setf (gethash number *file-objects*) (make-symbol name))))

(defun file-structure (name)
  "A structure or condition called NAME, to be filled."
  (%make-instance (%find-layout name)))

(defun fill-file-structure (structure values)
  (let ((i 0))
    (dolist (value values structure)
      (%set-instance-ref structure i value)
      (setq i (+ i 1)))))

(defun live-package (name)
  (or (find-package name)
      (error "the file needs the package ~A, which does not exist" name)))

(defun fill-hash-table (table entries)
  (loop for (key . value) in entries
        do (setf (gethash key table) value)))

;;; Writing

(defun write-file-form (form)
  (let ((form (externalize form)))
    (with-standard-io-syntax
      (let ((*package* (find-package "KEYWORD"))
            (*print-circle* t))
        (write form :stream *file-output*)
        (terpri *file-output*)))))

;;; A copy of OBJECT, which may be circular, with references to what has no syntax.
(defun externalize (object)
  (cond ((symbolp object)
         (if (and object (null (symbol-package object)))
             (symbol-reference object)
             object))
        ((or (numberp object) (characterp object) (stringp object)
             (bit-vector-p object))
         object)
        ((gethash object *file-literals*) (values (gethash object *file-literals*)))
        ((consp object) (externalize-cons object))
        ((arrayp object) (externalize-array object))
        ((functionp object)
         (error "the function ~S cannot be written to a file" object))
        (t (object-reference object))))

(defun externalize-cons (list)
  (let* ((first (cons nil nil)) (last first))
    (setf (gethash list *file-literals*) first)
    (loop
      (setf (car last) (externalize (car list)))
      (setq list (cdr list))
      (cond ((and (consp list) (null (gethash list *file-literals*)))
             (let ((new (cons nil nil)))
               (setf (gethash list *file-literals*) new
                     (cdr last) new
                     last new)))
            (t
             (setf (cdr last) (externalize list))
             (return first))))))

(defun externalize-array (array)
  (if (eq t (array-element-type array))
      (let ((copy (make-array (array-dimensions array))))
        (setf (gethash array *file-literals*) copy)
        (dotimes (i (array-total-size array) copy)
          (setf (row-major-aref copy i)
                (externalize (row-major-aref array i)))))
      array))

(defun new-file-reference (object name)
  (setf (gethash object *file-literals*)
        (make-file-reference (setq *file-count* (+ *file-count* 1)) name)))

(defun symbol-reference (symbol)
  (or (gethash symbol *file-literals*)
      (new-file-reference symbol (symbol-name symbol))))

;;; The forms that make OBJECT go into the file before the form that needs it. While
;;; they are made it has no reference: one to itself would be circular.
(defun object-reference (object)
  (multiple-value-bind (creation initialisation) (file-load-forms object)
    (write-made-object object creation)
    (let ((reference (gethash object *file-literals*)))
      (when initialisation
        (write-file-form (walk-form initialisation nil)))
      reference)))

(defun write-made-object (object creation)
  (let ((creation (externalize creation))
        (reference (new-file-reference object nil)))
    (write-file-form `(set-file-object ,(file-reference-number reference)
                                       ,creation))))

(defun file-load-forms (object)
  (cond ((packagep object) `(live-package ,(package-name object)))
        ((pathnamep object)
         `(make-pathname :host ',(pathname-host object)
                         :device ',(pathname-device object)
                         :directory ',(pathname-directory object)
                         :name ',(pathname-name object)
                         :type ',(pathname-type object)
                         :version ',(pathname-version object)))
        ((hash-table-p object)
         (values `(make-hash-table :test ',(hash-table-test object)
                                   :size ,(hash-table-count object))
                 (let ((entries '()))
                   (maphash (lambda (key value)
                              (push (cons key value) entries))
                            object)
                   `(fill-hash-table ',object ',(nreverse entries)))))
        (t
         (multiple-value-bind (creation initialisation)
             (literal-load-forms object)
           (cond (creation
                  (values (walk-form creation nil) initialisation))
                 ((%instancep object)
                  (values
                   `(file-structure ',(%instance-ref (%instance-layout object)
                                                     0))
                   `(fill-file-structure
                     ',object
                     ',(loop for i below (%instance-length object)
                             collect (%instance-ref object i)))))
                 (t (error "~S cannot be written to a file" object)))))))

;;; Top-level forms

(defun process-file-form (form environment compile-too)
  "Write what FORM, a top-level form in ENVIRONMENT, does when the file is loaded;
COMPILE-TOO: it is to be evaluated now as well."
  (let ((head (if (consp form) (car form) nil)))
    (flet ((process-all (forms environment)
             (dolist (part forms)
               (process-file-form part environment compile-too))))
      (case head
        (progn (process-all (cdr form) environment))
        (eval-when (process-eval-when form environment compile-too))
        ((locally macrolet symbol-macrolet)
         (process-file-body form environment compile-too))
        (t
         (multiple-value-bind (expansion expanded)
             (if (symbolp form)
                 (values form nil)
                 (macroexpand-1 form environment))
           (if (and expanded (not (and head (symbolp head)
                                       (info head :walker))))
               (process-file-form expansion environment compile-too)
               (compile-file-form form environment compile-too))))))))

(defun compile-file-form (form environment compile-too)
  (let ((expansion (walk-form form environment)))
    (when compile-too
      (%eval expansion nil))
    (unless (or (atom expansion) (eq (car expansion) 'quote))
      (write-file-form expansion))))

(defun process-eval-when (form environment compile-too)
  (destructuring-bind (situations &rest forms) (cdr form)
    (flet ((situation-p (&rest names)
             (some (lambda (name) (member name situations)) names)))
      (let ((compile (situation-p :compile-toplevel 'compile))
            (load (situation-p :load-toplevel 'load))
            (execute (situation-p :execute 'eval)))
        (cond (load
               (dolist (part forms)
                 (process-file-form part environment
                                    (or compile
                                        (and execute compile-too)))))
              ((or compile (and execute compile-too))
               (%eval (walk-form `(progn ,@forms) environment) nil)))))))

;;; LOCALLY and the like: each form of the body is a top-level form, within the
;;; declarations.
(defun process-file-body (form environment compile-too)
  (let ((body (if (eq (car form) 'locally) (cdr form) (cddr form)))
        (environment
          (case (car form)
            (macrolet (macrolet-environment (cadr form) environment))
            (symbol-macrolet
             (augment-environment environment :symbol-macro (cadr form)))
            (t environment))))
    (multiple-value-bind (forms declarations) (parse-body body nil)
      (dolist (part forms)
        (if declarations
            (process-declared-form part declarations environment compile-too)
            (process-file-form part environment compile-too))))))

(defun macrolet-environment (definitions environment)
  (augment-environment
   environment
   :macro (mapcar (lambda (definition)
                    (destructuring-bind (name lambda-list &rest body) definition
                      (list name
                            (enclose (astralisp:parse-macro name lambda-list
                                                            body environment)
                                     environment))))
                  definitions)))

(defun process-declared-form (form declarations environment compile-too)
  (multiple-value-bind (expansion expanded)
      (if (and (consp form)
               (member (car form) '(progn locally eval-when macrolet
                                    symbol-macrolet)))
          (values form nil)
          (macroexpand-1 form environment))
    (cond (expanded
           (process-declared-form expansion declarations environment
                                  compile-too))
          ((and (consp form) (eq (car form) 'progn))
           (dolist (part (cdr form))
             (process-declared-form part declarations environment
                                    compile-too)))
          (t
           (compile-file-form `(locally ,@declarations ,form) environment
                              compile-too)))))

;;; The command

(defun process-file-stream (stream print)
  (let ((end (list nil)))
    (do ((form (read stream nil end) (read stream nil end)))
        ((eq form end))
      (when print
        (let ((*print-length* 2) (*print-level* 2) (*print-pretty* nil))
          (format t "~&; ~S~%" form)))
      (handler-case (process-file-form form nil nil)
        (error (condition)
          (setq *file-failure* t)
          (let ((text (princ-to-string condition)))
            (format *error-output* "~&error: ~A~%  --> ~A~%" text
                    (let ((*print-length* 3) (*print-level* 3))
                      (prin1-to-string form)))
            (write-file-form
             `(error 'simple-program-error
                     :format-control "cannot be compiled: ~A"
                     :format-arguments (list ,text)))))))))

(defun compile-file (input-file &key output-file
                                  (verbose *compile-verbose*)
                                  (print *compile-print*)
                                  (external-format :default))
  "Compile the forms of the file INPUT-FILE to a file for LOAD. Return its
truename, whether there were warnings, and whether one of them was more than a style
warning; also those that macros and EVAL-WHEN forms signal count. With PRINT write
the beginning of each form. Signal FILE-ERROR when a file cannot be read or written.
CLHS COMPILE-FILE."
  (declare (ignorable external-format))
  (let* ((input (merge-pathnames input-file))
         (source (if (or (probe-file input) (pathname-type input))
                     input
                     (merge-pathnames input (make-pathname :type "lisp"))))
         (output (compile-file-pathname source :output-file output-file))
         (signalled nil)
         (serious nil)
         (*file-failure* nil))
    (when verbose
      (format t "~&; compiling ~A~%" (namestring source)))
    (with-open-file (in source)
      (with-open-file (out output :direction :output :if-exists :supersede)
        (write-line +file-header+ out)
        (let ((*package* *package*)
              (*readtable* *readtable*)
              (*compile-file-pathname* source)
              (*compile-file-truename* (truename source))
              (*file-output* out)
              (*file-literals* (make-hash-table :test 'eq))
              (*file-count* 0))
          (call-keeping-policy
           (lambda ()
             (handler-bind ((warning
                              (lambda (condition)
                                (setq signalled t)
                                (unless (typep condition 'style-warning)
                                  (setq serious t)))))
               (process-file-stream in print)))))))
    (values (truename output)
            (or signalled *file-failure*)
            (or serious *file-failure*))))

;;; Loading

(defun load-compiled-text (truename)
  "Load the file TRUENAME if COMPILE-FILE made it; return whether it did."
  (with-open-file (stream truename)
    (when (equal +file-header+ (ignore-errors (read-line stream nil)))
      (let ((*package* *package*)
            (*readtable* *readtable*)
            (*load-pathname* truename)
            (*load-truename* truename)
            (*file-objects* (make-hash-table))
            (end (list nil)))
        (call-keeping-policy
         (lambda ()
           (do ((form (read-compiled-form stream end)
                      (read-compiled-form stream end)))
               ((eq form end))
             (%eval form nil)))))
      t)))

(defun read-compiled-form (stream end)
  (let ((objects *file-objects*))
    (with-standard-io-syntax
      (let ((*package* (find-package "KEYWORD"))
            (*file-objects* objects))
        (read stream nil end)))))

(setq *binary-loader* #'load-compiled-text)
