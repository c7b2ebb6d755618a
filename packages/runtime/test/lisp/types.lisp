;;;; Tests of types (CLHS 4).

(in-package #:astralisp.test)

(defun zoo ()
  (list nil t 'a :k 0 1 -5 255 256 (expt 2 40) (expt 2 80) (- (expt 2 80)) 1/2
        1.5 -2.5d0 #c(1 2) #c(1.0 2.0) #\a #\Newline "str" #(1 2) #*101 '(1 . 2)
        '(1 2) (make-array '(2 2)) (make-array 3 :fill-pointer 1)
        (make-array 2 :element-type '(unsigned-byte 8))
        (make-array 2 :element-type 'character :adjustable t) #'car
        (make-hash-table) (find-package :keyword)))
(defmacro types-of-zoo (&rest types)
  "For each of TYPES the positions in the zoo of what is of the type, by a
constant type and by one computed."
  `(let ((zoo (zoo)))
     (list ,@(mapcar
              (lambda (type)
                `(let ((here (loop for x in zoo for i from 0
                                   when (typep x ',type) collect i))
                       (there (loop for x in zoo for i from 0
                                    when (typep x (identity ',type))
                                      collect i)))
                   (if (equal here there) here (list 'differ here there))))
              types))))
(define-test typep-atomic
  (types-of-zoo t nil null symbol keyword boolean atom cons list sequence number
                real rational integer ratio float single-float double-float
                complex bit bignum fixnum signed-byte unsigned-byte character
                standard-char string simple-string array vector simple-vector
                simple-array bit-vector simple-bit-vector function
                compiled-function hash-table package))
(define-test typep-numeric
  (types-of-zoo (integer 0 255) (integer (0) 255) (integer * -1) (integer 0)
                (unsigned-byte 8) (signed-byte 8) (mod 256) (real 0 2)
                (real (1) (2)) (float 0.0) (rational 0 1) (single-float 1.0 2.0)
                (double-float * 0d0) (complex float) (complex integer)
                (unsigned-byte 64) (integer 1 1)))
(define-test typep-compound
  (types-of-zoo (or symbol string) (and integer (not bit)) (not cons) (member 0 a)
                (eql 1) (eql "str") (cons integer) (cons integer integer)
                (cons * list) (and) (or) (satisfies numberp) (satisfies null)
                (and symbol (not null) (not keyword)) (or (integer 5) (eql nil))))
(define-test typep-arrays
  (types-of-zoo (array t) (array * 2) (array t (2 2)) (array * (* *)) (vector t)
                (vector * 2) (vector t 3) (simple-array * (*))
                (simple-array t (2)) (array character) (array bit (*))
                (simple-array (unsigned-byte 8) (*)) (string 3) (simple-vector 2)
                (bit-vector 3) (vector (unsigned-byte 8)) (array * ()) (vector *)
                (string 2) (simple-string 3) (array * 1)))
(deftype small () '(integer 0 9))
(deftype pair-of (type &optional (other type)) `(cons ,type ,other))
(deftype any-vector (&optional size) `(vector * ,size))
(define-test deftype
  (list (typep 5 'small) (typep 10 'small) (typep '(1 . 2) '(pair-of integer))
        (typep '(1 . a) '(pair-of integer symbol)) (typep '(1 . a) '(pair-of integer))
        (typep "abc" 'any-vector) (typep "abc" '(any-vector 2)) (typep 3 '(or small null))
        (typep 'small 'small) (subtypep 'small 'integer) (subtypep 'small 'bit)))
(define-test unknown-type (typep (identity 1) (identity 'no-such-type)) => "error TYPE-ERROR")
(define-test bad-type (typep (identity 1) (identity '(3 4))) => "error TYPE-ERROR")
(defmacro subtypes (&rest pairs)
  `(list ,@(mapcar (lambda (pair)
                     `(multiple-value-list
                       (subtypep ',(first pair) ',(second pair))))
                   pairs)))
(define-test subtypep-atomic
  (subtypes (integer number) (number integer) (fixnum integer) (bit fixnum)
            (null symbol) (null list) (cons list) (list sequence) (symbol atom)
            (cons atom) (string vector) (simple-string string) (vector sequence)
            (keyword symbol) (nil integer) (integer t) (t integer) (t t) (nil nil)
            (float real) (ratio rational) (bignum integer) (character atom)
            (standard-char character) (boolean symbol) (hash-table atom)
            (function atom) (simple-vector simple-array) (bit-vector vector)
            (array atom) (rational real) (complex number) (single-float float)))
(define-test subtypep-ranges
  (subtypes ((integer 0 5) (integer 0 9)) ((integer 0 9) (integer 0 5))
            ((integer 0 5) unsigned-byte) ((unsigned-byte 8) (integer 0 255))
            ((integer 0 255) (unsigned-byte 8)) ((signed-byte 8) (integer -128 127))
            ((integer (0) (2)) (eql 1)) ((real 0 1) (real 0 2))
            ((float 0.0 1.0) float) ((integer 0 1) bit) (bit (integer 0 1))
            ((mod 8) (unsigned-byte 3)) ((rational 0 1) (real 0 1))
            ((integer 1 5) (or (integer 1 3) (integer 4 5)))
            ((integer 1 5) (or (integer 1 2) (integer 4 5)))
            (integer (or (integer * 0) (integer 1)))
            ((single-float 0.0 1.0) (single-float (0.0) 1.0))
            ((real 0 1) (or (real 0 (1/2)) (real 1/2 1)))))
(define-test subtypep-compound
  (subtypes ((or integer symbol) (or symbol number)) ((and integer (not bit)) integer)
            ((not integer) (not bit)) ((not bit) (not integer))
            ((member a b) symbol) ((member 1 2) integer) ((eql 1) bit)
            ((member a 1) symbol) (null (member nil t)) (boolean (member nil t))
            ((and integer symbol) nil) (integer (or integer string))
            (list (or null cons)) ((or null cons) list) (symbol (or null symbol))
            ((cons integer) cons) ((cons integer) (cons number))
            ((cons number) (cons integer)) ((cons integer integer) (cons integer))
            ((cons nil t) nil) (cons (cons t t)) (atom (not cons))
            ((and vector string) string) ((and list vector) nil)
            ((and symbol (not null)) (not null)) (t (or atom cons))
            ((cons (or integer symbol) t) (or (cons integer t) (cons symbol t)))
            ((or character number) atom) ((and number (not integer)) (not integer))))
(define-test subtypep-arrays
  (subtypes ((vector t) vector) (vector (array * (*))) (vector (array * 1))
            ((array t (2 2)) (array t 2)) ((array t 2) (array t (2 2)))
            ((simple-array t (*)) simple-vector) (simple-vector (vector t))
            (bit-vector (vector bit))
            ((vector bit) bit-vector) ((array * (2 3)) (array * (* 3)))
            ((vector t) string) ((simple-array character (3)) (string 3))
            ((string 3) simple-string) (vector (or simple-array (not simple-array)))
            ((vector (unsigned-byte 8)) (vector (unsigned-byte 16)))))
(define-test subtypep-unknown
  (multiple-value-list (subtypep '(satisfies foo) 'integer)))
(define-test type-of
  (let ((bad nil))
    (dolist (x (zoo) bad)
      (unless (typep x (type-of x)) (push x bad))
      (dolist (type '(null symbol cons list number integer bit rational float
                      character string vector array function keyword boolean
                      simple-vector bit-vector fixnum unsigned-byte))
        (when (and (typep x type) (not (subtypep (type-of x) type)))
          (push (list x type) bad))))))
(define-test type-of-examples
  (list (type-of nil) (type-of t) (type-of 'a) (type-of :k) (type-of '(1))
        (type-of 1.5) (type-of 1d0) (type-of 1/2) (type-of #\a) (type-of 1)
        (type-of #(1 2)) (type-of #*10) (type-of (make-hash-table))))
(defstruct animal name)
(defstruct (dog (:include animal)) tricks)
(define-test structure-types
  (let ((d (make-dog)) (a (make-animal)))
    (list (typep d 'dog) (typep d 'animal) (typep a 'dog) (typep d 'structure-object)
          (typep 1 'dog) (type-of d) (subtypep 'dog 'animal)
          (subtypep 'animal 'dog) (subtypep 'dog 'structure-object)
          (subtypep 'dog 'integer) (subtypep '(and dog animal) 'dog)
          (typep d '(or integer animal)) (typep d '(not animal))
          (multiple-value-list (subtypep '(and dog hash-table) nil)))))
(define-test condition-types
  (list (subtypep 'type-error 'error) (subtypep 'error 'type-error)
        (subtypep 'simple-error 'simple-condition) (subtypep 'warning 'condition)
        (subtypep 'simple-type-error '(and type-error simple-condition))))

(define-test float-zeros-in-types
  (list (subtypep '(single-float 0.0) '(or (single-float (0.0)) (eql 0.0)))
        (subtypep '(single-float 0.0)
                  '(or (single-float (0.0)) (member 0.0 -0.0)))
        (subtypep '(eql -0.0) '(single-float 0.0))
        (subtypep '(double-float (-1d0) (0d0)) '(double-float * (-0d0)))
        (subtypep '(member 0.0) '(single-float * (0.0)))
        (typep -0.0 '(single-float 0.0))))
(define-test signatures-cannot-be-tested
  (handler-case (typep #'car '(function (t) t))
    (error () :error)))
