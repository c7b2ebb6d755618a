;;;; Script: sbcl --script run-pc.lisp. Checks the pc platform's own logic.
;;;; SPDX-License-Identifier: GPL-3.0-only

(unless (find-package "ASTRALISP.ASM")
  (make-package "ASTRALISP.ASM" :use '()))
(load (merge-pathnames "shim.lisp" *load-truename*))

(defvar *terminal* *standard-output*)

(defun fail (what condition)
  (format *terminal* "~a: ~a~%" what condition)
  (let ((*standard-output* *terminal*))
    (sb-debug:print-backtrace :count 8))
  (finish-output *terminal*)
  (sb-ext:exit :code 1 :abort t))

(defun load-kernel (&rest names)
  "Compile and load the kernel's files NAMES; a warning is an error."
  (dolist (name names)
    (let ((fasl (format nil "/tmp/astralisp-pc-~d-~a.fasl"
                        (sb-unix:unix-getpid)
                        (substitute #\- #\/ (substitute #\- #\. name)))))
      (load (let ((*standard-output* (make-broadcast-stream))
                  (*error-output* (make-broadcast-stream)))
              (compile-file (relative (format nil "~a.lisp" name))
                            :output-file fasl)))
      (delete-file fasl))))

(defmacro reporting ((what) &body body)
  `(handler-bind ((error (lambda (c) (fail ,what c)))
                  (style-warning #'muffle-warning)
                  (warning (lambda (c) (fail ,what c))))
     ,@body))

(reporting ("the shim") (load-kernel "pc-shim"))
(reporting ("the platform")
  (load-pc "state" "physical-memory" "page-tables" "serial" "keyboard"
           "clock" "interrupts" "font" "glyphs" "screen" "terminal"
           "firmware" "console" "acpi" "traps" "panic" "random" "start"))

;;; SBCL does not mind when a later file redefines what an earlier one defined.

(defun defined-names (file)
  (with-open-file (stream file)
    (loop for line = (read-line stream nil)
          while line
          when (member (subseq line 0 (or (position #\Space line) 0))
                       '("(defun" "(defwired" "(defmacro" "(defconstant"
                         "(defparameter" "(defvar" "(defglobal")
                       :test #'string=)
            collect (subseq line (1+ (position #\Space line))
                            (position #\Space line
                                      :start (1+ (position #\Space line)))))))

(let ((seen (make-hash-table :test 'equal)))
  (dolist (file (directory (relative "../lisp/**/*.lisp")))
    (dolist (name (defined-names file))
      (when (gethash name seen)
        (error "~a is defined in ~a and in ~a" name (gethash name seen) file))
      (setf (gethash name seen) (file-namestring file))))
  (format t "~d names are defined once~%" (hash-table-count seen)))

(defun run-part (name)
  (reporting (name) (load-kernel name))
  (format t "~a passes~%" name))

(mapc #'run-part '("pc-memory-test" "pc-console-test" "pc-devices-test"))
