;;;; FORMAT: directives for objects, layout and control (CLHS 22.3.1, 22.3.4 to
;;;; 9).

(in-package #:astralisp.runtime)

;;; Objects.

(defun write-padded (stream string at mincol colinc minpad padchar)
  "Write STRING padded on the right, or with AT on the left."
  (let* ((width (%fx+ (length string) minpad))
         (missing (if (< width mincol) (- mincol width) 0))
         (padding (+ minpad (* colinc (ceiling missing colinc)))))
    (when at
      (write-padding stream padchar padding))
    (write-string string stream)
    (unless at
      (write-padding stream padchar padding))))

(defun format-object (stream state directive printer)
  (with-parameters ((mincol 0) (colinc 1) (minpad 0)
                    (padchar #\Space character))
      (state directive)
    (let ((object (next-argument state directive)))
      (cond ((and (null object) (directive-colon directive))
             (write-padded stream "()" (directive-at directive)
                           mincol colinc minpad padchar))
            ((null (directive-parameters directive))
             (funcall printer object stream))
            (t
             (write-padded stream
                           (with-output-to-string (string)
                             (funcall printer object string))
                           (directive-at directive)
                           mincol colinc minpad padchar)))
      nil)))

(define-directive #\A (stream state directive)
  (format-object stream state directive #'princ))

(define-directive #\S (stream state directive)
  (format-object stream state directive #'prin1))

(define-directive #\W (stream state directive)
  (let ((object (next-argument state directive)))
    (let ((*print-pretty* (or (directive-colon directive) *print-pretty*))
          (*print-level* (if (directive-at directive) nil *print-level*))
          (*print-length* (if (directive-at directive) nil *print-length*)))
      (output-object object (output-stream stream))
      nil)))

(define-directive #\C (stream state directive)
  (let ((character (next-argument state directive))
        (colon (directive-colon directive))
        (at (directive-at directive)))
    (unless (characterp character)
      (directive-problem directive "~S is not a character" character))
    (cond ((and at (not colon)) (prin1 character stream))
          ((and colon (or (not (graphic-char-p character))
                          (eq character #\Space)))
           (write-string (char-name character) stream))
          (t (write-char character stream)))
    nil))

;;; White space.

(defun repeat-character (stream state directive character)
  (check-modifiers directive nil nil)
  (with-parameters ((count 1)) (state directive)
    (write-padding stream character count)
    nil))

(define-directive #\% (stream state directive)
  (repeat-character stream state directive #\Newline))

(define-directive #\| (stream state directive)
  (repeat-character stream state directive #\Page))

(define-directive #\~ (stream state directive)
  (repeat-character stream state directive #\~))

(define-directive #\& (stream state directive)
  (check-modifiers directive nil nil)
  (with-parameters ((count 1)) (state directive)
    (when (> count 0)
      (fresh-line stream)
      (write-padding stream #\Newline (- count 1)))
    nil))

(define-directive #\T (stream state directive)
  (with-parameters ((colnum 1) (colinc 1)) (state directive)
    (if (directive-colon directive)
        (pprint-tab (if (directive-at directive) :section-relative :section)
                    colnum colinc stream)
        (format-tabulate stream (directive-at directive) colnum colinc))
    nil))

(defun format-tabulate (stream relative colnum colinc)
  (let ((column (stream-column stream)))
    (cond ((pretty-stream-p* stream)
           (pprint-tab (if relative :line-relative :line) colnum colinc stream))
          (relative
           (let ((at (+ column colnum)))
             (write-padding stream #\Space
                            (+ colnum (if (> colinc 1)
                                          (mod (- at) colinc)
                                          0)))))
          ((and (gray-shim-p stream)
                (< column colnum)
                (stream-advance-to-column (%gray-shim-object stream) colnum)))
          ((< column colnum)
           (write-padding stream #\Space (- colnum column)))
          ((> colinc 0)
           (write-padding stream #\Space
                          (- colinc (mod (- column colnum) colinc)))))))

;;; Arguments.

(define-directive #\* (stream state directive)
  (cond ((directive-at directive)
         (with-parameters ((count 0)) (state directive)
           (when (or (< count 0) (> count (length (fs-all state))))
             (directive-problem directive "there is no argument ~D" count))
           (setf (fs-rest state) (nthcdr count (fs-all state)))))
        ((directive-colon directive)
         (with-parameters ((count 1)) (state directive)
           (let ((position (- (length (fs-all state))
                              (length (fs-rest state)) count)))
             (when (< position 0)
               (directive-problem directive
                                  "there are not ~D arguments to go back"
                                  count))
             (setf (fs-rest state) (nthcdr position (fs-all state))))))
        (t
         (with-parameters ((count 1)) (state directive)
           (dotimes (i count)
             (next-argument state directive)))))
  nil)

(defun check-control (control directive)
  (unless (or (stringp control) (functionp control))
    (directive-problem directive "~S is not a control string" control))
  control)

(define-directive #\? (stream state directive)
  (check-modifiers directive nil t)
  (let ((control (check-control (next-argument state directive) directive)))
    (cond ((directive-at directive)
           (if (functionp control)
               (progn
                 (setf (fs-rest state)
                       (apply control stream (fs-rest state)))
                 nil)
               (let ((escape (run-items (parsed-control control) stream state)))
                 (if (eq escape :escape-all) escape nil))))
          (t
           (format-to stream control (next-argument state directive))
           nil))))

(define-directive #\/ (stream state directive)
  (let* ((name (string-upcase (directive-parts directive)))
         (colon (position #\: name))
         (second (and colon (%fx< (%fx+ colon 1) (length name))
                      (eq (char name (%fx+ colon 1)) #\:)))
         (package (if colon
                      (or (find-package (subseq name 0 colon))
                          (directive-problem directive "no package is named ~A"
                                             (subseq name 0 colon)))
                      (find-package "COMMON-LISP-USER")))
         (symbol (intern (if colon
                             (subseq name (%fx+ colon (if second 2 1)))
                             name)
                         package))
         (parameters (mapcar (lambda (parameter)
                               (and parameter
                                    (parameter-value parameter state
                                                     directive)))
                             (directive-parameters directive)))
         (object (next-argument state directive)))
    (apply symbol stream object
           (directive-colon directive) (directive-at directive)
           parameters)
    nil))

(define-directive #\P (stream state directive)
  (when (directive-colon directive)
    (let ((position (- (length (fs-all state)) (length (fs-rest state)) 1)))
      (when (< position 0)
        (directive-problem directive "there is no argument to go back to"))
      (setf (fs-rest state) (nthcdr position (fs-all state)))))
  (let ((one (eql (next-argument state directive) 1)))
    (write-string (if (directive-at directive)
                      (if one "y" "ies")
                      (if one "" "s"))
                  stream)
    nil))

;;; Case conversion.

(define-directive #\( (stream state directive)
  (let ((items (car (directive-parts directive)))
        (colon (directive-colon directive))
        (at (directive-at directive)))
    (%mv-let (string escape)
        (call-with-format-string stream
                                 (lambda (stream)
                                   (run-items items stream state)))
      (write-string (cond ((and colon at) (string-upcase string))
                          (colon (string-capitalize string))
                          (at (capitalize-first string))
                          (t (string-downcase string)))
                    stream)
      escape)))

(defun capitalize-first (string)
  (let* ((result (string-downcase string))
         (first (position-if #'alpha-char-p result)))
    (when first
      (setf (char result first) (char-upcase (char result first))))
    result))

;;; Conditionals.

(define-directive #\[ (stream state directive)
  (let ((parts (directive-parts directive))
        (colon (directive-colon directive))
        (at (directive-at directive)))
    (cond ((and colon at)
           (directive-problem directive "~~[ takes one modifier, not both"))
          (colon
           (unless (eq (length parts) 2)
             (directive-problem directive "~~:[ has two clauses, not ~D"
                                (length parts)))
           (run-items (if (next-argument state directive)
                          (cadr parts)
                          (car parts))
                      stream state))
          (at
           (when (cdr parts)
             (directive-problem directive "~~@[ has one clause"))
           (if (car (or (fs-rest state)
                        (directive-problem directive
                                           "there are too few arguments")))
               (run-items (car parts) stream state)
               (progn (next-argument state directive) nil)))
          (t (format-numbered-clause stream state directive parts)))))

(defun format-numbered-clause (stream state directive parts)
  (with-parameters ((chosen nil)) (state directive)
    (let* ((index (or chosen (next-argument state directive)))
           (count (length parts))
           (default (and (directive-separators directive)
                         (directive-colon
                          (car (last (directive-separators directive)))))))
      (unless (integerp index)
        (directive-problem directive "~S is not the number of a clause" index))
      (cond ((and (<= 0 index) (< index (if default (- count 1) count)))
             (run-items (nth index parts) stream state))
            (default (run-items (car (last parts)) stream state))
            (t nil)))))

;;; Iteration.

(define-directive #\{ (stream state directive)
  (with-parameters ((limit nil)) (state directive)
    (let* ((colon (directive-colon directive))
           (body (car (directive-parts directive)))
           (control (if (null body)
                        (check-control (next-argument state directive)
                                       directive)
                        nil))
           (once (directive-colon (directive-close directive)))
           (arguments (if (directive-at directive)
                          (fs-rest state)
                          (let ((list (next-argument state directive)))
                            (unless (listp list)
                              (directive-type-problem directive list 'list))
                            list)))
           (items (if (stringp control) (parsed-control control) body))
           (inner (make-format-state arguments arguments)))
      (when (directive-at directive)
        (setf (fs-block inner) (fs-block state)
              (fs-count inner) (fs-count state)))
      (flet ((run (state)
               (if (functionp control)
                   (progn (setf (fs-rest state)
                                (apply control stream (fs-rest state)))
                          nil)
                   (run-items items stream state))))
        (block nil
          (tagbody
           again
             (when (and limit (<= limit 0))
               (return))
             (when (and (null (fs-rest inner)) (not once))
               (return))
             (setq once nil)
             (when limit
               (setq limit (- limit 1)))
             (if colon
                 (let* ((sublist (if (and (null (fs-rest inner)))
                                     '()
                                     (next-argument inner directive)))
                        (substate
                          (progn
                            (unless (listp sublist)
                              (directive-type-problem directive sublist 'list))
                            (make-format-state sublist sublist))))
                   (setf (fs-outer substate) (fs-rest inner))
                   (when (eq (run substate) :escape-all)
                     (return)))
                 (when (run inner)
                   (return)))
             (go again))))
      (when (directive-at directive)
        (setf (fs-rest state) (fs-rest inner)
              (fs-count state) (fs-count inner)))
      nil)))

(defun given-parameters (state directive)
  "The values of the parameters of DIRECTIVE up to the last that is not NIL."
  (let ((values (mapcar (lambda (parameter)
                          (and parameter
                               (parameter-value parameter state directive)))
                        (directive-parameters directive))))
    (subseq values 0 (let ((last (position nil values :test-not #'eq
                                                      :from-end t)))
                       (if last (+ last 1) 0)))))

(define-directive #\^ (stream state directive)
  (check-modifiers directive t nil)
  (let* ((parameters (given-parameters state directive))
         (escape
           (case (length parameters)
             (0 (null (if (directive-colon directive)
                          (fs-outer state)
                          (fs-rest state))))
             (1 (eql (car parameters) 0))
             (2 (eql (car parameters) (cadr parameters)))
             (t (let ((low (car parameters))
                      (middle (cadr parameters))
                      (high (caddr parameters)))
                  (if (characterp low)
                      (char<= low middle high)
                      (<= low middle high)))))))
    (cond ((not escape) nil)
          ((directive-colon directive) :escape-all)
          (t :escape))))

(define-directive #\; (stream state directive)
  (directive-problem directive "~~; is misplaced"))

;;; Justification.

(define-directive #\< (stream state directive)
  (if (directive-colon (directive-close directive))
      (format-logical-block stream state directive)
      (format-justification stream state directive)))

(defun format-justification (stream state directive)
  (with-parameters ((mincol 0) (colinc 1) (minpad 0)
                    (padchar #\Space character))
      (state directive)
    (let* ((parts (directive-parts directive))
           (overflow (and (directive-separators directive)
                          (directive-colon
                           (car (directive-separators directive)))
                          (car (directive-separators directive))))
           (prefix nil)
           (segments '()))
      (dolist (part parts)
        (%mv-let (string escape)
            (call-with-format-string stream
                                     (lambda (stream)
                                       (run-items part stream state)))
          (when escape
            (return))
          (if (and overflow (null prefix))
              (setq prefix string)
              (push string segments))))
      (let ((text (justified-text (nreverse segments) mincol colinc minpad
                                  padchar (directive-colon directive)
                                  (directive-at directive))))
        (when (and prefix
                   (with-parameters ((spare 0) (width 72)) (state overflow)
                     (> (+ (stream-column stream) (length text) spare) width)))
          (write-string prefix stream))
        (write-string text stream)
        nil))))

(defun justified-text (segments mincol colinc minpad padchar before after)
  "SEGMENTS spread over a width of at least MINCOL, as a string. BEFORE, AFTER:
padding also stands before the first and after the last."
  (let* ((before (or before (and (null (cdr segments)) (not after))))
         (gaps (+ (max 0 (- (length segments) 1))
                  (if before 1 0) (if after 1 0)))
         (minpad (if (cdr segments) minpad 0))
         (length (+ (* gaps minpad)
                    (let ((sum 0))
                      (dolist (segment segments sum)
                        (setq sum (+ sum (length segment)))))))
         (width (if (<= length mincol)
                    mincol
                    (+ mincol (* colinc (ceiling (- length mincol) colinc)))))
         (padding (+ (- width length) (* gaps minpad)))
         (result (make-string-output-stream)))
    (flet ((gap ()
             (let ((share (if (eql gaps 0) 0 (floor padding gaps))))
               (write-padding result padchar share)
               (setq padding (- padding share)
                     gaps (- gaps 1)))))
      (when before (gap))
      (do ((rest segments (cdr rest)))
          ((null rest))
        (write-string (car rest) result)
        (when (cdr rest) (gap)))
      (when after (gap)))
    (get-output-stream-string result)))
