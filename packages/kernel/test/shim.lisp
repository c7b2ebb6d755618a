;;;; Runs kernel code under SBCL: system primitives over memory from mmap.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:common-lisp-user)

;;; The world's addresses are kept as they are; all memory lies at a fixed
;;; distance from them, because SBCL itself uses some of the same addresses.
;;; Tagged words are integers here, so what native code calls an object is a
;;; 64-bit word in these tests.

(defconstant +bias+ #x200000000000)

(eval-when (:compile-toplevel :load-toplevel :execute)
  (defvar *here* (or *compile-file-truename* *load-truename*))
  (defun relative (name)
    (merge-pathnames name *here*))
  (defun read-names (file)
    (with-open-file (stream (relative file))
      (read stream)))
  (unless (find-package "ASTRALISP.PRIMITIVES")
    (make-package "ASTRALISP.PRIMITIVES" :use '("COMMON-LISP")))
  (dolist (name '("ASTRALISP" "ASTRALISP.ASM" "ASTRALISP.RUNTIME"))
    (unless (find-package name)
      (make-package name :use '())))
  (let ((package (find-package "ASTRALISP.PRIMITIVES")))
    (dolist (name (append (read-names
                           "../../runtime/lisp/primitives.lisp-expr")
                          '("EFFECTS" "%RAW-LOAD-U8" "%RAW-LOAD-U32"
                            "%RAW-LOAD-U64" "%RAW-STORE-U8"
                            "%RAW-STORE-U32" "%RAW-STORE-U64"
                            "%RAW-LOAD-U16" "%RAW-STORE-U16"
                            "%RAW-LOAD-WORD" "%RAW-STORE-WORD"
                            "%RAW-LOAD-BOXED" "%RAW-STORE-BOXED"
                            "%RAW-COPY-WORDS" "%RAW-FILL-WORDS"
                            "%THREAD-POINTER" "%FRAME-POINTER"
                            "%CALL-TRAMPOLINE" "%MARK-CARD"
                            "%WORD-BITS" "%BITS-WORD")))
      (export (intern name package) package)))
  ;; What the kernel's package imports from the runtime is read there; some of
  ;; it the runtime has from the primitives.
  (with-open-file (stream (relative "../lisp/package.lisp"))
    (loop for form = (read stream nil)
          while form
          do (loop for (key package . names) in (remove-if #'atom (cdr form))
                   when (and (eq key :import-from)
                             (string= package "ASTRALISP.RUNTIME"))
                     do (dolist (name names)
                          (let ((primitive (find-symbol
                                            (string name)
                                            "ASTRALISP.PRIMITIVES")))
                            (if primitive
                                (import primitive package)
                                (intern (string name) package))))))))

(declaim (declaration astralisp.primitives:effects))

(in-package #:astralisp.primitives)

(deftype u64 () '(unsigned-byte 64))
(deftype address () '(unsigned-byte 46))

(defmacro define-inline (name parameters &body body)
  `(progn (declaim (inline ,name))
          (defun ,name ,parameters
            (declare (optimize (speed 3) (safety 0)))
            ,@body)))

(defmacro sap (address offset)
  `(sb-sys:int-sap (the u64 (+ cl-user::+bias+ (the fixnum ,address)
                               (the fixnum ,offset)))))

(defmacro define-access (width accessor)
  (flet ((name (verb)
           (intern (format nil "%RAW-~a-U~d" verb width)
                   "ASTRALISP.PRIMITIVES")))
    `(progn
       (define-inline ,(name "LOAD") (address offset)
         (declare (fixnum address offset))
         (,accessor (sap address offset) 0))
       (define-inline ,(name "STORE") (address offset value)
         (declare (fixnum address offset) (type (unsigned-byte ,width) value))
         (setf (,accessor (sap address offset) 0) value)))))

(define-access 8 sb-sys:sap-ref-8)
(define-access 16 sb-sys:sap-ref-16)
(define-access 32 sb-sys:sap-ref-32)
(define-access 64 sb-sys:sap-ref-64)

(define-inline %raw-load-word (address offset)
  (declare (fixnum address offset))
  (sb-c::mask-signed-field 61 (%raw-load-u64 address offset)))
(define-inline %raw-store-word (address offset value)
  (declare (fixnum address offset value))
  (setf (sb-sys:signed-sap-ref-64 (sap address offset) 0) value))
(define-inline %raw-load-boxed (address offset)
  (%raw-load-u64 address offset))
(define-inline %raw-store-boxed (address offset value)
  (%raw-store-u64 address offset value))
(define-inline %raw-copy-words (to from count)
  (declare (fixnum to from count))
  (dotimes (i count)
    (%raw-store-u64 to (* 8 i) (%raw-load-u64 from (* 8 i)))))
(define-inline %raw-fill-words (address count value)
  (declare (fixnum address count) (type u64 value))
  (dotimes (i count)
    (%raw-store-u64 address (* 8 i) value))
  0)
(define-inline %mark-card (address)
  (declare (fixnum address))
  (%raw-store-u8 (+ #x50000000 (ash address -9)) 0 1))

(defmacro define-fixnum-primitive (name parameters form)
  `(define-inline ,name ,parameters
     (declare (fixnum ,@parameters))
     (the fixnum ,form)))
(define-fixnum-primitive %fx+ (a b) (+ a b))
(define-fixnum-primitive %fx- (a b) (- a b))
(define-fixnum-primitive %fx* (a b) (* a b))
(define-fixnum-primitive %fx-and (a b) (logand a b))
(define-fixnum-primitive %fx-or (a b) (logior a b))
(define-fixnum-primitive %fx-xor (a b) (logxor a b))
(define-fixnum-primitive %fx-not (a) (lognot a))
(define-fixnum-primitive %fx-shift-right (a n) (ash a (- (the (mod 62) n))))
(define-fixnum-primitive %fx-shift-left (a n)
  (sb-c::mask-signed-field 61 (ash a (the (mod 62) n))))
(define-fixnum-primitive %fx-truncate (a b) (values (truncate a b)))
(define-fixnum-primitive %fx-rem (a b) (rem a b))

(defmacro define-fixnum-test (name operator)
  `(define-inline ,name (a b)
     (declare (fixnum a b))
     (,operator a b)))
(define-fixnum-test %fx< <)
(define-fixnum-test %fx> >)
(define-fixnum-test %fx<= <=)
(define-fixnum-test %fx>= >=)
(define-fixnum-test %fx= =)

;;; One thread; the frame pointer is whatever the test says.

(defvar *thread-pointer* 0)
(defvar *frame-pointer* 0)
(declaim (fixnum *thread-pointer* *frame-pointer*))
(define-inline %thread-pointer () *thread-pointer*)
(define-inline %frame-pointer () *frame-pointer*)
(defmacro %call-trampoline (name &rest arguments)
  (declare (ignore name))
  `(progn ,@arguments 0))

;;; Memory

(in-package #:common-lisp-user)

(defun map-memory (from end)
  "Back the world's addresses FROM below END with zeroed memory."
  (let ((address (+ +bias+ from)))
    (unless (= address
               (sb-alien:alien-funcall
                (sb-alien:extern-alien
                 "mmap" (function sb-alien:unsigned-long sb-alien:unsigned-long
                                  sb-alien:unsigned-long sb-alien:int
                                  sb-alien:int sb-alien:int sb-alien:long))
                address (- end from) 3
                ;; MAP_PRIVATE MAP_FIXED MAP_ANONYMOUS MAP_NORESERVE
                #x4032 -1 0))
      (error "no memory at ~x" address))))

(defun give-up ()
  (finish-output)
  (finish-output sb-sys:*stdout*)
  (sb-ext:exit :code 1 :abort t))

(defun load-kernel (&rest names)
  "Compile and load the kernel's files NAMES."
  (dolist (name names)
    (let ((source (relative (format nil "~a.lisp" name)))
          (fasl (format nil "/tmp/astralisp-kernel-~d-~a.fasl"
                        (sb-unix:unix-getpid) (substitute #\- #\/ name))))
      (handler-bind ((style-warning #'muffle-warning)
                     (warning (lambda (c)
                                (format sb-sys:*stdout* "~a: ~a~%" name c)
                                (give-up))))
        (let* ((messages (make-string-output-stream))
               (*error-output* messages)
               (*compile-print* nil))
          (multiple-value-bind (output warnings failure)
              (let ((*standard-output* (make-broadcast-stream)))
                (compile-file source :output-file fasl))
            (declare (ignore output warnings))
            (when failure
              (format t "~a does not compile~%~a" name
                      (get-output-stream-string messages))
              (give-up))))
        (load fasl)
        (delete-file fasl)))))

(eval-when (:compile-toplevel :load-toplevel :execute)
  (dolist (name '("OCTETS-TO-STRING" "STRING-TO-OCTETS"))
    (export (intern name "ASTRALISP") "ASTRALISP")))

(handler-bind ((warning #'muffle-warning))
  (load (relative "../../compiler/test/diagnostics-shim.lisp")))

(load-kernel "../../compiler/lisp/package" "../../compiler/lisp/layout"
             "../lisp/package" "../lisp/arithmetic" "../lisp/address-map")

(defun load-collector ()
  "The files of the collector, then a clock and a panic of ours."
  (load-kernel "../lisp/platform" "../lisp/panic"
               "../lisp/blocks" "../lisp/objects" "../lisp/promote"
               "../lisp/cards" "../lisp/mark" "../lisp/weak" "../lisp/frames"
               "../lisp/roots" "../lisp/collect" "../lisp/allocate"
               "../lisp/adopt" "../lisp/freeze")
  (load-kernel "host-platform"))

