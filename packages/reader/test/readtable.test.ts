import { expect, suite, test } from "vitest";
import * as R from "../src/index.js";
import { freshContext, read, reprint } from "./support.js";

function code(character: string): number {
  return character.codePointAt(0) as number;
}

suite("readtables", () => {
  test.each([
    ["upcase", "FOO BAR BAZ"],
    ["downcase", "foo bar baz"],
    ["preserve", "foo Bar BAZ"],
    ["invert", "FOO Bar baz"],
  ] as const)("case %s", (mode, names) => {
    const context = freshContext();
    context.readtable.case = mode;
    const { forms } = R.readAll("foo Bar BAZ", context);
    expect(forms.map(({ datum }) => (datum as R.LispSymbol).name).join(" ")).toBe(names);
  });

  test("escaped letters keep their case and do not count for invert", () => {
    const context = freshContext();
    context.readtable.case = "invert";
    expect((read("a|b|C", context) as R.LispSymbol).name).toBe("abC");
    expect((read("a|B|c", context) as R.LispSymbol).name).toBe("ABC");
  });

  test("a macro character of the user's, and a copy without it", () => {
    const context = freshContext();
    const before = context.readtable.copy();
    context.readtable.setMacro(code("["), (reader, _code, start) => {
      return reader.readList(code("]"), start);
    });
    context.readtable.setMacro(code("]"), context.readtable.macro(code(")"))!);
    const print = () => R.printToString(read("[a [b] . c]", context), context);
    expect(print()).toBe("(A (B) . C)");
    context.readtable = before;
    expect((read("[a", context) as R.LispSymbol).name).toBe("[A");
  });

  test("a macro function may return nothing, and leave a macro within tokens", () => {
    const context = freshContext();
    context.readtable.setMacro(code("!"), () => undefined, true);
    const { forms } = R.readAll("(a ! b!c)", context);
    expect(R.printToString(forms[0]!.datum, context)).toBe("(A B!C)");
  });

  test("dispatch macros: with argument, without case, removed, refused", () => {
    const context = freshContext();
    const table = context.readtable;
    const macro: R.DispatchFunction = (reader, _code, argument, start) =>
      R.list([argument ?? R.NIL, reader.read("a test", start)]);
    table.setDispatchMacro(code("#"), code("y"), macro);
    expect(R.printToString(read("#12Y foo", context), context)).toBe("(12 FOO)");
    expect(table.dispatchMacro(code("#"), code("Y"))).toBe(macro);
    table.setDispatchMacro(code("#"), code("y"), null);
    expect(() => read("#y foo", context)).toThrow(R.ReaderError);
    expect(() => table.setDispatchMacro(code("#"), code("1"), macro)).toThrow(RangeError);
    expect(() => table.setDispatchMacro(code("a"), code("b"), macro)).toThrow(RangeError);
    table.makeDispatch(code("!"), table.macro(code("#"))!);
    table.setDispatchMacro(code("!"), code("y"), macro);
    expect(R.printToString(read("!y a!y b", context), context)).toBe("(NIL A)");
  });

  test("set-syntax-from-char copies syntax and function", () => {
    const context = freshContext();
    const standard = R.standardReadtable();
    context.readtable.setSyntaxFrom(code("$"), code("'"), standard);
    context.readtable.setSyntaxFrom(code("_"), code(" "), standard);
    context.readtable.setSyntaxFrom(code("'"), code("a"), standard);
    context.readtable.setSyntaxFrom(code("%"), code("#"), standard);
    context.readtable.setSyntaxFrom(code("é"), code(";"), standard);
    const { forms } = R.readAll("$a_b'c %x10 é (", context);
    const print = (x: R.LispObject) => R.printToString(x, context, { abbreviate: false });
    expect(forms.map(({ datum }) => print(datum))).toEqual(["(QUOTE A)", "B'C", "16"]);
  });

  test("variables: base, float format, package between forms", () => {
    const context = freshContext();
    context.readBase = 16;
    expect(read("face", context)).toBe(0xface);
    expect(read("10.", context)).toBe(10);
    expect(read("1e5", context)).toBe(0x1e5);
    context.readBase = 10;
    expect(read("1e0", context)).toBeInstanceOf(R.SingleFloat);
    context.defaultFloatFormat = "double-float";
    expect(read("1e0", context)).toBeInstanceOf(R.DoubleFloat);
    expect(read("1f0", context)).toBeInstanceOf(R.SingleFloat);
    const reader = new R.Reader("a a", context);
    const first = reader.next()?.datum as R.LispSymbol;
    context.package = context.registry.user;
    const second = reader.next()?.datum as R.LispSymbol;
    expect([first.package?.name, second.package?.name]).toEqual([
      "ORACLE",
      "COMMON-LISP-USER",
    ]);
  });

  test("#. goes through the hook, which may change the readtable", () => {
    const context = freshContext();
    context.evaluate = (form) => {
      context.readtable = context.readtable.copy();
      context.readtable.case = "preserve";
      return R.list([form, form]);
    };
    expect(R.printToString(read("(a #.b c)", context), context)).toBe("(A (B B) c)");
  });

  test("features by the whole expression, without interning what is skipped", () => {
    const context = freshContext();
    context.hasFeature = R.keywordFeatures(["ASTRALISP"]);
    const text =
      "#+(and astralisp (not (or sbcl clisp))) yes #-astralisp (no nope:x 1/0)";
    const { forms } = R.readAll(text, context);
    expect(forms.map(({ datum }) => R.printToString(datum, context))).toEqual(["YES"]);
    expect(context.package.lookup("NO")).toBeUndefined();
  });

  test("characters are eq, and so are the numbers that can be", () => {
    expect(read("#\\a")).toBe(R.Char.of(97));
    expect(read("9007199254740993")).toBe(9007199254740993n);
    expect(read("9007199254740991")).toBe(9007199254740991);
    expect(Object.is(read("-0"), 0)).toBe(true);
    expect(R.eql(read("1.0"), read("1.0"))).toBe(true);
    expect(R.eql(read("1.0"), read("1.0d0"))).toBe(false);
    expect(R.eql(read("0.0"), read("-0.0"))).toBe(false);
  });

  test("backquote keeps what is constant as it was read", () => {
    expect(reprint("`(a (b c) ,d (e f))", { abbreviate: false })).toBe(
      "(LIST* (QUOTE A) (QUOTE (B C)) D (QUOTE ((E F))))",
    );
    expect(reprint("`(a b)")).toBe("'(A B)");
    expect(reprint("`#(a b)")).toBe("#(A B)");
    expect(reprint("`(,a ,@b)")).toBe("(LIST* A B)");
    expect(reprint("`(,@a ,@b c)")).toBe("(APPEND A B '(C))");
  });
});
