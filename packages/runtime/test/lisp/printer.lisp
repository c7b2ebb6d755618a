;;;; Tests of the printer (CLHS 22.1, 22.2).

(in-package #:astralisp.test)

(define-test print-atoms
  (list 1 -5 1/2 1.5 2.5d0 #\a "a\"b\\c" :key 'foo nil t #c(1 2)))
(define-test print-symbols
  (list '|a b| '|1| '|1+| '|1+2| '|.| '|..| '|| '|a:b| '|Foo| '|#a| '|a#|
        '|-| '|+1| '|1e5| '|1/2| '|^1| '|_| '|1_000| :|foo| '|A;B| '|'A|
        '|A\|B| '|A\\B| '|a| '|ABC|))
(define-test print-qualified
  (let ((*package* (find-package "KEYWORD")))
    (list (prin1-to-string 'car) (prin1-to-string :foo)
          (prin1-to-string 'print-qualified) (prin1-to-string nil))))
(define-test print-uninterned
  (list (prin1-to-string (make-symbol "FOO"))
        (let ((*print-gensym* nil)) (prin1-to-string (make-symbol "FOO")))
        (princ-to-string (make-symbol "FOO"))))
(define-test print-cases
  (loop for case in '(:upcase :downcase :capitalize)
        collect (let ((*print-case* case))
                  (mapcar #'prin1-to-string
                          '(foo-bar :key |Foo| |foo bar| f1x2 nil)))))
(define-test print-readtable-cases
  (loop for mode in '(:upcase :downcase :preserve :invert)
        append (loop for case in '(:upcase :downcase :capitalize)
                     collect (let ((*readtable* (copy-readtable nil))
                                   (*print-case* case))
                               (setf (readtable-case *readtable*) mode)
                               (mapcar #'princ-to-string
                                       '(zebra |Zebra| |zebra| |A-b|))))))
(define-test print-lists
  (list '(1 2 . 3) '(a (b (c))) '(()) '(1 . (2 . (3 . nil))) '(a . "b")))
(define-test print-length-level
  (loop for length in '(nil 0 1 3)
        append (loop for level in '(nil 0 1 2)
                     collect (let ((*print-length* length)
                                   (*print-level* level))
                               (prin1-to-string
                                '(a (b (c d) e) #(1 2 3 4) f g))))))
(define-test print-arrays
  (list #(1 2 3) #() #2a((1 2) (3 4)) #*1011 #* (vector "a" #\b)
        (make-array nil :initial-element 5) (make-array '(0 3))
        (make-array '(2 2 2) :initial-element 'x)
        (make-array 3 :element-type '(unsigned-byte 8) :initial-element 7)
        (make-array 5 :fill-pointer 2 :initial-element 1)))
(define-test print-no-array
  (let ((*print-array* nil))
    (list (subseq (prin1-to-string #(1 2)) 0 2) (prin1-to-string "str"))))
(define-test print-bases
  (loop for base in '(2 3 8 10 16 36)
        append (loop for radix in '(nil t)
                     collect (let ((*print-base* base) (*print-radix* radix))
                               (mapcar #'prin1-to-string
                                       '(0 255 -1000 22/7))))))
(define-test print-circular
  (let ((*print-circle* t))
    (flet ((show (object) (prin1-to-string object)))
      (list (show (let ((x (list 1 2 3))) (setf (cdddr x) x)))
            (show (let ((x (list 1 2))) (list x x (cdr x))))
            (show (let ((x (vector 1 2))) (setf (aref x 0) x) x))
            (show (let ((x (list 'a))) (list* x 'b x)))
            (show (let ((x (make-symbol "G"))) (list x x)))
            (show (let ((x "abc")) (list x x)))
            (show (let ((x (list nil nil)))
                    (setf (car x) x (cadr x) (cdr x))
                    x))
            (show '(1 1 a a))))))
(define-test print-quotes
  (let ((*print-pretty* t))
    (mapcar #'prin1-to-string '('a #'car ''b '(quote) '(quote a b)))))
(define-test princ-objects
  (mapcar #'princ-to-string '("a" #\b (c "d" #\e) |Foo| :key #("x"))))
(define-test print-functions-of-streams
  (with-output-to-string (s)
    (print 'a s) (prin1 "b" s) (princ "c" s) (write-char #\d s)
    (write "e" :stream s :escape nil) (terpri s) (pprint 'f s)))
(define-test write-to-string-keys
  (list (write-to-string 255 :base 16 :radix t)
        (write-to-string '(a (b (c))) :level 2)
        (write-to-string '(1 2 3 4) :length 2)
        (write-to-string 'abc :case :downcase)
        (write-to-string "x" :escape nil)))
(defstruct print-thing a (b 2))
(defstruct (print-own (:print-function
                       (lambda (object stream depth)
                         (declare (ignore depth))
                         (format stream "<own ~A>" (print-own-x object)))))
  x)
(defstruct (print-unreadable (:print-object
                              (lambda (object stream)
                                (print-unreadable-object (object stream)
                                  (write-string "thing" stream))))))
(define-test print-structures
  (list (make-print-thing :a 1) (make-print-own :x 5)
        (list (make-print-own :x '(1))) (make-print-unreadable)
        (let ((*print-level* 0)) (prin1-to-string (make-print-thing)))
        (let ((*print-length* 1)) (prin1-to-string (make-print-thing)))))
(define-test print-readably
  (handler-case (let ((*print-readably* t))
                  (prin1-to-string (make-print-unreadable)))
    (print-not-readable () :not-readable)))
(define-test print-conditions
  (princ-to-string (make-condition 'simple-error :format-control "a ~A b"
                                                 :format-arguments '(1))))
(define-test standard-syntax
  (let ((*print-base* 2) (*print-case* :downcase) (*read-base* 3)
        (*print-length* 1))
    (with-standard-io-syntax
      (list (prin1-to-string '(cl-user::a 10 "b")) (read-from-string "12")))))
(define-test print-pathnames
  (list (prin1-to-string (pathname "a/b.c")) (princ-to-string (pathname "x/y"))))

;;; The pretty printer.

(defun pretty (object width)
  (let ((*print-pretty* t) (*print-right-margin* width) (*print-escape* t))
    (prin1-to-string object)))

(define-test pretty-fits (pretty '(a b (c d)) 40))
(define-test pretty-long-list
  (pretty '(10 20 30 40 50 60 70 80 90 100 110 120) 20))
(define-test pretty-defun
  (pretty '(defun foo (x y)
            (let ((a 1) (b 2))
              (when (> a b) (format t "hello ~a" a))
              (list a b x y)))
          40))
(define-test logical-blocks
  (let ((*print-pretty* t) (*print-right-margin* 20))
    (list (with-output-to-string (s)
            (pprint-logical-block (s '(1 2 3) :prefix "<" :suffix ">")
              (loop (pprint-exit-if-list-exhausted)
                    (write (pprint-pop) :stream s)
                    (pprint-exit-if-list-exhausted)
                    (write-char #\Space s)
                    (pprint-newline :linear s))))
          (with-output-to-string (s)
            (pprint-logical-block (s '(aaaaaaaa bbbbbbbb cccccccc)
                                     :prefix "<" :suffix ">")
              (loop (pprint-exit-if-list-exhausted)
                    (write (pprint-pop) :stream s)
                    (pprint-exit-if-list-exhausted)
                    (write-char #\Space s)
                    (pprint-newline :linear s))))
          (with-output-to-string (s)
            (pprint-logical-block (s nil :per-line-prefix "; ")
              (write-string "one" s)
              (pprint-newline :mandatory s)
              (write-string "two" s)))
          (with-output-to-string (s)
            (pprint-fill s '(aaa bbb ccc ddd eee fff ggg)))
          (with-output-to-string (s)
            (pprint-linear s '(aaaaa bbbbb ccccc ddddd)))
          (with-output-to-string (s)
            (pprint-logical-block (s nil :prefix "(")
              (write-string "head " s)
              (pprint-indent :current 0 s)
              (write-string "x" s)
              (pprint-newline :mandatory s)
              (write-string "y" s)
              (pprint-indent :block 2 s)
              (pprint-newline :mandatory s)
              (write-string "z" s))))))
(define-test format-blocks
  (let ((*print-pretty* t) (*print-right-margin* 20))
    (list (format nil "~<(~;~A ~_~A ~_~A~;)~:>" '(alpha beta gamma-delta-eps))
          (format nil "~:<~A ~:_~A ~:_~A~:>" '(alpha beta gamma-delta-eps))
          (format nil "~@<one two three four five six seven~:@>")
          (format nil "~:<~W~^ ~:I~W~^~_~@{ ~W~^~_~}~:>"
                  '(foo (bar baz quux) (zot zort))))))
(define-test pprint-tables
  (let ((*print-pprint-dispatch* (copy-pprint-dispatch nil))
        (*print-pretty* t))
    (set-pprint-dispatch '(cons (eql my-form))
                         (lambda (stream object)
                           (format stream "[~A]" (cadr object))))
    (set-pprint-dispatch 'integer
                         (lambda (stream object)
                           (let ((*print-pprint-dispatch*
                                   (copy-pprint-dispatch nil)))
                             (format stream "<~D>" object)))
                         5)
    (list (prin1-to-string '(a (my-form b) c)) (prin1-to-string '(1 x)))))
