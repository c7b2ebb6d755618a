;;;; Arrays: what they are and how their elements are read and stored
;;;; (CLHS 15). Making them is in make-array.lisp.

(in-package #:astralisp.runtime)

(defconstant array-rank-limit 1024
  "More than the rank of any array.")

(defconstant array-dimension-limit 4294967295
  "More than any dimension of an array.")

(defconstant array-total-size-limit 4294967295
  "More than the number of elements of any array.")

;;; True when INDEX is a fixnum, at least 0 and below LIMIT.
(defmacro index-below-p (index limit)
  `(and (%fixnump ,index) (%fx>= ,index 0) (%fx< ,index ,limit)))

(defun index-error (array index &optional (limit (array-total-size array)))
  (error 'index-out-of-bounds
         :datum index
         :expected-type `(integer 0 (,limit))
         :array array))

(defun arrayp (object)
  "True if OBJECT is an array. CLHS ARRAYP."
  (or (not (null (%vector-code object)))
      (%array-header-p object)))

(defun vectorp (object)
  "True if OBJECT is a vector. CLHS VECTORP."
  (or (not (null (%vector-code object)))
      (and (%array-header-p object)
           (eql 1 (%array-rank object)))))

;;; The code of the elements of ARRAY.
(defun array-element-code (array)
  (or (%vector-code array)
      (progn
        (unless (%array-header-p array)
          (type-failure array 'array))
        (let ((data array))
          (loop-forever
            (cond ((not (%array-header-p data))
                   (return (%vector-code data)))
                  ((eql 4 (%fx-and 4 (%array-flags data)))
                   (return #x2D)))
            (setq data (%array-data data)))))))

(defun nil-vector-p (object)
  "True if OBJECT is a vector whose element type is NIL."
  (and (%array-header-p object)
       (eql 1 (%array-rank object))
       (eql #x2D (array-element-code object))))

(defun vector-of-code-p (object code)
  (or (eql (%vector-code object) code)
      (and (%array-header-p object)
           (eql 1 (%array-rank object))
           (eql code (array-element-code object)))))

(defun bit-vector-p (object)
  "True if OBJECT is a vector of bits. CLHS BIT-VECTOR-P."
  (vector-of-code-p object #x21))

(defun simple-bit-vector-p (object)
  "True if OBJECT is a simple vector of bits. CLHS SIMPLE-BIT-VECTOR-P."
  (eql (%vector-code object) #x21))

(defun stringp (object)
  "True if OBJECT is a string. CLHS STRINGP."
  (or (%simple-string-p object)
      (vector-of-code-p object #x2C)
      (nil-vector-p object)))

(defun base-string-p (object)
  (or (%simple-string-p object)
      (vector-of-code-p object #x2C)))

(defun simple-string-p (object)
  "True if OBJECT is a simple string. CLHS SIMPLE-STRING-P."
  (%simple-string-p object))

(define-compiler-macro simple-string-p (object)
  `(%simple-string-p ,object))

;;; The simple vector that holds the elements of the header ARRAY, and where
;;; in it they begin.
(defun array-storage (array)
  (let ((data (%array-data array))
        (offset (%array-offset array)))
    (while (%array-header-p data)
      (setq offset (%fx+ offset (%array-offset data))
            data (%array-data data)))
    (values data offset)))

;;; Any vector as a simple one, the offset of its elements in that, and its
;;; length.
(defun vector-storage (vector)
  (cond ((%vector-code vector)
         (values vector 0 (%vector-length vector)))
        ((vectorp vector)
         (multiple-value-bind (data offset) (array-storage vector)
           (values data offset (header-length vector))))
        (t (type-failure vector 'vector))))

(defmacro with-vector-storage ((data offset length) vector &body body)
  `(%mv-let (,data ,offset ,length) (vector-storage ,vector)
     (declare (ignorable ,offset ,length))
     ,@body))

(defun header-length (header)
  (or (%array-fill header) (%array-total header)))

(defun array-rank (array)
  "Return the number of dimensions of ARRAY. CLHS ARRAY-RANK."
  (cond ((%vector-code array) 1)
        ((%array-header-p array) (%array-rank array))
        (t (type-failure array 'array))))

(defun array-total-size (array)
  "Return the number of elements of ARRAY, whatever its fill pointer.
CLHS ARRAY-TOTAL-SIZE."
  (cond ((%vector-code array) (%vector-length array))
        ((%array-header-p array) (%array-total array))
        (t (type-failure array 'array))))

(defun array-dimension (array axis)
  "Return the size of dimension AXIS of ARRAY. CLHS ARRAY-DIMENSION."
  (unless (index-below-p axis (array-rank array))
    (type-failure axis `(integer 0 (,(array-rank array)))))
  (if (%array-header-p array)
      (%array-dimension array axis)
      (%vector-length array)))

(defun array-dimensions (array)
  "Return a list of the sizes of the dimensions of ARRAY.
CLHS ARRAY-DIMENSIONS."
  (let ((result nil))
    (dotimes (axis (array-rank array))
      (push (array-dimension array axis) result))
    (nreverse-onto result nil)))

(defun array-element-type (array)
  "Return the type of the elements of ARRAY. CLHS ARRAY-ELEMENT-TYPE."
  (code-element-type (array-element-code array)))

(defun adjustable-array-p (array)
  "True if ADJUST-ARRAY of ARRAY returns ARRAY itself.
CLHS ADJUSTABLE-ARRAY-P."
  (cond ((%array-header-p array)
         (eql 1 (%fx-and 1 (%array-flags array))))
        ((%vector-code array) nil)
        (t (type-failure array 'array))))

(defun array-displacement (array)
  "Return the array that ARRAY is displaced to and the offset in it, or NIL
and 0. CLHS ARRAY-DISPLACEMENT."
  (cond ((%array-header-p array)
         (if (eql 2 (%fx-and 2 (%array-flags array)))
             (values (%array-data array) (%array-offset array))
             (values nil 0)))
        ((%vector-code array) (values nil 0))
        (t (type-failure array 'array))))

;;; Subscripts.

(defun array-row-major-index (array &rest subscripts)
  "Return the row-major index of the element of ARRAY at SUBSCRIPTS.
CLHS ARRAY-ROW-MAJOR-INDEX."
  (row-major-index array subscripts))

(defun row-major-index (array subscripts)
  (let ((index 0)
        (axis 0)
        (rank (array-rank array)))
    (dolist (subscript subscripts)
      (unless (%fx< axis rank)
        (subscript-count-error array subscripts))
      (let ((dimension (array-dimension array axis)))
        (unless (index-below-p subscript dimension)
          (index-error array subscript dimension))
        (setq index (%fx+ (%fx* index dimension) subscript)
              axis (%fx+ axis 1))))
    (unless (eql axis rank)
      (subscript-count-error array subscripts))
    index))

(defun subscript-count-error (array subscripts)
  (error 'simple-program-error
         :format-control "~S are not the ~D subscript~:P of ~S"
         :format-arguments (list subscripts (array-rank array) array)))

(defun array-in-bounds-p (array &rest subscripts)
  "True if SUBSCRIPTS are valid for ARRAY. CLHS ARRAY-IN-BOUNDS-P."
  (let ((axis 0)
        (result t))
    (dolist (subscript subscripts)
      (unless (index-below-p subscript (array-dimension array axis))
        (setq result nil))
      (setq axis (+ axis 1)))
    (unless (eql axis (array-rank array))
      (subscript-count-error array subscripts))
    result))

;;; Reading.

(defun row-major-aref (array index)
  "Return element INDEX of ARRAY in row-major order. CLHS ROW-MAJOR-AREF."
  (cond ((%vector-code array)
         (if (index-below-p index (%vector-length array))
             (%vref array index)
             (index-error array index)))
        ((%array-header-p array)
         (unless (index-below-p index (%array-total array))
           (index-error array index))
         (multiple-value-bind (data offset) (array-storage array)
           (checked-vref data (%fx+ offset index))))
        (t (type-failure array 'array))))

;;; The array displaced to may have become smaller.
(defun checked-vref (data index)
  (if (index-below-p index (%vector-length data))
      (%vref data index)
      (index-error data index)))

(defun aref-1 (array index)
  (if (%vector-code array)
      (if (index-below-p index (%vector-length array))
          (%vref array index)
          (index-error array index))
      (progn
        (unless (eql 1 (array-rank array))
          (subscript-count-error array (list index)))
        (row-major-aref array index))))

(defun aref-2 (array i j)
  (if (and (%array-header-p array)
           (eql 2 (%array-rank array))
           (index-below-p i (%array-dimension array 0))
           (index-below-p j (%array-dimension array 1)))
      (let ((index (%fx+ (%fx* i (%array-dimension array 1)) j))
            (data (%array-data array)))
        (if (and (%vector-code data) (eql 0 (%array-flags array)))
            (%vref data index)
            (row-major-aref array index)))
      (row-major-aref array (row-major-index array (list i j)))))

(defun aref (array &rest subscripts)
  "Return the element of ARRAY at SUBSCRIPTS. CLHS AREF."
  (if (and subscripts (null (cdr subscripts)))
      (aref-1 array (car subscripts))
      (row-major-aref array (row-major-index array subscripts))))

(define-compiler-macro aref (&whole form array &rest subscripts)
  (case (fixnum-length subscripts)
    (1 `(aref-1 ,array ,@subscripts))
    (2 `(aref-2 ,array ,@subscripts))
    (t form)))

;;; Storing.

(defun element-type-error (value vector)
  (type-failure value (array-element-type vector)))

;;; True when VALUE may be stored in a vector of CODE.
(defun element-fits-p (value code)
  (case code
    (#x20 t)
    (#x2C (characterp value))
    (#x22 (index-below-p value 256))
    (#x21 (index-below-p value 2))
    (#x23 (index-below-p value 65536))
    (#x24 (index-below-p value 4294967296))
    (#x2A (%single-float-p value))
    (#x2B (%double-float-p value))
    (t (and (integerp value)
            (multiple-value-bind (low high) (code-range code)
              (<= low value high))))))

(defun checked-set-vref (vector index value)
  (let ((code (%vector-code vector)))
    (unless (index-below-p index (%vector-length vector))
      (index-error vector index))
    (unless (or (eql code #x20) (element-fits-p value code))
      (element-type-error value vector))
    (%set-vref vector index value)
    value))

(defun set-row-major-aref (array index value)
  (cond ((%vector-code array)
         (checked-set-vref array index value))
        ((%array-header-p array)
         (unless (index-below-p index (%array-total array))
           (index-error array index))
         (multiple-value-bind (data offset) (array-storage array)
           (checked-set-vref data (%fx+ offset index) value)))
        (t (type-failure array 'array))))

(defun set-aref-1 (array index value)
  (if (%vector-code array)
      (checked-set-vref array index value)
      (progn
        (unless (eql 1 (array-rank array))
          (subscript-count-error array (list index)))
        (set-row-major-aref array index value))))

(defun set-aref-2 (array i j value)
  (if (and (%array-header-p array)
           (eql 2 (%array-rank array))
           (index-below-p i (%array-dimension array 0))
           (index-below-p j (%array-dimension array 1)))
      (let ((index (%fx+ (%fx* i (%array-dimension array 1)) j))
            (data (%array-data array)))
        (if (and (simple-vector-p data) (eql 0 (%array-flags array)))
            (progn (%set-svref data index value)
                   value)
            (set-row-major-aref array index value)))
      (set-row-major-aref array (row-major-index array (list i j)) value)))

(defun (setf aref) (value array &rest subscripts)
  (set-row-major-aref array (row-major-index array subscripts) value))

(defsetf row-major-aref set-row-major-aref)

(defsetf aref (array &rest subscripts) (value)
  (case (fixnum-length subscripts)
    (1 `(set-aref-1 ,array ,@subscripts ,value))
    (2 `(set-aref-2 ,array ,@subscripts ,value))
    (t `(funcall #'(setf aref) ,value ,array ,@subscripts))))

;;; Vectors of one kind.

(defun set-svref (vector index value)
  (unless (simple-vector-p vector)
    (type-failure vector 'simple-vector))
  (unless (index-below-p index (%vector-length vector))
    (index-error vector index))
  (%set-svref vector index value)
  value)

(defsetf svref set-svref)

(defun set-schar (string index value)
  (unless (%simple-string-p string)
    (type-failure string 'simple-string))
  (unless (index-below-p index (%vector-length string))
    (index-error string index))
  (unless (characterp value)
    (type-failure value 'character))
  (%set-string-ref string index value)
  value)

(defsetf schar set-schar)

(defun char (string index)
  "Return the character of STRING at INDEX. CLHS CHAR."
  (if (%simple-string-p string)
      (if (index-below-p index (%vector-length string))
          (%string-ref string index)
          (index-error string index))
      (progn
        (unless (stringp string)
          (type-failure string 'string))
        (row-major-aref string index))))

(defun set-char (string index value)
  (if (%simple-string-p string)
      (set-schar string index value)
      (progn
        (unless (stringp string)
          (type-failure string 'string))
        (set-row-major-aref string index value))))

(defsetf char set-char)

(defun bit (array &rest subscripts)
  "Return the bit of ARRAY at SUBSCRIPTS. CLHS BIT."
  (unless (eql #x21 (array-element-code array))
    (type-failure array '(array bit)))
  (apply #'aref array subscripts))

(defun (setf bit) (value array &rest subscripts)
  (unless (eql #x21 (array-element-code array))
    (type-failure array '(array bit)))
  (set-row-major-aref array (row-major-index array subscripts) value))

(defun sbit (array &rest subscripts)
  "Return the bit of the simple ARRAY at SUBSCRIPTS. CLHS SBIT."
  (apply #'bit array subscripts))

(defun (setf sbit) (value array &rest subscripts)
  (apply #'(setf bit) value array subscripts))

;;; One bit of a vector, open-coded.

(declaim (inline bit-1 set-bit-1))

(defun bit-1 (vector index)
  (if (and (eql #x21 (%vector-code vector))
           (index-below-p index (%vector-length vector)))
      (%bit-ref vector index)
      (any-bit vector index)))

(defun set-bit-1 (vector index value)
  (if (and (eql #x21 (%vector-code vector))
           (index-below-p index (%vector-length vector))
           (or (eq value 0) (eq value 1)))
      (progn (%set-bit-ref vector index value)
             value)
      (set-any-bit vector index value)))

(defun any-bit (array index)
  (apply #'bit array (list index)))

(defun set-any-bit (array index value)
  (funcall #'(setf bit) value array index))

(define-compiler-macro bit (&whole form array &rest subscripts)
  (if (and subscripts (null (cdr subscripts)))
      `(bit-1 ,array ,@subscripts)
      form))

(define-compiler-macro sbit (&whole form array &rest subscripts)
  (if (and subscripts (null (cdr subscripts)))
      `(bit-1 ,array ,@subscripts)
      form))

(defsetf bit (array &rest subscripts) (value)
  (if (and subscripts (null (cdr subscripts)))
      `(set-bit-1 ,array ,@subscripts ,value)
      `(funcall #'(setf bit) ,value ,array ,@subscripts)))

(defsetf sbit (array &rest subscripts) (value)
  (if (and subscripts (null (cdr subscripts)))
      `(set-bit-1 ,array ,@subscripts ,value)
      `(funcall #'(setf bit) ,value ,array ,@subscripts)))

;;; Primitives with a typed setter.

(defmacro define-typed-setters (&rest names)
  (let ((forms nil))
    (dolist (name names)
      (let ((setter (car (cdr name))))
        (push `(defsetf ,(car name) (vector index) (value)
                 (list 'progn (list ',setter vector index value) value))
              forms)))
    `(progn ,@forms)))

(define-typed-setters
  (%svref %set-svref) (%vref %set-vref) (%string-ref %set-string-ref)
  (%bit-ref %set-bit-ref) (%u8ref %set-u8ref) (%u16ref %set-u16ref)
  (%u32ref %set-u32ref) (%u64ref %set-u64ref) (%s8ref %set-s8ref)
  (%s16ref %set-s16ref) (%s32ref %set-s32ref) (%s64ref %set-s64ref)
  (%single-ref %set-single-ref) (%double-ref %set-double-ref)
  (%instance-ref %set-instance-ref))

;;; Fill pointers.

(defun array-has-fill-pointer-p (array)
  "True if ARRAY has a fill pointer. CLHS ARRAY-HAS-FILL-POINTER-P."
  (cond ((%array-header-p array)
         (if (%array-fill array) t nil))
        ((%vector-code array) nil)
        (t (type-failure array 'array))))

(defun fill-pointer (vector)
  "Return the fill pointer of VECTOR; signal TYPE-ERROR if it has none.
CLHS FILL-POINTER."
  (or (and (%array-header-p vector) (%array-fill vector))
      (type-failure vector '(and vector (satisfies
                                         array-has-fill-pointer-p)))))

(defun set-fill-pointer (vector value)
  (fill-pointer vector)
  (unless (and (%fixnump value) (<= 0 value (%array-total vector)))
    (type-failure value `(integer 0 ,(%array-total vector))))
  (%set-array-fill vector value)
  value)

(defsetf fill-pointer set-fill-pointer)

(defun vector-pop (vector)
  "Take the last element off VECTOR, which has a fill pointer, and return it.
CLHS VECTOR-POP."
  (let ((fill (fill-pointer vector)))
    (when (eql fill 0)
      (error 'simple-program-error
             :format-control "~S is empty: nothing can be popped"
             :format-arguments (list vector)))
    (%set-array-fill vector (%fx- fill 1))
    (row-major-aref vector (%fx- fill 1))))

(defun vector-push (element vector)
  "Put ELEMENT at the end of VECTOR and return its index, or NIL when there
is no room. CLHS VECTOR-PUSH."
  (let ((fill (fill-pointer vector)))
    (if (%fx< fill (%array-total vector))
        (let ((data (%array-data vector)))
          (if (%vector-code data)
              (checked-set-vref data (%fx+ fill (%array-offset vector))
                                element)
              (set-row-major-aref vector fill element))
          (%set-array-fill vector (%fx+ fill 1))
          fill)
        nil)))

(defun vector-push-extend (element vector &optional extension)
  "Put ELEMENT at the end of VECTOR, which grows if need be: by EXTENSION, or
without that to twice its size. Return the index of ELEMENT.
CLHS VECTOR-PUSH-EXTEND."
  (or (vector-push element vector)
      (let ((total (%array-total vector)))
        (unless (adjustable-array-p vector)
          (error 'simple-program-error
                 :format-control "~S is full and not adjustable"
                 :format-arguments (list vector)))
        (unless (or (null extension)
                    (and (%fixnump extension) (> extension 0)))
          (type-failure extension '(and fixnum (integer 1))))
        (grow-vector vector (%fx+ total (or extension (max total 8))))
        (vector-push element vector))))

;;; Give the vector header VECTOR room for TOTAL elements.
(defun grow-vector (vector total)
  (multiple-value-bind (data offset) (array-storage vector)
    (let ((new (%make-vector (%vector-code data) total)))
      (%replace new 0 data offset (%array-total vector))
      (%set-array-data vector new)
      (%set-array-offset vector 0)
      (%set-array-total vector total)
      (%set-array-dimension vector 0 total)
      (%set-array-flags vector 1)
      vector)))
