;;;; Top-level forms and whole functions to code units.

(in-package #:astralisp.compiler)

(defvar *sink* nil "Receives compiled units; NIL: nothing is compiled.")

(defun compile-toplevel-form (form sink warn)
  "Compile the top-level FORM: what it asks for at compile time is done, the
rest goes to SINK (an object writer), or nowhere when SINK is nil. WARN is
called with a COMPILER-DIAGNOSTIC for each problem; NIL: they are reported."
  (let ((*sink* sink) (*warning-sink* warn) (*policy* (proclaimed-policy))
        (*toplevel-form* form) (*expansions* '()) (*site* (list form)))
    (process-toplevel form (null-env nil))
    nil))

(defun compile-toplevel-forms (forms sink warn)
  "Compile FORMS in order, see COMPILE-TOPLEVEL-FORM."
  (dolist (form forms) (compile-toplevel-form form sink warn)))

(defun compile-lambda (expression name &optional environment)
  "Return the CODE-UNIT of the lambda EXPRESSION, a function to be called NAME.
Its entry 0 is the function. The macros of ENVIRONMENT, such as macro functions
get, are seen in it."
  (let* ((*policy* (proclaimed-policy))
         (env (null-env nil))
         (*toplevel-form* (or *toplevel-form* expression))
         (*positions* (if *form-places* #'line-of-form nil))
         (*expansions* *evaluated-macros*)
         (*site* (site-of expression))
         (unit nil))
    (setf (env-outer env) environment)
    (setq unit (unit-of-lambda name (cadr expression) (cddr expression) env))
    (setf (code-unit-source unit) (source-to-keep name expression))
    unit))

(defun source-to-keep (name expression)
  "What a unit remembers of its source: the lambda EXPRESSION of a function called
NAME; of a top-level form that defines a method (:EVALUATE form); else NIL."
  (let ((form (car (last *evaluated-macros*))))
    (cond ((not (eq name :top-level-form)) expression)
          ((and (consp form) (eq (car form) 'defmethod)) (list :evaluate form))
          (t nil))))

(defun line-of-form (form)
  "The line of *SOURCE* that FORM begins on, or NIL."
  (let ((place (gethash form *form-places*)))
    (and place (source-line-number *source* (car place)))))

(defun unit-of-lambda (name lambda-list body env)
  "The CODE-UNIT of a function called NAME."
  (let* ((*unit-uses* '())
         (unit (generate-unit (lambda-to-low name lambda-list body env))))
    (setf (code-unit-uses unit) (uses-vector))
    unit))

(defun proclaimed-policy ()
  "The policy that proclamations have set up to now."
  (let ((policy (make-policy))
        (name (runtime-name "**POLICY**")))
    (when (boundp name)
      (setq policy (apply-optimize
                    (mapcar (lambda (entry) (list (car entry) (cdr entry)))
                            (reverse (symbol-value name)))
                    policy)))
    (ensure-debug policy)))

(defun ensure-debug (policy)
  "POLICY with at least the debug quality that the listener wants."
  (let ((name (runtime-name "*EVALUATION-DEBUG*")))
    (when (and (boundp name) (symbol-value name))
      (setf (policy-debug policy)
            (max (policy-debug policy) (symbol-value name))))
    policy))

(defun process-toplevel (form env)
  "Process FORM as a top-level form."
  (let* ((*current-form* form)
         (*site* (site-of form))
         (*position* (or (and (consp form) *positions*
                              (funcall *positions* form))
                         *position*))
         (head (if (consp form) (car form) nil)))
    (case head
      (progn (process-all (cdr form) env))
      (eval-when (process-eval-when form env))
      (locally (process-body (cdr form) env '()))
      (macrolet (process-macrolet form env))
      (symbol-macrolet (process-symbol-macrolet form env))
      (%defun (process-definition form env))
      (t (process-other form head env)))))

(defun process-all (forms env)
  (dolist (form forms) (process-toplevel form env)))

(defun process-body (body env bound)
  (multiple-value-bind (forms specifiers) (split-declarations body)
    (with-muffling (specifiers)
      (process-all forms (apply-declarations specifiers env bound)))))

(defun process-eval-when (form env)
  (let ((situations (cadr form)) (body (cddr form)))
    (when (member-any '(:compile-toplevel compile) situations)
      ;; What is compiled for the file too reports there.
      (let ((*quiet* (or *quiet*
                         (and *sink* (member-any '(:load-toplevel load)
                                                 situations)))))
        (guarded-call form
                      (lambda ()
                        (%eval (cons 'progn (copy-form body))
                               (macro-environment env))))))
    (when (and *sink* (member-any '(:load-toplevel load) situations))
      (process-all body env))))

;;; Evaluation at compile time may change literal structure, which must not
;;; reach the compiled file.
(defun copy-form (form)
  "A copy of FORM and the vectors in it."
  (cond ((consp form)
         (let ((result '()))
           (loop
             (unless (consp form) (return))
             (push (copy-form (car form)) result)
             (setq form (cdr form)))
           (nreconc result (copy-form form))))
        ((simple-vector-p form)
         (let ((copy (make-array (length form))))
           (dotimes (i (length form) copy)
             (setf (svref copy i) (copy-form (svref form i))))))
        (t form)))

(defun guarded-call (form thunk)
  "Call THUNK; an error in it is reported as one in FORM."
  (let ((problem nil))
    (block nil
      (handler-bind ((error (lambda (condition)
                              (setq problem condition)
                              (return nil))))
        (funcall thunk)))
    (when problem
      (let* ((*current-form* form) (*quiet* nil) (*site* (site-of form)))
        (note-problem :error (problem-code problem)
                      (problem-text problem))))))

(defun process-macrolet (form env)
  (let ((funs (env-funs env)))
    (dolist (definition (cadr form))
      (push (cons (car definition)
                  (cons :macro (local-expander definition env)))
            funs))
    (process-body (cddr form) (env-with-funs env funs) '())))

(defun process-symbol-macrolet (form env)
  (let ((vars (env-vars env)))
    (dolist (binding (cadr form))
      (push (cons (car binding) (cons :macro (cadr binding))) vars))
    (process-body (cddr form) (env-with-vars env vars)
                  (mapcar #'car (cadr form)))))

(defun process-other (form head env)
  "A form to evaluate when the file is loaded, or a macro call."
  (let* ((entry (if (and head (symbolp head)) (find-function head env) nil))
         (expander (cond ((null head) nil)
                         ((not (symbolp head)) nil)
                         ((consp entry) (cdr entry))
                         (entry nil)
                         ((get head 'converter) nil)
                         (t (global-macro head)))))
    (if expander
        (let ((new nil) (good nil))
          (note-definition form)
          (check-form form head)
          (guarded-call form (lambda ()
                               (setq new (expand expander form env))
                               (setq good t)))
          (when good
            (let ((*expansions* (cons form *expansions*)))
              (process-toplevel new env))))
        (unless (or (null *sink*) (without-effect-p form))
          (sink-run *sink* (unit-of-lambda 'toplevel-form '() (list form) env)
                    0)))))

(defun without-effect-p (form)
  (or (atom form) (eq (car form) 'quote)))

(defun process-definition (form env)
  "The %DEFUN form FORM."
  (when *sink*
    (let ((name (cadr form)))
      (note-function-defined name (caddr form))
      (sink-define *sink* name
                   (unit-of-lambda name (caddr form) (cdddr form) env)
                   0))))
