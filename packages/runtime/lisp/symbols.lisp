;;;; Symbols and their property lists (CLHS 10).

(in-package #:astralisp.runtime)

(defvar *gensym-counter* 1
  "The number in the name of the next symbol that GENSYM makes.
CLHS *GENSYM-COUNTER*.")

;;; The decimal digits of the integer N, at least 0.
(defun decimal-string (n)
  (let ((digits nil))
    (loop-forever
      (multiple-value-bind (quotient digit) (truncate n 10)
        (push (%code-char (+ 48 digit)) digits)
        (setq n quotient))
      (when (eql n 0)
        (return (coerce-to-string digits))))))

(defun gensym (&optional (x "G"))
  "Return a new uninterned symbol, named with the prefix or number X.
CLHS GENSYM."
  (cond ((stringp x)
         (let ((number *gensym-counter*))
           (setq *gensym-counter* (+ number 1))
           (make-symbol (string-append (copy-string x)
                                       (decimal-string number)))))
        ((and (integerp x) (>= x 0))
         (make-symbol (string-append "G" (decimal-string x))))
        (t (type-failure x '(or string unsigned-byte)))))

(defvar *gentemp-counter* 0)

(defun gentemp (&optional (prefix "T") (package *package*))
  "Return a symbol new in PACKAGE. CLHS GENTEMP."
  (unless (stringp prefix)
    (type-failure prefix 'string))
  (loop-forever
    (setq *gentemp-counter* (+ *gentemp-counter* 1))
    (multiple-value-bind (symbol status)
        (intern (string-append (copy-string prefix)
                               (decimal-string *gentemp-counter*))
                package)
      (unless status
        (return symbol)))))

(defun copy-symbol (symbol &optional copy-properties)
  "Return a new uninterned symbol named like SYMBOL, with its value, function
and properties if COPY-PROPERTIES. CLHS COPY-SYMBOL."
  (let ((copy (make-symbol (symbol-name symbol))))
    (when copy-properties
      (when (boundp symbol)
        (set copy (symbol-value symbol)))
      (when (%fdefinition symbol)
        (%set-fdefinition copy (%fdefinition symbol)))
      (%set-symbol-plist copy (copy-list (symbol-plist symbol))))
    copy))

(defun set-symbol-plist (symbol plist)
  (unless (symbolp symbol)
    (type-failure symbol 'symbol))
  (%set-symbol-plist symbol plist)
  plist)

(defsetf symbol-plist set-symbol-plist)
(defsetf symbol-value set)
(defsetf %symbol-info (symbol) (value)
  `(progn (%set-symbol-info ,symbol ,value) ,value))
(defsetf info (symbol key) (value)
  `(set-info ,symbol ,key ,value))

(defun get (symbol indicator &optional default)
  "Return the value of INDICATOR in the property list of SYMBOL, or DEFAULT.
CLHS GET."
  (getf (symbol-plist symbol) indicator default))

(defun put (symbol indicator value)
  (set-symbol-plist symbol (put-property (symbol-plist symbol) indicator
                                         value))
  value)

(defsetf get (symbol indicator &optional default) (value)
  (if default
      `(progn ,default (put ,symbol ,indicator ,value))
      `(put ,symbol ,indicator ,value)))

(defun remprop (symbol indicator)
  "Remove INDICATOR from the property list of SYMBOL; return whether it was
there. CLHS REMPROP."
  (multiple-value-bind (plist found)
      (remove-property (symbol-plist symbol) indicator)
    (when found
      (set-symbol-plist symbol plist))
    found))
