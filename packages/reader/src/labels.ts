/** `#n=` and `#n#`: CLHS 2.4.8.15. */
import { ArrayHeader, Cons, Instance, type LispObject, TAG } from "./data.js";

/** What `#n=` labels, and the backquote (0 for none) in whose template it is. */
export interface Label {
  datum: LispObject;
  readonly backquote: number;
}

/** What `#n#` reads as inside the datum that `#n=` labels. */
export class Placeholder {
  readonly tag = TAG.firstHostTag - 2;
  /** Whether a `#n#` referred to it. */
  used = false;
}

/** Puts `value` wherever `placeholder` is in `datum`, in place. */
export function replacePlaceholder(
  datum: LispObject,
  placeholder: Placeholder,
  value: LispObject,
): void {
  const seen = new Set<LispObject>();
  const stack: LispObject[] = [datum];
  const next = (x: LispObject): LispObject => {
    if (x === placeholder) return value;
    if (typeof x === "object" && !seen.has(x)) stack.push(x);
    return x;
  };
  while (stack.length > 0) {
    const x = stack.pop() as LispObject;
    if (seen.has(x)) continue;
    seen.add(x);
    if (x instanceof Cons) {
      x.cdr = next(x.cdr);
      x.car = next(x.car);
    } else if (Array.isArray(x)) {
      for (let i = 0; i < x.length; i++) x[i] = next(x[i] as LispObject);
    } else if (x instanceof ArrayHeader) {
      next(x.data);
    } else if (x instanceof Instance) {
      for (let i = 0; i < x.slots.length; i++) x.slots[i] = next(x.slots[i]!);
    }
  }
}
