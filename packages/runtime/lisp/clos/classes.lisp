;;;; Inheritance of classes: precedence lists, slots, default initargs,
;;;; layouts (CLHS 4.3.5, 7.5.3; AMOP 5.5.2).

(in-package #:astralisp.runtime)

(defun class-error (control &rest arguments)
  (error 'simple-program-error
         :format-control control :format-arguments arguments))

(defun standard-metaclass-p (class)
  "True if CLASS is an instance of a metaclass of the system, so that all
protocols have their standard behaviour."
  (let ((name (layout-name (%instance-layout class))))
    (and (memq name '(standard-class funcallable-standard-class
                      built-in-class structure-class condition-class
                      forward-referenced-class))
         t)))

(defun forward-referenced-p (class)
  (eq 'forward-referenced-class (layout-name (%instance-layout class))))

(defun funcallable-class-p (class)
  "True if instances of CLASS are funcallable."
  (let ((funcallable (named-class 'funcallable-standard-class))
        (metaclass (layout-class (%instance-layout class))))
    (or (eq metaclass funcallable)
        (and (memq funcallable (class-all-superclasses metaclass)) t))))

(defun metaobject-class-p (class)
  "True if instances of CLASS are metaobjects."
  (and (memq (named-class 'metaobject) (%class-precedence-list class)) t))

;;; Precedence lists. A class precedes its direct superclasses, and these each
;;; other; among several candidates the next is the one with a direct subclass
;;; rightmost in the list so far.

(defun all-superclasses (class)
  "CLASS and all its superclasses, in no particular order."
  (let ((seen '())
        (todo (list class)))
    (while todo
      (let ((next (pop todo)))
        (unless (memq next seen)
          (push next seen)
          (dolist (superclass (%class-direct-superclasses next))
            (push superclass todo)))))
    seen))

(defun precedence-pairs (classes)
  "Pairs (A . B) of CLASSES: A precedes B."
  (let ((pairs '()))
    (dolist (class classes pairs)
      (let ((before class))
        (dolist (superclass (%class-direct-superclasses class))
          (push (cons before superclass) pairs)
          (setq before superclass))))))

(defun std-precedence-list (class)
  "The class precedence list of CLASS (CLHS 4.3.5.1)."
  (let ((superclasses (%class-direct-superclasses class)))
    ;; With one superclass there is nothing to sort.
    (if (and superclasses (null (cdr superclasses)))
        (cons class (class-all-superclasses (car superclasses)))
        (let* ((classes (all-superclasses class)))
          (sort-by-precedence class classes (precedence-pairs classes))))))

(defun sort-by-precedence (class classes pairs)
  (let ((result '()))
    (while classes
      (let ((candidates
              (remove-if (lambda (c)
                           (find c pairs :key #'cdr :test #'eq))
                         classes)))
        (when (null candidates)
          (class-error "the superclasses of ~S contradict each other: no ~
                        order puts each class before its superclasses"
                       (%class-name class)))
        (let ((next (if (cdr candidates)
                        (rightmost-candidate candidates result)
                        (car candidates))))
          (setq classes (remove next classes :test #'eq)
                pairs (remove next pairs :key #'car :test #'eq))
          (push next result))))
    (nreverse result)))

;;; RESULT is in reverse: its first class is rightmost.
(defun rightmost-candidate (candidates result)
  (dolist (class result (car candidates))
    (dolist (superclass (%class-direct-superclasses class))
      (when (memq superclass candidates)
        (return-from rightmost-candidate superclass)))))

;;; Slots.

(defun make-slot-definition (class-name)
  "A new standard slot definition of the class called CLASS-NAME."
  (let ((slot (make-metaobject class-name)))
    (setf (%slot-type slot) t
          (%slot-allocation slot) :instance)
    slot))

(defun slot-classes-in-order (class)
  "The precedence list of CLASS in the order in which its slots are laid out:
general classes first, but before all those whose slots have fixed places."
  (let ((fixed '())
        (others '()))
    (dolist (c (%class-precedence-list class))
      (if (fixed-fields-p c)
          (push c fixed)
          (push c others)))
    (append fixed others)))

(defun direct-slots-by-name (class)
  "A list of (name . direct slots, most specific first) in layout order."
  (let ((entries '()))
    (dolist (c (slot-classes-in-order class))
      (dolist (slot (%class-direct-slots c))
        (let ((entry (assq (%slot-name slot) entries)))
          (if entry
              (push slot (cdr entry))
              (push (list (%slot-name slot) slot) entries)))))
    ;; With several superclasses the layout order is not that of precedence.
    (dolist (entry entries)
      (when (cddr entry)
        (setf (cdr entry) (sort-direct-slots class (cdr entry)))))
    (nreverse entries)))

(defun sort-direct-slots (class slots)
  (let ((result '()))
    (dolist (c (%class-precedence-list class) (nreverse result))
      (dolist (slot slots)
        (when (memq slot (%class-direct-slots c))
          (push slot result))))))

(defun std-compute-slots (class)
  "The effective slot definitions of CLASS, without locations."
  (mapcar (lambda (entry)
            (if (standard-metaclass-p class)
                (std-effective-slot class (car entry) (cdr entry))
                (compute-effective-slot-definition class (car entry)
                                                   (cdr entry))))
          (direct-slots-by-name class)))

(defun combined-slot-type (slots)
  (let ((types (delete t (remove-duplicates (mapcar (lambda (slot)
                                                      (%slot-type slot))
                                                    slots)
                                            :test #'equal))))
    (cond ((null types) t)
          ((null (cdr types)) (car types))
          (t (cons 'and types)))))

(defun effective-slot-initargs (direct-slots)
  "What an effective slot definition gets from DIRECT-SLOTS, most specific
first: a list of initargs."
  (let ((initial (find-if (lambda (slot) (%slot-initfunction slot))
                          direct-slots))
        (documented (find-if (lambda (slot) (%slot-documentation slot))
                             direct-slots)))
    (list :name (%slot-name (car direct-slots))
          :initform (and initial (%slot-initform initial))
          :initfunction (and initial (%slot-initfunction initial))
          :initargs (remove-duplicates
                     (reduce #'append
                             (mapcar (lambda (slot) (%slot-initargs slot))
                                     direct-slots))
                     :from-end t)
          :type (combined-slot-type direct-slots)
          :allocation (%slot-allocation (car direct-slots))
          :documentation (and documented
                              (%slot-documentation documented)))))

(defun std-effective-slot (class name direct-slots)
  (declare (ignore name))
  (let ((slot (make-slot-definition 'standard-effective-slot-definition))
        (initargs (effective-slot-initargs direct-slots)))
    (setf (%slot-name slot) (getf initargs :name)
          (%slot-initform slot) (getf initargs :initform)
          (%slot-initfunction slot) (getf initargs :initfunction)
          (%slot-initargs slot) (getf initargs :initargs)
          (%slot-type slot) (getf initargs :type)
          (%slot-allocation slot) (getf initargs :allocation)
          (%slot-documentation slot) (getf initargs :documentation)
          (%slot-class slot) class)
    slot))

;;; Locations. A shared slot's cell is that of the nearest class which defines
;;; the slot; CELLS of a class has those that it defines itself.

(defun defining-class (class name)
  (find-if (lambda (c)
             (find name (%class-direct-slots c)
                   :key (lambda (slot) (%slot-name slot)) :test #'eq))
           (%class-precedence-list class)))

(defun shared-cell (class slot)
  (let* ((name (%slot-name slot))
         (owner (defining-class class name))
         (known (and owner (assq name (%class-cells owner)))))
    (cond (known (cdr known))
          (t
           (let ((cell (list (%unbound-marker))))
             (push (cons name cell) (%class-cells (or owner class)))
             cell)))))

(defun initialize-shared-slot (slot)
  (let ((cell (%slot-location slot)))
    (when (and (%unbound-marker-p (car cell)) (%slot-initfunction slot))
      (setf (car cell) (funcall (%slot-initfunction slot))))))

(defun assign-locations (class slots)
  "Give each of SLOTS its location; return the names of those in instances."
  (let ((names '())
        (index 0))
    (dolist (slot slots)
      (case (%slot-allocation slot)
        (:instance
         (setf (%slot-location slot) index)
         (push (%slot-name slot) names)
         (setq index (+ index 1)))
        (:class
         (setf (%slot-location slot) (shared-cell class slot)))
        (t (setf (%slot-location slot) nil))))
    (nreverse names)))

;;; Finalization.

(defun std-default-initargs (class)
  "The default initargs of CLASS: lists of key, form and function."
  (let ((result '()))
    (dolist (c (%class-precedence-list class) (nreverse result))
      (dolist (entry (%class-direct-default-initargs c))
        (unless (assq (car entry) result)
          (push entry result))))))

(defun finalizable-p (class)
  (every (lambda (superclass)
           (and (not (forward-referenced-p superclass))
                (finalizable-p superclass)))
         (%class-direct-superclasses class)))

(defun check-finalizable (class)
  (dolist (superclass (all-superclasses class))
    (when (forward-referenced-p superclass)
      (class-error "the class ~S cannot have instances: its superclass ~S ~
                    is not defined yet"
                   (%class-name class) (%class-name superclass)))))

(defun std-finalize-inheritance (class)
  "Compute what CLASS inherits, and its layout."
  (check-finalizable class)
  (dolist (superclass (%class-direct-superclasses class))
    (ensure-finalized superclass))
  (let ((standard-p (standard-metaclass-p class)))
    (setf (%class-precedence-list class)
          (if standard-p
              (std-precedence-list class)
              (compute-class-precedence-list class)))
    (let* ((slots (if standard-p
                      (std-compute-slots class)
                      (compute-slots class)))
           (names (assign-locations class slots)))
      (setf (%class-slots class) slots
            (%class-default-initargs class)
            (if standard-p
                (std-default-initargs class)
                (compute-default-initargs class))
            (%class-plan class) nil)
      (unless (memq (layout-name (%instance-layout class))
                    '(built-in-class structure-class condition-class))
        (update-layout class names)))
    (setf (%class-finalized-p class) t)
    (dolist (slot (%class-slots class))
      (when (and (consp (%slot-location slot))
                 (eq (defining-class class (%slot-name slot)) class))
        (initialize-shared-slot slot)))
    class))

(defun ensure-finalized (class)
  (unless (%class-finalized-p class)
    (if (standard-metaclass-p class)
        (std-finalize-inheritance class)
        (finalize-inheritance class)))
  class)

;;; Layouts.

(defun layout-kind-for (class)
  (cond ((funcallable-class-p class) :funcallable)
        ((metaobject-class-p class) :vector)
        (t :standard)))

(defun shared-slot-cells (class)
  (let ((cells '()))
    (dolist (slot (%class-slots class) cells)
      (when (consp (%slot-location slot))
        (push (cons (%slot-name slot) (%slot-location slot)) cells)))))

(defun update-layout (class names)
  "Give CLASS a layout for the slots called NAMES. One that is there already
and describes the same instances stays; else it becomes obsolete."
  (let ((old (%class-layout class))
        (cells (shared-slot-cells class)))
    (cond ((and old
                (equal names (layout-slot-names old))
                (equal (mapcar #'car cells)
                       (mapcar #'car (layout-definition old))))
           (setf (layout-name old) (%class-name class)
                 (layout-definition old) cells))
          (t
           (when old
             (retire-layout old)
             (when (%class-vector-layout class)
               (retire-layout (%class-vector-layout class))
               (setf (%class-vector-layout class) nil)))
           (let ((new (make-class-layout class (%class-name class)
                                         (layout-kind-for class) names)))
             (setf (layout-definition new) cells
                   (%class-layout class) new))))))

(defun retire-layout (layout)
  "Make LAYOUT obsolete: its instances are brought up to date when they are
next looked at."
  (setf (layout-version layout) -1))

(defun class-vector-layout (class)
  "The layout of instances of CLASS that keep their slots in a vector."
  (let ((layout (%class-layout class)))
    (if (eq (layout-kind layout) :standard)
        (or (%class-vector-layout class)
            (let ((new (make-class-layout class (%class-name class) :vector
                                          (layout-slot-names layout))))
              (setf (layout-definition new) (layout-definition layout)
                    (%class-vector-layout class) new)))
        layout)))

;;; Subclasses.

(defun add-subclass (superclass class)
  (unless (memq class (%class-direct-subclasses superclass))
    (setf (%class-direct-subclasses superclass)
          (append (%class-direct-subclasses superclass) (list class)))))

(defun drop-subclass (superclass class)
  (setf (%class-direct-subclasses superclass)
        (remove class (%class-direct-subclasses superclass) :test #'eq)))

(defun all-subclasses (class)
  "CLASS and all its subclasses, each before its own subclasses."
  (let ((seen '()))
    (labels ((visit (c)
               (unless (memq c seen)
                 (push c seen)
                 (mapc #'visit (%class-direct-subclasses c)))))
      (visit class))
    (nreverse seen)))
