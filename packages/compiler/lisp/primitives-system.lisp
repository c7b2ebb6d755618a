;;;; The system primitives of docs/primitives.md; a data table.

(in-package #:astralisp.compiler)

(define-primitives :reads
  (%raw-load-u8 (t fixnum) u8) (%raw-load-u16 (t fixnum) u16)
  (%raw-load-u32 (t fixnum) u32) (%raw-load-u64 (t fixnum) u64)
  (%raw-load-s8 (t fixnum) s8) (%raw-load-s16 (t fixnum) s16)
  (%raw-load-s32 (t fixnum) s32) (%raw-load-s64 (t fixnum) s64)
  (%raw-load-boxed (t fixnum) t) (%raw-load-double (t fixnum) double)
  (%raw-load-word (t fixnum) natural)
  (%thread-load (t) u64) (%thread-load-boxed (t) t)
  (%thread-load-word (t) natural)
  (%bignum-length (t) count) (%bignum-digit (t index) u64)
  (%function-entry (t) natural))

(define-primitives :writes
  (%raw-store-u8 %raw-store-u16 %raw-store-u32 %raw-store-u64
                 %raw-store-s8 %raw-store-s16 %raw-store-s32 %raw-store-s64
                 %raw-store-boxed %raw-store-double %raw-store-word
                 (t fixnum t) t)
  (%mark-card (t) t)
  (%thread-store %thread-store-boxed %thread-store-word (t t) t)
  (%set-bignum-digit (t index t) t)
  (%allocate (t) natural)
  (%compare-and-swap (t fixnum u64 u64) u64)
  (%compare-and-swap-boxed (t fixnum t t) t)
  (%atomic-add %exchange (t fixnum u64) u64)
  (%poll () t))

;;; Several results: %%SECOND of the first, DATUM 1...
(define-primitives :writes
  (%word-multiply (u64 u64) u64) (%word-divide (u64 u64 u64) u64)
  (%word-add-carry %word-subtract-borrow (u64 u64 u64) u64)
  (%cpuid (t t) u32) (%system-call (t) fixnum) (%trampoline-call (t) t)
  (%unwind-exit (t t t) t))
(define-primitives :pure
  (%%second (t) u64))

(define-primitives :pure
  (%static-address () natural)
  (%word-bits (t) u64) (%bits-word (u64) t) (%object-address (t) natural)
  (%object-tag (t) tag) (%address-object (t tag) t) (%fixnum-word (t) fixnum)
  (%header (t t t) u64)
  (%word+ %word- %word* %word-and %word-or %word-xor
          %word-multiply-high (u64 u64) u64)
  (%word-not (u64) u64)
  (%word-shift-left %word-shift-right %word-rotate-left (u64 shift) u64)
  (%word< %word<= %word= (u64 u64) boolean)
  (%word-count-bits %word-length %word-trailing-zeros (u64) count)
  (%word-signed (u64) s64) (%signed-word (s64) u64))

(define-primitives :writes
  (%fence %pause %halt %enable-interrupts %disable-interrupts %tlb-flush
          () t)
  (%interrupt-flag () bit) (%read-tsc () natural)
  (%in-u8 (t) u8) (%in-u16 (t) u16) (%in-u32 (t) u32)
  (%out-u8 %out-u16 %out-u32 (t t) t)
  (%read-msr (t) u64) (%write-msr (t u64) t)
  (%read-cr0 %read-cr2 %read-cr3 %read-cr4 () u64)
  (%write-cr0 %write-cr3 %write-cr4 (u64) t)
  (%invalidate-page %load-gdt %load-idt %load-task-register (t) t)
  (%thread-pointer %frame-pointer %stack-pointer () natural)
  (%set-thread-pointer (t) t))
