;;;; How many instructions a second the emitters make under SBCL.

(load (merge-pathnames "../test/load-sbcl.lisp" *load-truename*))

(in-package #:astralisp.asm.test)

(defun emit-sample (asm)
  "Emit 1000 instructions of a compiler's usual mixture."
  (let ((label (make-label)))
    (bind-label asm label)
    (dotimes (i 100)
      (emit-add-rr asm 64 0 9)
      (emit-mov-rm asm 64 3 4 8)
      (emit-mov-ri asm 64 3 -1)
      (emit-mov-ri asm 64 3 77)
      (emit-mov-mr asm 64 3 13 0 1 8)
      (emit-cmp-ri asm 64 3 8)
      (emit-lea-rm asm 64 3 3 8 5 4)
      (emit-movsd-xm asm 3 4 9)
      (emit-test-rr asm 32 1 1)
      (emit-jcc-l asm 4 label))
    (finalize-asm asm)))

(let ((asm (make-asm))
      (start (get-internal-run-time))
      (rounds 2000))
  (dotimes (i rounds)
    (emit-sample (reset-asm asm)))
  (format t "~,1f million instructions a second~%"
          (/ (* rounds 1000)
             (/ (max 1 (- (get-internal-run-time) start))
                internal-time-units-per-second)
             1000000.0)))
