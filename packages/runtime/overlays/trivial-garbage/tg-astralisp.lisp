;;;; The functions of trivial-garbage for this implementation.

(in-package #:trivial-garbage)

(defun gc (&key full verbose)
  "Collect garbage: with FULL in the whole heap."
  (declare (ignore verbose))
  (astralisp:gc :full full))

(defun make-weak-pointer (object)
  "Return a weak pointer to OBJECT, which must not be NIL."
  (assert (not (null object)))
  (astralisp:make-weak-pointer object))

(defun weak-pointer-p (object)
  "True if OBJECT is a weak pointer."
  (astralisp:weak-pointer-p object))

(defun weak-pointer-value (weak-pointer)
  "Return the object that WEAK-POINTER points to, or NIL when it is gone."
  (values (astralisp:weak-pointer-value weak-pointer)))

(defun weakness-keyword-arg (weakness)
  "The keyword of MAKE-HASH-TABLE for WEAKNESS."
  (declare (ignore weakness))
  :weakness)

(defun weakness-keyword-opt (weakness errorp)
  "What MAKE-HASH-TABLE calls WEAKNESS."
  (declare (ignore errorp))
  (check-type weakness (member :key :value :key-or-value :key-and-value))
  weakness)

(defun hash-table-weakness (table)
  "Return what TABLE does not keep alive: NIL, :KEY, :VALUE, :KEY-OR-VALUE or
:KEY-AND-VALUE."
  (astralisp:hash-table-weakness table))

(defun finalize (object function)
  "Let FUNCTION be called, without arguments, once OBJECT is gone; return OBJECT."
  (astralisp:finalize object function))

(defun cancel-finalization (object)
  "Forget the finalizers of OBJECT."
  (astralisp:cancel-finalization object))
