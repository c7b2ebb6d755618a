;;;; DESCRIBE, INSPECT, APROPOS, ROOM, DISASSEMBLE (CLHS 25.1).

(in-package #:astralisp.runtime)

;;; What an object consists of: a list of (label value setter); SETTER is a
;;; function of a new value or NIL. INSPECT and DESCRIBE show it, and any tool
;;; can.

(defvar *object-parts-functions* '()
  "Functions of an object that answer its parts, or NIL if they do not know it;
asked before the built-in ones.")

(defun object-parts (object)
  "The parts of OBJECT: a list of lists of a label, a value and a function that
changes it or NIL."
  (or (some (lambda (function) (funcall function object))
            *object-parts-functions*)
      (cond ((consp object) (cons-parts object))
            ((symbolp object) (symbol-parts object))
            ((functionp object) (function-parts object))
            ((stringp object) '())
            ((hash-table-p object) (hash-table-parts object))
            ((packagep object) (package-parts object))
            ((arrayp object) (array-parts object))
            ((%ratiop object)
             (list (list "numerator" (numerator object) nil)
                   (list "denominator" (denominator object) nil)))
            ((%complexp object)
             (list (list "real part" (realpart object) nil)
                   (list "imaginary part" (imagpart object) nil)))
            ((characterp object)
             (list (list "code" (char-code object) nil)
                   (list "name" (char-name object) nil)))
            ((%instancep object) (instance-parts object))
            (t '()))))

(defun cons-parts (list)
  (if (list-length-or-nil list)
      (let ((parts '())
            (i 0))
        (do ((tail list (cdr tail)))
            ((atom tail) (nreverse parts))
          (let ((cell tail))
            (push (list i (car cell) (lambda (new) (rplaca cell new))) parts))
          (setq i (+ i 1))))
      (list (list "car" (car list) (lambda (new) (rplaca list new)))
            (list "cdr" (cdr list) (lambda (new) (rplacd list new))))))

(defun symbol-parts (symbol)
  (append
   (list (list "name" (symbol-name symbol) nil)
         (list "package" (symbol-package symbol) nil))
   (when (boundp symbol)
     (list (list "value" (symbol-value symbol)
                 (if (constantp symbol)
                     nil
                     (lambda (new) (set symbol new))))))
   (when (fboundp symbol)
     (list (list (if (macro-function symbol) "macro function" "function")
                 (or (macro-function symbol) (fdefinition symbol))
                 nil)))
   (list (list "property list" (symbol-plist symbol)
               (lambda (new) (%set-symbol-plist symbol new))))))

(defun function-parts (function)
  (list (list "name" (%function-name function) nil)
        (list "lambda list" (%function-lambda-list function) nil)))

(defun hash-table-parts (table)
  (let ((parts '()))
    (maphash (lambda (key value)
               (push (list key value
                           (lambda (new) (setf (gethash key table) new)))
                     parts))
             table)
    (cons (list "test" (hash-table-test table) nil) (nreverse parts))))

(defun package-parts (package)
  (let ((count 0))
    (do-external-symbols (symbol package)
      (declare (ignorable symbol))
      (setq count (+ count 1)))
    (list (list "name" (package-name package) nil)
          (list "nicknames" (package-nicknames package) nil)
          (list "uses" (package-use-list package) nil)
          (list "used by" (package-used-by-list package) nil)
          (list "external symbols" count nil))))

(defun array-parts (array)
  (let ((parts '()))
    (unless (vectorp array)
      (push (list "dimensions" (array-dimensions array) nil) parts))
    (dotimes (i (if (vectorp array) (length array) (array-total-size array)))
      (let ((index i))
        (push (list index (row-major-aref array index)
                    (lambda (new) (setf (row-major-aref array index) new)))
              parts)))
    (nreverse parts)))

(defun instance-parts (instance)
  (let ((names (if (conditionp instance)
                   (condition-slot-names instance)
                   (%instance-ref (%instance-layout instance) 6)))
        (parts '())
        (i 0))
    (dolist (name names (nreverse parts))
      (let ((index i)
            (value (%instance-ref instance i)))
        (push (list name
                    (if (%unbound-marker-p value) '|unbound| value)
                    (lambda (new) (%set-instance-ref instance index new)))
              parts))
      (setq i (+ i 1)))))

(defun condition-slot-names (condition)
  (map 'list #'condition-slot-name
       (condition-description-slots (class-of-condition condition))))

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
  (let ((shown 0))
    (dolist (part (object-parts object))
      (when (>= shown 40)
        (format stream "  ...~%")
        (return))
      (write-string "  " stream)
      (print-label (car part) stream)
      (write-string ": " stream)
      (print-short (cadr part) stream)
      (terpri stream)
      (setq shown (+ shown 1))))
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

;;; INSPECT.

(defun show-inspected (object stream)
  (fresh-line stream)
  (print-short object stream)
  (format stream "~%  [~A]~%" (describe-type object))
  (let ((i 0))
    (dolist (part (object-parts object))
      (when (>= i 100)
        (format stream "  ... ~D more~%" (- (length (object-parts object)) i))
        (return))
      (format stream "  ~2D: " i)
      (print-label (car part) stream)
      (write-string " = " stream)
      (print-short (cadr part) stream)
      (terpri stream)
      (setq i (+ i 1)))))

(defun write-inspector-help (stream)
  (format stream "~&  number       inspect that part~@
                    ~2T:up          go back to the object before~@
                    ~2T:set n form  change part n to the value of form~@
                    ~2T:show        show the object again~@
                    ~2T:quit        leave; the value is the object~@
                    ~2Tform         evaluate; * is the object~%"))

(defun inspect (object)
  "Look at OBJECT and what it consists of, by commands read from *QUERY-IO*;
:HELP lists them. Return the object looked at last."
  (let ((path '())
        (stream *query-io*))
    (show-inspected object stream)
    (block nil
      (tagbody
       again
         (fresh-line stream)
         (write-string "inspect> " stream)
         (finish-output stream)
         (let ((command (read stream nil :quit)))
           (cond ((eql command :quit) (return object))
                 ((eql command :help) (write-inspector-help stream))
                 ((eql command :show) (show-inspected object stream))
                 ((eql command :up)
                  (when path
                    (setq object (pop path)))
                  (show-inspected object stream))
                 ((eql command :set)
                  (let* ((part (nth (read stream) (object-parts object)))
                         (form (read stream)))
                    (if (and part (caddr part))
                        (progn (funcall (caddr part) (eval form))
                               (show-inspected object stream))
                        (format stream "~&that part cannot be changed~%"))))
                 ((integerp command)
                  (let ((part (nth command (object-parts object))))
                    (if (and part (>= command 0))
                        (progn (push object path)
                               (setq object (cadr part))
                               (show-inspected object stream))
                        (format stream "~&there is no part ~D~%" command))))
                 (t (inspect-eval command object stream))))
         (go again)))))

(defun inspect-eval (form object stream)
  (handler-case
      (let ((* object))
        (dolist (value (multiple-value-list (eval form)))
          (fresh-line stream)
          (print-short value stream)
          (terpri stream)))
    (error (condition)
      (format stream "~&error: ~A~%" condition))))

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
