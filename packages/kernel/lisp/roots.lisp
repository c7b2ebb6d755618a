;;;; The roots of a collection: world header, static and code space, threads.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired scan-root-words (from end)
  (while (< from end)
    (root-slot from)
    (setq from (+ from 8)))
  0)

(defwired scan-fixed-roots ()
  "The boxed words of the world header, and NIL, which no start bit announces."
  (scan-root-words +world-start-function+ (+ +world-roots+ 8))
  (scan-root-words (+ +nil-address+ 8) (+ +nil-address+ 64)))

(defwired scan-thread-words (thread)
  "The boxed words of the structure at THREAD and its binding stack."
  (root-slot (+ thread +thread-object+))
  (scan-root-words (+ thread +thread-values+) (+ thread +thread-locals+))
  (scan-root-words (+ thread +thread-locals+) (+ thread (world-locals)))
  (scan-root-words (word thread +thread-binding-base+)
                   (word thread +thread-binding-sp+)))

(defwired scan-threads (fp)
  "Every thread. FP is the frame, on the stack of the running thread, whose
caller and callers' callers are to be scanned."
  (let ((thread (if (= 0 (ignore-threads)) (first-thread) 0)))
    (declare (type fixnum thread))
    (while (/= thread 0)
      (scan-thread-words thread)
      (if (= thread (running-structure))
          (scan-frames (word fp 8) (word fp) fp)
          ;; SWITCH-THREAD left its return address on top of the stack.
          (scan-frames (word (word thread +thread-saved-sp+))
                       (word thread +thread-saved-fp+)
                       0))
      (setq thread (word thread +thread-next+)))
    0))

(defwired mark-space (from end)
  "Mark what the objects from FROM below END, back to back, refer to."
  (while (< from end)
    (let ((size (object-size from)))
      (declare (type fixnum size))
      (mark-slots from from (+ from size))
      (drain-marked)
      (setq from (+ from size))))
  0)

(defwired note-starts (from end)
  "Set the start bits of the objects from FROM below END, back to back."
  (while (< from end)
    (set-start-bit from)
    (setq from (+ from (object-size from))))
  0)
