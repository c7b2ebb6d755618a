;;;; The scheduler: run queue, sleepers, switching, events at polls.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; One native thread runs all Lisp threads of a core. A thread is switched away
;;; only where it asks for that or at a poll, and nowhere while
;;; SWITCHING-DEFERRED is not 0; so regions of WITHOUT-SWITCHING are atomic, and
;;; the queues here need nothing else. Every wait may end early (an interrupt, a
;;; timeout): who waits looks again at what it waits for.

(defstruct (queue (:constructor make-queue ()))
  "First in, first out: a list and its last cons."
  (head '()) (tail '()))

(defun enqueue (item queue)
  "Put ITEM at the end of QUEUE."
  (let ((cell (cons item '())))
    (if (null (queue-head queue))
        (setf (queue-head queue) cell)
        (setf (cdr (queue-tail queue)) cell))
    (setf (queue-tail queue) cell)
    item))

(defun dequeue (queue)
  "Take the first item out of QUEUE; NIL when it is empty."
  (let ((cell (queue-head queue)))
    (if (null cell)
        nil
        (progn
          (setf (queue-head queue) (cdr cell))
          (if (null (cdr cell))
              (setf (queue-tail queue) '()))
          (car cell)))))

(defun remove-from-queue (item queue)
  "Take ITEM out of QUEUE if it is there."
  (let ((items (delete item (queue-head queue) :test #'eq)))
    (setf (queue-head queue) items
          (queue-tail queue) (last items))
    item))

(defun queue-empty-p (queue)
  (null (queue-head queue)))

(defstruct (thread (:constructor %make-thread (name function)))
  "A thread. AREA is the address of its structure, 0 when it has none; STATE is
:NEW, :RUNNABLE, :RUNNING, :WAITING or :FINISHED; QUEUE is where it waits;
WAKE-NS when it wakes up; INTERRUPTS the functions it has still to call;
RESULTS the list of values its function returned, when COMPLETED is true;
BINDINGS an alist of specials and forms for their values."
  name function (area 0) (state :new) (queue nil) (wake-ns nil)
  (interrupts '()) (results '()) (completed nil) (joiners (make-queue))
  (bindings '()) (notified nil))

(defvar *run-queue* (make-queue) "Threads that can run, but do not.")
(defvar *sleepers* '() "Threads with a time to wake up, soonest first.")
(defvar *timers* '() "The timers that are scheduled, soonest first.")
(defvar *descriptor-waits* '()
  "What threads wait for that want to read or write, the last first.")
(defvar *interrupts-deferred* nil
  "True while the running thread puts off what others ask it to call.")
(defvar *all-threads* '() "Every thread that has begun and not ended.")
(defvar *interrupted-thread* nil "The thread that Ctrl-C interrupts.")

(defun %current-thread ()
  "Return the running thread."
  (%thread-load-boxed +thread-object+))

;;; Regions without a switch

(defun begin-deferral ()
  (set-switching-deferred (1+ (switching-deferred))))

(defun end-deferral ()
  (set-switching-deferred (1- (switching-deferred)))
  (if (and (= 0 (switching-deferred))
           (or (/= 0 (%thread-load-word +thread-state+))
               (/= 0 (finalizers-due))))
      (%thread-store-word +thread-limit+ +poll-now+)))

(defmacro without-switching (&body body)
  "Do BODY; no other thread runs meanwhile."
  `(progn
     (begin-deferral)
     (unwind-protect (progn ,@body)
       (end-deferral))))

;;; Sleepers

(defun insert-by-time (thread threads)
  "THREADS, in the order of their times, with THREAD among them."
  (if (or (null threads)
          (< (thread-wake-ns thread) (thread-wake-ns (car threads))))
      (cons thread threads)
      (cons (car threads) (insert-by-time thread (cdr threads)))))

(defun make-runnable (thread)
  "Let the waiting THREAD run again."
  (if (eq :waiting (thread-state thread))
      (progn
        (if (thread-queue thread)
            (remove-from-queue thread (thread-queue thread)))
        (if (thread-wake-ns thread)
            (setq *sleepers* (delete thread *sleepers* :test #'eq)))
        (setf (thread-queue thread) nil
              (thread-wake-ns thread) nil
              (thread-state thread) :runnable)
        (enqueue thread *run-queue*)
        ;; The running thread has to make room for it.
        (if (= 0 (timer-deadline))
            (arm-timer)))))

;;; Timers: when its time has come, a function is called.

(defstruct (timer (:constructor %make-timer (function name thread)))
  "FUNCTION is called at TIME (nanoseconds of the clock), then every REPEAT
nanoseconds unless that is NIL: by THREAD, a thread, or by a new one."
  function name thread (time nil) (repeat nil))

(defun insert-timer (timer timers)
  "TIMERS, in the order of their times, with TIMER among them."
  (if (or (null timers)
          (< (timer-time timer) (timer-time (car timers))))
      (cons timer timers)
      (cons (car timers) (insert-timer timer (cdr timers)))))

(defun run-timers (now)
  "Let the functions be called whose time has come."
  (while (and *timers* (<= (timer-time (car *timers*)) now))
    (let* ((timer (pop *timers*)) (repeat (timer-repeat timer)))
      (setf (timer-time timer)
            (if repeat (max now (+ repeat (timer-time timer))) nil))
      (if repeat
          (setq *timers* (insert-timer timer *timers*)))
      (fire-timer timer))))

(defun wake-sleepers (now)
  "Let those run whose time has come."
  (if *timers*
      (run-timers now))
  (while (and *sleepers* (<= (thread-wake-ns (car *sleepers*)) now))
    (make-runnable (car *sleepers*))))

(defun next-deadline (now running)
  "When the timer must fire: a sleeper, the end of a time slice, a tick of the
platform, while a thread is RUNNING also a look at the descriptors that others
wait for; 0: not at all."
  (let ((deadline (if (on-linux-p) 0 (+ now 33000000))))
    (declare (type fixnum deadline))
    (flet ((consider (time)
             (if (or (= deadline 0) (< time deadline))
                 (setq deadline time))))
      (if *sleepers*
          (consider (thread-wake-ns (car *sleepers*))))
      (if *timers*
          (consider (timer-time (car *timers*))))
      (if (or (not (queue-empty-p *run-queue*))
              (and running *descriptor-waits*))
          (consider (+ now +time-slice+))))
    deadline))

(defun arm-timer ()
  "Set the timer for what comes next, unless it is set already."
  (let* ((now (platform-clock-ns))
         (deadline (next-deadline now t))
         (set (timer-deadline)))
    (declare (type fixnum now deadline set))
    (cond ((= deadline 0)
           (if (/= set 0)
               (progn (platform-set-timer 0)
                      (set-timer-deadline 0))))
          ((or (= set 0) (< deadline set) (< set now))
           (platform-set-timer (max 1000 (- deadline now)))
           (set-timer-deadline deadline)))
    nil))

;;; Switching

(defwired hand-over (from to)
  "The thread structure TO becomes the running one: it gets the nursery, the
events and the processor. Returns when FROM runs again."
  (set-word to +thread-allocation-pointer+
            (word from +thread-allocation-pointer+))
  (set-word to +thread-allocation-end+ (word from +thread-allocation-end+))
  (set-word from +thread-allocation-pointer+ 0)
  (set-word from +thread-allocation-end+ 0)
  (let ((events (word from +thread-state+)))
    (declare (type fixnum events))
    (if (/= events 0)
        (progn
          (set-word from +thread-state+ 0)
          (set-word to +thread-state+
                    (logior events (word to +thread-state+)))
          (set-word to +thread-limit+ +poll-now+))))
  (set-running-structure to)
  (%call-trampoline 'switch-thread to)
  0)

(defun switch-to (thread)
  "Run THREAD now. The running one must be in some queue, or ended."
  (let ((depth (switching-deferred)))
    (setf (thread-state thread) :running)
    (hand-over (%thread-pointer) (thread-area thread))
    (set-switching-deferred depth)
    (free-dead-thread)
    ;; A timer that fired during the switch has told the other thread.
    (arm-timer)))

(defun run-another ()
  "The running thread cannot go on: run others, or idle, until it is runnable
and its turn has come."
  (let ((self (%current-thread)) (next nil))
    (loop
      (setq next (dequeue *run-queue*))
      (cond ((eq next self)
             (setf (thread-state self) :running)
             (return nil))
            (next
             (switch-to next)
             (return nil))
            (t (idle))))))

(defun idle ()
  "Nothing can run: wait for an event and take note of it."
  (let ((deadline (next-deadline (platform-clock-ns) nil)))
    (declare (type fixnum deadline))
    (wait-for-descriptors-or-event
     (if (= deadline 0)
         -1
         (max 1 (- deadline (platform-clock-ns)))))
    (note-events)
    (wake-sleepers (platform-clock-ns))))

;;; Waiting. All of this is called in a region without switching.

(defun wait (queue wake-ns)
  "Stop the running thread until it is made runnable: by whoever takes it out of
QUEUE, or at the time WAKE-NS. Either may be NIL."
  (let ((self (%current-thread)))
    (if (or (null (thread-interrupts self)) *interrupts-deferred*)
        (progn
          (setf (thread-state self) :waiting
                (thread-queue self) queue
                (thread-wake-ns self) wake-ns)
          (if queue
              (enqueue self queue))
          (if wake-ns
              (setq *sleepers* (insert-by-time self *sleepers*)))
          (run-another)))
    (run-interrupts)))

(defun yield ()
  "Let the other runnable threads have their turn."
  (if (not (queue-empty-p *run-queue*))
      (let ((self (%current-thread)))
        (setf (thread-state self) :runnable)
        (enqueue self *run-queue*)
        (run-another))))

(defun wake-one (queue)
  "Make the first thread of QUEUE runnable."
  (let ((thread (car (queue-head queue))))
    (if thread
        (progn
          (setf (thread-notified thread) t)
          (make-runnable thread)))))

(defun wake-all (queue)
  (while (not (queue-empty-p queue))
    (wake-one queue)))

;;; Descriptors: a thread waits until the platform can read or write at once.

(defstruct (descriptor-wait (:constructor make-descriptor-wait
                                (fd events thread)))
  "THREAD waits until the descriptor FD is ready for EVENTS."
  fd events thread)

(defun wait-for-descriptor (fd events deadline)
  "Let other threads run until FD is ready for EVENTS (1 input, 4 output) or
until DEADLINE, if that is not NIL; perhaps shorter."
  (without-switching
    (let ((wait (make-descriptor-wait fd events (%current-thread))))
      (push wait *descriptor-waits*)
      (unwind-protect (wait nil deadline)
        (setq *descriptor-waits*
              (delete wait *descriptor-waits* :test #'eq))))))

(defun wake-readers (fd)
  "Let the threads run that wait for input from FD: they look again."
  (dolist (wait *descriptor-waits*)
    (if (and (eql (descriptor-wait-fd wait) fd)
             (eql (descriptor-wait-events wait) 1))
        (make-runnable (descriptor-wait-thread wait)))))

(defun fill-poll-table ()
  "Put the descriptors that are waited for into the platform's table, as many as
it holds."
  (let ((count 0))
    (declare (type fixnum count))
    (dolist (wait *descriptor-waits*)
      (if (< count +poll-entries+)
          (let ((entry (+ +poll-table+ (shift-left count 3))))
            (declare (type fixnum entry))
            (set-half entry 0 (descriptor-wait-fd wait))
            (set-half entry 4 (descriptor-wait-events wait))
            (setq count (1+ count)))))
    (set-polled-descriptors count)))

(defun wake-ready-threads ()
  "Let the threads run whose descriptors are ready by the table, or not in it."
  (let ((index 0) (ready '()))
    (declare (type fixnum index))
    (dolist (wait *descriptor-waits*)
      (if (or (>= index (polled-descriptors))
              (/= 0 (shift-right (half (+ +poll-table+ 4 (shift-left index 3)))
                                 16)))
          (push (descriptor-wait-thread wait) ready))
      (setq index (1+ index)))
    (mapc #'make-runnable (nreverse ready))))

(defun wait-for-descriptors-or-event (ns)
  "Idle until a descriptor is ready, something happens, or for NS nanoseconds."
  (fill-poll-table)
  ;; Those for which the table has no room look again themselves.
  (platform-wait-for-event
   (if (nthcdr +poll-entries+ *descriptor-waits*)
       (if (< ns 0) +time-slice+ (min ns +time-slice+))
       ns))
  (wake-ready-threads))

(defun look-at-descriptors ()
  "Let the threads run whose descriptors are ready."
  (if *descriptor-waits*
      (progn
        (fill-poll-table)
        (platform-poll-descriptors)
        (wake-ready-threads))))

;;; Events

(defun run-interrupts ()
  "Call what other threads asked this one to call, with switching allowed."
  (let ((self (%current-thread)))
    (while (and (thread-interrupts self) (not *interrupts-deferred*))
      (let ((function (pop (thread-interrupts self)))
            (depth (switching-deferred)))
        (set-switching-deferred 0)
        (unwind-protect (funcall function)
          (set-switching-deferred depth))))))

(defun add-interrupt (thread function)
  (setf (thread-interrupts thread)
        (append (thread-interrupts thread) (list function)))
  (make-runnable thread))

(defun notice-interrupts ()
  "Let the next poll look for interrupts that were put off."
  (if (thread-interrupts (%current-thread))
      (%thread-store-word +thread-limit+ +poll-now+)))

(defmacro without-interrupts (&body body)
  "Evaluate BODY; what other threads, timers and Ctrl-C ask this thread to call
meanwhile is called afterwards, or in a WITH-INTERRUPTS inside."
  `(unwind-protect (let ((*interrupts-deferred* t)) ,@body)
     (notice-interrupts)))

(defmacro with-interrupts (&body body)
  "Evaluate BODY, inside a WITHOUT-INTERRUPTS, with interrupts allowed."
  `(let ((*interrupts-deferred* nil))
     (notice-interrupts)
     ,@body))

(defun report-interrupt ()
  (%signal-engine-error :interrupt nil nil))

(defun note-events ()
  "Take the events out of the state word; true if one was the timer."
  (let ((events (%exchange (%thread-pointer) +thread-state+ 0)))
    (declare (type fixnum events))
    (if (/= 0 (logand events (shift-left 1 +interrupt-event+)))
        (add-interrupt (or *interrupted-thread* (%current-thread))
                       #'report-interrupt))
    (if (/= 0 (logand events (shift-left 1 +child-event+)))
        (reap-children))
    (if (= 0 (logand events (shift-left 1 +timer-event+)))
        nil
        (progn
          (set-timer-deadline 0)
          (platform-tick)
          t))))

(defun handle-events ()
  "What a poll does: the timer switches to the next thread."
  (begin-deferral)
  (unwind-protect
       (let ((timer (note-events)))
         (wake-sleepers (platform-clock-ns))
         (if (/= 0 (finalizers-due))
             (start-finalizers))
         (if timer
             (progn
               (look-at-descriptors)
               (yield)))
         (arm-timer)
         (run-interrupts))
    (end-deferral)))

(defun %poll-slow ()
  "Called by the POLL trampoline: the stack pointer is below the limit word."
  (declare (effects :no-poll))
  (let ((limit (%thread-load-word +thread-real-limit+))
        (sp (+ 16 (word (%frame-pointer)))))
    (declare (type fixnum limit sp))
    (%thread-store-word +thread-limit+ limit)
    (cond ((< sp limit) (stack-exhausted))
          ((= 0 (switching-deferred)) (handle-events)))
    nil))
