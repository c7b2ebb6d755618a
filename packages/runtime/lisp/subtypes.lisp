;;;; SUBTYPEP (CLHS 4.2.2). A is a subtype of B when (and A (not B)) is empty.
;;;;
;;;; A specifier becomes a tree of AND, OR, NOT over leaves, each of which says
;;;; something about one kind of objects; the tree becomes a disjunction of
;;;; conjunctions; and a conjunction is empty when, for every kind, what its
;;;; positive leaves leave of the kind is covered by its negative ones.

(in-package #:astralisp.runtime)

;;; Leaves: (:integer low high) (:ratio low high) (:single-float low high)
;;; (:double-float low high), bounds NIL, a number, or (number) for an exclusive
;;; one; (:complex part) with RATIONAL, SINGLE-FLOAT or DOUBLE-FLOAT;
;;; (:character low high); (:symbol) any, (:symbol :keyword), (:symbol :is s);
;;; (:cons car cdr); (:array code simple dimensions), code and simple NIL
;;; for any; (:other) any other object, (:other :class name), (:other :is x);
;;; (:unknown).

(defun real-leaf (kind low high)
  (list kind
        (if (eq low '*) nil (zero-bound low (consp low)))
        (if (eq high '*) nil (zero-bound high (not (consp high))))))

;;; Bounds that are zero mean both zeros, of which -0.0 comes first: the positive
;;; zero of BOUND if PLUS-P, else the negative one.
(defun zero-bound (bound plus-p)
  (cond ((null bound) nil)
        ((/= 0 (bound-value bound)) bound)
        ((consp bound) (list (if plus-p 0.0 -0.0)))
        (plus-p 0.0)
        (t -0.0)))

(defun integer-leaf (low high)
  (flet ((bound (x adjust round)
           (cond ((or (eq x '*) (null x)) nil)
                 ((consp x) (if (integerp (car x))
                                (+ (car x) adjust)
                                (values (funcall round (car x)))))
                 (t (values (funcall round x))))))
    (list :integer (bound low 1 #'ceiling) (bound high -1 #'floor))))

(defun rational-tree (low high)
  `(or ,(integer-leaf low high) ,(real-leaf :ratio low high)))

(defun float-tree (low high)
  `(or ,(real-leaf :single-float low high) ,(real-leaf :double-float low high)))

(defun object-tree (object)
  (cond ((symbolp object) `(:symbol :is ,object))
        ((integerp object) `(:integer ,object ,object))
        ((%ratiop object) `(:ratio ,object ,object))
        ((%single-float-p object) `(:single-float ,object ,object))
        ((%double-float-p object) `(:double-float ,object ,object))
        ((characterp object)
         `(:character ,(char-code object) ,(char-code object)))
        ((or (%complexp object) (consp object) (arrayp object)) '(:unknown))
        (t `(:other :is ,object))))

(defun complex-tree (part)
  (if (eq part '*)
      '(or (:complex rational) (:complex single-float)
        (:complex double-float))
      (case (upgraded-complex-part-type part)
        (rational '(:complex rational))
        (single-float '(:complex single-float))
        (double-float '(:complex double-float))
        (float '(or (:complex single-float) (:complex double-float)))
        (t (complex-tree '*)))))

(defun array-tree (type)
  (let ((tree (plain-array-tree type))
        (name (if (consp type) (car type) type)))
    (if (eq name 'string)
        ;; Vectors of element type NIL are strings too.
        `(or ,tree (:array #x2D ,@(cddr tree)))
        tree)))

(defun plain-array-tree (type)
  (multiple-value-bind (element-type dimensions simple-p)
      (array-type-parts (if (consp type) type (list type)))
    `(:array ,(if (eq element-type '*) nil (element-type-code element-type))
             ,simple-p
             ,(if (integerp dimensions)
                  (make-star-list dimensions)
                  dimensions))))

(defglobal **atomic-type-trees**
  '((nil (or)) (t (and)) (* (and))
    (null (:symbol :is nil)) (symbol (:symbol)) (keyword (:symbol :keyword))
    (cons (:cons * *)) (list (or (:symbol :is nil) (:cons * *)))
    (atom (not (:cons * *)))
    (sequence (or (:symbol :is nil) (:cons * *) (:array nil nil (*))))
    (character (:character 0 #x10ffff)) (base-char (:character 0 #x10ffff))
    (extended-char (or))
    (standard-char (or (:character 32 126) (:character 10 10)))
    (ratio (:ratio nil nil)) (bit (:integer 0 1))
    (number (or (:integer nil nil) (:ratio nil nil) (:single-float nil nil)
             (:double-float nil nil) (:complex rational)
             (:complex single-float) (:complex double-float)))
    (function (:other :class function))
    (compiled-function (:other :class function))))

;;; The tree of TYPE.
(defun type-tree (type environment)
  (let* ((name (type-specifier-name type))
         (atomic (and (or (symbolp type)
                          (and (consp type) (null (cdr type))))
                      (assq name **atomic-type-trees**))))
    (cond (atomic (cadr atomic))
          ((classp type) (class-tree type environment))
          ((and (null name) (not (null type))) (type-specifier-error type))
          (t (compound-type-tree type name environment)))))

(defun compound-type-tree (type name environment)
  (let ((first (if (consp type) (optional-argument type 0) '*))
        (second (if (consp type) (optional-argument type 1) '*)))
    (case name
      ((and or not)
       (cons name (mapcar (lambda (part) (type-tree part environment))
                          (cdr type))))
      ((eql member) (cons 'or (mapcar #'object-tree (cdr type))))
      (integer (integer-leaf first second))
      (fixnum (integer-leaf most-negative-fixnum most-positive-fixnum))
      (bignum `(or ,(integer-leaf nil (- most-negative-fixnum 1))
                   ,(integer-leaf (+ most-positive-fixnum 1) nil)))
      (mod (integer-leaf 0 (list first)))
      (unsigned-byte
       (integer-leaf 0 (if (eq first '*) '* (- (ash 1 first) 1))))
      (signed-byte
       (if (eq first '*)
           (integer-leaf '* '*)
           (integer-leaf (- (ash 1 (- first 1)))
                         (- (ash 1 (- first 1)) 1))))
      (rational (rational-tree first second))
      (float (float-tree first second))
      (real `(or ,(rational-tree first second) ,(float-tree first second)))
      ((single-float short-float) (real-leaf :single-float first second))
      ((double-float long-float) (real-leaf :double-float first second))
      (complex (complex-tree first))
      (cons `(:cons ,first ,second))
      ((array simple-array vector simple-vector string base-string
              simple-string simple-base-string bit-vector simple-bit-vector)
       (array-tree type))
      (function '(:other :class function))
      (satisfies '(:unknown))
      (t (named-type-tree type name environment)))))

;;; The tree of CLASS: that of its name when it is the class of a type that has
;;; one of its own.
(defun class-tree (class environment)
  (let ((name (class-name class)))
    (if (and name (eq class (named-class name)))
        (type-tree name environment)
        `(:other :class ,class))))

(defun named-type-tree (type name environment)
  (let ((structure (info name :structure)))
    (cond ((info name :type-expander)
           (type-tree (expand-type type environment) environment))
          ((or (info name :condition) (info name :type-predicate)
               (and structure (not (structure-element-type structure)))
               (named-class name))
           `(:other :class ,name))
          (t '(:unknown)))))

;;; Disjunctive normal form: a list of conjunctions, each a list of literals
;;; (positive-p . leaf).

(defun conjunctions (tree positive-p)
  (case (car tree)
    (not (conjunctions (cadr tree) (not positive-p)))
    ((and or)
     (if (eq (eq (car tree) 'or) positive-p)
         (mapcan (lambda (part) (conjunctions part positive-p)) (cdr tree))
         (let ((result (list nil)))
           (dolist (part (cdr tree) result)
             (let ((more (conjunctions part positive-p)))
               (setq result
                     (mapcan (lambda (left)
                               (mapcar (lambda (right) (append left right))
                                       more))
                             result)))))))
    (t (list (list (cons positive-p tree))))))

(defun and-trees (a b)
  `(and ,a ,b))

;;; T when (and A (not B)) is certainly empty, NIL when it certainly is not,
;;; :UNKNOWN otherwise.
(defun tree-subtype-p (a b)
  (tree-empty-p (and-trees a `(not ,b))))

(defun tree-empty-p (tree)
  (let ((answer t))
    (dolist (conjunction (conjunctions tree t) answer)
      (let ((own (conjunction-empty-p conjunction)))
        (cond ((null own) (return nil))
              ((eq own :unknown) (setq answer :unknown)))))))

(defun conjunction-empty-p (literals)
  (let ((unknown nil)
        (known nil)
        (answer t))
    (dolist (literal literals)
      (if (eq (cadr literal) :unknown)
          (setq unknown t)
          (push literal known)))
    (dolist (kind '(:integer :ratio :single-float :double-float :complex
                    :character :symbol :cons :array :other))
      (let ((own (kind-empty-p kind known)))
        (cond ((null own) (setq answer nil))
              ((and (eq own :unknown) answer) (setq answer :unknown)))))
    (if (and (null answer) unknown) :unknown answer)))

;;; Whether the part of KIND of the conjunction of LITERALS is empty.
(defun kind-empty-p (kind literals)
  (let ((positive nil)
        (negative nil))
    (dolist (literal literals)
      (cond ((eq (cadr literal) kind)
             (if (car literal)
                 (push (cdr literal) positive)
                 (push (cdr literal) negative)))
            ((car literal) (return-from kind-empty-p t))))
    (case kind
      ((:integer :character)
       (ranges-empty-p positive negative #'integer-after #'integer-before))
      ((:ratio :single-float :double-float)
       (ranges-empty-p positive negative #'real-after #'real-before))
      (:complex (parts-empty-p positive negative))
      (:symbol (symbols-empty-p positive negative))
      (:cons (conses-empty-p positive negative))
      (:array (arrays-empty-p positive negative))
      (t (others-empty-p positive negative)))))

;;; Ranges. A bound is NIL, n or (n).

(defun integer-after (high) (+ high 1))
(defun integer-before (low) (- low 1))
(defun real-after (high) (if (consp high) (car high) (list high)))
(defun real-before (low) (if (consp low) (car low) (list low)))

(defun bound-value (bound)
  (if (consp bound) (car bound) bound))

;;; Whether A is below B, where -0.0 is below 0.0.
(defun bound-below-p (a b)
  (let ((a (bound-value a))
        (b (bound-value b)))
    (or (< a b)
        (and (= a b) (minus-zero-p a) (not (minus-zero-p b))))))

(defun minus-zero-p (x)
  (and (floatp x) (= x 0) (minusp (float-sign x))))

;;; The stricter of two lower (or upper) bounds.
(defun higher-low (a b)
  (cond ((null a) b)
        ((null b) a)
        ((bound-below-p b a) a)
        ((bound-below-p a b) b)
        ((consp a) a)
        (t b)))

(defun lower-high (a b)
  (cond ((null a) b)
        ((null b) a)
        ((bound-below-p a b) a)
        ((bound-below-p b a) b)
        ((consp a) a)
        (t b)))

(defun range-empty-p (low high)
  (and low high
       (or (bound-below-p high low)
           (and (= (bound-value low) (bound-value high))
                (or (and (consp low) (consp high))
                    (and (or (consp low) (consp high))
                         (not (bound-below-p low high))))))))

(defun ranges-empty-p (positive negative after before)
  (let ((low nil)
        (high nil))
    (dolist (leaf positive)
      (setq low (higher-low low (cadr leaf))
            high (lower-high high (caddr leaf))))
    (let ((ranges (list (cons low high))))
      (dolist (leaf negative)
        (setq ranges
              (mapcan (lambda (range)
                        (subtract-range range (cadr leaf) (caddr leaf)
                                        after before))
                      ranges)))
      (every (lambda (range) (range-empty-p (car range) (cdr range)))
             ranges))))

(defun subtract-range (range low high after before)
  (let ((result nil))
    (when low
      (push (cons (car range) (lower-high (cdr range) (funcall before low)))
            result))
    (when high
      (push (cons (higher-low (car range) (funcall after high)) (cdr range))
            result))
    result))

;;; Complex numbers: three kinds of parts.

(defun parts-empty-p (positive negative)
  (every (lambda (part)
           (or (notevery (lambda (leaf) (eq (cadr leaf) part)) positive)
               (some (lambda (leaf) (eq (cadr leaf) part)) negative)))
         '(rational single-float double-float)))

;;; Symbols.

(defun symbol-in-leaf-p (symbol leaf)
  (case (cadr leaf)
    (:is (eq symbol (caddr leaf)))
    (:keyword (keywordp symbol))
    (t t)))

(defun symbols-empty-p (positive negative)
  (let ((single (find-if (lambda (leaf) (eq (cadr leaf) :is)) positive))
        (keyword-p (some (lambda (leaf) (eq (cadr leaf) :keyword)) positive)))
    (if single
        (let ((symbol (caddr single)))
          (not (and (every (lambda (leaf) (symbol-in-leaf-p symbol leaf))
                           positive)
                    (notany (lambda (leaf) (symbol-in-leaf-p symbol leaf))
                            negative))))
        (some (lambda (leaf)
                (or (null (cdr leaf))
                    (and keyword-p (eq (cadr leaf) :keyword))))
              negative))))

;;; Conses: products.

(defun part-tree (type)
  (if (eq type '*) '(and) (type-tree type nil)))

(defun conses-empty-p (positive negative)
  (let ((car '(and))
        (cdr '(and)))
    (dolist (leaf positive)
      (setq car (and-trees car (part-tree (cadr leaf)))
            cdr (and-trees cdr (part-tree (caddr leaf)))))
    ;; Asking about all conses would ask about all objects, and so on.
    (if (or positive negative)
        (product-empty-p car cdr negative)
        nil)))

(defun product-empty-p (car cdr negative)
  (let ((car-empty (tree-empty-p car))
        (cdr-empty (tree-empty-p cdr)))
    (cond ((or (eq car-empty t) (eq cdr-empty t)) t)
          ((null negative)
           (if (or car-empty cdr-empty) :unknown nil))
          (t
           (let* ((leaf (car negative))
                  (a (product-empty-p
                      (and-trees car `(not ,(part-tree (cadr leaf))))
                      cdr (cdr negative)))
                  (b (product-empty-p
                      car (and-trees cdr `(not ,(part-tree (caddr leaf))))
                      (cdr negative))))
             (cond ((and (eq a t) (eq b t)) t)
                   ((or (null a) (null b)) nil)
                   (t :unknown)))))))

;;; Arrays: for each element code, simple and not, a pattern of dimensions.

(defun meet-dimensions (a b)
  (cond ((eq a '*) b)
        ((eq b '*) a)
        ((not (eql (length a) (length b))) :none)
        (t
         (let ((result nil))
           (mapc (lambda (x y)
                   (push (cond ((eq x '*) y)
                               ((or (eq y '*) (eql x y)) x)
                               (t :none))
                         result))
                 a b)
           (if (memq :none result) :none (nreverse result))))))

(defun dimensions-covered-p (dimensions pattern)
  (or (eq pattern '*)
      (and (consp dimensions)
           (eql (length dimensions) (length pattern))
           (every (lambda (x y) (or (eq y '*) (eql x y)))
                  dimensions pattern))
      (and (null dimensions) (null pattern))))

(defun leaf-has-cell-p (leaf code simple-p)
  (and (or (null (cadr leaf)) (eql code (cadr leaf)))
       (or simple-p (null (caddr leaf)))))

(defun arrays-empty-p (positive negative)
  (let ((dimensions '*))
    (dolist (leaf positive)
      (setq dimensions (meet-dimensions dimensions (cadddr leaf))))
    (if (eq dimensions :none)
        t
        (let ((empty t))
          (dolist (code '(#x20 #x21 #x22 #x23 #x24 #x25 #x26 #x27 #x28 #x29
                          #x2A #x2B #x2C #x2D)
                        empty)
            (dolist (simple-p '(t nil))
              (when (and (every (lambda (leaf)
                                  (leaf-has-cell-p leaf code simple-p))
                                positive)
                         (notany (lambda (leaf)
                                   (and (leaf-has-cell-p leaf code simple-p)
                                        (dimensions-covered-p
                                         dimensions (cadddr leaf))))
                                 negative))
                (setq empty nil))))))))

;;; Everything else: named classes and single objects.

;;; The names of all classes that instances of NAME, a class or the name of one,
;;; are of; a class without a name of its own stands for itself.
(defun class-names (name)
  (let ((condition (and (symbolp name) (info name :condition)))
        (structure (and (symbolp name) (info name :structure)))
        (class (if (symbolp name) (named-class name) name)))
    (cond (condition (condition-description-ancestors condition))
          ((and class (null structure))
           (mapcar #'class-or-name (class-all-superclasses class)))
          ((and structure **booted**)
           (mapcar #'class-or-name
                   (class-all-superclasses (find-class name))))
          (structure
           (cons name
                 (if (structure-include structure)
                     (class-names (structure-include structure))
                     '(structure-object))))
          (t (list name)))))

(defun class-or-name (class)
  (let ((name (class-name class)))
    (if (eq class (named-class name)) name class)))

(defun class-kind (name)
  (cond ((not (symbolp name)) :standard)
        ((info name :condition) :condition)
        ((or (info name :structure) (eq name 'structure-object)) :structure)
        ((standard-class-name-p name) :standard)
        (t name)))

(defun standard-class-name-p (name)
  (let ((class (named-class name)))
    (and class (memq 'standard-object (class-names name)) t)))

(defun subclass-p (a b)
  (not (null (memq b (class-names a)))))

;;; Only condition types, and standard classes, can have common subtypes without
;;; being related; so can standard classes and functions.
(defun disjoint-classes-p (a b)
  (let ((kind-a (class-kind a))
        (kind-b (class-kind b)))
    (not (or (subclass-p a b) (subclass-p b a)
             (and (eq kind-a kind-b) (memq kind-a '(:condition :standard)))
             (and (eq kind-a :standard) (eq kind-b 'function))
             (and (eq kind-a 'function) (eq kind-b :standard))))))

(defun others-empty-p (positive negative)
  (let ((classes nil)
        (objects nil))
    (dolist (leaf positive)
      (case (cadr leaf)
        (:class (push (caddr leaf) classes))
        (:is (push (caddr leaf) objects))))
    (cond (objects (object-excluded-p (car objects) positive negative))
          ((or (some (lambda (a)
                       (some (lambda (b) (disjoint-classes-p a b)) classes))
                     classes)
               (some (lambda (leaf) (covered-by-p classes leaf)) negative))
           t)
          ((some (lambda (a) (every (lambda (b) (subclass-p a b)) classes))
                 classes)
           nil)
          (t (if (null classes) nil (common-subclass classes negative))))))

(defun covered-by-p (classes leaf)
  "True if all instances of CLASSES are certainly in LEAF."
  (case (cadr leaf)
    (:class (some (lambda (a) (subclass-p a (caddr leaf))) classes))
    (:is nil)
    (t t)))

;;; Classes that are not related can have a common subclass at any time: only
;;; one that is there already makes an answer certain.
(defun common-subclass (classes negative)
  "NIL if CLASSES have a common subclass not covered by the leaves NEGATIVE, else
:UNKNOWN."
  (dolist (class (all-subclasses (class-designator (car classes))) :unknown)
    (let ((name (class-or-name class)))
      (when (and (every (lambda (b) (subclass-p name b)) (cdr classes))
                 (notany (lambda (leaf) (covered-by-p (list name) leaf))
                         negative))
        (return nil)))))

(defun object-in-leaf-p (object leaf)
  (case (cadr leaf)
    (:is (eq object (caddr leaf)))
    (:class (typep object (caddr leaf)))
    (t t)))

(defun object-excluded-p (object positive negative)
  (or (notevery (lambda (leaf) (object-in-leaf-p object leaf)) positive)
      (some (lambda (leaf) (object-in-leaf-p object leaf)) negative)))

;;; Like EQUAL, but for the objects of EQL and MEMBER their identity counts.
(defun same-specifier-p (a b)
  (cond ((atom a) (eql a b))
        ((atom b) nil)
        ((memq (car a) '(eql member))
         (and (eq (car a) (car b))
              (eql (length a) (length b))
              (every #'eql (cdr a) (cdr b))))
        (t (and (same-specifier-p (car a) (car b))
                (same-specifier-p (cdr a) (cdr b))))))

(defun complex-specifier-p (type)
  (and (consp type) (eq (car type) 'complex)
       (consp (cdr type)) (not (eq (cadr type) '*))))

(defun subtypep (type-1 type-2 &optional environment)
  "Return whether TYPE-1 is certainly a subtype of TYPE-2, and whether the
answer is certain. CLHS SUBTYPEP."
  (cond
    ((same-specifier-p type-1 type-2)
     (values t t))
    ((and (complex-specifier-p type-1) (complex-specifier-p type-2))
     ;; What the standard asks for here is no matter of the objects.
     (values (or (eq (upgraded-complex-part-type (cadr type-1))
                     (upgraded-complex-part-type (cadr type-2)))
                 (values (subtypep (cadr type-1) (cadr type-2) environment)))
             t))
    (t
     (case (tree-subtype-p (type-tree type-1 environment)
                           (type-tree type-2 environment))
       ((t) (values t t))
       ((nil) (values nil t))
       (t (values nil nil))))))
