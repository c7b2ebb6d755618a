;;;; Pseudo-random numbers: the same sequence on every engine.

(in-package #:astralisp.runtime)

;;; The generator is xoshiro128** by Blackman and Vigna, "Scrambled linear
;;; pseudorandom number generators", 2021: four words of 32 bits, none of whose
;;; operations leaves 41 bits.

(defstruct (random-state (:constructor %make-random-state (words))
                         (:copier nil))
  "The state of a pseudo-random number generator."
  words)

(defmacro word-32 (x)
  `(%fx-and ,x #xFFFFFFFF))

(defun seed-random-state (seed)
  "A random state from the integer SEED: its words come from a hash of SEED."
  (let ((words (%make-vector #x24 4))
        (hash (%logand seed #xFFFFFFFF)))
    (dotimes (i 4)
      ;; Steps of a 32-bit mixing function; products stay below 2^48.
      (setq hash (word-32 (%fx+ hash #x9E3779B9)))
      (let ((z hash))
        (setq z (%fx-xor z (%fx-shift-right z 16)))
        (setq z (word-32 (%fx* z #x6C8F)))
        (setq z (%fx-xor z (%fx-shift-right z 15)))
        (setq z (word-32 (%fx* z #x5A93)))
        (setq z (%fx-xor z (%fx-shift-right z 16)))
        (%set-u32ref words i
                     (if (eq z 0) #x9E3779B9 z))))
    (%make-random-state words)))

(defun random-32 (words)
  "The next 32 random bits of the state vector WORDS."
  (let* ((s0 (%u32ref words 0))
         (s1 (%u32ref words 1))
         (s2 (%u32ref words 2))
         (s3 (%u32ref words 3))
         (product (word-32 (%fx* s1 5)))
         (rotated (%fx-or (%fx-shift-left (%fx-and product #x1FFFFFF) 7)
                          (%fx-shift-right product 25)))
         (result (word-32 (%fx* rotated 9)))
         (shifted (%fx-shift-left (%fx-and s1 #x7FFFFF) 9))
         (t2 (%fx-xor s2 s0))
         (t3 (%fx-xor s3 s1)))
    (%set-u32ref words 1 (%fx-xor s1 t2))
    (%set-u32ref words 0 (%fx-xor s0 t3))
    (%set-u32ref words 2 (%fx-xor t2 shifted))
    (%set-u32ref words 3 (%fx-or (%fx-shift-left (%fx-and t3 #x1FFFFF) 11)
                                 (%fx-shift-right t3 21)))
    result))

(defvar *random-state* (seed-random-state 20240101)
  "The random state that RANDOM uses.")

(defun make-random-state (&optional state)
  "A new random state: a copy of STATE; of *RANDOM-STATE* if STATE is NIL; one
that differs from run to run if STATE is T."
  (cond ((eq state t)
         (seed-random-state (%logxor (%real-time-ns)
                                     (%ash (%real-time-ns) -20))))
        (t
         (let ((source (random-state-words (or state *random-state*)))
               (copy (%make-vector #x24 4)))
           (%replace copy 0 source 0 4)
           (%make-random-state copy)))))

(defun random-bits (count words)
  "A random integer of COUNT bits."
  (cond ((%fx<= count 32)
         (%fx-shift-right (random-32 words) (%fx- 32 count)))
        ((%fx<= count 52)               ; a fixnum of every engine
         (let ((high (random-32 words)))
           (%fx-or (%fx-shift-left high (%fx- count 32))
                   (%fx-shift-right (random-32 words) (%fx- 64 count)))))
        (t (random-many-bits count words))))

(defun random-many-bits (count words)
  (let ((result 0))
    (block nil
      (tagbody
       again
         (when (%fx<= count 32)
           (let ((bits (%fx-shift-right (random-32 words) (%fx- 32 count))))
             (return (if (eql result 0)
                         bits
                         (%logior (%ash result count) bits)))))
         (setq result (%logior (%ash result 32) (random-32 words))
               count (%fx- count 32))
         (go again)))))

(defun random-integer (limit words)
  ;; Reject and draw again: each draw is below LIMIT with at least even odds.
  (let ((count (integer-length (%integer- limit 1))))
    (block nil
      (tagbody
       again
         (let ((bits (random-bits count words)))
           (when (if (and (%fixnump bits) (%fixnump limit))
                     (%fx< bits limit)
                     (eq (%integer-compare bits limit) -1))
             (return bits)))
         (go again)))))

(defun random-double (words)
  "A random double-float from 0 up to but not including 1."
  (let* ((high (%fx-shift-right (random-32 words) 5))
         (low (%fx-shift-right (random-32 words) 6)))
    (%double* (%double+ (%double* (%integer-to-double high) 67108864d0)
                        (%integer-to-double low))
              1.1102230246251565d-16)))

(defun random-single (words)
  (%double-to-single
   (%double* (%integer-to-double (%fx-shift-right (random-32 words) 8))
             5.960464477539063d-8)))

(defun random (limit &optional (random-state *random-state*))
  "A random number from 0 up to but not including LIMIT, a positive integer or
float, of the type of LIMIT. RANDOM-STATE is modified."
  (let ((words (random-state-words random-state)))
    (cond ((and (integerp limit) (plusp limit)) (random-integer limit words))
          ((and (%double-float-p limit) (plusp limit))
           (block nil
             (tagbody
              again
                (let ((x (%double* limit (random-double words))))
                  (when (%double< x limit) (return x)))
                (go again))))
          ((and (%single-float-p limit) (plusp limit))
           (block nil
             (tagbody
              again
                (let ((x (%single* limit (random-single words))))
                  (when (%single< x limit) (return x)))
                (go again))))
          (t (number-type-error limit '(or (integer (0)) (float (0))))))))

(defun restore-random-state (&rest words)
  "The random state that was printed with WORDS."
  (let ((vector (%make-vector #x24 4)))
    (dotimes (i 4)
      (%set-u32ref vector i (car words))
      (setq words (cdr words)))
    (%make-random-state vector)))
