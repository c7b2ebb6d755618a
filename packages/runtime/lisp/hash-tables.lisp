;;;; Hash tables (CLHS 18), iterated in the order of insertion.
;;;;
;;;; The entries lie in the order of insertion in PAIRS (key, value, key, …) and
;;;; HASHES. INDEX is an open-addressed table of 2^n cells that hold the number
;;;; of an entry plus 1, or 0; it has at least twice as many cells as there is
;;;; room for entries, so a probe always meets an empty cell. A removed entry
;;;; keeps its place, with the unbound marker as its key, until the table is
;;;; built anew because it is full.
;;;;
;;;; Objects hashed by identity may move: when %IDENTITY-EPOCH has changed since
;;;; the table was built, it is built anew before a lookup may say "absent".

(in-package #:astralisp.runtime)

(defstruct (hash-table (:constructor %make-hash-table) (:copier nil))
  test                          ; EQ, EQL, EQUAL or EQUALP
  kind                          ; 0, 1, 2, 3: the same, for dispatch
  index
  pairs
  hashes
  (fill 0)                      ; entries in use, removed ones included
  (count 0)                     ; entries present
  (moving-p nil)                ; a key is hashed by identity
  (epoch 0)
  weakness
  rehash-size
  rehash-threshold)

;;; Room for CAPACITY entries, a power of two.
(defun allocate-table (table capacity)
  (setf (hash-table-index table) (%make-vector #x24 (%fx* 2 capacity))
        (hash-table-pairs table) (%make-vector #x20 (%fx* 2 capacity))
        (hash-table-hashes table) (%make-vector #x24 capacity)
        (hash-table-fill table) 0
        (hash-table-count table) 0))

(defun table-capacity (size)
  (let ((capacity 8))
    (while (< capacity size)
      (setq capacity (* capacity 2)))
    capacity))

(defun hash-test-kind (test)
  (cond ((or (eq test 'eql) (eq test #'eql)) 1)
        ((or (eq test 'eq) (eq test #'eq)) 0)
        ((or (eq test 'equal) (eq test #'equal)) 2)
        ((or (eq test 'equalp) (eq test #'equalp)) 3)
        (t (type-failure test '(member eq eql equal equalp)))))

(defun make-hash-table (&key (test 'eql) (size 8) (rehash-size 2.0)
                          (rehash-threshold 1.0) weakness)
  "Return a new hash table whose keys are compared by TEST, with room for SIZE
entries at first. CLHS MAKE-HASH-TABLE."
  (check-index size)
  (let* ((kind (hash-test-kind test))
         (table (%make-hash-table
                 :test (case kind (0 'eq) (1 'eql) (2 'equal) (t 'equalp))
                 :kind kind :weakness weakness
                 :rehash-size rehash-size
                 :rehash-threshold rehash-threshold)))
    (allocate-table table (table-capacity size))
    table))

(defun table-hash (kind key)
  (case kind
    (0 (eq-hash key))
    (1 (eql-hash key))
    (2 (equal-hash key))
    (t (equalp-hash key))))

;;; Whether the hash of KEY may change when objects move.
(defun moving-key-p (kind key)
  (case kind
    ((0 1) (not (or (symbolp key) (%fixnump key) (characterp key)
                    (numberp key))))
    (2 (identity-hashed-p key 4))
    (t (not (or (symbolp key) (numberp key) (characterp key)
                (stringp key))))))

;;; A slot of TABLE, which is known to be a hash table.
(defmacro table-slot (accessor table)
  `(%instance-ref ,table ,(caddr (info accessor :accessor))))

;;; Probe the index for entries with HASH; run BODY with ENTRY bound, and the
;;; candidate's key at 2*ENTRY in PAIRS. At an empty cell the value is -1.
(defmacro do-candidates ((entry hash index) &body body)
  (let ((mask (temporary "MASK"))
        (cell (temporary "CELL"))
        (content (temporary "CONTENT")))
    `(let* ((,mask (%fx- (%vector-length ,index) 1))
            (,cell (%fx-and ,hash ,mask)))
       (loop-forever
         (let ((,content (%u32ref ,index ,cell)))
           (when (%fx= ,content 0)
             (return -1))
           (let ((,entry (%fx- ,content 1)))
             ,@body))
         (setq ,cell (%fx-and (%fx+ ,cell 1) ,mask))))))

;;; The number of the entry for KEY, compared by EQ, or -1.
(defun find-eq-entry (table key hash)
  (let ((index (table-slot hash-table-index table))
        (pairs (table-slot hash-table-pairs table)))
    (do-candidates (entry hash index)
      (when (eq (%svref pairs (%fx* 2 entry)) key)
        (return entry)))))

;;; The same, compared by the test of the table.
(defun find-entry (table key hash)
  (let ((index (table-slot hash-table-index table))
        (pairs (table-slot hash-table-pairs table))
        (hashes (table-slot hash-table-hashes table))
        (kind (table-slot hash-table-kind table)))
    (do-candidates (entry hash index)
      (when (%fx= (%u32ref hashes entry) hash)
        (let ((own (%svref pairs (%fx* 2 entry))))
          (when (and (not (%unbound-marker-p own))
                     (keys-match-p kind own key))
            (return entry)))))))

(defun keys-match-p (kind a b)
  (case kind
    (1 (eql a b))
    (2 (equal a b))
    (t (equalp a b))))

;;; Enter ENTRY, with HASH, in the index.
(defun index-entry (index hash entry)
  (let* ((mask (%fx- (%vector-length index) 1))
         (cell (%fx-and hash mask)))
    (while (not (%fx= 0 (%u32ref index cell)))
      (setq cell (%fx-and (%fx+ cell 1) mask)))
    (%set-u32ref index cell (%fx+ entry 1))))

;;; Build TABLE anew with CAPACITY, without removed entries; REHASH-P: compute
;;; the hashes again too.
(defun rebuild-table (table capacity rehash-p)
  (let* ((old-pairs (hash-table-pairs table))
         (old-hashes (hash-table-hashes table))
         (old-fill (hash-table-fill table))
         (kind (hash-table-kind table))
         (index (%make-vector #x24 (%fx* 2 capacity)))
         (pairs (%make-vector #x20 (%fx* 2 capacity)))
         (hashes (%make-vector #x24 capacity))
         (entry 0)
         (epoch (%identity-epoch)))
    (dotimes (old old-fill)
      (let ((key (%svref old-pairs (%fx* 2 old))))
        (unless (%unbound-marker-p key)
          (let ((hash (if rehash-p
                          (table-hash kind key)
                          (%u32ref old-hashes old))))
            (%set-svref pairs (%fx* 2 entry) key)
            (%set-svref pairs (%fx+ 1 (%fx* 2 entry))
                        (%svref old-pairs (%fx+ 1 (%fx* 2 old))))
            (%set-u32ref hashes entry hash)
            (index-entry index hash entry)
            (setq entry (%fx+ entry 1))))))
    (setf (hash-table-index table) index
          (hash-table-pairs table) pairs
          (hash-table-hashes table) hashes
          (hash-table-fill table) entry
          (hash-table-count table) entry)
    (when rehash-p
      (setf (hash-table-epoch table) epoch))
    table))

(defun stale-p (table)
  (and (hash-table-moving-p table)
       (not (eql (hash-table-epoch table) (%identity-epoch)))))

(defun refresh-table (table)
  (while (stale-p table)
    (rebuild-table table (%vector-length (hash-table-hashes table)) t)))

;;; The number of the entry for KEY, or -1, whatever moves meanwhile. Symbols
;;; and small integers are found where they were put, whether or not the table
;;; is stale.
(defun lookup (table key)
  (unless (%instance-of-p table (%layout hash-table))
    (type-failure table 'hash-table))
  (cond ((symbolp key)
         (find-eq-entry table key (symbol-code key)))
        ((and (%fixnump key) (%fx< (table-slot hash-table-kind table) 3))
         (find-eq-entry table key (hash-fixnum key)))
        (t (lookup-object table key))))

(defun lookup-object (table key)
  (let ((kind (table-slot hash-table-kind table)))
    (loop-forever
      (when (table-slot hash-table-moving-p table)
        (refresh-table table))
      (let ((entry (if (eql kind 0)
                       (find-eq-entry table key (eq-hash key))
                       (find-entry table key (table-hash kind key)))))
        (when (or (%fx>= entry 0) (not (stale-p table)))
          (return entry))))))

(defun gethash (key hash-table &optional default)
  "Return the value of KEY in HASH-TABLE and true, or DEFAULT and NIL.
CLHS GETHASH."
  (let ((entry (lookup hash-table key)))
    (if (%fx>= entry 0)
        (values (%svref (table-slot hash-table-pairs hash-table)
                        (%fx+ 1 (%fx* 2 entry)))
                t)
        (values default nil))))

(defun make-room (table)
  (let ((capacity (%vector-length (hash-table-hashes table))))
    (when (%fx>= (hash-table-fill table) capacity)
      (rebuild-table table
                     (if (%fx> (%fx* 4 (hash-table-count table))
                               (%fx* 3 capacity))
                         (%fx* 2 capacity)
                         capacity)
                     nil))))

(defun add-entry (table key value)
  (let ((kind (hash-table-kind table)))
    (make-room table)
    (when (and (not (hash-table-moving-p table)) (moving-key-p kind key))
      (setf (hash-table-moving-p table) t
            (hash-table-epoch table) (%identity-epoch)))
    (let ((hash (table-hash kind key))
          (entry (hash-table-fill table))
          (pairs (hash-table-pairs table)))
      (%set-svref pairs (%fx* 2 entry) key)
      (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) value)
      (%set-u32ref (hash-table-hashes table) entry hash)
      (setf (hash-table-fill table) (%fx+ entry 1)
            (hash-table-count table) (%fx+ 1 (hash-table-count table)))
      (index-entry (hash-table-index table) hash entry)
      value)))

;;; Make VALUE the value of KEY.
(defun puthash (key table value)
  (let ((entry (lookup table key)))
    (if (%fx>= entry 0)
        (%set-svref (hash-table-pairs table) (%fx+ 1 (%fx* 2 entry)) value)
        (add-entry table key value))
    value))

(defun (setf gethash) (value key hash-table &optional default)
  (declare (ignore default))
  (puthash key hash-table value))

(defsetf gethash (key table &optional default) (value)
  (if default
      `(progn ,default (puthash ,key ,table ,value))
      `(puthash ,key ,table ,value)))

(defun remhash (key hash-table)
  "Remove KEY from HASH-TABLE; return whether it was there. CLHS REMHASH."
  (let ((entry (lookup hash-table key)))
    (cond ((%fx< entry 0) nil)
          (t
           (let ((pairs (hash-table-pairs hash-table)))
             (%set-svref pairs (%fx* 2 entry) (%unbound-marker))
             (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) nil)
             (setf (hash-table-count hash-table)
                   (%fx- (hash-table-count hash-table) 1))
             t)))))

(defun clrhash (hash-table)
  "Remove all entries of HASH-TABLE; return it. CLHS CLRHASH."
  (unless (eql 0 (hash-table-fill hash-table))
    (allocate-table hash-table 8)
    (setf (hash-table-moving-p hash-table) nil))
  hash-table)

(defun hash-table-size (hash-table)
  "Return the number of entries HASH-TABLE has room for.
CLHS HASH-TABLE-SIZE."
  (%vector-length (hash-table-hashes hash-table)))

;;; Iteration: positions rise through the entries; a table that is built anew
;;; by an insertion during the iteration is not followed.

;;; The number of the first entry present from POSITION on, or NIL.
(defun next-entry (table position)
  (let ((pairs (hash-table-pairs table))
        (fill (hash-table-fill table)))
    (loop-forever
      (cond ((%fx>= position fill) (return nil))
            ((not (%unbound-marker-p (%svref pairs (%fx* 2 position))))
             (return position)))
      (setq position (%fx+ position 1)))))

(defmacro do-table ((key value table) &body body)
  (let ((position (temporary "POSITION"))
        (variable (temporary "TABLE"))
        (pairs (temporary "PAIRS")))
    `(let* ((,variable ,table)
            (,position (next-entry ,variable 0)))
       (while ,position
         (let* ((,pairs (hash-table-pairs ,variable))
                (,key (%svref ,pairs (%fx* 2 ,position)))
                (,value (%svref ,pairs (%fx+ 1 (%fx* 2 ,position)))))
           (declare (ignorable ,key ,value))
           ,@body)
         (setq ,position (next-entry ,variable (%fx+ ,position 1)))))))

(defun maphash (function hash-table)
  "Call FUNCTION on the key and value of each entry of HASH-TABLE, in the order
of insertion; return NIL. CLHS MAPHASH."
  (let ((function (function-designator function)))
    (do-table (key value hash-table)
      (funcall function key value))
    nil))

;;; A function that returns T, key and value of the next entry, or NIL.
(defun hash-table-iterator (table)
  (let ((position 0))
    (unless (hash-table-p table)
      (type-failure table 'hash-table))
    (lambda ()
      (let ((entry (and position (next-entry table position))))
        (cond ((null entry)
               (setq position nil)
               nil)
              (t
               (setq position (%fx+ entry 1))
               (let ((pairs (hash-table-pairs table)))
                 (values t
                         (%svref pairs (%fx* 2 entry))
                         (%svref pairs (%fx+ 1 (%fx* 2 entry)))))))))))

(defmacro with-hash-table-iterator ((name hash-table) &body body)
  "Evaluate BODY, in which (NAME) returns true, the key and the value of the
next entry of HASH-TABLE, or NIL. CLHS WITH-HASH-TABLE-ITERATOR."
  (let ((iterator (temporary "ITERATOR")))
    `(let ((,iterator (hash-table-iterator ,hash-table)))
       (macrolet ((,name () '(funcall ,iterator)))
         ,@body))))

;;; Weak pointers.

(defun make-weak-pointer (object)
  "Return a pointer to OBJECT that does not keep it alive."
  (%make-weak-pointer object))

(defun weak-pointer-value (weak-pointer)
  "Return the object that WEAK-POINTER points to, or NIL once it is gone."
  (%weak-pointer-value weak-pointer))
