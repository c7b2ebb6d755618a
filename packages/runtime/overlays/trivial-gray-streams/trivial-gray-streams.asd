;;;; Trivial-gray-streams as it is, but for the file that names the packages.

(in-package #:asdf-user)

(defsystem "trivial-gray-streams"
  :description "Trivial-gray-streams over the Gray streams of AstraLisp."
  :license "MIT"
  :serial t
  :components
  ((:file "package-astralisp")
   (:module "original"
    :pathname #.(astralisp:library-source "cl-trivial-gray-streams/")
    :components ((:file "streams")))
   (:file "methods-astralisp")))
