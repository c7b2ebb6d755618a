;;;; Trivial-features has one file for each implementation; this is ours.

(in-package #:asdf-user)

(defsystem "trivial-features"
  :description "The features that trivial-features promises, for AstraLisp."
  :license "MIT"
  :components ((:file "tf-astralisp")))
