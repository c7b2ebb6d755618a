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
  (cond ((and (= kind 1) (/= 0 (code-at (1+ pc))))
         (%signal-engine-error :division-by-zero nil '/))
        ((= kind 2)
         (report-float-fault pc (word (%frame-pointer))))
        (t (%signal-engine-error :memory-fault address nil)))
  (leave-to-top-level))

;;; A float operation that may not have its result. The frame of FAULT-ENTRY has
;;; the registers: rbp at its base, eight boxed ones below, then raw ones, then
;;; what FXSAVE64 left, in which XMM0 is at 160.

(defun report-float-fault (pc frame)
  "The SSE instruction at PC was refused; FRAME is the frame of FAULT-ENTRY."
  (let* ((modes (%float-modes))
         (raised (cl:logand modes 63 (cl:lognot (cl:ash modes -7)))))
    (%set-float-modes (cl:logandc2 modes 63))
    (multiple-value-bind (operation operands)
        (refused-operation pc frame)
      (%signal-engine-error :float-trap operands (cons operation raised)))))

(defun refused-operation (pc frame)
  "The name of the operation at PC and its operands as far as they are known."
  (let* ((single (= #xF3 (octet pc)))
         (at (if (or single (= #xF2 (octet pc)) (= #x66 (octet pc)))
                 (1+ pc)
                 pc))
         (rex (if (= #x40 (logand #xF0 (octet at))) (octet at) 0))
         (at (if (= rex 0) at (1+ at)))
         (opcode (octet at 1))
         (modrm (octet at 2))
         (operation (cdr (assoc opcode '((#x58 . cl:+) (#x59 . cl:*) (#x5C . cl:-)
                                         (#x5E . cl:/) (#x51 . sqrt)
                                         (#x5A . coerce) (#x2C . truncate))))))
    (declare (type fixnum at rex opcode modrm))
    (if (or (null operation) (/= #x0F (octet at)))
        (values nil '())
        (let ((second (float-operand-address (+ at 3) rex modrm frame))
              (first (float-register-address
                      (logior (logand 7 (shift-right modrm 3))
                              (shift-left (logand rex 4) 1))
                      frame)))
          (flet ((operand (address)
                   (if (= address 0)
                       '()
                       (list (if single
                                 (%single-float-at address)
                                 (%raw-load-double address 0))))))
            (values operation
                    (if (member opcode '(#x51 #x5A #x2C))
                        (operand second)
                        (append (operand first) (operand second)))))))))

(defun float-register-address (number frame)
  (+ (logand (- frame 624) -16) 160 (shift-left number 4)))

(defun float-operand-address (at rex modrm frame)
  "Where the operand of the ModR/M octet MODRM lies, whose displacement is at AT:
a register, or memory from the frame pointer or the instruction pointer; else 0."
  (let ((mod (shift-right modrm 6)) (base (logand modrm 7)))
    (declare (type fixnum mod base))
    (cond ((= mod 3)
           (float-register-address
            (logior base (shift-left (logand rex 1) 3)) frame))
          ((/= base 5) 0)
          ((/= 0 (logand rex 1)) 0)
          ((= mod 0) (+ at 4 (%raw-load-s32 at 0)))
          ((= mod 1) (+ (word frame) (%raw-load-s8 at 0)))
          (t (+ (word frame) (%raw-load-s32 at 0))))))

(defun %single-float-at (address)
  (%make-single (%raw-load-u32 address 0)))

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
