;;;; External formats: how characters are written as octets.

(in-package #:astralisp.runtime)

;;; A format has two functions:
;;;   decoder (octets at end final) -> code, next
;;;     of the character at AT of the simple octet vector OCTETS, which has
;;;     something before END, and where the next one starts. The code is
;;;     +MALFORMED+ when there is none: NEXT is after the octets to blame. It is
;;;     +INCOMPLETE+ when more octets must come; never if FINAL, for none will.
;;;   encoder (code octets at) -> next
;;;     puts the character CODE into OCTETS, which has +CODE-ROOM+ octets there;
;;;     -1 when the format has no such character.
;;; Codes below DIRECT are octets themselves, so that loops need not call.

(defconstant +malformed+ -1)
(defconstant +incomplete+ -2)

(defconstant +code-room+ 8
  "As many octets as an encoder may write: a return and a newline in UTF-32.")

(defstruct (external-format (:copier copy-external-format)
                            (:conc-name %format-))
  "A way to write characters as octets."
  ;; What STREAM-EXTERNAL-FORMAT says: a keyword, or a list of it and options.
  designator
  decoder
  encoder
  (direct 0)
  ;; How many octets the shortest character has.
  (unit 1)
  ;; The string to read or write in place of what cannot be, or NIL.
  (replacement nil)
  ;; The formats that may follow a byte order mark, the first one without any.
  (marked '()))

(define-condition unknown-external-format (error)
  ((designator :initarg :designator :reader unknown-external-format-designator))
  (:report report-unknown-external-format)
  (:documentation "DESIGNATOR means no external format."))

(defglobal **external-formats** '()
  "Lists of the names of a format, keywords, and that.")

(defun report-unknown-external-format (condition stream)
  (format stream "~S is no external format: it is one of~{ ~S~^,~}, or a list of ~
                  such a name and :REPLACEMENT with a character or string, or ~
                  :NEWLINE with :LF, :CRLF or :CR"
          (unknown-external-format-designator condition)
          (mapcar #'caar (reverse **external-formats**))))

(defvar *default-external-format* :utf-8
  "The external format that :DEFAULT means.")

(defun find-external-format (designator)
  "The format that DESIGNATOR means: a name or a list of a name and options.
Signals UNKNOWN-EXTERNAL-FORMAT."
  (cond ((external-format-p designator) designator)
        ((consp designator) (format-with-options designator))
        ((and (eq designator :default)
              (not (eq *default-external-format* :default)))
         (find-external-format *default-external-format*))
        (t (dolist (entry **external-formats**
                          (error 'unknown-external-format
                                 :designator designator))
             (when (member designator (car entry))
               (return (cadr entry)))))))

(defun format-with-options (designator)
  "The format of the list DESIGNATOR. Of an option given twice the first counts."
  (let ((name (car designator))
        (options (cdr designator)))
    (when (and (eq name :default) (consp *default-external-format*))
      (setq name (car *default-external-format*)
            options (append options (cdr *default-external-format*))))
    (unless (and (symbolp name) (format-options-p options))
      (error 'unknown-external-format :designator designator))
    (let ((replacement (getf options :replacement)))
      (with-format-options (find-external-format name)
                           (and replacement (string replacement))
                           (getf options :newline :lf)))))

(defun format-options-p (options)
  (do ((tail options (cddr tail)))
      ((null tail) t)
    (unless (and (consp tail) (consp (cdr tail))
                 (case (car tail)
                   (:replacement (or (null (cadr tail)) (characterp (cadr tail))
                                     (stringp (cadr tail))))
                   (:newline (member (cadr tail) '(:lf :crlf :cr)))))
      (return nil))))

(defun with-format-options (format replacement newline)
  "FORMAT with the string REPLACEMENT, if any, and lines that end as NEWLINE says."
  (if (and (null replacement) (eq newline :lf))
      format
      (let ((copy (copy-external-format format)))
        (setf (%format-designator copy)
              (append (let ((old (%format-designator format)))
                        (if (consp old) old (list old)))
                      (when replacement
                        (list :replacement
                              (if (= (length replacement) 1)
                                  (char replacement 0)
                                  replacement)))
                      (unless (eq newline :lf) (list :newline newline)))
              (%format-replacement copy) replacement
              (%format-marked copy)
              (mapcar (lambda (marked)
                        (with-format-options marked replacement newline))
                      (%format-marked format)))
        (unless (eq newline :lf)
          (setf (%format-direct copy) 0
                (%format-decoder copy)
                (newline-decoder (%format-decoder format) newline)
                (%format-encoder copy)
                (newline-encoder (%format-encoder format) newline)))
        copy)))

;;; Ends of lines.

(defun newline-decoder (decoder newline)
  "DECODER, whose lines end as NEWLINE says. A lone newline stays one."
  (lambda (octets at end final)
    (%mv-let (code next) (funcall decoder octets at end final)
      (cond ((not (eq code 13)) (values code next))
            ((eq newline :cr) (values 10 next))
            ((%fx< next end)
             (%mv-let (second after) (funcall decoder octets next end final)
               (cond ((eq second 10) (values 10 after))
                     ((eq second +incomplete+) (values +incomplete+ after))
                     (t (values 13 next)))))
            (final (values 13 next))
            (t (values +incomplete+ next))))))

(defun newline-encoder (encoder newline)
  "ENCODER, whose lines end as NEWLINE says."
  (lambda (code octets at)
    (cond ((not (eq code 10)) (funcall encoder code octets at))
          ((eq newline :cr) (funcall encoder 13 octets at))
          (t (funcall encoder 10 octets (funcall encoder 13 octets at))))))

;;; UTF-8 (RFC 3629). What is malformed is the longest beginning of a character,
;;; or one octet: Unicode's "substitution of maximal subparts", as on the Web.

(defun decode-utf-8 (octets at end final)
  (let ((first (%u8ref octets at)))
    (cond ((%fx< first #x80) (values first (%fx+ at 1)))
          ((or (%fx< first #xC2) (%fx> first #xF4))
           (values +malformed+ (%fx+ at 1)))
          ((%fx< first #xE0)
           (decode-continuation octets at end final (%fx-and first #x1F) 1
                                #x80 #xBF))
          ;; Not what two octets could say, no surrogates.
          ((%fx< first #xF0)
           (decode-continuation octets at end final (%fx-and first #x0F) 2
                                (if (eq first #xE0) #xA0 #x80)
                                (if (eq first #xED) #x9F #xBF)))
          ;; Not what three octets could say, nothing above #x10FFFF.
          (t
           (decode-continuation octets at end final (%fx-and first #x07) 3
                                (if (eq first #xF0) #x90 #x80)
                                (if (eq first #xF4) #x8F #xBF))))))

(defun decode-continuation (octets at end final code count low high)
  "CODE with the bits of the COUNT octets after AT; the first is LOW to HIGH."
  (let ((next (%fx+ at 1)))
    (dotimes (i count (values code next))
      (when (%fx>= next end)
        (return (values (if final +malformed+ +incomplete+) next)))
      (let ((octet (%u8ref octets next)))
        (unless (and (%fx<= low octet) (%fx<= octet high))
          (return (values +malformed+ next)))
        (setq code (%fx-or (%fx-shift-left code 6) (%fx-and octet #x3F))
              next (%fx+ next 1)
              low #x80
              high #xBF)))))

(defun encode-utf-8 (code octets at)
  (labels ((put (octet index)
             (%set-u8ref octets index octet)
             (%fx+ index 1))
           (continue-at (index shift)
             (put (%fx-or #x80 (%fx-and #x3F (%fx-shift-right code shift)))
                  index)))
    (cond ((%fx< code #x80) (put code at))
          ((%fx< code #x800)
           (continue-at (put (%fx-or #xC0 (%fx-shift-right code 6)) at) 0))
          ((surrogate-code-p code) -1)
          ((%fx< code #x10000)
           (continue-at
            (continue-at (put (%fx-or #xE0 (%fx-shift-right code 12)) at) 6)
            0))
          (t
           (continue-at
            (continue-at
             (continue-at (put (%fx-or #xF0 (%fx-shift-right code 18)) at) 12)
             6)
            0)))))

(defun surrogate-code-p (code)
  (eq (%fx-and code #x1FF800) #xD800))

;;; Latin-1 and ASCII.

(defun decode-latin-1 (octets at end final)
  (declare (ignore end final))
  (values (%u8ref octets at) (%fx+ at 1)))

(defun decode-ascii (octets at end final)
  (declare (ignore end final))
  (let ((octet (%u8ref octets at)))
    (values (if (%fx< octet #x80) octet +malformed+) (%fx+ at 1))))

(defun octet-encoder (limit)
  "An encoder of the codes below LIMIT as one octet each."
  (lambda (code octets at)
    (cond ((%fx< code limit)
           (%set-u8ref octets at code)
           (%fx+ at 1))
          (t -1))))

;;; UTF-16 and UTF-32. WHERE is the exclusive or with the index of an octet,
;;; counted from the lowest: 0 if the lowest comes first, 1 or 3 if last.

(defun utf-16-decoder (where)
  (labels ((unit (octets at)
             (%fx-or (%u8ref octets (%fx+ at where))
                     (%fx-shift-left (%u8ref octets (%fx+ at (%fx- 1 where)))
                                     8)))
           (second-half (octets at end final code)
             (if (%fx> (%fx+ at 4) end)
                 (values (if final +malformed+ +incomplete+) end)
                 (let ((low (unit octets (%fx+ at 2))))
                   (if (eq (%fx-and low #xFC00) #xDC00)
                       (values (%fx+ #x10000
                                     (%fx-or (%fx-shift-left
                                              (%fx-and code #x3FF) 10)
                                             (%fx-and low #x3FF)))
                               (%fx+ at 4))
                       (values +malformed+ (%fx+ at 2)))))))
    (lambda (octets at end final)
      (if (%fx> (%fx+ at 2) end)
          (values (if final +malformed+ +incomplete+) end)
          (let ((code (unit octets at)))
            (cond ((not (surrogate-code-p code)) (values code (%fx+ at 2)))
                  ((%fx< code #xDC00)
                   (second-half octets at end final code))
                  (t (values +malformed+ (%fx+ at 2)))))))))

(defun utf-16-encoder (where)
  (flet ((put (unit octets at)
           (%set-u8ref octets (%fx+ at where) (%fx-and unit #xFF))
           (%set-u8ref octets (%fx+ at (%fx- 1 where))
                       (%fx-shift-right unit 8))
           (%fx+ at 2)))
    (lambda (code octets at)
      (cond ((surrogate-code-p code) -1)
            ((%fx< code #x10000) (put code octets at))
            (t
             (let ((bits (%fx- code #x10000)))
               (put (%fx-or #xDC00 (%fx-and bits #x3FF)) octets
                    (put (%fx-or #xD800 (%fx-shift-right bits 10))
                         octets at))))))))

(defun utf-32-decoder (where)
  (lambda (octets at end final)
    (if (%fx> (%fx+ at 4) end)
        (values (if final +malformed+ +incomplete+) end)
        (let ((code 0))
          (dotimes (i 4)
            (setq code (%fx-or (%fx-shift-left code 8)
                               (%u8ref octets
                                       (%fx+ at (%fx-xor where (%fx- 3 i)))))))
          (values (if (or (%fx>= code #x110000) (surrogate-code-p code))
                      +malformed+
                      code)
                  (%fx+ at 4))))))

(defun utf-32-encoder (where)
  (lambda (code octets at)
    (cond ((surrogate-code-p code) -1)
          (t
           (dotimes (i 4)
             (%set-u8ref octets (%fx+ at (%fx-xor where i))
                         (%fx-and #xFF (%fx-shift-right code (%fx* 8 i)))))
           (%fx+ at 4)))))

;;; The formats there are.

(defun add-external-format (names decoder encoder &key (direct 0) (unit 1))
  (push (list names (make-external-format :designator (car names)
                                          :decoder decoder :encoder encoder
                                          :direct direct :unit unit))
        **external-formats**))

(defun add-marked-format (names &rest formats)
  "Add a format whose text may begin with a byte order mark that says which of
FORMATS it is; else it is the first. A mark is written."
  (let ((copy (copy-external-format (find-external-format (car formats)))))
    (setf (%format-designator copy) (car names)
          (%format-marked copy) (mapcar #'find-external-format formats))
    (push (list names copy) **external-formats**)))

(add-external-format '(:utf-8 :utf8) #'decode-utf-8 #'encode-utf-8 :direct #x80)
(add-external-format '(:latin-1 :latin1 :iso-8859-1 :iso8859-1)
                     #'decode-latin-1 (octet-encoder #x100) :direct #x100)
(add-external-format '(:ascii :us-ascii :ansi_x3.4-1968 :iso-646 :iso-646-us)
                     #'decode-ascii (octet-encoder #x80) :direct #x80)
(add-external-format '(:utf-16le :utf16le) (utf-16-decoder 0) (utf-16-encoder 0)
                     :unit 2)
(add-external-format '(:utf-16be :utf16be) (utf-16-decoder 1) (utf-16-encoder 1)
                     :unit 2)
(add-external-format '(:utf-32le :utf32le) (utf-32-decoder 0) (utf-32-encoder 0)
                     :unit 4)
(add-external-format '(:utf-32be :utf32be) (utf-32-decoder 3) (utf-32-encoder 3)
                     :unit 4)
(add-marked-format '(:utf-16 :utf16) :utf-16be :utf-16le)
(add-marked-format '(:utf-32 :utf32) :utf-32be :utf-32le)

(defun lenient-format (designator)
  "The format that DESIGNATOR means, with which every octet can be read."
  (let ((format (find-external-format designator)))
    (if (%format-replacement format)
        format
        (with-format-options format (string (code-char #xFFFD)) :lf))))

(defglobal **lenient-utf-8** (lenient-format :utf-8)
  "For consoles and pipes: an error would only keep the text from being seen.")

;;; Byte order marks.

(defun find-mark (format octets at end)
  "Of the formats that FORMAT may be the one whose mark is at AT of OCTETS, and
where the mark ends; FORMAT and AT when there is none."
  (dolist (marked (%format-marked format) (values format at))
    (when (%fx<= (%fx+ at (%format-unit marked)) end)
      (%mv-let (code next) (funcall (%format-decoder marked) octets at end t)
        (when (eq code #xFEFF)
          (return (values marked next)))))))
