;;;; The packages of the runtime. COMMON-LISP, KEYWORD, COMMON-LISP-USER and
;;;; ASTRALISP.PRIMITIVES exist already; every builder obeys these forms as data.

(in-package #:common-lisp-user)

(defpackage #:astralisp
  (:nicknames #:ext)
  (:use)
  (:export
   ;; The process.
   #:quit #:exit #:*exit-hooks* #:*init-hooks* #:*save-hooks*
   #:save-world #:getenv #:command-line-arguments #:gc #:heap-usage
   #:library-source #:skip-form #:platform-name #:getpid
   #:unsupported-operation #:unsupported-operation-name
   #:unsupported-operation-platform #:unsupported-operation-remedy
   #:setenv #:unsetenv #:environ #:getcwd #:chdir
   ;; Files.
   #:file-status #:file-kind #:file-status-p #:file-status-kind
   #:file-status-mode #:file-status-size #:file-status-modified
   #:file-status-accessed #:file-status-changed #:file-status-inode
   #:file-status-device #:file-status-links #:file-status-user
   #:file-status-group #:read-link #:make-link #:delete-directory
   #:temporary-directory #:make-temporary-file #:make-temporary-directory
   #:with-temporary-file #:with-temporary-directory
   ;; Other programs.
   #:run-program #:process #:process-p #:process-pid #:process-status
   #:process-exit-code #:process-alive-p #:process-wait #:process-kill
   #:process-close #:process-input #:process-output #:process-error
   #:process-problem #:process-problem-program #:process-problem-code
   ;; The listener, errors, backtraces.
   #:print-image-size #:run-repl #:backtrace #:print-backtrace #:*debugger-enabled*
   #:stack-exhausted #:heap-exhausted #:memory-fault #:interrupt
   #:simple-program-error #:simple-package-error
   #:argument-count-error #:unknown-keyword-error
   ;; Compilers.
   #:compiler-diagnostic #:compiler-warning #:compiler-style-warning
   #:compiler-note #:diagnostic-code #:diagnostic-severity #:diagnostic-text
   #:diagnostic-hint #:diagnostic-form #:diagnostic-chain
   #:muffle-conditions #:unmuffle-conditions
   #:macroexpand-all #:variable-information #:function-information
   #:declaration-information #:augment-environment #:define-declaration
   #:parse-macro #:enclose
   #:who-calls #:who-references #:who-sets #:who-binds #:who-macroexpands
   #:who-inlines #:who-specializes-directly
   #:*ed-functions* #:find-definition-sources #:function-source-location
   #:diagnostic-position #:write-diagnostic #:report-diagnostic
   ;; Data.
   #:hash-table-weakness #:make-weak-pointer #:weak-pointer-value
   #:weak-pointer #:weak-pointer-p #:define-hash-table-test
   #:hash-table-synchronized-p #:with-locked-hash-table
   #:finalize #:cancel-finalization
   ;; Octets and external formats.
   #:string-to-octets #:octets-to-string #:*default-external-format*
   #:unknown-external-format #:unknown-external-format-designator
   #:character-coding-error #:character-coding-error-external-format
   #:character-decoding-error #:character-decoding-error-octets
   #:character-decoding-error-position #:character-encoding-error
   #:character-encoding-error-code #:character-encoding-error-position
   #:octet-decoding-error #:octet-decoding-error-array
   #:octet-decoding-error-start #:octet-decoding-error-end
   #:octets-encoding-error #:octets-encoding-error-string
   #:stream-decoding-error #:stream-encoding-error
   #:attempt-resync #:force-end-of-file #:input-replacement
   #:output-nothing #:output-replacement
   ;; Definitions.
   #:add-package-local-nickname #:remove-package-local-nickname
   #:package-local-nicknames #:package-locally-nicknamed-by-list
   #:lock-package #:unlock-package #:package-locked-p
   #:without-package-locks #:package-lock-violation
   #:package-lock-violation-symbol #:add-implementation-package
   #:remove-implementation-package #:package-implemented-by-list
   ;; Streams defined by methods.
   #:fundamental-stream #:fundamental-input-stream
   #:fundamental-output-stream #:fundamental-character-stream
   #:fundamental-binary-stream #:fundamental-character-input-stream
   #:fundamental-character-output-stream #:fundamental-binary-input-stream
   #:fundamental-binary-output-stream #:stream-read-char
   #:stream-unread-char #:stream-read-char-no-hang #:stream-peek-char
   #:stream-listen #:stream-read-line #:stream-clear-input
   #:stream-write-char #:stream-line-column #:stream-line-length
   #:stream-start-line-p #:stream-write-string #:stream-terpri
   #:stream-fresh-line #:stream-advance-to-column #:stream-finish-output
   #:stream-force-output #:stream-clear-output #:stream-read-byte
   #:stream-write-byte #:stream-read-sequence #:stream-write-sequence
   #:stream-file-position
   ;; Threads.
   #:threadp #:main-thread #:*default-thread-bindings* #:thread-error
   #:simple-thread-error #:thread-error-thread #:join-thread-error
   #:join-thread-error-problem #:interrupt-thread-error
   #:without-interrupts #:with-interrupts #:mutex-name #:mutex-owner
   #:holding-mutex-p #:with-recursive-mutex #:semaphore-count
   #:try-semaphore #:receive-pending-messages #:mailbox-count
   #:mailbox-empty-p #:timer #:make-timer #:schedule-timer #:timer-name
   #:unschedule-timer #:timer-scheduled-p #:all-timers #:with-timeout
   #:timeout #:timeout-seconds
   #:thread #:make-thread #:thread-name #:thread-alive-p #:all-threads
   #:current-thread #:join-thread #:thread-yield #:interrupt-thread
   #:destroy-thread #:mutex #:make-mutex #:with-mutex #:acquire-mutex
   #:release-mutex #:condition-variable #:make-condition-variable
   #:condition-wait #:condition-notify #:condition-broadcast
   #:semaphore #:make-semaphore #:semaphore-wait #:semaphore-signal
   #:mailbox #:make-mailbox #:send-message #:receive-message
   #:try-receive-message #:set-collector-stress #:collector-statistics
   #:verify-heap #:format-error
   ;; Numbers.
   #:double-float-positive-infinity #:double-float-negative-infinity
   #:single-float-positive-infinity #:single-float-negative-infinity
   #:float-infinity-p #:float-nan-p #:restore-random-state
   #:compare-and-swap #:get-cas-expansion #:define-cas-expander #:defcas
   #:atomic-update #:atomic-incf #:atomic-decf #:atomic-push #:atomic-pop
   #:memory-barrier
   #:float-traps #:float-exceptions #:float-rounding-mode
   #:with-float-traps-masked #:with-float-traps-enabled
   #:single-float-bits #:make-single-float #:double-float-bits
   #:make-double-float #:double-float-high-bits #:double-float-low-bits))

;;; The metaobject protocol: the names of AMOP that are not in COMMON-LISP.
(defpackage #:astralisp.mop
  (:nicknames #:mop)
  (:use)
  (:export
   #:accessor-method-slot-definition #:add-dependent #:add-direct-method
   #:add-direct-subclass #:class-default-initargs
   #:class-direct-default-initargs #:class-direct-slots
   #:class-direct-subclasses #:class-direct-superclasses #:class-finalized-p
   #:class-precedence-list #:class-prototype #:class-slots
   #:compute-applicable-methods-using-classes
   #:compute-class-precedence-list #:compute-default-initargs
   #:compute-discriminating-function #:compute-effective-method
   #:compute-effective-slot-definition #:compute-slots #:condition-class
   #:direct-slot-definition #:direct-slot-definition-class
   #:effective-slot-definition #:effective-slot-definition-class
   #:ensure-class #:ensure-class-using-class
   #:ensure-generic-function-using-class #:eql-specializer
   #:eql-specializer-object #:extract-lambda-list
   #:extract-specializer-names #:finalize-inheritance
   #:find-method-combination #:forward-referenced-class
   #:funcallable-standard-class #:funcallable-standard-instance-access
   #:funcallable-standard-object #:generic-function-argument-precedence-order
   #:generic-function-declarations #:generic-function-lambda-list
   #:generic-function-method-class #:generic-function-method-combination
   #:generic-function-methods #:generic-function-name
   #:intern-eql-specializer #:make-method-lambda #:map-dependents
   #:metaobject #:method-function #:method-generic-function
   #:method-lambda-list #:method-specializers #:reader-method-class
   #:remove-dependent #:remove-direct-method #:remove-direct-subclass
   #:set-funcallable-instance-function #:slot-boundp-using-class
   #:slot-definition #:slot-definition-allocation #:slot-definition-initargs
   #:slot-definition-initform #:slot-definition-initfunction
   #:slot-definition-location #:slot-definition-name #:slot-definition-readers
   #:slot-definition-type #:slot-definition-writers
   #:slot-makunbound-using-class #:slot-value-using-class #:specializer
   #:specializer-direct-generic-functions #:specializer-direct-methods
   #:standard-accessor-method #:standard-direct-slot-definition
   #:standard-effective-slot-definition #:standard-instance-access
   #:standard-reader-method #:standard-slot-definition
   #:standard-writer-method #:update-dependent #:validate-superclass
   #:writer-method-class))

(defpackage #:astralisp.runtime
  (:use #:common-lisp #:astralisp.primitives #:astralisp #:astralisp.mop)
  (:shadow #:parse-macro))
