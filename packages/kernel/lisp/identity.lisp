;;;; Identity hashes, garbage collection on request, how full the heap is.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The hash of an object that may move is its address. When addresses of the
;;; nursery were hashed, the next minor collection begins a new epoch; so does a
;;; full collection that moved something. Tables of old objects stay valid.

(defun %identity-hash (x)
  "Return a fixnum that stays the same for X until (%IDENTITY-EPOCH) changes."
  (cond ((symbolp x) (if x (%symbol-hash x) 7))
        ((cl:= 3 (cl:logand 3 (%object-tag x)))
         (let ((address (%object-address x)))
           (declare (type fixnum address))
           (if (in-nursery-p address)
               (set-nursery-hashed 1))
           (shift-right address 4)))
        ((%fixnump x) (logand x #xFFFFFFFFFFF))
        (t (logand (immediate-hash x) #xFFFFFFFFFFF))))

(defun immediate-hash (x)
  "Some bits of the word of the immediate X."
  (logxor (%word-shift-right (%word-bits x) 32)
          (%word-and (%word-shift-right (%word-bits x) 4) #xFFFFFFF)))

(defun %identity-epoch ()
  "Return a fixnum that changes when identity hashes may have changed."
  (identity-epoch))

(defun %collect-garbage (full)
  "Collect now: the nursery, and with FULL everything."
  (declare (effects :no-poll))
  (if full
      (full-collection (%frame-pointer))
      (minor-collection (%frame-pointer)))
  (%call-trampoline 'clear-registers)
  ;; Who asks for a collection calls the finalizers (GC), no other thread.
  (set-finalizers-due 0)
  nil)

(defun set-collector-stress (octets)
  "Collect whenever OCTETS octets have been allocated, at least 16384; 0: as
usual."
  (set-stress-size (if (= octets 0)
                       0
                       (min +nursery-size+ (max 16384 (round-16 octets)))))
  (%collect-garbage nil))

(defwired count-lines (kind)
  "The lines in use in small blocks, or the blocks of another KIND."
  (let ((count 0))
    (declare (type fixnum count))
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (if (= kind (block-kind block))
          (setq count (+ count (if (= kind +small-block+)
                                   (used-lines block)
                                   1)))))
    count))

(defun nursery-used ()
  (- (%thread-load-word +thread-allocation-pointer+) +nursery-base+))

(defun %heap-usage ()
  "Return the octets of the heap in use, and those there are."
  (values (+ (shift-left (count-lines +small-block+) +line-shift+)
             (shift-left (+ (count-lines +large-head+)
                            (count-lines +large-tail+))
                         +block-shift+)
             (nursery-used))
          (- (heap-limit) +heap-base+)))

(defun collector-statistics ()
  "Return a property list of what the collector has done."
  (list :minor-collections (minor-count)
        :full-collections (full-count)
        :minor-total-ns (minor-total-ns)
        :minor-longest-ns (minor-longest-ns)
        :full-total-ns (full-total-ns)
        :full-longest-ns (full-longest-ns)
        :last-pause-ns (last-pause-ns)
        :promoted-octets (promoted-octets)
        :allocated-octets (+ (nursery-octets) (large-octets) (nursery-used))
        :blocks-in-use (blocks-in-use)
        :static-octets (- (world-static-free) +static-base+)
        :code-octets (- (world-code-free) +code-base+)))
