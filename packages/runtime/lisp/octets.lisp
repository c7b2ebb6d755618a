;;;; Strings as octets and back, in any external format.

(in-package #:astralisp.runtime)

(defun string-to-octets
    (string &key (external-format :default) (start 0) end null-terminate)
  "Return the characters START to END of STRING in EXTERNAL-FORMAT, with
NULL-TERMINATE those of a null character too, as a simple vector of
(unsigned-byte 8). Signal OCTETS-ENCODING-ERROR, with the restart USE-VALUE, for a
character that the format does not have, unless it has a replacement;
UNKNOWN-EXTERNAL-FORMAT; TYPE-ERROR."
  (let ((format (find-external-format external-format)))
    (%mv-let (data offset length) (string-data string)
      (let ((end (check-bounds start end length)))
        (encode-string format string data (%fx+ offset start)
                       (%fx+ offset end) offset null-terminate)))))

(defun octets-with-room (octets fill)
  "OCTETS if it has room for one more character at FILL, or a longer copy."
  (let ((length (%vector-length octets)))
    (if (%fx<= (%fx+ fill +code-room+) length)
        octets
        (let ((new (%make-vector #x22 (%fx+ (%fx* 2 length) +code-room+))))
          (%replace new 0 octets 0 fill)
          new))))

(defun shrunk-vector (vector fill)
  "VECTOR, shortened to its first FILL elements, or a copy when it is much too
long."
  (if (%fx< (%vector-length vector) (%fx+ fill (%fx-shift-right fill 2)))
      (%shrink-vector vector fill)
      (let ((new (%make-vector (%vector-code vector) fill)))
        (%replace new 0 vector 0 fill)
        new)))

(defun encode-string (format string data start end offset null-terminate)
  "The octets of the characters START to END of the simple string DATA, which
holds STRING from OFFSET."
  (let* ((encoder (%format-encoder format))
         (direct (%format-direct format))
         (octets (%make-vector #x22
                               (%fx+ (%fx* (%format-unit format)
                                           (%fx- end start))
                                     (%fx* 2 +code-room+))))
         (fill (if (%format-marked format) (funcall encoder #xFEFF octets 0) 0)))
    (flet ((put (code position)
             (setq octets (octets-with-room octets fill))
             (let ((next (funcall encoder code octets fill)))
               (if (%fx>= next 0)
                   (setq fill next)
                   (%mv-let (longer end)
                       (encode-replacement format string code position
                                           octets fill)
                     (setq octets longer
                           fill end))))))
      (do ((i start (%fx+ i 1)))
          ((%fx>= i end))
        (let ((code (%char-code (%string-ref data i))))
          (cond ((and (%fx< code direct) (%fx< fill (%vector-length octets)))
                 (%set-u8ref octets fill code)
                 (setq fill (%fx+ fill 1)))
                (t (put code (%fx- i offset))))))
      (when null-terminate
        (put 0 end)))
    (shrunk-vector octets fill)))

(defun encodable-p (format string)
  "Has FORMAT all characters of STRING?"
  (let ((scratch (%make-vector #x22 +code-room+)))
    (every (lambda (character)
             (%fx>= (funcall (%format-encoder format) (%char-code character)
                             scratch 0)
                    0))
           string)))

(defun encode-replacement (format string code position octets fill)
  "Put what stands for the character CODE, at POSITION in STRING, into OCTETS from
FILL; return the vector, or a longer one, and where it ends."
  (let ((replacement (%format-replacement format)))
    (do () ((and replacement (encodable-p format replacement)))
      (setq replacement
            (replace-coding-error 'octets-encoding-error
                                  :external-format (%format-designator format)
                                  :code code :position position
                                  :string string)))
    (dotimes (i (length replacement) (values octets fill))
      (setq octets (octets-with-room octets fill)
            fill (funcall (%format-encoder format)
                          (%char-code (char replacement i)) octets fill)))))

(defun octets-to-string (octets &key (external-format :default) (start 0) end)
  "Return the string that OCTETS from START to END, a vector, are in
EXTERNAL-FORMAT. Signal OCTET-DECODING-ERROR, with the restart USE-VALUE, for what
is no character, unless the format has a replacement; UNKNOWN-EXTERNAL-FORMAT;
TYPE-ERROR."
  (let ((format (find-external-format external-format)))
    (%mv-let (data offset length) (octet-data octets)
      (let ((end (check-bounds start end length)))
        (decode-octets format octets data (%fx+ offset start) (%fx+ offset end)
                       offset)))))

(defun octet-data (octets)
  "A simple vector that holds the elements of the vector OCTETS, the index of the
first, and their number."
  (unless (vectorp octets)
    (type-failure octets '(vector (unsigned-byte 8))))
  (let ((data octets)
        (offset 0)
        (length (length octets)))
    (do () ((not (%array-header-p data)))
      (setq offset (%fx+ offset (%array-offset data))
            data (%array-data data)))
    (if (eq (%vector-code data) #x22)
        (values data offset length)
        (let ((copy (%make-vector #x22 length)))
          (dotimes (i length (values copy 0 length))
            (let ((octet (aref octets i)))
              (unless (and (%fixnump octet) (%fx<= 0 octet) (%fx< octet 256))
                (type-failure octet '(unsigned-byte 8)))
              (%set-u8ref copy i octet)))))))

(defun decode-octets (format octets data start end offset)
  "The characters of START to END of the simple vector DATA, which holds OCTETS
from OFFSET."
  (%mv-let (chosen at) (find-mark format data start end)
    (let* ((decoder (%format-decoder chosen))
           (direct (%format-direct chosen))
           (text (%make-vector #x2C
                               (%fx+ 1 (%fx-truncate (%fx- end start)
                                                     (%format-unit format)))))
           (fill 0))
      (flet ((put (character)
               (when (%fx= fill (%vector-length text))
                 (setq text (grown-string text fill)))
               (%set-string-ref text fill character)
               (setq fill (%fx+ fill 1))))
        (do () ((%fx>= at end))
          (let ((octet (%u8ref data at)))
            (if (%fx< octet direct)
                (progn
                  (put (%code-char octet))
                  (setq at (%fx+ at 1)))
                (%mv-let (code next) (funcall decoder data at end t)
                  (if (%fx>= code 0)
                      (put (%code-char code))
                      (let ((instead
                              (octets-replacement format octets
                                                  (%fx- at offset)
                                                  (%fx- next offset)
                                                  (%fx- start offset)
                                                  (%fx- end offset))))
                        (dotimes (i (length instead))
                          (put (char instead i)))))
                  (setq at next))))))
      (shrunk-vector text fill))))

(defun octets-replacement (format octets at next start end)
  "The string that stands for the octets AT to NEXT of OCTETS."
  (or (%format-replacement format)
      (replace-coding-error 'octet-decoding-error
                            :external-format (%format-designator format)
                            :octets (subseq octets at next)
                            :position at
                            :array octets :start start :end end)))
