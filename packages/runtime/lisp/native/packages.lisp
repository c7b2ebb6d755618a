;;;; Packages natively (CLHS 11): structures with two tables of symbols.

(in-package #:astralisp.runtime)

(defstruct (package (:constructor %make-package-object (name))
                    (:conc-name pkg-) (:copier nil)
                    (:predicate package-object-p))
  name
  (nicknames '())
  (internal (make-symbol-table))
  (external (make-symbol-table))
  (uses '())
  (used-by '())
  (shadowing '())
  (local-nicknames '())
  (properties '()))

(defvar *package*)
(set-documentation '*package* 'variable
                   "The current package. CLHS *PACKAGE*.")

(defglobal **packages** '() "All packages, newest first.")

;;; A function of its own: files that come before this one call it, and would
;;; be compiled otherwise in a world that knows the structure already.
(defun packagep (object)
  "Is OBJECT a package? CLHS PACKAGEP."
  (package-object-p object))

;;; Finding

(defun name-of-designator (designator)
  (let ((string (string designator)))
    (if (%simple-string-p string)
        string
        (coerce string 'simple-string))))

(defun %find-package (name)
  "The package whose name or nickname is the simple string NAME, or NIL."
  (dolist (package **packages** nil)
    (when (or (same-name-p (pkg-name package) name)
              (named-in-list-p name (pkg-nicknames package)))
      (return package))))

(defun named-in-list-p (name list)
  (dolist (other list nil)
    (when (same-name-p other name)
      (return t))))

(defun find-package (designator)
  "The package that DESIGNATOR, a package or string designator, names, or NIL.
CLHS FIND-PACKAGE."
  (if (package-object-p designator)
      designator
      (let* ((name (name-of-designator designator))
             (here (if (boundp '*package*) *package* nil))
             (local (and here
                         (assoc name (pkg-local-nicknames here)
                                :test #'string=))))
        (if local
            (cdr local)
            (%find-package name)))))

(defun %package-local-nicknames (package)
  (pkg-local-nicknames package))

(defun %add-package-local-nickname (name of package)
  (setf (pkg-local-nicknames package)
        (acons name of
               (remove name (pkg-local-nicknames package)
                       :key #'car :test #'string=)))
  package)

(defun %remove-package-local-nickname (name package)
  (let ((before (pkg-local-nicknames package)))
    (setf (pkg-local-nicknames package)
          (remove name before :key #'car :test #'string=))
    (< (length (pkg-local-nicknames package)) (length before))))

(defun %package-properties (package)
  (pkg-properties package))

(defun %set-package-properties (package properties)
  (setf (pkg-properties package) properties))

(defun list-all-packages ()
  "A fresh list of all packages. CLHS LIST-ALL-PACKAGES."
  (reverse **packages**))

(defmacro define-package-reader (name accessor what)
  `(defun ,name (package)
     ,(concatenate 'string "Return the " what " of the package that PACKAGE "
                   "designates. CLHS " (symbol-name name) ".")
     (,accessor (if (package-object-p package)
                    package
                    (find-package-or-error package)))))

(define-package-reader package-name pkg-name "name")
(define-package-reader package-nicknames pkg-nicknames "nicknames")
(define-package-reader package-use-list pkg-uses "used packages")
(define-package-reader package-used-by-list pkg-used-by "using packages")
(define-package-reader package-shadowing-symbols pkg-shadowing
  "shadowing symbols")

;;; Symbols of a package

(defun find-symbol-entry (name hash package)
  "The symbol NAME accessible in PACKAGE, or 0, and its status."
  (let ((symbol (table-find (pkg-internal package) name hash)))
    (if (not (eq symbol 0))
        (values symbol :internal)
        (let ((symbol (table-find (pkg-external package) name hash)))
          (if (not (eq symbol 0))
              (values symbol :external)
              (dolist (used (pkg-uses package) (values 0 nil))
                (let ((symbol (table-find (pkg-external used) name hash)))
                  (unless (eq symbol 0)
                    (return (values symbol :inherited))))))))))

(defun find-symbol (string &optional (package *package*))
  "The symbol called STRING that is accessible in PACKAGE, and its status
:INTERNAL, :EXTERNAL or :INHERITED; else NIL and NIL. CLHS FIND-SYMBOL."
  (let ((name (name-of-designator string)))
    (multiple-value-bind (symbol status)
        (find-symbol-entry name (string-hash-code name)
                           (find-package-or-error package))
      (if status
          (values symbol status)
          (values nil nil)))))

(defun intern (string &optional (package *package*))
  "The symbol called STRING that is accessible in PACKAGE, made if there is
none, and its former status or NIL. CLHS INTERN."
  (let ((name (name-of-designator string))
        (package (find-package-or-error package)))
    (multiple-value-bind (symbol status)
        (find-symbol-entry name (string-hash-code name) package)
      (if status
          (values symbol status)
          (progn
            (check-package-lock package "interning ~A in" name)
            (%intern name package))))))

(defun %intern (name package)
  "INTERN for the simple string NAME and a package object."
  (multiple-value-bind (symbol status)
      (find-symbol-entry name (string-hash-code name) package)
    (if status
        (values symbol status)
        (values (add-new-symbol (make-symbol (copy-seq name)) package) nil))))

(defun add-new-symbol (symbol package)
  (%set-symbol-package symbol package)
  (cond ((same-name-p (pkg-name package) "KEYWORD")
         (table-add (pkg-external package) symbol)
         (%set-variable-kind symbol :constant)
         (%set-global-value symbol symbol))
        (t (table-add (pkg-internal package) symbol)))
  symbol)

(defun present-p (symbol package)
  (let* ((name (symbol-name symbol))
         (hash (symbol-name-hash symbol)))
    (or (eq (table-find (pkg-internal package) name hash) symbol)
        (eq (table-find (pkg-external package) name hash) symbol))))

(defun accessible-symbol (symbol package)
  "The symbol of the name of SYMBOL accessible in PACKAGE and its status."
  (find-symbol-entry (symbol-name symbol) (symbol-name-hash symbol) package))

(defun call-with-symbols (function package)
  "Call FUNCTION for the present, then the inherited symbols of PACKAGE."
  (let ((package (find-package-or-error package)))
    (mapc function (table-symbols (pkg-internal package)))
    (mapc function (table-symbols (pkg-external package)))
    (dolist (used (pkg-uses package))
      (dolist (symbol (table-symbols (pkg-external used)))
        (when (eq (accessible-symbol symbol package) symbol)
          (funcall function symbol))))))

(defun call-with-external-symbols (function package)
  (mapc function
        (table-symbols (pkg-external (find-package-or-error package)))))

(defun find-all-symbols (designator)
  "The symbols of all packages called like DESIGNATOR. CLHS FIND-ALL-SYMBOLS."
  (let ((name (name-of-designator designator))
        (found '()))
    (dolist (package **packages** found)
      (multiple-value-bind (symbol status) (find-symbol name package)
        (when status
          (pushnew symbol found))))))

;;; Making and removing packages

(defun make-package (name &key nicknames (use '()))
  "Make a package NAME with NICKNAMES that uses the packages USE.
Signal a correctable package-error when a name is taken. CLHS MAKE-PACKAGE."
  (let ((name (name-of-designator name))
        (nicknames (mapcar #'name-of-designator nicknames)))
    (or (taken-name-p name "Return that package.")
        (let ((package (%make-package-object name)))
          (setf (pkg-nicknames package) (free-nicknames nicknames))
          (push package **packages**)
          (use-package use package)
          package))))

(defun rename-package (package new-name &optional (nicknames '()))
  "Give PACKAGE the name NEW-NAME and NICKNAMES. CLHS RENAME-PACKAGE."
  (let ((package (find-package-or-error package)))
    (dolist (name (mapcar #'name-of-designator (cons new-name nicknames)))
      (let ((other (%find-package name)))
        (when (and other (not (eq other package)))
          (package-failure other "a package is named ~A already" name))))
    (check-package-lock package "renaming")
    (setf (pkg-name package) (name-of-designator new-name)
          (pkg-nicknames package) (mapcar #'name-of-designator nicknames))
    package))

(defun delete-package (package)
  "Delete PACKAGE; its symbols get no home. Signal a correctable package-error
when others use it. CLHS DELETE-PACKAGE."
  (let ((package (or (find-package package)
                     (cerror "Do nothing."
                             'simple-package-error
                             :package package
                             :format-control "no package is named ~A"
                             :format-arguments (list package)))))
    (when (and (package-object-p package) (pkg-name package))
      (check-package-lock package "deleting")
      (when (pkg-used-by package)
        (cerror "Let them use it no longer."
                'simple-package-error
                :package package
                :format-control "~A is used by ~A"
                :format-arguments (list (pkg-name package)
                                        (mapcar #'package-name
                                                (pkg-used-by package))))
        (dolist (user (pkg-used-by package))
          (unuse-package package user)))
      (unuse-package (pkg-uses package) package)
      (call-with-symbols (lambda (symbol)
                           (when (eq (symbol-package symbol) package)
                             (%set-symbol-package symbol nil)))
                         package)
      (dolist (other **packages**)
        (setf (pkg-local-nicknames other)
              (remove package (pkg-local-nicknames other) :key #'cdr)))
      (setf **packages** (remove package **packages**)
            (pkg-name package) nil)
      t)))

(defun use-package (packages &optional (package *package*))
  "Let PACKAGE inherit the external symbols of PACKAGES; return T. Signal a
correctable package-error at a name conflict. CLHS USE-PACKAGE."
  (let ((package (find-package-or-error package)))
    (dolist (designator (if (listp packages) packages (list packages)) t)
      (let ((used (find-package-or-error designator)))
        (unless (or (eq used package) (memq used (pkg-uses package)))
          (check-package-lock package "using ~A in" (pkg-name used))
          (check-use-conflicts used package)
          (setf (pkg-uses package)
                (append (pkg-uses package) (list used)))
          (push package (pkg-used-by used)))))))

(defun check-use-conflicts (used package)
  (dolist (symbol (table-symbols (pkg-external used)))
    (multiple-value-bind (other status) (accessible-symbol symbol package)
      (when (and status
                 (not (eq other symbol))
                 (not (memq other (pkg-shadowing package))))
        (cerror "Let the present symbol shadow the other."
                'simple-package-error
                :package package
                :format-control "using ~A makes ~S conflict with ~S"
                :format-arguments (list (pkg-name used) symbol other))
        (if (eq status :inherited)
            (shadowing-import symbol package)
            (push other (pkg-shadowing package)))))))

(defun unuse-package (packages &optional (package *package*))
  "Let PACKAGE inherit from PACKAGES no longer; return T. CLHS UNUSE-PACKAGE."
  (let ((package (find-package-or-error package)))
    (dolist (designator (if (listp packages) packages (list packages)) t)
      (let ((used (find-package-or-error designator)))
        (when (memq used (pkg-uses package))
          (check-package-lock package "unusing ~A in" (pkg-name used)))
        (setf (pkg-uses package) (remove used (pkg-uses package))
              (pkg-used-by used) (remove package (pkg-used-by used)))))))

;;; Changing what a package holds

(defmacro do-designated-symbols ((symbol symbols) &body body)
  `(dolist (,symbol (if (and (listp ,symbols) ,symbols)
                        ,symbols
                        (if (null ,symbols) '() (list ,symbols)))
                    t)
     ,@body))

(defun import (symbols &optional (package *package*))
  "Make SYMBOLS present in PACKAGE; return T. Signal a correctable
package-error at a name conflict. CLHS IMPORT."
  (let ((package (find-package-or-error package)))
    (do-designated-symbols (symbol symbols)
      (multiple-value-bind (other status) (accessible-symbol symbol package)
        (cond ((and status (not (eq other symbol)))
               (cerror "Shadow the other symbol."
                       'simple-package-error
                       :package package
                       :format-control "importing ~S conflicts with ~S"
                       :format-arguments (list symbol other))
               (shadowing-import symbol package))
              ((memq status '(:internal :external)))
              (t (make-present symbol package)))))))

(defun make-present (symbol package)
  (check-package-lock package "importing ~A into" (symbol-name symbol))
  (table-add (pkg-internal package) symbol)
  (when (null (symbol-package symbol))
    (%set-symbol-package symbol package)))

(defun shadowing-import (symbols &optional (package *package*))
  "Make SYMBOLS present in PACKAGE whatever is there; return T.
CLHS SHADOWING-IMPORT."
  (let ((package (find-package-or-error package)))
    (do-designated-symbols (symbol symbols)
      (multiple-value-bind (other status) (accessible-symbol symbol package)
        (when (and (memq status '(:internal :external))
                   (not (eq other symbol)))
          (setf (pkg-shadowing package) (remove other (pkg-shadowing package)))
          (remove-present other package))
        (unless (present-p symbol package)
          (make-present symbol package))
        (pushnew symbol (pkg-shadowing package))))))

(defun remove-present (symbol package)
  (table-remove (pkg-internal package) symbol)
  (table-remove (pkg-external package) symbol)
  (when (eq (symbol-package symbol) package)
    (%set-symbol-package symbol nil)))

(defun shadow (names &optional (package *package*))
  "Make symbols called NAMES present and shadowing in PACKAGE; return T.
CLHS SHADOW."
  (let ((package (find-package-or-error package)))
    (do-designated-symbols (designator names)
      (let ((name (name-of-designator designator)))
        (multiple-value-bind (symbol status) (find-symbol name package)
          (unless (memq status '(:internal :external))
            (check-package-lock package "shadowing ~A in" name)
            (setq symbol (make-symbol (copy-seq name)))
            (add-new-symbol symbol package))
          (pushnew symbol (pkg-shadowing package)))))))

(defun export (symbols &optional (package *package*))
  "Make SYMBOLS external in PACKAGE; return T. Signal a correctable
package-error at a name conflict in a using package. CLHS EXPORT."
  (let ((package (find-package-or-error package)))
    (do-designated-symbols (symbol symbols)
      (multiple-value-bind (found status) (accessible-symbol symbol package)
        (unless (and status (eq found symbol))
          (cerror "Import it first."
                  'simple-package-error
                  :package package
                  :format-control "~S is not accessible in ~A"
                  :format-arguments (list symbol (pkg-name package)))
          (import symbol package))
        (unless (eq status :external)
          (check-package-lock package "exporting ~A from" (symbol-name symbol))
          (check-export-conflicts symbol package)
          (unless (present-p symbol package)
            (make-present symbol package))
          (table-remove (pkg-internal package) symbol)
          (table-add (pkg-external package) symbol))))))

(defun check-export-conflicts (symbol package)
  (dolist (user (pkg-used-by package))
    (multiple-value-bind (other status) (accessible-symbol symbol user)
      (when (and status
                 (not (eq other symbol))
                 (not (memq other (pkg-shadowing user))))
        (cerror "Let the symbol there shadow this one."
                'simple-package-error
                :package user
                :format-control "exporting ~S conflicts with ~S in ~A"
                :format-arguments (list symbol other (pkg-name user)))
        (shadowing-import other user)))))

(defun unexport (symbols &optional (package *package*))
  "Make SYMBOLS internal in PACKAGE; return T. CLHS UNEXPORT."
  (let ((package (find-package-or-error package)))
    (do-designated-symbols (symbol symbols)
      (multiple-value-bind (found status) (accessible-symbol symbol package)
        (unless (and status (eq found symbol))
          (package-failure package "~S is not accessible in ~A"
                           symbol (pkg-name package)))
        (when (eq status :external)
          (check-package-lock package "unexporting ~A from"
                              (symbol-name symbol))
          (table-remove (pkg-external package) symbol)
          (table-add (pkg-internal package) symbol))))))

(defun unintern (symbol &optional (package *package*))
  "Take SYMBOL out of PACKAGE; return whether it was present. Signal a
correctable package-error when that uncovers a conflict. CLHS UNINTERN."
  (let ((package (find-package-or-error package)))
    (cond ((not (present-p symbol package)) nil)
          (t
           (check-package-lock package "uninterning ~A from"
                               (symbol-name symbol))
           (when (memq symbol (pkg-shadowing package))
             (check-uncovered symbol package)
             (setf (pkg-shadowing package)
                   (remove symbol (pkg-shadowing package))))
           (remove-present symbol package)
           t))))

(defun check-uncovered (symbol package)
  (let ((inherited '()))
    (dolist (used (pkg-uses package))
      (let ((other (table-find (pkg-external used) (symbol-name symbol)
                               (symbol-name-hash symbol))))
        (unless (eq other 0)
          (pushnew other inherited))))
    (when (cdr inherited)
      (cerror "Shadow the first of them."
              'simple-package-error
              :package package
              :format-control "without ~S, ~S conflict"
              :format-arguments (list symbol inherited))
      (shadowing-import (car inherited) package))))

;;; DEFPACKAGE

(defun %define-package (name clauses)
  "Make or extend the package NAME as the CLAUSES of DEFPACKAGE say."
  (let ((package (or (%find-package (name-of-designator name))
                     (make-package name))))
    (flet ((clauses (key)
             (let ((found '()))
               (dolist (clause clauses (nreverse found))
                 (when (eq (car clause) key)
                   (push (cdr clause) found))))))
      (dolist (names (clauses :nicknames))
        (dolist (nickname names)
          (pushnew (name-of-designator nickname) (pkg-nicknames package)
                   :test #'string=)))
      (dolist (pair (clauses :local-nicknames))
        (dolist (entry (if (consp (car pair)) pair (list pair)))
          (%add-package-local-nickname (string (first entry))
                                       (find-package-or-error (second entry))
                                       package)))
      (dolist (names (clauses :shadow))
        (shadow names package))
      (dolist (clause (clauses :shadowing-import-from))
        (dolist (item (cdr clause))
          (shadowing-import (imported-symbol item (car clause)) package)))
      (dolist (names (clauses :use))
        (use-package names package))
      (dolist (clause (clauses :import-from))
        (dolist (item (cdr clause))
          (import (designated-symbol
                   (imported-symbol item (car clause)))
                  package)))
      (dolist (names (clauses :intern))
        (dolist (item names)
          (intern (string item) package)))
      (dolist (names (clauses :export))
        (dolist (item names)
          (export (designated-symbol (intern (string item) package))
                  package)))
      package)))

;;; NIL the symbol would be taken for the empty list.
(defun designated-symbol (symbol)
  (list symbol))

;;; The packages of a cold world

(defun adopt-package (description)
  "Make the package of DESCRIPTION: a vector of name, nicknames, used package
names, internal and external symbols, and an alist of local nicknames and
names. The packages it refers to come later."
  (let ((package (%make-package-object (svref description 0))))
    (setf (pkg-nicknames package) (svref description 1))
    (push package **packages**)
    (dolist (symbol (svref description 3))
      (table-add (pkg-internal package) symbol)
      (adopt-symbol symbol package))
    (dolist (symbol (svref description 4))
      (table-add (pkg-external package) symbol)
      (adopt-symbol symbol package))))

(defun adopt-symbol (symbol package)
  (when (null (symbol-package symbol))
    (%set-symbol-package symbol package)))

(defun %adopt-packages (descriptions)
  "Make the packages that the world linker describes (docs/kernel.md, roots);
a symbol is at home in the first package that has it."
  (dotimes (i (length descriptions))
    (adopt-package (svref descriptions i)))
  (dotimes (i (length descriptions))
    (let* ((description (svref descriptions i))
           (package (%find-package (svref description 0))))
      (dolist (name (svref description 2))
        (let ((used (%find-package name)))
          (when used
            (push used (pkg-uses package))
            (push package (pkg-used-by used)))))
      (dolist (pair (svref description 5))
        (let ((named (%find-package (cdr pair))))
          (when named
            (push (cons (car pair) named) (pkg-local-nicknames package)))))))
  (setq *package* (%find-package "COMMON-LISP-USER")))

(%adopt-packages (svref (%raw-load-boxed #x10000000 80) 0))
