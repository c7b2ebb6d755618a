;;;; What SBCL lacks of the primitives the compiler itself calls.

(in-package #:cl-user)

(import '(astralisp.primitives::%symbol-info astralisp.primitives::%variable-kind
          astralisp.primitives::%eval astralisp.primitives::%double-bits
          astralisp.primitives::%single-bits
          astralisp.primitives::%integer-to-double))

(defvar *info* (make-hash-table :test 'eq))
(defun %symbol-info (symbol) (gethash symbol *info*))
(defun put-info (symbol key value)
  (setf (getf (gethash symbol *info*) key) value))

(defun %variable-kind (symbol)
  (or (getf (%symbol-info symbol) :variable-kind)
      (case (sb-cltl2-kind symbol)
        (:special :special) (:constant :constant) (:global :global) (t nil))))
(defun sb-cltl2-kind (symbol)
  (if (keywordp symbol) :constant (sb-int:info :variable :kind symbol)))

(defun %eval (form env) (declare (ignore env)) (eval form))
(defun %double-bits (double)
  (logior (ash (ldb (byte 32 0) (sb-kernel:double-float-high-bits double)) 32)
          (sb-kernel:double-float-low-bits double)))
(defun %single-bits (single)
  (ldb (byte 32 0) (sb-kernel:single-float-bits single)))
(defun %integer-to-double (integer) (coerce integer 'double-float))
