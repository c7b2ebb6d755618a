;;;; Kernels of everything: calls, lists, tables, floats, bignums, closures.

(in-package #:astralisp.bench)

;;; After the programs of R. P. Gabriel, "Performance and Evaluation of Lisp
;;; Systems" (1985), and of the Computer Language Benchmarks Game.

;;; Calls and fixnum arithmetic

(defun tak (x y z)
  (if (not (< y x))
      z
      (tak (tak (1- x) y z) (tak (1- y) z x) (tak (1- z) x y))))

(define-kernel kernel-tak 7
  (let ((result 0))
    (dotimes (i 40 result)
      (setf result (tak 18 12 6)))))

(defun fib (n)
  (if (< n 2)
      n
      (+ (fib (- n 1)) (fib (- n 2)))))

(define-kernel kernel-fib 1346269
  (fib 31))

(defun queens (board-size)
  (labels ((safe-p (row distance placed)
             (or (null placed)
                 (and (/= (car placed) row)
                      (/= (car placed) (+ row distance))
                      (/= (car placed) (- row distance))
                      (safe-p row (1+ distance) (cdr placed)))))
           (place (column placed)
             (if (= column 0)
                 1
                 (let ((count 0))
                   (do ((row 1 (1+ row)))
                       ((> row board-size) count)
                     (when (safe-p row 1 placed)
                       (incf count
                             (place (1- column) (cons row placed)))))))))
    (place board-size '())))

(define-kernel kernel-nqueens 724
  (let ((result 0))
    (dotimes (i 4 result)
      (setf result (queens 10)))))

;;; Lists and symbols

(defun deriv (a)
  (cond ((not (consp a))
         (if (eq a 'x) 1 0))
        ((eq (car a) '+)
         (cons '+ (mapcar #'deriv (cdr a))))
        ((eq (car a) '-)
         (cons '- (mapcar #'deriv (cdr a))))
        ((eq (car a) '*)
         (list '* a
               (cons '+ (mapcar (lambda (term)
                                  (list '/ (deriv term) term))
                                (cdr a)))))
        ((eq (car a) '/)
         (list '-
               (list '/ (deriv (cadr a)) (caddr a))
               (list '/ (cadr a)
                     (list '* (caddr a) (caddr a)
                           (deriv (caddr a))))))
        (t (error "no derivative of ~S" a))))

(define-kernel kernel-deriv +
  (let ((result nil))
    (dotimes (i 150000 (car result))
      (setf result (deriv '(+ (* 3 x x) (* a x x) (* b x) 5))))))

(defun destructive (n m)
  (let ((list (do ((i 10 (1- i))
                   (l '() (push '() l)))
                  ((= i 0) l))))
    (do ((i n (1- i)))
        ((= i 0) list)
      (if (null (car list))
          (do ((l list (cdr l)))
              ((null l))
            (unless (car l)
              (rplaca l (cons '() '())))
            (nconc (car l)
                   (do ((j m (1- j))
                        (a '() (push '() a)))
                       ((= j 0) a))))
          (do ((l1 list (cdr l1))
               (l2 (cdr list) (cdr l2)))
              ((null l2))
            (rplacd (do ((j (floor (length (car l2)) 2) (1- j))
                         (a (car l2) (cdr a)))
                        ((zerop j) a)
                      (rplaca a i))
                    (let ((n (floor (length (car l1)) 2)))
                      (if (= n 0)
                          (progn (rplaca l1 '())
                                 (car l1))
                          (do ((j n (1- j))
                               (a (car l1) (cdr a)))
                              ((= j 1)
                               (prog1 (cdr a)
                                 (rplacd a '())))
                            (rplaca a i))))))))))

(define-kernel kernel-destructive 10
  (let ((result nil))
    (dotimes (i 40 (length result))
      (setf result (destructive 600 50)))))

(defun match-p (pattern data bindings)
  "Match lists with ?NAME variables and the segment wildcard *."
  (cond ((null pattern) (null data))
        ((eq (car pattern) '*)
         (or (match-p (cdr pattern) data bindings)
             (and data (match-p pattern (cdr data) bindings))))
        ((null data) nil)
        ((and (symbolp (car pattern))
              (char= (char (symbol-name (car pattern)) 0) #\?))
         (let ((bound (assoc (car pattern) bindings)))
           (if bound
               (and (eq (cdr bound) (car data))
                    (match-p (cdr pattern) (cdr data) bindings))
               (match-p (cdr pattern) (cdr data)
                        (acons (car pattern) (car data) bindings)))))
        ((consp (car pattern))
         (and (consp (car data))
              (match-p (car pattern) (car data) bindings)
              (match-p (cdr pattern) (cdr data) bindings)))
        (t (and (eq (car pattern) (car data))
                (match-p (cdr pattern) (cdr data) bindings)))))

(define-kernel kernel-browse 120000
  (let ((count 0)
        (data '(a a b b c d (e f (g)) a b c d e f g a b c d)))
    (dotimes (i 40000 count)
      (when (match-p '(a ?x * c d) data '()) (incf count))
      (when (match-p '(* ?y * (e * (g)) * ?y * d) data '()) (incf count))
      (when (match-p '(* b * b * b * c d) data '()) (incf count)))))

;;; Strings and tables

(define-kernel kernel-strings 1079320
  (let ((total 0))
    (dotimes (i 10 total)
      (let ((text (with-output-to-string (stream)
                    (dotimes (n 10000)
                      (write-string (reverse (string-upcase "item-"))
                                    stream)
                      (write-char (code-char (+ 48 (mod n 10))) stream)
                      (write-string (subseq "0123456789" 0 (mod n 10))
                                    stream)))))
        (incf total (length text))
        (incf total (- (count #\7 text) (position #\7 text)))
        (decf total (if (search "9-METI" text) 46111 0))))))

(define-kernel kernel-hash-tables 400000
  (let ((numbers (make-hash-table))
        (strings (make-hash-table :test #'equal))
        (found 0))
    (dotimes (i 200000)
      (setf (gethash (* i 7) numbers) i))
    (dotimes (i 200000)
      (when (= (gethash (* i 7) numbers -1) i)
        (incf found)))
    (let ((keys (make-array 1000)))
      (dotimes (i 1000)
        (setf (svref keys i)
              (concatenate 'string
                           "key-" (string (code-char (+ 33 (mod i 90))))
                           (make-string (floor i 90)
                                        :initial-element #\x))))
      (dotimes (i 1000)
        (setf (gethash (svref keys i) strings) i))
      (dotimes (i 200000 found)
        (when (= (gethash (svref keys (mod i 1000)) strings) (mod i 1000))
          (incf found))))))

;;; Floats

(defun mandelbrot (size limit)
  (declare (fixnum size limit))
  (let ((inside 0))
    (declare (fixnum inside))
    (dotimes (row size inside)
      (dotimes (column size)
        (let ((cr (- (/ (* 3d0 column) size) 2d0))
              (ci (- (/ (* 2d0 row) size) 1d0))
              (zr 0d0)
              (zi 0d0)
              (n 0))
          (declare (double-float cr ci zr zi) (fixnum n))
          (loop
            (when (or (= n limit) (> (+ (* zr zr) (* zi zi)) 4d0))
              (return))
            (let ((next (+ (- (* zr zr) (* zi zi)) cr)))
              (declare (double-float next))
              (setf zi (+ (* 2d0 zr zi) ci)
                    zr next))
            (incf n))
          (when (= n limit)
            (incf inside)))))))

(define-kernel kernel-mandelbrot 15866
  (mandelbrot 250 300))

(defstruct body
  (x 0d0 :type double-float) (y 0d0 :type double-float)
  (z 0d0 :type double-float)
  (vx 0d0 :type double-float) (vy 0d0 :type double-float)
  (vz 0d0 :type double-float)
  (mass 0d0 :type double-float))

(defun solar-system ()
  (list (make-body :mass 39.47841760435743d0)
        (make-body :x 4.841431442464721d0 :y -1.1603200440274284d0
                   :z -0.10362204447112311d0 :vx 0.606326392995832d0
                   :vy 2.81198684491626d0 :vz -0.02521836165988763d0
                   :mass 0.03769367487038949d0)
        (make-body :x 8.34336671824458d0 :y 4.124798564124305d0
                   :z -0.4035234171143214d0 :vx -1.0107743461787924d0
                   :vy 1.8256623712304119d0 :vz 0.008415761376584154d0
                   :mass 0.011286326131968767d0)
        (make-body :x 12.894369562139131d0 :y -15.111151401698631d0
                   :z -0.22330757889265573d0 :vx 1.0827910064415354d0
                   :vy 0.8687130181696082d0 :vz -0.010832637401363636d0
                   :mass 0.0017237240570597112d0)
        (make-body :x 15.379697114850917d0 :y -25.919314609987964d0
                   :z 0.17925877295037118d0 :vx 0.979090732243898d0
                   :vy 0.5946989986476762d0 :vz -0.034755955550407604d0
                   :mass 0.0020336868699246304d0)))

(defun advance (bodies dt)
  (declare (double-float dt))
  (do ((rest bodies (cdr rest)))
      ((null rest))
    (let ((a (car rest)))
      (dolist (b (cdr rest))
        (let* ((dx (- (body-x a) (body-x b)))
               (dy (- (body-y a) (body-y b)))
               (dz (- (body-z a) (body-z b)))
               (square (+ (* dx dx) (* dy dy) (* dz dz)))
               (distance (sqrt (the (double-float 0d0) square)))
               (magnitude (/ dt (* square distance))))
          (declare (double-float dx dy dz square distance magnitude))
          (decf (body-vx a) (* dx (body-mass b) magnitude))
          (decf (body-vy a) (* dy (body-mass b) magnitude))
          (decf (body-vz a) (* dz (body-mass b) magnitude))
          (incf (body-vx b) (* dx (body-mass a) magnitude))
          (incf (body-vy b) (* dy (body-mass a) magnitude))
          (incf (body-vz b) (* dz (body-mass a) magnitude))))))
  (dolist (b bodies)
    (incf (body-x b) (* dt (body-vx b)))
    (incf (body-y b) (* dt (body-vy b)))
    (incf (body-z b) (* dt (body-vz b)))))

(define-kernel kernel-nbody t
  (let ((bodies (solar-system)))
    (dotimes (i 60000)
      (advance bodies 0.01d0))
    (< -40d0 (body-x (second bodies)) 40d0)))

;;; Bignums, closures, collection

(defun pi-digits (count)
  "Sum of the first COUNT digits of pi, by the streaming spigot of Gibbons."
  (let ((q 1) (r 0) (s 1) (k 1) (sum 0) (produced 0))
    (loop
      (when (= produced count)
        (return sum))
      (let ((digit (floor (+ (* 3 q) r) s)))
        (if (= digit (floor (+ (* 4 q) r) s))
            (progn
              (incf sum digit)
              (incf produced)
              (setf r (* 10 (- r (* digit s)))
                    q (* 10 q)))
            (let ((next (1+ (* 2 k))))
              (setf r (* next (+ (* 2 q) r))
                    q (* q k)
                    s (* s next))
              (incf k)))))))

(define-kernel kernel-pidigits 4470
  (pi-digits 1000))

(defun compose-all (functions)
  (if (null functions)
      (lambda (x) x)
      (let ((first (car functions))
            (rest (compose-all (cdr functions))))
        (lambda (x) (funcall first (funcall rest x))))))

(defun make-counter (step)
  (let ((count 0))
    (lambda () (incf count step))))

(define-kernel kernel-closures 6000550
  (let ((sum 0)
        (adders (let ((list '()))
                  (dotimes (i 10 list)
                    (let ((i i))
                      (push (lambda (x) (+ x i)) list))))))
    (dotimes (i 10)
      (let ((counter (make-counter 1))
            (add-all (compose-all adders)))
        (dotimes (k 200000)
          (funcall counter))
        (dotimes (k 20000)
          (funcall add-all k))
        (incf sum (+ (funcall counter) (* 2 200000) (funcall add-all 9)))))
    sum))

(defun make-tree (depth)
  (if (= depth 0)
      (cons nil nil)
      (cons (make-tree (1- depth)) (make-tree (1- depth)))))

(defun count-tree (tree)
  (if (null (car tree))
      1
      (+ 1 (count-tree (car tree)) (count-tree (cdr tree)))))

(define-kernel kernel-binary-trees 1703735
  (let ((long-lived (make-tree 15))
        (count 0))
    (dotimes (i 200)
      (incf count (count-tree (make-tree 12))))
    (+ count (count-tree long-lived))))
