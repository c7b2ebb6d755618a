;;;; Code units made of LAP: the trampolines.

(in-package #:astralisp.compiler)

(defun lap-code-unit (name forms entries points)
  "Assemble the LAP FORMS to a CODE-UNIT called NAME.
ENTRIES are the labels that become its entries; POINTS is a list of (label
slots outgoing) for its stack maps.  In FORMS a fixup datum is (kind . target)
as in CODE-FIXUP."
  (let* ((asm (make-asm))
         (labels (emit-lap asm forms)))
    (emit-align asm 16 0)
    (multiple-value-bind (octets fixups) (finalize-asm asm)
      (flet ((offset (label)
               (label-offset (lap-label labels label))))
        (make-code-unit
         :name name :octets octets
         :entries (mapcar (lambda (label)
                            (make-code-entry :offset (offset label)
                                             :name (intern (symbol-name label)
                                                           '#:keyword)
                                             :minimum 0))
                          entries)
         :fixups (mapcar #'lap-fixup fixups)
         :calls (lap-calls fixups)
         :maps (encode-stack-maps
                (mapcar (lambda (point)
                          (list (offset (first point)) (second point)
                                (third point) nil))
                        points))
         :functions (lap-functions labels entries (length octets)))))))

(defun lap-label (labels name)
  (let ((pair (assoc name labels :test #'string=)))
    (unless pair
      (error "the assembly has no label ~A" name))
    (cdr pair)))

(defun lap-fixup (fixup)
  (fixup-record fixup (car (fixup-datum fixup)) (cdr (fixup-datum fixup))))

(defun lap-calls (fixups)
  (let ((calls '()))
    (dolist (fixup fixups (nreverse calls))
      (when (eq (car (fixup-datum fixup)) :cell)
        (setq calls (adjoin (cdr (fixup-datum fixup)) calls
                            :test #'equal))))))

(defun lap-functions (labels entries end)
  "Debug records: each entry reaches to the next one."
  (let ((functions '()) (starts '()))
    (dolist (entry entries)
      (push (cons (label-offset (lap-label labels entry)) entry) starts))
    (setq starts (sort starts #'> :key #'car))
    (dolist (start starts functions)
      (push (make-code-function :name (cdr start) :start (car start) :end end
                                :entry (car start) :lambda-list '()
                                :frame-slots 0)
            functions)
      (setq end (car start)))))
