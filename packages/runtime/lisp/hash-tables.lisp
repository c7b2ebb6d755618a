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

(defglobal **values-of-the-dead** '())  ; of finalizers whose keys are gone

;;; Plain tables have no GUARD. The others (hash-tables-guarded.lisp) are weak,
;;; synchronized, or have a test of their own; the PAIRS of a weak one are not
;;; kept alive by it, and the collector makes dropped entries removed ones.

(defstruct (hash-table (:constructor %make-hash-table) (:copier nil))
  test                          ; EQ, EQL, EQUAL, EQUALP or another name
  kind                          ; 0, 1, 2, 3: the same, for dispatch; 4: other
  index
  pairs
  hashes
  (fill 0)                      ; entries in use, removed ones included
  (present 0)                   ; entries not removed, dropped ones included
  (moving-p nil)                ; a key is hashed by identity
  (epoch 0)
  guard                         ; true if not plain
  weakness
  equality                      ; of kind 4: the functions
  hasher
  synchronized
  lock                          ; made when it is first wanted
  rehash-size
  rehash-threshold)

;;; A slot of TABLE, which is known to be a hash table.
(defmacro table-slot (accessor table)
  `(%instance-ref ,table ,(caddr (info accessor :accessor))))

;;; Evaluate BODY; if TABLE is synchronized, while holding its lock.
(defmacro with-table-lock ((table) &body body)
  (let ((function (temporary "BODY")))
    `(flet ((,function () ,@body))
       (if (hash-table-synchronized ,table)
           (call-with-table-lock ,table #',function)
           (,function)))))

(defmacro pairs-key (pairs entry)
  `(%svref ,pairs (%fx* 2 ,entry)))

(defmacro pairs-value (pairs entry)
  `(%svref ,pairs (%fx+ 1 (%fx* 2 ,entry))))

(defun make-pairs (table capacity)
  (if (hash-table-weakness table)
      (%make-weak-pairs capacity (weakness-number table))
      (%make-vector #x20 (%fx* 2 capacity))))

;;; Room for CAPACITY entries, a power of two.
(defun allocate-table (table capacity)
  (let ((index (%make-vector #x24 (%fx* 2 capacity)))
        (pairs (make-pairs table capacity))
        (hashes (%make-vector #x24 capacity)))
    (setf (hash-table-index table) index
          (hash-table-pairs table) pairs
          (hash-table-hashes table) hashes
          (hash-table-fill table) 0
          (hash-table-present table) 0)))

(defun table-capacity (size)
  (let ((capacity 8))
    (while (< capacity size)
      (setq capacity (* capacity 2)))
    capacity))

(defun make-hash-table (&key (test 'eql) (size 8) (rehash-size 2.0)
                          (rehash-threshold 1.0) weakness synchronized
                          hash-function)
  "Return a new hash table with room for SIZE entries at first. CLHS
MAKE-HASH-TABLE. TEST may also be a name that DEFINE-HASH-TABLE-TEST defined,
or any equivalence with a HASH-FUNCTION: a function of a key that returns the
same non-negative integer for keys that are the same by TEST. The table keeps no
keys alive if WEAKNESS is :KEY, no values if it is :VALUE, entries only while
both live if it is :KEY-AND-VALUE, or while one does if it is :KEY-OR-VALUE.
SYNCHRONIZED: each operation on the table is atomic among threads."
  (check-index size)
  (multiple-value-bind (name kind equality hasher)
      (hash-table-test-functions test hash-function)
    (let ((table (%make-hash-table
                  :test name :kind kind :equality equality :hasher hasher
                  :weakness (check-weakness weakness)
                  :synchronized (and synchronized t)
                  :guard (and (or weakness synchronized (eql kind 4)) t)
                  :rehash-size rehash-size
                  :rehash-threshold rehash-threshold)))
      (allocate-table table (table-capacity size))
      table)))

(defun table-hash (table key)
  (case (table-slot hash-table-kind table)
    (0 (eq-hash key))
    (1 (eql-hash key))
    (2 (equal-hash key))
    (3 (equalp-hash key))
    (t (own-hash table key))))

;;; Whether the hash of KEY may change when objects move.
(defun moving-key-p (kind key)
  (case kind
    ((0 1) (not (or (symbolp key) (%fixnump key) (characterp key)
                    (numberp key))))
    (2 (identity-hashed-p key 4))
    (3 (not (or (symbolp key) (numberp key) (characterp key)
                (stringp key))))
    (t nil)))

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
      (when (eq (pairs-key pairs entry) key)
        (return entry)))))

;;; The same, compared by the test of the table.
(defun find-entry (table key hash)
  (let ((index (table-slot hash-table-index table))
        (pairs (table-slot hash-table-pairs table))
        (hashes (table-slot hash-table-hashes table))
        (kind (table-slot hash-table-kind table)))
    (do-candidates (entry hash index)
      (when (%fx= (%u32ref hashes entry) hash)
        (let ((own (pairs-key pairs entry)))
          (when (and (not (%unbound-marker-p own))
                     (case kind
                       (1 (eql own key))
                       (2 (equal own key))
                       (3 (equalp own key))
                       (0 (eq own key))
                       (t (funcall (hash-table-equality table) key own))))
            (return entry)))))))

;;; Enter ENTRY, with HASH, in the index.
(defun index-entry (index hash entry)
  (let* ((mask (%fx- (%vector-length index) 1))
         (cell (%fx-and hash mask)))
    (while (not (%fx= 0 (%u32ref index cell)))
      (setq cell (%fx-and (%fx+ cell 1) mask)))
    (%set-u32ref index cell (%fx+ entry 1))))

;;; Build TABLE anew without removed entries, with room for one more; REHASH-P:
;;; compute the hashes again too. Another thread may change it meanwhile: that
;;; change may be lost, but vectors and numbers always fit each other.
(defun rebuild-table (table rehash-p)
  (let* ((old-pairs (hash-table-pairs table))
         (old-hashes (hash-table-hashes table))
         (old-fill (hash-table-fill table))
         (capacity (next-capacity table))
         (index (%make-vector #x24 (%fx* 2 capacity)))
         (pairs (make-pairs table capacity))
         (hashes (%make-vector #x24 capacity))
         (entry 0)
         (epoch (%identity-epoch)))
    (dotimes (old old-fill)
      (let ((key (pairs-key old-pairs old))
            (value (pairs-value old-pairs old)))
        (cond ((not (%unbound-marker-p key))
               (let ((hash (if rehash-p
                               (table-hash table key)
                               (%u32ref old-hashes old))))
                 (%set-svref pairs (%fx* 2 entry) key)
                 (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) value)
                 (%set-u32ref hashes entry hash)
                 (index-entry index hash entry)
                 (setq entry (%fx+ entry 1))))
              ((and value (eq :finalizer (hash-table-weakness table)))
               (push value **values-of-the-dead**)))))
    (setf (hash-table-index table) index
          (hash-table-pairs table) pairs
          (hash-table-hashes table) hashes
          (hash-table-fill table) entry
          (hash-table-present table) entry)
    (when rehash-p
      (setf (hash-table-epoch table) epoch))
    table))

;;; The capacity of TABLE after it is built anew: twice as much if it is rather
;;; full.
(defun next-capacity (table)
  (let ((capacity (%vector-length (hash-table-hashes table))))
    (if (and (%fx>= (hash-table-fill table) capacity)
             (%fx> (%fx* 4 (hash-table-count table)) (%fx* 3 capacity)))
        (%fx* 2 capacity)
        capacity)))

(defun stale-p (table)
  (and (hash-table-moving-p table)
       (not (eql (hash-table-epoch table) (%identity-epoch)))))

(defun refresh-table (table)
  (while (stale-p table)
    (rebuild-table table t)))

;;; The number of the entry for KEY in a TABLE of kind 0 to 3, or -1, whatever
;;; moves meanwhile. Symbols and small integers are found where they were put,
;;; whether or not the table is stale.
(defun lookup (table key)
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
                       (find-entry table key (table-hash table key)))))
        (when (or (%fx>= entry 0) (not (stale-p table)))
          (return entry))))))

;;; Whether TABLE is guarded; an error if it is no table.
(defmacro guarded-table-p (table)
  `(progn
     (unless (%instance-of-p ,table (%layout hash-table))
       (type-failure ,table 'hash-table))
     (table-slot hash-table-guard ,table)))

;;; An entry that was found may be gone when another thread has changed the
;;; table: then there is none in PAIRS.
(defmacro entry-in-p (entry pairs)
  `(and (%fx>= ,entry 0)
        (%fx< (%fx* 2 ,entry) (%vector-length ,pairs))))

(defun gethash (key hash-table &optional default)
  "Return the value of KEY in HASH-TABLE and true, or DEFAULT and NIL.
CLHS GETHASH."
  (if (guarded-table-p hash-table)
      (guarded-gethash key hash-table default)
      (let* ((entry (lookup hash-table key))
             (pairs (table-slot hash-table-pairs hash-table)))
        (if (entry-in-p entry pairs)
            (values (pairs-value pairs entry) t)
            (values default nil)))))

(defun add-entry (table key value)
  (let ((kind (hash-table-kind table))
        (hash 0))
    (when (and (not (hash-table-moving-p table)) (moving-key-p kind key))
      (setf (hash-table-moving-p table) t
            (hash-table-epoch table) (%identity-epoch)))
    (setq hash (table-hash table key))
    (while (%fx>= (hash-table-fill table)
                  (%vector-length (hash-table-hashes table)))
      (rebuild-table table nil))
    ;; Nothing stops this thread from here to where the entry is complete.
    (let ((entry (hash-table-fill table))
          (pairs (hash-table-pairs table)))
      (%set-svref pairs (%fx* 2 entry) key)
      (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) value)
      (%set-u32ref (hash-table-hashes table) entry hash)
      (setf (hash-table-fill table) (%fx+ entry 1)
            (hash-table-present table) (%fx+ 1 (hash-table-present table)))
      (index-entry (hash-table-index table) hash entry)
      value)))

;;; Make VALUE the value of KEY.
(defun puthash (key table value)
  (if (guarded-table-p table)
      (guarded-puthash key table value)
      (let* ((entry (lookup table key))
             (pairs (table-slot hash-table-pairs table)))
        (if (entry-in-p entry pairs)
            (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) value)
            (add-entry table key value))
        value)))

(defun (setf gethash) (value key hash-table &optional default)
  (declare (ignore default))
  (puthash key hash-table value))

(defsetf gethash (key table &optional default) (value)
  (if default
      `(progn ,default (puthash ,key ,table ,value))
      `(puthash ,key ,table ,value)))

(defun remhash (key hash-table)
  "Remove KEY from HASH-TABLE; return whether it was there. CLHS REMHASH."
  (if (guarded-table-p hash-table)
      (guarded-remhash key hash-table)
      (let* ((entry (lookup hash-table key))
             (pairs (table-slot hash-table-pairs hash-table)))
        (and (entry-in-p entry pairs)
             (remove-entry hash-table pairs entry)))))

;;; T, unless it was removed meanwhile.
(defun remove-entry (table pairs entry)
  (cond ((%unbound-marker-p (pairs-key pairs entry)) nil)
        (t
         (%set-svref pairs (%fx* 2 entry) (%unbound-marker))
         (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) nil)
         (setf (hash-table-present table)
               (%fx- (hash-table-present table) 1))
         t)))

(defun clrhash (hash-table)
  "Remove all entries of HASH-TABLE; return it. CLHS CLRHASH."
  (unless (eql 0 (hash-table-fill hash-table))
    (with-table-lock (hash-table)
      (allocate-table hash-table 8)
      (setf (hash-table-moving-p hash-table) nil)))
  hash-table)

(defun hash-table-count (hash-table)
  "Return the number of entries of HASH-TABLE. CLHS HASH-TABLE-COUNT."
  (let ((present (hash-table-present hash-table)))
    (if (hash-table-weakness hash-table)
        (%fx- present (dropped-entries hash-table))
        present)))

(defun hash-table-size (hash-table)
  "Return the number of entries HASH-TABLE has room for.
CLHS HASH-TABLE-SIZE."
  (%vector-length (hash-table-hashes hash-table)))

;;; Iteration: positions rise through the entries that there are at its beginning,
;;; so it ends even if the table grows meanwhile. When the table is built anew, or
;;; cleared by another thread, an entry that moved down is not met.

(defmacro do-table ((key value table) &body body)
  (let ((position (temporary "POSITION"))
        (limit (temporary "LIMIT"))
        (variable (temporary "TABLE"))
        (pairs (temporary "PAIRS")))
    `(let* ((,variable ,table)
            (,limit (hash-table-fill ,variable))
            (,position 0))
       (while (%fx< ,position ,limit)
         ;; Nothing stops this thread from here to where the value is read.
         (let ((,pairs (hash-table-pairs ,variable)))
           (if (%fx< ,position (hash-table-fill ,variable))
               (let ((,key (pairs-key ,pairs ,position))
                     (,value (pairs-value ,pairs ,position)))
                 (declare (ignorable ,key ,value))
                 (if (%unbound-marker-p ,key)
                     nil
                     (progn ,@body)))
               nil))
         (setq ,position (%fx+ ,position 1))))))

(defun maphash (function hash-table)
  "Call FUNCTION on the key and value of each entry of HASH-TABLE, in the order
of insertion; return NIL. CLHS MAPHASH."
  (let ((function (function-designator function)))
    (with-table-lock (hash-table)
      (do-table (key value hash-table)
        (funcall function key value)))
    nil))

;;; A function that returns T, key and value of the next entry, or NIL.
(defun hash-table-iterator (table)
  (unless (hash-table-p table)
    (type-failure table 'hash-table))
  (let ((position 0)
        (limit (hash-table-fill table)))
    (lambda ()
      (loop-forever
        (let ((pairs (hash-table-pairs table)))
          (unless (and (%fx< position limit)
                       (%fx< position (hash-table-fill table)))
            (return nil))
          (let ((key (pairs-key pairs position))
                (value (pairs-value pairs position)))
            (setq position (%fx+ position 1))
            (unless (%unbound-marker-p key)
              (return (values t key value)))))))))

(defmacro with-hash-table-iterator ((name hash-table) &body body)
  "Evaluate BODY, in which (NAME) returns true, the key and the value of the
next entry of HASH-TABLE, or NIL. CLHS WITH-HASH-TABLE-ITERATOR."
  (let ((iterator (temporary "ITERATOR")))
    `(let ((,iterator (hash-table-iterator ,hash-table)))
       (macrolet ((,name () '(funcall ,iterator)))
         ,@body))))
