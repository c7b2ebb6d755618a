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

(defun unexpected-messages (&rest forms-and-texts)
  "FORMS-AND-TEXTS are forms and what their messages say, in turn: the messages that
do not say it."
  (loop for (form text) on forms-and-texts by #'cddr
        for message = (message-of form)
        unless (search text message)
          collect message))

(defun message-of-reading (text)
  `(read-from-string ,text))

(define-test syntax-of-structures-and-arrays
    (unexpected-messages
     (message-of-reading "#S(hash-table a)")
     "no structure HASH-TABLE with a constructor of keywords is defined"
     (message-of-reading "`#2A,\"\"")
     "a comma outside a backquote, or in the contents of #A or #S"
     (message-of-reading "`#S(foo ,a)")
     "a comma outside a backquote, or in the contents of #A or #S")
  => "NIL")

(define-test backquote-in-array-contents
    (read-from-string "`#2A((1 `,a))")
  => "#2A((1 A)) ; 13")

;;; The word of NIL for its function cell is its cdr as well.
(define-test calling-nil
    (list (unexpected-messages '(nil) "the function NIL is undefined"
                               '(funcall 'nil) "the function NIL is undefined")
          (cdr nil) (car nil))
  => "(NIL NIL NIL)")

(define-test binding-constants
    (unexpected-messages
     '(progv '(nil) '(1) 2) "NIL is a constant: it cannot be bound"
     '(progv '(pi) '(1) 2) "PI is a constant: it cannot be bound"
     '(progv '(5) '(1) 2) "5 is not of type SYMBOL")
  => "NIL")

(define-test parts-of-the-system-in-messages
    (unexpected-messages '(loop-finish) "LOOP-FINISH"
                         '(get) "GET is called with 0 arguments"
                         '(error "~" 1 2) "\"~\" with the arguments (1 2)"
                         '(error "~" 1 2) "ends inside a directive")
  => "NIL")

(defun structure-messages (&rest options-and-texts)
  (apply #'unexpected-messages
         (loop for (options text) on options-and-texts by #'cddr
               collect `(defstruct (bad-structure ,@options) a)
               collect text)))

(define-test structure-options
    (structure-messages
     '((:predicate 5)) "(:PREDICATE 5) of DEFSTRUCT has an argument"
     '((:include)) "(:INCLUDE) of DEFSTRUCT needs an argument"
     '((:conc-name a b)) "(:CONC-NAME A B) of DEFSTRUCT has too many arguments"
     '((:type array)) "has an argument that it cannot have"
     '((:initial-offset -1)) "has an argument that it cannot have"
     '((:constructor 5)) "has an argument that it cannot have"
     '((:type list) (:predicate bad-p)) "give it the option :NAMED"
     '((:predicate consp)) "would change the locked package COMMON-LISP"
     '((:copier cons)) "would change the locked package COMMON-LISP"
     '((:constructor list ())) "would change the locked package COMMON-LISP")
  => "NIL")

(define-test structure-slots
    (unexpected-messages
     '(defstruct bad-structure (1)) "1 is not the name of a slot"
     '(defstruct bad-structure a (a 1)) "the slot A is given twice"
     '(defstruct (bad-structure (:conc-name nil)) nil)
     "defining the function NIL"
     '(defstruct (bad-structure (:conc-name nil)) length)
     "would change the locked package COMMON-LISP")
  => "NIL")

(define-test structures-that-include
    (unexpected-messages
     '(progn (defstruct (bad-list (:type list)) a)
       (eval '(defstruct (bad-included (:include bad-list)) b)))
     "BAD-INCLUDED cannot include BAD-LIST"
     '(progn (defstruct bad-self a)
       (eval '(defstruct (bad-self (:include bad-self)) b)))
     "BAD-SELF would include itself")
  => "NIL")

(define-test slots-of-allocated-structures
    (progn (eval '(defstruct allocated (a 1 :type fixnum) b))
           (eval '(allocated-b (allocate-instance (find-class 'allocated)))))
  => "NIL")

(define-test conditions-that-cannot-be
    (unexpected-messages
     '(define-condition bad-condition (5) ()) "5 is not the name of a condition"
     '(define-condition bad-condition () ((a :reader 5)))
     "5 cannot be the reader of a slot"
     '(define-condition bad-condition () (a) 5) "5 is not an option"
     '(define-condition bad-condition () ((a :initarg)))
     "the slot (A :INITARG) has an option without a value"
     '(progn (define-condition bad-child () ())
       (eval '(define-condition bad-child (bad-child) ())))
     "BAD-CHILD would be its own ancestor")
  => "NIL")

(define-test standard-classes-stay
    (unexpected-messages
     '(defclass standard-object (t) (a)) "defining the class STANDARD-OBJECT would"
     '(setf (find-class 'integer) nil) "changing the class called INTEGER would"
     '(reinitialize-instance (find-class 'symbol) :name 'a)
     "changing the class SYMBOL would"
     '(defgeneric print-object (x)) "defining the generic function PRINT-OBJECT"
     '(remove-method #'print-object
       (find-method #'print-object '() (list (find-class t) (find-class t))))
     "changing the standard methods of PRINT-OBJECT would"
     '(make-instance 'hash-table) "the class HASH-TABLE is built in")
  => "NIL")

(define-test bad-proclamations
    (unexpected-messages
     '(declaim (0 1)) "(0 1) is not a declaration"
     '(proclaim '(special 5)) "5 in the declaration (SPECIAL 5) is not a name"
     '(proclaim '(optimize (speed 10))) "(SPEED 10) is not a quality"
     '(proclaim 5) "5 is not a declaration")
  => "NIL")

;;; A walk sees what was there at its beginning, and ends.
(define-test table-that-grows-while-it-is-walked
    (let ((table (make-hash-table)) (seen '()))
      (dotimes (i 5) (setf (gethash i table) i))
      (maphash (lambda (key value)
                 (push value seen)
                 (dotimes (i 10)
                   (setf (gethash (+ (* 100 (1+ key)) i) table) i)))
               table)
      (list (reverse seen) (hash-table-count table)
            (loop for key being the hash-keys of table
                  do (setf (gethash (list key) table) t)
                  count key)))
  => "((0 1 2 3 4) 55 55)")

(define-test table-that-is-cleared-while-it-is-walked
    (let ((table (make-hash-table)) (seen '()))
      (dotimes (i 100) (setf (gethash i table) i))
      (maphash (lambda (key value)
                 (push value seen)
                 (when (= key 2) (clrhash table)))
               table)
      (list (reverse seen) (hash-table-count table)))
  => "((0 1 2) 0)")
