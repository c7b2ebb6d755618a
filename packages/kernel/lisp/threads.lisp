;;;; Threads: making, joining, interrupting and ending them; sleep.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The memory of a thread is one run of reserved heap blocks: its structure, its
;;; binding stack, its control stack.

(defwired prepare-thread (area)
  "Fill in the thread structure at AREA; its memory is not known to be zero."
  (let-fixnum ((binding (+ area 65536))
               (stack (+ binding +thread-binding-size+))
               (base (- (+ area +thread-area-size+) 64))
               (limit (+ stack +stack-slack+ +stack-reserve+)))
    (clear-memory area 65536)
    (clear-locals area)
    (set-word area +thread-limit+ limit)
    (set-word area +thread-usual-limit+ limit)
    (set-word area +thread-real-limit+ limit)
    (set-word area +thread-stack-base+ base)
    (set-word area +thread-binding-base+ binding)
    (set-word area +thread-binding-sp+ binding)
    (set-word area +thread-binding-end+ (- stack +binding-reserve+))
    ;; SWITCH-THREAD returns to what is on top of the stack.
    (set-word (- base 8) 0 (%static-address thread-entry))
    (set-word area +thread-saved-sp+ (- base 8))
    (set-word area +thread-next+ (first-thread))
    (set-first-thread area)
    0))

(defwired clear-locals (area)
  "No thread-local value has a binding in the thread structure at AREA."
  (let-fixnum ((from (+ area +thread-locals+)))
    (%raw-fill-words from
                     (shift-right (- 65536 +thread-locals+) 3)
                     +no-thread-value-marker+)))

(defwired unlink-thread (area)
  (if (= area (first-thread))
      (set-first-thread (word area +thread-next+))
      (let ((at (first-thread)))
        (declare (type fixnum at))
        (while (/= area (word at +thread-next+))
          (setq at (word at +thread-next+)))
        (set-word at +thread-next+ (word area +thread-next+))))
  0)

(defwired take-thread-area (fp)
  "The address of memory for one more thread, or 0."
  (let ((count (shift-right +thread-area-size+ +block-shift+)))
    (declare (type fixnum count))
    (if (< (usable-blocks) count)
        (collect count fp))
    (if (< (usable-blocks) count)
        0
        (let ((area (find-free-blocks count)))
          (declare (type fixnum area))
          (if (/= area 0)
              (take-blocks area count +reserved-block+))
          area))))

(defun allocate-thread-area ()
  ;; No object is referred to from this frame, which a collection passes over.
  (declare (effects :no-poll))
  (let ((area (take-thread-area (%frame-pointer))))
    (declare (type fixnum area))
    (%call-trampoline 'clear-registers)
    area))

(defun free-dead-thread ()
  "Give back the memory of a thread that ended: another one's stack is in use."
  (let ((area (dead-thread)))
    (declare (type fixnum area))
    (if (/= area 0)
        (progn
          (set-dead-thread 0)
          (unlink-thread area)
          (do-range (block area (+ area +thread-area-size+) +block-size+)
            (free-block block))))))

(defun make-thread (function &key (name "thread"))
  "Start a thread called NAME, a string, that calls FUNCTION without arguments;
return it. Signal STORAGE-CONDITION when there is no memory for its stack."
  (let ((thread (%make-thread name function)))
    (without-switching
      (let ((area (allocate-thread-area)))
        (declare (type fixnum area))
        (if (= area 0)
            (report-exhaustion +thread-area-size+))
        (prepare-thread area)
        (%raw-store-boxed area +thread-object+ thread)
        (setf (thread-area thread) area
              (thread-state thread) :runnable)
        (push thread *all-threads*)
        (enqueue thread *run-queue*)
        (arm-timer)))
    thread))

(defun %thread-main ()
  "What a new thread runs. Does not return."
  ;; Interrupts wait until the function is about to be called.
  (set-switching-deferred 1)
  (free-dead-thread)
  (arm-timer)
  (let ((thread (%current-thread)))
    (setf (thread-results thread)
          (multiple-value-list
           (catch 'thread-exit
             (with-simple-restart (abort "end the thread ~A"
                                         (thread-name thread))
               (end-deferral)
               (funcall (thread-function thread))))))
    (end-thread thread)))

(defun end-thread (thread)
  (set-switching-deferred 1)
  (setf (thread-state thread) :finished
        (thread-function thread) nil
        *all-threads* (delete thread *all-threads* :test #'eq))
  (wake-all (thread-joiners thread))
  (set-dead-thread (thread-area thread))
  (setf (thread-area thread) 0)
  (run-another))

(defun thread-alive-p (thread)
  "True if THREAD has not ended."
  (not (eq :finished (thread-state thread))))

(defun all-threads ()
  "Return a list of the threads that have not ended."
  (copy-list *all-threads*))

(defun current-thread-object ()
  (%current-thread))

(defun join-thread (thread)
  "Wait until THREAD has ended; return the values of its function."
  (without-switching
    (while (thread-alive-p thread)
      (wait (thread-joiners thread) nil)))
  (values-list (thread-results thread)))

(defun thread-yield ()
  "Let other threads run."
  (without-switching
    (wake-sleepers (platform-clock-ns))
    (yield))
  nil)

(defun interrupt-thread (thread function)
  "Let THREAD call FUNCTION, without arguments, at its next poll; return THREAD."
  (if (eq thread (%current-thread))
      (funcall function)
      (without-switching
        (if (thread-alive-p thread)
            (progn
              (add-interrupt thread function)
              (if (/= 0 (thread-area thread))
                  (set-word (thread-area thread) +thread-limit+
                            +poll-now+))))))
  thread)

(defun destroy-thread (thread)
  "End THREAD, its cleanup forms run; return THREAD."
  (interrupt-thread thread (lambda () (throw 'thread-exit nil))))

(defun %sleep-ns (ns)
  "Do nothing for NS nanoseconds; other threads run."
  (let ((until (+ ns (platform-clock-ns))))
    (declare (type fixnum until))
    (without-switching
      (while (< (platform-clock-ns) until)
        (wait nil until)))
    nil))

(defun wait-for-input ()
  "Wait until there may be console input; other threads run."
  (without-switching
    (if (queue-empty-p *run-queue*)
        (progn
          (set-input-wanted 1)
          (idle)
          (set-input-wanted 0))
        (yield))
    (run-interrupts)))
