;;;; Bad input that once led to messages about what is inside the system, or worse.

(in-package #:astralisp.test)

(defun message-of (form)
  "The report of the condition that evaluating FORM signals."
  (handler-case
      (handler-bind ((warning #'muffle-warning))
        (let ((*error-output* (make-broadcast-stream)))
          (eval form)
          "no condition"))
    (serious-condition (condition)
      (let ((*package* (find-package "ASTRALISP.TEST")))
        (princ-to-string condition)))))

(defun message-of-reading (text)
  (let ((message (message-of `(read-from-string ,text))))
    (subseq message 0 (search " (line" message))))

(define-test structure-syntax-of-standard-structures
    (message-of-reading "#S(hash-table a)")
  => "\"no structure HASH-TABLE with a constructor of keywords is defined\"")

(define-test comma-in-array-contents
    (list (search "contents of #A" (message-of-reading "`#2A,\"\""))
          (search "contents of #A" (message-of-reading "`#S(foo ,a)"))
          (read-from-string "`#2A((1 `,a))"))
  => "(39 39 #2A((1 A)))")
