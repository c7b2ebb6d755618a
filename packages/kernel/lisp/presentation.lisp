;;;; How threads and what they wait for are printed; what ROOM and TIME tell.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defun print-named (object stream name state)
  "Print OBJECT on STREAM as unreadable, with its type, NAME unless it is NIL, and
STATE."
  (print-unreadable-object (object stream :type t :identity t)
    (format stream "~@[~S ~]~A" name state)))

(defun print-thread (thread stream)
  (print-named thread stream (thread-name thread)
               (string-downcase (symbol-name (thread-state thread)))))

(defun print-mutex (mutex stream)
  (let ((owner (mutex-owner mutex)))
    (print-named mutex stream (mutex-name mutex)
                 (if owner
                     (format nil "held by ~S" (thread-name owner))
                     "free"))))

(defun print-semaphore (semaphore stream)
  (print-named semaphore stream (semaphore-name semaphore)
               (format nil "count ~D" (semaphore-count semaphore))))

(defun print-mailbox (mailbox stream)
  (print-named mailbox stream (mailbox-name mailbox)
               (if (queue-empty-p (mailbox-messages mailbox))
                   "empty"
                   "with messages")))

(defun print-condition-variable (variable stream)
  (print-named variable stream (condition-variable-name variable)
               (if (queue-empty-p (condition-variable-queue variable))
                   "nobody waits"
                   "with waiting threads")))

(defun print-timer (timer stream)
  (print-named timer stream (timer-name timer)
               (if (timer-time timer) "scheduled" "idle")))

(set-structure-printer 'timer :object 'print-timer)
(set-structure-printer 'thread :object 'print-thread)
(set-structure-printer 'mutex :object 'print-mutex)
(set-structure-printer 'semaphore :object 'print-semaphore)
(set-structure-printer 'mailbox :object 'print-mailbox)
(set-structure-printer 'condition-variable :object 'print-condition-variable)

(setf (documentation 'thread-name 'function)
      "Return the name of the THREAD; it can be set.")
(setf (documentation 'weak-pointer-p 'function)
      "Return true if OBJECT is a weak pointer.")
(setf (documentation 'hash-table-weakness 'function)
      "Return what HASH-TABLE does not keep alive: NIL, :KEY, :VALUE,
:KEY-AND-VALUE or :KEY-OR-VALUE.")
(setf (documentation 'semaphore-count 'function)
      "Return how many permits the SEMAPHORE has."
      (documentation 'mutex-name 'function)
      "Return the name of the MUTEX, or NIL."
      (documentation 'mutex-owner 'function)
      "Return the thread that holds the MUTEX, or NIL."
      (documentation 'timer-name 'function)
      "Return the name of the TIMER, or NIL.")

;;; What the collector knows, for ROOM and TIME.

(defun write-collector-lines (verbosity)
  "Write how the rest of memory is used, and the collections so far, unless
VERBOSITY is NIL."
  (when verbosity
    (let ((facts (collector-statistics)))
      (flet ((fact (key) (getf facts key)))
        (format t "code: ~:D octets, never freed~%static objects: ~:D octets~%"
                (fact :code-octets) (fact :static-octets))
        (format t "allocated since the start: ~:D octets~%"
                (fact :allocated-octets))
        (format t "collections: ~:D minor (~,3F ms in all, longest ~,3F ms), "
                (fact :minor-collections)
                (milliseconds (fact :minor-total-ns))
                (milliseconds (fact :minor-longest-ns)))
        (format t "~:D full (~,3F ms in all, longest ~,3F ms)~%"
                (fact :full-collections)
                (milliseconds (fact :full-total-ns))
                (milliseconds (fact :full-longest-ns)))
        (format t "threads: ~D~%" (length (all-threads)))))))

(defun milliseconds (nanoseconds)
  (cl:/ nanoseconds 1d6))

(defun allocation-so-far ()
  "The octets allocated and the collections made since the start."
  (values (+ (nursery-octets) (large-octets) (nursery-used))
          (+ (minor-count) (full-count))))

(setq *room-hook* #'write-collector-lines)
(setq *allocation-hook* #'allocation-so-far)
