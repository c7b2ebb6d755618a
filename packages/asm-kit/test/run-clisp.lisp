;;;; The checks without LLVM under CLISP: clisp -q -C run-clisp.lisp

(in-package #:common-lisp-user)

(defvar *here* (or *load-truename* *compile-file-truename*))

(dolist (name '("../lisp/package" "../lisp/instruction-table"
                "../lisp/encoding" "../lisp/buffer" "../lisp/core"
                "../lisp/emitters" "../lisp/operand" "../lisp/lap"
                "../lisp/decoder" "../lisp/printer"
                "package" "cases" "oracle" "checks"))
  (load (merge-pathnames (concatenate 'string name ".lisp") *here*)))

(in-package #:astralisp.asm.test)

(let ((failed nil))
  (dolist (check (run-checks))
    (format t "~a: ~a checked, ~a failed~%"
            (first check) (second check) (length (third check)))
    (dolist (failure (third check))
      (format t "  ~a~%" failure)
      (setq failed t)))
  (ext:exit (if failed 1 0)))
