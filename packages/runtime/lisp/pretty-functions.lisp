;;;; The layout of lists and arrays by the pretty printer.

(in-package #:astralisp.runtime)

(defun pprint-fill (stream object &optional (colon-p t) at-sign-p)
  "Print the list OBJECT with as many elements on each line as fit; in
parentheses if COLON-P."
  (declare (ignore at-sign-p))
  (pprint-logical-block (stream object :prefix (if colon-p "(" "")
                                       :suffix (if colon-p ")" ""))
    (pprint-exit-if-list-exhausted)
    (do () (nil)
      (output-object (pprint-pop) stream)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :fill stream))))

(defun pprint-linear (stream object &optional (colon-p t) at-sign-p)
  "Print the list OBJECT on one line or with each element on its own; in
parentheses if COLON-P."
  (declare (ignore at-sign-p))
  (pprint-logical-block (stream object :prefix (if colon-p "(" "")
                                       :suffix (if colon-p ")" ""))
    (pprint-exit-if-list-exhausted)
    (do () (nil)
      (output-object (pprint-pop) stream)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :linear stream))))

(defun pprint-tabular
    (stream object &optional (colon-p t) at-sign-p (tabsize 16))
  "Print the list OBJECT in columns of width TABSIZE; in parentheses if
COLON-P."
  (declare (ignore at-sign-p))
  (pprint-logical-block (stream object :prefix (if colon-p "(" "")
                                       :suffix (if colon-p ")" ""))
    (pprint-exit-if-list-exhausted)
    (do () (nil)
      (output-object (pprint-pop) stream)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-tab :section-relative 0 (or tabsize 16) stream)
      (pprint-newline :fill stream))))

(defun list-length-or-nil (list)
  "The length of LIST if it is proper and short, else NIL."
  (let ((n 0))
    (do () ((atom list) (if (null list) n nil))
      (setq n (%fx+ n 1)
            list (cdr list))
      (when (%fx> n 10000)
        (return nil)))))

(defun pprint-array (stream array)
  "Print ARRAY with its parts as filled lists."
  (let ((stream (output-stream stream)))
    (if (and (or *print-array* *print-readably*)
             (or (not *print-readably*) (eq t (array-element-type array)))
             (or (vectorp array)
                 (and (%fx< 0 (array-rank array))
                      (not (and *print-readably*
                                (not (readable-dimensions-p array)))))))
        (progn
          (write-char-to stream #\#)
          (unless (vectorp array)
            (write-string-to stream (integer-digits (array-rank array) 10))
            (write-char-to stream #\A))
          (pprint-array-part stream array (array-dimensions array) 0))
        (output-array array stream))))

(defun pprint-array-part (stream array dimensions start)
  "Print the part of ARRAY that begins at START and has DIMENSIONS."
  (unless (too-deep-p stream)
    (let ((*print-depth* (%fx+ *print-depth* 1))
          (step (apply #'* (cdr dimensions)))
          (limit (length-limit)))
      (call-with-logical-block
       stream "(" nil ")"
       (lambda (stream)
         (dotimes (i (if (vectorp array) (length array) (car dimensions)))
           (unless (eq i 0)
             (write-char-to stream #\Space)
             (pprint-newline (if (cdr dimensions) :linear :fill) stream))
           (when (and limit (%fx>= i limit))
             (write-string-to stream "...")
             (return))
           (let ((at (%fx+ start (%fx* i step))))
             (if (cdr dimensions)
                 (pprint-array-part stream array (cdr dimensions) at)
                 (output-object (row-major-aref array at) stream)))))))))
