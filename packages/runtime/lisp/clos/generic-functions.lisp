;;;; Generic functions and methods as objects (CLHS 7.6; AMOP 5.5.3).

(in-package #:astralisp.runtime)

;;; What a lambda list asks of a call.
(defstruct (gf-shape (:copier nil))
  (required 0)
  (optional 0)
  rest-p                        ; more than the required arguments may come
  key-p
  keys                          ; the keywords
  allow-p
  rest-named-p)                 ; &REST or &KEY

(defun key-of-parameter (parameter)
  (let ((name (if (consp parameter) (car parameter) parameter)))
    (if (consp name)
        (car name)
        (make-keyword name))))

(defun lambda-list-shape (lambda-list)
  (let ((parts (parse-lambda-list lambda-list)))
    (make-gf-shape :required (length (svref parts 2))
                   :optional (length (svref parts 3))
                   :rest-p (and (or (svref parts 3) (svref parts 4)
                                    (svref parts 5))
                                t)
                   :key-p (svref parts 5)
                   :keys (mapcar #'key-of-parameter (svref parts 6))
                   :allow-p (svref parts 7)
                   :rest-named-p (and (or (svref parts 4) (svref parts 5))
                                      t))))

(defun required-parameters (lambda-list)
  (svref (parse-lambda-list lambda-list) 2))

(defun check-generic-lambda-list (lambda-list)
  "Signal an error unless LAMBDA-LIST may be that of a generic function
(CLHS 3.4.2): no default values, no &AUX."
  (let ((parts (parse-lambda-list lambda-list)))
    (flet ((check (parameter)
             (when (and (consp parameter) (cdr parameter))
               (class-error "the parameter ~S of a generic function has a ~
                             default value"
                            parameter))))
      (mapc #'check (svref parts 3))
      (mapc #'check (svref parts 6))
      (when (memq '&aux lambda-list)
        (class-error "the lambda list ~S of a generic function has &AUX"
                     lambda-list))
      (dolist (parameter (svref parts 2))
        (unless (symbolp parameter)
          (class-error "the required parameter ~S of a generic function is ~
                        not a symbol"
                       parameter))))
    lambda-list))

;;; CLHS 7.6.4.
(defun check-congruent (gf lambda-list)
  (let ((own (%gf-shape gf))
        (shape (lambda-list-shape lambda-list)))
    (flet ((refuse (what)
             (class-error "a method with the lambda list ~S does not fit the ~
                           generic function ~S with ~A: ~A"
                          lambda-list (%gf-name gf)
                          (lambda-list-text (%gf-lambda-list gf))
                          what)))
      (unless (eql (gf-shape-required own) (gf-shape-required shape))
        (refuse "the numbers of required parameters differ"))
      (unless (eql (gf-shape-optional own) (gf-shape-optional shape))
        (refuse "the numbers of optional parameters differ"))
      (unless (eq (gf-shape-rest-named-p own) (gf-shape-rest-named-p shape))
        (refuse "only one of them has &REST or &KEY"))
      (when (and (gf-shape-key-p own) (gf-shape-key-p shape)
                 (not (gf-shape-allow-p shape)))
        (dolist (key (gf-shape-keys own))
          (unless (memq key (gf-shape-keys shape))
            (refuse "it does not accept all the keywords")))))))

;;; All generic functions, weakly: class changes make their caches stale.

(defglobal **generic-functions** '())   ; of weak pointers

(defun note-generic-function (gf)
  (push (%make-weak-pointer gf) **generic-functions**))

(defun call-with-generic-functions (function)
  "Call FUNCTION with each generic function there is. Prototypes, and those whose
making was not finished, are none."
  (let ((dead nil))
    (dolist (pointer **generic-functions**)
      (let ((gf (%weak-pointer-value pointer)))
        (cond ((null gf) (setq dead t))
              ((gf-shape-p (%gf-shape gf)) (funcall function gf)))))
    (when dead
      (setq **generic-functions**
            (delete-if-not #'%weak-pointer-value **generic-functions**)))))

(defun flush-dispatch-caches ()
  "Forget what all generic functions know of classes: some class has changed."
  (call-with-generic-functions #'flush-dispatch-cache))

(defun flush-class-caches ()
  (flush-slot-tables)
  (flush-dispatch-caches))

;;; Making them.

(defun generic-function-p (object)
  (and (%funcallable-p object)
       (let ((class (layout-class (%funcallable-layout object))))
         (and (memq (named-class 'generic-function)
                    (class-all-superclasses class))
              t))))

(defun check-generic-function (object)
  (if (generic-function-p object)
      object
      (type-failure object 'generic-function)))

(defun standard-gf-p (gf)
  "True if GF is of the class STANDARD-GENERIC-FUNCTION itself."
  (eq (layout-name (%funcallable-layout gf)) 'standard-generic-function))

(defun set-gf-lambda-list (gf lambda-list precedence)
  (check-generic-lambda-list lambda-list)
  (let ((required (required-parameters lambda-list)))
    (when precedence
      (unless (and (eql (length precedence) (length required))
                   (null (set-difference precedence required))
                   (null (set-difference required precedence)))
        (class-error "the argument precedence order ~S does not name each ~
                      required parameter of ~S once"
                     precedence lambda-list)))
    (setf (%gf-lambda-list gf) lambda-list
          (%gf-shape gf) (lambda-list-shape lambda-list)
          (%gf-precedence gf) precedence)))

(defun find-combination (designator)
  "The method combination that DESIGNATOR, a list of a name and options, asks
for."
  (let* ((name (car designator))
         (type (info name :method-combination)))
    (unless type
      (class-error "no method combination is named ~S" name))
    (let ((combination (make-metaobject 'standard-method-combination)))
      (setf (%combination-name combination) name
            (%combination-options combination) (cdr designator)
            (%combination-type combination) type)
      combination)))

(defglobal **standard-combination** nil)

(defun standard-combination ()
  (or **standard-combination**
      (setq **standard-combination** (find-combination '(standard)))))

(defun initialize-gf (gf &key name (lambda-list nil lambda-list-p)
                           argument-precedence-order method-class
                           method-combination declarations documentation)
  "Fill in the fields of the new or changed generic function GF."
  (when name
    (setf (%gf-name gf) name))
  (cond (lambda-list-p
         (when (%gf-methods gf)
           (check-methods-congruent gf lambda-list))
         (set-gf-lambda-list gf lambda-list argument-precedence-order))
        (argument-precedence-order
         (set-gf-lambda-list gf (%gf-lambda-list gf)
                             argument-precedence-order)))
  (when declarations
    (setf (%gf-declarations gf) declarations))
  (when documentation
    (setf (%gf-documentation gf) documentation))
  (cond (method-class
         (setf (%gf-method-class gf) (class-designator method-class)))
        ((null (%gf-method-class gf))
         (setf (%gf-method-class gf) (named-class 'standard-method))))
  (cond (method-combination
         (setf (%gf-combination gf)
               (if (consp method-combination)
                   (find-combination method-combination)
                   method-combination)))
        ((null (%gf-combination gf))
         (setf (%gf-combination gf) (standard-combination))))
  (unless (%gf-shape gf)
    (setf (%gf-shape gf) (make-gf-shape :rest-p t)))
  (reset-gf gf)
  gf)

(defun check-methods-congruent (gf lambda-list)
  (let ((old (%gf-lambda-list gf))
        (old-shape (%gf-shape gf)))
    (setf (%gf-lambda-list gf) lambda-list
          (%gf-shape gf) (lambda-list-shape lambda-list))
    (unwind-protect
         (dolist (method (%gf-methods gf))
           (check-congruent gf (%method-lambda-list method)))
      (setf (%gf-lambda-list gf) old
            (%gf-shape gf) old-shape))))

(defun make-standard-gf (name &rest initargs)
  (let ((gf (make-metaobject 'standard-generic-function)))
    (note-generic-function gf)
    (apply #'initialize-gf gf :name name initargs)))

;;; Methods.

(defun add-direct-method-to (specializer method)
  (unless (memq method (%specializer-direct-methods specializer))
    (push method (%specializer-direct-methods specializer))))

(defun remove-direct-method-from (specializer method)
  (setf (%specializer-direct-methods specializer)
        (delete method (%specializer-direct-methods specializer)
                :test #'eq)))

(defun same-specializers-p (a b)
  (and (eql (length a) (length b))
       (every #'eq a b)))

(defun find-method-like (gf qualifiers specializers)
  (dolist (method (%gf-methods gf) nil)
    (when (and (equal qualifiers (%method-qualifiers method))
               (same-specializers-p specializers
                                    (%method-specializers method)))
      (return method))))

;;; The system's own methods are locked like the functions of its packages.

(defun check-method-lock (gf method)
  "Signal an error if METHOD of GF, to be replaced or removed, is the system's."
  (when (and (or (getf (%method-plist method) :system)
                 (memq method (%gf-initial-methods gf)))
             (eq gf (named-generic-function (%gf-name gf))))
    (check-symbol-lock (%gf-name gf) "changing the standard methods of" nil)))

(defun std-add-method (gf method)
  "Add METHOD to GF in place of one with the same qualifiers and specializers;
return GF."
  (let ((owner (%method-generic-function method)))
    (when (and owner (not (eq owner gf)))
      (error "the method ~S belongs to the generic function ~S already"
             method (%gf-name owner))))
  (adopt-lambda-list gf method)
  (check-congruent gf (%method-lambda-list method))
  (let ((old (find-method-like gf (%method-qualifiers method)
                               (%method-specializers method))))
    (when old
      (check-method-lock gf old)
      (detach-method gf old)))
  (setf (%method-generic-function method) gf)
  (push method (%gf-methods gf))
  (dolist (specializer (%method-specializers method))
    (add-direct-method-to specializer method))
  (methods-changed gf method)
  gf)

;;; A generic function made without lambda list takes that of its first method.
(defun adopt-lambda-list (gf method)
  (when (and (null (%gf-methods gf))
             (null (%gf-lambda-list gf))
             (%method-lambda-list method))
    (set-gf-lambda-list gf (generic-lambda-list (%method-lambda-list method))
                        nil)))

(defun detach-method (gf method)
  (setf (%gf-methods gf) (remove method (%gf-methods gf) :test #'eq)
        (%method-generic-function method) nil)
  (dolist (specializer (%method-specializers method))
    (remove-direct-method-from specializer method)))

(defun std-remove-method (gf method)
  (when (eq (%method-generic-function method) gf)
    (check-method-lock gf method)
    (detach-method gf method)
    (methods-changed gf method))
  gf)

;;; METHOD was added or removed. Some generic functions are asked by the system
;;; only if somebody has added methods to them.
(defun methods-changed (gf method)
  (setf (%gf-effective gf) '())
  (reset-gf gf)
  (note-protocol-change gf method)
  (when (%gf-dependents gf)
    (dolist (dependent (%gf-dependents gf))
      (update-dependent gf dependent))))

(defglobal **custom-dispatch** nil
  "True once there are user methods on the functions that say which methods
apply and how they are combined.")

(defun note-protocol-change (gf method)
  (declare (ignore method))
  (let ((name (%gf-name gf)))
    (cond ((memq name '(allocate-instance initialize-instance
                        shared-initialize make-instance
                        compute-default-initargs reinitialize-instance))
           (flush-plans))
          ((not **booted**))
          ((or (memq name '(slot-value-using-class slot-boundp-using-class
                            slot-makunbound-using-class))
               (equal name '(setf slot-value-using-class)))
           (setq **custom-slot-access** t)
           (flush-plans)
           (flush-class-caches))
          ((memq name '(compute-applicable-methods
                        compute-applicable-methods-using-classes
                        compute-effective-method
                        compute-discriminating-function))
           (setq **custom-dispatch** t)
           (flush-dispatch-caches)))))

(defun generic-lambda-list (lambda-list)
  "The lambda list of a generic function made for a method of LAMBDA-LIST: it
mentions &KEY, but what keys there are is for the methods to say."
  (let* ((parts (parse-lambda-list lambda-list))
         (rest (or (svref parts 4)
                   (and (svref parts 5) (null (svref parts 6)) nil))))
    `(,@(svref parts 2)
      ,@(and (svref parts 3)
             (cons '&optional (mapcar #'parameter-name (svref parts 3))))
      ,@(and rest (list '&rest rest))
      ,@(and (svref parts 5) '(&key)))))

(defun parameter-name (parameter)
  (if (consp parameter) (car parameter) parameter))

;;; Names.

(defun named-generic-function (name)
  "The generic function called NAME, or NIL."
  (let ((function (untraced-definition name)))
    (and function (generic-function-p function) function)))

(defun check-may-be-generic (name)
  (check-function-name name)
  (when (symbolp name)
    (when (special-operator-p name)
      (class-error "~S is a special operator: it cannot be a generic function"
                   name))
    (when (%macro-function name)
      (class-error "~S is a macro: it cannot be a generic function" name)))
  (let ((function (untraced-definition name)))
    (when (and function
               (not (generic-function-p function))
               (not (make-condition-accessors-generic name)))
      (class-error "~S is an ordinary function: it cannot be a generic ~
                    function before FMAKUNBOUND"
                   name))))

(defun ensure-generic-function (name &rest initargs
                                &key (generic-function-class nil class-p)
                                &allow-other-keys)
  "Make sure that NAME is a generic function with the properties that INITARGS
give; return it. CLHS ENSURE-GENERIC-FUNCTION."
  (declare (ignore generic-function-class class-p))
  (check-may-be-generic name)
  (let ((gf (named-generic-function name)))
    (if **booted**
        (apply #'ensure-generic-function-using-class gf name initargs)
        (apply #'std-ensure-generic-function gf name initargs))))

(defun std-ensure-generic-function (gf name &rest initargs
                                    &key generic-function-class environment
                                         declare
                                    &allow-other-keys)
  (declare (ignore environment))
  (let ((initargs (append (and declare (list :declarations declare))
                          (without-keys initargs
                                        '(:generic-function-class
                                          :environment :declare))))
        (class (if generic-function-class
                   (class-designator generic-function-class)
                   nil)))
    (cond ((null gf)
           (%set-fdefinition
            name
            (if (or (null class)
                    (eq class (named-class 'standard-generic-function)))
                (apply #'make-standard-gf name initargs)
                (apply #'make-instance class :name name initargs)))
           (name-generic-function name))
          (t
           (when (and class (not (eq class (class-of gf))))
             (change-class gf class))
           (if (or (not **booted**) (standard-gf-p gf))
               (apply #'initialize-gf gf initargs)
               (apply #'reinitialize-instance gf initargs))
           gf))))

(defun name-generic-function (name)
  (when (and (symbolp name) (info name :accessor))
    (forget-accessor name))
  (%fdefinition name))

(defun without-keys (initargs keys)
  "The property list INITARGS without KEYS."
  (let ((result '()))
    (do ((tail initargs (cddr tail)))
        ((null tail) (nreverse result))
      (unless (memq (car tail) keys)
        (push (car tail) result)
        (push (cadr tail) result)))))

;;; Specializers.

(defglobal **eql-specializers** nil)

(defun intern-eql-specializer (object)
  "Return the specializer of methods for what is EQL to OBJECT.
AMOP INTERN-EQL-SPECIALIZER."
  (unless **eql-specializers**
    (setq **eql-specializers** (make-hash-table :test 'eql)))
  (or (gethash object **eql-specializers**)
      (let ((specializer (make-metaobject 'eql-specializer)))
        (setf (%eql-specializer-object specializer) object
              (gethash object **eql-specializers**) specializer))))

(defun eql-specializer-p (object)
  (and (%instancep object)
       (eq 'eql-specializer (layout-name (%instance-layout object)))))

(defun specializer-designator (object)
  "The specializer that OBJECT stands for: itself, a class name, or a list of
EQL and an object."
  (cond ((symbolp object)
         (find-class object))
        ((and (consp object) (eq (car object) 'eql) (consp (cdr object))
              (null (cddr object)))
         (intern-eql-specializer (cadr object)))
        ((or (eql-specializer-p object) (classp object)) object)
        ((specializer-p object) object)
        (t (class-error "~S is not a specializer of a parameter" object))))

(defun specializer-p (object)
  (and (%instancep object)
       (instance-of-class-p object (named-class 'specializer))))

;;; What the engine tells of a function.

(defun funcallable-name (function)
  (if (generic-function-p function)
      (%gf-name function)
      (type-of function)))

(defun funcallable-lambda-list (function)
  (if (generic-function-p function)
      (%gf-lambda-list function)
      '(&rest arguments)))
