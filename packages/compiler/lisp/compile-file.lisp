;;;; COMPILE-FILE and the loading of what it makes, in the running system.

(in-package #:astralisp.compiler)

(defun compile-file (input-file &key output-file
                                  (verbose *compile-verbose*)
                                  (print *compile-print*)
                                  (external-format :default))
  "Compile the forms of the file INPUT-FILE to an object file for LOAD. Return
its truename, whether there were warnings, and whether one of them was more than a
style warning; also those that macros and EVAL-WHEN forms signal count. With PRINT
write the beginning of each form. Signal FILE-ERROR when a file cannot be read or
written, STREAM-DECODING-ERROR when INPUT-FILE is not in EXTERNAL-FORMAT. CLHS
COMPILE-FILE."
  (let* ((input (merge-pathnames input-file))
         (source (if (or (probe-file input) (pathname-type input))
                     input
                     (merge-pathnames input (make-pathname :type "lisp"))))
         (output (compile-file-pathname source :output-file output-file))
         (sink (make-object-writer (file-base-name (namestring source))))
         (signalled nil)
         (serious nil))
    (when verbose
      (format t "~&; compiling ~A~%" (namestring source)))
    (multiple-value-bind (warnings failed definitions)
        (let ((*package* *package*)
              (*readtable* *readtable*)
              (*compile-file-pathname* source)
              (*compile-file-truename* (truename source)))
          (keeping-policy
           (lambda ()
             (handler-bind ((warning
                              (lambda (condition)
                                (setq signalled t)
                                (unless (typep condition 'style-warning)
                                  (setq serious t)))))
               (compile-source-text (read-source-text source
                                                      external-format)
                                    (namestring source)
                                    (lambda (form)
                                      (when print
                                        (print-compiled-form form))
                                      sink)
                                    (namestring (truename source)))))))
      (write-definitions definitions sink)
      (write-octet-file output (object-writer-result sink))
      (values (truename output)
              (or signalled (plusp warnings))
              (or serious failed)))))

(defun print-compiled-form (form)
  "Write the beginning of FORM for COMPILE-FILE with :PRINT."
  (let ((*print-length* 2)
        (*print-level* 2)
        (*print-pretty* nil))
    (format t "~&; ~S~%" form)))

(defun keeping-policy (function)
  "Call FUNCTION; what it proclaims of OPTIMIZE ends with it."
  (funcall (runtime-name "CALL-KEEPING-POLICY") function))

(defun object-file-p (truename)
  "Does the file TRUENAME start like an object file?"
  (with-open-file (stream truename :element-type '(unsigned-byte 8))
    (dotimes (i (length +object-magic+) t)
      (unless (eql (read-byte stream nil nil)
                   (char-code (char +object-magic+ i)))
        (return nil)))))

(defun load-object-file (truename)
  "Load the file TRUENAME if it is an object file; return whether it is."
  (when (object-file-p truename)
    (let ((*package* *package*)
          (*readtable* *readtable*)
          (*load-pathname* truename)
          (*load-truename* truename))
      (keeping-policy
       (lambda () (load-object-octets (read-octet-file truename)))))
    t))

(setf (symbol-value (runtime-name "*BINARY-LOADER*")) #'load-object-file)
