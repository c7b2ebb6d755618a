;;;; A small test framework with the interface of hu.dwim.stefil.

(defpackage #:hu.dwim.stefil
  (:use #:common-lisp)
  (:export #:root-suite #:defsuite* #:deftest #:is #:signals #:finishes
           #:without-debugging #:*last-test-result*))

(in-package #:hu.dwim.stefil)

;;; A test is a function. Called while no other runs, it answers a result: how many
;;; tests and assertions there were, and a description of each failure.

(defvar *contexts* '()
  "The contexts of the tests that run, the innermost first.")

(defclass result ()
  ((failures :initform (make-array 0 :adjustable t :fill-pointer t)
             :reader failure-descriptions-of)
   (tests :initform 0 :accessor test-count-of)
   (assertions :initform 0 :accessor assertion-count-of))
  (:documentation "What a run of tests has come to."))

(defmethod print-object ((result result) stream)
  (print-unreadable-object (result stream :type t)
    (format stream "~D tests, ~D assertions, ~D failures"
            (test-count-of result) (assertion-count-of result)
            (length (failure-descriptions-of result)))))

(defclass test ()
  ((name :initarg :name :reader name-of))
  (:documentation "A test, as failures name it."))

(defclass context ()
  ((test :initarg :test :reader test-of))
  (:documentation "A test that is being run."))

(defclass failure ()
  ((contexts :initform *contexts* :reader test-context-backtrace-of))
  (:documentation "A failure, and in which tests it was, the innermost first."))

(defclass failed-assertion (failure)
  ((format-control :initarg :format-control :reader format-control-of)
   (format-arguments :initarg :format-arguments :initform '()
                     :reader format-arguments-of))
  (:documentation "A form that should have been true."))

(defclass missing-condition (failure)
  ((form :initarg :form :reader form-of)
   (condition :initarg :condition :reader condition-of))
  (:documentation "A form that should have signalled."))

(defclass unexpected-error (failure)
  ((condition :initarg :condition :reader condition-of))
  (:documentation "An error that nobody expected."))

(defvar *result* nil
  "The result of the present run.")

(defvar *last-test-result* nil
  "The result of the last run.")

(defvar *children* (make-hash-table)
  "The tests of each suite by its name, the last first.")

(defvar *suite* 'root-suite
  "The name of the suite that new tests belong to.")

(defun record/failure (class &rest initargs)
  "Note a failure of CLASS."
  (vector-push-extend (apply #'make-instance class initargs)
                      (failure-descriptions-of *result*)))

(defun run-test (name body)
  "Call BODY, the function of the test NAME, as part of this run or as a new one."
  (if *result*
      (run-in-context name body)
      (let ((*result* (make-instance 'result)))
        (run-in-context name body)
        (setq *last-test-result* *result*))))

(defun run-in-context (name body)
  (let ((*contexts* (cons (make-instance 'context
                                         :test (make-instance 'test :name name))
                          *contexts*)))
    (incf (test-count-of *result*))
    (handler-case (funcall body)
      (error (condition)
        (record/failure 'unexpected-error :condition condition)))))

(defun add-test (name suite)
  "Let the test NAME be run with SUITE."
  (pushnew name (gethash suite *children*)))

(defmacro defsuite* (name-and-options)
  "Define a suite, a function that runs its tests, for the tests behind it."
  (destructuring-bind (name &key (in 'root-suite))
      (if (listp name-and-options) name-and-options (list name-and-options))
    `(progn
       (add-test ',name ',in)
       (defun ,name ()
         (run-test ',name
                   (lambda ()
                     (mapc #'funcall (reverse (gethash ',name *children*))))))
       (setq *suite* ',name))))

(defmacro deftest (name-and-options lambda-list &body body)
  "Define a test; without required arguments it is run with its suite."
  (destructuring-bind (name &key (auto-call t))
      (if (listp name-and-options) name-and-options (list name-and-options))
    (multiple-value-bind (declarations body) (split-body body)
      `(progn
         ,@(when (and auto-call
                      (or (null lambda-list)
                          (member (first lambda-list) lambda-list-keywords)))
             `((add-test ',name *suite*)))
         (defun ,name ,lambda-list
           ,@declarations
           (run-test ',name (lambda () ,@body)))))))

(defun split-body (body)
  "The documentation and declarations of BODY, and its forms."
  (let ((head '()))
    (loop while (or (and (stringp (first body)) (rest body))
                    (and (consp (first body))
                         (eq 'declare (first (first body)))))
          do (push (pop body) head))
    (values (nreverse head) body)))

(defmacro is (form)
  "Note a failure unless FORM is true."
  `(assert-true ,form ',form))

(defun assert-true (value form)
  (incf (assertion-count-of *result*))
  (unless value
    (record/failure 'failed-assertion
                    :format-control "~S is not true" :format-arguments (list form)))
  value)

(defmacro signals (condition &body body)
  "Note a failure unless BODY signals CONDITION."
  `(block nil
     (incf (assertion-count-of *result*))
     (handler-case (progn ,@body)
       (,condition () (return t)))
     (record/failure 'missing-condition
                     :form '(progn ,@body) :condition ',condition)))

(defmacro finishes (&body body)
  "Note a failure if BODY does not end as it should."
  `(let ((finished nil))
     (incf (assertion-count-of *result*))
     (unwind-protect (multiple-value-prog1 (progn ,@body)
                       (setq finished t))
       (unless finished
         (record/failure 'failed-assertion
                         :format-control "~S did not finish"
                         :format-arguments '((progn ,@body)))))))

(defmacro without-debugging (&body body)
  "Run BODY; failures are recorded, here as always."
  `(progn ,@body))
