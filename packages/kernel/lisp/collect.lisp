;;;; The collector: minor and full collections, statistics, policy.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired begin-collection (kind)
  (set-collecting kind)
  (set-in-kernel (1+ (in-kernel)))
  (set-mark-pointer +mark-stack+)
  (set-mark-overflow 0)
  (set-weak-chain 0)
  (set-weak-pairs-chain 0)
  0)

(defwired end-collection ()
  (set-collecting 0)
  (set-in-kernel (1- (in-kernel)))
  0)

;;; The survivors of a nursery need as many free blocks as it has, and half as many
;;; again, for up to a quarter of a block is lost to its end. With fewer than the
;;; reserve left, the nursery is smaller, so that the next collection has room.

(defwired nursery-octets-now ()
  "How large the nursery may be."
  (let-fixnum ((size (if (= 0 (stress-size)) +nursery-size+ (stress-size)))
               (free (free-blocks)))
    (if (< free +promotion-reserve+)
        (min size (max +small-nursery+ (* free 20480)))
        size)))

(defwired reset-nursery ()
  "Zero what was used of the nursery and give all of it to the running thread."
  (let-fixnum ((thread (running-structure))
               (used (- (word thread +thread-allocation-pointer+)
                        +nursery-base+)))
    (if (> used 0)
        (progn
          (clear-memory +nursery-base+ used)
          (set-nursery-octets (+ (nursery-octets) used))))
    (set-word thread +thread-allocation-pointer+ +nursery-base+)
    (set-nursery-end (+ +nursery-base+ (nursery-octets-now)))
    (set-word thread +thread-allocation-end+ (nursery-end))
    0))

(defwired minor-collection (fp)
  "Copy what lives in the nursery to old space. FP as for SCAN-THREADS."
  (let ((start (platform-clock-ns)))
    (declare (type fixnum start))
    (begin-collection 1)
    (scan-fixed-roots)
    (scan-threads fp)
    (drain-promoted)
    (scan-cards +static-walk-start+ (world-static-free))
    (drain-promoted)
    (scan-cards +code-base+ (world-code-free))
    (drain-promoted)
    (scan-heap-cards)
    (finish-weak-pairs 0)
    (finish-weak-pointers 0)
    (reset-nursery)
    (if (/= 0 (nursery-hashed))
        (progn (set-nursery-hashed 0)
               (set-identity-epoch (1+ (identity-epoch)))))
    (end-collection)
    (let ((pause (- (platform-clock-ns) start)))
      (declare (type fixnum pause))
      (set-minor-count (1+ (minor-count)))
      (set-last-pause-ns pause)
      (set-minor-total-ns (+ (minor-total-ns) pause))
      (set-minor-longest-ns (max pause (minor-longest-ns))))
    0))

(defwired scan-heap-cards ()
  "Cards of blocks that were in use when this began: those of blocks taken for
survivors are clean."
  (scan-cards +heap-base+ (heap-frontier))
  (drain-promoted))

(defwired blocks-in-use ()
  (- (shift-right (- (heap-limit) +heap-base+) +block-shift+) (free-blocks)))

(defwired mark-all (fp)
  (scan-fixed-roots)
  (drain-marked)
  (scan-threads fp)
  (drain-marked)
  (mark-space +static-walk-start+ (world-static-free))
  (mark-space +code-base+ (world-code-free))
  (recover-from-overflow)
  (finish-weak-pairs 1)
  (finish-weak-pointers 1)
  (sweep))

(defwired set-next-full ()
  "Ask for the next full collection when twice as much is in use, or 96 MiB more
if that is less than a quarter of the heap."
  (let-fixnum ((live (blocks-in-use))
               (quarter (shift-right (- (heap-limit) +heap-base+)
                                     (+ +block-shift+ 2))))
    (set-full-threshold (+ live (max live (min 3072 quarter))))
    0))

(defwired full-collection (fp)
  "A minor collection, then free all that no root leads to. FP as for
SCAN-THREADS."
  (minor-collection fp)
  (let ((start (platform-clock-ns)))
    (declare (type fixnum start))
    (begin-collection 2)
    (set-moved-objects 0)
    (close-runs)
    (if (= 0 (compacting))
        (choose-evacuation)
        (flag-all-blocks))
    (clear-marks)
    (mark-all fp)
    (set-run-pointer 0)
    (set-run-end 0)
    (set-run-cursor +heap-base+)
    (if (/= 0 (moved-objects))
        (set-identity-epoch (1+ (identity-epoch))))
    (set-next-full)
    (end-collection)
    (platform-heap-hot)
    (let ((pause (- (platform-clock-ns) start)))
      (declare (type fixnum pause))
      (set-full-count (1+ (full-count)))
      (set-last-pause-ns pause)
      (set-full-total-ns (+ (full-total-ns) pause))
      (set-full-longest-ns (max pause (full-longest-ns))))
    0))

(defwired compact-heap (fp)
  "Move everything up and then down again, so that it fills the heap from its
start without holes; 0 if there was no room for that."
  (minor-collection fp)
  (set-compacting 1)
  (set-linear-pointer 0)
  (set-linear-block-end 0)
  ;; All of it fits below this address in the end, even if a quarter of each
  ;; block is lost to its end; so all of it has to go above first.
  (set-free-hint (min (heap-limit)
                      (+ +heap-base+
                         (shift-left (+ 2 (blocks-in-use)
                                        (shift-right (blocks-in-use) 1))
                                     +block-shift+))))
  (full-collection fp)
  (set-free-hint +heap-base+)
  (set-linear-pointer 0)
  (set-linear-block-end 0)
  (full-collection fp)
  (set-linear-pointer 0)
  (set-linear-block-end 0)
  (let ((state (compacting)))
    (declare (type fixnum state))
    (set-compacting 0)
    (if (= state 1) 1 0)))

(defwired initialise-heap (limit zeroed)
  "Begin with an empty heap that may grow to the address LIMIT. ZEROED: 1 if
memory never used is zero. The tables are zero."
  (set-heap-limit limit)
  (set-heap-frontier +heap-base+)
  (set-free-hint +heap-base+)
  (set-free-blocks (shift-right (- limit +heap-base+) +block-shift+))
  (set-fresh-is-zero zeroed)
  (set-run-cursor +heap-base+)
  (set-mark-limit (+ +mark-stack+ +mark-stack-size+))
  (set-next-full)
  (note-starts +static-walk-start+ (world-static-free))
  (note-starts +code-base+ (world-code-free))
  (set-word (running-structure) +thread-allocation-pointer+ +nursery-base+)
  (reset-nursery))
