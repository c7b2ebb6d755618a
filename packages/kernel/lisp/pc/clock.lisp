;;;; Time: the interval timer, the time stamp counter, the battery clock.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

(defconstant +timer-hertz+ 1193182 "What the 8254 counts in a second.")
(defconstant +calibration-count+ 4773 "Counts of a measurement: 4 ms.")

(defwired read-countdown ()
  "What channel 2 of the 8254 still has to count."
  (%out-u8 #x43 #x80)
  (logior (%in-u8 #x42) (shift-left (%in-u8 #x42) 8)))

(defwired measure-counter ()
  "Kilohertz of the time stamp counter, measured against channel 2."
  (%out-u8 #x61 (logior 1 (logand #xFC (%in-u8 #x61))))
  (%out-u8 #x43 #xB0)
  (%out-u8 #x42 255)
  (%out-u8 #x42 255)
  (let-fixnum ((first (read-countdown)) (start (%read-tsc))
               (last first) (left 1000000))
    (while (and (> left 0)
                (< (- first last) +calibration-count+))
      (setq last (read-countdown))
      (increment left -1))
    (let-fixnum ((ticks (- (%read-tsc) start)))
      (%out-u8 #x61 (logand #xFC (%in-u8 #x61)))
      (%fx-truncate (* ticks +timer-hertz+)
                    (* 1000 (max 1 (- first last)))))))

(defwired calibrate-counter ()
  "Take the middle of three measurements: a host that runs something else for a
while spoils one."
  (let-fixnum ((a (measure-counter))
               (b (measure-counter))
               (c (measure-counter)))
    (set-tick-kilohertz (max 1 (max (min a b) (min (max a b) c))))
    (set-tick-base (%read-tsc)))
  0)

(defwired counter-ns (ticks kilohertz)
  "TICKS of a counter of KILOHERTZ in nanoseconds."
  (+ (* 1000000 (%fx-truncate ticks kilohertz))
     (%fx-truncate (* 1000000 (%fx-rem ticks kilohertz)) kilohertz)))

(defwired pc-clock-ns ()
  "Nanoseconds since the machine was started by us."
  (counter-ns (- (%read-tsc) (tick-base)) (tick-kilohertz)))

;;; The battery clock (MC146818). Registers 0 2 4 7 8 9 and, where there is one,
;;; 32h for the century; register Bh says how they are written.

(defwired clock-register (index)
  (%out-u8 #x70 index)
  (%in-u8 #x71))

(defwired from-decimal (value)
  (+ (* 10 (shift-right value 4)) (logand value 15)))

(defwired clock-number (value status)
  "What the register content VALUE means."
  (if (= 0 (logand status 4)) (from-decimal value) value))

(defwired clock-hour (value status)
  "Hour 0 to 23 from VALUE, which may count to 12 with the afternoon in bit 7."
  (if (/= 0 (logand status 2))
      (clock-number value status)
      (let-fixnum ((hour (clock-number (logand value 127) status))
                   (half (if (= 0 (logand value 128)) 0 12)))
        (+ half (if (= hour 12) 0 hour)))))

(defwired days-before-month (month leap)
  (- (%fx-truncate (- (* 367 month) 362) 12)
     (if (<= month 2) 0 (if (= leap 1) 1 2))))

(defwired date-seconds (year month day)
  "Seconds from 1970 to the beginning of the day."
  (let-fixnum ((before (- year 1))
               (leap (if (and (= 0 (%fx-rem year 4))
                              (or (/= 0 (%fx-rem year 100))
                                  (= 0 (%fx-rem year 400))))
                         1
                         0)))
    (* 86400
       (+ (- (* 365 before) 719162)
          (%fx-truncate before 4)
          (- (%fx-truncate before 100))
          (%fx-truncate before 400)
          (days-before-month month leap)
          (- day 1)))))

(defwired read-clock-once ()
  "Seconds since 1970 of the battery clock as its registers stand now."
  (let-fixnum ((status (clock-register 11))
               (second (clock-number (clock-register 0) status))
               (minute (clock-number (clock-register 2) status))
               (hour (clock-hour (clock-register 4) status))
               (day (clock-number (clock-register 7) status))
               (month (clock-number (clock-register 8) status))
               (year (clock-number (clock-register 9) status))
               (century (clock-number (clock-register #x32) status)))
    (+ (date-seconds (+ year (* 100 (if (or (< century 19) (> century 29))
                                        (if (< year 80) 20 19)
                                        century)))
                     month day)
       (* 3600 hour) (* 60 minute) second)))

(defwired read-battery-clock ()
  "Seconds since 1970 of the battery clock: read until two readings agree."
  (let-fixnum ((left 100000) (time 0) (again -1))
    (while (and (> left 0) (/= 0 (logand 128 (clock-register 10))))
      (increment left -1))
    (setq left 10)
    (while (and (> left 0) (/= time again))
      (setq time (read-clock-once) again (read-clock-once))
      (increment left -1))
    time))

(defwired start-clock ()
  (calibrate-counter)
  (set-boot-seconds (read-battery-clock))
  0)

(defwired pc-wall-clock ()
  "Seconds since the beginning of 1970, UTC."
  (+ (boot-seconds) (%fx-truncate (pc-clock-ns) 1000000000)))
