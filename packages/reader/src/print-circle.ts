/** What occurs more than once in a datum, for `#n=` and `#n#`. */
import {
  ArrayHeader,
  BitVector,
  Cons,
  Instance,
  type LispObject,
  LispString,
  LispSymbol,
} from "./data.js";

/**
 * The objects that occur more than once in `datum`, each with -1. Numbers, characters and
 * symbols of packages are the same wherever they are read, so they do not count.
 */
export function findShared(
  datum: LispObject,
  structure: (instance: Instance) => LispObject | null,
): Map<LispObject, number> {
  const seen = new Set<LispObject>();
  const shared = new Map<LispObject, number>();
  const stack: LispObject[] = [datum];
  while (stack.length > 0) {
    const x = stack.pop() as LispObject;
    if (!hasIdentity(x)) continue;
    if (seen.has(x)) {
      shared.set(x, -1);
      continue;
    }
    seen.add(x);
    if (x instanceof Cons) stack.push(x.cdr, x.car);
    else if (Array.isArray(x)) for (const element of x) stack.push(element);
    else if (x instanceof ArrayHeader) pushElements(x, stack);
    else if (x instanceof Instance) {
      const parts = structure(x);
      if (parts !== null) stack.push(parts);
    }
  }
  return shared;
}

/** The data vector of an array is not printed itself: only its elements count. */
function pushElements(x: ArrayHeader, stack: LispObject[]): void {
  let { data } = x;
  while (data instanceof ArrayHeader) data = data.data;
  if (Array.isArray(data)) for (const element of data) stack.push(element);
}

function hasIdentity(x: LispObject): boolean {
  if (x instanceof LispSymbol) return x.package === null;
  return (
    x instanceof Cons ||
    Array.isArray(x) ||
    x instanceof LispString ||
    x instanceof BitVector ||
    x instanceof ArrayHeader ||
    x instanceof Instance ||
    ArrayBuffer.isView(x)
  );
}
