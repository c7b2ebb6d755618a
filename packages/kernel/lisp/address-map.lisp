;;;; Where everything lies: fixed addresses, kernel state words, world header.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Below the heap (docs/object-layout.md, docs/kernel.md)

(defconstant +kernel-state+ #x60000000 "Address of the kernel's own words.")
(defconstant +kernel-state-size+ #x10000 "Octets of the kernel's own words.")
(defconstant +poll-table+ #x60002000
  "Descriptors waited for: 32 bits, 16 bits of events wanted, 16 of those found.")
(defconstant +poll-entries+ 1024 "Entries of that table.")
(defconstant +map-cache+ #x60008000 "Stack maps found before, by pc.")
(defconstant +map-cache-entries+ 512 "A power of two; 32 octets each.")
(defconstant +first-thread+ #x60010000 "Structure of the first thread.")
(defconstant +first-binding-base+ #x60020000 "Its binding stack.")
(defconstant +first-binding-end+ #x60060000 "End of its binding stack.")
(defconstant +signal-stack+ #x60080000 "Stack of signal and trap handlers.")
(defconstant +signal-stack-end+ #x600C0000 "End of that stack.")
(defconstant +first-stack-end+ #x60100000 "Lowest address of its stack.")
(defconstant +first-stack-base+ #x60900000 "Highest address of its stack.")
(defconstant +mark-stack+ #x61000000 "Objects marked but not yet scanned.")
(defconstant +mark-stack-size+ #x400000 "Octets of the mark stack.")
(defconstant +starts+ #x62000000 "Start bits of 16 octets each, from address 0.")
(defconstant +marks+ #x68000000 "Mark bits, from the start of the heap.")
(defconstant +lines+ #x6C000000 "An octet for each line of 256 octets.")
(defconstant +kinds+ #x6E000000 "An octet for each block: its kind.")
(defconstant +infos+ #x6E100000 "32 bits for each block.")
(defconstant +tables-end+ #x70000000 "End of the tables.")
(defconstant +nursery-base+ #x70000000 "First address of the nursery.")
(defconstant +nursery-shift+ 21 "The nursery is this power of two large.")
(defconstant +nursery-size+ #x200000 "Octets of the nursery.")
(defconstant +largest-heap+ #x200000000 "Octets that the tables can describe.")

(defconstant +block-shift+ 15 "A block is this power of two large.")
(defconstant +block-size+ 32768 "Octets of a block.")
(defconstant +line-shift+ 8 "A line is this power of two large.")
(defconstant +line-size+ 256 "Octets of a line.")
(defconstant +block-lines+ 128 "Lines in a block.")
(defconstant +large-size+ 8192 "An object of more octets has its own blocks.")
(defconstant +card-size+ 512 "Octets of address that a card stands for.")
(defconstant +promotion-reserve+ 96 "Blocks that a minor collection may need.")
(defconstant +emergency-reserve+ 96 "Blocks kept to handle heap exhaustion.")
(defconstant +stack-slack+ 65536 "Octets kept to leave for the top level.")
(defconstant +stack-floor+ 16384 "Octets that only wired code may use.")
(defconstant +stack-reserve+ 131072 "Octets kept to handle stack exhaustion.")
(defconstant +poll-now+ #x0FFFFFFFFFFFFFF8
  "The limit word that makes a thread stop at its next poll.")

;;; Kernel state: raw words at fixed addresses, so that wired routines and the
;;; assembly stubs reach them without going through a symbol.

(defmacro define-kernel-words (base &rest definitions)
  "Each of DEFINITIONS is (name offset documentation): NAME becomes a macro
that reads the word at BASE + offset, SET-NAME one that stores it."
  `(progn
     ,@(mapcan
        (lambda (definition)
          (let ((name (first definition)) (offset (second definition)))
            (list `(defmacro ,name () ,(third definition)
                     (list '%raw-load-word ',base ,offset))
                  `(defmacro ,(intern (concatenate 'string "SET-"
                                                   (symbol-name name))
                                      '#:astralisp.kernel)
                       (value)
                     (list '%raw-store-word ',base ,offset value)))))
        definitions)))

(define-kernel-words +kernel-state+
  ;; Known to the assembly stubs.
  (pending-events 0 "Bit N: signal or event N happened.")
  (running-structure 8 "Address of the running thread's structure.")
  (fault-kind 16 "Of the last fault: 0 access, 1 division, …")
  (fault-address 24 "Of the last fault.")
  (fault-pc 32 "Of the last fault.")
  (in-kernel 40 "Not 0 while wired code runs that must not be interrupted.")
  ;; The heap.
  (heap-limit 48 "End of the heap that may be used.")
  (heap-frontier 56 "End of the blocks that were ever used.")
  (free-blocks 64 "How many blocks are free.")
  (free-hint 72 "No block below this address is free.")
  (fresh-is-zero 80 "Not 0: memory never used is known to be zero.")
  (run-pointer 88 "Where the next survivor goes.")
  (run-end 96 "End of that run of free lines.")
  (run-cursor 104 "Where the search for the next run begins.")
  (spare-pointer 112 "Where the next survivor goes that fits in no run.")
  (spare-end 120 "End of that block.")
  (mark-pointer 128 "Top of the mark stack.")
  (mark-limit 136 "End of the mark stack.")
  (mark-overflow 144 "Not 0: objects were marked and not pushed.")
  (weak-chain 152 "Weak pointers met in this collection.")
  (nursery-end 160 "End of the part of the nursery in use.")
  (collecting 168 "Not 0 during a collection.")
  (compacting 176 "Not 0 when everything is evacuated.")
  (linear-pointer 184 "Next address that a compaction fills.")
  (linear-block-end 192 "End of the block that a compaction fills.")
  (full-threshold 200 "Blocks in use that ask for a full collection.")
  (stress-size 208 "Octets of nursery in stress mode, or 0.")
  (identity-epoch 216 "Changes when addresses that were hashed change.")
  (nursery-hashed 224 "Not 0: the address of a nursery object was hashed.")
  (emergency 232 "1: the reserve is open; 2: it is gone.")
  (moved-objects 240 "Objects evacuated by this collection.")
  (ignore-threads 248 "Not 0: threads are no roots, a world is being saved.")
  ;; Statistics.
  (minor-count 256 "Minor collections.")
  (full-count 264 "Full collections.")
  (minor-total-ns 272 "Time spent in minor collections.")
  (minor-longest-ns 280 "Longest of them.")
  (full-total-ns 288 "Time spent in full collections.")
  (full-longest-ns 296 "Longest of them.")
  (last-pause-ns 304 "The last collection.")
  (promoted-octets 312 "Octets copied out of the nursery.")
  (nursery-octets 320 "Octets allocated in nurseries that were collected.")
  (large-octets 328 "Octets allocated as large objects.")
  (first-thread 336 "Head of the list of thread structures.")
  (map-found-pc 344 "The stack map found last: its pc.")
  (map-slots 352 "Its slots: bits, or with bit 31 set a list in the maps.")
  (map-table 360 "Address of that list.")
  (map-arguments 368 "Its outgoing stack arguments.")
  (map-position 376 "Its position number.")
  ;; Threads.
  (switching-deferred 384 "How many regions forbid a switch of threads.")
  (polled-descriptors 392 "How many entries of the poll table are in use.")
  (timer-deadline 400 "When the timer was asked to fire, or 0.")
  (dead-thread 416 "Structure of a thread that has ended, to be freed, or 0.")
  (started-ns 424 "The clock when the world was started.")
  (weak-pairs-chain 432 "Weak pairs met in this collection.")
  (weak-progress 440 "Not 0: what weak pairs lead to is not yet all traced.")
  (finalizers-due 448 "Not 0: objects with finalizers are gone."))

;;; Words of a thread structure that only the kernel uses.

(defconstant +thread-reserve-open+ 192
  "1: its stack reserve is in use; 2: it is leaving for the top level.")
(defconstant +thread-usual-limit+ 208 "Its stack limit in normal times.")
(defconstant +thread-float-modes+ 216 "Its MXCSR while it does not run.")
(defconstant +thread-binding-open+ 200 "Not 0: its binding reserve is in use.")
(defconstant +default-float-modes+ #x1900
  "MXCSR: invalid operations, division by zero and overflow trap.")
(defconstant +binding-reserve+ 8192 "Octets kept to handle exhaustion.")
(defconstant +thread-area-size+ #x120000 "Structure, binding stack, stack.")
(defconstant +thread-binding-size+ #x10000 "Octets of a binding stack.")
(defconstant +time-slice+ 10000000 "Nanoseconds until the next thread's turn.")
(defconstant +timer-event+ 14 "Bit of the state word.")
(defconstant +interrupt-event+ 2 "Bit of the state word.")
(defconstant +child-event+ 17 "Bit of the state word: a child has changed.")

;;; The world header

(define-kernel-words +world-base+
  (world-static-free 24 "First free address of static space.")
  (world-code-free 32 "First free address of code space.")
  (world-heap-start 40 "Start of the heap.")
  (world-heap-free 48 "First free address of the heap as loaded.")
  (world-platform 88 "Number of the platform: 1 linux, 2 pc.")
  (world-rsdp 96 "Address of the ACPI root pointer, or 0.")
  (world-arguments 104 "Command line or auxiliary vector.")
  (world-memory-map 112 "Address of the memory map of the firmware.")
  (world-framebuffer 120 "Address of the framebuffer description.")
  (world-thread 144 "Structure of the first thread.")
  (world-stack-top 152 "Top of its control stack.")
  (world-locals 160 "Offset behind the last thread-local value in use.")
  (world-block-list 168 "Boxed: u32 vector, kind << 24 | octets used.")
  (world-epoch 200 "Identity epoch at which the world was saved."))

(defconstant +world-start-function+ #x10000040 "Boxed word of the header.")
(defconstant +world-initialisers+ #x10000048 "Boxed word of the header.")
(defconstant +world-roots+ #x10000050 "Boxed word of the header.")
(defconstant +static-walk-start+ #x10001150 "Header of T: objects from here.")
