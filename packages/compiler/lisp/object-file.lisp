;;;; Writing object files: compiled units and their literal data as octets.

(in-package #:astralisp.compiler)

;;; An object file is a list of operations, executed in order by the world
;;; linker or by the loader of a running system. Most make a value and append
;;; it to a table; later operations name earlier values by table index. Index
;;; 0 is NIL and 1 is T. Integers are LEB128 varints.
;;;
;;; A literal that contains itself is made with holes first; the patch
;;; operations at the end of each literal fill them.

(defconstant +object-magic+ "ASTRAOBJ1")

(defconstant +op-end+ 0 "End of the file.")
(defconstant +op-integer+ 1 "sign, count, magnitude octets")
(defconstant +op-ratio+ 2 "numerator, denominator")
(defconstant +op-double+ 3 "8 octets of bits")
(defconstant +op-single+ 4 "4 octets of bits")
(defconstant +op-complex+ 5 "real, imaginary")
(defconstant +op-character+ 6 "code")
(defconstant +op-string+ 7 "text")
(defconstant +op-package+ 8 "text; appends to the table of packages")
(defconstant +op-symbol+ 9 "package number, text")
(defconstant +op-uninterned+ 10 "text")
(defconstant +op-cons+ 11 "car, cdr")
(defconstant +op-vector+ 12 "count, elements")
(defconstant +op-raw-vector+ 13 "type code, length, count, octets")
(defconstant +op-array+ 14 "rank, dimensions, data, fill pointer + 1, flags")
(defconstant +op-instance+ 15 "layout name, count, slots")
(defconstant +op-made+ 16 "function: the value that it returns")
(defconstant +op-code+ 18 "see WRITE-UNIT")
(defconstant +op-function+ 19 "code, entry number")
(defconstant +op-define+ 32 "name, function")
(defconstant +op-run+ 33 "function")
(defconstant +op-set-car+ 34 "cons, value")
(defconstant +op-set-cdr+ 35 "cons, value")
(defconstant +op-set-element+ 36 "vector, index, value")
(defconstant +op-set-slot+ 37 "instance, index, value")

(defstruct (object-writer (:constructor %make-object-writer (source)))
  "Collects the octets of the object file for SOURCE (a name). DATA maps literal
objects, PACKAGES package names, UNITS code units to table indices."
  source
  (octets (make-array 4096 :element-type '(unsigned-byte 8)))
  (fill 0)
  (next 2)
  (data (make-hash-table :test 'eql))
  (packages '())
  (units '())
  (patches '()))

(defun make-object-writer (source)
  "Return a sink for compiled units; SOURCE names the file they come from."
  (let ((writer (%make-object-writer source)))
    (dotimes (i (length +object-magic+) writer)
      (put-octet writer (char-code (char +object-magic+ i))))))

(defun object-writer-result (writer)
  "Close the object file of WRITER and return its octets."
  (put-octet writer +op-end+)
  (subseq (object-writer-octets writer) 0 (object-writer-fill writer)))

;;; Octets

(defun put-octet (writer octet)
  (let ((octets (object-writer-octets writer))
        (fill (object-writer-fill writer)))
    (when (= fill (length octets))
      (let ((larger (make-octets (* 2 fill))))
        (replace larger octets)
        (setf (object-writer-octets writer) larger
              octets larger)))
    (setf (aref octets fill) octet
          (object-writer-fill writer) (1+ fill))))

(defun put-integer (writer value)
  (loop
    (when (< value 128)
      (return (put-octet writer value)))
    (put-octet writer (logior 128 (logand value 127)))
    (setf value (ash value -7))))

(defun put-signed (writer value)
  (put-integer writer (if (minusp value) (1- (* -2 value)) (* 2 value))))

(defun put-octets (writer octets)
  (put-integer writer (length octets))
  (dotimes (i (length octets))
    (put-octet writer (aref octets i))))

(defun put-text (writer string)
  (put-integer writer (length string))
  (dotimes (i (length string))
    (put-integer writer (char-code (char string i)))))

(defun put-little-endian (writer value count)
  (dotimes (i count)
    (put-octet writer (logand (ash value (* -8 i)) 255))))

(defun next-index (writer)
  (prog1 (object-writer-next writer)
    (incf (object-writer-next writer))))

;;; Literal data

(defun write-datum (writer datum)
  "Write DATUM, unless it has been written, and return its table index."
  (let ((index (write-part writer datum)))
    (dolist (patch (reverse (object-writer-patches writer)))
      (write-patch writer patch))
    (setf (object-writer-patches writer) '())
    index))

(defun write-patch (writer patch)
  (destructuring-bind (op holder position value) patch
    (put-octet writer op)
    (put-integer writer (gethash holder (object-writer-data writer)))
    (when position
      (put-integer writer position))
    (put-integer writer (gethash value (object-writer-data writer)))))

(defun write-part (writer datum)
  "Write DATUM, return its index, or :BUSY when its writing is under way."
  (cond ((null datum) 0)
        ((eq datum t) 1)
        ((gethash datum (object-writer-data writer)))
        ((consp datum) (write-conses writer datum))
        ((symbolp datum) (write-symbol writer datum))
        ((numberp datum) (write-number writer datum))
        ((characterp datum)
         (new-datum writer datum +op-character+)
         (put-integer writer (char-code datum))
         (gethash datum (object-writer-data writer)))
        ((arrayp datum) (write-array writer datum))
        (t (write-instance writer datum))))

(defun new-datum (writer datum op)
  "Give DATUM the next index and start operation OP. Return the index."
  (put-octet writer op)
  (setf (gethash datum (object-writer-data writer)) (next-index writer)))

(defun part-or-hole (writer op holder position value)
  "Write VALUE and return its index; if its writing is under way, NIL's, and
note that operation OP must put it into POSITION of HOLDER later."
  (let ((index (write-part writer value)))
    (cond ((eq index :busy)
           (push (list op holder position value)
                 (object-writer-patches writer))
           0)
          (t index))))

(defun write-conses (writer list)
  "Write the conses of LIST from its end to its beginning."
  (let ((data (object-writer-data writer))
        (spine '())
        (tail list))
    (loop
      (when (or (not (consp tail)) (gethash tail data))
        (return))
      (push tail spine)
      (setf (gethash tail data) :busy)
      (setf tail (cdr tail)))
    (let ((index (part-or-hole writer +op-set-cdr+ (first spine) nil tail))
          (cars '()))
      (dolist (cell (reverse spine))
        (push (part-or-hole writer +op-set-car+ cell nil (car cell)) cars))
      (dolist (cell spine index)
        (put-octet writer +op-cons+)
        (put-integer writer (pop cars))
        (put-integer writer index)
        (setf index (next-index writer)
              (gethash cell data) index)))))

(defun write-symbol (writer symbol)
  (let* ((package (symbol-package symbol))
         (number (and package
                      (package-number writer (package-name package)))))
    (cond (package
           (new-datum writer symbol +op-symbol+)
           (put-integer writer number))
          (t (new-datum writer symbol +op-uninterned+)))
    (put-text writer (symbol-name symbol))
    (gethash symbol (object-writer-data writer))))

(defun package-number (writer name)
  (let ((known (assoc name (object-writer-packages writer) :test #'string=)))
    (cond (known (cdr known))
          (t (put-octet writer +op-package+)
             (put-text writer name)
             (let ((number (length (object-writer-packages writer))))
               (push (cons name number) (object-writer-packages writer))
               number)))))

(defun write-number (writer number)
  (cond ((integerp number)
         (new-datum writer number +op-integer+)
         (put-octet writer (if (minusp number) 1 0))
         (let* ((magnitude (abs number))
                (count (ceiling (integer-length magnitude) 8)))
           (put-integer writer count)
           (put-little-endian writer magnitude count)))
        ((typep number 'ratio)
         (write-pair writer number +op-ratio+
                     (numerator number) (denominator number)))
        ((typep number 'complex)
         (write-pair writer number +op-complex+
                     (realpart number) (imagpart number)))
        ((typep number 'double-float)
         (new-datum writer number +op-double+)
         (put-little-endian writer (%double-bits number) 8))
        (t
         (new-datum writer number +op-single+)
         (put-little-endian writer (%single-bits number) 4)))
  (gethash number (object-writer-data writer)))

(defun write-pair (writer datum op first second)
  (let ((first (write-part writer first))
        (second (write-part writer second)))
    (new-datum writer datum op)
    (put-integer writer first)
    (put-integer writer second)))

;;; Arrays and instances

(defun write-array (writer array)
  (cond ((typep array 'simple-vector) (write-vector writer array))
        ((typep array 'simple-string)
         (new-datum writer array +op-string+)
         (put-text writer array))
        ((typep array '(simple-array * (*))) (write-raw-vector writer array))
        (t (write-array-header writer array)))
  (gethash array (object-writer-data writer)))

(defun write-vector (writer vector)
  (let ((indices '()))
    (setf (gethash vector (object-writer-data writer)) :busy)
    (dotimes (i (length vector))
      (push (part-or-hole writer +op-set-element+ vector i (svref vector i))
            indices))
    (new-datum writer vector +op-vector+)
    (put-integer writer (length vector))
    (dolist (index (reverse indices))
      (put-integer writer index))))

(defun write-raw-vector (writer vector)
  (let* ((code (vector-type-code vector))
         (bits (vector-element-bits code))
         (length (length vector)))
    (new-datum writer vector +op-raw-vector+)
    (put-integer writer code)
    (put-integer writer length)
    (put-octets writer (raw-vector-octets vector code bits))))

(defun vector-type-code (vector)
  "Return the type code (object layout) of the specialised simple VECTOR."
  (let ((type (array-element-type vector)))
    (cond ((eq type 'bit) +bit-vector-code+)
          ((eq type 'double-float) +double-vector-code+)
          ((eq type 'single-float) +single-vector-code+)
          ((equal type '(unsigned-byte 1)) +bit-vector-code+)
          (t
           (let ((code (assoc type
                              '(((unsigned-byte 8) . #x22)
                                ((unsigned-byte 16) . #x23)
                                ((unsigned-byte 32) . #x24)
                                ((unsigned-byte 64) . #x25)
                                ((signed-byte 8) . #x26)
                                ((signed-byte 16) . #x27)
                                ((signed-byte 32) . #x28)
                                ((signed-byte 64) . #x29))
                              :test #'equal)))
             (if code
                 (cdr code)
                 (error "no literal vectors of element type ~S" type)))))))

(defun vector-element-bits (code)
  "Return how many bits an element of a vector with type CODE takes."
  (case code
    (#x21 1)
    ((#x22 #x26) 8)
    ((#x23 #x27) 16)
    ((#x24 #x28 #x2a #x2c) 32)
    (t 64)))

(defun raw-vector-octets (vector code bits)
  "Return the memory of the elements of VECTOR as octets."
  (let* ((length (length vector))
         (octets (make-octets (ceiling (* bits length) 8))))
    (dotimes (i length octets)
      (if (= bits 1)
          (let ((at (floor i 8)))
            (setf (aref octets at)
                  (logior (aref octets at)
                          (ash (aref vector i) (mod i 8)))))
          (let ((value (element-bits (aref vector i) code))
                (width (floor bits 8)))
            (dotimes (k width)
              (setf (aref octets (+ (* i width) k))
                    (logand (ash value (* -8 k)) 255))))))))

(defun element-bits (element code)
  (case code
    (#x2a (%single-bits element))
    (#x2b (%double-bits element))
    (t element)))

(defun write-array-header (writer array)
  (let* ((total (array-total-size array))
         (type (array-element-type array))
         (data (make-array total :element-type type))
         (flags (if (adjustable-array-p array) 1 0)))
    (dotimes (i total)
      (setf (aref data i) (row-major-aref array i)))
    (let ((data (write-part writer data)))
      (new-datum writer array +op-array+)
      (put-integer writer (array-rank array))
      (dolist (dimension (array-dimensions array))
        (put-integer writer dimension))
      (put-integer writer data)
      (put-integer writer (if (array-has-fill-pointer-p array)
                              (1+ (fill-pointer array))
                              0))
      (put-integer writer flags))))

(defun write-instance (writer instance)
  (unless (%instancep instance)
    (error "~S cannot be a literal in a file that is compiled" instance))
  (setf (gethash instance (object-writer-data writer)) :busy)
  (multiple-value-bind (creation initialisation) (load-forms-of instance)
    (if creation
        (write-made-instance writer instance creation initialisation)
        (write-instance-slots writer instance)))
  (gethash instance (object-writer-data writer)))

(defun write-instance-slots (writer instance)
  (let* ((layout (%instance-layout instance))
         (name (write-part writer
                           (%instance-ref layout +layout-name-index+)))
         (count (%instance-length instance))
         (indices '()))
    (dotimes (i count)
      (push (part-or-hole writer +op-set-slot+ instance i
                          (%instance-ref instance i))
            indices))
    (new-datum writer instance +op-instance+)
    (put-integer writer name)
    (put-integer writer count)
    (dolist (index (reverse indices))
      (put-integer writer index))))

(defun write-made-instance (writer instance creation initialisation)
  "Write INSTANCE as what the form CREATION makes and INITIALISATION fills."
  (let ((function (write-form writer creation)))
    (new-datum writer instance +op-made+)
    (put-integer writer function)
    (when initialisation
      (let ((function (write-form writer initialisation)))
        (put-octet writer +op-run+)
        (put-integer writer function)))))

(defun write-form (writer form)
  "Write the function without arguments that evaluates FORM; return its index."
  (write-function writer (compile-lambda (list 'lambda '() form) :load-form) 0))

(defun load-forms-of (instance)
  "Forms that make and fill an object like INSTANCE when a file is loaded, or NIL
when its slots are to be copied (CLHS 3.2.4.2.2)."
  (cond ((packagep instance)
         (list 'live-package (package-name instance)))
        ((hash-table-p instance)
         (values (list 'make-hash-table
                       :test (list 'quote (hash-table-test instance))
                       :size (hash-table-count instance))
                 (let ((entries '()))
                   (maphash (lambda (key value)
                              (push (cons key value) entries))
                            instance)
                   (list 'fill-hash-table (list 'quote instance)
                         (list 'quote (nreverse entries))))))
        (t (funcall (runtime-name "LITERAL-LOAD-FORMS") instance))))

;;; Units

(defun sink-define (writer name unit entry)
  "Write the definition of the global function NAME: entry number ENTRY of UNIT."
  (let ((name (write-datum writer name))
        (function (write-function writer unit entry)))
    (put-octet writer +op-define+)
    (put-integer writer name)
    (put-integer writer function)))

(defun sink-run (writer unit entry)
  "Write a call, without arguments, of entry number ENTRY of UNIT."
  (let ((function (write-function writer unit entry)))
    (put-octet writer +op-run+)
    (put-integer writer function)))

(defun write-function (writer unit entry)
  (let ((code (or (cdr (assoc unit (object-writer-units writer)))
                  (write-unit writer unit))))
    (put-octet writer +op-function+)
    (put-integer writer code)
    (put-integer writer entry)
    (next-index writer)))

(defun fixup-kinds ()
  "Return the kinds of fixups; the position of one is its number in a file."
  '(:cell :trampoline :static :tls :code))

(defun fixup-fields ()
  "Return the kinds of fields; the position of one is its number in a file."
  '(:abs32 :rel32 :abs64))

(defun function-records (unit)
  "Return the debug records of the functions of UNIT as vectors in a vector."
  (let ((records '()))
    (dolist (f (code-unit-functions unit))
      (push (vector (code-function-name f) (code-function-start f)
                    (code-function-end f) (code-function-entry f)
                    (code-function-lambda-list f)
                    (code-function-frame-slots f)
                    (code-function-variables f))
            records))
    (coerce (nreverse records) 'simple-vector)))

(defun unit-debug-information (writer unit)
  "Return the functions, source, calls, trampolines, effects and uses of UNIT as
literal data."
  (list (function-records unit)
        (object-writer-source writer)
        (code-unit-calls unit)
        (code-unit-trampolines unit)
        (code-unit-effects unit)
        (code-unit-uses unit)))

(defun write-unit (writer unit)
  "Write UNIT: name, debug data, constants, entries, fixups, maps and octets.
All but the last two are data of the table."
  (let ((name (write-datum writer (code-unit-name unit)))
        (debug (write-datum writer (unit-debug-information writer unit)))
        (constants (write-unit-constants writer unit))
        (entries (write-unit-entries writer unit))
        (fixups (write-unit-fixups writer unit)))
    (put-octet writer +op-code+)
    (put-integer writer name)
    (put-integer writer debug)
    (dolist (numbers (list constants entries fixups))
      (put-integer writer (length numbers))
      (dolist (row numbers)
        (dolist (number row)
          (put-signed writer number))))
    (put-octets writer (code-unit-maps unit))
    (put-octets writer (code-unit-octets unit))
    (let ((index (next-index writer)))
      (push (cons unit index) (object-writer-units writer))
      index)))

(defun write-unit-constants (writer unit)
  "Return rows (kind number, table index or entry number)."
  (let ((rows '()))
    (dolist (constant (code-unit-constants unit) (reverse rows))
      (let ((kind (position (car constant) (code-constant-kinds))))
        (push (list kind
                    (if (eq (car constant) :function)
                        (cdr constant)
                        (write-datum writer (cdr constant))))
              rows)))))

(defun write-unit-entries (writer unit)
  "Return rows (offset, index of the name)."
  (let ((rows '()))
    (dolist (entry (code-unit-entries unit) (reverse rows))
      (push (list (code-entry-offset entry)
                  (write-datum writer (code-entry-name entry)))
            rows))))

(defun write-unit-fixups (writer unit)
  "Return rows (kind, field, offset, index of the target, addend)."
  (let ((rows '()))
    (dolist (fixup (code-unit-fixups unit) (reverse rows))
      (push (list (position (code-fixup-kind fixup) (fixup-kinds))
                  (position (code-fixup-field fixup) (fixup-fields))
                  (code-fixup-offset fixup)
                  (write-datum writer (code-fixup-target fixup))
                  (code-fixup-addend fixup))
            rows))))
