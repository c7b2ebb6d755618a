;;;; The whole test under SBCL: sbcl --script run-sbcl.lisp

;;; Prints a line for each check and comparison; exits with 1 after a failure.

(load (merge-pathnames "load-sbcl.lisp" *load-truename*))

(in-package #:astralisp.asm.test)

(setq *print-pretty* nil)

(defvar *failed* nil)
(defvar *passed-count* 0)
(defvar *failed-count* 0)

(defun report (name count failures)
  (format t "~a: ~a checked, ~a failed~%" name count (length failures))
  (dolist (failure (subseq failures 0 (min 10 (length failures))))
    (format t "  ~a~%" failure))
  (finish-output)
  (cond ((or failures (= count 0))
         (setq *failed* t)
         (incf *failed-count*))
        (t (incf *passed-count*))))

(defvar *work* (format nil "/tmp/asm-kit-test-~a-~a"
                       (get-universal-time) (get-internal-real-time)))

(defun work-file (type)
  (concatenate 'string *work* "." type))

(defun write-lines (lines type)
  (with-open-file (out (work-file type) :direction :output
                                        :if-exists :supersede)
    (dolist (line lines)
      (write-line line out))))

(defun program-lines (program &rest arguments)
  "The lines that PROGRAM prints."
  (let ((output (with-output-to-string (out)
                  (let ((process (sb-ext:run-program
                                  program arguments :search t :output out
                                  :error nil)))
                    (unless (= 0 (sb-ext:process-exit-code process))
                      (format t "~a failed~%" program)
                      (setq *failed* t))))))
    (with-input-from-string (in output)
      (let ((lines '()))
        (loop
          (let ((line (read-line in nil)))
            (when (null line)
              (return (reverse lines)))
            (push line lines)))))))

(defun triple (mode)
  (ecase mode
    (64 "--triple=x86_64")
    (32 "--triple=i386")
    (16 "--triple=i386-unknown-unknown-code16")))

(defun objdump-lines (cases mode)
  (write-lines (case-lines cases) "s")
  (program-lines "llvm-mc" "--triple=x86_64" "--filetype=obj"
                 (work-file "s") "-o" (work-file "o"))
  (program-lines "llvm-objdump" "-d" "-M" "intel" "--no-show-raw-insn"
                 (triple mode) (work-file "o")))

(defun encoder-lines (cases mode)
  (write-lines (bracket-lines cases) "s")
  (program-lines "llvm-mc" "--disassemble" "--show-encoding"
                 "--output-asm-variant=1" (triple mode) (work-file "s")))

(defun report-text (cases mode)
  (multiple-value-bind (count differences skipped)
      (compare-lines cases (objdump-lines cases mode))
    (report (format nil "~a-bit text like LLVM (~a where it errs left out)"
                    mode skipped)
            count differences)))

(defun check-sensitivity (cases mode)
  "A wrong octet is seen, and so is an empty set of cases."
  (multiple-value-bind (count differences)
      (compare-lines cases (objdump-lines (damaged-case cases) mode))
    (report (format nil "~a-bit comparison sees a wrong octet" mode)
            count
            (if (= (length differences) 1) '() '("it saw none or several"))))
  (multiple-value-bind (count differences) (compare-lines '() '())
    (report "no cases are no success" 1
            (if (and (= count 0) (null differences)) '() '("cases appeared")))))

(dolist (check (run-checks))
  (apply #'report check))

(dolist (mode '(64 32 16))
  (let ((cases (generate-cases mode)))
    (report-text cases mode)
    (multiple-value-bind (count differences)
        (compare-encodings cases (encoder-lines cases mode))
      (report (format nil "~a-bit octets like LLVM's encoder" mode)
              count differences))
    (when (= mode 64)
      (check-sensitivity cases mode))))

(dolist (type '("s" "o"))
  (when (probe-file (work-file type))
    (delete-file (work-file type))))

(format t "~a passed, ~a failed~%" *passed-count* *failed-count*)
(finish-output)
(sb-ext:exit :code (if *failed* 1 0) :abort t)
