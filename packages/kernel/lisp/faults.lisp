;;;; Faults and exhaustion, reported as conditions.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired lower-stack-limit ()
  "The stack is used up: open the reserve for whoever handles that (1), then what
is kept for leaving to the top level (2); then the system ends."
  (let-fixnum ((level (1+ (%thread-load-word +thread-reserve-open+)))
               (usual (%thread-load-word +thread-usual-limit+))
               (limit (- usual +stack-reserve+)))
    (if (> level 2)
        (panic-here 3))
    (if (= level 2)
        (setq limit (- limit (- +stack-slack+ +stack-floor+))))
    (%thread-store-word +thread-reserve-open+ level)
    (%thread-store-word +thread-real-limit+ limit)
    (%thread-store-word +thread-limit+ limit)
    level))

(defun leave-to-top-level ()
  "There is not even room to report an error: take the innermost ABORT restart."
  (declare (effects :no-poll))
  (if (= 1 (%thread-load-word +thread-reserve-open+))
      (lower-stack-limit))
  (abort))

(defwired panic-here (code)
  (print-text "kernel panic: no way back to the top level, reason ")
  (print-word code)
  (let ((fp (%frame-pointer)))
    (declare (type fixnum fp))
    (print-frames (word fp 8) (word fp)))
  (stop-system))

(defun %handle-fault (kind address pc)
  "The instruction at PC met a fault: KIND 0 bad access to ADDRESS, 1 division, 2
arithmetic, 3 undefined instruction, 4 breakpoint. Does not return."
  (if (/= 0 (in-kernel))
      (panic-fault kind address pc (word (word (%frame-pointer)))))
  (if (and (= kind 1) (/= 0 (code-at (1+ pc))))
      (%signal-engine-error :division-by-zero nil '/)
      (%signal-engine-error :memory-fault address nil))
  (leave-to-top-level))

(defun stack-exhausted ()
  "Called by %POLL-SLOW when the stack pointer is below the limit."
  (declare (effects :no-poll))
  (if (= 1 (lower-stack-limit))
      (%signal-engine-error :stack-exhausted nil nil))
  (leave-to-top-level))

(defun %binding-stack-exhausted ()
  "Too many dynamic bindings are in force: the same with the binding stack."
  (if (/= 0 (%thread-load-word +thread-binding-open+))
      (leave-to-top-level)
      (progn
        (%thread-store-word +thread-binding-open+ 1)
        (%thread-store-word +thread-binding-end+
                            (+ (%thread-load-word +thread-binding-end+)
                               +binding-reserve+))
        (%signal-engine-error :stack-exhausted nil nil)
        (leave-to-top-level))))
