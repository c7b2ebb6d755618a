;;;; How instances of classes are stored, and the layout of any object.

(in-package #:astralisp.runtime)

;;; Slot 8 of a layout says where the slots of its instances are:
;;;   :STANDARD     in the words of the instance;
;;;   :VECTOR       in a simple vector, which slot 0 of the instance holds: so
;;;                 with metaobjects, and with an instance that got a layout of
;;;                 more slots than it was made with;
;;;   :FUNCALLABLE  in a simple vector in slot 0 of a funcallable instance;
;;;   :STRUCTURE, :CONDITION  structures.lisp, conditions.lisp;
;;;   :BUILT-IN     the object is not an instance.
;;; Slot 10 is the class, slot 5 is -1 once the layout is obsolete: then slot 6
;;; still has the names of the slots it described, in order, and slot 9 an
;;; association list of the cells of its shared slots.

(defmacro layout-name (layout) `(%instance-ref ,layout 0))
(defmacro layout-length (layout) `(%instance-ref ,layout 1))
(defmacro layout-version (layout) `(%instance-ref ,layout 5))
(defmacro layout-slot-names (layout) `(%instance-ref ,layout 6))
(defmacro layout-stamp (layout) `(%instance-ref ,layout 7))
(defmacro layout-kind (layout) `(%instance-ref ,layout 8))
(defmacro layout-definition (layout) `(%instance-ref ,layout 9))
(defmacro layout-class (layout) `(%instance-ref ,layout 10))

(defsetf %instance-ref %set-instance-ref)
(defsetf %funcallable-ref %set-funcallable-ref)

(defun layout-obsolete-p (layout)
  (eql -1 (layout-version layout)))

;;; Stamps are numbers by which caches find layouts.
(defglobal **next-stamp** 1)

(defun make-class-layout (class name kind slot-names)
  "Return a new layout of instances of CLASS, called NAME, whose own slots are
SLOT-NAMES, stored as KIND says."
  (let ((layout (%make-layout name
                              (if (eq kind :standard) (length slot-names) 1)
                              0 (%make-vector #x20 0) kind slot-names)))
    (setf (layout-kind layout) kind
          (layout-stamp layout) **next-stamp**
          (layout-class layout) class)
    (setq **next-stamp** (logand (+ **next-stamp** 1) #xffffff))
    layout))

;;; The layout of a class, from its vector of slots: see metaobjects.lisp.

(defun unbound-vector (length)
  (%fill (%make-vector #x20 length) (%unbound-marker) 0 length))

(defun allocate-standard (layout slot-count)
  "Return an instance of LAYOUT with SLOT-COUNT unbound slots."
  (case (layout-kind layout)
    (:standard (%make-instance layout))
    (:vector
     (let ((instance (%make-instance layout)))
       (%set-instance-ref instance 0 (unbound-vector slot-count))
       instance))
    (t
     (let ((instance (%make-funcallable layout #'call-without-function)))
       (%set-funcallable-ref instance 0 (unbound-vector slot-count))
       instance))))

(defun call-without-function (&rest arguments)
  (declare (ignore arguments))
  (error "a funcallable instance was called that has no function yet"))

;;; The layouts of objects that are no instances.

(defglobal **built-in-layouts** '())    ; of (name . layout)

(defun built-in-layout (name)
  (cdr (assq name **built-in-layouts**)))

(defmacro define-built-in-layouts (&rest names)
  `(progn
     ,@(mapcan (lambda (name)
                 (let ((variable (built-in-layout-variable name)))
                   `((defglobal ,variable
                       (let ((layout (%make-layout ',name 0 0
                                                   (%make-vector #x20 0)
                                                   :built-in nil)))
                         (setf (layout-kind layout) :built-in
                               (layout-stamp layout) **next-stamp**)
                         (setq **next-stamp** (+ **next-stamp** 1))
                         (push (cons ',name layout) **built-in-layouts**)
                         layout)))))
               names)))

(eval-always
  (defun built-in-layout-variable (name)
    (%intern-symbol (quote **layout-of) name)))

(defmacro layout-of-type (name)
  "The global variable with the layout of objects of the built-in class NAME."
  (built-in-layout-variable name))

(define-built-in-layouts
  t null symbol cons fixnum bignum ratio single-float double-float
  complex character function package
  array simple-array vector simple-vector bit-vector simple-bit-vector
  string simple-string simple-specialized-vector)

(defun built-in-layout-of (object)
  (cond ((consp object) (layout-of-type cons))
        ((%fixnump object) (layout-of-type fixnum))
        ((null object) (layout-of-type null))
        ((symbolp object) (layout-of-type symbol))
        ((functionp object) (layout-of-type function))
        ((characterp object) (layout-of-type character))
        ((numberp object) (number-layout-of object))
        ((arrayp object) (array-layout-of object))
        ((packagep object) (layout-of-type package))
        (t (layout-of-type t))))

(defun number-layout-of (number)
  (cond ((%double-float-p number) (layout-of-type double-float))
        ((%single-float-p number) (layout-of-type single-float))
        ((%ratiop number) (layout-of-type ratio))
        ((integerp number) (layout-of-type bignum))
        (t (layout-of-type complex))))

(defun array-layout-of (array)
  (let ((simple-p (simple-array-p array)))
    (cond ((stringp array)
           (if simple-p (layout-of-type simple-string)
               (layout-of-type string)))
          ((bit-vector-p array)
           (if simple-p (layout-of-type simple-bit-vector)
               (layout-of-type bit-vector)))
          ((simple-vector-p array) (layout-of-type simple-vector))
          ((vectorp array)
           (if simple-p (layout-of-type simple-specialized-vector)
               (layout-of-type vector)))
          (simple-p (layout-of-type simple-array))
          (t (layout-of-type array)))))

(declaim (inline layout-of))
(defun layout-of (object)
  "Return the layout of OBJECT, whatever it is."
  (cond ((%instancep object) (%instance-layout object))
        ((%funcallable-p object) (%funcallable-layout object))
        (t (built-in-layout-of object))))
