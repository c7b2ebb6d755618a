;;;; Tests of COMPILE-FILE and LOAD of what it makes.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun compiled-and-loaded (text)
  "The value of *RESULT* after the file with TEXT has been compiled and loaded."
  (let ((source "/tmp/astralisp-compiled-file.lisp")
        (*package* (find-package "ASTRALISP.TEST")))
    (with-open-file (out source :direction :output :if-exists :supersede)
      (write-string text out))
    (let ((object (compile-file source)))
      (unwind-protect (load object)
        (delete-file object)
        (delete-file source)))
    (symbol-value (find-symbol "*RESULT*" "ASTRALISP.TEST"))))

(define-test circular-structure-literal
  (compiled-and-loaded
   "(eval-when (:compile-toplevel :load-toplevel :execute)
      (defstruct literal-node a b))
    (defparameter *result*
      (let ((node '#.(let ((node (make-literal-node)))
                       (setf (literal-node-a node) (list 1 node)
                             (literal-node-b node) node)
                       node)))
        (list (eq node (literal-node-b node))
              (eq node (second (literal-node-a node))))))")
  => "(T T)")
(define-test package-literal
  (compiled-and-loaded
   "(defparameter *result*
      (let ((list '(#1=#.(find-package \"KEYWORD\") #1#)))
        (list (eq (first list) (find-package \"KEYWORD\"))
              (eq (first list) (second list)))))")
  => "(T T)")
(define-test hash-table-literal
  (compiled-and-loaded
   "(defparameter *result*
      (let ((table '#.(let ((table (make-hash-table :test 'equal)))
                        (setf (gethash \"a\" table) '(1 2)
                              (gethash 'b table) table)
                        table)))
        (list (gethash \"a\" table) (eq table (gethash 'b table))
              (hash-table-test table) (hash-table-count table))))")
  => "((1 2) T EQUAL 2)")
(define-test policy-is-of-its-file
  (let ((before astralisp.runtime::**policy**))
    (compiled-and-loaded "(declaim (optimize (speed 3) (debug 0)))
                          (defparameter *result* nil)")
    (equal before astralisp.runtime::**policy**))
  => "T")
