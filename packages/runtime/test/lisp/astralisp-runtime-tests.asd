;;;; The tests of the runtime, for every engine. Run them on the JavaScript host:
;;;; astra-js --quiet --load astralisp-runtime-tests.asd \
;;;;          --eval '(astralisp.test:run-tests-and-exit)'

(defsystem "astralisp-runtime-tests"
  :description "What SBCL answers, asked of AstraLisp."
  :license "MIT"
  :serial t
  :components
  ((:file "harness")
   (:file "expected/control")
   (:file "control")
   (:file "expected/lists")
   (:file "lists")
   (:file "expected/sequences")
   (:file "sequences")
   (:file "expected/characters-strings")
   (:file "characters-strings")
   (:file "expected/arrays")
   (:file "arrays")
   (:file "expected/hash-tables")
   (:file "hash-tables")
   (:file "expected/types")
   (:file "types")
   (:file "expected/structures")
   (:file "structures")
   (:file "expected/conditions")
   (:file "conditions")
   (:file "expected/packages")
   (:file "packages")
   (:file "expected/random-calls")
   (:file "random-calls")
   (:file "expected/numbers")
   (:file "numbers")
   (:file "expected/floats")
   (:file "floats")
   (:file "expected/loop")
   (:file "loop")
   (:file "expected/format")
   (:file "format")
   (:file "expected/reader")
   (:file "reader")
   (:file "expected/printer")
   (:file "printer")
   (:file "expected/streams")
   (:file "streams")
   (:file "listener")))
