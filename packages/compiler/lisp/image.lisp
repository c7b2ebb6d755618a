;;;; A world image under construction: octet spaces at their final addresses.

(in-package #:astralisp.compiler)

;;; An image is written by absolute address, exactly as the machine would see
;;; it: three spaces that only grow (static, code, heap), each an octet vector.
;;; Words are non-negative integers below 2^64, least significant octet first.

(defconstant +static-first-free+ #x10001200
  "The first address in static region behind the world header, NIL and T.")
(defconstant +heap-block-octets+ 32768 "Octets of a block of the heap.")
(defconstant +large-object-octets+ 8192
  "An object of more octets than this gets heap blocks of its own.")

(defstruct (region (:constructor %make-region (name base octets)))
  "Octets from address BASE up; FILL of them are in use."
  name base octets (fill 0))

(defstruct (image (:constructor %make-image (static code heap)))
  "Three spaces, and KINDS: a list, last block first, of (kind . octets used)
for every heap block that is closed."
  static code heap (kinds '()))

(defun make-octets (size)
  (make-array size :element-type '(unsigned-byte 8) :initial-element 0))

(defun make-image ()
  "Return an image with empty spaces; the fixed part of static space is kept."
  (let ((image (%make-image
                (%make-region "static" +world-base+ (make-octets 65536))
                (%make-region "code" +code-base+ (make-octets 1048576))
                (%make-region "heap" +heap-base+ (make-octets 1048576)))))
    (grow-region (image-static image) (- +static-first-free+ +world-base+))
    image))

(defun grow-region (region size)
  "Take SIZE more octets of REGION into use and return their address."
  (let* ((start (region-fill region))
         (end (+ start size))
         (octets (region-octets region)))
    (when (> end (length octets))
      (let ((larger (make-octets (max end (* 2 (length octets))))))
        (replace larger octets :end2 start)
        (setf (region-octets region) larger)))
    (setf (region-fill region) end)
    (+ (region-base region) start)))

(defun region-end (region)
  "Return the first free address of REGION."
  (+ (region-base region) (region-fill region)))

(defun image-region (image address)
  "Return the region of IMAGE that ADDRESS lies in."
  (let ((region (cond ((>= address +heap-base+) (image-heap image))
                     ((>= address +code-base+) (image-code image))
                     (t (image-static image)))))
    (unless (< -1 (- address (region-base region)) (region-fill region))
      (error "address #x~X is outside the ~A region of the image"
             address (region-name region)))
    region))

;;; Allocation

(defun align-up (size boundary)
  (* boundary (ceiling size boundary)))

(defun allocate-static (image size)
  "Return the address of SIZE fresh octets (a multiple of 16) of static space."
  (grow-region (image-static image) (align-up size 16)))

(defun allocate-code (image size)
  "Return the address of SIZE fresh octets (a multiple of 16) of code space."
  (grow-region (image-code image) (align-up size 16)))

(defun allocate-heap (image size)
  "Return the address of SIZE fresh octets of the heap, aligned to 16.
No small object crosses the end of a block; a large one starts on a block."
  (let* ((heap (image-heap image))
         (size (align-up size 16))
         (used (mod (region-fill heap) +heap-block-octets+)))
    (cond ((> size +large-object-octets+)
           (close-heap-block image)
           (allocate-large image size))
          ((and (plusp used) (> (+ used size) +heap-block-octets+))
           (close-heap-block image)
           (grow-region heap size))
          (t
           (let ((address (grow-region heap size)))
             (when (zerop (mod (region-fill heap) +heap-block-octets+))
               (push (cons :small +heap-block-octets+) (image-kinds image)))
             address)))))

(defun close-heap-block (image)
  "Pad the open block of the heap of IMAGE, if there is one, to its end."
  (let* ((heap (image-heap image))
         (used (mod (region-fill heap) +heap-block-octets+)))
    (when (plusp used)
      (grow-region heap (- +heap-block-octets+ used))
      (push (cons :small used) (image-kinds image)))))

(defun allocate-large (image size)
  (let* ((blocks (ceiling size +heap-block-octets+))
         (address (grow-region (image-heap image)
                              (* blocks +heap-block-octets+))))
    (push (cons :large-head (min size +heap-block-octets+))
          (image-kinds image))
    (dotimes (i (1- blocks))
      (push (cons :large-tail 0) (image-kinds image)))
    address))

;;; Words

(defun image-set-u32 (octets index value)
  (setf (aref octets index) (logand value 255)
        (aref octets (+ index 1)) (logand (ash value -8) 255)
        (aref octets (+ index 2)) (logand (ash value -16) 255)
        (aref octets (+ index 3)) (logand (ash value -24) 255)))

(defun image-u32 (octets index)
  (logior (aref octets index)
          (ash (aref octets (+ index 1)) 8)
          (ash (aref octets (+ index 2)) 16)
          (* (aref octets (+ index 3)) 16777216)))

(defun image-set-word (image address word)
  "Store WORD, an integer taken modulo 2^64, at ADDRESS of IMAGE."
  (let* ((region (image-region image address))
         (octets (region-octets region))
         (index (- address (region-base region))))
    (image-set-u32 octets index (logand word #xffffffff))
    (image-set-u32 octets (+ index 4) (logand (ash word -32) #xffffffff))
    word))

(defun image-word (image address)
  "Return the word at ADDRESS of IMAGE, 0 <= word < 2^64."
  (let* ((region (image-region image address))
         (octets (region-octets region))
         (index (- address (region-base region))))
    (+ (image-u32 octets index)
       (* (image-u32 octets (+ index 4)) 4294967296))))

(defun image-set-half (image address value)
  "Store the low 32 bits of VALUE at ADDRESS of IMAGE."
  (let ((region (image-region image address)))
    (image-set-u32 (region-octets region) (- address (region-base region))
                   (logand value #xffffffff))))

(defun image-set-octet (image address value)
  "Store VALUE, 0 <= value < 256, at ADDRESS of IMAGE."
  (let ((region (image-region image address)))
    (setf (aref (region-octets region) (- address (region-base region))) value)))

(defun image-set-octets (image address octets)
  "Copy the vector OCTETS to ADDRESS of IMAGE."
  (let ((region (image-region image address)))
    (replace (region-octets region) octets
             :start1 (- address (region-base region)))))

;;; Objects

(defun fixnum-word (value)
  "Return the tagged word of the target fixnum VALUE."
  (logand (ash value 3) #xffffffffffffffff))

(defun header-word (code count &optional (flags 0))
  "Return a header: type CODE, FLAGS, and COUNT in the upper half."
  (+ 13 (ash code 8) (ash flags 16) (* count 4294967296)))

(defun image-object (image code words &key (space :heap) (tag 15)
                                        (count (length words)))
  "Make an object with a header of type CODE and the tagged WORDS behind it.
Return the tagged word that points to it."
  (let* ((size (* 8 (1+ (length words))))
         (address (if (eq space :static)
                      (allocate-static image size)
                      (allocate-heap image size)))
         (at address))
    (image-set-word image at (header-word code count))
    (dolist (word words)
      (incf at 8)
      (image-set-word image at word))
    (+ address tag)))

(defun image-cons (image car cdr)
  "Make a cons of the words CAR and CDR and return its tagged word."
  (let ((address (allocate-heap image 16)))
    (image-set-word image address car)
    (image-set-word image (+ address 8) cdr)
    (+ address 7)))

(defun image-list (image words)
  "Make a list of WORDS and return its tagged word."
  (let ((list +nil-word+))
    (dolist (word (reverse words) list)
      (setf list (image-cons image word list)))))

(defun image-vector (image words)
  "Make a simple-vector of WORDS and return its tagged word."
  (image-object image #x20 (cons (fixnum-word (length words)) words)
                :count 0))

(defun image-raw-vector (image code length octets)
  "Make a specialised vector of type CODE with LENGTH elements whose memory is
OCTETS, and return its tagged word."
  (let ((address (allocate-heap image (+ 16 (length octets)))))
    (image-set-word image address (header-word code 0))
    (image-set-word image (+ address 8) (fixnum-word length))
    (image-set-octets image (+ address 16) octets)
    (+ address 15)))

(defun image-string (image string)
  "Make a simple string with the characters of STRING; return its word."
  (let* ((length (length string))
         (address (allocate-heap image (+ 16 (* 4 length)))))
    (image-set-word image address (header-word #x2c 0))
    (image-set-word image (+ address 8) (fixnum-word length))
    (dotimes (i length)
      (image-set-half image (+ address 16 (* 4 i))
                      (char-code (char string i))))
    (+ address 15)))
