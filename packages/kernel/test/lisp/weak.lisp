;;;; Weak tables against a model of what is reachable; finalizers.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

;;; Nodes are conses with a number. The model knows a table's entries as numbers,
;;; and which nodes are held; it says which entries are to be left.

(defstruct (weak-case (:conc-name weak-))
  (weakness nil) (count 0) (entries '()) (held '()))

(defun random-weak-case (weakness count size state)
  "A case with COUNT nodes, each the key of at most one of up to SIZE entries."
  (let ((keys '()))
    (dotimes (i size)
      (pushnew (random count state) keys))
    (make-weak-case
     :weakness weakness :count count
     :entries (mapcar (lambda (key) (cons key (random count state))) keys)
     :held (loop repeat (random 4 state) collect (random count state)))))

(defun model-left (weak-case)
  "The entries of WEAK-CASE that live."
  (let ((alive (make-array (weak-count weak-case) :initial-element nil))
        (entries (weak-entries weak-case)))
    (dolist (node (weak-held weak-case))
      (setf (svref alive node) t))
    (loop
      (let ((changed nil))
        (flet ((reach (from to)
                 (when (and (svref alive from) (not (svref alive to)))
                   (setf (svref alive to) t
                         changed t))))
          (loop for (key . value) in entries
                do (when (member (weak-weakness weak-case)
                                 '(:key :key-or-value))
                     (reach key value))
                   (when (member (weak-weakness weak-case)
                                 '(:value :key-or-value))
                     (reach value key))))
        (unless changed
          (return))))
    (remove-if-not (lambda (entry)
                     (and (svref alive (car entry)) (svref alive (cdr entry))))
                   entries)))

(defun build-weak-case (weak-case)
  "A table with the entries of WEAK-CASE, and a list of the nodes held."
  (let ((nodes (make-array (weak-count weak-case)))
        (table (make-hash-table :test 'eq :weakness (weak-weakness weak-case))))
    (dotimes (i (length nodes))
      (setf (svref nodes i) (list i)))
    (loop for (key . value) in (weak-entries weak-case)
          do (setf (gethash (svref nodes key) table) (svref nodes value)))
    (values table
            (mapcar (lambda (i) (svref nodes i)) (weak-held weak-case)))))

(defun table-left (table)
  (sort (loop for key being the hash-keys of table using (hash-value value)
              collect (cons (car key) (car value)))
        #'< :key #'car))

(defun weak-case-mistake (weak-case full &optional (built weak-case))
  "NIL if the collector does with WEAK-CASE what the model says. Known bad: a
table BUILT otherwise."
  (multiple-value-bind (table held) (build-weak-case built)
    (collect-nursery-or-all full)
    (let ((left (table-left table))
          (expected (sort (model-left weak-case) #'< :key #'car)))
      (if (and (equal left expected)
               (= (hash-table-count table) (length expected))
               (every (lambda (node) (member (car node) (weak-held weak-case)))
                      held))
          nil
          (list weak-case :left left :expected expected)))))

(defun collect-nursery-or-all (full)
  (astralisp:gc :full full))

(define-test weak-tables-as-the-model-says
    (let ((state (ext:restore-random-state 1 2 3 4)) (mistakes 0))
      (dolist (weakness '(:key :value :key-and-value :key-or-value)
                        mistakes)
        (dotimes (i 40)
          (let ((mistake (weak-case-mistake
                          (random-weak-case weakness (+ 2 (random 30 state))
                                            (random 40 state) state)
                          (oddp i))))
            (when mistake
              (print mistake)
              (incf mistakes))))))
  => "0")

;;; The model must not be content with anything. (A table that keeps everything
;;; alive does what is expected here.)
(define-test model-finds-mistakes
    (flet ((a-case (weakness)
             (make-weak-case :weakness weakness :count 3
                             :entries '((0 . 1) (1 . 2)) :held '(0))))
      (loop for weakness in '(nil :value :key-and-value :key)
            collect (null (weak-case-mistake (a-case :key) t
                                             (a-case weakness)))))
  => "(T NIL NIL T)")

(defun chain-table (count reversed)
  "A table whose entries lead from one key to the next, and the first key."
  (let ((table (make-hash-table :test 'eq :weakness :key))
        (keys (loop for i below count collect (list i))))
    (let ((links (loop for (key next) on keys
                       when next collect (cons key next))))
      (loop for (key . next) in (if reversed (reverse links) links)
            do (setf (gethash key table) next)))
    (values table (first keys))))

(define-test long-chains-end
    (loop for reversed in '(nil t)
          collect (multiple-value-bind (table first)
                      (chain-table 20000 reversed)
                    (astralisp:gc)
                    (astralisp:gc :full t)
                    (prog1 (list (hash-table-count table) (car first))
                      (setq first nil)
                      (astralisp:gc :full t)
                      (astralisp:gc :full t))))
  => "((19999 0) (19999 0))")

(define-test weak-table-in-use
    (let ((table (make-hash-table :test 'equal :weakness :key)) (kept '()))
      (dotimes (i 20000)
        (let ((key (format nil "key ~D" i)))
          (setf (gethash key table) (list i))
          (when (= 0 (mod i 100))
            (push key kept))))
      (astralisp:gc :full t)
      (list (hash-table-count table)
            (loop for key in kept
                  always (equal (format nil "key ~D" (car (gethash key table)))
                                key))))
  => "(200 T)")

(defvar *gone* '())

(defun finalize-some (count)
  (dotimes (i count)
    (let ((i i))
      (ext:finalize (list i) (lambda () (push i *gone*))))))

(define-test finalizers-are-called-by-gc
    (progn (setq *gone* '())
           (finalize-some 10)
           (astralisp:gc :full t)
           (sort (copy-list *gone*) #'<))
  => "(0 1 2 3 4 5 6 7 8 9)")

(define-test finalizers-are-called-by-and-by
    (progn (setq *gone* '())
           (finalize-some 10)
           (ext:with-timeout (60)
             (loop until (= 10 (length *gone*))
                   do (make-list 1000)))
           (length *gone*))
  => "10")

(define-test finalizers-of-many
    (let ((count 0) (objects '()))
      (flet ((watch (object)
               (ext:finalize object (lambda () (incf count)))))
        (dotimes (i 3000)
          (let ((object (make-array 3)))
            (watch object)
            (watch object)
            (when (= 0 (mod i 10))
              (push object objects)))))
      (astralisp:gc :full t)
      (list count
            (progn (mapc #'ext:cancel-finalization objects)
                   (setq objects nil)
                   (astralisp:gc :full t)
                   count)))
  => "(5400 5400)")

(define-test failing-finalizer
    (let ((text (with-output-to-string (*error-output*)
                  (ext:finalize (list 1) (lambda () (error "no way")))
                  (astralisp:gc :full t))))
      (not (null (search "no way" text))))
  => "T")

(define-test synchronized-tables-among-threads
    (let* ((table (make-hash-table :synchronized t))
           (threads (loop for i below 4
                          collect (let ((i i))
                                    (ext:make-thread
                                     (lambda ()
                                       (dotimes (k 3000)
                                         (setf (gethash (+ i (* 4 k)) table)
                                               k))))))))
      (mapc #'ext:join-thread threads)
      (list (hash-table-count table)
            (loop for i below 12000
                  always (eql (floor i 4) (gethash i table)))))
  => "(12000 T)")

(define-test locked-table-among-threads
    (let* ((table (make-hash-table))
           (threads (loop repeat 4
                          collect (ext:make-thread
                                   (lambda ()
                                     (dotimes (k 500)
                                       (ext:with-locked-hash-table (table)
                                         (let ((n (gethash 'n table 0)))
                                           (ext:thread-yield)
                                           (setf (gethash 'n table)
                                                 (1+ n))))))))))
      (mapc #'ext:join-thread threads)
      (values (gethash 'n table)))
  => "2000")

;;; Without a lock the contents may be anything, but memory stays in order.
(define-test unsynchronized-table-among-threads
    (let* ((table (make-hash-table :test 'equal))
           (threads (loop for i below 4
                          collect (let ((i i))
                                    (ext:make-thread
                                     (lambda ()
                                       (dotimes (k 4000)
                                         (setf (gethash (list i k) table) k)
                                         (when (= 0 (mod k 500))
                                           (clrhash table)))))))))
      (mapc #'ext:join-thread threads)
      (clrhash table)
      (setf (gethash '(1) table) 2)
      (list (hash-table-count table) (gethash '(1) table)))
  => "(1 2)")
