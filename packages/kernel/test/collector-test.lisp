;;;; Random programs against the collector, checked against a model.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:collector-test)

(defvar *counts* '() "Plist: how often what happened.")

(defmacro count-of (name)
  `(getf *counts* ,name 0))

;;; The world: one thread whose stack is made of frames of known maps

(defconstant +thread+ #x60010000)
(defconstant +heap-octets+ (* 12 1024 1024))

(defstruct frame fp code map slots arguments)

(defvar *roots* (make-array 0) "Elements: (address . entry).")
(defvar *frames* '() "Innermost first.")
(defvar *codes* '() "Of (node . maps).")
(defvar *layouts* '())
(defvar *cells* '())
(defvar *weak* '())
(defvar *fresh* 0 "Large objects made that the model does not know yet.")
(defvar *top* 0 "Frame pointer of the routine that collects.")

(defun map-world ()
  (cl-user::map-memory #x10000000 #x10100000)
  (cl-user::map-memory #x14000000 #x14400000)
  (cl-user::map-memory #x50000000 #x51000000)
  (cl-user::map-memory #x60000000 #x70200000)
  (cl-user::map-memory k::+heap-base+ (+ k::+heap-base+ +heap-octets+ #x100000)))

(defun set-state (address value)
  (p:%raw-store-word address 0 value))

(defun start-world (heap-octets)
  (map-world)
  (setf *reachable* (make-array 0 :adjustable t :fill-pointer t)
        *fixed* '() *frames* '() *codes* '() *layouts* '() *cells* '()
        *weak* '() *epoch* 0 *roots* (make-array 0))
  (store64 #x10001108 (header #x10))
  (loop for i from 1 to 7 do (store64 (+ #x10001108 (* 8 i)) +nil+))
  (store64 #x10001150 (header #x10))
  (loop for i from 1 to 7 do (store64 (+ #x10001150 (* 8 i)) +nil+))
  (set-state (+ #x10000000 24) #x10001200)
  (set-state (+ #x10000000 32) #x14000000)
  (dolist (o '(64 72 80)) (store64 (+ #x10000000 o) +nil+))
  (set-state (+ #x10000000 160) (+ 9216 800))
  (start-thread)
  (k::initialise-heap (+ k::+heap-base+ heap-octets) 1)
  (make-fixed-objects)
  (make-roots)
  (setf *frames* '() *top* 0)
  (push-frame))

(defun start-thread ()
  (set-state (+ k::+kernel-state+ 8) +thread+)
  (set-state (+ k::+kernel-state+ 336) +thread+)
  (setf p::*thread-pointer* +thread+)
  (set-state (+ +thread+ 176) #x60020000)
  (set-state (+ +thread+ 24) (+ #x60020000 160)))

(defun place (node address barrier)
  (write-node node address barrier)
  (push node *fixed*)
  node)

(defun make-fixed-objects ()
  "Layouts in static space, cells, code with stack maps."
  (let ((meta (random-layout nil)))
    (setf (svref (node-words meta) 0) meta
          (svref (node-words meta) 2) (fixnum-word 10)
          (svref (node-words meta) 5) 0)
    (place meta (k::allocate-static 96) t)
    (push meta *layouts*))
  (setf *layouts* (list (first *layouts*)))
  (dotimes (i 20)
    (let ((cell (headed :cell #x11 3 (list +nil+ +nil+ +nil+) '(1 2 3))))
      (push (place cell (k::allocate-static 32) t) *cells*)))
  (dotimes (i 12)
    (make-code)))

(defun make-code ()
  "A code object whose maps are in the heap, like those of loaded code."
  (let* ((maps (loop with offset = 80
                     repeat (1+ (pick 12))
                     collect (list (incf offset (1+ (pick 300)))
                                   (remove-if (lambda (i)
                                                (declare (ignore i))
                                                (zerop (pick 2)))
                                              (range 0 (if (zerop (pick 6))
                                                           90
                                                           12)))
                                   (case (pick 6)
                                     ((0 1) (pick 4))
                                     (2 255)
                                     (t 0)))))
         (octets (allocate-node (octets-node (encode-maps maps))))
         (debug (progn
                  (push octets *fixed*)
                  (allocate-node (headed :vector #x20 0
                                         (list (fixnum-word 4) octets +nil+ +nil+
                                               +nil+)
                                         '()))))
         (size (* 16 (ceiling (+ 100 (first (first (last maps)))) 16)))
         (node (headed :code #x18 5
                       (append (list (fixnum-word size) +nil+ debug +nil+ +nil+)
                               (raws (- (/ size 8) 6)))
                       '(2 4 5))))
    (setf *fixed* (remove octets *fixed*))
    (place node (k::allocate-code size) t)
    (push (cons node maps) *codes*)))

(defun make-roots ()
  (setf *roots*
        (coerce
         (append
          (loop for i below 60 collect (+ +thread+ 9216 (* 8 i)))
          (loop for i below 20 collect (+ +thread+ 1024 (* 8 i)))
          (loop for i below 10 collect (+ #x60020000 8 (* 16 i)))
          (list (+ +thread+ 56) #x10000040 #x10000048 #x10000050
                #x10001110 #x10001120 #x10001140))
         'simple-vector))
  (map-into *roots* (lambda (address) (cons address 0)) *roots*)
  (loop for root across *roots* do (store64 (car root) 0)))

(defun word-of (entry)
  (if (integerp entry) entry (reference entry)))

(defun set-root (root entry)
  (setf (cdr root) entry)
  (store64 (car root) (word-of entry)))

;;; Frames

(defun write-top ()
  "The frame of the collecting routine, called by the innermost frame."
  (let ((frame (first *frames*)))
    (setf *top* (- (frame-fp frame) (* 8 (length (frame-slots frame)))
                   (* 8 (length (frame-arguments frame))) 16))
    (link-frame *top* frame)))

(defun return-address (frame)
  (+ (node-address (car (frame-code frame))) 48 (first (frame-map frame))))

(defun link-frame (fp caller)
  "Make FP the frame called by CALLER."
  (store64 fp (frame-fp caller))
  (store64 (+ fp 8) (return-address caller))
  (loop for entry across (frame-arguments caller)
        for at from (+ fp 16) by 8
        do (store64 at (word-of entry))))

(defun push-frame ()
  (let* ((caller (first *frames*))
         (code (one-of *codes*))
         (map (one-of (cdr code)))
         (fp (if caller *top* (- #x60900000 64)))
         (slots (make-array (+ (pick 5) (1+ (reduce #'max (second map)
                                                    :initial-value 0)))))
         (frame (make-frame :fp fp :code code :map map :slots slots)))
    (if caller
        (link-frame fp caller)
        (progn (store64 fp 0) (store64 (+ fp 8) 0)))
    (dotimes (i (length slots))
      (setf (aref slots i)
            (if (member i (second map)) (random-child) (random-raw)))
      (store64 (- fp (* 8 (1+ i))) (word-of (aref slots i))))
    (setf (frame-arguments frame)
          (coerce (children (if (= 255 (third map)) (pick 9) (third map)))
                  'simple-vector))
    ;; With 255, all words up to the frame pointer are boxed.
    (when (= 255 (third map))
      (dotimes (i (length slots))
        (setf (aref slots i) (random-child))
        (store64 (- fp (* 8 (1+ i))) (word-of (aref slots i)))))
    (push frame *frames*)
    (write-top)))

(defun pop-frame ()
  (when (cdr *frames*)
    (pop *frames*)
    (write-top)))

;;; Comparing the world with the model

(defvar *addresses* (make-hash-table))

(defun claim (node address)
  "NODE was found at ADDRESS: either for the first time or again."
  (if (= (node-epoch node) *epoch*)
      (assert (= address (node-address node)))
      (progn
        (assert (not (gethash address *addresses*)) ()
                "~x holds two objects" address)
        (setf (gethash address *addresses*) node
              (node-address node) address
              (node-epoch node) *epoch*)
        (vector-push-extend node *reachable*))))

(defun compare (entry word)
  (if (integerp entry)
      (assert (= entry word) () "~x became ~x" entry word)
      (progn
        (assert (= (tag-of (node-kind entry)) (logand word 15)))
        (claim entry (logandc2 word 15)))))

(defun compare-node (node)
  (loop with weak = (eq :weak (node-kind node))
        with layout = (member (node-kind node) '(:instance :layout))
        for entry across (node-words node)
        for address from (node-address node) by 8
        for index from 0
        do (cond ((and weak (= index 1)) (push node *weak*))
                 ((and layout (= index 0))
                  (assert (= 5 (logand 15 (load64 address))))
                  (claim entry (- (load64 address) 5)))
                 (t (compare entry (load64 address))))))

(defun compare-frame (frame callee)
  (loop for slot across (frame-slots frame)
        for at downfrom (- (frame-fp frame) 8) by 8
        do (compare slot (load64 at)))
  (loop for entry across (frame-arguments frame)
        for at from (+ callee 16) by 8
        do (compare entry (load64 at))))

(defun verify (full)
  "Compare everything; FULL: right after a full collection."
  (incf *epoch*)
  (clrhash *addresses*)
  (setf (fill-pointer *reachable*) 0
        *weak* '())
  (dolist (node *fixed*)
    (claim node (node-address node)))
  (loop for root across *roots*
        do (compare (cdr root) (load64 (car root))))
  (let ((callee *top*))
    (dolist (frame *frames*)
      (compare-frame frame callee)
      (setf callee (frame-fp frame))))
  (loop with i = 0
        while (< i (length *reachable*))
        do (compare-node (aref *reachable* i))
           (incf i))
  (dolist (node *weak*)
    (check-weak node full))
  (incf (count-of :objects-compared) (length *reachable*))
  (check-tables full))

(defun check-weak (node full)
  (let* ((word (load64 (+ 8 (node-address node))))
         (entry (svref (node-words node) 1))
         (alive (or (integerp entry) (= (node-epoch entry) *epoch*))))
    (cond (alive (assert (= word (word-of entry))))
          ((= word +nil+)
           (incf (count-of :weak-broken))
           ;; Dead for the program from now on.
           (setf (svref (node-words node) 1) +nil+))
          (t (assert (not full))))
    (assert (zerop (load64 (+ 16 (node-address node)))))))

;;; The collector's tables

(defun zero-p (from octets)
  (loop for at from from below (+ from octets) by 8
        always (zerop (load64 at))))

(defun check-tables (full)
  (let ((free 0) (frontier (k::heap-frontier)))
    (loop for block from k::+heap-base+ below (k::heap-limit) by 32768
          for kind = (p:%raw-load-u8 (k::block-kind-octet block) 0)
          do (assert (<= kind 4))
             (when (zerop kind)
               (incf free)
               (assert (zero-p (k::start-octet block) 256))
               (assert (zero-p (k::line-octet block) 128)))
             (when (>= block frontier)
               (assert (zerop kind)))
             (when (= kind 1)
               (check-free-lines block)))
    (assert (= free (k::free-blocks)))
    (assert (zerop (k::in-kernel)))
    (loop for i from 1 below (length *reachable*)
          do (check-place (aref *reachable* i)))
    (assert (zero-p k::+nursery-base+ k::+nursery-size+))
    (assert (zero-p (k::heap-limit) 65536))
    (loop for (from end) in `((#x10001000 #x10100000) (#x14000000 #x14400000)
                              (,k::+heap-base+ ,(k::heap-limit)))
          do (assert (zero-p (+ #x50000000 (ash from -9))
                             (ash (- end from) -9))))
    (when full
      (let ((starts (count-starts k::+heap-base+ frontier))
            (nodes (count-if (lambda (node)
                               (>= (node-address node) k::+heap-base+))
                             *reachable*)))
        (assert (<= nodes starts (+ nodes *fresh*)) ()
                "~d objects kept, ~d reachable" starts nodes)))))

(defun check-free-lines (block)
  "No free line has an object, and the count of free lines is true unless a
run was taken over them."
  (let ((free 0))
    (dotimes (line 128)
      (when (zerop (p:%raw-load-u8 (+ line (k::line-octet block)) 0))
        (incf free)
        (assert (zerop (p:%raw-load-u16
                        (k::start-octet (+ block (* 256 line))) 0)))))
    (assert (= free (p:%raw-load-u32 (k::block-info-half block) 0)))))

(defun check-place (node)
  (let* ((address (node-address node)) (size (node-octets node)))
    (assert (zerop (logand address 15)))
    (assert (k::start-bit-p address))
    (unless (eq :code (node-kind node))
      (assert (= size (k::object-size address))))
    (when (>= address k::+heap-base+)
      (if (> size 8192)
          (assert (and (= 2 (k::block-kind address))
                       (zerop (mod address 32768))))
          (progn
            (assert (= 1 (k::block-kind address)))
            (assert (<= (+ size (mod address 32768)) 32768))
            (loop for at from address below (+ address size) by 256
                  do (assert (= 1 (p:%raw-load-u8 (k::line-octet at) 0)))))))))

(defun count-starts (from end)
  (loop for at from (k::start-octet from) below (k::start-octet end)
        sum (logcount (p:%raw-load-u8 at 0))))

;;; The random program

(defvar *collections* 0)

(defun collections ()
  (+ (k::minor-count) (k::full-count)))

(defmacro with-collection (&body body)
  "Do BODY; when it collected, verify."
  `(let ((before (collections)) (full (k::full-count)))
     (prog1 (progn ,@body)
       (unless (= before (collections))
         (incf *collections*)
         (incf (count-of :evacuated) (k::moved-objects))
         (unless (zerop (k::mark-overflow))
           (error "the mark stack overflowed and nothing was done"))
         (verify (/= full (k::full-count)))))))

(defun allocate (octets)
  (let* ((*fresh* (if (> octets 8192) 1 0))
         (address (with-collection
                    (if (> octets 8192)
                        (k::take-large octets *top*)
                        (k::take-medium octets *top*)))))
    (if (zerop address)
        (incf (count-of :exhausted))
        (assert (zero-p address octets)))
    (incf (count-of (if (> octets 8192) :large :small)))
    address))

(defun allocate-node (node)
  "Write NODE to fresh memory. Its children are reachable and will not move."
  (when (null *frames*)
    (setf *top* #x60800000)
    (store64 *top* 0)
    (store64 (+ 8 *top*) 0))
  (let ((address (allocate (node-octets node))))
    (when (zerop address)
      (error "exhausted"))
    (write-node node address (> (node-octets node) 8192))
    (vector-push-extend node *reachable*)
    node))

(defparameter *kinds*
  '(:cons :cons :cons :cons :vector :vector :symbol :value-cell :ratio :complex
    :array :closure :funcallable :bignum :double :string :octets :raw
    :instance :instance :instance :weak))

(defun step-allocate ()
  (let* ((kind (one-of *kinds*))
         (large (and (zerop (pick 60)) (member kind '(:vector :string :raw))))
         ;; Memory first: collecting may kill or move what is chosen later.
         (probe (random-node kind large *layouts*))
         (octets (node-octets probe))
         (address (allocate octets))
         (node (if (live-p probe) probe (retarget probe))))
    (when (zerop address)
      (drop-roots 2)
      (return-from step-allocate nil))
    (write-node node address (> octets 8192))
    (vector-push-extend node *reachable*)
    (set-root (one-of *roots*) node)))

(defun live-p (node)
  (every (lambda (entry) (or (integerp entry) (= *epoch* (node-epoch entry))))
         (node-words node)))

(defun retarget (node)
  "Replace children that died while memory was found."
  (map-into (node-words node)
            (lambda (entry)
              (if (or (integerp entry) (= *epoch* (node-epoch entry)))
                  entry
                  (random-immediate)))
            (node-words node))
  node)

(defun step-layout ()
  (let ((meta (car (last *layouts*))))
    (when (> (length *layouts*) 8)
      (setf *layouts* (list meta)))
    (let ((node (random-layout meta)))
      (let ((address (allocate (node-octets node))))
        (retarget node)
        (write-node node address nil)
        (vector-push-extend node *reachable*)
        (push node *layouts*)
        (set-root (one-of *roots*) node)))))

(defun step-store ()
  (let* ((node (one-of *reachable*)) (boxed (node-boxed node)))
    (when boxed
      (let ((index (one-of boxed)) (child (random-child)))
        (setf (svref (node-words node) index) child)
        (store64 (+ (node-address node) (* 8 index))
                 (entry-word node index))
        (p:%mark-card (+ (node-address node) (* 8 index)))))))

(defun drop-roots (fraction)
  (loop for root across *roots*
        do (when (zerop (pick fraction))
             (set-root root (random-immediate))))
  (dolist (cell *cells*)
    (dolist (index (node-boxed cell))
      (when (zerop (pick fraction))
        (setf (svref (node-words cell) index) +nil+)
        (store64 (+ (node-address cell) (* 8 index)) +nil+)))))

(defun forget-dead-layouts ()
  (setf *layouts*
        (remove-if-not (lambda (node)
                         (or (member node *fixed*)
                             (= (node-epoch node) *epoch*)))
                       *layouts*)))

(defun random-step ()
  (forget-dead-layouts)
  (let ((n (pick 1000)))
    (cond ((< n 560) (step-allocate))
          ((< n 850) (step-store))
          ((< n 880) (step-layout))
          ((< n 930) (if (> (length *frames*) 30) (pop-frame) (push-frame)))
          ((< n 975) (pop-frame))
          ((< n 990)
           (drop-roots (if (> (length *reachable*) 1500) 1 6)))
          ((< n 994) (with-collection (k::minor-collection *top*)))
          ((< n 998) (with-collection (k::full-collection *top*)))
          (t (step-compact)))
    (when (> (length *reachable*) 2500)
      (dotimes (i 12) (pop-frame))
      (drop-roots 1)
      (with-collection (k::full-collection *top*)))))

(defun step-compact ()
  (when (zerop (if (zerop (pick 2))
                   (with-collection (k::compact-heap *top*))
                   (compact-without-room)))
    (incf (count-of :compaction-without-room))
    (return-from step-compact nil))
  (let ((used 0))
    (loop for node across *reachable*
          do (when (>= (node-address node) k::+heap-base+)
               (setf used (max used (- (+ (node-address node)
                                          (node-octets node))
                                       k::+heap-base+)))))
    ;; No free block below the end.
    (loop for block from k::+heap-base+
            below (+ k::+heap-base+ used) by 32768
          do (assert (/= 0 (k::block-kind block))))))

(defun compact-without-room ()
  "Compact while almost all free blocks are taken away."
  (with-collection (k::minor-collection *top*))
  (let ((taken '()) (left (pick 6)))
    (with-collection
      (loop while (> (k::free-blocks) left)
            do (push (k::find-free-blocks 1) taken)
               (k::take-blocks (first taken) 1 4))
      (let ((done (k::compact-heap *top*)))
        (mapc #'k::free-block taken)
        done))))

(defun reserved-blocks ()
  "The blocks that a program does not get."
  (+ k::+promotion-reserve+ k::+emergency-reserve+))

(defun test-exhaustion (heap-octets)
  "A list that grows until the heap is full; then it is dropped and most of the
heap must be there again. Returns how many conses it had."
  (setf *random* (sb-ext:seed-random-state 0))
  (start-world heap-octets)
  (k::set-emergency 0)
  (let ((root (+ +thread+ 9216)) (count 0))
    (setf (cdr (find root *roots* :key #'car)) +nil+)
    (store64 root +nil+)
    (loop
      (let ((address (k::take-medium 16 *top*)))
        (when (zerop address)
          (return))
        (store64 address (fixnum-word count))
        (store64 (+ address 8) (load64 root))
        (store64 root (+ address 7))
        (incf count)))
    (let ((seen 0) (at (load64 root)))
      (loop until (= at +nil+)
            do (assert (= (load64 (- at 7)) (fixnum-word (- count 1 seen))))
               (incf seen)
               (setf at (load64 (+ at 1))))
      (assert (= seen count)))
    ;; All but the reserves and the nursery held the list.
    (assert (> (* 16 count) (- heap-octets (* 32768 (+ (reserved-blocks) 4))
                             k::+nursery-size+)))
    (assert (<= k::+promotion-reserve+ (k::free-blocks)))
    (store64 root +nil+)
    (k::full-collection *top*)
    (verify t)
    (assert (> (k::usable-blocks) (- (/ heap-octets 32768) (+ (reserved-blocks) 4))))
    (assert (/= 0 (k::take-large (- heap-octets (* 32768 (+ (reserved-blocks) 8)))
                                 *top*)))
    (k::full-collection *top*)
    (verify t)
    count))

(defun test-deep-structures ()
  "Lists and trees of which a small mark stack holds next to nothing."
  (setf *random* (sb-ext:seed-random-state 0))
  (start-world +heap-octets+)
  (let ((root (+ +thread+ 9216)) (count 60000))
    (setf (cdr (find root *roots* :key #'car)) +nil+)
    (dolist (shape '(:cdr :car :both))
      (store64 root +nil+)
      (dotimes (i count)
        (let ((address (k::take-medium 16 *top*)) (link (load64 root)))
          (store64 address (if (eq shape :cdr) (fixnum-word i) link))
          (store64 (+ address 8) (if (eq shape :car) (fixnum-word i) link))
          (store64 root (+ address 7))))
      (k::minor-collection *top*)
      (k::set-mark-limit (+ k::+mark-stack+ 32))
      (k::full-collection *top*)
      (k::set-mark-limit (+ k::+mark-stack+ k::+mark-stack-size+))
      ;; The heap holds these and the stack maps of the code objects.
      (assert (= (+ count (* 2 (length *codes*)))
                 (count-starts k::+heap-base+ (k::heap-frontier)))))
    (store64 root +nil+)
    (k::full-collection *top*)
    (verify t)))

(defun run-seed (seed steps)
  (setf *random* (sb-ext:seed-random-state seed))
  (start-world (case (mod seed 5)
                 (0 (* 151 32768))
                 (1 (* 200 32768))
                 (t +heap-octets+)))
  (set-state (+ k::+kernel-state+ 208)
             (case (mod seed 4) (0 0) (1 16384) (2 20000) (t 65536)))
  (dotimes (i steps)
    ;; A mark stack of a few entries, so that it overflows; the nursery is
    ;; empty then, because only full collections recover from that.
    (random-step)
    (when (and (= 3 (mod seed 4)) (zerop (pick 60)))
      (with-collection (k::minor-collection *top*))
      (set-state (+ k::+kernel-state+ 136) (+ k::+mark-stack+ 8 (* 8 (pick 9))))
      (with-collection (k::full-collection *top*))
      (set-state (+ k::+kernel-state+ 136)
                 (+ k::+mark-stack+ k::+mark-stack-size+)))))

;;; Saving and loading

(defun retire-roots ()
  "Put everything the program holds under a cell, as a saved world has it."
  (let* ((entries (loop for root across *roots* collect (cdr root)))
         (size (length entries))
         (address (allocate (* 16 (ceiling (* 8 (+ 2 size)) 16))))
         (node (headed :vector #x20 0 (cons (fixnum-word size) entries)
                       (range 2 (+ size 2))))
         (cell (first *cells*)))
    (write-node node address nil)
    (setf (svref (node-words cell) 1) node)
    (store64 (+ 8 (node-address cell)) (reference node))
    (p:%mark-card (+ 8 (node-address cell)))
    (loop for root across *roots*
          do (set-root root +nil+))
    (setf *roots* #()
          *frames* '())))

(defun memory-image (from end)
  (let ((words (make-array (/ (- end from) 8)
                           :element-type '(unsigned-byte 64))))
    (dotimes (i (length words) words)
      (setf (aref words i) (load64 (+ from (* 8 i)))))))

(defun put-memory-image (from words)
  (dotimes (i (length words))
    (store64 (+ from (* 8 i)) (aref words i))))

(defun freeze ()
  "The three parts of the image, and the header."
  (assert (= 1 (k::freeze-world *top*)))
  (let ((*fresh* 1))
    (verify t))
  (list (memory-image #x10000000 #x10000200)
        (memory-image #x10001000 (k::world-static-free))
        (memory-image #x14000000 (k::world-code-free))
        (memory-image k::+heap-base+ (k::world-heap-free))))

(defun thaw (image heap-octets)
  (map-world)
  (loop for from in (list #x10000000 #x10001000 #x14000000 k::+heap-base+)
        for words in image
        do (put-memory-image from words))
  (start-thread)
  (k::initialise-heap (+ k::+heap-base+ heap-octets) 1)
  (k::adopt-image)
  (let ((*fresh* 1))
    (verify t)))

(defun test-saving (seed)
  "A world that is saved, loaded and saved again has the same octets."
  (run-seed seed 1500)
  (retire-roots)
  (let ((first (freeze)))
    (dolist (heap-octets (list +heap-octets+ (* 8 1024 1024)))
      (thaw first heap-octets)
      (with-collection (k::minor-collection *top*))
      (with-collection (k::full-collection *top*))
      (let ((second (freeze)))
        (assert (equalp (rest first) (rest second)) ()
                "seed ~d: the second image differs" seed)))
    (* 8 (reduce #'+ (rest first) :key #'length))))
