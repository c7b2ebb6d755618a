;;;; Making, walking, changing and printing the IR.

(in-package #:astralisp.compiler)

;;; Walking

(defmacro do-blocks ((blok func) &body body)
  "Run BODY with BLOK bound to each block of FUNC in order."
  `(dolist (,blok (func-blocks ,func)) ,@body))

(defmacro do-instructions ((ins blok) &body body)
  "Run BODY with INS bound to each instruction of BLOK, terminator last.
BODY may delete INS or insert before it."
  (let ((next (gensym)))
    `(let ((,ins (blok-first ,blok)) (,next nil))
       (loop
         (when (null ,ins) (return))
         (setq ,next (ins-next ,ins))
         ,@body
         (setq ,ins ,next)))))

(defun terminator (blok)
  "The terminator of BLOK, or NIL while it has none."
  (let ((last (blok-last blok)))
    (if (and last (op-terminator (ins-op last))) last nil)))

(defun successors (blok)
  "The list of blocks to which BLOK's terminator leads."
  (let ((last (terminator blok)))
    (if last (ins-targets last) '())))

(defun ins-get (ins key)
  "The attribute KEY of INS."
  (getf (ins-attrs ins) key))

(defun set-ins-get (ins key value)
  "Set the attribute KEY of INS."
  (setf (getf (ins-attrs ins) key) value))

(defun ins-effect-p (ins bits)
  "Has INS one of the effects in BITS?"
  (/= 0 (logand bits (op-effects (ins-op ins)))))

;;; Making

(defun new-number (func)
  (let ((number (func-values-count func)))
    (setf (func-values-count func) (+ number 1))
    number))

(defun new-ins (func name args datum &optional attrs)
  "A new instruction NAME of FUNC, in no block yet."
  (let* ((op (find-op name))
         (ins (%make-ins op args datum)))
    (setf (ins-rep ins) (op-result op))
    (setf (ins-number ins) (new-number func))
    (setf (ins-attrs ins) attrs)
    ins))

(defun new-blok (func)
  "A new block of FUNC, not yet in its list of blocks."
  (let* ((number (func-blocks-count func))
         (blok (%make-blok func number)))
    (setf (func-blocks-count func) (+ number 1))
    blok))

(defun append-ins (blok ins)
  "Put INS at the end of BLOK; return INS."
  (let ((last (blok-last blok)))
    (setf (ins-block ins) blok)
    (setf (ins-prev ins) last)
    (setf (ins-next ins) nil)
    (if last
        (setf (ins-next last) ins)
        (setf (blok-first blok) ins))
    (setf (blok-last blok) ins)
    ins))

(defun insert-before (place ins)
  "Put INS before the instruction PLACE; return INS."
  (let ((prev (ins-prev place))
        (blok (ins-block place)))
    (setf (ins-block ins) blok)
    (setf (ins-prev ins) prev)
    (setf (ins-next ins) place)
    (setf (ins-prev place) ins)
    (if prev
        (setf (ins-next prev) ins)
        (setf (blok-first blok) ins))
    ins))

(defun delete-ins (ins)
  "Take INS out of its block."
  (let ((prev (ins-prev ins))
        (next (ins-next ins))
        (blok (ins-block ins)))
    (if prev
        (setf (ins-next prev) next)
        (setf (blok-first blok) next))
    (if next
        (setf (ins-prev next) prev)
        (setf (blok-last blok) prev))
    (setf (ins-block ins) nil)
    ins))

(defun new-param (blok)
  "Add a parameter to BLOK; the caller adds the arguments of its jumps."
  (let ((param (new-ins (blok-func blok) :param '() nil)))
    (setf (ins-block param) blok)
    (setf (blok-params blok) (append (blok-params blok) (list param)))
    param))

(defun replacement (value)
  "What VALUE was replaced by, itself if it was not."
  (let ((forward (ins-forward value)))
    (cond ((null forward) value)
          ((null (ins-forward forward)) forward)
          (t (let ((final (replacement forward)))
               (setf (ins-forward value) final)
               final)))))

;;; Printing

(defun print-datum (datum stream)
  (cond ((func-p datum)
         (write-string "#" stream)
         (prin1 (func-name datum) stream))
        (t (prin1 datum stream))))

(defun print-value-name (value stream)
  (write-string "v" stream)
  (prin1 (ins-number value) stream))

(defun print-attrs (ins stream)
  (do ((tail (ins-attrs ins) (cddr tail)))
      ((null tail))
    (write-string " " stream)
    (prin1 (car tail) stream)
    (write-string " " stream)
    (print-datum (cadr tail) stream)))

(defun print-ins (ins stream)
  "Write one line for INS to STREAM."
  (write-string "    " stream)
  (unless (eq (ins-rep ins) :none)
    (print-value-name ins stream)
    (unless (eq (ins-rep ins) :boxed)
      (write-string "." stream)
      (write-string (string-downcase (symbol-name (ins-rep ins))) stream))
    (when (ins-name ins)
      (write-string "[" stream)
      (prin1 (ins-name ins) stream)
      (write-string "]" stream))
    (write-string " = " stream))
  (write-string (string-downcase (symbol-name (ins-opname ins))) stream)
  (when (ins-datum ins)
    (write-string " " stream)
    (print-datum (ins-datum ins) stream))
  (dolist (arg (ins-args ins))
    (write-string " " stream)
    (print-value-name (replacement arg) stream))
  (print-attrs ins stream)
  (dolist (target (ins-targets ins))
    (write-string " b" stream)
    (prin1 (blok-number target) stream))
  (when (ins-type ins)
    (write-string "   ; " stream)
    (write-string (ty-text (ins-type ins)) stream))
  (terpri stream))

(defun print-blok (blok stream)
  "Write BLOK to STREAM."
  (write-string "  b" stream)
  (prin1 (blok-number blok) stream)
  (when (blok-params blok)
    (write-string " (" stream)
    (dolist (param (blok-params blok))
      (write-string " " stream)
      (print-value-name param stream)
      (unless (eq (ins-rep param) :boxed)
        (write-string "." stream)
        (write-string (string-downcase (symbol-name (ins-rep param))) stream)))
    (write-string " )" stream))
  (when (blok-cold blok) (write-string " cold" stream))
  (when (blok-loop-header blok) (write-string " loop" stream))
  (when (blok-unwind blok)
    (write-string " unwind b" stream)
    (prin1 (blok-number (blok-unwind blok)) stream))
  (terpri stream)
  (do-instructions (ins blok) (print-ins ins stream)))

(defun print-func (func stream)
  "Write FUNC and its children to STREAM."
  (write-string "function " stream)
  (prin1 (func-name func) stream)
  (write-string " " stream)
  (prin1 (func-min-args func) stream)
  (write-string "-" stream)
  (prin1 (func-max-args func) stream)
  (when (func-local func) (write-string " local" stream))
  (terpri stream)
  (do-blocks (blok func) (print-blok blok stream))
  (dolist (child (func-children func))
    (print-func child stream)))
