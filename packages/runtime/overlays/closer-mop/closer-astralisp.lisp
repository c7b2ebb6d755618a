;;;; What closer-mop adds to the metaobject protocol, for this implementation.

(in-package #:closer-mop)

(define-symbol-macro warn-on-defmethod-without-generic-function nil)

(defun classp (object)
  "True if OBJECT is a class metaobject."
  (typep object 'class))

(defun fix-slot-initargs (initargs)
  "INITARGS as they are: no option of a slot comes twice here."
  initargs)

(defun ensure-method (generic-function lambda-expression
                      &key (method-class
                            (generic-function-method-class generic-function))
                        (qualifiers '())
                        (lambda-list (second lambda-expression))
                        (specializers
                         (required-args lambda-list
                                        (constantly (find-class 't)))))
  "Add a method to GENERIC-FUNCTION whose body is that of LAMBDA-EXPRESSION; return
it."
  (multiple-value-bind (function options)
      (make-method-lambda generic-function (class-prototype method-class)
                          lambda-expression nil)
    (let ((method (apply #'make-instance method-class
                         :qualifiers qualifiers
                         :lambda-list lambda-list
                         :specializers specializers
                         :function (compile nil function)
                         options)))
      (add-method generic-function method)
      method)))

(pushnew :closer-mop *features*)
