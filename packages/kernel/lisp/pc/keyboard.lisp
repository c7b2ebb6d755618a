;;;; The PS/2 keyboard: scan codes of set 1 to octets, US layout.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +keyboard-data+ #x60 "Port: scan codes.")
(defconstant +keyboard-status+ #x64 "Port: bit 0 says that one is there.")
(defconstant +key-table+ #x60C70000 "128 octets plain, 128 with shift.")
(defconstant +shift-flag+ 1 "In KEYBOARD-FLAGS.")
(defconstant +control-flag+ 2 "In KEYBOARD-FLAGS.")
(defconstant +alt-flag+ 4 "In KEYBOARD-FLAGS.")
(defconstant +capitals-flag+ 8 "In KEYBOARD-FLAGS.")

(defun put-keys (code plain shifted)
  "The keys from scan code CODE on give the characters of PLAIN or SHIFTED."
  (do-range (i 0 (%vector-length plain))
    (set-octet (+ +key-table+ code i) 0
               (%char-code (%string-ref plain i)))
    (set-octet (+ +key-table+ 128 code i) 0
               (%char-code (%string-ref shifted i)))))

(defwired put-key (code octet)
  (set-octet (+ +key-table+ code) 0 octet)
  (set-octet (+ +key-table+ 128 code) 0 octet)
  0)

(defun start-keyboard ()
  "Fill the key table and empty the controller's buffer."
  (put-keys 2 "1234567890-=" "!@#$%^&*()_+")
  (put-keys 16 "qwertyuiop[]" "QWERTYUIOP{}")
  (put-keys 30 "asdfghjkl;'`" "ASDFGHJKL:\"~")
  (put-keys 43 "\\zxcvbnm,./" "|ZXCVBNM<>?")
  (put-keys 55 "*" "*")
  (put-keys 57 " " " ")
  (put-keys 74 "-" "-")
  (put-keys 78 "+" "+")
  (put-key 1 27)
  (put-key 14 127)
  (put-key 15 9)
  (put-key 28 13)
  (empty-keyboard))

(defwired empty-keyboard ()
  (let-fixnum ((left 64))
    (while (and (> left 0)
                (/= 0 (logand 1 (%in-u8 +keyboard-status+))))
      (%in-u8 +keyboard-data+)
      (increment left -1)))
  0)

(defwired modifier-flag (code)
  "The flag of the modifier key with scan code CODE, or 0."
  (if (or (= code 42) (= code 54))
      +shift-flag+
      (if (= code 29)
          +control-flag+
          (if (= code 56) +alt-flag+ 0))))

(defwired key-octet (code flags)
  "What the key CODE gives with the modifiers FLAGS; 0 for nothing."
  (let-fixnum ((plain (octet (+ +key-table+ code)))
               (shift (logand flags +shift-flag+)))
    (if (and (>= plain 97) (<= plain 122)
             (/= 0 (logand flags +capitals-flag+)))
        (setq shift (logxor shift +shift-flag+)))
    (let-fixnum ((octet (if (= shift 0)
                            plain
                            (octet (+ +key-table+ 128 code)))))
      (if (and (/= 0 (logand flags +control-flag+))
               (>= octet 64) (< octet 128))
          (logand octet 31)
          octet))))

(defwired cursor-key (code)
  "Final octet of the escape sequence of an editing key; digits end in ~."
  (if (and (>= code 71) (<= code 83))
      (octet (+ +key-table+ 256 (- code 71)))
      0))

(defun start-cursor-keys ()
  "Home Up PageUp - Left - Right - End Down PageDown Insert Delete."
  (let ((keys "HA5-D-C+FB623"))
    (do-range (i 0 13)
      (set-octet (+ +key-table+ 256 i) 0
                 (%char-code (%string-ref keys i))))))

(defwired type-cursor-key (final thread)
  (type-octet 27 thread)
  (type-octet 91 thread)
  (type-octet final thread)
  (if (< final 64) (type-octet 126 thread))
  0)

(defwired press-key (code extended thread)
  "The key CODE went down while THREAD ran; EXTENDED: after E0h."
  (let-fixnum ((final (cursor-key code))
               (octet (key-octet code (keyboard-flags))))
    (if (= code 58)
        (set-keyboard-flags (logxor (keyboard-flags) +capitals-flag+))
        (if (or (>= final 65) (and (>= final 48) (<= final 57)))
            (type-cursor-key final thread)
            (if (/= octet 0)
                (progn
                  (if (and (/= 0 (logand (keyboard-flags) +alt-flag+))
                           (= extended 0))
                      (type-octet 27 thread))
                  (type-octet octet thread))))))
  0)

(defwired scan-code (code thread)
  "CODE came from the keyboard while THREAD ran."
  (let-fixnum ((extended (keyboard-prefix))
               (key (logand code 127))
               (flag (modifier-flag key)))
    (set-keyboard-prefix (if (= code #xE0) 1 0))
    ;; E0 2A and E0 AA are shifts that no key gives; E1 begins Pause.
    (if (or (= code #xE0) (= code #xE1)
            (and (/= extended 0) (= flag +shift-flag+)))
        0
        (if (/= flag 0)
            (set-keyboard-flags
             (if (>= code 128)
                 (logand (keyboard-flags) (lognot flag))
                 (logior (keyboard-flags) flag)))
            (if (< code 128)
                (press-key key extended thread)
                0)))))

(defwired receive-keyboard (thread)
  "Take what the keyboard has to say; mouse octets (bit 5) are dropped."
  (let-fixnum ((status (%in-u8 +keyboard-status+)) (left 32))
    (while (and (/= 0 (logand status 1)) (> left 0))
      (let-fixnum ((code (%in-u8 +keyboard-data+)))
        (if (= 0 (logand status 32)) (scan-code code thread)))
      (increment left -1)
      (setq status (%in-u8 +keyboard-status+))))
  0)
