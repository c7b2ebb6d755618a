;;;; The pretty printer: logical blocks and conditional newlines (CLHS 22.2).

(in-package #:astralisp.runtime)

;;; Logical blocks.

(defun pretty-line-length (stream)
  "How many columns a line of STREAM has."
  (or *print-right-margin* (stream-control stream :line-length) 80))

(defun call-with-logical-block (designator prefix line-prefix suffix function)
  "Call FUNCTION with the stream on which to write the inside of a block."
  (let ((stream (output-stream designator)))
    (cond ((pretty-stream-p stream)
           (start-block stream prefix line-prefix suffix)
           (unwind-protect (funcall function stream)
             (end-block stream)))
          (*print-pretty*
           (let ((pretty (make-pretty-stream stream
                                             (pretty-line-length stream)))
                 (column (stream-column stream)))
             (setf (%stream-column pretty) column
                   (%pretty-start-column pretty) column)
             (catch 'pretty-lines
               (start-block pretty prefix line-prefix suffix)
               (funcall function pretty)
               (end-block pretty)
               (finish-pretty pretty))))
          (t
           (write-string-to stream prefix)
           (funcall function stream)
           (write-string-to stream suffix)))
    nil))

(defun call-with-block-list (designator list prefix line-prefix suffix function)
  "As call-with-logical-block for the elements of LIST, with labels and levels."
  (let ((stream (output-stream designator)))
    (flet ((run (stream)
             (unless (or (too-deep-p stream)
                         (block-label-p list stream))
               (let ((*print-depth* (%fx+ *print-depth* 1)))
                 (call-with-logical-block stream prefix line-prefix suffix
                                          function)))))
      (cond ((not (listp list)) (output-object list stream))
            ((and *print-circle* (null *circle-table*) (consp list))
             (call-twice-for-labels #'run stream))
            (t (run stream))))
    nil))

(defun block-label-p (list stream)
  "Write the label of LIST, unless its printer has done so; true if nothing more is
to be written of it."
  (cond ((or (null *circle-table*) (atom list)) nil)
        ((eq list *labelled-object*)
         (setq *labelled-object* nil))
        (t (output-label list stream))))

(defmacro pprint-logical-block
    ((stream-symbol list &key (prefix "" prefix-p)
                           (per-line-prefix nil per-line-prefix-p)
                           (suffix ""))
     &body body)
  "Write what BODY writes to STREAM-SYMBOL as a logical block around the
elements of LIST, between PREFIX (or PER-LINE-PREFIX, which begins every line)
and SUFFIX."
  (when (and prefix-p per-line-prefix-p)
    (error 'simple-program-error
           :format-control "both :PREFIX and :PER-LINE-PREFIX were given"
           :format-arguments '()))
  (let ((stream (case stream-symbol
                  ((nil) '*standard-output*)
                  ((t) '*terminal-io*)
                  (t stream-symbol))))
    (let ((whole (temporary "LIST")))
      `(let ((,whole ,list))
         (call-with-block-list
          ,stream ,whole
          (checked-block-string ,(if per-line-prefix-p per-line-prefix prefix))
          ,per-line-prefix-p
          (checked-block-string ,suffix)
          (lambda (,stream)
            (let ((%block-list ,whole)
                  (%block-count 0)
                  (%block-stream ,stream))
              (declare (ignorable %block-list %block-count %block-stream))
              (block %logical-block
                ,@body))))))))

(defun checked-block-string (object)
  (unless (stringp object)
    (error 'type-error :datum object :expected-type 'string))
  (coerce object 'simple-string))

(defun block-ended-p (list count stream)
  "True, after writing what stands for the rest, if a block ends before LIST."
  (cond ((not (listp list))
         (write-string-to stream ". ")
         (output-object list stream)
         t)
        ((and (length-limit) (%fx>= count (length-limit)))
         (write-string-to stream "...")
         t)
        ((and (%fx> count 0) (consp list) (shared-tail-p list))
         (write-string-to stream ". ")
         (unless *circle-counting*
           (output-object list stream))
         t)
        (t nil)))

(defmacro pprint-pop ()
  "The next element of the list of the logical block around. The block ends
instead at *PRINT-LENGTH*, at a shared tail, or when the rest is no list."
  '(progn
    (when (block-ended-p %block-list %block-count %block-stream)
      (return-from %logical-block nil))
    (setq %block-count (%fx+ %block-count 1))
    (pop %block-list)))

(defmacro pprint-exit-if-list-exhausted ()
  "End the logical block around if its list has no more elements."
  '(when (null %block-list)
    (return-from %logical-block nil)))

(defun pretty-target (designator)
  "The pretty stream that DESIGNATOR stands for, or NIL."
  (let ((stream (output-stream designator)))
    (and *print-pretty* (pretty-stream-p stream) stream)))

(defun pprint-newline (kind &optional stream)
  "Let a line end here: KIND is :LINEAR, :FILL, :MISER or :MANDATORY."
  (unless (member kind '(:linear :fill :miser :mandatory))
    (error 'type-error :datum kind
                       :expected-type '(member :linear :fill :miser
                                        :mandatory)))
  (let ((pretty (pretty-target stream)))
    (when pretty
      (enqueue-newline pretty kind)))
  nil)

(defun pprint-indent (relative-to n &optional stream)
  "Let the next lines of the block begin N columns from its start (RELATIVE-TO
:BLOCK) or from here (:CURRENT)."
  (unless (member relative-to '(:block :current))
    (error 'type-error :datum relative-to
                       :expected-type '(member :block :current)))
  (unless (and (realp n) (< -1000000 n 1000000))
    (error 'type-error :datum n :expected-type '(real (-1000000) (1000000))))
  (let ((pretty (pretty-target stream)))
    (when pretty
      (enqueue-op pretty :indent relative-to (round n) nil)))
  nil)

(defun check-columns (number)
  (unless (typep number '(integer 0 1000000))
    (error 'type-error :datum number :expected-type '(integer 0 1000000))))

(defun pprint-tab (kind colnum colinc &optional stream)
  "Go to a tab stop: KIND is :LINE, :SECTION, :LINE-RELATIVE or
:SECTION-RELATIVE."
  (unless (member kind '(:line :section :line-relative :section-relative))
    (error 'type-error :datum kind
                       :expected-type '(member :line :section :line-relative
                                        :section-relative)))
  (check-columns colnum)
  (check-columns colinc)
  (let ((pretty (pretty-target stream)))
    (when pretty
      (enqueue-op pretty :tab kind colnum colinc)))
  nil)

;;; In FORMAT.

(define-directive #\_ (stream state directive)
  (let ((colon (directive-colon directive))
        (at (directive-at directive)))
    (pprint-newline (cond ((and colon at) :mandatory)
                          (colon :fill)
                          (at :miser)
                          (t :linear))
                    stream)
    nil))

(define-directive #\I (stream state directive)
  (with-parameters ((n 0)) (state directive)
    (pprint-indent (if (directive-colon directive) :current :block) n stream)
    nil))

(defun plain-part (part directive)
  (dolist (item part)
    (when (directivep item)
      (directive-problem directive "the prefix or suffix holds a directive")))
  (apply #'concatenate 'string part))

(defun format-logical-block (stream state directive)
  (let* ((parts (directive-parts directive))
         (count (length parts))
         (colon (directive-colon directive))
         (prefix (if colon "(" ""))
         (suffix (if colon ")" ""))
         (line-prefix nil)
         (body (car parts)))
    (when (> count 3)
      (directive-problem directive "a logical block has up to three parts"))
    (when (> count 1)
      (setq prefix (plain-part (car parts) directive)
            line-prefix (directive-at (car (directive-separators directive)))
            body (cadr parts)))
    (when (> count 2)
      (setq suffix (plain-part (caddr parts) directive)))
    (when (directive-at (directive-close directive))
      (setq body (insert-fill-newlines body)))
    (let ((arguments (if (directive-at directive)
                         (fs-rest state)
                         (next-argument state directive))))
      (if (not (listp arguments))
          (output-object arguments (output-stream stream))
          (flet ((run (stream)
                   (let ((inner (make-format-state arguments arguments)))
                     (setf (fs-block inner) (output-stream stream))
                     (catch 'format-block
                       (run-items body stream inner)))))
            (progn
              (if (directive-at directive)
                  (call-with-logical-block stream prefix line-prefix suffix
                                           #'run)
                  (call-with-block-list stream arguments prefix line-prefix
                                        suffix #'run)))))
      (when (directive-at directive)
        (setf (fs-rest state) '()))
      nil)))

(defun with-fill-newlines (directive)
  "DIRECTIVE with fill newlines in its parts, unless it is a block of its own."
  (if (member (directive-character directive) '(#\{ #\[ #\())
      (let ((copy (make-directive (directive-character directive)
                                  (directive-colon directive)
                                  (directive-at directive)
                                  (directive-parameters directive)
                                  (directive-control directive)
                                  (directive-end directive))))
        (setf (directive-parts copy)
              (mapcar #'insert-fill-newlines (directive-parts directive))
              (directive-separators copy) (directive-separators directive)
              (directive-close copy) (directive-close directive))
        copy)
      directive))

(defun insert-fill-newlines (items)
  "ITEMS with a fill newline behind each run of blanks in their strings."
  (let ((result '()))
    (dolist (item items (nreverse result))
      (if (not (stringp item))
          (push (with-fill-newlines item) result)
          (let ((start 0)
                (length (length item)))
            (dotimes (i length)
              (when (and (eq (char item i) #\Space)
                         (not (and (%fx< (%fx+ i 1) length)
                                   (eq (char item (%fx+ i 1)) #\Space))))
                (push (subseq item start (%fx+ i 1)) result)
                (push (make-directive #\_ t nil '() item i) result)
                (setq start (%fx+ i 1))))
            (when (%fx< start length)
              (push (subseq item start) result)))))))
