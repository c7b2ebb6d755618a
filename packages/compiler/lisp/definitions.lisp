;;;; Where things are defined, and what is defined twice.

(in-package #:astralisp.compiler)

(defvar *definitions* '()
  "The definitions of the text in hand, newest first: (kind name line column).")

(defun note-definition (form)
  "Note what FORM, a top-level macro form, defines; report what the text defined
before."
  (multiple-value-bind (kind name) (definition-of-form form)
    (when (and kind *source* *form-places* (not *quiet*))
      (let ((place (form-place (user-form *site*))))
        (when place
          (multiple-value-bind (line column) (line-and-column (car place))
            (unless (eq kind :method)
              (note-duplicate kind name line column))
            (push (list kind name line column) *definitions*)))))))

(defun line-and-column (offset)
  (let ((line (source-line-number *source* offset)))
    (values line
            (+ 1 (- offset (source-line-start *source* line))))))

(defun note-duplicate (kind name line column)
  (when (member kind '(:function :macro :structure :type :class :generic-function
                       :compiler-macro :condition))
    (let ((old (find-if (lambda (entry)
                          (and (eq (car entry) kind)
                               (equal (cadr entry) name)
                               (not (and (eql line (caddr entry))
                                         (eql column (cadddr entry))))))
                        *definitions*)))
      (when old
        (note-problem :warning "C0501"
                      (text-of (list "the " (string-downcase
                                             (symbol-name kind))
                                     " " name " is defined twice in this file"))
                      :focus (if (symbolp name) name nil)
                      :label "defined again"
                      :hint (text-of (list "the first definition is at line "
                                           (caddr old))))))))

(defun definitions-vector (name)
  "The definitions of the text called NAME as a vector for NOTE-FILE-DEFINITIONS,
or NIL if there are none."
  (if (null *definitions*)
      nil
      (let ((items (list name)))
        (dolist (entry (reverse *definitions*))
          (push (encode-definition (car entry) (caddr entry) (cadddr entry))
                items)
          (push (cadr entry) items))
        (coerce (nreverse items) 'simple-vector))))

(defun write-definitions (definitions sink)
  "Let what is loaded from SINK tell the system of DEFINITIONS, a vector or NIL."
  (when definitions
    (let ((*quiet* t))
      (compile-toplevel-form
       `(note-file-definitions ',definitions) sink nil))))

(defun write-world-definitions (definitions sink)
  "Like WRITE-DEFINITIONS, for files that run before there are functions."
  (when definitions
    (let ((*quiet* t) (name (runtime-name "**FILE-DEFINITIONS**")))
      (compile-toplevel-form
       `(%set-global-value
         ',name
         (cons ',definitions
               (if (%unbound-marker-p (%global-value ',name))
                   nil
                   (%global-value ',name))))
       sink nil))))
