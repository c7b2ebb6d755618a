;;;; DESCRIBE, APROPOS, ROOM, DISASSEMBLE (CLHS 25.1).

(in-package #:astralisp.runtime)

;;; Printing parts safely and short.

(defun print-short (object stream)
  "Print OBJECT on STREAM within bounds; an error while it prints is noted."
  (let ((*print-length* 12)
        (*print-level* 4)
        (*print-circle* t)
        (*print-pretty* nil)
        (*print-readably* nil))
    (let ((text (handler-case (prin1-to-string object)
                  (error () nil))))
      (cond ((null text)
             (write-string "#<an object whose printing signals an error>"
                           stream))
            ((> (length text) 400)
             (write-string (subseq text 0 400) stream)
             (write-string "..." stream))
            (t (write-string text stream))))))

(defun print-label (label stream)
  (if (stringp label)
      (write-string label stream)
      (print-short label stream)))

(defun print-part-value (value stream)
  (if (eq value '|unbound|)
      (write-string "unbound" stream)
      (print-short value stream)))

;;; DESCRIBE.

(defun describe (object &optional (stream *standard-output*))
  "Write to STREAM what is known of OBJECT; return no values."
  (describe-object object (output-stream stream))
  (values))

(defun describe-by-kind (object stream)
  "Describe OBJECT as objects of its kind are that no method is for."
  (fresh-line stream)
  (print-short object stream)
  (format stream "~%  [~A]~%" (describe-type object))
  (if (and (symbolp object) object)
      (describe-symbol object stream)
      (describe-parts object stream)))

(defun describe-type (object)
  "The name of the type of OBJECT for people."
  (if (integerp object)
      (if (%fixnump object) "fixnum" "bignum")
      (describe-other-type object)))

(defun describe-other-type (object)
  (let ((*print-length* 8)
        (*print-pretty* nil)
        (*print-case* :downcase))
    (princ-to-string (type-of object))))

(defun describe-parts (object stream)
  (let ((parts (object-parts object)))
    ;; A string has been shown.
    (dotimes (i (if (stringp object) 0 (%parts-count parts)))
      (when (>= i 40)
        (format stream "  ...~%")
        (return))
      (%mv-let (label value setter) (funcall (%parts-at parts) i)
        (declare (ignore setter))
        (write-string "  " stream)
        (print-label label stream)
        (write-string ": " stream)
        (print-part-value value stream)
        (terpri stream))))
  (when (functionp object)
    (describe-documentation (%function-name object) 'function stream)))

(defun describe-documentation (name kind stream)
  (let ((text (and name (ignore-errors (documentation name kind)))))
    (when text
      (format stream "  documentation:~%")
      (with-input-from-string (in text)
        (do ((line (read-line in nil nil) (read-line in nil nil)))
            ((null line))
          (format stream "    ~A~%" line))))))

(defun describe-symbol (symbol stream)
  (format stream "  package: ~A~%"
          (let ((package (symbol-package symbol)))
            (if package (package-name package) "none")))
  (let ((kind (%variable-kind symbol)))
    (cond ((boundp symbol)
           (format stream "  names a ~A: "
                   (case kind
                     (:constant "constant")
                     ((:special :global) "variable")
                     (t "variable (not declared)")))
           (print-short (symbol-value symbol) stream)
           (terpri stream))
          ((eq kind :symbol-macro)
           (format stream "  names a symbol macro~%"))
          ((member kind '(:special :global))
           (format stream "  names an unbound variable~%")))
    (describe-documentation symbol 'variable stream))
  (cond ((special-operator-p symbol)
         (format stream "  names a special operator~%"))
        ((macro-function symbol)
         (format stream "  names a macro~%")
         (describe-documentation symbol 'function stream))
        ((fboundp symbol)
         (format stream "  names a function with arguments ~A~%"
                 (let ((*print-case* :downcase))
                   (lambda-list-text
                    (%function-lambda-list (fdefinition symbol)))))
         (describe-documentation symbol 'function stream)))
  (when (info symbol :structure)
    (format stream "  names a structure~%")
    (describe-documentation symbol 'structure stream))
  (when (info symbol :condition)
    (format stream "  names a condition type~%"))
  (when (standard-class-name-p symbol)
    (format stream "  names a class~%")
    (describe-documentation symbol 'type stream))
  (when (info symbol :type-expander)
    (format stream "  names a type~%")
    (describe-documentation symbol 'type stream))
  (let ((properties (user-properties symbol)))
    (when properties
      (format stream "  property list: ")
      (print-short properties stream)
      (terpri stream))))

(defun user-properties (symbol)
  "The property list of SYMBOL without what the compiler keeps there."
  (let ((compiler (find-package "ASTRALISP.COMPILER"))
        (result '()))
    (do ((tail (symbol-plist symbol) (cddr tail)))
        ((atom tail) (nreverse result))
      (unless (and (symbolp (car tail))
                   (eq (symbol-package (car tail)) compiler))
        (push (car tail) result)
        (push (cadr tail) result)))))

;;; APROPOS.

(defun apropos-list (string &optional package)
  "The symbols whose names contain STRING, in PACKAGE or in all packages,
sorted."
  (let ((pattern (string string))
        (seen (make-hash-table :test 'eq))
        (result '()))
    (flet ((look (symbol)
             (when (and (search pattern (symbol-name symbol)
                                :test #'char-equal)
                        (not (gethash symbol seen)))
               (setf (gethash symbol seen) t)
               (push symbol result))))
      (if package
          (do-symbols (symbol package)
            (look symbol))
          (dolist (package (list-all-packages))
            (do-symbols (symbol package)
              (when (eq (symbol-package symbol) package)
                (look symbol))))))
    (sort result (lambda (a b)
                   (string< (symbol-name a) (symbol-name b))))))

(defun apropos (string &optional package)
  "Write the symbols whose names contain STRING, in PACKAGE or in all packages,
and what they name; return no values."
  (dolist (symbol (apropos-list string package))
    (fresh-line)
    (prin1 symbol)
    (cond ((special-operator-p symbol) (write-string " (special operator)"))
          ((macro-function symbol) (write-string " (macro)"))
          ((fboundp symbol) (write-string " (function)")))
    (when (and (boundp symbol) (not (keywordp symbol)))
      (write-string " (bound)"))
    (terpri))
  (values))

;;; ROOM and DISASSEMBLE.

(defvar *room-hook* nil
  "A function of the argument of ROOM that writes more about the heap, or NIL.")

(defun room (&optional (verbosity :default))
  "Write how the memory is used; return no values."
  (multiple-value-bind (used total) (%heap-usage)
    (format t "~&heap: ~:D octets in use~@[ of ~:D~]~%" used total))
  (when *room-hook*
    (funcall *room-hook* verbosity))
  (values))

(defvar *disassemble-hook* nil
  "A function of a function object that writes its code, or NIL.")

(defun disassemble (function)
  "Write the machine code of FUNCTION, a function (of a method METHOD-FUNCTION), a
name of a function or macro, or a lambda expression; return NIL. CLHS DISASSEMBLE."
  (let ((object (cond ((functionp function) function)
                      ((and (consp function) (eq (car function) 'lambda))
                       (compile nil function))
                      (t (fdefinition function)))))
    (if *disassemble-hook*
        (funcall *disassemble-hook* object)
        (format t "~&this engine has no machine code to show for ~S~%" object))
    nil))
