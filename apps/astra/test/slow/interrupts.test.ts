import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSystem, type Listener, startListener } from "./system.ts";

/** What takes for ever, or longer than anyone waits. */
const endless: readonly (readonly [string, string])[] = [
  ["a loop", "(loop)"],
  ["the length of a circle", "(length *c*)"],
  ["circles that are equal", "(equal *c* *d*)"],
  ["a circle that is printed", "(print *c*)"],
  ["a circle that is printed prettily", "(let ((*print-pretty* t)) (print *c*))"],
  ["a circle that is evaluated", "(eval *c*)"],
  ["a bignum", "(expt 3 10000000)"],
  ["the digits of a bignum", '(length (format nil "~d" (expt 7 3000000)))'],
  [
    "a predicate that says anything",
    "(loop (sort (make-array 100000 :initial-element 1) " +
      "(lambda (a b) (declare (ignore a b)) (zerop (random 2)))))",
  ],
  [
    "a table that is walked",
    "(let ((h (make-hash-table))) (setf (gethash 0 h) 0) " +
      "(maphash (lambda (k v) (loop (setf (gethash k h) v))) h))",
  ],
  ["long subsequences", "(loop (subseq *v* 0))"],
  ["errors that are ignored", "(loop (ignore-errors (length *c*)))"],
  ["a wait", "(ext:semaphore-wait (ext:make-semaphore))"],
];

describe("Ctrl-C stops", () => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await startListener(await builtSystem(), "hosted");
    const circle = "(let ((l (list 1 2 3))) (setf (cdr (last l)) l))";
    await listener.ask(`(progn (defvar *c* ${circle}) (defvar *d* ${circle}) 1)`);
    await listener.ask("(progn (defvar *v* (make-array 1000000)) 1)");
  }, 300_000);
  afterAll(() => listener.end());

  test.each(endless)("%s", async (_, form) => {
    const { machine } = listener;
    machine.type(`(progn (princ (string-upcase "<go>")) (finish-output) ${form})\n`);
    await machine.waitFor("<GO>", 20);
    machine.type("\x03");
    expect((await listener.prompt()).prompt).toMatch(/^debug \d+>$/);
    await listener.askFor("CL-USER>", ":abort");
    expect(await listener.askFor("CL-USER>", "(+ 40 2)")).toBe("42");
  });
});
