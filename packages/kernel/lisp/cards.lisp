;;;; Dirty cards: the slots outside the nursery that may point into it.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired object-before (card lowest)
  "The address of the object whose memory may reach into CARD from before it,
or 0. LOWEST is where the space begins."
  (if (and (>= card +heap-base+) (= +large-tail+ (block-kind card)))
      (- (logand card (- +block-size+))
         (shift-left (half (block-info-half card)) +block-shift+))
      (covering-object card
                       (if (>= card +heap-base+)
                           (logand card (- +block-size+))
                           lowest))))

(defwired scan-card (card lowest)
  "Promote what the slots in the 512 octets from CARD point to."
  (let-fixnum ((end (+ card +card-size+))
               (before (object-before card lowest)))
    (if (/= before 0)
        (promote-slots before card end))
    ;; An object that begins exactly at the card was covered already.
    (let ((at (next-object (if (= before card) (+ card 16) card) end)))
      (declare (type fixnum at))
      (while (< at end)
        (promote-slots at card end)
        (setq at (+ at 16))
        (if (< at end)
            (setq at (next-object at end)))))
    0))

(defwired scan-cards (from end)
  "Scan and clean every dirty card of the addresses from FROM below END."
  (let-fixnum ((at (logand (+ +card-table+ (shift-right from +card-shift+)) -4))
               (last (+ +card-table+
                        (shift-right (+ end (1- +card-size+)) +card-shift+))))
    (while (< at last)
      (if (/= 0 (half at))
          (do-range (card at (+ at 4))
            (if (/= 0 (octet card))
                (progn
                  (set-octet card 0 0)
                  (scan-card (shift-left (- card +card-table+) +card-shift+)
                             from)))))
      (setq at (+ at 4)))
    0))
