;;;; TRACE, UNTRACE and STEP (CLHS 25.1).

(in-package #:astralisp.runtime)

(defvar *traced* '()
  "An alist from what is traced, names of functions and (METHOD name qualifier...
(specializer...)), to (wrapper . original): functions, or methods.")

(defvar *trace-depth* 0
  "How many traced calls are under way.")

(defun write-trace-line (control &rest arguments)
  (let ((out *trace-output*)
        (*print-length* 10)
        (*print-level* 4)
        (*print-circle* t)
        (*print-pretty* nil))
    (fresh-line out)
    (write-padding out #\Space (* 2 *trace-depth*))
    (format out "~D: " *trace-depth*)
    (apply #'format out control arguments)
    (terpri out)))

;;; What is done around a call: OPTIONS is a property list, see TRACE.

(defun report-traced (name options event list)
  (let ((report (getf options :report)))
    (cond (report (funcall report name event list *trace-depth*))
          ((eq event :call) (write-trace-line "~S" (cons name list)))
          (t (write-trace-line "~S returned~{ ~S~}" name list)))))

(defvar *inside-trace* nil
  "True while a traced call is being reported: what that calls is not traced.")

(defun call-traced (name options function arguments)
  (cond ((or *inside-trace*
             (not (let ((*inside-trace* t))
                    (or (null (getf options :condition))
                        (apply (getf options :condition) arguments)))))
         (apply function arguments))
        (t
         (let ((*inside-trace* t))
           (report-traced name options :call arguments))
         (when (and (getf options :break)
                    (apply (getf options :break) arguments))
           (break "the traced function ~S is called" name))
         (let ((values (let ((*trace-depth* (+ *trace-depth* 1)))
                         (multiple-value-list (apply function arguments)))))
           (let ((*inside-trace* t))
             (report-traced name options :return values))
           (values-list values)))))

(defun make-trace-wrapper (name original options)
  (lambda (&rest arguments)
    (call-traced name options original arguments)))

(defun untraced-definition (name)
  "The function called NAME, or what it was before it was traced."
  (let ((function (%fdefinition name))
        (entry (traced-entry name)))
    (if (and entry (eq function (cadr entry)))
        (cddr entry)
        function)))

(defun traced-entry (name)
  (assoc name *traced* :test #'equal))

(defun trace-function (name &optional options)
  (cond ((traced-entry name)
         (untrace-function name)
         (trace-function name options))
        ((and (consp name) (eq (car name) 'method))
         (trace-method name options))
        ((and (symbolp name) (or (macro-function name)
                                 (special-operator-p name)))
         (warn "~S is no function and cannot be traced" name))
        ((not (fboundp name))
         (warn "~S is not defined and cannot be traced" name))
        (t
         (let* ((original (fdefinition name))
                (wrapper (make-trace-wrapper name original options)))
           (push (list* name wrapper original) *traced*)
           (%set-fdefinition name wrapper))))
  name)

(defun untrace-function (name)
  (let ((entry (traced-entry name)))
    (cond ((null entry)
           (warn "~S is not traced" name))
          (t
           (setq *traced* (remove entry *traced*))
           ;; Redefined in the meantime, it is not traced any more.
           (cond ((not (functionp (cadr entry)))
                  (untrace-method (cadr entry) (cddr entry)))
                 ((eq (%fdefinition name) (cadr entry))
                  (%set-fdefinition name (cddr entry))))))
    name))

;;; A method is traced by putting another with the same specializers in its place.

(defun trace-method (name options)
  (let* ((gf (fdefinition (cadr name)))
         (qualifiers (butlast (cddr name)))
         (method (find-method gf qualifiers
                              (mapcar #'specializer-designator
                                      (car (last name)))))
         (wrapper (traced-method gf method name options)))
    (push (list* name wrapper method) *traced*)
    (std-add-method gf wrapper)))

(defun method-code (method)
  "The function compiled from the body of METHOD."
  (%method-code method))

(defun traced-method (gf method name options)
  (let ((code (%method-code method)))
    (make-method-object
     gf (%method-qualifiers method) (%method-specializers method)
     (%method-lambda-list method) (%method-kind method)
     (if (eq (%method-kind method) :plain)
         (make-trace-wrapper name code options)
         (lambda (next rest)
           (make-trace-wrapper name (funcall code next rest) options)))
     (%method-documentation method))))

(defun untrace-method (wrapper original)
  (let ((gf (method-generic-function wrapper)))
    (when gf
      (std-add-method gf original))))

;;; The arguments of TRACE: names, each followed by options; options before the
;;; first name hold for all.

(defun trace-options (tail)
  "The form of a property list of the options at the start of TAIL, and the rest."
  (let ((forms '()))
    (do () ((not (keywordp (car tail))))
      (unless (consp (cdr tail))
        (error 'simple-program-error
               :format-control "the option ~S of TRACE has no value"
               :format-arguments (list (car tail))))
      (unless (member (car tail) '(:condition :report :break))
        (error 'simple-program-error
               :format-control "~S is not an option of TRACE"
               :format-arguments (list (car tail))))
      (setq forms (list* (cadr tail) (car tail) forms)
            tail (cddr tail)))
    (values (reverse forms) tail)))

(defun trace-form (arguments)
  (multiple-value-bind (common tail) (trace-options arguments)
    (let ((forms '()))
      (do () ((null tail))
        (let ((name (pop tail)))
          (multiple-value-bind (own rest) (trace-options tail)
            (push `(trace-function ',name (list ,@own ,@common)) forms)
            (setq tail rest))))
      `(list ,@(reverse forms)))))

(defmacro trace (&rest function-names)
  "Let calls of FUNCTION-NAMES and their values be written to *TRACE-OUTPUT*;
return the names. Without any, return the names of all traced functions. A name is
a symbol, (SETF symbol) or (METHOD name qualifier... (specializer...)). Behind a name,
or before all, may be options: :CONDITION, a function of the arguments that says
whether a call is traced; :BREAK, one that says whether the debugger is entered;
:REPORT, a function of name, :CALL or :RETURN, list of arguments or values, and depth
that writes instead of TRACE. CLHS TRACE."
  (if (null function-names)
      '(mapcar #'car *traced*)
      (trace-form function-names)))

(defmacro untrace (&rest function-names)
  "End the tracing of FUNCTION-NAMES; of all functions without any. CLHS UNTRACE."
  (if (null function-names)
      '(mapc #'untrace-function (mapcar #'car *traced*))
      `(mapc #'untrace-function ',function-names)))
