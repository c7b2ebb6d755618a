;;;; Loads the assembler and its tests into SBCL.

(in-package #:common-lisp-user)

(defvar *test-directory*
  (make-pathname :name nil :type nil :defaults *load-truename*))

(defun load-files (directory names)
  (dolist (name names)
    (let* ((source (merge-pathnames (concatenate 'string directory name ".lisp")
                                    *test-directory*))
           (fasl (format nil "/tmp/asm-kit-~a-~a-~a.fasl" (get-universal-time)
                         (random 1000000 (make-random-state t))
                         (substitute #\- #\/ name)))
           (*error-output* (make-broadcast-stream))
           (*standard-output* (make-broadcast-stream)))
      (multiple-value-bind (output warnings failure)
          (handler-bind ((warning (lambda (c)
                                    (unless (typep c 'style-warning)
                                      (format *terminal-io* "~a: ~a~%"
                                              name c)))))
            (compile-file source :output-file fasl))
        (declare (ignore warnings))
        (when failure
          (format *terminal-io* "~a did not compile~%" name)
          (sb-ext:exit :code 1 :abort t))
        (load output)
        (delete-file output)))))

(load-files "../lisp/" '("package" "instruction-table" "encoding" "buffer"
                         "core" "emitters" "operand" "lap" "decoder"
                         "printer" "documentation"
                         "lap/x86-64/bios-boot"))
(load-files "" '("package" "cases" "oracle" "checks"))
