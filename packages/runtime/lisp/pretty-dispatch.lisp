;;;; The pretty printer's dispatch tables (CLHS 22.2.1.4).

(in-package #:astralisp.runtime)

;;; A table has an EQ hash table from symbols to entries for lists that begin
;;; with them, and a list of entries for other types. An entry is (type function
;;; priority).

(defstruct (pprint-table (:copier nil) (:predicate nil)
                         (:constructor make-pprint-table (heads types)))
  heads
  types)

(defun check-pprint-table (object)
  (unless (%instance-of-p object (%layout pprint-table))
    (error 'type-error :datum object :expected-type 'pprint-table))
  object)

(defun head-symbol (type)
  "The symbol of a type (CONS (EQL symbol)), and whether TYPE is such a type."
  (if (and (consp type) (eq (car type) 'cons) (consp (cdr type))
           (null (cddr type)) (consp (cadr type))
           (eq (car (cadr type)) 'eql) (consp (cdr (cadr type)))
           (symbolp (cadr (cadr type))))
      (values (cadr (cadr type)) t)
      (values nil nil)))

(defun copy-pprint-dispatch (&optional (table *print-pprint-dispatch*))
  "A copy of the dispatch TABLE; NIL: of the initial one."
  (let* ((from (check-pprint-table (or table *standard-pprint-dispatch*)))
         (heads (make-hash-table :test 'eq)))
    (maphash (lambda (key value) (setf (gethash key heads) value))
             (pprint-table-heads from))
    (make-pprint-table heads (copy-list (pprint-table-types from)))))

(defun set-pprint-dispatch
    (type-specifier function
     &optional (priority 0) (table *print-pprint-dispatch*))
  "Let TABLE print objects of TYPE-SPECIFIER by FUNCTION (NIL: no more) with
PRIORITY; return NIL."
  (unless (realp priority)
    (error 'type-error :datum priority :expected-type 'real))
  (check-pprint-table table)
  (when (eq table *standard-pprint-dispatch*)
    (error "the standard dispatch table cannot be changed"))
  (let ((entry (list type-specifier function priority)))
    (%mv-let (symbol head-p) (head-symbol type-specifier)
      (cond ((not head-p)
             (let ((others (remove type-specifier (pprint-table-types table)
                                   :key #'car :test #'equal)))
               (setf (pprint-table-types table)
                     (if function
                         (merge 'list (list entry) others #'> :key #'caddr)
                         others))))
            (function
             (setf (gethash symbol (pprint-table-heads table)) entry))
            (t (remhash symbol (pprint-table-heads table))))))
  nil)

(defun find-pprint-entry (object table)
  (let ((found (and (consp object) (symbolp (car object))
                    (gethash (car object) (pprint-table-heads table)))))
    (dolist (entry (pprint-table-types table) found)
      (when (and found (>= (caddr found) (caddr entry)))
        (return found))
      (when (typep object (car entry))
        (return entry)))))

(defun pprint-dispatch (object &optional (table *print-pprint-dispatch*))
  "The function of a stream and an object by which TABLE prints OBJECT, and
whether one was found."
  (let ((entry (find-pprint-entry
                object
                (check-pprint-table (or table *standard-pprint-dispatch*)))))
    (if entry
        (values (cadr entry) t)
        (values (lambda (stream object)
                  (output-ordinary object (output-stream stream)))
                nil))))

(defun output-pretty (object stream)
  (let ((entry (find-pprint-entry object *print-pprint-dispatch*)))
    (if entry
        (funcall (cadr entry) stream object)
        (output-ordinary object stream))))
