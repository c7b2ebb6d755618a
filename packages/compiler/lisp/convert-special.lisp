;;;; The special operators as nodes.

(in-package #:astralisp.compiler)

(defun convert-progn (forms env)
  "The node of FORMS in sequence."
  (cond ((null forms) (nil-node))
        ((null (cdr forms)) (convert-body-form (car forms) env))
        (t (make-seq-node (mapcar (lambda (form)
                                    (convert-body-form form env))
                                  forms)))))

(defun convert-body (body env bound)
  "The node of BODY, which may begin with declarations; BOUND names what the
form around binds."
  (multiple-value-bind (forms specifiers) (split-declarations body)
    (with-muffling (specifiers)
      (convert-progn forms (apply-declarations specifiers env bound)))))

(define-converter quote (form env)
  (make-literal-node (cadr form)))

(define-converter progn (form env)
  (convert-progn (cdr form) env))

(define-converter if (form env)
  (unless (and (cddr form) (null (cddddr form)))
    (malformed "IF takes two or three arguments: " form))
  (make-if-node (convert (cadr form) env)
                (convert (caddr form) env)
                (if (cdddr form) (convert (cadddr form) env) (nil-node))))

(define-converter setq (form env)
  (let ((nodes '()) (tail (cdr form)))
    (loop
      (when (null tail) (return))
      (unless (cdr tail) (malformed "SETQ takes pairs: " form))
      (push (convert-one-setq (car tail) (cadr tail) env) nodes)
      (setq tail (cddr tail)))
    (cond ((null nodes) (nil-node))
          ((null (cdr nodes)) (car nodes))
          (t (make-seq-node (nreverse nodes))))))

(defun convert-one-setq (symbol value env)
  (unless (symbolp symbol) (malformed symbol " is not a variable"))
  (let ((meaning (find-variable symbol env)))
    (if (consp meaning)
        (let ((form (list 'setf (cdr meaning) value)))
          (convert-expansion (list 'setq symbol value) form env))
        (convert-setting symbol (convert value env) env))))

;;; Binding

(defun binding-name (binding)
  (let ((name (if (consp binding) (car binding) binding)))
    (unless (and (symbolp name) name (not (eq name t)))
      (malformed name " cannot be bound"))
    (when (or (keywordp name) (eq (%variable-kind name) :constant))
      (malformed-constant name " is a constant: it cannot be bound"))
    name))

(defun binding-form (binding)
  (when (and (consp binding)
             (or (not (listp (cdr binding))) (cddr binding)))
    (malformed "the binding " binding " has more than one value"))
  (if (consp binding) (cadr binding) nil))

(defun check-different (names)
  "The symbols NAMES are bound at once: none may be there twice."
  (do ((tail names (cdr tail)))
      ((null tail) names)
    (when (member (car tail) (cdr tail))
      (malformed "the variable " (car tail) " is bound twice"))))

(define-converter let (form env)
  (multiple-value-bind (forms specifiers) (split-declarations (cddr form))
    (let ((values (mapcar (lambda (binding)
                            (convert (binding-form binding) env))
                          (cadr form)))
          (names (check-different (mapcar #'binding-name (cadr form)))))
      (with-muffling (specifiers)
        (convert-let names values forms specifiers env)))))

(defun convert-let (names values forms specifiers env)
  "The node that binds NAMES to the values of the nodes VALUES around FORMS."
  (let ((vars '()) (inits '()) (inner (env-vars env))
        (specials '()) (special-values '()))
    (dolist (name names)
      (let* ((special (declared-special-p name specifiers))
             (var (if special
                      (make-var :name (make-symbol (symbol-name name)))
                      (make-parameter name specifiers)))
             (init (pop values)))
        (push var vars)
        (cond (special
               (push init inits)
               (push name specials)
               (push (typed-special-value name (reference var) env)
                     special-values)
               (push (cons name :special) inner))
              (t
               (push (typed-node init var env) inits)
               (push (cons name var) inner)))))
    (let* ((inside (apply-declarations
                    specifiers (env-with-vars env inner) names))
           (body (convert-progn forms inside)))
      (make-let-node
       (nreverse vars) (nreverse inits)
       (if specials
           (make-bind-node (nreverse specials) (nreverse special-values)
                           body)
           body)))))

(define-converter let* (form env)
  (multiple-value-bind (forms specifiers) (split-declarations (cddr form))
    (let ((bindings '()))
      (dolist (binding (cadr form))
        (push (list (binding-name binding) (binding-form binding)) bindings))
      (setq bindings (nreverse bindings))
      (with-muffling (specifiers)
        (convert-sequential
         bindings specifiers forms
         (apply-declarations specifiers env (bound-names bindings) nil)
         (free-specials specifiers (bound-names bindings)))))))

(defun convert-sequential (bindings specifiers forms env free)
  "Bind BINDINGS, each (name form), one after the other around FORMS; a NIL
name only evaluates.  The symbols FREE are special in FORMS, not before."
  (if (null bindings)
      (convert-progn forms (env-with-specials env free))
      (let* ((binding (car bindings))
             (name (car binding)))
        (cond ((null name)
               (make-seq-node
                (list (convert (cadr binding) env)
                      (convert-sequential (cdr bindings) specifiers forms
                                          env free))))
              ((declared-special-p name specifiers)
               (let ((value (typed-special-value
                             name (convert (cadr binding) env) env)))
                 (make-bind-node
                  (list name) (list value)
                  (convert-sequential
                   (cdr bindings) specifiers forms
                   (env-with-specials env (list name)) free))))
              (t
               (let* ((var (make-parameter name specifiers))
                      (init (typed-node (convert (cadr binding) env)
                                        var env)))
                 (make-let-node
                  (list var) (list init)
                  (convert-sequential
                   (cdr bindings) specifiers forms
                   (env-with-vars env (cons (cons name var) (env-vars env)))
                   free))))))))

(define-converter %mv-let (form env)
  (multiple-value-bind (forms specifiers) (split-declarations (cdddr form))
    (let ((values (convert (caddr form) env)))
      (with-muffling (specifiers)
        (convert-mv-let (check-different (mapcar #'binding-name (cadr form)))
                        values forms specifiers env)))))

(defun convert-mv-let (names values forms specifiers env)
  "The node that binds NAMES to the values of the node VALUES around FORMS."
  (let ((vars '()) (inner (env-vars env)) (specials '())
        (special-values '()) (checks '()))
    (dolist (name names)
      (let* ((special (declared-special-p name specifiers))
             (var (if special
                      (make-var :name (make-symbol (symbol-name name)))
                      (make-parameter name specifiers))))
        (push var vars)
        (cond (special
               (push name specials)
               (push (typed-special-value name (reference var) env)
                     special-values)
               (push (cons name :special) inner))
              (t (push var checks)
                 (push (cons name var) inner)))))
    (let* ((inside (apply-declarations specifiers (env-with-vars env inner)
                                       names))
           (body (typed-parameters (nreverse checks) inside
                                   (convert-progn forms inside))))
      (make-mv-let-node
       (nreverse vars) values
       (if specials
           (make-bind-node (nreverse specials) (nreverse special-values)
                           body)
           body)))))

(define-converter progv (form env)
  (make-progv-node (convert (cadr form) env) (convert (caddr form) env)
                   (convert-progn (cdddr form) env)))

(defun check-symbol-macro (name body)
  "A special variable cannot be a symbol macro (CLHS SYMBOL-MACROLET)."
  (when (or (eq (%variable-kind name) :special)
            (declared-p 'special name
                        (nth-value 1 (split-declarations body))))
    (malformed name " is a special variable: it cannot be a symbol macro")))

(define-converter symbol-macrolet (form env)
  (let ((inner (env-vars env)))
    (dolist (binding (cadr form))
      (check-symbol-macro (binding-name binding) (cddr form))
      (push (cons (car binding) (cons :macro (cadr binding))) inner))
    (convert-body (cddr form) (env-with-vars env inner)
                  (mapcar #'car (cadr form)))))

(define-converter locally (form env)
  (convert-body (cdr form) env '()))

(define-converter the (form env)
  (let ((specifier (cadr form)))
    (if (and (consp specifier) (eq (car specifier) 'values)
             (cddr specifier)
             (not (eq (caddr specifier) '&optional)))
        (convert (caddr form) env)
        (let ((ty (specifier-ty specifier)))
          (if (= +ty-all+ (ty-bits ty))
              (convert (caddr form) env)
              (make-the-node ty specifier (convert (caddr form) env)
                             (< 0 (policy-safety (env-policy env)))))))))

;;; Local functions and macros

(define-converter flet (form env)
  (let ((funs (env-funs env)) (list '()))
    (dolist (definition (cadr form))
      (let ((fun (convert-local-function definition env)))
        (push fun list)
        (push (cons (car definition) fun) funs)))
    (let* ((inner (env-with-funs env funs))
           (body (convert-body (cddr form) inner '())))
      (note-unused-functions list (cddr form))
      (make-functions-node (nreverse list) body))))

(defun local-function-name (definition env)
  "The name that a local function shows in debug information."
  (cons 'flet (cons (car definition) (fun-place env))))

(defun convert-local-function (definition env)
  (multiple-value-bind (forms specifiers) (split-function-body
                                           (cddr definition))
    (convert-lambda (local-function-name definition env) (cadr definition)
                    `((declare ,@specifiers)
                      (block ,(function-block-name (car definition)) ,@forms))
                    env)))

(defun function-block-name (name)
  (if (consp name) (cadr name) name))

(define-converter labels (form env)
  (let ((funs (env-funs env)) (list '()))
    (dolist (definition (cadr form))
      (let ((fun (make-fun :name (local-function-name definition env)
                           :site *site*
                           :lambda-list (cadr definition)
                           :position *position* :parent (env-fun env))))
        (note-argument-counts fun)
        (push fun list)
        (push (cons (car definition) fun) funs)))
    (let ((inner (env-with-funs env funs)))
      (setq list (nreverse list))
      (do ((tail list (cdr tail))
           (definitions (cadr form) (cdr definitions)))
          ((null tail))
        (fill-labels-function (car tail) (car definitions) inner))
      (let ((body (convert-body (cddr form) inner '())))
        (note-unused-functions list (cddr form))
        (make-functions-node list body)))))

(defun note-argument-counts (fun)
  "Fill in how many arguments FUN takes."
  (let ((parameters (parse-parameters (fun-lambda-list fun))))
    (setf (fun-min-args fun) (length (parameters-required parameters)))
    (setf (fun-max-args fun)
          (if (or (parameters-rest parameters) (parameters-key-p parameters))
              nil
              (start-of-rest parameters)))
    (setf (fun-uses-count fun)
          (not (eql (fun-min-args fun) (fun-max-args fun))))
    parameters))

(defun fill-labels-function (fun definition env)
  (multiple-value-bind (forms specifiers documentation)
      (split-function-body (cddr definition))
    (let ((inner (copy-env env))
          (*labels-around* (cons fun *labels-around*)))
      (setf (env-fun inner) fun)
      (setf (fun-documentation fun) documentation)
      (setf (fun-policy fun) (env-policy env))
      (convert-lambda-body
       fun (parse-parameters (cadr definition))
       `((block ,(function-block-name (car definition)) ,@forms))
       specifiers inner))))

(define-converter macrolet (form env)
  (let ((funs (env-funs env)))
    (dolist (definition (cadr form))
      (push (cons (car definition)
                  (cons :macro (local-expander definition env)))
            funs))
    (convert-body (cddr form) (env-with-funs env funs) '())))

(defun local-expander (definition env)
  "The macro function that a definition of MACROLET describes."
  (%eval (macro-lambda (car definition) (cadr definition) (cddr definition))
         (macro-environment env)))

(define-converter eval-when (form env)
  (if (member-any '(:execute eval) (cadr form))
      (convert-progn (cddr form) env)
      (nil-node)))

(defun member-any (items list)
  (let ((found nil))
    (dolist (item items found)
      (when (member item list) (setq found t)))))

(define-converter load-time-value (form env)
  (make-load-time-node (convert (cadr form) (null-env (env-fun env)))))

(define-converter %layout (form env)
  (let* ((name (cadr form))
         (name (if (and (consp name) (eq (car name) 'quote))
                   (cadr name)
                   name)))
    (when (symbolp name) (note-use :structure name))
    (make-layout-node name)))

;;; Control

(define-converter block (form env)
  (let* ((exit (make-exit :name (cadr form) :fun (env-fun env)))
         (inner (copy-env env)))
    (setf (env-exits inner) (cons (cons (cadr form) exit) (env-exits env)))
    (let ((body (convert-progn (cddr form) inner)))
      (if (= 0 (exit-refs exit))
          body
          (make-block-node exit body)))))

(define-converter return-from (form env)
  (let ((exit (cdr (assoc (cadr form) (env-exits env)))))
    (unless exit
      (malformed "no block is named " (cadr form) " here"))
    (setf (exit-refs exit) (+ 1 (exit-refs exit)))
    (unless (eq (env-fun env) (exit-fun exit))
      (setf (exit-nonlocal exit) :maybe))
    (make-return-node exit (convert (caddr form) env) (env-fun env))))

(define-converter tagbody (form env)
  (let ((tags '()) (inner (copy-env env)) (list (env-tags env))
        (node (make-tagbody-node '() '() (env-fun env) nil nil)))
    (dolist (item (cdr form))
      (when (atom item)
        (let ((tag (make-tag :name item)))
          (push tag tags)
          (push (list item tag node) list))))
    (setf (env-tags inner) list)
    (setq tags (nreverse tags))
    (setf (tagbody-node-tags node) tags)
    (setf (tagbody-node-bodies node)
          (convert-segments (cdr form) inner))
    (if (null tags)
        (make-seq-node (list (car (tagbody-node-bodies node)) (nil-node)))
        node)))

(defun convert-segments (items env)
  "Nodes of the forms before the first tag, between tags, behind the last."
  (let ((segments '()) (forms '()))
    (dolist (item items)
      (cond ((consp item) (push (convert-body-form item env) forms))
            (t (push (segment-node forms) segments)
               (setq forms '()))))
    (push (segment-node forms) segments)
    (nreverse segments)))

(defun segment-node (reversed)
  (if (null reversed)
      (nil-node)
      (make-seq-node (nreverse reversed))))

(define-converter go (form env)
  (let ((entry (assoc (cadr form) (env-tags env))))
    (unless entry (malformed "no tag is named " (cadr form) " here"))
    (let ((tag (cadr entry)))
      (setf (tag-refs tag) (+ 1 (tag-refs tag)))
      (unless (eq (env-fun env) (tagbody-node-fun (caddr entry)))
        (setf (tagbody-node-nonlocal (caddr entry)) :maybe))
      (make-go-node tag (caddr entry) (env-fun env)))))

(define-converter catch (form env)
  (make-catch-node (convert (cadr form) env)
                   (convert-progn (cddr form) env)))

(define-converter throw (form env)
  (let ((tag (make-var :name (make-symbol "TAG"))))
    (make-let-node
     (list tag) (list (convert (cadr form) env))
     (if (single-valued-form-p (caddr form) env)
         (make-call-node '%throw (list (reference tag)
                                       (convert (caddr form) env)))
         (make-call-node '%throw-values
                         (list (reference tag)
                               (convert (list 'multiple-value-list
                                              (caddr form))
                                        env)))))))

(defun single-valued-form-p (form env)
  "Does FORM surely have one value?"
  (or (atom form)
      (eq (car form) 'quote)
      (and (symbolp (car form)) (get (car form) 'op)
           (op-lowerer (get (car form) 'op))
           (null (find-function (car form) env)))))

(define-converter unwind-protect (form env)
  (if (null (cddr form))
      (convert (cadr form) env)
      (make-protect-node (convert (cadr form) env)
                         (convert-progn (cddr form) env))))

;;; Multiple values

(define-converter values (form env)
  (make-values-node (convert-arguments (cdr form) env)))

(define-converter multiple-value-call (form env)
  (make-mv-call-node (convert (cadr form) env)
                     (convert-arguments (cddr form) env)))

(define-converter multiple-value-prog1 (form env)
  (if (null (cddr form))
      (convert (cadr form) env)
      (make-mv-prog1-node (convert (cadr form) env)
                          (convert-progn (cddr form) env))))

(define-converter %values-list (form env)
  (make-list-values-node (convert (cadr form) env)))

(define-converter %self (form env)
  (make-intrinsic-node :self nil))

;;; Internal operators of lambda lists

(defun primitive-node (name datum args)
  (make-primitive-node (get name 'op) datum args t))

(define-converter %%argument (form env)
  (make-intrinsic-node :argument (cadr form)))

(define-converter %%argument-count (form env)
  (make-intrinsic-node :argument-count nil))

(define-converter %%count-above (form env)
  (primitive-node '%fx< nil (list (make-literal-node (cadr form))
                                  (make-intrinsic-node :argument-count nil))))

(define-converter %%absent (form env)
  (make-intrinsic-node :absent nil))

(define-converter %%stack-argument (form env)
  (primitive-node '%%stack-argument nil
                  (list (convert (cadr form) env))))
