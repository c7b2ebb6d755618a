;;;; Characters (CLHS 13): case, names, digits, comparison.

(in-package #:astralisp.runtime)

(defconstant char-code-limit #x110000
  "More than the code of any character.")

(declaim (inline upper-code-ascii-p lower-code-ascii-p))

(defun upper-code-ascii-p (code)
  (and (%fx>= code 65) (%fx<= code 90)))

(defun lower-code-ascii-p (code)
  (and (%fx>= code 97) (%fx<= code 122)))

;;; The other case of CODE, above 127, by **CASE-RANGES**, or CODE.

(defun find-lower-code (code)
  (dolist (range **case-ranges** code)
    (let ((first (car range))
          (distance (caddr range)))
      (when (and (%fx>= code first) (%fx<= code (cadr range)))
        (cond (distance (return (%fx+ code distance)))
              ((eql 0 (%fx-and 1 (%fx- code first)))
               (return (%fx+ code 1))))))))

(defun find-upper-code (code)
  (dolist (range **case-ranges** code)
    (let* ((first (car range))
           (distance (caddr range))
           (upper (%fx- code (or distance 1))))
      (when (and (%fx>= upper first) (%fx<= upper (cadr range))
                 (or distance (eql 0 (%fx-and 1 (%fx- upper first)))))
        (return upper)))))

;;; The cases of the codes below #x600 in vectors, filled on first use.
(defglobal **lower-codes** nil)
(defglobal **upper-codes** nil)

(defun fill-case-vectors ()
  (let ((lower (%make-vector #x23 #x600))
        (upper (%make-vector #x23 #x600)))
    (dotimes (code #x600)
      (let ((down (find-lower-code code))
            (up (find-upper-code code)))
        (%set-u16ref lower code (if (%fx< code 128) code down))
        (%set-u16ref upper code (if (%fx< code 128) code up))))
    (setq **lower-codes** lower
          **upper-codes** upper)))

(defun lower-code (code)
  (cond ((%fx>= code #x600) (find-lower-code code))
        (t (unless **lower-codes** (fill-case-vectors))
           (%u16ref **lower-codes** code))))

(defun upper-code (code)
  (cond ((%fx>= code #x600) (find-upper-code code))
        (t (unless **lower-codes** (fill-case-vectors))
           (%u16ref **upper-codes** code))))

(defun char-downcase (character)
  "Return the lower case of CHARACTER, or itself. CLHS CHAR-DOWNCASE."
  (let ((code (char-code character)))
    (cond ((%fx< code 128)
           (if (upper-code-ascii-p code)
               (%code-char (%fx+ code 32))
               character))
          (t (%code-char (lower-code code))))))

(defun char-upcase (character)
  "Return the upper case of CHARACTER, or itself. CLHS CHAR-UPCASE."
  (let ((code (char-code character)))
    (cond ((%fx< code 128)
           (if (lower-code-ascii-p code)
               (%code-char (%fx- code 32))
               character))
          (t (%code-char (upper-code code))))))

(defun upper-case-p (character)
  "True if CHARACTER is upper case and has a lower case. CLHS UPPER-CASE-P."
  (let ((code (char-code character)))
    (if (%fx< code 128)
        (upper-code-ascii-p code)
        (not (eql code (lower-code code))))))

(defun lower-case-p (character)
  "True if CHARACTER is lower case and has an upper case. CLHS LOWER-CASE-P."
  (let ((code (char-code character)))
    (if (%fx< code 128)
        (lower-code-ascii-p code)
        (not (eql code (upper-code code))))))

(defun both-case-p (character)
  "True if CHARACTER has another case. CLHS BOTH-CASE-P."
  (or (upper-case-p character) (lower-case-p character)))

;;; Whether CODE, above 127, is in **LETTER-RANGES**.
(defun letter-code-p (code)
  (let* ((ranges **letter-ranges**)
         (low 0)
         (high (%fx-shift-right (%vector-length ranges) 1)))
    (while (%fx< low high)
      (let ((middle (%fx-shift-right (%fx+ low high) 1)))
        (if (%fx< (%svref ranges (%fx+ 1 (%fx* 2 middle))) code)
            (setq low (%fx+ middle 1))
            (setq high middle))))
    (and (%fx< (%fx* 2 low) (%vector-length ranges))
         (%fx<= (%svref ranges (%fx* 2 low)) code))))

(defun alpha-char-p (character)
  "True if CHARACTER is a letter. CLHS ALPHA-CHAR-P."
  (let ((code (char-code character)))
    (if (%fx< code 128)
        (or (lower-code-ascii-p code) (upper-code-ascii-p code))
        (letter-code-p code))))

(defun alphanumericp (character)
  "True if CHARACTER is a letter or a digit. CLHS ALPHANUMERICP."
  (let ((code (char-code character)))
    (or (and (%fx>= code 48) (%fx<= code 57))
        (alpha-char-p character))))

(defun graphic-char-p (character)
  "True if CHARACTER is printed as itself. CLHS GRAPHIC-CHAR-P."
  (let ((code (char-code character)))
    (or (and (%fx>= code 32) (%fx<= code 126))
        (%fx> code 159))))

(defun standard-char-p (character)
  "True if CHARACTER is one of the 96 standard characters.
CLHS STANDARD-CHAR-P."
  (let ((code (char-code character)))
    (or (and (%fx>= code 32) (%fx<= code 126))
        (eql code 10))))

(defun check-digit-radix (radix)
  (unless (and (%fixnump radix) (%fx<= 2 radix) (%fx<= radix 36))
    (type-failure radix '(integer 2 36))))

(defun digit-char-p (character &optional (radix 10))
  "Return the weight of CHARACTER as a digit in RADIX, or NIL.
CLHS DIGIT-CHAR-P."
  (check-digit-radix radix)
  (let* ((code (char-code character))
         (weight (cond ((%fx< code 48) 99)
                       ((%fx<= code 57) (%fx- code 48))
                       ((upper-code-ascii-p code) (%fx- code 55))
                       ((lower-code-ascii-p code) (%fx- code 87))
                       (t 99))))
    (if (%fx< weight radix) weight nil)))

(defun digit-char (weight &optional (radix 10))
  "Return the character for the digit WEIGHT in RADIX, or NIL.
CLHS DIGIT-CHAR."
  (check-digit-radix radix)
  (unless (and (integerp weight) (>= weight 0))
    (type-failure weight 'unsigned-byte))
  (if (< weight radix)
      (%code-char (if (< weight 10) (+ weight 48) (+ weight 55)))
      nil))

(defun char-int (character)
  "Return the code of CHARACTER. CLHS CHAR-INT."
  (char-code character))

(defun character (designator)
  "Return the character that DESIGNATOR (a character, a string of one, or a
symbol with such a name) stands for. CLHS CHARACTER."
  (cond ((characterp designator) designator)
        (t
         (let ((string (if (or (stringp designator) (symbolp designator))
                           (string designator)
                           (type-failure designator
                                         '(or character (string 1) symbol)))))
           (if (eql (length string) 1)
               (char string 0)
               (type-failure designator '(string 1)))))))

;;; Comparison. The two-argument calls are open-coded.

(defmacro define-character-comparison (name doc key operator pairwise-p)
  (let ((form (lambda (a b)
                `(,operator (,key ,a) (,key ,b)))))
    `(progn
       (defun ,name (character &rest more-characters)
         ,doc
         ,(if pairwise-p
              `(all-pairs-p (lambda (a b) ,(funcall form 'a 'b))
                            (cons character more-characters))
              `(let ((last character)
                     (result t))
                 (,key last)
                 (dolist (next more-characters result)
                   (unless ,(funcall form 'last 'next)
                     (setq result nil))
                   (setq last next)))))
       (define-compiler-macro ,name (&whole form &rest characters)
         (if (and (consp (cdr characters)) (null (cddr characters)))
             (list ',(if pairwise-p '/= operator)
                   (list ',key (first characters))
                   (list ',key (second characters)))
             form)))))

(defun all-pairs-p (different-p characters)
  (do ((tail characters (cdr tail)))
      ((null tail) t)
    (dolist (other (cdr tail))
      (unless (funcall different-p (car tail) other)
        (return-from all-pairs-p nil)))
    (char-code (car tail))))

(declaim (inline folded-code))

(defun folded-code (character)
  (let ((code (char-code character)))
    (cond ((%fx< code 128)
           (if (lower-code-ascii-p code) (%fx- code 32) code))
          (t (upper-code code)))))

(define-character-comparison char=
  "True if all CHARACTERs are the same. CLHS CHAR=." char-code %fx= nil)
(define-character-comparison char/=
  "True if no two CHARACTERs are the same. CLHS CHAR/=." char-code /= t)
(define-character-comparison char<
  "True if the codes of the CHARACTERs rise. CLHS CHAR<." char-code %fx< nil)
(define-character-comparison char>
  "True if the codes of the CHARACTERs fall. CLHS CHAR>." char-code %fx> nil)
(define-character-comparison char<=
  "True if the codes of the CHARACTERs do not fall. CLHS CHAR<=."
  char-code %fx<= nil)
(define-character-comparison char>=
  "True if the codes of the CHARACTERs do not rise. CLHS CHAR>=."
  char-code %fx>= nil)
(define-character-comparison char-equal
  "Like CHAR=, in whatever case. CLHS CHAR-EQUAL." folded-code %fx= nil)
(define-character-comparison char-not-equal
  "Like CHAR/=, in whatever case. CLHS CHAR-NOT-EQUAL." folded-code /= t)
(define-character-comparison char-lessp
  "Like CHAR<, in whatever case. CLHS CHAR-LESSP." folded-code %fx< nil)
(define-character-comparison char-greaterp
  "Like CHAR>, in whatever case. CLHS CHAR-GREATERP." folded-code %fx> nil)
(define-character-comparison char-not-greaterp
  "Like CHAR<=, in whatever case. CLHS CHAR-NOT-GREATERP."
  folded-code %fx<= nil)
(define-character-comparison char-not-lessp
  "Like CHAR>=, in whatever case. CLHS CHAR-NOT-LESSP."
  folded-code %fx>= nil)
