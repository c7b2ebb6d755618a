;;;; Type tests and checks as low branches.

(in-package #:astralisp.compiler)

;;; Each entry: condition, its constant, the kinds it is true for.
(defparameter *kind-tests*
  (list (list :fixnump nil +ty-fixnum+)
        (list :lowtag +cons-lowtag+ +ty-list+)
        (list :consp nil +ty-cons+)
        (list :eq-nil nil +ty-null+)
        (list :symbolp nil +ty-any-symbol+)
        (list :lowtag +instance-lowtag+ +ty-instance+)
        (list :lowtag +function-lowtag+ +ty-any-function+)
        (list :immediate-kind +character-tag+ +ty-character+)
        (list :immediate-kind +single-tag+ +ty-single+)
        (list :immediate-kind +marker-tag+ +ty-marker+)
        (list :eq-true nil +ty-true+))
  "Tests of one word.")

(defparameter *code-kinds*
  (append (list (cons +symbol-code+ (logior +ty-symbol+ +ty-true+))
                (cons +bignum-code+ +ty-bignum+)
                (cons +ratio-code+ +ty-ratio+)
                (cons +double-code+ +ty-double+)
                (cons +complex-code+ +ty-complex+)
                (cons +array-header-code+ +ty-array-header+))
          (let ((list '()))
            (dotimes (i 13 (nreverse list))
              (let ((code (+ +simple-vector-code+ i)))
                (push (cons code (vector-code-bit code)) list)))))
  "Type codes in rising order and their kinds; the rest is +TY-OTHER+.")

(defparameter *heap-kinds*
  (let ((bits +ty-other+))
    (dolist (entry *code-kinds* bits)
      (setq bits (logior bits (cdr entry)))))
  "The kinds with lowtag 15.")

(defun useful-kind-test (from to)
  "The best test of *KIND-TESTS* to tell TO from the rest of FROM: one that
decides all, else one for a part of TO without lowtag 15; or NIL."
  (let ((target (logand from to)) (rest (logandc2 from to)) (part nil))
    (dolist (entry *kind-tests* part)
      (let ((hit (logand from (caddr entry))))
        (cond ((or (= hit target) (= hit rest)) (return entry))
              ((and (null part) (/= 0 hit) (= 0 (logandc2 hit target))
                    (= 0 (logand hit *heap-kinds*)))
               (setq part entry)))))))

(defun branch-on-kind (entry low then else)
  (case (car entry)
    (:eq-nil (low-branch :eq (list low (low-constant nil)) then else))
    (:eq-true (low-branch :eq (list low (low-constant t)) then else))
    (t (low-branch (car entry) (list low) then else (cadr entry)))))

(defun test-kinds (low from to then else)
  "Branch to THEN if the boxed LOW, of the kinds FROM, is of the kinds TO,
else to ELSE; both are blocks that many branches may lead to."
  (loop
    (cond ((= 0 (logandc2 from to)) (low-jump then) (return))
          ((= 0 (logand from to)) (low-jump else) (return)))
    (let ((entry (useful-kind-test from to)))
      (when (null entry)
        (if (split-functions-p from to)
            (test-function-kinds low from to then else)
            (test-heap-kinds low from to then else))
        (return))
      (let* ((hit (logand from (caddr entry)))
             (rest (logandc2 from (caddr entry)))
             (yes (low-block))
             (no (low-block)))
        (branch-on-kind entry low yes no)
        (go-on yes)
        (low-jump (if (= 0 (logand hit to)) else then))
        (go-on no)
        (setq from rest)))))

(defun split-functions-p (from to)
  "Must functions and funcallable instances be told apart?"
  (let ((hit (logand from +ty-any-function+)))
    (and (= hit +ty-any-function+)
         (/= 0 (logand hit to))
         (/= 0 (logandc2 hit to)))))

(defun test-function-kinds (low from to then else)
  "Like TEST-KINDS where functions and funcallable instances differ: they
share a lowtag."
  (let ((function (low-block)) (other (low-block))
        (yes (low-block)) (no (low-block))
        (funcallable-p (/= 0 (logand to +ty-funcallable+))))
    (low-branch :lowtag (list low) function other +function-lowtag+)
    (go-on function)
    (let ((code (low :load (list low) :u8
                     (list :disp (- +header-code-octet+
                                    +function-lowtag+)))))
      (setf (ins-rep code) :word)
      (low-branch :word= (list code (low :word '() +funcallable-code+))
                  yes no))
    (go-on yes)
    (low-jump (if funcallable-p then else))
    (go-on no)
    (low-jump (if funcallable-p else then))
    (go-on other)
    (test-kinds low (logandc2 from +ty-any-function+) to then else)))

(defun code-ranges (from to)
  "The ranges (first . last) of type codes that tell TO from the rest of
FROM."
  (let ((ranges '()) (open nil) (last nil))
    (dolist (entry *code-kinds*)
      (cond ((/= 0 (logand to (cdr entry)))
             (unless open (setq open (car entry)))
             (setq last (car entry)))
            ((/= 0 (logand from (cdr entry)))
             (when open (push (cons open last) ranges))
             (setq open nil))))
    (when open (push (cons open last) ranges))
    (nreverse ranges)))

(defun split-other-range (range from)
  "RANGE without the codes of kind +TY-OTHER+ when FROM has them."
  (if (and (/= 0 (logand from +ty-other+))
           (< (car range) +cell-code+) (> (cdr range) +value-cell-code+))
      (list (cons (car range) (car range))
            (cons +bignum-code+ (cdr range)))
      (if (and (/= 0 (logand from +ty-other+))
               (<= (car range) +complex-code+)
               (>= (cdr range) +array-header-code+))
          (list (cons (car range) +complex-code+)
                (cons +array-header-code+ (cdr range)))
          (list range))))

(defun test-heap-kinds (low from to then else)
  "Like TEST-KINDS when FROM still has several kinds with lowtag 15."
  (let ((others (logandc2 from *heap-kinds*)))
    (unless (= 0 others)
      (let ((heap (low-block)) (not-heap (low-block)))
        (low-branch :lowtag (list low) heap not-heap +other-lowtag+)
        (go-on not-heap)
        (test-kinds low others to then else)
        (go-on heap)))
    (let ((ranges '()))
      (dolist (range (code-ranges (logand from *heap-kinds*)
                                  (logand to *heap-kinds*)))
        (setq ranges (append ranges (split-other-range range from))))
      (dolist (range ranges)
        (let ((yes (low-block)) (no (low-block)))
          (if (= (car range) (cdr range))
              (low-branch :type-code (list low) yes no (car range))
              (low-branch :type-code-range (list low) yes no
                          (car range) (cdr range)))
          (go-on yes)
          (low-jump then)
          (go-on no)))
      (low-jump else))))

(defun test-type (low from to then else)
  "Branch to THEN if LOW, a boxed value of type FROM, is of type TO."
  (let ((inside (if (range-test-needed-p from to) (low-block) nil))
        (named (if (and (ty-name to) (not (ty-subtype-p from to)))
                   (low-block)
                   nil)))
    (test-kinds low (ty-bits from) (ty-bits to) (or inside named then) else)
    (when inside
      (go-on inside)
      (test-range low (ty-and from (bits-ty (ty-bits to))) to then else))
    (when named
      (go-on named)
      (if (integerp (ty-name to))
          (test-array-shape low to then else)
          (test-structure low (ty-name to) then else)))))

(defun test-array-shape (low to then else)
  "LOW is an array header: is it of the shape of the type TO?"
  (multiple-value-bind (code rank) (ty-array-shape to)
    (let ((simple (low-block)) (ranked (low-block))
          (count (low :load (list low) :u32
                      (list :disp (- 4 +other-lowtag+)))))
      (setf (ins-rep count) :word)
      (low-branch :word= (list count
                               (low :word '()
                                    (+ rank (- +array-dimensions-slot+ 1))))
                  ranked (edge-to else))
      (go-on ranked)
      (low-branch :eq (list (boxed-load low +other-lowtag+ +array-flags-slot+)
                            (low-constant 0))
                  simple (edge-to else))
      (go-on simple)
      (low-branch :type-code
                  (list (boxed-load low +other-lowtag+ +array-data-slot+))
                  (edge-to then) (edge-to else) code))))

(defun range-test-needed-p (from to)
  (and (/= 0 (logand (ty-bits from) (ty-bits to) +ty-integer+))
       (not (ty-subtype-p (ty-and from (bits-ty (ty-bits to))) to))))

(defun test-range (low from to then else)
  "LOW has kinds of TO: are its integers within the bounds of TO?"
  (cond ((ty-fixnum-p from)
         (test-fixnum-range low from to then else))
        ((/= 0 (logand (ty-bits from) +ty-fixnum+))
         (let ((fixnum (low-block)) (other (low-block)))
           (low-branch :fixnump (list low) fixnum other)
           (go-on fixnum)
           (test-fixnum-range low (ty-and from *ty-fixnum*) to then else)
           (go-on other)
           (test-range low (ty-minus-bits from +ty-fixnum+) to then else)))
        ((= 0 (logand (ty-bits from) +ty-bignum+))
         (low-jump then))
        ((= (ty-bits from) +ty-bignum+)
         (test-bignum-range low to then else))
        (t
         (let ((big (low-block)))
           (test-kinds low (ty-bits from) +ty-bignum+ big then)
           (go-on big)
           (test-bignum-range low to then else)))))

(defun test-fixnum-range (low from to then else)
  (let ((lo (if (and (ty-lo to) (or (null (ty-lo from))
                                    (< (ty-lo from) (ty-lo to))))
                (ty-lo to)
                nil))
        (hi (if (and (ty-hi to) (or (null (ty-hi from))
                                    (> (ty-hi from) (ty-hi to))))
                (ty-hi to)
                nil)))
    (cond ((and (eql lo 0) hi (< hi +most-positive-fixnum+))
           (bound-branch :fixnum-below low (low-constant (+ hi 1)) then else))
          (t
           (when lo
             (let ((ok (low-block)) (bad (low-block)))
               (low-branch :fixnum<= (list (low-constant lo) low) ok bad)
               (go-on bad)
               (low-jump else)
               (go-on ok)))
           (if hi
               (bound-branch :fixnum<= low (low-constant hi) then else)
               (low-jump then))))))

(defun bound-branch (condition a b then else)
  (let ((yes (low-block)) (no (low-block)))
    (low-branch condition (list a b) yes no)
    (go-on yes)
    (low-jump then)
    (go-on no)
    (low-jump else)))

(defun test-bignum-range (low to then else)
  "Compare with the bounds by the generic routine."
  (when (ty-lo to)
    (let ((ok (low-block)) (bad (low-block)))
      (low-branch :eq (list (low :call (list (low-constant (ty-lo to)) low)
                                 'two-arg-<=)
                            (low-constant nil))
                  bad ok)
      (go-on bad)
      (low-jump else)
      (go-on ok)))
  (if (ty-hi to)
      (let ((ok (low-block)) (bad (low-block)))
        (low-branch :eq (list (low :call (list low (low-constant (ty-hi to)))
                                   'two-arg-<=)
                              (low-constant nil))
                    bad ok)
        (go-on bad)
        (low-jump else)
        (go-on ok)
        (low-jump then))
      (low-jump then)))

;;; Structures: word 0 is the layout + 5; ancestors[depth] is the layout of
;;; the ancestor at that depth.

(defun boxed-load (base tag slot)
  "The boxed word SLOT of the object BASE with lowtag TAG."
  (low :load (list base) :boxed (list :disp (- (* 8 slot) tag))))

(defun instance-slot-load (base index)
  (boxed-load base +instance-lowtag+ (+ +instance-slots-slot+ index)))

(defun test-structure (low name then else)
  "LOW is an instance: is it of the structure type NAME?"
  (let ((yes (low-block)) (no (low-block)))
    (low-branch :layout-is (list low) yes no name)
    (go-on yes)
    (low-jump then)
    (go-on no)
    (if (structure-sealed-p name)
        (low-jump else)
        (test-ancestor low name then else))))

(defun low-layout (low)
  "The layout of the instance LOW."
  (low :bits-boxed
       (list (low :word-
                  (list (low :load (list low) :u64
                             (list :disp (- +instance-lowtag+)))
                        (low :word '()
                             (- +layout-tag+ +instance-lowtag+)))))))

(defun test-ancestor (low name then else)
  (let* ((ancestors (instance-slot-load (low-layout low)
                                        +layout-ancestors-index+))
         (depth (structure-depth name))
         (length (boxed-load ancestors +other-lowtag+ +vector-length-slot+))
         (deep (low-block)) (shallow (low-block)))
    (low-branch :fixnum-below (list (low-constant depth) length) deep shallow)
    (go-on shallow)
    (low-jump else)
    (go-on deep)
    (let ((yes (low-block)) (no (low-block)))
      (low-branch :eq (list (boxed-load ancestors +other-lowtag+
                                        (+ +vector-data-slot+ depth))
                            (low :layout '() name))
                  yes no)
      (go-on yes)
      (low-jump then)
      (go-on no)
      (low-jump else))))

;;; Checks

(defun fail-block (low specifier)
  "A cold block that signals that LOW is not of the type SPECIFIER."
  (let ((blok (cold-block)) (out *out*))
    (go-on blok)
    (low :call (list low (low-constant specifier)) '%type-error)
    (low-end :unreachable '() '())
    (go-on out)
    blok))

(defun check-low (low from to specifier)
  "Go on only if LOW, boxed and of type FROM, is of type TO."
  (unless (ty-subtype-p from to)
    (let ((good (low-block)))
      (test-type low from to good (fail-block low specifier))
      (go-on good))))

(defun unsafe-p (ins) (getf (ins-attrs ins) :unsafe))

(defun checked (value to specifier ins)
  "The high VALUE boxed, checked to be of type TO unless INS is unsafe."
  (let ((low (as-boxed value)))
    (unless (unsafe-p ins)
      (check-low low (value-ty value) to specifier))
    low))

(define-lowering (:check) (ins value)
  (let ((from (value-ty value)) (to (ins-datum ins)))
    (cond ((ty-subtype-p from to) (low-of value))
          ((eq (ins-mark (replacement value)) :checked) (as-boxed value))
          (t
           (let ((low (as-boxed value)))
             (check-low low from to
                        (printable-specifier (ins-get ins :specifier)))
             low)))))

(defun printable-specifier (specifier)
  (if (ty-p specifier) (ty-specifier specifier) specifier))

(defparameter *specifier-names*
  (list (cons +ty-fixnum+ 'fixnum) (cons +ty-number+ 'number)
        (cons +ty-real+ 'real) (cons +ty-double+ 'double-float)
        (cons +ty-single+ 'single-float) (cons +ty-list+ 'list)
        (cons +ty-cons+ 'cons) (cons +ty-any-symbol+ 'symbol)
        (cons +ty-character+ 'character) (cons +ty-null+ 'null)
        (cons +ty-string+ 'simple-string)
        (cons +ty-simple-vector+ 'simple-vector)
        (cons +ty-boolean+ 'boolean) (cons +ty-bignum+ 'bignum)
        (cons +ty-any-function+ 'function))
  "Kinds that have a name.")

(defun ty-specifier (ty)
  "A type specifier for TY, to show in an error."
  (let ((entry (assoc (ty-bits ty) *specifier-names*)))
    (cond ((integerp (ty-name ty))
           (multiple-value-bind (code rank) (ty-array-shape ty)
             (list 'simple-array (cadr (vector-specifier (vector-code-bit code)))
                   rank)))
          ((ty-name ty) (ty-name ty))
          ((and (/= 0 (ty-bits ty)) (ty-bits-p ty +ty-integer+))
           (list 'integer (or (ty-lo ty) '*) (or (ty-hi ty) '*)))
          (entry (cdr entry))
          (t (vector-specifier (ty-bits ty))))))

(defun vector-specifier (bits)
  (let ((names '(t bit (unsigned-byte 8) (unsigned-byte 16)
                 (unsigned-byte 32) (unsigned-byte 64) (signed-byte 8)
                 (signed-byte 16) (signed-byte 32) (signed-byte 64)
                 single-float double-float character))
        (code +simple-vector-code+) (found 't))
    (dolist (name names found)
      (when (= bits (vector-code-bit code))
        (setq found (list 'simple-array name '(*))))
      (setq code (+ code 1)))))

(define-lowering (:callable) (ins value)
  (let ((low (as-boxed value)) (from (value-ty value)))
    (if (ty-subtype-p from *ty-function*)
        low
        (multiple-value-bind (join param) (low-join *ty-function*)
          (let ((good (low-block)) (other (cold-block)))
            (test-kinds low (ty-bits from) +ty-any-function+ good other)
            (go-on good)
            (low-jump join low)
            (go-on other)
            (low-jump join (low :call (list low) '%coerce-to-function))
            (go-on join)
            param)))))

;;; Type predicates

(defun lower-type-test (ins then else)
  (let ((value (car (ins-args ins)))
        (ty (op-fact (ins-op ins) :test-type)))
    (test-type (as-boxed value) (value-ty value) ty then else)))

(dolist (name '(not null atom consp listp symbolp characterp functionp
                integerp simple-vector-p arrayp numberp realp rationalp
                floatp complexp simple-string-p simple-bit-vector-p %fixnump
                %bignump %ratiop %complexp %double-float-p %single-float-p
                %simple-string-p %array-header-p %instancep %funcallable-p
                %unbound-marker-p))
  (setf (op-tester (get name 'op)) #'lower-type-test)
  (setf (op-lowerer (get name 'op)) #'lower-as-boolean))

(define-test (eq) (ins then else a b)
  (low-branch :eq (list (as-boxed a) (as-boxed b))
              (edge-to then) (edge-to else)))

(defun eq-comparable-p (ty)
  "Is EQL the same as EQ for members of TY?"
  (= 0 (logand (ty-bits ty)
               (logior +ty-bignum+ +ty-ratio+ +ty-double+ +ty-complex+))))

(define-test (eql) (ins then else a b)
  (let ((low-a (as-boxed a)) (low-b (as-boxed b)))
    (if (or (eq-comparable-p (value-ty a)) (eq-comparable-p (value-ty b)))
        (low-branch :eq (list low-a low-b) (edge-to then) (edge-to else))
        (test-eql low-a low-b then else))))

(defun test-eql (a b then else)
  (let ((same (low-block)) (differ (low-block)) (slow (cold-block)))
    (low-branch :eq (list a b) same differ)
    (go-on same)
    (low-jump then)
    (go-on differ)
    (let ((heap (low-block)) (light (low-block)))
      (low-branch :lowtag (list a) heap light +other-lowtag+)
      (go-on light)
      (low-jump else)
      (go-on heap)
      (let ((other (low-block)))
        (low-branch :lowtag (list b) slow other +other-lowtag+)
        (go-on other)
        (low-jump else)))
    (go-on slow)
    (let ((result (low :call (list a b) '%slow-eql)))
      (low-branch :eq (list result (low-constant nil))
                  (edge-to else) (edge-to then)))))

(define-test (%instance-of-p) (ins then else value layout)
  (let* ((low (as-boxed value)) (from (value-ty value))
         (name (ins-datum (plain-value layout)))
         (is-instance (low-block)))
    (test-kinds low (ty-bits from) +ty-instance+ is-instance else)
    (go-on is-instance)
    (test-structure low name then else)))
