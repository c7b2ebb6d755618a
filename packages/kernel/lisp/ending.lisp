;;;; How threads end with the system.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defun exit-from-thread (code timeout)
  "Let the main thread end the system with CODE; that ends this thread as well. If
it does not come to that within TIMEOUT seconds, end the system all the same."
  (let ((main (main-thread)))
    (if (thread-alive-p main)
        (progn
          (interrupt-thread main (lambda () (throw '%exit code)))
          (sleep timeout))))
  (%exit code))

(defun end-other-threads (timeout)
  "End all other threads; wait until their cleanup forms have run, at most TIMEOUT
seconds."
  (let ((deadline (deadline timeout)) (self (%current-thread)))
    (dolist (thread (all-threads))
      (if (not (eq thread self))
          (without-switching
            (if (thread-alive-p thread)
                (ask-thread thread (lambda () (throw 'thread-exit nil)))))))
    (dolist (thread (all-threads))
      (if (not (eq thread self))
          (without-switching
            (waiting-until (not (thread-alive-p thread))
                           (thread-joiners thread) deadline))))))

(setq *exit-elsewhere* #'exit-from-thread
      *end-other-threads* #'end-other-threads)
