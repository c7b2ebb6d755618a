/** Float arithmetic with the traps of IEEE 754, which JavaScript has not. */
import { Cons, DoubleFloat, type LispObject, NIL, SingleFloat } from "@astralisp/reader";
import type { World } from "./world.js";

/** Exceptions by their bits in the modes; a mask is seven bits higher (MXCSR of x86). */
const INVALID = 1;
const DIVIDE_BY_ZERO = 4;
const OVERFLOW = 8;
const MASK_SHIFT = 7;

/** What a thread starts with: invalid operations, division by zero, overflow trap. */
const START_MODES = 0x1900;

type AnyFloat = DoubleFloat | SingleFloat;

function operandList(operands: readonly AnyFloat[]): LispObject {
  return operands.reduceRight<LispObject>(
    (rest, operand) => new Cons(operand, rest),
    NIL,
  );
}

/** The arithmetic of one world, as helpers that compiled code calls. */
export function floatHelpers(world: World) {
  let modes = START_MODES;

  /** The exception that made `result`, which is not finite, out of `operands`; 0: none. */
  function exceptionOf(operation: string, operands: AnyFloat[], result: number): number {
    if (operands.some(({ value }) => Number.isNaN(value))) return 0;
    if (Number.isNaN(result)) return INVALID;
    if (operands.some(({ value }) => Math.abs(value) === Infinity)) return 0;
    return operation === "/" && operands[1]?.value === 0 ? DIVIDE_BY_ZERO : OVERFLOW;
  }

  /** `result`, which is not finite, unless that is an error in the modes now. */
  function check(operation: string, operands: AnyFloat[], result: number): number {
    const exception = exceptionOf(operation, operands, result);
    if (exception === 0) return result;
    if ((modes & (exception << MASK_SHIFT)) !== 0) {
      modes |= exception;
      return result;
    }
    const details = new Cons(world.commonLisp(operation), exception as LispObject);
    world.engineError("FLOAT-TRAP", operandList(operands), details);
    return result;
  }

  const double = (operation: string, compute: (a: number, b: number) => number) =>
    function arithmetic(a: DoubleFloat, b: DoubleFloat): DoubleFloat {
      const result = compute(a.value, b.value);
      if (result - result === 0) return new DoubleFloat(result);
      return new DoubleFloat(check(operation, [a, b], result));
    };
  const single = (operation: string, compute: (a: number, b: number) => number) =>
    function arithmetic(a: SingleFloat, b: SingleFloat): SingleFloat {
      const result = Math.fround(compute(a.value, b.value));
      if (result - result === 0) return new SingleFloat(result);
      return new SingleFloat(check(operation, [a, b], result));
    };
  return {
    doublePlus: double("+", (a, b) => a + b),
    doubleMinus: double("-", (a, b) => a - b),
    doubleTimes: double("*", (a, b) => a * b),
    doubleOver: double("/", (a, b) => a / b),
    doubleRoot(a: DoubleFloat): DoubleFloat {
      const result = Math.sqrt(a.value);
      if (result - result === 0) return new DoubleFloat(result);
      return new DoubleFloat(check("SQRT", [a], result));
    },
    singlePlus: single("+", (a, b) => a + b),
    singleMinus: single("-", (a, b) => a - b),
    singleTimes: single("*", (a, b) => a * b),
    singleOver: single("/", (a, b) => a / b),
    singleRoot(a: SingleFloat): SingleFloat {
      const result = Math.fround(Math.sqrt(a.value));
      if (result - result === 0) return new SingleFloat(result);
      return new SingleFloat(check("SQRT", [a], result));
    },
    doubleToSingle(a: DoubleFloat): SingleFloat {
      const result = Math.fround(a.value);
      if (result - result === 0) return new SingleFloat(result);
      return new SingleFloat(check("COERCE", [a], result));
    },
    floatModes: () => modes,
    setFloatModes(bits: number): number {
      modes = bits;
      return bits;
    },
  };
}

export type FloatHelpers = ReturnType<typeof floatHelpers>;

/** The primitives over `helpers` (docs/primitives.md). */
export function floatArithmetic(helpers: FloatHelpers) {
  return {
    "%DOUBLE+": helpers.doublePlus,
    "%DOUBLE-": helpers.doubleMinus,
    "%DOUBLE*": helpers.doubleTimes,
    "%DOUBLE/": helpers.doubleOver,
    "%DOUBLE-SQRT": helpers.doubleRoot,
    "%SINGLE+": helpers.singlePlus,
    "%SINGLE-": helpers.singleMinus,
    "%SINGLE*": helpers.singleTimes,
    "%SINGLE/": helpers.singleOver,
    "%SINGLE-SQRT": helpers.singleRoot,
    "%DOUBLE-TO-SINGLE": helpers.doubleToSingle,
    "%FLOAT-MODES": helpers.floatModes,
    "%SET-FLOAT-MODES": helpers.setFloatModes,
  };
}
