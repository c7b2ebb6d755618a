;;;; What macros learn of the declarations around them from the native compiler.

(in-package #:astralisp.test)

(defun as-expected-p (result expected)
  "True, or RESULT when it is not EQUAL to EXPECTED."
  (or (equal result expected) result))

(defmacro declared-of (name &environment environment)
  `',(nth-value 2 (astralisp:variable-information name environment)))

(defmacro optimize-of (quality &environment environment)
  `',(assoc quality (astralisp:declaration-information 'optimize environment)))

(astralisp:define-declaration colour (specifier environment)
  (declare (ignore environment))
  (values :variable
          (mapcar (lambda (name) (list name 'colour (second specifier)))
                  (cddr specifier))))

(define-test declarations-seen-by-macros
    (as-expected-p
     (list (let ((x 1)) (declare (type fixnum x) (ignorable x)) (declared-of x))
           (let ((x 1)) (declare (colour red x) (ignorable x)) (declared-of x))
           (let ((x 1)) (declare (ignorable x))
             (let ((x 2)) (declare (ignorable x) (dynamic-extent x))
               (declared-of x)))
           (locally (declare (optimize (safety 3) speed)) (optimize-of safety))
           (locally (declare (optimize (safety 3) speed)) (optimize-of speed)))
     '(((ignore . ignorable) (type . fixnum))
      ((ignore . ignorable) (colour . red))
      ((dynamic-extent . t) (ignore . ignorable))
      (safety 3)
      (speed 3)))
  => "T")
