;;;; Tests of INSPECT: each kind of object, each command. AstraLisp's own, so SBCL has
;;;; no say.

(in-package #:astralisp.test)

(defun inspector-text (object &rest commands)
  "What INSPECT of OBJECT writes for COMMANDS, lines; and what it returns."
  (let* ((out (make-string-output-stream))
         (*query-io* (make-two-way-stream
                      (make-string-input-stream (format nil "~{~A~%~}" commands))
                      out))
         (value (inspect object)))
    (values (get-output-stream-string out) value)))

(defun inspector-says (object commands &rest texts)
  "Those of TEXTS that INSPECT of OBJECT does not write, in this order."
  (let ((output (apply #'inspector-text object commands))
        (start 0)
        (missing '()))
    (dolist (text texts (if missing (list (reverse missing) output) :all))
      (let ((at (search text output :start2 start)))
        (if at
            (setq start (+ at (length text)))
            (push text missing))))))

(defclass inspected-point ()
  ((x :initarg :x) (y) (shared :allocation :class :initform :all)))

(defstruct inspected-structure
  (count 1 :type fixnum) (name "n" :read-only t) (other nil))

(define-test inspect-lists
  (list (inspector-says (list 'a "b" 3) '() "(A \"b\" 3)" "[cons, 3 conses]"
                        "0: A" "1: \"b\"" "2: 3")
        (inspector-says '(a . b) '() "0: car = A" "1: cdr = B")
        (inspector-says '(a b . c) '() "0: A" "1: B" "2: tail = C")
        (inspector-says (let ((list (list 1 2 3)))
                          (setf (cdddr list) list))
                        '() "circular" "0: car = 1" "1: cdr = ")
        (inspector-says '() '() "NIL" "[null]" "inspect>"))
  => "(:ALL :ALL :ALL :ALL :ALL)")

(define-test inspect-arrays
  (list (inspector-says (vector 1 'x) '() "[(simple-vector 2)" "0: 1" "1: X")
        (inspector-says "ab" '() "0: #\\a" "1: #\\b")
        (inspector-says (make-array '(2 2) :initial-contents '((1 2) (3 4)))
                        '() "0: (0 0) = 1" "2: (1 0) = 3")
        (inspector-says (make-array 4 :fill-pointer 1 :initial-element 7)
                        '() "fill pointer 1 of 4" "0: 7")
        (inspector-says (make-array 1 :displaced-to (vector 1 2)
                                      :displaced-index-offset 1)
                        '("1") "0: 2" "1: displaced to = #(1 2)" "1: 2"))
  => "(:ALL :ALL :ALL :ALL :ALL)")

(define-test inspect-instances
  (list (inspector-says (make-instance 'inspected-point :x 5) '()
                        "0: X = 5" "1: Y = unbound" "2: SHARED = :ALL")
        (inspector-says (make-inspected-structure) '()
                        "0: COUNT = 1" "1: NAME = \"n\"" "2: OTHER = NIL")
        (inspector-says (make-condition 'type-error :datum 1
                                                    :expected-type 'string)
                        '() "DATUM = 1" "EXPECTED-TYPE = STRING"
                        "report = \"the value 1 is not of type STRING\"")
        (inspector-says (find-class 'inspected-point) '() "NAME = INSPECTED-POINT"))
  => "(:ALL :ALL :ALL :ALL)")

(define-test inspect-hash-tables
  (let ((table (make-hash-table :test 'equal)))
    (setf (gethash '(k) table) 'v)
    (list (inspector-says table '("k 1" "u" "= 1 'w" "1")
                          "1 entry" "0: test = EQUAL" "1: (K) = V"
                          "0: K" "1: (K) = W" "[symbol]")
          (gethash '(k) table)))
  => "(:ALL W)")

(defvar *inspected* 1)

(define-test inspect-names
  (list (inspector-says '*inspected* '("= 2 5") "name = \"*INSPECTED*\""
                        "value = 1" "value = 5")
        *inspected*
        (inspector-says 'car '() "function = #<FUNCTION CAR")
        (inspector-says #'car '() "name = CAR" "lambda list" "documentation")
        (inspector-says (find-package "ASTRALISP") '()
                        "name = \"ASTRALISP\"" "nicknames = (\"EXT\")"
                        "locked = T" "external symbols = ("))
  => "(:ALL 5 :ALL :ALL :ALL)")

(define-test inspect-numbers-and-characters
  (list (inspector-says 10 '() "bits = 4" "\"1010\"" "\"12\"" "\"A\"")
        (inspector-says 3/4 '() "numerator = 3" "denominator = 4")
        (inspector-says #c(1 2) '() "real part = 1" "imaginary part = 2")
        (inspector-says -1.5d0 '() "sign = -1" "rational = -3/2")
        (inspector-says ext:double-float-positive-infinity '() "[double-float]")
        (inspector-says #\a '() "code = 97" "name = \"LATIN_SMALL_LETTER_A\""))
  => "(:ALL :ALL :ALL :ALL :ALL :ALL)")

(define-test inspect-streams-and-others
  (list (inspector-says (make-string-input-stream "abc") '()
                        "open = T" "input = T" "output = NIL")
        (inspector-says (make-synonym-stream '*query-io*) '() "SYMBOL = *QUERY-IO*")
        (inspector-says (pathname "/a/b.c") '() "NAME = \"b\"" "TYPE = \"c\"")
        (if (eq (ext:platform-name) :javascript)
            :all
            (inspector-says (funcall 'ext:current-thread) '()
                            "[thread]" "NAME = \"main\"")))
  => "(:ALL :ALL :ALL :ALL)")

(define-test inspect-goes-and-returns
  (multiple-value-list
   (inspector-says (list 1 (list 2 (list 3))) '("1" "1" "t" "1" "1" "u" "r" ":up")
                   "1: (2 (3))" "1: (3)" "0: 3" "1: (2 (3))" "0: 3" "1: (3)"
                   "1: (3)" "1: (2 (3))"))
  => "(:ALL)")

(define-test inspect-returns-the-last-object
  (let ((object (list (list 1))))
    (list (nth-value 1 (inspector-text object "0" "0" "u" "0" "q" "u"))
          (eq object (nth-value 1 (inspector-text object)))))
  => "(1 T)")

(define-test inspect-pages
  (let ((list (loop for i below 70 collect i)))
    (list (inspector-says list '("m" "m" "m" "b" "65" "u")
                          "29: 29" "... 40 more: m" "... 30 before: b" "59: 59"
                          "69: 69" "there are no more" "30: 30" "[fixnum]"
                          "30: 30")
          (inspector-says list '("b") "there are no parts before")))
  => "(:ALL :ALL)")

(define-test inspect-changes
  (let ((list (list 1 2))
        (point (make-instance 'inspected-point))
        (structure (make-inspected-structure))
        (string (copy-seq "ab")))
    (list (inspector-says list '("= 0 (1+ (second *))" ":set 1 9") "(3 2)" "(3 9)")
          (inspector-says point '("= 1 'new") "Y = NEW")
          (inspector-says string '("= 1 #\\z" "= 0 5") "1: #\\z" "error: ")
          (inspector-says structure '("= 0 'x" "= 1 2" "= 2 3" "= 7 1")
                          "error: the value X is not of type FIXNUM"
                          "cannot be changed" "OTHER = 3" "there is no part 7")
          list (slot-value point 'y) string
          (inspected-structure-count structure)
          (inspected-structure-name structure)))
  => "(:ALL :ALL :ALL :ALL (3 9) NEW \"az\" 1 \"n\")")

(define-test inspect-evaluates
  (list (inspector-says (list 1 (list 2)) '("1" "e (list * **)" "(car *)"
                                            "(error \"no\")" "i (list 8)" "u" ")" "9")
                        "(#1=(2) (1 #1#))" "2" "error: no" "0: 8" "0: 2"
                        "error" "there is no part 9")
        (inspector-says 1 '("h") "that part to the value of form"))
  => "(:ALL :ALL)")

(defclass uninspectable () ((slot :initform 1)))
(defmethod print-object ((object uninspectable) stream)
  (declare (ignore stream))
  (error "not today"))

(define-test inspect-survives-print-object
  (inspector-says (list (make-instance 'uninspectable)) '("0")
                  "signals an error" "0: SLOT = 1")
  => ":ALL")
