;;;; Runs the pc platform under SBCL: ports and machine registers simulated.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:cl-user)

(let ((package (find-package "ASTRALISP.PRIMITIVES")))
  (dolist (name '("%IN-U8" "%IN-U16" "%IN-U32" "%OUT-U8" "%OUT-U16" "%OUT-U32"
                  "%RAW-STORE-U16" "%INVALIDATE-PAGE" "%TLB-FLUSH" "%READ-TSC"
                  "%HALT" "%PAUSE" "%ENABLE-INTERRUPTS" "%DISABLE-INTERRUPTS"
                  "%INTERRUPT-FLAG" "%CPUID" "%READ-MSR" "%WRITE-MSR"
                  "%READ-CR0" "%READ-CR2" "%READ-CR3" "%READ-CR4"
                  "%WRITE-CR0" "%WRITE-CR4" "%LOAD-GDT" "%LOAD-IDT"
                  "%LOAD-TASK-REGISTER" "%STATIC-ADDRESS" "%WORD-AND"
                  "%WORD-OR" "%WORD-XOR" "%WORD-SHIFT-LEFT"
                  "%WORD-SHIFT-RIGHT" "%WORD+" "%WORD*" "%TRAMPOLINE-ADDRESS"
                  "%STRING-REF" "%VECTOR-LENGTH" "%CHAR-CODE"
                  "%CODE-CHAR" "%SET-STRING-REF" "%U8REF" "%CAR" "%CDR"
                  "%MV-LET"))
    (export (intern name package) package)))

(defvar *ports* (make-hash-table)
  "Port → function of :IN, or of :OUT and a value.")

(defmacro define-port (port (operation &optional (value (gensym)))
                       &body body)
  `(setf (gethash ,port *ports*)
         (lambda (,operation &optional ,value)
           (declare (ignorable ,operation ,value))
           ,@body)))

(in-package #:astralisp.primitives)

(defun port-in (port)
  (let ((device (gethash port cl-user::*ports*)))
    (if device (funcall device :in) 255)))
(defun port-out (port value)
  (let ((device (gethash port cl-user::*ports*)))
    (when device (funcall device :out value))
    value))
(dolist (name '(%in-u8 %in-u16 %in-u32))
  (setf (fdefinition name) #'port-in))
(dolist (name '(%out-u8 %out-u16 %out-u32))
  (setf (fdefinition name) #'port-out))

(defvar *flushes* 0)
(defun %invalidate-page (address) (declare (ignore address)) (incf *flushes*))
(defun %tlb-flush () (incf *flushes*))
(defvar *ticks* 0)
(defun %read-tsc () (incf *ticks* 10))
(defun %pause () 0)
(defmacro define-word-operation (name (a b) form)
  `(define-inline ,name (,a ,b)
     (declare (type u64 ,a ,b))
     (ldb (byte 64 0) ,form)))
(define-word-operation %word-and (a b) (logand a b))
(define-word-operation %word-or (a b) (logior a b))
(define-word-operation %word-xor (a b) (logxor a b))
(define-word-operation %word+ (a b) (+ a b))
(define-word-operation %word* (a b) (* a b))
(define-inline %word-shift-left (a n) (ldb (byte 64 0) (ash a n)))
(define-inline %word-shift-right (a n) (ash a (- n)))
(define-inline %string-ref (string i) (char string i))
(define-inline %set-string-ref (string i character)
  (setf (char string i) character))
(define-inline %vector-length (vector) (length vector))
(define-inline %u8ref (vector i) (aref vector i))
(define-inline %char-code (character) (char-code character))
(define-inline %code-char (code) (code-char code))
(define-inline %car (list) (car list))
(define-inline %cdr (list) (cdr list))
(defmacro %mv-let (variables form &body body)
  `(multiple-value-bind ,variables ,form ,@body))
(defmacro %static-address (name) (declare (ignore name)) #x14000000)
(defun %cpuid (leaf subleaf)
  (declare (ignore subleaf))
  (if (= leaf 1)
      (values 0 0 #x80000000 0)
      (values 0 #x54474354 0 0)))
(defvar *cr2* 0)
(defun %read-cr2 () *cr2*)
(defun %read-cr0 () 0)
(defun %write-cr0 (value) value)
(defun %write-msr (number value) (declare (ignore number)) value)
(defun %halt () (throw 'cl-user::halted :halted))
(defun %enable-interrupts () 0)
(defun %disable-interrupts () 0)
(defun %load-gdt (address) address)
(defun %load-idt (address) address)
(defun %load-task-register (selector) selector)

(in-package #:cl-user)

(defun load-pc (&rest names)
  "Compile and load the files NAMES of the pc platform."
  (apply #'load-kernel
         (mapcar (lambda (name) (format nil "../lisp/pc/~a" name)) names)))

(defmacro check (form &rest parts)
  "Fail with FORM and the values of PARTS when FORM is false."
  `(unless ,form
     (error "not so: ~s~%~@{~s = ~s~%~}" ',form
            ,@(mapcan (lambda (part) `(',part ,part)) parts))))
