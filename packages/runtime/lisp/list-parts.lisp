;;;; Lists: making them, taking them apart, joining them (CLHS 14.2).

(in-package #:astralisp.runtime)

;;; An error for public functions that were given something unfit.
(defun type-failure (datum expected-type)
  (error 'type-error :datum datum :expected-type expected-type))

(defmacro check-index (n)
  `(unless (and (%fixnump ,n) (%fx>= ,n 0))
     (type-failure ,n 'unsigned-byte)))

;;; CAAR to CDDDDR.

(eval-always
  ;; The form that takes the path LETTERS ("AD" for CADR) from FORM.
  (%defun path-form (letters form)
    (let ((i (%vector-length letters)))
      (while (%fx> i 0)
        (setq i (%fx- i 1)
              form (list (if (eq (%string-ref letters i) #\A) 'car 'cdr)
                         form)))
      form)))

(defmacro define-list-path (name letters)
  `(progn
     (defun ,name (list)
       ,(string-append "Return the part of LIST its name says. CLHS "
                       (symbol-name name) ".")
       ,(path-form letters 'list))
     (define-compiler-macro ,name (list)
       (path-form ,letters list))
     (defsetf ,name (list) (value)
       (list ',(if (eq (%string-ref letters 0) #\A) 'set-car 'set-cdr)
             (path-form ,(string-tail letters) list)
             value))))

(defun set-car (cons value)
  (rplaca cons value)
  value)

(defun set-cdr (cons value)
  (rplacd cons value)
  value)

(define-list-path caar "AA")
(define-list-path cadr "AD")
(define-list-path cdar "DA")
(define-list-path cddr "DD")
(define-list-path caaar "AAA")
(define-list-path caadr "AAD")
(define-list-path cadar "ADA")
(define-list-path caddr "ADD")
(define-list-path cdaar "DAA")
(define-list-path cdadr "DAD")
(define-list-path cddar "DDA")
(define-list-path cdddr "DDD")
(define-list-path caaaar "AAAA")
(define-list-path caaadr "AAAD")
(define-list-path caadar "AADA")
(define-list-path caaddr "AADD")
(define-list-path cadaar "ADAA")
(define-list-path cadadr "ADAD")
(define-list-path caddar "ADDA")
(define-list-path cadddr "ADDD")
(define-list-path cdaaar "DAAA")
(define-list-path cdaadr "DAAD")
(define-list-path cdadar "DADA")
(define-list-path cdaddr "DADD")
(define-list-path cddaar "DDAA")
(define-list-path cddadr "DDAD")
(define-list-path cdddar "DDDA")
(define-list-path cddddr "DDDD")
(define-list-path first "A")
(define-list-path rest "D")
(define-list-path second "AD")
(define-list-path third "ADD")
(define-list-path fourth "ADDD")
(define-list-path fifth "ADDDD")
(define-list-path sixth "ADDDDD")
(define-list-path seventh "ADDDDDD")
(define-list-path eighth "ADDDDDDD")
(define-list-path ninth "ADDDDDDDD")
(define-list-path tenth "ADDDDDDDDD")

(defsetf car (cons) (value) `(set-car ,cons ,value))
(defsetf cdr (cons) (value) `(set-cdr ,cons ,value))
(defsetf %car (cons) (value) `(progn (%set-car ,cons ,value) ,value))
(defsetf %cdr (cons) (value) `(progn (%set-cdr ,cons ,value) ,value))

(defun endp (list)
  "True if LIST is NIL, false if it is a cons; else signal TYPE-ERROR.
CLHS ENDP."
  (cond ((consp list) nil)
        ((null list) t)
        (t (type-failure list 'list))))

(defun nthcdr (n list)
  "Return what CDR applied N times to LIST returns. CLHS NTHCDR."
  (unless (listp list)
    (type-failure list 'list))
  (if (%fixnump n)
      (progn
        (check-index n)
        (while (and (%fx> n 0) list)
          (setq list (cdr list)
                n (%fx- n 1)))
        list)
      (progn
        (unless (and (integerp n) (> n 0))
          (type-failure n 'unsigned-byte))
        (nthcdr-far n list))))

;;; N is a bignum: only a circular LIST can be that long.
(defun nthcdr-far (n list)
  (let ((length (list-length list)))
    (if length
        nil
        (let ((tail (cdr list))
              (period 1)
              (seen list))
          ;; Walk until the walk is in the circle, then measure the circle.
          (dotimes (i 1000000)
            (setq seen (cdr seen)))
          (setq tail (cdr seen))
          (while (not (eq tail seen))
            (setq tail (cdr tail)
                  period (+ period 1)))
          (nthcdr (mod (- n 1000000) period) seen)))))

(defun nth (n list)
  "Return element N of LIST, or NIL when it is shorter. CLHS NTH."
  (car (nthcdr n list)))

(defun set-nth (n list value)
  (set-car (nthcdr n list) value))

(defsetf nth set-nth)

(defun list-length (list)
  "Return the length of LIST, or NIL if it is circular. CLHS LIST-LENGTH."
  (let ((n 0)
        (slow list)
        (fast list))
    (loop-forever
      (when (endp fast) (return n))
      (setq fast (%cdr fast))
      (when (endp fast) (return (%fx+ n 1)))
      (setq fast (%cdr fast)
            slow (%cdr slow)
            n (%fx+ n 2))
      (when (and (eq fast slow) (consp fast)) (return nil)))))

;;; The length of a proper LIST; TYPE-ERROR for a dotted one.
(defun length-of-list (list)
  (let ((n 0)
        (tail list))
    (while (consp tail)
      (setq n (%fx+ n 1)
            tail (%cdr tail)))
    (if (null tail)
        n
        (type-failure tail 'list))))

(defun make-list (size &key (initial-element nil))
  "Return a list of SIZE elements INITIAL-ELEMENT. CLHS MAKE-LIST."
  (check-index size)
  (let ((result nil))
    (while (%fx> size 0)
      (setq result (cons initial-element result)
            size (%fx- size 1)))
    result))

(defun copy-list (list)
  "Return a list of the elements of LIST, which may be dotted.
CLHS COPY-LIST."
  (cond ((consp list)
         (let* ((head (cons (%car list) nil))
                (last head))
           (setq list (%cdr list))
           (while (consp list)
             (let ((cell (cons (%car list) nil)))
               (%set-cdr last cell)
               (setq last cell
                     list (%cdr list))))
           (%set-cdr last list)
           head))
        ((null list) nil)
        (t (type-failure list 'list))))

(defun copy-alist (alist)
  "Return a copy of ALIST whose entries are copied too. CLHS COPY-ALIST."
  (let ((copy (copy-list alist)))
    (do ((tail copy (%cdr tail)))
        ((endp tail) copy)
      (let ((entry (%car tail)))
        (when (consp entry)
          (%set-car tail (cons (%car entry) (%cdr entry))))))))

(defun copy-tree (tree)
  "Return a copy of the conses of TREE. CLHS COPY-TREE."
  (if (atom tree)
      tree
      (let* ((head (cons (copy-tree (%car tree)) nil))
             (last head))
        (setq tree (%cdr tree))
        (while (consp tree)
          (let ((cell (cons (copy-tree (%car tree)) nil)))
            (%set-cdr last cell)
            (setq last cell
                  tree (%cdr tree))))
        (%set-cdr last tree)
        head)))

(defun append (&rest lists)
  "Return a list of the elements of LISTS; the last one is shared.
CLHS APPEND."
  (let ((last-list (car lists))
        (head nil)
        (last nil))
    (do ((rest (cdr lists) (cdr rest)))
        ((null rest))
      (let ((list last-list))
        (setq last-list (%car rest))
        (while (consp list)
          (let ((cell (cons (%car list) nil)))
            (if head
                (%set-cdr last cell)
                (setq head cell))
            (setq last cell
                  list (%cdr list))))
        (unless (null list)
          (type-failure list 'list))))
    (cond (head (%set-cdr last last-list) head)
          (t last-list))))

(define-compiler-macro append (&whole form &rest lists)
  (cond ((null lists) nil)
        ((null (cdr lists)) (car lists))
        ((null (cddr lists)) `(append-two ,(first lists) ,(second lists)))
        (t form)))

(defun append-two (list tail)
  (cond ((consp list)
         (let* ((head (cons (%car list) nil))
                (last head))
           (setq list (%cdr list))
           (while (consp list)
             (let ((cell (cons (%car list) nil)))
               (%set-cdr last cell)
               (setq last cell
                     list (%cdr list))))
           (unless (null list)
             (type-failure list 'list))
           (%set-cdr last tail)
           head))
        ((null list) tail)
        (t (type-failure list 'list))))

(defun nconc (&rest lists)
  "Join LISTS by changing their last conses. CLHS NCONC."
  (let ((head nil)
        (last nil))
    (do ((rest lists (cdr rest)))
        ((null rest) head)
      (let ((list (%car rest)))
        (cond ((consp list)
               (if last
                   (%set-cdr last list)
                   (setq head list))
               (when (%cdr rest)
                 (setq last (final-cons list))))
              ((null list))
              ((null (%cdr rest))
               (if last
                   (%set-cdr last list)
                   (setq head list)))
              (t (type-failure list 'list)))))))

;;; The last cons of LIST, which is one.
(defun final-cons (list)
  (let ((next (%cdr list)))
    (while (consp next)
      (setq list next
            next (%cdr next)))
    list))

(defun revappend (list tail)
  "Return the elements of LIST in reverse order, then TAIL. CLHS REVAPPEND."
  (do ((rest list (%cdr rest)))
      ((endp rest) tail)
    (setq tail (cons (%car rest) tail))))

(defun nreconc (list tail)
  "Like REVAPPEND, but reuse the conses of LIST. CLHS NRECONC."
  (loop-forever
    (when (endp list)
      (return tail))
    (let ((rest (%cdr list)))
      (%set-cdr list tail)
      (setq tail list
            list rest))))

(defun last (list &optional (n 1))
  "Return the last N conses of LIST. CLHS LAST."
  (unless (listp list)
    (type-failure list 'list))
  (cond ((eql n 1)
         (if (consp list) (final-cons list) list))
        ((not (%fixnump n))
         (if (and (integerp n) (> n 0))
             list
             (type-failure n 'unsigned-byte)))
        (t
         (check-index n)
         (let ((ahead list))
           (while (and (%fx> n 0) (consp ahead))
             (setq ahead (%cdr ahead)
                   n (%fx- n 1)))
           (while (consp ahead)
             (setq ahead (%cdr ahead)
                   list (%cdr list)))
           list))))

;;; The number of conses in LIST, proper or dotted.
(defun cons-count (list)
  (let ((n 0))
    (while (consp list)
      (setq n (%fx+ n 1)
            list (%cdr list)))
    n))

(defun butlast (list &optional (n 1))
  "Return a copy of LIST without its last N conses. CLHS BUTLAST."
  (unless (listp list)
    (type-failure list 'list))
  (unless (and (integerp n) (>= n 0))
    (type-failure n 'unsigned-byte))
  (let ((keep (- (cons-count list) n))
        (result nil))
    (while (> keep 0)
      (push (%car list) result)
      (setq list (%cdr list)
            keep (- keep 1)))
    (nreverse-onto result nil)))

(defun nbutlast (list &optional (n 1))
  "Like BUTLAST, but change LIST. CLHS NBUTLAST."
  (unless (listp list)
    (type-failure list 'list))
  (unless (and (integerp n) (>= n 0))
    (type-failure n 'unsigned-byte))
  (let ((keep (- (cons-count list) n)))
    (cond ((> keep 0)
           (%set-cdr (nthcdr (- keep 1) list) nil)
           list)
          (t nil))))

(defun ldiff (list object)
  "Return a copy of the elements of LIST before its tail OBJECT.
CLHS LDIFF."
  (unless (listp list)
    (type-failure list 'list))
  (let ((result nil))
    (loop-forever
      (cond ((eql list object) (return (nreverse-onto result nil)))
            ((atom list) (return (nreverse-onto result list))))
      (push (%car list) result)
      (setq list (%cdr list)))))

(defun tailp (object list)
  "True if OBJECT is LIST or a tail of it. CLHS TAILP."
  (unless (listp list)
    (type-failure list 'list))
  (loop-forever
    (cond ((eql list object) (return t))
          ((atom list) (return nil)))
    (setq list (%cdr list))))

(defun acons (key datum alist)
  "Return ALIST with an entry of KEY and DATUM in front. CLHS ACONS."
  (cons (cons key datum) alist))

(define-compiler-macro acons (key datum alist)
  `(cons (cons ,key ,datum) ,alist))

(defun pairlis (keys data &optional alist)
  "Return ALIST with entries of KEYS and DATA in front. CLHS PAIRLIS."
  (do ((keys keys (cdr keys))
       (data data (cdr data)))
      ((or (endp keys) (endp data))
       (if (or keys data)
           (error "the lists of keys and data differ in length")
           alist))
    (setq alist (acons (%car keys) (%car data) alist))))

;;; Property lists.

(defun getf (plist indicator &optional default)
  "Return the value of INDICATOR in PLIST, or DEFAULT. CLHS GETF."
  (do ((tail plist (cddr tail)))
      ((null tail) default)
    (when (eq (car tail) indicator)
      (return (cadr tail)))))

;;; PLIST with VALUE for INDICATOR; it is changed in place where possible.
(defun put-property (plist indicator value)
  (do ((tail plist (cddr tail)))
      ((null tail) (list* indicator value plist))
    (when (eq (car tail) indicator)
      (set-car (cdr tail) value)
      (return plist))))

(define-setf-expander getf (&environment environment place indicator
                                         &optional default)
  (multiple-value-bind (variables values stores setter getter)
      (get-setf-expansion place environment)
    (let ((key (temporary "INDICATOR"))
          (default-variable (temporary "DEFAULT"))
          (store (temporary "NEW")))
      (values `(,@variables ,key ,@(if default (list default-variable) nil))
              `(,@values ,indicator ,@(if default (list default) nil))
              (list store)
              `(let ((,(car stores) (put-property ,getter ,key ,store)))
                 ,setter
                 ,store)
              `(getf ,getter ,key
                     ,@(if default (list default-variable) nil))))))

;;; PLIST without INDICATOR, and whether it was there.
(defun remove-property (plist indicator)
  (let ((before nil))
    (do ((tail plist (cddr tail)))
        ((null tail) (values plist nil))
      (when (eq (car tail) indicator)
        (return (if before
                    (progn (set-cdr before (cddr tail))
                           (values plist t))
                    (values (cddr tail) t))))
      (setq before (cdr tail)))))

(defun get-properties (plist indicators)
  "Look for the first of INDICATORS in PLIST: return it, its value and the
tail, or three NIL. CLHS GET-PROPERTIES."
  (do ((tail plist (cddr tail)))
      ((null tail)
       (check-indicators indicators)
       (values nil nil nil))
    (unless (consp (cdr tail))
      (error 'type-error :datum (cdr tail) :expected-type 'cons))
    (when (memq (car tail) indicators)
      (return (values (car tail) (cadr tail) tail)))))

(defun check-indicators (indicators)
  (do ((tail indicators (cdr tail)))
      ((atom tail)
       (when tail
         (error 'type-error :datum tail :expected-type 'list)))))

;;; (LIST* a b c) and the like as functions are engine primitives; a list of
;;; values is one here.

(defun values-list (list)
  "Return the elements of LIST as values. CLHS VALUES-LIST."
  (apply #'values (checked-values list)))

;;; LIST, which is a proper list of no more elements than there may be values.
(defun checked-values (list)
  (let ((count 0))
    (do ((tail list (cdr tail)))
        ((atom tail)
         (when tail
           (error 'type-error :datum tail :expected-type 'list))
         list)
      (setq count (%fx+ count 1))
      (when (%fx> count 1023)
        (error 'simple-type-error
               :datum list :expected-type 'list
               :format-control "a list of more than 1023 elements cannot be ~
                                turned into values"
               :format-arguments nil)))))
