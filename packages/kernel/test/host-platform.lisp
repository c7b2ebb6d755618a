;;;; What the kernel's collector asks of a platform, for tests under SBCL.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:common-lisp-user)

(defvar *clock* 0)

(defun astralisp.kernel::collector-failed (code)
  (error "the collector failed: ~d, ~d blocks free" code (astralisp.kernel::free-blocks)))

(defun astralisp.kernel::platform-clock-ns ()
  (incf *clock*))

(defun astralisp.kernel::platform-heap-hot ()
  0)
