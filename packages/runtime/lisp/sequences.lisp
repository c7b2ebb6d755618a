;;;; Sequences (CLHS 17): parts, copies, making them, mapping over them.

(in-package #:astralisp.runtime)

(defun sequence-failure (x)
  (type-failure x 'sequence))

(defun length (sequence)
  "Return the number of elements of SEQUENCE. CLHS LENGTH."
  (cond ((listp sequence) (length-of-list sequence))
        ((%vector-code sequence) (%vector-length sequence))
        ((vectorp sequence) (header-length sequence))
        (t (sequence-failure sequence))))

(defun elt (sequence index)
  "Return element INDEX of SEQUENCE. CLHS ELT."
  (cond ((consp sequence)
         (check-index index)
         (let ((tail (nthcdr index sequence)))
           (if (consp tail)
               (%car tail)
               (list-index-error sequence index))))
        ((null sequence) (list-index-error sequence index))
        ((%vector-code sequence) (aref-1 sequence index))
        ((vectorp sequence)
         (unless (index-below-p index (header-length sequence))
           (index-error sequence index (header-length sequence)))
         (aref-1 sequence index))
        (t (sequence-failure sequence))))

(defun list-index-error (list index)
  (error 'index-out-of-bounds
         :datum index :expected-type `(integer 0 (,(cons-count list)))
         :array list))

(defun set-elt (sequence index value)
  (cond ((listp sequence)
         (check-index index)
         (let ((tail (nthcdr index sequence)))
           (if (consp tail)
               (set-car tail value)
               (list-index-error sequence index))))
        (t
         (unless (index-below-p index (length sequence))
           (index-error sequence index (length sequence)))
         (set-aref-1 sequence index value))))

(defsetf elt set-elt)

;;; Run BODY with VARIABLE bound to the elements of SEQUENCE from START below
;;; END. The bounds are checked. BODY is expanded twice.
(defmacro do-elements ((variable sequence &optional (start 0) end) &body body)
  (let ((list (temporary "LIST"))
        (data (temporary "DATA"))
        (offset (temporary "OFFSET"))
        (length (temporary "LENGTH"))
        (i (temporary "I"))
        (limit (temporary "LIMIT"))
        (from (temporary "START")))
    `(let ((,list ,sequence)
           (,from ,start))
       (if (listp ,list)
           (if (and (eql ,from 0) (null ,end))
               (dolist (,variable ,list) ,@body)
               (let ((,limit (check-list-bounds ,list ,from ,end)))
                 (setq ,list (nthcdr ,from ,list))
                 (while (%fx> ,limit 0)
                   (let ((,variable (%car ,list)))
                     ,@body)
                   (setq ,list (%cdr ,list)
                         ,limit (%fx- ,limit 1)))))
           (with-vector-storage (,data ,offset ,length) ,list
             (let* ((,limit (%fx+ ,offset (bounded-end ,from ,end ,length)))
                    (,i (%fx+ ,offset ,from)))
               (while (%fx< ,i ,limit)
                 (let ((,variable (%vref ,data ,i)))
                   ,@body)
                 (setq ,i (%fx+ ,i 1)))))))))

;;; The number of elements of LIST between START and END.
(defun check-list-bounds (list start end)
  (let ((length (length-of-list list)))
    (%fx- (bounded-end start end length) start)))

;;; Copies.

(defun list-subseq (list start end)
  (let ((count (check-list-bounds list start end))
        (result nil)
        (tail (nthcdr start list)))
    (while (%fx> count 0)
      (push (%car tail) result)
      (setq tail (%cdr tail)
            count (%fx- count 1)))
    (nreverse-onto result nil)))

(defun subseq (sequence start &optional end)
  "Return a copy of the part of SEQUENCE from START below END. CLHS SUBSEQ."
  (if (listp sequence)
      (list-subseq sequence start end)
      (with-vector-storage (data offset length) sequence
        (let* ((end (bounded-end start end length))
               (copy (%make-vector (%vector-code data) (%fx- end start))))
          (%replace copy 0 data (%fx+ offset start) (%fx- end start))
          copy))))

(defun (setf subseq) (new sequence start &optional end)
  (replace sequence new :start1 start :end1 end)
  new)

(defun copy-seq (sequence)
  "Return a copy of SEQUENCE. CLHS COPY-SEQ."
  (if (listp sequence)
      (progn (length-of-list sequence)
             (copy-list sequence))
      (subseq sequence 0)))

(defun fill (sequence item &key (start 0) end)
  "Store ITEM in the elements of SEQUENCE from START below END; return it.
CLHS FILL."
  (if (listp sequence)
      (let ((count (check-list-bounds sequence start end))
            (tail (nthcdr start sequence)))
        (while (%fx> count 0)
          (%set-car tail item)
          (setq tail (%cdr tail)
                count (%fx- count 1))))
      (with-vector-storage (data offset length) sequence
        (let ((end (bounded-end start end length)))
          (unless (element-fits-p item (%vector-code data))
            (element-type-error item data))
          (%fill data item (%fx+ offset start) (%fx+ offset end)))))
  sequence)

(defun replace (sequence-1 sequence-2 &key (start1 0) end1 (start2 0) end2)
  "Copy elements of SEQUENCE-2 into SEQUENCE-1 and return that. CLHS REPLACE."
  (let* ((room (%fx- (bounded-end start1 end1 (length sequence-1)) start1))
         (offer (%fx- (bounded-end start2 end2 (length sequence-2)) start2))
         (count (if (%fx< room offer) room offer)))
    (cond ((and (vectorp sequence-1) (vectorp sequence-2))
           (replace-vector sequence-1 start1 sequence-2 start2 count))
          ((and (listp sequence-1) (eq sequence-1 sequence-2))
           (replace-list-in-itself sequence-1 start1 start2 count))
          ((listp sequence-1)
           (let ((tail (nthcdr start1 sequence-1)))
             (do-elements (item sequence-2 start2 (%fx+ start2 count))
               (%set-car tail item)
               (setq tail (%cdr tail)))))
          (t
           (let ((i start1))
             (do-elements (item sequence-2 start2 (%fx+ start2 count))
               (set-aref-1 sequence-1 i item)
               (setq i (%fx+ i 1))))))
    sequence-1))

(defun replace-list-in-itself (list start-1 start-2 count)
  (let ((items (list-subseq list start-2 (%fx+ start-2 count)))
        (tail (nthcdr start-1 list)))
    (dolist (item items)
      (%set-car tail item)
      (setq tail (%cdr tail)))))

(defun replace-vector (vector-1 start-1 vector-2 start-2 count)
  (with-vector-storage (data-1 offset-1 length-1) vector-1
    (with-vector-storage (data-2 offset-2 length-2) vector-2
      (if (eql (%vector-code data-1) (%vector-code data-2))
          (%replace data-1 (%fx+ offset-1 start-1)
                    data-2 (%fx+ offset-2 start-2) count)
          (dotimes (i count)
            (checked-set-vref data-1 (%fx+ (%fx+ offset-1 start-1) i)
                              (%vref data-2 (%fx+ (%fx+ offset-2 start-2)
                                                  i))))))))

(defun reverse (sequence)
  "Return a copy of SEQUENCE in reverse order. CLHS REVERSE."
  (if (listp sequence)
      (revappend sequence nil)
      (with-vector-storage (data offset length) sequence
        (let ((copy (%make-vector (%vector-code data) length)))
          (dotimes (i length copy)
            (%set-vref copy i
                       (%vref data (%fx- (%fx+ offset length)
                                         (%fx+ i 1)))))))))

(defun nreverse (sequence)
  "Reverse the order of the elements of SEQUENCE, which may be changed.
CLHS NREVERSE."
  (if (listp sequence)
      (nreconc sequence nil)
      (with-vector-storage (data offset length) sequence
        (let ((i offset)
              (j (%fx+ offset (%fx- length 1))))
          (while (%fx< i j)
            (let ((item (%vref data i)))
              (%set-vref data i (%vref data j))
              (%set-vref data j item))
            (setq i (%fx+ i 1)
                  j (%fx- j 1))))
        sequence)))

;;; Types of sequences.

;;; What TYPE asks for: LIST or the code of a vector, and a length or NIL.
(defun sequence-type (type)
  (when (classp type)
    (setq type (class-name type)))
  (case (if (consp type) (car type) type)
    ((list cons) (values 'list nil))
    (null (values 'list 0))
    ((vector simple-vector array simple-array string simple-string base-string
             simple-base-string bit-vector simple-bit-vector)
     (vector-type (if (consp type) type (list type))))
    (or (sequence-type-of-any type (cdr type)))
    (and (sequence-type (cadr type)))
    (t
     (multiple-value-bind (expansion expanded-p) (expand-type-1 type)
       (if expanded-p
           (sequence-type expansion)
           (error 'simple-type-error
                  :datum type
                  :expected-type '(satisfies definite-sequence-type-p)
                  :format-control "~S is not a type of sequences"
                  :format-arguments (list type)))))))

;;; The kind that all the TYPES have, if they have one, and a list of lengths.
(defun sequence-type-of-any (whole types)
  (multiple-value-bind (kind length) (sequence-type (car types))
    (dolist (type (cdr types) (values kind length))
      (multiple-value-bind (other other-length) (sequence-type type)
        (unless (eql kind other)
          (error 'simple-type-error
                 :datum whole
                 :expected-type '(satisfies definite-sequence-type-p)
                 :format-control "~S does not say which kind of sequence"
                 :format-arguments (list whole)))
        (setq length (and length other-length
                          (union (lengths-list length)
                                 (lengths-list other-length))))))))

(defun lengths-list (length)
  (if (listp length) length (list length)))

(defun vector-type (type)
  (multiple-value-bind (element-type dimensions) (array-type-parts type)
    (values (element-type-code element-type)
            (if (and (consp dimensions) (integerp (car dimensions)))
                (car dimensions)
                nil))))

(defun sequence-length-error (type length)
  (error 'simple-type-error
         :datum length :expected-type type
         :format-control "a sequence of ~D elements is not of type ~S"
         :format-arguments (list length type)))

;;; A cons type has at least one element.
(defun check-sequence-length (type wanted length)
  (when (or (and wanted (not (memq length (lengths-list wanted))))
            (and (eql length 0)
                 (eq 'cons (if (consp type) (car type) type))))
    (sequence-length-error type length)))

(defun make-sequence (result-type size &key (initial-element nil element-p))
  "Return a new sequence of RESULT-TYPE with SIZE elements.
CLHS MAKE-SEQUENCE."
  (check-index size)
  (multiple-value-bind (kind length) (sequence-type result-type)
    (check-sequence-length result-type length size)
    (cond ((eq kind 'list)
           (make-list size :initial-element initial-element))
          (element-p (allocate-filled-vector kind size initial-element))
          (t (allocate-vector kind size)))))

;;; A sequence of kind KIND (see SEQUENCE-TYPE) with the elements of LIST.
(defun list-to-sequence (list kind)
  (if (eq kind 'list)
      list
      (let ((vector (%make-vector kind (length-of-list list)))
            (i 0))
        (dolist (item list vector)
          (if (eql kind #x20)
              (%set-svref vector i item)
              (checked-set-vref vector i item))
          (setq i (%fx+ i 1))))))

(defun sequence-to-list (sequence)
  (let ((result nil))
    (do-elements (item sequence)
      (push item result))
    (nreverse-onto result nil)))

(defun concatenate (result-type &rest sequences)
  "Return a new sequence of RESULT-TYPE with the elements of SEQUENCES.
CLHS CONCATENATE."
  (multiple-value-bind (kind length) (sequence-type result-type)
    (let ((total 0))
      (dolist (sequence sequences)
        (setq total (%fx+ total (length sequence))))
      (check-sequence-length result-type length total)
      (if (eq kind 'list)
          (concatenate-lists sequences)
          (concatenate-vectors kind total sequences)))))

;;; A string needs no look at the type when the program runs.
(define-compiler-macro concatenate (&whole form type &rest sequences)
  (if (and (consp type) (eq (car type) 'quote)
           (memq (cadr type) '(string simple-string)))
      `(concatenate-strings (list ,@sequences))
      form))

(defun concatenate-strings (sequences)
  (let ((total 0))
    (dolist (sequence sequences)
      (setq total (%fx+ total (if (%simple-string-p sequence)
                                  (%vector-length sequence)
                                  (length sequence)))))
    (concatenate-vectors #x2C total sequences)))

(defun concatenate-lists (sequences)
  (let ((result nil))
    (dolist (sequence sequences)
      (do-elements (item sequence)
        (push item result)))
    (nreverse-onto result nil)))

(defun concatenate-vectors (code total sequences)
  (let ((vector (%make-vector (storage-code code) total))
        (i 0))
    (dolist (sequence sequences vector)
      (cond
        ((eql code (%vector-code sequence))
         (let ((length (%vector-length sequence)))
           (%replace vector i sequence 0 length)
           (setq i (%fx+ i length))))
        ((and (not (listp sequence))
              (eql code (array-element-code sequence)))
         (with-vector-storage (data offset length) sequence
           (%replace vector i data offset length)
           (setq i (%fx+ i length))))
        (t
         (do-elements (item sequence)
           (checked-set-vref vector i item)
           (setq i (%fx+ i 1))))))))

;;; Mapping.

;;; Calls FUNCTION on the elements of SEQUENCES in turn; stops at the end of
;;; the shortest, or when FUNCTION is true: its value is returned.
(defun map-until (function sequences)
  (let* ((limit (shortest-length sequences))
         (cursors (copy-list sequences)))
    (dotimes (i limit nil)
      (let ((arguments nil))
        (do ((rest cursors (%cdr rest)))
            ((null rest))
          (let ((cursor (%car rest)))
            (cond ((listp cursor)
                   (push (%car cursor) arguments)
                   (%set-car rest (%cdr cursor)))
                  (t (push (aref-1 cursor i) arguments)))))
        (let ((value (apply function (nreverse-onto arguments nil))))
          (when value
            (return value)))))))

(defun shortest-length (sequences)
  (let ((limit nil))
    (dolist (sequence sequences limit)
      (let ((length (length sequence)))
        (when (or (null limit) (%fx< length limit))
          (setq limit length))))))

(defun map (result-type function sequence &rest more-sequences)
  "Return a sequence of RESULT-TYPE of what FUNCTION returns for the elements
of SEQUENCE and MORE-SEQUENCES; NIL for result type NIL. CLHS MAP."
  (let ((function (function-designator function))
        (result nil)
        (count 0))
    (if (null more-sequences)
        (do-elements (item sequence)
          (let ((value (funcall function item)))
            (when result-type
              (push value result)
              (setq count (%fx+ count 1)))))
        (map-until (lambda (&rest arguments)
                     (let ((value (apply function arguments)))
                       (when result-type
                         (push value result)
                         (setq count (%fx+ count 1))))
                     nil)
                   (cons sequence more-sequences)))
    (if (null result-type)
        nil
        (multiple-value-bind (kind length) (sequence-type result-type)
          (check-sequence-length result-type length count)
          (list-to-sequence (nreverse-onto result nil) kind)))))

(defun map-into (result-sequence function &rest sequences)
  "Store in RESULT-SEQUENCE what FUNCTION returns for the elements of
SEQUENCES; return it. CLHS MAP-INTO."
  (let* ((function (function-designator function))
         (room (if (and (%array-header-p result-sequence)
                        (%array-fill result-sequence))
                   (%array-total result-sequence)
                   (length result-sequence)))
         (limit (if sequences
                    (min room (shortest-length sequences))
                    room))
         (tail (if (listp result-sequence) result-sequence nil))
         (i 0))
    (when (and (%array-header-p result-sequence)
               (%array-fill result-sequence))
      (%set-array-fill result-sequence limit))
    (flet ((store (value)
             (cond (tail
                    (%set-car tail value)
                    (setq tail (%cdr tail)))
                   (t (set-aref-1 result-sequence i value)))
             (setq i (%fx+ i 1))))
      (if (null sequences)
          (dotimes (n limit)
            (store (funcall function)))
          (map-until (lambda (&rest arguments)
                       (cond ((%fx< i limit)
                              (store (apply function arguments))
                              nil)
                             (t t)))
                     sequences)))
    result-sequence))

(defun every (predicate sequence &rest more-sequences)
  "True if PREDICATE holds for all elements. CLHS EVERY."
  (let ((predicate (function-designator predicate)))
    (if (null more-sequences)
        (block nil
          (do-elements (item sequence)
            (unless (funcall predicate item)
              (return-from every nil)))
          t)
        (not (map-until (lambda (&rest arguments)
                          (not (apply predicate arguments)))
                        (cons sequence more-sequences))))))

(defun some (predicate sequence &rest more-sequences)
  "Return the first true value of PREDICATE for an element, or NIL.
CLHS SOME."
  (let ((predicate (function-designator predicate)))
    (if (null more-sequences)
        (progn
          (do-elements (item sequence)
            (let ((value (funcall predicate item)))
              (when value
                (return-from some value))))
          nil)
        (map-until predicate (cons sequence more-sequences)))))

(defun notany (predicate sequence &rest more-sequences)
  "True if PREDICATE holds for no element. CLHS NOTANY."
  (not (apply #'some predicate sequence more-sequences)))

(defun notevery (predicate sequence &rest more-sequences)
  "True if PREDICATE does not hold for some element. CLHS NOTEVERY."
  (not (apply #'every predicate sequence more-sequences)))

;;; REDUCE.

(defun reduce (function sequence &key key from-end (start 0) end
                                   (initial-value nil value-p))
  "Combine the elements of SEQUENCE by FUNCTION of two arguments. CLHS REDUCE."
  (let ((function (two-argument-function (function-designator function)))
        (key (resolve-key key)))
    (if from-end
        (reduce-from-end function sequence key start end initial-value
                         value-p)
        (let ((value initial-value)
              (value-p value-p))
          (do-elements (item sequence start end)
            (let ((item (apply-key key item)))
              (setq value (if value-p (funcall function value item) item)
                    value-p t)))
          (if value-p value (reduce-nothing function))))))

;;; + and * of nothing are 0 and 1.
(defun reduce-nothing (function)
  (cond ((eq function #'two-arg-+) 0)
        ((eq function #'two-arg-*) 1)
        (t (funcall function))))

(defun reduce-from-end (function sequence key start end value value-p)
  (let ((items nil))
    (do-elements (item sequence start end)
      (push item items))
    (dolist (item items)
      (let ((item (apply-key key item)))
        (setq value (if value-p (funcall function item value) item)
              value-p t)))
    (if value-p value (reduce-nothing function))))

;;; COERCE.

(defun coerce (object output-type)
  "Return OBJECT or what stands for it in OUTPUT-TYPE. CLHS COERCE."
  (cond ((typep object output-type) object)
        ((classp output-type) (coerce object (class-name output-type)))
        ((consp output-type) (coerce-by-name object output-type
                                             (car output-type)))
        (t (coerce-by-name object output-type output-type))))

;;; To a double-float; FLOAT is open-coded for numbers of known type.
(define-compiler-macro coerce (&whole form object type)
  (if (and (consp type) (eq (car type) 'quote)
           (memq (cadr type) '(double-float long-float)))
      `(float ,object 1d0)
      form))

(defun coerce-error (object type)
  (error 'simple-type-error
         :datum object :expected-type type
         :format-control "~S cannot be coerced to ~S"
         :format-arguments (list object type)))

(defun coerce-by-name (object type name)
  (case name
    ((list vector simple-vector array simple-array string simple-string
           base-string simple-base-string bit-vector simple-bit-vector
           sequence cons null)
     (if (sequencep object)
         (coerce-sequence object type)
         (coerce-error object type)))
    (character (character object))
    (function (coerce-to-function object type))
    ((float single-float double-float short-float long-float complex)
     (if (numberp object)
         (coerce-number object type name)
         (coerce-error object type)))
    (t
     (multiple-value-bind (expansion expanded-p) (expand-type-1 type)
       (cond (expanded-p (coerce object expansion))
             ((eq name 'and) (coerce object (cadr type)))
             ((and (eq name 'or) (sequencep object)
                   (every #'sequence-type-p (cdr type)))
              (coerce-sequence object type))
             ((eq name 'or) (coerce object (cadr type)))
             (t (coerce-error object type)))))))

(defun sequence-type-p (type)
  (values (subtypep type 'sequence)))

(defun coerce-sequence (object type)
  (multiple-value-bind (kind length) (sequence-type type)
    (check-sequence-length type length (length object))
    (cond ((eq kind 'list) (sequence-to-list object))
          ((listp object) (list-to-sequence object kind))
          (t (concatenate-vectors kind (length object) (list object))))))

(defun coerce-to-function (object type)
  (cond ((or (symbolp object) (setf-name-p object)) (fdefinition object))
        ((and (consp object) (eq (car object) 'lambda))
         (%eval `(function ,object) nil))
        (t (coerce-error object type))))

(defun coerce-number (object type name)
  (let ((result (case name
                  ((single-float short-float) (float object 1.0f0))
                  ((double-float long-float) (float object 1.0d0))
                  (float (float object))
                  (t (coerce-to-complex object type)))))
    (if (or (typep result type) (eq name 'complex))
        result
        (coerce-error object type))))

(defun coerce-to-complex (object type)
  (let ((part (if (and (consp type) (not (eq (cadr type) '*)))
                  (cadr type)
                  nil)))
    (cond ((null part) (if (floatp object)
                           (complex object (float 0 object))
                           object))
          ((%complexp object)
           (complex (coerce (realpart object) part)
                    (coerce (imagpart object) part)))
          (t (complex (coerce object part) (coerce 0 part))))))
