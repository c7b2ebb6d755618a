;;;; Who calls, references, sets, binds or expands what.

(in-package #:astralisp.runtime)

(defvar *find-users* nil
  "NIL, or a function of a keyword and a name that answers what uses the name.")

(defun users-of (how name)
  (if *find-users*
      (funcall *find-users* how name)
      (error "this engine keeps no record of who uses what")))

(defmacro define-who (name how documentation)
  `(defun ,name (name)
     ,documentation
     (users-of ,how name)))

(define-who who-calls :calls
  "Return the names of the functions, methods and closures whose code calls or names
the global function NAME, a symbol or (SETF symbol).")
(define-who who-references :references
  "Return the names of the functions that read the special variable or constant
NAME.")
(define-who who-sets :sets
  "Return the names of the functions that set the special variable NAME.")
(define-who who-binds :binds
  "Return the names of the functions that bind the special variable NAME.")
(define-who who-macroexpands :macroexpands
  "Return the names of the functions in whose source the macro, symbol macro or
compiler macro NAME was expanded. Uses of the names of COMMON-LISP are not kept.")
(define-who who-inlines :inlines
  "Return the names of the functions into which the function NAME was compiled
inline.")

(defun who-specializes-directly (name)
  "Return the methods with a parameter specialized on the class NAME itself: lists
of the name of the generic function, qualifiers and specializers."
  (let ((class (if (symbolp name) (find-class name) name)))
    (mapcar (lambda (method)
              (list* (generic-function-name (method-generic-function method))
                     (append (method-qualifiers method)
                             (list (method-specializers method)))))
            (specializer-direct-methods class))))
