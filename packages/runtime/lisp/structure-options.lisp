;;;; What DEFSTRUCT may say: checked before anything is made of it (CLHS DEFSTRUCT).

(in-package #:astralisp.runtime)

(defun option-problem (option problem)
  (structure-error "the option ~S of DEFSTRUCT ~A" option problem))

(defun structure-argument-p (key first rest)
  "May FIRST, with the REST of the arguments, be said of the option KEY?"
  (case key
    (:conc-name (or (symbolp first) (stringp first) (characterp first)))
    ((:copier :predicate) (symbolp first))
    (:constructor (and (symbolp first) (listp (car rest))))
    (:include (and first (symbolp first)))
    ((:print-function :print-object)
     (or (symbolp first) (and (consp first) (eq (car first) 'lambda))))
    (:type (or (eq first 'list) (eq first 'vector)
               (and (consp first) (eq (car first) 'vector)
                    (consp (cdr first)) (null (cdr (cdr first))))))
    (:named nil)
    (:initial-offset (and (%fixnump first) (<= 0 first 65535)))
    (t t)))

(defun most-arguments (key)
  "How many arguments the option KEY takes, or NIL for any number."
  (case key (:include nil) (:constructor 2) (t 1)))

(defun check-structure-option (option)
  "Signal an error if the arguments of OPTION are wrong."
  (let* ((key (if (consp option) (car option) option))
         (arguments (if (consp option) (cdr option) nil))
         (count (proper-list-length arguments))
         (most (most-arguments key)))
    (cond ((null count) (option-problem option "ends with a dot"))
          ((and (eql count 0) (memq key '(:include :type :initial-offset)))
           (option-problem option "needs an argument"))
          ((and most (> count most))
           (option-problem option "has too many arguments"))
          ((and (> count 0)
                (not (structure-argument-p key (car arguments)
                                           (cdr arguments))))
           (option-problem option "has an argument that it cannot have")))))

(defun check-structure-options (options)
  (unless (proper-list-length options)
    (structure-error "the options of DEFSTRUCT end with a dot: ~S" options))
  (dolist (option options)
    (check-structure-option option)))

(defun check-structure-slots (slots)
  (let ((seen nil))
    (dolist (slot slots)
      (unless (symbolp (slot-name slot))
        (structure-error "~S is not the name of a slot" (slot-name slot)))
      (when (find-slot (slot-name slot) seen)
        (structure-error "the slot ~S is given twice" (slot-name slot)))
      (push slot seen))))

;;; How a structure is represented: NIL, LIST or VECTOR.
(defun representation (description)
  (let ((type (structure-element-type description)))
    (if (consp type) (car type) type)))

(defun check-included (description included)
  "Signal an error if DESCRIPTION cannot include the structure INCLUDED."
  (unless (eq (representation description) (representation included))
    (structure-error "~S cannot include ~S: one is of type ~S, the other of ~
                      type ~S"
                     (structure-name description) (structure-name included)
                     (or (representation description) 'structure-object)
                     (or (representation included) 'structure-object)))
  (let ((ancestor included))
    (loop-forever
      (when (eq (structure-name ancestor) (structure-name description))
        (structure-error "~S would include itself"
                         (structure-name description)))
      (unless (structure-include ancestor)
        (return nil))
      (setq ancestor (structure-description (structure-include ancestor))))))

(defun check-structure-locks (description environment)
  "The functions that DESCRIPTION defines must not have names that are locked."
  (flet ((check (name)
           (check-symbol-lock name "defining the function" environment)))
    (when (structure-copier description)
      (check (structure-copier description)))
    (when (structure-predicate description)
      (check (structure-predicate description)))
    (dolist (constructor (structure-constructors description))
      (check (car constructor)))
    (dolist (slot (structure-slots description))
      (unless (accessor-inherited-p description slot)
        (check (slot-accessor slot))))))
