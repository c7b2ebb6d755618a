;;;; Source text: its forms, the lines they stand on, warnings that show them.

(in-package #:astralisp.compiler)

(defun read-source-text (path)
  "Return the characters of the file PATH as a simple string."
  (with-open-file (stream path)
    (let* ((text (make-string (file-length stream)))
           (end (read-sequence text stream)))
      (if (= end (length text))
          text
          (subseq text 0 end)))))

(defun line-starts (text)
  "Return a simple-vector of where the lines of the string TEXT start."
  (let ((starts (list 0)))
    (dotimes (i (length text))
      (when (char= (schar text i) #\Newline)
        (push (1+ i) starts)))
    (coerce (nreverse starts) 'simple-vector)))

(defun line-at (starts offset)
  "Return the number, from 1, of the line of STARTS that OFFSET lies in."
  (let ((low 0)
        (high (length starts)))
    (loop
      (when (<= (- high low) 1)
        (return (1+ low)))
      (let ((middle (floor (+ low high) 2)))
        (if (<= (svref starts middle) offset)
            (setf low middle)
            (setf high middle))))))

(defun line-text (text starts line)
  "Return line number LINE, from 1, of TEXT."
  (let ((start (svref starts (1- line))))
    (subseq text start (position #\Newline text :start start))))

(defun compile-source-text (text name sink-for)
  "Compile the forms of the string TEXT, called NAME in warnings. SINK-FOR is a
function of a form that returns its sink or nil (COMPILE-TOPLEVEL-FORM). Print
warnings; return their number and whether one of them was an error."
  (let ((starts (line-starts text))
        (end (list nil))
        (count 0)
        (failed nil))
    (with-input-from-string (stream text)
      (loop
        (let* ((places (make-hash-table :test 'eq))
               (form (read-with-places stream end places))
               (*positions* (lambda (form)
                              (let ((place (gethash form places)))
                                (and place
                                     (line-at starts (car place)))))))
          (when (eq form end)
            (return (values count failed)))
          (flet ((warn-of (warning)
                   (incf count)
                   (when (eq (compiler-warning-kind warning) :error)
                     (setf failed t))
                   (write-warning warning text name starts)))
            (call-without-listener
             (lambda ()
               (compile-toplevel-form form (funcall sink-for form)
                                      #'warn-of)))))))))

(defun read-with-places (stream end places)
  "Read a form, END at the end; note in the table PLACES where conses stand."
  (progv (list (runtime-name "*SOURCE-TABLE*")) (list places)
    (read stream nil end)))

(defun call-without-listener (function)
  "Call FUNCTION with the policy of files, not that of the listener."
  (progv (list (runtime-name "*EVALUATION-DEBUG*")) (list nil)
    (funcall function)))

;;; error[C0001]-style reports: what, where, the line, a hint.
(defun write-warning (warning text name starts)
  "Print WARNING, about a form of TEXT called NAME, with the line it is on."
  (let ((line (compiler-warning-position warning)))
    (format t "~&~(~A~): ~A~%" (compiler-warning-kind warning)
            (compiler-warning-text warning))
    (when line
      (format t "  --> ~A:~D~% ~4D | ~A~%" name line line
              (line-text text starts line)))
    (unless line
      (format t "  --> ~A~%" name))
    (when (compiler-warning-hint warning)
      (format t "  = help: ~A~%" (compiler-warning-hint warning)))))
