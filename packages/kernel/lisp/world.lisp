;;;; The start of a world: memory, the first thread, initialisers.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defwired prepare-first-thread (thread stack-top)
  (let ((limit (+ +first-stack-end+ +stack-slack+ +stack-reserve+)))
    (declare (type fixnum limit))
    (set-running-structure thread)
    (set-first-thread thread)
    (clear-locals thread)
    (set-word thread +thread-next+ 0)
    (set-word thread +thread-state+ 0)
    (set-word thread +thread-reserve-open+ 0)
    (set-word thread +thread-unwind+ 0)
    (set-word thread +thread-stack-base+ stack-top)
    (set-word thread +thread-binding-base+ +first-binding-base+)
    (set-word thread +thread-binding-sp+ +first-binding-base+)
    (set-word thread +thread-binding-end+
              (- +first-binding-end+ +binding-reserve+))
    (set-word thread +thread-binding-open+ 0)
    (set-word thread +thread-usual-limit+ limit)
    (set-word thread +thread-real-limit+ limit)
    (set-word thread +thread-limit+ limit)
    0))

(defwired start-memory ()
  "Everything up to the point from which Lisp can allocate."
  (prepare-first-thread (world-thread) (world-stack-top))
  (let ((limit (platform-start)))
    (declare (type fixnum limit))
    (set-identity-epoch (world-epoch))
    (initialise-heap (min limit (+ +heap-base+ +largest-heap+))
                     (platform-fresh-memory-zero))
    (adopt-image)
    (set-started-ns (platform-clock-ns))
    0))

(defun make-first-thread ()
  (let ((thread (%make-thread "main" nil)))
    (setf (thread-area thread) (world-thread)
          (thread-state thread) :running)
    (%thread-store-boxed +thread-object+ thread)
    (setq *run-queue* (make-queue)
          *sleepers* '()
          *timers* '()
          *all-threads* (list thread)
          *descriptor-waits* '()
          *environment* :unread
          *processes* (make-hash-table)
          *terminal-owner* nil
          *terminal-queue* (make-queue)
          *interrupted-thread* thread)
    thread))

(defun run-initialisers ()
  "Run the top-level code of a cold world, in order, once; true if there was any."
  (let ((functions (%raw-load-boxed +world-initialisers+ 0)))
    (if functions
        (progn
          (dotimes (i (%vector-length functions))
            (funcall (%svref functions i)))
          (%raw-store-boxed +world-initialisers+ 0 nil)
          (set (find-symbol "**PACKAGE-LOCKS**" "ASTRALISP.RUNTIME") t)
          t)
        nil)))

(defun main ()
  "What a warm world does: the listener, which looks at the command line. With
the option --stress the collector runs as often as it can."
  (set (find-symbol "*TERMINAL-GUARD*" "ASTRALISP.RUNTIME")
       #'call-with-terminal)
  (setq *terminal-reader* #'read-terminal)
  (if (member "--stress" (%command-line) :test #'equal)
      (set-collector-stress 16384))
  (call-until-exit #'run-repl))

(defun cold-main ()
  "What a cold world does when its initialisers have run: with the arguments
--save-world FILE it saves itself, and in it the files that SOURCE and NAME in turn
behind these name."
  (let ((arguments (%command-line)))
    (cond ((equal "--save-world" (second arguments))
           (include-files (cdddr arguments))
           (%save-world (third arguments) #'main))
          (t (main)))))

(defun include-files (names)
  "Include the files that NAMES, source and target in turn, name."
  (while names
    (include-file (first names) (second names))
    (setq names (cddr names))))

(defun %world-start ()
  "Where every world begins, cold or warm, on every platform. Does not return."
  (%set-float-modes +default-float-modes+)
  (start-memory)
  (let ((cold (run-initialisers)))
    (make-first-thread)
    (platform-start-devices)
    (arm-timer)
    (if cold
        (cold-main)
        (funcall (%raw-load-boxed +world-start-function+ 0))))
  (platform-power-off 0))
