;;;; Non-local exits: throw, return from blocks of other frames, cleanups.
;;;; SPDX-License-Identifier: GPL-3.0-only

(in-package #:astralisp.kernel)

;;; Unwind blocks lie in frames and form a chain from the thread structure
;;; (docs/calling-convention.md, "Unwinding"). An exit first looks for its
;;; target; if that is there, the chain is taken down block by block. An
;;; unwind-protect in between gets a token, (block first . rest), with which its
;;; cleanup goes on by %CONTINUE-UNWIND. FIRST and REST are the values on their
;;; way: REST is NIL for one value, 0 for none, else the list of the others.

(defmacro innermost-block ()
  `(%thread-load-word +thread-unwind+))

(defwired undo-bindings (goal)
  "Give the specials bound since the binding stack was at GOAL their old values."
  (let ((sp (%thread-load-word +thread-binding-sp+)))
    (declare (type fixnum sp))
    (while (> sp goal)
      (setq sp (- sp 16))
      (%raw-store-boxed (%thread-pointer) (word sp) (%raw-load-boxed sp 8))
      (%thread-store-word +thread-binding-sp+ sp))
    0))

(defwired find-unwind-block (address)
  "ADDRESS if it is a block of the chain, else 0."
  (let ((at (innermost-block)))
    (declare (type fixnum at))
    (while (and (/= at 0) (/= at address))
      (setq at (word at +unwind-previous+)))
    at))

(defun find-catch (tag)
  "The address of the innermost block of a catch for TAG, or 0."
  (let ((at (innermost-block)))
    (declare (type fixnum at))
    (while (and (/= at 0)
                (not (eq tag (%raw-load-boxed at +unwind-tag+))))
      (setq at (word at +unwind-previous+)))
    at))

(defun unwind (target first rest)
  "Take the chain down to the block TARGET, which is in it, and jump there."
  (while (/= target (innermost-block))
    (let ((block (innermost-block)))
      (declare (type fixnum block))
      (undo-bindings (word block +unwind-binding-sp+))
      (if (%unbound-marker-p (%raw-load-boxed block +unwind-tag+))
          (%unwind-to block (cons target (cons first rest)) nil)
          (%thread-store-word +thread-unwind+
                              (word block +unwind-previous+)))))
  (undo-bindings (word target +unwind-binding-sp+))
  (close-reserves (word target +unwind-sp+))
  (%unwind-to target first rest))

(defwired close-reserves (sp)
  "When a reserve was in use and the stack is back at SP, above it, close it
again; the same with the binding stack."
  (if (/= 0 (%thread-load-word +thread-reserve-open+))
      (let ((limit (%thread-load-word +thread-usual-limit+)))
        (declare (type fixnum limit))
        (if (> sp (+ limit 8192))
            (progn
              (%thread-store-word +thread-reserve-open+ 0)
              (%thread-store-word +thread-real-limit+ limit)
              (%thread-store-word +thread-limit+ limit)))))
  (if (/= 0 (%thread-load-word +thread-binding-open+))
      (let ((end (- (%thread-load-word +thread-binding-end+)
                    +binding-reserve+)))
        (declare (type fixnum end))
        (if (< (+ (%thread-load-word +thread-binding-sp+) 2048) end)
            (progn
              (%thread-store-word +thread-binding-open+ 0)
              (%thread-store-word +thread-binding-end+ end)))))
  0)

(defun rest-of-values (list)
  (if (null list) 0 (cdr list)))

(defun throw-failure (tag)
  (%signal-engine-error :control tag nil))

(defun %throw (tag value)
  "Exit to the innermost catch for TAG with VALUE. Signal a CONTROL-ERROR when
there is none. CLHS THROW."
  (let ((target (find-catch tag)))
    (declare (type fixnum target))
    (if (= target 0)
        (throw-failure tag)
        (unwind target value nil))))

(defun %throw-values (tag list)
  "The same with the elements of LIST as values."
  (let ((target (find-catch tag)))
    (declare (type fixnum target))
    (if (= target 0)
        (throw-failure tag)
        (unwind target (car list) (rest-of-values list)))))

;;; The value of an exit cell is a word with the address of its block, which
;;; reads as a fixnum of an eighth of it; it is NIL after a normal exit. After
;;; an exit past it the address may be that of another block, whose tag is not
;;; this cell.

(defun block-of-cell (cell)
  (let* ((value (%value-cell-ref cell))
         (address (if value (%fx-shift-left value 3) 0)))
    (declare (type fixnum address))
    (if (and value
             (cl:/= 0 (find-unwind-block address))
             (eq cell (%raw-load-boxed address +unwind-tag+)))
        address
        (throw-failure 'block))))

(defun %throw-to-block (cell value)
  "Return VALUE from the block with the exit cell CELL. Signal a CONTROL-ERROR
when it has been left."
  (unwind (block-of-cell cell) value nil))

(defun %throw-to-block-values (cell list)
  "The same with the elements of LIST as values."
  (unwind (block-of-cell cell) (car list) (rest-of-values list)))

(defun %continue-unwind (token)
  "Go on with the exit that TOKEN, which a cleanup was given, stands for."
  (unwind (car token) (car (cdr token)) (cdr (cdr token))))
