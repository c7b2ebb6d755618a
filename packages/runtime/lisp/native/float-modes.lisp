;;;; The float modes of the running thread: the register MXCSR.

(in-package #:astralisp.runtime)

(defun %float-modes ()
  "Return the float modes as a fixnum (docs/primitives.md)."
  (%call-trampoline 'read-float-modes))

(defun %set-float-modes (modes)
  "Make the fixnum MODES the float modes of the running thread."
  (%call-trampoline 'write-float-modes modes)
  modes)

(defun check-float-modes (modes)
  "Signal an ERROR if this engine does not have the float modes MODES."
  modes)
