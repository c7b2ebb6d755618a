;;;; The generic functions of CLOS and of its metaobject protocol with the
;;;; system's methods (CLHS 7.7; AMOP 5 and 6).

(in-package #:astralisp.runtime)

;;; A method of the system is marked: whether only such methods apply decides
;;; whether shortcuts may be taken.
(defmacro define-system-method (name &rest arguments)
  `(mark-system-method ,(method-form name arguments)))

(defun mark-system-method (method)
  (setf (getf (%method-plist method) :system) t)
  method)

;;; Errors.

(defgeneric no-applicable-method (generic-function &rest arguments)
  (:documentation "Called when no method of GENERIC-FUNCTION applies to
ARGUMENTS: signals an error. CLHS NO-APPLICABLE-METHOD.")
  (:method ((generic-function t) &rest arguments)
    (error 'no-applicable-method-error
           :generic-function generic-function :arguments arguments)))

(defgeneric no-next-method (generic-function method &rest arguments)
  (:documentation "Called by CALL-NEXT-METHOD in METHOD when there is no next
method: signals an error. CLHS NO-NEXT-METHOD.")
  (:method ((generic-function standard-generic-function)
            (method standard-method) &rest arguments)
    (error "~S has no next method for the arguments ~S" method arguments)))

(defgeneric slot-missing (class object slot-name operation
                          &optional new-value)
  (:documentation "Called when OBJECT of CLASS has no slot SLOT-NAME for
OPERATION: signals an error. CLHS SLOT-MISSING.")
  (:method ((class t) object slot-name operation &optional new-value)
    (declare (ignore operation new-value))
    (error "~S of class ~S has no slot called ~S"
           object (class-name-of class) slot-name)))

(defgeneric slot-unbound (class object slot-name)
  (:documentation "Called when the slot SLOT-NAME of OBJECT has no value:
signals UNBOUND-SLOT. CLHS SLOT-UNBOUND.")
  (:method ((class t) object slot-name)
    (unbound-slot-failure object slot-name)))

(defun unbound-slot-failure (object slot-name)
  (restart-case (error 'unbound-slot :name slot-name :instance object)
    (use-value (value)
      :report "use another value"
      :interactive (lambda () (read-values slot-name))
      value)
    (store-value (value)
      :report "give the slot a value and use it"
      :interactive (lambda () (read-values slot-name))
      (setf (slot-value object slot-name) value))))

(defun class-name-of (class)
  (if (classp class) (%class-name class) class))

;;; Slots.

(defgeneric slot-value-using-class (class object slot)
  (:documentation "Return the value of SLOT, an effective slot definition, of
OBJECT of CLASS. AMOP SLOT-VALUE-USING-CLASS."))

(define-system-method slot-value-using-class ((class class) object slot)
  (let ((value (std-slot-value object slot)))
    (if (%unbound-marker-p value)
        (values (slot-unbound class object (%slot-name slot)))
        value)))

(defgeneric (setf slot-value-using-class) (value class object slot)
  (:documentation "Make VALUE the value of SLOT of OBJECT of CLASS.
AMOP (SETF SLOT-VALUE-USING-CLASS)."))

(define-system-method (setf slot-value-using-class)
    (value (class class) object slot)
  (std-set-slot-value object slot value)
  value)

(defgeneric slot-boundp-using-class (class object slot)
  (:documentation "True if SLOT of OBJECT of CLASS has a value.
AMOP SLOT-BOUNDP-USING-CLASS."))

(define-system-method slot-boundp-using-class ((class class) object slot)
  (not (%unbound-marker-p (std-slot-value object slot))))

(defgeneric slot-makunbound-using-class (class object slot)
  (:documentation "Leave SLOT of OBJECT of CLASS without a value.
AMOP SLOT-MAKUNBOUND-USING-CLASS."))

(define-system-method slot-makunbound-using-class ((class class) object slot)
  (std-set-slot-value object slot (%unbound-marker))
  object)

(defun effective-location (object slot)
  (or (layout-location (current-layout object) (%slot-name slot))
      (error "the slot ~S of ~S has no location: its class must say by methods ~
              on SLOT-VALUE-USING-CLASS how it is read"
             (%slot-name slot) object)))

(defun std-slot-value (object slot)
  (read-location object (effective-location object slot)))

(defun std-set-slot-value (object slot value)
  (write-location object (effective-location object slot) value))

(defun standard-instance-access (instance location)
  "Return the slot of INSTANCE at LOCATION, from SLOT-DEFINITION-LOCATION.
AMOP STANDARD-INSTANCE-ACCESS."
  (if (or (consp location)
          (eq :standard (layout-kind (layout-of instance))))
      (read-location instance location)
      (read-location instance (- -1 location))))

(defun (setf standard-instance-access) (value instance location)
  (if (or (consp location)
          (eq :standard (layout-kind (layout-of instance))))
      (write-location instance location value)
      (write-location instance (- -1 location) value))
  value)

(defun funcallable-standard-instance-access (instance location)
  "Return the slot of the funcallable INSTANCE at LOCATION.
AMOP FUNCALLABLE-STANDARD-INSTANCE-ACCESS."
  (standard-instance-access instance location))

(defun (setf funcallable-standard-instance-access) (value instance location)
  (setf (standard-instance-access instance location) value))

(defun set-funcallable-instance-function (funcallable-instance function)
  "Let FUNCALLABLE-INSTANCE do FUNCTION when it is called.
AMOP SET-FUNCALLABLE-INSTANCE-FUNCTION."
  (unless (%funcallable-p funcallable-instance)
    (type-failure funcallable-instance 'funcallable-standard-object))
  (%set-funcallable-function funcallable-instance
                             (function-designator function))
  nil)

;;; Instances.

(defgeneric allocate-instance (class &rest initargs &key &allow-other-keys)
  (:documentation "Return a new instance of CLASS without values.
CLHS ALLOCATE-INSTANCE."))

(define-system-method allocate-instance
    ((class standard-class) &rest initargs &key &allow-other-keys)
  (declare (ignore initargs))
  (std-allocate-instance class))

(define-system-method allocate-instance
    ((class funcallable-standard-class) &rest initargs
     &key &allow-other-keys)
  (declare (ignore initargs))
  (std-allocate-instance class))

(define-system-method allocate-instance
    ((class structure-class) &rest initargs &key &allow-other-keys)
  (declare (ignore initargs))
  (std-allocate-instance class))

(define-system-method allocate-instance
    ((class condition-class) &rest initargs &key &allow-other-keys)
  (declare (ignore initargs))
  (std-allocate-instance class))

(define-system-method allocate-instance
    ((class built-in-class) &rest initargs &key &allow-other-keys)
  (declare (ignore initargs))
  (allocate-other class nil))

(defgeneric make-instance (class &rest initargs &key &allow-other-keys)
  (:documentation "Return a new instance of CLASS, a class or its name,
initialized by INITARGS. CLHS MAKE-INSTANCE."))

(define-system-method make-instance
    ((class symbol) &rest initargs &key &allow-other-keys)
  (apply #'make-instance (find-class class) initargs))

(define-system-method make-instance
    ((class class) &rest initargs &key &allow-other-keys)
  (std-make-instance class initargs))

(define-system-method make-instance
    ((class condition-class) &rest initargs &key &allow-other-keys)
  (apply #'make-condition (%class-name class) initargs))

(defgeneric initialize-instance (instance &rest initargs
                                 &key &allow-other-keys)
  (:documentation "Initialize the new INSTANCE by INITARGS; return it.
CLHS INITIALIZE-INSTANCE."))

(define-system-method initialize-instance
    ((instance t) &rest initargs &key &allow-other-keys)
  (apply #'shared-initialize instance t initargs))

(defgeneric reinitialize-instance (instance &rest initargs
                                   &key &allow-other-keys)
  (:documentation "Change INSTANCE by INITARGS; return it.
CLHS REINITIALIZE-INSTANCE."))

(define-system-method reinitialize-instance
    ((instance t) &rest initargs &key &allow-other-keys)
  (check-initarg-list initargs)
  (when initargs
    (let ((class (class-of instance)))
      (check-initargs class initargs
                      (plan-reinitialize-valid (class-plan class)))))
  (apply #'shared-initialize instance nil initargs))

(defgeneric shared-initialize (instance slot-names &rest initargs
                               &key &allow-other-keys)
  (:documentation "Fill the slots of INSTANCE by INITARGS, and those of
SLOT-NAMES (T for all) that are unbound by their initforms; return it.
CLHS SHARED-INITIALIZE."))

(define-system-method shared-initialize
    ((instance t) slot-names &rest initargs &key &allow-other-keys)
  (std-shared-initialize instance slot-names initargs))

(defgeneric update-instance-for-different-class
    (previous current &rest initargs &key &allow-other-keys)
  (:documentation "Called by CHANGE-CLASS: PREVIOUS is a copy of the instance
before, CURRENT the instance. CLHS UPDATE-INSTANCE-FOR-DIFFERENT-CLASS."))

(defun new-slot-names (previous current)
  "The slots in instances of the class of CURRENT which PREVIOUS has not."
  (let ((names '()))
    (dolist (slot (%class-slots (class-of current)) (nreverse names))
      (unless (or (consp (%slot-location slot))
                  (slot-exists-p previous (%slot-name slot)))
        (push (%slot-name slot) names)))))

(define-system-method update-instance-for-different-class
    ((previous standard-object) (current standard-object) &rest initargs
     &key &allow-other-keys)
  (let ((class (class-of current))
        (names (new-slot-names previous current)))
    (check-initarg-list initargs)
    (check-initargs
     class initargs
     (valid-initargs
      class
      `((,#'update-instance-for-different-class ,previous ,current)
        (,#'shared-initialize ,current ,names))))
    (apply #'shared-initialize current names initargs)))

(defgeneric update-instance-for-redefined-class
    (instance added-slots discarded-slots property-list &rest initargs
     &key &allow-other-keys)
  (:documentation "Called when INSTANCE is brought up to date with its redefined
class: ADDED-SLOTS and DISCARDED-SLOTS are names, PROPERTY-LIST has the values
of the latter. CLHS UPDATE-INSTANCE-FOR-REDEFINED-CLASS."))

(define-system-method update-instance-for-redefined-class
    ((instance standard-object) added-slots discarded-slots property-list
     &rest initargs &key &allow-other-keys)
  (check-initarg-list initargs)
  (let ((class (class-of instance)))
    (check-initargs
     class initargs
     (valid-initargs
      class
      `((,#'update-instance-for-redefined-class ,instance ,added-slots
         ,discarded-slots ,property-list)
        (,#'shared-initialize ,instance ,added-slots)))))
  (apply #'shared-initialize instance added-slots initargs))

(defgeneric change-class (instance new-class &rest initargs
                          &key &allow-other-keys)
  (:documentation "Make INSTANCE one of NEW-CLASS, keeping the slots that both
have, and initialize the others by INITARGS; return it. CLHS CHANGE-CLASS."))

(define-system-method change-class
    ((instance t) (new-class symbol) &rest initargs &key &allow-other-keys)
  (apply #'change-class instance (find-class new-class) initargs))

(define-system-method change-class
    ((instance t) (new-class class) &rest initargs &key &allow-other-keys)
  (std-change-class instance new-class initargs))

(defgeneric make-instances-obsolete (class)
  (:documentation "Let the instances of CLASS be brought up to date when they
are next used; return CLASS. CLHS MAKE-INSTANCES-OBSOLETE."))

(define-system-method make-instances-obsolete ((class symbol))
  (make-instances-obsolete (find-class class))
  class)

(define-system-method make-instances-obsolete ((class class))
  (std-make-instances-obsolete class))

;;; Classes.

(defgeneric ensure-class-using-class
    (class name &key metaclass direct-superclasses &allow-other-keys)
  (:documentation "Make or change CLASS (NIL: there is none) called NAME.
AMOP ENSURE-CLASS-USING-CLASS."))

(defun metaclass-designator (metaclass)
  (if metaclass
      (class-designator metaclass)
      (named-class 'standard-class)))

(define-system-method ensure-class-using-class
    ((class null) name &rest initargs &key metaclass &allow-other-keys)
  (let ((new (apply #'make-instance (metaclass-designator metaclass)
                    :name name (without-keys initargs '(:metaclass)))))
    (setf (find-class name) new)
    new))

(define-system-method ensure-class-using-class
    ((class class) name &rest initargs &key metaclass &allow-other-keys)
  (declare (ignore name))
  (let ((metaclass (metaclass-designator metaclass)))
    (when (memq (layout-name (%instance-layout class))
                '(built-in-class structure-class condition-class))
      (class-error "~S is a class of the metaclass ~S: DEFCLASS cannot ~
                    redefine it"
                   (%class-name class) (%class-name (class-of class))))
    (unless (eq metaclass (class-of class))
      (class-error "the metaclass of ~S is ~S: it cannot become ~S"
                   (%class-name class) (%class-name (class-of class))
                   (%class-name metaclass)))
    (apply #'reinitialize-instance class
           (without-keys initargs '(:metaclass)))))

(define-system-method ensure-class-using-class
    ((class forward-referenced-class) name &rest initargs
     &key metaclass &allow-other-keys)
  (let ((subclasses (%class-direct-subclasses class)))
    (change-class class (metaclass-designator metaclass)
                  :allow-other-keys t)
    (setf (%class-direct-subclasses class) subclasses)
    (apply #'reinitialize-instance class :name name
           (without-keys initargs '(:metaclass)))))

;;; The fields that a metaobject has from being allocated are unbound.
(defun fields-set (metaobject)
  (let ((vector (slot-vector metaobject)))
    (dotimes (i (%vector-length vector) metaobject)
      (when (%unbound-marker-p (%svref vector i))
        (%set-svref vector i nil)))))

(define-system-method shared-initialize :before
    ((class class) slot-names &rest initargs &key &allow-other-keys)
  (declare (ignore slot-names initargs))
  (when (%unbound-marker-p (%class-direct-slots class))
    (let ((count (metaobject-field-count 'class))
          (vector (slot-vector class)))
      (%fill vector nil 0 count))))

(define-system-method initialize-instance :after
    ((class class) &rest initargs
     &key name direct-superclasses direct-slots direct-default-initargs
          documentation &allow-other-keys)
  (declare (ignore name direct-superclasses direct-slots
                   direct-default-initargs documentation))
  (apply #'initialize-class class initargs))

;;; Classes and generic functions of locked packages stay as they are.

(define-system-method reinitialize-instance :before
    ((class class) &key &allow-other-keys)
  (let ((name (%class-name class)))
    (when (and name (eq class (named-class name)))
      (check-symbol-lock name "changing the class" nil))))

(define-system-method reinitialize-instance :before
    ((gf generic-function) &key &allow-other-keys)
  (when (eq gf (named-generic-function (%gf-name gf)))
    (check-symbol-lock (%gf-name gf) "changing the generic function" nil)))

(define-system-method reinitialize-instance :after
    ((class class) &rest initargs
     &key name direct-superclasses direct-slots direct-default-initargs
          documentation &allow-other-keys)
  (declare (ignore name direct-superclasses direct-slots
                   direct-default-initargs documentation))
  (apply #'initialize-class class initargs)
  (dolist (dependent (%class-dependents class))
    (apply #'update-dependent class dependent initargs)))

(defgeneric class-name (class)
  (:documentation "Return the name of CLASS. CLHS CLASS-NAME.")
  (:method ((class class)) (%class-name class)))

(defgeneric (setf class-name) (name class)
  (:documentation "Make NAME the name of CLASS; return it.
CLHS (SETF CLASS-NAME).")
  (:method (name (class class))
    (unless (symbolp name)
      (type-failure name 'symbol))
    (reinitialize-instance class :name name)
    name))

(defmacro define-class-readers (&rest entries)
  "Define readers of classes: (NAME FIELD DOCUMENTATION)."
  `(progn
     ,@(mapcar (lambda (entry)
                 (destructuring-bind (name field documentation) entry
                   `(defgeneric ,name (class)
                      (:documentation ,documentation)
                      (:method ((class class)) (,field class)))))
               entries)))

(define-class-readers
  (class-direct-superclasses %class-direct-superclasses
   "Return the direct superclasses of CLASS. AMOP CLASS-DIRECT-SUPERCLASSES.")
  (class-direct-subclasses %class-direct-subclasses
   "Return the direct subclasses of CLASS. AMOP CLASS-DIRECT-SUBCLASSES.")
  (class-direct-slots %class-direct-slots
   "Return the direct slot definitions of CLASS. AMOP CLASS-DIRECT-SLOTS.")
  (class-direct-default-initargs %class-direct-default-initargs
   "Return the default initargs that CLASS itself gives: lists of a key, a form
and a function. AMOP CLASS-DIRECT-DEFAULT-INITARGS.")
  (class-finalized-p %class-finalized-p
   "True if CLASS knows what it inherits. AMOP CLASS-FINALIZED-P."))

(defmacro define-finalized-readers (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 (destructuring-bind (name field documentation) entry
                   `(defgeneric ,name (class)
                      (:documentation ,documentation)
                      (:method ((class class))
                        (check-finalized class)
                        (,field class)))))
               entries)))

(defun check-finalized (class)
  (unless (%class-finalized-p class)
    (class-error "the class ~S is not finalized yet" (%class-name class))))

(define-finalized-readers
  (class-precedence-list %class-precedence-list
   "Return the class precedence list of CLASS. AMOP CLASS-PRECEDENCE-LIST.")
  (class-slots %class-slots
   "Return the effective slot definitions of CLASS. AMOP CLASS-SLOTS.")
  (class-default-initargs %class-default-initargs
   "Return the default initargs of CLASS: lists of a key, a form and a function.
AMOP CLASS-DEFAULT-INITARGS.")
  (class-prototype class-prototype-object
   "Return an instance of CLASS without values. AMOP CLASS-PROTOTYPE."))

(defgeneric compute-class-precedence-list (class)
  (:documentation "Return the class precedence list that CLASS is to have.
AMOP COMPUTE-CLASS-PRECEDENCE-LIST."))
(define-system-method compute-class-precedence-list ((class class))
  (std-precedence-list class))

(defgeneric compute-slots (class)
  (:documentation "Return the effective slot definitions that CLASS is to have.
AMOP COMPUTE-SLOTS."))
(define-system-method compute-slots ((class class))
  (std-compute-slots class))

(defgeneric compute-effective-slot-definition (class name direct-slots)
  (:documentation "Return the effective slot definition of CLASS for the slot
NAME, out of DIRECT-SLOTS, the most specific first.
AMOP COMPUTE-EFFECTIVE-SLOT-DEFINITION."))
(define-system-method compute-effective-slot-definition
    ((class class) name direct-slots)
  (let* ((initargs (effective-slot-initargs direct-slots))
         (slot-class (apply #'effective-slot-definition-class class
                            initargs))
         (slot (if (eq slot-class
                       (named-class 'standard-effective-slot-definition))
                   (std-effective-slot class name direct-slots)
                   (apply #'make-instance slot-class initargs))))
    (setf (%slot-class slot) class)
    slot))

(defgeneric compute-default-initargs (class)
  (:documentation "Return the default initargs that CLASS is to have.
AMOP COMPUTE-DEFAULT-INITARGS."))
(define-system-method compute-default-initargs ((class class))
  (std-default-initargs class))

(defgeneric finalize-inheritance (class)
  (:documentation "Let CLASS compute what it inherits.
AMOP FINALIZE-INHERITANCE."))
(define-system-method finalize-inheritance ((class class))
  (std-finalize-inheritance class))

(defgeneric validate-superclass (class superclass)
  (:documentation "True if SUPERCLASS may be a direct superclass of CLASS.
AMOP VALIDATE-SUPERCLASS."))
(define-system-method validate-superclass ((class class) (superclass class))
  (std-validate-superclass class superclass))

(defgeneric direct-slot-definition-class (class &rest initargs)
  (:documentation "Return the class of direct slot definitions of CLASS.
AMOP DIRECT-SLOT-DEFINITION-CLASS."))
(define-system-method direct-slot-definition-class
    ((class class) &rest initargs)
  (declare (ignore initargs))
  (named-class 'standard-direct-slot-definition))

(defgeneric effective-slot-definition-class (class &rest initargs)
  (:documentation "Return the class of effective slot definitions of CLASS.
AMOP EFFECTIVE-SLOT-DEFINITION-CLASS."))
(define-system-method effective-slot-definition-class
    ((class class) &rest initargs)
  (declare (ignore initargs))
  (named-class 'standard-effective-slot-definition))

(defgeneric reader-method-class (class direct-slot &rest initargs)
  (:documentation "Return the class of the reader methods of DIRECT-SLOT.
AMOP READER-METHOD-CLASS."))
(define-system-method reader-method-class
    ((class class) direct-slot &rest initargs)
  (declare (ignore direct-slot initargs))
  (named-class 'standard-reader-method))

(defgeneric writer-method-class (class direct-slot &rest initargs)
  (:documentation "Return the class of the writer methods of DIRECT-SLOT.
AMOP WRITER-METHOD-CLASS."))
(define-system-method writer-method-class
    ((class class) direct-slot &rest initargs)
  (declare (ignore direct-slot initargs))
  (named-class 'standard-writer-method))

(defgeneric add-direct-subclass (superclass subclass)
  (:documentation "Note SUBCLASS with SUPERCLASS. AMOP ADD-DIRECT-SUBCLASS.")
  (:method ((superclass class) (subclass class))
    (add-subclass superclass subclass)))

(defgeneric remove-direct-subclass (superclass subclass)
  (:documentation "Forget SUBCLASS of SUPERCLASS.
AMOP REMOVE-DIRECT-SUBCLASS.")
  (:method ((superclass class) (subclass class))
    (drop-subclass superclass subclass)))

;;; Slot definitions.

(define-system-method shared-initialize :before
    ((slot slot-definition) slot-names &rest initargs &key &allow-other-keys)
  (declare (ignore slot-names initargs))
  (when (%unbound-marker-p (%slot-name slot))
    (let ((count (metaobject-field-count 'slot-definition)))
      (%fill (slot-vector slot) nil 0 count))
    (setf (%slot-type slot) t
          (%slot-allocation slot) :instance)))

(defmacro define-slot-definition-readers (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 (destructuring-bind (name field text) entry
                   `(defgeneric ,name (slot)
                      (:documentation
                       ,(format nil "Return ~A of SLOT, a slot definition.~@
                                     AMOP ~A." text name))
                      (:method ((slot slot-definition)) (,field slot)))))
               entries)))

(define-slot-definition-readers
  (slot-definition-name %slot-name "the name")
  (slot-definition-initform %slot-initform "the initform, or NIL,")
  (slot-definition-initfunction %slot-initfunction
   "the function that yields the initial value, or NIL,")
  (slot-definition-initargs %slot-initargs "the initialization arguments")
  (slot-definition-type %slot-type "the type")
  (slot-definition-allocation %slot-allocation "the allocation")
  (slot-definition-readers %slot-readers "the names of the readers")
  (slot-definition-writers %slot-writers "the names of the writers")
  (slot-definition-location %slot-location
   "the place in instances, or the cell if it is shared,"))
