;;;; Time: universal and internal times, TIME, SLEEP (CLHS 25.1.4).

(in-package #:astralisp.runtime)

(defconstant internal-time-units-per-second 1000000
  "How many internal time units make a second.")

(defun get-universal-time ()
  "The present time in seconds since the year 1900."
  (%universal-time))

(defun get-internal-real-time ()
  "The real time since some moment, in internal time units."
  (values (%integer-truncate (%real-time-ns) 1000)))

(defun get-internal-run-time ()
  "The processor time used so far, in internal time units."
  (values (%integer-truncate (%run-time-ns) 1000)))

(defun sleep (seconds)
  "Do nothing for SECONDS; return NIL."
  (unless (and (realp seconds) (not (minusp seconds)))
    (error 'type-error :datum seconds :expected-type '(real 0)))
  (%sleep-ns (values (floor (* seconds 1000000000))))
  nil)

;;; The calendar. Days are counted from 1900-01-01; a year begins in March, so
;;; that the leap day comes last.

(defun days-to-date (days)
  "Day, month and year of the day that is DAYS after 1900-01-01."
  (let* ((days (+ days 693901))         ; since 0000-03-01
         (era (floor days 146097))
         (day-of-era (- days (* era 146097)))
         (year-of-era (floor (- day-of-era
                                (floor day-of-era 1460)
                                (- (floor day-of-era 36524))
                                (floor day-of-era 146096))
                             365))
         (day-of-year (- day-of-era
                         (+ (* 365 year-of-era) (floor year-of-era 4)
                            (- (floor year-of-era 100)))))
         (shifted-month (floor (+ (* 5 day-of-year) 2) 153))
         (day (+ 1 (- day-of-year (floor (+ (* 153 shifted-month) 2) 5))))
         (month (if (< shifted-month 10)
                    (+ shifted-month 3)
                    (- shifted-month 9)))
         (year (+ year-of-era (* 400 era) (if (<= month 2) 1 0))))
    (values day month year)))

(defun date-to-days (day month year)
  "The days from 1900-01-01 to the date."
  (let* ((year (if (<= month 2) (- year 1) year))
         (era (floor year 400))
         (year-of-era (- year (* era 400)))
         (shifted-month (if (> month 2) (- month 3) (+ month 9)))
         (day-of-year (+ (floor (+ (* 153 shifted-month) 2) 5) (- day 1)))
         (day-of-era (+ (* 365 year-of-era) (floor year-of-era 4)
                        (- (floor year-of-era 100)) day-of-year)))
    (- (+ (* era 146097) day-of-era) 693901)))

(defun decode-universal-time (universal-time &optional (time-zone 0))
  "The second, minute, hour, date, month, year, day of the week (0: Monday),
daylight-saving flag and zone of UNIVERSAL-TIME in TIME-ZONE, hours west of
Greenwich (0 by default)."
  (let ((local (- universal-time (* 3600 time-zone))))
    (multiple-value-bind (days rest) (floor local 86400)
      (multiple-value-bind (hour rest) (floor rest 3600)
        (multiple-value-bind (minute second) (floor rest 60)
          (multiple-value-bind (day month year) (days-to-date days)
            (values second minute hour day month year (mod days 7) nil
                    time-zone)))))))

(defun encode-universal-time
    (second minute hour date month year &optional (time-zone 0))
  "The universal time of a date and time in TIME-ZONE (0 by default). A YEAR
below 100 is the nearest one with these last digits."
  (let ((year (if (< -1 year 100)
                  (multiple-value-bind (s m h d mo present) (get-decoded-time)
                    (declare (ignore s m h d mo))
                    (let ((candidate (+ year (* 100 (floor present 100)))))
                      (cond ((> (- candidate present) 49) (- candidate 100))
                            ((<= (- candidate present) -50) (+ candidate 100))
                            (t candidate))))
                  year)))
    (+ second
       (* 60 minute)
       (* 3600 (+ hour time-zone))
       (* 86400 (date-to-days date month year)))))

(defun get-decoded-time ()
  "The present time as by DECODE-UNIVERSAL-TIME."
  (decode-universal-time (get-universal-time)))

;;; TIME.

(defun write-seconds (nanoseconds stream)
  (multiple-value-bind (seconds rest) (floor nanoseconds 1000000000)
    (format stream "~D.~6,'0D" seconds (floor rest 1000))))

(defvar *allocation-hook* nil
  "NIL, or a function that returns the octets allocated and the collections made
so far.")

(defun allocation ()
  "The octets allocated and the collections so far, as far as the engine knows."
  (if *allocation-hook* (funcall *allocation-hook*) (values 0 0)))

(defun call-with-timing (function)
  (multiple-value-bind (octets collections) (allocation)
    (let ((real (%real-time-ns))
          (run (%run-time-ns)))
      (multiple-value-prog1 (funcall function)
        (let ((real (- (%real-time-ns) real))
              (run (- (%run-time-ns) run)))
          (multiple-value-bind (octets-now collections-now) (allocation)
            (write-timing real run (- octets-now octets)
                          (- collections-now collections)
                          *trace-output*)))))))

(defun write-timing (real run octets collections out)
  (fresh-line out)
  (write-string "; real " out)
  (write-seconds real out)
  (write-string " s, run " out)
  (write-seconds run out)
  (write-string " s" out)
  (when *allocation-hook*
    (format out ", ~:D octets allocated" octets)
    (when (> collections 0)
      (format out ", ~:D collection~:P" collections)))
  (terpri out))

(defmacro time (form)
  "Evaluate FORM, write to *TRACE-OUTPUT* how long it took, and return its
values."
  `(call-with-timing (lambda () ,form)))
