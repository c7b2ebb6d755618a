;;;; The serial line (16550 at 3F8h) and the ring of octets typed.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +serial-port+ #x3F8 "COM1.")
(defconstant +ring-size+ 4096 "Octets of the ring: a power of two.")
(defconstant +interrupt-octet+ 3 "Ctrl-C.")

(defwired start-serial ()
  "115200 baud, 8 bits, no parity, queues on, interrupt at input. Notes whether
there is such a device: its scratch register keeps what is written."
  (%out-u8 (+ +serial-port+ 7) #x5A)
  (set-serial-present (if (= #x5A (%in-u8 (+ +serial-port+ 7))) 1 0))
  (%out-u8 (+ +serial-port+ 1) 0)
  (%out-u8 (+ +serial-port+ 3) #x80)
  (%out-u8 +serial-port+ 1)
  (%out-u8 (+ +serial-port+ 1) 0)
  (%out-u8 (+ +serial-port+ 3) 3)
  (%out-u8 (+ +serial-port+ 2) #xC7)
  (%out-u8 (+ +serial-port+ 4) #x0B)
  (%out-u8 (+ +serial-port+ 1) 1)
  ;; The queue of a 16550A holds 16 octets.
  (set-serial-queue (if (= #xC0 (logand #xC0 (%in-u8 (+ +serial-port+ 2))))
                        16
                        1))
  0)

(defconstant +serial-patience+ 20000000
  "Looks at the line status before the line is given up: some twenty seconds.")

;;; An emulated line takes nothing while its reader on the host is busy, which can
;;; be seconds. What is sent into a full queue is lost.

(defwired await-serial (bits)
  "Wait until a bit of BITS is set in the line status; 0 if none is. A line that
was given up is not waited for until it takes something again."
  (let-fixnum ((left (if (= 0 (serial-stuck)) +serial-patience+ 1)))
    (while (and (> left 0)
                (= 0 (logand bits (%in-u8 (+ +serial-port+ 5)))))
      (increment left -1))
    (set-serial-stuck (if (> left 0) 0 1))
    left))

(defwired send-octet (octet)
  "Send OCTET, or drop it if the line is stuck. When the queue was seen empty, as
many as it holds can follow."
  (if (/= 0 (serial-present))
      (progn
        (if (= 0 (serial-room))
            (if (> (await-serial #x20) 0)
                (set-serial-room (serial-queue))))
        (if (> (serial-room) 0)
            (progn
              (set-serial-room (- (serial-room) 1))
              (%out-u8 +serial-port+ octet)))))
  0)

(defwired serial-write (octet)
  "Send OCTET; a line feed goes out as carriage return, line feed."
  (if (and (= octet 10) (/= (last-output) 13))
      (send-octet 13))
  (send-octet octet)
  (set-last-output octet))

(defwired drain-serial ()
  "Wait until everything has been sent."
  (if (/= 0 (serial-present)) (await-serial #x40))
  0)

;;; The ring. Interrupts put octets in, the reader takes them out.

(defwired put-input (octet)
  "Note that OCTET was typed. It is lost when the ring is full."
  (if (< (- (ring-in) (ring-out)) +ring-size+)
      (progn
        (set-octet (+ +serial-ring+ (logand (ring-in) (1- +ring-size+))) 0
                   octet)
        (set-ring-in (+ (ring-in) 1))))
  0)

(defwired take-input ()
  "The octet typed longest ago, or -1."
  (if (= (ring-in) (ring-out))
      -1
      (let-fixnum ((octet (octet (+ +serial-ring+
                                    (logand (ring-out) (1- +ring-size+))))))
        (set-ring-out (+ (ring-out) 1))
        octet)))

(defwired type-octet (octet thread)
  "OCTET was typed while THREAD ran: Ctrl-C interrupts, all else is input."
  (if (= octet +interrupt-octet+)
      (progn
        (set-ring-out (ring-in))
        (set-line-dropped 1)
        (post-event thread 2))
      (put-input octet)))

(defwired post-event (thread number)
  "Make THREAD see event NUMBER at its next poll."
  (set-word thread +thread-state+
            (logior (word thread +thread-state+) (shift-left 1 number)))
  (set-word thread +thread-limit+ +poll-now+)
  0)

(defwired receive-serial (thread)
  "Take what has come in on the serial line."
  (if (/= 0 (serial-present))
      (while (/= 0 (logand 1 (%in-u8 (+ +serial-port+ 5))))
        (type-octet (%in-u8 +serial-port+) thread)))
  0)
