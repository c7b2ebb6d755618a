;;;; Tests of streams, files and pathnames (CLHS 19, 20, 21).

(in-package #:astralisp.test)

(define-test string-input
  (with-input-from-string (s "ab
cd")
    (list (read-char s) (peek-char nil s) (read-line s) (read-char s)
          (unread-char #\c s) (multiple-value-list (read-line s))
          (read-line s nil :eof) (read-char s nil :end)
          (handler-case (read-char s) (end-of-file () :signalled)))))
(define-test string-input-bounds
  (let (index)
    (list (with-input-from-string (s "0123456789" :start 2 :end 5 :index index)
            (list (read-char s) (read-char s)))
          index)))
(define-test peek-types
  (with-input-from-string (s "   abc  x")
    (list (peek-char t s) (peek-char #\c s) (read-char s) (peek-char t s)
          (read-char s) (peek-char nil s nil :end))))
(define-test string-output
  (with-output-to-string (s)
    (write-string "abc" s) (write-char #\d s) (terpri s)
    (write-line "line" s) (fresh-line s) (write-string "xyz" s :start 1 :end 2)
    (fresh-line s) (fresh-line s) (write-string "end" s)))
(define-test output-stream-string
  (let ((s (make-string-output-stream)))
    (write-string "one" s)
    (list (get-output-stream-string s) (get-output-stream-string s)
          (progn (write-char #\x s) (get-output-stream-string s)))))
(define-test fill-pointer-output
  (let ((string (make-array 0 :element-type 'character :fill-pointer 0
                              :adjustable t)))
    (with-output-to-string (s string)
      (write-string "hello" s)
      (write-char #\! s))
    string))
(define-test long-output
  (length (with-output-to-string (s)
            (dotimes (i 1000) (write-string "0123456789" s)))))
(define-test broadcast
  (let* ((a (make-string-output-stream))
         (b (make-string-output-stream))
         (s (make-broadcast-stream a b)))
    (write-string "both" s)
    (list (get-output-stream-string a) (get-output-stream-string b)
          (length (broadcast-stream-streams s)))))
(define-test concatenated
  (let ((s (make-concatenated-stream (make-string-input-stream "ab")
                                     (make-string-input-stream "")
                                     (make-string-input-stream "cd"))))
    (list (read-line s) (read-char s nil :end))))
(define-test two-way
  (let* ((in (make-string-input-stream "input"))
         (out (make-string-output-stream))
         (s (make-two-way-stream in out)))
    (write-string "output" s)
    (list (read-line s) (get-output-stream-string out)
          (eq in (two-way-stream-input-stream s)) (input-stream-p s)
          (output-stream-p s))))
(define-test echo
  (let* ((out (make-string-output-stream))
         (s (make-echo-stream (make-string-input-stream "abc") out)))
    (read-char s)
    (read-char s)
    (get-output-stream-string out)))
(defvar *synonym-target* nil)
(define-test synonym
  (let ((*synonym-target* (make-string-output-stream))
        (s (make-synonym-stream '*synonym-target*)))
    (write-string "via" s)
    (list (get-output-stream-string *synonym-target*)
          (synonym-stream-symbol s))))
(define-test stream-predicates
  (let ((in (make-string-input-stream "x"))
        (out (make-string-output-stream)))
    (list (streamp in) (streamp 5) (input-stream-p in) (output-stream-p in)
          (input-stream-p out) (output-stream-p out) (open-stream-p in)
          (progn (close in) (open-stream-p in)) (interactive-stream-p out)
          (typep in 'string-stream) (typep out 'stream))))
(define-test sequences-of-streams
  (with-input-from-string (s "abcdefgh")
    (let ((string (make-string 3 :initial-element #\-))
          (list (list 1 2 3 4))
          (vector (make-array 6 :initial-element nil)))
      (list (read-sequence string s) string
            (read-sequence list s :start 1 :end 3) list
            (read-sequence vector s) vector))))
(define-test write-sequences
  (with-output-to-string (s)
    (write-sequence "abc" s)
    (write-sequence '(#\d #\e #\f) s :start 1)
    (write-sequence (vector #\g #\h) s :end 1)))
(define-test input-errors
  (list (handler-case (read-char (make-string-output-stream))
          (error () :refused))
        (handler-case (write-char #\a (make-string-input-stream ""))
          (error () :refused))
        (handler-case (read-line 5) (error () :refused))))

;;; Files.

(defvar *test-file* "/tmp/astralisp-runtime-test.txt")

(define-test file-text
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede
                                   :external-format :utf-8)
      (format s "héllo ∀𝄞~%line ~A~%" 2))
    (with-open-file (s *test-file* :external-format :utf-8)
      (list (read-line s) (read-line s) (read-line s nil :end)
            (file-length s) (file-position s :start) (read-char s)
            (typep s 'file-stream)))))
(define-test file-append
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :append)
      (write-string "more" s))
    (with-open-file (s *test-file* :external-format :utf-8)
      (loop for line = (read-line s nil) while line collect line))))
(define-test file-overwrite
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede)
      (write-string "0123456789" s))
    (with-open-file (s *test-file* :direction :output :if-exists :overwrite)
      (write-string "ab" s))
    (with-open-file (s *test-file*) (read-line s))))
(define-test file-both-ways
  (progn
    (with-open-file (s *test-file* :direction :io :if-exists :overwrite)
      (let ((first (read-char s)))
        (write-char #\Z s)
        (file-position s 0)
        (list first (read-line s))))))
(define-test file-octets
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede
                                   :element-type '(unsigned-byte 8))
      (dotimes (i 300) (write-byte (mod i 256) s)))
    (with-open-file (s *test-file* :element-type '(unsigned-byte 8))
      (let ((buffer (make-array 10 :element-type '(unsigned-byte 8))))
        (list (file-length s) (read-byte s) (file-position s 257)
              (read-sequence buffer s) buffer
              (progn (file-position s 299) (read-byte s))
              (read-byte s nil :end))))))
(define-test file-signed
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede
                                   :element-type '(signed-byte 8))
      (write-byte -5 s) (write-byte 100 s))
    (with-open-file (s *test-file* :element-type '(signed-byte 8))
      (list (read-byte s) (read-byte s)))))
(define-test file-wide
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede
                                   :element-type '(unsigned-byte 32))
      (write-byte 4000000000 s) (write-byte 7 s))
    (with-open-file (s *test-file* :element-type '(unsigned-byte 32))
      (list (file-length s) (read-byte s) (read-byte s)))))
(define-test file-missing
  (list (open "/tmp/no-such-file-at-all" :if-does-not-exist nil)
        (handler-case (open "/tmp/no-such-file-at-all") (file-error () :error))
        (handler-case (open *test-file* :direction :output :if-exists :error)
          (file-error () :error))
        (open *test-file* :direction :output :if-exists nil)
        (probe-file "/tmp/no-such-file-at-all")))
(define-test file-abort
  (list (catch 'out
          (with-open-file (s "/tmp/astralisp-aborted.txt" :direction :output)
            (write-string "x" s)
            (throw 'out :thrown)))
        (probe-file "/tmp/astralisp-aborted.txt")))
(define-test file-operations
  (progn
    (with-open-file (s "/tmp/astralisp-a.txt" :direction :output
                                              :if-exists :supersede)
      (write-string "x" s))
    (list (namestring (truename "/tmp/astralisp-a.txt"))
          (length (multiple-value-list
                   (rename-file "/tmp/astralisp-a.txt" "astralisp-b.txt")))
          (probe-file "/tmp/astralisp-a.txt")
          (namestring (probe-file "/tmp/astralisp-b.txt"))
          (integerp (file-write-date "/tmp/astralisp-b.txt"))
          (mapcar #'namestring (directory "/tmp/astralisp-b.*"))
          (delete-file "/tmp/astralisp-b.txt")
          (probe-file "/tmp/astralisp-b.txt")
          (handler-case (delete-file "/tmp/astralisp-b.txt")
            (file-error () :error)))))
(define-test closed-stream
  (let ((s (open *test-file*)))
    (list (close s) (open-stream-p s)
          (handler-case (read-char s) (error () :refused)))))

;;; Pathnames.

(defun parts (pathname)
  (list (pathname-directory pathname) (pathname-name pathname)
        (pathname-type pathname)))

(define-test pathname-parts
  (mapcar #'parts '("a/b.c" "/x/y/z.lisp" "foo" "foo.tar.gz" ".emacs" "/" "a/"
                    "../a" "*.lisp" "/a/**/b.*" "")))
(define-test namestrings
  (mapcar (lambda (name) (namestring (pathname name)))
          '("a/b.c" "/x/y/z.lisp" "foo" ".emacs" "/" "a/" "*.lisp" "/a/**/b.*"
            "")))
(define-test make-pathnames
  (mapcar #'namestring
          (list (make-pathname :name "q" :type "r" :directory '(:relative "z"))
                (make-pathname :directory '(:absolute "a" "b"))
                (make-pathname :name "x" :defaults "/d/y.z")
                (make-pathname :type "t" :defaults "y.z")
                (make-pathname :name :wild :type "c"))))
(define-test merging
  (mapcar (lambda (pair) (namestring (merge-pathnames (car pair) (cadr pair))))
          '(("foo.txt" "/a/b/c.d") ("foo" "/a/b/c.d") ("x/foo" "/a/b/c.d")
            ("/x/foo" "/a/b/c.d") ("" "/a/b/c.d") ("x/" "/a/b.c"))))
(define-test enough
  (mapcar (lambda (pair) (enough-namestring (car pair) (cadr pair)))
          '(("/a/b/c.d" "/a/") ("/a/b/c.d" "/a/b/") ("/x/y" "/a/"))))
(define-test pathname-matching
  (mapcar (lambda (pair)
            (not (null (pathname-match-p (car pair) (cadr pair)))))
          '(("a.lisp" "*.lisp") ("a.c" "*.lisp") ("/a/b/c" "/a/**/c")
            ("/a/c" "/a/*/c") ("/a/b/c" "/a/*/c") ("foo.x" "f*.x"))))
(define-test pathname-translation
  (namestring (translate-pathname "/a/b/foo.lisp" "/a/**/*.lisp"
                                  "/z/**/*.fasl")))
(define-test wild
  (mapcar (lambda (name) (not (null (wild-pathname-p name))))
          '("a/b" "a/*" "*/b" "a/**/b.c" "a.*")))
(define-test pathnames-equal
  (list (equal (pathname "a/b.c") (pathname "a/b.c"))
        (equal (pathname "a/b.c") (pathname "a/b.d"))
        (pathnamep (pathname "x")) (pathnamep "x")))

;;; Time.

(define-test calendar
  (mapcar (lambda (time)
            (multiple-value-list (decode-universal-time time 0)))
          '(0 1 86399 86400 2208988800 3900000000 3913056000 4107542399
            9999999999)))
(define-test calendar-back
  (loop for time from 0 to 5000000000 by 123456789
        always (= time
                  (multiple-value-bind (s m h d mo y)
                      (decode-universal-time time 0)
                    (encode-universal-time s m h d mo y 0)))))
(define-test time-zones
  (list (encode-universal-time 0 0 0 1 1 2000 5)
        (multiple-value-list (decode-universal-time 3155691600 -3))))

;;; Loading.

(define-test load-file
  (progn
    (with-open-file (s *test-file* :direction :output :if-exists :supersede)
      (format s "(in-package #:keyword)~%(cl:defvar astralisp.test::*loaded* ~
                 (cl:list cl:*package* (cl:namestring cl:*load-truename*)))"))
    (list (load *test-file*)
          (package-name (first (symbol-value (intern "*LOADED*"
                                                     "ASTRALISP.TEST"))))
          (second (symbol-value (intern "*LOADED*" "ASTRALISP.TEST")))
          (package-name *package*)
          (load "/tmp/no-such-file-at-all" :if-does-not-exist nil))))
(define-test modules
  (list (provide "MODULE-OF-TEST") (require "MODULE-OF-TEST")
        (not (null (member "MODULE-OF-TEST" *modules* :test #'string=)))))
(define-test concatenated-unread-goes-to-its-source
  (let* ((source (make-string-input-stream "bc)d"))
         (stream (make-concatenated-stream (make-string-input-stream "a")
                                           source)))
    (list (read stream) (peek-char nil stream nil :end) (read-char source)
          (read source))))
(define-test concatenated-peek-stays-in-its-source
  (let* ((source (make-string-input-stream "xyz"))
         (stream (make-concatenated-stream (make-string-input-stream "")
                                           source)))
    (list (peek-char nil stream) (read-char source) (read-char stream)
          (progn (unread-char #\y stream) (read-line source)))))
(deftype stream-octet () '(unsigned-byte 8))
(define-test element-type-by-name
  (let ((name "/tmp/astralisp-runtime-octets.bin"))
    (with-open-file (out name :direction :output :if-exists :supersede
                              :element-type 'stream-octet)
      (write-sequence '(1 2 255) out))
    (prog1 (with-open-file (in name :element-type 'stream-octet)
             (list (file-length in) (read-byte in) (read-byte in)
                   (read-byte in) (read-byte in nil :end)))
      (delete-file name))))
