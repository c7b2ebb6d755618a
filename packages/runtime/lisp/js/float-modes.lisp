;;;; What the JavaScript engine has of float modes.

(in-package #:astralisp.runtime)

;;; Bits of the modes that cannot be otherwise here: the masks of denormalized,
;;; underflow and inexact, and how results are rounded.
(defun check-float-modes (modes)
  (unless (eql #x1900 (%fx-and modes #x7900))
    (error "the JavaScript engine traps only ~{~S~^, ~}, and rounds only to ~
            ~S"
           '(:invalid :divide-by-zero :overflow) :nearest))
  modes)
