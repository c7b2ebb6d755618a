;;;; Conditional, case and block macros (CLHS 5.3).

(in-package #:astralisp.runtime)

(defmacro and (&rest forms)
  "Evaluate FORMS until one gives NIL; return the values of the last.
CLHS AND."
  (expand-and forms))

(defmacro or (&rest forms)
  "Evaluate FORMS until one gives true; return its value. CLHS OR."
  (expand-or forms))

(%defun check-cond-clauses (clauses)
  (tagbody
   next
     (when clauses
       (unless (consp (car clauses))
         (case-clause-error 'cond (car clauses)))
       (setq clauses (cdr clauses))
       (go next))))

(defmacro cond (&rest clauses)
  "Evaluate the forms of the first of CLAUSES whose test is true.
CLHS COND."
  (check-cond-clauses clauses)
  (expand-cond clauses))

(defmacro when (test &rest forms)
  "Evaluate FORMS if TEST is true; else return NIL. CLHS WHEN."
  `(if ,test ,(progn-form forms) nil))

(defmacro unless (test &rest forms)
  "Evaluate FORMS if TEST is false; else return NIL. CLHS UNLESS."
  `(if ,test nil ,(progn-form forms)))

(defmacro return (&optional value)
  "Return the values of VALUE from the innermost block NIL. CLHS RETURN."
  `(return-from nil ,value))

(defmacro prog1 (first &rest forms)
  "Evaluate FIRST, then FORMS; return the value of FIRST. CLHS PROG1."
  (let ((value (temporary "VALUE")))
    `(let ((,value ,first)) ,@forms ,value)))

(defmacro prog2 (first second &rest forms)
  "Evaluate FIRST, SECOND and FORMS; return the value of SECOND. CLHS PROG2."
  `(progn ,first (prog1 ,second ,@forms)))

(%defun expand-prog (let bindings body)
  (%mv-let (forms declarations) (parse-body body nil)
    `(block nil (,let ,bindings ,@declarations (tagbody ,@forms)))))

(defmacro prog (bindings &body body)
  "Bind BINDINGS in parallel around a tagbody of BODY, in block NIL.
CLHS PROG."
  (expand-prog 'let bindings body))

(defmacro prog* (bindings &body body)
  "Bind BINDINGS in sequence around a tagbody of BODY, in block NIL.
CLHS PROG*."
  (expand-prog 'let* bindings body))

(defmacro multiple-value-bind (variables form &body body)
  "Bind VARIABLES to the values of FORM around BODY.
CLHS MULTIPLE-VALUE-BIND."
  `(%mv-let ,variables ,form ,@body))

(defmacro multiple-value-list (form)
  "Return a fresh list of the values of FORM. CLHS MULTIPLE-VALUE-LIST."
  `(multiple-value-call #'list ,form))

(defmacro multiple-value-setq (variables form)
  "Set VARIABLES to the values of FORM; return its primary value.
CLHS MULTIPLE-VALUE-SETQ."
  (if variables
      `(values (setf (values ,@variables) ,form))
      `(values ,form)))

(defmacro nth-value (n form)
  "Return value number N of FORM, or NIL. CLHS NTH-VALUE."
  (if (and (integerp n) (%fx>= n 0) (%fx< n 32))
      (let ((wanted (temporary "VALUE"))
            (variables nil)
            (i 0))
        (tagbody
         next
           (when (%fx< i n)
             (setq variables (cons (temporary "IGNORED") variables)
                   i (%fx+ i 1))
             (go next)))
        `(%mv-let (,@variables ,wanted) ,form
           (declare (ignore ,@variables))
           ,wanted))
      `(nth ,n (multiple-value-list ,form))))

;;; CASE and its relatives.

(%defun case-clause-error (name clause)
  (error 'simple-program-error
         :format-control "~S is not a clause of ~S"
         :format-arguments (list clause name)))

;;; The test that the value of VARIABLE is one of the keys of a clause.
(%defun case-test (variable keys)
  (cond ((null keys) nil)
        ((atom keys) `(eql ,variable ',keys))
        ((null (cdr keys)) `(eql ,variable ',(car keys)))
        (t (let ((tests nil)
                 (tail keys))
             (tagbody
              next
                (when tail
                  (setq tests (cons `(eql ,variable ',(car tail)) tests)
                        tail (cdr tail))
                  (go next)))
             `(or ,@(nreverse-onto tests nil))))))

;;; Clauses of COND for the clauses of NAME; TEST makes a test of the variable
;;; and the keys; OTHERWISE-P: an otherwise clause is allowed.
(%defun case-clauses (name variable clauses test otherwise-p)
  (let ((result nil))
    (tagbody
     next
       (when clauses
         (let ((clause (car clauses)))
           (unless (consp clause)
             (case-clause-error name clause))
           (let ((keys (car clause))
                 (forms (or (cdr clause) '(nil))))
             (setq result
                   (cons (if (and otherwise-p (null (cdr clauses))
                                  (or (eq keys t) (eq keys 'otherwise)))
                             `(t ,@forms)
                             `(,(funcall test variable keys) ,@forms))
                         result)
                   clauses (cdr clauses)))
           (go next))))
    (nreverse-onto result nil)))

;;; All keys of CLAUSES, for an error message.
(%defun case-keys (clauses)
  (let ((keys nil))
    (tagbody
     next
       (when clauses
         (let ((key (car (car clauses))))
           (setq keys (if (listp key)
                          (reverse-onto key keys)
                          (cons key keys))
                 clauses (cdr clauses))
           (go next))))
    (nreverse-onto keys nil)))

(defmacro case (key &rest clauses)
  "Evaluate the forms of the clause of CLAUSES that has the value of KEY
among its keys (by EQL). CLHS CASE."
  (let ((variable (temporary "KEY")))
    `(let ((,variable ,key))
       (declare (ignorable ,variable))
       (cond ,@(case-clauses 'case variable clauses #'case-test t)))))

(defmacro ecase (key &rest clauses)
  "Like CASE, but signal TYPE-ERROR when no clause fits. CLHS ECASE."
  (let ((variable (temporary "KEY")))
    `(let ((,variable ,key))
       (cond ,@(case-clauses 'ecase variable clauses #'case-test nil)
             (t (case-failure ,variable '(member ,@(case-keys clauses))))))))

;;; A loop that offers STORE-VALUE until a clause fits PLACE.
(%defun expand-correctable-case (name place clauses test type)
  (let ((variable (temporary "KEY"))
        (block (temporary "CASE"))
        (again (temporary "AGAIN")))
    `(block ,block
       (tagbody
          ,again
          (let ((,variable ,place))
            (cond ,@(let ((cases (case-clauses name variable clauses test nil))
                          (result nil))
                      (tagbody
                       next
                         (when cases
                           (setq result
                                 (cons `(,(car (car cases))
                                         (return-from ,block
                                           (progn ,@(cdr (car cases)))))
                                       result)
                                 cases (cdr cases))
                           (go next)))
                      (nreverse-onto result nil))
                  (t (setf ,place
                           (correctable-case-failure
                            ,variable ',type ',place))
                     (go ,again))))))))

(defmacro ccase (place &rest clauses)
  "Like ECASE, but the error offers to store a new value in PLACE.
CLHS CCASE."
  (expand-correctable-case 'ccase place clauses #'case-test
                           `(member ,@(case-keys clauses))))

(%defun typecase-test (variable type)
  `(typep ,variable ',type))

(%defun typecase-types (clauses)
  (let ((types nil))
    (tagbody
     next
       (when clauses
         (setq types (cons (car (car clauses)) types)
               clauses (cdr clauses))
         (go next)))
    (nreverse-onto types nil)))

(defmacro typecase (key &rest clauses)
  "Evaluate the forms of the first clause whose type the value of KEY is of.
CLHS TYPECASE."
  (let ((variable (temporary "KEY")))
    `(let ((,variable ,key))
       (declare (ignorable ,variable))
       (cond ,@(case-clauses 'typecase variable clauses #'typecase-test t)))))

(defmacro etypecase (key &rest clauses)
  "Like TYPECASE, but signal TYPE-ERROR when no clause fits.
CLHS ETYPECASE."
  (let ((variable (temporary "KEY")))
    `(let ((,variable ,key))
       (cond ,@(case-clauses 'etypecase variable clauses #'typecase-test nil)
             (t (case-failure ,variable '(or ,@(typecase-types clauses))))))))

(defmacro ctypecase (place &rest clauses)
  "Like ETYPECASE, but the error offers to store a new value in PLACE.
CLHS CTYPECASE."
  (expand-correctable-case 'ctypecase place clauses #'typecase-test
                           `(or ,@(typecase-types clauses))))
