;;;; sbcl --script run.lisp SEED COUNT: all tests of the back end.

(load (merge-pathnames "load.lisp" *load-truename*))
(in-package #:astralisp.compiler)

(defun run-all (seed count)
  (let ((failures 0) (cases 0))
    (flet ((note (name failed)
             (format t "~A: ~D failed~%" name failed)
             (incf failures failed)))
      (note "moves and maps" (run-move-tests 300))
      (note "small programs" (run-small-tests))
      (dolist (size '(10 30 120))
        (multiple-value-bind (failed run)
            (run-random-tests (+ seed size) count size)
          (incf cases run)
          (note (format nil "random programs of size ~D" size)
                (length failed)))))
    (format t "~D random cases, ~D failures~%" cases failures)
    (sb-ext:exit :code (if (and (= failures 0) (> cases 0)) 0 1))))

(let ((arguments (cdr sb-ext:*posix-argv*)))
  (run-all (parse-integer (or (first arguments) "1"))
           (parse-integer (or (second arguments) "60"))))
