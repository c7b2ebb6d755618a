;;;; Macros that define functions, variables, constants and macros, and
;;;; proclamations (CLHS 3.8, 5.3).

(in-package #:astralisp.runtime)

(defmacro eval-always (&body forms)
  `(eval-when (:compile-toplevel :load-toplevel :execute) ,@forms))

(defmacro destructuring-bind (lambda-list form &body body)
  "Bind the variables of LAMBDA-LIST to the parts of the list FORM evaluates
to. Signal an error when they do not fit. CLHS DESTRUCTURING-BIND."
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((source (temporary "LIST")))
      (let*-form (nreverse-onto
                  (destructure-lambda-list
                   lambda-list source 'destructuring-bind
                   (list (list source form)))
                  nil)
                 declarations forms))))

;;; Function names.

(%defun setf-name-p (name)
  (and (consp name) (eq (car name) 'setf)
       (consp (cdr name)) (symbolp (car (cdr name)))
       (null (cdr (cdr name)))))

(%defun function-name-p (name)
  (or (symbolp name) (setf-name-p name)))

(%defun check-function-name (name)
  (if (function-name-p name)
      name
      (error 'simple-type-error
             :datum name :expected-type '(satisfies function-name-p)
             :format-control "~S is not the name of a function"
             :format-arguments (list name))))

;;; Knowledge about a function name is kept with its symbol, under KEY for a
;;; symbol and SETF-KEY for a list (setf symbol).
(%defun function-info (name key setf-key)
  (if (symbolp name)
      (info name key)
      (info (car (cdr name)) setf-key)))

(%defun set-function-info (name key setf-key value)
  (if (symbolp name)
      (set-info name key value)
      (set-info (car (cdr name)) setf-key value)))

(%defun documentation-forms (name kind documentation)
  (if documentation
      `((set-documentation ',name ',kind ,documentation))
      nil))

;;; Forget that NAME was a structure accessor: it is defined anew.
(%defun forget-accessor (name)
  (set-info name :accessor nil)
  (set-info name :compiler-macro nil))

(defmacro defun (&environment environment name lambda-list &body body)
  "Define the global function NAME with LAMBDA-LIST and BODY; return NAME.
CLHS DEFUN."
  (check-function-name name)
  (%mv-let (forms declarations documentation) (parse-body body)
    (let ((lambda-body
            `(,@declarations (block ,(block-name name) ,@forms))))
      `(progn
         ,@(lock-check-forms name "defining the function" environment)
         ,@(when (and (symbolp name) (info name :accessor))
             `((eval-always (forget-accessor ',name))))
         ,@(when (and (null environment)
                      (eq (function-info name :inline :setf-inline) :inline))
             `((eval-always
                 (set-function-info
                  ',name :inline-lambda :setf-inline-lambda
                  '(lambda ,lambda-list ,@lambda-body)))))
         (%defun ,name ,lambda-list ,@lambda-body)
         ,@(documentation-forms name 'function documentation)
         ',name))))

;;; Variables.

(%defun check-variable-name (name)
  (unless (and (symbolp name) name (not (eq name t)))
    (error 'simple-program-error
           :format-control "~S is not the name of a variable"
           :format-arguments (list name))))

(defmacro defvar (&environment environment
                  name &optional (value nil value-p) documentation)
  "Make NAME a special variable; set it to VALUE if it is unbound.
CLHS DEFVAR."
  (check-variable-name name)
  `(progn
     ,@(lock-check-forms name "defining the variable" environment)
     (eval-always (proclaim-special ',name))
     ,@(when value-p
         `((unless (boundp ',name) (setq ,name ,value))))
     ,@(documentation-forms name 'variable documentation)
     ',name))

(defmacro defparameter (&environment environment
                        name value &optional documentation)
  "Make NAME a special variable and set it to VALUE. CLHS DEFPARAMETER."
  (check-variable-name name)
  `(progn
     ,@(lock-check-forms name "defining the variable" environment)
     (eval-always (proclaim-special ',name))
     (setq ,name ,value)
     ,@(documentation-forms name 'variable documentation)
     ',name))

(defmacro defglobal (name value &optional documentation)
  "Make NAME a global variable that cannot be bound; set it to VALUE if it
is unbound."
  `(progn
     (eval-always (%set-variable-kind ',name :global))
     (unless (boundp ',name) (setq ,name ,value))
     ,@(documentation-forms name 'variable documentation)
     ',name))

(defmacro defconstant (&environment environment
                       name value &optional documentation)
  "Make NAME a constant with VALUE. Signal an error when it has another
value already. CLHS DEFCONSTANT."
  (check-variable-name name)
  `(progn
     ,@(lock-check-forms name "defining the constant" environment)
     (eval-always (define-constant ',name ,value))
     ,@(documentation-forms name 'variable documentation)
     ',name))

(defun define-constant (name value)
  (cond ((not (boundp name))
         (%set-global-value name value))
        ((not (eq (%variable-kind name) :constant))
         (when (eq (%variable-kind name) :special)
           (cerror "Make it a constant." 'simple-program-error
                   :format-control "the variable ~S is special already"
                   :format-arguments (list name)))
         (%set-global-value name value))
        ((not (or (eql (%global-value name) value)
                  (equal (%global-value name) value)))
         (cerror "Give it the new value." 'simple-program-error
                 :format-control "the constant ~S is ~S already, not ~S"
                 :format-arguments (list name (%global-value name) value))
         (when (%global-value '**change-hook**)
           (funcall (%global-value '**change-hook**)
                    name :constant (%global-value name) value))
         (%set-global-value name value)))
  (%set-variable-kind name :constant)
  name)

(defmacro define-symbol-macro (&environment environment name expansion)
  "Make NAME stand for EXPANSION. CLHS DEFINE-SYMBOL-MACRO."
  (check-variable-name name)
  (check-symbol-lock name "defining the symbol macro" environment)
  `(progn
     (eval-always
       (define-global-symbol-macro ',name ',expansion))
     ',name))

(defun define-global-symbol-macro (name expansion)
  (when (eq (%variable-kind name) :special)
    (error 'simple-program-error
           :format-control "the variable ~S is special already"
           :format-arguments (list name)))
  (set-info name :symbol-macro expansion)
  (%set-variable-kind name :symbol-macro))

;;; Compiler macros.

;;; The arguments of FORM, a call of a function by name or through FUNCALL.
(defun compiler-macro-arguments (form)
  (if (eq (car form) 'funcall)
      (cdr (cdr form))
      (cdr form)))

(defmacro define-compiler-macro (&environment environment
                                 name lambda-list &body body)
  "Define how the compiler may expand calls of the function NAME: BODY
returns another form, or the form itself. CLHS DEFINE-COMPILER-MACRO."
  (check-function-name name)
  (check-symbol-lock name "defining the compiler macro" environment)
  (%mv-let (function documentation)
      (parse-macro name lambda-list body 'compiler-macro-arguments)
    `(progn
       (eval-always
         (set-function-info ',name :compiler-macro :setf-compiler-macro
                            ,function))
       ,@(documentation-forms name 'compiler-macro documentation)
       ',name)))

;;; Proclamations.

(defglobal **policy** '((speed . 1) (safety . 1) (debug . 1) (space . 1)
                        (compilation-speed . 1)))

;;; Names of declarations that were proclaimed to be such.
(defglobal **declarations** '())

;;; Types of conditions that the compiler keeps to itself.
(defglobal **muffled** '())

;;; The name of a type cannot be that of a declaration (CLHS DECLARATION).

(defun check-not-type (name)
  (when (or (info name :type-expander) (info name :structure)
            (info name :condition)
            (and (fboundp 'find-class) (find-class name nil)))
    (error 'simple-program-error
           :format-control "~S is a type: it cannot be a declaration"
           :format-arguments (list name))))

(defun check-not-declaration (name)
  (when (and (symbolp name) (info name :declaration))
    (error 'simple-program-error
           :format-control "~S is a declaration: it cannot be a type"
           :format-arguments (list name))))

(defun proclaim-special (name)
  (case (%variable-kind name)
    ((:constant :symbol-macro)
     (error 'simple-program-error
            :format-control "~S is not a variable: it cannot be special"
            :format-arguments (list name)))
    (t (%set-variable-kind name :special))))

(defun proclaim-policy (qualities)
  (dolist (quality qualities)
    (let* ((name (if (consp quality) (car quality) quality))
           (value (if (consp quality) (car (cdr quality)) 3)))
      (unless (and name (symbolp name) (memq value '(0 1 2 3)))
        (error 'simple-program-error
               :format-control "~S is not a quality with a value from 0 to 3"
               :format-arguments (list quality)))
      (setq **policy** (cons (cons name value)
                             (remove-association name **policy**))))))

(defun remove-association (key alist)
  (cond ((null alist) nil)
        ((eq (car (car alist)) key) (cdr alist))
        (t (cons (car alist) (remove-association key (cdr alist))))))

(defun proclaim-types (type names)
  (dolist (name names)
    (check-symbol-lock name "proclaiming the type of" nil)
    (set-info name :declared-type type)))

(defun proclaim-function-types (type names)
  (dolist (name names)
    (check-symbol-lock name "proclaiming the type of" nil)
    (set-function-info name :ftype :setf-ftype type)))

(defun proclaim-inline (how names)
  (dolist (name names)
    (set-function-info name :inline :setf-inline how)))

(defun proper-list-length (list)
  "The length of LIST, or NIL if it is not a proper list; it is not circular."
  (let ((count 0))
    (loop-forever
      (cond ((null list) (return count))
            ((atom list) (return nil)))
      (setq count (+ count 1)
            list (cdr list)))))

;;; Signal an error unless SPECIFIER is a declaration of names, or of something else.
(defun check-proclamation (specifier)
  (let ((kind (if (consp specifier) (car specifier) nil)))
    (unless (and (consp specifier) (or (consp kind) (and kind (symbolp kind)))
                 (proper-list-length specifier))
      (error 'simple-program-error
             :format-control "~S is not a declaration"
             :format-arguments (list specifier)))
    (unless (memq kind '(optimize muffle-conditions unmuffle-conditions))
      (dolist (name (if (memq kind '(type ftype))
                        (cdr (cdr specifier))
                        (cdr specifier)))
        (unless (or (symbolp name)
                    (and (memq kind '(ftype inline notinline ignore ignorable
                                      dynamic-extent))
                         (consp name) (consp (cdr name))
                         (symbolp (car (cdr name)))))
          (error 'simple-program-error
                 :format-control "~S in the declaration ~S is not a name"
                 :format-arguments (list name specifier)))))))

(defun proclaim (specifier)
  "Make the declaration SPECIFIER hold globally. CLHS PROCLAIM."
  (check-proclamation specifier)
  (let ((kind (car specifier))
        (rest (cdr specifier)))
    (case kind
      (special (dolist (name rest)
                 (check-symbol-lock name "proclaiming special" nil)
                 (proclaim-special name)))
      (optimize (proclaim-policy rest))
      (inline (proclaim-inline :inline rest))
      (notinline (proclaim-inline :notinline rest))
      (type (proclaim-types (car rest) (cdr rest)))
      (ftype (proclaim-function-types (car rest) (cdr rest)))
      (declaration
       (dolist (name rest)
         (check-not-type name)
         (unless (memq name **declarations**)
           (setq **declarations** (cons name **declarations**)))
         (set-info name :declaration t)))
      (global
       (dolist (name rest) (%set-variable-kind name :global)))
      ((ignore ignorable dynamic-extent) nil)
      (muffle-conditions (setq **muffled** (append rest **muffled**)))
      (unmuffle-conditions
       (setq **muffled** (remove-if (lambda (type) (member type rest
                                                           :test #'equal))
                                    **muffled**)))
      (t (unless (and (symbolp kind) (info kind :declaration))
           (proclaim-types kind rest))))
    nil))

(defmacro declaim (&rest specifiers)
  "Make the declarations SPECIFIERS hold globally, at compile time and when
loaded. CLHS DECLAIM."
  (let ((forms nil))
    (dolist (specifier specifiers)
      (setq forms (cons `(proclaim ',specifier) forms)))
    `(eval-always ,@(nreverse-onto forms nil) nil)))

(defmacro in-package (name)
  "Make the package called NAME the current package. CLHS IN-PACKAGE."
  `(eval-always (setq *package* (find-package-or-error ',(string name)))))

;;; Variables and constants that engines have from the start.

(eval-always
  (%set-variable-kind '*package* :special)
  (%set-variable-kind 'nil :constant)
  (%set-variable-kind 't :constant))

;;; A compiler knows the values for its target: they are written here.
(%set-global-value 'most-positive-fixnum most-positive-fixnum)
(%set-global-value 'most-negative-fixnum most-negative-fixnum)
(%set-variable-kind 'most-positive-fixnum :constant)
(%set-variable-kind 'most-negative-fixnum :constant)
