;;;; Lists as tables and sets: MEMBER, ASSOC, UNION and their kin, and the
;;;; mapping functions (CLHS 14.2).

(in-package #:astralisp.runtime)

;;; Functions of any number of arguments are slow with two: a function of two
;;; that does the same, or FUNCTION.
(defglobal **two-argument-functions** nil)

(defun two-argument-function (function)
  (unless **two-argument-functions**
    (setq **two-argument-functions**
          (list (cons #'< #'two-arg-<) (cons #'> #'two-arg->)
                (cons #'<= #'two-arg-<=) (cons #'>= #'two-arg->=)
                (cons #'= #'two-arg-=) (cons #'+ #'two-arg-+)
                (cons #'* #'two-arg-*)
                (cons #'char= (lambda (a b) (char= a b)))
                (cons #'char< (lambda (a b) (char< a b)))
                (cons #'char-equal (lambda (a b) (char-equal a b)))
                (cons #'string= (lambda (a b) (string= a b))))))
  (let ((entry (assq function **two-argument-functions**)))
    (if entry (%cdr entry) function)))

;;; The function to test with, and whether its answer counts negated.
(defun resolve-test (test test-not)
  (cond ((and test test-not)
         (error 'simple-program-error
                :format-control "both :TEST and :TEST-NOT are given"
                :format-arguments nil))
        (test-not (values (function-designator test-not) t))
        ((or (null test) (eq test 'eql)) (values #'eql nil))
        ((or (eq test #'eql) (eq test #'eq) (eq test #'equal))
         (values test nil))
        (t (values (two-argument-function (function-designator test)) nil))))

(defun resolve-key (key)
  (cond ((or (null key) (eq key 'identity) (eq key #'identity)) nil)
        (t (function-designator key))))

(defun function-designator (x)
  (cond ((functionp x) x)
        ((symbolp x) (fdefinition x))
        (t (type-failure x '(or function symbol)))))

;;; True when EQL to ITEM is EQ to ITEM.
(defmacro eq-comparable-p (item)
  `(or (symbolp ,item) (%fixnump ,item) (consp ,item) (characterp ,item)))

(defmacro apply-key (key item)
  `(if ,key (funcall ,key ,item) ,item))

;;; Whether TEST (negated if NEGATE) holds for A and B.
(defmacro matches-p (test negate a b)
  `(if ,negate
       (not (funcall ,test ,a ,b))
       (funcall ,test ,a ,b)))

;;; Run BODY with TAIL bound to each cons of LIST, a proper list.
(defmacro do-tails ((tail list &optional result) &body body)
  `(do ((,tail ,list (cdr ,tail)))
       ((endp ,tail) ,result)
     ,@body))

(defun member-eq (item list)
  (do-tails (tail list nil)
    (when (eq (%car tail) item)
      (return tail))))

(defun member-eql (item list)
  (if (eq-comparable-p item)
      (do-tails (tail list nil)
        (when (eq (%car tail) item)
          (return tail)))
      (do-tails (tail list nil)
        (when (eql (%car tail) item)
          (return tail)))))

(defun member-test (item list test)
  (do-tails (tail list nil)
    (when (funcall test item (%car tail))
      (return tail))))

(defun member-matching (item list key test negate)
  (cond ((or key negate (not (eq test #'eql)))
         (do-tails (tail list nil)
           (when (matches-p test negate item (apply-key key (%car tail)))
             (return tail))))
        (t (member-eql item list))))

(defun member (item list &key key test test-not)
  "Return the tail of LIST that begins with the first element that matches
ITEM, or NIL. CLHS MEMBER."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (member-matching item list (resolve-key key) test negate)))

(defun member-if (predicate list &key key)
  "Return the tail of LIST from the first element that satisfies PREDICATE.
CLHS MEMBER-IF."
  (let ((predicate (function-designator predicate))
        (key (resolve-key key)))
    (do-tails (tail list nil)
      (when (funcall predicate (apply-key key (%car tail)))
        (return tail)))))

(defun member-if-not (predicate list &key key)
  "Return the tail of LIST from the first element that does not satisfy
PREDICATE. CLHS MEMBER-IF-NOT."
  (member-if (complement (function-designator predicate)) list :key key))

(defun assoc-eq (item alist)
  (do-tails (tail alist nil)
    (let ((entry (%car tail)))
      (when (and entry (eq (car entry) item))
        (return entry)))))

(defun assoc-eql (item alist)
  (if (eq-comparable-p item)
      (assoc-eq item alist)
      (do-tails (tail alist nil)
        (let ((entry (%car tail)))
          (when (and entry (eql (car entry) item))
            (return entry))))))

(defun assoc-test (item alist test)
  (do-tails (tail alist nil)
    (let ((entry (%car tail)))
      (when (and entry (funcall test item (car entry)))
        (return entry)))))

(defun assoc (item alist &key key test test-not)
  "Return the first entry of ALIST whose car matches ITEM. CLHS ASSOC."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (if (or key negate (not (eq test #'eql)))
          (do-tails (tail alist nil)
            (let ((entry (%car tail)))
              (when (and entry
                         (matches-p test negate item
                                    (apply-key key (car entry))))
                (return entry))))
          (assoc-eql item alist)))))

(defun assoc-if (predicate alist &key key)
  "Return the first entry of ALIST whose car satisfies PREDICATE.
CLHS ASSOC-IF."
  (let ((key (resolve-key key)))
    (do-tails (tail alist nil)
      (let ((entry (%car tail)))
        (when (and entry (funcall predicate (apply-key key (car entry))))
          (return entry))))))

(defun assoc-if-not (predicate alist &key key)
  "Return the first entry of ALIST whose car does not satisfy PREDICATE.
CLHS ASSOC-IF-NOT."
  (assoc-if (complement (function-designator predicate)) alist :key key))

(defun rassoc (item alist &key key test test-not)
  "Return the first entry of ALIST whose cdr matches ITEM. CLHS RASSOC."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (do-tails (tail alist nil)
        (let ((entry (%car tail)))
          (when (and entry
                     (matches-p test negate item
                                (apply-key key (cdr entry))))
            (return entry)))))))

(defun rassoc-if (predicate alist &key key)
  "Return the first entry of ALIST whose cdr satisfies PREDICATE.
CLHS RASSOC-IF."
  (let ((key (resolve-key key)))
    (do-tails (tail alist nil)
      (let ((entry (%car tail)))
        (when (and entry (funcall predicate (apply-key key (cdr entry))))
          (return entry))))))

(defun rassoc-if-not (predicate alist &key key)
  "Return the first entry of ALIST whose cdr does not satisfy PREDICATE.
CLHS RASSOC-IF-NOT."
  (rassoc-if (complement (function-designator predicate)) alist :key key))

;;; Calls with a constant test go straight to the loop.

(defun constant-test-call (form eq-name eql-name test-name)
  (destructuring-bind (item list &rest keys) (cdr form)
    (cond ((null keys) `(,eql-name ,item ,list))
          ((and (eq (car keys) :test) (null (cddr keys)) (consp (cdr keys)))
           (let ((test (cadr keys)))
             (cond ((or (equal test '#'eq) (equal test ''eq))
                    `(,eq-name ,item ,list))
                   ((or (equal test '#'eql) (equal test ''eql))
                    `(,eql-name ,item ,list))
                   ((and (consp test) (eq (car test) 'function))
                    `(,test-name ,item ,list ,test))
                   (t form))))
          (t form))))

(define-compiler-macro member (&whole form item list &rest keys)
  (declare (ignore item list keys))
  (constant-test-call form 'member-eq 'member-eql 'member-test))

(define-compiler-macro assoc (&whole form item list &rest keys)
  (declare (ignore item list keys))
  (constant-test-call form 'assoc-eq 'assoc-eql 'assoc-test))

;;; Sets.

;;; Tests that hash tables know.
(defun hashable-test (test)
  (cond ((eq test #'eq) 'eq)
        ((eq test #'eql) 'eql)
        ((eq test #'equal) 'equal)
        ((eq test #'equalp) 'equalp)
        (t nil)))

;;; A function of an element (its key already taken) that tells whether it
;;; matches one of LIST; SWAP: LIST's elements come first in calls of the test.
;;; Long lists are put in a hash table.
(defun membership-function (list key test negate swap)
  (let ((hash-test (if negate nil (hashable-test test))))
    (if (and hash-test (nthcdr 16 list))
        (let ((table (make-hash-table :test hash-test)))
          (dolist (item list)
            (puthash (apply-key key item) table t))
          (lambda (item) (nth-value 1 (gethash item table))))
        (lambda (item)
          (do-tails (tail list nil)
            (let ((other (apply-key key (%car tail))))
              (when (if swap
                        (matches-p test negate other item)
                        (matches-p test negate item other))
                (return t))))))))

(defun adjoin (item list &key key test test-not)
  "Return LIST with ITEM in front, unless an element matches. CLHS ADJOIN."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (if (member-matching (apply-key key item) list key test negate)
          list
          (cons item list)))))

(define-compiler-macro adjoin (&whole form item list &rest keys)
  (if (null keys)
      `(adjoin-eql ,item ,list)
      form))

(defun adjoin-eql (item list)
  (if (member-eql item list) list (cons item list)))

(defmacro define-set-function (name doc (&rest variables) &body body)
  `(defun ,name (list-1 list-2 &key key test test-not)
     ,doc
     (multiple-value-bind (test negate) (resolve-test test test-not)
       (let ((key (resolve-key key)))
         (declare (ignorable key))
         (let* ,variables ,@body)))))

(define-set-function union
    "Return the elements of LIST-1 and LIST-2, matching ones once. CLHS UNION."
    ((present-p (membership-function list-1 key test negate t))
     (result list-1))
  (dolist (item list-2 result)
    (unless (funcall present-p (apply-key key item))
      (setq result (cons item result)))))

(defun nunion (list-1 list-2 &rest keys &key key test test-not)
  "Like UNION; LIST-1 and LIST-2 may be changed. CLHS NUNION."
  (declare (ignore key test test-not))
  (apply #'union list-1 list-2 keys))

(define-set-function intersection
    "Return the elements of LIST-1 that match one of LIST-2.
CLHS INTERSECTION."
    ((present-p (membership-function list-2 key test negate nil))
     (result nil))
  (dolist (item list-1 (nreverse-onto result nil))
    (when (funcall present-p (apply-key key item))
      (setq result (cons item result)))))

(defun nintersection (list-1 list-2 &rest keys &key key test test-not)
  "Like INTERSECTION; LIST-1 may be changed. CLHS NINTERSECTION."
  (declare (ignore key test test-not))
  (apply #'intersection list-1 list-2 keys))

(define-set-function set-difference
    "Return the elements of LIST-1 that match none of LIST-2.
CLHS SET-DIFFERENCE."
    ((present-p (membership-function list-2 key test negate nil))
     (result nil))
  (dolist (item list-1 (nreverse-onto result nil))
    (unless (funcall present-p (apply-key key item))
      (setq result (cons item result)))))

(defun nset-difference (list-1 list-2 &rest keys &key key test test-not)
  "Like SET-DIFFERENCE; LIST-1 may be changed. CLHS NSET-DIFFERENCE."
  (declare (ignore key test test-not))
  (apply #'set-difference list-1 list-2 keys))

(define-set-function set-exclusive-or
    "Return the elements of one of LIST-1 and LIST-2 that match none of the
other. CLHS SET-EXCLUSIVE-OR."
    ((in-2-p (membership-function list-2 key test negate nil))
     (in-1-p (membership-function list-1 key test negate t))
     (result nil))
  (dolist (item list-1)
    (unless (funcall in-2-p (apply-key key item))
      (setq result (cons item result))))
  (dolist (item list-2 (nreverse-onto result nil))
    (unless (funcall in-1-p (apply-key key item))
      (setq result (cons item result)))))

(defun nset-exclusive-or (list-1 list-2 &rest keys &key key test test-not)
  "Like SET-EXCLUSIVE-OR; the lists may be changed. CLHS NSET-EXCLUSIVE-OR."
  (declare (ignore key test test-not))
  (apply #'set-exclusive-or list-1 list-2 keys))

(define-set-function subsetp
    "True if each element of LIST-1 matches one of LIST-2. CLHS SUBSETP."
    ((present-p (membership-function list-2 key test negate nil)))
  (dolist (item list-1 t)
    (unless (funcall present-p (apply-key key item))
      (return nil))))

;;; Mapping. The general case keeps a list of the tails of all lists.

;;; The cars (or tails) of LISTS, which is advanced; NIL when one is at its end.
(defun next-arguments (lists tails-p)
  (let ((arguments nil))
    (do ((rest lists (%cdr rest)))
        ((null rest) (nreverse-onto arguments nil))
      (let ((list (%car rest)))
        (when (endp list)
          (return nil))
        (push (if tails-p list (%car list)) arguments)
        (%set-car rest (%cdr list))))))

;;; Call FUNCTION for its effect on the elements (or tails) of LISTS.
(defun map-lists (function lists tails-p)
  (let ((function (function-designator function))
        (lists (copy-list lists)))
    (loop-forever
      (let ((arguments (next-arguments lists tails-p)))
        (when (null arguments)
          (return nil))
        (apply function arguments)))))

(defun mapc (function list &rest more-lists)
  "Call FUNCTION on the elements of LIST and MORE-LISTS; return LIST.
CLHS MAPC."
  (if (null more-lists)
      (let ((function (function-designator function)))
        (dolist (item list)
          (funcall function item)))
      (map-lists function (cons list more-lists) nil))
  list)

(defun mapl (function list &rest more-lists)
  "Call FUNCTION on the tails of LIST and MORE-LISTS; return LIST.
CLHS MAPL."
  (map-lists function (cons list more-lists) t)
  list)

(defun mapcar (function list &rest more-lists)
  "Return what FUNCTION returns for the elements of LIST and MORE-LISTS.
CLHS MAPCAR."
  (let ((function (function-designator function))
        (result nil))
    (cond ((null more-lists)
           (dolist (item list)
             (push (funcall function item) result)))
          ((null (cdr more-lists))
           (do ((list-1 list (cdr list-1))
                (list-2 (car more-lists) (cdr list-2)))
               ((or (endp list-1) (endp list-2)))
             (push (funcall function (%car list-1) (%car list-2)) result)))
          (t
           (map-lists (lambda (&rest arguments)
                        (push (apply function arguments) result))
                      (cons list more-lists) nil)))
    (nreverse-onto result nil)))

(defun maplist (function list &rest more-lists)
  "Return what FUNCTION returns for the tails of LIST and MORE-LISTS.
CLHS MAPLIST."
  (let ((result nil))
    (map-lists (lambda (&rest arguments)
                 (push (apply function arguments) result))
               (cons list more-lists) t)
    (nreverse-onto result nil)))

(defun mapcan (function list &rest more-lists)
  "Join by NCONC what FUNCTION returns for the elements of the lists.
CLHS MAPCAN."
  (nconc-list (apply #'mapcar function list more-lists)))

(defun mapcon (function list &rest more-lists)
  "Join by NCONC what FUNCTION returns for the tails of the lists.
CLHS MAPCON."
  (nconc-list (apply #'maplist function list more-lists)))

(defun nconc-list (lists)
  (let ((head nil)
        (last nil))
    (do ((rest lists (%cdr rest)))
        ((null rest) head)
      (let ((list (%car rest)))
        (cond ((null list))
              ((atom list)
               (if (null (%cdr rest))
                   (if last (%set-cdr last list) (setq head list))
                   (type-failure list 'list)))
              (t
               (if last (%set-cdr last list) (setq head list))
               (setq last (final-cons list))))))))

(defun function-form-p (form)
  (and (consp form) (or (eq (car form) 'function) (eq (car form) 'lambda))))

;;; Calls with a literal function are loops without a block: a RETURN in the
;;; function is for the caller's.

;;; BODY makes of the forms for the cars (or tails) what is done in each step.
(defun mapping-loop (lists tails-p body)
  (let ((next (temporary "NEXT"))
        (test (temporary "TEST"))
        (tails '())
        (arguments '())
        (steps '()))
    (dolist (list lists)
      (let ((tail (temporary "TAIL")))
        (push (list tail list) tails)
        (push (if tails-p tail `(car ,tail)) arguments)
        (setq steps (list* tail `(cdr ,tail) steps))))
    (let ((tails (nreverse-onto tails nil)))
      (values tails
              `(tagbody
                  (go ,test)
                  ,next
                  ,(funcall body (nreverse-onto arguments nil))
                  (setq ,@steps)
                  ,test
                  (if (and ,@(mapcar #'car tails)) (go ,next) nil))))))

(defun mapping-for-effect (form tails-p)
  (destructuring-bind (function list &rest more) (cdr form)
    (if (function-form-p function)
        (let ((first (temporary "LIST")))
          (multiple-value-bind (tails loop)
              (mapping-loop (cons first more) tails-p
                            (lambda (arguments)
                              `(funcall ,function ,@arguments)))
            `(let ((,first ,list))
               (let ,tails ,loop)
               ,first)))
        form)))

(define-compiler-macro mapc (&whole form function list &rest more)
  (declare (ignore function list more))
  (mapping-for-effect form nil))

(define-compiler-macro mapl (&whole form function list &rest more)
  (declare (ignore function list more))
  (mapping-for-effect form t))

(defun mapping-for-list (form function lists tails-p)
  (if (function-form-p function)
      (let ((head (temporary "HEAD"))
            (last (temporary "LAST")))
        (multiple-value-bind (tails loop)
            (mapping-loop lists tails-p
                          (lambda (arguments)
                            (let ((cell (temporary "CELL")))
                              `(let ((,cell (cons (funcall ,function
                                                           ,@arguments)
                                                  nil)))
                                 (%set-cdr ,last ,cell)
                                 (setq ,last ,cell)))))
          `(let* ((,head (cons nil nil))
                  (,last ,head))
             (let ,tails ,loop)
             (%cdr ,head))))
      form))

(define-compiler-macro mapcar (&whole form function list &rest more)
  (mapping-for-list form function (cons list more) nil))

(define-compiler-macro maplist (&whole form function list &rest more)
  (mapping-for-list form function (cons list more) t))

(define-compiler-macro mapcan (&whole form function list &rest more)
  (if (function-form-p function)
      `(nconc-list (mapcar ,function ,list ,@more))
      form))

(define-compiler-macro mapcon (&whole form function list &rest more)
  (if (function-form-p function)
      `(nconc-list (maplist ,function ,list ,@more))
      form))
