;;;; Warnings: where in the source they belong, and how they are reported.

(in-package #:astralisp.compiler)

;;; A site says where a form of the program comes from: (form . expansions), the
;;; form in hand and what was expanded around it, innermost first: macro forms,
;;; and in vectors calls that were replaced without a macro. It is NIL inside the
;;; bodies of inline functions, of which nothing is reported.

(defvar *expansions* '() "What has been expanded around the form in hand.")
(defvar *site* nil "The site of the form in hand.")
(defvar *quiet* nil "True where nothing is to be reported.")
(defvar *warning-sink* nil "NIL or a function of each diagnostic.")
(defvar *error-count* 0 "Errors met in this compilation.")

(defun site-of (form)
  "The site of FORM."
  (if *quiet* nil (cons form *expansions*)))

(defun part-p (part form)
  "Is the object PART a part of FORM? At most 20000 conses are looked at."
  (let ((work (list form)) (left 20000))
    (loop
      (when (or (null work) (= left 0)) (return nil))
      (let ((item (pop work)))
        (cond ((eq item part) (return t))
              ((consp item)
               (setq left (- left 1))
               (push (cdr item) work)
               (push (car item) work)))))))

(defun user-form (site)
  "The form at SITE as it was written, and the macro forms, outermost first, by
whose expansion the one at hand came of it."
  (let ((form (car site)) (chain '()))
    (dolist (entry (remove-if #'muffling-entry-p (cdr site)))
      (let ((call (if (simple-vector-p entry) (svref entry 0) entry)))
        (unless (part-p form call)
          (unless (or (simple-vector-p entry) (plain-macro-p call))
            (push call chain))
          (setq form call))))
    (values form chain)))

(defun plain-macro-p (form)
  "Is FORM a definition or LAMBDA, in whose expansion everybody is all the time?"
  (and (consp form)
       (or (eq (car form) 'lambda)
           (and (definition-of-form form)
                (eq (symbol-package (car form)) *cl-package*)))))

(defun form-place (form)
  "Where FORM, or else the top-level form around it, stands in *SOURCE*."
  (if *form-places*
      (or (gethash form *form-places*)
          (gethash *toplevel-form* *form-places*))
      nil))

(defun make-diagnostic (kind code text &key hint label focus (site *site*))
  "A condition of KIND :ERROR, :WARNING, :STYLE or :NOTE about the form at SITE, or
what looks like FOCUS in it."
  (multiple-value-bind (form chain) (user-form site)
    (make-condition (case kind
                      (:style 'compiler-style-warning)
                      (:note 'compiler-note)
                      (t 'compiler-warning))
                    :severity kind :code code :text text :hint hint
                    :label label :form form :focus focus :chain chain
                    :source *source* :place (form-place form))))

(defun report-problem (condition)
  "Report CONDITION, unless declarations around the form in hand silence it."
  (cond ((muffled-at-p condition *site*) nil)
        (*warning-sink* (funcall *warning-sink* condition))
        (t (report-diagnostic condition)))
  nil)

(defun note-problem (kind code text &rest options)
  "Report TEXT, see MAKE-DIAGNOSTIC, unless all is to be quiet."
  (unless *quiet*
    (when (eq kind :error) (setq *error-count* (+ *error-count* 1)))
    (report-problem (apply #'make-diagnostic kind code text options))))

(defun note-style (code &rest parts)
  "Report a style warning about the form in hand; PARTS are strings and data."
  (note-problem :style code (text-of parts)))

(defun text-of (parts)
  "PARTS, strings and data, as one string."
  (let ((text ""))
    (dolist (part parts text)
      (setq text (concatenate 'string text
                              (if (stringp part)
                                  part
                                  (describe-datum part)))))))

(defun later (site function)
  "A function that calls FUNCTION, a maker of a condition, as if SITE were in hand
still; it returns NIL when that is silenced there."
  (let ((source *source*) (places *form-places*) (toplevel *toplevel-form*)
        (package *package*))
    (lambda ()
      (let* ((*source* source) (*form-places* places)
             (*toplevel-form* toplevel) (*package* package) (*site* site)
             (condition (funcall function)))
        (if (and condition (muffled-at-p condition site)) nil condition)))))

(defun note-later (key function)
  "Report the condition that FUNCTION, made by LATER, returns at the end of the
compilation unit, see NOTE-REFERENCE."
  (if *warning-sink*
      (let ((condition (funcall function)))
        (when condition (report-problem condition)))
      (note-reference key function)))

;;; What a unit uses whose later change makes it stale, and what may be asked
;;; for: an alist of kinds and names.

(defvar *unit-uses* '() "What the unit in hand uses.")

(defun note-use (kind name)
  "The unit in hand uses NAME in the way KIND; the names of CL do not count."
  (let ((symbol (if (consp name) (cadr name) name)))
    (unless (eq (symbol-package symbol) *cl-package*)
      (let ((entry (assoc kind *unit-uses*)))
        (cond ((null entry) (push (list kind name) *unit-uses*))
              ((if (symbolp name)
                   (member name (cdr entry) :test #'eq)
                   (member name (cdr entry) :test #'equal))
               nil)
              (t (push name (cdr entry))))))
    name))

(defvar *cl-package* (symbol-package 'car) "The package COMMON-LISP.")

(defun uses-vector ()
  "The uses noted as a vector: each kind, a keyword, with its names behind it; NIL
if there are none."
  (if (null *unit-uses*)
      nil
      (let ((items '()))
        (dolist (entry *unit-uses*)
          (dolist (name (cdr entry)) (push name items))
          (push (car entry) items))
        (coerce items 'simple-vector))))
