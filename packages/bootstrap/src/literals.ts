/**
 * The constants of one top-level form: each is made once, before the form runs, and has a
 * name. In memory a constant is the object itself; in a file it is code that makes a
 * similar one (CLHS 3.2.4).
 */
import {
  ArrayHeader,
  BitVector,
  Char,
  Complex,
  Cons,
  DoubleFloat,
  Instance,
  type LispObject,
  LispPackage,
  LispString,
  LispSymbol,
  NIL,
  Pathname,
  Ratio,
  SingleFloat,
  T,
} from "@astralisp/reader";
import { CompileError } from "./errors.js";
import { mangle, type NameSupply } from "./names.js";

/** Where constants go: as code into a file, or as objects beside code in memory. */
export type LiteralTarget =
  | { readonly kind: "file"; readonly uninterned: Map<LispSymbol, number> }
  | { readonly kind: "memory"; readonly objects: unknown[] }
  | ObjectTarget;

/** The file that COMPILE-FILE writes. */
export interface ObjectTarget {
  readonly kind: "object";
  readonly uninterned: Map<LispSymbol, number>;
  /** The number of each object that the forms of the file share. */
  readonly objects: Map<LispObject, number>;
  /** The forms that make and fill an object like `instance`; null: copy its slots. */
  loadForms(instance: Instance): readonly [LispObject, LispObject] | null;
}

/** The identifier of a run-time function: primitives have names no identifier can have. */
export function helperProperty(name: string): string {
  if (/^[a-z]/.test(name)) return name;
  const rest = name.replace(/[^A-Z0-9]/g, (c) =>
    c === "%" ? "_" : `_${c.charCodeAt(0).toString(16)}`,
  );
  return `p_${rest}`;
}

export class LiteralPool {
  /** Answers an expression that evaluates a form; set by whoever can compile one. */
  compile: (form: LispObject) => string = () => {
    throw new CompileError("no form can be compiled here", -1);
  };
  readonly target: LiteralTarget;
  private readonly names: NameSupply;
  protected readonly known = new Map<unknown, string>();
  /** Declarations, in the order in which they must run. */
  readonly declarations: string[] = [];
  protected readonly active = new Set<LispObject>();

  constructor(target: LiteralTarget, names: NameSupply) {
    this.target = target;
    this.names = names;
  }

  protected declare(key: unknown, name: string, code: string): string {
    const fresh = this.names.fresh(name);
    this.declarations.push(`const ${fresh} = ${code};`);
    this.known.set(key, fresh);
    return fresh;
  }

  /** Forgets what was declared: the form is not used. */
  discard(): void {}

  /** Declares the value of `code`, which is evaluated when the form is loaded. */
  hoist(key: object, code: () => string): string {
    return this.known.get(key) ?? this.declare(key, "L", code());
  }

  layout(symbol: LispSymbol): string {
    const key = `layout ${this.symbol(symbol)}`;
    return (
      this.known.get(key) ?? this.declare(key, "L", `$layout(${this.symbol(symbol)})`)
    );
  }

  symbol(symbol: LispSymbol): string {
    if (symbol === NIL) return "$NIL";
    if (symbol === T) return "$T";
    const known = this.known.get(symbol);
    if (known !== undefined) return known;
    return this.declare(symbol, `S_${mangle(symbol.name)}`, this.symbolCode(symbol));
  }

  private symbolCode(symbol: LispSymbol): string {
    const { target } = this;
    if (target.kind === "memory") {
      return `$ready(${this.memory(target.objects, symbol)})`;
    }
    if (symbol.package !== null) {
      const { name } = symbol.package;
      return `$symbol(${JSON.stringify(name)}, ${JSON.stringify(symbol.name)})`;
    }
    let number = target.uninterned.get(symbol);
    if (number === undefined) {
      number = target.uninterned.size;
      target.uninterned.set(symbol, number);
    }
    return `$uninterned(${number}, ${JSON.stringify(symbol.name)})`;
  }

  private memory(objects: unknown[], object: LispObject): string {
    objects.push(object);
    return `$k[${objects.length - 1}]`;
  }

  /** An expression whose value is the constant `object`. */
  constant(object: LispObject): string {
    if (object instanceof LispSymbol) return this.symbol(object);
    if (typeof object === "number") return object < 0 ? `(${object})` : String(object);
    const known = this.known.get(object);
    if (known !== undefined) return known;
    const code = this.code(object);
    return this.known.get(object) ?? this.declare(object, "L", code);
  }

  protected code(object: LispObject): string {
    if (typeof object === "bigint") return `${object}n`;
    if (object instanceof Char) return `$Char.of(${object.code})`;
    if (this.target.kind === "memory") return this.memory(this.target.objects, object);
    if (this.active.has(object)) {
      throw new CompileError("a constant that contains itself cannot go into a file", -1);
    }
    this.active.add(object);
    const code = this.fileCode(object);
    this.active.delete(object);
    return code;
  }

  /** A part of a constant: shared parts are recognised, atoms stay in place. */
  protected part(object: LispObject): string {
    if (object instanceof Cons || Array.isArray(object)) {
      const known = this.known.get(object);
      if (known !== undefined) return known;
      return this.shared.has(object) ? this.constant(object) : this.code(object);
    }
    return this.constant(object);
  }

  /** Conses and vectors met more than once in the constants of this form. */
  private readonly shared = new Set<LispObject>();
  private readonly seen = new Set<LispObject>();

  /** Looks through `object` for parts that are shared; call before `constant`. */
  survey(object: LispObject): void {
    const stack: LispObject[] = [object];
    while (stack.length > 0) {
      const next = stack.pop()!;
      if (!(next instanceof Cons || Array.isArray(next))) continue;
      if (this.seen.has(next)) {
        this.shared.add(next);
        continue;
      }
      this.seen.add(next);
      if (next instanceof Cons) stack.push(next.cdr, next.car);
      else stack.push(...next);
    }
  }

  private fileCode(object: LispObject): string {
    if (object instanceof Cons) return this.listCode(object);
    if (object instanceof LispString)
      return `$string(${JSON.stringify(object.toString())})`;
    if (object instanceof DoubleFloat)
      return `new $DoubleFloat(${floatCode(object.value)})`;
    if (object instanceof SingleFloat)
      return `new $SingleFloat(${floatCode(object.value)})`;
    if (object instanceof Ratio) {
      return `new $Ratio(${this.part(object.num)}, ${this.part(object.den)})`;
    }
    if (object instanceof Complex) {
      return `new $Complex(${this.part(object.re)}, ${this.part(object.im)})`;
    }
    if (Array.isArray(object)) return `[${object.map((x) => this.part(x)).join(", ")}]`;
    if (object instanceof BitVector) {
      return `new $BitVector(new Uint8Array([${object.bits.join(", ")}]))`;
    }
    if (ArrayBuffer.isView(object)) return typedArrayCode(object);
    if (object instanceof ArrayHeader) return this.headerCode(object);
    if (object instanceof LispPackage) return `$package(${JSON.stringify(object.name)})`;
    if (object instanceof Pathname) {
      return `new $Pathname(${JSON.stringify(object.namestring)})`;
    }
    if (object instanceof Instance) return this.instanceCode(object);
    throw new CompileError("this constant cannot be written to a file", -1);
  }

  private listCode(list: Cons): string {
    const items: string[] = [];
    let rest: LispObject = list;
    while (rest instanceof Cons && (rest === list || !this.shared.has(rest))) {
      items.push(this.part(rest.car));
      rest = rest.cdr;
    }
    const tail = rest === NIL ? "" : `, ${this.part(rest)}`;
    return `$list([${items.join(", ")}]${tail})`;
  }

  private headerCode(header: ArrayHeader): string {
    const { offset, fill, flags } = header;
    const dimensions = `[${header.dimensions.join(", ")}]`;
    const options = JSON.stringify({ offset, fill, flags });
    return `new $ArrayHeader(${this.part(header.data)}, ${dimensions}, ${options})`;
  }

  private instanceCode(instance: Instance): string {
    const { name } = instance.layout;
    if (!(name instanceof LispSymbol)) {
      throw new CompileError("only instances of named structures go into a file", -1);
    }
    const slots = instance.slots.map((slot) => this.part(slot));
    return `new $Instance(${this.layout(name)}, [${slots.join(", ")}])`;
  }
}

function floatCode(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function typedArrayCode(view: ArrayBufferView): string {
  const name = view.constructor.name;
  if (view instanceof Uint8Array && view.length > 256) {
    const text = btoa(Array.from(view, (x) => String.fromCharCode(x)).join(""));
    return `Uint8Array.from(atob("${text}"), (x) => x.charCodeAt(0))`;
  }
  const big = name.startsWith("Big");
  const elements = Array.from(view as unknown as ArrayLike<number | bigint>, (x) =>
    big ? `${x}n` : String(x),
  );
  return `new ${name}([${elements.join(", ")}])`;
}
