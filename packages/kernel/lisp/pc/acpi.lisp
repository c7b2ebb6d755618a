;;;; ACPI: only how to turn the machine off.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; RSDP → RSDT (or XSDT) → FADT: port PM1a_CNT and the DSDT, in whose code the
;;; package _S5_ says what to write there (ACPI 5.2, 7.4.2). Read while all of
;;; the first 4 GiB is still mapped at itself; what lies elsewhere is ignored.

(defconstant +acpi-end+ #x100000000 "Tables are read below this address.")

(defwired table-sum (address length)
  "The octets of a table add up to 0 in 8 bits when it is sound."
  (let-fixnum ((sum 0))
    (do-range (i 0 length)
      (increment sum (octet (+ address i))))
    (logand sum 255)))

(defwired sound-table-p (address)
  "1 when there is a table of ACPI at ADDRESS that is whole."
  (if (and (> address 4095)
           (< address (- +acpi-end+ #x1000000))
           (>= (half address 4) 36)
           (< (half address 4) #x1000000)
           (= 0 (table-sum address (half address 4))))
      1
      0))

(defwired find-table (root entry-size signature)
  "The table whose first four octets are SIGNATURE, in the list ROOT; or 0."
  (let-fixnum ((at (+ root 36)) (end (+ root (half root 4))) (found 0))
    (while (and (< at end) (= found 0))
      (let-fixnum ((table (if (= entry-size 4) (half at) (word at))))
        (if (and (> table 4095)
                 (< table (- +acpi-end+ 4096))
                 (= signature (half table))
                 (= 1 (sound-table-p table)))
            (setq found table)))
      (increment at entry-size))
    found))

(defwired fixed-description (pointer)
  "The FADT, from the root pointer at POINTER; or 0."
  (if (or (= pointer 0) (/= 0 (table-sum pointer 20)))
      0
      (let-fixnum ((root (half pointer 16)) (size 4))
        (if (and (>= (octet pointer 15) 2)
                 (/= 0 (half pointer 24))
                 (= 0 (half pointer 28)))
            (setq root (half pointer 24) size 8))
        (if (= 1 (sound-table-p root))
            (find-table root size #x50434146)
            0))))

(defwired package-element (at)
  "The first number of the package whose code begins at AT (behind its name)."
  (if (= #x12 (octet at))
      (let-fixnum ((element (+ at 3 (shift-right (octet at 1) 6))))
        (if (= #x0A (octet element))
            (octet element 1)
            (if (<= (octet element) 1) (octet element) -1)))
      -1))

(defwired sleep-type (dsdt)
  "SLP_TYP of the state S5, or -1."
  (let-fixnum ((at (+ dsdt 36)) (end (- (+ dsdt (half dsdt 4)) 12))
               (found -1))
    (while (and (< at end) (= found -1))
      (if (= #x5F35535F (half at))
          (setq found (package-element (+ at 4))))
      (increment at))
    found))

(defwired start-power (pointer)
  "Find out how to turn the machine off; POINTER is the RSDP, or 0."
  (let-fixnum ((table (fixed-description pointer)))
    (if (/= table 0)
        (let-fixnum ((dsdt (half table 40))
                     (type (if (= 1 (sound-table-p dsdt))
                               (sleep-type dsdt)
                               -1)))
          (if (/= type -1)
              (progn
                (set-power-port (logand #xFFFF (half table 64)))
                (set-power-value (logior #x2000 (shift-left type 10))))))))
  0)

(defwired halt-forever ()
  (%disable-interrupts)
  (while (= 0 0)
    (%halt))
  0)

(defwired pc-power-off (code)
  "Turn the machine off; under a test harness QEMU exits with 2 CODE + 1. After
a panic (70) the machine stays on, so that the message can be read."
  (paint-now)
  (drain-serial)
  (if (/= 0 (exit-wanted)) (%out-u8 #xF4 code))
  (if (= code 70) (halt-forever))
  (if (/= 0 (power-port)) (%out-u16 (power-port) (power-value)))
  (%out-u16 #x604 #x2000)
  (halt-forever))

(defwired pc-reset ()
  "Start the machine anew: by the reset register, by the keyboard controller."
  (drain-serial)
  (%out-u8 #xCF9 6)
  (%out-u8 #x64 #xFE)
  (halt-forever))
