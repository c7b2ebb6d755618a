;;;; Tests of hash tables and equality (CLHS 18, 5.3).

(in-package #:astralisp.test)

(define-test eq-eql
  (list (eq 'a 'a) (eql 1 1) (eql 1 1.0) (eql 1.0 1.0) (eql 0.0 -0.0)
        (eql #\a #\a) (eql "a" "a") (eql (expt 10 20) (expt 10 20))
        (eql 1/2 1/2) (eql #c(1 2) #c(1 2)) (eql 1d0 1f0)))
(define-test equal
  (list (equal '(1 (2 . "x")) '(1 (2 . "x"))) (equal 1 1.0) (equal "a" "A")
        (equal #(1) #(1)) (equal 'a 'a) (equal 1/2 1/2) (equal nil nil)
        (equal '(1 2) '(1 2 3)) (equal "ab" 'ab) (equal 3 "3")))
(define-test equalp
  (list (equalp '(1 "A") '(1.0 "a")) (equalp #\a #\A) (equalp 1 1.0d0)
        (equalp 'a 'a) (equalp 'a 'b) (equalp nil nil) (equalp "a" 'a)
        (equalp 1/2 0.5) (equalp #c(1 2) #c(1.0 2.0))))
(define-test gethash
  (let ((h (make-hash-table)))
    (setf (gethash 'a h) 1 (gethash 2 h) 'two (gethash 1.5 h) 'f)
    (list (gethash 'a h) (multiple-value-list (gethash 2 h))
          (multiple-value-list (gethash 'x h)) (gethash 'x h 9) (gethash 1.5 h)
          (hash-table-count h) (incf (gethash 'n h 10)) (gethash 'n h)
          (hash-table-test h) (hash-table-p h) (hash-table-p 'a))))
(define-test remhash
  (let ((h (make-hash-table)))
    (dotimes (i 10) (setf (gethash i h) (* i i)))
    (list (remhash 3 h) (remhash 3 h) (hash-table-count h) (gethash 3 h)
          (gethash 4 h) (hash-table-count (clrhash h)) (gethash 4 h)
          (setf (gethash 1 h) 'again) (gethash 1 h))))
(define-test tests-of-tables
  (mapcar (lambda (test)
            (let ((h (make-hash-table :test test)))
              (setf (gethash (copy-seq "key") h) 1 (gethash (list 1 2) h) 2
                    (gethash 1.0 h) 3 (gethash #\a h) 4
                    (gethash (expt 10 30) h) 5 (gethash 'sym h) 6
                    (gethash #*101 h) 7 (gethash 1/3 h) 8)
              (list (gethash (copy-seq "key") h) (gethash "KEY" h)
                    (gethash (list 1 2) h) (gethash 1 h)
                    (gethash #\A h) (gethash (expt 10 30) h) (gethash 'sym h)
                    (gethash (copy-seq #*101) h) (gethash 1/3 h)
                    (gethash '(1.0 2) h) (hash-table-test h))))
          (list 'eql #'equal 'equalp)))
(define-test eq-table
  (let ((h (make-hash-table :test #'eq)) (c (list 1)) (s "str"))
    (setf (gethash c h) 1 (gethash s h) 2 (gethash #'car h) 3)
    (list (gethash c h) (gethash (list 1) h) (gethash s h) (gethash #'car h))))
(define-test growth
  (let ((h (make-hash-table :test 'equal)))
    (dotimes (i 2000) (setf (gethash (list i (format nil "~D" i)) h) i))
    (dotimes (i 2000) (when (evenp i)
                        (remhash (list i (format nil "~D" i)) h)))
    (dotimes (i 500) (setf (gethash (list 'n i) h) i))
    (let ((sum 0))
      (maphash (lambda (k v) (declare (ignore k)) (incf sum v)) h)
      (list (hash-table-count h) sum (gethash '(7 "7") h) (gethash '(8 "8") h)
            (gethash '(n 499) h)))))
(define-test insertion-order
  (let ((h (make-hash-table :test 'equal)) (keys nil))
    (dolist (k '("z" a 3 "b" (1) #\c)) (setf (gethash k h) t))
    (remhash 3 h) (setf (gethash "z" h) 1) (setf (gethash 3 h) 2)
    (maphash (lambda (k v) (declare (ignore v)) (push k keys)) h)
    (reverse keys))
  => "(\"z\" A \"b\" (1) #\\c 3)")
(define-test maphash-change
  (let ((h (make-hash-table)))
    (dotimes (i 20) (setf (gethash i h) i))
    (list (maphash (lambda (k v)
                     (if (oddp k) (remhash k h) (setf (gethash k h) (* 2 v))))
                   h)
          (hash-table-count h) (gethash 4 h) (gethash 5 h))))
(define-test with-hash-table-iterator
  (let ((h (make-hash-table)) (r nil))
    (dotimes (i 5) (setf (gethash i h) (* 10 i)))
    (with-hash-table-iterator (next h)
      (loop
        (multiple-value-bind (more k v) (next)
          (unless more (return))
          (push (cons k v) r))))
    (sort r #'< :key #'car)))
(define-test loop-tables
  (let ((h (make-hash-table)))
    (setf (gethash 1 h) 'a (gethash 2 h) 'b)
    (list (sort (loop for k being the hash-keys of h collect k) #'<)
          (loop for v being each hash-value of h using (hash-key k)
                sum k))))
(define-test equalp-tables
  (let ((a (make-hash-table)) (b (make-hash-table)))
    (setf (gethash 1 a) "X" (gethash 1 b) "x")
    (list (equalp a b) (equal a b) (progn (setf (gethash 2 b) 1) (equalp a b)))))
(define-test equalp-keys
  (let ((h (make-hash-table :test 'equalp)))
    (setf (gethash #(1 "a") h) 'v (gethash 2 h) 'n)
    (list (gethash (vector 1.0 "A") h) (gethash 2.0d0 h) (gethash #c(2 0) h))))
(define-test sxhash
  (list (= (sxhash "abc") (sxhash (copy-seq "abc"))) (= (sxhash 'a) (sxhash 'a))
        (= (sxhash '(1 "x")) (sxhash (list 1 (copy-seq "x"))))
        (= (sxhash 1.5) (sxhash (+ 1.0 0.5))) (= (sxhash #*10) (sxhash (copy-seq #*10)))
        (typep (sxhash (list 1 2 3)) '(and fixnum unsigned-byte))))
(define-test make-hash-table-options
  (let ((h (make-hash-table :size 100 :rehash-size 2.0 :rehash-threshold 0.5)))
    (list (>= (hash-table-size h) 100) (realp (hash-table-rehash-size h))
          (realp (hash-table-rehash-threshold h)))))
(define-test bad-test (make-hash-table :test (identity 'car))
  => "error TYPE-ERROR")
(define-test gethash-bad (gethash 1 (identity 'not-a-table)))
(define-test numbers-as-keys
  (let ((h (make-hash-table)))
    (loop for i from -1000 to 1000 do (setf (gethash (* i 65536) h) i))
    (loop for i from 0 to 100 do (setf (gethash (+ (expt 2 70) i) h) i))
    (list (hash-table-count h) (gethash (* 65536 777) h) (gethash (* -65536 5) h)
          (gethash (+ (expt 2 70) 55) h) (gethash 1 h))))
;;; Objects hashed by identity move when memory is collected.
(define-test identity-keys-survive-collections
  (let ((h (make-hash-table :test 'eq)) (e (make-hash-table :test 'equal))
        (keys nil) (missing 0))
    (dotimes (i 3000)
      (let ((key (if (evenp i) (list i) (make-symbol "K"))))
        (push key keys)
        (setf (gethash key h) i (gethash (list key key) e) i)))
    (dotimes (round 20)
      (let ((garbage nil))
        (dotimes (i 20000) (push (make-array 5) garbage))
        (when (null garbage) (push round keys)))
      (let ((i 3000))
        (dolist (key keys)
          (decf i)
          (unless (eql (gethash key h) i) (incf missing)))))
    (list missing (hash-table-count h) (hash-table-count e)
          (gethash (car keys) h))))
