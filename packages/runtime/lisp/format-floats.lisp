;;;; FORMAT: directives for floats (CLHS 22.3.3).

(in-package #:astralisp.runtime)

(defun finite-float-p (float)
  (let ((x (real-to-double float)))
    (finite-double-p x)))

(defun next-float (state directive)
  "The next argument as a float if it is real, else as it is."
  (let ((argument (next-argument state directive)))
    (if (rationalp argument) (float argument) argument)))

(defun write-not-float (stream object width)
  "Write OBJECT, which is no finite float, as by ~A in WIDTH columns."
  (let ((*print-base* 10)
        (*print-radix* nil))
    (write-padded stream (princ-to-string object) nil (or width 0) 1 0
                  #\Space)))

(defun float-digits-and-scale (float)
  "The shortest digits of the magnitude of FLOAT and the power K of ten with
FLOAT = 0.DIGITS 10^K. Zero has no digits."
  (if (zerop float)
      (values 0 "")
      (float-to-digits (abs float))))

(defun fixed-text (k digits fraction)
  "0.DIGITS times 10^K with FRACTION digits behind the point, or with NIL as
many as there are; without zeros that are not needed on either side of the
point."
  (let* ((length (length digits))
         (end (if fraction
                  (%fx+ (if (%fx> k 0) k 0) fraction)
                  (if (%fx> length k) (%fx+ (if (%fx< k 0) (%fx- 0 k) 0) length)
                      k)))
         (result (make-string-output-stream)))
    (cond ((%fx> k 0)
           (write-digit-string result digits 0 k)
           (write-char #\. result)
           (write-digit-string result digits k
                               (if fraction end (if (%fx> length k) length k))))
          (t
           (write-char #\. result)
           (if fraction
               (write-digit-string result digits k (%fx+ k fraction))
               (write-digit-string result digits k length))))
    (get-output-stream-string result)))

(defun round-to-places (float k digits scale places)
  "The magnitude of FLOAT times 10^SCALE, 0.DIGITS 10^K, rounded half up to
PLACES digits behind the point, by its exact value: as new K and digits."
  (if (%fx<= (length digits) (%fx+ k places))
      (values k digits)
      (let* ((power (%fx+ scale places))
             (value (rational (abs float)))
             (scaled (if (%fx>= power 0)
                         (two-arg-* value (integer-expt 10 power))
                         (two-arg-/ value (integer-expt 10 (%fx- 0 power)))))
             (integer (values (floor (two-arg-+ scaled 1/2)))))
        (if (eql integer 0)
            (values 0 "")
            (let ((new (integer-digits integer 10)))
              (values (%fx- (length new) places) new))))))

(defun fixed-number-text (float width fraction scale)
  "The magnitude of FLOAT times 10^SCALE in positional notation, rounded to
FRACTION digits or to fit WIDTH; either may be NIL."
  (multiple-value-bind (k digits) (float-digits-and-scale float)
    (let* ((scale (or scale 0))
           (k (if (string= digits "") 0 (+ k scale)))
           (places
             (cond (fraction fraction)
                   (width
                    ;; As many digits as fit beside the point; at least one.
                    (max (- width 1 (max k 0)) (if (> k 0) 0 1)))
                   (t nil))))
      (if (null places)
          (fixed-text k digits nil)
          (multiple-value-bind (k digits)
              (round-to-places float k digits scale places)
            (when (string= digits "")
              (setq k 0))
            (if fraction
                (fixed-text k digits fraction)
                (let ((digits (string-right-trim "0" digits)))
                  (if (and (string= digits "") width (< width 3))
                      ".0"
                      (fixed-text k digits nil)))))))))

(define-directive #\F (stream state directive)
  (check-modifiers directive nil t)
  (with-parameters ((width nil) (fraction nil) (scale nil)
                    (overflow nil character) (padchar #\Space character))
      (state directive)
    (let ((number (next-float state directive)))
      (write-fixed stream number width fraction scale overflow padchar
                   (directive-at directive))
      nil)))

(defun write-fixed (stream number width fraction scale overflow padchar plus)
  (if (not (and (floatp number) (finite-float-p number)))
      (if (complexp number)
          (write-string (princ-to-string number) stream)
          (write-not-float stream number width))
      (let* ((sign (cond ((minusp (float-sign number)) "-")
                         (plus "+")
                         (t "")))
             (space (if width (- width (length sign)) nil))
             (text (fixed-number-text number space fraction scale))
             (leading (eq (char text 0) #\.))
             (trailing (and (eq (char text (- (length text) 1)) #\.)
                            (not (eql fraction 0)))))
        (when space
          (setq space (- space (length text)))
          (when leading
            (if (or (> space 0) trailing (eql fraction 0))
                (setq space (- space 1))
                (setq leading nil)))
          (when trailing
            (if (> space 0)
                (setq space (- space 1))
                (setq trailing nil))))
        (cond ((and space (< space 0) overflow)
               (write-padding stream overflow width))
              (t
               (when space
                 (write-padding stream padchar (max 0 space)))
               (write-string sign stream)
               (when leading (write-char #\0 stream))
               (write-string text stream)
               (when trailing (write-char #\0 stream)))))))

;;; Exponential notation.

(define-directive #\E (stream state directive)
  (check-modifiers directive nil t)
  (with-parameters ((width nil) (fraction nil) (exponent-digits nil) (scale 1)
                    (overflow nil character) (padchar #\Space character)
                    (marker nil character))
      (state directive)
    (write-exponential stream (next-float state directive)
                       width fraction exponent-digits scale overflow padchar
                       marker (directive-at directive))
    nil))

(defun default-exponent-marker (number)
  (or (float-exponent-marker number) #\e))

(defun exponential-mantissa (digits scale fraction)
  "DIGITS with the decimal point behind the first SCALE of them; FRACTION digits
behind it when given."
  (let ((result (make-string-output-stream)))
    (cond ((> scale 0)
           (write-digit-string result digits 0 scale)
           (write-char #\. result)
           (write-digit-string result digits scale
                               (if fraction
                                   (+ scale (max 0 (+ (- fraction scale) 1)))
                                   (max (length digits) scale))))
          (t
           (write-char #\. result)
           (write-digit-string result digits scale
                               (if fraction
                                   (+ scale fraction)
                                   (length digits)))))
    (get-output-stream-string result)))

(defun write-exponential
    (stream number width fraction exponent-digits scale overflow padchar
     marker plus)
  (if (not (and (floatp number) (finite-float-p number)))
      (write-not-float stream number width)
      (multiple-value-bind (k digits) (float-digits-and-scale number)
        (let* ((sign (cond ((minusp (float-sign number)) "-")
                           (plus "+")
                           (t "")))
               (zero (string= digits ""))
               (exponent (if zero 0 (- k scale)))
               (exponent-text (exponent-text exponent exponent-digits))
               (room (if width
                         (- width (length sign) 2 (length exponent-text))
                         nil))
               (keep (cond (fraction
                            (cond ((> scale 0) (+ fraction 1))
                                  (t (+ fraction scale))))
                           (room
                            ;; Digits that fit beside the point.
                            (max 1 (if (> scale 0) room (+ room scale))))
                           (t nil))))
          (when (and keep (not zero) (< keep (length digits)))
            (multiple-value-bind (carry rounded)
                (round-to-places number 0 digits (- k) keep)
              (setq digits (if fraction
                               rounded
                               (let ((trimmed (string-right-trim "0" rounded)))
                                 (if (string= trimmed "") "0" trimmed))))
              (unless (eql carry 0)
                (setq exponent (+ exponent 1)
                      exponent-text (exponent-text exponent
                                                   exponent-digits)))))
          (let* ((mantissa (exponential-mantissa digits scale fraction))
                 (space (if width
                            (- width (length sign) 1 (length exponent-text)
                               (length mantissa))
                            nil))
                 (leading (eq (char mantissa 0) #\.))
                 (trailing (and (eq (char mantissa (- (length mantissa) 1)) #\.)
                                (not (eql fraction 0)))))
            (when (and space leading)
              (if (> space 0)
                  (setq space (- space 1))
                  (setq leading nil)))
            (when (and space trailing)
              (if (> space 0)
                  (setq space (- space 1))
                  (setq trailing nil)))
            (cond ((and width overflow
                        (or (< space 0)
                            (and exponent-digits
                                 (> (- (length exponent-text) 1)
                                    exponent-digits))))
                   (write-padding stream overflow width))
                  (t
                   (when space
                     (write-padding stream padchar (max 0 space)))
                   (write-string sign stream)
                   (when leading (write-char #\0 stream))
                   (write-string mantissa stream)
                   (when trailing (write-char #\0 stream))
                   (write-char (or marker (default-exponent-marker number))
                               stream)
                   (write-string exponent-text stream))))))))

(defun exponent-text (exponent minimum)
  "EXPONENT with its sign, in at least MINIMUM digits."
  (let ((digits (integer-digits (abs exponent) 10))
        (result (make-string-output-stream)))
    (write-char (if (minusp exponent) #\- #\+) result)
    (when minimum
      (write-padding result #\0 (max 0 (- minimum (length digits)))))
    (write-string digits result)
    (get-output-stream-string result)))

;;; General.

(define-directive #\G (stream state directive)
  (check-modifiers directive nil t)
  (with-parameters ((width nil) (fraction nil) (exponent-digits nil) (scale nil)
                    (overflow nil character) (padchar #\Space character)
                    (marker nil character))
      (state directive)
    (let ((number (next-float state directive)))
      (if (not (and (floatp number) (finite-float-p number)))
          (write-not-float stream number width)
          (multiple-value-bind (k digits) (float-digits-and-scale number)
            (let* ((tail (if exponent-digits (+ exponent-digits 2) 4))
                   (d (or fraction (max (length digits) (min k 7))))
                   (dd (- d k)))
              (if (<= 0 dd d)
                  (progn
                    (write-fixed stream number
                                 (if width (- width tail) nil)
                                 dd nil overflow padchar
                                 (directive-at directive))
                    (write-padding stream #\Space tail))
                  (write-exponential stream number width fraction
                                     exponent-digits (or scale 1) overflow
                                     padchar marker
                                     (directive-at directive))))))
      nil)))

;;; Money.

(define-directive #\$ (stream state directive)
  (with-parameters ((fraction 2) (whole 1) (width 0)
                    (padchar #\Space character))
      (state directive)
    (let ((number (next-float state directive)))
      (if (not (and (floatp number) (finite-float-p number)))
          (write-not-float stream number width)
          (multiple-value-bind (k digits) (float-digits-and-scale number)
            (multiple-value-bind (k digits)
                (round-to-places number k digits 0 fraction)
              (let* ((text (fixed-text (if (string= digits "") 0 k) digits
                                       fraction))
                     (zeros (max 0 (- whole (or (position #\. text) 0))))
                     (sign (cond ((minusp (float-sign number)) "-")
                                 ((directive-at directive) "+")
                                 (t "")))
                     (padding (max 0 (- width zeros (length text)
                                        (length sign)))))
                (when (directive-colon directive)
                  (write-string sign stream))
                (write-padding stream padchar padding)
                (unless (directive-colon directive)
                  (write-string sign stream))
                (write-padding stream #\0 zeros)
                (write-string text stream)))))
      nil)))
