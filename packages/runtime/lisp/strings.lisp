;;;; Strings (CLHS 16).

(in-package #:astralisp.runtime)

(defun string (designator)
  "Return DESIGNATOR if it is a string, the name of a symbol, or a string of
one character. CLHS STRING."
  (cond ((%simple-string-p designator) designator)
        ((symbolp designator) (symbol-name designator))
        ((characterp designator)
         (let ((string (%make-vector #x2C 1)))
           (%set-string-ref string 0 designator)
           string))
        ((stringp designator) designator)
        (t (type-failure designator '(or string symbol character)))))

(defun make-string (size &key (initial-element (%code-char 0))
                           (element-type 'character))
  "Return a simple string of SIZE characters. CLHS MAKE-STRING."
  (declare (ignore element-type))
  (allocate-filled-vector #x2C size initial-element))

;;; Bounds START and END (NIL: LENGTH) of a sequence of LENGTH elements, checked.
(defun bounded-end (start end length)
  (let ((end (or end length)))
    (unless (and (%fixnump end) (%fx>= end 0) (%fx<= end length))
      (bounding-index-error end 0 length))
    (unless (and (%fixnump start) (%fx>= start 0) (%fx<= start end))
      (bounding-index-error start 0 end))
    end))

(defun bounding-index-error (index low high)
  (error 'bounding-index-error
         :datum index :expected-type `(integer ,low ,high)))

;;; The characters of DESIGNATOR between START and END: a simple string and
;;; bounds in it.
(defun string-range (designator start end)
  (let ((string (string designator)))
    (if (%simple-string-p string)
        (values string start
                (bounded-end start end (%vector-length string)))
        (with-vector-storage (data offset length) string
          (let ((end (bounded-end start end length)))
            (values data (%fx+ offset start) (%fx+ offset end)))))))

(defmacro with-string-range ((data start end) (designator from to)
                             &body body)
  `(%mv-let (,data ,start ,end) (string-range ,designator ,from ,to)
     ,@body))

;;; Where A and B differ first: the index in A; or NIL, when they have the same
;;; characters. FOLD-P: case does not count.
(defun string-mismatch (a start-a end-a b start-b end-b fold-p)
  (let ((i start-a)
        (j start-b))
    (loop-forever
      (cond ((%fx= i end-a) (return (if (%fx= j end-b) nil (values i j))))
            ((%fx= j end-b) (return (values i j))))
      (let ((x (%string-ref a i))
            (y (%string-ref b j)))
        (unless (or (eq x y)
                    (and fold-p (%fx= (folded-code x) (folded-code y))))
          (return (values i j))))
      (setq i (%fx+ i 1)
            j (%fx+ j 1)))))

;;; Compare the strings: the index in A relative to its start where they
;;; differ, and -1, 0 or 1 as A is less, equal or greater.
(defun compare-strings (string-1 string-2 start1 end1 start2 end2 fold-p)
  (with-string-range (a start-a end-a) (string-1 start1 end1)
    (with-string-range (b start-b end-b) (string-2 start2 end2)
      (multiple-value-bind (i j)
          (string-mismatch a start-a end-a b start-b end-b fold-p)
        (cond ((null i) (values (%fx+ start1 (%fx- end-a start-a)) 0))
              (t
               (values (%fx+ start1 (%fx- i start-a))
                       (cond ((eql i end-a) -1)
                             ((eql j end-b) 1)
                             ((%fx< (compared-code (%string-ref a i) fold-p)
                                    (compared-code (%string-ref b j) fold-p))
                              -1)
                             (t 1)))))))))

(defun compared-code (character fold-p)
  (if fold-p (folded-code character) (%char-code character)))

(defmacro define-string-comparison (name doc fold-p sign-test index-p)
  `(defun ,name (string1 string2 &key (start1 0) end1 (start2 0) end2)
     ,doc
     (multiple-value-bind (index sign)
         (compare-strings string1 string2 start1 end1 start2 end2 ,fold-p)
       (declare (ignorable index))
       (if ,sign-test ,(if index-p 'index t) nil))))

(define-string-comparison string=
  "True if STRING1 and STRING2, from their starts to their ends, have the same
characters. CLHS STRING=." nil (eql sign 0) nil)
(define-string-comparison string-equal
  "Like STRING=, in whatever case. CLHS STRING-EQUAL." t (eql sign 0) nil)
(define-string-comparison string/=
  "Return the index where STRING1 differs from STRING2, or NIL.
CLHS STRING/=." nil (not (eql sign 0)) t)
(define-string-comparison string-not-equal
  "Like STRING/=, in whatever case. CLHS STRING-NOT-EQUAL."
  t (not (eql sign 0)) t)
(define-string-comparison string<
  "Return the index of the difference if STRING1 is less than STRING2, else
NIL. CLHS STRING<." nil (eql sign -1) t)
(define-string-comparison string-lessp
  "Like STRING<, in whatever case. CLHS STRING-LESSP." t (eql sign -1) t)
(define-string-comparison string>
  "Return the index of the difference if STRING1 is greater than STRING2, else
NIL. CLHS STRING>." nil (eql sign 1) t)
(define-string-comparison string-greaterp
  "Like STRING>, in whatever case. CLHS STRING-GREATERP." t (eql sign 1) t)
(define-string-comparison string<=
  "Return an index if STRING1 is not greater than STRING2, else NIL.
CLHS STRING<=." nil (not (eql sign 1)) t)
(define-string-comparison string-not-greaterp
  "Like STRING<=, in whatever case. CLHS STRING-NOT-GREATERP."
  t (not (eql sign 1)) t)
(define-string-comparison string>=
  "Return an index if STRING1 is not less than STRING2, else NIL.
CLHS STRING>=." nil (not (eql sign -1)) t)
(define-string-comparison string-not-lessp
  "Like STRING>=, in whatever case. CLHS STRING-NOT-LESSP."
  t (not (eql sign -1)) t)

(define-compiler-macro string= (&whole form a b &rest keys)
  (if (null keys) `(strings-equal-p ,a ,b) form))

(defun strings-equal-p (a b)
  (let ((a (string a))
        (b (string b)))
    (if (and (%simple-string-p a) (%simple-string-p b))
        (simple-strings-equal-p a b)
        (eql 0 (nth-value 1 (compare-strings a b 0 nil 0 nil nil))))))

(defun simple-strings-equal-p (a b)
  (let ((n (%vector-length a)))
    (and (%fx= n (%vector-length b))
         (let ((i 0))
           (loop-forever
             (when (%fx= i n)
               (return t))
             (unless (eq (%string-ref a i) (%string-ref b i))
               (return nil))
             (setq i (%fx+ i 1)))))))

;;; Case.

;;; Replace the characters of the simple string DATA from START to END by what
;;; FUNCTION makes of them.
(declaim (inline map-characters-into))

(defun map-characters-into (data start end function)
  (do ((i start (%fx+ i 1)))
      ((%fx>= i end) data)
    (%set-string-ref data i (funcall function (%string-ref data i)))))

(defun upcase-into (data start end)
  (map-characters-into
   data start end
   (lambda (character)
     (let ((code (%char-code character)))
       (cond ((%fx>= code 128) (char-upcase character))
             ((lower-code-ascii-p code) (%code-char (%fx- code 32)))
             (t character))))))

(defun downcase-into (data start end)
  (map-characters-into
   data start end
   (lambda (character)
     (let ((code (%char-code character)))
       (cond ((%fx>= code 128) (char-downcase character))
             ((upper-code-ascii-p code) (%code-char (%fx+ code 32)))
             (t character))))))

(defun capitalize-into (data start end)
  (let ((inside nil))
    (map-characters-into
     data start end
     (lambda (character)
       (cond ((not (alphanumericp character))
              (setq inside nil)
              character)
             (inside (char-downcase character))
             (t
              (setq inside t)
              (char-upcase character)))))))

;;; A fresh simple string with the characters of DESIGNATOR.
(defun copy-string (designator)
  (with-string-range (data start end) (designator 0 nil)
    (let ((copy (%make-vector #x2C (%fx- end start))))
      (%replace copy 0 data start (%fx- end start))
      copy)))

(defmacro define-string-case (name destructive-name doc nondoc (data start end)
                              form)
  `(progn
     (defun ,name (string &key (start 0) end)
       ,doc
       (let* ((,data (copy-string string))
              (,end (bounded-end start end (%vector-length ,data))))
         ,form))
     (defun ,destructive-name (string &key (start 0) end)
       ,nondoc
       (unless (stringp string)
         (type-failure string 'string))
       (with-string-range (,data ,start ,end) (string start end)
         ,form)
       string)))

(define-string-case string-upcase nstring-upcase
  "Return a copy of STRING in upper case. CLHS STRING-UPCASE."
  "Make STRING upper case. CLHS NSTRING-UPCASE."
  (data start end)
  (upcase-into data start end))

(define-string-case string-downcase nstring-downcase
  "Return a copy of STRING in lower case. CLHS STRING-DOWNCASE."
  "Make STRING lower case. CLHS NSTRING-DOWNCASE."
  (data start end)
  (downcase-into data start end))

(define-string-case string-capitalize nstring-capitalize
  "Return a copy of STRING with each word capitalised.
CLHS STRING-CAPITALIZE."
  "Capitalise each word of STRING. CLHS NSTRING-CAPITALIZE."
  (data start end)
  (capitalize-into data start end))

;;; Trimming.

(defun trim-string (bag string left-p right-p)
  (with-string-range (data start end) (string 0 nil)
    (let ((from start)
          (to end))
      (when left-p
        (while (and (%fx< from to) (find (%string-ref data from) bag))
          (setq from (%fx+ from 1))))
      (when right-p
        (while (and (%fx< from to) (find (%string-ref data (%fx- to 1)) bag))
          (setq to (%fx- to 1))))
      (let ((result (%make-vector #x2C (%fx- to from))))
        (%replace result 0 data from (%fx- to from))
        result))))

(defun string-trim (character-bag string)
  "Return STRING without the characters of CHARACTER-BAG at both ends.
CLHS STRING-TRIM."
  (trim-string character-bag string t t))

(defun string-left-trim (character-bag string)
  "Return STRING without the characters of CHARACTER-BAG at its start.
CLHS STRING-LEFT-TRIM."
  (trim-string character-bag string t nil))

(defun string-right-trim (character-bag string)
  "Return STRING without the characters of CHARACTER-BAG at its end.
CLHS STRING-RIGHT-TRIM."
  (trim-string character-bag string nil t))
