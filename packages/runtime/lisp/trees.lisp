;;;; Trees of conses: SUBST, SUBLIS, TREE-EQUAL (CLHS 14.2).

(in-package #:astralisp.runtime)

;;; TREE with each subtree for which FUNCTION returns a second value true
;;; replaced by the first; parts without change are shared.
(defun replace-subtrees (tree function)
  (multiple-value-bind (new found-p) (funcall function tree)
    (cond (found-p new)
          ((atom tree) tree)
          (t
           (let ((car (replace-subtrees (%car tree) function))
                 (cdr (replace-subtrees (%cdr tree) function)))
             (if (and (eq car (%car tree)) (eq cdr (%cdr tree)))
                 tree
                 (cons car cdr)))))))

;;; The same, changing TREE; the cdr direction is a loop.
(defun nreplace-subtrees (tree function)
  (multiple-value-bind (new found-p) (funcall function tree)
    (cond (found-p new)
          (t
           (let ((cell tree))
             (while (consp cell)
               (%set-car cell (nreplace-subtrees (%car cell) function))
               (multiple-value-bind (new found-p)
                   (funcall function (%cdr cell))
                 (cond (found-p
                        (%set-cdr cell new)
                        (setq cell nil))
                       (t (setq cell (%cdr cell)))))))
           tree))))

(defun subst-function (new old key test test-not)
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (lambda (tree)
        (if (matches-p test negate old (apply-key key tree))
            (values new t)
            (values nil nil))))))

(defun subst-if-function (new predicate key)
  (let ((predicate (function-designator predicate))
        (key (resolve-key key)))
    (lambda (tree)
      (if (funcall predicate (apply-key key tree))
          (values new t)
          (values nil nil)))))

(defun subst (new old tree &key key test test-not)
  "Return TREE with NEW for each subtree that matches OLD. CLHS SUBST."
  (replace-subtrees tree (subst-function new old key test test-not)))

(defun nsubst (new old tree &key key test test-not)
  "Like SUBST, but change TREE. CLHS NSUBST."
  (nreplace-subtrees tree (subst-function new old key test test-not)))

(defun subst-if (new predicate tree &key key)
  "Return TREE with NEW for each subtree that satisfies PREDICATE.
CLHS SUBST-IF."
  (replace-subtrees tree (subst-if-function new predicate key)))

(defun nsubst-if (new predicate tree &key key)
  "Like SUBST-IF, but change TREE. CLHS NSUBST-IF."
  (nreplace-subtrees tree (subst-if-function new predicate key)))

(defun subst-if-not (new predicate tree &key key)
  "Return TREE with NEW for each subtree that does not satisfy PREDICATE.
CLHS SUBST-IF-NOT."
  (subst-if new (complement (function-designator predicate)) tree :key key))

(defun nsubst-if-not (new predicate tree &key key)
  "Like SUBST-IF-NOT, but change TREE. CLHS NSUBST-IF-NOT."
  (nsubst-if new (complement (function-designator predicate)) tree :key key))

(defun sublis-function (alist key test test-not)
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (let ((key (resolve-key key)))
      (lambda (tree)
        (let ((item (apply-key key tree)))
          (dolist (entry alist (values nil nil))
            (when (and entry (matches-p test negate item (car entry)))
              (return (values (cdr entry) t)))))))))

(defun sublis (alist tree &key key test test-not)
  "Return TREE with each subtree that matches a key of ALIST replaced by its
datum. CLHS SUBLIS."
  (replace-subtrees tree (sublis-function alist key test test-not)))

(defun nsublis (alist tree &key key test test-not)
  "Like SUBLIS, but change TREE. CLHS NSUBLIS."
  (nreplace-subtrees tree (sublis-function alist key test test-not)))

(defun tree-equal (tree-1 tree-2 &key test test-not)
  "True if TREE-1 and TREE-2 have the same shape and matching leaves.
CLHS TREE-EQUAL."
  (multiple-value-bind (test negate) (resolve-test test test-not)
    (trees-match-p tree-1 tree-2 test negate)))

(defun trees-match-p (a b test negate)
  (loop-forever
    (cond ((consp a)
           (unless (and (consp b)
                        (trees-match-p (%car a) (%car b) test negate))
             (return nil))
           (setq a (%cdr a)
                 b (%cdr b)))
          ((consp b) (return nil))
          (t (return (if (matches-p test negate a b) t nil))))))
