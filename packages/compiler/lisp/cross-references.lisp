;;;; What uses what, read off the code in memory: WHO-CALLS and its like.

(in-package #:astralisp.compiler)

;;; Calls need no record: code holds the address of the function cell of what it
;;; calls. Other uses are in the debug information of code (UNIT-OF-LAMBDA).

(defun code-space-end ()
  "The first free address of code space."
  (%raw-load-word +world-base+ 32))

(defun map-code (function end)
  "Call FUNCTION with the address of each code object below END."
  (let ((code +code-base+))
    (loop
      (when (>= code end) (return))
      (funcall function code)
      (setq code (+ code (%raw-load-boxed code 8))))))

(defun code-debug-element (code index)
  "Element INDEX of the debug information of the code object at CODE, or NIL."
  (let ((debug (%raw-load-boxed code (* 8 +code-debug-slot+))))
    (if (and (simple-vector-p debug) (< index (length debug)))
        (svref debug index)
        nil)))

(defun code-function-name (code)
  "The name of the first function of the code object at CODE that is not the body
of a top-level form."
  (let ((records (code-debug-element code 1)))
    (dotimes (i (if (simple-vector-p records) (length records) 0) nil)
      (let ((name (svref (svref records i) 0)))
        (unless (member name '(:top-level-form toplevel-form))
          (return name))))))

(defun runs-code-p (function code)
  "Is CODE the address of the code object of FUNCTION, if that is a function?"
  (and (functionp function)
       (not (%funcallable-p function))
       (= code (function-code-address function))))

(defun function-of-code (name code)
  "How NAME leads to the code object at CODE: :FUNCTION, :MACRO or NIL."
  (cond ((not (or (symbolp name)
                  (and (consp name) (eq (car name) 'setf))))
         nil)
        ((runs-code-p (%fdefinition name) code) :function)
        ((and (symbolp name) (runs-code-p (%macro-function name) code)) :macro)
        (t nil)))

(defun method-of-code-p (name code)
  "Is the code object at CODE that of the present method called NAME, a list
\(METHOD function qualifier... (specializer...))?"
  (let ((function (and (fboundp (second name)) (fdefinition (second name)))))
    (if (and function (%funcallable-p function))
        (let ((method (ignore-errors
                       (find-method function (butlast (cddr name))
                                    (mapcar (runtime-name
                                             "SPECIALIZER-DESIGNATOR")
                                            (method-specializer-names name))
                                    nil))))
          (and method
               (runs-code-p (funcall (runtime-name "METHOD-CODE") method)
                            code)))
        nil)))

(defun method-specializer-names (name)
  "The specializers in the NAME of a method; a quoted object stands for itself."
  (mapcar (lambda (specializer)
            (if (and (consp specializer) (consp (cadr specializer))
                     (eq (car (cadr specializer)) 'quote))
                (list 'eql (cadr (cadr specializer)))
                specializer))
          (car (last name))))

(defun outdated-p (name code)
  "Was the code object at CODE, of what is called NAME, replaced by another?"
  (cond ((or (symbolp name)
             (and (consp name) (eq (car name) 'setf)))
         (null (function-of-code name code)))
        ((and (consp name) (eq (car name) 'method))
         (not (method-of-code-p name code)))
        (t nil)))

(defun note-user (name code users)
  "USERS with NAME, what the code object at CODE belongs to, if it is in use."
  (if (or (null name) (outdated-p name code)
          (member name users :test #'equal))
      users
      (cons name users)))

;;; Calls

(defun refers-to-p (code low high)
  "Do the instructions of the code object at CODE name an address from LOW below
HIGH?"
  (let ((at (code-object-start code))
        (end (- (+ code (%raw-load-boxed code 8)) 3)))
    (declare (type fixnum at end low high))
    (loop
      (when (>= at end) (return nil))
      (let ((word (%raw-load-u32 at 0)))
        (declare (type fixnum word))
        (when (and (>= word low) (< word high))
          (return t)))
      (setq at (+ at 1)))))

(defun has-constant-p (code object)
  "Is OBJECT a constant of the code object at CODE?"
  (dotimes (i (code-object-constants code) nil)
    (when (eq object (%raw-load-boxed code (* 8 (+ i +code-constants-slot+))))
      (return t))))

(defun callers (name)
  "The names of the functions whose code names the cell of the function NAME."
  (let ((cell (if (symbolp name)
                  (%symbol-cell name)
                  (getf (%symbol-info (cadr name)) :setf-cell)))
        (users '()))
    (when cell
      (let* ((low (%object-address cell))
             (high (+ low 32)))
        (map-code (lambda (code)
                    (when (or (refers-to-p code low high)
                              (has-constant-p code cell))
                      (setq users (note-user (code-function-name code) code
                                             users))))
                  (code-space-end))))
    (nreverse users)))

;;; Other uses

(defun uses-p (uses kind name)
  "Does USES, a vector of kinds with names behind each, or NIL, have NAME under
KIND?"
  (let ((in nil))
    (dotimes (i (if (simple-vector-p uses) (length uses) 0) nil)
      (let ((item (svref uses i)))
        (cond ((keywordp item) (setq in (eq item kind)))
              ((and in (equal item name)) (return t)))))))

(defun users (kinds name)
  "The names of the functions that use NAME in one of the ways KINDS."
  (let ((users '()))
    (map-code (lambda (code)
                (let ((uses (code-debug-element code 3)))
                  (dolist (kind kinds)
                    (when (uses-p uses kind name)
                      (setq users (note-user (code-function-name code) code
                                             users))))))
              (code-space-end))
    (nreverse users)))

(defun find-users (how name)
  "What WHO-CALLS and its like answer; HOW is a keyword."
  (ecase how
    (:calls (callers name))
    (:references (users '(:reads :constant) name))
    (:sets (users '(:sets) name))
    (:binds (users '(:binds) name))
    (:macroexpands (users '(:macro :compiler-macro :symbol-macro) name))
    (:inlines (users '(:inline) name))))

(setf (symbol-value (runtime-name "*FIND-USERS*")) #'find-users)
