;;;; Bordeaux-threads for AstraLisp; what is not here is in the library's defaults.

(in-package #:bordeaux-threads)

;;; Threads

(deftype thread ()
  'astralisp:thread)

(defun %make-thread (function name)
  (astralisp:make-thread function :name (or name "")))

(defun current-thread ()
  (astralisp:current-thread))

(defun threadp (object)
  (astralisp:threadp object))

(defun thread-name (thread)
  (astralisp:thread-name thread))

(defun thread-alive-p (thread)
  (astralisp:thread-alive-p thread))

(defun all-threads ()
  (astralisp:all-threads))

(defun thread-yield ()
  (astralisp:thread-yield))

(defun join-thread (thread)
  (astralisp:join-thread thread))

(defun interrupt-thread (thread function &rest arguments)
  (astralisp:interrupt-thread thread
                              (if arguments
                                  (lambda () (apply function arguments))
                                  function)))

(defun destroy-thread (thread)
  (signal-error-if-current-thread thread)
  (astralisp:destroy-thread thread))

;;; Locks

(deftype lock ()
  'astralisp:mutex)

(deftype recursive-lock ()
  'astralisp:mutex)

(defun lock-p (object)
  (typep object 'lock))

(defun recursive-lock-p (object)
  (typep object 'recursive-lock))

(defun make-lock (&optional name)
  (astralisp:make-mutex :name (or name "anonymous lock")))

(defun acquire-lock (lock &optional (wait-p t))
  (astralisp:acquire-mutex lock :wait wait-p))

(defun release-lock (lock)
  (astralisp:release-mutex lock))

(defmacro with-lock-held ((place) &body body)
  `(astralisp:with-mutex (,place) ,@body))

(defun make-recursive-lock (&optional name)
  (astralisp:make-mutex :name (or name "anonymous recursive lock") :recursive t))

(defun acquire-recursive-lock (lock)
  (astralisp:acquire-mutex lock))

(defun release-recursive-lock (lock)
  (astralisp:release-mutex lock))

(defmacro with-recursive-lock-held ((place &key timeout) &body body)
  `(astralisp:with-recursive-mutex (,place :timeout ,timeout) ,@body))

;;; Condition variables

(defun make-condition-variable (&key name)
  (astralisp:make-condition-variable :name (or name "")))

(defun condition-wait (condition-variable lock &key timeout)
  ;; The lock is held again also when the time is up.
  (astralisp:condition-wait condition-variable lock :timeout timeout))

(defun condition-notify (condition-variable)
  (astralisp:condition-notify condition-variable))

;;; Semaphores

(deftype semaphore ()
  'astralisp:semaphore)

(defun semaphore-p (object)
  (typep object 'semaphore))

(defun make-semaphore (&key name (count 0))
  (astralisp:make-semaphore :name (or name "") :count count))

(defun signal-semaphore (semaphore &key (count 1))
  (astralisp:semaphore-signal semaphore count))

(defun wait-on-semaphore (semaphore &key timeout)
  (astralisp:semaphore-wait semaphore :timeout timeout))

(mark-supported)
