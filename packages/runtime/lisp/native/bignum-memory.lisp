;;;; Bignums as objects: making and shortening them (docs/object-layout.md).

(in-package #:astralisp.runtime)

(defun %bignum-allocate (n)
  "Return a fresh bignum of N digits, all 0."
  (let* ((octets (logand (+ 8 (* 8 n) 15) -16))
         (address (if (<= octets 4096)
                      (%allocate octets)
                      (%allocate-large octets))))
    (%raw-store-u64 address 0 (%header #x13 0 n))
    (%address-object address 15)))

(defun %bignum-shorten (bignum n)
  "Give BIGNUM, which nobody else has seen yet, N digits, its lowest ones."
  (declare (effects :no-poll))
  (%raw-store-u64 (%object-address bignum) 0 (%header #x13 0 n))
  bignum)
