;;;; Functions and their names, macros, evaluation, constant forms
;;;; (CLHS 3.8, 5.3).

(in-package #:astralisp.runtime)

(defconstant call-arguments-limit 1024
  "More than the number of arguments of any call.")
(defconstant lambda-parameters-limit 1024
  "More than the number of parameters of any lambda list.")
(defconstant multiple-values-limit 1024
  "More than the number of values of any form.")
(defconstant lambda-list-keywords
  '(&allow-other-keys &aux &body &environment &key &optional &rest &whole)
  "The keywords that may stand in lambda lists.")

(defun identity (object)
  "Return OBJECT. CLHS IDENTITY."
  object)

(defun constantly (value)
  "Return a function of any arguments that returns VALUE. CLHS CONSTANTLY."
  (lambda (&rest arguments)
    (declare (ignore arguments))
    value))

(defun complement (function)
  "Return a function that returns true when FUNCTION returns false.
CLHS COMPLEMENT."
  (let ((function (function-designator function)))
    (lambda (&rest arguments)
      (not (apply function arguments)))))

(defglobal **special-operators**
  '(block catch eval-when flet function go if labels let let* load-time-value
    locally macrolet multiple-value-call multiple-value-prog1 progn progv
    quote return-from setq symbol-macrolet tagbody the throw unwind-protect))

(defun special-operator-p (symbol)
  "True if SYMBOL names a special operator. CLHS SPECIAL-OPERATOR-P."
  (unless (symbolp symbol)
    (type-failure symbol 'symbol))
  (not (null (memq symbol **special-operators**))))

;;; The definition of a name. Macros and special operators have, as the
;;; standard allows, an object in place of a function.

(defun fdefinition (name)
  "Return the function called NAME; signal UNDEFINED-FUNCTION without one.
CLHS FDEFINITION."
  (check-function-name name)
  (or (%fdefinition name)
      (and (symbolp name)
           (or (%macro-function name)
               (and (special-operator-p name)
                    (list :special-operator name))))
      (error 'undefined-function :name name)))

(defun set-fdefinition (name function)
  (check-function-name name)
  (unless (functionp function)
    (type-failure function 'function))
  (check-symbol-lock name "defining the function" nil)
  (when (symbolp name)
    (when (special-operator-p name)
      (error 'simple-program-error
             :format-control "~S is a special operator: it cannot be defined"
             :format-arguments (list name)))
    (when (info name :accessor)
      (forget-accessor name))
    (when (%macro-function name)
      (%set-macro-function name nil)))
  (%set-fdefinition name function)
  function)

(defsetf fdefinition set-fdefinition)

(defun symbol-function (symbol)
  "Return the function called SYMBOL; signal UNDEFINED-FUNCTION without one.
CLHS SYMBOL-FUNCTION."
  (unless (symbolp symbol)
    (type-failure symbol 'symbol))
  (fdefinition symbol))

(defsetf symbol-function set-fdefinition)

(defun fboundp (name)
  "True if NAME has a definition as a function, macro or special operator.
CLHS FBOUNDP."
  (check-function-name name)
  (or (not (null (%fdefinition name)))
      (and (symbolp name)
           (or (not (null (%macro-function name)))
               (special-operator-p name)))))

(defun fmakunbound (name)
  "Remove the definition of NAME; return NAME. CLHS FMAKUNBOUND."
  (check-function-name name)
  (check-symbol-lock name "removing the definition of" nil)
  (when (symbolp name)
    (%set-macro-function name nil)
    (when (info name :accessor)
      (forget-accessor name)))
  (%fmakunbound name)
  name)

(defun (setf macro-function) (function symbol &optional environment)
  (declare (ignore environment))
  (unless (symbolp symbol)
    (type-failure symbol 'symbol))
  (unless (functionp function)
    (type-failure function 'function))
  (check-symbol-lock symbol "defining the macro" nil)
  (%set-macro-function symbol function)
  function)

(defun compiler-macro-function (name &optional environment)
  "Return the compiler macro of the function NAME, or NIL.
CLHS COMPILER-MACRO-FUNCTION."
  (check-function-name name)
  (if (and environment (symbolp name)
           (local-function-kind name environment))
      nil
      (function-info name :compiler-macro :setf-compiler-macro)))

(defun (setf compiler-macro-function) (function name &optional environment)
  (declare (ignore environment))
  (check-function-name name)
  (check-symbol-lock name "defining the compiler macro" nil)
  (set-function-info name :compiler-macro :setf-compiler-macro function)
  function)

(defun function-lambda-expression (function)
  "Return what is known of how FUNCTION was written: NIL, true (it may have
been closed over variables) and its name. CLHS FUNCTION-LAMBDA-EXPRESSION."
  (unless (functionp function)
    (type-failure function 'function))
  (values nil t (%function-name function)))

;;; Evaluation.

(defun eval (form)
  "Return the values of FORM, evaluated in the global environment. CLHS EVAL."
  (if (consp form)
      (call-evaluating (lambda () (%eval form nil)))
      (%eval form nil)))

(defun compile (name &optional (definition nil definition-p))
  "Compile DEFINITION, a lambda expression, and make it the function or macro
NAME, or return it when NAME is NIL. Return as second value whether the compiler
warned, as third whether it did more than a style warning. CLHS COMPILE."
  (cond ((not definition-p)
         (let ((function (or (and (symbolp name) (%macro-function name))
                             (fdefinition name))))
           (values (or name function) nil nil)))
        (t
         (%mv-let (function warnings-p failure-p)
             (if (functionp definition)
                 (values definition nil nil)
                 (call-counting-diagnostics
                  (lambda () (%compile definition name))))
           (cond ((null name) (values function warnings-p failure-p))
                 (t
                  (if (and (symbolp name) (%macro-function name))
                      (%set-macro-function name function)
                      (set-fdefinition name function))
                  (values name warnings-p failure-p)))))))

(defvar *evaluation-debug* nil
  "NIL, or the least DEBUG quality of what is compiled: the listener binds it,
so that the debugger can show the variables of what was typed.")

(defvar *compile-file-pathname* nil
  "The pathname of the file that COMPILE-FILE is compiling, or NIL.")
(defvar *compile-file-truename* nil
  "The truename of the file that COMPILE-FILE is compiling, or NIL.")
(defvar *compile-verbose* nil
  "Whether COMPILE-FILE names the files it compiles.")
(defvar *compile-print* nil
  "Whether COMPILE-FILE names the forms it compiles.")

(defun constantp (form &optional environment)
  "True if FORM always evaluates to the same value. CLHS CONSTANTP."
  (cond ((symbolp form)
         (and (or (null environment)
                  (null (funcall environment :variable form)))
              (or (keywordp form)
                  (eq (%variable-kind form) :constant))))
        ((consp form) (eq (car form) 'quote))
        (t t)))

(defmacro with-compilation-unit ((&rest options) &body forms)
  "Evaluate FORMS; what the compiler can only know at the end, like which functions
are undefined, is reported there. OPTIONS: :OVERRIDE true begins a unit of its own
inside another; :POLICY is a list of OPTIMIZE qualities. CLHS WITH-COMPILATION-UNIT."
  `(call-with-compilation-unit (lambda () ,@forms) ,@options))

;;; Documentation: kept with names; that of a package among its properties.

;;; The name and kind under which the documentation of OBJECT is kept. Functions
;;; without a name that can be defined are kept in a weak table.
(defglobal **function-documentation** nil)

(defun documentation-place (object kind)
  (cond ((functionp object)
         (let ((name (%function-name object)))
           (if (and name (function-name-p name) (not (eq name 'lambda)))
               (values name 'function)
               (values object 'function))))
        ((packagep object) (values object 'package))
        ((and (%instancep object)
              (symbolp (%instance-ref (%instance-layout object) 0)))
         (values (%instance-ref (%instance-layout object) 0) 'type))
        (t (values object kind))))

(defun named-documentation (object kind)
  "The documentation string of KIND of OBJECT, a name, a function or a package,
or NIL."
  (multiple-value-bind (name kind) (documentation-place object kind)
    (cond ((packagep name) (package-property name :documentation))
          ((functionp name)
           (and **function-documentation**
                (values (gethash name **function-documentation**))))
          ((symbolp name)
           (cdr (assq kind (info name :documentation))))
          ((setf-name-p name)
           (cdr (assq :setf-function
                      (info (cadr name) :documentation))))
          (t nil))))

(defun set-named-documentation (string object kind)
  (multiple-value-bind (name kind) (documentation-place object kind)
    (cond ((packagep name)
           (set-package-property name :documentation string))
          ((functionp name)
           (unless **function-documentation**
             (setq **function-documentation**
                   (make-hash-table :test 'eq :weakness :key)))
           (setf (gethash name **function-documentation**) string))
          ((function-name-p name)
           (set-documentation name kind string)))
    string))

;;; Places that apply another place's function.

(define-setf-expander apply (&environment environment function &rest arguments)
  (declare (ignore environment))
  (unless (and (consp function) (eq (car function) 'function)
               (symbolp (cadr function)))
    (error 'simple-program-error
           :format-control "~S is not a place: its function has no name"
           :format-arguments (list `(apply ,function ,@arguments))))
  (multiple-value-bind (variables values arguments) (bind-forms arguments)
    (let ((store (temporary "NEW")))
      (values variables values (list store)
              `(apply #'(setf ,(cadr function)) ,store ,@arguments)
              `(apply ,function ,@arguments)))))

(define-setf-expander the (&environment environment type place)
  (multiple-value-bind (variables values stores setter getter)
      (get-setf-expansion place environment)
    (values variables values stores
            `(%mv-let ,stores (the ,type (values ,@stores)) ,setter)
            `(the ,type ,getter))))

(define-setf-expander values (&environment environment &rest places)
  (let ((variables nil)
        (values nil)
        (stores nil)
        (setters nil)
        (getters nil))
    (dolist (place places)
      (multiple-value-bind (own-variables own-values own-stores setter getter)
          (get-setf-expansion place environment)
        (setq variables (append variables own-variables
                                (rest own-stores))
              values (append values own-values
                             (mapcar (constantly nil) (rest own-stores))))
        (push (if own-stores (first own-stores) (temporary "UNUSED")) stores)
        (push setter setters)
        (push getter getters)))
    (values variables values (reverse stores)
            `(values ,@(reverse setters))
            `(values ,@(reverse getters)))))
