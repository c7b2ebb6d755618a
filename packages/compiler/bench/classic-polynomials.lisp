;;;; Gabriel's FRPOLY: powers of polynomials in several variables.

(in-package #:astralisp.bench)

;;; A polynomial is a number or (variable exponent coefficient exponent
;;; coefficient ...) with falling exponents; the coefficients are polynomials in
;;; variables of lower rank.

(defun rank (variable)
  (get variable 'rank))

(defun higher-p (a b)
  (> (rank a) (rank b)))

(defun polynomial (variable terms)
  (cond ((null terms) 0)
        ((eql 0 (car terms)) (cadr terms))
        (t (cons variable terms))))

(defun add-terms (a b)
  (cond ((null a) b)
        ((null b) a)
        ((= (car a) (car b))
         (let ((sum (add-polynomials (cadr a) (cadr b)))
               (rest (add-terms (cddr a) (cddr b))))
           (if (and (numberp sum) (zerop sum))
               rest
               (list* (car a) sum rest))))
        ((> (car a) (car b))
         (list* (car a) (cadr a) (add-terms (cddr a) b)))
        (t (list* (car b) (cadr b) (add-terms a (cddr b))))))

(defun add-polynomials (a b)
  (cond ((numberp a)
         (if (numberp b) (+ a b) (add-constant a b)))
        ((numberp b) (add-constant b a))
        ((eq (car a) (car b))
         (polynomial (car a) (add-terms (cdr a) (cdr b))))
        ((higher-p (car a) (car b)) (add-constant b a))
        (t (add-constant a b))))

(defun add-constant (c p)
  "The sum of P and C, which does not have the variable of P."
  (polynomial (car p) (add-terms (list 0 c) (cdr p))))

(defun scale-terms (exponent factor terms)
  "TERMS times FACTOR times the variable to the power EXPONENT."
  (if (null terms)
      '()
      (let ((product (multiply-polynomials factor (cadr terms)))
            (rest (scale-terms exponent factor (cddr terms))))
        (if (and (numberp product) (zerop product))
            rest
            (list* (+ exponent (car terms)) product rest)))))

(defun multiply-terms (a b)
  (if (null a)
      '()
      (add-terms (scale-terms (car a) (cadr a) b)
                 (multiply-terms (cddr a) b))))

(defun multiply-polynomials (a b)
  (cond ((and (numberp a) (numberp b)) (* a b))
        ((numberp a) (polynomial (car b) (scale-terms 0 a (cdr b))))
        ((numberp b) (polynomial (car a) (scale-terms 0 b (cdr a))))
        ((eq (car a) (car b))
         (polynomial (car a) (multiply-terms (cdr a) (cdr b))))
        ((higher-p (car a) (car b))
         (polynomial (car a) (scale-terms 0 b (cdr a))))
        (t (polynomial (car b) (scale-terms 0 a (cdr b))))))

(defun polynomial-power (p n)
  (do ((n (ash n -1) (ash n -1))
       (square p)
       (result (if (oddp n) p 1)))
      ((zerop n) result)
    (setf square (multiply-polynomials square square))
    (when (oddp n)
      (setf result (multiply-polynomials square result)))))

(defun variables-and-one (factor)
  "FACTOR times (x + y + z + 1)."
  (setf (get 'x 'rank) 1 (get 'y 'rank) 2 (get 'z 'rank) 3)
  (multiply-polynomials
   factor
   (reduce #'add-polynomials '((x 1 1) (y 1 1) (z 1 1) 1))))

(defun count-terms (p)
  (if (numberp p)
      1
      (loop for (nil coefficient) on (cdr p) by #'cddr
            sum (count-terms coefficient))))

(define-kernel kernel-frpoly-fixnum 816
  (count-terms (repeat 4 (polynomial-power (variables-and-one 1) 15))))

(define-kernel kernel-frpoly-bignum 816
  (count-terms (repeat 4 (polynomial-power (variables-and-one 100000) 15))))

(define-kernel kernel-frpoly-float 816
  (count-terms (repeat 4 (polynomial-power (variables-and-one 1d0) 15))))
