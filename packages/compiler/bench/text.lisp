;;;; Kernels of strings, the printer, the reader and FORMAT.

(in-package #:astralisp.bench)

;;; Strings

(define-kernel kernel-string-concatenate 1350000
  (let ((sum 0))
    (dotimes (i 50000 sum)
      (incf sum (length (concatenate 'string "a first part" ", "
                                     "and the rest" (string #\.)))))))

(define-kernel kernel-string-search 490000
  (let* ((text (apply #'concatenate 'string
                      (loop repeat 100 collect "the quick brown fox jumps ")))
         (text (concatenate 'string text "over"))
         (sum 0))
    (dotimes (i 200 sum)
      (incf sum (search "over" text))
      (incf sum (- (count #\o text) 201))
      (decf sum (position #\z "azure"))
      (decf sum (- (mismatch text (copy-seq text) :end1 100 :end2 101) 100))
      (decf sum (if (search "lazy" text) 1 149)))))

(define-kernel kernel-string-case (108 "Hello World" t)
  (let ((length 0)
        (words (list "A LONG STRING" "a long string" "abcdefghi" "abcdefghz"))
        (text "Hello, World: This Is A Text With Some Capitals in It."))
    (dotimes (i 5000)
      (setf length (length (string-upcase text)))
      (setf length (+ length (length (string-downcase text)))))
    (list length
          (string-capitalize "hello world")
          (let ((same t))
            (dotimes (i 50000 same)
              (unless (and (string-equal (first words) (second words))
                           (string< (third words) (fourth words))
                           (string= (first words) (first words))
                           (not (string= (third words) (fourth words))))
                (setf same nil)))))))

(define-kernel kernel-string-output 1290000
  (let ((sum 0))
    (dotimes (i 1000 sum)
      (incf sum (length (with-output-to-string (stream)
                          (dotimes (k 100)
                            (write-string "abc" stream)
                            (write-char #\Space stream)
                            (princ k stream)
                            (princ 'symbol stream)
                            (terpri stream))))))))

(define-kernel kernel-string-input (10000 550000)
  (let ((text (with-output-to-string (stream)
                (dotimes (i 1000)
                  (format stream "line ~5,'0D~%" i))))
        (characters 0)
        (lines 0))
    (dotimes (round 50)
      (with-input-from-string (stream text)
        (loop while (read-char stream nil)
              do (incf characters))))
    (dotimes (round 10)
      (with-input-from-string (stream text)
        (loop while (read-line stream nil)
              do (incf lines))))
    (list lines characters)))

(defun split-words (text)
  (let ((words '()) (start nil))
    (dotimes (i (length text))
      (if (alpha-char-p (char text i))
          (unless start (setf start i))
          (when start
            (push (subseq text start i) words)
            (setf start nil))))
    (if start
        (push (subseq text start) words)
        words)))

(define-kernel kernel-string-words (9 28000)
  (let ((text "the quick brown fox, jumps over; the lazy dog.")
        (words 0)
        (characters 0))
    (dotimes (i 10000)
      (setf words (length (split-words text))))
    (dotimes (i 1000)
      (incf characters
            (length (string-trim " " "   thirty characters and spaces   "))))
    (list words characters)))

(define-kernel kernel-characters 2880000
  (let ((count 0))
    (dotimes (round 10000 count)
      (dotimes (code 128)
        (let ((character (code-char code)))
          (when (char= character (char-downcase (char-upcase character)))
            (incf count 2))
          (when (alphanumericp character) (incf count))
          (when (digit-char-p character 16) (incf count)))))))

;;; FPRINT, FREAD, TPRINT: after R. P. Gabriel, "Performance and Evaluation of
;;; Lisp Systems" (1985), 3.18 to 3.20. A nested list of symbols is written to a
;;; file, read from it, written to a string.

(defun nested-symbols (width depth)
  (let ((names '(abcdef12 cdefgh23 efghij34 ghijkl45 ijklmn56 klmnop67
                 mnopqr78 opqrst89 qrstuv90 stuvwx01 uvwxyz12 wxyzab23)))
    (labels ((make (depth at)
               (loop for i below width
                     collect (if (and (evenp i) (> depth 0))
                                 (make (1- depth) (+ at i))
                                 (nth (mod (+ i at) 12) names)))))
      (make depth 0))))

(defvar *symbols* (nested-symbols 6 4))

(defun count-atoms (tree)
  (if (consp tree)
      (+ (count-atoms (car tree)) (count-atoms (cdr tree)))
      (if (null tree) 0 1)))

(defvar *file* "/tmp/astralisp-bench.text")

(define-kernel kernel-fprint t
  (let ((*package* (find-package '#:astralisp.bench))
        (*print-pretty* nil))
    (repeat 20
      (with-open-file (stream *file* :direction :output
                                     :if-exists :supersede)
        (print *symbols* stream)))
    t))

(define-kernel kernel-fread 606
  (let ((*package* (find-package '#:astralisp.bench)))
    (count-atoms (repeat 20
                   (with-open-file (stream *file*)
                     (read stream))))))

(define-kernel kernel-tprint 5697
  (let ((*package* (find-package '#:astralisp.bench))
        (*print-pretty* nil))
    (length (repeat 40
              (with-output-to-string (stream)
                (print *symbols* stream))))))

;;; Printer and reader

(define-kernel kernel-print-integers 488890
  (let ((sum 0))
    (dotimes (i 100000 sum)
      (incf sum (length (princ-to-string i))))))

(define-kernel kernel-print-floats (t t)
  (let ((good t))
    (dotimes (i 10000)
      (let ((x (* (1+ i) 0.123456789d0)))
        (unless (< 2 (length (prin1-to-string x)) 30)
          (setf good nil))))
    (list good (string= "3.14" (prin1-to-string 3.14f0)))))

(define-kernel kernel-read-floats 10000
  (let ((*read-default-float-format* 'double-float)
        (good 0))
    (dotimes (i 10000 good)
      (when (= 1234.5678901234567d0 (read-from-string "1234.5678901234567"))
        (incf good)))))

(define-kernel kernel-print-objects (121 t)
  (let ((object '(a "string" #\c 1.5d0 (nested (list 1 2 3)) #(1 2 3) |odd Name|
                  :keyword 1/2 (list x) #(a #(b)) "with \"quotes\"" . tail))
        (*package* (find-package '#:astralisp.bench))
        (*print-pretty* nil)
        (text nil))
    (repeat 2000
      (setf text (prin1-to-string object)))
    (list (length text) (string= (prin1-to-string object) text))))

(define-kernel kernel-print-pretty t
  (let ((form '(defun example (argument &optional (other-argument 12345))
                "A documentation string."
                (let ((first (list argument other-argument))
                      (second (cons 'another-symbol 'yet-another-symbol)))
                  (if (and first second (not (equal first second)))
                      (mapcar (lambda (x) (list x x x)) first)
                      (progn (print first) (print second))))))
        (*print-pretty* t)
        (*print-right-margin* 60))
    (< 300 (length (repeat 200 (prin1-to-string form))) 700)))

(define-kernel kernel-read-forms 2000
  (let ((*package* (find-package '#:astralisp.bench))
        (text "(defun f (x &key (y 12) z) \"text\" (let ((a `(b ,x ,@z)))
                 ; a comment
                 (if (> y 1.5d0) #'car '(#\\a :key foo:bar #(1 2 #b101)))))")
        (count 0))
    (setf text (substitute #\- #\: text :start (search "foo:" text)
                                        :end (+ 4 (search "foo:" text))))
    (dotimes (i 2000 count)
      (when (= 5 (length (read-from-string text)))
        (incf count)))))

;;; FORMAT

(define-kernel kernel-format-decimal 320000
  (let ((sum 0))
    (dotimes (i 10000 sum)
      (incf sum (length (format nil "~D of ~5D and ~5,'0D" 42 i 7)))
      (incf sum (length (format nil "~X~:D" 255 1000000))))))

(define-kernel kernel-format-float 10000
  (let ((good 0))
    (dotimes (i 10000 good)
      (when (string= "  3.142 2.72" (format nil "~7,3F ~4,2F" 3.14159d0 2.71828))
        (incf good)))))

(define-kernel kernel-format-aesthetic 10000
  (let ((good 0))
    (dotimes (i 10000 good)
      (when (= 31 (length (format nil "~A and ~S is ~10A|" 'symbol "str" :x)))
        (incf good)))))

(define-kernel kernel-format-iteration 5000
  (let ((good 0))
    (dotimes (i 5000 good)
      (when (string= "1, 2, 3, 4 and 5"
                     (format nil "~{~A~#[~; and ~:;, ~]~}" '(1 2 3 4 5)))
        (incf good)))))

(define-kernel kernel-format-runtime 5000
  ;; The control string is not known to the compiler.
  (let ((good 0)
        (controls (list "~D items~:P at ~A~%" "~R thing~:P~20T~(~A~)~%")))
    (dotimes (i 5000 good)
      (when (< 10 (length (format nil (nth (mod i 2) controls) i 'place)))
        (incf good)))))
