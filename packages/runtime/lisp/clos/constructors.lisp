;;;; Calls of MAKE-INSTANCE with a constant class name and constant initargs.

(in-package #:astralisp.runtime)

;;; Such a call keeps a site with a recipe: what it has found out about the class,
;;; good as long as the class has the plan it had then. Plans go when a class is
;;; redefined, a method is added that MAKE-INSTANCE would call, or a name gets
;;; another class. When only methods of the system apply and all slots are in
;;; the instance, ACTIONS tell what to store: pairs of a location and the number
;;; of an argument, or the initfunction. All else is left to MAKE-INSTANCE.

(defstruct (site (:constructor %make-site (name keys cell)) (:copier nil))
  name cell                     ; of the class
  keys                          ; the initargs
  (recipe nil)                  ; see above, or NIL
  (failures 0))                 ; how often there was no recipe to be found

(defun make-site (name keys)
  (%make-site name keys (class-cell name)))

;;; Recipes are never changed: threads may be in the middle of one.
(defstruct (recipe (:constructor make-recipe (class plan layout actions))
                   (:copier nil))
  class plan layout
  actions)                      ; or NIL: call INITIALIZE-INSTANCE

(defun construct (site &rest values)
  "Make an instance as SITE says; VALUES are those of its initargs."
  (let ((recipe (site-recipe site)))
    (cond ((not (and recipe
                     (eq (car (site-cell site)) (recipe-class recipe))
                     (eq (recipe-plan recipe)
                         (%class-plan (recipe-class recipe)))))
           (construct-slowly site values))
          ((recipe-actions recipe)
           (store-initial-values (%make-instance (recipe-layout recipe))
                                 (recipe-actions recipe) values))
          (t
           (let ((instance (%make-instance (recipe-layout recipe))))
             (apply #'initialize-instance instance
                    (interleave (site-keys site) values))
             instance)))))

(defun store-initial-values (instance actions values)
  (let ((i 0)
        (end (%vector-length actions)))
    (while (%fx< i end)
      (let ((source (%svref actions (%fx+ i 1))))
        (%set-instance-ref instance (%svref actions i)
                           (if (%fixnump source)
                               (car (nthcdr source values))
                               (funcall (the function source)))))
      (setq i (%fx+ i 2)))
    instance))

(defun interleave (keys values)
  (let ((result '()))
    (dolist (key keys (nreverse result))
      (push key result)
      (push (pop values) result))))

(defun construct-slowly (site values)
  (let ((class (find-class (site-name site) nil)))
    (when (and class (< (site-failures site) 4))
      (ensure-finalized class)
      (unless (setf (site-recipe site) (find-recipe site class))
        (incf (site-failures site))))
    (apply #'make-instance (site-name site)
           (interleave (site-keys site) values))))

(defun find-recipe (site class)
  "The recipe for calls at SITE, of CLASS, or NIL when only MAKE-INSTANCE can
tell what to do."
  (let ((keys (site-keys site)))
    (and (standard-metaclass-p class)
         (eq :standard (layout-kind (%class-layout class)))
         (system-methods-only-p #'make-instance (list class))
         (system-methods-only-p #'make-instance (list (site-name site)))
         (let ((plan (class-plan class)))
           (and (plan-allocate-p plan)
                (or (eq t (plan-valid plan))
                    (every (lambda (key) (memq key (plan-valid plan))) keys))
                (every (lambda (entry) (memq (car entry) keys))
                       (%class-default-initargs class))
                (make-recipe class plan (%class-layout class)
                             (and (plan-initialize-p plan)
                                  (plan-direct-p plan)
                                  (slot-actions (plan-slots plan) keys))))))))

(defun slot-actions (slots keys)
  "What to store for SLOTS when the initargs are KEYS; NIL if one is shared."
  (let ((actions '()))
    (dotimes (i (%vector-length slots))
      (let* ((slot (%svref slots i))
             (location (%slot-location slot))
             (position (position-if (lambda (key)
                                      (memq key (%slot-initargs slot)))
                                    keys))
             (source (or position (%slot-initfunction slot))))
        (unless (%fixnump location)
          (return-from slot-actions nil))
        (when source
          (push location actions)
          (push source actions))))
    (coerce (nreverse actions) 'simple-vector)))

(defun constant-keys (initargs)
  "The names of the pairs INITARGS when they are keywords, else T."
  (let ((keys '()))
    (do ((tail initargs (cddr tail)))
        ((atom tail) (if tail t (nreverse keys)))
      (unless (and (keywordp (car tail)) (consp (cdr tail))
                   (not (eq (car tail) :allow-other-keys))
                   (not (memq (car tail) keys)))
        (return t))
      (push (car tail) keys))))

(define-compiler-macro make-instance (&whole form class &rest initargs)
  (let ((keys (constant-keys initargs)))
    (if (and (listp keys) (consp class) (eq (car class) 'quote)
             (symbolp (cadr class)) (cadr class))
        `(construct (load-time-value (make-site ',(cadr class) ',keys))
                    ,@(do ((tail initargs (cddr tail))
                           (values '() (cons (cadr tail) values)))
                          ((null tail) (nreverse values))))
        form)))
