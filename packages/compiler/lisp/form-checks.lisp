;;;; Mistakes that a form shows by itself: literals changed, keys of CASE, slots.

(in-package #:astralisp.compiler)

(defmacro define-form-check (names (form) &body body)
  "Define what is looked at in forms whose operator is one of NAMES, global
functions or macros of CL, before they are converted."
  `(dolist (name ',names)
     (setf (get name 'form-check) (lambda (,form) ,@body))))

(defun check-form (form head)
  "Report the mistakes that FORM, with the operator HEAD, shows."
  (let ((check (get head 'form-check)))
    (when (and check (not *quiet*) *site*)
      (funcall check form))))

;;; Literal objects must not be modified (CLHS 3.7.1).

(defun literal-structure-p (form)
  "Is FORM a literal that has parts?"
  (or (stringp form)
      (and (arrayp form) (not (symbolp form)))
      (and (consp form) (eq (car form) 'quote) (consp (cdr form))
           (or (consp (cadr form)) (arrayp (cadr form))))))

(defun check-literal-changed (operator form)
  (when (literal-structure-p form)
    (note-problem
     :warning "C0503"
     (text-of (list operator " changes a literal object"))
     :focus (if (stringp form) form nil)
     :hint "make a new one with LIST, VECTOR or COPY-SEQ")))

(defparameter *destructive-arguments*
  '((0 sort stable-sort nreverse nreconc fill replace map-into rplaca rplacd
       nbutlast delete-duplicates nstring-upcase nstring-downcase
       nstring-capitalize nunion nintersection nset-difference
       nset-exclusive-or vector-push-extend)
    (1 delete delete-if delete-if-not nunion nintersection nset-difference
       nset-exclusive-or vector-push nsublis)
    (2 nsubst nsubst-if nsubst-if-not nsubstitute nsubstitute-if
       nsubstitute-if-not))
  "Which argument the functions change.")

(defun check-changed-arguments (form)
  (dolist (entry *destructive-arguments*)
    (when (member (car form) (cdr entry))
      (check-literal-changed (car form) (nth (+ 1 (car entry)) form)))))

(dolist (entry *destructive-arguments*)
  (dolist (name (cdr entry))
    (setf (get name 'form-check) #'check-changed-arguments)))

(define-form-check (nconc) (form)
  (dolist (argument (butlast (cdr form)))
    (unless (equal argument ''())
      (check-literal-changed (car form) argument))))

(defparameter *part-accessors*
  '(car cdr caar cadr cdar cddr caddr cdddr cadddr first second third fourth
    fifth sixth seventh eighth ninth tenth rest aref svref elt char schar bit
    sbit row-major-aref subseq)
  "Accessors of a part of their first argument.")

(defun check-changed-place (operator place)
  "OPERATOR changes PLACE: its object must not be a literal."
  (when (and (consp place) (member (car place) *part-accessors*)
             (consp (cdr place)))
    (check-literal-changed operator (cadr place))))

(define-form-check (setf) (form)
  (do ((tail (cdr form) (cddr tail)))
      ((not (consp tail)) nil)
    (check-changed-place 'setf (car tail))))

(define-form-check (incf decf pop) (form)
  (check-changed-place (car form) (cadr form)))

(define-form-check (push pushnew) (form)
  (check-changed-place (car form) (caddr form)))

;;; CASE

(define-form-check (case ecase ccase) (form)
  (let ((seen '()))
    (do ((tail (cddr form) (cdr tail)))
        ((atom tail) nil)
      (let ((clause (car tail)))
        (when (consp clause)
          (check-case-end (car form) clause (cdr tail))
          (setq seen (check-case-keys clause seen)))))))

(defun check-case-end (operator clause more)
  (when (and (eq operator 'case) more (member (car clause) '(t otherwise)))
    (note-problem :warning "C0504"
                  (text-of (list "the clause " (car clause)
                                 " is not the last one of CASE"))
                  :focus (car clause) :label "the rest is never reached"
                  :hint (text-of (list "the key itself is written "
                                       (list (car clause)))))))

(defun check-case-keys (clause seen)
  "Report keys of CLAUSE that are among SEEN; return SEEN with those of CLAUSE."
  (let ((keys (cond ((consp (car clause)) (car clause))
                    ((member (car clause) '(nil t otherwise)) '())
                    (t (list (car clause))))))
    (cond ((null (ignore-errors (list-length keys))) seen)
          ((and (eq (car keys) 'quote) (eql (length keys) 2))
           (note-problem :style "C0504"
                         (text-of (list "the keys of CASE are not evaluated: "
                                        "this one means QUOTE and "
                                        (cadr keys)))
                         :focus (cadr keys)
                         :hint (text-of (list "write " (cadr keys))))
           seen)
          (t (dolist (key keys seen)
               (if (member key seen)
                   (note-problem :style "C0504"
                                 (text-of (list "the key " key " is twice in"
                                                " this CASE"))
                                 :focus key
                                 :label "an earlier clause takes it")
                   (push key seen)))))))

;;; Numbers

(define-form-check (/ floor ceiling truncate round mod rem ffloor fceiling
                      ftruncate fround)
    (form)
  (when (and (cddr form) (some (lambda (argument) (eql argument 0))
                               (cddr form)))
    (note-problem :style "C0404"
                  (text-of (list (car form) " divides by 0"))
                  :focus 0 :label "zero")))

(defun literal-length (form)
  "The number of elements of the vector or list that FORM makes, or NIL."
  (let ((head (if (consp form) (car form) nil)))
    (cond ((stringp form) (length form))
          ((vectorp form) (length form))
          ((member head '(vector list)) (length (cdr form)))
          ((and (eq head 'make-array) (integerp (cadr form))) (cadr form))
          ((and (eq head 'quote) (or (vectorp (cadr form))
                                     (and (consp (cadr form))
                                          (null (cdr (last (cadr form)))))))
           (length (cadr form)))
          (t nil))))

(define-form-check (aref svref elt char schar bit sbit) (form)
  (let ((index (caddr form))
        (length (and (eql (length form) 3) (literal-length (cadr form)))))
    (when (and length (integerp index) (not (< -1 index length)))
      (note-problem :warning "C0404"
                    (text-of (list "the index " index " is not below the "
                                   "number of elements, " length))
                    :focus index :label "index"))))

;;; Types that forms name.

(defun check-quoted-type (form)
  (when (and (consp form) (eq (car form) 'quote) (consp (cdr form)))
    (check-declared-type (cadr form))))

(define-form-check (typep coerce) (form) (check-quoted-type (caddr form)))
(define-form-check (the) (form) (check-declared-type (cadr form)))

(define-form-check (handler-case) (form)
  (dolist (clause (cddr form))
    (when (and (consp clause) (not (keywordp (car clause))))
      (check-declared-type (car clause)))))

(define-form-check (handler-bind) (form)
  ;; Those that HANDLER-CASE makes were looked at in there.
  (unless (and (consp (cadr *site*)) (eq (caadr *site*) 'handler-case))
    (dolist (binding (if (listp (cadr form)) (cadr form) '()))
      (when (consp binding) (check-declared-type (car binding))))))

(define-form-check (typecase etypecase ctypecase) (form)
  (dolist (clause (cddr form))
    (when (and (consp clause) (not (member (car clause) '(t otherwise))))
      (check-declared-type (car clause)))))

;;; MULTIPLE-VALUE-BIND of VALUES

(define-form-check (multiple-value-bind) (form)
  (let ((names (cadr form)) (values (caddr form)))
    (when (and (consp names) (consp values) (eq (car values) 'values)
               (< (length (cdr values)) (length names)))
      (note-problem :style "C0205"
                    (text-of (list (length names) " variables are bound to "
                                   (length (cdr values)) " values"))
                    :focus (car (last names)) :label "always NIL"))))

;;; Slots: literal initial values against the types.

(defun literal-value (form)
  "The value of the literal FORM, and true; NIL and NIL if it is none."
  (cond ((and (consp form) (eq (car form) 'quote) (consp (cdr form)))
         (values (cadr form) t))
        ((or (consp form) (and (symbolp form)
                               (not (member form '(nil t)))
                               (not (keywordp form))))
         (values nil nil))
        (t (values form t))))

(defun check-slot-value (slot form type)
  "Report if the literal FORM, the initial value of SLOT, is not of TYPE."
  (multiple-value-bind (value literal) (literal-value form)
    (when (and literal (known-type-p type)
               (not (handler-case (typep value type) (error () t))))
      (note-problem :warning "C0401"
                    (text-of (list "the initial value " form " of the slot "
                                   slot " is not of type " type))
                    :focus (if (or (stringp form) (numberp form)) form slot)
                    :label (text-of (list "must be of type " type))))))

(defun own-constructor-p (name-and-options)
  "Do constructors with lambda lists of their own stand for the usual one? They may
give all slots values."
  (and (consp name-and-options)
       (some (lambda (option)
               (and (consp option) (eq (car option) :constructor)
                    (cdr option)))
             (cdr name-and-options))))

(define-form-check (defstruct) (form)
  (dolist (slot (cond ((own-constructor-p (cadr form)) '())
                      ((stringp (caddr form)) (cdddr form))
                      (t (cddr form))))
    (when (and (consp slot) (cdr slot) (consp (cddr slot)))
      (let ((options (cddr slot)))
        (when (evenp (length options))
          (check-slot-value (car slot) (cadr slot)
                            (getf options :type t)))))))

(define-form-check (defclass define-condition) (form)
  (dolist (slot (if (listp (cadddr form)) (cadddr form) '()))
    (when (and (consp slot) (evenp (length (cdr slot))))
      ;; Without :INITFORM there is none, not even NIL.
      (when (getf (cdr slot) :initform)
        (check-slot-value (car slot) (getf (cdr slot) :initform)
                          (getf (cdr slot) :type t))))))
