;;;; QEMU's fw_cfg: arguments, a script as console input, how to exit.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; A 16-bit selector port and an octet data port (QEMU docs/specs/fw_cfg).
;;; Item 0 is the signature, item 19h the directory: a count of 32 bits and
;;; entries of 64 octets (size, selector, 0, name), numbers high octet first.

(defconstant +selector-port+ #x510)
(defconstant +firmware-data+ #x511)
(defconstant +firmware-directory+ #x19)
(defconstant +firmware-name+ #x60D18000 "Name of an entry, 56 octets.")

(defwired select-item (item)
  (%out-u16 +selector-port+ item)
  0)

(defwired firmware-number (octets)
  "The next OCTETS of the item as a number, high octet first."
  (let-fixnum ((number 0))
    (do-range (i 0 octets)
      (setq number (logior (shift-left number 8) (%in-u8 +firmware-data+))))
    number))

(defwired firmware-present-p ()
  "1 when the signature of fw_cfg can be read."
  (select-item 0)
  (if (= #x51454D55 (firmware-number 4)) 1 0))

(defwired read-firmware (address count)
  "Put the next COUNT octets of the item at ADDRESS."
  (do-range (i 0 count)
    (set-octet (+ address i) 0 (%in-u8 +firmware-data+)))
  count)

(defmacro put-item-name (text)
  "Write the literal TEXT with a final zero behind the place for names."
  (let ((at 63))
    `(progn
       ,@(map 'list
              (lambda (character)
                (list 'set-octet '+firmware-name+ (setq at (cl:+ at 1))
                      (char-code character)))
              text)
       (set-octet +firmware-name+ ,(cl:+ at 1) 0))))

(defwired same-name-p ()
  "1 when the name of the entry read is the one that was put."
  (let-fixnum ((i 0))
    (while (and (< i 56)
                (= (octet (+ +firmware-name+ i))
                   (octet (+ +firmware-name+ 64 i)))
                (/= 0 (octet (+ +firmware-name+ i))))
      (increment i))
    (if (and (< i 56) (= 0 (octet (+ +firmware-name+ i)))
             (= 0 (octet (+ +firmware-name+ 64 i))))
        1
        0)))

(defwired find-item ()
  "Select the file whose name was put: its size, or -1 when there is none."
  (select-item +firmware-directory+)
  (let-fixnum ((left (firmware-number 4)) (size 0) (item 0) (found -1))
    (while (and (> left 0) (= found -1))
      (setq size (firmware-number 4) item (firmware-number 2))
      (firmware-number 2)
      (read-firmware +firmware-name+ 56)
      (if (= 1 (same-name-p)) (setq found size))
      (increment left -1))
    (if (/= found -1) (select-item item))
    found))

(defwired start-firmware ()
  "Read what QEMU was told with -fw_cfg name=opt/org.astralisp/…"
  (if (= 1 (firmware-present-p))
      (progn
        (put-item-name "opt/org.astralisp/exit")
        (set-exit-wanted (if (= -1 (find-item)) 0 1))
        (put-item-name "opt/org.astralisp/arguments")
        (set-arguments-length
         (read-firmware +firmware-buffer+
                        (max 0 (min (find-item) (1- +firmware-buffer-size+)))))
        ;; Last: the item stays selected and is read as input is wanted.
        (put-item-name "opt/org.astralisp/script")
        (let-fixnum ((size (find-item)))
          (if (/= size -1)
              (progn
                (set-script-present 1)
                (set-script-left size))))))
  0)

(defwired read-script (address count)
  "The next octets of the script, at most COUNT; -1 at its end."
  (let-fixnum ((octets (min count (script-left))))
    (if (= 0 (script-left))
        -1
        (progn
          (read-firmware address octets)
          (set-script-left (- (script-left) octets))
          octets))))

(defwired argument-end (start)
  "Where the argument that begins at START of the buffer has its final zero."
  (let-fixnum ((end start))
    (while (and (< end (arguments-length))
                (/= 0 (octet (+ +firmware-buffer+ end))))
      (increment end))
    (set-octet (+ +firmware-buffer+ end) 0 0)
    end))

(defun pc-command-line ()
  "A name for the program, then the strings given to the machine as arguments."
  (let ((arguments '()) (at 0))
    (declare (type fixnum at))
    (while (< at (arguments-length))
      (let ((end (argument-end at)))
        (setq arguments (cons (c-string (+ +firmware-buffer+ at)) arguments)
              at (+ 1 end))))
    (cons "astralisp" (reverse arguments))))
