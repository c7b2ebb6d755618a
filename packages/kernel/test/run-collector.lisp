;;;; Script: sbcl --script run-collector.lisp FIRST-SEED SEEDS STEPS.
;;;; SPDX-License-Identifier: GPL-3.0-only

(load (merge-pathnames "shim.lisp" *load-truename*))
(load-collector)
(load-kernel "world-model" "collector-test")

(defun argument (index default)
  (let ((text (nth index sb-ext:*posix-argv*)))
    (if text (parse-integer text) default)))

(let ((from (argument 1 0)) (count (argument 2 8)) (steps (argument 3 3000)))
  (loop for seed from from below (+ from count)
        do (handler-bind ((error (lambda (c)
                                   (format t "seed ~d: ~a~%" seed c)
                                   (sb-debug:print-backtrace :count 20)
                                   (give-up))))
             (collector-test::run-seed seed steps)))
  (format t "exhausted after ~d conses~%"
          (collector-test::test-exhaustion (* 12 1024 1024)))
  (collector-test::test-deep-structures)
  (dotimes (seed 8)
    (format t "~d octets saved twice alike~%"
            (collector-test::test-saving seed)))
  (format t "~d programs of ~d steps, ~d collections verified~%~s~%" count
          steps collector-test::*collections* collector-test::*counts*)
  (when (zerop collector-test::*collections*)
    (give-up)))
