;;;; The front end against SBCL: programs give the same values.

(require :sb-posix)
(load (merge-pathnames "load-compiler.lisp" *load-truename*))
(load (merge-pathnames "macros.lisp" *load-truename*))
(load (merge-pathnames "ir-interpreter.lisp" *load-truename*))
(load (merge-pathnames "random-forms.lisp" *load-truename*))
(in-package #:astralisp.compiler)

(defvar *failures* 0)
(defvar *checked* 0)

(defun outcome (thunk)
  (handler-case (sb-ext:with-timeout 5
                  (multiple-value-list (funcall thunk)))
    (sb-ext:timeout () :timeout)
    (type-error () :type-error)
    (program-error () :program-error)
    (control-error () :control-error)
    (arithmetic-error () :arithmetic-error)
    (unbound-variable (e) (list :unbound (cell-error-name e)))
    (error (e) (list :error (princ-to-string e)))))

(defun check-program (forms)
  "The last of FORMS gives the same values in both."
  (incf *checked*)
  (let* ((*globals* *globals*) (*unwinds* '()) (*bindings* '())
         (mine (outcome (lambda ()
                          (let ((result nil))
                            (dolist (f forms) (setq result (multiple-value-list (ir-eval f))))
                            (values-list result)))))
         (theirs (outcome (lambda ()
                            (let ((result nil))
                              (dolist (f forms)
                                (setq result
                                      (multiple-value-list
                                       (handler-bind ((warning #'muffle-warning))
                                         (eval f)))))
                              (values-list result))))))
    (when (eq mine :timeout) (format t "~&TIMEOUT ~S~%" forms))
    (unless (equalp mine theirs)
      (incf *failures*)
      (format t "~&DIFFERS ~S~%  ir:   ~S~%  sbcl: ~S~%" forms mine theirs))))

(defun main ()
  (with-open-file (in (merge-pathnames "programs.lisp-expr"
                                       (or *load-truename*
                                           *default-pathname-defaults*)))
    (let ((*package* (find-package '#:astralisp.compiler)))
      (loop for program = (read in nil in)
            until (eq program in)
            do (check-program program))))
  (let ((first (parse-integer (or (sb-posix:getenv "SEED") "1"))))
    (dotimes (i (parse-integer (or (sb-posix:getenv "COUNT") "150")))
      (check-program
       (astralisp.random-forms:random-program (+ first i)))))
  (format t "~&~D programs, ~D failures~%" *checked* *failures*)
  (sb-ext:exit :code (if (and (= 0 *failures*) (> *checked* 0)) 0 1) :abort t))
(main)
