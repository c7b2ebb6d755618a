;;;; Access to slots by name (CLHS 7.5): SLOT-VALUE and its relatives.

(in-package #:astralisp.runtime)

;;; A location says where a layout's instances have a slot: a number i >= 0 is
;;; word i of the instance; -1 - i is element i of the vector in slot 0; a cons
;;; is the cell of a shared slot. Slots of structures and conditions have
;;; locations as well.

(defglobal **custom-slot-access** nil
  "True once a method on SLOT-VALUE-USING-CLASS or a relative was defined that
is not the system's.")

(defun custom-access-p (layout)
  "True if the slots of instances of LAYOUT may have a protocol of their own."
  (and **custom-slot-access**
       (layout-class layout)
       (not (standard-metaclass-p (layout-class layout)))))

(defun position-in-names (name names)
  (let ((i 0))
    (dolist (other names nil)
      (when (eq name other)
        (return i))
      (setq i (%fx+ i 1)))))

(defun shared-location (layout name)
  (cdr (assq name (layout-definition layout))))

(defun layout-location (layout name)
  "The location of the slot NAME in instances of LAYOUT, or NIL."
  (case (layout-kind layout)
    (:standard
     (or (position-in-names name (layout-slot-names layout))
         (shared-location layout name)))
    ((:vector :funcallable)
     (let ((i (position-in-names name (layout-slot-names layout))))
       (if i (- -1 i) (shared-location layout name))))
    (:structure
     (let ((slot (structure-slot-named layout name)))
       (and slot (slot-index slot))))
    (:condition (condition-location (layout-definition layout) name))
    (t nil)))

(defun structure-slot-named (layout name)
  (let ((description (layout-definition layout)))
    (and (simple-vector-p description)
         (dolist (slot (structure-slots description) nil)
           (when (eq name (slot-name slot))
             (return slot))))))

(defun condition-location (description name)
  (let ((slots (condition-description-slots description)))
    (dotimes (i (%vector-length slots) nil)
      (let ((slot (%svref slots i)))
        (when (eq name (condition-slot-name slot))
          (return (or (condition-slot-cell slot) i)))))))

(defun slot-vector (object)
  (if (%instancep object)
      (%instance-ref object 0)
      (%funcallable-ref object 0)))

(declaim (inline read-location write-location))
(defun read-location (object location)
  (cond ((consp location) (%car location))
        ((%fx>= location 0) (%instance-ref object location))
        (t (svref (slot-vector object) (%fx- -1 location)))))

(defun write-location (object location value)
  (cond ((consp location) (%set-car location value))
        ((%fx>= location 0) (%set-instance-ref object location value))
        (t (setf (svref (slot-vector object) (%fx- -1 location)) value))))

;;; The layout of OBJECT, brought up to date.
(defun current-layout (object)
  (let ((layout (layout-of object)))
    (if (and (eql -1 (layout-version layout))
             (memq (layout-kind layout) '(:standard :vector :funcallable)))
        (progn (update-obsolete-instance object)
               (layout-of object))
        layout)))

(defun object-location (object name)
  "The location of the slot NAME of OBJECT, or NIL when it has none or its class
has a protocol of its own."
  (let ((layout (current-layout object)))
    (if (custom-access-p layout)
        nil
        (layout-location layout name))))

;;; The protocol for what has no plain location.

(defun find-effective-slot (class name)
  (dolist (slot (%class-slots class) nil)
    (when (eq name (%slot-name slot))
      (return slot))))

(defun slot-value (object slot-name)
  "Return the value of the slot of OBJECT called SLOT-NAME. Calls SLOT-UNBOUND
when it has none, SLOT-MISSING when there is no such slot. CLHS SLOT-VALUE."
  (let ((location (object-location object slot-name)))
    (if location
        (let ((value (read-location object location)))
          (if (%unbound-marker-p value)
              (values (slot-unbound (class-of object) object slot-name))
              value))
        (slot-value-by-protocol object slot-name))))

(defun slot-value-by-protocol (object name)
  (let* ((class (class-of object))
         (slot (find-effective-slot class name)))
    (if slot
        (slot-value-using-class class object slot)
        (values (slot-missing class object name 'slot-value)))))

(defun set-slot-value (object slot-name value)
  (let ((location (object-location object slot-name)))
    (if location
        (write-location object location value)
        (let* ((class (class-of object))
               (slot (find-effective-slot class slot-name)))
          (if slot
              (funcall #'(setf slot-value-using-class)
                       value class object slot)
              (slot-missing class object slot-name 'setf value))))
    value))

(defun (setf slot-value) (value object slot-name)
  (set-slot-value object slot-name value))

(defsetf slot-value set-slot-value)

(defun slot-boundp (object slot-name)
  "True if the slot of OBJECT called SLOT-NAME has a value. CLHS SLOT-BOUNDP."
  (let ((location (object-location object slot-name)))
    (if location
        (not (%unbound-marker-p (read-location object location)))
        (let* ((class (class-of object))
               (slot (find-effective-slot class slot-name)))
          (if slot
              (slot-boundp-using-class class object slot)
              (and (slot-missing class object slot-name 'slot-boundp) t))))))

(defun slot-makunbound (object slot-name)
  "Leave the slot of OBJECT called SLOT-NAME without a value; return OBJECT.
CLHS SLOT-MAKUNBOUND."
  (let ((location (object-location object slot-name)))
    (if location
        (write-location object location (%unbound-marker))
        (let* ((class (class-of object))
               (slot (find-effective-slot class slot-name)))
          (if slot
              (slot-makunbound-using-class class object slot)
              (slot-missing class object slot-name 'slot-makunbound))))
    object))

(defun slot-exists-p (object slot-name)
  "True if OBJECT has a slot called SLOT-NAME. CLHS SLOT-EXISTS-P."
  (or (not (null (layout-location (current-layout object) slot-name)))
      (not (null (find-effective-slot (class-of object) slot-name)))))

;;; A constant name is looked up in a table of its own, which all such places
;;; share: a vector of the name and of ENTRIES, layouts each followed by the
;;; location. Entries are never changed, but replaced: any thread may read them.

(defglobal **slot-tables** '())
(defglobal **empty-entries** (%fill (%make-vector #x20 4) 0 0 4))

(defun slot-table (name)
  "The table of the slot name NAME."
  (or (info name :slot-table)
      (let ((table (vector name **empty-entries**)))
        (push table **slot-tables**)
        (set-info name :slot-table table))))

(defun flush-slot-tables ()
  "Forget all locations: some class has changed."
  (dolist (table **slot-tables**)
    (%set-svref table 1 **empty-entries**)))

(declaim (inline entry-index))
(defun entry-index (entries layout)
  "The index in ENTRIES at which LAYOUT is looked for first."
  (%fx-and (%fx-shift-left (layout-stamp layout) 1)
           (%fx- (%vector-length entries) 1)))

(declaim (inline table-location))
(defun table-location (table layout)
  (let* ((entries (%svref table 1))
         (i (entry-index entries layout)))
    (if (eq (%svref entries i) layout)
        (%svref entries (%fx+ i 1))
        nil)))

(defun extended-entries (entries layout value)
  "ENTRIES with LAYOUT and VALUE: of twice the size until no two layouts want
the same place, but starting over when they grow out of hand."
  (let ((size (%vector-length entries)))
    (loop-forever
      (let ((new (rehashed-entries entries size layout value)))
        (when new
          (return new))
        (setq size (* size 2))
        (when (> size 1024)
          (setq entries **empty-entries**
                size 4))))))

(defun rehashed-entries (entries size layout value)
  (let ((new (%fill (%make-vector #x20 size) 0 0 size)))
    (flet ((enter (layout value)
             (let ((i (entry-index new layout)))
               (cond ((eq 0 (%svref new i))
                      (%set-svref new i layout)
                      (%set-svref new (+ i 1) value))
                     ((eq layout (%svref new i)) t)
                     (t (return-from rehashed-entries nil))))))
      (enter layout value)
      (do ((i 0 (+ i 2)))
          ((>= i (%vector-length entries)) new)
        (unless (eq 0 (%svref entries i))
          (enter (%svref entries i) (%svref entries (+ i 1))))))))

(defun note-location (table layout location)
  (%set-svref table 1 (extended-entries (%svref table 1) layout location)))

(defun slot-value-by-table (table object)
  "What SLOT-VALUE does for a constant name, that of TABLE."
  (let ((location (table-location table (layout-of object))))
    (if location
        (let ((value (read-location object location)))
          (if (%unbound-marker-p value)
              (slot-value object (%svref table 0))
              value))
        (slot-value-missed table object))))

(defun slot-value-missed (table object)
  (let ((location (object-location object (%svref table 0))))
    (when location
      (note-location table (layout-of object) location))
    (slot-value object (%svref table 0))))

(defun set-slot-value-by-table (table object value)
  (let ((location (table-location table (layout-of object))))
    (if location
        (progn (write-location object location value)
               value)
        (let ((location (object-location object (%svref table 0))))
          (when location
            (note-location table (layout-of object) location))
          (set-slot-value object (%svref table 0) value)))))

(defun quoted-symbol-p (form)
  (and (consp form) (eq (car form) 'quote)
       (consp (cdr form)) (null (cddr form))
       (symbolp (cadr form)) (cadr form)
       (not (keywordp (cadr form)))))

(define-compiler-macro slot-value (&whole form &rest arguments)
  (if (and (eql 2 (length arguments))
           (quoted-symbol-p (second arguments)))
      `(slot-value-by-table
        (load-time-value (slot-table ,(second arguments)) t)
        ,(first arguments))
      form))

(define-compiler-macro set-slot-value (&whole form &rest arguments)
  (if (and (eql 3 (length arguments))
           (quoted-symbol-p (second arguments)))
      `(set-slot-value-by-table
        (load-time-value (slot-table ,(second arguments)) t)
        ,(first arguments) ,(third arguments))
      form))

;;; WITH-SLOTS, WITH-ACCESSORS.

(defun slot-entry (entry)
  (cond ((symbolp entry) (values entry entry))
        ((and (consp entry) (consp (cdr entry)) (null (cddr entry))
              (symbolp (car entry)))
         (values (car entry) (cadr entry)))
        (t (class-error "~S is not an entry of WITH-SLOTS or WITH-ACCESSORS"
                        entry))))

(defmacro with-slots (slot-entries instance &body body)
  "Run BODY with variables that stand for the slots of INSTANCE which
SLOT-ENTRIES name: SLOT or (VARIABLE SLOT). CLHS WITH-SLOTS."
  (let ((object (temporary "INSTANCE")))
    `(let ((,object ,instance))
       (declare (ignorable ,object))
       (symbol-macrolet
           ,(mapcar (lambda (entry)
                      (multiple-value-bind (variable slot) (slot-entry entry)
                        `(,variable (slot-value ,object ',slot))))
                    slot-entries)
         ,@body))))

(defmacro with-accessors (slot-entries instance &body body)
  "Run BODY with variables that stand for calls of accessors on INSTANCE, as
SLOT-ENTRIES say: (VARIABLE ACCESSOR). CLHS WITH-ACCESSORS."
  (let ((object (temporary "INSTANCE")))
    `(let ((,object ,instance))
       (declare (ignorable ,object))
       (symbol-macrolet
           ,(mapcar (lambda (entry)
                      `(,(first entry) (,(second entry) ,object)))
                    slot-entries)
         ,@body))))
