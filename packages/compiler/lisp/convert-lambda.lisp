;;;; Lambda lists, lambda expressions and calls of literal lambdas.

(in-package #:astralisp.compiler)

;;; A FUN has required parameters only.  All else of a lambda list becomes
;;; bindings around its body, in terms of these internal operators:
;;; (%%argument i), (%%count-above i): more than i arguments were passed,
;;; (%%argument-count), (%%argument-at form): any argument by a computed index.

(defstruct parameters
  "A lambda list taken apart.  OPTIONAL: (name default supplied);
KEYS: (keyword name default supplied); AUX: (name form)."
  (required '()) (optional '()) rest (key-p nil) (keys '())
  (allow-others nil) (aux '()))

(defun check-parameter-name (name)
  (unless (and (symbolp name) name (not (eq name t)) (not (keywordp name)))
    (malformed name " cannot be a parameter"))
  name)

(defun parse-optional (item)
  (if (consp item)
      (list (check-parameter-name (car item)) (cadr item) (caddr item))
      (list (check-parameter-name item) nil nil)))

(defun keyword-of (symbol)
  (values (intern (symbol-name symbol) '#:keyword)))

(defun parse-key (item)
  (if (consp item)
      (let ((name (car item)))
        (if (consp name)
            (list (car name) (cadr name) (cadr item) (caddr item))
            (list (keyword-of name) name (cadr item) (caddr item))))
      (list (keyword-of (check-parameter-name item)) item nil nil)))

(defun add-parameter (item state parameters)
  (ecase state
    (:required
     (push (check-parameter-name item) (parameters-required parameters)))
    (:optional (push (parse-optional item) (parameters-optional parameters)))
    (:rest (setf (parameters-rest parameters) (check-parameter-name item)))
    (:key (push (parse-key item) (parameters-keys parameters)))
    (:aux (push (if (consp item) (list (car item) (cadr item))
                    (list item nil))
                (parameters-aux parameters)))))

(defun parse-parameters (lambda-list)
  "LAMBDA-LIST as a PARAMETERS structure."
  (let ((parameters (make-parameters))
        (state :required))
    (dolist (item lambda-list)
      (case item
        (&optional (setq state :optional))
        (&rest (setq state :rest))
        (&key (setf (parameters-key-p parameters) t) (setq state :key))
        (&allow-other-keys (setf (parameters-allow-others parameters) t))
        (&aux (setq state :aux))
        (t (add-parameter item state parameters)
           (when (eq state :rest) (setq state :after-rest)))))
    (setf (parameters-required parameters)
          (nreverse (parameters-required parameters)))
    (setf (parameters-optional parameters)
          (nreverse (parameters-optional parameters)))
    (setf (parameters-keys parameters)
          (nreverse (parameters-keys parameters)))
    (setf (parameters-aux parameters) (nreverse (parameters-aux parameters)))
    (check-different (parameter-variables parameters))
    parameters))

(defun parameter-variables (parameters)
  "The variables of PARAMETERS that arguments are bound to."
  (let ((names (append (parameters-required parameters)
                       (mapcar #'car (parameters-optional parameters))
                       (mapcar #'cadr (parameters-keys parameters)))))
    (if (parameters-rest parameters)
        (cons (parameters-rest parameters) names)
        names)))

;;; Bindings of the parts of a lambda list behind the required ones, each
;;; (name form), in order.

(defun optional-bindings (parameters)
  (let ((bindings '())
        (index (length (parameters-required parameters))))
    (dolist (optional (parameters-optional parameters))
      (let ((name (car optional)) (default (cadr optional))
            (supplied (caddr optional)))
        (push (list name `(if (%%count-above ,index) (%%argument ,index)
                              ,default))
              bindings)
        (when supplied
          (push (list supplied `(%%count-above ,index)) bindings))
        (setq index (+ index 1))))
    (nreverse bindings)))

(defvar *list-name* (make-symbol "LIST") "A variable of expansions.")
(defvar *index-name* (make-symbol "INDEX") "A variable of expansions.")
(defvar *key-name* (make-symbol "KEY") "A variable of expansions.")
(defvar *value-name* (make-symbol "VALUE") "A variable of expansions.")
(defvar *other-name* (make-symbol "OTHER") "A variable of expansions.")
(defvar *allow-name* (make-symbol "ALLOW") "A variable of expansions.")

(defun rest-list-form (start)
  "A form that makes the list of the arguments from number START on."
  (let ((list *list-name*) (index *index-name*) (stack (max start 4)))
    `(if (%%count-above ,start)
         (let ((,list nil) (,index (%%argument-count)))
           (tagbody
            next
              (if (%fx< ,stack ,index)
                  (progn
                    (setq ,index (%fx- ,index 1))
                    (setq ,list (cons (%%stack-argument ,index) ,list))
                    (go next))))
           ,@(let ((forms '()) (i start))
               (loop
                 (when (> i 3) (return))
                 (setq forms
                       (cons `(if (%%count-above ,i)
                                  (setq ,list
                                        (cons (%%argument ,i) ,list)))
                             forms))
                 (setq i (+ i 1)))
               forms)
           ,list)
         nil)))

(defun any-argument-form (index start)
  "A form for the argument at the value of the variable INDEX, known to be
at least START."
  (let ((form `(%%stack-argument ,index))
        (i 3))
    (loop
      (when (< i start) (return))
      (setq form `(if (%fx= ,index ,i) (%%argument ,i) ,form))
      (setq i (- i 1)))
    form))

(defun raw-key-names (parameters)
  (mapcar (lambda (key) (make-symbol (symbol-name (cadr key))))
          (parameters-keys parameters)))

(defun key-dispatch-form (parameters names)
  "A form that stores *VALUE-NAME* in the variable for *KEY-NAME*."
  (let ((form (if (parameters-allow-others parameters)
                  nil
                  `(if (eq ,*key-name* :allow-other-keys)
                       (if (eq ,*allow-name* (%%absent))
                           (setq ,*allow-name* ,*value-name*))
                       (setq ,*other-name* ,*key-name*)))))
    (do ((keys (reverse (parameters-keys parameters)) (cdr keys))
         (tail (reverse names) (cdr tail)))
        ((null keys) form)
      (setq form
            `(if (eq ,*key-name* ',(car (car keys)))
                 (progn
                   (if (eq ,(car tail) (%%absent))
                       (setq ,(car tail) ,*value-name*))
                   ,@(if (eq (car (car keys)) :allow-other-keys)
                         `((setq ,*allow-name* ,(car tail)))
                         '()))
                 ,form)))))

(defun key-loop-form (parameters names start)
  "A form that stores the arguments from START on in the variables NAMES and
checks them."
  (let ((index *index-name*)
        (strict (not (parameters-allow-others parameters))))
    `(if (%%count-above ,start)
         (let ((,index ,start) (,*other-name* (%%absent))
               (,*allow-name* (%%absent)))
           (if (%fx= 0 (%fx-and 1 (%fx- (%%argument-count) ,start)))
               nil
               (%odd-key-arguments (%%argument-count)))
           (tagbody
            next
              (let ((,*key-name* ,(any-argument-form index start)))
                (setq ,index (%fx+ ,index 1))
                (let ((,*value-name*
                        ,(any-argument-form index (+ start 1))))
                  ,(key-dispatch-form parameters names))
                (setq ,index (%fx+ ,index 1)))
              (if (%fx< ,index (%%argument-count)) (go next)))
           ,@(if strict
                 `((if (eq ,*other-name* (%%absent))
                       nil
                       (if (if (eq ,*allow-name* (%%absent))
                               t
                               (null ,*allow-name*))
                           (%unknown-key ,*other-name*))))
                 '()))
         nil)))

(defun key-bindings (parameters names)
  (let ((bindings '()))
    (do ((keys (parameters-keys parameters) (cdr keys))
         (tail names (cdr tail)))
        ((null keys) (nreverse bindings))
      (let* ((key (car keys)) (name (cadr key)) (default (caddr key))
             (supplied (cadddr key)))
        (push (list name `(if (eq ,(car tail) (%%absent)) ,default
                              ,(car tail)))
              bindings)
        (when supplied
          (push (list supplied
                      `(if (eq ,(car tail) (%%absent)) nil t))
                bindings))))))

(defun start-of-rest (parameters)
  (+ (length (parameters-required parameters))
     (length (parameters-optional parameters))))

(defun parameter-bindings (parameters)
  "All bindings behind the required parameters."
  (let* ((start (start-of-rest parameters))
         (names (raw-key-names parameters)))
    (append (optional-bindings parameters)
            (if (parameters-rest parameters)
                (list (list (parameters-rest parameters)
                            (rest-list-form start)))
                '())
            (mapcar (lambda (name) (list name '(%%absent))) names)
            (if (parameters-key-p parameters)
                (list (list nil (key-loop-form parameters names start)))
                '())
            (key-bindings parameters names)
            (parameters-aux parameters))))

;;; Lambda expressions

(defun required-variables (names specifiers env)
  "Variables for the required parameters NAMES, and the bindings
\(name form) that special ones need."
  (let ((vars '()) (bindings '()) (environment (env-vars env)))
    (dolist (name names)
      (if (declared-special-p name specifiers)
          (let* ((symbol (make-symbol (symbol-name name)))
                 (var (make-var :name symbol)))
            (push var vars)
            (push (cons symbol var) environment)
            (push (list name symbol) bindings))
          (let ((var (make-parameter name specifiers)))
            (push var vars)
            (push (cons name var) environment))))
    (values (nreverse vars) (nreverse bindings)
            (env-with-vars env environment))))

(defun make-parameter (name specifiers)
  "A new variable NAME with the type and the wishes in SPECIFIERS."
  (let ((type (declared-type name specifiers))
        (var (make-var :name name)))
    (unless (eq type t)
      (setf (var-type var) type)
      (setf (var-ty var) (values (specifier-ty type))))
    (cond ((declared-p 'ignore name specifiers)
           (setf (var-ignore var) :ignore))
          ((declared-p 'ignorable name specifiers)
           (setf (var-ignore var) :ignorable)))
    (note-variable var)
    (when (declared-p 'dynamic-extent name specifiers)
      (setf (var-extent var) t))
    var))

(defun convert-lambda (name lambda-list body env)
  "The FUN of the lambda expression (lambda LAMBDA-LIST . BODY) in ENV."
  (multiple-value-bind (forms specifiers documentation)
      (split-function-body body)
    (let* ((parameters (parse-parameters lambda-list))
           (fun (make-fun :name name :lambda-list lambda-list :site *site*
                          :documentation documentation
                          :position *position* :parent (env-fun env)))
           (inner (copy-env env)))
      (setf (env-fun inner) fun)
      (setf (fun-min-args fun) (length (parameters-required parameters)))
      (setf (fun-max-args fun)
            (if (or (parameters-rest parameters) (parameters-key-p parameters))
                nil
                (start-of-rest parameters)))
      (setf (fun-uses-count fun)
            (not (eql (fun-min-args fun) (fun-max-args fun))))
      (convert-lambda-body fun parameters forms specifiers inner)
      (setf (fun-policy fun) (env-policy env))
      fun)))

(defun convert-lambda-body (fun parameters forms specifiers env)
  (let ((ftype (proclaimed-ftype (fun-name fun))))
    (when ftype
      (check-ftype-arguments fun ftype)
      (setq specifiers (append (ftype-declarations parameters ftype)
                               specifiers))
      (setq forms (ftype-checked-forms forms ftype))))
  (with-muffling (specifiers)
    (multiple-value-bind (vars bindings env)
        (required-variables
         (parameters-required parameters) specifiers
         (apply-declarations specifiers env (parameter-names parameters) nil))
      (setf (fun-vars fun) vars)
      (setf (fun-body fun)
            (typed-parameters
             vars env
             (convert-sequential
              (append bindings (parameter-bindings parameters))
              specifiers forms env
              (free-specials specifiers (parameter-names parameters))))))))

(defun parameter-names (parameters)
  "The names of the variables that PARAMETERS bind."
  (append (parameters-required parameters)
          (bound-names (parameter-bindings parameters))))

(defun bound-names (bindings)
  (mapcar #'car bindings))

(defun typed-parameters (vars env body)
  "BODY behind checks of the declared types of the parameters VARS."
  (let ((checks '()))
    (dolist (var vars)
      (unless (= +ty-all+ (ty-bits (var-ty var)))
        (push (make-the-node (var-ty var) (var-ty var) (make-ref-node var)
                             (< 0 (policy-safety (env-policy env))))
              checks)))
    (if checks
        (make-seq-node (nreverse (cons body checks)))
        body)))

;;; ((lambda ...) ...) and calls of inline functions

(defun convert-lambda-call (expression arguments env outer &optional quiet)
  "A call of (lambda . EXPRESSION), meant in ENV, with ARGUMENTS meant in
OUTER. When QUIET is true nothing is reported of the body."
  (let* ((parameters (parse-parameters (car expression)))
         (required (length (parameters-required parameters)))
         (count (length arguments)))
    (cond ((or (< count required)
               (and (> count (start-of-rest parameters))
                    (null (parameters-rest parameters))
                    (null (parameters-key-p parameters)))
               (and (parameters-key-p parameters)
                    (not (constant-keys-p
                          (nthcdr (start-of-rest parameters) arguments)
                          parameters))))
           (unless quiet
             (check-arguments :warning 'lambda (car expression) arguments))
           (make-funcall-node
            (make-local-function-node
             (let ((*quiet* (or quiet *quiet*)))
               (convert-lambda (list 'lambda (car (fun-place env)))
                               (car expression) (cdr expression) env)))
            (convert-arguments arguments outer)))
          (t (convert-lambda-let parameters (cdr expression) arguments
                                 env outer quiet)))))

(defun constant-keys-p (arguments parameters)
  "Do ARGUMENTS pair known literal keywords with values?"
  (and (evenp (length arguments))
       (let ((good t))
         (do ((tail arguments (cddr tail)))
             ((null tail) good)
           (unless (and (keywordp (car tail))
                        (assoc (car tail) (parameters-keys parameters)))
             (setq good nil))))))

(defun convert-lambda-let (parameters body arguments env outer quiet)
  "Bind the parts of PARAMETERS to ARGUMENTS around BODY."
  (multiple-value-bind (forms specifiers) (split-function-body body)
    (let ((vars '()) (inits '()) (symbols '())
          (inner (env-vars env)))
      (dolist (argument arguments)
        (let* ((symbol (make-symbol "ARGUMENT"))
               (var (make-var :name symbol)))
          (push var vars)
          (push symbol symbols)
          (push (cons symbol var) inner)
          (push (convert argument outer) inits)))
      (let ((bindings (known-bindings parameters (nreverse symbols)
                                       arguments))
            (inside (env-with-vars env inner)))
        (setf (env-fun inside) (env-fun outer))
        (make-let-node
         (nreverse vars) (nreverse inits)
         (let* ((*quiet* (or quiet *quiet*))
                (*site* (if *quiet* nil *site*)))
           (with-muffling (specifiers)
             (convert-sequential
              bindings specifiers forms
              (apply-declarations specifiers inside (bound-names bindings)
                                  nil)
              (free-specials specifiers (bound-names bindings))))))))))

(defun known-bindings (parameters symbols arguments)
  "The bindings of PARAMETERS to the variables SYMBOLS, one for each of the
forms ARGUMENTS."
  (let ((bindings '()))
    (dolist (name (parameters-required parameters))
      (push (list name (pop symbols)) bindings)
      (pop arguments))
    (dolist (optional (parameters-optional parameters))
      (let ((supplied (if symbols t nil)))
        (push (list (car optional)
                    (if symbols (pop symbols) (cadr optional)))
              bindings)
        (pop arguments)
        (when (caddr optional)
          (push (list (caddr optional) supplied) bindings))))
    (when (parameters-rest parameters)
      (push (list (parameters-rest parameters) (cons 'list symbols))
            bindings))
    (append (nreverse bindings)
            (known-key-bindings parameters symbols arguments)
            (parameters-aux parameters))))

(defun known-key-bindings (parameters symbols arguments)
  (let ((bindings '()))
    (dolist (key (parameters-keys parameters) (nreverse bindings))
      (let ((value (known-key-value (car key) symbols arguments)))
        (push (list (cadr key) (if value value (caddr key))) bindings)
        (when (cadddr key)
          (push (list (cadddr key) (if value t nil)) bindings))))))

(defun known-key-value (key symbols arguments)
  "The variable that holds the value passed for KEY, or NIL."
  (do ((arguments arguments (cddr arguments))
       (symbols symbols (cddr symbols)))
      ((null arguments) nil)
    (when (eq (car arguments) key) (return (cadr symbols)))))

;;; Macro functions of MACROLET

(defun strip-parameter (keyword lambda-list)
  "LAMBDA-LIST without KEYWORD and the variable behind it, and the variable."
  (let ((result '()) (variable nil) (tail lambda-list))
    (loop
      (when (atom tail) (return))
      (cond ((eq (car tail) keyword)
             (setq variable (cadr tail))
             (setq tail (cddr tail)))
            (t (push (car tail) result)
               (setq tail (cdr tail)))))
    (values (if (and tail (atom tail))
                (append (nreverse result) tail)
                (nreverse result))
            variable)))

(defun macro-lambda (name lambda-list body)
  "A lambda expression for the macro function of (NAME LAMBDA-LIST . BODY)."
  (let ((form (make-symbol "FORM")) (environment (make-symbol "ENV")))
    (multiple-value-bind (lambda-list env-variable)
        (strip-parameter '&environment lambda-list)
      (multiple-value-bind (lambda-list whole)
          (if (and (consp lambda-list) (eq (car lambda-list) '&whole))
              (strip-parameter '&whole lambda-list)
              (values lambda-list nil))
        (multiple-value-bind (forms specifiers) (split-function-body body)
          (let ((bindings
                  (append (if (and whole (symbolp whole))
                              `((,whole ,form))
                              '())
                          (if env-variable
                              `((,env-variable ,environment))
                              '()))))
            `(lambda (,form ,environment)
               (declare (ignorable ,form ,environment))
               (let ,bindings
                 (declare (ignorable ,@(mapcar #'car bindings)))
                 ;; A pattern for the whole form is matched like an argument.
                 (destructuring-bind
                     ,@(if (consp whole)
                           `((,whole . ,lambda-list) (cons ,form (cdr ,form)))
                           `(,lambda-list (cdr ,form)))
                   (declare ,@specifiers)
                   (block ,name ,@forms))))))))))
