;;;; Element types of arrays: codes of vectors (docs/object-layout.md) and the
;;;; types they stand for (CLHS 15.1.2).

(in-package #:astralisp.runtime)

(defun integer-range-code (low high)
  (cond ((or (eq low '*) (eq high '*)) #x20)
        ((>= low 0)
         (cond ((<= high 1) #x21)
               ((<= high #xff) #x22)
               ((<= high #xffff) #x23)
               ((<= high #xffffffff) #x24)
               ((<= high #xffffffffffffffff) #x25)
               (t #x20)))
        (t
         (let ((high (max high (- -1 low))))
           (cond ((<= high #x7f) #x26)
                 ((<= high #x7fff) #x27)
                 ((<= high #x7fffffff) #x28)
                 ((<= high #x7fffffffffffffff) #x29)
                 (t #x20))))))

(defun byte-size-code (size signed-p)
  (cond ((not (integerp size)) #x20)
        (signed-p (integer-range-code (- (ash 1 (- size 1)))
                                      (- (ash 1 (- size 1)) 1)))
        (t (integer-range-code 0 (- (ash 1 size) 1)))))

(defun atomic-element-code (type)
  (case type
    (bit #x21)
    (fixnum #x29)
    ((character base-char standard-char extended-char) #x2C)
    ((single-float short-float) #x2A)
    ((double-float long-float) #x2B)
    (t #x20)))

;;; The code that fits every one of OBJECTS.
(defun members-code (objects)
  (let ((code nil))
    (dolist (object objects (or code #x20))
      (let ((own (cond ((characterp object) #x2C)
                       ((integerp object)
                        (integer-range-code object object))
                       (t #x20))))
        (setq code (if code (join-codes code own) own))))))

;;; The narrowest code whose vectors hold what those of A and B hold.
(defun join-codes (a b)
  (multiple-value-bind (a-low a-high) (code-range a)
    (multiple-value-bind (b-low b-high) (code-range b)
      (cond ((eql a b) a)
            ((and a-low b-low)
             (integer-range-code (min a-low b-low) (max a-high b-high)))
            (t #x20)))))

(defun code-range (code)
  (cond ((eql code #x21) (values 0 1))
        ((<= #x22 code #x25)
         (values 0 (- (ash 1 (ash 8 (- code #x22))) 1)))
        ((<= #x26 code #x29)
         (let ((half (ash 1 (- (ash 8 (- code #x26)) 1))))
           (values (- half) (- half 1))))
        (t (values nil nil))))

(defun compound-element-code (type)
  (let ((first (optional-argument type 0))
        (second (optional-argument type 1)))
    (case (car type)
      (unsigned-byte (byte-size-code first nil))
      (signed-byte (byte-size-code first t))
      (mod (integer-range-code 0 (- first 1)))
      (integer (integer-range-code (inclusive-bound first 1)
                                   (inclusive-bound second -1)))
      ((eql member) (members-code (cdr type)))
      (or (let ((code nil))
            (dolist (part (cdr type) (or code #x20))
              (let ((own (element-type-code part)))
                (setq code (if code (join-codes code own) own))))))
      (and (dolist (part (cdr type) #x20)
             (let ((code (element-type-code part)))
               (unless (eql code #x20)
                 (return code)))))
      (t (atomic-element-code (car type))))))

;;; Arrays of element type NIL have no elements to speak of: they are array
;;; headers with flag 4 whose data vector is a string, and for this file their
;;; code is #x2D. Those of one dimension are strings (CLHS STRING), but none of
;;; them is simple: code may read the elements of simple strings without a look.

(defun storage-code (code)
  "The code of the vectors that hold the elements of arrays of CODE."
  (if (eql code #x2D) #x2C code))

(defun element-type-code (type)
  (cond ((or (eq type t) (eq type '*)) #x20)
        ((null type) #x2D)
        ((eq type 'character) #x2C)
        ((and (consp type) (eq (car type) 'unsigned-byte))
         (byte-size-code (optional-argument type 0) nil))
        (t
         (let ((type (expand-type type)))
           (if (consp type)
               (compound-element-code type)
               (atomic-element-code type))))))

(defun code-element-type (code)
  (case code
    (#x20 't)
    (#x21 'bit)
    (#x22 '(unsigned-byte 8))
    (#x23 '(unsigned-byte 16))
    (#x24 '(unsigned-byte 32))
    (#x25 '(unsigned-byte 64))
    (#x26 '(signed-byte 8))
    (#x27 '(signed-byte 16))
    (#x28 '(signed-byte 32))
    (#x29 '(signed-byte 64))
    (#x2A 'single-float)
    (#x2B 'double-float)
    (#x2D nil)
    (t 'character)))

(defun upgraded-array-element-type (type &optional environment)
  "Return the element type of the arrays made for elements of TYPE.
CLHS UPGRADED-ARRAY-ELEMENT-TYPE."
  (declare (ignore environment))
  (code-element-type (element-type-code type)))
