;;;; Kernels that are measured: how they are defined and run; any Common Lisp.

(defpackage #:astralisp.bench
  (:use #:common-lisp)
  (:export #:run-all #:define-kernel))

(in-package #:astralisp.bench)

;;; A kernel is a function without arguments whose value is checked, so that no
;;; system gets away with less work. The values were found with SBCL 2.2.9.

(defvar *kernels* '() "List of (name function expected-value), last first.")

(defmacro define-kernel (name expected &body body)
  "Define the kernel NAME, a symbol that starts with KERNEL-; EXPECTED, which is
not evaluated, is the value that BODY must return."
  `(progn
     (defun ,name () ,@body)
     (push (list ',name #',name ',expected) *kernels*)
     ',name))

(defun run-kernel (kernel)
  "Run KERNEL once; print its name and CPU time in microseconds, or what is
wrong."
  (destructuring-bind (name function expected) kernel
    (let* ((start (get-internal-run-time))
           (value (funcall function))
           (end (get-internal-run-time)))
      (format t "~&BENCH ~A ~D ~A~%"
              (subseq (string-downcase (symbol-name name)) 7)
              (round (* (- end start) 1000000) internal-time-units-per-second)
              (if (equal value expected)
                  "ok"
                  (format nil "wrong: ~S" value))))))

(defun run-all (&optional (rounds 3))
  "Run every kernel ROUNDS times, printing a line `BENCH name microseconds ok`."
  (dotimes (i rounds)
    (dolist (kernel (reverse *kernels*))
      (run-kernel kernel)))
  (finish-output))

(defmacro repeat (count &body body)
  "Run BODY COUNT times; the value is that of the last time."
  (let ((result (gensym "RESULT")) (i (gensym "I")))
    `(let ((,result nil))
       (dotimes (,i ,count ,result)
         (setf ,result (progn ,@body))))))
