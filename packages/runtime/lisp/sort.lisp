;;;; SORT, STABLE-SORT and MERGE (CLHS 17): merge sort throughout.

(in-package #:astralisp.runtime)

;;; True when B must come before A.
(defmacro out-of-order-p (predicate key a b)
  `(funcall ,predicate (apply-key ,key ,b) (apply-key ,key ,a)))

;;; Merge two sorted lists by changing their cdrs; A's elements come first among
;;; equals.
(defun merge-lists (a b predicate key)
  (let* ((head (cons nil nil))
         (last head))
    (loop-forever
      (cond ((null a) (%set-cdr last b) (return))
            ((null b) (%set-cdr last a) (return))
            ((out-of-order-p predicate key (%car a) (%car b))
             (%set-cdr last b)
             (setq last b
                   b (%cdr b)))
            (t
             (%set-cdr last a)
             (setq last a
                   a (%cdr a)))))
    (%cdr head)))

;;; Sort the first N conses of LIST.
(defun sort-conses (list n predicate key)
  (if (%fx< n 2)
      (progn
        (when (consp list)
          (%set-cdr list nil))
        list)
      (let* ((half (%fx-shift-right n 1))
             (rest (nthcdr half list)))
        ;; REST is taken before the first half is cut off.
        (let ((second (sort-conses rest (%fx- n half) predicate key)))
          (merge-lists (sort-conses list half predicate key) second
                       predicate key)))))

(defun sort-list (list predicate key)
  (sort-conses list (length-of-list list) predicate key))

;;; Sort elements START below END of the simple vector FROM into TO, which has
;;; the same elements; short runs by insertion.
(defun sort-into (from to start end predicate key)
  (if (%fx<= (%fx- end start) 6)
      (insertion-sort to start end predicate key)
      (let ((middle (%fx-shift-right (%fx+ start end) 1)))
        (sort-into to from start middle predicate key)
        (sort-into to from middle end predicate key)
        (merge-vectors from start middle from middle end to start predicate
                       key))))

(defun insertion-sort (vector start end predicate key)
  (do ((i (%fx+ start 1) (%fx+ i 1)))
      ((%fx>= i end) vector)
    (let ((item (%vref vector i))
          (j i))
      (while (and (%fx> j start)
                  (out-of-order-p predicate key (%vref vector (%fx- j 1))
                                  item))
        (%set-vref vector j (%vref vector (%fx- j 1)))
        (setq j (%fx- j 1)))
      (%set-vref vector j item))))

(defun merge-vectors (a i a-end b j b-end to k predicate key)
  (while (or (%fx< i a-end) (%fx< j b-end))
    (cond ((or (%fx>= i a-end)
               (and (%fx< j b-end)
                    (out-of-order-p predicate key (%vref a i) (%vref b j))))
           (%set-vref to k (%vref b j))
           (setq j (%fx+ j 1)))
          (t
           (%set-vref to k (%vref a i))
           (setq i (%fx+ i 1))))
    (setq k (%fx+ k 1)))
  to)

(defun sort-vector (vector predicate key)
  (with-vector-storage (data offset length) vector
    (let ((from (%make-vector (%vector-code data) length))
          (to (%make-vector (%vector-code data) length)))
      (%replace from 0 data offset length)
      (%replace to 0 data offset length)
      (sort-into from to 0 length predicate key)
      (%replace data offset to 0 length)
      vector)))

(defun sort (sequence predicate &key key)
  "Return SEQUENCE, which may be changed, sorted so that PREDICATE holds for no
later and earlier element. CLHS SORT."
  (stable-sort sequence predicate :key key))

(defun stable-sort (sequence predicate &key key)
  "Like SORT, keeping the order of elements that are equal.
CLHS STABLE-SORT."
  (let ((predicate (two-argument-function (function-designator predicate)))
        (key (resolve-key key)))
    (if (listp sequence)
        (sort-list sequence predicate key)
        (sort-vector sequence predicate key))))

(defun merge (result-type sequence-1 sequence-2 predicate &key key)
  "Merge the sorted sequences into one of RESULT-TYPE. CLHS MERGE."
  (multiple-value-bind (kind length) (sequence-type result-type)
    (let ((merged (merge-lists (sequence-to-list sequence-1)
                               (sequence-to-list sequence-2)
                               (two-argument-function
                                (function-designator predicate))
                               (resolve-key key))))
      (check-sequence-length result-type length (length-of-list merged))
      (list-to-sequence merged kind))))
