;;;; The standard macro characters, and backquote (CLHS 2.4).

(in-package #:astralisp.runtime)

;;; Source positions.

(defun record-source (object start stream)
  "Note in *SOURCE-TABLE* that OBJECT was read from START to here."
  (when (and *source-table* (consp object))
    (setf (gethash object *source-table*)
          (cons start (%stream-count stream))))
  object)

(defun read-list-macro (stream character)
  (declare (ignore character))
  (let* ((stream (input-stream stream))
         (start (%fx- (%stream-count stream) 1)))
    (let ((list (read-elements stream #\) t)))
      (if *read-suppress*
          nil
          (record-source list start stream)))))

(defun read-close-macro (stream character)
  (declare (ignore character))
  (reader-problem stream "unmatched close parenthesis"))

(defun read-quote-macro (stream character)
  (declare (ignore character))
  (let* ((stream (input-stream stream))
         (start (%fx- (%stream-count stream) 1)))
    (let ((object (read-required stream)))
      (if *read-suppress*
          nil
          (record-source (list 'quote object) start stream)))))

(defun read-comment-macro (stream character)
  (declare (ignore character))
  (let ((stream (input-stream stream)))
    (do ((character (read-char-from stream) (read-char-from stream)))
        ((or (null character) (eq character #\Newline))))
    (values)))

(defun read-string-macro (stream quote)
  (let* ((stream (input-stream stream))
         (buffer (%make-vector #x2C 64))
         (fill 0))
    (block nil
      (tagbody
       again
         (let ((character (read-required-char stream)))
           (cond ((eq character quote)
                  (return (if *read-suppress*
                              nil
                              (%shrink-vector buffer fill))))
                 ((eq (character-entry character *readtable*) :single-escape)
                  (setq character (read-required-char stream))))
           (when (%fx= fill (%vector-length buffer))
             (setq buffer (grown-string buffer fill)))
           (%set-string-ref buffer fill character)
           (setq fill (%fx+ fill 1)))
         (go again)))))

;;; Backquote. The reader makes a template, in which each comma is a COMMA
;;; structure; expand-template turns it into a form that builds it, out of LIST,
;;; LIST*, APPEND, QUOTE, VECTOR and APPLY. Parts without commas stay as they
;;; were read. An inner backquote is expanded when it has been read; a comma of
;;; the outer one in its form may splice any number of forms there, so (append
;;; ,@forms) is not simplified to its only argument. The same as the reader on
;;; the host.

(defstruct (comma (:constructor make-comma (form splice)) (:copier nil))
  form
  splice)

(defun read-backquote-macro (stream character)
  (declare (ignore character))
  (let* ((stream (input-stream stream))
         (start (%fx- (%stream-count stream) 1))
         (template (let ((*backquote-depth* (%fx+ *backquote-depth* 1)))
                     (read-required stream))))
    (if *read-suppress*
        nil
        (record-source (expand-template template stream) start stream))))

(defun read-comma-macro (stream character)
  (declare (ignore character))
  (let* ((stream (input-stream stream))
         (next (peek-char-from stream))
         (splice (or (eq next #\@) (eq next #\.))))
    (when splice
      (read-char-from stream))
    (if *read-suppress*
        (progn (read-required stream) nil)
        (progn
          (unless (%fx> *backquote-depth* 0)
            (reader-problem stream "a comma outside a backquote, or in the ~
                                    contents of #A or #S"))
          (make-comma (let ((*backquote-depth* (%fx- *backquote-depth* 1)))
                        (read-required stream))
                      splice)))))

(defun template-open-p (template)
  "True if a comma is in TEMPLATE."
  (cond ((comma-p template) t)
        ((consp template)
         (do ((rest template (cdr rest)))
             ((atom rest) (template-open-p rest))
           (when (template-open-p (car rest))
             (return t))))
        ((simple-vector-p template)
         (dotimes (i (length template) nil)
           (when (template-open-p (svref template i))
             (return t))))
        (t nil)))

(defun self-evaluating-p (object)
  (cond ((consp object) nil)
        ((symbolp object)
         (or (null object) (eq object t) (keywordp object)))
        ((placeholder-p object) nil)
        (t t)))

(defun expand-template (template stream)
  "The form that builds TEMPLATE."
  (cond ((comma-p template)
         (when (comma-splice template)
           (reader-problem stream ",@ or ,. is not inside a list"))
         (comma-form template))
        ((not (template-open-p template))
         (if (self-evaluating-p template) template (list 'quote template)))
        ((consp template) (expand-list-template template stream))
        (t (expand-vector-template template stream))))

(defun splice-p (element)
  (and (comma-p element) (comma-splice element)))

(defun expand-vector-template (template stream)
  (let ((elements (coerce template 'list)))
    (if (some #'splice-p elements)
        (list 'apply '#'vector (expand-elements elements nil stream))
        (cons 'vector
              (mapcar (lambda (element) (expand-template element stream))
                      elements)))))

(defun expand-list-template (template stream)
  (let ((elements '())
        (rest template))
    (do () ((not (and (consp rest) (template-open-p rest))))
      (push (car rest) elements)
      (setq rest (cdr rest)))
    (expand-elements (nreverse elements) rest stream)))

(defun expand-elements (elements tail stream)
  "A LIST, LIST* or APPEND of the runs of plain ELEMENTS and the splices, then
TAIL, a template."
  (let ((segments '())
        (run '())
        (at-end (null tail))
        (tail-form (expand-template tail stream))
        (plain t))
    (do ((rest elements (cdr rest)))
        ((null rest))
      (let ((element (car rest)))
        (cond ((splice-p element)
               (let ((form (comma-form element)))
                 (when (and at-end (null (cdr rest)) run plain
                            (not (comma-p form)))
                   (return-from expand-elements
                     `(list* ,@(reverse run) ,form)))
                 (when run
                   (push (cons 'list (reverse run)) segments))
                 (setq run '()
                       plain nil)
                 (push form segments)))
              (t (push (expand-template element stream) run)))))
    (cond (run
           (push (if at-end
                     (cons 'list (reverse run))
                     `(list* ,@(reverse run) ,tail-form))
                 segments))
          ((or (not at-end) (null segments))
           (push tail-form segments)))
    (if (and (null (cdr segments)) (not (comma-p (car segments))))
        (car segments)
        (cons 'append (nreverse segments)))))

;;; Dispatching macro characters.

(defun read-dispatch (stream character)
  (let* ((stream (input-stream stream))
         (values (call-dispatch-character
                  (character-entry character *readtable*) stream character)))
    (values-list values)))

(defun call-dispatch-character (entry stream character)
  "The list of the values of the function for what follows CHARACTER."
  (let ((number nil)
        (sub (read-required-char stream)))
    (do ((weight (digit-weight sub 10) (digit-weight sub 10)))
        ((null weight))
      (setq number (two-arg-+ weight (two-arg-* 10 (or number 0)))
            sub (read-required-char stream)))
    (let* ((key (char-upcase sub))
           (function (gethash key (macro-entry-dispatch entry))))
      (cond (function
             (multiple-value-list (funcall function stream sub number)))
            (*read-suppress*
             (read-token stream sub)
             (list nil))
            (t (reader-problem stream "no dispatch function for ~A~A"
                               character sub))))))
