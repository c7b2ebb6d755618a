;;;; What is signalled when octets are no text, or a character has no octets.

(in-package #:astralisp.runtime)

(define-condition character-coding-error (error)
  ((external-format :initarg :external-format
                    :reader character-coding-error-external-format))
  (:documentation "Octets or a character have no meaning in an external format."))

(define-condition character-decoding-error (character-coding-error)
  ((octets :initarg :octets :reader character-decoding-error-octets)
   (position :initarg :position :reader character-decoding-error-position))
  (:report report-decoding-error)
  (:documentation "OCTETS, a vector, at POSITION are no character."))

(define-condition character-encoding-error (character-coding-error)
  ((code :initarg :code :reader character-encoding-error-code)
   (position :initarg :position :reader character-encoding-error-position))
  (:report report-encoding-error)
  (:documentation "The character with CODE, at POSITION, cannot be written."))

(define-condition octet-decoding-error (character-decoding-error)
  ((array :initarg :array :reader octet-decoding-error-array)
   (start :initarg :start :reader octet-decoding-error-start)
   (end :initarg :end :reader octet-decoding-error-end))
  (:documentation "What OCTETS-TO-STRING cannot read: in ARRAY, of which START to
END is read."))

(define-condition octets-encoding-error (character-encoding-error)
  ((string :initarg :string :reader octets-encoding-error-string))
  (:documentation "What STRING-TO-OCTETS cannot write: in STRING."))

(define-condition stream-decoding-error (stream-error character-decoding-error)
  ()
  (:report report-decoding-error)
  (:documentation "What a stream cannot read; the octets are still in front of
it."))

(define-condition stream-encoding-error (stream-error character-encoding-error)
  ()
  (:report report-encoding-error)
  (:documentation "What a stream cannot write."))

(defun report-coding-place (condition stream)
  (format stream " at position ~:[of unknown number~;~:*~D~]~@[ of ~A~]"
          (if (typep condition 'character-decoding-error)
              (character-decoding-error-position condition)
              (character-encoding-error-position condition))
          (and (typep condition 'stream-error)
               (let ((source (stream-error-stream condition)))
                 (or (stream-control source :pathname) source)))))

(defun report-coding-remedy (condition example stream)
  (let* ((format (character-coding-error-external-format condition))
         (newline (if (consp format) (getf (cdr format) :newline) nil)))
    (format stream " in the external format ~S: use another one, or ~S" format
            (list* (if (consp format) (car format) format)
                   :replacement example
                   (if newline (list :newline newline) '())))))

(defun report-decoding-error (condition stream)
  (let ((octets (character-decoding-error-octets condition)))
    (format stream "the octet~P~{ ~2,'0X~}" (length octets) (coerce octets 'list))
    (report-coding-place condition stream)
    (format stream " ~:[are~;is~] no character" (= 1 (length octets)))
    (report-coding-remedy condition (code-char #xFFFD) stream)))

(defun report-encoding-error (condition stream)
  (format stream "the character U+~4,'0X"
          (character-encoding-error-code condition))
  (report-coding-place condition stream)
  (write-string " cannot be written" stream)
  (report-coding-remedy condition #\? stream))

;;; Readers are slots, which have no docstrings.

(defmacro document-functions (&rest entries)
  "ENTRIES are lists of a function and its docstring."
  (let ((forms '()))
    (dolist (entry entries `(progn ,@(reverse forms)))
      (push `(set-documentation ',(car entry) 'function ,(cadr entry)) forms))))

(document-functions
 (unknown-external-format-designator
  "Return the object that should have meant an external format.")
 (character-coding-error-external-format
  "Return the name of the external format, or the list of it and its options.")
 (character-decoding-error-octets "Return a vector of the malformed octets.")
 (character-decoding-error-position
  "Return where the malformed octets are: an index, or a position in a file.")
 (character-encoding-error-code
  "Return the code of the character that cannot be written.")
 (character-encoding-error-position
  "Return where the character is: an index, or a position in a file.")
 (octet-decoding-error-array "Return the argument of OCTETS-TO-STRING.")
 (octet-decoding-error-start "Return the start of what was to be a string.")
 (octet-decoding-error-end "Return the end of what was to be a string.")
 (octets-encoding-error-string "Return the argument of STRING-TO-OCTETS."))

;;; Restarts.

(defun read-replacement ()
  "Ask for what to use in place of something; for :INTERACTIVE."
  (format *query-io* "~&a character or string to use instead (evaluated): ")
  (finish-output *query-io*)
  (list (eval (read *query-io*))))

(defun replacement-string (designator)
  "DESIGNATOR, a character or string, as a string."
  (if (or (characterp designator) (stringp designator))
      (string designator)
      (type-failure designator '(or character string))))

(defun replace-coding-error (type &rest arguments)
  "Signal a condition of TYPE made with ARGUMENTS; return the string to use
instead."
  (restart-case (apply #'error type arguments)
    (use-value (value)
      :report "Use another character or string instead."
      :interactive read-replacement
      (replacement-string value))))
