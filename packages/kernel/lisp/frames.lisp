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

;;; The maps are a count and entries of 12 octets in rising order of pc; see
;;; "Stack maps" in docs/calling-convention.md.

(defwired decode-stack-map (maps offset)
  "Find OFFSET among the stack maps whose first octet is at MAPS; 1 if found."
  (let-fixnum ((low 0) (high (half maps)) (found 0))
    (while (and (= found 0) (< low high))
      (let-fixnum ((middle (shift-right (+ low high) 1))
                   (entry (+ maps 4 (* 12 middle)))
                   (pc (half entry)))
        (cond ((< pc offset) (setq low (1+ middle)))
              ((> pc offset) (setq high middle))
              (t
               (setq found 1)
               (set-map-slots (half entry 4))
               (set-map-position (logand #xFFFFFF (half entry 8)))
               (set-map-arguments (octet entry 11))
               (set-map-table
                (+ maps (logand #x7FFFFFFF (half entry 4))))))))
    found))

(defwired clear-map ()
  (set-map-slots 0)
  (set-map-arguments 0)
  (set-map-position 0)
  0)

(defwired code-start (code)
  "The address of the first instruction of the code object at CODE."
  (+ code (round-16 (shift-left (1+ (half code 4)) 3))))

(defwired search-stack-map (pc)
  (let-fixnum ((code (code-at pc))
               (maps (if (= code 0) 0 (code-maps code))))
    (if (or (= maps 0) (< (word maps 8) 32))
        (clear-map)
        (if (= 0 (decode-stack-map (+ maps 16) (- pc (code-start code))))
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
          ;; A list of slots lies in the maps, which may move: not kept.
          (if (= 0 (shift-right (map-slots) 31))
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
  "Promote, mark or check what the root SLOT refers to."
  (cond ((= 1 (collecting)) (promote-slot slot))
        ((= 2 (collecting)) (mark-slot slot))
        (t (check-slot slot)))
  0)

(defwired scan-frame-slots (fp)
  (let ((bits (map-slots)) (slot (- fp 8)))
    (declare (type fixnum bits slot))
    (if (= 0 (shift-right bits 31))
        (while (/= bits 0)
          (if (/= 0 (logand bits 1))
              (root-slot slot))
          (setq bits (shift-right bits 1))
          (setq slot (- slot 8)))
        (let ((list (map-table)))
          (declare (type fixnum list))
          (do-range (i 1 (1+ (%raw-load-u16 list 0)))
            (root-slot (- slot (shift-left
                                (%raw-load-u16 list (shift-left i 1)) 3))))))
    0))

(defwired scan-frame (pc fp callee)
  "Scan the boxed words of the frame FP stopped at PC. CALLEE is the frame it
called, or 0."
  (find-stack-map pc)
  (if (/= callee 0)
      (let-fixnum ((from (+ callee 16))
                   (count (map-arguments))
                   (end (if (= count 255) fp (+ from (shift-left count 3)))))
        (while (< from end)
          (root-slot from)
          (setq from (+ from 8)))))
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
