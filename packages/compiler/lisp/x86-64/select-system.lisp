;;;; Selection of machine operations: the kernel's raw access.

(in-package #:astralisp.compiler)

;;; Each entry: name, registers of its arguments, register of the result or
;;; NIL, registers destroyed, registers of second results.  0 rax, 1 rcx,
;;; 2 rdx, 3 rbx, 6 rsi, 7 rdi, 8 r8, 9 r9, 10 r10.

(defparameter *system-operations*
  '((:syscall (0 7 6 2 10 8 9) 0 (0 1 2 10 7 6 8 9))
    (:in-u8 (2) 0 (0)) (:in-u16 (2) 0 (0)) (:in-u32 (2) 0 (0))
    (:out-u8 (2 0) nil ()) (:out-u16 (2 0) nil ()) (:out-u32 (2 0) nil ())
    (:cpuid (0 1) 0 (0 1 2 3) (10 1 2))
    (:read-tsc () 0 (0 2)) (:read-msr (1) 0 (0 2))
    (:write-msr (1 0) nil (0 2))
    (:read-cr0 () 0 (0)) (:read-cr2 () 0 (0)) (:read-cr3 () 0 (0))
    (:read-cr4 () 0 (0)) (:write-cr0 (0) nil (0)) (:write-cr3 (0) nil (0))
    (:write-cr4 (0) nil (0)) (:tlb-flush () nil (0))
    (:raw-copy-words (7 6 1) nil (7 6 1))
    (:raw-fill-words (7 1 0) nil (7 1))
    (:frame-pointer () 0 (0)) (:stack-pointer () 0 (0))
    (:thread-pointer () 0 (0)) (:set-thread-pointer (0) nil ())
    (:interrupt-flag () 0 (0)) (:invalidate-page (0) nil ())
    (:load-gdt (0) nil ()) (:load-idt (0) nil ())
    (:load-task-register (0) nil ())
    (:pause () nil ()) (:halt () nil ()) (:fence () nil ())
    (:disable-interrupts () nil ()) (:enable-interrupts () nil ())
    (:breakpoint () nil ())
    (:clear-registers () nil (3 14 13 12 9 8 6 7)))
  "Machine operations of :SYSTEM.")

(define-selector :system (ins)
  (let ((entry (find-system-operation (ins-datum ins))))
    (destructure-system ins (second entry) (third entry)
                        (fourth entry) (fifth entry) (first entry))))

(defun find-system-operation (name)
  (let ((text (symbol-name name)))
    (dolist (entry *system-operations*
                   (error "no machine operation is named ~S" name))
      (when (string= (symbol-name (first entry)) text)
        (return entry)))))

(defun destructure-system (ins registers result destroyed seconds name)
  (let ((minst (make-minst :system)) (next (ins-next ins)))
    (setf (minst-more minst) name
          (minst-extra minst) (length (ins-args ins))
          (minst-clobbers minst) destroyed)
    (dolist (arg (ins-args ins))
      (push (use-in (value arg) (pop registers)) (minst-uses minst)))
    (setf (minst-uses minst) (nreverse (minst-uses minst)))
    (when (and result (vreg-p (ins-mark ins)))
      (setf (minst-dst minst) (value ins)
            (minst-fixed minst) result))
    (loop
      (unless (and next (eq (ins-opname next) :second-result))
        (return))
      (push (cons (value next)
                  (nth (1- (ins-datum next)) seconds))
            (minst-defs minst))
      (setq next (ins-next next)))
    (unless (minst-defs minst)
      (setf (minst-defs minst) '()))
    (push minst *minsts*)))
