;;;; What DESCRIBE and INSPECT show of classes, generic functions, methods and
;;;; instances (CLHS 25.2).

(in-package #:astralisp.runtime)

(defun describe-heading (object stream)
  (fresh-line stream)
  (print-short object stream)
  (format stream "~%  [~A]~%" (describe-type object)))

(defun describe-list (label objects stream)
  "Write LABEL and OBJECTS, one a line, unless there are none."
  (when objects
    (format stream "  ~A:~%" label)
    (dolist (object objects)
      (write-string "    " stream)
      (print-short object stream)
      (terpri stream))))

(defun describe-text (text stream)
  (when text
    (format stream "  documentation:~%    ~A~%" text)))

(defun class-designators (classes)
  (mapcar (lambda (class) (or (%class-name class) class)) classes))

;;; Classes.

(defun slot-description (slot)
  "What is to be said of SLOT in one line: a list."
  (append (list (%slot-name slot))
          (and (not (eq t (%slot-type slot)))
               (list :type (%slot-type slot)))
          (and (not (eq :instance (%slot-allocation slot)))
               (list :allocation (%slot-allocation slot)))
          (mapcan (lambda (name) (list :initarg name))
                  (copy-list (%slot-initargs slot)))
          (and (%slot-initfunction slot)
               (list :initform (%slot-initform slot)))))

(define-system-method describe-object ((class class) stream)
  (describe-heading class stream)
  (unless (%class-finalized-p class)
    (format stream "  not finalized: a superclass is not defined yet~%"))
  (format stream "  superclasses:~{ ~S~}~%"
          (class-designators (rest (class-all-superclasses class))))
  (when (%class-direct-subclasses class)
    (format stream "  direct subclasses:~{ ~S~}~%"
            (class-designators (%class-direct-subclasses class))))
  (describe-list "slots" (mapcar #'slot-description (%class-slots class))
                 stream)
  (describe-list "default initargs"
                 (mapcar (lambda (entry) (list (first entry) (second entry)))
                         (%class-default-initargs class))
                 stream)
  (describe-list "methods" (%class-direct-methods class) stream)
  (describe-text (documentation class t) stream))

;;; Generic functions and methods.

(define-system-method describe-object ((gf generic-function) stream)
  (describe-heading gf stream)
  (format stream "  lambda list: ~A~%"
          (lambda-list-text (%gf-lambda-list gf)))
  (when (%gf-precedence gf)
    (format stream "  argument precedence order: ~S~%"
            (%gf-precedence gf)))
  (unless (eq (%gf-combination gf) (standard-combination))
    (format stream "  method combination: ~S~{ ~S~}~%"
            (%combination-name (%gf-combination gf))
            (%combination-options (%gf-combination gf))))
  (describe-list "methods" (%gf-methods gf) stream)
  (describe-text (%gf-documentation gf) stream))

(define-system-method describe-object ((method method) stream)
  (describe-heading method stream)
  (format stream "  lambda list: ~S~%" (%method-lambda-list method))
  (format stream "  generic function: ~S~%" (%method-generic-function method))
  (describe-text (%method-documentation method) stream))

;;; Instances: the slots of their own, then those they share.

(defun describe-slots (object slots stream)
  (dolist (slot slots)
    (let ((name (%slot-name slot)))
      (format stream "  ~S: " name)
      (if (slot-boundp object name)
          (print-short (slot-value object name) stream)
          (write-string "unbound" stream))
      (terpri stream))))

(define-system-method describe-object ((object standard-object) stream)
  (describe-heading object stream)
  (flet ((shared-p (slot)
           (not (eq :instance (%slot-allocation slot)))))
    (let ((slots (%class-slots (class-of object))))
      (describe-slots object (remove-if #'shared-p slots) stream)
      (let ((shared (remove-if-not #'shared-p slots)))
        (when shared
          (format stream "  shared by all instances:~%")
          (describe-slots object shared stream))))))
