;;;; The first classes, made by hand: the metaobject classes describe
;;;; themselves, and the built-in classes describe what has no other.

(in-package #:astralisp.runtime)

(defun make-metaobject (class-name)
  "A new metaobject of the class called CLASS-NAME; its fields are NIL."
  (let* ((class (named-class class-name))
         (layout (%class-layout class))
         (object (allocate-standard layout 0)))
    (if (eq (layout-kind layout) :vector)
        (%set-instance-ref object 0 (nil-vector class-name))
        (%set-funcallable-ref object 0 (nil-vector class-name)))
    object))

(defun nil-vector (class-name)
  (let ((length (metaobject-field-count class-name)))
    (%fill (%make-vector #x20 length) nil 0 length)))

;;; First the classes as objects that know their names and layouts: those of
;;; metaclasses are needed before there are classes to put into them.

(defun boot-layout-kind (name)
  (case name
    ((t function) nil)
    ((standard-object) :standard)
    ((funcallable-standard-object generic-function standard-generic-function)
     :funcallable)
    (t :vector)))

(defun boot-class (entry metaclass-layouts)
  (let* ((name (car entry))
         (kind (boot-layout-kind name))
         (layout (or (cdr (assq name metaclass-layouts))
                     (and kind (make-class-layout nil name kind '()))))
         (class (%make-instance (cdr (assq (caddr entry)
                                           metaclass-layouts)))))
    (%set-instance-ref class 0 (nil-vector 'class))
    (setf (%class-name class) name
          (%class-layout class) layout)
    (when layout
      (setf (layout-class layout) class))
    (setf (car (class-cell name)) class)
    class))

(defun boot-metaclass-layouts ()
  (mapcar (lambda (name)
            (cons name (make-class-layout nil name :vector '())))
          '(built-in-class standard-class funcallable-standard-class
            structure-class condition-class forward-referenced-class)))

(defun boot-slot (spec)
  (destructuring-bind (name initarg initform) spec
    (let ((slot (make-slot-definition 'standard-direct-slot-definition)))
      (setf (%slot-name slot) name
            (%slot-initargs slot) (and initarg (list initarg))
            (%slot-initform slot) initform
            (%slot-initfunction slot)
            (constantly (if (consp initform) (cadr initform) initform)))
      slot)))

(defun link-class (class superclasses)
  (setf (%class-direct-superclasses class) superclasses)
  (dolist (superclass superclasses)
    (add-subclass superclass class)))

(defun boot-layout-names (class)
  "Let the layout that CLASS has from the start say what it describes."
  (let ((names (assign-locations class (%class-slots class)))
        (layout (%class-layout class)))
    (when layout
      (setf (layout-slot-names layout) names))))

(defun boot-metaobject-classes ()
  (let ((layouts (boot-metaclass-layouts)))
    (dolist (entry **metaobject-classes**)
      (boot-class entry layouts))
    (dolist (entry **metaobject-classes**)
      (let ((class (named-class (car entry))))
        (link-class class (mapcar #'named-class (cadr entry)))
        (setf (%class-direct-slots class)
              (mapcar #'boot-slot (cadddr entry)))))
    (dolist (entry **metaobject-classes**)
      (let ((class (named-class (car entry))))
        (setf (%class-precedence-list class) (std-precedence-list class))))
    (dolist (entry **metaobject-classes**)
      (let ((class (named-class (car entry))))
        (setf (%class-slots class) (std-compute-slots class)
              (%class-finalized-p class) t)
        (boot-layout-names class)))))

(boot-metaobject-classes)

;;; Built-in classes: name, direct superclasses.

(defglobal **built-in-classes**
  '((sequence t) (symbol t) (list sequence) (cons list)
    (null symbol list)
    (array t) (simple-array array) (vector array sequence)
    (simple-vector vector simple-array)
    (bit-vector vector) (simple-bit-vector bit-vector simple-array)
    (string vector) (simple-string string simple-array)
    (simple-specialized-vector vector simple-array)
    (number t) (complex number) (real number) (float real)
    (single-float float) (double-float float)
    (rational real) (ratio rational) (integer rational)
    (fixnum integer) (bignum integer)
    (character t)))

(defun make-class-object (metaclass name superclasses)
  "A new class called NAME of METACLASS, a name, with SUPERCLASSES; named and
finalized so far as it can be without slots."
  (let ((class (make-metaobject metaclass)))
    (setf (%class-name class) name
          (car (class-cell name)) class)
    (link-class class superclasses)
    (setf (%class-precedence-list class) (std-precedence-list class)
          (%class-finalized-p class) t)
    class))

(defun boot-built-in-class (name superclasses)
  (let ((class (or (named-class name)
                   (make-class-object 'built-in-class name
                                      (mapcar #'named-class superclasses))))
        (layout (built-in-layout name)))
    (when layout
      (setf (layout-class layout) class
            (%class-layout class) layout))))

(dolist (entry **built-in-classes**)
  (boot-built-in-class (car entry) (cdr entry)))
(boot-built-in-class 't '())
(boot-built-in-class 'function '(t))
(unless (info 'package :structure)
  (boot-built-in-class 'package '(t)))

(deftype simple-specialized-vector ()
  "One-dimensional simple arrays that are neither simple vectors, strings nor
bit vectors."
  '(and simple-array vector
        (not (or simple-vector simple-string simple-bit-vector))))

;;; Structure classes and condition classes are made when they are first asked
;;; for, or when a type is defined.

(defun make-structure-slot (slot class direct-p)
  (let ((made (make-slot-definition (if direct-p
                                        'standard-direct-slot-definition
                                        'standard-effective-slot-definition))))
    (setf (%slot-name made) (slot-name slot)
          (%slot-initform made) (slot-default slot)
          (%slot-type made) (slot-type slot)
          (%slot-class made) class
          (%slot-location made) (slot-index slot)
          (%slot-readers made) (list (slot-accessor slot)))
    made))

(defun structure-class-named (name)
  "The class of the structure type NAME, made if need be; NIL if there is no
such type of instances."
  (let* ((layout (%find-layout name))
         (description (and layout (layout-definition layout))))
    (cond ((eq name 'structure-object)
           (or (layout-class layout) (make-structure-object-class layout)))
          ((or (null layout)
               (not (simple-vector-p description))
               (not (eq (layout-kind layout) :structure)))
           nil)
          (t (or (layout-class layout)
                 (make-structure-class layout description))))))

(defun make-structure-object-class (layout)
  (let ((class (make-class-object 'structure-class 'structure-object
                                  (list (named-class 't)))))
    (setf (layout-class layout) class
          (%class-layout class) layout)
    class))

(defun make-structure-class (layout description)
  (let* ((name (structure-name description))
         (parent (or (structure-include description) 'structure-object))
         (included (and (structure-include description)
                        (structure-slots (structure-description parent))))
         (class (make-class-object
                 'structure-class name
                 (list (structure-class-named parent)))))
    (setf (layout-class layout) class
          (%class-layout class) layout
          (%class-slots class)
          (mapcar (lambda (slot) (make-structure-slot slot class nil))
                  (structure-slots description))
          (%class-direct-slots class)
          (mapcar (lambda (slot) (make-structure-slot slot class t))
                  (remove-if (lambda (slot)
                               (find-slot (slot-name slot) included))
                             (structure-slots description)))
          (%class-documentation class) (structure-documentation description))
    class))

(defun make-condition-slots (slots class name)
  (let ((index -1))
    (map 'list
         (lambda (slot)
           (let ((made (make-slot-definition name)))
             (setq index (+ index 1))
             (setf (%slot-name made) (condition-slot-name slot)
                   (%slot-initargs made) (condition-slot-initargs slot)
                   (%slot-initfunction made)
                   (condition-slot-initfunction slot)
                   (%slot-allocation made)
                   (if (condition-slot-cell slot) :class :instance)
                   (%slot-location made)
                   (or (condition-slot-cell slot) index)
                   (%slot-class made) class)
             made))
         slots)))

(defun condition-class-named (name)
  "The class of the condition type NAME, made if need be, or NIL."
  (let ((description (info name :condition)))
    (and description
         (let ((layout (condition-description-layout description)))
           (or (layout-class layout)
               (make-condition-class layout description))))))

(defun make-condition-class (layout description)
  (let* ((parents (condition-description-parents description))
         (class (make-class-object
                 'condition-class (condition-description-name description)
                 (if parents
                     (mapcar #'condition-class-named parents)
                     (list (named-class 't))))))
    (setf (layout-class layout) class
          (%class-layout class) layout
          (%class-slots class)
          (make-condition-slots (condition-description-slots description)
                                class 'standard-effective-slot-definition)
          (%class-direct-slots class)
          (make-condition-slots
           (condition-description-direct-slots description)
           class 'standard-direct-slot-definition))
    class))

(defun make-lazy-class (name)
  "The class of the structure or condition type NAME, or NIL."
  (or (structure-class-named name)
      (condition-class-named name)))

(defun class-of-layout (layout)
  "The class of LAYOUT, which has none yet."
  (let ((name (layout-name layout)))
    (case (layout-kind layout)
      (:condition
       (make-condition-class layout (layout-definition layout)))
      (t (if (simple-vector-p (layout-definition layout))
             (make-structure-class layout (layout-definition layout))
             (or (structure-class-named name)
                 (named-class 't)))))))
