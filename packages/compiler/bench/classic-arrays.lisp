;;;; Gabriel's kernels of arrays: FFT, PUZZLE, TRIANG; matrices, a sieve.

(in-package #:astralisp.bench)

;;; FFT: decimation in time over two arrays of double-floats.

(defun fft (real imaginary)
  "Transform the 2^n complex numbers in place."
  (declare (type (simple-array double-float (*)) real imaginary))
  (let* ((n (length real))
         (j 0))
    (declare (fixnum n j))
    ;; Bit reversal.
    (dotimes (i (1- n))
      (when (< i j)
        (rotatef (aref real i) (aref real j))
        (rotatef (aref imaginary i) (aref imaginary j)))
      (let ((k (ash n -1)))
        (declare (fixnum k))
        (loop while (and (<= k j) (> k 0))
              do (decf j k)
                 (setf k (ash k -1)))
        (incf j k)))
    ;; Butterflies of 2, 4, 8 ... elements.
    (do ((half 1 (* 2 half)))
        ((>= half n) t)
      (declare (fixnum half))
      (let* ((angle (/ pi half))
             (wr (cos angle)) (wi (- (sin angle)))
             (ur 1d0) (ui 0d0))
        (declare (double-float angle wr wi ur ui))
        (dotimes (offset half)
          (do ((i offset (+ i half half)))
              ((>= i n))
            (declare (fixnum i))
            (let* ((k (+ i half))
                   (tr (- (* ur (aref real k)) (* ui (aref imaginary k))))
                   (ti (+ (* ur (aref imaginary k)) (* ui (aref real k)))))
              (declare (double-float tr ti))
              (setf (aref real k) (- (aref real i) tr)
                    (aref imaginary k) (- (aref imaginary i) ti))
              (incf (aref real i) tr)
              (incf (aref imaginary i) ti)))
          (psetf ur (- (* ur wr) (* ui wi))
                 ui (+ (* ur wi) (* ui wr))))))))

(define-kernel kernel-fft (1024 523776)
  (let ((real (make-array 1024 :element-type 'double-float))
        (imaginary (make-array 1024 :element-type 'double-float
                                    :initial-element 0d0)))
    (dotimes (i 300)
      (dotimes (k 1024)
        (setf (aref real k) (float k 1d0)
              (aref imaginary k) 0d0))
      (fft real imaginary))
    (list (length real) (round (aref real 0)))))

;;; PUZZLE: thirteen pieces of four kinds fill a box of 5 by 5 by 5.

(defconstant +box+ 511)

(defvar *counts* (make-array 4 :initial-element 0))
(defvar *classes* (make-array 13))
(defvar *piece-ends* (make-array 13))
(defvar *box* (make-array (1+ +box+)))
(defvar *pieces* (make-array (list 13 (1+ +box+))))
(defvar *trials* 0)

(defun fits-p (piece place)
  (let ((end (aref *piece-ends* piece)))
    (do ((k 0 (1+ k)))
        ((> k end) t)
      (when (and (aref *pieces* piece k)
                 (aref *box* (+ place k)))
        (return nil)))))

(defun place-piece (piece place)
  "Put PIECE at PLACE; return the first free place behind it, or 0."
  (dotimes (k (1+ (aref *piece-ends* piece)))
    (when (aref *pieces* piece k)
      (setf (aref *box* (+ place k)) t)))
  (decf (aref *counts* (aref *classes* piece)))
  (do ((k place (1+ k)))
      ((> k +box+) 0)
    (unless (aref *box* k)
      (return k))))

(defun remove-piece (piece place)
  (dotimes (k (1+ (aref *piece-ends* piece)))
    (when (aref *pieces* piece k)
      (setf (aref *box* (+ place k)) nil)))
  (incf (aref *counts* (aref *classes* piece))))

(defun fill-box-p (place)
  (incf *trials*)
  (dotimes (piece 13 nil)
    (when (and (/= 0 (aref *counts* (aref *classes* piece)))
               (fits-p piece place))
      (let ((next (place-piece piece place)))
        (when (or (= next 0) (fill-box-p next))
          (return t))
        (remove-piece piece place)))))

(defun define-piece (class piece x y z)
  (let ((last 0))
    (dotimes (i (1+ x))
      (dotimes (j (1+ y))
        (dotimes (k (1+ z))
          (setf last (+ i (* 8 (+ j (* 8 k)))))
          (setf (aref *pieces* piece last) t))))
    (setf (aref *classes* piece) class
          (aref *piece-ends* piece) last)))

(defun solve-puzzle ()
  (dotimes (i (1+ +box+))
    (setf (aref *box* i) t)
    (dotimes (piece 13)
      (setf (aref *pieces* piece i) nil)))
  (loop for i from 1 to 5
        do (loop for j from 1 to 5
                 do (loop for k from 1 to 5
                          do (setf (aref *box* (+ i (* 8 (+ j (* 8 k)))))
                                   nil))))
  (loop for (class x y z) in '((0 3 1 0) (0 1 0 3) (0 0 3 1) (0 1 3 0)
                               (0 3 0 1) (0 0 1 3) (1 2 0 0) (1 0 2 0)
                               (1 0 0 2) (2 1 1 0) (2 1 0 1) (2 0 1 1)
                               (3 1 1 1))
        for piece from 0
        do (define-piece class piece x y z))
  (replace *counts* #(13 3 1 1))
  (setf *trials* 0)
  (let ((start (+ 1 (* 8 (+ 1 8)))))
    (and (fits-p 0 start)
         (fill-box-p (place-piece 0 start))
         *trials*)))

(define-kernel kernel-puzzle 2004
  (solve-puzzle))

;;; TRIANG: all ways to take the pegs off a triangular board.

(defun hole (row column)
  "The number of a hole, from 1, or NIL when the board has none there."
  (and (<= 0 column row 4)
       (+ 1 column (floor (* row (1+ row)) 2))))

(defun all-jumps ()
  "Lists (from jumped to) of holes: all jumps there are."
  (loop for row below 5
        nconc (loop for column to row
                    nconc (loop for (dr dc) in '((0 1) (0 -1) (1 0) (-1 0)
                                                 (1 1) (-1 -1))
                                for to = (hole (+ row dr dr) (+ column dc dc))
                                when to
                                  collect (list (hole row column)
                                                (hole (+ row dr) (+ column dc))
                                                to)))))

(defvar *from* (map 'vector #'first (all-jumps)))
(defvar *jumped* (map 'vector #'second (all-jumps)))
(defvar *to* (map 'vector #'third (all-jumps)))
(defvar *first-jump* (position '(12 8 5) (all-jumps) :test #'equal))
(defvar *board* (make-array 16))
(defvar *moves* (make-array 16))
(defvar *solutions* 0)

(defun try-jump (i depth)
  (cond ((= depth 14)
         (incf *solutions*)
         nil)
        ((and (= 1 (aref *board* (aref *jumped* i)))
              (= 1 (aref *board* (aref *from* i)))
              (= 0 (aref *board* (aref *to* i))))
         (setf (aref *board* (aref *jumped* i)) 0
               (aref *board* (aref *from* i)) 0
               (aref *board* (aref *to* i)) 1
               (aref *moves* depth) i)
         (dotimes (j 36)
           (when (try-jump j (1+ depth))
             (return)))
         (setf (aref *board* (aref *jumped* i)) 1
               (aref *board* (aref *from* i)) 1
               (aref *board* (aref *to* i)) 0)
         nil)))

(define-kernel kernel-triang 27900
  (fill *board* 1)
  (setf (aref *board* 5) 0
        *solutions* 0)
  (try-jump *first-jump* 1)
  *solutions*)

;;; Arrays of several element types and dimensions.

(defun multiply-matrices (a b)
  (let* ((n (array-dimension a 0))
         (result (make-array (list n n) :initial-element 0)))
    (dotimes (i n result)
      (dotimes (j n)
        (let ((sum 0))
          (dotimes (k n)
            (incf sum (* (aref a i k) (aref b k j))))
          (setf (aref result i j) sum))))))

(define-kernel kernel-matrix 328350
  (let ((a (make-array '(100 100))))
    (dotimes (i 100)
      (dotimes (j 100)
        (setf (aref a i j) (if (= i 0) j (if (= j 0) i (mod (* i j) 7))))))
    (aref (multiply-matrices a a) 0 0)))

(defun multiply-double-matrices (a b n)
  (declare (type (simple-array double-float (* *)) a b) (fixnum n))
  (let ((result (make-array (list n n) :element-type 'double-float)))
    (dotimes (i n result)
      (dotimes (j n)
        (let ((sum 0d0))
          (declare (double-float sum))
          (dotimes (k n)
            (incf sum (* (aref a i k) (aref b k j))))
          (setf (aref result i j) sum))))))

(define-kernel kernel-matrix-double 328350d0
  (let ((a (make-array '(100 100) :element-type 'double-float)))
    (dotimes (i 100)
      (dotimes (j 100)
        (setf (aref a i j) (float (if (= i 0) j (if (= j 0) i 1)) 1d0))))
    (aref (repeat 5 (multiply-double-matrices a a 100)) 0 0)))

(define-kernel kernel-sieve 78498
  (let ((composite (make-array 1000000 :element-type 'bit :initial-element 0))
        (count 0))
    (loop for i from 2 below 1000000
          do (when (= 0 (sbit composite i))
               (incf count)
               (loop for k from (* i i) below 1000000 by i
                     do (setf (sbit composite k) 1))))
    count))

(define-kernel kernel-adjustable 4999950000
  (let ((vector (make-array 0 :adjustable t :fill-pointer 0))
        (sum 0))
    (dotimes (i 100000)
      (vector-push-extend i vector))
    (dotimes (i (length vector) sum)
      (incf sum (aref vector i)))))

(define-kernel kernel-octets 1273080
  (let ((octets (make-array 10000 :element-type '(unsigned-byte 8)))
        (sum 0))
    (declare (type (simple-array (unsigned-byte 8) (*)) octets)
             (fixnum sum))
    (dotimes (i 10000)
      (setf (aref octets i) (mod i 256)))
    (repeat 500
      (setf sum 0)
      (dotimes (i 10000)
        (incf sum (aref octets i))))
    sum))
