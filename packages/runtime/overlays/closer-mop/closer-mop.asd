;;;; Closer-mop as it is, but for the file that names the packages.

(in-package #:asdf-user)

(defsystem "closer-mop"
  :description "Closer-mop over the metaobject protocol of AstraLisp."
  :license "MIT"
  :serial t
  :components
  ((:file "packages-astralisp")
   (:module "original"
    :pathname #.(astralisp:library-source "closer-mop/")
    :components ((:file "closer-mop-shared")))
   (:file "closer-astralisp")))
