import fc from "fast-check";
import { expect, suite, test } from "vitest";
import * as R from "../src/index.js";
import { texts } from "./arbitraries.js";
import { freshContext, reprint } from "./support.js";

/** Shared, as making one costs more than reading: no test here depends on its symbols. */
const context = freshContext();

/** Reads all of `text`; the error if it is a ReaderError, null if there is none. */
function attempt(text: string): R.ReaderError | null {
  try {
    R.readAll(new R.Source(text, "test.lisp"), context);
    return null;
  } catch (error) {
    if (!(error instanceof R.ReaderError)) throw error;
    expect(error.line).toBeGreaterThan(0);
    expect(error.column).toBeGreaterThan(0);
    expect(error.span.end).toBeLessThanOrEqual(text.length);
    expect(error.code in R.READER_ERRORS).toBe(true);
    const lines = error.format().split("\n");
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^error\[R\d{4}\]: ./);
    expect(lines[1]).toContain(`--> test.lisp:${error.line}:${error.column}`);
    expect(lines[4]).toContain("^");
    expect(lines[5]).toMatch(/= help: .*[^.]$/);
    return error;
  }
}

suite("bad text", () => {
  test("any prefix of good text is a datum, or incomplete, or in error", () => {
    fc.assert(
      fc.property(texts(), (text) => {
        for (let end = 0; end < text.length; end++) attempt(text.slice(0, end));
      }),
      { numRuns: 60 },
    );
  });

  test("a list cut off before its end is always incomplete", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("foo", "(a b)", '"s"', "#(1)", "'x"), { minLength: 1 }),
        (items) => {
          const text = `(${items.join(" ")})`;
          for (let end = 1; end < text.length; end++) {
            const error = attempt(text.slice(0, end));
            expect(error?.incomplete, text.slice(0, end)).toBe(true);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  test("random characters", () => {
    const syntax = fc.string({
      unit: fc.constantFrom(..."()'`,@.#\"\\|;:+-*=12aAbcnrxsS \n<eE/"),
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        fc.oneof(syntax, fc.string({ unit: "binary", maxLength: 60 })),
        (text) => {
          attempt(text);
        },
      ),
      { numRuns: 8000 },
    );
  });

  test("random octets as a file would give them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        attempt(new TextDecoder("latin1").decode(octets));
        attempt(new TextDecoder().decode(octets));
      }),
      { numRuns: 1000 },
    );
  });

  test.each(["(", "'", "#(", "`(", "`", "#1=(", "#+a "])(
    "%s nested without end",
    (text) => {
      expect(attempt(text.repeat(100_000))?.code).toMatch(/R000[14]|R0016/);
      expect(attempt(`${text.repeat(900)}`)).not.toBeNull();
    },
  );

  test("nesting up to the limit is read and printed", () => {
    const text = `${"(a ".repeat(990)}b${")".repeat(990)}`;
    expect(reprint(text)).toBe(text.toUpperCase());
    const template = `\`${"(a ".repeat(900)},b${")".repeat(900)}`;
    expect(attempt(template)).toBeNull();
    expect(attempt("(".repeat(1001))?.code).toBe("R0004");
  });

  test("long tokens, strings and numbers", () => {
    expect(attempt("a".repeat(1_000_000))).toBeNull();
    expect(attempt(`|${"a".repeat(300_000)}|`)).toBeNull();
    expect(attempt(`"${"a\\\\".repeat(300_000)}"`)).toBeNull();
    expect(attempt("9".repeat(50_000))).toBeNull();
    expect(attempt("#9999999999999999(1)")?.code).toBe("R0017");
    expect(attempt("#99999999999999999999999A()")?.code).toBe("R0017");
    expect(attempt("1e999999999999999999")?.code).toBe("R0009");
  });
});

suite("messages", () => {
  const GOLDEN: readonly (readonly [string, string])[] = [
    [
      '(print 1)\n(nett:connect "10.0.2.2" 7)',
      `error[R0012]: no package is named NETT
  --> test.lisp:2:2
   |
 2 | (nett:connect "10.0.2.2" 7)
   |  ^^^^ read here
   = help: use NET instead`,
    ],
    [
      "(a (b c)",
      `error[R0001]: the text ends inside a list
  --> test.lisp:1:1
   |
 1 | (a (b c)
   | ^ opened here
   = help: finish it before the end of the text`,
    ],
    [
      "(cl:caar2 x)",
      `error[R0011]: COMMON-LISP has no symbol named CAAR2
  --> test.lisp:1:2
   |
 1 | (cl:caar2 x)
   |  ^^^^^^^^ read here
   = help: use CAAR instead`,
    ],
    [
      "\t(a . b c)",
      `error[R0003]: more than one datum follows the dot in a list
  --> test.lisp:1:9
   |
 1 |  (a . b c)
   |         ^ read here
   = help: put one datum after the dot`,
    ],
  ];

  test.each(GOLDEN)("of %j", (text, message) => {
    const context = freshContext();
    context.registry.define("NET");
    try {
      R.readAll(new R.Source(text, "test.lisp"), context);
      expect.unreachable();
    } catch (error) {
      expect((error as R.ReaderError).format()).toBe(message);
    }
  });

  test("a long line is cut around the place", () => {
    const error = attempt(`${"x ".repeat(500)}) ${"y ".repeat(500)}`);
    const [, , , excerpt, carets] = (error as R.ReaderError)
      .format()
      .split("\n") as string[];
    expect(excerpt?.length).toBeLessThan(100);
    expect(excerpt?.[(carets as string).indexOf("^")]).toBe(")");
  });

  const CODES: readonly (readonly [string, R.ReaderErrorCode])[] = [
    ["(", "R0001"],
    [")", "R0002"],
    ["(a .)", "R0003"],
    [",a", "R0005"],
    ["`,@a", "R0006"],
    ["a\b", "R0007"],
    ["1/0", "R0008"],
    ["1e99", "R0009"],
    ["a:b:c", "R0010"],
    ["cl::car cl:foo", "R0011"],
    ["nope:x", "R0012"],
    ["#z", "R0013"],
    ["#1r0", "R0014"],
    ["#\\nope", "R0015"],
    ["#1=#1#", "R0016"],
    ["#1(a b)", "R0017"],
    ["#+(foo) x", "R0018"],
    ["#.x", "R0019"],
    ["#s(a)", "R0025"],
    ["#<x>", "R0026"],
    ["#b2", "R0027"],
    ["#c(1)", "R0028"],
    ["#p1", "R0029"],
  ];

  test.each(CODES)("%j is %s", (text, code) => {
    expect(attempt(text)?.code).toBe(code);
  });

  test("every code but that of the depth has an example", () => {
    const shown = new Set(CODES.map(([, code]) => code));
    const missing = Object.keys(R.READER_ERRORS).filter(
      (code) => !shown.has(code as R.ReaderErrorCode),
    );
    expect(missing).toEqual(["R0004"]);
  });
});
