;;;; Chipz as it is, and a function of it that is right without tail calls.

;;; The feature that the library's files and tests ask for is a symbol of this package.
(defpackage #:chipz-system
  (:use #:common-lisp)
  (:export #:gray-streams))

(pushnew 'chipz-system:gray-streams *features*)

(in-package #:asdf-user)

(defsystem "chipz"
  :description "Chipz, with the one function that AstraLisp needs otherwise."
  :license "MIT"
  :serial t
  :components
  ((:module "original"
    :pathname #.(astralisp:library-source "chipz/")
    :serial t
    :components ((:file "package") (:file "constants") (:file "types-and-tables")
                 (:file "crc32") (:file "adler32") (:file "conditions")
                 (:file "dstate") (:file "inflate-state") (:file "gzip")
                 (:file "zlib") (:file "inflate") (:file "bzip2")
                 (:file "decompress")))
   (:file "bzip2-astralisp")
   (:file "before-stream")
   (:module "original-stream"
    :pathname #.(astralisp:library-source "chipz/")
    :components ((:file "stream")))))
