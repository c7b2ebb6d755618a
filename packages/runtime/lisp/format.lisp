;;;; FORMAT: control strings, arguments, and the interpreter (CLHS 22.3).

(in-package #:astralisp.runtime)

;;; A control string is parsed once into a list of strings and directives, which
;;; is kept in a table. Directives are run by functions found by their
;;; characters; each gets the stream, the state (the arguments left and all of
;;; them) and the directive. It answers NIL, or an escape for the directives
;;; around it: :ESCAPE after ~^, :ESCAPE-ALL after ~:^.

(defstruct (directive (:copier nil) (:predicate directivep)
                      (:constructor make-directive
                          (character colon at parameters control end)))
  character
  colon
  at
  ;; Integers, characters, :ARGUMENT for V, :COUNT for #, NIL when left out.
  parameters
  ;; The control string and the index behind the directive, for errors.
  control
  end
  ;; For directives with a body: its parts, lists like a parsed control string;
  ;; the separators between them; and the directive that closes it.
  (parts '())
  (separators '())
  (close nil))

(defstruct (format-state (:copier nil) (:conc-name fs-)
                         (:constructor make-format-state (rest all)))
  rest
  all
  ;; Inside ~:{ : the sublists that come after this one.
  (outer '())
  ;; Inside a logical block: its stream, and how many arguments were taken.
  (block nil)
  (count 0))

(defun format-problem (control position problem &rest arguments)
  "Signal an error: PROBLEM, formatted with ARGUMENTS, at POSITION in CONTROL."
  (error 'format-error
         :format-control "~?, in the control string~%  ~A~%  ~V@T^"
         :format-arguments
         (list problem arguments
               (substitute #\Space #\Newline control)
               (let ((column (%fx- position 1)))
                 (if (%fx< column 0) 0 column)))))

(defun directive-type-problem (directive datum type)
  "Signal a TYPE-ERROR: the argument DATUM of DIRECTIVE is not of TYPE."
  (error 'format-type-error
         :datum datum
         :expected-type type
         :format-control "the argument ~S of ~~~A is not a ~(~A~), in ~S"
         :format-arguments (list datum (directive-character directive) type
                                 (directive-control directive))))

(defun directive-problem (directive problem &rest arguments)
  (apply #'format-problem (directive-control directive)
         (directive-end directive) problem arguments))

;;; Parsing.

(defvar *control-table* (make-hash-table :test 'equal)
  "Parsed control strings.")

(defun parsed-control (control)
  "The parsed form of the string CONTROL."
  (or (gethash control *control-table*)
      (let ((copy (coerce (copy-seq control) 'simple-string)))
        (when (%fx> (hash-table-count *control-table*) 1000)
          (clrhash *control-table*))
        (setf (gethash copy *control-table*)
              (parse-control copy)))))

(defun parse-control (control)
  (%mv-let (items close index) (parse-items control 0)
    (declare (ignore index))
    (when close
      (format-problem control (directive-end close)
                      "~~~A without ~A" (directive-character close)
                      "its beginning"))
    (check-justification items nil)
    items))

(defun overflowing-p (directive)
  "True if DIRECTIVE is a justification with ~:;."
  (and (directive-separators directive)
       (not (directive-colon (directive-close directive)))
       (directive-colon (car (directive-separators directive)))))

(defun pretty-directive-p (directive)
  (case (directive-character directive)
    ((#\W #\_ #\I) t)
    (#\< (directive-colon (directive-close directive)))
    (#\T (directive-colon directive))
    (t nil)))

(defun check-justification (items inside)
  "Signal an error if one of ITEMS lays out a logical block and INSIDE, a
justification, is around it, or ~:; is in a justification beside it."
  (let ((overflowing nil)
        (pretty nil))
    (dolist (item items)
      (when (directivep item)
        (when (pretty-directive-p item)
          (when inside
            (directive-problem item "~~~A inside a justification"
                               (directive-character item)))
          (setq pretty item))
        (when (consp (directive-parts item))
          (when (and (eq (directive-character item) #\<)
                     (overflowing-p item))
            (setq overflowing item))
          (dolist (part (directive-parts item))
            (check-justification
             part
             (or inside
                 (and (eq (directive-character item) #\<)
                      (not (directive-colon (directive-close item))))))))
        (when (and overflowing pretty)
          (directive-problem item "~~:; of a justification beside ~~~A"
                             (directive-character pretty)))))))

(defun parse-items (control index)
  "The strings and directives of CONTROL from INDEX up to a directive that ends
or separates; that directive or NIL; and the index behind it."
  (let ((items '())
        (length (length control)))
    (block nil
      (tagbody
       again
         (let ((tilde (position #\~ control :start index)))
           (unless (eql tilde index)
             (when (%fx< index length)
               (push (subseq control index (or tilde length)) items)))
           (when (null tilde)
             (return (values (nreverse items) nil length)))
           (%mv-let (directive next) (parse-directive control tilde)
             (setq index next)
             (case (directive-character directive)
               ((#\} #\] #\) #\> #\;)
                (return (values (nreverse items) directive index)))
               (#\Newline
                (when (directive-at directive)
                  (push (string #\Newline) items))
                (unless (directive-colon directive)
                  (setq index (skip-blanks control index))))
               (t
                (setq index (parse-body-of directive control index))
                (push directive items)))))
         (go again)))))

(defun skip-blanks (control index)
  (do ()
      ((or (%fx>= index (length control))
           (not (whitespace-code-p (%char-code (char control index)))))
       index)
    (setq index (%fx+ index 1))))

(defun parse-directive (control tilde)
  "The directive that begins at TILDE in CONTROL, without a body, and the index
behind it."
  (let ((index (%fx+ tilde 1))
        (length (length control))
        (parameters '())
        (colon nil)
        (at nil))
    (flet ((next ()
             (when (%fx>= index length)
               (format-problem control length
                               "the string ends inside a directive"))
             (prog1 (char control index)
               (setq index (%fx+ index 1))))
           (peek ()
             (if (%fx< index length) (char control index) #\Space)))
      ;; Parameters.
      (block nil
        (tagbody
         again
           (let ((character (peek)))
             (cond ((or (digit-weight character 10)
                        (and (or (eq character #\+) (eq character #\-))
                             (%fx< (%fx+ index 1) length)
                             (digit-weight (char control (%fx+ index 1)) 10)))
                    (%mv-let (number end)
                        (parse-integer control :start index :junk-allowed t)
                      (push number parameters)
                      (setq index end)))
                   ((eq character #\')
                    (next)
                    (push (next) parameters))
                   ((or (eq character #\v) (eq character #\V))
                    (next)
                    (push :argument parameters))
                   ((eq character #\#)
                    (next)
                    (push :count parameters))
                   ((eq character #\,) (push nil parameters))
                   (t (return))))
           (unless (eq (peek) #\,)
             (return))
           (next)
           (unless (parameter-start-p (peek))
             (push nil parameters)
             (return))
           (go again)))
      ;; Modifiers.
      (do () ((not (or (eq (peek) #\:) (eq (peek) #\@))))
        (if (eq (next) #\:)
            (setq colon t)
            (setq at t)))
      (let ((character (next)))
        (values (make-directive (char-upcase character) colon at
                                (nreverse parameters) control index)
                index)))))

(defun parameter-start-p (character)
  (or (digit-weight character 10)
      (find character "+-'vV#,")))

(defun closing-character (character)
  (case character
    (#\{ #\})
    (#\[ #\])
    (#\( #\))
    (#\< #\>)))

(defun empty-body-p (control start end)
  "True if nothing but a directive is between START and END; ~newline is something."
  (eql (nth-value 1 (parse-directive control start)) end))

(defun parse-body-of (directive control index)
  "If DIRECTIVE has a body, parse it from INDEX; return the index behind it."
  (let ((closing (closing-character (directive-character directive))))
    (cond ((eq (directive-character directive) #\/)
           (let ((slash (position #\/ control :start index)))
             (when (null slash)
               (directive-problem directive "~~/ without its second slash"))
             (setf (directive-parts directive) (subseq control index slash))
             (%fx+ slash 1)))
          ((null closing) index)
          (t
           (let ((parts '())
                 (separators '()))
             (block nil
               (tagbody
                again
                  (%mv-let (items close next) (parse-items control index)
                    (push (if (or items (empty-body-p control index next))
                              items
                              '(""))
                          parts)
                    (setq index next)
                    (cond ((null close)
                           (directive-problem directive
                                              "~~~A without ~~~A"
                                              (directive-character directive)
                                              closing))
                          ((eq (directive-character close) #\;)
                           (when (or (eq closing #\)) (eq closing #\}))
                             (directive-problem close "~~; is misplaced"))
                           (push close separators))
                          ((eq (directive-character close) closing)
                           (setf (directive-parts directive) (nreverse parts)
                                 (directive-separators directive)
                                 (nreverse separators)
                                 (directive-close directive) close)
                           (return index))
                          (t (directive-problem
                              close "~~~A does not end ~~~A"
                              (directive-character close)
                              (directive-character directive)))))
                  (go again))))))))

;;; Running.

(defvar *directive-functions* (make-array 128 :initial-element nil)
  "The functions of the directives by character code.")

(defmacro define-directive (character (stream state directive) &body body)
  "Define what the directive CHARACTER does with STREAM, STATE and DIRECTIVE."
  (let ((name (intern (concatenate 'string "FORMAT-DIRECTIVE-"
                                   (if (char< #\Space character #\Rubout)
                                       (string character)
                                       (string-upcase
                                        (char-name character)))))))
    `(progn
       (defun ,name (,stream ,state ,directive)
         (declare (ignorable ,stream ,state ,directive))
         ,@body)
       (setf (svref *directive-functions* ,(char-code character))
             #',name))))

(defun run-items (items stream state)
  "Run the strings and directives ITEMS; return NIL or the escape that ended
it."
  (dolist (item items nil)
    (if (directivep item)
        (let* ((code (%char-code (directive-character item)))
               (function (and (%fx< code 128)
                              (svref *directive-functions* code))))
          (when (null function)
            (directive-problem item "there is no directive ~~~A"
                               (directive-character item)))
          (let ((escape (funcall function stream state item)))
            (when (or (eq escape :escape) (eq escape :escape-all))
              (return escape))))
        (write-string-to (output-stream stream) item))))

(defun next-argument (state directive)
  (when (fs-block state)
    (when (block-ended-p (fs-rest state) (fs-count state) (fs-block state))
      (throw 'format-block nil))
    (setf (fs-count state) (%fx+ (fs-count state) 1)))
  (when (null (fs-rest state))
    (directive-problem directive "there are too few arguments"))
  (let ((argument (car (fs-rest state))))
    (setf (fs-rest state) (cdr (fs-rest state)))
    argument))

(defun parameter-value (parameter state directive)
  (cond ((eq parameter :argument) (next-argument state directive))
        ((eq parameter :count) (length (fs-rest state)))
        (t parameter)))

(defmacro with-parameters (bindings (state directive) &body body)
  "Bind each (variable default [type]) of BINDINGS to a parameter of DIRECTIVE.
TYPE: INTEGER (without a default NIL is allowed) or CHARACTER."
  (let ((rest (temporary "PARAMETERS")))
    `(let* ((,rest (directive-parameters ,directive))
            ,@(mapcan
               (lambda (binding)
                 (destructuring-bind
                     (variable default &optional (type 'integer)) binding
                   `((,variable (checked-parameter (pop ,rest) ,default ',type
                                                   ,state ,directive)))))
               bindings))
       (when ,rest
         (directive-problem ,directive "there are too many parameters"))
       ,@body)))

(defun checked-parameter (parameter default type state directive)
  (let ((value (if parameter
                   (parameter-value parameter state directive)
                   nil)))
    (cond ((null value) default)
          ((if (eq type 'character) (characterp value) (integerp value)) value)
          (t (directive-problem directive "the parameter ~S is no ~(~A~)"
                                value type)))))

(defun check-modifiers (directive colon at)
  "Signal an error if DIRECTIVE has a colon and not COLON, or an at-sign and not
AT."
  (when (or (and (directive-colon directive) (not colon))
            (and (directive-at directive) (not at)))
    (directive-problem directive "~~~A does not take the modifier ~A"
                       (directive-character directive)
                       (if (and (directive-colon directive) (not colon))
                           ":"
                           "@"))))

(defun format-to (stream control arguments)
  "Write CONTROL, a string or function, with ARGUMENTS to STREAM; return the
arguments that are left."
  (if (functionp control)
      (apply control stream arguments)
      (let ((state (make-format-state arguments arguments)))
        (run-items (parsed-control control) stream state)
        (fs-rest state))))

(defun format (destination control-string &rest format-arguments)
  "Write CONTROL-STRING with the directives in it replaced by what they make of
FORMAT-ARGUMENTS. DESTINATION is a stream, T for *STANDARD-OUTPUT*, a string
with a fill pointer, or NIL to return the text as a string."
  (cond ((null destination)
         (let ((stream (make-string-output-stream)))
           (format-to stream control-string format-arguments)
           (get-output-stream-string stream)))
        ((stringp destination)
         (format-to (%make-fill-pointer-stream destination)
                    control-string format-arguments)
         nil)
        (t
         (format-to (output-stream (if (eq destination t)
                                       *standard-output*
                                       destination))
                    control-string format-arguments)
         nil)))

(defmacro formatter (control-string)
  "A function of a stream and arguments that writes the arguments to the stream
as CONTROL-STRING says and returns those that are left."
  (let ((stream (temporary "STREAM"))
        (arguments (temporary "ARGUMENTS")))
    (parse-control control-string)
    `(lambda (,stream &rest ,arguments)
       (format-to (output-stream ,stream) ,control-string ,arguments))))

;;; Sub-strings.

(defun call-with-format-string (stream function)
  "What FUNCTION writes to the stream it is called with, which begins in the
column of STREAM; and the value of FUNCTION."
  (let ((string-stream (make-string-output-stream)))
    (setf (%stream-column string-stream) (stream-column stream))
    (let ((value (funcall function string-stream)))
      (values (get-output-stream-string string-stream) value))))

(defun write-padding (stream character count)
  (let ((stream (output-stream stream)))
    (dotimes (i count)
      (write-char-to stream character))))
