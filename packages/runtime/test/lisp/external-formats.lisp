;;;; Tests of external formats: what docs/extensions.md says.

(in-package #:astralisp.test)

(defun format-octets (&rest octets)
  (coerce octets '(simple-array (unsigned-byte 8) (*))))

(defun format-codes (string)
  (map 'list #'char-code string))

(defun format-text (&rest codes)
  (map 'string #'code-char codes))

;;; Of strings.

(defvar *format-names*
  '(:utf-8 :utf-16 :utf-16le :utf-16be :utf-32 :utf-32le :utf-32be))

(define-test formats-encode
  (let ((text (format-text #x41 #xE9 #x20AC #x1F600)))
    (mapcar (lambda (name) (ext:string-to-octets text :external-format name))
            *format-names*))
  => #.(format nil "(#(65 195 169 226 130 172 240 159 152 128) #(254 255 ~
                    0 65 0 233 32 172 216 61 222 0) #(65 0 233 0 172 32 ~
                    61 216 0 222) #(0 65 0 233 32 172 216 61 222 0) #(0 ~
                    0 254 255 0 0 0 65 0 0 0 233 0 0 32 172 0 1 246 0) ~
                    #(65 0 0 0 233 0 0 0 172 32 0 0 0 246 1 0) #(0 0 0 ~
                    65 0 0 0 233 0 0 32 172 0 1 246 0))"))

(define-test formats-small
  (let ((text (format-text #x41 #xFF)))
    (list (ext:string-to-octets text :external-format :latin-1)
          (ext:string-to-octets "az" :external-format :ascii)
          (ext:string-to-octets text :external-format '(:ascii :replacement #\?))
          (ext:string-to-octets text :external-format
                                '(:us-ascii :replacement "(y)"))
          (ext:string-to-octets text :external-format '(:ascii :replacement ""))
          (ext:octets-to-string (format-octets 65 255) :external-format
                                '(:ascii :replacement #\?))
          (format-codes (ext:octets-to-string (format-octets 0 128 255)
                                              :external-format :iso-8859-1))))
  => "(#(65 255) #(97 122) #(65 63) #(65 40 121 41) #(65) \"A?\" (0 128 255))")

(define-test formats-byte-order-marks
  (list (format-codes (ext:octets-to-string (format-octets #xFF #xFE 65 0)
                                            :external-format :utf-16))
        (format-codes (ext:octets-to-string (format-octets #xFE #xFF 0 65)
                                            :external-format :utf-16))
        (format-codes (ext:octets-to-string (format-octets 0 65)
                                            :external-format :utf-16))
        (format-codes (ext:octets-to-string
                       (format-octets #xFF #xFE 0 0 65 0 0 0)
                       :external-format :utf-32))
        (format-codes (ext:octets-to-string (format-octets #xFF #xFE 65 0)
                                            :external-format :utf-16le))
        (format-codes (ext:octets-to-string (format-octets #xFF)
                                            :external-format
                                            '(:utf-16 :replacement #\?))))
  => "((65) (65) (65) (65) (65279 65) (63))")

(define-test formats-bounds-and-nulls
  (let ((text (make-array 6 :element-type 'character
                            :displaced-to (copy-seq "0123456789")
                            :displaced-index-offset 2))
        (octets (make-array 3 :element-type '(unsigned-byte 8)
                              :displaced-to (format-octets 65 66 67 68 69)
                              :displaced-index-offset 1)))
    (list (ext:string-to-octets text :start 1 :end 3)
          (ext:string-to-octets "" :null-terminate t)
          (ext:string-to-octets "a" :external-format :utf-16be :null-terminate t)
          (ext:octets-to-string octets :start 1)
          (ext:octets-to-string octets :end 2)
          (ext:octets-to-string (vector 65 66))
          (ext:octets-to-string (format-octets))
          (handler-case (ext:octets-to-string (vector 65 256))
            (type-error () :type))
          (handler-case (ext:octets-to-string octets :start 4)
            (type-error () :type))
          (handler-case (ext:string-to-octets '(#\a))
            (type-error () :type))))
  => "(#(51 52) #(0) #(0 97 0 0) \"CD\" \"BC\" \"AB\" \"\" :TYPE :TYPE :TYPE)")

(define-test formats-newlines
  (let ((text (format nil "a~%b~%")))
    (list (ext:string-to-octets text :external-format '(:utf-8 :newline :crlf))
          (ext:string-to-octets text :external-format '(:utf-16le :newline :cr))
          (format-codes (ext:octets-to-string
                         (format-octets 65 13 10 10 13 66 13)
                         :external-format '(:latin-1 :newline :crlf)))
          (format-codes (ext:octets-to-string
                         (format-octets 65 13 10 66)
                         :external-format '(:latin-1 :newline :cr)))))
  => #.(format nil "(#(97 13 10 98 13 10) #(97 0 13 0 98 0 13 0) (65 10 ~
                    10 13 66 13) (65 10 10 66))"))

(define-test formats-unknown
  (mapcar (lambda (designator)
            (handler-case (ext:string-to-octets "a" :external-format designator)
              (ext:unknown-external-format (condition)
                (and (plusp (length (princ-to-string condition)))
                     (ext:unknown-external-format-designator condition)))))
          '(:ebcdic 7 (:utf-8 :newline) (:utf-8 :colour 1) (:utf-8 . 1)
            (:utf-8 :replacement 65) ((:utf-8) :newline :cr) (:utf-8 :newline :lf)
            (:default :newline :crlf)))
  => #.(format nil "(:EBCDIC 7 (:UTF-8 :NEWLINE) (:UTF-8 :COLOUR 1) ~
                    (:UTF-8 . 1) (:UTF-8 :REPLACEMENT 65) ((:UTF-8) ~
                    :NEWLINE :CR) #(97) #(97))"))

(define-test formats-default
  (let ((ext:*default-external-format* '(:latin-1 :replacement #\!)))
    (list (ext:string-to-octets (format-text #xE9 #x100))
          (ext:string-to-octets (format-text 10 #x100) :external-format
                                '(:default :newline :crlf))
          (ext:string-to-octets (format-text #x100) :external-format
                                '(:default :replacement #\?))))
  => "(#(233 33) #(13 10 33) #(63))")

;;; Hostile octets, against what Node's TextDecoder answers: a pseudo-random
;;; generator makes sequences of octets that begin and end characters.

(defvar *format-random* 1)

(defun format-random (limit)
  (setq *format-random* (logand (+ (* *format-random* 1103515245) 12345)
                                #x7FFFFFFF))
  (mod (ash *format-random* -16) limit))

(defvar *hostile-octets*
  #(#x00 #x0A #x41 #x7F #x80 #x8F #x90 #x9F #xA0 #xBF #xC0 #xC1 #xC2 #xDF #xE0 #xE1
    #xED #xEF #xF0 #xF1 #xF4 #xF5 #xFF #xD8 #xDC #xDB))

(defun hostile-octets (limit)
  (let ((octets (make-array (format-random limit)
                            :element-type '(unsigned-byte 8))))
    (dotimes (i (length octets) octets)
      (setf (aref octets i)
            (svref *hostile-octets*
                   (format-random (length *hostile-octets*)))))))

(defun hostile-sum (name)
  "A number that tells what 20000 sequences are as text in the format NAME."
  (let ((*format-random* 1)
        (sum 0)
        (format (list name :replacement (code-char #xFFFD))))
    (flet ((add (number)
             (setq sum (mod (+ (* sum 257) number) 1000003))))
      (dotimes (i 20000 sum)
        (map nil (lambda (character) (add (char-code character)))
             (ext:octets-to-string (hostile-octets 9) :external-format format))
        (add 7)))))

(define-test formats-hostile-octets
  (mapcar #'hostile-sum '(:utf-8 :utf-16le :utf-16be))
  => "(434742 742093 777089)")

(define-test formats-hostile-octets-are-errors
  (mapcar (lambda (octets)
            (handler-case (ext:octets-to-string (apply #'format-octets octets))
              (ext:octet-decoding-error (condition)
                (list (ext:character-decoding-error-position condition)
                      (ext:character-decoding-error-octets condition)))))
          '((#x41 #x80) (#xC0 #x80) (#xE0 #x80 #x80) (#xED #xA0 #x80)
            (#xF4 #x90 #x80 #x80) (#xE2 #x82) (#xF0 #x9F #x98 #x41) (#xFF)))
  => #.(format nil "((1 #(128)) (0 #(192)) (0 #(224)) (0 #(237)) (0 ~
                    #(244)) (0 #(226 130)) (0 #(240 159 152)) (0 ~
                    #(255)))"))

;;; What is written is read again.

(defun random-text (length)
  (let ((text (make-string length)))
    (dotimes (i length text)
      (setf (char text i)
            (code-char
             (case (format-random 4)
               (0 (format-random #x80))
               (1 (format-random #x800))
               (2 (+ #xE000 (format-random #x1FF0)))
               (t (+ #x10000 (* 16 (format-random #x8000))
                     (format-random 16)))))))))

(define-test formats-round-trip
  (let ((*format-random* 7)
        (wrong '()))
    (dotimes (i 200 wrong)
      (let ((text (random-text (format-random 30))))
        (dolist (name *format-names*)
          (unless (string= text
                           (ext:octets-to-string
                            (ext:string-to-octets text :external-format name)
                            :external-format name))
            (push (list name text) wrong))))))
  => "NIL")

;;; Errors and restarts.

(define-test octets-use-value
  (handler-bind ((ext:character-coding-error
                   (lambda (condition)
                     (use-value (if (typep condition 'ext:octet-decoding-error)
                                    "<>"
                                    #\?)
                                condition))))
    (list (ext:octets-to-string (format-octets 65 255 66))
          (ext:string-to-octets (format-text 65 #x100 66) :external-format
                                '(:latin-1 :replacement #.(code-char #xFFFD)))))
  => "(\"A<>B\" #(65 63 66))")

(define-test octets-error-slots
  (list (handler-case (ext:string-to-octets (format-text 65 #xD800))
          (ext:octets-encoding-error (condition)
            (list (ext:character-coding-error-external-format condition)
                  (ext:character-encoding-error-code condition)
                  (ext:character-encoding-error-position condition)
                  (length (ext:octets-encoding-error-string condition))
                  (princ-to-string condition))))
        (handler-case (ext:octets-to-string (vector 1 2 #x80) :start 1)
          (ext:octet-decoding-error (condition)
            (list (ext:octet-decoding-error-array condition)
                  (ext:octet-decoding-error-start condition)
                  (ext:octet-decoding-error-end condition)
                  (search "the octet 80 at position 2 is no character"
                          (princ-to-string condition))))))
  => #.(format nil "((:UTF-8 55296 1 2 \"the character U+D800 at ~
                    position 1 cannot be written in the external format ~
                    :UTF-8: use another one, or (:UTF-8 :REPLACEMENT ~
                    #\\\\?)\") (#(1 2 128) 1 3 0))"))

;;; File streams.

(defvar *format-file* "/tmp/astralisp-external-formats.txt")

(defun write-format-octets (&rest octets)
  (with-open-file (out *format-file* :direction :output :if-exists :supersede
                                     :element-type '(unsigned-byte 8))
    (write-sequence octets out)))

(defun read-format-octets ()
  (with-open-file (in *format-file* :element-type '(unsigned-byte 8))
    (let ((octets (make-list (file-length in))))
      (read-sequence octets in)
      octets)))

(defmacro with-format-file ((stream &rest options) &body body)
  `(with-open-file (,stream *format-file* ,@options)
     ,@body))

(defmacro writing-format ((stream format &rest options) &body body)
  "The octets of the file after BODY has written to it in FORMAT."
  `(progn
     (with-format-file (,stream :direction :output :external-format ,format
                                ,@(or options '(:if-exists :supersede)))
       ,@body)
     (read-format-octets)))

(define-test file-formats-written
  (mapcar (lambda (format)
            (writing-format (out format)
              (write-char (code-char #xE9) out)
              (write-line "a" out)))
          '(:default :latin-1 (:ascii :replacement "e'") :utf-16 :utf-16le :utf-32be
            (:utf-16 :newline :crlf) (:utf-8 :newline :cr)))
  => #.(format nil "((195 169 97 10) (233 97 10) (101 39 97 10) (254 255 ~
                    0 233 0 97 0 10) (233 0 97 0 10 0) (0 0 0 233 0 0 0 ~
                    97 0 0 0 10) (254 255 0 233 0 97 0 13 0 10) (195 169 ~
                    97 13))"))

(define-test file-formats-named
  (mapcar (lambda (format)
            (writing-format (out :utf-8))
            (with-format-file (in :external-format format)
              (stream-external-format in)))
          '(:default :utf8 :iso-8859-1 :us-ascii :utf-16 (:utf8 :newline :lf)
            (:latin1 :replacement "?" :newline :crlf)
            (:utf-8 :replacement "no")))
  => #.(format nil "(:UTF-8 :UTF-8 :LATIN-1 :ASCII :UTF-16 :UTF-8 ~
                    (:LATIN-1 :REPLACEMENT #\\? :NEWLINE :CRLF) (:UTF-8 ~
                    :REPLACEMENT \"no\"))"))

(define-test file-formats-of-other-streams
  (writing-format (out :latin-1)
    (setq *format-random* out)
    (prin1 (list (stream-external-format (make-broadcast-stream out))
                 (stream-external-format (make-broadcast-stream))
                 (stream-external-format (make-synonym-stream '*format-random*))
                 (stream-external-format (make-string-input-stream "")))
           out)
    (setq *format-random* 1))
  => #.(format nil "(40 58 76 65 84 73 78 45 49 32 58 68 69 70 65 85 76 ~
                    84 32 58 76 65 84 73 78 45 49 32 58 68 69 70 65 85 ~
                    76 84 41)"))

(define-test file-format-unknown-opens-nothing
  (progn
    (write-format-octets 65)
    (list (handler-case (with-format-file (out :direction :output
                                               :if-exists :supersede
                                               :external-format :ebcdic)
                          out)
            (ext:unknown-external-format () :unknown))
          (read-format-octets)))
  => "(:UNKNOWN (65))")

(define-test file-positions
  (progn
    (write-format-octets #xC3 #xA9 65 #xFF #xE2 #x82 #xAC 10)
    (with-format-file (in :external-format '(:utf-8 :replacement #\?))
      (let ((positions (list (file-position in))))
        (loop
          (let ((character (peek-char nil in nil)))
            (push (file-position in) positions)
            (unless character
              (return (list (reverse positions)
                            (file-position in 2)
                            (read-line in)
                            (file-position in)
                            (file-position in :start)
                            (char-code (read-char in))))))
          (read-char in)))))
  => "((0 0 2 3 4 7 8) T \"A?€\" 8 T 233)")

(define-test file-positions-and-newlines
  (progn
    (write-format-octets 65 13 10 66 10 13)
    (with-format-file (in :external-format '(:utf-8 :newline :crlf))
      (let ((seen '()))
        (loop
          (let ((character (read-char in nil)))
            (unless character (return (reverse seen)))
            (push (file-position in) seen)
            (unread-char character in)
            (push (file-position in) seen)
            (push (char-code (read-char in)) seen))))))
  => "(1 0 65 3 1 10 4 3 66 5 4 10 6 5 13)")

(define-test file-positions-and-marks
  (progn
    (write-format-octets #xFF #xFE 65 0 66 0)
    (with-format-file (in :external-format :utf-16)
      (list (file-position in 4) (read-char in) (read-char in nil :end)
            (file-position in :start) (read-char in) (file-position in))))
  => "(T #\\B :END T #\\A 4)")

(define-test file-marks-are-followed
  (progn
    (write-format-octets #xFF #xFE 65 0)
    (list (writing-format (out :utf-16 :if-exists :append)
            (write-string "BC" out))
          (writing-format (out :utf-16 :if-exists :overwrite)
            (write-string "D" out))
          (progn
            (with-format-file (io :direction :io :if-exists :overwrite
                                  :external-format :utf-16)
              (read-char io)
              (write-char #\E io)
              (file-position io 0)
              (list (read-line io) (read-format-octets))))))
  => #.(format nil "((255 254 65 0 66 0 67 0) (255 254 68 0 66 0 67 0) ~
                    (\"DEC\" (255 254 68 0 69 0 67 0)))"))

(define-test file-string-lengths
  (list
   (writing-format (out :utf-16)
     (format out "~D,~D" (file-string-length out "a") (file-string-length out "a")))
   (writing-format (out '(:utf-8 :newline :crlf))
     (format out "~D,~D,~D" (file-string-length out #\Newline)
             (file-string-length out (format-text #xE9 #x1F600))
             (file-string-length out (code-char #xD800))))
   (writing-format (out '(:latin-1 :replacement "abc"))
     (format out "~D,~D" (file-string-length out (code-char #x100))
             (file-string-length (make-broadcast-stream) "abc"))))
  => "((254 255 0 52 0 44 0 52) (50 44 54 44 78 73 76) (51 44 49))")

(define-test stream-decoding-restarts
  (flet ((line-with (restart &rest arguments)
           (write-format-octets 65 #xE2 #x82 66 #xFF 67 10)
           (with-format-file (in :external-format :utf-8)
             (handler-bind ((ext:stream-decoding-error
                              (lambda (condition)
                                (assert (eq in (stream-error-stream condition)))
                                (apply #'invoke-restart restart arguments))))
               (list (read-line in nil) (read-char in nil :end))))))
    (list (line-with 'ext:attempt-resync)
          (line-with 'ext:input-replacement "<?>")
          (line-with 'use-value #\?)
          (line-with 'use-value "")
          (line-with 'ext:force-end-of-file)))
  => #.(format nil "((\"ABC\" :END) (\"A<?>B<?>C\" :END) (\"A?B?C\" ~
                    :END) (\"ABC\" :END) (\"A\" #\\B))"))

(define-test stream-decoding-error-slots
  (progn
    (write-format-octets 65 #xE2 #x82 66)
    (with-format-file (in :external-format :utf-8)
      (read-char in)
      (list (handler-case (read-char in)
              (ext:stream-decoding-error (condition)
                (list (ext:character-coding-error-external-format condition)
                      (ext:character-decoding-error-position condition)
                      (ext:character-decoding-error-octets condition)
                      (search *format-file* (princ-to-string condition)))))
            (file-position in)
            (handler-case (read-char in)
              (stream-error () :again))
            (progn (file-position in 3) (read-char in)))))
  => "((:UTF-8 1 #(226 130) 34) 1 :AGAIN #\\B)")

(define-test stream-encoding-restarts
  (flet ((octets-with (restart &rest arguments)
           (writing-format (out :latin-1)
             (handler-bind ((ext:stream-encoding-error
                              (lambda (condition)
                                (assert (eql #x100
                                             (ext:character-encoding-error-code
                                              condition)))
                                (apply #'invoke-restart restart arguments))))
               (write-string (format-text 65 #x100 66) out)))))
    (list (octets-with 'ext:output-nothing)
          (octets-with 'ext:output-replacement "??")
          (octets-with 'use-value #\?)))
  => "((65 66) (65 63 63 66) (65 63 66))")

(define-test file-replacement-is-read-whole
  (progn
    (write-format-octets 255 10 255 65)
    (with-format-file (in :external-format '(:utf-8 :replacement "xyz"))
      (list (read-char in) (read-line in) (file-position in)
            (peek-char nil in) (read-line in) (read-char in nil :end))))
  => "(#\\x \"yz\" 2 #\\x \"xyzA\" :END)")

;;; A character may lie across the border of two buffers; a stream reads what
;;; OCTETS-TO-STRING reads.

(defun file-text-of (octets format)
  (with-open-file (out *format-file* :direction :output :if-exists :supersede
                                     :element-type '(unsigned-byte 8))
    (write-sequence octets out))
  (with-format-file (in :external-format format)
    (let ((text (make-string (* 2 (length octets)))))
      (subseq text 0 (read-sequence text in)))))

(define-test file-text-is-octets-text
  (let ((*format-random* 3)
        (wrong '()))
    (dolist (name *format-names* wrong)
      (dolist (newline '(:lf :crlf))
        (let* ((format (list name :replacement #\? :newline newline))
               (octets (concatenate '(vector (unsigned-byte 8))
                                    (hostile-octets 9)
                                    (make-list 8180 :initial-element 65)
                                    (loop repeat 2000
                                          append (coerce (hostile-octets 9)
                                                         'list)
                                          collect 13))))
          (unless (string= (ext:octets-to-string octets :external-format format)
                           (file-text-of octets format))
            (push format wrong))))))
  => "NIL")

(define-test file-written-text-is-octets
  (let ((*format-random* 5)
        (wrong '()))
    (dolist (name *format-names* wrong)
      (let ((text (concatenate 'string (make-string 8190 :initial-element #\a)
                               (random-text 9000))))
        (unless (equalp (ext:string-to-octets text :external-format name)
                        (coerce (writing-format (out name)
                                  (write-string text out :end 100)
                                  (write-char (char text 100) out)
                                  (write-string text out :start 101))
                                'vector))
          (push name wrong)))))
  => "NIL")

;;; LOAD and COMPILE-FILE.

(defvar *format-loaded*)

(defun write-format-source (format)
  (with-open-file (out *format-file* :direction :output :if-exists :supersede
                                     :external-format format)
    (format out "(setq astralisp.test::*format-loaded* \"~A\")"
            (format-text #xE9 #xFF))))

(define-test load-in-format
  (flet ((loaded (written read)
           (write-format-source written)
           (setq *format-loaded* nil)
           (load *format-file* :external-format read)
           (format-codes *format-loaded*)))
    (list (loaded :latin-1 :latin-1)
          (loaded :utf-16 :utf-16)
          (loaded :utf-8 :default)
          (loaded :utf-8 '(:latin-1))
          (handler-case (loaded :latin-1 :utf-8)
            (ext:stream-decoding-error (condition)
              (ext:character-decoding-error-octets condition)))
          (let ((ext:*default-external-format* :latin-1))
            (loaded :latin-1 :default))))
  => "((233 255) (233 255) (233 255) (195 169 195 191) #(233) (233 255))")

(define-test load-skips-a-mark
  (progn
    (write-format-octets #xEF #xBB #xBF 40 41)
    (load *format-file*))
  => "T")

(defun compile-format-file (format)
  (let ((*error-output* (make-broadcast-stream)))
    (compile-file *format-file* :external-format format)))

(define-test compile-file-in-format
  (if (not (eq :javascript (ext:platform-name)))
      (flet ((compiled (written read)
               (write-format-source written)
               (setq *format-loaded* nil)
               (load (compile-format-file read))
               (format-codes *format-loaded*)))
        (list (compiled :latin-1 :latin-1)
              (compiled :utf-16le :utf-16le)
              (handler-case (compiled :latin-1 :utf-8)
                (ext:stream-decoding-error () :error))))
      '((233 255) (233 255) :error))
  => "((233 255) (233 255) :ERROR)")

(define-test external-formats-clean
  (progn
    (when (probe-file *format-file*)
      (delete-file *format-file*))
    (let ((object (compile-file-pathname *format-file*)))
      (when (probe-file object)
        (delete-file object)))
    (probe-file *format-file*))
  => "NIL")
