;;;; The package of the native compiler; its exports.

(defpackage #:astralisp.compiler
  (:use #:common-lisp #:astralisp.primitives #:astralisp.asm)
  (:import-from #:astralisp
                #:compiler-diagnostic #:compiler-warning
                #:compiler-style-warning #:compiler-note #:diagnostic-text
                #:report-diagnostic #:find-definition-sources
                #:muffle-conditions
                #:unmuffle-conditions #:simple-program-error)
  (:import-from #:astralisp.runtime
                #:*source* #:*form-places* #:*compilation-unit*
                #:compilation-unit-changes #:compilation-unit-transient
                #:*toplevel-form* #:*evaluated-macros*
                #:make-source-text #:source-text-name #:source-text-text #:source-line-number
                #:source-line-start #:encode-definition
                #:note-function-defined #:unit-definition #:note-reference
                #:*diagnostic-counts* #:make-diagnostic-counts
                #:diagnostic-counts-errors #:diagnostic-counts-warnings
                #:diagnostic-counts-styles #:diagnostics-summary
                #:call-with-compilation-unit #:%stream-count
                #:declaration-facts #:definition-of-form #:definition-symbol #:note-file-definitions
                #:did-you-mean #:nearest-symbol
                #:rest-of-stream #:skip-byte-order-mark)
  (:export
   ;; driver
   #:lap-code-unit
   #:compile-toplevel-forms #:compile-lambda #:compile-file-to-octets
   #:check-effects #:broken-promise #:broken-promise-paths #:show-pass
   #:pass-names
   ;; layout
   #:+word-bits+
   #:+word-bytes+
   #:+fixnum-shift+
   #:+fixnum-mask+
   #:+fixnum-bits+
   #:+most-positive-fixnum+
   #:+most-negative-fixnum+
   #:+lowtag-mask+
   #:+cons-lowtag+
   #:+other-lowtag+
   #:+instance-lowtag+
   #:+function-lowtag+
   #:+immediate-lowtag+
   #:+layout-tag+
   #:+header-tag+
   #:+forward-tag+
   #:+immediate-mask+
   #:+character-tag+
   #:+character-shift+
   #:+single-tag+
   #:+single-shift+
   #:+marker-tag+
   #:+marker-shift+
   #:+unbound-marker+
   #:+no-thread-value-marker+
   #:+key-absent-marker+
   #:+deleted-marker+
   #:+header-code-shift+
   #:+header-flags-shift+
   #:+header-count-shift+
   #:+header-code-octet+
   #:+symbol-code+
   #:+cell-code+
   #:+value-cell-code+
   #:+bignum-code+
   #:+ratio-code+
   #:+double-code+
   #:+complex-code+
   #:+code-code+
   #:+weak-pointer-code+ #:+weak-pairs-code+
   #:+array-header-code+
   #:+simple-vector-code+
   #:+bit-vector-code+
   #:+u8-vector-code+
   #:+u16-vector-code+
   #:+u32-vector-code+
   #:+u64-vector-code+
   #:+s8-vector-code+
   #:+s16-vector-code+
   #:+s32-vector-code+
   #:+s64-vector-code+
   #:+single-vector-code+
   #:+double-vector-code+
   #:+string-code+
   #:+function-code+
   #:+funcallable-code+
   #:+car-slot+
   #:+cdr-slot+
   #:+symbol-value-slot+
   #:+symbol-cell-slot+
   #:+symbol-plist-slot+
   #:+symbol-name-slot+
   #:+symbol-package-slot+
   #:+symbol-hash-slot+
   #:+symbol-info-slot+
   #:+symbol-words+
   #:+cell-function-slot+
   #:+cell-name-slot+
   #:+cell-dependants-slot+
   #:+value-cell-slot+
   #:+bignum-digits-slot+
   #:+ratio-numerator-slot+
   #:+ratio-denominator-slot+
   #:+double-bits-slot+
   #:+complex-real-slot+
   #:+complex-imaginary-slot+
   #:+weak-pointer-value-slot+
   #:+array-data-slot+
   #:+array-offset-slot+
   #:+array-total-slot+
   #:+array-fill-slot+
   #:+array-flags-slot+
   #:+array-dimensions-slot+
   #:+vector-length-slot+
   #:+vector-data-slot+
   #:+function-entry-slot+
   #:+function-code-slot+
   #:+function-values-slot+
   #:+funcallable-layout-slot+
   #:+funcallable-slots-slot+
   #:+code-size-slot+
   #:+code-name-slot+
   #:+code-debug-slot+
   #:+code-constants-slot+
   #:+instance-slots-slot+
   #:+layout-name-index+
   #:+layout-length-index+
   #:+layout-depth-index+
   #:+layout-ancestors-index+
   #:+layout-raw-slots-index+
   #:+layout-version-index+
   #:+layout-slots-index+
   #:+layout-hash-index+
   #:+layout-kind-index+
   #:+layout-definition-index+ #:+layout-class-index+
   #:+layout-length+
   #:+world-base+
   #:+static-base+
   #:+static-end+
   #:+nil-word+
   #:+nil-address+
   #:+t-word+
   #:+t-address+
   #:+code-base+
   #:+code-end+
   #:+card-table+
   #:+card-shift+
   #:+card-table-end+
   #:+stacks-base+
   #:+stacks-end+
   #:+heap-base+
   #:+thread-limit+
   #:+thread-allocation-pointer+
   #:+thread-allocation-end+
   #:+thread-binding-sp+
   #:+thread-unwind+
   #:+thread-real-limit+
   #:+thread-stack-base+
   #:+thread-object+
   #:+thread-state+
   #:+thread-saved-registers+
   #:+thread-saved-sp+
   #:+thread-saved-fp+
   #:+thread-saved-pc+
   #:+thread-next+
   #:+thread-native-id+
   #:+thread-binding-base+
   #:+thread-binding-end+
   #:+thread-platform+
   #:+thread-values+
   #:+thread-locals+
   #:+thread-size+
   #:+register-arguments+
   #:+register-values+
   #:+call-arguments-limit+
   #:+unwind-block-words+
   #:+unwind-previous+
   #:+unwind-fp+
   #:+unwind-sp+
   #:+unwind-pc+
   #:+unwind-binding-sp+
   #:+unwind-tag+
   #:+inline-allocation-limit+))
