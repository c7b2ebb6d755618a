;;;; The expansion of DEFSTRUCT: constructors, accessors, copiers, predicates
;;;; (CLHS 8).

(in-package #:astralisp.runtime)

;;; The code that makes an object of DESCRIPTION out of forms, one for each
;;; slot, in the order of the slots.
(defun structure-allocation-form (description forms)
  (let ((type (structure-element-type description)))
    (if type
        (typed-allocation-form description type forms)
        (let ((object (temporary "OBJECT"))
              (settings nil))
          (dolist (slot (structure-slots description))
            (push `(%set-instance-ref ,object ,(slot-index slot)
                                      ,(car forms))
                  settings)
            (setq forms (cdr forms)))
          `(let ((,object (%make-instance
                           (%layout ,(structure-name description)))))
             ,@(nreverse-onto settings nil)
             ,object)))))

;;; The name elements of a typed structure and those it includes: pairs of
;;; index and name.
(defun name-elements (description)
  (let ((result nil))
    (loop-forever
      (when (structure-named-p description)
        (push (cons (structure-named-p description)
                    (structure-name description))
              result))
      (unless (structure-include description)
        (return result))
      (setq description
            (structure-description (structure-include description))))))

(defun typed-allocation-form (description type forms)
  (let* ((length (structure-length description))
         (elements (%make-vector #x20 length)))
    (%fill elements nil 0 length)
    (dolist (entry (name-elements description))
      (%set-svref elements (car entry) `',(cdr entry)))
    (dolist (slot (structure-slots description))
      (%set-svref elements (slot-index slot) (car forms))
      (setq forms (cdr forms)))
    (let ((arguments nil))
      (dotimes (i length)
        (push (%svref elements (- length i 1)) arguments))
      (cond ((eq type 'list) `(list ,@arguments))
            ((member-eq-p (car (cdr type)) '(t *))
             `(vector ,@arguments))
            (t `(make-array ,length :element-type ',(car (cdr type))
                            :initial-contents (list ,@arguments)))))))

(defun member-eq-p (item list)
  (not (null (memq item list))))

;;; (make-foo &key ...): the variables are uninterned, so that defaults cannot
;;; see them.
(defun keyword-constructor (description name)
  (let ((parameters nil)
        (variables nil)
        (declarations nil))
    (dolist (slot (structure-slots description))
      (let ((variable (temporary (symbol-name (slot-name slot)))))
        (push `((,(make-keyword (slot-name slot)) ,variable)
                ,(slot-default slot))
              parameters)
        (unless (eq (slot-type slot) t)
          (push `(type ,(slot-type slot) ,variable) declarations))
        (push variable variables)))
    `(%defun ,name (&key ,@(nreverse-onto parameters nil))
       ,@(if declarations `((declare ,@declarations)) nil)
       ,(structure-allocation-form description
                                   (nreverse-onto variables nil)))))

;;; A parameter of a by-order-of-arguments constructor, with the default of
;;; the slot when it has none of its own; &aux without a value stays NIL.
(defun constructor-parameter (description spec)
  (let* ((name (if (consp spec) (car spec) spec))
         (name (if (consp name) (car (cdr name)) name))
         (slot (find-slot name (structure-slots description))))
    (cond ((and (consp spec) (cdr spec)) spec)
          (slot (list (if (consp spec) (car spec) spec) (slot-default slot)))
          (t spec))))

(defun parameter-variable (spec)
  (cond ((atom spec) spec)
        ((consp (car spec)) (car (cdr (car spec))))
        (t (car spec))))

(defun constructor-lambda-list (description lambda-list)
  (let ((state nil)
        (result nil)
        (variables nil))
    (dolist (item lambda-list)
      (cond ((section-rank item)
             (setq state item)
             (push item result))
            (t
             (push (parameter-variable item) variables)
             (when (and (consp item) (cdr (cdr item)))
               (push (car (cdr (cdr item))) variables))
             (push (if (or (eq state '&optional) (eq state '&key))
                       (constructor-parameter description item)
                       item)
                   result))))
    (values (nreverse-onto result nil) variables)))

(defun order-constructor (description name lambda-list)
  (multiple-value-bind (lambda-list variables)
      (constructor-lambda-list description lambda-list)
    (let ((forms nil))
      (dolist (slot (structure-slots description))
        (let ((variable (find-named (slot-name slot) variables)))
          (push (or variable (slot-default slot)) forms)))
      `(%defun ,name ,lambda-list
         ,(structure-allocation-form description
                                     (nreverse-onto forms nil))))))

(defun find-named (name symbols)
  (dolist (symbol symbols nil)
    (when (string-equal-simple (symbol-name symbol) (symbol-name name))
      (return symbol))))

(defun constructor-form (description constructor)
  (if (cdr constructor)
      (order-constructor description (car constructor)
                         (car (cdr constructor)))
      (keyword-constructor description (car constructor))))

(defun typed-accessor-forms (description slot)
  (let* ((name (slot-accessor slot))
         (index (slot-index slot))
         (form (if (eq (structure-element-type description) 'list)
                   `(nth ,index structure)
                   `(elt structure ,index))))
    `((defun ,name (structure) ,form)
      ,@(if (slot-read-only-p slot)
            nil
            `((defun (setf ,name) (value structure)
                (setf ,form value)))))))

(defun instance-accessor-forms (description slot)
  (let ((structure (structure-name description)))
    `((%defun ,(slot-accessor slot) (structure)
        (if (%instance-of-p structure (%layout ,structure))
            (%instance-ref structure ,(slot-index slot))
            (accessor-type-error structure ',(slot-accessor slot)))))))

(defun accessor-forms (description)
  (let ((forms nil))
    (dolist (slot (structure-slots description))
      (unless (accessor-inherited-p description slot)
        (setq forms
              (reverse-onto (if (structure-element-type description)
                                (typed-accessor-forms description slot)
                                (instance-accessor-forms description slot))
                            forms))))
    (nreverse-onto forms nil)))

(defun predicate-form (description)
  (let ((name (structure-name description))
        (type (structure-element-type description)))
    `(%defun ,(structure-predicate description) (object)
       ,(cond ((null type)
               `(%instance-of-p object (%layout ,name)))
              ((eq type 'list)
               `(and (consp object)
                     (eq (nth-or-nil ,(structure-named-p description) object)
                         ',name)))
              (t
               `(and (vectorp object)
                     (> (length object) ,(structure-named-p description))
                     (eq (elt object ,(structure-named-p description))
                         ',name)))))))

;;; Element N of LIST, which may be improper.
(defun nth-or-nil (n list)
  (dotimes (i n)
    (if (consp list)
        (setq list (%cdr list))
        (return)))
  (if (consp list) (%car list) nil))

(defun copier-form (description)
  (let ((type (structure-element-type description)))
    `(%defun ,(structure-copier description) (structure)
       ,(if type
            `(copy-seq structure)
            `(if (%instance-of-p structure
                                 (%layout ,(structure-name description)))
                 (copy-structure structure)
                 (error 'type-error
                        :datum structure
                        :expected-type ',(structure-name description)))))))

(defun printer-forms (description)
  (let ((printer (structure-printer description)))
    (if (or (null printer) (eq (car (cdr printer)) :default))
        nil
        (let ((function (car (cdr printer))))
          `((set-structure-printer
             ',(structure-name description) ',(car printer)
             ,(if (and (consp function) (eq (car function) 'lambda))
                  `(function ,function)
                  `',function)))))))

;;; DESCRIPTION as it is dumped: without its printer, which may hold code.
(defun dumped-description (description)
  (let ((copy (%make-vector #x20 16)))
    (%replace copy 0 description 0 16)
    (let ((printer (structure-printer description)))
      (unless (and printer (eq (car (cdr printer)) :default))
        (setf (structure-printer copy) nil)))
    copy))

;;; Below top level, the code that refers to the layout is loaded before
;;; DEFINE-STRUCTURE is run: an empty layout is there for it to fill.
(defun note-layout (description)
  (let ((name (structure-name description)))
    (unless (or (structure-element-type description) (%find-layout name))
      (%set-find-layout name
                        (%make-layout name 0 0 nil :structure nil)))))

;;; A structure that is a vector or list tells its type only if it is named, and
;;; is named only if its elements may be symbols.
(defun check-typed-structure (description)
  (let ((type (structure-element-type description))
        (name (structure-name description)))
    (when type
      (when (and (structure-predicate description)
                 (null (name-elements description)))
        (structure-error "the structure ~S has no name in it that the predicate ~
                          ~S could look at: give it the option :NAMED"
                         name (structure-predicate description)))
      (when (and (structure-named-p description) (consp type)
                 (not (member-eq-p (car (cdr type)) '(t *)))
                 (not (subtypep 'symbol (car (cdr type)))))
        (structure-error "the structure ~S is :NAMED, but elements of type ~S ~
                          cannot hold its name"
                         name (car (cdr type)))))))

(defmacro defstruct (&environment environment name-and-options &rest slots)
  "Define a structure type with SLOTS, and functions to make, test, copy and
access its instances; return its name. CLHS DEFSTRUCT."
  (let* ((description (parse-structure name-and-options slots))
         (name (structure-name description)))
    (check-symbol-lock name "defining the structure" environment)
    (check-typed-structure description)
    (check-structure-locks description environment)
    (note-layout description)
    `(progn
       (eval-always
         (define-structure ',(dumped-description description)))
       ,@(mapcar-1 (lambda (constructor)
                     (constructor-form description constructor))
                   (structure-constructors description))
       ,@(accessor-forms description)
       ,@(if (structure-predicate description)
             (list (predicate-form description))
             nil)
       ,@(if (structure-copier description)
             (list (copier-form description))
             nil)
       ,@(printer-forms description)
       ',name)))
