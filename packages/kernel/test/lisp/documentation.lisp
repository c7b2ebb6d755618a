;;;; Every exported function, macro and variable says what it is.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.test)

(defun undocumented (package)
  "The external symbols of PACKAGE that lack documentation of what they name."
  (let ((result '()))
    (do-external-symbols (symbol package)
      (when (or (and (fboundp symbol) (not (documentation symbol 'function)))
                (and (boundp symbol) (not (keywordp symbol))
                     (not (documentation symbol 'variable))))
        (pushnew symbol result)))
    (sort result #'string<)))

(define-test documented-astralisp (undocumented "ASTRALISP") => "NIL")

(define-test documented-assembler (undocumented "ASTRALISP.ASM") => "NIL")

(define-test documented-compiler (undocumented "ASTRALISP.COMPILER") => "NIL")

(define-test documented-kernel (undocumented "ASTRALISP.KERNEL") => "NIL")

(define-test documented-standard (undocumented "COMMON-LISP") => "NIL")

(define-test undocumented-is-seen
    (let ((package (make-package "UNDOCUMENTED")))
      (unwind-protect
           (let ((symbol (intern "F" package)))
             (export symbol package)
             (setf (fdefinition symbol) #'car)
             (mapcar #'symbol-name (undocumented package)))
        (delete-package package)))
  => "(\"F\")")
