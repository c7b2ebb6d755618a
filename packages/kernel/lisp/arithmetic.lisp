;;;; Fixnum arithmetic, raw memory and wired functions: the kernel's dialect.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Inside this package + - < … are macros over the fixnum primitives, so that
;;; no routine can allocate a bignum or call generic arithmetic by accident.

(defmacro define-fixnum-operator (name primitive identity)
  `(defmacro ,name (&rest operands)
     (cond ((null operands) ,identity)
           ((null (cdr operands)) (car operands))
           ((null (cddr operands))
            (list ',primitive (car operands) (cadr operands)))
           (t (cons ',name
                    (cons (list ',primitive (car operands) (cadr operands))
                          (cddr operands)))))))

(define-fixnum-operator + %fx+ 0)
(define-fixnum-operator * %fx* 1)
(define-fixnum-operator logand %fx-and -1)
(define-fixnum-operator logior %fx-or 0)
(define-fixnum-operator logxor %fx-xor 0)

(defmacro - (first &rest operands)
  (cond ((null operands) (list '%fx- 0 first))
        ((null (cdr operands)) (list '%fx- first (car operands)))
        (t (list '%fx- first (cons '+ operands)))))

(defmacro < (a b) (list '%fx< a b))
(defmacro > (a b) (list '%fx> a b))
(defmacro <= (a b) (list '%fx<= a b))
(defmacro >= (a b) (list '%fx>= a b))
(defmacro = (a b) (list '%fx= a b))
(defmacro /= (a b) (list 'not (list '%fx= a b)))
(defmacro zerop (a) (list '%fx= a 0))
(defmacro 1+ (a) (list '%fx+ a 1))
(defmacro 1- (a) (list '%fx- a 1))
(defmacro lognot (a) (list '%fx-not a))
(defmacro shift-left (a n) (list '%fx-shift-left a n))
(defmacro shift-right (a n) (list '%fx-shift-right a n))

(defmacro min (a b)
  "The smaller of the fixnums A and B, each evaluated once."
  (let ((x (gensym)) (y (gensym)))
    `(let ((,x ,a) (,y ,b))
       (declare (type fixnum ,x ,y))
       (if (< ,x ,y) ,x ,y))))

(defmacro max (a b)
  "The larger of the fixnums A and B, each evaluated once."
  (let ((x (gensym)) (y (gensym)))
    `(let ((,x ,a) (,y ,b))
       (declare (type fixnum ,x ,y))
       (if (< ,x ,y) ,y ,x))))

(defmacro increment (variable &optional (amount 1))
  "Add AMOUNT to the fixnum VARIABLE."
  `(setq ,variable (+ ,variable ,amount)))

(defmacro round-up (a boundary)
  "A rounded up to a multiple of the constant power of two BOUNDARY."
  `(logand (+ ,a (1- ,boundary)) (- ,boundary)))

;;; Control

(defmacro while (test &body body)
  "Do BODY as long as TEST is true."
  (let ((again (gensym)) (end (gensym)))
    `(tagbody
        ,again
        (if ,test nil (go ,end))
        ,@body
        (go ,again)
        ,end)))

(defmacro do-range ((variable start end &optional (step 1)) &body body)
  "Do BODY with VARIABLE from START below END by the constant STEP."
  (let ((limit (gensym)))
    `(let ((,variable ,start) (,limit ,end))
       (declare (type fixnum ,variable ,limit))
       (while (< ,variable ,limit)
         ,@body
         (setq ,variable (+ ,variable ,step))))))

(defmacro defwired (name parameters &body body)
  "Define NAME as a function of fixnums that neither allocates, nor faults, nor
is ever stopped: it may run while the heap is not in order."
  (let ((documentation (if (and (stringp (car body)) (cdr body))
                           (list (car body))
                           '()))
        (forms (if (and (stringp (car body)) (cdr body)) (cdr body) body)))
    `(defun ,name ,parameters
       ,@documentation
       (declare (effects :wired :no-allocation :no-fault :no-poll)
                (optimize (speed 3) (safety 0) (debug 0))
                ,@(if parameters `((type fixnum ,@parameters)) '()))
       ,@forms)))

(defmacro let-fixnum (bindings &body body)
  "LET* of variables that hold fixnums."
  `(let* ,bindings
     (declare (type fixnum ,@(mapcar (function car) bindings)))
     ,@body))

;;; Memory. WORD drops the upper three bits of what it loads, so it is exact
;;; for addresses, tagged pointers and sizes, and keeps the low tag of anything.

(defmacro word (address &optional (offset 0))
  "The word at ADDRESS + OFFSET as a fixnum."
  `(%raw-load-word ,address ,offset))

(defmacro set-word (address offset value)
  `(%raw-store-word ,address ,offset ,value))

(defmacro octet (address &optional (offset 0))
  `(%raw-load-u8 ,address ,offset))

(defmacro set-octet (address offset value)
  `(%raw-store-u8 ,address ,offset ,value))

(defmacro half (address &optional (offset 0))
  "The 32 bits at ADDRESS + OFFSET as a fixnum."
  `(%raw-load-u32 ,address ,offset))

(defmacro set-half (address offset value)
  `(%raw-store-u32 ,address ,offset ,value))

(defmacro tag-at (address)
  "The low four bits of the word at ADDRESS."
  `(logand (octet ,address) 15))
