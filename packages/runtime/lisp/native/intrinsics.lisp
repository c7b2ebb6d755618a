;;;; Functions that the native compiler open-codes, as functions; a data table.

(in-package #:astralisp.runtime)

;;; (F X) is compiled in place, but #'F and (FUNCALL 'F X) need a function. Each
;;; definition's body is the open code of its own name, with checked arguments
;;; where the name is one of the standard's.

(defmacro define-intrinsics (&rest entries)
  "Each entry is (lambda-list name…)."
  (let ((forms nil))
    (dolist (entry entries)
      (dolist (name (cdr entry))
        (push `(%defun ,name ,(car entry) (,name ,@(car entry))) forms)))
    `(progn ,@(nreverse forms))))

(define-intrinsics
  ((x)
   car cdr not null atom consp listp symbolp keywordp characterp functionp
   integerp numberp realp rationalp floatp complexp arrayp vectorp stringp
   simple-vector-p simple-string-p bit-vector-p simple-bit-vector-p
   symbol-name symbol-package symbol-plist char-code)
  ((x y) eq eql cons rplaca rplacd)
  ((vector index) svref)
  ((string index) schar))

(define-intrinsics
  ((x)
   %car %cdr %fixnump %bignump %ratiop %complexp %double-float-p
   %single-float-p %simple-string-p %array-header-p %instancep %funcallable-p
   %unbound-marker-p %symbol-info %symbol-hash %global-value %char-code
   %code-char %realpart %imagpart %vector-length %vector-code
   %instance-layout %value-cell-ref %weak-pointer-value %array-data
   %array-fill %array-offset %array-total %array-flags %array-rank
   %make-value-cell %fx-not %double-negate %double-sqrt %double-bits
   %make-double %double-to-single %single-to-double %single-bits
   %make-single %single-negate %single-sqrt)
  ((x y)
   %set-car %set-cdr %set-symbol-plist %set-symbol-package
   %set-symbol-info %set-global-value %instance-ref %set-instance-layout
   %set-value-cell %make-ratio %make-complex %array-dimension
   %set-array-data %set-array-fill %set-array-offset %set-array-total
   %set-array-flags %fx+ %fx- %fx* %fx-and %fx-or %fx-xor %fx-truncate
   %fx-rem %fx< %fx> %fx<= %fx>= %fx= %double+ %double- %double* %double/
   %double< %double= %double<= %single+ %single- %single* %single/ %single<
   %single= %single<= %svref %u8ref %u16ref %u32ref %u64ref %s8ref %s16ref
   %s32ref %s64ref %single-ref %double-ref %bit-ref %string-ref %vref
   %shrink-vector %closure-ref)
  ((x i value)
   %set-svref %set-u8ref %set-u16ref %set-u32ref %set-u64ref %set-s8ref
   %set-s16ref %set-s32ref %set-s64ref %set-single-ref %set-double-ref
   %set-bit-ref %set-string-ref %set-vref %set-instance-ref
   %set-array-dimension %set-closure-ref))

(%defun list (&rest elements) elements)

(%defun list* (first &rest others)
  (if (null others)
      first
      ;; The &REST list is fresh: its last cons is cut off.
      (let ((list (cons first others)))
        (do ((tail list (%cdr tail)))
            ((null (%cdr (%cdr tail)))
             (%set-cdr tail (%car (%cdr tail)))
             list)))))

(%defun values (&rest values) (%values-list values))

(%defun funcall (function &rest arguments) (apply function arguments))

(%defun apply (function argument &rest more)
  (if (null more)
      (apply function argument)
      (apply function (apply (function list*) argument more))))

(%defun length (sequence)
  (cond ((listp sequence)
         (let ((count 0))
           (do ((tail sequence (%cdr tail)))
               ((not (consp tail))
                (if (null tail)
                    count
                    (%type-error sequence 'sequence)))
             (setq count (%fx+ count 1)))))
        ((%vector-code sequence) (%vector-length sequence))
        ((and (%array-header-p sequence) (eql 1 (%array-rank sequence)))
         (or (%array-fill sequence) (%array-dimension sequence 0)))
        (t (%type-error sequence 'sequence))))

(%defun code-char (code)
  (if (and (%fixnump code) (>= code 0) (< code #x110000))
      (%code-char code)
      nil))

(%defun numerator (rational)
  (cond ((%ratiop rational)
         (%raw-load-boxed (%object-address rational) 8))
        ((integerp rational) rational)
        (t (%type-error rational 'rational))))

(%defun denominator (rational)
  (cond ((%ratiop rational)
         (%raw-load-boxed (%object-address rational) 16))
        ((integerp rational) 1)
        (t (%type-error rational 'rational))))

(%defun %features ()
  '(:astralisp :common-lisp :ansi-cl :ieee-floating-point :little-endian
    :64-bit :native :x86-64))
