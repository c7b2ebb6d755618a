;;;; Readers and writers of conditions as methods (CLHS DEFINE-CONDITION).

(in-package #:astralisp.runtime)

;;; An accessor that was an ordinary function, because its condition type came before
;;; CLOS, becomes a generic function when somebody else wants to add a method.

(defun ordinary-condition-accessors (name)
  "The key of the info, and there the (type . slot) entries, of the function NAME if
it is an ordinary function that reads or writes conditions."
  (let ((function (%fdefinition name)))
    (if (or (null function) (generic-function-p function))
        (values nil '())
        (let ((key (if (consp name) :condition-writers :condition-readers)))
          (values key (info (if (consp name) (cadr name) name) key))))))

(defun make-condition-accessors-generic (name)
  "Make the function NAME generic if it reads or writes conditions; return whether
it does."
  (multiple-value-bind (key entries) (ordinary-condition-accessors name)
    (when entries
      (set-info (if (consp name) (cadr name) name) key '())
      (%fmakunbound name)
      (dolist (entry entries)
        (add-condition-accessor key name (car entry) (cdr entry)))
      t)))

(defun add-condition-accessor (key name type slot)
  (if (eq key :condition-readers)
      (load-method name '() (list type) '(condition) :plain
                   (lambda (condition) (condition-slot-value condition slot))
                   nil)
      (load-method name '() (list 't type) '(value condition) :plain
                   (lambda (value condition)
                     (set-condition-slot-value condition slot value))
                   nil)))

(defun define-condition-accessor (key name type slot)
  "Define the function NAME as an accessor of SLOT of conditions of TYPE."
  (make-condition-accessors-generic name)
  (let ((function (%fdefinition name)))
    ;; As with DEFUN, an ordinary function of this name is forgotten.
    (unless (or (null function) (generic-function-p function))
      (%fmakunbound name)))
  (add-condition-accessor key name type slot)
  t)

(setq **condition-accessor-definer** #'define-condition-accessor)
