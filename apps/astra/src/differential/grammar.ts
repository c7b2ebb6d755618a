/**
 * Grammars of Lisp programs, and the arbitraries that generate from them.
 *
 * A grammar is a text of kinds of terms at the margin, each with its templates below it,
 * indented by two; a line that is indented more goes on with the one before. In a template
 *   $kind          is a term of that kind,
 *   $kind* $kind+  are up to three terms of it, with + at least one,
 *   $(a b c)       is one of the words,
 *   {...}          may be left out (but the braces of FORMAT's ~{ and ~} are text),
 *   \n             is a new line,
 * and the rest is text. The first template of a kind has to need no others, or only such
 * as end soon: terms grow towards it when they get deep, and shrink towards it.
 */
import { Arbitrary, default as fc, type Random, Stream, Value } from "fast-check";

/** The templates of every kind of term. */
export type Grammar = Readonly<Record<string, readonly string[]>>;

/** A piece of a program: its kind, its text, the terms that it was made from. */
export interface Term {
  readonly kind: string;
  readonly text: string;
  readonly parts: readonly Term[];
}

type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "term"; readonly kind: string }
  | { readonly type: "words"; readonly words: readonly string[] }
  /** With `lead` before each of the terms. */
  | {
      readonly type: "terms";
      readonly kind: string;
      readonly least: number;
      readonly lead: string;
    }
  | { readonly type: "optional"; readonly pieces: readonly Piece[] };

/** A grammar that names a kind of term that it does not describe, or cannot be read. */
export class GrammarError extends Error {
  override readonly name = "GrammarError";
}

/** Reads a grammar; lines that begin with a semicolon are comments. */
export function readGrammar(text: string): Grammar {
  const result: Record<string, string[]> = {};
  let templates: string[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith(";")) continue;
    const indent = line.search(/\S/);
    const rest = line.trim();
    if (indent === 0) {
      templates = result[rest] ?? [];
      result[rest] = templates;
    } else if (indent === 2) templates.push(rest.replaceAll("\\n", "\n"));
    else templates.push(`${templates.pop() ?? ""} ${rest}`);
  }
  return result;
}

/**
 * Programs of the kind `start`, whose terms nest about `maxDepth` deep at the most; with
 * `depthSize` "max" deep terms are as likely to need others as those at the top.
 */
export function termsOf(
  grammar: Grammar,
  start: string,
  maxDepth: number,
  depthSize: "small" | "max" = "small",
): Arbitrary<Term> {
  const kinds = Object.entries(grammar);
  const { [start]: arbitrary } = fc.letrec((tie) => {
    const depthIdentifier = fc.createDepthIdentifier();
    const options = {
      withCrossShrink: true,
      depthIdentifier,
      maxDepth,
      depthSize,
    } as const;
    const tied = (kind: string): Arbitrary<Term> => {
      if (grammar[kind] === undefined)
        throw new GrammarError(`no kind is called ${kind}`);
      // The cast holds: every kind of the grammar is tied to terms.
      return tie(kind) as Arbitrary<Term>;
    };
    return Object.fromEntries(
      kinds.map(([kind, templates]) => {
        const variants = templates.map((template) => variant(kind, template, tied));
        return [kind, new Hoisting(kind, fc.oneof(options, ...variants))];
      }),
    );
  });
  if (arbitrary === undefined) throw new GrammarError(`no kind is called ${start}`);
  return arbitrary as Arbitrary<Term>;
}

function variant(
  kind: string,
  template: string,
  tied: (kind: string) => Arbitrary<Term>,
): Arbitrary<Term> {
  const pieces = parseTemplate(template);
  return sequence(pieces, tied).map((terms) => ({
    kind,
    text: terms.map(({ text }) => text).join(""),
    parts: terms.filter((term) => term.kind !== "" || term.parts.length > 0),
  }));
}

function sequence(
  pieces: readonly Piece[],
  tied: (kind: string) => Arbitrary<Term>,
): Arbitrary<readonly Term[]> {
  return fc.tuple(...pieces.map((piece) => pieceOf(piece, tied)));
}

const plain = (text: string, parts: readonly Term[] = []): Term => ({
  kind: "",
  text,
  parts,
});

function pieceOf(piece: Piece, tied: (kind: string) => Arbitrary<Term>): Arbitrary<Term> {
  switch (piece.type) {
    case "text":
      return fc.constant(plain(piece.text));
    case "words":
      return fc.constantFrom(...piece.words).map((word) => plain(word));
    case "term":
      return tied(piece.kind);
    case "terms": {
      const options = { minLength: piece.least, maxLength: 3, depthSize: "max" } as const;
      return fc
        .array(tied(piece.kind), options)
        .map((terms) =>
          plain(terms.map(({ text }) => piece.lead + text).join(""), terms),
        );
    }
    case "optional":
      return fc
        .option(sequence(piece.pieces, tied), {
          nil: undefined,
          freq: 2,
          depthSize: "max",
        })
        .map((terms) =>
          terms === undefined
            ? plain("")
            : plain(terms.map(({ text }) => text).join(""), terms),
        );
  }
}

/** The pieces of a template. */
function parseTemplate(template: string): readonly Piece[] {
  const words = /\$\(((?:[^()]|\([^()]*\))*)\)/;
  const term = /\$([a-z][a-z0-9-]*)([*+]?)/;
  const text = /~(?:'.|[0-9,:@#v-])*[{}]|[{}]|[^${}~]+|./;
  const sources = [words, term, text].map(({ source }) => source);
  const token = new RegExp(sources.join("|"), "sy");
  const pieces = (inside: boolean): readonly Piece[] => {
    const result: Piece[] = [];
    while (token.lastIndex < template.length) {
      const [part = "", list, kind, mark] = token.exec(template) ?? [];
      if (part === "}" && inside) return result;
      if (list !== undefined) result.push({ type: "words", words: wordsOf(list) });
      else if (part === "{") {
        const lead = takeSpace(result);
        const rest = pieces(true);
        const spaced: Piece = { type: "text", text: lead };
        result.push({ type: "optional", pieces: lead === "" ? rest : [spaced, ...rest] });
      } else if (kind === undefined) result.push({ type: "text", text: part });
      else if (mark === "") result.push({ type: "term", kind });
      else {
        const least = mark === "+" ? 1 : 0;
        result.push({ type: "terms", kind, least, lead: takeSpace(result) || " " });
      }
    }
    if (inside) throw new GrammarError(`a brace stays open in ${template}`);
    return result;
  };
  return pieces(false);
}

/** The words of `text`; a list in parentheses is one of them. */
function wordsOf(text: string): readonly string[] {
  return text.match(/[^\s()]*\([^()]*\)|[^\s()]+/g) ?? [];
}

/** Takes the space off the end of what is there: it belongs to what may be left out. */
function takeSpace(pieces: Piece[]): string {
  const last = pieces.at(-1);
  if (last?.type !== "text" || !last.text.endsWith(" ")) return "";
  pieces[pieces.length - 1] = { type: "text", text: last.text.slice(0, -1) };
  return " ";
}

/**
 * Terms that shrink to the terms of the same kind inside them as well: of
 * `(+ 1 (wrong))` stays `(wrong)`.
 */
class Hoisting extends Arbitrary<Term> {
  readonly #kind: string;
  readonly #inner: Arbitrary<Term>;
  /** How each term came to be, which its own shrinking needs. */
  readonly #contexts = new WeakMap<Term, unknown>();

  constructor(kind: string, inner: Arbitrary<Term>) {
    super();
    this.#kind = kind;
    this.#inner = inner;
  }

  override generate(random: Random, biasFactor: number | undefined): Value<Term> {
    return this.#remember(this.#inner.generate(random, biasFactor));
  }

  override canShrinkWithoutContext(_: unknown): _ is Term {
    return false;
  }

  override shrink(term: Term, context: unknown): Stream<Value<Term>> {
    const inside = descendants(term).filter(
      (part) => part.kind === this.#kind && this.#contexts.has(part),
    );
    const hoisted = inside.map((part) => new Value(part, this.#contexts.get(part)));
    const smaller = this.#inner
      .shrink(term, context)
      .map((value) => this.#remember(value));
    return new Stream(hoisted[Symbol.iterator]()).join(smaller);
  }

  #remember(value: Value<Term>): Value<Term> {
    this.#contexts.set(value.value, value.context);
    return value;
  }
}

/** The terms inside `term`, outermost first. */
function descendants(term: Term): readonly Term[] {
  const result: Term[] = [];
  let level = term.parts;
  while (level.length > 0) {
    result.push(...level);
    level = level.flatMap(({ parts }) => parts);
  }
  return result;
}
