;;;; Loading compiled units into the running system.

(in-package #:astralisp.compiler)

;;; The counterpart of link.lisp: the same operations, but values are objects of
;;; the heap, code goes to code space, and calls of top-level code happen now.

(defun live-builder ()
  "Return the builder whose values are objects of this system."
  (make-builder
   :nil-value nil :t-value t
   :integer #'identity
   :ratio (lambda (n d) (/ n d))
   :double #'%make-double
   :single #'%make-single
   :complex #'complex
   :character #'code-char
   :string #'identity
   :symbol (lambda (package name)
             (if package
                 (values (intern name (live-package package)))
                 (make-symbol name)))
   :cons #'cons
   :vector (lambda (values) (coerce values 'simple-vector))
   :raw-vector #'live-raw-vector
   :array #'live-array
   :instance #'live-instance
   :code #'load-unit
   :function #'live-function
   :make #'funcall
   :define #'live-define
   :run #'funcall
   :patch (lambda (kind holder position value)
            (ecase kind
              (:car (rplaca holder value))
              (:cdr (rplacd holder value))
              (:element (setf (svref holder position) value))
              (:slot (%set-instance-ref holder position value))))))

(defun load-object-octets (octets)
  "Execute the object file OCTETS in this system.
Signal OBJECT-FILE-ERROR when they are damaged."
  (read-object-file octets (live-builder)))

;; DEFUN itself has asked whether the name may be defined.
(defun live-define (name function)
  (if (and (symbolp name) (%macro-function name))
      (%set-macro-function name nil))
  (%set-fdefinition name function))

;; Whatever the local nicknames of the current package mean.
(defun live-package (name)
  (or (%find-package name)
      (error "the object file needs the package ~A, which does not exist"
             name)))

(defun fill-hash-table (table entries)
  "Put ENTRIES, pairs of key and value, into TABLE, a literal of a file."
  (dolist (entry entries)
    (setf (gethash (car entry) table) (cdr entry))))

(defun live-raw-vector (code length octets)
  (let ((vector (%allocate-vector code length)))
    ;; The address is taken anew for each octet: VECTOR may move between two.
    (dotimes (i (length octets) vector)
      (%raw-store-u8 (+ (%object-address vector) (* 8 +vector-data-slot+))
                     i (aref octets i)))))

(defun live-array (dimensions data fill flags)
  (%make-array-header data 0 (reduce #'* dimensions) fill flags dimensions))

(defun live-instance (name slots)
  (let ((instance (%make-instance (%find-layout name)))
        (i 0))
    (dolist (slot slots instance)
      (%set-instance-ref instance i slot)
      (incf i))))

;;; Units

(defun load-unit (unit)
  "Make the code object of UNIT, a LOADED-UNIT, in code space.
Return a list of the code object and the offsets of its entries."
  (let* ((constants (loaded-unit-constants unit))
         (start (code-start-for (length constants)))
         (octets (loaded-unit-octets unit))
         (code (%make-code (align-up (+ start (length octets)) 16)
                           (length constants)))
         (loaded (cons code
                       (mapcar (lambda (row) (+ start (first row)))
                               (loaded-unit-entries unit)))))
    (store-octets code start octets)
    (store-code-word code +code-name-slot+ (loaded-unit-name unit))
    (store-code-word code +code-debug-slot+
                     (vector (loaded-unit-maps unit)
                             (first (loaded-unit-debug unit))
                             (second (loaded-unit-debug unit))
                             (sixth (loaded-unit-debug unit))
                             (seventh (loaded-unit-debug unit))))
    (load-constants loaded constants)
    (dolist (row (loaded-unit-fixups unit))
      (load-fixup code start row))
    loaded))

(defun store-octets (code start octets)
  (let ((address (+ (%object-address code) start)))
    (dotimes (i (length octets))
      (%raw-store-u8 address i (aref octets i)))))

(defun store-code-word (code slot value)
  (let ((address (%object-address code)))
    (%raw-store-boxed address (* 8 slot) value)
    (%mark-card (+ address (* 8 slot)))))

(defun load-constants (loaded rows)
  (let ((slot +code-constants-slot+))
    (dolist (row rows)
      (let ((value (second row)))
        (store-code-word (first loaded) slot
                         (ecase (first row)
                           (:datum value)
                           (:layout (%find-layout value))
                           (:function (live-function loaded value))
                           (:cell (%ensure-cell value)))))
      (incf slot))))

(defun live-function (loaded entry)
  "Return the function object of entry number ENTRY of LOADED."
  ;; One object for each entry, kept in place of the offset once it is made.
  (let* ((place (nthcdr entry (rest loaded)))
         (known (first place)))
    (if (functionp known)
        known
        (setf (first place)
              (%make-function (+ (%object-address (first loaded)) known)
                              (first loaded))))))

(defun load-fixup (code start row)
  (destructuring-bind (kind field offset target addend) row
    (let* ((address (%object-address code))
           (at (+ address start offset))
           (value (+ addend
                     (ecase kind
                       (:cell (%object-address (%ensure-cell target)))
                       ((:trampoline :static) (%trampoline-address target))
                       (:tls (%ensure-thread-local target))
                       (:code address)))))
      (ecase field
        (:abs32 (%raw-store-u32 at 0 (logand value #xffffffff)))
        (:rel32 (%raw-store-u32 at 0 (logand (- value (+ at 4))
                                             #xffffffff)))
        (:abs64 (%raw-store-u64 at 0 value))))))

;;; Units that come straight from the compiler

(defun install-unit (unit)
  "Load the CODE-UNIT UNIT as it is, its literal data shared with the source.
Return its first entry's function object."
  (live-function
   (load-unit
    (make-loaded-unit
     :name (code-unit-name unit)
     :debug (live-debug-information unit)
     :constants (mapcar (lambda (constant)
                          (list (car constant) (cdr constant)))
                        (code-unit-constants unit))
     :entries (mapcar (lambda (entry)
                        (list (code-entry-offset entry)
                              (code-entry-name entry)))
                      (code-unit-entries unit))
     :fixups (mapcar (lambda (fixup)
                       (list (code-fixup-kind fixup)
                             (code-fixup-field fixup)
                             (code-fixup-offset fixup)
                             (code-fixup-target fixup)
                             (code-fixup-addend fixup)))
                     (code-unit-fixups unit))
     :maps (code-unit-maps unit)
     :octets (code-unit-octets unit)))
   0))

(defun live-debug-information (unit)
  (list (function-records unit) (source-of-unit) nil nil nil
        (code-unit-uses unit) (code-unit-source unit)))

(defun source-of-unit ()
  "The name of the file that is being loaded or compiled, or NIL."
  (if *source* (source-text-name *source*) nil))

;;; What a world lacks

(defun undefined-functions ()
  "Return the names of the functions that the code of this world calls and that
nobody has defined, in the order in which the linker met them."
  (let ((names '()))
    ;; Element 3 of the roots of the world lists the cells made by the linker.
    (dolist (cell (svref (%raw-load-boxed (+ +world-base+ +header-roots+) 0)
                         3)
                  (nreverse names))
      (let ((name (%cell-name cell)))
        (unless (or (fboundp name) (special-operator-name-p name))
          (push name names))))))

(defun special-operator-name-p (name)
  (and (symbolp name) (special-operator-p name)))
