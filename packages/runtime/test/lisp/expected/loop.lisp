;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((loop-1
    "(1 2 3)")
   (loop-2
    "((1 A) (2 B))")
   (loop-3
    "(3 7)")
   (loop-4
    "(1 2 3 4)")
   (loop-5
    "((1 2 3 5))")
   (loop-6
    "((1 2 3) (2 3) (3))")
   (loop-7
    "((1 . 2) (3 . 4))")
   (loop-8
    "((1 (2 3)) (2 (3)) (3 NIL))")
   (loop-9
    "(1 2 3 4 5)")
   (loop-10
    "(5 3 1)")
   (loop-11
    "10")
   (loop-12
    "(0 1 2 3)")
   (loop-13
    "(3 2 1 0)")
   (loop-14
    "(10 9 8)")
   (loop-15
    "(3 4 5)")
   (loop-16
    "(0 2 4 6 8 10)")
   (loop-17
    "(0 3 6 9)")
   (loop-18
    "(0.0 0.25 0.5 0.75 1.0)")
   (loop-19
    "(1 2 4 8 16)")
   (loop-20
    "(1 1 1)")
   (loop-21
    "(1 4 9)")
   (loop-22
    "(0 1 1 2 3 5 8 13)")
   (loop-23
    "((0 5) (1 0) (2 1) (3 2))")
   (loop-24
    "((1 0) (2 1) (3 2))")
   (loop-25
    "(#\\a #\\b #\\c)")
   (loop-26
    "((0 . 1) (1 . 2) (2 . 3))")
   (loop-27
    "((1 A) (2 B))")
   (loop-28
    "((1 A))")
   (loop-29
    "(1 2)")
   (loop-30
    "(1 5)")
   (loop-31
    "(1 2 (3 4))")
   (loop-32
    "NIL")
   (loop-33
    "5")
   (loop-34
    "0")
   (loop-35
    "3")
   (loop-36
    "2.0")
   (loop-37
    "(2 4)")
   (loop-38
    "((2 4) (1 3))")
   (loop-39
    "(1 3)")
   (loop-40
    "(0 2 -2 0 4 -4)")
   (loop-41
    "(2 3)")
   (loop-42
    "2")
   (loop-43
    "(:SMALL :EVEN 3 :EVEN)")
   (loop-44
    "(5 5 5)")
   (loop-45
    "(1 :TWO 3 :X)")
   (loop-46
    "3")
   (loop-47
    "1")
   (loop-48
    "30")
   (loop-49
    "2")
   (loop-50
    "(1 2 3 4)")
   (loop-51
    "(1 2 3 4)")
   (loop-52
    "(1 2 9 3 9)")
   (loop-53
    "(1 1 1 2 2 2)")
   (loop-54
    "((1) (2))")
   (loop-55
    "4.0")
   (loop-56
    "6")
   (loop-57
    "(A B . C)")
   (loop-58
    "T")
   (loop-59
    "NIL")
   (loop-60
    "20")
   (loop-61
    "NIL")
   (loop-62
    ":FIN")
   (loop-63
    "(1 2)")
   (loop-64
    "(1 2)")
   (loop-65
    "(1 2 3)")
   (loop-66
    "6")
   (loop-67
    "(1 1 1)")
   (loop-68
    "NIL")
   (loop-69
    "NIL")
   (loop-70
    "(1 A)")
   (loop-71
    "5")
   (loop-72
    "(1)")
   (loop-73
    "3")
   (loop-74
    "1")
   (loop-75
    ":END")
   (loop-76
    "1")
   (loop-77
    "(2 4 6)")
   (loop-78
    "3")
   (loop-79
    "(2 4)")
   (loop-80
    "1")
   (loop-99
    "6")
   (loop-100
    "3")
   (loop-101
    "(1 2)")
   (loop-103
    "NIL")
   (loop-104
    "NIL")
   (loop-105
    "((0 . A) (1 . B))")
   (loop-106
    "(1 2)")
   (loop-107
    "(1 2 3)")
   (loop-108
    "(1 2)")
   (loop-109
    "(3 3)")
   (loop-110
    "((1 1) (2 4) (3 9))")
   (loop-111
    "NIL")
   (loop-112
    "7")
   (loop-113
    "(1 2 3)")
   (loop-114
    "(2 6)")
   (loop-115
    "(9 3)")
   (loop-116
    "((0) (0 1) (0 1 2))")
   (loop-117
    "(3)")
   (loop-118
    "(3 4 5)")
   (loop-119
    "(3 2 1)")
   (loop-120
    "(1 -2 3)")
   (loop-121
    "(1 2 3)")
   (loop-122
    "(2 2 1 1)")
   (loop-123
    "(1 2)")
   (loop-124
    "error TYPE-ERROR")
   (loop-125
    "((1 2 . 3) (2 . 3))")
   (loop-126
    "(1 3)")
   (loop-127
    "(1 3)")
   (loop-128
    "(1 2 3)")
   (loop-129
    "((1 . 2) (3 . 4) (5))")
   (loop-130
    "((0 (1)) (1 (2)) (2 (3)))")
   (loop-131
    "(1 4)")
   (loop-133
    "(6 5 0 1 7)")
   (loop-append-of-atoms
    "TYPE-ERROR")))
