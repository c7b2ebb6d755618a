/** Damaging a text the way that hands, disks and programs do. */
import type { Random } from "fast-check";

/** A token of Lisp: a string, a run of letters, or one other character. */
const token = /"(?:[^"\\]|\\.)*"|[^\s()'"`,;#~]+|[\s\S]/gu;

/** What is put in where it does not belong. */
const strange = [
  "(",
  ")",
  "'",
  "`",
  ",",
  ",@",
  "#",
  '"',
  "|",
  "\\",
  ";",
  ".",
  " . ",
  ":",
  "::",
  "&rest",
  "&key",
  "&optional",
  "nil",
  "t",
  "()",
  "-1",
  "0",
  "1.5",
  "1/2",
  "99999999999999999999",
  "4611686018427387904",
  "#c(1 2)",
  '""',
  '"x"',
  "#\\a",
  ":key",
  "#'car",
  "car",
  "quote",
  "~",
  "~a",
  "#(1 2)",
  "(1 . 2)",
  "*",
  "\u0000",
  "\u00e9",
  "\u{1f600}",
  "\u2028",
] as const;

/** `text` with `count` places of it changed. */
export function mutate(text: string, count: number, random: Random): string {
  let tokens: readonly string[] = text.match(token) ?? [];
  for (let i = 0; i < count; i++) tokens = mutateOnce(tokens, random);
  return tokens.join("");
}

function mutateOnce(tokens: readonly string[], random: Random): readonly string[] {
  const at = random.nextInt(0, Math.max(0, tokens.length - 1));
  const other = random.nextInt(0, Math.max(0, tokens.length - 1));
  const length = random.nextInt(1, 3);
  const one = (): string => strange[random.nextInt(0, strange.length - 1)] ?? "";
  const before = tokens.slice(0, at);
  switch (random.nextInt(0, 8)) {
    case 0:
      return [...before, ...tokens.slice(at + length)];
    case 1:
      return [...before, one(), ...tokens.slice(at)];
    case 2:
      return [...before, one(), ...tokens.slice(at + 1)];
    case 3:
      return [...before, ...tokens.slice(at, at + length), ...tokens.slice(at)];
    case 4:
      return [...before, ...tokens.slice(other, other + length), ...tokens.slice(at)];
    case 5:
      return [...before, tokens[other] ?? "", ...tokens.slice(at + 1)];
    case 6:
      return random.nextInt(0, 3) === 0 ? before : tokens;
    default:
      return [...before, changed(tokens[at] ?? "", random), ...tokens.slice(at + 1)];
  }
}

/** A token with one character changed, left out or doubled. */
function changed(text: string, random: Random): string {
  const at = random.nextInt(0, Math.max(0, text.length - 1));
  const code = random.nextInt(32, 126);
  const character = String.fromCharCode(code);
  const rest = text.slice(at + 1);
  const kept = [character, "", `${text[at] ?? ""}${character}`];
  return `${text.slice(0, at)}${kept[random.nextInt(0, 2)] ?? ""}${rest}`;
}
