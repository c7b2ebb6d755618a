;;;; Searching sequences: FIND, POSITION, COUNT, MISMATCH, SEARCH (CLHS 17).

(in-package #:astralisp.runtime)

;;; A predicate that is true of what matches ITEM.
(defun item-predicate (item test test-not)
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (cond (negate (lambda (x) (not (funcall test item x))))
          ((eq test #'eql)
           (if (eq-comparable-p item)
               (lambda (x) (eq item x))
               (lambda (x) (eql item x))))
          (t (lambda (x) (funcall test item x))))))

;;; The functions NAME, NAME-IF, NAME-IF-NOT, all through CORE, which is called
;;; with a predicate and ARGUMENTS. BEFORE: parameters before the item; KEYS:
;;; further keyword parameters.
(defmacro define-item-functions (name before keys (core &rest arguments)
                                 &rest docs)
  (let ((if-name (%intern-cl name "-IF"))
        (if-not-name (%intern-cl name "-IF-NOT")))
    `(progn
       (defun ,name (,@before item sequence &key ,@keys key test test-not)
         ,(first docs)
         (,core (item-predicate item test test-not) sequence
                (resolve-key key) ,@arguments))
       (defun ,if-name (,@before predicate sequence &key ,@keys key)
         ,(second docs)
         (,core (function-designator predicate) sequence
                (resolve-key key) ,@arguments))
       (defun ,if-not-name (,@before predicate sequence &key ,@keys key)
         ,(third docs)
         (,core (complement (function-designator predicate)) sequence
                (resolve-key key) ,@arguments)))))

(%defun %intern-cl (name suffix)
  (values (%intern (string-append (symbol-name name) suffix)
                   (symbol-package name))))

;;; The first (or last) element that satisfies PREDICATE, and its index; or two
;;; NIL.
(defun locate (predicate sequence key from-end start end)
  (let ((index start)
        (found nil)
        (found-index nil))
    (if (and from-end (not (listp sequence)))
        (locate-from-end predicate sequence key start end)
        (progn
          (do-elements (item sequence start end)
            (when (funcall predicate (apply-key key item))
              (if from-end
                  (setq found item
                        found-index index)
                  (return-from locate (values item index))))
            (setq index (%fx+ index 1)))
          (values found found-index)))))

(defun locate-from-end (predicate vector key start end)
  (with-vector-storage (data offset length) vector
    (let ((i (bounded-end start end length)))
      (while (%fx> i start)
        (setq i (%fx- i 1))
        (let ((item (%vref data (%fx+ offset i))))
          (when (funcall predicate (apply-key key item))
            (return-from locate-from-end (values item i)))))
      (values nil nil))))

(defun find-core (predicate sequence key from-end start end)
  (values (locate predicate sequence key from-end start end)))

(defun position-core (predicate sequence key from-end start end)
  (nth-value 1 (locate predicate sequence key from-end start end)))

(define-item-functions find () (from-end (start 0) end)
  (find-core from-end start end)
  "Return the first element of SEQUENCE that matches ITEM. CLHS FIND."
  "Return the first element of SEQUENCE that satisfies PREDICATE.
CLHS FIND-IF."
  "Return the first element of SEQUENCE that does not satisfy PREDICATE.
CLHS FIND-IF-NOT.")

(define-item-functions position () (from-end (start 0) end)
  (position-core from-end start end)
  "Return the index of the first element of SEQUENCE that matches ITEM.
CLHS POSITION."
  "Return the index of the first element that satisfies PREDICATE.
CLHS POSITION-IF."
  "Return the index of the first element that does not satisfy PREDICATE.
CLHS POSITION-IF-NOT.")

(defun count-core (predicate sequence key from-end start end)
  (let ((count 0))
    (if from-end
        (do-elements (item (reverse (subseq sequence start end)))
          (when (funcall predicate (apply-key key item))
            (setq count (%fx+ count 1))))
        (do-elements (item sequence start end)
          (when (funcall predicate (apply-key key item))
            (setq count (%fx+ count 1)))))
    count))

(define-item-functions count () (from-end (start 0) end)
  (count-core from-end start end)
  "Return the number of elements of SEQUENCE that match ITEM. CLHS COUNT."
  "Return the number of elements that satisfy PREDICATE. CLHS COUNT-IF."
  "Return the number of elements that do not satisfy PREDICATE.
CLHS COUNT-IF-NOT.")

;;; Calls without keywords, and with one constant :TEST, are common.

(defun find-eql (item sequence)
  (if (eq-comparable-p item)
      (do-elements (x sequence)
        (when (eq x item)
          (return-from find-eql x)))
      (do-elements (x sequence)
        (when (eql x item)
          (return-from find-eql x))))
  nil)

(defun position-eql (item sequence)
  (let ((index 0))
    (do-elements (x sequence)
      (when (eql x item)
        (return-from position-eql index))
      (setq index (%fx+ index 1)))
    nil))

(define-compiler-macro find (&whole form item sequence &rest keys)
  (if (or (null keys) (equal keys '(:test #'eq)) (equal keys '(:test 'eq)))
      `(find-eql ,item ,sequence)
      form))

(define-compiler-macro position (&whole form item sequence &rest keys)
  (if (null keys)
      `(position-eql ,item ,sequence)
      form))

;;; MISMATCH and SEARCH work on simple vectors; lists are copied to such.

(defun indexable-storage (sequence start end)
  (if (listp sequence)
      (let ((vector (list-to-simple-vector (list-subseq sequence start end))))
        (values vector 0 (%vector-length vector)))
      (with-vector-storage (data offset length) sequence
        (let ((end (bounded-end start end length)))
          (values data (%fx+ offset start) (%fx+ offset end))))))

(defmacro with-indexable ((data start end) (sequence from to) &body body)
  `(%mv-let (,data ,start ,end) (indexable-storage ,sequence ,from ,to)
     ,@body))

(defmacro elements-match-p (test negate key a b)
  `(matches-p ,test ,negate (apply-key ,key ,a) (apply-key ,key ,b)))

(defun mismatch (sequence-1 sequence-2 &key from-end key test test-not
                                         (start1 0) end1 (start2 0) end2)
  "Return the index in SEQUENCE-1 of the first element that does not match that
of SEQUENCE-2, or NIL. CLHS MISMATCH."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (with-indexable (a a-start a-end) (sequence-1 start1 end1)
        (with-indexable (b b-start b-end) (sequence-2 start2 end2)
          (if from-end
              (mismatch-backward a a-start a-end b b-start b-end
                                 test negate key start1)
              (do ((i a-start (%fx+ i 1))
                   (j b-start (%fx+ j 1)))
                  ((or (%fx>= i a-end) (%fx>= j b-end)
                       (not (elements-match-p test negate key (%vref a i)
                                              (%vref b j))))
                   (if (and (%fx>= i a-end) (%fx>= j b-end))
                       nil
                       (%fx+ start1 (%fx- i a-start)))))))))))

(defun mismatch-backward (a a-start a-end b b-start b-end test negate key
                          start1)
  (let ((i a-end)
        (j b-end))
    (while (and (%fx> i a-start) (%fx> j b-start)
                (elements-match-p test negate key (%vref a (%fx- i 1))
                                  (%vref b (%fx- j 1))))
      (setq i (%fx- i 1)
            j (%fx- j 1)))
    (if (and (eql i a-start) (eql j b-start))
        nil
        (%fx+ start1 (%fx- i a-start)))))

(defun matches-at-p (a a-start a-end b j test negate key)
  (do ((i a-start (%fx+ i 1))
       (j j (%fx+ j 1)))
      ((%fx>= i a-end) t)
    (unless (elements-match-p test negate key (%vref a i) (%vref b j))
      (return nil))))

(defun search (sequence-1 sequence-2 &key from-end key test test-not
                                       (start1 0) end1 (start2 0) end2)
  "Return the index where SEQUENCE-2 contains SEQUENCE-1, or NIL.
CLHS SEARCH."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key))
          (found nil))
      (with-indexable (a a-start a-end) (sequence-1 start1 end1)
        (with-indexable (b b-start b-end) (sequence-2 start2 end2)
          (let ((last (%fx- b-end (%fx- a-end a-start))))
            (do ((j b-start (%fx+ j 1)))
                ((%fx> j last))
              (when (matches-at-p a a-start a-end b j test negate key)
                (setq found (%fx+ start2 (%fx- j b-start)))
                (unless from-end
                  (return)))))))
      found)))
