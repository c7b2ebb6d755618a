;;;; Making, initializing and changing instances (CLHS 7.1 to 7.3, 4.3.6).

(in-package #:astralisp.runtime)

(defun std-allocate-instance (class)
  (ensure-finalized class)
  (let ((layout (%class-layout class)))
    (when (or (null layout)
              (not (memq (layout-kind layout)
                         '(:standard :vector :funcallable))))
      (return-from std-allocate-instance (allocate-other class layout)))
    (let ((instance (allocate-standard
                     layout
                     (if (eq (layout-kind layout) :standard)
                         0
                         (length (layout-slot-names layout))))))
      (when (eq (layout-kind layout) :funcallable)
        (when (memq (named-class 'generic-function)
                    (%class-precedence-list class))
          (note-generic-function instance)))
      instance)))

;;; Structures of the system, such as hash tables, are made by functions of theirs
;;; alone. In other structures no slot is ever without a value.

(defun system-structure-p (class)
  (let ((package (symbol-package (%class-name class))))
    (and package
         (member (package-name package)
                 '("COMMON-LISP" "ASTRALISP" "ASTRALISP.RUNTIME"
                   "ASTRALISP.KERNEL" "ASTRALISP.COMPILER")
                 :test #'equal))))

(defun allocate-other (class layout)
  (cond ((and layout (eq (layout-kind layout) :condition))
         (%make-instance layout))
        ((and layout (eq (layout-kind layout) :structure)
              (not (system-structure-p class)))
         (let ((instance (%make-instance layout)))
           (dotimes (i (%instance-length instance) instance)
             (%set-instance-ref instance i nil))))
        (t
         (class-error "the class ~S is built in: MAKE-INSTANCE makes none of ~
                       its instances"
                      (%class-name class)))))

;;; Initargs: property lists. DEFAULTED adds the defaults that are missing.

(defun check-initarg-list (initargs)
  (let ((tail initargs))
    (while tail
      (unless (and (symbolp (car tail)) (consp (cdr tail)))
        (error 'simple-program-error
               :format-control "the initialization arguments ~S are not pairs ~
                                of names and values"
               :format-arguments (list initargs)))
      (setq tail (cddr tail)))))

(defun initarg-present-p (key initargs)
  (do ((tail initargs (cddr tail)))
      ((null tail) nil)
    (when (eq key (car tail))
      (return t))))

(defun defaulted-initargs (class initargs)
  (let ((defaults (%class-default-initargs class)))
    (if (null defaults)
        initargs
        (let ((more '()))
          (dolist (entry defaults)
            (unless (initarg-present-p (car entry) initargs)
              (push (car entry) more)
              (push (funcall (the function (caddr entry))) more)))
          (if more
              (append initargs (nreverse more))
              initargs)))))

;;; Which initargs are valid: those of slots, and the keywords of the methods
;;; that apply (CLHS 7.1.2).

(defun method-keywords (gf arguments)
  "The keywords of the methods of GF that apply to ARGUMENTS; second value true
if one allows others."
  (let ((keys '())
        (any nil))
    (dolist (method (sorted-applicable-methods gf arguments))
      (let ((shape (lambda-list-shape (%method-lambda-list method))))
        (when (gf-shape-allow-p shape)
          ;; The system's own methods allow all since others check.
          (unless (getf (%method-plist method) :system)
            (setq any t)))
        (setq keys (append (gf-shape-keys shape) keys))))
    (values keys any)))

(defun slot-initarg-names (class)
  (let ((names '()))
    (dolist (slot (%class-slots class) names)
      (dolist (name (%slot-initargs slot))
        (pushnew name names :test #'eq)))))

(defun valid-initargs (class calls)
  "The initargs valid for CLASS when the generic functions and arguments CALLS,
lists, are called; T if any is."
  (let ((keys (slot-initarg-names class)))
    (dolist (call calls keys)
      (multiple-value-bind (more any) (method-keywords (car call) (cdr call))
        (when any
          (return t))
        (setq keys (append more keys))))))

(defun check-initargs (class initargs valid)
  (unless (or (eq valid t) (getf initargs :allow-other-keys))
    (do ((tail initargs (cddr tail)))
        ((null tail))
      (unless (or (memq (car tail) valid)
                  (eq (car tail) :allow-other-keys))
        (invalid-initarg class (car tail) valid)))))

(defun invalid-initarg (class key valid)
  (error 'simple-program-error
         :format-control "~S is not an initialization argument of the class ~
                          ~S~:[~; (it has ~{~S~^ ~})~]"
         :format-arguments (list key (%class-name class) valid
                                 (remove-duplicates valid))))

;;; A plan is what MAKE-INSTANCE knows of a class: whether only methods of the
;;; system apply, and the valid initargs.
(defstruct (plan (:copier nil))
  valid                         ; initargs
  reinitialize-valid            ; the same for REINITIALIZE-INSTANCE, or :NONE
  allocate-p                    ; ALLOCATE-INSTANCE is the system's
  initialize-p                  ; so are INITIALIZE-INSTANCE, SHARED-INITIALIZE
  direct-p                      ; slots are stored without a protocol
  slots)                        ; simple vector of the effective slots

(defglobal **plans** '())               ; classes that have one

(defun flush-plans ()
  (dolist (class **plans**)
    (setf (%class-plan class) nil))
  (setq **plans** '()))

(defun system-methods-only-p (gf arguments)
  (every (lambda (method)
           (and (getf (%method-plist method) :system)
                (null (%method-qualifiers method))))
         (sorted-applicable-methods gf arguments)))

(defun class-plan (class)
  (or (%class-plan class)
      (let ((prototype (class-prototype-object class)))
        (push class **plans**)
        (setf (%class-plan class)
              (make-plan
               :valid
               (valid-initargs class
                               `((,#'allocate-instance ,class)
                                 (,#'initialize-instance ,prototype)
                                 (,#'shared-initialize ,prototype t)))
               :reinitialize-valid
               (valid-initargs class
                               `((,#'reinitialize-instance ,prototype)
                                 (,#'shared-initialize ,prototype t)))
               :allocate-p (system-methods-only-p #'allocate-instance
                                                  (list class))
               :initialize-p
               (and (system-methods-only-p #'initialize-instance
                                           (list prototype))
                    (system-methods-only-p #'shared-initialize
                                           (list prototype t)))
               :direct-p (not (custom-access-p (%class-layout class)))
               :slots (coerce (%class-slots class) 'simple-vector))))))

(defun class-prototype-object (class)
  "An instance of CLASS without values, for asking which methods apply."
  (ensure-finalized class)
  (or (%class-prototype class)
      (setf (%class-prototype class)
            (if (memq (layout-name (%instance-layout class))
                      '(built-in-class))
                (built-in-prototype class)
                (let ((layout (%class-layout class)))
                  (if (memq (layout-kind layout)
                            '(:standard :vector :funcallable))
                      (std-allocate-instance class)
                      (%make-instance layout)))))))

(defun built-in-prototype (class)
  (case (%class-name class)
    ((t symbol) 'prototype)
    ((list sequence cons) '(prototype)) (null nil)
    ((number real integer fixnum rational) 42) (ratio 1/2)
    (bignum (expt 2 100)) ((float double-float) 1d0) (single-float 1f0)
    (complex #c(0 1)) (character #\p) (function #'car)
    ((string simple-string) "prototype")
    (package (find-package "COMMON-LISP"))
    ((bit-vector simple-bit-vector) #*1)
    (t (vector 'prototype))))

;;; MAKE-INSTANCE.

(defun std-make-instance (class initargs)
  (check-initarg-list initargs)
  (ensure-finalized class)
  (let* ((plan (class-plan class))
         (initargs (if (standard-metaclass-p class)
                       (defaulted-initargs class initargs)
                       (custom-defaulted-initargs class initargs))))
    (check-initargs class initargs (plan-valid plan))
    (let ((instance (if (plan-allocate-p plan)
                        (std-allocate-instance class)
                        (apply #'allocate-instance class initargs))))
      (if (and (plan-initialize-p plan) (plan-direct-p plan))
          (initialize-slots instance (plan-slots plan) initargs)
          (apply #'initialize-instance instance initargs))
      instance)))

;;; The default initargs of metaclasses of the user's are computed by their
;;; methods when the class is finalized.
(defun custom-defaulted-initargs (class initargs)
  (defaulted-initargs class initargs))

(defun slot-initarg-value (slot initargs)
  "The tail of INITARGS that begins with an initarg of SLOT, or NIL."
  (let ((names (%slot-initargs slot)))
    (if names
        (do ((tail initargs (cddr tail)))
            ((null tail) nil)
          (when (memq (car tail) names)
            (return tail)))
        nil)))

(defun initialize-slots (instance slots initargs)
  "Give the SLOTS of the fresh INSTANCE values from INITARGS or initforms."
  (let ((base (if (and (%instancep instance)
                       (eq :standard
                           (layout-kind (%instance-layout instance))))
                  nil
                  (slot-vector instance))))
    (dotimes (i (%vector-length slots) instance)
      (let* ((slot (%svref slots i))
             (location (%slot-location slot))
             (tail (slot-initarg-value slot initargs)))
        (flet ((store (value)
                 (cond ((consp location) (setf (car location) value))
                       (base (setf (svref base location) value))
                       (t (%set-instance-ref instance location value)))))
          (cond (tail (store (cadr tail)))
                ((consp location)
                 (when (and (%unbound-marker-p (car location))
                            (%slot-initfunction slot))
                   (store (funcall (the function
                                        (%slot-initfunction slot))))))
                ((null location) nil)
                ((%slot-initfunction slot)
                 (store (funcall (the function
                                      (%slot-initfunction slot)))))))))))

(defun std-shared-initialize (instance slot-names initargs)
  "Fill slots of INSTANCE from INITARGS; and those of SLOT-NAMES, T for all,
that are unbound by their initforms."
  (check-initarg-list initargs)
  (let* ((class (class-of instance))
         (custom-p (custom-access-p (layout-of instance))))
    (dolist (slot (%class-slots class) instance)
      (let ((tail (slot-initarg-value slot initargs))
            (name (%slot-name slot)))
        (cond (tail
               (if custom-p
                   (funcall #'(setf slot-value-using-class)
                            (cadr tail) class instance slot)
                   (set-slot-value instance name (cadr tail))))
              ((and (or (eq slot-names t) (memq name slot-names))
                    (%slot-initfunction slot)
                    (not (if custom-p
                             (slot-boundp-using-class class instance slot)
                             (slot-boundp instance name))))
               (let ((value (funcall (the function
                                          (%slot-initfunction slot)))))
                 (if custom-p
                     (funcall #'(setf slot-value-using-class)
                              value class instance slot)
                     (set-slot-value instance name value)))))))))

;;; Changing instances in place. A new layout of more slots than the instance
;;; was made with is one of vector form.

(defun slot-values-alist (instance layout)
  "The names and values, unbound ones too, of the slots of INSTANCE that its
LAYOUT describes, shared ones included."
  (let ((result '())
        (index 0))
    (dolist (name (layout-slot-names layout))
      (push (cons name
                  (read-location instance
                                 (if (eq (layout-kind layout) :standard)
                                     index
                                     (- -1 index))))
            result)
      (setq index (+ index 1)))
    (nreverse result)))

(defun install-layout (instance class old)
  "Make INSTANCE, of the layout OLD, one of CLASS, with all slots unbound."
  (let* ((new (%class-layout class))
         (count (length (layout-slot-names new))))
    (case (layout-kind new)
      (:funcallable
       (%set-funcallable-layout instance new)
       (%set-funcallable-ref instance 0 (unbound-vector count)))
      (t
       (if (and (eq (layout-kind new) :standard)
                (<= count (layout-length old)))
           (progn
             (dotimes (i count)
               (%set-instance-ref instance i (%unbound-marker)))
             (%set-instance-layout instance new))
           (progn
             (%set-instance-ref instance 0 (unbound-vector count))
             (%set-instance-layout instance (class-vector-layout class))))))
    instance))

(defun restore-slots (instance names values)
  "Give the slots NAMES of INSTANCE what VALUES, an alist, has for them."
  (let ((layout (layout-of instance)))
    (dolist (name names)
      (let ((entry (assq name values)))
        (when entry
          (write-location instance (layout-location layout name)
                          (cdr entry)))))))

(defun bound-entries (entries)
  (remove-if (lambda (entry) (%unbound-marker-p (cdr entry))) entries))

(defun alist-initargs (entries)
  (mapcan (lambda (entry) (list (car entry) (cdr entry))) entries))

(defun update-obsolete-instance (instance)
  "Bring INSTANCE, whose class was redefined, up to date (CLHS 4.3.6)."
  (let* ((old (layout-of instance))
         (class (layout-class old)))
    (ensure-finalized class)
    (let* ((names (layout-slot-names (%class-layout class)))
           (local (slot-values-alist instance old))
           (shared (mapcar (lambda (entry) (cons (car entry) (cadr entry)))
                           (layout-definition old)))
           (added (remove-if (lambda (name)
                               (or (assq name local) (assq name shared)))
                             names))
           (discarded (remove-if (lambda (entry)
                                   (or (memq (car entry) names)
                                       (shared-location
                                        (%class-layout class) (car entry))))
                                 local)))
      (install-layout instance class old)
      (restore-slots instance names
                     (append local (bound-entries shared)))
      (update-instance-for-redefined-class
       instance added (mapcar #'car discarded)
       (alist-initargs (bound-entries discarded)))
      instance)))

(defun std-change-class (instance new-class initargs)
  (let* ((old (current-layout instance))
         (old-class (layout-class old)))
    (ensure-finalized new-class)
    (let ((kind (layout-kind old))
          (new-kind (and (%class-layout new-class)
                         (layout-kind (%class-layout new-class)))))
      (unless (if (eq kind :funcallable)
                  (eq new-kind :funcallable)
                  (and (memq kind '(:standard :vector))
                       (memq new-kind '(:standard :vector))))
        (class-error "the class of ~S cannot be changed from ~S to ~S"
                     instance (%class-name old-class)
                     (%class-name new-class))))
    (let* ((previous (copy-instance instance old))
           (local (slot-values-alist instance old))
           (shared (mapcar (lambda (entry) (cons (car entry) (cadr entry)))
                           (layout-definition old)))
           (names (layout-slot-names (%class-layout new-class))))
      (install-layout instance new-class old)
      (restore-slots instance names
                     (append local (bound-entries shared)))
      (apply #'update-instance-for-different-class previous instance
             initargs)
      instance)))

(defun copy-instance (instance layout)
  "A copy of INSTANCE, of LAYOUT, that shares nothing but the values."
  (let ((copy (case (layout-kind layout)
                (:standard (%make-instance layout))
                (t (allocate-standard layout 0)))))
    (case (layout-kind layout)
      (:standard
       (dotimes (i (layout-length layout))
         (%set-instance-ref copy i (%instance-ref instance i))))
      (:vector
       (%set-instance-ref copy 0 (copy-seq (slot-vector instance))))
      (t
       (%set-funcallable-ref copy 0 (copy-seq (slot-vector instance)))))
    copy))

(defun std-make-instances-obsolete (class)
  (ensure-finalized class)
  (dolist (c (all-subclasses class))
    (let ((layout (%class-layout c)))
      (when (and layout (%class-finalized-p c)
                 (memq (layout-kind layout)
                       '(:standard :vector :funcallable)))
        (retire-layout layout)
        (when (%class-vector-layout c)
          (retire-layout (%class-vector-layout c))
          (setf (%class-vector-layout c) nil))
        (let ((new (make-class-layout c (%class-name c) (layout-kind layout)
                                      (layout-slot-names layout))))
          (setf (layout-definition new) (layout-definition layout)
                (%class-layout c) new)))))
  (flush-class-caches)
  class)
