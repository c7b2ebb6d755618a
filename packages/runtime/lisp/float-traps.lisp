;;;; Float traps: which results of float operations are errors.
;;;;
;;;; The modes are a fixnum with the layout of the register MXCSR of x86: bits 0
;;;; to 5 say which exceptions have happened, bits 7 to 12 which of them do not
;;;; trap, bits 13 and 14 how results are rounded. IEEE 754-2019, 7, 4.3.

(in-package #:astralisp.runtime)

;;; The keywords of the exceptions, by bit.
(defmacro float-trap-names ()
  ''#(:invalid :denormalized :divide-by-zero :overflow :underflow :inexact))

(defun float-trap-bits (traps)
  (let ((bits 0))
    (dolist (trap traps bits)
      (let ((bit (position trap (float-trap-names))))
        (unless bit
          (error 'simple-type-error
                 :datum trap
                 :expected-type `(member ,@(coerce (float-trap-names) 'list))
                 :format-control "~S is not the name of a float trap: ~
                                  they are ~{~S~^, ~}"
                 :format-arguments (list trap (coerce (float-trap-names)
                                                      'list))))
        (setq bits (%fx-or bits (%ash 1 bit)))))))

(defun float-trap-list (bits)
  (let ((names '()))
    (dotimes (i 6 (nreverse names))
      (unless (eql 0 (%fx-and bits (%ash 1 i)))
        (push (svref (float-trap-names) i) names)))))

(defun float-traps ()
  "Return a list of the float exceptions that are errors in the running thread,
of :INVALID, :DENORMALIZED, :DIVIDE-BY-ZERO, :OVERFLOW, :UNDERFLOW, :INEXACT. It
can be set; in a new thread it is (:INVALID :DIVIDE-BY-ZERO :OVERFLOW)."
  (float-trap-list (%fx-and 63 (%fx-not (%fx-shift-right (%float-modes) 7)))))

(defun (setf float-traps) (traps)
  (let ((bits (float-trap-bits traps))
        (modes (%float-modes)))
    (%set-float-modes
     (check-float-modes
      (%fx-or (%fx-and modes (%fx-not #x1FBF))
              (%fx-shift-left (%fx-and 63 (%fx-not bits)) 7))))
    traps))

(defun float-exceptions ()
  "Return a list of the float exceptions that have happened in the running thread
without being errors, since it was set last (usually to NIL)."
  (float-trap-list (%fx-and 63 (%float-modes))))

(defun (setf float-exceptions) (exceptions)
  (%set-float-modes (%fx-or (%fx-and (%float-modes) (%fx-not 63))
                            (float-trap-bits exceptions)))
  exceptions)

(defmacro float-rounding-names ()
  ''#(:nearest :negative-infinity :positive-infinity :zero))

(defun float-rounding-mode ()
  "Return how results of float operations are rounded in the running thread:
:NEAREST (the start), :ZERO, :POSITIVE-INFINITY or :NEGATIVE-INFINITY. It can be
set; the elementary functions, reading and printing expect :NEAREST. Signal an
ERROR when the engine cannot do it: JavaScript has only :NEAREST."
  (svref (float-rounding-names)
         (%fx-and 3 (%fx-shift-right (%float-modes) 13))))

(defun (setf float-rounding-mode) (mode)
  (let ((number (position mode (float-rounding-names))))
    (unless number
      (error 'simple-type-error
             :datum mode
             :expected-type `(member ,@(coerce (float-rounding-names) 'list))
             :format-control "~S is not a way of rounding"
             :format-arguments (list mode)))
    (%set-float-modes
     (check-float-modes (%fx-or (%fx-and (%float-modes) (%fx-not #x6000))
                                (%fx-shift-left number 13))))
    mode))

;;; While BODY runs the traps of the mask are off; behind it the modes are what
;;; they were, without a trace of exceptions that were no errors.

(defmacro with-float-traps-masked (traps &body body)
  "Evaluate BODY while the float exceptions TRAPS, keywords as of FLOAT-TRAPS,
are no errors: results are infinities, numbers that are none, and small numbers
as IEEE 754 has them. Return the values of BODY."
  (let ((modes (temporary "MODES")))
    `(let ((,modes (%float-modes)))
       (unwind-protect
            (progn
              (%set-float-modes
               (%fx-or (%fx-and ,modes (%fx-not 63))
                       ,(%fx-shift-left (float-trap-bits traps) 7)))
              ,@body)
         (%set-float-modes ,modes)))))

(defmacro with-float-traps-enabled (traps &body body)
  "Evaluate BODY while the float exceptions TRAPS, keywords as of FLOAT-TRAPS,
are errors. Return the values of BODY."
  (let ((modes (temporary "MODES")))
    `(let ((,modes (%float-modes)))
       (unwind-protect
            (progn
              (%set-float-modes
               (check-float-modes
                (%fx-and ,modes
                         ,(%fx-not (%fx-or 63 (%fx-shift-left
                                               (float-trap-bits traps)
                                               7))))))
              ,@body)
         (%set-float-modes ,modes)))))

(defun float-trap-enabled-p (bit)
  (eql 0 (%fx-and (%float-modes) (%fx-shift-left 128 bit))))

;;; The condition for what the engine found: EXCEPTIONS are bits, of which the
;;; first counts in this order.
(defun float-trap-failure (operation operands exceptions)
  (flet ((raised (bit)
           (not (eql 0 (%fx-and exceptions (%ash 1 bit))))))
    (error (cond ((raised 0) 'floating-point-invalid-operation)
                 ((raised 2) 'division-by-zero)
                 ((raised 3) 'floating-point-overflow)
                 ((raised 4) 'floating-point-underflow)
                 ((raised 5) 'floating-point-inexact)
                 (t 'floating-point-invalid-operation))
           :operation operation :operands operands)))

;;; Bits.

;;; BITS, signed or not as the engine has them, as a signed integer of WIDTH bits.
(defun signed-bits (bits width)
  (if (>= bits (ash 1 (- width 1)))
      (- bits (ash 1 width))
      bits))

(defun single-float-bits (single-float)
  "Return the bits of SINGLE-FLOAT as a signed integer of 32 bits. IEEE 754."
  (check-type single-float single-float)
  (signed-bits (%single-bits single-float) 32))

(defun make-single-float (bits)
  "Return the single-float with BITS, an integer of 32 bits, signed or not."
  (check-type bits (or (signed-byte 32) (unsigned-byte 32)))
  (%make-single (logand bits #xFFFFFFFF)))

(defun double-float-bits (double-float)
  "Return the bits of DOUBLE-FLOAT as a signed integer of 64 bits. IEEE 754."
  (check-type double-float double-float)
  (signed-bits (%double-bits double-float) 64))

(defun double-float-high-bits (double-float)
  "Return the upper 32 bits of DOUBLE-FLOAT as a signed integer."
  (ash (double-float-bits double-float) -32))

(defun double-float-low-bits (double-float)
  "Return the lower 32 bits of DOUBLE-FLOAT as an unsigned integer."
  (logand (double-float-bits double-float) #xFFFFFFFF))

(defun make-double-float (high &optional (low nil low-p))
  "Return the double-float with the upper 32 bits HIGH, signed or not, and the
lower 32 bits LOW; without LOW, the one with the 64 bits HIGH."
  (cond (low-p
         (check-type high (or (signed-byte 32) (unsigned-byte 32)))
         (check-type low (unsigned-byte 32))
         (make-double-float (logior (ash (logand high #xFFFFFFFF) 32) low)))
        (t
         (check-type high (or (signed-byte 64) (unsigned-byte 64)))
         (%make-double (logand high #xFFFFFFFFFFFFFFFF)))))
