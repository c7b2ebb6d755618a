;;;; Allocation: slow paths, large objects, heap exhaustion, static objects.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A minor collection needs room for all that the nursery may hold: 96 blocks
;;; (2 MiB, with up to a quarter of each block lost to its end). Besides them
;;; 96 blocks are kept for the program that is told that the heap is exhausted.

(defwired usable-blocks ()
  "Free blocks that a program may have now."
  (- (free-blocks)
     (if (= 0 (emergency))
         (+ +promotion-reserve+ +emergency-reserve+)
         +promotion-reserve+)))

(defwired close-emergency ()
  "Take the reserve away again once there is room for it."
  (if (and (/= 0 (emergency))
           (> (free-blocks)
              (+ +promotion-reserve+ +emergency-reserve+ 32)))
      (set-emergency 0))
  0)

(defwired collect (blocks fp)
  "Empty the nursery; do a full collection when that is due or when fewer than
BLOCKS blocks are left to the program. 1: there are that many now; 0: exhausted."
  (if (< (free-blocks) +least-blocks+)
      (collector-failed 2))
  (minor-collection fp)
  (if (or (> (+ (blocks-in-use) blocks) (full-threshold))
          (< (usable-blocks) blocks)
          ;; Stress mode: old objects move as well now and then.
          (and (/= 0 (stress-size)) (= 0 (logand 15 (minor-count)))))
      (progn
        (full-collection fp)
        (close-emergency)))
  (if (< (usable-blocks) blocks) 0 1))

(defun report-exhaustion (octets)
  "Signal heap exhaustion with the reserve open; when that is used up as well,
leave for the top level."
  (cond ((= 0 (emergency))
         (set-emergency 1)
         (%signal-engine-error :heap-exhausted octets nil))
        (t
         (leave-to-top-level))))

(defun %allocate-slow (octets)
  "OCTETS of fresh memory as an address, after a collection. Called by the
ALLOCATE trampoline, which has saved all registers in its frame."
  (declare (effects :no-poll))
  ;; Reporting exhaustion runs programs, which may use up memory or stop this
  ;; thread: hence the loop. Between taking memory and returning nothing can.
  (let ((address 0))
    (declare (type fixnum address))
    (while (= address 0)
      (if (> octets +large-size+)
          (progn
            (setq address (take-large octets (%frame-pointer)))
            (if (= address 0)
                (report-exhaustion octets)))
          (progn
            (if (= 0 (collect 0 (%frame-pointer)))
                (report-exhaustion octets))
            (setq address (bump octets)))))
    address))

(defwired bump (octets)
  "Take OCTETS of the running thread's buffer: an address, or 0."
  (let-fixnum ((thread (%thread-pointer))
               (address (word thread +thread-allocation-pointer+))
               (end (+ address octets)))
    (if (> end (word thread +thread-allocation-end+))
        0
        (progn (set-word thread +thread-allocation-pointer+ end)
               address))))

(defun %allocate-large (octets)
  "OCTETS (a multiple of 16, above 4096) of fresh memory as an address."
  (declare (effects :no-poll))
  (let ((address 0))
    (declare (type fixnum address))
    (while (= address 0)
      (setq address (if (> octets +large-size+)
                        (take-large octets (%frame-pointer))
                        (take-medium octets (%frame-pointer))))
      (if (= address 0)
          (report-exhaustion octets)))
    ;; What the registers held may have moved.
    (%call-trampoline 'clear-registers)
    address))

(defwired take-medium (octets fp)
  (let ((address (bump octets)))
    (declare (type fixnum address))
    (if (/= address 0)
        address
        (if (= 0 (collect 0 fp))
            0
            (bump octets)))))

(defwired take-large (octets fp)
  (let ((blocks (shift-right (+ octets (1- +block-size+)) +block-shift+)))
    (declare (type fixnum blocks))
    (if (or (< (usable-blocks) blocks)
            (> (+ (blocks-in-use) blocks) (full-threshold)))
        (if (= 0 (collect blocks fp))
            (return-from take-large 0)))
    (let ((address (allocate-large octets)))
      (declare (type fixnum address))
      (if (= address 0)
          (progn
            (full-collection fp)
            (if (< (usable-blocks) blocks)
                0
                (allocate-large octets)))
          address))))

;;; Static and code space only grow

;;; Objects made here must be walkable at once: nothing may stop the thread
;;; before their header and size are written.

(defwired allocate-static (octets)
  "OCTETS of static space, zeroed, as an address; 0 when it is full."
  (let-fixnum ((address (world-static-free)) (end (+ address octets)))
    (if (> end +static-end+)
        0
        (progn (set-world-static-free end)
               (set-start-bit address)
               address))))

(defwired allocate-code (octets)
  "OCTETS of code space, zeroed, as an address; 0 when it is full."
  (let-fixnum ((address (world-code-free)) (end (+ address octets)))
    (if (> end +code-end+)
        0
        (progn (set-world-code-free end)
               (set-start-bit address)
               address))))

(defun %allocate-static (octets)
  "OCTETS (a multiple of 16) of static space, zeroed, as an address, or 0."
  (declare (effects :no-poll))
  (allocate-static octets))

(defun %allocate-code (octets)
  "OCTETS (a multiple of 16) of code space, zeroed, as an address, or 0."
  (declare (effects :no-poll))
  (allocate-code octets))
