;;;; Source text: its forms, compiled one after the other.

(in-package #:astralisp.compiler)

(defun read-source-text (path &optional (external-format :default))
  "Return the characters of the file PATH, which are in EXTERNAL-FORMAT, as a simple
string."
  (with-open-file (stream path :external-format external-format)
    (skip-byte-order-mark stream)
    (rest-of-stream stream)))

(defun compile-source-text (text name sink-for &optional (shown-name name))
  "Compile the forms of the string TEXT, called NAME in reports. SINK-FOR is a
function of a form that returns its sink or nil (COMPILE-TOPLEVEL-FORM). A form
that cannot be read is reported; what follows is compiled. Return how many warnings
there were, whether one was more than a style warning, and the definitions of TEXT
as a vector for NOTE-FILE-DEFINITIONS."
  (let ((*source* (make-source-text name text))
        (*definitions* '())
        (*diagnostic-counts* (make-diagnostic-counts)))
    (call-without-listener
     (lambda ()
       (call-with-compilation-unit
        (lambda () (compile-forms-of text sink-for)))))
    (write-summary name)
    (let ((failures (+ (diagnostic-counts-errors *diagnostic-counts*)
                       (diagnostic-counts-warnings *diagnostic-counts*))))
      (values (+ failures (diagnostic-counts-styles *diagnostic-counts*))
              (plusp failures)
              (definitions-vector shown-name)))))

(defun write-summary (name)
  "Say how much was reported of the text called NAME, if anything was."
  (let ((summary (diagnostics-summary *diagnostic-counts*)))
    (when summary
      (format *error-output* "~&; ~A: ~A~%" name summary))))

(defun compile-forms-of (text sink-for)
  (let ((end (list nil)) (start 0) (places nil) (form nil))
    (loop
      (setq places (make-hash-table :test 'eq))
      (multiple-value-setq (form start)
        (read-form-at text start end places))
      (cond ((eq form end) (return))
            (start
             (let ((*form-places* places)
                   (*positions* #'line-of-form))
               (compile-toplevel-form form (funcall sink-for form) nil)))
            (t (setq start form))))))

(defun read-form-at (text start end places)
  "Read the form of TEXT at START; note in the table PLACES where its conses stand.
Return it, or END at the end of TEXT, and where it ends; when it cannot be read say
so, and return where to go on, and nil."
  (with-input-from-string (stream text :start start)
    (let ((problem nil) (form nil))
      (block nil
        (handler-bind ((error (lambda (condition)
                                (setq problem condition)
                                (return nil))))
          (setq form (read-with-places stream end places))))
      (let ((position (+ start (%stream-count stream))))
        (cond (problem
               (note-reader-problem problem text start position)
               (values (next-form-start text start problem position) nil))
              (t (shift-places places start)
                 (values form position)))))))

(defun read-with-places (stream end places)
  "Read a form, END at the end; note in the table PLACES where conses stand."
  (progv (list (runtime-name "*SOURCE-TABLE*")) (list places)
    (read-preserving-whitespace stream nil end)))

(defun shift-places (places distance)
  "Add DISTANCE to all PLACES, which count from there."
  (unless (= distance 0)
    (maphash (lambda (form place)
               (declare (ignore form))
               (setf (car place) (+ (car place) distance))
               (setf (cdr place) (+ (cdr place) distance)))
             places)))

(defun note-reader-problem (problem text start position)
  "Report the condition PROBLEM of reading the form at START up to POSITION."
  (let* ((first (or (position-if-not #'blank-p text :start start) start))
         (place (if (typep problem 'end-of-file)
                    (cons first (+ first 1))
                    (cons (max first (- position 1)) position))))
    (report-diagnostic
     (make-condition 'compiler-warning
                     :severity :error :code "C0003"
                     :text (if (typep problem 'end-of-file)
                               "the form that begins here does not end"
                               (reader-problem-text problem))
                     :label (if (typep problem 'end-of-file)
                                "opened here" "read up to here")
                     :source *source* :place place))))

(defun reader-problem-text (problem)
  "What PROBLEM says, without its own idea of lines."
  (let ((arguments (if (typep problem 'simple-condition)
                       (simple-condition-format-arguments problem)
                       '())))
    (if (and (stringp (first arguments)) (listp (second arguments))
             (search "~?" (simple-condition-format-control problem)))
        (apply #'format nil (first arguments) (second arguments))
        (princ-to-string problem))))

(defun blank-p (character)
  (member character '(#\Space #\Newline #\Tab #\Return #\Page)))

(defun next-form-start (text start problem position)
  "Where to go on in TEXT after PROBLEM with the form at START, met at POSITION:
at the next line that begins with an open parenthesis."
  (let* ((first (or (position-if-not #'blank-p text :start start) start))
         (from (if (typep problem 'end-of-file) first position))
         (line (search (coerce '(#\Newline #\() 'string) text
                       :start2 (min from (length text)))))
    (if line (+ line 1) (length text))))

(defun call-without-listener (function)
  "Call FUNCTION with the policy of files, not that of the listener."
  (progv (list (runtime-name "*EVALUATION-DEBUG*")) (list nil)
    (funcall function)))
