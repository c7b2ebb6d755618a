;;;; Symbols on the native engine: making them, their values, thread-locals.

(in-package #:astralisp.runtime)

;;; The hash of a symbol: the low 32 bits come from its name, the same on every
;;; host; above them those made by the running system have a serial number.

(defvar *symbol-serial* 0 "Of the last symbol made.")

(defmacro symbol-name-hash (symbol)
  `(%fx-and #xffffffff (%symbol-hash ,symbol)))

;;; FNV-1a over the character codes, 32 bits: the same on every host.
(defun string-hash-code (string)
  (let ((hash 2166136261))
    (dotimes (i (%vector-length string) hash)
      (setq hash (logand (* (logxor hash
                                    (%char-code (%string-ref string i)))
                            16777619)
                         #xffffffff)))))

(defun next-symbol-serial ()
  (setq *symbol-serial* (%fx-and #xfffffff (%fx+ *symbol-serial* 1))))

(defun make-symbol (name)
  "Return a new symbol without a package, called NAME. CLHS MAKE-SYMBOL."
  (unless (stringp name)
    (%type-error name 'string))
  (let* ((string (if (%simple-string-p name)
                     name
                     (coerce-to-string (coerce name 'list))))
         (hash (%fx-or (string-hash-code string)
                       (%fx-shift-left (next-symbol-serial) 32)))
         (address (%allocate 64)))
    (%raw-store-u64 address 0 (%header #x10 0 0))
    (%raw-store-boxed address 8 (%unbound-marker))
    (%raw-store-boxed address 16 nil)
    (%raw-store-boxed address 24 nil)
    (%raw-store-boxed address 32 string)
    (%raw-store-boxed address 40 nil)
    (%raw-store-boxed address 48 hash)
    (%raw-store-boxed address 56 nil)
    (%address-object address 15)))

;;; Values. The upper half of a symbol's header is its thread-local index, 0
;;; when no thread ever bound it; NIL's header is 8 before a multiple of 16, and
;;; so is reached through the address of its slots.

(defun symbol-header-address (symbol)
  (if (null symbol) #x10001108 (%object-address symbol)))

(defun thread-local-index (symbol)
  (%raw-load-u32 (symbol-header-address symbol) 4))

;;; True when the running thread has a binding of the special with INDEX.
(defun thread-bound-p (index)
  (and (not (eql index 0))
       (not (eql (%raw-load-word (%thread-pointer) index) 289))))

(defun symbol-current-value (symbol)
  (let ((index (thread-local-index symbol)))
    (if (thread-bound-p index)
        (%raw-load-boxed (%thread-pointer) index)
        (%global-value symbol))))

(defun check-symbol (object)
  (unless (symbolp object)
    (%type-error object 'symbol)))

(defun boundp (symbol)
  "True if SYMBOL has a value. CLHS BOUNDP."
  (check-symbol symbol)
  (not (%unbound-marker-p (symbol-current-value symbol))))

(defun symbol-value (symbol)
  "Return the value of SYMBOL; signal UNBOUND-VARIABLE without one.
CLHS SYMBOL-VALUE."
  (check-symbol symbol)
  (let ((value (symbol-current-value symbol)))
    (if (%unbound-marker-p value)
        (%unbound-variable symbol)
        value)))

(defun set (symbol value)
  "Give SYMBOL the value VALUE; return it. CLHS SET."
  (check-symbol symbol)
  (when (eq (%variable-kind symbol) :constant)
    (error 'simple-program-error
           :format-control "~S is a constant: it cannot be set"
           :format-arguments (list symbol)))
  (let ((index (thread-local-index symbol)))
    (if (thread-bound-p index)
        (%raw-store-boxed (%thread-pointer) index value)
        (%set-global-value symbol value))
    value))

(defun makunbound (symbol)
  "Leave SYMBOL without a value; return it. CLHS MAKUNBOUND."
  (set symbol (%unbound-marker))
  symbol)

(defun %unbound-variable (symbol)
  "The variable SYMBOL was read and has no value."
  (%signal-engine-error :unbound-variable symbol nil))

(defun %ensure-thread-local (symbol)
  "Return the index, in octets, of the thread-local word of SYMBOL; it gets one
if need be. Signal an error when none is left."
  (let ((index (thread-local-index symbol)))
    (if (eql index 0)
        ;; The header of the world says where the next free word is.
        (let ((free (%raw-load-word #x100000A0 0)))
          (when (> (+ free 8) 65536)
            (error "too many special variables are bound"))
          (%raw-store-word #x100000A0 0 (+ free 8))
          (%raw-store-u32 (symbol-header-address symbol) 4 free)
          free)
        index)))

(defun bind-special (symbol value)
  (check-symbol symbol)
  (let ((index (%ensure-thread-local symbol))
        (sp (%thread-load-word 24)))
    (when (>= (+ sp 16) (%thread-load-word 184))
      (%binding-stack-exhausted))
    (%raw-store-word sp 0 index)
    (%raw-store-boxed sp 8 (%raw-load-boxed (%thread-pointer) index))
    (%thread-store-word 24 (+ sp 16))
    (%raw-store-boxed (%thread-pointer) index value)))

(defun %progv-bind (symbols values)
  "Bind each of SYMBOLS to the value in its place of VALUES, or to none."
  (dolist (symbol symbols)
    (check-symbol symbol)
    (when (member (%variable-kind symbol) '(:constant :global))
      (%signal-engine-error :constant symbol nil))
    (bind-special symbol (if (consp values)
                             (pop values)
                             (%unbound-marker)))))
