;;;; Assembler buffers: octets, labels, fixups, and jump shortening.

(in-package #:astralisp.asm)

;;; Code is first written as a draft with every local jump in its long form.
;;; What may change length later is an EVENT: a jump, an alignment, a padding.
;;; Each label and fixup remembers how many events precede it, so that its final
;;; offset is its draft offset plus one element of a table of shifts.
;;; FINALIZE-ASM starts with all jumps short and lengthens those that do not
;;; reach until nothing changes; a jump never shrinks again, so it ends.

(define-condition assembly-error (error)
  ((message :initarg :message :reader assembly-error-message)
   (form :initarg :form :initform nil :reader assembly-error-form))
  (:documentation "Signalled for code that cannot be assembled.")
  (:report (lambda (condition stream)
             (write-string (assembly-error-message condition) stream)
             (when (assembly-error-form condition)
               (write-string ": " stream)
               (prin1 (assembly-error-form condition) stream)))))

(defun assembly-error (message &optional form)
  "Signal an ASSEMBLY-ERROR that says MESSAGE about FORM."
  (error 'assembly-error :message message :form form))

(defstruct (asm (:constructor %make-asm (octets mode origin)))
  "A buffer that code is assembled into."
  (octets nil :type (simple-array (unsigned-byte 8) (*)))
  (position 0 :type (integer 0 281474976710655))
  mode
  origin
  (events '())
  (event-count 0 :type (integer 0 281474976710655))
  (fixups '())
  (labels '()))

(defstruct (label (:constructor %make-label (name)))
  "A place in the code."
  name
  (offset nil)
  (events nil))

(defstruct (fixup (:constructor %make-fixup (kind datum addend)))
  "A field of the code whose value is known only later."
  kind
  datum
  addend
  (offset nil)
  (events 0)
  (end 0))

(defstruct event
  "Something whose length is settled by FINALIZE-ASM."
  kind          ; :branch, :align or :pad
  offset        ; in the draft
  target        ; label, boundary or offset
  octet         ; short opcode, or filler (nil: nops)
  draft-length
  length)

(defun make-octets (length)
  "A fresh vector of LENGTH zero octets."
  (make-array length :element-type '(unsigned-byte 8) :initial-element 0))

(defun make-asm (&key (mode 64) (origin nil))
  "Return a fresh assembler buffer for MODE (16, 32 or 64).
ORIGIN is the address of its first octet, nil when only the linker knows."
  (%make-asm (make-octets 1024) mode origin))

(defun reset-asm (asm)
  "Empty ASM for reuse and return it."
  (setf (asm-position asm) 0
        (asm-events asm) '()
        (asm-event-count asm) 0
        (asm-fixups asm) '()
        (asm-labels asm) '())
  asm)

(defun make-label (&optional name)
  "Return a fresh label, not yet bound; NAME is only for messages."
  (%make-label name))

(defun label-bound-p (label)
  "True when LABEL has been bound."
  (if (label-offset label) t nil))

(defun make-fixup (kind datum &optional (addend 0))
  "Return a reference of KIND to DATUM plus ADDEND for one use as an operand.
KIND is :ABS16, :ABS32, :ABS32U, :ABS64, :REL8, :REL16 or :REL32."
  (%make-fixup kind datum addend))

(defun bind-label (asm label)
  "Make LABEL the current place in ASM and return it.
Signal ASSEMBLY-ERROR when it is bound already."
  (when (label-offset label)
    (assembly-error "this label is bound twice" (label-name label)))
  (setf (label-offset label) (asm-position asm)
        (label-events label) (asm-event-count asm))
  (push label (asm-labels asm))
  label)

(defun grow-octets (asm room)
  "Make place for ROOM more octets in ASM; return its new octet vector."
  (let* ((old (asm-octets asm))
         (new (make-octets (max (* 2 (length old))
                                (+ (asm-position asm) room)))))
    (replace new old :end2 (asm-position asm))
    (setf (asm-octets asm) new)))

(defmacro with-octets ((asm room) &body body)
  "Evaluate BODY, which may PUT at most ROOM octets into ASM."
  `(let* ((octets (asm-octets ,asm))
          (at (asm-position ,asm)))
     (declare (type (simple-array (unsigned-byte 8) (*)) octets)
              (type (integer 0 281474976710655) at))
     (when (> (+ at ,room) (length octets))
       (setq octets (grow-octets ,asm ,room)))
     ,@body
     (setf (asm-position ,asm) at)
     nil))

(defmacro put (octet)
  "Inside WITH-OCTETS: append OCTET."
  `(progn (setf (aref octets at) ,octet)
          (setq at (+ at 1))))

(defmacro put-16 (value)
  "Inside WITH-OCTETS: append the low 16 bits of the variable VALUE."
  `(progn (put (logand ,value 255))
          (put (logand (ash ,value -8) 255))))

(defmacro put-32 (value)
  "Inside WITH-OCTETS: append the low 32 bits of the variable VALUE."
  `(progn (put (logand ,value 255))
          (put (logand (ash ,value -8) 255))
          (put (logand (ash ,value -16) 255))
          (put (logand (ash ,value -24) 255))))

(defun add-fixup (asm fixup offset end)
  "Record FIXUP for the field at OFFSET; relative ones count from END."
  (when (fixup-offset fixup)
    (assembly-error "this fixup is used twice" (fixup-datum fixup)))
  (setf (fixup-offset fixup) offset
        (fixup-end fixup) (- end offset)
        (fixup-events fixup) (asm-event-count asm))
  (push fixup (asm-fixups asm))
  fixup)

(defun add-event (asm kind target octet draft-length)
  "Record an event at the current place of ASM."
  (push (make-event :kind kind :offset (asm-position asm) :target target
                    :octet octet :draft-length draft-length :length 0)
        (asm-events asm))
  (setf (asm-event-count asm) (+ (asm-event-count asm) 1)))

;;; Data.

(defun check-range (value bits)
  "Signal ASSEMBLY-ERROR unless VALUE fits BITS bits with or without sign."
  (unless (<= (- (ash 1 (- bits 1))) value (- (ash 1 bits) 1))
    (assembly-error "this number does not fit its field" value)))

(defun emit-octet (asm value)
  "Append the octet VALUE, -128 to 255, to ASM."
  (check-range value 8)
  (with-octets (asm 1)
    (put (logand value 255))))

(defun emit-octets (asm vector)
  "Append the octets of VECTOR to ASM."
  (let ((count (length vector)))
    (when (> (+ (asm-position asm) count) (length (asm-octets asm)))
      (grow-octets asm count))
    (replace (asm-octets asm) vector :start1 (asm-position asm))
    (setf (asm-position asm) (+ (asm-position asm) count))
    nil))

(defun emit-field (asm value length)
  "Append VALUE, an integer or a fixup, as a little-endian field."
  (with-octets (asm length)
    (let ((number 0))
      (cond
        ((integerp value)
         (check-range value (* 8 length))
         (setq number value))
        (t
         (add-fixup asm value at (+ at length))))
      (dotimes (i length)
        (put (logand (ash number (* -8 i)) 255))))))

(defun emit-word (asm value)
  "Append 16 bits to ASM: VALUE is an integer or a fixup."
  (emit-field asm value 2))

(defun emit-dword (asm value)
  "Append 32 bits to ASM: VALUE is an integer or a fixup."
  (emit-field asm value 4))

(defun emit-qword (asm value)
  "Append 64 bits to ASM: VALUE is an integer or a fixup."
  (emit-field asm value 8))

(defun emit-difference (asm size label base-label)
  "Append LABEL minus BASE-LABEL to ASM as SIZE (8, 16, 32 or 64) bits."
  (emit-field asm
              (make-fixup (ecase size
                            (8 :abs8) (16 :abs16) (32 :abs32) (64 :abs64))
                          (%make-expression (list '- label base-label)))
              (floor size 8)))

(defun emit-align (asm boundary &optional fill)
  "Pad ASM to a multiple of BOUNDARY with nops, or with the octet FILL."
  (add-event asm :align boundary (or fill (if (eql (asm-mode asm) 16) #x90 nil))
             0)
  nil)

(defun emit-pad-to (asm offset &optional (fill 0))
  "Pad ASM with the octet FILL until its length is OFFSET.
FINALIZE-ASM signals ASSEMBLY-ERROR when it is longer already."
  (add-event asm :pad offset fill 0)
  nil)

;;; Expressions over labels. Their value is CONSTANT + COUNT * origin; only
;;; sums with a COUNT of 0 or 1 mean anything.

(defstruct (expression (:constructor %make-expression (tree)))
  "Arithmetic over labels, evaluated when their offsets are final."
  tree)

(defun expression-parts (tree)
  "The values CONSTANT and COUNT of an expression TREE."
  (cond
    ((integerp tree) (values tree 0))
    ((expression-p tree) (expression-parts (expression-tree tree)))
    ((label-p tree)
     (unless (label-offset tree)
       (assembly-error "this label is not bound" (label-name tree)))
     (values (label-offset tree) 1))
    (t (compound-parts (first tree) (rest tree)))))

(defun compound-parts (operator arguments)
  "The values CONSTANT and COUNT of OPERATOR applied to ARGUMENTS."
  (multiple-value-bind (sum count) (expression-parts (first arguments))
    (when (and (eq operator '-) (null (rest arguments)))
      (setq sum (- sum)
            count (- count)))
    (dolist (argument (rest arguments))
      (multiple-value-bind (value more) (expression-parts argument)
        (case operator
          ((+) (setq sum (+ sum value)
                     count (+ count more)))
          ((-) (setq sum (- sum value)
                     count (- count more)))
          (t
           (unless (and (eql count 0) (eql more 0))
             (assembly-error "only + and - apply to labels" operator))
           (setq sum
                 (ecase operator
                   ((*) (* sum value))
                   ((ash) (ash sum value))
                   ((logand) (logand sum value))
                   ((logior) (logior sum value))))))))
    (values sum count)))

(defun expression-address (tree origin)
  "The value of an expression TREE, given the ORIGIN of the code or nil."
  (multiple-value-bind (sum count) (expression-parts tree)
    (cond
      ((eql count 0) sum)
      ((not (eql count 1))
       (assembly-error "this expression is neither number nor address" tree))
      ((null origin)
       (assembly-error "the address needs the buffer's origin" tree))
      (t (+ sum origin)))))

;;; Layout.

(defun event-padding (event shift origin)
  "The number of octets an alignment or padding EVENT has at SHIFT."
  (let ((offset (+ (event-offset event) shift)))
    (if (eq (event-kind event) :align)
        (mod (- (+ offset (or origin 0))) (event-target event))
        (max 0 (- (event-target event) offset)))))

(defun compute-shifts (events shifts origin)
  "Fill SHIFTS from the lengths of EVENTS; pad alignments anew."
  (let ((shift 0)
        (index 0))
    (declare (type fixnum shift index))
    (loop
      (setf (svref shifts index) shift)
      (when (>= index (length events))
        (return))
      (let ((event (svref events index)))
        (unless (eq (event-kind event) :branch)
          (setf (event-length event) (event-padding event shift origin)))
        (setq shift (- (+ shift (the fixnum (event-length event)))
                       (the fixnum (event-draft-length event)))))
      (setq index (+ index 1)))))

(defun branch-distance (event shift shifts)
  "The distance of a short jump EVENT that stands at SHIFT."
  (let ((label (event-target event)))
    (declare (type fixnum shift))
    (unless (label-offset label)
      (assembly-error "this label is not bound" (label-name label)))
    (- (+ (the fixnum (label-offset label))
          (the fixnum (svref shifts (label-events label))))
       (+ (the fixnum (event-offset event)) shift 2))))

(defun lengthen-branches (events shifts)
  "Make those jumps long that do not reach; true when there were any."
  (let ((changed nil))
    (dotimes (index (length events) changed)
      (let ((event (svref events index)))
        (when (and (eq (event-kind event) :branch)
                   (eql (event-length event) 2)
                   (not (<= -128
                            (branch-distance event (svref shifts index) shifts)
                            127)))
          (setf (event-length event) (event-draft-length event))
          (setq changed t))))))

(defun layout-events (events origin)
  "Settle the length of all EVENTS; return the vector of shifts."
  (let ((shifts (make-array (+ 1 (length events)) :initial-element 0)))
    (dotimes (index (length events))
      (let ((event (svref events index)))
        (when (eq (event-kind event) :branch)
          (setf (event-length event) 2))))
    (loop
      (compute-shifts events shifts origin)
      (unless (lengthen-branches events shifts)
        (return shifts)))))

(defun fill-nops (octets start count)
  "Fill COUNT octets of OCTETS from START with long nops."
  (let ((nops '(() (#x90) (#x66 #x90) (#x0f #x1f #x00) (#x0f #x1f #x40 #x00)
                (#x0f #x1f #x44 #x00 #x00) (#x66 #x0f #x1f #x44 #x00 #x00)
                (#x0f #x1f #x80 #x00 #x00 #x00 #x00)
                (#x0f #x1f #x84 #x00 #x00 #x00 #x00 #x00))))
    (loop
      (when (<= count 0)
        (return))
      (let ((step (min count 8)))
        (replace octets (nth step nops) :start1 start)
        (setq start (+ start step)
              count (- count step))))))

(defun write-event (event octets start draft shift shifts)
  "Write the final form of EVENT into OCTETS at START."
  (let ((length (event-length event)))
    (cond
      ((not (eq (event-kind event) :branch))
       (if (event-octet event)
           (fill octets (event-octet event) :start start :end (+ start length))
           (fill-nops octets start length)))
      ((eql length 2)
       (setf (aref octets start) (event-octet event)
             (aref octets (+ start 1))
             (logand (branch-distance event shift shifts) 255)))
      (t
       ;; The distance field of a long jump is 2 octets in 16-bit mode.
       (let* ((offset (event-offset event))
              (field (if (or (= length 5) (= length 6)) 4 2))
              (distance (+ (branch-distance event shift shifts)
                           (- 2 length))))
         (replace octets draft :start1 start :start2 offset
                               :end2 (+ offset (- length field)))
         (write-field octets (+ start (- length field)) distance field))))))

(defun write-field (octets start value length)
  "Write VALUE as LENGTH little-endian octets at START of OCTETS."
  (dotimes (i length)
    (setf (aref octets (+ start i)) (logand (ash value (* -8 i)) 255))))

(defun write-draft (asm events shifts)
  "The final octets of ASM, fields of fixups still zero."
  (let* ((draft (asm-octets asm))
         (end (asm-position asm))
         (result (make-octets (+ end (svref shifts (length events)))))
         (from 0))
    (dotimes (index (length events))
      (let* ((event (svref events index))
             (offset (event-offset event))
             (shift (svref shifts index)))
        (when (and (eq (event-kind event) :pad)
                   (> (+ offset shift) (event-target event)))
          (assembly-error "the code is longer than the padding's end"
                          (event-target event)))
        ;; A shift holds from behind one event to the next one.
        (replace result draft :start1 (+ from shift)
                              :start2 from :end2 offset)
        (write-event event result (+ offset shift) draft shift shifts)
        (setq from (+ offset (event-draft-length event)))))
    (replace result draft :start1 (+ from (svref shifts (length events)))
                          :start2 from :end2 end)
    result))

(defun fixup-length (fixup)
  "The number of octets of the field of FIXUP."
  (ecase (fixup-kind fixup)
    ((:abs8 :rel8) 1)
    ((:abs16 :rel16) 2)
    ((:abs32 :abs32u :rel32) 4)
    ((:abs64) 8)))

(defun check-field (fixup value)
  "Signal ASSEMBLY-ERROR unless VALUE fits the field of FIXUP."
  (let* ((kind (fixup-kind fixup))
         (bits (* 8 (fixup-length fixup)))
         (high (ash 1 (- bits 1))))
    (unless (<= (- high)
                value
                (- (if (member kind '(:rel8 :rel32 :abs32)) high (* 2 high))
                   1))
      (assembly-error "the value does not fit its field"
                      (list kind value)))))

(defun relative-fixup-p (fixup)
  "Is the value of FIXUP a distance?"
  (member (fixup-kind fixup) '(:rel8 :rel16 :rel32)))

(defun resolve-fixup (fixup octets origin)
  "Write the value of FIXUP when it is known here; true when it was."
  (let* ((datum (fixup-datum fixup))
         (start (fixup-offset fixup))
         (end (+ start (fixup-end fixup)))
         (relative (relative-fixup-p fixup))
         (value nil))
    (cond
      ((and (label-p datum) relative)
       (setq value (- (expression-parts datum) end)))
      ((and (label-p datum) origin)
       (setq value (expression-address datum origin)))
      ((and (expression-p datum) relative)
       (multiple-value-bind (sum count) (expression-parts datum)
         (setq value (- sum end (if (eql count 0) (or origin 0) 0)))))
      ((expression-p datum)
       (setq value (expression-address datum origin))))
    (when value
      (setq value (+ value (fixup-addend fixup)))
      (check-field fixup value)
      (write-field octets start value (fixup-length fixup))
      t)))

(defun finalize-asm (asm)
  "Return the octets of ASM and the list of fixups left for the linker.
Shorten jumps, settle the offsets of labels and fixups, fill in what is known.
Signal ASSEMBLY-ERROR for unbound labels and values out of range."
  (let* ((events (coerce (reverse (asm-events asm)) 'simple-vector))
         (origin (asm-origin asm))
         (shifts (layout-events events origin))
         (octets (write-draft asm events shifts))
         (left '()))
    (dolist (label (asm-labels asm))
      (setf (label-offset label)
            (+ (label-offset label) (svref shifts (label-events label)))))
    (dolist (fixup (asm-fixups asm))
      (setf (fixup-offset fixup)
            (+ (fixup-offset fixup) (svref shifts (fixup-events fixup))))
      (unless (resolve-fixup fixup octets origin)
        (when (relative-fixup-p fixup)
          ;; The linker knows only the field: count from its end.
          (setf (fixup-addend fixup)
                (- (fixup-addend fixup)
                   (- (fixup-end fixup) (fixup-length fixup)))))
        (push fixup left)))
    (values octets left)))
