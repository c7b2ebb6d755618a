;;;; Condition types with multiple inheritance, and condition objects
;;;; (CLHS 9): instances on layouts of kind :CONDITION.

(in-package #:astralisp.runtime)

;;; What is known of a condition type is in the info of its name, under
;;; :CONDITION, and in slot 9 of its layout.
(defstruct (condition-description (:copier nil))
  name
  parents                       ; names
  ancestors                     ; names, itself first, most specific first
  slots                         ; simple vector of condition slots
  direct-slots                  ; list
  report                        ; string, function or NIL
  initargs                      ; default initargs: list of (key . function)
  layout)

(defstruct (condition-slot (:copier nil))
  name
  initargs                      ; list of symbols
  initfunction                  ; of no arguments, or NIL
  cell)                         ; a list of the shared value for class slots

(defun condition-description (name)
  (or (info name :condition)
      (error 'simple-type-error
             :datum name :expected-type '(satisfies condition-type-p)
             :format-control "no condition type is named ~S"
             :format-arguments (list name))))

(defun conditionp (object)
  (and (%instancep object)
       (eq :condition (%instance-ref (%instance-layout object) 8))))

(defun class-of-condition (condition)
  (%instance-ref (%instance-layout condition) 9))

(defun condition-of-type-p (object name)
  (and (conditionp object)
       (not (null (memq name (condition-description-ancestors
                              (class-of-condition object)))))))

(defun condition-type-p (name)
  (and (symbolp name) (not (null (info name :condition)))))

;;; The ancestors of a type with PARENTS, shared ones as late as may be.
(defun inherited-names (parents)
  (let ((names nil))
    (dolist (parent parents)
      (setq names (append names (condition-description-ancestors
                                 (condition-description parent)))))
    (remove-duplicates names)))

;;; The slots of a type with ANCESTORS: a slot given again by a descendant gets
;;; its initform from there, and all the initargs.
(defun effective-slots (direct-slots ancestors)
  (let ((slots nil))
    (dolist (name (reverse ancestors))
      (dolist (slot (condition-description-direct-slots (condition-description name)))
        (setq slots (merge-slot slot slots))))
    (dolist (slot direct-slots)
      (setq slots (merge-slot slot slots)))
    (list-to-simple-vector (nreverse slots))))

(defun merge-slot (slot slots)
  (let ((old (find-condition-slot (condition-slot-name slot) slots)))
    (if old
        (substitute (make-condition-slot
                     :name (condition-slot-name slot)
                     :initargs (append (condition-slot-initargs slot)
                                       (condition-slot-initargs old))
                     :initfunction (or (condition-slot-initfunction slot)
                                       (condition-slot-initfunction old))
                     :cell (condition-slot-cell slot))
                    old slots)
        (cons slot slots))))

(defun find-condition-slot (name slots)
  (dolist (slot slots nil)
    (when (eq name (condition-slot-name slot))
      (return slot))))

;;; Enough for TYPEP when a file is compiled, and the full definition later.
(defun declare-condition (name parents)
  (unless (info name :condition)
    (define-condition-type name parents nil nil nil)))

(defun ancestors-of-new (name parents)
  "The names that a condition NAME with PARENTS inherits from."
  (let ((names (inherited-names parents)))
    (if (memq name names)
        (condition-problem "~S would be its own ancestor" name)
        names)))

(defun define-condition-type (name parents slots report initargs)
  (let* ((parents (or parents (if (eq name 'condition) nil '(condition))))
         (inherited (ancestors-of-new name parents))
         (all-slots (effective-slots slots inherited))
         (class (make-condition-description
                 :name name :parents parents
                 :ancestors (cons name inherited)
                 :slots all-slots :direct-slots slots
                 :report report :initargs initargs))
         (layout (%make-layout name (%vector-length all-slots) 0
                               (%make-vector #x20 0) :condition nil)))
    (%set-instance-ref layout 8 :condition)
    (%set-instance-ref layout 9 class)
    (%set-find-layout name layout)
    (forget-class name)
    (setf (condition-description-layout class) layout)
    (set-info name :condition class)
    name))

;;; Making conditions.

(defun initarg-tail (names initargs)
  (do ((tail initargs (cddr tail)))
      ((null tail) nil)
    (when (memq (car tail) names)
      (return tail))))

(defun default-initarg (class slot)
  (dolist (name (condition-description-ancestors class) nil)
    (dolist (entry (condition-description-initargs (condition-description name)))
      (when (memq (car entry) (condition-slot-initargs slot))
        (return-from default-initarg (cdr entry))))))

(defun initial-slot-value (class slot initargs)
  (let ((tail (initarg-tail (condition-slot-initargs slot) initargs)))
    (if tail
        (cadr tail)
        (let ((function (or (default-initarg class slot)
                            (condition-slot-initfunction slot))))
          (if function
              (funcall function)
              (%unbound-marker))))))

;;; The name of a condition type all of whose instances are of TYPE: a name, a
;;; class, or a compound of them.
(defun condition-type-name (type)
  (cond ((classp type) (class-name type))
        ((atom type) type)
        ((eq (car type) 'or) (condition-type-name (cadr type)))
        ((eq (car type) 'and)
         (condition-type-name
          (or (find-if (lambda (part)
                         (every (lambda (other) (subtypep part other))
                                (cdr type)))
                       (cdr type))
              (error 'simple-type-error
                     :datum type :expected-type '(satisfies condition-type-p)
                     :format-control "none of the types in ~S is a subtype of ~
                                      the others: which condition is meant?"
                     :format-arguments (list type)))))
        (t (car type))))

(defun make-condition (type &rest initargs)
  "Return a condition of TYPE with slots set by INITARGS.
CLHS MAKE-CONDITION."
  (let* ((class (condition-description (condition-type-name type)))
         (slots (condition-description-slots class))
         (condition (%make-instance (condition-description-layout class))))
    (dotimes (i (%vector-length slots) condition)
      (let* ((slot (%svref slots i))
             (value (initial-slot-value class slot initargs)))
        (cond ((null (condition-slot-cell slot))
               (%set-instance-ref condition i value))
              ((or (initarg-tail (condition-slot-initargs slot) initargs)
                   (%unbound-marker-p (car (condition-slot-cell slot))))
               (setf (car (condition-slot-cell slot)) value)))))))

(defun slot-position (condition name)
  (let ((slots (condition-description-slots (class-of-condition condition))))
    (dotimes (i (%vector-length slots) nil)
      (when (eq name (condition-slot-name (%svref slots i)))
        (return i)))))

(defun condition-slot-value (condition name)
  (let* ((i (slot-position condition name))
         (slots (condition-description-slots (class-of-condition condition)))
         (cell (condition-slot-cell (%svref slots i)))
         (value (if cell (car cell) (%instance-ref condition i))))
    (if (%unbound-marker-p value)
        (error 'unbound-slot :name name :instance condition)
        value)))

(defun set-condition-slot-value (condition name value)
  (let* ((i (slot-position condition name))
         (slots (condition-description-slots (class-of-condition condition)))
         (cell (condition-slot-cell (%svref slots i))))
    (if cell
        (set-car cell value)
        (%set-instance-ref condition i value))
    value))

;;; Readers and writers. They are methods of generic functions, defined in
;;; clos/condition-accessors.lisp; but those of the types that come before CLOS are
;;; ordinary functions. One function may read slots of several types: its name has
;;; in its info, under :CONDITION-READERS, a list of (type . slot).

(defglobal **condition-accessor-definer** nil
  "NIL, or a function of a key, a function name, a type and a slot, that defines an
accessor method and returns true, or returns NIL.")

(defun reader-slot (reader condition key)
  (when (conditionp condition)
    (dolist (name (condition-description-ancestors (class-of-condition condition)))
      (let ((entry (assq name (info reader key))))
        (when entry
          (return-from reader-slot (cdr entry))))))
  (error 'type-error
         :datum condition
         :expected-type (cons 'or (mapcar #'car (info reader key)))))

(defun note-condition-accessor (symbol key type slot)
  (set-info symbol key
            (cons (cons type slot)
                  (remove-association type (info symbol key)))))

(defun condition-accessor-defined-p (key name type slot)
  (and **condition-accessor-definer**
       (funcall **condition-accessor-definer** key name type slot)))

(defun define-condition-reader (reader type slot)
  (unless (condition-accessor-defined-p :condition-readers reader type slot)
    (note-condition-accessor reader :condition-readers type slot)
    (%set-fdefinition
     reader
     (%named-lambda condition-reader (condition)
       (condition-slot-value condition
                             (reader-slot reader condition
                                          :condition-readers))))))

(defun define-condition-writer (name type slot)
  (unless (condition-accessor-defined-p :condition-writers name type slot)
    (let ((symbol (if (consp name) (cadr name) name)))
      (note-condition-accessor symbol :condition-writers type slot)
      (%set-fdefinition
       name
       (%named-lambda condition-writer (value condition)
         (set-condition-slot-value condition
                                   (reader-slot symbol condition
                                                :condition-writers)
                                   value))))))

;;; DEFINE-CONDITION.

;;; SPEC parsed: a form that makes the slot, and forms that define its readers
;;; and writers.
(defun parse-condition-slot (type spec)
  (let* ((spec (if (consp spec) spec (list spec)))
         (name (car spec))
         (initargs nil)
         (initform nil)
         (cell nil)
         (forms nil))
    (do ((tail (cdr spec) (cddr tail)))
        ((null tail))
      (let ((value (cadr tail)))
        (case (car tail)
          (:initarg (push value initargs))
          (:initform (setq initform `(lambda () ,value)))
          (:reader
           (push `(define-condition-reader ',value ',type ',name) forms))
          (:writer
           (push `(define-condition-writer ',value ',type ',name) forms))
          (:accessor
           (push `(define-condition-reader ',value ',type ',name) forms)
           (push `(define-condition-writer '(setf ,value) ',type ',name)
                 forms))
          (:allocation
           (setq cell (if (eq value :class) '(list (%unbound-marker)) nil)))
          ((:type :documentation))
          (t (structure-error "~S is not an option of a condition slot"
                              (car tail))))))
    (values `(make-condition-slot :name ',name
                                  :initargs ',(nreverse-onto initargs nil)
                                  :initfunction ,initform
                                  :cell ,cell)
            (nreverse-onto forms nil))))

(defun report-form (report)
  (cond ((null report) nil)
        ((stringp report) report)
        ((symbolp report) `',report)
        (t `(function ,report))))

(defun default-initargs-form (initargs)
  (let ((forms nil))
    (do ((tail initargs (cddr tail)))
        ((null tail))
      (push `(cons ',(car tail) (lambda () ,(cadr tail))) forms))
    `(list ,@(nreverse-onto forms nil))))

;;; The file being compiled will define the functions called NAMES, quoted, when it is
;;; loaded.
(defun declare-functions (names)
  (when (fboundp 'note-function-defined)
    (dolist (name names)
      (note-function-defined (cadr name) :unknown))))

(defmacro define-condition (&environment environment
                            name parents slots &rest options)
  "Define NAME as a type of conditions with PARENTS and SLOTS; return it.
CLHS DEFINE-CONDITION."
  (check-condition-definition name parents slots options environment)
  (check-symbol-lock name "defining the condition" environment)
  (check-not-declaration name)
  (let ((slot-forms nil)
        (reader-forms nil))
    (dolist (spec slots)
      (multiple-value-bind (slot forms) (parse-condition-slot name spec)
        (push slot slot-forms)
        (setq reader-forms (append reader-forms forms))))
    `(progn
       (eval-when (:compile-toplevel)
         (declare-condition ',name ',parents)
         (declare-functions ',(mapcar #'cadr reader-forms)))
       (define-condition-type ',name ',parents
         (list ,@(nreverse-onto slot-forms nil))
         ,(report-form (cadr (assq :report options)))
         ,(default-initargs-form (cdr (assq :default-initargs options))))
       ,@(documentation-forms name 'type
                              (cadr (assq :documentation options)))
       ,@reader-forms
       ',name)))

;;; Reports.

(defun condition-report (condition)
  (dolist (name (condition-description-ancestors (class-of-condition condition))
                nil)
    (let ((report (condition-description-report (condition-description name))))
      (when report
        (return report)))))

(defun report-condition (condition stream)
  (let ((report (condition-report condition)))
    (cond ((stringp report) (write-string report stream))
          (report (funcall report condition stream))
          (t (format stream "condition of type ~S"
                     (condition-description-name
                      (class-of-condition condition)))))))
