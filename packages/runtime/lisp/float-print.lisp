;;;; Floats as decimal digits: the shortest that read back, and correct reading.

(in-package #:astralisp.runtime)

;;; Robert G. Burger and R. Kent Dybvig, "Printing floating-point numbers
;;; quickly and accurately", 1996. The float is r/s; m+ and m- over s are the
;;; distances to the ends of the interval of numbers that read as this float.

(defun float-to-digits (float)
  "The shortest decimal digits that read back as FLOAT, positive and finite:
K and a simple string D of digits, such that FLOAT is 0.D times 10 to the
power K."
  (%mv-let (significand exponent) (integer-decode-float float)
    (let* ((double (%double-float-p float))
           (least-exponent (if double -1074 -149))
           (boundary (eql significand (%ash 1 (if double 52 23))))
           (even (evenp significand))
           (r 0) (s 0) (m+ 0) (m- 0))
      (cond ((%fx>= exponent 0)
             (let ((unit (%ash 1 exponent)))
               (if boundary
                   (setq m- unit
                         m+ (%ash unit 1)
                         r (%ash (%integer* significand unit) 2)
                         s 4)
                   (setq m- unit
                         m+ unit
                         r (%ash (%integer* significand unit) 1)
                         s 2))))
            ((and boundary (not (eql exponent least-exponent)))
             (setq m- 1
                   m+ 2
                   r (%ash significand 2)
                   s (%ash 1 (%fx- 2 exponent))))
            (t
             (setq m- 1
                   m+ 1
                   r (%ash significand 1)
                   s (%ash 1 (%fx- 1 exponent)))))
      (scale-and-generate r s m+ m- even
                          (%fx+ (integer-length significand) exponent)))))

(defun scale-and-generate (r s m+ m- even binary-exponent)
  ;; K is the estimated logarithm to base 10; it may be one too small.
  (let ((k (values (floor (%fx* (%fx- binary-exponent 1) 30103) 100000))))
    (if (%fx>= k 0)
        (setq s (%integer* s (integer-expt 10 k)))
        (let ((scale (integer-expt 10 (%fx- 0 k))))
          (setq r (%integer* r scale)
                m+ (%integer* m+ scale)
                m- (%integer* m- scale))))
    (do () ((let ((order (%integer-compare (%integer+ r m+) s)))
              (if even (eq order -1) (%fx<= order 0))))
      (setq s (%integer* s 10)
            k (%fx+ k 1)))
    (values k (generate-digits r s m+ m- even))))

(defun generate-digits (r s m+ m- even)
  (let ((digits (%make-vector #x2C 20))
        (fill 0))
    (block nil
      (tagbody
       again
         (%mv-let (digit rest) (%integer-truncate (%integer* r 10) s)
           (setq r rest
                 m+ (%integer* m+ 10)
                 m- (%integer* m- 10))
           (let* ((low-order (%integer-compare r m-))
                  (high-order (%integer-compare (%integer+ r m+) s))
                  (low (if even (%fx<= low-order 0) (eq low-order -1)))
                  (high (if even (%fx>= high-order 0) (eq high-order 1))))
             (when (or low high)
               (when (and high
                          (or (not low)
                              (%fx>= (%integer-compare (%integer+ r r) s) 0)))
                 (setq digit (%fx+ digit 1)))
               (%set-string-ref digits fill (%code-char (%fx+ 48 digit)))
               (return (%shrink-vector digits (%fx+ fill 1))))
             (%set-string-ref digits fill (%code-char (%fx+ 48 digit)))
             (setq fill (%fx+ fill 1))))
         (go again)))))

(defun string-part (string start end)
  "The characters of the simple STRING from START to END as a new one."
  (let ((result (%make-vector #x2C (%fx- end start))))
    (%replace result 0 string start (%fx- end start))
    result))

;;; Reading.

(defun make-decimal-float (digits exponent double)
  "The float nearest to the non-negative integer DIGITS times 10^EXPONENT: a
double-float if DOUBLE, else a single-float; NIL if it is out of range."
  (if (eql digits 0)
      (if double 0d0 0f0)
      (let* ((size (%fx+ (values (%fx-truncate
                                  (%fx* (integer-length digits) 30103) 100000))
                         exponent))
             (float
               (cond ((%fx> size 320) nil)
                     ((%fx< size -350) nil)
                     ((%fx>= exponent 0)
                      (decimal-to-float
                       (%integer* digits (integer-expt 10 exponent)) 1 double))
                     (t (decimal-to-float
                         digits (integer-expt 10 (%fx- 0 exponent)) double)))))
        (if (or (null float) (zerop float)
                (if double
                    (%double< most-positive-double-float float)
                    (%single< most-positive-single-float float)))
            nil
            float))))

(defun decimal-to-float (numerator denominator double)
  (if double
      (rational-to-double numerator denominator)
      (rational-to-single numerator denominator)))

;;; Printing.

(defvar *read-default-float-format* 'single-float
  "The format of floats that are read or printed without an exponent marker.")

(defun float-exponent-marker (float)
  "The character that marks the format of FLOAT, or NIL if it is the default."
  (let ((format *read-default-float-format*))
    (if (%double-float-p float)
        (if (or (eq format 'double-float) (eq format 'long-float)) nil #\d)
        (if (or (eq format 'single-float) (eq format 'short-float)) nil #\f))))

(defun write-digit-string (stream digits start end)
  "Write the digits from START to END, zeros where DIGITS has none."
  (do ((i start (%fx+ i 1)))
      ((%fx>= i end))
    (write-char-to stream (if (and (%fx>= i 0) (%fx< i (%vector-length digits)))
                              (%string-ref digits i)
                              #\0))))

(defun write-float (float stream)
  "Write FLOAT to STREAM in the syntax in which it reads back."
  (cond ((not (if (%double-float-p float)
                  (%double= float float)
                  (%single= float float)))
         (write-string-to stream (if (%double-float-p float)
                                     "#<double-float not a number>"
                                     "#<single-float not a number>")))
        ((float-infinity-p float)
         (write-infinity float stream))
        (t
         (when (minusp (float-sign float))
           (write-char-to stream #\-))
         (let ((marker (float-exponent-marker float)))
           (if (zerop float)
               (progn
                 (write-string-to stream "0.0")
                 (when marker
                   (write-char-to stream marker)
                   (write-char-to stream #\0)))
               (%mv-let (k digits) (float-to-digits (abs float))
                 (write-decimal k digits marker stream)))))))

(defun write-decimal (k digits marker stream)
  (let ((length (%vector-length digits)))
    (cond ((and (%fx< -3 k) (%fx<= k 7))
           (if (%fx> k 0)
               (write-digit-string stream digits 0 k)
               (write-char-to stream #\0))
           (write-char-to stream #\.)
           (write-digit-string stream digits k
                               (if (%fx> length k) length (%fx+ k 1)))
           (when marker
             (write-char-to stream marker)
             (write-char-to stream #\0)))
          (t
           (write-char-to stream (%string-ref digits 0))
           (write-char-to stream #\.)
           (write-digit-string stream digits 1 (if (%fx> length 1) length 2))
           (write-char-to stream (or marker #\e))
           (when (%fx< k 1)
             (write-char-to stream #\-))
           (write-string-to stream
                            (integer-digits (integer-abs (%fx- k 1)) 10))))))

(defun write-infinity (float stream)
  (write-string-to stream "#.ext:")
  (write-string-to stream
                   (if (%double-float-p float) "double" "single"))
  (write-string-to stream
                   (if (plusp float)
                       "-float-positive-infinity"
                       "-float-negative-infinity")))
