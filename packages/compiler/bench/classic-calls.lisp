;;;; Gabriel's kernels of calls: specials, catch, continuations, lists as numbers.

(in-package #:astralisp.bench)

;;; After R. P. Gabriel, "Performance and Evaluation of Lisp Systems" (1985),
;;; 3.1 to 3.4: the function of Takeuchi in five costumes.

;;; STAK: the arguments are specials.

(defvar *x*)
(defvar *y*)
(defvar *z*)

(defun stak ()
  (if (not (< *y* *x*))
      *z*
      (let ((*x* (let ((*x* (1- *x*)) (*y* *y*) (*z* *z*)) (stak)))
            (*y* (let ((*x* (1- *y*)) (*y* *z*) (*z* *x*)) (stak)))
            (*z* (let ((*x* (1- *z*)) (*y* *x*) (*z* *y*)) (stak))))
        (stak))))

(define-kernel kernel-stak 7
  (repeat 20
    (let ((*x* 18) (*y* 12) (*z* 6))
      (stak))))

;;; CTAK: every result is thrown.

(defun ctak (x y z)
  (catch 'ctak
    (ctak-inside x y z)))

(defun ctak-inside (x y z)
  (if (not (< y x))
      (throw 'ctak z)
      (ctak-inside (catch 'ctak (ctak-inside (1- x) y z))
                   (catch 'ctak (ctak-inside (1- y) z x))
                   (catch 'ctak (ctak-inside (1- z) x y)))))

(define-kernel kernel-ctak 7
  (repeat 20 (ctak 18 12 6)))

;;; TAKL: numbers are lists of that length.

(defun countdown-list (n)
  (if (= n 0) '() (cons n (countdown-list (1- n)))))

(defun shorter-list-p (x y)
  (and y (or (null x) (shorter-list-p (cdr x) (cdr y)))))

(defun takl (x y z)
  (if (not (shorter-list-p y x))
      z
      (takl (takl (cdr x) y z) (takl (cdr y) z x) (takl (cdr z) x y))))

(define-kernel kernel-takl 7
  (let ((x (countdown-list 18)) (y (countdown-list 12)) (z (countdown-list 6)))
    (length (repeat 10 (takl x y z)))))

;;; CPSTAK: in continuation-passing style, a closure for each pending call.

(defun cpstak (x y z continue)
  (if (not (< y x))
      (funcall continue z)
      (cpstak (1- x) y z
              (lambda (a)
                (cpstak (1- y) z x
                        (lambda (b)
                          (cpstak (1- z) x y
                                  (lambda (c)
                                    (cpstak a b c continue)))))))))

(define-kernel kernel-cpstak 7
  (repeat 20 (cpstak 18 12 6 (lambda (result) result))))

;;; TAKR: many functions in turn, more code than the smallest cache holds.

(defmacro define-tak-ring (size)
  "Define the functions TAK-0 to TAK-(SIZE - 1), each of which calls the next
four of them."
  (flet ((name (i)
           (intern (format nil "TAK-~D" (mod i size)) '#:astralisp.bench)))
    `(progn
       ,@(loop for i below size
               collect `(defun ,(name i) (x y z)
                          (if (not (< y x))
                              z
                              (,(name (+ i 1))
                               (,(name (+ i 37)) (1- x) y z)
                               (,(name (+ i 11)) (1- y) z x)
                               (,(name (+ i 17)) (1- z) x y))))))))

(define-tak-ring 100)

(define-kernel kernel-takr 7
  (repeat 40 (tak-0 18 12 6)))

;;; Arguments of every kind, multiple values, dynamic extent.

(declaim (notinline keyword-sum optional-sum rest-sum two-values))

(defun keyword-sum (a &key (b 2) (c 3) d)
  (+ a b c (or d 4)))

(defun optional-sum (a &optional (b 2) (c 3))
  (+ a b c))

(defun rest-sum (&rest numbers)
  (let ((sum 0))
    (dolist (n numbers sum)
      (incf sum n))))

(defun two-values (x)
  (values x (1+ x)))

(define-kernel kernel-arguments 8400000
  (let ((sum 0))
    (dotimes (i 200000 sum)
      (incf sum (keyword-sum 1 :d 5))
      (incf sum (keyword-sum 1 :c 1 :b 4))
      (incf sum (optional-sum 1))
      (incf sum (rest-sum 1 2 3 4))
      (incf sum (apply #'rest-sum '(1 2 3)))
      (multiple-value-bind (a b) (two-values 1)
        (incf sum (+ a b -3 (if (= a 1) 0 1))))
      (decf sum 1))))

(define-kernel kernel-unwind 3000000
  (let ((count 0))
    (dotimes (i 1000000 count)
      (unwind-protect (incf count)
        (incf count))
      (incf count (block nil
                    (mapc (lambda (x) (when (= x 2) (return 1))) '(1 2 3)))))))

(define-kernel kernel-handlers 30000
  (let ((count 0))
    (dotimes (i 10000 count)
      (handler-case (error "a mistake in ~D" i)
        (error () (incf count)))
      (handler-bind ((warning #'muffle-warning))
        (warn "a warning")
        (incf count))
      (restart-case (invoke-restart 'add 1)
        (add (n) (incf count n))))))
