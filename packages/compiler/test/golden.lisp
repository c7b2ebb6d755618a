;;;; The low SSA of a few functions against the golden print in golden.txt.
;;;; With an argument --write it is written anew; read the difference then.

(load (merge-pathnames "load-compiler.lisp" *load-truename*))
(load (merge-pathnames "macros.lisp" *load-truename*))
(in-package #:astralisp.compiler)

(defparameter *golden-functions*
  '((defun fib (n)
      (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2)))))
    (defun sum-list (list)
      (let ((sum 0))
        (dolist (x list sum)
          (setq sum (+ sum x)))))
    (defun scale (vector factor)
      (declare (type (simple-array double-float (*)) vector)
               (double-float factor))
      (dotimes (i (length vector) vector)
        (setf (aref vector i) (* factor (aref vector i)))))
    (defun counter (start)
      (lambda (&optional (step 1)) (setq start (+ start step))))
    (defun find-it (x list)
      (block found
        (mapc (lambda (y) (when (eql x y) (return-from found y))) list)
        nil))
    (defun guarded-call (f)
      (unwind-protect (values (funcall f) 1) (cleaned-up)))))

(defun golden-text ()
  (let ((*package* (find-package '#:astralisp.compiler)))
    (with-output-to-string (stream)
      (dolist (form *golden-functions*)
        (print-func (defun-to-low form) stream)
        (terpri stream)))))

(defun golden-file ()
  (merge-pathnames "golden.txt" (or *load-truename*
                                    *default-pathname-defaults*)))

(defun file-text (path)
  (with-open-file (in path)
    (let* ((text (make-string (file-length in))) (n (read-sequence text in)))
      (subseq text 0 n))))

(let ((text (golden-text)))
  (when (member "--write" sb-ext:*posix-argv* :test #'string=)
    (with-open-file (out (golden-file) :direction :output
                                       :if-exists :supersede)
      (write-string text out)))
  (let ((same (string= text (file-text (golden-file)))))
    (format t "~&~D cases, ~D failures~%" (length *golden-functions*)
            (if same 0 1))
    (sb-ext:exit :code (if same 0 1) :abort t)))
