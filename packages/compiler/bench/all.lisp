;;;; All kernels: load this file, then call ASTRALISP.BENCH:RUN-ALL.

(in-package #:common-lisp-user)

(dolist (name '("harness" "kernels" "classic-calls" "classic-lists"
                "classic-rewriting" "classic-arrays" "classic-polynomials" "objects"
                "bignums" "tables" "text" "sequences" "collector"))
  (load (merge-pathnames (concatenate 'string name ".lisp") *load-truename*)))
