;;;; Signalling and handling conditions (CLHS 9.1.4).

(in-package #:astralisp.runtime)

(defvar *break-on-signals* nil
  "The type of conditions that enter the debugger when signalled.
CLHS *BREAK-ON-SIGNALS*.")

;;; The handlers in force: a list of clusters, innermost first; a cluster is a
;;; list of (type . function). A handler runs with the clusters outside its own.
(defvar *handler-clusters* nil)

(defmacro handler-bind (bindings &body forms)
  "Evaluate FORMS with handlers: BINDINGS are (type function).
CLHS HANDLER-BIND."
  (if (null bindings)
      `(progn ,@forms)
      (let ((entries nil))
        (dolist (binding bindings)
          (push `(cons ',(car binding) ,(cadr binding)) entries))
        `(let ((*handler-clusters*
                 (cons (list ,@(nreverse-onto entries nil))
                       *handler-clusters*)))
           ,@forms))))

;;; One clause (type ([variable]) . forms) of HANDLER-CASE: a handler that
;;; stores the condition and goes to TAG, and the tagbody part behind TAG.
(defun handler-case-parts (clause tag block variable)
  (destructuring-bind (type lambda-list &body forms) clause
    (values `(,type (lambda (condition)
                      ,@(if lambda-list
                            `((setq ,variable condition))
                            '((declare (ignore condition))))
                      (go ,tag)))
            `(,tag
              (return-from ,block
                ,(if lambda-list
                     `(let ((,(car lambda-list) ,variable)) ,@forms)
                     `(locally ,@forms)))))))

(defmacro handler-case (form &rest clauses)
  "Evaluate FORM; on a condition of a type of CLAUSES, leave it and evaluate
that clause. CLHS HANDLER-CASE."
  (let ((no-error (assq :no-error clauses)))
    (if no-error
        (let ((normal (temporary "NORMAL"))
              (exceptional (temporary "EXCEPTIONAL")))
          `(block ,exceptional
             (multiple-value-call (lambda ,@(cdr no-error))
               (block ,normal
                 (return-from ,exceptional
                   (handler-case (return-from ,normal ,form)
                     ,@(remove no-error clauses)))))))
        (expand-handler-case form clauses))))

(defun expand-handler-case (form clauses)
  (let ((block (temporary "BLOCK"))
        (variable (temporary "CONDITION"))
        (bindings nil)
        (parts nil))
    (dolist (clause clauses)
      (multiple-value-bind (binding part)
          (handler-case-parts clause (temporary "CLAUSE") block variable)
        (push binding bindings)
        (setq parts (append parts part))))
    `(block ,block
       (let ((,variable nil))
         (declare (ignorable ,variable))
         (tagbody
            (return-from ,block
              (handler-bind ,(nreverse-onto bindings nil) ,form))
            ,@parts)))))

(defmacro ignore-errors (&rest forms)
  "Evaluate FORMS; on an error return NIL and the condition.
CLHS IGNORE-ERRORS."
  `(handler-case (progn ,@forms)
     (error (condition) (values nil condition))))

;;; Signalling.

;;; The condition that DATUM and ARGUMENTS designate; strings make DEFAULT-TYPE.
(defun coerce-to-condition (datum arguments default-type)
  (cond ((conditionp datum)
         (when arguments
           (error 'simple-type-error
                  :datum arguments :expected-type 'null
                  :format-control "the condition ~S takes no arguments: ~S"
                  :format-arguments (list datum arguments)))
         datum)
        ((symbolp datum) (apply #'make-condition datum arguments))
        ((or (stringp datum) (functionp datum))
         (make-condition default-type
                         :format-control datum
                         :format-arguments arguments))
        (t (type-failure datum '(or condition symbol string function)))))

(defun signal-condition (condition)
  (when (and *break-on-signals* (typep condition *break-on-signals*))
    (let ((type *break-on-signals*)
          (*break-on-signals* nil))
      (break "~A~%(the condition is of type ~S, as *BREAK-ON-SIGNALS* asks)"
             condition type)))
  (let ((clusters *handler-clusters*))
    (while clusters
      (let ((*handler-clusters* (cdr clusters)))
        (dolist (entry (car clusters))
          (when (%typep condition (car entry))
            (funcall (cdr entry) condition))))
      (setq clusters (cdr clusters)))
    nil))

(defun signal (datum &rest arguments)
  "Let the handlers in force see the condition that DATUM and ARGUMENTS make;
return NIL if all decline. CLHS SIGNAL."
  (signal-condition (coerce-to-condition datum arguments 'simple-condition)))

(defun error (datum &rest arguments)
  "Signal the condition that DATUM and ARGUMENTS make; enter the debugger if
no handler takes it. CLHS ERROR."
  (let ((condition (coerce-to-condition datum arguments 'simple-error)))
    (signal-condition condition)
    (invoke-debugger condition)))

(defun cerror (continue-control datum &rest arguments)
  "Like ERROR, with a restart CONTINUE described by CONTINUE-CONTROL; return
NIL if that is used. CLHS CERROR."
  (with-simple-restart (continue "~A" (apply #'format nil continue-control
                                             arguments))
    ;; With a condition the arguments belong to CONTINUE-CONTROL alone.
    (let ((condition (coerce-to-condition
                      datum (if (typep datum 'condition) '() arguments)
                      'simple-error)))
      (with-condition-restarts condition (list (find-restart 'continue))
        (signal-condition condition)
        (invoke-debugger condition))))
  nil)

(defun warn (datum &rest arguments)
  "Signal the warning that DATUM and ARGUMENTS make; print it if no handler
takes it; return NIL. CLHS WARN."
  (let ((condition (coerce-to-condition datum arguments 'simple-warning)))
    (unless (typep condition 'warning)
      (type-failure condition 'warning))
    (restart-case (progn
                    (signal-condition condition)
                    (format *error-output* "~&warning: ~A~%" condition))
      (muffle-warning ()
        :report "skip the warning"
        nil))
    nil))

(defvar *debugger-hook* nil
  "A function of a condition and itself that INVOKE-DEBUGGER calls first.
CLHS *DEBUGGER-HOOK*.")

(defun invoke-debugger (condition)
  "Enter the debugger with CONDITION; do not return. CLHS INVOKE-DEBUGGER."
  (when *debugger-hook*
    (let ((hook *debugger-hook*)
          (*debugger-hook* nil))
      (funcall hook condition hook)))
  (enter-debugger condition))

(defun break (&optional (format-control "break") &rest format-arguments)
  "Enter the debugger with a message, whatever handlers are in force; return
NIL on the restart CONTINUE. CLHS BREAK."
  (with-simple-restart (continue "return from BREAK")
    (let ((*debugger-hook* nil))
      (invoke-debugger
       (make-condition 'simple-condition
                       :format-control format-control
                       :format-arguments format-arguments))))
  nil)

;;; A message that FORMAT cannot make is still a message.

(defun report-by-format (stream control arguments)
  "Write on STREAM what FORMAT makes of CONTROL and ARGUMENTS."
  (handler-case (apply #'format stream control arguments)
    (format-error (condition)
      (format stream "~S with the arguments ~S (~A)" control arguments
              (substitute #\Space #\Newline (princ-to-string condition))))))
