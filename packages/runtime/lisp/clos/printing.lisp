;;;; PRINT-OBJECT, DESCRIBE-OBJECT, DOCUMENTATION and MAKE-LOAD-FORM as generic
;;;; functions (CLHS 22.4, 25.2, 3.2.4.4).

(in-package #:astralisp.runtime)

(defgeneric print-object (object stream)
  (:documentation "Write OBJECT to STREAM; return OBJECT. Methods say how
instances of a class are printed. CLHS PRINT-OBJECT.")
  (:method (object stream)
    (output-by-kind object stream)
    object))

(define-system-method print-object ((object standard-object) stream)
  (print-unreadable-object (object stream :type t :identity t))
  object)

(define-system-method print-object ((object class) stream)
  (print-unreadable-object (object stream :type t)
    (prin1 (%class-name object) stream))
  object)

(define-system-method print-object ((object generic-function) stream)
  (print-unreadable-object (object stream :type t)
    (format stream "~S (~D)" (%gf-name object) (length (%gf-methods object))))
  object)

(define-system-method print-object ((object method) stream)
  (print-unreadable-object (object stream :type t)
    (let ((gf (%method-generic-function object)))
      (format stream "~S~{ ~S~} ~S" (and gf (%gf-name gf))
              (%method-qualifiers object)
              (mapcar #'specializer-name (%method-specializers object)))))
  object)

(defun specializer-name (specializer)
  (cond ((classp specializer) (%class-name specializer))
        ((eql-specializer-p specializer)
         (list 'eql (%eql-specializer-object specializer)))
        (t specializer)))

(define-system-method print-object ((object slot-definition) stream)
  (print-unreadable-object (object stream :type t)
    (prin1 (%slot-name object) stream))
  object)

(define-system-method print-object ((object eql-specializer) stream)
  (print-unreadable-object (object stream :type t)
    (prin1 (%eql-specializer-object object) stream))
  object)

(define-system-method print-object ((object method-combination) stream)
  (print-unreadable-object (object stream :type t)
    (prin1 (%combination-name object) stream))
  object)

;;; What INSPECT and DESCRIBE show.

(defun standard-object-parts (object)
  "The slots of the standard instance OBJECT for INSPECT, or NIL."
  (when (and (or (%instancep object) (%funcallable-p object))
             (memq (layout-kind (layout-of object))
                   '(:standard :vector :funcallable)))
    (mapcar (lambda (slot)
              (let ((name (%slot-name slot)))
                (list name
                      (if (slot-boundp object name)
                          (slot-value object name)
                          '|unbound|)
                      (lambda (new) (set-slot-value object name new)))))
            (%class-slots (class-of object)))))

(push 'standard-object-parts *object-parts-functions*)

(defgeneric describe-object (object stream)
  (:documentation "Write to STREAM what is known of OBJECT. Methods say it for
instances of a class. CLHS DESCRIBE-OBJECT.")
  (:method (object stream)
    (describe-by-kind object stream)))

;;; Documentation.

(defgeneric documentation (object kind)
  (:documentation "Return the documentation string of KIND of OBJECT, a name,
function, class, method, slot, package or method combination, or NIL.
CLHS DOCUMENTATION.")
  (:method (object kind)
    (named-documentation object kind)))

(defgeneric (setf documentation) (string object kind)
  (:documentation "Make STRING the documentation of KIND of OBJECT.
CLHS (SETF DOCUMENTATION).")
  (:method (string object kind)
    (set-named-documentation string object kind)))

(defmacro define-documented (&rest entries)
  "Define documentation methods for metaobjects: (CLASS FIELD)."
  `(progn
     ,@(mapcan
        (lambda (entry)
          (destructuring-bind (class field) entry
            `((define-system-method documentation ((object ,class) kind)
                (declare (ignore kind))
                (,field object))
              (define-system-method (setf documentation)
                  (string (object ,class) kind)
                (declare (ignore kind))
                (setf (,field object) string)))))
        entries)))

(define-documented
  (standard-class %class-documentation)
  (funcallable-standard-class %class-documentation)
  (slot-definition %slot-documentation)
  (method %method-documentation)
  (generic-function %gf-documentation)
  (method-combination %combination-documentation))

(define-system-method documentation ((object structure-class) kind)
  (declare (ignore kind))
  (or (named-documentation (%class-name object) 'structure)
      (named-documentation (%class-name object) 'type)))

(define-system-method (setf documentation)
    (string (object structure-class) kind)
  (declare (ignore kind))
  (set-named-documentation string (%class-name object) 'structure))

;;; A name of kind TYPE may be that of a class, one of kind FUNCTION that of a
;;; generic function.
(define-system-method documentation ((object symbol) kind)
  (or (named-documentation object kind)
      (let ((metaobject (documented-metaobject object kind)))
        (and metaobject (documentation metaobject t)))))

(define-system-method (setf documentation) (string (object symbol) kind)
  (let ((metaobject (documented-metaobject object kind)))
    (if metaobject
        (setf (documentation metaobject t) string)
        (set-named-documentation string object kind))))

(define-system-method documentation ((object cons) kind)
  (or (named-documentation object kind)
      (let ((gf (and (setf-name-p object) (named-generic-function object))))
        (and gf (documentation gf t)))))

(defun documented-metaobject (name kind)
  (case kind
    (type
     (let ((class (find-class name nil)))
       (and class
            (memq (layout-name (%instance-layout class))
                  '(standard-class funcallable-standard-class))
            class)))
    (function (named-generic-function name))
    (t nil)))

;;; Literal objects in files.

(defgeneric make-load-form (object &optional environment)
  (:documentation "Return a form that makes the literal OBJECT when a compiled
file is loaded, and one that initializes it. CLHS MAKE-LOAD-FORM."))

(defun refuse-load-form (object)
  (error "~S cannot be a literal in a file to be compiled: MAKE-LOAD-FORM has ~
          no method for its class"
         object))

(define-system-method make-load-form
    ((object standard-object) &optional environment)
  (declare (ignore environment))
  (refuse-load-form object))

(define-system-method make-load-form
    ((object structure-object) &optional environment)
  (declare (ignore environment))
  (refuse-load-form object))

(define-system-method make-load-form
    ((object condition) &optional environment)
  (declare (ignore environment))
  (refuse-load-form object))

(define-system-method make-load-form ((object class) &optional environment)
  (declare (ignore environment))
  (let ((name (%class-name object)))
    (if (and name (eq object (find-class name nil)))
        `(find-class ',name)
        (error "the class ~S has no name of its own: it cannot be a literal ~
                in a file to be compiled"
               object))))

(defun literal-load-forms (object)
  "What MAKE-LOAD-FORM returns for OBJECT, a literal of a file that is compiled;
NIL for a structure or condition of a class without a method: its slots are
copied."
  (if (and (memq (layout-kind (layout-of object)) '(:structure :condition))
           (system-methods-only-p #'make-load-form (list object)))
      nil
      (make-load-form object)))

(defun make-load-form-saving-slots (object &key (slot-names nil names-p)
                                                environment)
  "Return forms that make an instance like OBJECT and give its SLOT-NAMES (all
by default) their values. CLHS MAKE-LOAD-FORM-SAVING-SLOTS."
  (declare (ignore environment))
  (let* ((class (class-of object))
         (names (if names-p
                    slot-names
                    (mapcar (lambda (slot) (%slot-name slot))
                            (remove :instance (%class-slots class)
                                    :key (lambda (slot)
                                           (%slot-allocation slot))
                                    :test-not #'eq)))))
    (values `(allocate-instance (find-class ',(%class-name class)))
            `(progn
               ,@(mapcan (lambda (name)
                           (if (slot-boundp object name)
                               `((setf (slot-value ,object ',name)
                                       ',(slot-value object name)))
                               '()))
                         names)
               ,object))))
