;;;; The features of trivial-features: operating system, processor, byte order.

(in-package #:common-lisp-user)

;;; :64-BIT, :LITTLE-ENDIAN and, natively, :X86-64 are features of AstraLisp itself.
;;; Of the operating systems that the specification names it runs on one, if any.

(when (probe-file "/proc/version")
  (pushnew :unix *features*)
  (pushnew :linux *features*))
