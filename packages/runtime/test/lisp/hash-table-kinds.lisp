;;;; Hash tables with tests of their own, synchronized and weak ones, weak
;;;; pointers and finalizers, as far as every engine has them.

(in-package #:astralisp.test)

(defun same-parity (a b) (evenp (- a b)))
(defun parity (a) (mod a 2))
(ext:define-hash-table-test same-parity parity)
(ext:define-hash-table-test string-equal
  (lambda (key) (sxhash (string-upcase key))))

(define-test own-test
  (let ((table (make-hash-table :test 'same-parity)))
    (dotimes (i 100) (push i (gethash i table)))
    (list (hash-table-count table) (length (gethash -3 table))
          (remhash 7 table) (hash-table-count table) (gethash 1 table)
          (hash-table-test table)))
  => "(2 50 T 1 NIL SAME-PARITY)")
(define-test own-test-by-function
  (let ((table (make-hash-table :test #'string-equal)))
    (setf (gethash "Key" table) 1 (gethash 'key table) 2)
    (list (gethash "KEY" table) (hash-table-test table)
          (hash-table-count table) (ext:hash-table-weakness table)))
  => "(2 STRING-EQUAL 1 NIL)")
(define-test own-hash-function
  (let ((table (make-hash-table :test 'equal
                                :hash-function (lambda (key) (length key)))))
    (dotimes (i 300) (setf (gethash (make-list (mod i 30)) table) i))
    (list (hash-table-count table) (gethash '(nil nil) table)
          (hash-table-test table)))
  => "(30 272 EQUAL)")
(define-test own-hash-of-many-keys
  (let ((table (make-hash-table :test (lambda (a b) (= a b))
                                :hash-function #'truncate)))
    (dotimes (i 5000) (setf (gethash (+ i 0.5) table) i))
    (loop for i below 5000 always (eql i (gethash (+ i 1/2) table))))
  => "T")
(define-test own-hash-is-no-integer
  (let ((table (make-hash-table :test 'eql
                                :hash-function (constantly -1))))
    (gethash 1 table))
  => "error SIMPLE-ERROR")
(define-test own-test-changes-table
  (let* ((table nil) (calls 0))
    (setf table (make-hash-table
                 :hash-function (constantly 1)
                 :test (lambda (a b)
                         (when (< (incf calls) 20)
                           (dotimes (i 40)
                             (setf (gethash (gensym) table) t))
                           (clrhash table))
                         (eq a b))))
    (setf (gethash 'a table) 1)
    (setf (gethash 'a table) 2)
    (list (hash-table-count table) (gethash 'a table)))
  => "(1 2)")
(define-test no-such-test
  (list (handler-case (make-hash-table :test 'string<) (type-error () :type))
        (handler-case (make-hash-table :weakness :keys)
          (type-error (condition) (type-error-datum condition))))
  => "(:TYPE :KEYS)")
(define-test weakness-of-tables
  (mapcar (lambda (weakness)
            (let ((table (make-hash-table :weakness weakness)) (key (list 1)))
              (setf (gethash key table) 2 (gethash 'a table) key)
              (list (ext:hash-table-weakness table) (gethash key table)
                    (eq key (gethash 'a table)) (hash-table-count table)
                    (remhash key table) (hash-table-count table))))
          '(nil :key :value :key-and-value :key-or-value))
  => "((NIL 2 T 2 T 1) (:KEY 2 T 2 T 1) (:VALUE 2 T 2 T 1) (:KEY-AND-VALUE 2 T 2 T 1) (:KEY-OR-VALUE 2 T 2 T 1))")
(define-test synchronized-table
  (let ((table (make-hash-table :synchronized t)) (seen '()))
    (dotimes (i 20) (setf (gethash i table) (* i i)))
    (maphash (lambda (key value)
               (when (oddp key)
                 (remhash key table)
                 (push value seen)))
             table)
    (list (ext:hash-table-synchronized-p table)
          (ext:hash-table-synchronized-p (make-hash-table))
          (ext:with-locked-hash-table (table)
            (incf (gethash 4 table))
            (hash-table-count table))
          (gethash 4 table) (nreverse seen)
          (hash-table-count (clrhash table))))
  => "(T NIL 10 17 (1 9 25 49 81 121 169 225 289 361) 0)")
(define-test with-locked-no-table
  (ext:with-locked-hash-table ('a) 1)
  => "error TYPE-ERROR")
(define-test weak-pointer-objects
  (let* ((object (list 1)) (pointer (ext:make-weak-pointer object)))
    (list (ext:weak-pointer-p pointer) (ext:weak-pointer-p object)
          (multiple-value-list (ext:weak-pointer-value pointer))
          (typep pointer 'ext:weak-pointer)
          (handler-case (ext:weak-pointer-value object)
            (type-error () :type))
          object))
  => "(T NIL ((1) T) T :TYPE (1))")
(define-test finalizers-of-what-stays
  (let ((object (list 1)))
    (list (eq object (ext:finalize object (lambda () (error "gone"))))
          (ext:cancel-finalization object)
          (ext:cancel-finalization object)
          (handler-case (ext:finalize 1 #'list) (type-error () :type))
          (handler-case (ext:finalize object 'list) (type-error () :type))))
  => "(T T NIL :TYPE :TYPE)")
