;;;; Locks of packages count on the JavaScript engine from here on: its files run
;;;; with their own packages current.

(in-package #:astralisp.runtime)

(setq **package-locks** t)
