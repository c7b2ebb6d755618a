;;;; The BIOS boot image: from the firmware to the entry of a world, in LAP.

(in-package #:astralisp.asm)

;;; See docs/boot.md for the layout of the image, the memory it uses and the
;;; state it leaves. Low memory: E820 at 5000h, VBE blocks at 6000h and 6400h,
;;; framebuffer description at 6800h, CRC table at 6c00h-7000h, this image from
;;; 7c00h, bounce buffer at 20000h, page tables at 70000h.

(defun bios-header ()
  "The jump, the boot information table and the part records: the image writer
fills them in (El Torito, boot-info-table; docs/boot.md)."
  '((jmp begin)
    (pad-to 8)
    (fill 56)
    parts (fill 48)
    free-start (dd 0) needed-end (dd 0)
    heap-octets (dd 0 0) world-entry (dd 0 0)))

(defun bios-first-sector ()
  "What the firmware loads: finds the sector size, reads the rest of the image.
Justified: real mode, before any memory above 7c00h+2048 is there."
  '(begin
    (cli) (cld)
    (xor cx cx) (mov ds cx) (mov es cx) (mov ss cx)
    (mov sp #x7c00)
    (sti)
    (mov (mem byte drive) dl)
    (mov si text-hello) (call print-serial)
    ;; Sector size: INT 13h AH=48h, word at 18h of the result.
    (mov ah #x48) (mov dl (mem byte drive)) (mov si drive-parameters)
    (mov (mem word si) #x1e)
    (int #x13)
    (mov si text-drive) (jb fatal)
    (cmp (mem word (+ drive-parameters #x18)) 2048)
    (je own-rest)
    (mov (mem byte sector-shift) 2)
    own-rest
    (mov eax (mem dword #x7c10)) (add eax 2047) (shr eax 11) (dec eax)
    (je stage-two)
    (mov bx ax)
    (mov eax (mem dword #x7c0c)) (inc eax)
    (mov (mem dword (+ disk-address 4)) #x8400)
    (call read-sectors)
    (mov si text-drive) (jb fatal)
    (jmp stage-two)
    ;; EAX first sector, BX count, both of 2048 octets; target is set already.
    read-sectors
    (mov cl (mem byte sector-shift))
    (shl eax cl) (shl bx cl)
    (mov (mem dword (+ disk-address 8)) eax)
    (mov (mem dword (+ disk-address 12)) 0)
    (mov (mem word (+ disk-address 2)) bx)
    (mov si disk-address) (mov ah #x42) (mov dl (mem byte drive))
    (int #x13)
    (ret)
    ;; SI: text up to a zero octet.
    print-serial
    (lodsb) (test al al) (je print-done)
    (call put-serial) (jmp print-serial)
    print-done (ret)
    put-serial
    (push dx) (push ax) (mov cx 0)
    put-wait
    (mov dx #x3fd) (in al dx) (test al #x20) (jne put-now)
    (dec cx) (jne put-wait)
    put-now
    (pop ax) (mov dx #x3f8) (out dx al) (pop dx)
    (ret)
    ;; SI: what went wrong. Says so on the serial line and the screen, stops.
    fatal
    (push si) (mov si text-fatal) (call print-serial) (pop si)
    (push si) (call print-serial)
    (mov si text-fatal) (call print-screen) (pop si)
    (call print-screen)
    (mov si text-stopped) (call print-serial)
    stop (cli) (hlt) (jmp stop)
    print-screen
    (lodsb) (test al al) (je print-done)
    (push si) (mov ah 14) (mov bx 7) (int #x10) (pop si)
    (jmp print-screen)
    drive (db 0) sector-shift (db 0)
    (align 4)
    disk-address (db 16 0) (dw 0) (dd 0) (dd 0 0)
    drive-parameters (fill 32)
    text-hello (db 13 10 "AstraLisp boot: " 0)
    text-fatal (db 13 10 "AstraLisp cannot start: " 0)
    text-drive (db "the boot drive cannot be read; try another drive or copy" 0)
    text-stopped (db 13 10 "Stopped." 13 10 0)
    (pad-to 2048)))

(defun bios-memory-map ()
  "Enables A20 and reads the memory map by INT 15h E820 (ACPI 15.1).
Justified: only real mode can call the firmware."
  '(stage-two
    (in al #x92) (test al 2) (jne a20-done)
    (or al 2) (and al #xfe) (out #x92 al)
    a20-done
    (mov di #x5000) (xor ebx ebx) (xor bp bp)
    map-next
    (mov eax #xe820) (mov edx #x534d4150) (mov ecx 24)
    (mov (mem dword di 20) 1)
    (int #x15)
    (jb map-done)
    (cmp eax #x534d4150) (jne map-done)
    (inc bp) (add di 24)
    (cmp bp 100) (jae map-done)
    (test ebx ebx) (jne map-next)
    map-done
    (movzx eax bp)
    (mov (mem dword #x4ff8) eax) (mov (mem dword #x4ffc) 0)
    ;; Is there RAM from 1 MiB to NEEDED-END in one entry?
    (mov di #x5000) (mov edx (mem dword needed-end))
    room-next
    (test bp bp) (je room-none)
    (dec bp)
    (cmp (mem dword di 16) 1) (jne room-skip)
    (cmp (mem dword di 4) 0) (jne room-skip)
    (mov eax (mem dword di)) (cmp eax #x100000) (ja room-skip)
    (cmp (mem dword di 12) 0) (jne room-found)
    (add eax (mem dword di 8)) (jb room-found)
    (cmp eax edx) (jae room-found)
    room-skip (add di 24) (jmp room-next)
    room-none
    (mov si text-memory) (jmp fatal)
    room-found))

(defun bios-load-parts ()
  "Reads each part in pieces of 32 KiB, adds it to the CRC, copies it up.
Justified: INT 13h reads below 1 MiB only; unreal mode reaches above it."
  '((mov si text-loading) (call print-serial)
    ;; CRC table: 256 entries at 6c00h, from the reflected IEEE polynomial.
    (mov di #x6800) (xor ebx ebx)
    table-next
    (mov eax ebx) (mov cx 8)
    table-bit
    (shr eax 1) (jae table-even) (xor eax #xedb88320)
    table-even
    (dec cx) (jne table-bit)
    (mov (mem dword di #x400) eax) (add di 4)
    (inc bx) (cmp bx 256) (jne table-next)
    (mov bp parts)
    part-next
    (mov (mem dword crc) #xffffffff)
    (mov eax (mem dword ds bp)) (mov (mem dword part-sector) eax)
    (mov eax (mem dword ds bp 4)) (mov (mem dword part-left) eax)
    (mov eax (mem dword ds bp 8)) (mov (mem dword part-target) eax)
    piece-next
    (mov eax (mem dword part-left)) (test eax eax) (je part-done)
    (mov bx 16) (cmp eax 16) (jae piece-full) (mov bx ax)
    piece-full
    (movzx ecx bx) (push ecx)
    (mov eax (mem dword part-sector))
    (mov (mem dword (+ disk-address 4)) #x20000000)
    (push bp) (call read-sectors) (pop bp)
    (mov si text-read) (jb fatal)
    (pop ecx)
    (add (mem dword part-sector) ecx) (sub (mem dword part-left) ecx)
    (call add-piece)
    (call unreal-mode)
    (shl ecx 9)
    (mov esi #x20000) (mov edi (mem dword part-target))
    (a32 rep movsd)
    (mov (mem dword part-target) edi)
    (jmp piece-next)
    part-done
    (mov eax (mem dword crc)) (xor eax #xffffffff)
    (cmp eax (mem dword ds bp 12))
    (mov si text-damaged) (jne fatal)
    (mov al 46) (call put-serial)
    (add bp 16) (cmp bp (+ parts 48)) (jne part-next)
    (jmp set-mode)
    ;; Adds ECX sectors of the bounce buffer to CRC; keeps ECX.
    add-piece
    (push ecx) (push ds) (push bp)
    (mov edx (mem dword crc))
    (shl ecx 11) (xor esi esi)
    (mov ax #x2000) (mov ds ax)
    crc-next
    (mov bx dx) (xor bl (mem byte si)) (movzx bx bl) (shl bx 2)
    (shr edx 8) (xor edx (mem dword es bx #x6c00))
    (inc si) (dec ecx) (jne crc-next)
    (pop bp) (pop ds) (mov (mem dword crc) edx) (pop ecx)
    (ret)
    unreal-mode
    (cli) (push ds) (push es)
    (lgdt (mem gdt-pointer))
    (mov eax cr0) (or al 1) (mov cr0 eax)
    (jmp unreal-load)
    unreal-load
    (mov bx 16) (mov ds bx) (mov es bx)
    (and al #xfe) (mov cr0 eax)
    (jmpf (far 0 unreal-back))
    unreal-back
    (pop es) (pop ds) (sti)
    (ret)))

(defun bios-set-mode ()
  "Sets a 1024x768 mode with 32 bits a pixel and a linear framebuffer (VBE 3.0).
Justified: the video firmware is called from real mode only."
  '(set-mode
    (mov di #x6800) (xor eax eax) (mov cx 6) (rep stosd)
    (mov di #x6000) (mov (mem dword di) #x32454256)
    (mov ax #x4f00) (int #x10)
    (cmp ax #x4f) (jne mode-none)
    (mov si (mem word #x600e)) (mov ax (mem word #x6010)) (mov fs ax)
    mode-next
    (mov cx (mem word fs si)) (add si 2)
    (cmp cx #xffff) (je mode-none)
    (push si) (push cx)
    (mov di #x6400) (mov ax #x4f01) (int #x10)
    (pop cx) (pop si)
    (cmp ax #x4f) (jne mode-next)
    (test (mem byte #x6400) #x80) (je mode-next)
    (cmp (mem word #x6412) 1024) (jne mode-next)
    (cmp (mem word #x6414) 768) (jne mode-next)
    (cmp (mem byte #x6419) 32) (jne mode-next)
    (mov bx cx) (or bx #x4000)
    (mov ax #x4f02) (int #x10)
    (cmp ax #x4f) (jne mode-none)
    (mov eax (mem dword #x6428)) (mov (mem dword #x6800) eax)
    (mov (mem dword #x6808) 1024) (mov (mem dword #x680c) 768)
    (movzx eax (mem word #x6410)) (mov (mem dword #x6810) eax)
    (mov (mem dword #x6814) 32)
    mode-none))

(defun bios-page-tables ()
  "Builds the page tables of docs/boot.md and enters long mode (Intel SDM 3A 9.8).
Justified: the switch of modes itself. Each MAP-PAGES call maps ECX pages of
2 MiB from physical EAX on, writing page directory entries from EDI on."
  '((cli)
    (mov al #xff) (out #x21 al) (out #xa1 al)
    (call unreal-mode) (cli)
    (mov ax 0) (mov es ax)
    (mov edi #x70000) (xor eax eax) (mov ecx #x4000) (a32 rep stosd)
    (mov edi #x70000)
    (mov (mem dword edi) #x71003)
    (mov (mem dword edi #x1000) #x72003)
    (mov (mem dword edi #x1008) #x73003)
    (mov (mem dword edi #x1010) #x74003)
    (mov (mem dword edi #x1018) #x75003)
    (mov (mem dword edi #x1020) #x76003)
    (mov edi #x72000) (xor eax eax) (mov ecx 2048) (call map-pages)
    (mov edi (+ #x72000 (* 8 128))) (mov eax (mem dword (+ parts 8)))
    (mov ecx (mem dword (+ parts 4))) (call map-part)
    (mov edi (+ #x72000 (* 8 160))) (mov eax (mem dword (+ parts 24)))
    (mov ecx (mem dword (+ parts 20))) (call map-part)
    (mov edi #x76000) (mov eax (mem dword (+ parts 40)))
    (mov ecx (mem dword (+ parts 36))) (call map-part)
    ;; Zero and map 16 MiB of cards, 16 MiB for threads, the nursery.
    (mov edi (mem dword free-start)) (xor eax eax) (mov ecx #x880000)
    (a32 rep stosd)
    (mov edi (+ #x72000 (* 8 640))) (mov eax (mem dword free-start))
    (mov ecx 8) (call map-pages)
    (mov edi (+ #x72000 (* 8 768))) (mov ecx 8) (call map-pages)
    (mov edi (+ #x72000 (* 8 896))) (mov ecx 1) (call map-pages)
    (mov (mem dword free-start) eax)
    (mov eax cr4) (or eax #x620) (mov cr4 eax)
    (mov eax #x70000) (mov cr3 eax)
    (mov ecx #xc0000080) (rdmsr) (or eax #x901) (wrmsr)
    (mov eax cr0) (or eax #x80010003) (and eax #xfffffffb) (mov cr0 eax)
    (jmpf (far 8 long-mode))
    map-part
    (add ecx 1023) (shr ecx 10)
    map-pages
    (jecxz map-end)
    (or eax #x83) (mov (mem dword edi) eax) (mov (mem dword edi 4) 0)
    (and eax #xffffff00)
    (add eax #x200000) (add edi 8) (dec ecx) (jmp map-pages)
    map-end (ret)
    (align 8)
    gdt (dd 0 0) (dd #x0000ffff #x00af9b00) (dd #x0000ffff #x00cf9300)
    gdt-pointer (dw 23) (dd gdt)
    (align 4)
    crc (dd 0) part-sector (dd 0) part-left (dd 0) part-target (dd 0)
    text-loading (db "loading" 0)
    text-memory (db "too little memory; give the machine at least 256 MiB" 0)
    text-read (db "the boot medium is truncated or cannot be read; copy it again"
                  0)
    text-damaged (db "the world on the boot medium is damaged (checksum); "
                     "copy it again" 0)))

(defun bios-enter-world ()
  "Fills in the world header and jumps to the entry of the world (docs/boot.md).
Justified: the first instructions in long mode."
  '((bits 64)
    long-mode
    (mov ax 16) (mov ds ax) (mov es ax) (mov ss ax)
    (mov esp #x7c00)
    (mov ebx #x10000000)
    (mov (mem qword rbx 88) 2)
    (mov (mem qword rbx 104) 0)
    (mov (mem qword rbx 112) #x4ff8)
    (mov (mem qword rbx 120) #x6800)
    (mov eax (mem dword free-start)) (mov (mem qword rbx 184) rax)
    (mov (mem qword rbx 192) #x70000)
    ;; The ACPI root pointer lies on a 16-octet boundary in E0000h-FFFFFh.
    (mov rax #x2052545020445352)
    (mov ecx #xe0000)
    rsdp-next
    (cmp (mem qword rcx) rax) (je rsdp-found)
    (add ecx 16) (cmp ecx #x100000) (jb rsdp-next)
    (xor ecx ecx)
    rsdp-found
    (mov (mem qword rbx 96) rcx)
    (mov rax (mem qword world-entry))
    (jmp rax)))

(defun bios-boot-image ()
  "Return the octets of the BIOS boot image, with empty part records."
  (assemble-lap 16 #x7c00
                (append (bios-header) (bios-first-sector) (bios-memory-map)
                        (bios-load-parts) (bios-set-mode)
                        (bios-page-tables) (bios-enter-world)
                        '((align 2048 0)))))
