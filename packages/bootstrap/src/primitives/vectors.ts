/** Simple vectors of every element type, and array headers (docs/primitives.md). */
import {
  ArrayHeader,
  BitVector,
  Char,
  Cons,
  DoubleFloat,
  type LispInteger,
  type LispObject,
  LispString,
  type LispSymbol,
  type LispTypedArray,
  list,
  listToArray,
  NIL,
  normalizeInteger,
  SingleFloat,
} from "@astralisp/reader";
import type { World } from "../world.js";

/** The type codes of docs/object-layout.md. */
const MAKERS: Readonly<Record<number, (n: number) => LispObject>> = {
  32: (n) => new Array<LispObject>(n).fill(0),
  33: (n) => new BitVector(new Uint8Array(n)),
  34: (n) => new Uint8Array(n),
  35: (n) => new Uint16Array(n),
  36: (n) => new Uint32Array(n),
  37: (n) => new BigUint64Array(n),
  38: (n) => new Int8Array(n),
  39: (n) => new Int16Array(n),
  40: (n) => new Int32Array(n),
  41: (n) => new BigInt64Array(n),
  42: (n) => new Float32Array(n),
  43: (n) => new Float64Array(n),
  44: (n) => new LispString(new Uint32Array(n)),
};

const CODES = new Map<unknown, number>([
  [Array, 32],
  [BitVector, 33],
  [Uint8Array, 34],
  [Uint16Array, 35],
  [Uint32Array, 36],
  [BigUint64Array, 37],
  [Int8Array, 38],
  [Int16Array, 39],
  [Int32Array, 40],
  [BigInt64Array, 41],
  [Float32Array, 42],
  [Float64Array, 43],
  [LispString, 44],
]);

type Vector = LispObject[] | BitVector | LispTypedArray | LispString;

function vectorCode(v: LispObject): LispObject {
  if (typeof v !== "object") return NIL;
  if (Array.isArray(v)) return 32;
  if (v instanceof LispString) return 44;
  if (v instanceof Uint8Array) return 34;
  if (v instanceof Cons || v instanceof ArrayHeader) return NIL;
  return CODES.get((v as object).constructor) ?? NIL;
}

/** The storage of `v`, whose elements `%replace` may copy as they are. */
function storage(v: Vector): LispObject[] | LispTypedArray {
  if (v instanceof LispString) return v.codes;
  return v instanceof BitVector ? v.bits : v;
}

function get(v: Vector, i: number): LispObject {
  if (Array.isArray(v)) return v[i]!;
  if (v instanceof LispString) return Char.of(v.codes[i]!);
  if (v instanceof BitVector) return v.bits[i]!;
  if (v instanceof Float64Array) return new DoubleFloat(v[i]!);
  if (v instanceof Float32Array) return new SingleFloat(v[i]!);
  const element = v[i]!;
  return typeof element === "bigint" ? normalizeInteger(element) : element;
}

/** What the storage of `v` holds for the Lisp object `x`. */
function raw(v: Vector, x: LispObject): LispObject {
  if (Array.isArray(v)) return x;
  if (v instanceof LispString) return (x as Char).code;
  if (v instanceof Float64Array || v instanceof Float32Array) {
    return (x as DoubleFloat).value;
  }
  if (v instanceof BigUint64Array || v instanceof BigInt64Array) {
    return BigInt(x as LispInteger);
  }
  return x;
}

function set(v: Vector, i: number, x: LispObject): LispObject {
  (storage(v) as LispObject[])[i] = raw(v, x);
  return x;
}

function replace(
  to: Vector,
  at: number,
  from: Vector,
  start: number,
  count: number,
): LispObject {
  const target = storage(to);
  const source = storage(from);
  if (Array.isArray(target) || Array.isArray(source)) {
    const [t, s] = [target as LispObject[], source as LispObject[]];
    if (t === s && at > start) {
      for (let i = count - 1; i >= 0; i--) t[at + i] = s[start + i]!;
    } else {
      for (let i = 0; i < count; i++) t[at + i] = s[start + i]!;
    }
    return to;
  }
  (target as Uint8Array).set((source as Uint8Array).subarray(start, start + count), at);
  return to;
}

/** Cuts `v` to `n` elements; a typed array is replaced by a shorter view of it. */
function shrink(v: Vector, n: number): LispObject {
  if (Array.isArray(v)) {
    v.length = n;
    return v;
  }
  if (v instanceof LispString) {
    (v as { codes: Uint32Array }).codes = v.codes.subarray(0, n);
    return v;
  }
  if (v instanceof BitVector) {
    (v as { bits: Uint8Array }).bits = v.bits.subarray(0, n);
    return v;
  }
  return v.subarray(0, n);
}

function typedAccessors() {
  const result: Record<string, (...args: never[]) => LispObject> = {};
  const names = ["U8", "U16", "U32", "U64", "S8", "S16", "S32", "S64"];
  for (const type of [...names, "SINGLE-", "DOUBLE-", "BIT-", "STRING-", "SV"]) {
    result[`%${type}REF`] = get;
    result[`%SET-${type}REF`] = set;
  }
  return result;
}

/** Helpers of open-coded element access: what is not a simple vector. */
export const vectorHelpers = {
  aref(v: LispObject, i: LispObject, symbol: LispSymbol): LispObject {
    if (typeof i === "number" && i >= 0) {
      if (v instanceof LispString) {
        const code = v.codes[i];
        if (code !== undefined) return Char.of(code);
      } else if (v instanceof Uint8Array || v instanceof Uint32Array) {
        const element = v[i];
        if (element !== undefined) return element;
      }
    }
    return symbol.fn(v, i);
  },
  setAref(v: LispObject, i: LispObject, x: LispObject, symbol: LispSymbol): LispObject {
    if (typeof i === "number" && i >= 0) {
      if (v instanceof Uint8Array) {
        if (i < v.length && typeof x === "number" && x >= 0 && x < 256) {
          v[i] = x;
          return x;
        }
      } else if (v instanceof LispString && i < v.length && x instanceof Char) {
        v.codes[i] = x.code;
        return x;
      }
    }
    return symbol.fn(v, i, x);
  },
};

export function vectorPrimitives(world: World) {
  const outOfRange = (v: LispObject, i: LispObject, type: string): LispObject => {
    const known = type === "SIMPLE-VECTOR" ? Array.isArray(v) : v instanceof LispString;
    if (!known) return world.engineError("TYPE", v, world.commonLisp(type));
    const last = (v as LispString).length;
    const range = list([world.commonLisp("INTEGER"), 0, list([last])]);
    return world.engineError("TYPE", i, range);
  };
  const inRange = (v: { length: number }, i: LispObject): i is number =>
    typeof i === "number" && i >= 0 && i < v.length;
  return {
    ...typedAccessors(),
    SVREF: (v: LispObject, i: LispObject): LispObject =>
      Array.isArray(v) && inRange(v, i) ? v[i]! : outOfRange(v, i, "SIMPLE-VECTOR"),
    SCHAR: (v: LispObject, i: LispObject): LispObject =>
      v instanceof LispString && inRange(v, i)
        ? Char.of(v.codes[i]!)
        : outOfRange(v, i, "SIMPLE-STRING"),
    "%MAKE-VECTOR": (code: number, n: number) => MAKERS[code]!(n),
    "%VECTOR-CODE": vectorCode,
    "%VECTOR-LENGTH": (v: Vector) => v.length,
    "%VREF": get,
    "%SET-VREF": set,
    "%SHRINK-VECTOR": shrink,
    "%REPLACE": replace,
    "%FILL": (v: Vector, x: LispObject, start: number, end: number) => {
      (storage(v) as LispObject[]).fill(raw(v, x), start, end);
      return v;
    },
  };
}

export function arrayHeaderPrimitives() {
  return {
    "%MAKE-ARRAY-HEADER": (
      data: Vector,
      offset: number,
      total: number,
      fill: LispObject,
      flags: number,
      dimensions: LispObject,
    ) => {
      const header = new ArrayHeader(data, listToArray(dimensions) as number[], {
        offset,
        fill: fill === NIL ? -1 : (fill as number),
        flags,
      });
      header.total = total;
      return header;
    },
    "%ARRAY-DATA": (a: ArrayHeader) => a.data,
    "%ARRAY-OFFSET": (a: ArrayHeader) => a.offset,
    "%ARRAY-TOTAL": (a: ArrayHeader) => a.total,
    "%ARRAY-FILL": (a: ArrayHeader) => (a.fill < 0 ? NIL : a.fill),
    "%ARRAY-FLAGS": (a: ArrayHeader) => a.flags,
    "%ARRAY-RANK": (a: ArrayHeader) => a.dimensions.length,
    "%ARRAY-DIMENSION": (a: ArrayHeader, i: number) => a.dimensions[i]!,
    "%SET-ARRAY-DATA": (a: ArrayHeader, x: Vector) => {
      a.data = x;
      return x;
    },
    "%SET-ARRAY-OFFSET": (a: ArrayHeader, x: number) => {
      a.offset = x;
      return x;
    },
    "%SET-ARRAY-TOTAL": (a: ArrayHeader, x: number) => {
      a.total = x;
      return x;
    },
    "%SET-ARRAY-FILL": (a: ArrayHeader, x: LispObject) => {
      a.fill = x === NIL ? -1 : (x as number);
      return x;
    },
    "%SET-ARRAY-FLAGS": (a: ArrayHeader, x: number) => {
      a.flags = x;
      return x;
    },
    "%SET-ARRAY-DIMENSION": (a: ArrayHeader, i: number, x: number) => {
      a.dimensions[i] = x;
      return x;
    },
  };
}
