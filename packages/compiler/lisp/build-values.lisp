;;;; The tree to high SSA: state, variables, joins, results.

(in-package #:astralisp.compiler)

;;; SSA construction after Braun et al. 2013, "Simple and efficient
;;; construction of static single assignment form".  Only variables that are
;;; set take part; a variable bound once has its value in VAR-VALUE.

(defvar *func* nil "The function being built.")
(defvar *blok* nil "The block being filled, or NIL in dead code.")
(defvar *unwind* nil "The innermost unwind target for new blocks.")
(defvar *dynamic* '() "Entries for the dynamic state of this frame.")
(defvar *trail* '() "Pairs (var . former value), newest first.")
(defvar *trail-depth* 0 "The length of *TRAIL*.")
(defvar *fun* nil "The FUN whose frame is being built.")
(defvar *pending* '() "Functions still to be built.")

;;; Blocks and instructions

(defun start-block ()
  "A new block of the current function, in the current unwind region."
  (let ((blok (new-blok *func*)))
    (setf (blok-unwind blok) *unwind*)
    (push blok (func-blocks *func*))
    blok))

(defun current-block ()
  "The block in hand; in dead code a fresh one without predecessors."
  (or *blok*
      (let ((blok (start-block)))
        (setf (blok-sealed blok) t)
        (setf (blok-mark blok) :dead)
        (setq *blok* blok))))

(defun dead-p ()
  "Can the place in hand not be reached?"
  (or (null *blok*) (eq (blok-mark *blok*) :dead)))

(defun emit (name args &optional datum attrs)
  "Append an instruction to the block in hand."
  (let ((ins (new-ins *func* name args datum attrs)))
    (setf (ins-position ins) *position*)
    (setf (ins-site ins) *site*)
    (append-ins (current-block) ins)))

(defun emit-primitive (op args datum safe)
  "Append the high instruction OP."
  (let ((ins (%make-ins op args datum)))
    (setf (ins-rep ins) (op-result op))
    (setf (ins-number ins) (new-number *func*))
    (setf (ins-position ins) *position*)
    (setf (ins-site ins) *site*)
    (unless safe (setf (ins-attrs ins) '(:unsafe t)))
    (append-ins (current-block) ins)))

(defun emit-op (name args &optional datum)
  "Append the high instruction called NAME, unchecked."
  (emit-primitive (get name 'op) args datum nil))

(defun emit-terminator (name args targets &optional datum attrs)
  "End the block in hand."
  (let ((ins (emit name args datum attrs)))
    (setf (ins-targets ins) targets)
    (dolist (target targets)
      (push (ins-block ins) (blok-preds target)))
    (setq *blok* nil)
    ins))

(defun jump-to (blok)
  "End the block in hand with a jump to BLOK."
  (emit-terminator :jump '() (list blok)))

(defun fill-block (blok)
  "Go on in BLOK, which has all its predecessors."
  (seal blok)
  (setq *blok* blok))

(defun constant (datum)
  "A literal as an instruction."
  (emit :constant '() datum))

(defun constant-nil () (constant nil))

;;; Variables

(defun cell-p (var)
  (or (var-cell var) (and (var-captured var) (< 0 (var-sets var)))))

(defun phi-p (var)
  (and (var-mark var) (not (cell-p var))))

(defun write-variable (var blok value)
  (let ((entry (assoc var (blok-defs blok))))
    (if entry
        (setf (cdr entry) value)
        (push (cons var value) (blok-defs blok)))
    value))

(defun read-variable (var blok)
  "The value of VAR at the end of BLOK."
  (let ((place blok) (left (func-blocks-count *func*)))
    (loop
      (let ((entry (assoc var (blok-defs place))))
        (when entry
          (unless (eq place blok)
            (write-variable var blok (cdr entry)))
          (return (replacement (cdr entry)))))
      (setq left (- left 1))
      (cond ((not (and (blok-sealed place) (blok-preds place)
                       (null (cdr (blok-preds place)))))
             (let ((value (read-at-join var place)))
               (unless (eq place blok) (write-variable var blok value))
               (return value)))
            ;; A loop that nothing enters has no value.
            ((< left 0)
             (return (write-variable var blok (undefined-value blok))))
            (t (setq place (car (blok-preds place))))))))

(defun read-at-join (var blok)
  (cond ((not (blok-sealed blok))
         (let ((param (add-param blok var)))
           (push (cons var param) (blok-incomplete blok))
           (write-variable var blok param)))
        ((null (blok-preds blok))
         (write-variable var blok (undefined-value blok)))
        (t
         (let ((param (add-param blok var)))
           (write-variable var blok param)
           (complete-param var param)
           (let ((value (replacement param)))
             (write-variable var blok value))))))

(defun add-param (blok var)
  "A new parameter of BLOK for VAR; kept newest first while building."
  (let ((param (new-ins *func* :param '() nil)))
    (setf (ins-block param) blok)
    (note-name param var)
    (push param (blok-params blok))
    param))

(defun undefined-value (blok)
  "NIL, at the start of the unreachable BLOK."
  (let ((ins (new-ins *func* :constant '() nil)))
    (if (blok-first blok)
        (insert-before (blok-first blok) ins)
        (append-ins blok ins))))

;;; While building, the arguments of a jump are pairs (param . value); ARRANGE
;;; puts them in the order of the parameters in the end.

(defun complete-param (var param)
  "Give PARAM, a parameter for VAR, its argument in every predecessor."
  (dolist (pred (blok-preds (ins-block param)))
    (let ((value (read-variable var pred)))
      (push (cons param value) (ins-args (blok-last pred)))))
  (remove-trivial param))

(defun arrange-arguments (blok)
  "Put the arguments of the jumps to BLOK in the order of its parameters."
  (let ((params (blok-params blok)))
    (dolist (pred (blok-preds blok))
      (let ((jump (blok-last pred)) (args '()))
        (when (eq (ins-opname jump) :jump)
          (dolist (param params)
            (push (replacement (cdr (assoc param (ins-args jump)))) args))
          (setf (ins-args jump) (nreverse args)))))))

(defun plain-value (value)
  "VALUE without the refinements it went through."
  (loop
    (setq value (replacement value))
    (unless (member (ins-opname value) '(:refine :refine-relation))
      (return value))
    (setq value (car (ins-args value)))))

(defun param-arguments (param)
  "The arguments that jumps pass for PARAM."
  (let ((result '()))
    (dolist (pred (blok-preds (ins-block param)))
      (push (cdr (assoc param (ins-args (blok-last pred)))) result))
    result))

(defun remove-trivial (param)
  "Replace PARAM if all its arguments are one value or itself, as they are or
at least without their refinements."
  (let ((same nil) (refined nil) (good t) (exact t))
    (dolist (arg (param-arguments param))
      (let ((value (plain-value arg)) (arg (replacement arg)))
        (cond ((eq value param) nil)
              ((null same) (setq same value refined arg))
              (t (unless (eq same value) (setq good nil))
                 (unless (eq refined arg) (setq exact nil))))))
    (when (and good same)
      (drop-param param (if exact refined same)))))

(defun drop-param (param value)
  "Replace PARAM by VALUE and take it out of its block."
  (let ((blok (ins-block param)))
    (setf (ins-forward param) value)
    (setf (blok-params blok) (delete param (blok-params blok)))))

(defun seal (blok)
  "BLOK gets no more predecessors."
  (unless (blok-sealed blok)
    (setf (blok-sealed blok) t)
    (let ((incomplete (reverse (blok-incomplete blok))))
      (setf (blok-incomplete blok) '())
      (dolist (entry incomplete)
        (complete-param (car entry) (cdr entry))))))

(defun note-name (value var)
  "Remember in VALUE that it is the value of VAR."
  (let ((name (var-name var)))
    (when (and (null (ins-name value)) name (symbolp name)
               (symbol-package name)
               (not (eq (ins-opname value) :constant)))
      (setf (ins-name value) name))))

(defun bind-variable (var value)
  "VALUE becomes the value of the new variable VAR."
  (cond ((cell-p var)
         (setf (var-value var) (emit-op '%make-value-cell (list value)))
         (note-name (var-value var) var))
        ((phi-p var)
         (note-name value var)
         (write-variable var (current-block) value))
        (t
         (note-name value var)
         (setf (var-value var) value))))

(defun variable-value (var)
  "The value of VAR here."
  (cond ((cell-p var) (emit-op '%value-cell-ref (list (held-value var))))
        ((phi-p var) (read-variable var (current-block)))
        (t (held-value var))))

(defun held-value (var)
  "The value or the cell of VAR, known in the frame in hand."
  (if (and (eq (fun-self-var *fun*) var) (eq (fun-kind *fun*) :closure))
      (func-mark *func*)
      (or (var-value var)
          (error "no value for the variable ~S in ~S" (var-name var)
                 (fun-name *fun*)))))

(defun set-variable (var value)
  (cond ((cell-p var)
         (emit-op '%set-value-cell (list (held-value var) value)))
        (t (note-name value var)
           (write-variable var (current-block) value))))

;;; Refinements: what a test tells of a variable, in the scope of the test.

(defun refine-variable (var value)
  "From here on VAR is VALUE, a refinement of what it was; and so is the
variable it was bound to, if that has kept its value."
  (let ((source (var-alias var)))
    (when (and source (not (cell-p source)) (null (var-function source))
               (or (phi-p source) (var-value source))
               (eq (plain-value (variable-value source))
                   (plain-value value)))
      (refine-variable source value)))
  (refine-one var value))

(defun refine-one (var value)
  (cond ((phi-p var) (write-variable var (current-block) value))
        (t (push (cons var (var-value var)) *trail*)
           (setq *trail-depth* (+ *trail-depth* 1))
           (setf (var-value var) value))))

(defun forget-refinements (depth)
  "Undo the refinements since *TRAIL-DEPTH* was DEPTH."
  (loop
    (unless (> *trail-depth* depth) (return))
    (let ((entry (pop *trail*)))
      (setf (var-value (car entry)) (cdr entry))
      (setq *trail-depth* (- *trail-depth* 1)))))

(defun refinements-since (depth)
  "The refinements since *TRAIL-DEPTH* was DEPTH, oldest first."
  (let ((result '()) (tail *trail*))
    (dotimes (i (- *trail-depth* depth))
      (let ((var (car (pop tail))))
        (unless (assoc var result)
          (push (cons var (var-value var)) result))))
    result))

;;; Destinations.  A value destination is :EFFECT (nobody looks), :VALUE (one
;;; instruction), (:MV . n) (a list of n) or :SAVED (a pair: value 0 and what
;;; :VALUES-REST gives).  A jump destination is :TAIL (return all values) or
;;; (:TEST then . else) (go to the edge THEN when true, else to ELSE).

(defstruct edge
  "Where a test leads: BLOK gets a jump from each place that knows the
outcome; REFINED holds what the only one of them knows."
  blok (count 0) (depth 0) (refined '()))

(defun new-edge ()
  (make-edge :blok (start-block) :depth *trail-depth*))

(defun jump-to-edge (edge)
  "Leave the block in hand for EDGE."
  (unless (dead-p)
    (setf (edge-count edge) (+ 1 (edge-count edge)))
    (setf (edge-refined edge)
          (if (= 1 (edge-count edge))
              (refinements-since (edge-depth edge))
              '())))
  (jump-to (edge-blok edge)))

(defun enter-edge (edge)
  "Go on at EDGE, which has all its predecessors."
  (forget-refinements (edge-depth edge))
  (if (= 0 (edge-count edge))
      (setq *blok* nil)
      (progn
        (fill-block (edge-blok edge))
        (dolist (entry (edge-refined edge))
          (refine-variable (car entry) (cdr entry))))))

(defun jump-destination-p (dest)
  (or (eq dest :tail) (and (consp dest) (eq (car dest) :test))))

(defun inner-dest (dest)
  "The value destination for what goes to DEST after more work."
  (cond ((eq dest :tail) :saved)
        ((and (consp dest) (eq (car dest) :test)) :value)
        (t dest)))

(defun nil-values (count)
  (let ((list '()))
    (dotimes (i count list)
      (push (constant-nil) list))))

(defun deliver (value dest)
  "VALUE is the one value of a form that goes to DEST."
  (cond ((eq dest :value) value)
        ((eq dest :effect) nil)
        ((eq dest :tail) (emit-terminator :return (list value) '()))
        ((eq dest :saved) (cons value (constant-nil)))
        ((eq (car dest) :mv)
         (if (eql (cdr dest) 0)
             '()
             (cons value (nil-values (- (cdr dest) 1)))))
        (t (deliver-test value (cadr dest) (cddr dest)))))

(defun deliver-test (value then else)
  (let ((plain (plain-value value)))
    (if (eq (ins-opname plain) :constant)
        (jump-to-edge (if (ins-datum plain) then else))
        (let ((then-block (start-block)) (else-block (start-block)))
          (emit-terminator :if (list value) (list then-block else-block))
          (fill-block then-block)
          (jump-to-edge then)
          (fill-block else-block)
          (jump-to-edge else)))))

(defun deliver-result (result dest)
  "RESULT, built for (INNER-DEST DEST), goes to DEST."
  (cond ((eq dest :tail)
         (if (literal-nil-p (cdr result))
             (emit-terminator :return (list (car result)) '())
             (emit-terminator :return-list-values
                              (list (car result) (cdr result)) '())))
        ((and (consp dest) (eq (car dest) :test))
         (deliver-test result (cadr dest) (cddr dest)))
        (t result)))

(defun literal-nil-p (value)
  (let ((plain (plain-value value)))
    (and (eq (ins-opname plain) :constant) (null (ins-datum plain)))))

;;; Joins: where the branches of a form with a value destination meet.

(defstruct join
  "DEST, the block, a temporary variable for each value."
  dest blok temps depth)

(defun new-temporary ()
  (make-var :mark t))

(defun new-join (dest)
  "A join for DEST, NIL when DEST is a jump destination."
  (if (jump-destination-p dest)
      nil
      (let ((count (cond ((eq dest :effect) 0) ((eq dest :value) 1)
                         ((eq dest :saved) 2) (t (cdr dest))))
            (temps '()))
        (dotimes (i count) (push (new-temporary) temps))
        (make-join :dest dest :blok (start-block) :temps temps
                   :depth *trail-depth*))))

(defun result-list (result dest)
  "The values in RESULT, made for DEST, as a list."
  (cond ((eq dest :value) (list result))
        ((eq dest :effect) '())
        ((eq dest :saved) (list (car result) (cdr result)))
        (t result)))

(defun join-from (join result)
  "One branch ends with RESULT."
  (when (and join (not (dead-p)))
    (let ((values (result-list result (join-dest join))))
      (dolist (temp (join-temps join))
        (write-variable temp *blok* (pop values))))
    (jump-to (join-blok join)))
  (setq *blok* nil))

(defun finish-join (join)
  "All branches have ended: go on behind JOIN with its result."
  (when join
    (let ((blok (join-blok join)) (dest (join-dest join)) (values '()))
      (cond ((null (blok-preds blok))
             (setf (blok-sealed blok) t)
             (setq *blok* nil)
             (dolist (temp (join-temps join))
               (declare (ignorable temp))
               (push (constant-nil) values)))
            (t
             (fill-block blok)
             (dolist (temp (join-temps join))
               (push (read-variable temp blok) values))
             (setq values (nreverse values))))
      (cond ((eq dest :value) (car values))
            ((eq dest :effect) nil)
            ((eq dest :saved) (cons (car values) (cadr values)))
            (t values)))))
