;;;; Printing symbols, characters and strings.

(in-package #:astralisp.runtime)

;;; Characters and strings.

(defun output-character (character stream)
  (cond ((not (or *print-escape* *print-readably*))
         (write-char-to stream character))
        (t
         (write-string-to stream "#\\")
         (if (graphic-char-p character)
             (write-char-to stream character)
             (write-string-to stream (char-name character))))))

(defun output-string (string stream)
  (if (not (or *print-escape* *print-readably*))
      (write-string-to stream string)
      (%mv-let (data offset length) (string-data string)
        (write-char-to stream #\")
        (write-escaped data offset (%fx+ offset length) #\" stream)
        (write-char-to stream #\"))))

(defun write-escaped (string start end quote stream)
  "Write STRING from START to END with a backslash before each QUOTE or
backslash."
  (do ((i start (%fx+ i 1)))
      ((%fx>= i end))
    (let ((character (%string-ref string i)))
      (when (or (eq character quote) (eq character #\\))
        (write-char-to stream #\\))
      (write-char-to stream character))))

;;; Symbols. The name is written in the case that *PRINT-CASE* and the
;;; readtable's case ask for, between bars when it would not read back
;;; otherwise.

(defun output-symbol (symbol stream)
  (if *print-readably*
      ;; Whoever reads it does so with the standard readtable.
      (let ((*readtable* *standard-readtable*)
            (*read-base* *print-base*)
            (*print-readably* nil)
            (*print-escape* t)
            (*print-gensym* t))
        (output-symbol-here symbol stream))
      (output-symbol-here symbol stream)))

(defun output-symbol-here (symbol stream)
  (if *print-escape*
      (let ((package (symbol-package symbol))
            (name (symbol-name symbol)))
        (cond ((null package)
               (when *print-gensym*
                 (write-string-to stream "#:")))
              ((eq package (find-package "KEYWORD"))
               (write-char-to stream #\:))
              ((eq package *package*))
              (t (output-package-prefix symbol name package stream)))
        (output-symbol-name name stream))
      (output-cased-name (symbol-name symbol) stream)))

(defun output-package-prefix (symbol name package stream)
  (%mv-let (accessible status) (find-symbol name *package*)
    (unless (and status (eq accessible symbol))
      (output-symbol-name (or (car (rassoc package (%package-local-nicknames
                                                    *package*)))
                              (package-name package))
                          stream)
      (%mv-let (found status) (find-symbol name package)
        (write-string-to stream
                         (if (and (eq status :external) (eq found symbol))
                             ":"
                             "::"))))))

(defun output-symbol-name (name stream)
  (if (needs-bars-p name)
      (progn
        (write-char-to stream #\|)
        (write-escaped name 0 (%vector-length name) #\| stream)
        (write-char-to stream #\|))
      (output-cased-name name stream)))

(defun needs-bars-p (name)
  "True if the symbol NAME would not read back as it is."
  (let ((length (%vector-length name))
        (case (readtable-case *readtable*))
        (dots t))
    (or (eq length 0)
        (dotimes (i length nil)
          (let* ((character (%string-ref name i))
                 (code (%char-code character)))
            (unless (eq character #\.)
              (setq dots nil))
            (when (cond ((and (%fx<= 65 code) (%fx<= code 90))
                         (eq case :downcase))
                        ((and (%fx<= 97 code) (%fx<= code 122))
                         (eq case :upcase))
                        ((eq character #\:) t)
                        ((%fx<= code 32) t)
                        ((eq code 127) t)
                        ((%fx< code 128)
                         (let ((entry (character-entry character *readtable*)))
                           (and entry
                                (not (and (macro-entry-p entry)
                                          (macro-entry-non-terminating-p entry)
                                          (%fx> i 0))))))
                        (t (or (character-entry character *readtable*)
                               (not (graphic-char-p character))
                               (and (eq case :upcase) (lower-case-p character)
                                    (both-case-p character))
                               (and (eq case :downcase)
                                    (upper-case-p character)))))
              (return t))))
        dots
        (potential-number-p name length))))

(defun potential-number-p (name length)
  "True if NAME has the syntax of a potential number, CLHS 2.3.1.1."
  (let* ((base (if (%fx> *print-base* *read-base*) *print-base* *read-base*))
         (first (%string-ref name 0))
         (last (%string-ref name (%fx- length 1)))
         (digit nil))
    (and (or (digit-weight first base)
             (position first "+-.^_"))
         (not (or (eq last #\+) (eq last #\-)))
         (dotimes (i length t)
           (let ((character (%string-ref name i)))
             (cond ((digit-weight character base) (setq digit t))
                   ((position character "+-/.^_"))
                   ((alpha-char-p character)
                    ;; A letter is a marker only without letters beside it.
                    (when (or (and (%fx> i 0)
                                   (number-letter-p
                                    (%string-ref name (%fx- i 1)) base))
                              (and (%fx< (%fx+ i 1) length)
                                   (number-letter-p
                                    (%string-ref name (%fx+ i 1)) base)))
                      (return nil)))
                   (t (return nil)))))
         digit)))

(defun number-letter-p (character base)
  (and (alpha-char-p character)
       (not (digit-weight character base))))

(defun output-cased-name (name stream)
  (let ((length (%vector-length name)))
    (case (readtable-case *readtable*)
      (:upcase
       (case *print-case*
         (:upcase (write-string-to stream name))
         (:downcase (write-mapped name #'char-downcase stream))
         (t (write-capitalized name t stream))))
      (:downcase
       (case *print-case*
         (:downcase (write-string-to stream name))
         (:upcase (write-mapped name #'char-upcase stream))
         (t (write-capitalized name nil stream))))
      (:preserve (write-string-to stream name))
      (t
       (let ((upper nil)
             (lower nil))
         (dotimes (i length)
           (let ((character (%string-ref name i)))
             (cond ((upper-case-p character) (setq upper t))
                   ((lower-case-p character) (setq lower t)))))
         (cond ((and upper lower) (write-string-to stream name))
               (upper (write-mapped name #'char-downcase stream))
               (t (write-mapped name #'char-upcase stream))))))))

(defun write-mapped (name function stream)
  (dotimes (i (%vector-length name))
    (write-char-to stream (funcall function (%string-ref name i)))))

(defun write-capitalized (name upper stream)
  "Write NAME with each word capitalised. UPPER: the name's normal case is upper
case, and lower case letters stay as they are; otherwise the reverse."
  (let ((inside nil))
    (dotimes (i (%vector-length name))
      (let ((character (%string-ref name i)))
        (write-char-to stream
                       (cond ((and inside upper) (char-downcase character))
                             ((and (not inside) (not upper))
                              (char-upcase character))
                             (t character)))
        (setq inside (alphanumericp character))))))
