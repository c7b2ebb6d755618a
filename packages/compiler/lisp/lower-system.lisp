;;;; The system primitives in low operations.

(in-package #:astralisp.compiler)

;;; Memory by address: a fixnum

(defun address-place (offset)
  "Index argument and attributes for OFFSET octets behind an address."
  (let ((literal (literal-integer offset)))
    (if (and literal (< -2147483648 literal 2147483647))
        (values '() (list :disp literal))
        (values (list (as-word offset)) (list :disp 0 :scale 1)))))

(defun raw-load (address offset width)
  (multiple-value-bind (place attrs) (address-place offset)
    (let ((low (low :load (cons (as-word address) place) width attrs)))
      (setf (ins-rep low)
            (case width (:boxed :boxed) (:double :double) (t :word)))
      low)))

(defun as-natural-word (low ins)
  "The word LOW in the representation that the type of INS asks for."
  (if (ty-fixnum-p (value-ty ins))
      (low :word-to-fixnum (list low))
      low))

(defun raw-store (address offset value width)
  (let ((base (as-word address))
        (low (case width
               (:boxed (as-boxed value))
               (:double (as-double value))
               (t (as-word value)))))
    (multiple-value-bind (place attrs) (address-place offset)
      (low :store (cons base (append place (list low))) width attrs))
    (low-of value)))

(defmacro define-raw-access (&rest entries)
  "Each entry (READER WRITER WIDTH)."
  `(progn
     ,@(mapcar
        (lambda (entry)
          `(progn
             (define-lowering (,(car entry)) (ins address offset)
               (as-loaded (raw-load address offset ,(caddr entry)) ins))
             (define-lowering (,(cadr entry)) (ins address offset value)
               (raw-store address offset value ,(caddr entry)))))
        entries)))

(defun as-loaded (low ins)
  (if (eq (ins-rep low) :word) (as-natural-word low ins) low))

(define-raw-access
  (%raw-load-u8 %raw-store-u8 :u8) (%raw-load-u16 %raw-store-u16 :u16)
  (%raw-load-u32 %raw-store-u32 :u32) (%raw-load-u64 %raw-store-u64 :u64)
  (%raw-load-s8 %raw-store-s8 :s8) (%raw-load-s16 %raw-store-s16 :s16)
  (%raw-load-s32 %raw-store-s32 :s32) (%raw-load-s64 %raw-store-s64 :s64)
  (%raw-load-boxed %raw-store-boxed :boxed)
  (%raw-load-double %raw-store-double :double)
  (%raw-load-word %raw-store-word :u64))

(define-lowering (%mark-card) (ins address)
  (low :mark-card (list (as-word address)))
  nil)

;;; Words and objects

(define-lowering (%word-bits) (ins object)
  (low :boxed-bits (list (as-boxed object))))
(define-lowering (%bits-word) (ins word) (low :bits-boxed (list (as-word word))))
(define-lowering (%fixnum-word) (ins object) (as-boxed object))

(defun and-word (low mask)
  (low :word-and (list low (low :word '() mask))))

(define-lowering (%object-address) (ins object)
  (low :word-to-fixnum
       (list (and-word (low :boxed-bits (list (as-boxed object)))
                       (- -1 +lowtag-mask+)))))
(define-lowering (%object-tag) (ins object)
  (low :word-to-fixnum
       (list (and-word (low :boxed-bits (list (as-boxed object)))
                       +lowtag-mask+))))
(define-lowering (%address-object) (ins address tag)
  (low :bits-boxed (list (low :word+ (list (as-word address)
                                           (as-word tag))))))

(define-lowering (%header) (ins code flags count)
  (let ((c (literal-integer code)) (f (literal-integer flags))
        (n (literal-integer count)))
    (if (and c f n)
        (low :word '() (logior (header-word c n)
                               (ash f +header-flags-shift+)))
        (low :word-or
             (list (low :word-or
                        (list (shifted-word code +header-code-shift+)
                              (shifted-word flags +header-flags-shift+)))
                   (low :word-or
                        (list (shifted-word count +header-count-shift+)
                              (low :word '() +header-tag+))))))))

(defun shifted-word (value shift)
  (low :word-shl (list (as-word value) (low :word '() shift))))

(define-lowering (%bignum-length) (ins bignum)
  (let ((header (low :load (list (as-boxed bignum)) :u32
                     (list :disp (- 4 +other-lowtag+)))))
    (setf (ins-rep header) :word)
    (low :word-to-fixnum (list header))))

(defun digit-place (index)
  (slot-place index (- (* 8 +bignum-digits-slot+) +other-lowtag+)))

(define-lowering (%bignum-digit) (ins bignum index)
  (multiple-value-bind (place attrs) (digit-place index)
    (let ((low (low :load (cons (as-boxed bignum) place) :u64 attrs)))
      (setf (ins-rep low) :word)
      low)))

(define-lowering (%set-bignum-digit) (ins bignum index digit)
  (multiple-value-bind (place attrs) (digit-place index)
    (low :store (cons (as-boxed bignum)
                      (append place (list (as-word digit))))
         :u64 attrs))
  (low-of digit))

(define-lowering (%function-entry) (ins function)
  (let ((low (low :load (list (as-boxed function)) :u64
                  (list :disp (- (* 8 +function-entry-slot+)
                                 +function-lowtag+)))))
    (setf (ins-rep low) :word)
    (low :word-to-fixnum (list low))))

(define-lowering (%allocate) (ins octets)
  (low :word-to-fixnum (list (low :allocate-octets (list (as-word octets))))))

;;; The thread structure

(defun thread-place (offset)
  "Base and index to reach OFFSET, no literal, in the thread structure."
  (list (low :system '() :thread-pointer) (as-word offset)))

(defun thread-load (offset rep)
  (let* ((literal (literal-integer offset))
         (low (if literal
                  (low :thread-load '() literal)
                  (low :load (thread-place offset)
                       (if (eq rep :boxed) :boxed :u64)
                       (list :disp 0 :scale 1)))))
    (setf (ins-rep low) rep)
    low))

(define-lowering (%thread-load) (ins offset) (thread-load offset :word))
(define-lowering (%thread-load-boxed) (ins offset)
  (thread-load offset :boxed))
(define-lowering (%thread-load-word) (ins offset)
  (low :word-to-fixnum (list (thread-load offset :word))))

(defun thread-store (offset low)
  (let ((literal (literal-integer offset)))
    (if literal
        (low :thread-store (list low) literal)
        (low :store (append (thread-place offset) (list low))
             (if (eq (ins-rep low) :boxed) :boxed :u64)
             (list :disp 0 :scale 1)))))

(define-lowering (%thread-store) (ins offset value)
  (thread-store offset (as-word value))
  (low-of value))
(define-lowering (%thread-store-word) (ins offset value)
  (thread-store offset (as-word value))
  (low-of value))
(define-lowering (%thread-store-boxed) (ins offset value)
  (thread-store offset (as-boxed value))
  (low-of value))

(define-lowering (%poll) (ins) (low :poll '()) nil)

;;; Words

(defmacro define-word-operations (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 `(define-lowering (,(car entry)) (ins a b)
                    (low ,(cadr entry) (list (as-word a) (as-word b)))))
               entries)))

(define-word-operations
  (%word+ :word+) (%word- :word-) (%word* :word*) (%word-and :word-and)
  (%word-or :word-or) (%word-xor :word-xor)
  (%word-shift-left :word-shl) (%word-shift-right :word-shr)
  (%word-rotate-left :word-rotl) (%word-multiply-high :word-mul-high))

(define-lowering (%word-not) (ins a) (low :word-not (list (as-word a))))
(define-lowering (%word-signed %signed-word) (ins a) (as-word a))

(defmacro define-word-counts (&rest entries)
  `(progn
     ,@(mapcar (lambda (entry)
                 `(define-lowering (,(car entry)) (ins a)
                    (low :word-to-fixnum
                         (list (low ,(cadr entry) (list (as-word a)))))))
               entries)))

(define-word-counts
  (%word-count-bits :word-popcount) (%word-length :word-length)
  (%word-trailing-zeros :word-trailing-zeros))

(defun with-results (ins low count)
  "LOW with COUNT further results, kept for the %%SECONDs of INS."
  (let ((results '()))
    (dotimes (i count)
      (push (low :second-result (list low) (+ i 1)) results))
    (setf (ins-mark ins) (nreverse results))
    low))

(define-lowering (%%second) (ins first)
  (nth (- (ins-datum ins) 1) (ins-mark (replacement first))))

(define-lowering (%word-multiply) (ins a b)
  (with-results ins (low :word-mul-wide (list (as-word a) (as-word b))) 1))
(define-lowering (%word-divide) (ins high low divisor)
  (with-results ins
    (low :word-div-wide (list (as-word high) (as-word low) (as-word divisor)))
    1))
(define-lowering (%word-add-carry) (ins a b carry)
  (with-results ins
    (low :word-add-carry (list (as-word a) (as-word b) (as-word carry))) 1))
(define-lowering (%word-subtract-borrow) (ins a b borrow)
  (with-results ins
    (low :word-sub-borrow (list (as-word a) (as-word b) (as-word borrow)))
    1))
(define-lowering (%cpuid) (ins leaf subleaf)
  (with-results ins
    (low :system (list (as-word leaf) (as-word subleaf)) :cpuid) 3))

;;; Atomic operations

(defun atomic-base (address offset)
  (let ((literal (literal-integer offset)))
    (if literal
        (values (as-word address) (list :disp literal))
        (values (low :word+ (list (as-word address) (as-word offset)))
                (list :disp 0)))))

(define-lowering (%compare-and-swap) (ins address offset old new)
  (multiple-value-bind (base attrs) (atomic-base address offset)
    (let ((low (low :compare-and-swap
                    (list base (as-word old) (as-word new)) :word attrs)))
      (setf (ins-rep low) :word)
      low)))

(define-lowering (%compare-and-swap-boxed) (ins address offset old new)
  (multiple-value-bind (base attrs) (atomic-base address offset)
    (low :compare-and-swap (list base (as-boxed old) (as-boxed new)) :boxed
         attrs)))

(define-lowering (%atomic-add) (ins address offset delta)
  (multiple-value-bind (base attrs) (atomic-base address offset)
    (let ((low (low :atomic-add (list base (as-word delta)) :word attrs)))
      (setf (ins-rep low) :word)
      low)))

(define-lowering (%exchange) (ins address offset new)
  (multiple-value-bind (base attrs) (atomic-base address offset)
    (let ((low (low :exchange (list base (as-word new)) :word attrs)))
      (setf (ins-rep low) :word)
      low)))

;;; Control and machine

(defun lower-system (ins)
  "A machine operation on words."
  (let ((args '()))
    (dolist (arg (ins-args ins)) (push (as-word arg) args))
    (as-natural-word (low :system (nreverse args)
                          (op-fact (ins-op ins) :system))
                     ins)))

(defmacro define-system-operations (&rest names)
  `(progn
     ,@(mapcar
        (lambda (name)
          `(progn
             (set-op-fact ',name :system
                          ,(intern (subseq (symbol-name name) 1) '#:keyword))
             (setf (op-lowerer (get ',name 'op)) #'lower-system)))
        names)))

(define-system-operations
  %fence %pause %halt %enable-interrupts %disable-interrupts %tlb-flush
  %interrupt-flag %read-tsc %in-u8 %in-u16 %in-u32 %out-u8 %out-u16 %out-u32
  %read-msr %write-msr %read-cr0 %read-cr2 %read-cr3 %read-cr4 %write-cr0
  %write-cr3 %write-cr4 %invalidate-page %load-gdt %load-idt
  %load-task-register %thread-pointer %frame-pointer %stack-pointer
  %set-thread-pointer)

(define-lowering (%system-call) (ins)
  (let ((args '()))
    (dolist (arg (ins-args ins)) (push (as-word arg) args))
    (low :system (nreverse args) :syscall)))

(define-lowering (%trampoline-call) (ins)
  (low :call-trampoline (as-all-boxed (ins-args ins)) (ins-datum ins)))

(define-lowering (%static-address) (ins)
  (low :word-to-fixnum (list (low :static-address '() (ins-datum ins)))))

;;; Converters for those that are no plain functions

(defmacro define-multiple (name count)
  `(define-converter ,name (form env)
     (make-multiple-node (get ',name 'op) nil
                         (convert-arguments (cdr form) env) ,count)))

(define-multiple %word-multiply 2)
(define-multiple %word-divide 2)
(define-multiple %word-add-carry 2)
(define-multiple %word-subtract-borrow 2)
(define-multiple %cpuid 4)

(define-converter %syscall (form env)
  (make-multiple-node (get '%system-call 'op) nil
                      (convert-arguments (cdr form) env) 1))

(defun quoted-name (form)
  (if (and (consp form) (eq (car form) 'quote)) (cadr form) form))

(define-converter %call-trampoline (form env)
  (make-multiple-node (get '%trampoline-call 'op) (quoted-name (cadr form))
                      (convert-arguments (cddr form) env) 1))

(define-converter %static-address (form env)
  (unless (cdr form) (malformed "%STATIC-ADDRESS needs a name"))
  (make-multiple-node (get '%static-address 'op) (quoted-name (cadr form))
                      '() 1))

(define-converter %unwind-to (form env)
  (make-multiple-node (get '%unwind-exit 'op) nil
                      (convert-arguments (cdr form) env) 1))

(define-lowering (%unwind-exit) (ins block first rest)
  (low-end :unwind-to
           (list (as-word block) (as-boxed first) (as-boxed rest))
           '())
  nil)
