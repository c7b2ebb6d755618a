/** Random programs: a term of the grammar inside bindings for the variables it uses. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Arbitrary, default as fc } from "fast-check";
import { type Grammar, readGrammar, type Term, termsOf } from "./grammar.js";

/** A program, as text that READ takes. */
export interface Program {
  readonly text: string;
}

/** The variables that terms may use, each with the kind of term that it is bound to. */
const variables = {
  i: "small",
  j: "int-literal",
  x: "real-literal",
  s: "fresh-string",
  l: "fresh-list",
  v: "fresh-vector",
} as const;

/** How a form becomes a program; mostly it is just evaluated. */
const wrappings = [
  "@",
  "@",
  "@",
  "(funcall (compile nil '(lambda () @)))",
  "(funcall (compile nil '(lambda () (declare (optimize speed (safety 1))) @)))",
];

/** Reads the grammar in `folder`, all its files together. */
export function readGrammars(folder: string): Grammar {
  const names = readdirSync(folder).filter((name) => name.endsWith(".grammar"));
  const texts = names.sort().map((name) => readFileSync(join(folder, name), "utf8"));
  return readGrammar(texts.join("\n"));
}

/** Is a term of that kind a whole program, with definitions, and not just a form? */
export function isWhole(kind: string): boolean {
  return !kind.endsWith("form");
}

/** Programs whose form is a term of the kind `start`. */
export function programs(grammar: Grammar, start = "form"): Arbitrary<Program> {
  const form = isWhole(start)
    ? termsOf(grammar, start, 10, "max")
    : termsOf(grammar, start, 6);
  const values = Object.values(variables).map((kind) => termsOf(grammar, kind, 2));
  return fc
    .tuple(
      form,
      fc.constantFrom(...(isWhole(start) ? ["@"] : wrappings)),
      fc.tuple(...values),
    )
    .map(([form, wrapping, terms]) => ({ text: programText(form, wrapping, terms) }));
}

function programText(form: Term, wrapping: string, values: readonly Term[]): string {
  const used = Object.keys(variables)
    .map((name, index) => `(${name} ${values[index]?.text})`)
    .filter((_, index) => isUsed(Object.keys(variables)[index] ?? "", form.text));
  const bound = used.length === 0 ? form.text : `(let (${used.join(" ")}) ${form.text})`;
  return wrapping.replace("@", () => bound);
}

function isUsed(name: string, text: string): boolean {
  return new RegExp(`(?<![^\\s(),'\`])${name}(?![^\\s()])`).test(text);
}
