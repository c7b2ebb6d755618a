;;;; The words, tables and addresses that only the pc platform uses.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; All of it lies in memory that the boot shim has mapped and zeroed
;;; (docs/boot.md), so that traps and panics reach it in any state of the heap.

(defconstant +pc-state+ #x6000C000 "Address of the words below.")
(defconstant +serial-ring+ #x6000D000 "Octets typed and not yet read.")
(defconstant +interrupt-table+ #x6000E000 "256 gates of 16 octets.")
(defconstant +segment-table+ #x6000F000 "Null, code, data, task segment.")
(defconstant +task-segment+ #x6000F080 "The task state segment.")
(defconstant +descriptor+ #x6000F100 "Operand of LGDT and LIDT, 10 octets.")
(defconstant +trap-text+ #x6000F200 "Where a panic puts its digits.")
(defconstant +console-font+ #x60C00000 "Glyphs: 16 octets each.")
(defconstant +glyph-index+ #x60C10000 "16 bits a character: its glyph.")
(defconstant +wanted-cells+ #x60C80000 "The screen as it should be.")
(defconstant +shown-cells+ #x60CC0000 "The screen as it was painted.")
(defconstant +firmware-buffer+ #x60D00000 "Arguments from fw_cfg.")
(defconstant +firmware-buffer-size+ #x10000 "Octets of that buffer.")
(defconstant +frame-bitmap+ #x60E00000 "A bit a page frame: it is free.")
(defconstant +frame-bitmap-end+ #x61000000 "Enough for 64 GiB.")

(define-kernel-words +pc-state+
  ;; Physical memory.
  (page-root 0 "Physical address of the top page table.")
  (frame-end 8 "End of the physical memory that is described.")
  (free-frames 16 "How many frames of 4 KiB are free.")
  (table-hint 24 "No frame for tables is free below this address.")
  (frame-hint 32 "No frame for data is free below this address.")
  (large-hint 40 "No frame of 2 MiB is free at or above this address.")
  (ram-octets 48 "Memory that the firmware said is usable.")
  ;; Clock.
  (tick-kilohertz 64 "Ticks of the time stamp counter in a millisecond.")
  (tick-base 72 "The counter at start.")
  (alarm-time 80 "When the next timer event is due, or 0.")
  (timer-count 88 "Timer interrupts since start.")
  (boot-seconds 96 "Seconds since 1970 when the clock was 0.")
  (idle-ns 104 "Nanoseconds spent waiting.")
  ;; Serial line and keyboard.
  (serial-present 128 "Not 0: there is a 16550 at 3F8h.")
  (ring-in 136 "Octets ever put into the ring.")
  (ring-out 144 "Octets ever taken from the ring.")
  (keyboard-flags 152 "Which modifier keys are down.")
  (keyboard-prefix 160 "Not 0: the last scan code was E0h.")
  (line-dropped 168 "Not 0: Ctrl-C was typed since input was read last.")
  (last-output 176 "The octet written last on the serial line.")
  ;; The screen.
  (screen-address 192 "The framebuffer, or 0.")
  (screen-pitch 200 "Octets from a row of pixels to the next.")
  (screen-columns 208 "Cells in a row.")
  (screen-rows 216 "Rows of cells.")
  (screen-dirty 224 "Not 0: cells differ from what is shown.")
  (screen-painted 232 "The clock when the screen was painted last.")
  (cursor-column 240 "Where the next character goes.")
  (cursor-row 248 "Where the next character goes.")
  (cursor-shown 256 "The cell where the cursor is painted, or -1.")
  (pen 264 "Colours of the next character.")
  (escape-state 272 "0 text, 1 after ESC, 2 in parameters, 3 to be ignored.")
  (escape-count 280 "Parameters seen.")
  (saved-cursor 288 "Row << 16 | column.")
  (text-code 296 "The character whose octets are coming in.")
  (text-left 304 "How many octets of it are still to come.")
  (glyph-count 312 "Glyphs in the font.")
  (cursor-hidden 320 "Not 0: the cursor is not shown.")
  ;; Eight parameters of an escape sequence stand from here on.
  (escape-parameters 384 "Address of the first is +PC-STATE+ + 384.")
  ;; Firmware.
  (power-port 512 "PM1a control port of ACPI, or 0.")
  (power-value 520 "What to write there to turn the machine off.")
  (script-left 528 "Octets of the script still to be read.")
  (script-present 536 "Not 0: the console reads the script.")
  (exit-wanted 544 "Not 0: the exit status goes to port F4h.")
  (arguments-length 552 "Octets of the arguments.")
  (emulated 560 "Not 0: the machine is QEMU's emulator.")
  (random-device 568 "Not 0: the processor has RDRAND.")
  (random-pool 576 "The pool of random bits.")
  ;; Traps.
  (trap-depth 640 "Not 0: a trap or interrupt is being handled.")
  (panicking 648 "Not 0: a panic is being reported.")
  (fault-total 656 "Faults handed to Lisp.")
  (fault-entry-address 664 "Of the trampoline FAULT-ENTRY.")
  (demand-end 672 "End of the heap that gets memory on demand."))
