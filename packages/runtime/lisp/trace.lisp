;;;; TRACE, UNTRACE and STEP (CLHS 25.1).

(in-package #:astralisp.runtime)

(defvar *traced* '()
  "An alist from names of traced functions to (wrapper . original).")

(defvar *trace-depth* 0
  "How many traced calls are under way.")

(defun write-trace-line (control &rest arguments)
  (let ((out *trace-output*)
        (*print-length* 10)
        (*print-level* 4)
        (*print-circle* t)
        (*print-pretty* nil))
    (fresh-line out)
    (write-padding out #\Space (* 2 *trace-depth*))
    (format out "~D: " *trace-depth*)
    (apply #'format out control arguments)
    (terpri out)))

(defun make-trace-wrapper (name original)
  (lambda (&rest arguments)
    (write-trace-line "~S" (cons name arguments))
    (let ((values (let ((*trace-depth* (+ *trace-depth* 1)))
                    (multiple-value-list (apply original arguments)))))
      (write-trace-line "~S returned~{ ~S~}" name values)
      (values-list values))))

(defun trace-function (name)
  (cond ((and (symbolp name) (or (macro-function name)
                                 (special-operator-p name)))
         (warn "~S is no function and cannot be traced" name))
        ((assoc name *traced* :test #'equal)
         (untrace-function name)
         (trace-function name))
        (t
         (let* ((original (fdefinition name))
                (wrapper (make-trace-wrapper name original)))
           (push (list* name wrapper original) *traced*)
           (%set-fdefinition name wrapper))))
  name)

(defun untrace-function (name)
  (let ((entry (assoc name *traced* :test #'equal)))
    (when entry
      (setq *traced* (remove entry *traced*))
      ;; Redefined in the meantime, it is not traced any more.
      (when (eq (fdefinition name) (cadr entry))
        (%set-fdefinition name (cddr entry))))
    name))

(defmacro trace (&rest function-names)
  "Let calls of FUNCTION-NAMES and their values be written to *TRACE-OUTPUT*;
return the names. Without any, return the names of all traced functions."
  (if (null function-names)
      '(mapcar #'car *traced*)
      `(mapcar #'trace-function ',function-names)))

(defmacro untrace (&rest function-names)
  "End the tracing of FUNCTION-NAMES; of all functions without any."
  (if (null function-names)
      '(mapc #'untrace-function (mapcar #'car *traced*))
      `(mapc #'untrace-function ',function-names)))

(defun call-stepped (form function)
  (write-trace-line "~S" form)
  (let ((values (let ((*trace-depth* (+ *trace-depth* 1)))
                  (multiple-value-list (funcall function)))))
    (write-trace-line "~S =>~{ ~S~}" form values)
    (values-list values)))

(defun stepped-form (form environment)
  "FORM, when it is a call of a function, with each of its arguments shown."
  (if (and (consp form) (symbolp (car form))
           (not (special-operator-p (car form)))
           (not (macro-function (car form) environment)))
      `(call-stepped ',form
                     (lambda ()
                       (,(car form)
                        ,@(mapcar (lambda (argument)
                                    (if (constantp argument)
                                        argument
                                        (stepped-form argument environment)))
                                  (cdr form)))))
      `(call-stepped ',form (lambda () ,form))))

(defmacro step (form &environment environment)
  "Evaluate FORM and write to *TRACE-OUTPUT* the values of the calls in it;
return its values."
  (stepped-form form environment))
