;;;; What this platform cannot do: one condition for all of it.

(in-package #:astralisp.runtime)

(define-condition unsupported-operation (error)
  ((operation :initarg :operation :reader unsupported-operation-name)
   (platform :initarg :platform :initform (%platform)
             :reader unsupported-operation-platform)
   (remedy :initarg :remedy
           :initform "run the program in the hosted world, a process of Linux"
           :reader unsupported-operation-remedy))
  (:report (lambda (condition stream)
             (format stream "~A is not supported ~A: ~A"
                     (unsupported-operation-name condition)
                     (ecase (unsupported-operation-platform condition)
                       (:linux "in the hosted world")
                       (:pc "on a machine of its own")
                       (:javascript "on the JavaScript engine"))
                     (unsupported-operation-remedy condition))))
  (:documentation "The platform cannot do something; REMEDY says what to do
instead."))

(set-documentation 'unsupported-operation-name 'function
  "Return what the CONDITION, an UNSUPPORTED-OPERATION, is about: the name of a
function, or a string.")
(set-documentation 'unsupported-operation-platform 'function
  "Return where the operation is not supported: a name as by PLATFORM-NAME.")
(set-documentation 'unsupported-operation-remedy 'function
  "Return a string that tells what to do instead.")

(defun unsupported (operation)
  "Signal that this platform does not have OPERATION."
  (error 'unsupported-operation :operation operation))

(defun platform-name ()
  "Return where this system runs: :LINUX (the hosted world, a process), :PC (a
machine of its own) or :JAVASCRIPT."
  (%platform))
