/**
 * The constants of a file that COMPILE-FILE writes. An object that several forms mention
 * is the same object when the file has been loaded (CLHS 3.2.4.4): its forms share a
 * table, `$k`. A constant that contains itself is made with holes, which are filled then.
 */
import {
  ArrayHeader,
  BitVector,
  Cons,
  Instance,
  type LispObject,
  LispString,
  LispSymbol,
  NIL,
} from "@astralisp/reader";
import { CompileError } from "./errors.js";
import { LiteralPool, type ObjectTarget } from "./literals.js";
import type { NameSupply } from "./names.js";

export class ObjectLiterals extends LiteralPool {
  private readonly file: ObjectTarget;
  /** What this form was the first to mention. */
  private readonly added: LispObject[] = [];
  private readonly loadForms = new Map<
    Instance,
    readonly [LispObject, LispObject] | null
  >();

  constructor(target: ObjectTarget, names: NameSupply) {
    super(target, names);
    this.file = target;
  }

  /** Forgets what this form was to make: it does not go into the file. */
  override discard(): void {
    for (const object of this.added) this.file.objects.delete(object);
  }

  override constant(object: LispObject): string {
    if (!hasIdentity(object)) return super.constant(object);
    const known = this.known.get(object);
    if (known !== undefined) return known;
    const index = this.file.objects.get(object);
    if (index !== undefined) return this.declare(object, "L", `$k[${index}]`);
    if (this.containsItself(object)) return this.graph(object);
    const forms = object instanceof Instance ? this.formsOf(object) : null;
    if (forms !== null) return this.made(object, forms);
    const code = this.code(object);
    return this.known.get(object) ?? this.share(object, code);
  }

  /** Declares the value of `code`, and keeps it for the forms that follow. */
  private share(object: LispObject, code: string): string {
    const index = this.file.objects.size;
    this.file.objects.set(object, index);
    this.added.push(object);
    return this.declare(object, "L", `$k[${index}] = ${code}`);
  }

  private formsOf(instance: Instance): readonly [LispObject, LispObject] | null {
    let forms = this.loadForms.get(instance);
    if (forms === undefined) {
      forms = this.file.loadForms(instance);
      this.loadForms.set(instance, forms);
    }
    return forms;
  }

  /** What the form `creation` makes and `initialization` fills (CLHS MAKE-LOAD-FORM). */
  private made(
    object: LispObject,
    [creation, initialization]: readonly [LispObject, LispObject],
  ): string {
    if (this.active.has(object)) {
      throw new CompileError("the form that makes an object mentions the object", -1);
    }
    this.active.add(object);
    const code = this.compile(creation);
    this.active.delete(object);
    const name = this.share(object, code);
    if (initialization !== NIL)
      this.declarations.push(`${this.compile(initialization)};`);
    return name;
  }

  /** What `object` is made of, as far as it is copied piece by piece. */
  private parts(object: LispObject): readonly LispObject[] {
    if (object instanceof Cons) return [object.car, object.cdr];
    if (Array.isArray(object)) return object;
    if (object instanceof ArrayHeader) return [object.data as LispObject];
    if (!(object instanceof Instance) || this.formsOf(object) !== null) return [];
    return object.slots;
  }

  private containsItself(root: LispObject): boolean {
    const entered = new Set<LispObject>();
    const left = new Set<LispObject>();
    const stack: { object: LispObject; leave: boolean }[] = [
      { object: root, leave: false },
    ];
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      const { object, leave } = top;
      if (leave) left.add(object);
      else if (entered.has(object)) {
        if (!left.has(object)) return true;
      } else {
        entered.add(object);
        stack.push({ object, leave: true });
        for (const part of this.parts(object)) {
          if (hasIdentity(part)) stack.push({ object: part, leave: false });
        }
      }
    }
    return false;
  }

  /** A constant with cycles: first all of its pieces, then what is in them. */
  private graph(root: LispObject): string {
    const pieces: LispObject[] = [];
    const seen = new Set<LispObject>();
    const stack: LispObject[] = [root];
    for (let object = stack.pop(); object !== undefined; object = stack.pop()) {
      if (seen.has(object) || this.isThere(object)) continue;
      seen.add(object);
      if (this.parts(object).length > 0) pieces.push(object);
      stack.push(...this.parts(object).filter(hasIdentity));
    }
    // An array header is made around its vector: after it.
    const isHeader = (x: LispObject) => x instanceof ArrayHeader;
    const hollow = pieces.filter((piece) => !isHeader(piece));
    for (const piece of hollow) this.share(piece, this.hollow(piece));
    for (const piece of pieces.filter(isHeader)) this.share(piece, this.code(piece));
    for (const piece of hollow) this.fill(piece);
    return this.constant(root);
  }

  private isThere(object: LispObject): boolean {
    return this.known.has(object) || this.file.objects.has(object);
  }

  private hollow(piece: LispObject): string {
    if (piece instanceof Cons) return "new $Cons($NIL, $NIL)";
    if (piece instanceof Instance) {
      const { name } = piece.layout;
      if (!(name instanceof LispSymbol)) throw new CompileError("an unnamed layout", -1);
      return `new $Instance(${this.layout(name)}, [])`;
    }
    return "[]";
  }

  private fill(piece: LispObject): void {
    const name = this.constant(piece);
    const parts = this.parts(piece).map((part) => this.constant(part));
    if (piece instanceof Cons) {
      this.declarations.push(`${name}.car = ${parts[0]}; ${name}.cdr = ${parts[1]};`);
      return;
    }
    const elements = piece instanceof Instance ? `${name}.slots` : name;
    this.declarations.push(`${elements}.push(${parts.join(", ")});`);
  }
}

/** Whether a copy of `object` is another object. */
function hasIdentity(object: LispObject): boolean {
  return (
    object instanceof Cons ||
    object instanceof LispString ||
    object instanceof Instance ||
    object instanceof ArrayHeader ||
    object instanceof BitVector ||
    Array.isArray(object) ||
    ArrayBuffer.isView(object)
  );
}
