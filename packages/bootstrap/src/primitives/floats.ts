/** Floats without arithmetic (float-traps.ts), ratios and complex numbers. */
import {
  Complex,
  DoubleFloat,
  type LispInteger,
  type LispReal,
  NIL,
  normalizeInteger,
  Ratio,
  SingleFloat,
  T,
} from "@astralisp/reader";

const view = new DataView(new ArrayBuffer(8));

/** The double nearest to an integer, ties to even. */
function integerToDouble(i: LispInteger): DoubleFloat {
  return new DoubleFloat(Number(i));
}

function doubleToInteger({ value }: DoubleFloat): LispInteger {
  if (Number.isSafeInteger(value)) return value + 0;
  return normalizeInteger(BigInt(Math.trunc(value)));
}

type AnyFloat = DoubleFloat | SingleFloat;

function formatPrimitives(name: string, make: (value: number) => AnyFloat) {
  const arithmetic = {
    "<": (a: AnyFloat, b: AnyFloat) => (a.value < b.value ? T : NIL),
    "<=": (a: AnyFloat, b: AnyFloat) => (a.value <= b.value ? T : NIL),
    "=": (a: AnyFloat, b: AnyFloat) => (a.value === b.value ? T : NIL),
    "-NEGATE": (a: AnyFloat) => make(-a.value),
  };
  return Object.fromEntries(
    Object.entries(arithmetic).map(([suffix, fn]) => [`%${name}${suffix}`, fn]),
  );
}

export function floatPrimitives() {
  return {
    ...formatPrimitives("DOUBLE", (value) => new DoubleFloat(value)),
    ...formatPrimitives("SINGLE", (value) => new SingleFloat(value)),
    "%MAKE-RATIO": (n: LispInteger, d: LispInteger) => new Ratio(n, d),
    NUMERATOR: (x: LispInteger | Ratio) => (x instanceof Ratio ? x.num : x),
    DENOMINATOR: (x: LispInteger | Ratio) => (x instanceof Ratio ? x.den : 1),
    "%MAKE-COMPLEX": (re: LispReal, im: LispReal) => new Complex(re, im),
    "%REALPART": (x: Complex) => x.re,
    "%IMAGPART": (x: Complex) => x.im,
    "%DOUBLE-BITS": (x: DoubleFloat) => {
      view.setFloat64(0, x.value);
      return normalizeInteger(view.getBigInt64(0));
    },
    "%MAKE-DOUBLE": (bits: LispInteger) => {
      view.setBigUint64(0, BigInt.asUintN(64, BigInt(bits)));
      return new DoubleFloat(view.getFloat64(0));
    },
    "%SINGLE-BITS": (x: SingleFloat) => {
      view.setFloat32(0, x.value);
      return view.getInt32(0);
    },
    "%MAKE-SINGLE": (bits: number) => {
      view.setUint32(0, bits >>> 0);
      return new SingleFloat(view.getFloat32(0));
    },
    "%INTEGER-TO-DOUBLE": integerToDouble,
    "%DOUBLE-TO-INTEGER": doubleToInteger,
    "%DOUBLE-TRUNCATE-FIXNUM": (x: DoubleFloat) => Math.trunc(x.value) + 0,
    "%SINGLE-TO-DOUBLE": (x: SingleFloat) => new DoubleFloat(x.value),
  };
}
