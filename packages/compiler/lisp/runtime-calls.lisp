;;;; The global functions compiled code calls unasked; a data table.

(in-package #:astralisp.compiler)

(defparameter *runtime-calls*
  '((%type-error (datum expected-type) :never)
    (%bounds-error (vector index) :never)
    (%unbound-variable (symbol) :one)
    (%odd-key-arguments (count) :never)
    (%unknown-key (key) :never)
    (%division-by-zero-error (dividend) :never)
    (%wrong-argument-count (function count) :never)
    (%coerce-to-function (object) :one)
    (two-arg-+ (a b) :one)
    (two-arg-- (a b) :one)
    (two-arg-* (a b) :one)
    (two-arg-/ (a b) :one)
    (two-arg-< (a b) :one)
    (two-arg-> (a b) :one)
    (two-arg-<= (a b) :one)
    (two-arg->= (a b) :one)
    (two-arg-= (a b) :one)
    (%logand (a b) :one)
    (%logior (a b) :one)
    (%logxor (a b) :one)
    (%lognot (a) :one)
    (%ash (a n) :one)
    (%slow-eql (a b) :one)
    (%allocate-vector (code n) :one)
    (%throw (tag value) :never)
    (%throw-values (tag list) :never)
    (%throw-to-block (cell value) :never)
    (%throw-to-block-values (cell list) :never)
    (%continue-unwind (token) :never)
    (%progv-bind (symbols values) :one)
    (truncate (number divisor) :two)
    (error (message) :never))
  "Name, lambda list, and how many values: :ONE, :TWO or :NEVER (no return).
Besides these the compiler uses the trampolines APPLY (function, list),
WRONG-ARGUMENT-COUNT, BOX-SIGNED, BOX-UNSIGNED, ALLOCATE, POLL and
RETURN-LIST-VALUES, VALUES-REST.")

(dolist (entry *runtime-calls*)
  (setf (get (car entry) 'calling) (caddr entry)))
