;;;; The collector at work: churn through many heaps, pauses with 64 MiB live.

(in-package #:common-lisp-user)

(defvar *live* '() "4 Mi conses, 64 MiB.")

(defun churn (conses)
  "Allocate CONSES conses, a few of them alive at a time; return the last."
  (let ((kept nil))
    (dotimes (i conses kept)
      (setf kept (cons i (if (zerop (mod i 100)) nil kept))))))

(defun pauses (form)
  "The collector's statistics after FORM."
  (eval form)
  (astralisp:collector-statistics))

(let ((before (pauses '(churn 100))))
  (dotimes (i 4194304)
    (push i *live*))
  (let ((full (getf (pauses '(astralisp:gc :full t)) :last-pause-ns))
        (start (getf before :allocated-octets)))
    ;; A hundred times what is live.
    (dotimes (i 10)
      (churn 42000000))
    (let ((after (pauses nil)))
      (format t "~&HEAP live-mib ~D~%" (floor (* 16 (length *live*)) 1048576))
      (format t "HEAP full-collection-us ~D~%" (floor full 1000))
      (format t "HEAP longest-minor-us ~D~%"
              (floor (getf after :minor-longest-ns) 1000))
      (format t "HEAP minor-collections ~D~%"
              (getf after :minor-collections))
      (format t "HEAP allocated-mib ~D~%"
              (floor (- (getf after :allocated-octets) start) 1048576)))))
