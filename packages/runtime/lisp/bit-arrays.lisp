;;;; Logical operations on arrays of bits (CLHS 15.2).

(in-package #:astralisp.runtime)

(defun check-bit-array (array)
  (unless (and (arrayp array) (eql #x21 (array-element-code array)))
    (type-failure array '(array bit))))

;;; The array for results, as argument RESULT of a function of ARRAY says.
(defun bit-result-array (array result)
  (cond ((eq result t) array)
        ((null result)
         (make-array (array-dimensions array) :element-type 'bit))
        (t
         (check-bit-array result)
         (check-same-dimensions array result)
         result)))

(defun check-same-dimensions (a b)
  (unless (equal (array-dimensions a) (array-dimensions b))
    (error 'simple-program-error
           :format-control "~S and ~S differ in their dimensions"
           :format-arguments (list a b))))

;;; Store what TABLE, four bits indexed by 2a + b, has for the bits of A and B.
(defun combine-bits (a b result table)
  (check-bit-array a)
  (check-bit-array b)
  (check-same-dimensions a b)
  (let ((result (bit-result-array a result)))
    (when (and (%vector-code a) (%vector-code b) (%vector-code result))
      (return-from combine-bits
        (combine-bit-vectors a b result (%vector-length a) table)))
    (dotimes (i (array-total-size a) result)
      (let ((index (%fx+ (%fx* 2 (row-major-aref a i))
                         (row-major-aref b i))))
        (set-row-major-aref
         result i (%fx-and 1 (%fx-shift-right table index)))))))

(defmacro define-bit-operation (name table doc)
  `(defun ,name (bit-array-1 bit-array-2 &optional result)
     ,doc
     (combine-bits bit-array-1 bit-array-2 result ,table)))

(define-bit-operation bit-and #b1000
  "Return the and of BIT-ARRAY-1 and BIT-ARRAY-2, in RESULT. CLHS BIT-AND.")
(define-bit-operation bit-ior #b1110
  "Return the or of BIT-ARRAY-1 and BIT-ARRAY-2, in RESULT. CLHS BIT-IOR.")
(define-bit-operation bit-xor #b0110
  "Return the exclusive or of BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-XOR.")
(define-bit-operation bit-eqv #b1001
  "Return the equivalence of BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-EQV.")
(define-bit-operation bit-nand #b0111
  "Return the not-and of BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-NAND.")
(define-bit-operation bit-nor #b0001
  "Return the not-or of BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-NOR.")
(define-bit-operation bit-andc1 #b0010
  "Return the and of not BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-ANDC1.")
(define-bit-operation bit-andc2 #b0100
  "Return the and of BIT-ARRAY-1 and not BIT-ARRAY-2. CLHS BIT-ANDC2.")
(define-bit-operation bit-orc1 #b1011
  "Return the or of not BIT-ARRAY-1 and BIT-ARRAY-2. CLHS BIT-ORC1.")
(define-bit-operation bit-orc2 #b1101
  "Return the or of BIT-ARRAY-1 and not BIT-ARRAY-2. CLHS BIT-ORC2.")

(defun bit-not (bit-array &optional result)
  "Return the complement of BIT-ARRAY, in RESULT. CLHS BIT-NOT."
  (combine-bits bit-array bit-array result #b0001))
