;;;; Frames and page tables of the pc platform, against models of their own.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +test-map+ #x5000 "Where the simulated firmware map lies.")

(cl-user::map-memory #x0 #x10000000)
(cl-user::map-memory #x60000000 #x61000000)
(cl-user::map-memory #x100000000 #x200000000)

(defun put-map (entries)
  "Write ENTRIES, each (base length type), as the boot shim leaves them."
  (%raw-store-u64 +test-map+ 0 (length entries))
  (loop for (base length type) in entries
        for at from (cl:+ +test-map+ 8) by 24
        do (%raw-store-u64 at 0 base)
           (%raw-store-u64 at 8 length)
           (%raw-store-u64 at 16 (cl:logior type (ash 1 32)))))

(defun random-map (state)
  "A map as firmware gives it: rising, with holes, sometimes overlapping."
  (let ((at 0) (entries '()))
    (loop repeat (cl:+ 2 (random 6 state))
          for length = (cl:+ 1 (random #x8000000 state))
          do (push (list at length (if (cl:= 0 (random 3 state)) 2 1)) entries)
             (incf at length)
             (when (cl:= 0 (random 2 state))
               (incf at (random #x4000000 state)))
             (when (cl:= 0 (random 4 state))
               (decf at (min at (random #x10000 state)))))
    (push (list #x100000000 (cl:+ #x200000 (random #x10000000 state)) 1)
          entries)
    (reverse entries)))

(defun frame-in-p (frame entries usable)
  "Is FRAME usable by ENTRIES: inside USABLE ones, clear of the others?"
  (and (<= (cl:+ frame 4096) usable)
       (some (lambda (e)
               (destructuring-bind (base length type) e
                 (and (cl:= type 1) (cl:<= base frame)
                      (cl:<= (cl:+ frame 4096) (cl:+ base length)))))
             entries)
       (notany (lambda (e)
                 (destructuring-bind (base length type) e
                   (and (cl:/= type 1) (cl:< base (cl:+ frame 4096))
                        (cl:< frame (cl:+ base length)))))
               entries)))

(defun test-frames (seed)
  (let* ((state (sb-ext:seed-random-state seed))
         (entries (random-map state))
         (taken #x2400000)
         (end (loop for (base length type) in entries
                    when (cl:= type 1) maximize (cl:+ base length)))
         (free 0)
         (held '()))
    (put-map entries)
    (start-frames +test-map+ taken)
    (loop for frame from 0 below (cl:+ end 8192) by 4096
          for expected = (and (cl:>= frame taken)
                              (frame-in-p frame entries end))
          do (cl-user::check (eq expected (cl:= 1 (frame-free-p frame)))
                             frame entries expected)
             (when expected (incf free)))
    (cl-user::check (cl:= free (free-frames)) free (free-frames))
    (flet ((take (frame octets)
             (unless (cl:= frame 0)
               (cl-user::check (cl:= 0 (cl:rem frame octets)) frame)
               (loop for at from frame below (cl:+ frame octets) by 4096
                     do (cl-user::check (frame-in-p at entries end) at)
                        (cl-user::check (cl:= 0 (frame-free-p at)) at))
               (cl-user::check
                (notany (lambda (h)
                          (and (cl:< (car h) (cl:+ frame octets))
                               (cl:< frame (cl:+ (car h) (cdr h)))))
                        held)
                frame octets)
               (push (cons frame octets) held))))
      (loop repeat 400
            do (case (random 5 state)
                 (0 (take (allocate-table-frame) 4096))
                 ((1 2) (take (allocate-frame) 4096))
                 (3 (take (allocate-large-frame) #x200000))
                 (4 (when held
                      (let ((one (nth (random (length held) state) held)))
                        (setf held (remove one held))
                        (if (cl:= (cdr one) 4096)
                            (free-frame (car one))
                            (free-large-frame (car one))))))))
      (cl-user::check
       (cl:= (free-frames)
             (cl:- free (cl:/ (reduce #'cl:+ held :key #'cdr) 4096)))
       (free-frames)))))

;;; A walker of page tables written from the manual, on raw memory.

(defun walk (root virtual)
  "Physical address and the 64-bit leaf entry for VIRTUAL, or NIL."
  (let ((table root))
    (loop for level from 3 downto 0
          for shift = (cl:+ 12 (cl:* 9 level))
          for entry = (%raw-load-u64 table (cl:* 8 (ldb (byte 9 shift) virtual)))
          do (unless (logbitp 0 entry) (return nil))
             (when (or (cl:= level 0) (logbitp 7 entry))
               (let ((base (cl:logand entry #xFFFFFFFFFF000)))
                 (return (values (dpb (ldb (byte shift 0) virtual)
                                      (byte shift 0) base)
                                 entry))))
             (setf table (cl:logand entry #xFFFFFFFFFF000)))))

(defun check-pages (model)
  (loop for page being the hash-keys of model using (hash-value protection)
        do (multiple-value-bind (physical entry)
               (walk (page-root) (cl:* page 4096))
             (if (member protection (list 0 +page-kept+))
                 (cl-user::check (null physical) page)
                 (cl-user::check
                  (and physical
                       (cl:= physical (physical-address (cl:* page 4096)))
                       (cl:= 0 (frame-free-p physical))
                       (eq (logbitp 1 entry) (logbitp 1 protection))
                       (eq (logbitp 63 entry) (logbitp 59 protection)))
                  page physical entry protection)))))

(defun test-pages (seed)
  (let* ((state (sb-ext:seed-random-state seed))
         (model (make-hash-table))
         (first 0))
    (put-map '((0 #x9FC00 1) (#x100000 #xBFEE0000 1)
               (#x100000000 #x40000000 1)))
    (start-frames +test-map+ #x2400000)
    (set-page-root (allocate-table-frame))
    (setf first (free-frames))
    (loop repeat 60
          for page = (cl:+ #x100000 (random 5000 state))
          for count = (cl:1+ (random 2000 state))
          for protection = (nth (random 4 state) (list +page-data+ +page-code+
                                                       +page-constant+
                                                       +page-kept+))
          do (ecase (random 3 state)
               (0 (map-memory (cl:* 4096 page) (cl:* 4096 count) protection 1)
                (loop for p from page below (cl:+ page count)
                      do (when (eql 0 (gethash p model 0))
                           (setf (gethash p model) protection))))
               (1 (change-pages (cl:* 4096 page) (cl:* 4096 count) 0)
                (loop for p from page below (cl:+ page count)
                      do (setf (gethash p model) 0)))
               (2 (change-pages (cl:* 4096 page) (cl:* 4096 count) protection)
                (loop for p from page below (cl:+ page count)
                      do (unless (eql 0 (gethash p model 0))
                           (setf (gethash p model) protection)))))
             (check-pages model))
    (let ((seen (make-hash-table)))
      (loop for page being the hash-keys of model using (hash-value protection)
            do (unless (member protection (list 0 +page-kept+))
                 (let ((frame (walk (page-root) (cl:* page 4096))))
                   (cl-user::check (not (gethash frame seen)) frame page)
                   (setf (gethash frame seen) t)))))
    (change-pages #x100000000 #x10000000 0)
    ;; Only tables are still taken: one for 2 MiB and those above.
    (cl-user::check (cl:< (cl:- first (free-frames)) 40)
                    (free-frames) first)))

(defun test-exhaustion ()
  "Mapping more than there is answers 0; unmapping gives all of it back."
  (put-map '((#x100000 #x2F00000 1)))
  (start-frames +test-map+ #x1000000)
  (set-page-root (allocate-table-frame))
  (let ((before (free-frames)))
    (cl-user::check (cl:= 0 (map-memory #x100000000 #x8000000 +page-data+ 0)))
    (cl-user::check (cl:< (free-frames) 16) (free-frames))
    (change-pages #x100000000 #x8000000 0)
    (cl-user::check (cl:< (cl:- before (free-frames)) 48) before (free-frames))
    (cl-user::check (cl:= 1 (map-memory #x100000000 #x800000 +page-data+ 1)))))

(defun test-trim ()
  "The mapping of docs/boot.md, trimmed: only what is needed stays."
  (put-map '((0 #x9FC00 1) (#x100000 #xBFEE0000 1)
             (#x100000000 #x40000000 1)))
  (start-frames +test-map+ #x5000000)
  (set-page-root (allocate-table-frame))
  (flet ((large (virtual physical)
           (set-page-entry (make-directory-slot virtual)
                           (cl:logior physical #x83))))
    (loop for at from 0 below #x100000000 by #x200000 do (large at at))
    (large #x10000000 #x200000)
    (large #x14000000 #x400000)
    (large #x60000000 #x600000)
    (large #x100000000 #x800000))
  (trim-identity)
  (loop for (virtual physical no-execute)
          in '((0 nil) (#xFF8 nil) (#x1000 #x1000 t) (#xFFFFFFF #xFFFFFFF t)
               (#x10000000 #x200000 t) (#x10200000 nil)
               (#x14000008 #x400008 nil) (#x14200000 nil) (#x60000000 #x600000 t)
               (#xFEE00000 nil) (#x80000000 nil) (#x100000000 #x800000 t)
               (#x100200000 nil))
        do (multiple-value-bind (found entry) (walk (page-root) virtual)
             (cl-user::check (eql found physical) virtual found physical)
             (when physical
               (cl-user::check (eq no-execute (logbitp 63 entry)) virtual))))
  (map-device #xFD000000 #x300000 +page-data+)
  (cl-user::check (eql #xFD2FFFFF (walk (page-root) #xFD2FFFFF)))
  (cl-user::check (null (walk (page-root) #xFD300000))))

(loop for seed below 6 do (test-frames seed) (test-pages seed))
(test-exhaustion)
(test-trim)
