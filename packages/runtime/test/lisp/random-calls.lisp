;;;; Random calls of sequence and list functions, the same on every engine.

(in-package #:astralisp.test)

(defun call-with-item (name kind sequence)
  (let* ((key (key-keys))
         (keys (append key (test-keys) (from-end) (bounds (length sequence))
                       (if (member name '(find position count)) nil (counts))))
         (item (half-item (element kind) key)))
    (if (member name '(substitute nsubstitute))
        (apply name (element kind) item sequence keys)
        (apply name item sequence keys))))

(defun call-with-predicate (name kind sequence)
  (let ((keys (append (key-keys) (from-end) (bounds (length sequence))
                      (if (member name '(find-if position-if count-if find-if-not))
                          nil (counts)))))
    (if (member name '(substitute-if nsubstitute-if substitute-if-not))
        (apply name (element kind) #'even-element-p sequence keys)
        (apply name #'even-element-p sequence keys))))

(defun call-on-two (name kind sequence)
  (let* ((other-kind (if (= kind 2) 2 (pick 0 1 3)))
         (other (as-kind other-kind (random-items (rnd 5)))))
    (ecase name
      ((search mismatch)
       (apply name other sequence
              (append (key-keys) (test-keys) (from-end)
                      (bounds (length other) :start1 :end1)
                      (bounds (length sequence) :start2 :end2))))
      (replace
       (apply name sequence other
              (append (bounds (length sequence) :start1 :end1)
                      (bounds (length other) :start2 :end2))))
      (merge
       (merge (if (= kind 2) 'string (pick 'list 'vector))
              (sort sequence #'less-p) (sort other #'less-p) #'less-p)))))

(defun call-on-one (name kind sequence)
  (ecase name
    ((remove-duplicates delete-duplicates)
     (apply name sequence (append (key-keys) (test-keys) (from-end)
                                  (bounds (length sequence)))))
    ((sort stable-sort)
     (apply 'stable-sort sequence #'less-p (key-keys)))
    (reduce
     (apply #'reduce #'list sequence
            (append (key-keys) (from-end) (bounds (length sequence))
                    (pick nil (list :initial-value 'i)))))
    (fill (apply #'fill sequence (element kind) (bounds (length sequence))))
    (subseq (let ((s (rnd (1+ (length sequence))))) (subseq sequence s)))
    ((reverse nreverse copy-seq length) (funcall name sequence))))

(defun random-call ()
  (let* ((kind (rnd 6))
         (sequence (as-kind kind (random-items (rnd 8)))))
    (case (rnd 4)
      (0 (call-with-item (pick 'find 'position 'count 'remove 'delete 'substitute
                               'nsubstitute)
                         kind sequence))
      (1 (call-with-predicate (pick 'find-if 'position-if 'count-if 'remove-if
                                    'remove-if-not 'delete-if 'substitute-if
                                    'nsubstitute-if 'find-if-not
                                    'substitute-if-not)
                              kind sequence))
      (2 (call-on-two (pick 'search 'mismatch 'replace 'merge) kind sequence))
      (t (call-on-one (pick 'remove-duplicates 'delete-duplicates 'sort 'reduce
                            'fill 'subseq 'reverse 'nreverse 'copy-seq 'length)
                      kind sequence)))))

(defun random-calls (seed)
  "The results of fifty random calls."
  (let ((*state* seed) (results nil))
    (dotimes (i 50 (nreverse results))
      (push (handler-case (random-call) (error () 'failed)) results))))

(defmacro define-random-tests (from to)
  `(progn
     ,@(loop for i from from to to
             collect `(define-test ,(intern (format nil "RANDOM-CALLS-~D" i))
                        (random-calls ,(+ 1 (* i 7919)))))))

(define-random-tests 1 60)
