;;;; What compilers report: conditions, source texts, reports with excerpts.

(in-package #:astralisp.runtime)

;;; Source texts.

(defstruct (source-text (:constructor %make-source-text
                            (name text external-format)))
  "A text that forms are read from. STARTS are the places where lines start."
  name text external-format (starts nil))

(defun make-source-text (name text &optional (external-format :default))
  "Return the source called NAME whose characters are TEXT; when that is NIL, NAME
is a file in EXTERNAL-FORMAT, looked at when somebody asks for a line."
  (%make-source-text name text external-format))

(defun line-starts (text)
  (let ((starts (list 0)))
    (dotimes (i (length text))
      (when (char= (char text i) #\Newline)
        (push (+ i 1) starts)))
    (coerce (nreverse starts) 'simple-vector)))

(defun file-text (name external-format)
  "The characters of the file NAME, or an empty string when it is not there."
  (or (ignore-errors
       (with-open-file (stream name :external-format
                               (lenient-format external-format))
         (rest-of-stream stream)))
      ""))

(defun ensure-source-lines (source)
  (unless (source-text-text source)
    (setf (source-text-text source)
          (file-text (source-text-name source)
                     (source-text-external-format source))))
  (unless (source-text-starts source)
    (setf (source-text-starts source)
          (line-starts (source-text-text source))))
  source)

(defun source-line-number (source offset)
  "Return the number, from 1, of the line of SOURCE that OFFSET lies in."
  (let* ((starts (source-text-starts (ensure-source-lines source)))
         (low 0)
         (high (length starts)))
    (do () ((<= (- high low) 1) (+ 1 low))
      (let ((middle (floor (+ low high) 2)))
        (if (<= (svref starts middle) offset)
            (setq low middle)
            (setq high middle))))))

(defun source-line-start (source line)
  (svref (source-text-starts (ensure-source-lines source)) (- line 1)))

(defun source-line-text (source line)
  "Return line number LINE, from 1, of SOURCE."
  (let ((start (source-line-start source line))
        (text (source-text-text source)))
    (subseq text start (position #\Newline text :start start))))

(defvar *source* nil
  "The source text that the form being compiled was read from, or NIL.")
(defvar *toplevel-form* nil
  "The top-level form that is being compiled or evaluated.")
(defvar *evaluated-macros* '()
  "The macro forms whose expansion is being evaluated, innermost first.")
(defvar *form-places* nil
  "NIL, or a table from conses of *SOURCE* to (start . end), see *SOURCE-TABLE*.")

;;; Conditions.

(define-condition compiler-diagnostic (condition)
  ((code :initarg :code :initform nil :reader diagnostic-code)
   (severity :initarg :severity :initform :warning
             :reader diagnostic-severity)
   (text :initarg :text :accessor diagnostic-text)
   (hint :initarg :hint :initform nil :accessor diagnostic-hint)
   (label :initarg :label :initform nil :reader diagnostic-label)
   (form :initarg :form :initform nil :reader diagnostic-form)
   (focus :initarg :focus :initform nil :reader diagnostic-focus)
   (chain :initarg :chain :initform nil :reader diagnostic-chain)
   (source :initarg :source :initform nil :reader diagnostic-source)
   (place :initarg :place :initform nil :reader diagnostic-place))
  (:report (lambda (condition stream)
             (write-string (diagnostic-text condition) stream)
             (when (diagnostic-hint condition)
               (write-string "; " stream)
               (write-string (diagnostic-hint condition) stream))))
  (:documentation "Something that a compiler reports about a program."))

(define-condition compiler-warning (compiler-diagnostic warning) ()
  (:documentation "A compiler is sure that a program is wrong. The severity is
:ERROR when a form could not be compiled, else :WARNING."))
(define-condition compiler-style-warning (compiler-diagnostic style-warning) ()
  (:documentation "A compiler finds something in a program that is probably not
what was meant."))
(define-condition compiler-note (compiler-diagnostic) ()
  (:documentation "A compiler tells what it did, or could not do."))

(dolist (entry
         '((diagnostic-code "Return the code of CONDITION, like C0101.")
           (diagnostic-severity
            "Return :ERROR, :WARNING, :STYLE or :NOTE for CONDITION.")
           (diagnostic-text "Return what CONDITION says, a string.")
           (diagnostic-hint "Return what CONDITION advises, a string, or NIL.")
           (diagnostic-form
            "Return the form that CONDITION is about, as its author wrote it.")
           (diagnostic-chain "Return the macro forms whose expansion leads from
the form of CONDITION to the mistake, the outermost first.")))
  (set-documentation (car entry) 'function (cadr entry)))

(defun diagnostic-position (condition)
  "Return the file, the line and the column, from 1, that CONDITION is about; NIL
when its form was not read from a file."
  (let ((source (diagnostic-source condition))
        (place (diagnostic-place condition)))
    (if (and source place)
        (let* ((start (focus-start condition source place))
               (line (source-line-number source start)))
          (values (source-text-name source) line
                  (+ 1 (- start (source-line-start source line)))))
        nil)))

;;; The place of a symbol in the text of a form.

(defun token-character-p (character)
  (not (or (find character "()'`,\";|")
           (member character '(#\Space #\Newline #\Tab #\Return #\Page)))))

(defun token-start (name text start end)
  "Where the token NAME stands in TEXT between START and END, or NIL."
  (let ((length (length name)))
    (do ((at (search name text :start2 start :end2 end :test #'char-equal)
             (search name text :start2 (+ at 1) :end2 end :test #'char-equal)))
        ((null at) nil)
      (when (and (or (= at 0)
                     (char= #\: (char text (- at 1)))
                     (not (token-character-p (char text (- at 1)))))
                 (or (>= (+ at length) (length text))
                     (not (token-character-p (char text (+ at length))))))
        (return at)))))

(defun focus-name (condition)
  (let ((focus (diagnostic-focus condition)))
    (cond ((and focus (symbolp focus)) (symbol-name focus))
          ((or (numberp focus) (characterp focus) (stringp focus))
           (prin1-to-string focus))
          (t nil))))

(defun focus-start (condition source place)
  (ensure-source-lines source)
  (let ((name (focus-name condition))
        (text (source-text-text source)))
    (or (and name (<= (cdr place) (length text))
             (token-start name text (car place) (cdr place)))
        (car place))))

(defun focus-length (condition source start place)
  (let ((name (focus-name condition))
        (text (source-text-text source)))
    (if (and name (eql start (token-start name text (car place)
                                          (min (cdr place) (length text)))))
        (length name)
        (max 1 (- (min (cdr place)
                       (or (position #\Newline text :start start)
                           (length text)))
                  start)))))

;;; Reports.

(defun short-form-text (form)
  (let ((*print-length* 5) (*print-level* 3) (*print-pretty* nil)
        (*print-circle* nil) (*print-right-margin* nil))
    (prin1-to-string form)))

(defun severity-word (condition)
  (case (diagnostic-severity condition)
    (:error "error")
    (:style "style-warning")
    (:note "note")
    (t "warning")))

(defun write-excerpt (condition source place stream)
  "Write the line of SOURCE that CONDITION is about, its place marked."
  (let* ((start (focus-start condition source place))
         (line (source-line-number source start))
         (column (- start (source-line-start source line)))
         (margin (make-string (length (princ-to-string line))
                              :initial-element #\Space))
         (text (substitute #\Space #\Tab (source-line-text source line))))
    (format stream " ~A--> ~A:~D:~D~%" margin (source-text-name source) line
            (+ column 1))
    (unless (string= text "")
      (format stream " ~A |~% ~D | ~A~% ~A | ~A~A~@[ ~A~]~%"
              margin line text margin
              (make-string column :initial-element #\Space)
              (make-string (focus-length condition source start place)
                           :initial-element #\^)
              (diagnostic-label condition)))
    margin))

(defun write-diagnostic (condition &optional (stream *error-output*))
  "Write the report of CONDITION, a COMPILER-DIAGNOSTIC, on STREAM: what is wrong,
where, by which macros, and what helps."
  (let ((source (diagnostic-source condition))
        (place (diagnostic-place condition))
        (margin " "))
    (format stream "~&~A~@[[~A]~]: ~A~%" (severity-word condition)
            (diagnostic-code condition) (diagnostic-text condition))
    (cond ((and source place)
           (setq margin (write-excerpt condition source place stream)))
          ((diagnostic-form condition)
           (format stream "  --> ~A~%"
                   (short-form-text (diagnostic-form condition)))))
    (dolist (form (diagnostic-chain condition))
      (format stream " ~A = in the expansion of ~A~%" margin
              (short-form-text form)))
    (when (diagnostic-hint condition)
      (format stream " ~A = help: ~A~%" margin (diagnostic-hint condition)))
    nil))

;;; Names that may have been meant.

(defun edit-distance (a b limit)
  "How many letters must be changed, added, dropped or swapped with their
neighbour to make the string A the string B; more than LIMIT: LIMIT + 1."
  (let* ((n (length a)) (m (length b))
         (before (make-array (+ m 1)))
         (row (make-array (+ m 1)))
         (next (make-array (+ m 1))))
    (when (> (abs (- n m)) limit)
      (return-from edit-distance (+ limit 1)))
    (dotimes (j (+ m 1)) (setf (svref row j) j))
    (dotimes (i n (min (svref row m) (+ limit 1)))
      (setf (svref next 0) (+ i 1))
      (let ((least (+ i 1)))
        (dotimes (j m)
          (let* ((same (char= (char a i) (char b j)))
                 (cost (min (+ (svref row j) (if same 0 1))
                            (+ 1 (svref row (+ j 1)))
                            (+ 1 (svref next j)))))
            (when (and (> i 0) (> j 0)
                       (char= (char a i) (char b (- j 1)))
                       (char= (char a (- i 1)) (char b j)))
              (setq cost (min cost (+ 1 (svref before (- j 1))))))
            (setf (svref next (+ j 1)) cost)
            (setq least (min least cost))))
        (when (> least limit)
          (return-from edit-distance (+ limit 1))))
      (rotatef before row next))))

(defun nearest-symbol (symbol wanted &optional (candidates nil given-p))
  "The symbol of CANDIDATES, by default those accessible in the current package,
for which the function WANTED is true whose name is nearest to that of SYMBOL, or
NIL if none is near."
  (let* ((name (symbol-name symbol))
         (limit (cond ((< (length name) 4) 0) ((< (length name) 5) 1) (t 2)))
         (best nil))
    (flet ((look-at (candidate)
             (let ((other (symbol-name candidate)))
               (when (and (<= (abs (- (length other) (length name))) limit)
                          (not (eq candidate symbol))
                          (funcall wanted candidate))
                 (let ((distance (edit-distance name other limit)))
                   (when (or (< distance limit)
                             (and (= distance limit)
                                  (or (null best)
                                      (string< other (symbol-name best)))))
                     (setq limit distance
                           best candidate)))))))
      (cond ((= limit 0) nil)
            (given-p (mapc #'look-at candidates))
            (t (do-symbols (candidate *package*)
                 (look-at candidate)))))
    best))

(defun exported-elsewhere (symbol wanted)
  "A symbol with the name of SYMBOL that another package exports and for which the
function WANTED is true, or NIL."
  (dolist (package (list-all-packages) nil)
    (multiple-value-bind (other status)
        (find-symbol (symbol-name symbol) package)
      (when (and (eq status :external) (not (eq other symbol))
                 (funcall wanted other))
        (return other)))))

(defun did-you-mean (symbol wanted)
  "A hint for SYMBOL, not known as WANTED, a function, asks; or NIL."
  (let ((near (nearest-symbol symbol wanted)))
    (if near
        (format nil "did you mean ~S?" near)
        (let ((other (exported-elsewhere symbol wanted)))
          (if other
              (format nil "did you mean ~S?" other)
              nil)))))
