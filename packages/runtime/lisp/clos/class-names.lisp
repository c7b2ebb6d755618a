;;;; Names of classes: FIND-CLASS, and what type tests keep of a name.

(in-package #:astralisp.runtime)

(defun named-class (name)
  "The class called NAME, or NIL."
  (let ((cell (info name :class-cell)))
    (and cell (car cell))))

(defun find-class (name &optional (errorp t) environment)
  "Return the class called NAME; without one signal an error if ERRORP, else
return NIL. CLHS FIND-CLASS."
  (declare (ignore environment))
  (unless (symbolp name)
    (type-failure name 'symbol))
  (or (named-class name)
      (and (not (info name :class-removed))
           (make-lazy-class name))
      (and errorp
           (error 'simple-type-error
                  :datum name :expected-type 'class
                  :format-control "no class is named ~S"
                  :format-arguments (list name)))))

(defun (setf find-class) (class name &optional errorp environment)
  (declare (ignore errorp environment))
  (unless (symbolp name)
    (type-failure name 'symbol))
  (when class
    (check-class class))
  (check-symbol-lock name "changing the class called" nil)
  (set-info name :class-removed (null class))
  (setf (car (class-cell name)) class))

(defun classp (object)
  "True if OBJECT is a class."
  (and (%instancep object)
       (let ((layout (%instance-layout object)))
         (and (eq (layout-kind layout) :vector)
              (not (null (memq (named-class 'class)
                               (%class-precedence-list
                                (layout-class layout)))))))))

(defun check-class (object)
  (if (classp object)
      object
      (type-failure object 'class)))

(defun class-designator (object)
  "The class that OBJECT, a class or the name of one, stands for."
  (cond ((classp object) object)
        ((symbolp object) (find-class object))
        (t (type-failure object 'class))))

;;; Type tests.

(defun instance-of-class-p (object class)
  "True if OBJECT is an instance of CLASS or of a subclass."
  (let ((own (class-of object)))
    (or (eq own class)
        (not (null (memq class (class-all-superclasses own)))))))

(defun class-all-superclasses (class)
  "The precedence list of CLASS, also before it is finalized."
  (or (%class-precedence-list class)
      (std-precedence-list class)))

(defun typep-class-cell (object cell)
  "True if OBJECT is an instance of the class that CELL names now."
  (if (car cell)
      (instance-of-class-p object (car cell))
      (%typep object (cdr cell))))

(defun class-of (object)
  "Return the class of OBJECT. CLHS CLASS-OF."
  (let ((layout (layout-of object)))
    (or (layout-class layout)
        (class-of-layout layout))))
