;;;; Building a cold world from a plan: compile what is missing, link all.

(in-package #:astralisp.compiler)

(defparameter *target-features*
  '(:astralisp :common-lisp :ansi-cl :ieee-floating-point :little-endian
    :64-bit :native :x86-64)
  "The value of *FEATURES* while files are read for the target.")

(defparameter *world-packages*
  '("COMMON-LISP" "KEYWORD" "COMMON-LISP-USER" "ASTRALISP.PRIMITIVES"
    "ASTRALISP" "ASTRALISP.MOP" "ASTRALISP.RUNTIME" "ASTRALISP.ASM" "ASTRALISP.COMPILER"
    "ASTRALISP.KERNEL")
  "The packages of a world, in order.")

(defun build-from-plan (path)
  "Build the cold world that the plan in the file PATH describes.
The plan is a list :WORLD file :BOOT file :LOAD files :FILES list, each a list
\(action source object); action :COMPILE compiles, :DEFINITIONS takes over what
later files need at compile time, :LINK does neither. Progress goes to standard
output in lines that start with a semicolon."
  (let* ((plan (with-open-file (stream path) (read stream)))
         (files (getf plan :files))
         (warnings 0))
    (dolist (file files)
      (incf warnings (build-file (first file) (second file) (third file))))
    (report-step "linking")
    (dolist (file (getf plan :load))
      (evaluate-file file))
    (let ((world (link-world (make-trampolines)
                             (mapcar (lambda (file)
                                       (read-octet-file (third file)))
                                     files)
                             (find-symbol "%WORLD-START"
                                          "ASTRALISP.KERNEL")
                             *world-packages*)))
      (write-octet-file (getf plan :world) (world-file-octets world))
      (write-octet-file (getf plan :boot) (bios-boot-image))
      (report-step (concatenate 'string (princ-to-string warnings)
                                " warnings"))
      (values))))

(defun evaluate-file (path)
  "Evaluate the forms of the file PATH in the host."
  (let ((*package* (find-package "COMMON-LISP-USER"))
        (end (list nil)))
    (with-open-file (stream path)
      (loop
        (let ((form (read stream nil end)))
          (when (eq form end)
            (return))
          (eval form))))))

(defun verify-plan (path &optional (folder "/"))
  "Compile the files of the plan in the file PATH whose names contain FOLDER
again, here, and compare with their object files. Print the name of each that
differs; return how many are the same and how many differ."
  (let ((same 0)
        (different 0))
    (dolist (file (getf (with-open-file (stream path) (read stream)) :files))
      (let ((source (second file)))
        (when (search folder source)
          (let ((sink (make-object-writer (file-base-name source))))
            (compile-source-file source sink)
            (if (equalp (object-writer-result sink)
                        (read-octet-file (third file)))
                (incf same)
                (progn (incf different)
                       (write-line (concatenate 'string "differs: "
                                                source))))))))
    (values same different)))

(defun make-trampolines ()
  "Return the code unit of the kernel's trampolines, traps of the PC included."
  (flet ((kernel (name &rest arguments)
           (apply (find-symbol name "ASTRALISP.KERNEL") arguments)))
    (kernel "TRAMPOLINE-CODE-UNIT"
            (kernel "PC-TRAP-PROGRAM") (kernel "PC-TRAP-ENTRIES"))))

(defun build-file (action source object)
  "Do ACTION with the file SOURCE; return the number of its warnings."
  (cond ((eq action :link) 0)
        (t
         (report-step (concatenate 'string
                                   (if (eq action :compile)
                                       "compiling "
                                       "reading ")
                                   source))
         (let ((sink (make-object-writer (file-base-name source))))
           (multiple-value-prog1
               (compile-source-file source
                                    (if (eq action :compile) sink nil))
             (when (eq action :compile)
               (write-octet-file object (object-writer-result sink))))))))

(defun report-step (text)
  (write-line (concatenate 'string "; " text))
  (finish-output))

(defun file-base-name (path)
  "Return the last two parts of PATH: the same wherever the sources are."
  (let* ((slash (position #\/ path :from-end t))
         (before (and slash (position #\/ path :from-end t :end slash))))
    (if before
        (subseq path (1+ before))
        path)))

(defun relative-source-name (path)
  "PATH from its last folder packages or apps on: the same wherever the sources
are."
  (let ((at (or (search "/packages/" path :from-end t)
                (search "/apps/" path :from-end t))))
    (if at
        (subseq path (1+ at))
        (file-base-name path))))

(defun compile-source-file (path sink)
  "Compile the forms of the file PATH for a world into SINK, or, when SINK is
nil, only do what they ask for at compile time. Report what is wrong with them;
return the number of warnings."
  (let ((*package* (find-package "COMMON-LISP-USER"))
        (*features* *target-features*)
        (*global-lambda-list* nil))
    (multiple-value-bind (warnings failed definitions)
        (compile-source-text
         (read-source-text path) path
         ;; The linker describes the packages of a world as a whole.
         (lambda (form)
           (if (and (consp form)
                    (member (car form) '(in-package defpackage)))
               nil
               sink))
         (relative-source-name path))
      (declare (ignore failed))
      (when sink
        (write-world-definitions definitions sink))
      warnings)))

(defun read-octet-file (path)
  (with-open-file (stream path :element-type '(unsigned-byte 8))
    (let ((octets (make-octets (file-length stream))))
      (read-sequence octets stream)
      octets)))

(defun write-octet-file (path octets)
  (with-open-file (stream path :element-type '(unsigned-byte 8)
                               :direction :output :if-exists :supersede)
    (write-sequence octets stream)))
