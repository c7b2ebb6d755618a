;;;; DEFGENERIC and DEFMETHOD (CLHS 7.6).

(in-package #:astralisp.runtime)

;;; Specialized lambda lists.

(defun split-specialized (lambda-list)
  "The required part of the specialized LAMBDA-LIST and the rest."
  (let ((required '()))
    (do ((tail lambda-list (cdr tail)))
        ((or (atom tail) (memq (car tail) lambda-list-keywords))
         (values (nreverse required) tail))
      (push (car tail) required))))

(defun specialized-variable (parameter)
  (let ((variable (if (consp parameter) (car parameter) parameter)))
    (unless (and (symbolp variable)
                 (or (atom parameter)
                     (and (consp (cdr parameter)) (null (cddr parameter)))))
      (class-error "~S is not a parameter of a method" parameter))
    variable))

(defun parameter-specializer (parameter)
  (if (consp parameter) (cadr parameter) 't))

(defun extract-lambda-list (specialized-lambda-list)
  "Return SPECIALIZED-LAMBDA-LIST without its specializers.
AMOP EXTRACT-LAMBDA-LIST."
  (multiple-value-bind (required rest)
      (split-specialized specialized-lambda-list)
    (append (mapcar #'specialized-variable required) rest)))

(defun extract-specializer-names (specialized-lambda-list)
  "Return the specializer names of SPECIALIZED-LAMBDA-LIST, T where there is
none. AMOP EXTRACT-SPECIALIZER-NAMES."
  (mapcar #'parameter-specializer
          (split-specialized specialized-lambda-list)))

(defun specializer-form (name)
  "A form that yields what SPECIALIZER-DESIGNATOR takes for NAME."
  (if (and (consp name) (eq (car name) 'eql) (consp (cdr name))
           (null (cddr name)))
      `(list 'eql ,(cadr name))
      `',name))

;;; Whether the body of a method may use CALL-NEXT-METHOD or NEXT-METHOD-P:
;;; certainly not when no symbol of these names is in it and no macro that is not
;;; standard, nor a local one.

(defun own-macro-p (symbol)
  (and (macro-function symbol)
       (not (eq (symbol-package symbol)
                (load-time-value (find-package "COMMON-LISP"))))))

(defun may-use-next-p (body)
  (cond ((symbolp body)
         (or (eq body 'call-next-method) (eq body 'next-method-p)))
        ((atom body) nil)
        (t
         (let ((head (car body)))
           (or (and (symbolp head) head
                    (or (memq head '(macrolet symbol-macrolet))
                        (own-macro-p head)))
               (do ((tail body (cdr tail)))
                   ((atom tail) (and tail (may-use-next-p tail)))
                 (when (may-use-next-p (car tail))
                   (return t))))))))

;;; The code of a method: KIND and a form (see metaobjects.lisp).

(defun accepting-all-keys (lambda-list)
  "LAMBDA-LIST with &ALLOW-OTHER-KEYS if it has &KEY: which keywords a call may
have depends on all methods that apply to it."
  (if (and (memq '&key lambda-list)
           (not (memq '&allow-other-keys lambda-list)))
      (let ((aux (memq '&aux lambda-list)))
        (append (ldiff lambda-list aux) '(&allow-other-keys) aux))
      lambda-list))

(defun method-code-form (name required lambda-rest declarations block-name
                         forms)
  (let* ((variables (mapcar #'specialized-variable required))
         (specialized (mapcar #'specialized-variable
                              (remove-if #'symbolp required)))
         (next-p (or (may-use-next-p forms) (may-use-next-p lambda-rest)))
         ;; CALL-NEXT-METHOD may pass on what the body does not name.
         (declarations `((declare (ignorable ,@(if next-p
                                                   variables
                                                   specialized)))
                         ,@declarations))
         (body `((block ,block-name ,@forms)))
         (rest (accepting-all-keys lambda-rest)))
    (if next-p
        (values :next
                (if rest
                    (next-form-with-rest name variables rest declarations
                                         body)
                    (next-form name variables declarations body)))
        (values :plain
                `(%named-lambda ,name (,@variables ,@rest)
                   ,@declarations ,@body)))))

(defun declared-safe-p (declarations)
  "True if DECLARATIONS, or else the global policy, ask for safety 3."
  (let ((safety (cdr (assq 'safety **policy**))))
    (dolist (declaration declarations)
      (dolist (specifier (cdr declaration))
        (when (and (consp specifier) (eq (car specifier) 'optimize))
          (dolist (quality (cdr specifier))
            (cond ((eq quality 'safety) (setq safety 3))
                  ((and (consp quality) (eq (car quality) 'safety))
                   (setq safety (cadr quality))))))))
    (eql safety 3)))

(defun with-next-functions (call-original originals safe-p forms)
  (let ((arguments (temporary "ARGUMENTS")))
    `(flet ((call-next-method (&rest ,arguments)
              (if %next
                  (if ,arguments
                      (progn
                        ,@(and safe-p
                               `((check-next-arguments %method ,originals
                                                       ,arguments)))
                        (apply (the function %next) ,arguments))
                      ,call-original)
                  (no-next %method (or ,arguments ,originals))))
            (next-method-p ()
              (if %next t nil)))
       (declare (ignorable #'call-next-method #'next-method-p)
                (inline call-next-method next-method-p))
       ,@forms)))

(defun next-form (name variables declarations body)
  (let ((originals (mapcar (lambda (variable)
                             (temporary (symbol-name variable)))
                           variables)))
    `(%named-lambda ,name (%next %method)
       (declare (ignorable %next %method))
       (%named-lambda ,name ,originals
         ,(with-next-functions
           `(funcall (the function %next) ,@originals)
           `(list ,@originals)
           (declared-safe-p declarations)
           `((let ,(mapcar #'list variables originals)
               ,@declarations ,@body)))))))

(defun next-form-with-rest (name variables rest declarations body)
  (let ((originals (mapcar (lambda (variable)
                             (temporary (symbol-name variable)))
                           variables))
        (more (temporary "MORE")))
    `(%named-lambda ,name (%next %method)
       (declare (ignorable %next %method))
       (%named-lambda ,name (,@originals &rest ,more)
         ,(with-next-functions
           `(apply (the function %next) ,@originals ,more)
           `(list* ,@originals ,more)
           (declared-safe-p declarations)
           `((apply (%named-lambda ,name (,@variables ,@rest)
                      ,@declarations ,@body)
                    ,@originals ,more)))))))

(defun split-method-arguments (arguments)
  "The qualifiers of a method, its lambda list and the rest."
  (let ((qualifiers '()))
    (while (and (consp arguments)
                (not (listp (car arguments))))
      (push (car arguments) qualifiers)
      (setq arguments (cdr arguments)))
    (unless (consp arguments)
      (class-error "a method has no lambda list"))
    (values (nreverse qualifiers) (car arguments) (cdr arguments))))

(defun method-form (name arguments)
  "A form that makes sure of the method of the generic function NAME which
ARGUMENTS (qualifiers, lambda list, body) describe."
  (multiple-value-bind (qualifiers lambda-list body)
      (split-method-arguments arguments)
    (multiple-value-bind (forms declarations documentation) (parse-body body)
      (multiple-value-bind (required rest) (split-specialized lambda-list)
        (let* ((names (mapcar #'parameter-specializer required))
               (full-name `(method ,name ,@qualifiers ,names)))
          (multiple-value-bind (kind code)
              (method-code-form full-name required rest declarations
                                (block-name name) forms)
            `(load-method ',name ',qualifiers
                          (list ,@(mapcar #'specializer-form names))
                          ',(extract-lambda-list lambda-list)
                          ,kind ,code ,documentation)))))))

(defmacro defmethod (name &rest arguments)
  "Define a method of the generic function NAME: ARGUMENTS are qualifiers, a
specialized lambda list and a body. Return the method. CLHS DEFMETHOD."
  (check-function-name name)
  `(progn
     (eval-when (:compile-toplevel)
       (note-compiled-function ',name))
     ,(method-form name arguments)))

(defun note-compiled-function (name)
  "The file being compiled will define NAME when it is loaded."
  (note-function-defined name :unknown)
  name)

(defun load-method (name qualifiers specializers lambda-list kind code
                    documentation)
  "Add the method that a DEFMETHOD form describes; return it."
  (check-may-be-generic name)
  (let* ((specializers (mapcar #'specializer-designator specializers))
         (gf (or (named-generic-function name)
                 (ensure-generic-function
                  name :lambda-list (generic-lambda-list lambda-list))))
         (method (make-method-object gf qualifiers specializers lambda-list
                                     kind code documentation)))
    (if (or (not **booted**) (standard-gf-p gf))
        (std-add-method gf method)
        (add-method gf method))
    method))

(defun make-method-object (gf qualifiers specializers lambda-list kind code
                           documentation)
  (let ((class (%gf-method-class gf)))
    (if (eq class (named-class 'standard-method))
        (let ((method (make-metaobject 'standard-method)))
          (setf (%method-qualifiers method) qualifiers
                (%method-specializers method) specializers
                (%method-lambda-list method) lambda-list
                (%method-kind method) kind
                (%method-code method) code
                (%method-documentation method) documentation)
          method)
        (make-instance class
                       :qualifiers qualifiers :specializers specializers
                       :lambda-list lambda-list :kind kind :code code
                       :documentation documentation
                       :function (code-amop-function kind code)))))

(defun code-amop-function (kind code)
  (lambda (arguments next-methods)
    (apply (if (eq kind :plain)
               code
               (funcall code (method-chain next-methods) nil))
           arguments)))

;;; DEFGENERIC.

(defglobal **generic-options**
  '(:argument-precedence-order :method-combination :generic-function-class
    :method-class :documentation :method declare))

(defun check-generic-options (options)
  (let ((seen '()))
    (dolist (option options)
      (unless (and (consp option) (symbolp (car option)))
        (class-error "~S is not an option of DEFGENERIC" option))
      (let ((key (car option)))
        (when (and (memq key seen)
                   (not (memq key '(:method declare))))
          (class-error "the option ~S of DEFGENERIC is given twice" key))
        (push key seen)))))

(defun generic-option-initargs (options)
  "The initargs of ENSURE-GENERIC-FUNCTION that OPTIONS mean."
  (let ((initargs '())
        (declarations '()))
    (dolist (option options)
      (let ((key (car option)))
        (case key
          (:method)
          (declare (setq declarations (append declarations (cdr option))))
          ((:argument-precedence-order :method-combination)
           (setq initargs (list* key (cdr option) initargs)))
          ((:generic-function-class :method-class :documentation)
           (setq initargs (list* key (cadr option) initargs)))
          (t
           (setq initargs (list* key (cdr option) initargs))))))
    (check-generic-declarations declarations)
    (if declarations
        (list* :declarations declarations initargs)
        initargs)))

(defun check-generic-declarations (declarations)
  (dolist (declaration declarations)
    (unless (and (consp declaration) (eq (car declaration) 'optimize))
      (class-error "~S is not a declaration for a generic function"
                   declaration))))

(defmacro defgeneric (&environment environment name lambda-list
                      &body options)
  "Define the generic function NAME with LAMBDA-LIST; OPTIONS may give methods.
Return it. CLHS DEFGENERIC."
  (check-function-name name)
  (when (and (symbolp name) (or (special-operator-p name)
                                (macro-function name)))
    (check-may-be-generic name))
  (check-symbol-lock name "defining the generic function" environment)
  (check-generic-options options)
  (check-generic-lambda-list lambda-list)
  (let ((methods (remove :method options :key #'car :test-not #'eq))
        (unknown (find-if-not (lambda (option)
                                (memq (car option) **generic-options**))
                              options)))
    (when (and unknown
               (not (assq :generic-function-class options)))
      (class-error "~S is not an option of DEFGENERIC" unknown))
    `(progn
       (eval-when (:compile-toplevel)
         (note-compiled-function ',name))
       (load-generic ',name
                     :lambda-list ',lambda-list
                     ,@(mapcar (lambda (x) `',x)
                               (generic-option-initargs options)))
       ,@(mapcar (lambda (option)
                   `(note-initial-method
                     ',name ,(method-form name (cdr option))))
                 methods)
       (fdefinition ',name))))

(defun load-generic (name &rest initargs)
  (let ((gf (named-generic-function name)))
    (when gf
      (dolist (method (%gf-initial-methods gf))
        (if (standard-gf-p gf)
            (std-remove-method gf method)
            (remove-method gf method)))
      (setf (%gf-initial-methods gf) '()))
    (apply #'ensure-generic-function name initargs)))

(defun note-initial-method (name method)
  (push method (%gf-initial-methods (fdefinition name)))
  method)
