;;;; The start of a world as a Linux process: memory, signals, arguments.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The program loader has mapped the three parts of the image, the card table,
;;; the tables and the nursery. Here come the rest of static and code space, and
;;; the heap.

(defconstant +default-heap+ #x80000000 "Octets of heap asked for: 2 GiB.")

(defmacro text-at-p (address text)
  "Are the octets at ADDRESS those of the literal TEXT?"
  `(and ,@(let ((index -1))
            (map 'list
                 (lambda (character)
                   (list '= (char-code character)
                         (list 'octet address
                               (setq index (cl:+ index 1)))))
                 text))))

(defwired decimal-at (address)
  "The decimal number whose digits are at ADDRESS."
  (let ((value 0))
    (declare (type fixnum value))
    (while (and (>= (octet address) 48) (<= (octet address) 57)
                (< value 100000000))
      (setq value (+ (* 10 value) (- (octet address) 48)))
      (setq address (1+ address)))
    value))

(defwired wanted-heap ()
  "Octets of heap to ask for: ASTRALISP_HEAP of the environment says how many
MiB, at least 32."
  (let-fixnum ((block (world-arguments))
               (at (+ block 16 (shift-left (word block) 3)))
               (octets +default-heap+))
    (while (/= 0 (word at))
      (let ((entry (word at)))
        (declare (type fixnum entry))
        (if (text-at-p entry "ASTRALISP_HEAP=")
            (setq octets (shift-left (max 32 (decimal-at (+ entry 15)))
                                     20))))
      (setq at (+ at 8)))
    (min octets +largest-heap+)))

(defwired page-up (address)
  (round-up address 4096))

(defwired map-rest (from end protection)
  (if (< from end)
      (linux-map-at from (- end from) protection)
      0))

(defwired linux-map-heap (from octets)
  "Map OCTETS of heap above the image, or as much as can be had; its end."
  (let ((result (linux-map-at from octets 3)))
    (declare (type fixnum result))
    (while (and (/= result 0) (> octets #x1000000))
      (setq octets (logand (shift-right octets 1) (- +block-size+)))
      (setq result (linux-map-at from octets 3)))
    (if (/= result 0)
        from
        (+ from octets))))

(defwired set-handler (signal)
  ;; SA_SIGINFO, SA_ONSTACK.
  (set-action signal (%static-address signal-entry) #x08000004))

(defwired linux-set-handlers ()
  (let ((stack +linux-scratch+))
    (declare (type fixnum stack))
    (set-word stack 0 +signal-stack+)
    (set-word stack 8 0)
    (set-word stack 16 (- +signal-stack-end+ +signal-stack+))
    (call-sigaltstack stack 0)
    (set-handler 2)
    (set-handler 4)
    (set-handler 5)
    (set-handler 7)
    (set-handler 8)
    (set-handler 11)
    (set-handler 14)
    ;; Of a child; system calls begin again after it (SA_RESTART).
    (set-action 17 (%static-address signal-entry) #x18000004)
    ;; Writing to a pipe that nobody reads is an error (EPIPE), not a death.
    (set-action 13 1 0)))

(defwired linux-start ()
  (map-rest (page-up (world-static-free)) +static-end+ 3)
  (map-rest (page-up (world-code-free)) +code-end+ 7)
  (linux-set-handlers)
  (linux-map-heap (world-heap-free)
                  (max #x1000000
                       (- (+ +heap-base+ (wanted-heap)) (world-heap-free)))))

;;; The argument and environment strings, which the system put on the first
;;; stack: count, pointers, 0, pointers, 0.

(defun c-string-length (address)
  "The octets at ADDRESS before a 0."
  (let ((length 0))
    (declare (type fixnum length))
    (while (/= 0 (octet address length))
      (setq length (1+ length)))
    length))

(defun decode-character (address)
  "The character whose UTF-8 octets begin at ADDRESS, and how many there are. An
octet that begins no character stands for itself."
  (let* ((first (octet address))
         (count (cond ((< first #xC2) 1)
                      ((< first #xE0) 2)
                      ((< first #xF0) 3)
                      ((< first #xF5) 4)
                      (t 1)))
         (code (if (= count 1)
                   first
                   (logand first (1- (shift-left 1 (- 7 count)))))))
    (declare (type fixnum first count code))
    (do-range (i 1 count)
      (setq code (+ (shift-left code 6) (logand 63 (octet address i)))))
    (values (%code-char code) count)))

(defun c-string (address)
  "The string whose UTF-8 octets are at ADDRESS, up to a 0."
  (let* ((end (+ address (c-string-length address)))
         (characters '()))
    (declare (type fixnum address end))
    (while (< address end)
      (multiple-value-bind (character count) (decode-character address)
        (push character characters)
        (setq address (+ address count))))
    (coerce (nreverse characters) 'string)))

(defun linux-command-line ()
  (let ((block (world-arguments))
        (arguments '()))
    (if (cl:= block 0)
        '()
        (dotimes (i (word block) (nreverse arguments))
          (push (c-string (word (cl:+ block 8 (cl:* 8 i)))) arguments)))))

(defun linux-environment ()
  (let* ((block (world-arguments))
         (at (cl:+ block 16 (cl:* 8 (word block))))
         (strings '()))
    (loop
      (let ((address (word at)))
        (if (cl:= address 0)
            (return (nreverse strings)))
        (push (c-string address) strings)
        (setq at (cl:+ at 8))))))
