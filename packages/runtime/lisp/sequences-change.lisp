;;;; Removing, substituting and de-duplicating elements of sequences (CLHS 17).

(in-package #:astralisp.runtime)

;;; For COUNT: NIL or an integer; negative ones count as 0, huge ones as NIL.
(defun resolve-count (count)
  (cond ((null count) nil)
        ((not (integerp count)) (type-failure count '(or null integer)))
        ((< count 0) 0)
        ((%fixnump count) count)
        (t nil)))

;;; REMOVE: the elements kept are gathered in a list. From the end with a count,
;;; the number of matches to be passed over first is counted before.

(defun matches-to-skip (predicate sequence key from-end start end count)
  (if (and from-end count)
      (max 0 (- (count-core predicate sequence key t start end) count))
      0))

(defun kept-elements (predicate sequence key from-end start end count)
  (let ((count (resolve-count count))
        (result nil)
        (changed-p nil)
        (index 0)
        (end (bounded-end start end (length sequence))))
    (let ((skip (matches-to-skip predicate sequence key from-end start end
                                 count)))
      (do-elements (item sequence)
        (cond ((or (%fx< index start) (%fx>= index end)
                   (eql count 0)
                   (not (funcall predicate (apply-key key item))))
               (push item result))
              ((%fx> skip 0)
               (setq skip (%fx- skip 1))
               (push item result))
              (t
               (setq changed-p t)
               (when count
                 (setq count (%fx- count 1)))))
        (setq index (%fx+ index 1))))
    (values (nreverse-onto result nil) changed-p)))

(defun remove-core (predicate sequence key from-end start end count)
  (multiple-value-bind (kept changed-p)
      (kept-elements predicate sequence key from-end start end count)
    (cond ((not changed-p) sequence)
          ((listp sequence) kept)
          (t (list-to-sequence kept (array-element-code sequence))))))

(define-item-functions remove () (from-end (start 0) end count)
  (remove-core from-end start end count)
  "Return SEQUENCE without the elements that match ITEM. CLHS REMOVE."
  "Return SEQUENCE without the elements that satisfy PREDICATE.
CLHS REMOVE-IF."
  "Return the elements of SEQUENCE that satisfy PREDICATE.
CLHS REMOVE-IF-NOT.")

;;; DELETE changes lists in place when no bounds, count or order matter.

(defun delete-core (predicate sequence key from-end start end count)
  (if (and (listp sequence) (eql start 0) (null end) (null count))
      (delete-from-list predicate sequence key)
      (remove-core predicate sequence key from-end start end count)))

(defun delete-from-list (predicate list key)
  (let* ((head (cons nil list))
         (before head))
    (do ((tail list (cdr tail)))
        ((endp tail) (%cdr head))
      (if (funcall predicate (apply-key key (%car tail)))
          (%set-cdr before (%cdr tail))
          (setq before tail)))))

(define-item-functions delete () (from-end (start 0) end count)
  (delete-core from-end start end count)
  "Like REMOVE; SEQUENCE may be changed. CLHS DELETE."
  "Like REMOVE-IF; SEQUENCE may be changed. CLHS DELETE-IF."
  "Like REMOVE-IF-NOT; SEQUENCE may be changed. CLHS DELETE-IF-NOT.")

(define-compiler-macro remove (&whole form item sequence &rest keys)
  (if (null keys)
      `(remove-eql ,item ,sequence)
      form))

(defun remove-eql (item sequence)
  (remove-core (item-predicate item nil nil) sequence nil nil 0 nil nil))

;;; SUBSTITUTE.

(defun substitute-core (new predicate sequence key from-end start end count)
  (nsubstitute-core new predicate (copy-seq sequence) key from-end start end
                    count))

(defun nsubstitute-core (new predicate sequence key from-end start end count)
  (let ((count (resolve-count count))
        (end (bounded-end start end (length sequence))))
    (flet ((substitute-p (item)
             (cond ((eql count 0) nil)
                   ((not (funcall predicate (apply-key key item))) nil)
                   (t (when count (setq count (%fx- count 1))) t))))
      (if (listp sequence)
          (dolist (cell (cells-between sequence start end from-end))
            (when (substitute-p (%car cell))
              (%set-car cell new)))
          (dotimes (k (%fx- end start))
            (let ((i (if from-end (%fx- (%fx- end k) 1) (%fx+ start k))))
              (when (substitute-p (aref-1 sequence i))
                (set-aref-1 sequence i new))))))
    sequence))

;;; The conses of LIST from START to END, the last first if FROM-END.
(defun cells-between (list start end from-end)
  (let ((tail (nthcdr start list))
        (cells nil))
    (dotimes (i (%fx- end start))
      (push tail cells)
      (setq tail (%cdr tail)))
    (if from-end cells (nreverse-onto cells nil))))

(defmacro define-substitute-functions (name core &rest docs)
  `(progn
     (defun ,name (new old sequence &key from-end (start 0) end count key
                                      test test-not)
       ,(first docs)
       (,core new (item-predicate old test test-not) sequence
              (resolve-key key) from-end start end count))
     (defun ,(%intern-cl name "-IF")
         (new predicate sequence &key from-end (start 0) end count key)
       ,(second docs)
       (,core new (function-designator predicate) sequence
              (resolve-key key) from-end start end count))
     (defun ,(%intern-cl name "-IF-NOT")
         (new predicate sequence &key from-end (start 0) end count key)
       ,(third docs)
       (,core new (complement (function-designator predicate)) sequence
              (resolve-key key) from-end start end count))))

(define-substitute-functions substitute substitute-core
  "Return SEQUENCE with NEW for the elements that match OLD.
CLHS SUBSTITUTE."
  "Return SEQUENCE with NEW for the elements that satisfy PREDICATE.
CLHS SUBSTITUTE-IF."
  "Return SEQUENCE with NEW for the elements that do not satisfy PREDICATE.
CLHS SUBSTITUTE-IF-NOT.")

(define-substitute-functions nsubstitute nsubstitute-core
  "Like SUBSTITUTE, changing SEQUENCE. CLHS NSUBSTITUTE."
  "Like SUBSTITUTE-IF, changing SEQUENCE. CLHS NSUBSTITUTE-IF."
  "Like SUBSTITUTE-IF-NOT, changing SEQUENCE. CLHS NSUBSTITUTE-IF-NOT.")

;;; Duplicates.

;;; The elements of LIST without those that match a later one (FROM-END: an
;;; earlier one). Hashable tests of long lists use a table.
(defun distinct-elements (list key test negate from-end)
  (let ((hash-test (if negate nil (hashable-test test))))
    (if (and hash-test (nthcdr 16 list))
        (distinct-by-table list key hash-test from-end)
        (if from-end
            (distinct-first list key test negate)
            (distinct-last list key test negate)))))

(defun distinct-by-table (list key hash-test from-end)
  (let ((table (make-hash-table :test hash-test))
        (result nil))
    (dolist (item (if from-end list (reverse list)))
      (let ((value (apply-key key item)))
        (unless (gethash value table)
          (puthash value table t)
          (push item result))))
    (if from-end (nreverse-onto result nil) result)))

(defun distinct-last (list key test negate)
  (let ((result nil))
    (do-tails (tail list (nreverse-onto result nil))
      (let ((value (apply-key key (%car tail))))
        (unless (do-tails (later (%cdr tail) nil)
                  (when (matches-p test negate value
                                   (apply-key key (%car later)))
                    (return t)))
          (push (%car tail) result))))))

(defun distinct-first (list key test negate)
  (let ((result nil))
    (dolist (item list (nreverse-onto result nil))
      (let ((value (apply-key key item)))
        (unless (dolist (kept result nil)
                  (when (matches-p test negate (apply-key key kept) value)
                    (return t)))
          (push item result))))))

(defun remove-duplicates (sequence &key from-end (start 0) end key test
                                     test-not)
  "Return SEQUENCE without elements that match a later one (FROM-END: an
earlier one). CLHS REMOVE-DUPLICATES."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let* ((key (resolve-key key))
           (end (bounded-end start end (length sequence))))
      (if (and (listp sequence) (eql start 0) (eql end (length sequence)))
          (distinct-elements sequence key test negate from-end)
          (remove-duplicates-between sequence start end key test negate
                                     from-end)))))

(defun remove-duplicates-between (sequence start end key test negate from-end)
  (let ((result (append (sequence-to-list (subseq sequence 0 start))
                        (distinct-elements
                         (sequence-to-list (subseq sequence start end))
                         key test negate from-end)
                        (sequence-to-list (subseq sequence end)))))
    (if (listp sequence)
        result
        (list-to-sequence result (array-element-code sequence)))))

(defun delete-duplicates (sequence &rest keys &key from-end start end key test
                                                test-not)
  "Like REMOVE-DUPLICATES; SEQUENCE may be changed. CLHS DELETE-DUPLICATES."
  (declare (ignore from-end start end key test test-not))
  (apply #'remove-duplicates sequence keys))
