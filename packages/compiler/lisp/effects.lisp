;;;; Declared effects, checked over the call graph of a world.

(in-package #:astralisp.compiler)

;;; (declare (effects :no-allocation ...)) in a function promises something of
;;; it and of all it calls.  What the code of a function does by itself is
;;; found in its low SSA and travels with its unit; the linker, who sees the
;;; whole world, looks for a way from a promise to its breach.
;;;
;;; :NO-POLL is an order to the compiler rather than a promise: such a
;;; function has no polls of its own.

(defparameter *promises*
  '((:no-allocation :allocation "allocates")
    (:no-fault :error "signals an error")
    (:no-dynamic-binding :binding "binds dynamic variables")
    (:wired :unknown "calls a function that is not known"))
  "Each promise, the deed that breaks it, and how that reads.")

;;; What the code of a unit does

(defun note-deed (deed deeds)
  (if (member deed deeds) deeds (cons deed deeds)))

(defun ins-deeds (ins deeds)
  "DEEDS with what the low instruction INS does."
  (case (ins-opname ins)
    ((:cons :allocate :make-closure :allocate-octets :box-double :box-signed
      :box-unsigned :values-rest)
     (note-deed :allocation deeds))
    ((:call-function :tail-call-function) (note-deed :unknown deeds))
    ((:call :tail-call)
     (if (and (symbolp (ins-datum ins))
              (eq (get (ins-datum ins) 'calling) :never))
         (note-deed :error deeds)
         deeds))
    ((:call-trampoline :tail-call-trampoline)
     (if (member (ins-datum ins) '(apply)) (note-deed :unknown deeds) deeds))
    ((:bind :unbind-to) (note-deed :binding deeds))
    (t deeds)))

(defun unit-deeds (root)
  "What the code of ROOT and its children does, and the names it calls."
  (let ((deeds '()) (names '()))
    (dolist (func (unit-funcs root))
      (dolist (blok (func-blocks func))
        (do-instructions (ins blok)
          (setq deeds (ins-deeds ins deeds))
          (when (member (ins-opname ins) '(:call :tail-call))
            (unless (member (ins-datum ins) names :test #'equal)
              (push (ins-datum ins) names))))))
    (values (nreverse deeds) (nreverse names))))

(defun record-effects (root)
  "Leave in FUNC-EFFECTS of ROOT the promises made in its unit, the deeds and
the names called: the record that the checker reads."
  (let ((promises '()))
    (dolist (func (unit-funcs root))
      (dolist (promise (func-effects func))
        (unless (member promise promises) (push promise promises)))
      (setf (func-effects func) '()))
    (multiple-value-bind (deeds names) (unit-deeds root)
      (setf (func-effects root)
            (list (nreverse promises) deeds names)))))

;;; The check.  A record is (name promises deeds names called).

(define-condition broken-promise (error)
  ((paths :initarg :paths :reader broken-promise-paths))
  (:report (lambda (condition stream)
             (write-string "declared effects do not hold:" stream)
             (dolist (path (broken-promise-paths condition))
               (write-string "
  " stream)
               (write-string path stream)))))

(setf (documentation 'broken-promise-paths 'function)
      "Return the texts of CONDITION that say which calls lead to a breach.")

(defun way-to-deed (name deed table)
  "The names on a shortest way of calls in TABLE from NAME to a function that
does DEED, or NIL; the last element is :UNKNOWN where nothing is known."
  (let ((work (list (list name))) (seen (make-hash-table :test #'equal))
        (next '()))
    (setf (gethash name seen) t)
    (loop
      (when (null work)
        (when (null next) (return nil))
        (setq work (nreverse next) next '()))
      (let* ((path (pop work)) (record (gethash (car path) table)))
        (cond ((null record)
               (return (reverse (cons :unknown path))))
              ((or (member deed (third record))
                   (member :unknown (third record)))
               (return (reverse path))))
        (dolist (callee (fourth record))
          (unless (gethash callee seen)
            (setf (gethash callee seen) t)
            (push (cons callee path) next)))))))

(defun path-text (entry path table namer)
  "A line that says how PATH breaks the promise ENTRY; NAMER makes text of a
name."
  (let* ((names (remove :unknown path))
         (last (car (last names)))
         (record (gethash last table))
         (text (concatenate
                'string (funcall namer (car path)) " declares "
                (describe-datum (first entry)) ", but "
                (funcall namer last) " "
                (cond ((null record) "is not known")
                      ((member (second entry) (third record)) (third entry))
                      (t "calls a function that is not known"))
                ": "))
         (between ""))
    (dolist (name names text)
      (setq text (concatenate 'string text between (funcall namer name))
            between " -> "))))

(defun check-effects (records &optional (namer #'describe-datum))
  "Check the promises of RECORDS, each (name promises deeds called); return
true. NAMER makes text of a name. Signal BROKEN-PROMISE with the ways to the
breaches if there are any."
  (let ((table (make-hash-table :test #'equal)) (texts '()))
    (dolist (record records)
      (setf (gethash (first record) table) record))
    (dolist (record records)
      (dolist (promise (second record))
        (let* ((entry (assoc promise *promises*))
               (path (and entry
                          (way-to-deed (first record) (second entry) table))))
          (when path
            (push (path-text entry path table namer) texts)))))
    (if texts
        (error 'broken-promise :paths (nreverse texts))
        t)))

;;; Records in an image that is being linked.  A name stands there as the word
;;; of its symbol; a name (setf x) as text.

(defun image-list-words (image list)
  (let ((words '()))
    (loop
      (when (= list +nil-word+) (return (nreverse words)))
      (push (image-word image (- list 7)) words)
      (setq list (image-word image (+ list 1))))))

(defun image-keywords (image list)
  "The keywords of the image that the word LIST lists, as ours."
  (mapcar (lambda (word) (intern (image-name image word) '#:keyword))
          (image-list-words image list)))

(defun image-function-name (image word)
  (if (= (logand word +lowtag-mask+) +cons-lowtag+)
      (image-name image word)
      word))

(defun image-effect-record (image word)
  (let ((parts (image-list-words image word)))
    (list (image-function-name image (first parts))
          (image-keywords image (second parts))
          (image-keywords image (third parts))
          (mapcar (lambda (name) (image-function-name image name))
                  (image-list-words image (fourth parts))))))

(defun check-linked-effects (linker)
  "Check the promises of all units that LINKER has linked."
  (let ((image (linker-image linker)) (records '()))
    (dolist (pending (linker-pending linker))
      (dolist (word (image-list-words
                     image (linked-code-effects (car pending))))
        (push (image-effect-record image word) records)))
    (check-effects (nreverse records)
                   (lambda (name)
                     (if (integerp name) (image-name image name) name)))))
