;;;; Bordeaux-threads as it is, with a file for this implementation.

(in-package #:asdf-user)

;;; The library's own definition names a file for each implementation that it knows
;;; and none for others. Its files ask for this feature; JavaScript has no threads.

#-javascript
(pushnew :thread-support *features*)

(defsystem "bordeaux-threads"
  :description "Bordeaux-threads over the threads of AstraLisp."
  :license "MIT"
  :depends-on ("alexandria")
  :serial t
  :components
  ((:module "original"
    :pathname #.(astralisp:library-source "bordeaux-threads/src/")
    :serial t
    :components ((:file "pkgdcl")
                 (:file "bordeaux-threads")))
   (:file "impl-astralisp" :if-feature :thread-support)
   (:module "defaults"
    :pathname #.(astralisp:library-source "bordeaux-threads/src/")
    :components ((:file "default-implementations")))))

(defsystem "bordeaux-threads/test"
  :description "The tests of bordeaux-threads."
  :license "MIT"
  :depends-on ("bordeaux-threads" "fiveam")
  :pathname #.(astralisp:library-source "bordeaux-threads/test/")
  :components ((:file "bordeaux-threads-test")))
