;;;; Saving the world as an image file (docs/kernel.md, "World").
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defun save-and-exit (fd)
  "Save the world to the file descriptor FD and end the process."
  (declare (effects :no-poll))
  (if (= 0 (freeze-world (%frame-pointer)))
      (progn
        (print-text "the heap has no room to save the world
")
        (platform-power-off 1)))
  (prepare-header)
  (if (/= 0 (write-world fd))
      (progn
        (print-text "the world cannot be written: is the disk full?
")
        (platform-power-off 1)))
  (platform-power-off 0))

(defun %save-world (name start)
  "Write this world to the file NAME (a string), to begin with calling the
function START without arguments, and end the process. Signal a FILE-ERROR when
the file cannot be made."
  (let ((fd (platform-open-file name :output)))
    (if (cl:< fd 0)
        (error "the world cannot be saved in ~A: error ~D" name fd))
    (%raw-store-boxed +world-start-function+ 0 start)
    (%raw-store-boxed +world-initialisers+ 0 nil)
    (begin-deferral)
    (save-and-exit fd)))
