;;;; Generalised reference: SETF, its expanders, and the macros that modify
;;;; places (CLHS 5.1).

(in-package #:astralisp.runtime)

;;; Expansion of macros, by the environment protocol of docs/primitives.md.

(defun local-function-kind (name environment)
  (if environment
      (funcall environment :function name)
      nil))

(defun macro-function (symbol &optional environment)
  "Return the function that expands the macro SYMBOL in ENVIRONMENT, or NIL.
CLHS MACRO-FUNCTION."
  (multiple-value-bind (kind value)
      (if environment (funcall environment :function symbol) nil)
    (case kind
      (:macro value)
      (:function nil)
      (t (%macro-function symbol)))))

(defun symbol-macro-expansion (symbol environment)
  (multiple-value-bind (kind value)
      (if environment (funcall environment :variable symbol) nil)
    (cond ((eq kind :symbol-macro)
           (values value t))
          (kind (values symbol nil))
          ((eq (%variable-kind symbol) :symbol-macro)
           (values (info symbol :symbol-macro) t))
          (t (values symbol nil)))))

(defvar *macroexpand-hook* 'funcall
  "The function that calls macro functions: its arguments are the macro
function, the form and the environment. CLHS *MACROEXPAND-HOOK*.")

(defun macroexpand-1 (form &optional environment)
  "Expand FORM once in ENVIRONMENT; return the result and whether it was a
macro call or a symbol macro. CLHS MACROEXPAND-1."
  (cond ((symbolp form)
         (symbol-macro-expansion form environment))
        ((and (consp form) (symbolp (car form)))
         (let ((function (macro-function (car form) environment)))
           (if function
               (values (if (eq *macroexpand-hook* 'funcall)
                           (funcall function form environment)
                           (funcall *macroexpand-hook* function form
                                    environment))
                       t)
               (values form nil))))
        (t (values form nil))))

(defun macroexpand (form &optional environment)
  "Expand FORM in ENVIRONMENT until it is no macro call; return the result
and whether anything was expanded. CLHS MACROEXPAND."
  (let ((expanded-p nil))
    (loop-forever
      (multiple-value-bind (new more) (macroexpand-1 form environment)
        (unless more
          (return (values form expanded-p)))
        (setq form new
              expanded-p t)))))

;;; Places.

;;; True when FORM always has the same value, whatever is evaluated before it.
(defun constant-form-p (form)
  (cond ((symbolp form)
         (or (null form) (eq form t) (keywordp form)))
        ((consp form)
         (or (eq (car form) 'quote) (eq (car form) 'function)))
        (t t)))

;;; Temporaries for the non-constant FORMS: the temporaries, their forms, and
;;; FORMS with temporaries in place of the others.
(defun bind-forms (forms)
  (let ((variables nil)
        (values nil)
        (arguments nil))
    (dolist (form forms)
      (if (constant-form-p form)
          (setq arguments (cons form arguments))
          (let ((variable (temporary "ARGUMENT")))
            (setq variables (cons variable variables)
                  values (cons form values)
                  arguments (cons variable arguments)))))
    (values (nreverse-onto variables nil)
            (nreverse-onto values nil)
            (nreverse-onto arguments nil))))

(defun function-call-expansion (place)
  (multiple-value-bind (variables values arguments) (bind-forms (cdr place))
    (let ((store (temporary "NEW"))
          (name (car place)))
      (values variables values (list store)
              `(funcall #'(setf ,name) ,store ,@arguments)
              `(,name ,@arguments)))))

(defun symbol-place-expansion (symbol environment)
  (multiple-value-bind (expansion expanded-p)
      (symbol-macro-expansion symbol environment)
    (if expanded-p
        (get-setf-expansion expansion environment)
        (let ((store (temporary "NEW")))
          (values nil nil (list store) `(setq ,symbol ,store) symbol)))))

;;; Structure slots: see structures.lisp for the entry of :ACCESSOR.
(defun accessor-place-expansion (place accessor)
  (multiple-value-bind (variables values arguments) (bind-forms (cdr place))
    (let ((store (temporary "NEW")))
      (values variables values (list store)
              (structure-setter-form (car place) accessor (car arguments)
                                     store)
              `(,(car place) ,@arguments)))))

(defun get-setf-expansion (place &optional environment)
  "Return the five values that say how to read and store PLACE: variables,
their forms, store variables, storing form, reading form.
CLHS GET-SETF-EXPANSION."
  (cond ((symbolp place)
         (symbol-place-expansion place environment))
        ((not (and (consp place) (symbolp (car place))))
         (error 'simple-program-error
                :format-control "~S is not a place"
                :format-arguments (list place)))
        (t
         (let* ((name (car place))
                (kind (local-function-kind name environment)))
           (cond ((eq kind :function)
                  (function-call-expansion place))
                 ((and (null kind) (info name :setf-expander))
                  (funcall (info name :setf-expander) place environment))
                 ((and (null kind) (info name :accessor))
                  (accessor-place-expansion place (info name :accessor)))
                 ((macro-function name environment)
                  (get-setf-expansion (macroexpand-1 place environment)
                                      environment))
                 (t (function-call-expansion place)))))))

;;; LET* of VARIABLES and VALUES, and of STORES to the values of FORM.
(defun place-bindings-form (variables values stores form body)
  (let ((bindings nil))
    (dolist (variable variables)
      (setq bindings (cons (list variable (car values)) bindings)
            values (cdr values)))
    (cond ((and stores (null (cdr stores)))
           `(let* (,@(nreverse-onto bindings nil) (,(car stores) ,form))
              ,@body))
          (bindings
           `(let* ,(nreverse-onto bindings nil)
              (%mv-let ,stores ,form ,@body)))
          (t `(%mv-let ,stores ,form ,@body)))))

(defun setf-form (place value environment)
  (if (and (symbolp place)
           (not (nth-value 1 (symbol-macro-expansion place environment))))
      `(setq ,place ,value)
      (let ((update (and (consp place) (symbolp (car place))
                         (null (local-function-kind (car place) environment))
                         (info (car place) :setf-update))))
        (if update
            `(,update ,@(cdr place) ,value)
            (multiple-value-bind (variables values stores setter)
                (get-setf-expansion place environment)
              (place-bindings-form variables values stores value
                                   (list setter)))))))

(defmacro setf (&whole form &environment environment &rest pairs)
  "Store values in places: PAIRS are places and forms, in turn; return the
last value. CLHS SETF."
  (cond ((null pairs) nil)
        ((null (cdr pairs)) (odd-arguments-error 'setf form))
        ((null (cdr (cdr pairs)))
         (setf-form (car pairs) (car (cdr pairs)) environment))
        (t
         (let ((forms nil))
           (while pairs
             (unless (cdr pairs)
               (odd-arguments-error 'setf form))
             (setq forms (cons `(setf ,(car pairs) ,(car (cdr pairs))) forms)
                   pairs (cdr (cdr pairs))))
           `(progn ,@(nreverse-onto forms nil))))))

(defmacro psetf (&whole form &environment environment &rest pairs)
  "Like SETF, but store all values after all forms are evaluated; return NIL.
CLHS PSETF."
  (let ((parts nil))
    (while pairs
      (unless (cdr pairs)
        (odd-arguments-error 'psetf form))
      (setq parts (cons (list* (car (cdr pairs))
                               (multiple-value-list
                                (get-setf-expansion (car pairs) environment)))
                        parts)
            pairs (cdr (cdr pairs))))
    (let ((result (list nil)))
      (dolist (part parts)
        (setq result (cons (car (cdr (cdr (cdr (cdr part))))) result)))
      (dolist (part parts)
        (destructuring-bind (value variables values stores &rest rest) part
          (declare (ignore rest))
          (setq result (list (place-bindings-form variables values stores
                                                  value result)))))
      (car result))))

;;; SHIFTF and ROTATEF: all places are read, then all are stored.

(defun shift-expansions (places environment)
  (let ((parts nil))
    (dolist (place places)
      (setq parts (cons (multiple-value-list
                         (get-setf-expansion place environment))
                        parts)))
    (nreverse-onto parts nil)))

;;; Bind each part's variables, and its stores to what the next part reads;
;;; the last stores get LAST-FORM (NIL: the value read in the first).
(defun shift-form (parts last-form body)
  (let ((part (car parts))
        (rest (cdr parts)))
    (destructuring-bind (variables values stores setter getter) part
      (declare (ignore setter getter))
      (if rest
          `(let* ,(pair-lists variables values)
             ,(shift-inner stores rest last-form body))
          `(let* ,(pair-lists variables values)
             (%mv-let ,stores ,last-form ,@body))))))

(defun pair-lists (variables values)
  (let ((result nil))
    (dolist (variable variables)
      (setq result (cons (list variable (car values)) result)
            values (cdr values)))
    (nreverse-onto result nil)))

(defun shift-inner (stores rest last-form body)
  (destructuring-bind (variables values next-stores setter getter) (car rest)
    (declare (ignore setter))
    `(let* ,(pair-lists variables values)
       (%mv-let ,stores ,getter
         ,(if (cdr rest)
              (shift-inner next-stores (cdr rest) last-form body)
              `(%mv-let ,next-stores ,last-form ,@body))))))

(defun setters (parts)
  (let ((result nil))
    (dolist (part parts)
      (setq result (cons (car (cdr (cdr (cdr part)))) result)))
    (nreverse-onto result nil)))

(defun part-getter (part)
  (car (cdr (cdr (cdr (cdr part))))))

(defmacro shiftf (&environment environment &rest arguments)
  "Shift each place of ARGUMENTS the value of the next, the last argument
being a form; return the old value of the first. CLHS SHIFTF."
  (let* ((reversed (reverse-onto arguments nil))
         (places (reverse-onto (cdr reversed) nil))
         (parts (shift-expansions places environment)))
    (destructuring-bind (variables values . rest) (car parts)
      (declare (ignore rest))
      `(let* ,(pair-lists variables values)
         (multiple-value-prog1 ,(part-getter (car parts))
           ,(shift-form (cons (list* nil nil (cdr (cdr (car parts))))
                              (cdr parts))
                        (car reversed)
                        (setters parts)))))))

(defmacro rotatef (&environment environment &rest places)
  "Rotate the values of PLACES to the left; return NIL. CLHS ROTATEF."
  (cond ((null places) nil)
        ((null (cdr places)) `(progn ,(car places) nil))
        (t
         (let* ((parts (shift-expansions places environment))
                (first (car parts))
                (olds nil))
           (dolist (store (car (cdr (cdr first))))
             (declare (ignore store))
             (setq olds (cons (temporary "OLD") olds)))
           `(let* ,(pair-lists (car first) (car (cdr first)))
              (%mv-let ,olds ,(part-getter first)
                ,(shift-form (cons (list* nil nil (cdr (cdr first)))
                                   (cdr parts))
                             `(values ,@olds)
                             (setters parts))
                nil))))))

;;; Defining how to store.

(defun expand-defsetf (form environment store-count function)
  (multiple-value-bind (variables values arguments) (bind-forms (cdr form))
    (let ((stores nil))
      (dotimes (i store-count)
        (setq stores (cons (temporary "NEW") stores)))
      (values variables values stores
              (apply function environment (append stores arguments))
              `(,(car form) ,@arguments)))))

;;; LAMBDA-LIST without &environment, and the variable behind that.
(defun extract-environment (lambda-list)
  (let ((tail (memq '&environment lambda-list))
        (before nil))
    (if (null tail)
        (values lambda-list (temporary "ENVIRONMENT"))
        (progn
          (while (not (eq lambda-list tail))
            (setq before (cons (car lambda-list) before)
                  lambda-list (cdr lambda-list)))
          (values (nreverse-onto before (cdr (cdr tail)))
                  (car (cdr tail)))))))

(defun long-defsetf-form (name lambda-list stores body)
  (multiple-value-bind (lambda-list environment)
      (extract-environment lambda-list)
    (multiple-value-bind (forms declarations documentation) (parse-body body)
      `(eval-always
         (set-info ',name :setf-update nil)
         (set-info
          ',name :setf-expander
          (%named-lambda ,name (form environment)
            (expand-defsetf
             form environment ,(fixnum-length stores)
             (%named-lambda ,name (,environment ,@stores ,@lambda-list)
               (declare (ignorable ,environment ,@stores))
               ,@declarations
               (block ,name ,@forms)))))
         ,@(documentation-forms name 'setf documentation)
         ',name))))

(defmacro defsetf (&environment environment name &rest arguments)
  "Define how to store in (NAME ...): by the function given, or by the lambda
list, store variables and body given. CLHS DEFSETF."
  (check-symbol-lock name "defining how to set" environment)
  (if (and (car arguments) (symbolp (car arguments)))
      `(eval-always
         (define-setf-update ',name ',(car arguments))
         ,@(documentation-forms name 'setf (car (cdr arguments)))
         ',name)
      (long-defsetf-form name (car arguments) (car (cdr arguments))
                         (cdr (cdr arguments)))))

(defun define-setf-update (name update)
  (set-info name :setf-update update)
  (set-info name :setf-expander
            (lambda (form environment)
              (expand-defsetf
               form environment 1
               (lambda (environment store &rest arguments)
                 (declare (ignore environment))
                 `(,update ,@arguments ,store))))))

(defmacro define-setf-expander (&environment environment
                                name lambda-list &body body)
  "Define the setf expansion of (NAME ...): BODY returns the five values of
GET-SETF-EXPANSION. CLHS DEFINE-SETF-EXPANDER."
  (check-symbol-lock name "defining how to set" environment)
  (multiple-value-bind (function documentation)
      (parse-macro name lambda-list body)
    `(eval-always
       (set-info ',name :setf-update nil)
       (set-info ',name :setf-expander ,function)
       ,@(documentation-forms name 'setf documentation)
       ',name)))

;;; Macros that modify a place.

;;; The expansion of a macro that stores in PLACE the value of the form that
;;; FUNCTION makes of the reading form.
(defun modify-form (place environment function)
  (if (and (symbolp place)
           (not (nth-value 1 (symbol-macro-expansion place environment))))
      `(setq ,place ,(funcall function place))
      (multiple-value-bind (variables values stores setter getter)
          (get-setf-expansion place environment)
        (place-bindings-form variables values stores (funcall function getter)
                             (list setter)))))

;;; The call of FUNCTION with PLACE's value and ARGUMENTS, which are evaluated
;;; between the subforms of PLACE and the reading of it.
(defun modify-macro-form (function place arguments environment)
  (multiple-value-bind (temporaries forms arguments) (bind-forms arguments)
    (modify-form place environment
                 (lambda (getter)
                   (if temporaries
                       `(let* ,(pair-lists temporaries forms)
                          (,function ,getter ,@arguments))
                       `(,function ,getter ,@arguments))))))

;;; An expression for the list of arguments that LAMBDA-LIST received.
(defun lambda-list-arguments-form (lambda-list)
  (let* ((parts (parse-lambda-list lambda-list))
         (names nil))
    (dolist (name (svref parts 2))
      (setq names (cons name names)))
    (dolist (spec (svref parts 3))
      (setq names (cons (if (consp spec) (car spec) spec) names)))
    (dolist (spec (svref parts 6))
      (setq names (list* (parameter-key-pattern spec)
                         (parameter-key spec) names)))
    `(list* ,@(nreverse-onto names nil) ,(svref parts 4))))

(defmacro define-modify-macro (name lambda-list function
                               &optional documentation)
  "Define the macro NAME: it stores in a place what FUNCTION makes of its
value and the arguments of LAMBDA-LIST. CLHS DEFINE-MODIFY-MACRO."
  (let ((place (temporary "PLACE"))
        (environment (temporary "ENVIRONMENT")))
    `(defmacro ,name (&environment ,environment ,place ,@lambda-list)
       ,@(if documentation (list documentation) nil)
       (modify-macro-form ',function ,place
                          ,(lambda-list-arguments-form lambda-list)
                          ,environment))))

(define-modify-macro incf (&optional (delta 1)) +
  "Add DELTA to the number in a place; return the sum. CLHS INCF.")

(define-modify-macro decf (&optional (delta 1)) -
  "Subtract DELTA from the number in a place. CLHS DECF.")

(defmacro push (&environment environment item place)
  "Put ITEM in front of the list in PLACE; return the new list. CLHS PUSH."
  (if (or (constant-form-p item)
          (and (symbolp place) (not (eq (%variable-kind place) :symbol-macro))
               (not (nth-value 1 (symbol-macro-expansion place
                                                         environment)))))
      (modify-form place environment (lambda (list) `(cons ,item ,list)))
      (let ((value (temporary "ITEM")))
        `(let ((,value ,item))
           ,(modify-form place environment
                         (lambda (list) `(cons ,value ,list)))))))

(defmacro pushnew (&environment environment item place &rest keys)
  "Put ITEM in front of the list in PLACE unless it is there; KEYS are as in
ADJOIN. CLHS PUSHNEW."
  (let ((value (temporary "ITEM")))
    (multiple-value-bind (temporaries forms arguments) (bind-forms keys)
      `(let ((,value ,item))
         ,(modify-form place environment
                       (lambda (list)
                         (if temporaries
                             `(let* ,(pair-lists temporaries forms)
                                (adjoin ,value ,list ,@arguments))
                             `(adjoin ,value ,list ,@arguments))))))))

(defmacro pop (&environment environment place)
  "Take the first element off the list in PLACE and return it. CLHS POP."
  (multiple-value-bind (variables values stores setter getter)
      (get-setf-expansion place environment)
    (let ((list (temporary "LIST")))
      `(let* (,@(pair-lists variables values)
              (,list ,getter)
              (,(car stores) (cdr ,list)))
         ,setter
         (car ,list)))))

(defmacro remf (&environment environment place indicator)
  "Remove INDICATOR from the property list in PLACE; return whether it was
there. CLHS REMF."
  (multiple-value-bind (variables values stores setter getter)
      (get-setf-expansion place environment)
    (let ((key (temporary "INDICATOR"))
          (found (temporary "FOUND")))
      `(let* (,@(pair-lists variables values)
              (,key ,indicator))
         (%mv-let (,(car stores) ,found) (remove-property ,getter ,key)
           (when ,found ,setter)
           ,found)))))
