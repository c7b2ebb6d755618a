/** `#B`, `#O`, `#X`, `#R` and `#C`. */
import {
  Complex,
  DoubleFloat,
  isReal,
  type LispInteger,
  type LispObject,
  type LispReal,
  listToArray,
  NIL,
  Ratio,
  SingleFloat,
} from "./data.js";
import { textToDouble, textToSingle } from "./float-text.js";
import { parseRational } from "./number-syntax.js";
import type { Reader } from "./reader.js";
import { readName } from "./token.js";

/** Reads a rational in `radix`, or in the number after the # if that is null. */
export function readRational(
  reader: Reader,
  radix: number | null,
  argument: number | null,
  start: number,
): LispObject {
  const base = radix ?? argument ?? 0;
  if (!reader.suppress && (base < 2 || base > 36)) {
    reader.fail("R0014", "#R needs a radix from 2 to 36", {
      start,
      help: "write it between # and R",
    });
  }
  if (!reader.skipWhitespace()) reader.failAtEnd("a number", start);
  const { name, markers } = readName(reader, reader.context.readtable, "preserve");
  if (reader.suppress) return NIL;
  const number = markers > 0 ? null : parseRational(name, base);
  if (number === null) {
    reader.fail("R0027", `this is no rational in radix ${base}`, {
      start,
      help: "write digits of that radix, and a slash for a ratio",
    });
  }
  if (typeof number !== "object" || !("problem" in number)) return number;
  return reader.fail("R0008", "the denominator of a ratio is zero", {
    start,
    help: "write another denominator",
  });
}

/** Reads `#C(real imaginary)`. */
export function readComplex(
  reader: Reader,
  _code: number,
  _argument: number | null,
  start: number,
): LispObject {
  const form = reader.readOutsideBackquote("a complex number", start);
  if (reader.suppress) return NIL;
  const made = complexOf(form);
  if (made !== null) return made;
  return reader.fail("R0028", "a complex number is malformed", {
    start,
    help: "write #C(real imaginary), both of them reals that fit one float format",
  });
}

function complexOf(form: LispObject): LispObject | null {
  let parts: LispObject[];
  try {
    parts = listToArray(form);
  } catch {
    return null;
  }
  const [re, im] = parts;
  if (parts.length !== 2 || !isReal(re!) || !isReal(im!)) return null;
  const made = makeComplex(re, im);
  const fits = (part: LispReal) =>
    !(part instanceof SingleFloat || part instanceof DoubleFloat) ||
    Number.isFinite(part.value);
  return !(made instanceof Complex) || (fits(made.re) && fits(made.im)) ? made : null;
}

/** The number `re + im i`, by the rules of contagion and canonical representation. */
export function makeComplex(re: LispReal, im: LispReal): LispObject {
  if (re instanceof DoubleFloat || im instanceof DoubleFloat) {
    return new Complex(toDouble(re), toDouble(im));
  }
  if (re instanceof SingleFloat || im instanceof SingleFloat) {
    return new Complex(toSingle(re), toSingle(im));
  }
  return im === 0 ? re : new Complex(re, im);
}

function toDouble(x: LispReal): DoubleFloat {
  if (x instanceof DoubleFloat) return x;
  if (x instanceof SingleFloat) return new DoubleFloat(x.value);
  if (x instanceof Ratio) return new DoubleFloat(divide(x.num, x.den, 64));
  return new DoubleFloat(textToDouble(String(x)));
}

function toSingle(x: LispReal): SingleFloat {
  if (x instanceof SingleFloat) return x;
  if (x instanceof DoubleFloat) return new SingleFloat(x.value);
  if (x instanceof Ratio) return new SingleFloat(divide(x.num, x.den, 40));
  return new SingleFloat(textToSingle(String(x)));
}

/**
 * `num / den` to `bits` bits, the last of them set if any are lost, so that rounding the
 * result again is right; as a double, which 64 bits are then rounded to.
 */
function divide(num: LispInteger, den: LispInteger, bits: number): number {
  const negative = num < 0;
  const n = BigInt(num) * (negative ? -1n : 1n);
  const d = BigInt(den);
  const shift = bits + bitLength(d) - bitLength(n);
  const scaled = shift > 0 ? n << BigInt(shift) : n;
  const divisor = shift < 0 ? d << BigInt(-shift) : d;
  const sticky = scaled % divisor === 0n ? 0n : 1n;
  const quotient = Number((scaled / divisor) | sticky);
  // Two steps, as 2 to the shift may itself be out of range.
  const half = Math.trunc(shift / 2);
  const value = quotient * 2 ** -half * 2 ** -(shift - half);
  return negative ? -value : value;
}

function bitLength(n: bigint): number {
  return n.toString(16).length * 4;
}
