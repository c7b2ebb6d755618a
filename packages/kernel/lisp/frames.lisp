;;;; Walking control stacks: code objects by pc, stack maps, frames.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A frame is known by its pc (a return address) and its frame pointer. The
;;; stack map of the pc (docs/calling-convention.md) tells the boxed slots at
;;; fp - 8, fp - 16, … and how many boxed arguments lie above the return address
;;; of the frame that it called.

(defwired code-at (pc)
  "The address of the code object that holds the instruction before PC, or 0."
  (if (or (<= pc +code-base+) (> pc (world-code-free)))
      0
      (let ((address (covering-object (1- pc) +code-base+)))
        (declare (type fixnum address))
        (if (and (/= address 0)
                 (= +code-code+ (octet address 1))
                 (<= pc (+ address (shift-right (word address 8) 3))))
            address
            0))))

;;; During a collection the vectors read here may have moved already. Only the
;;; first word of an object that moved is overwritten, so the old ones serve.

(defwired code-maps (code)
  "The address of the octet vector with the stack maps of CODE, or 0."
  (let ((debug (word code 24)))
    (declare (type fixnum debug))
    (if (/= +other-lowtag+ (reference-tag debug))
        0
        (let ((maps (word (reference-address debug) 16)))
          (declare (type fixnum maps))
          (if (/= +other-lowtag+ (reference-tag maps))
              0
              (reference-address maps))))))

;;; Varints: seven bits an octet, low first.

(defwired read-varint (at)
  "The number at AT; leaves the address behind it in the kernel word VARINT-END."
  (let-fixnum ((part (octet at)) (value (logand part 127)) (shift 7))
    (while (>= part 128)
      (setq at (1+ at))
      (setq part (octet at))
      (setq value (logior value (shift-left (logand part 127) shift)))
      (setq shift (+ shift 7)))
    (set-varint-end (1+ at))
    value))

(defwired decode-slots (set)
  "Note the slot set at the address SET as the map found."
  (set-map-arguments (read-varint set))
  (let-fixnum ((octets (read-varint (varint-end))) (at (varint-end)))
    (set-map-table at)
    (set-map-octets octets)
    (if (> octets 7)
        (set-map-slots -1)
        (let-fixnum ((bits 0) (i 0))
          (while (< i octets)
            (setq bits (logior bits (shift-left (octet at i)
                                                (shift-left i 3))))
            (setq i (1+ i)))
          (set-map-slots bits)))
    0))

(defwired decode-stack-map (maps offset)
  "Find OFFSET in the stack maps whose first octet is at MAPS; 1 if found."
  (let-fixnum ((count (read-varint maps))
               (size (read-varint (varint-end)))
               (at (varint-end))
               (table (+ at size))
               (pc 0)
               (found 0))
    (while (and (> count 0) (= found 0))
      (setq pc (+ pc (read-varint at)))
      (let-fixnum ((set (read-varint (varint-end)))
                   (position (read-varint (varint-end))))
        (setq at (varint-end))
        (cond ((= pc offset)
               (setq found 1)
               (set-map-position position)
               (decode-slots (+ table set)))
              ((> pc offset) (setq count 1))))
      (setq count (1- count)))
    found))

(defwired clear-map ()
  (set-map-slots 0)
  (set-map-arguments 0)
  (set-map-position 0)
  0)

(defwired search-stack-map (pc)
  (let-fixnum ((code (code-at pc))
               (maps (if (= code 0) 0 (code-maps code))))
    (if (or (= maps 0) (= 0 (word maps 8)))
        (clear-map)
        (if (= 0 (decode-stack-map (+ maps 16) (- pc code)))
            (clear-map)))
    0))

(defwired find-stack-map (pc)
  "Leave the stack map of PC in the kernel words; an empty one if it has none."
  (let ((entry (+ +map-cache+
                  (shift-left (logand (logxor pc (shift-right pc 9))
                                      (1- +map-cache-entries+))
                              5))))
    (declare (type fixnum entry))
    (if (= pc (word entry))
        (progn (set-map-slots (word entry 8))
               (set-map-arguments (word entry 16))
               (set-map-position (word entry 24)))
        (progn
          (search-stack-map pc)
          (if (/= -1 (map-slots))
              (progn (set-word entry 0 pc)
                     (set-word entry 8 (map-slots))
                     (set-word entry 16 (map-arguments))
                     (set-word entry 24 (map-position))))))
    0))

(defwired forget-stack-maps ()
  "Empty the cache of stack maps: code was removed."
  (clear-memory +map-cache+ (* 32 +map-cache-entries+)))

;;; Roots on a stack

(defwired root-slot (slot)
  "Promote or mark what the root SLOT refers to."
  (if (= 1 (collecting))
      (promote-slot slot)
      (mark-slot slot)))

(defwired scan-frame-slots (fp)
  (let ((bits (map-slots)))
    (declare (type fixnum bits))
    (if (/= bits -1)
        (let ((slot (- fp 8)))
          (declare (type fixnum slot))
          (while (/= bits 0)
            (if (/= 0 (logand bits 1))
                (root-slot slot))
            (setq bits (shift-right bits 1))
            (setq slot (- slot 8))))
        (let ((table (map-table)))
          (declare (type fixnum table))
          (do-range (i 0 (map-octets))
            (do-range (bit 0 8)
              (if (/= 0 (logand (octet table i) (shift-left 1 bit)))
                  (root-slot (- fp (shift-left (+ (shift-left i 3) bit 1)
                                               3))))))))
    0))

(defwired scan-frame (pc fp callee)
  "Scan the boxed words of the frame FP stopped at PC. CALLEE is the frame it
called, or 0."
  (find-stack-map pc)
  (if (/= callee 0)
      (do-range (i 0 (map-arguments))
        (root-slot (+ callee 16 (shift-left i 3)))))
  ;; Scanning slots never looks for another map.
  (scan-frame-slots fp))

(defwired scan-frames (pc fp callee)
  "Scan the frame FP stopped at PC and all its callers."
  (while (/= fp 0)
    (scan-frame pc fp callee)
    (setq callee fp)
    (setq pc (word fp 8))
    (setq fp (word fp)))
  0)
