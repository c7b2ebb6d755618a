;;;; Tests of LOOP (CLHS 6.1).

(in-package #:astralisp.test)

(define-test loop-1
  (loop for x in '(1 2 3) collect x))
(define-test loop-2
  (loop for x in '(1 2 3) for y in '(a b) collect (list x y)))
(define-test loop-3
  (loop for (a b) in '((1 2) (3 4)) collect (+ a b)))
(define-test loop-4
  (loop for (a . b) in '((1 . 2) (3 . 4)) append (list a b)))
(define-test loop-5
  (loop for (a (b c) nil d) in '((1 (2 3) 4 5)) collect (list a b c d)))
(define-test loop-6
  (loop for x on '(1 2 3) collect x))
(define-test loop-7
  (loop for (a b) on '(1 2 3 4) by #'cddr collect (cons a b)))
(define-test loop-8
  (loop for (x . y) on '(1 2 3) collect (list x y)))
(define-test loop-9
  (loop for i from 1 to 5 collect i))
(define-test loop-10
  (loop for i from 5 downto 1 by 2 collect i))
(define-test loop-11
  (loop for i below 5 sum i))
(define-test loop-12
  (loop for i to 3 collect i))
(define-test loop-13
  (loop for i downfrom 3 to 0 collect i))
(define-test loop-14
  (loop for i from 10 above 7 collect i))
(define-test loop-15
  (loop for i upfrom 3 below 6 collect i))
(define-test loop-16
  (loop for i by 2 from 0 to 10 collect i))
(define-test loop-17
  (loop for i from 0 by 3 repeat 4 collect i))
(define-test loop-18
  (loop for x from 0.0 to 1.0 by 0.25 collect x))
(define-test loop-19
  (loop for x = 1 then (* 2 x) repeat 5 collect x))
(define-test loop-20
  (loop for x = 1 repeat 3 collect x))
(define-test loop-21
  (loop for x from 1 to 3 for y = (* x x) collect y))
(define-test loop-22
  (loop for x = 0 then y and y = 1 then (+ x y) repeat 8 collect x))
(define-test loop-23
  (loop for x from 0 to 3 and y = 5 then x collect (list x y)))
(define-test loop-24
  (loop for x in '(1 2 3) and y = 0 then x collect (list x y)))
(define-test loop-25
  (loop for c across "abc" collect c))
(define-test loop-26
  (loop for c across #(1 2 3) for i from 0 collect (cons i c)))
(define-test loop-27
  (let ((h (make-hash-table))) (setf (gethash 1 h) 'a (gethash 2 h) 'b) (loop
    for k being the hash-keys of h using (hash-value v) collect (list k v))))
(define-test loop-28
  (let ((h (make-hash-table))) (setf (gethash 1 h) 'a) (loop for v being each
    hash-value in h using (hash-key k) collect (list k v))))
(define-test loop-29
  (loop with a = 1 with b = (+ a 1) return (list a b)))
(define-test loop-30
  (let ((a 5)) (loop with a = 1 and b = a return (list a b))))
(define-test loop-31
  (loop with (a b . c) = '(1 2 3 4) return (list a b c)))
(define-test loop-32
  (loop with x return x))
(define-test loop-33
  (loop with x fixnum = 5 return x))
(define-test loop-34
  (loop with x of-type fixnum return x))
(define-test loop-35
  (loop with (a b) fixnum = '(1 2) return (+ a b)))
(define-test loop-36
  (loop with (a b) of-type (fixnum float) = '(1 2.0) return b))
(define-test loop-37
  (loop for x in '(1 2 3 4) when (evenp x) collect x))
(define-test loop-38
  (loop for x in '(1 2 3 4) if (evenp x) collect x into e else collect x into
    o end finally (return (list e o))))
(define-test loop-39
  (loop for x in '(1 2 3 4) unless (evenp x) collect x))
(define-test loop-40
  (loop for x in '(1 2 3 4) if (evenp x) collect x and collect (- x) else
    collect 0))
(define-test loop-41
  (loop for x in '(1 2 3 4) when (find x '(2 3)) collect it))
(define-test loop-42
  (loop for x in '(1 2 3 4) when (find x '(2 3)) return it))
(define-test loop-43
  (loop for x in '(1 2 3 4) if (oddp x) if (> x 2) collect x else collect
    :small end else collect :even))
(define-test loop-44
  (loop for x in '(1 2 3 4) when (> x 1) do (setq x 5) and collect x))
(define-test loop-45
  (loop for i from 1 to 4 if (oddp i) collect i into a else if (= i 2) collect
    :two into a else collect :x into a end end finally (return a)))
(define-test loop-46
  (loop for x in '(3 1 2) maximize x))
(define-test loop-47
  (loop for x in '(3 1 2) minimize x))
(define-test loop-48
  (loop for x in '(1 2) sum x into s finally (return (* s 10))))
(define-test loop-49
  (loop for x in '(1 nil 2) count x))
(define-test loop-50
  (loop for x in '((1 2) (3) nil (4)) append x))
(define-test loop-51
  (loop for x in '((1 2) (3) nil (4)) nconc (copy-list x)))
(define-test loop-52
  (loop for x in '((1 2) (3)) append x collect 9))
(define-test loop-53
  (loop for x in '(1 2) collect x into l append (list x x) into l finally
    (return l)))
(define-test loop-54
  (loop for x in '((1) (2)) nconc (list x) into l finally (return l)))
(define-test loop-55
  (loop for x in '(1.5 2.5) sum x of-type float))
(define-test loop-56
  (loop for x in '(1 2 3) sum x fixnum))
(define-test loop-57
  (loop for x in '((a) (b . c)) append x))
(define-test loop-58
  (loop for x in '(1 2 3) always (< x 4)))
(define-test loop-59
  (loop for x in '(1 2 3) never (> x 2)))
(define-test loop-60
  (loop for x in '(1 2 3) thereis (and (> x 1) (* x 10))))
(define-test loop-61
  (loop for x in '(1) thereis nil))
(define-test loop-62
  (loop for x in '(1 2) always (plusp x) finally (return :fin)))
(define-test loop-63
  (loop for x in '(1 2 3 4) while (< x 3) collect x))
(define-test loop-64
  (loop for x in '(1 2 3 4) until (> x 2) collect x))
(define-test loop-65
  (loop with i = 0 while (< i 3) do (incf i) collect i))
(define-test loop-66
  (let ((i 0)) (loop (incf i) (when (> i 5) (return i)))))
(define-test loop-67
  (loop repeat 3 collect 1))
(define-test loop-68
  (loop repeat 0 collect 1))
(define-test loop-69
  (loop repeat -1 collect 1))
(define-test loop-70
  (loop named foo for x in '(1 2 3) do (loop for y in '(a b) do (return-from
    foo (list x y)))))
(define-test loop-71
  (loop named foo return 5))
(define-test loop-72
  (loop for x in '(1 2 3) do (when (= x 2) (loop-finish)) collect x))
(define-test loop-73
  (loop for x in '(1 2 3) initially (setq x 9) finally (return x) collect x))
(define-test loop-74
  (loop initially (return 1)))
(define-test loop-75
  (loop for x in '(1 2) do (list x) finally (return :end)))
(define-test loop-76
  (loop for x in '(1 2 3) return x))
(define-test loop-77
  (loop for i from 1 for j = (* i 2) until (> j 6) collect j))
(define-test loop-78
  (loop for nil in '(1 2 3) count t))
(define-test loop-79
  (loop for (nil b) in '((1 2) (3 4)) collect b))
(define-test loop-80
  (loop with nil = 5 return 1))
(define-test malformed-81
  (handler-case (macroexpand '(loop for x))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-82
  (handler-case (macroexpand '(loop for x in))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-83
  (handler-case (macroexpand '(loop for 1 in '(1)))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-84
  (handler-case (macroexpand '(loop bar))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-85
  (handler-case (macroexpand '(loop for x from 1 frm 2))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-86
  (handler-case (macroexpand '(loop collect))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-87
  (handler-case (macroexpand '(loop with))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-88
  (handler-case (macroexpand '(loop for x in '(1) collect x sum x))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-89
  (handler-case (macroexpand '(loop for x in '(1) for x in '(2) collect x))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-90
  (handler-case (macroexpand '(loop when t))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-91
  (handler-case (macroexpand '(loop for x downto 1))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-92
  (handler-case (macroexpand '(loop do))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-93
  (handler-case (macroexpand '(loop for x being foo))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-94
  (handler-case (macroexpand '(loop named))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-95
  (handler-case (macroexpand '(loop with a = 1 and a = 2 return a))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-96
  (handler-case (macroexpand '(loop for x from 1 upto 3 downto 5))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-97
  (handler-case (macroexpand '(loop 1))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test malformed-98
  (handler-case (macroexpand '(loop for x in '(1 2) always x collect x))
    (program-error () :program-error))
  => ":PROGRAM-ERROR")
(define-test loop-99
  (loop for x of-type fixnum from 0 to 3 sum x))
(define-test loop-100
  (loop for x fixnum in '(1 2) sum x))
(define-test loop-101
  (loop as x in '(1 2) collect x))
(define-test loop-103
  (loop for x across (vector) collect x))
(define-test loop-104
  (loop for i from 0 below 0 collect i))
(define-test loop-105
  (loop for x in '(a b) as i = 0 then (1+ i) collect (cons i x)))
(define-test loop-106
  (loop :for x :in '(1 2) :collect x))
(define-test loop-107
  (loop for x in '(1 2 3) doing (list x) collecting x))
(define-test loop-108
  (loop for x = (list 1 2) then (cdr x) while x collect (car x)))
(define-test loop-109
  (loop for (a b) = '(1 2) repeat 2 collect (+ a b)))
(define-test loop-110
  (loop for i from 1 to 3 for (a . b) = (cons i (* i i)) collect (list a b)))
(define-test loop-111
  (loop until t))
(define-test loop-112
  (loop while nil finally (return 7)))
(define-test loop-113
  (loop for x from 1 to 3 do (list 1) (list 2) collect x))
(define-test loop-114
  (loop for x in '(1 2 3) count (oddp x) into c sum x into s finally (return
    (list c s))))
(define-test loop-115
  (loop for x in '(5 3 9) maximize x into m minimize x into n finally (return
    (list m n))))
(define-test loop-116
  (loop for i to 2 collect (loop for j to i collect j)))
(define-test loop-117
  (loop for x in '(1 2 3) when (oddp x) when (> x 1) collect x))
(define-test loop-118
  (loop with x = 3 for i from x to (+ x 2) collect i))
(define-test loop-119
  (loop for i from 3 downto 1 collect i))
(define-test loop-120
  (loop for x in '(1 2 3) unless (evenp x) collect x else collect (- x)))
(define-test loop-121
  (loop for x in '(1 2 3) if (evenp x) do (list x) else do (list 1) end
    collect x))
(define-test loop-122
  (let (z) (loop for x in '(1 2) do (push x z) (push x z) finally (return z))))
(define-test loop-123
  (loop for a in '(1 2) for b = (list a) for (c) = b collect c))
(define-test loop-124
  (loop for x in '(1 2 . 3) collect x))
(define-test loop-125
  (loop for x on '(1 2 . 3) collect x))
(define-test loop-126
  (loop for i in '(1 2 3) by #'cddr collect i))
(define-test loop-127
  (loop for i in '(1 2 3) by (lambda (l) (cddr l)) collect i))
;;; A test before an iteration clause comes before that clause's step.
(define-test loop-128
  (let ((l '(1 2 3))) (loop while l for r = (pop l) collect r)))
(define-test loop-129
  (let ((l '(1 2 3 4 5)))
    (loop while l for a = (pop l) for b = (pop l) collect (cons a b))))
(define-test loop-130
  (let ((l '(1 2 3 4)))
    (loop for i from 0 until (null l) for r = (pop l) for s = (list r)
          repeat 3 collect (list i s))))
(define-test loop-131
  (loop for x in '(1 2 3) while (< x 3) for y = (* x x) collect y))
(define-test loop-133
  (list (loop for x from 1 to 5 finally (return x))
        (loop for x from 1 below 5 finally (return x))
        (loop for x from 5 downto 1 finally (return x))
        (loop for x from 5 above 1 finally (return x))
        (loop for x of-type fixnum from 1 below 6 by 2 finally (return x))))
(define-test loop-never-beyond-its-type
  (loop for x of-type (integer 1 5) from 1 to 5 collect x) => "(1 2 3 4 5)")
(define-test loop-empty-maximum (loop for x in '() maximize x) => "NIL")
(define-test loop-symbols
  (loop for s being the external-symbols of (find-package "COMMON-LISP")
        always (symbolp s))
  => "T")
(define-test loop-error-shows-clause
  (handler-case (macroexpand '(loop for x in y to 3 frob x))
    (program-error (condition)
      (not (null (search "FROB" (string-upcase
                                 (princ-to-string condition)))))))
  => "T")
;; A float and a fixnum change places on the stack at the end of the body.
(define-test loop-float-and-fixnum
  (loop for i from 0 to 2
        for f = (float i 0.0d0)
        for text = (with-output-to-string (s) (prin1 f s))
        unless (equalp text "x")
          collect (list i f))
  => "((0 0.0d0) (1 1.0d0) (2 2.0d0))")

;;; What random programs found.

(define-test loop-append-of-atoms
  (handler-case (loop for a in (list 0 (list 2)) append a)
    (type-error () 'type-error)))
