;;;; The packages of trivial-gray-streams over the Gray streams of AstraLisp.

(in-package #:common-lisp-user)

(macrolet
    ((define-packages ()
       (let ((classes '(#:fundamental-stream
                        #:fundamental-input-stream #:fundamental-output-stream
                        #:fundamental-character-stream #:fundamental-binary-stream
                        #:fundamental-character-input-stream
                        #:fundamental-character-output-stream
                        #:fundamental-binary-input-stream
                        #:fundamental-binary-output-stream))
             (functions '(#:stream-read-char #:stream-unread-char
                          #:stream-read-char-no-hang #:stream-peek-char
                          #:stream-listen #:stream-read-line #:stream-clear-input
                          #:stream-write-char #:stream-line-column
                          #:stream-start-line-p #:stream-write-string
                          #:stream-terpri #:stream-fresh-line
                          #:stream-finish-output #:stream-force-output
                          #:stream-clear-output #:stream-advance-to-column
                          #:stream-read-byte #:stream-write-byte)))
         `(progn
            ;; What the implementation has.
            (defpackage #:impl-specific-gray
              (:use)
              (:import-from #:astralisp ,@classes ,@functions)
              (:export ,@classes ,@functions))
            ;; The library has classes of its own below those, and functions for
            ;; sequences and positions beside the implementation's.
            (defpackage #:trivial-gray-streams
              (:use #:common-lisp)
              (:import-from #:impl-specific-gray ,@functions)
              (:export ,@classes ,@functions
                       #:stream-read-sequence #:stream-write-sequence
                       #:stream-file-position #:trivial-gray-stream-mixin))))))
  (define-packages))
