;;;; Functions for the names that the native compiler open-codes.

(in-package #:astralisp.runtime)

;;; `(%defun car (a) (car a))' and so on: inside, the name is open-coded, with
;;; the checks of a safe call. What must see its caller's frame is left out.

(defmacro define-intrinsics (parameters &rest names)
  "Define each of NAMES as a function of PARAMETERS that calls itself, which the
compiler open-codes."
  `(progn
     ,@(mapcar (lambda (name)
                 `(%defun ,name ,parameters (,name ,@parameters)))
               names)))

(define-intrinsics ()
  %read-cr0 %read-cr2 %read-cr3 %read-cr4 %read-tsc %unbound-marker)

(define-intrinsics (a)
  %allocate %array-data %array-fill %array-flags %array-header-p
  %array-offset %array-total %bignum-length %bignump %bits-word %car %cdr
  %cell-function %cell-name %char-code %code-char %complexp %double-bits
  %double-float-p %double-negate %double-sqrt %double-to-single
  %double-truncate-fixnum %fixnum-word %fixnump %funcallable-p
  %function-code %function-entry %fx-not %global-value %imagpart %in-u16
  %in-u32 %in-u8 %instance-layout %instancep %make-double %make-single
  %make-value-cell %object-address %object-tag %ratiop %read-msr %realpart
  %signed-word %simple-string-p %single-bits %single-float-p %single-negate
  %single-sqrt %single-to-double %symbol-cell %symbol-hash %symbol-info
  %unbound-marker-p %value-cell-ref %vector-length %weak-pointer-value
  %word-bits %word-count-bits %word-length %word-not %word-signed
  %word-trailing-zeros atom car cdr char-code characterp consp functionp
  integerp listp not null simple-vector-p symbol-name
  symbol-package symbol-plist symbolp)

(define-intrinsics (a b)
  %address-object %array-dimension %bignum-digit %bit-ref %closure-ref
  %cpuid %double* %double+ %double- %double-ref %double/ %double< %double<=
  %double= %fx* %fx+ %fx- %fx-and %fx-or %fx-rem %fx-shift-left
  %fx-shift-right %fx-truncate %fx-xor %fx< %fx<= %fx= %fx> %fx>=
  %instance-ref %make-complex %make-ratio %raw-load-boxed %raw-load-double
  %raw-load-s16 %raw-load-s32 %raw-load-s64 %raw-load-s8 %raw-load-u16
  %raw-load-u32 %raw-load-u64 %raw-load-u8 %raw-load-word %s16ref %s32ref
  %s64ref %s8ref %set-array-data %set-array-fill %set-array-flags
  %set-array-offset %set-array-total %set-car %set-cdr %set-cell-function
  %set-global-value %set-symbol-cell %set-symbol-info %set-symbol-package
  %set-symbol-plist %set-value-cell %single* %single+ %single- %single-ref
  %single/ %single< %single<= %single= %string-ref %svref %u16ref %u32ref
  %u64ref %u8ref %word* %word+ %word- %word-and %word-multiply
  %word-multiply-high %word-or %word-rotate-left %word-shift-left
  %word-shift-right %word-xor %word< %word<= %word= cons eq eql rplaca
  rplacd schar svref)

(define-intrinsics (a b c)
  %atomic-add %exchange %header %raw-store-boxed %raw-store-double
  %raw-store-s16 %raw-store-s32 %raw-store-s64 %raw-store-s8 %raw-store-u16
  %raw-store-u32 %raw-store-u64 %raw-store-u8 %raw-store-word
  %set-array-dimension %set-bignum-digit %set-bit-ref %set-closure-ref
  %set-double-ref %set-instance-ref %set-s16ref %set-s32ref %set-s64ref
  %set-s8ref %set-single-ref %set-string-ref %set-svref %set-u16ref
  %set-u32ref %set-u64ref %set-u8ref %word-add-carry %word-divide
  %word-subtract-borrow)

(define-intrinsics (a b c d)
  %compare-and-swap %compare-and-swap-boxed)
