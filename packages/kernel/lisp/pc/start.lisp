;;;; The pc platform: start, memory on demand, and what else is asked of it.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; docs/kernel.md, "Platform protocol", says what each PC-… function must do.

(defconstant +heap-reserve+ #x2000000 "Octets never promised to the heap.")

(defconstant +flush-interval-ns+ 100000000 "Between flushes: 100 ms.")
(defconstant +guard-size+ #x10000 "Octets without access below a stack.")

(defwired detect-processor ()
  "Note whether the processor is QEMU's emulation and whether it has RDRAND."
  (%mv-let (a b c d) (%cpuid 1 0)
    (declare (ignore a b d))
    (set-random-device (logand 1 (%fx-shift-right c 30)))
    (set-emulated 0)
    (if (/= 0 (logand 1 (%fx-shift-right c 31)))
        (%mv-let (a b c d) (%cpuid #x40000000 0)
          (declare (ignore a c d))
          ;; "TCGTCGTCGTCG"
          (if (= b #x54474354) (set-emulated 1)))))
  0)

(defwired heap-octets-for (free)
  "How large a heap FREE octets of memory allow: what it needs besides itself
is 1/128 each for start and mark bits, 1/256 for lines, and less than 1/128 for
cards and the rest; a part stays for code and stacks."
  (let-fixnum ((usable (- free (max +heap-reserve+ (shift-right free 4)))))
    (max 0
         (min +largest-heap+
              (logand (- usable (shift-right usable 5))
                      (- +large-frame-size+))))))

(defwired first-heap-octets ()
  "Octets of heap that the shim mapped."
  (let-fixnum ((at +heap-base+))
    (while (/= 0 (find-page-slot at))
      (increment at +large-frame-size+))
    (- at +heap-base+)))

(defwired take-over-memory ()
  "Take the memory over from the shim; the end of the heap."
  (set-page-root (word +world-base+ 192))
  (%write-cr0 (%word-or (%read-cr0) #x10000))
  (%write-msr #x277 #x0007010600070106)
  (start-frames (world-memory-map) (word +world-base+ 184))
  (start-power (world-rsdp))
  (trim-identity)
  ;; What overruns the first stack in spite of all limits stops here.
  (change-pages (- +first-stack-end+ +guard-size+) +guard-size+ +page-kept+)
  (set-demand-end (+ +heap-base+ (first-heap-octets)
                     (heap-octets-for (shift-left (free-frames) 12))))
  (demand-end))

(defwired pc-start ()
  "First call after the entry: serial line, traps, memory, clock; all that a
panic needs. The heap's end."
  (%disable-interrupts)
  (start-serial)
  (start-interrupt-controllers)
  (start-traps)
  (start-firmware)
  (detect-processor)
  (start-clock)
  (start-random)
  (take-over-memory))

(defwired announce ()
  "The boot log: what the kernel found. Nothing for a script or arguments, whose
output should be only theirs, but the end of the loader's line."
  (serial-write 13)
  (serial-write 10)
  (if (and (= 0 (arguments-length)) (= 0 (script-present)))
      (progn
        (say "memory ")
        (say-decimal (shift-right (ram-octets) 20))
        (say " MiB, heap up to ")
        (say-decimal (shift-right (min +largest-heap+
                                       (- (demand-end) +heap-base+))
                                  20))
        (say " MiB, clock ")
        (say-decimal (%fx-truncate (tick-kilohertz) 1000))
        (say " MHz")
        (if (/= 0 (screen-address))
            (progn
              (say ", screen ")
              (say-decimal (screen-columns))
              (say " by ")
              (say-decimal (screen-rows))))
        (if (/= 0 (emulated)) (say ", emulated by QEMU"))
        (console-octet 10)))
  0)

(defun pc-start-devices ()
  "The screen and the keyboard; interrupts are on from here."
  (start-glyphs)
  (start-framebuffer)
  (start-keyboard)
  (start-cursor-keys)
  (announce)
  (unmask-interrupt 0)
  (unmask-interrupt 1)
  (unmask-interrupt 4)
  (%enable-interrupts)
  0)

(defun start-framebuffer ()
  "Map the framebuffer, writes combined, and clear it."
  (let ((description (world-framebuffer)))
    (declare (type fixnum description))
    (if (and (/= description 0) (/= 0 (half description)))
        (progn
          (map-device (half description)
                      (round-up (* (half description 12)
                                   (half description 16))
                                4096)
                      (logior +page-data+ +page-combining+))
          (start-screen description)))))

(defwired pc-fresh-memory-zero ()
  "Memory on demand is zeroed when it is supplied."
  1)

(defwired pc-map-pages (address octets)
  (- (map-memory address octets +page-data+ 1) 1))

(defwired pc-unmap-pages (address octets)
  (- (change-pages address octets 0) 1))

(defwired pc-protect-pages (address octets mode)
  "MODE 0 no access, 1 read, 3 read and write."
  (- (change-pages address octets
                   (if (= mode 0)
                       +page-kept+
                       (if (= mode 1) +page-constant+ +page-data+)))
     1))

;;; QEMU's table of translations grows only when all of it is flushed, and then
;;; by how busy it was: a program that runs over a large heap becomes several
;;; times faster by a flush now and then; one while idle would shrink the table.

(defwired pc-heap-hot ()
  "After a full collection: the heap has just been walked."
  (if (/= 0 (emulated)) (%tlb-flush))
  0)

(defwired flush-when-busy ()
  "Flush every 100 ms of which less than a third was spent waiting."
  (let-fixnum ((now (pc-clock-ns))
               (passed (- now (flush-ns)))
               (idle (- (idle-ns) (flush-idle-ns))))
    (if (> passed +flush-interval-ns+)
        (progn
          (if (< (* 3 idle) passed) (%tlb-flush))
          (set-flush-ns now)
          (set-flush-idle-ns (idle-ns)))))
  0)

(defwired pc-tick ()
  "At timer events: the screen follows, and the emulator is looked after."
  (paint-soon)
  (if (/= 0 (emulated)) (flush-when-busy))
  0)

(defun pc-environment ()
  "There are no environment variables."
  '())
