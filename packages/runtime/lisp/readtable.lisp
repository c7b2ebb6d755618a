;;;; Readtables: what each character means to the reader.

(in-package #:astralisp.runtime)

;;; The entry of a character is NIL (constituent), :WHITESPACE, :SINGLE-ESCAPE,
;;; :MULTIPLE-ESCAPE, or a macro character: a simple vector of its function,
;;; whether it is non-terminating, and for a dispatching one a hash table from
;;; sub-characters to functions.

(defstruct (readtable (:predicate readtablep) (:copier nil)
                      (:constructor %make-readtable (case entries others))
                      (:conc-name %readtable-))
  "What each character means to the reader."
  (case :upcase)
  ;; The entries of the 128 ASCII characters, and an alist of others by code.
  entries
  others)

(defun character-entry (character readtable)
  (let ((code (%char-code character)))
    (if (%fx< code 128)
        (%svref (%readtable-entries readtable) code)
        (cdr (assoc code (%readtable-others readtable))))))

(defun set-character-entry (character readtable entry)
  (let ((code (%char-code character)))
    (if (%fx< code 128)
        (%set-svref (%readtable-entries readtable) code entry)
        (let ((cell (assoc code (%readtable-others readtable))))
          (if cell
              (setf (cdr cell) entry)
              (setf (%readtable-others readtable)
                    (acons code entry (%readtable-others readtable))))))
    entry))

(defun make-macro-entry (function non-terminating dispatch)
  (vector function non-terminating dispatch))

(defun macro-entry-p (entry)
  (simple-vector-p entry))

(defun macro-entry-function (entry)
  (%svref entry 0))

(defun macro-entry-non-terminating-p (entry)
  (%svref entry 1))

(defun macro-entry-dispatch (entry)
  (%svref entry 2))

(defun copy-entry (entry)
  (if (and (macro-entry-p entry) (macro-entry-dispatch entry))
      (let ((table (make-hash-table)))
        (maphash (lambda (key value) (setf (gethash key table) value))
                 (macro-entry-dispatch entry))
        (make-macro-entry (macro-entry-function entry)
                          (macro-entry-non-terminating-p entry)
                          table))
      entry))

(defvar *standard-readtable* nil
  "The readtable of standard syntax; never changed.")

(defvar *readtable* nil
  "The readtable that READ uses.")

(defun check-readtable (object)
  (unless (readtablep object)
    (error 'type-error :datum object :expected-type 'readtable))
  object)

(defun copy-readtable (&optional (from-readtable *readtable*) to-readtable)
  "A copy of FROM-READTABLE (NIL: of the standard one), or TO-READTABLE changed
into one."
  (let* ((from (check-readtable (or from-readtable *standard-readtable*)))
         (entries (make-array 128 :initial-element nil))
         (others '()))
    (dotimes (i 128)
      (%set-svref entries i (copy-entry (%svref (%readtable-entries from) i))))
    (dolist (cell (%readtable-others from))
      (push (cons (car cell) (copy-entry (cdr cell))) others))
    (cond (to-readtable
           (setf (%readtable-case to-readtable) (%readtable-case from)
                 (%readtable-entries to-readtable) entries
                 (%readtable-others to-readtable) others)
           to-readtable)
          (t (%make-readtable (%readtable-case from) entries others)))))

(defun readtable-case (readtable)
  "How READTABLE treats the case of symbols: :UPCASE, :DOWNCASE, :PRESERVE or
:INVERT."
  (%readtable-case (check-readtable readtable)))

(defun (setf readtable-case) (mode readtable)
  (unless (member mode '(:upcase :downcase :preserve :invert))
    (error 'type-error :datum mode
                       :expected-type '(member :upcase :downcase :preserve
                                        :invert)))
  (setf (%readtable-case (check-readtable readtable)) mode))

(defun get-macro-character (char &optional (readtable *readtable*))
  "The reader macro function of CHAR in READTABLE or NIL, and whether CHAR may
be inside a token."
  (let ((entry (character-entry char (or readtable *standard-readtable*))))
    (if (macro-entry-p entry)
        (values (macro-entry-function entry)
                (macro-entry-non-terminating-p entry))
        (values nil nil))))

(defun set-macro-character
    (char new-function &optional non-terminating-p (readtable *readtable*))
  "Make CHAR a macro character of READTABLE that calls NEW-FUNCTION with a
stream and CHAR; return T."
  (set-character-entry char (or readtable *standard-readtable*)
                       (make-macro-entry new-function non-terminating-p nil))
  t)

(defun make-dispatch-macro-character
    (char &optional non-terminating-p (readtable *readtable*))
  "Make CHAR a dispatching macro character of READTABLE, without
sub-characters; return T."
  (set-character-entry char (or readtable *standard-readtable*)
                       (make-macro-entry #'read-dispatch non-terminating-p
                                         (make-hash-table)))
  t)

(defun dispatch-table (char readtable)
  (let ((entry (character-entry char readtable)))
    (unless (and (macro-entry-p entry) (macro-entry-dispatch entry))
      (error 'simple-error
             :format-control "~S is not a dispatching macro character"
             :format-arguments (list char)))
    (macro-entry-dispatch entry)))

(defun get-dispatch-macro-character
    (disp-char sub-char &optional (readtable *readtable*))
  "The function for SUB-CHAR after DISP-CHAR in READTABLE, or NIL."
  (let ((table (dispatch-table disp-char (or readtable *standard-readtable*))))
    (if (digit-char-p sub-char)
        nil
        (values (gethash (char-upcase sub-char) table)))))

(defun set-dispatch-macro-character
    (disp-char sub-char new-function &optional (readtable *readtable*))
  "Make SUB-CHAR after DISP-CHAR in READTABLE call NEW-FUNCTION with a stream,
SUB-CHAR and the number between them or NIL; return T."
  (when (digit-char-p sub-char)
    (error 'simple-error
           :format-control "the digit ~S cannot be a sub-character"
           :format-arguments (list sub-char)))
  (setf (gethash (char-upcase sub-char)
                 (dispatch-table disp-char (or readtable *standard-readtable*)))
        new-function)
  t)

(defun set-syntax-from-char
    (to-char from-char &optional (to-readtable *readtable*)
                         (from-readtable *standard-readtable*))
  "Give TO-CHAR in TO-READTABLE the syntax of FROM-CHAR in FROM-READTABLE;
return T."
  (set-character-entry
   to-char to-readtable
   (copy-entry (character-entry from-char
                                (or from-readtable *standard-readtable*))))
  t)

(set-documentation 'readtablep 'function
  "True if the argument is a readtable.")
