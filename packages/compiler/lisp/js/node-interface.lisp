;;;; What the TypeScript interface of the compiler calls.

(in-package #:astralisp.compiler)

(defun definition-lambda (form)
  "Return the name and the lambda expression of FORM, a DEFUN or LAMBDA."
  (case (if (consp form) (car form) nil)
    (lambda (values 'lambda form))
    (defun
     (destructuring-bind (name lambda-list &rest body) (cdr form)
       (multiple-value-bind (forms specifiers) (split-function-body body)
         (values name
                 `(lambda ,lambda-list
                    (declare ,@specifiers)
                    (block ,(if (consp name) (cadr name) name) ,@forms))))))
    (t (malformed "LAMBDA or DEFUN was expected, not " form))))

(defun call-collecting-warnings (function)
  "Call FUNCTION; return its value and the texts of all compiler warnings."
  (let* ((warnings '())
         (*warning-sink* (lambda (warning)
                           (push (princ-to-string warning) warnings)))
         (value (funcall function)))
    (values value (nreverse warnings))))

(defun compile-definition (form passes)
  "Compile FORM, a DEFUN or LAMBDA, for x86-64. Return a list: the name as text,
octets, listing, what the passes named in PASSES made (text), warnings."
  (multiple-value-bind (name expression) (definition-lambda form)
    (let* ((*show-passes* passes) (unit nil) (warnings nil)
           (text (with-output-to-string (*standard-output*)
                   (multiple-value-setq (unit warnings)
                     (call-collecting-warnings
                      (lambda () (compile-lambda expression name)))))))
      (list (prin1-to-string name)
            (code-unit-octets unit)
            (with-output-to-string (stream)
              (disassemble-unit unit stream))
            text
            warnings))))

(defun compile-text (text name)
  "Compile the forms in the string TEXT, the source of a file called NAME.
Return a list: the octets of the object file, warnings."
  (let ((sink (make-object-writer name))
        (*package* (find-package "COMMON-LISP-USER"))
        (*features* *target-features*)
        (end (list nil)))
    (multiple-value-bind (value warnings)
        (call-collecting-warnings
         (lambda ()
           (let ((warn *warning-sink*))
             (with-input-from-string (stream text)
               (loop
                 (let ((form (read stream nil end)))
                   (when (eq form end)
                     (return (object-writer-result sink)))
                   (compile-toplevel-form form sink warn)))))))
      (list value warnings))))
