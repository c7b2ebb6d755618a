;;;; Random sequences and keywords for tests, the same on every engine.

(in-package #:astralisp.test)

(defvar *state* 1)

(defun rnd (n)
  "The next number below N of a linear congruential generator."
  (setf *state* (mod (+ (* *state* 48271) 11) 2147483647))
  (mod (floor *state* 64) n))

(defun pick (&rest choices)
  (nth (rnd (length choices)) choices))

(defun random-items (n)
  (let ((l nil)) (dotimes (i n l) (push (rnd 5) l))))

(defun as-kind (kind items)
  "ITEMS as a sequence of KIND."
  (ecase kind
    (0 (copy-list items))
    (1 (coerce items 'vector))
    (2 (map 'string (lambda (i) (code-char (+ 97 i))) items))
    (3 (make-array (+ 2 (length items)) :fill-pointer (length items)
                                        :initial-contents (append items '(9 9))))
    (4 (make-array (length items) :element-type '(unsigned-byte 8)
                                  :initial-contents items))
    (5 (make-array (length items) :displaced-to (coerce (cons 7 items) 'vector)
                                  :displaced-index-offset 1))))

(defun element (kind)
  (if (= kind 2) (code-char (+ 97 (rnd 5))) (rnd 5)))

(defun code-of (x) (if (characterp x) (- (char-code x) 97) x))
(defun even-element-p (x) (evenp (code-of x)))
(defun close-p (a b) (<= (abs (- (code-of a) (code-of b))) 1))
(defun less-p (a b) (< (code-of a) (code-of b)))
(defun half (x) (floor (code-of x) 2))

(defun bounds (length &optional (start :start) (end :end))
  (let* ((s (rnd (1+ length))) (e (+ s (rnd (1+ (- length s))))))
    (append (pick nil (list start s)) (pick nil (list end e) (list end nil)))))

(defun test-keys ()
  (pick nil nil (list :test #'close-p) (list :test-not #'close-p) (list :test 'eql)))

(defun key-keys () (pick nil nil (list :key #'half) (list :key nil)))
(defun half-item (item keys)
  (if (getf keys :key) (half item) item))
(defun from-end () (pick nil (list :from-end t) (list :from-end nil)))
(defun counts () (pick nil (list :count (- (rnd 4) 1)) (list :count nil)))
