;;;; Compilation units: what is counted, put off to their end, and reported
;;;; (CLHS 3.2.4, WITH-COMPILATION-UNIT).

(in-package #:astralisp.runtime)

(defstruct compilation-unit
  "TRANSIENT: T, the unit is one evaluation, units begun inside do not join it;
:FILE, it is the loading of a file, calls of EVAL do not join it.
REFERENCES: what is checked at the end, newest first, see NOTE-REFERENCE;
DEFINED: alist of the functions defined in the unit and their lambda lists;
CHANGES: what was redefined; SEEN: what was reported."
  (transient nil) (references '()) (defined '()) (changes '()) (seen '()))

(defvar *compilation-unit* nil
  "The compilation unit around, or NIL.")

(defstruct diagnostic-counts
  (errors 0) (warnings 0) (styles 0) (notes 0))

(defvar *diagnostic-counts* nil
  "NIL, or the counts of the diagnostics in the call of COMPILE or COMPILE-FILE.")

(defun muffled-p (condition)
  (some (lambda (type) (typep condition type)) **muffled**))

(defun count-diagnostic (condition)
  (let ((counts *diagnostic-counts*))
    (when counts
      (case (diagnostic-severity condition)
        (:error (incf (diagnostic-counts-errors counts)))
        (:style (incf (diagnostic-counts-styles counts)))
        (:note (incf (diagnostic-counts-notes counts)))
        (t (incf (diagnostic-counts-warnings counts)))))))

(defun seen-before-p (condition)
  "Was the same said of the same place before in this compilation unit?"
  (let ((unit *compilation-unit*)
        (key (list (diagnostic-code condition) (diagnostic-text condition)
                   (diagnostic-place condition))))
    (cond ((or (null unit) (null (diagnostic-place condition))) nil)
          ((member key (compilation-unit-seen unit) :test #'equal) t)
          (t (push key (compilation-unit-seen unit))
             nil))))

(defun report-diagnostic (condition)
  "Signal CONDITION, a COMPILER-DIAGNOSTIC; unless a handler invokes the restart
MUFFLE-WARNING, count it and write it to *ERROR-OUTPUT*. Return NIL."
  (unless (or (muffled-p condition) (seen-before-p condition))
    (restart-case (progn
                    (signal-condition condition)
                    (count-diagnostic condition)
                    (write-diagnostic condition *error-output*))
      (muffle-warning ()
        :report "skip the warning"
        nil)))
  nil)

;;; Units.

(defun call-with-compilation-unit (function &key override policy)
  "Call FUNCTION in a compilation unit: in the one around, if there is one and
OVERRIDE is false. Return its values. POLICY, the qualities of an OPTIMIZE
declaration, holds for what FUNCTION compiles."
  (let ((around *compilation-unit*)
        (before **policy**))
    (cond (policy
           (unwind-protect
                (progn (proclaim-policy policy)
                       (call-with-compilation-unit function
                                                   :override override))
             (setq **policy** before)))
          ((and around (not override)
                (null (compilation-unit-transient around)))
           (funcall function))
          (t (call-in-new-unit function nil)))))

(defun call-with-file-unit (function)
  "Call FUNCTION, which loads a file, in the unit around or in one of its own."
  (if (and *compilation-unit*
           (not (eq t (compilation-unit-transient *compilation-unit*))))
      (funcall function)
      (call-in-new-unit function :file)))

(defun call-in-new-unit (function transient)
  (let ((*compilation-unit* (make-compilation-unit :transient transient))
        (done nil))
    (unwind-protect
         (multiple-value-prog1 (funcall function)
           (setq done t))
      (finish-compilation-unit *compilation-unit* done))))

(defun call-evaluating (function)
  "Call FUNCTION, which evaluates a form: its warnings wait for its end, at most."
  (if (and *compilation-unit*
           (not (compilation-unit-transient *compilation-unit*)))
      (funcall function)
      (call-in-new-unit function t)))

(defvar *dependents-hook* nil
  "NIL, or a function of the list of changes of a compilation unit: it compiles
again what they concern.")

(defun finish-compilation-unit (unit done)
  (when (compilation-unit-references unit)
    (let ((references (reverse (compilation-unit-references unit))))
      (setf (compilation-unit-references unit) '())
      (when done
        (report-references references))))
  (when (and (compilation-unit-changes unit) *dependents-hook*)
    (let ((changes (reverse (compilation-unit-changes unit))))
      (setf (compilation-unit-changes unit) '())
      (funcall *dependents-hook* changes))))

;;; Definitions and references.

(defun note-function-defined (name lambda-list)
  "NAME, with LAMBDA-LIST or :UNKNOWN, will be defined by what is being compiled."
  (when (and *compilation-unit*
             (not (and (eq lambda-list :unknown) (unit-definition name))))
    (push (cons name lambda-list)
          (compilation-unit-defined *compilation-unit*))))

(defun unit-definition (name)
  "The entry (name . lambda list) of the function NAME, if the present unit
defines it."
  (and *compilation-unit*
       (compilation-unit-defined *compilation-unit*)
       (assoc name (compilation-unit-defined *compilation-unit*)
              :test (if (symbolp name) #'eq #'equal))))

;;; A reference is (key . function): the function returns the condition to
;;; report, or NIL. Of several with one key, a list, the first tells of all.

(defun note-reference (key function)
  "Call FUNCTION at the end of the compilation unit, or now if there is none, and
report the condition it returns unless that is NIL. Of several references with one
KEY that is not NIL only the first is reported, with their number."
  (if *compilation-unit*
      (push (cons key function)
            (compilation-unit-references *compilation-unit*))
      (report-reference function 0)))

(defun report-reference (function others)
  (let ((condition (funcall function)))
    (when condition
      (when (> others 0)
        (setf (diagnostic-text condition)
              (format nil "~A (used in ~D more place~:P)"
                      (diagnostic-text condition) others)))
      (report-diagnostic condition))))

(defun report-references (references)
  (let ((told '()))
    (do ((tail references (cdr tail))) ((null tail))
      (let ((key (car (car tail))))
        (cond ((null key) (report-reference (cdr (car tail)) 0))
              ((member key told :test #'equal))
              (t (push key told)
                 (report-reference (cdr (car tail))
                                   (count key (cdr tail) :key #'car
                                                         :test #'equal))))))))

;;; COMPILE and COMPILE-FILE: what they return besides.

(defun call-counting-diagnostics (function)
  "Call FUNCTION in a compilation unit; return its value, whether there were
warnings, and whether one was more than a style warning (CLHS COMPILE)."
  (let* ((counts (make-diagnostic-counts))
         (*diagnostic-counts* counts)
         (value (call-with-compilation-unit function))
         (failure (> (+ (diagnostic-counts-errors counts)
                        (diagnostic-counts-warnings counts))
                     0)))
    (values value
            (or failure (> (diagnostic-counts-styles counts) 0))
            failure)))

(defun diagnostics-summary (counts)
  "A line that says how many diagnostics COUNTS has, or NIL if none."
  (let ((parts '()))
    (flet ((part (count singular plural)
             (when (> count 0)
               (push (format nil "~D ~A" count (if (= count 1) singular plural))
                     parts))))
      (part (diagnostic-counts-errors counts) "error" "errors")
      (part (diagnostic-counts-warnings counts) "warning" "warnings")
      (part (diagnostic-counts-styles counts)
            "style-warning" "style-warnings")
      (part (diagnostic-counts-notes counts) "note" "notes"))
    (if parts
        (format nil "~{~A~^, ~}" (reverse parts))
        nil)))
