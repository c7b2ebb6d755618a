;;;; Variables and local functions that nobody uses.

(in-package #:astralisp.compiler)

(defvar *errors-before* 0 "The errors before the definition in hand.")
(defvar *variables* '() "The variables of the definition in hand, newest first.")

(defun note-variable (var)
  "VAR is bound by the form in hand."
  (unless *quiet*
    (setf (var-site var) *site*)
    (push var *variables*)))

(defun written-here-p (symbol site)
  "Did the author of the form at SITE write SYMBOL? Variables that macros bind for
themselves are not reported."
  (and (symbol-package symbol) site
       (part-p symbol (user-form site))))

(defun note-unused-variables ()
  "Report the variables in *VARIABLES* that are never read."
  (dolist (var (if (= *error-count* *errors-before*)
                   (reverse *variables*)
                   '()))
    (let ((name (var-name var)) (site (var-site var)))
      (cond ((eq (var-ignore var) :ignorable) nil)
            ((and (eq (var-ignore var) :ignore) (< 0 (var-refs var)))
             (when (written-here-p name site)
               (let ((*site* site))
                 (note-problem :style "C0304"
                               (text-of (list "the variable " name
                                              " is used, although it is"
                                              " declared to be ignored"))
                               :focus name :label "declared IGNORE"
                               :hint "declare it IGNORABLE, or nothing"))))
            ((or (var-ignore var) (< 0 (var-refs var))) nil)
            ((written-here-p name site) (note-unused-variable var))))))

(defun note-unused-variable (var)
  (let ((name (var-name var)) (*site* (var-site var)))
    (cond ((= 0 (var-sets var))
           (note-problem :style "C0301"
                         (text-of (list "the variable " name
                                        " is never used"))
                         :focus name :label "bound here"
                         :hint (text-of (list "remove it, or say "
                                              (list 'declare
                                                    (list 'ignore name))))))
          ((every #'muffling-entry-p (cdr *site*))
           (note-problem :style "C0303"
                         (text-of (list "the variable " name
                                        " is set, but never read"))
                         :focus name :label "bound here")))))

(defun ignored-functions (body)
  "The functions that declarations at the start of BODY say may be unused."
  (let ((names '()))
    (dolist (specifier (nth-value 1 (split-declarations body)) names)
      (when (and (consp specifier)
                 (member (car specifier) '(ignore ignorable)))
        (dolist (item (cdr specifier))
          (when (and (consp item) (eq (car item) 'function))
            (push (cadr item) names)))))))

(defun note-unused-functions (funs body)
  "Report those of the local functions FUNS that nothing in BODY or themselves
uses."
  (unless *quiet*
    (let ((ignored (ignored-functions body)))
      (dolist (fun (reverse funs))
        (let* ((name (plain-function-name fun))
               (symbol (if (consp name) (cadr name) name)))
          (unless (or (fun-used fun) (member name ignored :test #'equal)
                      (not (written-here-p symbol *site*)))
            (note-problem :style "C0302"
                          (text-of (list "the local function " name
                                         " is never used"))
                          :focus symbol :label "defined here")))))))
