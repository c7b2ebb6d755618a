;;;; Structures on layouts (docs/object-layout.md), and structures of type
;;;; LIST or VECTOR: DEFSTRUCT (CLHS 8).

(in-package #:astralisp.runtime)

;;; A structure is described by a simple vector in its name's info under
;;; :STRUCTURE, and in slot 9 of its layout.

(defun make-structure-description (name)
  (let ((description (%make-vector #x20 16)))
    (%fill description nil 0 16)
    (%set-svref description 0 name)
    (%set-svref description 3 0)
    description))

(defmacro define-vector-fields (prefix &rest names)
  (let ((forms nil)
        (index 0))
    (dolist (name names)
      (let ((accessor (%intern-symbol prefix name)))
        (push `(define-vector-field ,accessor ,index) forms)
        (setq index (+ index 1))))
    `(progn ,@(nreverse-onto forms nil))))

(defmacro define-vector-field (accessor index)
  `(progn
     (%defun ,accessor (description)
       (svref description ,index))
     (eval-always
       (set-info ',accessor :setf-expander
                 (%named-lambda ,accessor (form environment)
                   (vector-field-expansion form environment ,index))))))

(%defun vector-field-expansion (form environment index)
  (get-setf-expansion `(svref ,(car (cdr form)) ,index) environment))

;;; The symbol PREFIX-NAME in the runtime's package.
(%defun %intern-symbol (prefix name)
  (values (%intern (string-append (symbol-name prefix)
                                  "-" (symbol-name name))
                   (symbol-package 'structure-name))))

(define-vector-fields structure
  name                          ; symbol
  include                       ; name of the included structure or NIL
  slots                         ; list of slot descriptions, included first
  length                        ; number of slots (or elements)
  printer                       ; (:object function), (:function function), NIL
  conc-name                     ; string or NIL
  copier                        ; symbol or NIL
  predicate                     ; symbol or NIL
  constructors                  ; list of (name) or (name lambda-list)
  element-type                  ; NIL for instances; LIST, or (VECTOR type)
  named-p                       ; a typed structure with its name in it
  offset                        ; :initial-offset
  documentation)

(define-vector-fields slot
  name                          ; symbol
  index
  default                       ; form
  type
  read-only-p
  accessor)                     ; symbol

(defun make-slot-description (name default type read-only-p)
  (let ((slot (%make-vector #x20 6)))
    (setf (slot-name slot) name
          (slot-index slot) nil
          (slot-default slot) default
          (slot-type slot) type
          (slot-read-only-p slot) read-only-p
          (slot-accessor slot) nil)
    slot))

(defun copy-slot-description (slot)
  (let ((copy (%make-vector #x20 6)))
    (%replace copy 0 slot 0 6)
    copy))

(defun structure-error (control &rest arguments)
  (error 'simple-program-error
         :format-control control :format-arguments arguments))

;;; Parsing.

(defun symbol-append (&rest parts)
  (let ((name ""))
    (dolist (part parts)
      (setq name (string-append name (if (symbolp part)
                                         (symbol-name part)
                                         part))))
    (values (intern name))))

;;; Options are written KEY, (KEY) or (KEY argument...).
(defun parse-structure-option (description option)
  (let* ((key (if (consp option) (car option) option))
         (arguments (if (consp option) (cdr option) nil))
         (given-p (not (null arguments)))
         (first (if given-p (car arguments) nil)))
    (case key
      (:conc-name
       (setf (structure-conc-name description)
             (if (and given-p first) (string first) nil)))
      (:constructor
       (if given-p
           (push arguments (structure-constructors description))
           (push (list (default-constructor-name description))
                 (structure-constructors description))))
      (:copier (when given-p (setf (structure-copier description) first)))
      (:predicate
       (when given-p (setf (structure-predicate description) first)))
      (:include nil)
      (:print-function
       (setf (structure-printer description)
             (list :function (if given-p first :default))))
      (:print-object
       (setf (structure-printer description)
             (list :object (if given-p first :default))))
      (:type (setf (structure-element-type description)
                   (if (eq first 'vector) '(vector t) first)))
      (:named (setf (structure-named-p description) t))
      (:initial-offset (setf (structure-offset description) first))
      (t (structure-error "~S is not an option of DEFSTRUCT" option)))))

(defun default-constructor-name (description)
  (symbol-append "MAKE-" (structure-name description)))

(defun option-given-p (key options)
  (dolist (option options nil)
    (when (eq key (if (consp option) (car option) option))
      (return t))))

;;; Default names of what OPTIONS leave unsaid.
(defun parse-structure-options (description options)
  (let ((name (structure-name description)))
    (setf (structure-conc-name description)
          (string-append (symbol-name name) "-")
          (structure-copier description) (symbol-append "COPY-" name))
    (when (or (not (option-given-p :type options))
              (option-given-p :named options))
      (setf (structure-predicate description) (symbol-append name "-P")))
    (dolist (option options)
      (parse-structure-option description option))
    ;; (:CONSTRUCTOR NIL) means none.
    (cond ((not (option-given-p :constructor options))
           (setf (structure-constructors description)
                 (list (list (default-constructor-name description)))))
          (t (let ((kept nil))
               (dolist (constructor (structure-constructors description))
                 (when (car constructor)
                   (push constructor kept)))
               (setf (structure-constructors description) kept))))))

(defun parse-slot (spec)
  (if (symbolp spec)
      (make-slot-description spec nil t nil)
      (destructuring-bind (name &optional default &key (type t) read-only)
          spec
        (make-slot-description name default type read-only))))

(defun find-slot (name slots)
  (dolist (slot slots nil)
    (when (string-equal-simple (symbol-name (slot-name slot))
                               (symbol-name name))
      (return slot))))

(defun string-equal-simple (a b)
  (let ((n (%vector-length a)))
    (and (%fx= n (%vector-length b))
         (dotimes (i n t)
           (unless (eq (%string-ref a i) (%string-ref b i))
             (return nil))))))

;;; The slots of the included structure NAME, changed as OVERRIDES say.
(defun included-slots (included overrides)
  (let ((result nil)
        (overrides (mapcar-1 #'parse-override overrides)))
    (dolist (slot (structure-slots included))
      (let ((override (find-slot (slot-name slot) overrides))
            (copy (copy-slot-description slot)))
        (when override
          (setf (slot-default copy) (slot-default override)
                (slot-read-only-p copy) (or (slot-read-only-p override)
                                            (slot-read-only-p slot)))
          (unless (eq t (slot-type override))
            (setf (slot-type copy) (slot-type override))))
        (push copy result)))
    (nreverse-onto result nil)))

(defun parse-override (spec)
  (parse-slot spec))

(defun mapcar-1 (function list)
  (let ((result nil))
    (dolist (item list)
      (push (funcall function item) result))
    (nreverse-onto result nil)))

(defun structure-description (name)
  (or (info name :structure)
      (structure-error "no structure is named ~S" name)))

(defun parse-structure (name-and-options slots)
  (let* ((name (if (consp name-and-options)
                   (car name-and-options)
                   name-and-options))
         (options (if (consp name-and-options) (cdr name-and-options) nil))
         (description (make-structure-description name)))
    (unless (symbolp name)
      (structure-error "~S is not the name of a structure" name))
    (check-not-declaration name)
    (check-structure-options options)
    (parse-structure-options description options)
    (when (documentation-string-p (car slots))
      (setf (structure-documentation description) (car slots))
      (setq slots (cdr slots)))
    (lay-out-structure description (cdr (assq :include options))
                       (mapcar-1 #'parse-slot slots))
    description))

;;; Give the slots their indices and accessor names. A typed structure that is
;;; named has its name as an element before its own slots.
(defun lay-out-structure (description include own)
  (let* ((included (and include (structure-description (car include))))
         (inherited (and included (included-slots included (cdr include))))
         (index (+ (if included (structure-length included) 0)
                   (or (structure-offset description) 0))))
    (when included
      (check-included description included)
      (setf (structure-include description) (car include)))
    (check-structure-slots own)
    (when (structure-named-p description)
      (setf (structure-named-p description) index)
      (setq index (+ index 1)))
    (dolist (slot own)
      (when (find-slot (slot-name slot) inherited)
        (structure-error "the slot ~S is given twice" (slot-name slot)))
      (setf (slot-index slot) index)
      (setq index (+ index 1)))
    (setf (structure-slots description) (append inherited own)
          (structure-length description) index)
    (dolist (slot (structure-slots description))
      (setf (slot-accessor slot) (accessor-name description slot)))))

;;; Without conc-name, the accessor is the slot's own name.
(defun accessor-name (description slot)
  (if (structure-conc-name description)
      (symbol-append (structure-conc-name description) (slot-name slot))
      (slot-name slot)))

;;; Layouts.

(defglobal **structure-object-layout**
  (let ((layout (%make-layout 'structure-object 0 0
                              (%make-vector #x20 1) :structure nil)))
    (%set-svref (%instance-ref layout 3) 0 layout)
    (%set-find-layout 'structure-object layout)
    layout))

(defun parent-layout (description)
  (if (structure-include description)
      (%find-layout (structure-include description))
      **structure-object-layout**))

;;; Write into LAYOUT what DESCRIPTION says.
(defun fill-layout (layout description)
  (let* ((parent (parent-layout description))
         (depth (+ 1 (%instance-ref parent 2)))
         (ancestors (%make-vector #x20 (+ depth 1))))
    (%replace ancestors 0 (%instance-ref parent 3) 0 depth)
    (%set-svref ancestors depth layout)
    (%set-instance-ref layout 1 (structure-length description))
    (%set-instance-ref layout 2 depth)
    (%set-instance-ref layout 3 ancestors)
    (%set-instance-ref layout 6 (mapcar-1 #'slot-name
                                          (structure-slots description)))
    (%set-instance-ref layout 8 :structure)
    (%set-instance-ref layout 9 description)
    layout))

;;; True when instances made with the structure OLD, of LAYOUT, are instances of
;;; NEW too.
(defun same-shape-p (old layout new)
  (and (eq (structure-include old) (structure-include new))
       (eq (parent-layout new)
           (%svref (%instance-ref layout 3) (- (%instance-ref layout 2) 1)))
       (eql (structure-length old) (structure-length new))
       (let ((new-slots (structure-slots new)))
         (dolist (slot (structure-slots old) t)
           (unless (and new-slots
                        (eq (slot-name slot) (slot-name (car new-slots)))
                        (eql (slot-index slot) (slot-index (car new-slots))))
             (return nil))
           (setq new-slots (cdr new-slots))))))

;;; A structure or condition type NAME was defined anew: its class is made when
;;; it is asked for.
(defun forget-class (name)
  (set-info name :class-removed nil)
  (when (info name :class-cell)
    (setf (car (info name :class-cell)) nil)))

(defun ensure-layout (description)
  (let* ((name (structure-name description))
         (layout (%find-layout name))
         (old (and layout (%instance-ref layout 9))))
    (cond ((null layout)
           (forget-class name)
           (%set-find-layout
            name (fill-layout (%make-layout name 0 0 nil :structure nil)
                              description)))
          ((null old) (fill-layout layout description))
          ((and (simple-vector-p old) (same-shape-p old layout description))
           (%set-svref description 4 (structure-printer old))
           (%set-instance-ref layout 9 description))
          (t
           (warn "the structure ~S is redefined with other slots: ~
                  its old instances are obsolete" name)
           (%set-instance-ref layout 5 -1)
           (forget-class name)
           (%set-find-layout
            name (fill-layout (%make-layout name 0 0 nil :structure nil)
                              description))))))

;;; Knowledge for the compilers. :ACCESSOR is
;;; (:structure-accessor structure index type read-only-p).

(defun make-accessor-expander (name accessor index)
  (lambda (form environment)
    (declare (ignore environment))
    (let ((arguments (compiler-macro-arguments form))
          (object (temporary "OBJECT")))
      (if (and (consp arguments) (null (cdr arguments)))
          `(let ((,object ,(car arguments)))
             (if (%instance-of-p ,object (%layout ,name))
                 (%instance-ref ,object ,index)
                 (accessor-type-error ,object ',accessor)))
          form))))

(defun make-predicate-expander (name)
  (lambda (form environment)
    (declare (ignore environment))
    (let ((arguments (compiler-macro-arguments form)))
      (if (and (consp arguments) (null (cdr arguments)))
          `(%instance-of-p ,(car arguments) (%layout ,name))
          form))))

(defun structure-setter-form (name accessor object store)
  (destructuring-bind (structure index type read-only-p) (cdr accessor)
    (when read-only-p
      (structure-error "~S is read-only" name))
    `(progn
       (if (%instance-of-p ,object (%layout ,structure))
           nil
           (accessor-type-error ,object ',name))
       (%set-instance-ref ,object ,index
                          ,(if (eq type t) store `(the ,type ,store)))
       ,store)))

;;; The structure that ACCESSOR, inherited or not, was first defined for.
(defun accessor-inherited-p (description slot)
  (let ((include (structure-include description)))
    (and include
         (let* ((included (structure-description include))
                (same (find-slot (slot-name slot)
                                 (structure-slots included))))
           (and same (eq (slot-accessor same) (slot-accessor slot)))))))

(defun define-structure-knowledge (description)
  (let ((name (structure-name description)))
    (set-info name :structure description)
    (unless (structure-element-type description)
      (dolist (slot (structure-slots description))
        (unless (accessor-inherited-p description slot)
          (let ((accessor (slot-accessor slot)))
            (set-info accessor :accessor
                      (list :structure-accessor name (slot-index slot)
                            (slot-type slot) (slot-read-only-p slot)))
            (set-info accessor :setf-expander nil)
            (set-info accessor :setf-update nil)
            (set-info accessor :compiler-macro
                      (make-accessor-expander name accessor
                                              (slot-index slot))))))
      (when (structure-predicate description)
        (set-info (structure-predicate description) :compiler-macro
                  (make-predicate-expander name))))))

(defun define-structure (description)
  (unless (structure-element-type description)
    (ensure-layout description))
  (define-structure-knowledge description)
  (when (structure-documentation description)
    (set-documentation (structure-name description) 'structure
                       (structure-documentation description)))
  (structure-name description))

;;; NAME's own description may be shared with a literal: replace the field of
;;; the one in force.
(defun set-structure-printer (name kind function)
  (setf (structure-printer (info name :structure)) (list kind function)))

;;; The printer of OBJECT's structure or the nearest included one that has one:
;;; :OBJECT or :FUNCTION, and the function.
(defun find-structure-printer (object)
  (let ((description (%instance-ref (%instance-layout object) 9)))
    (loop-forever
      (unless (simple-vector-p description)
        (return (values nil nil)))
      (let ((printer (structure-printer description)))
        (when printer
          (return (if (eq (car (cdr printer)) :default)
                      (values nil nil)
                      (values (car printer) (car (cdr printer)))))))
      (unless (structure-include description)
        (return (values nil nil)))
      (setq description (info (structure-include description) :structure)))))

(defun accessor-type-error (object accessor)
  (error 'type-error
         :datum object
         :expected-type (car (cdr (info accessor :accessor)))))

(defun copy-structure (structure)
  "Return a new structure with the slots of STRUCTURE. CLHS COPY-STRUCTURE."
  (unless (structure-object-p structure)
    (error 'type-error :datum structure :expected-type 'structure-object))
  (let* ((layout (%instance-layout structure))
         (copy (%make-instance layout)))
    (dotimes (i (%instance-length structure))
      (%set-instance-ref copy i (%instance-ref structure i)))
    copy))
