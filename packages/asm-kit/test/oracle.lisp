;;;; Comparison of our disassembly with LLVM's.

(in-package #:astralisp.asm.test)

(defun hex-number (line end)
  "The hexadecimal number that fills LINE up to END, or nil."
  (let ((start (position-if-not (lambda (c) (char= c #\space)) line)))
    (and start
         (< start end)
         (every (lambda (c) (digit-char-p c 16)) (subseq line start end))
         (parse-integer line :start start :end end :radix 16))))

(defun squeeze (text)
  "TEXT with every run of blanks as one space, none at its ends."
  (let ((result '())
        (blank nil))
    (map nil
         (lambda (c)
           (cond
             ((or (char= c #\space) (char= c #\tab)) (setq blank t))
             (t
              (when (and blank result)
                (push #\space result))
              (setq blank nil)
              (push c result))))
         text)
    (coerce (reverse result) 'string)))

(defun line-text (line start)
  "What LINE of llvm-objdump says behind START, without its comments."
  (let* ((text (subseq line start))
         (end (min (or (search " <" text) (length text))
                   (or (search "# " text) (length text)))))
    (squeeze (subseq text 0 end))))

(defun parse-lines (lines)
  "The list of (ADDRESS . TEXT) of the LINES of llvm-objdump -d."
  (let ((result '()))
    (dolist (line lines (reverse result))
      (let* ((colon (position #\: line))
             (address (and colon (hex-number line colon))))
        (when (and address (find #\tab line))
          (push (cons address (line-text line (+ colon 1))) result))))))

;;; LLVM 14 leaves out the 1 of shifts, the operands of string instructions and
;;; the size of far jumps, prints some fields with a sign, and does not wrap the
;;; addresses of 16-bit code. Both texts are brought to one form.

(defvar *string-operations*
  '("movsb" "movsw" "movsd" "movsq" "cmpsb" "cmpsw" "cmpsd" "cmpsq"
    "stosb" "stosw" "stosd" "stosq" "lodsb" "lodsw" "lodsd" "lodsq"
    "scasb" "scasw" "scasd" "scasq" "insb" "insw" "insd"
    "outsb" "outsw" "outsd" "xlatb"))

(defvar *predicates*
  '("eq" "lt" "le" "unord" "neq" "nlt" "nle" "ord"))

(defvar *descriptor-tables* '(("lgdt") ("lidt") ("sgdt") ("sidt"))
  "LLVM marks the size in 16-bit and 32-bit mode by a letter.")

(defun first-word (text)
  (subseq text 0 (or (position #\space text) (length text))))

(defun starts-with (prefix text)
  (and (<= (length prefix) (length text))
       (string= prefix text :end2 (length prefix))))

(defun replace-first-word (word text)
  (concatenate 'string word (subseq text (length (first-word text)))))

(defun remove-part (part text)
  "TEXT without the first occurrence of the string PART."
  (let ((start (search part text)))
    (if start
        (concatenate 'string (subseq text 0 start)
                     (subseq text (+ start (length part))))
        text)))

(defun last-number (text)
  "The number behind the last blank or bracket of TEXT, and where it starts."
  (let* ((start (+ 1 (or (position-if (lambda (c) (find c " [")) text
                                      :from-end t)
                         -1)))
         (end (or (position #\] text :start start) (length text))))
    (values (cond
              ((>= start end) nil)
              ((starts-with "0x" (subseq text start end))
               (parse-integer text :start (+ start 2) :end end :radix 16
                                   :junk-allowed t))
              (t (parse-integer text :start start :end end
                                     :junk-allowed t)))
            start end)))

(defun unsigned-last-number (text bits)
  "TEXT with its last number taken modulo 2^BITS."
  (multiple-value-bind (number start end) (last-number text)
    (if number
        (concatenate 'string (subseq text 0 start)
                     (astralisp.asm::decimal (mod number (ash 1 bits)))
                     (subseq text end))
        text)))

(defun predicate-text (text)
  "TEXT with the predicate of a float comparison in the mnemonic."
  (let* ((comma (position #\, text :from-end t))
         (number (last-number text))
         (word (first-word text)))
    (if (and number (< number 8))
        (replace-first-word
         (concatenate 'string "cmp" (nth number *predicates*)
                      (subseq word 3))
         (subseq text 0 comma))
        text)))

(defun canonical (text wrap-p)
  "TEXT in the one form; jump targets have 16 bits if WRAP-P."
  (let ((word (first-word text)))
    (cond
      ((and (member word *string-operations* :test #'string=)
            (not (search "xmm" text)))
       word)
      ((member word '("cmpps" "cmppd" "cmpss" "cmpsd") :test #'string=)
       (predicate-text text))
      ((member word '("rol" "ror" "rcl" "rcr" "shl" "shr" "sar")
               :test #'string=)
       (if (find #\, text) text (concatenate 'string text ", 1")))
      ((member word '("jmpf" "callf") :test #'string=)
       (canonical-far text))
      ((member word '("ret" "retf" "retfq") :test #'string=)
       (unsigned-last-number text 16))
      ((string= word "enter") (canonical-enter text))
      ((and (member word '("ljmp" "lcall") :test #'string=)
            (find #\, text))
       (let ((comma (position #\, text)))
         (concatenate 'string
                      (unsigned-last-number (subseq text 0 comma) 16)
                      (subseq text comma))))
      ((string= word "pushad") "pushal")
      ((string= word "popad") "popal")
      ((assoc (subseq word 0 (- (length word) 1)) *descriptor-tables*
              :test #'string=)
       (replace-first-word (subseq word 0 (- (length word) 1)) text))
      ((and wrap-p (or (char= (char text 0) #\j)
                       (member word '("call" "loop" "loope" "loopne")
                               :test #'string=))
            (search " 0x" text))
       (unsigned-last-number text 16))
      (t text))))

(defun canonical-enter (text)
  "ENTER with unsigned numbers."
  (let ((comma (position #\, text)))
    (concatenate 'string
                 (unsigned-last-number (subseq text 0 comma) 16)
                 ","
                 (unsigned-last-number (subseq text (+ comma 1)) 8))))

(defun canonical-far (text)
  "The far jump or call TEXT as LLVM writes it."
  (let ((name (if (starts-with "jmpf" text) "jmp" "call"))
        (colon (position #\: text)))
    (cond
      ((search "fword ptr " text)
       (remove-part "fword ptr " (replace-first-word name text)))
      (t
       (when (and colon (digit-char-p (char text (- colon 1))))
         (setq text (concatenate 'string
                                 (subseq text 0 colon)
                                 ", "
                                 (subseq text (+ colon 1)))))
       (dolist (size '("dword ptr " "tbyte ptr "))
         (setq text (remove-part size text)))
       (replace-first-word (concatenate 'string "l" name) text)))))

(defun our-text (item)
  "Our disassembly of the case ITEM, and its length."
  (let ((octets (case-octets item)))
    (multiple-value-bind (length instruction)
        (decode-instruction octets 0 (length octets) (case-address item)
                            (case-mode item))
      (values (if instruction (instruction-text instruction) "(bad)")
              length))))

(defun same-text-p (item ours theirs)
  "Do both lines say the same of ITEM?"
  (let* ((start (search "[-1]" theirs))
         ;; An address of 16 bits has no sign.
         (text (if (and start (search "[65535]" ours))
                   (concatenate 'string (subseq theirs 0 start) "[65535]"
                                (subseq theirs (+ start 4)))
                   theirs))
         (wrap-p (or (= (case-mode item) 16)
                     (and (= (case-mode item) 32)
                          (= (aref (case-octets item) 0) #x66)))))
    (or (string= ours text)
        (string= (canonical ours wrap-p) (canonical text wrap-p)))))

(defun compare-case (item text next)
  "Nil when LLVM agrees on ITEM, else a line that shows the difference."
  (multiple-value-bind (ours length) (our-text item)
    (let ((size (length (case-octets item))))
      (cond
        ((null text) "LLVM printed nothing for a case")
        ((not (and (= length size)
                   (= next (+ (case-address item) size))
                   (same-text-p item ours text)))
         (format nil "~a-bit ~(~{~2,'0x~^ ~}~): ours ~a (~a), LLVM ~a (~a)"
                 (case-mode item) (coerce (case-octets item) 'list)
                 ours length text (- next (case-address item))))
        (t nil)))))

(defun llvm-errs-p (item)
  "Is LLVM 14 known to disassemble the case ITEM wrongly?
It takes 66 before an SSE opcode in 16-bit code for an operand size, and CBW and
CWD in 16-bit code for CWDE and CDQ (its own assembler knows better)."
  (let ((e (case-encoding item)))
    (and (= (case-mode item) 16)
         (or (= (astralisp.asm::encoding-prefix e) #x66)
             (member (astralisp.asm::encoding-mnemonic e) '("cbw" "cwd")
                     :test #'string=)))))

(defun line-table (lines)
  "Hash table from address to (TEXT . NEXT-ADDRESS) of llvm-objdump's LINES."
  (let ((table (make-hash-table))
        (previous nil))
    (dolist (entry (parse-lines lines) table)
      (when previous
        (setf (gethash (car previous) table)
              (cons (cdr previous) (car entry))))
      (setq previous entry))))

(defun compare-lines (cases lines)
  "Compare CASES with the LINES that llvm-objdump printed for them.
Return how many were compared, the list of differences, and how many cases LLVM
is known to get wrong."
  (let ((table (line-table lines))
        (differences '())
        (count 0)
        (skipped 0))
    (dolist (item cases (values count (reverse differences) skipped))
      (cond
        ((null (case-octets item)))
        ((llvm-errs-p item) (setq skipped (+ skipped 1)))
        (t
         (let* ((entry (gethash (case-address item) table))
                (difference (compare-case item (car entry)
                                          (or (cdr entry) 0))))
           (setq count (+ count 1))
           (when difference
             (push difference differences))))))))

;;; The second comparison: what LLVM's own encoder makes of what it decoded.

(defun bracket-lines (cases)
  "Lines for llvm-mc --disassemble --show-encoding, one case in brackets each."
  (let ((lines '()))
    (dolist (item cases (reverse lines))
      (when (and (case-octets item) (not (llvm-errs-p item)))
        (push (concatenate
               'string "["
               (astralisp.asm::join-strings
                (map 'list #'astralisp.asm::hexadecimal (case-octets item))
                " ")
               "]")
              lines)))))

(defun encoding-comment (line)
  "The encoding in a comment of LINE, as a list of octets; nil without one.
It ends at the first octet that LLVM leaves to a fixup."
  (let ((start (search "encoding: [" line)))
    (if (null start)
        nil
        (let ((result '())
              (position (+ start 11)))
          (loop
            (unless (string= "0x" line :start2 position :end2 (+ position 2))
              (return (reverse result)))
            (push (parse-integer line :start (+ position 2)
                                      :end (+ position 4) :radix 16)
                  result)
            (unless (char= (char line (+ position 4)) #\,)
              (return (reverse result)))
            (setq position (+ position 5)))))))

(defun same-encoding-p (octets encoding)
  "Is the list ENCODING how OCTETS begin, and all of them but a distance?"
  (and (<= (- (length octets) 4) (length encoding) (length octets))
       (every #'eql encoding octets)))

(defun compare-encodings (cases lines)
  "Compare CASES with LINES, llvm-mc's answer to BRACKET-LINES of them.
Return how many were compared and the list of differences."
  (let ((encodings (remove nil (mapcar #'encoding-comment lines)))
        (compared (remove-if (lambda (item)
                               (or (null (case-octets item))
                                   (llvm-errs-p item)))
                             cases))
        (differences '()))
    (if (/= (length encodings) (length compared))
        (values 0 (list "LLVM did not answer every case"))
        (progn
          (mapc (lambda (item encoding)
                  (unless (same-encoding-p (case-octets item) encoding)
                    (push (format nil "~a encodes as ~a, by LLVM as ~a"
                                  (our-text item) (case-octets item) encoding)
                          differences)))
                compared encodings)
          (values (length compared) (reverse differences))))))
