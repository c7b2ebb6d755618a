;;;; Discriminating functions: from the layouts of arguments to the function
;;;; that does what the applicable methods do.
;;;;
;;;; A generic function that has methods specialized in some positions keeps a
;;;; cache: a box, i.e. a simple vector of one element, ENTRIES as in slots.lisp.
;;;; For the last specialized position the entries map layouts to effective
;;;; methods (functions of all arguments); for those before, to further boxes.
;;;; Methods that depend on the identity of an argument make an effective method
;;;; that looks at it (see eql-dispatch below).

(in-package #:astralisp.runtime)

(defun make-box ()
  (let ((box (%make-vector #x20 1)))
    (%set-svref box 0 **empty-entries**)
    box))

(declaim (inline box-entry))
(defun box-entry (box layout)
  "What BOX has for LAYOUT, or NIL."
  (let* ((entries (%svref box 0))
         (i (entry-index entries layout)))
    (if (eq (%svref entries i) layout)
        (%svref entries (%fx+ i 1))
        nil)))

(defun set-box-entry (box layout value)
  (%set-svref box 0 (extended-entries (%svref box 0) layout value))
  value)

;;; Which positions matter: those where some method has a specializer other
;;; than T.

(defun specialized-positions (gf)
  (let ((top (named-class 't))
        (positions '()))
    (dolist (method (%gf-methods gf))
      (let ((i 0))
        (dolist (specializer (%method-specializers method))
          (unless (or (eq specializer top) (memq i positions))
            (push i positions))
          (setq i (+ i 1)))))
    (sort positions #'<)))

(defun flush-dispatch-cache (gf)
  (setf (%gf-effective gf) '())
  (reset-gf gf))

(defun reset-gf (gf)
  "Let the next call of GF find out anew what to do."
  (cond ((or (not **booted**) (standard-gf-p gf))
         (%set-funcallable-function gf (std-discriminating-function gf)))
        (t
         (%set-funcallable-function
          gf (lambda (&rest arguments)
               (let ((function (compute-discriminating-function gf)))
                 (%set-funcallable-function gf function)
                 (apply function arguments)))))))

(defun std-discriminating-function (gf)
  (let ((positions (specialized-positions gf))
        (shape (%gf-shape gf))
        (box (make-box)))
    (setf (%gf-cache gf) (cons positions box))
    (cond ((and **custom-dispatch** (not (standard-gf-p gf)))
           (uncached-discriminator gf))
          ((null positions) (unspecialized-discriminator gf))
          (t
           (or (make-discriminator gf box positions
                                   (gf-shape-required shape)
                                   (gf-shape-rest-p shape))
               (general-discriminator gf box positions
                                      (gf-shape-required shape)))))))

;;; The templates: for each number of required parameters, with and without
;;; others, and for the positions (0), (1), (0 1).

(eval-always
  (defun discriminator-lookup (positions variables)
    "A form that yields the effective method of VARIABLES, or NIL."
    (let ((form `(box-entry box (layout-of ,(nth (car positions)
                                                 variables)))))
      (dolist (position (cdr positions) form)
        (setq form `(let ((box ,form))
                      (and box
                           (box-entry box (layout-of
                                           ,(nth position variables)))))))))

  (defun discriminator-lambda (required rest-p positions)
    (let ((variables (subseq '(a b c d e) 0 required)))
      (if rest-p
          `(lambda (,@variables &rest rest)
             (apply (the function
                         (or ,(discriminator-lookup positions variables)
                             (find-effective gf (list* ,@variables rest))))
                    ,@variables rest))
          `(lambda ,variables
             (funcall (the function
                           (or ,(discriminator-lookup positions variables)
                               (find-effective gf (list ,@variables))))
                      ,@variables)))))

  (defun discriminator-cases ()
    (let ((cases '()))
      (dolist (positions '((0) (1) (0 1)))
        (dolist (required '(1 2 3 4 5))
          (when (< (car (last positions)) required)
            (dolist (rest-p '(nil t))
              (push `((and (eql required ,required)
                           ,(if rest-p 'rest-p '(not rest-p))
                           (equal positions ',positions))
                      ,(discriminator-lambda required rest-p positions))
                    cases)))))
      cases)))

(defmacro define-discriminators (name)
  `(defun ,name (gf box positions required rest-p)
     (cond ,@(discriminator-cases)
           (t nil))))

(define-discriminators make-discriminator)

(defun general-discriminator (gf box positions required)
  (lambda (&rest arguments)
    (check-required-count gf arguments required)
    (let ((found box))
      (dolist (position positions)
        (setq found (and found
                         (box-entry found
                                    (layout-of (nth position arguments))))))
      (apply (the function (or found (find-effective gf arguments)))
             arguments))))

(defun check-required-count (gf arguments required)
  (when (< (length arguments) required)
    (%signal-engine-error :argument-count gf (length arguments))))

(defun uncached-discriminator (gf)
  "For generic functions of classes of their own: their protocol is asked."
  (let ((required (gf-shape-required (%gf-shape gf))))
    (lambda (&rest arguments)
      (check-required-count gf arguments required)
      (apply (the function (effective-by-protocol gf arguments))
             arguments))))

;;; Without specialized parameters all calls do the same.
(defun unspecialized-discriminator (gf)
  (let ((required (gf-shape-required (%gf-shape gf))))
    (lambda (&rest arguments)
      (check-required-count gf arguments required)
      (let ((methods (sorted-applicable-methods gf arguments)))
        (if methods
            (let ((function (effective-function gf methods)))
              (%set-funcallable-function gf function)
              (apply function arguments))
            (apply #'no-applicable-method gf arguments))))))

;;; Finding out.

(defun find-effective (gf arguments)
  "The effective method of GF for ARGUMENTS, which is entered in the cache."
  (let* ((cache (%gf-cache gf))
         (layouts (mapcar (lambda (position)
                            (current-layout (nth position arguments)))
                          (car cache)))
         (methods (sorted-applicable-methods gf arguments)))
    (cond ((eql-relevant-p gf layouts (car cache))
           (enter-effective (cdr cache) layouts (eql-dispatch gf (car cache))))
          ((null methods)
           (lambda (&rest arguments)
             (apply #'no-applicable-method gf arguments)))
          (t
           (enter-effective (cdr cache) layouts
                            (or (accessor-function gf methods layouts
                                                   (car cache))
                                (effective-function gf methods)))))))

(defun enter-effective (box layouts function)
  (loop-forever
    (let ((layout (car layouts)))
      (setq layouts (cdr layouts))
      (when (null layouts)
        (set-box-entry box layout function)
        (return function))
      (setq box (or (box-entry box layout)
                    (set-box-entry box layout (make-box)))))))

(defun effective-by-protocol (gf arguments)
  (multiple-value-bind (methods certain-p)
      (compute-applicable-methods-using-classes
       gf (mapcar #'class-of (subseq arguments 0 (gf-shape-required
                                                  (%gf-shape gf)))))
    (unless certain-p
      (setq methods (compute-applicable-methods gf arguments)))
    (if methods
        (effective-function gf methods)
        (lambda (&rest arguments)
          (apply #'no-applicable-method gf arguments)))))

;;; Which methods apply, and their order (CLHS 7.6.6.1).

(defun specializer-applies-p (specializer argument)
  (if (eql-specializer-p specializer)
      (eql argument (%eql-specializer-object specializer))
      (instance-of-class-p argument specializer)))

(defun method-applies-p (method arguments)
  (do ((specializers (%method-specializers method) (cdr specializers))
       (arguments arguments (cdr arguments)))
      ((null specializers) t)
    (unless (and arguments
                 (specializer-applies-p (car specializers) (car arguments)))
      (return nil))))

(defun precedence-indices (gf)
  "The positions of the required parameters of GF in order of precedence."
  (let ((required (required-parameters (%gf-lambda-list gf)))
        (order (%gf-precedence gf)))
    (if order
        (mapcar (lambda (name) (position name required :test #'eq)) order)
        nil)))

(defun specializer-order (a b class)
  "-1, 0 or 1 when A is more specific than B for an argument of CLASS, the
same, or less specific."
  (cond ((eq a b) 0)
        ((eql-specializer-p a) -1)
        ((eql-specializer-p b) 1)
        (t
         (dolist (c (class-all-superclasses class) 0)
           (cond ((eq c a) (return -1))
                 ((eq c b) (return 1)))))))

(defun method-more-specific-p (a b classes indices)
  (let ((sa (%method-specializers a))
        (sb (%method-specializers b)))
    (if indices
        (dolist (i indices nil)
          (case (specializer-order (nth i sa) (nth i sb) (nth i classes))
            (-1 (return t))
            (1 (return nil))))
        (do ((sa sa (cdr sa))
             (sb sb (cdr sb))
             (classes classes (cdr classes)))
            ((null sa) nil)
          (case (specializer-order (car sa) (car sb) (car classes))
            (-1 (return t))
            (1 (return nil)))))))

(defun sort-methods (gf methods classes)
  (let ((indices (precedence-indices gf)))
    (if (cdr methods)
        (stable-sort (copy-list methods)
                     (lambda (a b)
                       (method-more-specific-p a b classes indices)))
        methods)))

(defun sorted-applicable-methods (gf arguments)
  "The methods of GF that apply to ARGUMENTS, the most specific first."
  (sort-methods gf
                (remove-if-not (lambda (method)
                                 (method-applies-p method arguments))
                               (%gf-methods gf))
                (mapcar #'class-of arguments)))

(defun applicable-by-classes (gf classes)
  "The methods of GF that apply to arguments of CLASSES, sorted, and true if
the classes alone tell them."
  (let ((certain t))
    (flet ((applies-p (method)
             (every (lambda (specializer class)
                      (cond ((not (eql-specializer-p specializer))
                             (memq specializer
                                   (class-all-superclasses class)))
                            ((eq class (class-of (%eql-specializer-object
                                                  specializer)))
                             (setq certain nil)
                             nil)
                            (t nil)))
                    (%method-specializers method) classes)))
      (let ((methods (remove-if-not #'applies-p (%gf-methods gf))))
        (values (sort-methods gf methods classes) certain)))))

;;; Methods for single objects. If an object that a method is specialized to
;;; has one of the layouts found, its identity must be looked at in each call.

(defun eql-relevant-p (gf layouts positions)
  (dolist (method (%gf-methods gf) nil)
    (let ((layouts layouts))
      (dolist (position positions)
        (let ((specializer (nth position (%method-specializers method))))
          (when (and (eql-specializer-p specializer)
                     (eq (car layouts)
                         (layout-of (%eql-specializer-object specializer))))
            (return-from eql-relevant-p t)))
        (setq layouts (cdr layouts))))))

(defun eql-objects (gf position)
  "The objects that methods of GF are specialized to at POSITION."
  (let ((objects '()))
    (dolist (method (%gf-methods gf) objects)
      (let ((specializer (nth position (%method-specializers method))))
        (when (eql-specializer-p specializer)
          (pushnew (%eql-specializer-object specializer) objects))))))

(defun eql-dispatch (gf positions)
  "An effective method that looks at the identity of arguments: it keeps what it
found by the objects that are relevant, others counting by their layouts."
  (let ((known (make-hash-table :test 'equal))
        (objects (mapcar (lambda (position) (eql-objects gf position))
                         positions)))
    (if (and (null (cdr positions)) (eql 0 (car positions)))
        (eql-dispatch-first gf (car objects))
        (lambda (&rest arguments)
          (let ((key (mapcar (lambda (position objects)
                               (let ((argument (nth position arguments)))
                                 (if (member argument objects)
                                     (cons argument nil)
                                     (layout-stamp
                                      (current-layout argument)))))
                             positions objects)))
            (apply (or (eql-known key known)
                       (setf (gethash (eql-key key) known)
                             (uncached-effective gf arguments)))
                   arguments))))))

;;; Keys are compared by EQL at the leaves: numbers and characters are objects
;;; whose EQUAL is EQL; of others the identity is what counts.
(defun eql-key (key)
  (mapcar (lambda (part)
            (if (consp part) (list (intern-eql-specializer (car part))) part))
          key))

(defun eql-known (key known)
  (gethash (eql-key key) known))

(defun uncached-effective (gf arguments)
  (let ((methods (sorted-applicable-methods gf arguments)))
    (if methods
        (effective-function gf methods)
        (lambda (&rest arguments)
          (apply #'no-applicable-method gf arguments)))))

(defun eql-dispatch-first (gf objects)
  "EQL-DISPATCH when only the first argument matters: by an association list."
  (let ((known '())
        (others '()))
    (lambda (first &rest rest)
      (let ((entry (assoc first known)))
        (if entry
            (apply (the function (cdr entry)) first rest)
            (let ((other (assq (layout-of first) others)))
              (if (and other (not (member first objects)))
                  (apply (the function (cdr other)) first rest)
                  (let ((function (uncached-effective gf (cons first rest))))
                    (if (member first objects)
                        (push (cons first function) known)
                        (push (cons (layout-of first) function) others))
                    (apply function first rest)))))))))

;;; Accessors: when the most specific method reads or writes a slot and nothing
;;; else is to be done, the location of the slot does.

(defun accessor-function (gf methods layouts positions)
  "A function that reads or writes the slot of instances of the last of LAYOUTS
as METHODS would; NIL when that is not all they do."
  (let* ((method (car methods))
         (slot (%method-slot-definition method))
         (kind (and slot (layout-name (%instance-layout method)))))
    (and slot
         (eq (%gf-combination gf) (standard-combination))
         (null (cdr layouts))
         (every (lambda (m) (null (%method-qualifiers m))) methods)
         (let* ((layout (car layouts))
                (name (%slot-name slot))
                (location (and (not (custom-access-p layout))
                               (layout-location layout name))))
           (cond ((null location) nil)
                 ((and (eq kind 'standard-reader-method)
                       (equal positions '(0)))
                  (make-slot-reader location name))
                 ((and (eq kind 'standard-writer-method)
                       (equal positions '(1)))
                  (make-slot-writer location))
                 (t nil))))))

(defun unbound-slot-value (object name)
  (values (slot-unbound (class-of object) object name)))

(defun make-slot-reader (location name)
  (if (and (not (consp location)) (>= location 0))
      (lambda (object)
        (let ((value (%instance-ref object location)))
          (if (%unbound-marker-p value)
              (unbound-slot-value object name)
              value)))
      (lambda (object)
        (let ((value (read-location object location)))
          (if (%unbound-marker-p value)
              (unbound-slot-value object name)
              value)))))

(defun make-slot-writer (location)
  (if (and (not (consp location)) (>= location 0))
      (lambda (value object)
        (%set-instance-ref object location value)
        value)
      (lambda (value object)
        (write-location object location value)
        value)))
