;;;; What was compiled with a definition that has changed is compiled again.

(in-package #:astralisp.compiler)

;;; A change is (kind name frontier): what was compiled below the address FRONTIER
;;; of code space used the former definition. Code objects never move.

(defparameter *watched-keys*
  '((:macro . :macro) (:symbol-macro . :symbol-macro)
    (:compiler-macro . :compiler-macro) (:inline-lambda . :inline)
    (:structure . :structure) (:type-expander . :type)
    (:constant . :constant)
    (:setf-compiler-macro . :compiler-macro) (:setf-inline-lambda . :inline))
  "Keys of the info of symbols, and how code uses what is under them.")

(defun note-change (symbol key old new)
  "The info of SYMBOL under KEY, which was OLD, becomes NEW."
  (let ((kind (cdr (assoc key *watched-keys*))))
    (when (and kind new old (not (same-definition-p symbol key old new)))
      (note-redefined kind
                      (if (member key '(:setf-compiler-macro
                                        :setf-inline-lambda))
                          (list 'setf symbol)
                          symbol)))))

(defun same-definition-p (symbol key old new)
  "Do OLD and NEW, under KEY of SYMBOL, mean the same?"
  (cond ((eq old new) t)
        ((eq key :constant) nil)
        ((member key '(:inline-lambda :setf-inline-lambda :symbol-macro))
         (equal old new))
        ((eq key :structure) (equalp old new))
        ((getf (%symbol-info symbol) :accessor) t)
        (t (let ((source (function-source old)))
             (and source
                  (same-source-p source (function-source new)))))))

(defun same-source-p (a b)
  "Are A and B the same source, but for the identity of uninterned symbols?"
  (let ((pairs '()))
    (labels ((same (a b)
               (cond ((consp a)
                      (and (consp b) (same (car a) (car b))
                           (same (cdr a) (cdr b))))
                     ((and a (symbolp a) (null (symbol-package a)))
                      (let ((entry (assoc a pairs)))
                        (cond (entry (eq (cdr entry) b))
                              ((and b (symbolp b) (null (symbol-package b)))
                               (push (cons a b) pairs)
                               t)
                              (t nil))))
                     ((or (stringp a) (numberp a) (characterp a))
                      (equal a b))
                     (t (equalp a b)))))
      (same a b))))

(defun function-source (function)
  "The lambda expression that FUNCTION was compiled from, or NIL."
  (if (and (functionp function) (not (%funcallable-p function)))
      (code-debug-element (function-code-address function) 4)
      nil))

(defun note-redefined (kind name)
  "NAME, which code uses in the way KIND, has another definition from now on."
  (unless *quiet*
    (let ((change (list kind name (code-space-end))))
      (if *compilation-unit*
          (push change (compilation-unit-changes *compilation-unit*))
          (compile-dependents (list change))))))

;;; The dependents of changes

(defun dependents (changes)
  "What uses what CHANGES redefined: lists of the address of the code, the name,
:FUNCTION or :MACRO, and the change."
  (let ((found '()))
    (map-code
     (lambda (code)
       (let ((uses (code-debug-element code 3)))
         (when uses
           (dolist (change changes)
             (when (and (< code (third change))
                        (uses-p uses (first change) (second change)))
               (let* ((name (code-function-name code))
                      (kind (function-of-code name code)))
                 ;; Of closures nobody knows whether they are in use.
                 (when (or kind
                           (and (consp name) (eq (car name) 'method)
                                (not (outdated-p name code))))
                   (push (list code name kind change) found)))
               (return))))))
     (code-space-end))
    (nreverse found)))

(defun compile-dependents (changes)
  "Compile again what used what CHANGES redefined, and say so."
  (let ((done '()) (left '()))
    (dolist (dependent (dependents changes))
      (if (compile-again dependent)
          (push dependent done)
          (push dependent left)))
    (report-dependents "C0801" (reverse done)
                       " compiled again, using the new definition of ")
    (report-dependents "C0802" (reverse left)
                       " still compiled with the former definition of "
                       "load the source again")))

(defun compile-again (dependent)
  "Compile again the function or macro of DEPENDENT; return false if its source is
not there."
  (destructuring-bind (code name kind change) dependent
    (declare (ignore change))
    (let ((source (code-debug-element code 4)))
      (cond ((and (consp source) (eq (car source) :evaluate))
             (let ((*quiet* t)) (%eval (second source) nil) t))
            ((null kind) (compile-from-file name :method))
            (source
             (let ((function (let ((*quiet* t))
                               (install-unit (compile-lambda source name)))))
               (if (eq kind :macro)
                   (%set-macro-function name function)
                   (%set-fdefinition name function))
               t))
            (t (compile-from-file name kind))))))

(defun compile-from-file (name kind)
  "Evaluate the definition of NAME in the file it was compiled from, if that is a
form by itself; return whether it is."
  (let ((place (find-if (lambda (entry)
                          (and (eq (car entry) kind)
                               (or (not (eq kind :method))
                                   (equal (fifth entry) (cdr name)))))
                        (find-definition-sources
                         (if (eq kind :method) (second name) name)))))
    (if (and place (char= #\/ (char (second place) 0))
             (probe-file (second place)))
        (let ((form (definition-at (second place) (third place) (fourth place)
                                   name)))
          (if form
              (let ((*quiet* t)) (%eval form nil) t)
              nil))
        nil)))

(defun definition-at (file line column name)
  "The form in FILE at LINE and COLUMN if it defines NAME as a function, macro or
method."
  (let* ((source (make-source-text file (read-source-text file)))
         (symbol (definition-symbol
                  (if (and (consp name) (eq (car name) 'method))
                      (cadr name)
                      name)))
         (*package* (or (symbol-package symbol) *package*))
         (form (ignore-errors
                (with-input-from-string
                    (stream (source-text-text source)
                            :start (+ (source-line-start source line)
                                      (- column 1)))
                  (read stream)))))
    (multiple-value-bind (kind own)
        (if (consp form) (definition-of-form form) nil)
      (if (or (and (member kind '(:function :macro)) (equal own name))
              (and (eq kind :method) (consp name) (equal own (cdr name))))
          form
          nil))))

;;; Reports

(defun report-dependents (code dependents text &optional hint)
  (when dependents
    (report-diagnostic
     (make-condition
      'compiler-note
      :severity :note :code code :hint hint
      :text (concatenate
             'string (names-text (mapcar #'second dependents))
             (if (cdr dependents) " are" " is") text
             (names-text (remove-duplicates
                          (mapcar (lambda (dependent)
                                    (second (fourth dependent)))
                                  dependents)
                          :test #'equal)))))))

(defun names-text (names)
  "NAMES, the first few, as text."
  (let* ((shown (subseq names 0 (min 5 (length names))))
         (others (- (length names) (length shown))))
    (format nil "~{~S~^, ~}~[~:;~:* and ~D more~]" shown others)))

(setf (symbol-value (runtime-name "*DEPENDENTS-HOOK*")) #'compile-dependents)
(%set-global-value (runtime-name "**CHANGE-HOOK**") #'note-change)
