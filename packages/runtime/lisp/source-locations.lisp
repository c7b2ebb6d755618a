;;;; Where things are defined: the files, lines and columns.

(in-package #:astralisp.runtime)

;;; What was compiled from a file is described by a vector: the name of the file,
;;; then for each definition a number of its kind and place, and its name. What
;;; was evaluated is in the info of its symbol under :SOURCES, newest first.

(defglobal **file-definitions** nil)

(defglobal **definition-kinds**
  '#(:function :macro :variable :constant :structure :type :class :condition
     :generic-function :method :compiler-macro :setf-expander :symbol-macro
     :package :method-combination :other))

(defglobal **defining-macros**
  '((defun . :function) (defmacro . :macro) (defvar . :variable)
    (defparameter . :variable) (defconstant . :constant)
    (defglobal . :variable) (defstruct . :structure) (deftype . :type)
    (defclass . :class) (define-condition . :condition)
    (defgeneric . :generic-function) (defmethod . :method)
    (define-compiler-macro . :compiler-macro) (defsetf . :setf-expander)
    (define-setf-expander . :setf-expander) (define-modify-macro . :macro)
    (define-symbol-macro . :symbol-macro) (defpackage . :package)
    (define-method-combination . :method-combination)))

(defun definition-of-form (form)
  "The kind and the name of what FORM, a form, defines; NIL if it is not known to
define something."
  (let ((kind (and (symbolp (car form))
                   (cdr (assq (car form) **defining-macros**)))))
    (if (and kind (consp (cdr form)))
        (values kind (definition-name kind (cdr form)))
        nil)))

(defun definition-name (kind rest)
  (let ((name (car rest)))
    (case kind
      (:structure (if (consp name) (car name) name))
      (:package (if (or (symbolp name) (stringp name) (characterp name))
                    (make-keyword (make-symbol (string name)))
                    :unknown))
      (:method (method-definition-name rest))
      (t name))))

(defun method-definition-name (rest)
  "The name, qualifiers and specializers of the method that REST of DEFMETHOD says."
  (let ((qualifiers '()) (tail (cdr rest)))
    (do () ((or (atom tail) (listp (car tail))))
      (push (pop tail) qualifiers))
    (let ((specializers '()))
      (do ((items (if (consp tail) (car tail) '()) (cdr items)))
          ((or (atom items) (member (car items) lambda-list-keywords)))
        (push (if (and (consp (car items)) (consp (cdr (car items))))
                  (cadr (car items))
                  t)
              specializers))
      (append (list (car rest)) (reverse qualifiers)
              (list (reverse specializers))))))

(defun encode-definition (kind line column)
  "The number that stands for KIND, LINE and COLUMN."
  (+ (* 16 (+ (* 1024 line) (min column 1023)))
     (or (position kind **definition-kinds**) 15)))

(defun decode-definition (number file)
  "The list of kind, file, line and column that NUMBER stands for."
  (let ((place (ash number -4)))
    (list (svref **definition-kinds** (logand number 15)) file
          (ash place -10) (logand place 1023))))

(defun note-file-definitions (definitions)
  "DEFINITIONS, see above, were loaded: forget those of the same file."
  (setq **file-definitions**
        (cons definitions
              (remove (svref definitions 0) **file-definitions**
                      :key (lambda (other) (svref other 0))
                      :test #'equal))))

(defun record-definition (kind name file line column)
  "NAME was defined as KIND by a form at LINE and COLUMN of FILE."
  (let ((symbol (definition-symbol name)))
    (when symbol
      (set-info symbol :sources
                (cons (list kind name file line column)
                      (remove-if (lambda (entry)
                                   (and (eq (car entry) kind)
                                        (equal (cadr entry) name)))
                                 (info symbol :sources)))))))

(defun note-evaluated-definition (form)
  "FORM, a macro form, is being evaluated: remember what it defines where."
  (when (and *source* *form-places*)
    (let ((place (or (gethash form *form-places*)
                     (gethash *toplevel-form* *form-places*))))
      (multiple-value-bind (kind name) (definition-of-form form)
        (when (and kind place)
          (let ((line (source-line-number *source* (car place))))
            (record-definition
             kind name (source-text-name *source*) line
             (+ 1 (- (car place) (source-line-start *source* line))))))))))

(defun definition-symbol (name)
  "The symbol that NAME, a symbol or a list like (setf f), belongs to, or NIL."
  (cond ((symbolp name) name)
        ((consp name)
         (definition-symbol (if (and (eq (car name) 'setf) (consp (cdr name)))
                                (cadr name)
                                (car name))))
        (t nil)))

(defun same-definition-p (wanted name kind)
  (or (equal wanted name)
      (and (eq kind :method) (consp name) (equal (car name) wanted))))

(defun find-definition-sources (name)
  "Return where NAME, a symbol or (SETF symbol), is defined: a list of lists of
kind, file, line and column, the newest first. A kind is :FUNCTION, :MACRO,
:VARIABLE, :CONSTANT, :STRUCTURE, :TYPE, :CLASS, :CONDITION, :GENERIC-FUNCTION,
:METHOD (then name, qualifiers and specializers follow), :COMPILER-MACRO,
:SETF-EXPANDER, :SYMBOL-MACRO, :PACKAGE or :METHOD-COMBINATION."
  (let ((found '()) (symbol (definition-symbol name)))
    (flet ((add (place own)
             (let ((entry (if (eq (car place) :method)
                              (append place (list own))
                              place)))
               (unless (find-if (lambda (other)
                                  (and (eq (car other) (car entry))
                                       (equal (nthcdr 4 other)
                                              (nthcdr 4 entry))))
                                found)
                 (push entry found)))))
      (dolist (entry (and symbol (info symbol :sources)))
        (when (same-definition-p name (cadr entry) (car entry))
          (add (cons (car entry) (cddr entry)) (cadr entry))))
      (dolist (file **file-definitions**)
        (do ((i 1 (+ i 2))) ((>= i (length file)))
          (let ((place (decode-definition (svref file i) (svref file 0)))
                (own (svref file (+ i 1))))
            (when (same-definition-p name own (car place))
              (add place own))))))
    (nreverse found)))

(defun function-source-location (function)
  "Return the file, line and column of the definition of FUNCTION, a function or
the name of a function or macro; NIL if they are not known."
  (let* ((name (if (functionp function) (%function-name function) function))
         (entry (find-if (lambda (entry)
                           (member (car entry)
                                   '(:function :macro :generic-function
                                     :structure)))
                         (find-definition-sources name))))
    (if entry
        (values (cadr entry) (caddr entry) (cadddr entry))
        nil)))
