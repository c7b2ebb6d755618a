;;;; The effect checker finds the way to a broken promise, under SBCL.

(load (merge-pathnames "load-compiler.lisp" *load-truename*))
(load (merge-pathnames "macros.lisp" *load-truename*))
(in-package #:astralisp.compiler)

(defun record-of (form)
  "The effect record of the DEFUN form FORM."
  (cons (cadr form) (func-effects (defun-to-low form))))

(defun paths-of (&rest forms)
  "The complaints about the functions FORMS together, or NIL."
  (handler-case (progn (check-effects (mapcar #'record-of forms)) nil)
    (broken-promise (condition) (broken-promise-paths condition))))

(defparameter *quiet*
  '(defun quiet (x)
     (declare (effects :no-allocation :no-fault :wired)
              (optimize (safety 0)) (fixnum x))
     (helper (if (< x 100) x 0))))

(defparameter *cases*
  (list
   (cons nil '((defun helper (x)
                 (declare (optimize (safety 0)) (fixnum x))
                 (if (< x 10) x 3))))
   (cons "QUIET declares :NO-ALLOCATION, but HELPER allocates: QUIET -> HELPER"
         '((defun helper (x) (cons x x))))
   (cons "QUIET declares :NO-ALLOCATION, but DEEP allocates: QUIET -> HELPER -> DEEP"
         '((defun helper (x) (deep x)) (defun deep (x) (lambda () x))))
   (cons "QUIET declares :NO-FAULT, but HELPER signals an error: QUIET -> HELPER"
         '((defun helper (x) (car x))))
   (cons "QUIET declares :WIRED, but HELPER calls a function that is not known: QUIET -> HELPER"
         '((defun helper (f) (declare (optimize (safety 0))) (funcall f))))
   (cons "QUIET declares :WIRED, but HELPER is not known: QUIET -> HELPER"
         '())))

(defun main ()
  (let ((failures 0))
    (dolist (case *cases*)
      (let ((paths (apply #'paths-of *quiet* (cdr case))))
        (unless (if (car case)
                    (member (car case) paths :test #'string=)
                    (null paths))
          (incf failures)
          (format t "wanted ~S, got ~S~%" (car case) paths))))
    (format t "~D cases, ~D failures~%" (length *cases*) failures)
    (sb-ext:exit :code (if (= 0 failures) 0 1) :abort t)))
(main)
