;;;; The pretty printer's dispatch table, and the layout of code and data.

(in-package #:astralisp.runtime)

;;; A table has an EQ hash table from symbols to entries for lists that begin
;;; with them, and a list of entries for other types. An entry is (type function
;;; priority).

(defstruct (pprint-table (:copier nil) (:predicate nil)
                         (:constructor make-pprint-table (heads types)))
  heads
  types)

(defun check-pprint-table (object)
  (unless (%instance-of-p object (%layout pprint-table))
    (error 'type-error :datum object :expected-type 'pprint-table))
  object)

(defun head-symbols (type)
  "The symbols of a type (CONS (EQL symbol)) or (CONS (MEMBER symbol ...))."
  (if (and (consp type) (eq (car type) 'cons) (consp (cdr type))
           (null (cddr type)) (consp (cadr type))
           (member (car (cadr type)) '(eql member))
           (every #'symbolp (cdr (cadr type))))
      (cdr (cadr type))
      '()))

(defun copy-pprint-dispatch (&optional (table *print-pprint-dispatch*))
  "A copy of the dispatch TABLE; NIL: of the initial one."
  (let* ((from (check-pprint-table (or table *standard-pprint-dispatch*)))
         (heads (make-hash-table :test 'eq)))
    (maphash (lambda (key value) (setf (gethash key heads) value))
             (pprint-table-heads from))
    (make-pprint-table heads (copy-list (pprint-table-types from)))))

(defun set-pprint-dispatch
    (type-specifier function
     &optional (priority 0) (table *print-pprint-dispatch*))
  "Let TABLE print objects of TYPE-SPECIFIER by FUNCTION (NIL: no more) with
PRIORITY; return NIL."
  (unless (realp priority)
    (error 'type-error :datum priority :expected-type 'real))
  (check-pprint-table table)
  (let ((symbols (head-symbols type-specifier))
        (entry (list type-specifier function priority)))
    (if symbols
        (dolist (symbol symbols)
          (if function
              (setf (gethash symbol (pprint-table-heads table)) entry)
              (remhash symbol (pprint-table-heads table))))
        (let ((others (remove type-specifier (pprint-table-types table)
                              :key #'car :test #'equal)))
          (setf (pprint-table-types table)
                (if function
                    (sort (cons entry others) #'> :key #'caddr)
                    others)))))
  nil)

(defun find-pprint-entry (object table)
  (let ((found (and (consp object) (symbolp (car object))
                    (gethash (car object) (pprint-table-heads table)))))
    (dolist (entry (pprint-table-types table) found)
      (when (and found (>= (caddr found) (caddr entry)))
        (return found))
      (when (typep object (car entry))
        (return entry)))))

(defun pprint-dispatch (object &optional (table *print-pprint-dispatch*))
  "The function of a stream and an object by which TABLE prints OBJECT, and
whether one was found."
  (let ((entry (find-pprint-entry
                object
                (check-pprint-table (or table *standard-pprint-dispatch*)))))
    (if entry
        (values (cadr entry) t)
        (values (lambda (stream object)
                  (output-ordinary object (output-stream stream)))
                nil))))

(defun output-pretty (object stream)
  (let ((entry (find-pprint-entry object *print-pprint-dispatch*)))
    (if entry
        (funcall (cadr entry) stream object)
        (output-ordinary object stream))))

;;; Layouts.

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

(defun pprint-call (stream list)
  "Print LIST as a call: arguments below each other behind the operator."
  (pprint-logical-block (stream list :prefix "(" :suffix ")")
    (pprint-exit-if-list-exhausted)
    (output-object (pprint-pop) stream)
    (pprint-exit-if-list-exhausted)
    (write-char #\Space stream)
    (pprint-indent :current 0 stream)
    (pprint-newline :miser stream)
    (do () (nil)
      (output-object (pprint-pop) stream)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :linear stream))))

(defun pprint-with-body (stream list count)
  "Print LIST as a form with COUNT special arguments and a body."
  (pprint-logical-block (stream list :prefix "(" :suffix ")")
    (pprint-exit-if-list-exhausted)
    (output-object (pprint-pop) stream)
    (dotimes (i count)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-indent :block 3 stream)
      (pprint-newline :fill stream)
      (output-object (pprint-pop) stream))
    (pprint-indent :block 1 stream)
    (do () (nil)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :linear stream)
      (output-object (pprint-pop) stream))))

(defun pprint-bindings (stream list)
  "Print LIST, bindings or clauses, each on its own line."
  (if (consp list)
      (pprint-linear stream list)
      (output-object list (output-stream stream))))

(defun pprint-let (stream list)
  (pprint-logical-block (stream list :prefix "(" :suffix ")")
    (pprint-exit-if-list-exhausted)
    (output-object (pprint-pop) stream)
    (pprint-exit-if-list-exhausted)
    (write-char #\Space stream)
    (let ((bindings (pprint-pop)))
      (if (listp bindings)
          (pprint-linear stream bindings)
          (output-object bindings stream)))
    (pprint-indent :block 1 stream)
    (do () (nil)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :linear stream)
      (output-object (pprint-pop) stream))))

(defun pprint-cond (stream list)
  (pprint-logical-block (stream list :prefix "(" :suffix ")")
    (pprint-exit-if-list-exhausted)
    (output-object (pprint-pop) stream)
    (pprint-exit-if-list-exhausted)
    (write-char #\Space stream)
    (pprint-indent :current 0 stream)
    (do () (nil)
      (let ((clause (pprint-pop)))
        (if (consp clause)
            (pprint-linear stream clause)
            (output-object clause stream)))
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :linear stream))))

(defun pprint-quote (stream list)
  (output-cons list (output-stream stream)))

(defun pprint-list (stream list)
  "Print LIST as a call if it looks like one, else as data."
  (if (and (symbolp (car list)) (car list) (fboundp (car list))
           (list-length-or-nil list))
      (pprint-call stream list)
      (pprint-fill stream list)))

(defun list-length-or-nil (list)
  "The length of LIST if it is proper and short, else NIL."
  (let ((n 0))
    (do () ((atom list) (if (null list) n nil))
      (setq n (%fx+ n 1)
            list (cdr list))
      (when (%fx> n 10000)
        (return nil)))))

(defun pprint-vector (stream vector)
  (pprint-logical-block (stream (coerce vector 'list) :prefix "#(" :suffix ")")
    (pprint-exit-if-list-exhausted)
    (do () (nil)
      (output-object (pprint-pop) stream)
      (pprint-exit-if-list-exhausted)
      (write-char #\Space stream)
      (pprint-newline :fill stream))))

(defun with-body-printer (count)
  (lambda (stream list) (pprint-with-body stream list count)))

(defun make-standard-pprint-dispatch ()
  (let ((table (make-pprint-table (make-hash-table :test 'eq) '())))
    (flet ((heads (symbols function)
             (dolist (symbol symbols)
               (setf (gethash symbol (pprint-table-heads table))
                     (list `(cons (eql ,symbol)) function -1)))))
      (heads '(quote function) #'pprint-quote)
      (heads '(let let* flet labels macrolet symbol-macrolet) #'pprint-let)
      (heads '(cond) #'pprint-cond)
      (heads '(progn prog1 tagbody locally unwind-protect handler-case
               restart-case)
             (with-body-printer 0))
      (heads '(when unless lambda block catch dolist dotimes case ecase ccase
               typecase etypecase ctypecase return-from the eval-when progv
               with-open-file with-open-stream with-output-to-string
               with-input-from-string handler-bind restart-bind
               multiple-value-call multiple-value-prog1 defpackage deftype
               do-symbols do-external-symbols defstruct)
             (with-body-printer 1))
      (heads '(defun defmacro define-compiler-macro destructuring-bind
               multiple-value-bind do do* defmethod defgeneric defclass
               define-condition define-modify-macro)
             (with-body-printer 2)))
    (setf (pprint-table-types table)
          (list (list 'cons #'pprint-list -2)
                (list '(and vector (not string) (not bit-vector))
                      #'pprint-vector -3)))
    table))

(setq *standard-pprint-dispatch* (make-standard-pprint-dispatch)
      *print-pprint-dispatch* (copy-pprint-dispatch nil))
