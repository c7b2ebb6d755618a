;;;; How fast a system compiles: one file, one small function; any Common Lisp.

(in-package #:common-lisp-user)

;;; The file that is compiled is in the package of the kernels.
(load (merge-pathnames "harness.lisp" *load-truename*))

(defun microseconds-of (function rounds)
  "CPU microseconds of one call of FUNCTION, from ROUNDS of them."
  (funcall function)
  (let ((start (get-internal-run-time)))
    (dotimes (i rounds)
      (funcall function))
    (round (* 1000000 (- (get-internal-run-time) start))
           (* rounds internal-time-units-per-second))))

(defun compile-kernels (file)
  "Compile FILE to nowhere that matters, without a word."
  (let ((*standard-output* (make-broadcast-stream))
        (*error-output* (make-broadcast-stream)))
    #+astralisp (astralisp.compiler::compile-source-file
                 file (astralisp.compiler::make-object-writer "kernels"))
    #-astralisp (delete-file (compile-file file :output-file
                                           "/tmp/astra-bench.fasl"))))

(defun report-compile-rate (file)
  "Print BENCH lines for FILE and for a small function."
  (let ((of-file (microseconds-of (lambda () (compile-kernels file)) 3))
        (of-function
          (microseconds-of
           (lambda ()
             (compile nil '(lambda (x y)
                            (let ((z (+ x y)))
                              (if (> z 10) (list z x) (vector z y))))))
           100)))
    (format t "~&BENCH compile-file ~D ok~%BENCH compile ~D ok~%"
            of-file of-function)))
