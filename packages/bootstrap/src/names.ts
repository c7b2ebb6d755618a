/** JavaScript identifiers for Lisp names. */

const RESERVED = new Set(
  (
    "arguments async await break case catch class const continue debugger default delete " +
    "do else enum eval export extends false finally for function if implements import in " +
    "instanceof interface let new null of package private protected public return static " +
    "super switch this throw true try typeof undefined var void while with yield"
  ).split(" "),
);

/** `name` in lower case with everything but letters and digits as `_`. */
export function mangle(name: string): string {
  let text = name.toLowerCase().replace(/[^a-z0-9]+/g, "_");
  if (text.length > 40) text = text.slice(0, 40);
  if (!/^[a-z_]/.test(text)) text = `_${text}`;
  return RESERVED.has(text) ? `${text}_` : text;
}

/** Hands out each identifier once. */
export class NameSupply {
  private readonly used = new Map<string, number>();

  /** `base` if it is free, else `base$1`, `base$2` … */
  fresh(base: string): string {
    const count = this.used.get(base);
    if (count === undefined) {
      this.used.set(base, 1);
      return base;
    }
    this.used.set(base, count + 1);
    return `${base}$${count}`;
  }
}
