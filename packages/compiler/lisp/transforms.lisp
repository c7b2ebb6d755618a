;;;; Calls of standard functions as simpler forms.

(in-package #:astralisp.compiler)

(defmacro define-folding (name operation identity)
  "Calls of NAME with any number of arguments as calls of OPERATION with two."
  `(define-transform ,name (form)
     (let ((args (cdr form)))
       (cond ((null args) ,identity)
             ((null (cdr args)) (list 'the ',(if (member name '(+ *))
                                                'number 'integer)
                                      (car args)))
             (t (fold-left ',operation args))))))

(defun fold-left (operation args)
  (let ((form (car args)))
    (dolist (arg (cdr args) form)
      (setq form (list operation form arg)))))

(define-folding + two-arg-+ 0)
(define-folding * two-arg-* 1)
(define-folding logand %logand -1)
(define-folding logior %logior 0)
(define-folding logxor %logxor 0)

(define-transform - (form)
  (let ((args (cdr form)))
    (cond ((null args) form)
          ((null (cdr args)) (list '%negate (car args)))
          (t (fold-left 'two-arg-- args)))))

(define-transform / (form)
  (let ((args (cdr form)))
    (cond ((null args) form)
          ((null (cdr args)) (list 'two-arg-/ 1 (car args)))
          (t (fold-left 'two-arg-/ args)))))

(define-transform 1+ (form)
  (if (one-argument-p form) (list 'two-arg-+ (cadr form) 1) form))
(define-transform 1- (form)
  (if (one-argument-p form) (list 'two-arg-- (cadr form) 1) form))

(defun one-argument-p (form)
  (and (cdr form) (null (cddr form))))
(defun two-arguments-p (form)
  (and (cdr form) (cddr form) (null (cdddr form))))

(defun comparison-chain (operation args)
  "(OPERATION a b) and (OPERATION b c) ..., each argument evaluated once."
  (let ((names '()) (bindings '()) (form t))
    (dolist (arg args)
      (let ((name (make-symbol "OPERAND")))
        (push name names)
        (push (list name arg) bindings)))
    (let ((tail names))
      (loop
        (when (null (cdr tail)) (return))
        (let ((test (list operation (cadr tail) (car tail))))
          (setq form (if (eq form t) test (list 'if test form nil))))
        (setq tail (cdr tail))))
    (list 'let (nreverse bindings) form)))

(defmacro define-comparison (name operation)
  `(define-transform ,name (form)
     (let ((args (cdr form)))
       (cond ((null args) form)
             ((null (cdr args)) (list 'progn (list 'the 'number (car args)) t))
             ((null (cddr args)) (cons ',operation args))
             (t (comparison-chain ',operation args))))))

(define-comparison < two-arg-<)
(define-comparison > two-arg->)
(define-comparison <= two-arg-<=)
(define-comparison >= two-arg->=)
(define-comparison = two-arg-=)

(define-transform /= (form)
  (if (two-arguments-p form)
      (list 'not (cons 'two-arg-= (cdr form)))
      form))

(define-transform zerop (form)
  (if (one-argument-p form) (list 'two-arg-= (cadr form) 0) form))
(define-transform plusp (form)
  (if (one-argument-p form) (list 'two-arg-> (cadr form) 0) form))
(define-transform minusp (form)
  (if (one-argument-p form) (list 'two-arg-< (cadr form) 0) form))
(define-transform evenp (form)
  (if (one-argument-p form)
      (list 'eq 0 (list '%logand (cadr form) 1))
      form))
(define-transform oddp (form)
  (if (one-argument-p form)
      (list 'not (list 'eq 0 (list '%logand (cadr form) 1)))
      form))

(defun two-variables (form builder)
  "BUILDER's form for variables bound to the two arguments of FORM."
  (let ((a (make-symbol "A")) (b (make-symbol "B")))
    (list 'let (list (list a (cadr form)) (list b (caddr form)))
          (funcall builder a b))))

(define-transform min (form)
  (if (two-arguments-p form)
      (two-variables form (lambda (a b)
                            (list 'if (list 'two-arg-<= a b) a b)))
      form))
(define-transform max (form)
  (if (two-arguments-p form)
      (two-variables form (lambda (a b)
                            (list 'if (list 'two-arg->= a b) a b)))
      form))

;;; A root whose argument is declared not to be negative

(defun nonnegative-double-form-p (form)
  "Is FORM (the (double-float 0d0 ...) x)?"
  (and (consp form) (eq (car form) 'the) (consp (cadr form))
       (eq (car (cadr form)) 'double-float)
       (let ((lo (cadr (cadr form))))
         (and (realp lo) (<= 0 lo)))))

(define-transform sqrt (form)
  (if (and (one-argument-p form) (nonnegative-double-form-p (cadr form)))
      (list '%double-sqrt (list 'the 'double-float (caddr (cadr form))))
      form))

(define-transform float (form)
  (if (and (two-arguments-p form) (typep (caddr form) 'double-float))
      (list '%coerce-double (cadr form))
      form))

;;; Bits

(define-transform lognot (form)
  (if (one-argument-p form) (cons '%lognot (cdr form)) form))
(define-transform ash (form)
  (if (two-arguments-p form) (cons '%ash (cdr form)) form))
(define-transform logtest (form)
  (if (two-arguments-p form)
      (list 'not (list 'eql 0 (cons '%logand (cdr form))))
      form))
(define-transform logbitp (form)
  (if (and (two-arguments-p form) (integerp (cadr form))
           (<= 0 (cadr form) 59))
      (list 'not (list 'eql 0 (list '%logand (caddr form)
                                    (ash 1 (cadr form)))))
      form))

(defun literal-byte (form)
  "Size and position when FORM is (byte size position) with literals."
  (if (and (consp form) (eq (car form) 'byte) (two-arguments-p form)
           (integerp (cadr form)) (integerp (caddr form))
           (<= 0 (cadr form)) (<= 0 (caddr form)))
      (values (cadr form) (caddr form))
      (values nil nil)))

(define-transform ldb (form)
  (multiple-value-bind (size position) (literal-byte (cadr form))
    (if (and size (two-arguments-p form))
        (list '%logand
              (if (eql position 0)
                  (caddr form)
                  (list '%ash (caddr form) (- position)))
              (- (ash 1 size) 1))
        form)))

(define-transform dpb (form)
  (multiple-value-bind (size position) (literal-byte (caddr form))
    (if (and size (cdddr form) (null (cddddr form)))
        (let ((mask (- (ash 1 size) 1)))
          (list '%logior
                (list '%ash (list '%logand (cadr form) mask) position)
                (list '%logand (cadddr form)
                      (lognot (ash mask position)))))
        form)))

;;; Division: inline for a fixnum by a positive fixnum

(defun divide-form (form quotient remainder)
  "A form for FORM, a call of a division with two arguments."
  (if (two-arguments-p form)
      (two-variables
       form
       (lambda (a b)
         (list 'if (list 'if (list '%fixnump a)
                         (list 'if (list '%fixnump b) (list '%fx< 0 b) nil)
                         nil)
               (if (and quotient remainder)
                   (list 'values (list quotient a b) (list remainder a b))
                   (list remainder a b))
               (list 'locally
                     (list 'declare (list 'notinline (car form)))
                     (list (car form) a b)))))
      form))

(define-transform truncate (form)
  (divide-form form '%positive-truncate '%positive-rem))
(define-transform floor (form)
  (divide-form form '%positive-floor '%positive-mod))
(define-transform rem (form) (divide-form form nil '%positive-rem))
(define-transform mod (form) (divide-form form nil '%positive-mod))

;;; Lists

(define-transform list (form)
  (let ((result nil))
    (dolist (arg (reverse (cdr form)) result)
      (setq result (list 'cons arg result)))))

(define-transform list* (form)
  (cond ((null (cdr form)) form)
        (t (let* ((args (reverse (cdr form))) (result (car args)))
             (dolist (arg (cdr args) result)
               (setq result (list 'cons arg result)))))))

(define-transform first (form)
  (if (one-argument-p form) (list 'car (cadr form)) form))
(define-transform rest (form)
  (if (one-argument-p form) (list 'cdr (cadr form)) form))
(define-transform second (form)
  (if (one-argument-p form) (list 'car (list 'cdr (cadr form))) form))
(define-transform third (form)
  (if (one-argument-p form)
      (list 'car (list 'cdr (list 'cdr (cadr form))))
      form))
(define-transform endp (form)
  (if (one-argument-p form) (list 'null (list 'the 'list (cadr form))) form))

(define-transform identity (form)
  (if (one-argument-p form) (list 'values (cadr form)) form))

(define-transform values-list (form)
  (if (one-argument-p form)
      (list '%values-list (list (runtime-name "CHECKED-VALUES") (cadr form)))
      form))

;;; Functions of the runtime library that are open-coded

(defun alias (string primitive)
  "Calls of the runtime function STRING are calls of PRIMITIVE."
  (setf (get (runtime-name string) 'transform)
        (lambda (form) (cons primitive (cdr form)))))

(defun define-aliases ()
  "Make the known functions of the runtime library open-coded."
  (alias "SET-SVREF" '%store-svref)
  (alias "SET-SCHAR" '%store-schar)
  (alias "AREF-1" '%aref-1)
  (alias "SET-AREF-1" '%set-aref-1)
  (alias "AREF-2" '%aref-2)
  (alias "SET-AREF-2" '%set-aref-2))

(define-aliases)

;;; Functions of the runtime library that do not return
(defun define-failures ()
  (setf (get 'error 'calling) :never)
  (dolist (string '("ACCESSOR-TYPE-ERROR" "TYPE-FAILURE" "INDEX-ERROR"
                    "CASE-FAILURE" "TYPE-SPECIFIER-ERROR"
                    "SUBSCRIPT-COUNT-ERROR" "ELEMENT-TYPE-ERROR"))
    (setf (get (runtime-name string) 'calling) :never)))

(define-failures)
