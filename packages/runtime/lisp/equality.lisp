;;;; EQUAL and EQUALP (CLHS 5.3).

(in-package #:astralisp.runtime)

(defun equal (x y)
  "True if X and Y are EQL, or conses, strings, bit vectors or pathnames with
equal parts. CLHS EQUAL."
  (loop-forever
    (cond ((eql x y) (return t))
          ((consp x)
           (unless (and (consp y) (equal (%car x) (%car y)))
             (return nil))
           (setq x (%cdr x)
                 y (%cdr y)))
          ((or (symbolp x) (%fixnump x) (consp y)) (return nil))
          (t (return (equal-parts-p x y))))))

(defun equal-parts-p (x y)
  (cond ((stringp x)
         (and (stringp y)
              (if (and (%simple-string-p x) (%simple-string-p y))
                  (simple-strings-equal-p x y)
                  (strings-equal-p x y))))
        ((bit-vector-p x)
         (and (bit-vector-p y) (equal-bits-p x y)))
        ((pathname-instance-p x)
         (and (pathname-instance-p y) (pathname-equal x y)))
        (t nil)))

;;; Pathnames are structures, defined in a later file.
(defun pathname-instance-p (x)
  (and (%instancep x)
       (memq (%instance-ref (%instance-layout x) 0)
             '(pathname logical-pathname))))

(defun equal-bits-p (x y)
  (with-vector-storage (a a-offset a-length) x
    (with-vector-storage (b b-offset b-length) y
      (and (eql a-length b-length)
           (dotimes (i a-length t)
             (unless (eql (%bit-ref a (%fx+ a-offset i))
                          (%bit-ref b (%fx+ b-offset i)))
               (return nil)))))))

(defun equal-slots-p (x y test)
  (dotimes (i (%instance-length x) t)
    (let ((a (%instance-ref x i))
          (b (%instance-ref y i)))
      (unless (or (eq a b) (funcall test a b))
        (return nil)))))

(defun equalp (x y)
  "True if X and Y are EQUAL but for case and number type, or arrays,
structures or hash tables with equalp parts. CLHS EQUALP."
  (loop-forever
    (cond ((eq x y) (return t))
          ((consp x)
           (unless (and (consp y) (equalp (%car x) (%car y)))
             (return nil))
           (setq x (%cdr x)
                 y (%cdr y)))
          (t (return (equalp-parts-p x y))))))

(defun equalp-parts-p (x y)
  (cond ((symbolp x) nil)
        ((numberp x) (and (numberp y) (= x y)))
        ((characterp x) (and (characterp y) (char-equal x y)))
        ((stringp x)
         (if (stringp y)
             (string-equal x y)
             (and (vectorp y) (equalp-arrays-p x y))))
        ((vectorp x)
         (and (vectorp y)
              (eql (length x) (length y))
              (equalp-arrays-p x y)))
        ((arrayp x)
         (and (arrayp y)
              (equal (array-dimensions x) (array-dimensions y))
              (equalp-arrays-p x y)))
        ((not (%instancep x)) nil)
        ((not (%instancep y)) nil)
        ((hash-table-p x) (and (hash-table-p y) (equalp-tables-p x y)))
        ((structure-object-p x)
         (and (eq (%instance-layout x) (%instance-layout y))
              (equal-slots-p x y #'equalp)))
        (t nil)))

;;; The active elements of vectors X and Y, or all those of arrays.
(defun equalp-arrays-p (x y)
  (let ((n (if (vectorp x) (length x) (array-total-size x))))
    (and (or (not (vectorp y)) (eql n (length y)))
         (dotimes (i n t)
           (unless (equalp (row-major-aref x i) (row-major-aref y i))
             (return nil))))))

(defun equalp-tables-p (x y)
  (and (eql (hash-table-count x) (hash-table-count y))
       (eq (hash-table-test x) (hash-table-test y))
       (block compare
         (maphash (lambda (key value)
                    (multiple-value-bind (other found) (gethash key y)
                      (unless (and found (equalp value other))
                        (return-from compare nil))))
                  x)
         t)))
