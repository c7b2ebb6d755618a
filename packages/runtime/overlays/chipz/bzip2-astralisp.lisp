;;;; Decompressing of bzip2 that goes on until there is no input.

(in-package #:chipz)

;;; The library's state machine goes from state to state by tail calls in SBCL and
;;; CMUCL, and makes one step per call elsewhere; its caller takes a step that needs
;;; no input for the end of the input. Here the machine is called until it throws.

(defun %bzip2-decompress (state input output
                          &key (input-start 0) (input-end (length input))
                            (output-start 0) (output-end (length output)))
  (let ((input-end (or input-end (length input)))
        (output-end (or output-end (length output))))
    (setf (bzip2-state-input state) input
          (bzip2-state-input-start state) input-start
          (bzip2-state-input-index state) input-start
          (bzip2-state-input-end state) input-end
          (bzip2-state-output state) output
          (bzip2-state-output-start state) output-start
          (bzip2-state-output-index state) output-start
          (bzip2-state-output-end state) output-end)
    (catch 'bzip2-done
      (loop (%bzip2-state-machine state)))
    (values (- (bzip2-state-input-index state) input-start)
            (- (bzip2-state-output-index state) output-start))))
