;;;; TYPE-OF, and the standard types that DEFTYPE can say (CLHS 4.4).

(in-package #:astralisp.runtime)

(deftype boolean ()
  "T or NIL. CLHS BOOLEAN."
  '(member t nil))

(defun integer-type-of (n)
  (cond ((bitp n) 'bit)
        ((not (%fixnump n))
         (if (> n 0) `(integer ,(+ most-positive-fixnum 1)) 'bignum))
        ((< n 0) 'fixnum)
        (t `(integer 0 ,most-positive-fixnum))))

(defun array-type-of (array)
  (let ((element-type (array-element-type array))
        (dimensions (array-dimensions array)))
    (cond ((simple-vector-p array) `(simple-vector ,@dimensions))
          ((simple-bit-vector-p array) `(simple-bit-vector ,@dimensions))
          ((simple-array-p array) `(simple-array ,element-type ,dimensions))
          (t `(array ,element-type ,dimensions)))))

(defun number-type-of (number)
  (cond ((integerp number) (integer-type-of number))
        ((%double-float-p number) 'double-float)
        ((%single-float-p number) 'single-float)
        ((%ratiop number) 'ratio)
        (t `(complex ,(complex-part-type number)))))

(defun complex-part-type (complex)
  (let ((part (%realpart complex)))
    (cond ((%double-float-p part) 'double-float)
          ((%single-float-p part) 'single-float)
          (t 'rational))))

;;; The name of the class of LAYOUT, or the class when it is not the one that
;;; its name names.
(defun layout-type (layout)
  (let ((class (%instance-ref layout 10)))
    (cond ((null class) (%instance-ref layout 0))
          ((eq class (named-class (class-name class))) (class-name class))
          (t class))))

(defun type-of (object)
  "Return a type that OBJECT is of. CLHS TYPE-OF."
  (cond ((null object) 'null)
        ((eq object t) 'boolean)
        ((symbolp object) (if (keywordp object) 'keyword 'symbol))
        ((consp object) 'cons)
        ((numberp object) (number-type-of object))
        ((characterp object)
         (if (standard-char-p object) 'standard-char 'character))
        ((arrayp object) (array-type-of object))
        ((%instancep object) (layout-type (%instance-layout object)))
        ((%funcallable-p object) (layout-type (%funcallable-layout object)))
        ((functionp object) 'function)
        ((packagep object) 'package)
        (t t)))

;;; What errors about types of sequences expect.
(defun definite-sequence-type-p (type)
  (handler-case (progn (sequence-type type) t)
    (error () nil)))
