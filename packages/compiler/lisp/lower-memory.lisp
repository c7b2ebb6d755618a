;;;; Loads, stores and allocation in low operations.

(in-package #:astralisp.compiler)

(defun immediate-ty-p (ty)
  "Is no member of TY a pointer?  Its store needs no barrier."
  (ty-bits-p ty (logior +ty-fixnum+ +ty-character+ +ty-single+ +ty-null+
                        +ty-true+ +ty-marker+)))

(defun boxed-store (base tag slot value)
  "Store the high VALUE in word SLOT of BASE with lowtag TAG; return it."
  (let ((low (as-boxed value)))
    (low :store (list base low) :boxed
         (list* :disp (- (* 8 slot) tag)
                (if (immediate-ty-p (value-ty value)) '() '(:barrier t))))
    low))

(defmacro define-slot-readers (tag &rest entries)
  "Each entry (NAME SLOT): an unchecked load of a boxed word."
  `(progn ,@(mapcar (lambda (entry)
                      `(define-lowering (,(car entry)) (ins object)
                         (boxed-load (as-boxed object) ,tag ,(cadr entry))))
                    entries)))

(defmacro define-slot-writers (tag &rest entries)
  `(progn ,@(mapcar (lambda (entry)
                      `(define-lowering (,(car entry)) (ins object value)
                         (boxed-store (as-boxed object) ,tag ,(cadr entry)
                                      value)))
                    entries)))

;;; Conses

(define-slot-readers +cons-lowtag+ (%car +car-slot+) (%cdr +cdr-slot+))
(define-slot-writers +cons-lowtag+ (%set-car +car-slot+) (%set-cdr +cdr-slot+))

(define-lowering (car) (ins list)
  (boxed-load (checked list *ty-list* 'list ins) +cons-lowtag+ +car-slot+))
(define-lowering (cdr) (ins list)
  (boxed-load (checked list *ty-list* 'list ins) +cons-lowtag+ +cdr-slot+))

(defun lower-replace (ins cons value slot)
  (let ((low (checked cons *ty-cons* 'cons ins)))
    (boxed-store low +cons-lowtag+ slot value)
    low))

(define-lowering (rplaca) (ins cons value)
  (lower-replace ins cons value +car-slot+))
(define-lowering (rplacd) (ins cons value)
  (lower-replace ins cons value +cdr-slot+))
(define-lowering (cons) (ins a d)
  (low :cons (list (as-boxed a) (as-boxed d))))

;;; Symbols.  NIL = header + 15 has lowtag 7 because its header is at 8 modulo 16, so one
;;; displacement serves every symbol.
(define-slot-readers +other-lowtag+
  (%symbol-info +symbol-info-slot+) (%symbol-hash +symbol-hash-slot+)
  (%global-value +symbol-value-slot+) (%symbol-cell +symbol-cell-slot+)
  (%cell-function +cell-function-slot+) (%cell-name +cell-name-slot+)
  (%value-cell-ref +value-cell-slot+)
  (%weak-pointer-value +weak-pointer-value-slot+)
  (%realpart +complex-real-slot+) (%imagpart +complex-imaginary-slot+)
  (%ratio-numerator +ratio-numerator-slot+)
  (%ratio-denominator +ratio-denominator-slot+)
  (%array-data +array-data-slot+) (%array-offset +array-offset-slot+)
  (%array-total +array-total-slot+) (%array-fill +array-fill-slot+)
  (%array-flags +array-flags-slot+))

(define-slot-writers +other-lowtag+
  (%set-symbol-plist +symbol-plist-slot+)
  (%set-symbol-package +symbol-package-slot+)
  (%set-symbol-info +symbol-info-slot+)
  (%set-global-value +symbol-value-slot+)
  (%set-symbol-cell +symbol-cell-slot+)
  (%set-cell-function +cell-function-slot+)
  (%set-value-cell +value-cell-slot+)
  (%set-array-data +array-data-slot+) (%set-array-offset +array-offset-slot+)
  (%set-array-total +array-total-slot+) (%set-array-fill +array-fill-slot+)
  (%set-array-flags +array-flags-slot+))

(defmacro define-checked-readers (ty specifier &rest entries)
  `(progn ,@(mapcar
             (lambda (entry)
               `(define-lowering (,(car entry)) (ins object)
                  (boxed-load (checked object ,ty ',specifier ins)
                              +other-lowtag+ ,(cadr entry))))
             entries)))

(define-checked-readers *ty-symbol* symbol
  (symbol-name +symbol-name-slot+) (symbol-package +symbol-package-slot+)
  (symbol-plist +symbol-plist-slot+))

(define-lowering (%make-value-cell) (ins value)
  (low :allocate (list (low :word '() (header-word +value-cell-code+ 1))
                       (as-boxed value))
       +other-lowtag+ '(:size 16)))

(defun header-word (code count)
  "The header of an object with type CODE and COUNT."
  (logior +header-tag+ (ash code +header-code-shift+)
          (ash count +header-count-shift+)))

(define-lowering (%make-ratio) (ins a b)
  (low :allocate (list (low :word '() (header-word +ratio-code+ 2))
                       (as-boxed a) (as-boxed b))
       +other-lowtag+ '(:size 32)))

(define-lowering (%make-complex) (ins a b)
  (low :allocate (list (low :word '() (header-word +complex-code+ 2))
                       (as-boxed a) (as-boxed b))
       +other-lowtag+ '(:size 32)))

;;; Characters: code << 8 | 1; a fixnum is code << 3.

(defun low-char-code (low)
  (low :word-to-fixnum
       (list (low :word-shr (list (low :boxed-bits (list low))
                                  (low :word '() +character-shift+))))))

(defun low-code-char (word)
  "The character whose code is the raw WORD."
  (low :bits-boxed
       (list (low :word-or
                  (list (low :word-shl
                             (list word (low :word '() +character-shift+)))
                        (low :word '() +character-tag+))))))

(define-lowering (char-code) (ins character)
  (low-char-code (checked character *ty-character* 'character ins)))
(define-lowering (%char-code) (ins character)
  (low-char-code (as-boxed character)))
(define-lowering (%code-char) (ins code) (low-code-char (as-word code)))

(defmacro define-character-comparisons (&rest entries)
  `(progn
     ,@(mapcar
        (lambda (entry)
          `(define-test (,(car entry)) (ins then else a b)
             (let ((low-a (checked a *ty-character* 'character ins))
                   (low-b (checked b *ty-character* 'character ins)))
               (low-branch ,(cadr entry)
                           ,(if (caddr entry)
                                '(list low-b low-a)
                                '(list low-a low-b))
                           (edge-to then) (edge-to else)))))
        entries)))

(define-character-comparisons
  (two-arg-char= :eq nil) (two-arg-char< :fixnum< nil)
  (two-arg-char> :fixnum< t) (two-arg-char<= :fixnum<= nil)
  (two-arg-char>= :fixnum<= t))

;;; Vectors

(defparameter *widths*
  (list (list +u8-vector-code+ :u8 1) (list +u16-vector-code+ :u16 2)
        (list +u32-vector-code+ :u32 4) (list +u64-vector-code+ :u64 8)
        (list +s8-vector-code+ :s8 1) (list +s16-vector-code+ :s16 2)
        (list +s32-vector-code+ :s32 4) (list +s64-vector-code+ :s64 8)
        (list +string-code+ :u32 4) (list +simple-vector-code+ :boxed 8)
        (list +single-vector-code+ :single 4)
        (list +double-vector-code+ :double 8))
  "Type code, width of :LOAD, octets of an element.")

(defconstant +vector-disp+ (- (* 8 +vector-data-slot+) +other-lowtag+)
  "Displacement of element 0 from the tagged vector.")

(defun element-place (index size)
  "Index argument (a list of none or one) and attributes for element INDEX
of SIZE octets."
  (let ((literal (literal-integer index)))
    (cond ((and literal (< literal 10000000))
           (values '() (list :disp (+ +vector-disp+ (* literal size)))))
          ((= size 8)
           (values (list (as-boxed index))
                   (list :disp +vector-disp+ :scale 1)))
          (t (values (list (as-word index))
                     (list :disp +vector-disp+ :scale size))))))

(defun load-element (code vector index)
  "Element INDEX (high) of the boxed VECTOR with type CODE; the low value in
its natural representation."
  (if (= code +bit-vector-code+)
      (load-bit vector index)
      (let ((width (cdr (assoc code *widths*))))
        (multiple-value-bind (place attrs) (element-place index (cadr width))
          (let ((low (low :load (cons vector place) (car width) attrs)))
            (finish-element code (car width) low))))))

(defun finish-element (code width low)
  (case width
    (:boxed low)
    ((:double :single) (setf (ins-rep low) width) low)
    (t (setf (ins-rep low) :word)
       (cond ((= code +string-code+) (low-code-char low))
             ((or (= code +u64-vector-code+) (= code +s64-vector-code+)) low)
             (t (low :word-to-fixnum (list low)))))))

(defun bit-word-place (index)
  "Attributes and index argument of the 64-bit word that has bit INDEX."
  (low :word-shr (list (as-word index) (low :word '() 6))))

(defun load-bit (vector index)
  (let ((word (low :load (list vector (bit-word-place index)) :u64
                   (list :disp +vector-disp+ :scale 8))))
    (setf (ins-rep word) :word)
    (low :word-to-fixnum
         (list (low :word-and
                    (list (low :word-shr
                               (list word
                                     (low :word-and
                                          (list (as-word index)
                                                (low :word '() 63)))))
                          (low :word '() 1)))))))

(defun store-element (code vector index value)
  "Store the high VALUE as element INDEX of the boxed VECTOR."
  (if (= code +bit-vector-code+)
      (store-bit vector index value)
      (let ((width (cdr (assoc code *widths*))))
        (multiple-value-bind (place attrs) (element-place index (cadr width))
          (low :store
               (cons vector (append place (list (element-low code value))))
               (car width)
               (if (and (= code +simple-vector-code+)
                        (not (immediate-ty-p (value-ty value))))
                   (list* :barrier t attrs)
                   attrs)))))
  (low-of value))

(defun element-low (code value)
  (cond ((= code +simple-vector-code+) (as-boxed value))
        ((= code +double-vector-code+) (make-it-double value))
        ((= code +single-vector-code+) (as-single value))
        ((= code +string-code+)
         (low :word-shr (list (low :boxed-bits (list (as-boxed value)))
                              (low :word '() +character-shift+))))
        (t (as-word value))))

(defun store-bit (vector index value)
  (let* ((place (bit-word-place index))
         (attrs (list :disp +vector-disp+ :scale 8))
         (shift (low :word-and (list (as-word index) (low :word '() 63))))
         (word (low :load (list vector place) :u64 attrs)))
    (setf (ins-rep word) :word)
    (let ((cleared (low :word-and
                        (list word
                              (low :word-not
                                   (list (low :word-shl
                                              (list (low :word '() 1)
                                                    shift))))))))
      (low :store (list vector place
                        (low :word-or
                             (list cleared
                                   (low :word-shl
                                        (list (as-word value) shift)))))
           :u64 attrs))))

(defmacro define-element-access (&rest entries)
  "Each entry (READER WRITER CODE), unchecked."
  `(progn
     ,@(mapcar
        (lambda (entry)
          `(progn
             (define-lowering (,(car entry)) (ins vector index)
               (load-element ,(caddr entry) (as-boxed vector) index))
             (define-lowering (,(cadr entry)) (ins vector index value)
               (store-element ,(caddr entry) (as-boxed vector) index
                              value))))
        entries)))

(define-element-access
  (%svref %set-svref +simple-vector-code+)
  (%string-ref %set-string-ref +string-code+)
  (%u8ref %set-u8ref +u8-vector-code+)
  (%u16ref %set-u16ref +u16-vector-code+)
  (%u32ref %set-u32ref +u32-vector-code+)
  (%u64ref %set-u64ref +u64-vector-code+)
  (%s8ref %set-s8ref +s8-vector-code+)
  (%s16ref %set-s16ref +s16-vector-code+)
  (%s32ref %set-s32ref +s32-vector-code+)
  (%s64ref %set-s64ref +s64-vector-code+)
  (%single-ref %set-single-ref +single-vector-code+)
  (%double-ref %set-double-ref +double-vector-code+)
  (%bit-ref %set-bit-ref +bit-vector-code+))

;;; Checked access

;;; The length of a vector changes only when it is shrunk, while nobody else
;;; has it.
(defun length-load (vector)
  "The length of the boxed VECTOR."
  (typed-low *ty-index* :load (list vector) :boxed
             (list :disp (- (* 8 +vector-length-slot+) +other-lowtag+)
                   :immutable t)))

(define-lowering (%vector-length) (ins vector)
  (length-load (as-boxed vector)))

(defun bounds-fail-block (vector index)
  (let ((blok (cold-block)) (out *out*))
    (go-on blok)
    (low :call (list vector index) '%bounds-error)
    (low-end :unreachable '() '())
    (go-on out)
    blok))

(defun check-index (vector index ins)
  "Go on only if the high INDEX is a good one for the boxed simple VECTOR."
  (unless (unsafe-p ins)
    (let ((low (as-boxed index)) (good (low-block))
          (length (length-load vector)))
      (check-low low (value-ty index) *ty-fixnum* 'fixnum)
      (low-branch :fixnum-below (list low length) good
                  (bounds-fail-block vector low))
      (go-on good))))

(defun checked-vector (value code specifier ins)
  (checked value (bits-ty (vector-code-bit code)) specifier ins))

(define-lowering (svref) (ins vector index)
  (let ((low (checked-vector vector +simple-vector-code+ 'simple-vector ins)))
    (check-index low index ins)
    (load-element +simple-vector-code+ low index)))

(define-lowering (schar) (ins vector index)
  (let ((low (checked-vector vector +string-code+ 'simple-string ins)))
    (check-index low index ins)
    (load-element +string-code+ low index)))

(define-lowering (%store-svref) (ins vector index value)
  (let ((low (checked-vector vector +simple-vector-code+ 'simple-vector ins)))
    (check-index low index ins)
    (store-element +simple-vector-code+ low index value)))

(define-lowering (%store-schar) (ins vector index value)
  (let ((low (checked-vector vector +string-code+ 'simple-string ins)))
    (check-index low index ins)
    (checked value *ty-character* 'character ins)
    (store-element +string-code+ low index value)))

(defun known-code (value)
  "The type code of VALUE when its type says it is a simple vector of one
element type, else NIL."
  (ty-vector-code (value-ty value)))

(defun lower-any-element (ins vector index guess slow)
  "Element INDEX of VECTOR: inline when its code is known or is GUESS."
  (let ((code (known-code vector)) (low (as-boxed vector)))
    (cond (code
           (check-index low index ins)
           (load-element code low index))
          (t
           (multiple-value-bind (join param) (low-join (ins-type ins))
             (let ((fast (low-block)) (cold (cold-block)))
               (test-kinds low (ty-bits (value-ty vector))
                           (vector-code-bit guess) fast cold)
               (go-on fast)
               (guess-index low index ins cold)
               (low-jump join (load-element guess low index))
               (go-on cold)
               (low-jump join (slow-call ins slow))
               (go-on join)
               param))))))

(defun guess-index (vector index ins cold)
  "Like CHECK-INDEX, but a bad index goes to COLD."
  (declare (ignore ins))
  (require-fixnums (list index) cold)
  (let ((good (low-block)))
    (low-branch :fixnum-below
                (list (as-boxed index) (length-load vector))
                good (edge-to cold))
    (go-on good)))

(define-lowering (%aref-1) (ins vector index)
  (lower-any-element ins vector index +simple-vector-code+
                     (runtime-name "AREF-1")))
(define-lowering (char) (ins vector index)
  (lower-any-element ins vector index +string-code+ 'char))

(define-lowering (%vref) (ins vector index)
  (let ((code (known-code vector)) (low (as-boxed vector)))
    (if code
        (load-element code low index)
        (multiple-value-bind (join param) (low-join (ins-type ins))
          (dolist (code (list +simple-vector-code+ +string-code+))
            (let ((yes (low-block)) (no (low-block)))
              (low-branch :type-code (list low) yes no code)
              (go-on yes)
              (low-jump join (box-low (load-element code low index)
                                      (code-element-ty code)))
              (go-on no)))
          (low-jump join (slow-call ins '%vref))
          (go-on join)
          param))))

(defun code-element-ty (code)
  (element-ty (bits-ty (vector-code-bit code))))

(defun storable-p (code value)
  "Is the high VALUE surely an element for vectors of CODE?"
  (or (= code +simple-vector-code+)
      (ty-subtype-p (value-ty value)
                    (element-ty (bits-ty (vector-code-bit code))))))

(define-lowering (%set-vref) (ins vector index value)
  (let ((code (known-code vector)))
    (if (and code (storable-p code value))
        (store-element code (as-boxed vector) index value)
        (let ((low (as-boxed vector)) (yes (low-block)) (no (low-block))
              (join (low-block)))
          (low-branch :type-code (list low) yes no +simple-vector-code+)
          (go-on yes)
          (store-element +simple-vector-code+ low index value)
          (low-jump join)
          (go-on no)
          (slow-call ins '%set-vref)
          (low-jump join)
          (go-on join)
          (low-of value)))))

(define-lowering (%set-aref-1) (ins vector index value)
  (let ((code (known-code vector)) (low (as-boxed vector)))
    (cond ((and code (or (storable-p code value)))
           (check-index low index ins)
           (store-element code low index value))
          (code
           (check-index low index ins)
           (let ((ty (element-ty (bits-ty (vector-code-bit code)))))
             (check-low (as-boxed value) (value-ty value) ty
                        (ty-specifier ty)))
           (store-element code low index value))
          (t (lower-guessed-store ins vector index value)))))

(defun lower-guessed-store (ins vector index value)
  (let ((low (as-boxed vector)) (fast (low-block)) (cold (cold-block))
        (join (low-block)))
    (test-kinds low (ty-bits (value-ty vector)) +ty-simple-vector+ fast cold)
    (go-on fast)
    (guess-index low index ins cold)
    (store-element +simple-vector-code+ low index value)
    (low-jump join)
    (go-on cold)
    (low :call (list low (as-boxed index) (as-boxed value))
         (runtime-name "SET-AREF-1"))
    (low-jump join)
    (go-on join)
    (low-of value)))

;;; Simple arrays of two dimensions whose element type is known

(defun matrix-code (array)
  "The type code of the elements when the high ARRAY is surely a simple array
of two dimensions with elements of one type, else NIL."
  (multiple-value-bind (code rank) (ty-array-shape (value-ty array))
    (if (eql rank 2) code nil)))

(defun dimension-load (array axis)
  "Dimension AXIS of the boxed ARRAY, which is not adjustable."
  (typed-low *ty-index* :load (list array) :boxed
             (list :disp (- (* 8 (+ +array-dimensions-slot+ axis))
                            +other-lowtag+)
                   :immutable t)))

(defun check-subscript (subscript dimension array ins)
  (unless (unsafe-p ins)
    (let ((low (as-boxed subscript)) (good (low-block)))
      (check-low low (value-ty subscript) *ty-fixnum* 'fixnum)
      (low-branch :fixnum-below (list low dimension) good
                  (bounds-fail-block array low))
      (go-on good))))

(defun matrix-place (array i j ins code)
  "The boxed data vector of ARRAY, the index argument, the attributes."
  (let* ((low (as-boxed array))
         (rows (dimension-load low 0))
         (columns (dimension-load low 1))
         (size (caddr (assoc code *widths*))))
    (check-subscript i rows low ins)
    (check-subscript j columns low ins)
    (let ((index (low :fixnum+ (list (low :fixnum* (list (as-boxed i) columns))
                                     (as-boxed j))))
          (data (low :load (list low) :boxed
                     (list :disp (- (* 8 +array-data-slot+) +other-lowtag+)
                           :immutable t))))
      (if (= size 8)
          (values data index (list :disp +vector-disp+ :scale 1))
          (values data (low :fixnum-to-word (list index))
                  (list :disp +vector-disp+ :scale size))))))

(define-lowering (%aref-2) (ins array i j)
  (let ((code (matrix-code array)))
    (if code
        (let ((width (cadr (assoc code *widths*))))
          (multiple-value-bind (data index attrs)
              (matrix-place array i j ins code)
            (finish-element code width
                            (low :load (list data index) width attrs))))
        (slow-call ins (runtime-name "AREF-2")))))

(define-lowering (%set-aref-2) (ins array i j value)
  (let ((code (matrix-code array)))
    (cond (code
           (unless (storable-p code value)
             (let ((ty (code-element-ty code)))
               (check-low (as-boxed value) (value-ty value) ty
                          (ty-specifier ty))))
           (multiple-value-bind (data index attrs)
               (matrix-place array i j ins code)
             (low :store (list data index (element-low code value))
                  (cadr (assoc code *widths*))
                  (if (and (= code +simple-vector-code+)
                           (not (immediate-ty-p (value-ty value))))
                      (list* :barrier t attrs)
                      attrs)))
           (low-of value))
          (t (slow-call ins (runtime-name "SET-AREF-2"))))))

(define-lowering (length) (ins sequence)
  (let ((ty (value-ty sequence)))
    (cond ((ty-empty-p ty) (slow-call ins 'length))
          ((ty-bits-p ty +ty-simple-arrays+)
           (length-load (as-boxed sequence)))
          ((ty-bits-p ty +ty-list+) (slow-call ins 'length))
          (t (slow-call ins 'length)))))

(define-lowering (%vector-code) (ins value)
  (let ((code (known-code value)) (low (as-boxed value)))
    (if code
        (low-constant code)
        (multiple-value-bind (join param) (low-join (ins-type ins))
          (let ((heap (low-block)) (yes (low-block)) (no (low-block)))
            (low-branch :lowtag (list low) heap (edge-to no) +other-lowtag+)
            (go-on heap)
            (low-branch :type-code-range (list low) yes (edge-to no)
                        +simple-vector-code+ +string-code+)
            (go-on yes)
            (let ((word (low :load (list low) :u8
                             (list :disp (- +header-code-octet+
                                            +other-lowtag+)))))
              (setf (ins-rep word) :word)
              (low-jump join (low :word-to-fixnum (list word))))
            (go-on no)
            (low-jump join (low-constant nil))
            (go-on join)
            param)))))
(define-lowering (%shrink-vector) (ins) (slow-call ins '%shrink-vector))
(define-lowering (%array-rank) (ins) (slow-call ins '%array-rank))

(define-lowering (%array-dimension) (ins header index)
  (low :load (list (as-boxed header) (as-boxed index)) :boxed
       (list :disp (- (* 8 +array-dimensions-slot+) +other-lowtag+)
             :scale 1)))

(define-lowering (%set-array-dimension) (ins header index value)
  (let ((low (as-boxed value)))
    (low :store (list (as-boxed header) (as-boxed index) low) :boxed
         (list :disp (- (* 8 +array-dimensions-slot+) +other-lowtag+)
               :scale 1))
    low))

;;; Instances

(define-lowering (%instance-layout) (ins instance)
  (low-layout (as-boxed instance)))

(define-lowering (%instance-length) (ins instance)
  (instance-slot-load (low-layout (as-boxed instance))
                      +layout-length-index+))

(defconstant +instance-disp+
  (- (* 8 +instance-slots-slot+) +instance-lowtag+)
  "Displacement of slot 0.")

(defun slot-place (index first)
  "Index argument and attributes of the boxed word INDEX behind FIRST."
  (let ((literal (literal-integer index)))
    (if literal
        (values '() (list :disp (+ first (* 8 literal))))
        (values (list (as-boxed index)) (list :disp first :scale 1)))))

(defun slot-load (object index first)
  (multiple-value-bind (place attrs) (slot-place index first)
    (low :load (cons (as-boxed object) place) :boxed attrs)))

(defun slot-store (object index value first)
  (let ((base (as-boxed object)) (low (as-boxed value)))
    (multiple-value-bind (place attrs) (slot-place index first)
      (low :store (cons base (append place (list low))) :boxed
           (if (immediate-ty-p (value-ty value))
               attrs
               (list* :barrier t attrs))))
    low))

(define-lowering (%instance-ref) (ins instance index)
  (slot-load instance index +instance-disp+))

(define-lowering (%set-instance-ref) (ins instance index value)
  (or (fold-into-allocation instance index value)
      (slot-store instance index value +instance-disp+)))

(defun fold-into-allocation (instance index value)
  "If the last low instruction allocated INSTANCE, let it store VALUE too."
  (let ((last (blok-last *out*)) (slot (literal-integer index)))
    (when (and slot last (eq (ins-opname last) :allocate)
               (eq (low-of instance) last)
               (< (+ slot 1) (length (ins-args last))))
      (let ((literal (literal-of value)))
        (cond (literal
               (let ((low (low-constant (ins-datum literal))))
                 (delete-ins low)
                 (insert-before last low)
                 (set-allocated-word last slot low)))
              ((eq (ins-rep (low-of value)) :boxed)
               (set-allocated-word last slot (low-of value)))
              (t nil))))))

(defun set-allocated-word (allocation slot low)
  (setf (nth (+ slot 1) (ins-args allocation)) low)
  low)

(define-lowering (%make-instance) (ins layout)
  (let* ((plain (plain-value layout))
         (name (if (eq (ins-opname plain) :layout) (ins-datum plain) nil))
         (count (if name (structure-slot-count name) nil)))
    (if (and count (< count 60))
        (let ((words (list (low :layout-word '() name)))
              (marker (low-marker +unbound-marker+)))
          (dotimes (i count) (push marker words))
          (low :allocate (nreverse words) +instance-lowtag+
               (list :size (* 16 (ceiling (+ count 1) 2)))))
        (slow-call ins '%make-instance))))

(defun low-marker (word)
  (low :bits-boxed (list (low :word '() word))))

(define-lowering (%unbound-marker) (ins) (low-marker +unbound-marker+))
(define-lowering (%%absent) (ins) (low-marker +key-absent-marker+))

(define-lowering (%set-instance-layout) (ins)
  (slow-call ins '%set-instance-layout))

(defconstant +closure-disp+
  (- (* 8 +function-values-slot+) +function-lowtag+)
  "Displacement of the first closed-over value.")

(define-lowering (%closure-ref) (ins function index)
  (slot-load function index +closure-disp+))
(define-lowering (%set-closure-ref) (ins function index value)
  (slot-store function index value +closure-disp+))
(define-slot-readers +function-lowtag+ (%function-code +function-code-slot+))

;;; Variables and values

(define-lowering (%%global-variable) (ins)
  (check-bound (low :symbol-global-value '() (ins-datum ins)) ins))
(define-lowering (%%special) (ins)
  (check-bound (low :symbol-value '() (ins-datum ins)) ins))

(defun check-bound (low ins)
  "LOW, or what %UNBOUND-VARIABLE returns when a restart gave a value."
  (multiple-value-bind (join param) (low-join *ty-t*)
    (let ((good (low-block)) (bad (cold-block)))
      (low-branch :immediate-kind (list low) bad good +marker-tag+)
      (go-on bad)
      (low-jump join (low :call (list (low-constant (ins-datum ins)))
                          '%unbound-variable))
      (go-on good)
      (low-jump join low)
      (go-on join)
      param)))

(define-lowering (%%saved-list) (ins first rest)
  (let ((low (as-boxed rest)))
    (multiple-value-bind (join param) (low-join *ty-list*)
      (let ((none (cold-block)) (some (low-block)))
        (low-branch :fixnump (list low) none some)
        (go-on none)
        (low-jump join (low-constant nil))
        (go-on some)
        (low-jump join (low :cons (list (as-boxed first) low)))
        (go-on join)
        param))))

(define-lowering (%%rest-or-zero) (ins list)
  (let ((low (as-boxed list)))
    (multiple-value-bind (join param) (low-join *ty-t*)
      (let ((none (low-block)) (some (low-block)))
        (low-branch :eq (list low (low-constant nil)) none some)
        (go-on none)
        (low-jump join (low-constant 0))
        (go-on some)
        (low-jump join (boxed-load low +cons-lowtag+ +cdr-slot+))
        (go-on join)
        param))))

(define-lowering (%%stack-argument) (ins index)
  (low :argument-at (list (as-boxed index))))
