;;;; Atomic places: compare and swap, and what is built on it.
;;;;
;;;; Threads are switched only at polls: where functions begin and loops go round.
;;;; The functions here look at a place and store in it without a poll in between;
;;;; they are all that has to change for several processors.

(in-package #:astralisp.runtime)

(defun cas-car (cons old new)
  (if (consp cons)
      (let ((current (%car cons)))
        (when (eq current old)
          (%set-car cons new))
        current)
      (type-failure cons 'cons)))

(defun cas-cdr (cons old new)
  (if (consp cons)
      (let ((current (%cdr cons)))
        (when (eq current old)
          (%set-cdr cons new))
        current)
      (type-failure cons 'cons)))

(defun cas-svref (vector index old new)
  (unless (simple-vector-p vector)
    (type-failure vector 'simple-vector))
  (unless (and (%fixnump index) (%fx>= index 0)
               (%fx< index (%vector-length vector)))
    (type-failure index `(integer 0 (,(%vector-length vector)))))
  (let ((current (%svref vector index)))
    (when (eq current old)
      (%set-svref vector index new))
    current))

;;; Elements of other vectors are numbers or characters: these are the same when
;;; they are EQL. NEW is checked before, since an error may not come between.
(defun cas-vector-element (vector index old new)
  (if (simple-vector-p vector)
      (cas-svref vector index old new)
      (progn
        (check-type vector (simple-array * (*)))
        (unless (and (%fixnump index) (%fx>= index 0)
                     (%fx< index (length vector)))
          (type-failure index `(integer 0 (,(length vector)))))
        (unless (typep new (array-element-type vector))
          (type-failure new (array-element-type vector)))
        (let ((current (%vref vector index)))
          (when (eql current old)
            (%set-vref vector index new))
          current))))

(defun cas-symbol-value (symbol old new)
  (check-type symbol symbol)
  (when (constantp symbol)
    (error 'simple-program-error
           :format-control "~S is a constant: it cannot be set"
           :format-arguments (list symbol)))
  (let ((current (symbol-value symbol)))
    (when (eq current old)
      (set symbol new))
    current))

(defun cas-instance-slot (instance index old new)
  (let ((current (%instance-ref instance index)))
    (when (eq current old)
      (%set-instance-ref instance index new))
    current))

(defun cas-slot-value (object slot-name old new)
  (let ((location (object-location object slot-name)))
    (unless location
      (error "the slot ~S of ~S is none that can be compared and swapped: its ~
              class reads or writes it in a way of its own, or has no such slot"
             slot-name object))
    (let ((current (read-location object location)))
      (cond ((%unbound-marker-p current)
             (values (slot-unbound (class-of object) object slot-name)))
            (t
             (when (eq current old)
               (write-location object location new))
             current)))))

;;; Places

(defmacro define-cas-expander (accessor lambda-list &body body)
  "Define how COMPARE-AND-SWAP treats the places (ACCESSOR . LAMBDA-LIST): BODY
returns five values: a list of variables, one of their forms, a variable for the old
and one for the new value, and a form that compares and swaps them; as a sixth value,
a form that reads the place."
  (multiple-value-bind (function documentation)
      (parse-macro accessor lambda-list body)
    (declare (ignore documentation))
    `(eval-always
       (set-info ',accessor :cas-expander ,function)
       ',accessor)))

(defmacro defcas (accessor lambda-list function)
  "Let COMPARE-AND-SWAP of (ACCESSOR . LAMBDA-LIST), required parameters only, call
FUNCTION with the arguments, the old and the new value."
  (let ((count (length lambda-list)))
    `(eval-always
       (set-info ',accessor :cas-expander
                 (lambda (form environment)
                   (declare (ignore environment))
                   (cas-call-expansion form ,count ',function)))
       ',accessor)))

(eval-always
  (defun cas-call-expansion (form count function)
    (unless (eql (length (cdr form)) count)
      (error 'simple-program-error
             :format-control "~S takes ~D argument~:P: ~S"
             :format-arguments (list (car form) count form)))
    (let ((variables (mapcar (lambda (argument)
                               (declare (ignore argument))
                               (temporary "ARGUMENT"))
                             (cdr form)))
          (old (temporary "OLD"))
          (new (temporary "NEW")))
      (values variables (cdr form) old new
              `(,function ,@variables ,old ,new)
              `(,(car form) ,@variables)))))

(defcas car (cons) cas-car)
(defcas cdr (cons) cas-cdr)
(defcas first (list) cas-car)
(defcas rest (list) cas-cdr)
(defcas svref (vector index) cas-svref)
(defcas aref (vector index) cas-vector-element)
(defcas symbol-value (symbol) cas-symbol-value)
(defcas slot-value (object slot-name) cas-slot-value)

(defun get-cas-expansion (place &optional environment)
  "Return the six values that say how to compare and swap PLACE: variables, their
forms, a variable for the old and one for the new value, the form that does it and
returns what was there, a form that reads PLACE. Signal a PROGRAM-ERROR when PLACE
cannot be compared and swapped."
  (let ((place (macroexpand place environment)))
    (cond ((symbolp place) (cas-variable-expansion place environment))
          ((info (car place) :cas-expander)
           (funcall (info (car place) :cas-expander) place environment))
          ((eq (car place) 'the)
           (cas-the-expansion place environment))
          ((info (car place) :accessor)
           (cas-accessor-expansion place (info (car place) :accessor)))
          (t (cas-place-error place)))))

(defun cas-place-error (place)
  (error 'simple-program-error
         :format-control "~S is no place that can be compared and swapped: ~
                          those are CAR, CDR, SVREF, AREF, SYMBOL-VALUE, ~
                          SLOT-VALUE, slots of structures, special variables, ~
                          and what DEFCAS defines"
         :format-arguments (list place)))

(defun cas-variable-expansion (symbol environment)
  (unless (or (memq (%variable-kind symbol) '(:special :global))
              (eq :special (variable-information symbol environment)))
    (cas-place-error symbol))
  (let ((old (temporary "OLD"))
        (new (temporary "NEW")))
    (values '() '() old new `(cas-symbol-value ',symbol ,old ,new) symbol)))

(defun cas-the-expansion (place environment)
  (destructuring-bind (type inner) (cdr place)
    (multiple-value-bind (variables values old new cas read)
        (get-cas-expansion inner environment)
      (let ((checked (temporary "NEW")))
        (values variables values old checked
                `(let ((,new (the ,type ,checked))) ,cas)
                `(the ,type ,read))))))

(defun cas-accessor-expansion (place accessor)
  (destructuring-bind (structure index type read-only-p) (cdr accessor)
    (when read-only-p
      (error 'simple-program-error
             :format-control "the slot of ~S is read-only"
             :format-arguments (list place)))
    (let ((object (temporary "OBJECT"))
          (old (temporary "OLD"))
          (new (temporary "NEW")))
      (values (list object) (cdr place) old new
              `(progn
                 (unless (%instance-of-p ,object (%layout ,structure))
                   (accessor-type-error ,object ',(car place)))
                 ,@(unless (eq type t)
                     `((unless (typep ,new ',type)
                         (type-failure ,new ',type))))
                 (cas-instance-slot ,object ,index ,old ,new))
              `(,(car place) ,object)))))

;;; The operators

(defmacro compare-and-swap (&environment environment place old new)
  "Store the value of NEW in PLACE if what is there is EQ to the value of OLD (EQL
in vectors of numbers); nothing of another thread comes in between. Return what was
there: NEW was stored if that is OLD."
  (multiple-value-bind (variables values old-variable new-variable cas)
      (get-cas-expansion place environment)
    `(let* (,@(pair-lists variables values)
            (,old-variable ,old)
            (,new-variable ,new))
       ,cas)))

;;; The form that makes FUNCTION's form of what it reads the value of PLACE, and
;;; returns what RESULT makes of the old and the new value.
(defun atomic-update-form (place environment make result)
  (multiple-value-bind (variables values old new cas read)
      (get-cas-expansion place environment)
    (let ((again (temporary "AGAIN")))
      `(let* (,@(pair-lists variables values)
              (,old ,read))
         (block nil
           (tagbody
              ,again
              (let* ((,new ,(funcall make old))
                     (current ,cas))
                (when (eql current ,old)
                  (return ,(funcall result old new)))
                (setq ,old current)
                (go ,again))))))))

(defmacro atomic-update (&environment environment place function
                         &rest arguments)
  "Make the value of PLACE, as one step, what FUNCTION returns for ARGUMENTS and the
old value; return the new one. FUNCTION may be called more than once."
  (let ((variable (temporary "FUNCTION")))
    (multiple-value-bind (temporaries forms arguments) (bind-forms arguments)
      `(let* ((,variable ,function) ,@(pair-lists temporaries forms))
         ,(atomic-update-form
           place environment
           (lambda (old) `(funcall ,variable ,@arguments ,old))
           (lambda (old new) (declare (ignore old)) new))))))

(defmacro atomic-incf (&environment environment place &optional (delta 1))
  "Add DELTA to the number in PLACE as one step; return the old value."
  (let ((variable (temporary "DELTA")))
    `(let ((,variable ,delta))
       ,(atomic-update-form place environment
                            (lambda (old) `(+ ,old ,variable))
                            (lambda (old new) (declare (ignore new)) old)))))

(defmacro atomic-decf (&environment environment place &optional (delta 1))
  "Subtract DELTA from the number in PLACE as one step; return the old value."
  (let ((variable (temporary "DELTA")))
    `(let ((,variable ,delta))
       ,(atomic-update-form place environment
                            (lambda (old) `(- ,old ,variable))
                            (lambda (old new) (declare (ignore new)) old)))))

(defmacro atomic-push (&environment environment object place)
  "Put OBJECT in front of the list in PLACE as one step; return the new list."
  (let ((variable (temporary "OBJECT")))
    `(let ((,variable ,object))
       ,(atomic-update-form place environment
                            (lambda (old) `(cons ,variable ,old))
                            (lambda (old new) (declare (ignore old)) new)))))

(defmacro atomic-pop (&environment environment place)
  "Take the first element off the list in PLACE as one step; return it."
  (atomic-update-form place environment
                      (lambda (old) `(cdr ,old))
                      (lambda (old new) (declare (ignore new)) `(car ,old))))

(defmacro memory-barrier ()
  "Let no load or store before this come after it, or the other way round, as other
processors see them."
  (if (member :native *features*)
      '(progn (%fence) nil)
      'nil))
