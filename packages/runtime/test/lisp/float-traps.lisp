;;;; Which float operations are errors, for all pairs of special values: as in
;;;; SBCL; then what only this system has.

(in-package #:astralisp.test)

(defparameter *special-doubles*
  (list 0d0 -0d0 1d0 -3d0 most-positive-double-float
        least-positive-normalized-double-float
        #+sbcl sb-ext:double-float-positive-infinity
        #-sbcl ext:double-float-positive-infinity
        #+sbcl sb-ext:double-float-negative-infinity
        #-sbcl ext:double-float-negative-infinity))
(defparameter *special-singles*
  (list 0f0 -0f0 1f0 -3f0 most-positive-single-float
        least-positive-normalized-single-float
        #+sbcl sb-ext:single-float-positive-infinity
        #-sbcl ext:single-float-positive-infinity
        #+sbcl sb-ext:single-float-negative-infinity
        #-sbcl ext:single-float-negative-infinity))

;;; What an operation made: a name of an infinity, a number, or of an error.
(defun outcome (function &rest arguments)
  (handler-case
      (let ((value (apply function arguments)))
        (cond ((not (floatp value)) value)
              ((> value (typecase value
                          (single-float most-positive-single-float)
                          (t most-positive-double-float)))
               :infinity)
              ((< value (typecase value
                          (single-float most-negative-single-float)
                          (t most-negative-double-float)))
               :minus-infinity)
              ;; SBCL prints these with other digits.
              ((< 0 (abs value) (typecase value
                                  (single-float
                                   least-positive-normalized-single-float)
                                  (t least-positive-normalized-double-float)))
               :denormalized)
              (t value)))
    (division-by-zero () :zero)
    (floating-point-overflow () :overflow)
    (floating-point-invalid-operation () :invalid)
    (error () :error)))

(defun outcomes (function floats)
  (loop for a in floats
        collect (loop for b in floats
                      collect (outcome function a b))))

(define-test double-sums (outcomes #'+ *special-doubles*))
(define-test double-differences (outcomes #'- *special-doubles*))
(define-test double-products (outcomes #'* *special-doubles*))
(define-test double-quotients (outcomes #'/ *special-doubles*))
(define-test single-sums (outcomes #'+ *special-singles*))
(define-test single-differences (outcomes #'- *special-singles*))
(define-test single-products (outcomes #'* *special-singles*))
(define-test single-quotients (outcomes #'/ *special-singles*))
(define-test compiled-float-operations
  (loop for (a b) in '((1d0 0d0) (0d0 0d0) (1d308 1d-308))
        collect (outcome (lambda (a b)
                           (declare (double-float a b) (optimize speed))
                           (/ a b))
                         a b)
        collect (outcome (lambda (a b)
                           (declare (double-float a b) (optimize speed))
                           (+ (* 10 a b) (/ a b)))
                         a b)))
(define-test conversions-out-of-range
  (list (outcome #'coerce 1d300 'single-float)
        (outcome #'coerce -1d300 'single-float)
        (outcome #'coerce (expt 10 400) 'double-float)
        (outcome #'coerce (- (expt 10 50)) 'single-float)
        (outcome #'float (/ (expt 10 400) 3) 1d0)
        (outcome #'+ 1d0 (expt 10 400)) (outcome #'* 2f0 (expt 10 50))
        (outcome #'coerce 1d-300 'single-float)
        (outcome #'scale-float 1d0 5000) (outcome #'scale-float 1d0 -5000)))
(define-test float-functions-out-of-range
  (list (outcome #'exp 1000d0) (outcome #'exp 100f0) (outcome #'exp -1000d0)
        (outcome #'expt 10d0 400) (outcome #'log 0d0)
        (outcome #'sinh 1000d0) (outcome #'cosh 1000d0)
        (outcome #'tanh 1000d0) (outcome #'atanh 1d0)
        (outcome #'sqrt -1d0) (outcome #'abs (complex 1d300 1d300))
        (outcome #'abs (complex most-positive-double-float 1d308))))
(define-test remainders-by-zero
  (list (outcome #'mod 5d0 0d0) (outcome #'rem 5d0 0) (outcome #'floor 5 0d0)
        (outcome #'ffloor 5d0 0d0) (outcome #'truncate 1f0 0f0)))

;;; Of this system only.

#-sbcl
(progn
  (define-test traps-at-the-start
    (list (ext:float-traps) (ext:float-exceptions) (ext:float-rounding-mode))
    => "((:INVALID :DIVIDE-BY-ZERO :OVERFLOW) NIL :NEAREST)")
  (define-test masked-traps
    (list (ext:with-float-traps-masked (:divide-by-zero) (outcome #'/ 1d0 0d0))
          (ext:with-float-traps-masked (:divide-by-zero) (outcome #'/ 0d0 0d0))
          (ext:with-float-traps-masked (:overflow)
            (list (outcome #'* 1d300 -1d300) (outcome #'exp 1000d0)
                  (outcome #'coerce (expt 10 400) 'double-float)))
          (ext:with-float-traps-masked (:invalid)
            (list (ext:float-nan-p (- ext:double-float-positive-infinity
                                      ext:double-float-positive-infinity))
                  (outcome #'/ 1d0 0d0)))
          (outcome #'/ 1d0 0d0) (ext:float-exceptions))
    => "(:INFINITY :INVALID (:MINUS-INFINITY :INFINITY :INFINITY) (T :ZERO) :ZERO NIL)")
  (define-test exceptions-are-noted
    (ext:with-float-traps-masked (:overflow :invalid :divide-by-zero)
      (list (ext:float-exceptions)
            (progn (outcome #'/ 1d0 0d0)
                   (intersection '(:divide-by-zero :overflow)
                                 (ext:float-exceptions)))
            (progn (setf (ext:float-exceptions) nil)
                   (ext:float-exceptions))
            (progn (outcome #'* 1d300 1d300)
                   (not (null (member :overflow (ext:float-exceptions)))))))
    => "(NIL (:DIVIDE-BY-ZERO) NIL T)")
  (define-test masks-end-with-exits
    (list (block nil
            (ext:with-float-traps-masked (:divide-by-zero)
              (return (outcome #'/ 1d0 0d0))))
          (handler-case
              (ext:with-float-traps-masked (:divide-by-zero) (error "x"))
            (error () (outcome #'/ 1d0 0d0)))
          (ext:with-float-traps-masked (:divide-by-zero)
            (ext:with-float-traps-enabled (:divide-by-zero)
              (outcome #'/ 1d0 0d0))))
    => "(:INFINITY :ZERO :ZERO)")
  (define-test set-traps
    (let ((before (ext:float-traps)))
      (unwind-protect
           (list (setf (ext:float-traps) '(:overflow)) (ext:float-traps)
                 (outcome #'/ 1d0 0d0) (outcome #'* 1d300 1d300))
        (setf (ext:float-traps) before)))
    => "((:OVERFLOW) (:OVERFLOW) :INFINITY :OVERFLOW)")
  (define-test no-such-trap
    (setf (ext:float-traps) '(:heat))
    => "error TYPE-ERROR")
  (define-test operands-of-traps
    (handler-case (* 1d300 (car (list -1d300)))
      (arithmetic-error (condition)
        ;; Nothing is known of them where the machine does not trap (QEMU).
        (if (arithmetic-error-operation condition)
            (list (arithmetic-error-operation condition)
                  (arithmetic-error-operands condition)
                  (princ-to-string condition))
            '(* (1d300 -1d300)
              "floating point overflow in (* 1.0d300 -1.0d300)"))))
    => "(* (1.0d300 -1.0d300) \"floating point overflow in (* 1.0d300 -1.0d300)\")")
  (define-test numbers-that-are-none
    (let ((nan (ext:with-float-traps-masked (:invalid)
                 (* 0 ext:double-float-positive-infinity))))
      (list (ext:float-nan-p nan) (= nan nan) (< nan 1) (> nan 1/2)
            (eql nan nan) (ext:float-nan-p (+ nan 1)) (ext:float-infinity-p nan)
            (outcome #'truncate nan) (minusp nan)))
    => "(T NIL NIL NIL T T NIL :INVALID NIL)")
  (define-test bits-of-floats
    (list (= -4611686018427387904 (ext:double-float-bits -2d0))
          (ext:single-float-bits -1f0) (ext:make-single-float #x40490fdb)
          (ext:make-double-float #x400921fb #x54442d18)
          (ext:make-double-float (ext:double-float-bits 1d300))
          (ext:double-float-high-bits -1d0) (ext:double-float-low-bits 0.1d0)
          (ext:make-double-float -1074790400 0))
    => "(T -1082130432 3.1415927 3.141592653589793d0 1.0d300 -1074790400 2576980378 -1.0d0)")
  (define-test infinities-read-back
    (list (eql ext:double-float-negative-infinity
               (read-from-string
                (prin1-to-string ext:double-float-negative-infinity)))
          (eql ext:single-float-positive-infinity
               (read-from-string
                (prin1-to-string ext:single-float-positive-infinity))))
    => "(T T)"))
