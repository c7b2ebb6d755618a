;;;; Backtraces: the frames of the running thread, with arguments and locals.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A frame is described by its code object, whose debug information is
;;; #(maps functions source …); an element of FUNCTIONS is #(name start end entry
;;; lambda-list frame-slots variables), a variable (name class slot start end).
;;; Only slots that the stack map of the pc names hold objects.

(defun code-debug-part (code index)
  "Element INDEX of the debug information of the code object at CODE, or NIL."
  (let ((debug (%raw-load-boxed code 24)))
    (if (and (simple-vector-p debug) (< index (%vector-length debug)))
        (%svref debug index)
        nil)))

(defun find-function-record (code offset)
  "The record of the function of the code object at CODE around OFFSET."
  (let ((records (code-debug-part code 1)) (found nil))
    (if (simple-vector-p records)
        (dotimes (i (%vector-length records))
          (let ((record (%svref records i)))
            ;; The offset is that behind a call, which may be the last thing.
            (if (and (< (%svref record 1) offset)
                     (<= offset (%svref record 2)))
                (setq found record)))))
    found))

(defun slot-live-p (slot)
  "Does the stack map found last say that SLOT holds an object?"
  (let ((bits (map-slots)))
    (declare (type fixnum bits))
    (if (= 0 (shift-right bits 31))
        (and (< slot 31) (/= 0 (logand 1 (shift-right bits slot))))
        (let ((list (map-table)) (found nil))
          (do-range (i 1 (1+ (%raw-load-u16 list 0)))
            (if (= slot (%raw-load-u16 list (shift-left i 1)))
                (setq found t)))
          found))))

(defun frame-slot (pc fp slot)
  "The object in SLOT of the frame FP at PC, in a list; NIL if there is none."
  ;; Between finding the map and reading the slot nothing can collect.
  (declare (effects :no-poll))
  (find-stack-map pc)
  (if (slot-live-p slot)
      (list (value-of-variable
             (%raw-load-boxed (- fp (shift-left (1+ slot) 3)) 0)))
      nil))

(defun value-of-variable (object)
  "What is in OBJECT if it is the cell of a variable that a closure shares and
sets; else OBJECT."
  (declare (effects :no-poll))
  (if (and (= (%object-tag object) +other-lowtag+)
           (= (octet (%object-address object) 1) +value-cell-code+))
      (%value-cell-ref object)
      object))

(defun frame-variables (record pc fp offset)
  "The variables of RECORD that have values at OFFSET: a list of (name . value)."
  (let ((result '()))
    (dolist (variable (%svref record 6) (nreverse result))
      (let ((slot (third variable)))
        (if (and (eq :boxed (second variable)) slot
                 (<= (fourth variable) offset)
                 (<= offset (fifth variable)))
            (let ((found (frame-slot pc fp slot)))
              (if (and found (not (assoc (first variable) result)))
                  (push (cons (first variable) (car found)) result))))))))

(defun lambda-list-names (lambda-list)
  "The variables of LAMBDA-LIST in order."
  (let ((names '()))
    (dolist (item lambda-list (nreverse names))
      (let ((name (if (consp item) (car item) item)))
        (if (consp name)
            (setq name (second name)))
        (if (not (member name lambda-list-keywords))
            (push name names))))))

(defun frame-arguments (record variables)
  "The values of the arguments of the function of RECORD; :? where it is gone."
  (let ((arguments '()))
    (dolist (name (lambda-list-names (%svref record 4))
                  (nreverse arguments))
      (let ((variable (assoc name variables)))
        (push (if variable (cdr variable) :?) arguments)))))

(defun describe-frame (pc fp)
  "(name arguments source locals) for the frame FP stopped at PC."
  (let ((code (code-at pc)))
    (declare (type fixnum code))
    (if (= code 0)
        (list nil '() nil '())
        (let* ((offset (- pc (code-start code)))
               (record (find-function-record code offset)))
          (if (null record)
              (list (%raw-load-boxed code 16) '() nil '())
              (let* ((variables (frame-variables record pc fp offset))
                     (arguments (frame-arguments record variables)))
                (list (%svref record 0)
                      arguments
                      (frame-source code pc)
                      variables)))))))

(defun frame-source (code pc)
  "(file . position) of the form that the frame is in, or NIL."
  (let ((source (code-debug-part code 2)))
    (find-stack-map pc)
    (if source
        (cons source (map-position))
        nil)))

(defun frames-from (fp limit)
  "Descriptions of the callers of the frame FP, innermost first, at most LIMIT."
  (let ((frames '()))
    (declare (type fixnum fp limit))
    (while (and (/= fp 0) (> limit 0))
      (let ((pc (word fp 8)) (caller (word fp)))
        (declare (type fixnum pc caller))
        (if (/= caller 0)
            (push (describe-frame pc caller) frames))
        (setq fp caller)
        (setq limit (1- limit))))
    (nreverse frames)))

(defun %backtrace ()
  "Return a list of the frames of the running thread, innermost first: lists of
function name, arguments, source and local variables, an alist."
  (frames-from (%frame-pointer) 1000))

(defun %frame-name (n)
  "Return the name of the function N frames further out than the caller."
  (let ((frame (nth n (frames-from (%frame-pointer) (+ n 1)))))
    (list (first frame))))
