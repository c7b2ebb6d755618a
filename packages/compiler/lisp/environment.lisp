;;;; Lexical environments, policies and declarations.

(in-package #:astralisp.compiler)

(defstruct policy
  "The qualities of OPTIMIZE."
  (safety 1) (speed 1) (debug 1))

(defvar *policy* (make-policy) "The policy of forms without declarations.")

(defstruct env
  "A lexical environment.  VARS maps symbols to a VAR, :SPECIAL or
\(:MACRO . expansion); FUNS maps names to a FUN, (:MACRO . expander),
:INLINE or :NOTINLINE; FUN is the function around; OUTER is NIL or the
environment, as macro functions get it, whose macros are seen here; FACTS what the
declarations of DEFINE-DECLARATION say."
  (vars '()) (funs '()) (exits '()) (tags '()) policy fun (outer nil)
  (facts '()))

(defun null-env (fun)
  "The global environment, inside FUN."
  (make-env :policy *policy* :fun fun))

(defun env-with-vars (env vars)
  "ENV with VARS for its alist of variables."
  (let ((new (copy-env env)))
    (setf (env-vars new) vars)
    new))

(defun env-with-funs (env funs)
  "ENV with FUNS for its alist of functions."
  (let ((new (copy-env env)))
    (setf (env-funs new) funs)
    new))

(defun find-variable (symbol env)
  "What SYMBOL means in ENV: VAR, (:MACRO . expansion), :SPECIAL, :CONSTANT,
:GLOBAL or NIL when nothing is known."
  (let ((entry (assoc symbol (env-vars env))))
    (cond (entry (cdr entry))
          ((outer-expansion env :variable :symbol-macro symbol))
          (t (let ((kind (%variable-kind symbol)))
               (if (eq kind :symbol-macro)
                   (cons :macro (getf (%symbol-info symbol) :symbol-macro))
                   kind))))))

(defun find-function (name env)
  "The entry of the function NAME in ENV, or NIL when it is global."
  (let* ((funs (env-funs env))
         (entry (and funs
                     (assoc name funs
                            :test (if (consp name) #'equal #'eq)))))
    (if entry
        (cdr entry)
        (outer-expansion env :function :macro name))))

(defun outer-expansion (env what kind name)
  "The entry (:MACRO . expansion or expander) of NAME, a :VARIABLE or :FUNCTION
as WHAT says, that the environment around ENV has; NIL unless it is of KIND.
Its functions and variables are not to be had: their frames do not exist."
  (if (env-outer env)
      (multiple-value-bind (found value) (funcall (env-outer env) what name)
        (if (eq found kind) (cons :macro value) nil))
      nil))

(defun macro-environment (env)
  "ENV as the closure that macro functions get (docs/primitives.md)."
  (if (and (null (env-vars env)) (null (env-funs env)) (null (env-facts env))
           (eq (env-policy env) *policy*))
      (env-outer env)
      (lambda (kind name)
        (case kind
          (:function (function-meaning name env))
          (:variable (variable-meaning name env))
          (:extended t)
          (:variable-declarations (variable-declarations name env))
          (:function-declarations (function-declarations name env))
          (:declaration (declaration-value name env))))))

(defun function-meaning (name env)
  (let ((entry (find-function name env)))
    (cond ((null entry) nil)
          ((fun-p entry) :function)
          ((consp entry) (values :macro (cdr entry)))
          (t nil))))

(defun variable-meaning (name env)
  (let ((entry (cdr (assoc name (env-vars env)))))
    (cond ((null entry)
           (if (env-outer env)
               (funcall (env-outer env) :variable name)
               nil))
          ((var-p entry) :lexical)
          ((consp entry) (values :symbol-macro (cdr entry)))
          (t :special))))

(defun ask-outer (env kind name)
  "The answer of the environment around ENV to an extended question."
  (let ((outer (env-outer env)))
    (if (and outer (funcall outer :extended nil))
        (funcall outer kind name)
        (values nil nil))))

(defun variable-declarations (name env)
  "An alist of what is declared of the variable NAME in ENV."
  (let ((entry (cdr (assoc name (env-vars env))))
        (alist (facts-about :variable name env)))
    (cond ((null entry)
           (append alist (ask-outer env :variable-declarations name)))
          ((var-p entry)
           (unless (eq (var-type entry) t)
             (push (cons 'type (var-type entry)) alist))
           (when (var-ignore entry)
             (push (cons 'ignore (if (eq (var-ignore entry) :ignore)
                                     'ignore
                                     'ignorable))
                   alist))
           (when (var-extent entry) (push (cons 'dynamic-extent t) alist))
           alist)
          (t alist))))

(defun function-declarations (name env)
  "An alist of what is declared of the function NAME in ENV."
  (let ((entry (find-function name env))
        (alist (facts-about :function name env)))
    (cond ((eq entry :inline) (cons (cons 'inline 'inline) alist))
          ((eq entry :notinline) (cons (cons 'inline 'notinline) alist))
          (entry alist)
          (t (append alist (ask-outer env :function-declarations name))))))

(defun declaration-value (name env)
  "What is declared under NAME in ENV, and true if anything is."
  (let ((fact (find-if (lambda (fact)
                         (and (eq (car fact) :declaration)
                              (eq (cadr fact) name)))
                       (env-facts env))))
    (cond (fact (values (cddr fact) t))
          ((eq name 'optimize)
           (let ((policy (env-policy env)))
             (values (list (list 'speed (policy-speed policy))
                           (list 'safety (policy-safety policy))
                           (list 'debug (policy-debug policy))
                           (list 'space 1) (list 'compilation-speed 1))
                     t)))
          (t (ask-outer env :declaration name)))))

(defun facts-about (kind name env)
  (let ((alist '()))
    (dolist (fact (env-facts env) (nreverse alist))
      (when (and (eq (car fact) kind) (equal (cadr fact) name))
        (push (cddr fact) alist)))))

;;; Declarations

(defun split-declarations (body)
  "The forms of BODY behind its declarations, and the list of their
specifiers in order."
  (let ((specifiers '()))
    (loop
      (let ((form (if (consp body) (car body) nil)))
        (unless (and (consp form) (eq (car form) 'declare)) (return))
        (dolist (specifier (cdr form))
          (setq specifiers (cons specifier specifiers)))
        (setq body (cdr body))))
    (values body (nreverse specifiers))))

(defun split-function-body (body)
  "Like SPLIT-DECLARATIONS, with the documentation string as third value."
  (let ((specifiers '()) (documentation nil))
    (loop
      (let ((form (if (consp body) (car body) nil)))
        (cond ((and (consp form) (eq (car form) 'declare))
               (dolist (specifier (cdr form))
                 (setq specifiers (cons specifier specifiers))))
              ((and (stringp form) (cdr body) (null documentation))
               (setq documentation form))
              (t (return)))
        (setq body (cdr body))))
    (values body (nreverse specifiers) documentation)))

(defun declared-special-p (symbol specifiers)
  "Do SPECIFIERS or a proclamation make bindings of SYMBOL special?"
  (let ((special (eq (%variable-kind symbol) :special)))
    (dolist (specifier specifiers)
      (when (and (eq (car specifier) 'special)
                 (member symbol (cdr specifier)))
        (setq special t)))
    (when special (note-use :binds symbol))
    special))

(defparameter *other-declarations*
  '(special inline notinline optimize ftype ignore ignorable dynamic-extent
    declaration effects type muffle-conditions unmuffle-conditions)
  "Declaration names that are not types.")

(defun declared-type (symbol specifiers)
  "The type specifier SPECIFIERS give SYMBOL, T when none."
  (let ((type t))
    (dolist (specifier specifiers type)
      (let* ((head (car specifier))
             (names (cond ((eq head 'type) (cddr specifier))
                          ((member head *other-declarations*) nil)
                          ((and (symbolp head)
                                (getf (%symbol-info head) :declaration))
                           nil)
                          (t (cdr specifier)))))
        (when (member symbol names)
          (let ((new (if (eq head 'type) (cadr specifier) head)))
            (setq type (if (eq type t) new (list 'and type new)))))))))

(defun declared-p (kind symbol specifiers)
  "Is there a (KIND ... SYMBOL ...) among SPECIFIERS?"
  (let ((found nil))
    (dolist (specifier specifiers found)
      (when (and (eq (car specifier) kind) (member symbol (cdr specifier)))
        (setq found t)))))

(defun quality-value (quality)
  (if (consp quality) (cadr quality) 3))

(defun apply-optimize (qualities policy)
  "POLICY changed by the QUALITIES of an OPTIMIZE declaration."
  (let ((new (copy-policy policy)))
    (dolist (quality qualities new)
      (case (if (consp quality) (car quality) quality)
        (safety (setf (policy-safety new) (quality-value quality)))
        (speed (setf (policy-speed new) (quality-value quality)))
        (debug (setf (policy-debug new) (quality-value quality)))))))

(defun declare-function-use (kind names env)
  (let ((funs (env-funs env)))
    (dolist (name names)
      ;; Of a local function or macro nothing is noted.
      (when (member (find-function name env) '(nil :inline :notinline))
        (setq funs (cons (cons name kind) funs))))
    (env-with-funs env funs)))

(defun env-with-specials (env symbols)
  "ENV in which SYMBOLS are special variables."
  (if (null symbols)
      env
      (env-with-vars env
                     (append (mapcar (lambda (symbol)
                                       (cons symbol :special))
                                     symbols)
                             (env-vars env)))))

(defun free-specials (specifiers bound)
  "The symbols not among BOUND that SPECIFIERS declare special."
  (let ((symbols '()))
    (dolist (specifier specifiers symbols)
      (when (eq (car specifier) 'special)
        (dolist (symbol (cdr specifier))
          (unless (member symbol bound) (push symbol symbols)))))))

(defun apply-declarations (specifiers env bound &optional (specials t))
  "ENV changed by the free SPECIFIERS: policy, inlining, and if SPECIALS is true
special references of variables not among the symbols BOUND."
  (dolist (specifier specifiers env)
    (unless (consp specifier)
      (malformed "a declaration must be a list, not " specifier))
    (check-declaration specifier bound)
    (when (and (symbolp (car specifier))
               (getf (%symbol-info (car specifier)) :declaration-function))
      (let ((facts (declaration-facts specifier (macro-environment env))))
        (setq env (copy-env env))
        (setf (env-facts env) (append facts (env-facts env)))))
    (case (car specifier)
      (optimize
       (setq env (copy-env env))
       (setf (env-policy env)
             (apply-optimize (cdr specifier) (env-policy env))))
      (inline
       (setq env (declare-function-use :inline (cdr specifier) env)))
      (notinline
       (setq env (declare-function-use :notinline (cdr specifier) env)))
      (effects
       (when (env-fun env)
         (setf (fun-effects (env-fun env))
               (append (cdr specifier) (fun-effects (env-fun env))))))
      (special
       (when specials
         (setq env (env-with-specials
                    env (free-specials (list specifier) bound))))))))
