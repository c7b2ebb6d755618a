;;;; What becomes of each function: inlined, a loop, lifted or a closure.

(in-package #:astralisp.compiler)

;;; First walk: every local call gets the identity of its continuation K: the
;;; FUN whose tail it is in, or the node whose value it delivers.  A function
;;; all of whose calls share one continuation needs no frame of its own: its
;;; body is built at its first call, and the other calls jump there
;;; (Kennedy 2007, "Compiling with continuations, continued", section 5).

(defvar *funs* '() "All functions of the unit, newest first.")
(defvar *returns* '() "All RETURN and GO nodes of the unit.")
(defvar *barrier* nil "The innermost form with dynamic extent around.")

(defun walk-value (node fun)
  "Walk NODE, whose value goes to a continuation of its own."
  (walk node node fun))

(defun walk-values (nodes fun)
  (do ((tail nodes (cdr tail)))
      ((null tail) nodes)
    (setf (car tail) (walk-value (car tail) fun))))

(defmacro walking (place fun)
  "Replace PLACE by its walk in a continuation of its own."
  `(setf ,place (walk-value ,place ,fun)))

(defun walk (node k fun)
  "Walk NODE, delivered to K, inside FUN; return the node to put for it."
  (case (node-kind node)
    (literal node)
    (ref (walk-ref node))
    ((special-ref global-function layout intrinsic) node)
    (call (walk-values (call-node-args node) fun) node)
    (primitive (walk-values (primitive-node-args node) fun) node)
    (if (walking (if-node-test node) fun)
        (setf (if-node-then node) (walk (if-node-then node) k fun))
        (setf (if-node-else node) (walk (if-node-else node) k fun))
        node)
    (seq (walk-seq node k fun))
    (let (walk-let node k fun))
    (set (walking (set-node-value node) fun) node)
    (local-call (walk-local-call node k fun))
    (the (setf (the-node-value node) (walk-value (the-node-value node) fun))
     node)
    (t (walk-other node k fun))))

(defun walk-other (node k fun)
  (case (node-kind node)
    (special-set (walking (special-set-node-value node) fun) node)
    (local-function (walk-function (local-function-node-fun node))
     (setf (fun-escapes (local-function-node-fun node)) t)
     node)
    (funcall (walk-funcall node k fun))
    (apply (walking (apply-node-function node) fun)
     (walking (apply-node-args node) fun)
     node)
    (functions
     (dolist (new (functions-node-funs node)) (walk-function new))
     (setf (functions-node-body node) (walk (functions-node-body node) k fun))
     node)
    (block
     (walk-block node k fun))
    (return (walk-return node fun))
    (tagbody
     (setf (tagbody-node-fun node) fun)
     (let ((*barrier* (if (tagbody-node-nonlocal node) node *barrier*)))
       (walk-values (tagbody-node-bodies node) fun))
     node)
    (load-time (walking (load-time-node-form node) fun) node)
    (go (setf (go-node-fun node) fun)
     (push node *returns*)
     node)
    (t (walk-dynamic node k fun))))

;;; A block that may be left from a closure will have dynamic extent.
(defun walk-block (node k fun)
  (let ((exit (block-node-exit node)))
    (setf (exit-fun exit) fun)
    (cond ((exit-nonlocal exit)
           (let ((*barrier* node))
             (setf (exit-continuation exit) node)
             (setf (exit-scope exit) node)
             (walking (block-node-body node) fun)))
          (t
           (setf (exit-continuation exit) k)
           (setf (exit-scope exit) *barrier*)
           (setf (block-node-body node)
                 (walk (block-node-body node) k fun))))
    node))

(defun walk-dynamic (node k fun)
  (case (node-kind node)
    (mv-call
     (walking (mv-call-node-function node) fun)
     (walk-values (mv-call-node-args node) fun))
    (mv-prog1
     (walking (mv-prog1-node-first node) fun)
     (walking (mv-prog1-node-body node) fun))
    (mv-let
     (walking (mv-let-node-values node) fun)
     (setf (mv-let-node-body node) (walk (mv-let-node-body node) k fun)))
    (values (walk-values (values-node-args node) fun))
    (list-values (walking (list-values-node-list node) fun))
    (multiple (walk-values (multiple-node-args node) fun))
    (bind
     (walk-values (bind-node-values node) fun)
     (let ((*barrier* node)) (walking (bind-node-body node) fun)))
    (progv
     (walking (progv-node-symbols node) fun)
     (walking (progv-node-values node) fun)
     (let ((*barrier* node)) (walking (progv-node-body node) fun)))
    (catch
     (walking (catch-node-tag node) fun)
     (let ((*barrier* node)) (walking (catch-node-body node) fun)))
    (protect
     (let ((*barrier* node)) (walking (protect-node-body node) fun))
     (walking (protect-node-cleanup node) fun))
    (t (error "unknown node ~S" (node-kind node))))
  node)

(defun walk-seq (node k fun)
  (do ((tail (seq-node-forms node) (cdr tail)))
      ((null tail) node)
    (setf (car tail)
          (if (cdr tail)
              (walk-value (car tail) fun)
              (walk (car tail) k fun)))))

(defun walk-ref (node)
  "A variable used as a value lets its function escape."
  (let* ((var (ref-node-var node))
         (function (var-function var)))
    (when (and function (fun-p function))
      (setf (fun-escapes function) t))
    node))

(defun bound-function (var init)
  "The FUN that VAR, never assigned, is bound to by INIT, or NIL."
  (if (< 0 (var-sets var))
      nil
      (case (node-kind init)
        (local-function (local-function-node-fun init))
        (ref (let ((function (var-function (ref-node-var init))))
               (if (and function (= 0 (var-sets (ref-node-var init))))
                   function
                   nil)))
        (t nil))))

(defun walk-let (node k fun)
  (do ((vars (let-node-vars node) (cdr vars))
       (inits (let-node-inits node) (cdr inits)))
      ((null vars))
    (let ((function (bound-function (car vars) (car inits))))
      (cond ((null function)
             (setf (car inits) (walk-value (car inits) fun)))
            (t
             (setf (var-function (car vars)) function)
             (when (eq (node-kind (car inits)) 'local-function)
               (setf (fun-self-var function) (car vars))
               (walk-function function))))))
  (setf (let-node-body node) (walk (let-node-body node) k fun))
  node)

(defun walk-function (fun)
  (unless (fun-visited fun)
    (setf (fun-visited fun) t)
    (push fun *funs*)
    (let ((*barrier* fun))
      (setf (fun-body fun) (walk (fun-body fun) fun fun)))))

(defun walk-local-call (node k fun)
  (walk-values (local-call-node-args node) fun)
  (let ((callee (local-call-node-fun node)))
    (setf (local-call-node-k node) k)
    (setf (local-call-node-caller node) fun)
    (push node (fun-calls callee))
    (unless (direct-call-p callee (local-call-node-args node))
      (setf (fun-escapes callee) t))
    node))

(defun direct-call-p (fun args)
  "Can FUN be called with ARGS past its argument parsing?"
  (and (not (fun-uses-count fun))
       (= (length args) (fun-min-args fun))))

(defun walk-funcall (node k fun)
  "A call of a known function becomes a local or global call."
  (let* ((function (funcall-node-function node))
         (args (funcall-node-args node))
         (callee (case (node-kind function)
                   (ref (var-function (ref-node-var function)))
                   (local-function (local-function-node-fun function))
                   (t nil))))
    (cond ((and callee (direct-call-p callee args))
           (walk-function callee)
           (walk-local-call (make-local-call-node callee args nil fun) k fun))
          ((eq (node-kind function) 'global-function)
           (walk (make-call-node (global-function-node-name function) args)
                 k fun))
          (t (walking (funcall-node-function node) fun)
             (walk-values args fun)
             node))))

(defun walk-return (node fun)
  (let ((exit (return-node-exit node)))
    (setf (return-node-fun node) fun)
    (push node *returns*)
    (setf (return-node-value node)
          (if (and (eq (exit-fun exit) fun) (eq (exit-scope exit) *barrier*))
              (walk (return-node-value node) (exit-continuation exit) fun)
              (walk-value (return-node-value node) fun)))
    node))

;;; Which functions become jumps

(defun final-continuation (k)
  "K, or where the value of the jump function K goes in the end."
  (loop
    (unless (and (fun-p k) (eq (fun-kind k) :jump)) (return k))
    (setq k (fun-continuation k))))

(defun group-continuation (group)
  "The one continuation of the calls of the functions GROUP from outside,
or NIL when there is none or more than one."
  (let ((found nil) (good t))
    (dolist (fun group)
      (dolist (call (fun-calls fun))
        (let ((k (final-continuation (local-call-node-k call))))
          (cond ((member k group) nil)
                ((null found) (setq found k))
                ((not (eq k found)) (setq good nil))))))
    (if good found nil)))

(defun jump-candidate-p (fun)
  (and (null (fun-kind fun)) (not (fun-escapes fun))
       (not (fun-uses-count fun)) (fun-calls fun) t))

(defun outside-caller (group)
  "A function outside GROUP that calls into it."
  (let ((found nil))
    (dolist (fun group found)
      (dolist (call (reverse (fun-calls fun)))
        (unless (or found (member (local-call-node-caller call) group))
          (setq found (local-call-node-caller call)))))))

(defun note-jumps (group)
  "If GROUP has one continuation make its members jumps and return true."
  (let ((k (group-continuation group)))
    (when (and k (outside-caller group))
      (dolist (fun group)
        (setf (fun-home fun) (outside-caller group))
        (setf (fun-continuation fun) k))
      (dolist (fun group) (setf (fun-kind fun) :jump))
      t)))

(defun call-group (fun)
  "FUN and the candidates that call it or that it is in one group with: the
candidates in whose tail FUN is called, transitively."
  (let ((group (list fun)) (work (list fun)))
    (loop
      (when (null work) (return group))
      (let ((next (pop work)))
        (dolist (call (fun-calls next))
          (let ((k (final-continuation (local-call-node-k call))))
            (when (and (fun-p k) (jump-candidate-p k)
                       (not (member k group)))
              (push k group)
              (push k work))))))))

(defun choose-jumps (funs)
  "Mark the functions among FUNS, outermost first, that need no frame."
  (let ((changed t))
    (loop
      (unless changed (return))
      (setq changed nil)
      (dolist (fun funs)
        (when (jump-candidate-p fun)
          (when (or (note-jumps (list fun))
                    (let ((group (call-group fun)))
                      (and (cdr group) (note-jumps group))))
            (setq changed t)))))))

(defun frame-of (fun)
  "The function in whose frame the body of FUN runs."
  (loop
    (unless (and fun (eq (fun-kind fun) :jump)) (return fun))
    (setq fun (fun-home fun))))

(defun choose-kinds (funs)
  "Decide the kind of each of FUNS."
  (choose-jumps funs)
  (dolist (fun funs)
    (unless (fun-kind fun)
      (setf (fun-kind fun)
            (cond ((or (fun-escapes fun) (fun-uses-count fun)) :closure)
                  ((null (fun-calls fun)) :unused)
                  (t :lifted)))))
  (dolist (fun funs)
    (setf (fun-loops fun) (loops-p fun))))

(defun loops-p (fun)
  "Is FUN called more than once, or from its own tail, in its own frame?"
  (if (eq (fun-kind fun) :jump)
      (if (cdr (fun-calls fun)) t nil)
      (let ((found nil))
        (dolist (call (fun-calls fun) found)
          (when (self-tail-call-p call fun) (setq found t))))))

(defun self-tail-call-p (call fun)
  "Is CALL of FUN, a function with a frame, in its own tail and frame?"
  (and (eq (final-continuation (local-call-node-k call)) fun)
       (eq (frame-of (local-call-node-caller call)) fun)))

(defun mark-nonlocal (nodes)
  "Mark the exits that RETURN and GO nodes of other frames leave by."
  (dolist (node nodes)
    (if (eq (node-kind node) 'return)
        (let ((exit (return-node-exit node)))
          (unless (eq (frame-of (return-node-fun node))
                      (frame-of (exit-fun exit)))
            (setf (exit-nonlocal exit) t)))
        (let ((tagbody (go-node-tagbody node)))
          (unless (eq (frame-of (go-node-fun node))
                      (frame-of (tagbody-node-fun tagbody)))
            (setf (tagbody-node-nonlocal tagbody) t))))))

(defun nonlocal-p (mark)
  "Does MARK say that closures leave the form?"
  (and mark (not (eq mark :maybe))))

(defun analyze (top)
  "Choose what becomes of each function in the tree of the FUN TOP; return
the functions that keep a frame, TOP first."
  (let ((*funs* '()) (*returns* '()) (*barrier* top))
    (setf (fun-kind top) :top)
    (walk-function top)
    (let ((funs (reverse *funs*)))
      (choose-kinds funs)
      (mark-nonlocal *returns*)
      (resolve-variables top)
      (remove-if (lambda (fun) (member (fun-kind fun) '(:jump :unused)))
                 funs))))
