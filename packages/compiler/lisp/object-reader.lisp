;;;; Reading object files: decodes operations and hands them to a builder.

(in-package #:astralisp.compiler)

;;; The world linker and the loader of a running system differ only in what a
;;; value is (a word of an image, an object of the heap): each is a BUILDER.

(defstruct builder
  "What to do for each operation of an object file. Every function but the
last three returns the value that goes into the table."
  integer       ; (value)
  ratio         ; (numerator denominator)
  double        ; (bits)
  single        ; (bits)
  complex       ; (real imaginary)
  character     ; (code)
  string        ; (host string)
  symbol        ; (package name, name), host strings; package nil: uninterned
  cons          ; (car cdr)
  vector        ; (list of values)
  raw-vector    ; (type code, length, octets)
  array         ; (dimensions, data, fill pointer or nil, flags)
  instance      ; (layout name, list of slots)
  code          ; (LOADED-UNIT)
  function      ; (code, entry number)
  make          ; (function): what it returns
  define        ; (name function)
  run           ; (function)
  patch         ; (kind holder position value), kind :car :cdr :element :slot
  nil-value t-value)

(defstruct loaded-unit
  "A unit as read: NAME and DEBUG values; CONSTANTS rows (kind value), ENTRIES
rows (offset name), FIXUPS rows (kind field offset target addend) whose values
are of the builder; MAPS and OCTETS octet vectors."
  name debug constants entries fixups maps octets)

(define-condition object-file-error (error)
  ((reason :initarg :reason :reader object-file-error-reason)
   (position :initarg :position :reader object-file-error-position))
  (:report (lambda (condition stream)
             (format stream "damaged object file at octet ~D: ~A"
                     (object-file-error-position condition)
                     (object-file-error-reason condition)))))

(defstruct (object-reader (:constructor %make-object-reader (octets builder)))
  octets builder (position 0) (packages '())
  (table (make-array 256)) (fill 0))

(defun damaged-object (reader reason)
  (error 'object-file-error :reason reason
                            :position (object-reader-position reader)))

(defun get-octet (reader)
  (let ((position (object-reader-position reader))
        (octets (object-reader-octets reader)))
    (when (>= position (length octets))
      (damaged-object reader "it ends in the middle of an operation"))
    (setf (object-reader-position reader) (1+ position))
    (aref octets position)))

(defun get-integer (reader)
  (let ((value 0)
        (shift 0))
    (loop
      (let ((octet (get-octet reader)))
        (setf value (logior value (ash (logand octet 127) shift))
              shift (+ shift 7))
        (when (< octet 128)
          (return value))))))

(defun get-signed (reader)
  (let ((value (get-integer reader)))
    (if (oddp value)
        (- (ash (1+ value) -1))
        (ash value -1))))

(defun get-octets (reader)
  (let* ((length (get-integer reader))
         (start (object-reader-position reader))
         (end (+ start length)))
    (when (> end (length (object-reader-octets reader)))
      (damaged-object reader "it is truncated"))
    (setf (object-reader-position reader) end)
    (subseq (object-reader-octets reader) start end)))

(defun get-text (reader)
  (let* ((length (get-integer reader))
         (string (make-string length)))
    (dotimes (i length string)
      (setf (char string i) (code-char (get-integer reader))))))

(defun get-little-endian (reader count)
  (let ((value 0))
    (dotimes (i count value)
      (setf value (+ value (ash (get-octet reader) (* 8 i)))))))

(defun get-value (reader)
  (table-value reader (get-integer reader)))

(defun get-values (reader)
  (let ((values '()))
    (dotimes (i (get-integer reader) (nreverse values))
      (push (get-value reader) values))))

(defun table-value (reader index)
  (unless (< index (object-reader-fill reader))
    (damaged-object reader "a value is used before it is made"))
  (svref (object-reader-table reader) index))

(defun add-value (reader value)
  (let ((table (object-reader-table reader))
        (fill (object-reader-fill reader)))
    (when (= fill (length table))
      (let ((larger (make-array (* 2 fill))))
        (replace larger table)
        (setf (object-reader-table reader) larger
              table larger)))
    (setf (svref table fill) value
          (object-reader-fill reader) (1+ fill))))

(defun read-object-file (octets builder)
  "Execute the operations of the object file OCTETS with BUILDER.
Signal OBJECT-FILE-ERROR when the octets are not a whole object file."
  (let ((reader (%make-object-reader octets builder)))
    (check-object-magic reader)
    (add-value reader (builder-nil-value builder))
    (add-value reader (builder-t-value builder))
    (loop
      (let ((op (get-octet reader)))
        (when (= op +op-end+)
          (return))
        (execute-operation reader builder op)))))

(defun check-object-magic (reader)
  (dotimes (i (length +object-magic+))
    (unless (= (get-octet reader) (char-code (char +object-magic+ i)))
      (damaged-object reader "it does not start like an object file"))))

(defun execute-operation (reader builder op)
  (cond ((= op +op-package+)
         (push (get-text reader) (object-reader-packages reader)))
        ((< op +op-define+)
         (add-value reader (if (< op +op-cons+)
                               (read-atom reader builder op)
                               (read-aggregate reader builder op))))
        (t (execute-action reader builder op))))

(defun read-atom (reader builder op)
  (case op
    (#.+op-integer+
     (let* ((sign (get-octet reader))
            (value (get-little-endian reader (get-integer reader))))
       (funcall (builder-integer builder) (if (= sign 1) (- value) value))))
    (#.+op-ratio+
     (let ((numerator (get-value reader)))
       (funcall (builder-ratio builder) numerator (get-value reader))))
    (#.+op-double+
     (funcall (builder-double builder) (get-little-endian reader 8)))
    (#.+op-single+
     (funcall (builder-single builder) (get-little-endian reader 4)))
    (#.+op-complex+
     (let ((real (get-value reader)))
       (funcall (builder-complex builder) real (get-value reader))))
    (#.+op-character+
     (funcall (builder-character builder) (get-integer reader)))
    (#.+op-string+ (funcall (builder-string builder) (get-text reader)))
    (#.+op-symbol+
     (let* ((packages (object-reader-packages reader))
            (number (- (length packages) 1 (get-integer reader))))
       (funcall (builder-symbol builder)
                (nth number packages) (get-text reader))))
    (#.+op-uninterned+
     (funcall (builder-symbol builder) nil (get-text reader)))
    (t (damaged-object reader "an operation is unknown"))))

(defun read-aggregate (reader builder op)
  (case op
    (#.+op-cons+
     (let ((car (get-value reader)))
       (funcall (builder-cons builder) car (get-value reader))))
    (#.+op-vector+ (funcall (builder-vector builder) (get-values reader)))
    (#.+op-raw-vector+
     (let* ((code (get-integer reader))
            (length (get-integer reader)))
       (funcall (builder-raw-vector builder)
                code length (get-octets reader))))
    (#.+op-array+ (read-array reader builder))
    (#.+op-instance+
     (let ((name (get-value reader)))
       (funcall (builder-instance builder) name (get-values reader))))
    (#.+op-made+ (funcall (builder-make builder) (get-value reader)))
    (#.+op-code+
     (funcall (builder-code builder) (read-unit reader)))
    (#.+op-function+
     (let ((code (get-value reader)))
       (funcall (builder-function builder) code (get-integer reader))))
    (t (damaged-object reader "an operation is unknown"))))

(defun read-array (reader builder)
  (let ((dimensions '()))
    (dotimes (i (get-integer reader))
      (push (get-integer reader) dimensions))
    (let* ((data (get-value reader))
           (fill (get-integer reader))
           (flags (get-integer reader)))
      (funcall (builder-array builder) (nreverse dimensions) data
               (if (zerop fill) nil (1- fill))
               flags))))

(defun read-rows (reader width)
  (let ((rows '()))
    (dotimes (i (get-integer reader) (nreverse rows))
      (let ((row '()))
        (dotimes (k width)
          (push (get-signed reader) row))
        (push (nreverse row) rows)))))

(defun read-unit (reader)
  (let* ((name (get-value reader))
         (debug (get-value reader))
         (constants (read-rows reader 2))
         (entries (read-rows reader 2))
         (fixups (read-rows reader 5))
         (maps (get-octets reader)))
    (dolist (row constants)
      (setf (first row) (nth (first row) (code-constant-kinds)))
      (unless (eq (first row) :function)
        (setf (second row) (table-value reader (second row)))))
    (dolist (row entries)
      (setf (second row) (table-value reader (second row))))
    (dolist (row fixups)
      (setf (first row) (nth (first row) (fixup-kinds))
            (second row) (nth (second row) (fixup-fields))
            (fourth row) (table-value reader (fourth row))))
    (make-loaded-unit :name name :debug debug :constants constants
                      :entries entries :fixups fixups :maps maps
                      :octets (get-octets reader))))

(defun execute-action (reader builder op)
  (case op
    (#.+op-define+
     (let ((name (get-value reader)))
       (funcall (builder-define builder) name (get-value reader))))
    (#.+op-run+ (funcall (builder-run builder) (get-value reader)))
    (#.+op-set-car+ (read-patch reader builder :car))
    (#.+op-set-cdr+ (read-patch reader builder :cdr))
    (#.+op-set-element+ (read-patch reader builder :element))
    (#.+op-set-slot+ (read-patch reader builder :slot))
    (t (damaged-object reader "an operation is unknown"))))

(defun read-patch (reader builder kind)
  (let* ((holder (get-value reader))
         (position (if (member kind '(:element :slot))
                       (get-integer reader)
                       nil)))
    (funcall (builder-patch builder) kind holder position
             (get-value reader))))
