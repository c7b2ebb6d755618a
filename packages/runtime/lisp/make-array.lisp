;;;; Making and adjusting arrays (CLHS 15.2).

(in-package #:astralisp.runtime)

(defun vector (&rest elements)
  "Return a simple vector of ELEMENTS. CLHS VECTOR."
  (list-to-simple-vector elements))

(defun list-to-simple-vector (list)
  (let* ((n (length-of-list list))
         (vector (%make-vector #x20 n))
         (i 0))
    (while list
      (%set-svref vector i (%car list))
      (setq i (%fx+ i 1)
            list (%cdr list)))
    vector))

(define-compiler-macro vector (&whole form &rest elements)
  (if (nthcdr 32 elements)
      form
      (vector-form elements)))

;;; Code that stores the values of the forms ELEMENTS in a new vector.
(defun vector-form (elements)
  (let ((vector (temporary "VECTOR"))
        (bindings nil)
        (settings nil)
        (i 0))
    (dolist (element elements)
      (let ((variable (temporary "ELEMENT")))
        (push (list variable element) bindings)
        (push `(%set-svref ,vector ,i ,variable) settings)
        (setq i (+ i 1))))
    `(let* (,@(nreverse-onto bindings nil)
            (,vector (%make-vector #x20 ,i)))
       ,@(nreverse-onto settings nil)
       ,vector)))

(defun check-dimension (n)
  (unless (index-below-p n array-dimension-limit)
    (type-failure n `(integer 0 (,array-dimension-limit)))))

;;; A simple vector with the elements that fresh ones have, or filled.
(defun allocate-vector (code length)
  (check-dimension length)
  (%make-vector (storage-code code) length))

(defun allocate-filled-vector (code length element)
  (check-dimension length)
  (let ((vector (%make-vector (storage-code code) length)))
    (when (eql code #x2D)
      (error 'simple-type-error
             :datum element :expected-type nil
             :format-control "~S cannot be an element: the element type is NIL"
             :format-arguments (list element)))
    (unless (or (eql code #x20) (element-fits-p element code))
      (element-type-error element vector))
    (%fill vector element 0 length)
    vector))

(defun total-size (dimensions)
  (let ((total 1))
    (dolist (dimension dimensions)
      (check-dimension dimension)
      (setq total (* total dimension)))
    (check-dimension total)
    total))

;;; Store the nested sequences CONTENTS of shape DIMENSIONS in VECTOR from
;;; INDEX on; return the index behind them.
(defun store-contents (vector index dimensions contents)
  (if (null dimensions)
      (progn
        (checked-set-vref vector index contents)
        (%fx+ index 1))
      (progn
        (unless (eql (length contents) (car dimensions))
          (error 'simple-program-error
                 :format-control "~S has ~D elements, not ~D as asked for"
                 :format-arguments (list contents (length contents)
                                         (car dimensions))))
        (if (listp contents)
            (dolist (item contents)
              (setq index (store-contents vector index (cdr dimensions)
                                          item)))
            (dotimes (i (length contents))
              (setq index (store-contents vector index (cdr dimensions)
                                          (elt contents i)))))
        index)))

(defun initial-fill-pointer (fill-pointer dimensions total)
  (cond ((null fill-pointer) nil)
        ((not (and dimensions (null (cdr dimensions))))
         (error 'simple-program-error
                :format-control "only a vector can have a fill pointer"
                :format-arguments nil))
        ((eq fill-pointer t) total)
        ((and (%fixnump fill-pointer) (<= 0 fill-pointer total))
         fill-pointer)
        (t (type-failure fill-pointer `(integer 0 ,total)))))

(defun check-displacement (target offset total code)
  (unless (arrayp target)
    (type-failure target 'array))
  (unless (eql code (array-element-code target))
    (error 'simple-program-error
           :format-control "~S has elements of type ~S: an array of ~S ~
                            cannot be displaced to it"
           :format-arguments (list target (array-element-type target)
                                   (code-element-type code))))
  (unless (and (%fixnump offset) (>= offset 0)
               (<= (+ offset total) (array-total-size target)))
    (error 'simple-program-error
           :format-control "~D elements from ~S on are not within ~S"
           :format-arguments (list total offset target))))

(defun make-storage (code total dimensions element-p element contents-p
                     contents)
  (when (and element-p contents-p)
    (error 'simple-program-error
           :format-control "both :INITIAL-ELEMENT and :INITIAL-CONTENTS ~
                            are given"
           :format-arguments nil))
  (let ((data (if element-p
                  (allocate-filled-vector code total element)
                  (allocate-vector code total))))
    (when contents-p
      (store-contents data 0 dimensions contents))
    data))

(defun make-array (dimensions &key (element-type t)
                                (initial-element nil element-p)
                                (initial-contents nil contents-p)
                                adjustable fill-pointer displaced-to
                                (displaced-index-offset 0))
  "Return a new array of DIMENSIONS, a list or one number. CLHS MAKE-ARRAY."
  (let* ((dimensions (if (listp dimensions) dimensions (list dimensions)))
         (total (total-size dimensions))
         (code (element-type-code element-type))
         (fill (initial-fill-pointer fill-pointer dimensions total))
         (flags (%fx+ (if adjustable 1 0) (if (eql code #x2D) 4 0))))
    (cond (displaced-to
           (check-displacement displaced-to displaced-index-offset total code)
           (%make-array-header displaced-to displaced-index-offset total fill
                               (+ flags 2) dimensions))
          (t
           (let ((data (make-storage code total dimensions
                                     element-p initial-element
                                     contents-p initial-contents)))
             (if (and (null fill) (eql flags 0)
                      dimensions (null (cdr dimensions)))
                 data
                 (%make-array-header data 0 total fill flags
                                     dimensions)))))))

;;; The vector case with constant options needs no keyword parsing.
(define-compiler-macro make-array (&whole form dimensions &rest options)
  (let ((code #x20)
        (element nil)
        (element-p nil)
        (tail options))
    (loop-forever
      (cond ((null tail)
             (return (simple-make-array-form form dimensions code element-p
                                             element)))
            ((atom (cdr tail)) (return form))
            ((and (eq (car tail) :element-type)
                  (eql code #x20)
                  (consp (cadr tail)) (eq (car (cadr tail)) 'quote)
                  (known-element-type-p (cadr (cadr tail))))
             (setq code (element-type-code (cadr (cadr tail)))))
            ((and (eq (car tail) :element-type) (eq (cadr tail) t)))
            ((and (eq (car tail) :initial-element) (not element-p))
             (setq element (cadr tail)
                   element-p t))
            (t (return form)))
      (setq tail (cddr tail)))))

(defun known-element-type-p (type)
  (or (memq type '(t bit character base-char single-float double-float))
      (and (consp type)
           (memq (car type) '(unsigned-byte signed-byte)))))

;;; DIMENSIONS may turn out to be a list when the program runs.
(defun simple-make-array-form (form dimensions code element-p element)
  (if (and (consp dimensions) (eq (car dimensions) 'quote))
      form
      (let ((make (if element-p
                      `(make-vector-filled ,dimensions ,code ,element)
                      `(make-vector-fresh ,dimensions ,code)))
            (rank (form-rank dimensions)))
        (if rank
            `(the (simple-array ,(code-element-type code) ,rank) ,make)
            make))))

;;; The number of the dimensions that the form DIMENSIONS makes, if that shows.
(defun form-rank (dimensions)
  (cond ((%fixnump dimensions) 1)
        ((and (consp dimensions) (eq (car dimensions) 'list))
         (fixnum-length (cdr dimensions)))
        (t nil)))

(defun make-vector-fresh (dimensions code)
  (if (%fixnump dimensions)
      (allocate-vector code dimensions)
      (make-array dimensions :element-type (code-element-type code))))

(defun make-vector-filled (dimensions code element)
  (if (%fixnump dimensions)
      (allocate-filled-vector code dimensions element)
      (make-array dimensions :element-type (code-element-type code)
                             :initial-element element)))

;;; Adjusting.

(defun check-adjustment (array dimensions code fill-pointer)
  (unless (eql (array-rank array) (fixnum-length dimensions))
    (error 'simple-program-error
           :format-control "~S cannot be adjusted to have ~D dimensions"
           :format-arguments (list array (fixnum-length dimensions))))
  (unless (eql code (array-element-code array))
    (error 'simple-program-error
           :format-control "~S cannot be adjusted to elements of type ~S"
           :format-arguments (list array (code-element-type code))))
  (when (and fill-pointer (not (array-has-fill-pointer-p array)))
    (error 'simple-type-error
           :datum array
           :expected-type '(satisfies array-has-fill-pointer-p)
           :format-control "~S has no fill pointer"
           :format-arguments (list array))))

;;; Copy to DATA, of shape DIMENSIONS, the elements of ARRAY whose subscripts
;;; exist in both.
(defun copy-common-elements (array data dimensions)
  (labels ((copy (axis dimensions from to)
             (let ((size (min (array-dimension array axis)
                              (car dimensions))))
               (if (null (cdr dimensions))
                   (dotimes (i size)
                     (%set-vref data (+ to i)
                                (row-major-aref array (+ from i))))
                   (let ((from-step (product-from array (+ axis 1)))
                         (to-step (total-size (cdr dimensions))))
                     (dotimes (i size)
                       (copy (+ axis 1) (cdr dimensions)
                             (+ from (* i from-step))
                             (+ to (* i to-step)))))))))
    (if (null dimensions)
        (%set-vref data 0 (row-major-aref array 0))
        (copy 0 dimensions 0 0))))

(defun product-from (array axis)
  (let ((product 1))
    (do ((i axis (+ i 1)))
        ((>= i (array-rank array)) product)
      (setq product (* product (array-dimension array i))))))

(defun adjusted-fill (array fill-pointer total)
  (let ((old (and (%array-header-p array) (%array-fill array))))
    (cond ((null old) nil)
          ((null fill-pointer)
           (if (> old total)
               (type-failure old `(integer 0 ,total))
               old))
          ((eq fill-pointer t) total)
          ((and (%fixnump fill-pointer) (<= 0 fill-pointer total))
           fill-pointer)
          (t (type-failure fill-pointer `(integer 0 ,total))))))

(defun set-header (array data offset total fill flags dimensions)
  (%set-array-data array data)
  (%set-array-offset array offset)
  (%set-array-total array total)
  (%set-array-fill array fill)
  (%set-array-flags array flags)
  (let ((axis 0))
    (dolist (dimension dimensions array)
      (%set-array-dimension array axis dimension)
      (setq axis (+ axis 1)))))

(defun adjust-array (array dimensions
                     &key (element-type nil type-p)
                       (initial-element nil element-p)
                       (initial-contents nil contents-p)
                       fill-pointer displaced-to
                       (displaced-index-offset 0))
  "Return ARRAY, if adjustable, or else a new array, with DIMENSIONS and the
elements of ARRAY. CLHS ADJUST-ARRAY."
  (let* ((dimensions (if (listp dimensions) dimensions (list dimensions)))
         (total (total-size dimensions))
         (code (if type-p
                   (element-type-code element-type)
                   (array-element-code array)))
         (adjustable-p (adjustable-array-p array)))
    (check-adjustment array dimensions code fill-pointer)
    (let ((fill (adjusted-fill array fill-pointer total))
          (data displaced-to)
          (flags (%fx+ (if adjustable-p 1 0) (if (eql code #x2D) 4 0))))
      (cond (displaced-to
             (check-displacement displaced-to displaced-index-offset total
                                 code)
             (setq flags (+ flags 2)))
            (t
             (setq data (make-storage code total dimensions
                                      element-p initial-element
                                      contents-p initial-contents)
                   displaced-index-offset 0)
             (unless contents-p
               (copy-common-elements array data dimensions))))
      (cond (adjustable-p
             (set-header array data displaced-index-offset total fill flags
                         dimensions))
            ((and (null fill) (null displaced-to) (%vector-code array))
             data)
            (t (%make-array-header data displaced-index-offset total fill
                                   flags dimensions))))))
