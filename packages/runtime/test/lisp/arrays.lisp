;;;; Tests of arrays (CLHS 15).

(in-package #:astralisp.test)

(define-test make-array
  (list (make-array 3 :initial-element 7) (make-array '(2 2) :initial-element 'a)
        (make-array nil :initial-element 5) (make-array 0)
        (make-array 2 :initial-contents '(1 2))
        (make-array '(2 3) :initial-contents '((1 2 3) #(4 5 6)))
        (make-array '(2 0)) (make-array nil :initial-contents 'x)
        (make-array 3 :element-type 'bit :initial-element 1)
        (make-array 2 :element-type 'character :initial-element #\q)
        (make-array 2 :element-type 'double-float :initial-element 1d0)
        (make-array '(2) :element-type '(unsigned-byte 16) :initial-element 65535)
        (make-array 3 :fill-pointer 2 :initial-contents '(1 2 3))
        (make-array 2 :adjustable t :initial-element 0)))
(define-test make-array-defaults
  (list (make-array 2 :element-type '(unsigned-byte 8))
        (make-array 2 :element-type 'bit)
        (make-array 2 :element-type 'double-float)
        (length (make-array 2 :element-type 'character))))
(define-test make-array-bad-contents
  (make-array 3 :initial-contents (identity '(1 2))) => "error PROGRAM-ERROR")
(define-test make-array-negative (make-array (identity -1)))
(define-test element-types
  (mapcar #'upgraded-array-element-type
          '(t bit character single-float double-float
            (unsigned-byte 8) (unsigned-byte 32)
            (unsigned-byte 64) (unsigned-byte 65)
            (signed-byte 8) (signed-byte 16) (signed-byte 20) (signed-byte 64)
            (integer 0 1) (integer -1 100) (mod 200) symbol rational list
            (eql 1))))
(define-test array-properties
  (let ((a (make-array '(2 3))) (f (make-array 5 :fill-pointer 2 :adjustable t))
        (d (make-array 2 :displaced-to (make-array 5 :initial-element 1)
                         :displaced-index-offset 3)))
    (list (array-rank a) (array-dimensions a) (array-dimension a 1)
          (array-total-size a) (array-total-size f) (array-dimension f 0)
          (length f) (array-has-fill-pointer-p f) (array-has-fill-pointer-p a)
          (adjustable-array-p f) (adjustable-array-p a) (arrayp a) (vectorp a)
          (vectorp f) (simple-vector-p #(1)) (simple-vector-p f) (arrayp 3)
          (multiple-value-list (array-displacement d))
          (multiple-value-list (array-displacement a))
          (array-rank (make-array nil)) (array-dimensions (make-array nil))
          (array-element-type "abc") (array-element-type #(1))
          (array-element-type #*1) (bit-vector-p #*1) (simple-bit-vector-p #*1)
          (bit-vector-p #(1)) (array-in-bounds-p a 1 2) (array-in-bounds-p a 2 0)
          (array-row-major-index a 1 2))))
(define-test aref
  (let ((a (make-array '(2 3) :initial-contents '((1 2 3) (4 5 6))))
        (z (make-array nil :initial-element 9))
        (c (make-array '(2 2 2) :initial-element 0)))
    (setf (aref a 0 1) 'x (aref z) 10 (aref c 1 0 1) 5)
    (list (aref a 1 2) (aref a 0 1) (aref z) (aref c 1 0 1) a z c
          (row-major-aref a 4) (setf (row-major-aref a 5) 'l) a
          (aref "abc" 1) (aref #*01 1) (apply #'aref a '(0 0)))))
(define-test aref-outside (aref (identity #(1 2)) 2))
(define-test aref-negative (aref (identity #(1 2)) -1))
(define-test aref-2d-outside (aref (make-array '(2 2)) 1 (identity 2)))
(define-test aref-rank (aref (make-array '(2 2)) (identity 1))
  => "error PROGRAM-ERROR")
(define-test aref-not-array (aref (identity '(1 2)) 0))
(define-test aref-beyond-fill
  (let ((v (make-array 3 :fill-pointer 1 :initial-contents '(1 2 3)))) (aref v 2)))
(define-test set-wrong-element
  (let ((v (make-array 2 :element-type '(unsigned-byte 8))))
    (setf (aref v 0) (identity 256))))
(define-test set-wrong-char
  (let ((v (copy-seq "ab"))) (setf (aref v 0) (identity 1))))
(define-test svref
  (let ((v (vector 1 2 3))) (setf (svref v 1) 'b) (list v (svref v 2))))
(define-test svref-bad (svref (identity "abc") 0))
(define-test svref-outside (svref (identity #(1)) 1))
(define-test bits
  (let ((b (make-array 4 :element-type 'bit))
        (c (make-array '(2 2) :element-type 'bit)))
    (setf (bit b 1) 1 (sbit b 3) 1 (bit c 1 0) 1)
    (list b (bit b 1) (sbit b 0) c (bit c 1 0))))
(define-test bit-operations
  (let ((a #*0011) (b #*0101))
    (list (bit-and a b) (bit-ior a b) (bit-xor a b) (bit-eqv a b) (bit-nand a b)
          (bit-nor a b) (bit-andc1 a b) (bit-andc2 a b) (bit-orc1 a b)
          (bit-orc2 a b) (bit-not a)
          (let ((r (copy-seq #*1111))) (bit-and a b r) r)
          (let ((x (copy-seq a))) (bit-xor x b t) x)
          (bit-not (make-array '(1 2) :element-type 'bit)))))
(define-test fill-pointers
  (let ((v (make-array 4 :fill-pointer 0)))
    (list (vector-push 'a v) (vector-push 'b v) v (fill-pointer v)
          (vector-pop v) v (setf (fill-pointer v) 3) (length v)
          (vector-push 1 v) (vector-push 2 v) (fill-pointer v))))
(define-test vector-push-extend
  (let ((v (make-array 1 :fill-pointer 0 :adjustable t)))
    (list (vector-push-extend 1 v) (vector-push-extend 2 v)
          (vector-push-extend 3 v 10) v (length v)
          (>= (array-dimension v 0) 3))))
(define-test vector-push-string
  (let ((s (make-array 0 :element-type 'character :fill-pointer 0 :adjustable t)))
    (dotimes (i 20) (vector-push-extend (code-char (+ 97 i)) s))
    (list s (stringp s) (length s) (string-upcase s))))
(define-test vector-pop-empty
  (vector-pop (make-array 3 :fill-pointer (identity 0))) => "error PROGRAM-ERROR")
(define-test fill-pointer-none (fill-pointer (identity #(1 2))))
(define-test displaced
  (let* ((a (make-array '(2 3) :initial-contents '((1 2 3) (4 5 6))))
         (v (make-array 4 :displaced-to a :displaced-index-offset 2))
         (w (make-array 2 :displaced-to v :displaced-index-offset 1)))
    (setf (aref v 0) 'x (aref w 1) 'y)
    (list a v w (length w) (subseq v 1) (coerce w 'list) (reverse v)
          (position 'y v))))
(define-test displaced-string
  (let ((s (make-array 3 :element-type 'character :displaced-to (copy-seq "abcdef")
                         :displaced-index-offset 2)))
    (list s (stringp s) (string= s "cde") (char s 1) (concatenate 'string s "!")
          (equal s "cde") (= (sxhash s) (sxhash "cde")))))
(define-test displaced-too-far
  (make-array 3 :displaced-to (identity (make-array 2))) => "error PROGRAM-ERROR")
(define-test adjust-array
  (let ((a (make-array '(2 3) :adjustable t
                              :initial-contents '((1 2 3) (4 5 6))))
        (v (make-array 3 :adjustable t :fill-pointer 2 :initial-contents '(1 2 3))))
    (list (adjust-array a '(3 2) :initial-element 0) (eq a (adjust-array a '(1 1)))
          a (adjust-array v 5 :initial-element 'n) (fill-pointer v)
          (adjust-array v 4 :fill-pointer 4) (adjust-array #(1 2 3) 2)
          (adjust-array (vector 1 2) 4 :initial-element 0)
          (adjust-array (make-array 2 :adjustable t) 2 :initial-contents '(8 9)))))
(define-test adjust-displaced
  (let* ((base (make-array 6 :initial-contents '(a b c d e f)))
         (d (make-array 2 :adjustable t :displaced-to base)))
    (list d (adjust-array d 3 :displaced-to base :displaced-index-offset 2) d
          (array-displacement (adjust-array d 2)) d)))
(define-test adjusted-base
  (let* ((base (make-array 4 :adjustable t :initial-contents '(1 2 3 4)))
         (d (make-array 2 :displaced-to base :displaced-index-offset 1)))
    (adjust-array base 6 :initial-element 0)
    (setf (aref base 1) 'changed)
    d))
(define-test adjust-rank
  (adjust-array (make-array 3 :adjustable t) (identity '(2 2)))
  => "error PROGRAM-ERROR")
(define-test big-arrays
  (let ((u64 (make-array 2 :element-type '(unsigned-byte 64)
                           :initial-element (1- (expt 2 64))))
        (s64 (make-array 2 :element-type '(signed-byte 64)
                           :initial-element (- (expt 2 63))))
        (s8 (make-array 2 :element-type '(signed-byte 8) :initial-element -128))
        (f (make-array 2 :element-type 'single-float :initial-element 1.5)))
    (list u64 s64 s8 f)))
(define-test array-equality
  (list (equal #(1) #(1)) (equalp #(1 2) #(1.0 2)) (equalp "abc" #(#\A #\b #\c))
        (equalp (make-array '(2 2) :initial-element 1)
                (make-array '(2 2) :initial-element 1.0))
        (equal #*101 #*101) (equal "a" "a") (equal "a" "A") (equalp "a" "A")
        (equalp #(1 2) #(1 2 3)) (equalp #() "")
        (equalp (make-array 3 :fill-pointer 1 :initial-element 1) #(1))))
(define-test vector-function (list (vector) (vector 1 2 3) (apply #'vector '(a b))))
(define-test limits
  (list (<= 1024 array-dimension-limit) (<= 8 array-rank-limit)
        (<= 1024 array-total-size-limit)))
(define-test fixnum-arrays-are-what-they-are-declared
  (flet ((sum (vector)
           (declare (type (simple-array fixnum (*)) vector))
           (reduce #'+ vector)))
    (list (sum (make-array 3 :element-type 'fixnum :initial-element -2))
          (typep (make-array 2 :element-type 'fixnum) '(vector fixnum))))
  => "(-6 T)")

;;; Arrays of two dimensions with a declared element type are open-coded.
(defun double-trace (a)
  (declare (type (simple-array double-float (* *)) a))
  (let ((sum 0d0))
    (declare (double-float sum))
    (dotimes (i (array-dimension a 0) sum)
      (incf sum (aref a i i))
      (setf (aref a i 0) sum))))
(defun octet-at (a i j)
  (declare (type (simple-array (unsigned-byte 8) (* *)) a))
  (setf (aref a i j) (+ 1 (aref a i j)))
  (aref a i j))
(define-test declared-matrix
  (let ((a (make-array '(3 3) :element-type 'double-float
                              :initial-element 1.5d0)))
    (list (double-trace a) (aref a 2 0) (aref a 2 2)))
  => "(4.5d0 4.5d0 1.5d0)")
(define-test declared-matrix-octets
  (let ((a (make-array '(2 5) :element-type '(unsigned-byte 8)
                              :initial-element 7)))
    (list (octet-at a 1 3) (octet-at a 1 3) a))
  => "(8 9 #2A((7 7 7 7 7) (7 7 7 9 7)))")
(define-test declared-matrix-bounds
  (octet-at (make-array '(2 2) :element-type '(unsigned-byte 8)) 1 2)
  => "error TYPE-ERROR")
#-javascript ; which ignores declarations
(define-test declared-matrix-of-another-type
  (octet-at (make-array '(2 2)) 0 0)
  => "error TYPE-ERROR")
#-javascript
(define-test declared-matrix-adjustable
  (double-trace (make-array '(2 2) :element-type 'double-float :adjustable t
                                   :initial-element 0d0))
  => "error TYPE-ERROR")
(define-test make-array-of-list
  (let ((n 2))
    (list (make-array (list n 1) :element-type 'bit)
          (make-array (list n) :initial-element 'a)
          (make-array 2 :element-type '(unsigned-byte 8))))
  => "(#2A((0) (0)) #(A A) #(0 0))")
(define-test setf-bit-vector
  (let ((a (make-array 9 :element-type 'bit))
        (b (make-array '(2 2) :element-type 'bit)))
    (setf (bit a 8) 1 (sbit a 0) 1 (bit b 1 1) 1)
    (list a b (bit a 8) (sbit a 7)))
  => "(#*100000001 #2A((0 0) (0 1)) 1 0)")
(define-test setf-bit-bad-value
  (let ((a (make-array 9 :element-type 'bit)))
    (setf (bit a 1) (identity 2)))
  => "error TYPE-ERROR")
(deftype letter () 'character)
(define-test element-types-are-expanded
  (flet ((first-of (vector)
           (declare (type (simple-array letter (*)) vector))
           (aref vector 0)))
    (list (first-of (copy-seq "abc"))
          (first-of (make-array 2 :element-type 'letter :initial-element #\z))))
  => "(#\\a #\\z)")

;;; Vectors of element type NIL are strings.
(define-test nil-vectors
  (let ((vector (make-array 0 :element-type nil)))
    (list (stringp vector) (typep vector 'base-string) (typep vector '(vector nil))
          (array-element-type vector) (string= vector "")
          (equal vector "") (string-upcase vector)
          (multiple-value-list (subtypep '(array nil (*)) 'string))
          (multiple-value-list (subtypep 'string '(vector character)))))
  => "(T NIL T NIL T T \"\" (T T) (NIL T))")
(define-test nil-vectors-name-symbols
  (let ((vector (make-array 0 :element-type nil)))
    (list (eq (intern "" "CL-USER") (intern vector "CL-USER"))
          (eq (find-package vector) (find-package ""))
          (coerce vector 'simple-string) (symbol-name (make-symbol vector))
          (parse-integer vector :junk-allowed t)
          (format nil vector) (concatenate 'string vector "a" vector)
          (with-output-to-string (stream) (write-string vector stream))
          (read-from-string vector nil :end) (pathname-name vector)))
  => "(T T \"\" \"\" NIL \"\" \"a\" \"\" :END NIL)")
(define-test nil-vector-has-no-elements
  (make-array 2 :element-type nil :initial-element 1) => "error TYPE-ERROR")
(define-test classes-as-sequence-types
  (list (coerce '(1 2) (find-class 'vector))
        (make-sequence (find-class 'null) 0))
  => "(#(1 2) NIL)")
(define-test specifiers-of-unequal-objects
  (let ((one (copy-seq "abc"))
        (other (copy-seq "abc")))
    (list (subtypep (list 'eql one) (list 'eql other))
          (subtypep (list 'eql one) (list 'eql one))))
  => "(NIL T)")
