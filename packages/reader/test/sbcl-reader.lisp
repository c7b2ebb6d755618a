;;;; Answers how SBCL reads each datum of a file: one line in, one line out.

(in-package #:cl-user)

(defpackage #:oracle (:use #:common-lisp))

(defun codes (string)
  (format nil "~{~D~^.~}" (map 'list #'char-code string)))

(defun describe-datum (x)
  (typecase x
    (integer (format nil "i~D" x))
    (ratio (format nil "r~D/~D" (numerator x) (denominator x)))
    (single-float (format nil "s~D" (ldb (byte 32 0) (sb-kernel:single-float-bits x))))
    (double-float
     (format nil "d~D" (logior (ash (ldb (byte 32 0) (sb-kernel:double-float-high-bits x)) 32)
                               (sb-kernel:double-float-low-bits x))))
    (complex (format nil "C(~A ~A)" (describe-datum (realpart x))
                     (describe-datum (imagpart x))))
    (null "nil")
    (symbol (format nil "y~A:~A" (if (symbol-package x)
                                     (package-name (symbol-package x))
                                     "#")
                    (codes (symbol-name x))))
    (character (format nil "c~D" (char-code x)))
    (string (format nil "t~A" (codes x)))
    (cons (format nil "(~A . ~A)" (describe-datum (car x)) (describe-datum (cdr x))))
    (bit-vector (format nil "b~{~D~}" (coerce x 'list)))
    (simple-vector (format nil "v(~{~A~^ ~})" (map 'list #'describe-datum x)))
    (pathname "pathname")
    (array (format nil "a~A" (array-dimensions x)))
    (t "other")))

(defun answer (line)
  (handler-case
      (let ((*package* (find-package '#:oracle)))
        (describe-datum (read-from-string line)))
    (end-of-file () "incomplete")
    (error () "error")))

(defun evaluated-answer (line)
  (handler-case
      (let ((*package* (find-package '#:oracle)))
        (handler-bind ((warning #'muffle-warning))
          (describe-datum (eval (read-from-string line)))))
    (error () "error")))

(let ((*read-default-float-format* 'single-float)
      (evaluate (equal (second sb-ext:*posix-argv*) "eval"))
      (*error-output* (make-broadcast-stream)))
  (with-open-file (in (third sb-ext:*posix-argv*) :external-format :utf-8)
    (loop for line = (read-line in nil)
          while line
          do (write-line (if evaluate (evaluated-answer line) (answer line))))))
