;;;; Integers and their digits: digit characters, PARSE-INTEGER, conversion.

(in-package #:astralisp.runtime)

(defun check-radix (radix)
  (unless (and (%fixnump radix) (%fx<= 2 radix) (%fx<= radix 36))
    (number-type-error radix '(integer 2 36)))
  radix)

(defun digit-weight (character radix)
  "The value of CHARACTER as a digit in RADIX, or NIL. Only ASCII digits count."
  (let* ((code (%char-code character))
         (weight (cond ((and (%fx<= 48 code) (%fx<= code 57)) (%fx- code 48))
                       ((and (%fx<= 65 code) (%fx<= code 90)) (%fx- code 55))
                       ((and (%fx<= 97 code) (%fx<= code 122)) (%fx- code 87))
                       (t 99))))
    (if (%fx< weight radix) weight nil)))

;;; Long numbers are converted by halves: the value of 2n digits from the values
;;; of n digits each, with powers of the radix made by squaring.

(defun digits-per-chunk (radix)
  "How many digits in RADIX certainly fit a fixnum of any engine (50 bits)."
  (cond ((%fx<= radix 2) 50) ((%fx<= radix 4) 25) ((%fx<= radix 8) 16)
        ((%fx<= radix 10) 15) ((%fx<= radix 16) 12) (t 9)))

(defun parse-digits (string start end radix)
  "The integer whose digits in RADIX are the characters of the simple STRING
from START to END, all of them digits."
  (let ((chunk (digits-per-chunk radix)))
    (if (%fx<= (%fx- end start) (%fx* 8 chunk))
        (let ((result 0))
          (block nil
            (tagbody
             again
               (when (%fx>= start end) (return result))
               (let ((stop (if (%fx< (%fx+ start chunk) end)
                               (%fx+ start chunk)
                               end))
                     (value 0)
                     (scale 1))
                 (do ((i start (%fx+ i 1)))
                     ((%fx>= i stop))
                   (setq value (%fx+ (%fx* value radix)
                                     (digit-weight (%string-ref string i)
                                                   radix))
                         scale (%fx* scale radix)))
                 (setq result (if (eql result 0)
                                  value
                                  (%integer+ (%integer* result scale) value))
                       start stop))
               (go again))))
        (let ((middle (%fx- end (%fx-shift-right (%fx- end start) 1))))
          (%integer+ (%integer* (parse-digits string start middle radix)
                                (integer-expt radix (%fx- end middle)))
                     (parse-digits string middle end radix))))))

(defun integer-digits (integer radix)
  "The digits of the non-negative INTEGER in RADIX, as a simple string."
  (if (and (%fixnump integer) (%fx<= (integer-length integer) 50))
      (fixnum-digits integer radix 0)
      (let ((powers (list radix)))
        ;; Powers radix^(2^k), the greatest first, until one exceeds the root.
        (do () ((%fx> (%fx* 2 (integer-length (car powers)))
                      (integer-length integer)))
          (push (%integer* (car powers) (car powers)) powers))
        (let ((pieces (split-digits integer radix powers nil nil)))
          (join-digits pieces)))))

(defun split-digits (integer radix powers padded pieces)
  ;; Consing the pieces from the last to the first: PADDED pieces show their
  ;; leading zeros. (car powers) = radix^(2^k) with k = length - 1.
  (let ((width (%fx-shift-left 1 (length powers))))
    (cond ((and (%fixnump integer) (%fx<= (integer-length integer) 50)
                (or (not padded) (null powers)
                    (%fx<= width (digits-per-chunk radix))))
           (cons (fixnum-digits integer radix (if padded width 0)) pieces))
          (t
           (%mv-let (high low) (%integer-truncate integer (car powers))
             (if (and (eql high 0) (not padded))
                 (split-digits low radix (cdr powers) nil pieces)
                 (split-digits high radix (cdr powers) padded
                               (split-digits low radix (cdr powers) t
                                             pieces))))))))

(defun fixnum-digits (fixnum radix width)
  "The digits of FIXNUM, at least WIDTH of them, as a simple string."
  (let ((count 1))
    (do ((rest (%fx-truncate fixnum radix) (%fx-truncate rest radix)))
        ((eq rest 0))
      (setq count (%fx+ count 1)))
    (when (%fx< count width) (setq count width))
    (let ((string (%make-vector #x2C count)))
      (do ((i (%fx- count 1) (%fx- i 1)))
          ((%fx< i 0) string)
        (let* ((rest (%fx-truncate fixnum radix))
               (digit (%fx- fixnum (%fx* rest radix))))
          (%set-string-ref string i
                           (%code-char (if (%fx< digit 10)
                                           (%fx+ digit 48)
                                           (%fx+ digit 55))))
          (setq fixnum rest))))))

(defun join-digits (pieces)
  (let ((length 0))
    (dolist (piece pieces)
      (setq length (%fx+ length (%vector-length piece))))
    (let ((string (%make-vector #x2C length))
          (index 0))
      (dolist (piece pieces string)
        (%replace string index piece 0 (%vector-length piece))
        (setq index (%fx+ index (%vector-length piece)))))))

;;; Reading an integer out of a string.

(defun parse-error-at (string start end)
  (error 'simple-parse-error
         :format-control "no integer in ~S"
         :format-arguments (list (subseq string start end))))

(defun whitespace-code-p (code)
  (or (eq code 32) (and (%fx<= 9 code) (%fx<= code 13))))

(defun parse-integer (string &key (start 0) end (radix 10) junk-allowed)
  "The integer written in STRING from START to END in RADIX, and the index where
it ends. White space around it is skipped. Anything else signals PARSE-ERROR, or
with JUNK-ALLOWED ends the integer; NIL is returned when there is none."
  (check-radix radix)
  (unless (stringp string) (error 'type-error :datum string
                                              :expected-type 'string))
  (let* ((length (length string))
         (end (or end length)))
    (unless (and (%fixnump start) (%fixnump end) (%fx<= 0 start)
                 (%fx<= start end) (%fx<= end length))
      (error 'simple-type-error
             :datum (cons start end) :expected-type 'cons
             :format-control "~S to ~S are no bounds of a string of length ~D"
             :format-arguments (list start end length)))
    (let ((simple (if (%simple-string-p string)
                      string
                      (coerce string 'simple-string)))
          (index start)
          (negative nil))
      (flet ((skip-whitespace ()
               (do () ((or (%fx>= index end)
                           (not (whitespace-code-p
                                 (%char-code (%string-ref simple index))))))
                 (setq index (%fx+ index 1)))))
        (skip-whitespace)
        (when (%fx< index end)
          (let ((sign (%char-code (%string-ref simple index))))
            (when (or (eq sign 43) (eq sign 45))
              (setq negative (eq sign 45)
                    index (%fx+ index 1)))))
        (let ((first index))
          (do () ((or (%fx>= index end)
                      (not (digit-weight (%string-ref simple index) radix))))
            (setq index (%fx+ index 1)))
          (if (eq first index)
              (if junk-allowed
                  (values nil index)
                  (parse-error-at string start end))
              (let ((value (parse-digits simple first index radix)))
                (unless junk-allowed
                  (skip-whitespace)
                  (when (%fx< index end)
                    (parse-error-at string start end)))
                (values (if negative (%integer- 0 value) value) index))))))))
