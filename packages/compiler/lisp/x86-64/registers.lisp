;;;; The registers of x86-64 and their roles.

(in-package #:astralisp.compiler)

;;; Numbers are those of the encoding; xmm0-15 are 16-31.  r11 and xmm15 are
;;; never allocated: emission uses them inside one instruction or gap.

(defconstant +scratch+ 11 "r11")
(defconstant +float-scratch+ 31 "xmm15")
(defconstant +thread+ 15 "r15: the thread structure")
(defconstant +function-register+ 3 "rbx: the callee")
(defconstant +count-register+ 1 "rcx: how many arguments or values")

(defparameter *argument-registers* '(7 6 8 9)
  "rdi rsi r8 r9: arguments and values 0-3.")

(defparameter *boxed-order* '(3 14 13 12 9 8 6 7)
  "Boxed registers; those without another role first.")

(defparameter *raw-order* '(0 2 10 1) "Raw registers: rax rdx r10 rcx.")

(defparameter *float-order*
  '(16 17 18 19 20 21 22 23 24 25 26 27 28 29 30) "xmm0-14.")

(defun register-classes ()
  (let ((classes (make-array 32 :initial-element nil)))
    (dolist (register *boxed-order*) (setf (svref classes register) 0))
    (dolist (register *raw-order*) (setf (svref classes register) 1))
    (dolist (register *float-order*) (setf (svref classes register) 2))
    classes))

(defparameter *x86-64*
  (make-target :name :x86-64
               :orders (vector *boxed-order* *raw-order* *float-order*)
               :classes (register-classes))
  "The target x86-64.")
