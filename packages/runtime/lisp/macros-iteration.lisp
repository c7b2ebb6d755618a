;;;; Sequential binding and iteration macros (CLHS 5.3, 6).

(in-package #:astralisp.runtime)

(%defun odd-arguments-error (name form)
  (error 'simple-program-error
         :format-control "~S has an odd number of arguments: ~S"
         :format-arguments (list name form)))

;;; Whether a symbol macro is among the places of PAIRS. SYMBOL-MACRO-EXPANSION
;;; comes with setf.lisp.
(%defun symbol-macro-pair-p (pairs environment)
  (if (and (consp pairs) (%fdefinition 'symbol-macro-expansion))
      (%mv-let (expansion expanded-p)
          (symbol-macro-expansion (car pairs) environment)
        (declare (ignore expansion))
        (or expanded-p
            (symbol-macro-pair-p (cdr (cdr pairs)) environment)))
      nil))

(defmacro psetq (&whole form &environment environment &rest pairs)
  "Set the variables of PAIRS to the values of their forms, in parallel.
CLHS PSETQ."
  (if (symbol-macro-pair-p pairs environment)
      `(psetf ,@pairs)
      (expand-psetq pairs form)))

(%defun expand-psetq (pairs form)
  (let ((bindings nil)
        (settings nil)
        (tail pairs))
    (tagbody
     next
       (when tail
         (unless (consp (cdr tail))
           (odd-arguments-error 'psetq form))
         (let ((value (temporary "VALUE")))
           (setq bindings (cons (list value (car (cdr tail))) bindings)
                 settings (list* (car tail) value settings)
                 tail (cdr (cdr tail))))
         (go next)))
    ;; SETTINGS comes out reversed pairwise, which is as good in parallel.
    `(let ,(nreverse-onto bindings nil)
       (setq ,@settings)
       nil)))

;;; DO: VARIABLES are (name [init [step]]) or names.

(%defun do-bindings (variables)
  (let ((bindings nil))
    (tagbody
     next
       (when variables
         (let ((variable (car variables)))
           (setq bindings
                 (cons (if (consp variable)
                           (list (car variable) (car (cdr variable)))
                           (list variable nil))
                       bindings)
                 variables (cdr variables)))
         (go next)))
    (nreverse-onto bindings nil)))

(%defun do-steps (variables)
  (let ((steps nil))
    (tagbody
     next
       (when variables
         (let ((variable (car variables)))
           (when (and (consp variable) (cdr (cdr variable)))
             (setq steps (list* (car (cdr (cdr variable))) (car variable)
                                steps)))
           (setq variables (cdr variables)))
         (go next)))
    (nreverse-onto steps nil)))

(%defun step-form (setter steps)
  (cond ((null steps) nil)
        ((null (cdr (cdr steps))) `((setq ,@steps)))
        (t `((,setter ,@steps)))))

(%defun expand-do (let setter variables end body)
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((start (temporary "NEXT"))
          (test (temporary "TEST")))
      `(block nil
         (,let ,(do-bindings variables)
           ,@declarations
           (tagbody
              (go ,test)
              ,start
              (tagbody ,@forms)
              ,@(step-form setter (do-steps variables))
              ,test
              (if ,(car end) nil (go ,start)))
           (progn ,@(cdr end)))))))

(defmacro do (variables (end-test &rest results) &body body)
  "Bind VARIABLES, then run BODY and step them in parallel until END-TEST is
true; return the values of RESULTS. CLHS DO."
  (expand-do 'let 'psetq variables (cons end-test results) body))

(defmacro do* (variables (end-test &rest results) &body body)
  "Like DO, but bind and step VARIABLES in sequence. CLHS DO*."
  (expand-do 'let* 'setq variables (cons end-test results) body))

(defmacro loop-forever (&body forms)
  (let ((next (temporary "NEXT")))
    `(block nil (tagbody ,next ,@forms (go ,next)))))

(defmacro while (test &body forms)
  (let ((next (temporary "NEXT")))
    `(tagbody ,next (when ,test ,@forms (go ,next)))))

;;; The declarations of variables as special hold for the RESULT form too; those
;;; of VARIABLE otherwise, such as its type or IGNORE, would be wrong there.
(%defun result-forms (variable result declarations)
  (if result
      `((let ((,variable nil))
          (declare (ignorable ,variable))
          ,@(special-declarations declarations)
          ,result))
      '(nil)))

(%defun special-declarations (declarations)
  (let ((result nil))
    (tagbody
     next-declaration
       (when declarations
         (let ((tail (cdr (car declarations))))
           (tagbody
            next-specifier
              (when (consp tail)
                (when (and (consp (car tail)) (eq (car (car tail)) 'special))
                  (setq result (cons (list 'declare (car tail)) result)))
                (setq tail (cdr tail))
                (go next-specifier))))
         (setq declarations (cdr declarations))
         (go next-declaration)))
    result))

(defmacro dolist ((variable list &optional result) &body body)
  "Run BODY with VARIABLE bound to each element of LIST; return RESULT.
CLHS DOLIST."
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((tail (temporary "TAIL"))
          (start (temporary "NEXT"))
          (test (temporary "TEST")))
      `(block nil
         (let ((,tail ,list))
           (tagbody
              (go ,test)
              ,start
              (let ((,variable (car ,tail)))
                ,@declarations
                (setq ,tail (cdr ,tail))
                (tagbody ,@forms))
              ,test
              (if (null ,tail) nil (go ,start))))
         ,@(result-forms variable result declarations)))))

(defmacro dotimes ((variable count &optional result) &body body)
  "Run BODY with VARIABLE bound to the integers from 0 below COUNT; return
RESULT. CLHS DOTIMES."
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((limit (temporary "COUNT"))
          (start (temporary "NEXT"))
          (test (temporary "TEST")))
      `(block nil
         (let ((,variable 0)
               ,@(if (integerp count) nil `((,limit ,count))))
           (declare (ignorable ,variable))
           ,@(ignorable-declarations declarations)
           (tagbody
              (go ,test)
              ,start
              (tagbody ,@forms)
              (setq ,variable (1+ ,variable))
              ,test
              (if (< ,variable ,(if (integerp count) count limit))
                  (go ,start)
                  nil))
           ,@(if result (list result) '(nil)))))))

;;; DECLARATIONS without IGNORE, for a variable that the expansion uses.
(%defun ignorable-declarations (declarations)
  (let ((result nil))
    (dolist (declaration declarations)
      (let ((specifiers nil))
        (dolist (specifier (cdr declaration))
          (unless (and (consp specifier) (eq (car specifier) 'ignore))
            (setq specifiers (cons specifier specifiers))))
        (when specifiers
          (setq result (cons `(declare ,@(nreverse-onto specifiers nil))
                             result)))))
    (nreverse-onto result nil)))

(%defun do-symbols-form (operator arguments variable result body)
  (%mv-let (forms declarations) (parse-body body nil)
    (let ((function (temporary "FUNCTION")))
      `(block nil
         (flet ((,function (,variable)
                  ,@declarations
                  (tagbody ,@forms)))
           (declare (dynamic-extent #',function))
           (,operator #',function ,@arguments))
         ,@(result-forms variable result declarations)))))

(defmacro do-symbols ((variable &optional (package '*package*) result)
                      &body body)
  "Run BODY with VARIABLE bound to each symbol accessible in PACKAGE; return
RESULT. CLHS DO-SYMBOLS."
  (do-symbols-form 'call-with-symbols (list package) variable result body))

(defmacro do-external-symbols ((variable &optional (package '*package*)
                                         result)
                               &body body)
  "Run BODY with VARIABLE bound to each external symbol of PACKAGE; return
RESULT. CLHS DO-EXTERNAL-SYMBOLS."
  (do-symbols-form 'call-with-external-symbols (list package) variable
                   result body))

(defmacro do-all-symbols ((variable &optional result) &body body)
  "Run BODY with VARIABLE bound to each symbol of every package; return
RESULT. CLHS DO-ALL-SYMBOLS."
  (do-symbols-form 'call-with-all-symbols nil variable result body))
