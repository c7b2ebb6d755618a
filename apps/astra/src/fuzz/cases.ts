/** Cases that follow from a seed: terms of the grammars, most of them damaged. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Arbitrary } from "fast-check";
import { readGrammar, type Term, termsOf } from "../differential/grammar.js";
import { seededRandom } from "../differential/random.js";
import type { Paths } from "../paths.js";
import { mutate } from "./mutate.js";
import type { Case } from "./worlds.js";

/** The kinds of bad input; the grammar's kind `X-case` is what a case of kind X is. */
export const fuzzKinds = [
  "reader",
  "format",
  "loop",
  "defstruct",
  "defclass",
  "redefine",
  "declare",
  "walk",
  "deep",
] as const;

export type FuzzKind = (typeof fuzzKinds)[number];

/** Longer texts say little about what is wrong, and are left out. */
const longest = 900;

/** How deep terms nest. */
const depth = 5;

/** The first `count` cases of `kind` that follow from `seed`. */
export function casesOf(
  { root }: Paths,
  kind: FuzzKind,
  seed: number,
  count: number,
): readonly Case[] {
  const folders = ["apps/astra/grammar", "apps/astra/grammar/fuzz"];
  const texts = folders.flatMap((folder) => grammarTexts(join(root, folder)));
  const terms: Arbitrary<Term> = termsOf(
    readGrammar(texts.join("\n")),
    `${kind}-case`,
    depth,
  );
  const random = seededRandom(seed);
  const result: Case[] = [];
  while (result.length < count) {
    const { text } = terms.generate(random, undefined).value;
    // Four of ten stay as they are; one in ten is hardly recognised.
    const dice = random.nextInt(0, 9);
    const changes = dice < 4 ? 0 : dice < 9 ? random.nextInt(1, 3) : 12;
    const damaged = mutate(text, changes, random);
    if (damaged.length <= longest) result.push({ kind, text: damaged });
  }
  return result;
}

function grammarTexts(folder: string): readonly string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith(".grammar"));
  return names.sort().map((name) => readFileSync(join(folder, name), "utf8"));
}
