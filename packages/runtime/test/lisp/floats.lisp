;;;; Tests of reading and printing floats.

(in-package #:astralisp.test)

(defvar *seed* 12345)

(defun next-random ()
  "A pseudo-random integer below 2^32, the same everywhere."
  (setq *seed* (mod (+ (* *seed* 1664525) 1013904223) (expt 2 32))))

(defun random-ratio ()
  (let ((scale (- (mod (next-random) 400) 200)))
    (* (+ 1 (next-random) (* (next-random) (expt 2 32)))
       (expt 10 scale))))

(define-test print-doubles
  (loop with *seed* = 11
        repeat 300 collect (float (random-ratio) 1d0)))
(define-test print-singles
  (loop with *seed* = 2
        repeat 200
        collect (float (* (+ 1 (next-random))
                          (expt 10 (- (mod (next-random) 60) 36)))
                       1.0)))
(define-test print-decimal-doubles
  (loop for i from -30 to 30 collect (float (* 123/100 (expt 10 i)) 1d0)))
(define-test print-powers-of-two
  (loop for i from -300 to 300 by 7 collect (scale-float 1d0 i)))
(define-test print-default-format
  (let ((*read-default-float-format* 'double-float))
    (prin1-to-string (list 1.5d0 1.5f0 1d30 1f30 0d0 0f0))))
(define-test read-floats
  (mapcar #'read-from-string
          '("1.5" "-1.5" ".5" "1e3" "1.5e-3" "1d0" "1.5d10" "1f0" "1s0" "1l0"
            "0.1" "123456.789" "1.0e10" "-0.0" "0d0" "3.4028235e38"
            "1.7976931348623157d308" "2.2250738585072014d-308"
            "9007199254740993d0" "0.1d0" "1d23" "8.41d21"
            "2.2250738585072011d-308" "6.8523015d+5")))
(define-test round-trip
  (loop with *seed* = 3
        repeat 300
        for x = (float (random-ratio) 1d0)
        always (eql x (read-from-string (prin1-to-string x))))
  => "T")
(define-test float-out-of-range
  (list (handler-case (read-from-string "1d400") (reader-error () :reader))
        (handler-case (read-from-string "1e39") (reader-error () :reader))
        (handler-case (read-from-string "1d-400") (reader-error () :reader)))
  => "(:READER :READER :READER)")
