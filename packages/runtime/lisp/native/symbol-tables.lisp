;;;; Tables of symbols by name: open addressing over the names' hash codes.

(in-package #:astralisp.runtime)

;;; Slots hold a symbol, 0 when never used, or 1 when the symbol was removed.
;;; The size is a power of two; at least a quarter of the slots are 0.

(defstruct (symbol-table (:copier nil) (:predicate nil))
  (slots (make-array 16 :initial-element 0))
  (used 0))

(defun table-find (table name hash)
  "The symbol called NAME, a simple string with HASH, in TABLE, or 0."
  (let* ((slots (symbol-table-slots table))
         (mask (1- (length slots)))
         (i (logand hash mask)))
    (declare (type fixnum mask i hash))
    (loop
      (let ((entry (svref slots i)))
        (cond ((eq entry 0) (return 0))
              ((eq entry 1))
              ((and (eq (symbol-name-hash entry) hash)
                    (same-name-p (symbol-name entry) name))
               (return entry))))
      (setq i (logand (1+ i) mask)))))

(defun same-name-p (a b)
  (let ((length (%vector-length a)))
    (and (= length (%vector-length b))
         (dotimes (i length t)
           (unless (eq (%string-ref a i) (%string-ref b i))
             (return nil))))))

(defun table-add (table symbol)
  "Put SYMBOL, whose name is not there, into TABLE."
  (let ((size (length (symbol-table-slots table))))
    (when (> (* 4 (1+ (symbol-table-used table))) (* 3 size))
      (grow-symbol-table table))
    (place-symbol (symbol-table-slots table) symbol)
    (incf (symbol-table-used table))))

(defun place-symbol (slots symbol)
  (let* ((mask (1- (length slots)))
         (i (logand (symbol-name-hash symbol) mask)))
    (loop
      (when (eq (svref slots i) 0)
        (return))
      (setq i (logand (1+ i) mask)))
    (setf (svref slots i) symbol)))

(defun grow-symbol-table (table)
  (let* ((old (symbol-table-slots table))
         (new (make-array (* 2 (length old)) :initial-element 0))
         (used 0))
    (dotimes (i (length old))
      (let ((entry (svref old i)))
        (unless (integerp entry)
          (place-symbol new entry)
          (incf used))))
    (setf (symbol-table-slots table) new
          (symbol-table-used table) used)))

(defun table-remove (table symbol)
  "Take SYMBOL out of TABLE, if it is there."
  (let ((place (position symbol (symbol-table-slots table) :test #'eq)))
    (when place
      (setf (svref (symbol-table-slots table) place) 1))))

(defun table-symbols (table)
  "The symbols in TABLE as a fresh list."
  (let ((symbols '()))
    (dotimes (i (length (symbol-table-slots table)) symbols)
      (let ((entry (svref (symbol-table-slots table) i)))
        (unless (integerp entry)
          (push entry symbols))))))
