;;;; Random functions, compiled, checked and run, against the interpreter.

(in-package #:astralisp.compiler)

(defun random-arguments (count)
  (let ((arguments '()))
    (dotimes (i count arguments)
      (push (literal-word (case (rnd 3)
                            (0 (- (rnd 2000) 1000))
                            (1 (- (rnd (expt 2 61)) (expt 2 60)))
                            (t (pick 0 1 -1 +most-positive-fixnum+))))
            arguments))))

(defun run-random-tests (first-seed count size)
  "Make COUNT functions of SIZE from seeds FIRST-SEED on; compile, verify, run
each with three sets of arguments.  Return the seeds that fail."
  (let ((*verify-allocation* t) (funcs '()) (cases '()) (expected '())
        (failed '()))
    (dotimes (i count)
      (let* ((seed (+ first-seed i))
             (name (intern (format nil "RANDOM-~D" seed))))
        (push (cons seed (random-func name seed size)) funcs)))
    (setq funcs (nreverse funcs))
    (let* ((helpers (read-funcs *helpers*)) (units '())
           (*functions* helpers) (*rs* (sb-ext:seed-random-state 1)))
      (dolist (helper helpers) (push (generate-unit helper) units))
      (dolist (entry funcs)
        (let ((func (cdr entry)))
          (dotimes (k 3)
            (let* ((arguments (random-arguments (func-min-args func)))
                   (*fuel* 200000)
                   (result (catch :out-of-fuel
                             (interpret func arguments))))
              (unless (eq result :out-of-fuel)
                (push (list (func-name func) arguments (car entry)) cases)
                (push result expected))))
          (handler-case (push (generate-unit func) units)
            (error (e)
              (format t "seed ~D: ~A~%" (car entry) e)
              (push (car entry) failed)))))
      (setq cases (remove-if (lambda (c) (member (third c) failed)) cases)
            cases (nreverse cases))
      (setq expected (nreverse expected))
      (unless failed
        (let ((results (run-cases units cases)))
          (loop for case in cases for result in results
                for wanted in expected
                unless (equal result wanted)
                  do (format t "seed ~D: ~S~%  gives ~S~%  not ~S~%"
                             (third case) (second case) result wanted)
                     (pushnew (third case) failed)))))
    (values (nreverse failed) (length cases))))
