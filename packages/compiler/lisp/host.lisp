;;;; What the compiler asks its host: knowledge about symbols.

(in-package #:astralisp.compiler)

(defun knowledge (name key setf-key)
  "What is known under KEY of the function NAME; SETF-KEY for (setf x)."
  (cond ((symbolp name) (getf (%symbol-info name) key))
        ((and (consp name) (eq (car name) 'setf) (symbolp (cadr name)))
         (getf (%symbol-info (cadr name)) setf-key))
        (t nil)))

(defun compiler-macro-of (name)
  (knowledge name :compiler-macro :setf-compiler-macro))

(defun inline-lambda-of (name)
  "The lambda expression to put for calls of NAME, or NIL."
  (if (eq (knowledge name :inline :setf-inline) :inline)
      (knowledge name :inline-lambda :setf-inline-lambda)
      nil))

(defun globally-notinline-p (name)
  (eq (knowledge name :inline :setf-inline) :notinline))

(defun type-expander (name)
  (getf (%symbol-info name) :type-expander))

(defun expand-type (specifier)
  "SPECIFIER, whose name has a DEFTYPE, expanded once."
  (let ((name (if (consp specifier) (car specifier) specifier)))
    (note-use :type name)
    (funcall (type-expander name) specifier nil)))

;;; Constants whose value must be the target's whatever the host.
(defparameter *target-constants*
  (list (cons 'most-positive-fixnum +most-positive-fixnum+)
        (cons 'most-negative-fixnum +most-negative-fixnum+)
        (cons 'array-total-size-limit (- (expt 2 56) 1))
        (cons 'array-dimension-limit (- (expt 2 56) 1))
        (cons 'char-code-limit #x110000)
        (cons 'call-arguments-limit +call-arguments-limit+)
        (cons 'lambda-parameters-limit +call-arguments-limit+)
        (cons 'multiple-values-limit +call-arguments-limit+)
        (cons 'array-rank-limit 64))
  "Constants of the target.")

(defun constant-symbol-value (symbol)
  "The target's value of the constant SYMBOL, and whether it has one."
  (cond ((or (keywordp symbol) (null symbol) (eq symbol t))
         (values symbol t))
        (t (let ((entry (assoc symbol *target-constants*)))
             (cond (entry (values (cdr entry) t))
                   ((and (eq (%variable-kind symbol) :constant)
                         (boundp symbol))
                    (let ((value (symbol-value symbol)))
                      ;; Other constants keep their identity: they are read.
                      (if (or (numberp value) (characterp value)
                              (symbolp value))
                          (progn (note-use :constant symbol)
                                 (values value t))
                          (values nil nil))))
                   (t (values nil nil)))))))

;;; The form in hand

(defvar *position* nil "The source position of the form in hand.")
(defvar *positions* nil "NIL or a function of a cons: its position or NIL.")
(defvar *current-form* nil "The form in hand, for messages.")
(defun describe-datum (datum)
  "DATUM as a short line of text."
  (let ((*print-length* 6) (*print-level* 3) (*print-pretty* nil)
        (*print-circle* nil))
    (prin1-to-string datum)))

(define-condition malformed-form (error)
  ((text :initarg :text :reader malformed-form-text)
   (constant :initarg :constant :initform nil
             :reader malformed-form-constant))
  (:report (lambda (condition stream)
             (write-string (malformed-form-text condition) stream))))

(defun malformed-constant (&rest parts)
  "Like MALFORMED, where the form would change a constant."
  (error 'malformed-form :text (text-of parts) :constant t))

(defun malformed (&rest parts)
  "Give up on the current form; PARTS, strings and data, say why."
  (error 'malformed-form :text (text-of parts)))

;;; Structures: the value of :STRUCTURE in the info of their name

(defun structure-type-p (name)
  (if (getf (%symbol-info name) :structure) t nil))

(defun structure-ancestors (name)
  "The names of the structure types NAME includes, nearest first."
  (let ((result '()) (seen name))
    (loop
      (setq seen (structure-parent seen))
      (when (null seen) (return (nreverse result)))
      (push seen result))))

(defun structure-subtype-p (name ancestor)
  "Is the structure type NAME the type ANCESTOR or one that includes it?"
  (or (eq name ancestor)
      (if (member ancestor (structure-ancestors name)) t nil)))

;;; The description is a simple vector: 0 name, 1 included structure, 3 number
;;; of slots (runtime/lisp/structures.lisp).

(defun structure-parent (name)
  "The structure type that NAME includes, or NIL."
  (let ((description (getf (%symbol-info name) :structure)))
    (if description (svref description 1) nil)))

(defun structure-slot-count (name)
  (let ((description (getf (%symbol-info name) :structure)))
    (if description (svref description 3) nil)))

(defun structure-depth (name)
  "Where the layout of NAME stands among the ancestors; the root has 0."
  (+ 1 (length (structure-ancestors name))))

(defun structure-sealed-p (name)
  "Can no structure type include NAME?"
  (declare (ignore name))
  nil)

(defun runtime-name (string)
  "The symbol of the runtime library called STRING."
  (values (intern string '#:astralisp.runtime)))

(defun global-macro (symbol)
  "The global macro function of SYMBOL, or NIL."
  (macro-function symbol))
