;;;; Hash tables that are weak, synchronized or have a test of their own; weak
;;;; pointers.
;;;;
;;;; Between finding an entry of a weak table and reading it its key may die; then
;;;; it is looked for again. A test of its own is a program that may change the
;;;; table, so an entry found counts only if the table is still the same.

(in-package #:astralisp.runtime)

;;; Tests

(defglobal **hash-table-tests** '())    ; lists of name, test and hash function

(defmacro define-hash-table-test (name hash-function)
  "Let MAKE-HASH-TABLE take NAME, which names a function of two arguments that is
an equivalence, as a test. HASH-FUNCTION is the name of a function or a lambda
expression: of a key, it returns a non-negative integer, the same for keys that
are the same by NAME."
  `(register-hash-table-test ',name #',name #',hash-function))

(defun register-hash-table-test (name test hash-function)
  (when (member name '(eq eql equal equalp))
    (error "~S is a test of the standard: another name is needed" name))
  (let ((known (assoc name **hash-table-tests**)))
    (if known
        (setf (cdr known) (list test hash-function))
        (push (list name test hash-function) **hash-table-tests**)))
  name)

;;; The name and the kind of TEST, and for kind 4 its functions.
(defun hash-table-test-functions (test hash-function)
  (let ((kind (standard-test-kind test)))
    (cond (hash-function
           (values (if kind (standard-test-name kind) test)
                   4
                   (function-designator test)
                   (function-designator hash-function)))
          (kind (values (standard-test-name kind) kind nil nil))
          (t
           (dolist (known **hash-table-tests**
                          (type-failure test '(member eq eql equal equalp)))
             (when (or (eq test (first known)) (eq test (second known)))
               (return (values (first known) 4
                               (second known) (third known)))))))))

(defun standard-test-kind (test)
  (cond ((or (eq test 'eql) (eq test #'eql)) 1)
        ((or (eq test 'eq) (eq test #'eq)) 0)
        ((or (eq test 'equal) (eq test #'equal)) 2)
        ((or (eq test 'equalp) (eq test #'equalp)) 3)
        (t nil)))

(defun standard-test-name (kind)
  (case kind (0 'eq) (1 'eql) (2 'equal) (t 'equalp)))

;;; The hash of KEY by the hash function of TABLE, which is of kind 4.
(defun own-hash (table key)
  (let ((hash (funcall (hash-table-hasher table) key)))
    (unless (and (integerp hash) (>= hash 0))
      (error "the hash function ~S of ~S returned ~S for the key ~S: it must ~
              return a non-negative integer"
             (hash-table-hasher table) table hash key))
    (hash-integer hash)))

;;; Weakness

(defun check-weakness (weakness)
  (unless (member weakness '(nil :key :value :key-and-value :key-or-value
                             :finalizer))
    (type-failure weakness '(member nil :key :value :key-and-value
                             :key-or-value)))
  weakness)

;;; As the collector knows it.
(defun weakness-number (table)
  (case (hash-table-weakness table)
    (:key 1) (:value 2) (:key-and-value 3) (:key-or-value 4)
    (t 5)))

;;; How many entries of the weak TABLE the collector has dropped.
(defun dropped-entries (table)
  (%weak-pairs-dropped (hash-table-pairs table)
                       (%vector-length (hash-table-hashes table))))

;;; Take the values of the entries of TABLE, whose weakness is :FINALIZER, whose
;;; keys are gone.
(defun take-values-of-the-dead (table)
  (let ((pairs (hash-table-pairs table)))
    (dotimes (entry (hash-table-fill table))
      (when (%unbound-marker-p (pairs-key pairs entry))
        (let ((value (pairs-value pairs entry)))
          (when value
            (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) nil)
            (push value **values-of-the-dead**)))))))

;;; Synchronization. The kernel sets this where there are threads: to a function
;;; that makes a recursive mutex, and one that calls a function while holding it.

(defglobal **mutex-functions** nil)

(defun call-with-table-lock (table function)
  (unless (hash-table-p table)
    (type-failure table 'hash-table))
  (if (null **mutex-functions**)
      (funcall function)
      (let ((lock (hash-table-lock table)))
        (unless lock
          (setq lock (funcall (car **mutex-functions**)))
          ;; Another thread may have made one meanwhile.
          (if (hash-table-lock table)
              (setq lock (hash-table-lock table))
              (setf (hash-table-lock table) lock)))
        (funcall (cdr **mutex-functions**) lock function))))

(defmacro with-locked-hash-table ((hash-table) &body body)
  "Evaluate BODY, while no other thread is inside of such a form for HASH-TABLE
or, if that is synchronized, in any operation on it; return the values of BODY."
  `(call-with-table-lock ,hash-table (lambda () ,@body)))

(defun hash-table-synchronized-p (hash-table)
  "Return true if each operation on HASH-TABLE is atomic among threads."
  (hash-table-synchronized hash-table))

;;; The operations

(defun guarded-lookup (table key)
  (if (%fx< (hash-table-kind table) 4)
      (lookup table key)
      (loop-forever
        (let* ((pairs (hash-table-pairs table))
               (entry (lookup-object table key)))
          (when (eq pairs (hash-table-pairs table))
            (return entry))))))

;;; Evaluate FORM with ENTRY and PAIRS bound to where KEY is in TABLE, or ABSENT
;;; if it is not there.
(defmacro with-guarded-entry ((entry pairs key table) form absent)
  `(loop-forever
     (let* ((,entry (guarded-lookup ,table ,key))
            (,pairs (hash-table-pairs ,table)))
       (cond ((%fx< ,entry 0) (return ,absent))
             ((and (%fx< ,entry (%vector-length (hash-table-hashes ,table)))
                   (not (%unbound-marker-p (pairs-key ,pairs ,entry))))
              (return ,form))))))

(defun guarded-gethash (key table default)
  (with-table-lock (table)
    (with-guarded-entry (entry pairs key table)
      (values (pairs-value pairs entry) t)
      (values default nil))))

(defun guarded-puthash (key table value)
  (with-table-lock (table)
    (with-guarded-entry (entry pairs key table)
      (%set-svref pairs (%fx+ 1 (%fx* 2 entry)) value)
      (add-entry table key value))
    value))

(defun guarded-remhash (key table)
  (with-table-lock (table)
    (with-guarded-entry (entry pairs key table)
      (remove-entry table pairs entry)
      nil)))

;;; Weak pointers

(defstruct (weak-pointer (:constructor %wrap-weak-pointer (cell))
                         (:copier nil))
  "A pointer that does not keep alive what it points to."
  cell)

(defun make-weak-pointer (object)
  "Return a pointer to OBJECT that does not keep it alive."
  (%wrap-weak-pointer (%make-weak-pointer object)))

(defun weak-pointer-value (weak-pointer)
  "Return the object that WEAK-POINTER points to and true, or NIL and NIL once it
is gone. Without a collection nothing goes."
  (let ((value (%weak-pointer-value (weak-pointer-cell weak-pointer))))
    (values value (not (null value)))))

(defun output-weak-pointer (pointer stream)
  (print-unreadable-object (pointer stream :type t :identity t)
    (let ((value (weak-pointer-value pointer)))
      (if value
          (prin1 value stream)
          (write-string "broken" stream)))))

;;; Finalizers

(defun check-finalizer (object function)
  (when (or (numberp object) (characterp object) (symbolp object))
    (type-failure object '(not (or number character symbol))))
  (unless (functionp function)
    (type-failure function 'function)))
