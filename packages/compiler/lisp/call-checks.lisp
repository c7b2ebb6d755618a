;;;; Calls against what is known of the functions called: count, keywords.

(in-package #:astralisp.compiler)

(defvar *global-lambda-list* nil
  "NIL, or a function of a name that returns the lambda list of the function it
names at present and true, or NIL and NIL if it names none. NIL: functions of the
host are not those of the program.")

;;; A call of a global function is looked at when its compilation unit ends: only
;;; then is it known what the unit defines. The functions of CL do not change.

(defun check-global-call (name arguments env)
  "Report what is wrong with a call of the global function NAME with the forms
ARGUMENTS: now, or at the end of the unit."
  (cond ((or *quiet* (null *site*)) nil)
        ((and *self* (eq name (fun-name *self*)))
         (check-arguments :warning name (fun-lambda-list *self*) arguments))
        ((null *global-lambda-list*) nil)
        ((and (symbolp name) (eq (symbol-package name) *cl-package*))
         (multiple-value-bind (lambda-list known)
             (funcall *global-lambda-list* name)
           (when known
             (check-arguments :warning name lambda-list arguments))))
        ((evaluated-now-p env) nil)
        ;; What is loaded is checked as things are, to keep nothing in memory.
        ((and *compilation-unit*
              (compilation-unit-transient *compilation-unit*)
              (null (unit-definition name)) (fboundp name))
         (let ((problem (check-late name arguments)))
           (when problem (report-problem problem))))
        (t (note-later
            (reference-key name)
            (later *site* (lambda () (check-late name arguments)))))))

(defun check-global-name (name env)
  "Report at the end of the unit if no function is called NAME."
  (unless (or *quiet* (null *site*) (null *global-lambda-list*)
              (and (symbolp name) (eq (symbol-package name) *cl-package*))
              (evaluated-now-p env))
    (note-later
     (reference-key name)
     (later *site* (lambda () (check-late name :none))))))

(defun reference-key (name)
  "What references to NAME that is undefined, so far, have in common."
  (if (or (unit-definition name) (fboundp name))
      nil
      (list "C0101" name)))

(defun check-late (name arguments)
  "The condition to report of a use of the function NAME, with ARGUMENTS or :NONE,
at the end of the unit; or NIL."
  (let ((definition (unit-definition name)))
    (cond (definition
           (argument-problem :warning name (cdr definition) arguments))
          ((fboundp name)
           (multiple-value-bind (lambda-list known)
               (funcall *global-lambda-list* name)
             (if known
                 (argument-problem :style name lambda-list arguments)
                 nil)))
          (t (make-diagnostic
              :style "C0101"
              (text-of (list "the function " name " is not defined"))
              :focus (if (symbolp name) name (cadr name))
              :label "not defined"
              :hint (if (symbolp name)
                        (did-you-mean name #'function-named-p)
                        nil))))))

(defun function-named-p (symbol)
  (and (fboundp symbol)
       (null (global-macro symbol))))

(defun check-arguments (kind name lambda-list arguments)
  "Report, as KIND, a call of NAME with forms that LAMBDA-LIST does not take."
  (unless *quiet*
    (let ((problem (argument-problem kind name lambda-list arguments)))
      (when problem (report-problem problem)))))

(defun argument-problem (kind name lambda-list arguments)
  "A condition that says why LAMBDA-LIST does not take the forms ARGUMENTS, or NIL."
  (cond ((or (eq arguments :none) (eq lambda-list :unknown)) nil)
        ((not (takes-arguments-p lambda-list (length arguments)))
         (make-diagnostic
          kind "C0201"
          (text-of (list name " is called with " (length arguments)
                         (if (eql (length arguments) 1)
                             " argument" " arguments")))
          :label "called here"
          :hint (lambda-list-hint lambda-list)))
        ((member '&key lambda-list)
         (key-problem kind name lambda-list arguments))
        (t nil)))

(defun lambda-list-hint (lambda-list)
  "A hint that tells LAMBDA-LIST, in which packages do not matter."
  (let ((*package* (or (and (consp lambda-list)
                            (symbol-package (last-symbol lambda-list)))
                       *package*)))
    (text-of (list "its arguments are " (or lambda-list "none")))))

(defun last-symbol (tree)
  "The last symbol of the lambda list TREE."
  (let ((found nil))
    (dolist (item tree found)
      (cond ((and (symbolp item) (not (member item lambda-list-keywords)))
             (setq found item))
            ((and (consp item) (symbolp (car item))) (setq found (car item)))
            ((and (consp item) (consp (car item)))
             (setq found (cadr (car item))))))))

(defun takes-arguments-p (lambda-list count)
  "Does a function with LAMBDA-LIST take COUNT arguments?"
  (let ((optional nil))
    (dolist (item lambda-list (eql count 0))
      (cond ((eq item '&optional) (setq optional t))
            ((member item '(&rest &body &key)) (return t))
            ((eq item '&aux) (return (eql count 0)))
            ((eql count 0) (return optional))
            (t (setq count (- count 1)))))))

(defun positional-count (lambda-list)
  "How many arguments of LAMBDA-LIST come before the keywords."
  (let ((count 0))
    (do ((tail lambda-list (cdr tail)))
        ((or (null tail) (eq (car tail) '&key)) count)
      (cond ((member (car tail) '(&rest &body)) (setq tail (cdr tail)))
            ((eq (car tail) '&optional) nil)
            (t (setq count (+ count 1)))))))

(defun lambda-list-keys (lambda-list)
  "The keywords that LAMBDA-LIST names."
  (let ((keys '()))
    (dolist (item (cdr (member '&key lambda-list)) (nreverse keys))
      (when (member item '(&aux)) (return (nreverse keys)))
      (unless (member item lambda-list-keywords)
        (push (cond ((symbolp item) (keyword-of item))
                    ((consp (car item)) (car (car item)))
                    (t (keyword-of (car item))))
              keys)))))

(defun key-problem (kind name lambda-list arguments)
  (let* ((pairs (nthcdr (positional-count lambda-list) arguments))
         (keys (lambda-list-keys lambda-list))
         (unknown (unknown-key pairs keys)))
    (cond ((oddp (length pairs))
           (make-diagnostic
            kind "C0202"
            (text-of (list name " is called with an odd number of keyword"
                           " arguments"))
            :label "called here"
            :hint (lambda-list-hint lambda-list)))
          ((or (null unknown) (member '&allow-other-keys lambda-list)
               (member :allow-other-keys pairs))
           nil)
          (t (make-diagnostic
              kind "C0203"
              (text-of (list name " has no keyword argument "
                             (car unknown)))
              :focus (car unknown) :label "not known"
              :hint (key-hint (car unknown) keys))))))

(defun unknown-key (pairs keys)
  "A list of the first literal key among PAIRS that is not among KEYS, or NIL."
  (do ((tail pairs (cddr tail)))
      ((null tail) nil)
    (let ((key (car tail)))
      (when (and (keywordp key) (not (member key keys))
                 (not (eq key :allow-other-keys)))
        (return (list key))))))

(defun key-hint (key keys)
  (let ((near (nearest-symbol key (lambda (symbol) (member symbol keys))
                              keys)))
    (cond (near (text-of (list "did you mean " near "?")))
          (keys (text-of (list "it knows " keys)))
          (t nil))))

;;; Local functions

(defun check-local-arguments (fun arguments)
  "Report a call of the local function FUN with ARGUMENTS that do not fit."
  (check-arguments :warning (plain-function-name fun) (fun-lambda-list fun)
                   arguments))

(defun plain-function-name (fun)
  "The name of FUN as the program has it."
  (let ((name (fun-name fun)))
    (if (and (consp name) (eq (car name) 'flet)) (cadr name) name)))
