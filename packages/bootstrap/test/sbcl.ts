/** SBCL as an oracle: the answers it gives to forms. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const DRIVER = `
(setf *compile-print* nil)
(declaim (sb-ext:muffle-conditions warning sb-ext:compiler-note))
(defun answer (form)
  (handler-case (format nil "~{~S~^ ; ~}" (multiple-value-list (eval form)))
    (error () ":ERROR")))
(with-standard-io-syntax
  (let ((*package* (find-package :cl-user)) (*print-readably* nil)
        (*error-output* (make-broadcast-stream)))
    (with-open-file (in (second sb-ext:*posix-argv*))
      (loop for form = (read in nil in)
            until (eq form in)
            do (princ (substitute #\\Space #\\Newline (answer form)))
               (terpri)))))
`;

/** One line for each form of `text`: its values, or `:ERROR`. */
export function sbclAnswers(text: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), "astralisp-oracle-"));
  try {
    const driver = join(directory, "driver.lisp");
    const forms = join(directory, "forms.lisp");
    writeFileSync(driver, DRIVER);
    writeFileSync(forms, text);
    const output = execFileSync("sbcl", ["--script", driver, forms], {
      encoding: "utf8",
      timeout: 60_000,
    });
    return output.trimEnd().split("\n");
  } finally {
    rmSync(directory, { recursive: true });
  }
}
