;;;; What the JavaScript engine has no processes for.

(in-package #:astralisp.runtime)

(defun run-program (program arguments &key &allow-other-keys)
  "Signal UNSUPPORTED-OPERATION: other programs cannot be started from here."
  (declare (ignore program arguments))
  (unsupported 'run-program))

(defun save-world (pathspec &key toplevel executable)
  "Signal UNSUPPORTED-OPERATION: a world of this engine cannot be saved."
  (declare (ignore pathspec toplevel executable))
  (unsupported 'save-world))
