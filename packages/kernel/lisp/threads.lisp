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
    (set-word area +thread-float-modes+ +default-float-modes+)
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

;;; Waiting with a limit

(defun deadline (timeout)
  "The time of the clock in TIMEOUT seconds, a real number; NIL for NIL."
  (if (null timeout)
      nil
      (let ((ns (cl:truncate (cl:* (cl:min timeout 1000000000) 1000000000))))
        (+ (platform-clock-ns) (if (cl:< ns 0) 0 ns)))))

(defmacro waiting-until (test queue deadline)
  "Wait in QUEUE, without switching, until TEST is true; then return true; but
NIL when DEADLINE, if not NIL, comes first."
  `(call-waiting-until (lambda () ,test) ,queue ,deadline))

(defun call-waiting-until (test queue deadline)
  (let ((left t))
    (unwind-protect
         (loop
           (cond ((funcall test)
                  (setq left nil)
                  (return t))
                 ((and deadline (<= deadline (platform-clock-ns)))
                  (setq left nil)
                  (return nil)))
           (wait queue deadline))
      ;; Whoever is made to leave passes on what woke it.
      (if left
          (wake-one queue)))))

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

(defvar *default-thread-bindings* '()
  "An alist of special variables and forms: each new thread binds the variables
to the values of the forms, which it evaluates itself.")

(defun make-thread (function &key (name "thread") arguments initial-bindings)
  "Start a thread called NAME, a string, that applies FUNCTION to the list
ARGUMENTS; return it. It sees the global values of special variables, but those
of INITIAL-BINDINGS, then of *DEFAULT-THREAD-BINDINGS* are bound: alists of
variables and forms that the thread evaluates. Signal STORAGE-CONDITION when
there is no memory for its stack."
  (let ((thread (%make-thread name
                              (if arguments
                                  (lambda () (apply function arguments))
                                  (coerce function 'function)))))
    (setf (thread-bindings thread)
          (append initial-bindings *default-thread-bindings*))
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

(defun call-with-thread-bindings (bindings function)
  "Call FUNCTION with the specials of the alist BINDINGS bound to the values of
their forms; the first of several bindings of one counts."
  (if (null bindings)
      (funcall function)
      (let ((bindings (remove-duplicates bindings :key #'car :from-end t)))
        (progv (mapcar #'car bindings)
            (mapcar (lambda (pair) (eval (cdr pair))) bindings)
          (funcall function)))))

(defun %thread-main ()
  "What a new thread runs. Does not return."
  ;; Interrupts wait until the function is about to be called.
  (set-switching-deferred 1)
  (free-dead-thread)
  (arm-timer)
  (let ((thread (%current-thread)))
    (catch 'thread-exit
      (with-simple-restart (abort "end the thread ~A" (thread-name thread))
        (end-deferral)
        (setf (thread-results thread)
              (multiple-value-list
               (call-with-thread-bindings (thread-bindings thread)
                                          (thread-function thread)))
              (thread-completed thread) t)))
    (end-thread thread)))

(defun end-thread (thread)
  (set-switching-deferred 1)
  (setf (thread-state thread) :finished
        (thread-function thread) nil
        (thread-bindings thread) '()
        *all-threads* (delete thread *all-threads* :test #'eq))
  (wake-all (thread-joiners thread))
  (set-dead-thread (thread-area thread))
  (setf (thread-area thread) 0)
  (run-another))

(defun threadp (object)
  "True if OBJECT is a thread."
  (thread-p object))

(defun thread-alive-p (thread)
  "True if THREAD has not ended."
  (not (eq :finished (thread-state thread))))

(defun all-threads ()
  "Return a list of the threads that have not ended."
  (copy-list *all-threads*))

(defun main-thread ()
  "Return the thread that the world began with: Ctrl-C interrupts it."
  *interrupted-thread*)

(defun current-thread ()
  "Return the running thread."
  (%current-thread))

(defun join-thread (thread &key timeout (default nil default-p))
  "Wait until THREAD has ended; return the values of its function. When it was
ended otherwise, or has not ended within TIMEOUT seconds, return DEFAULT if that
is given, else signal JOIN-THREAD-ERROR. To wait for oneself is such an error."
  (flet ((fail (problem)
           (if default-p
               (return-from join-thread default)
               (error 'join-thread-error :thread thread :problem problem))))
    (if (eq thread (%current-thread))
        (error 'join-thread-error :thread thread :problem :self))
    (let ((deadline (deadline timeout)))
      (if (not (without-switching
                 (waiting-until (not (thread-alive-p thread))
                                (thread-joiners thread) deadline)))
          (fail :timeout)))
    (if (thread-completed thread)
        (values-list (thread-results thread))
        (fail :ended))))

(defun thread-yield ()
  "Let other threads run."
  (without-switching
    (wake-sleepers (platform-clock-ns))
    (yield)
    (run-interrupts))
  nil)

(defun interrupt-thread (thread function)
  "Let THREAD call FUNCTION, without arguments, at its next poll, also while it
waits; return THREAD. Signal INTERRUPT-THREAD-ERROR when it has ended."
  (if (eq thread (%current-thread))
      (funcall function)
      (without-switching
        (if (not (thread-alive-p thread))
            (error 'interrupt-thread-error :thread thread))
        (ask-thread thread function)))
  thread)

(defun ask-thread (thread function)
  "INTERRUPT-THREAD for a living thread, in a region without switching."
  (add-interrupt thread function)
  (if (/= 0 (thread-area thread))
      (set-word (thread-area thread) +thread-limit+ +poll-now+)))

(defun destroy-thread (thread)
  "End THREAD, its cleanup forms run; return THREAD. Signal THREAD-ERROR when it
has ended already or is the main thread, which ends with QUIT."
  (if (eq thread *interrupted-thread*)
      (error 'simple-thread-error
             :thread thread
             :format-control "~S is ended by QUIT only"
             :format-arguments (list thread)))
  (interrupt-thread thread (lambda () (throw 'thread-exit nil))))

(defun %sleep-ns (ns)
  "Do nothing for NS nanoseconds; other threads run."
  (let ((until (+ ns (platform-clock-ns))))
    (declare (type fixnum until))
    (without-switching
      (while (< (platform-clock-ns) until)
        (wait nil until)))
    nil))
