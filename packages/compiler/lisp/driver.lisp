;;;; Forms to low SSA: top-level processing, the passes in order.

(in-package #:astralisp.compiler)

(defun pass-names ()
  "Return the names of the passes that SHOW-PASS knows, in their order."
  '(:build :optimize :lower :clean-up))

(defun show-pass (name expression)
  "Compile the lambda EXPRESSION and print what it is after the pass NAME, one
of PASS-NAMES, or after each of a list of them. Return no values."
  (let ((*show-passes* (if (listp name) name (list name))))
    (lambda-to-low nil (cadr expression) (cddr expression) nil)
    (values)))

(defun note-pass (name func)
  "Print FUNC if the pass NAME is to be shown; return FUNC."
  (when (member name *show-passes*)
    (write-string ";;; " *standard-output*)
    (write-line (string-downcase (symbol-name name)) *standard-output*)
    (print-func func *standard-output*))
  func)

(defun unit-funcs (root)
  "ROOT and the functions compiled with it."
  (cons root (func-children root)))

(defun optimize-unit (root)
  "Take the high SSA of ROOT and its children to low SSA."
  (note-pass :build root)
  (dolist (func (unit-funcs root)) (optimize-high func))
  (note-pass :optimize root)
  (dolist (func (unit-funcs root)) (lower-function func))
  (note-pass :lower root)
  (dolist (func (unit-funcs root)) (clean-up func))
  (record-effects root)
  (note-pass :clean-up root)
  root)

(defun fun-to-low (fun)
  "The low SSA of the FUN and all functions in it: one FUNC with children."
  (analyze fun)
  (optimize-unit (build-unit fun)))

(defun guarded (form thunk)
  "The value of THUNK; if it signals, report that and return a body that
signals when it is run."
  (let ((problem nil) (result nil) (site *site*))
    (setq result
          (block nil
            (handler-bind
                ((error (lambda (condition)
                          (setq problem condition)
                          (setq site *site*)
                          (return nil))))
              (funcall thunk))))
    (if problem
        (let ((*current-form* form) (*site* site) (text (problem-text problem)))
          (note-problem :error (problem-code problem) text)
          (make-fun :name 'malformed-form :min-args 0 :max-args nil
                    :lambda-list '(&rest arguments) :uses-count t
                    :body (failure-node text)
                    :policy *policy*))
        result)))

(defun lambda-to-low (name lambda-list body env)
  "The low SSA of a function; inside, NAME may be called directly."
  (fun-to-low
   (guarded
    (list* 'lambda lambda-list body)
    (lambda ()
      (let ((env (or env (null-env nil))))
        (convert-global-lambda name lambda-list body env))))))

(defun convert-global-lambda (name lambda-list body env)
  "Like CONVERT-LAMBDA, where NAME means the function itself."
  (let ((fun (make-fun :name name :lambda-list lambda-list :site *site*
                       :position *position*))
        (*variables* '())
        (*errors-before* *error-count*))
    (multiple-value-bind (forms specifiers documentation)
        (split-function-body body)
      (let ((parameters (note-argument-counts fun))
            (inner (copy-env env))
            (*self* (if (and name (symbolp name)) fun nil)))
        (setf (env-fun inner) fun)
        (setf (fun-documentation fun) documentation)
        (convert-lambda-body fun parameters forms specifiers inner)
        (setf (fun-policy fun) (env-policy env))
        (note-unused-variables)
        fun))))

(defun form-to-low (form env)
  "The low SSA of a function of no arguments that evaluates FORM."
  (lambda-to-low 'toplevel-form '() (list form) env))
