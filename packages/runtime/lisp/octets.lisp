;;;; Strings as octets and back: UTF-8 (RFC 3629).

(in-package #:astralisp.runtime)

(defun utf-8-octet-count (code)
  (cond ((< code #x80) 1)
        ((< code #x800) 2)
        ((< code #x10000) 3)
        (t 4)))

(defun string-to-octets (string &key (start 0) (end (length string)))
  "Return the UTF-8 encoding of the characters START to END of STRING as a
simple vector of (unsigned-byte 8). Signal a type-error when STRING is none."
  (check-type string string)
  (let ((size 0))
    (do ((i start (1+ i)))
        ((>= i end))
      (incf size (utf-8-octet-count (char-code (char string i)))))
    (let ((octets (make-array size :element-type '(unsigned-byte 8)))
          (at 0))
      (do ((i start (1+ i)))
          ((>= i end) octets)
        (setq at (encode-utf-8 (char-code (char string i)) octets at))))))

(defun encode-utf-8 (code octets at)
  "Put the encoding of the character CODE into OCTETS from AT; return its end."
  (let ((count (utf-8-octet-count code)))
    (if (= count 1)
        (setf (aref octets at) code)
        (let ((shift (* 6 (1- count))))
          (setf (aref octets at)
                (logior (svref #(0 0 #xC0 #xE0 #xF0) count)
                        (ash code (- shift))))
          (do ((i (1+ at) (1+ i)))
              ((= shift 0))
            (decf shift 6)
            (setf (aref octets i)
                  (logior #x80 (logand (ash code (- shift)) #x3F))))))
    (+ at count)))

(defun octets-to-string (octets &key (start 0) (end (length octets)))
  "Return the string whose UTF-8 encoding is OCTETS from START to END.
What is no encoding of a character reads as U+FFFD, one for each octet."
  (let ((string (make-string (- end start)))
        (length 0)
        (at start))
    (do ()
        ((>= at end))
      (multiple-value-bind (code next) (decode-utf-8 octets at end)
        (setf (char string length) (code-char code))
        (incf length)
        (setq at next)))
    (subseq string 0 length)))

(defun decode-utf-8 (octets at end)
  "Return the code of the character at AT of OCTETS and where the next starts."
  (let* ((first (aref octets at))
         (count (cond ((< first #x80) 1)
                      ((< first #xC2) 0)
                      ((< first #xE0) 2)
                      ((< first #xF0) 3)
                      ((< first #xF5) 4)
                      (t 0)))
         (code (if (= count 1)
                   first
                   (logand first (ash #x7F (- count))))))
    (if (or (= count 0) (> (+ at count) end))
        (values #xFFFD (1+ at))
        (do ((i 1 (1+ i)))
            ((= i count)
             (if (well-formed-code-p code count)
                 (values code (+ at count))
                 (values #xFFFD (1+ at))))
          (let ((octet (aref octets (+ at i))))
            (unless (= (logand octet #xC0) #x80)
              (return (values #xFFFD (1+ at))))
            (setq code (logior (ash code 6) (logand octet #x3F))))))))

(defun well-formed-code-p (code count)
  "Is CODE, from COUNT octets, a character in its shortest encoding?"
  (and (= count (utf-8-octet-count code))
       (< code #x110000)
       (not (<= #xD800 code #xDFFF))))
