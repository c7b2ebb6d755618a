;;;; The package of the kernel. Its arithmetic is on fixnums only.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:common-lisp-user)

(defpackage #:astralisp.kernel
  (:use #:common-lisp #:astralisp.primitives #:astralisp)
  (:shadow #:+ #:- #:* #:< #:> #:<= #:>= #:= #:/= #:logand #:logior #:logxor
           #:lognot #:1+ #:1- #:min #:max #:zerop)
  (:import-from #:astralisp.runtime
                #:set-structure-printer #:*room-hook* #:*allocation-hook*
                #:*evaluated-macros* #:note-function-defined
                #:note-evaluated-definition #:check-finalizer
                #:take-values-of-the-dead #:**values-of-the-dead**
                #:*terminal-reader* #:*prompt-writer*
                #:**mutex-functions** #:**after-collection**)
  (:import-from #:astralisp.runtime
                #:system-error-text #:system-stream-error
                #:system-stream-error-code #:make-fd-stream #:take-octets
                #:put-octets #:octet-file-stream-p #:**lenient-utf-8**
                #:find-external-format
                #:make-octets-stream #:native-namestring
                #:absolute-namestring #:utf-8-length #:*stdout*
                #:unsupported #:simple-file-error
                #:file-stream-p #:abandon-file-stream #:reset-console
                #:call-until-exit #:*exit-possible* #:*exit-elsewhere*
                #:*end-other-threads* #:%exit)
  (:import-from #:astralisp.compiler
                #:+cons-lowtag+ #:+other-lowtag+ #:+instance-lowtag+
                #:+function-lowtag+ #:+layout-tag+ #:+header-tag+
                #:+forward-tag+ #:+symbol-code+ #:+cell-code+
                #:+value-cell-code+
                #:+weak-pointer-code+ #:+weak-pairs-code+ #:+code-code+ #:+simple-vector-code+
                #:+bit-vector-code+ #:+string-code+ #:+function-code+
                #:+funcallable-code+ #:+nil-word+ #:+nil-address+ #:+t-address+
                #:+world-base+ #:+static-base+ #:+static-end+ #:+code-base+
                #:+code-end+ #:+card-table+ #:+card-shift+ #:+heap-base+
                #:+no-thread-value-marker+ #:+unbound-marker+
                #:+thread-limit+ #:+thread-allocation-pointer+
                #:+thread-allocation-end+ #:+thread-binding-sp+
                #:+thread-unwind+ #:+thread-real-limit+ #:+thread-stack-base+
                #:+thread-object+ #:+thread-state+ #:+thread-saved-registers+
                #:+thread-saved-sp+ #:+thread-saved-fp+ #:+thread-saved-pc+
                #:+thread-next+ #:+thread-native-id+ #:+thread-binding-base+
                #:+thread-binding-end+ #:+thread-values+ #:+thread-locals+
                #:+thread-size+ #:+unwind-previous+ #:+unwind-fp+
                #:+unwind-sp+ #:+unwind-pc+ #:+unwind-binding-sp+
                #:+unwind-tag+)
  (:export #:collect-garbage #:room #:set-collector-stress))
