;;;; Forms to the syntax tree: dispatch, variables, calls.

(in-package #:astralisp.compiler)

;;; A converter is a function of a form and an environment that returns a
;;; node.  Special operators have one under the indicator CONVERTER; functions
;;; that the compiler knows better have a TRANSFORM: a function of a form
;;; that returns another form, or the same when it does not apply.

(defmacro define-converter (name (form env) &body body)
  "Define how a form with the operator NAME becomes a node."
  `(progn (setf (get ',name 'converter)
                (lambda (,form ,env)
                  (declare (ignorable ,form ,env))
                  ,@body))
          ',name))

(defmacro define-transform (name (form) &body body)
  "Define a form to put for calls of the function NAME."
  `(progn (setf (get ',name 'transform) (lambda (,form) ,@body))
          ',name))

(defvar *called-names* nil "NIL or a function told of each global name used.")

(defun convert (form env)
  "The node of FORM in ENV.  A form in error becomes a call of ERROR."
  (if (atom form)
      (if (symbolp form)
          (convert-variable form env)
          (make-literal-node form))
      (let* ((*current-form* form)
             (*site* (site-of form))
             (*position* (or (and *positions* (funcall *positions* form))
                             *position*)))
        (convert-compound form env))))

(defun convert-body-form (form env)
  "Like CONVERT, but an error inside FORM is reported and goes no further."
  (if (atom form)
      (convert form env)
      (convert-guarded form env)))

(defun convert-guarded (form env)
  (let ((problem nil) (result nil) (site *site*))
    (setq result
          (block nil
            (handler-bind
                ((error (lambda (condition)
                          (setq problem condition)
                          (setq site *site*)
                          (return nil))))
              (convert form env))))
    (if problem
        (let* ((*current-form* form)
               (*site* site)
               (text (problem-text problem)))
          (note-problem :error (problem-code problem) text)
          (failure-node text))
        result)))

(defun failure-node (text)
  "A call that signals a PROGRAM-ERROR that says TEXT."
  (make-call-node 'error (list (make-literal-node 'simple-program-error)
                               (make-literal-node :format-control)
                               (make-literal-node "~A")
                               (make-literal-node :format-arguments)
                               (make-literal-node (list text)))))

(defun problem-text (condition)
  (if (typep condition 'malformed-form)
      (malformed-form-text condition)
      (concatenate 'string "cannot be compiled: "
                   (princ-to-string condition))))

(defun problem-code (condition)
  (cond ((not (typep condition 'malformed-form)) "C0002")
        ((malformed-form-constant condition) "C0502")
        (t "C0001")))

(defun check-proper-list (form)
  (let ((tail form))
    (loop
      (when (null tail) (return form))
      (when (atom tail) (malformed "the form " form " ends with a dot"))
      (setq tail (cdr tail)))))

(defun convert-compound (form env)
  (check-proper-list form)
  (let ((head (car form)))
    (cond ((symbolp head) (convert-named form head env))
          ((and (consp head) (eq (car head) 'lambda))
           (convert-lambda-call (cdr head) (cdr form) env env))
          (t (malformed "what is called must be a symbol or a lambda"
                        " expression, not " head)))))

(defun convert-named (form head env)
  (let ((entry (find-function head env)))
    (when (null entry) (check-form form head))
    (cond ((fun-p entry) (convert-local-call entry (cdr form) env))
          ((consp entry)
           (convert-expansion form (expand (cdr entry) form env) env))
          (t
           (let ((converter (get head 'converter)))
             (cond (converter (funcall converter form env))
                   ((global-macro head)
                    (note-use :macro head)
                    (convert-expansion
                     form (expand (global-macro head) form env) env))
                   (t (convert-global-call form head entry env))))))))

(defun expand (expander form env)
  "FORM expanded by the macro function EXPANDER."
  (funcall *macroexpand-hook* expander form (macro-environment env)))

(defun convert-expansion (form new env)
  "The node of NEW, the expansion of the macro FORM."
  (let ((*expansions* (cons form *expansions*)))
    (convert new env)))

(defun convert-replacement (form new env)
  "The node of NEW, to put for the call FORM."
  (let ((*expansions* (cons (vector form) *expansions*)))
    (convert new env)))

;;; Variables

(defun reference (var)
  (setf (var-refs var) (+ 1 (var-refs var)))
  (make-ref-node var))

(defun convert-variable (symbol env)
  (multiple-value-bind (value constant) (constant-symbol-value symbol)
    (if (and constant (null (assoc symbol (env-vars env))))
        (make-literal-node value)
        (let ((meaning (find-variable symbol env)))
          (cond ((var-p meaning) (reference meaning))
                ((consp meaning)
                 (unless (assoc symbol (env-vars env))
                   (note-use :symbol-macro symbol))
                 (convert-expansion symbol (cdr meaning) env))
                (t
                 (unless meaning (note-unknown-variable symbol env))
                 (note-use :reads symbol)
                 (make-special-ref-node symbol)))))))

(defun note-unknown-variable (symbol env)
  "The variable SYMBOL is not known: say so at the end of the compilation unit if
it is not known then."
  (unless (or *quiet* (evaluated-now-p env))
    (note-later
     (list "C0102" symbol)
     (later *site*
            (lambda ()
              (if (%variable-kind symbol)
                  nil
                  (make-diagnostic
                   :warning "C0102"
                   (text-of (list "the variable " symbol " is not defined"))
                   :focus symbol :label "not a variable here"
                   :hint (or (did-you-mean symbol #'%variable-kind)
                             "bind it with LET or define it with DEFVAR"))))))))

(defun evaluated-now-p (env)
  "Is the code in ENV run once, as soon as it is compiled? Then what is undefined
in it shows by itself."
  (and (env-fun env)
       (eq (fun-name (env-fun env)) :top-level-form)))

(defun convert-setting (symbol value env)
  "The node that sets SYMBOL to the value of the node VALUE."
  (let ((meaning (find-variable symbol env)))
    (cond ((var-p meaning)
           (setf (var-sets meaning) (+ 1 (var-sets meaning)))
           (make-set-node meaning (typed-node value meaning env)))
          ((eq meaning :constant)
           (malformed-constant symbol " is a constant: it cannot be set"))
          (t
           (unless meaning (note-unknown-variable symbol env))
           (note-use :sets symbol)
           (make-special-set-node
            symbol (typed-special-value symbol value env))))))

(defun typed-special-value (symbol value env)
  "VALUE as a value of the special variable SYMBOL: checked against the type that
was proclaimed for it."
  (let* ((type (getf (%symbol-info symbol) :declared-type t))
         (ty (if (eq type t) *ty-t* (values (specifier-ty type)))))
    (if (= +ty-all+ (ty-bits ty))
        value
        (make-the-node ty type value
                       (< 0 (policy-safety (env-policy env)))))))

(defun typed-node (value var env)
  "VALUE as a value of VAR: checked against its declared type."
  (if (= +ty-all+ (ty-bits (var-ty var)))
      value
      (make-the-node (var-ty var) (var-ty var) value
                     (< 0 (policy-safety (env-policy env))))))

;;; Calls

(defun convert-arguments (forms env)
  (let ((nodes '()))
    (dolist (form forms)
      (setq nodes (cons (convert form env) nodes)))
    (nreverse nodes)))

(defvar *labels-around* '() "The functions of LABELS whose bodies are around.")

(defun note-fun-used (fun)
  "The local function FUN is used here; only by itself does not count."
  (unless (member fun *labels-around*)
    (setf (fun-used fun) t)))

(defun convert-local-call (fun arguments env)
  "A call of the local function FUN."
  (check-local-arguments fun arguments)
  (note-fun-used fun)
  (make-local-call-node fun (convert-arguments arguments env) nil
                        (env-fun env)))

(defvar *self* nil "The FUN of the global definition in hand, or NIL.")

(defun convert-global-call (form head use env)
  (let ((notinline (or (eq use :notinline)
                       (and (null use) (globally-notinline-p head)))))
    (or (if notinline nil (convert-known-call form head env))
        (if notinline nil (convert-self-call form head env))
        (progn
          (when *called-names* (funcall *called-names* head form))
          (check-global-call head (cdr form) env)
          (make-call-node head (convert-arguments (cdr form) env))))))

(defun convert-self-call (form head env)
  "A function may call itself directly (CLHS 3.2.2.3); where debugging matters it
does not, so that TRACE sees it."
  (if (and *self* (eq head (fun-name *self*))
           (< (policy-debug (env-policy env)) 2)
           (direct-call-p *self* (cdr form)))
      (convert-local-call *self* (cdr form) env)
      nil))

(defun convert-known-call (form head env)
  "The node for a call of HEAD if the compiler knows something better than a
full call, else NIL."
  (let ((transform (get head 'transform)))
    (if transform
        (let ((new (funcall transform form)))
          (if (eq new form)
              (convert-defined-call form head env)
              (convert-replacement form new env)))
        (convert-defined-call form head env))))

(defun convert-defined-call (form head env)
  (let ((op (get head 'op)))
    (if (and op (op-lowerer op) (= (op-arity op) (length (cdr form))))
        (make-primitive-node op nil (convert-arguments (cdr form) env)
                             (< 0 (policy-safety (env-policy env))))
        (convert-expanded-call form head env))))

(defun convert-expanded-call (form head env)
  (let ((expander (compiler-macro-of head)))
    (if expander
        (let ((new (expand expander form env)))
          (if (eq new form)
              (convert-inline-call form head env)
              (progn
                (note-use :compiler-macro head)
                (convert-slot-type (convert-replacement form new env)
                                   head env))))
        (convert-inline-call form head env))))

(defun convert-slot-type (node head env)
  "NODE, with the type of the slot when HEAD is the accessor of one."
  (let* ((accessor (knowledge head :accessor nil))
         (type (if (consp accessor) (cadddr accessor) t))
         (ty (if (eq type t) *ty-t* (values (specifier-ty type)))))
    (if (= +ty-all+ (ty-bits ty))
        node
        (make-the-node ty type node
                       (< 0 (policy-safety (env-policy env)))))))

(defvar *inline-depth* 0 "How many inline expansions are around this form.")

(defun convert-inline-call (form head env)
  (let ((lambda-expression (inline-lambda-of head)))
    (if (and lambda-expression (< *inline-depth* 6))
        (let ((*inline-depth* (+ *inline-depth* 1))
              (inner (null-env (env-fun env))))
          (setf (env-policy inner) (env-policy env))
          (note-use :inline head)
          (check-arguments :style head (cadr lambda-expression) (cdr form))
          (convert-lambda-call (cdr lambda-expression) (cdr form) inner env
                               t))
        nil)))

;;; Functions as values

(define-converter function (form env)
  (let ((name (cadr form)))
    (cond ((and (consp name) (eq (car name) 'lambda))
           (make-local-function-node
            (convert-lambda (list 'lambda (car (fun-place env)))
                            (cadr name) (cddr name) env)))
          ((or (symbolp name)
               (and (consp name) (eq (car name) 'setf)))
           (convert-function-name name env))
          (t (malformed name " is not the name of a function")))))

(defun fun-place (env)
  "A list of the name of the function that ENV is in."
  (list (if (env-fun env) (fun-name (env-fun env)) nil)))

(defun convert-function-name (name env)
  (let ((entry (find-function name env)))
    (cond ((fun-p entry)
           (note-fun-used entry)
           (make-local-function-node entry))
          ((or (consp entry)
               (and (symbolp name) (null entry) (global-macro name)))
           (malformed name " is a macro, not a function"))
          (t
           (when *called-names* (funcall *called-names* name nil))
           (check-global-name name env)
           (make-global-function-node name)))))

(define-converter %named-lambda (form env)
  (make-local-function-node
   (convert-lambda (cadr form) (caddr form) (cdddr form) env)))

(define-converter %defun (form env)
  (convert (list '%set-fdefinition (list 'quote (cadr form))
                 (cons '%named-lambda (cdr form)))
           env))

(defun literal-function-name (form env)
  "The name when FORM is (function name) or 'name of a global function."
  (and (consp form) (consp (cdr form)) (null (cddr form))
       (or (and (eq (car form) 'function) (symbolp (cadr form))
                (not (consp (find-function (cadr form) env)))
                (cadr form))
           (and (eq (car form) 'quote) (symbolp (cadr form)) (cadr form)
                (null (find-function (cadr form) env))
                (null (get (cadr form) 'converter))
                (null (global-macro (cadr form)))
                (cadr form)))))

(defun lambda-form (form)
  "The (lambda ...) that FORM evaluates to, or NIL."
  (cond ((atom form) nil)
        ((eq (car form) 'lambda) form)
        ((and (eq (car form) 'function) (consp (cdr form))
              (consp (cadr form)) (eq (car (cadr form)) 'lambda))
         (cadr form))
        (t nil)))

(define-converter funcall (form env)
  (let* ((function (cadr form))
         (arguments (cddr form))
         (name (literal-function-name function env))
         (lambda-expression (lambda-form function)))
    (cond ((null (cdr form)) (malformed "FUNCALL needs a function"))
          (name (convert (cons name arguments) env))
          (lambda-expression
           (convert-lambda-call (cdr lambda-expression) arguments env env))
          (t (make-funcall-node (convert function env)
                                (convert-arguments arguments env))))))

(define-converter apply (form env)
  (let ((function (cadr form))
        (arguments (cddr form)))
    (cond ((null arguments) (malformed "APPLY needs a list"))
          (t
           (make-apply-node
            (if (and (consp function) (eq (car function) 'quote)
                     (literal-function-name function env))
                (make-global-function-node (cadr function))
                (convert function env))
            (convert (spread-list-form arguments) env))))))

(defun spread-list-form (arguments)
  "A form for the list of the ARGUMENTS of APPLY behind the function."
  (let* ((backward (reverse arguments))
         (form (list 'the 'list (car backward))))
    (dolist (argument (cdr backward) form)
      (setq form (list 'cons argument form)))))
