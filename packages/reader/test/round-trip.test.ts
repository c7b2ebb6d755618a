import fc from "fast-check";
import { expect, suite, test } from "vitest";
import * as R from "../src/index.js";
import { data } from "./arbitraries.js";
import { freshContext, read, reprint, similar } from "./support.js";

function expectRoundTrip(context: R.ReaderContext, datum: R.LispObject): void {
  const text = R.printToString(datum, context, { circle: true, readably: true });
  const again = R.readAll(text, context).forms;
  expect(again, text).toHaveLength(1);
  expect(similar(again[0]!.datum, datum), text).toBe(true);
}

suite("what is printed reads as what it was", () => {
  test("data of every kind", () => {
    const context = freshContext();
    fc.assert(
      fc.property(data(context), ({ datum }) => expectRoundTrip(context, datum)),
      { numRuns: 1500 },
    );
  });

  test.each(["upcase", "downcase", "preserve", "invert"] as const)(
    "readtable case %s",
    (mode) => {
      const context = freshContext();
      context.readtable.case = mode;
      fc.assert(
        fc.property(data(context), ({ datum }) => expectRoundTrip(context, datum)),
        { numRuns: 300 },
      );
    },
  );

  test.each([2, 3, 16, 36])("base %i, doubles by default", (base) => {
    const context = freshContext();
    context.readBase = base;
    context.defaultFloatFormat = "double-float";
    fc.assert(
      fc.property(data(context), ({ datum }) => expectRoundTrip(context, datum)),
      { numRuns: 300 },
    );
  });

  test("shared and circular parts", () => {
    const context = freshContext();
    fc.assert(
      fc.property(fc.array(fc.nat(7), { minLength: 24, maxLength: 24 }), (links) => {
        const nodes: R.LispObject[] = [0, 1, 2].map(() => new R.Cons(R.NIL, R.NIL));
        nodes.push(
          [R.NIL, R.NIL],
          R.LispString.from("s"),
          new R.LispSymbol("G"),
          5,
          R.NIL,
        );
        links.slice(0, 6).forEach((link, i) => {
          const cons = nodes[i % 3] as R.Cons;
          if (i < 3) cons.car = nodes[link]!;
          else cons.cdr = nodes[link]!;
        });
        const vector = nodes[3] as R.LispObject[];
        vector[0] = nodes[links[6]!]!;
        vector[1] = nodes[links[7]!]!;
        expectRoundTrip(context, nodes[0]!);
      }),
    );
  });
});

suite("floats", () => {
  test("every single reads back from its shortest digits", () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true, min: 0 }), (value) => {
        if (value === 0) return;
        const { digits, exponent } = R.singleDigits(value);
        expect(R.textToSingle(`0.${digits}e${exponent}`)).toBe(value);
        const fewer = Number(`0.${digits}e${exponent}`).toPrecision(
          Math.max(1, digits.length - 1),
        );
        if (digits.length > 1) expect(R.textToSingle(fewer)).not.toBe(value);
      }),
      { numRuns: 2000 },
    );
  });

  test("no neighbour of a single is nearer to the text it was read from", () => {
    const text = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 25n }), fc.integer({ min: -55, max: 12 }))
      .map(([digits, power]) => ({ digits, power }));
    fc.assert(
      fc.property(text, ({ digits, power }) => {
        const value = R.textToSingle(`${digits}e${power}`);
        const unit = Math.max(
          2 ** (Math.floor(Math.log2(value || 1e-45)) - 23),
          2 ** -149,
        );
        for (const other of [value - unit, value + unit, value - unit / 2]) {
          if (Math.fround(other) !== other || !Number.isFinite(Math.fround(other)))
            continue;
          const near = distance(digits, power, value);
          expect(near <= distance(digits, power, other)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("the middle of two singles goes to the even one, and a hair above it up", () => {
    expect(R.textToSingle("16777217.0")).toBe(16777216);
    expect(R.textToSingle("16777219.0")).toBe(16777220);
    expect(R.textToSingle("16777217.00000000000000000000001")).toBe(16777218);
    expect(R.textToSingle("16777218.99999999999999999999999")).toBe(16777218);
    expect(R.textToSingle("-16777217.00000000000000000000001")).toBe(-16777218);
    expect(R.textToSingle("3.4028235677973367e38")).toBe(Infinity);
    expect(R.textToSingle("3.4028235677973366e38")).toBe(3.4028234663852886e38);
    expect(R.textToSingle("7.006492321624085e-46")).toBe(0);
    expect(R.textToSingle("7.006492321624086e-46")).toBe(2 ** -149);
  });
});

/** |digits × 10^power − value| × 10^60 × 2^160, an integer. */
function distance(digits: bigint, power: number, value: number): bigint {
  const exact = digits * 10n ** BigInt(power + 60) * (1n << 160n);
  const scaled = BigInt(value * 2 ** 149) * (1n << 11n) * 10n ** 60n;
  return exact > scaled ? exact - scaled : scaled - exact;
}

suite("printed text", () => {
  test.each([
    ["(quote  x)", "'X"],
    ["(function x)", "#'X"],
    ["(quote . x)", "(QUOTE . X)"],
    ["(a . (b . (c . d)))", "(A B C . D)"],
    ["#c(1 2.5)", "#C(1.0 2.5)"],
    ["1d0", "1.0d0"],
    ["1e7", "1.0e7"],
    ["9999999.0", "9999999.0"],
    ["1e-3", "0.001"],
    ["1e-4", "1.0e-4"],
    ["123456789d5", "1.23456789d13"],
    ["-0.0", "-0.0"],
    ["|foo|", "|foo|"],
    ["#:foo", "#:FOO"],
    [":foo", ":FOO"],
    ["cl-user::foo", "COMMON-LISP-USER::FOO"],
    ["||", "||"],
    ["\\1+", "1+"],
    ["|1e5|", "|1e5|"],
    ["\\1E5", "|1E5|"],
    ["|1^2|", "|1^2|"],
    ["#2a((1 2) (3 4))", "#2A((1 2) (3 4))"],
    ["#a((2 0) t () ())", "#A((2 0) T () ())"],
    ["#a((2) (unsigned-byte 8) 1 2)", "#A((2) (UNSIGNED-BYTE 8) 1 2)"],
    ["#a((2) character #\\a #\\b)", '"ab"'],
    ["#*0110", "#*0110"],
    ["#\\U+7", "#\\Bel"],
    ["#\\U+200B", "#\\U+200B"],
    ['"a\\"b\\\\"', '"a\\"b\\\\"'],
  ])("%s prints as %s", (text, printed) => {
    expect(reprint(text)).toBe(printed);
  });

  test("princ leaves escapes out", () => {
    const text = '("a\\"b" #\\c |foo Bar|)';
    expect(reprint(text, { escape: false })).toBe('(a"b c foo Bar)');
  });

  test("what cannot be read is shown in #<…> or refused", () => {
    const context = freshContext();
    expect(R.printToString(context.package, context)).toBe("#<package ORACLE>");
    const infinite = new R.DoubleFloat(Infinity);
    expect(R.printToString(infinite, context)).toBe("#<double-float Infinity>");
    const refused = () => R.printToString(infinite, context, { readably: true });
    expect(refused).toThrow(R.PrintError);
  });

  test("structures go through the hooks both ways", () => {
    const context = freshContext();
    const layout = { name: context.package.intern("POINT") };
    context.makeStructure = (name, slots) => {
      expect(name).toBe(layout.name);
      return new R.Instance(layout, [slots[1]!, slots[3]!]);
    };
    const point = read("#s(point :x #1=(a) :y #1#)", context) as R.Instance;
    expect(point.slots[0]).toBe(point.slots[1]);
    const structure = (instance: R.Instance) => {
      const [x, y] = instance.slots as [R.LispObject, R.LispObject];
      const { keyword } = context.registry;
      return R.list([layout.name, keyword.intern("X"), x, keyword.intern("Y"), y]);
    };
    const text = R.printToString(point, context, { structure, circle: true });
    expect(text).toBe("#S(POINT :X #0=(A) :Y #0#)");
    expect(similar(read(text, context), point)).toBe(true);
  });
});
