/** Names of characters, CLHS 13.1.7 and those in wide use. */

/** Code and names; the first name is the one that is printed. */
const NAMES: readonly (readonly [number, ...string[]])[] = [
  [0, "Nul", "Null"],
  [7, "Bel", "Bell"],
  [8, "Backspace", "Bs"],
  [9, "Tab", "Ht"],
  [10, "Newline", "Linefeed", "Lf"],
  [11, "Vt"],
  [12, "Page", "Ff", "Formfeed"],
  [13, "Return", "Cr"],
  [27, "Esc", "Escape", "Altmode"],
  [32, "Space", "Sp"],
  [127, "Rubout", "Delete", "Del"],
  [160, "No-break_space", "Nbsp"],
];

const codes = new Map(
  NAMES.flatMap(([code, ...names]) => names.map((name) => [name.toUpperCase(), code])),
);

/** The code of the character with this name (case does not matter), or -1. */
export function characterCode(name: string): number {
  const upper = name.toUpperCase();
  const known = codes.get(upper);
  if (known !== undefined) return known as number;
  const digits = /^U\+?([0-9A-F]{1,6})$/.exec(upper)?.[1];
  const code = digits === undefined ? -1 : Number.parseInt(digits, 16);
  return code <= 0x10ffff ? code : -1;
}

/** The name of the character `code`; null for graphic ones, which stand for themselves. */
export function characterName(code: number): string | null {
  for (const [known, name] of NAMES) if (known === code) return name as string;
  const text = String.fromCodePoint(code);
  if (code > 32 && code < 127) return null;
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(text)) return null;
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
