;;;; What DEFINE-CONDITION may say: checked before anything is made of it
;;;; (CLHS DEFINE-CONDITION).

(in-package #:astralisp.runtime)

(defun condition-problem (control &rest arguments)
  (error 'simple-program-error
         :format-control (string-append "DEFINE-CONDITION: " control)
         :format-arguments arguments))

(defun check-condition-list (list what)
  (unless (proper-list-length list)
    (condition-problem "~A ends with a dot: ~S" what list)))

(defun condition-writer-name-p (name)
  (and (consp name) (eq (car name) 'setf)
       (eql (proper-list-length name) 2)
       (symbolp (car (cdr name)))))

(defun check-condition-slot-option (key value environment)
  (unless (case key
            ((:reader :accessor) (and value (symbolp value)))
            (:writer (and value (or (symbolp value) (condition-writer-name-p value))))
            (:initarg (symbolp value))
            (:allocation (or (eq value :class) (eq value :instance)))
            (t t))
    (condition-problem "~S cannot be the ~(~A~) of a slot" value key))
  (when (memq key '(:reader :accessor :writer))
    (check-symbol-lock (if (consp value) (car (cdr value)) value)
                       "defining the function" environment)))

(defun check-condition-slot (spec environment)
  (let ((length (if (consp spec) (proper-list-length spec) 1))
        (name (if (consp spec) (car spec) spec)))
    (cond ((not (and name (symbolp name)))
           (condition-problem "~S is not the name of a slot" name))
          ((or (null length) (eql 0 (%fx-and length 1)))
           (condition-problem "the slot ~S has an option without a value"
                              spec)))
    (when (consp spec)
      (do ((tail (cdr spec) (cddr tail)))
          ((null tail))
        (check-condition-slot-option (car tail) (cadr tail) environment)))))

(defun check-condition-option (option)
  (unless (and (consp option)
               (proper-list-length option)
               (case (car option)
                 ((:report :documentation)
                  (eql 2 (proper-list-length option)))
                 (:default-initargs
                  (eql 1 (%fx-and 1 (proper-list-length option))))
                 (t nil)))
    (condition-problem "~S is not an option" option)))

(defun check-condition-definition (name parents slots options environment)
  "Signal an error if these are not the parts of a DEFINE-CONDITION."
  (unless (and name (symbolp name))
    (condition-problem "~S is not the name of a condition" name))
  (check-condition-list parents "the list of parents")
  (dolist (parent parents)
    (unless (and parent (symbolp parent))
      (condition-problem "~S is not the name of a condition" parent)))
  (check-condition-list slots "the list of slots")
  (dolist (slot slots)
    (check-condition-slot slot environment))
  (check-condition-list options "the list of options")
  (dolist (option options)
    (check-condition-option option)))
