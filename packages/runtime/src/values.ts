/** JavaScript values and Lisp objects, one as the other. */
import {
  Char,
  Cons,
  DoubleFloat,
  type LispObject,
  LispString,
  list,
  NIL,
  normalizeInteger,
  SingleFloat,
  T,
} from "@astralisp/reader";

/** What becomes a Lisp object: plain data, or what is one already. */
export type LispInput =
  | LispObject
  | string
  | boolean
  | null
  | undefined
  | readonly LispInput[];

/** What Lisp data is in JavaScript; objects that JavaScript has no data for stay. */
export type PlainValue = LispObject | string | boolean | null | readonly PlainValue[];

/**
 * The Lisp object for a JavaScript value: strings are strings, whole numbers and bigints
 * integers, other numbers double-floats, arrays lists, true T; false, null and undefined
 * NIL. Lisp objects stay what they are; but a simple vector must be made by Lisp, since in
 * JavaScript it is an array.
 */
export function toLisp(value: LispInput): LispObject {
  switch (typeof value) {
    case "string":
      return LispString.from(value);
    case "boolean":
      return value ? T : NIL;
    case "undefined":
      return NIL;
    case "bigint":
      return normalizeInteger(value);
    case "number":
      return Number.isSafeInteger(value) ? value + 0 : toNumber(value);
    case "object":
      if (value === null) return NIL;
      if (isArray(value)) return list(value.map(toLisp));
      return value;
    default:
      return value;
  }
}

/** Whole numbers beyond the safe integers are integers still; all others are floats. */
function toNumber(value: number): LispObject {
  return Number.isInteger(value)
    ? normalizeInteger(BigInt(value))
    : new DoubleFloat(value);
}

function isArray(value: unknown): value is readonly LispInput[] {
  return Array.isArray(value);
}

/**
 * The JavaScript value for Lisp data: strings and characters are strings, integers numbers
 * or bigints, floats numbers, proper lists and simple vectors arrays, T true and NIL null.
 * Everything else (symbols, ratios, structures, functions, …) stays as it is.
 */
export function toPlain(object: LispObject): PlainValue {
  if (object === NIL) return null;
  if (object === T) return true;
  if (object instanceof LispString) return object.toString();
  if (object instanceof Char) return String.fromCodePoint(object.code);
  if (object instanceof DoubleFloat || object instanceof SingleFloat) return object.value;
  if (Array.isArray(object)) return object.map(toPlain);
  if (object instanceof Cons) return properList(object)?.map(toPlain) ?? object;
  return object;
}

/** The elements of a list, or null when it is dotted or circular. */
function properList(object: Cons): LispObject[] | null {
  const items: LispObject[] = [];
  const seen = new Set<LispObject>();
  let rest: LispObject = object;
  while (rest instanceof Cons) {
    if (seen.has(rest)) return null;
    seen.add(rest);
    items.push(rest.car);
    rest = rest.cdr;
  }
  return rest === NIL ? items : null;
}
