;;;; Test cases: every encoding of the table with many operands.

(in-package #:astralisp.asm.test)

;;; Nothing here depends on the engine that runs it. Case number N stands at
;;; address 16 N of one object file, which LLVM disassembles in one run.

(defstruct (test-case (:conc-name case-))
  mode address encoding operands octets)

(defvar *seed* 1)

(defun random-below (limit)
  "A number below LIMIT, the same on every engine."
  (setq *seed* (mod (+ (* *seed* 1103515245) 12345) 2147483648))
  (mod (ash *seed* -8) limit))

(defun choose (list)
  "A random element of LIST."
  (nth (random-below (length list)) list))

(defvar *displacements*
  '(0 1 8 127 -128 128 -129 4660 2147483647 -2147483648))

(defvar *short-displacements* '(0 1 127 -128 128 -129 32767 -32768))

(defun register-count (mode)
  (if (= mode 64) 16 8))

(defun random-register (type mode)
  "A register for the operand TYPE."
  (numbered-register-for type (random-below (register-count mode)) mode))

(defun numbered-register-for (type number mode)
  "The register NUMBER for the operand TYPE, or nil."
  (case type
    ((astralisp.asm::x astralisp.asm::y astralisp.asm::xm32
      astralisp.asm::xm64 astralisp.asm::xm128)
     (astralisp.asm::numbered-register :xmm 128 number))
    ((astralisp.asm::sreg)
     (astralisp.asm::numbered-register :segment 16 (mod number 6)))
    ;; Only these exist as control registers.
    ((astralisp.asm::cr)
     (astralisp.asm::numbered-register
      :control 64 (nth (mod number (if (= mode 64) 5 4)) '(0 2 3 4 8))))
    ((astralisp.asm::dr)
     (astralisp.asm::numbered-register :debug 64 (mod number 8)))
    (t
     (let ((size (astralisp.asm::register-type-size type)))
       (if (and (eql size 8) (/= mode 64) (> number 3))
           (astralisp.asm::numbered-register :high 8 number)
           (astralisp.asm::numbered-register :gpr size number))))))

(defun memory (type base index scale disp address-size)
  (astralisp.asm::make-mem
   :size (astralisp.asm::memory-type-size type)
   :base base :index index :scale scale :disp disp
   :address-size address-size))

(defun random-index ()
  "An index register in 64-bit mode."
  (choose '(0 1 2 3 5 6 7 8 9 10 11 12 13 14 15)))

(defun long-memories (type)
  "Memory operands of TYPE in 64-bit mode: every base, every special case."
  (let ((result '()))
    (dotimes (base 16)
      (push (memory type base nil 1 (choose *displacements*) 64) result)
      (push (memory type base (random-index) (choose '(1 2 4 8))
                    (choose *displacements*) 64)
            result))
    (dolist (base '(4 5 12 13))
      (dolist (disp '(0 5))
        (push (memory type base nil 1 disp 64) result)))
    (dolist (base '(5 13))
      (push (memory type base (random-index) 1 0 64) result))
    (dolist (scale '(2 4 8))
      (push (memory type nil (random-index) scale (choose *displacements*) 64)
            result))
    (push (memory type 16 nil 1 (choose *displacements*) 64) result)
    (push (memory type nil nil 1 (choose *displacements*) 64) result)
    (push (memory type 3 9 4 (choose *displacements*) 32) result)
    (push (with-segment (choose '(4 5)) (memory type 2 nil 1 16 64)) result)
    (push (with-segment 5 (memory type nil nil 1 (choose *displacements*) 64))
          result)
    result))

(defun with-segment (number operand)
  (setf (astralisp.asm::mem-segment operand)
        (astralisp.asm::numbered-register :segment 16 number))
  operand)

(defun short-memories (type mode)
  "Memory operands of TYPE in 16-bit or 32-bit MODE."
  (let ((result '()))
    (dotimes (base 8)
      (push (memory type base nil 1 (choose *displacements*) 32) result)
      (push (memory type base (choose '(0 1 2 3 5 6 7)) (choose '(1 2 4 8))
                    (choose *displacements*) 32)
            result))
    (dolist (registers '((3 6) (3 7) (5 6) (5 7) (6 nil) (7 nil) (5 nil)
                         (3 nil)))
      (push (memory type (first registers) (second registers) 1
                    (choose *short-displacements*) 16)
            result)
      (push (memory type (first registers) (second registers) 1 0 16) result))
    (push (memory type nil 3 8 (choose *displacements*) 32) result)
    (push (memory type nil nil 1 (choose '(0 1 4660 65535)) mode) result)
    (push (with-segment 0 (memory type 7 nil 1 0 16)) result)
    result))

(defun immediates (type size)
  "Values for the immediate TYPE at operand SIZE, its limits among them."
  (ecase type
    ((astralisp.asm::ib) (list 0 1 127 -128 -1 (random-below 128)))
    ((astralisp.asm::ibs) (list 0 1 127 -128 -1 (random-below 128)))
    ((astralisp.asm::iub) (list 0 2 3 8 127 255 (random-below 256)))
    ((astralisp.asm::iw) (list 0 128 -129 32767 -32768 65535
                               (random-below 65536)))
    ((astralisp.asm::id) (list 0 128 -129 2147483647 -2147483648 4294967295
                               (random-below 65536)))
    ((astralisp.asm::ids) (list 0 128 -129 2147483647 -2147483648
                                (random-below 65536)))
    ((astralisp.asm::iq) (list 0 4294967296 -2147483649
                               9223372036854775807 -9223372036854775808
                               18446744073709551615))
    ((astralisp.asm::rel8) (list :distance 0 127 -128 (random-below 128)))
    ((astralisp.asm::rel16) (list :distance 0 128 -129 300))
    ((astralisp.asm::rel32)
     (list* :distance 0 128 -129 100000
            (if (eql size 64) '(2147483647) '())))))

(defun jump-length (type)
  "The octets of the field of a jump operand TYPE."
  (ecase type
    ((astralisp.asm::rel8) 1)
    ((astralisp.asm::rel16) 2)
    ((astralisp.asm::rel32) 4)))

(defun fixed-operand (type)
  (if (eq type 'astralisp.asm::one)
      1
      (astralisp.asm::named-register
       (astralisp.asm::fixed-register-name type))))

(defun all-registers (type mode)
  (let ((result '()))
    (dotimes (number (register-count mode))
      (push (numbered-register-for type number mode) result))
    (when (and (= mode 64)
               (member type '(astralisp.asm::r8 astralisp.asm::rm8)))
      (dotimes (i 4)
        (push (astralisp.asm::numbered-register :high 8 (+ 4 i)) result)))
    result))

(defun operand-values (type e mode)
  "Every value to try for the operand TYPE of the encoding E."
  (let ((role (astralisp.asm::operand-role
               type (astralisp.asm::encoding-plus-p e))))
    (case role
      ((astralisp.asm::reg astralisp.asm::opcode) (all-registers type mode))
      ((astralisp.asm::fixed) (list (fixed-operand type)))
      ((astralisp.asm::rm)
       (append
        (if (or (astralisp.asm::register-type-size type)
                (member type '(astralisp.asm::y astralisp.asm::xm32
                               astralisp.asm::xm64 astralisp.asm::xm128)))
            (all-registers type mode)
            '())
        (if (member type '(astralisp.asm::y astralisp.asm::g16
                           astralisp.asm::g32 astralisp.asm::g64))
            '()
            (if (= mode 64)
                (long-memories type)
                (short-memories type mode)))))
      (t (immediate-values type e mode)))))

(defun immediate-values (type e mode)
  "Every value to try for the immediate operand TYPE of E."
  (case type
    ((astralisp.asm::ptr16)
     (list (astralisp.asm::make-far 8 4660) (astralisp.asm::make-far 0 0)
           (astralisp.asm::make-far 65535 65535)))
    ((astralisp.asm::ptr32)
     (list (astralisp.asm::make-far 8 305419896)
           (astralisp.asm::make-far 65535 4294967295)))
    ((astralisp.asm::moffs8 astralisp.asm::moffs16 astralisp.asm::moffs32
      astralisp.asm::moffs64)
     (mapcar (lambda (disp) (memory type nil nil 1 disp mode))
             (ecase mode
               (16 '(0 4660 65535))
               (32 '(0 4660 2147483647))
               (64 '(0 4660 81985529216486895)))))
    (t (immediates type (astralisp.asm::encoding-size e)))))

(defun distance-target (type e mode address distance)
  "The address that DISTANCE reaches from a jump E at ADDRESS."
  (let ((length (+ (if (> (astralisp.asm::encoding-opcode e) 255) 2 1)
                   (jump-length type)
                   (if (logtest (astralisp.asm::encoding-flags e mode) #x1100)
                       1
                       0))))
    (+ address length distance)))

(defun encode-case (e operands mode address)
  "The octets of E with OPERANDS at ADDRESS, or nil when they exclude."
  (handler-case
      (let ((asm (make-asm :mode mode :origin address)))
        (astralisp.asm::emit-encoding asm e operands)
        (values (finalize-asm asm)))
    (assembly-error (condition)
      ;; The one exclusion that random registers may hit.
      (unless (search "ah, bh" (assembly-error-message condition))
        (error condition))
      nil)))

(defun operand-rows (e mode address-of)
  "Lists of operands for E: each value of each operand occurs at least once."
  (let* ((types (astralisp.asm::encoding-operands e))
         (columns (mapcar (lambda (type) (operand-values type e mode)) types))
         (count (reduce #'max (mapcar #'length columns) :initial-value 1))
         (rows '()))
    (dotimes (i count (reverse rows))
      (push (mapcar
             (lambda (type column)
               (if (eq (first column) :distance)
                   (distance-target
                    type e mode (funcall address-of i)
                    (nth (mod i (length (rest column))) (rest column)))
                   ;; Shift columns against each other, so that equal numbers
                   ;; of registers do not always meet.
                   (nth (mod (+ i (* i (floor i (length column))))
                             (length column))
                        column)))
             types columns)
            rows))))

(defun usable-p (e operands)
  "XCHG in its short form has no encoding for the accumulator itself."
  (not (and (astralisp.asm::encoding-plus-p e)
            (= (astralisp.asm::encoding-opcode e) #x90)
            (= (astralisp.asm::reg-number (first operands)) 0)
            (= (astralisp.asm::reg-number (second operands)) 0))))

(defun encoding-cases (e mode start)
  "The cases of E in MODE; the first stands at address 16 START."
  (let ((cases '())
        (index start))
    (dolist (operands (operand-rows e mode
                                    (lambda (i) (* 16 (+ start i))))
                      (reverse cases))
      (let* ((address (* 16 index))
             (octets (and (usable-p e operands)
                          (not (and (eq (first (astralisp.asm::encoding-operands
                                                e))
                                        'astralisp.asm::sreg)
                                    (eql (astralisp.asm::reg-number
                                          (first operands))
                                         1)))
                          (encode-case e operands mode address))))
        ;; A row without a case keeps its place, so that addresses stay put.
        (push (make-test-case :mode mode :address address :encoding e
                         :operands operands :octets octets)
              cases)
        (setq index (+ index 1))))))

(defun generate-cases (mode)
  "A list of cases for every encoding that exists in MODE."
  (setq *seed* 1)
  (let ((result '())
        (index 0))
    (dolist (e (astralisp.asm::all-encodings) (reverse result))
      (when (astralisp.asm::encoding-in-mode-p e mode)
        (let ((covered nil))
          (dolist (item (encoding-cases e mode index))
            (when (case-octets item)
              (setq covered t))
            (push item result)
            (setq index (+ index 1)))
          (unless covered
            (error "no case covers ~a ~a"
                   (astralisp.asm::encoding-mnemonic e)
                   (astralisp.asm::encoding-operands e))))))))

(defun case-lines (cases)
  "Lines of assembler text: one .byte directive of 16 octets for each case."
  (mapcar (lambda (item)
            (let ((octets (coerce (case-octets item) 'list)))
              (concatenate
               'string ".byte "
               (astralisp.asm::join-strings
                (mapcar #'astralisp.asm::decimal
                        (append octets
                                (make-list (- 16 (length octets))
                                           :initial-element #x90)))
                ","))))
          cases))
