;;;; Stack maps: making and reading the octets (docs/calling-convention.md).

(in-package #:astralisp.compiler)

(defconstant +map-header+ 4 "Octets before the entries.")
(defconstant +map-entry+ 12 "Octets of an entry.")

(defun put-u32 (octets index value)
  (setf (aref octets index) (logand value 255)
        (aref octets (+ index 1)) (logand (ash value -8) 255)
        (aref octets (+ index 2)) (logand (ash value -16) 255)
        (aref octets (+ index 3)) (logand (ash value -24) 255)))

(defun get-u16 (octets index)
  (+ (aref octets index) (* 256 (aref octets (+ index 1)))))

(defun get-u32 (octets index)
  (+ (get-u16 octets index) (* 65536 (get-u16 octets (+ index 2)))))

(defun encode-stack-maps (points)
  "Return the octets for POINTS, a list of (pc slots outgoing position ...):
SLOTS a rising list of slot numbers, OUTGOING words or 255, POSITION an integer
or anything else for none."
  (let* ((points (stable-sort (copy-list points) #'< :key #'first))
         (count (length points))
         (lists '()) (places '())
         (end (+ +map-header+ (* +map-entry+ count))))
    (dolist (point points)
      (let ((slots (second point)))
        (if (short-slots-p slots)
            (push nil places)
            (let ((place (listed-place slots lists)))
              (unless place
                (setq place end)
                (push (cons slots end) lists)
                (incf end (* 2 (1+ (length slots)))))
              (push place places)))))
    (setq places (nreverse places))
    (let ((octets (make-array end :element-type '(unsigned-byte 8)
                                  :initial-element 0))
          (at +map-header+))
      (put-u32 octets 0 count)
      (dolist (point points)
        (put-map-entry octets at point (pop places))
        (incf at +map-entry+))
      (dolist (entry lists octets)
        (put-slot-list octets (cdr entry) (car entry))))))

(defun short-slots-p (slots)
  (or (null slots) (< (car (last slots)) 31)))

(defun listed-place (slots lists)
  "Where an equal list stands among the newest of LISTS, or NIL."
  (let ((tries 0))
    (dolist (entry lists nil)
      (when (equal (car entry) slots) (return (cdr entry)))
      (incf tries)
      (when (> tries 8) (return nil)))))

(defun put-map-entry (octets at point place)
  (let ((slots (second point)) (word 0)
        (position (if (integerp (fourth point)) (fourth point) 0)))
    (if place
        (setq word (+ 2147483648 place))
        (dolist (slot slots)
          (setq word (+ word (ash 1 slot)))))
    (put-u32 octets at (first point))
    (put-u32 octets (+ at 4) word)
    (put-u32 octets (+ at 8) (min position 16777215))
    (setf (aref octets (+ at 11)) (third point))))

(defun put-slot-list (octets at slots)
  (dolist (value (cons (length slots) slots))
    (setf (aref octets at) (logand value 255)
          (aref octets (+ at 1)) (ash value -8))
    (incf at 2)))

(defun find-stack-map (maps pc)
  "The octet offset in MAPS of the entry for PC, or NIL."
  (let ((low 0) (high (get-u32 maps 0)))
    (loop
      (when (>= low high) (return nil))
      (let* ((middle (ash (+ low high) -1))
             (at (+ +map-header+ (* +map-entry+ middle)))
             (here (get-u32 maps at)))
        (cond ((= here pc) (return at))
              ((< here pc) (setq low (1+ middle)))
              (t (setq high middle)))))))

(defun decode-stack-map (maps pc)
  "Return the live boxed slots (a rising list), outgoing words (255: all) and
position of the form for PC in MAPS; NIL, 0 and NIL when there is no entry."
  (let ((at (find-stack-map maps pc)))
    (if (null at)
        (values '() 0 nil)
        (let ((position (logand (get-u32 maps (+ at 8)) 16777215)))
          (values (decode-slots maps (get-u32 maps (+ at 4)))
                  (aref maps (+ at 11))
                  (if (= position 0) nil position))))))

(defun decode-slots (maps word)
  (let ((slots '()))
    (if (< word 2147483648)
        (dotimes (slot 31)
          (when (logbitp slot word) (push slot slots)))
        (let ((at (- word 2147483648)))
          (dotimes (i (get-u16 maps at))
            (push (get-u16 maps (+ at 2 (* 2 i))) slots))))
    (nreverse slots)))
