;;;; Bignums as objects: making and shortening them (docs/object-layout.md).

(in-package #:astralisp.runtime)

(defun %bignum-allocate (n)
  "Return a fresh bignum of N digits, all 0."
  (declare (type fixnum n) (optimize (speed 3) (safety 0)))
  (let* ((octets (%fx-and (%fx+ (%fx* 8 n) 23) -16))
         (address (if (%fx<= octets 4096)
                      (%allocate octets)
                      (%allocate-large octets))))
    (%raw-store-u64 address 0 (%header #x13 0 n))
    (%address-object address 15)))

(defun %bignum-shorten (bignum n)
  "Give BIGNUM, which nobody else has seen yet, N digits, its lowest ones."
  (declare (effects :no-poll) (type fixnum n)
           (optimize (speed 3) (safety 0)))
  (%raw-store-u64 (%object-address bignum) 0 (%header #x13 0 n))
  bignum)
