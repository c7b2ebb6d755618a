;;;; INSPECT: a person looks at objects and changes them (CLHS INSPECT).

(in-package #:astralisp.runtime)

(defconstant +inspector-page+ 30
  "How many parts are shown at once.")

(defstruct (inspection (:copier nil) (:predicate nil)
                       (:constructor make-inspection (object stream)))
  "What INSPECT shows: OBJECT, its parts from number PAGE. PATH has the objects on the
way to it, the last one first, and their pages: (object . page)."
  object stream (page 0) (path '()))

(defun write-inspector-help (stream)
  (format stream "~&  number       go into that part~@
                    ~2Tk number     go into its label, the key of a hash table~@
                    ~2Ti form       go into the value of form~@
                    ~2Tu, t         up to the object before, to the first one~@
                    ~2Tm, b         more parts, back to those before~@
                    ~2Tr            show the object again~@
                    ~2T= number form  change that part to the value of form~@
                    ~2Te form       evaluate; * is the object, ** the one before~@
                    ~2Tq            leave; the value is the object~@
                    ~2Th            this help~@
                   Any other form is evaluated as by e.~%"))

(defun inspect (object)
  "Look at OBJECT and what it consists of, by commands read from *QUERY-IO*; the
command h lists them. Return the object looked at last. CLHS INSPECT."
  (let ((inspection (make-inspection object *query-io*)))
    (show-inspected inspection)
    (do () ((eq (inspector-turn inspection) :quit)
            (inspection-object inspection)))))

;;; Showing.

(defun show-inspected (inspection)
  (let* ((object (inspection-object inspection))
         (stream (inspection-stream inspection))
         (parts (inspected-parts inspection))
         (count (%parts-count parts))
         (start (inspection-page inspection))
         (end (min count (+ start +inspector-page+))))
    (fresh-line stream)
    (print-short object stream)
    (format stream "~%  [~A~@[, ~A~]]~%" (describe-type object)
            (inspected-size object))
    (when (> start 0)
      (format stream "  ... ~D before: b~%" start))
    (do ((i start (+ i 1)))
        ((>= i end))
      (show-part i parts stream))
    (when (< end count)
      (format stream "  ... ~D more: m~%" (- count end)))))

(defun inspected-parts (inspection)
  "The parts of the object, or none when asking for them is an error."
  (handler-case (object-parts (inspection-object inspection))
    (error (condition)
      (format (inspection-stream inspection)
              "~&its parts cannot be found: ~A~%" condition)
      (parts-of-list '()))))

(defun inspected-size (object)
  "How much OBJECT has, in words, or NIL."
  (cond ((consp object)
         (let ((count (conses-of-list object)))
           (if count
               (format nil "~D cons~:[es~;~]" count (= count 1))
               "circular")))
        ((and (vectorp object) (array-has-fill-pointer-p object))
         (format nil "fill pointer ~D of ~D" (fill-pointer object)
                 (array-total-size object)))
        ((hash-table-p object)
         (format nil "~D entr~:@P" (hash-table-count object)))))

(defun show-part (index parts stream)
  (%mv-let (label value setter) (funcall (%parts-at parts) index)
    (declare (ignore setter))
    (format stream "  ~2D: " index)
    (unless (eql label index)
      (print-label label stream)
      (write-string " = " stream))
    (print-part-value value stream)
    (terpri stream)))

;;; Commands.

(defmacro with-part (variables (index inspection) &body body)
  "Evaluate BODY with VARIABLES bound to the value, label and setter of the part
INDEX; without such a part say so."
  `(call-with-part ,index ,inspection
                   (lambda (,@variables &rest others)
                     (declare (ignorable ,@variables) (ignore others))
                     ,@body)))

(defun inspector-command-p (command &rest names)
  (and (symbolp command)
       (member (symbol-name command) names :test #'string-equal)))

(defun inspector-turn (inspection)
  "Read a command and obey it; :QUIT when it says so."
  (let ((stream (inspection-stream inspection)))
    (fresh-line stream)
    (write-string "inspect> " stream)
    (finish-output stream)
    (let ((command (read-form-or-complain stream)))
      (cond ((eq command '%none) nil)
            ((or (eq command '%end) (inspector-command-p command "Q" "QUIT"))
             :quit)
            (t
             ;; What is read and evaluated may have mistakes.
             (handler-case (obey-inspector command inspection)
               (error (condition)
                 (format stream "~&error: ~A~%" condition)))
             nil)))))

(defun obey-inspector (command inspection)
  (let ((stream (inspection-stream inspection)))
    (cond ((integerp command)
           (with-part (value) (command inspection)
             (go-into value inspection)))
          ((inspector-command-p command "K" "KEY")
           (with-part (value label) ((read stream) inspection)
             (go-into label inspection)))
          ((inspector-command-p command "I" "INSPECT")
           (go-into (inspector-value (read stream) inspection) inspection))
          ((inspector-command-p command "U" "UP") (go-up 1 inspection))
          ((inspector-command-p command "T" "TOP")
           (go-up (length (inspection-path inspection)) inspection))
          ((inspector-command-p command "M" "MORE")
           (turn-page +inspector-page+ inspection))
          ((inspector-command-p command "B" "BACK")
           (turn-page (- +inspector-page+) inspection))
          ((inspector-command-p command "R" "REDISPLAY" "SHOW")
           (show-inspected inspection))
          ((inspector-command-p command "=" "SET")
           (change-part (read stream) (read stream) inspection))
          ((inspector-command-p command "H" "HELP" "?")
           (write-inspector-help stream))
          ((inspector-command-p command "E" "EVAL")
           (inspector-evaluate (read stream) inspection))
          (t (inspector-evaluate command inspection)))))

(defun call-with-part (index inspection function)
  (let ((parts (inspected-parts inspection)))
    (if (and (integerp index) (< -1 index (%parts-count parts)))
        (%mv-let (label value setter) (funcall (%parts-at parts) index)
          (funcall function value label setter))
        (format (inspection-stream inspection)
                "~&there is no part ~S; parts are numbers below ~D~%"
                index (%parts-count parts)))))

(defun go-into (object inspection)
  (push (cons (inspection-object inspection) (inspection-page inspection))
        (inspection-path inspection))
  (setf (inspection-object inspection) object
        (inspection-page inspection) 0)
  (show-inspected inspection))

(defun go-up (count inspection)
  "Go COUNT objects up, as far as there are such."
  (dotimes (i count)
    (let ((entry (pop (inspection-path inspection))))
      (when entry
        (setf (inspection-object inspection) (car entry)
              (inspection-page inspection) (cdr entry)))))
  (show-inspected inspection))

(defun turn-page (distance inspection)
  (let ((page (+ (inspection-page inspection) distance)))
    (if (< -1 page (%parts-count (inspected-parts inspection)))
        (progn
          (setf (inspection-page inspection) page)
          (show-inspected inspection))
        (format (inspection-stream inspection)
                "~&there are no ~:[more~;parts before~]~%" (minusp distance)))))

(defun change-part (index form inspection)
  (with-part (value label setter) (index inspection)
    (cond (setter
           (funcall setter (inspector-value form inspection))
           (show-inspected inspection))
          (t (format (inspection-stream inspection)
                     "~&that part cannot be changed~%")))))

(defun inspector-value (form inspection)
  "The values of FORM; * is the object, ** the one before."
  (let ((* (inspection-object inspection))
        (** (car (first (inspection-path inspection)))))
    (eval form)))

(defun inspector-evaluate (form inspection)
  (let ((stream (inspection-stream inspection)))
    (dolist (value (multiple-value-list (inspector-value form inspection)))
      (fresh-line stream)
      (print-short value stream)
      (terpri stream))))
