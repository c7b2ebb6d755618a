;;;; Trivial-garbage as it is, and then what it needs of this implementation.

(in-package #:asdf-user)

(defsystem "trivial-garbage"
  :description "Trivial-garbage over the collector of AstraLisp."
  :license "MIT"
  :serial t
  :components
  ((:module "original"
    :pathname #.(astralisp:library-source "trivial-garbage/")
    :components ((:file "trivial-garbage")))
   (:file "tg-astralisp")))

(defsystem "trivial-garbage/tests"
  :description "The tests of trivial-garbage."
  :license "MIT"
  :depends-on ("trivial-garbage" "rt")
  :pathname #.(astralisp:library-source "trivial-garbage/")
  :components ((:file "tests")))
