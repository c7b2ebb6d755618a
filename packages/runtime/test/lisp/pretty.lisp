;;;; How the pretty printer lays out code and data: each answers the lines.

(in-package #:astralisp.test)

(defun laid-out (object &optional (margin 40))
  "The lines of OBJECT as the pretty printer lays it out in MARGIN columns."
  (let ((text (let ((*print-pretty* t)
                    (*print-right-margin* margin)
                    (*print-miser-width* nil)
                    (*print-case* :downcase))
                (prin1-to-string object)))
        (lines '()))
    (do ((end (position #\Newline text) (position #\Newline text)))
        ((null end) (reverse (cons text lines)))
      (push (subseq text 0 end) lines)
      (setf text (subseq text (+ end 1))))))

(define-test laid-out-defun
  (equal
   (laid-out '(defun foo (x y &optional z) "docstring here" (let ((a 1) (b
     (something x y z))) (cond ((> a b) (print a) (values 1 2)) (t (do-it
     (lambda (x) (foo x)) a b))))))
   '("(defun foo (x y &optional z)"
     "  \"docstring here\""
     "  (let ((a 1) (b (something x y z)))"
     "    (cond ((> a b)"
     "           (print a)"
     "           (values 1 2))"
     "          (t"
     "           (do-it (lambda (x) (foo x))"
     "                  a"
     "                  b)))))"))
  => "T")

(define-test laid-out-loop
  (equal
   (laid-out '(loop for x in list while (something x) collect (cons x
     (frobnicate x y)) into result finally (return result)))
   '("(loop for x in list"
     "      while (something x)"
     "      collect (cons x (frobnicate x y))"
     "      into result"
     "      finally (return result))"))
  => "T")

(define-test laid-out-setf
  (equal
   (laid-out '(setf (gethash a table) (something-long a b c) (car x) 'foo
     (slot-value object 'very-long-name) (list 1 2 3 4 5 6 7 8 9)))
   '("(setf (gethash a table)"
     "       (something-long a b c)"
     "      (car x) 'foo"
     "      (slot-value object"
     "                  'very-long-name)"
     "       (list 1 2 3 4 5 6 7 8 9))"))
  => "T")

(define-test laid-out-tagbody
  (equal
   (laid-out '(tagbody again (do-something a b c d e f) (when (> x 3) (go
     again)) end (values x y z)))
   '("(tagbody"
     " again"
     "  (do-something a b c d e f)"
     "  (when (> x 3) (go again))"
     " end"
     "  (values x y z))"))
  => "T")

(define-test laid-out-defclass
  (equal
   (laid-out '(defclass foo (bar baz) ((a :initarg :a :accessor foo-a) (b
     :initform nil)) (:documentation "hello")))
   '("(defclass foo (bar baz)"
     "  ((a :initarg :a :accessor foo-a)"
     "   (b :initform nil))"
     "  (:documentation \"hello\"))"))
  => "T")

(define-test laid-out-handler-case
  (equal
   (laid-out '(handler-case (do-it-now a b c d and more) (error (condition)
     (format t "~a" condition) nil) (:no-error (x) x)))
   '("(handler-case (do-it-now a"
     "                         b"
     "                         c"
     "                         d"
     "                         and"
     "                         more)"
     "  (error (condition)"
     "    (format t \"~a\" condition)"
     "    nil)"
     "  (:no-error (x) x))"))
  => "T")

(define-test laid-out-flet
  (equal
   (laid-out '(flet ((add (x y) (+ x y)) (sub (x y) "doc" (declare (fixnum
     x)) (- x y))) (add 1 (sub 4 5))))
   '("(flet ((add (x y) (+ x y))"
     "       (sub (x y)"
     "         \"doc\""
     "         (declare (fixnum x))"
     "         (- x y)))"
     "  (add 1 (sub 4 5)))"))
  => "T")

(define-test laid-out-case
  (equal
   (laid-out '(case x ((1 2) 'small) (3 'three) (otherwise (error 'odd :x x))))
   '("(case x"
     "  ((1 2) 'small)"
     "  (3 'three)"
     "  (otherwise (error 'odd :x x)))"))
  => "T")

(define-test laid-out-if
  (equal
   (laid-out '(if (and (consp x) (eq (car x) 'foo)) (do-this x) (do-that
     x)))
   '("(if (and (consp x) (eq (car x) 'foo))"
     "    (do-this x)"
     "    (do-that x))"))
  => "T")

(define-test laid-out-defmethod
  (equal
   (laid-out '(defmethod area :around ((shape circle) &key (unit :cm)) (* pi
     (expt (radius shape) 2) (call-next-method))))
   '("(defmethod area :around"
     "    ((shape circle) &key (unit :cm))"
     "  (* pi"
     "     (expt (radius shape) 2)"
     "     (call-next-method)))"))
  => "T")

(define-test laid-out-do
  (equal
   (laid-out '(do ((i 0 (1+ i)) (list x (cons i list))) ((= i 10) (nreverse
     list)) (print i) (print list)))
   '("(do ((i 0 (1+ i))"
     "     (list x (cons i list)))"
     "    ((= i 10) (nreverse list))"
     "  (print i)"
     "  (print list))"))
  => "T")

(define-test laid-out-array
  (equal
   (laid-out (make-array '(3 4) :initial-element 12345))
   '("#2A((12345 12345 12345 12345)"
     "    (12345 12345 12345 12345)"
     "    (12345 12345 12345 12345))"))
  => "T")

(define-test laid-out-cut
  (equal
   (let ((*print-lines* 2)) (laid-out '(progn (first-form a b) (second-form
     (third-form c d e f g h) i j))))
   '("(progn"
     "  (first-form a b) ..)"))
  => "T")

(define-test laid-out-endless
  (equal
   (let ((list (list 1 2 3)) (*print-lines* 3)) (setf (cdddr list) list)
     (laid-out list 20))
   '("(1 2 3 1 2 3 1 2 3"
     " 1 2 3 1 2 3 1 2 3"
     " 1 2 3 1 2 3 1 ..)"))
  => "T")

(define-test laid-out-readably
  (let ((*print-lines* 1) (*print-readably* t))
    (equal (laid-out '(progn first-form second-form) 12)
           '("(progn" "  first-form" "  second-form)")))
  => "T")
