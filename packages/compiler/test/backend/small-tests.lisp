;;;; Small programs in low SSA: unwinding, dynamic variables, many values,
;;;; closures, stack arguments, allocation, tail calls.

(in-package #:astralisp.compiler)

(defparameter *small-programs* "
function add-up 6 6
  b0
    v0 = argument 0
    v1 = argument 1
    v2 = argument 2
    v3 = argument 3
    v4 = argument 4
    v5 = argument 5
    v6 = fixnum+ v0 v1
    v7 = fixnum+ v6 v2
    v8 = fixnum+ v7 v3
    v9 = fixnum+ v8 v4
    v10 = fixnum+ v9 v5
    return v10
function swap-tail 6 6
  b0
    v0 = argument 0
    v1 = argument 1
    v2 = argument 2
    v3 = argument 3
    v4 = argument 4
    v5 = argument 5
    tail-call show-six v5 v4 v3 v2 v1 v0
function show-six 6 6
  b0
    v0 = argument 0
    v3 = argument 3
    v4 = argument 4
    v5 = argument 5
    return v0 v3 v4 v5
function exit-with 1 1
  b0
    v0 = argument 0
    v1.word = thread-load 32
    v2 = constant nil
    v3 = constant 7
    v4 = cons v3 v2
    unwind-to v1 v0 v4
function catcher 1 1
  b0
    v0 = argument 0
    v1 = constant 5
    v2 = fixnum+ v0 v1
    push-unwind :catch v1 b1 b2
  b1 unwind b2
    v3 = call exit-with v2
    v4 = fixnum+ v3 v2
    pop-unwind
    return v4
  b2
    v5 = unwind-values
    v6 = value 1 v5
    v7.word = value-count v5
    v8 = word-to-fixnum v7
    v9 = fixnum+ v5 v0
    return v9 v6 v8 v2
function no-exit 1 1
  b0
    v0 = argument 0
    v1 = constant 5
    push-unwind :catch v1 b1 b2
  b1 unwind b2
    v3 = call add-up v0 v0 v0 v0 v0 v0
    pop-unwind
    v4.word = thread-load 32
    v5 = word-to-fixnum v4
    return v3 v5
  b2
    v6 = unwind-values
    return v6
function binder 1 1
  b0
    v0 = argument 0
    v1 = constant 40
    set-symbol-value *dynamic* v0
    bind *dynamic* v1
    v2 = call reader
    v3 = constant 41
    set-symbol-value *dynamic* v3
    v4 = symbol-value *dynamic*
    unbind 1
    v5 = symbol-value *dynamic*
    v6 = symbol-global-value *dynamic*
    return v2 v4 v5 v6
function reader 0 0
  b0
    v0 = symbol-value *dynamic*
    return v0
function six-values 1 1
  b0
    v0 = argument 0
    v1 = constant 1
    v2 = fixnum+ v0 v1
    v3 = fixnum+ v2 v1
    v4 = fixnum+ v3 v1
    v5 = fixnum+ v4 v1
    v6 = fixnum+ v5 v1
    return v0 v2 v3 v4 v5 v6
function take-values 1 1
  b0
    v0 = argument 0
    v1 = call six-values v0 :values :any
    v2.word = value-count v1
    v3 = value 1 v1
    v4 = value 5 v1
    v5 = value 6 v1
    v6 = word-to-fixnum v2
    return v6 v3 v4 v5
function save-and-return 1 1
  b0
    v0 = argument 0
    v1 = call six-values v0 :values :any
    v2 = values-rest v1
    v3 = call reader
    return-list-values v1 v2
function save-one 1 1
  b0
    v0 = argument 0
    v1 = call helper-one v0 :values :any
    v2 = values-rest v1
    v3 = call reader
    return-list-values v1 v2
function helper-one 1 1
  b0
    v0 = argument 0
    return v0
function no-values 0 0
  b0
    return
function save-none 1 1
  b0
    v0 = argument 0
    v1 = call no-values :values :any
    v2 = values-rest v1
    v3 = call reader
    return-list-values v1 v2
function pass-on 1 1
  b0
    v0 = argument 0
    tail-call save-and-return v0
function adder-maker 1 1
  b0
    v0 = argument 0
    v1 = make-closure adder v0
    v2 = constant 100
    v3 = call-function v1 v2
    return v3
function adder 1 1
  b0
    v0 = argument 0
    v1 = self
    v2 = load :boxed v1 :disp 13
    v3 = fixnum+ v0 v2
    return v3
function spread 1 1
  b0
    v0 = argument 0
    v1 = constant nil
    v2 = constant 1
    v3 = constant 2
    v4 = cons v2 v1
    v5 = cons v3 v4
    v6 = cons v3 v5
    v7 = cons v2 v6
    v8 = cons v0 v7
    v9 = cons v0 v8
    v10 = make-closure show-six
    v11 = call-trampoline apply v10 v9 :values :any
    v12 = value 1 v11
    v13 = value 2 v11
    v14 = value 3 v11
    return v11 v12 v13 v14
function frame-once 1 1
  b0
    v0 = argument 0
    v1 = constant 10
    branch :fixnum< v0 v1 b1 b2
  b1
    v2 = constant 5
    branch :fixnum< v0 v2 b3 b4
  b3
    jump b5
  b4 cold
    v3 = call reader
    jump b5
  b5
    jump b6
  b2
    jump b6
  b6
    v4 = call helper-one v0
    return v4
function switcher 1 1
  b0
    v0 = argument 0
    v1.word = fixnum-to-word v0
    switch v1 b1 b2 b3
  b1
    v2 = constant 10
    return v2
  b2
    v3 = constant 20
    return v3
  b3
    v4 = constant 30
    return v4
function list 0 nil
  b0
    v0.word = argument-count
    v1 = word-to-fixnum v0
    v2 = argument 0
    v3 = argument 1
    v4 = argument 2
    v5 = argument 3
    v6 = constant nil
    jump v1 v6 b1
  b1 ( v10 v11 )
    v12 = constant 4
    branch :fixnum<= v10 v12 b3 b2
  b2
    v13 = constant 1
    v14 = fixnum- v10 v13
    v15 = argument-at v14
    v16 = cons v15 v11
    jump v14 v16 b1
  b3
    v20 = constant 4
    branch :fixnum< v10 v20 b4 b5
  b5
    v21 = cons v5 v11
    jump v21 b40
  b4
    jump v11 b40
  b40 ( v22 )
    v23 = constant 3
    branch :fixnum< v10 v23 b6 b7
  b7
    v24 = cons v4 v22
    jump v24 b8
  b6
    jump v22 b8
  b8 ( v25 )
    v26 = constant 2
    branch :fixnum< v10 v26 b9 b10
  b10
    v27 = cons v3 v25
    jump v27 b11
  b9
    jump v25 b11
  b11 ( v28 )
    v29 = constant 1
    branch :fixnum< v10 v29 b12 b13
  b13
    v30 = cons v2 v28
    return v30
  b12
    return v28
")

(defun fixnums (&rest integers)
  (mapcar (lambda (i) (wrap (* 8 i))) integers))

(defparameter *small-cases*
  (list
   (list '(add-up (1 2 3 4 5 6)) '(21))
   (list '(swap-tail (1 2 3 4 5 6)) '(6 3 2 1))
   (list '(catcher (10)) '(25 7 2 15))
   (list '(no-exit (10)) '(60 0))
   (list '(binder (3)) '(40 41 3 3))
   (list '(take-values (30)) '(6 31 35 nil))
   (list '(save-and-return (30)) '(30 31 32 33))
   (list '(pass-on (30)) '(30 31 32 33))
   (list '(save-one (30)) '(30))
   (list '(save-none (30)) '())
   (list '(adder-maker (7)) '(107))
   (list '(spread (50)) '(50 2 2 1))
   (list '(frame-once (3)) '(3))
   (list '(frame-once (7)) '(7))
   (list '(frame-once (20)) '(20))
   (list '(switcher (0)) '(10))
   (list '(switcher (1)) '(20))
   (list '(switcher (2)) '(30))
   (list '(switcher (77)) '(30))))

(defun small-word (value)
  (if (null value) +nil-word+ (wrap (* 8 value))))

(defun nest-closures (funcs)
  "Functions that closures are made of become children of the first function
that makes them; return the others."
  (let ((children '()))
    (dolist (func funcs)
      (do-blocks (blok func)
        (do-instructions (ins blok)
          (when (and (eq (ins-opname ins) :make-closure)
                     (func-p (ins-datum ins)))
            (unless (member (ins-datum ins) children)
              (push (ins-datum ins) children)
              (push (ins-datum ins) (func-children func)))))))
    (remove-if (lambda (func) (member func children)) funcs)))

(defun run-small-tests ()
  "Run all small cases; return how many fail."
  (let* ((*verify-allocation* t) (failures 0)
         (funcs (nest-closures (read-funcs *small-programs*)))
         (units (mapcar #'generate-unit funcs))
         (results (run-cases units
                             (mapcar (lambda (case)
                                       (list (first (first case))
                                             (mapcar #'small-word
                                                     (second (first case)))))
                                     *small-cases*))))
    (loop for (call wanted) in *small-cases* for result in results
          unless (equal result (mapcar #'small-word wanted))
            do (incf failures)
               (format t "~S gives ~S, not ~S~%" call result
                       (mapcar #'small-word wanted)))
    failures))
