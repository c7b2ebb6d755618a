;;;; The pretty printer: logical blocks, conditional newlines, layout (CLHS
;;;; 22.2).

(in-package #:astralisp.runtime)

;;; The outermost logical block collects what is written as a tree and lays it
;;; out at its end. An item of a block is
;;;   a string
;;;   another block
;;;   (:newline kind)           kind :LINEAR :FILL :MISER :MANDATORY or :LITERAL
;;;   (:indent relative-to n)   :BLOCK or :CURRENT
;;;   (:tab kind colnum colinc)
;;; A block that fits on the line with what follows it up to the next possible
;;; newline of the block around it is written flat; otherwise each of its
;;; newlines is decided in turn, its inner blocks likewise.

(defstruct (pretty-block (:copier nil) (:constructor make-pretty-block
                                           (prefix line-prefix suffix outer)))
  prefix
  ;; True if PREFIX stands before every line.
  line-prefix
  suffix
  ;; The block around it while it is being written.
  outer
  ;; The items; while the block is being written the last first.
  (items '())
  ;; The columns it takes on one line, or NIL if it cannot be on one.
  (width 0))

(defstruct (pretty-stream (:include ansi-stream (out #'pretty-out)
                           (out-string #'pretty-out-string)
                           (control #'pretty-control))
                          (:copier nil) (:predicate nil)
                          (:constructor make-pretty-stream (target))
                          (:conc-name %pretty-))
  "A stream that lays out what is written to it."
  target
  (block nil)
  ;; Text since the last item.
  (text (make-string-output-stream)))

(defun pretty-stream-p (object)
  (%instance-of-p object (%layout pretty-stream)))

(defun pretty-stream-p* (designator)
  (pretty-stream-p (output-stream designator)))

(defun flush-pretty-text (stream)
  (let ((text (get-output-stream-string (%pretty-text stream))))
    (unless (%fx= (%vector-length text) 0)
      (push text (pretty-block-items (%pretty-block stream))))))

(defun add-pretty-item (stream item)
  (flush-pretty-text stream)
  (push item (pretty-block-items (%pretty-block stream))))

(defun pretty-out (stream character)
  (if (eq character #\Newline)
      (add-pretty-item stream '(:newline :literal))
      (write-char-to (%pretty-text stream) character)))

(defun pretty-out-string (stream string start end)
  (do ((i start (%fx+ i 1)))
      ((%fx>= i end))
    (pretty-out stream (%string-ref string i))))

(defun pretty-control (stream operation argument)
  (declare (ignore stream operation argument))
  nil)

;;; Widths.

(defun item-width (item)
  "The columns ITEM takes on one line; NIL if it needs more than one."
  (cond ((stringp item) (length item))
        ((pretty-block-p item) (pretty-block-width item))
        ((eq (car item) :newline)
         (if (member (cadr item) '(:mandatory :literal)) nil 0))
        ((eq (car item) :tab) (if (member (cadr item)
                                          '(:line-relative :section-relative))
                                  (caddr item)
                                  1))
        (t 0)))

(defun finish-pretty-block (block)
  "Put the items of BLOCK in order and compute its width."
  (let ((items (nreverse (pretty-block-items block)))
        (width (%fx+ (length (pretty-block-prefix block))
                     (length (pretty-block-suffix block)))))
    (setf (pretty-block-items block) items)
    (dolist (item items)
      (let ((w (item-width item)))
        (setq width (and w width (%fx+ w width)))))
    (setf (pretty-block-width block) width)))

(defun section-width (items after)
  "The columns of ITEMS up to the next newline; when there is none, AFTER, which
follows the block, counts too. NIL if that does not fit on any line."
  (let ((width 0))
    (dolist (item items (and width after (%fx+ width after)))
      (when (and (consp item) (eq (car item) :newline))
        (return width))
      (let ((w (item-width item)))
        (when (null w)
          ;; Only what comes before the line break counts.
          (return (and (pretty-block-p item) nil)))
        (setq width (%fx+ width w))))))

;;; Layout.

(defstruct (pretty-layout (:copier nil) (:conc-name pl-)
                          (:constructor make-pretty-layout (stream margin)))
  stream
  margin
  ;; Text of the present line since its last non-blank character.
  (blanks 0)
  (lines 1)
  ;; Prefixes of the blocks that have one for each line: (column . text).
  (prefixes '()))

(defun layout-column (layout)
  (%fx+ (%stream-column (pl-stream layout)) (pl-blanks layout)))

(defun layout-text (layout text)
  "Write TEXT; blanks at its end are held back, in case the line ends there."
  (let ((end (%vector-length text))
        (stream (pl-stream layout)))
    (do () ((not (and (%fx> end 0)
                      (eq (%string-ref text (%fx- end 1)) #\Space))))
      (setq end (%fx- end 1)))
    (when (%fx> end 0)
      (write-padding stream #\Space (pl-blanks layout))
      (setf (pl-blanks layout) 0)
      (write-simple-string-to stream text 0 end))
    (setf (pl-blanks layout)
          (%fx+ (pl-blanks layout) (%fx- (%vector-length text) end)))))

(defun layout-newline (layout column)
  "End the line and go to COLUMN of the next."
  (let ((stream (pl-stream layout)))
    (setf (pl-blanks layout) 0
          (pl-lines layout) (%fx+ (pl-lines layout) 1))
    (when (and *print-lines* (not *print-readably*)
               (%fx> (pl-lines layout) *print-lines*))
      (write-string-to stream " ..")
      (throw 'pretty-lines nil))
    (write-char-to stream #\Newline)
    (dolist (prefix (reverse (pl-prefixes layout)))
      (write-padding stream #\Space
                     (max 0 (%fx- (car prefix) (%stream-column stream))))
      (write-string-to stream (cdr prefix)))
    (setf (pl-blanks layout)
          (max 0 (%fx- column (%stream-column stream))))))

(defun fits-p (layout width)
  (and width
       (%fx<= (%fx+ (layout-column layout) width) (pl-margin layout))))

(defun layout-block (layout block after)
  "Write BLOCK, behind which AFTER columns (or NIL: too many) follow on the same
line."
  (let* ((width (pretty-block-width block))
         (flat (and width (fits-p layout (%fx+ width (or after 0)))
                    after)))
    (if flat
        (layout-flat layout block)
        (layout-broken layout block after))))

(defun layout-flat (layout block)
  (layout-text layout (pretty-block-prefix block))
  (let ((start (layout-column layout)))
    (dolist (item (pretty-block-items block))
      (cond ((stringp item) (layout-text layout item))
            ((pretty-block-p item) (layout-flat layout item))
            ((eq (car item) :tab) (layout-tab layout item start)))))
  (layout-text layout (pretty-block-suffix block)))

(defun layout-broken (layout block after)
  (let* ((first-column (layout-column layout))
         (prefixes (pl-prefixes layout)))
    (layout-text layout (pretty-block-prefix block))
    (when (pretty-block-line-prefix block)
      (setf (pl-prefixes layout)
            (cons (cons first-column (pretty-block-prefix block)) prefixes)))
    (let* ((start (layout-column layout))
           (indentation start)
           (section-start start)
           (section-line (pl-lines layout))
           (miser (and *print-miser-width*
                       (%fx<= (%fx- (pl-margin layout) start)
                              *print-miser-width*)))
           (end (and after
                     (%fx+ after (length (pretty-block-suffix block))))))
      (do ((items (pretty-block-items block) (cdr items)))
          ((null items))
        (let ((item (car items)))
          (cond ((stringp item) (layout-text layout item))
                ((pretty-block-p item)
                 (layout-block layout item (section-width (cdr items) end)))
                ((eq (car item) :indent)
                 (unless miser
                   (setq indentation
                         (max 0 (%fx+ (caddr item)
                                      (if (eq (cadr item) :block)
                                          start
                                          (layout-column layout)))))))
                ((eq (car item) :tab)
                 (layout-tab layout item section-start))
                (t
                 (let ((kind (cadr item)))
                   (when (case kind
                           ((:mandatory :literal :linear) t)
                           (:miser miser)
                           (t (or miser
                                  (not (eql section-line (pl-lines layout)))
                                  (not (fits-p layout
                                               (section-width (cdr items)
                                                              end))))))
                     (layout-newline layout
                                     (if (eq kind :literal) 0 indentation)))
                   (setq section-start (layout-column layout)
                         section-line (pl-lines layout))))))))
    (setf (pl-prefixes layout) prefixes)
    (layout-text layout (pretty-block-suffix block))))

(defun layout-tab (layout item section-start)
  (destructuring-bind (kind colnum colinc) (cdr item)
    (let* ((column (layout-column layout))
           (base (if (member kind '(:section :section-relative))
                     section-start
                     0))
           (at (- column base)))
      (setf (pl-blanks layout)
            (+ (pl-blanks layout)
               (if (member kind '(:line-relative :section-relative))
                   (+ colnum (if (> colinc 1)
                                 (mod (- (+ at colnum)) colinc)
                                 0))
                   (cond ((< at colnum) (- colnum at))
                         ((> colinc 0) (- colinc (mod (- at colnum) colinc)))
                         (t 0))))))))

(defun lay-out (block target)
  (let ((layout (make-pretty-layout target (or *print-right-margin* 80))))
    (catch 'pretty-lines
      (layout-block layout block 0)
      (write-padding target #\Space (pl-blanks layout)))))

;;; Logical blocks.

(defun call-with-logical-block (designator prefix line-prefix suffix function)
  "Call FUNCTION with the stream on which to write the inside of a block."
  (let ((stream (output-stream designator)))
    (cond ((pretty-stream-p stream)
           (flush-pretty-text stream)
           (let* ((outer (%pretty-block stream))
                  (block (make-pretty-block prefix line-prefix suffix outer)))
             (setf (%pretty-block stream) block)
             (funcall function stream)
             (flush-pretty-text stream)
             (finish-pretty-block block)
             (setf (%pretty-block stream) outer)
             (push block (pretty-block-items outer))))
          (*print-pretty*
           (let ((pretty (make-pretty-stream stream))
                 (block (make-pretty-block prefix line-prefix suffix nil)))
             (setf (%pretty-block pretty) block
                   (%stream-column pretty) (%stream-column stream))
             (funcall function pretty)
             (flush-pretty-text pretty)
             (finish-pretty-block block)
             (lay-out block stream)))
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
      (add-pretty-item pretty (list :newline kind))))
  nil)

(defun pprint-indent (relative-to n &optional stream)
  "Let the next lines of the block begin N columns from its start (RELATIVE-TO
:BLOCK) or from here (:CURRENT)."
  (unless (member relative-to '(:block :current))
    (error 'type-error :datum relative-to
                       :expected-type '(member :block :current)))
  (let ((pretty (pretty-target stream)))
    (when pretty
      (add-pretty-item pretty (list :indent relative-to (round n)))))
  nil)

(defun pprint-tab (kind colnum colinc &optional stream)
  "Go to a tab stop: KIND is :LINE, :SECTION, :LINE-RELATIVE or
:SECTION-RELATIVE."
  (unless (member kind '(:line :section :line-relative :section-relative))
    (error 'type-error :datum kind
                       :expected-type '(member :line :section :line-relative
                                        :section-relative)))
  (let ((pretty (pretty-target stream)))
    (when pretty
      (add-pretty-item pretty (list :tab kind colnum colinc))))
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
