/** Random Lisp data that both readers and both printers know. */
import {
  Char,
  DoubleFloat,
  type LispObject,
  LispString,
  list,
  makeRational,
  normalizeInteger,
  SingleFloat,
} from "@astralisp/reader";
import fc from "fast-check";
import type { Lisp } from "../src/index.js";

const INTEGER = fc.bigInt({ min: -(1n << 90n), max: 1n << 90n }).map(normalizeInteger);

const LEAVES: readonly fc.Arbitrary<LispObject>[] = [
  INTEGER,
  fc
    .tuple(INTEGER, fc.bigInt({ min: 1n, max: 1n << 40n }))
    .map(([a, b]) => makeRational(a, normalizeInteger(b))),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => new DoubleFloat(value)),
  fc
    .float({ noNaN: true, noDefaultInfinity: true })
    .map((value) => new SingleFloat(value)),
  fc.string().map((text) => LispString.from(text)),
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => Char.of(code)),
];

const NAME = fc.oneof(
  fc.constantFrom(
    "CAR",
    "foo",
    "Foo Bar",
    "1",
    "1+",
    "+1",
    "1E5",
    "A|B",
    "\\",
    "#A",
    "-",
  ),
  fc.string({ minLength: 1, unit: fc.constantFrom(..."aAbB01+-/ed|\\# '()") }),
);

/** Lists and vectors of numbers, strings, characters and symbols. */
export function data(lisp: Lisp): fc.Arbitrary<LispObject> {
  const user = lisp.world.currentPackage;
  const symbol = NAME.map((name) => user.intern(name) as LispObject);
  const { datum } = fc.letrec<{ datum: LispObject }>((tie) => ({
    datum: fc.oneof(
      { maxDepth: 4 },
      ...LEAVES,
      symbol,
      fc.array(tie("datum"), { maxLength: 5 }).map((items) => list(items)),
      fc.array(tie("datum"), { maxLength: 4 }).map((items): LispObject => items),
    ),
  }));
  return datum;
}
