;;;; The layout of code by the pretty printer: the standard dispatch table.

(in-package #:astralisp.runtime)

;;; The arguments of an operator are of kinds:
;;;   :form       an expression
;;;   :data       not evaluated: a name, a type, a specification
;;;   :lambda-list
;;;   :bindings   a list of (variable form ...)
;;;   :functions  a list of (name lambda-list . body)
;;; A layout is a list of the kinds of the distinguished arguments, which stand
;;; behind the operator or three columns in, ended by what the rest is:
;;;   :body       expressions, one column in
;;;   :tags       a body whose atoms are labels
;;;   :clauses    lists of expressions, below the first argument
;;;   :cases      lists of data and expressions, one column in
;;;   :handlers   lists of data, lambda list and expressions, one column in
;;;   :options    data, one column in
;;;   :forms      expressions below the first argument
;;;   :pairs      pairs of a place and an expression, below each other

(defvar *code-position* nil
  "True while what is printed stands where an expression is expected: a list is
then a call even if nothing is known of its operator.")

(defun output-code (form stream)
  (let ((*code-position* t))
    (output-object form stream)))

(defun output-data (object stream)
  (let ((*code-position* nil))
    (output-object object stream)))

(defun pprint-elements (stream list function
                        &optional (kind :linear) (indentation nil))
  "Print LIST in parentheses, each element by FUNCTION of it and the stream."
  (if (atom list)
      (output-data list stream)
      (pprint-logical-block (stream list :prefix "(" :suffix ")")
        (when indentation
          (pprint-indent :block indentation stream))
        (do () (nil)
          (funcall function (pprint-pop) stream)
          (pprint-exit-if-list-exhausted)
          (write-char-to stream #\Space)
          (pprint-newline kind stream)))))

(defun output-lambda-list (list stream)
  (let ((*code-position* nil))
    (pprint-elements stream list #'output-parameter :fill)))

(defun output-parameter (parameter stream)
  "Print PARAMETER of a lambda list: behind a variable comes code."
  (if (and (consp parameter) (consp (cdr parameter)))
      (output-binding parameter stream)
      (output-data parameter stream)))

(defun output-binding (binding stream)
  "Print BINDING, a variable or a list that begins with one."
  (let ((first t))
    (pprint-elements stream binding
                     (lambda (part stream)
                       (if first
                           (output-data part stream)
                           (output-code part stream))
                       (setq first nil))
                     :fill)))

(defun output-bindings (list stream)
  (pprint-elements stream list #'output-binding))

(defun output-local-function (function stream)
  (output-laid-out function '(:lambda-list . :body) stream #'output-data))

(defun output-functions (list stream)
  (pprint-elements stream list #'output-local-function))

(defun output-clause (clause stream)
  (pprint-elements stream clause #'output-code))

(defun output-case (clause stream)
  (output-laid-out clause :body stream #'output-data))

(defun output-handler (clause stream)
  (output-laid-out clause '(:lambda-list . :body) stream #'output-data))

(defun output-argument (kind argument stream)
  (case kind
    (:form (output-code argument stream))
    (:lambda-list (output-lambda-list argument stream))
    (:bindings (output-bindings argument stream))
    (:functions (output-functions argument stream))
    (t (output-data argument stream))))

(defun output-rest-argument (kind argument stream)
  (case kind
    (:clauses (output-clause argument stream))
    (:cases (output-case argument stream))
    (:handlers (output-handler argument stream))
    (:options (output-data argument stream))
    (:tags (if (atom argument)
               (output-data argument stream)
               (output-code argument stream)))
    (t (output-code argument stream))))

(defun output-laid-out (list layout stream &optional (operator #'output-data))
  "Print LIST as LAYOUT says, its first element by OPERATOR."
  (if (atom list)
      (output-data list stream)
      (pprint-logical-block (stream list :prefix "(" :suffix ")")
        (funcall operator (pprint-pop) stream)
        (pprint-exit-if-list-exhausted)
        (do ((first t nil))
            ((atom layout))
          (write-char-to stream #\Space)
          (when first
            (pprint-indent :block 3 stream))
          (pprint-newline (if first :miser :fill) stream)
          (output-argument (pop layout) (pprint-pop) stream)
          (pprint-exit-if-list-exhausted))
        (case layout
          ((:forms :pairs :clauses)
           (write-char-to stream #\Space)
           (pprint-indent :current 0 stream)
           (pprint-newline :miser stream))
          (t (pprint-indent :block 1 stream)))
        (do ((before nil)
             (first t nil))
            (nil)
          (case layout
            ((:forms :pairs :clauses)
             (unless first
               (write-char-to stream #\Space)
               ;; The value of a keyword stays beside it.
               (pprint-newline (if (keywordp before) :fill :linear) stream)))
            (:tags)
            (t (write-char-to stream #\Space)
             (pprint-newline :linear stream)))
          (let ((argument (pprint-pop)))
            (case layout
              (:tags
               (pprint-indent :block (if (atom argument) 0 1) stream)
               (write-char-to stream #\Space)
               (pprint-newline :linear stream)
               (output-rest-argument layout argument stream))
              (:pairs
               (call-with-logical-block
                stream "" nil ""
                (lambda (stream)
                  (output-code argument stream)
                  (pprint-exit-if-list-exhausted)
                  (write-char-to stream #\Space)
                  (pprint-indent :block 1 stream)
                  (pprint-newline :fill stream)
                  (output-code (pprint-pop) stream))))
              (t (output-rest-argument layout argument stream)))
            (setq before (and (eq layout :forms) argument)))
          (pprint-exit-if-list-exhausted)))))

;;; LOOP: a line for each clause.

(defun loop-clause-start-p (object)
  (and (symbolp object)
       (member object
               '("FOR" "AS" "WITH" "WHILE" "UNTIL" "REPEAT" "ALWAYS" "NEVER"
                 "THEREIS" "DO" "DOING" "COLLECT" "COLLECTING" "APPEND"
                 "APPENDING" "NCONC" "NCONCING" "COUNT" "COUNTING" "SUM"
                 "SUMMING" "MAXIMIZE" "MAXIMIZING" "MINIMIZE" "MINIMIZING"
                 "INITIALLY" "FINALLY" "WHEN" "IF" "UNLESS" "ELSE" "END" "AND"
                 "RETURN" "NAMED")
               :test #'string=)))

(defun pprint-loop (stream list)
  (if (and (consp (cdr list)) (symbolp (cadr list)))
      (pprint-logical-block (stream list :prefix "(" :suffix ")")
        (output-data (pprint-pop) stream)
        (write-char-to stream #\Space)
        (pprint-indent :current 0 stream)
        (do ((joined t)) (nil)
          (let* ((part (pprint-pop))
                 (clause (loop-clause-start-p part)))
            (unless joined
              (write-char-to stream #\Space)
              (pprint-newline (if clause :linear :fill) stream))
            (setq joined nil)
            (if clause
                (output-data part stream)
                (output-code part stream)))
          (pprint-exit-if-list-exhausted)))
      (output-laid-out list :body stream)))

;;; Other lists.

(defun pprint-quote (stream list)
  (let ((*code-position* (and (eq (car list) 'function) *code-position*)))
    (output-cons list (output-stream stream))))

(defun body-layout (lambda-list)
  "The layout of the calls of a macro with LAMBDA-LIST."
  (let ((layout '()))
    (do ((tail lambda-list (cdr tail)))
        ((atom tail) :forms)
      (case (car tail)
        ((&whole &environment) (setq tail (cdr tail)))
        (&optional)
        (&body (return (append (nreverse layout) :body)))
        ((&rest &key &aux) (return :forms))
        (t (push (if (consp (car tail)) :data :form) layout))))))

(defun pprint-list (stream list)
  "Print LIST as a call if it is one or looks like one, else as data."
  (let* ((stream (output-stream stream))
         (operator (car list))
         (name-p (and operator (symbolp operator) (not (keywordp operator)))))
    (cond ((not (list-length-or-nil list)) (pprint-data stream list))
          ((and name-p (macro-function operator))
           (output-laid-out list
                            (body-layout (info operator :macro-lambda-list))
                            stream))
          ((and name-p (or *code-position* (fboundp operator)))
           (output-laid-out list :forms stream))
          ((and *code-position* (consp operator) (eq (car operator) 'lambda))
           (output-laid-out list :forms stream #'output-code))
          (t (pprint-data stream list)))))

(defun pprint-data (stream list)
  (let ((*code-position* nil))
    (pprint-fill stream list)))

;;; The table.

(defun layout-printer (layout)
  (lambda (stream list)
    (output-laid-out list layout (output-stream stream))))

(defun pprint-defmethod (stream list)
  "Print a DEFMETHOD: the qualifiers stand before the lambda list."
  (let ((layout '(:lambda-list . :body))
        (tail (cdr list)))
    (do () ((or (atom tail) (atom (cdr tail)) (listp (cadr tail))))
      (push :data layout)
      (setq tail (cdr tail)))
    (output-laid-out list (cons :data layout) (output-stream stream))))

(defvar *code-layouts*
  '((:body progn locally ignore-errors with-standard-io-syntax prog1
     multiple-value-prog1 unwind-protect)
    (:forms if and or return-from return throw)
    (:pairs setq setf psetq psetf)
    (:clauses cond)
    (:tags tagbody)
    ((:form . :body) when unless catch multiple-value-call prog2)
    ((:form . :cases) case ccase ecase typecase ctypecase etypecase)
    ((:form . :handlers) handler-case restart-case)
    ((:data . :body) block eval-when dolist dotimes do-symbols
     do-external-symbols do-all-symbols with-compilation-unit
     with-input-from-string with-open-file with-open-stream
     with-output-to-string with-hash-table-iterator with-package-iterator
     with-simple-restart print-unreadable-object pprint-logical-block
     handler-bind restart-bind)
    ((:lambda-list . :body) lambda)
    ((:bindings . :body) let let* symbol-macrolet)
    ((:functions . :body) flet labels macrolet)
    ((:form :form . :body) progv with-condition-restarts)
    ((:data :form . :body) with-accessors with-slots)
    ((:lambda-list :form . :body) multiple-value-bind destructuring-bind)
    ((:data :form . :body) multiple-value-setq defvar defparameter defconstant define-symbol-macro)
    ((:data :lambda-list . :body) defun defmacro define-compiler-macro deftype
     define-setf-expander)
    ((:data :lambda-list . :options) defgeneric)
    ((:data :lambda-list :data . :body) defsetf)
    ((:data :data . :options) defclass define-condition)
    ((:data . :options) defpackage defstruct)
    ((:bindings . :tags) prog prog*)
    ((:bindings :data . :tags) do do*))
  "Lists of a layout and the operators that have it.")

(defun make-standard-pprint-dispatch ()
  (let ((table (make-pprint-table (make-hash-table :test 'eq) '())))
    (flet ((head (symbol function)
             (setf (gethash symbol (pprint-table-heads table))
                   (list `(cons (eql ,symbol)) function -1))))
      (dolist (entry *code-layouts*)
        (let ((function (layout-printer (car entry))))
          (dolist (symbol (cdr entry))
            (head symbol function))))
      (head 'quote #'pprint-quote)
      (head 'function #'pprint-quote)
      (head 'loop #'pprint-loop)
      (head 'defmethod #'pprint-defmethod)
      (head 'declare #'pprint-data))
    (setf (pprint-table-types table)
          (list (list 'cons #'pprint-list -2)
                (list '(and array (not string) (not bit-vector))
                      #'pprint-array -3)))
    table))

(setq *standard-pprint-dispatch* (make-standard-pprint-dispatch)
      *print-pprint-dispatch* (copy-pprint-dispatch nil))
