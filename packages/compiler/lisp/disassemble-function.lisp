;;;; DISASSEMBLE in a running system: the code of a function object.

(in-package #:astralisp.compiler)

(defun function-code-address (function)
  "The address of the code object of FUNCTION."
  (%object-address (%raw-load-boxed (%object-address function)
                                    (* 8 +function-code-slot+))))

(defun code-object-constants (code)
  "How many constants the code object at CODE has."
  (- (ash (%raw-load-u64 code 0) (- +header-count-shift+))
     (1- +code-constants-slot+)))

(defun code-object-start (code)
  "The address of the first instruction of the code object at CODE."
  (+ code (code-start-for (code-object-constants code))))

(defun memory-octets (start end)
  "The octets of memory from START to END."
  (let ((octets (make-octets (- end start))))
    (dotimes (i (- end start) octets)
      (setf (aref octets i) (%raw-load-u8 start i)))))

(defun function-record-at (code offset)
  "The debug record of the function of CODE that OFFSET is in, or NIL: #(name
start end entry lambda-list frame-slots variables)."
  (let ((debug (%raw-load-boxed code (* 8 +code-debug-slot+))))
    (when (and (simple-vector-p debug) (> (length debug) 1))
      (let ((records (svref debug 1)))
        (when (simple-vector-p records)
          (dotimes (i (length records) nil)
            (let ((record (svref records i)))
              (when (and (<= (svref record 1) offset)
                         (< offset (svref record 2)))
                (return record)))))))))

(defun code-function (function)
  "FUNCTION, or what is called in its place when it is a funcallable instance."
  (loop
    (unless (%funcallable-p function) (return function))
    (setq function (%raw-load-boxed (%object-address function)
                                    (* 8 +funcallable-slots-slot+)))))

(defun disassemble-function (function)
  "Write a listing of the machine code of the function object FUNCTION."
  (let* ((stream *standard-output*)
         (function (code-function function))
         (code (function-code-address function))
         (start (code-object-start code))
         (offset (- (%function-entry function) start))
         (record (function-record-at code offset))
         (from (if record (svref record 1) 0))
         (to (if record
                 (svref record 2)
                 (- (+ code (%raw-load-boxed code 8)) start))))
    (fresh-line stream)
    (write-string "; " stream)
    (prin1 (if record
               (svref record 0)
               (%raw-load-boxed code (* 8 +code-name-slot+)))
           stream)
    (terpri stream)
    (write-code-lines
     (code-lines (memory-octets (+ start from) (+ start to)) 0 (- to from)
                 (+ start from)
                 (lambda (kind target from to)
                   (declare (ignore from to))
                   (describe-code-address code kind target)))
     stream)))

(defun describe-code-address (code kind target)
  "What an instruction of the code object at CODE refers to by TARGET."
  (let ((constants (+ code (* 8 +code-constants-slot+))))
    (cond ((null target) nil)
          ((eq kind :code) (trampoline-name-at target))
          ((not (eq kind :data)) nil)
          ((and (<= constants target)
                (< target (+ constants
                             (* 8 (code-object-constants code)))))
           (short-text (%raw-load-boxed target 0)))
          ((and (<= +static-base+ target) (< target +static-end+))
           (cell-text (- target (* 8 +cell-function-slot+))))
          (t nil))))

(defun cell-text (address)
  "The name of the function cell at ADDRESS, if that is one."
  (if (= (%raw-load-u8 address +header-code-octet+) +cell-code+)
      (short-text (%raw-load-boxed address (* 8 +cell-name-slot+)))
      nil))

(defun trampoline-name-at (target)
  ;; Element 2 of the roots of the world lists the trampolines.
  (dolist (pair (svref (%raw-load-boxed +world-base+ 80) 2) nil)
    (when (= (cdr pair) target)
      (return (string-downcase (symbol-name (car pair)))))))

(defun short-text (object)
  (let ((*print-length* 5) (*print-level* 3) (*print-pretty* nil))
    (prin1-to-string object)))

(let ((hook (find-symbol "*DISASSEMBLE-HOOK*" "ASTRALISP.RUNTIME")))
  (when hook
    (set hook #'disassemble-function)))
