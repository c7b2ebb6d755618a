;;;; Proclaimed types of functions, held against their definitions.

(in-package #:astralisp.compiler)

;;; (DECLAIM (FTYPE (FUNCTION arguments values) NAME)) is a promise of callers and
;;; of the definition. In the definition required parameters are declared so, and
;;; the value is checked where safety is not 0, and everywhere known to be so.

(defun proclaimed-ftype (name)
  "The type specifier (FUNCTION arguments values) proclaimed for the global function
NAME, or NIL."
  (let ((type (cond ((symbolp name)
                     (and name (getf (%symbol-info name) :ftype)))
                    ((and (consp name) (eq (car name) 'setf)
                          (symbolp (cadr name)))
                     (getf (%symbol-info (cadr name)) :setf-ftype))
                    (t nil))))
    (if (and (consp type) (eq (car type) 'function)
             (consp (cdr type)) (listp (cadr type)))
        type
        nil)))

(defun ftype-declarations (parameters ftype)
  "Declarations of the types of the required PARAMETERS that FTYPE gives them."
  (let ((declarations '()) (types (cadr ftype)))
    (dolist (name (parameters-required parameters) declarations)
      (when (or (null types) (member (car types) lambda-list-keywords))
        (return declarations))
      (unless (member (car types) '(t *))
        (push (list 'type (car types) name) declarations))
      (pop types))))

(defun single-value-type (ftype)
  "The type of the one value that FTYPE promises, or T."
  (let ((type (if (cddr ftype) (caddr ftype) t)))
    (cond ((eq type '*) t)
          ((not (and (consp type) (eq (car type) 'values))) type)
          ((and (consp (cdr type)) (null (cddr type))
                (not (member (cadr type) lambda-list-keywords)))
           (cadr type))
          (t t))))

(defun ftype-checked-forms (forms ftype)
  "FORMS, a function body, behind a check of the value."
  (let ((type (single-value-type ftype)))
    (if (eq type t)
        forms
        `((%promised ,type ,@forms)))))

(define-converter %promised (form env)
  (let ((ty (specifier-ty (cadr form)))
        (body (convert-progn (cddr form) env)))
    (if (= +ty-all+ (ty-bits ty))
        body
        ;; What gives the value is where the mistake is seen.
        (let ((*site* (and *site* (site-of (last-form (cddr form))))))
          (make-the-node ty (cadr form) body
                         (< 0 (policy-safety (env-policy env))))))))

(defun last-form (forms)
  "What gives the value of FORMS, as far as blocks go."
  (let ((form (car (last forms))))
    (if (and (consp form) (eq (car form) 'block) (cddr form))
        (last-form (cddr form))
        form)))

;;; The lambda list.

(defun argument-limits (lambda-list)
  "The least and the greatest number of arguments, or NIL, of LAMBDA-LIST, which may
be the arguments of a function type."
  (let ((least 0) (most 0) (state :required))
    (dolist (item lambda-list)
      (cond ((eq item '&optional) (setq state :optional))
            ((member item '(&rest &key &body)) (setq most nil state :more))
            ((member item lambda-list-keywords) (setq state :more))
            ((eq state :required) (incf least) (incf most))
            ((eq state :optional) (incf most))))
    (values least most)))

(defun check-ftype-arguments (fun ftype)
  "Report if the lambda list of FUN is not what FTYPE promises."
  (multiple-value-bind (least most) (argument-limits (fun-lambda-list fun))
    (multiple-value-bind (promised-least promised-most)
        (argument-limits (cadr ftype))
      (unless (or *quiet*
                  (and (eql least promised-least) (eql most promised-most)))
        (note-problem
         :style "C0402"
         (text-of (list (fun-name fun) " takes " (limits-text least most)
                        ", but is declared to take "
                        (limits-text promised-least promised-most)))
         :focus (if (symbolp (fun-name fun)) (fun-name fun) nil)
         :label "defined here"
         :hint (text-of (list "its declared type is " ftype)))))))

(defun limits-text (least most)
  "A number of arguments from LEAST to MOST, or any if that is NIL, in words."
  (let ((number (cond ((null most)
                       (concatenate 'string (princ-to-string least)
                                    " or more"))
                      ((eql least most) (princ-to-string least))
                      (t (concatenate 'string (princ-to-string least)
                                      " to " (princ-to-string most))))))
    (concatenate 'string number
                 (if (eql most 1) " argument" " arguments"))))
