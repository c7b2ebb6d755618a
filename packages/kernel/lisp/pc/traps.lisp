;;;; Descriptor tables, exceptions, demand-zero memory.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +code-selector+ 8 "Of 64-bit code.")
(defconstant +task-selector+ 24 "Of the task state segment.")
(defconstant +trap-vectors+ 48 "Vectors that have an entry.")
(defconstant +fault-stack+ #x600C0000 "Top of the stack of exceptions.")
(defconstant +interrupt-stack+ #x600B0000 "Top of that of interrupts.")
(defconstant +abort-stack+ #x600A0000 "Top of that of the double fault.")

;;; Words of the frame that the entries make (x86-64/pc-traps.lisp)

(defconstant +frame-r15+ 0)
(defconstant +frame-rbp+ 80)
(defconstant +frame-rdx+ 96)
(defconstant +frame-rax+ 112)
(defconstant +frame-vector+ 120)
(defconstant +frame-error+ 128)
(defconstant +frame-rip+ 136)
(defconstant +frame-rflags+ 152)
(defconstant +frame-rsp+ 160)

(defwired load-segments ()
  "Null, code, data and task segment; the last names the three stacks."
  (%raw-fill-words +segment-table+ 5 0)
  (set-half +segment-table+ 8 #x0000FFFF)
  (set-half +segment-table+ 12 #x00AF9B00)
  (set-half +segment-table+ 16 #x0000FFFF)
  (set-half +segment-table+ 20 #x00CF9300)
  (%raw-fill-words +task-segment+ 13 0)
  (%raw-store-u64 (+ +task-segment+ 36) 0 +fault-stack+)
  (%raw-store-u64 (+ +task-segment+ 44) 0 +interrupt-stack+)
  (%raw-store-u64 (+ +task-segment+ 52) 0 +abort-stack+)
  (set-half +task-segment+ 100 (shift-left 104 16))
  (set-half +segment-table+ 24
            (logior 103 (shift-left (logand +task-segment+ #xFFFF) 16)))
  (set-half +segment-table+ 28
            (logior #x8900 (logand (shift-right +task-segment+ 16) 255)
                    (logand +task-segment+ #xFF000000)))
  (set-half +segment-table+ 32 0)
  (load-descriptor +segment-table+ 39)
  (%load-gdt +descriptor+)
  (%load-task-register +task-selector+)
  0)

(defwired load-descriptor (address limit)
  "The operand of LGDT or LIDT."
  (%raw-store-u16 +descriptor+ 0 limit)
  (%raw-store-u64 (+ +descriptor+ 2) 0 address)
  0)

(defwired trap-stack (vector)
  "Which of the stacks VECTOR uses: 3 for what can come in the middle of
anything (NMI, double fault, machine check), 2 for interrupts, else 1."
  (if (or (= vector 2) (= vector 8) (= vector 18))
      3
      (if (>= vector +interrupt-base+) 2 1)))

(defwired load-gates (stubs)
  "Let vector N enter at STUBS + 16 N, with interrupts off."
  (%raw-fill-words +interrupt-table+ 512 0)
  (do-range (vector 0 +trap-vectors+)
    (let-fixnum ((gate (+ +interrupt-table+ (shift-left vector 4)))
                 (entry (+ stubs (shift-left vector 4))))
      (set-half gate 0 (logior (logand entry #xFFFF)
                               (shift-left +code-selector+ 16)))
      (set-half gate 4 (logior (logand entry #xFFFF0000)
                               #x8E00 (trap-stack vector)))
      (set-half gate 8 0)))
  (load-descriptor +interrupt-table+ 4095)
  (%load-idt +descriptor+)
  0)

;;; What an exception is to Lisp

(defwired exception-kind (vector)
  "0 bad access, 1 division, 2 arithmetic, 3 undefined instruction, 4 break,
5 something else that a program can do; -1 what stops the system."
  (cond ((or (= vector 14) (= vector 13) (= vector 12) (= vector 11)
             (= vector 10) (= vector 17))
         0)
        ((= vector 0) 1)
        ((or (= vector 4) (= vector 16) (= vector 19)) 2)
        ((= vector 6) 3)
        ((= vector 3) 4)
        ((or (= vector 1) (= vector 5) (= vector 7)) 5)
        (t -1)))

(defwired fault-site ()
  "The address whose access failed last, without its upper bits."
  (%raw-store-u64 +trap-text+ 0 (%read-cr2))
  (logand (word +trap-text+) #x0FFFFFFFFFFFFFFF))

(defwired demand-region-p (address)
  "1 when memory at ADDRESS may be made on demand: static and code space, the
tables, the nursery and the heap as far as they are used."
  (if (or (and (>= address +static-base+) (< address +code-end+))
          (and (>= address +card-table+)
               (< address (+ +card-table+
                             (shift-right (demand-end) +card-shift+))))
          (and (>= address +mark-stack+)
               (< address (+ +nursery-base+ +nursery-size+)))
          (and (>= address +heap-base+) (< address (demand-end))))
      1
      0))

(defwired supply-page (address)
  "Put zeroed memory at ADDRESS if it is in a region that gets it on demand and
has none: 2 MiB in the heap and the tables, else 4 KiB. 1 when that was done."
  (if (and (= 1 (demand-region-p address))
           (= 0 (find-page-slot address)))
      (let-fixnum ((at (logand address (- +large-frame-size+)))
                   (octets +large-frame-size+))
        ;; Without a large frame a small one is mapped there: the fault comes
        ;; again, and then there is a table.
        (if (or (< address +card-table+)
                (= 0 (large-page-fits-p at octets)))
            (setq at (logand address (- +frame-size+))
                  octets +frame-size+))
        (if (/= 0 (map-fresh-page at octets
                                  (if (and (>= address +code-base+)
                                           (< address +code-end+))
                                      +page-code+
                                      +page-data+)
                                  1))
            1
            0))
      0))

(defwired recoverable-p (frame)
  "1 when the program in FRAME can go on in Lisp: its code is in code space, no
trap was being handled, interrupts were on, its stack can be written."
  (let-fixnum ((pc (word frame +frame-rip+))
               (stack (word frame +frame-rsp+)))
    (if (and (>= pc +code-base+) (< pc +code-end+)
             (= 1 (trap-depth))
             (/= 0 (logand 512 (word frame +frame-rflags+)))
             (/= -1 (physical-address (- stack 8)))
             (/= -1 (physical-address (- stack 4096))))
        1
        0)))

(defwired resume-in-fault-entry (frame kind address)
  "Make FRAME go on as if its program had called the FAULT-ENTRY trampoline."
  (let-fixnum ((stack (- (word frame +frame-rsp+) 8)))
    (set-word stack 0 (word frame +frame-rip+))
    (set-word frame +frame-rsp+ stack)
    (set-word frame +frame-rax+ kind)
    (set-word frame +frame-rdx+ address)
    (set-word frame +frame-rip+ (fault-entry-address))
    (set-fault-total (+ (fault-total) 1)))
  0)

(defwired handle-exception (frame vector)
  (let-fixnum ((kind (exception-kind vector))
               (address (if (= vector 14) (fault-site) 0)))
    (if (and (= vector 14) (= 1 (supply-page address)))
        0
        (if (and (/= kind -1) (= 1 (recoverable-p frame)))
            (resume-in-fault-entry frame kind address)
            (trap-panic frame)))))

(defwired pc-trap (frame)
  "What the trap entries call, with interrupts off, on a stack of its own."
  (let-fixnum ((vector (word frame +frame-vector+)))
    (set-trap-depth (+ (trap-depth) 1))
    (if (>= vector +interrupt-base+)
        (handle-interrupt (- vector +interrupt-base+)
                          (word frame +frame-r15+))
        (handle-exception frame vector))
    (set-trap-depth (- (trap-depth) 1)))
  0)

(defwired start-traps ()
  "Load the tables; from now on faults are handled. Interrupts stay off."
  (set-fault-entry-address (%static-address fault-entry))
  (load-segments)
  (load-gates (%static-address pc-trap-stubs)))
