;;;; The system definition of the kernel: the order of its files.
;;;; SPDX-License-Identifier: GPL-3.0-only

(defsystem "astralisp-kernel"
  :description "Memory, collector, threads, drivers and platforms of AstraLisp."
  :license "GPL-3.0-only"
  :depends-on ("astralisp-runtime" "astralisp-compiler")
  :serial t
  :components
  ((:file "package")
   (:file "arithmetic")
   (:file "address-map")
   (:file "blocks")
   (:file "objects")
   (:file "promote")
   (:file "cards")
   (:file "mark")
   (:file "weak")
   (:file "frames")
   (:file "roots")
   (:file "collect")
   (:file "allocate")))
