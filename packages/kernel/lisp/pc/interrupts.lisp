;;;; The interrupt controllers (8259) and what each interrupt does.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +interrupt-base+ 32 "Vector of interrupt 0.")
(defconstant +alarm-event+ 14 "Bit of the state word: the timer.")
(defconstant +input-event+ 1 "Bit of the state word: input arrived.")
(defconstant +longest-timer-ns+ 54000000 "What 16 bits of the 8254 reach.")

(defwired start-interrupt-controllers ()
  "Interrupts 0-15 become vectors 32-47, all masked but the cascade (2)."
  (%out-u8 #x20 #x11)
  (%out-u8 #xA0 #x11)
  (%out-u8 #x21 +interrupt-base+)
  (%out-u8 #xA1 (+ +interrupt-base+ 8))
  (%out-u8 #x21 4)
  (%out-u8 #xA1 2)
  (%out-u8 #x21 1)
  (%out-u8 #xA1 1)
  (%out-u8 #x21 #xFB)
  (%out-u8 #xA1 #xFF)
  0)

(defwired mask-interrupt (line)
  (%out-u8 #x21 (logior (%in-u8 #x21) (shift-left 1 line)))
  0)

(defwired unmask-interrupt (line)
  "Let interrupt LINE, below 8, come in."
  (%out-u8 #x21 (logand (%in-u8 #x21) (logxor 255 (shift-left 1 line))))
  0)

(defwired spurious-p (line)
  "1 when interrupt 7 or 15 came without being in service."
  (let-fixnum ((port (if (= line 7) #x20 #xA0)))
    (if (or (= line 7) (= line 15))
        (progn
          (%out-u8 port 11)
          (if (= 0 (logand 128 (%in-u8 port))) 1 0))
        0)))

(defwired end-interrupt (line)
  (if (>= line 8) (%out-u8 #xA0 #x20))
  (%out-u8 #x20 #x20)
  0)

;;; The timer: one event at TIMER-DEADLINE. The 8254 counts down once, from at
;;; most 65535 of its ticks; a longer time takes several rounds.

(defwired start-countdown (ns)
  (let-fixnum ((count (min 65535 (max 24 (%fx-truncate (* ns 1193)
                                                       1000000)))))
    (%out-u8 #x43 #x30)
    (%out-u8 #x40 (logand count 255))
    (%out-u8 #x40 (shift-right count 8)))
  0)

(defwired arm-alarm (deadline)
  "Interrupt at DEADLINE, on the clock, or 54 ms from now if that is sooner."
  (start-countdown (max 0 (min +longest-timer-ns+
                               (- deadline (pc-clock-ns))))))

(defwired pc-set-timer (ns)
  "One timer event in NS nanoseconds; none when NS is 0."
  (set-alarm-time (if (= ns 0) 0 (+ ns (pc-clock-ns))))
  (if (/= ns 0) (arm-alarm (alarm-time)))
  0)

(defwired timer-interrupt (thread)
  (set-timer-count (+ (timer-count) 1))
  (if (/= 0 (alarm-time))
      (if (>= (pc-clock-ns) (alarm-time))
          (progn
            (set-alarm-time 0)
            (post-event thread +alarm-event+))
          (arm-alarm (alarm-time))))
  0)

(defwired handle-interrupt (line thread)
  "Interrupt LINE came while THREAD ran."
  (if (= 0 (spurious-p line))
      (let-fixnum ((typed (ring-in)))
        (if (= line 0) (timer-interrupt thread))
        (if (= line 1) (receive-keyboard thread))
        (if (= line 4) (receive-serial thread))
        (if (/= typed (ring-in)) (post-event thread +input-event+))
        (end-interrupt line)))
  0)

(defwired await-interrupt (deadline)
  "Sleep until an interrupt comes or the clock shows DEADLINE (-1: never),
unless there is input or the timer is due."
  (%disable-interrupts)
  (if (and (= (ring-in) (ring-out))
           (= 0 (logand (word (%thread-pointer) +thread-state+)
                        (logior (shift-left 1 +alarm-event+) 4))))
      (progn
        (if (/= deadline -1)
            (arm-alarm (if (= 0 (alarm-time))
                           deadline
                           (min deadline (alarm-time)))))
        (%call-trampoline 'pc-idle))
      (%enable-interrupts))
  0)

(defwired pc-poll-descriptors ()
  "There is the console only: who waits for it looks itself."
  (set-polled-descriptors 0))

(defwired pc-wait-for-event (ns)
  "Sleep until an event or for NS nanoseconds (-1: no limit)."
  (let-fixnum ((start (pc-clock-ns)))
    (paint-now)
    (pc-poll-descriptors)
    (await-interrupt (if (= ns -1) -1 (+ start ns)))
    (set-idle-ns (+ (idle-ns) (- (pc-clock-ns) start))))
  0)

(defwired pc-run-time-ns ()
  "Nanoseconds since the start that were not spent waiting."
  (- (pc-clock-ns) (idle-ns)))
