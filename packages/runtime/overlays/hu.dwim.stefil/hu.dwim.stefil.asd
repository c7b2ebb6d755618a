;;;; Debian has no hu.dwim.stefil, which the tests of babel use: a stand-in.

(in-package #:asdf-user)

(defsystem "hu.dwim.stefil"
  :description "As much of the test framework's interface as babel's tests use."
  :license "MIT"
  :components ((:file "stefil")))
