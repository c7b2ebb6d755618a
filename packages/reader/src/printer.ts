/** The printer: text that reads back as the same datum, CLHS 22.1.3. */
import { characterName } from "./character-names.js";
import {
  ArrayHeader,
  BitVector,
  Char,
  Complex,
  Cons,
  DoubleFloat,
  Instance,
  type LispObject,
  type LispReal,
  LispString,
  LispSymbol,
  list,
  NIL,
  Pathname,
  Ratio,
  SingleFloat,
  stringFromCodes,
} from "./data.js";
import { doubleDigits, type FloatDigits, singleDigits } from "./float-text.js";
import { LispPackage } from "./lisp-package.js";
import { findShared } from "./print-circle.js";
import { printSymbol } from "./print-symbol.js";
import type { ReaderContext } from "./reader-context.js";

/** How to print; packages, readtable, base and float format are those of a context. */
export interface PrintOptions {
  /** False for `princ`: strings and symbols without quotes and escapes. */
  readonly escape?: boolean;
  /** Whether to label what occurs twice: needed for circular data. */
  readonly circle?: boolean;
  /** Whether to throw a PrintError for what cannot be read back. */
  readonly readably?: boolean;
  /** Whether to write `'x` for `(quote x)`; true by default. */
  readonly abbreviate?: boolean;
  /** The name and the slots, name and value in turn, for `#S`; null if not a structure. */
  readonly structure?: (instance: Instance) => LispObject | null;
  /** The text of an object of the host's; null for the default. */
  readonly object?: (object: LispObject) => string | null;
}

/** Signalled when something has no readable text and one was asked for. */
export class PrintError extends Error {
  readonly datum: LispObject;
  constructor(text: string, datum: LispObject) {
    super(`${text} has no readable text`);
    this.name = "PrintError";
    this.datum = datum;
  }
}

/** The text of `datum`, for a reader with the same context. */
export function printToString(
  datum: LispObject,
  context: ReaderContext,
  options: PrintOptions = {},
): string {
  return new Printer(context, options).print(datum);
}

class Printer {
  private readonly context: ReaderContext;
  private readonly options: PrintOptions;
  private readonly escape: boolean;
  /** What occurs more than once; the number once it has been printed, -1 before. */
  private shared: Map<LispObject, number> | null = null;
  private labelCount = 0;

  constructor(context: ReaderContext, options: PrintOptions) {
    this.context = context;
    this.options = options;
    this.escape = options.escape ?? true;
  }

  print(datum: LispObject): string {
    if (this.options.circle) {
      this.shared = findShared(datum, (x) => this.structureOf(x));
    }
    return this.datum(datum);
  }

  private structureOf(instance: Instance): LispObject | null {
    return this.options.structure?.(instance) ?? null;
  }

  private datum(x: LispObject): string {
    const number = this.shared?.get(x);
    if (number === undefined) return this.unlabelled(x);
    if (number >= 0) return `#${number}#`;
    const label = this.labelCount++;
    this.shared?.set(x, label);
    return `#${label}=${this.unlabelled(x)}`;
  }

  private unlabelled(x: LispObject): string {
    if (x instanceof Cons) return this.list(x);
    if (x instanceof LispSymbol) return printSymbol(x, this.context, this.escape);
    if (typeof x === "number" || typeof x === "bigint") return this.integer(x);
    if (x instanceof LispString) return this.string(x);
    if (x instanceof Char) return this.character(x);
    if (Array.isArray(x))
      return `#(${x.map((element) => this.datum(element)).join(" ")})`;
    return this.number(x) ?? this.array(x) ?? this.other(x);
  }

  private integer(n: number | bigint): string {
    return n.toString(this.context.readBase).toUpperCase();
  }

  private number(x: LispObject): string | null {
    if (x instanceof Ratio) return `${this.integer(x.num)}/${this.integer(x.den)}`;
    if (x instanceof DoubleFloat) return this.float(x, x.value, doubleDigits, "d");
    if (x instanceof SingleFloat) return this.float(x, x.value, singleDigits, "f");
    if (!(x instanceof Complex)) return null;
    const part = (real: LispReal) => this.unlabelled(real);
    return `#C(${part(x.re)} ${part(x.im)})`;
  }

  private float(
    x: LispObject,
    value: number,
    shortest: (value: number) => FloatDigits,
    marker: "d" | "f",
  ): string {
    const format = marker === "d" ? "double-float" : "single-float";
    if (!Number.isFinite(value)) return this.unreadable(x, `${format} ${value}`);
    const isDefault = this.context.defaultFloatFormat === format;
    const sign = value < 0 || Object.is(value, -0) ? "-" : "";
    if (value === 0) return `${sign}0.0${isDefault ? "" : `${marker}0`}`;
    const text = floatText(shortest(Math.abs(value)), isDefault ? "e" : marker);
    return sign + text + (isDefault || text.includes(marker) ? "" : `${marker}0`);
  }

  private string(x: LispString): string {
    const text = x.toString();
    return this.escape ? `"${text.replace(/["\\]/g, "\\$&")}"` : text;
  }

  private character(x: Char): string {
    const text = String.fromCodePoint(x.code);
    return this.escape ? `#\\${characterName(x.code) ?? text}` : text;
  }

  private list(x: Cons): string {
    const prefix = this.options.abbreviate === false ? null : this.prefixOf(x);
    if (prefix !== null) return prefix + this.datum((x.cdr as Cons).car);
    let text = `(${this.datum(x.car)}`;
    let rest = x.cdr;
    while (rest instanceof Cons && !this.shared?.has(rest)) {
      text += ` ${this.datum(rest.car)}`;
      rest = rest.cdr;
    }
    return rest === NIL ? `${text})` : `${text} . ${this.datum(rest)})`;
  }

  /** The prefix that stands for `(quote …)` or `(function …)`, or null. */
  private prefixOf(x: Cons): string | null {
    const { car, cdr } = x;
    if (!(cdr instanceof Cons) || cdr.cdr !== NIL || this.shared?.has(cdr)) return null;
    const { commonLisp } = this.context.registry;
    if (car === commonLisp.lookup("QUOTE")) return "'";
    return car === commonLisp.lookup("FUNCTION") ? "#'" : null;
  }

  private array(x: LispObject): string | null {
    if (x instanceof BitVector) return `#*${x.bits.join("")}`;
    if (x instanceof ArrayHeader) return this.header(x);
    if (!ArrayBuffer.isView(x)) return null;
    return this.specified(
      [x.length],
      elementType(x) as string,
      Array.from(x, element(x)),
    );
  }

  private header(x: ArrayHeader): string {
    const items = headerElements(x);
    const [first] = x.dimensions;
    const base = baseOf(x);
    if (x.dimensions.length === 1) return this.vectorOf(items.slice(0, first), base);
    const type = elementType(base);
    const isPlain = type === null && x.total > 0;
    if (!isPlain) return this.specified(x.dimensions, type ?? "T", items);
    return `#${x.dimensions.length}A${this.nest(x.dimensions, items)}`;
  }

  /** A vector of `items`, printed as a simple one with the element type of `base`. */
  private vectorOf(items: readonly LispObject[], base: LispObject): string {
    if (base instanceof LispString) {
      const codes = items.map((item) => (item as Char).code);
      return this.string(LispString.from(stringFromCodes(codes, 0, codes.length)));
    }
    if (base instanceof BitVector) return `#*${items.join("")}`;
    const type = elementType(base);
    if (type !== null) return this.specified([items.length], type, items);
    return `#(${items.map((item) => this.datum(item)).join(" ")})`;
  }

  private specified(
    dimensions: readonly number[],
    type: string,
    items: readonly LispObject[],
  ): string {
    const { commonLisp } = this.context.registry;
    const words = type.split(" ").map((word) => {
      return /^\d/.test(word)
        ? this.integer(Number(word))
        : printSymbol(commonLisp.intern(word), this.context, true);
    });
    const name = words.length > 1 ? `(${words.join(" ")})` : words[0];
    const shape = this.unlabelled(list(dimensions));
    const contents = this.nest(dimensions, items);
    // The contents of the first axis follow without parentheses of their own.
    const spliced = dimensions.length === 0 ? contents : contents.slice(1, -1);
    return `#A(${shape} ${name}${spliced === "" ? "" : ` ${spliced}`})`;
  }

  private nest(dimensions: readonly number[], items: readonly LispObject[]): string {
    if (dimensions.length === 0) return this.datum(items[0] as LispObject);
    const [count, ...inner] = dimensions as [number, ...number[]];
    const size = inner.reduce((product, n) => product * n, 1);
    const rows = Array.from({ length: count }, (_, i) =>
      this.nest(inner, items.slice(i * size, (i + 1) * size)),
    );
    return `(${rows.join(" ")})`;
  }

  private other(x: LispObject): string {
    const own = this.options.object?.(x);
    if (own !== undefined && own !== null) return own;
    if (x instanceof Pathname) return this.pathname(x);
    if (x instanceof Instance) {
      const parts = this.structureOf(x);
      if (parts !== null) return `#S${this.datum(parts)}`;
      return this.unreadable(x, this.unlabelled(x.layout.name).toLowerCase());
    }
    if (x instanceof LispPackage) return this.unreadable(x, `package ${x.name}`);
    if (typeof x === "function") return this.unreadable(x, `function ${x.name}`);
    return this.unreadable(x, x.constructor.name);
  }

  private pathname(x: Pathname): string {
    const text = this.string(LispString.from(x.namestring));
    return this.escape ? `#P${text}` : text;
  }

  private unreadable(x: LispObject, text: string): string {
    const shown = `#<${text}>`;
    if (this.options.readably) throw new PrintError(shown, x);
    return shown;
  }
}

/** Fixed notation from 10^-3 up to 10^7, else with an exponent (CLHS 22.1.3.1.3). */
function floatText({ digits, exponent }: FloatDigits, marker: string): string {
  if (exponent > -3 && exponent <= 7) {
    if (exponent <= 0) return `0.${"0".repeat(-exponent)}${digits}`;
    const whole = digits.slice(0, exponent).padEnd(exponent, "0");
    return `${whole}.${digits.slice(exponent) || "0"}`;
  }
  return `${digits[0]}.${digits.slice(1) || "0"}${marker}${exponent - 1}`;
}

/** The element type of a typed array, string or bit vector; null for other vectors. */
function elementType(x: LispObject): string | null {
  if (x instanceof LispString) return "CHARACTER";
  if (x instanceof BitVector) return "BIT";
  if (x instanceof Float32Array) return "SINGLE-FLOAT";
  if (x instanceof Float64Array) return "DOUBLE-FLOAT";
  if (!ArrayBuffer.isView(x)) return null;
  const unsigned = /U[iI]nt/.test(x.constructor.name) ? "UN" : "";
  return `${unsigned}SIGNED-BYTE ${x.BYTES_PER_ELEMENT * 8}`;
}

/** What makes a Lisp object of an element of the simple vector `x`. */
function element(x: LispObject): (value: unknown) => LispObject {
  if (x instanceof Float32Array) return (value) => new SingleFloat(value as number);
  if (x instanceof Float64Array) return (value) => new DoubleFloat(value as number);
  if (x instanceof LispString) return (value) => Char.of(value as number);
  if (x instanceof BigUint64Array || x instanceof BigInt64Array) {
    return (value) => {
      const n = Number(value);
      return Number.isSafeInteger(n) ? n : (value as bigint);
    };
  }
  return (value) => value as LispObject;
}

/** The simple vector that holds the elements of `x`. */
function baseOf(x: ArrayHeader): LispObject {
  return x.data instanceof ArrayHeader ? baseOf(x.data) : x.data;
}

/** The elements of an array in row-major order, up to the fill pointer. */
export function headerElements(x: ArrayHeader): LispObject[] {
  const end = x.offset + (x.fill >= 0 ? x.fill : x.total);
  const { data } = x;
  if (Array.isArray(data)) return data.slice(x.offset, end);
  if (data instanceof ArrayHeader) return headerElements(data).slice(x.offset, end);
  const raw =
    data instanceof LispString
      ? data.codes
      : data instanceof BitVector
        ? data.bits
        : data;
  return Array.from(raw as ArrayLike<unknown>, element(data)).slice(x.offset, end);
}
