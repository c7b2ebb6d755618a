;;;; The tree to high SSA: values, calls, tests, functions.

(in-package #:astralisp.compiler)

(defun build (node dest)
  "Build NODE for DEST; return what DEST asks for."
  (let ((*position* (or (node-position node) *position*))
        (*site* (node-site node)))
    (case (node-kind node)
      (literal (build-literal node dest))
      (ref (build-ref node dest))
      (primitive (build-primitive node dest))
      (call (build-call node dest))
      (if (build-if node dest))
      (seq (build-seq (seq-node-forms node) dest))
      (let (build-let node dest))
      (set (build-set node dest))
      (local-call (build-local-call node dest))
      (the (build-the node dest))
      (special-ref (build-special-ref node dest))
      (special-set (build-special-set node dest))
      (t (build-other node dest)))))

(defun build-other (node dest)
  (case (node-kind node)
    (global-function (build-global-function node dest))
    (local-function
     (deliver (function-value (local-function-node-fun node)) dest))
    (funcall (build-funcall node dest))
    (apply (build-apply node dest))
    (functions (build-functions node dest))
    (mv-let (build-mv-let node dest))
    (mv-call (build-mv-call node dest))
    (mv-prog1 (let ((result (build (mv-prog1-node-first node)
                                   (inner-dest dest))))
                (build (mv-prog1-node-body node) :effect)
                (deliver-result result dest)))
    (values (deliver-values (build-all (values-node-args node)) dest))
    (list-values (build-list-values node dest))
    (multiple (build-multiple node dest))
    (layout (deliver (emit :layout '() (layout-node-name node)) dest))
    (load-time (build-load-time node dest))
    (intrinsic (deliver (intrinsic-value node) dest))
    (t (build-control node dest))))

(defun intrinsic-value (node)
  (let ((datum (intrinsic-node-datum node)))
    (ecase (intrinsic-node-name node)
      (:argument-count *argument-count*)
      (:absent (emit-op '%%absent '()))
      (:self (self-value))
      (:argument (if (< datum 4)
                     (svref *arguments* datum)
                     (emit :argument '() datum))))))

(defun build-all (nodes)
  "The values of NODES in order."
  (let ((values '()))
    (dolist (node nodes) (push (build node :value) values))
    (nreverse values)))

(defun build-literal (node dest)
  (if (eq dest :effect)
      nil
      (if (and (consp dest) (eq (car dest) :test))
          (jump-to-edge (if (literal-node-value node)
                            (cadr dest)
                            (cddr dest)))
          (deliver (constant (literal-node-value node)) dest))))

(defun build-ref (node dest)
  (let ((var (ref-node-var node)))
    (cond ((eq dest :effect) nil)
          ((var-function var)
           (deliver (function-value (var-function var)) dest))
          ((and (consp dest) (eq (car dest) :test))
           (build-variable-test var (cadr dest) (cddr dest)))
          (t (deliver (variable-value var) dest)))))

(defun build-variable-test (var then else)
  "Test VAR; where it is false it is NIL, elsewhere it is not."
  (let ((value (variable-value var)))
    (if (eq (ins-opname (plain-value value)) :constant)
        (deliver-test value then else)
        (let ((then-block (start-block)) (else-block (start-block))
              (depth *trail-depth*))
          (emit-terminator :if (list value) (list then-block else-block))
          (fill-block then-block)
          (unless (cell-p var)
            (refine-here var value (bits-ty (logandc2 +ty-all+ +ty-null+))))
          (jump-to-edge then)
          (forget-refinements depth)
          (fill-block else-block)
          (unless (cell-p var) (refine-here var value *ty-null*))
          (jump-to-edge else)
          (forget-refinements depth)))))

(defun refine-here (var value ty)
  "In the block in hand VAR, whose value is VALUE, has the type TY."
  (refine-variable var (emit :refine (list value) ty)))

(defun build-seq (forms dest)
  (loop
    (when (null (cdr forms)) (return (build (car forms) dest)))
    (let ((reached (not (dead-p))))
      (build (car forms) :effect)
      (setq forms (cdr forms))
      (when (and reached (dead-p)) (note-dead-forms forms)))))

(defun note-dead-forms (nodes)
  "Tell of the first call among NODES that its author wrote: it is not reached."
  (unless *quiet*
    (let ((node (find-if (lambda (node)
                           (and (member (node-kind node)
                                        '(call local-call funcall primitive))
                                (written-call-p (node-site node))))
                         nodes)))
      (when node (note-unreached (node-site node))))))

(defun build-let (node dest)
  (let ((values '()))
    (do ((vars (let-node-vars node) (cdr vars))
         (inits (let-node-inits node) (cdr inits)))
        ((null vars))
      (push (let-value (car vars) (car inits)) values))
    (setq values (nreverse values))
    (note-aliases (let-node-vars node) (let-node-inits node))
    (dolist (var (let-node-vars node))
      (let ((value (pop values)))
        (when value (bind-variable var value))))
    (let ((result (build (let-node-body node) dest)))
      (dolist (var (let-node-vars node))
        (when (var-function var) (seal-jumps (list (var-function var)))))
      result)))

(defun note-aliases (vars inits)
  "Remember which of VARS are bound to the value of another variable."
  (dolist (var vars)
    (let ((init (pop inits)))
      (setf (var-alias var)
            (if (and (eq (node-kind init) 'ref) (not (cell-p var)))
                (ref-node-var init)
                nil)))))

(defun let-value (var init)
  "The value for VAR, or NIL when it names a function without an object."
  (let ((fun (var-function var)))
    (when fun
      (setf (fun-scope fun) *trail-depth*)
      (setf (fun-block fun) nil))
    (cond ((and fun (not (eq (fun-kind fun) :closure))) nil)
          ((and (= 0 (var-refs var)) (null fun))
           (build init :effect)
           (if (or (phi-p var) (cell-p var)) (constant-nil) nil))
          ((and fun (eq (node-kind init) 'local-function))
           (make-closure fun))
          (t (build init :value)))))

(defun build-set (node dest)
  (let ((value (build (set-node-value node) :value)))
    (set-variable (set-node-var node) value)
    (deliver value dest)))

(defun build-the (node dest)
  (let ((value (the-node-value node)))
    (cond ((or (one-value-p value) (not (many-values-p dest)))
           (deliver (typed-value (build value :value) node) dest))
          ((not (the-node-checked node)) (build value dest))
          (t (let* ((result (build value (inner-dest dest)))
                    (first (if (dead-p)
                               (car result)
                               (typed-value (car result) node))))
               (deliver-result (cons first (cdr result)) dest))))))

(defun many-values-p (dest)
  "Does DEST take more values than the first?"
  (or (eq dest :tail) (eq dest :saved)
      (and (consp dest) (eq (car dest) :mv) (< 1 (cdr dest)))))

(defun one-value-p (node)
  "Has NODE surely one value, if it returns?"
  (case (node-kind node)
    ((literal ref set special-ref special-set global-function local-function
      layout primitive intrinsic)
     t)
    (if (and (one-value-p (if-node-then node)) (one-value-p (if-node-else node))))
    (seq (one-value-p (car (last (seq-node-forms node)))))
    (let (one-value-p (let-node-body node)))
    (bind (one-value-p (bind-node-body node)))
    (the (one-value-p (the-node-value node)))
    (values (and (values-node-args node) (null (cdr (values-node-args node)))))
    (call (let ((name (call-node-name node)))
            (and (symbolp name)
                 (if (or (member (get name 'calling) '(:never :one))
                         (get name 'result-type))
                     t
                     nil))))
    (t nil)))

(defun typed-value (value node)
  "VALUE checked or trusted to have the type that the THE node names."
  (let* ((checked (the-node-checked node))
         (new (emit (if checked :check :refine) (list value)
                    (the-node-ty node)
                    (if checked
                        (list :specifier (the-node-specifier node))
                        '()))))
    (when (and (eq (node-kind (the-node-value node)) 'ref))
      (let ((var (ref-node-var (the-node-value node))))
        (unless (or (cell-p var) (var-function var))
          (refine-variable var new))))
    new))

(defun build-special-ref (node dest)
  (let ((symbol (special-ref-node-symbol node)))
    (deliver (if (member (%variable-kind symbol) '(:global :constant))
                 (emit-op '%%global-variable '() symbol)
                 (emit-op '%%special '() symbol))
             dest)))

(defun build-special-set (node dest)
  (let ((value (build (special-set-node-value node) :value))
        (symbol (special-set-node-symbol node)))
    (emit (if (eq (%variable-kind symbol) :global)
              :set-symbol-global-value
              :set-symbol-value)
          (list value) symbol)
    (deliver value dest)))

;;; Primitives

(defun build-primitive (node dest)
  (if (and (consp dest) (eq (car dest) :test)
           (member (op-name (primitive-node-op node)) '(not null)))
      (build (car (primitive-node-args node))
             (cons :test (cons (cddr dest) (cadr dest))))
      (build-operation node dest)))

(defun build-operation (node dest)
  (let* ((op (primitive-node-op node))
         (args (build-all (primitive-node-args node))))
    (if (and (consp dest) (eq (car dest) :test))
        (build-primitive-test node args (cadr dest) (cddr dest))
        (let ((value (emit-primitive op args (primitive-node-datum node)
                                     (primitive-node-safe node))))
          (refine-arguments node args)
          (deliver value dest)))))

(defun node-variable (node)
  "The variable that NODE reads if its values can be refined."
  (and (eq (node-kind node) 'ref)
       (let ((var (ref-node-var node)))
         (if (or (cell-p var) (var-function var)) nil var))))

(defun refine-arguments (node args)
  "Behind a checked primitive its variables are known to have the types."
  (let ((types (op-argument-types (primitive-node-op node))))
    (when types
      (dolist (arg-node (primitive-node-args node))
        (let ((var (node-variable arg-node))
              (ty (pop types))
              (value (pop args)))
          (when (and var ty (not (= +ty-all+ (ty-bits ty)))
                     (eq value (variable-value var)))
            (refine-here var value ty)))))))

(defun build-primitive-test (node args then else)
  (let ((value (emit-primitive (primitive-node-op node) args
                               (primitive-node-datum node)
                               (primitive-node-safe node)))
        (then-block (start-block)) (else-block (start-block)))
    (refine-arguments node args)
    (emit-terminator :if (list value) (list then-block else-block))
    (fill-block then-block)
    (let ((depth *trail-depth*))
      (refine-by-test node args t)
      (jump-to-edge then)
      (forget-refinements depth)
      (fill-block else-block)
      (refine-by-test node args nil)
      (jump-to-edge else)
      (forget-refinements depth))))

(defun tested-variables (node args)
  "For each argument of NODE the variable whose value it is, still, or NIL."
  (let ((vars '()))
    (dolist (arg-node (primitive-node-args node) (nreverse vars))
      (let ((var (node-variable arg-node)) (value (pop args)))
        (push (if (and var (eq (plain-value (variable-value var))
                               (plain-value value)))
                  var
                  nil)
              vars)))))

(defun refine-by-test (node args outcome)
  "What the OUTCOME of the test NODE tells of its variables."
  (let* ((name (op-name (primitive-node-op node)))
         (ty (getf (op-facts (primitive-node-op node)) :test-type))
         (vars (tested-variables node args)))
    (cond (ty
           (when (car vars)
             (refine-here (car vars) (car args)
                          (if outcome
                              ty
                              (bits-ty (logandc2 +ty-all+
                                                 (ty-bits ty)))))))
          ((eq name '%instance-of-p)
           (refine-by-structure vars args outcome))
          ((member name '(eq eql))
           (refine-by-equality vars args outcome))
          (t (let ((relation (relation-of name outcome)))
               (when relation
                 (refine-by-relation vars args relation)))))))

(defun refine-by-structure (vars args outcome)
  (let ((var (car vars)) (layout (plain-value (cadr args))))
    (when (and var outcome (eq (ins-opname layout) :layout))
      (refine-here var (car args)
                   (%make-ty +ty-instance+ nil nil (ins-datum layout))))))

(defun refine-by-equality (vars args outcome)
  "EQ or EQL to a literal."
  (let* ((first (plain-value (car args)))
         (second (plain-value (cadr args)))
         (literal (cond ((eq (ins-opname second) :constant) second)
                        ((eq (ins-opname first) :constant) first)
                        (t nil)))
         (index (if (eq literal second) 0 1)))
    (when literal
      (let ((var (nth index vars))
            (datum (ins-datum literal)))
        (when var
          (cond (outcome
                 (refine-here var (nth index args) (datum-ty datum)))
                ((or (null datum) (eq datum t))
                 (refine-here var (nth index args)
                              (bits-ty (logandc2
                                        +ty-all+
                                        (ty-bits (datum-ty datum))))))))))))

(defun relation-of (name outcome)
  "The relation between two numbers that holds when NAME has OUTCOME."
  (let ((entry (assoc name '((two-arg-< :< :>=) (two-arg-> :> :<=)
                             (two-arg-<= :<= :>) (two-arg->= :>= :<)
                             (two-arg-= := nil)
                             (%fx< :< :>=) (%fx> :> :<=) (%fx<= :<= :>)
                             (%fx>= :>= :<) (%fx= := nil)))))
    (if outcome (cadr entry) (caddr entry))))

(defun refine-by-relation (vars args relation)
  (let ((first (car vars)) (second (cadr vars)))
    (when first
      (refine-variable first
                       (emit :refine-relation (list (car args) (cadr args))
                             relation)))
    (when (and second (not (eq second first)))
      (refine-variable second
                       (emit :refine-relation (list (cadr args) (car args))
                             (cdr (assoc relation
                                         '((:< . :>) (:> . :<) (:<= . :>=)
                                           (:>= . :<=) (:= . :=)))))))))

;;; Conditionals

(defun build-if (node dest)
  (let ((then (new-edge)) (else (new-edge)) (join (new-join dest))
        (depth *trail-depth*) (refined '()) (alive 0))
    (build (if-node-test node) (cons :test (cons then else)))
    (dolist (edge (list then else))
      (enter-edge edge)
      (let ((result (build (if (eq edge then)
                               (if-node-then node)
                               (if-node-else node))
                           dest)))
        (unless (dead-p)
          (setq alive (+ alive 1))
          (setq refined (refinements-since depth)))
        (join-from join result)))
    (forget-refinements depth)
    (let ((result (finish-join join)))
      ;; What the only branch that comes here knows still holds.
      (when (= alive 1)
        (dolist (entry refined)
          (refine-variable (car entry) (cdr entry))))
      result)))

;;; Multiple values

(defun deliver-values (args dest)
  "The values ARGS go to DEST."
  (cond ((eq dest :effect) nil)
        ((and (consp dest) (eq (car dest) :mv))
         (let ((result '()))
           (dotimes (i (cdr dest))
             (push (if args (pop args) (constant-nil)) result))
           (nreverse result)))
        ((eq dest :tail) (emit-terminator :return args '()))
        ((and args (or (null (cdr args)) (not (eq dest :saved))))
         (deliver (car args) dest))
        ((null args)
         (if (eq dest :saved)
             (cons (constant-nil) (constant 0))
             (deliver (constant-nil) dest)))
        (t (cons (car args) (make-list-of (cdr args))))))

(defun build-list-values (node dest)
  "The elements of a list as values: the pair that :SAVED wants is its first
element and the rest, or 0 when it is empty."
  (let ((list (build (list-values-node-list node) :value)))
    (cond ((eq dest :effect) nil)
          ((or (eq dest :tail) (eq dest :saved))
           (let ((rest (emit-op '%%rest-or-zero (list list))))
             (deliver-result (cons (emit-op 'car (list list)) rest) dest)))
          ((and (consp dest) (eq (car dest) :mv))
           (let ((values '()))
             (dotimes (i (cdr dest) (nreverse values))
               (push (emit-op 'car (list list)) values)
               (setq list (emit-op 'cdr (list list))))))
          (t (deliver (emit-op 'car (list list)) dest)))))

(defun build-multiple (node dest)
  "A primitive with several results."
  (let* ((args (build-all (multiple-node-args node)))
         (first (emit-primitive (multiple-node-op node) args
                                (multiple-node-datum node) nil))
         (results (list first)))
    (dotimes (i (- (multiple-node-count node) 1))
      (push (emit-op '%%second (list first) (+ i 1)) results))
    (deliver-values (nreverse results) dest)))

(defun make-list-of (values)
  "Instructions that make a list of VALUES."
  (let ((list (constant-nil)))
    (dolist (value (reverse values) list)
      (setq list (emit :cons (list value list))))))

(defun build-mv-let (node dest)
  (let* ((vars (mv-let-node-vars node))
         (values (build (mv-let-node-values node)
                        (cons :mv (length vars)))))
    (dolist (var vars)
      (bind-variable var (pop values)))
    (build (mv-let-node-body node) dest)))

(defun saved-list (saved)
  "The list of the values in the pair SAVED."
  (if (literal-nil-p (cdr saved))
      (make-list-of (list (car saved)))
      (emit-op '%%saved-list (list (car saved) (cdr saved)))))

(defun build-mv-call (node dest)
  (let* ((function-node (mv-call-node-function node))
         (listing (and (eq (node-kind function-node) 'global-function)
                       (eq (global-function-node-name function-node) 'list)))
         (function (if listing nil (build function-node :value)))
         (lists '()))
    (dolist (arg (mv-call-node-args node))
      (push (saved-list (build arg :saved)) lists))
    (setq lists (nreverse lists))
    (let ((list (cond ((null lists) (constant-nil))
                      ((null (cdr lists)) (car lists))
                      (t (emit :call lists 'nconc)))))
      (if listing
          (deliver list dest)
          (build-spread function list dest)))))

;;; Calls

(defun finish-call (name tail-name args datum attrs dest)
  "Emit a call NAME or, for :TAIL, the terminator TAIL-NAME."
  (cond ((eq dest :tail)
         (emit-terminator tail-name args '() datum attrs))
        ((or (eq dest :saved) (and (consp dest) (eq (car dest) :mv)
                                   (< 1 (cdr dest))))
         (let ((call (emit name args datum (list* :values :any attrs))))
           (arrived-values call dest)))
        (t (deliver (emit name args datum attrs) dest))))

(defun arrived-values (call dest)
  "The values that came with CALL, as the value destination DEST asks."
  (cond ((eq dest :effect) nil)
        ((eq dest :value) call)
        ((eq dest :saved) (cons call (emit :values-rest (list call))))
        ((eql 0 (cdr dest)) '())
        (t (let ((values (list call)))
             (dotimes (i (- (cdr dest) 1) (nreverse values))
               (push (emit :value (list call) (+ i 1)) values))))))

