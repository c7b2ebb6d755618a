;;;; VERIFY-HEAP finds damage, and none where there is none.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(define-test heap-in-order
    (let ((kept (list (make-array 5000 :initial-element "x")
                      (make-hash-table :test 'equal)
                      (ext:make-weak-pointer (list 1)))))
      (setf (gethash kept (second kept)) (lambda () kept))
      (ext:gc :full t)
      (dotimes (i 5000)
        (setf (svref (first kept) i) (cons i i)))
      (multiple-value-bind (damage objects) (ext:verify-heap)
        (list damage (> objects 100000))))
  => "(NIL T)")

(defun damage-of (offset word)
  "What VERIFY-HEAP says when WORD stands at OFFSET in an old vector."
  (let* ((victim (make-array 3 :initial-element 0)))
    (ext:gc :full t)
    (let* ((address (astralisp.primitives:%object-address victim))
           (before (astralisp.primitives:%raw-load-u64 address offset))
           (word (if (consp word) (+ address (first word)) word)))
      (astralisp.primitives:%raw-store-u64 address offset word)
      (let ((damage (unwind-protect (ext:verify-heap)
                      (astralisp.primitives:%raw-store-u64 address offset
                                                           before))))
        (mapcar (lambda (text) (subseq text 0 (position #\: text)))
                damage)))))

(define-test damage-by-references
    (list (damage-of 16 #x23) (damage-of 16 '(23)))
  => "((\"a reference to no object\") (\"a reference to no object\"))")

(define-test damage-by-tags
    (list (damage-of 16 13) (damage-of 16 '(3)))
  => "((\"a word that no slot may hold\") (\"a reference with a wrong tag\"))")

(define-test damage-to-a-length
    (let ((damage (damage-of 8 8000000)))
      (list (length damage) (subseq (first damage) 0 27)))
  => "(1 \"an object that reaches into\")")

(define-test heap-in-order-after-damage
    (values (ext:verify-heap))
  => "NIL")
