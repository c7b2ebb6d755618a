;;;; Declarations against what they may say.

(in-package #:astralisp.compiler)

(defparameter *compound-type-names*
  '(and or not eql member satisfies values mod function cons array vector
    simple-array integer rational real float single-float double-float
    short-float long-float complex string simple-string base-string
    simple-base-string bit-vector simple-bit-vector simple-vector
    unsigned-byte signed-byte)
  "The names of compound type specifiers.")

(defun known-type-p (specifier)
  "Is SPECIFIER, as far as its name goes, a type specifier?"
  (cond ((consp specifier)
         (and (symbolp (car specifier))
              (or (if (member (car specifier) *compound-type-names*) t nil)
                  (if (type-expander (car specifier)) t nil))))
        ((symbolp specifier)
         (or (if (assoc specifier *named-types*) t nil)
             (structure-type-p specifier)
             (if (type-expander specifier) t nil)
             (type-known-to-host-p specifier)))
        (t nil)))

(defun type-known-to-host-p (symbol)
  "Is SYMBOL the name of a condition, a class or another type of the host?"
  (or (if (getf (%symbol-info symbol) :condition) t nil)
      (if (getf (%symbol-info symbol) :type-predicate) t nil)
      (if (getf (%symbol-info symbol) :type-tester) t nil)
      (eq (symbol-package symbol) *cl-package*)
      (and (fboundp 'find-class)
           (if (funcall 'find-class symbol nil) t nil))))

(defun check-declaration (specifier bound)
  "Report what is wrong with the declaration SPECIFIER of a form that binds BOUND."
  (let ((head (car specifier)))
    (cond (*quiet* nil)
          ((member head '(ignore ignorable))
           (check-declared-bound head (cdr specifier) bound))
          ((eq head 'type)
           (if (consp (cdr specifier))
               (check-declared-type (cadr specifier))
               (note-style "C0602" "the declaration " specifier
                           " names no type")))
          ((not (symbolp head)) (check-declared-type head))
          ((or (member head *other-declarations*)
               (getf (%symbol-info head) :declaration))
           nil)
          ((known-type-p head) nil)
          (t (note-problem :style "C0601"
                           (text-of (list head " is not the name of a"
                                          " declaration or a type"))
                           :focus head :label "not known")))))

(defun check-declared-bound (head names bound)
  (dolist (name names)
    (when (and (symbolp name) (not (member name bound)))
      (note-problem :style "C0603"
                    (text-of (list name " is declared " head
                                   ", but is not bound here"))
                    :focus name :label "not bound here"))))

(defun check-declared-type (specifier)
  "Report at the end of the compilation unit if SPECIFIER is not known then."
  (unless (or (known-type-p specifier)
              (not (or (consp specifier) (symbolp specifier)))
              (and (consp specifier) (consp (car specifier))))
    (note-later
     (list "C0103" (if (consp specifier) (car specifier) specifier))
     (later *site*
            (lambda ()
              (if (known-type-p specifier)
                  nil
                  (make-diagnostic
                   :style "C0103"
                   (text-of (list "the type " specifier " is not defined"))
                   :focus (if (consp specifier) (car specifier) specifier)
                   :label "not a type")))))))
