;;;; Environments as objects: what is known of names in them (CLtL2 8.5).

(in-package #:astralisp.runtime)

;;; An environment is NIL or a function of a kind and a name (docs/primitives.md).
;;; One that answers true to :EXTENDED also answers :VARIABLE-DECLARATIONS and
;;; :FUNCTION-DECLARATIONS of a name with an alist, and :DECLARATION of a name with
;;; a value and true.

(defun ask-environment (environment kind name)
  "The answer of ENVIRONMENT about NAME to an extended question of KIND, and its
second value; NIL if it knows no such questions."
  (if (and environment (funcall environment :extended nil))
      (funcall environment kind name)
      (values nil nil)))

(defun variable-information (variable &optional environment)
  "Return three values about the symbol VARIABLE in ENVIRONMENT: :LEXICAL, :SPECIAL,
:SYMBOL-MACRO, :CONSTANT or NIL; whether the binding is local; and an alist of
declarations: TYPE, IGNORE, DYNAMIC-EXTENT and those of DEFINE-DECLARATION."
  (let ((local (and environment (values (funcall environment :variable
                                                 variable))))
        (declarations (ask-environment environment :variable-declarations
                                       variable)))
    (if local
        (values local t declarations)
        (values (if (keywordp variable)
                    :constant
                    (case (%variable-kind variable)
                      (:global :special)
                      (t (%variable-kind variable))))
                nil
                (append declarations
                        (let ((type (info variable :declared-type)))
                          (if type (list (cons 'type type)) '())))))))

(defun function-information (function &optional environment)
  "Return three values about the name FUNCTION in ENVIRONMENT: :FUNCTION, :MACRO,
:SPECIAL-FORM or NIL; whether the definition is local; and an alist of declarations:
INLINE, FTYPE, DYNAMIC-EXTENT and those of DEFINE-DECLARATION."
  (let ((local (and environment (values (funcall environment :function
                                                 function))))
        (declarations (ask-environment environment :function-declarations
                                       function)))
    (cond (local (values local t declarations))
          (t (values (global-function-kind function) nil
                     (append declarations
                             (global-function-declarations function)))))))

(defun global-function-kind (name)
  (cond ((and (symbolp name) (special-operator-p name)) :special-form)
        ((and (symbolp name) (%macro-function name)) :macro)
        ((%fdefinition name) :function)
        (t nil)))

(defun global-function-declarations (name)
  (let ((how (function-info name :inline :setf-inline))
        (type (function-info name :ftype :setf-ftype)))
    (append (if how
                (list (cons 'inline (if (eq how :inline) 'inline 'notinline)))
                '())
            (if type (list (cons 'ftype type)) '()))))

(defun policy-declarations ()
  (mapcar (lambda (quality)
            (list quality (or (cdr (assq quality **policy**)) 1)))
          '(speed safety debug space compilation-speed)))

(defun declaration-information (name &optional environment)
  "Return what is declared under NAME in ENVIRONMENT: for OPTIMIZE a list of lists of
quality and value, for DECLARATION the list of the names that may be declared, else
what a declaration of DEFINE-DECLARATION stored."
  (multiple-value-bind (value known)
      (ask-environment environment :declaration name)
    (cond (known value)
          ((eq name 'optimize) (policy-declarations))
          ((eq name 'declaration) **declarations**)
          ((and (symbolp name) (info name :declared-value))
           (car (info name :declared-value)))
          (t nil))))

;;; Environments made by hand.

(defun declaration-facts (specifier environment)
  "What the declaration SPECIFIER says: lists (:VARIABLE name key . value),
\(:FUNCTION name key . value) or (:DECLARATION name . value)."
  (let ((head (car specifier))
        (rest (cdr specifier)))
    (flet ((about (kind key value names)
             (mapcar (lambda (name)
                       (if (and (consp name) (eq (car name) 'function))
                           (list* :function (cadr name) key value)
                           (list* kind name key value)))
                     names)))
      (cond ((and (symbolp head) (info head :declaration-function))
             (defined-declaration-facts
              (info head :declaration-function) specifier environment))
            (t
             (case head
               (type (about :variable 'type (car rest) (cdr rest)))
               (ftype (about :function 'ftype (car rest) (cdr rest)))
               ((ignore ignorable) (about :variable 'ignore head rest))
               (dynamic-extent (about :variable 'dynamic-extent t rest))
               ((inline notinline) (about :function 'inline head rest))
               (special (about :variable :special t rest))
               (optimize
                (list (list* :declaration 'optimize
                             (merge-qualities rest environment))))
               (t (if (or (consp head)
                          (not (info head :declaration)))
                      (about :variable 'type head rest)
                      '()))))))))

(defun defined-declaration-facts (function specifier environment)
  (multiple-value-bind (kind facts) (funcall function specifier environment)
    (case kind
      (:declare (list (list* :declaration (car facts) (cdr facts))))
      (t (mapcar (lambda (fact)
                   (list* kind (car fact) (cadr fact)
                          (if (consp (cddr fact))
                              (caddr fact)
                              (cddr fact))))
                 facts)))))

(defun merge-qualities (qualities environment)
  (let ((result (mapcar #'copy-list
                        (declaration-information 'optimize environment))))
    (dolist (quality qualities result)
      (let* ((name (if (consp quality) (car quality) quality))
             (value (if (consp quality) (cadr quality) 3))
             (entry (assq name result)))
        (if entry
            (setf (cadr entry) value)
            (push (list name value) result))))))

(defun fact-alist (facts kind name)
  "The alist of what FACTS say of NAME, a KIND."
  (let ((alist '()))
    (dolist (fact facts (nreverse alist))
      (when (and (eq (car fact) kind) (equal (cadr fact) name)
                 (not (eq (caddr fact) :special)))
        (push (cddr fact) alist)))))

(defun augment-environment (environment &key variable symbol-macro function
                                          macro declare)
  "Return ENVIRONMENT with the symbols VARIABLE bound, the lists (name expansion) of
SYMBOL-MACRO, the function names FUNCTION, the lists (name macro-function) of MACRO,
and the declaration specifiers DECLARE."
  (let* ((facts (mapcan (lambda (specifier)
                          (declaration-facts specifier environment))
                        declare))
         (specials (mapcan (lambda (fact)
                             (if (and (eq (car fact) :variable)
                                      (eq (caddr fact) :special))
                                 (list (cadr fact))
                                 '()))
                           facts)))
    (labels ((outer (kind name)
               (if environment (funcall environment kind name) nil))
             (special-p (name)
               (or (memq name specials)
                   (eq (%variable-kind name) :special)))
             (about-variable (name)
               (let ((entry (assq name symbol-macro)))
                 (cond (entry (values :symbol-macro (cadr entry)))
                       ((memq name variable)
                        (if (special-p name) :special :lexical))
                       ((memq name specials) :special)
                       (t (outer :variable name)))))
             (about-function (name)
               (let ((entry (assoc name macro :test #'equal)))
                 (cond (entry (values :macro (cadr entry)))
                       ((member name function :test #'equal) :function)
                       (t (outer :function name)))))
             (about-declarations (kind question name bound)
               (append (fact-alist facts kind name)
                       (if bound
                           '()
                           (ask-environment environment question name))))
             (about-declaration (name)
               (let ((fact (find-if (lambda (fact)
                                      (and (eq (car fact) :declaration)
                                           (eq (cadr fact) name)))
                                    facts)))
                 (if fact
                     (values (cddr fact) t)
                     (ask-environment environment :declaration name)))))
      (lambda (kind name)
        (ecase kind
          (:variable (about-variable name))
          (:function (about-function name))
          (:extended t)
          (:variable-declarations
           (about-declarations :variable kind name
                               (or (memq name variable)
                                   (assq name symbol-macro))))
          (:function-declarations
           (about-declarations :function kind name
                               (or (member name function :test #'equal)
                                   (assoc name macro :test #'equal))))
          (:declaration (about-declaration name)))))))

(defun enclose (lambda-expression &optional environment)
  "Return the function of LAMBDA-EXPRESSION, in which the macros and symbol macros of
ENVIRONMENT are seen."
  (%eval (list 'function lambda-expression) environment))

(defun astralisp:parse-macro (name lambda-list body &optional environment)
  "Return a lambda expression of a form and an environment that expands calls of the
macro NAME with LAMBDA-LIST and BODY. ENVIRONMENT is not used."
  (declare (ignore environment))
  (cons 'lambda (cddr (parse-macro name lambda-list body))))

(defmacro define-declaration (name lambda-list &body body)
  "Define what the declaration NAME says: BODY, with the variables of LAMBDA-LIST
bound to the specifier and the environment, returns :VARIABLE or :FUNCTION and a list
of lists (name key value), or :DECLARE and a pair of a name and a value."
  `(eval-when (:compile-toplevel :load-toplevel :execute)
     (proclaim '(declaration ,name))
     (set-info ',name :declaration-function (lambda ,lambda-list ,@body))
     ',name))
