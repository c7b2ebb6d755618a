;;;; Tests of classes, generic functions and instances (CLHS 4.3, 7).

(in-package #:astralisp.test)

;;; Classes and slots.

(defclass spot ()
  ((x :initarg :x :initform 0 :accessor spot-x)
   (y :initarg :y :accessor spot-y)
   (made :allocation :class :initform 0 :accessor spots-made)))

(defclass colored ()
  ((color :initarg :color :initarg :colour :reader color-of))
  (:default-initargs :color :red))

(defclass colored-spot (colored spot)
  ((z :initform (list 1 2) :writer set-z))
  (:default-initargs :x 7))

(defmethod initialize-instance :after ((spot spot) &key)
  (incf (spots-made spot)))

(defun class-names-of (object)
  (mapcar #'class-name
          (remove-if-not (lambda (class)
                           (member (class-name class)
                                   '(spot colored colored-spot
                                     standard-object t)))
                         (funcall (find-symbol
                                   "CLASS-PRECEDENCE-LIST"
                                   (if (find-package "SB-MOP")
                                       "SB-MOP" "ASTRALISP.MOP"))
                                  (class-of object)))))

(define-test clos-make-instance-defaults
  (let ((spot (make-instance 'colored-spot :y 2)))
    (list (spot-x spot) (spot-y spot) (color-of spot)
          (slot-value spot 'z) (class-names-of spot))))

(define-test clos-make-instance-initargs
  (let ((spot (make-instance 'colored-spot :x 1 :colour :green
                              :color :blue)))
    (list (spot-x spot) (color-of spot) (slot-boundp spot 'y))))

(define-test clos-make-instance-bad-initarg (make-instance 'spot :w 1))
(define-test clos-make-instance-odd (make-instance 'spot :x))
(define-test clos-make-instance-allow-others
  (spot-x (make-instance 'spot :x 4 :w 1 :allow-other-keys t)))
(define-test clos-make-instance-no-class
  (handler-case (make-instance 'no-such-class) (error () :error)))
(define-test clos-make-instance-built-in
  (handler-case (make-instance 'integer) (error () :error)))

(define-test clos-shared-slot
  (progn
    (setf (spots-made (make-instance 'spot)) 0)
    (make-instance 'spot)
    (make-instance 'colored-spot)
    (spots-made (make-instance 'spot))))

(define-test clos-slot-access
  (let ((spot (make-instance 'spot :x 1)))
    (list (slot-exists-p spot 'x) (slot-exists-p spot 'w)
          (slot-boundp spot 'y)
          (setf (slot-value spot 'y) 3)
          (with-slots (x (why y)) spot
            (incf x)
            (list x why))
          (with-accessors ((a spot-x)) spot
            (decf a 5))
          (slot-boundp (slot-makunbound spot 'x) 'x))))

(define-test clos-slot-unbound-error (spot-y (make-instance 'spot)))
(define-test clos-slot-missing-error
  (handler-case (slot-value (make-instance 'spot) 'w) (error () :error)))
(define-test clos-unbound-slot-name
  (handler-case (slot-value (make-instance 'spot) 'y)
    (unbound-slot (condition)
      (list (cell-error-name condition)
            (type-of (unbound-slot-instance condition))))))

(defmethod slot-missing (class (object colored) name operation
                         &optional value)
  (declare (ignore class))
  (list :missing name operation value))

(define-test clos-slot-missing-method
  (let ((object (make-instance 'colored)))
    (list (slot-value object 'foo)
          (setf (slot-value object 'bar) 2)
          (slot-boundp object 'baz))))

(define-test clos-slot-value-of-structure-and-condition
  (list (slot-value (make-condition 'type-error :datum 1
                                                :expected-type 'string)
                    (if (find-package "SB-KERNEL")
                        (find-symbol "DATUM" "SB-KERNEL")
                        (find-symbol "DATUM" "ASTRALISP.RUNTIME")))))

(define-test clos-types-of-instances
  (let ((spot (make-instance 'colored-spot)))
    (list (type-of spot) (typep spot 'spot) (typep spot 'colored)
          (typep spot 'standard-object) (typep spot (class-of spot))
          (typep 3 'spot) (typep spot '(or integer colored))
          (typep spot '(not spot))
          (multiple-value-list (subtypep 'colored-spot 'spot))
          (multiple-value-list (subtypep 'spot 'colored-spot))
          (multiple-value-list (subtypep (find-class 'spot) 't)))))

(define-test clos-classes-of-built-in
  (mapcar (lambda (x) (class-name (class-of x)))
          (list nil 'a :b #\c 1/2 1d0 1.0 #c(1 2) '(1) (find-class 'spot)
                #'class-of)))

(defclass left-side () ())
(defclass right-side () ())
(defclass upper-left (left-side) ())
(defclass lower-left (left-side) ())
(defclass middle (upper-left lower-left) ())
(define-test clos-unrelated-classes
  (flet ((certainly-not-p (a b)
           (equal '(nil t) (multiple-value-list (subtypep a b)))))
    (list (certainly-not-p 'left-side '(not right-side))
          (certainly-not-p 'upper-left '(not lower-left))
          (certainly-not-p '(and upper-left lower-left) 'middle)
          (certainly-not-p 'left-side 'upper-left)
          (certainly-not-p 'left-side '(not integer))
          (subtypep '(and upper-left lower-left) 'left-side)))
  => "(NIL T NIL T NIL T)")

;;; Generic functions.

(defgeneric describe-it (object &optional how)
  (:method-combination standard))
(defmethod describe-it ((object t) &optional how) (list :t how))
(defmethod describe-it ((object number) &optional how)
  (list :number how (call-next-method)))
(defmethod describe-it ((object integer) &optional (how :plain))
  (list :integer how (next-method-p) (call-next-method object :changed)))
(defmethod describe-it ((object (eql 5)) &optional how)
  (list :five how (call-next-method)))
(defmethod describe-it ((object null) &optional how)
  (list :null how (call-next-method)))
(defmethod describe-it ((object symbol) &optional how)
  (setf object 'changed)
  (list :symbol how (call-next-method)))

(define-test clos-dispatch
  (list (describe-it 1) (describe-it 5 :x) (describe-it 2.5) (describe-it nil)
        (describe-it 'a 1) (describe-it "s") (describe-it 5) (describe-it 1)))

(defgeneric trace-order (object log))
(defmethod trace-order ((object integer) log) (cons :integer (funcall log)))
(defmethod trace-order :before ((object integer) log)
  (funcall log :before-integer))
(defmethod trace-order :before ((object number) log)
  (funcall log :before-number))
(defmethod trace-order :after ((object integer) log)
  (funcall log :after-integer))
(defmethod trace-order :after ((object number) log)
  (funcall log :after-number))
(defmethod trace-order :around ((object number) log)
  (funcall log :around)
  (multiple-value-prog1 (call-next-method)
    (funcall log :around-end)))

(define-test clos-method-roles
  (let* ((events '())
         (log (lambda (&optional event)
                (when event (push event events))
                (reverse events))))
    (list (trace-order 1 log) (reverse events))))

(defgeneric two (a b))
(defmethod two ((a integer) (b number)) :integer-number)
(defmethod two ((a number) (b integer)) :number-integer)
(defmethod two ((a number) (b number)) (list :numbers (next-method-p)))
(defgeneric two-reversed (a b)
  (:argument-precedence-order b a)
  (:method ((a integer) (b number)) :integer-number)
  (:method ((a number) (b integer)) :number-integer))

(define-test clos-two-arguments
  (list (two 1 2) (two 1.0 2) (two 1 2.0) (two 1.0 2.0) (two-reversed 1 2)
        (two-reversed 1 2.0)))
(define-test clos-no-applicable (two "a" 1))
(define-test clos-too-few-arguments (two 1))
(define-test clos-too-many-arguments (two 1 2 3))

(defgeneric keyed (a &key scale))
(defmethod keyed ((a integer) &key (scale 1) offset)
  (list (* a scale) offset))
(defmethod keyed ((a number) &key scale &allow-other-keys) (list :n scale))
(define-test clos-keywords-of-methods
  (list (keyed 2 :scale 3 :offset 1) (keyed 2.0 :anything 1)))
(defgeneric strict (a &key one)
  (:method ((a integer) &key one) one))
(define-test clos-unknown-keyword (strict 1 :two 2))
(define-test clos-unknown-keyword-allowed (strict 1 :two 2 :allow-other-keys t))

(defgeneric (setf celsius) (value object))
(defmethod (setf celsius) (value (object spot))
  (setf (spot-x object) (* 2 value)))
(define-test clos-setf-generic
  (let ((spot (make-instance 'spot)))
    (list (setf (celsius spot) 21) (spot-x spot))))

(define-test clos-method-objects
  (let ((method (find-method #'two '() (mapcar #'find-class
                                               '(integer number)))))
    (list (method-qualifiers method)
          (null (find-method #'two '(:around)
                             (mapcar #'find-class '(integer number)) nil))
          (length (compute-applicable-methods #'two '(1 2))))))

(define-test clos-remove-and-add-method
  (let* ((method (find-method #'two '() (mapcar #'find-class
                                                '(integer number))))
         (before (two 1 2)))
    (remove-method #'two method)
    (let ((without (two 1 2)))
      (add-method #'two method)
      (list before without (two 1 2)))))

(define-test clos-incongruent-lambda-list
  (handler-case (eval '(defmethod two ((a integer)) a)) (error () :error)))
(define-test clos-ordinary-function-is-not-generic
  (progn (eval '(defun plain-function (x) x))
         (eval '(defmethod plain-function ((x integer)) x))))

(define-test clos-local-generic-recursion
  (labels ((count-down (n)
             (if (zerop n) :done (describe-down n)))
           (describe-down (n)
             (two n 1)
             (count-down (1- n))))
    (count-down 100)))

;;; Method combinations.

(defgeneric total (x) (:method-combination +)
  (:method + ((x integer)) 1)
  (:method + ((x number)) 10)
  (:method :around ((x integer)) (list :total (call-next-method))))
(defgeneric all-of (x) (:method-combination list :most-specific-last)
  (:method list ((x integer)) :integer)
  (:method list ((x t)) :t))
(defgeneric first-true (x) (:method-combination or)
  (:method or ((x integer)) nil)
  (:method or ((x number)) (list x))
  (:method or ((x t)) (error "not reached")))

(define-method-combination each-twice ()
  ((before (:before)) (primary () :required t) (named (name . *)))
  `(list (progn ,@(mapcar (lambda (method) `(call-method ,method)) before)
                (call-method ,(first primary) ,(rest primary)))
         (call-method ,(first primary) ,(rest primary))
         ,@(mapcar (lambda (method) `(call-method ,method)) named)))
(defvar *events* '())
(defgeneric twice (x) (:method-combination each-twice)
  (:method :before ((x number)) (push :before *events*))
  (:method name one ((x number)) :named)
  (:method ((x integer)) (list :integer (call-next-method)))
  (:method ((x number)) (push :number *events*) x))

(define-test clos-combinations
  (list (total 1) (total 1.0) (all-of 1) (first-true 3)
        (let ((*events* '()))
          (list (twice 3) *events*))))
(define-test clos-combination-without-method
  (progn (eval '(defgeneric strange (x) (:method-combination +)
                 (:method :before ((x integer)) x)))
         (handler-case (strange 1) (error () :error))))

;;; Changing classes.

(define-test clos-change-class-keeps-slots
  (let ((spot (make-instance 'spot :x 1 :y 2)))
    (change-class spot 'colored-spot :color :pink)
    (list (type-of spot) (spot-x spot) (spot-y spot) (color-of spot)
          (slot-value spot 'z))))
(define-test clos-change-class-back
  (let ((spot (make-instance 'colored-spot :x 1 :y 2)))
    (change-class spot 'spot)
    (list (type-of spot) (spot-x spot) (slot-exists-p spot 'color))))

(defmethod update-instance-for-different-class :after
    ((old colored) (new spot) &key)
  (setf (spot-y new) (list :was (color-of old))))
(define-test clos-update-for-different-class
  (let ((object (make-instance 'colored :color :blue)))
    (change-class object 'spot :x 5)
    (list (spot-x object) (spot-y object))))

(defvar *updates* '())
(defmethod update-instance-for-redefined-class :after
    (object added discarded plist &key)
  (declare (ignore object))
  (push (list (sort (copy-list added) #'string<) discarded plist)
        *updates*))

(define-test clos-redefinition
  (let ((*updates* '()))
    (eval '(defclass shape () ((a :initarg :a) (b :initarg :b)
                               (c :initform :c))))
    (let ((shape (make-instance 'shape :a 1 :b 2))
          (other (make-instance 'shape :a 1 :b 3)))
      (eval '(defclass shape () ((d :initform :d) (c) (e :initform :e) (f)
                                 (b :initform :none))))
      (list (slot-value shape 'b) (slot-value shape 'c) (slot-value shape 'd)
            (slot-value shape 'e) (slot-exists-p shape 'a)
            (slot-boundp other 'b) (slot-value other 'd)
            (let ((*print-case* :downcase)) *updates*)))))

(define-test clos-redefinition-of-superclass
  (progn
    (eval '(defclass base () ((a :initform 1))))
    (eval '(defclass derived (base) ((b :initform 2))))
    (let ((object (make-instance 'derived)))
      (eval '(defclass base () ((c :initform 3) (a :initform 4))))
      (list (slot-value object 'a) (slot-value object 'b)
            (slot-value object 'c) (slot-value (make-instance 'derived)
                                               'a)))))

(define-test clos-redefinition-with-shared-slots
  (progn
    (eval '(defclass holder () ((s :allocation :class :initform 1)
                                (l :initform 2))))
    (let ((object (make-instance 'holder)))
      (setf (slot-value object 's) 10
            (slot-value object 'l) 20)
      (eval '(defclass holder () ((s :initform 3)
                                  (l :allocation :class :initform 4))))
      (list (slot-value object 's) (slot-value object 'l)
            (slot-value (make-instance 'holder) 's)))))

(define-test clos-instances-made-obsolete
  (let ((spot (make-instance 'spot :x 1 :y 2)))
    (make-instances-obsolete 'spot)
    (list (spot-x spot) (spot-y spot))))

(define-test clos-forward-reference
  (progn
    (eval '(defclass later-sub (later-super) ((a :initform 1))))
    (list (handler-case (progn (make-instance 'later-sub) :made)
            (error () :error))
          (progn (eval '(defclass later-super () ((b :initform 2))))
                 (slot-value (make-instance 'later-sub) 'b)))))

(define-test clos-precedence-conflict
  (progn (eval '(defclass m1 () ()))
         (eval '(defclass m2 (m1) ()))
         (handler-case (progn (eval '(defclass m3 (m1 m2) ()))
                              (make-instance 'm3))
           (error () :error))))

(define-test clos-reinitialize
  (let ((spot (make-instance 'spot :x 1)))
    (list (eq spot (reinitialize-instance spot :y 5)) (spot-x spot)
          (spot-y spot))))

(defstruct base-part (a 1) b)
(defstruct (derived-part (:include base-part)) c)
(defmethod describe-it ((part base-part) &optional how)
  (list :part (base-part-a part) how))
(defmethod describe-it ((part derived-part) &optional how)
  (list :derived (call-next-method)
        (with-slots (a b) part (setf b how) (list a b))))
(define-test clos-structures-have-classes
  (list (describe-it (make-base-part)) (describe-it (make-derived-part) 3)
        (class-name (class-of (make-derived-part)))))

(defmethod print-object ((spot spot) stream)
  (format stream "<~A,~A>" (spot-x spot)
          (if (slot-boundp spot 'y) (spot-y spot) "-")))
(defmethod print-object ((part base-part) stream)
  (write-string "<part>" stream))
(define-test clos-print-object-methods
  (list (prin1-to-string (make-instance 'spot :x 1))
        (format nil "~A ~S" (make-instance 'spot :x 1 :y 2)
                (list (make-derived-part)))))

(define-condition odd-thing (error)
  ((thing :initarg :thing :reader odd-thing)))
(defmethod print-object ((condition odd-thing) stream)
  (if *print-escape*
      (call-next-method)
      (format stream "odd: ~A" (odd-thing condition))))
(define-test clos-conditions-have-classes
  (list (princ-to-string (make-condition 'odd-thing :thing 3))
        (class-name (class-of (make-condition 'odd-thing)))
        (slot-value (make-condition 'odd-thing :thing 4) 'thing)))

(defclass saved () ((a :initarg :a) (b :initarg :b)))
(defmethod make-load-form ((object saved) &optional environment)
  (make-load-form-saving-slots object :environment environment))
(define-test clos-load-forms
  (multiple-value-bind (make initialize)
      (make-load-form (make-instance 'saved :a 1))
    (list (first make) (not (null initialize)))))
(define-test clos-no-load-form
  (handler-case (make-load-form (make-instance 'colored)) (error () :error)))

(define-test clos-class-names-can-change
  (let ((class (eval '(defclass named-one () ()))))
    (setf (class-name class) 'named-two)
    (list (class-name class) (eq class (find-class 'named-one))
          (find-class 'named-two nil))))
(define-test clos-find-class-nil
  (progn (eval '(defclass vanishing () ()))
         (setf (find-class 'vanishing) nil)
         (find-class 'vanishing nil)))

;;; What random programs found.

(define-method-combination clos-groups ()
    ((named (clos-groups . *)) (others ()))
  `(list ,@(mapcar (lambda (method) `(call-method ,method))
                   (append named others))))
(defgeneric clos-grouped (a) (:method-combination clos-groups))
(defmethod clos-grouped clos-groups 1 ((a symbol)) 'one)
(defmethod clos-grouped clos-groups 2 ((a symbol)) 'two)
(defmethod clos-grouped clos-groups 2 ((a integer)) 'two)
(defmethod clos-grouped ((a integer)) 'other)
(define-test clos-groups-have-an-order
  (list (clos-grouped 1)
        (handler-case (clos-grouped 'a) (error () 'no-order))))

(defmethod clos-lone :after ((a symbol) &rest r &key b &allow-other-keys)
  (list r b))
(defmethod clos-lone ((a integer) &key b) b)
(define-test clos-keys-of-an-implicit-generic
  (list (clos-lone 1 :b 2)
        (handler-case (clos-lone 1 :zork 2) (error () 'unknown))))
(define-test clos-applicable-methods-count
  (list (length (compute-applicable-methods #'clos-lone '(1)))
        (handler-case (compute-applicable-methods #'clos-lone '())
          (error () 'too-few))))
(define-test clos-no-generic-for-an-unknown-class
  (list (handler-case (eval '(defmethod clos-unmade ((a no-such-class)) 1))
          (error () 'unknown))
        (fboundp 'clos-unmade)))
