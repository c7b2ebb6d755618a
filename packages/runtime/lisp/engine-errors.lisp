;;;; Faults that engines find, as conditions (docs/primitives.md, "control").

(in-package #:astralisp.runtime)

(defun %signal-engine-error (kind datum expected)
  "Signal the condition for the fault KIND of DATUM, where EXPECTED was
wanted."
  (case kind
    (:type (error 'type-error :datum datum :expected-type expected))
    (:undefined-function (undefined-function-failure datum))
    (:unbound-variable (unbound-variable-failure datum))
    (:argument-count
     (error 'argument-count-error :function datum :count expected))
    (:unknown-key
     (error 'unknown-keyword-error :function expected :keyword datum))
    (:odd-keys
     (error 'simple-program-error
            :format-control "~S is called with an odd number of keyword ~
                             arguments"
            :format-arguments (list (function-or-name datum))))
    (:control
     (error 'simple-control-error
            :format-control "the exit to ~S is not possible: it is not ~
                             in force"
            :format-arguments (list datum)))
    (:constant
     (error 'simple-program-error
            :format-control "~S is ~A: it cannot be bound"
            :format-arguments
            (list datum (if (eq (%variable-kind datum) :constant)
                            "a constant"
                            "a global variable"))))
    (:division-by-zero
     (error 'division-by-zero :operation expected
                              :operands (if (listp datum)
                                            datum
                                            (list datum))))
    (:float-trap
     (float-trap-failure (car expected) datum (cdr expected)))
    (:package
     (error 'simple-package-error :package expected
                                  :format-control "~A"
                                  :format-arguments (list datum)))
    (:stack-exhausted (error 'stack-exhausted))
    (:heap-exhausted (error 'heap-exhausted :size datum))
    (:memory-fault (error 'memory-fault :address datum))
    (:interrupt
     (with-simple-restart (continue "go on")
       (signal-and-debug 'interrupt)))
    (t (error "the engine met a fault of kind ~S on ~S" kind datum))))

(defun signal-and-debug (type)
  (let ((condition (make-condition type)))
    (signal-condition condition)
    (invoke-debugger condition)))

(defun function-or-name (function)
  (if (functionp function) (%function-name function) function))

;;; These return what the program is to go on with.

(defun undefined-function-failure (name)
  (restart-case (error 'undefined-function :name name)
    (continue ()
      :report (lambda (stream) (format stream "try to call ~S again" name))
      (fdefinition name))
    (use-value (function)
      :report (lambda (stream)
                (format stream "call another function instead of ~S" name))
      :interactive (lambda () (read-values name))
      (function-designator function))
    (store-value (function)
      :report (lambda (stream)
                (format stream "define ~S as a given function" name))
      :interactive (lambda () (read-values name))
      (%set-fdefinition name (function-designator function))
      (fdefinition name))))

(defun unbound-variable-failure (name)
  (restart-case (error 'unbound-variable :name name)
    (continue ()
      :report (lambda (stream) (format stream "try to read ~S again" name))
      (symbol-value name))
    (use-value (value)
      :report (lambda (stream) (format stream "use a value for ~S" name))
      :interactive (lambda () (read-values name))
      value)
    (store-value (value)
      :report (lambda (stream) (format stream "set ~S to a value" name))
      :interactive (lambda () (read-values name))
      (set name value))))

;;; Malformed arguments of macros and of DESTRUCTURING-BIND (see boot.lisp).

(defun destructuring-error (list minimum maximum name)
  (error 'simple-program-error
         :format-control
         (cond ((null maximum)
                "~S takes at least ~D element~:P~*, but got ~S")
               ((eql minimum maximum)
                "~S takes ~D element~:P~*, but got ~S")
               (t "~S takes ~D to ~D elements, but got ~S"))
         :format-arguments (list name minimum maximum list)))

(defun destructuring-key-error (list tail unknown-p name)
  (error 'simple-program-error
         :format-control (if unknown-p
                             "~S is not a keyword that ~S takes: ~S"
                             "the keyword ~S of ~S has no value: ~S")
         :format-arguments (list (car tail) name list)))
