;;;; The standard condition types (CLHS 9.1.1) and those of AstraLisp.

(in-package #:astralisp.runtime)

(define-condition condition () ()
  (:documentation "The root of all condition types."))
(define-condition serious-condition (condition) ()
  (:documentation "Conditions that need intervention. CLHS 9."))
(define-condition error (serious-condition) ()
  (:documentation "Errors. CLHS 9."))
(define-condition warning (condition) ()
  (:documentation "Warnings. CLHS 9."))
(define-condition style-warning (warning) ()
  (:documentation "Warnings about correct but poor code. CLHS 9."))
(define-condition storage-condition (serious-condition) ()
  (:documentation "Memory is exhausted. CLHS 9."))

;;; Simple conditions: a format control and its arguments.

(defun report-simple-condition (condition stream)
  (let ((control (simple-condition-format-control condition)))
    (if control
        (report-by-format stream control
                          (simple-condition-format-arguments condition))
        (format stream "condition of type ~S"
                (condition-description-name (class-of-condition condition))))))

(define-condition simple-condition (condition)
  ((format-control :initarg :format-control :initform nil
                   :reader simple-condition-format-control)
   (format-arguments :initarg :format-arguments :initform nil
                     :reader simple-condition-format-arguments))
  (:report report-simple-condition)
  (:documentation "Conditions with a message of their own. CLHS 9."))

(define-condition simple-error (simple-condition error) ()
  (:documentation "What (ERROR string ...) signals. CLHS 9."))
(define-condition simple-warning (simple-condition warning) ()
  (:documentation "What (WARN string ...) signals. CLHS 9."))
(define-condition simple-style-warning (simple-condition style-warning) ())

(define-condition format-error (simple-error) ()
  (:documentation "A control string of FORMAT, or its arguments, are wrong."))

;;; Types and cells.

(define-condition type-error (error)
  ((datum :initarg :datum :reader type-error-datum)
   (expected-type :initarg :expected-type
                  :reader type-error-expected-type))
  (:report (lambda (condition stream)
             (format stream "the value ~S is not of type ~S"
                     (type-error-datum condition)
                     (type-error-expected-type condition))))
  (:documentation "An object is not of the type expected. CLHS 9."))

(define-condition simple-type-error (simple-condition type-error) ()
  (:documentation "A TYPE-ERROR with a message of its own. CLHS 9."))

(define-condition format-type-error (format-error simple-type-error) ()
  (:documentation "An argument of FORMAT is not of the type it has to be."))

(define-condition case-failure (type-error) ()
  (:report (lambda (condition stream)
             (format stream "~S is not one of the cases ~S"
                     (type-error-datum condition)
                     (cdr (type-error-expected-type condition))))))

(define-condition index-out-of-bounds (type-error)
  ((array :initarg :array :reader index-out-of-bounds-array))
  (:report (lambda (condition stream)
             (format stream "the index ~S is not below ~S: it is out of ~
                             the bounds of ~S"
                     (type-error-datum condition)
                     (car (caddr (type-error-expected-type condition)))
                     (type-of (index-out-of-bounds-array condition))))))

(define-condition bounding-index-error (type-error) ()
  (:report (lambda (condition stream)
             (format stream "the bounding index ~S is not between ~S and ~S"
                     (type-error-datum condition)
                     (cadr (type-error-expected-type condition))
                     (caddr (type-error-expected-type condition))))))

(define-condition cell-error (error)
  ((name :initarg :name :reader cell-error-name))
  (:documentation "A variable, function or slot has no value. CLHS 9."))

(define-condition unbound-variable (cell-error) ()
  (:report (lambda (condition stream)
             (format stream "the variable ~S is unbound"
                     (cell-error-name condition))))
  (:documentation "A variable has no value. CLHS 9."))

(define-condition undefined-function (cell-error) ()
  (:report (lambda (condition stream)
             (format stream "the function ~S is undefined"
                     (cell-error-name condition))))
  (:documentation "A function name has no definition. CLHS 9."))

(define-condition unbound-slot (cell-error)
  ((instance :initarg :instance :reader unbound-slot-instance))
  (:report (lambda (condition stream)
             (format stream "the slot ~S of an object of type ~S is unbound"
                     (cell-error-name condition)
                     (type-of (unbound-slot-instance condition)))))
  (:documentation "A slot of an instance has no value. CLHS 9."))

;;; Control and programs.

(define-condition control-error (error) ()
  (:documentation "A transfer of control that cannot be done. CLHS 9."))
(define-condition simple-control-error (simple-condition control-error) ())
(define-condition program-error (error) ()
  (:documentation "Incorrect syntax of a program. CLHS 9."))
(define-condition simple-program-error (simple-error program-error) ()
  (:documentation "A PROGRAM-ERROR with a message of its own."))

(define-condition argument-count-error (program-error)
  ((function :initarg :function :reader argument-count-error-function)
   (count :initarg :count :reader argument-count-error-count))
  (:report (lambda (condition stream)
             (report-argument-count
              (argument-count-error-function condition)
              (argument-count-error-count condition)
              stream)))
  (:documentation "A function is called with too few or too many arguments."))

(defun report-argument-count (function count stream)
  (multiple-value-bind (name lambda-list)
      (name-and-lambda-list function)
    (if (integerp count)
        (format stream "~S is called with ~D argument~:P" name count)
        (format stream "~S is called with a wrong number of arguments" name))
    (when (functionp function)
      (format stream ": its lambda list is ~A"
              (lambda-list-text lambda-list)))))

;;; The code of a generic function is that which dispatches.
(defun name-and-lambda-list (function)
  (cond ((not (functionp function)) (values function nil))
        ((and (%funcallable-p function) (generic-function-p function))
         (values (%gf-name function) (%gf-lambda-list function)))
        (t (values (%function-name function)
                   (%function-lambda-list function)))))

(defun system-package-of (form)
  "The system package that is home of a symbol in FORM, or NIL."
  (cond ((consp form)
         (or (system-package-of (car form)) (system-package-of (cdr form))))
        ((and form (symbolp form))
         (let ((package (symbol-package form)))
           (and package
                (search "ASTRALISP." (package-name package))
                package)))))

(defun lambda-list-text (lambda-list)
  "LAMBDA-LIST as text; parameters of the system's functions have no package."
  (let ((*package* (or (system-package-of lambda-list) *package*)))
    (format nil "~:S" lambda-list)))

(define-condition unknown-keyword-error (program-error)
  ((function :initarg :function :reader unknown-keyword-error-function)
   (keyword :initarg :keyword :reader unknown-keyword-error-keyword))
  (:report (lambda (condition stream)
             (let ((function (unknown-keyword-error-function condition)))
               (format stream "~S is not a keyword that ~S takes"
                       (unknown-keyword-error-keyword condition)
                       (if (functionp function)
                           (%function-name function)
                           function)))))
  (:documentation "A function is called with a keyword it does not take."))

(define-condition parse-error (error) ()
  (:documentation "Text that cannot be parsed. CLHS 9."))
(define-condition simple-parse-error (simple-condition parse-error) ())

;;; Streams, files, packages.

(define-condition stream-error (error)
  ((stream :initarg :stream :initform nil :reader stream-error-stream))
  (:report (lambda (condition stream)
             (format stream "an error on the stream ~S"
                     (stream-error-stream condition))))
  (:documentation "An error in reading or writing a stream. CLHS 9."))

(define-condition end-of-file (stream-error) ()
  (:report (lambda (condition stream)
             (format stream "the end of ~S is reached"
                     (stream-error-stream condition))))
  (:documentation "There is nothing more to read. CLHS 9."))

(define-condition reader-error (parse-error stream-error) ()
  (:documentation "The reader cannot make sense of text. CLHS 9."))
(define-condition simple-reader-error (simple-condition reader-error) ())
(define-condition simple-stream-error (simple-condition stream-error) ())

(define-condition file-error (error)
  ((pathname :initarg :pathname :reader file-error-pathname))
  (:report (lambda (condition stream)
             (format stream "an error on the file ~S"
                     (file-error-pathname condition))))
  (:documentation "An operation on a file failed. CLHS 9."))
(define-condition simple-file-error (simple-condition file-error) ())

(define-condition package-error (error)
  ((package :initarg :package :reader package-error-package))
  (:report (lambda (condition stream)
             (format stream "an error on the package ~S"
                     (package-error-package condition))))
  (:documentation "An operation on a package failed. CLHS 9."))
(define-condition simple-package-error (simple-condition package-error) ()
  (:documentation "A PACKAGE-ERROR with a message of its own."))

(define-condition print-not-readable (error)
  ((object :initarg :object :reader print-not-readable-object))
  (:report (lambda (condition stream)
             (let ((*print-readably* nil))
               (format stream "~S cannot be printed readably"
                       (print-not-readable-object condition)))))
  (:documentation "An object cannot be printed readably. CLHS 9."))

;;; Arithmetic.

(define-condition arithmetic-error (error)
  ((operation :initarg :operation :initform nil
              :reader arithmetic-error-operation)
   (operands :initarg :operands :initform nil
             :reader arithmetic-error-operands))
  (:report (lambda (condition stream)
             (report-arithmetic-error condition "arithmetic error" stream)))
  (:documentation "An arithmetic operation failed. CLHS 9."))

(defun report-arithmetic-error (condition what stream)
  (format stream "~A" what)
  (when (arithmetic-error-operation condition)
    (format stream " in (~S~{ ~S~})"
            (arithmetic-error-operation condition)
            (arithmetic-error-operands condition))))

(defmacro define-arithmetic-error (name what doc)
  `(define-condition ,name (arithmetic-error) ()
     (:report (lambda (condition stream)
                (report-arithmetic-error condition ,what stream)))
     (:documentation ,doc)))

(define-arithmetic-error division-by-zero "division by zero"
  "The divisor is zero. CLHS 9.")
(define-arithmetic-error floating-point-overflow "floating point overflow"
  "A float would be too large. CLHS 9.")
(define-arithmetic-error floating-point-underflow "floating point underflow"
  "A float would be too small. CLHS 9.")
(define-arithmetic-error floating-point-inexact "floating point inexactness"
  "A float would be inexact. CLHS 9.")
(define-arithmetic-error floating-point-invalid-operation
  "floating point invalid operation"
  "A float operation has no defined result. CLHS 9.")

;;; Faults of the machine.

(define-condition stack-exhausted (storage-condition) ()
  (:report "the control stack is exhausted: the recursion is too deep")
  (:documentation "The control stack has no room left."))
(define-condition heap-exhausted (storage-condition)
  ((size :initarg :size :initform nil :reader heap-exhausted-size))
  (:report (lambda (condition stream)
             (format stream "the heap is exhausted~@[: there is no room ~
                             for ~D octets~]"
                     (heap-exhausted-size condition))))
  (:documentation "The heap has no room left."))
(define-condition memory-fault (error)
  ((address :initarg :address :initform nil :reader memory-fault-address))
  (:report (lambda (condition stream)
             (format stream "memory at ~X cannot be accessed"
                     (memory-fault-address condition))))
  (:documentation "Memory that is not there is accessed."))
(define-condition interrupt (serious-condition) ()
  (:report "interrupted")
  (:documentation "The user interrupted the program."))
