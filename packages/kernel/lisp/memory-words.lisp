;;;; Copying and filling memory by words, where the compiler has no code for it.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired %raw-copy-words (to from count)
  "Copy COUNT words from the address FROM to TO, ascending."
  (let-fixnum ((offset 0) (end (shift-left count 3)))
    (while (< offset end)
      (%raw-store-u64 to offset (%raw-load-u64 from offset))
      (setq offset (+ offset 8)))
    0))

(defwired %raw-fill-words (address count value)
  "Store the word VALUE COUNT times from ADDRESS on."
  (let-fixnum ((offset 0) (end (shift-left count 3)))
    (while (< offset end)
      (%raw-store-word address offset value)
      (setq offset (+ offset 8)))
    0))
