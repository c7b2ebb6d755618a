/** Integers: numbers while they are safe, bigints beyond (docs/primitives.md, integers). */
import {
  type LispInteger,
  type LispObject,
  type LispSymbol,
  normalizeInteger,
} from "@astralisp/reader";
import type { World } from "../world.js";

const TWO_32 = 4294967296;
/** A fixnum has 54 bits here; -2^53 itself is not a safe number and stands for no fixnum. */
const FIXNUM_BITS = 54;

export function integerAdd(a: LispInteger, b: LispInteger): LispInteger {
  return normalizeInteger(BigInt(a) + BigInt(b));
}

export function integerSubtract(a: LispInteger, b: LispInteger): LispInteger {
  return normalizeInteger(BigInt(a) - BigInt(b));
}

export function integerMultiply(a: LispInteger, b: LispInteger): LispInteger {
  return normalizeInteger(BigInt(a) * BigInt(b));
}

/** A number of 54 bits in two's complement as a safe number. */
function fromParts(high: number, low: number): LispInteger {
  const result = high * TWO_32 + (low >>> 0);
  return result === -9007199254740992 ? -9007199254740992n : result;
}

function logical(
  parts: (a: number, b: number) => number,
  big: (a: bigint, b: bigint) => bigint,
): (a: LispInteger, b: LispInteger) => LispInteger {
  return (a, b) => {
    if (typeof a === "number" && typeof b === "number") {
      const high = parts(Math.floor(a / TWO_32), Math.floor(b / TWO_32));
      return fromParts(high, parts(a, b));
    }
    return normalizeInteger(big(BigInt(a), BigInt(b)));
  };
}

const integerAnd = logical(
  (a, b) => a & b,
  (a, b) => a & b,
);
const integerOr = logical(
  (a, b) => a | b,
  (a, b) => a | b,
);
const integerXor = logical(
  (a, b) => a ^ b,
  (a, b) => a ^ b,
);

/** Powers of two, for shifts: `**` is slow. */
const POWERS = Float64Array.from({ length: 1024 }, (_, n) => 2 ** n);

export function shift(x: LispInteger, n: LispInteger): LispInteger {
  if (typeof n === "bigint") {
    if (n < 0n) return x < 0 ? -1 : 0;
    return x === 0 ? 0 : normalizeInteger(BigInt(x) << n);
  }
  if (n <= 0) return shiftRight(x, -n);
  if (typeof x === "number") {
    const product = n < 1024 ? x * POWERS[n]! : Number.NaN;
    if (Number.isSafeInteger(product) || x === 0) return x === 0 ? 0 : product;
  }
  return normalizeInteger(BigInt(x) << BigInt(n));
}

function shiftRight(x: LispInteger, n: number): LispInteger {
  if (typeof x === "bigint") return normalizeInteger(x >> BigInt(n));
  if (n < 32 && (x | 0) === x) return x >> n;
  return n > 60 ? (x < 0 ? -1 : 0) : Math.floor(x / POWERS[n]!);
}

export function integerLength(x: LispInteger): number {
  if (typeof x === "number") {
    const magnitude = x < 0 ? -1 - x : x;
    const high = Math.floor(magnitude / TWO_32);
    return high > 0 ? 64 - Math.clz32(high) : 32 - Math.clz32(magnitude);
  }
  const magnitude = x < 0n ? -1n - x : x;
  const digits = magnitude.toString(16);
  return digits.length * 4 - Math.clz32(Number.parseInt(digits[0]!, 16)) + 28;
}

function countBits(x: number): number {
  let n = x >>> 0;
  let count = 0;
  for (; n !== 0; n = (n & (n - 1)) >>> 0) count++;
  return count;
}

export function logCount(x: LispInteger): number {
  if (typeof x === "number") {
    const magnitude = x < 0 ? -1 - x : x;
    return countBits(magnitude) + countBits(Math.floor(magnitude / TWO_32));
  }
  let rest = x < 0n ? -1n - x : x;
  let count = 0;
  for (; rest !== 0n; rest >>= 32n) count += countBits(Number(rest & 0xffffffffn));
  return count;
}

/** `n` modulo the width of a fixnum. */
function wrap(n: bigint): number {
  return Number(BigInt.asIntN(FIXNUM_BITS, n));
}

function fixnumShiftLeft(x: number, n: number): number {
  const product = n < 1024 ? x * POWERS[n]! : Number.NaN;
  if (Number.isSafeInteger(product)) return product;
  return n >= FIXNUM_BITS ? 0 : wrap(BigInt(x) << BigInt(n));
}

/** Helpers of open-coded arithmetic. */
export const integerHelpers = {
  ash: (x: LispObject, n: LispObject, symbol: LispSymbol): LispObject =>
    typeof x === "number" && typeof n === "number" ? shift(x, n) : symbol.fn(x, n),
  integerAdd,
  integerSubtract,
  integerMultiply,
  integerAnd,
  integerOr,
  integerXor,
  fixnumAnd: integerAnd,
  fixnumOr: integerOr,
  fixnumXor: integerXor,
  fixnumAdd: (a: number, b: number) => wrap(BigInt(a) + BigInt(b)),
  fixnumSubtract: (a: number, b: number) => wrap(BigInt(a) - BigInt(b)),
  fixnumMultiply: (a: number, b: number) => wrap(BigInt(a) * BigInt(b)),
  fixnumShiftLeft,
  fixnumShiftRight: (x: number, n: number) => shiftRight(x, n) as number,
};

function compareIntegers(a: LispInteger, b: LispInteger): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function integerPrimitives(world: World) {
  const { mv } = world;
  const integer =
    (body: (x: LispInteger) => LispObject) =>
    (x: LispObject): LispObject =>
      typeof x === "number" || typeof x === "bigint"
        ? body(x)
        : world.engineError("TYPE", x, world.commonLisp("INTEGER"));
  return {
    "INTEGER-LENGTH": integer(integerLength),
    LOGCOUNT: integer(logCount),
    "%INTEGER+": (a: LispInteger, b: LispInteger) => {
      if (typeof a === "number" && typeof b === "number") {
        const sum = a + b;
        if (Number.isSafeInteger(sum)) return sum;
      }
      return integerAdd(a, b);
    },
    "%INTEGER-": (a: LispInteger, b: LispInteger) => integerSubtract(a, b),
    "%INTEGER*": (a: LispInteger, b: LispInteger) => integerMultiply(a, b),
    "%INTEGER-TRUNCATE": (a: LispInteger, b: LispInteger): LispObject => {
      if (typeof a === "number" && typeof b === "number") {
        const remainder = (a % b) + 0;
        return mv.two((a - remainder) / b + 0, remainder);
      }
      const [x, y] = [BigInt(a), BigInt(b)];
      return mv.two(normalizeInteger(x / y), normalizeInteger(x % y));
    },
    "%INTEGER-COMPARE": compareIntegers,
    "%LOGAND": integerAnd,
    "%LOGIOR": integerOr,
    "%LOGXOR": integerXor,
    "%LOGNOT": (a: LispInteger) =>
      typeof a === "number" ? normalizeInteger(-1n - BigInt(a)) : normalizeInteger(~a),
    "%ASH": shift,
    "%FX+": (a: number, b: number) => wrap(BigInt(a) + BigInt(b)),
    "%FX-": (a: number, b: number) => wrap(BigInt(a) - BigInt(b)),
    "%FX*": integerHelpers.fixnumMultiply,
    "%FX-AND": integerAnd,
    "%FX-OR": integerOr,
    "%FX-XOR": integerXor,
    "%FX-NOT": (a: number) => -1 - a,
    "%FX-SHIFT-LEFT": fixnumShiftLeft,
    "%FX-SHIFT-RIGHT": integerHelpers.fixnumShiftRight,
    "%FX-TRUNCATE": (a: number, b: number) => (a - (a % b)) / b + 0,
    "%FX-REM": (a: number, b: number) => (a % b) + 0,
  };
}
