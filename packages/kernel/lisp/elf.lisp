;;;; A saved world as a program of Linux: the page in front of it.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The parts of a world file are whole pages, in the order of their addresses. So a
;;; static executable (System V ABI, gABI 4 and 5) is one page with the headers, and
;;; then the world file as it is. packages/asm-kit/src/elf.ts makes the same of the
;;; first world.

(defconstant +elf-page+ #x60002000
  "Where the headers are made: the poll table is in use no more.")
(defconstant +elf-header-size+ 64 "Octets of the first header.")
(defconstant +program-header-size+ 56 "Octets of each program header.")

(defwired put-segment (index flags offset address octets size)
  "Program header INDEX: OCTETS of the file from OFFSET belong at ADDRESS, and zeros
behind them up to SIZE."
  (let ((at (+ +elf-page+ +elf-header-size+ (* index +program-header-size+))))
    (declare (type fixnum at))
    (set-half at 0 1)                   ; PT_LOAD
    (set-half at 4 flags)               ; 4 read, 2 write, 1 execute
    (set-word at 8 offset)
    (set-word at 16 address)
    (set-word at 24 address)
    (set-word at 32 octets)
    (set-word at 40 size)
    (set-word at 48 4096)))

(defwired put-elf-header (segments)
  (set-half +elf-page+ 0 #x464C457F)
  (set-half +elf-page+ 4 #x00010102)    ; 64 bits, little-endian
  (set-half +elf-page+ 16 #x003E0002)   ; ET_EXEC, x86-64
  (set-half +elf-page+ 20 1)
  (set-word +elf-page+ 24 (word +world-base+ 176))
  (set-word +elf-page+ 32 +elf-header-size+)
  (set-half +elf-page+ 52 (+ +elf-header-size+
                             (shift-left +program-header-size+ 16)))
  (set-half +elf-page+ 56 (+ segments (shift-left 64 16))))

(defwired prepare-elf-page ()
  "Make the page for this world."
  (let-fixnum ((static (- (page-up (world-static-free)) +world-base+))
               (code (- (page-up (world-code-free)) +code-base+))
               (heap (- (page-up (world-heap-free)) +heap-base+))
               (offset 4096))
    (clear-memory +elf-page+ 4096)
    (put-elf-header 6)
    (put-segment 0 6 offset +world-base+ static static)
    (setq offset (+ offset static))
    (put-segment 1 7 offset +code-base+ code code)
    (setq offset (+ offset code))
    (put-segment 2 6 offset +card-table+ 0 (- +kernel-state+ +card-table+))
    (put-segment 3 6 offset +kernel-state+ 0 (- +tables-end+ +kernel-state+))
    (put-segment 4 6 offset +nursery-base+ 0 +nursery-size+)
    (put-segment 5 6 offset +heap-base+ heap heap))
  0)

(defwired write-elf-page (fd)
  "Write the page; 0 or a negative error number."
  (prepare-elf-page)
  (linux-write-all fd +elf-page+ 4096))
