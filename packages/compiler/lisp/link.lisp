;;;; The world linker: simulates loading object files into an image.

(in-package #:astralisp.compiler)

;;; A value of the object file is here a word of the image. Symbols, function
;;; cells and layouts are made at first mention; definitions patch cells, and
;;; calls of top-level code are collected: the cold world runs them in order.

(defstruct (linker (:constructor %make-linker (image)))
  "State of one link. SYMBOLS maps \"PACKAGE:NAME\" to words; PACKAGES is a list
of (package name . symbol words), newest first; CODES maps words of code objects
to LINKED-CODE; TRAMPOLINES is an alist of names (strings) and addresses."
  image
  (symbols (make-hash-table :test 'equal))
  (packages '())
  (cells '())
  (layouts '())
  (codes (make-hash-table))
  (trampolines '())
  (initialisers '())
  (pending '())
  (next-thread-local +thread-locals+))

(defstruct linked-code
  "A code object of the image at ADDRESS whose instructions start at START;
ENTRIES are rows (offset name); FUNCTIONS the function objects made so far;
CALLS and EFFECTS are words of lists, for the effect checker."
  address start entries (functions '()) name calls effects)

(defun make-linker ()
  "Return a linker with an image that holds NIL, T and the layout of layouts."
  (let ((linker (%make-linker (make-image))))
    (note-fixed-symbol linker "NIL" +nil-address+ +nil-word+)
    (note-fixed-symbol linker "T" +t-address+ +t-word+)
    (layout-word linker
                 (symbol-word linker "ASTRALISP.PRIMITIVES" "%LAYOUT"))
    linker))

;;; Symbols

(defun symbol-name-hash (name)
  "Return the FNV-1a hash, 32 bits, of the character codes of the string NAME."
  (let ((hash 2166136261))
    (dotimes (i (length name) hash)
      (let ((mixed (logxor hash (char-code (char name i)))))
        (setf hash (logand (* mixed 16777619) #xffffffff))))))

(defun fill-symbol (linker address name value)
  (let ((image (linker-image linker)))
    (image-set-word image address (header-word +symbol-code+ 0))
    (dolist (slot (list +symbol-cell-slot+ +symbol-plist-slot+
                        +symbol-package-slot+ +symbol-info-slot+))
      (image-set-word image (+ address (* 8 slot)) +nil-word+))
    (image-set-word image (+ address 8) value)
    (image-set-word image (+ address (* 8 +symbol-hash-slot+))
                    (fixnum-word (symbol-name-hash name)))
    (image-set-word image (+ address (* 8 +symbol-name-slot+))
                    (image-string image name))))

(defun note-fixed-symbol (linker name address word)
  (fill-symbol linker address name word)
  (note-symbol linker "COMMON-LISP" name word))

(defun note-symbol (linker package name word)
  (setf (gethash (symbol-key package name) (linker-symbols linker)) word)
  (let ((entry (assoc package (linker-packages linker) :test #'string=)))
    (if entry
        (push (cons name word) (cdr entry))
        (push (list package (cons name word)) (linker-packages linker))))
  word)

(defun symbol-key (package name)
  (concatenate 'string package ":" name))

(defun symbol-word (linker package name)
  "Return the word of the symbol NAME of PACKAGE, strings; make it if need be."
  (or (gethash (symbol-key package name) (linker-symbols linker))
      (note-symbol linker package name
                   (make-symbol-word linker name
                                     (string= package "KEYWORD")))))

(defun make-symbol-word (linker name keyword)
  (let* ((address (allocate-heap (linker-image linker)
                                 (* 8 (1+ +symbol-words+))))
         (word (+ address +other-lowtag+)))
    (fill-symbol linker address name (if keyword word +unbound-marker+))
    word))

(defun symbol-slot-address (word slot)
  (+ word (- +other-lowtag+) (* 8 slot)))

(defun keyword-word (linker name)
  (symbol-word linker "KEYWORD" name))

(defun symbol-info-word (linker symbol key)
  "Return the value of KEY (a word) in the info of SYMBOL (a word), or nil."
  (let* ((image (linker-image linker))
         (list (image-word image
                           (symbol-slot-address symbol +symbol-info-slot+))))
    (loop
      (when (= list +nil-word+)
        (return nil))
      (let ((next (image-word image (1+ list))))
        (when (= (image-word image (- list 7)) key)
          (return (image-word image (- next 7))))
        (setf list (image-word image (1+ next)))))))

(defun set-symbol-info-word (linker symbol key value)
  (let* ((image (linker-image linker))
         (slot (symbol-slot-address symbol +symbol-info-slot+)))
    (image-set-word image slot
                    (image-cons image key
                                (image-cons image value
                                            (image-word image slot))))))

(defun thread-local-index (linker symbol)
  "Return the thread-local index of SYMBOL (a word); it gets one if need be."
  (let* ((image (linker-image linker))
         (half (+ (symbol-slot-address symbol 0) 4))
         (index (floor (image-word image (- half 4)) 4294967296)))
    (when (zerop index)
      (setf index (linker-next-thread-local linker))
      (when (> (+ index 8) +thread-size+)
        (error "more than ~D special variables are bound in this world"
               (floor (- +thread-size+ +thread-locals+) 8)))
      (setf (linker-next-thread-local linker) (+ index 8))
      (image-set-half image half index))
    index))

;;; Function cells

(defun cell-word (linker name)
  "Return the function cell of NAME, the word of a symbol or of a list (setf x)."
  (if (and (= (logand name +lowtag-mask+) +cons-lowtag+)
           (/= name +nil-word+))
      (setf-cell-word linker name)
      (let* ((image (linker-image linker))
             (slot (symbol-slot-address name +symbol-cell-slot+))
             (cell (image-word image slot)))
        (if (= cell +nil-word+)
            (image-set-word image slot (make-cell-word linker name))
            cell))))

(defun setf-cell-word (linker name)
  (let* ((image (linker-image linker))
         (symbol (image-word image (- (image-word image (1+ name)) 7)))
         (key (keyword-word linker "SETF-CELL")))
    (or (symbol-info-word linker symbol key)
        (let ((cell (make-cell-word linker name)))
          (set-symbol-info-word linker symbol key cell)
          cell))))

(defun make-cell-word (linker name)
  (let ((cell (image-object (linker-image linker) +cell-code+
                            (list 0 name +nil-word+) :space :static)))
    (push cell (linker-cells linker))
    cell))

(defun cell-function-address (cell)
  (+ cell (- +other-lowtag+) (* 8 +cell-function-slot+)))

;;; Layouts

(defun layout-word (linker name)
  "Return the layout of the type NAME (the word of a symbol).
One that is not defined yet is a placeholder: version -2, length 0."
  (let ((key (keyword-word linker "LAYOUT")))
    (or (symbol-info-word linker name key)
        (let ((layout (make-layout-word linker name)))
          (set-symbol-info-word linker name key layout)
          layout))))

(defun make-layout-word (linker name)
  (let* ((image (linker-image linker))
         (address (allocate-heap image (* 8 (1+ +layout-length+))))
         (word (+ address +instance-lowtag+))
         (meta (or (first (last (linker-layouts linker))) word)))
    (image-set-word image address
                    (+ (- meta +instance-lowtag+) +layout-tag+))
    (dotimes (i +layout-length+)
      (image-set-word image (+ address 8 (* 8 i)) +nil-word+))
    (let ((slots (list (cons +layout-name-index+ name)
                       (cons +layout-length-index+
                             (fixnum-word (if (= meta word)
                                              +layout-length+
                                              0)))
                       (cons +layout-depth-index+ 0)
                       (cons +layout-raw-slots-index+ 0)
                       (cons +layout-version-index+ (fixnum-word -2))
                       (cons +layout-hash-index+
                             (image-word image
                                         (symbol-slot-address
                                          name +symbol-hash-slot+))))))
      (dolist (slot slots)
        (image-set-word image (+ address 8 (* 8 (car slot))) (cdr slot))))
    (push word (linker-layouts linker))
    word))

;;; The builder

(defun linker-builder (linker)
  "Return the builder whose values are words of the image of LINKER."
  (let ((image (linker-image linker)))
    (make-builder
     :nil-value +nil-word+ :t-value +t-word+
     :integer (lambda (value) (integer-word image value))
     :ratio (lambda (n d) (image-object image +ratio-code+ (list n d)))
     :double (lambda (bits) (image-object image +double-code+ (list bits)))
     :single (lambda (bits) (+ (* bits 4294967296) +single-tag+))
     :complex (lambda (r i) (image-object image +complex-code+ (list r i)))
     :character (lambda (code) (+ (ash code 8) +character-tag+))
     :string (lambda (string) (image-string image string))
     :symbol (lambda (package name)
               (if package
                   (symbol-word linker package name)
                   (make-symbol-word linker name nil)))
     :cons (lambda (car cdr) (image-cons image car cdr))
     :vector (lambda (words) (image-vector image words))
     :raw-vector (lambda (code length octets)
                   (image-raw-vector image code length octets))
     :array (lambda (dimensions data fill flags)
              (array-word image dimensions data fill flags))
     :instance (lambda (name slots) (instance-word linker name slots))
     :code (lambda (unit) (link-code linker unit))
     :function (lambda (code entry) (function-word linker code entry))
     :make (lambda (function)
             (declare (ignore function))
             (error "a world is linked without running code: its files have no ~
                     packages or hash tables as literals"))
     :define (lambda (name function)
               (image-set-word image
                               (cell-function-address
                                (cell-word linker name))
                               function))
     :run (lambda (function) (push function (linker-initialisers linker)))
     :patch (lambda (kind holder position value)
              (image-set-word image
                              (ecase kind
                                (:car (- holder 7))
                                (:cdr (1+ holder))
                                (:element (+ holder 1 (* 8 position)))
                                (:slot (+ holder 5 (* 8 position))))
                              value)))))

(defun integer-word (image value)
  (if (<= +most-negative-fixnum+ value +most-positive-fixnum+)
      (fixnum-word value)
      (let ((digits '())
            (count (ceiling (1+ (integer-length value)) 64)))
        (dotimes (i count)
          (push (logand (ash value (* -64 i)) #xffffffffffffffff) digits))
        (image-object image +bignum-code+ (nreverse digits)))))

(defun array-word (image dimensions data fill flags)
  (let ((total 1)
        (words '()))
    (dolist (dimension dimensions)
      (push (fixnum-word dimension) words)
      (setf total (* total dimension)))
    (image-object image +array-header-code+
                  (list* data 0 (fixnum-word total)
                         (if fill (fixnum-word fill) +nil-word+)
                         (fixnum-word flags)
                         (nreverse words)))))

(defun instance-word (linker name slots)
  (let* ((image (linker-image linker))
         (layout (layout-word linker name))
         (address (allocate-heap image (* 8 (1+ (length slots)))))
         (at address))
    (image-set-word image at (+ (- layout +instance-lowtag+) +layout-tag+))
    (dolist (slot slots)
      (incf at 8)
      (image-set-word image at slot))
    (+ address +instance-lowtag+)))

;;; Code

(defun link-code (linker unit)
  "Make the code object of UNIT, a LOADED-UNIT, and return its word."
  (let* ((image (linker-image linker))
         (count (length (loaded-unit-constants unit)))
         (start (code-start-for count))
         (size (+ start (length (loaded-unit-octets unit))))
         (address (allocate-code image size))
         (word (+ address +other-lowtag+))
         (debug (loaded-unit-debug unit)))
    (image-set-word image address
                    (header-word +code-code+
                                 (+ count (1- +code-constants-slot+))))
    (image-set-word image (+ address 8) (fixnum-word (align-up size 16)))
    (image-set-word image (+ address 16) (loaded-unit-name unit))
    (image-set-word image (+ address 24)
                    (code-debug-word image unit debug))
    (image-set-octets image (+ address start) (loaded-unit-octets unit))
    (let ((code (make-linked-code
                 :address address :start start
                 :entries (loaded-unit-entries unit)
                 :name (loaded-unit-name unit)
                 :calls (image-nth image 2 debug)
                 :effects (image-nth image 4 debug))))
      (setf (gethash word (linker-codes linker)) code)
      (link-constants linker word address unit)
      ;; Trampolines may not be linked yet: fixups wait for the end.
      (push (cons code (loaded-unit-fixups unit)) (linker-pending linker))
      word)))

(defun image-nth (image n list)
  "Return element N of LIST, the word of a proper list."
  (dotimes (i n)
    (setf list (image-word image (1+ list))))
  (image-word image (- list 7)))

(defun code-debug-word (image unit debug)
  (let ((maps (loaded-unit-maps unit)))
    (image-vector image
                  (list (image-raw-vector image +u8-vector-code+
                                          (length maps) maps)
                        (image-nth image 0 debug)
                        (image-nth image 1 debug)
                        (image-nth image 5 debug)))))

(defun link-constants (linker word address unit)
  (let ((at (+ address (* 8 +code-constants-slot+))))
    (dolist (row (loaded-unit-constants unit))
      (let ((value (second row)))
        (image-set-word (linker-image linker) at
                        (ecase (first row)
                          (:datum value)
                          (:layout (layout-word linker value))
                          (:function (function-word linker word value))
                          (:cell (cell-word linker value)))))
      (incf at 8))))

(defun function-word (linker word entry)
  "Return the function object of entry number ENTRY of the code object WORD."
  (let* ((code (gethash word (linker-codes linker)))
         (known (assoc entry (linked-code-functions code))))
    (if known
        (cdr known)
        (let* ((offset (first (nth entry (linked-code-entries code))))
               (function (image-object
                          (linker-image linker) +function-code+
                          (list (+ (linked-code-address code)
                                   (linked-code-start code)
                                   offset)
                                word)
                          :tag +function-lowtag+)))
          (push (cons entry function) (linked-code-functions code))
          function))))

(defun link-fixups (linker)
  "Resolve all fixups of the code objects made so far."
  (dolist (pending (linker-pending linker))
    (let ((code (car pending)))
      (dolist (row (cdr pending))
        (link-fixup linker code row))))
  (setf (linker-pending linker) '()))

(defun link-fixup (linker code row)
  (destructuring-bind (kind field offset target addend) row
    (let* ((image (linker-image linker))
           (at (+ (linked-code-address code) (linked-code-start code)
                  offset))
           (value (+ addend
                     (ecase kind
                       (:cell (- (cell-word linker target) +other-lowtag+))
                       ((:trampoline :static)
                        (trampoline-address linker target code))
                       (:tls (thread-local-index linker target))
                       (:code (linked-code-address code))))))
      (ecase field
        (:abs32 (image-set-half image at value))
        (:rel32 (image-set-half image at (- value (+ at 4))))
        (:abs64 (image-set-word-unaligned image at value))))))

(defun image-set-word-unaligned (image address word)
  (image-set-half image address (logand word #xffffffff))
  (image-set-half image (+ address 4) (ash word -32)))

(defun trampoline-address (linker name user)
  "Return the address of the trampoline called like the symbol at NAME (a word),
of whatever package; the LINKED-CODE USER refers to it."
  (let ((found (assoc name (linker-trampolines linker))))
    (if found
        (cdr found)
        (let ((address (trampoline-named linker
                                         (image-name (linker-image linker)
                                                     name)
                                         (image-name (linker-image linker)
                                                     (linked-code-name
                                                      user)))))
          (push (cons name address) (linker-trampolines linker))
          address))))

(defun note-trampolines (linker)
  "Enter the addresses of all entries of the code objects made so far."
  (dolist (pending (linker-pending linker))
    (let ((code (car pending)))
      (dolist (entry (linked-code-entries code))
        (push (cons (second entry)
                    (+ (linked-code-address code)
                       (linked-code-start code) (first entry)))
              (linker-trampolines linker))))))
