;;;; LOOP: the clauses (CLHS 6.1.2 to 6.1.8).

(in-package #:astralisp.runtime)

(defun parse-loop ()
  "Parse all tokens of *LOOP*."
  (when (accept-token "NAMED")
    (setf (lc-name *loop*) (pop-form "a name")))
  (do () ((null (lc-tokens *loop*)))
    (setf (lc-clause *loop*) (lc-tokens *loop*))
    (parse-clause)))

(defun parse-clause ()
  (cond ((accept-token "WITH") (parse-with))
        ((accept-token-in '("FOR" "AS")) (parse-for))
        ((accept-token "REPEAT") (parse-repeat))
        ((accept-token "INITIALLY")
         (dolist (form (pop-compound-forms))
           (push form (lc-initially *loop*))))
        ((accept-token "FINALLY") (parse-finally))
        (t (let ((forms (parse-body-clause)))
             (if forms
                 (dolist (form forms)
                   (push form (lc-body *loop*)))
                 (loop-error "this is not a clause"))))))

(defun parse-finally ()
  ;; FINALLY RETURN form is an old way to write it.
  (if (accept-token "RETURN")
      (push `(return-from ,(lc-name *loop*) ,(pop-form "a form"))
            (lc-finally *loop*))
      (dolist (form (pop-compound-forms))
        (push form (lc-finally *loop*)))))

;;; WITH.

(defun parse-with ()
  (let ((bindings '())
        (later '()))
    (block nil
      (tagbody
       again
         (let* ((variables (pop-variable))
                (type (pop-type))
                (given (accept-token "="))
                (value (if given (pop-form "a form") nil)))
           (cond ((symbolp variables)
                  (push (list (or variables (temporary "IGNORED"))
                              (if given value (initial-value type))
                              (if given type (declarable-type type)))
                        bindings))
                 (t
                  (let ((whole (temporary "WHOLE")))
                    (push (list whole value t) bindings)
                    (push (cons variables whole) later)))))
         (unless (accept-token "AND")
           (return))
         (go again)))
    (check-distinct (mapcar #'car bindings))
    (add-bindings (nreverse bindings))
    (dolist (entry (nreverse later))
      (bind-parts (car entry) (cdr entry)))))

(defun bind-parts (variables form)
  "Bind the tree VARIABLES to the parts of the value of FORM, a variable."
  (cond ((null variables))
        ((symbolp variables) (add-binding variables form))
        (t
         (when (car variables)
           (if (symbolp (car variables))
               (add-binding (car variables) `(car ,form))
               (let ((part (temporary "PART")))
                 (add-binding part `(car ,form))
                 (bind-parts (car variables) part))))
         (when (cdr variables)
           (if (symbolp (cdr variables))
               (add-binding (cdr variables) `(cdr ,form))
               (let ((part (temporary "PART")))
                 (add-binding part `(cdr ,form))
                 (bind-parts (cdr variables) part)))))))

(defun check-distinct (variables)
  (do ((rest variables (cdr rest)))
      ((null rest))
    (when (member (car rest) (cdr rest))
      (loop-error "a variable that is bound twice"))))

(defun check-new-variables (variables)
  (map-variables (lambda (variable type)
                   (declare (ignore type))
                   (when (bound-in-loop-p variable)
                     (loop-error "a variable that is bound twice")))
                 variables t))

;;; FOR. Each kind answers with its steps: four lists for the first iteration
;;; and four for the others: tests, settings, tests, settings. Clauses joined by
;;; AND merge these lists; the settings of one list are then made in parallel.

(defun parse-for ()
  (let ((parts '())
        (bindings '()))
    (block nil
      (tagbody
       again
         (let* ((variables (pop-variable))
                (type (pop-type)))
           (check-new-variables variables)
           (multiple-value-bind (steps own) (parse-for-kind variables type)
             (setq bindings (append bindings own))
             (push steps parts)))
         (unless (accept-token "AND")
           (return))
         (accept-token-in '("FOR" "AS"))
         (go again)))
    (add-bindings bindings)
    (let ((parts (nreverse parts)))
      (add-steps (merge-steps parts #'car)
                 (merge-steps parts #'cdr)))))

(defun merge-steps (parts which)
  (let ((result '()))
    (dotimes (phase 4)
      (let ((settings '()))
        (dolist (part parts)
          (dolist (step (nth phase (funcall which part)))
            (if (member phase '(0 2))
                (push (list 'test step) result)
                (push step settings))))
        (cond ((null settings))
              ((null (cdr parts))
               (dolist (setting (reverse settings))
                 (push (list 'set (car setting) (cadr setting)) result)))
              (t (push (cons 'parallel (nreverse settings)) result)))))
    (nreverse result)))

(defun same-steps (tests settings &optional more-tests more-settings)
  "Steps that are the same in every iteration."
  (let ((steps (list tests settings more-tests more-settings)))
    (cons steps steps)))

(defun parse-for-kind (variables type)
  "Steps of a FOR clause and the bindings of its variables."
  (let ((kind (accept-token-in '("IN" "ON" "=" "ACROSS" "BEING"))))
    (cond ((null kind) (for-arithmetic variables type))
          ((string= kind "IN") (for-in variables type))
          ((string= kind "ON") (for-on variables type))
          ((string= kind "=") (for-equals variables type))
          ((string= kind "ACROSS") (for-across variables type))
          (t (for-being variables type)))))

(defun step-function-form (tail)
  "The form of the rest of the list TAIL, after an optional BY."
  (if (accept-token "BY")
      (let ((function (pop-form "a function")))
        (if (and (consp function) (eq (car function) 'function)
                 (symbolp (cadr function)))
            `(,(cadr function) ,tail)
            `(funcall ,(loop-temporary "BY" function) ,tail)))
      `(cdr ,tail)))

(defun for-in (variables type)
  (let* ((list (pop-form "a list"))
         (tail (temporary "LIST")))
    (add-binding tail list)
    (let ((step (step-function-form tail)))
      (values (same-steps `((endp ,tail))
                          `((,variables (car ,tail)))
                          '()
                          `((,tail ,step)))
              (variable-bindings variables type)))))

(defun for-on (variables type)
  (declare (ignore type))
  (let ((list (pop-form "a list")))
    (if (and (symbolp variables) variables)
        (let ((step (step-function-form variables)))
          (values (cons `(((atom ,variables)) () () ())
                        `(() ((,variables ,step)) ((atom ,variables)) ()))
                  (list (list variables list t))))
        (let ((tail (temporary "LIST")))
          (add-binding tail list)
          (let ((step (step-function-form tail)))
            (values (same-steps `((atom ,tail))
                                `((,variables ,tail))
                                '()
                                `((,tail ,step)))
                    (variable-bindings variables t)))))))

(defun for-equals (variables type)
  (let ((first (pop-form "a form")))
    (values (if (accept-token "THEN")
                (cons `(() ((,variables ,first)) () ())
                      `(() ((,variables ,(pop-form "a form"))) () ()))
                (same-steps '() `((,variables ,first))))
            (variable-bindings variables type))))

(defun for-across (variables type)
  (let ((vector (temporary "VECTOR"))
        (index (temporary "INDEX"))
        (length (temporary "LENGTH"))
        (form (pop-form "a vector")))
    (add-binding vector form)
    (add-binding index 0 'fixnum)
    (add-binding length `(length ,vector) 'fixnum)
    (values (same-steps `((>= ,index ,length))
                        `((,variables (aref ,vector ,index)))
                        '()
                        `((,index (1+ ,index))))
            (variable-bindings variables type))))

;;; FOR ... FROM.

(defun for-arithmetic (variable type)
  (unless (symbolp variable)
    (loop-error "numbers cannot be taken apart"))
  (let ((variable (or variable (temporary "COUNT")))
        (from nil)
        (from-given nil)
        (limit nil)
        (limit-given nil)
        (test nil)
        (by 1)
        (by-given nil)
        (direction nil))
    (flet ((head (new)
             (when (and direction (not (eq direction new)))
               (loop-error "counting both up and down"))
             (setq direction new))
           (limit (form new-test)
             (when limit-given
               (loop-error "two limits"))
             (setq limit (loop-temporary "LIMIT" form)
                   limit-given t
                   test new-test)))
      (do ((word (accept-token-in '("FROM" "UPFROM" "DOWNFROM" "TO" "UPTO"
                                    "DOWNTO" "BELOW" "ABOVE" "BY"))
                 (accept-token-in '("FROM" "UPFROM" "DOWNFROM" "TO" "UPTO"
                                    "DOWNTO" "BELOW" "ABOVE" "BY"))))
          ((null word))
        (let ((form (pop-form "a form")))
          (cond ((member word '("FROM" "UPFROM" "DOWNFROM") :test #'string=)
                 (when from-given
                   (loop-error "two beginnings"))
                 (setq from (loop-temporary "FROM" form)
                       from-given t)
                 (cond ((string= word "UPFROM") (head :up))
                       ((string= word "DOWNFROM") (head :down))))
                ((string= word "BY")
                 (when by-given
                   (loop-error "two steps"))
                 (setq by (loop-temporary "BY" form)
                       by-given t))
                ((string= word "TO") (limit form :inclusive))
                ((string= word "UPTO") (head :up) (limit form :inclusive))
                ((string= word "DOWNTO") (head :down) (limit form :inclusive))
                ((string= word "BELOW") (head :up) (limit form :exclusive))
                (t (head :down) (limit form :exclusive))))))
    (unless (or from-given limit-given by-given)
      (loop-error "FROM, IN, ON, =, ACROSS or BEING is missing"))
    (when (and (eq direction :down) (not from-given))
      (loop-error "counting down needs FROM"))
    (arithmetic-steps variable type (if from-given from 0)
                      limit limit-given test by (or direction :up))))

(defun arithmetic-steps
    (variable type from limit limit-given test by direction)
  (let* ((up (eq direction :up))
         (end (if limit-given
                  (list (list (if up
                                  (if (eq test :inclusive) '> '>=)
                                  (if (eq test :inclusive) '< '<=))
                              variable limit))
                  '()))
         (step (cond ((eql by 1) (list (if up '1+ '1-) variable))
                     (t (list (if up '+ '-) variable by)))))
    (values (cons (list end '() '() '())
                  (list '() (list (list variable step)) end '()))
            (list (list variable from (if (eq type t) t
                                          (arithmetic-type type)))))))

(defun arithmetic-type (type)
  ;; The variable goes one step beyond its limit.
  (if (consp type) t type))

;;; FOR ... BEING.

(defun for-being (variables type)
  (accept-token-in '("EACH" "THE"))
  (let ((kind (accept-token-in
               '("HASH-KEY" "HASH-KEYS" "HASH-VALUE" "HASH-VALUES"
                 "SYMBOL" "SYMBOLS" "PRESENT-SYMBOL" "PRESENT-SYMBOLS"
                 "EXTERNAL-SYMBOL" "EXTERNAL-SYMBOLS"))))
    (cond ((null kind)
           (loop-error "HASH-KEYS, HASH-VALUES or SYMBOLS is missing"))
          ((string= kind "HASH" :end1 4)
           (for-hash-table variables type
                           (string= kind "HASH-KEY" :end1 8)))
          (t (for-symbols variables type
                          (cond ((char= (char kind 0) #\P)
                                 '(:internal :external))
                                ((char= (char kind 0) #\E) '(:external))
                                (t '(:internal :external :inherited))))))))

(defun parse-using (expected)
  "The variables of USING (EXPECTED variables), or NIL."
  (if (accept-token "USING")
      (let ((using (pop-form "a list")))
        (unless (and (consp using) (loop-keyword-p (car using) expected)
                     (consp (cdr using)) (null (cddr using)))
          (loop-error "USING does not fit"))
        (cadr using))
      nil))

(defun for-hash-table (variables type keys)
  (unless (accept-token-in '("IN" "OF"))
    (loop-error "IN or OF is missing"))
  (let* ((table (pop-form "a hash table"))
         (other (parse-using (if keys "HASH-VALUE" "HASH-KEY")))
         (iterator (temporary "NEXT"))
         (more (temporary "MORE"))
         (key (temporary "KEY"))
         (value (temporary "VALUE"))
         (holder (loop-temporary "TABLE" table)))
    (add-binding more nil)
    (add-binding key nil)
    (add-binding value nil)
    (push (lambda (form)
            `(with-hash-table-iterator (,iterator ,holder) ,form))
          (lc-wrappers *loop*))
    (values (same-steps
             `((progn (multiple-value-setq (,more ,key ,value) (,iterator))
                      (not ,more)))
             (append `((,variables ,(if keys key value)))
                     (if other
                         `((,other ,(if keys value key)))
                         '())))
            (append (variable-bindings variables type)
                    (variable-bindings other t)))))

(defun for-symbols (variables type kinds)
  (let* ((package (if (accept-token-in '("IN" "OF"))
                      (pop-form "a package")
                      '*package*))
         (iterator (temporary "NEXT"))
         (more (temporary "MORE"))
         (symbol (temporary "SYMBOL"))
         (holder (loop-temporary "PACKAGE" package)))
    (add-binding more nil)
    (add-binding symbol nil)
    (push (lambda (form)
            `(with-package-iterator (,iterator ,holder ,@kinds) ,form))
          (lc-wrappers *loop*))
    (values (same-steps
             `((progn (multiple-value-setq (,more ,symbol) (,iterator))
                      (not ,more)))
             `((,variables ,symbol)))
            (variable-bindings variables type))))

;;; REPEAT.

(defun parse-repeat ()
  (let ((count (temporary "COUNT")))
    (add-binding count (pop-form "a number"))
    (add-steps `((test (<= ,count 0)) (set ,count (1- ,count)))
               `((test (<= ,count 0)) (set ,count (1- ,count))))))

;;; Clauses that can stand in a condition. Each parser returns a list of forms.

(defun pop-it-or-form ()
  "The form of a clause; IT behind a condition is the value of its test."
  (let ((it (lc-it *loop*)))
    (setf (lc-it *loop*) nil)
    (if (and it (next-token-p "IT"))
        (progn (pop-token)
               (setf (cdr it) t)
               (car it))
        (pop-form "a form"))))

(defun parse-body-clause ()
  "The forms of a main clause, or NIL if the next token begins none."
  (let ((word (accept-token-in
               '("DO" "DOING" "RETURN" "WHEN" "IF" "UNLESS" "WHILE" "UNTIL"
                 "ALWAYS" "NEVER" "THEREIS"))))
    (cond ((null word) (parse-accumulation))
          ((member word '("DO" "DOING") :test #'string=)
           (setf (lc-it *loop*) nil)
           (pop-compound-forms))
          ((string= word "RETURN")
           (list `(return-from ,(lc-name *loop*) ,(pop-it-or-form))))
          ((member word '("WHEN" "IF") :test #'string=)
           (parse-condition nil))
          ((string= word "UNLESS") (parse-condition t))
          ((string= word "WHILE")
           (list `(if ,(pop-form "a form") nil (go %end-loop))))
          ((string= word "UNTIL")
           (list `(if ,(pop-form "a form") (go %end-loop))))
          (t (parse-termination word)))))

(defun parse-termination (word)
  (let ((form (pop-form "a form"))
        (name (lc-name *loop*)))
    (cond ((string= word "THEREIS")
           (unless (lc-result-given *loop*)
             (setf (lc-result-given *loop*) :thereis))
           (let ((value (temporary "VALUE")))
             (list `(let ((,value ,form))
                      (if ,value (return-from ,name ,value))))))
          (t
           (unless (eq (lc-result-given *loop*) :always)
             (set-result t)
             (setf (lc-result-given *loop*) :always))
           (list (if (string= word "ALWAYS")
                     `(if ,form nil (return-from ,name nil))
                     `(if ,form (return-from ,name nil))))))))

(defun parse-condition (negated)
  "The forms of a conditional clause, whose keyword has been taken."
  (let* ((test (pop-form "a test"))
         (it (cons (temporary "IT") nil))
         (then (parse-selectable it))
         (else (if (accept-token "ELSE")
                   (parse-selectable it)
                   '())))
    (accept-token "END")
    (flet ((body (forms)
             (if (and forms (null (cdr forms)))
                 (car forms)
                 `(progn ,@forms))))
      (when negated
        (rotatef then else))
      (let ((form (if (cdr it)
                      `(if ,(car it) ,(body then) ,(body else))
                      `(if ,test ,(body then) ,(body else)))))
        (list (if (cdr it)
                  `(let ((,(car it) ,test)) ,form)
                  form))))))

(defun parse-selectable (it)
  "The forms of clauses joined by AND inside a condition."
  (let ((forms '())
        (first t))
    (block nil
      (tagbody
       again
         (setf (lc-it *loop*) (if first it nil)
               first nil)
         (let ((clause (parse-body-clause)))
           (when (null clause)
             (loop-error "a clause is missing"))
           (setq forms (append forms clause)))
         (unless (accept-token "AND")
           (return))
         (go again)))
    (setf (lc-it *loop*) nil)
    forms))

(defun canonical-accumulation (word)
  (cdr (assoc word '(("COLLECT" . "COLLECT") ("COLLECTING" . "COLLECT")
                     ("APPEND" . "APPEND") ("APPENDING" . "APPEND")
                     ("NCONC" . "NCONC") ("NCONCING" . "NCONC")
                     ("SUM" . "SUM") ("SUMMING" . "SUM")
                     ("COUNT" . "COUNT") ("COUNTING" . "COUNT")
                     ("MAXIMIZE" . "MAXIMIZE") ("MAXIMIZING" . "MAXIMIZE")
                     ("MINIMIZE" . "MINIMIZE") ("MINIMIZING" . "MINIMIZE"))
              :test #'string=)))

(defun parse-accumulation ()
  (let ((kind (and (symbolp (car (lc-tokens *loop*)))
                   (car (lc-tokens *loop*))
                   (canonical-accumulation
                    (symbol-name (car (lc-tokens *loop*)))))))
    (if (null kind)
        nil
        (progn
          (pop-token)
          (let* ((form (pop-it-or-form))
                 (variable (if (accept-token "INTO")
                               (pop-variable)
                               nil))
                 (type (pop-type))
                 (accumulator (find-accumulator variable kind type)))
            (list (accumulation-form kind accumulator form)))))))
