;;;; Logical operations on bit vectors on the JavaScript engine.

(in-package #:astralisp.runtime)

(defun combine-bit-vectors (a b result n table)
  "Store in the simple bit vector RESULT what TABLE, four bits indexed by 2x + y,
has for the first N bits x of A and y of B."
  (dotimes (i n result)
    (let ((index (%fx+ (%fx* 2 (%bit-ref a i)) (%bit-ref b i))))
      (%set-bit-ref result i (%fx-and 1 (%fx-shift-right table index))))))
