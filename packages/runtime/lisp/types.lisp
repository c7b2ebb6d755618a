;;;; Type specifiers: DEFTYPE, and TYPEP at compile time and at run time
;;;; (CLHS 4.2, 4.4). SUBTYPEP is in subtypes.lisp.

(in-package #:astralisp.runtime)

;;; A type name has one of these in its info:
;;;   :type-predicate  the name of the function that tests for it
;;;   :structure       see structures.lisp
;;;   :condition       see conditions.lisp
;;;   :class-cell      see clos/class-names.lisp
;;;   :type-expander   the function of DEFTYPE
;;;   :type-tester     a function of a variable and the arguments of the
;;;                    specifier; it returns a form that tests the variable

;;; LAMBDA-LIST with * as default of optional and keyword parameters.
(defun default-to-star (lambda-list)
  (let ((result nil)
        (defaulting nil))
    (while (consp lambda-list)
      (let ((item (car lambda-list)))
        (cond ((or (eq item '&optional) (eq item '&key)) (setq defaulting t))
              ((section-rank item) (setq defaulting nil))
              (defaulting
               (cond ((atom item) (setq item (list item ''*)))
                     ((null (cdr item)) (setq item (list (car item) ''*))))))
        (push item result))
      (setq lambda-list (cdr lambda-list)))
    (nreverse-onto result lambda-list)))

(defun type-arguments (specifier)
  (if (consp specifier) (cdr specifier) nil))

(defmacro deftype (&environment environment name lambda-list &body body)
  "Define the type NAME: BODY returns the specifier it stands for.
CLHS DEFTYPE."
  (check-symbol-lock name "defining the type" environment)
  (check-not-declaration name)
  (multiple-value-bind (function documentation)
      (parse-macro name (default-to-star lambda-list) body 'type-arguments)
    `(progn
       (eval-always
         (set-info ',name :type-expander ,function))
       ,@(documentation-forms name 'type documentation)
       ',name)))

(defun type-specifier-name (type)
  (cond ((symbolp type) type)
        ((and (consp type) (symbolp (car type))) (car type))
        (t nil)))

(defun expand-type-1 (type &optional environment)
  (let ((expander (and (type-specifier-name type)
                       (info (type-specifier-name type) :type-expander))))
    (if expander
        (values (funcall expander type environment) t)
        (values type nil))))

;;; TYPE without outer DEFTYPE names.
(defun expand-type (type &optional environment)
  (loop-forever
    (multiple-value-bind (new more) (expand-type-1 type environment)
      (unless more
        (return new))
      (setq type new))))

(defmacro define-type-test (name lambda-list &body body)
  `(eval-always
     (set-info ',name :type-tester
               (%named-lambda ,name ,lambda-list ,@body))
     ',name))

(defun register-type-predicates (entries)
  (dolist (entry entries)
    (set-info (car entry) :type-predicate (car (cdr entry)))))

(eval-always
  (register-type-predicates
   '((null null) (symbol symbolp) (keyword keywordp) (cons consp)
     (list listp) (atom atom) (function functionp)
     (compiled-function compiled-function-p) (character characterp)
     (base-char characterp) (standard-char standard-char-type-p)
     (integer integerp) (fixnum %fixnump) (bignum %bignump)
     (ratio %ratiop) (rational rationalp) (real realp) (number numberp)
     (float floatp) (single-float %single-float-p)
     (short-float %single-float-p) (double-float %double-float-p)
     (long-float %double-float-p) (complex %complexp) (bit bitp)
     (array arrayp) (vector vectorp) (simple-array simple-array-p)
     (simple-vector simple-vector-p) (string stringp)
     (base-string base-string-p) (simple-string simple-string-p)
     (simple-base-string %simple-string-p) (bit-vector bit-vector-p)
     (simple-bit-vector simple-bit-vector-p) (sequence sequencep)
     (package packagep) (stream streamp) (condition conditionp)
     (structure-object structure-object-p))))

(defun compiled-function-p (object)
  "True if OBJECT is a compiled function: all functions are.
CLHS COMPILED-FUNCTION-P."
  (functionp object))

(defun standard-char-type-p (object)
  (and (characterp object) (standard-char-p object)))

(defun bitp (object)
  (or (eql object 0) (eql object 1)))

(defun simple-array-p (object)
  (or (not (null (%vector-code object)))
      (and (%array-header-p object)
           (null (%array-fill object))
           (eql 0 (%fx-and 3 (%array-flags object))))))

(defun sequencep (object)
  (or (listp object) (vectorp object)))

(defun structure-object-p (object)
  (and (%instancep object)
       (eq (%instance-ref (%instance-layout object) 8) :structure)))

;;; Expansion of a test at compile time.

(defun unknown-type-test (variable type)
  `(%typep ,variable ',type))

(defun type-symbol-test (variable type)
  (cond ((eq type t) t)
        ((null type) nil)
        ((info type :type-predicate)
         (list (info type :type-predicate) variable))
        ((and (info type :structure)
              (not (structure-element-type (info type :structure))))
         `(%instance-of-p ,variable (%layout ,type)))
        ((info type :condition)
         `(condition-of-type-p ,variable ',type))
        ((info type :class-cell)
         `(typep-class-cell ,variable
                            (load-time-value (class-cell ',type) t)))
        ((info type :type-expander)
         (type-test variable (expand-type type)))
        ((info type :type-tester)
         (funcall (info type :type-tester) variable))
        (t (unknown-type-test variable type))))

;;; A form that tests whether the value of VARIABLE is of TYPE.
(defun type-test (variable type &optional environment)
  (cond ((symbolp type)
         (type-symbol-test variable type))
        ((%instancep type)              ; a class
         (unknown-type-test variable type))
        ((not (and (consp type) (symbolp (car type))))
         (type-specifier-error type))
        ((info (car type) :type-tester)
         (apply (info (car type) :type-tester) variable (cdr type)))
        ((info (car type) :type-expander)
         (type-test variable (expand-type type environment)))
        ((null (cdr type))
         (type-symbol-test variable (car type)))
        (t (unknown-type-test variable type))))

(defun type-specifier-error (type)
  (error 'simple-type-error
         :datum type :expected-type 'symbol
         :format-control "~S is not a type specifier"
         :format-arguments (list type)))

;;; Whether TYPE tells arguments or values of functions: objects cannot be tested
;;; for that (CLHS FUNCTION).
(defun tells-signature-p (type)
  (and (consp type)
       (or (and (eq (car type) 'function) (consp (cdr type)))
           (and (memq (car type) '(and or not))
                (let ((found nil))
                  (dolist (part (cdr type) found)
                    (when (tells-signature-p part)
                      (setq found t))))))))

(define-compiler-macro typep (&whole form object type &optional environment)
  (if (and (consp type) (eq (car type) 'quote) (null environment)
           (not (tells-signature-p (car (cdr type)))))
      (if (symbolp object)
          (type-test object (car (cdr type)))
          (let ((variable (temporary "OBJECT")))
            `(let ((,variable ,object))
               (declare (ignorable ,variable))
               ,(type-test variable (car (cdr type))))))
      form))

;;; Tests of compound types.

(defun type-tests (variable types)
  (let ((tests nil))
    (dolist (type types)
      (push (type-test variable type) tests))
    (nreverse-onto tests nil)))

(define-type-test and (variable &rest types)
  `(and ,@(type-tests variable types)))

(define-type-test or (variable &rest types)
  `(or ,@(type-tests variable types)))

(define-type-test not (variable type)
  `(not ,(type-test variable type)))

(define-type-test eql (variable object)
  `(eql ,variable ',object))

(define-type-test member (variable &rest objects)
  (let ((tests nil))
    (dolist (object objects)
      (push `(eql ,variable ',object) tests))
    `(or ,@(nreverse-onto tests nil))))

(define-type-test satisfies (variable predicate)
  `(if (funcall ',predicate ,variable) t nil))

(define-type-test values (variable &rest types)
  (declare (ignore variable))
  (type-specifier-error (cons 'values types)))

(define-type-test function (variable &rest signature)
  (declare (ignore signature))
  `(functionp ,variable))

(defun part-test (accessor variable type)
  (if (or (eq type '*) (eq type t))
      t
      (let ((part (temporary "PART")))
        `(let ((,part (,accessor ,variable)))
           (declare (ignorable ,part))
           ,(type-test part type)))))

(define-type-test cons (variable &optional (car '*) (cdr '*))
  `(and (consp ,variable)
        ,(part-test '%car variable car)
        ,(part-test '%cdr variable cdr)))

(define-type-test complex (variable &optional (part '*))
  `(and (%complexp ,variable)
        ,(part-test '%realpart variable part)
        ,(part-test '%imagpart variable part)))

;;; Numbers. Bounds below 2^47 are fixnums on every engine.

(defun small-integer-p (x)
  (and (integerp x) (< -140737488355328 x 140737488355328)))

(defun lower-bound-test (variable bound)
  (cond ((eq bound '*) t)
        ((consp bound) `(< ,(car bound) ,variable))
        (t `(<= ,bound ,variable))))

(defun upper-bound-test (variable bound)
  (cond ((eq bound '*) t)
        ((consp bound) `(< ,variable ,(car bound)))
        (t `(<= ,variable ,bound))))

(defun range-test (predicate variable low high)
  `(and (,predicate ,variable)
        ,(lower-bound-test variable low)
        ,(upper-bound-test variable high)))

;;; An integer bound as an inclusive one.
(defun inclusive-bound (bound adjust)
  (if (consp bound)
      (+ (car bound) adjust)
      bound))

(define-type-test integer (variable &optional (low '*) (high '*))
  (let ((low (inclusive-bound low 1))
        (high (inclusive-bound high -1)))
    (if (and (small-integer-p low) (small-integer-p high))
        `(and (%fixnump ,variable)
              (%fx<= ,low ,variable)
              (%fx<= ,variable ,high))
        (range-test 'integerp variable low high))))

(define-type-test mod (variable n)
  (type-test variable `(integer 0 (,n))))

(define-type-test unsigned-byte (variable &optional (size '*))
  (type-test variable
             (if (eq size '*)
                 '(integer 0 *)
                 `(integer 0 ,(- (ash 1 size) 1)))))

(define-type-test signed-byte (variable &optional (size '*))
  (type-test variable
             (if (eq size '*)
                 'integer
                 `(integer ,(- (ash 1 (- size 1)))
                           ,(- (ash 1 (- size 1)) 1)))))

(define-type-test rational (variable &optional (low '*) (high '*))
  (range-test 'rationalp variable low high))

(define-type-test real (variable &optional (low '*) (high '*))
  (range-test 'realp variable low high))

(define-type-test float (variable &optional (low '*) (high '*))
  (range-test 'floatp variable low high))

(define-type-test single-float (variable &optional (low '*) (high '*))
  (range-test '%single-float-p variable low high))

(define-type-test short-float (variable &optional (low '*) (high '*))
  (range-test '%single-float-p variable low high))

(define-type-test double-float (variable &optional (low '*) (high '*))
  (range-test '%double-float-p variable low high))

(define-type-test long-float (variable &optional (low '*) (high '*))
  (range-test '%double-float-p variable low high))

(define-type-test extended-char (variable)
  (declare (ignore variable))
  nil)

;;; Arrays. See element-types.lisp for ELEMENT-TYPE-CODE.

;;; CODE (or NIL: any) and DIMENSIONS (* or a list) as a test.
(defun array-type-test (variable element-type dimensions simple-p)
  (let ((code (if (eq element-type '*) nil (element-type-code element-type)))
        (dimensions (if (integerp dimensions)
                        (make-star-list dimensions)
                        dimensions)))
    (cond ((and code simple-p (equal dimensions '(*)))
           `(eql (%vector-code ,variable) ,code))
          ((and (null code) (equal dimensions '(*)))
           (if simple-p
               `(not (null (%vector-code ,variable)))
               `(vectorp ,variable)))
          ((and (null code) (eq dimensions '*))
           (if simple-p `(simple-array-p ,variable) `(arrayp ,variable)))
          (t `(array-of-type-p ,variable ,code ',dimensions ,simple-p)))))

(defun make-star-list (n)
  (if (eql n 0) nil (cons '* (make-star-list (- n 1)))))

(define-type-test array (variable &optional (type '*) (dimensions '*))
  (array-type-test variable type dimensions nil))

(define-type-test simple-array (variable &optional (type '*) (dimensions '*))
  (array-type-test variable type dimensions t))

(define-type-test vector (variable &optional (type '*) (size '*))
  (array-type-test variable type (list size) nil))

(define-type-test simple-vector (variable &optional (size '*))
  (array-type-test variable t (list size) t))

;;; Vectors of element type NIL are strings as well.
(define-type-test string (variable &optional (size '*))
  (if (eq size '*)
      `(stringp ,variable)
      `(and (stringp ,variable) (eql ,size (array-dimension ,variable 0)))))

(define-type-test base-string (variable &optional (size '*))
  (array-type-test variable 'character (list size) nil))

(define-type-test simple-string (variable &optional (size '*))
  (array-type-test variable 'character (list size) t))

(define-type-test simple-base-string (variable &optional (size '*))
  (array-type-test variable 'character (list size) t))

(define-type-test bit-vector (variable &optional (size '*))
  (array-type-test variable 'bit (list size) nil))

(define-type-test simple-bit-vector (variable &optional (size '*))
  (array-type-test variable 'bit (list size) t))

;;; TYPEP at run time.

(defun typep-symbol (object type environment)
  (cond ((eq type t) t)
        ((null type) nil)
        ((info type :type-predicate)
         (if (funcall (info type :type-predicate) object) t nil))
        ((info type :structure)
         (and (%instancep object)
              (%find-layout type)
              (instance-of-layout-p object (%find-layout type))))
        ((info type :condition)
         (condition-of-type-p object type))
        ((and (info type :class-cell) (car (info type :class-cell)))
         (instance-of-class-p object (car (info type :class-cell))))
        ((info type :type-expander)
         (%typep object (expand-type type environment)))
        ((info type :type-tester)
         (typep-compound object (list type) environment))
        (t (error 'simple-type-error
                  :datum type :expected-type 'symbol
                  :format-control "no type is named ~S"
                  :format-arguments (list type)))))

(defun instance-of-layout-p (object layout)
  (let* ((own (%instance-layout object))
         (depth (%instance-ref layout 2))
         (ancestors (%instance-ref own 3)))
    (or (eq own layout)
        (and (simple-vector-p ancestors)
             (< depth (%vector-length ancestors))
             (eq (%svref ancestors depth) layout)))))

(defun typep (object type &optional environment)
  "True if OBJECT is of the type that the specifier TYPE names.
Signal an error when TYPE is no specifier. CLHS TYPEP."
  (when (tells-signature-p type)
    (error 'simple-type-error
           :datum type :expected-type '(not (cons (eql function) cons))
           :format-control "~S tells arguments or values of functions: objects ~
                            cannot be tested for that"
           :format-arguments (list type)))
  (%typep object type environment))

(defun %typep (object type &optional environment)
  (cond ((symbolp type)
         (typep-symbol object type environment))
        ((classp type) (instance-of-class-p object type))
        ((not (and (consp type) (symbolp (car type))))
         (type-specifier-error type))
        ((info (car type) :type-expander)
         (%typep object (expand-type type environment) environment))
        (t (typep-compound object type environment))))

(defun typep-some (object types environment)
  (dolist (type types nil)
    (when (%typep object type environment)
      (return t))))

(defun typep-every (object types environment)
  (dolist (type types t)
    (unless (%typep object type environment)
      (return nil))))

(defun typep-part (part type environment)
  (or (eq type '*) (%typep part type environment)))

(defun optional-argument (type n)
  (let ((tail (cdr type)))
    (dotimes (i n)
      (setq tail (cdr tail)))
    (if tail (car tail) '*)))

(defun typep-compound (object type environment)
  (let ((first (optional-argument type 0))
        (second (optional-argument type 1)))
    (case (car type)
      (and (typep-every object (cdr type) environment))
      (or (typep-some object (cdr type) environment))
      (not (not (%typep object first environment)))
      (eql (eql object first))
      (member (if (member object (cdr type)) t nil))
      (satisfies (if (funcall first object) t nil))
      (cons (and (consp object)
                 (typep-part (%car object) first environment)
                 (typep-part (%cdr object) second environment)))
      (function (functionp object))
      (complex (and (%complexp object)
                    (typep-part (%realpart object) first environment)
                    (typep-part (%imagpart object) first environment)))
      ((integer rational real float single-float short-float double-float
                long-float)
       (and (funcall (info (car type) :type-predicate) object)
            (within-bounds-p object first second)))
      (mod (and (integerp object) (<= 0 object) (< object first)))
      (unsigned-byte
       (and (integerp object) (>= object 0)
            (or (eq first '*) (<= (integer-length object) first))))
      (signed-byte
       (and (integerp object)
            (or (eq first '*) (< (integer-length object) first))))
      (t (typep-array object type)))))

(defun within-bounds-p (object low high)
  (and (or (eq low '*)
           (if (consp low) (< (car low) object) (<= low object)))
       (or (eq high '*)
           (if (consp high) (< object (car high)) (<= object high)))))

;;; The element type, dimensions and simplicity that array specifier TYPE
;;; asks for; NIL when it is none.
(defun array-type-parts (type)
  (let ((first (optional-argument type 0))
        (second (optional-argument type 1)))
    (case (car type)
      (array (values first second nil t))
      (simple-array (values first second t t))
      (vector (values first (list second) nil t))
      (simple-vector (values t (list first) t t))
      ((string base-string) (values 'character (list first) nil t))
      ((simple-string simple-base-string)
       (values 'character (list first) t t))
      (bit-vector (values 'bit (list first) nil t))
      (simple-bit-vector (values 'bit (list first) t t))
      (t (values nil nil nil nil)))))

(defun typep-array (object type)
  (multiple-value-bind (element-type dimensions simple-p known-p)
      (array-type-parts type)
    (cond ((and known-p (eq (car type) 'string) (nil-vector-p object))
           (array-of-type-p object nil dimensions simple-p))
          (known-p
           (array-of-type-p object
                            (if (eq element-type '*)
                                nil
                                (element-type-code element-type))
                            (if (integerp dimensions)
                                (make-star-list dimensions)
                                dimensions)
                            simple-p))
          ((eq (car type) 'extended-char) nil)
          ((and (null (cdr type)) (not (eq (car type) 'values)))
           (typep-symbol object (car type) nil))
          (t (type-specifier-error type)))))

(defun array-of-type-p (object code dimensions simple-p)
  (and (if simple-p (simple-array-p object) (arrayp object))
       (or (null code) (eql code (array-element-code object)))
       (or (eq dimensions '*)
           (array-has-dimensions-p object dimensions))))

(defun array-has-dimensions-p (array dimensions)
  (let ((rank (array-rank array))
        (axis 0))
    (dolist (dimension dimensions (= axis rank))
      (unless (and (< axis rank)
                   (or (eq dimension '*)
                       (eql dimension (array-dimension array axis))))
        (return nil))
      (setq axis (+ axis 1)))))
