;;;; What the compiler imports from the runtime, for hosts without it.

(defpackage #:astralisp.diagnostics-shim
  (:use #:common-lisp))

(in-package #:astralisp.diagnostics-shim)

(let ((package (or (find-package "ASTRALISP")
                   (make-package "ASTRALISP" :use '()))))
  (dolist (name '("COMPILER-DIAGNOSTIC" "COMPILER-WARNING"
                  "COMPILER-STYLE-WARNING" "COMPILER-NOTE" "DIAGNOSTIC-TEXT"
                  "REPORT-DIAGNOSTIC" "MUFFLE-CONDITIONS"
                  "FIND-DEFINITION-SOURCES"
                  "UNMUFFLE-CONDITIONS" "SIMPLE-PROGRAM-ERROR"))
    (export (intern name package) package)))
(unless (find-package "ASTRALISP.RUNTIME")
  (make-package "ASTRALISP.RUNTIME" :use '("COMMON-LISP")))
(dolist (name '("*SOURCE*" "*FORM-PLACES*" "*COMPILATION-UNIT*"
                "COMPILATION-UNIT-CHANGES" "COMPILATION-UNIT-TRANSIENT"
                "*TOPLEVEL-FORM*" "*EVALUATED-MACROS*"
                "MAKE-SOURCE-TEXT" "SOURCE-TEXT-NAME" "SOURCE-TEXT-TEXT"
                "SOURCE-LINE-NUMBER" "SOURCE-LINE-START" "ENCODE-DEFINITION"
                "NOTE-FUNCTION-DEFINED" "UNIT-DEFINITION" "NOTE-REFERENCE"
                "*DIAGNOSTIC-COUNTS*" "MAKE-DIAGNOSTIC-COUNTS"
                "DIAGNOSTIC-COUNTS-ERRORS" "DIAGNOSTIC-COUNTS-WARNINGS"
                "DIAGNOSTIC-COUNTS-STYLES" "DIAGNOSTICS-SUMMARY"
                "CALL-WITH-COMPILATION-UNIT" "%STREAM-COUNT"
                "DECLARATION-FACTS" "DEFINITION-OF-FORM"
                "DEFINITION-SYMBOL" "NOTE-FILE-DEFINITIONS" "DID-YOU-MEAN"
                "NEAREST-SYMBOL" "REST-OF-STREAM" "SKIP-BYTE-ORDER-MARK"))
  (import (intern name "ASTRALISP.RUNTIME")))
(dolist (name '("COMPILER-DIAGNOSTIC" "COMPILER-WARNING"
                "COMPILER-STYLE-WARNING" "COMPILER-NOTE" "DIAGNOSTIC-TEXT"
                "REPORT-DIAGNOSTIC"))
  (import (intern name "ASTRALISP")))

(define-condition compiler-diagnostic ()
  ((code :initarg :code) (severity :initarg :severity)
   (text :initarg :text :reader diagnostic-text) (hint :initarg :hint)
   (label :initarg :label) (form :initarg :form) (focus :initarg :focus)
   (chain :initarg :chain) (source :initarg :source) (place :initarg :place))
  (:report (lambda (condition stream)
             (write-string (diagnostic-text condition) stream))))
(define-condition compiler-warning (compiler-diagnostic warning) ())
(define-condition compiler-style-warning (compiler-diagnostic style-warning) ())
(define-condition compiler-note (compiler-diagnostic) ())

(defvar *source* nil)
(defvar *form-places* nil)
(defvar *compilation-unit* nil)
(defvar *toplevel-form* nil)
(defvar *evaluated-macros* '())
(defvar *diagnostic-counts* nil)
(defun note-function-defined (name lambda-list) (list name lambda-list))
(defun unit-definition (name) (declare (ignore name)) nil)
(defun note-reference (key function) (list key function))
(defun report-diagnostic (condition) (signal condition) nil)
(defun did-you-mean (&rest arguments) (declare (ignore arguments)) nil)
(defun nearest-symbol (&rest arguments) (declare (ignore arguments)) nil)
(defun definition-of-form (form) (declare (ignore form)) nil)
