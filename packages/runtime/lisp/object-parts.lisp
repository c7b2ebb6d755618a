;;;; What objects consist of: numbered parts, for DESCRIBE, INSPECT and other tools.

(in-package #:astralisp.runtime)

(defstruct (parts (:copier nil) (:predicate nil) (:conc-name %parts-)
                  (:constructor make-parts (count at)))
  "COUNT parts, and a function AT of a number below that. It returns the label of the
part (a string, or an object such as an index, a slot's name or a key), its value
(the symbol |unbound| for none) and a function that changes it, or NIL. So a long
object is not walked as a whole."
  count at)

(defvar *object-parts-functions* '()
  "Functions of an object that answer its parts, a list of lists of label, value and
function or NIL; or NIL if they do not know it. They are asked before the built-in
ones.")

(defun parts-of-list (list)
  (make-parts (length list)
              (lambda (index) (values-list (nth index list)))))

(defun object-parts (object)
  "The PARTS of OBJECT."
  (let ((answer (or (some (lambda (function) (funcall function object))
                          *object-parts-functions*)
                    (kind-parts object))))
    (if (listp answer)
        (parts-of-list answer)
        answer)))

(defun kind-parts (object)
  (cond ((consp object) (cons-parts object))
        ((null object) '())
        ((symbolp object) (symbol-parts object))
        ((functionp object) (function-parts object))
        ((hash-table-p object) (hash-table-parts object))
        ((packagep object) (package-parts object))
        ((arrayp object) (array-parts object))
        ((numberp object) (number-parts object))
        ((characterp object)
         (list (list "code" (char-code object) nil)
               (list "name" (char-name object) nil)))
        ((ansi-stream-p object) (stream-parts object))
        ((%instancep object) (instance-parts object))
        (t '())))

;;; Lists and arrays.

(defun conses-of-list (list)
  "How many conses LIST has and what comes after them, or NIL if it is circular."
  (do ((count 0 (+ count 1))
       (tail list (cdr tail))
       (slow list (if (oddp count) (cdr slow) slow)))
      ((atom tail) (values count tail))
    (when (and (plusp count) (eq tail slow))
      (return nil))))

(defun cons-parts (list)
  (%mv-let (count tail) (conses-of-list list)
    (if (or (null count) (and (= count 1) tail))
        (list (list "car" (car list) (lambda (new) (rplaca list new)))
              (list "cdr" (cdr list) (lambda (new) (rplacd list new))))
        (make-parts (if tail (+ count 1) count)
                    (lambda (index)
                      (if (= index count)
                          (let ((cell (nthcdr (- index 1) list)))
                            (values "tail" tail
                                    (lambda (new) (rplacd cell new))))
                          (let ((cell (nthcdr index list)))
                            (values index (car cell)
                                    (lambda (new) (rplaca cell new))))))))))

(defun array-parts (array)
  (let ((count (if (vectorp array) (length array) (array-total-size array)))
        (target (array-displacement array)))
    (make-parts (if target (+ count 1) count)
                (lambda (index)
                  (if (= index count)
                      (values "displaced to" target nil)
                      (values (if (vectorp array)
                                  index
                                  (array-subscripts array index))
                              (row-major-aref array index)
                              (lambda (new)
                                (setf (row-major-aref array index) new))))))))

(defun array-subscripts (array index)
  "The subscripts of the element of ARRAY whose row-major index is INDEX."
  (let ((subscripts '()))
    (dolist (dimension (reverse (array-dimensions array)) subscripts)
      (push (mod index dimension) subscripts)
      (setq index (floor index dimension)))))

(defun hash-table-parts (table)
  (let ((keys (make-array (hash-table-count table) :fill-pointer 0
                                                   :adjustable t)))
    (maphash (lambda (key value)
               (declare (ignore value))
               (vector-push-extend key keys))
             table)
    (make-parts (+ (length keys) 1)
                (lambda (index)
                  (if (= index 0)
                      (values "test" (hash-table-test table) nil)
                      (let ((key (aref keys (- index 1))))
                        (values key (values (gethash key table))
                                (lambda (new)
                                  (setf (gethash key table) new)))))))))

;;; Names and what they name.

(defun symbol-parts (symbol)
  (append
   (list (list "name" (symbol-name symbol) nil)
         (list "package" (symbol-package symbol) nil))
   (when (boundp symbol)
     (list (list "value" (symbol-value symbol)
                 (if (constantp symbol)
                     nil
                     (lambda (new) (set symbol new))))))
   (cond ((special-operator-p symbol) '())
         ((macro-function symbol)
          (list (list "macro function" (macro-function symbol) nil)))
         ((fboundp symbol)
          (list (list "function" (fdefinition symbol)
                      (lambda (new) (setf (fdefinition symbol) new))))))
   (when (fboundp (list 'setf symbol))
     (list (list "setf function" (fdefinition (list 'setf symbol)) nil)))
   (when (standard-class-name-p symbol)
     (list (list "class" (find-class symbol) nil)))
   (list (list "property list" (symbol-plist symbol)
               (lambda (new) (setf (symbol-plist symbol) new))))))

(defun function-parts (function)
  (let ((name (%function-name function)))
    (list (list "name" name nil)
          (list "lambda list" (%function-lambda-list function) nil)
          (list "documentation"
                (and name (ignore-errors (documentation name 'function))) nil)
          (list "source" (ignore-errors (function-source-location function))
                nil))))

(defun package-parts (package)
  (let ((external '())
        (internal '()))
    (do-symbols (symbol package)
      (%mv-let (found status) (find-symbol (symbol-name symbol) package)
        (when (eq found symbol)
          (case status
            (:external (push symbol external))
            (:internal (push symbol internal))))))
    (list (list "name" (package-name package) nil)
          (list "nicknames" (package-nicknames package) nil)
          (list "documentation" (documentation package t) nil)
          (list "uses" (package-use-list package) nil)
          (list "used by" (package-used-by-list package) nil)
          (list "local nicknames" (package-local-nicknames package) nil)
          (list "shadowing symbols" (package-shadowing-symbols package) nil)
          (list "locked" (package-locked-p package) nil)
          (list "external symbols" (sort external #'string<) nil)
          (list "internal symbols" (sort internal #'string<) nil))))

;;; Numbers.

(defun number-parts (number)
  (cond ((integerp number)
         (append (list (list "bits" (integer-length number) nil))
                 (mapcar (lambda (entry)
                           (list (car entry)
                                 (write-to-string number :base (cdr entry)
                                                         :radix nil)
                                 nil))
                         '(("binary" . 2) ("octal" . 8)
                           ("hexadecimal" . 16)))))
        ((%ratiop number)
         (list (list "numerator" (numerator number) nil)
               (list "denominator" (denominator number) nil)))
        ((%complexp number)
         (list (list "real part" (realpart number) nil)
               (list "imaginary part" (imagpart number) nil)))
        (t (parts-of-float number))))

(defun parts-of-float (float)
  (if (or (float-nan-p float) (float-infinity-p float))
      '()
      (%mv-let (significand exponent sign) (integer-decode-float float)
        (list (list "sign" sign nil)
              (list "significand" significand nil)
              (list "exponent" exponent nil)
              (list "rational" (rational float) nil)))))

;;; Structures, conditions, streams.

(defun instance-parts (instance)
  (if (conditionp instance)
      (condition-parts instance)
      (structure-parts instance)))

(defun slot-part (name instance index setter)
  (let ((value (%instance-ref instance index)))
    (list name (if (%unbound-marker-p value) '|unbound| value) setter)))

(defun condition-parts (condition)
  (let ((parts '())
        (i 0))
    (dolist (slot (coerce (condition-description-slots
                           (class-of-condition condition))
                          'list)
                  (append (nreverse parts)
                          (list (list "report"
                                      (ignore-errors
                                       (princ-to-string condition))
                                      nil))))
      (let ((index i))
        (push (slot-part (condition-slot-name slot) condition i
                         (lambda (new)
                           (%set-instance-ref condition index new)))
              parts))
      (setq i (+ i 1)))))

(defun structure-parts (instance)
  (let* ((layout (%instance-layout instance))
         (description (%instance-ref layout 9))
         (parts '())
         (i 0))
    (dolist (name (%instance-ref layout 6) (nreverse parts))
      (let ((slot (and description
                       (find name (structure-slots description)
                             :key #'slot-name))))
        (push (slot-part name instance i (slot-setter instance i slot)) parts))
      (setq i (+ i 1)))))

(defun slot-setter (instance index slot)
  "A function that changes the slot INDEX of INSTANCE, which SLOT describes, or NIL
when that is read only."
  (if (and slot (slot-read-only-p slot))
      nil
      (lambda (new)
        (when (and slot (not (typep new (slot-type slot))))
          (type-failure new (slot-type slot)))
        (%set-instance-ref instance index new))))

(defun stream-parts (stream)
  "What can be asked of STREAM, and the slots that only its kind has."
  (flet ((ask (label function)
           (list label (ignore-errors (funcall function stream)) nil)))
    (append
     (list (ask "open" #'open-stream-p)
           (ask "input" #'input-stream-p)
           (ask "output" #'output-stream-p)
           (ask "element type" #'stream-element-type)
           (ask "external format" #'stream-external-format)
           (ask "position" #'file-position)
           (ask "column" #'stream-column))
     (nthcdr (structure-length (structure-description 'ansi-stream))
             (structure-parts stream)))))
