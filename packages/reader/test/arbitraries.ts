/** Random data and random texts of data. */
import fc from "fast-check";
import * as R from "../src/index.js";

const NAMES = fc.oneof(
  fc.constantFrom("CAR", "FOO", "foo", "Foo Bar", "1", "1+", "+1", "1E5", ".", "..", ""),
  fc.constantFrom("A:B", "|", "\\", "#A", "A#", "É", "é", "ß", "^1", "1/2", "-", "NIL"),
  fc.string({ unit: fc.constantFrom(..."aAbB01.+-/ed|\\:# '()") }),
  fc.string(),
);

const CODE = fc
  .oneof(
    fc.integer({ min: 0, max: 0x2ff }),
    fc.integer({ min: 0, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0x10ffff }),
  )
  .map((code) => R.Char.of(code));

const INTEGER = fc
  .oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }),
  )
  .map((n) => R.normalizeInteger(BigInt(n)));

const RATIONAL = fc
  .tuple(INTEGER, fc.bigInt({ min: 1n, max: 1n << 70n }))
  .map(([num, den]) => R.makeRational(num, R.normalizeInteger(den)));

const SINGLE = fc
  .float({ noNaN: true, noDefaultInfinity: true })
  .map((value) => new R.SingleFloat(value));

const DOUBLE = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => new R.DoubleFloat(value));

const REAL = fc.oneof(RATIONAL, SINGLE, DOUBLE);

const COMPLEX = fc
  .tuple(REAL, REAL)
  .map(([re, im]) => R.makeComplex(re as R.LispReal, im as R.LispReal))
  .filter((x) => !(x instanceof R.Complex) || (isFinitePart(x.re) && isFinitePart(x.im)));

function isFinitePart(x: R.LispReal): boolean {
  const isFloat = x instanceof R.SingleFloat || x instanceof R.DoubleFloat;
  return !isFloat || Number.isFinite(x.value);
}

const STRING = fc.string({ unit: "binary" }).map((text) => R.LispString.from(text));

const TYPED: fc.Arbitrary<R.LispObject> = fc.oneof(
  fc.uint8Array(),
  fc.int16Array(),
  fc.uint32Array(),
  fc.bigInt64Array(),
  fc.float32Array({ noNaN: true, noDefaultInfinity: true }),
  fc.float64Array({ noNaN: true, noDefaultInfinity: true }),
  fc
    .array(fc.integer({ min: 0, max: 1 }))
    .map((b) => new R.BitVector(Uint8Array.from(b))),
);

/** Packages of `context`'s registry to take symbols from: some conflict in names. */
function packages(context: R.ReaderContext): R.LispPackage[] {
  const { registry } = context;
  const known = registry.find("Odd:Name");
  const odd = known ?? registry.define("Odd:Name", { use: [registry.commonLisp] });
  return [context.package, registry.keyword, registry.user, odd];
}

function symbols(context: R.ReaderContext): fc.Arbitrary<R.LispObject> {
  const home = fc.constantFrom(...packages(context), null);
  return fc.tuple(NAMES, home, fc.boolean()).map(([name, pkg, exported]) => {
    if (pkg === null) return new R.LispSymbol(name);
    const symbol = pkg.intern(name);
    if (exported && symbol.package === pkg && !pkg.isKeyword) pkg.export(symbol);
    return symbol;
  });
}

/** A datum that a failing property shows by its text. */
export interface Sample {
  readonly datum: R.LispObject;
}

/** Data of every kind that has readable text; trees, shared parts only by chance. */
export function data(context: R.ReaderContext): fc.Arbitrary<Sample> {
  const atom = fc.oneof(symbols(context), CODE, REAL, COMPLEX, STRING, TYPED);
  const { datum } = fc.letrec<{ datum: R.LispObject }>((tie) => {
    const items = fc.array(tie("datum"), { maxLength: 5 });
    return {
      datum: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        atom,
        items.map((elements) => R.list(elements)),
        fc.tuple(items, atom).map(([elements, tail]) => R.list(elements, tail)),
        items,
        tie("datum").map((x) => R.list([context.registry.commonLisp.intern("QUOTE"), x])),
        fc
          .tuple(fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }), tie("datum"))
          .filter(([dimensions]) => dimensions.length !== 1)
          .map(([dimensions, element]) => {
            const size = dimensions.reduce((product, n) => product * n, 1);
            return new R.ArrayHeader(Array(size).fill(element), dimensions);
          }),
        fc.string().map((name) => new R.Pathname(name)),
      ),
    };
  });
  return datum.map((x) => ({
    datum: x,
    [fc.toStringMethod]: () => R.printToString(x, context, { circle: true }),
  }));
}

/** Texts that read without error in a fresh context, with all kinds of white space. */
export function texts(): fc.Arbitrary<string> {
  const space = fc.constantFrom(
    " ",
    "\n",
    "\t ",
    " ; note ) \n",
    " #| ( #|x|# |# ",
    "  ",
  );
  const atom = fc.constantFrom(
    "foo",
    "1/2",
    "1.5d0",
    ":key",
    "|a (b|",
    '"s \\" ; ("',
    "#\\(",
    "#\\Space",
    "#xFF",
    "#*101",
    "nil",
    "#:g",
    "été",
    "𝒳",
    '"𝒳"',
  );
  const prefix = fc.constantFrom("'", "#'", "#+nope x ", "#-nope ", "' ", "#3A");
  const { datum } = fc.letrec<{ datum: string }>((tie) => {
    const list = fc
      .tuple(
        fc.array(fc.tuple(tie("datum"), space), { maxLength: 4 }),
        space,
        fc.boolean(),
      )
      .map(([items, first, dotted]) => {
        const text = items.map((pair) => pair.join("")).join("");
        return `(${first}${text}${dotted && items.length > 0 ? ". tail" : ""})`;
      });
    return {
      datum: fc.oneof(
        { depthSize: "small" },
        atom,
        list,
        list.filter((text) => !/\. tail\)$/.test(text)).map((text) => `#${text}`),
        fc.tuple(prefix, tie("datum")).map(([mark, text]) => {
          return mark === "#3A" ? `'${text}` : mark + text;
        }),
        fc.tuple(list, atom).map(([text, x]) => `\`(,${text} ,@${x} ${text})`),
      ),
    };
  });
  return fc.tuple(space, datum, space).map((parts) => parts.join(""));
}
