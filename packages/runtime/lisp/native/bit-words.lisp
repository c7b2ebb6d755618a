;;;; Logical operations on bit vectors a word at a time, on the native engine.

(in-package #:astralisp.runtime)

;;; The memory of a bit vector is whole words, and the bits behind its last one
;;; are never looked at.

(defun combine-bit-vectors (a b result n table)
  "Store in the simple bit vector RESULT what TABLE, four bits indexed by 2x + y,
has for the first N bits x of A and y of B."
  (declare (optimize (speed 3) (safety 0)) (type fixnum n table))
  (flet ((mask (bit)
           (declare (type fixnum bit))
           (if (eq 0 (%fx-and 1 (%fx-shift-right table bit))) 0 -1)))
    (let ((both (mask 3)) (first (mask 2)) (second (mask 1)) (none (mask 0)))
      (declare (type fixnum both first second none))
      (with-words ((both (%signed-word both)) (first (%signed-word first))
                   (second (%signed-word second)) (none (%signed-word none)))
        (do-digits (i 0 (%fx-shift-right (%fx+ n 63) 6))
          (with-words ((x (%u64ref a i))
                       (y (%u64ref b i)))
            (%set-u64ref
             result i
             (%word-or
              (%word-or (%word-and both (%word-and x y))
                        (%word-and first (%word-and x (%word-not y))))
              (%word-or (%word-and second (%word-and (%word-not x) y))
                        (%word-and none
                                   (%word-not (%word-or x y)))))))))))
  result)
