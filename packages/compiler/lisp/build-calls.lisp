;;;; The tree to high SSA: calls, closures, local functions.

(in-package #:astralisp.compiler)

(defun dead-result (dest)
  "A result for DEST in code that is not reached."
  (cond ((eq dest :value) (constant-nil))
        ((eq dest :saved) (cons (constant-nil) (constant-nil)))
        ((and (consp dest) (eq (car dest) :mv)) (nil-values (cdr dest)))
        (t nil)))

(defun build-call (node dest)
  (let* ((name (call-node-name node))
         (args (build-all (call-node-args node))))
    (cond ((and (symbolp name) (eq (get name 'calling) :never))
           (emit :call args name)
           (emit-terminator :unreachable '() '())
           (dead-result dest))
          (t (finish-call :call :tail-call args name '() dest)))))

(defun function-of-name (name)
  "The global function NAME as a value."
  (emit-op '%cell-function (list (emit :cell '() name))))

(defun build-global-function (node dest)
  "Deliver the function that NODE names. A user's may be undefined: then the
reference signals it, not only the call."
  (let ((name (global-function-node-name node)))
    (cond ((eq dest :effect) nil)
          ((or (system-function-name-p name)
               (eql 0 (policy-safety (fun-policy *fun*))))
           (deliver (function-of-name name) dest))
          (t (finish-call :call :tail-call (list (constant name))
                          '%coerce-to-function '() dest)))))

(defparameter *system-packages*
  '("COMMON-LISP" "ASTRALISP" "ASTRALISP.PRIMITIVES" "ASTRALISP.MOP"
    "ASTRALISP.RUNTIME" "ASTRALISP.KERNEL" "ASTRALISP.COMPILER"
    "ASTRALISP.ASM")
  "The packages whose functions the linker found.")

(defun system-function-name-p (name)
  "Does NAME, a symbol or (SETF symbol), belong to a package of the system?"
  (let ((package (symbol-package (if (symbolp name) name (cadr name)))))
    (and package
         (member (package-name package) *system-packages* :test #'equal))))

(defun build-funcall (node dest)
  (let* ((function (build (funcall-node-function node) :value))
         (args (build-all (funcall-node-args node)))
         (callee (emit :callable (list function))))
    (finish-call :call-function :tail-call-function (cons callee args) nil
                 '() dest)))

(defun build-apply (node dest)
  (let* ((function (build (apply-node-function node) :value))
         (list (build (apply-node-args node) :value)))
    (build-spread function list dest)))

(defun build-spread (function list dest)
  "Call FUNCTION with the elements of LIST."
  (finish-call :call-trampoline :tail-call-trampoline
               (list (emit :callable (list function)) list)
               'apply '() dest))

(defun build-load-time (node dest)
  "The form is evaluated when it is first reached; the value is kept in a
vector that belongs to this code."
  (let* ((place (constant (vector 0)))
         (join (new-join :value))
         (old (emit-op '%svref (list place (constant 0))))
         (fresh (start-block)) (known (start-block)))
    (emit-terminator :if (list (emit-op 'eq (list old (constant 0))))
                     (list fresh known))
    (fill-block fresh)
    (let ((value (build (load-time-node-form node) :value)))
      (emit-op '%set-svref (list place (constant 0) value))
      (join-from join value))
    (fill-block known)
    (join-from join old)
    (deliver (finish-join join) dest)))

;;; Known functions

(defun fun-unit-func (fun)
  "The FUNC for FUN, which keeps a frame."
  (or (fun-func fun)
      (let ((func (%make-func (fun-name fun))))
        (setf (fun-func fun) func)
        (push fun *pending*)
        func)))

(defun captured-values (fun)
  "What the frame in hand passes to FUN for its free variables."
  (let ((values '()))
    (dolist (var (fun-free fun))
      (push (if (phi-p var)
                (read-variable var (current-block))
                (captured-value var))
            values))
    (nreverse values)))

(defun captured-value (var)
  "The value or cell of VAR; NIL for a closure that is not made yet."
  (if (and (eq (fun-self-var *fun*) var) (eq (fun-kind *fun*) :closure))
      (self-value)
      (or (var-value var) (constant-nil))))

(defun make-closure (fun)
  (emit :make-closure (captured-values fun) (fun-unit-func fun)))

(defun function-value (fun)
  "The function object of FUN."
  (cond ((eq fun *fun*) (self-value))
        ((fun-self-var fun) (held-value (fun-self-var fun)))
        (t (make-closure fun))))

(defun self-value ()
  "The object of the function in hand."
  (or (func-mark *func*)
      (let ((self (new-ins *func* :self '() nil))
            (entry (func-entry *func*)))
        (setf (func-mark *func*) self)
        (if (blok-first entry)
            (insert-before (blok-first entry) self)
            (append-ins entry self)))))

(defun build-functions (node dest)
  "FLET and LABELS: make the closures, then patch those that hold a closure
made after them."
  (let ((patches '()))
    (dolist (fun (functions-node-funs node))
      (setf (fun-scope fun) *trail-depth*)
      (setf (fun-block fun) nil)
      (when (eq (fun-kind fun) :closure)
        (setf (var-value (fun-self-var fun)) nil)))
    (dolist (fun (functions-node-funs node))
      (when (eq (fun-kind fun) :closure)
        (let ((closure (make-closure fun)) (index 0))
          (dolist (var (fun-free fun))
            (when (and (null (var-value var)) (not (phi-p var)))
              (push (list closure index var) patches))
            (setq index (+ index 1)))
          (bind-variable (fun-self-var fun) closure))))
    (dolist (patch (nreverse patches))
      (emit-op '%set-closure-ref
               (list (car patch) (constant (cadr patch))
                     (held-value (caddr patch)))))
    (let ((result (build (functions-node-body node) dest)))
      (seal-jumps (functions-node-funs node))
      result)))

(defun seal-jumps (funs)
  "No more calls of the jump functions FUNS will come."
  (dolist (fun funs)
    (when (and (eq (fun-kind fun) :jump) (fun-block fun))
      (seal (fun-block fun)))))

(defun build-local-call (node dest)
  (let* ((fun (local-call-node-fun node))
         (args (build-all (local-call-node-args node))))
    (cond ((eq (fun-kind fun) :jump) (build-jump-call fun args dest))
          ((and (eq fun *fun*) (fun-loops fun) (eq dest :tail)
                (self-tail-call-p node fun) (null *dynamic*))
           (pass-arguments fun args)
           (jump-to (fun-block fun))
           nil)
          (t (build-frame-call fun args dest)))))

(defun build-frame-call (fun args dest)
  "Call FUN, which has its own frame."
  (cond ((not (direct-call-p fun args))
         (finish-call :call-function :tail-call-function
                      (cons (function-value fun) args) nil '() dest))
        ((eq (fun-kind fun) :lifted)
         (finish-call :call-local :tail-call-local
                      (append args (captured-values fun))
                      (fun-unit-func fun) '() dest))
        ((eq (fun-kind fun) :top)
         (finish-call :call-local :tail-call-local args
                      (fun-unit-func fun) '() dest))
        (t (finish-call :call-local :tail-call-local
                        (cons (function-value fun) args)
                        (fun-unit-func fun) '(:self t) dest))))

(defun pass-arguments (fun args)
  "ARGS become the values of the temporaries that FUN starts from."
  (dolist (temp (fun-pending fun))
    (write-variable temp (current-block) (pop args))))

(defun build-jump-call (fun args dest)
  "The first call of FUN has its body in place; the others jump there."
  (cond ((fun-block fun)
         (pass-arguments fun args)
         (jump-to (fun-block fun))
         (dead-result dest))
        ((not (fun-loops fun))
         (dolist (var (fun-vars fun)) (bind-variable var (pop args)))
         (build (fun-body fun) dest))
        (t
         (let ((header (start-block)))
           (setf (fun-block fun) header)
           (setf (fun-pending fun) (temporaries (fun-vars fun)))
           (pass-arguments fun args)
           (jump-to header)
           (forget-refinements (min (or (fun-scope fun) 0) *trail-depth*))
           (setq *blok* header)
           (bind-from-temporaries fun)
           (build (fun-body fun) dest)))))

(defun temporaries (vars)
  "A new temporary for each of VARS."
  (let ((temps '()))
    (dolist (var vars (nreverse temps))
      (push (make-var :mark t :name (var-name var)) temps))))

(defun bind-from-temporaries (fun)
  (do ((vars (fun-vars fun) (cdr vars))
       (temps (fun-pending fun) (cdr temps)))
      ((null vars))
    (let ((value (read-variable (car temps) (current-block))))
      (bind-variable (car vars) value))))
