/**
 * The data of Lisp on a JavaScript host. Every class has fixed fields, set in one order by
 * its constructor, so that V8 gives it one hidden class; `tag` is the first field of each,
 * so that a type dispatch is `switch (x.tag)` and never a chain of `instanceof`.
 *
 * | Lisp                         | JavaScript                                          |
 * |------------------------------|-----------------------------------------------------|
 * | integer                      | `number` if safe (`|n| < 2^53`), else `bigint`      |
 * | simple-vector                | `Array`                                             |
 * | octets and their like        | `Uint8Array` … `BigInt64Array`, `Float64Array`      |
 * | function                     | `Function`                                          |
 * | everything else              | a class of this file                                |
 *
 * `eql` is `===`, except for bigints (`===` compares them by value too) and for the boxed
 * numbers (ratios, floats, complexes), which `eql` compares by type and value.
 */
import type { LispPackage } from "./lisp-package.js";

/** The value of the `tag` field of each class; a host's own classes use numbers from 64 on. */
export const TAG = {
  cons: 1,
  symbol: 2,
  char: 3,
  string: 4,
  ratio: 5,
  doubleFloat: 6,
  singleFloat: 7,
  complex: 8,
  bitVector: 9,
  arrayHeader: 10,
  instance: 11,
  package: 12,
  pathname: 13,
  firstHostTag: 64,
} as const;

/** An integer: a safe `number` (never `-0`), or a `bigint` outside the safe range. */
export type LispInteger = number | bigint;

/** A number that is not complex. */
export type LispReal = LispInteger | Ratio | DoubleFloat | SingleFloat;

/** Any Lisp number. */
export type LispNumber = LispReal | Complex;

/** A Lisp function; it checks the number of its arguments itself. */
export type LispFunction = (...args: LispObject[]) => LispObject;

/** The typed arrays that stand for specialised vectors. */
export type LispTypedArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

/** An object of a class that a host adds: streams, hash tables, conditions. */
export interface HostObject {
  readonly tag: number;
}

/** A one-dimensional array without fill pointer. */
export type LispSimpleVector = LispObject[] | LispString | BitVector | LispTypedArray;

/** Any Lisp object. */
export type LispObject =
  | LispNumber
  | Cons
  | LispSymbol
  | Char
  | LispSimpleVector
  | ArrayHeader
  | Instance
  | LispPackage
  | Pathname
  | LispFunction
  | HostObject;

/** A cons. */
export class Cons {
  readonly tag = TAG.cons;
  car: LispObject;
  cdr: LispObject;
  constructor(car: LispObject, cdr: LispObject) {
    this.car = car;
    this.cdr = cdr;
  }
}

/** How a symbol is known as a variable: `LispSymbol.kind`. */
export const SYMBOL_KIND = {
  /** Nothing is proclaimed: lexical when bound. */
  lexical: 0,
  /** `defvar`, `defparameter`, `(declaim (special …))`. */
  special: 1,
  /** `defconstant`, keywords, NIL and T. */
  constant: 2,
  /** A global variable that cannot be bound. */
  global: 3,
  /** `define-symbol-macro`; the expansion is kept by the host in `info`. */
  symbolMacro: 4,
} as const;

export type SymbolKind = (typeof SYMBOL_KIND)[keyof typeof SYMBOL_KIND];

/** Thrown when a symbol without a function definition is called. */
export class UndefinedFunctionError extends Error {
  readonly symbol: LispSymbol;
  constructor(symbol: LispSymbol) {
    super(`the function ${symbol.name} is undefined`);
    this.name = "UndefinedFunctionError";
    this.symbol = symbol;
  }
}

/**
 * The `fn` of every symbol that has none, so that a global call is `symbol.fn(x)` without a
 * test; it finds the symbol in `this`.
 */
export function undefinedFunction(this: LispSymbol): LispObject {
  throw new UndefinedFunctionError(this);
}

/**
 * A symbol. `value` is `undefined` while unbound, `fn` is `undefinedFunction` while
 * undefined, `setfFn` and `macro` are null while absent. `car` and `cdr` are `undefined`
 * but for NIL, where they are NIL: `x.car` on a non-list is thus always `undefined`.
 */
export class LispSymbol {
  readonly tag = TAG.symbol;
  car: LispObject | undefined = undefined;
  cdr: LispObject | undefined = undefined;
  readonly name: string;
  package: LispPackage | null;
  value: LispObject | undefined = undefined;
  fn: LispFunction = undefinedFunction as LispFunction;
  setfFn: LispFunction | null = null;
  /** The macro function, called with the form and the environment. */
  macro: LispFunction | null = null;
  kind: SymbolKind = SYMBOL_KIND.lexical;
  /** The user's property list, NIL at first. */
  plist: LispObject;
  /** The compilers' property list, NIL at first. */
  info: LispObject;
  /** The class, structure layout or type expander of this name; the host's. */
  type: object | null = null;
  /** Its hash, assigned on first use by whoever needs a stable one; -1 before. */
  hash = -1;
  constructor(name: string, pkg: LispPackage | null = null) {
    this.name = name;
    this.package = pkg;
    this.plist = emptyList(this);
    this.info = this.plist;
  }
}

/** NIL, also while NIL itself is being made. */
function emptyList(symbol: LispSymbol): LispObject {
  return nilSymbol ?? symbol;
}

let nilSymbol: NilSymbol | null = null;

function makeConstant(name: string): LispSymbol {
  const symbol = new LispSymbol(name);
  symbol.value = symbol;
  symbol.kind = SYMBOL_KIND.constant;
  return symbol;
}

function makeNil(): NilSymbol {
  const nil = makeConstant("NIL");
  nil.car = nil;
  nil.cdr = nil;
  nilSymbol = nil as NilSymbol;
  return nilSymbol;
}

/** The type of NIL: the symbol whose car and cdr are itself. */
export interface NilSymbol extends LispSymbol {
  car: LispObject;
  cdr: LispObject;
}

/** NIL and T are the same objects in every registry; so are their names and values. */
export const NIL: NilSymbol = makeNil();
export const T: LispSymbol = makeConstant("T");

const interned: (Char | undefined)[] = [];

/** A character; there is one object for each code, so `===` is `eql`. */
export class Char {
  readonly tag = TAG.char;
  readonly code: number;
  private constructor(code: number) {
    this.code = code;
  }
  /** The character with `code`, 0 to 0x10FFFF. */
  static of(code: number): Char {
    const known = interned[code];
    if (known !== undefined) return known;
    return Char.intern(code);
  }
  private static intern(code: number): Char {
    if (!Number.isInteger(code) || code < 0 || code > 0x10ffff) {
      throw new RangeError(`${code} is not the code of a character`);
    }
    while (interned.length < 128) interned.push(new Char(interned.length));
    const made = interned[code] ?? new Char(code);
    interned[code] = made;
    return made;
  }
}

/** A mutable string of fixed length: one code point in each element of `codes`. */
export class LispString {
  readonly tag = TAG.string;
  readonly codes: Uint32Array;
  constructor(codes: Uint32Array) {
    this.codes = codes;
  }
  get length(): number {
    return this.codes.length;
  }
  /** The Lisp string with the code points of `text`; a lone surrogate is one code point. */
  static from(text: string): LispString {
    const codes = new Uint32Array(text.length);
    let count = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.codePointAt(i) as number;
      if (code > 0xffff) i++;
      codes[count++] = code;
    }
    return new LispString(count === text.length ? codes : codes.slice(0, count));
  }
  toString(): string {
    return stringFromCodes(this.codes, 0, this.codes.length);
  }
}

/** The JavaScript string of the code points `codes[start]` to `codes[end - 1]`. */
export function stringFromCodes(
  codes: ArrayLike<number>,
  start: number,
  end: number,
): string {
  if (end - start === 1) return String.fromCodePoint(codes[start] as number);
  let text = "";
  for (let at = start; at < end; at += 4096) {
    const chunk = Array.prototype.slice.call(codes, at, Math.min(end, at + 4096));
    text += String.fromCodePoint(...(chunk as number[]));
  }
  return text;
}

/** A ratio in lowest terms, `den` at least 2. */
export class Ratio {
  readonly tag = TAG.ratio;
  readonly num: LispInteger;
  readonly den: LispInteger;
  constructor(num: LispInteger, den: LispInteger) {
    this.num = num;
    this.den = den;
  }
}

export class DoubleFloat {
  readonly tag = TAG.doubleFloat;
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A single-float; `value` is always a value of `Math.fround`. */
export class SingleFloat {
  readonly tag = TAG.singleFloat;
  readonly value: number;
  constructor(value: number) {
    this.value = Math.fround(value);
  }
}

/** A complex number: both parts rational (`im` not 0), or both floats of one format. */
export class Complex {
  readonly tag = TAG.complex;
  readonly re: LispReal;
  readonly im: LispReal;
  constructor(re: LispReal, im: LispReal) {
    this.re = re;
    this.im = im;
  }
}

/** A simple bit-vector: one byte, 0 or 1, for each bit. */
export class BitVector {
  readonly tag = TAG.bitVector;
  readonly bits: Uint8Array;
  constructor(bits: Uint8Array) {
    this.bits = bits;
  }
  get length(): number {
    return this.bits.length;
  }
}

/** The bits of `ArrayHeader.flags`. */
export const ARRAY_FLAG = { adjustable: 1, displaced: 2 } as const;

/**
 * An array that is no simple vector: of rank 0 or above 1, adjustable, with a fill pointer,
 * or displaced. Its element type is that of `data`; element `i` in row-major order is
 * element `offset + i` of `data`, which is another header when displaced to one.
 */
export class ArrayHeader {
  readonly tag = TAG.arrayHeader;
  data: LispSimpleVector | ArrayHeader;
  offset: number;
  /** The product of the dimensions. */
  total: number;
  /** The fill pointer, -1 without one. */
  fill: number;
  flags: number;
  dimensions: number[];
  constructor(
    data: LispSimpleVector | ArrayHeader,
    dimensions: number[],
    options: { offset?: number; fill?: number; flags?: number } = {},
  ) {
    this.data = data;
    this.offset = options.offset ?? 0;
    this.total = dimensions.reduce((product, n) => product * n, 1);
    this.fill = options.fill ?? -1;
    this.flags = options.flags ?? 0;
    this.dimensions = dimensions;
  }
}

/** What every layout of instances has; hosts add the slots, the class, the parents. */
export interface Layout {
  readonly name: LispObject;
}

/** A structure or standard object. */
export class Instance {
  readonly tag = TAG.instance;
  layout: Layout;
  slots: LispObject[];
  constructor(layout: Layout, slots: LispObject[]) {
    this.layout = layout;
    this.slots = slots;
  }
}

/** A pathname literal, kept as its namestring; parsing it is the host's business. */
export class Pathname {
  readonly tag = TAG.pathname;
  readonly namestring: string;
  constructor(namestring: string) {
    this.namestring = namestring;
  }
}

/** `n` as a Lisp integer: a number if it is safe, else itself. */
export function normalizeInteger(n: bigint): LispInteger {
  return n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n;
}

/** The rational `num / den`, reduced; `den` must not be 0. */
export function makeRational(num: LispInteger, den: LispInteger): LispInteger | Ratio {
  let n = BigInt(num);
  let d = BigInt(den);
  if (d === 0n) throw new RangeError("the denominator of a ratio is not 0");
  if (d < 0n) [n, d] = [-n, -d];
  let a = n < 0n ? -n : n;
  let b = d;
  while (b !== 0n) [a, b] = [b, a % b];
  if (a !== 1n) [n, d] = [n / a, d / a];
  if (d === 1n) return normalizeInteger(n);
  return new Ratio(normalizeInteger(n), normalizeInteger(d));
}

/** A fresh list of `items`, ending in `tail`. */
export function list(items: readonly LispObject[], tail: LispObject = NIL): LispObject {
  let result = tail;
  for (let i = items.length - 1; i >= 0; i--) result = new Cons(items[i]!, result);
  return result;
}

/** The elements of a proper list, as an array. */
export function listToArray(items: LispObject): LispObject[] {
  const result: LispObject[] = [];
  let rest = items;
  while (rest instanceof Cons) {
    result.push(rest.car);
    rest = rest.cdr;
  }
  if (rest !== NIL) throw new TypeError("a proper list was expected");
  return result;
}

export function isCons(x: LispObject): x is Cons {
  return x instanceof Cons;
}

export function isSymbol(x: LispObject): x is LispSymbol {
  return x instanceof LispSymbol;
}

export function isList(x: LispObject): x is Cons | NilSymbol {
  return x instanceof Cons || x === NIL;
}

export function isInteger(x: LispObject): x is LispInteger {
  return typeof x === "number" || typeof x === "bigint";
}

/** Whether `x` is a real (not complex) number. */
export function isReal(x: LispObject): x is LispReal {
  return (
    isInteger(x) ||
    x instanceof Ratio ||
    x instanceof DoubleFloat ||
    x instanceof SingleFloat
  );
}

/** The predicate `eql` of CLHS: numbers by type and value, all else by identity. */
export function eql(a: LispObject, b: LispObject): boolean {
  if (a === b) return true;
  if (a instanceof DoubleFloat) {
    return b instanceof DoubleFloat && Object.is(a.value, b.value);
  }
  if (a instanceof SingleFloat) {
    return b instanceof SingleFloat && Object.is(a.value, b.value);
  }
  if (a instanceof Ratio) {
    return b instanceof Ratio && a.num === b.num && a.den === b.den;
  }
  return (
    a instanceof Complex && b instanceof Complex && eql(a.re, b.re) && eql(a.im, b.im)
  );
}
