;;;; Kernels of sequence functions and of sorting.

(in-package #:astralisp.bench)

(defun random-integers (count)
  (let ((vector (make-array count)) (n 12345))
    (dotimes (i count vector)
      (setf n (mod (+ (* n 1103515245) 12345) 2147483648))
      (setf (svref vector i) n))))

(define-kernel kernel-sort-vector t
  (let ((sorted (repeat 2 (sort (random-integers 50000) #'<))))
    (every #'<= sorted (subseq sorted 1))))

(define-kernel kernel-sort-list t
  (let ((sorted (repeat 2 (sort (coerce (random-integers 50000) 'list) #'<))))
    (loop for (a b) on sorted
          always (or (null b) (<= a b)))))

(define-kernel kernel-sort-stable t
  (let ((sorted (stable-sort (map 'vector (lambda (n) (cons (mod n 1000) n))
                                  (random-integers 50000))
                             #'< :key #'car)))
    (every (lambda (a b) (<= (car a) (car b))) sorted (subseq sorted 1))))

(define-kernel kernel-sort-strings "k00000"
  (let ((strings (loop for n across (random-integers 10000)
                       collect (format nil "k~5,'0D" (mod n 100000)))))
    (push "k00000" strings)
    (first (sort strings #'string<))))

(define-kernel kernel-sort-predicate 0
  (let ((vector (random-integers 30000)))
    (setf (svref vector 0) 0)
    (svref (sort vector (lambda (a b) (< (mod a 65536) (mod b 65536)))) 0)))

(define-kernel kernel-merge 20000
  (let ((a (loop for i below 10000 collect (* 2 i)))
        (b (loop for i below 10000 collect (1+ (* 2 i)))))
    (length (repeat 20 (merge 'list (copy-list a) (copy-list b) #'<)))))

(define-kernel kernel-list-functions 166616712878
  (let ((list (loop for i below 10000 collect i))
        (sum 0))
    (dotimes (i 20)
      (setf sum (reduce #'+ (mapcar (lambda (x) (* x x))
                                    (remove-if #'oddp list))))
      (incf sum (length (remove-duplicates (subseq list 0 100))))
      (incf sum (length (append list (reverse list) (nreverse (copy-list list)))))
      (incf sum (count-if #'evenp list))
      (incf sum (find 9999 list))
      (incf sum (position 7777 list))
      (decf sum (length (substitute 1 2 list)))
      (incf sum (if (member 5000 list) 1 0))
      (when (every #'integerp list) (incf sum))
      (when (some #'minusp list) (incf sum)))
    sum))

(define-kernel kernel-vector-functions 25004998
  (let ((vector (random-integers 10000))
        (sum 0))
    (dotimes (i 10000)
      (setf (svref vector i) i))
    (dotimes (i 20)
      (setf sum (reduce #'+ (map 'vector #'1+ (remove-if-not #'oddp vector))))
      (decf sum (length (concatenate 'vector vector vector)))
      (incf sum (position 9999 vector))
      (incf sum (- (count 5 vector) (length (subseq vector 5000 5001))))
      (fill vector 0 :start 0 :end 1)
      (replace vector vector :start1 0 :start2 0 :end2 100)
      (incf sum (- (length (reverse vector)) 0))
      (decf sum (length (substitute 1 2 vector)))
      (incf sum (- (find-if (lambda (x) (> x 9998)) vector) 0)))
    sum))

(define-kernel kernel-map-closures 50005000
  (let ((list (loop for i from 1 to 10000 collect i))
        (sum 0))
    (dotimes (i 50)
      (setf sum 0)
      (mapc (lambda (x) (incf sum x)) list)
      (mapcar #'list list list)
      (mapcan (lambda (x) (if (evenp x) (list x) '())) list)
      (maplist #'identity list)
      (map nil #'identity list))
    sum))

(define-kernel kernel-loop-macro 12504998
  (let ((sum 0))
    (dotimes (i 300)
      (setf sum (loop for x in (loop for i below 5000 collect i)
                      for y = (* x 2) then (* x 2)
                      when (evenp x) sum y into total
                      maximize y into greatest
                      finally (return (+ total greatest)))))
    sum))

(define-kernel kernel-specialised-sequences (1000 500 #*1010)
  (let ((bits (make-array 1000 :element-type 'bit :initial-element 0))
        (octets (make-array 1000 :element-type '(unsigned-byte 8)
                                 :initial-element 1))
        (sum 0))
    (dotimes (i 1000)
      (when (evenp i) (setf (sbit bits i) 1)))
    (dotimes (i 2000)
      (setf sum (reduce #'+ octets))
      (count 1 bits)
      (bit-and bits (bit-not bits))
      (find 2 octets)
      (copy-seq octets)
      (reverse octets))
    (list sum (count 1 bits) (subseq bits 0 4))))
