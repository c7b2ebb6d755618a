;;;; The stream of the pretty printer: it decides where lines end (CLHS 22.2).

(in-package #:astralisp.runtime)

;;; What is written collects in a buffer, and what may change the layout in a
;;; queue: newlines, indentations, tab stops, the starts and ends of logical
;;; blocks. As soon as it is known whether the section that follows the first of
;;; the queue fits on the line, that one is decided, and a line that ends leaves
;;; for the target. So no more than about a line is ever held, also of an
;;; endless object. (After D. Oppen, Prettyprinting, TOPLAS 2(4), and R. Waters,
;;; XP, MIT AI memo 1102a.)
;;;
;;; A position counts characters since the beginning, tab stops as nothing; that
;;; of buffer index I is I + OFFSET. A column counts from the line's beginning.

(defstruct (pretty-stream (:include ansi-stream (out #'pretty-out)
                           (out-string #'pretty-out-string)
                           (control #'pretty-control))
                          (:copier nil) (:predicate nil)
                          (:constructor make-pretty-stream (target margin))
                          (:conc-name %pretty-))
  "A stream that lays out what is written to it."
  target
  ;; Columns in a line.
  margin
  (buffer (%make-vector #x2C 160))
  (fill 0)
  (offset 0)
  ;; The column of the first character of the buffer.
  (start-column 0)
  ;; How many lines were ended, and how many there may be, or NIL.
  (lines 0)
  (line-limit (if *print-readably* nil *print-lines*))
  ;; What is not decided yet, the first first, and its last cons.
  (queue '())
  (queue-end '())
  ;; The starts of the blocks now being written, the innermost first.
  (pending '())
  ;; The blocks around the place that layout has reached, the innermost first.
  (blocks (list (make-level 0 0 0 "" ""))))

(defstruct (pretty-op (:copier nil) (:predicate nil)
                      (:constructor make-pretty-op
                          (kind position depth detail number increment)))
  ;; :NEWLINE, :INDENT, :TAB, :START or :END.
  kind
  position
  ;; How many blocks are around it.
  depth
  ;; The kind of newline, indentation or tab; the per-line prefix of a start, or
  ;; NIL.
  detail
  ;; Indentation; column of a tab; the suffix of a start.
  number
  ;; Of a tab; of a start, its end.
  increment
  ;; For newlines and starts: the newline that ends the section behind it.
  (section-end nil))

(defstruct (pretty-level (:conc-name level-) (:copier nil) (:predicate nil)
                         (:constructor make-level
                             (start section section-line prefix suffix
                              &aux (indentation start))))
  ;; The columns at which the block and its present section start, and the
  ;; number of the line on which the section does.
  start
  section
  section-line
  ;; What begins each line, of this block and those around it.
  prefix
  ;; What will end this block and those around it.
  suffix
  indentation)

(defun pretty-stream-p (object)
  (%instance-of-p object (%layout pretty-stream)))

(defun pretty-stream-p* (designator)
  (pretty-stream-p (output-stream designator)))

;;; The buffer.

(defun pretty-position (stream)
  "The position of the next character written."
  (%fx+ (%pretty-fill stream) (%pretty-offset stream)))

(defun append-to-buffer (stream string start end)
  (let* ((fill (%pretty-fill stream))
         (count (%fx- end start))
         (buffer (%pretty-buffer stream)))
    (when (%fx> (%fx+ fill count) (%vector-length buffer))
      (let ((new (%make-vector #x2C (%fx* 2 (%fx+ fill count)))))
        (%replace new 0 buffer 0 fill)
        (setf (%pretty-buffer stream) new)
        (setq buffer new)))
    (%replace buffer fill string start count)
    (setf (%pretty-fill stream) (%fx+ fill count))
    (when (%fx> (%pretty-fill stream) (%pretty-margin stream))
      (decide-full-line stream))))

(defun decide-full-line (stream)
  "Decide what can be decided now that the buffer holds more than a line."
  (unless (decide-pretty stream nil)
    (when (%fx> (%pretty-fill stream) (%fx+ (%pretty-margin stream) 512))
      (send-part-of-line stream))))

(defun send-part-of-line (stream)
  "Send the part of the buffer that no decision changes: what is before the first
of the queue, without blanks at its end."
  (let* ((queue (%pretty-queue stream))
         (buffer (%pretty-buffer stream))
         (count (blanks-before
                 buffer
                 (if queue
                     (%fx- (pretty-op-position (car queue))
                           (%pretty-offset stream))
                     (%pretty-fill stream)))))
    (when (%fx> count 0)
      (write-simple-string-to (%pretty-target stream) buffer 0 count)
      (setf (%pretty-start-column stream)
            (%fx+ (%pretty-start-column stream) count))
      (drop-from-buffer stream count ""))))

(defun blanks-before (buffer end)
  "END, or the index of the first of the blanks before it."
  (do () ((not (and (%fx> end 0)
                    (eq (%string-ref buffer (%fx- end 1)) #\Space)))
          end)
    (setq end (%fx- end 1))))

(defun drop-from-buffer (stream count prefix)
  "Put PREFIX in the place of the first COUNT characters of the buffer."
  (let* ((rest (%fx- (%pretty-fill stream) count))
         (length (%vector-length prefix))
         (buffer (%pretty-buffer stream)))
    (when (%fx> (%fx+ length rest) (%vector-length buffer))
      (let ((new (%make-vector #x2C (%fx* 2 (%fx+ length rest)))))
        (%replace new 0 buffer 0 (%pretty-fill stream))
        (setf (%pretty-buffer stream) new)
        (setq buffer new)))
    (%replace buffer length buffer count rest)
    (%replace buffer 0 prefix 0 length)
    (setf (%pretty-fill stream) (%fx+ length rest)
          (%pretty-offset stream) (%fx+ (%pretty-offset stream)
                                        (%fx- count length)))))

(defun pretty-out (stream character)
  (if (eq character #\Newline)
      (enqueue-newline stream :literal)
      (let ((fill (%pretty-fill stream))
            (buffer (%pretty-buffer stream)))
        (if (%fx< fill (%vector-length buffer))
            (progn
              (%set-string-ref buffer fill character)
              (setf (%pretty-fill stream) (%fx+ fill 1))
              (when (%fx> fill (%pretty-margin stream))
                (decide-full-line stream)))
            (let ((string (%make-vector #x2C 1)))
              (%set-string-ref string 0 character)
              (append-to-buffer stream string 0 1))))))

(defun pretty-out-string (stream string start end)
  (do ((i start (%fx+ i 1)))
      ((%fx>= i end)
       (when (%fx< start end)
         (append-to-buffer stream string start end)))
    (when (eq (%string-ref string i) #\Newline)
      (when (%fx< start i)
        (append-to-buffer stream string start i))
      (enqueue-newline stream :literal)
      (setq start (%fx+ i 1)))))

(defun pretty-control (stream operation argument)
  (declare (ignore argument))
  (case operation
    (:column (index-column stream (%pretty-fill stream)))
    (:line-length (%pretty-margin stream))
    (t nil)))

;;; The queue.

(defun queue-op (stream op)
  (let ((cell (cons op '())))
    (if (%pretty-queue stream)
        (rplacd (%pretty-queue-end stream) cell)
        (setf (%pretty-queue stream) cell))
    (setf (%pretty-queue-end stream) cell)
    op))

(defun enqueue-op (stream kind detail number increment)
  (queue-op stream
           (make-pretty-op kind (pretty-position stream)
                           (length (%pretty-pending stream))
                           detail number increment)))

(defun enqueue-newline (stream kind)
  "Note a newline of KIND: it ends the sections before it that are as deep or
deeper."
  (let* ((newline (enqueue-op stream :newline kind nil nil))
         (depth (pretty-op-depth newline)))
    (dolist (op (%pretty-queue stream))
      (when (and (not (eq op newline))
                 (member (pretty-op-kind op) '(:newline :start))
                 (null (pretty-op-section-end op))
                 (%fx<= depth (pretty-op-depth op)))
        (setf (pretty-op-section-end op) newline)))
    (decide-pretty stream
                   (if (member kind '(:literal :mandatory)) t nil))))

(defun start-block (stream prefix line-prefix suffix)
  (pretty-out-string stream prefix 0 (%vector-length prefix))
  (let ((start (enqueue-op stream :start (if line-prefix prefix nil)
                           suffix nil)))
    (setf (%pretty-pending stream) (cons start (%pretty-pending stream)))))

(defun end-block (stream)
  (let* ((start (car (%pretty-pending stream)))
         (suffix (pretty-op-number start)))
    (setf (%pretty-pending stream) (cdr (%pretty-pending stream))
          (pretty-op-increment start) (enqueue-op stream :end nil nil nil))
    (pretty-out-string stream suffix 0 (%vector-length suffix))))

;;; Columns.

(defun tab-size (op section column)
  "How many columns the tab OP skips at COLUMN when its section starts at column
SECTION."
  (let* ((kind (pretty-op-detail op))
         (colnum (pretty-op-number op))
         (colinc (pretty-op-increment op))
         (at (if (member kind '(:section :section-relative))
                 (%fx- column section)
                 column)))
    (cond ((member kind '(:line-relative :section-relative))
           (+ colnum (if (> colinc 1) (mod (- (+ at colnum)) colinc) 0)))
          ((< at colnum) (- colnum at))
          ((> colinc 0) (- colinc (mod (- at colnum) colinc)))
          (t 0))))

(defun index-column (stream index)
  "The column of the character at INDEX of the buffer, if no line ends before
it."
  (let* ((column (%pretty-start-column stream))
         (section (level-section (car (%pretty-blocks stream))))
         (offset (%pretty-offset stream))
         (end (%fx+ index offset)))
    (dolist (op (%pretty-queue stream))
      (let ((position (pretty-op-position op)))
        (when (%fx>= position end)
          (return))
        (case (pretty-op-kind op)
          (:tab
           (setq column
                 (%fx+ column
                       (tab-size op section
                                 (%fx+ column (%fx- position offset))))))
          ((:newline :start)
           (setq section (%fx+ column (%fx- position offset)))))))
    (%fx+ column index)))

(defun op-column (stream op)
  (index-column stream (%fx- (pretty-op-position op)
                             (%pretty-offset stream))))

(defun expand-tabs (stream last)
  "Put blanks for the tabs of the queue up to LAST (NIL: all) into the buffer.
The ops up to LAST are of no use afterwards."
  (let ((column (%pretty-start-column stream))
        (section (level-section (car (%pretty-blocks stream))))
        (offset (%pretty-offset stream))
        (added 0)
        (tabs '()))
    (dolist (op (%pretty-queue stream))
      (let ((index (%fx- (pretty-op-position op) offset)))
        (case (pretty-op-kind op)
          (:tab
           (let ((size (tab-size op section (%fx+ column index))))
             (push (cons index size) tabs)
             (setq column (%fx+ column size)
                   added (%fx+ added size))))
          ((:newline :start) (setq section (%fx+ column index)))))
      (when (eq op last)
        (return)))
    (unless (eq added 0)
      (let* ((old (%pretty-buffer stream))
             (end (%pretty-fill stream))
             (new (%make-vector #x2C (%fx+ (%fx* 2 end) added))))
        (setf (%pretty-fill stream) (%fx+ end added)
              (%pretty-offset stream) (%fx- offset added)
              (%pretty-buffer stream) new)
        (dolist (tab tabs)
          (let ((index (car tab)))
            (%replace new (%fx+ index added) old index (%fx- end index))
            (setq added (%fx- added (cdr tab)))
            (%fill new #\Space (%fx+ index added)
                   (%fx+ index (%fx+ added (cdr tab))))
            (setq end index)))
        (%replace new 0 old 0 end)))))

;;; Decisions.

(defun last-line-p (stream)
  "True if no line may follow this one."
  (let ((limit (%pretty-line-limit stream)))
    (and limit (>= (%fx+ (%pretty-lines stream) 1) limit))))

(defun section-fits (stream op force)
  "Whether what follows OP up to the end of its section fits on the line: T, NIL,
or :UNKNOWN. With FORCE a line will end right behind what is there."
  (let* ((end (pretty-op-section-end op))
         (available
           (if (last-line-p stream)
               (%fx- (%fx- (%pretty-margin stream) 3)
                     (length (level-suffix (car (%pretty-blocks stream)))))
               (%pretty-margin stream))))
    (cond (end (%fx<= (op-column stream end) available))
          (force nil)
          ((%fx> (index-column stream (%pretty-fill stream)) available) nil)
          (t :unknown))))

(defun miser-p (stream)
  (and *print-miser-width*
       (<= (- (%pretty-margin stream)
              (level-start (car (%pretty-blocks stream))))
           *print-miser-width*)))

(defun line-ends-p (stream newline force)
  "Whether a line ends at NEWLINE: T, NIL or :UNKNOWN."
  (case (pretty-op-detail newline)
    ((:linear :literal :mandatory) t)
    (:miser (miser-p stream))
    (t (if (or (miser-p stream)
               (%fx> (%pretty-lines stream)
                     (level-section-line (car (%pretty-blocks stream)))))
           t
           (let ((fits (section-fits stream newline force)))
             (if (eq fits :unknown) fits (not fits)))))))

(defun decide-pretty (stream force)
  "Decide as much of the queue as can be decided; return whether a line was
ended. FORCE as in section-fits."
  (let ((ended nil))
    (do () ((null (%pretty-queue stream)) ended)
      (let ((op (car (%pretty-queue stream))))
        (case (pretty-op-kind op)
          (:newline
           (case (line-ends-p stream op force)
             (:unknown (return ended))
             ((nil) (note-section stream op))
             (t (setq ended t)
              (send-line stream op))))
          (:indent
           (unless (miser-p stream)
             (indent-block stream
                           (+ (pretty-op-number op)
                              (if (eq (pretty-op-detail op) :block)
                                  (level-start (car (%pretty-blocks stream)))
                                  (op-column stream op))))))
          (:start
           (case (section-fits stream op force)
             (:unknown (return ended))
             ((nil) (open-block stream op))
             (t
              ;; The whole block is on this line. Its end is in the queue, since
              ;; the end of its section is behind it.
              (let ((end (pretty-op-increment op)))
                (expand-tabs stream end)
                (setf (%pretty-queue stream)
                      (member end (%pretty-queue stream)))))))
          (:end (setf (%pretty-blocks stream) (cdr (%pretty-blocks stream))))
          (:tab (expand-tabs stream op))))
      (setf (%pretty-queue stream) (cdr (%pretty-queue stream))))))

(defun note-section (stream newline)
  "NEWLINE does not end a line; a section begins there all the same."
  (let ((level (car (%pretty-blocks stream))))
    (setf (level-section level) (op-column stream newline)
          (level-section-line level) (%pretty-lines stream))))

(defun open-block (stream start)
  "Layout enters the block of START, which does not fit on the line."
  (let* ((outer (car (%pretty-blocks stream)))
         (column (op-column stream start))
         (line-prefix (pretty-op-detail start))
         (prefix (level-prefix outer)))
    (when line-prefix
      (setq prefix
            (concatenate 'string prefix
                         (make-string (max 0 (- column (length prefix)
                                                (length line-prefix)))
                                      :initial-element #\Space)
                         line-prefix)))
    (push (make-level column column (%pretty-lines stream) prefix
                      (concatenate 'string (pretty-op-number start)
                                   (level-suffix outer)))
          (%pretty-blocks stream))))

(defun indent-block (stream column)
  (let ((level (car (%pretty-blocks stream))))
    (setf (level-indentation level)
          (max column (length (level-prefix level))))))

(defun send-line (stream newline)
  "End the line at NEWLINE and put the beginning of the next into the buffer."
  (let* ((literal (eq (pretty-op-detail newline) :literal))
         (count (%fx- (pretty-op-position newline) (%pretty-offset stream)))
         (buffer (%pretty-buffer stream))
         (target (%pretty-target stream))
         (level (car (%pretty-blocks stream)))
         (prefix (level-prefix level)))
    (write-simple-string-to target buffer 0
                            (if literal count (blanks-before buffer count)))
    (when (last-line-p stream)
      (write-string-to target " ..")
      (write-string-to target (level-suffix level))
      ;; Nothing more is to come of this stream.
      (setf (%pretty-queue stream) '()
            (%pretty-fill stream) 0
            (%pretty-margin stream) most-positive-fixnum)
      (throw 'pretty-lines nil))
    (setf (%pretty-lines stream) (%fx+ (%pretty-lines stream) 1)
          (%pretty-start-column stream) 0)
    (write-char-to target #\Newline)
    (let ((blanks (%fx- (level-indentation level) (length prefix))))
      (when (and (not literal) (%fx> blanks 0))
        (setq prefix (concatenate 'string prefix
                                  (make-string blanks
                                               :initial-element #\Space)))))
    (drop-from-buffer stream count (coerce prefix 'simple-string))
    (unless literal
      (setf (level-section level) (%vector-length prefix)
            (level-section-line level) (%pretty-lines stream)))))

(defun finish-pretty (stream)
  "Send what is left."
  (decide-pretty stream nil)
  (expand-tabs stream nil)
  (write-simple-string-to (%pretty-target stream) (%pretty-buffer stream)
                          0 (%pretty-fill stream)))
