;;;; Records what SBCL answers to the tests:
;;;; sbcl --script record.lisp lists sequences …   (names of test files)
;;;; writes expected/NAME.lisp for each.

(setf sb-impl::*default-external-format* :utf-8)
(sb-ext:enable-debugger)

(defvar *here* (directory-namestring *load-truename*))

(defun quietly (function)
  (handler-bind ((warning #'muffle-warning)
                 (error (lambda (condition)
                          (format t "~&record: ~A~%" condition))))
    (let ((*error-output* (make-broadcast-stream)))
      (funcall function))))

(quietly (lambda ()
           (load (concatenate 'string *here* "harness.lisp"))
           (load (concatenate 'string *here* "random-values.lisp"))))

(dolist (name (cdr sb-ext:*posix-argv*))
  (setf (symbol-value (find-symbol "*TESTS*" "ASTRALISP.TEST")) '())
  (quietly (lambda ()
             (load (format nil "~A~A.lisp" *here* name))))
  (with-open-file (out (format nil "~Aexpected/~A.lisp" *here* name)
                       :direction :output :if-exists :supersede)
    (quietly (lambda ()
               (funcall (find-symbol "WRITE-RESULTS" "ASTRALISP.TEST")
                        out)))))
