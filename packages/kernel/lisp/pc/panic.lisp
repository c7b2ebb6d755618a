;;;; What the machine says when it cannot go on.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired say-octets (word count)
  "Write the COUNT characters that stand in WORD, the lowest octet first."
  (let-fixnum ((left word))
    (do-range (i 0 count)
      (console-octet (logand left 127))
      (setq left (shift-right left 8))))
  0)

(defmacro say (text)
  "Write the literal TEXT; no memory but the code is read."
  (let ((forms '()))
    (do ((at 0 (cl:+ at 7)))
        ((cl:>= at (length text)))
      (let ((word 0) (end (cl:min (length text) (cl:+ at 7))))
        (do ((i (cl:- end 1) (cl:- i 1)))
            ((cl:< i at))
          (setq word (cl:+ (cl:* 256 word) (char-code (char text i)))))
        (push `(say-octets ,word ,(cl:- end at)) forms)))
    `(progn ,@(reverse forms))))

(defwired say-digit (value)
  (console-octet (if (< value 10) (+ 48 value) (+ 87 value))))

(defwired say-half (value)
  "Write the 32 bits VALUE in hexadecimal."
  (let-fixnum ((shift 28))
    (while (>= shift 0)
      (say-digit (logand 15 (shift-right value shift)))
      (increment shift -4)))
  0)

(defwired say-word-at (address)
  "Write the 64 bits at ADDRESS in hexadecimal."
  (say-half (half address 4))
  (say-half (half address)))

(defwired say-decimal (value)
  (if (>= value 10) (say-decimal (%fx-truncate value 10)))
  (say-digit (%fx-rem value 10)))

(defwired say-register (name frame offset)
  "Write NAME, three characters, and the word at OFFSET of FRAME."
  (say-octets name 3)
  (console-octet 32)
  (say-word-at (+ frame offset))
  (console-octet (if (= 0 (%fx-rem (+ offset 8) 24)) 10 32))
  0)

(defmacro register-word (name)
  (cl:+ (char-code (char name 0))
        (cl:* 256 (char-code (char name 1)))
        (cl:* 65536 (char-code (char name 2)))))

(defwired say-registers (frame)
  (say-register (register-word "r15") frame 0)
  (say-register (register-word "r14") frame 8)
  (say-register (register-word "r13") frame 16)
  (say-register (register-word "r12") frame 24)
  (say-register (register-word "r11") frame 32)
  (say-register (register-word "r10") frame 40)
  (say-register (register-word "r9 ") frame 48)
  (say-register (register-word "r8 ") frame 56)
  (say-register (register-word "rdi") frame 64)
  (say-register (register-word "rsi") frame 72)
  (say-register (register-word "rbp") frame 80)
  (say-register (register-word "rbx") frame 88)
  (say-register (register-word "rdx") frame 96)
  (say-register (register-word "rcx") frame 104)
  (say-register (register-word "rax") frame 112)
  (say-register (register-word "vec") frame 120)
  (say-register (register-word "err") frame 128)
  (say-register (register-word "rip") frame 136)
  (say-register (register-word "flg") frame 152)
  (say-register (register-word "rsp") frame 160)
  (say-register (register-word "cr2") +trap-text+ 0)
  (console-octet 10))

(defwired say-frames (frame)
  "The return addresses of the frames from FRAME's rbp on, at most 24."
  (let-fixnum ((fp (word frame +frame-rbp+)) (left 24))
    (say "frames:")
    (while (and (> left 0) (/= fp 0)
                (= 0 (logand fp 7))
                (/= -1 (physical-address fp))
                (/= -1 (physical-address (+ fp 8))))
      (console-octet 32)
      (say-half (half fp 8))
      (setq fp (if (> (word fp) fp) (word fp) 0))
      (increment left -1))
    (console-octet 10)))

(defwired stop-panicking ()
  "End: the exit status tells a test harness; a person reads the screen."
  (paint-now)
  (drain-serial)
  (if (/= 0 (exit-wanted)) (%out-u8 #xF4 70))
  (halt-forever))

(defwired begin-panic ()
  "The first words; a panic inside a panic stops at once."
  (%disable-interrupts)
  (set-panicking (+ (panicking) 1))
  (if (> (panicking) 1) (halt-forever))
  (set-cursor-hidden 1)
  (say "
*** AstraLisp stopped: "))

(defwired trap-panic (frame)
  "An exception came that no program can handle: say what is known."
  (%raw-store-u64 +trap-text+ 0 (%read-cr2))
  (begin-panic)
  (say "exception ")
  (say-decimal (word frame +frame-vector+))
  (if (= 14 (word frame +frame-vector+))
      (say " (bad access)"))
  (if (= 8 (word frame +frame-vector+))
      (say " (double fault)"))
  (say " in the kernel
")
  (say-registers frame)
  (say-frames frame)
  (stop-panicking))

(defwired pc-panic (code)
  "The kernel found CODE, a number of its own, impossible."
  (begin-panic)
  (say "failure ")
  (say-decimal code)
  (console-octet 10)
  (stop-panicking))
