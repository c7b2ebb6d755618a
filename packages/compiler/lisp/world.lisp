;;;; A cold world: object files linked to an image with a world header.

(in-package #:astralisp.compiler)

(defconstant +world-version+ 1 "Format of the world header.")
(defconstant +root-count+ 32 "Words of the vector of roots.")

(defconstant +header-static-end+ 24 "Offset in the world header.")
(defconstant +header-code-end+ 32 "Offset in the world header.")
(defconstant +header-heap-start+ 40 "Offset in the world header.")
(defconstant +header-heap-end+ 48 "Offset in the world header.")
(defconstant +header-entry+ 56 "Offset in the world header.")
(defconstant +header-start-function+ 64 "Offset in the world header.")
(defconstant +header-initialisers+ 72 "Offset in the world header.")
(defconstant +header-roots+ 80 "Offset in the world header.")
(defconstant +header-thread+ 144 "Offset in the world header.")
(defconstant +header-stack-top+ 152 "Offset in the world header.")
(defconstant +header-thread-locals+ 160 "Offset in the world header.")
(defconstant +header-blocks+ 168 "Offset in the world header.")
(defconstant +header-linux-entry+ 176 "Offset in the world header.")

(defconstant +first-thread+ #x60010000 "The first thread structure.")
(defconstant +first-stack-top+ #x60900000
  "Top of the control stack of the first thread.")

(defstruct world
  "A linked world: STATIC (with the header), CODE and HEAP octet vectors, the
names of UNDEFINED functions that compiled code calls, and CALLS, a list of
(function name, names called, effects) for the effect checker."
  static code heap undefined)

(defun link-world (trampolines objects start packages)
  "Link the code unit TRAMPOLINES and the octets OBJECTS (a list of object
files, in order) to a cold world that starts by calling the global function
START. PACKAGES names the packages of the world, in order. Return a WORLD.
Signal an error when START or a trampoline is missing, BROKEN-PROMISE when a
declared effect does not hold."
  (let* ((linker (make-linker))
         (builder (linker-builder linker)))
    (link-trampolines linker builder trampolines)
    (dolist (object objects)
      (read-object-file object builder))
    (check-linked-effects linker)
    (let ((undefined (define-undefined-functions linker))
          (descriptions (describe-packages linker packages)))
      (link-fixups linker)
      (write-world-header linker start descriptions)
      (finish-world linker undefined))))

(defun link-trampolines (linker builder unit)
  (let ((writer (make-object-writer "trampolines")))
    (write-function writer unit 0)
    (read-object-file (object-writer-result writer) builder)
    (note-trampolines linker)))

(defun finish-world (linker undefined)
  (let ((image (linker-image linker)))
    (flet ((octets (region)
             (subseq (region-octets region) 0 (region-fill region))))
      (make-world :static (octets (image-static image))
                  :code (octets (image-code image))
                  :heap (octets (image-heap image))
                  :undefined undefined))))

(defun world-file-octets (world)
  "Return WORLD as one octet vector: static space with the header, code, heap,
each padded with zeros to a multiple of 4096; the header tells the sizes."
  (let* ((parts (list (world-static world) (world-code world)
                      (world-heap world)))
         (octets (make-octets (reduce #'+ parts :key #'padded-length)))
         (at 0))
    (dolist (part parts octets)
      (replace octets part :start1 at)
      (incf at (padded-length part)))))

(defun padded-length (octets)
  (align-up (length octets) 4096))

;;; Undefined functions

(defun define-undefined-functions (linker)
  "Give every empty cell a function that reports its name when it is called.
Return the names, as strings, in the order of their cells."
  (let* ((image (linker-image linker))
         (entry (trampoline-named linker "UNDEFINED-FUNCTION" "the linker"))
         (code (+ (code-object-at linker entry) +other-lowtag+))
         (names '()))
    ;; Resolving fixups may make more cells, so they go first.
    (link-fixups linker)
    (dolist (cell (reverse (linker-cells linker)) (nreverse names))
      (let ((name (image-word image (+ cell (- +other-lowtag+)
                                       (* 8 +cell-name-slot+)))))
        (when (zerop (image-word image (cell-function-address cell)))
          (image-set-word
           image (cell-function-address cell)
           (image-object image +function-code+ (list entry code name)
                         :tag +function-lowtag+))
          (push (image-name image name) names))))))

(defun trampoline-named (linker name user)
  (dolist (pair (linker-trampolines linker)
                (error "~A refers to ~A, and there is no such trampoline"
                       user name))
    (when (string= (image-name (linker-image linker) (car pair)) name)
      (return (cdr pair)))))

(defun code-object-at (linker address)
  "Return the address of the code object of the trampolines, the first one."
  (declare (ignore address))
  (region-base (image-code (linker-image linker))))

(defun image-name (image word)
  "Return the function name at WORD, a symbol or a list (setf symbol), as text."
  (if (= (logand word +lowtag-mask+) +cons-lowtag+)
      (if (= word +nil-word+)
          "NIL"
          (concatenate 'string "(SETF "
                       (image-name image (image-nth image 1 word)) ")"))
      (image-text image
                  (image-word image
                              (symbol-slot-address word
                                                   +symbol-name-slot+)))))

(defun image-text (image word)
  "Return the characters of the string at WORD."
  (let* ((length (ash (image-word image (- word 7)) -3))
         (text (make-string length)))
    (dotimes (i length text)
      (let ((pair (image-word image (+ word 1 (* 8 (floor i 2))))))
        (setf (char text i)
              (code-char (if (evenp i)
                             (mod pair 4294967296)
                             (floor pair 4294967296))))))))

;;; Packages

(defun describe-packages (linker names)
  "Return the word of a simple-vector of descriptions of the packages NAMES:
vectors of name, nicknames, used packages, internal and external symbols, and
local nicknames."
  (let ((image (linker-image linker))
        (descriptions '()))
    (dolist (name names)
      (unless (string= name "KEYWORD")
        (intern-externals linker (find-package name))))
    (dolist (name names)
      (push (describe-package linker (find-package name)) descriptions))
    (image-vector image (nreverse descriptions))))

(defun external-symbols (package)
  "Return the external symbols of PACKAGE in the order of their names."
  (let ((symbols '()))
    (do-external-symbols (symbol package)
      (push symbol symbols))
    (sort symbols #'string< :key #'symbol-name)))

(defun intern-externals (linker package)
  (dolist (symbol (external-symbols package))
    (host-symbol-word linker symbol)))

(defun host-symbol-word (linker symbol)
  (symbol-word linker (package-name (symbol-package symbol))
               (symbol-name symbol)))

(defun describe-package (linker package)
  (let* ((image (linker-image linker))
         (name (package-name package))
         (words (external-words linker package)))
    (flet ((strings (list)
             (image-list image
                         (mapcar (lambda (string)
                                   (image-string image string))
                                 (sort (copy-list list) #'string<)))))
      (image-vector
       image
       (list (image-string image name)
             (strings (package-nicknames package))
             (strings (mapcar #'package-name (package-use-list package)))
             (image-list image (internal-words linker package words))
             (image-list image words)
             (local-nickname-words image package))))))

(defun local-nickname-words (image package)
  "Return the word of an alist of local nicknames of PACKAGE and the names of the
packages they mean."
  (image-list
   image
   (mapcar (lambda (pair)
             (image-cons image
                         (image-string image (car pair))
                         (image-string image (package-name (cdr pair)))))
           (sort (copy-list (%package-local-nicknames package))
                 #'string< :key #'car))))

(defun external-words (linker package)
  "Return the words of the external symbols of PACKAGE, in order of names.
Of the keywords only those that were made count: a host may have others."
  (if (string= (package-name package) "KEYWORD")
      (mapcar #'cdr (reverse (cdr (assoc "KEYWORD" (linker-packages linker)
                                         :test #'string=))))
      (mapcar (lambda (symbol) (host-symbol-word linker symbol))
              (external-symbols package))))

(defun internal-words (linker package external)
  "Return the words of the symbols of PACKAGE that are not EXTERNAL: those at
home there, in the order in which they were made, and the imported ones."
  (let ((exported (make-hash-table))
        (internal '()))
    (dolist (word external)
      (setf (gethash word exported) t))
    (dolist (pair (cdr (assoc (package-name package)
                              (linker-packages linker) :test #'string=)))
      (unless (gethash (cdr pair) exported)
        (push (cdr pair) internal)))
    (dolist (symbol (imported-symbols package) internal)
      (push (host-symbol-word linker symbol) internal))))

(defun imported-symbols (package)
  "Return the internal symbols of PACKAGE that are at home elsewhere, in the
order of their names."
  (let ((symbols '()))
    (do-symbols (symbol package)
      (multiple-value-bind (found status)
          (find-symbol (symbol-name symbol) package)
        (when (and (eq status :internal)
                   (eq found symbol)
                   (symbol-package symbol)
                   (not (eq (symbol-package symbol) package)))
          (pushnew symbol symbols))))
    (sort symbols #'string< :key #'symbol-name)))

;;; The header

(defun write-world-header (linker start packages)
  (let* ((image (linker-image linker))
         (roots (root-vector linker packages))
         (blocks (block-table image))
         (initialisers (image-vector image
                                     (reverse (linker-initialisers linker))))
         (function (start-function linker start)))
    (close-heap-block image)
    (image-set-octets image +world-base+
                      (map 'vector #'char-code "ASTRAWLD"))
    (flet ((field (offset word)
             (image-set-word image (+ +world-base+ offset) word)))
      (field 8 +world-version+)
      (field +header-static-end+ (region-end (image-static image)))
      (field +header-code-end+ (region-end (image-code image)))
      (field +header-heap-start+ +heap-base+)
      (field +header-heap-end+ (region-end (image-heap image)))
      (field +header-entry+ (trampoline-named linker "WORLD-ENTRY"
                                              "the world header"))
      (field +header-linux-entry+ (trampoline-named linker "LINUX-ENTRY"
                                                    "the world header"))
      (field +header-start-function+ function)
      (field +header-initialisers+ initialisers)
      (field +header-roots+ roots)
      (field +header-thread+ +first-thread+)
      (field +header-stack-top+ +first-stack-top+)
      (field +header-thread-locals+ (linker-next-thread-local linker))
      (field +header-blocks+ blocks))
    ;; The table is as long as the heap will be; its entries come last.
    (fill-block-table image blocks)))

(defun start-function (linker name)
  (let* ((image (linker-image linker))
         (function (image-word image
                               (cell-function-address
                                (cell-word linker
                                           (host-symbol-word linker
                                                             name))))))
    (when (zerop function)
      (error "the start function ~S of the world is not defined" name))
    function))

(defun root-vector (linker packages)
  (let* ((image (linker-image linker))
         (roots (list packages
                      (image-list image (reverse (linker-layouts linker)))
                      (image-list image (trampoline-words linker))
                      (image-list image (reverse (linker-cells linker))))))
    (image-vector image
                  (append roots (make-list (- +root-count+ (length roots))
                                           :initial-element +nil-word+)))))

(defun trampoline-words (linker)
  (let ((image (linker-image linker)))
    (mapcar (lambda (pair)
              (image-cons image (car pair) (fixnum-word (cdr pair))))
            (linker-trampolines linker))))

(defun block-table (image)
  "Make room for the block table of the heap of IMAGE; return its word.
It may be longer than the heap: entries of 0 stand for no block."
  (let ((length (+ 16 (ceiling (region-fill (image-heap image))
                               (- +heap-block-octets+ 8192)))))
    (image-raw-vector image +u32-vector-code+ length
                      (make-octets (* 4 length)))))

(defun fill-block-table (image table)
  (let ((at (+ table 1)))
    (dolist (pair (reverse (image-kinds image)))
      (image-set-half image at
                      (+ (cdr pair)
                         (* 16777216
                            (ecase (car pair)
                              (:small 1)
                              (:large-head 2)
                              (:large-tail 3)))))
      (incf at 4))))
