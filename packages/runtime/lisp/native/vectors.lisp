;;;; Vectors on the native engine: making, copying and filling them.

(in-package #:astralisp.runtime)

;;; The octets of the elements of a vector of type CODE and length N.
(defun vector-data-octets (code n)
  (declare (optimize (speed 3) (safety 0)) (type fixnum code n))
  (case code
    ((#x20 #x25 #x29 #x2B) (* 8 n))
    ((#x22 #x26) n)
    ((#x23 #x27) (* 2 n))
    ((#x24 #x28 #x2A #x2C) (* 4 n))
    (t (%fx-shift-right (%fx+ n 7) 3))))

(defun %allocate-vector (code n)
  "Return a fresh simple vector of type CODE with N elements of 0."
  (unless (and (%fixnump n) (>= n 0))
    (%type-error n 'array-dimension))
  (when (> n #xffffffffff)
    (%signal-engine-error :heap-exhausted n nil)
    (%type-error n 'array-dimension))
  (let* ((octets (logand (+ 16 (vector-data-octets code n) 15) -16))
         (address (if (<= octets 4096)
                      (%allocate octets)
                      (%allocate-large octets))))
    (%raw-store-u64 address 0 (%header code 0 0))
    (%raw-store-boxed address 8 n)
    (%address-object address 15)))

;;; What the compiler calls for %VECTOR-CODE and the like when it knows nothing
;;; of the type.

(defun %vector-code (object)
  "Return the type code of OBJECT, a simple one-dimensional array, or NIL."
  (if (%fx= 15 (%object-tag object))
      (let ((code (%raw-load-u8 (%object-address object) 1)))
        (if (and (%fx>= code #x20) (%fx<= code #x2C))
            code
            nil))
      nil))

(defun %shrink-vector (vector n)
  "Make N, not above it now, the length of the simple VECTOR; return VECTOR."
  (%raw-store-boxed (%object-address vector) 8 n)
  vector)

(defun %array-rank (header)
  "Return how many dimensions the array HEADER has."
  (%fx- (%raw-load-u32 (%object-address header) 4) 5))

(defmacro dispatch-on-code (vector &rest clauses)
  "CLAUSES are (code form): the value of the form for the code of VECTOR."
  `(case (%raw-load-u8 (%object-address ,vector) 1)
     ,@clauses
     (t (%type-error ,vector 'vector))))

(defun %vref (vector i)
  "Return element I of the simple VECTOR of any type."
  (dispatch-on-code vector
    (#x20 (%svref vector i)) (#x2C (%string-ref vector i))
    (#x22 (%u8ref vector i)) (#x21 (%bit-ref vector i))
    (#x23 (%u16ref vector i)) (#x24 (%u32ref vector i))
    (#x25 (%u64ref vector i)) (#x26 (%s8ref vector i))
    (#x27 (%s16ref vector i)) (#x28 (%s32ref vector i))
    (#x29 (%s64ref vector i)) (#x2A (%single-ref vector i))
    (#x2B (%double-ref vector i))))

(defun %set-vref (vector i x)
  "Make X element I of the simple VECTOR of any type; return X."
  (dispatch-on-code vector
    (#x20 (%set-svref vector i x)) (#x2C (%set-string-ref vector i x))
    (#x22 (%set-u8ref vector i x)) (#x21 (%set-bit-ref vector i x))
    (#x23 (%set-u16ref vector i x)) (#x24 (%set-u32ref vector i x))
    (#x25 (%set-u64ref vector i x)) (#x26 (%set-s8ref vector i x))
    (#x27 (%set-s16ref vector i x)) (#x28 (%set-s32ref vector i x))
    (#x29 (%set-s64ref vector i x)) (#x2A (%set-single-ref vector i x))
    (#x2B (%set-double-ref vector i x)))
  x)

(defun %make-vector (code n)
  "Return a fresh simple vector of type CODE with N elements of 0."
  (%allocate-vector code n))

(defun %make-array-header (data offset total fill flags dimensions)
  "Return an array header over DATA with DIMENSIONS, a list."
  (let* ((rank (length dimensions))
         (address (%allocate (logand (+ 8 (* 8 (+ 5 rank)) 15) -16))))
    (%raw-store-u64 address 0 (%header #x1A 0 (+ 5 rank)))
    (%raw-store-boxed address 8 data)
    (%raw-store-boxed address 16 offset)
    (%raw-store-boxed address 24 total)
    (%raw-store-boxed address 32 fill)
    (%raw-store-boxed address 40 flags)
    (let ((array (%address-object address 15))
          (i 0))
      (dolist (dimension dimensions array)
        (%set-array-dimension array i dimension)
        (setq i (+ i 1))))))

;;; Copying. Addresses of objects hold only as long as nothing can stop the
;;; thread, so the loops over memory are in functions without polls; they get
;;; vectors and octet offsets, and are asked for a bounded piece at a time.

(defconstant +copy-piece+ 65536 "Octets copied between two polls.")

(defun copy-octets-up (to to-offset from from-offset count)
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum to-offset from-offset count))
  (let ((target (%fx+ (%object-address to) to-offset))
        (source (%fx+ (%object-address from) from-offset))
        (i 0))
    (declare (type fixnum target source i))
    (when (%fx= 0 (%fx-and 7 (%fx- target source)))
      (tagbody
       head
         (when (and (%fx< i count) (not (%fx= 0 (%fx-and 7 (%fx+ target i)))))
           (%raw-store-u8 target i (%raw-load-u8 source i))
           (setq i (%fx+ i 1))
           (go head)))
      (let ((words (%fx-shift-right (%fx- count i) 3)))
        (declare (type fixnum words))
        (%raw-copy-words (%fx+ target i) (%fx+ source i) words)
        (setq i (%fx+ i (%fx-shift-left words 3)))))
    (tagbody
     tail
       (when (%fx< i count)
         (%raw-store-u8 target i (%raw-load-u8 source i))
         (setq i (%fx+ i 1))
         (go tail)))
    nil))

(defun copy-octets-down (to to-offset from from-offset count)
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum to-offset from-offset count))
  (let ((target (%fx+ (%object-address to) to-offset))
        (source (%fx+ (%object-address from) from-offset))
        (i count))
    (declare (type fixnum target source i))
    (if (%fx= 0 (%fx-and 7 (%fx-or count (%fx-or target source))))
        (tagbody
         words
           (when (%fx> i 0)
             (setq i (%fx- i 8))
             (%raw-store-u64 target i (%raw-load-u64 source i))
             (go words)))
        (tagbody
         octets
           (when (%fx> i 0)
             (setq i (%fx- i 1))
             (%raw-store-u8 target i (%raw-load-u8 source i))
             (go octets))))
    nil))

;;; Mark the cards of COUNT octets of the vector from OFFSET.
(defun mark-cards (vector offset count)
  (declare (effects :no-poll) (optimize (speed 3) (safety 0))
           (type fixnum offset count))
  (let* ((at (%fx+ (%object-address vector) offset))
         (last (%fx- (%fx+ at count) 8)))
    (declare (type fixnum at last))
    (tagbody
     next
       (when (%fx<= at last)
         (%mark-card at)
         (setq at (%fx+ at 512))
         (go next)))
    (%mark-card last)
    nil))

(defun copy-octets (to to-offset from from-offset count boxed)
  (declare (optimize (speed 3) (safety 0))
           (type fixnum to-offset from-offset count))
  (cond ((or (%fx> count +copy-piece+)
             (and (eq to from) (%fx< from-offset to-offset)))
         (copy-in-pieces to to-offset from from-offset count boxed))
        ((%fx> count 0)
         (copy-octets-up to to-offset from from-offset count)
         (if boxed
             (mark-cards to to-offset count)))))

(defun copy-in-pieces (to to-offset from from-offset count boxed)
  (let ((done 0)
        (down (and (eq to from) (< from-offset to-offset))))
    (loop-forever
      (when (>= done count)
        (return nil))
      (let* ((piece (min +copy-piece+ (- count done)))
             (start (if down (- count done piece) done)))
        (if down
            (copy-octets-down to (+ to-offset start)
                              from (+ from-offset start) piece)
            (copy-octets-up to (+ to-offset start)
                            from (+ from-offset start) piece))
        (when boxed
          (mark-cards to (+ to-offset start) piece))
        (setq done (+ done piece))))))

(defun copy-bits (to to-start from from-start count)
  ;; Whole octets go as such.
  (when (and (eq 0 to-start) (eq 0 from-start) (not (eq to from)))
    (let ((octets (%fx-shift-right count 3)))
      (copy-octets to 16 from 16 octets nil)
      (setq to-start (%fx-shift-left octets 3)
            from-start to-start
            count (%fx- count to-start))))
  (if (and (eq to from) (< from-start to-start))
      (do ((i (- count 1) (- i 1)))
          ((< i 0))
        (%set-bit-ref to (+ to-start i) (%bit-ref from (+ from-start i))))
      (dotimes (i count)
        (%set-bit-ref to (+ to-start i) (%bit-ref from (+ from-start i))))))

;;; The logarithm of the octets of an element of vectors of type CODE, not bits.
(defun element-shift (code)
  (declare (type fixnum code))
  (cond ((%fx= code #x20) 3)
        ((%fx= code #x2C) 2)
        ((%fx< code #x2A) (%fx-and 3 (%fx- code 2)))
        (t (%fx- code #x28))))

(defun %replace (to to-start from from-start count)
  "Copy COUNT elements of FROM from FROM-START on into TO from TO-START on; both
are simple vectors of one type and may be the same. Return TO."
  (declare (optimize (speed 3) (safety 0))
           (type fixnum to-start from-start count))
  (let ((code (%vector-code to)))
    (declare (type fixnum code))
    (if (%fx= code #x21)
        (copy-bits to to-start from from-start count)
        (let ((shift (element-shift code)))
          (declare (type fixnum shift))
          (copy-octets to (%fx+ 16 (%fx-shift-left to-start shift))
                       from (%fx+ 16 (%fx-shift-left from-start shift))
                       (%fx-shift-left count shift)
                       (%fx= code #x20))))
    to))

(defun %fill (vector value start end)
  "Set the elements of the simple VECTOR from START below END to VALUE."
  (macrolet ((fill-with (setter)
               `(do ((i start (+ i 1)))
                    ((>= i end) vector)
                  (declare (type fixnum i))
                  (,setter vector i value))))
    (case (%vector-code vector)
      (#x20 (fill-with %set-svref))
      (#x22 (fill-with %set-u8ref))
      (#x2C (fill-with %set-string-ref))
      (t (fill-with %set-vref)))))
