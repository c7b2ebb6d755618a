/** The native compiler from JavaScript. */

import { existsSync } from "node:fs";
import fc from "fast-check";
import { expect, suite, test } from "vitest";
import { createCompiler, lispSources, PASSES } from "../src/index.js";

const compiler = createCompiler();

/** Random expressions over X and Y that no pass may choke on. */
const { expression } = fc.letrec<{ expression: string }>((tie) => {
  const form = (name: string, ...parts: fc.Arbitrary<string>[]) =>
    fc.tuple(...parts).map((items) => `(${name} ${items.join(" ")})`);
  const inner = tie("expression");
  return {
    expression: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom("x", "y", "nil", "1.5d0", '"text"', "'(a b)"),
      fc.integer().map(String),
      form("+", inner, inner),
      form("*", inner, inner),
      form("if", inner, inner, inner),
      form(
        "let",
        inner.map((e) => `((x ${e}))`),
        inner,
      ),
      form(
        "funcall",
        inner.map((e) => `(lambda (y) ${e})`),
        inner,
      ),
      form("list", inner, inner),
      form("multiple-value-call #'values", inner),
    ),
  };
});

suite("functions", () => {
  test("a function has name, code, listing and passes", () => {
    const code = compiler.compile(
      '(defun twice (x) "Twice X." (declare (fixnum x)) (return-from twice (+ x x)))',
      PASSES,
    );
    expect(code.name).toBe("TWICE");
    expect(code.warnings).toEqual([]);
    expect([...code.passes.keys()]).toEqual([...PASSES]);
    for (const text of code.passes.values())
      expect(text).toMatch(/^function TWICE 1-1\n/);
    expect(code.listing).toMatch(/^; TWICE\n/);
    expect(code.listing).toContain("ret");
    expect(compiler.compile("(lambda () 1)").name).toBe("LAMBDA");
  });

  test("equal input gives equal code, in another compiler too", () => {
    const other = createCompiler();
    fc.assert(
      fc.property(expression, (text) => {
        const lambda = `(lambda (x y) ${text})`;
        const one = compiler.compile(lambda);
        expect(one.octets.length % 16).toBe(0);
        expect(one.listing).not.toContain("(data)");
        expect(other.compile(lambda)).toEqual(one);
      }),
      { numRuns: 40, seed: 20261121 },
    );
  });

  test("problems are warnings, and compilation goes on", () => {
    const code = compiler.compile("(lambda (x) (list x y))");
    expect(code.warnings.join("\n")).toContain("the variable Y is not defined");
    const malformed = compiler.compile("(lambda (x) (if))");
    expect(malformed.warnings.join("\n")).toContain("IF takes two or three arguments");
    expect(code.octets.length).toBeGreaterThan(0);
    expect(() => compiler.compile("42")).toThrow("LAMBDA or DEFUN was expected");
    expect(() => compiler.compile("(lambda (x)")).toThrow("ends inside a list");
  });

  test("macros of its Lisp are known", () => {
    compiler.lisp.eval("(defmacro double (x) `(+ ,x ,x))");
    const macro = compiler.compile("(lambda (x) (double x))");
    expect(macro.octets).toEqual(compiler.compile("(lambda (x) (+ x x))").octets);
  });
});

suite("object files", () => {
  const source = "(defmacro m (x) `(list ,x)) (defun f (x) (m x)) (print (f 1))";

  test("equal text gives equal octets", () => {
    const one = compiler.objectFile(source, "a.lisp");
    const two = createCompiler().objectFile(source, "a.lisp");
    expect(one.warnings).toEqual([]);
    expect(two.octets).toEqual(one.octets);
    expect(compiler.objectFile(source, "b.lisp").octets).not.toEqual(one.octets);
  });

  test("text that cannot be read is an error", () => {
    expect(() => compiler.objectFile("(defun f (x)")).toThrow();
    expect(compiler.objectFile("").octets.length).toBeGreaterThan(0);
  });
});

test("the sources are where the package says", () => {
  expect(existsSync(new URL("astralisp-compiler.asd", lispSources))).toBe(true);
});
