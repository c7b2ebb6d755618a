;;;; System definition of the assembler and disassembler.

(defsystem "astralisp-asm-kit"
  :description "x86-64 encoder and decoder from one instruction table, and LAP"
  :license "MIT"
  :serial t
  :components ((:file "package")
               (:file "instruction-table")
               (:file "encoding")
               (:file "buffer")
               (:file "core")
               (:file "emitters")
               (:file "operand")
               (:file "lap")
               (:file "decoder")
               (:file "printer")
               (:file "documentation")
               (:file "lap/x86-64/bios-boot")))
