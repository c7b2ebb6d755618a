/** What the engine finds wrong, seen by Lisp handlers and by the user of a world. */
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { LispError, Loader, loadSystem, World } from "../src/index.js";

const RUNTIME = fileURLToPath(
  new URL("../../runtime/lisp/astralisp-runtime.asd", import.meta.url),
);
let world: World;
beforeAll(() => {
  world = new World();
  loadSystem(new Loader(world), RUNTIME);
}, 120_000);

const show = (text: string) => world.show(world.evalText(text)[0]!);

/** The type of the serious condition that `form` signals. */
const signalled = (form: string) =>
  show(`(let ((*error-output* (make-broadcast-stream)))
    (handler-case ${form} (serious-condition (c) (type-of c))))`);

const FAULTS: readonly [string, string][] = [
  ["(car 5)", "TYPE-ERROR"],
  ["(svref (vector 1) 1)", "TYPE-ERROR"],
  ["(funcall 5)", "TYPE-ERROR"],
  ["(no-such-function 1)", "UNDEFINED-FUNCTION"],
  ["(funcall #'(setf no-such-function) 1 2)", "UNDEFINED-FUNCTION"],
  ["no-such-variable", "UNBOUND-VARIABLE"],
  ["(funcall (lambda (x) x))", "ARGUMENT-COUNT-ERROR"],
  ["(funcall (lambda (&key a) a) :b 1)", "UNKNOWN-KEYWORD-ERROR"],
  ["(funcall (lambda (&key a) a) :a)", "SIMPLE-PROGRAM-ERROR"],
  ["(throw 'nobody 1)", "ASTRALISP.RUNTIME::SIMPLE-CONTROL-ERROR"],
  [
    "(funcall (block b (lambda () (return-from b))))",
    "ASTRALISP.RUNTIME::SIMPLE-CONTROL-ERROR",
  ],
  ["(labels ((f () (1+ (f)))) (f))", "STACK-EXHAUSTED"],
  ["(ash 1 (expt 10 12))", "HEAP-EXHAUSTED"],
  ["(eval '(if))", "SIMPLE-PROGRAM-ERROR"],
  ["(eval '(let ((5 1)) 2))", "SIMPLE-PROGRAM-ERROR"],
  ["(eval '(let ((x 1 2)) x))", "SIMPLE-PROGRAM-ERROR"],
  ["(eval '(let* ((x 1 2)) x))", "SIMPLE-PROGRAM-ERROR"],
  ["(export 'symbol-of-cl-user :keyword)", "SIMPLE-PACKAGE-ERROR"],
  ['(find-symbol "X" "NO-SUCH-PACKAGE")', "SIMPLE-PACKAGE-ERROR"],
];

for (const [form, type] of FAULTS) {
  test(`${form} signals ${type}`, () => {
    expect(signalled(form)).toBe(type);
    // The world is as good as before.
    expect(show("(+ 1 2)")).toBe("3");
  });
}

test("an unknown keyword is named, and the function by what it is", () => {
  const call = "(funcall (lambda (&key a) a) :b 1)";
  expect(show(`(handler-case ${call} (error (c) (princ-to-string c)))`)).toBe(
    '":B is not a keyword that LAMBDA takes"',
  );
});

test("packages have local nicknames", () => {
  const form = `(progn
    (defpackage nicknamed (:use cl) (:local-nicknames (c cl) (k keyword)))
    (let ((*package* (find-package 'nicknamed)))
      (list (eq (read-from-string "c:car") 'car) (eq (read-from-string "k::x") :x))))`;
  expect(show(form)).toBe("(T T)");
});

test("restarts give the engine what to go on with", () => {
  const use = (type: string, restart: string, form: string) =>
    show(`(handler-bind ((${type} (lambda (c) c (${restart})))) ${form})`);
  expect(use("undefined-function", "use-value #'list", "(no-such-function 1 2)")).toBe(
    "(1 2)",
  );
  expect(use("unbound-variable", "use-value 7", "(+ no-such-variable 1)")).toBe("8");
});

test("cleanups run and bindings are undone when a fault passes", () => {
  const text = `(progn (defvar *b* 1)
    (let ((l nil))
      (list (handler-case (let ((*b* 2)) (unwind-protect (car *b*) (push *b* l)))
              (type-error () :caught))
            l *b*)))`;
  expect(show(text)).toBe("(:CAUGHT (2) 1)");
});

test("a condition that nothing handles is a LispError with frames", () => {
  world.evalText(
    "(defun inner (x) (car x)) (defun outer (x) (list (inner x)))",
    "a.lisp",
  );
  const fail = () => world.evalText("(outer 5)", "b.lisp");
  expect(fail).toThrow(LispError);
  try {
    fail();
  } catch (error) {
    const { frames } = error as LispError;
    const at = frames.findIndex(({ name }) => name === "COMMON-LISP-USER::INNER");
    expect(frames[at]!.place).toEqual({ file: "a.lisp", line: 1, column: 18 });
    expect(frames[at + 1]!.name).toBe("COMMON-LISP-USER::OUTER");
    expect(frames[at + 1]!.place).toEqual({ file: "a.lisp", line: 1, column: 50 });
  }
});

test("%backtrace names the functions that are active", () => {
  world.evalText("(defun tracer () (list (astralisp.primitives:%backtrace)))");
  expect(show("(caar (first (tracer)))")).toBe("TRACER");
});
