;;;; The standard dispatching macros of #, and the standard readtable.

(in-package #:astralisp.runtime)

(defun refuse-number (stream sub number)
  (when (and number (not *read-suppress*))
    (reader-problem stream "no number may stand between # and ~A" sub)))

(defun read-function-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((start (%fx- (%stream-count stream) 2))
        (object (read-required stream)))
    (if *read-suppress*
        nil
        (record-source (list 'function object) start stream))))

(defun read-block-comment (stream sub number)
  (declare (ignore sub number))
  (let ((depth 1)
        (character (read-required-char stream)))
    (do () ((eq depth 0))
      (let ((next (read-required-char stream)))
        (cond ((and (eq character #\|) (eq next #\#))
               (setq depth (%fx- depth 1)
                     character (if (eq depth 0)
                                   nil
                                   (read-required-char stream))))
              ((and (eq character #\#) (eq next #\|))
               (setq depth (%fx+ depth 1)
                     character (read-required-char stream)))
              (t (setq character next)))))
    (values)))

(defun read-character-macro (stream sub number)
  (declare (ignore sub number))
  ;; The first character is taken literally.
  (let* ((first (read-required-char stream))
         (token (read-token stream nil))
         (rest (string-part (token-string token) 0 (token-fill token))))
    (cond (*read-suppress* nil)
          ((string= rest "") first)
          (t
           (let ((name (concatenate 'string (string first) rest)))
             (or (name-char name)
                 (reader-problem stream "no character is named ~A" name)))))))

(defun read-vector-macro (stream sub number)
  (declare (ignore sub))
  (let* ((elements (read-elements stream #\) nil))
         (count (length elements)))
    (cond (*read-suppress* nil)
          ((or (null number) (eql number count))
           (coerce elements 'simple-vector))
          ((or (< number count) (eq count 0))
           (reader-problem stream "~D elements do not fit a vector of ~D"
                           count number))
          (t
           (let ((vector (make-array number :initial-element
                                     (car (last elements)))))
             (replace vector elements))))))

(defun read-bit-vector-macro (stream sub number)
  (declare (ignore sub))
  (let* ((token (read-token stream nil))
         (count (token-fill token)))
    (cond (*read-suppress* nil)
          ((or (token-escaped token)
               (not (%fx= count (digits-end (token-string token) 0 count 2))))
           (reader-problem stream "a bit vector has digits other than 0 and 1"))
          ((and number (or (< number count) (and (eq count 0) (plusp number))))
           (reader-problem stream "~D bits do not fit a bit vector of ~D"
                           count number))
          (t
           (let ((vector (make-array (or number count) :element-type 'bit)))
             (dotimes (i (length vector) vector)
               (setf (aref vector i)
                     (digit-weight (%string-ref (token-string token)
                                                (if (%fx< i count)
                                                    i
                                                    (%fx- count 1)))
                                   2))))))))

(defun read-uninterned-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((token (read-token stream nil)))
    (cond (*read-suppress* nil)
          ((token-marker token 0)
           (reader-problem stream "an uninterned symbol has a package"))
          (t (make-symbol (token-name token 0 (token-fill token)))))))

(defun read-eval-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((form (read-required stream)))
    (cond (*read-suppress* nil)
          ((not *read-eval*)
           (reader-problem stream "#. is not allowed while *READ-EVAL* is NIL"))
          (t (eval form)))))

(defun read-rational-in (stream radix)
  (let ((token (read-token stream nil)))
    (if *read-suppress*
        nil
        (let* ((string (token-string token))
               (end (token-fill token))
               (sign (and (%fx> end 0) (find (%string-ref string 0) "+-")))
               (number (and (%fx> end 0)
                            (rational-in-string string (if sign 1 0) end radix
                                                (eql sign #\-) stream))))
          (or number
              (reader-problem stream "~A is not a rational in radix ~D"
                              (string-part string 0 end) radix))))))

(defun read-radix-macro (stream sub number)
  (declare (ignore sub))
  (cond (*read-suppress* (read-token stream nil) nil)
        ((and number (<= 2 number 36)) (read-rational-in stream number))
        (t (reader-problem stream "the radix ~S is not from 2 to 36" number))))

(defun read-binary-macro (stream sub number)
  (refuse-number stream sub number)
  (read-rational-in stream 2))

(defun read-octal-macro (stream sub number)
  (refuse-number stream sub number)
  (read-rational-in stream 8))

(defun read-hexadecimal-macro (stream sub number)
  (refuse-number stream sub number)
  (read-rational-in stream 16))

(defun read-complex-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((parts (read-required stream)))
    (cond (*read-suppress* nil)
          ((and (consp parts) (consp (cdr parts)) (null (cddr parts))
                (realp (car parts)) (realp (cadr parts)))
           (complex (car parts) (cadr parts)))
          (t (reader-problem stream "~S are not the parts of a complex number"
                             parts)))))

(defun read-contents (stream)
  "The object after #A or #S, in which the commas of a backquote around it have no
meaning (CLHS 2.4.6)."
  (let ((*backquote-depth* 0))
    (read-required stream)))

(defun read-array-macro (stream sub number)
  (declare (ignore sub))
  (let ((contents (read-contents stream)))
    (cond (*read-suppress* nil)
          (number
           (let ((dimensions '())
                 (level contents))
             (dotimes (i number)
               (unless (typep level 'sequence)
                 (reader-problem stream
                                 "~S is not contents of an array of rank ~D"
                                 contents number))
               (push (length level) dimensions)
               (setq level (if (plusp (length level)) (elt level 0) '())))
             (make-array (nreverse dimensions) :initial-contents contents)))
          ((and (consp contents) (consp (cdr contents)) (consp (cddr contents)))
           (make-array (cadr contents) :element-type (car contents)
                                       :initial-contents (caddr contents)))
          (t (reader-problem stream "#A needs a rank")))))

(defun read-structure-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((contents (read-contents stream)))
    (cond (*read-suppress* nil)
          ((not (and (consp contents) (symbolp (car contents))))
           (reader-problem stream "~S does not describe a structure" contents))
          (t
           (let ((constructor (structure-keyword-constructor (car contents))))
             (unless constructor
               (reader-problem stream "no structure ~S with a constructor of ~
                                       keywords is defined"
                               (car contents)))
             (apply constructor (structure-arguments (cdr contents))))))))

(defun structure-arguments (plist)
  (let ((arguments '()))
    (do ((rest plist (cddr rest)))
        ((null rest) (nreverse arguments))
      (push (values (intern (string (car rest)) (find-package "KEYWORD")))
            arguments)
      (push (cadr rest) arguments))))

(defun structure-keyword-constructor (name)
  "The constructor of the structure NAME that takes keywords, or NIL; structures of
the standard, such as HASH-TABLE, have none for users."
  (let ((description (and (not (eq (symbol-package name)
                                   (find-package "COMMON-LISP")))
                          (info name :structure))))
    (and description
         (dolist (constructor (structure-constructors description) nil)
           (when (null (cdr constructor))
             (return (car constructor)))))))

(defun read-pathname-macro (stream sub number)
  (refuse-number stream sub number)
  (let ((name (read-required stream)))
    (cond (*read-suppress* nil)
          ((stringp name) (values (parse-namestring name)))
          (t (reader-problem stream "#P needs a string, not ~S" name)))))

;;; Features.

(defvar *features* (%features)
  "The features that #+ and #- test.")

(defun feature-true-p (expression stream)
  (cond ((symbolp expression) (not (null (member expression *features*))))
        ((atom expression)
         (reader-problem stream "~S is not a feature expression" expression))
        (t
         (flet ((test (expression) (feature-true-p expression stream)))
           (case (feature-operator (car expression))
             (:and (every #'test (cdr expression)))
             (:or (some #'test (cdr expression)))
             (:not (unless (and (cdr expression) (null (cddr expression)))
                     (reader-problem stream "~S is not a feature expression"
                                     expression))
              (not (test (cadr expression))))
             (t (reader-problem stream "~S is not a feature expression"
                                expression)))))))

(defun feature-operator (operator)
  (and (symbolp operator)
       (values (find-symbol (symbol-name operator) (find-package "KEYWORD")))))

(defun read-feature (stream)
  (let ((*package* (find-package "KEYWORD"))
        (*read-suppress* nil))
    (feature-true-p (read-required stream) stream)))

(defun skip-object (stream)
  (let ((*read-suppress* t))
    (read-required stream)))

(defun read-plus-macro (stream sub number)
  (refuse-number stream sub number)
  (if (read-feature stream)
      (read-required stream)
      (progn (skip-object stream) (values))))

(defun read-minus-macro (stream sub number)
  (refuse-number stream sub number)
  (if (read-feature stream)
      (progn (skip-object stream) (values))
      (read-required stream)))

;;; Labels: #n= and #n#. Until its object has been read, a label stands for a
;;; placeholder; then every placeholder in the object is replaced.

(defstruct (placeholder (:constructor make-placeholder ()) (:copier nil))
  (object nil)
  (known nil)
  (used nil))

(defun read-label-macro (stream sub number)
  (declare (ignore sub))
  (cond (*read-suppress* (read-required stream))
        ((null number) (reader-problem stream "#= needs a number"))
        ((assoc number *labels*)
         (reader-problem stream "the label #~D= is given twice" number))
        (t
         (let ((placeholder (make-placeholder)))
           (push (cons number placeholder) *labels*)
           (let ((object (read-required stream)))
             (when (eq object placeholder)
               (reader-problem stream "#~D= labels only itself" number))
             (setf (placeholder-object placeholder) object
                   (placeholder-known placeholder) t)
             (when (placeholder-used placeholder)
               (replace-placeholders object (make-hash-table :test 'eq)))
             object)))))

(defun read-reference-macro (stream sub number)
  (declare (ignore sub))
  (cond (*read-suppress* nil)
        ((null number) (reader-problem stream "## needs a number"))
        (t
         (let ((entry (assoc number *labels*)))
           (cond ((null entry)
                  (reader-problem stream "the label #~D# is not defined"
                                  number))
                 ((placeholder-known (cdr entry))
                  (placeholder-object (cdr entry)))
                 (t (setf (placeholder-used (cdr entry)) t)
                    (cdr entry)))))))

(defun resolved (object)
  (if (and (placeholder-p object) (placeholder-known object))
      (placeholder-object object)
      object))

(defun replace-placeholders (object seen)
  "Replace the known placeholders in OBJECT, conses, vectors and structures."
  (do ((object object))
      ((or (not (consp object)) (gethash object seen))
       (unless (consp object)
         (replace-in-atom object seen)))
    (setf (gethash object seen) t)
    (let ((car (resolved (car object)))
          (cdr (resolved (cdr object))))
      (unless (eq car (car object)) (rplaca object car))
      (unless (eq cdr (cdr object)) (rplacd object cdr))
      (replace-placeholders car seen)
      (setq object cdr))))

(defun replace-in-atom (object seen)
  (cond ((or (symbolp object) (numberp object) (stringp object)
             (gethash object seen)))
        ((and (arrayp object) (eq (array-element-type object) t))
         (setf (gethash object seen) t)
         (dotimes (i (array-total-size object))
           (let ((new (resolved (row-major-aref object i))))
             (setf (row-major-aref object i) new)
             (replace-placeholders new seen))))
        ((comma-p object)
         (setf (gethash object seen) t
               (comma-form object) (resolved (comma-form object)))
         (replace-placeholders (comma-form object) seen))
        ((and (%instancep object) (not (placeholder-p object))
              (typep object 'structure-object))
         (setf (gethash object seen) t)
         (dotimes (i (%instance-length object))
           (let ((new (resolved (%instance-ref object i))))
             (%set-instance-ref object i new)
             (replace-placeholders new seen))))))

(defun read-unreadable-macro (stream sub number)
  (declare (ignore number))
  (reader-problem stream "#~A: what was printed so cannot be read"
                  (if (eq sub #\<) "<" (string sub))))

;;; The standard readtable.

(defun make-standard-readtable ()
  (let ((table (%make-readtable :upcase (make-array 128 :initial-element nil)
                                '())))
    (dolist (code '(9 10 12 13 32))
      (set-character-entry (code-char code) table :whitespace))
    (set-character-entry #\\ table :single-escape)
    (set-character-entry #\| table :multiple-escape)
    (set-macro-character #\( #'read-list-macro nil table)
    (set-macro-character #\) #'read-close-macro nil table)
    (set-macro-character #\' #'read-quote-macro nil table)
    (set-macro-character #\; #'read-comment-macro nil table)
    (set-macro-character #\" #'read-string-macro nil table)
    (set-macro-character #\` #'read-backquote-macro nil table)
    (set-macro-character #\, #'read-comma-macro nil table)
    (make-dispatch-macro-character #\# t table)
    (dolist (entry (list (cons #\' #'read-function-macro)
                         (cons #\| #'read-block-comment)
                         (cons #\\ #'read-character-macro)
                         (cons #\( #'read-vector-macro)
                         (cons #\* #'read-bit-vector-macro)
                         (cons #\: #'read-uninterned-macro)
                         (cons #\. #'read-eval-macro)
                         (cons #\R #'read-radix-macro)
                         (cons #\B #'read-binary-macro)
                         (cons #\O #'read-octal-macro)
                         (cons #\X #'read-hexadecimal-macro)
                         (cons #\C #'read-complex-macro)
                         (cons #\A #'read-array-macro)
                         (cons #\S #'read-structure-macro)
                         (cons #\P #'read-pathname-macro)
                         (cons #\+ #'read-plus-macro)
                         (cons #\- #'read-minus-macro)
                         (cons #\= #'read-label-macro)
                         (cons #\# #'read-reference-macro)
                         (cons #\< #'read-unreadable-macro)
                         (cons #\) #'read-unreadable-macro)
                         (cons #\Space #'read-unreadable-macro)
                         (cons #\Newline #'read-unreadable-macro)
                         (cons #\Tab #'read-unreadable-macro)
                         (cons #\Page #'read-unreadable-macro)
                         (cons #\Return #'read-unreadable-macro)))
      (set-dispatch-macro-character #\# (car entry) (cdr entry) table))
    table))

(setq *standard-readtable* (make-standard-readtable)
      *readtable* (copy-readtable nil))
