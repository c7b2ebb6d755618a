;;;; Page tables of four levels: map, unmap, protect (Intel SDM 3A, 4.5).
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Tables lie in memory that is mapped at its own address. An entry is handled
;;; as a fixnum: the no-execute bit, 63, stands in its bit 59.

(defconstant +page-present+ 1 "The entry is in use.")
(defconstant +page-writable+ 2 "The page can be written.")
(defconstant +page-combining+ 8 "Writes are combined (entry 1 of the PAT).")
(defconstant +page-uncached+ 16 "The page is a device.")
(defconstant +page-large+ 128 "The entry maps 2 MiB.")
(defconstant +page-no-execute+ #x800000000000000 "No code may run in the page.")
(defconstant +page-kept+ 512 "Protection: no access; the memory stays.")
(defconstant +page-address+ #xFFFFFFFFFF000 "The bits of the address.")
(defconstant +page-data+ #x800000000000003 "Protection: read and write.")
(defconstant +page-code+ 3 "Protection: read, write and execute.")
(defconstant +page-constant+ #x800000000000001 "Protection: read only.")

(defwired page-entry (slot)
  "The entry at SLOT."
  (let-fixnum ((high (half slot 4)))
    (logior (half slot)
            (shift-left (logand high #xFFFFF) 32)
            (shift-left (shift-right high 31) 59))))

(defwired set-page-entry (slot entry)
  (%raw-store-u64 slot 0
                  (%word-or (%word-and entry #xFFFFFFFFFFFFF)
                            (%word-shift-left (shift-right entry 59) 63)))
  0)

(defmacro page-slot (table virtual shift)
  "Address of the entry for VIRTUAL in TABLE; SHIFT is 39, 30, 21 or 12."
  `(+ ,table (shift-left (logand (shift-right ,virtual ,shift) 511) 3)))

(defmacro page-present-p (entry)
  `(/= 0 (logand ,entry +page-present+)))

(defmacro page-large-p (entry)
  `(/= 0 (logand ,entry +page-large+)))

(defwired next-table (slot)
  "The table that the entry at SLOT points to, or 0."
  (let-fixnum ((entry (page-entry slot)))
    (if (and (page-present-p entry) (not (page-large-p entry)))
        (logand entry +page-address+)
        0)))

(defwired find-directory-slot (virtual)
  "The slot of the 2 MiB that hold VIRTUAL, or 0 when there is no table."
  (let-fixnum ((table (next-table (page-slot (page-root) virtual 39))))
    (if (/= table 0)
        (setq table (next-table (page-slot table virtual 30))))
    (if (/= table 0) (page-slot table virtual 21) 0)))

(defwired find-page-slot (virtual)
  "The slot of the entry, large or not, that has memory for VIRTUAL (it may be
without access); 0 if nothing has."
  (let-fixnum ((slot (find-directory-slot virtual)))
    (if (= slot 0)
        0
        (progn
          (if (not (page-large-p (page-entry slot)))
              (let-fixnum ((table (next-table slot)))
                (setq slot (if (= table 0) 0 (page-slot table virtual 12)))))
          (if (and (/= slot 0) (/= 0 (page-entry slot))) slot 0)))))

(defwired physical-address (virtual)
  "What VIRTUAL is mapped to, or -1."
  (let-fixnum ((slot (find-page-slot virtual))
               (entry (if (= slot 0) 0 (page-entry slot)))
               (mask (if (page-large-p entry) #x1FFFFF #xFFF)))
    (if (page-present-p entry)
        (logior (logand entry +page-address+) (logand virtual mask))
        -1)))

(defwired make-table (slot)
  "The table that SLOT points to, made when there is none, and out of a large
page when SLOT maps one. 0 when memory is used up."
  (let-fixnum ((entry (page-entry slot)) (table (next-table slot)))
    (if (= table 0)
        (progn
          (setq table (allocate-table-frame))
          (if (/= table 0)
              (progn
                (if (/= 0 entry)
                    (do-range (i 0 512)
                      (set-page-entry (+ table (shift-left i 3))
                                      (+ (logxor entry +page-large+)
                                         (shift-left i 12)))))
                (set-page-entry slot (logior table +page-code+))))))
    table))

(defwired make-directory-slot (virtual)
  "The slot for the 2 MiB that hold VIRTUAL, or 0 when memory is used up."
  (let-fixnum ((table (make-table (page-slot (page-root) virtual 39))))
    (if (/= table 0)
        (setq table (make-table (page-slot table virtual 30))))
    (if (/= table 0) (page-slot table virtual 21) 0)))

(defwired make-page-slot (virtual)
  "The slot for the 4 KiB that hold VIRTUAL, or 0 when memory is used up."
  (let-fixnum ((slot (make-directory-slot virtual)))
    (if (/= slot 0)
        (let-fixnum ((table (make-table slot)))
          (if (= table 0) 0 (page-slot table virtual 12)))
        0)))

;;; Ranges. VIRTUAL and OCTETS are multiples of 4 KiB.

(defwired large-page-fits-p (virtual left)
  "1 when a large page can be mapped at VIRTUAL with LEFT octets to go, else 0."
  (if (and (= 0 (logand virtual (1- +large-frame-size+)))
           (>= left +large-frame-size+))
      (let-fixnum ((slot (make-directory-slot virtual)))
        (if (and (/= slot 0) (= 0 (page-entry slot))) 1 0))
      0))

(defwired map-fresh-page (virtual left protection zeroed)
  "Map new memory at VIRTUAL: octets mapped, or 0 when memory is used up."
  (let-fixnum ((large (large-page-fits-p virtual left))
               (frame (if (= large 1) (allocate-large-frame) 0))
               (octets +large-frame-size+)
               (flags +page-large+)
               (slot 0))
    (if (= frame 0)
        (setq frame (allocate-frame) octets +frame-size+ flags 0))
    (if (= frame 0)
        0
        (progn
          (setq slot (if (= flags 0)
                         (make-page-slot virtual)
                         (make-directory-slot virtual)))
          (if (= slot 0)
              (progn (free-frame frame) 0)
              (progn
                (set-page-entry slot (logior frame flags protection))
                (if (/= zeroed 0)
                    (%raw-fill-words virtual (shift-right octets 3) 0))
                octets))))))

(defwired map-memory (virtual octets protection zeroed)
  "Map new memory at VIRTUAL, zeroed unless ZEROED is 0. What is mapped there
already stays. 1, or 0 when memory is used up: what was mapped by then stays."
  (let-fixnum ((at virtual) (end (+ virtual octets)) (step 1))
    (while (and (< at end) (/= step 0))
      (setq step (if (= 0 (find-page-slot at))
                     (map-fresh-page at (- end at) protection zeroed)
                     +frame-size+))
      (increment at step))
    (if (= step 0) 0 1)))

(defwired map-device (physical octets protection)
  "Map the registers or buffer at PHYSICAL at their own address. 1, or 0."
  (let-fixnum ((at (logand physical (- +frame-size+)))
               (end (+ physical octets))
               (slot 1))
    (while (and (< at end) (/= slot 0))
      (setq slot (make-page-slot at))
      (if (/= slot 0)
          (progn
            (set-page-entry slot (logior at protection))
            (%invalidate-page at)))
      (increment at +frame-size+))
    (if (= slot 0) 0 1)))

(defwired change-page (virtual left protection)
  "Unmap what VIRTUAL is in when PROTECTION is 0, else protect it. The octets
done, or 0 when a large page should be split and memory is used up."
  (let-fixnum ((slot (find-page-slot virtual))
               (octets +frame-size+)
               (entry (if (= slot 0) 0 (page-entry slot))))
    (if (page-large-p entry)
        (if (and (= 0 (logand virtual (1- +large-frame-size+)))
                 (>= left +large-frame-size+))
            (setq octets +large-frame-size+)
            (setq slot (make-page-slot virtual)
                  octets (if (= slot 0) 0 +frame-size+)
                  entry (if (= slot 0) 0 (page-entry slot)))))
    (if (/= entry 0)
        (progn
          (set-page-entry slot
                          (if (= protection 0)
                              0
                              (logior (logand entry +page-address+)
                                      (logand entry +page-large+)
                                      protection)))
          (%invalidate-page virtual)
          (if (= protection 0)
              (release-page (logand entry +page-address+) octets))))
    octets))

(defwired release-page (physical octets)
  "The memory at PHYSICAL is free again, if it is memory and no device."
  (if (< physical (frame-end))
      (if (= octets +large-frame-size+)
          (free-large-frame physical)
          (free-frame physical)))
  0)

(defwired change-pages (virtual octets protection)
  "Unmap the pages from VIRTUAL on when PROTECTION is 0, else protect those that
are mapped. 1, or 0 when memory is used up."
  (let-fixnum ((at virtual) (end (+ virtual octets)) (step 1))
    (while (and (< at end) (/= step 0))
      (setq step (change-page at (- end at) protection))
      (increment at step))
    (if (= step 0) 0 1)))

;;; The mapping that the boot shim left

(defwired trim-identity ()
  "Keep of the shim's identity map only the first 256 MiB without page 0, so
that an access through a wrong address traps. Nothing but code can be run."
  (do-range (at 0 #x100000000 +large-frame-size+)
    (let-fixnum ((slot (find-directory-slot at)) (entry (page-entry slot)))
      (if (page-large-p entry)
          (set-page-entry
           slot
           (if (and (= (logand entry +page-address+) at)
                    (>= at +identity-end+))
               0
               (logior entry
                       (if (and (>= at +code-base+) (< at +code-end+))
                           0
                           +page-no-execute+)))))))
  (protect-image)
  (set-page-entry (make-page-slot 0) 0)
  (%tlb-flush)
  1)

(defwired protect-image ()
  "The heap as the shim mapped it holds no code."
  (let-fixnum ((at +heap-base+) (slot (find-page-slot at)))
    (while (/= slot 0)
      (set-page-entry slot (logior (page-entry slot) +page-no-execute+))
      (increment at +large-frame-size+)
      (setq slot (find-page-slot at))))
  0)
