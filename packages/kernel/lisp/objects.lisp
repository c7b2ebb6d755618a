;;;; Objects in memory: their size, and walking over their boxed slots.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A reference is the tagged word of a pointer: address + low tag. Pointers are
;;; the words whose low two bits are set (tags 3, 7, 11, 15).

(defmacro pointer-word-p (word)
  `(= 3 (logand ,word 3)))

(defmacro reference-tag (reference)
  `(logand ,reference 15))

(defmacro reference-address (reference)
  `(logand ,reference -16))

(defwired round-16 (octets)
  (round-up octets 16))

(defwired vector-octets (code length8)
  "The octets of the elements of a vector of type CODE whose length word, the
length times 8, is LENGTH8."
  (cond ((= code +simple-vector-code+) length8)
        ((= code +bit-vector-code+)
         (shift-right (+ (shift-right length8 3) 7) 3))
        ((= code +string-code+) (shift-right length8 1))
        (t
         ;; Two groups of four, unsigned then signed, of 1 2 4 8 octets, then
         ;; single-floats and double-floats.
         (let ((width (if (< code #x2A)
                          (logand (- code #x22) 3)
                          (- code #x28))))
           (declare (type fixnum width))
           (shift-right length8 (- 3 width))))))

(defwired headed-size (address)
  "The size in octets of the object with a header at ADDRESS."
  (let ((code (octet address 1)))
    (declare (type fixnum code))
    (cond ((= code +symbol-code+) 64)
          ((and (>= code +simple-vector-code+) (<= code +string-code+))
           (round-16 (+ 16 (vector-octets code (word address 8)))))
          ((= code +code-code+) (shift-right (word address 8) 3))
          (t (round-16 (+ 8 (shift-left (half address 4) 3)))))))

(defwired instance-size (address)
  "The size in octets of the instance at ADDRESS. Its layout may have been
forwarded: everything but the first word of the old layout is still there."
  (let ((layout (- (word address) +layout-tag+)))
    (declare (type fixnum layout))
    (round-16 (+ 8 (word layout 16)))))

(defwired object-size (address)
  "The size in octets, a multiple of 16, of the object at ADDRESS."
  (let ((tag (tag-at address)))
    (declare (type fixnum tag))
    (cond ((= tag +header-tag+) (headed-size address))
          ((= tag +layout-tag+) (instance-size address))
          (t 16))))

(defwired object-reference (address)
  "The tagged pointer to the object at ADDRESS."
  (let ((tag (tag-at address)))
    (declare (type fixnum tag))
    (cond ((= tag +header-tag+)
           (if (< (octet address 1) +function-code+)
               (+ address +other-lowtag+)
               (+ address +function-lowtag+)))
          ((= tag +layout-tag+) (+ address +instance-lowtag+))
          (t (+ address +cons-lowtag+)))))

(defwired boxed-words (address)
  "How many words after the header at ADDRESS, an \"other\" object or function
but neither vector nor weak pointer, are boxed."
  (let ((code (octet address 1)))
    (declare (type fixnum code))
    (cond ((= code +symbol-code+) 7)
          ((or (= code #x13) (= code #x15)) 0)
          (t (half address 4)))))

;;; DEFINE-SCANNER makes the functions that hand every boxed slot of an object
;;; to a slot function. The collector has two such walks, for promotion and for
;;; marking; both expect word 0 of an instance to be handed to LAYOUT-FUNCTION
;;; before its other slots, because that may move the layout that describes
;;; them.

(defmacro define-scanner (name slot-function layout-function)
  (flet ((part (suffix)
           (intern (concatenate 'string (symbol-name name) "-" suffix)
                   '#:astralisp.kernel)))
    `(progn
       (defwired ,(part "RANGE") (from end)
         ;; Every slot from FROM below END, last one first.
         (let-fixnum ((at (- end 8)))
           (while (>= at from)
             (,slot-function at)
             (setq at (- at 8)))
           0))
       (defwired ,(part "INSTANCE") (address from end)
         ;; The slots of the instance at ADDRESS that lie from FROM below END.
         (,layout-function address)
         (let-fixnum ((layout (- (word address) +layout-tag+))
                      (raw (shift-right (word layout 40) 3))
                      (at (max from (+ address 8)))
                      (end (min end (+ address 8 (word layout 16)))))
           (if (= raw 0)
               (,(part "RANGE") at end)
               (while (< at end)
                 (let ((index (shift-right (- at (+ address 8)) 3)))
                   (declare (type fixnum index))
                   (if (or (> index 57)
                           (= 0 (logand 1 (shift-right raw index))))
                       (,slot-function at)))
                 (setq at (+ at 8))))
           0))
       (defwired ,(part "HEADED") (address from end)
         ;; The same for an object with a header.
         (let ((code (octet address 1)))
           (declare (type fixnum code))
           (cond ((= code +simple-vector-code+)
                  (,(part "RANGE") (max from (+ address 16))
                   (min end (+ address 16 (word address 8)))))
                 ((= code +weak-pointer-code+) (note-weak-pointer address))
                 ((= code +weak-pairs-code+)
                  (note-weak-pairs address from end))
                 ((and (> code +simple-vector-code+) (<= code +string-code+))
                  0)
                 (t
                  (,(part "RANGE") (max from (+ address 8))
                   (min end (+ address 8
                               (shift-left (boxed-words address) 3))))))))
       (defwired ,name (address from end)
         ;; Every boxed slot from FROM below END of the object at ADDRESS.
         (let ((tag (tag-at address)))
           (declare (type fixnum tag))
           (cond ((= tag +header-tag+) (,(part "HEADED") address from end))
                 ((= tag +layout-tag+) (,(part "INSTANCE") address from end))
                 (t (,(part "RANGE") (max from address)
                     (min end (+ address 16))))))))))

;;; Weak pointers: word 1 is the value, word 2 links those met in a collection
;;; (address of the next one, or 8 in the last; 0 outside of a collection).

(defwired note-weak-pointer (address)
  (if (= 0 (word address 16))
      (let ((next (weak-chain)))
        (declare (type fixnum next))
        (set-word address 16 (if (= next 0) 8 next))
        (set-weak-chain address)))
  0)

;;; Weak pairs: the keys and values, in turn, of a table that does not keep all
;;; of them alive. Word 1 is a link as above. Behind the entries come four
;;; words: the weakness, how many entries a collection has dropped, and which
;;; entries this collection has to look at: from one address to another.

(defmacro weak-pairs-end (address)
  "Where the entries of the weak pairs at ADDRESS end."
  `(+ ,address (shift-left (- (half ,address 4) 3) 3)))

(defwired note-weak-pairs (address from end)
  "The entries from FROM below END may refer to what moves or dies."
  (let-fixnum ((info (weak-pairs-end address))
               (from (max from (+ address 16)))
               (end (min end info)))
    (if (< from end)
        (if (= 0 (word address 8))
            (let ((next (weak-pairs-chain)))
              (declare (type fixnum next))
              (set-word address 8 (if (= next 0) 8 next))
              (set-word info 16 from)
              (set-word info 24 end)
              (set-weak-pairs-chain address))
            (progn
              (set-word info 16 (min from (word info 16)))
              (set-word info 24 (max end (word info 24))))))
    0))
