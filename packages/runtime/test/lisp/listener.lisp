;;;; Tests of the listener, the debugger, the inspector and their kin: AstraLisp's
;;;; own, so SBCL has no say.

(in-package #:astralisp.test)

(defun session (text)
  "What a listener writes that reads TEXT."
  (let* ((out (make-string-output-stream))
         (stream (make-two-way-stream (make-string-input-stream text) out))
         (*debugger-hook* nil)
         ;; The handlers of the harness must not see these errors.
         (astralisp.runtime::*handler-clusters* nil)
         (*package* (find-package "COMMON-LISP-USER"))
         (*terminal-io* stream)
         (*query-io* stream)
         (*debug-io* stream)
         (*standard-output* out)
         (*trace-output* out)
         (*error-output* out))
    (astralisp.runtime::listener-loop stream)
    (get-output-stream-string out)))

(defun says-p (text &rest parts)
  "True if PARTS occur in TEXT in this order; else the first that does not."
  (let ((start 0))
    (dolist (part parts t)
      (let ((found (search part text :start2 start)))
        (if found
            (setq start (+ found (length part)))
            (return part))))))

(define-test listener-values
  (session "(+ 1 2) (values 1 2) (values) *
")
  => "\"CL-USER> 
3
CL-USER> 
1
2
CL-USER> 
; no values
CL-USER> 
NIL
CL-USER> 
\"")
(define-test listener-variables
  (says-p (session "(list 1) (list 2) (list * **) (list + ++ /)")
          "((2) (1))" "((LIST * **) (LIST 2) (((2) (1))))")
  => "T")
(define-test listener-package
  (says-p (session "(in-package :keyword) cl:nil (cl:in-package :cl-user)")
          "KEYWORD> " "CL-USER> ")
  => "T")
(define-test debugger-restart
  (says-p (session "(+ 1 (restart-case (error \"boo ~A\" 5)
  (use-seven () :report \"be seven\" 7)))
0
")
          "error: boo 5" "[simple-error]" "0: [USE-SEVEN] be seven"
          "[ABORT] return to the listener" "debug 1> " "8" "CL-USER> ")
  => "T")
(define-test debugger-nested
  (says-p (session "(error \"one\")
(error \"two\")
:abort
(list 1 2)
:abort
:outside
")
          "error: one" "debug 1> " "error: two"
          "return to debugger level 1" "debug 2> " "debug 1> " "(1 2)"
          "CL-USER> " ":OUTSIDE")
  => "T")
(define-test debugger-undefined
  (says-p (session "(no-such-function 1 2)
1
#'list
no-such-variable
1
42
")
          "error: the function NO-SUCH-FUNCTION is undefined"
          "[USE-VALUE]" "(1 2)" "NO-SUCH-VARIABLE is unbound" "42")
  => "T")
(define-test debugger-frames
  (says-p (session "(defun inner (x) (+ 1 (car x)))
(defun outer (x) (+ 1 (inner x)))
(outer 5)
:bt
:abort
")
          "is not of type" "INNER" "OUTER" "CL-USER> ")
  => "T")
(define-test debugger-end-of-input
  (says-p (session "(error \"x\")") "debug 1> " "CL-USER> ")
  => "T")
(define-test debugger-bad-report
  (says-p (session "(define-condition bad-report (error) ()
  (:report (lambda (c s) (declare (ignore s)) (error \"in ~A\" c))))
(error 'bad-report)
:abort
:after
")
          "while this was written" "bad-report" "debug 1> " ":AFTER")
  => "T")
(define-test debugger-help
  (says-p (session "(error \"x\") :help :abort") ":bt" ":locals" ":abort"
          "CL-USER> ")
  => "T")
(define-test listener-reader-error
  (says-p (session "(a . b c) ")
          "error: more than one object after the dot" "line 1, column ")
  => "T")
(define-test listener-unknown-package
  (says-p (session "1
no-package:symbol
")
          "no package is named NO-PACKAGE (in the symbol NO-PACKAGE:SYMBOL) "
          "(line 2, column 17)")
  => "T")
(define-test listener-unfinished
  (says-p (session "
  (list 1
") "error: the input ends inside the object that begins at line 2, column 3")
  => "T")
(define-test inspector
  (says-p (session "(inspect (list 1 (list 2 3)))
1
0
:up
:set 0 99
(car *)
:quit
")
          "1: (2 3)" "0: 2" "(99 3)" "99" "(99 3)")
  => "T")
(define-test trace-calls
  (says-p (session "(defun twice (x) (* 2 x))
(trace twice)
(twice 4)
(untrace twice)
(twice 5)
")
          "(TWICE)" "0: (TWICE 4)" "0: TWICE returned 8" "10")
  => "T")
(define-test step-shows
  (says-p (session "(step (+ 1 (* 2 3)))") "0: (+ 1 (* 2 3))" "(* 2 3) => 6"
          "=> 7" "7")
  => "T")
(define-test step-asks
  (says-p (session "(step (+ 1 (abs (* 2 3)) (let ((x 4)) (- x (abs -3)))))
step
next
print
(+ 100 1)
step
out
")
          "1: (ABS (* 2 3))" "1: (ABS (* 2 3)) => 6" "1: (- X (ABS -3))"
          "101" "2: (ABS -3)" "=> 8")
  => "T")
(define-test step-macros
  (says-p (session "(step (loop for x from 1 to 3 collect (list x)))
continue
")
          "step> " "((1) (2) (3))")
  => "T")
(define-test ed-edits
  (says-p (session "(ed)
a
(print :one)
(print :two)
.
1s/one/first/
1,$p
e
Q
(list 1 2)
")
          "0 lines; h for help" "   1  (print :first)" "   2  (print :two)"
          ":FIRST" ":TWO" "(1 2)")
  => "T")
(define-test time-tells
  (says-p (session "(time (+ 1 2))") "real" "3")
  => "T")

(defun described (object)
  (with-output-to-string (s) (describe object s)))

(define-test describe-kinds
  (list (says-p (described 'car) "[symbol]" "function")
        (says-p (described '(1 2)) "[cons]" "0: 1" "1: 2")
        (says-p (described "abc") "\"abc\"")
        (says-p (described 'with-open-file) "macro" "documentation")
        (says-p (described (make-hash-table)) "test" "EQL"))
  => "(T T T T T)")
(define-test apropos-finds
  (list (member 'with-open-file (apropos-list "with-open" "COMMON-LISP"))
        (says-p (with-output-to-string (*standard-output*)
                  (apropos "WITH-OPEN-F" "COMMON-LISP"))
                "WITH-OPEN-FILE (macro)"))
  => "((WITH-OPEN-FILE WITH-OPEN-STREAM) T)")
(define-test source-positions
  (let* ((table (make-hash-table :test 'eq))
         (form (let ((astralisp.runtime::*source-table* table))
                 (read-from-string "  (a 'b (c d))"))))
    (list (gethash form table) (gethash (second form) table)
          (gethash (third form) table)))
  => "((2 . 14) (5 . 7) (8 . 13))")
(define-test infinities
  (list (prin1-to-string astralisp:double-float-positive-infinity)
        (eql astralisp:double-float-positive-infinity
             (read-from-string
              (prin1-to-string astralisp:double-float-positive-infinity))))
  => "(\"#.ext:double-float-positive-infinity\" T)")
