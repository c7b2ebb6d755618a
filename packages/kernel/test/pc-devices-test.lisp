;;;; Clock, power tables, firmware files and traps of the pc platform.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; The battery clock against SBCL's own calendar

(defun put-clock (time binary day-of-24)
  "Simulate a battery clock that shows the universal TIME."
  (multiple-value-bind (second minute hour day month year)
      (decode-universal-time time 0)
    (let ((index 0)
          (hour-12 (cl:+ (if (cl:= 0 (mod hour 12)) 12 (mod hour 12)))))
      (labels ((form (value)
                 (if binary value (cl:+ (cl:* 16 (floor value 10))
                                        (mod value 10))))
               (value ()
                 (case index
                   (0 (form second)) (2 (form minute)) (7 (form day))
                   (4 (if day-of-24
                          (form hour)
                          (cl:logior (form hour-12) (if (cl:>= hour 12) 128 0))))
                   (8 (form month)) (9 (form (mod year 100)))
                   (#x32 (form (floor year 100)))
                   (11 (cl:logior (if binary 4 0) (if day-of-24 2 0)))
                   (t 0))))
        (cl-user::define-port #x70 (operation value)
          (setf index value))
        (cl-user::define-port #x71 (operation) (value))))))

(defun test-battery-clock (seed)
  (let ((state (sb-ext:seed-random-state seed))
        (epoch (encode-universal-time 0 0 0 1 1 1970 0)))
    (loop repeat 300
          for time = (cl:+ epoch (random (cl:* 130 365 86400) state))
          do (put-clock time (cl:= 0 (random 2 state))
                        (cl:= 0 (random 2 state)))
             (cl-user::check (cl:= (read-battery-clock) (cl:- time epoch))
                             time epoch (read-battery-clock)))))

(defun test-counter ()
  (loop for (ticks kilohertz) in '((0 1) (1000 1) (3000000000 3000000)
                                   (123456789012345678 2893412))
        do (cl-user::check
            (cl:<= 0 (cl:- (floor (cl:* ticks 1000000) kilohertz)
                           (counter-ns ticks kilohertz))
                   1)
            ticks kilohertz)))

(defun test-calibration ()
  "A counter of 2 GHz beside an 8254 whose ports take 1 µs: found within 1/1000,
also when the host pauses in one of the three measurements."
  (dolist (pause '(-1 20000 45000 70000))
    (let ((low t) (base 0) (reads 0) (latch 0))
      (flet ((wait ()
               (incf reads)
               (incf astralisp.primitives::*ticks*
                     (if (cl:= reads pause) 60000000 2000))))
        (setf astralisp.primitives::*ticks* 5000)
        (cl-user::define-port #x43 (operation value)
          (wait)
          (if (cl:= value #xB0)
              (setf base astralisp.primitives::*ticks*)
              (setf low t
                    latch (ldb (byte 16 0)
                               (cl:- 65535
                                     (floor (cl:* (cl:- astralisp.primitives::*ticks*
                                                        base)
                                                  1193182)
                                            2000000000))))))
        (cl-user::define-port #x42 (operation value)
          (wait)
          (if (eq operation :in)
              (prog1 (ldb (byte 8 (if low 0 8)) latch)
                (setf low (not low)))
              value))
        (calibrate-counter)
        (cl-user::check (cl:< 1998000 (tick-kilohertz) 2002000)
                        (tick-kilohertz) pause)))))

;;; The timer: a simulated 8254 counts what was asked for.

(defun test-timer ()
  (let ((asked nil) (low nil))
    (%raw-fill-words +pc-state+ 512 0)
    (set-tick-kilohertz 1000000)
    (setf astralisp.primitives::*ticks* 0)
    (cl-user::define-port #x43 (operation value) (setf low nil))
    (cl-user::define-port #x40 (operation value)
      (if low
          (setf asked (cl:+ low (cl:* 256 value)))
          (setf low value)))
    (flet ((run-countdown ()
             ;; The clock moves on by what the 8254 counts (838 ns each).
             (incf astralisp.primitives::*ticks*
                   (ceiling (cl:* asked 1000000000) 1193182))
             (setf asked nil)
             (timer-interrupt +test-thread+))
           (event ()
             (prog1 (logbitp 14 (%raw-load-u64 +test-thread+ 64))
               (%raw-store-u64 +test-thread+ 64 0))))
      (dolist (ns '(1000 20000 10000000 54000000 1000000000))
        (%raw-store-u64 +test-thread+ 64 0)
        (let ((start (pc-clock-ns)) (rounds 0))
          (pc-set-timer ns)
          (loop until (event)
                do (run-countdown)
                   (incf rounds)
                   (cl-user::check (cl:< rounds 30) ns))
          (let ((late (cl:- (pc-clock-ns) start ns)))
            (cl-user::check (cl:<= 0 late 60000) ns late)))
        (cl-user::check (null asked) asked)))))

;;; ACPI tables like those of QEMU, and damaged ones

(defun put-octets (address octets)
  (loop for octet in octets for at from address do (set-octet at 0 octet)))

(defun table (signature body)
  "Octets of an ACPI table with a right sum."
  (let* ((length (cl:+ 36 (length body)))
         (octets (append (map 'list #'char-code signature)
                         (list (ldb (byte 8 0) length) (ldb (byte 8 8) length)
                               0 0 1 0)
                         (loop repeat 26 collect 32)
                         body)))
    (setf (nth 9 octets) (mod (cl:- (reduce #'cl:+ octets)) 256))
    octets))

(defun little (value count)
  (loop for i below count collect (ldb (byte 8 (cl:* 8 i)) value)))

(defun put-acpi (sleep-package)
  (let ((dsdt (table "DSDT" (append '(16 1 2 3) (map 'list #'char-code "_S5_")
                                    sleep-package (loop repeat 20 collect 0))))
        (fadt (append (little 0 4) (little #x40000 4)
                      (loop repeat 20 collect 0) (little #xB004 4)
                      (loop repeat 40 collect 0)))
        (pointer (append (map 'list #'char-code "RSD PTR ")
                         (list 0) (loop repeat 6 collect 65) (list 0)
                         (little #x42000 4))))
    (put-octets #x40000 dsdt)
    (put-octets #x41000 (table "FACP" fadt))
    (put-octets #x42000 (table "RSDT" (append (little #x43000 4)
                                              (little #x41000 4))))
    (put-octets #x43000 (table "APIC" '(1 2 3)))
    (setf (nth 8 pointer) (mod (cl:- (reduce #'cl:+ pointer)) 256))
    (put-octets #x44000 pointer)))

(defun test-power ()
  (loop for (package value) in '(((#x12 6 4 0 0 0 0) #x2000)
                                 ((#x12 8 4 #x0A 5 #x0A 5 0 0) #x3400)
                                 ((#x12 #x40 8 4 1 1 0 0) #x2400))
        do (%raw-fill-words +pc-state+ 512 0)
           (put-acpi package)
           (start-power #x44000)
           (cl-user::check (cl:= #xB004 (power-port)) (power-port))
           (cl-user::check (cl:= value (power-value)) (power-value) value)
           ;; Each octet damaged in turn: never more than no answer.
           (loop for (start end) in '((#x40000 #x40040) (#x41000 #x41080)
                                      (#x42000 #x4202C) (#x44000 #x44014))
                 do (loop for at from start below end
                          do (%raw-fill-words +pc-state+ 512 0)
                             (set-octet at 0 (cl:logxor 255 (octet at)))
                             (start-power #x44000)
                             (set-octet at 0 (cl:logxor 255 (octet at)))
                             (cl-user::check
                              (member (power-port) '(0 #xB004))
                              at (power-port)))))
  (%raw-fill-words +pc-state+ 512 0)
  (start-power 0)
  (cl-user::check (cl:= 0 (power-port))))

;;; fw_cfg

(defun c-string (address)
  "As linux/start.lisp has it, for ASCII."
  (coerce (loop for at from address
                until (cl:= 0 (octet at))
                collect (code-char (octet at)))
          'string))

(defun simulate-firmware (files)
  "FILES: an alist of names and strings."
  (let ((items (make-hash-table)) (stream '()))
    (flet ((big (value count) (reverse (little value count)))
           (octets (text) (map 'list #'char-code text)))
      (setf (gethash 0 items) (octets "QEMU")
            (gethash #x19 items)
            (append (big (length files) 4)
                    (loop for (name . content) in files
                          for item from #x20
                          do (setf (gethash item items) (octets content))
                          append (append (big (length content) 4) (big item 2)
                                         '(0 0) (octets name)
                                         (loop repeat (cl:- 56 (length name))
                                               collect 0)))))
      (cl-user::define-port #x510 (operation value)
        (setf stream (gethash value items)))
      (cl-user::define-port #x511 (operation)
        (if stream (pop stream) 0)))))

(defun test-firmware ()
  (flet ((start (files)
           (%raw-fill-words +pc-state+ 512 0)
           (simulate-firmware files)
           (start-firmware)))
    (start '(("etc/other" . "x") ("opt/org.astralisp/script" . "(+ 1 2) 3")
             ("opt/org.astralisp/exit" . "1")
             ("opt/org.astralisp/arguments" . #.(format nil "--eval~c(f 1)"
                                                        (code-char 0)))))
    (cl-user::check (equal (pc-command-line) '("astralisp" "--eval" "(f 1)"))
                    (pc-command-line))
    (cl-user::check (cl:= 1 (exit-wanted)))
    (cl-user::check
     (equal '("(+ 1" " 2) " "3" nil nil)
            (loop repeat 5
                  for count = (pc-console-read #x7000 4)
                  collect (if (cl:= count -1)
                              nil
                              (map 'string #'code-char
                                   (loop for i below count
                                         collect (octet #x7000 i)))))))
    (start '(("opt/org.astralisp/arguments2" . "no")))
    (cl-user::check (equal '("astralisp") (pc-command-line)))
    (cl-user::check (cl:= 0 (exit-wanted)))
    (remhash #x510 cl-user::*ports*)
    (remhash #x511 cl-user::*ports*)
    (%raw-fill-words +pc-state+ 512 0)
    (start-firmware)
    (cl-user::check (equal '("astralisp") (pc-command-line)))))

;;; Traps

(defconstant +test-frame+ #x600BF000 "Where the entries left a frame.")

(defun trap (vector &key (pc #x14000100) (flags #x202) (stack #x60800000)
                         (address 0))
  (%raw-fill-words +test-frame+ 22 0)
  (setf astralisp.primitives::*cr2* address)
  (loop for (offset value) in `((,+frame-r15+ ,+test-thread+)
                                (,+frame-vector+ ,vector) (,+frame-rip+ ,pc)
                                (,+frame-rflags+ ,flags)
                                (,+frame-rsp+ ,stack))
        do (set-word +test-frame+ offset value))
  (pc-trap +test-frame+))

(defun start-test-memory ()
  (%raw-fill-words +pc-state+ 512 0)
  (set-tick-kilohertz 1000000)
  (put-map '((#x100000 #x8000000 1)))
  (start-frames +test-map+ #x1000000)
  (set-page-root (allocate-table-frame))
  (map-memory #x60000000 #x1000000 +page-data+ 0)
  (set-demand-end #x140000000)
  (set-fault-entry-address #x14000000))

(defun test-faults ()
  (start-test-memory)
  (loop for (vector kind) in '((0 1) (6 3) (3 4) (13 0) (14 0) (19 2) (7 5))
        do (trap vector :address #x123456)
           (flet ((field (offset) (word +test-frame+ offset)))
             (cl-user::check (cl:= (field +frame-rax+) kind) vector)
             (cl-user::check (cl:= (field +frame-rip+) #x14000000))
             (cl-user::check (cl:= (field +frame-rsp+) #x607FFFF8))
             (cl-user::check (cl:= (field +frame-rdx+)
                                   (if (cl:= vector 14) #x123456 0))
                             vector (field +frame-rdx+))
             (cl-user::check (cl:= (word #x607FFFF8) #x14000100)))
           (cl-user::check (cl:= 0 (trap-depth)))))

(defun test-demand ()
  "Memory comes where it is promised, with the right to run only in code."
  (start-test-memory)
  (loop for (address no-execute) in '((#x10800008 t) (#x14900000 nil)
                                      (#x50800000 t) (#x62000000 t)
                                      (#x100000000 t) (#x13FFFFFF8 t))
        do (let* ((size (if (cl:< address +card-table+) 4096 #x200000))
                  (start (cl:logand address (cl:- size))))
             (cl-user::map-memory start (cl:+ start size)))
           (let ((stack-before (fault-total)))
             (trap 14 :address address)
             (cl-user::check (cl:= stack-before (fault-total)) address)
             (multiple-value-bind (physical entry) (walk (page-root) address)
               (cl-user::check physical address)
               (cl-user::check (eq no-execute (logbitp 63 entry)) address)))
           ;; Mapped now: a second fault there is the program's.
           (let ((before (fault-total)))
             (trap 14 :address address)
             (cl-user::check (cl:= (cl:1+ before) (fault-total)) address)))
  (loop for address in '(0 8 #x0FFFFFFF #x80000000 #x140000000 #x7000000000)
        do (let ((before (fault-total)))
             (trap 14 :address address)
             (cl-user::check (cl:= (cl:1+ before) (fault-total)) address))))

(defun panics-p (thunk)
  "Does THUNK end in a halted machine with a message on the serial line?"
  (let ((text (make-string-output-stream)))
    (cl-user::define-port #x3F8 (operation value)
      (when (eq operation :out) (write-char (code-char value) text)))
    (set-serial-present 1)
    (and (eq :halted (catch 'cl-user::halted (funcall thunk) nil))
         (let ((said (get-output-stream-string text)))
           (and (search "*** AstraLisp stopped: " said)
                (search "rip 0000000014000abc" said)
                said)))))

(defun test-panics ()
  (flet ((panics (&rest arguments)
           (start-test-memory)
           (cl-user::check (panics-p (lambda () (apply #'trap arguments)))
                           arguments)))
    (panics 8 :pc #x14000ABC)
    (panics 2 :pc #x14000ABC)
    ;; Interrupts off, or a stack that is not there: the kernel's own fault.
    (panics 14 :pc #x14000ABC :address 8 :flags 2)
    (panics 14 :pc #x14000ABC :address 8 :stack #x5000)
    (start-test-memory)
    (set-trap-depth 1)
    (cl-user::check (panics-p (lambda () (trap 14 :pc #x14000ABC))))))

(defun test-flushes ()
  "One flush in 100 ms while busy, none while idle or on a real processor."
  (flet ((flushes (emulated idle-share)
           (%raw-fill-words +pc-state+ 512 0)
           (set-tick-kilohertz 1000000)
           (set-emulated emulated)
           (setf astralisp.primitives::*ticks* 1000000000
                 astralisp.primitives::*flushes* 0)
           (loop repeat 100
                 do (incf astralisp.primitives::*ticks* 33000000)
                    (set-idle-ns (cl:+ (idle-ns)
                                       (floor (cl:* 33000000 idle-share))))
                    (pc-tick))
           astralisp.primitives::*flushes*))
    (cl-user::check (cl:<= 24 (flushes 1 0) 34) (flushes 1 0))
    (cl-user::check (cl:= 0 (flushes 0 0)))
    ;; The first look sees the time before it as busy.
    (cl-user::check (cl:<= (flushes 1 9/10) 1) (flushes 1 9/10))))

(test-flushes)
(loop for seed below 4 do (test-battery-clock seed))
(test-counter)
(test-calibration)
(test-timer)
(test-power)
(test-firmware)
(test-faults)
(test-demand)
(test-panics)
