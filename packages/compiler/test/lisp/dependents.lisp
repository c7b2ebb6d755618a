;;;; Redefinitions compile again what used them; who uses what; sources.

(in-package #:astralisp.test)

(defun quietly (form)
  "Evaluate FORM; return the codes of what is reported."
  (let ((codes '()))
    (handler-bind ((ext:compiler-diagnostic
                     (lambda (condition)
                       (push (ext:diagnostic-code condition) codes)
                       (muffle-warning condition)))
                   (warning #'muffle-warning))
      (eval form))
    (reverse codes)))

(define-test changed-macro
    (progn
      (quietly '(defmacro change-m (x) `(list ,x)))
      (quietly '(defun change-user (x) (change-m x)))
      (list (change-user 1)
            (quietly '(defmacro change-m (x) `(list ,x)))
            (quietly '(defmacro change-m (x) `(vector ,x)))
            (change-user 1)))
  => "((1) NIL (\"C0801\") #(1))")

(define-test changed-inline-function
    (progn
      (quietly '(declaim (inline change-i)))
      (quietly '(defun change-i (x) (+ x 1)))
      (quietly '(defun change-i-user (x) (change-i x)))
      (list (change-i-user 1)
            (quietly '(defun change-i (x) (+ x 100)))
            (change-i-user 1)
            (ext:who-inlines 'change-i)))
  => "(2 (\"C0801\") 101 (CHANGE-I-USER))")

(define-test changed-structure
    (progn
      (quietly '(defstruct change-s a b))
      (quietly '(defun change-s-user (x) (change-s-b x)))
      (list (change-s-user (eval '(make-change-s :a 1 :b 2)))
            (quietly '(defstruct change-s a b))
            (quietly '(defstruct change-s c a b))
            (change-s-user (eval '(make-change-s :a 1 :b 2)))))
  => "(2 NIL (\"C0801\") 2)")

(define-test changed-constant
    (progn
      (quietly '(defconstant change-k 1))
      (quietly '(defun change-k-user () change-k))
      (list (change-k-user)
            (quietly '(handler-bind ((error #'continue))
                       (eval '(defconstant change-k 2))))
            (change-k-user)))
  => "(1 (\"C0801\") 2)")

(define-test changed-type-and-symbol-macro
    (progn
      (quietly '(deftype change-t () 'fixnum))
      (quietly '(define-symbol-macro change-y (list 1)))
      (quietly '(defun change-t-user (x) (declare (type change-t x)) x))
      (quietly '(defun change-y-user () change-y))
      (list (quietly '(deftype change-t () 'symbol))
            (quietly '(define-symbol-macro change-y (list 2)))
            (change-t-user 'a)
            (change-y-user)))
  => "((\"C0801\") (\"C0801\") A (2))")

(define-test users
    (progn
      (quietly '(defvar *change-v* 1))
      (quietly '(defmacro change-w () '*change-v*))
      (quietly '(defun change-reader () (change-w)))
      (quietly '(defun change-setter () (setq *change-v* 2)))
      (quietly '(defun change-binder () (let ((*change-v* 3)) (change-reader))))
      (list (ext:who-references '*change-v*) (ext:who-sets '*change-v*)
            (ext:who-binds '*change-v*) (ext:who-calls 'change-reader)
            (ext:who-macroexpands 'change-w)
            (not (null (member 'apropos-list (ext:who-calls 'sort))))))
  => "((CHANGE-READER) (CHANGE-SETTER) (CHANGE-BINDER) (CHANGE-BINDER) (CHANGE-READER) T)")

(define-test sources
    (flet ((place (name kind)
             (let ((entry (assoc kind (ext:find-definition-sources name))))
               (and entry
                    (string= (second entry) "packages/runtime/lisp/"
                             :end1 (min (length (second entry)) 22))
                    (integerp (third entry))
                    (list (first entry) (fourth entry))))))
      (list (place 'sort :function) (place 'when :macro)
            (place '*print-base* :variable) (place 'warning :condition)))
  => "((:FUNCTION 1) (:MACRO 1) (:VARIABLE 1) (:CONDITION 1))")

(define-test changed-macro-of-compiled-file
    (let ((source "astralisp-change-test.lisp"))
      (with-open-file (stream source :direction :output
                                     :if-exists :supersede)
        (print '(in-package #:astralisp.test) stream)
        (print '(defmacro change-f (x) `(list ,x)) stream)
        (print '(defun change-f-user (x) (change-f x)) stream)
        (terpri stream))
      (let ((object (compile-file source)))
        (load object)
        (let ((place (first (ext:find-definition-sources 'change-f-user))))
          (prog1 (list (first place) (third place)
                       (funcall 'change-f-user 1)
                       (quietly '(defmacro change-f (x) `(vector ,x)))
                       (funcall 'change-f-user 1))
            (delete-file object)
            (delete-file source)))))
  => "(:FUNCTION 4 (1) (\"C0801\") #(1))")

(define-test changed-macro-of-methods
    (progn
      (quietly '(defmacro change-g (x) `(list ,x)))
      (quietly '(defgeneric change-g-user (x)))
      (quietly '(defmethod change-g-user ((x integer)) (change-g x)))
      (quietly '(defmethod change-g-user :around ((x integer))
                 (change-g (call-next-method))))
      (list (funcall 'change-g-user 1)
            (quietly '(defmacro change-g (x) `(vector ,x)))
            (funcall 'change-g-user 1)
            (length (ext:who-macroexpands 'change-g))))
  => "(((1)) (\"C0801\") #(#(1)) 2)")
