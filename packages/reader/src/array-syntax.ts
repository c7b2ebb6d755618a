/** `#(`, `#*` and `#A`; the last also as `#A(dimensions type . contents)`. */
import {
  ArrayHeader,
  BitVector,
  Char,
  Cons,
  DoubleFloat,
  isInteger,
  type LispObject,
  type LispSimpleVector,
  LispString,
  LispSymbol,
  listToArray,
  NIL,
  SingleFloat,
} from "./data.js";
import type { Reader } from "./reader.js";
import { readName } from "./token.js";

/** No literal vector is padded beyond this length: a typing error may ask for billions. */
const MOST_PADDED = 1 << 20;

const CLOSE_PAREN = 41;

/** Reads `#(…)` and `#n(…)`. */
export function readVector(
  reader: Reader,
  _code: number,
  argument: number | null,
  start: number,
): LispObject {
  const { items, spans } = reader.readElements(CLOSE_PAREN, start);
  if (reader.suppress) return NIL;
  pad(reader, items, argument, start);
  reader.sourceMap?.recordVector(items, spans);
  return items;
}

/** Repeats the last of `items` up to `length`. */
function pad<E>(reader: Reader, items: E[], length: number | null, start: number): void {
  if (length === null) return;
  const fail = (message: string): never =>
    reader.fail("R0017", message, { start, help: "change the number after #" });
  if (items.length > length) fail("a vector has more elements than it says");
  if (items.length === 0 && length > 0) fail("a vector has no element to repeat");
  if (length > MOST_PADDED) fail("a vector is padded beyond reason");
  const last = items.at(-1) as E;
  while (items.length < length) items.push(last);
}

/** Reads `#*0101` and `#n*0101`. */
export function readBitVector(
  reader: Reader,
  _code: number,
  argument: number | null,
  start: number,
): LispObject {
  const { name, markers } = readName(reader, reader.context.readtable, "preserve");
  if (reader.suppress) return NIL;
  if (markers > 0 || /[^01]/.test(name)) {
    reader.fail("R0017", "a bit vector has something else than 0 and 1", {
      start,
      help: "write only 0 and 1 after #*",
    });
  }
  const bits = Array.from(name, Number);
  pad(reader, bits, argument, start);
  return new BitVector(Uint8Array.from(bits));
}

/** Reads `#nA contents` and `#A(dimensions type . contents)`. */
export function readArray(
  reader: Reader,
  _code: number,
  argument: number | null,
  start: number,
): LispObject {
  const form = reader.readOutsideBackquote("an array", start);
  if (reader.suppress) return NIL;
  const array = argument === null ? arrayOfSpecification(form) : arrayOf(form, argument);
  if (array !== null) return array;
  return reader.fail("R0017", "the contents of an array do not fit its dimensions", {
    start,
    help: "give every row of the array the same length",
  });
}

function arrayOf(contents: LispObject, rank: number): LispObject | null {
  const dimensions: number[] = [];
  let level: LispObject | undefined = contents;
  for (let axis = 0; axis < rank; axis++) {
    // Below an empty row there is nothing to look at: the other dimensions are 0.
    const row: LispObject[] | null = level === undefined ? [] : rowOf(level);
    if (row === null || axis > 64) return null;
    dimensions.push(row.length);
    level = row[0];
  }
  return makeArray(dimensions, contents, (items) => items);
}

function arrayOfSpecification(form: LispObject): LispObject | null {
  const parts = rowOf(form);
  if (parts === null || !(form instanceof Cons) || parts.length < 2) return null;
  const dimensions = rowOf(parts[0]!);
  if (dimensions === null || !dimensions.every(isIndex)) return null;
  const pack = packer(parts[1]!);
  const contents = dimensions.length === 0 ? parts[2] : (form.cdr as Cons).cdr;
  if (pack === null || contents === undefined) return null;
  return makeArray(dimensions, contents, pack);
}

function isIndex(x: LispObject): x is number {
  return typeof x === "number" && x >= 0;
}

/** The elements of a list, vector or string; null for anything else. */
function rowOf(x: LispObject): LispObject[] | null {
  if (Array.isArray(x)) return x;
  if (x instanceof LispString) return Array.from(x.codes, (code) => Char.of(code));
  if (x instanceof BitVector) return Array.from(x.bits);
  try {
    return x === NIL || x instanceof Cons ? listToArray(x) : null;
  } catch {
    return null;
  }
}

type Pack = (items: LispObject[]) => LispSimpleVector | null;

function makeArray(
  dimensions: number[],
  contents: LispObject,
  pack: Pack,
): LispObject | null {
  const items: LispObject[] = [];
  if (!collect(contents, dimensions, 0, items)) return null;
  const data = pack(items);
  if (data === null || dimensions.length === 1) return data;
  return new ArrayHeader(data, dimensions);
}

/** Puts the elements of `contents` into `items`, if it has the shape of `dimensions`. */
function collect(
  contents: LispObject,
  dimensions: readonly number[],
  axis: number,
  items: LispObject[],
): boolean {
  if (axis === dimensions.length) {
    items.push(contents);
    return true;
  }
  const row = rowOf(contents);
  if (row === null || row.length !== dimensions[axis]) return false;
  return row.every((part) => collect(part, dimensions, axis + 1, items));
}

/** How to store elements of the type that `type` names; null for no such type. */
function packer(type: LispObject): Pack | null {
  const parts = rowOf(type);
  const [head, size] = parts !== null && parts.length > 0 ? parts : [type, null];
  if (!(head instanceof LispSymbol)) return null;
  switch (head.name) {
    case "T":
      return (items) => items;
    case "CHARACTER":
    case "BASE-CHAR":
      return packString;
    case "BIT":
      return packBits;
    case "SINGLE-FLOAT":
      return (items) => packFloats(items, SingleFloat, (v) => Float32Array.from(v));
    case "DOUBLE-FLOAT":
      return (items) => packFloats(items, DoubleFloat, (v) => Float64Array.from(v));
    case "UNSIGNED-BYTE":
    case "SIGNED-BYTE":
      return integerPacker(head.name === "SIGNED-BYTE", size ?? null);
    default:
      return null;
  }
}

function packString(items: LispObject[]): LispSimpleVector | null {
  const codes = new Uint32Array(items.length);
  for (const [i, item] of items.entries()) {
    if (!(item instanceof Char)) return null;
    codes[i] = item.code;
  }
  return new LispString(codes);
}

function packBits(items: LispObject[]): LispSimpleVector | null {
  const fits = items.every((item) => item === 0 || item === 1);
  return fits ? new BitVector(Uint8Array.from(items as number[])) : null;
}

function packFloats(
  items: LispObject[],
  type: typeof SingleFloat | typeof DoubleFloat,
  make: (values: number[]) => LispSimpleVector,
): LispSimpleVector | null {
  if (!items.every((item) => item instanceof type)) return null;
  return make((items as { value: number }[]).map((item) => item.value));
}

type MakeIntegers = (values: (number | bigint)[]) => LispSimpleVector;

const INTEGER_ARRAYS: Readonly<Record<string, MakeIntegers | undefined>> = {
  U8: (values) => Uint8Array.from(values, Number),
  U16: (values) => Uint16Array.from(values, Number),
  U32: (values) => Uint32Array.from(values, Number),
  U64: (values) => BigUint64Array.from(values, BigInt),
  S8: (values) => Int8Array.from(values, Number),
  S16: (values) => Int16Array.from(values, Number),
  S32: (values) => Int32Array.from(values, Number),
  S64: (values) => BigInt64Array.from(values, BigInt),
};

function integerPacker(signed: boolean, size: LispObject | null): Pack | null {
  const make = INTEGER_ARRAYS[`${signed ? "S" : "U"}${String(size)}`];
  if (make === undefined || typeof size !== "number") return null;
  const top = 1n << BigInt(signed ? size - 1 : size);
  const bottom = signed ? -top : 0n;
  return (items) => {
    const fits = (x: LispObject) => isInteger(x) && x >= bottom && x < top;
    return items.every(fits) ? make(items as (number | bigint)[]) : null;
  };
}
