;;;; What the image is made of: code by system file, data by kind of object.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Code objects lie in code space in the order in which their files were linked
;;; or loaded, so a file is a run of code objects with one source name.

(defstruct (file-size (:constructor make-file-size (name)))
  "The octets of the code of one file, and of what debuggers know of it."
  name (package nil) (code 0) (debug 0))

(defun heap-octets (object)
  "The octets that OBJECT, a pointer, takes in the heap."
  (declare (effects :no-poll))
  (if (< (%object-address object) +heap-base+)
      0
      (object-size (%object-address object))))

(defun debug-octets (object seen)
  "The octets of the vectors, conses and strings under OBJECT that are not SEEN."
  (if (or (not (or (consp object) (stringp object)
                   (and (vectorp object) (not (symbolp object)))))
          (gethash object seen))
      0
      (let ((sum (heap-octets object)))
        (declare (type fixnum sum))
        (setf (gethash object seen) t)
        (cond ((consp object)
               (setq sum (+ sum (debug-octets (car object) seen)
                            (debug-octets (cdr object) seen))))
              ((simple-vector-p object)
               (dotimes (i (length object))
                 (setq sum (+ sum (debug-octets (svref object i) seen))))))
        sum)))

(defun system-package (name)
  "The name of the package that NAME, of a function, shows its file belongs to."
  (let ((symbol (if (and (consp name) (eq (first name) 'setf))
                    (second name)
                    name)))
    (and (symbolp symbol) (symbol-package symbol)
         (not (string= "TOPLEVEL-FORM" (symbol-name symbol)))
         (let ((package (package-name (symbol-package symbol))))
           (if (member package '("COMMON-LISP" "ASTRALISP" "KEYWORD"
                                 "ASTRALISP.PRIMITIVES" "ASTRALISP.MOP")
                       :test #'string=)
               nil
               (string-downcase package))))))

(defun note-code (code file seen)
  "Add the code object at CODE to FILE."
  (let ((records (code-debug-part code 1)))
    (setf (file-size-code file)
          (+ (file-size-code file) (shift-right (word code 8) 3))
          (file-size-debug file)
          (+ (file-size-debug file)
             (debug-octets (%raw-load-boxed code 24) seen)))
    (if (and (null (file-size-package file)) (simple-vector-p records))
        (dotimes (i (length records))
          (if (null (file-size-package file))
              (setf (file-size-package file)
                    (system-package (svref (svref records i) 0))))))))

(defun code-files ()
  "The FILE-SIZEs of code space, in order."
  (let ((files '()) (seen (make-hash-table :test #'eq))
        (code +code-base+) (end (world-code-free)))
    (declare (type fixnum code end))
    (while (< code end)
      (let ((source (code-debug-part code 2)))
        (if (or (null files)
                (not (equal source (file-size-name (car files)))))
            (push (make-file-size source) files))
        (note-code code (car files) seen))
      (setq code (+ code (shift-right (word code 8) 3))))
    (name-packages (nreverse files))))

;;; A file that defines only functions of the standard is in the package of the
;;; one before it.
(defun name-packages (files)
  (let ((last nil))
    (dolist (file files files)
      (if (file-size-package file)
          (setq last (file-size-package file))
          (setf (file-size-package file) last)))))

;;; Kinds of heap objects

(defparameter *heap-kinds*
  #("conses" "structures and other instances" "functions" "symbols" "strings"
    "vectors" "numeric vectors" "numbers and others")
  "What COUNT-HEAP tells apart.")

(defwired heap-kind (address)
  "The index in *HEAP-KINDS* for the object at ADDRESS."
  (let-fixnum ((tag (tag-at address)) (code (octet address 1)))
    (cond ((= tag +layout-tag+) 1)
          ((/= tag +header-tag+) 0)
          ((>= code +function-code+) 2)
          ((= code +symbol-code+) 3)
          ((= code +string-code+) 4)
          ((= code +simple-vector-code+) 5)
          ((> code +simple-vector-code+) 6)
          (t 7))))

(defun count-heap (counts)
  "Add to COUNTS, a vector, the octets of the old objects of each kind; return
the octets of all blocks that hold objects."
  (declare (effects :no-poll) (type simple-vector counts))
  (let-fixnum ((blocks 0))
    (do-range (block +heap-base+ (heap-frontier) +block-size+)
      (let-fixnum ((kind (block-kind block)) (at block)
                   (end (+ block +block-size+)))
        (if (or (= kind +small-block+) (= kind +large-head+)
                (= kind +large-tail+))
            (setq blocks (+ blocks +block-size+)))
        (if (or (= kind +small-block+) (= kind +large-head+))
            (while (< (setq at (next-object at end)) end)
              (let-fixnum ((index (heap-kind at)) (size (object-size at)))
                (setf (svref counts index)
                      (+ (the fixnum (svref counts index)) size))
                (setq at (+ at size)))))))
    blocks))

;;; Printing

(defun print-size (indent name octets &optional (more ""))
  (format t "~VT~A~50T~12:D~A~%" indent name octets more))

(defun print-code-sizes (files)
  "Print the table of FILES by package; return the octets of their code."
  (let ((packages '()) (total 0))
    (declare (type fixnum total))
    (dolist (file files)
      (pushnew (file-size-package file) packages :test #'equal))
    (dolist (package (reverse packages) total)
      (let ((own (remove package files :key #'file-size-package
                                       :test-not #'equal))
            (code 0) (debug 0))
        (declare (type fixnum code debug))
        (dolist (file own)
          (setq code (+ code (file-size-code file))
                debug (+ debug (file-size-debug file))))
        (setq total (+ total code))
        (print-size 2 (or package "-") code
                    (format nil "~12:D" debug))
        (dolist (file own)
          (print-size 4 (or (file-size-name file) "-") (file-size-code file)
                      (format nil "~12:D" (file-size-debug file))))))))

(defun print-image-size ()
  "Print how many octets of the image are code of each package and each file of
it, with those of their debug information, which is part of the heap; what static
space and heap hold; and the sum of all."
  (let* ((files (code-files))
         (counts (make-array (length *heap-kinds*) :initial-element 0))
         (code (- (world-code-free) +code-base+))
         (static (- (world-static-free) +static-base+))
         (heap 0) (used 0))
    (declare (type fixnum code static heap used))
    (%collect-garbage t)
    (setq heap (count-heap counts))
    (format t "~52Toctets  debug data~%")
    (print-size 0 "code" code)
    (print-code-sizes files)
    (print-size 0 "static space" static)
    (print-size 0 "heap" heap)
    (dotimes (i (length counts))
      (setq used (+ used (the fixnum (svref counts i))))
      (print-size 2 (svref *heap-kinds* i) (svref counts i)))
    (print-size 2 "room in blocks in use" (- heap used))
    (print-size 0 "image" (+ code static heap))
    (values)))
