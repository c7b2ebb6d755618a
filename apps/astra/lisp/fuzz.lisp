;;;; What a world makes of bad input: a line for each case, and the state of the heap
;;;; now and then. The judge of these lines is apps/astra/src/fuzz/judge.ts.

(defpackage #:astralisp.fuzz
  (:use #:common-lisp)
  (:export #:try #:check-heap #:*seconds*
           ;; What cases use.
           #:at-once #:joined #:redefining #:walking #:*kept*
           #:ds #:make-ds #:ds-a #:ds-b #:ds-c #:ds-d #:ds-p #:copy-ds
           #:circle #:car-circle #:vector-circle #:array-circle #:table-circle
           #:quote-circle #:deep #:deep-cdr #:deep-vector #:deep-quote))

(in-package #:astralisp.fuzz)

(defvar *seconds* 2
  "How long a case may take.")

(defvar *threads-before* 1
  "How many threads there were before a case.")

;;; Engines differ in whether there are threads, timeouts and a heap to look at.

(defmacro limited (&body body)
  #+native `(ext:with-timeout (*seconds*) ,@body)
  #-native `(progn ,@body))

(defun at-once (count function)
  "Let COUNT threads call FUNCTION; what JOINED wants. Without threads: call it."
  #+native (loop repeat count
                 collect (ext:make-thread
                          (lambda ()
                            (handler-case (funcall function)
                              (serious-condition (condition) condition)))))
  #-native (loop repeat count
                 collect (handler-case (funcall function)
                           (serious-condition (condition) condition))))

(defun joined (threads)
  "Wait for the end of THREADS; signal the first condition that one met."
  (dolist (thread threads :joined)
    (let ((result #+native (ext:join-thread thread :default nil)
                  #-native thread))
      (when (typep result 'condition)
        (error result)))))

(defun end-threads ()
  "Destroy the threads that a case left behind."
  #+native (dolist (thread (ext:all-threads))
             (unless (or (eq thread (ext:main-thread))
                         (eq thread (ext:current-thread)))
               (ignore-errors (ext:destroy-thread thread))
               (ignore-errors (ext:join-thread thread :timeout 2))))
  nil)

(defun check-heap (index)
  "Write whether memory is in order; end the world if it is not."
  #+native (let ((damage (ext:verify-heap)))
             (format t "~&@~D heap ~:[ok~;~:*BAD ~{~A~^; ~}~]~%" index damage)
             (finish-output)
             (when damage
               (ext:quit 3)))
  #-native (format t "~&@~D heap ok~%" index))

(defun one-line (text)
  "TEXT with nothing in it that a line cannot have."
  (with-output-to-string (stream)
    (loop for character across text
          for code = (char-code character)
          do (if (or (< 31 code 127) (< 160 code #xD800))
                 (write-char character stream)
                 (format stream "{~X}" code)))))

(defun report (condition)
  "The line for a case that ended with CONDITION."
  (handler-case
      ;; As the debugger does.
      (let ((*print-circle* t) (*print-length* 20) (*print-level* 6))
        (limited (format nil "~S ~A" (type-of condition)
                         (one-line (princ-to-string condition)))))
    (serious-condition (second)
      (format nil "UNREADABLE ~S: ~S" (type-of condition) (type-of second)))))

(defun show (values)
  "Print VALUES, which must be possible; a line of text."
  (let ((*print-circle* t) (*print-length* 12) (*print-level* 6))
    (one-line (format nil "value~{ ~S~}" values))))

;;; What cases use

(defvar *kept* nil
  "What a case keeps.")

(defstruct ds
  (a 0 :type fixnum) b c (d 0d0 :type double-float))

(defmacro walking (form)
  "FORM with things to walk and to change."
  (flet ((own (name) (intern name)))
    (let ((i (own "I")) (h (own "H")) (l (own "L")) (v (own "V")) (s (own "S"))
          (p (own "P")) (out (own "OUT")) (gc-now (own "GC-NOW")))
      `(let ((,i 0) (,h (make-hash-table :test ',(own "EQUAL")))
             (,l (list 1 2 3 4 5))
             (,v (make-array 5 :fill-pointer t :adjustable t
                               :initial-contents '(5 3 4 1 2)))
             (,s (make-array 3 :element-type 'character :fill-pointer t
                               :adjustable t :initial-contents "cab"))
             (,p (make-package (gensym) :use '("COMMON-LISP"))))
         (declare (ignorable ,i ,h ,l ,v ,s ,p))
         (flet ((,gc-now () (make-list 20000)))
           (declare (ignorable #',gc-now))
           (dotimes (j 10)
             (setf (gethash j ,h) j)
             (intern (format nil "X~D" j) ,p))
           (unwind-protect (block ,out ,form)
             (when (package-name ,p)
               (delete-package ,p))))))))

(defmacro redefining ((count &rest thread-forms) &body forms)
  "COUNT threads evaluate THREAD-FORMS again and again while FORMS are evaluated."
  (let ((i (intern "I")))
    `(let ((threads
             (at-once ,count
                      (lambda ()
                        (dotimes (,i 200)
                          ,@(mapcar (lambda (form)
                                      `(handler-case ,form
                                         (error (condition)
                                           (princ-to-string condition))))
                                    thread-forms))))))
       (unwind-protect (progn ,@forms)
         (joined threads)))))

(defun circle ()
  (let ((list (list 1 2 3)))
    (setf (cdr (last list)) list)))

(defun car-circle ()
  (let ((list (list 1 2)))
    (setf (car list) list)))

(defun vector-circle ()
  (let ((vector (vector 1 2)))
    (setf (aref vector 1) vector)))

(defun array-circle ()
  (let ((array (make-array '(2 2))))
    (setf (aref array 0 0) array)))

(defun table-circle ()
  (let ((table (make-hash-table)))
    (setf (gethash table table) table)))

(defun quote-circle ()
  (let ((list (list 'quote 1)))
    (setf (cadr list) list)))

(defun deep-by (function n)
  (let ((object 1))
    (dotimes (i n object)
      (setf object (funcall function object)))))

(defun deep (n) (deep-by #'list n))
(defun deep-cdr (n) (deep-by (lambda (object) (cons 1 object)) n))
(defun deep-vector (n) (deep-by #'vector n))
(defun deep-quote (n) (deep-by (lambda (object) (list 'quote object)) n))

;;; Kinds of cases

(defun read-all (text)
  "Read everything in TEXT; print it so that it can be read, as far as it can."
  (let ((objects (with-input-from-string (stream text)
                   (loop for object = (read stream nil stream)
                         until (eq object stream)
                         collect object))))
    (let ((*print-circle* t) (*print-length* 50) (*print-level* 20))
      (prin1-to-string objects)
      (let ((*print-pretty* t))
        (prin1-to-string objects)))
    objects))

(defun evaluate-all (text)
  "Read and evaluate the forms of TEXT in turn; the values of the last."
  (let ((values '()))
    (with-input-from-string (stream text)
      (loop for form = (read stream nil stream)
            until (eq form stream)
            do (setf values (multiple-value-list (eval form)))))
    values))

(defun run (kind text)
  (handler-bind ((warning #'muffle-warning))
    (if (string= kind "reader")
        (list (length (read-all text)))
        (evaluate-all text))))

(defun call-isolated (function)
  "Call FUNCTION with streams that lead nowhere and a package of its own."
  (let* ((output (make-string-output-stream))
         (nothing (make-two-way-stream (make-concatenated-stream) output))
         (package (make-package "FUZZ" :use '("COMMON-LISP"))))
    (do-external-symbols (symbol "ASTRALISP.FUZZ")
      (import symbol package))
    (setf *kept* nil)
    (unwind-protect
         (with-standard-io-syntax
           (let ((*package* package)
                 (*print-readably* nil)
                 (*standard-output* output) (*error-output* output)
                 (*trace-output* output) (*standard-input* nothing)
                 (*query-io* nothing) (*debug-io* nothing)
                 (*terminal-io* nothing))
             (funcall function)))
      (end-threads)
      (ignore-errors (delete-package package)))))

(defun answer (kind text)
  (handler-case (limited (show (run kind text)))
    (serious-condition (condition) (report condition))))

(defun try (index kind text)
  "Write a line with what the case TEXT of that KIND came to."
  (format t "~&@~D " index)
  (finish-output)
  (let ((line (handler-case (call-isolated (lambda () (answer kind text)))
                (serious-condition (condition)
                  (format nil "ESCAPED ~S" (type-of condition))))))
    (write-line line)
    (finish-output)))
