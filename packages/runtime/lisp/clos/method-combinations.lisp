;;;; DEFINE-METHOD-COMBINATION and the built-in combinations (CLHS 7.6.6.2 to
;;;; 7.6.6.4).
;;;;
;;;; The info of a name has under :METHOD-COMBINATION a cons (name . function);
;;;; FUNCTION takes the generic function, the applicable methods and the list of
;;;; options and returns the effective method form; for STANDARD it is NIL.

(in-package #:astralisp.runtime)

(defun set-method-combination (name function documentation)
  (when documentation
    (set-documentation name 'method-combination documentation))
  (set-info name :method-combination (cons name function))
  ;; Generic functions that use it combine their methods anew.
  (call-with-generic-functions
   (lambda (gf)
     (let ((combination (%gf-combination gf)))
       (when (and combination (eq name (%combination-name combination)))
         (setf (%combination-type combination)
               (info name :method-combination))
         (flush-dispatch-cache gf)))))
  name)

(set-method-combination
 'standard nil
 "The default: :AROUND, :BEFORE, primary and :AFTER methods.")

;;; The short form.

(defun short-combination (name operator identity-with-one-argument gf methods
                          options)
  (let ((order (if options (car options) :most-specific-first))
        (around '())
        (primary '()))
    (unless (memq order '(:most-specific-first :most-specific-last))
      (error "~S is not an order of the method combination ~S" order name))
    (dolist (method methods)
      (let ((qualifiers (%method-qualifiers method)))
        (cond ((equal qualifiers '(:around)) (push method around))
              ((and (eq (car qualifiers) name) (null (cdr qualifiers)))
               (push method primary))
              (t (invalid-qualifiers gf method)))))
    (setq around (nreverse around))
    (unless (eq order :most-specific-last)
      (setq primary (nreverse primary)))
    (if (null primary)
        `(error "the generic function ~S has no method of the combination ~S ~
                 for these arguments"
                ',(%gf-name gf) ',name)
        (short-form operator identity-with-one-argument primary around))))

(defun short-form (operator identity-with-one-argument primary around)
  (let ((form (if (and identity-with-one-argument (null (cdr primary)))
                  `(call-method ,(car primary))
                  `(,operator ,@(mapcar (lambda (method)
                                          `(call-method ,method))
                                        primary)))))
    (if around
        `(call-method ,(car around)
                      (,@(cdr around) (make-method ,form)))
        form)))

(defun short-form-definition (name options)
  (destructuring-bind (&key (operator name) identity-with-one-argument
                            documentation)
      options
    `(progn
       (set-method-combination
        ',name
        (lambda (gf methods options)
          (short-combination ',name ',operator ',identity-with-one-argument
                             gf methods options))
        ',documentation)
       ',name)))

;;; The long form. A method group is (variable pattern... option...); a pattern
;;; is *, a list of qualifiers possibly ending in *, or the name of a predicate.

(defun group-patterns (specifier)
  (let ((patterns '()))
    (dolist (item (cdr specifier) (nreverse patterns))
      (if (or (consp item) (null item) (eq item '*)
              (and (symbolp item) (not (keywordp item))))
          (push item patterns)
          (return (nreverse patterns))))))

(defun group-options (specifier)
  (nthcdr (+ 1 (length (group-patterns specifier))) specifier))

(defun qualifiers-match-p (qualifiers pattern)
  (cond ((eq pattern '*) t)
        ((and (symbolp pattern) pattern) (funcall pattern qualifiers))
        (t
         (loop-forever
           (cond ((eq pattern '*) (return t))
                 ((or (atom pattern) (atom qualifiers))
                  (return (equal pattern qualifiers)))
                 ((or (eq (car pattern) '*)
                      (equal (car pattern) (car qualifiers)))
                  (setq pattern (cdr pattern)
                        qualifiers (cdr qualifiers)))
                 (t (return nil)))))))

(defun method-groups (gf methods groups)
  "METHODS by GROUPS, lists of patterns: a list of lists."
  (let ((found (mapcar (lambda (group)
                         (declare (ignore group))
                         '())
                       groups)))
    (dolist (method methods)
      (do ((tail groups (cdr tail))
           (place found (cdr place)))
          ((null tail) (invalid-qualifiers gf method))
        (when (some (lambda (pattern)
                      (qualifiers-match-p (%method-qualifiers method)
                                          pattern))
                    (car tail))
          (push method (car place))
          (return))))
    (unless (equal groups '((*)))
      (dolist (group found)
        (check-group-order gf group)))
    (mapcar #'nreverse found)))

;;; Methods that differ in their qualifiers only have no order (7.6.6.1.4): in
;;; one group they are an error, unless the body gets all methods and sorts
;;; them itself.
(defun check-group-order (gf methods)
  (do ((tail methods (cdr tail)))
      ((null (cdr tail)))
    (when (equal (%method-specializers (car tail))
                 (%method-specializers (cadr tail)))
      (error "the generic function ~S has methods without an order between ~
              them: ~S and ~S"
             (%gf-name gf) (cadr tail) (car tail)))))

(defun ordered-group (methods order)
  (case order
    (:most-specific-first methods)
    (:most-specific-last (reverse methods))
    (t (error "~S is not an order of methods" order))))

(defun group-bindings (specifiers groups)
  (mapcar (lambda (specifier)
            `(,(car specifier)
              (ordered-group (pop ,groups)
                             ,(getf (group-options specifier) :order
                                    :most-specific-first))))
          specifiers))

(defun required-group-checks (specifiers gf)
  (mapcan (lambda (specifier)
            (if (getf (group-options specifier) :required)
                `((unless ,(car specifier)
                    (error "the generic function ~S has no method of the ~
                            group ~S for these arguments"
                           (%gf-name ,gf) ',(car specifier))))
                '()))
          specifiers))

;;; With (:arguments . lambda-list) the variables stand for forms that compute
;;; the arguments of the call.
(defun arguments-bindings (lambda-list)
  (let ((parts (parse-lambda-list lambda-list t)))
    (append
     (and (svref parts 0) (list (svref parts 0)))
     (mapcar #'parameter-name (svref parts 2))
     (mapcan (lambda (parameter)
               (if (and (consp parameter) (cddr parameter))
                   (list (car parameter) (caddr parameter))
                   (list (parameter-name parameter))))
             (svref parts 3))
     (and (svref parts 4) (list (svref parts 4)))
     (mapcan (lambda (parameter)
               (let ((name (parameter-name parameter)))
                 (cons (if (consp name) (cadr name) name)
                       (if (and (consp parameter) (cddr parameter))
                           (list (caddr parameter))
                           '()))))
             (svref parts 6))
     (mapcar #'parameter-name (svref parts 8)))))

(defun with-arguments-form (lambda-list gf form)
  "FORM, which makes an effective method form, inside of which the variables of
LAMBDA-LIST are bound to the arguments of the call."
  (let ((variables (arguments-bindings lambda-list))
        (temporaries '()))
    (dolist (variable variables)
      (push (temporary (symbol-name variable)) temporaries))
    (setq temporaries (nreverse temporaries))
    `(let ,(mapcar (lambda (variable new) `(,variable ',new))
                   variables temporaries)
       (declare (ignorable ,@variables))
       (arguments-form ',lambda-list ',variables ',temporaries ,gf ,form))))

(defun arguments-form (lambda-list variables temporaries gf form)
  (let ((arguments (temporary "ARGUMENTS")))
    `(%with-call-arguments ,arguments
       (destructuring-bind ,(fitted-lambda-list lambda-list gf)
           ,arguments
         (declare (ignorable ,@variables))
         (let ,(mapcar #'list temporaries variables)
           (declare (ignorable ,@temporaries))
           ,form)))))

;;; Fewer required or optional variables than the call has are bound to the
;;; first of them; more are NIL.
(defun fitted-lambda-list (lambda-list gf)
  (let* ((parts (parse-lambda-list lambda-list t))
         (shape (%gf-shape gf))
         (required (svref parts 2))
         (missing (- (gf-shape-required shape) (length required)))
         (fill '()))
    (dotimes (i (max 0 missing))
      (push (temporary "UNUSED") fill))
    `(,@(and (svref parts 0) (list '&whole (svref parts 0)))
      ,@required ,@fill
      ,@(and (svref parts 3)
             (cons '&optional
                   (append (svref parts 3)
                           (let ((more '()))
                             (dotimes (i (max 0 (- (gf-shape-optional shape)
                                                   (length (svref parts 3))))
                                         more)
                               (push (temporary "UNUSED") more))))))
      ,@(if (svref parts 4)
            (list '&rest (svref parts 4))
            (list '&rest (temporary "UNUSED")))
      ,@(and (svref parts 5) (cons '&key (svref parts 6)))
      ,@(and (svref parts 5) '(&allow-other-keys))
      ,@(and (svref parts 8) (cons '&aux (svref parts 8))))))

(defun combination-options (body)
  "BODY of a long form without its options; the :ARGUMENTS lambda list and the
:GENERIC-FUNCTION variable."
  (let ((arguments nil)
        (gf nil))
    (loop-forever
      (let ((form (car body)))
        (cond ((and (consp form) (eq (car form) :arguments))
               (setq arguments (cdr form)))
              ((and (consp form) (eq (car form) :generic-function))
               (setq gf (cadr form)))
              (t (return (values body arguments gf))))
        (setq body (cdr body))))))

(defun long-form-definition (name lambda-list specifiers body)
  (multiple-value-bind (body arguments gf-variable)
      (combination-options body)
    (multiple-value-bind (forms declarations documentation) (parse-body body)
      (let* ((gf (or gf-variable (temporary "GF")))
             (methods (temporary "METHODS"))
             (options (temporary "OPTIONS"))
             (groups (temporary "GROUPS"))
             (main `(block ,name ,@forms)))
        `(progn
           (set-method-combination
            ',name
            (lambda (,gf ,methods ,options)
              (apply
               (lambda ,lambda-list
                 (let* ((,groups
                          (method-groups
                           ,gf ,methods
                           ',(mapcar #'group-patterns specifiers)))
                        ,@(group-bindings specifiers groups))
                   (declare (ignorable ,groups))
                   ,@declarations
                   ,@(required-group-checks specifiers gf)
                   ,(if arguments
                        (with-arguments-form arguments gf main)
                        main)))
               ,options))
            ,documentation)
           ',name)))))

(defmacro define-method-combination (&whole form name &rest options)
  "Define NAME as a way to combine methods; return it. The short form gives an
:OPERATOR, the long form a lambda list, method groups and a body that returns
the effective method. CLHS DEFINE-METHOD-COMBINATION."
  (unless (symbolp name)
    (class-error "~S in ~S is not a symbol" name form))
  (if (and options (listp (car options)))
      (long-form-definition name (car options) (cadr options)
                            (cddr options))
      (short-form-definition name options)))

(define-method-combination + :identity-with-one-argument t)
(define-method-combination and :identity-with-one-argument t)
(define-method-combination append :identity-with-one-argument t)
(define-method-combination list)
(define-method-combination max :identity-with-one-argument t)
(define-method-combination min :identity-with-one-argument t)
(define-method-combination nconc :identity-with-one-argument t)
(define-method-combination or :identity-with-one-argument t)
(define-method-combination progn :identity-with-one-argument t)

(defun invalid-method-error (method format-control &rest format-arguments)
  "Signal that METHOD is not valid in a method combination.
CLHS INVALID-METHOD-ERROR."
  (error "the method ~S is not valid in its method combination: ~?"
         method format-control format-arguments))

(defun method-combination-error (format-control &rest format-arguments)
  "Signal an error of a method combination. CLHS METHOD-COMBINATION-ERROR."
  (error "a method combination failed: ~?" format-control format-arguments))

(defmacro call-method (method &optional next-methods)
  "In an effective method form: call METHOD with NEXT-METHODS. Elsewhere an
error. CLHS CALL-METHOD."
  (class-error "CALL-METHOD of ~S and ~S outside of an effective method form"
               method next-methods))

(defmacro make-method (form)
  "In an effective method form: a method that does FORM. Elsewhere an error.
CLHS MAKE-METHOD."
  (class-error "MAKE-METHOD of ~S outside of an effective method form" form))
