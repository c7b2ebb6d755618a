;;;;
(in-package #:astralisp.asm.test)
