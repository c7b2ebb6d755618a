;;;; Messages and the end of the system when nothing else can be done.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; All of this works without a heap: texts are vectors of octets in code
;;; constants, or are put together in the kernel's scratch memory.

(defconstant +panic-text+ #x60004000 "Where messages of a panic are made.")

(defwired print-octets (address count)
  (platform-console-write address count))

(defwired print-newline ()
  (set-octet +panic-text+ 0 10)
  (print-octets +panic-text+ 1))

(defwired print-hexadecimal (value)
  "Print the fixnum VALUE as 16 digits."
  (do-range (i 0 16)
    (let ((digit (logand 15 (shift-right value (shift-left (- 15 i) 2)))))
      (declare (type fixnum digit))
      (set-octet (+ +panic-text+ i) 0
                 (if (< digit 10) (+ 48 digit) (+ 87 digit)))))
  (print-octets +panic-text+ 16))

(defmacro print-text (text)
  "Print the literal string TEXT, octet by octet put into scratch memory."
  `(progn
     ,@(let ((index -1))
         (map 'list
              (lambda (character)
                (list 'set-octet '+panic-text+ (setq index (cl:+ index 1))
                      (char-code character)))
              text))
     (print-octets +panic-text+ ,(length text))))

(defwired print-word (value)
  (print-hexadecimal value)
  (print-newline))

(defwired stop-system ()
  (platform-power-off 70))

(defwired print-frames (pc fp)
  "The return addresses on the stack, innermost first, at most 40."
  (let ((count 0))
    (declare (type fixnum count))
    (while (and (/= fp 0) (< count 40))
      (print-text "  at ")
      (print-hexadecimal pc)
      (print-text " in code ")
      (print-word (code-at pc))
      (setq pc (word fp 8))
      (setq fp (word fp))
      (setq count (1+ count)))
    0))

(defwired collector-failed (code)
  (print-text "kernel panic: the collector cannot go on, reason ")
  (print-word code)
  (print-text "free blocks: ")
  (print-word (free-blocks))
  (stop-system))

(defwired panic-fault (kind address pc fp)
  "Wired code met a fault: no way to go on."
  (print-text "kernel panic: fault of kind ")
  (print-word kind)
  (print-text "address ")
  (print-word address)
  (print-frames pc fp)
  (stop-system))
