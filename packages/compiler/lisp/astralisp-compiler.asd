;;;; The system definition of the native compiler: the order of its files.

(defsystem "astralisp-compiler"
  :description "The native compiler of AstraLisp."
  :license "MIT"
  :serial t
  :components
  ((:file "package")
   (:file "layout")))
