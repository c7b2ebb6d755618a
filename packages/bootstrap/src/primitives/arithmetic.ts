/**
 * Generic arithmetic where the open-coded path for plain numbers does not apply: bigints
 * and double-floats here, everything else by the Lisp functions TWO-ARG-+ and so on.
 */
import {
  DoubleFloat,
  type LispInteger,
  type LispObject,
  type LispSymbol,
  NIL,
} from "@astralisp/reader";
import type { FloatHelpers } from "../float-traps.js";
import { integerAdd, integerMultiply, integerSubtract } from "./integers.js";

function isInteger(x: LispObject): x is LispInteger {
  return typeof x === "number" || typeof x === "bigint";
}

type Binary = (a: LispObject, b: LispObject) => LispObject;

function operation(
  symbol: LispSymbol,
  integers: ((a: LispInteger, b: LispInteger) => LispInteger) | null,
  doubles: (a: DoubleFloat, b: DoubleFloat) => DoubleFloat,
): Binary {
  return (a, b) => {
    if (a instanceof DoubleFloat && b instanceof DoubleFloat) return doubles(a, b);
    if (integers !== null && isInteger(a) && isInteger(b)) return integers(a, b);
    return symbol.fn(a, b);
  };
}

function comparison(
  symbol: LispSymbol,
  compare: (a: number | bigint, b: number | bigint) => boolean,
): (a: LispObject, b: LispObject) => boolean {
  return (a, b) => {
    if (isInteger(a) && isInteger(b)) return compare(a, b);
    if (a instanceof DoubleFloat && b instanceof DoubleFloat) {
      return compare(a.value, b.value);
    }
    return symbol.fn(a, b) !== NIL;
  };
}

/** The helpers that open-coded arithmetic falls back on. */
export function arithmeticHelpers(
  primitive: (name: string) => LispSymbol,
  floats: FloatHelpers,
) {
  const two = (name: string) => primitive(`TWO-ARG-${name}`);
  return {
    add: operation(two("+"), integerAdd, floats.doublePlus),
    subtract: operation(two("-"), integerSubtract, floats.doubleMinus),
    multiply: operation(two("*"), integerMultiply, floats.doubleTimes),
    divide: (a: LispObject, b: LispObject): LispObject => {
      if (typeof a === "number" && typeof b === "number" && b !== 0 && a % b === 0) {
        return a / b + 0;
      }
      return two("/").fn(a, b);
    },
    less: comparison(two("<"), (a, b) => a < b),
    greater: comparison(two(">"), (a, b) => a > b),
    lessEqual: comparison(two("<="), (a, b) => a <= b),
    greaterEqual: comparison(two(">="), (a, b) => a >= b),
    equal: comparison(two("="), (a, b) => a === b),
  };
}
