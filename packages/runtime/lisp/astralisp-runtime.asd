;;;; The system definition of the runtime: the order of its files.

(defsystem "astralisp-runtime"
  :description "The standard library of AstraLisp, one source for every engine."
  :license "MIT"
  :serial t
  :components
  ((:file "package")
   (:file "boot")
   (:file "macros-control")
   (:file "macros-iteration")
   (:file "macros-definition")
   (:file "setf")))
