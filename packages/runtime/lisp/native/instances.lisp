;;;; Layouts, instances, weak pointers on the native engine.

(in-package #:astralisp.runtime)

(defun %find-layout (name)
  "Return the layout of the type called NAME, or NIL."
  (info name :layout))

(defun %set-find-layout (name layout)
  "Make LAYOUT the layout of the type called NAME."
  (set-info name :layout layout)
  layout)

(defun %make-instance (layout)
  "Return an instance of LAYOUT whose slots are unbound."
  (let* ((length (%instance-ref layout 1))
         (octets (logand (+ 8 (* 8 length) 15) -16))
         (address (if (<= octets 4096)
                      (%allocate octets)
                      (%allocate-large octets))))
    (%raw-store-word address 0 (+ 5 (%object-address layout)))
    (let ((instance (%address-object address 3)))
      (dotimes (i length instance)
        (%set-instance-ref instance i (%unbound-marker))))))

(defun %set-instance-layout (instance layout)
  "Make LAYOUT, of no more slots than it has, the layout of INSTANCE."
  (let ((address (%object-address instance)))
    (%raw-store-word address 0 (+ 5 (%object-address layout)))
    (%mark-card address)
    layout))

;;; For a layout that is not a constant; else this is open-coded.
(defun %instance-of-p (object layout)
  "True if OBJECT is an instance of LAYOUT or of a type that includes it."
  (and (%instancep object)
       (let ((own (%instance-layout object)))
         (or (eq own layout)
             (let ((depth (%instance-ref layout 2))
                   (ancestors (%instance-ref own 3)))
               (and (simple-vector-p ancestors)
                    (< depth (%vector-length ancestors))
                    (eq layout (%svref ancestors depth))))))))

(defun %instance-length (instance)
  "Return how many slots INSTANCE has."
  (%instance-ref (%instance-layout instance) 1))

(defun %make-layout (name length depth ancestors kind info)
  "Return a new layout of a type called NAME whose instances have LENGTH slots."
  (let ((layout (%make-instance (%find-layout '%layout))))
    (%set-instance-ref layout 0 name)
    (%set-instance-ref layout 1 length)
    (%set-instance-ref layout 2 depth)
    (%set-instance-ref layout 3 ancestors)
    (%set-instance-ref layout 4 0)
    (%set-instance-ref layout 5 0)
    (%set-instance-ref layout 6 info)
    (%set-instance-ref layout 7 (if (symbolp name) (%symbol-hash name) 0))
    (%set-instance-ref layout 8 kind)
    (%set-instance-ref layout 9 nil)
    (%set-instance-ref layout 10 nil)
    layout))

;;; Funcallable instances: word 3 the layout, word 4 the function that a call
;;; runs, then the slots. %CLOSURE-REF counts from word 3. Their entry is the
;;; trampoline CALL-FUNCALLABLE, and the trampolines are the first object of code
;;; space.

(defglobal **call-funcallable-entry** 0)

(defun %make-funcallable (layout function)
  "Return a funcallable instance of LAYOUT that does FUNCTION when called."
  (when (eql **call-funcallable-entry** 0)
    (setq **call-funcallable-entry** (%trampoline-address 'call-funcallable)))
  (let* ((count (+ 4 (%instance-ref layout 1)))
         (octets (logand (+ 8 (* 8 count) 15) -16))
         (address (%allocate octets)))
    (%raw-store-u64 address 0 (%header #x31 0 count))
    (%raw-store-word address 8 **call-funcallable-entry**)
    (%raw-store-boxed address 16 (%address-object #x14000000 15))
    (%raw-store-boxed address 24 layout)
    (%raw-store-boxed address 32 function)
    (let ((made (%address-object address 11)))
      (dotimes (i (- count 4) made)
        (%set-closure-ref made (+ i 2) (%unbound-marker))))))

(defun %set-funcallable-function (funcallable function)
  "Let FUNCALLABLE do FUNCTION when it is called."
  (%set-closure-ref funcallable 1 function)
  function)

(defun %funcallable-layout (funcallable)
  "Return the layout of FUNCALLABLE."
  (%closure-ref funcallable 0))

(defun %set-funcallable-layout (funcallable layout)
  "Make LAYOUT the layout of FUNCALLABLE."
  (%set-closure-ref funcallable 0 layout)
  layout)

(defun %funcallable-ref (funcallable index)
  "Return slot INDEX of FUNCALLABLE."
  (%closure-ref funcallable (%fx+ index 2)))

(defun %set-funcallable-ref (funcallable index value)
  "Make VALUE slot INDEX of FUNCALLABLE."
  (%set-closure-ref funcallable (%fx+ index 2) value)
  value)

(defun %make-weak-pointer (value)
  "Return a weak pointer to VALUE."
  (let ((address (%allocate 32)))
    (%raw-store-u64 address 0 (%header #x19 0 3))
    (%raw-store-boxed address 8 value)
    (%address-object address 15)))
