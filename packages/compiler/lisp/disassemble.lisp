;;;; Code listings: labels, names of cells and trampolines, constants.

(in-package #:astralisp.compiler)

;;; A listing is a list of lines: (offset text comment), OFFSET NIL for a
;;; label.  What an address means is asked of a function, so that code units
;;; and code in memory are listed in the same way.

(defun code-lines (octets start end address describe)
  "The lines of the code in OCTETS from START to END, which stands at ADDRESS.
DESCRIBE is a function of kind, target, and start and end of the instruction
that returns a comment or NIL: KIND is :DATA for an instruction that is no
branch, TARGET the address of its memory operand or NIL; :CODE for a jump or
call of TARGET; NIL when all that is asked is if there is a comment on it."
  (let* ((instructions (decode-range octets start end address))
         (labels (branch-labels instructions address
                                (+ address (- end start))))
         (lines '()))
    (dolist (entry instructions (nreverse lines))
      (let ((label (cdr (assoc (first entry) labels))))
        (when label
          (push (list nil (concatenate 'string label ":") nil) lines)))
      (push (instruction-line entry labels describe) lines))))

(defun decode-range (octets start end address)
  "A list of (address length instruction-or-nil)."
  (let ((at start) (instructions '()))
    (loop
      (when (>= at end) (return (nreverse instructions)))
      (multiple-value-bind (length instruction)
          (decode-instruction octets at end (+ address (- at start)) 64)
        (push (list (+ address (- at start)) length instruction)
              instructions)
        (incf at length)))))

(defun branch-target (instruction)
  "The address INSTRUCTION may jump to or calls, or NIL."
  (let ((operand (first (instruction-operands instruction)))
        (name (instruction-mnemonic instruction)))
    (if (and (integerp operand)
             (or (char= (char name 0) #\j) (string= name "call")))
        operand
        nil)))

(defun branch-labels (instructions start end)
  "An alist from the targets between START and END to label names; the
operand of a call that is not linked yet is no target."
  (let ((targets '()) (count 0) (labels '()))
    (dolist (entry instructions)
      (let ((target (and (third entry) (branch-target (third entry)))))
        (when (and target (<= start target) (< target end)
                   (/= target (+ (first entry) (second entry))))
          (setq targets (adjoin target targets)))))
    (dolist (target (sort targets #'<) labels)
      (push (cons target
                  (concatenate 'string "L" (decimal-text count)))
            labels)
      (incf count))))

(defun decimal-text (number)
  (let ((*print-base* 10) (*print-radix* nil))
    (prin1-to-string number)))

(defun instruction-line (entry labels describe)
  (let* ((address (first entry)) (instruction (third entry))
         (end (+ address (second entry)))
         (target (and instruction (branch-target instruction)))
         (label (cdr (assoc target labels))))
    (cond ((null instruction) (list address "(data)" nil))
          ((and label (null (funcall describe nil target address end)))
           (list address
                 (concatenate 'string (instruction-mnemonic instruction)
                              " " label)
                 nil))
          (target
           (list address (instruction-text instruction)
                 (funcall describe :code target address end)))
          (t
           (list address (instruction-text instruction)
                 (funcall describe :data
                          (memory-address (instruction-text instruction)
                                          end)
                          address end))))))

(defun memory-address (text next)
  "The address of the memory operand in TEXT if it is fixed: a number, or one
relative to rip, that is to NEXT; NIL when there is none."
  (let* ((open (position #\[ text))
         (close (and open (position #\] text :start open)))
         (inside (if close (subseq text (1+ open) close) "")))
    (cond ((and (> (length inside) 6) (string= inside "rip" :end1 3))
           (let ((distance (decimal-value inside 6)))
             (and distance
                  (if (char= (char inside 4) #\-)
                      (- next distance)
                      (+ next distance)))))
          (t (decimal-value inside 0)))))

(defun decimal-value (text start)
  "The number whose decimal digits TEXT has from START to its end, or NIL."
  (let ((value 0))
    (if (>= start (length text))
        nil
        (do ((i start (1+ i)))
            ((>= i (length text)) value)
          (let ((digit (digit-char-p (char text i))))
            (if digit
                (setq value (+ (* 10 value) digit))
                (return nil)))))))

(defun write-code-lines (lines stream)
  "Write LINES, as CODE-LINES returns them, to STREAM."
  (dolist (line lines)
    (let ((text (second line)) (comment (third line)))
      (cond ((null (first line)) (write-string text stream))
            (t
             (write-string "  " stream)
             (write-hexadecimal (first line) 8 stream)
             (write-string "  " stream)
             (write-string text stream)
             (when comment
               (dotimes (i (max 1 (- 40 (length text))))
                 (write-char #\Space stream))
               (write-string "; " stream)
               (write-string comment stream))))
      (terpri stream))))

(defun write-hexadecimal (number width stream)
  (let ((digits '()))
    (loop
      (push (char "0123456789ABCDEF" (logand number 15)) digits)
      (setq number (ash number -4))
      (when (= number 0) (return)))
    (dotimes (i (- width (length digits)))
      (write-char #\0 stream))
    (dolist (digit digits)
      (write-char digit stream))))

;;; Code units

(defun disassemble-unit (unit stream)
  "Write a listing of the CODE-UNIT UNIT to STREAM."
  (let ((octets (code-unit-octets unit)))
    (dolist (function (code-unit-functions unit))
      (write-string "; " stream)
      (prin1 (code-function-name function) stream)
      (terpri stream)
      (let* ((start (code-function-start function))
             (end (code-function-end function)))
        (write-code-lines
         (code-lines octets start end start
                     (lambda (kind target from to)
                       (describe-unit-address unit kind target from to)))
         stream)))))

(defun describe-unit-address (unit kind target start end)
  "What the instruction from START to END of UNIT, not yet linked, refers to:
a field with a fixup is still 0, the constants stand before offset 0."
  (let ((fixup (find-if (lambda (fixup)
                          (and (<= start (code-fixup-offset fixup))
                               (< (code-fixup-offset fixup) end)))
                        (code-unit-fixups unit)))
        (index (and target
                    (ash (+ target (code-unit-code-start unit)
                            (* -8 +code-constants-slot+))
                         -3))))
    (cond (fixup (describe-constant (cons (code-fixup-kind fixup)
                                          (code-fixup-target fixup))))
          ((and (eq kind :data) target (< target 0)
                (<= 0 index (1- (length (code-unit-constants unit)))))
           (describe-constant (nth index (code-unit-constants unit))))
          (t nil))))

(defun describe-constant (constant)
  (let ((text (let ((*print-length* 5) (*print-level* 3) (*print-pretty* nil))
                (prin1-to-string (cdr constant)))))
    (if (eq (car constant) :datum)
        text
        (concatenate 'string
                     (string-downcase (symbol-name (car constant)))
                     " " text))))
