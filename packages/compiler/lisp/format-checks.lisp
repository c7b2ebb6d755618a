;;;; How many arguments a format control takes, and whether it is one (CLHS 22.3).

(in-package #:astralisp.compiler)

;;; A control is walked once. What is counted: LEAST, the arguments that are surely
;;; taken, and MOST, or NIL when that depends on the arguments.

(defvar *control* "" "The format control in hand.")
(defvar *at* 0 "The place in *CONTROL* that is read next.")

(defun format-problem (&rest parts)
  "Leave the walk: *CONTROL* is no format control, as PARTS say."
  (throw 'format-problem (values nil nil (text-of parts))))

(defun format-limits (control)
  "The least and the greatest number of arguments, or NIL, that the string CONTROL
takes as a format control; and what is wrong with it, or NIL."
  (catch 'format-problem
    (let ((*control* control) (*at* 0))
      (multiple-value-bind (least most) (walk-directives '())
        (values least most nil)))))

(defun next-control-character ()
  (when (>= *at* (length *control*))
    (format-problem "the format control ends inside of a directive"))
  (prog1 (char *control* *at*)
    (setq *at* (+ *at* 1))))

(defun read-directive ()
  "What follows a tilde: the directive's character, how many of its parameters are
arguments, and whether it has a colon and an at sign."
  (let ((arguments 0) (colon nil) (at-sign nil))
    (loop
      (let ((char (next-control-character)))
        (cond ((char= char #\') (next-control-character))
              ((find char "0123456789,+-#") nil)
              ((char-equal char #\V) (setq arguments (+ arguments 1)))
              ((char= char #\:) (setq colon t))
              ((char= char #\@) (setq at-sign t))
              (t (return (values (char-upcase char) arguments colon
                                 at-sign))))))))

(defun add-limit (a b)
  (and a b (+ a b)))

(defun walk-directives (closers)
  "The limits of what is there up to a directive among the characters CLOSERS, all
of the control if there are none; that character and whether it has a colon."
  (let ((least 0) (most 0) (open nil))
    (loop
      (let ((tilde (position #\~ *control* :start *at*)))
        (unless tilde
          (when closers
            (format-problem "~" (string (car (last closers)))
                            " is missing in the format control"))
          (return (values least most nil nil)))
        (setq *at* (+ tilde 1))
        (multiple-value-bind (char arguments colon at-sign) (read-directive)
          (when (member char closers)
            (return (values least most char colon)))
          (multiple-value-bind (more-least more-most)
              (directive-limits char colon at-sign)
            ;; ~^ may end here, ~* goes anywhere.
            (when (member char '(#\^ #\*)) (setq open t))
            (unless open
              (setq least (+ least arguments more-least)))
            (setq most (add-limit (add-limit most arguments)
                                  more-most))))))))

(defun directive-limits (char colon at-sign)
  "The limits of the directive of CHAR, which has been read up to there."
  (case char
    ((#\A #\S #\D #\B #\O #\X #\R #\C #\F #\E #\G #\$ #\W) (values 1 1))
    ((#\% #\& #\| #\~ #\T #\I #\_ #\Newline #\^) (values 0 0))
    (#\P (if colon (values 0 nil) (values 1 1)))
    (#\* (values 0 nil))
    (#\? (if at-sign (values 1 nil) (values 2 2)))
    (#\/ (skip-function-name) (values 1 1))
    (#\( (walk-directives '(#\))))
    (#\[ (conditional-limits colon at-sign))
    (#\{ (iteration-limits at-sign))
    (#\< (justification-limits at-sign))
    (t (format-problem "the format control has no directive ~"
                       (string (if (upper-case-p char)
                                   (char-downcase char)
                                   char))
                       (if (find char ")]}>;") " here" "")))))

(defun skip-function-name ()
  (loop (when (char= (next-control-character) #\/) (return nil))))

(defun conditional-limits (colon at-sign)
  (let ((least nil) (most 0) (default nil))
    (loop
      (multiple-value-bind (clause-least clause-most end end-colon)
          (walk-directives '(#\; #\]))
        (setq least (if least (min least clause-least) clause-least))
        (setq most (and most clause-most (max most clause-most)))
        (when (eql end #\]) (return))
        (when end-colon (setq default t))))
    (cond (at-sign (values 1 (and most (max 1 most))))
          ((or colon default) (values (+ 1 least) (add-limit 1 most)))
          (t (values 1 (add-limit 1 most))))))

(defun iteration-limits (at-sign)
  (let ((start *at*))
    (walk-directives '(#\}))
    ;; An empty body is an argument.
    (let ((control (if (char= (char *control* start) #\~) 1 0)))
      (if at-sign
          (values control nil)
          (values 1 (+ 1 control))))))

(defun justification-limits (at-sign)
  (let ((least 0) (most 0))
    (loop
      (multiple-value-bind (part-least part-most end colon)
          (walk-directives '(#\; #\>))
        (setq least (+ least part-least))
        (setq most (add-limit most part-most))
        (when (eql end #\>)
          ;; ~:> ends a logical block, whose argument is a list.
          (return (cond ((not colon) (values least most))
                        (at-sign (values 0 nil))
                        (t (values 1 1)))))))))

;;; The calls.

(defun check-format-call (control arguments)
  "Report what is wrong with the form CONTROL as the control of the forms ARGUMENTS."
  (when (stringp control)
    (multiple-value-bind (least most problem) (format-limits control)
      (let ((count (length arguments)))
        (cond (problem
               (note-problem :warning "C0403" problem
                             :focus control :label "format control"))
              ((< count least)
               (note-format-count :warning least count control))
              ((and most (> count most))
               (note-format-count :style most count control)))))))

(defun note-format-count (kind wanted count control)
  (note-problem
   kind "C0204"
   (text-of (list "the format control takes " wanted
                  (if (eql wanted 1) " argument" " arguments")
                  ", but gets " count))
   :focus control :label "format control"))

(define-form-check (format) (form)
  (when (cddr form)
    (check-format-call (caddr form) (cdddr form))))

(define-form-check (error warn signal break y-or-n-p yes-or-no-p) (form)
  (check-format-call (cadr form) (cddr form)))

(define-form-check (cerror) (form)
  (check-format-call (caddr form) (cdddr form)))
