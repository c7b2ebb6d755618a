import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builtSystem, type Listener, runHosted, startListener } from "./system.ts";

/** A line, and what the message about it must say. */
const mistakes: readonly (readonly [string, string, RegExp])[] = [
  ["an undefined variable", "no-such-variable", /variable NO-SUCH-VARIABLE is unbound/],
  ["an undefined function", "(no-such-function 1)", /NO-SUCH-FUNCTION is undefined/],
  ["too few arguments", "(cons 1)", /CONS is called with 1 argument/],
  ["too many arguments", "((lambda (x) x) 1 2)", /called with 2 arguments/],
  ["a wrong type", "(car 42)", /value 42 is not of type LIST/],
  ["a wrong index", "(aref (vector 1 2) 5)", /5/],
  ["a division by zero", "(/ 1 0)", /division by zero/],
  ["recursion without end", "(labels ((f (n) (+ 1 (f n)))) (f 1))", /stack is exhausted/],
  [
    "a heap that is full",
    "(progn (defvar *all* nil) (loop (push (make-array 100000) *all*)))",
    /heap is exhausted/,
  ],
  ["a bad address", "(astralisp.primitives:%raw-load-u8 16 0)", /address|memory/],
];

describe.each(["hosted", "qemu"] as const)("bad input, %s", (place) => {
  let listener: Listener;
  beforeAll(async () => {
    listener = await startListener(await builtSystem(), place);
  }, 300_000);
  afterAll(() => listener.end());

  const top = (line: string) => listener.askFor("CL-USER>", line);

  /** The listener answers as before. */
  async function alive(): Promise<void> {
    expect(await top('(concatenate (quote string) "ali" "ve")')).toBe('"alive"');
  }

  test.each(mistakes)("%s", async (_, line, message) => {
    const said = await listener.askFor("debug 1>", line);
    expect(said).toMatch(message);
    expect(said).toMatch(/\[ABORT\] return to the listener/);
    await top(":abort");
    if (line.includes("*all*")) await top("(setq *all* nil)");
    await alive();
  });

  test.each([
    [")", /\)|parenthes/],
    ["(1 . 2 3)", /dot|\./],
    ["#<unreadable>", /#</],
    ["no-package:symbol", /NO-PACKAGE/],
    ["#\\no-such-character", /character/i],
  ])("what cannot be read: %s", async (line, message) => {
    const said = await top(line);
    expect(said).toMatch(/error/);
    expect(said).toMatch(message);
    await alive();
  });

  test("a fault in a thread leaves the others alone", async () => {
    listener.machine.type(
      '(defvar *bad* (make-thread (lambda () (car 42)) :name "bad"))\n',
    );
    await listener.machine.waitFor("end the thread bad", 20);
    expect((await listener.prompt()).prompt).toBe("debug 1>");
    expect(await listener.askFor("debug 1>", "(+ 40 2)")).toBe("42");
    // The listener shows its prompt again.
    await top(":abort");
    expect(await top("(progn (sleep 0.1) (thread-alive-p *bad*))")).toMatch(/NIL$/);
    await alive();
  });

  test("an error while an error is printed", async () => {
    await top(
      '(define-condition nasty (error) () (:report (lambda (c s) (error "again"))))',
    );
    expect(await listener.askFor("debug 1>", "(error 'nasty)")).toContain(
      "while this was written",
    );
    await top(":abort");
    await alive();
  });
});

test("input that ends in the middle of a form", async () => {
  const paths = await builtSystem();
  const { status, output } = runHosted(paths, ["--script"], '(print "before")\n(list 1');
  expect(output).toContain("before");
  expect(output).toMatch(/error: the input ends inside the object that begins at line 2/);
  expect(status).toBe(1);
});
