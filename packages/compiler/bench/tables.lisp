;;;; Kernels of hash tables.

(in-package #:astralisp.bench)

(defmacro fill-and-find (count test (variable) key)
  "Put COUNT keys in a fresh table with TEST, look each up five times, and as
many that are not there; return how many were found."
  `(let ((table (make-hash-table :test ',test))
         (keys (let ((keys (make-array ,count)))
                 (dotimes (,variable ,count keys)
                   (setf (svref keys ,variable) ,key))))
         (found 0))
     (dotimes (i ,count)
       (setf (gethash (svref keys i) table) i))
     (dotimes (round 5 found)
       (dotimes (i ,count)
         (when (eql i (gethash (svref keys i) table))
           (incf found))))))

(define-kernel kernel-hash-eq 100000
  (fill-and-find 20000 eq (i) (make-symbol "KEY")))

(define-kernel kernel-hash-eq-conses 100000
  (fill-and-find 20000 eq (i) (list i)))

(define-kernel kernel-hash-eql 250000
  (fill-and-find 50000 eql (i) (* 3 i)))

(define-kernel kernel-hash-eql-numbers 10000
  (fill-and-find 2000 eql (i) (case (mod i 3)
                                 (0 (* 1.5d0 i))
                                 (1 (+ i 1000000000000000000000))
                                 (t (/ i 7)))))

(define-kernel kernel-hash-equal-strings 50000
  (fill-and-find 10000 equal (i) (format nil "a key with the number ~D" i)))

(define-kernel kernel-hash-equal-lists 100000
  (fill-and-find 20000 equal (i) (list i 'key (* i i))))

(define-kernel kernel-hash-equalp-strings 50000
  (fill-and-find 10000 equalp (i) (format nil "A Key With The Number ~D" i)))

(define-kernel kernel-hash-equalp-mixed 20000
  (fill-and-find 4000 equalp (i) (case (mod i 3)
                                   (0 (vector i (* 2 i)))
                                   (1 (* 1.5d0 i))
                                   (t (list i "x")))))

(define-kernel kernel-hash-miss 200000
  (let ((table (make-hash-table))
        (missed 0))
    (dotimes (i 10000)
      (setf (gethash (* 2 i) table) i))
    (dotimes (round 20 missed)
      (dotimes (i 10000)
        (unless (gethash (1+ (* 2 i)) table)
          (incf missed))))))

(define-kernel kernel-hash-growth 1000000
  (let ((count 0))
    (dotimes (i 100000 count)
      (let ((table (make-hash-table)))
        (dotimes (k 10)
          (setf (gethash k table) i))
        (incf count (hash-table-count table))))))

(define-kernel kernel-hash-remove (200000 0)
  (let ((table (make-hash-table))
        (removed 0))
    (dotimes (round 20)
      (dotimes (i 10000)
        (setf (gethash i table) t))
      (dotimes (i 10000)
        (when (remhash i table)
          (incf removed))))
    (list removed (hash-table-count table))))

(define-kernel kernel-hash-iterate 4099590000
  (let ((table (make-hash-table))
        (sum 0))
    (dotimes (i 10000)
      (setf (gethash i table) i))
    (dotimes (round 40)
      (maphash (lambda (key value)
                 (declare (ignore key))
                 (incf sum value))
               table)
      (loop for value being the hash-values of table
            do (incf sum value))
      (with-hash-table-iterator (next table)
        (loop (multiple-value-bind (more key value) (next)
                (declare (ignore value))
                (unless more (return))
                (when (= round 0)
                  (incf sum (* 2 key)))))))
    sum))

(define-kernel kernel-hash-update 1000000
  (let ((table (make-hash-table :test #'equal))
        (words #("the" "quick" "brown" "fox" "jumps" "over" "a" "lazy" "dog"
                 "again"))
        (sum 0))
    (dotimes (i 1000000)
      (incf (gethash (svref words (mod i 10)) table 0)))
    (maphash (lambda (key value)
               (declare (ignore key))
               (incf sum value))
             table)
    sum))
