;;;; What SBCL answers (see record.lisp); a data table.

(in-package #:astralisp.test)

(set-expected
 '((format-1
    "\"3.14159\"")
   (format-2
    "\"10000000000.0\"")
   (format-3
    "\"0.00001\"")
   (format-4
    "\"0.0\"")
   (format-5
    "\"-0.5\"")
   (format-6
    "\"100.0\"")
   (format-7
    "\"0.33333334\"")
   (format-8
    "\"3.142\"")
   (format-9
    "\".3142\"")
   (format-10
    "\".314\"")
   (format-11
    "\".31\"")
   (format-12
    "\".5\"")
   (format-13
    "\".5\"")
   (format-14
    "\"10.\"")
   (format-15
    "\"10.\"")
   (format-16
    "\"10.0\"")
   (format-17
    "\"3.14\"")
   (format-18
    "\"0.00\"")
   (format-19
    "\"0.01\"")
   (format-20
    "\"0.3\"")
   (format-21
    "\"0.3\"")
   (format-22
    "\"1.\"")
   (format-23
    "\"2.\"")
   (format-24
    "\"3.\"")
   (format-25
    "\"  3.14\"")
   (format-26
    "\" -3.14\"")
   (format-27
    "\"31415.90\"")
   (format-28
    "\"******\"")
   (format-29
    "\"003.14\"")
   (format-30
    "\" +3.14\"")
   (format-31
    "\"314.16\"")
   (format-32
    "\"314.159\"")
   (format-33
    "\"0.0314159\"")
   (format-34
    "\"0.000\"")
   (format-35
    "\"   0.000\"")
   (format-36
    "\"1.0000\"")
   (format-37
    "\" 10.0\"")
   (format-38
    "\"123456790.0\"")
   (format-39
    "\"100000000000000000000.0\"")
   (format-40
    "\"100000000000000000000.00\"")
   (format-42
    "\"  0.\"")
   (format-43
    "\"  1.\"")
   (format-44
    "\".0\"")
   (format-45
    "\".00\"")
   (format-46
    "\"FOO       \"")
   (format-47
    "\"#C(1.0 2.0)\"")
   (format-48
    "\"abc\"")
   (format-49
    "\"3.14159e+0\"")
   (format-50
    "\"0.0e+0\"")
   (format-51
    "\"1.0e+2\"")
   (format-52
    "\"1.0d+10\"")
   (format-53
    "\"-1.5d-10\"")
   (format-54
    "\"3.14e+0\"")
   (format-55
    "\"   3.14e+0\"")
   (format-56
    "\"  3.14e+00\"")
   (format-57
    "\"  31.42e+1\"")
   (format-58
    "\"  0.314e+3\"")
   (format-59
    "\"  0.031e+4\"")
   (format-60
    "\"3.142e+0\"")
   (format-61
    "\"3.14159d+0\"")
   (format-62
    "\"3.e+0\"")
   (format-63
    "\"3.142x+0\"")
   (format-64
    "\"00-3.1416e+0\"")
   (format-65
    "\"*****\"")
   (format-66
    "\"+1.0e+0\"")
   (format-67
    "\"**********\"")
   (format-68
    "\"1.0e-5\"")
   (format-69
    "\"1.2e+1\"")
   (format-70
    "\"12.345e+2\"")
   (format-71
    "\"0.12345e+4\"")
   (format-72
    "\"0.0012345e+6\"")
   (format-73
    "\"12.3e-4\"")
   (format-74
    "\"     1.5000000000e+0\"")
   (format-75
    "\"3.14159    \"")
   (format-76
    "\"0.    \"")
   (format-77
    "\"123456.    \"")
   (format-78
    "\"3.14159    \"")
   (format-79
    "\"   3.1    \"")
   (format-80
    "\"  314.    \"")
   (format-81
    "\"  3.142e+5\"")
   (format-82
    "\"    3.14    \"")
   (format-83
    "\"1.0000e-2\"")
   (format-84
    "\"+5.    \"")
   (format-85
    "\"******1.2346e+7\"")
   (format-86
    "\"3.14\"")
   (format-87
    "\"0.00\"")
   (format-88
    "\"1234.50\"")
   (format-89
    "\"1.500\"")
   (format-90
    "\"001.50\"")
   (format-91
    "\"    001.50\"")
   (format-92
    "\"****001.50\"")
   (format-93
    "\"+1.50\"")
   (format-94
    "\"-1.50\"")
   (format-95
    "\"-     1.50\"")
   (format-96
    "\"5.00\"")
   (format-97
    "\"0.00\"")
   (format-98
    "\"-0.13\"")
   (format-99
    "\"10000000000.00\"")
   (format-100
    "\"A\"")
   (format-101
    "\"a \\\"a\\\"\"")
   (format-102
    "\"X    |\"")
   (format-103
    "\"    X|\"")
   (format-104
    "\"XYZ  |\"")
   (format-105
    "\"XYZ*****|\"")
   (format-106
    "\"() NIL\"")
   (format-107
    "\"(NIL)\"")
   (format-108
    "\"1234567\"")
   (format-109
    "\"1,234,567\"")
   (format-110
    "\"+5\"")
   (format-111
    "\" 1,234,567|\"")
   (format-112
    "\"0000000-42|\"")
   (format-113
    "\"1.23.45.67\"")
   (format-114
    "\"FOO\"")
   (format-115
    "\"1010 12 FF\"")
   (format-116
    "\"00001010\"")
   (format-117
    "\"+F,FFF\"")
   (format-118
    "\"101\"")
   (format-119
    "\"2N9C\"")
   (format-120
    "\"zero\"")
   (format-121
    "\"negative five\"")
   (format-122
    "\"one million\"")
   (format-123
    "\"one hundred twenty-three octillion four hundred fifty-six septillion seven hundred eighty-nine sextillion twelve quintillion three hundred forty-five quadrillion six hundred seventy-eight trillion nine hundred one billion two hundred thirty-four million five hundred sixty-seven thousand eight hundred ninety\"")
   (format-124
    "\"zeroth\"")
   (format-125
    "\"first\"")
   (format-126
    "\"twentieth\"")
   (format-127
    "\"one hundredth\"")
   (format-128
    "\"one hundred first\"")
   (format-129
    "\"one thousandth\"")
   (format-130
    "\"one thousand twelfth\"")
   (format-131
    "\"negative third\"")
   (format-132
    "\"IV\"")
   (format-133
    "\"MCMXCIV\"")
   (format-134
    "\"MDCCCCLXXXXIIII\"")
   (format-135
    "error SIMPLE-ERROR")
   (format-136
    "\"nineteen\"")
   (format-137
    "\"one hundred ten\"")
   (format-138
    "\"one million one thousand one\"")
   (format-139
    "\"fortieth\"")
   (format-140
    "\"forty-fifth\"")
   (format-141
    "\"Newline\"")
   (format-142
    "\"



\"")
   (format-143
    "\"a
b
\"")
   (format-144
    "\"
\"")
   (format-145
    "\"~~~~\"")
   (format-146
    "\"ab   c\"")
   (format-147
    "\"ab   c\"")
   (format-148
    "\"abcdef c\"")
   (format-149
    "\"abcdef c\"")
   (format-150
    "\"ab   c\"")
   (format-151
    "\"ab      c\"")
   (format-152
    "\"13\"")
   (format-153
    "\"11\"")
   (format-154
    "\"1 22\"")
   (format-155
    "\"11\"")
   (format-156
    "\"1-2\"")
   (format-157
    "\"1-2 3\"")
   (format-158
    "\"1 item\"")
   (format-159
    "\"2 items\"")
   (format-160
    "\"1 fly\"")
   (format-161
    "\"3 flies\"")
   (format-162
    "\"s\"")
   (format-163
    "\"ab\"")
   (format-164
    "\"a   b\"")
   (format-165
    "\"a
b\"")
   (format-166
    "\"hello world\"")
   (format-167
    "\"Hello World\"")
   (format-168
    "\"Hello world\"")
   (format-169
    "\"HELLO WORLD\"")
   (format-170
    "\"b\"")
   (format-171
    "\"c\"")
   (format-172
    "\"\"")
   (format-173
    "\"b\"")
   (format-174
    "\"two 1 2\"")
   (format-175
    "\"no\"")
   (format-176
    "\"yes\"")
   (format-177
    "\"x=5y\"")
   (format-178
    "\"y\"")
   (format-179
    "\"123\"")
   (format-180
    "\"1, 2, 3\"")
   (format-181
    "\"A=1, B=2\"")
   (format-182
    "\"A=1 B=2 \"")
   (format-183
    "\"1 2 3 \"")
   (format-184
    "\"A=1 B=2 \"")
   (format-185
    "\"1 2 \"")
   (format-186
    "\"12\"")
   (format-188
    "\"x\"")
   (format-189
    "\"A-1 BC-3 \"")
   (format-190
    "\"A-1 B\"")
   (format-191
    "\"1, 2 and 3\"")
   (format-192
    "\"1\"")
   (format-193
    "\"12\"")
   (format-194
    "\"00042\"")
   (format-195
    "\"1\"")
   (format-196
    "\"A  |\"")
   (format-197
    "\"1-2\"")
   (format-198
    "\"aba\"")
   (format-199
    "\"\"")
   (format-200
    "\"\"")
   (format-201
    "\"       foo|\"")
   (format-202
    "\"foo    bar|\"")
   (format-203
    "\"  foo  bar|\"")
   (format-204
    "\"foo  bar  |\"")
   (format-205
    "\" foo bar  |\"")
   (format-206
    "\"a   b    c|\"")
   (format-207
    "\"foo bar|\"")
   (format-208
    "\"a        b|\"")
   (format-209
    "\"a********b|\"")
   (format-210
    "\"       foo|\"")
   (format-211
    "\"foo       |\"")
   (format-212
    "\"   foo    |\"")
   (format-213
    "\"
aaa              bbb\"")
   (format-214
    "\"                   1|\"")
   (format-215
    "\"1\"")
   (format-216
    "\"(1 2)\"")
   (format-217
    "\"[1]\"")
   (format-218
    "\"1 2\"")
   (format-219
    "\"(1 \\\"a\\\")\"")
   (format-220
    "\"x\"")
   (format-221
    "\"<5 NIL NIL NIL>\"")
   (format-222
    "\"<5 T T (3 4)>\"")
   (formatter
    "(\"1-2\" \"1-2\")")
   (format-destinations
    "(\"a1b2\" \"x\")")
   (format-in-columns
    "\"abc       x     y
z
left           right|\"")))
