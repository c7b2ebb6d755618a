;;;; The packages of the runtime. COMMON-LISP, KEYWORD, COMMON-LISP-USER and
;;;; ASTRALISP.PRIMITIVES exist already; every builder obeys these forms as data.

(in-package #:common-lisp-user)

(defpackage #:astralisp
  (:nicknames #:ext)
  (:use)
  (:export
   ;; The process.
   #:quit #:getenv #:command-line-arguments #:gc #:heap-usage
   #:library-source #:skip-form
   ;; The listener, errors, backtraces.
   #:run-repl #:backtrace #:print-backtrace #:*debugger-enabled*
   #:stack-exhausted #:heap-exhausted #:memory-fault #:interrupt
   #:simple-program-error #:simple-package-error
   #:argument-count-error #:unknown-keyword-error
   ;; Data.
   #:hash-table-weakness #:make-weak-pointer #:weak-pointer-value
   #:string-to-octets #:octets-to-string
   ;; Definitions.
   #:add-package-local-nickname
   ;; Threads.
   #:thread #:make-thread #:thread-name #:thread-alive-p #:all-threads
   #:current-thread #:join-thread #:thread-yield #:interrupt-thread
   #:destroy-thread #:mutex #:make-mutex #:with-mutex #:acquire-mutex
   #:release-mutex #:condition-variable #:make-condition-variable
   #:condition-wait #:condition-notify #:condition-broadcast
   #:semaphore #:make-semaphore #:semaphore-wait #:semaphore-signal
   #:mailbox #:make-mailbox #:send-message #:receive-message
   #:try-receive-message #:set-collector-stress #:collector-statistics
   ;; Numbers.
   #:double-float-positive-infinity #:double-float-negative-infinity
   #:single-float-positive-infinity #:single-float-negative-infinity
   #:float-infinity-p #:float-nan-p #:restore-random-state))

(defpackage #:astralisp.runtime
  (:use #:common-lisp #:astralisp.primitives #:astralisp))
