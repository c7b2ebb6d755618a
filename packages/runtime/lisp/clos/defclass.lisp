;;;; DEFCLASS, and making and changing classes (CLHS 7.7; AMOP 5.4.2, 5.5.1).

(in-package #:astralisp.runtime)

;;; A slot specifier becomes a property list for DIRECT-SLOT-DEFINITIONs. In the
;;; expansion it is a list of forms.

(defglobal **single-slot-options**
  '(:initform :allocation :type :documentation))

(defun check-slot-specifier (specifier)
  (let ((seen '()))
    (unless (and (symbolp (car specifier)) (car specifier)
                 (not (constantp (car specifier))))
      (class-error "~S is not the name of a slot" (car specifier)))
    (do ((tail (cdr specifier) (cddr tail)))
        ((null tail))
      (unless (and (consp tail) (consp (cdr tail)) (symbolp (car tail)))
        (class-error "the options of the slot ~S are not pairs of names and ~
                      values"
                     (car specifier)))
      (when (and (memq (car tail) **single-slot-options**)
                 (memq (car tail) seen))
        (class-error "the option ~S of the slot ~S is given twice"
                     (car tail) (car specifier)))
      (push (car tail) seen)
      (check-slot-option (car specifier) (car tail) (cadr tail)))))

(defun check-slot-option (slot key value)
  (let ((good-p
          (case key
            ((:reader :writer :accessor) (function-name-p value))
            (:initarg (symbolp value))
            (:allocation (symbolp value))
            (:documentation (stringp value))
            (t t))))
    (unless good-p
      (class-error "~S is no value for the option ~S of the slot ~S"
                   value key slot))))

(defun slot-specifier-form (specifier)
  "A form that makes the property list of the slot SPECIFIER."
  (let ((specifier (if (consp specifier) specifier (list specifier)))
        (initargs '()) (readers '()) (writers '()) (others '()))
    (check-slot-specifier specifier)
    (do ((tail (cdr specifier) (cddr tail)))
        ((null tail))
      (let ((value (cadr tail)))
        (case (car tail)
          (:initarg (push value initargs))
          (:reader (push value readers))
          (:writer (push value writers))
          (:accessor (push value readers)
                     (push `(setf ,value) writers))
          (:initform
           (setq others (list* `(lambda () ,value) '':initfunction
                               `',value '':initform others)))
          ((:type :allocation :documentation)
           (setq others (list* `',value `',(car tail) others)))
          (t (setq others (add-other-option (car tail) value others))))))
    `(list :name ',(car specifier)
           ,@(and initargs `(:initargs ',(nreverse initargs)))
           ,@(and readers `(:readers ',(nreverse readers)))
           ,@(and writers `(:writers ',(nreverse writers)))
           ,@(nreverse others))))

;;; Options of metaclasses of the user's: given several times, they are a list.
(defun add-other-option (key value others)
  (let ((place (member `',key others :test #'equal)))
    (cond ((null place) (list* `',value `',key others))
          (t
           ;; OTHERS is in reverse: the value stands before its key.
           (let ((before (nthcdr (- (length others) (length place) 1)
                                 others)))
             (setf (car before)
                   `(append-option ,(car before) ',value)))
           others))))

(defun append-option (old new)
  (if (and (consp old) (eq (car old) :several))
      (append old (list new))
      (list old new)))

(defun default-initargs-forms (initargs)
  (let ((seen '())
        (forms '()))
    (do ((tail initargs (cddr tail)))
        ((null tail) (nreverse forms))
      (unless (and (consp (cdr tail)) (symbolp (car tail)))
        (class-error "the default initargs ~S are not pairs of names and forms"
                     initargs))
      (when (memq (car tail) seen)
        (class-error "the default initarg ~S is given twice" (car tail)))
      (push (car tail) seen)
      (push `(list ',(car tail) ',(cadr tail) (lambda () ,(cadr tail)))
            forms))))

(defun class-option-forms (options)
  (let ((forms '())
        (seen '()))
    (dolist (option options (nreverse forms))
      (unless (and (consp option) (symbolp (car option)))
        (class-error "~S is not an option of DEFCLASS" option))
      (when (memq (car option) seen)
        (class-error "the option ~S of DEFCLASS is given twice"
                     (car option)))
      (push (car option) seen)
      (case (car option)
        (:default-initargs
         (push :direct-default-initargs forms)
         (push `(list ,@(default-initargs-forms (cdr option))) forms))
        ((:metaclass :documentation)
         (push (car option) forms)
         (push `',(cadr option) forms))
        (t
         (unless (assq :metaclass options)
           (class-error "~S is not an option of DEFCLASS" option))
         (push (car option) forms)
         (push `',(cdr option) forms))))))

(defun check-slot-names (slots)
  (let ((names '()))
    (dolist (slot slots)
      (let ((name (if (consp slot) (car slot) slot)))
        (when (memq name names)
          (class-error "the slot ~S is given twice" name))
        (push name names)))))

(defmacro defclass (&environment environment name direct-superclasses
                    direct-slots &rest options)
  "Define NAME as a class with DIRECT-SUPERCLASSES and DIRECT-SLOTS; return
it. CLHS DEFCLASS."
  (unless (and (symbolp name) name)
    (class-error "~S is not the name of a class" name))
  (check-symbol-lock name "defining the class" environment)
  (check-slot-names direct-slots)
  (check-not-declaration name)
  `(progn
     (eval-when (:compile-toplevel)
       (note-compiled-class ',name ',direct-superclasses
                            ',(slot-function-names direct-slots)))
     (load-class ',name
                 :direct-superclasses ',direct-superclasses
                 :direct-slots (list ,@(mapcar #'slot-specifier-form
                                               direct-slots))
                 ,@(class-option-forms options))))

(defun slot-function-names (slots)
  (let ((names '()))
    (dolist (slot slots (nreverse names))
      (when (consp slot)
        (do ((tail (cdr slot) (cddr tail)))
            ((atom tail))
          (case (car tail)
            ((:reader :writer) (push (cadr tail) names))
            (:accessor (push (cadr tail) names)
                       (push `(setf ,(cadr tail)) names))))))))

(defun note-compiled-class (name superclasses functions)
  "The file being compiled will define the class NAME when it is loaded: type
tests of it can be compiled, and FUNCTIONS will be there."
  (declare (ignore superclasses))
  (class-cell name)
  (mapc #'note-compiled-function functions)
  name)

(defun load-class (name &rest options)
  "Define the class that a DEFCLASS form describes; return it."
  (apply (if **booted** #'ensure-class #'boot-ensure-class)
         name
         ;; What is left out of a new definition is given up.
         (append options
                 (if (getf options :direct-default-initargs)
                     '()
                     '(:direct-default-initargs ())))))

;;; ENSURE-CLASS.

(defun ensure-class (name &rest initargs)
  "Make sure that NAME is a class with the properties that INITARGS give; return
it. AMOP ENSURE-CLASS."
  (let ((class (find-class name nil)))
    (apply #'ensure-class-using-class
           ;; A class found under another name is not redefined.
           (if (and class (eq (%class-name class) name)) class nil)
           name initargs)))

(defun superclass-designator (object)
  "The class that OBJECT stands for as a superclass: an unknown name is that of
a class to be defined later."
  (cond ((classp object) object)
        ((symbolp object)
         (or (find-class object nil)
             (make-forward-class object)))
        (t (class-error "~S is not a superclass" object))))

(defun make-forward-class (name)
  (let ((class (make-metaobject 'forward-referenced-class)))
    (setf (%class-name class) name
          (car (class-cell name)) class)
    class))

(defun default-superclass (class)
  (named-class (if (funcallable-class-p class)
                   'funcallable-standard-object
                   'standard-object)))

;;; Superclasses whose instances have another form.
(defun std-validate-superclass (class superclass)
  (let ((own (class-of class))
        (other (class-of superclass)))
    (or (eq superclass (named-class 't))
        (eq own other)
        (forward-referenced-p superclass)
        (and (memq (layout-name (%instance-layout class))
                   '(standard-class funcallable-standard-class))
             (memq (layout-name (%instance-layout superclass))
                   '(standard-class funcallable-standard-class))
             t))))

(defun check-superclass (class superclass)
  (unless (if **booted**
              (validate-superclass class superclass)
              (std-validate-superclass class superclass))
    (class-error "~S cannot be a superclass of ~S: their instances are made ~
                  differently (metaclasses ~S and ~S)"
                 (%class-name superclass) (%class-name class)
                 (%class-name (class-of superclass))
                 (%class-name (class-of class)))))

(defun set-direct-superclasses (class superclasses)
  (let ((old (%class-direct-superclasses class))
        (new (or superclasses (list (default-superclass class)))))
    (let ((tail new))
      (while tail
        (when (memq (car tail) (cdr tail))
          (class-error "~S is given twice as a superclass of ~S"
                       (%class-name (car tail)) (%class-name class)))
        (when (eq (car tail) class)
          (class-error "~S cannot be its own superclass"
                       (%class-name class)))
        (check-superclass class (car tail))
        (setq tail (cdr tail))))
    (check-no-cycle class new)
    (dolist (superclass old)
      (unless (memq superclass new)
        (drop-subclass superclass class)))
    (setf (%class-direct-superclasses class) new)
    (dolist (superclass new)
      (add-subclass superclass class))))

(defun check-no-cycle (class superclasses)
  (dolist (superclass superclasses)
    (when (memq class (all-superclasses superclass))
      (class-error "~S cannot be a superclass of ~S, which is one of its own ~
                    superclasses"
                   (%class-name superclass) (%class-name class)))))

(defun make-direct-slot (class properties)
  "A direct slot definition of CLASS with PROPERTIES."
  (if (or (not **booted**) (standard-metaclass-p class))
      (let ((slot (make-slot-definition 'standard-direct-slot-definition)))
        (fill-slot-definition slot properties)
        (setf (%slot-class slot) class)
        slot)
      (let ((slot (apply #'make-instance
                         (apply #'direct-slot-definition-class class
                                properties)
                         properties)))
        (setf (%slot-class slot) class)
        slot)))

(defun fill-slot-definition (slot properties)
  (do ((tail properties (cddr tail)))
      ((null tail) slot)
    (let ((value (cadr tail)))
      (case (car tail)
        (:name (setf (%slot-name slot) value))
        (:initform (setf (%slot-initform slot) value))
        (:initfunction (setf (%slot-initfunction slot) value))
        (:initargs (setf (%slot-initargs slot) value))
        (:type (setf (%slot-type slot) value))
        (:allocation (setf (%slot-allocation slot) value))
        (:readers (setf (%slot-readers slot) value))
        (:writers (setf (%slot-writers slot) value))
        (:documentation (setf (%slot-documentation slot) value))
        (t (class-error "~S is not an option of the slot ~S"
                        (car tail) (getf properties :name)))))))

(defun initialize-class (class &key (name nil name-p)
                                    (direct-superclasses nil superclasses-p)
                                    (direct-slots nil slots-p)
                                    (direct-default-initargs nil defaults-p)
                                    (documentation nil documentation-p)
                               &allow-other-keys)
  "Fill in the new class CLASS, or change it."
  (let ((old-cells (%class-cells class)))
    (when name-p
      (setf (%class-name class) name))
    (when documentation-p
      (setf (%class-documentation class) documentation))
    (when (or superclasses-p (null (%class-direct-superclasses class)))
      (set-direct-superclasses class
                               (mapcar #'superclass-designator
                                       direct-superclasses)))
    (when slots-p
      (remove-accessors class)
      (setf (%class-direct-slots class)
            (mapcar (lambda (properties)
                      (make-direct-slot class properties))
                    direct-slots)
            (%class-cells class)
            (kept-cells old-cells (%class-direct-slots class))))
    (when defaults-p
      (setf (%class-direct-default-initargs class) direct-default-initargs))
    (refresh-class class)
    (add-accessors class)
    class))

;;; Shared slots that stay shared keep their values.
(defun kept-cells (cells slots)
  (remove-if-not (lambda (entry)
                   (find-if (lambda (slot)
                              (and (eq (car entry) (%slot-name slot))
                                   (eq :class (%slot-allocation slot))))
                            slots))
                 cells))

(defun refresh-class (class)
  "CLASS has changed: compute anew what it and its subclasses inherit."
  (let ((known-p (%class-finalized-p class))
        (subclasses (all-subclasses class)))
    (dolist (c subclasses)
      (setf (%class-plan c) nil)
      (unless (%class-finalized-p c)
        (setf (%class-precedence-list c) '())))
    (cond ((not (finalizable-p class))
           (setf (%class-finalized-p class) nil))
          (t
           (dolist (c subclasses)
             (when (or (%class-finalized-p c) (eq c class))
               (setf (%class-finalized-p c) nil)))
           (dolist (c subclasses)
             (when (and (finalizable-p c)
                        (or (eq c class) (%class-layout c)))
               (ensure-finalized c)))))
    (when (or known-p (cdr subclasses))
      (flush-class-caches))))

;;; Reader and writer methods.

(defun accessor-method-class (class kind slot initargs)
  (if (or (not **booted**) (standard-metaclass-p class))
      (named-class (if (eq kind :reader)
                       'standard-reader-method
                       'standard-writer-method))
      (apply (if (eq kind :reader) #'reader-method-class
                 #'writer-method-class)
             class slot initargs)))

(defun accessor-code (kind name)
  (if (eq kind :reader)
      (lambda (object) (slot-value object name))
      (lambda (value object) (set-slot-value object name value))))

(defun add-accessor (class slot function-name kind)
  (let* ((lambda-list (if (eq kind :reader) '(object) '(value object)))
         (gf (or (named-generic-function function-name)
                 (ensure-generic-function function-name
                                          :lambda-list lambda-list)))
         (specializers (if (eq kind :reader)
                           (list class)
                           (list (named-class 't) class)))
         (initargs (list :qualifiers '() :specializers specializers
                         :lambda-list lambda-list :slot-definition slot
                         :kind :plain
                         :code (accessor-code kind (%slot-name slot))))
         (method-class (accessor-method-class class kind slot initargs)))
    (add-accessor-method gf method-class initargs)))

(defun add-accessor-method (gf class initargs)
  (let ((name (%class-name class)))
    (if (memq name '(standard-reader-method standard-writer-method))
        (let ((method (make-metaobject name)))
          (setf (%method-qualifiers method) '()
                (%method-specializers method) (getf initargs :specializers)
                (%method-lambda-list method) (getf initargs :lambda-list)
                (%method-slot-definition method)
                (getf initargs :slot-definition)
                (%method-kind method) :plain
                (%method-code method) (getf initargs :code))
          (std-add-method gf method))
        (let ((code (getf initargs :code)))
          (add-method gf (apply #'make-instance class
                                :function (code-amop-function :plain code)
                                initargs))))))

(defun add-accessors (class)
  (dolist (slot (%class-direct-slots class))
    (dolist (name (%slot-readers slot))
      (add-accessor class slot name :reader))
    (dolist (name (%slot-writers slot))
      (add-accessor class slot name :writer))))

(defun remove-accessors (class)
  (dolist (slot (%class-direct-slots class))
    (dolist (name (append (%slot-readers slot) (%slot-writers slot)))
      (let ((gf (named-generic-function name)))
        (when gf
          (dolist (method (%gf-methods gf))
            (when (eq slot (%method-slot-definition method))
              (std-remove-method gf method))))))))

(defun boot-ensure-class (name &rest initargs)
  "ENSURE-CLASS before there are generic functions to do it."
  (let ((class (or (named-class name)
                   (let ((class (make-metaobject 'standard-class)))
                     (setf (car (class-cell name)) class)
                     class))))
    (apply #'initialize-class class :name name
           (without-keys initargs '(:metaclass)))))
