;;;; Tests of the metaobject protocol (AMOP 5 and 6).

(in-package #:astralisp.test)

;;; A metaclass whose slots remember how often they were read.

(defclass counting-class (standard-class)
  ((reads :initform 0 :accessor class-reads)))
(defmethod mop:validate-superclass ((class counting-class)
                                    (superclass standard-class))
  t)
(defmethod mop:slot-value-using-class :before ((class counting-class)
                                               object slot)
  (declare (ignore object slot))
  (incf (class-reads class)))
(defclass counted-thing () ((a :initarg :a :reader counted-thing-a))
  (:metaclass counting-class))

(define-test mop-metaclass-of-ones-own
  (let ((object (make-instance 'counted-thing :a 1)))
    (setf (class-reads (class-of object)) 0)
    (list (counted-thing-a object) (slot-value object 'a)
          (class-reads (class-of object))
          (class-name (class-of (class-of object)))))
  => "(1 1 2 COUNTING-CLASS)")

;;; Slot definitions with an option of their own.

(defclass noted-class (standard-class) ())
(defmethod mop:validate-superclass ((class noted-class)
                                    (superclass standard-class))
  t)
(defclass noted-direct-slot (mop:standard-direct-slot-definition)
  ((note :initarg :note :initform nil :reader slot-note)))
(defclass noted-effective-slot (mop:standard-effective-slot-definition)
  ((note :initform nil :accessor effective-note)))
(defmethod mop:direct-slot-definition-class ((class noted-class)
                                             &rest initargs)
  (declare (ignore initargs))
  (find-class 'noted-direct-slot))
(defmethod mop:effective-slot-definition-class ((class noted-class)
                                                &rest initargs)
  (declare (ignore initargs))
  (find-class 'noted-effective-slot))
(defmethod mop:compute-effective-slot-definition
    ((class noted-class) name direct-slots)
  (declare (ignore name))
  (let ((slot (call-next-method)))
    (setf (effective-note slot) (mapcar #'slot-note direct-slots))
    slot))
(defclass noted () ((a :note "first" :initarg :a) (b))
  (:metaclass noted-class))
(defclass noted-more (noted) ((a :note "second"))
  (:metaclass noted-class))

(define-test mop-slot-options-of-ones-own
  (mapcar (lambda (slot)
            (list (mop:slot-definition-name slot) (effective-note slot)
                  (mop:slot-definition-initargs slot)))
          (mop:class-slots (find-class 'noted-more)))
  => "((A (\"second\" \"first\") (:A)) (B (NIL) NIL))")

;;; Funcallable instances.

(defclass counter ()
  ((count :initform 0 :accessor counter-count))
  (:metaclass mop:funcallable-standard-class))
(defmethod initialize-instance :after ((counter counter) &key)
  (mop:set-funcallable-instance-function
   counter (lambda (n) (incf (counter-count counter) n))))

(define-test mop-funcallable-instances
  (let ((counter (make-instance 'counter)))
    (list (funcall counter 2) (apply counter '(3)) (counter-count counter)
          (functionp counter) (typep counter 'counter)
          (mapcar counter '(1 1))))
  => "(2 5 5 T T (6 7))")

;;; Generic functions of a class of their own.

(defclass logging-function (standard-generic-function)
  ((log :initform '() :accessor function-log))
  (:metaclass mop:funcallable-standard-class))
(defgeneric logged (x)
  (:generic-function-class logging-function)
  (:method ((x integer)) (list :integer (call-next-method)))
  (:method ((x t)) :t))
(defmethod mop:compute-effective-method :before
    ((function logging-function) combination methods)
  (declare (ignore combination))
  (push (length methods) (function-log function)))
(defmethod mop:compute-discriminating-function ((function logging-function))
  (let ((next (call-next-method)))
    (lambda (&rest arguments)
      (push arguments (function-log function))
      (apply next arguments))))

(define-test mop-generic-function-of-ones-own
  (progn
    (setf (function-log #'logged) '())
    (list (logged 1) (logged 'a) (function-log #'logged)))
  => "((:INTEGER :T) :T (1 (A) 2 (1)))")

;;; Methods made by hand.

(defgeneric by-hand (x))
(add-method #'by-hand
            (make-instance 'standard-method
                           :lambda-list '(x)
                           :qualifiers '()
                           :specializers (list (find-class 'integer))
                           :function (lambda (arguments next-methods)
                                       (list :hand arguments
                                             (length next-methods)
                                             (funcall
                                              (mop:method-function
                                               (first next-methods))
                                              arguments
                                              (rest next-methods))))))
(defmethod by-hand ((x t)) (list :last x))

(define-test mop-methods-by-hand
  (list (by-hand 1) (by-hand "a"))
  => "((:HAND (1) 1 (:LAST 1)) (:LAST \"a\"))")

;;; Introspection.

(defclass plain () ((a :initform 1 :reader plain-a :type integer)
                    (b :allocation :class :documentation "shared"))
  (:documentation "A plain class."))
(defclass plainer (plain) ())

(define-test mop-introspection-of-classes
  (let ((class (find-class 'plainer)))
    (list (mapcar #'class-name (mop:class-direct-superclasses class))
          (mapcar #'class-name
                  (mop:class-direct-subclasses (find-class 'plain)))
          (mapcar #'mop:slot-definition-name (mop:class-slots class))
          (mapcar #'mop:slot-definition-allocation (mop:class-slots class))
          (mapcar #'mop:slot-definition-type (mop:class-slots class))
          (mop:class-finalized-p class)))
  => "((PLAIN) (PLAINER) (A B) (:INSTANCE :CLASS) (INTEGER T) T)")
(define-test mop-documentation-of-classes
  (list (documentation (find-class 'plain) t) (documentation 'plain 'type))
  => "(\"A plain class.\" \"A plain class.\")")

(define-test mop-introspection-of-functions
  (list (mop:generic-function-name #'by-hand)
        (mop:generic-function-lambda-list #'by-hand)
        (length (mop:generic-function-methods #'by-hand))
        (length (mop:method-lambda-list
                 (first (mop:generic-function-methods #'plain-a))))
        (mop:slot-definition-name
         (mop:accessor-method-slot-definition
          (first (mop:generic-function-methods #'plain-a))))
        (mapcar #'mop:generic-function-name
                (mop:specializer-direct-generic-functions
                 (find-class 'plain)))
        (mop:eql-specializer-object (mop:intern-eql-specializer 3))
        (eq (mop:intern-eql-specializer 'a) (mop:intern-eql-specializer 'a)))
  => "(BY-HAND (X) 2 1 A (TOLD PLAIN-A) 3 T)")

(define-test mop-standard-instance-access
  (let* ((object (make-instance 'plain))
         (slot (find 'a (mop:class-slots (class-of object))
                     :key #'mop:slot-definition-name))
         (location (mop:slot-definition-location slot)))
    (setf (mop:standard-instance-access object location) 5)
    (list (plain-a object) (mop:standard-instance-access object location)))
  => "(5 5)")

(defun text-of-description (object)
  (let ((text (with-output-to-string (stream) (describe object stream))))
    (subseq text (1+ (position #\Newline text)))))
(defmethod told ((object plain) n) "What is told." n)
(define-test mop-description-of-classes
  (text-of-description (find-class 'plainer))
  => "\"  [standard-class]
  superclasses: PLAIN STANDARD-OBJECT T
  slots:
    (A :TYPE INTEGER :INITFORM 1)
    (B :ALLOCATION :CLASS)
\"")
(define-test mop-description-of-instances
  (text-of-description (make-instance 'plainer))
  => "\"  [plainer]
  A: 1
  shared by all instances:
  B: unbound
\"")
(define-test mop-description-of-methods
  (list (search "lambda list: (OBJECT N)" (text-of-description #'told))
        (not (null (search "TOLD (PLAIN T)" (text-of-description #'told))))
        (not (null (search "What is told."
                           (text-of-description
                            (first (mop:generic-function-methods #'told)))))))
  => "(32 T T)")

;;; Dependents.

(defvar *noticed* '())
(defmethod mop:update-dependent ((object class) (dependent (eql 'watcher))
                                 &rest initargs)
  (declare (ignore initargs))
  (push (class-name object) *noticed*))
(define-test mop-dependents
  (let ((class (eval '(defclass watched () ())))
        (*noticed* '()))
    (mop:add-dependent class 'watcher)
    (eval '(defclass watched () (a)))
    (mop:remove-dependent class 'watcher)
    (eval '(defclass watched () (b)))
    *noticed*)
  => "(WATCHED)")

(define-test mop-ensure-class
  (let ((class (mop:ensure-class 'ensured
                                 :direct-superclasses '(plain)
                                 :direct-slots '((:name c :initargs (:c))))))
    (list (class-name class) (slot-value (make-instance 'ensured :c 3) 'c)
          (slot-value (make-instance class) 'a)))
  => "(ENSURED 3 1)")

(define-test mop-classes-without-names
  (let ((class (make-instance 'standard-class
                              :direct-superclasses
                              (list (find-class 'plain)))))
    (list (class-name class) (plain-a (make-instance class))
          (typep (make-instance class) class)
          (eq class (type-of (make-instance class)))))
  => "(NIL 1 T T)")

(define-test mop-class-used-before-it-is-final
  (mop:class-precedence-list
   (eval '(defclass not-final (never-defined-class) ())))
  => "error PROGRAM-ERROR")
(define-test mop-metaclasses-do-not-mix
  (eval '(defclass mixed (structure-object) ()))
  => "error PROGRAM-ERROR")

;;; A generic function without a lambda list is in nobody's way.
(defvar *shapeless* (make-instance 'standard-generic-function))
(define-test generic-function-without-lambda-list
  (let ((class (eval '(defclass shapeless-test () ((a) (b))))))
    (setf (class-name class) nil)
    (list (class-name class)
          (handler-case (funcall *shapeless* 1)
            (error () :none))))
  => "(NIL :NONE)")
