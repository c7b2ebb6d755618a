;;;; MACROEXPAND-ALL: a form without macro calls.

(in-package #:astralisp.runtime)

;;; WALK-FORM expands a form in an environment; each special operator whose subforms
;;; are not simply its arguments has a function of form and environment in the info
;;; of its symbol under :WALKER.

(defvar *call-wrapper* nil
  "A function of a call as it was written and as it is expanded, that answers what
to put in its place; NIL: the expanded call.")

(defun macroexpand-all (form &optional environment)
  "Return FORM with all macro calls and symbol macros in it expanded, also those in
its subforms, as far as ENVIRONMENT tells; local macros are gone, what their bodies
made is there."
  (walk-form form environment))

(defun walk-form (form environment)
  (cond ((symbolp form)
         (multiple-value-bind (expansion expanded)
             (macroexpand-1 form environment)
           (if expanded (walk-form expansion environment) form)))
        ((atom form) form)
        ((consp (car form))
         (cons (walk-lambda (car form) environment)
               (walk-forms (cdr form) environment)))
        (t (walk-compound form environment))))

(defun walk-compound (form environment)
  (let* ((head (car form))
         (local (and environment (values (funcall environment :function head))))
         (walker (and (null local) (info head :walker))))
    (if walker
        (funcall walker form environment)
        (multiple-value-bind (expansion expanded)
            (if (eq local :function)
                (values form nil)
                (macroexpand-1 form environment))
          (if expanded
              (walk-form expansion environment)
              (let ((call (cons head (walk-forms (cdr form) environment))))
                (if *call-wrapper*
                    (funcall *call-wrapper* form call)
                    call)))))))

(defun walk-forms (forms environment)
  (if (consp forms)
      (cons (walk-form (car forms) environment)
            (walk-forms (cdr forms) environment))
      forms))

(defmacro define-walker (names (form environment) &body body)
  "Define how MACROEXPAND-ALL treats forms with the operators NAMES."
  `(dolist (name ',names)
     (set-info name :walker
               (lambda (,form ,environment)
                 (declare (ignorable ,environment))
                 ,@body))))

(define-walker (quote go %layout) (form environment)
  form)

(define-walker (block return-from the eval-when) (form environment)
  (list* (car form) (cadr form) (walk-forms (cddr form) environment)))

(define-walker (tagbody) (form environment)
  (cons (car form)
        (mapcar (lambda (item)
                  (if (consp item) (walk-form item environment) item))
                (cdr form))))

(define-walker (setq) (form environment)
  (if (do ((tail (cdr form) (cddr tail)))
          ((null tail) nil)
        (when (eq :symbol-macro (and environment
                                     (values (funcall environment :variable
                                                      (car tail)))))
          (return t))
        (when (eq :symbol-macro (%variable-kind (car tail)))
          (return t)))
      (walk-form (cons 'progn
                       (let ((forms '()))
                         (do ((tail (cdr form) (cddr tail)))
                             ((null tail) (nreverse forms))
                           (push (walk-setting (car tail) (cadr tail)
                                               environment)
                                 forms))))
                 nil)
      (list* (car form) (walk-forms (cdr form) environment))))

(defun walk-setting (place value environment)
  (let ((expansion (macroexpand place environment)))
    (if (eq expansion place)
        (list 'setq place (walk-form value environment))
        (walk-form (list 'setf expansion value) environment))))

;;; Bodies with declarations

(defun walk-body (body environment)
  "BODY, declarations and forms, walked."
  (multiple-value-bind (forms declarations) (parse-body body nil)
    (append declarations (walk-forms forms environment))))

(defun body-specifiers (body)
  (let ((specifiers '()))
    (dolist (declaration (nth-value 1 (parse-body body nil))
                         (nreverse specifiers))
      (dolist (specifier (cdr declaration))
        (push specifier specifiers)))))

(define-walker (locally) (form environment)
  (cons (car form)
        (walk-body (cdr form)
                   (augment-environment
                    environment :declare (body-specifiers (cdr form))))))

(defun binding-variable (binding)
  (if (consp binding) (car binding) binding))

(define-walker (let) (form environment)
  (let ((variables (mapcar #'binding-variable (cadr form))))
    (list* (car form)
           (mapcar (lambda (binding)
                     (if (consp binding)
                         (cons (car binding)
                               (walk-forms (cdr binding) environment))
                         binding))
                   (cadr form))
           (walk-body (cddr form)
                      (augment-environment
                       environment :variable variables
                       :declare (body-specifiers (cddr form)))))))

(define-walker (let*) (form environment)
  (let ((bindings '()))
    (dolist (binding (cadr form))
      (push (if (consp binding)
                (cons (car binding) (walk-forms (cdr binding) environment))
                binding)
            bindings)
      (setq environment
            (augment-environment environment
                                 :variable (list (binding-variable binding)))))
    (list* (car form) (nreverse bindings)
           (walk-body (cddr form)
                      (augment-environment
                       environment :declare (body-specifiers (cddr form)))))))

(define-walker (%mv-let) (form environment)
  (list* (car form) (cadr form) (walk-form (caddr form) environment)
         (walk-body (cdddr form)
                    (augment-environment
                     environment :variable (cadr form)
                     :declare (body-specifiers (cdddr form))))))

;;; Functions

(defun walk-lambda-list (lambda-list environment)
  "LAMBDA-LIST with its default forms walked, and the environment of the body."
  (let ((result '()) (state nil))
    (flet ((bind (variable)
             (setq environment
                   (augment-environment environment
                                        :variable (list variable)))))
      (dolist (item lambda-list)
        (cond ((memq item lambda-list-keywords)
               (setq state item)
               (push item result))
              ((atom item)
               (push item result)
               (bind item))
              (t
               (push (if (consp (cdr item))
                         (list* (car item)
                                (walk-form (cadr item) environment)
                                (cddr item))
                         item)
                     result)
               (bind (if (consp (car item)) (cadr (car item)) (car item)))
               (when (and (consp (cdr item)) (consp (cddr item)))
                 (bind (caddr item)))))))
    (values (nreverse result) environment)))

(defun walk-function (lambda-list body environment)
  "LAMBDA-LIST and BODY, walked, as one list."
  (multiple-value-bind (lambda-list inner)
      (walk-lambda-list lambda-list environment)
    (multiple-value-bind (forms declarations documentation) (parse-body body)
      (cons lambda-list
            (append (if documentation (list documentation) '())
                    declarations
                    (walk-forms forms
                                (augment-environment
                                 inner :declare (body-specifiers
                                                 (append declarations
                                                         '(nil))))))))))

(defun walk-lambda (expression environment)
  "The lambda EXPRESSION, walked."
  (if (eq (car expression) 'lambda)
      (cons 'lambda (walk-function (cadr expression) (cddr expression)
                                   environment))
      expression))

(define-walker (function) (form environment)
  (if (consp (cadr form))
      (list (car form)
            (if (eq (car (cadr form)) '%named-lambda)
                (walk-form (cadr form) environment)
                (walk-lambda (cadr form) environment)))
      form))

(define-walker (%named-lambda %defun) (form environment)
  (list* (car form) (cadr form)
         (walk-function (caddr form) (cdddr form) environment)))

(defun walk-definitions (definitions environment)
  (mapcar (lambda (definition)
            (cons (car definition)
                  (walk-function (cadr definition) (cddr definition)
                                 environment)))
          definitions))

(define-walker (flet labels) (form environment)
  (let ((inner (augment-environment environment
                                    :function (mapcar #'car (cadr form)))))
    (list* (car form)
           (walk-definitions (cadr form)
                             (if (eq (car form) 'flet) environment inner))
           (walk-body (cddr form) inner))))

;;; Local macros disappear.

(define-walker (macrolet) (form environment)
  (let ((macros (mapcar (lambda (definition)
                          (list (car definition)
                                (enclose (astralisp:parse-macro
                                          (car definition) (cadr definition)
                                          (cddr definition))
                                         environment)))
                        (cadr form))))
    (cons 'locally
          (walk-body (cddr form)
                     (augment-environment environment :macro macros)))))

(define-walker (symbol-macrolet) (form environment)
  (cons 'locally
        (walk-body (cddr form)
                   (augment-environment
                    environment :symbol-macro (cadr form)
                    :declare (body-specifiers (cddr form))))))
