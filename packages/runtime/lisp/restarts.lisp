;;;; Restarts (CLHS 9.1.4.2).

(in-package #:astralisp.runtime)

(defstruct (restart (:copier nil) (:constructor %make-restart)
                    (:print-function print-restart))
  name
  function
  report-function
  interactive-function
  test-function)

;;; The restarts in force: a list of lists, innermost first.
(defvar *restart-clusters* nil)

;;; Lists of a condition and the restarts that are only for it.
(defvar *condition-restarts* nil)

;;; RESTART-NAME of the standard is the slot reader.
(set-documentation 'restart-name 'function
  "Return the name of RESTART, or NIL. CLHS RESTART-NAME.")

(defmacro restart-bind (bindings &body forms)
  "Evaluate FORMS with restarts: BINDINGS are (name function key value ...).
CLHS RESTART-BIND."
  (let ((entries nil))
    (dolist (binding bindings)
      (destructuring-bind (name function &rest keys) binding
        (push `(%make-restart :name ',name :function ,function ,@keys)
              entries)))
    `(let ((*restart-clusters* (cons (list ,@(nreverse-onto entries nil))
                                     *restart-clusters*)))
       ,@forms)))

(defmacro with-condition-restarts (condition restarts &body forms)
  "Evaluate FORMS with RESTARTS associated with CONDITION.
CLHS WITH-CONDITION-RESTARTS."
  `(let ((*condition-restarts* (cons (cons ,condition ,restarts)
                                     *condition-restarts*)))
     ,@forms))

;;; Whether RESTART is associated with CONDITION, or with none.
(defun restart-applies-p (restart condition)
  (or (null condition)
      (let ((others nil))
        (dolist (entry *condition-restarts* (not others))
          (when (memq restart (cdr entry))
            (if (eq (car entry) condition)
                (return t)
                (setq others t)))))))

(defun restart-visible-p (restart condition)
  (and (restart-applies-p restart condition)
       (or (null (restart-test-function restart))
           (funcall (restart-test-function restart) condition))))

(defun compute-restarts (&optional condition)
  "Return the restarts in force (for CONDITION), innermost first.
CLHS COMPUTE-RESTARTS."
  (let ((result nil))
    (dolist (cluster *restart-clusters*)
      (dolist (restart cluster)
        (when (restart-visible-p restart condition)
          (push restart result))))
    (nreverse result)))

(defun find-restart (identifier &optional condition)
  "Return the innermost restart in force named IDENTIFIER, or IDENTIFIER itself
if it is one in force; else NIL. CLHS FIND-RESTART."
  (dolist (cluster *restart-clusters* nil)
    (dolist (restart cluster)
      (when (and (or (eq restart identifier)
                     (and identifier
                          (eq (restart-name restart) identifier)))
                 (restart-visible-p restart condition))
        (return-from find-restart restart)))))

(defun find-restart-or-error (identifier)
  (or (find-restart identifier)
      (error 'simple-control-error
             :format-control "no restart ~S is in force"
             :format-arguments (list identifier))))

(defun invoke-restart (restart &rest arguments)
  "Call the function of RESTART, or of the restart so named, on ARGUMENTS.
CLHS INVOKE-RESTART."
  (apply (restart-function (find-restart-or-error restart)) arguments))

(defun invoke-restart-interactively (restart)
  "Like INVOKE-RESTART, with arguments that the user is asked for.
CLHS INVOKE-RESTART-INTERACTIVELY."
  (let* ((restart (find-restart-or-error restart))
         (interactive (restart-interactive-function restart)))
    (apply (restart-function restart)
           (if interactive (funcall interactive) nil))))

(defun report-restart (restart stream)
  (let ((report (restart-report-function restart)))
    (cond ((stringp report) (write-string report stream))
          (report (funcall report stream))
          ((restart-name restart)
           (format stream "~A" (restart-name restart)))
          (t (format stream "a restart without a name")))))

;;; Without escapes, a restart prints as what it does.
(defun print-restart (restart stream depth)
  (declare (ignore depth))
  (if *print-escape*
      (format stream "#<restart ~S>" (restart-name restart))
      (report-restart restart stream)))

;;; RESTART-CASE.

;;; The options and forms of a clause behind its lambda list.
(defun parse-restart-clause (tail)
  (let ((keys nil))
    (while (and (memq (car tail) '(:report :interactive :test))
                (cdr tail))
      (let ((value (cadr tail)))
        (setq keys
              (append keys
                      (case (car tail)
                        (:report
                         (list :report-function
                               (if (stringp value) value
                                   `(function ,value))))
                        (:interactive
                         (list :interactive-function `(function ,value)))
                        (t (list :test-function `(function ,value))))))
        (setq tail (cddr tail))))
    (values keys tail)))

(defun restart-case-parts (clause tag block arguments)
  (destructuring-bind (name lambda-list &rest tail) clause
    (multiple-value-bind (keys forms) (parse-restart-clause tail)
      (values `(,name (lambda (&rest arguments)
                        (setq ,arguments arguments)
                        (go ,tag))
                      ,@keys)
              `(,tag
                (return-from ,block
                  (apply (lambda ,lambda-list ,@forms) ,arguments)))))))

;;; When EXPRESSION only signals, the restarts are associated with its
;;; condition: the form to evaluate in place of EXPRESSION.
(defun associate-restarts-form (expression environment)
  (let ((expansion (macroexpand expression environment)))
    (if (and (consp expansion)
             (memq (car expansion) '(signal error warn cerror)))
        (signalling-form expansion)
        expression)))

(defun signalling-form (form)
  (destructuring-bind (name &rest arguments) form
    (let ((condition (temporary "CONDITION"))
          (control (temporary "CONTROL"))
          (values (temporary "ARGUMENTS")))
      (if (eq name 'cerror)
          `(let* ((,control ,(car arguments))
                  (,values (list ,@(cdr arguments)))
                  (,condition (coerce-to-condition
                               (car ,values) (cdr ,values) 'simple-error)))
             (with-condition-restarts ,condition (car *restart-clusters*)
               (apply #'cerror ,control ,condition (cdr ,values))))
          `(let* ((,values (list ,@arguments))
                  (,condition (coerce-to-condition
                               (car ,values) (cdr ,values)
                               ',(case name
                                   (signal 'simple-condition)
                                   (warn 'simple-warning)
                                   (t 'simple-error)))))
             (with-condition-restarts ,condition (car *restart-clusters*)
               (,name ,condition)))))))

(defmacro restart-case (&environment environment expression &rest clauses)
  "Evaluate EXPRESSION with restarts: invoking one leaves EXPRESSION and
evaluates its clause. CLHS RESTART-CASE."
  (let ((block (temporary "BLOCK"))
        (arguments (temporary "ARGUMENTS"))
        (bindings nil)
        (parts nil))
    (dolist (clause clauses)
      (multiple-value-bind (binding part)
          (restart-case-parts clause (temporary "CLAUSE") block arguments)
        (push binding bindings)
        (setq parts (append parts part))))
    `(block ,block
       (let ((,arguments nil))
         (declare (ignorable ,arguments))
         (tagbody
            (return-from ,block
              (restart-bind ,(nreverse-onto bindings nil)
                ,(associate-restarts-form expression environment)))
            ,@parts)))))

(defmacro with-simple-restart ((name format-control &rest format-arguments)
                               &body forms)
  "Evaluate FORMS with a restart NAME that leaves them, returning NIL and T.
CLHS WITH-SIMPLE-RESTART."
  (let ((stream (temporary "STREAM")))
    `(restart-case ,(if (cdr forms) `(progn ,@forms) (car forms))
       (,name ()
         :report (lambda (,stream)
                   (format ,stream ,format-control ,@format-arguments))
         (values nil t)))))

;;; The functions for the standard restarts.

(defun abort (&optional condition)
  "Invoke the restart ABORT; signal CONTROL-ERROR without one. CLHS ABORT."
  (invoke-restart (or (find-restart 'abort condition) 'abort))
  (error 'simple-control-error
         :format-control "the restart ABORT returned"
         :format-arguments nil))

(defun muffle-warning (&optional condition)
  "Invoke the restart MUFFLE-WARNING; signal CONTROL-ERROR without one.
CLHS MUFFLE-WARNING."
  (invoke-restart (or (find-restart 'muffle-warning condition)
                      'muffle-warning)))

(defun continue (&optional condition)
  "Invoke the restart CONTINUE; return NIL without one. CLHS CONTINUE."
  (let ((restart (find-restart 'continue condition)))
    (when restart
      (invoke-restart restart))))

(defun store-value (value &optional condition)
  "Invoke the restart STORE-VALUE with VALUE; return NIL without one.
CLHS STORE-VALUE."
  (let ((restart (find-restart 'store-value condition)))
    (when restart
      (invoke-restart restart value))))

(defun use-value (value &optional condition)
  "Invoke the restart USE-VALUE with VALUE; return NIL without one.
CLHS USE-VALUE."
  (let ((restart (find-restart 'use-value condition)))
    (when restart
      (invoke-restart restart value))))

;;; ASSERT and CHECK-TYPE, and what CCASE does when no clause fits.

(defun read-values (what)
  (format *query-io* "~&new value for ~S: " what)
  (finish-output *query-io*)
  (list (eval (read *query-io*))))

(defun case-failure (value type)
  (error 'case-failure :datum value :expected-type type))

(defun correctable-case-failure (value type place)
  (restart-case (case-failure value type)
    (store-value (new)
      :report (lambda (stream) (format stream "store a new value in ~S" place))
      :interactive (lambda () (read-values place))
      new)))

(defun correctable-type-failure (value type place description)
  (restart-case (if description
                    (error 'simple-type-error
                           :datum value :expected-type type
                           :format-control "the value ~S of ~S is not ~A"
                           :format-arguments (list value place description))
                    (error 'simple-type-error
                           :datum value :expected-type type
                           :format-control
                           "the value ~S of ~S is not of type ~S"
                           :format-arguments (list value place type)))
    (store-value (new)
      :report (lambda (stream) (format stream "store a new value in ~S" place))
      :interactive (lambda () (read-values place))
      new)))

(defmacro check-type (place type &optional type-string)
  "Signal TYPE-ERROR, with a restart STORE-VALUE, until PLACE is of TYPE;
return NIL. CLHS CHECK-TYPE."
  (let ((again (temporary "AGAIN"))
        (value (temporary "VALUE")))
    `(tagbody
        ,again
        (let ((,value ,place))
          (unless (typep ,value ',type)
            (setf ,place (correctable-type-failure ,value ',type ',place
                                                   ,type-string))
            (go ,again))))))

(defun assertion-failure (test places datum arguments)
  (restart-case
      (if datum
          (apply #'error datum arguments)
          (error "the assertion ~S failed" test))
    (continue ()
      :report (lambda (stream)
                (if places
                    (format stream "retry with new values for~{ ~S~}" places)
                    (format stream "retry the assertion")))
      nil)))

(defmacro assert (test &optional places datum &rest arguments)
  "Signal an error, with a restart CONTINUE, until TEST is true; return NIL.
CLHS ASSERT."
  (let ((again (temporary "AGAIN"))
        (settings nil))
    (dolist (place places)
      (push `(setf ,place (assertion-value ',place ,place)) settings))
    `(tagbody
        ,again
        (unless ,test
          (assertion-failure ',test ',places ,datum (list ,@arguments))
          ,@(nreverse-onto settings nil)
          (go ,again)))))

;;; The value for PLACE after CONTINUE from an assertion: the user is asked.
(defun assertion-value (place value)
  (if (y-or-n-p "The value of ~S is ~S. Change it?" place value)
      (car (read-values place))
      value))
