;;;; The metaobjects of CLOS as they are stored (AMOP 5.4): fields of the
;;;; simple vector in slot 0, by index.
;;;;
;;;; User-defined subclasses of these classes keep the indices: COMPUTE-SLOTS
;;;; puts the slots of the classes below before all others.

(in-package #:astralisp.runtime)

(eval-always
  (defun define-fields (prefix reader names)
    (let ((index -1))
      (mapcar (lambda (name)
                (setq index (+ index 1))
                `(defmacro ,(%intern-symbol prefix name) (object)
                   (list 'svref (list ',reader object 0) ,index)))
              names))))

(defmacro define-instance-fields (prefix &rest names)
  "Define macros PREFIX-NAME that access the fields NAMES of a metaobject."
  `(progn ,@(define-fields prefix '%instance-ref names)))

(defmacro define-funcallable-fields (prefix &rest names)
  "Define macros PREFIX-NAME that access the fields NAMES of a funcallable
metaobject."
  `(progn ,@(define-fields prefix '%funcallable-ref names)))

;;; Classes. LAYOUT is that of new instances; VECTOR-LAYOUT (made when first
;;; needed) that of old ones which lack the room. CELLS associates the names
;;; of shared slots with their cells. PLAN is what MAKE-INSTANCE has found out.
(define-instance-fields %class
  direct-methods name direct-superclasses direct-subclasses precedence-list
  direct-slots slots direct-default-initargs default-initargs finalized-p
  layout vector-layout prototype dependents documentation cells plan plist)

(define-instance-fields %specializer direct-methods)

(define-instance-fields %eql-specializer direct-methods object)

;;; Slot definitions, direct and effective. LOCATION is the index of a slot in
;;; its instances, or the cons whose car is the value of a shared slot.
(define-instance-fields %slot
  name initform initfunction initargs type allocation readers writers
  location class documentation)

;;; Methods. What runs is CODE: for KIND :PLAIN a function of the arguments;
;;; for :NEXT a function of the next method (a function of the arguments, or
;;; NIL) and the method, which returns the function of the arguments; for
;;; :AMOP FUNCTION alone counts, which takes the list of arguments and the list
;;; of next methods.
(define-instance-fields %method
  generic-function qualifiers specializers lambda-list function documentation
  code kind slot-definition plist)

(define-instance-fields %combination name options type documentation)

;;; Generic functions. SHAPE is a GF-SHAPE; CACHE what dispatch.lisp keeps.
(define-funcallable-fields %gf
  name lambda-list precedence methods method-class combination declarations
  documentation dependents initial-methods shape cache effective plist)

;;; The classes themselves: name, direct superclasses, metaclass, and the slots
;;; that each adds: (name initarg initform).
(defglobal **metaobject-classes**
  '((t () built-in-class ())
    (standard-object (t) standard-class ())
    (metaobject (standard-object) standard-class ())
    (specializer (metaobject) standard-class
     ((direct-methods nil '())))
    (class (specializer) standard-class
     ((name :name nil) (direct-superclasses nil '())
      (direct-subclasses nil '()) (precedence-list nil '())
      (direct-slots nil '()) (slots nil '())
      (direct-default-initargs nil '()) (default-initargs nil '())
      (finalized-p nil nil) (layout nil nil) (vector-layout nil nil)
      (prototype nil nil) (dependents nil '())
      (documentation :documentation nil) (cells nil '()) (plan nil nil)
      (plist nil '())))
    (built-in-class (class) standard-class ())
    (standard-class (class) standard-class ())
    (funcallable-standard-class (class) standard-class ())
    (structure-class (class) standard-class ())
    (condition-class (class) standard-class ())
    (forward-referenced-class (class) standard-class ())
    (eql-specializer (specializer) standard-class
     ((object :object nil)))
    (slot-definition (metaobject) standard-class
     ((name :name nil) (initform :initform nil)
      (initfunction :initfunction nil) (initargs :initargs '())
      (type :type t) (allocation :allocation :instance)
      (readers :readers '()) (writers :writers '())
      (location :location nil) (class :class nil)
      (documentation :documentation nil)))
    (direct-slot-definition (slot-definition) standard-class ())
    (effective-slot-definition (slot-definition) standard-class ())
    (standard-slot-definition (slot-definition) standard-class ())
    (standard-direct-slot-definition
     (standard-slot-definition direct-slot-definition) standard-class ())
    (standard-effective-slot-definition
     (standard-slot-definition effective-slot-definition) standard-class ())
    (method (metaobject) standard-class
     ((generic-function nil nil) (qualifiers :qualifiers '())
      (specializers :specializers '()) (lambda-list :lambda-list '())
      (function :function nil) (documentation :documentation nil)
      (code :code nil) (kind :kind :amop)
      (slot-definition :slot-definition nil) (plist :plist '())))
    (standard-method (method) standard-class ())
    (standard-accessor-method (standard-method) standard-class ())
    (standard-reader-method (standard-accessor-method) standard-class ())
    (standard-writer-method (standard-accessor-method) standard-class ())
    (method-combination (metaobject) standard-class
     ((name :name nil) (options :options '()) (type :type nil)
      (documentation :documentation nil)))
    (standard-method-combination (method-combination) standard-class ())
    (function (t) built-in-class ())
    (funcallable-standard-object (standard-object function)
     funcallable-standard-class ())
    (generic-function (metaobject funcallable-standard-object)
     funcallable-standard-class
     ((name :name nil) (lambda-list nil '()) (precedence nil '())
      (methods nil '()) (method-class nil nil) (combination nil nil)
      (declarations nil '()) (documentation :documentation nil)
      (dependents nil '()) (initial-methods nil '()) (shape nil nil)
      (cache nil nil) (effective nil '()) (plist nil '())))
    (standard-generic-function (generic-function)
     funcallable-standard-class ())))

(defun metaobject-class-entry (name)
  (assq name **metaobject-classes**))

(defun metaobject-field-count (name)
  "How many fields instances of the metaobject class NAME have."
  (let ((entry (metaobject-class-entry name))
        (count 0))
    (dolist (superclass (cadr entry))
      (setq count (+ count (metaobject-field-count superclass))))
    (+ count (length (cadddr entry)))))

(defun fixed-fields-p (class)
  "True if CLASS is one of the classes whose slots have fixed places."
  (let ((entry (metaobject-class-entry (%class-name class))))
    (and entry (cadddr entry) (eq class (named-class (car entry))))))
