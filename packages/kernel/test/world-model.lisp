;;;; A model of the object graph, kept beside the graph in the world's memory.
;;;; SPDX-License-Identifier: GPL-3.0-only

(defpackage #:collector-test
  (:use #:common-lisp)
  (:local-nicknames (#:k #:astralisp.kernel) (#:p #:astralisp.primitives)))

(in-package #:collector-test)

;;; A node mirrors one object. WORDS has an element for each word of it: an
;;; integer (a raw or immediate word) or a node (a reference; in word 0 of an
;;; instance, its layout). BOXED lists the words that may be overwritten.

(defstruct node kind words boxed (address 0) (epoch -1))

(defvar *random* (sb-ext:seed-random-state 1))
(defvar *epoch* 0 "Number of the verification.")
(defvar *reachable* (make-array 0 :adjustable t :fill-pointer t))
(defvar *fixed* '() "Nodes in static and code space.")

(defconstant +nil+ #x10001117)

(defun pick (n)
  (random n *random*))

(defun one-of (sequence)
  (elt sequence (pick (length sequence))))

(defun tag-of (kind)
  (case kind
    (:cons 7)
    ((:instance :layout) 3)
    ((:closure :funcallable) 11)
    (t 15)))

(defun u64 (value)
  (ldb (byte 64 0) value))

(defun load64 (address)
  (p:%raw-load-u64 address 0))

(defun store64 (address value)
  (p:%raw-store-u64 address 0 value))

(defun reference (node)
  (+ (node-address node) (tag-of (node-kind node))))

(defun entry-word (node index)
  "The word that element INDEX of NODE stands for."
  (let ((entry (svref (node-words node) index)))
    (cond ((integerp entry) entry)
          ((and (zerop index) (member (node-kind node) '(:instance :layout)))
           (+ (node-address entry) 5))
          (t (reference entry)))))

(defun node-octets (node)
  (* 16 (ceiling (* 8 (length (node-words node))) 16)))

(defun write-node (node address barrier)
  (setf (node-address node) address
        (node-epoch node) *epoch*)
  (dotimes (i (length (node-words node)))
    (store64 (+ address (* 8 i)) (entry-word node i))
    (when barrier
      (p:%mark-card (+ address (* 8 i))))))

;;; Random contents

(defun random-immediate ()
  (u64 (case (pick 8)
         (0 +nil+)
         (1 #x1000115F)
         (2 (logior 1 (ash (pick #x110000) 8)))
         (3 (logior 17 (ash (pick (expt 2 32)) 32)))
         (4 33)
         (5 (ash (- (pick (expt 2 61)) (expt 2 60)) 3))
         (t (ash (- (pick 2000) 1000) 3)))))

(defun random-raw ()
  "A raw word, often one that looks like a pointer."
  (case (pick 5)
    (0 (pick (expt 2 64)))
    (1 (+ k::+nursery-base+ (pick k::+nursery-size+)))
    (2 (+ k::+heap-base+ (pick #x100000)))
    (3 (logior 15 (* 16 (+ (ash k::+nursery-base+ -4) (pick 4096)))))
    (t 0)))

(defun random-child ()
  "A node that is reachable, or an immediate word."
  (if (or (zerop (pick 3)) (zerop (length *reachable*)))
      (random-immediate)
      (one-of *reachable*)))

(defun header (code &optional (count 0))
  (logior 13 (ash code 8) (ash count 32)))

(defun fixnum-word (value)
  (u64 (ash value 3)))

(defun children (count)
  (loop repeat count collect (random-child)))

(defun raws (count)
  (loop repeat count collect (random-raw)))

(defun range (from end)
  (loop for i from from below end collect i))

(defun build (kind words boxed)
  (make-node :kind kind :words (coerce words 'simple-vector) :boxed boxed))

(defun headed (kind code count words boxed)
  (build kind (cons (header code count) words) boxed))

(defun random-size (large)
  (if large (+ 1030 (pick 9000)) (case (pick 6)
                                   (0 0)
                                   (1 (pick 600))
                                   (t (pick 12)))))

(defun raw-vector (code bits length)
  (headed :raw code 0
          (cons (fixnum-word length) (raws (ceiling (* bits length) 64))) '()))

(defun instance-of (layout)
  (let* ((words (node-words layout))
         (length (ash (svref words 2) -3))
         (raw (ash (svref words 5) -3))
         (boxed (loop for i below length
                      unless (and (< i 58) (logbitp i raw)) collect (1+ i))))
    (build :instance
           (cons layout
                 (loop for i from 1 to length
                       collect (if (member i boxed)
                                   (random-child)
                                   (random-raw))))
           boxed)))

(defun random-layout (meta)
  (let* ((length (pick 20)) (raw (pick (ash 1 length))))
    (build :layout
           (list* (or meta +nil+) (random-child) (fixnum-word length)
                  (fixnum-word (pick 5)) (random-child) (fixnum-word raw) (fixnum-word 0)
                  (children 4))
           '(1 4 7 8 9 10))))

(defun random-node (kind large layouts)
  "A node of KIND whose children are reachable now."
  (let ((n (random-size large)))
    (ecase kind
      (:cons (build kind (children 2) '(0 1)))
      (:vector (headed kind #x20 0 (cons (fixnum-word n) (children n))
                       (range 2 (+ n 2))))
      (:symbol (headed kind #x10 (pick 4000) (children 7) (range 1 8)))
      (:value-cell (headed kind #x12 1 (children 1) '(1)))
      (:ratio (headed kind #x14 2 (children 2) '()))
      (:complex (headed kind #x16 2 (children 2) '()))
      (:array (let ((d (1+ (pick 3))))
                (headed kind #x1A (+ 5 d) (children (+ 5 d))
                        (range 1 (+ 6 d)))))
      (:closure (let ((v (pick 5)))
                  (headed kind #x30 (+ v 2)
                          (list* (* 16 (pick 100000)) (children (1+ v)))
                          (range 2 (+ v 3)))))
      (:funcallable (let ((v (pick 5)))
                      (headed kind #x31 (+ v 3)
                              (list* (* 16 (pick 100000)) (children (+ 2 v)))
                              (range 2 (+ v 4)))))
      (:bignum (let ((d (1+ (pick 9)))) (headed kind #x13 d (raws d) '())))
      (:double (headed kind #x15 1 (raws 1) '()))
      (:string (raw-vector #x2C 32 (* 2 n)))
      (:octets (raw-vector #x22 8 (+ (pick 8) (* 8 n))))
      (:raw (let ((type (one-of '((#x21 . 1) (#x23 . 16) (#x24 . 32)
                                  (#x25 . 64) (#x26 . 8) (#x27 . 16)
                                  (#x28 . 32) (#x29 . 64) (#x2A . 32)
                                  (#x2B . 64)))))
              (raw-vector (car type) (cdr type) n)))
      (:instance (instance-of (one-of layouts)))
      (:weak (headed kind #x19 3 (list (random-child) 0 0) '())))))

;;; Stack maps, encoded as docs/calling-convention.md says

(defun little-endian (value octets)
  (loop for i below octets collect (ldb (byte 8 (* 8 i)) value)))

(defun encode-maps (maps)
  "The octets of MAPS, a list of (offset slots arguments) in rising order."
  (let ((lists '()) (entries '()) (base (+ 4 (* 12 (length maps)))))
    (dolist (map maps)
      (destructuring-bind (offset slots arguments) map
        (let ((word (if (every (lambda (slot) (< slot 31)) slots)
                        (loop for slot in slots sum (ash 1 slot))
                        (logior (ash 1 31) (+ base (length lists))))))
          (when (logbitp 31 word)
            (setf lists (append lists (little-endian (length slots) 2)
                                (loop for slot in slots
                                      append (little-endian slot 2)))))
          (setf entries (append entries (little-endian offset 4)
                                (little-endian word 4)
                                (little-endian (pick 500) 3)
                                (list arguments))))))
    (append (little-endian (length maps) 4) entries lists)))

(defun octets-node (octets)
  (let ((words (loop for rest on octets by (lambda (l) (nthcdr 8 l))
                     collect (loop for i below 8
                                   sum (ash (or (nth i rest) 0) (* 8 i))))))
    (headed :octets #x22 0 (cons (fixnum-word (length octets)) words) '())))
