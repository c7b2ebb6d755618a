;;;; Saving the world as an image file (docs/kernel.md, "World").
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defun save-and-exit (fd executable)
  "Write the world to the file descriptor FD, with EXECUTABLE 1 as a program; give
the file the second of the names in the buffer instead of the first, if there are
two; end the process."
  (declare (effects :no-poll) (type fixnum fd executable))
  (if (= 0 (freeze-world (%frame-pointer)))
      (give-up-saving 0)
      (progn
        (prepare-header)
        (if (or (and (= executable 1) (/= 0 (write-elf-page fd)))
                (/= 0 (write-world fd))
                (and (/= 0 (octet +linux-buffer+))
                     (/= 0 (call-rename +linux-buffer+
                                        (+ +linux-buffer+ +second-name+)))))
            (give-up-saving 1))))
  (platform-power-off 0))

(defwired give-up-saving (reason)
  (if (/= 0 (octet +linux-buffer+))
      (call-unlink +linux-buffer+))
  (if (= reason 0)
      (print-text "the heap has no room to save the world
")
      (print-text "the world cannot be written: is the disk full?
"))
  (platform-power-off 1))

(defun write-world-and-exit (fd executable start)
  "Write this world, whose start function is START, and end the process."
  (%raw-store-boxed +world-start-function+ 0 start)
  (%raw-store-boxed +world-initialisers+ 0 nil)
  (begin-deferral)
  (save-and-exit fd executable))

(defun %save-world (name start)
  "Write this world to the file NAME (a string), to begin with calling the
function START without arguments, and end the process. Signal a FILE-ERROR when
the file cannot be made."
  (let ((fd (platform-open-file name :output)))
    (if (cl:< fd 0)
        (error "the world cannot be saved in ~A: error ~D" name fd))
    (set-octet +linux-buffer+ 0 0)
    (write-world-and-exit fd 0 start)))

;;; SAVE-WORLD: the world of a program. All that may fail is done first, in the
;;; caller's context; then the stack is left, so that cleanup forms are run and
;;; bindings undone; then the world is written.

(defun other-threads ()
  "The threads beside this one that do not end by themselves."
  (without-switching (yield))
  (remove "finalizers" (remove (%current-thread) (all-threads))
          :key #'thread-name :test #'equal))

(defun check-alone ()
  "Signal an error while there are other threads; a restart ends them."
  (while (other-threads)
    (restart-case
        (error "a saved world has no other threads; these run:~{ ~S~}"
               (other-threads))
      (end-threads ()
        :report "End the other threads."
        (end-other-threads 10)))))

(defun open-world-file (name executable)
  "A descriptor of the new file NAME."
  (let ((fd (without-switching
              (linux-delete-file name)
              (with-name (path name)
                ;; O_WRONLY, O_CREAT, O_EXCL, O_CLOEXEC.
                (call-openat +current-directory+ path #o2000301
                             (if executable #o777 #o666))))))
    (if (cl:< fd 0)
        (error 'simple-file-error
               :pathname name
               :format-control "the world cannot be saved in ~A: ~A"
               :format-arguments (list name (system-error-text fd))))
    fd))

(defun file-streams-in-heap (vector)
  "Put the file streams of the heap into VECTOR, as many as it holds; return how many
there are. After a full collection, without switching."
  (declare (effects :no-poll) (type simple-vector vector))
  (let-fixnum ((count 0))
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (let-fixnum ((kind (block-kind block)) (at block)
                   (end (+ block +block-size+)))
        (if (or (= kind +small-block+) (= kind +large-head+))
            (while (< (setq at (next-object at end)) end)
              (if (= +layout-tag+ (tag-at at))
                  (let ((object (%address-object at +instance-lowtag+)))
                    (if (file-stream-p object)
                        (progn
                          (if (< count (length vector))
                              (setf (svref vector count) object))
                          (setq count (1+ count))))))
              (setq at (+ at (object-size at)))))))
    count))

(defun abandon-file-streams ()
  "Send on what was written to file streams that are open, and close them: the
descriptors end with this process."
  (let ((size 1000) (vector nil) (count 0))
    (loop
      (setq vector (make-array size :initial-element nil))
      (without-switching
        (%collect-garbage t)
        (setq count (file-streams-in-heap vector)))
      (if (cl:<= count size)
          (return nil))
      (setq size (cl:* 2 count)))
    (dotimes (i count)
      (abandon-file-stream (svref vector i)))))

(defun start-saved-world (toplevel)
  "What a world written by SAVE-WORLD does."
  (setq *default-pathname-defaults* (make-pathname :defaults ""))
  (reset-console)
  (call-until-exit
   (lambda ()
     (let ((*debugger-enabled* (and *debugger-enabled* (%terminal-p 0))))
       (mapc #'funcall *init-hooks*)
       (if toplevel
           (funcall toplevel)
           (run-repl))))))

(defun save-world (pathspec &key toplevel (executable t))
  "Write this world, all that is defined and reachable, to the file PATHSPEC, and end
the system. With EXECUTABLE, the default, the file is a program of Linux that needs
nothing else; else it is a world for the tools that make images. The new system calls
the functions of *INIT-HOOKS*, then TOPLEVEL, a function without arguments; when that
returns it ends. Without TOPLEVEL it is a listener that obeys its command line.

First the functions of *SAVE-HOOKS* are called; then the stack is left, so cleanup forms
are run; exit hooks are not called. File streams that are still open are closed. Signal
FILE-ERROR when the file cannot be made, an error with the restart END-THREADS while
other threads run, and UNSUPPORTED-OPERATION outside the hosted world."
  (if (not (on-linux-p))
      (unsupported 'save-world))
  (if (not *exit-possible*)
      (error "a world can be saved by the main thread only"))
  (mapc #'funcall *save-hooks*)
  (check-alone)
  (let* ((name (absolute-namestring (native-namestring pathspec)))
         (new (concatenate 'string name ".new~"))
         (toplevel (and toplevel (coerce toplevel 'function)))
         (start (lambda () (start-saved-world toplevel))))
    (if (cl:>= (cl:* 4 (length new)) +second-name+)
        (error 'simple-file-error
               :pathname pathspec :format-control "the name ~A is too long"
               :format-arguments (list name)))
    (let ((fd (open-world-file new executable)))
      (throw '%exit
        (lambda ()
          (abandon-file-streams)
          (finish-output *stdout*)
          (setf (thread-state (%current-thread)) :finished)
          (begin-deferral)
          (put-name new 0)
          (put-name name +second-name+)
          (write-world-and-exit fd (if executable 1 0) start))))))
