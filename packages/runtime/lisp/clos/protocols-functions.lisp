;;;; The metaobject protocol of generic functions, methods, specializers and
;;;; dependents (AMOP 5 and 6), and what CLHS 7.7 says of them.

(in-package #:astralisp.runtime)

(define-condition no-applicable-method-error (error)
  ((generic-function :initarg :generic-function
                     :reader no-applicable-method-generic-function)
   (arguments :initarg :arguments :reader no-applicable-method-arguments))
  (:report
   (lambda (condition stream)
     (let* ((gf (no-applicable-method-generic-function condition))
            (arguments (no-applicable-method-arguments condition))
            (count (gf-shape-required (%gf-shape gf))))
       (format stream "no method of ~S applies to arguments of the classes ~
                       ~{~S~^ ~}: ~{~S~^ ~}"
               (%gf-name gf)
               (mapcar (lambda (argument)
                         (%class-name (class-of argument)))
                       (if (> (length arguments) count)
                           (subseq arguments 0 count)
                           arguments))
               arguments)))))

;;; Generic functions.

(defgeneric ensure-generic-function-using-class
    (generic-function name &key &allow-other-keys)
  (:documentation "Make or change GENERIC-FUNCTION (NIL: there is none) called
NAME. AMOP ENSURE-GENERIC-FUNCTION-USING-CLASS."))

(define-system-method ensure-generic-function-using-class
    ((generic-function t) name &rest initargs &key &allow-other-keys)
  (apply #'std-ensure-generic-function generic-function name initargs))

(define-system-method shared-initialize :before
    ((gf generic-function) slot-names &rest initargs &key &allow-other-keys)
  (declare (ignore slot-names initargs))
  (when (%unbound-marker-p (%gf-methods gf))
    (%fill (slot-vector gf) nil 0
           (metaobject-field-count 'generic-function))))

(define-system-method initialize-instance :after
    ((gf generic-function) &rest initargs
     &key name lambda-list argument-precedence-order method-class
          method-combination declarations documentation &allow-other-keys)
  (declare (ignore name lambda-list argument-precedence-order method-class
                   method-combination declarations documentation))
  (apply #'initialize-gf gf (gf-initargs initargs)))

(define-system-method reinitialize-instance :after
    ((gf generic-function) &rest initargs
     &key name lambda-list argument-precedence-order method-class
          method-combination declarations documentation &allow-other-keys)
  (declare (ignore name lambda-list argument-precedence-order method-class
                   method-combination declarations documentation))
  (apply #'initialize-gf gf (gf-initargs initargs))
  (dolist (dependent (%gf-dependents gf))
    (apply #'update-dependent gf dependent initargs)))

(defun gf-initargs (initargs)
  (let ((result '()))
    (do ((tail initargs (cddr tail)))
        ((null tail) (nreverse result))
      (when (memq (car tail)
                  '(:name :lambda-list :argument-precedence-order
                    :method-class :method-combination :declarations
                    :documentation))
        (push (car tail) result)
        (push (cadr tail) result)))))

(defmacro define-gf-readers (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 (destructuring-bind (name form text) entry
                   `(defgeneric ,name (gf)
                      (:documentation
                       ,(format nil "Return ~A of the generic function GF.~@
                                     AMOP ~A." text name))
                      (:method ((gf generic-function)) ,form))))
               entries)))

(define-gf-readers
  (generic-function-name (%gf-name gf) "the name")
  (generic-function-lambda-list (%gf-lambda-list gf) "the lambda list")
  (generic-function-argument-precedence-order
   (or (%gf-precedence gf) (required-parameters (%gf-lambda-list gf)))
   "the required parameters in order of precedence")
  (generic-function-methods (%gf-methods gf) "the methods")
  (generic-function-method-class (%gf-method-class gf)
   "the class of the methods")
  (generic-function-method-combination (%gf-combination gf)
   "the method combination")
  (generic-function-declarations (%gf-declarations gf) "the declarations"))

(defgeneric (setf generic-function-name) (name gf)
  (:documentation "Make NAME the name of the generic function GF.
AMOP (SETF GENERIC-FUNCTION-NAME).")
  (:method (name (gf generic-function))
    (reinitialize-instance gf :name name)
    name))

(defgeneric add-method (generic-function method)
  (:documentation "Add METHOD to GENERIC-FUNCTION, which is returned.
CLHS ADD-METHOD."))
(define-system-method add-method
    ((generic-function generic-function) (method method))
  (std-add-method generic-function method))

(defgeneric remove-method (generic-function method)
  (:documentation "Remove METHOD from GENERIC-FUNCTION, which is returned.
CLHS REMOVE-METHOD."))
(define-system-method remove-method
    ((generic-function generic-function) (method method))
  (std-remove-method generic-function method))

(defgeneric find-method (generic-function qualifiers specializers
                         &optional errorp)
  (:documentation "Return the method of GENERIC-FUNCTION with QUALIFIERS and
SPECIALIZERS; without one signal an error if ERRORP, else return NIL.
CLHS FIND-METHOD."))
(define-system-method find-method
    ((generic-function generic-function) qualifiers specializers
     &optional (errorp t))
  (unless (eql (length specializers)
               (gf-shape-required (%gf-shape generic-function)))
    (error "~S has ~D required parameters, but ~D specializers are given: ~S"
           (%gf-name generic-function)
           (gf-shape-required (%gf-shape generic-function))
           (length specializers) specializers))
  (or (find-method-like generic-function qualifiers
                        (mapcar #'specializer-designator specializers))
      (and errorp
           (error "~S has no method with the qualifiers ~S and the ~
                   specializers ~S"
                  (%gf-name generic-function) qualifiers specializers))))

(defgeneric compute-applicable-methods (generic-function arguments)
  (:documentation "Return the methods of GENERIC-FUNCTION that apply to
ARGUMENTS, the most specific first. CLHS COMPUTE-APPLICABLE-METHODS."))
(define-system-method compute-applicable-methods
    ((generic-function generic-function) arguments)
  (let ((required (gf-shape-required (%gf-shape generic-function))))
    (when (< (length arguments) required)
      (error 'simple-program-error
             :format-control "~S takes at least ~D argument~:P, but got ~S"
             :format-arguments (list (%gf-name generic-function) required
                                     arguments))))
  (sorted-applicable-methods generic-function arguments))

(defgeneric compute-applicable-methods-using-classes
    (generic-function classes)
  (:documentation "Return the methods of GENERIC-FUNCTION that apply to
arguments of CLASSES, and true if the classes alone tell.
AMOP COMPUTE-APPLICABLE-METHODS-USING-CLASSES."))
(define-system-method compute-applicable-methods-using-classes
    ((generic-function generic-function) classes)
  (applicable-by-classes generic-function classes))

(defgeneric compute-discriminating-function (generic-function)
  (:documentation "Return the function that GENERIC-FUNCTION does when it is
called. AMOP COMPUTE-DISCRIMINATING-FUNCTION."))
(define-system-method compute-discriminating-function
    ((generic-function generic-function))
  (std-discriminating-function generic-function))

(defgeneric compute-effective-method
    (generic-function method-combination methods)
  (:documentation "Return the form that does what METHODS of GENERIC-FUNCTION
do, combined by METHOD-COMBINATION. AMOP COMPUTE-EFFECTIVE-METHOD."))
(define-system-method compute-effective-method
    ((generic-function generic-function) method-combination methods)
  (let ((type (%combination-type method-combination)))
    (if (functionp (cdr type))
        (funcall (cdr type) generic-function methods
                 (%combination-options method-combination))
        (standard-effective-form generic-function methods))))

(defun standard-effective-form (gf methods)
  (multiple-value-bind (around before primary after)
      (split-by-role gf methods)
    (if (null primary)
        `(error "the generic function ~S has no primary method"
                ',(%gf-name gf))
        (let* ((main `(call-method ,(car primary) ,(cdr primary)))
               (calls (lambda (methods)
                        (mapcar (lambda (m) `(call-method ,m)) methods)))
               (inner (if (or before after)
                          `(multiple-value-prog1
                               (progn ,@(funcall calls before) ,main)
                             ,@(funcall calls after))
                          main)))
          (if around
              `(call-method ,(car around)
                            (,@(cdr around) (make-method ,inner)))
              inner)))))

(defgeneric find-method-combination (generic-function name options)
  (:documentation "Return the method combination NAME with OPTIONS for
GENERIC-FUNCTION. AMOP FIND-METHOD-COMBINATION."))
(define-system-method find-method-combination
    ((generic-function generic-function) name options)
  (find-combination (cons name options)))

;;; Methods.

(define-system-method shared-initialize :before
    ((method method) slot-names &rest initargs &key &allow-other-keys)
  (declare (ignore slot-names initargs))
  (when (%unbound-marker-p (%method-generic-function method))
    (%fill (slot-vector method) nil 0 (metaobject-field-count 'method))
    (setf (%method-kind method) :amop)))

(define-system-method initialize-instance :after
    ((method method) &rest initargs &key &allow-other-keys)
  (declare (ignore initargs))
  (setf (%method-specializers method)
        (mapcar #'specializer-designator (%method-specializers method))))

(defmacro define-method-readers (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 (destructuring-bind (name form text) entry
                   `(defgeneric ,name (method)
                      (:documentation
                       ,(format nil "Return ~A of METHOD.~@
                                     AMOP ~A." text name))
                      (:method ((method method)) ,form))))
               entries)))

(define-method-readers
  (method-qualifiers (%method-qualifiers method) "the qualifiers")
  (method-specializers (%method-specializers method) "the specializers")
  (method-lambda-list (%method-lambda-list method) "the lambda list")
  (method-generic-function (%method-generic-function method)
   "the generic function")
  (method-function (method-amop-function method)
   "the function, which takes the arguments and the next methods as lists,"))

(defgeneric accessor-method-slot-definition (method)
  (:documentation "Return the direct slot definition that METHOD was made for.
AMOP ACCESSOR-METHOD-SLOT-DEFINITION.")
  (:method ((method standard-accessor-method))
    (%method-slot-definition method)))

(defgeneric function-keywords (method)
  (:documentation "Return the keywords of METHOD, and whether it allows others.
CLHS FUNCTION-KEYWORDS.")
  (:method ((method standard-method))
    (let ((shape (lambda-list-shape (%method-lambda-list method))))
      (values (gf-shape-keys shape) (and (gf-shape-allow-p shape) t)))))

(defgeneric make-method-lambda (generic-function method lambda-expression
                                environment)
  (:documentation "Return a lambda expression of two parameters, the list of
arguments and the list of next methods, that does what LAMBDA-EXPRESSION of a
method does, and initargs for the method. AMOP MAKE-METHOD-LAMBDA.")
  (:method (generic-function method lambda-expression environment)
    (declare (ignore generic-function method environment))
    (values
     `(lambda (arguments next-methods)
        (flet ((call-next-method (&rest new)
                 (if next-methods
                     (funcall (method-function (car next-methods))
                              (or new arguments) (cdr next-methods))
                     (error "there is no next method")))
               (next-method-p ()
                 (not (null next-methods))))
          (declare (ignorable #'call-next-method #'next-method-p))
          (apply ,lambda-expression arguments)))
     '())))

;;; Specializers.

(defgeneric eql-specializer-object (specializer)
  (:documentation "Return the object of the EQL specializer SPECIALIZER.
AMOP EQL-SPECIALIZER-OBJECT.")
  (:method ((specializer eql-specializer))
    (%eql-specializer-object specializer)))

(defgeneric specializer-direct-methods (specializer)
  (:documentation "Return the methods that have SPECIALIZER.
AMOP SPECIALIZER-DIRECT-METHODS.")
  (:method ((specializer specializer))
    (copy-list (%specializer-direct-methods specializer))))

(defgeneric specializer-direct-generic-functions (specializer)
  (:documentation "Return the generic functions of methods that have
SPECIALIZER. AMOP SPECIALIZER-DIRECT-GENERIC-FUNCTIONS.")
  (:method ((specializer specializer))
    (remove-duplicates
     (mapcar (lambda (method) (%method-generic-function method))
             (%specializer-direct-methods specializer)))))

(defgeneric add-direct-method (specializer method)
  (:documentation "Note METHOD with SPECIALIZER. AMOP ADD-DIRECT-METHOD.")
  (:method ((specializer specializer) (method method))
    (add-direct-method-to specializer method)))

(defgeneric remove-direct-method (specializer method)
  (:documentation "Forget METHOD of SPECIALIZER. AMOP REMOVE-DIRECT-METHOD.")
  (:method ((specializer specializer) (method method))
    (remove-direct-method-from specializer method)))

;;; Dependents.

(defgeneric add-dependent (metaobject dependent)
  (:documentation "Let DEPENDENT be told of changes of METAOBJECT.
AMOP ADD-DEPENDENT.")
  (:method ((class class) dependent)
    (pushnew dependent (%class-dependents class))
    nil)
  (:method ((gf generic-function) dependent)
    (pushnew dependent (%gf-dependents gf))
    nil))

(defgeneric remove-dependent (metaobject dependent)
  (:documentation "Tell DEPENDENT of changes of METAOBJECT no more.
AMOP REMOVE-DEPENDENT.")
  (:method ((class class) dependent)
    (setf (%class-dependents class)
          (remove dependent (%class-dependents class)))
    nil)
  (:method ((gf generic-function) dependent)
    (setf (%gf-dependents gf) (remove dependent (%gf-dependents gf)))
    nil))

(defgeneric map-dependents (metaobject function)
  (:documentation "Call FUNCTION with each dependent of METAOBJECT.
AMOP MAP-DEPENDENTS.")
  (:method ((class class) function)
    (mapc function (%class-dependents class))
    nil)
  (:method ((gf generic-function) function)
    (mapc function (%gf-dependents gf))
    nil))

(defgeneric update-dependent (metaobject dependent &rest initargs)
  (:documentation "Called for each DEPENDENT when METAOBJECT was changed by
INITARGS. AMOP UPDATE-DEPENDENT."))

;;; From here on methods are the user's, and DEFCLASS goes by the protocol.
(setq **booted** t)
