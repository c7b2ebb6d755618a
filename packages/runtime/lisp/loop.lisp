;;;; LOOP: the parser's state, bindings, accumulation, and the expansion
;;;; (CLHS 6.1).

(in-package #:astralisp.runtime)

;;; A LOOP expands into
;;;
;;;   (block name
;;;     (let* (bindings)
;;;       (tagbody
;;;          initially forms
;;;          first steps             ; of the iteration clauses
;;;        next
;;;          body
;;;          next steps
;;;          (go next)
;;;        loop-finish
;;;          finally forms
;;;          (return-from name result))))
;;;
;;; When the first and the next steps are the same, they stand once, behind
;;; NEXT. A step is (test form): leave the loop if FORM is true, or (set
;;; variable form), several of which, of clauses joined by AND, are made in
;;; parallel, or (form form), a test of the program. LOOP-FINISH goes to the tag
;;; %END-LOOP, which each inner loop shadows.

(defstruct (loop-context (:conc-name lc-) (:copier nil)
                         (:constructor make-loop-context (tokens clause)))
  ;; The forms not yet parsed, and where the present clause begins.
  tokens
  clause
  (name nil)
  ;; Groups of parallel bindings, the last first: each a list of
  ;; (variable value type) in order.
  (groups '())
  ;; Macros around the whole: functions from a form to a form.
  (wrappers '())
  (initially '())
  (finally '())
  (body '())
  ;; Whether BODY is only tests that may end the loop, as WHILE makes them.
  (only-tests t)
  ;; Groups of steps, the last first.
  (first-steps '())
  (next-steps '())
  (result nil)
  (result-given nil)
  ;; Alist from accumulation variables (NIL: the default one) to accumulators.
  (accumulators '())
  ;; The variable of IT in the clause behind a condition.
  (it nil))

(defvar *loop* nil
  "The state of the LOOP that is being expanded.")

;;; Tokens and errors.

(defun loop-error (problem)
  "Signal PROGRAM-ERROR: PROBLEM, in the clause being parsed."
  (let ((clause '())
        (rest (lc-clause *loop*))
        (here (lc-tokens *loop*))
        (extra 4))
    (do () ((or (null rest) (eq extra 0)))
      (when (or (eq rest here) (%fx< extra 4))
        (setq extra (%fx- extra 1)))
      (push (car rest) clause)
      (setq rest (cdr rest)))
    (error 'simple-program-error
           :format-control "LOOP: ~A, in the clause~{ ~S~}~:[~; ...~]"
           :format-arguments (list problem (nreverse clause) rest))))

(defun loop-keyword-p (token name)
  (and (symbolp token)
       token
       (string= (symbol-name token) name)))

(defun next-token-p (name)
  "True if the next token is the loop keyword NAME."
  (and (lc-tokens *loop*)
       (loop-keyword-p (car (lc-tokens *loop*)) name)))

(defun next-token-in-p (names)
  (and (lc-tokens *loop*)
       (symbolp (car (lc-tokens *loop*)))
       (car (lc-tokens *loop*))
       (member (symbol-name (car (lc-tokens *loop*))) names :test #'string=)))

(defun pop-token ()
  (let ((tokens (lc-tokens *loop*)))
    (setf (lc-tokens *loop*) (cdr tokens))
    (car tokens)))

(defun accept-token (name)
  "Take the next token if it is the loop keyword NAME."
  (when (next-token-p name)
    (pop-token)
    t))

(defun accept-token-in (names)
  "Take the next token if it is one of the loop keywords NAMES; return its
name."
  (let ((found (next-token-in-p names)))
    (when found
      (pop-token)
      (car found))))

(defun pop-form (what)
  (when (null (lc-tokens *loop*))
    (loop-error (concatenate 'string what " is missing")))
  (pop-token))

(defun pop-compound-forms ()
  "The compound forms that come next; at least one."
  (let ((forms '()))
    (do () ((not (consp (car (lc-tokens *loop*)))))
      (push (pop-token) forms))
    (when (null forms)
      (loop-error "a compound form is missing"))
    (nreverse forms)))

;;; Variables and types.

(defun pop-variable ()
  "A variable or a tree of variables."
  (let ((variable (pop-form "a variable")))
    (check-variable variable)
    variable))

(defun check-variable (variable)
  (cond ((consp variable)
         (check-variable (car variable))
         (check-variable (cdr variable)))
        ((or (not (symbolp variable))
             (and variable (constantp variable)))
         (loop-error "a variable is no symbol that can be bound"))))

(defun pop-type ()
  "The type that may stand behind a variable; T without one."
  (cond ((accept-token "OF-TYPE") (pop-form "a type"))
        ((let ((token (car (lc-tokens *loop*))))
           (and token
                (member token '(fixnum float t))
                (lc-tokens *loop*)))
         (pop-token))
        ((and (consp (car (lc-tokens *loop*)))
              (type-tree-p (car (lc-tokens *loop*))))
         (pop-token))
        (t t)))

(defun type-tree-p (tree)
  (cond ((consp tree)
         (and (type-tree-p (car tree)) (type-tree-p (cdr tree))))
        (t (member tree '(fixnum float t nil)))))

(defun initial-value (type)
  "The value that a variable of TYPE has before it is set."
  (cond ((member type '(fixnum integer number rational real unsigned-byte
                        signed-byte bit))
         0)
        ((member type '(single-float short-float float)) 0f0)
        ((member type '(double-float long-float)) 0d0)
        ((and (consp type) (member (car type) '(unsigned-byte signed-byte mod)))
         0)
        ((and (consp type) (eq (car type) 'integer)
              (or (eq (cadr type) '*) (and (integerp (cadr type))
                                           (<= (cadr type) 0)))
              (or (null (cddr type)) (eq (caddr type) '*)
                  (and (integerp (caddr type)) (>= (caddr type) 0))))
         0)
        (t nil)))

(defun declarable-type (type)
  "TYPE if a variable of it can begin with INITIAL-VALUE, else T."
  (if (initial-value type) type t))

;;; Bindings.

(defun add-bindings (bindings)
  "Add a group of parallel BINDINGS (variable value type)."
  (when bindings
    (push bindings (lc-groups *loop*))))

(defun add-binding (variable value &optional (type t))
  (add-bindings (list (list variable value type))))

(defun loop-temporary (name value)
  "A new variable bound to VALUE; or VALUE itself if it is constant."
  (if (and (atom value) (constantp value))
      value
      (let ((variable (temporary name)))
        (add-binding variable value)
        variable)))

(defun map-variables (function variables type)
  "Call FUNCTION with each variable in the tree VARIABLES and its type."
  (cond ((null variables))
        ((consp variables)
         (map-variables function (car variables)
                        (if (consp type) (car type) type))
         (map-variables function (cdr variables)
                        (if (consp type) (cdr type) type)))
        (t (funcall function variables (or type t)))))

(defun variable-bindings (variables type)
  "Bindings that give the VARIABLES of a clause their initial values."
  (let ((bindings '()))
    (map-variables (lambda (variable type)
                     (push (list variable (initial-value type)
                                 (declarable-type type))
                           bindings))
                   variables type)
    (nreverse bindings)))

(defun destructuring-form (variables form)
  "A form that sets the tree VARIABLES to the parts of the value of FORM."
  (cond ((null variables) form)
        ((symbolp variables) `(setq ,variables ,form))
        ((and (null (cdr variables)) (symbolp (car variables)))
         `(setq ,(car variables) (car ,form)))
        (t
         (let ((tail (temporary "TAIL")))
           `(let ((,tail ,form))
              ,@(destructuring-forms variables tail))))))

(defun destructuring-forms (variables tail)
  (let ((forms '()))
    (do () ((atom variables))
      (when (car variables)
        (push (destructuring-form (car variables) `(car ,tail)) forms))
      (setq variables (cdr variables))
      (when variables
        (push (if (consp variables)
                  `(setq ,tail (cdr ,tail))
                  `(setq ,variables (cdr ,tail)))
              forms)))
    (nreverse forms)))

(defun wrap-bindings (groups form)
  "FORM inside the bindings of GROUPS, the outermost last."
  (let ((sequential '())
        (declarations '()))
    (flet ((flush ()
             (when sequential
               (setq form `(let* ,sequential
                             ,@(when declarations
                                 `((declare ,@declarations)))
                             ,form)
                     sequential '()
                     declarations '())))
           (declare-type (binding)
             (unless (eq (caddr binding) t)
               (push `(type ,(caddr binding) ,(car binding)) declarations))))
      (dolist (group groups)
        (cond ((null (cdr group))
               (declare-type (car group))
               (push (list (car (car group)) (cadr (car group))) sequential))
              (t
               (flush)
               (dolist (binding group)
                 (declare-type binding))
               (setq form `(let ,(mapcar (lambda (binding)
                                           (list (car binding) (cadr binding)))
                                         group)
                             ,@(when declarations
                                 `((declare ,@declarations)))
                             ,form)
                     declarations '()))))
      (flush)
      form)))

;;; Steps.

(defun add-steps (first next)
  (push first (lc-first-steps *loop*))
  (push next (lc-next-steps *loop*)))

(defun add-tests-as-steps ()
  "Make tests that stand before an iteration clause steps before its own."
  (when (and (lc-body *loop*) (lc-only-tests *loop*))
    (let ((steps (mapcar (lambda (form) (list 'form form))
                         (reverse (lc-body *loop*)))))
      (setf (lc-body *loop*) '())
      (add-steps steps steps))))

(defun step-forms (steps)
  "The forms that make STEPS, tests and settings; neighbouring settings are one
list, made in parallel."
  (let ((forms '()))
    (dolist (step steps (nreverse forms))
      (case (car step)
        (test (push `(if ,(cadr step) (go loop-finish)) forms))
        (form (push (cadr step) forms))
        (set (push (destructuring-form (cadr step) (caddr step)) forms))
        (parallel
         (dolist (form (parallel-forms (cdr step)))
           (push form forms)))))))

(defun parallel-forms (settings)
  "Forms that make SETTINGS, (variables form), at once."
  (if (null (cdr settings))
      (list (destructuring-form (car (car settings)) (cadr (car settings))))
      (let ((bindings '())
            (forms '()))
        (dolist (setting settings)
          (let ((value (temporary "VALUE")))
            (push (list value (cadr setting)) bindings)
            (push (destructuring-form (car setting) value) forms)))
        (list `(let ,(nreverse bindings) ,@(nreverse forms))))))

;;; Accumulation.

(defstruct (accumulator (:copier nil)
                        (:constructor make-accumulator
                            (category variable tail type)))
  ;; :LIST, :SUM or :EXTREME; the variable, for lists that of the last cons, and
  ;; the type.
  category
  variable
  tail
  type
  ;; True for a list whose variable holds a cons before the first.
  (headed nil))

(defun accumulation-category (kind)
  (cond ((member kind '("COLLECT" "APPEND" "NCONC") :test #'string=) :list)
        ((member kind '("SUM" "COUNT") :test #'string=) :sum)
        (t :extreme)))

(defun find-accumulator (variable kind type)
  "The accumulator of VARIABLE (NIL: the value of the loop) for KIND."
  (let* ((category (accumulation-category kind))
         (entry (assoc variable (lc-accumulators *loop*)))
         (found (cdr entry)))
    (cond ((null found)
           (let ((new (make-new-accumulator variable category type)))
             (push (cons variable new) (lc-accumulators *loop*))
             (unless variable
               (set-result (if (accumulator-headed new)
                               `(cdr ,(accumulator-variable new))
                               (accumulator-variable new))))
             new))
          ((eq (accumulator-category found) category) found)
          (t (loop-error "different accumulations into one value")))))

(defun set-result (form)
  (when (lc-result-given *loop*)
    (loop-error "two clauses that give the value of the loop"))
  (setf (lc-result *loop*) form
        (lc-result-given *loop*) t))

(defun make-new-accumulator (variable category type)
  (let ((own (or variable (temporary "RESULT")))
        (tail (temporary "LAST")))
    (when (and variable (bound-in-loop-p variable))
      (loop-error "a variable that is bound twice"))
    (case category
      (:list
       (cond (variable
              (add-binding own nil)
              (add-binding tail nil)
              (make-accumulator :list own tail t))
             (t
              (add-binding own '(cons nil nil))
              (add-binding tail own)
              (let ((new (make-accumulator :list own tail t)))
                (setf (accumulator-headed new) t)
                new))))
      (:sum
       (let ((zero (initial-value type)))
         (add-binding own (or zero 0) (if zero type t))
         (make-accumulator :sum own nil type)))
      (t
       (add-binding own nil)
       (make-accumulator :extreme own nil type)))))

(defun bound-in-loop-p (variable)
  (dolist (group (lc-groups *loop*) nil)
    (when (assoc variable group)
      (return t))))

(defun accumulation-form (kind accumulator form)
  (let ((variable (accumulator-variable accumulator))
        (tail (accumulator-tail accumulator))
        (new (temporary "NEW")))
    (cond ((string= kind "COLLECT")
           `(let ((,new (cons ,form nil)))
              ,(link-form accumulator new)
              (setq ,tail ,new)))
          ((string= kind "APPEND")
           (if (accumulator-headed accumulator)
               `(setq ,tail (link-copy ,tail ,form))
               `(let ((,new (append ,form nil)))
                  ,(link-form accumulator new)
                  (setq ,tail (last-cons ,new ,tail)))))
          ((string= kind "NCONC")
           `(let ((,new ,form))
              ,(link-form accumulator new)
              (setq ,tail (last-cons ,new ,tail))))
          ((string= kind "SUM") `(setq ,variable (+ ,variable ,form)))
          ((string= kind "COUNT")
           `(if ,form (setq ,variable (1+ ,variable))))
          (t
           `(let ((,new ,form))
              (if (or (null ,variable)
                      (,(if (string= kind "MAXIMIZE") '> '<)
                       ,new ,variable))
                  (setq ,variable ,new)))))))

(defun link-form (accumulator new)
  "A form that links the list NEW to the end of ACCUMULATOR's."
  (let ((variable (accumulator-variable accumulator))
        (tail (accumulator-tail accumulator)))
    (if (accumulator-headed accumulator)
        `(rplacd ,tail ,new)
        `(if ,tail (rplacd ,tail ,new) (setq ,variable ,new)))))

(defun last-cons (list default)
  "The last cons of LIST, or DEFAULT if it is no cons."
  (if (consp list)
      (do ((list list (cdr list)))
          ((atom (cdr list)) list))
      default))

(defun link-copy (tail list)
  "Put a copy of LIST behind the cons TAIL; return its last cons, or TAIL."
  ;; An atom at the end can be only that of the last list.
  (when (and (cdr tail) (atom (cdr tail)))
    (type-failure (cdr tail) 'list))
  (do ()
      ((atom list)
       (when list (rplacd tail list))
       tail)
    (let ((cell (cons (car list) nil)))
      (rplacd tail cell)
      (setq tail cell
            list (cdr list)))))

;;; The expansion.

(defun expand-loop (forms)
  (if (every #'consp forms)
      `(block nil
         (tagbody
          %next-loop
            ,@forms
            (go %next-loop)))
      (let ((*loop* (make-loop-context forms forms)))
        (parse-loop)
        (loop-form))))

(defun loop-form ()
  (let* ((loop *loop*)
         (first (mapcan #'step-forms (reverse (lc-first-steps loop))))
         (same (equal (lc-first-steps loop) (lc-next-steps loop)))
         (next (if same
                   '()
                   (mapcan #'step-forms (reverse (lc-next-steps loop)))))
         (form `(tagbody
                   ,@(reverse (lc-initially loop))
                   ,@(if same '() first)
                 %next-loop
                   ,@(if same first '())
                   ,@(reverse (lc-body loop))
                   ,@next
                   (go %next-loop)
                 loop-finish
                   ,@(reverse (lc-finally loop))
                   ,@(when (lc-result loop)
                       `((return-from ,(lc-name loop) ,(lc-result loop)))))))
    (dolist (wrapper (lc-wrappers loop))
      (setq form (funcall wrapper form)))
    `(block ,(lc-name loop)
       ,(wrap-bindings (lc-groups loop) form))))

(defmacro loop (&rest forms)
  "Run FORMS again and again; or, when one of them is a symbol, run the clauses
that FORMS are. CLHS LOOP."
  (expand-loop forms))

(defmacro loop-finish ()
  "End the innermost LOOP as if it had come to its end. CLHS LOOP-FINISH."
  '(go loop-finish))
