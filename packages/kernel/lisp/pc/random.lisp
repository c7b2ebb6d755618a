;;;; Random octets: the processor's generator, or jitter between two clocks.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Without RDRAND the pool gathers the low bits of the time stamp counter each
;;; time the 8254's counter, which runs on another crystal, is read. QEMU has
;;; neither jitter nor secrets; hash seeds is all that the system needs so far.

(defwired mix-pool (bits)
  "Stir BITS into the pool (xorshift of 59 bits, then a multiplication)."
  (let-fixnum ((pool (logxor (random-pool) (logand bits #x7FFFFFFFFFFFFFF))))
    (setq pool (logxor pool (logand (shift-left pool 13) #x7FFFFFFFFFFFFFF)))
    (setq pool (logxor pool (shift-right pool 7)))
    (setq pool (logxor pool (logand (shift-left pool 17) #x7FFFFFFFFFFFFFF)))
    (set-random-pool pool)
    pool))

(defwired timer-jitter ()
  "The counter of the 8254 and the time stamp counter, together."
  (%out-u8 #x43 0)
  (let-fixnum ((count (+ (%in-u8 #x40) (* 256 (%in-u8 #x40)))))
    (logxor (%read-tsc) (shift-left count 20))))

(defwired start-random ()
  (mix-pool (logxor #x5DEECE66D123456 (boot-seconds)))
  (do-range (i 0 64)
    (mix-pool (timer-jitter)))
  0)

(defwired random-bits ()
  "59 random bits."
  (if (/= 0 (random-device))
      (mix-pool (%call-trampoline 'pc-random-bits))
      (mix-pool (timer-jitter))))

(defwired pc-random (address count)
  "Fill COUNT octets from ADDRESS on with random bits."
  (let-fixnum ((bits 0))
    (do-range (i 0 count)
      (if (= 0 (logand i 3)) (setq bits (shift-right (random-bits) 16)))
      (set-octet (+ address i) 0 (logand bits 255))
      (setq bits (shift-right bits 8))))
  count)
