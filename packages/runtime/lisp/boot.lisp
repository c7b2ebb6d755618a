;;;; The first file: from special operators and primitives to DEFMACRO.

(in-package #:astralisp.runtime)

;;; Lists, as far as backquote and macro expansion need them.

(%defun append-2 (list tail)
  (if (consp list)
      (let* ((head (cons (car list) nil))
             (last head))
        (tagbody
         next
           (setq list (cdr list))
           (if (consp list)
               (let ((cell (cons (car list) nil)))
                 (%set-cdr last cell)
                 (setq last cell)
                 (go next))))
        (%set-cdr last tail)
        head)
      tail))

(%defun append (&rest lists)
  (if (null lists)
      nil
      (if (null (cdr lists))
          (car lists)
          (append-2 (the list (car lists)) (apply #'append (cdr lists))))))

(%defun reverse-onto (list tail)
  (tagbody
   next
     (if (consp list)
         (progn (setq tail (cons (car list) tail)
                      list (cdr list))
                (go next))))
  tail)

(%defun nreverse-onto (list tail)
  (tagbody
   next
     (if (consp list)
         (let ((rest (cdr list)))
           (%set-cdr list tail)
           (setq tail list
                 list rest)
           (go next))))
  tail)

(%defun memq (item list)
  (tagbody
   next
     (if (consp list)
         (if (eq (%car list) item)
             nil
             (progn (setq list (%cdr list))
                    (go next)))))
  (if (consp list) list nil))

(%defun assq (item alist)
  (block nil
    (tagbody
     next
       (if (consp alist)
           (let ((entry (%car alist)))
             (if (if (consp entry) (eq (%car entry) item) nil)
                 (return-from nil entry)
                 (progn (setq alist (%cdr alist))
                        (go next))))))
    nil))

;;; The tail of property list PLIST that begins with KEY, or NIL.
(%defun plist-tail (plist key)
  (tagbody
   next
     (if (consp plist)
         (if (eq (%car plist) key)
             nil
             (progn (setq plist (cdr (%cdr plist)))
                    (go next)))))
  (if (consp plist) plist nil))

(%defun temporary (name)
  (make-symbol name))

;;; The concatenation of STRINGS, which are simple.
(%defun string-append (&rest strings)
  (let ((total 0)
        (result nil)
        (rest strings))
    (tagbody
     count
       (if (consp rest)
           (progn (setq total (%fx+ total (%vector-length (%car rest)))
                        rest (%cdr rest))
                  (go count)))
       (setq result (%make-vector #x2C total)
             total 0
             rest strings)
     copy
       (if (consp rest)
           (let ((n (%vector-length (%car rest))))
             (%replace result total (%car rest) 0 n)
             (setq total (%fx+ total n)
                   rest (%cdr rest))
             (go copy))))
    result))

;;; STRING without its first character.
(%defun string-tail (string)
  (let* ((n (%fx- (%vector-length string) 1))
         (result (%make-vector #x2C n)))
    (%replace result 0 string 1 n)
    result))

;;; Knowledge about symbols, at compile time and at run time.

(%defun info (symbol key)
  (let ((tail (plist-tail (%symbol-info symbol) key)))
    (if tail (car (cdr tail)) nil)))

;;; A function of symbol, key, former and new value, told of changes; or NIL.
(%set-global-value '**change-hook** nil)

(%defun set-info (symbol key value)
  (let ((tail (plist-tail (%symbol-info symbol) key)))
    (if tail
        (progn
          (if (%global-value '**change-hook**)
              (funcall (%global-value '**change-hook**)
                       symbol key (car (cdr tail)) value))
          (%set-car (cdr tail) value))
        (%set-symbol-info
         symbol (list* key value (%symbol-info symbol))))
    value))

;;; The name of a class (clos/class-names.lisp) has under :CLASS-CELL a cons of
;;; its class (or NIL) and itself; compiled type tests hold the cell.
(%defun class-cell (name)
  (let ((cell (info name :class-cell)))
    (if cell
        cell
        (set-info name :class-cell (cons nil name)))))

(%defun set-documentation (name kind string)
  (let* ((symbol (if (consp name) (car (cdr name)) name))
         (kind (if (consp name) :setf-function kind))
         (entry (assq kind (info symbol :documentation))))
    (if entry
        (%set-cdr entry string)
        (set-info symbol :documentation
                  (cons (cons kind string)
                        (info symbol :documentation))))
    string))

;;; The conditional macros, needed by the rest of this file. Their final
;;; definitions, with documentation, are in macros-control.lisp.

(%defun expand-and (forms)
  (if (null forms)
      t
      (if (null (cdr forms))
          (car forms)
          (list 'if (car forms) (expand-and (cdr forms)) nil))))

(%defun expand-or (forms)
  (if (null forms)
      nil
      (if (null (cdr forms))
          (car forms)
          (let ((value (temporary "VALUE")))
            (list 'let (list (list value (car forms)))
                  (list 'if value value (expand-or (cdr forms))))))))

(%defun progn-form (forms)
  (if (if (consp forms) (null (cdr forms)) nil)
      (car forms)
      (cons 'progn forms)))

(%defun expand-cond (clauses)
  (if (null clauses)
      nil
      (let ((test (car (car clauses)))
            (forms (cdr (car clauses)))
            (others (cdr clauses)))
        (if (null forms)
            (if others (list 'or test (expand-cond others)) (list 'values test))
            (if (eq test t)
                (progn-form forms)
                (list 'if test (progn-form forms) (expand-cond others)))))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (%set-macro-function
   'and (%named-lambda and (form environment)
          (declare (ignore environment))
          (expand-and (cdr form))))
  (%set-macro-function
   'or (%named-lambda or (form environment)
         (declare (ignore environment))
         (expand-or (cdr form))))
  (%set-macro-function
   'cond (%named-lambda cond (form environment)
           (declare (ignore environment))
           (expand-cond (cdr form))))
  (%set-macro-function
   'when (%named-lambda when (form environment)
           (declare (ignore environment))
           (list 'if (car (cdr form)) (progn-form (cdr (cdr form))) nil)))
  (%set-macro-function
   'unless (%named-lambda unless (form environment)
             (declare (ignore environment))
             (list 'if (car (cdr form)) nil (progn-form (cdr (cdr form))))))
  (%set-macro-function
   'return (%named-lambda return (form environment)
             (declare (ignore environment))
             (list 'return-from nil (car (cdr form))))))

;;; Bodies.

(%defun documentation-string-p (x)
  (%simple-string-p x))

;;; The forms of BODY behind its declarations, the declarations, and the
;;; documentation string (looked for when DOCUMENTATION-P).
(%defun parse-body (body &optional (documentation-p t))
  (let ((declarations nil)
        (documentation nil))
    (block nil
      (tagbody
       next
         (let ((form (if (consp body) (car body) nil)))
           (cond ((and (consp form) (eq (car form) 'declare))
                  (setq declarations (cons form declarations)))
                 ((and documentation-p (null documentation)
                       (documentation-string-p form) (cdr body))
                  (setq documentation form))
                 (t (return)))
           (setq body (cdr body))
           (go next))))
    (values body (nreverse-onto declarations nil) documentation)))

;;; Lambda lists. A parsed lambda list is a simple vector:
;;; 0 whole, 1 environment, 2 required, 3 optional, 4 rest, 5 key-p, 6 keys,
;;; 7 allow-other-keys-p, 8 aux; variables are left as they were written.

(%defun lambda-list-error (lambda-list problem)
  (error 'simple-program-error
         :format-control "~A in the lambda list ~S"
         :format-arguments (list problem lambda-list)))

(%defun push-part (parts index item)
  (%set-svref parts index (cons item (%svref parts index))))

;;; The rank of the lambda-list keyword ITEM: sections come in rising rank.
(%defun section-rank (item)
  (cond ((eq item '&optional) 1)
        ((or (eq item '&rest) (eq item '&body)) 2)
        ((eq item '&key) 3)
        ((eq item '&allow-other-keys) 4)
        ((eq item '&aux) 5)
        (t nil)))

(%defun lambda-list-keyword-argument (tail lambda-list)
  (unless (and (consp (cdr tail))
               (car (cdr tail))
               (not (section-rank (car (cdr tail)))))
    (lambda-list-error lambda-list "a variable is missing after a keyword"))
  (car (cdr tail)))

(%defun parse-lambda-list (lambda-list &optional macro-p)
  (let ((parts (%make-vector #x20 9))
        (rank 0)
        (tail lambda-list))
    (%fill parts nil 0 9)
    (when (and macro-p (consp tail) (eq (car tail) '&whole))
      (%set-svref parts 0 (lambda-list-keyword-argument tail lambda-list))
      (setq tail (cdr (cdr tail))))
    (tagbody
     next
       (when (consp tail)
         (let* ((item (car tail))
                (new-rank (section-rank item)))
           (cond ((and macro-p (eq item '&environment))
                  (%set-svref parts 1 (lambda-list-keyword-argument
                                       tail lambda-list))
                  (setq tail (cdr tail)))
                 (new-rank
                  (unless (%fx< rank new-rank)
                    (lambda-list-error lambda-list "a misplaced keyword"))
                  (cond ((eq item '&key)
                         (%set-svref parts 5 t))
                        ((eq item '&allow-other-keys)
                         (unless (eq rank 3)
                           (lambda-list-error lambda-list
                                              "a misplaced keyword"))
                         (%set-svref parts 7 t))
                        ((eq new-rank 2)
                         (%set-svref parts 4 (lambda-list-keyword-argument
                                              tail lambda-list))
                         (setq tail (cdr tail))))
                  (setq rank new-rank))
                 ((eq rank 0) (push-part parts 2 item))
                 ((eq rank 1) (push-part parts 3 item))
                 ((eq rank 3) (push-part parts 6 item))
                 ((eq rank 5) (push-part parts 8 item))
                 (t (lambda-list-error lambda-list "a misplaced variable")))
           (setq tail (cdr tail))
           (go next))))
    (when tail
      (unless (and macro-p (%fx< rank 2))
        (lambda-list-error lambda-list "a misplaced dot"))
      (%set-svref parts 4 tail))
    (%set-svref parts 2 (nreverse-onto (%svref parts 2) nil))
    (%set-svref parts 3 (nreverse-onto (%svref parts 3) nil))
    (%set-svref parts 6 (nreverse-onto (%svref parts 6) nil))
    (%set-svref parts 8 (nreverse-onto (%svref parts 8) nil))
    parts))

(%defun fixnum-length (list)
  (let ((n 0))
    (tagbody
     next
       (when (consp list)
         (setq n (%fx+ n 1)
               list (%cdr list))
         (go next)))
    n))

;;; Destructuring: a lambda list becomes the bindings of one LET*.

;;; LIST if it has between MINIMUM and MAXIMUM (NIL: any number) elements.
(%defun check-list (list minimum maximum name)
  (let ((n 0)
        (tail list))
    (tagbody
     next
       (when (and (consp tail)
                  (if maximum (%fx<= n maximum) (%fx< n minimum)))
         (setq n (%fx+ n 1)
               tail (%cdr tail))
         (go next)))
    (if (and (%fx>= n minimum)
             (or (null maximum)
                 (and (%fx<= n maximum) (null tail))))
        list
        (destructuring-error list minimum maximum name))))

;;; Check that LIST holds keys out of KEYS and their values.
(%defun check-keys (list keys allow-p name)
  (let ((tail list)
        (allow (plist-tail list :allow-other-keys)))
    (when (and allow (car (cdr allow)))
      (setq allow-p t))
    (tagbody
     next
       (when (consp tail)
         (unless (consp (cdr tail))
           (destructuring-key-error list tail nil name))
         (unless (or allow-p
                     (eq (car tail) :allow-other-keys)
                     (memq (car tail) keys))
           (destructuring-key-error list tail t name))
         (setq tail (cdr (cdr tail)))
         (go next)))
    list))

;;; The bindings of PATTERN (a variable or a lambda list) to the value of
;;; FORM, in front of the reversed bindings DONE.
(%defun destructure-pattern (pattern form name done)
  (cond ((and (symbolp pattern) pattern)
         (cons (list pattern form) done))
        (t
         (let ((source (temporary "LIST")))
           (destructure-lambda-list
            pattern source name (cons (list source form) done))))))

(%defun destructure-required (patterns tail name done)
  (tagbody
   next
     (when (consp patterns)
       (let ((new-tail (temporary "TAIL")))
         (setq done (destructure-pattern (car patterns) (list '%car tail)
                                         name done)
               done (cons (list new-tail (list '%cdr tail)) done)
               tail new-tail
               patterns (cdr patterns))
         (go next))))
  (values done tail))

;;; The variable, default form and supplied-p variable of an optional or
;;; keyword parameter written as SPEC.
(%defun parameter-default (spec)
  (if (consp spec) (car (cdr spec)) nil))

(%defun parameter-supplied-p (spec)
  (if (consp spec) (car (cdr (cdr spec))) nil))

(%defun destructure-optional (specs tail name done)
  (tagbody
   next
     (when (consp specs)
       (let* ((spec (car specs))
              (pattern (if (consp spec) (car spec) spec))
              (supplied (parameter-supplied-p spec))
              (new-tail (temporary "TAIL")))
         (setq done (destructure-pattern
                     pattern
                     (list 'if tail (list 'car tail) (parameter-default spec))
                     name done))
         (when supplied
           (setq done (cons (list supplied (list 'not (list 'null tail)))
                            done)))
         (setq done (cons (list new-tail (list 'cdr tail)) done)
               tail new-tail
               specs (cdr specs))
         (go next))))
  (values done tail))

(%defun make-keyword (symbol)
  (values (%intern (symbol-name symbol) (%find-package "KEYWORD"))))

(%defun parameter-key (spec)
  (if (and (consp spec) (consp (car spec)))
      (car (car spec))
      (make-keyword (if (consp spec) (car spec) spec))))

(%defun parameter-key-pattern (spec)
  (cond ((atom spec) spec)
        ((consp (car spec)) (car (cdr (car spec))))
        (t (car spec))))

(%defun destructure-keys (specs tail name done)
  (tagbody
   next
     (when (consp specs)
       (let* ((spec (car specs))
              (place (temporary "PLACE"))
              (supplied (parameter-supplied-p spec)))
         (setq done (cons (list place
                                (list 'plist-tail tail
                                      (list 'quote (parameter-key spec))))
                          done)
               done (destructure-pattern
                     (parameter-key-pattern spec)
                     (list 'if place (list 'car (list 'cdr place))
                           (parameter-default spec))
                     name done))
         (when supplied
           (setq done (cons (list supplied (list 'not (list 'null place)))
                            done)))
         (setq specs (cdr specs))
         (go next))))
  done)

(%defun map-parameter-keys (specs)
  (if (consp specs)
      (cons (parameter-key (car specs)) (map-parameter-keys (cdr specs)))
      nil))

(%defun destructure-aux (specs done)
  (tagbody
   next
     (when (consp specs)
       (setq done (cons (if (consp (car specs))
                            (list (car (car specs)) (car (cdr (car specs))))
                            (list (car specs) nil))
                        done)
             specs (cdr specs))
       (go next)))
  done)

(%defun destructure-tail (parts tail name done)
  (when (%svref parts 4)
    (setq done (destructure-pattern (%svref parts 4) tail name done)))
  (when (%svref parts 5)
    (setq done (cons (list (temporary "CHECK")
                           (list 'check-keys tail
                                 (list 'quote (map-parameter-keys
                                               (%svref parts 6)))
                                 (%svref parts 7)
                                 (list 'quote name)))
                     done)
          done (destructure-keys (%svref parts 6) tail name done)))
  (destructure-aux (%svref parts 8) done))

;;; The bindings for LAMBDA-LIST, whose arguments are in the variable SOURCE.
(%defun destructure-lambda-list (lambda-list source name done)
  (destructure-parts (parse-lambda-list lambda-list t) source source name
                     done))

(%defun destructure-parts (parts whole source name done)
  (let* ((required (%svref parts 2))
         (optional (%svref parts 3))
         (minimum (fixnum-length required))
         (maximum (if (or (%svref parts 4) (%svref parts 5))
                      nil
                      (%fx+ minimum (fixnum-length optional))))
         (checked (temporary "ARGUMENTS")))
    (when (%svref parts 0)
      (setq done (destructure-pattern (%svref parts 0) whole name done)))
    (setq done (cons (list checked
                           (list 'check-list source minimum maximum
                                 (list 'quote name)))
                     done))
    (%mv-let (done tail) (destructure-required required checked name done)
      (%mv-let (done tail) (destructure-optional optional tail name done)
        (destructure-tail parts tail name done)))))

;;; The uninterned variables among BINDINGS: some may be unused.
(%defun temporary-variables (bindings)
  (if (consp bindings)
      (let ((variable (car (car bindings))))
        (if (symbol-package variable)
            (temporary-variables (cdr bindings))
            (cons variable (temporary-variables (cdr bindings)))))
      nil))

(%defun let*-form (bindings declarations forms)
  (list* 'let* bindings
         (list 'declare (cons 'ignorable (temporary-variables bindings)))
         (append declarations forms)))

;;; Locks of packages hold once the file package-locks.lisp says so.
(eval-when (:compile-toplevel :load-toplevel :execute)
  (%set-variable-kind '**package-locks** :global))
(%set-global-value '**package-locks** nil)

(%defun check-symbol-lock (name action environment)
  (if **package-locks**
      (assert-symbol-unlocked name action environment)
      nil))

;;; Forms that make that check when they are evaluated, where NAME is locked: in
;;; code that is never reached no definition is made.
(%defun lock-check-forms (name action environment)
  (if (and **package-locks** (violates-symbol-lock-p name environment))
      (list (list 'eval-when '(:compile-toplevel :load-toplevel :execute)
                  (list 'check-symbol-lock (list 'quote name) action nil)))
      nil))

;;; The function of form and environment that expands the macro NAME with
;;; LAMBDA-LIST and BODY, as an expression; and the documentation string.
;;; The function ARGUMENTS finds the arguments in the form.
(%defun parse-macro (name lambda-list body &optional (arguments 'cdr))
  (let* ((form (temporary "FORM"))
         (environment (temporary "ENVIRONMENT"))
         (parts (parse-lambda-list lambda-list t))
         (done (if (%svref parts 1)
                   (list (list (%svref parts 1) environment))
                   nil))
         (bindings (nreverse-onto
                    (destructure-parts parts form (list arguments form) name done)
                    nil)))
    (%mv-let (forms declarations documentation) (parse-body body)
      (values (list '%named-lambda name (list form environment)
                    (list 'declare (list 'ignorable form environment))
                    (let*-form bindings declarations
                      (list (list* 'block (block-name name) forms))))
              documentation))))

(%defun block-name (function-name)
  (if (consp function-name) (car (cdr function-name)) function-name))

(%defun define-macro-form (name lambda-list body)
  (%mv-let (function documentation) (parse-macro name lambda-list body)
    (list* 'eval-when '(:compile-toplevel :load-toplevel :execute)
           (list '%set-macro-function (list 'quote name) function)
           (list 'set-info (list 'quote name) ':macro-lambda-list
                 (list 'quote lambda-list))
           (append-2
            (if documentation
                (list (list 'set-documentation (list 'quote name)
                            ''function documentation))
                nil)
            (list (list 'quote name))))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (%set-macro-function
   'defmacro
   (%named-lambda defmacro (form environment)
     (check-list (cdr form) 2 nil 'defmacro)
     (list* 'progn
            (append (lock-check-forms (car (cdr form)) "defining the macro"
                                      environment)
                    (list (define-macro-form (car (cdr form))
                                             (car (cdr (cdr form)))
                                             (cdr (cdr (cdr form)))))))))
  (set-documentation 'defmacro 'function
    "Define NAME globally as a macro with LAMBDA-LIST and BODY; return NAME.
Signal PROGRAM-ERROR for a malformed lambda list. CLHS DEFMACRO."))

(defmacro lambda (&whole form &rest arguments)
  "Stand for (FUNCTION (LAMBDA ...)). CLHS LAMBDA."
  (declare (ignore arguments))
  (list 'function form))
