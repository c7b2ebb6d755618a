;;;; Physical memory: the firmware's map, page frames of 4 KiB and 2 MiB.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A bit for each frame of 4 KiB, set when it is free. Tables are taken from
;;; the bottom (the identity map reaches only the first 256 MiB), large frames
;;; from the top, so that both stay possible for long.

(defconstant +frame-size+ #x1000 "Octets of a page frame.")
(defconstant +large-frame-size+ #x200000 "Octets of a large page frame.")
(defconstant +identity-end+ #x10000000 "Memory below is mapped at itself.")
(defconstant +table-pool+ #x1000000 "Octets kept for tables at the bottom.")
(defconstant +memory-map-entry+ 24 "Octets of an entry of the E820 map.")

(defwired frame-octet (physical)
  (+ +frame-bitmap+ (shift-right physical 15)))

(defmacro frame-bit (physical)
  `(shift-left 1 (logand (shift-right ,physical 12) 7)))

(defwired frame-free-p (physical)
  "1 when the frame at PHYSICAL is free, else 0."
  (if (and (< physical (frame-end))
           (/= 0 (logand (octet (frame-octet physical)) (frame-bit physical))))
      1
      0))

(defwired mark-frame (physical free)
  "Note that the frame at PHYSICAL is free, or not when FREE is 0."
  (if (/= free (frame-free-p physical))
      (let-fixnum ((at (frame-octet physical)))
        (set-octet at 0 (logxor (octet at) (frame-bit physical)))
        (set-free-frames (+ (free-frames) (if (= free 0) -1 1)))))
  0)

(defwired large-frame-all-p (physical bits)
  "1 when each 32 frames of the 2 MiB at PHYSICAL have the BITS, else 0."
  (let-fixnum ((at (frame-octet physical)) (end (+ at 64)))
    (while (and (< at end) (= bits (half at)))
      (increment at 4))
    (if (= at end) 1 0)))

(defwired mark-large-frame (physical free)
  "Note that the 2 MiB at PHYSICAL are free, or not, if all of it was not, or
was; answer 0 when it was mixed and nothing is noted."
  (let-fixnum ((before (if (= free 0) #xFFFFFFFF 0))
               (after (logxor before #xFFFFFFFF)))
    (if (= 0 (large-frame-all-p physical before))
        0
        (progn
          (do-range (at 0 64 4)
            (set-half (+ at (frame-octet physical)) 0 after))
          (set-free-frames (+ (free-frames) (if (= free 0) -512 512)))
          1))))

(defwired mark-frames (from end free)
  "Note that all whole frames from FROM below END are free, or not."
  (let-fixnum ((at (round-up from +frame-size+))
               (last (min (logand end (- +frame-size+)) (frame-end))))
    (while (< at last)
      (if (and (= 0 (logand at (1- +large-frame-size+)))
               (<= (+ at +large-frame-size+) last)
               (= 1 (mark-large-frame at free)))
          (increment at +large-frame-size+)
          (progn
            (mark-frame at free)
            (increment at +frame-size+)))))
  0)

;;; The map of the firmware (ACPI 15.1): 64-bit base and length, 32-bit type.

(defwired memory-map-end (map)
  "The end of the highest usable memory in MAP."
  (let-fixnum ((end 0))
    (do-range (i 0 (word map))
      (let-fixnum ((entry (+ map 8 (* i +memory-map-entry+))))
        (if (= 1 (half entry 16))
            (setq end (max end (+ (word entry) (word entry 8)))))))
    end))

(defwired mark-map (map usable)
  "Note the frames of the usable (USABLE 1) or of the other entries of MAP."
  (do-range (i 0 (word map))
    (let-fixnum ((entry (+ map 8 (* i +memory-map-entry+)))
                 (from (word entry))
                 (end (+ from (word entry 8)))
                 (kind (if (= 1 (half entry 16)) 1 0)))
      (if (= kind usable)
          (if (= usable 1)
              (mark-frames from end 1)
              (mark-frames (logand from (- +frame-size+))
                           (round-up end +frame-size+)
                           0)))))
  0)

(defwired start-frames (map taken-end)
  "Read MAP. Frames below TAKEN-END are in use; what one entry calls usable and
another does not is not."
  (set-frame-end (min (logand (memory-map-end map) (- +frame-size+))
                      (shift-left (- +frame-bitmap-end+ +frame-bitmap+) 15)))
  (%raw-fill-words +frame-bitmap+
                   (shift-right (- +frame-bitmap-end+ +frame-bitmap+) 3)
                   0)
  (set-free-frames 0)
  (mark-map map 1)
  (set-ram-octets (shift-left (free-frames) 12))
  (mark-map map 0)
  (mark-frames 0 taken-end 0)
  (set-table-hint taken-end)
  (set-frame-hint (min +identity-end+ (frame-end)))
  (set-large-hint (logand (frame-end) (- +large-frame-size+)))
  0)

(defwired find-frame (from end)
  "The lowest free frame from FROM below END, or 0."
  (let-fixnum ((at from))
    (while (and (< at end) (= 0 (frame-free-p at)))
      (setq at (if (and (= 0 (logand at #x1FFFF))
                        (= 0 (half (frame-octet at))))
                   (+ at #x20000)
                   (+ at +frame-size+))))
    (if (< at end) at 0)))

(defwired allocate-table-frame ()
  "A frame that the identity map reaches, zeroed; 0 when there is none."
  (let-fixnum ((frame (find-frame (table-hint)
                                  (min +identity-end+ (frame-end)))))
    (if (/= frame 0)
        (progn
          (mark-frame frame 0)
          (set-table-hint frame)
          (%raw-fill-words frame 512 0)))
    frame))

(defwired allocate-frame ()
  "A frame of 4 KiB for data, with any content; 0 when there is none."
  (let-fixnum ((frame (find-frame (frame-hint) (frame-end))))
    (if (= frame 0)
        (progn
          (setq frame (find-frame (table-hint)
                                  (min +identity-end+ (frame-end))))
          (if (/= frame 0) (mark-frame frame 0)))
        (progn
          (mark-frame frame 0)
          (set-frame-hint frame)))
    frame))

(defwired allocate-large-frame ()
  "A frame of 2 MiB with any content, as high as possible; 0 if there is none."
  (let-fixnum ((at (- (large-hint) +large-frame-size+))
               (lowest (+ +table-pool+ (round-up (table-hint)
                                                 +large-frame-size+))))
    (while (and (>= at lowest) (= 0 (large-frame-all-p at #xFFFFFFFF)))
      (increment at (- +large-frame-size+)))
    (if (< at lowest)
        0
        (progn
          (set-large-hint at)
          (mark-large-frame at 0)
          at))))

(defwired free-frame (frame)
  "Give back the FRAME of 4 KiB."
  (mark-frame frame 1)
  (if (< frame +identity-end+)
      (set-table-hint (min frame (table-hint)))
      (set-frame-hint (min frame (frame-hint))))
  (set-large-hint (max (large-hint)
                       (+ (logand frame (- +large-frame-size+))
                          +large-frame-size+)))
  0)

(defwired free-large-frame (frame)
  "Give back the FRAME of 2 MiB."
  (do-range (at frame (+ frame +large-frame-size+) +frame-size+)
    (free-frame at))
  0)
