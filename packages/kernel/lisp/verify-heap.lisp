;;;; Looking for damage: every object, every slot, every frame.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; What must hold after a minor collection: an object begins where a start bit
;;; says so and nowhere else; its header is one that object-layout.md names; it
;;; ends before the next one begins, on lines that are taken; every boxed slot
;;; holds a number, an immediate, or the reference, with the right tag, of an
;;; object. References into the nursery, which is almost empty, stand on dirty
;;; cards. Findings are four words each: what, object, slot, word.

(defconstant +findings+ #x60002000 "Where what is found is noted.")
(defconstant +findings-limit+ 16 "How many findings are kept.")

(define-kernel-words #x60002800
  (finding-count 0 "How much was found.")
  (checked-object 8 "The object whose slots are looked at.")
  (checked-count 16 "How many objects were looked at."))

(defwired note-finding (what slot)
  (let ((at (+ +findings+ (shift-left (finding-count) 5))))
    (declare (type fixnum at))
    (if (< (finding-count) +findings-limit+)
        (progn (set-word at 0 what)
               (set-word at 8 (checked-object))
               (set-word at 16 slot)
               (set-word at 24 (word slot))
               (set-finding-count (1+ (finding-count)))))
    0))

(defwired object-at-p (address)
  "1 if the tables say that an object begins at ADDRESS, outside the nursery."
  (cond ((< address +static-walk-start+) 0)
        ((< address (world-static-free)) (if (start-bit-p address) 1 0))
        ((< address +code-base+) 0)
        ((< address (world-code-free)) (if (start-bit-p address) 1 0))
        ((< address +heap-base+) 0)
        ((>= address (heap-frontier)) 0)
        (t
         (let ((kind (block-kind address)))
           (declare (type fixnum kind))
           (if (or (= kind +small-block+) (= kind +large-head+))
               (if (start-bit-p address) 1 0)
               0)))))

(defwired fresh-object-p (address)
  "1 if ADDRESS lies in what is used of the nursery."
  (if (or (< address +nursery-base+)
          (>= address (word (running-structure)
                            +thread-allocation-pointer+)))
      0
      1))

(defwired check-reference (slot value)
  "Check that VALUE, a pointer found in SLOT, is the reference of an object."
  (let ((address (reference-address value)))
    (declare (type fixnum address))
    (cond ((= value +nil-word+) 0)
          ((= 1 (fresh-object-p address))
           (if (and (or (< slot +nursery-base+) (>= slot +heap-base+))
                    (= 0 (octet (+ +card-table+
                                   (shift-right slot +card-shift+)))))
               (note-finding 5 slot)
               0))
          ((= 0 (object-at-p address)) (note-finding 4 slot))
          ((/= value (object-reference address)) (note-finding 6 slot))
          (t 0))))

(defwired check-slot (slot)
  (let-fixnum ((value (word slot)) (tag (logand value 15)))
    (cond ((= 0 (logand tag 7)) 0)
          ((= 1 tag)
           (if (< 2 (logand 15 (shift-right value 4)))
               (note-finding 7 slot)
               0))
          ((pointer-word-p value) (check-reference slot value))
          (t (note-finding 7 slot)))))

;;; The layout of layouts is its own layout.

(defwired layout-of (address)
  (- (word address) +layout-tag+))

(defwired layout-at-p (address)
  (if (and (= 0 (logand address 15))
           (= 1 (object-at-p address))
           (= +layout-tag+ (tag-at address)))
      (let ((layout (layout-of address)))
        (declare (type fixnum layout))
        (if (and (= 1 (object-at-p layout)) (= layout (layout-of layout)))
            1
            0))
      0))

(defwired check-layout (address)
  address)

(define-scanner check-slots check-slot check-layout)

(defwired known-code-p (code)
  (if (or (and (<= +symbol-code+ code) (<= code #x1A))
          (and (<= +simple-vector-code+ code) (<= code +string-code+))
          (= code +function-code+) (= code +funcallable-code+))
      1
      0))

(defwired header-state (address)
  "0 if the first word of the object at ADDRESS is good, else what it is."
  (let ((tag (tag-at address)))
    (declare (type fixnum tag))
    (cond ((= tag +header-tag+) (if (= 1 (known-code-p (octet address 1))) 0 1))
          ((= tag +layout-tag+) (if (= 1 (layout-at-p (layout-of address))) 0 3))
          (t 0))))

(defwired check-headed (address next)
  "Check the slots of the object with a header from ADDRESS to NEXT. The scanners
note weak references for the end of a collection: not here."
  (let ((code (octet address 1)))
    (declare (type fixnum code))
    (cond ((= code +weak-pointer-code+) (check-slot (+ address 8)))
          ((= code +weak-pairs-code+)
           (check-slots-range (+ address 16) (weak-pairs-end address)))
          (t (check-slots-headed address address next)))))

(defwired check-object (address end)
  "Check the object at ADDRESS, which must end before END; where it ends."
  (set-checked-object address)
  (set-checked-count (1+ (checked-count)))
  (let ((state (header-state address)))
    (declare (type fixnum state))
    (if (/= 0 state)
        (progn (note-finding state address) (+ address 16))
        (let-fixnum ((size (object-size address)) (next (+ address size)))
          (cond ((or (< size 16) (> next end) (> size (- end address)))
                 (note-finding 2 address)
                 (+ address 16))
                ((= +header-tag+ (tag-at address))
                 (check-headed address next)
                 next)
                (t (check-slots address address next)
                   next))))))

(defwired check-space (from end)
  "Check the objects from FROM below END, which lie back to back."
  (while (< from end)
    (if (= 0 (object-at-p from))
        (progn (set-checked-object from) (note-finding 8 from)))
    (setq from (check-object from end)))
  0)

(defwired check-lines (from end)
  "Check that the lines of an object from FROM below END are taken."
  (let-fixnum ((at (line-octet from)) (last (line-octet (1- end))))
    (while (<= at last)
      (if (= 0 (octet at))
          (progn (note-finding 9 from) (setq at last)))
      (setq at (1+ at)))
    0))

(defwired check-small (block)
  (let-fixnum ((end (+ block +block-size+)) (at (next-object block end)))
    (while (< at end)
      (let-fixnum ((next (next-object (+ at 16) end))
                   (last (check-object at next)))
        (check-lines at last)
        (setq at next)))
    0))

(defwired check-block (block)
  (let ((kind (block-kind block)))
    (declare (type fixnum kind))
    (cond ((= kind +small-block+) (check-small block))
          ((= kind +large-head+)
           (check-object block (+ block (shift-left
                                         (half (block-info-half block))
                                         +block-shift+))))
          ((or (= kind +free-block+) (= kind +large-tail+))
           (if (< (next-object block (+ block +block-size+))
                  (+ block +block-size+))
               (progn (set-checked-object block) (note-finding 8 block)))
           0)
          ((= kind +reserved-block+) 0)
          (t (set-checked-object block) (note-finding 10 block)))))

(defwired check-nil ()
  "The car and the cdr of NIL are NIL."
  (set-checked-object +nil-address+)
  (do-range (slot (+ +nil-address+ 8) (+ +nil-address+ 24) 8)
    (if (/= +nil-word+ (word slot))
        (note-finding 11 slot)))
  0)

(defwired check-heap (fp)
  "Check all of memory. FP as for SCAN-THREADS. How much was found."
  (set-finding-count 0)
  (set-checked-count 0)
  (set-in-kernel (1+ (in-kernel)))
  (check-nil)
  (check-space +static-walk-start+ (world-static-free))
  (check-space +code-base+ (world-code-free))
  (do-range (block +heap-base+ (heap-frontier) +block-size+)
    (check-block block))
  ;; SCAN-FRAMES and the like hand roots to CHECK-SLOT in this state.
  (set-checked-object 0)
  (set-collecting 3)
  (scan-fixed-roots)
  (scan-threads fp)
  (set-collecting 0)
  (set-in-kernel (1- (in-kernel)))
  (finding-count))

;;; For programs

(defparameter *finding-texts*
  #("" "a header that no object has" "an object that reaches into the next one"
    "an instance whose layout is none" "a reference to no object"
    "a reference into the nursery on a clean card" "a reference with a wrong tag"
    "a word that no slot may hold" "start bits that do not fit the objects"
    "a live object on lines that are free" "a block of an unknown kind"
    "NIL whose car or cdr is not NIL")
  "What is wrong, by its number.")

(defun finding-text (index)
  "The text of the finding INDEX."
  (let ((at (+ +findings+ (shift-left index 5))))
    (declare (type fixnum at))
    (format nil "~A: object ~X, slot ~X, word ~X"
            (svref *finding-texts* (word at))
            (word at 8) (word at 16) (word at 24))))

(defun check-memory ()
  (declare (effects :no-poll))
  (minor-collection (%frame-pointer))
  (check-heap (%frame-pointer))
  (%call-trampoline 'clear-registers)
  nil)

(defun verify-heap ()
  "Collect the nursery, then look at every object, every slot and every stack frame
there is. Return a list of texts that say what is damaged, at most 16 of them, and
the number of objects looked at: NIL first if all is well."
  (check-memory)
  (let ((texts '()) (count (finding-count)) (objects (checked-count)))
    (declare (type fixnum count objects))
    (do-range (i 0 count)
      (push (finding-text i) texts))
    (values (nreverse texts) objects)))
