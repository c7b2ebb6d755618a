;;;; The order of moves that happen at once.

(in-package #:astralisp.compiler)

;;; A gap is a set of moves all of whose sources are read before any
;;; destination is written.  ORDER-MOVES makes a sequence of it: a move whose
;;; destination nobody still reads goes first; when there is none, there are
;;; only cycles, and one is opened by saving a source in the scratch place.

(defun place-key (place)
  "A number that two places share when they are the same; NIL: a constant."
  (cond ((integerp place) place)
        ((eq place :scratch) -1)
        ((vreg-p place)
         (cond ((vreg-constant place) nil)
               ((vreg-incoming place) (+ 10000 (vreg-incoming place)))
               (t (+ 1000000 (vreg-slot place)))))
        ((eq (use-how place) :in) (+ 10000 (use-extra place)))
        (t (+ 20000 (use-extra place)))))

(defun order-moves (moves emit)
  "Call EMIT with destination, source and class of each move of a sequence
that has the effect of MOVES done at once.  :SCRATCH is a place of its own."
  (let ((pending '()))
    (dolist (move moves)
      (let ((to (place-key (move-dst move)))
            (from (place-key (move-src move))))
        (unless (eql to from)
          (push (list to from move (move-src move)) pending))))
    (setq pending (nreverse pending))
    (loop
      (when (null pending) (return))
      (let ((free (free-move pending)))
        (cond (free
               (setq pending (remove free pending :test #'eq))
               (let ((move (third free)))
                 (funcall emit (move-dst move) (fourth free)
                          (vreg-class (move-vreg move)))))
              (t (open-cycle (first pending) pending emit)))))))

(defun free-move (pending)
  "A move of PENDING whose destination no other one reads, or NIL."
  (dolist (entry pending nil)
    (let ((to (first entry)))
      (when (dolist (other pending t)
              (when (and (eql (second other) to) (not (eq other entry)))
                (return nil)))
        (return entry)))))

(defun open-cycle (entry pending emit)
  "Save the source of ENTRY in the scratch place; all who read it read that."
  (let ((from (second entry)) (place (fourth entry)))
    (funcall emit :scratch place (vreg-class (move-vreg (third entry))))
    (dolist (other pending)
      (when (eql (second other) from)
        (setf (second other) -1
              (fourth other) :scratch)))))
