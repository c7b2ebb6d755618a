;;;; The abstract syntax tree: what convert makes and build reads.

(in-package #:astralisp.compiler)

(defstruct var
  "A lexical variable.  TY bounds its values; REFS and SETS count its uses;
OWNER is the function whose frame it lives in; REGION the unwind region
around its binding; CELL: it lives in a value cell; VALUE is build's;
ALIAS a variable whose value it was bound to; IGNORE is :IGNORE or :IGNORABLE as
declared; SITE is where it is bound, for reports."
  name (ty *ty-t*) (refs 0) (sets 0) (owner nil) (region nil) (cell nil)
  (captured nil) (function nil) (value nil) (ignore nil) (extent nil)
  (alias nil)
  (site nil) (mark nil) (type t))

(defstruct fun
  "A function of the source.  VARS are the required parameters; the rest of
the lambda list is code in BODY.  KIND after analysis: :TOP, :INLINE (its
body goes where it is called), :JUMP (a block in its caller's frame),
:LIFTED (direct calls, free variables as arguments) or :CLOSURE."
  name vars (min-args 0) (max-args 0) (lambda-list nil) body
  (kind nil) (parent nil) (home nil) (escapes nil) (calls '()) (free '())
  (self-var nil) (policy nil) (position nil) (documentation nil)
  (uses-count nil) (effects nil) (func nil) (block nil) (dest nil)
  (visited nil) (loops nil) (variables '()) (mark nil) (inline-p nil)
  (continuation nil) (pending nil) (scope nil) (site nil) (used nil))

(defstruct exit
  "A lexical block.  NONLOCAL: left from inside a closure, by way of CELL."
  name (fun nil) (nonlocal nil) (cell nil) (refs 0) (continuation nil)
  (dest nil) (join nil) (temps nil) (unwind nil) (scope nil) (region nil))

(defstruct tag
  "A tag of a tagbody."
  name (body nil) (refs 0) (block nil) (index 0))

(defstruct node
  "Base of the tree.  KIND names the structure for dispatch."
  kind (position *position*) (site *site*))

(defmacro define-nodes (&rest entries)
  "Each entry (KIND SLOT...) makes a structure KIND-NODE with a positional
constructor MAKE-KIND-NODE."
  (let ((forms '()))
    (dolist (entry entries)
      (let* ((kind (car entry))
             (name (intern (concatenate 'string (symbol-name kind) "-NODE")
                           '#:astralisp.compiler))
             (maker (intern (concatenate 'string "MAKE-" (symbol-name name))
                            '#:astralisp.compiler)))
        (setq forms
              (cons `(defstruct (,name (:include node (kind ',kind))
                                       (:constructor ,maker ,(cdr entry)))
                       ,@(cdr entry))
                    forms))))
    (cons 'progn (reverse forms))))

(define-nodes
  (literal value)
  (ref var)
  (set var value)
  (special-ref symbol)
  (special-set symbol value)
  (global-function name)
  (local-function fun)
  (call name args)
  (local-call fun args k caller)
  (funcall function args)
  (apply function args)
  (primitive op datum args safe)
  (if test then else)
  (seq forms)
  (let vars inits body)
  (bind symbols values body)
  (progv symbols values body)
  (functions funs body)
  (block exit body)
  (return exit value fun)
  (tagbody tags bodies fun nonlocal state)
  (intrinsic name datum)
  (multiple op datum args count)
  (go tag tagbody fun)
  (catch tag body)
  (protect body cleanup)
  (mv-call function args)
  (mv-prog1 first body)
  (mv-let vars values body)
  (values args)
  (list-values list)
  (the ty specifier value checked)
  (layout name)
  (load-time form))

(defun literal-p (node) (eq (node-kind node) 'literal))

(defun nil-node () (make-literal-node nil))
