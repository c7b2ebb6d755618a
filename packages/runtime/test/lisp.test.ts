/** The Lisp of the package, as a program in Node uses it. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { printToString, type ReaderContext, readAll } from "@astralisp/reader";
import fc from "fast-check";
import { expect, suite, test } from "vitest";
import {
  createLisp,
  ExitRequest,
  formatError,
  type Lisp,
  LispError,
  type LispValue,
  type PlainValue,
  ReaderError,
  toLisp,
  toPlain,
} from "../src/index.js";
import { data } from "./data.js";

const lisp: Lisp = createLisp();
const plain = (text: string): PlainValue => toPlain(lisp.eval(text));

/** What `body` throws. */
function thrown(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

suite("evaluation", () => {
  test("the last form counts, and all its values", () => {
    expect(plain('(defvar *x* 41) (format nil "~r" (1+ *x*))')).toBe("forty-two");
    expect(lisp.evalValues("(floor 7 2)").map(toPlain)).toEqual([3, 1]);
    expect(lisp.evalValues("(values)")).toEqual([]);
  });

  test("functions are called by name", () => {
    expect(toPlain(lisp.call("cl:format", null, "~a and ~s", "x", "y"))).toBe(
      'x and "y"',
    );
    expect(lisp.callValues("truncate", 17, 5).map(toPlain)).toEqual([3, 2]);
    lisp.eval("(defvar *cell* (list 1))");
    lisp.eval("(defun (setf cell) (new) (setf (car *cell*) new))");
    lisp.call("(setf cell)", 9);
    expect(plain("*cell*")).toEqual([9]);
  });

  test("Lisp calls JavaScript", () => {
    const seen: PlainValue[] = [];
    const see = (x: LispValue): LispValue => {
      seen.push(toPlain(x));
      return x;
    };
    lisp.call("cl:mapc", see, ["a", 1, [2.5]]);
    expect(seen).toEqual(["a", 1, [2.5]]);
  });

  test("worlds share nothing", () => {
    const other = createLisp();
    other.eval("(defun only-here () 1)");
    expect(toPlain(other.eval("(only-here)"))).toBe(1);
    expect(plain("(fboundp 'only-here)")).toBeNull();
  });

  test("integers agree with BigInt", () => {
    const big = fc.bigInt({ min: -(1n << 200n), max: 1n << 200n });
    fc.assert(
      fc.property(big, big, (a, b) => {
        const value = (name: string) => BigInt(lisp.call(name, a, b) as number | bigint);
        expect(value("+")).toBe(a + b);
        expect(value("-")).toBe(a - b);
        expect(value("*")).toBe(a * b);
        expect(value("logxor")).toBe(a ^ b);
        if (b === 0n) return;
        const [q, r] = lisp.callValues("truncate", a, b) as (number | bigint)[];
        expect([BigInt(q!), BigInt(r!)]).toEqual([a / b, a % b]);
      }),
    );
  });
});

suite("values", () => {
  const leaf = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.maxSafeInteger(),
    fc.bigInt({ min: 1n << 53n, max: 1n << 300n }),
    fc.double({ noNaN: true, noInteger: true }),
    fc.constantFrom(true, null),
  );
  const { tree } = fc.letrec<{ tree: PlainValue }>((tie) => ({
    tree: fc.oneof(leaf, fc.array(tie("tree"), { minLength: 1, maxLength: 5 })),
  }));

  test("what becomes Lisp data comes back", () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(toPlain(toLisp(value))).toEqual(value);
      }),
    );
  });

  test("Lisp sees the same data", () => {
    fc.assert(
      fc.property(tree, (value) => {
        const copy = lisp.call("cl:copy-tree", value);
        expect(toPlain(copy)).toEqual(value);
      }),
    );
  });

  test("dotted and circular lists stay Lisp objects", () => {
    const dotted = lisp.eval("'(1 . 2)");
    expect(toPlain(dotted)).toBe(dotted);
    const circle = lisp.eval("(let ((x (list 1 2))) (setf (cddr x) x))");
    expect(toPlain(circle)).toBe(circle);
  });
});

suite("two readers, two printers", () => {
  const context = (): ReaderContext => lisp.world.readerContext();
  const text = (datum: LispValue): string => printToString(datum, context());
  const arbitrary = data(lisp);

  test("Lisp reads what the TypeScript printer prints", () => {
    fc.assert(
      fc.property(arbitrary, (datum) => {
        expect(text(lisp.read(text(datum)))).toBe(text(datum));
      }),
      { numRuns: 400 },
    );
  });

  test("TypeScript reads what the Lisp printer prints", () => {
    fc.assert(
      fc.property(arbitrary, (datum) => {
        const { forms } = readAll(lisp.print(datum), context());
        expect(forms.map((form) => text(form.datum))).toEqual([text(datum)]);
      }),
      { numRuns: 400 },
    );
  });
});

suite("errors", () => {
  test("a condition that nothing handles has its type, message and frames", () => {
    lisp.eval("(defun inverse (x)\n  (list (/ 1 x)))", "inverse.lisp");
    const error = thrown(() => lisp.call("inverse", 0)) as LispError;
    expect(error).toBeInstanceOf(LispError);
    expect(lisp.print(lisp.call("cl:type-of", error.condition!))).toBe(
      "DIVISION-BY-ZERO",
    );
    const frame = error.frames.find(({ name }) => name.endsWith("::INVERSE"));
    expect(frame?.place).toEqual({ file: "inverse.lisp", line: 2, column: 9 });
    expect(formatError(error)).toContain(
      "in COMMON-LISP-USER::INVERSE (inverse.lisp:2:9)",
    );
  });

  test("frames of the library name its sources", () => {
    const error = thrown(() => lisp.eval('(parse-integer "x")')) as LispError;
    const files = error.frames.map(({ place }) => place?.file ?? "");
    expect(files.some((file) => file.endsWith("runtime/lisp/numbers-radix.lisp"))).toBe(
      true,
    );
  });

  test("text that cannot be read, and exit", () => {
    expect(thrown(() => lisp.eval("(list 1"))).toBeInstanceOf(ReaderError);
    const exit = thrown(() => lisp.eval("(ext:quit 3)")) as ExitRequest;
    expect(exit).toBeInstanceOf(ExitRequest);
    expect(exit.code).toBe(3);
    expect(() => lisp.call("1", 1)).toThrow("does not name a function");
  });

  test("endless recursion is an error, and all is well after it", () => {
    lisp.eval("(defun endless (n) (1+ (endless n)))");
    const error = thrown(() => lisp.call("endless", 1)) as LispError;
    expect(error.message).toContain("stack");
    expect(plain("(+ 1 2)")).toBe(3);
  });

  test("an error in printing an error enters no debugger", () => {
    lisp.eval("(define-condition mute (error) () (:report (lambda (c s) (car 5))))");
    const error = thrown(() => lisp.eval("(error 'mute)")) as LispError;
    expect(error.message).toContain("MUTE");
    expect(plain("*debugger-hook*")).toBeTypeOf("function");
  });

  test("a thread with a large stack recurses deeply", () => {
    const node = fileURLToPath(new URL("node/", import.meta.url));
    const { stdout, stderr } = spawnSync(process.execPath, ["deep.mjs"], {
      cwd: node,
      encoding: "utf8",
      timeout: 60_000,
    });
    expect({ stdout, stderr }).toEqual({
      stdout: "500000\nmodule[workerData.name] is not a function\n",
      stderr: "",
    });
  });

  test("the command evaluates forms, and listens without any", () => {
    const command = fileURLToPath(new URL("../bin/astralisp.mjs", import.meta.url));
    const run = (input: string, ...args: string[]) =>
      spawnSync(process.execPath, [command, ...args], { encoding: "utf8", input });
    expect(run("", '(format nil "~r" 42)', "(values 1 2)").stdout).toBe(
      '"forty-two"\n1\n2\n',
    );
    expect(run("(* 6 7)\n").stdout).toContain("42");
    expect(run("", "(ext:quit 3)").status).toBe(3);
    const failed = run("", "(princ 1)", "(car 5)", "(princ 2)");
    expect(failed).toMatchObject({ status: 1, stdout: "11\n" });
    expect(failed.stderr).toContain("TYPE-ERROR: the value 5 is not of type LIST");
  });
});
