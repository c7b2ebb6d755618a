;;;; The packages of closer-mop: what the metaobject protocol here offers already.

(in-package #:common-lisp-user)

(macrolet
    ((define-closer-mop ()
       (let ((names '()))
         (do-external-symbols (symbol "ASTRALISP.MOP")
           (push (symbol-name symbol) names))
         `(defpackage #:closer-mop
            (:use #:common-lisp #:astralisp.mop)
            (:nicknames #:c2mop)
            (:export
             ,@(sort names #'string<)
             ;; Of COMMON-LISP.
             #:built-in-class #:class #:generic-function #:method
             #:method-combination #:standard-class #:standard-generic-function
             #:standard-method #:standard-object
             #:defclass #:defgeneric #:defmethod #:define-method-combination
             #:ensure-generic-function #:subtypep #:typep
             ;; Of closer-mop itself.
             #:classp #:ensure-finalized #:ensure-method #:fix-slot-initargs
             #:required-args #:subclassp #:compute-effective-method-function
             #:warn-on-defmethod-without-generic-function)))))
  (define-closer-mop))

(macrolet
    ((define-closer-common-lisp ()
       (let ((standard '())
             (own '()))
         (do-external-symbols (symbol "COMMON-LISP")
           (push (symbol-name symbol) standard))
         (do-external-symbols (symbol "CLOSER-MOP")
           (unless (eq (symbol-package symbol) (find-package "COMMON-LISP"))
             (push (symbol-name symbol) own)))
         `(defpackage #:closer-common-lisp
            (:nicknames #:c2cl)
            (:use)
            (:import-from #:common-lisp ,@(sort standard #'string<))
            (:import-from #:closer-mop ,@(sort own #'string<))
            (:export ,@standard ,@own)))))
  (define-closer-common-lisp))

(defpackage #:closer-common-lisp-user
  (:nicknames #:c2cl-user)
  (:use #:closer-common-lisp))
