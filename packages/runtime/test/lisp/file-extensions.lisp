;;;; Tests of the status of files, links, temporary files, environment variables and
;;;; the current directory: what docs/extensions.md says.

(in-package #:astralisp.test)

(defun file-test-write (pathname text)
  (with-open-file (out pathname :direction :output :if-exists :supersede)
    (write-string text out))
  pathname)

(defun file-test-contents (pathname)
  (with-open-file (in pathname)
    (read-line in nil "")))

(defun file-test-links-p ()
  "Are there symbolic links here?"
  (not (eq :pc (ext:platform-name))))

(defmacro file-test-error-p (form)
  `(handler-case (progn ,form nil)
     (file-error () t)))

(define-test file-status-of-file
  (ext:with-temporary-file (file :type "text")
    (file-test-write file "twelve oc é")
    (let ((status (ext:file-status file)))
      (list (ext:file-status-p status)
            (ext:file-status-kind status)
            (ext:file-status-size status)
            (ext:file-status-links status)
            (eql (file-write-date file) (ext:file-status-modified status))
            (< -100 (- (get-universal-time) (ext:file-status-changed status)) 100)
            (typep (list (ext:file-status-inode status)
                         (ext:file-status-device status)
                         (ext:file-status-user status)
                         (ext:file-status-group status)
                         (ext:file-status-accessed status))
                   '(cons unsigned-byte (cons unsigned-byte (cons unsigned-byte
                     (cons unsigned-byte (cons unsigned-byte null)))))))))
  => "(T :FILE 12 1 T T T)")

(define-test file-status-missing
  (list (ext:file-kind "/no/such/file")
        (file-test-error-p (ext:file-status "/no/such/file"))
        (file-test-error-p (ext:file-status "/tmp/*")))
  => "(NIL T T)")

(define-test file-kind-of-directory
  (list (ext:file-kind "/tmp/") (ext:file-kind "/tmp") (ext:file-kind "/"))
  => "(:DIRECTORY :DIRECTORY :DIRECTORY)")

(define-test temporary-file-is-new-and-deleted
  (let ((kept nil))
    (list (ext:with-temporary-file (file :prefix "astra-" :type "x")
            (setq kept file)
            (list (eql 0 (search "astra-" (pathname-name file)))
                  (pathname-type file)
                  (ext:file-status-size (ext:file-status file))
                  (or (not (file-test-links-p))
                      (= #o600 (ext:file-status-mode
                                (ext:file-status file))))))
          (probe-file kept)))
  => "((T \"x\" 0 T) NIL)")

(define-test temporary-file-deleted-by-body
  (ext:with-temporary-file (file)
    (delete-file file)
    :gone)
  => ":GONE")

(define-test temporary-file-left-by-error
  (let ((kept nil))
    (list (handler-case (ext:with-temporary-file (file)
                          (setq kept file)
                          (error "inside"))
            (error () :error))
          (probe-file kept)))
  => "(:ERROR NIL)")

(define-test temporary-directory-and-what-is-in-it
  (let ((kept nil))
    (list (ext:with-temporary-directory (directory)
            (setq kept directory)
            (ensure-directories-exist
             (merge-pathnames "a/b/c/" directory))
            (file-test-write (merge-pathnames "a/b/file.x" directory) "x")
            (file-test-write (merge-pathnames "a/.hidden" directory) "y")
            (list (ext:file-kind directory)
                  (length (directory (merge-pathnames "a/b/*.*" directory)))
                  (or (not (file-test-links-p))
                      (= #o700 (ext:file-status-mode
                                (ext:file-status directory))))))
          (probe-file kept)))
  => "((:DIRECTORY 2 T) NIL)")

(define-test temporary-files-differ
  (let ((files (loop repeat 20 collect (ext:make-temporary-file))))
    (unwind-protect
         (length (remove-duplicates (mapcar #'namestring files)
                                    :test #'string=))
      (mapc #'delete-file files)))
  => "20")

(define-test temporary-file-nowhere
  (file-test-error-p (ext:make-temporary-file :directory "/no/such/place/"))
  => "T")

(define-test delete-directory-only-if-empty
  (ext:with-temporary-directory (directory)
    (let ((inner (merge-pathnames "inner/" directory)))
      (ensure-directories-exist inner)
      (file-test-write (merge-pathnames "file" inner) "x")
      (list (file-test-error-p (ext:delete-directory inner))
            (ext:delete-directory inner :recursive t)
            (ext:file-kind inner)
            (file-test-error-p (ext:delete-directory inner))
            (file-test-error-p (ext:delete-directory
                           (file-test-write (merge-pathnames "f" directory) "")
                           :recursive t)))))
  => "(T T NIL T T)")

(define-test links-symbolic
  (if (file-test-links-p)
      (ext:with-temporary-directory (directory)
        (flet ((in (name) (merge-pathnames name directory)))
          (file-test-write (in "file") "text")
          (ensure-directories-exist (in "sub/"))
          (ext:make-link "file" (in "link"))
          (ext:make-link "sub" (in "link-to-sub"))
          (ext:make-link "nothing/é" (in "dangling"))
          (list (file-test-contents (in "link"))
                (ext:file-kind (in "link"))
                (ext:file-kind (in "link") :follow nil)
                (ext:file-kind (in "link-to-sub/"))
                (ext:file-kind (in "link-to-sub/") :follow nil)
                (ext:file-kind (in "dangling"))
                (ext:file-kind (in "dangling") :follow nil)
                (namestring (ext:read-link (in "dangling")))
                (file-test-error-p (ext:read-link (in "file")))
                (file-test-error-p (ext:read-link (in "missing")))
                (file-test-error-p (ext:make-link "file" (in "link")))
                (file-test-error-p (ext:delete-directory (in "link-to-sub/")
                                                    :recursive t))
                (ext:file-kind (in "sub/")))))
      '("text" :file :link :directory :link nil :link "nothing/é" t t t t
        :directory))
  => "(\"text\" :FILE :LINK :DIRECTORY :LINK NIL :LINK \"nothing/é\" T T T T :DIRECTORY)")

(define-test links-are-not-followed-by-deletion
  (or (not (file-test-links-p))
      (ext:with-temporary-directory (directory)
        (ext:with-temporary-directory (other)
          (file-test-write (merge-pathnames "precious" other) "kept")
          (ensure-directories-exist (merge-pathnames "tree/" directory))
          (ext:make-link other (merge-pathnames "tree/link" directory))
          (ext:delete-directory (merge-pathnames "tree/" directory)
                                :recursive t)
          (equal "kept" (file-test-contents (merge-pathnames "precious" other))))))
  => "T")

(define-test links-hard
  (or (not (file-test-links-p))
      (ext:with-temporary-directory (directory)
        (let ((one (merge-pathnames "one" directory))
              (two (merge-pathnames "two" directory)))
          (file-test-write one "text")
          (ext:make-link one two :hard t)
          (and (= 2 (ext:file-status-links (ext:file-status two)))
               (= (ext:file-status-inode (ext:file-status one))
                  (ext:file-status-inode (ext:file-status two)))
               (eq :file (ext:file-kind two :follow nil))))))
  => "T")

;;; Environment variables.

(define-test environment-variables
  (let ((name "ASTRALISP_TEST_VARIABLE"))
    (flet ((listed ()
             (find-if (lambda (text)
                        (eql 0 (search name text)))
                      (ext:environ))))
      (list (ext:getenv name)
            (ext:unsetenv name)
            (setf (ext:getenv name) "1 é")
            (ext:getenv name)
            (listed)
            (ext:setenv name "")
            (ext:getenv name)
            (ext:unsetenv name)
            (ext:getenv name)
            (listed)
            (setf (ext:getenv name) nil)
            (ext:getenv name))))
  => "(NIL NIL \"1 é\" \"1 é\" \"ASTRALISP_TEST_VARIABLE=1 é\" \"\" \"\" T NIL NIL NIL NIL)")

(define-test environment-variable-names
  (mapcar (lambda (name)
            (handler-case (ext:setenv name "x")
              (error () :error)))
          (list "" "A=B" (format nil "A~C" (code-char 0))))
  => "(:ERROR :ERROR :ERROR)")

;;; The current directory.

(define-test current-directory-changes
  (let ((before (ext:getcwd)))
    (ext:with-temporary-directory (directory)
      (unwind-protect
           (list (equal (truename directory) (ext:chdir directory))
                 (equal (truename directory) (ext:getcwd))
                 (pathname-directory *default-pathname-defaults*)
                 (progn (file-test-write "relative.x" "here")
                        (file-test-contents (merge-pathnames "relative.x" directory)))
                 (progn (ensure-directories-exist "below/")
                        (ext:chdir "below/")
                        (probe-file "relative.x"))
                 (file-test-contents "../relative.x")
                 (let ((*default-pathname-defaults* (truename "/tmp/")))
                   (ext:chdir directory)
                   (equal *default-pathname-defaults* (ext:getcwd))))
        (ext:chdir before))))
  => "(T T NIL \"here\" NIL \"here\" T)")

(define-test current-directory-missing
  (let ((before (ext:getcwd)))
    (list (file-test-error-p (ext:chdir "/no/such/directory/"))
          (equal before (ext:getcwd))))
  => "(T T)")

(define-test process-number (typep (ext:getpid) '(integer 1)) => "T")

(define-test arguments-are-strings (every #'stringp (ext:command-line-arguments))
  => "T")
