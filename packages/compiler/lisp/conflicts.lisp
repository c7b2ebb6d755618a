;;;; Values that have surely not the type asked for; code that is never reached.

(in-package #:astralisp.compiler)

;;; Both are read off the result of type propagation: an instruction of a block
;;; that is reached whose argument can have no type it takes never gives a value.

(defun report-conflicts (func)
  "Report the type conflicts that propagation found in FUNC."
  (unless *quiet*
    (dolist (blok (func-blocks func))
      (when (blok-mark blok)
        (let ((ins (blok-first blok)))
          (loop
            (when (or (null ins) (conflict-p ins)) (return))
            (setq ins (ins-next ins))))))))

(defun conflict-p (ins)
  "Report INS if it cannot have a value; is nothing behind it reached?"
  (let ((dead (and (ins-type ins) (ty-empty-p (ins-type ins)))))
    (cond ((null (ins-site ins)) dead)
          ((eq (ins-opname ins) :check)
           (when dead (note-conflict ins (car (ins-args ins)) (ins-datum ins)
                                     (check-specifier ins)))
           dead)
          ((member (ins-opname ins) '(:call :tail-call))
           (check-call-types ins)
           dead)
          ((op-fact (ins-op ins) :high)
           (unless (getf (ins-attrs ins) :unsafe)
             (or (check-types ins (ins-args ins)
                              (op-argument-types (ins-op ins)))
                 (check-types ins (ins-args ins)
                              (get (ins-opname ins) 'argument-types))))
           dead)
          (t dead))))

(defun check-specifier (ins)
  (let ((specifier (getf (ins-attrs ins) :specifier)))
    (if (ty-p specifier) (ty-description specifier) specifier)))

(defun check-types (ins values types)
  "Report the first of VALUES, arguments of INS, that has not its type."
  (do ((values values (cdr values))
       (types types (cdr types)))
      ((or (null values) (null types)) nil)
    (when (ty-disjoint-p (value-ty (car values)) (car types))
      (note-conflict ins (car values) (car types) (ty-description (car types)))
      (return t))))

(defun note-conflict (ins value ty specifier)
  (let* ((*site* (ins-site ins))
         (value (replacement value))
         (literal (eq (ins-opname value) :constant))
         (datum (ins-datum value)))
    (unless (or (ty-empty-p (value-ty value))
                (not (ty-disjoint-p (value-ty value) ty)))
      (note-problem
       :warning "C0401"
       (if literal
           (text-of (list "the constant " (describe-datum datum)
                          " is not of type " specifier))
           (text-of (list "a value of type " (ty-description (value-ty value))
                          " is used as one of type " specifier)))
       :focus (if (and literal (or (not (symbolp datum)) datum)) datum nil)
       :label (text-of (list "must be of type " specifier))))))

;;; Calls of functions with known types

(defun check-call-types (ins)
  (let* ((name (ins-datum ins))
         (types (and (symbolp name) (call-argument-types name))))
    (when types (check-types ins (ins-args ins) types))))

(defun call-argument-types (name)
  "The lattice types of the first arguments of the function NAME, as proclaimed or
as the standard says; NIL when nothing is known."
  (let ((ftype (getf (%symbol-info name) :ftype)))
    (if (and (consp ftype) (eq (car ftype) 'function) (listp (cadr ftype)))
        (required-types (cadr ftype))
        (get name 'argument-types))))

(defun required-types (specifiers)
  (let ((types '()))
    (dolist (specifier specifiers (nreverse types))
      (cond ((eq specifier '&optional) nil)
            ((member specifier lambda-list-keywords)
             (return (nreverse types)))
            (t (push (values (specifier-ty specifier)) types))))))

(defmacro define-argument-types (&rest entries)
  "Each entry: (NAME... (TYPE...)): the types of the first arguments of NAMEs."
  `(progn
     ,@(mapcar (lambda (entry)
                 `(let ((types (mapcar (lambda (specifier)
                                         (values (specifier-ty specifier)))
                                       ',(car (last entry)))))
                    (dolist (name ',(butlast entry))
                      (setf (get name 'argument-types) types))))
               entries)))

;;; STRINGS stands for what names a string: a string, symbol or character.
(defparameter *string-designator*
  (bits-ty (logior +ty-string+ +ty-array-header+ +ty-any-symbol+
                   +ty-character+))
  "The type of string designators.")

(define-argument-types
  (length reverse nreverse copy-seq elt subseq (sequence))
  (nth nthcdr (unsigned-byte list))
  (last butlast nbutlast copy-list list-length nreconc revappend (list))
  (first second third fourth fifth sixth seventh eighth ninth tenth rest
         caar cadr cdar cddr caddr cdddr cadddr (list))
  (assoc rassoc member (t list)) (getf (list))
  (mapcar mapc mapcan maplist mapl mapcon (t list))
  (union intersection set-difference set-exclusive-or subsetp (list list))
  (count find position remove delete (t sequence))
  (count-if find-if position-if remove-if delete-if (t sequence))
  (remove-duplicates delete-duplicates (sequence)) (sort stable-sort (sequence))
  (every some notany notevery reduce (t sequence))
  (search mismatch replace (sequence sequence))
  (+ - * / = /= 1+ 1- zerop abs conjugate exp sin cos tan sqrt signum (number))
  (< > <= >= max min floor ceiling truncate round mod rem (real real))
  (plusp minusp (real))
  (evenp oddp integer-length logcount lognot (integer))
  (logand logior logxor logtest ash gcd lcm isqrt (integer integer))
  (numerator denominator (rational))
  (two-arg-+ two-arg-- two-arg-* two-arg-/ two-arg-= (number number))
  (two-arg-< two-arg-> two-arg-<= two-arg->= (real real))
  (%logand %logior %logxor %ash (integer integer))
  (char-code char-upcase char-downcase alpha-char-p digit-char-p upper-case-p
             lower-case-p alphanumericp both-case-p graphic-char-p (character))
  (code-char (unsigned-byte)) (char schar (string unsigned-byte))
  (symbol-name symbol-value symbol-function symbol-package symbol-plist boundp
               makunbound set keywordp (symbol))
  (aref array-dimensions array-rank array-total-size (array))
  (vector-push vector-push-extend (t vector)) (vector-pop (vector))
  (gethash remhash (t hash-table)) (maphash (t hash-table))
  (clrhash hash-table-count (hash-table))
  (rplaca rplacd (cons)) (parse-integer (string))
  (hash-table-count (hash-table)) (mod rem (real real)))

(dolist (name '(keywordp)) (setf (get name 'argument-types) nil))
(dolist (name '(string-upcase string-downcase string-capitalize string= string<
                string> string<= string>= string/= string-equal))
  (setf (get name 'argument-types)
        (list *string-designator*)))

;;; Names of lattice types

(defun ty-description (ty)
  "A type specifier of the language that says about what TY is."
  (let ((named (find-if (lambda (entry) (ty-equal (cdr entry) ty))
                        *named-types*)))
    (cond ((ty-name ty))
          (named (car named))
          ((ty-bits-p ty +ty-integer+)
           (list 'integer (or (ty-lo ty) '*) (or (ty-hi ty) '*)))
          (t (kinds-specifier ty)))))

(defparameter *kind-specifiers*
  '(integer integer ratio single-float double-float complex character null cons
    symbol symbol function function structure-object array t t simple-vector
    simple-bit-vector array array array array array array array array array
    array simple-string)
  "Of the kind bits in order.")

(defun kinds-specifier (ty)
  (let ((names '()) (bit 0))
    (dolist (name *kind-specifiers*)
      (when (logbitp bit (ty-bits ty))
        (unless (member name names) (push name names)))
      (setq bit (+ bit 1)))
    (cond ((null (cdr names)) (car names))
          (t (cons 'or (nreverse names))))))

;;; Code that is not reached

(defun report-unreached (func)
  "Tell of the user's calls in blocks of FUNC that propagation did not reach."
  (unless *quiet*
    (dolist (blok (func-blocks func))
      (unless (blok-mark blok)
        (let ((ins (find-telling (blok-first blok))))
          (when (and ins (not (reached-elsewhere-p (car (ins-site ins))
                                                   func)))
            (note-unreached (ins-site ins))))))))

(defun reached-elsewhere-p (form func)
  "Is there, in a block of FUNC that is reached, another copy of FORM?"
  (dolist (blok (func-blocks func) nil)
    (when (blok-mark blok)
      (let ((ins (blok-first blok)))
        (loop
          (when (null ins) (return))
          (when (and (ins-site ins) (eq form (car (ins-site ins))))
            (return-from reached-elsewhere-p t))
          (setq ins (ins-next ins)))))))

(defun find-telling (ins)
  "The first instruction from INS on that stands for a form of the user, or NIL."
  (loop
    (when (null ins) (return nil))
    (when (and (member (ins-opname ins)
                       '(:call :tail-call :call-local :tail-call-local))
               (written-call-p (ins-site ins)))
      (return ins))
    (setq ins (ins-next ins))))

(defun written-call-p (site)
  "Is the form at SITE a call that stands in the source as it is?"
  (and site *form-places* (consp (car site)) (symbolp (car (car site)))
       (not (special-operator-p (car (car site))))
       (if (gethash (car site) *form-places*) t nil)))

(defun note-unreached (site)
  (let ((*site* site))
    (note-problem :note "C0701"
                  (text-of (list "this call of " (car (car site))
                                 " is never reached"))
                  :label "not reached")))
