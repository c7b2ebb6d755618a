;;;; Gabriel's kernels of lists, symbols and structures.

(in-package #:astralisp.bench)

;;; After R. P. Gabriel, "Performance and Evaluation of Lisp Systems" (1985).

;;; DDERIV: the derivative by functions on property lists.

(defun dderiv (a)
  (cond ((not (consp a)) (if (eq a 'x) 1 0))
        (t (let ((rule (get (car a) 'dderiv)))
             (if rule
                 (funcall rule (cdr a))
                 (error "no derivative of ~S" a))))))

(defmacro define-derivative (operator (arguments) &body body)
  `(setf (get ',operator 'dderiv) (lambda (,arguments) ,@body)))

(define-derivative + (arguments)
  (cons '+ (mapcar #'dderiv arguments)))

(define-derivative - (arguments)
  (cons '- (mapcar #'dderiv arguments)))

(define-derivative * (arguments)
  (list '* (cons '* arguments)
        (cons '+ (mapcar (lambda (term) (list '/ (dderiv term) term))
                         arguments))))

(define-derivative / (arguments)
  (list '-
        (list '/ (dderiv (first arguments)) (second arguments))
        (list '/ (first arguments)
              (list '* (second arguments) (second arguments)
                    (dderiv (second arguments))))))

(define-kernel kernel-dderiv +
  (let ((result nil))
    (dotimes (i 100000 (car result))
      (setf result (dderiv '(+ (* 3 x x) (* a x x) (* b x) 5))))))

;;; DIV2: every second element of a list, by iteration and by recursion.

(defun iterative-half (list)
  (do ((rest list (cddr rest))
       (half '() (cons (car rest) half)))
      ((null rest) half)))

(defun recursive-half (list)
  (if (null list)
      '()
      (cons (car list) (recursive-half (cddr list)))))

(define-kernel kernel-div2-iterative 100
  (let ((list (make-list 200)))
    (length (repeat 40000 (iterative-half list)))))

(define-kernel kernel-div2-recursive 100
  (let ((list (make-list 200)))
    (length (repeat 40000 (recursive-half list)))))

;;; TRAVERSE: a random graph of structures is built and walked.

(defstruct node
  (parents '()) (children '()) (serial 0) (mark nil)
  (a nil) (b nil) (c nil) (d nil))

(defvar *seed* 21)

(defun next-random ()
  (setf *seed* (mod (* *seed* 17) 251)))

(defun make-graph (size)
  "SIZE nodes, all reachable from the one returned, with edges at random."
  (let ((nodes (make-array size)))
    (dotimes (i size)
      (setf (aref nodes i) (make-node :serial i)))
    (flet ((link (from to)
             (push to (node-children from))
             (push from (node-parents to))))
      (loop for i from 1 below size
            do (link (aref nodes (mod (* i (next-random)) i)) (aref nodes i)))
      (dotimes (i size)
        (link (aref nodes i) (aref nodes (mod (+ i (* 3 (next-random))) size)))))
    (aref nodes 0)))

(defun traverse (node mark)
  "Mark all that is reachable from NODE; return how many nodes that are."
  (cond ((eq (node-mark node) mark) 0)
        (t (setf (node-mark node) mark
                 (node-a node) (node-b node)
                 (node-b node) (not (node-c node))
                 (node-c node) (node-d node)
                 (node-d node) (node-serial node))
           (let ((count 1))
             (dolist (child (node-children node))
               (incf count (traverse child mark)))
             (dolist (parent (node-parents node) count)
               (incf count (traverse parent mark)))))))

(define-kernel kernel-traverse-build 1000
  (let ((*seed* 21))
    (traverse (repeat 150 (make-graph 1000)) t)))

(define-kernel kernel-traverse 200000
  (let* ((*seed* 21)
         (root (make-graph 200))
         (count 0))
    (dotimes (i 1000 count)
      (incf count (traverse root i)))))

;;; BROWSE: data bases of patterns on property lists, as in AI programs.

(defvar *units* '())

(defun make-units (count properties patterns)
  "COUNT symbols with PROPERTIES patterns each, drawn from PATTERNS in turn."
  (let ((units '()) (rest patterns))
    (dotimes (i count units)
      (let ((unit (make-symbol (format nil "UNIT-~D" i))))
        (dotimes (k properties)
          (setf (get unit 'pattern)
                (cons (copy-tree (car rest)) (get unit 'pattern)))
          (setf rest (or (cdr rest) patterns)))
        (dotimes (k 5)
          (setf (get unit (nth k '(size colour shape weight age))) k))
        (push unit units)))))

(defun unit-matches (unit patterns)
  (let ((count 0))
    (dolist (pattern patterns count)
      (dolist (datum (get unit 'pattern))
        (when (match-p pattern datum '())
          (incf count))))))

(define-kernel kernel-browse-units 4203
  (let ((units (make-units 100 10 '((a a a b b b b a a a a a b b a a a)
                                    (a a b b b b a a (a a) (b b))
                                    (a a a b (b a) b a b a))))
        (patterns '((* ?x b * ?x b ?x a * b *a a *b * a)
                    (* a b * b a * a * b * ?x ?x)
                    (?x ?y * (b a) * ?y ?x)
                    (* a * b * a * b *)))
        (count 0))
    (dotimes (i 3 count)
      (dolist (unit units)
        (incf count (unit-matches unit patterns))
        (incf count (getf (symbol-plist unit) 'age))))))

;;; Association and property lists, sets, trees.

(define-kernel kernel-alists 14850000
  (let ((alist (loop for i below 100 collect (cons i (* 3 i))))
        (names (loop for i below 30 collect (format nil "name-~D" i)))
        (sum 0))
    (dotimes (round 1000)
      (dotimes (i 100)
        (incf sum (cdr (assoc i alist))))
      (dolist (name names)
        (unless (member name names :test #'string=)
          (incf sum)))
      (unless (rassoc 297 alist)
        (incf sum)))
    sum))

(define-kernel kernel-sets (150 50 100 200)
  (let* ((a (loop for i below 150 collect i))
         (b (loop for i from 50 below 200 collect i))
         (result nil))
    (dotimes (i 200 result)
      (setf result (list (+ 50 (length (intersection a b)))
                         (length (set-difference a b))
                         (length (intersection b a))
                         (length (union a b)))))))

(defun nested-tree (depth)
  (if (= depth 0)
      (list 'leaf 1 "text" 2.5d0)
      (list (nested-tree (1- depth)) 'branch (nested-tree (1- depth)))))

(define-kernel kernel-trees (1024 t)
  (let* ((tree (nested-tree 10))
         (copy (copy-tree tree))
         (leaves 0))
    (repeat 30
      (setf copy (subst 'blatt 'leaf copy))
      (setf copy (sublis '((blatt . leaf)) copy))
      (tree-equal tree copy :test #'equal)
      (setf leaves 0)
      (labels ((walk (tree)
                 (cond ((eq tree 'leaf) (incf leaves))
                       ((consp tree) (walk (car tree)) (walk (cdr tree))))))
        (walk copy)))
    (list leaves (equal tree copy))))
